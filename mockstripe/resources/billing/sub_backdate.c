/* SPDX-License-Identifier: MIT */
/* The time between a backdated start and now, as lines of the first invoice. Source: Stripe docs "Backdating", "Billing
 * mode". */
#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/billing/sub.h"

static int fail_backdated(struct call *call)
{
	return fail_invalid(call, NULL, "backdate_start_date",
		"The time since the backdated start cannot be billed: it spans too many periods for one invoice.");
}

/* Flexible: a line for each natural period of the cycle that the time from the start to `end` touches. */
static int backdated_periods(struct sub_change *c, int64_t start, size_t which, int64_t end)
{
	struct item_facts *item = &c->items[which].new;
	struct cycle cycle = sub_cycle(c, item);
	struct span running = item->period, part, whole;

	for (int64_t at = start; at < end; at = part.to) {
		if (c->lines.count + item->terms.tier_count + 2 >= BILL_LINES || !cycle_stub(&cycle, at, &part, &whole))
			return fail_backdated(c->call);
		if (part.to > end)
			part.to = end;
		item->period = part;
		if (part.from != whole.from || part.to != whole.to
				? sub_stub_line(c, which, part, whole, part.from)
				: item_period_lines(c->call, item, c->sub, c->currency, part, &c->lines))
			return -1;
	}
	item->period = running;
	return 0;
}

/*
 * Classic: one line for all of it, by imagined periods that begin at the backdated start: whole ones, and of the last
 * its share (15 January to 1 February: 17/31).
 */
static int backdated_line(struct sub_change *c, int64_t start, size_t which, int64_t end)
{
	struct item_facts *item = &c->items[which].new;
	struct cycle imagined = { start, item->interval, item->interval_count };
	struct span whole, part;
	struct decimal periods;
	struct bill_line *line;
	int64_t count, full;

	if (!cycle_index(&imagined, end, &count) || !cycle_period(&imagined, end, &whole))
		return fail_backdated(c->call);
	part = (struct span) { whole.from, end };
	if (sub_stub_line(c, which, part, whole, start))
		return -1;
	line = &c->lines.at[c->lines.count - 1];
	if (!decimal_multiply(item->total, decimal_of(count), &periods) || !price_line(periods, &full) ||
		__builtin_add_overflow(line->amount, full, &line->amount))
		return fail_backdated(c->call);
	return 0;
}

int sub_backdated_lines(struct sub_change *c, int64_t start, size_t which, int64_t end)
{
	return c->flexible ? backdated_periods(c, start, which, end) : backdated_line(c, start, which, end);
}
