/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_ACCOUNT_H
#define ACTIONS_ACCOUNT_H

#include "actions/stripe/call.h"
#include "base/json.h"

/*
 * Which Stripe customer a contact is. An entry of stripe_accounts needs a label and a stripe_id ("cus_..."), or, as
 * older contacts have it, a stripe_email that exactly one Stripe customer has. Several accounts are several teams of
 * the contact: then the customer is asked by label; `wanted` is the answer, in any case of
 * its letters where that is clear, and it can only choose among the contact's own.
 */
struct account {
	const char *label;
	const char *customer; /* cus_... */
};

/* true with *out filled in, or false with `why` raised. Texts live in the problem's arena. */
bool account_resolve(const json_t *contact, const char *wanted, struct stripe_client *client, struct account *out,
	struct problem *why);

#endif
