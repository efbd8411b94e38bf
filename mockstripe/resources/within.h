/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_WITHIN_H
#define RESOURCES_WITHIN_H

#include "api/call.h"

/*
 * A route's handler run as a part of the running call, with parameters of its own: what a hosted page does by the API's
 * own means. Takes params (typed as after the check: integers, booleans, arrays). `id` stands at the pattern's {…};
 * NULL: it has none. Events, time and transaction are the call's. Gives the record answered, NULL with the failure.
 */
struct record *call_within(struct call *call, const char *method, const char *pattern, const char *id, json_t *params);

#endif
