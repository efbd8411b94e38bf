/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_CHECKOUT_CHECKOUT_H
#define RESOURCES_CHECKOUT_CHECKOUT_H

#include "api/call.h"

/*
 * Checkout sessions, and what a customer does on the page that they open. Source: Stripe docs "Checkout", "How Checkout
 * works", "The Checkout Session object".
 *
 * Private state of a session (PRIVATE_KEY): due and clock; discounts, payment_intent_data, subscription_data,
 * setup_intent_data, customer_update as they were given; intent and customer (of an attempt that was declined);
 * checks (how often a payment that takes days was looked at); word (of the address it is recovered at).
 */

/* What a customer changes while the page is open. NULL members: as it is. All borrowed. */
struct checkout_choice {
	const char *promotion_code; /* as it is typed, or its id; "": none any more */
	json_t *quantities;	    /* line item id, or its place ("0") -> quantity, a text or an integer */
	json_t *optional_items;	    /* price id -> quantity; 0: not any more */
	const char *shipping_rate;  /* one of shipping_options */
};
/* Works out what is due anew. 0, or -1 with the failure: not open, not offered, not allowed. */
int checkout_choose(struct call *call, struct record *session, const struct checkout_choice *choice);

struct checkout_visitor {
	const char *payment_method; /* an id, or a magic one ("pm_card_visa"); NULL: nothing is paid with */
	/* NULL: of the session or its customer, or made up where the session asks for it. */
	const char *email, *name, *phone, *business_name, *individual_name;
	json_t *address, *shipping; /* {line1, city, …}; {name, address} */
	json_t *tax_id;		    /* {type, value} */
	json_t *custom_fields;	    /* key -> text; those that are not optional must be there, or have a default */
	const char *promotions;	    /* consent: "opt_in" or "opt_out" */
	bool refuses_terms;	    /* the box is not ticked */
	bool typed;		    /* by a person on the page: nothing is made up that the page asks for */
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
/*
 * Somebody opens an expired session's after_expiration.recovery.url: a new session, a copy of the old one that names it
 * as recovered_from. NULL with the failure: recovery was not asked for, or its 30 days are over.
 */
struct record *checkout_recover(struct call *call, struct record *session);
/* Somebody opens a payment link: a session of it. NULL with the failure: it is not active. */
struct record *checkout_from_link(struct call *call, struct record *link);

/* The session by its id, its customer's clock taken up; NULL with the failure. */
struct record *checkout_find(struct call *call, const char *id);
/* The items of a session, oldest first. */
const struct list *checkout_items(struct call *call, struct record *session);

#endif
