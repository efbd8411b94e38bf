/* SPDX-License-Identifier: MIT */
/*
 * 2025-03-31.basil: the period of a subscription moved to its items, what an invoice is about to its parent, and how it
 * is paid to its payments; taxes were renamed; coupons are given as discounts. Source: Stripe docs "Changelog", basil:
 * "Deprecates subscription current period start and end", "Adds support for multiple partial payments on invoices",
 * "Reorganizes invoice parents".
 */
#include "base/json.h"
#include "resources/price.h"
#include "resources/versions/history.h"

/* ---- out ---- */

static void show_subscription(const struct older *o, json_t *tree)
{
	json_t *data = js_at(tree, "items.data"), *first = json_array_get(data, 0);
	bool single = json_array_size(data) == 1;

	/* Items of several periods are newer than this shape: the first item's stands for them. */
	js_put(tree, "current_period_end", json_object_get(first, "current_period_end"));
	js_put(tree, "current_period_start", json_object_get(first, "current_period_start"));
	older_put_whole(o, tree, "discount", older_id_at(tree, "discounts.0"));
	js_put(tree, "plan", single ? json_object_get(first, "plan") : NULL);
	js_put(tree, "quantity", single ? json_object_get(first, "quantity") : NULL);
}

static void show_subscription_item(const struct older *o, json_t *tree)
{
	(void)o;
	json_object_del(tree, "current_period_end");
	json_object_del(tree, "current_period_start");
}

static void show_parent(const struct older *o, json_t *tree)
{
	json_t *details = js_at(tree, "parent.subscription_details"), *before = json_object();

	older_put_link(o, tree, "subscription", older_id_at(details, "subscription"));
	js_put(before, "metadata", json_object_get(details, "metadata"));
	js_put_new(tree, "subscription_details", before);
	if (json_is_integer(json_object_get(details, "subscription_proration_date")))
		js_put(tree, "subscription_proration_date", json_object_get(details, "subscription_proration_date"));
	older_put_link(o, tree, "quote", older_id_at(tree, "parent.quote_details.quote"));
	json_object_del(tree, "parent");
}

static void show_payment(const struct older *o, json_t *tree)
{
	const char *status = js_text(tree, "status"), *charge = NULL;
	struct record *intent = account_find(o->call->account, js_text(record_private(o->record), "intent"));
	bool paid = text_is(status, "paid");

	if (intent)
		charge = js_text(record_tree(intent), "latest_charge");
	older_put_link(o, tree, "charge", charge);
	older_put_link(o, tree, "payment_intent", intent ? intent->id : NULL);
	js_put_flag(tree, "paid", paid);
	js_put_flag(tree, "paid_out_of_band", paid && js_int(tree, "amount_paid_off_stripe", 0) > 0);
	json_object_del(tree, "amount_overpaid");
	json_object_del(tree, "amount_paid_off_stripe");
}

/* The one number of old: null when there are no taxes. */
static void show_tax_sum(json_t *tree)
{
	json_t *taxes = json_object_get(tree, "total_taxes"), *tax;
	int64_t sum = 0;
	size_t i;

	json_array_foreach(taxes, i, tax)
	{
		sum += js_int(tax, "amount", 0); /* within the invoice's total, so it cannot overflow */
	}
	if (json_array_size(taxes))
		js_put_int(tree, "tax", sum);
	else
		js_put_null(tree, "tax");
}

static void show_invoice(const struct older *o, json_t *tree)
{
	show_parent(o, tree);
	show_payment(o, tree);
	show_tax_sum(tree);
	basil_show_taxes(o, tree, "total_taxes", "total_tax_amounts");
	older_put_whole(o, tree, "discount", older_id_at(tree, "discounts.0"));
	js_put_null(tree, "application_fee_amount");
	js_put_null(tree, "transfer_data");
}

static void show_charge(const struct older *o, json_t *tree)
{
	struct record *intent = account_find(o->call->account, older_id_at(tree, "payment_intent"));

	older_put_link(o, tree, "invoice", js_text(record_private(intent), "invoice"));
}

static void show_intent(const struct older *o, json_t *tree)
{
	older_put_link(o, tree, "invoice", js_text(record_private(o->record), "invoice"));
}

static void show_credit_note(const struct older *o, json_t *tree)
{
	basil_show_taxes(o, tree, "total_taxes", "tax_amounts");
}

static void show_credit_note_line(const struct older *o, json_t *tree)
{
	basil_show_taxes(o, tree, "taxes", "tax_amounts");
}

static void show_price(const struct older *o, json_t *tree)
{
	json_t *recurring = json_object_get(tree, "recurring");

	if (json_is_object(recurring))
		basil_show_aggregation(o, recurring, recurring);
}

static void show_plan(const struct older *o, json_t *tree)
{
	basil_show_aggregation(o, tree, tree);
}

/* ---- in ---- */

void basil_take_coupon(json_t *given)
{
	static const char *const names[] = { "coupon", "promotion_code" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		json_t *value = json_object_get(given, names[i]), *list, *entry;

		if (!value)
			continue;
		if (!json_object_get(given, "discounts")) {
			entry = json_object();
			list = json_array();
			js_put(entry, names[i], value);
			json_array_append_new(list, entry);
			/* "" takes the discount off, as it does for discounts. */
			js_put_new(given, "discounts", json_string_length(value) ? list : json_incref(value));
			if (!json_string_length(value))
				json_decref(list);
		}
		json_object_del(given, names[i]);
	}
}

static void take_invoice_item(json_t *given)
{
	json_t *pricing;

	if (json_object_get(given, "price") && (pricing = older_object(given, "pricing"))) {
		js_put(pricing, "price", json_object_get(given, "price"));
		json_object_del(given, "price");
	}
	older_rename(given, "unit_amount", "unit_amount_decimal");
}

static void take_line(struct call *call, json_t *line)
{
	(void)call;
	take_invoice_item(line);
}

/* A customer's own discount: no parameter of today gives one, so it goes past the check to the customer's handler. */
static void take_customer(struct call *call, json_t *given)
{
	static const char *const names_of_old[] = { "coupon", "promotion_code" };

	for (size_t i = 0; i < sizeof names_of_old / sizeof *names_of_old; i++) {
		if (!json_object_get(given, names_of_old[i]))
			continue;
		if (!call->aside)
			call->aside = json_object();
		js_put(call->aside, names_of_old[i], json_object_get(given, names_of_old[i]));
		json_object_del(given, names_of_old[i]);
	}
}

static void take(struct call *call, json_t *given)
{
	static const char *const discounted[] = { "/v1/subscriptions", "/v1/subscriptions/{id}", "/v1/invoices",
		"/v1/invoices/create_preview" };
	static const char *const lines[] = { "/v1/invoices/{id}/add_lines", "/v1/invoices/{id}/update_lines" };

	for (size_t i = 0; i < sizeof discounted / sizeof *discounted; i++)
		if (older_route_is(call, "POST", discounted[i]))
			basil_take_coupon(given);
	if (older_route_is(call, "POST", "/v1/customers") || older_route_is(call, "POST", "/v1/customers/{id}"))
		take_customer(call, given);
	if (older_route_is(call, "POST", "/v1/prices") || older_route_is(call, "POST", "/v1/plans"))
		basil_take_aggregation(call, given);
	if (older_route_is(call, "POST", "/v1/invoiceitems") || older_route_is(call, "POST", "/v1/invoiceitems/{id}"))
		take_invoice_item(given);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (older_route_is(call, "POST", lines[i]))
			older_each(call, json_object_get(given, "lines"), take_line);
}

/* ---- the tables ---- */

static const struct version_shape shapes[] = {
	{ "charge", show_charge },
	{ "credit_note", show_credit_note },
	{ "credit_note_line_item", show_credit_note_line },
	{ "invoice", show_invoice },
	{ "invoiceitem", basil_show_invoice_item },
	{ "line_item", basil_show_line },
	{ "payment_intent", show_intent },
	{ "plan", show_plan },
	{ "price", show_price },
	{ "subscription", show_subscription },
	{ "subscription_item", show_subscription_item },
	{ 0 },
};

/* How a coupon was called where it is the first of the discounts now. */
#define COUPONS(pattern)                                                                                               \
	{ pattern, "discounts[0][coupon]", "coupon" },                                                                 \
	{                                                                                                              \
		pattern, "discounts[0][promotion_code]", "promotion_code"                                              \
	}

static const struct version_name names[] = {
	COUPONS("/v1/subscriptions"),
	COUPONS("/v1/subscriptions/{id}"),
	COUPONS("/v1/invoices"),
	{ "/v1/invoiceitems", "pricing[price]", "price" },
	{ "/v1/invoiceitems", "unit_amount_decimal", "unit_amount" },
	{ "/v1/invoiceitems/{id}", "pricing[price]", "price" },
	{ "/v1/invoiceitems/{id}", "unit_amount_decimal", "unit_amount" },
	{ 0 },
};

static const struct version_link links[] = {
	{ "charge", "invoice", "invoice", false },
	{ "invoice", "charge", "charge", false },
	{ "invoice", "discount", "discount", false },
	{ "invoice", "payment_intent", "payment_intent", false },
	{ "invoice", "quote", "quote", false },
	{ "invoice", "subscription", "subscription", false },
	{ "invoice", "total_tax_amounts.tax_rate", "tax_rate", false },
	{ "invoiceitem", "plan", "plan", false },
	{ "invoiceitem", "price", "price", false },
	{ "invoiceitem", "subscription", "subscription", false },
	{ "line_item", "invoice_item", "invoiceitem", false },
	{ "line_item", "plan", "plan", false },
	{ "line_item", "price", "price", false },
	{ "line_item", "tax_amounts.tax_rate", "tax_rate", false },
	{ "payment_intent", "invoice", "invoice", false },
	{ "subscription", "discount", "discount", false },
	{ 0 },
};

const struct version_change change_2025_03_31 = {
	.from = "2025-03-31",
	.shapes = shapes,
	.links = links,
	.names = names,
	.routes = basil_routes,
	.take = take,
};
