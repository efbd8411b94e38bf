/* SPDX-License-Identifier: MIT */
#ifndef BASE_TREE_KEYS_H
#define BASE_TREE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tree.h"

/*
 * The keys of objects, in order, shared by an object and its copies. An object of n members means the first n keys of
 * its list. A list that others share is never changed; who has it alone adds to it in place.
 */
struct keys;

#define KEYS_NONE UINT32_MAX

/* NULL is the empty list everywhere below. */
struct keys *keys_keep(struct keys *k);
void keys_drop(struct keys *k);
/* The place of a key among the first `count`, or KEYS_NONE. */
uint32_t keys_find(const struct keys *k, uint32_t count, const struct tree_key *key);
const char *keys_at(const struct keys *k, uint32_t index, size_t *length); /* terminated; length may be NULL */
/* True when the key after the first `count` is this one: then keys_with has nothing to do. */
bool keys_go_on(const struct keys *k, uint32_t count, const struct tree_key *key);
/* These take *k, which means its first `count` keys, and give the list to be used instead. */
struct keys *keys_with(struct keys *k, uint32_t count, const struct tree_key *key); /* at the end */
struct keys *keys_room(uint32_t count, const struct keys *like); /* empty, with room for the first `count` of those */
struct keys *keys_without(struct keys *k, uint32_t count, uint32_t index);

/* Lists that were seen, each once: objects that are made one by one need not keep one each. */
struct key_lists {
	struct keys **at; /* open addressing; NULL: free */
	uint32_t count, size;
};
/* The list that the set has for the first `count` keys of k, which is put in when there is none. Takes k. */
struct keys *keys_known(struct key_lists *set, struct keys *k, uint32_t count);
void key_lists_clear(struct key_lists *set);

#endif
