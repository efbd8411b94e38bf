/* SPDX-License-Identifier: MIT */
#ifndef BILLING_TIERS_H
#define BILLING_TIERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "value/decimal.h"

/*
 * What a whole period of a price costs (Stripe docs, "Recurring pricing models", "Set up tiered pricing", "Transform
 * quantities"). Amounts are decimals of minor units and stay exact; they are rounded once, in price_line or by the
 * proration rule. Quantities are decimals; decimal_of(5) makes one of a plain count.
 */
enum price_scheme {
	PRICE_PER_UNIT,	 /* unit_amount times the (transformed) quantity */
	PRICE_GRADUATED, /* every unit at the rate of the tier it falls in, plus the flat amount of every tier entered
			  */
	PRICE_VOLUME,	 /* all units at the rate of the tier the total falls in, plus that tier's flat amount */
};

struct price_tier {
	bool endless;  /* up_to: "inf"; the last tier */
	int64_t up_to; /* the last whole unit of this tier; rising from tier to tier */
	struct decimal unit_amount, flat_amount;
};

struct price_terms {
	enum price_scheme scheme;
	struct decimal unit_amount; /* per unit */
	int64_t divide_by;	    /* transform_quantity, per unit only; 0: none */
	bool round_up;		    /* transform_quantity[round] is "up" */
	const struct price_tier *tiers;
	size_t tier_count;
};

/* One tier that a quantity enters. A price without tiers gives one part, of tier 0. */
struct price_part {
	size_t tier;
	struct decimal quantity; /* the units billed in this tier; after transformation for a price per unit */
	struct decimal unit_amount, flat_amount;
	struct decimal amount; /* quantity * unit_amount + flat_amount, exact */
};

/* The units that are billed after transform_quantity: divided, then rounded up or down to a whole number. */
bool price_units(const struct price_terms *p, struct decimal quantity, struct decimal *out);

/*
 * The parts of a whole period, in tier order; graduated prices give one for each tier entered, all others one. *count
 * is how many there are, at most tier_count or 1. A tiered quantity of 0 enters no tier: no part, nothing to pay, not
 * even the first flat amount (Stripe's pages do not settle it; a mistaken zero is kinder than a mistaken charge).
 * False, outputs untouched, for a negative quantity, a tiered quantity beyond the last tier, more than `room` parts, or
 * overflow.
 */
bool price_parts(
	const struct price_terms *p, struct decimal quantity, struct price_part *out, size_t room, size_t *count);

/* The exact price of a whole period: the sum of all parts, and the basis of prorations. Fails as price_parts does. */
bool price_total(const struct price_terms *p, struct decimal quantity, struct decimal *out);

/*
 * The amount of an ordinary invoice line in whole minor units. The product is rounded, never the unit; an exact half
 * goes away from zero (what invoices do in commerce; Stripe's pages leave plain lines open).
 */
bool price_line(struct decimal amount, int64_t *out);
/* The same for a unit amount as text, times a quantity; false also when the text is no decimal. */
bool price_line_of(const char *unit, struct decimal quantity, int64_t *out);

#endif
