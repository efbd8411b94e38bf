/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include "base/mem.h"
#include "billing/totals.h"

/* ---- sums
 * -------------------------------------------------------------------------------------------------------------- */

struct sum {
	const char *name;
	int64_t lines[4];
	size_t line_count;
	int64_t discount, exclusive, inclusive, reduction, inclusive_subtotal, shipping;
	struct totals expected; /* subtotal, subtotal_excluding_tax, total, total_excluding_tax */
};

static struct sum sums[] = {
	{ "sum__nothing", { 0 }, 0, 0, 0, 0, 0, 0, 0, { 0, 0, 0, 0 } },
	{ "sum__lines", { -500, 1000, 2000 }, 3, 0, 0, 0, 0, 0, 0, { 2500, 2500, 2500, 2500 } },
	{ "sum__discount", { 1000, 2000 }, 2, 500, 0, 0, 0, 0, 0, { 3000, 3000, 2500, 2500 } },
	{ "sum__exclusive_tax", { 500 }, 1, 0, 125, 0, 0, 0, 0, { 500, 500, 625, 500 } },
	{ "sum__inclusive_tax", { 500 }, 1, 0, 0, 100, 0, 100, 0, { 500, 400, 500, 400 } },
	{ "sum__both_taxes", { 450 }, 1, 0, 30, 21, 0, 21, 0, { 450, 429, 480, 429 } },
	/* 20 % off 125.00, 25 % of it inclusive tax. */
	{ "sum__discount_before_inclusive_tax", { 12500 }, 1, 2500, 0, 2000, 0, 2500, 0,
		{ 12500, 10000, 10000, 8000 } },
	{ "sum__shipping", { 1000 }, 1, 0, 300, 0, 0, 0, 500, { 1000, 1000, 1800, 1500 } },
	{ "sum__reverse_charge_takes_the_tax_off", { 10000 }, 1, 0, 0, 0, 909, 909, 0, { 10000, 9091, 9091, 9091 } },
	{ "sum__negative", { -18148, 3600 }, 2, 0, 0, 0, 0, 0, 0, { -14548, -14548, -14548, -14548 } },
};

static void sum_row(void **state)
{
	const struct sum *row = *state;
	const struct totals_input in = {
		.lines = row->lines,
		.line_count = row->line_count,
		.discount = row->discount,
		.tax_exclusive = row->exclusive,
		.tax_inclusive = row->inclusive,
		.tax_reduction = row->reduction,
		.inclusive_subtotal = row->inclusive_subtotal,
		.shipping = row->shipping,
	};
	struct totals t = { 0 };

	assert_true(totals_sum(&in, &t));
	assert_amount(t.subtotal, row->expected.subtotal);
	assert_amount(t.subtotal_excluding_tax, row->expected.subtotal_excluding_tax);
	assert_amount(t.total, row->expected.total);
	assert_amount(t.total_excluding_tax, row->expected.total_excluding_tax);
}

/* ---- settlement
 * -------------------------------------------------------------------------------------------------------- */

struct settled {
	const char *name;
	int64_t total, balance;
	struct settlement_rule rule;
	struct settlement expected; /* amount_due, ending_balance, applied, carried, too_small */
};

#define USD                                                                                                            \
	{                                                                                                              \
		50, 1, 0                                                                                               \
	}

static struct settled settlements[] = {
	{ "settle__without_a_balance", 3000, 0, USD, { 3000, 0, 0, 0, false, 0 } },
	{ "settle__credit_covers_a_part", 3000, -1200, USD, { 1800, 0, 1200, 0, false, 0 } },
	{ "settle__credit_covers_all", 3000, -5000, USD, { 0, -2000, 3000, 0, false, 0 } },
	{ "settle__credit_covers_exactly", 3000, -3000, USD, { 0, 0, 3000, 0, false, 0 } },
	{ "settle__negative_total_becomes_credit", -500, 0, USD, { 0, -500, -500, 0, false, 0 } },
	{ "settle__negative_total_pays_a_debt", -500, 700, USD, { 200, 0, -700, 0, false, 0 } },
	{ "settle__negative_total_and_smaller_debt", -500, 250, USD, { 0, -250, -500, 0, false, 0 } },
	{ "settle__debt_is_collected", 3000, 250, USD, { 3250, 0, -250, 0, false, 0 } },
	{ "settle__nothing_due", 0, 0, USD, { 0, 0, 0, 0, false, 0 } },
	{ "settle__nothing_due_keeps_credit", 0, -1000, USD, { 0, -1000, 0, 0, false, 0 } },
	{ "settle__too_small_is_carried", 16, 0, USD, { 0, 16, 0, 16, true, 0 } },
	{ "settle__just_too_small", 49, 0, USD, { 0, 49, 0, 49, true, 0 } },
	{ "settle__just_enough", 50, 0, USD, { 50, 0, 0, 0, false, 0 } },
	{ "settle__too_small_after_credit", 2000, -1990, USD, { 0, 10, 1990, 10, true, 0 } },
	{ "settle__too_small_with_a_debt", 10, 16, USD, { 0, 26, -16, 26, true, 0 } },
	{ "settle__debts_grow_until_they_are_enough", 30, 26, USD, { 56, 0, -26, 0, false, 0 } },
	{ "settle__hundreds_of_kronur", 12345, 0, { 100, 100, 0 }, { 12300, 45, 0, 45, false, 0 } },
	{ "settle__less_than_a_step", 45, 0, { 0, 100, 0 }, { 0, 45, 0, 45, true, 0 } },
	{ "settle__too_small_once_stepped", 199, 0, { 150, 100, 0 }, { 0, 199, 0, 199, true, 0 } },
	{ "settle__as_much_as_can_be_charged", 99999999, 0, { 50, 1, 99999999 }, { 99999999, 0, 0, 0, false, 0 } },
	{ "settle__more_than_can_be_charged", 100000005, 0, { 50, 1, 99999999 }, { 99999999, 6, 0, 0, false, 6 } },
	{ "settle__the_largest_amount", INT64_MAX, 0, { 50, 1, 99999999 },
		{ 99999999, INT64_MAX - 99999999, 0, 0, false, INT64_MAX - 99999999 } },
	{ "settle__thousandths_of_a_dinar", 12345, -5, { 0, 10, 0 }, { 12340, 0, 5, 0, false, 0 } },
};

static void settle_row(void **state)
{
	const struct settled *row = *state;
	struct settlement s = { 0 };

	assert_true(totals_settle(row->total, row->balance, row->rule, &s));
	assert_amount(s.amount_due, row->expected.amount_due);
	assert_amount(s.ending_balance, row->expected.ending_balance);
	assert_amount(s.applied, row->expected.applied);
	assert_amount(s.carried, row->expected.carried);
	assert_int_equal(s.too_small, row->expected.too_small);
	assert_amount(s.excess, row->expected.excess);
	assert_amount(row->balance + s.applied + s.carried + s.excess, s.ending_balance);
}

static void totals__refuse_overflow_and_nonsense(void **state)
{
	const int64_t lines[] = { INT64_MAX, 1 };
	struct totals_input in = { .lines = lines, .line_count = 2 };
	const struct settlement_rule usd = USD;
	struct totals t = { .total = 42 };
	struct settlement s = { .amount_due = 42 };

	(void)state;
	assert_false(totals_sum(&in, &t));
	in.line_count = 1;
	in.shipping = 1;
	assert_false(totals_sum(&in, &t));
	in.shipping = 0;
	in.discount = -1;
	assert_false(totals_sum(&in, &t));
	assert_amount(t.total, 42);
	assert_false(totals_settle(INT64_MAX, 1, usd, &s));
	assert_false(totals_settle(INT64_MIN, -1, usd, &s));
	assert_false(totals_settle(1, 1, (struct settlement_rule) { -1, 1, 0 }, &s));
	assert_false(totals_settle(1, 1, (struct settlement_rule) { 50, 0, 0 }, &s));
	assert_amount(s.amount_due, 42);
	assert_true(totals_settle(INT64_MAX, 0, usd, &s));
	assert_amount(s.amount_due, INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest fixed[] = { cmocka_unit_test(totals__refuse_overflow_and_nonsense) };
	struct CMUnitTest tests[COUNT_OF(sums) + COUNT_OF(settlements) + COUNT_OF(fixed)];
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(sums); i++)
		tests[n++] = (struct CMUnitTest) { sums[i].name, sum_row, NULL, NULL, &sums[i] };
	for (size_t i = 0; i < COUNT_OF(settlements); i++)
		tests[n++] = (struct CMUnitTest) { settlements[i].name, settle_row, NULL, NULL, &settlements[i] };
	tests[n++] = fixed[0];
	return cmocka_run_group_tests_name("totals", tests, NULL, NULL);
}
