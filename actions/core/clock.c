/* SPDX-License-Identifier: MIT */
#include "actions/core/clock.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

static int64_t system_now(void *arg)
{
	(void)arg;
	return (int64_t)time(NULL);
}

static void system_wait(void *arg, unsigned milliseconds)
{
	struct timespec left = { .tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000 };

	(void)arg;
	while (nanosleep(&left, &left) == -1 && errno == EINTR)
		continue;
}

struct clock clock_system(void)
{
	return (struct clock) { .now = system_now, .wait = system_wait };
}

int64_t clock_now(const struct clock *c)
{
	return c->now(c->arg);
}

void clock_wait(const struct clock *c, unsigned milliseconds)
{
	c->wait(c->arg, milliseconds);
}
