/* SPDX-License-Identifier: MIT */
/* What a change of a subscription costs: from bodies to billing/proration.h and back into pending invoice items. */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "billing/describe.h"
#include "resources/billing/sub.h"
#include "resources/discount.h"
#include "resources/generic.h"

#define ORIGINALS 16 /* debits that may cover one item's running period at a time */

/* The discounts inside one side of an item's price. */
struct net {
	struct discount discounts[DISCOUNT_MOST];
	size_t n;
	struct decimal total; /* of a whole period, discounts taken off */
};

static int fail_amount(struct call *call)
{
	return fail_invalid(call, "amount_too_large", NULL,
		"The amounts of this change are more than can be billed. Use a smaller quantity or price.");
}

/* An item's share of the subscription's amount_off discounts, among all items of that side. */
static bool share_amounts(struct sub_change *c, size_t which, struct net *net)
{
	struct discount_line lines[2 * SUB_ITEMS];
	size_t index[2 * SUB_ITEMS], count = 0, mine = 0;
	int64_t shares[DISCOUNT_MOST * 2 * SUB_ITEMS], left[2 * SUB_ITEMS];

	for (size_t i = 0; i < c->n; i++) {
		if (!c->items[i].has_new || !decimal_round(c->items[i].new.total, ROUND_HALF_AWAY, &lines[count].amount))
			continue;
		if (i == which)
			mine = count;
		lines[count].item = i;
		lines[count].discountable = true;
		index[count++] = i;
	}
	if (count < 2)
		return true;
	(void)index;
	for (size_t d = 0; d < net->n; d++)
		if (net->discounts[d].item != DISCOUNT_ALL_ITEMS)
			net->discounts[d].item = which;
	if (!discount_apply(net->discounts, net->n, lines, count, shares, left))
		return false;
	for (size_t d = 0; d < net->n; d++)
		if (!net->discounts[d].percent_off && net->discounts[d].item == DISCOUNT_ALL_ITEMS)
			net->discounts[d].amount_off = shares[d * count + mine];
	return true;
}

static bool net_of(struct sub_change *c, size_t which, bool old, struct net *net)
{
	struct item_change *item = &c->items[which];
	const struct item_facts *side = old ? &item->old : &item->new;
	struct record *records[DISCOUNT_MOST];

	net->n = discounts_in_force(c->call, side->discounts, c->sub, c->customer, c->currency, DISCOUNT_ALL_ITEMS,
		net->discounts, records);
	/* The item's own come first in the list; they are never shared. */
	for (size_t d = 0; d < net->n && d < json_array_size(side->discounts); d++)
		net->discounts[d].item = which;
	for (size_t d = 0; d < net->n;) { /* coupons for other products */
		const char *product = side->product ? side->product->id : NULL;

		if (discount_covers(records[d], product)) {
			d++;
			continue;
		}
		memmove(&net->discounts[d], &net->discounts[d + 1], (net->n - d - 1) * sizeof net->discounts[0]);
		memmove(&records[d], &records[d + 1], (net->n - d - 1) * sizeof records[0]);
		net->n--;
	}
	if (!old && !share_amounts(c, which, net))
		return false;
	return discount_whole(side->total, net->discounts, net->n, &net->total);
}

/* ---- what charged for the running period ---- */

struct originals {
	struct proration_original list[ORIGINALS];
	const char *ids[ORIGINALS]; /* il_ or ii_ */
	size_t n;
};

/* The stored ones; when there are none (a subscription from a fixture) one is made up from what the period costs. */
static bool read_originals(struct sub_change *c, struct item_change *item, const struct net *net, struct originals *out)
{
	json_t *stored = json_object_get(record_private(item->old.record), "originals");
	size_t i;
	json_t *one;

	out->n = 0;
	json_array_foreach(stored, i, one)
	{
		if (out->n == ORIGINALS)
			break;
		if (js_int(one, "to", 0) <= c->at)
			continue;
		out->list[out->n] = (struct proration_original){ js_int(one, "amount", 0),
			{ js_int(one, "from", 0), js_int(one, "to", 0) } };
		out->ids[out->n++] = js_text(one, "id");
	}
	if (json_is_array(stored))
		return true;
	out->n = 1;
	out->ids[0] = NULL;
	out->list[0].period = item->old.period;
	return decimal_round(net->total, ROUND_HALF_AWAY, &out->list[0].amount);
}

/* credited_items of an invoice item: the invoice lines, or the pending item, that charged for the time. */
static json_t *credited_items(struct call *call, const char *id)
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

static void set_originals(struct call *call, struct record *item, json_t *list)
{
	js_put_new(journal_edit_private(&call->journal, item), "originals", list);
}

static json_t *original(const char *id, int64_t amount, struct span period)
{
	json_t *one = json_object();

	js_put_text(one, "id", id);
	js_put_int(one, "amount", amount);
	js_put_int(one, "from", period.from);
	js_put_int(one, "to", period.to);
	return one;
}

void sub_remember_lines(struct sub_change *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct record *item = c->items[i].new.record;
		json_t *list;

		if (!c->items[i].has_new || !item)
			continue;
		list = json_array();
		for (size_t l = 0; l < c->n_lines; l++)
			if (c->lines[l].item == item && c->lines[l].line)
				json_array_append_new(list, original(c->lines[l].line->id, c->lines[l].net, c->lines[l].period));
		if (json_array_size(list))
			set_originals(c->call, item, list);
		else
			json_decref(list);
	}
}

/* ---- pending items ---- */

static void make_item(struct sub_change *c, struct item_change *item, const struct proration_line *p, const struct net *net,
	const struct originals *originals)
{
	struct call *call = c->call;
	bool credit = p->kind == PRORATION_CREDIT;
	const struct item_facts *side = credit ? &item->old : &item->new;
	const char *id = credit && p->original < originals->n ? originals->ids[p->original] : NULL;
	js_auto credited = credit ? credited_items(call, id) : NULL;
	struct text text;
	struct record *made;
	struct bill_line line = {
		.amount = p->amount,
		.period = p->period,
		.price = side->price,
		.quantity = side->quantity,
		.sub = c->sub,
		.item = side->record,
		.proration = true,
		.credited = credited,
		.tax_rates = side->tax_rates,
	};

	text_init(&text, 4096);
	if (p->kind == PRORATION_FULL) {
		struct describe_price shown;

		item_describe_price(side, c->currency, &shown);
		describe_recurring(&text, item_product_name(side), side->quantity, &shown);
	} else {
		describe_proration(&text, p->kind, item_product_name(side), side->quantity, net->discounts, net->n, c->currency,
			c->at);
	}
	line.description = text.data;
	made = invoice_item_new(call, c->customer, &line, c->currency);
	text_clear(&text);
	c->prorations++;
	if (!item->has_new || !item->new.record)
		return;
	if (credit) {
		set_originals(call, item->new.record, json_array());
	} else {
		json_t *list = json_array();

		json_array_append_new(list, original(made->id, p->amount, p->period));
		set_originals(call, item->new.record, list);
	}
}

static bool counts(const struct sub_change *c, const struct item_change *item)
{
	bool moves = c->restarts || item->changed || item->old.period.to != item->new.period.to;

	return moves && !(item->has_old && item->old.metered && item->has_new && item->new.metered);
}

/* The whole period whose price a debit is a part of. */
static struct span natural_period(const struct sub_change *c, const struct item_change *item)
{
	struct cycle cycle = sub_cycle(c, &item->new);
	struct span whole = item->old.period;
	bool same = item->has_old && item->old.interval == item->new.interval &&
		    item->old.interval_count == item->new.interval_count;

	if (!same && !cycle_period(&cycle, c->at, &whole))
		whole = item->new.period;
	return whole;
}

int sub_prorate(struct sub_change *c)
{
	struct proration_change changes[2 * SUB_ITEMS];
	struct originals originals[2 * SUB_ITEMS];
	struct net old[2 * SUB_ITEMS], new[2 * SUB_ITEMS];
	struct proration_line lines[2 * SUB_ITEMS * (ORIGINALS + 1)];
	size_t of[2 * SUB_ITEMS], n = 0, count = 0;

	if (c->behavior == NO_PRORATIONS)
		return 0;
	for (size_t i = 0; i < c->n; i++) {
		struct item_change *item = &c->items[i];
		struct proration_change *change = &changes[n];

		if (!counts(c, item))
			continue;
		*change = (struct proration_change){ 0 };
		originals[n].n = 0;
		if (item->has_old && !item->old.metered && !c->worthless) {
			change->has_old = true;
			change->old_period = item->old.period;
			if (!net_of(c, i, true, &old[n]) || !read_originals(c, item, &old[n], &originals[n]))
				return fail_amount(c->call);
			change->old_total = old[n].total;
			change->originals = originals[n].list;
			change->original_count = originals[n].n;
		}
		/* A restarted period is billed by ordinary lines, tier by tier (sub_full_lines). */
		if (item->has_new && !item->new.metered && !c->restarts && !c->worthless) {
			change->has_new = true;
			change->new_period = natural_period(c, item);
			if (!net_of(c, i, false, &new[n]))
				return fail_amount(c->call);
			change->new_total = new[n].total;
		}
		of[n++] = i;
	}
	if (!proration_lines(changes, n, c->flexible ? PRORATION_FLEXIBLE : PRORATION_CLASSIC, c->at, lines,
		    COUNT_OF(lines), &count))
		return fail_amount(c->call);
	for (size_t l = 0; l < count; l++) {
		size_t k = lines[l].item;
		bool credit = lines[l].kind == PRORATION_CREDIT;

		if (!c->flexible)
			lines[l].original = 0;
		make_item(c, &c->items[of[k]], &lines[l], credit ? &old[k] : &new[k], &originals[k]);
	}
	return 0;
}

/* ---- whole periods ---- */

int sub_stub_line(struct sub_change *c, size_t which, struct span part, struct span whole)
{
	struct item_change *item = &c->items[which];
	struct bill_line *line;
	struct text text;

	if (item->new.metered)
		return 0;
	line = &c->lines[c->n_lines++];
	*line = (struct bill_line){
		.period = part,
		.price = item->new.price,
		.quantity = item->new.quantity,
		.sub = c->sub,
		.item = item->new.record,
		.proration = true,
		.discountable = true,
		.discounts = item->new.discounts,
		.tax_rates = item->new.tax_rates,
	};
	if (!proration_part(1, item->new.total, part, whole, &line->amount))
		return fail_amount(c->call);
	text_init(&text, 4096);
	describe_proration(&text, PRORATION_DEBIT, item_product_name(&item->new), item->new.quantity, NULL, 0, c->currency,
		part.from);
	line->description = arena_text(&c->call->arena, text.data);
	text_clear(&text);
	return 0;
}

int sub_full_lines(struct sub_change *c, int64_t cut)
{
	for (size_t i = 0; i < c->n; i++) {
		struct item_change *item = &c->items[i];

		if (!item->has_new || item->idle || item->new.period.from >= item->new.period.to)
			continue;
		if (c->n_lines + item->new.terms.tier_count + 1 >= BILL_LINES)
			return fail_invalid(c->call, NULL, NULL, "An invoice can have at most %d lines.", BILL_LINES);
		if (cut && cut < item->new.period.to) {
			struct span whole = item->new.period;

			item->new.period.to = cut;
			if (sub_stub_line(c, i, item->new.period, whole))
				return -1;
		} else if (item_period_lines(c->call, &item->new, c->sub, c->currency, item->new.period, c->lines, &c->n_lines)) {
			return -1;
		}
	}
	return 0;
}
