/* SPDX-License-Identifier: MIT */
#ifndef VALUE_CURRENCY_H
#define VALUE_CURRENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* The currencies Stripe takes (Stripe docs, "Supported currencies"), as one static table. */
struct currency {
	char code[5];	      /* lower case, as in every response: "usd"; "usdc" is the one with four letters */
	uint8_t exponent;     /* decimals of the minor unit: amount / 10^exponent is what people say; 0, 2 or 3 */
	uint16_t step;	      /* a charged amount is a multiple of this: 100 for isk and ugx, whose decimals
				 exist for compatibility only; 10 for those with three decimals; else 1 */
	uint16_t payout_step; /* the same for payouts: 100 for huf and twd as well */
	uint32_t minimum;     /* the smallest charge in minor units; 0: no amount of its own, only the worth of
				 0.50 usd, which nobody can tell without exchange rates */
	const char *symbol;   /* in front of the number, with its space if it has one: "$", "CHF " */
	uint8_t late;	      /* place in the tail of Stripe's list, from 1; 0: in alphabetical order before it */
};

/* The largest amount of one charge, in minor units of any currency: eight digits. */
#define CHARGE_MOST INT64_C(99999999)

/* By code, in any case; NULL when Stripe does not know it. */
const struct currency *currency_find(const char *code);

/* The list as the message "Invalid currency" gives it: usd, aed, afn, ... NULL past the end. */
size_t currency_count(void);
const struct currency *currency_at(size_t index);
/* The same, joined by ", ". */
void currency_list(struct text *out);

/*
 * Money as the descriptions of invoice lines show it: "$20.00", "$1,000.00", "CHF 25.00", "¥500", "-$3.00". An unknown
 * code is written in front in capitals, with two decimals.
 */
void currency_format(struct text *out, int64_t amount, const char *code);
/* The number alone, without symbol and grouping: "1000.00", "-0.05", "500". */
void currency_format_plain(struct text *out, int64_t amount, const char *code);

#endif
