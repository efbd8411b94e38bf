/* SPDX-License-Identifier: MIT */
#include "billing/totals.h"

#include "value/money.h"

bool totals_sum(const struct totals_input *in, struct totals *out)
{
	struct totals t = { 0 };

	for (size_t i = 0; i < in->line_count; i++) {
		if (!money_add(t.subtotal, in->lines[i], &t.subtotal))
			return false;
	}
	if (!money_subtract(t.subtotal, in->inclusive_subtotal, &t.subtotal_excluding_tax))
		return false;
	if (!money_subtract(t.subtotal, in->discount, &t.total) || !money_add(t.total, in->tax_exclusive, &t.total) ||
		!money_add(t.total, in->shipping, &t.total) || !money_subtract(t.total, in->tax_reduction, &t.total))
		return false;
	if (!money_subtract(t.total, in->tax_exclusive, &t.total_excluding_tax) ||
		!money_subtract(t.total_excluding_tax, in->tax_inclusive, &t.total_excluding_tax))
		return false;
	*out = t;
	return true;
}

bool totals_settle(int64_t total, int64_t starting_balance, struct settlement_rule rule, struct settlement *out)
{
	struct settlement s = { 0 };
	int64_t sum;

	if (rule.minimum < 0 || rule.maximum < 0 || rule.step <= 0 || !money_add(total, starting_balance, &sum))
		return false;
	/* Up to here the balance takes what is negative; what is due takes the rest. */
	s.ending_balance = sum < 0 ? sum : 0;
	s.amount_due = sum < 0 ? 0 : sum;
	if (!money_subtract(s.ending_balance, starting_balance, &s.applied))
		return false;
	s.carried = s.amount_due % rule.step;
	if (s.amount_due - s.carried < rule.minimum)
		s.carried = s.amount_due;
	s.too_small = s.carried > 0 && s.carried == s.amount_due;
	s.amount_due -= s.carried;
	if (rule.maximum && s.amount_due > rule.maximum)
		s.excess = s.amount_due - rule.maximum;
	s.amount_due -= s.excess;
	s.ending_balance += s.carried + s.excess; /* parts of what was due: no overflow */
	*out = s;
	return true;
}
