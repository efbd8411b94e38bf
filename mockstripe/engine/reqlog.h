/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_REQLOG_H
#define ENGINE_REQLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* The last exchanges, in a ring: what came, what was answered, where the call ended. Thread-safe. */
struct logged {
	uint64_t number; /* from 1 */
	int64_t at;	 /* the account's time, Unix seconds */
	const char *account, *method, *target, *key, *route, *stage, *request_id, *idempotency_key; /* NULL: none */
	const char *version;		  /* the API version it was served in */
	struct bytes *request, *response; /* response is NULL for an empty body */
	int status;
	unsigned fault; /* the number of the rule that struck it; 0: none */
	bool replayed;
};

struct reqlog;

struct reqlog *reqlog_new(size_t capacity);
void reqlog_free(struct reqlog *log);
/* Copies the texts, keeps references of its own to the bytes; gives the number. `route` and `stage` must be static. */
uint64_t reqlog_add(struct reqlog *log, const struct logged *exchange);
/* Oldest first; account NULL: all. The entries are good during the call; the log is locked meanwhile. */
void reqlog_each(struct reqlog *log, const char *account, void (*each)(void *arg, const struct logged *e), void *arg);
void reqlog_clear(struct reqlog *log, const char *account);

#endif
