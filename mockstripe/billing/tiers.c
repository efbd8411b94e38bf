/* SPDX-License-Identifier: MIT */
#include "billing/tiers.h"

bool price_units(const struct price_terms *p, struct decimal quantity, struct decimal *out)
{
	wide whole;

	if (quantity.scaled < 0)
		return false;
	if (p->scheme != PRICE_PER_UNIT || p->divide_by == 0) {
		*out = quantity;
		return true;
	}
	if (p->divide_by < 0 || !wide_divide(quantity.scaled, DECIMAL_ONE * p->divide_by,
					p->round_up ? ROUND_CEILING : ROUND_FLOOR, &whole))
		return false;
	return wide_multiply(whole, DECIMAL_ONE, &out->scaled);
}

/* quantity * unit + flat of tier i (tier 0 of a price without tiers), as one part. */
static bool make_part(
	size_t i, struct decimal quantity, struct decimal unit, struct decimal flat, struct price_part *out)
{
	struct price_part part = { .tier = i, .quantity = quantity, .unit_amount = unit, .flat_amount = flat };

	if (!decimal_multiply(unit, quantity, &part.amount) || !decimal_add(part.amount, flat, &part.amount))
		return false;
	*out = part;
	return true;
}

static struct decimal tier_end(const struct price_tier *tier, struct decimal quantity)
{
	struct decimal end = decimal_of(tier->up_to);

	return tier->endless || decimal_compare(quantity, end) < 0 ? quantity : end;
}

/* Visits tiers in order and calls into the array, or only adds up when `out` is NULL. */
static bool graduated(const struct price_terms *p, struct decimal quantity, struct price_part *out, size_t room,
	size_t *count, struct decimal *total)
{
	struct decimal from = { 0 }, sum = { 0 };
	struct price_part part;
	size_t n = 0;

	for (size_t i = 0; i < p->tier_count && decimal_compare(from, quantity) < 0; i++) {
		const struct price_tier *tier = &p->tiers[i];
		struct decimal end = tier_end(tier, quantity);

		if (decimal_compare(end, from) <= 0) /* bounds must rise */
			return false;
		if (!make_part(i, (struct decimal) { end.scaled - from.scaled }, tier->unit_amount, tier->flat_amount,
			    &part) ||
			!decimal_add(sum, part.amount, &sum))
			return false;
		if (out) {
			if (n == room)
				return false;
			out[n] = part;
		}
		n++;
		from = end;
	}
	if (decimal_compare(from, quantity) < 0) /* beyond the last tier */
		return false;
	*count = n;
	*total = sum;
	return true;
}

static bool volume_part(const struct price_terms *p, struct decimal quantity, struct price_part *out)
{
	for (size_t i = 0; i < p->tier_count; i++) {
		const struct price_tier *tier = &p->tiers[i];

		if (tier->endless || decimal_compare(quantity, decimal_of(tier->up_to)) <= 0)
			return make_part(i, quantity, tier->unit_amount, tier->flat_amount, out);
	}
	return false;
}

/* The one part of a price that is not graduated; *count is 0 for a volume quantity of 0. */
static bool single_part(const struct price_terms *p, struct decimal quantity, struct price_part *out, size_t *count)
{
	struct decimal units;

	if (p->scheme == PRICE_VOLUME) {
		if (quantity.scaled == 0) {
			*count = 0;
			return true;
		}
		if (!volume_part(p, quantity, out))
			return false;
	} else if (!price_units(p, quantity, &units) ||
		   !make_part(0, units, p->unit_amount, (struct decimal) { 0 }, out)) {
		return false;
	}
	*count = 1;
	return true;
}

bool price_parts(
	const struct price_terms *p, struct decimal quantity, struct price_part *out, size_t room, size_t *count)
{
	struct price_part part;
	struct decimal total;
	size_t n;

	if (quantity.scaled < 0)
		return false;
	if (p->scheme == PRICE_GRADUATED) {
		/* A first pass without the array keeps it untouched when a later tier fails. */
		if (!graduated(p, quantity, NULL, 0, &n, &total) || n > room)
			return false;
		return graduated(p, quantity, out, room, count, &total);
	}
	if (!single_part(p, quantity, &part, &n) || n > room)
		return false;
	if (n == 1)
		out[0] = part;
	*count = n;
	return true;
}

bool price_total(const struct price_terms *p, struct decimal quantity, struct decimal *out)
{
	struct price_part part = { 0 };
	size_t n;

	if (quantity.scaled < 0)
		return false;
	if (p->scheme == PRICE_GRADUATED)
		return graduated(p, quantity, NULL, 0, &n, out);
	if (!single_part(p, quantity, &part, &n))
		return false;
	*out = part.amount;
	return true;
}

bool price_line(struct decimal amount, int64_t *out)
{
	return decimal_round(amount, ROUND_HALF_AWAY, out);
}

bool price_line_of(const char *unit, struct decimal quantity, int64_t *out)
{
	struct decimal each, total;

	return decimal_parse(unit, DECIMAL_PLACES, &each) == DECIMAL_OK && decimal_multiply(each, quantity, &total) &&
	       price_line(total, out);
}
