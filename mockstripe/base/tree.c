/* SPDX-License-Identifier: MIT */
#include "base/tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/scan.h"
#include "base/tree_inside.h"

struct string {
	struct tree head;
	uint32_t length;
	char data[];
};

/* A real, or an integer that has no place in a pointer. */
struct number {
	struct tree head;
	union {
		int64_t integer;
		double real;
	} value;
};

struct array {
	struct tree head;
	uint32_t count, room;
	struct tree **values;
};

/* ---- single values ---- */

struct tree *tree_integer(int64_t value)
{
	struct number *n;

	if (value <= INTPTR_MAX / 2 && value >= INTPTR_MIN / 2)
		return (struct tree *)((uintptr_t)value << 1 | TREE_INLINE_INTEGER);
	n = mem_alloc(sizeof *n);
	*n = (struct number) { .head = { .owners = 1, .type = TREE_INTEGER }, .value.integer = value };
	return &n->head;
}

int64_t tree_integer_value(const struct tree *t)
{
	if ((uintptr_t)t & TREE_INLINE_INTEGER)
		return ((intptr_t)t - (intptr_t)TREE_INLINE_INTEGER) / 2;
	return tree_is(t, TREE_INTEGER) ? ((const struct number *)(const void *)t)->value.integer : 0;
}

struct tree *tree_real(double value)
{
	struct number *n;

	if (!isfinite(value))
		return NULL;
	n = mem_alloc(sizeof *n);
	*n = (struct number) { .head = { .owners = 1, .type = TREE_REAL }, .value.real = value };
	return &n->head;
}

double tree_real_value(const struct tree *t)
{
	return tree_is(t, TREE_REAL) ? ((const struct number *)(const void *)t)->value.real : 0;
}

size_t tree_character_length(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	if (p[0] < 0x80)
		return 1;
	size_t length = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : p[0] >= 0xE0 && p[0] <= 0xEF ? 3 : 4;
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	/* RFC 3629: no overlong forms, no surrogates. */
	unsigned char low = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
	unsigned char high = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
	if (p[1] < low || p[1] > high)
		return 0;
	/* The terminator is no continuation byte, so this never reads past it. */
	for (size_t i = 2; i < length; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return length;
}

/* s need not be terminated: what would reach past the end is no character. */
bool tree_is_utf8(const char *s, size_t length)
{
	size_t at = 0;

	while (at < length) {
		char last[5] = { 0 };
		size_t left = length - at, step;

		if (left >= 8 && !(scan_load(s + at) & SCAN_HIGH)) {
			at += 8;
			continue;
		}
		if ((unsigned char)s[at] < 0x80) {
			at++;
			continue;
		}
		memcpy(last, s + at, left < 4 ? left : 4);
		step = tree_character_length(last);
		if (!step)
			return false;
		at += step;
	}
	return true;
}

struct tree *tree_string(const char *s, size_t length, bool is_utf8)
{
	struct string *string;

	if (!s || (!is_utf8 && !tree_is_utf8(s, length)))
		return NULL;
	if (length > UINT32_MAX / 2)
		die("a text of %zu bytes is too large", length);
	string = mem_resize(NULL, sizeof *string + length + 1);
	string->head = (struct tree) { .owners = 1, .type = TREE_STRING };
	string->length = (uint32_t)length;
	memcpy(string->data, s, length);
	string->data[length] = '\0';
	return &string->head;
}

const char *tree_string_value(const struct tree *t)
{
	return tree_is(t, TREE_STRING) ? ((const struct string *)(const void *)t)->data : NULL;
}

size_t tree_string_length(const struct tree *t)
{
	return tree_is(t, TREE_STRING) ? ((const struct string *)(const void *)t)->length : 0;
}

/* ---- arrays ---- */

static struct array *array_of(const struct tree *t)
{
	return tree_is(t, TREE_ARRAY) ? (struct array *)(uintptr_t)t : NULL;
}

struct tree *tree_array(void)
{
	struct array *a = mem_alloc(sizeof *a);

	a->head = (struct tree) { .owners = 1, .type = TREE_ARRAY };
	return &a->head;
}

struct tree **array_places(struct tree *t)
{
	struct array *a = array_of(t);

	return a ? a->values : NULL;
}

size_t tree_array_count(const struct tree *t)
{
	const struct array *a = array_of(t);

	return a ? a->count : 0;
}

struct tree *tree_array_at(const struct tree *t, size_t index)
{
	const struct array *a = array_of(t);

	return a && index < a->count ? a->values[index] : NULL;
}

bool tree_array_set(struct tree *t, size_t index, struct tree *value)
{
	struct array *a = array_of(t);
	struct tree *old;

	if (!a || !value || value == t || index >= a->count) {
		tree_drop(value);
		return false;
	}
	old = a->values[index];
	a->values[index] = value;
	tree_drop(old);
	return true;
}

static void array_room(struct array *a, uint32_t room)
{
	if (room <= a->room)
		return;
	if (room > UINT32_MAX / 4)
		die("an array of %u elements is too large", (unsigned)room);
	/* Most arrays have one element. */
	a->room = room > 2 * a->room ? room : 2 * a->room;
	a->values = mem_resize(a->values, a->room * sizeof *a->values);
}

bool tree_array_insert(struct tree *t, size_t index, struct tree *value)
{
	struct array *a = array_of(t);

	if (!a || !value || value == t || index > a->count) {
		tree_drop(value);
		return false;
	}
	array_room(a, a->count + 1);
	memmove(a->values + index + 1, a->values + index, (a->count - index) * sizeof *a->values);
	a->values[index] = value;
	a->count++;
	return true;
}

bool tree_array_remove(struct tree *t, size_t index)
{
	struct array *a = array_of(t);
	struct tree *old;

	if (!a || index >= a->count)
		return false;
	old = a->values[index];
	memmove(a->values + index, a->values + index + 1, (a->count - index - 1) * sizeof *a->values);
	a->count--;
	tree_drop(old);
	return true;
}

void tree_array_clear(struct tree *t)
{
	struct array *a = array_of(t);

	while (a && a->count)
		tree_drop(a->values[--a->count]);
}

static struct tree *array_copy(const struct tree *t, bool deep)
{
	const struct array *from = array_of(t);
	struct tree *made = tree_array();
	struct array *a = array_of(made);

	array_room(a, from->count);
	a->count = from->count;
	for (uint32_t i = 0; i < from->count; i++)
		a->values[i] = deep ? tree_copy_deep(from->values[i]) : tree_keep(from->values[i]);
	return made;
}

static bool array_same(const struct tree *a, const struct tree *b)
{
	const struct array *x = array_of(a), *y = array_of(b);

	if (x->count != y->count)
		return false;
	for (uint32_t i = 0; i < x->count; i++)
		if (!tree_same(x->values[i], y->values[i]))
			return false;
	return true;
}

/* ---- whole values ---- */

void tree_end(struct tree *t)
{
	struct array *a = array_of(t);

	if (tree_is(t, TREE_OBJECT)) {
		object_end(t);
		return;
	}
	if (a) {
		tree_array_clear(t);
		free(a->values);
	}
	free(t);
}

bool tree_same(const struct tree *a, const struct tree *b)
{
	if (a == b)
		return true;
	if (!a || !b || tree_type_of(a) != tree_type_of(b))
		return false;
	switch (tree_type_of(a)) {
	case TREE_OBJECT:
		return object_same(a, b);
	case TREE_ARRAY:
		return array_same(a, b);
	case TREE_STRING:
		return tree_string_length(a) == tree_string_length(b) &&
		       !memcmp(tree_string_value(a), tree_string_value(b), tree_string_length(a));
	case TREE_INTEGER:
		return tree_integer_value(a) == tree_integer_value(b);
	case TREE_REAL:
		return !(tree_real_value(a) < tree_real_value(b)) && !(tree_real_value(a) > tree_real_value(b));
	case TREE_TRUE:
	case TREE_FALSE:
	case TREE_NULL:
		break;
	}
	return true;
}

struct tree *tree_copy(const struct tree *t)
{
	if (tree_is(t, TREE_OBJECT))
		return object_copy(t);
	if (tree_is(t, TREE_ARRAY))
		return array_copy(t, false);
	return tree_keep((struct tree *)(uintptr_t)t);
}

struct tree *tree_copy_deep(const struct tree *t)
{
	if (tree_is(t, TREE_OBJECT))
		return object_copy_deep(t);
	if (tree_is(t, TREE_ARRAY))
		return array_copy(t, true);
	return tree_keep((struct tree *)(uintptr_t)t);
}
