/* SPDX-License-Identifier: MIT */
/* The lines of credit notes that are shares of an invoice's lines, and what all lines add up to. Source: Stripe docs
 * "Credit notes", "The Credit Note Line Item object". */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/billing/credit_note.h"
#include "resources/generic.h"

#define BY_LINE "@line"

const struct schema_resource *credit_line_type(void)
{
	return schema_find_object("credit_note_line_item");
}

int64_t credit_total(const struct credit *c)
{
	return c->subtotal - c->discount + c->tax_exclusive;
}

json_t *credit_pretax(const json_t *discount_amounts)
{
	json_t *out = json_array(), *one;
	size_t i;

	json_array_foreach(discount_amounts, i, one)
	{
		json_t *credit = json_copy(one);

		js_put_text(credit, "type", "discount");
		json_array_append_new(out, credit);
	}
	return out;
}

/* ---- sums of the note ---- */

/* Adds an amount to the entry of `into` that is of the same discount or tax rate, or appends the entry. */
static void merge(json_t *into, json_t *entry, const char *path)
{
	const char *id = js_text_at(entry, path);
	size_t i;
	json_t *one;

	json_array_foreach(into, i, one)
	{
		const char *other = js_text_at(one, path);

		if (!id || !other || strcmp(id, other))
			continue;
		js_put_int(one, "amount", js_int(one, "amount", 0) + js_int(entry, "amount", 0));
		if (json_object_get(entry, "taxable_amount"))
			js_put_int(one, "taxable_amount",
				js_int(one, "taxable_amount", 0) + js_int(entry, "taxable_amount", 0));
		return;
	}
	json_array_append_new(into, json_copy(entry));
}

static int add_up(struct credit *c, const json_t *line)
{
	size_t i;
	json_t *one;

	if (!money_add(c->subtotal, js_int(line, "amount", 0), &c->subtotal) ||
		!money_add(c->discount, js_int(line, "discount_amount", 0), &c->discount))
		return fail_invalid(
			c->call, "amount_too_large", "lines", "The lines of this credit note are too large.");
	json_array_foreach(json_object_get(line, "discount_amounts"), i, one)
	{
		merge(c->discounts, one, "discount");
	}
	json_array_foreach(json_object_get(line, "taxes"), i, one)
	{
		bool inclusive = text_is(js_text(one, "tax_behavior"), "inclusive");
		int64_t *sum = inclusive ? &c->tax_inclusive : &c->tax_exclusive;

		if (!money_add(*sum, js_int(one, "amount", 0), sum))
			return fail_invalid(
				c->call, "amount_too_large", "lines", "The taxes of this credit note are too large.");
		merge(c->taxes, one, "tax_rate_details.tax_rate");
	}
	return 0;
}

/* ---- one line ---- */

json_t *credit_line_body(struct credit *c, const json_t *entry, const char *type)
{
	json_t *body = shape_new(c->call, credit_line_type(), NULL);

	json_array_append_new(c->lines, body);
	js_put_text(body, "type", type);
	js_put_text(body, "description", js_text(entry, "description"));
	js_put_new(body, "discount_amounts", json_array());
	js_put_new(body, "pretax_credit_amounts", json_array());
	js_put_new(body, "tax_rates", json_array());
	js_put_new(body, "taxes", json_array());
	js_put_text(js_own(body, PRIVATE_KEY), "parent", c->id);
	return body;
}

void credit_show_rate(struct credit *c, json_t *body, const char *id)
{
	struct record *rate = account_find(c->call->account, id);

	if (rate && !rate->deleted && record_is(rate, "tax_rate"))
		json_array_append(json_object_get(body, "tax_rates"), record_tree(rate));
}

/* share of `amount` as part is of whole, half away from zero. */
static int64_t share_of(int64_t amount, int64_t part, int64_t whole)
{
	int64_t out = 0;

	if (whole < 0) {
		part = -part;
		whole = -whole;
	}
	return whole && money_ratio(amount, part, whole, ROUND_HALF_AWAY, &out) ? out : 0;
}

static void share_discounts(json_t *body, const json_t *line, int64_t part, int64_t whole)
{
	json_t *amounts = json_array(), *one;
	int64_t sum = 0;
	size_t i;

	json_array_foreach(json_object_get(line, "discount_amounts"), i, one)
	{
		json_t *mine = json_copy(one);
		int64_t amount = share_of(js_int(one, "amount", 0), part, whole);

		js_put_int(mine, "amount", amount);
		json_array_append_new(amounts, mine);
		sum += amount;
	}
	js_put_int(body, "discount_amount", sum);
	js_put_new(body, "discount_amounts", amounts);
	js_put_new(body, "pretax_credit_amounts", credit_pretax(amounts));
}

static void share_taxes(struct credit *c, json_t *body, const json_t *line, int64_t part, int64_t whole)
{
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(line, "taxes"), i, one)
	{
		json_t *mine = json_copy(one);

		js_put_int(mine, "amount", share_of(js_int(one, "amount", 0), part, whole));
		js_put_int(mine, "taxable_amount", share_of(js_int(one, "taxable_amount", 0), part, whole));
		json_array_append_new(json_object_get(body, "taxes"), mine);
		credit_show_rate(c, body, js_text_at(one, "tax_rate_details.tax_rate"));
	}
}

/* What earlier notes that still stand have credited of an invoice line. */
struct credited {
	int64_t amount, quantity; /* amount: discounts taken off */
	bool by_quantity;
};

static void count_line(struct credited *out, const json_t *line)
{
	out->amount += js_int(line, "amount", 0) - js_int(line, "discount_amount", 0);
	out->quantity += js_int(line, "quantity", 0);
	out->by_quantity |= json_is_integer(json_object_get(line, "quantity"));
}

static struct credited credited_before(struct credit *c, const char *line_id)
{
	const struct list *all = list_by(c->call, credit_line_type(), BY_LINE, line_id);
	struct credited out = { 0 };
	size_t i;
	json_t *one;

	for (size_t k = 0; k < all->count; k++) {
		struct record *note = account_find(c->call->account, js_text(record_private(all->at[k]), "parent"));

		if (note && strcmp(js_text(record_tree(note), "status"), "void"))
			count_line(&out, record_tree(all->at[k]));
	}
	json_array_foreach(c->lines, i, one) /* this note's own, so far */
	{
		const char *id = js_text(one, "invoice_line_item");

		if (text_is(id, line_id))
			count_line(&out, one);
	}
	return out;
}

static int64_t discounted(const json_t *line)
{
	int64_t amount = js_int(line, "amount", 0);
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(line, "discount_amounts"), i, one)
	{
		amount -= js_int(one, "amount", 0);
	}
	return amount;
}

static int by_quantity(struct credit *c, json_t *entry, json_t *line, const char *where)
{
	int64_t quantity = js_int(entry, "quantity", 0), whole = js_int(line, "quantity", 0);
	struct credited before = credited_before(c, js_text(line, "id"));
	json_t *body;

	if (quantity <= 0 || quantity > whole - before.quantity)
		return fail_invalid(c->call, NULL, arena_format(&c->call->arena, "%s[quantity]", where),
			"The quantity to credit must be between 1 and what is left of the invoice line item: %lld.",
			(long long)(whole > before.quantity ? whole - before.quantity : 0));
	body = credit_line_body(c, entry, "invoice_line_item");
	js_put_int(body, "amount", share_of(js_int(line, "amount", 0), quantity, whole));
	js_put_int(body, "quantity", quantity);
	share_discounts(body, line, quantity, whole);
	share_taxes(c, body, line, quantity, whole);
	js_put(body, "unit_amount_decimal", js_at(line, "pricing.unit_amount_decimal"));
	js_put_int(body, "unit_amount", share_of(js_int(line, "amount", 0), 1, whole));
	return 0;
}

/* The amount is what the customer gets back before exclusive tax; the line's discounts are inside it. */
static int by_amount(struct credit *c, json_t *entry, json_t *line, const char *where)
{
	int64_t amount = js_int(entry, "amount", 0), whole = discounted(line), left;
	struct credited before = credited_before(c, js_text(line, "id"));
	json_t *body;

	if (before.by_quantity)
		return fail_invalid(c->call, NULL, arena_format(&c->call->arena, "%s[amount]", where),
			"This invoice line item was credited by quantity before and can only be credited by quantity.");
	left = whole - before.amount;
	if (!amount || (whole < 0 ? amount > 0 || amount < left : amount < 0 || amount > left))
		return fail_invalid(c->call, NULL, arena_format(&c->call->arena, "%s[amount]", where),
			"The amount to credit must not exceed what is left of the invoice line item: %lld.",
			(long long)left);
	body = credit_line_body(c, entry, "invoice_line_item");
	js_put_int(body, "amount", amount);
	share_taxes(c, body, line, amount, whole);
	return 0;
}

static int invoice_line(struct credit *c, json_t *entry, const char *where)
{
	struct call *call = c->call;
	const char *id = js_text(entry, "invoice_line_item");
	struct record *line = account_get(call->account, id ? id : "", line_type());
	bool amount = json_object_get(entry, "amount") != NULL, quantity = json_object_get(entry, "quantity") != NULL;
	json_t *body;

	if (!id)
		return fail_missing_param(call, arena_format(&call->arena, "%s[invoice_line_item]", where));
	if (!line || strcmp(js_text(record_tree(line), "invoice"), c->invoice->id))
		return fail_invalid(call, "resource_missing",
			arena_format(&call->arena, "%s[invoice_line_item]", where), "No such invoice line item: '%s'",
			id);
	if (amount == quantity)
		return fail_invalid(call, NULL, where,
			"You must specify either `amount` or `quantity` for a credit note line of type "
			"`invoice_line_item`.");
	if (json_object_get(entry, "unit_amount") || json_object_get(entry, "unit_amount_decimal"))
		return fail_invalid(call, NULL, where,
			"You can only specify `unit_amount` for credit note lines of type `custom_line_item`.");
	if (quantity ? by_quantity(c, entry, record_tree(line), where) : by_amount(c, entry, record_tree(line), where))
		return -1;
	body = json_array_get(c->lines, json_array_size(c->lines) - 1);
	js_put_text(body, "invoice_line_item", line->id);
	if (!js_text(entry, "description"))
		js_put(body, "description", json_object_get(record_tree(line), "description"));
	return 0;
}

/* ---- all of them ---- */

int credit_lines(struct credit *c)
{
	json_t *lines = param(c->call, "lines"), *entry;
	size_t i;

	c->lines = js_lent(&c->call->arena, json_array());
	c->discounts = js_lent(&c->call->arena, json_array());
	c->taxes = js_lent(&c->call->arena, json_array());
	if (json_array_size(lines) > BILL_LINES)
		return fail_invalid(c->call, NULL, "lines", "A credit note can have at most %d lines.", BILL_LINES);
	json_array_foreach(lines, i, entry)
	{
		const char *where = arena_format(&c->call->arena, "lines[%zu]", i);
		json_t *body, *metadata = json_object_get(entry, "metadata");

		if (strcmp(js_text(entry, "type"), "custom_line_item") ? invoice_line(c, entry, where)
								       : credit_custom_line(c, entry, where))
			return -1;
		body = json_array_get(c->lines, i);
		if (metadata && metadata_apply(c->call, body, metadata))
			return -1;
	}
	if (!json_array_size(lines))
		credit_amount_line(c);
	json_array_foreach(c->lines, i, entry)
	{
		if (add_up(c, entry))
			return -1;
	}
	return 0;
}

/* ---- routes ---- */

static int line_list(struct call *call)
{
	struct record *note = path_record(call, 0, credit_note_type());
	struct list_want want;

	if (!note)
		return -1;
	want = (struct list_want) { LIST_PARENT, note->id };
	return list_answer_oldest_first(call, credit_line_type(), &want, 1, call->path);
}

const struct resource credit_note_line_resource = {
	.name = "CreditNoteLineItem",
	.routes =
		(const struct resource_route[]) {
			{ "GET", "/v1/credit_notes/{id}/lines", line_list },
			{ 0 },
		},
	.filters =
		(const struct resource_filter[]) {
			{ .param = BY_LINE, .path = "invoice_line_item" },
			{ 0 },
		},
};
