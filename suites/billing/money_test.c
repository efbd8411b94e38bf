/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include "base/mem.h"

/* ---- rounding: every mode on the same quotients ---------------------------------------------------------------------
 */

struct quotient {
	const char *name;
	int64_t n, d, half_down, half_up, half_away, floor, ceiling;
};

static struct quotient quotients[] = {
	{ "rounding__minus_two_quarters", -2, 4, -1, 0, -1, -1, 0 },
	{ "rounding__two_quarters", 2, 4, 0, 1, 1, 0, 1 },
	{ "rounding__minus_six_quarters", -6, 4, -2, -1, -2, -2, -1 },
	{ "rounding__six_quarters", 6, 4, 1, 2, 2, 1, 2 },
	{ "rounding__minus_one_third", -1, 3, 0, 0, 0, -1, 0 },
	{ "rounding__minus_two_thirds", -2, 3, -1, -1, -1, -1, 0 },
	{ "rounding__two_thirds", 2, 3, 1, 1, 1, 0, 1 },
	{ "rounding__nothing", 0, 7, 0, 0, 0, 0, 0 },
	{ "rounding__whole", -21, 7, -3, -3, -3, -3, -3 },
	{ "rounding__just_above_half", 500001, 1000000, 1, 1, 1, 0, 1 },
	{ "rounding__just_below_minus_half", -500001, 1000000, -1, -1, -1, -1, 0 },
	{ "rounding__largest", INT64_MAX, 1, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX },
	{ "rounding__smallest", INT64_MIN, 1, INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN },
};

static int64_t rounded(const struct quotient *q, enum rounding how)
{
	int64_t out = 42;

	assert_true(money_ratio(1, q->n, q->d, how, &out));
	return out;
}

static void rounding_row(void **state)
{
	const struct quotient *q = *state;

	assert_amount(rounded(q, ROUND_HALF_DOWN), q->half_down);
	assert_amount(rounded(q, ROUND_HALF_UP), q->half_up);
	assert_amount(rounded(q, ROUND_HALF_AWAY), q->half_away);
	assert_amount(rounded(q, ROUND_FLOOR), q->floor);
	assert_amount(rounded(q, ROUND_CEILING), q->ceiling);
}

/* ---- refusals -------------------------------------------------------------------------------------------------------
 */

static void money__refuses_overflow_and_leaves_the_output(void **state)
{
	int64_t out = 42;

	(void)state;
	assert_false(money_add(INT64_MAX, 1, &out));
	assert_false(money_add(INT64_MIN, -1, &out));
	assert_false(money_subtract(INT64_MIN, 1, &out));
	assert_false(money_subtract(0, INT64_MIN, &out));
	assert_false(money_multiply(INT64_MAX / 2 + 1, 2, &out));
	assert_false(money_multiply(INT64_MIN, -1, &out));
	assert_false(money_ratio(INT64_MAX, 2, 1, ROUND_FLOOR, &out));
	assert_false(money_ratio(INT64_MAX, INT64_MAX, INT64_MAX - 1, ROUND_CEILING, &out));
	assert_false(money_ratio(1, 1, 0, ROUND_FLOOR, &out));
	assert_false(money_ratio(1, 1, -1, ROUND_FLOOR, &out));
	assert_amount(out, 42);
}

static void money__computes_at_the_edges(void **state)
{
	int64_t out = 42;

	(void)state;
	assert_true(money_add(INT64_MAX, INT64_MIN, &out));
	assert_amount(out, -1);
	assert_true(money_subtract(-1, INT64_MAX, &out));
	assert_amount(out, INT64_MIN);
	assert_true(money_multiply(INT64_MIN, 1, &out));
	assert_amount(out, INT64_MIN);
	assert_true(money_ratio(INT64_MIN, INT64_MAX, INT64_MAX, ROUND_HALF_DOWN, &out));
	assert_amount(out, INT64_MIN);
	assert_true(money_ratio(INT64_MAX, INT64_MAX - 1, INT64_MAX, ROUND_FLOOR, &out));
	assert_amount(out, INT64_MAX - 1);
}

static void wide__refuses_overflow(void **state)
{
	wide out = 42, least = -WIDE_MAX - 1;

	(void)state;
	assert_false(wide_add(WIDE_MAX, 1, &out));
	assert_false(wide_add(least, -1, &out));
	assert_false(wide_multiply(WIDE_MAX, 2, &out));
	assert_false(wide_multiply(WIDE_MAX / 2 + 1, -2 - 1, &out));
	assert_false(wide_multiply(least, 1, &out));
	assert_true(out == 42);
	assert_true(wide_add(WIDE_MAX, least, &out));
	assert_true(out == -1);
	assert_true(wide_multiply(WIDE_MAX, -1, &out));
	assert_true(out == -WIDE_MAX);
	assert_true(wide_multiply(0, least, &out));
	assert_true(out == 0);
	assert_true(wide_divide(WIDE_MAX, WIDE_MAX, ROUND_HALF_UP, &out));
	assert_true(out == 1);
	assert_true(wide_divide(WIDE_MAX - 1, WIDE_MAX, ROUND_HALF_DOWN, &out));
	assert_true(out == 1);
}

/* ---- decimals -------------------------------------------------------------------------------------------------------
 */

struct reading {
	const char *name, *text;
	unsigned places;
	enum decimal_fault fault;
	const char *written; /* how it is written again */
};

static struct reading readings[] = {
	{ "decimal__half", "2.5", 12, DECIMAL_OK, "2.5" },
	{ "decimal__whole", "1000", 12, DECIMAL_OK, "1000" },
	{ "decimal__twelve_places", "0.333333333333", 12, DECIMAL_OK, "0.333333333333" },
	{ "decimal__smallest", "0.000000000001", 12, DECIMAL_OK, "0.000000000001" },
	{ "decimal__negative", "-0.05", 12, DECIMAL_OK, "-0.05" },
	{ "decimal__minus_nothing", "-0", 12, DECIMAL_OK, "0" },
	{ "decimal__trailing_zeros", "2.500", 1, DECIMAL_OK, "2.5" },
	{ "decimal__zeros_beyond_twelve", "1.00000000000000", 12, DECIMAL_OK, "1" },
	{ "decimal__leading_zeros", "007.25", 12, DECIMAL_OK, "7.25" },
	{ "decimal__no_whole_digits", ".5", 12, DECIMAL_OK, "0.5" },
	{ "decimal__no_places", "7.", 12, DECIMAL_OK, "7" },
	{ "decimal__eighteen_digits", "999999999999999999.999999999999", 12, DECIMAL_OK,
		"999999999999999999.999999999999" },
	{ "decimal__thirteen_places", "0.3333333333333", 12, DECIMAL_TOO_PRECISE, NULL },
	{ "decimal__too_precise_for_the_field", "8.87501", 4, DECIMAL_TOO_PRECISE, NULL },
	{ "decimal__places_where_none_are_allowed", "1.5", 0, DECIMAL_TOO_PRECISE, NULL },
	{ "decimal__nineteen_digits", "1000000000000000000", 12, DECIMAL_TOO_LARGE, NULL },
	{ "decimal__empty", "", 12, DECIMAL_MALFORMED, NULL },
	{ "decimal__sign_alone", "-", 12, DECIMAL_MALFORMED, NULL },
	{ "decimal__point_alone", ".", 12, DECIMAL_MALFORMED, NULL },
	{ "decimal__two_points", "1.2.3", 12, DECIMAL_MALFORMED, NULL },
	{ "decimal__exponent", "1e3", 12, DECIMAL_MALFORMED, NULL },
	{ "decimal__blank", " 1", 12, DECIMAL_MALFORMED, NULL },
	{ "decimal__trailing_text", "1 usd", 12, DECIMAL_MALFORMED, NULL },
	{ "decimal__comma", "1,5", 12, DECIMAL_MALFORMED, NULL },
	{ "decimal__plus", "+1", 12, DECIMAL_MALFORMED, NULL },
};

static void reading_row(void **state)
{
	const struct reading *row = *state;
	struct decimal d = decimal_of(42);
	char written[DECIMAL_ROOM];

	assert_int_equal(decimal_parse(row->text, row->places, &d), row->fault);
	assert_string_equal(show(d, written), row->written ? row->written : "42");
}

static void decimal__of_every_whole_number_is_exact(void **state)
{
	static const int64_t numbers[] = { 0, 1, -1, 99999999, INT64_MAX, INT64_MIN };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		int64_t back = 42;

		assert_true(decimal_whole(decimal_of(numbers[i]), &back));
		assert_amount(back, numbers[i]);
	}
}

static void decimal__whole_refuses_places(void **state)
{
	int64_t out = 42;

	(void)state;
	assert_false(decimal_whole(dec("2.5"), &out));
	assert_false(decimal_whole(dec("0.000000000001"), &out));
	assert_amount(out, 42);
}

static void decimal__multiplies_exactly(void **state)
{
	struct decimal out = { 0 };
	char text[DECIMAL_ROOM];

	(void)state;
	assert_true(decimal_multiply(dec("2.5"), decimal_of(1001), &out));
	assert_string_equal(show(out, text), "2502.5");
	assert_true(decimal_multiply(dec("-0.000001"), dec("0.000001"), &out));
	assert_string_equal(show(out, text), "-0.000000000001");
	assert_true(decimal_multiply(dec("0.333333333333"), decimal_of(3), &out));
	assert_string_equal(show(out, text), "0.999999999999");
	assert_true(decimal_multiply(decimal_of(99999999), decimal_of(1000000), &out));
	assert_string_equal(show(out, text), "99999999000000");
	assert_true(decimal_multiply(dec("0.000001"), dec("0.0000005"), &out)); /* below twelve places: half away */
	assert_string_equal(show(out, text), "0.000000000001");
	assert_false(decimal_multiply(dec("999999999999999999"), dec("999999999999999999"), &out));
	assert_string_equal(show(out, text), "0.000000000001");
}

static void decimal__compares_and_adds(void **state)
{
	struct decimal out = { 0 };
	char text[DECIMAL_ROOM];

	(void)state;
	assert_true(decimal_compare(dec("-1"), dec("0.5")) < 0);
	assert_int_equal(decimal_compare(dec("0.50"), dec(".5")), 0);
	assert_true(decimal_compare(dec("2.5"), dec("2.499999999999")) > 0);
	assert_true(decimal_add(dec("2.75"), dec("-3"), &out));
	assert_string_equal(show(out, text), "-0.25");
	assert_false(decimal_add((struct decimal) { WIDE_MAX }, dec("1"), &out));
}

static void percent__reads_and_writes(void **state)
{
	char text[PERCENT_ROOM];
	int64_t out = 42;

	(void)state;
	assert_amount(percent("20"), 200000);
	assert_amount(percent("8.875"), 88750);
	assert_amount(percent("0.0001"), 1);
	assert_amount(percent("100"), PERCENT_WHOLE);
	assert_amount(percent("33.33"), 333300);
	assert_int_equal(percent_parse("100.01", 4, &out), DECIMAL_TOO_LARGE);
	assert_int_equal(percent_parse("33.333", 2, &out), DECIMAL_TOO_PRECISE);
	assert_int_equal(percent_parse("-1", 2, &out), DECIMAL_MALFORMED);
	assert_int_equal(percent_parse("20%", 2, &out), DECIMAL_MALFORMED);
	assert_amount(out, 42);
	assert_int_equal(percent_format(88750, text), 5);
	assert_string_equal(text, "8.875");
	percent_format(200000, text);
	assert_string_equal(text, "20");
}

int main(void)
{
	const struct CMUnitTest fixed[] = {
		cmocka_unit_test(money__refuses_overflow_and_leaves_the_output),
		cmocka_unit_test(money__computes_at_the_edges),
		cmocka_unit_test(wide__refuses_overflow),
		cmocka_unit_test(decimal__of_every_whole_number_is_exact),
		cmocka_unit_test(decimal__whole_refuses_places),
		cmocka_unit_test(decimal__multiplies_exactly),
		cmocka_unit_test(decimal__compares_and_adds),
		cmocka_unit_test(percent__reads_and_writes),
	};
	struct CMUnitTest tests[COUNT_OF(quotients) + COUNT_OF(readings) + COUNT_OF(fixed)];
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(quotients); i++)
		tests[n++] = (struct CMUnitTest) { quotients[i].name, rounding_row, NULL, NULL, &quotients[i] };
	for (size_t i = 0; i < COUNT_OF(readings); i++)
		tests[n++] = (struct CMUnitTest) { readings[i].name, reading_row, NULL, NULL, &readings[i] };
	for (size_t i = 0; i < COUNT_OF(fixed); i++)
		tests[n++] = fixed[i];
	return cmocka_run_group_tests_name("money", tests, NULL, NULL);
}
