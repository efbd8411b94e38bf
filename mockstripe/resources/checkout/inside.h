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

/* What is bought, and what is due for it today. Zeros before it is read. */
struct basket {
	struct basket_item items[BASKET_ITEMS];
	size_t n;
	const char *currency; /* arena; NULL: nothing is bought */
	bool recurs;
	int64_t subtotal, discount, tax, exclusive;
	int64_t shipping; /* of the option that the page has selected */
	const char *shipping_rate;
	json_t *options; /* shipping_options as the session shows them; the call's; NULL: none */
};

/* What a basket is read from: a request for a session, or a session that its customer changes. All borrowed. */
struct basket_order {
	const char *mode, *currency; /* currency NULL: that of the first price */
	json_t *items;		     /* as line_items: {price | price_data, quantity, tax_rates, ...} */
	json_t *discounts;	     /* as discounts: one {coupon | promotion_code} at most; NULL: none */
	json_t *subscription;	     /* subscription_data, NULL: none */
	json_t *shipping;	     /* as shipping_options; NULL: none */
	size_t chosen_shipping;	     /* its index */
	struct record *customer;     /* NULL: a guest */
	bool trial;		     /* recurring items cost nothing today */
	bool again;		     /* the prices were checked when the session was made */
};

/* 0 or -1. */
int basket_read(struct call *call, struct basket *b, const struct basket_order *o);
int64_t basket_total(const struct basket *b);
/* Puts amounts, discounts and shipping on the session. 0, or -1 when it is not an amount that can be paid. */
int basket_show(struct call *call, const struct basket *b, const struct basket_order *o, json_t *body);
/* Puts the amounts and the quantity on a line item. */
void basket_show_item(const struct basket *b, const struct basket_item *item, json_t *body);
/* Stores a LineItem for one item (gives its record), or for each. */
struct record *basket_store_item(
	struct call *call, const struct basket *b, const struct basket_item *item, const char *session);
void basket_store(struct call *call, const struct basket *b, const char *session);
/* adjustable_quantity of an entry as bodies show it. New reference. */
json_t *adjustable_body(const json_t *entry);

const struct schema_resource *session_type(void);
const struct schema_resource *line_item_type(void);

/* Everything about the parameters of a new session that does not depend on what is bought. 0 or -1. */
int session_check(struct call *call, const char *mode);
/* Whether subscription_data (NULL: none) begins with a trial. */
bool session_has_trial(const struct call *call, const json_t *data);

/* ---- collect.c: what the page asks its customer ---- */

/* The rules of custom_fields, optional_items and the things to collect. 0 or -1. */
int collect_check(struct call *call, const char *mode);
/* Puts them on a new session. */
void collect_show(struct call *call, json_t *body);
/* The same on one that is there: only what the request gives. */
void collect_update(struct call *call, json_t *draft);
/* What a visitor has filled in, checked against what the session asks; the call's. */
struct collected {
	json_t *custom_fields, *consent, *information; /* as the session shows them; NULL: as they are */
	json_t *address, *shipping;		       /* NULL: none */
	const char *email, *name, *phone, *business_name, *individual_name; /* e-mail and name always */
	const char *tax_type, *tax_value;				    /* NULL: none */
};
int collect_read(struct call *call, json_t *session, const struct checkout_visitor *visitor, struct collected *out);
/* Parameters for a customer with what was collected: all of it for a new one (before NULL), or what
 * customer_update=auto lets through for one that is there. New reference. */
json_t *collect_customer(struct call *call, const struct collected *c, json_t *rules);
/* The same on a session that is complete; customer may be NULL. */
void collect_put(struct call *call, const struct collected *c, struct record *customer, json_t *draft);

/* The first ten items of a session or a payment link as a list object. New reference. */
json_t *items_object(struct call *call, struct record *of, const char *url);
/* A session of a payment link is complete: it counts. Nothing for other sessions. */
void link_session_completed(struct call *call, struct record *session);

/* 0, or -1: Only Checkout Sessions with a status in ["open"] can be <verb>. */
int session_check_open(struct call *call, struct record *session, const char *verb);

/* A session that is complete but not paid: its bank has answered meanwhile, or has not. */
void checkout_settle(struct call *call, struct record *session);

#endif
