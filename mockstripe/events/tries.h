/* SPDX-License-Identifier: MIT */
#ifndef EVENTS_TRIES_H
#define EVENTS_TRIES_H

#include "api/call.h"

/*
 * The state of an event's deliveries, as it stands in the event's private member:
 *
 *	webhooks: [{endpoint, state, at, attempts}]     in the order of the endpoints
 *
 * `state` is "queued" (an attempt is on its way), "waiting" (for its next attempt at `at`), "delivered" (a 2xx came),
 * "given_up" (no attempt is left) or "stopped" (the endpoint was deleted). pending_webhooks counts those that are
 * neither delivered nor stopped. `at` is when the present attempt was to happen; the next one is counted from there,
 * not from when it was made, so that the schedule does not depend on the steps in which a clock is advanced.
 *
 * The schedule: Stripe retries three times over a few hours in a sandbox, and for up to three days with growing pauses
 * in live mode, without saying when. Here: after 10 minutes, 1 hour and 3 hours; live after 5 and 30 minutes, 2, 5 and
 * 10 hours, then every 12 hours, nine times in all. Source: Stripe docs "Receive Stripe events in your webhook
 * endpoint", protocol reference section 14.
 */

json_t *tries_of(struct record *event); /* the rows, frozen; NULL: none */
/* The event has these rows (taken) from now on; its due time and pending_webhooks follow from them. */
void tries_set(struct journal *j, struct record *event, json_t *rows);

size_t try_of(const json_t *rows, const char *endpoint); /* its index; SIZE_MAX: none */
bool try_is(const json_t *row, const char *state);
json_t *try_new(const char *endpoint, const char *state, int64_t at, int64_t attempts); /* a new reference */
/* What follows an attempt that was to happen at the row's `at` and did not succeed; a new reference. */
json_t *try_failed(const json_t *row, bool livemode);

#endif
