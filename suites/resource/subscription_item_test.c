/* SPDX-License-Identifier: MIT */

/* Subscription items as routes of their own: the same changes under the same rules. Source: Stripe API reference. */
#include "billing.h"

#define ITEMS "/v1/subscription_items"

struct scene {
	struct house *h;
	const char *customer, *starter, *pro, *sub, *item;
};

static struct scene scene_of(void **state)
{
	struct scene s = { .h = *state };
	const struct answer *a;

	go_to(s.h, APR_1);
	s.customer = customer_new(s.h, NULL, "visa");
	s.starter = monthly(s.h, "Starter", 1000);
	s.pro = monthly(s.h, "Pro", 2000);
	a = subscribe(s.h, s.customer, s.starter, NULL);
	s.sub = field(a, "id");
	s.item = field(a, "items.data.0.id");
	go_to(s.h, APR_1 + 15 * DAY);
	return s;
}

static void subscription_item_create__adds_and_prorates(void **state)
{
	struct scene s = scene_of(state);
	const char *mark = events_mark(s.h);
	const struct answer *a = api_ok(
		s.h, "POST", ITEMS, text_of(s.h, "subscription=%s&price=%s&quantity=3&metadata[a]=b", s.sub, s.pro));

	assert_field(a, "object", "subscription_item");
	assert_field(a, "subscription", s.sub);
	assert_field(a, "price.id", s.pro);
	assert_money(a, "quantity", 3);
	assert_field(a, "metadata.a", "b");
	assert_money(a, "created", APR_1 + 15 * DAY);
	assert_money(a, "current_period_start", APR_1 + 15 * DAY);
	assert_money(a, "current_period_end", APR_1 + 30 * DAY);
	assert_int_equal(field_count(get(s.h, "subscriptions", s.sub), "items.data"), 2);
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) {
			{ 3000, APR_1 + 15 * DAY, APR_1 + 30 * DAY, "Remaining time on 3 × Pro after 16 Apr 2026" } }),
		1);
	assert_events(s.h, mark, "invoiceitem.created\ncustomer.subscription.updated\n");
}

static void subscription_item_update__price_and_quantity(void **state)
{
	struct scene s = scene_of(state);
	const struct answer *a = post(s.h, "subscription_items", s.item, text_of(s.h, "price=%s", s.pro));

	assert_field(a, "id", s.item);
	assert_field(a, "price.id", s.pro);
	assert_money(a, "quantity", 1);
	assert_field(get(s.h, "subscriptions", s.sub), "items.data.0.price.id", s.pro);
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 2);
	a = post(s.h, "subscription_items", s.item, "quantity=5&proration_behavior=none&metadata[x]=y");
	assert_money(a, "quantity", 5);
	assert_field(a, "metadata.x", "y");
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 2);
}

static void subscription_item_update__always_invoice(void **state)
{
	struct scene s = scene_of(state);

	post(s.h, "subscription_items", s.item, "quantity=3&proration_behavior=always_invoice");
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 1000);
}

static void subscription_item_delete__credits_it(void **state)
{
	struct scene s = scene_of(state);
	const char *more =
		field(api_ok(s.h, "POST", ITEMS,
			      text_of(s.h, "subscription=%s&price=%s&proration_behavior=none", s.sub, s.pro)),
			"id");
	const struct answer *a = api_ok(s.h, "DELETE", get_path(s.h, "subscription_items", s.item), NULL);

	assert_json(
		s.h, a, "", text_of(s.h, "{\"deleted\":true,\"id\":\"%s\",\"object\":\"subscription_item\"}", s.item));
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { -500, APR_1 + 15 * DAY, APR_1 + 30 * DAY, NULL } }), 1);
	assert_error(api(s.h, "DELETE", get_path(s.h, "subscription_items", more), NULL), 400, NULL, NULL,
		"A subscription must have at least one active plan.");
}

static void subscription_item_list__oldest_first(void **state)
{
	struct scene s = scene_of(state);
	const struct answer *a;

	api_ok(s.h, "POST", ITEMS, text_of(s.h, "subscription=%s&price=%s", s.sub, s.pro));
	a = api_ok(s.h, "GET", text_of(s.h, ITEMS "?subscription=%s", s.sub), NULL);
	assert_int_equal(field_count(a, "data"), 2);
	assert_field(a, "data.0.id", s.item);
	assert_field(a, "url", text_of(s.h, ITEMS "?subscription=%s", s.sub));
	assert_field(a, "data.1.price.id", s.pro);
	a = api_ok(s.h, "GET", text_of(s.h, ITEMS "?subscription=%s&limit=1", s.sub), NULL);
	assert_flag(a, "has_more", true);
	assert_error(api(s.h, "GET", ITEMS, NULL), 400, "parameter_missing", "subscription", NULL);
}

static void subscription_item__refusals(void **state)
{
	struct scene s = scene_of(state);
	const char *euro = price_in(s.h, "Europe", "eur", "unit_amount=1800&recurring[interval]=month");

	assert_error(api(s.h, "GET", ITEMS "/si_none", NULL), 404, NULL, NULL, "Invalid subscription_item id: si_none");
	assert_error(api(s.h, "POST", ITEMS "/si_none", "quantity=2"), 404, NULL, NULL,
		"Invalid subscription_item id: si_none");
	assert_error(api(s.h, "POST", get_path(s.h, "subscription_items", s.item), text_of(s.h, "price=%s", euro)), 400,
		NULL, "price",
		"The price specified only supports `eur`. This doesn't match the expected currency: `usd`.");
	assert_error(api(s.h, "POST", ITEMS, text_of(s.h, "subscription=%s&price=%s", s.sub, s.starter)), 400, NULL,
		"plan", "can't be added to this Subscription");
	api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), NULL);
	assert_error(api(s.h, "POST", get_path(s.h, "subscription_items", s.item), "quantity=2"), 404,
		"resource_missing", "subscription", "No such subscription");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(subscription_item_create__adds_and_prorates),
		BILLING_TEST(subscription_item_update__price_and_quantity),
		BILLING_TEST(subscription_item_update__always_invoice),
		BILLING_TEST(subscription_item_delete__credits_it),
		BILLING_TEST(subscription_item_list__oldest_first),
		BILLING_TEST(subscription_item__refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
