/* SPDX-License-Identifier: MIT */
/* Invoice items as others make them, and their way onto an invoice. Source: Stripe docs "Invoice items". */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/inside.h"
#include "resources/billing/subscription.h"

const struct schema_resource *invoice_item_type(void)
{
	return schema_find_object("invoiceitem");
}

static json_t *item_parent(const struct bill_line *line)
{
	json_t *parent, *details;

	if (!line->sub)
		return json_null();
	parent = json_object();
	details = json_object();
	js_put_text(details, "subscription", line->sub->id);
	if (line->item)
		js_put_text(details, "subscription_item", line->item->id);
	js_put_new(parent, "subscription_details", details);
	js_put_text(parent, "type", "subscription_details");
	return parent;
}

/* What discounts take off a proration: 0 each where the amount is after them already (billing_mode.flexible
 * proration_discounts). Source: Stripe changelog "Adds the ability to itemize proration discount amounts". */
static json_t *shown_off(const struct bill_line *line)
{
	json_t *out = line->off ? json_deep_copy(line->off) : json_array();

	for (size_t i = 0; !line->itemized && i < json_array_size(out); i++)
		js_put_int(json_array_get(out, i), "amount", 0);
	return out;
}

/* What a credit undoes, as an invoice item says it: kept in the item's own form, see credited_of_item. The discounts
 * of a proration are shown for flexible subscriptions only. */
static json_t *item_proration_details(const struct bill_line *line)
{
	json_t *out = json_object();

	js_put(out, "credited_items", line->credited ? line->credited : json_null());
	js_put_new(out, "discount_amounts", subscription_is_flexible(line->sub) ? shown_off(line) : json_array());
	return out;
}

void put_quantity(json_t *body, struct decimal quantity)
{
	char text[DECIMAL_ROOM];
	int64_t whole = 1;

	decimal_format(quantity, text);
	decimal_whole(quantity, &whole);
	js_put_int(body, "quantity", whole);
	js_put_text(body, "quantity_decimal", text);
}

void put_net(json_t *body)
{
	int64_t net = js_int(body, "amount", 0) - amounts_sum(js_at(body, "proration_details.discount_amounts"));

	if (js_flag(body, "discountable", true))
		js_put_null(body, "net_amount");
	else
		js_put_int(body, "net_amount", net);
}

struct record *invoice_item_new(
	struct call *call, struct record *customer, struct bill_line *line, const char *currency)
{
	json_t *body = shape_new(call, invoice_item_type(), NULL);
	struct record *r;

	js_put_int(body, "amount", line->amount);
	js_put_text(body, "currency", currency);
	js_put_text(body, "customer", customer->id);
	js_put(body, "test_clock", json_object_get(record_tree(customer), "test_clock"));
	js_put_int(body, "date", call->now);
	js_put_text(body, "description", line->description);
	js_put_flag(body, "discountable", line->discountable);
	js_put_new(body, "discounts", line->discounts ? json_incref(line->discounts) : json_array());
	js_put_null(body, "invoice");
	js_put_new(body, "metadata", line->metadata ? json_incref(line->metadata) : json_object());
	js_put_new(body, "parent", item_parent(line));
	js_put_new(body, "period", span_body(line->period));
	js_put_new(body, "pricing", pricing_of(line));
	js_put_flag(body, "proration", line->proration);
	if (line->proration) {
		json_t *frozen = json_array();

		json_array_append_new(frozen, json_string("pricing"));
		json_array_append_new(frozen, json_string("quantity"));
		json_array_append_new(frozen, json_string("discounts"));
		js_put_new(body, "frozen_fields", frozen);
		js_put_new(body, "proration_details", item_proration_details(line));
	}
	put_net(body);
	put_quantity(body, line->quantity);
	js_put_new(body, "tax_rates", line->tax_rates ? json_incref(line->tax_rates) : json_array());
	js_put_text(js_own(body, PRIVATE_KEY), "unit", line->unit_amount_decimal);
	js_put_text(json_object_get(body, PRIVATE_KEY), "pending", customer->id);
	put_off(json_object_get(body, PRIVATE_KEY), line);
	if (line->fixed_rates)
		js_put_flag(json_object_get(body, PRIVATE_KEY), "fixed_rates", true);
	r = journal_add(&call->journal, invoice_item_type(), js_text(body, "id"), body, call->now);
	if (!line->quiet)
		emit(call, "invoiceitem.created", r);
	return r;
}

struct decimal quantity_of(const json_t *tree)
{
	struct decimal d = decimal_of(js_int(tree, "quantity", 1));
	const char *text = js_text(tree, "quantity_decimal");

	if (text)
		decimal_parse(text, DECIMAL_PLACES, &d);
	return d;
}

/* {type: invoice_line_items, invoice_line_item_details: {…}} becomes {…}; a pending debit's line, now that it has one.
 */
static json_t *credited_of_line(struct call *call, json_t *credited)
{
	json_t *details = json_object_get(credited, "invoice_line_item_details");
	struct record *debit = account_find(call->account, js_text(credited, "invoice_item"));
	const char *line = js_text(record_private(debit), "line");
	const char *invoice = js_text(record_tree(debit), "invoice");
	json_t *out, *lines;

	if (details)
		return json_incref(details);
	if (!line || !invoice)
		return json_null();
	out = json_object();
	lines = json_array();
	js_put_text(out, "invoice", invoice);
	json_array_append_new(lines, json_string(line));
	js_put_new(out, "invoice_line_items", lines);
	return out;
}

void invoice_item_bill(struct call *call, struct record *invoice, struct record *item)
{
	json_t *tree = record_tree(item);
	const char *sub = js_text_at(tree, "parent.subscription_details.subscription");
	js_auto credited = credited_of_line(call, js_at(tree, "proration_details.credited_items"));
	struct bill_line line = {
		.amount = js_int(tree, "amount", 0),
		.period = { js_int_at(tree, "period.start", 0), js_int_at(tree, "period.end", 0) },
		.description = js_text(tree, "description"),
		.price = account_find(call->account, js_text_at(tree, "pricing.price_details.price")),
		.quantity = quantity_of(tree),
		.unit_amount_decimal = js_text_at(tree, "pricing.unit_amount_decimal"),
		.sub = account_find(call->account, sub),
		.item = account_find(call->account, js_text_at(tree, "parent.subscription_details.subscription_item")),
		.invoice_item = item,
		.proration = js_flag(tree, "proration", false),
		.discountable = js_flag(tree, "discountable", true),
		.credited = json_is_object(credited) ? credited : NULL,
		.off = json_object_get(record_private(item), "off"),
		.itemized = js_flag(record_private(item), "itemized", false),
		.fixed_rates = js_flag(record_private(item), "fixed_rates", false),
		.discounts = json_object_get(tree, "discounts"),
		.tax_rates = json_object_get(tree, "tax_rates"),
		.metadata = json_object_get(tree, "metadata"),
	};

	invoice_add_line(call, invoice, &line);
}

static bool goes_on(struct record *item, const char *currency, struct record *sub)
{
	json_t *tree = record_tree(item);
	const char *of = js_text_at(tree, "parent.subscription_details.subscription");

	return js_is_null(tree, "invoice") && text_is(js_text(tree, "currency"), currency) &&
	       (!of || (sub && !strcmp(of, sub->id)));
}

size_t invoice_items_sweep(
	struct call *call, struct record *invoice, struct record *customer, struct record *sub, size_t room)
{
	const struct list *items = list_by(call, invoice_item_type(), "@pending", customer->id);
	const char *currency = js_text(record_tree(invoice), "currency");
	struct list taken = { 0 };
	size_t n;

	/* Where there are too many the ones that have waited longest go first. */
	for (size_t i = 0; i < items->count && taken.count < room; i++)
		if (goes_on(items->at[i], currency, sub))
			list_add(&taken, items->at[i]);
	for (size_t i = taken.count; i-- > 0;)
		invoice_item_bill(call, invoice, taken.at[i]);
	n = taken.count;
	list_clear(&taken);
	return n;
}

int invoice_item_place(struct call *call, const char *id, struct record *invoice, const char *where)
{
	struct record *item = account_get(call->account, id, invoice_item_type());

	if (!item)
		return fail_no_such_param(call, invoice_item_type(), id, where);
	if (!js_is_null(record_tree(item), "invoice"))
		return fail_invalid(call, NULL, where, "The invoice item %s is already attached to an invoice.", id);
	invoice_item_bill(call, invoice, item);
	return 0;
}

bool invoice_items_pending(struct call *call, struct record *customer, struct record *sub, const char *currency)
{
	const struct list *items = list_by(call, invoice_item_type(), "@pending", customer->id);

	for (size_t i = 0; i < items->count; i++)
		if (goes_on(items->at[i], currency, sub))
			return true;
	return false;
}

void invoice_items_drop_prorations(struct call *call, struct record *sub)
{
	const char *customer = js_text(record_tree(sub), "customer");
	const struct list *items = list_by(call, invoice_item_type(), "@pending", customer);
	struct list gone = { 0 };

	for (size_t i = 0; i < items->count; i++) {
		json_t *tree = record_tree(items->at[i]);
		const char *of = js_text_at(tree, "parent.subscription_details.subscription");

		if (text_is(of, sub->id) && js_flag(tree, "proration", false))
			list_add(&gone, items->at[i]);
	}
	for (size_t i = 0; i < gone.count; i++) {
		struct record *r = gone.at[i];

		emit(call, "invoiceitem.deleted", r);
		journal_delete(&call->journal, r);
	}
	list_clear(&gone);
}
