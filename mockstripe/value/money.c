/* SPDX-License-Identifier: MIT */
#include "value/money.h"

#define WIDE_MIN (-WIDE_MAX - 1)

bool money_add(int64_t a, int64_t b, int64_t *out)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return false;
	*out = sum;
	return true;
}

bool money_subtract(int64_t a, int64_t b, int64_t *out)
{
	int64_t difference;

	if (__builtin_sub_overflow(a, b, &difference))
		return false;
	*out = difference;
	return true;
}

bool money_multiply(int64_t a, int64_t times, int64_t *out)
{
	int64_t product;

	if (__builtin_mul_overflow(a, times, &product))
		return false;
	*out = product;
	return true;
}

bool money_ratio(int64_t amount, int64_t numerator, int64_t denominator, enum rounding how, int64_t *out)
{
	/* Two 64-bit factors always fit 128 bits. */
	return wide_round((wide)amount * numerator, denominator, how, out);
}

bool wide_add(wide a, wide b, wide *out)
{
	if (b > 0 ? a > WIDE_MAX - b : a < WIDE_MIN - b)
		return false;
	*out = a + b;
	return true;
}

/*
 * The overflow builtin is not used at this width: for 128 bits some compilers call a run-time helper that not every
 * compiler library has.
 */
bool wide_multiply(wide a, wide b, wide *out)
{
	if (a == 0 || b == 0) {
		*out = 0;
		return true;
	}
	if (a == WIDE_MIN || b == WIDE_MIN)
		return false;
	if ((a < 0 ? -a : a) > WIDE_MAX / (b < 0 ? -b : b))
		return false;
	*out = a * b;
	return true;
}

static bool rounds_up(wide numerator, wide remainder, wide denominator, enum rounding how)
{
	wide missing = denominator - remainder; /* compared with the remainder: doubling could overflow */

	switch (how) {
	case ROUND_FLOOR:
		return false;
	case ROUND_CEILING:
		return remainder > 0;
	case ROUND_HALF_DOWN:
		return remainder > missing;
	case ROUND_HALF_UP:
		return remainder >= missing;
	case ROUND_HALF_AWAY:
		return numerator > 0 ? remainder >= missing : remainder > missing;
	}
	return false;
}

bool wide_divide(wide numerator, wide denominator, enum rounding how, wide *out)
{
	wide quotient, remainder;

	if (denominator <= 0)
		return false;
	quotient = numerator / denominator;
	remainder = numerator % denominator;
	if (remainder < 0) { /* C truncates toward zero; the rules above are told from the floor */
		quotient -= 1;
		remainder += denominator;
	}
	if (rounds_up(numerator, remainder, denominator, how))
		quotient += 1;
	*out = quotient;
	return true;
}

bool wide_round(wide numerator, wide denominator, enum rounding how, int64_t *out)
{
	wide result;

	if (!wide_divide(numerator, denominator, how, &result))
		return false;
	if (result > INT64_MAX || result < INT64_MIN)
		return false;
	*out = (int64_t)result;
	return true;
}
