/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include "base/mem.h"
#include "billing/tiers.h"

/* The tiers of Stripe's page "Set up tiered pricing": 7.00 up to 5, 6.50 up to 10, 6.00 from 11. */
static const struct price_tier fonts[] = {
	{ .up_to = 5, .unit_amount = { 700 * DECIMAL_ONE } },
	{ .up_to = 10, .unit_amount = { 650 * DECIMAL_ONE } },
	{ .endless = true, .unit_amount = { 600 * DECIMAL_ONE } },
};

/* With flat amounts, and an end. */
static const struct price_tier flat[] = {
	{ .up_to = 10, .flat_amount = { 1000 * DECIMAL_ONE } },
	{ .up_to = 20, .unit_amount = { 5 * DECIMAL_ONE / 2 }, .flat_amount = { 500 * DECIMAL_ONE } },
};

enum { FLAT_RATE, SUB_CENT, PACKS_UP, PACKS_DOWN, GRADUATED, VOLUME, GRADUATED_FLAT, VOLUME_FLAT };

static const struct price_terms prices[] = {
	[FLAT_RATE] = { .unit_amount = { 2000 * DECIMAL_ONE } },
	[SUB_CENT] = { .unit_amount = { 5 * DECIMAL_ONE / 2 } },
	[PACKS_UP] = { .unit_amount = { 1000 * DECIMAL_ONE }, .divide_by = 5, .round_up = true },
	[PACKS_DOWN] = { .unit_amount = { 1000 * DECIMAL_ONE }, .divide_by = 5 },
	[GRADUATED] = { .scheme = PRICE_GRADUATED, .tiers = fonts, .tier_count = COUNT_OF(fonts) },
	[VOLUME] = { .scheme = PRICE_VOLUME, .tiers = fonts, .tier_count = COUNT_OF(fonts) },
	[GRADUATED_FLAT] = { .scheme = PRICE_GRADUATED, .tiers = flat, .tier_count = COUNT_OF(flat) },
	[VOLUME_FLAT] = { .scheme = PRICE_VOLUME, .tiers = flat, .tier_count = COUNT_OF(flat) },
};

struct row {
	const char *name;
	int price;
	const char *quantity, *total; /* NULL: refused */
	size_t parts;
	int64_t line; /* the total as one line */
};

static struct row rows[] = {
	{ "per_unit__one", FLAT_RATE, "1", "2000", 1, 2000 },
	{ "per_unit__several", FLAT_RATE, "7", "14000", 1, 14000 },
	{ "per_unit__none", FLAT_RATE, "0", "0", 1, 0 },
	{ "per_unit__part_of_one", FLAT_RATE, "2.25", "4500", 1, 4500 },
	{ "per_unit__below_a_cent_rounds_the_product", SUB_CENT, "1001", "2502.5", 1, 2503 },
	{ "per_unit__below_a_cent_even", SUB_CENT, "4", "10", 1, 10 },
	{ "per_unit__quantity_negative", FLAT_RATE, "-1", NULL, 0, 0 },
	{ "transform__exact_pack", PACKS_UP, "5", "1000", 1, 1000 },
	{ "transform__rounds_up", PACKS_UP, "6", "2000", 1, 2000 },
	{ "transform__one_unit_is_a_pack", PACKS_UP, "1", "1000", 1, 1000 },
	{ "transform__nothing", PACKS_UP, "0", "0", 1, 0 },
	{ "transform__rounds_down", PACKS_DOWN, "9", "1000", 1, 1000 },
	{ "transform__too_few_for_a_pack", PACKS_DOWN, "4", "0", 1, 0 },
	{ "graduated__first_tier", GRADUATED, "1", "700", 1, 700 },
	{ "graduated__first_tier_full", GRADUATED, "5", "3500", 1, 3500 },
	{ "graduated__second_tier_entered", GRADUATED, "6", "4150", 2, 4150 },
	{ "graduated__all_tiers", GRADUATED, "20", "12750", 3, 12750 },
	{ "graduated__third_tier_entered", GRADUATED, "11", "7350", 3, 7350 },
	{ "graduated__part_of_a_unit", GRADUATED, "5.5", "3825", 2, 3825 },
	{ "graduated__nothing", GRADUATED, "0", "0", 0, 0 },
	{ "graduated__flat_amount_of_the_first_tier", GRADUATED_FLAT, "1", "1000", 1, 1000 },
	{ "graduated__flat_amounts_of_both", GRADUATED_FLAT, "11", "1502.5", 2, 1503 },
	{ "graduated__flat_amount_not_without_use", GRADUATED_FLAT, "0", "0", 0, 0 },
	{ "graduated__beyond_the_last_tier", GRADUATED_FLAT, "21", NULL, 0, 0 },
	{ "volume__first_tier", VOLUME, "5", "3500", 1, 3500 },
	{ "volume__all_at_the_second_rate", VOLUME, "6", "3900", 1, 3900 },
	{ "volume__all_at_the_third_rate", VOLUME, "20", "12000", 1, 12000 },
	{ "volume__nothing", VOLUME, "0", "0", 0, 0 },
	{ "volume__one_flat_amount", VOLUME_FLAT, "12", "530", 1, 530 },
	{ "volume__beyond_the_last_tier", VOLUME_FLAT, "21", NULL, 0, 0 },
};

static void check_refused(const struct price_terms *p, struct decimal quantity)
{
	struct price_part parts[3];
	struct decimal total = decimal_of(42);
	size_t count = 42;

	assert_false(price_total(p, quantity, &total));
	assert_false(price_parts(p, quantity, parts, 3, &count));
	assert_int_equal(decimal_compare(total, decimal_of(42)), 0);
	assert_int_equal(count, 42);
}

static void total_row(void **state)
{
	const struct row *row = *state;
	const struct price_terms *p = &prices[row->price];
	struct price_part parts[3];
	struct decimal total = { 0 }, sum = { 0 };
	char text[DECIMAL_ROOM];
	int64_t line = 42;
	size_t count = 42;

	if (!row->total) {
		check_refused(p, dec(row->quantity));
		return;
	}
	assert_true(price_total(p, dec(row->quantity), &total));
	assert_string_equal(show(total, text), row->total);
	assert_true(price_parts(p, dec(row->quantity), parts, 3, &count));
	assert_int_equal(count, row->parts);
	for (size_t i = 0; i < count; i++)
		assert_true(decimal_add(sum, parts[i].amount, &sum));
	assert_string_equal(show(sum, text), row->total);
	assert_true(price_line(total, &line));
	assert_amount(line, row->line);
}

static void check_part(const struct price_part *part, size_t tier, const char *quantity, const char *unit,
	const char *flat_amount, const char *amount)
{
	char text[DECIMAL_ROOM];

	assert_int_equal(part->tier, tier);
	assert_string_equal(show(part->quantity, text), quantity);
	assert_string_equal(show(part->unit_amount, text), unit);
	assert_string_equal(show(part->flat_amount, text), flat_amount);
	assert_string_equal(show(part->amount, text), amount);
}

static void parts__one_for_each_tier_entered(void **state)
{
	struct price_part parts[3];
	size_t count = 0;

	(void)state;
	assert_true(price_parts(&prices[GRADUATED], decimal_of(12), parts, 3, &count));
	assert_int_equal(count, 3);
	check_part(&parts[0], 0, "5", "700", "0", "3500");
	check_part(&parts[1], 1, "5", "650", "0", "3250");
	check_part(&parts[2], 2, "2", "600", "0", "1200");
	assert_true(price_parts(&prices[GRADUATED_FLAT], decimal_of(13), parts, 3, &count));
	assert_int_equal(count, 2);
	check_part(&parts[0], 0, "10", "0", "1000", "1000");
	check_part(&parts[1], 1, "3", "2.5", "500", "507.5");
}

static void parts__volume_names_its_tier(void **state)
{
	struct price_part part;
	size_t count = 0;

	(void)state;
	assert_true(price_parts(&prices[VOLUME], decimal_of(6), &part, 1, &count));
	check_part(&part, 1, "6", "650", "0", "3900");
}

static void parts__per_unit_counts_packs(void **state)
{
	struct price_part part;
	struct decimal units = { 0 };
	char text[DECIMAL_ROOM];
	size_t count = 0;

	(void)state;
	assert_true(price_parts(&prices[PACKS_UP], decimal_of(11), &part, 1, &count));
	check_part(&part, 0, "3", "1000", "0", "3000");
	assert_true(price_units(&prices[PACKS_DOWN], decimal_of(11), &units));
	assert_string_equal(show(units, text), "2");
	assert_true(price_units(&prices[FLAT_RATE], decimal_of(11), &units));
	assert_string_equal(show(units, text), "11");
}

static void parts__refuse_a_short_array(void **state)
{
	struct price_part parts[3] = { { .tier = 42 } };
	size_t count = 42;

	(void)state;
	assert_false(price_parts(&prices[GRADUATED], decimal_of(12), parts, 2, &count));
	assert_false(price_parts(&prices[VOLUME], decimal_of(12), parts, 0, &count));
	assert_int_equal(count, 42);
	assert_int_equal(parts[0].tier, 42);
}

static void prices__refuse_overflow_and_disorder(void **state)
{
	static const struct price_tier falling[] = { { .up_to = 5 }, { .up_to = 5 }, { .endless = true } };
	const struct price_terms disordered = { .scheme = PRICE_GRADUATED, .tiers = falling, .tier_count = 3 };
	const struct price_terms none = { .scheme = PRICE_VOLUME };
	const struct price_terms huge = { .unit_amount = dec("999999999999999999") };
	const struct price_terms backwards = { .unit_amount = decimal_of(1), .divide_by = -5 };
	int64_t line = 42;

	(void)state;
	check_refused(&disordered, decimal_of(6));
	check_refused(&none, decimal_of(1));
	check_refused(&huge, dec("999999999999999999"));
	check_refused(&backwards, decimal_of(1));
	assert_false(price_line((struct decimal) { WIDE_MAX }, &line));
	assert_amount(line, 42);
}

static void line__half_goes_away_from_zero(void **state)
{
	int64_t line = 0;

	(void)state;
	assert_true(price_line(dec("0.5"), &line));
	assert_amount(line, 1);
	assert_true(price_line(dec("-0.5"), &line));
	assert_amount(line, -1);
	assert_true(price_line(dec("0.499999999999"), &line));
	assert_amount(line, 0);
}

int main(void)
{
	const struct CMUnitTest fixed[] = {
		cmocka_unit_test(parts__one_for_each_tier_entered),
		cmocka_unit_test(parts__volume_names_its_tier),
		cmocka_unit_test(parts__per_unit_counts_packs),
		cmocka_unit_test(parts__refuse_a_short_array),
		cmocka_unit_test(prices__refuse_overflow_and_disorder),
		cmocka_unit_test(line__half_goes_away_from_zero),
	};
	struct CMUnitTest tests[COUNT_OF(rows) + COUNT_OF(fixed)];
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		tests[n++] = (struct CMUnitTest) { rows[i].name, total_row, NULL, NULL, &rows[i] };
	for (size_t i = 0; i < COUNT_OF(fixed); i++)
		tests[n++] = fixed[i];
	return cmocka_run_group_tests_name("tiers", tests, NULL, NULL);
}
