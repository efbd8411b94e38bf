/* SPDX-License-Identifier: MIT */
#ifndef STORE_SHELF_H
#define STORE_SHELF_H

#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/map.h"
#include "store/record.h"

/*
 * The records of one type in one account, ordered by (created, sequence), newest last; and for each declared key the
 * same order once per value. A list call takes the shortest vector that applies and walks it from the cursor, so that
 * its cost does not grow with the number of records (craft: lists never scan).
 */
#define SHELF_KEYS 16

struct shelf_key {
	const char *param; /* the list parameter that uses it: "customer" */
	const char *path;  /* where its values stand in the body: "items.data.[].price.id" ([] is every element) */
};

struct slot { /* the records that have one value under one key */
	struct list records;
	struct map *home; /* the map that holds it under `value` */
	void *first[1];	  /* `records` while there is no more than one, as mostly */
	uint8_t key;
	char value[];
};

struct shelf {
	const struct schema_resource *type;
	struct list records;
	size_t n_keys;
	struct shelf_key keys[SHELF_KEYS];
	struct map *slots[SHELF_KEYS];
};

struct shelf *shelf_new(const struct schema_resource *type, const struct shelf_key *keys, size_t n_keys);
void shelf_free(struct shelf *s);
/* Puts r in its place in all vectors and on its timeline, by its present body; or corrects the places after a change.
 */
void shelf_index(struct shelf *s, struct record *r);
/* The same for a record that was in place by the tree `before`, borrowed: at no cost when nothing that places it has
 * changed. */
void shelf_follow(struct shelf *s, struct record *r, const json_t *before);
void shelf_remove(struct shelf *s, struct record *r); /* from all of them */
void shelf_forget(struct record *r); /* frees what r holds of its places, without leaving them: all of it ends */
/* The records under one value, NULL when the key is not declared; an empty list when nothing has that value. */
const struct list *shelf_slot(const struct shelf *s, const char *param, const char *value);
/* The index in an ordered vector of the first record not before (created, sequence). */
size_t shelf_position(const struct list *ordered, int64_t created, uint64_t sequence);
/* Calls each(arg, value) for every value at a path of a tree ("a.b", "a.[].b"). */
void path_each(json_t *tree, const char *path, void (*each)(void *arg, json_t *value), void *arg);

#endif
