/* SPDX-License-Identifier: MIT */
#ifndef VALUE_CALENDAR_H
#define VALUE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Dates in UTC on Unix seconds, without the C library: no time zone of the machine, no shared buffers. The Gregorian
 * calendar, years 1 to 9999. Functions that can fail answer false and leave their outputs untouched.
 */

/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
#define CALENDAR_FIRST INT64_C(-62135596800)
#define CALENDAR_LAST INT64_C(253402300799)

/* What is given in Unix seconds ends here, in the year 5138: what is larger was meant in milliseconds. */
#define CALENDAR_LAST_GIVEN INT64_C(99999999999)

#define CALENDAR_DAY INT64_C(86400) /* seconds; there are no leap seconds in Unix time */

struct civil {
	int year;  /* 1-9999 */
	int month; /* 1-12 */
	int day;   /* 1-31 */
	int hour, minute, second;
};

/* The values of an interval as Stripe names them: recurring[interval]. */
enum calendar_interval {
	CALENDAR_INTERVAL_DAY,
	CALENDAR_INTERVAL_WEEK,
	CALENDAR_INTERVAL_MONTH,
	CALENDAR_INTERVAL_YEAR,
};

bool calendar_is_leap(int year);
int calendar_month_days(int year, int month); /* 28-31; month must be 1-12 */

/* Days since 1970-01-01 of a date that exists. */
int64_t calendar_days(int year, int month, int day);

/* False for a moment outside the years 1-9999. */
bool calendar_civil(int64_t at, struct civil *out);
/* False for a date or time of day that does not exist: 29 Feb 2026, 24:00, second 60. */
bool calendar_seconds(const struct civil *c, int64_t *out);

/*
 * *out = anchor + count intervals; count may be negative. Months and years keep the day of month and the time of day; a
 * day that the month lacks becomes its last (Stripe docs, "Set the subscription billing renewal date"). Adding to an
 * already clamped date loses the day, so boundary n of a cycle is always anchor + n * interval_count intervals: 31 Jan,
 * 28 Feb, 31 Mar. False when the result leaves the years 1-9999.
 */
bool calendar_add(int64_t anchor, enum calendar_interval interval, int64_t count, int64_t *out);

/* "day", "week", "month", "year". Lower case only, as Stripe's enum values. */
const char *calendar_interval_name(enum calendar_interval interval);
bool calendar_interval_parse(const char *name, enum calendar_interval *out);

/* "05 Mar 2026", as in line descriptions. A moment outside the years 1-9999 is shown as the nearest one inside. */
#define CALENDAR_DATE_ROOM 12
void calendar_format_date(int64_t at, char out[CALENDAR_DATE_ROOM]);
/* "2026-03-17T22:14:07Z" (RFC 3339). */
#define CALENDAR_ISO_ROOM 21
void calendar_format_iso(int64_t at, char out[CALENDAR_ISO_ROOM]);
/* "2026-03-17T22:14:07.000Z", as API v2 shows times; milliseconds 0-999. */
#define CALENDAR_ISO_MS_ROOM 25
void calendar_format_iso_ms(int64_t at, unsigned milliseconds, char out[CALENDAR_ISO_MS_ROOM]);

/*
 * Reads RFC 3339: "2026-03-17T22:14:07Z", with 1 to 9 decimals of a second, with "+01:00" in place of Z. `milliseconds`
 * may be NULL; further decimals are cut. A plain date, a missing zone, blanks and anything behind it are refused.
 */
bool calendar_parse_iso(const char *text, int64_t *at, unsigned *milliseconds);

#endif
