/* SPDX-License-Identifier: MIT */
/*
 * Objects of a fixture against the API description: unknown fields, wrong kinds of values, values outside a closed set,
 * each with its place. What comes out is the object as a record holds it: an expanded object has become its id and is
 * collected on its own.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "engine/fixture_inside.h"
#include "value/calendar.h"
#include "value/decimal.h"

static bool check_value(
	const struct walk *w, const struct schema_node *node, json_t *value, const struct where *at, json_t **out);

/* ---- scalars ---- */

static bool wrong_kind(const struct walk *w, const struct where *at, const char *wanted, const json_t *value)
{
	return load_fail(w->load, w->file, at, "must be %s, not %s", wanted, json_kind(value));
}

static bool check_literal(
	const struct walk *w, const struct schema_node *node, const char *text, const struct where *at)
{
	struct text list;

	if (!node->n_literals || schema_has_literal(node, text))
		return true;
	text_init(&list, TEXT_NO_CEILING);
	for (size_t i = 0; i < node->n_literals; i++)
		text_format(&list, "%s%s", i ? ", " : "", node->literals[i]);
	load_fail(w->load, w->file, at, "\"%s\" is not one of: %s", text, list.data);
	text_clear(&list);
	return false;
}

static bool check_text(const struct walk *w, const struct schema_node *node, json_t *value, const struct where *at)
{
	int64_t seconds;

	if (!json_is_string(value))
		return wrong_kind(w, at, "a text", value);
	if ((node->flags & SCHEMA_ISO_TIME) && !calendar_parse_iso(json_string_value(value), &seconds, NULL))
		return load_fail(w->load, w->file, at, "must be a time such as \"2026-11-23T10:00:00.000Z\"");
	return check_literal(w, node, json_string_value(value), at);
}

static bool check_integer(const struct walk *w, const struct schema_node *node, json_t *value, const struct where *at)
{
	bool time = node->kind == SCHEMA_TIMESTAMP;

	if (json_is_string(value) && schema_has_literal(node, json_string_value(value)))
		return true;
	if (node->flags & SCHEMA_AS_TEXT) {
		const char *text = json_string_value(value);

		if (!text || !*text || strspn(text + (*text == '-'), "0123456789") != strlen(text + (*text == '-')))
			return wrong_kind(w, at, "a whole number in a text", value);
		return true;
	}
	if (!json_is_integer(value))
		return wrong_kind(w, at, time ? "a time in Unix seconds" : "a whole number", value);
	if (time && (json_integer_value(value) < CALENDAR_FIRST || json_integer_value(value) > CALENDAR_LAST))
		return load_fail(w->load, w->file, at, "%lld is no time in Unix seconds (milliseconds, perhaps?)",
			(long long)json_integer_value(value));
	return true;
}

static bool check_decimal(const struct walk *w, json_t *value, const struct where *at)
{
	struct decimal number;

	if (!json_is_string(value) || decimal_parse(json_string_value(value), DECIMAL_PLACES, &number) != DECIMAL_OK)
		return wrong_kind(w, at, "a decimal number in a text, such as \"1000\" or \"0.5\"", value);
	return true;
}

/* ---- other objects ---- */

/* Whether the value of "object" is that of one of the node's resources. */
static bool may_stand(const struct schema_node *node, const char *object)
{
	for (size_t i = 0; object && i < node->n_refs; i++)
		if (node->refs[i]->object && !strcmp(node->refs[i]->object, object))
			return true;
	return false;
}

static bool wrong_object(
	const struct walk *w, const struct schema_node *node, const char *object, const struct where *at)
{
	struct text list;

	text_init(&list, TEXT_NO_CEILING);
	for (size_t i = 0; i < node->n_refs; i++)
		text_format(&list, "%s%s", i ? " or " : "",
			node->refs[i]->object ? node->refs[i]->object : node->refs[i]->name);
	if (object)
		load_fail(w->load, w->file, at, "a %s cannot stand here, only: %s", object, list.data);
	else
		load_fail(w->load, w->file, at,
			"has no \"object\", so it cannot be told what it is; here it has to be: %s", list.data);
	text_clear(&list);
	return false;
}

/* An id, or the object itself in its place: then it becomes an object of the fixture, and its id stays here. */
static bool check_link(
	const struct walk *w, const struct schema_node *node, json_t *value, const struct where *at, json_t **out)
{
	const char *id;

	if (json_is_string(value)) {
		if (!*json_string_value(value))
			return load_fail(w->load, w->file, at, "is an empty id; write null, or leave the field out");
		reference_add(w, node, json_string_value(value), at, false);
		*out = json_incref(value);
		return true;
	}
	if (!json_is_object(value))
		return wrong_kind(w, at, "an id, or the object itself", value);
	if (!may_stand(node, js_text(value, "object")))
		return wrong_object(w, node, js_text(value, "object"), at);
	if (!object_collect(w, value, at, true, NULL, &id))
		return false;
	*out = json_string(id);
	return true;
}

/* Plans are another view of prices, and what has no id cannot be found: these are no records of their own. */
static bool is_record(const struct schema_resource *type)
{
	return schema_field(type, "id") && strcmp(type->name, "Plan");
}

/* Whether the resource has a field for the object that shows it: a customer's discount says which customer. */
static bool names_owner(const struct schema_resource *type, const struct owner *owner)
{
	const struct schema_node *field = owner->type->object ? schema_field(type, owner->type->object) : NULL;

	return field && field->kind == SCHEMA_STRING;
}

/*
 * An object that is shown whole. Its record is what counts, so only its id is kept, and the whole is put in its place
 * when the record is complete. The id alone may be written too.
 */
static bool check_resource(const struct walk *w, const struct schema_node *node, json_t *value, const struct where *at,
	const struct owner *parent, json_t **out)
{
	const char *object = js_text(value, "object"), *id;
	const struct schema_resource *type;

	if (json_is_string(value) && is_record(node->refs[0]) && !w->verbatim) {
		reference_add(w, node, json_string_value(value), at, true);
		*out = json_incref(value);
		return true;
	}
	if (!json_is_object(value))
		return wrong_kind(w, at, "an object, shown whole", value);
	if (!object && node->n_refs == 1 && !node->refs[0]->object)
		return check_fields(
			w, node->refs[0], node->refs[0]->fields, node->refs[0]->n_fields, value, at, out, NULL);
	if (!may_stand(node, object))
		return wrong_object(w, node, object, at);
	type = schema_find_object(object);
	if (!parent && w->owner && names_owner(type, w->owner))
		parent = w->owner;
	if (w->verbatim || !is_record(type))
		return check_fields(w, type, type->fields, type->n_fields, value, at, out, NULL);
	if (!object_collect(w, value, at, true, parent, &id))
		return false;
	*out = json_string(id);
	return true;
}

/* ---- containers ---- */

static bool check_elements(const struct walk *w, const struct schema_node *element, json_t *array,
	const struct where *at, const struct owner *parent, json_t **out)
{
	json_t *value, *made = json_array();
	size_t i;

	json_array_foreach(array, i, value)
	{
		struct where here = { .up = at, .index = i };
		json_t *one = NULL;
		bool right = element->kind == SCHEMA_RESOURCE ? check_resource(w, element, value, &here, parent, &one)
							      : check_value(w, element, value, &here, &one);

		if (!right) {
			json_decref(made);
			return false;
		}
		json_array_append_new(made, one ? one : json_null());
	}
	*out = made;
	return true;
}

/* {object:"list", data, has_more, url}; total_count, which some answers have, is left out. */
static bool check_list(
	const struct walk *w, const struct schema_node *node, json_t *value, const struct where *at, json_t **out)
{
	static const char *const members[] = { "object", "data", "has_more", "url", "total_count", NULL };
	json_t *data = json_object_get(value, "data"), *made, *elements;

	if (!json_is_object(value) || !json_is_array(data))
		return wrong_kind(w, at, "a list: {\"object\": \"list\", \"data\": [...]}", value);
	if (!only_members(w->load, w->file, at, value, members))
		return false;
	if (js_flag(value, "has_more", false) && (node->flags & SCHEMA_INCLUDABLE))
		return load_fail(w->load, w->file, &(struct where) { .up = at, .key = "has_more" },
			"the list is cut off; copy it with a larger limit, or leave it out");
	if (!check_elements(
		    w, &node->fields[0], data, &(struct where) { .up = at, .key = "data" }, w->owner, &elements))
		return false;
	made = json_object();
	js_put_text(made, "object", "list");
	js_put_new(made, "data", elements);
	js_put_flag(made, "has_more", js_flag(value, "has_more", false));
	js_put_text(made, "url", js_text(value, "url") ? js_text(value, "url") : "");
	*out = made;
	return true;
}

static bool check_map(
	const struct walk *w, const struct schema_node *node, json_t *value, const struct where *at, json_t **out)
{
	json_t *one, *made = json_object();
	const char *key;

	json_object_foreach(value, key, one)
	{
		json_t *checked = NULL;

		if (!check_value(w, &node->fields[0], one, &(struct where) { .up = at, .key = key }, &checked)) {
			json_decref(made);
			return false;
		}
		js_put_new(made, key, checked);
	}
	*out = made;
	return true;
}

/* The description has few of these: the first alternative of the value's kind decides. */
static bool check_union(
	const struct walk *w, const struct schema_node *node, json_t *value, const struct where *at, json_t **out)
{
	for (size_t i = 0; i < node->n_fields; i++) {
		const struct schema_node *choice = &node->fields[i];
		bool object =
			choice->kind == SCHEMA_OBJECT || choice->kind == SCHEMA_RESOURCE || choice->kind == SCHEMA_MAP;

		if (json_is_object(value) == object && json_is_array(value) == (choice->kind == SCHEMA_ARRAY))
			return check_value(w, choice, value, at, out);
	}
	return wrong_kind(w, at, "another kind of value", value);
}

static bool check_container(
	const struct walk *w, const struct schema_node *node, json_t *value, const struct where *at, json_t **out)
{
	bool array = node->kind == SCHEMA_ARRAY;

	if (array ? !json_is_array(value) : !json_is_object(value))
		return wrong_kind(w, at, array ? "an array" : "an object", value);
	if (array)
		return check_elements(w, &node->fields[0], value, at, NULL, out);
	if (node->kind == SCHEMA_MAP)
		return check_map(w, node, value, at, out);
	return check_fields(w, NULL, node->fields, node->n_fields, value, at, out, NULL);
}

static bool check_scalar(const struct walk *w, const struct schema_node *node, json_t *value, const struct where *at)
{
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_INTEGER:
	case SCHEMA_TIMESTAMP:
		return check_integer(w, node, value, at);
	case SCHEMA_NUMBER:
		return json_is_number(value) || wrong_kind(w, at, "a number", value);
	case SCHEMA_BOOLEAN:
		return json_is_boolean(value) || wrong_kind(w, at, "true or false", value);
	case SCHEMA_DECIMAL:
		return check_decimal(w, value, at);
	default:
		return check_text(w, node, value, at);
	}
}

/* *out stays NULL for a null that the description has no place for: as if it had been left out. */
static bool check_value(
	const struct walk *w, const struct schema_node *node, json_t *value, const struct where *at, json_t **out)
{
	if (node->kind == SCHEMA_ANY) {
		*out = json_incref(value);
		return true;
	}
	if (json_is_null(value)) {
		if (node->flags & SCHEMA_NULLABLE)
			*out = json_null();
		else if (!(node->flags & (SCHEMA_OPTIONAL | SCHEMA_INCLUDABLE)))
			return load_fail(w->load, w->file, at, "may not be null");
		return true;
	}
	if (node->flags & SCHEMA_EXPANDABLE)
		return check_link(w, node, value, at, out);
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_RESOURCE:
		return check_resource(w, node, value, at, NULL, out);
	case SCHEMA_LIST:
		return check_list(w, node, value, at, out);
	case SCHEMA_UNION:
		return check_union(w, node, value, at, out);
	case SCHEMA_OBJECT:
	case SCHEMA_ARRAY:
	case SCHEMA_MAP:
		return check_container(w, node, value, at, out);
	default:
		if (!check_scalar(w, node, value, at))
			return false;
		*out = json_incref(value);
		return true;
	}
}

/* ---- fields ---- */

static bool unknown_field(
	const struct walk *w, const struct schema_resource *type, const char *name, const struct where *at)
{
	const char *remedy = type ? old_field_remedy(type, name) : NULL;

	if (remedy)
		return load_fail(
			w->load, w->file, at, "belongs to an older API version; in %s %s", schema_api_version, remedy);
	if (type)
		return load_fail(w->load, w->file, at, "unknown field: a %s has none of that name",
			type->object ? type->object : type->name);
	return load_fail(w->load, w->file, at, "unknown field");
}

static const struct schema_node *field_named(const struct schema_node *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(fields[i].name, name))
			return &fields[i];
	return NULL;
}

/* Where a checked value goes: an includable list is its children and nothing else, another includable field is kept
 * aside. */
static void place_value(const struct schema_node *node, json_t *value, json_t *made, json_t **aside)
{
	if (!(node->flags & SCHEMA_INCLUDABLE) || !aside) {
		js_put_new(made, node->name, value);
		return;
	}
	if (node->kind != SCHEMA_LIST && !json_is_null(value)) {
		if (!*aside)
			*aside = json_object();
		js_put(*aside, node->name, value);
	}
	json_decref(value);
}

bool check_fields(const struct walk *w, const struct schema_resource *type, const struct schema_node *fields, size_t n,
	json_t *value, const struct where *at, json_t **out, json_t **aside)
{
	json_t *one, *made = json_object();
	const char *key;

	json_object_foreach(value, key, one)
	{
		struct where here = { .up = at, .key = key };
		const struct schema_node *node = field_named(fields, n, key);
		json_t *checked = NULL;

		if (!strcmp(key, PRIVATE_KEY) && aside)
			continue; /* read by who collects the object */
		if (!node && type && is_leftover(type, key))
			continue;
		if (!node ? !unknown_field(w, type, key, &here) : !check_value(w, node, one, &here, &checked)) {
			json_decref(made);
			return false;
		}
		if (checked)
			place_value(node, checked, made, aside);
	}
	*out = made;
	return true;
}
