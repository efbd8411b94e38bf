/* SPDX-License-Identifier: MIT */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/single_threaded.h>

/*
 * JSON values as the store keeps them: many versions of the same objects, most of their members shared, few of them
 * ever read again. Integers, booleans and null stand in the pointer itself. An object is a row of pointers beside a
 * list of keys that it shares with its copies, so that a version costs eight bytes a member and what has changed; it
 * is smaller than its own text. Members keep their order of insertion.
 *
 * The vocabulary that the house uses is in base/json.h; this is what stands behind it. Counting owners is thread-safe,
 * changing a value is not: what threads share is not changed.
 */
enum tree_type {
	TREE_OBJECT,
	TREE_ARRAY,
	TREE_STRING,
	TREE_INTEGER,
	TREE_REAL,
	TREE_TRUE,
	TREE_FALSE,
	TREE_NULL,
};

/* Only values that stand in memory have one of these; ask tree_type_of, not `type`. */
struct tree {
	uint32_t owners;
	uint8_t type;
};

/* The two lowest bits of a pointer to memory are 0: 1 marks an integer (two's complement above it), 2 a constant. */
#define TREE_INLINE_INTEGER ((uintptr_t)1)
#define TREE_INLINE_CONSTANT ((uintptr_t)2)
#define TREE_CONSTANT(type) ((struct tree *)((uintptr_t)(type) << 2 | TREE_INLINE_CONSTANT))

static inline bool tree_in_memory(const struct tree *t)
{
	return t && !((uintptr_t)t & (TREE_INLINE_INTEGER | TREE_INLINE_CONSTANT));
}

/* t is not NULL. */
static inline enum tree_type tree_type_of(const struct tree *t)
{
	uintptr_t bits = (uintptr_t)t;

	if (bits & TREE_INLINE_INTEGER)
		return TREE_INTEGER;
	if (bits & TREE_INLINE_CONSTANT)
		return (enum tree_type)(bits >> 2);
	return (enum tree_type)t->type;
}

static inline bool tree_is(const struct tree *t, enum tree_type type)
{
	return t && tree_type_of(t) == type;
}

/* A count of owners: an atomic operation costs as much as the rest of a copy, so it is one only when threads exist. */
static inline void owners_add(uint32_t *owners)
{
	if (__libc_single_threaded)
		++*owners;
	else
		__atomic_fetch_add(owners, 1, __ATOMIC_RELAXED);
}

/* True when that was the last one. */
static inline bool owners_remove(uint32_t *owners)
{
	if (__libc_single_threaded)
		return --*owners == 0;
	return __atomic_sub_fetch(owners, 1, __ATOMIC_ACQ_REL) == 0;
}

static inline bool owners_several(const uint32_t *owners)
{
	return (__libc_single_threaded ? *owners : __atomic_load_n(owners, __ATOMIC_RELAXED)) > 1;
}

void tree_end(struct tree *t); /* for tree_drop alone: nobody owns t any more */

/* Gives t; NULL-safe. */
static inline struct tree *tree_keep(struct tree *t)
{
	if (tree_in_memory(t))
		owners_add(&t->owners);
	return t;
}

static inline void tree_drop(struct tree *t)
{
	if (tree_in_memory(t) && owners_remove(&t->owners))
		tree_end(t);
}

/* ---- single values; new references ---- */

struct tree *tree_integer(int64_t value);
struct tree *tree_real(double value); /* NULL for what is no number */
/* NULL for NULL and, unless vouched for, for what is not UTF-8 (RFC 3629). Zero bytes may be in it. */
struct tree *tree_string(const char *s, size_t length, bool is_utf8);
bool tree_is_utf8(const char *s, size_t length);
/* How many bytes of s, which is terminated, form one well-formed character; 0 for none. */
size_t tree_character_length(const char *s);

int64_t tree_integer_value(const struct tree *t);    /* 0 for another type */
double tree_real_value(const struct tree *t);	     /* likewise */
const char *tree_string_value(const struct tree *t); /* terminated; NULL for another type */
size_t tree_string_length(const struct tree *t);     /* 0 for another type */

/* ---- arrays; another type counts as empty and takes nothing ---- */

struct tree *tree_array(void);
size_t tree_array_count(const struct tree *t);
struct tree *tree_array_at(const struct tree *t, size_t index); /* borrowed; NULL beyond the end */
/* All take the value, also when they fail; false for another type, a NULL value or a place that is not there. */
bool tree_array_set(struct tree *t, size_t index, struct tree *value);
bool tree_array_insert(struct tree *t, size_t index, struct tree *value); /* at most at the end */
bool tree_array_remove(struct tree *t, size_t index);
void tree_array_clear(struct tree *t);

/* ---- objects; another type counts as empty and takes nothing ---- */

struct tree *tree_object(void);
/*
 * Puts the members of t into the order of names(arg, 0), names(arg, 1) ... up to n; those of other names go last, as
 * they stood.
 */
void tree_object_order(struct tree *t, const char *(*names)(const void *arg, size_t i), const void *arg, size_t n);
/* Every object of t that t alone owns uses the list of keys that the set has, where it is the same one. */
struct key_lists;
void tree_share_keys(struct tree *t, struct key_lists *known);
/*
 * What two objects with the same list of keys have in common becomes one: members of t are replaced by equal ones at
 * the same place, at any depth but below what others own too. Nothing of t must change any more. What was replaced goes
 * to the array `kept`: whoever has borrowed it from t keeps it until that ends.
 */
void tree_share_values(struct tree *t, const struct tree *with, struct tree *kept);
size_t tree_object_count(const struct tree *t);
/*
 * A key with what it is looked up by: a byte that tells most keys of one object apart. Where the key is a literal all
 * of it is worked out when the file is compiled.
 */
struct tree_key {
	const char *text;
	size_t length;
	unsigned char tag;
};

static inline struct tree_key tree_key(const char *text, size_t length)
{
	struct tree_key key = { .text = text, .length = length };

	if (length)
		key.tag = (unsigned char)((unsigned char)text[0] + 31 * (unsigned char)text[length / 2] +
					  97 * (unsigned char)text[length - 1] + 5 * length);
	return key;
}

struct tree *tree_object_find(const struct tree *t, const struct tree_key *key); /* borrowed; NULL when absent */

static inline struct tree *tree_object_get(const struct tree *t, const char *text, size_t length)
{
	struct tree_key key = tree_key(text, length);

	return tree_object_find(t, &key);
}

/* True when both have the very same value under that key, or both have none. */
bool tree_object_shares(const struct tree *a, const struct tree *b, const char *key, size_t length);
/* The members in order: NULL beyond the last. Good until a member is added or taken out. */
const char *tree_object_key(const struct tree *t, size_t index, size_t *length);
struct tree *tree_object_value(const struct tree *t, size_t index);
/* Takes the value, also when it fails: another type, a NULL value, itself. An old value is replaced in its place. */
bool tree_object_put(struct tree *t, const struct tree_key *key, struct tree *value);

static inline bool tree_object_set(struct tree *t, const char *text, size_t length, struct tree *value)
{
	struct tree_key key = tree_key(text, length);

	return tree_object_put(t, &key, value);
}

bool tree_object_remove(struct tree *t, const char *key, size_t length); /* false when absent */
void tree_object_clear(struct tree *t);

/* ---- whole values ---- */

bool tree_same(const struct tree *a, const struct tree *b); /* equal; the order of members does not matter */
struct tree *tree_copy(const struct tree *t);	   /* of one level, elements shared; a single value is shared */
struct tree *tree_copy_deep(const struct tree *t); /* single values shared: they never change */

#endif
