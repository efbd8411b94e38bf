/* SPDX-License-Identifier: MIT */
#ifndef DOORS_HEADERS_H
#define DOORS_HEADERS_H

#include "engine/engine.h"

/*
 * The headers of an answer, whichever door it leaves by: put() is called once for each. Names and values are good for
 * that call only. Source: Stripe docs "Request IDs", "Idempotent requests", "Errors"; Fetch standard for the
 * Access-Control ones; protocol reference section 1.
 */
typedef void header_put(void *arg, const char *name, const char *value);
void reply_headers(const struct reply *reply, const struct request *request, header_put *put, void *arg);
/* What a browser's preflight (OPTIONS) asks for; the answer itself has no body. */
void preflight_headers(header_put *put, void *arg);

#endif
