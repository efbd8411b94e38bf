/* SPDX-License-Identifier: MIT */
/*
 * Reads back what js_write wrote. The store keeps most objects as text and makes their trees when they are touched, so
 * this runs several times in every renewal; leaving out what our own compact text never has (blanks, reals, escapes in
 * most strings) makes it about twice as fast as a parser for everything. The rare rest is left to jansson, token by
 * token.
 */
#include "base/json.h"

#include <string.h>

#define DEPTH_MOST 200 /* bodies are far flatter; what is not goes to jansson as a whole */

struct reader {
	const char *at, *end;
	unsigned depth;
};

static json_t *read_value(struct reader *r);

/* The token as jansson reads it: strings with escapes, numbers with a fraction or an exponent. */
static json_t *read_rare(const char *from, const char *to)
{
	return json_loadb(from, (size_t)(to - from), JSON_DECODE_ANY, NULL);
}

/* Past the closing quote of the string whose opening quote was just passed; *plain: it has no escapes. NULL: no end. */
static const char *string_end(const struct reader *r, bool *plain)
{
	const char *quote = memchr(r->at, '"', (size_t)(r->end - r->at));

	*plain = quote && !memchr(r->at, '\\', (size_t)(quote - r->at));
	if (!quote || *plain)
		return quote ? quote + 1 : NULL;
	for (const char *p = r->at; p < r->end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '"')
			return p + 1;
	}
	return NULL;
}

static json_t *read_string(struct reader *r)
{
	const char *from = r->at++; /* the quote */
	bool plain;
	const char *to = string_end(r, &plain);

	if (!to)
		return NULL;
	r->at = to;
	return plain ? json_stringn_nocheck(from + 1, (size_t)(to - from - 2)) : read_rare(from, to);
}

static json_t *read_number(struct reader *r)
{
	const char *from = r->at;
	bool negative = *r->at == '-';
	int64_t value = 0;

	for (r->at += negative; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_sub_overflow(value, (int64_t)(*r->at - '0'), &value))
			return NULL;
	}
	if (r->at < r->end && (*r->at == '.' || *r->at == 'e' || *r->at == 'E')) {
		while (r->at < r->end && strchr("+-.eE0123456789", *r->at))
			r->at++;
		return read_rare(from, r->at);
	}
	if (r->at == from + negative || (!negative && value == INT64_MIN))
		return NULL;
	return json_integer(negative ? value : -value);
}

static json_t *read_word(struct reader *r, const char *word, json_t *value)
{
	size_t length = strlen(word);

	if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0)
		return NULL;
	r->at += length;
	return value;
}

/* After an element: true when another follows, false at the closing bracket; *sound is false for anything else. */
static bool goes_on(struct reader *r, char close, bool *sound)
{
	*sound = r->at < r->end && (*r->at == ',' || *r->at == close);
	return *sound && *r->at++ == ',';
}

static bool read_member(struct reader *r, json_t *object)
{
	const char *key = r->at + 1;
	bool plain;
	const char *to;

	if (r->at == r->end || *r->at++ != '"')
		return false;
	to = string_end(r, &plain);
	if (!to || !plain || to == r->end || *to != ':')
		return false;
	r->at = to + 1;
	return !json_object_setn_new_nocheck(object, key, (size_t)(to - key - 1), read_value(r));
}

static json_t *read_object(struct reader *r)
{
	json_t *object = json_object();
	bool sound = true;

	r->at++;
	if (r->at < r->end && *r->at == '}') {
		r->at++;
		return object;
	}
	do {
		sound = read_member(r, object);
	} while (sound && goes_on(r, '}', &sound));
	if (sound)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *read_array(struct reader *r)
{
	json_t *array = json_array();
	bool sound = true;

	r->at++;
	if (r->at < r->end && *r->at == ']') {
		r->at++;
		return array;
	}
	do {
		sound = !json_array_append_new(array, read_value(r));
	} while (sound && goes_on(r, ']', &sound));
	if (sound)
		return array;
	json_decref(array);
	return NULL;
}

static json_t *read_value(struct reader *r)
{
	json_t *out;

	if (r->at == r->end || r->depth == DEPTH_MOST)
		return NULL;
	switch (*r->at) {
	case '"':
		return read_string(r);
	case 'n':
		return read_word(r, "null", json_null());
	case 't':
		return read_word(r, "true", json_true());
	case 'f':
		return read_word(r, "false", json_false());
	case '{':
	case '[':
		r->depth++;
		out = *r->at == '{' ? read_object(r) : read_array(r);
		r->depth--;
		return out;
	default:
		return read_number(r);
	}
}

json_t *js_parse(const char *text, size_t length)
{
	struct reader r = { .at = text, .end = text + length };
	json_t *out = read_value(&r);

	if (out && r.at == r.end)
		return out;
	json_decref(out);
	return json_loadb(text, length, JSON_DECODE_ANY, NULL);
}
