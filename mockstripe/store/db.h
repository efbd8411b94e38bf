/* SPDX-License-Identifier: MIT */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>

#include "store/account.h"

/*
 * --db FILE: all accounts in an SQLite database in write-ahead mode. What a call changed is written, in one
 * transaction, before its answer leaves; so a server that is killed loses no acknowledged write. The memory stays the
 * truth while it runs; the file is read once, at the start. A file that can no longer be written ends the process with
 * the reason: going on would acknowledge what is not kept.
 *
 * Kept: records with their private state, order, counters, the accounts' time. Not kept: idempotency answers, marks,
 * the request log, keys. Thread-safe.
 */
struct db;

struct db *db_open(const char *path, char **why); /* NULL with a sentence in *why (free() it) */
void db_close(struct db *db);			  /* NULL-safe */

/* Calls make(arg, id) for each kept account, which gives it empty and locked or fresh, and fills it. false with *why.
 */
bool db_load(struct db *db, struct account *(*make)(void *arg, const char *id), void *arg, char **why);

/* One transaction: begin, any number of records (a deleted one with its stub), then end, which keeps the account too.
 */
void db_begin(struct db *db);
void db_record(struct db *db, struct record *r);
void db_end(struct db *db, const struct account *a);
/* The whole account anew: after a reset, a rewind, a move of its time. */
void db_replace(struct db *db, struct account *a);

#endif
