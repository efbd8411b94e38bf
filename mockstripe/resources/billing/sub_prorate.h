/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_SUB_PRORATE_H
#define RESOURCES_BILLING_SUB_PRORATE_H

#include "resources/billing/sub.h"

/*
 * What the files about prorations share: the discounts inside a price (sub_net.c), and what charged for a running
 * period (sub_originals.c). What discounts take off is a JSON list {amount, discount}, in the order they are taken.
 */

/* The discounts inside one side of an item's price. */
struct net {
	struct discount discounts[DISCOUNT_MOST];
	struct record *records[DISCOUNT_MOST];
	size_t n;
	struct decimal total; /* of a whole period, discounts taken off */
};

/*
 * The discounts in force for one side of items[which]. shared: an amount off the whole subscription counts with the
 * item's share among all items of that side; else whole, as the classic credit takes it. False when it overflows.
 */
bool net_of(struct sub_change *c, size_t which, bool old, bool shared, struct net *net);
/* What each of them takes off a part of a whole period that costs `total`; new reference, NULL when it overflows. */
json_t *net_off(const struct net *net, int sign, struct decimal total, struct span part, struct span whole);

#define ORIGINALS 16 /* debits that may cover one item's running period at a time */

/* The debits for an item's running period, which later credits undo. Amounts are after discounts. */
struct originals {
	struct proration_original list[ORIGINALS];
	const char *ids[ORIGINALS]; /* il_ or ii_; NULL: not known */
	json_t *off[ORIGINALS];	    /* what discounts took off it; NULL: nothing */
	size_t n;
};

/* The originals whose time is not over at `after`; made up from what the period costs where nobody remembers them (a
 * subscription from a fixture). They live as long as the call. False when an amount overflows. */
bool originals_read(struct sub_change *c, size_t which, int64_t after, struct originals *out);
/* One of them, as it is kept; off may be NULL. New reference. */
json_t *original_new(const char *id, const struct proration_original *o, json_t *off);
void originals_write(struct call *call, struct record *item, json_t *list); /* takes the list */
/* What the discounts of the original give back when `part` of its period is credited; NULL when it overflows. */
json_t *original_off(const struct proration_original *o, json_t *off, struct span part);
/* credited_items of an invoice item: the invoice line, or the pending item, of that id. NULL when it is gone. */
json_t *original_credited(struct call *call, const char *id);

/*
 * The tax rates that the original was charged with, where they are others than `now` (those that a line of the item has
 * now; NULL or empty is none); NULL where they are the same, or not known. Borrowed.
 */
json_t *original_rates(struct call *call, const char *id, json_t *now);

/* One {amount, discount} more for a list. */
void off_add(json_t *list, int64_t amount, const char *discount);

#endif
