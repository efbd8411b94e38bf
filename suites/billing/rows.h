/* SPDX-License-Identifier: MIT */
#ifndef SUITES_BILLING_ROWS_H
#define SUITES_BILLING_ROWS_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "value/decimal.h"

/* What the billing suites share: amounts that fail in decimal, and decimals from their text. */

#define assert_amount(actual, expected) amount_check((actual), (expected), #actual, __FILE__, __LINE__)

static inline void amount_check(int64_t actual, int64_t expected, const char *what, const char *file, int line)
{
	if (actual == expected)
		return;
	print_error("%s: %" PRId64 ", expected %" PRId64 "\n", what, actual, expected);
	_fail(file, line);
}

static inline struct decimal dec(const char *text)
{
	struct decimal d = { 0 };

	assert_int_equal(decimal_parse(text, DECIMAL_PLACES, &d), DECIMAL_OK);
	return d;
}

static inline int64_t percent(const char *text)
{
	int64_t p = -1;

	assert_int_equal(percent_parse(text, 4, &p), DECIMAL_OK);
	return p;
}

/* Writes a decimal into a buffer of the caller's, to be compared as text. */
static inline const char *show(struct decimal d, char buffer[DECIMAL_ROOM])
{
	decimal_format(d, buffer);
	return buffer;
}

#endif
