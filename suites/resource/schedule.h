/* SPDX-License-Identifier: MIT */
#ifndef SUITES_RESOURCE_SCHEDULE_H
#define SUITES_RESOURCE_SCHEDULE_H

#include "preview.h"

/* What the suites of subscription schedules share. */

static inline const struct answer *schedule(struct house *h, const char *body)
{
	return api_ok(h, "POST", "/v1/subscription_schedules", body);
}

static inline const struct answer *from(struct house *h, const char *sub)
{
	return schedule(h, text_of(h, "from_subscription=%s", sub));
}

static inline const char *classic(struct house *h, const char *customer, const char *price)
{
	return field(subscribe(h, customer, price, "billing_mode[type]=classic"), "id");
}

/* The whole way of a downgrade at the period's end: a schedule of the subscription, then a second phase. */
static inline const char *downgrade(
	struct house *h, const char *sub, const char *now, const char *then, const char *more)
{
	const struct answer *a = from(h, sub);
	const char *id = field(a, "id");

	post(h, "subscription_schedules", id,
		text_of(h,
			"phases[0][items][0][price]=%s&phases[0][start_date]=%lld&phases[0][end_date]=%lld&"
			"phases[1][items][0][price]=%s&phases[1][duration][interval]=month%s",
			now, (long long)field_int(a, "phases.0.start_date"),
			(long long)field_int(a, "phases.0.end_date"), then, more));
	return id;
}

#endif
