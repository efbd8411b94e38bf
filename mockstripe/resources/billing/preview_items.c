/* SPDX-License-Identifier: MIT */
/* What a preview imagines beside the subscription: invoice items, discounts, another address of the customer. Source:
 * API reference "Create a preview invoice". */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/billing/preview.h"
#include "resources/billing/sub.h"
#include "resources/check.h"
#include "resources/discount.h"
#include "resources/generic.h"
#include "resources/price.h"

/* ---- invoice items ---- */

struct imagined {
	struct call *call;
	struct record *customer;
	json_t *entry;
	const char *where, *currency;
	struct bill_line line;
};

static int read_quantity(struct imagined *m)
{
	const char *decimal = js_text(m->entry, "quantity_decimal");

	m->line.quantity = decimal_of(js_int(m->entry, "quantity", 1));
	if (decimal && decimal_parse(decimal, DECIMAL_PLACES, &m->line.quantity) != DECIMAL_OK)
		return fail_invalid(
			m->call, NULL, name_in(m->call, m->where, "quantity_decimal"), "Invalid decimal: %s", decimal);
	return 0;
}

/* The amount: given, or a unit amount or a price times the quantity. */
static int read_amount(struct imagined *m)
{
	struct call *call = m->call;
	const char *price = js_text(m->entry, "price"), *unit = js_text(m->entry, "unit_amount_decimal");
	json_t *data = json_object_get(m->entry, "price_data");

	if (price || data) {
		m->line.price = price ? price_usable(call, price, "one_time", name_in(call, m->where, "price"))
				      : price_from_data(call, data, name_in(call, m->where, "price_data"));
		if (!m->line.price)
			return -1;
		unit = price_unit_decimal(m->line.price, m->currency);
	}
	if (!unit && json_is_integer(json_object_get(m->entry, "unit_amount")))
		unit = arena_format(&call->arena, "%lld", (long long)js_int(m->entry, "unit_amount", 0));
	m->line.unit_amount_decimal = unit;
	if (json_is_integer(json_object_get(m->entry, "amount"))) {
		m->line.amount = js_int(m->entry, "amount", 0);
		return 0;
	}
	if (unit && price_line_of(unit, m->line.quantity, &m->line.amount))
		return 0;
	return fail_invalid(call, "parameter_missing", m->where,
		"Give each invoice item an amount, or a price, price_data or unit_amount with a quantity.");
}

static int add_item(struct imagined *m)
{
	struct call *call = m->call;
	json_t *entry = m->entry, *discounts = NULL;

	if (read_quantity(m) || read_amount(m))
		return -1;
	m->line.description = js_text(entry, "description");
	m->line.discountable = js_flag(entry, "discountable", m->line.amount >= 0);
	m->line.period = (struct span) { js_int_at(entry, "period.start", call->now),
		js_int_at(entry, "period.end", call->now) };
	m->line.tax_rates =
		tax_rates_of(call, json_object_get(entry, "tax_rates"), name_in(call, m->where, "tax_rates"));
	if (json_is_object(json_object_get(entry, "metadata")))
		m->line.metadata = json_object_get(entry, "metadata");
	if (call->fail.status)
		return -1;
	if (json_array_size(json_object_get(entry, "discounts"))) {
		struct discount_owner owner = { .customer = m->customer, .currency = m->currency, .no_minimum = true };

		discounts = discounts_redeem(
			call, json_object_get(entry, "discounts"), &owner, NULL, name_in(call, m->where, "discounts"));
		if (!discounts)
			return -1;
	}
	m->line.discounts = discounts;
	invoice_item_new(call, m->customer, &m->line, m->currency);
	json_decref(discounts);
	return 0;
}

/* A pending item as it would be after an update. */
static int change_item(struct imagined *m, struct record *item)
{
	static const char *const amounts[] = { "amount", "price", "price_data", "unit_amount", "unit_amount_decimal" };
	static const char *const plain[] = { "description", "discountable", "period" };
	json_t *draft = journal_edit(&m->call->journal, item);
	bool anew = false;

	if (!js_is_null(draft, "invoice"))
		return fail_invalid(m->call, NULL, name_in(m->call, m->where, "invoiceitem"),
			"The invoice item %s is already attached to an invoice.", item->id);
	for (size_t i = 0; i < COUNT_OF(amounts); i++)
		anew |= json_object_get(m->entry, amounts[i]) != NULL;
	if (!anew && json_object_get(m->entry, "quantity")) /* more of the same */
		js_put_text(m->entry, "unit_amount_decimal", js_text_at(draft, PRIVATE_KEY ".unit"));
	for (size_t i = 0; i < COUNT_OF(plain); i++)
		if (json_object_get(m->entry, plain[i]))
			js_put(draft, plain[i], json_object_get(m->entry, plain[i]));
	if (!anew && !json_object_get(m->entry, "quantity"))
		return 0;
	if (read_quantity(m) || read_amount(m))
		return -1;
	js_put_int(draft, "amount", m->line.amount);
	put_quantity(draft, m->line.quantity);
	if (m->line.price)
		js_put_new(draft, "pricing", pricing_of(&m->line));
	return 0;
}

int preview_items(struct call *call, struct record *customer, struct record *sub, const char *currency)
{
	size_t i;
	json_t *entry;

	json_array_foreach(param(call, "invoice_items"), i, entry)
	{
		const char *id = js_text(entry, "invoiceitem"), *own = js_text(entry, "currency");
		const struct schema_resource *type = schema_find_object("invoiceitem");
		struct record *item = id ? account_get(call->account, id, type) : NULL;
		struct imagined m = { .call = call,
			.customer = customer,
			.entry = entry,
			.where = name_at(call, "invoice_items", i),
			.currency = own ? own : currency,
			.line = { .sub = sub } };

		if (id && !item)
			return fail_no_such_param(call, type, id, name_in(call, m.where, "invoiceitem"));
		if (item ? change_item(&m, item) : add_item(&m))
			return -1;
	}
	return 0;
}

/* ---- discounts ---- */

int preview_discounts(struct call *call, struct record *sub)
{
	struct discount_owner owner = { .customer = subscription_customer(call, sub),
		.subscription = sub->id,
		.currency = js_text(record_tree(sub), "currency"),
		.no_minimum = true };
	json_t *ids;

	if (!param_given(call, "discounts"))
		return 0;
	ids = discounts_redeem(
		call, param(call, "discounts"), &owner, json_object_get(record_tree(sub), "discounts"), "discounts");
	if (!ids)
		return -1;
	js_put_new(journal_edit(&call->journal, sub), "discounts", ids);
	if (!json_array_size(ids) && owner.customer) /* "" inherits none, the customer's neither */
		js_put_null(journal_edit(&call->journal, owner.customer), "discount");
	return 0;
}

/* ---- the customer ---- */

/* Somebody who is not stored yet: the details say where they are and how they are taxed. */
static struct record *stranger(struct call *call)
{
	const struct schema_resource *type = schema_find_object("customer");
	json_t *body = shape_new(call, type, NULL);

	js_put_flag(js_own(body, PRIVATE_KEY), "imagined", true); /* the answer names no customer */
	return object_store(call, type, body);
}

/* All six parts of an address, null where nothing is said. */
static void complete_address(json_t *owner)
{
	static const char *const parts[] = { "city", "country", "line1", "line2", "postal_code", "state" };
	json_t *given = json_object_get(owner, "address"), *whole;

	if (!json_is_object(given))
		return;
	whole = json_object();
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		js_put(whole, parts[i], json_object_get(given, parts[i]));
	js_put_new(owner, "address", whole);
}

struct record *preview_customer(struct call *call, struct record *customer)
{
	static const char *const parts[] = { "address", "shipping", "tax_exempt" };
	json_t *details = param(call, "customer_details"), *draft;

	if (!json_is_object(details))
		return customer;
	if (!customer)
		customer = stranger(call);
	draft = journal_edit(&call->journal, customer);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (json_object_get(details, parts[i]))
			js_put(draft, parts[i], json_object_get(details, parts[i]));
	complete_address(draft);
	if (json_is_object(json_object_get(draft, "shipping")))
		complete_address(js_own(draft, "shipping"));
	if (json_is_null(json_object_get(details, "tax_exempt")))
		js_put_text(draft, "tax_exempt", "none");
	return customer;
}
