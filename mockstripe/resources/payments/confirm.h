/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PAYMENTS_CONFIRM_H
#define RESOURCES_PAYMENTS_CONFIRM_H

#include "resources/payments/inside.h"

/* What payment intents and setup intents have in common: reading a request to make, to confirm or to change one. */

/* A new intent as the request describes it: customer and method are NULL when none is named, the body is not stored. */
struct intent_request {
	struct record *customer, *method;
	json_t *body; /* owned; its status says whether a method is there */
};
/* Reads and checks POST /v1/payment_intents or /v1/setup_intents, `confirm` included. 0, or -1 with nothing owned. */
int intent_read_new(struct call *call, const struct schema_resource *type, struct intent_request *out);
/*
 * Reads a confirmation into the intent's draft. Gives the method to confirm with: the one named, or the intent's own.
 * NULL with the failure. The caller has checked that the intent may be confirmed.
 */
struct record *intent_read_confirm(struct call *call, struct record *intent);
/* Reads an update into the intent's draft; a method that is named makes it wait for confirmation. 0 or -1. */
int intent_read_update(struct call *call, struct record *intent);
/* Whether there is something to confirm with: the request names a method, or the intent has one. */
bool request_has_method(const struct call *call, struct record *intent);
/* 400 about a confirmation without any method, with the intent (NULL: it is not made yet). -1. */
int fail_missing_method(struct call *call, const struct schema_resource *type, struct record *intent);

bool request_off_session(const struct call *call); /* off_session: true, "one_off" or "recurring" */

#endif
