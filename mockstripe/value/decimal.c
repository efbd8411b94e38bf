/* SPDX-License-Identifier: MIT */
#include "value/decimal.h"

#include <string.h>

#define WHOLE_DIGITS 18 /* so that any decimal read here fits 64 bits when rounded */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits after the point, scaled to 12 places. Trailing zeros are free, so "2.500" is fine where one place is. */
static enum decimal_fault read_fraction(const char *digits, size_t count, unsigned places, wide *out)
{
	wide value = 0;

	while (count > 0 && digits[count - 1] == '0')
		count--;
	if (count > places)
		return DECIMAL_TOO_PRECISE;
	for (size_t i = 0; i < DECIMAL_PLACES; i++)
		value = value * 10 + (i < count ? digits[i] - '0' : 0);
	*out = value;
	return DECIMAL_OK;
}

static enum decimal_fault read_whole(const char *digits, size_t count, wide *out)
{
	wide value = 0;

	while (count > 0 && *digits == '0') {
		digits++;
		count--;
	}
	if (count > WHOLE_DIGITS)
		return DECIMAL_TOO_LARGE;
	for (size_t i = 0; i < count; i++)
		value = value * 10 + (digits[i] - '0');
	*out = value;
	return DECIMAL_OK;
}

enum decimal_fault decimal_parse(const char *text, unsigned places, struct decimal *out)
{
	bool negative = *text == '-';
	const char *whole = text + negative, *fraction;
	size_t whole_count = 0, fraction_count = 0;
	wide high, low;
	enum decimal_fault fault;

	while (is_digit(whole[whole_count]))
		whole_count++;
	fraction = whole + whole_count;
	if (*fraction == '.') {
		fraction++;
		while (is_digit(fraction[fraction_count]))
			fraction_count++;
	}
	if (fraction[fraction_count] != '\0' || whole_count + fraction_count == 0)
		return DECIMAL_MALFORMED;
	fault = read_whole(whole, whole_count, &high);
	if (fault == DECIMAL_OK)
		fault = read_fraction(fraction, fraction_count, places, &low);
	if (fault != DECIMAL_OK)
		return fault;
	out->scaled = high * DECIMAL_ONE + low;
	if (negative)
		out->scaled = -out->scaled;
	return DECIMAL_OK;
}

/* Writes backwards from `end`: the places, unless all are zero, then the whole digits. */
static char *write_digits(char *end, wide value, unsigned places)
{
	bool started = false;

	while (places-- > 0) {
		int digit = (int)(value % 10);
		if (digit < 0)
			digit = -digit;
		if (digit != 0 || started) {
			*--end = (char)('0' + digit);
			started = true;
		}
		value /= 10;
	}
	if (started)
		*--end = '.';
	do {
		int digit = (int)(value % 10);
		*--end = (char)('0' + (digit < 0 ? -digit : digit));
		value /= 10;
	} while (value != 0);
	return end;
}

size_t decimal_format(struct decimal d, char out[DECIMAL_ROOM])
{
	char buffer[DECIMAL_ROOM];
	char *end = buffer + sizeof(buffer), *start = write_digits(end, d.scaled, DECIMAL_PLACES);
	size_t length;

	if (d.scaled < 0)
		*--start = '-';
	length = (size_t)(end - start);
	memcpy(out, start, length);
	out[length] = '\0';
	return length;
}

struct decimal decimal_of(int64_t whole)
{
	return (struct decimal) { .scaled = whole * DECIMAL_ONE };
}

bool decimal_whole(struct decimal d, int64_t *out)
{
	if (d.scaled % DECIMAL_ONE != 0)
		return false;
	return wide_round(d.scaled, DECIMAL_ONE, ROUND_FLOOR, out);
}

bool decimal_round(struct decimal d, enum rounding how, int64_t *out)
{
	return wide_round(d.scaled, DECIMAL_ONE, how, out);
}

bool decimal_add(struct decimal a, struct decimal b, struct decimal *out)
{
	return wide_add(a.scaled, b.scaled, &out->scaled);
}

/*
 * a * b / 10^12 without a 256-bit product: b is split into whole and fraction, and only the second of the two products
 * needs the division.
 */
bool decimal_multiply(struct decimal a, struct decimal b, struct decimal *out)
{
	wide whole = b.scaled / DECIMAL_ONE, fraction = b.scaled % DECIMAL_ONE;
	wide big, small;

	if (!wide_multiply(a.scaled, whole, &big) || !wide_multiply(a.scaled, fraction, &small))
		return false;
	if (!wide_divide(small, DECIMAL_ONE, ROUND_HALF_AWAY, &small))
		return false;
	return wide_add(big, small, &out->scaled);
}

int decimal_compare(struct decimal a, struct decimal b)
{
	return (a.scaled > b.scaled) - (a.scaled < b.scaled);
}

enum decimal_fault percent_parse(const char *text, unsigned places, int64_t *out)
{
	struct decimal d;
	enum decimal_fault fault = decimal_parse(text, places, &d);

	if (fault != DECIMAL_OK)
		return fault;
	if (d.scaled < 0)
		return DECIMAL_MALFORMED;
	if (decimal_compare(d, decimal_of(100)) > 0)
		return DECIMAL_TOO_LARGE;
	*out = (int64_t)(d.scaled / (DECIMAL_ONE / PERCENT_ONE)); /* exact: at most 4 places were let through */
	return DECIMAL_OK;
}

size_t percent_format(int64_t percent, char out[PERCENT_ROOM])
{
	char buffer[DECIMAL_ROOM];
	size_t length = decimal_format((struct decimal) { percent * (DECIMAL_ONE / PERCENT_ONE) }, buffer);

	memcpy(out, buffer, length + 1);
	return length;
}
