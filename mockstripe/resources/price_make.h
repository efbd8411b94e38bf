/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PRICE_MAKE_H
#define RESOURCES_PRICE_MAKE_H

#include "api/call.h"

/* How a price comes to be; between price.c, plan.c and product.c. */

/* Parameters of a price in the form of POST /v1/prices, wherever they were given. */
struct price_spec {
	const json_t *given;
	struct record *product;
	const char *id;	    /* NULL: a new one */
	const char *where;  /* the parameter that holds `given` ("default_price_data"); NULL: the request itself */
	const char *amount; /* how messages call unit_amount: plans say "amount"; NULL: "unit_amount" */
	bool inactive;	    /* an inline price: stored, but not to be used again */
};

/*
 * Checks everything that the description cannot say, stores the price and emits plan.created (when it is recurring) and
 * price.created. NULL with the failure. Source: Stripe docs "Create a price".
 */
struct record *price_make(struct call *call, const struct price_spec *spec);

/* Announces a change of a price and of its plan twin, if anything visible has changed. */
void price_emit_updated(struct call *call, struct record *price);
/* plan.created, plan.deleted: the twin's present body as an event. Nothing for a one-time price. */
void plan_emit(struct call *call, const char *type, struct record *price);

/*
 * Gives `price` (NULL: one about to be made) the lookup key: refused when another active price has it, unless it may be
 * taken over: then that one loses it, with price.updated. 0 or -1. Source: Stripe docs "Manage products and prices".
 */
int price_claim_key(struct call *call, const struct record *price, const char *key, bool transfer);

/* Merges a currency_options parameter into those of a price's private state. `currency`: the price's own. 0 or -1. */
int price_merge_options(
	struct call *call, json_t *hidden, const json_t *given, bool tiered, const char *currency, const char *where);

#endif
