/* SPDX-License-Identifier: MIT */
#ifndef API_DUE_H
#define API_DUE_H

#include "api/call.h"

/*
 * Runs what is due on a timeline up to `until`, in order of time, each in a transaction of its own, and moves the
 * timeline along: advancing a year at once gives the same history as advancing it day by day. Wants the account's lock
 * and no running call on its journal.
 */
void due_run(const struct api *api, struct account *a, struct timeline *t, int64_t until);

#endif
