/* SPDX-License-Identifier: MIT */
/* What a change of a subscription costs: from bodies to billing/proration.h and back into pending invoice items. */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "billing/describe.h"
#include "events/emit.h"
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

int sub_fail_amount(struct call *call)
{
	return fail_invalid(call, "amount_too_large", NULL,
		"The amounts of this change are more than can be billed. Use a smaller quantity or price.");
}

/* An item's share of the subscription's amount_off discounts, among all items of that side. */
static bool share_amounts(struct sub_change *c, size_t which, bool old, struct net *net)
{
	struct discount_line lines[2 * SUB_ITEMS];
	size_t index[2 * SUB_ITEMS], count = 0, mine = 0;
	int64_t shares[DISCOUNT_MOST * 2 * SUB_ITEMS], left[2 * SUB_ITEMS];

	for (size_t i = 0; i < c->n; i++) {
		const struct item_change *item = &c->items[i];

		if (!(old ? item->has_old : item->has_new) ||
			!decimal_round(old ? item->old.total : item->new.total, ROUND_HALF_AWAY, &lines[count].amount))
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
	if (!old && !share_amounts(c, which, false, net))
		return false;
	return discount_whole(side->total, net->discounts, net->n, &net->total);
}

/* ---- what charged for the running period ---- */

struct originals {
	struct proration_original list[ORIGINALS];
	const char *ids[ORIGINALS]; /* il_ or ii_ */
	size_t n;
};

/* What the running period costs: as one charge, with the item's share of a discount on all items. */
static bool make_original(struct sub_change *c, size_t which, int64_t *amount)
{
	struct item_change *item = &c->items[which];
	struct net net;

	return net_of(c, which, true, &net) && share_amounts(c, which, true, &net) &&
	       discount_whole(item->old.total, net.discounts, net.n, &net.total) &&
	       proration_part(1, net.total, item->old.period, sub_natural(&item->old, c->old_anchor), amount);
}

/* The stored ones; when there are none (a subscription from a fixture) one is made up from what the period costs. */
static bool read_originals(struct sub_change *c, size_t which, int64_t after, struct originals *out)
{
	struct item_change *item = &c->items[which];
	json_t *stored = item->old.originals;
	size_t i;
	json_t *one;

	out->n = 0;
	json_array_foreach(stored, i, one)
	{
		if (out->n == ORIGINALS)
			break;
		if (js_int(one, "to", 0) <= after)
			continue;
		out->list[out->n] = (struct proration_original) { js_int(one, "amount", 0),
			{ js_int(one, "from", 0), js_int(one, "to", 0) } };
		out->ids[out->n++] = js_text(one, "id");
	}
	if (json_is_array(stored))
		return true;
	out->n = 1;
	out->ids[0] = NULL;
	out->list[0].period = item->old.period;
	return make_original(c, which, &out->list[0].amount);
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
				json_array_append_new(
					list, original(c->lines[l].line->id, c->lines[l].net, c->lines[l].period));
		if (json_array_size(list))
			set_originals(c->call, item, list);
		else
			json_decref(list);
	}
}

/* ---- pending items ---- */

static struct record *make_item(struct sub_change *c, struct item_change *item, const struct proration_line *p,
	const struct net *net, const char *credited_id, int64_t at)
{
	struct call *call = c->call;
	bool credit = p->kind == PRORATION_CREDIT;
	const struct item_facts *side = credit ? &item->old : &item->new;
	js_auto credited = credited_id ? credited_items(call, credited_id) : NULL;
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
		.quiet = c->quiet && c->n_unannounced < BILL_LINES, /* no more than that fit on its invoice */
	};

	text_init(&text, 4096);
	describe_proration(
		&text, p->kind, item_product_name(side), side->quantity, net->discounts, net->n, c->currency, at);
	line.description = text.data;
	made = invoice_item_new(call, c->customer, &line, c->currency);
	text_clear(&text);
	c->prorations++;
	if (line.quiet)
		c->unannounced[c->n_unannounced++] = made;
	return made;
}

void sub_announce_items(struct sub_change *c)
{
	for (size_t i = 0; i < c->n_unannounced; i++)
		emit(c->call, "invoiceitem.created", c->unannounced[i]);
	c->n_unannounced = 0;
}

/* An item that changes: what undoes its old side, what charges for the new one, and the whole periods they are of. */
struct sides {
	struct item_change *item;
	struct net old, new;
	struct originals originals;
	struct span old_whole, new_whole;
};

static bool counts(const struct sub_change *c, const struct item_change *item)
{
	return (c->restarts || item->changed) &&
	       !(item->has_old && item->old.metered && item->has_new && item->new.metered);
}

static int read_sides(struct sub_change *c, size_t which, struct sides *s, struct proration_change *change)
{
	struct item_change *item = &c->items[which];

	*change = (struct proration_change) { 0 };
	s->item = item;
	s->originals.n = 0;
	if (item->has_old && !item->old.metered && !c->worthless) {
		s->old_whole = sub_natural(&item->old, c->old_anchor);
		if (!net_of(c, which, true, &s->old) || !read_originals(c, which, c->at, &s->originals))
			return sub_fail_amount(c->call);
		*change = (struct proration_change) { .has_old = true,
			.old_period = s->old_whole,
			.old_total = s->old.total,
			.originals = s->originals.list,
			.original_count = s->originals.n };
	}
	/* A restarted period is billed by ordinary lines, tier by tier (sub_full_lines). */
	if (item->has_new && !item->new.metered && !c->restarts && !c->worthless) {
		s->new_whole = sub_natural(&item->new, c->anchor);
		if (!net_of(c, which, false, &s->new))
			return sub_fail_amount(c->call);
		change->has_new = true;
		change->new_period = s->new_whole;
		change->new_total = s->new.total;
	}
	return 0;
}

/* A line that the rule lets run to the whole period's end stops where the period really ends. False: nothing is left.
 */
static bool shorten(struct sub_change *c, const struct sides *s, struct proration_line *line)
{
	bool credit = line->kind == PRORATION_CREDIT;
	int64_t end = credit ? s->item->old.period.to : s->item->new.period.to;

	if ((credit && c->flexible) || line->period.to <= end)
		return true; /* originals have their real periods already */
	line->period.to = end;
	return line->period.from < end && proration_part(credit ? -1 : 1, credit ? s->old.total : s->new.total,
						  line->period, credit ? s->old_whole : s->new_whole, &line->amount);
}

static void remember_debit(struct call *call, struct item_change *item, bool credit, struct record *made,
	const struct proration_line *line)
{
	json_t *list = json_array();

	if (!credit)
		json_array_append_new(list, original(made->id, line->amount, line->period));
	if (item->has_new && item->new.record)
		set_originals(call, item->new.record, list);
	else
		json_decref(list);
}

/* ---- an end that moves ---- */

/* What is left of the originals when the time from `end` on is given back; the credits undo the rest. */
static int give_back(struct sub_change *c, size_t which, int64_t end)
{
	struct item_change *item = &c->items[which];
	struct span whole = sub_natural(&item->old, c->old_anchor);
	struct originals all;
	struct net net;
	json_t *left = json_array();
	bool fits = net_of(c, which, true, &net) && read_originals(c, which, item->old.period.from, &all);

	if (fits && !c->flexible) {
		struct proration_line line;
		bool moved;

		fits = proration_end_moved(net.total, whole, item->old.period.to, end, &line, &moved);
		if (fits && moved)
			make_item(c, item, &line, &net, all.n ? all.ids[0] : NULL, end);
	}
	for (size_t i = 0; fits && i < all.n; i++) {
		struct proration_original *o = &all.list[i];
		struct proration_line line = { .kind = PRORATION_CREDIT, .period = o->period };

		if (o->period.to > end) {
			if (o->period.from < end)
				line.period.from = end;
			fits = proration_part(-1, decimal_of(o->amount), line.period, o->period, &line.amount);
			if (fits && c->flexible)
				make_item(c, item, &line, &net, all.ids[i], line.period.from);
			o->amount += line.amount;
			o->period.to = line.period.from;
		}
		if (o->period.from < o->period.to)
			json_array_append_new(left, original(all.ids[i], o->amount, o->period));
	}
	set_originals(c->call, item->new.record, left);
	return fits ? 0 : sub_fail_amount(c->call);
}

static int charge_more(struct sub_change *c, size_t which, int64_t end)
{
	struct item_change *item = &c->items[which];
	struct proration_line line;
	struct record *made;
	struct net net;
	bool moved;
	json_t *list;

	if (!net_of(c, which, false, &net) || !proration_end_moved(net.total, sub_natural(&item->new, c->anchor),
						      item->old.period.to, end, &line, &moved))
		return sub_fail_amount(c->call);
	made = make_item(c, item, &line, &net, NULL, line.period.from);
	list = json_object_get(record_private(item->new.record), "originals");
	list = list ? json_copy(list) : json_array();
	json_array_append_new(list, original(made->id, line.amount, line.period));
	set_originals(c->call, item->new.record, list);
	return 0;
}

/* cancel_at was set, moved or taken away inside the running period: the time cut off is credited, time won is charged.
 */
static int prorate_ends(struct sub_change *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct item_change *item = &c->items[i];
		int64_t end = item->new.period.to;

		if (counts(c, item) || !item->has_old || !item->has_new || item->new.metered || c->worthless ||
			item->old.period.to == end)
			continue;
		if (end < item->old.period.to ? give_back(c, i, end) : charge_more(c, i, end))
			return -1;
	}
	return 0;
}

/* A change without prorations leaves what was charged; where nobody knows that yet, the old side still says it. */
static int keep_originals(struct sub_change *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct item_change *item = &c->items[i];
		json_t *list;
		int64_t amount;

		if (!item->changed || !item->has_old || !item->has_new || item->old.metered || c->worthless ||
			json_is_array(item->old.originals))
			continue;
		if (!make_original(c, i, &amount))
			return sub_fail_amount(c->call);
		list = json_array();
		json_array_append_new(list, original(NULL, amount, item->old.period));
		set_originals(c->call, item->new.record, list);
	}
	return 0;
}

int sub_prorate(struct sub_change *c)
{
	struct proration_change changes[2 * SUB_ITEMS];
	struct sides *sides = arena_alloc(&c->call->arena, (c->n + 1) * sizeof *sides);
	struct proration_line lines[2 * SUB_ITEMS * (ORIGINALS + 1)];
	size_t n = 0, count = 0;

	if (c->behavior == NO_PRORATIONS)
		return keep_originals(c);
	for (size_t i = 0; i < c->n; i++) {
		if (counts(c, &c->items[i]) && read_sides(c, i, &sides[n], &changes[n]))
			return -1;
		n += counts(c, &c->items[i]);
	}
	if (!proration_lines(changes, n, c->flexible ? PRORATION_FLEXIBLE : PRORATION_CLASSIC, c->at, lines,
		    COUNT_OF(lines), &count))
		return sub_fail_amount(c->call);
	for (size_t l = 0; l < count; l++) {
		struct sides *s = &sides[lines[l].item];
		bool credit = lines[l].kind == PRORATION_CREDIT;
		size_t which = c->flexible ? lines[l].original : 0;
		const char *id = credit && which < s->originals.n ? s->originals.ids[which] : NULL;

		if (!shorten(c, s, &lines[l]))
			continue;
		remember_debit(c->call, s->item, credit,
			make_item(c, s->item, &lines[l], credit ? &s->old : &s->new, id, c->at), &lines[l]);
	}
	return prorate_ends(c);
}

void sub_lines_pending(struct sub_change *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct record *item = c->items[i].new.record;
		json_t *list = json_array();

		for (size_t l = 0; l < c->n_lines; l++) {
			struct record *made;

			if (c->lines[l].item != item)
				continue;
			made = invoice_item_new(c->call, c->customer, &c->lines[l], c->currency);
			json_array_append_new(list, original(made->id, c->lines[l].amount, c->lines[l].period));
		}
		if (c->items[i].has_new && json_array_size(list))
			set_originals(c->call, item, list);
		else
			json_decref(list);
	}
	c->n_lines = 0;
}
