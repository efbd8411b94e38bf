/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_TALKS_H
#define ACTIONS_TALKS_H

#include <pthread.h>

#include "actions/agent/conversation.h"
#include "base/list.h"

/*
 * The conversations of a server. Each is for one thread at a time: who comes second waits, while all others go on.
 * Their ids cannot be guessed, and hold nothing by themselves.
 */
#define TALKS_MOST 1000 /* the one that was used longest ago is forgotten for a new one */

struct talk {
	struct conversation *conversation;
	unsigned holders; /* who has it, and who waits for it */
	bool busy, ended;
};

struct talks {
	pthread_mutex_t lock;
	pthread_cond_t dropped;
	struct list all; /* struct talk, the one used last at the end */
};

void talks_init(struct talks *t);
void talks_clear(struct talks *t); /* when nobody holds one */

/* Begins one and gives its id, free() it. */
char *talk_begin(struct talks *t, struct agent *a, const struct model *model);
/* The conversation of an id, held by this thread until talk_drop; NULL: there is none, or it ended meanwhile. */
struct talk *talk_take(struct talks *t, const char *id, size_t length);
void talk_drop(struct talks *t, struct talk *one);
/* false: there is none of that id. Who holds it goes on to the end of what they do. */
bool talk_end(struct talks *t, const char *id, size_t length);

#endif
