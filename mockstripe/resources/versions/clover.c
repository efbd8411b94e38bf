/* SPDX-License-Identifier: MIT */
/*
 * 2025-09-30.clover: a discount's coupon stands in its source, a promotion code's in its promotion; a schedule's phase
 * has a duration in place of iterations. The default billing mode, which became flexible too, is the creation's own
 * doing (sub_create.c). Source: Stripe docs "Changelog", clover.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "resources/versions/history.h"

static void show_discount(const struct older *o, json_t *tree)
{
	const char *coupon = older_id_at(tree, "source.coupon");

	older_put_whole(o, tree, "coupon", coupon);
	json_object_del(tree, "source");
}

static void show_promotion_code(const struct older *o, json_t *tree)
{
	const char *coupon = older_id_at(tree, "promotion.coupon");

	older_put_whole(o, tree, "coupon", coupon);
	json_object_del(tree, "promotion");
}

/* iterations times the interval of the phase's first price. */
static void take_phase(struct call *call, json_t *phase)
{
	json_t *items = json_object_get(phase, "items"), *first, *recurring, *duration;
	const char *iterations = js_text(phase, "iterations"), *price;
	int64_t count;

	first = json_is_array(items) ? json_array_get(items, 0) : json_object_get(items, "0");
	price = js_text(first, "price") ? js_text(first, "price") : js_text(first, "plan");
	if (!iterations || json_object_get(phase, "duration") || strlen(iterations) > 4)
		return;
	recurring = price ? js_at(record_tree(account_find(call->account, price)), "recurring") : NULL;
	if (!js_text(recurring, "interval"))
		recurring = json_object_get(json_object_get(first, "price_data"), "recurring");
	if (!js_text(recurring, "interval"))
		return;
	count = strtoll(iterations, NULL, 10) * js_int(recurring, "interval_count", 1);
	duration = json_object();
	js_put(duration, "interval", json_object_get(recurring, "interval"));
	js_put_new(duration, "interval_count", json_sprintf("%lld", (long long)count));
	js_put_new(phase, "duration", duration);
	json_object_del(phase, "iterations");
}

static void take(struct call *call, json_t *given)
{
	json_t *promotion;

	if (older_route_is(call, "POST", "/v1/promotion_codes") && json_object_get(given, "coupon") &&
		!json_object_get(given, "promotion")) {
		promotion = json_object();
		js_put_text(promotion, "type", "coupon");
		js_put(promotion, "coupon", json_object_get(given, "coupon"));
		js_put_new(given, "promotion", promotion);
		json_object_del(given, "coupon");
	}
	if (older_route_is(call, "POST", "/v1/subscription_schedules") ||
		older_route_is(call, "POST", "/v1/subscription_schedules/{id}"))
		older_each(call, json_object_get(given, "phases"), take_phase);
	else if (older_route_is(call, "POST", "/v1/invoices/create_preview"))
		older_each(call, js_at(given, "schedule_details.phases"), take_phase);
}

static const struct version_shape shapes[] = {
	{ "discount", show_discount },
	{ "promotion_code", show_promotion_code },
	{ 0 },
};

static const struct version_link links[] = {
	{ "discount", "coupon", "coupon", false },
	{ "promotion_code", "coupon", "coupon", false },
	{ 0 },
};

static const struct version_name names[] = {
	{ "/v1/promotion_codes", "promotion[coupon]", "coupon" },
	{ 0 },
};

const struct version_change change_2025_09_30 = {
	.from = "2025-09-30",
	.shapes = shapes,
	.links = links,
	.names = names,
	.take = take,
};
