/* SPDX-License-Identifier: MIT */
/* Invoice items: what waits for the next invoice. Source: Stripe docs "Invoice items". */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/inside.h"
#include "resources/billing/subscription.h"
#include "resources/customer.h"
#include "resources/discount.h"
#include "resources/generic.h"
#include "resources/price.h"

static const struct schema_resource *item_type(void)
{
	return schema_find_object("invoiceitem");
}

static json_t *span_body(struct span period)
{
	json_t *out = json_object();

	js_put_int(out, "end", period.to);
	js_put_int(out, "start", period.from);
	return out;
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

/* The amount after discounts; unknown (null) while discounts may still come. API reference "The Invoice Item object".
 */
static void put_net(json_t *body)
{
	int64_t net = js_int(body, "amount", 0) - off_sum(js_at(body, "proration_details.discount_amounts"));

	if (js_flag(body, "discountable", true))
		js_put_null(body, "net_amount");
	else
		js_put_int(body, "net_amount", net);
}

struct record *invoice_item_new(
	struct call *call, struct record *customer, struct bill_line *line, const char *currency)
{
	json_t *body = shape_new(call, item_type(), NULL);
	char decimal[DECIMAL_ROOM];
	int64_t whole = 1;
	struct record *r;

	decimal_format(line->quantity, decimal);
	decimal_whole(line->quantity, &whole);
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
	js_put_int(body, "quantity", whole);
	js_put_text(body, "quantity_decimal", decimal);
	js_put_new(body, "tax_rates", line->tax_rates ? json_incref(line->tax_rates) : json_array());
	js_put_text(js_own(body, PRIVATE_KEY), "unit", line->unit_amount_decimal);
	js_put_text(json_object_get(body, PRIVATE_KEY), "pending", customer->id);
	put_off(json_object_get(body, PRIVATE_KEY), line);
	if (line->fixed_rates)
		js_put_flag(json_object_get(body, PRIVATE_KEY), "fixed_rates", true);
	r = journal_add(&call->journal, item_type(), js_text(body, "id"), body, call->now);
	if (!line->quiet)
		emit(call, "invoiceitem.created", r);
	return r;
}

static struct decimal item_quantity(json_t *tree)
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

static void item_to_line(struct call *call, struct record *invoice, struct record *item)
{
	json_t *tree = record_tree(item);
	const char *sub = js_text_at(tree, "parent.subscription_details.subscription");
	js_auto credited = credited_of_line(call, js_at(tree, "proration_details.credited_items"));
	struct bill_line line = {
		.amount = js_int(tree, "amount", 0),
		.period = { js_int_at(tree, "period.start", 0), js_int_at(tree, "period.end", 0) },
		.description = js_text(tree, "description"),
		.price = account_find(call->account, js_text_at(tree, "pricing.price_details.price")),
		.quantity = item_quantity(tree),
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

	return js_is_null(tree, "invoice") && !strcmp(js_text(tree, "currency"), currency) &&
	       (!of || (sub && !strcmp(of, sub->id)));
}

size_t invoice_items_sweep(
	struct call *call, struct record *invoice, struct record *customer, struct record *sub, size_t room)
{
	const struct list *items = list_by(call, item_type(), "@pending", customer->id);
	const char *currency = js_text(record_tree(invoice), "currency");
	struct list taken = { 0 };
	size_t n;

	/* Where there are too many the ones that have waited longest go first. */
	for (size_t i = 0; i < items->count && taken.count < room; i++)
		if (goes_on(items->at[i], currency, sub))
			list_add(&taken, items->at[i]);
	for (size_t i = taken.count; i-- > 0;)
		item_to_line(call, invoice, taken.at[i]);
	n = taken.count;
	list_clear(&taken);
	return n;
}

bool invoice_items_pending(struct call *call, struct record *customer, struct record *sub, const char *currency)
{
	const struct list *items = list_by(call, item_type(), "@pending", customer->id);

	for (size_t i = 0; i < items->count; i++)
		if (goes_on(items->at[i], currency, sub))
			return true;
	return false;
}

void invoice_items_drop_prorations(struct call *call, struct record *sub)
{
	const char *customer = js_text(record_tree(sub), "customer");
	const struct list *items = list_by(call, item_type(), "@pending", customer);
	struct list gone = { 0 };

	for (size_t i = 0; i < items->count; i++) {
		json_t *tree = record_tree(items->at[i]);
		const char *of = js_text_at(tree, "parent.subscription_details.subscription");

		if (of && !strcmp(of, sub->id) && js_flag(tree, "proration", false))
			list_add(&gone, items->at[i]);
	}
	for (size_t i = 0; i < gone.count; i++) {
		struct record *r = gone.at[i];

		emit(call, "invoiceitem.deleted", r);
		journal_delete(&call->journal, r);
	}
	list_clear(&gone);
}

/* ---- routes ---- */

/* amount, or a price and a quantity, or a unit amount and a quantity: the amount in minor units. */
static int work_out_amount(struct call *call, struct bill_line *line, const char **currency)
{
	const char *unit = param_text(call, "unit_amount_decimal");
	const char *price_id = param_text_at(call, "pricing.price");
	struct decimal quantity = decimal_of(param_int(call, "quantity", 1));

	if (param_text(call, "quantity_decimal"))
		decimal_parse(param_text(call, "quantity_decimal"), DECIMAL_PLACES, &quantity);
	line->quantity = quantity;
	if (param_given(call, "amount")) {
		line->amount = param_int(call, "amount", 0);
		line->unit_amount_decimal = arena_format(&call->arena, "%lld", (long long)line->amount);
		return *currency ? 0 : fail_missing_param(call, "currency");
	}
	if (price_id || param_given(call, "price_data")) {
		line->price = price_id ? price_usable(call, price_id, "one_time", "pricing[price]")
				       : price_from_data(call, param(call, "price_data"), "price_data");
		if (!line->price)
			return -1;
		if (!*currency)
			*currency = js_text(record_tree(line->price), "currency");
		unit = price_unit_decimal(line->price, *currency);
	}
	if (!unit)
		return fail_invalid(call, "parameter_missing", NULL,
			"One of the following params should be provided for this request: amount, unit_amount_decimal, "
			"pricing, or "
			"price_data.");
	if (!*currency)
		return fail_missing_param(call, "currency");
	if (!price_line_of(unit, quantity, &line->amount))
		return fail_invalid(
			call, "amount_too_large", "quantity", "The unit amount times the quantity is too large.");
	line->unit_amount_decimal = unit;
	return 0;
}

static struct record *open_draft(struct call *call, const char *id, struct record *customer)
{
	struct record *invoice = account_get(call->account, id, invoice_type());

	if (!invoice) {
		fail_no_such_param(call, invoice_type(), id, "invoice");
		return NULL;
	}
	if (strcmp(js_text(record_tree(invoice), "status"), "draft")) {
		fail_invalid(call, "invoice_not_editable", "invoice",
			"The specified invoice is not editable: only drafts are.");
		return NULL;
	}
	if (customer && strcmp(js_text(record_tree(invoice), "customer"), customer->id)) {
		fail_invalid(
			call, NULL, "invoice", "The invoice %s does not belong to the customer %s.", id, customer->id);
		return NULL;
	}
	if (invoice_check_room(call, invoice, "invoice"))
		return NULL;
	return invoice;
}

static int place_on(struct call *call, struct record *item, struct record *invoice)
{
	item_to_line(call, invoice, item);
	if (invoice_total(call, invoice))
		return -1;
	emit_changed(call, "invoice.updated", invoice);
	return 0;
}

int invoice_item_place(struct call *call, const char *id, struct record *invoice, const char *where)
{
	struct record *item = account_get(call->account, id, item_type());

	if (!item)
		return fail_no_such_param(call, item_type(), id, where);
	if (!js_is_null(record_tree(item), "invoice"))
		return fail_invalid(call, NULL, where, "The invoice item %s is already attached to an invoice.", id);
	item_to_line(call, invoice, item);
	return 0;
}

static int item_create(struct call *call)
{
	struct record *customer = param_record(call, "customer", "customer");
	struct record *sub = param_record(call, "subscription", "subscription");
	struct record *invoice = NULL, *item;
	struct bill_line line = { .discountable = true };
	const char *currency = param_text(call, "currency");
	json_t *discounts = NULL;

	if (call->fail.status)
		return -1;
	if (param_text(call, "invoice")) {
		invoice = open_draft(call, param_text(call, "invoice"), customer);
		if (!invoice)
			return -1;
		customer = customer ? customer : invoice_customer(call, invoice);
		currency = currency ? currency : js_text(record_tree(invoice), "currency");
	}
	if (!customer)
		return fail_missing_param(call, "customer");
	call_use_clock(call, customer);
	if (work_out_amount(call, &line, &currency) || customer_use_currency(call, customer, currency, "currency"))
		return -1;
	line.period = (struct span) { js_int_at(call->params, "period.start", call->now),
		js_int_at(call->params, "period.end", call->now) };
	if (line.period.to < line.period.from)
		return fail_invalid(call, NULL, "period[end]", "The period must end at or after its start.");
	line.description = param_text(call, "description");
	if (!line.description && line.price)
		line.description = js_text(record_tree(price_product(call, line.price)), "name");
	line.discountable = param_flag(call, "discountable", line.amount >= 0);
	line.sub = sub;
	line.tax_rates = tax_rates_of(call, param(call, "tax_rates"), "tax_rates");
	if (call->fail.status)
		return -1;
	if (json_array_size(param(call, "discounts"))) {
		struct discount_owner owner = {
			.customer = customer, .currency = currency, .amount = line.amount, .no_minimum = true
		};

		discounts = discounts_redeem(call, param(call, "discounts"), &owner, NULL, "discounts");
		if (!discounts)
			return -1;
	}
	line.discounts = discounts;
	item = invoice_item_new(call, customer, &line, currency);
	json_decref(discounts);
	if (param_given(call, "metadata") &&
		metadata_apply(call, journal_edit(&call->journal, item), param(call, "metadata")))
		return -1;
	if (invoice && place_on(call, item, invoice))
		return -1;
	return answer_record(call, item);
}

/* The line that shows the item on a draft follows it. */
static int refresh_line(struct call *call, struct record *item)
{
	json_t *tree = record_tree(item), *draft;
	struct record *line = account_find(call->account, js_text(record_private(item), "line"));
	struct record *invoice = account_find(call->account, js_text(tree, "invoice"));

	if (!line || !invoice)
		return 0;
	draft = journal_edit(&call->journal, line);
	static const char *const same[] = { "amount", "description", "discountable", "discounts", "metadata", "period",
		"pricing", "quantity", "quantity_decimal" };

	for (size_t i = 0; i < COUNT_OF(same); i++)
		js_put(draft, same[i], json_object_get(tree, same[i]));
	js_put(draft, "subtotal", json_object_get(tree, "amount"));
	if (invoice_total(call, invoice))
		return -1;
	emit_changed(call, "invoice.updated", invoice);
	return 0;
}

static struct record *editable_item(struct call *call)
{
	struct record *item = path_record(call, 0, item_type());
	struct record *invoice;

	if (!item)
		return NULL;
	invoice = account_find(call->account, js_text(record_tree(item), "invoice"));
	if (invoice && strcmp(js_text(record_tree(invoice), "status"), "draft")) {
		fail_invalid(call, "invoice_not_editable", NULL,
			"This invoice item is attached to an invoice that is no longer editable.");
		return NULL;
	}
	return item;
}

static int item_update(struct call *call)
{
	static const char *const by_hand[] = { "amount", "quantity", "quantity_decimal", "unit_amount_decimal",
		"pricing", "price_data", "discounts", "tax_rates", NULL };
	struct record *item = editable_item(call);
	struct bill_line line = { 0 };
	const char *currency;
	json_t *draft;

	if (!item)
		return -1;
	call_use_clock(call, item);
	if (js_flag(record_tree(item), "proration", false) &&
		(param_given(call, "quantity") || param_given(call, "pricing") || param_given(call, "price_data") ||
			param_given(call, "discounts")))
		return fail_invalid(call, NULL, NULL,
			"The pricing, quantity and discounts of a proration are frozen. Change its amount or "
			"description instead.");
	draft = journal_edit(&call->journal, item);
	if (params_apply(call, draft, item_type(), by_hand))
		return -1;
	currency = js_text(draft, "currency");
	if (param_given(call, "quantity") || param_given(call, "quantity_decimal") ||
		param_given(call, "unit_amount_decimal") || param_given(call, "pricing") ||
		param_given(call, "price_data") || param_given(call, "amount")) {
		json_t *params = call->params;

		if (!param_given(call, "amount") && !param_given(call, "unit_amount_decimal") &&
			!param_given(call, "pricing") && !param_given(call, "price_data"))
			js_put_text(params, "unit_amount_decimal", js_text_at(draft, PRIVATE_KEY ".unit"));
		if (work_out_amount(call, &line, &currency))
			return -1;
		char decimal[DECIMAL_ROOM];
		int64_t whole = 1;

		decimal_format(line.quantity, decimal);
		decimal_whole(line.quantity, &whole);
		js_put_int(draft, "amount", line.amount);
		js_put_int(draft, "quantity", whole);
		js_put_text(draft, "quantity_decimal", decimal);
		js_put_text(js_own(draft, PRIVATE_KEY), "unit", line.unit_amount_decimal);
		if (line.price)
			js_put_new(draft, "pricing", pricing_of(&line));
	}
	if (param_given(call, "tax_rates")) {
		json_t *rates = tax_rates_of(call, param(call, "tax_rates"), "tax_rates");

		if (call->fail.status)
			return -1;
		js_put_new(draft, "tax_rates", rates ? json_incref(rates) : json_array());
	}
	if (param_given(call, "discounts")) {
		struct discount_owner owner = { .customer = account_find(call->account, js_text(draft, "customer")),
			.currency = currency,
			.invoice_item = item->id,
			.no_minimum = true,
			.amount = js_int(draft, "amount", 0) };
		json_t *discounts = discounts_redeem(
			call, param(call, "discounts"), &owner, json_object_get(draft, "discounts"), "discounts");

		if (!discounts)
			return -1;
		js_put_new(draft, "discounts", discounts);
	}
	put_net(draft);
	if (refresh_line(call, item))
		return -1;
	journal_freeze(&call->journal, item);
	return answer_record(call, item);
}

static int item_delete(struct call *call)
{
	struct record *item = editable_item(call);
	struct record *line, *invoice;

	if (!item)
		return -1;
	call_use_clock(call, item);
	line = account_find(call->account, js_text(record_private(item), "line"));
	invoice = account_find(call->account, js_text(record_tree(item), "invoice"));
	emit(call, "invoiceitem.deleted", item);
	journal_delete(&call->journal, item);
	if (line && invoice) {
		journal_delete(&call->journal, line);
		if (invoice_total(call, invoice))
			return -1;
		emit_changed(call, "invoice.updated", invoice);
	}
	return answer_record(call, item);
}

static bool match_pending(struct call *call, struct record *r, json_t *wanted)
{
	(void)call;
	return !wanted || json_is_true(wanted) == js_is_null(record_tree(r), "invoice");
}

static const struct resource_route routes[] = {
	{ "POST", "/v1/invoiceitems", item_create },
	{ "POST", "/v1/invoiceitems/{id}", item_update },
	{ "DELETE", "/v1/invoiceitems/{id}", item_delete },
	{ 0 },
};

static const struct resource_filter filters[] = {
	{ .param = "pending", .match = match_pending },
	{ .param = "@pending", .path = PRIVATE_KEY ".pending" }, /* until it is on an invoice */
	{ 0 },
};

const struct resource invoice_item_resource = {
	.name = "InvoiceItem",
	.routes = routes,
	.filters = filters,
};
