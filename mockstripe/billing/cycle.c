/* SPDX-License-Identifier: MIT */
#include "billing/cycle.h"

#include "value/money.h"

bool cycle_boundary(const struct cycle *c, int64_t n, int64_t *out)
{
	int64_t count;

	return c->interval_count > 0 && money_multiply(n, c->interval_count, &count) &&
	       calendar_add(c->anchor, c->interval, count, out);
}

/* The mean length of an interval in the Gregorian calendar, whose cycle of 400 years has 146097 days. */
static int64_t mean_seconds(enum calendar_interval interval)
{
	switch (interval) {
	case CALENDAR_INTERVAL_DAY:
		return CALENDAR_DAY;
	case CALENDAR_INTERVAL_WEEK:
		return 7 * CALENDAR_DAY;
	case CALENDAR_INTERVAL_MONTH:
		return 146097 * CALENDAR_DAY / 4800;
	case CALENDAR_INTERVAL_YEAR:
		return 146097 * CALENDAR_DAY / 400;
	}
	return CALENDAR_DAY;
}

/*
 * Gives the period and its number. The mean length guesses n to within a step or two however far away `at` is; real
 * boundaries settle it.
 */
static bool find_period(const struct cycle *c, int64_t at, int64_t *n, struct span *period)
{
	int64_t distance, length, guess;
	struct span s;

	if (c->interval_count <= 0 || !money_subtract(at, c->anchor, &distance) ||
		!money_multiply(mean_seconds(c->interval), c->interval_count, &length) ||
		!money_ratio(distance, 1, length, ROUND_FLOOR, &guess))
		return false;
	if (!cycle_boundary(c, guess, &s.from))
		return false;
	while (s.from > at) {
		guess--;
		if (!cycle_boundary(c, guess, &s.from))
			return false;
	}
	for (;;) {
		if (!cycle_boundary(c, guess + 1, &s.to))
			return false;
		if (s.to > at)
			break;
		guess++;
		s.from = s.to;
	}
	*n = guess;
	*period = s;
	return true;
}

bool cycle_index(const struct cycle *c, int64_t at, int64_t *n)
{
	struct span period;

	return find_period(c, at, n, &period);
}

bool cycle_period(const struct cycle *c, int64_t at, struct span *out)
{
	int64_t n;

	return find_period(c, at, &n, out);
}

bool cycle_next(const struct cycle *c, int64_t at, int64_t *out)
{
	struct span period;

	if (!cycle_period(c, at, &period))
		return false;
	*out = period.to;
	return true;
}

bool cycle_previous(const struct cycle *c, int64_t at, int64_t *out)
{
	struct span period;

	/* The period that holds the second before `at` begins at the last boundary before it. */
	if (at == INT64_MIN || !cycle_period(c, at - 1, &period))
		return false;
	*out = period.from;
	return true;
}

bool cycle_stub(const struct cycle *c, int64_t start, struct span *stub, struct span *natural)
{
	struct span period;

	if (!cycle_period(c, start, &period))
		return false;
	*natural = period;
	*stub = (struct span) { start, period.to };
	return true;
}

bool cycle_latest_anchor(int64_t created, enum calendar_interval interval, int64_t interval_count, int64_t *out)
{
	const struct cycle c = { created, interval, interval_count };

	return cycle_boundary(&c, 1, out);
}

static bool in_range(int value, int low, int high)
{
	return value == CYCLE_UNSET || (value >= low && value <= high);
}

static bool is_valid(const struct cycle_anchor_config *c)
{
	return c->day_of_month >= 1 && c->day_of_month <= 31 && in_range(c->month, 1, 12) && in_range(c->hour, 0, 23) &&
	       in_range(c->minute, 0, 59) && in_range(c->second, 0, 59);
}

/* 29 February is at most eight years away (1896 to 1904, 2096 to 2104), one more for a start late on such a day. */
#define MONTHS_AHEAD (9 * 12)

bool cycle_anchor_resolve(
	const struct cycle_anchor_config *config, int64_t created, enum calendar_interval interval, int64_t *out)
{
	struct civil c;

	if (interval != CALENDAR_INTERVAL_MONTH && interval != CALENDAR_INTERVAL_YEAR)
		return false;
	if (!is_valid(config) || !calendar_civil(created, &c))
		return false;
	c.day = config->day_of_month;
	if (config->hour != CYCLE_UNSET)
		c.hour = config->hour;
	if (config->minute != CYCLE_UNSET)
		c.minute = config->minute;
	if (config->second != CYCLE_UNSET)
		c.second = config->second;
	for (int i = 0; i <= MONTHS_AHEAD; i++) {
		int64_t at;

		/* Dates that do not exist are skipped: calendar_seconds refuses them. */
		if ((config->month == CYCLE_UNSET || config->month == c.month) && calendar_seconds(&c, &at) &&
			at >= created) {
			*out = at;
			return true;
		}
		if (++c.month > 12) {
			c.month = 1;
			c.year++;
		}
	}
	return false;
}
