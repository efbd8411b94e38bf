/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <string.h>

#include "base/arena.h"
#include "base/mem.h"

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

void js_put_key(json_t *object, const struct tree_key *key, json_t *value)
{
	/* Unchecked, since keys are UTF-8 by contract: nearly all of them are literals, and this runs for every field.
	 */
	if (!tree_object_put(object, key, value ? value : json_null()))
		die("js_put: \"%s\" cannot be set on this node", key->text);
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

json_t *js_string(const char *text)
{
	json_t *node;

	if (!text)
		return json_null();
	node = json_string(text);
	return node ? node : mended_string(text);
}

bool js_same(const json_t *a, const json_t *b)
{
	return tree_same(a, b);
}

static void release(void *node)
{
	json_decref(node);
}

json_t *js_lent(struct arena *a, json_t *node)
{
	if (node)
		arena_defer(a, release, node);
	return node;
}

void js_cleanup(json_t **node)
{
	json_decref(*node);
	*node = NULL;
}
