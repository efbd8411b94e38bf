/* SPDX-License-Identifier: MIT */
#ifndef BILLING_CYCLE_H
#define BILLING_CYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "value/calendar.h"

/*
 * Billing periods (Stripe docs, "Set the subscription billing renewal date"). Boundary n of a cycle is its anchor plus
 * n intervals in UTC; a day that the month lacks becomes the month's last day, and since every boundary is counted from
 * the anchor, 31 Jan gives 28 Feb and then 31 Mar. All times are Unix seconds. Functions answer false, outputs
 * untouched, when a boundary would leave the years the calendar knows, or when interval_count is not positive.
 */
struct span {
	int64_t from, to; /* [from, to) */
};

struct cycle {
	int64_t anchor;
	enum calendar_interval interval;
	int64_t interval_count;
};

/* Boundary n; n may be negative: the cycle reaches back before its anchor. */
bool cycle_boundary(const struct cycle *c, int64_t n, int64_t *out);
/* The n for which boundary n <= at < boundary n + 1. */
bool cycle_index(const struct cycle *c, int64_t at, int64_t *n);
/* The period that contains `at`. */
bool cycle_period(const struct cycle *c, int64_t at, struct span *out);
/* The first boundary after `at`, never `at` itself. */
bool cycle_next(const struct cycle *c, int64_t at, int64_t *out);
/* The last boundary before `at`, never `at` itself. */
bool cycle_previous(const struct cycle *c, int64_t at, int64_t *out);

/*
 * The first, partial period of a subscription that starts at `start` while its anchor lies elsewhere (a future
 * billing_cycle_anchor, a backdated start): *stub is [start, next boundary), *natural the whole period it is a part of.
 * With a start on a boundary both are the same whole period. The stub's price is
 * proration_part(total, *stub, *natural); see billing/proration.h.
 */
bool cycle_stub(const struct cycle *c, int64_t start, struct span *stub, struct span *natural);

/* The latest billing_cycle_anchor that a creation at `created` accepts: its next natural billing date. */
bool cycle_latest_anchor(int64_t created, enum calendar_interval interval, int64_t interval_count, int64_t *out);

/* billing_cycle_anchor_config; CYCLE_UNSET marks a part that was not given. */
#define CYCLE_UNSET (-1)
struct cycle_anchor_config {
	int day_of_month;	  /* 1-31, required */
	int month;		  /* 1-12 or CYCLE_UNSET */
	int hour, minute, second; /* or CYCLE_UNSET: that of the creation time */
};

/*
 * The anchor a configuration means: the first moment at or after `created` that really has that day (and month), so
 * day 31 asked for in February gives 31 March while the first boundary is 28 February. False for an interval other
 * than month and year, for parts out of range and for a date that never comes (31 April, 30 February).
 */
bool cycle_anchor_resolve(
	const struct cycle_anchor_config *config, int64_t created, enum calendar_interval interval, int64_t *out);

#endif
