/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CLOCK_H
#define ACTIONS_CLOCK_H

#include <stdint.h>

/* Time is handed in: a run reads it from here and waits through here, so that a suite decides both. */
struct clock {
	int64_t (*now)(void *arg);			/* Unix seconds                       */
	void (*wait)(void *arg, unsigned milliseconds); /* between tries at the same request */
	void *arg;
	int64_t (*milliseconds)(void *arg); /* of a clock that only goes on, for how long something took; its
					       zero means nothing. NULL: the machine's */
};

struct clock clock_system(void); /* the machine's own */
int64_t clock_now(const struct clock *c);
int64_t clock_milliseconds(const struct clock *c);
void clock_wait(const struct clock *c, unsigned milliseconds);

#endif
