/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_INVOICE_TALLY_H
#define RESOURCES_BILLING_INVOICE_TALLY_H

#include "billing/tax.h"
#include "resources/billing/inside.h"

/* An invoice being added up: its discounts (invoice_discounts.c), then taxes and sums (invoice_total.c). All in the
 * call's arena. */
struct tally {
	struct call *call;
	struct record *invoice;
	const struct list *lines;
	size_t *groups; /* of each line: the first line of the same subscription item */
	size_t n_lines, n_discounts, n_rates;
	struct discount *discounts;
	struct record **discount_records;
	struct discount_line *discount_lines;
	int64_t *shares; /* n_discounts rows of n_lines: what each took off */
	int64_t *left;	 /* what is left of each line */
	struct tax_rate *rates;
	json_t **rate_trees;
	struct tax_line *tax_lines;
	struct tax_amount *cells, *totals;
	int64_t *reductions;
	struct tax_sums sums;
};

/* Finds the discounts and takes them off; t->lines is set. 0 or -1. */
int tally_discounts(struct tally *t);
/* What discounts of items took off a line: inside the subtotal already, unlike those of the whole invoice. Source: API
 * reference "The Invoice object", subtotal. */
int64_t tally_of_items(const struct tally *t, size_t line);
/* Whether a line names a discount that took nothing off: a proration whose amount is after its discounts does so, for
 * those of the whole invoice. */
bool tally_names(const struct tally *t, size_t line, size_t discount);

#endif
