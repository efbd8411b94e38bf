/* SPDX-License-Identifier: MIT */
#include "base/json_jansson.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

_Static_assert(JANSSON_REJECT_DUPLICATES == JSON_REJECT_DUPLICATES && JANSSON_DECODE_ANY == JSON_DECODE_ANY &&
		       JANSSON_ALLOW_NUL == JSON_ALLOW_NUL && JANSSON_COMPACT == JSON_COMPACT &&
		       JANSSON_SORT_KEYS == JSON_SORT_KEYS && JANSSON_ENCODE_ANY == JSON_ENCODE_ANY,
	"the flags are jansson's own numbers");

static struct tree *from_jansson(const json_t *value)
{
	json_t *from = (json_t *)(uintptr_t)value; /* its iteration wants to write, though it does not */
	struct tree *out;
	const char *key;
	json_t *member;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		out = tree_object();
		json_object_foreach(from, key, member)
		{
			tree_object_set(out, key, strlen(key), from_jansson(member));
		}
		return out;
	case JSON_ARRAY:
		out = tree_array();
		json_array_foreach(from, i, member)
		{
			tree_array_insert(out, i, from_jansson(member));
		}
		return out;
	case JSON_STRING:
		return tree_string(json_string_value(value), json_string_length(value), true);
	case JSON_INTEGER:
		return tree_integer(json_integer_value(value));
	case JSON_REAL:
		return tree_real(json_real_value(value));
	case JSON_TRUE:
		return TREE_CONSTANT(TREE_TRUE);
	case JSON_FALSE:
		return TREE_CONSTANT(TREE_FALSE);
	case JSON_NULL:
		break;
	}
	return TREE_CONSTANT(TREE_NULL);
}

static json_t *to_jansson(const struct tree *t)
{
	json_t *out;

	switch (tree_type_of(t)) {
	case TREE_OBJECT:
		out = json_object();
		for (size_t i = 0; i < tree_object_count(t); i++)
			json_object_set_new_nocheck(
				out, tree_object_key(t, i, NULL), to_jansson(tree_object_value(t, i)));
		return out;
	case TREE_ARRAY:
		out = json_array();
		for (size_t i = 0; i < tree_array_count(t); i++)
			json_array_append_new(out, to_jansson(tree_array_at(t, i)));
		return out;
	case TREE_STRING:
		return json_stringn_nocheck(tree_string_value(t), tree_string_length(t));
	case TREE_INTEGER:
		return json_integer(tree_integer_value(t));
	case TREE_REAL:
		return json_real(tree_real_value(t));
	case TREE_TRUE:
		return json_true();
	case TREE_FALSE:
		return json_false();
	case TREE_NULL:
		break;
	}
	return json_null();
}

static void tell(struct json_reading *out, const json_error_t *error)
{
	if (!out)
		return;
	*out = (struct json_reading) { .line = error->line, .column = error->column, .position = error->position };
	snprintf(out->source, sizeof out->source, "%s", error->source);
	snprintf(out->text, sizeof out->text, "%s", error->text);
}

static struct tree *taken(json_t *value, struct json_reading *out, const json_error_t *error)
{
	struct tree *t;

	if (!value) {
		tell(out, error);
		return NULL;
	}
	t = from_jansson(value);
	json_decref(value);
	return t;
}

struct tree *jansson_read(const char *text, size_t length, size_t flags, struct json_reading *error)
{
	json_error_t why;

	return taken(json_loadb(text, length, flags, &why), error, &why);
}

struct tree *jansson_read_file(const char *path, size_t flags, struct json_reading *error)
{
	json_error_t why;

	return taken(json_load_file(path, flags, &why), error, &why);
}

char *jansson_write(const struct tree *t, size_t flags)
{
	json_t *value = t ? to_jansson(t) : NULL;
	char *text = json_dumps(value, flags);

	json_decref(value);
	return text;
}
