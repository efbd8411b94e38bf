/* SPDX-License-Identifier: MIT */
#include "billing/tax.h"

/* The bill as every step below reads it. */
struct assessment {
	const struct tax_rate *rates;
	size_t n;
	const struct tax_line *lines;
	size_t line_count;
};

/* All inclusive rates of a line together. */
static int64_t inclusive_rate(const struct tax_rate *rates, const size_t *on_line, size_t count)
{
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		if (rates[on_line[i]].inclusive)
			sum += rates[on_line[i]].percent;
	}
	return sum;
}

static int64_t line_inclusive_rate(const struct assessment *a, size_t l)
{
	return inclusive_rate(a->rates, a->lines[l].rates, a->lines[l].rate_count);
}

static bool has_rate(const struct assessment *a, size_t l, size_t rate)
{
	for (size_t i = 0; i < a->lines[l].rate_count; i++) {
		if (a->lines[l].rates[i] == rate)
			return true;
	}
	return false;
}

static bool is_valid(const struct assessment *a)
{
	for (size_t r = 0; r < a->n; r++) {
		if (a->rates[r].percent < 0 || a->rates[r].percent > PERCENT_WHOLE)
			return false;
	}
	for (size_t l = 0; l < a->line_count; l++) {
		for (size_t i = 0; i < a->lines[l].rate_count; i++) {
			if (a->lines[l].rates[i] >= a->n)
				return false;
		}
	}
	return true;
}

/* Fills the cells of one line; *contained is its inclusive tax. */
static bool assess_line(const struct assessment *a, size_t l, struct tax_amount *row, int64_t *contained)
{
	const struct tax_line *line = &a->lines[l];
	int64_t whole = PERCENT_WHOLE + line_inclusive_rate(a, l), inside = 0, net;

	for (size_t i = 0; i < line->rate_count; i++) {
		const struct tax_rate *rate = &a->rates[line->rates[i]];
		struct tax_amount *cell = &row[line->rates[i]];

		cell->applies = true;
		if (!rate->inclusive)
			continue;
		if (!money_ratio(line->amount, rate->percent, whole, ROUND_HALF_AWAY, &cell->tax) ||
			!money_add(inside, cell->tax, &inside))
			return false;
	}
	if (!money_subtract(line->amount, inside, &net))
		return false;
	for (size_t i = 0; i < line->rate_count; i++) {
		const struct tax_rate *rate = &a->rates[line->rates[i]];
		struct tax_amount *cell = &row[line->rates[i]];

		cell->taxable = net;
		if (!rate->inclusive && !money_ratio(net, rate->percent, PERCENT_WHOLE, ROUND_HALF_AWAY, &cell->tax))
			return false;
	}
	*contained = inside;
	return true;
}

/* Per line: the totals of a rate are its cells added up. */
static bool total_cells(
	const struct assessment *a, const struct tax_amount *cells, size_t rate, struct tax_amount *total)
{
	for (size_t l = 0; l < a->line_count; l++) {
		const struct tax_amount *cell = &cells[l * a->n + rate];

		if (!cell->applies)
			continue;
		total->applies = true;
		if (!money_add(total->tax, cell->tax, &total->tax) ||
			!money_add(total->taxable, cell->taxable, &total->taxable))
			return false;
	}
	return true;
}

/* Whether an earlier line with this rate has the same inclusive rates, so that this line was summed with it already. */
static bool is_summed(const struct assessment *a, size_t rate, size_t l)
{
	for (size_t k = 0; k < l; k++) {
		if (has_rate(a, k, rate) && line_inclusive_rate(a, k) == line_inclusive_rate(a, l))
			return true;
	}
	return false;
}

/*
 * Per invoice: the sum over all lines with this rate of amount * percent / (100 % + inclusive rates of the line), which
 * is the tax for inclusive and exclusive rates alike, and with 100 % for `percent` the taxable amount. Lines with the
 * same denominator are summed before dividing, so the twelve places that different denominators are added with can
 * never make or break an exact half of a plain bill.
 */
static bool total_exact(const struct assessment *a, size_t rate, int64_t percent, int64_t *out)
{
	struct decimal sum = { 0 };

	for (size_t l = 0; l < a->line_count; l++) {
		int64_t inclusive = line_inclusive_rate(a, l);
		wide amount = 0, part;

		if (!has_rate(a, l, rate) || is_summed(a, rate, l))
			continue;
		for (size_t k = l; k < a->line_count; k++) {
			if (has_rate(a, k, rate) && line_inclusive_rate(a, k) == inclusive)
				amount += a->lines[k].amount;
		}
		if (!wide_multiply(amount, percent * DECIMAL_ONE, &part) ||
			!wide_divide(part, PERCENT_WHOLE + inclusive, ROUND_HALF_AWAY, &part) ||
			!decimal_add(sum, (struct decimal) { part }, &sum))
			return false;
	}
	return decimal_round(sum, ROUND_HALF_AWAY, out);
}

static bool total_rate(const struct assessment *a, enum tax_rounding rounding, const struct tax_amount *cells,
	size_t rate, struct tax_amount *total)
{
	struct tax_amount t = { 0 };

	if (!total_cells(a, cells, rate, &t))
		return false;
	if (rounding == TAX_PER_INVOICE && t.applies) {
		if (!total_exact(a, rate, a->rates[rate].percent, &t.tax) ||
			!total_exact(a, rate, PERCENT_WHOLE, &t.taxable))
			return false;
	}
	*total = t;
	return true;
}

static bool sum_up(const struct assessment *a, const struct tax_amount *totals, struct tax_sums *sums)
{
	*sums = (struct tax_sums) { 0 };
	for (size_t r = 0; r < a->n; r++) {
		int64_t *sum = a->rates[r].inclusive ? &sums->inclusive : &sums->exclusive;

		if (!money_add(*sum, totals[r].tax, sum))
			return false;
	}
	return true;
}

/* No tax is owed, and what the prices contained of it is taken off them. */
static void waive(struct tax_amount *cells, size_t count, struct tax_amount *totals, size_t n, struct tax_sums *sums)
{
	for (size_t i = 0; i < count; i++)
		cells[i].tax = cells[i].taxable = 0;
	for (size_t r = 0; r < n; r++)
		totals[r].tax = totals[r].taxable = 0;
	*sums = (struct tax_sums) { .reduction = sums->inclusive };
}

bool tax_apply(const struct tax_rate *rates, size_t n, const struct tax_line *lines, size_t line_count,
	enum tax_rounding rounding, enum tax_customer customer, struct tax_amount *cells, struct tax_amount *totals,
	int64_t *reductions, struct tax_sums *sums)
{
	const struct assessment a = { rates, n, lines, line_count };

	if (!is_valid(&a))
		return false;
	for (size_t i = 0; i < line_count * n; i++)
		cells[i] = (struct tax_amount) { 0 };
	for (size_t l = 0; l < line_count; l++) {
		int64_t contained;

		if (!assess_line(&a, l, cells + l * n, &contained))
			return false;
		if (reductions)
			reductions[l] = customer == TAX_CUSTOMER_TAXED ? 0 : contained;
	}
	for (size_t r = 0; r < n; r++) {
		if (!total_rate(&a, rounding, cells, r, &totals[r]))
			return false;
	}
	if (!sum_up(&a, totals, sums))
		return false;
	if (customer != TAX_CUSTOMER_TAXED)
		waive(cells, line_count * n, totals, n, sums);
	return true;
}

bool tax_contained(int64_t amount, const struct tax_rate *rates, const size_t *on_line, size_t count, int64_t *out)
{
	int64_t whole = PERCENT_WHOLE + inclusive_rate(rates, on_line, count), sum = 0;

	for (size_t i = 0; i < count; i++) {
		int64_t tax;

		if (!rates[on_line[i]].inclusive)
			continue;
		if (!money_ratio(amount, rates[on_line[i]].percent, whole, ROUND_HALF_AWAY, &tax) ||
			!money_add(sum, tax, &sum))
			return false;
	}
	*out = sum;
	return true;
}
