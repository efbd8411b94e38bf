/* SPDX-License-Identifier: MIT */
#include "actions/people/attributes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "actions/people/contact_fields.h"
#include "base/json.h"
#include "base/mem.h"
#include "value/calendar.h"

#define NAME_MOST 64

static const char *const types[] = { "text", "number", "boolean", "date" };

static bool is_name(const char *s)
{
	if (!s || !isalpha((unsigned char)*s) || strlen(s) > NAME_MOST)
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_' && *s != '-')
			return false;
	return true;
}

static bool is_type(const char *s)
{
	for (size_t i = 0; s && i < COUNT_OF(types); i++)
		if (!strcmp(types[i], s))
			return true;
	return false;
}

static json_t *definition_read(const json_t *row)
{
	json_t *out = json_copy((json_t *)(uintptr_t)row);

	js_put_flag(out, "archived", js_int(row, "archived", 0) != 0);
	return out;
}

json_t *attribute_find(const struct contacts *c, const char *name)
{
	js_auto rows = store_rows(c->store,
		"SELECT name, type, label, description, archived FROM attributes WHERE agent = ?1 AND name = ?2", "tt",
		c->agent, name);

	return json_array_size(rows) ? definition_read(json_array_get(rows, 0)) : NULL;
}

json_t *attributes_all(const struct contacts *c)
{
	js_auto rows = store_rows(c->store,
		"SELECT name, type, label, description, archived FROM attributes WHERE agent = ?1 ORDER BY name", "t",
		c->agent);
	json_t *out, *row;
	size_t i;

	if (!rows)
		return NULL;
	out = json_array();
	json_array_foreach(rows, i, row) json_array_append_new(out, definition_read(row));
	return out;
}

bool attribute_define(const struct contacts *c, const json_t *definition, json_t *issues)
{
	const char *name = js_text(definition, "name"), *type = js_text(definition, "type"), *was;
	js_auto known = NULL;

	if (!is_name(name))
		issue_add(issues, "", "name", "must be a letter, then letters, digits, _ and -, 64 at most");
	if (!is_type(type))
		issue_add(issues, "", "type", "must be one of: text, number, boolean, date");
	if (json_array_size(issues))
		return false;
	known = attribute_find(c, name);
	was = js_text(known, "type");
	/* Values of the old type would be there still. */
	if (was && strcmp(was, type) != 0) {
		issue_add(issues, "", "type", "cannot be changed");
		return false;
	}
	return store_do(c->store,
		"INSERT INTO attributes (agent, name, type, label, description, archived) VALUES (?1, ?2, ?3, ?4, ?5, "
		"?6)"
		" ON CONFLICT (agent, name) DO UPDATE SET label = ?4, description = ?5, archived = ?6",
		"tttt"
		"ti",
		c->agent, name, type, js_text(definition, "label"), js_text(definition, "description"),
		(int64_t)js_flag(definition, "archived", false));
}

static json_t *boolean_read(json_t *value)
{
	const char *text = json_string_value(value);

	if (json_is_boolean(value))
		return json_incref(value);
	if (text && (!strcmp(text, "true") || !strcmp(text, "false")))
		return json_boolean(!strcmp(text, "true"));
	if (json_is_integer(value) && (json_integer_value(value) == 0 || json_integer_value(value) == 1))
		return json_boolean(json_integer_value(value) == 1);
	return NULL;
}

/* A day, a moment, or milliseconds since 1970 as a page's own dates give them. */
static json_t *date_read(const json_t *value)
{
	const char *text = json_string_value(value);
	char iso[CALENDAR_ISO_ROOM];
	unsigned milliseconds;
	struct civil day = { 0 };
	int64_t at = 0;

	if (json_is_integer(value)) {
		calendar_format_iso(json_integer_value(value) / 1000, iso);
		return json_string(iso);
	}
	if (!text)
		return NULL;
	if (calendar_parse_iso(text, &at, &milliseconds))
		return json_string(text);
	if (strlen(text) != 10 || strspn(text, "0123456789-") != 10 || text[4] != '-' || text[7] != '-')
		return NULL;
	day.year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
	day.month = (text[5] - '0') * 10 + (text[6] - '0');
	day.day = (text[8] - '0') * 10 + (text[9] - '0');
	return calendar_seconds(&day, &at) ? json_string(text) : NULL;
}

/* The value as it is stored, a new reference; NULL: it is of another type. */
static json_t *value_read(const char *type, json_t *value)
{
	if (!strcmp(type, "boolean"))
		return boolean_read(value);
	if (!strcmp(type, "date"))
		return date_read(value);
	if (!strcmp(type, "number"))
		return json_is_number(value) ? json_incref(value) : NULL;
	return json_is_string(value) ? json_incref(value) : NULL;
}

static void value_check(const json_t *definition, const char *name, json_t *value, json_t *out, json_t *issues)
{
	static const struct {
		const char *type, *expected;
	} words[] = { { "text", "string" }, { "number", "number" }, { "boolean", "boolean" }, { "date", "date" } };
	const char *type = js_text(definition, "type"), *expected = "";
	char *field;
	json_t *read;

	if (json_is_null(value)) {
		js_put(out, name, value);
		return;
	}
	field = mem_format("custom_attributes.%s", name);
	read = value_read(type, value);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (!strcmp(words[i].type, type))
			expected = words[i].expected;
	if (js_flag(definition, "archived", false))
		issue_add(issues, "", field, "This attribute is archived");
	else if (!read)
		issue_expected(issues, "", field, expected, value);
	else
		js_put(out, name, read);
	json_decref(read);
	free(field);
}

json_t *attributes_check(const struct contacts *c, const json_t *values, json_t *issues, json_t *dropped)
{
	json_t *out = json_object(), *value;
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)values, name, value)
	{
		js_auto definition = attribute_find(c, name);

		if (!definition && store_trouble(c->store)) {
			json_decref(out);
			return NULL;
		}
		if (definition)
			value_check(definition, name, value, out, issues);
		else
			json_array_append_new(dropped, json_string(name));
	}
	return out;
}
