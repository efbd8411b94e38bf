/* SPDX-License-Identifier: MIT */
#ifndef STORE_MARK_H
#define STORE_MARK_H

#include "store/account.h"

/*
 * A picture of an account's records at one moment, and the way back to it. Bodies are frozen, so a picture holds
 * references and copies nothing; what is found by indexes, due times and the test clocks' present follow from the
 * bodies when they are put back. Rewinding may be done any number of times, also after the account was cleared.
 *
 * All three want the account's lock held, since bodies are counted without one.
 */
struct mark;

struct mark *mark_take(struct account *a);
/* Afterwards the account has exactly the records, counters and times of the picture. No call may be running. */
void mark_restore(struct account *a, const struct mark *m);
void mark_free(struct mark *m); /* NULL-safe; under the lock of the account it was taken from */

#endif
