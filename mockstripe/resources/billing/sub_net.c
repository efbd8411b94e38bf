/* SPDX-License-Identifier: MIT */
/* The discounts inside the price of a subscription's item. Source: Stripe docs "Coupons and promotion codes". */
#include <string.h>

#include "base/json.h"
#include "resources/billing/sub_prorate.h"
#include "resources/discount.h"

/* An item's share of the subscription's amount_off discounts, among all items of that side. */
static bool share_amounts(struct sub_change *c, size_t which, bool old, struct net *net)
{
	struct discount_line lines[2 * SUB_ITEMS];
	size_t count = 0, mine = 0;
	int64_t shares[DISCOUNT_MOST * 2 * SUB_ITEMS], left[2 * SUB_ITEMS];

	for (size_t i = 0; i < c->n; i++) {
		const struct item_change *item = &c->items[i];

		if (!(old ? item->has_old : item->has_new) ||
			!decimal_round(old ? item->old.total : item->new.total, ROUND_HALF_AWAY, &lines[count].amount))
			continue;
		if (i == which)
			mine = count;
		lines[count].item = i;
		lines[count++].discountable = true;
	}
	if (count < 2)
		return true;
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

/* Coupons for other products take nothing off. */
static void drop_uncovered(struct net *net, const char *product)
{
	size_t kept = 0;

	for (size_t d = 0; d < net->n; d++) {
		if (!discount_covers(net->records[d], product))
			continue;
		net->discounts[kept] = net->discounts[d];
		net->records[kept++] = net->records[d];
	}
	net->n = kept;
}

bool net_of(struct sub_change *c, size_t which, bool old, bool shared, struct net *net)
{
	struct item_change *item = &c->items[which];
	const struct item_facts *side = old ? &item->old : &item->new;

	net->n = discounts_in_force(c->call, side->discounts, c->sub, c->customer, c->currency, DISCOUNT_ALL_ITEMS,
		net->discounts, net->records);
	/* The item's own come first in the list; they are never shared. */
	for (size_t d = 0; d < net->n && d < json_array_size(side->discounts); d++)
		net->discounts[d].item = which;
	drop_uncovered(net, side->product ? side->product->id : NULL);
	if (shared && !share_amounts(c, which, old, net))
		return false;
	return discount_whole(side->total, net->discounts, net->n, &net->total);
}

void off_add(json_t *list, int64_t amount, const char *discount)
{
	json_t *one = json_object();

	js_put_int(one, "amount", amount);
	js_put_text(one, "discount", discount);
	json_array_append_new(list, one);
}

/* Each step is rounded like the line itself, so what is taken off adds up to the line before less after discounts. */
json_t *net_off(const struct net *net, int sign, struct decimal total, struct span part, struct span whole)
{
	json_t *off = json_array();
	int64_t before, after;
	bool fits = proration_part(sign, total, part, whole, &before);

	for (size_t d = 0; fits && d < net->n; d++) {
		struct decimal left;

		fits = discount_whole(total, net->discounts, d + 1, &left) &&
		       proration_part(sign, left, part, whole, &after);
		if (fits)
			off_add(off, before - after, net->records[d]->id);
		before = after;
	}
	if (fits)
		return off;
	json_decref(off);
	return NULL;
}
