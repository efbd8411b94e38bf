/* SPDX-License-Identifier: MIT */
/* What an invoice adds up to: discounts (invoice_discounts.c), then taxes, then sums, from its lines. Source: Stripe
 * docs "Tax rates", API reference "Invoice". */
#include "api/fail.h"
#include "api/list.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "billing/discount.h"
#include "billing/totals.h"
#include "resources/account_settings.h"
#include "resources/billing/invoice_tally.h"

static size_t find_tree(json_t *const *all, size_t n, const json_t *tree)
{
	const char *id = js_text(tree, "id");

	for (size_t i = 0; i < n; i++)
		if (text_is(js_text(all[i], "id"), id))
			return i;
	return n;
}

static void gather_rates(struct tally *t)
{
	struct call *call = t->call;
	json_t *shared = json_object_get(record_tree(t->invoice), "default_tax_rates");
	size_t most = json_array_size(shared);

	for (size_t l = 0; l < t->n_lines; l++)
		most += json_array_size(js_at(record_tree(t->lines->at[l]), PRIVATE_KEY ".tax_rates"));
	t->rates = arena_alloc(&call->arena, (most + 1) * sizeof *t->rates);
	t->rate_trees = arena_alloc(&call->arena, (most + 1) * sizeof *t->rate_trees);
	t->tax_lines = arena_alloc(&call->arena, (t->n_lines + 1) * sizeof *t->tax_lines);
	for (size_t l = 0; l < t->n_lines; l++) {
		json_t *rates = line_rates(t->lines->at[l], t->invoice);
		size_t *index = arena_alloc(&call->arena, (json_array_size(rates) + 1) * sizeof *index);
		size_t i;
		json_t *rate;

		json_array_foreach(rates, i, rate)
		{
			size_t at = find_tree(t->rate_trees, t->n_rates, rate);

			if (at == t->n_rates) {
				t->rate_trees[t->n_rates] = rate;
				tax_rate_read(rate, &t->rates[t->n_rates++]); /* a loaded one may have none */
			}
			index[i] = at;
		}
		t->tax_lines[l] = (struct tax_line) { t->left[l], index, json_array_size(rates) };
	}
}

static enum tax_customer tax_standing(struct call *call, struct record *invoice)
{
	const char *exempt = js_text(record_tree(invoice_customer(call, invoice)), "tax_exempt");

	if (text_is(exempt, "exempt"))
		return TAX_CUSTOMER_EXEMPT;
	return text_is(exempt, "reverse") ? TAX_CUSTOMER_REVERSE : TAX_CUSTOMER_TAXED;
}

static int take_taxes(struct tally *t)
{
	struct call *call = t->call;
	enum tax_rounding rounding =
		account_setting_is(call, "tax_rounding", "invoice") ? TAX_PER_INVOICE : TAX_PER_LINE;

	t->cells = arena_alloc(&call->arena, (t->n_lines * t->n_rates + 1) * sizeof *t->cells);
	t->totals = arena_alloc(&call->arena, (t->n_rates + 1) * sizeof *t->totals);
	t->reductions = arena_alloc(&call->arena, (t->n_lines + 1) * sizeof *t->reductions);
	if (!tax_apply(t->rates, t->n_rates, t->tax_lines, t->n_lines, rounding, tax_standing(call, t->invoice),
		    t->cells, t->totals, t->reductions, &t->sums))
		return fail_invalid(
			call, "amount_too_large", NULL, "The taxes of this invoice are more than can be billed.");
	return 0;
}

static json_t *amount_of_discount(int64_t amount, const struct record *discount)
{
	json_t *out = json_object();

	js_put_int(out, "amount", amount);
	js_put_text(out, "discount", discount->id);
	return out;
}

static json_t *pretax_credit(int64_t amount, const struct record *discount)
{
	json_t *out = amount_of_discount(amount, discount);

	js_put_text(out, "type", "discount");
	return out;
}

static json_t *tax_body(struct tally *t, size_t rate, const struct tax_amount *cell)
{
	enum tax_customer standing = tax_standing(t->call, t->invoice);
	json_t *out = json_object(), *details = json_object();

	js_put_int(out, "amount", cell->tax);
	js_put_text(out, "tax_behavior", t->rates[rate].inclusive ? "inclusive" : "exclusive");
	js_put_text(details, "tax_rate", js_text(t->rate_trees[rate], "id"));
	js_put_new(out, "tax_rate_details", details);
	js_put_text(out, "taxability_reason",
		standing == TAX_CUSTOMER_EXEMPT	   ? "customer_exempt"
		: standing == TAX_CUSTOMER_REVERSE ? "reverse_charge"
						   : "standard_rated");
	js_put_int(out, "taxable_amount", cell->taxable);
	js_put_text(out, "type", "tax_rate_details");
	return out;
}

/* Writes what was worked out onto the lines that it changes. */
static void write_lines(struct tally *t)
{
	for (size_t l = 0; l < t->n_lines; l++) {
		struct record *line = t->lines->at[l];
		json_t *amounts = json_array(), *credits = json_array(), *taxes = json_array();
		json_t *tree = record_tree(line);

		for (size_t d = 0; d < t->n_discounts; d++) {
			int64_t share = t->shares[d * t->n_lines + l];

			if (share || tally_names(t, l, d))
				json_array_append_new(amounts, amount_of_discount(share, t->discount_records[d]));
			if (share)
				json_array_append_new(credits, pretax_credit(share, t->discount_records[d]));
		}
		for (size_t r = 0; r < t->n_rates; r++)
			if (t->cells[l * t->n_rates + r].applies)
				json_array_append_new(taxes, tax_body(t, r, &t->cells[l * t->n_rates + r]));
		if (!js_same(json_object_get(tree, "discount_amounts"), amounts) ||
			!js_same(json_object_get(tree, "taxes"), taxes)) {
			json_t *draft = journal_edit(&t->call->journal, line);

			js_put(draft, "discount_amounts", amounts);
			js_put(draft, "pretax_credit_amounts", credits);
			js_put(draft, "taxes", taxes);
		}
		json_decref(amounts);
		json_decref(credits);
		json_decref(taxes);
	}
}

#define SHOWN_LINES 10

static void show_lines(struct tally *t, json_t *draft)
{
	json_t *data = json_array(), *list;

	for (size_t l = 0; l < t->n_lines && l < SHOWN_LINES; l++)
		json_array_append(data, record_tree(t->lines->at[l]));
	list = list_object(data, arena_format(&t->call->arena, "/v1/invoices/%s/lines", t->invoice->id));
	js_put_flag(list, "has_more", t->n_lines > SHOWN_LINES);
	js_put_new(draft, "lines", list);
}

static int write_totals(struct tally *t)
{
	struct totals_input in = { .line_count = t->n_lines,
		.tax_exclusive = t->sums.exclusive,
		.tax_inclusive = t->sums.inclusive,
		.tax_reduction = t->sums.reduction };
	int64_t *amounts = arena_alloc(&t->call->arena, (t->n_lines + 1) * sizeof *amounts);
	json_t *draft = journal_edit(&t->call->journal, t->invoice);
	json_t *discounts = json_array(), *credits = json_array(), *taxes = json_array();
	struct totals sums;

	for (size_t l = 0; l < t->n_lines; l++) {
		int64_t contained;

		amounts[l] = t->discount_lines[l].amount - tally_of_items(t, l);
		if (tax_contained(amounts[l], t->rates, t->tax_lines[l].rates, t->tax_lines[l].rate_count, &contained))
			in.inclusive_subtotal += contained;
	}
	in.lines = amounts;
	for (size_t d = 0; d < t->n_discounts; d++) {
		int64_t total = 0;

		discount_total(t->shares + d * t->n_lines, t->n_lines, &total);
		if (t->discounts[d].item == DISCOUNT_ALL_ITEMS)
			in.discount += total;
		json_array_append_new(discounts, amount_of_discount(total, t->discount_records[d]));
		json_array_append_new(credits, pretax_credit(total, t->discount_records[d]));
	}
	for (size_t r = 0; r < t->n_rates; r++)
		if (t->totals[r].applies)
			json_array_append_new(taxes, tax_body(t, r, &t->totals[r]));
	js_put_new(draft, "total_discount_amounts", discounts);
	js_put_new(draft, "total_pretax_credit_amounts", credits);
	js_put_new(draft, "total_taxes", taxes);
	if (!totals_sum(&in, &sums))
		return fail_invalid(
			t->call, "amount_too_large", NULL, "The total of this invoice is more than can be billed.");
	js_put_int(draft, "subtotal", sums.subtotal);
	js_put_int(draft, "subtotal_excluding_tax", sums.subtotal_excluding_tax);
	js_put_int(draft, "total", sums.total);
	js_put_int(draft, "total_excluding_tax", sums.total_excluding_tax);
	show_lines(t, draft);
	return invoice_show_due(t->call, t->invoice);
}

int invoice_total(struct call *call, struct record *invoice)
{
	struct tally t = { .call = call, .invoice = invoice };

	t.lines = list_by(call, line_type(), "invoice", invoice->id);
	t.n_lines = t.lines->count;
	if (tally_discounts(&t))
		return -1;
	gather_rates(&t);
	if (take_taxes(&t))
		return -1;
	write_lines(&t);
	return write_totals(&t);
}
