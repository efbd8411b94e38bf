/* SPDX-License-Identifier: MIT */
/* A draft and its lines: what stands on an invoice, and what it adds up to. */
#include <stdlib.h>
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "billing/discount.h"
#include "billing/tax.h"
#include "billing/totals.h"
#include "events/emit.h"
#include "resources/billing/facts.h"
#include "resources/billing/invoice.h"
#include "resources/billing/inside.h"
#include "resources/billing/subscription.h"
#include "resources/discount.h"
#include "resources/generic.h"

const struct schema_resource *invoice_type(void)
{
	return schema_find_object("invoice");
}

const struct schema_resource *line_type(void)
{
	return schema_find_object("line_item");
}

struct record *invoice_subscription(struct call *call, struct record *invoice)
{
	return account_find(
		call->account, js_text_at(record_tree(invoice), "parent.subscription_details.subscription"));
}

struct record *invoice_customer(struct call *call, struct record *invoice)
{
	return account_find(call->account, js_text(record_tree(invoice), "customer"));
}

/* ---- lines ---- */

static json_t *line_parent(const struct bill_line *line)
{
	json_t *parent = json_object(), *details = json_object();
	json_t *proration = json_null();

	if (!line->item && !line->invoice_item && !line->sub) {
		json_decref(parent);
		json_decref(details);
		return json_null();
	}
	if (line->proration) {
		proration = json_object();
		js_put(proration, "credited_items", line->credited ? line->credited : json_null());
	}
	js_put_text(details, "invoice_item", line->invoice_item ? line->invoice_item->id : NULL);
	js_put_flag(details, "proration", line->proration);
	js_put_new(details, "proration_details", proration);
	js_put_text(details, "subscription", line->sub ? line->sub->id : NULL);
	if (line->invoice_item) {
		js_put_new(parent, "invoice_item_details", details);
		js_put_null(parent, "subscription_item_details");
		js_put_text(parent, "type", "invoice_item_details");
	} else {
		js_put_text(details, "subscription_item", line->item ? line->item->id : "");
		js_put_null(parent, "invoice_item_details");
		js_put_new(parent, "subscription_item_details", details);
		js_put_text(parent, "type", "subscription_item_details");
	}
	return parent;
}

json_t *pricing_of(const struct bill_line *line)
{
	json_t *pricing, *details;

	if (!line->price)
		return json_null();
	pricing = json_object();
	details = json_object();
	js_put_text(details, "price", line->price->id);
	js_put_text(details, "product", js_text(record_tree(line->price), "product"));
	js_put_new(pricing, "price_details", details);
	js_put_text(pricing, "type", "price_details");
	js_put_text(pricing, "unit_amount_decimal", line->unit_amount_decimal);
	return pricing;
}

static json_t *period_of(struct span period)
{
	json_t *out = json_object();

	js_put_int(out, "end", period.to);
	js_put_int(out, "start", period.from);
	return out;
}

/* A line's body in the description's key order. */
static json_t *line_body(struct call *call, struct record *invoice, const struct bill_line *line)
{
	char id[ID_ROOM], decimal[DECIMAL_ROOM];
	json_t *body = json_object(), *private;
	int64_t whole;
	bool counted = line->quantity.scaled != 0 || line->price;

	account_new_id(call->account, "il_", 24, id);
	decimal_format(line->quantity, decimal);
	js_put_text(body, "id", id);
	js_put_text(body, "object", "line_item");
	js_put_int(body, "amount", line->amount);
	js_put(body, "currency", json_object_get(record_tree(invoice), "currency"));
	js_put_text(body, "description", line->description);
	js_put_new(body, "discount_amounts", json_array());
	js_put_flag(body, "discountable", line->discountable);
	js_put_new(body, "discounts", line->discounts ? json_incref(line->discounts) : json_array());
	js_put_text(body, "invoice", invoice->id);
	js_put_flag(body, "livemode", call->livemode);
	js_put_new(body, "metadata", line->metadata ? json_incref(line->metadata) : json_object());
	js_put_new(body, "parent", line_parent(line));
	js_put_new(body, "period", period_of(line->period));
	js_put_new(body, "pretax_credit_amounts", json_array());
	js_put_new(body, "pricing", pricing_of(line));
	if (counted && decimal_whole(line->quantity, &whole))
		js_put_int(body, "quantity", whole);
	else
		js_put_null(body, "quantity");
	js_put_text(body, "quantity_decimal", counted ? decimal : NULL);
	js_put_text(body, "subscription", line->sub ? line->sub->id : NULL);
	js_put_int(body, "subtotal", line->amount);
	js_put_new(body, "taxes", json_array());
	private = js_own(body, PRIVATE_KEY);
	if (json_array_size(line->tax_rates))
		js_put(private, "tax_rates", line->tax_rates);
	if (line->item)
		js_put_text(private, "item", line->item->id);
	return body;
}

struct record *invoice_add_line(struct call *call, struct record *invoice, struct bill_line *line)
{
	json_t *body = line_body(call, invoice, line);

	line->line = journal_add(&call->journal, line_type(), js_text(body, "id"), body, call->now);
	if (line->invoice_item) {
		json_t *draft = journal_edit(&call->journal, line->invoice_item);

		js_put_text(draft, "invoice", invoice->id);
		draft = journal_edit_private(&call->journal, line->invoice_item);
		json_object_del(draft, "pending");
		js_put_text(draft, "line", line->line->id);
	}
	return line->line;
}

/* ---- totals ---- */

struct tally {
	struct call *call;
	struct record *invoice;
	const struct list *lines;
	size_t n_lines, n_discounts, n_rates;
	struct discount *discounts;
	struct record **discount_records;
	struct discount_line *discount_lines;
	int64_t *shares, *left;
	struct tax_rate *rates;
	json_t **rate_trees;
	struct tax_line *tax_lines;
	struct tax_amount *cells, *totals;
	int64_t *reductions;
	struct tax_sums sums;
};

static size_t find_tree(json_t *const *all, size_t n, const json_t *tree)
{
	const char *id = js_text(tree, "id");

	for (size_t i = 0; i < n; i++)
		if (!strcmp(js_text(all[i], "id"), id))
			return i;
	return n;
}

/* Which lines a discount covers, by their products; NULL is all. */
static const bool *covered(struct tally *t, struct record *discount)
{
	bool *applies = arena_alloc(&t->call->arena, (t->n_lines + 1) * sizeof *applies);
	bool all = true;

	for (size_t l = 0; l < t->n_lines; l++) {
		applies[l] = discount_covers(
			discount, js_text_at(record_tree(t->lines->at[l]), "pricing.price_details.product"));
		all &= applies[l];
	}
	return all ? NULL : applies;
}

static void add_discounts(struct tally *t, struct discount *found, struct record **records, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		found[i].applies = covered(t, records[i]);
		t->discounts[t->n_discounts] = found[i];
		t->discount_records[t->n_discounts++] = records[i];
	}
}

static void gather_discounts(struct tally *t)
{
	struct call *call = t->call;
	struct discount found[DISCOUNT_MOST];
	struct record *records[DISCOUNT_MOST];
	const char *currency = js_text(record_tree(t->invoice), "currency");
	json_t *shared = json_object_get(record_tree(t->invoice), "discounts");
	size_t n = json_array_size(shared);

	for (size_t l = 0; l < t->n_lines; l++)
		n += json_array_size(json_object_get(record_tree(t->lines->at[l]), "discounts"));
	t->discounts = arena_alloc(&call->arena, (n + 1) * sizeof *t->discounts);
	t->discount_records = arena_alloc(&call->arena, (n + 1) * sizeof *t->discount_records);
	for (size_t l = 0; n && l < t->n_lines; l++) {
		json_t *line = record_tree(t->lines->at[l]);

		if (js_flag(line, "discountable", true))
			add_discounts(t, found, records,
				discounts_read(call, json_object_get(line, "discounts"), l, currency, found, records));
	}
	if (n)
		add_discounts(
			t, found, records, discounts_read(call, shared, DISCOUNT_ALL_ITEMS, currency, found, records));
}

/*
 * The order in which an amount is split over the lines. The newest subscription item's line is shown first, but the
 * shares are worked out in the order of the items, so that the last item takes the remainder (500 over 1000 and 2000:
 * 166 and 334; Stripe docs "Coupons and promotion codes").
 */
static size_t *discount_order(struct tally *t)
{
	size_t *order = arena_alloc(&t->call->arena, (t->n_lines + 1) * sizeof *order);

	for (size_t l = 0; l < t->n_lines;) {
		size_t end = l;

		while (end < t->n_lines &&
			json_is_object(js_at(record_tree(t->lines->at[end]), "parent.subscription_item_details")))
			end++;
		if (end == l) {
			order[l] = l;
			l++;
		}
		for (size_t k = l; k < end; k++)
			order[k] = end - 1 - (k - l);
		if (end > l)
			l = end;
	}
	return order;
}

/* The discounts, with what they apply to in the order of the split. */
static struct discount *in_order(struct tally *t, const size_t *order)
{
	struct discount *out = arena_alloc(&t->call->arena, (t->n_discounts + 1) * sizeof *out);

	for (size_t d = 0; d < t->n_discounts; d++) {
		bool *applies = arena_alloc(&t->call->arena, (t->n_lines + 1) * sizeof *applies);

		out[d] = t->discounts[d];
		for (size_t l = 0; out[d].applies && l < t->n_lines; l++)
			applies[l] = t->discounts[d].applies[order[l]];
		if (out[d].applies)
			out[d].applies = applies;
	}
	return out;
}

static int take_discounts(struct tally *t)
{
	struct call *call = t->call;
	const size_t *order = discount_order(t);
	size_t cells = t->n_lines * t->n_discounts + 1;
	int64_t *shares = arena_alloc(&call->arena, cells * sizeof *shares);
	int64_t *left = arena_alloc(&call->arena, (t->n_lines + 1) * sizeof *left);
	struct discount_line *ordered = arena_alloc(&call->arena, (t->n_lines + 1) * sizeof *ordered);

	t->discount_lines = arena_alloc(&call->arena, (t->n_lines + 1) * sizeof *t->discount_lines);
	t->shares = arena_alloc(&call->arena, cells * sizeof *t->shares);
	t->left = arena_alloc(&call->arena, (t->n_lines + 1) * sizeof *t->left);
	for (size_t l = 0; l < t->n_lines; l++) {
		json_t *line = record_tree(t->lines->at[l]);

		t->discount_lines[l] = (struct discount_line) {
			.amount = js_int(line, "amount", 0),
			.item = l,
			.discountable = js_flag(line, "discountable", true),
		};
	}
	for (size_t l = 0; l < t->n_lines; l++)
		ordered[l] = t->discount_lines[order[l]];
	if (!discount_apply(in_order(t, order), t->n_discounts, ordered, t->n_lines, shares, left))
		return fail_invalid(
			call, "amount_too_large", NULL, "The discounts of this invoice do not fit its amounts.");
	for (size_t l = 0; l < t->n_lines; l++) {
		t->left[order[l]] = left[l];
		for (size_t d = 0; d < t->n_discounts; d++)
			t->shares[d * t->n_lines + order[l]] = shares[d * t->n_lines + l];
	}
	return 0;
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
		json_t *own = js_at(record_tree(t->lines->at[l]), PRIVATE_KEY ".tax_rates");
		json_t *rates = json_array_size(own) ? own : shared;
		size_t *index = arena_alloc(&call->arena, (json_array_size(rates) + 1) * sizeof *index);
		size_t i;
		json_t *rate;

		json_array_foreach(rates, i, rate)
		{
			size_t at = find_tree(t->rate_trees, t->n_rates, rate);

			if (at == t->n_rates) {
				char *text = arena_format(
					&call->arena, "%.15g", json_number_value(json_object_get(rate, "percentage")));

				t->rate_trees[t->n_rates] = rate;
				t->rates[t->n_rates].inclusive = js_flag(rate, "inclusive", false);
				if (percent_parse(text, 4, &t->rates[t->n_rates].percent) != DECIMAL_OK)
					t->rates[t->n_rates].percent = 0;
				t->n_rates++;
			}
			index[i] = at;
		}
		t->tax_lines[l] = (struct tax_line) { t->left[l], index, json_array_size(rates) };
	}
}

static enum tax_customer tax_standing(struct call *call, struct record *invoice)
{
	const char *exempt = js_text(record_tree(invoice_customer(call, invoice)), "tax_exempt");

	if (exempt && !strcmp(exempt, "exempt"))
		return TAX_CUSTOMER_EXEMPT;
	return exempt && !strcmp(exempt, "reverse") ? TAX_CUSTOMER_REVERSE : TAX_CUSTOMER_TAXED;
}

static int take_taxes(struct tally *t)
{
	struct call *call = t->call;

	t->cells = arena_alloc(&call->arena, (t->n_lines * t->n_rates + 1) * sizeof *t->cells);
	t->totals = arena_alloc(&call->arena, (t->n_rates + 1) * sizeof *t->totals);
	t->reductions = arena_alloc(&call->arena, (t->n_lines + 1) * sizeof *t->reductions);
	if (!tax_apply(t->rates, t->n_rates, t->tax_lines, t->n_lines, TAX_PER_LINE, tax_standing(call, t->invoice),
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

			if (!share)
				continue;
			json_array_append_new(amounts, amount_of_discount(share, t->discount_records[d]));
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

		amounts[l] = t->discount_lines[l].amount;
		if (tax_contained(amounts[l], t->rates, t->tax_lines[l].rates, t->tax_lines[l].rate_count, &contained))
			in.inclusive_subtotal += contained;
	}
	in.lines = amounts;
	for (size_t d = 0; d < t->n_discounts; d++) {
		int64_t total = 0;

		discount_total(t->shares + d * t->n_lines, t->n_lines, &total);
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
	gather_discounts(&t);
	if (take_discounts(&t))
		return -1;
	gather_rates(&t);
	if (take_taxes(&t))
		return -1;
	write_lines(&t);
	return write_totals(&t);
}

/* ---- a new draft ---- */

/* Who is billed, as the invoice remembers it; refreshed while it is a draft, frozen at finalization. */
void invoice_snapshot_customer(struct call *call, struct record *invoice)
{
	static const char *const parts[][2] = {
		{ "customer_address", "address" },
		{ "customer_email", "email" },
		{ "customer_name", "name" },
		{ "customer_phone", "phone" },
		{ "customer_shipping", "shipping" },
		{ "customer_tax_exempt", "tax_exempt" },
	};
	json_t *customer = record_tree(invoice_customer(call, invoice));
	json_t *tree = record_tree(invoice);

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		json_t *value = json_object_get(customer, parts[i][1]);

		if (!js_same(json_object_get(tree, parts[i][0]), value ? value : json_null())) {
			tree = journal_edit(&call->journal, invoice);
			js_put(tree, parts[i][0], value);
		}
	}
}

static void copy_from_subscription(
	struct call *call, json_t *body, struct record *sub, const struct invoice_terms *terms)
{
	json_t *tree = record_tree(sub), *details = json_object(), *parent = json_object();
	json_t *settings = json_object_get(tree, "invoice_settings");

	js_put(details, "metadata", json_object_get(tree, "metadata"));
	js_put_text(details, "subscription", sub->id);
	if (terms->proration_date)
		js_put_int(details, "subscription_proration_date", terms->proration_date);
	js_put_null(parent, "quote_details");
	js_put_new(parent, "subscription_details", details);
	js_put_text(parent, "type", "subscription_details");
	js_put_new(body, "parent", parent);
	js_put(body, "collection_method", json_object_get(tree, "collection_method"));
	js_put(body, "default_tax_rates", json_object_get(tree, "default_tax_rates"));
	js_put(body, "description", json_object_get(settings, "description"));
	js_put(body, "footer", json_object_get(settings, "footer"));
	js_put(body, "custom_fields", json_object_get(settings, "custom_fields"));
	js_put(body, "discounts", json_object_get(tree, "discounts"));
	if (js_text(tree, "collection_method") && !strcmp(js_text(tree, "collection_method"), "send_invoice"))
		js_put_int(body, "due_date", call->now + js_int(tree, "days_until_due", 30) * 86400);
}

static json_t *draft_body(struct call *call, const struct invoice_terms *terms)
{
	json_t *body = shape_new(call, invoice_type(), NULL);
	json_t *customer = record_tree(terms->customer);

	js_put_text(body, "currency", terms->currency);
	js_put_text(body, "customer", terms->customer->id);
	js_put(body, "test_clock", json_object_get(customer, "test_clock"));
	js_put_text(body, "billing_reason", terms->reason);
	js_put_int(body, "period_start", terms->period.from);
	js_put_int(body, "period_end", terms->period.to);
	if (terms->sub)
		copy_from_subscription(call, body, terms->sub, terms);
	if (!json_array_size(json_object_get(body, "discounts")) &&
		json_is_object(json_object_get(customer, "discount"))) {
		json_t *ids = json_array();

		json_array_append(ids, js_at(customer, "discount.id"));
		js_put_new(body, "discounts", ids);
	}
	invoice_set_advance(call, body, terms->auto_advance);
	return body;
}

/* auto_advance and what follows from it while the invoice is a draft. */
void invoice_set_advance(struct call *call, json_t *body, bool advance)
{
	bool charges = !strcmp(js_text(body, "collection_method"), "charge_automatically");
	int64_t created = js_int(body, "created", call->now);

	js_put_flag(body, "auto_advance", advance);
	if (advance) {
		js_put_int(body, "automatically_finalizes_at", created + 3601);
		js_put_int(js_own(body, PRIVATE_KEY), "due", created + 3600);
	} else {
		js_put_null(body, "automatically_finalizes_at");
		json_object_del(js_own(body, PRIVATE_KEY), "due");
	}
	if (advance && charges)
		js_put_int(body, "next_payment_attempt", created + 3600);
	else
		js_put_null(body, "next_payment_attempt");
}

/* The lines of the newest item come first; those of one item (tiers) keep their order. */
static void add_lines(struct call *call, struct record *invoice, struct bill_line *lines, size_t n)
{
	while (n) {
		size_t from = n - 1;

		while (from && lines[from].item && lines[from - 1].item == lines[from].item)
			from--;
		for (size_t i = from; i < n; i++)
			invoice_add_line(call, invoice, &lines[i]);
		n = from;
	}
}

struct record *invoice_new(struct call *call, const struct invoice_terms *terms, struct bill_line *lines, size_t n)
{
	struct record *invoice = object_store(call, invoice_type(), draft_body(call, terms));
	size_t swept = 0;

	if (terms->sweep)
		swept = invoice_items_sweep(call, invoice, terms->customer, terms->sub);
	if (swept + n > BILL_LINES) {
		fail_invalid(call, NULL, NULL, "An invoice can have at most %d lines.", BILL_LINES);
		return NULL;
	}
	add_lines(call, invoice, lines, n);
	invoice_snapshot_customer(call, invoice);
	if (invoice_total(call, invoice))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		json_t *tree = record_tree(lines[i].line);
		size_t k;
		json_t *one;

		lines[i].net = lines[i].amount;
		json_array_foreach(json_object_get(tree, "discount_amounts"), k, one)
		{
			lines[i].net -= js_int(one, "amount", 0);
		}
	}
	emit(call, "invoice.created", invoice);
	return invoice;
}
