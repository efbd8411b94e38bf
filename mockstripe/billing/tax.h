/* SPDX-License-Identifier: MIT */
#ifndef BILLING_TAX_H
#define BILLING_TAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "value/decimal.h"

/*
 * Tax on invoice lines (Stripe docs, "Tax rates", "Tax rates on invoices"). Discounts come first, tax on what is left.
 * An inclusive rate is contained in the amount: amount * rate / (1 + all inclusive rates of the line). An exclusive
 * rate comes on top, on the amount less its inclusive tax. An exact half goes away from zero; credits carry negative
 * tax.
 */
enum tax_rounding {
	TAX_PER_LINE,	 /* each line's tax is rounded, then summed: the default here */
	TAX_PER_INVOICE, /* each rate's tax is summed exactly over the lines, then rounded once */
};

enum tax_customer {
	TAX_CUSTOMER_TAXED,
	TAX_CUSTOMER_EXEMPT,  /* no tax; an inclusive price falls by the tax it contained */
	TAX_CUSTOMER_REVERSE, /* the same: the customer accounts for the tax */
};

#define TAX_RATE_PLACES 4 /* decimals of a percentage: Stripe docs "Create a tax rate" */

struct tax_rate {
	int64_t percent; /* ten-thousandths of a percent (value/decimal.h) */
	bool inclusive;
};

struct tax_line {
	int64_t amount;	     /* after discounts */
	const size_t *rates; /* indexes into the rates, each at most once */
	size_t rate_count;
};

struct tax_amount {
	bool applies;	 /* the rate stands on that line (on some line, in a sum) */
	int64_t tax;	 /* taxes[].amount; 0 for exempt and reverse customers */
	int64_t taxable; /* taxes[].taxable_amount: without any inclusive tax; 0 for exempt and reverse customers */
};

struct tax_sums {
	int64_t exclusive, inclusive; /* of total_taxes, by tax_behavior */
	int64_t reduction; /* what the total falls by for exempt and reverse customers with inclusive rates */
};

/*
 * cells holds line_count * n: cells[l * n + r] is rate r on line l, rounded per line in both modes, since
 * line.taxes[].amount is whole. totals holds n: total_taxes; in TAX_PER_INVOICE it may differ from the sum of the
 * cells. reductions holds line_count: how far the price of line l falls; it may be NULL. False, outputs in an
 * unspecified state, on overflow, a rate below 0 or above 100 % or an index out of range.
 */
bool tax_apply(const struct tax_rate *rates, size_t n, const struct tax_line *lines, size_t line_count,
	enum tax_rounding rounding, enum tax_customer customer, struct tax_amount *cells, struct tax_amount *totals,
	int64_t *reductions, struct tax_sums *sums);

/*
 * The inclusive tax contained in an amount with these inclusive rates together, rounded half away: for
 * subtotal_excluding_tax, which looks at lines before discounts.
 */
bool tax_contained(int64_t amount, const struct tax_rate *rates, const size_t *on_line, size_t count, int64_t *out);

#endif
