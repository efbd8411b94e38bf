/* SPDX-License-Identifier: MIT */
#ifndef SUITES_RESOURCE_SUBSCRIPTION_SCENE_H
#define SUITES_RESOURCE_SUBSCRIPTION_SCENE_H

#include "preview.h"

/* What the suites of changing subscriptions share: one that has run for half its period. */

#define APR_16 INT64_C(1776297600) /* the middle of April 2026 */
#define MAY_1 INT64_C(1777593600)

/* A customer with a card and 10.00 a month since 1 April, looked at on the 16th. */
struct scene {
	struct house *h;
	const char *customer, *starter, *pro, *sub, *item, *first;
};

static inline struct scene scene_of(void **state, const char *create)
{
	struct scene s = { .h = *state };
	const struct answer *a;

	go_to(s.h, APR_1);
	s.customer = customer_new(s.h, NULL, "visa");
	s.starter = monthly(s.h, "Starter", 1000);
	s.pro = monthly(s.h, "Pro", 2000);
	a = subscribe(s.h, s.customer, s.starter, create);
	s.sub = field(a, "id");
	s.item = field(a, "items.data.0.id");
	s.first = field(a, "latest_invoice");
	go_to(s.h, APR_16);
	return s;
}

static inline const struct answer *change(const struct scene *s, const char *params)
{
	return post(s->h, "subscriptions", s->sub, params);
}

static inline const char *to_price(const struct scene *s, const char *price, const char *more)
{
	return text_of(s->h, "items[0][id]=%s&items[0][price]=%s&%s", s->item, price, more);
}

static inline const struct answer *sub_of(const struct scene *s)
{
	return get(s->h, "subscriptions", s->sub);
}

static inline struct scene with_bad_card(void **state, const char *card)
{
	struct scene s = scene_of(state, NULL);

	card_attach(s.h, s.customer, card);
	return s;
}

#endif
