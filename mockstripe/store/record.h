/* SPDX-License-Identifier: MIT */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "schema/schema.h"
#include "store/body.h"

struct account;
struct slot;
struct timeline;

/*
 * One stored object. Its state is `body`, which is frozen; a running call that changes it works on `draft`, a private
 * copy that the journal turns into the next body. Read through record_tree, write through the journal, nothing else.
 *
 * What the record is found by - its place on the shelf, its index values, its due time, its clock - is derived from
 * the body whenever a body is put in place (shelf.c), so it can never disagree with it.
 */
struct record {
	const struct schema_resource *type;
	struct account *account;
	struct body *body;
	json_t *draft;		/* NULL unless the running call has opened it */
	struct timeline *clock; /* whose time it lives on: a test clock's, or the account's */
	union {
		struct slot *slot;   /* the index entry that holds it, when it is one */
		struct slot **slots; /* or all of them */
	};
	int64_t created;   /* Unix seconds; with sequence the order in lists */
	uint64_t sequence; /* order of creation within the account */
	int64_t due;	   /* when its clock calls it next; 0 is never */
	size_t heap_at;	   /* its place on the timeline's heap */
	uint8_t n_slots;
	bool deleted; /* the body is {id, object, deleted:true}; on no shelf any more */
	bool shelved;
	bool listed; /* in the journal of the running call */
	char id[];
};

/* The state as the running call sees it; borrowed. NULL for NULL. The private member is in it. */
json_t *record_tree(struct record *r);
/* The private member of that, or NULL. */
json_t *record_private(struct record *r);
bool record_is(const struct record *r, const char *object); /* its "object" value */

#endif
