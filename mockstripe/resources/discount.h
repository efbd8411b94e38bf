/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_DISCOUNT_H
#define RESOURCES_DISCOUNT_H

#include "api/call.h"
#include "billing/discount.h"

/*
 * Discounts: what redeeming a coupon or a promotion code leaves on a customer, a subscription, one of its items, an
 * invoice or an invoice item. A discount keeps the terms that its coupon had (in its private state), so that it
 * outlives the coupon. One of some months falls due when they are over and leaves its owner. It is a record that no
 * route shows; owners hold its id and expand it. Source: Stripe docs "Coupons and promotion codes", "The Discount
 * object".
 */

/* Who redeems, and for what. All ids are borrowed; NULL: not of that. */
struct discount_owner {
	struct record *customer; /* NULL: nobody known; then restrictions to customers refuse */
	const char *subscription, *subscription_item, *invoice, *invoice_item, *checkout_session;
	const char *currency; /* of the owner, lower case; NULL: not settled yet, any coupon will do */
	int64_t amount;	      /* what a code's minimum amount is compared with; negative: not compared */
	bool no_minimum;      /* a code with a minimum amount is refused: items, subscription updates */
	int64_t start;	      /* the clock of a repeating coupon; 0: call->now (a backdated start differs) */
};

/*
 * One entry {coupon | promotion_code | discount} as a discount of the owner. `where` names the entry in messages
 * ("discounts[0]"). A coupon or code makes a new record and counts one redemption more of the coupon (and code),
 * without coupon.updated, as at Stripe; a discount is kept when it stands in `present` (ids; may be NULL) or is the
 * customer's. Emits customer.discount.created when the owner is a customer or a subscription (or its item). NULL with
 * the failure.
 */
struct record *discount_redeem(struct call *call, const json_t *entry, const struct discount_owner *owner,
	const json_t *present, const char *where);

/*
 * A whole `discounts` parameter (an array, or null for none; `name`: how messages call it) as a new array of discount
 * ids. Refuses duplicates, and a coupon beside its own promotion code. NULL with the failure. Discounts of `present`
 * that are not kept are ended (discount_end).
 */
json_t *discounts_redeem(struct call *call, const json_t *entries, const struct discount_owner *owner,
	const json_t *present, const char *name);

/* It has been taken off: emits customer.discount.deleted (for those announced at creation) and never counts again. */
void discount_end(struct call *call, struct record *discount);
void discounts_end(struct call *call, const json_t *ids); /* all of an array of ids; NULL is none */

/* The record of a discount's id; NULL when there is none. */
struct record *discount_find(struct call *call, const char *id);
/* Whether it counts at that moment: before it ended, and before `end` when it has one. */
bool discount_counts(struct record *discount, int64_t at);
json_t *discounts_counting(struct call *call, json_t *ids, int64_t at); /* those of an array of ids; new reference */
/* Its coupon's duration is "once": consumed by the first invoice that uses it. */
bool discount_is_once(struct record *discount);
/* Whether it takes something off lines of that product (coupon.applies_to); any product when NULL is given. */
bool discount_covers(struct record *discount, const char *product);
/*
 * What it takes off, for the billing room: percent_off, or amount_off in that currency; item is DISCOUNT_ALL_ITEMS and
 * applies NULL, to be set by the caller. False when its coupon has no amount in that currency.
 */
bool discount_read(struct record *discount, const char *currency, struct discount *out);
/* The coupon's name, else its id: what descriptions show. Borrowed from the record. */
const char *discount_name(struct record *discount);

/* customer.discount: redeems for the customer as a whole and sets the embedded body. 0 or -1. Does not emit the update.
 */
int discount_of_customer(struct call *call, struct record *customer, const json_t *entry, const char *where);

#endif
