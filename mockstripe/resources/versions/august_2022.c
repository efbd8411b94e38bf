/* SPDX-License-Identifier: MIT */
/*
 * 2022-08-01: Checkout sessions describe what is sold by prices, take discounts and shipping options by those names,
 * and make a customer only if they have to; an invoice does not insist on pending items any more. The payment intent
 * that older sessions had from their start is made at their completion for every version: nothing here can make it
 * earlier. Source: Stripe docs "Changelog", 2022-08-01.
 */
#include "base/json.h"
#include "resources/versions/history.h"

static void move(json_t *from, const char *name, json_t *to, const char *as)
{
	if (!json_object_get(from, name))
		return;
	js_put(to, as, json_object_get(from, name));
	json_object_del(from, name);
}

/* amount, currency, name, description and images of a line become its price_data. */
static void take_line(struct call *call, json_t *line)
{
	json_t *price, *product;

	(void)call;
	if (!json_object_get(line, "amount") || json_object_get(line, "price") || json_object_get(line, "price_data"))
		return;
	price = json_object();
	product = json_object();
	move(line, "amount", price, "unit_amount");
	move(line, "currency", price, "currency");
	move(line, "name", product, "name");
	move(line, "description", product, "description");
	move(line, "images", product, "images");
	js_put_new(price, "product_data", product);
	js_put_new(line, "price_data", price);
}

static void take_plan(struct call *call, json_t *item)
{
	(void)call;
	older_rename(item, "plan", "price");
}

/* A list of one object with one member. */
static json_t *list_with(const char *name, json_t *value)
{
	json_t *list = json_array(), *one = json_object();

	js_put(one, name, value);
	json_array_append_new(list, one);
	return list;
}

static void take_subscription_data(struct call *call, json_t *given)
{
	json_t *data = json_object_get(given, "subscription_data");
	json_t *coupon = json_object_get(data, "coupon"), *items = json_object_get(data, "items");

	if (coupon && !json_object_get(given, "discounts"))
		js_put_new(given, "discounts", list_with("coupon", coupon));
	json_object_del(data, "coupon");
	if (items && !json_object_get(given, "line_items")) {
		older_each(call, items, take_plan);
		js_put(given, "line_items", items);
		json_object_del(data, "items");
	}
	if (json_is_object(data) && !json_object_size(data))
		json_object_del(given, "subscription_data");
}

static void take_shipping(json_t *given)
{
	json_t *rates = json_object_get(given, "shipping_rates"), *first;

	first = json_is_array(rates) ? json_array_get(rates, 0) : json_object_get(rates, "0");
	if (!first)
		return;
	if (!json_object_get(given, "shipping_options"))
		js_put_new(given, "shipping_options", list_with("shipping_rate", first));
	json_object_del(given, "shipping_rates");
}

static void take_session(struct call *call, json_t *given)
{
	const char *mode = js_text(given, "mode");

	older_each(call, json_object_get(given, "line_items"), take_line);
	take_subscription_data(call, given);
	take_shipping(given);
	if (text_is(mode, "payment") && !json_object_get(given, "customer") &&
		!json_object_get(given, "customer_creation"))
		js_put_text(given, "customer_creation", "always");
}

static void take(struct call *call, json_t *given)
{
	const char *pending = js_text(given, "pending_invoice_items_behavior");

	if (older_route_is(call, "POST", "/v1/checkout/sessions"))
		take_session(call, given);
	else if (older_route_is(call, "POST", "/v1/invoices") && text_is(pending, "include_and_require"))
		js_put_text(given, "pending_invoice_items_behavior", "include");
}

static const struct version_name names[] = {
	{ "/v1/checkout/sessions", "discounts[0][coupon]", "subscription_data[coupon]" },
	{ "/v1/checkout/sessions", "shipping_options[0][shipping_rate]", "shipping_rates[0]" },
	{ 0 },
};

const struct version_change change_2022_08_01 = { .from = "2022-08-01", .names = names, .take = take };
