/* SPDX-License-Identifier: MIT */
#ifndef VALUE_MONEY_H
#define VALUE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Money is a signed count of minor units in 64 bits: cents, whole yen, thousandths of a dinar. Ratios are worked out in
 * 128 bits and rounded once, at the end. Every function answers false, and leaves its output as it was, when a result
 * does not fit: an amount is refused, never wrapped.
 */
__extension__ typedef __int128 wide;

#define WIDE_MAX (((((wide)1 << 126) - 1) * 2) + 1)

/* How a result between two whole numbers is settled. */
enum rounding {
	ROUND_HALF_DOWN, /* nearest; an exact half toward minus infinity, ceil(x - 1/2): Stripe "Prorations" */
	ROUND_HALF_UP,	 /* nearest; an exact half toward plus infinity, floor(x + 1/2) */
	ROUND_HALF_AWAY, /* nearest; an exact half away from zero: Stripe "Tax rates" */
	ROUND_FLOOR,	 /* toward minus infinity */
	ROUND_CEILING,	 /* toward plus infinity */
};

bool money_add(int64_t a, int64_t b, int64_t *out);
bool money_subtract(int64_t a, int64_t b, int64_t *out);
bool money_multiply(int64_t a, int64_t times, int64_t *out);

/* *out = amount * numerator / denominator, rounded. The denominator must be positive. */
bool money_ratio(int64_t amount, int64_t numerator, int64_t denominator, enum rounding how, int64_t *out);

bool wide_add(wide a, wide b, wide *out);
bool wide_multiply(wide a, wide b, wide *out);
/* *out = numerator / denominator, rounded. The denominator must be positive. */
bool wide_divide(wide numerator, wide denominator, enum rounding how, wide *out);
/* The same, for a result that is an amount of money: refused when it does not fit 64 bits. */
bool wide_round(wide numerator, wide denominator, enum rounding how, int64_t *out);

#endif
