/* SPDX-License-Identifier: MIT */
#ifndef BILLING_PRORATION_H
#define BILLING_PRORATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "billing/cycle.h"
#include "value/decimal.h"

/*
 * Prorations (Stripe docs, "Prorations", "Billing mode", "Cancel subscriptions"). A change at t inside the period
 * [S, E) credits the old whole-period total and debits the new one, each times (E - t) / (E - S), in seconds. Each line
 * is rounded on its own to the nearest minor unit, an exact half toward minus infinity: ties favour the customer. The
 * division is applied to the whole total, never to a unit.
 *
 * The totals handed in are those of billing/tiers.h after discounts (discount_whole). What makes no proration is the
 * caller's to know and is simply not handed in: metered items, items and prices that stay as they are, time under a
 * trial, proration_behavior "none".
 */
enum proration_basis {
	PRORATION_CLASSIC,  /* the credit is worked out from the current price, quantity and last discount */
	PRORATION_FLEXIBLE, /* the credits undo the original debits that cover the remaining time */
};

enum proration_kind {
	PRORATION_CREDIT, /* "Unused time on ..." */
	PRORATION_DEBIT,  /* "Remaining time on ..." */
	PRORATION_FULL,	  /* an ordinary line for the whole new period; not a proration */
};

/* A line or pending item that charged for time: what the flexible basis credits. */
struct proration_original {
	int64_t amount; /* after its discounts, before tax */
	struct span period;
};

/* One item before and after. An item that is new has no old side; a deleted or canceled one has no new side. */
struct proration_change {
	bool has_old, has_new;
	struct span old_period,
		new_period; /* whole periods; new_period is the same unless the interval or anchor moves */
	struct decimal old_total, new_total; /* for those whole periods, discounts taken off */
	bool restarts; /* the new period begins at the change: interval change, anchor reset, trial end */
	const struct proration_original *originals; /* flexible basis only */
	size_t original_count;
};

struct proration_line {
	enum proration_kind kind;
	size_t item;	 /* index of the change it belongs to */
	size_t original; /* credits on the flexible basis: index into the change's originals */
	int64_t amount;	 /* negative for credits */
	struct span period;
};

/*
 * round(sign * total * length(part) / length(whole)) by the rule above. sign is 1 or -1; part must lie in whole and
 * whole must not be empty. The price of a stub, of a shortened last period, of a backdated first period.
 */
bool proration_part(int sign, struct decimal total, struct span part, struct span whole, int64_t *out);

/*
 * The lines of one update at `at` (the proration date): all credits in item order, then all debits in item order. A
 * credit runs [at, end of the old period), on the flexible basis [at, end of that original's period); a debit
 * [at, end of the new period). A side without time left gives no line; one that rounds to 0 does. With `restarts` the
 * new side is a PRORATION_FULL line over new_period, rounded like any ordinary line; a price with tiers needs one line
 * per tier instead, so leave has_new false there and use price_parts. False when `at` lies before a period, a period is
 * empty, an amount overflows or `room` is too small (n * 2, or n plus all originals on the flexible basis, always
 * suffices); *count is untouched then.
 */
bool proration_lines(const struct proration_change *changes, size_t n, enum proration_basis basis, int64_t at,
	struct proration_line *out, size_t room, size_t *count);

/*
 * The end of the running period moves (cancel_at set, moved or removed): earlier credits the time cut off, later debits
 * the time won, both against the natural period. *changed is false, and the line untouched, when nothing moves. Both
 * ends must lie in `natural` (its end included).
 */
bool proration_end_moved(struct decimal total, struct span natural, int64_t old_end, int64_t new_end,
	struct proration_line *out, bool *changed);

#endif
