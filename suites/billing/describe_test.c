/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <stdlib.h>

#include "base/mem.h"
#include "billing/describe.h"

/* 17 Mar 2026 22:14:07, the proration date of most rows. */
#define MARCH INT64_C(1773785647)

static void check(struct text *out, const char *expected)
{
	assert_false(out->over);
	assert_string_equal(out->data, expected);
	text_reset(out);
}

static int start(void **state)
{
	struct text *out = mem_alloc(sizeof(*out));

	text_init(out, 1000);
	*state = out;
	return 0;
}

static int finish(void **state)
{
	text_clear(*state);
	free(*state);
	return 0;
}

static void proration__names_the_product_and_the_day(void **state)
{
	describe_proration(*state, PRORATION_CREDIT, "Starter", decimal_of(1), NULL, 0, "usd", MARCH);
	check(*state, "Unused time on Starter after 17 Mar 2026");
	describe_proration(*state, PRORATION_DEBIT, "Pro", decimal_of(1), NULL, 0, "usd", MARCH);
	check(*state, "Remaining time on Pro after 17 Mar 2026");
	describe_proration(*state, PRORATION_CREDIT, "Starter", decimal_of(1), NULL, 0, "usd", 1772703000);
	check(*state, "Unused time on Starter after 05 Mar 2026");
}

static void proration__counts_when_there_are_several(void **state)
{
	describe_proration(*state, PRORATION_CREDIT, "Seat", decimal_of(7), NULL, 0, "usd", MARCH);
	check(*state, "Unused time on 7 × Seat after 17 Mar 2026");
	describe_proration(*state, PRORATION_DEBIT, "Seat", decimal_of(10), NULL, 0, "usd", MARCH);
	check(*state, "Remaining time on 10 × Seat after 17 Mar 2026");
	describe_proration(*state, PRORATION_DEBIT, "Seat", decimal_of(0), NULL, 0, "usd", MARCH);
	check(*state, "Remaining time on 0 × Seat after 17 Mar 2026");
}

static void proration__tells_the_discount(void **state)
{
	const struct discount four = { .amount_off = 400, .item = DISCOUNT_ALL_ITEMS };
	const struct discount fifth = { .percent_off = 200000, .item = DISCOUNT_ALL_ITEMS };
	const struct discount both[] = { fifth, four };

	describe_proration(*state, PRORATION_CREDIT, "Starter", decimal_of(1), &four, 1, "usd", 1790035200);
	check(*state, "Unused time on Starter (with $4.00 off) after 22 Sep 2026");
	describe_proration(*state, PRORATION_DEBIT, "Pro", decimal_of(1), &fifth, 1, "usd", MARCH);
	check(*state, "Remaining time on Pro (with 20% off) after 17 Mar 2026");
	describe_proration(*state, PRORATION_DEBIT, "Pro", decimal_of(2), both, 2, "eur", MARCH);
	check(*state, "Remaining time on 2 × Pro (with 20% off, €4.00 off) after 17 Mar 2026");
}

static void recurring__always_counts(void **state)
{
	struct describe_price p = { decimal_of(2000), "usd", CALENDAR_INTERVAL_MONTH, 1 };

	describe_recurring(*state, "Pro", decimal_of(1), &p);
	check(*state, "1 × Pro (at $20.00 / month)");
	p = (struct describe_price) { decimal_of(36000), "usd", CALENDAR_INTERVAL_YEAR, 1 };
	describe_recurring(*state, "Pro", decimal_of(12), &p);
	check(*state, "12 × Pro (at $360.00 / year)");
	p = (struct describe_price) { decimal_of(90000), "usd", CALENDAR_INTERVAL_MONTH, 3 };
	describe_recurring(*state, "Pro", decimal_of(1), &p);
	check(*state, "1 × Pro (at $900.00 / every 3 months)");
	p = (struct describe_price) { decimal_of(500), "jpy", CALENDAR_INTERVAL_WEEK, 1 };
	describe_recurring(*state, "Tea", decimal_of(2), &p);
	check(*state, "2 × Tea (at ¥500 / week)");
	p = (struct describe_price) { decimal_of(0), "gbp", CALENDAR_INTERVAL_DAY, 10 };
	describe_recurring(*state, "Free", decimal_of(1), &p);
	check(*state, "1 × Free (at £0.00 / every 10 days)");
}

static void recurring__keeps_fractions_of_a_cent(void **state)
{
	struct describe_price p = { dec("2.5"), "usd", CALENDAR_INTERVAL_MONTH, 1 };

	describe_recurring(*state, "Call", decimal_of(1001), &p);
	check(*state, "1001 × Call (at $0.025 / month)");
	p.unit_amount = dec("0.05");
	describe_recurring(*state, "Call", dec("2.5"), &p);
	check(*state, "2.5 × Call (at $0.0005 / month)");
	p = (struct describe_price) { dec("1.25"), "jpy", CALENDAR_INTERVAL_MONTH, 1 };
	describe_recurring(*state, "Call", decimal_of(1), &p);
	check(*state, "1 × Call (at ¥1.25 / month)");
	p = (struct describe_price) { dec("-0.5"), "usd", CALENDAR_INTERVAL_MONTH, 1 };
	describe_recurring(*state, "Call", decimal_of(1), &p);
	check(*state, "1 × Call (at -$0.005 / month)");
}

static void tier__counts_from_one(void **state)
{
	struct describe_price p = { decimal_of(700), "usd", CALENDAR_INTERVAL_MONTH, 1 };

	describe_tier(*state, "Fonts", decimal_of(5), 0, &p);
	check(*state, "5 × Fonts (Tier 1 at $7.00 / month)");
	p.unit_amount = decimal_of(650);
	describe_tier(*state, "Fonts", decimal_of(1), 1, &p);
	check(*state, "1 × Fonts (Tier 2 at $6.50 / month)");
}

static void trial__is_worded_by_billing_mode(void **state)
{
	describe_trial(*state, PRORATION_CLASSIC, "Pro", decimal_of(1));
	check(*state, "Trial period for Pro");
	describe_trial(*state, PRORATION_FLEXIBLE, "Pro", decimal_of(1));
	check(*state, "Free trial for 1 × Pro");
	describe_trial(*state, PRORATION_FLEXIBLE, "Pro", decimal_of(3));
	check(*state, "Free trial for 3 × Pro");
}

static void product__may_hold_any_characters(void **state)
{
	describe_trial(*state, PRORATION_CLASSIC, "100% \"Größe\" %s", decimal_of(1));
	check(*state, "Trial period for 100% \"Größe\" %s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(proration__names_the_product_and_the_day, start, finish),
		cmocka_unit_test_setup_teardown(proration__counts_when_there_are_several, start, finish),
		cmocka_unit_test_setup_teardown(proration__tells_the_discount, start, finish),
		cmocka_unit_test_setup_teardown(recurring__always_counts, start, finish),
		cmocka_unit_test_setup_teardown(recurring__keeps_fractions_of_a_cent, start, finish),
		cmocka_unit_test_setup_teardown(tier__counts_from_one, start, finish),
		cmocka_unit_test_setup_teardown(trial__is_worded_by_billing_mode, start, finish),
		cmocka_unit_test_setup_teardown(product__may_hold_any_characters, start, finish),
	};

	return cmocka_run_group_tests_name("describe", tests, NULL, NULL);
}
