/* SPDX-License-Identifier: MIT */
#include "actions/core/inputs.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

struct check {
	json_t *faults;
	size_t count;
};

static void fault_add(struct check *c, const char *path, const char *rule, const char *problem)
{
	json_t *fault = json_object();

	js_put_text(fault, "path", path);
	js_put_text(fault, "rule", rule);
	js_put_text(fault, "problem", problem);
	json_array_append_new(c->faults, fault);
	c->count++;
}

static void fault_count(struct check *c, const char *path, const char *rule, const char *what, int64_t min, int64_t max)
{
	struct text t;

	text_init(&t, TEXT_NO_CEILING);
	if (max)
		text_format(&t, "%s must be between %lld and %lld", what, (long long)min, (long long)max);
	else
		text_format(&t, "%s must be at least %lld", what, (long long)min);
	fault_add(c, path, rule, t.data);
	text_clear(&t);
}

static size_t character_count(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

/* Control characters, and the bidirectional overrides that make a text show other than it reads. jansson vouches for
 * UTF-8. */
static bool is_unfit(const char *s, bool lines)
{
	const unsigned char *c = (const unsigned char *)s;

	for (; *c; c++) {
		if (lines && (*c == '\n' || *c == '\t'))
			continue;
		if (*c < 0x20 || *c == 0x7F)
			return true;
		if (c[0] == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0) /* C1 */
			return true;
		if (c[0] == 0xE2 && c[1] == 0x80 && c[2] >= 0xAA && c[2] <= 0xAE) /* U+202A..U+202E */
			return true;
		if (c[0] == 0xE2 && c[1] == 0x81 && c[2] >= 0xA6 && c[2] <= 0xA9) /* U+2066..U+2069 */
			return true;
	}
	return false;
}

static bool is_outside(int64_t value, const struct input *row)
{
	return value < row->min || (row->max && value > row->max);
}

static void check_text(struct check *c, const struct input *row, const json_t *value, const char *path)
{
	const char *s = json_string_value(value);

	if (!s) {
		fault_add(c, path, "type", "must be a text");
		return;
	}
	if (is_outside((int64_t)character_count(s), row))
		fault_count(c, path, "length", "the number of characters", row->min, row->max);
	if (is_unfit(s, row->lines))
		fault_add(c, path, "characters", "holds control characters or direction overrides");
}

static void check_choice(struct check *c, const struct input *row, const json_t *value, const char *path)
{
	const char *s = json_string_value(value);
	struct text t;

	for (size_t i = 0; s && row->choices[i]; i++)
		if (!strcmp(s, row->choices[i]))
			return;
	text_init(&t, TEXT_NO_CEILING);
	text_put(&t, "must be one of: ");
	for (size_t i = 0; row->choices[i]; i++)
		text_format(&t, "%s%s", i ? ", " : "", row->choices[i]);
	fault_add(c, path, s ? "choice" : "type", t.data);
	text_clear(&t);
}

static void check_object(struct check *c, const struct input *rows, json_t *value, const char *path);

static void check_value(struct check *c, const struct input *row, json_t *value, const char *path)
{
	struct text element;

	switch (row->kind) {
	case INPUT_TEXT:
		check_text(c, row, value, path);
		break;
	case INPUT_INTEGER:
		if (!json_is_integer(value))
			fault_add(c, path, "type", "must be a whole number");
		else if (is_outside(json_integer_value(value), row))
			fault_count(c, path, "range", "the value", row->min, row->max);
		break;
	case INPUT_FLAG:
		if (!json_is_boolean(value))
			fault_add(c, path, "type", "must be true or false");
		break;
	case INPUT_CHOICE:
		check_choice(c, row, value, path);
		break;
	case INPUT_OBJECT:
		check_object(c, row->fields, value, path);
		break;
	case INPUT_LIST:
		if (!json_is_array(value)) {
			fault_add(c, path, "type", "must be a list");
			break;
		}
		if (is_outside((int64_t)json_array_size(value), row))
			fault_count(c, path, "length", "the number of elements", row->min, row->max);
		for (size_t i = 0; i < json_array_size(value); i++) {
			text_init(&element, TEXT_NO_CEILING);
			text_format(&element, "%s[%zu]", path, i);
			check_value(c, row->fields, json_array_get(value, i), element.data);
			text_clear(&element);
		}
		break;
	case INPUT_ANY:
		break;
	}
}

static const struct input *row_find(const struct input *rows, const char *name)
{
	for (; rows->name; rows++)
		if (!strcmp(rows->name, name))
			return rows;
	return NULL;
}

static void child_path(struct text *out, const char *path, const char *name)
{
	text_init(out, TEXT_NO_CEILING);
	text_format(out, "%s%s%s", path, *path ? "." : "", name);
}

static void check_object(struct check *c, const struct input *rows, json_t *value, const char *path)
{
	const char *name;
	json_t *member;
	struct text place;

	if (!json_is_object(value)) {
		fault_add(c, path, "type", "must be an object");
		return;
	}
	for (const struct input *row = rows; row->name; row++) {
		member = js_get(value, row->name);
		child_path(&place, path, row->name);
		if (member && !json_is_null(member))
			check_value(c, row, member, place.data);
		else if (row->required)
			fault_add(c, place.data, "required", "is required");
		text_clear(&place);
	}
	json_object_foreach(value, name, member)
	{
		if (row_find(rows, name))
			continue;
		child_path(&place, path, name);
		fault_add(c, place.data, "unknown", "is not known here");
		text_clear(&place);
	}
}

size_t inputs_check(const struct input *rows, json_t *value, const char *root, json_t *faults)
{
	struct check c = { .faults = faults };

	check_object(&c, rows, value, root);
	return c.count;
}

json_t *inputs_canonical(const struct input *rows, json_t *value)
{
	json_t *out = json_object(), *member;

	for (; rows->name; rows++) {
		member = js_get(value, rows->name);
		if (!member || json_is_null(member))
			continue;
		if (rows->kind == INPUT_OBJECT)
			js_put_new(out, rows->name, inputs_canonical(rows->fields, member));
		else
			js_put(out, rows->name, member);
	}
	return out;
}
