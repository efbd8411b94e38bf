/* SPDX-License-Identifier: MIT */
#ifndef SUITES_RESOURCE_PRORATION_H
#define SUITES_RESOURCE_PRORATION_H

#include "preview.h"

/* What the suites of prorations share: terms of prices, and a subscription in a house of its own time. */

#define MONTH(amount) "unit_amount=" #amount "&recurring[interval]=month"
#define YEAR(amount) "unit_amount=" #amount "&recurring[interval]=year"
#define TIERS(mode)                                                                                                    \
	"billing_scheme=tiered&tiers_mode=" mode                                                                       \
	"&recurring[interval]=month&tiers[0][up_to]=5&tiers[0][unit_amount]=700"                                       \
	"&tiers[1][up_to]=20&tiers[1][unit_amount]=650&tiers[2][up_to]=inf&tiers[2][unit_amount]=600"                  \
	"&tiers[2][flat_amount]=1000"
#define CLASSIC "billing_mode[type]=classic"
#define FLEXIBLE "billing_mode[type]=flexible"

static inline void coupons(struct house *h)
{
	api_ok(h, "POST", "/v1/coupons", "id=twenty&percent_off=20&duration=forever");
	api_ok(h, "POST", "/v1/coupons", "id=four&amount_off=400&currency=usd&duration=forever");
}

struct scene {
	struct house *h;
	const char *customer, *starter, *sub, *item;
};

static inline struct scene scene_open(int64_t start, const char *terms, const char *create)
{
	struct scene s = { .h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = start }) };
	const struct answer *a;

	coupons(s.h);
	s.customer = customer_new(s.h, NULL, "visa");
	s.starter = price_new(s.h, "Starter", terms);
	a = subscribe(s.h, s.customer, s.starter, create);
	s.sub = field(a, "id");
	s.item = field(a, "items.data.0.id");
	return s;
}

static inline const struct answer *change_price(const struct scene *s, const char *price, const char *more)
{
	const char *change = text_of(s->h, "items[0][id]=%s&items[0][price]=%s&%s", s->item, price, more);

	return post(s->h, "subscriptions", s->sub, change);
}

#endif
