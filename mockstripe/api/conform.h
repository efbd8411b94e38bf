/* SPDX-License-Identifier: MIT */
#ifndef API_CONFORM_H
#define API_CONFORM_H

#include <stdbool.h>

#include "base/json.h"
#include "base/text.h"
#include "schema/schema.h"

/*
 * The checker that every answer can be held against: a suite calls it for each exchange, so a field that is missing,
 * misspelt or of the wrong type is found where it is made. It judges bodies of the newest API version; answers in the
 * shape of an older one are not its business.
 *
 * A 2xx body must be what the route answers: every field that is always there, of its type, null only where that is
 * allowed, text out of its closed set, an expandable field an id or one of its objects in full, lists with their
 * envelope, deleted forms only where a route or a field has them, and no key that the description does not have. A
 * field that comes only when it is expanded may be there or not. Taken beside the description, because Stripe sends
 * them: plan and quantity of a subscription, shared_payment_granted_token of a payment method, total_count of embedded
 * lists.
 *
 * Any other body must be Stripe's error envelope (Stripe docs, "Errors"): a type that goes with the status, known keys
 * in order of the alphabet, a doc_url exactly when there is a code, whole objects where objects stand. Errors of /v2
 * have types of their own.
 *
 * route may be NULL when the request matched none (only errors are right then); body is NULL when the answer had none
 * or was not JSON. False when something is wrong; then one line a problem, "items.data.0.price: is a number, not
 * ...\n", was added to `problems` (NULL: only the verdict counts).
 */
bool conform_check(const struct schema_route *route, int status, const json_t *body, struct text *problems);

/* The same for one object on its own, as in an event's data.object: `body` is a `type` in full. */
bool conform_check_object(const struct schema_resource *type, const json_t *body, struct text *problems);

#endif
