/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_LATCH_H
#define ACTIONS_LATCH_H

#include <pthread.h>

#include "base/list.h"

/*
 * Locks by name, for work that must not be done twice at once for the same somebody while others go on: a run for a
 * contact, a message in a conversation. A name that nobody holds costs nothing.
 */
struct latches {
	pthread_mutex_t lock;
	pthread_cond_t dropped;
	struct list held; /* names */
};

void latches_init(struct latches *l);
void latches_clear(struct latches *l); /* when nobody holds one */
/* Waits until nobody holds the name. Not recursive: a thread that takes a name twice waits for itself. */
void latch_take(struct latches *l, const char *name);
void latch_drop(struct latches *l, const char *name);

#endif
