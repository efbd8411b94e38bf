/* SPDX-License-Identifier: MIT */
#ifndef BILLING_DISCOUNT_H
#define BILLING_DISCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "value/decimal.h"

/*
 * Discounts on invoice lines (Stripe docs, "Coupons and promotion codes"). Those of items are taken first, in list
 * order, then those of the invoice (or subscription, or customer), in list order, each on what the earlier ones left.
 */
#define DISCOUNT_ALL_ITEMS SIZE_MAX

struct discount {
	int64_t percent_off; /* ten-thousandths of a percent (value/decimal.h); 0: amount_off counts */
	int64_t amount_off;  /* minor units */
	size_t item;	     /* item-level: only lines of this item; DISCOUNT_ALL_ITEMS: of the invoice */
	const bool *applies; /* one for each line, from the coupon's applies_to[products]; NULL: every line */
};

struct discount_line {
	int64_t amount;	   /* before discounts */
	size_t item;	   /* any number that its item-level discounts name too */
	bool discountable; /* false for prorations; a negative line is never discounted */
};

/*
 * Takes every discount off the lines. shares holds n * line_count numbers: shares[d * line_count + l] is what discount
 * d took off line l (positive); left[l] is what remains of the line. percent_off is rounded per line, an exact half up.
 * amount_off is split over the lines it applies to in proportion to what is left of them: each share is rounded down,
 * the last line takes the remainder (500 over 1000 and 2000: 166 and 334), as far as it has room, then the lines before
 * it. No line goes below 0; what does not fit is forfeited. False, outputs in an unspecified state, on overflow or a
 * discount that is negative or above 100 %.
 */
bool discount_apply(const struct discount *discounts, size_t n, const struct discount_line *lines, size_t line_count,
	int64_t *shares, int64_t *left);

/* What one row of shares adds up to: total_discount_amounts[d].amount. */
bool discount_total(const int64_t *row, size_t line_count, int64_t *out);

/*
 * The whole-period total of one item after its discounts, exact: the basis of a proration. `item` and `applies` are not
 * read; amount_off is the share that falls to this item (discount_apply gives it; the classic basis takes it whole).
 */
bool discount_whole(struct decimal total, const struct discount *discounts, size_t n, struct decimal *out);

#endif
