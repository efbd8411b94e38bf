/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_FACTS_H
#define RESOURCES_BILLING_FACTS_H

#include "api/call.h"
#include "base/text.h"
#include "billing/cycle.h"
#include "billing/discount.h"
#include "billing/proration.h"
#include "billing/tax.h"
#include "billing/tiers.h"
#include "resources/billing/invoice.h"

/*
 * Where bodies become the structs of the pure billing room: the only files that read prices, items and discounts for
 * arithmetic. Everything is in the arena of the call.
 */

/* A subscription item as billing sees it: the price it has and what a whole period of it costs. */
struct item_facts {
	struct record *record; /* SubscriptionItem; NULL for one about to be made */
	struct record *price, *product;
	json_t *discounts; /* its own discount ids; borrowed, may be NULL */
	json_t *tax_rates; /* borrowed, NULL or null: the subscription's */
	json_t *metadata;
	json_t *originals; /* what charged for the running period (sub_prorate.c); NULL: nobody knows */
	struct price_terms terms;
	enum calendar_interval interval;
	int64_t interval_count;
	struct decimal quantity;
	bool metered;
	struct span period;   /* the running one */
	struct decimal total; /* exact, before discounts */
};

/* Reads price and product into `out`; false with the failure when the price cannot be read in that currency. */
bool item_read_price(struct call *call, struct item_facts *out, struct record *price, const char *currency);
/* Reads a stored item. */
bool item_read(struct call *call, struct item_facts *out, json_t *item, const char *currency);
/* Sets total from terms and quantity; -1 when it overflows. */
int item_total(struct call *call, struct item_facts *item);

const char *item_product_name(const struct item_facts *item);
struct describe_price;
void item_describe_price(const struct item_facts *item, const char *currency, struct describe_price *out);

/* A tax rate as taxes are worked out with it. False, with a percentage of 0, when its percentage is no such number. */
bool tax_rate_read(const json_t *rate, struct tax_rate *out);

/*
 * The discounts in force for a subscription's item: its own, then the subscription's (or the customer's when the
 * subscription has none). Gives how many; DISCOUNT_MOST at most.
 */
#define DISCOUNT_MOST 41
size_t discounts_in_force(struct call *call, json_t *own, struct record *sub, struct record *customer,
	const char *currency, size_t item, struct discount out[DISCOUNT_MOST], struct record *records[DISCOUNT_MOST]);

/* Another line behind them, zeroed; what was given before may have moved. NULL with the failure: BILL_LINES are there.
 */
struct bill_line *bill_lines_add(struct call *call, struct bill_lines *lines);
/* The lines of a whole new period for one item, tier by tier; appended. 0 or -1. */
int item_period_lines(struct call *call, const struct item_facts *item, struct record *sub, const char *currency,
	struct span period, struct bill_lines *lines);
/* The zero line of a trial. */
void item_trial_line(struct call *call, const struct item_facts *item, struct record *sub, bool flexible,
	struct span period, struct bill_lines *lines);

#endif
