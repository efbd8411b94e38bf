/* SPDX-License-Identifier: MIT */
/* The lines of credit notes that stand for no line of the invoice. Source: Stripe docs "Credit notes"; API reference
 * "Create a credit note", lines. */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "base/json.h"
#include "billing/tax.h"
#include "resources/billing/credit_note.h"

static json_t *tax_entry(const json_t *rate, int64_t amount, int64_t taxable)
{
	json_t *out = json_object(), *details = json_object();

	js_put_int(out, "amount", amount);
	js_put_text(out, "tax_behavior", js_flag(rate, "inclusive", false) ? "inclusive" : "exclusive");
	js_put_text(details, "tax_rate", js_text(rate, "id"));
	js_put_new(out, "tax_rate_details", details);
	js_put_text(out, "taxability_reason", "standard_rated");
	js_put_int(out, "taxable_amount", taxable);
	js_put_text(out, "type", "tax_rate_details");
	return out;
}

#define LINE_RATES 10 /* Stripe docs "Tax rates": at most on one line */

static int tax_by_rates(struct credit *c, json_t *body, json_t *ids, const char *where)
{
	json_t *trees = tax_rates_of(c->call, ids, where), *tree;
	struct tax_rate rates[LINE_RATES];
	struct tax_amount cells[LINE_RATES], totals[LINE_RATES];
	size_t index[LINE_RATES], n = 0, i;
	struct tax_line line = { js_int(body, "amount", 0), index, 0 };
	struct tax_sums sums;
	int64_t reduction;

	if (c->call->fail.status)
		return -1;
	if (json_array_size(trees) > LINE_RATES)
		return fail_invalid(c->call, NULL, where, "A line can have at most %d tax rates.", LINE_RATES);
	json_array_foreach(trees, i, tree)
	{
		if (!tax_rate_read(tree, &rates[n]))
			return fail_invalid(
				c->call, NULL, where, "The tax rate %s has no percentage.", js_text(tree, "id"));
		index[n] = n;
		n++;
	}
	line.rate_count = n;
	if (!tax_apply(rates, n, &line, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED, cells, totals, &reduction, &sums))
		return fail_invalid(c->call, "amount_too_large", where, "The taxes of this line are too large.");
	json_array_foreach(trees, i, tree)
	{
		json_array_append_new(json_object_get(body, "taxes"), tax_entry(tree, cells[i].tax, cells[i].taxable));
		json_array_append(json_object_get(body, "tax_rates"), tree);
	}
	return 0;
}

static int tax_by_amounts(struct credit *c, json_t *body, json_t *amounts, const char *where)
{
	size_t i;
	json_t *one;

	json_array_foreach(amounts, i, one)
	{
		const char *id = js_text(one, "tax_rate");
		struct record *rate = account_get(c->call->account, id, schema_find_object("tax_rate"));

		if (!rate)
			return fail_no_such_param(c->call, schema_find_object("tax_rate"), id,
				arena_format(&c->call->arena, "%s[%zu][tax_rate]", where, i));
		json_array_append_new(json_object_get(body, "taxes"),
			tax_entry(record_tree(rate), js_int(one, "amount", 0), js_int(one, "taxable_amount", 0)));
		credit_show_rate(c, body, id);
	}
	return 0;
}

int credit_custom_line(struct credit *c, json_t *entry, const char *where)
{
	struct call *call = c->call;
	const char *unit = js_text(entry, "unit_amount_decimal");
	json_t *rates = json_object_get(entry, "tax_rates"), *amounts = json_object_get(entry, "tax_amounts"), *body;
	struct decimal each, total;
	int64_t quantity = js_int(entry, "quantity", 1), amount;

	if (!js_text(entry, "description"))
		return fail_missing_param(call, arena_format(&call->arena, "%s[description]", where));
	if (json_object_get(entry, "amount") || json_object_get(entry, "invoice_line_item"))
		return fail_invalid(call, NULL, where,
			"You can only specify `amount` and `invoice_line_item` for credit note lines of type "
			"`invoice_line_item`.");
	if (json_array_size(rates) && json_array_size(amounts))
		return fail_invalid(
			call, NULL, where, "You may only specify one of these parameters: tax_amounts, tax_rates.");
	if (!unit && json_is_integer(json_object_get(entry, "unit_amount")))
		unit = arena_format(&call->arena, "%lld", (long long)js_int(entry, "unit_amount", 0));
	if (!unit)
		return fail_missing_param(call, arena_format(&call->arena, "%s[unit_amount]", where));
	if (quantity < 1 || decimal_parse(unit, DECIMAL_PLACES, &each) != DECIMAL_OK ||
		!decimal_multiply(each, decimal_of(quantity), &total) ||
		!decimal_round(total, ROUND_HALF_AWAY, &amount))
		return fail_invalid(call, NULL, where, "The unit amount times the quantity is no amount to credit.");
	body = credit_line_body(c, entry, "custom_line_item");
	js_put_int(body, "amount", amount);
	js_put_int(body, "quantity", quantity);
	js_put_text(body, "unit_amount_decimal", unit);
	if (decimal_whole(each, &amount))
		js_put_int(body, "unit_amount", amount);
	if (json_array_size(amounts))
		return tax_by_amounts(c, body, amounts, arena_format(&call->arena, "%s[tax_amounts]", where));
	return tax_by_rates(c, body, rates, arena_format(&call->arena, "%s[tax_rates]", where));
}

void credit_amount_line(struct credit *c)
{
	json_t *body = credit_line_body(c, NULL, "custom_line_item");
	int64_t amount = param_int(c->call, "amount", 0);

	js_put_int(body, "amount", amount);
	js_put_int(body, "quantity", 1);
	js_put_int(body, "unit_amount", amount);
	js_put_text(body, "unit_amount_decimal", arena_format(&c->call->arena, "%lld", (long long)amount));
}
