/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_CHECKOUT_INSIDE_H
#define RESOURCES_CHECKOUT_INSIDE_H

#include "resources/checkout/checkout.h"

/* What the files of this folder share and nobody else needs. */

#define BASKET_ITEMS 100 /* Stripe docs "Create a Checkout Session": line items of one session */

struct basket_item {
	json_t *entry; /* as it was given; borrowed */
	struct record *price;
	bool recurring, later; /* later: nothing is due today (metered, or on trial) */
	int64_t quantity;
	int64_t subtotal, discount, tax, exclusive; /* tax is all of it, exclusive what comes on top */
};

/* What is bought, and what is due for it today. */
struct basket {
	struct basket_item items[BASKET_ITEMS];
	size_t n;
	const char *currency; /* arena; NULL: nothing is bought */
	bool recurs;
	int64_t subtotal, discount, tax, exclusive;
	int64_t shipping; /* of the first option, which the page has selected */
	json_t *options;  /* shipping_options as the session shows them; the call's; NULL: none */
};

/* Reads line_items and the discount of the request; trial: recurring items cost nothing today. 0 or -1. */
int basket_read(struct call *call, struct basket *b, bool trial);
int64_t basket_total(const struct basket *b);
/* Stores a LineItem for each. */
void basket_store(struct call *call, const struct basket *b, const char *session);

const struct schema_resource *session_type(void);
const struct schema_resource *line_item_type(void);
/* The items of a session, oldest first. */
const struct list *session_items(struct call *call, struct record *session);

/* Everything about the parameters of a new session that does not depend on what is bought. 0 or -1. */
int session_check(struct call *call, const char *mode);
bool session_has_trial(const struct call *call);

/* A session that is complete but not paid: its bank has answered meanwhile, or has not. */
void checkout_settle(struct call *call, struct record *session);

#endif
