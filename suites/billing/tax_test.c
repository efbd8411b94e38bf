/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include "base/mem.h"
#include "billing/tax.h"

#define MOST 3

struct assessed {
	const char *name;
	struct tax_rate rates[MOST];
	size_t n;
	int64_t amounts[MOST];
	size_t line_count;
	enum tax_rounding rounding;
	enum tax_customer customer;
	int64_t tax[MOST][MOST]; /* by line, by rate */
	int64_t taxable[MOST];	 /* by line */
	int64_t totals[MOST];	 /* by rate */
	int64_t reductions[MOST];
	struct tax_sums sums; /* exclusive, inclusive, reduction */
};

#define INCLUSIVE(percent)                                                                                             \
	{                                                                                                              \
		(percent) * 10000, true                                                                                \
	}
#define EXCLUSIVE(percent)                                                                                             \
	{                                                                                                              \
		(percent) * 10000, false                                                                               \
	}

/* Every rate of a row stands on every line. */
static struct assessed rows[] = {
	{ "exclusive__25_percent", { EXCLUSIVE(25) }, 1, { 500 }, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED, { { 125 } },
		{ 500 }, { 125 }, { 0 }, { 125, 0, 0 } },
	{ "inclusive__25_percent", { INCLUSIVE(25) }, 1, { 500 }, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED, { { 100 } },
		{ 400 }, { 100 }, { 0 }, { 0, 100, 0 } },
	{ "both__inclusive_first", { INCLUSIVE(5), EXCLUSIVE(7) }, 2, { 450 }, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED,
		{ { 21, 30 } }, { 429 }, { 21, 30 }, { 0 }, { 30, 21, 0 } },
	{ "half__goes_away_from_zero", { EXCLUSIVE(5) }, 1, { 450 }, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED, { { 23 } },
		{ 450 }, { 23 }, { 0 }, { 23, 0, 0 } },
	{ "half__of_a_credit_goes_away_from_zero", { EXCLUSIVE(5) }, 1, { -450 }, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED,
		{ { -23 } }, { -450 }, { -23 }, { 0 }, { -23, 0, 0 } },
	{ "inclusive__rounded_per_line", { INCLUSIVE(10) }, 1, { 100000, 5000 }, 2, TAX_PER_LINE, TAX_CUSTOMER_TAXED,
		{ { 9091 }, { 455 } }, { 90909, 4545 }, { 9546 }, { 0 }, { 0, 9546, 0 } },
	{ "inclusive__rounded_per_invoice", { INCLUSIVE(10) }, 1, { 100000, 5000 }, 2, TAX_PER_INVOICE,
		TAX_CUSTOMER_TAXED, { { 9091 }, { 455 } }, { 90909, 4545 }, { 9545 }, { 0 }, { 0, 9545, 0 } },
	{ "exclusive__rounded_per_line", { EXCLUSIVE(20) }, 1, { -1728, 4707 }, 2, TAX_PER_LINE, TAX_CUSTOMER_TAXED,
		{ { -346 }, { 941 } }, { -1728, 4707 }, { 595 }, { 0 }, { 595, 0, 0 } },
	{ "exclusive__rounded_per_invoice", { EXCLUSIVE(20) }, 1, { -1728, 4707 }, 2, TAX_PER_INVOICE,
		TAX_CUSTOMER_TAXED, { { -346 }, { 941 } }, { -1728, 4707 }, { 596 }, { 0 }, { 596, 0, 0 } },
	{ "two_exclusive__each_on_the_amount", { EXCLUSIVE(5), { 99750, false } }, 2, { 10000 }, 1, TAX_PER_LINE,
		TAX_CUSTOMER_TAXED, { { 500, 998 } }, { 10000 }, { 500, 998 }, { 0 }, { 1498, 0, 0 } },
	{ "two_inclusive__share_one_price", { INCLUSIVE(10), INCLUSIVE(15) }, 2, { 12500 }, 1, TAX_PER_LINE,
		TAX_CUSTOMER_TAXED, { { 1000, 1500 } }, { 10000 }, { 1000, 1500 }, { 0 }, { 0, 2500, 0 } },
	{ "four_decimals", { { 88750, false } }, 1, { 10000 }, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED, { { 888 } },
		{ 10000 }, { 888 }, { 0 }, { 888, 0, 0 } },
	{ "zero_rate", { EXCLUSIVE(0) }, 1, { 10000 }, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED, { { 0 } }, { 10000 }, { 0 },
		{ 0 }, { 0, 0, 0 } },
	{ "exempt__exclusive_is_not_added", { EXCLUSIVE(20) }, 1, { 1000 }, 1, TAX_PER_LINE, TAX_CUSTOMER_EXEMPT,
		{ { 0 } }, { 0 }, { 0 }, { 0 }, { 0, 0, 0 } },
	{ "exempt__inclusive_price_falls", { INCLUSIVE(10) }, 1, { 10000 }, 1, TAX_PER_LINE, TAX_CUSTOMER_EXEMPT,
		{ { 0 } }, { 0 }, { 0 }, { 909 }, { 0, 0, 909 } },
	{ "reverse__inclusive_price_falls", { INCLUSIVE(10) }, 1, { 10000 }, 1, TAX_PER_LINE, TAX_CUSTOMER_REVERSE,
		{ { 0 } }, { 0 }, { 0 }, { 909 }, { 0, 0, 909 } },
	{ "reverse__both_kinds", { INCLUSIVE(5), EXCLUSIVE(7) }, 2, { 450 }, 1, TAX_PER_LINE, TAX_CUSTOMER_REVERSE,
		{ { 0, 0 } }, { 0 }, { 0, 0 }, { 21 }, { 0, 0, 21 } },
	{ "exempt__per_invoice", { INCLUSIVE(10) }, 1, { 100000, 5000 }, 2, TAX_PER_INVOICE, TAX_CUSTOMER_EXEMPT,
		{ { 0 }, { 0 } }, { 0, 0 }, { 0 }, { 9091, 455 }, { 0, 0, 9545 } },
};

static void tax_row(void **state)
{
	static const size_t every[] = { 0, 1, 2 };
	const struct assessed *row = *state;
	struct tax_line lines[MOST];
	struct tax_amount cells[MOST * MOST], totals[MOST];
	int64_t reductions[MOST];
	struct tax_sums sums;

	for (size_t l = 0; l < row->line_count; l++)
		lines[l] = (struct tax_line) { row->amounts[l], every, row->n };
	assert_true(tax_apply(row->rates, row->n, lines, row->line_count, row->rounding, row->customer, cells, totals,
		reductions, &sums));
	for (size_t l = 0; l < row->line_count; l++) {
		for (size_t r = 0; r < row->n; r++) {
			assert_true(cells[l * row->n + r].applies);
			assert_amount(cells[l * row->n + r].tax, row->tax[l][r]);
			assert_amount(cells[l * row->n + r].taxable, row->taxable[l]);
		}
		assert_amount(reductions[l], row->reductions[l]);
	}
	for (size_t r = 0; r < row->n; r++)
		assert_amount(totals[r].tax, row->totals[r]);
	assert_amount(sums.exclusive, row->sums.exclusive);
	assert_amount(sums.inclusive, row->sums.inclusive);
	assert_amount(sums.reduction, row->sums.reduction);
}

/* Two rates, and lines that carry one, the other, both or none. */
static void rates__stand_on_their_lines_only(void **state)
{
	static const size_t first[] = { 0 }, second[] = { 1 }, both[] = { 1, 0 };
	const struct tax_rate rates[] = { EXCLUSIVE(10), INCLUSIVE(25) };
	const struct tax_line lines[] = { { 1000, first, 1 }, { 1250, second, 1 }, { 2500, both, 2 }, { 99, NULL, 0 } };
	struct tax_amount cells[8], totals[2];
	struct tax_sums sums;

	(void)state;
	assert_true(tax_apply(rates, 2, lines, 4, TAX_PER_LINE, TAX_CUSTOMER_TAXED, cells, totals, NULL, &sums));
	assert_true(cells[0].applies);
	assert_amount(cells[0].tax, 100);
	assert_false(cells[1].applies);
	assert_false(cells[2].applies);
	assert_amount(cells[3].tax, 250);
	assert_amount(cells[4].tax, 200); /* 10 % of 2500 less the 500 it contains */
	assert_amount(cells[5].tax, 500);
	assert_false(cells[6].applies);
	assert_false(cells[7].applies);
	assert_amount(totals[0].tax, 300);
	assert_amount(totals[0].taxable, 3000);
	assert_amount(totals[1].tax, 750);
	assert_amount(totals[1].taxable, 3000);
	assert_amount(sums.exclusive, 300);
	assert_amount(sums.inclusive, 750);
	assert_true(tax_apply(rates, 2, lines, 4, TAX_PER_INVOICE, TAX_CUSTOMER_TAXED, cells, totals, NULL, &sums));
	assert_amount(totals[0].tax, 300);
	assert_amount(totals[0].taxable, 3000);
	assert_amount(totals[1].tax, 750);
}

/* Three times 0.4 of a cent are nothing line by line, and a cent on the invoice. */
static void per_invoice__sums_what_lines_would_round_away(void **state)
{
	static const size_t every[] = { 0 };
	const struct tax_rate rates[] = { EXCLUSIVE(1) };
	const struct tax_line lines[] = { { 40, every, 1 }, { 40, every, 1 }, { 40, every, 1 } };
	struct tax_amount cells[3], total;
	struct tax_sums sums;

	(void)state;
	assert_true(tax_apply(rates, 1, lines, 3, TAX_PER_LINE, TAX_CUSTOMER_TAXED, cells, &total, NULL, &sums));
	assert_amount(total.tax, 0);
	assert_true(tax_apply(rates, 1, lines, 3, TAX_PER_INVOICE, TAX_CUSTOMER_TAXED, cells, &total, NULL, &sums));
	assert_amount(total.tax, 1);
	assert_amount(cells[0].tax, 0);
	assert_amount(total.taxable, 120);
}

static void contained__is_what_the_subtotal_loses(void **state)
{
	static const size_t both[] = { 0, 1 };
	const struct tax_rate rates[] = { INCLUSIVE(10), EXCLUSIVE(7) };
	int64_t out = 42;

	(void)state;
	assert_true(tax_contained(10000, rates, both, 2, &out));
	assert_amount(out, 909);
	assert_true(tax_contained(-10000, rates, both, 2, &out));
	assert_amount(out, -909);
	assert_true(tax_contained(10000, rates, both, 0, &out));
	assert_amount(out, 0);
}

static void tax__refuses_nonsense_and_overflow(void **state)
{
	static const size_t zero[] = { 0 }, one[] = { 1 };
	const struct tax_rate negative = { -1, false }, above = { PERCENT_WHOLE + 1, false }, all = EXCLUSIVE(100);
	const struct tax_line line = { 100, zero, 1 }, stray = { 100, one, 1 };
	const struct tax_line huge[] = { { INT64_MAX, zero, 1 }, { 1, zero, 1 } };
	struct tax_amount cells[2], total;
	struct tax_sums sums;

	(void)state;
	assert_false(tax_apply(&negative, 1, &line, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED, cells, &total, NULL, &sums));
	assert_false(tax_apply(&above, 1, &line, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED, cells, &total, NULL, &sums));
	assert_false(tax_apply(&all, 1, &stray, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED, cells, &total, NULL, &sums));
	assert_false(tax_apply(&all, 1, huge, 2, TAX_PER_LINE, TAX_CUSTOMER_TAXED, cells, &total, NULL, &sums));
	assert_true(tax_apply(&all, 1, huge, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED, cells, &total, NULL, &sums));
	assert_amount(sums.exclusive, INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest fixed[] = {
		cmocka_unit_test(rates__stand_on_their_lines_only),
		cmocka_unit_test(per_invoice__sums_what_lines_would_round_away),
		cmocka_unit_test(contained__is_what_the_subtotal_loses),
		cmocka_unit_test(tax__refuses_nonsense_and_overflow),
	};
	struct CMUnitTest tests[COUNT_OF(rows) + COUNT_OF(fixed)];
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		tests[n++] = (struct CMUnitTest) { rows[i].name, tax_row, NULL, NULL, &rows[i] };
	for (size_t i = 0; i < COUNT_OF(fixed); i++)
		tests[n++] = fixed[i];
	return cmocka_run_group_tests_name("tax", tests, NULL, NULL);
}
