/* SPDX-License-Identifier: MIT */
#ifndef BASE_JSON_WORDS_H
#define BASE_JSON_WORDS_H

#include <stdlib.h> /* what json_dumps gives is freed */
#include <string.h>

#include "base/json_jansson.h"
#include "base/mem.h"
#include "base/tree.h"

/*
 * The vocabulary of jansson over the trees of base/tree.h, for the whole house: the same names, arguments and answers
 * as in the manual "Jansson API Reference", with three differences. Values that do not change are not copied, deeply or
 * not; keys and texts are never refused for want of memory; and members are gone through by their place, so that a loop
 * over an object must not add members to it or take some out.
 */
typedef struct tree json_t;
typedef int64_t json_int_t;
typedef struct json_reading json_error_t;

enum {
	JSON_OBJECT = TREE_OBJECT,
	JSON_ARRAY = TREE_ARRAY,
	JSON_STRING = TREE_STRING,
	JSON_INTEGER = TREE_INTEGER,
	JSON_REAL = TREE_REAL,
	JSON_TRUE = TREE_TRUE,
	JSON_FALSE = TREE_FALSE,
	JSON_NULL = TREE_NULL,
};

#define JSON_REJECT_DUPLICATES JANSSON_REJECT_DUPLICATES
#define JSON_DECODE_ANY JANSSON_DECODE_ANY
#define JSON_ALLOW_NUL JANSSON_ALLOW_NUL
#define JSON_COMPACT JANSSON_COMPACT
#define JSON_SORT_KEYS JANSSON_SORT_KEYS
#define JSON_ENCODE_ANY JANSSON_ENCODE_ANY
#define JSON_INDENT(n) ((size_t)(n)&0x1F)
#define JSON_REAL_PRECISION(n) (((size_t)(n)&0x1F) << 11)

/* ---- types and owners ---- */

static inline int json_typeof(const json_t *t)
{
	return (int)tree_type_of(t);
}

static inline bool json_is_object(const json_t *t)
{
	return tree_is(t, TREE_OBJECT);
}

static inline bool json_is_array(const json_t *t)
{
	return tree_is(t, TREE_ARRAY);
}

static inline bool json_is_string(const json_t *t)
{
	return tree_is(t, TREE_STRING);
}

static inline bool json_is_integer(const json_t *t)
{
	return tree_is(t, TREE_INTEGER);
}

static inline bool json_is_real(const json_t *t)
{
	return tree_is(t, TREE_REAL);
}

static inline bool json_is_number(const json_t *t)
{
	return json_is_integer(t) || json_is_real(t);
}

static inline bool json_is_true(const json_t *t)
{
	return tree_is(t, TREE_TRUE);
}

static inline bool json_is_false(const json_t *t)
{
	return tree_is(t, TREE_FALSE);
}

static inline bool json_is_boolean(const json_t *t)
{
	return json_is_true(t) || json_is_false(t);
}

static inline bool json_is_null(const json_t *t)
{
	return tree_is(t, TREE_NULL);
}

static inline json_t *json_incref(json_t *t)
{
	return tree_keep(t);
}

static inline void json_decref(json_t *t)
{
	tree_drop(t);
}

/* ---- single values ---- */

static inline json_t *json_null(void)
{
	return TREE_CONSTANT(TREE_NULL);
}

static inline json_t *json_true(void)
{
	return TREE_CONSTANT(TREE_TRUE);
}

static inline json_t *json_false(void)
{
	return TREE_CONSTANT(TREE_FALSE);
}

static inline json_t *json_boolean(bool value)
{
	return value ? json_true() : json_false();
}

static inline json_t *json_integer(json_int_t value)
{
	return tree_integer(value);
}

static inline json_t *json_real(double value)
{
	return tree_real(value);
}

static inline json_t *json_string(const char *s)
{
	return s ? tree_string(s, strlen(s), false) : NULL;
}

static inline json_t *json_stringn(const char *s, size_t length)
{
	return tree_string(s, length, false);
}

static inline json_t *json_stringn_nocheck(const char *s, size_t length)
{
	return tree_string(s, length, true);
}

json_t *json_sprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

static inline json_int_t json_integer_value(const json_t *t)
{
	return tree_integer_value(t);
}

static inline double json_real_value(const json_t *t)
{
	return tree_real_value(t);
}

static inline double json_number_value(const json_t *t)
{
	return json_is_integer(t) ? (double)tree_integer_value(t) : tree_real_value(t);
}

static inline const char *json_string_value(const json_t *t)
{
	return tree_string_value(t);
}

static inline size_t json_string_length(const json_t *t)
{
	return tree_string_length(t);
}

/* ---- arrays: 0, or -1 ---- */

static inline json_t *json_array(void)
{
	return tree_array();
}

static inline size_t json_array_size(const json_t *t)
{
	return tree_array_count(t);
}

static inline json_t *json_array_get(const json_t *t, size_t index)
{
	return tree_array_at(t, index);
}

static inline int json_array_set_new(json_t *t, size_t index, json_t *value)
{
	return tree_array_set(t, index, value) ? 0 : -1;
}

static inline int json_array_append_new(json_t *t, json_t *value)
{
	return tree_array_insert(t, tree_array_count(t), value) ? 0 : -1;
}

static inline int json_array_append(json_t *t, json_t *value)
{
	return json_array_append_new(t, tree_keep(value));
}

static inline int json_array_insert(json_t *t, size_t index, json_t *value)
{
	return tree_array_insert(t, index, tree_keep(value)) ? 0 : -1;
}

static inline int json_array_remove(json_t *t, size_t index)
{
	return tree_array_remove(t, index) ? 0 : -1;
}

static inline int json_array_clear(json_t *t)
{
	tree_array_clear(t);
	return json_is_array(t) ? 0 : -1;
}

int json_array_extend(json_t *t, const json_t *other);

#define json_array_foreach(array, index, value)                                                                        \
	for ((index) = 0; (index) < json_array_size(array) && ((value) = json_array_get(array, index)); (index)++)

/* ---- objects: 0, or -1 ---- */

static inline json_t *json_object(void)
{
	return tree_object();
}

static inline size_t json_object_size(const json_t *t)
{
	return tree_object_count(t);
}

static inline json_t *json_object_getn(const json_t *t, const char *key, size_t length)
{
	return tree_object_get(t, key, length);
}

json_t *json_object_get_any(const json_t *t, const char *key); /* NULL for no key */

static inline json_t *json_object_get(const json_t *t, const char *key)
{
	/* Most keys are literals: their length is known when this is compiled. */
	if (__builtin_constant_p(strlen(key)))
		return tree_object_get(t, key, strlen(key));
	return json_object_get_any(t, key);
}

static inline int json_object_setn_new_nocheck(json_t *t, const char *key, size_t length, json_t *value)
{
	return tree_object_set(t, key, length, value) ? 0 : -1;
}

static inline int json_object_set_new_nocheck(json_t *t, const char *key, json_t *value)
{
	return json_object_setn_new_nocheck(t, key, strlen(key), value);
}

int json_object_set_new(json_t *t, const char *key, json_t *value);

static inline int json_object_set(json_t *t, const char *key, json_t *value)
{
	return json_object_set_new(t, key, tree_keep(value));
}

static inline int json_object_del(json_t *t, const char *key)
{
	return tree_object_remove(t, key, strlen(key)) ? 0 : -1;
}

static inline int json_object_clear(json_t *t)
{
	tree_object_clear(t);
	return json_is_object(t) ? 0 : -1;
}

int json_object_update(json_t *t, const json_t *other);
int json_object_update_existing(json_t *t, const json_t *other);
int json_object_update_missing(json_t *t, const json_t *other);

#define JSON_PLACE_OF(line) json_place_##line
#define JSON_PLACE(line) JSON_PLACE_OF(line)
#define json_object_foreach(object, key, value)                                                                        \
	for (size_t JSON_PLACE(__LINE__) = 0; ((key) = tree_object_key(object, JSON_PLACE(__LINE__), NULL)) &&         \
					      ((value) = tree_object_value(object, JSON_PLACE(__LINE__)));             \
		JSON_PLACE(__LINE__)++)

/* ---- whole values ---- */

static inline int json_equal(const json_t *a, const json_t *b)
{
	return a && b && tree_same(a, b);
}

static inline json_t *json_copy(const json_t *t)
{
	return t ? tree_copy(t) : NULL;
}

static inline json_t *json_deep_copy(const json_t *t)
{
	return t ? tree_copy_deep(t) : NULL;
}

static inline json_t *json_loadb(const char *text, size_t length, size_t flags, json_error_t *error)
{
	return jansson_read(text, length, flags, error);
}

json_t *json_loads(const char *text, size_t flags, json_error_t *error); /* NULL for no text */

static inline json_t *json_load_file(const char *path, size_t flags, json_error_t *error)
{
	return jansson_read_file(path, flags, error);
}

static inline char *json_dumps(const json_t *t, size_t flags)
{
	return jansson_write(t, flags);
}

#endif
