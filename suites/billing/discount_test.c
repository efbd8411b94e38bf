/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include "base/mem.h"
#include "billing/discount.h"

#define ALL DISCOUNT_ALL_ITEMS
#define MOST 4

struct bill {
	const char *name;
	struct discount discounts[MOST];
	size_t n;
	struct discount_line lines[MOST];
	size_t line_count;
	int64_t shares[MOST][MOST]; /* by discount, by line */
	int64_t left[MOST];
};

static const bool first_and_third[] = { true, false, true };

static struct bill bills[] = {
	{ "percent__twenty_of_a_hundred", { { 200000, 0, ALL, NULL } }, 1, { { 10000, 0, true } }, 1, { { 2000 } },
		{ 8000 } },
	{ "percent__then_amount", { { 200000, 0, ALL, NULL }, { 0, 500, ALL, NULL } }, 2, { { 10000, 0, true } }, 1,
		{ { 2000 }, { 500 } }, { 7500 } },
	{ "amount__then_percent", { { 0, 500, ALL, NULL }, { 200000, 0, ALL, NULL } }, 2, { { 10000, 0, true } }, 1,
		{ { 500 }, { 1900 } }, { 7600 } },
	{ "amount__shared_as_documented", { { 0, 500, ALL, NULL } }, 1, { { 1000, 0, true }, { 2000, 1, true } }, 2,
		{ { 166, 334 } }, { 834, 1666 } },
	{ "percent__half_of_a_cent_up", { { 500000, 0, ALL, NULL } }, 1, { { 333, 0, true }, { 1, 1, true } }, 2,
		{ { 167, 1 } }, { 166, 0 } },
	{ "percent__two_decimals", { { 333300, 0, ALL, NULL } }, 1, { { 999, 0, true } }, 1, { { 333 } }, { 666 } },
	{ "percent__a_hundred", { { 1000000, 0, ALL, NULL } }, 1, { { 999, 0, true }, { 1, 1, true } }, 2,
		{ { 999, 1 } }, { 0, 0 } },
	{ "amount__more_than_there_is", { { 0, 5000, ALL, NULL } }, 1, { { 1000, 0, true }, { 2000, 1, true } }, 2,
		{ { 1000, 2000 } }, { 0, 0 } },
	{ "amount__second_takes_what_is_left", { { 0, 800, ALL, NULL }, { 0, 800, ALL, NULL } }, 2,
		{ { 1000, 0, true } }, 1, { { 800 }, { 200 } }, { 0 } },
	{ "amount__last_line_too_small_for_the_remainder", { { 0, 5, ALL, NULL } }, 1,
		{ { 2, 0, true }, { 2, 1, true }, { 2, 2, true } }, 3, { { 1, 2, 2 } }, { 1, 0, 0 } },
	{ "item_level__comes_first", { { 0, 300, ALL, NULL }, { 500000, 0, 1, NULL } }, 2,
		{ { 1000, 0, true }, { 1000, 1, true } }, 2, { { 200, 100 }, { 0, 500 } }, { 800, 400 } },
	{ "item_level__spread_over_the_lines_of_a_tiered_item", { { 0, 400, 7, NULL } }, 1,
		{ { 3500, 7, true }, { 650, 7, true }, { 1000, 8, true } }, 3, { { 337, 63, 0 } },
		{ 3163, 587, 1000 } },
	{ "product_limits__skip_the_others", { { 100000, 0, ALL, first_and_third } }, 1,
		{ { 1000, 0, true }, { 1000, 1, true }, { 500, 2, true } }, 3, { { 100, 0, 50 } }, { 900, 1000, 450 } },
	{ "prorations__are_left_alone", { { 500000, 0, ALL, NULL }, { 0, 100, ALL, NULL } }, 2,
		{ { -666, 0, false }, { 1333, 0, false }, { 2000, 0, true } }, 3, { { 0, 0, 1000 }, { 0, 0, 100 } },
		{ -666, 1333, 900 } },
	{ "negative_lines__are_left_alone", { { 500000, 0, ALL, NULL } }, 1, { { -1000, 0, true }, { 3000, 1, true } },
		2, { { 0, 1500 } }, { -1000, 1500 } },
	{ "nothing__to_discount", { { 0, 500, ALL, NULL } }, 1, { { 0, 0, true } }, 1, { { 0 } }, { 0 } },
	{ "no_discounts__change_nothing", { { 0 } }, 0, { { 1000, 0, true }, { -5, 1, false } }, 2, { { 0 } },
		{ 1000, -5 } },
};

static void bill_row(void **state)
{
	const struct bill *b = *state;
	int64_t shares[MOST * MOST], left[MOST];

	for (size_t i = 0; i < MOST * MOST; i++)
		shares[i] = 42; /* every cell is to be written */
	assert_true(discount_apply(b->discounts, b->n, b->lines, b->line_count, shares, left));
	for (size_t d = 0; d < b->n; d++) {
		int64_t total = 0, expected = 0;

		for (size_t l = 0; l < b->line_count; l++) {
			assert_amount(shares[d * b->line_count + l], b->shares[d][l]);
			expected += b->shares[d][l];
		}
		assert_true(discount_total(shares + d * b->line_count, b->line_count, &total));
		assert_amount(total, expected);
	}
	for (size_t l = 0; l < b->line_count; l++)
		assert_amount(left[l], b->left[l]);
}

/* ---- whole-period totals
 * --------------------------------------------------------------------------------------------- */

struct whole {
	const char *name, *total;
	struct discount discounts[2];
	size_t n;
	const char *expected;
};

static struct whole wholes[] = {
	{ "whole__percent", "1000", { { 200000, 0, ALL, NULL } }, 1, "800" },
	{ "whole__amount", "2000", { { 0, 400, ALL, NULL } }, 1, "1600" },
	{ "whole__keeps_fractions", "2502.5", { { 333300, 0, ALL, NULL } }, 1, "1668.41675" },
	{ "whole__percent_then_amount", "1000", { { 100000, 0, ALL, NULL }, { 0, 50, ALL, NULL } }, 2, "850" },
	{ "whole__amount_then_percent", "1000", { { 0, 50, ALL, NULL }, { 100000, 0, ALL, NULL } }, 2, "855" },
	{ "whole__never_below_nothing", "300", { { 0, 400, ALL, NULL } }, 1, "0" },
	{ "whole__a_hundred_percent", "300", { { 1000000, 0, ALL, NULL } }, 1, "0" },
	{ "whole__no_discount", "300", { { 0 } }, 0, "300" },
};

static void whole_row(void **state)
{
	const struct whole *row = *state;
	struct decimal out = { 0 };
	char text[DECIMAL_ROOM];

	assert_true(discount_whole(dec(row->total), row->discounts, row->n, &out));
	assert_string_equal(show(out, text), row->expected);
}

static void discounts__refuse_nonsense_and_overflow(void **state)
{
	const struct discount above = { PERCENT_WHOLE + 1, 0, ALL, NULL }, below = { -1, 0, ALL, NULL };
	const struct discount negative = { 0, -1, ALL, NULL }, plain = { 0, 1, ALL, NULL };
	const struct discount_line lines[] = { { INT64_MAX, 0, true }, { INT64_MAX, 1, true } };
	const int64_t row[] = { INT64_MAX, 1 };
	struct decimal whole = decimal_of(42);
	int64_t shares[2], left[2], total = 42;

	(void)state;
	assert_false(discount_apply(&above, 1, lines, 1, shares, left));
	assert_false(discount_apply(&below, 1, lines, 1, shares, left));
	assert_false(discount_apply(&negative, 1, lines, 1, shares, left));
	assert_false(discount_apply(&plain, 1, lines, 2, shares, left));
	assert_true(discount_apply(&plain, 1, lines, 1, shares, left));
	assert_amount(left[0], INT64_MAX - 1);
	assert_false(discount_whole(decimal_of(1), &negative, 1, &whole));
	assert_int_equal(decimal_compare(whole, decimal_of(42)), 0);
	assert_false(discount_total(row, 2, &total));
	assert_amount(total, 42);
}

int main(void)
{
	const struct CMUnitTest fixed[] = { cmocka_unit_test(discounts__refuse_nonsense_and_overflow) };
	struct CMUnitTest tests[COUNT_OF(bills) + COUNT_OF(wholes) + COUNT_OF(fixed)];
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(bills); i++)
		tests[n++] = (struct CMUnitTest) { bills[i].name, bill_row, NULL, NULL, &bills[i] };
	for (size_t i = 0; i < COUNT_OF(wholes); i++)
		tests[n++] = (struct CMUnitTest) { wholes[i].name, whole_row, NULL, NULL, &wholes[i] };
	tests[n++] = fixed[0];
	return cmocka_run_group_tests_name("discount", tests, NULL, NULL);
}
