/* SPDX-License-Identifier: MIT */
#include "base/json_words.h"

#include <stdarg.h>

#include <stdio.h>
#include <stdlib.h>

json_t *json_sprintf(const char *format, ...)
{
	va_list args;
	char *made = NULL;
	json_t *out;
	int length;

	va_start(args, format);
	length = vasprintf(&made, format, args);
	va_end(args);
	if (length < 0)
		die("out of memory, or a format that cannot be printed: %s", format);
	out = json_stringn(made, (size_t)length);
	free(made);
	return out;
}

int json_array_extend(json_t *t, const json_t *other)
{
	size_t count = json_array_size(other);

	if (!json_is_array(t) || !json_is_array(other))
		return -1;
	for (size_t i = 0; i < count; i++)
		json_array_append(t, json_array_get(other, i));
	return 0;
}

json_t *json_object_get_any(const json_t *t, const char *key)
{
	return key ? tree_object_get(t, key, strlen(key)) : NULL;
}

json_t *json_loads(const char *text, size_t flags, json_error_t *error)
{
	return text ? jansson_read(text, strlen(text), flags, error) : NULL;
}

int json_object_set_new(json_t *t, const char *key, json_t *value)
{
	size_t length = key ? strlen(key) : 0;

	if (!key || !tree_is_utf8(key, length)) {
		json_decref(value);
		return -1;
	}
	return json_object_setn_new_nocheck(t, key, length, value);
}

enum which { ALL, EXISTING, MISSING };

static int update(json_t *t, const json_t *other, enum which which)
{
	const char *key;
	json_t *value;

	if (!json_is_object(t) || !json_is_object(other))
		return -1;
	json_object_foreach(other, key, value)
	{
		bool known = which != ALL && json_object_get(t, key);

		if (which == ALL || known == (which == EXISTING))
			json_object_set_new_nocheck(t, key, tree_keep(value));
	}
	return 0;
}

int json_object_update(json_t *t, const json_t *other)
{
	return update(t, other, ALL);
}

int json_object_update_existing(json_t *t, const json_t *other)
{
	return update(t, other, EXISTING);
}

int json_object_update_missing(json_t *t, const json_t *other)
{
	return update(t, other, MISSING);
}
