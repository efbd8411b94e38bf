/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "value/calendar.h"

static int64_t moment(const char *text)
{
	int64_t at = 0;
	if (!calendar_parse_iso(text, &at, NULL))
		fail_msg("not a moment: %s", text);
	return at;
}

static void expect_moment(int64_t at, const char *expected)
{
	char text[CALENDAR_ISO_ROOM];
	calendar_format_iso(at, text);
	assert_string_equal(text, expected);
}

static const struct known {
	int64_t at;
	const char *iso, *date;
} known[] = {
	{ 0, "1970-01-01T00:00:00Z", "01 Jan 1970" },
	{ -1, "1969-12-31T23:59:59Z", "31 Dec 1969" },
	{ 951782399, "2000-02-28T23:59:59Z", "28 Feb 2000" },
	{ 951782400, "2000-02-29T00:00:00Z", "29 Feb 2000" },
	{ 1000000000, "2001-09-09T01:46:40Z", "09 Sep 2001" },
	{ 1234567890, "2009-02-13T23:31:30Z", "13 Feb 2009" },
	{ 1679609767, "2023-03-23T22:16:07Z", "23 Mar 2023" },
	{ 1773785647, "2026-03-17T22:14:07Z", "17 Mar 2026" },
	{ 2147483647, "2038-01-19T03:14:07Z", "19 Jan 2038" },
	{ 4102444800, "2100-01-01T00:00:00Z", "01 Jan 2100" },
	{ 4107542400, "2100-03-01T00:00:00Z", "01 Mar 2100" },
	{ CALENDAR_FIRST, "0001-01-01T00:00:00Z", "01 Jan 0001" },
	{ CALENDAR_LAST, "9999-12-31T23:59:59Z", "31 Dec 9999" },
	{ INT64_MIN, "0001-01-01T00:00:00Z", "01 Jan 0001" },
	{ INT64_MAX, "9999-12-31T23:59:59Z", "31 Dec 9999" },
};

static void calendar__known_moments(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		char date[CALENDAR_DATE_ROOM];
		expect_moment(known[i].at, known[i].iso);
		calendar_format_date(known[i].at, date);
		assert_string_equal(date, known[i].date);
		if (known[i].at >= CALENDAR_FIRST && known[i].at <= CALENDAR_LAST)
			assert_true(moment(known[i].iso) == known[i].at);
	}
}

/* Counts days one by one by the rules of the calendar, and compares both directions with the count. */
static void walk_days(int from_year, int to_year, int64_t first_day)
{
	int64_t day_number = first_day;
	for (int year = from_year; year <= to_year; year++)
		for (int month = 1; month <= 12; month++)
			for (int day = 1; day <= calendar_month_days(year, month); day++, day_number++) {
				struct civil c = { 0 };
				int64_t at = day_number * CALENDAR_DAY, back = 0;
				int64_t second = (day_number - first_day) * 7919 % CALENDAR_DAY;
				assert_true(calendar_days(year, month, day) == day_number);
				assert_true(calendar_civil(at + second, &c));
				if (c.year != year || c.month != month || c.day != day ||
					c.hour * 3600 + c.minute * 60 + c.second != second)
					fail_msg("day %" PRId64 " is not %d-%d-%d", day_number, year, month, day);
				assert_true(calendar_seconds(&c, &back));
				assert_true(back == at + second);
			}
}

static void calendar__all_days_from_1970_to_2100(void **state)
{
	(void)state;
	walk_days(1970, 2100, 0);
}

static void calendar__all_days_of_the_first_and_the_last_eras(void **state)
{
	(void)state;
	walk_days(1, 401, CALENDAR_FIRST / CALENDAR_DAY);
	walk_days(9599, 9999, (CALENDAR_LAST + 1) / CALENDAR_DAY - (401 * 365 + 97)); /* 97 leap days among them */
}

static void calendar_is_leap__follows_gregory(void **state)
{
	(void)state;
	static const struct {
		int year;
		bool leap;
	} years[] = {
		{ 1900, false },
		{ 2000, true },
		{ 2023, false },
		{ 2024, true },
		{ 2026, false },
		{ 2028, true },
		{ 2100, false },
		{ 2200, false },
		{ 2300, false },
		{ 2400, true },
	};
	for (size_t i = 0; i < COUNT_OF(years); i++) {
		assert_int_equal(calendar_is_leap(years[i].year), years[i].leap);
		assert_int_equal(calendar_month_days(years[i].year, 2), years[i].leap ? 29 : 28);
	}
	assert_int_equal(calendar_month_days(2026, 4), 30);
	assert_int_equal(calendar_month_days(2026, 12), 31);
}

static void calendar_seconds__refuses_what_does_not_exist(void **state)
{
	(void)state;
	static const struct civil wrong[] = {
		{ 2026, 2, 29, 0, 0, 0 },
		{ 2026, 4, 31, 0, 0, 0 },
		{ 2026, 13, 1, 0, 0, 0 },
		{ 2026, 0, 1, 0, 0, 0 },
		{ 2026, 1, 0, 0, 0, 0 },
		{ 2026, 1, 1, 24, 0, 0 },
		{ 2026, 1, 1, 0, 60, 0 },
		{ 2026, 1, 1, 0, 0, 60 },
		{ 2026, 1, 1, -1, 0, 0 },
		{ 0, 1, 1, 0, 0, 0 },
		{ 10000, 1, 1, 0, 0, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		int64_t at = 42;
		assert_false(calendar_seconds(&wrong[i], &at));
		assert_true(at == 42);
	}
	struct civil c = { .year = 7 };
	assert_false(calendar_civil(CALENDAR_FIRST - 1, &c));
	assert_false(calendar_civil(CALENDAR_LAST + 1, &c));
	assert_int_equal(c.year, 7);
}

static const struct sum {
	const char *name, *from;
	enum calendar_interval interval;
	int64_t count;
	const char *to; /* NULL: refused */
} sums[] = {
	{ "calendar_add__day", "2026-02-28T10:00:00Z", CALENDAR_INTERVAL_DAY, 1, "2026-03-01T10:00:00Z" },
	{ "calendar_add__week", "2026-12-28T00:00:00Z", CALENDAR_INTERVAL_WEEK, 1, "2027-01-04T00:00:00Z" },
	{ "calendar_add__weeks_back", "2026-01-01T00:00:00Z", CALENDAR_INTERVAL_WEEK, -2, "2025-12-18T00:00:00Z" },
	{ "calendar_add__nothing", "2026-01-31T05:06:07Z", CALENDAR_INTERVAL_MONTH, 0, "2026-01-31T05:06:07Z" },
	{ "calendar_add__month_end_clamps", "2026-01-31T05:06:07Z", CALENDAR_INTERVAL_MONTH, 1,
		"2026-02-28T05:06:07Z" },
	{ "calendar_add__month_end_returns_to_the_31st", "2026-01-31T05:06:07Z", CALENDAR_INTERVAL_MONTH, 2,
		"2026-03-31T05:06:07Z" },
	{ "calendar_add__month_end_of_30", "2026-01-31T05:06:07Z", CALENDAR_INTERVAL_MONTH, 3, "2026-04-30T05:06:07Z" },
	{ "calendar_add__month_end_in_a_leap_year", "2024-01-31T00:00:00Z", CALENDAR_INTERVAL_MONTH, 1,
		"2024-02-29T00:00:00Z" },
	{ "calendar_add__across_the_year", "2025-11-30T00:00:00Z", CALENDAR_INTERVAL_MONTH, 3, "2026-02-28T00:00:00Z" },
	{ "calendar_add__december", "2026-11-15T00:00:00Z", CALENDAR_INTERVAL_MONTH, 1, "2026-12-15T00:00:00Z" },
	{ "calendar_add__months_back", "2026-03-31T23:59:59Z", CALENDAR_INTERVAL_MONTH, -1, "2026-02-28T23:59:59Z" },
	{ "calendar_add__months_back_across_the_year", "2026-01-31T00:00:00Z", CALENDAR_INTERVAL_MONTH, -13,
		"2024-12-31T00:00:00Z" },
	{ "calendar_add__before_1970", "1970-01-31T00:00:01Z", CALENDAR_INTERVAL_MONTH, -1, "1969-12-31T00:00:01Z" },
	{ "calendar_add__leap_day_to_a_plain_year", "2024-02-29T12:00:00Z", CALENDAR_INTERVAL_YEAR, 1,
		"2025-02-28T12:00:00Z" },
	{ "calendar_add__leap_day_to_a_leap_year", "2024-02-29T12:00:00Z", CALENDAR_INTERVAL_YEAR, 4,
		"2028-02-29T12:00:00Z" },
	{ "calendar_add__to_the_last_year", "2026-12-31T23:59:59Z", CALENDAR_INTERVAL_YEAR, 7973,
		"9999-12-31T23:59:59Z" },
	{ "calendar_add__past_the_last_year", "2026-12-31T23:59:59Z", CALENDAR_INTERVAL_YEAR, 7974, NULL },
	{ "calendar_add__past_the_last_month", "9999-12-01T00:00:00Z", CALENDAR_INTERVAL_MONTH, 1, NULL },
	{ "calendar_add__past_the_last_day", "9999-12-31T00:00:00Z", CALENDAR_INTERVAL_DAY, 1, NULL },
	{ "calendar_add__before_the_first_month", "0001-01-31T00:00:00Z", CALENDAR_INTERVAL_MONTH, -1, NULL },
	{ "calendar_add__before_the_first_day", "0001-01-01T00:00:00Z", CALENDAR_INTERVAL_DAY, -1, NULL },
	{ "calendar_add__from_the_first_to_the_last_month", "0001-01-01T00:00:00Z", CALENDAR_INTERVAL_MONTH, 119987,
		"9999-12-01T00:00:00Z" },
	{ "calendar_add__overflow_of_days", "2026-01-01T00:00:00Z", CALENDAR_INTERVAL_DAY, INT64_MAX, NULL },
	{ "calendar_add__overflow_of_weeks", "2026-01-01T00:00:00Z", CALENDAR_INTERVAL_WEEK, INT64_MIN, NULL },
	{ "calendar_add__overflow_of_months", "2026-01-01T00:00:00Z", CALENDAR_INTERVAL_MONTH, INT64_MAX, NULL },
	{ "calendar_add__overflow_of_years", "2026-01-01T00:00:00Z", CALENDAR_INTERVAL_YEAR, INT64_MIN, NULL },
};

static void calendar_add__row(void **state)
{
	const struct sum *row = *state;
	int64_t to = 42;
	bool fits = calendar_add(moment(row->from), row->interval, row->count, &to);
	assert_int_equal(fits, row->to != NULL);
	if (fits)
		expect_moment(to, row->to);
	else
		assert_true(to == 42);
}

static void calendar_add__refuses_an_anchor_outside(void **state)
{
	(void)state;
	int64_t to = 42;
	assert_false(calendar_add(CALENDAR_LAST + 1, CALENDAR_INTERVAL_DAY, -1, &to));
	assert_false(calendar_add(INT64_MIN, CALENDAR_INTERVAL_MONTH, 1, &to));
	assert_true(to == 42);
}

/* Seeded: boundaries counted from an anchor grow strictly, keep the time of day, and clamp to month ends only. */
static void calendar_add__boundaries_grow_and_keep_the_day(void **state)
{
	(void)state;
	const uint64_t seed = 20261123;
	for (uint64_t i = 0; i < 2000; i++) {
		uint64_t draw = random_mix(seed, 1, i);
		int64_t anchor = (int64_t)(draw % 4102444800); /* 1970-2100 */
		enum calendar_interval interval = draw >> 40 & 1 ? CALENDAR_INTERVAL_MONTH : CALENDAR_INTERVAL_YEAR;
		int64_t count = 1 + (int64_t)(draw >> 41) % 36;
		struct civil a, b;
		int64_t before = anchor;
		assert_true(calendar_civil(anchor, &a));
		for (int64_t n = 1; n <= 30; n++) {
			int64_t at = 0;
			assert_true(calendar_add(anchor, interval, n * count, &at));
			assert_true(calendar_civil(at, &b));
			int last = calendar_month_days(b.year, b.month);
			if (at <= before || b.day != (a.day < last ? a.day : last) || (at - anchor) % CALENDAR_DAY != 0)
				fail_msg("seed %" PRIu64 " draw %" PRIu64 " boundary %" PRId64, seed, i, n);
			before = at;
		}
	}
}

static void calendar_interval__has_stripes_names(void **state)
{
	(void)state;
	static const char *const names[] = { "day", "week", "month", "year" };
	enum calendar_interval interval = CALENDAR_INTERVAL_DAY;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_true(calendar_interval_parse(names[i], &interval));
		assert_string_equal(calendar_interval_name(interval), names[i]);
	}
	assert_false(calendar_interval_parse("Month", &interval));
	assert_false(calendar_interval_parse("", &interval));
	assert_false(calendar_interval_parse(NULL, &interval));
	assert_int_equal(interval, CALENDAR_INTERVAL_YEAR);
}

static void calendar_format_iso_ms__has_three_decimals(void **state)
{
	(void)state;
	char text[CALENDAR_ISO_MS_ROOM];
	calendar_format_iso_ms(1773785647, 7, text);
	assert_string_equal(text, "2026-03-17T22:14:07.007Z");
	calendar_format_iso_ms(0, 999, text);
	assert_string_equal(text, "1970-01-01T00:00:00.999Z");
}

static void calendar_parse_iso__reads_fractions_and_zones(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t at;
		unsigned milliseconds;
	} good[] = {
		{ "2026-03-17T22:14:07Z", 1773785647, 0 },
		{ "2026-03-17T22:14:07.5Z", 1773785647, 500 },
		{ "2026-03-17T22:14:07.123Z", 1773785647, 123 },
		{ "2026-03-17T22:14:07.123999999Z", 1773785647, 123 },
		{ "2026-03-17T23:14:07+01:00", 1773785647, 0 },
		{ "2026-03-17T12:44:07.010-09:30", 1773785647, 10 },
		{ "2024-02-29T00:00:00Z", 1709164800, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		int64_t at = 0;
		unsigned milliseconds = 1000;
		assert_true(calendar_parse_iso(good[i].text, &at, &milliseconds));
		assert_true(at == good[i].at);
		assert_int_equal(milliseconds, good[i].milliseconds);
	}
}

static const char *const bad_moments[] = {
	"",
	"2026",
	"2026-03-17",
	"2026-03-17T22:14:07",
	"2026-03-17 22:14:07Z",
	"2026-03-17T22:14:07.Z",
	"2026-03-17T22:14:07.1234567890Z",
	"2026-03-17T22:14:07Zx",
	" 2026-03-17T22:14:07Z",
	"2026-3-17T22:14:07Z",
	"2026-02-29T00:00:00Z",
	"2026-13-01T00:00:00Z",
	"2026-03-17T24:00:00Z",
	"2026-03-17T22:60:00Z",
	"2026-03-17T22:14:60Z",
	"2026-03-17T22:14:07+0100",
	"2026-03-17T22:14:07+24:00",
	"2026-03-17T22:14:07+01:60",
	"0001-01-01T00:00:00+00:01",
	"9999-12-31T23:59:59-00:01",
	"0000-01-01T00:00:00Z",
	"+2026-03-17T22:14:07Z",
};

static void calendar_parse_iso__refuses_the_rest(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad_moments); i++) {
		int64_t at = 42;
		unsigned milliseconds = 43;
		if (calendar_parse_iso(bad_moments[i], &at, &milliseconds))
			fail_msg("taken: \"%s\"", bad_moments[i]);
		assert_true(at == 42);
		assert_int_equal(milliseconds, 43);
	}
}

static const struct CMUnitTest fixed[] = {
	cmocka_unit_test(calendar__known_moments),
	cmocka_unit_test(calendar__all_days_from_1970_to_2100),
	cmocka_unit_test(calendar__all_days_of_the_first_and_the_last_eras),
	cmocka_unit_test(calendar_is_leap__follows_gregory),
	cmocka_unit_test(calendar_seconds__refuses_what_does_not_exist),
	cmocka_unit_test(calendar_add__refuses_an_anchor_outside),
	cmocka_unit_test(calendar_add__boundaries_grow_and_keep_the_day),
	cmocka_unit_test(calendar_interval__has_stripes_names),
	cmocka_unit_test(calendar_format_iso_ms__has_three_decimals),
	cmocka_unit_test(calendar_parse_iso__reads_fractions_and_zones),
	cmocka_unit_test(calendar_parse_iso__refuses_the_rest),
};

int main(void)
{
	struct CMUnitTest tests[COUNT_OF(fixed) + COUNT_OF(sums)];
	size_t n = COUNT_OF(fixed);
	memcpy(tests, fixed, sizeof(fixed));
	/* cmocka hands a row on as void *, although no test writes to it. */
	for (size_t i = 0; i < COUNT_OF(sums); i++)
		tests[n++] = (struct CMUnitTest) { .name = sums[i].name,
			.test_func = calendar_add__row,
			.initial_state = (void *)(uintptr_t)&sums[i] };
	return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
