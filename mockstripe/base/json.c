/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <string.h>

#include "base/mem.h"

const char *js_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

int64_t js_int(const json_t *object, const char *key, int64_t fallback)
{
	const json_t *node = json_object_get(object, key);
	return json_is_integer(node) ? (int64_t)json_integer_value(node) : fallback;
}

bool js_flag(const json_t *object, const char *key, bool fallback)
{
	const json_t *node = json_object_get(object, key);
	return json_is_boolean(node) ? json_is_true(node) : fallback;
}

bool js_is_null(const json_t *object, const char *key)
{
	return json_is_null(json_object_get(object, key));
}

json_t *js_get(const json_t *object, const char *key)
{
	return json_object_get(object, key);
}

/* One step of a path. An array takes a plain index: digits only, so that "-1" and "" are simply absent. */
static json_t *step(const json_t *node, const char *name, size_t length)
{
	if (json_is_object(node))
		return json_object_getn(node, name, length);
	if (!json_is_array(node) || !length || length > 9)
		return NULL;
	size_t index = 0;
	for (size_t i = 0; i < length; i++) {
		if (name[i] < '0' || name[i] > '9')
			return NULL;
		index = index * 10 + (size_t)(name[i] - '0');
	}
	return json_array_get(node, index);
}

json_t *js_at(const json_t *node, const char *path)
{
	json_t *found = NULL;
	for (;;) {
		size_t length = strcspn(path, ".");
		found = step(node, path, length);
		if (!found || !path[length])
			return found;
		node = found;
		path += length + 1;
	}
}

const char *js_text_at(const json_t *node, const char *path)
{
	return json_string_value(js_at(node, path));
}

int64_t js_int_at(const json_t *node, const char *path, int64_t fallback)
{
	const json_t *found = js_at(node, path);
	return json_is_integer(found) ? (int64_t)json_integer_value(found) : fallback;
}

bool js_flag_at(const json_t *node, const char *path, bool fallback)
{
	const json_t *found = js_at(node, path);
	return json_is_boolean(found) ? json_is_true(found) : fallback;
}

void js_put_new(json_t *object, const char *key, json_t *value)
{
	/* Unchecked, since keys are UTF-8 by contract: nearly all of them are literals, and this runs for every field.
	 */
	if (json_object_set_new_nocheck(object, key, value ? value : json_null()))
		die("js_put: \"%s\" cannot be set on this node", key);
}

void js_put(json_t *object, const char *key, json_t *value)
{
	js_put_new(object, key, json_incref(value));
}

static json_t *mended_string(const char *s)
{
	struct text mended;
	text_init(&mended, TEXT_NO_CEILING);
	while (*s) {
		size_t length = tree_character_length(s);
		if (length)
			text_add(&mended, s, length);
		else
			text_put(&mended, "\xEF\xBF\xBD");
		s += length ? length : 1;
	}
	json_t *node = json_stringn(mended.data, mended.length);
	text_clear(&mended);
	return node;
}

void js_put_text(json_t *object, const char *key, const char *text)
{
	json_t *node = NULL;
	if (text && !(node = json_string(text)) && !(node = mended_string(text)))
		die("out of memory (%zu bytes)", strlen(text));
	js_put_new(object, key, node);
}

void js_put_int(json_t *object, const char *key, int64_t value)
{
	json_t *node = json_integer(value);
	if (!node)
		die("out of memory (an integer)");
	js_put_new(object, key, node);
}

void js_put_flag(json_t *object, const char *key, bool value)
{
	js_put_new(object, key, json_boolean(value));
}

void js_put_null(json_t *object, const char *key)
{
	js_put_new(object, key, json_null());
}

bool js_same(const json_t *a, const json_t *b)
{
	return tree_same(a, b);
}

void js_cleanup(json_t **node)
{
	json_decref(*node);
	*node = NULL;
}
