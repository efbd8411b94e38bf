/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CREW_H
#define ACTIONS_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* Threads that work for a server beside those of its connections, so that it can wait for them before it goes. */
struct crew {
	pthread_mutex_t lock;
	pthread_cond_t done;
	size_t at_work;
	bool stopping;
};

void crew_init(struct crew *c);
/* Runs work(arg) in a thread of its own; false: there is none to be had, and work was not begun. */
bool crew_run(struct crew *c, void (*work)(void *arg), void *arg);
/* Tells them to come to an end, which work asks for with crew_is_stopping. */
void crew_stop(struct crew *c);
bool crew_is_stopping(struct crew *c);
void crew_clear(struct crew *c); /* waits until nobody works */

#endif
