/* SPDX-License-Identifier: MIT */
#include "changes.h"

#include "base/mem.h"

/* Order, absence and refusal: what holds for the lines of every update. */

static void lines__all_credits_then_all_debits(void **state)
{
	const struct proration_change changes[] = {
		change_of("1000", "2000", april_2026),
		change_of(NULL, "600", april_2026),
		change_of("300", NULL, april_2026),
		change_of("50", "70", april_2026),
	};
	static const int64_t amounts[] = { -500, -150, -25, 1000, 300, 35 };
	static const size_t items[] = { 0, 2, 3, 0, 1, 3 };
	struct proration_line lines[8];
	size_t count = 0;

	(void)state;
	assert_true(proration_lines(changes, 4, PRORATION_CLASSIC, 1776297600, lines, 8, &count));
	assert_int_equal(count, 6);
	for (size_t i = 0; i < count; i++) {
		assert_amount(lines[i].amount, amounts[i]);
		assert_int_equal(lines[i].item, items[i]);
		assert_int_equal(lines[i].kind, i < 3 ? PRORATION_CREDIT : PRORATION_DEBIT);
	}
}

static void lines__nothing_without_time_left(void **state)
{
	const struct proration_change c = change_of("1000", "2000", april_2026);
	size_t count = 42;

	(void)state;
	assert_true(proration_lines(&c, 1, PRORATION_CLASSIC, april_2026.to, NULL, 0, &count));
	assert_int_equal(count, 0);
}

static void lines__zero_amounts_are_written(void **state)
{
	(void)state;
	prorated("1000", "0", april_2026, april_2026.to - 60, 0, 0);
	prorated("0", "0", april_2026, 1776297600, 0, 0);
}

/* Net first and the rounding would favour the house: half of the 1000 between 999 and 1999 is 500. */
static void lines__are_rounded_before_they_are_summed(void **state)
{
	int64_t difference = 0;

	(void)state;
	prorated("999", "1999", april_2026, 1776297600, -500, 999);
	assert_true(
		proration_part(1, dec("1000"), (struct span) { 1776297600, april_2026.to }, april_2026, &difference));
	assert_amount(difference, 500);
}

static void flexible__credits_every_original_that_is_left(void **state)
{
	const struct proration_original originals[] = {
		{ 900, { 0, 100 } },	/* over at 150 */
		{ 1000, { 100, 200 } }, /* half left */
		{ 301, { 100, 300 } },	/* three quarters left */
		{ 77, { 200, 300 } },	/* not begun: all of it */
	};
	struct proration_change c = change_of("5000", NULL, (struct span) { 100, 200 });
	struct proration_line lines[4];
	size_t count = 0;

	(void)state;
	c.originals = originals;
	c.original_count = COUNT_OF(originals);
	assert_true(proration_lines(&c, 1, PRORATION_FLEXIBLE, 150, lines, 4, &count));
	assert_int_equal(count, 3);
	assert_int_equal(lines[0].original, 1);
	assert_amount(lines[0].amount, -500);
	assert_amount(lines[0].period.to, 200);
	assert_int_equal(lines[1].original, 2);
	assert_amount(lines[1].amount, -226);
	assert_amount(lines[1].period.from, 150);
	assert_int_equal(lines[2].original, 3);
	assert_amount(lines[2].amount, -77);
	assert_amount(lines[2].period.from, 200);
}

static void lines__refuse_what_makes_no_sense(void **state)
{
	struct proration_change c = change_of("1000", "2000", april_2026);
	struct proration_line lines[2];
	struct proration_line moved_line = { .amount = 42 };
	size_t count = 42;
	int64_t amount = 42;
	bool changed = true;

	(void)state;
	assert_false(proration_lines(&c, 1, PRORATION_CLASSIC, april_2026.from - 1, lines, 2, &count));
	assert_false(proration_lines(&c, 1, PRORATION_CLASSIC, 1776297600, lines, 1, &count));
	c.old_period.to = c.old_period.from;
	assert_false(proration_lines(&c, 1, PRORATION_CLASSIC, 1776297600, lines, 2, &count));
	c = change_of("999999999999999999", "1", april_2026);
	assert_true(wide_multiply(c.old_total.scaled, 1000, &c.old_total.scaled));
	assert_false(proration_lines(&c, 1, PRORATION_CLASSIC, april_2026.from, lines, 2, &count));
	assert_int_equal(count, 42);
	assert_false(proration_part(1, dec("1"), (struct span) { 0, 11 }, (struct span) { 0, 10 }, &amount));
	assert_false(proration_part(1, dec("1"), (struct span) { 5, 4 }, (struct span) { 0, 10 }, &amount));
	assert_false(proration_part(1, dec("1"), (struct span) { 0, 0 }, (struct span) { 0, 0 }, &amount));
	assert_amount(amount, 42);
	assert_false(
		proration_end_moved(dec("1"), april_2026, april_2026.to, april_2026.to + 1, &moved_line, &changed));
	assert_true(changed);
	assert_true(proration_end_moved(dec("1"), april_2026, april_2026.to, april_2026.to, &moved_line, &changed));
	assert_false(changed);
	assert_amount(moved_line.amount, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines__all_credits_then_all_debits),
		cmocka_unit_test(lines__nothing_without_time_left),
		cmocka_unit_test(lines__zero_amounts_are_written),
		cmocka_unit_test(lines__are_rounded_before_they_are_summed),
		cmocka_unit_test(flexible__credits_every_original_that_is_left),
		cmocka_unit_test(lines__refuse_what_makes_no_sense),
	};

	return cmocka_run_group_tests_name("proration_rules", tests, NULL, NULL);
}
