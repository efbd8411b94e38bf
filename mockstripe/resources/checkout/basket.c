/* SPDX-License-Identifier: MIT */
/*
 * What is bought: line items, the discount, taxes, shipping, and what is due today. Recurring prices are due for their
 * first period, unless they are metered or on trial. Source: Stripe docs "Create a Checkout Session", "Add discounts",
 * "Collect taxes with tax rates", "Charge for shipping".
 */
#include <stdio.h>
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/shape.h"
#include "base/json.h"
#include "billing/tax.h"
#include "resources/billing/inside.h"
#include "resources/check.h"
#include "resources/checkout/inside.h"
#include "resources/discount_terms.h"
#include "resources/payments/inside.h"
#include "resources/price.h"
#include "resources/within.h"

const struct schema_resource *line_item_type(void)
{
	return schema_find_object("item");
}

/* ---- items ---- */

/* again: a price that was good when the session was made is good, whatever has become of it. */
static struct record *price_of(struct call *call, json_t *entry, bool again, const char *where)
{
	const char *id = js_text(entry, "price");
	struct record *present = again && id ? account_get(call->account, id, schema_find_object("price")) : NULL;

	if (present)
		return present;
	if (id && json_object_get(entry, "price_data")) {
		fail_exclusive(call, where, "price", "price_data");
		return NULL;
	}
	if (id)
		return price_usable(call, id, NULL, name_in(call, where, "price"));
	if (json_object_get(entry, "price_data"))
		return price_from_data(call, json_object_get(entry, "price_data"), name_in(call, where, "price_data"));
	fail_missing_param(call, name_in(call, where, "price"));
	return NULL;
}

static int read_amount(struct call *call, struct basket *b, struct basket_item *item, const char *where)
{
	struct item_facts facts = { 0 };

	if (!item_read_price(call, &facts, item->price, b->currency))
		return -1;
	if (!facts.metered && !json_object_get(item->entry, "quantity"))
		return fail_missing_param(call, name_in(call, where, "quantity"));
	if (facts.metered && json_object_get(item->entry, "quantity"))
		return fail_invalid(call, NULL, name_in(call, where, "quantity"),
			"Quantity should not be specified where usage_type is `metered`. Remove quantity from `%s`.",
			where);
	item->quantity = js_int(item->entry, "quantity", 1);
	facts.quantity = decimal_of(item->quantity);
	item->later = item->later || facts.metered;
	if (item_total(call, &facts))
		return -1;
	if (!item->later && !price_line(facts.total, &item->subtotal))
		return fail_invalid(call, "amount_too_large", name_in(call, where, "quantity"),
			"The price times the quantity is more than can be billed. Use a smaller quantity or price.");
	return 0;
}

static int read_item(struct call *call, struct basket *b, const struct basket_order *o, size_t i)
{
	const char *where = name_at(call, "line_items", i), *currency;
	struct basket_item *item = &b->items[i];

	item->entry = json_array_get(o->items, i);
	item->price = price_of(call, item->entry, o->again, where);
	if (!item->price)
		return -1;
	item->recurring = json_is_object(json_object_get(record_tree(item->price), "recurring"));
	item->later = item->recurring && o->trial;
	if (item->recurring && !strcmp(o->mode, "payment"))
		return fail_invalid(call, NULL, "mode",
			"You specified `payment` mode but passed a recurring price. Either switch to `subscription` "
			"mode or "
			"use only one-time prices.");
	b->recurs = b->recurs || item->recurring;
	currency = js_text(record_tree(item->price), "currency");
	if (!b->currency)
		b->currency = arena_text(&call->arena, currency);
	if (!price_has_currency(item->price, b->currency))
		return fail_invalid(call, NULL, name_in(call, where, "price"),
			"All prices of a Checkout Session must use the same currency: this one has no amount in `%s`.",
			b->currency);
	return read_amount(call, b, item, where);
}

/* ---- the discount ---- */

static struct record *coupon_of(struct call *call, json_t *entry, const struct discount_owner *owner)
{
	const char *id = js_text(entry, "coupon"), *code_id = js_text(entry, "promotion_code");
	const struct schema_resource *type = schema_find_object("coupon"),
				     *codes = schema_find_object("promotion_code");
	struct record *coupon, *code = NULL;
	const char *where = code_id ? "discounts[0][promotion_code]" : "discounts[0][coupon]";

	if (code_id) {
		code = account_get(call->account, code_id, codes);
		if (!code) {
			fail_no_such_param(call, codes, code_id, where);
			return NULL;
		}
		if (promotion_code_check(call, code, owner, where))
			return NULL;
		id = js_text_at(record_tree(code), "promotion.coupon");
	}
	coupon = id ? account_get(call->account, id, type) : NULL;
	if (id && !coupon)
		fail_no_such_param(call, type, id, where);
	return coupon && !coupon_check(call, coupon, owner, where) ? coupon : NULL;
}

static int read_discount(struct call *call, struct basket *b, const struct basket_order *o)
{
	struct discount_owner owner = { .customer = o->customer, .currency = b->currency, .amount = b->subtotal };
	struct record *coupon = coupon_of(call, json_array_get(o->discounts, 0), &owner);
	struct discount_line *lines = arena_alloc(&call->arena, b->n * sizeof *lines);
	int64_t *shares = arena_alloc(&call->arena, b->n * sizeof *shares);
	int64_t *left = arena_alloc(&call->arena, b->n * sizeof *left);
	bool *applies = arena_alloc(&call->arena, b->n * sizeof *applies);
	struct discount discount;
	js_auto terms = coupon ? discount_terms(coupon) : NULL;

	if (!coupon)
		return call->fail.status ? -1 : 0;
	if (!terms_read(terms, b->currency, &discount))
		return fail_invalid(call, NULL, "discounts", "The coupon takes off no amount in `%s`.", b->currency);
	for (size_t i = 0; i < b->n; i++) {
		lines[i] = (struct discount_line) { b->items[i].subtotal, i, true };
		applies[i] = terms_cover(terms, js_text(record_tree(b->items[i].price), "product"));
	}
	discount.applies = applies;
	if (!discount_apply(&discount, 1, lines, b->n, shares, left))
		return fail_invalid(
			call, "amount_too_large", "discounts", "The discount is more than can be worked out.");
	for (size_t i = 0; i < b->n; i++) {
		b->items[i].discount = shares[i];
		b->discount += shares[i];
	}
	return 0;
}

/* ---- taxes ---- */

#define RATES 16

/* Each item by itself: taxes are rounded per line. */
static int tax_item(struct call *call, struct basket_item *item, json_t *rates)
{
	struct tax_rate all[RATES];
	size_t index[RATES], n = 0;
	struct tax_amount cells[RATES], totals[RATES];
	struct tax_line line = { item->subtotal - item->discount, index, 0 };
	struct tax_sums sums;

	for (; n < json_array_size(rates) && n < RATES; n++) {
		index[n] = n;
		if (!tax_rate_read(json_array_get(rates, n), &all[n]))
			return fail_api(call, "The tax rate of a line item cannot be read.");
	}
	line.rate_count = n;
	if (!tax_apply(all, n, &line, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED, cells, totals, NULL, &sums))
		return fail_invalid(call, "amount_too_large", "line_items", "The tax is more than can be billed.");
	item->tax = sums.exclusive + sums.inclusive;
	item->exclusive = sums.exclusive;
	return 0;
}

static int read_taxes(struct call *call, struct basket *b, const struct basket_order *o)
{
	json_t *shared = tax_rates_of(
		call, json_object_get(o->subscription, "default_tax_rates"), "subscription_data[default_tax_rates]");

	for (size_t i = 0; i < b->n; i++) {
		struct basket_item *item = &b->items[i];
		json_t *own = tax_rates_of(call, json_object_get(item->entry, "tax_rates"),
			name_in(call, name_at(call, "line_items", i), "tax_rates"));

		if (call->fail.status)
			return -1;
		if ((own || shared) && tax_item(call, item, own ? own : shared))
			return -1;
		b->tax += item->tax;
		b->exclusive += item->exclusive;
	}
	return 0;
}

/* ---- shipping ---- */

static struct record *shipping_rate(struct call *call, json_t *option, const char *where)
{
	const struct schema_resource *type = schema_find_object("shipping_rate");
	json_t *data = json_object_get(option, "shipping_rate_data");
	const char *id = js_text(option, "shipping_rate");
	struct record *rate = id ? account_get(call->account, id, type) : NULL;

	if (id && !rate)
		fail_no_such_param(call, type, id, name_in(call, where, "shipping_rate"));
	else if (!id && !data)
		fail_missing_param(call, name_in(call, where, "shipping_rate"));
	else if (!id)
		rate = call_within(call, "POST", "/v1/shipping_rates", NULL, json_deep_copy(data));
	return rate;
}

static int read_shipping(struct call *call, struct basket *b, const struct basket_order *o)
{
	json_t *option, *shown;
	size_t i;

	if (!json_array_size(o->shipping))
		return 0;
	if (strcmp(o->mode, "payment"))
		return fail_invalid(
			call, NULL, "shipping_options", "You can not pass `shipping_options` in `%s` mode.", o->mode);
	b->options = js_lent(&call->arena, json_array());
	json_array_foreach(o->shipping, i, option)
	{
		const char *where = name_at(call, "shipping_options", i), *currency;
		struct record *rate = shipping_rate(call, option, where);

		if (!rate)
			return -1;
		currency = js_text_at(record_tree(rate), "fixed_amount.currency");
		if (!currency || strcmp(currency, b->currency))
			return fail_invalid(call, NULL, where, "The shipping rate `%s` has no amount in `%s`.",
				rate->id, b->currency);
		shown = json_object();
		js_put_int(shown, "shipping_amount", js_int_at(record_tree(rate), "fixed_amount.amount", 0));
		js_put_text(shown, "shipping_rate", rate->id);
		json_array_append_new(b->options, shown);
	}
	option = json_array_get(b->options, o->chosen_shipping);
	b->shipping = js_int(option, "shipping_amount", 0);
	b->shipping_rate = js_text(option, "shipping_rate");
	return 0;
}

/* ---- all of it ---- */

int basket_read(struct call *call, struct basket *b, const struct basket_order *o)
{
	size_t n = json_array_size(o->items);

	if (n > BASKET_ITEMS)
		return fail_invalid(call, NULL, "line_items", "You can pass at most %d line items.", BASKET_ITEMS);
	b->currency = o->currency ? arena_text(&call->arena, o->currency) : NULL;
	for (b->n = 0; b->n < n; b->n++) {
		if (read_item(call, b, o, b->n))
			return -1;
		if (__builtin_add_overflow(b->subtotal, b->items[b->n].subtotal, &b->subtotal))
			return fail_invalid(call, "amount_too_large", "line_items",
				"The items together cost more than can be billed.");
	}
	if (n && !b->recurs && !strcmp(o->mode, "subscription"))
		return fail_invalid(call, NULL, "line_items",
			"You must provide at least one recurring price in `subscription` mode when using prices.");
	return read_discount(call, b, o) || read_taxes(call, b, o) || read_shipping(call, b, o) ? -1 : 0;
}

int64_t basket_total(const struct basket *b)
{
	return b->subtotal - b->discount + b->exclusive + b->shipping;
}

json_t *adjustable_body(const json_t *entry)
{
	json_t *given = js_get(entry, "adjustable_quantity"), *out;

	if (!json_is_object(given))
		return json_null();
	out = json_object();
	js_put(out, "enabled", json_object_get(given, "enabled"));
	js_put(out, "maximum", json_object_get(given, "maximum"));
	js_put(out, "minimum", json_object_get(given, "minimum"));
	return out;
}

void basket_show_item(const struct basket *b, const struct basket_item *item, json_t *body)
{
	js_put_int(body, "amount_discount", item->discount);
	js_put_int(body, "amount_subtotal", item->subtotal);
	js_put_int(body, "amount_tax", item->tax);
	js_put_int(body, "amount_total", item->subtotal - item->discount + item->exclusive);
	js_put_text(body, "currency", b->currency);
	if (json_object_get(item->entry, "quantity"))
		js_put_int(body, "quantity", item->quantity);
}

struct record *basket_store_item(
	struct call *call, const struct basket *b, const struct basket_item *item, const char *session)
{
	json_t *body = shape_new(call, line_item_type(), NULL), *tree = record_tree(item->price), *private;
	struct record *product = price_product(call, item->price);

	js_put_new(body, "adjustable_quantity", adjustable_body(item->entry));
	basket_show_item(b, item, body);
	js_put_text(body, "description", js_text(record_tree(product), "name"));
	if (json_is_object(json_object_get(item->entry, "metadata")))
		js_put(body, "metadata", json_object_get(item->entry, "metadata"));
	js_put(body, "price", tree);
	private = js_own(body, PRIVATE_KEY);
	js_put_text(private, "parent", session);
	if (json_object_get(item->entry, "tax_rates"))
		js_put(private, "tax_rates", json_object_get(item->entry, "tax_rates"));
	return object_store(call, line_item_type(), body);
}

void basket_store(struct call *call, const struct basket *b, const char *session)
{
	for (size_t i = 0; i < b->n; i++)
		basket_store_item(call, b, &b->items[i], session);
}

/* ---- on the session ---- */

static void put_totals(json_t *body, const struct basket *b)
{
	json_t *details = json_object();

	js_put_int(details, "amount_discount", b->discount);
	js_put_int(details, "amount_shipping", b->shipping);
	js_put_int(details, "amount_tax", b->tax);
	js_put_int(body, "amount_subtotal", b->subtotal);
	js_put_int(body, "amount_total", basket_total(b));
	js_put_new(body, "total_details", details);
}

static void put_shipping(json_t *body, const struct basket *b)
{
	json_t *cost;

	if (!b->options)
		return;
	cost = json_object();
	js_put_int(cost, "amount_subtotal", b->shipping);
	js_put_int(cost, "amount_tax", 0);
	js_put_int(cost, "amount_total", b->shipping);
	js_put_text(cost, "shipping_rate", b->shipping_rate);
	js_put_new(body, "shipping_cost", cost);
	js_put(body, "shipping_options", b->options);
}

static void put_discounts(json_t *body, json_t *discounts)
{
	json_t *entry = json_array_get(discounts, 0), *list = json_array(), *one;

	json_object_del(js_own(body, PRIVATE_KEY), "discounts");
	if (json_is_object(entry)) {
		one = json_object();
		js_put_text(one, "coupon", js_text(entry, "coupon"));
		js_put_text(one, "promotion_code", js_text(entry, "promotion_code"));
		json_array_append_new(list, one);
		js_put(js_own(body, PRIVATE_KEY), "discounts", discounts);
	}
	js_put_new(body, "discounts", list);
}

int basket_show(struct call *call, const struct basket *b, const struct basket_order *o, json_t *body)
{
	int64_t total = basket_total(b);

	if (!strcmp(o->mode, "payment") && total > 0 && payment_check_amount(call, total, b->currency))
		return -1;
	js_put_text(body, "currency", b->currency);
	js_put_text(body, "payment_status", total > 0 ? "unpaid" : "no_payment_required");
	put_totals(body, b);
	put_discounts(body, o->discounts);
	put_shipping(body, b);
	return 0;
}

const struct list *checkout_items(struct call *call, struct record *session)
{
	return list_by(call, line_item_type(), LIST_PARENT, session->id);
}
