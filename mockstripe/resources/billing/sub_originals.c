/* SPDX-License-Identifier: MIT */
/* What charged for an item's running period, and what is left of it. Source: Stripe docs "Prorations", credit
 * prorations of the flexible billing mode. */
#include "base/json.h"
#include "resources/billing/sub_prorate.h"

/* What the running period costs: as one charge, with the item's share of a discount on all items. */
static bool make_one(struct sub_change *c, size_t which, struct originals *out)
{
	struct item_facts *old = &c->items[which].old;
	struct span whole = sub_natural(old, c->old_anchor);
	struct net net;

	if (!net_of(c, which, true, true, &net))
		return false;
	out->n = 1;
	out->ids[0] = NULL;
	out->list[0].period = old->period;
	out->off[0] = net_off(&net, 1, old->total, old->period, whole);
	if (!out->off[0])
		return false;
	js_lent(&c->call->arena, out->off[0]);
	return proration_part(1, net.total, old->period, whole, &out->list[0].amount);
}

bool originals_read(struct sub_change *c, size_t which, int64_t after, struct originals *out)
{
	struct item_facts *old = &c->items[which].old;
	json_t *stored = old->originals, *one;
	size_t i;

	out->n = 0;
	if (!json_is_array(stored))
		return make_one(c, which, out);
	json_array_foreach(stored, i, one)
	{
		if (out->n == ORIGINALS)
			break;
		if (js_int(one, "to", 0) <= after)
			continue;
		out->list[out->n] = (struct proration_original) { js_int(one, "amount", 0),
			{ js_int(one, "from", 0), js_int(one, "to", 0) } };
		out->off[out->n] = json_object_get(one, "off");
		out->ids[out->n++] = js_text(one, "id");
	}
	js_lent(&c->call->arena, json_incref(stored)); /* the item's draft may get another list meanwhile */
	return true;
}

json_t *original_new(const char *id, const struct proration_original *o, json_t *off)
{
	json_t *one = json_object();

	js_put_text(one, "id", id);
	js_put_int(one, "amount", o->amount);
	js_put_int(one, "from", o->period.from);
	js_put_int(one, "to", o->period.to);
	if (amounts_sum(off))
		js_put(one, "off", off);
	return one;
}

void originals_write(struct call *call, struct record *item, json_t *list)
{
	js_put_new(journal_edit_private(&call->journal, item), "originals", list);
}

/* From the amount before discounts down to the one after them, each step rounded like the credit itself. */
json_t *original_off(const struct proration_original *o, json_t *off, struct span part)
{
	json_t *out = json_array(), *one;
	int64_t whole = o->amount + amounts_sum(off), before, after = 0;
	bool fits = proration_part(-1, decimal_of(whole), part, o->period, &before);
	size_t i;

	json_array_foreach(off, i, one)
	{
		whole -= js_int(one, "amount", 0);
		fits = fits && proration_part(-1, decimal_of(whole), part, o->period, &after);
		if (!fits)
			break;
		off_add(out, before - after, js_text(one, "discount"));
		before = after;
	}
	if (fits)
		return out;
	json_decref(out);
	return NULL;
}

json_t *original_credited(struct call *call, const char *id)
{
	struct record *r = account_find(call->account, id);
	json_t *out, *details, *lines;
	const char *invoice, *line;

	if (!r)
		return NULL;
	out = json_object();
	line = record_is(r, "invoiceitem") ? js_text(record_private(r), "line") : r->id;
	invoice = js_text(record_tree(r), "invoice");
	if (!line || !invoice) {
		js_put_text(out, "invoice_item", r->id);
		js_put_text(out, "type", "invoice_item");
		return out;
	}
	details = json_object();
	lines = json_array();
	js_put_text(details, "invoice", invoice);
	json_array_append_new(lines, json_string(line));
	js_put_new(details, "invoice_line_items", lines);
	js_put_new(out, "invoice_line_item_details", details);
	js_put_text(out, "type", "invoice_line_items");
	return out;
}

static bool same_rates(const json_t *a, const json_t *b)
{
	bool same = json_array_size(a) == json_array_size(b);

	for (size_t i = 0; same && i < json_array_size(a); i++)
		same = text_is(js_text(json_array_get(a, i), "id"), js_text(json_array_get(b, i), "id"));
	return same;
}

json_t *original_rates(struct call *call, const char *id, json_t *now)
{
	struct record *line = account_find(call->account, id), *invoice;
	json_t *rates;

	if (line && record_is(line, "invoiceitem"))
		line = account_find(call->account, js_text(record_private(line), "line"));
	invoice = account_find(call->account, js_text(record_tree(line), "invoice"));
	if (!invoice)
		return NULL;
	rates = line_rates(line, invoice);
	return rates && !same_rates(rates, now) ? rates : NULL;
}

void sub_remember_lines(struct sub_change *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct record *item = c->items[i].new.record;
		json_t *list;

		if (!c->items[i].has_new || !item)
			continue;
		list = json_array();
		for (size_t l = 0; l < c->lines.count; l++) {
			const struct bill_line *line = &c->lines.at[l];
			json_t *off = js_get(record_tree(line->line), "discount_amounts");

			if (line->item != item || !line->line)
				continue;
			json_array_append_new(list,
				original_new(line->line->id,
					&(struct proration_original) { line->amount - amounts_sum(off), line->period },
					off));
		}
		if (json_array_size(list))
			originals_write(c->call, item, list);
		else
			json_decref(list);
	}
}

void sub_lines_pending(struct sub_change *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct record *item = c->items[i].new.record;
		json_t *list = json_array();

		for (size_t l = 0; l < c->lines.count; l++) {
			struct bill_line *line = &c->lines.at[l];
			struct proration_original o = { line->amount, line->period };

			if (line->item != item)
				continue;
			json_array_append_new(list,
				original_new(invoice_item_new(c->call, c->customer, line, c->currency)->id, &o, NULL));
		}
		if (c->items[i].has_new && json_array_size(list))
			originals_write(c->call, item, list);
		else
			json_decref(list);
	}
	c->lines.count = 0;
	c->n_usage = 0; /* it is settled as what those items say */
}
