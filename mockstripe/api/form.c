/* SPDX-License-Identifier: MIT */
#include "api/form.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *percent_decode(struct arena *arena, const char *text, size_t length, bool plus)
{
	char *out = arena_alloc(arena, length + 1);
	size_t n = 0;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == '%') {
			int high = i + 2 < length ? hex_value(text[i + 1]) : -1;
			int low = i + 2 < length ? hex_value(text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return NULL;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (!c)
			return NULL; /* no JSON string can hold it */
		out[n++] = c;
	}
	out[n] = 0;
	json_t *check = json_stringn(out, n); /* jansson refuses invalid UTF-8 */

	json_decref(check);
	return check ? out : NULL;
}

void percent_encode(struct text *out, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (isalnum((unsigned char)*c) || strchr("-_.~", *c))
			text_char(out, *c);
		else
			text_format(out, "%%%02X", (unsigned char)*c);
	}
}

/* Splits "a[b][c]" in place; 0 when it nests too deep. A name whose brackets do not pair up is one plain segment. */
static size_t split_name(char *name, char *segments[FORM_DEPTH + 1])
{
	size_t n = 0;
	char *open = strchr(name, '[');

	segments[n++] = name;
	if (!open || open == name || name[strlen(name) - 1] != ']')
		return n;
	for (char *c = open; *c; c++) {
		char *end = strchr(c, ']');

		if (*c != '[' || !end || memchr(c + 1, '[', (size_t)(end - c - 1)))
			return 1;
		c = end;
	}
	while (open && *open == '[') {
		char *end = strchr(open, ']');

		if (n > FORM_DEPTH)
			return 0;
		*open = 0;
		*end = 0;
		segments[n++] = open + 1;
		open = end + 1;
	}
	return n;
}

/* "a[]": the next free index; but "a[][k]" goes on with the last element until it has that k. */
static const char *array_key(json_t *object, const char *next, char room[24])
{
	size_t count = json_object_size(object);

	if (next && *next && count) {
		snprintf(room, 24, "%zu", count - 1);
		json_t *last = json_object_get(object, room);

		if (json_is_object(last) && !json_object_get(last, next))
			return room;
	}
	snprintf(room, 24, "%zu", count);
	return room;
}

bool form_put(json_t *object, char *name, json_t *value)
{
	char *segments[FORM_DEPTH + 1];
	size_t n = split_name(name, segments);

	if (!n) {
		json_decref(value);
		return false;
	}
	for (size_t i = 0; i + 1 < n; i++) {
		char room[24];
		const char *key = segments[i];

		if (i > 0 && !*key)
			key = array_key(object, segments[i + 1], room);
		json_t *child = json_object_get(object, key);

		if (!json_is_object(child)) {
			child = json_object();
			json_object_set_new(object, key, child);
		}
		object = child;
	}
	char room[24];
	const char *key = segments[n - 1];

	if (n > 1 && !*key)
		key = array_key(object, NULL, room);
	json_object_set_new(object, key, value);
	return true;
}

bool form_read(json_t *into, const char *text, size_t length, struct arena *arena, const char **why)
{
	size_t pairs = 0;

	for (size_t at = 0; at < length;) {
		const char *pair = text + at;
		const char *end = memchr(pair, '&', length - at);
		size_t size = end ? (size_t)(end - pair) : length - at;
		const char *equals = memchr(pair, '=', size);
		size_t name_size = equals ? (size_t)(equals - pair) : size;

		at += size + 1;
		if (!size)
			continue;
		if (++pairs > FORM_PAIRS) {
			*why = "Too many parameters in one request.";
			return false;
		}
		char *name = percent_decode(arena, pair, name_size, true);
		char *value =
			equals ? percent_decode(arena, equals + 1, size - name_size - 1, true) : arena_text(arena, "");

		if (!name || !value) {
			*why = "Invalid request: a parameter is not valid percent-encoded UTF-8.";
			return false;
		}
		if (!form_put(into, name, json_string(value))) {
			*why = "Invalid request: a parameter is nested too deeply.";
			return false;
		}
	}
	return true;
}
