/* SPDX-License-Identifier: MIT */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json_words.h"
#include "base/text.h"

/*
 * The house's own words for JSON. Getters accept any node, or NULL, and borrow. Setters cannot be misused: NULL text
 * writes null, and text that is not UTF-8 is mended with U+FFFD. Keys must be UTF-8 already and are not checked.
 * Setting on a node that is not an object ends the process.
 */

static inline json_t *js_get(const json_t *object, const char *key) /* NULL when absent; null is a node */
{
	return json_object_get(object, key);
}

static inline const char *js_text(const json_t *object, const char *key) /* NULL when absent or not a string */
{
	return json_string_value(js_get(object, key));
}

/* fallback when not an integer */
static inline int64_t js_int(const json_t *object, const char *key, int64_t fallback)
{
	const json_t *node = js_get(object, key);

	return json_is_integer(node) ? json_integer_value(node) : fallback;
}

/* fallback when not a boolean */
static inline bool js_flag(const json_t *object, const char *key, bool fallback)
{
	const json_t *node = js_get(object, key);

	return json_is_boolean(node) ? json_is_true(node) : fallback;
}

static inline bool js_is_null(const json_t *object, const char *key) /* present and null */
{
	return json_is_null(js_get(object, key));
}

/* Follows "a.b.0.c" through objects and arrays; NULL when any step is absent. */
json_t *js_at(const json_t *node, const char *path);
const char *js_text_at(const json_t *node, const char *path);
int64_t js_int_at(const json_t *node, const char *path, int64_t fallback);
bool js_flag_at(const json_t *node, const char *path, bool fallback);

void js_put_key(json_t *object, const struct tree_key *key, json_t *value); /* for those below */
json_t *js_string(const char *text); /* of any text, mended; null for NULL; new reference */

/* takes the reference; NULL writes null */
static inline void js_put_new(json_t *object, const char *key, json_t *value)
{
	struct tree_key made = tree_key(key, strlen(key));

	js_put_key(object, &made, value);
}

/* keeps a reference of its own; NULL writes null */
static inline void js_put(json_t *object, const char *key, json_t *value)
{
	js_put_new(object, key, json_incref(value));
}

static inline void js_put_text(json_t *object, const char *key, const char *text)
{
	js_put_new(object, key, js_string(text));
}

static inline void js_put_int(json_t *object, const char *key, int64_t value)
{
	js_put_new(object, key, json_integer(value));
}

static inline void js_put_flag(json_t *object, const char *key, bool value)
{
	js_put_new(object, key, json_boolean(value));
}

static inline void js_put_null(json_t *object, const char *key)
{
	js_put_new(object, key, json_null());
}

/* Equal trees; equal pointers are noticed first, so versions that share parts compare fast. */
bool js_same(const json_t *a, const json_t *b);

/*
 * Compact JSON, keys in order of insertion, non-ASCII and '/' unescaped, reals with up to 15 significant digits and
 * without a fraction when they are whole. RFC 8259: only control characters, '"' and '\\' are escaped.
 */
void js_write(struct text *out, const json_t *value);
/* The same without any member named `hidden`, at any depth. */
void js_write_without(struct text *out, const json_t *value, const char *hidden);
/* A member's beginning: `lead` ("{" or ","), the quoted key, a colon. */
void js_write_key(struct text *out, char lead, const char *key);
void js_write_string(struct text *out, const char *s, size_t length); /* with its quotes */

/*
 * Reads text that js_write wrote; new reference, NULL when it is no JSON. Any other JSON is read as well, slower; but
 * for speed UTF-8 is not checked and the last of two equal keys wins, so it is not for what clients send.
 */
json_t *js_parse(const char *text, size_t length);

/*
 * Two-space indentation as Stripe answers: one streaming pass over compact JSON, no parsing. `depth` is the level that
 * the value stands at (0 for a whole body). Empty containers stay "{}" and "[]".
 */
void js_indent(struct text *out, const char *compact, size_t length, unsigned depth);

struct arena;
/* The arena takes the reference and drops it when it is cleared; gives the node (NULL: NULL), borrowed. */
json_t *js_lent(struct arena *a, json_t *node);

/* json_decref when the variable goes out of scope. */
void js_cleanup(json_t **node);
#define js_auto __attribute__((cleanup(js_cleanup))) json_t *

#endif
