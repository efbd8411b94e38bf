/* SPDX-License-Identifier: MIT */
#ifndef SUITES_RESOURCE_PAYMENTS_H
#define SUITES_RESOURCE_PAYMENTS_H

#include "suites/resource/catalogue.h"

/* What the suites of payments share: paying with a test card, and the moments that follow. */

/* A payment of $20.00, confirmed at once, with that magic card ("pm_card_visa"); extra starts with '&' or is "". */
static inline const struct answer *pay(struct house *h, const char *card, const char *extra)
{
	return api(h, "POST", "/v1/payment_intents",
		text_of(h,
			"amount=2000&currency=usd&confirm=true&automatic_payment_methods[enabled]=true"
			"&automatic_payment_methods[allow_redirects]=never&payment_method=%s%s",
			card, extra));
}

static inline const struct answer *get(struct house *h, const char *folder, const char *id)
{
	return api_ok(h, "GET", text_of(h, "/v1/%s/%s", folder, id), NULL);
}

static inline void advance(struct house *h, int64_t seconds)
{
	assert_int_equal(ms_advance(h->ms, NULL, seconds), 0);
}

/* The owner of the card passes or fails the step that the intent waits for. */
static inline void authenticate(struct house *h, const char *intent, const char *result)
{
	api_ok(h, "POST", text_of(h, "/_mockstripe/authenticate/%s", intent), text_of(h, "result=%s", result));
}

/* Brings objects in as a fixture: a JSON array. */
static inline void bring(struct house *h, const char *objects)
{
	static const char *const json[] = { "Content-Type: application/json", NULL };

	assert_status(api_with(h, "POST", "/_mockstripe/fixtures", text_of(h, "{\"objects\":%s}", objects), json), 200);
}

static inline const char *customer_new(struct house *h)
{
	return field(api_ok(h, "POST", "/v1/customers", "email=jane@example.com"), "id");
}

/* That magic card, attached to the customer. */
static inline const char *card_of(struct house *h, const char *customer, const char *card)
{
	return field(api_ok(h, "POST", text_of(h, "/v1/payment_methods/%s/attach", card),
			     text_of(h, "customer=%s", customer)),
		"id");
}

#endif
