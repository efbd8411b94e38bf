/* SPDX-License-Identifier: MIT */
#include "value/calendar.h"

#include <string.h>

#include "base/mem.h"

bool calendar_is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int calendar_month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return month == 2 && calendar_is_leap(year) ? 29 : days[month - 1];
}

/*
 * The arithmetic counts years from March, which puts the leap day at the end, and days from 0000-03-01 in eras of 400
 * years, which all have the same length. 1970-01-01 is day 719468 of that count.
 */
#define ERA_DAYS 146097
#define EPOCH_DAY 719468

int64_t calendar_days(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t months = month > 2 ? month - 3 : month + 9;
	int64_t day_of_year = (153 * months + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * ERA_DAYS + day_of_era - EPOCH_DAY;
}

static void split_days(int64_t days, struct civil *out)
{
	int64_t z = days + EPOCH_DAY; /* not negative: the first year is 1 */
	int64_t era = z / ERA_DAYS;
	int64_t day_of_era = z - era * ERA_DAYS;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t months = (5 * day_of_year + 2) / 153;
	out->day = (int)(day_of_year - (153 * months + 2) / 5 + 1);
	out->month = (int)(months < 10 ? months + 3 : months - 9);
	out->year = (int)(year_of_era + era * 400 + (out->month <= 2));
}

bool calendar_civil(int64_t at, struct civil *out)
{
	if (at < CALENDAR_FIRST || at > CALENDAR_LAST)
		return false;
	int64_t second = (at % CALENDAR_DAY + CALENDAR_DAY) % CALENDAR_DAY;
	split_days((at - second) / CALENDAR_DAY, out);
	out->hour = (int)(second / 3600);
	out->minute = (int)(second / 60 % 60);
	out->second = (int)(second % 60);
	return true;
}

static bool in_range(int value, int low, int high)
{
	return value >= low && value <= high;
}

bool calendar_seconds(const struct civil *c, int64_t *out)
{
	if (!in_range(c->year, 1, 9999) || !in_range(c->month, 1, 12) ||
		!in_range(c->day, 1, calendar_month_days(c->year, c->month)) || !in_range(c->hour, 0, 23) ||
		!in_range(c->minute, 0, 59) || !in_range(c->second, 0, 59))
		return false;
	*out = calendar_days(c->year, c->month, c->day) * CALENDAR_DAY + c->hour * 3600 + c->minute * 60 + c->second;
	return true;
}

static bool add_days(int64_t anchor, int64_t days, int64_t *out)
{
	int64_t seconds, sum;
	if (__builtin_mul_overflow(days, CALENDAR_DAY, &seconds) || __builtin_add_overflow(anchor, seconds, &sum) ||
		sum < CALENDAR_FIRST || sum > CALENDAR_LAST)
		return false;
	*out = sum;
	return true;
}

static bool add_months(int64_t anchor, int64_t months, int64_t *out)
{
	/* More than the calendar holds cannot be right, and this keeps the sum below within 64 bits. */
	const int64_t most = INT64_C(12) * 9999;
	struct civil c;
	if (months < -most || months > most || !calendar_civil(anchor, &c))
		return false;
	int64_t month = (int64_t)c.year * 12 + c.month - 1 + months;
	if (month < 12 || month > most + 11)
		return false;
	c.year = (int)(month / 12);
	c.month = (int)(month % 12) + 1;
	int last = calendar_month_days(c.year, c.month);
	if (c.day > last)
		c.day = last;
	return calendar_seconds(&c, out);
}

bool calendar_add(int64_t anchor, enum calendar_interval interval, int64_t count, int64_t *out)
{
	int64_t units;
	if (anchor < CALENDAR_FIRST || anchor > CALENDAR_LAST)
		return false;
	switch (interval) {
	case CALENDAR_INTERVAL_DAY:
		return add_days(anchor, count, out);
	case CALENDAR_INTERVAL_WEEK:
		return !__builtin_mul_overflow(count, INT64_C(7), &units) && add_days(anchor, units, out);
	case CALENDAR_INTERVAL_MONTH:
		return add_months(anchor, count, out);
	case CALENDAR_INTERVAL_YEAR:
		return !__builtin_mul_overflow(count, INT64_C(12), &units) && add_months(anchor, units, out);
	}
	return false;
}

static const char *const interval_names[] = {
	[CALENDAR_INTERVAL_DAY] = "day",
	[CALENDAR_INTERVAL_WEEK] = "week",
	[CALENDAR_INTERVAL_MONTH] = "month",
	[CALENDAR_INTERVAL_YEAR] = "year",
};

const char *calendar_interval_name(enum calendar_interval interval)
{
	return interval_names[interval];
}

bool calendar_interval_parse(const char *name, enum calendar_interval *out)
{
	for (unsigned i = 0; name && i < COUNT_OF(interval_names); i++)
		if (strcmp(name, interval_names[i]) == 0) {
			*out = (enum calendar_interval)i;
			return true;
		}
	return false;
}
