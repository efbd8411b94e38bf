/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_CHECKOUT_CHECKOUT_H
#define RESOURCES_CHECKOUT_CHECKOUT_H

#include "api/call.h"

/*
 * Checkout sessions, and what a customer does on the page that they open. Source: Stripe docs "Checkout", "How Checkout
 * works", "The Checkout Session object".
 *
 * Private state of a session (PRIVATE_KEY): due and clock; discounts, payment_intent_data, subscription_data,
 * setup_intent_data as they were given; intent and customer (of an attempt that was declined);
 * checks (how often a payment that takes days was looked at).
 */
struct checkout_visitor {
	const char *payment_method; /* an id, or a magic one ("pm_card_visa"); NULL: nothing is paid with */
	const char *email, *name;   /* NULL: the session's customer_email, its customer's, or made up */
	bool fails_authentication;  /* of a card that asks: otherwise the step is passed */
};

/*
 * The customer fills in the page and submits it. On success the session is complete and everything has happened: the
 * customer, the payment, the subscription or the saved method, and checkout.session.completed. -1 with the failure
 * otherwise: a declined payment keeps its traces (fail.keep) and the session stays open.
 */
int checkout_complete(struct call *call, struct record *session, const struct checkout_visitor *visitor);

/* An open session closes; emits checkout.session.expired. 0, or -1 when it is not open. */
int checkout_expire(struct call *call, struct record *session);

/* The session by its id, its customer's clock taken up; NULL with the failure. */
struct record *checkout_find(struct call *call, const char *id);

#endif
