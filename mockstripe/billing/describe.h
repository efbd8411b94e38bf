/* SPDX-License-Identifier: MIT */
#ifndef BILLING_DESCRIBE_H
#define BILLING_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "billing/discount.h"
#include "billing/proration.h"
#include "value/calendar.h"
#include "value/decimal.h"

/* The descriptions Stripe writes on invoice lines. All add to `out`; dates are UTC, currency codes are lower case. */

/* A recurring price, as far as its line says: "$20.00 / month", "$900.00 / every 3 months". */
struct describe_price {
	struct decimal unit_amount;
	const char *currency;
	enum calendar_interval interval;
	int64_t interval_count;
};

/*
 * "Unused time on 3 × Pro (with 20% off) after 17 Mar 2026" for a credit, "Remaining time on ..." for a debit. The
 * count is left out at quantity 1; the discounts (n may be 0) are those inside the amount, several of them joined by
 * commas (one is what recorded lines show). `at` is the proration date.
 */
void describe_proration(struct text *out, enum proration_kind kind, const char *product, struct decimal quantity,
	const struct discount *discounts, size_t n, const char *currency, int64_t at);

/* "1 × Pro (at $20.00 / month)": always with the count. */
void describe_recurring(struct text *out, const char *product, struct decimal quantity, const struct describe_price *p);

/* "5 × Pro (Tier 1 at $7.00 / month)": tier counts from 0 here and from 1 in the text. */
void describe_tier(
	struct text *out, const char *product, struct decimal quantity, size_t tier, const struct describe_price *p);

/* "Trial period for Pro" (classic) or "Free trial for 1 × Pro" (flexible). */
void describe_trial(struct text *out, enum proration_basis mode, const char *product, struct decimal quantity);

/* "$4.00 off", "20% off". */
void describe_discount(struct text *out, const struct discount *d, const char *currency);

#endif
