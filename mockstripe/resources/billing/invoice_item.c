/* SPDX-License-Identifier: MIT */
/* The invoice item routes. Source: Stripe docs "Invoice items"; API reference "Create an invoice item". */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/resource.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/inside.h"
#include "resources/customer.h"
#include "resources/discount.h"
#include "resources/generic.h"
#include "resources/price.h"

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
	invoice_item_bill(call, invoice, item);
	if (invoice_total(call, invoice))
		return -1;
	emit_changed(call, "invoice.updated", invoice);
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
	struct record *item = path_record(call, 0, invoice_item_type());
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

static bool any_given(struct call *call, const char *const *names)
{
	for (; *names; names++)
		if (param_given(call, *names))
			return true;
	return false;
}

static int update_amount(struct call *call, json_t *draft)
{
	static const char *const amounts[] = { "amount", "unit_amount_decimal", "pricing", "price_data", NULL };
	static const char *const quantities[] = { "quantity", "quantity_decimal", NULL };
	const char *currency = js_text(draft, "currency");
	struct bill_line line = { 0 };

	if (!any_given(call, amounts)) {
		if (!any_given(call, quantities))
			return 0;
		js_put_text(call->params, "unit_amount_decimal", js_text_at(draft, PRIVATE_KEY ".unit"));
	}
	if (work_out_amount(call, &line, &currency))
		return -1;
	js_put_int(draft, "amount", line.amount);
	put_quantity(draft, line.quantity);
	js_put_text(js_own(draft, PRIVATE_KEY), "unit", line.unit_amount_decimal);
	if (line.price)
		js_put_new(draft, "pricing", pricing_of(&line));
	return 0;
}

static int update_tax_rates(struct call *call, json_t *draft)
{
	json_t *rates;

	if (!param_given(call, "tax_rates"))
		return 0;
	rates = tax_rates_of(call, param(call, "tax_rates"), "tax_rates");
	if (call->fail.status)
		return -1;
	js_put_new(draft, "tax_rates", rates ? json_incref(rates) : json_array());
	return 0;
}

static int update_discounts(struct call *call, struct record *item, json_t *draft)
{
	struct discount_owner owner = { .customer = account_find(call->account, js_text(draft, "customer")),
		.currency = js_text(draft, "currency"),
		.invoice_item = item->id,
		.no_minimum = true,
		.amount = js_int(draft, "amount", 0) };
	json_t *discounts;

	if (!param_given(call, "discounts"))
		return 0;
	discounts = discounts_redeem(
		call, param(call, "discounts"), &owner, json_object_get(draft, "discounts"), "discounts");
	if (!discounts)
		return -1;
	js_put_new(draft, "discounts", discounts);
	return 0;
}

static int item_update(struct call *call)
{
	static const char *const by_hand[] = { "amount", "quantity", "quantity_decimal", "unit_amount_decimal",
		"pricing", "price_data", "discounts", "tax_rates", NULL };
	static const char *const frozen[] = { "quantity", "pricing", "price_data", "discounts", NULL };
	struct record *item = editable_item(call);
	json_t *draft;

	if (!item)
		return -1;
	call_use_clock(call, item);
	if (js_flag(record_tree(item), "proration", false) && any_given(call, frozen))
		return fail_invalid(call, NULL, NULL,
			"The pricing, quantity and discounts of a proration are frozen. Change its amount or "
			"description instead.");
	draft = journal_edit(&call->journal, item);
	if (params_apply(call, draft, invoice_item_type(), by_hand) || update_amount(call, draft) ||
		update_tax_rates(call, draft) || update_discounts(call, item, draft))
		return -1;
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
