/* SPDX-License-Identifier: MIT */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include "engine/engine.h"

/*
 * The control room: what a test does to the simulator rather than to Stripe, as JSON over HTTP under /_mockstripe. No
 * key is asked for. Every function takes an optional `account`; parameters come from the query, a form or a JSON
 * object. What can be asked for is listed by GET /_mockstripe.
 */
#define CONTROL_PREFIX "/_mockstripe"

struct control;

struct control *control_new(struct engine *e); /* the engine outlives it */
void control_free(struct control *c);	       /* NULL-safe */

/* Serves a request whose path starts with CONTROL_PREFIX. Thread-safe. The reply's body must be dropped. */
void control_serve(struct control *c, const struct request *request, struct reply *out);
/*
 * Whether the request asks to be let in only when there is nothing to deliver any more (POST /flush) and there still
 * is; then *account is whose deliveries it waits for, NULL: all. The doors wait, each in its way, and ask again: a
 * thread that serves others must not stand still for a target that perhaps needs it.
 */
bool control_waits(struct control *c, const struct request *request, struct account **account);
/* A refusal: what is wrong, and what to do instead. */
void control_refuse(struct reply *out, int status, const char *message, const char *remedy);

#endif
