/* SPDX-License-Identifier: MIT */
#ifndef SUITES_BILLING_CHANGES_H
#define SUITES_BILLING_CHANGES_H

#include "rows.h"

#include "billing/proration.h"

/* What the suites of prorations share: changes of one item within a period, and what becomes of them. */

static const struct span april_2026 = { 1775001600, 1777593600 };

/* NULL: no such side. */
static inline struct proration_change change_of(const char *old_total, const char *new_total, struct span period)
{
	struct proration_change c = { .old_period = period, .new_period = period };

	if (old_total) {
		c.has_old = true;
		c.old_total = dec(old_total);
	}
	if (new_total) {
		c.has_new = true;
		c.new_total = dec(new_total);
	}
	return c;
}

/* The two lines of one change on the classic basis. */
static inline void change_lines(struct proration_change c, int64_t at, struct proration_line out[2])
{
	size_t count = 0;

	assert_true(proration_lines(&c, 1, PRORATION_CLASSIC, at, out, 2, &count));
	assert_int_equal(count, 2);
}

static inline void prorated(
	const char *old_total, const char *new_total, struct span period, int64_t at, int64_t credit, int64_t debit)
{
	struct proration_line lines[2];

	change_lines(change_of(old_total, new_total, period), at, lines);
	assert_amount(lines[0].amount, credit);
	assert_amount(lines[1].amount, debit);
}

#endif
