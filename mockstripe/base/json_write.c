/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/scan.h"

/* A tree to compact characters: a plain walk, without the check for cycles that trees made here cannot have. */

static bool is_special(char c)
{
	return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

/* How many characters of s stand for themselves in a JSON string. */
static size_t plain_length(const char *s, size_t length)
{
	size_t i = 0;
	for (; length - i >= 8; i += 8) {
		uint64_t word = scan_load(s + i);
		uint64_t marks = scan_below(word, 0x20) | scan_equal(word, '"') | scan_equal(word, '\\');
		if (marks)
			return i + scan_first(marks);
	}
	while (i < length && !is_special(s[i]))
		i++;
	return i;
}

static void write_escape(struct text *out, char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs of character and letter */
	for (size_t i = 0; i + 1 < sizeof(named); i += 2)
		if (named[i] == c) {
			text_add(out, (char[]) { '\\', named[i + 1] }, 2);
			return;
		}
	unsigned code = (unsigned char)c;
	text_add(out, (char[]) { '\\', 'u', '0', '0', hex[code >> 4], hex[code & 15] }, 6);
}

/* before, the quoted characters, after (either may be 0), in one go; false when they need escapes. */
static bool write_plain(struct text *out, char before, const char *s, size_t length, char after)
{
	char *at;

	if (plain_length(s, length) != length)
		return false;
	at = text_room(out, length + 2 + (before != 0) + (after != 0));
	if (!at)
		return true; /* over its ceiling: nothing is added any more */
	if (before)
		*at++ = before;
	*at++ = '"';
	memcpy(at, s, length);
	at += length;
	*at++ = '"';
	if (after)
		*at++ = after;
	out->length = (size_t)(at - out->data);
	return true;
}

void js_write_string(struct text *out, const char *s, size_t length)
{
	if (write_plain(out, 0, s, length, 0))
		return;
	text_char(out, '"');
	for (;;) {
		size_t plain = plain_length(s, length);
		text_add(out, s, plain);
		if (plain == length)
			break;
		write_escape(out, s[plain]);
		s += plain + 1;
		length -= plain + 1;
	}
	text_char(out, '"');
}

static void write_key(struct text *out, char lead, const char *key, size_t length)
{
	if (write_plain(out, lead, key, length, ':'))
		return;
	text_char(out, lead);
	js_write_string(out, key, length);
	text_char(out, ':');
}

void js_write_key(struct text *out, char lead, const char *key)
{
	write_key(out, lead, key, strlen(key));
}

static void write_real(struct text *out, double value)
{
	/* Percentages and the like: 20.0 is shown as 20. Beyond fifteen digits a double is no longer exact anyway. */
	if (fabs(value) < 1e15 && floor(value) == value)
		text_int(out, (int64_t)value);
	else
		text_format(out, "%.15g", value);
}

static void write_value(struct text *out, const json_t *value, const char *hidden);

static void write_object(struct text *out, const json_t *value, const char *hidden)
{
	const char *key;
	size_t length;
	char lead = '{';

	for (size_t i = 0; (key = tree_object_key(value, i, &length)); i++) {
		if (hidden && *key == *hidden && !strcmp(key, hidden))
			continue;
		write_key(out, lead, key, length);
		lead = ',';
		write_value(out, tree_object_value(value, i), hidden);
	}
	text_put(out, lead == '{' ? "{}" : "}");
}

static void write_array(struct text *out, const json_t *array, const char *hidden)
{
	size_t count = json_array_size(array);
	text_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			text_char(out, ',');
		write_value(out, json_array_get(array, i), hidden);
	}
	text_char(out, ']');
}

static void write_value(struct text *out, const json_t *value, const char *hidden)
{
	if (!value) {
		text_add(out, "null", 4);
		return;
	}
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		write_object(out, value, hidden);
		break;
	case JSON_ARRAY:
		write_array(out, value, hidden);
		break;
	case JSON_STRING:
		js_write_string(out, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		text_int(out, json_integer_value(value));
		break;
	case JSON_REAL:
		write_real(out, json_real_value(value));
		break;
	case JSON_TRUE:
		text_add(out, "true", 4);
		break;
	case JSON_FALSE:
		text_add(out, "false", 5);
		break;
	case JSON_NULL:
		text_add(out, "null", 4);
		break;
	}
}

void js_write(struct text *out, const json_t *value)
{
	write_value(out, value, NULL);
}

void js_write_without(struct text *out, const json_t *value, const char *hidden)
{
	write_value(out, value, hidden);
}
