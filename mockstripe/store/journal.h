/* SPDX-License-Identifier: MIT */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "base/list.h"
#include "store/account.h"

/*
 * What one call changes. Handlers write through it and stop at the first failure; they never undo. Rolling back puts
 * every body, index and due time back as it was before the call. The counters of ids go on: an id that a preview has
 * shown is never given to something else.
 *
 * A second journal on the same account may run inside a first one and be rolled back (never committed) before the first
 * goes on, when the first has no drafts meanwhile (journal_freeze_all): a preview on the way.
 */
struct journal {
	struct account *account;
	struct list entries;
	json_t *replaced; /* parts of new trees that older equal ones stand in for; a handler may still hold them */
};

void journal_begin(struct journal *j, struct account *a);
/* A new record; the tree is taken and frozen. The id must be free. Gives the record, owned by the account. */
struct record *journal_add(
	struct journal *j, const struct schema_resource *type, const char *id, json_t *tree, int64_t created);
/* The same with a body (taken), for records whose tree is made on demand. */
struct record *journal_add_body(
	struct journal *j, const struct schema_resource *type, const char *id, struct body *body, int64_t created);
/* The same at a sequence that was taken before (0: the next one). */
struct record *journal_add_at(struct journal *j, const struct schema_resource *type, const char *id, struct body *body,
	int64_t created, uint64_t sequence);
/*
 * The record's draft: a shallow copy that this call may change at its top level (js_own for what lies deeper). The same
 * draft until it is frozen. Nothing of it is found by indexes before that.
 */
json_t *journal_edit(struct journal *j, struct record *r);
json_t *journal_edit_private(struct journal *j, struct record *r); /* the draft's private member, made if absent */
/* Another body (taken) for a record without a draft, in place at once: for bodies whose tree is made on demand. */
void journal_replace(struct journal *j, struct record *r, struct body *body);
void journal_freeze(struct journal *j, struct record *r); /* the draft, if any, becomes the body */
void journal_freeze_all(struct journal *j);
void journal_freeze_type(struct journal *j, const struct schema_resource *type); /* those of one resource */
/* The record becomes {id, object, deleted:true} and leaves its shelf. */
void journal_delete(struct journal *j, struct record *r);
/* The body before this call, or at the last journal_told: what an event's previous_attributes compare with. NULL: new.
 */
struct body *journal_before(const struct journal *j, const struct record *r);
void journal_told(struct journal *j, struct record *r); /* an event has announced the present body */

void journal_commit(struct journal *j);
void journal_roll_back(struct journal *j);

/* A private copy of a member object inside a draft, so that it may be changed; made when absent or null. Borrowed. */
json_t *js_own(json_t *object, const char *key);
/* Likewise an array: a shallow copy in place, elements shared. */
json_t *js_own_array(json_t *object, const char *key);

#endif
