/* SPDX-License-Identifier: MIT */
/* The lines of an invoice as routes. Source: Stripe docs "Invoice line items". */
#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/inside.h"
#include "resources/customer.h"
#include "resources/generic.h"
#include "resources/price.h"

static int line_list(struct call *call)
{
	struct record *invoice = path_record(call, 0, invoice_type());
	struct list_want want;

	if (!invoice)
		return -1;
	want = (struct list_want) { "invoice", invoice->id };
	return list_answer_oldest_first(call, line_type(), &want, 1, call->path);
}

static struct record *editable(struct call *call)
{
	struct record *invoice = path_record(call, 0, invoice_type());

	if (!invoice)
		return NULL;
	call_use_clock(call, invoice);
	if (text_is(js_text(record_tree(invoice), "status"), "draft"))
		return invoice;
	fail_invalid(call, "invoice_not_editable", NULL, "Invalid invoice: This invoice is no longer editable.");
	return NULL;
}

/* The amount of a line entry: given, or a price times a quantity. `line` keeps what it does not say. */
static int entry_amount(
	struct call *call, json_t *entry, const char *currency, const char *where, struct bill_line *line)
{
	const char *price_id = js_text_at(entry, "pricing.price"), *unit = NULL;

	if (json_object_get(entry, "quantity"))
		line->quantity = decimal_of(js_int(entry, "quantity", 1));
	if (json_is_integer(json_object_get(entry, "amount"))) {
		line->amount = js_int(entry, "amount", 0);
		line->unit_amount_decimal = arena_format(&call->arena, "%lld", (long long)line->amount);
		return 0;
	}
	if (price_id || json_object_get(entry, "price_data")) {
		line->price = price_id ? price_usable(call, price_id, "one_time", where)
				       : price_from_data(call, json_object_get(entry, "price_data"), where);
		if (!line->price)
			return -1;
		unit = price_unit_decimal(line->price, currency);
	} else if (json_object_get(entry, "quantity")) {
		unit = line->unit_amount_decimal;
	} else {
		return 0;
	}
	if (!unit || !price_line_of(unit, line->quantity, &line->amount))
		return fail_invalid(call, NULL, where, "This line has no unit amount in %s to multiply.", currency);
	line->unit_amount_decimal = unit;
	return 0;
}

static int finish(struct call *call, struct record *invoice)
{
	json_t *metadata = param(call, "invoice_metadata");

	if (metadata && metadata_apply(call, journal_edit(&call->journal, invoice), metadata))
		return -1;
	if (invoice_total(call, invoice))
		return -1;
	emit_changed(call, "invoice.updated", invoice);
	return answer_record(call, invoice);
}

static int add_lines(struct call *call)
{
	struct record *invoice = editable(call);
	const char *currency;
	size_t i;
	json_t *entry;

	if (!invoice)
		return -1;
	currency = js_text(record_tree(invoice), "currency");
	json_array_foreach(param(call, "lines"), i, entry)
	{
		const char *where = arena_format(&call->arena, "lines[%zu]", i);
		struct bill_line line = { .quantity = decimal_of(1),
			.description = js_text(entry, "description"),
			.discountable = js_flag(entry, "discountable", true) };
		struct record *customer = invoice_customer(call, invoice);

		line.period = (struct span) { js_int_at(entry, "period.start", call->now),
			js_int_at(entry, "period.end", call->now) };
		line.tax_rates = tax_rates_of(call, json_object_get(entry, "tax_rates"), where);
		line.metadata = json_object_get(entry, "metadata");
		if (call->fail.status || invoice_check_room(call, invoice, where) ||
			entry_amount(call, entry, currency, where, &line))
			return -1;
		if (!js_text(entry, "invoice_item"))
			line.invoice_item = invoice_item_new(call, customer, &line, currency);
		else if (invoice_item_place(call, js_text(entry, "invoice_item"), invoice, where))
			return -1;
		if (line.invoice_item)
			invoice_add_line(call, invoice, &line);
	}
	return finish(call, invoice);
}

static struct record *line_of(struct call *call, struct record *invoice, const char *id, const char *where)
{
	struct record *line = account_get(call->account, id, line_type());

	if (line && text_is(js_text(record_tree(line), "invoice"), invoice->id))
		return line;
	fail_invalid(call, "resource_missing", where, "No such invoice line item: '%s'", id);
	return NULL;
}

static int remove_lines(struct call *call)
{
	struct record *invoice = editable(call);
	size_t i;
	json_t *entry;

	if (!invoice)
		return -1;
	json_array_foreach(param(call, "lines"), i, entry)
	{
		struct record *line =
			line_of(call, invoice, js_text(entry, "id"), arena_format(&call->arena, "lines[%zu][id]", i));
		struct record *item;

		if (!line)
			return -1;
		item = account_find(
			call->account, js_text_at(record_tree(line), "parent.invoice_item_details.invoice_item"));
		if (!item)
			return fail_invalid(call, NULL, arena_format(&call->arena, "lines[%zu][id]", i),
				"The line %s belongs to a subscription's own items and cannot be removed.", line->id);
		if (text_is(js_text(entry, "behavior"), "unassign")) {
			js_put_null(journal_edit(&call->journal, item), "invoice");
			js_put_text(journal_edit_private(&call->journal, item), "pending",
				js_text(record_tree(item), "customer"));
		} else {
			emit(call, "invoiceitem.deleted", item);
			journal_delete(&call->journal, item);
		}
		journal_delete(&call->journal, line);
	}
	return finish(call, invoice);
}

static int change_line(struct call *call, struct record *invoice, struct record *line, json_t *entry, const char *where)
{
	json_t *draft = journal_edit(&call->journal, line);
	struct bill_line changed = {
		.amount = js_int(draft, "amount", 0),
		.quantity = quantity_of(draft),
		.unit_amount_decimal = js_text_at(draft, "pricing.unit_amount_decimal"),
		.price = account_find(call->account, js_text_at(draft, "pricing.price_details.price")),
	};
	static const char *const plain[] = { "description", "discountable", "period" };

	for (size_t i = 0; i < COUNT_OF(plain); i++)
		if (json_object_get(entry, plain[i]))
			js_put(draft, plain[i], json_object_get(entry, plain[i]));
	if (json_object_get(entry, "metadata") && metadata_apply(call, draft, json_object_get(entry, "metadata")))
		return -1;
	if (entry_amount(call, entry, js_text(record_tree(invoice), "currency"), where, &changed))
		return -1;
	js_put_int(draft, "amount", changed.amount);
	js_put_int(draft, "subtotal", changed.amount);
	if (json_object_get(entry, "quantity"))
		put_quantity(draft, changed.quantity);
	if (changed.price)
		js_put_new(draft, "pricing", pricing_of(&changed));
	if (json_object_get(entry, "tax_rates")) {
		json_t *rates = tax_rates_of(call, json_object_get(entry, "tax_rates"), where);

		if (call->fail.status)
			return -1;
		js_put_new(js_own(draft, PRIVATE_KEY), "tax_rates", rates ? json_incref(rates) : json_array());
	}
	return 0;
}

static int update_lines(struct call *call)
{
	struct record *invoice = editable(call);
	size_t i;
	json_t *entry;

	if (!invoice)
		return -1;
	json_array_foreach(param(call, "lines"), i, entry)
	{
		const char *where = arena_format(&call->arena, "lines[%zu]", i);
		struct record *line =
			line_of(call, invoice, js_text(entry, "id"), arena_format(&call->arena, "%s[id]", where));

		if (!line || change_line(call, invoice, line, entry, where))
			return -1;
	}
	return finish(call, invoice);
}

static int update_line(struct call *call)
{
	struct record *invoice = editable(call);
	struct record *line = invoice ? line_of(call, invoice, call->ids[1], "id") : NULL;

	if (!line || change_line(call, invoice, line, call->params, "line"))
		return -1;
	if (invoice_total(call, invoice))
		return -1;
	emit_changed(call, "invoice.updated", invoice);
	return answer_record(call, line);
}

static const struct resource_route routes[] = {
	{ "GET", "/v1/invoices/{id}/lines", line_list },
	{ "POST", "/v1/invoices/{id}/add_lines", add_lines },
	{ "POST", "/v1/invoices/{id}/remove_lines", remove_lines },
	{ "POST", "/v1/invoices/{id}/update_lines", update_lines },
	{ "POST", "/v1/invoices/{invoiceId}/lines/{id}", update_line },
	{ 0 },
};

static const struct resource_filter filters[] = {
	{ .param = "invoice", .path = "invoice" },
	{ 0 },
};

const struct resource invoice_line_resource = {
	.name = "InvoiceLineItem",
	.routes = routes,
	.filters = filters,
};
