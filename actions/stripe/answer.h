/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_ANSWER_H
#define ACTIONS_ANSWER_H

#include "actions/core/problem.h"
#include "actions/stripe/transport.h"
#include "base/json.h"

/*
 * Reading answers. A status of 2xx with a JSON object gives the object; anything else becomes a problem by one table
 * over (status, code) (Stripe API reference, "Errors", and Stripe docs "Error codes").
 */

/* The body, owned by the problem's arena; NULL with `why` raised. wrote: the request could have changed something. */
json_t *answer_read(const struct transport_response *r, bool wrote, struct problem *why);
/* A request without an answer as a problem. */
void answer_missing(enum transport_fate fate, const struct transport_response *r, bool wrote, struct problem *why);
/* A copy in the arena with every sk_, rk_ and whsec_ key and client secret cut to its prefix. */
const char *answer_redact(struct arena *arena, const char *text);

#endif
