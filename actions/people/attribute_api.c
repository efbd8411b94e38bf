/* SPDX-License-Identifier: MIT */
#include "actions/people/contact_fields.h"

#include "actions/people/attributes.h"
#include "base/json.h"

static struct contact_answer define(const struct contacts *c, const json_t *definition)
{
	js_auto issues = json_array();
	json_t *found;

	if (attribute_define(c, definition, issues)) {
		found = attribute_find(c, js_text(definition, "name"));
		return found ? answer_data(found) : answer_broken();
	}
	return json_array_size(issues) ? answer_issues("Invalid request body", issues) : answer_broken();
}

struct contact_answer attribute_api_create(const struct contacts *c, json_t *body)
{
	js_auto known = js_text(body, "name") ? attribute_find(c, js_text(body, "name")) : NULL;

	return known ? answer_make(409, "Attribute already exists") : define(c, body);
}

struct contact_answer attribute_api_list(const struct contacts *c)
{
	json_t *all = attributes_all(c);

	return all ? answer_data(all) : answer_broken();
}

struct contact_answer attribute_api_update(const struct contacts *c, const char *name, json_t *body)
{
	js_auto known = attribute_find(c, name);

	if (!known)
		return store_trouble(c->store) ? answer_broken() : answer_make(404, "Attribute not found");
	if (json_is_object(body))
		json_object_update(known, body);
	js_put_text(known, "name", name);
	return define(c, known);
}
