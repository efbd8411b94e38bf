/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include "base/mem.h"
#include "billing/cycle.h"

/* Times are written as dates: a row that names seconds could hide the mistake it looks for. */
static int64_t at(const char *iso)
{
	int64_t seconds = 0;

	assert_true(calendar_parse_iso(iso, &seconds, NULL));
	return seconds;
}

static void assert_moment(int64_t actual, const char *expected)
{
	char text[CALENDAR_ISO_ROOM];

	calendar_format_iso(actual, text);
	assert_string_equal(text, expected);
}

static struct cycle cycle(const char *anchor, const char *interval, int64_t count)
{
	struct cycle c = { .anchor = at(anchor), .interval_count = count };

	assert_true(calendar_interval_parse(interval, &c.interval));
	return c;
}

/* ---- boundaries -----------------------------------------------------------------------------------------------------
 */

struct boundary {
	const char *name, *anchor, *interval;
	int64_t count, n;
	const char *expected;
};

static struct boundary boundaries[] = {
	{ "boundary__zero_is_the_anchor", "2027-01-31T10:00:00Z", "month", 1, 0, "2027-01-31T10:00:00Z" },
	{ "boundary__31st_clamps_to_28_feb", "2027-01-31T10:00:00Z", "month", 1, 1, "2027-02-28T10:00:00Z" },
	{ "boundary__31st_clamps_to_29_feb", "2028-01-31T10:00:00Z", "month", 1, 1, "2028-02-29T10:00:00Z" },
	{ "boundary__31st_returns_in_march", "2027-01-31T10:00:00Z", "month", 1, 2, "2027-03-31T10:00:00Z" },
	{ "boundary__31st_clamps_to_30_april", "2027-01-31T10:00:00Z", "month", 1, 3, "2027-04-30T10:00:00Z" },
	{ "boundary__a_year_of_months", "2027-01-31T10:00:00Z", "month", 1, 12, "2028-01-31T10:00:00Z" },
	{ "boundary__before_the_anchor", "2027-03-31T10:00:00Z", "month", 1, -1, "2027-02-28T10:00:00Z" },
	{ "boundary__quarter_from_31_jan", "2026-01-31T00:00:00Z", "month", 3, 1, "2026-04-30T00:00:00Z" },
	{ "boundary__leap_day_yearly", "2028-02-29T06:30:00Z", "year", 1, 1, "2029-02-28T06:30:00Z" },
	{ "boundary__leap_day_returns", "2028-02-29T06:30:00Z", "year", 1, 4, "2032-02-29T06:30:00Z" },
	{ "boundary__year_over_leap_day", "2027-07-01T00:00:00Z", "year", 1, 1, "2028-07-01T00:00:00Z" },
	{ "boundary__weeks", "2026-06-01T00:00:00Z", "week", 2, 3, "2026-07-13T00:00:00Z" },
	{ "boundary__days", "2026-12-30T23:59:59Z", "day", 10, 1, "2027-01-09T23:59:59Z" },
	{ "boundary__no_daylight_saving", "2026-03-28T02:30:00Z", "day", 1, 1, "2026-03-29T02:30:00Z" },
};

static void boundary_row(void **state)
{
	const struct boundary *row = *state;
	struct cycle c = cycle(row->anchor, row->interval, row->count);
	int64_t out = 0;

	assert_true(cycle_boundary(&c, row->n, &out));
	assert_moment(out, row->expected);
}

/* ---- the period around a moment
 * --------------------------------------------------------------------------------------- */

struct search {
	const char *name, *anchor, *interval;
	int64_t count;
	const char *at;
	int64_t n;
	const char *from, *to, *previous; /* to is the next boundary too */
};

static struct search searches[] = {
	{ "period__at_the_anchor", "2026-01-15T00:00:00Z", "month", 1, "2026-01-15T00:00:00Z", 0,
		"2026-01-15T00:00:00Z", "2026-02-15T00:00:00Z", "2025-12-15T00:00:00Z" },
	{ "period__last_second", "2026-01-15T00:00:00Z", "month", 1, "2026-02-14T23:59:59Z", 0, "2026-01-15T00:00:00Z",
		"2026-02-15T00:00:00Z", "2026-01-15T00:00:00Z" },
	{ "period__a_boundary_opens_the_next", "2026-01-15T00:00:00Z", "month", 1, "2026-02-15T00:00:00Z", 1,
		"2026-02-15T00:00:00Z", "2026-03-15T00:00:00Z", "2026-01-15T00:00:00Z" },
	{ "period__clamped_both_ends", "2026-12-31T12:00:00Z", "month", 1, "2027-03-15T00:00:00Z", 2,
		"2027-02-28T12:00:00Z", "2027-03-31T12:00:00Z", "2027-02-28T12:00:00Z" },
	{ "period__before_a_future_anchor", "2026-04-01T00:00:00Z", "month", 1, "2026-03-19T12:00:00Z", -1,
		"2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", "2026-03-01T00:00:00Z" },
	{ "period__decades_later", "1996-02-29T00:00:00Z", "month", 1, "2026-11-23T12:00:00Z", 368,
		"2026-10-29T00:00:00Z", "2026-11-29T00:00:00Z", "2026-10-29T00:00:00Z" },
	{ "period__yearly", "2028-02-29T00:00:00Z", "year", 1, "2030-01-01T00:00:00Z", 1, "2029-02-28T00:00:00Z",
		"2030-02-28T00:00:00Z", "2029-02-28T00:00:00Z" },
	{ "period__every_second_week", "2026-06-01T00:00:00Z", "week", 2, "2026-06-20T00:00:00Z", 1,
		"2026-06-15T00:00:00Z", "2026-06-29T00:00:00Z", "2026-06-15T00:00:00Z" },
	{ "period__daily", "2026-06-01T08:00:00Z", "day", 1, "2026-06-02T07:59:59Z", 0, "2026-06-01T08:00:00Z",
		"2026-06-02T08:00:00Z", "2026-06-01T08:00:00Z" },
};

static void search_row(void **state)
{
	const struct search *row = *state;
	struct cycle c = cycle(row->anchor, row->interval, row->count);
	struct span period = { 0 };
	int64_t n = 42, next = 0, previous = 0;

	assert_true(cycle_index(&c, at(row->at), &n));
	assert_true(cycle_period(&c, at(row->at), &period));
	assert_true(cycle_next(&c, at(row->at), &next));
	assert_true(cycle_previous(&c, at(row->at), &previous));
	assert_amount(n, row->n);
	assert_moment(period.from, row->from);
	assert_moment(period.to, row->to);
	assert_moment(next, row->to);
	assert_moment(previous, row->previous);
}

/* ---- billing_cycle_anchor_config
 * ------------------------------------------------------------------------------------- */

struct resolution {
	const char *name, *created;
	struct cycle_anchor_config config;
	const char *interval, *expected; /* NULL: refused */
};

#define NONE CYCLE_UNSET

static struct resolution resolutions[] = {
	{ "anchor_config__later_this_month", "2026-03-10T09:15:30Z", { 25, NONE, NONE, NONE, NONE }, "month",
		"2026-03-25T09:15:30Z" },
	{ "anchor_config__next_month", "2026-03-10T09:15:30Z", { 1, NONE, NONE, NONE, NONE }, "month",
		"2026-04-01T09:15:30Z" },
	{ "anchor_config__today_is_now", "2026-03-10T09:15:30Z", { 10, NONE, NONE, NONE, NONE }, "month",
		"2026-03-10T09:15:30Z" },
	{ "anchor_config__today_but_earlier_hour", "2026-03-10T09:15:30Z", { 10, NONE, 8, NONE, NONE }, "month",
		"2026-04-10T08:15:30Z" },
	{ "anchor_config__full_time", "2026-03-10T09:15:30Z", { 10, NONE, 23, 59, 58 }, "month",
		"2026-03-10T23:59:58Z" },
	{ "anchor_config__31_in_february", "2026-02-10T00:00:00Z", { 31, NONE, NONE, NONE, NONE }, "month",
		"2026-03-31T00:00:00Z" },
	{ "anchor_config__over_new_year", "2026-12-20T00:00:00Z", { 5, NONE, NONE, NONE, NONE }, "month",
		"2027-01-05T00:00:00Z" },
	{ "anchor_config__month", "2026-03-10T00:00:00Z", { 15, 6, NONE, NONE, NONE }, "year", "2026-06-15T00:00:00Z" },
	{ "anchor_config__month_next_year", "2026-03-10T00:00:00Z", { 15, 2, NONE, NONE, NONE }, "year",
		"2027-02-15T00:00:00Z" },
	{ "anchor_config__leap_day", "2026-03-10T00:00:00Z", { 29, 2, NONE, NONE, NONE }, "year",
		"2028-02-29T00:00:00Z" },
	{ "anchor_config__no_31_april", "2026-03-10T00:00:00Z", { 31, 4, NONE, NONE, NONE }, "year", NULL },
	{ "anchor_config__not_weekly", "2026-03-10T00:00:00Z", { 15, NONE, NONE, NONE, NONE }, "week", NULL },
	{ "anchor_config__not_daily", "2026-03-10T00:00:00Z", { 15, NONE, NONE, NONE, NONE }, "day", NULL },
	{ "anchor_config__day_zero", "2026-03-10T00:00:00Z", { 0, NONE, NONE, NONE, NONE }, "month", NULL },
	{ "anchor_config__day_32", "2026-03-10T00:00:00Z", { 32, NONE, NONE, NONE, NONE }, "month", NULL },
	{ "anchor_config__month_13", "2026-03-10T00:00:00Z", { 1, 13, NONE, NONE, NONE }, "month", NULL },
	{ "anchor_config__hour_24", "2026-03-10T00:00:00Z", { 1, NONE, 24, NONE, NONE }, "month", NULL },
	{ "anchor_config__minute_60", "2026-03-10T00:00:00Z", { 1, NONE, NONE, 60, NONE }, "month", NULL },
	{ "anchor_config__second_60", "2026-03-10T00:00:00Z", { 1, NONE, NONE, NONE, 60 }, "month", NULL },
};

static void resolution_row(void **state)
{
	const struct resolution *row = *state;
	enum calendar_interval interval;
	int64_t out = 42;

	assert_true(calendar_interval_parse(row->interval, &interval));
	if (row->expected) {
		assert_true(cycle_anchor_resolve(&row->config, at(row->created), interval, &out));
		assert_moment(out, row->expected);
	} else {
		assert_false(cycle_anchor_resolve(&row->config, at(row->created), interval, &out));
		assert_amount(out, 42);
	}
}

/* ---- stubs and refusals
 * ----------------------------------------------------------------------------------------------- */

static void stub__runs_to_the_anchor(void **state)
{
	struct cycle c = cycle("2026-04-01T00:00:00Z", "month", 1);
	struct span stub = { 0 }, natural = { 0 };

	(void)state;
	assert_true(cycle_stub(&c, 1773921600, &stub, &natural));
	assert_moment(stub.from, "2026-03-19T12:00:00Z");
	assert_moment(stub.to, "2026-04-01T00:00:00Z");
	assert_moment(natural.from, "2026-03-01T00:00:00Z");
	assert_amount(natural.to, stub.to);
	assert_amount(stub.to - stub.from, 1080000);
	assert_amount(natural.to - natural.from, 2678400);
}

static void stub__of_a_day_31_anchor_ends_before_it(void **state)
{
	struct cycle c = cycle("2026-03-31T00:00:00Z", "month", 1);
	struct span stub = { 0 }, natural = { 0 };

	(void)state;
	assert_true(cycle_stub(&c, at("2026-02-10T00:00:00Z"), &stub, &natural));
	assert_moment(stub.to, "2026-02-28T00:00:00Z");
	assert_moment(natural.from, "2026-01-31T00:00:00Z");
}

static void stub__on_a_boundary_is_a_whole_period(void **state)
{
	struct cycle c = cycle("2026-04-01T00:00:00Z", "month", 1);
	struct span stub = { 0 }, natural = { 0 };

	(void)state;
	assert_true(cycle_stub(&c, c.anchor, &stub, &natural));
	assert_amount(stub.from, natural.from);
	assert_amount(stub.to, natural.to);
}

static void latest_anchor__is_one_interval_ahead(void **state)
{
	int64_t out = 0;

	(void)state;
	assert_true(cycle_latest_anchor(at("2026-01-31T08:00:00Z"), CALENDAR_INTERVAL_MONTH, 1, &out));
	assert_moment(out, "2026-02-28T08:00:00Z");
	assert_true(cycle_latest_anchor(at("2026-01-31T08:00:00Z"), CALENDAR_INTERVAL_YEAR, 2, &out));
	assert_moment(out, "2028-01-31T08:00:00Z");
}

static void cycle__refuses_what_the_calendar_lacks(void **state)
{
	struct cycle c = cycle("9999-12-15T00:00:00Z", "month", 1);
	struct span period = { 7, 7 };
	int64_t out = 42;

	(void)state;
	assert_false(cycle_boundary(&c, 1, &out));
	assert_false(cycle_boundary(&c, INT64_MAX, &out));
	assert_false(cycle_period(&c, c.anchor, &period)); /* its end does not exist */
	assert_false(cycle_period(&c, INT64_MAX, &period));
	assert_false(cycle_next(&c, INT64_MIN, &out));
	assert_false(cycle_previous(&c, INT64_MIN, &out));
	c.interval_count = 0;
	assert_false(cycle_boundary(&c, 0, &out));
	assert_false(cycle_index(&c, c.anchor, &out));
	c.interval_count = -1;
	assert_false(cycle_boundary(&c, 0, &out));
	c = cycle("2026-01-01T00:00:00Z", "month", INT64_MAX);
	assert_false(cycle_boundary(&c, 2, &out));
	assert_false(cycle_next(&c, c.anchor, &out));
	assert_amount(out, 42);
	assert_amount(period.from, 7);
}

int main(void)
{
	const struct CMUnitTest fixed[] = {
		cmocka_unit_test(stub__runs_to_the_anchor),
		cmocka_unit_test(stub__of_a_day_31_anchor_ends_before_it),
		cmocka_unit_test(stub__on_a_boundary_is_a_whole_period),
		cmocka_unit_test(latest_anchor__is_one_interval_ahead),
		cmocka_unit_test(cycle__refuses_what_the_calendar_lacks),
	};
	struct CMUnitTest tests[COUNT_OF(boundaries) + COUNT_OF(searches) + COUNT_OF(resolutions) + COUNT_OF(fixed)];
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(boundaries); i++)
		tests[n++] = (struct CMUnitTest) { boundaries[i].name, boundary_row, NULL, NULL, &boundaries[i] };
	for (size_t i = 0; i < COUNT_OF(searches); i++)
		tests[n++] = (struct CMUnitTest) { searches[i].name, search_row, NULL, NULL, &searches[i] };
	for (size_t i = 0; i < COUNT_OF(resolutions); i++)
		tests[n++] = (struct CMUnitTest) { resolutions[i].name, resolution_row, NULL, NULL, &resolutions[i] };
	for (size_t i = 0; i < COUNT_OF(fixed); i++)
		tests[n++] = fixed[i];
	return cmocka_run_group_tests_name("cycle", tests, NULL, NULL);
}
