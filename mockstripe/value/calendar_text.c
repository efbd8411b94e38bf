/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "value/calendar.h"

/* Dates as characters, both ways. */

static struct civil nearest_civil(int64_t at)
{
	struct civil c = { .year = 1, .month = 1, .day = 1 };
	calendar_civil(at < CALENDAR_FIRST ? CALENDAR_FIRST : at > CALENDAR_LAST ? CALENDAR_LAST : at, &c);
	return c;
}

/* Writes exactly `width` digits and gives the place behind them. */
static char *write_digits(char *out, unsigned value, size_t width)
{
	for (size_t i = width; i-- > 0; value /= 10)
		out[i] = (char)('0' + value % 10);
	return out + width;
}

static char *write_char(char *out, char c)
{
	*out = c;
	return out + 1;
}

void calendar_format_date(int64_t at, char out[CALENDAR_DATE_ROOM])
{
	static const char months[12][4] = {
		"Jan",
		"Feb",
		"Mar",
		"Apr",
		"May",
		"Jun",
		"Jul",
		"Aug",
		"Sep",
		"Oct",
		"Nov",
		"Dec",
	};
	struct civil c = nearest_civil(at);
	out = write_digits(out, (unsigned)c.day, 2);
	out = write_char(out, ' ');
	memcpy(out, months[c.month - 1], 3);
	out = write_char(out + 3, ' ');
	out = write_digits(out, (unsigned)c.year, 4);
	*out = '\0';
}

/* Up to the seconds, without the zone. */
static char *write_moment(char *out, int64_t at)
{
	struct civil c = nearest_civil(at);
	out = write_char(write_digits(out, (unsigned)c.year, 4), '-');
	out = write_char(write_digits(out, (unsigned)c.month, 2), '-');
	out = write_char(write_digits(out, (unsigned)c.day, 2), 'T');
	out = write_char(write_digits(out, (unsigned)c.hour, 2), ':');
	out = write_char(write_digits(out, (unsigned)c.minute, 2), ':');
	return write_digits(out, (unsigned)c.second, 2);
}

void calendar_format_iso(int64_t at, char out[CALENDAR_ISO_ROOM])
{
	out = write_char(write_moment(out, at), 'Z');
	*out = '\0';
}

void calendar_format_iso_ms(int64_t at, unsigned milliseconds, char out[CALENDAR_ISO_MS_ROOM])
{
	out = write_char(write_moment(out, at), '.');
	out = write_char(write_digits(out, milliseconds % 1000, 3), 'Z');
	*out = '\0';
}

/* Reads exactly `width` digits and, unless it is 0, the character that must follow them. */
static bool read_digits(const char **text, size_t width, char follows, int *value)
{
	const char *at = *text;
	int sum = 0;
	for (size_t i = 0; i < width; i++, at++) {
		if (*at < '0' || *at > '9')
			return false;
		sum = sum * 10 + (*at - '0');
	}
	if (follows && *at++ != follows)
		return false;
	*value = sum;
	*text = at;
	return true;
}

/* ".25" and its like; nothing at all is 0. */
static bool read_fraction(const char **text, unsigned *milliseconds)
{
	const char *at = *text;
	unsigned sum = 0;
	size_t digits = 0;
	if (*at == '.') {
		for (at++; *at >= '0' && *at <= '9'; at++, digits++)
			if (digits < 3)
				sum = sum * 10 + (unsigned)(*at - '0');
		if (digits < 1 || digits > 9)
			return false;
		for (; digits < 3; digits++)
			sum *= 10;
	}
	*milliseconds = sum;
	*text = at;
	return true;
}

/* "Z", or "+01:00" as seconds east of Greenwich. */
static bool read_zone(const char **text, int64_t *east)
{
	const char *at = *text;
	int hours = 0, minutes = 0;
	char sign = *at++;
	if (sign == '+' || sign == '-') {
		if (!read_digits(&at, 2, ':', &hours) || !read_digits(&at, 2, 0, &minutes) || hours > 23 ||
			minutes > 59)
			return false;
	} else if (sign != 'Z') {
		return false;
	}
	*east = (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	*text = at;
	return true;
}

bool calendar_parse_iso(const char *text, int64_t *at, unsigned *milliseconds)
{
	struct civil c;
	unsigned fraction;
	int64_t local, east;
	if (!read_digits(&text, 4, '-', &c.year) || !read_digits(&text, 2, '-', &c.month) ||
		!read_digits(&text, 2, 'T', &c.day) || !read_digits(&text, 2, ':', &c.hour) ||
		!read_digits(&text, 2, ':', &c.minute) || !read_digits(&text, 2, 0, &c.second) ||
		!read_fraction(&text, &fraction) || !read_zone(&text, &east) || *text || !calendar_seconds(&c, &local))
		return false;
	/* The zone may push the first and the last day of the calendar out of it. */
	if (local - east < CALENDAR_FIRST || local - east > CALENDAR_LAST)
		return false;
	*at = local - east;
	if (milliseconds)
		*milliseconds = fraction;
	return true;
}
