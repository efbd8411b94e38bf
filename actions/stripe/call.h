/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CALL_H
#define ACTIONS_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "actions/core/clock.h"
#include "actions/core/problem.h"
#include "actions/stripe/transport.h"
#include "base/json.h"

/* The API version every request is pinned to, whatever the account's default. */
#define STRIPE_API_VERSION "2026-10-28.endive"

struct stripe_client {
	struct transport transport;
	struct clock clock;
	const char *api_key; /* borrowed; sent in Authorization and never written anywhere else */
	int64_t max_retries;
};

struct stripe_ask {
	const char *method;	     /* "GET", "POST", "DELETE"                                                 */
	const char *path;	     /* "/v1/customers/cus_1"; its parts are encoded already                     */
	json_t *params;		     /* a query for GET and DELETE, a form for POST; NULL: none; borrowed        */
	const char *idempotency_key; /* for everything that changes something; NULL for reads and previews      */
	json_t *ids;		     /* an array that Stripe's request id is added to; NULL: nobody keeps it    */
};

/*
 * Sends one request, again when that is safe and may help: no answer, 409, 424, 429 and 5xx, at most max_retries times,
 * unless Stripe-Should-Retry says otherwise. It waits as Retry-After asks (up to a minute) or 0.5 s, 1 s, 2 s, ... to
 * 8 s, less up to a quarter (Stripe docs, "Low-level error handling"). A write is always sent again with the same
 * Idempotency-Key. The body is owned by the problem's arena; NULL with `why` raised, whose outcome_unknown says that
 * one of the tries may have gone through although the last one failed.
 */
json_t *stripe_call(struct stripe_client *c, const struct stripe_ask *ask, struct problem *why);

/* Whether to try again after try number `tried` (from 1), and after how many milliseconds. Exposed for its suite. */
bool retry_wanted(enum transport_fate fate, const struct transport_response *r, unsigned tried, int64_t max_retries,
	const char *key, unsigned *wait);

#endif
