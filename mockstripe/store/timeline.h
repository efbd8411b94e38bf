/* SPDX-License-Identifier: MIT */
#ifndef STORE_TIMELINE_H
#define STORE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record;

/*
 * A present moment and the records that have something due on it, in order. An account has one; each test clock has one
 * of its own. A record is due at most once at a time: its `due` is part of its state, so that rolling a call back,
 * rewinding and reloading put the timeline back with no code of their own.
 *
 * The wall timeline follows the machine's clock; any other stands still until it is moved. Times are Unix seconds.
 */
struct timeline {
	bool wall;
	int64_t now;	      /* not wall: the present. wall: seconds ahead of the machine's clock */
	struct record **heap; /* by (due, sequence): equal times happen in order of creation */
	size_t count, room;
};

void timeline_clear(struct timeline *t);
int64_t timeline_now(const struct timeline *t);
/* Moves the present; a wall timeline keeps running from there. Not below the present: the caller has checked. */
void timeline_move(struct timeline *t, int64_t now);
void timeline_add(struct timeline *t, struct record *r);    /* r->due and r->sequence are set; r is not on any */
void timeline_remove(struct timeline *t, struct record *r); /* r is on t */
struct record *timeline_first(const struct timeline *t);    /* the earliest due record, or NULL */

/* The machine's clock in milliseconds: for durations in logs and webhook attempts, never for state. */
int64_t machine_milliseconds(void);

#endif
