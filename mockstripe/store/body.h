/* SPDX-License-Identifier: MIT */
#ifndef STORE_BODY_H
#define STORE_BODY_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/json.h"
#include "base/text.h"

/*
 * A frozen JSON object that several owners share: the state of a record at one moment. It is held as a tree, which
 * shares with other versions what has not changed; or, lazily, as what the tree is made from whenever somebody asks.
 * Renderings and trees made on demand are let go when they were not touched lately (body_cool).
 *
 * The object may have one private member, PRIVATE_KEY: state that Stripe keeps but does not show (hidden tiers, the
 * next due time). It is rendered last, and only where everything is wanted.
 *
 * Not thread-safe: a body belongs to one account and is used under its lock. The bytes it hands out may travel.
 */
#define PRIVATE_KEY "_mockstripe"

struct body;

/* How the body of a kind is made from its parts. */
struct body_kind {
	size_t size;			    /* of the parts */
	json_t *(*make)(const void *parts); /* the whole object; new reference */
	/* A member that a record is found by (of an index, "test_clock", PRIVATE_KEY), without the rest; new reference.
	 */
	json_t *(*member)(const void *parts, const char *name);
	void (*release)(void *parts); /* drops what the parts hold */
};

struct body *body_new(json_t *tree); /* takes the reference; the tree must not change any more; one owner */
struct body *body_parse(const char *text, size_t length); /* compact or not; NULL when it is not a JSON object */
/* One whose tree is made when asked for; its parts are zeroed, and filled before that. */
struct body *body_lazy(const struct body_kind *kind);
void *body_parts(struct body *b, const struct body_kind *kind); /* NULL for a body of another kind */
/* A member that a record is found by; its tree is not made for that. New reference, NULL when absent. */
json_t *body_member(struct body *b, const char *name);
struct body *body_keep(struct body *b); /* gives b */
void body_drop(struct body *b);		/* NULL-safe */

json_t *body_tree(struct body *b);	 /* borrowed, frozen; good while b is kept and not cooled */
json_t *body_at_hand(struct body *b);	 /* the same, or NULL when it would have to be made */
bool body_is_cold(const struct body *b); /* asking for its tree or a layout makes something that body_cool lets go */
void body_cool(struct body *b);		 /* keeps only what nothing else can be made from */

/* Appends the public rendering, compact. */
void body_write(struct body *b, struct text *out);
/* Appends the public rendering indented for a value at `depth`. */
void body_write_indented(struct body *b, struct text *out, unsigned depth);
/*
 * The same as bytes, for an answer of its own or for a row of a list, kept until the body is cooled: an object that is
 * read often is laid out once. Borrowed. The body must be on its account's list of warm ones.
 */
#define BODY_ROW_DEPTH 2
struct bytes *body_shown(struct body *b, bool as_row);
/* Appends everything, the private member included: what a snapshot or the database keeps. */
void body_write_whole(struct body *b, struct text *out);

#endif
