/* SPDX-License-Identifier: MIT */
#ifndef EVENTS_ATTEMPTS_H
#define EVENTS_ATTEMPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* The last attempts to deliver an event, in a ring, as they went over the wire. Thread-safe. */
struct delivery {
	uint64_t number; /* from 1 */
	int64_t at;	 /* the account's time that it was due at, Unix seconds */
	int64_t sent;	 /* the machine's time: the t of the signature */
	const char *account, *event, *type, *endpoint, *url;
	unsigned attempt;  /* 1 for the first; 0: sent by hand */
	int status;	   /* of the answer; 0: none came */
	const char *error; /* what went wrong below HTTP, in words; NULL: nothing */
	bool delivered;	   /* a whole answer came, and it was a 2xx */
	int64_t milliseconds;
	int64_t next; /* the account's time of the next attempt, 0: none follows */
	const char *const
		*headers; /* "Name: value", NULL-ended; HTTP's own (Host, Content-Length) are not among them */
	struct bytes *body;
	struct bytes *response; /* the beginning of the answer's body: at most DELIVERY_EXCERPT */
};
#define DELIVERY_EXCERPT ((size_t)2048)

struct attempts;

struct attempts *attempts_new(size_t capacity); /* not 0 */
void attempts_free(struct attempts *log);	/* NULL-safe */
/* Copies the texts, keeps references of its own to the bytes; numbers the entry itself. */
void attempts_add(struct attempts *log, const struct delivery *x);
/* Oldest first; account NULL: all. The entries are good during the call; the log is locked meanwhile. */
void attempts_each(
	struct attempts *log, const char *account, void (*each)(void *arg, const struct delivery *x), void *arg);
void attempts_clear(struct attempts *log, const char *account); /* NULL: all */

#endif
