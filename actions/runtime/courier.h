/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_COURIER_H
#define ACTIONS_COURIER_H

#include "actions/core/config.h"
#include "actions/stripe/transport.h"

/*
 * Who carries a code to a customer: the operator's own server, which can send e-mail. It is asked by
 *
 *	POST step_up.deliver.url
 *	Stripe-Actions-Signature: t=1767225600,v1=<64 digits>
 *	{"type": "step_up_code", "agent": ..., "to": "ada@example.com", "code": "123456", "expires_at": ...}
 *
 * signed as Stripe signs its webhooks: HMAC-SHA256 with step_up.deliver.secret over the time, a point and the body. A
 * status of 200 to 299 means that it is under way.
 */
struct courier;

/* NULL when no step-up is configured. transport.send NULL: libcurl. */
struct courier *courier_open(const struct config *c, struct transport transport);
void courier_close(struct courier *c); /* NULL-safe */
/* false with one line in `why` (for the operator; without the code) when it may not arrive. */
bool courier_send(
	struct courier *c, const char *to, const char *code, int64_t now, int64_t expires_at, struct text *why);

#endif
