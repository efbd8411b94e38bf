/* SPDX-License-Identifier: MIT */
#include "actions/people/contact_fields.h"

#include <stdlib.h>
#include <string.h>

#include "actions/people/attributes.h"
#include "base/json.h"
#include "base/mem.h"

struct contact_answer answer_make(int status, const char *message)
{
	struct contact_answer out = { status, json_object() };

	js_put_text(out.body, "message", message);
	return out;
}

struct contact_answer answer_data(json_t *data)
{
	struct contact_answer out = answer_make(200, "Success");

	js_put_new(out.body, "data", data);
	return out;
}

struct contact_answer answer_issues(const char *message, json_t *issues)
{
	struct contact_answer out = answer_make(400, message);

	js_put(out.body, "issues", issues);
	return out;
}

struct contact_answer answer_broken(void)
{
	return answer_make(500, "Error retrieving chatbot contacts");
}

void issue_add(json_t *issues, const char *prefix, const char *field, const char *message)
{
	char *path = mem_format("%s%s", prefix, field);
	json_t *row = json_object();

	js_put_text(row, "field", path);
	js_put_text(row, "message", message);
	json_array_append_new(issues, row);
	free(path);
}

static const char *kind_of(const json_t *value)
{
	if (json_is_string(value))
		return "string";
	if (json_is_number(value))
		return "number";
	if (json_is_boolean(value))
		return "boolean";
	return json_is_array(value) ? "array" : json_is_object(value) ? "object" : "null";
}

void issue_expected(json_t *issues, const char *prefix, const char *field, const char *wanted, const json_t *value)
{
	char *message = mem_format("Expected %s, received %s", wanted, kind_of(value));

	issue_add(issues, prefix, field, message);
	free(message);
}

/* stripe_accounts: entries of a label and an id, an e-mail address or both. */
static void accounts_check(const json_t *list, const char *prefix, json_t *issues)
{
	char *field;
	json_t *entry;
	size_t i;

	if (!json_is_array(list)) {
		issue_expected(issues, prefix, "stripe_accounts", "array", list);
		return;
	}
	json_array_foreach(list, i, entry)
	{
		const char *label = js_text(entry, "label");

		field = mem_format("%sstripe_accounts.%zu.", prefix, i);
		if (!json_is_object(entry))
			issue_expected(issues, field, "", "object", entry);
		else if (!label || !*label)
			issue_add(issues, field, "label", "Required");
		else if (!js_text(entry, "stripe_id") && !js_text(entry, "stripe_email"))
			issue_add(issues, field, "stripe_id", "Required");
		free(field);
	}
}

static void field_take(struct reading *r, json_t *out, const char *name, json_t *value)
{
	static const char *const texts[] = { "external_id", "name", "email", "phonenumber" };
	js_auto issues = NULL, *checked = NULL;
	json_t *row;
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++) {
		if (strcmp(texts[i], name) != 0)
			continue;
		if (json_is_string(value) || (json_is_null(value) && i))
			js_put(out, name, value);
		else
			issue_expected(r->issues, r->prefix, name, "string", value);
		return;
	}
	if (!strcmp(name, "stripe_accounts")) {
		if (!json_is_null(value))
			accounts_check(value, r->prefix, r->issues);
		js_put(out, name, value);
	} else if (!strcmp(name, "custom_attributes") && !json_is_object(value)) {
		issue_expected(r->issues, r->prefix, name, "object", value);
	} else if (!strcmp(name, "custom_attributes")) {
		issues = json_array();
		checked = attributes_check(r->contacts, value, issues, r->dropped);
		r->broken |= !checked;
		json_array_foreach(issues, i, row)
			issue_add(r->issues, r->prefix, js_text(row, "field"), js_text(row, "message"));
		js_put(out, name, checked);
	} else {
		json_array_append_new(r->dropped, json_string(name));
	}
}

json_t *contact_fields(struct reading *r, json_t *given)
{
	json_t *out = json_object(), *value;
	const char *name;

	json_object_foreach(given, name, value) field_take(r, out, name, value);
	if (js_text(out, "external_id") && (!*js_text(out, "external_id") || strlen(js_text(out, "external_id")) > 256))
		issue_add(r->issues, r->prefix, "external_id", "String must contain 1 to 256 bytes");
	return out;
}
