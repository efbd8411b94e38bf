/* SPDX-License-Identifier: MIT */
#ifndef EVENTS_LINES_H
#define EVENTS_LINES_H

#include "store/account.h"

/* What is to go to one endpoint, in order. No locks: the deliverer's. */
struct job { /* one attempt to be made */
	struct account *account;
	uint64_t generation; /* of the account's outbox */
	bool by_hand;
	const char *event, *endpoint;
};

struct post_item { /* a job in its line */
	struct post_item *next;
	struct job job;
	char event[];
};

struct post_line {
	struct account *account;
	struct post_item *first, *last;
	size_t count;
	unsigned flying; /* attempts under way */
	int64_t started; /* machine milliseconds of the latest start */
	char *key;	 /* "account endpoint" */
	char endpoint[];
};

char *line_key(const struct account *a, const char *endpoint); /* free() it */
struct post_line *line_new(struct account *a, const char *endpoint);
void line_free(struct post_line *line);			      /* with what is in it */
void line_add(struct post_line *line, const struct job *job); /* copies the texts */
struct post_item *line_take(struct post_line *line);	      /* the first; free() it. There must be one */
/* Milliseconds until its next event may start: 0 at once, -1 not before something else happens. */
int line_pause(const struct post_line *line, int64_t now);

#endif
