/* SPDX-License-Identifier: MIT */
#ifndef VALUE_DECIMAL_H
#define VALUE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "value/money.h"

/*
 * Exact decimals with 12 places: unit_amount_decimal, flat_amount_decimal, quantity_decimal and the totals made of
 * them (Stripe API reference, "Price": at most 12 decimal places). A structure of its own, so that the compiler tells
 * a plain count (5) from a decimal (5 * 10^12).
 */
#define DECIMAL_PLACES 12
#define DECIMAL_ONE ((wide)1000000000000)

struct decimal {
	wide scaled; /* the value times 10^12 */
};

enum decimal_fault {
	DECIMAL_OK,
	DECIMAL_MALFORMED,   /* not digits with at most one point, or empty; exponents and blanks are refused */
	DECIMAL_TOO_PRECISE, /* more places than allowed, trailing zeros not counted */
	DECIMAL_TOO_LARGE,   /* more than 18 digits before the point */
};

/* Reads "2.5", "-3", "1000", ".5", "7." with at most `places` (0-12) decimals. *out is untouched on a fault. */
enum decimal_fault decimal_parse(const char *text, unsigned places, struct decimal *out);

#define DECIMAL_ROOM 44 /* characters that any decimal needs, with sign, point and terminator */
/* Writes without trailing zeros: "2.5", "1000", "-0.333333333333". Gives the length. */
size_t decimal_format(struct decimal d, char out[DECIMAL_ROOM]);

struct decimal decimal_of(int64_t whole);	    /* exact, for every whole number */
bool decimal_whole(struct decimal d, int64_t *out); /* false when d has decimals or does not fit */
bool decimal_round(struct decimal d, enum rounding how, int64_t *out);
bool decimal_add(struct decimal a, struct decimal b, struct decimal *out);
/* The product to 12 places (exact whenever the places of both factors add up to 12 or less; else half away). */
bool decimal_multiply(struct decimal a, struct decimal b, struct decimal *out);
int decimal_compare(struct decimal a, struct decimal b); /* negative, 0, positive */

/*
 * Percentages are whole numbers of ten-thousandths of a percent: 20 % is 200000, 8.875 % is 88750, 100 % is
 * PERCENT_WHOLE. Tax rates have at most 4 decimals (Stripe API reference, "Tax rates"), percent_off at most 2.
 */
#define PERCENT_ONE 10000
#define PERCENT_WHOLE 1000000

/* Reads "20", "8.875" with at most `places` (0-4) decimals, 0 to 100 inclusive; above 100 is DECIMAL_TOO_LARGE. */
enum decimal_fault percent_parse(const char *text, unsigned places, int64_t *out);
#define PERCENT_ROOM 24
size_t percent_format(int64_t percent, char out[PERCENT_ROOM]); /* "8.875", no percent sign; gives the length */

#endif
