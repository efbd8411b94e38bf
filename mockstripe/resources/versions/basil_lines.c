/* SPDX-License-Identifier: MIT */
/*
 * 2025-03-31.basil for invoice lines and invoice items: price and parent became pricing and parent. Source: Stripe docs
 * "Changelog", basil: "Reorganizes invoice line item and invoice item pricing", "Unifies taxes of billing objects".
 */
#include "api/expand.h"
#include "base/json.h"
#include "resources/price.h"
#include "resources/versions/history.h"
#include "value/decimal.h"

static json_t *tax_before(const struct older *in, const json_t *tax)
{
	json_t *out = json_object();
	const char *behavior = js_text(tax, "tax_behavior");

	js_put(out, "amount", json_object_get(tax, "amount"));
	js_put_flag(out, "inclusive", text_is(behavior, "inclusive"));
	older_put_link(in, out, "tax_rate", older_id_at(tax, "tax_rate_details.tax_rate"));
	js_put(out, "taxability_reason", json_object_get(tax, "taxability_reason"));
	js_put(out, "taxable_amount", json_object_get(tax, "taxable_amount"));
	return out;
}

void basil_show_taxes(const struct older *o, json_t *tree, const char *now, const char *before)
{
	const struct expand *e = expand_find(o->expand, before);
	struct older in = { o->call, e ? e->below : NULL, NULL };
	json_t *list = json_array(), *tax;
	size_t i;

	json_array_foreach(json_object_get(tree, now), i, tax)
	{
		json_array_append_new(list, tax_before(&in, tax));
	}
	js_put_new(tree, before, list);
	json_object_del(tree, now);
}

static void show_price(const struct older *o, json_t *tree)
{
	const char *id = older_id_at(tree, "pricing.price_details.price");
	struct record *price = id ? account_find(o->call->account, id) : NULL;

	older_put_made(o, tree, "plan", price && !price->deleted ? price_plan(o->call, price) : NULL);
	older_put_whole(o, tree, "price", id);
	json_object_del(tree, "pricing");
}

/* Without exclusive taxes an amount is what it is; inclusive ones are taken out. */
static void show_excluding_tax(json_t *tree)
{
	json_t *tax;
	int64_t amount = js_int(tree, "amount", 0), quantity = js_int(tree, "quantity", 0);
	char text[DECIMAL_ROOM];
	size_t i;

	json_array_foreach(json_object_get(tree, "taxes"), i, tax)
	{
		const char *behavior = js_text(tax, "tax_behavior");

		if (text_is(behavior, "inclusive"))
			amount -= js_int(tax, "amount", 0);
	}
	js_put_int(tree, "amount_excluding_tax", amount);
	js_put_null(tree, "unit_amount_excluding_tax");
	if (!quantity)
		return;
	decimal_format((struct decimal) { decimal_of(amount).scaled / quantity }, text);
	js_put_text(tree, "unit_amount_excluding_tax", text);
}

void basil_show_line(const struct older *o, json_t *tree)
{
	bool by_item = json_is_object(js_at(tree, "parent.subscription_item_details"));
	json_t *details = js_at(tree, by_item ? "parent.subscription_item_details" : "parent.invoice_item_details");
	json_t *proration = json_object();
	const char *item = js_text(details, "subscription_item"), *pending = js_text(details, "invoice_item");

	if (!json_object_get(tree, "amount_excluding_tax"))
		show_excluding_tax(tree);
	js_put(proration, "credited_items", js_at(details, "proration_details.credited_items"));
	js_put_flag(tree, "proration", js_flag(details, "proration", false));
	js_put_new(tree, "proration_details", proration);
	older_put_link(o, tree, "subscription", older_id_at(details, "subscription"));
	if (!item)
		item = js_text(record_private(o->record), "item");
	if (item && *item)
		js_put_text(tree, "subscription_item", item);
	if (pending)
		older_put_link(o, tree, "invoice_item", pending);
	js_put_text(tree, "type", by_item ? "subscription" : "invoiceitem");
	js_put(tree, "tax_rates", json_object_get(record_private(o->record), "tax_rates"));
	if (js_is_null(tree, "tax_rates"))
		js_put_new(tree, "tax_rates", json_array());
	basil_show_taxes(o, tree, "taxes", "tax_amounts");
	show_price(o, tree);
	json_object_del(tree, "parent");
	json_object_del(tree, "subtotal");
}

void basil_show_invoice_item(const struct older *o, json_t *tree)
{
	const char *item = js_text_at(tree, "parent.subscription_details.subscription_item");
	const char *decimal = js_text_at(tree, "pricing.unit_amount_decimal");
	struct decimal unit;
	int64_t whole;

	if (!decimal)
		decimal = js_text(record_private(o->record), "unit");
	js_put_text(tree, "unit_amount_decimal", decimal);
	js_put_null(tree, "unit_amount");
	if (decimal && decimal_parse(decimal, DECIMAL_PLACES, &unit) == DECIMAL_OK && decimal_whole(unit, &whole))
		js_put_int(tree, "unit_amount", whole);
	older_put_link(o, tree, "subscription", older_id_at(tree, "parent.subscription_details.subscription"));
	if (item)
		js_put_text(tree, "subscription_item", item);
	show_price(o, tree);
	json_object_del(tree, "parent");
	json_object_del(tree, "frozen_fields");
	json_object_del(tree, "net_amount");
	json_object_del(tree, "proration_details");
}
