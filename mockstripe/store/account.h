/* SPDX-License-Identifier: MIT */
#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

#include <pthread.h>
#include <stdint.h>

#include "base/list.h"
#include "base/map.h"
#include "base/tree_keys.h"
#include "store/record.h"
#include "store/shelf.h"
#include "store/timeline.h"

/*
 * A tenant: all state belongs to one. One lock, held for the whole of a call; nothing in an account is touched without
 * it, and a call never waits for anything while it holds it.
 */
struct account_rules {
	/* The keys that records of a type are found by, at most SHELF_KEYS; gives how many. */
	size_t (*keys)(const void *arg, const struct schema_resource *type, struct shelf_key *out);
	const void *arg;
};

struct db;

struct account {
	char *id; /* acct_... */
	uint64_t seed;
	const struct account_rules *rules;
	pthread_mutex_t lock;
	struct map *records;	/* id -> struct record, the deleted ones included */
	struct shelf **shelves; /* by schema_resource index, made when first needed */
	struct timeline time;	/* the account's own */
	struct map *clocks;	/* test clock id -> struct timeline */
	uint64_t sequence;	/* of the newest record */
	struct map *counters;	/* id prefix -> uint64_t: how many ids were made */
	struct list warm;	/* bodies that have something to be cooled, oldest first; a reference each */
	json_t **shapes;	/* by schema_resource index: what new bodies start from; api/shape.c's */
	struct key_lists lists; /* of keys that its bodies have */
	struct map *replays;	/* idempotency key -> stored answer; owned by engine/idempotency.c */
	struct db *db;		/* where commits are kept too; NULL: memory only */
	void *outbox;		/* owned by events/ */
};

struct account *account_new(const char *id, uint64_t seed, const struct account_rules *rules, bool wall, int64_t now);
void account_free(struct account *a);  /* NULL-safe; the engine's and the events' parts are freed by them before */
void account_clear(struct account *a); /* no records, no counters: as new; the present stays */

struct record *account_find(const struct account *a, const char *id); /* deleted ones too; NULL */
/* The record when it is of that resource and not deleted; NULL otherwise. */
struct record *account_get(const struct account *a, const char *id, const struct schema_resource *type);
struct shelf *account_shelf(struct account *a, const struct schema_resource *type);
/* The timeline of a test clock by its id; the account's own for NULL. */
struct timeline *account_clock(struct account *a, const char *clock_id);

/* A new id of that resource: the same seed and the same calls give the same ids. Arena-free: writes into out. */
#define ID_ROOM 96
void account_new_id(struct account *a, const char *prefix, unsigned length, char out[ID_ROOM]);
/* A number for other made-up values (secrets, fingerprints): the next draw of a named stream. */
uint64_t account_draw(struct account *a, const char *stream);

/* Remembers a body that has something to be cooled; account_cool cools the oldest. At the end of each call. */
void account_warmed(struct account *a, struct body *b);
void account_cool(struct account *a);

/* Used by the journal, marks and loaders: puts a record in place with a body (both taken), or takes one out for good.
 */
struct record *account_put(struct account *a, const struct schema_resource *type, const char *id, struct body *body,
	int64_t created, uint64_t sequence, bool deleted);
void account_set_body(struct record *r, struct body *body, bool deleted); /* body taken; indexes follow */
void account_remove(struct record *r);					  /* frees it */

#endif
