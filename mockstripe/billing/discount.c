/* SPDX-License-Identifier: MIT */
#include "billing/discount.h"

static bool is_valid(const struct discount *d)
{
	return d->percent_off >= 0 && d->percent_off <= PERCENT_WHOLE && d->amount_off >= 0;
}

/* The lines as they stand while the discounts are taken, one after another. */
struct bill {
	const struct discount_line *lines;
	size_t count;
	int64_t *left;
};

static bool reaches(const struct bill *bill, const struct discount *d, size_t line)
{
	if (!bill->lines[line].discountable || bill->left[line] <= 0)
		return false;
	if (d->item != DISCOUNT_ALL_ITEMS && d->item != bill->lines[line].item)
		return false;
	return d->applies == NULL || d->applies[line];
}

static bool take_percent(struct bill *bill, const struct discount *d, int64_t *row)
{
	for (size_t l = 0; l < bill->count; l++) {
		if (!reaches(bill, d, l))
			continue;
		if (!money_ratio(bill->left[l], d->percent_off, PERCENT_WHOLE, ROUND_HALF_UP, &row[l]))
			return false;
		bill->left[l] -= row[l];
	}
	return true;
}

/* Shares of the fixed amount, rounded down; gives what the rounding left over in *rest. */
static bool split(
	const struct bill *bill, const struct discount *d, int64_t amount, int64_t sum, int64_t *row, int64_t *rest)
{
	*rest = amount;
	for (size_t l = 0; l < bill->count; l++) {
		if (!reaches(bill, d, l))
			continue;
		if (!money_ratio(amount, bill->left[l], sum, ROUND_FLOOR, &row[l]))
			return false;
		*rest -= row[l];
	}
	return true;
}

static bool take_amount(struct bill *bill, const struct discount *d, int64_t *row)
{
	int64_t sum = 0, amount, rest;

	for (size_t l = 0; l < bill->count; l++) {
		if (reaches(bill, d, l) && !money_add(sum, bill->left[l], &sum))
			return false;
	}
	if (sum == 0)
		return true;
	amount = d->amount_off < sum ? d->amount_off : sum;
	if (!split(bill, d, amount, sum, row, &rest))
		return false;
	/* The remainder is the last line's; only what a small last line cannot bear moves to the lines before it. */
	for (size_t l = bill->count; l-- > 0;) {
		int64_t room, extra;

		if (!reaches(bill, d, l))
			continue;
		room = bill->left[l] - row[l];
		extra = rest < room ? rest : room;
		row[l] += extra;
		rest -= extra;
		bill->left[l] -= row[l];
	}
	return true;
}

static bool take_level(struct bill *bill, const struct discount *discounts, size_t n, bool of_items, int64_t *shares)
{
	for (size_t d = 0; d < n; d++) {
		int64_t *row = shares + d * bill->count;

		if ((discounts[d].item != DISCOUNT_ALL_ITEMS) != of_items)
			continue;
		if (!(discounts[d].percent_off > 0 ? take_percent(bill, &discounts[d], row)
						   : take_amount(bill, &discounts[d], row)))
			return false;
	}
	return true;
}

bool discount_apply(const struct discount *discounts, size_t n, const struct discount_line *lines, size_t line_count,
	int64_t *shares, int64_t *left)
{
	struct bill bill = { .lines = lines, .count = line_count, .left = left };

	for (size_t d = 0; d < n; d++) {
		if (!is_valid(&discounts[d]))
			return false;
	}
	for (size_t i = 0; i < n * line_count; i++)
		shares[i] = 0;
	for (size_t l = 0; l < line_count; l++)
		left[l] = lines[l].amount;
	return take_level(&bill, discounts, n, true, shares) && take_level(&bill, discounts, n, false, shares);
}

bool discount_total(const int64_t *row, size_t line_count, int64_t *out)
{
	int64_t sum = 0;

	for (size_t l = 0; l < line_count; l++) {
		if (!money_add(sum, row[l], &sum))
			return false;
	}
	*out = sum;
	return true;
}

bool discount_whole(struct decimal total, const struct discount *discounts, size_t n, struct decimal *out)
{
	for (size_t d = 0; d < n; d++) {
		struct decimal off = decimal_of(discounts[d].amount_off);

		if (!is_valid(&discounts[d]))
			return false;
		if (discounts[d].percent_off > 0) {
			if (!wide_multiply(total.scaled, discounts[d].percent_off, &off.scaled) ||
				!wide_divide(off.scaled, PERCENT_WHOLE, ROUND_HALF_UP, &off.scaled))
				return false;
		}
		total.scaled = decimal_compare(off, total) < 0 ? total.scaled - off.scaled : 0;
	}
	*out = total;
	return true;
}
