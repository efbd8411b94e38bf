/* SPDX-License-Identifier: MIT */
/*
 * Usage that is reported while the invoice of its period is still a draft: the invoice counts it when it is finalized.
 * A draft remembers which usage its lines stand for (private "usage": [{item, price, from, to, quantity}]), those of no
 * usage too, which flexible mode hides. Where the sum has changed since, the lines of that item are made anew; lines
 * that a client edited meanwhile stay when it has not. Source: Stripe docs "Usage-based billing", "Subscription
 * invoices" (the draft's hour is there for it).
 */
#include <string.h>

#include "api/list.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/billing/meter.h"

#define USAGE "usage"

void invoice_remember_usage(struct sub_change *c, struct record *invoice)
{
	json_t *rows;
	char quantity[DECIMAL_ROOM];

	if (!c->n_usage || strcmp(js_text(record_tree(invoice), "status"), "draft"))
		return;
	rows = json_array();
	for (size_t i = 0; i < c->n_usage; i++) {
		const struct usage_billed *u = &c->usage[i];
		json_t *row = json_object();

		decimal_format(u->quantity, quantity);
		js_put_text(row, "item", u->item->id);
		js_put_text(row, "price", u->price->id);
		js_put_int(row, "from", u->period.from);
		js_put_int(row, "to", u->period.to);
		js_put_text(row, "quantity", quantity);
		json_array_append_new(rows, row);
	}
	js_put_new(journal_edit_private(&c->call->journal, invoice), USAGE, rows);
	journal_freeze(&c->call->journal, invoice);
}

const json_t *invoice_counted_usage(struct record *invoice)
{
	return json_object_get(record_private(invoice), USAGE);
}

static bool is_line_of(struct record *line, const json_t *row)
{
	json_t *tree = record_tree(line);
	const char *item = js_text_at(tree, "parent.subscription_item_details.subscription_item");

	return text_is(item, js_text(row, "item")) && js_int_at(tree, "period.start", 0) == js_int(row, "from", 0) &&
	       js_int_at(tree, "period.end", 0) == js_int(row, "to", 0);
}

/* The lines as they are now make place for the ones worked out anew, under the ids there are. */
static void replace_lines(
	struct call *call, struct record *invoice, const json_t *row, struct bill_line *lines, size_t n)
{
	const struct list *all = list_by(call, line_type(), "invoice", invoice->id);
	struct list old = { 0 };
	size_t i;

	for (i = 0; i < all->count; i++)
		if (is_line_of(all->at[i], row))
			list_add(&old, all->at[i]);
	for (i = 0; i < n; i++) {
		if (i < old.count)
			invoice_replace_line(call, invoice, old.at[i], &lines[i]);
		else
			invoice_add_line(call, invoice, &lines[i]);
	}
	for (; i < old.count; i++)
		journal_delete(&call->journal, old.at[i]);
	list_clear(&old);
}

/* The item as it was billed, the only one of the change. 0 or -1. */
static int begin(struct call *call, struct sub_change *c, struct record *sub, const json_t *row)
{
	struct record *item = account_find(call->account, js_text(row, "item"));
	struct record *price = account_find(call->account, js_text(row, "price"));
	struct item_facts facts = { .record = item,
		.period = { js_int(row, "from", 0), js_int(row, "to", 0) },
		.discounts = json_object_get(record_tree(item), "discounts"),
		.tax_rates = json_object_get(record_tree(item), "tax_rates") };

	if (sub_change_begin(call, c, sub))
		return -1;
	c->n = 0;
	if (!item || !price)
		return 0; /* gone with its customer: it stays as it is */
	if (!item_read_price(call, &facts, price, c->currency))
		return -1;
	c->items[0] = (struct item_change) { .has_old = true, .old = facts };
	c->n = 1;
	return 0;
}

/* Counts one item's usage again; *row is replaced when it has changed, and true put into *differs. 0 or -1. */
static int recount(struct call *call, struct record *invoice, struct record *sub, json_t **row, bool *differs)
{
	struct sub_change *c = arena_alloc(&call->arena, sizeof *c);
	char quantity[DECIMAL_ROOM];

	if (begin(call, c, sub, *row) || sub_usage_lines(c, js_int(*row, "to", 0)))
		return -1;
	if (!c->n_usage)
		return 0;
	decimal_format(c->usage[0].quantity, quantity);
	if (!strcmp(quantity, js_text(*row, "quantity")))
		return 0;
	replace_lines(call, invoice, *row, c->lines.at, c->lines.count);
	*row = json_copy(*row);
	js_put_text(*row, "quantity", quantity);
	*differs = true;
	return 0;
}

int invoice_count_usage(struct call *call, struct record *invoice)
{
	struct record *sub = invoice_subscription(call, invoice);
	const json_t *counted = invoice_counted_usage(invoice);
	json_t *rows;
	bool any = false;

	if (!sub || !json_array_size(counted))
		return 0;
	rows = js_own_array(journal_edit_private(&call->journal, invoice), USAGE);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i);
		bool differs = false;

		if (recount(call, invoice, sub, &row, &differs))
			return -1;
		if (differs)
			json_array_set_new(rows, i, row);
		any |= differs;
	}
	return any ? invoice_total(call, invoice) : 0;
}
