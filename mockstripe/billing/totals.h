/* SPDX-License-Identifier: MIT */
#ifndef BILLING_TOTALS_H
#define BILLING_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The sums of an invoice and what finalization does with them (Stripe API reference, "Invoice"; docs, "Customer
 * credit balance"). All amounts in minor units; false, outputs untouched, on overflow. */

struct totals_input {
	const int64_t *lines; /* line.amount, before discounts: inclusive tax included, exclusive not */
	size_t line_count;
	int64_t discount;      /* sum of total_discount_amounts, positive */
	int64_t tax_exclusive; /* sum of total_taxes by behaviour */
	int64_t tax_inclusive;
	int64_t tax_reduction;	    /* tax_sums.reduction */
	int64_t inclusive_subtotal; /* the inclusive tax contained in the lines before discounts */
	int64_t shipping;	    /* shipping_cost.amount_subtotal */
};

struct totals {
	int64_t subtotal;		/* sum of the lines */
	int64_t subtotal_excluding_tax; /* subtotal - inclusive_subtotal */
	int64_t total;			/* subtotal - discount + tax_exclusive + shipping - tax_reduction */
	int64_t total_excluding_tax;	/* total - tax_exclusive - tax_inclusive */
};

bool totals_sum(const struct totals_input *in, struct totals *out);

struct settlement_rule {
	int64_t minimum; /* smallest charge of the currency; a smaller amount due is carried on the balance */
	int64_t step;	 /* amounts due are charged in multiples of this (100 for isk and ugx, 10 for three-decimal
			    currencies, else 1); the remainder is carried on the balance */
	int64_t maximum; /* largest charge, 0: none; what is due above it is carried on the balance */
};

/* customer.balance and transactions: negative is credit, positive is debt. */
struct settlement {
	int64_t amount_due;	/* never negative */
	int64_t ending_balance; /* customer.balance afterwards */
	int64_t applied;	/* amount of the applied_to_invoice transaction; 0: none. Credit used up: positive; debt
				   collected, or a negative total turned into credit: negative */
	int64_t carried;	/* amount of the invoice_too_small transaction (debt, positive); 0: none */
	bool too_small;		/* something was due and all of it was carried: paid without a charge */
	int64_t excess;		/* amount of the invoice_too_large transaction (debt, positive); 0: none */
};

/*
 * Applies the starting balance to a total at finalization. A negative total becomes credit. What is due but under the
 * minimum becomes debt, and the invoice counts as paid; so does what is due above the maximum, for the next invoice.
 * applied + carried + excess is always ending_balance - starting_balance. False on overflow, a negative minimum or
 * maximum, or a step that is not positive.
 */
bool totals_settle(int64_t total, int64_t starting_balance, struct settlement_rule rule, struct settlement *out);

#endif
