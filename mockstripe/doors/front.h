/* SPDX-License-Identifier: MIT */
#ifndef DOORS_FRONT_H
#define DOORS_FRONT_H

#include "control/control.h"
#include "engine/engine.h"

/*
 * What stands behind every door: paths under /_mockstripe are the control room's, those of hosted pages are the pages',
 * all others are the API's.
 */
struct front {
	struct engine *engine;
	struct control *control;
};

/* Where a request came from, as far as it matters; zeros for a request without a socket. */
struct origin {
	bool loopback;	    /* it came over a socket that only this machine reaches */
	const char *host;   /* its Host header, NULL: none */
	const char *origin; /* its Origin header, NULL: none */
};

#define BODY_MOST ((size_t)8 << 20) /* bytes of a request's body; more is refused with 413 */

/* Serves one request. Thread-safe. The reply's body must be dropped. */
void front_serve(struct front *f, const struct request *request, const struct origin *from, struct reply *out);
/*
 * Whether the request has to wait until the account (NULL: every one) has nothing to deliver any more; the door waits
 * with deliver_wait or deliver_when_idle and asks again, before it serves the request.
 */
bool front_waits(struct front *f, const struct request *request, const struct origin *from, struct account **account);
/* The answer to a body of more than BODY_MOST. */
void front_refuse_body(struct reply *out);

#endif
