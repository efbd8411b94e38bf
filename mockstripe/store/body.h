/* SPDX-License-Identifier: MIT */
#ifndef STORE_BODY_H
#define STORE_BODY_H

#include <jansson.h>
#include <stdbool.h>

#include "base/bytes.h"
#include "base/text.h"

/*
 * A frozen JSON object that several owners share: the state of a record at one moment. It is held as a jansson tree, as
 * compact text, or both; each is made from the other on demand. A tree costs some eight times its text, so the store
 * lets the trees of records that were not touched lately go (body_cool); whoever asks gets it back.
 *
 * The object may have one private member, PRIVATE_KEY: state that Stripe keeps but does not show (hidden tiers, the
 * next due time). It is stored last in the text, so that the public rendering is a prefix of it.
 *
 * Not thread-safe: a body belongs to one account and is used under its lock. The bytes it hands out may travel.
 */
#define PRIVATE_KEY "_mockstripe"

struct body;

struct body *body_new(json_t *tree); /* takes the reference; the tree must not change any more; one owner */
struct body *body_parse(const char *text, size_t length); /* compact or not; NULL when it is not a JSON object */
/* Made by make(arg) whenever the tree is asked for and not at hand; release(arg) when the body ends. Never text at
 * rest. */
struct body *body_lazy(json_t *(*make)(const void *arg), void (*release)(void *arg), void *arg);
/* A lazy body whose index values, due time and clock also stand in the small tree that brief(arg) makes (new
 * reference): the whole one is not needed to put its record in place. */
void body_set_brief(struct body *b, json_t *(*brief)(const void *arg));
/* The tree, or the brief one while the tree is not at hand: for indexes. New reference. */
json_t *body_index_tree(struct body *b);
/* The arg of a lazy body that `make` makes; NULL for every other body. */
void *body_made_from(const struct body *b, json_t *(*make)(const void *arg));
struct body *body_keep(struct body *b); /* gives b */
void body_drop(struct body *b);		/* NULL-safe */

json_t *body_tree(struct body *b);	 /* borrowed, frozen; good while b is kept and not cooled */
bool body_is_warm(const struct body *b); /* its tree or a layout of it is at hand */
void body_cool(struct body *b);		 /* keeps only the compact text (a lazy body: only its maker) */
/* Drops a reference; when others hold the body too it is cooled, when nobody does nothing is rendered for nobody.
 * `scratch` is memory to render in, which many calls share. */
void body_retire(struct body *b, struct text *scratch);

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
