/* SPDX-License-Identifier: MIT */
/* What a change of a subscription costs: from bodies to billing/proration.h and back into pending invoice items. */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "billing/describe.h"
#include "events/emit.h"
#include "resources/billing/sub_prorate.h"

int sub_fail_amount(struct call *call)
{
	return fail_invalid(call, "amount_too_large", NULL,
		"The amounts of this change are more than can be billed. Use a smaller quantity or price.");
}

/* ---- pending items ---- */

/* The tax rates that a line of the item has as things stand. */
static json_t *rates_now(const struct sub_change *c, const struct item_facts *side)
{
	return json_array_size(side->tax_rates) ? side->tax_rates
						: json_object_get(record_tree(c->sub), "default_tax_rates");
}

/*
 * A line of the change, worth p->amount after the discounts (of `net`), which take `off` (taken; NULL: nothing).
 * Whether its amount is shown before or after them is the subscription's choice
 * (billing_mode.flexible.proration_discounts); it costs the same. Source: Stripe changelog "Adds the ability to itemize
 * proration discount amounts".
 */
static struct record *make_item(struct sub_change *c, struct item_change *item, const struct proration_line *p,
	const struct net *net, json_t *off, const char *credited_id, int64_t at)
{
	struct call *call = c->call;
	bool credit = p->kind == PRORATION_CREDIT;
	const struct item_facts *side = credit ? &item->old : &item->new;
	js_auto credited = credited_id ? original_credited(call, credited_id) : NULL;
	struct text text;
	struct record *made;
	struct bill_line line = {
		.amount = p->amount + (c->itemized ? amounts_sum(off) : 0),
		.period = p->period,
		.price = side->price,
		.quantity = side->quantity,
		.sub = c->sub,
		.item = side->record,
		.proration = true,
		.credited = credited,
		.off = off,
		.itemized = c->itemized,
		.tax_rates = side->tax_rates,
		.quiet = c->quiet && c->n_unannounced < BILL_LINES, /* no more than that fit on its invoice */
	};

	/* Flexible: what was charged with other taxes is given back with them. Source: Stripe docs "Billing mode". */
	if (credit && c->flexible) {
		json_t *rates = original_rates(call, credited_id, rates_now(c, side));

		line.fixed_rates = rates != NULL;
		line.tax_rates = rates ? rates : line.tax_rates;
	}
	text_init(&text, 4096);
	describe_proration(&text, p->kind, item_product_name(side), side->quantity, net->discounts,
		c->itemized ? 0 : net->n, c->currency, at);
	line.description = text.data;
	made = invoice_item_new(call, c->customer, &line, c->currency);
	text_clear(&text);
	json_decref(off);
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
		if (!net_of(c, which, true, false, &s->old) || !originals_read(c, which, c->at, &s->originals))
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
		if (!net_of(c, which, false, true, &s->new))
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

/* What discounts take off that line: of the original that it undoes, or of the whole period that it is a part of. */
static json_t *line_off(const struct sub_change *c, struct sides *s, const struct proration_line *line)
{
	bool credit = line->kind == PRORATION_CREDIT;

	if (credit && c->flexible)
		return original_off(&s->originals.list[line->original], s->originals.off[line->original], line->period);
	return credit ? net_off(&s->old, -1, s->item->old.total, line->period, s->old_whole)
		      : net_off(&s->new, 1, s->item->new.total, line->period, s->new_whole);
}

static int make_line(struct sub_change *c, struct sides *s, const struct proration_line *line)
{
	bool credit = line->kind == PRORATION_CREDIT;
	size_t which = c->flexible ? line->original : 0;
	const char *id = credit && which < s->originals.n ? s->originals.ids[which] : NULL;
	struct proration_original debit = { line->amount, line->period };
	js_auto off = line_off(c, s, line);
	struct record *made;
	json_t *list;

	if (!off)
		return sub_fail_amount(c->call);
	made = make_item(c, s->item, line, credit ? &s->old : &s->new, json_incref(off), id, c->at);
	if (!s->item->has_new || !s->item->new.record)
		return 0;
	list = json_array(); /* what was credited counts no more */
	if (!credit)
		json_array_append_new(list, original_new(made->id, &debit, off));
	originals_write(c->call, s->item->new.record, list);
	return 0;
}

/* ---- an end that moves ---- */

/* Classic: the time cut off is worth its share of the natural period. */
static bool give_back_share(struct sub_change *c, size_t which, int64_t end, const struct net *net, const char *id)
{
	struct item_change *item = &c->items[which];
	struct span whole = sub_natural(&item->old, c->old_anchor);
	struct proration_line line;
	bool moved;
	json_t *off;

	if (!proration_end_moved(net->total, whole, item->old.period.to, end, &line, &moved))
		return false;
	if (!moved)
		return true;
	off = net_off(net, -1, item->old.total, line.period, whole);
	if (off)
		make_item(c, item, &line, net, off, id, end);
	return off != NULL;
}

/* What discounts have still taken off an original once a part of it was given back: `back` is negative. */
static json_t *off_left(const json_t *off, const json_t *back)
{
	json_t *left = json_array();

	for (size_t i = 0; i < json_array_size(off); i++) {
		json_t *one = json_array_get(off, i);

		off_add(left, js_int(one, "amount", 0) + js_int(json_array_get(back, i), "amount", 0),
			js_text(one, "discount"));
	}
	return left;
}

/* Shortens an original to `end`; on the flexible basis the rest is credited. What remains of it joins `left`. */
static bool shorten_original(struct sub_change *c, struct item_change *item, struct originals *all, size_t i,
	int64_t end, const struct net *net, json_t *left)
{
	struct proration_original *o = &all->list[i], rest = *o;
	struct proration_line line = { .kind = PRORATION_CREDIT, .period = o->period };
	json_t *back;

	if (o->period.to <= end) {
		json_array_append_new(left, original_new(all->ids[i], o, all->off[i]));
		return true;
	}
	if (o->period.from < end)
		line.period.from = end;
	back = original_off(o, all->off[i], line.period);
	if (!back || !proration_part(-1, decimal_of(o->amount), line.period, o->period, &line.amount)) {
		json_decref(back);
		return false;
	}
	rest.amount += line.amount;
	rest.period.to = line.period.from;
	if (rest.period.from < rest.period.to) {
		js_auto off = off_left(all->off[i], back);

		json_array_append_new(left, original_new(all->ids[i], &rest, off));
	}
	if (c->flexible)
		make_item(c, item, &line, net, back, all->ids[i], line.period.from);
	else
		json_decref(back);
	return true;
}

static int give_back(struct sub_change *c, size_t which, int64_t end)
{
	struct item_change *item = &c->items[which];
	struct originals all;
	struct net net;
	json_t *left;
	bool fits = net_of(c, which, true, false, &net) && originals_read(c, which, item->old.period.from, &all);

	if (fits && !c->flexible)
		fits = give_back_share(c, which, end, &net, all.n ? all.ids[0] : NULL);
	left = json_array();
	for (size_t i = 0; fits && i < all.n; i++)
		fits = shorten_original(c, item, &all, i, end, &net, left);
	originals_write(c->call, item->new.record, left);
	return fits ? 0 : sub_fail_amount(c->call);
}

static int charge_more(struct sub_change *c, size_t which, int64_t end)
{
	struct item_change *item = &c->items[which];
	struct span whole = sub_natural(&item->new, c->anchor);
	struct proration_original debit;
	struct proration_line line;
	struct record *made;
	struct net net;
	bool moved;
	js_auto off = NULL;
	json_t *list;

	if (!net_of(c, which, false, true, &net) ||
		!proration_end_moved(net.total, whole, item->old.period.to, end, &line, &moved))
		return sub_fail_amount(c->call);
	off = net_off(&net, 1, item->new.total, line.period, whole);
	if (!off)
		return sub_fail_amount(c->call);
	made = make_item(c, item, &line, &net, json_incref(off), NULL, line.period.from);
	debit = (struct proration_original) { line.amount, line.period };
	list = json_object_get(record_private(item->new.record), "originals");
	list = list ? json_copy(list) : json_array();
	json_array_append_new(list, original_new(made->id, &debit, off));
	originals_write(c->call, item->new.record, list);
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
		struct originals made;
		json_t *list;

		if (!item->changed || !item->has_old || !item->has_new || item->old.metered || c->worthless ||
			json_is_array(item->old.originals))
			continue;
		if (!originals_read(c, i, item->old.period.from, &made))
			return sub_fail_amount(c->call);
		list = json_array();
		json_array_append_new(list, original_new(NULL, &made.list[0], made.off[0]));
		originals_write(c->call, item->new.record, list);
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
	for (size_t l = 0; l < count; l++)
		if (shorten(c, &sides[lines[l].item], &lines[l]) && make_line(c, &sides[lines[l].item], &lines[l]))
			return -1;
	return prorate_ends(c);
}
