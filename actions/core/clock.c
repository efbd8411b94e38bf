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

static int64_t system_milliseconds(void)
{
	struct timespec at;

	if (clock_gettime(CLOCK_MONOTONIC, &at))
		return 0;
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

struct clock clock_system(void)
{
	return (struct clock) { .now = system_now, .wait = system_wait };
}

int64_t clock_now(const struct clock *c)
{
	return c->now(c->arg);
}

int64_t clock_milliseconds(const struct clock *c)
{
	return c->milliseconds ? c->milliseconds(c->arg) : system_milliseconds();
}

void clock_wait(const struct clock *c, unsigned milliseconds)
{
	c->wait(c->arg, milliseconds);
}
