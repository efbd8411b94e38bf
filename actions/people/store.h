/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_STORE_H
#define ACTIONS_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "base/text.h"

/*
 * What an agent remembers: contacts, the definitions of their attributes, used confirmations, counted runs and offers.
 * It is SQLite in either case, in a file when one is configured and in memory otherwise, so that there is one way of
 * doing it. A file may be shared by several processes of one agent, and by several agents, whose rows never meet. Good
 * for several threads at once; what the last statement came to is told to each thread by itself.
 */
struct store;

/* file NULL: in memory. NULL with a reason in `why` (appended) when the file cannot be used. */
struct store *store_open(const char *file, struct text *why);
void store_close(struct store *s); /* NULL-safe */

/*
 * Statements with their values in `types`, one letter each: t text (NULL: null), i int64_t. The SQL is ours, values are
 * always bound. false when it failed: store_trouble says why.
 */
bool store_do(struct store *s, const char *sql, const char *types, ...);
/* The rows as a new array of objects by column name (texts, integers, nulls); NULL when it failed. */
json_t *store_rows(struct store *s, const char *sql, const char *types, ...);
/* How many rows the last store_do changed. */
int64_t store_changed(const struct store *s);
/* Several statements as one; no nesting. Other threads wait meanwhile, so that nothing slow may stand in between.
 * store_end(s, false) undoes them; false when they could not be kept. */
bool store_begin(struct store *s);
bool store_end(struct store *s, bool keep);
/* Why the last statement failed; NULL when it did not. Borrowed until the next one. */
const char *store_trouble(const struct store *s);

#endif
