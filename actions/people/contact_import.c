/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "actions/people/attributes.h"
#include "actions/people/contacts.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"

/* Contacts out of the operator's file, all or nothing. */

/* Where faults of one load go. */
struct load {
	const char *name, *root;
	struct text *why;
	size_t faults;
	struct map *seen; /* external ids */
};

static void fault(struct load *l, size_t index, const char *field, const char *problem)
{
	text_format(l->why, "%s%s: %s[%zu]%s%s: %s", l->faults ? "\n" : "", l->name, l->root, index, *field ? "." : "",
		field, problem);
	l->faults++;
}

static bool is_text_or_null(const json_t *contact, const char *field)
{
	const json_t *value = js_get(contact, field);

	return !value || json_is_null(value) || json_is_string(value);
}

static void contact_check(struct load *l, size_t index, json_t *contact)
{
	static const char *const texts[] = { "name", "email", "phonenumber" };
	const char *id = js_text(contact, "external_id");

	if (!json_is_object(contact)) {
		fault(l, index, "", "must be an object");
		return;
	}
	if (!id || !*id || strlen(id) > 256)
		fault(l, index, "external_id", "must be a text of 1 to 256 bytes");
	else if (map_get(l->seen, id))
		fault(l, index, "external_id", "is used twice");
	else
		map_put(l->seen, id, contact);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (!is_text_or_null(contact, texts[i]))
			fault(l, index, texts[i], "must be a text or null");
}

static bool contact_take(const struct contacts *c, json_t *contact, int64_t now)
{
	js_auto known = contacts_find(c, js_text(contact, "external_id"));
	js_auto copy = NULL, *saved = NULL;

	if (known)
		return true;
	if (store_trouble(c->store))
		return false;
	copy = json_copy(contact);
	json_object_del(copy, "id"); /* ids are given out here */
	saved = contacts_save(c, copy, now);
	return saved != NULL;
}

static void attributes_take(const struct contacts *c, struct load *l, json_t *list)
{
	json_t *row;
	size_t i;

	l->root = "$.attributes";
	json_array_foreach(list, i, row)
	{
		js_auto issues = json_array();

		if (attribute_define(c, row, issues) || !json_array_size(issues))
			continue;
		fault(l, i, js_text(json_array_get(issues, 0), "field"), js_text(json_array_get(issues, 0), "message"));
	}
}

static bool list_take(const struct contacts *c, struct load *l, json_t *list, json_t *attributes, int64_t now)
{
	bool going;
	json_t *row;
	size_t i;

	json_array_foreach(list, i, row) contact_check(l, i, row);
	if (l->faults)
		return false;
	going = store_begin(c->store);
	if (going) {
		attributes_take(c, l, attributes);
		json_array_foreach(list, i, row) going = going && contact_take(c, row, now);
		going = store_end(c->store, going && !l->faults) && going;
	}
	if (!going)
		text_format(l->why, "%s: %s", l->name, store_trouble(c->store) ? store_trouble(c->store) : "not kept");
	return going && !l->faults;
}

bool contacts_import(
	const struct contacts *c, json_t *tree, const char *name, const char *root, int64_t now, struct text *why)
{
	static const char *const keys[] = { "contacts", "users", "data" };
	struct load l = { .name = name, .root = root, .why = why };
	struct text place;
	json_t *list = tree;
	bool taken = false;

	text_init(&place, TEXT_NO_CEILING);
	for (size_t i = 0; json_is_object(tree) && i < COUNT_OF(keys); i++)
		if (js_get(tree, keys[i])) {
			list = js_get(tree, keys[i]);
			text_format(&place, "%s.%s", root, keys[i]);
			l.root = place.data;
			break;
		}
	l.seen = map_new();
	if (json_is_array(list))
		taken = list_take(c, &l, list, js_get(tree, "attributes"), now);
	else
		text_format(why, "%s: %s: must be a list of contacts", name, l.root);
	map_free(l.seen);
	text_clear(&place);
	return taken;
}

bool contacts_import_file(const struct contacts *c, const char *file, int64_t now, struct text *why)
{
	json_error_t error;
	js_auto tree = json_load_file(file, JSON_REJECT_DUPLICATES, &error);

	if (tree)
		return contacts_import(c, tree, file, "$", now, why);
	if (error.line > 0)
		text_format(why, "%s: line %d, column %d: %s", file, error.line, error.column, error.text);
	else
		text_format(why, "%s: %s", file, error.text);
	return false;
}
