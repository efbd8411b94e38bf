/* SPDX-License-Identifier: MIT */
#ifndef SUITES_BILLING_CHANCE_H
#define SUITES_BILLING_CHANCE_H

#include "rows.h"

#include <stdlib.h>

#include "base/random.h"

/* Random cases that can be repeated: SEED=n in the environment replays a run, a failure names its seed and case. */
struct chance {
	uint64_t seed, property, number, draws;
};

static inline uint64_t chance_seed(void)
{
	const char *text = getenv("SEED");

	return text ? strtoull(text, NULL, 0) : UINT64_C(20261123);
}

static inline uint64_t draw(struct chance *c)
{
	return random_mix(c->seed, c->property << 32 | c->number, c->draws++);
}

/* Both ends included. */
static inline int64_t between(struct chance *c, int64_t low, int64_t high)
{
	return low + (int64_t)(draw(c) % (uint64_t)(high - low + 1));
}

static inline bool one_in(struct chance *c, int64_t n)
{
	return between(c, 1, n) == 1;
}

/* Small numbers as often as large ones, and the awkward ones (0, 1, the ends) more often than by luck. */
static inline int64_t size_up_to(struct chance *c, int64_t high)
{
	int64_t bits = between(c, 0, 40), limit = INT64_C(1) << bits;

	return between(c, 0, limit < high ? limit : high);
}

#define hold(c, truth) chance_check((c), (truth), #truth, __FILE__, __LINE__)

static inline void chance_check(const struct chance *c, bool truth, const char *what, const char *file, int line)
{
	if (truth)
		return;
	print_error("SEED=%" PRIu64 ", property %" PRIu64 ", case %" PRIu64 ": %s\n", c->seed, c->property, c->number,
		what);
	_fail(file, line);
}

#endif
