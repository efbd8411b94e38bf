/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_IDEMPOTENCY_H
#define ENGINE_IDEMPOTENCY_H

#include "base/json.h"
#include "store/account.h"

/*
 * Idempotency keys: the first result of a POST under a key is kept for 24 hours of the account's time and answered
 * again, byte for byte. Source: Stripe docs "Idempotent requests"; protocol reference section 7.
 */
#define IDEMPOTENCY_SECONDS INT64_C(86400)
#define IDEMPOTENCY_KEY_MOST 255

struct replay {
	char *key, *method, *path, *request_id;
	uint64_t fingerprint; /* of the parsed parameters, whatever their order */
	int status;
	struct bytes *body;
	const char *content_type; /* static */
	int64_t until;
};

/* The kept answer for a key, NULL when there is none (or its time is over: then it is forgotten here). */
const struct replay *replay_find(struct account *a, const char *key, int64_t now);
void replay_keep(struct account *a, const char *key, const char *method, const char *path, uint64_t fingerprint,
	const char *request_id, int status, struct bytes *body, const char *content_type, int64_t now);
void replay_forget(struct account *a, const char *key); /* none: nothing happens */
void replays_clear(struct account *a);			/* all of them */

/* The same for equal parameter trees, whatever the order of their keys. Over 64 bits of SHA-256. */
uint64_t params_fingerprint(const json_t *params);

/*
 * Keys that are being served right now, over all accounts: a second request with one of them is a conflict and must not
 * wait for the first. Thread-safe.
 */
struct inflight;
struct inflight *inflight_new(void);
void inflight_free(struct inflight *f);
bool inflight_enter(struct inflight *f, const char *account, const char *key); /* false: already there */
void inflight_leave(struct inflight *f, const char *account, const char *key);

#endif
