/* SPDX-License-Identifier: MIT */
/* The discounts of an invoice: which there are, and what each takes off each line. Source: Stripe docs "Coupons and
 * promotion codes". */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "billing/discount.h"
#include "resources/billing/invoice_tally.h"
#include "resources/discount.h"

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

static bool discountable(const struct tally *t, size_t line)
{
	return js_flag(record_tree(t->lines->at[line]), "discountable", true);
}

static void add_discounts(struct tally *t, struct discount *found, struct record **records, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		found[i].applies = covered(t, records[i]);
		t->discounts[t->n_discounts] = found[i];
		t->discount_records[t->n_discounts++] = records[i];
	}
}

/* The lines of one subscription item (its tiers, its backdated periods) share the item's discounts. */
static void group_lines(struct tally *t)
{
	t->groups = arena_alloc(&t->call->arena, (t->n_lines + 1) * sizeof *t->groups);
	for (size_t l = 0; l < t->n_lines; l++) {
		const char *item = js_text(record_private(t->lines->at[l]), "item");

		t->groups[l] = l;
		for (size_t k = 0; item && k < l && t->groups[l] == l; k++) {
			const char *other = js_text(record_private(t->lines->at[k]), "item");

			if (other && !strcmp(item, other) && discountable(t, k) == discountable(t, l))
				t->groups[l] = k;
		}
	}
}

/* What discounts took off a proration before it came here; NULL where its amount is after them. */
static json_t *settled(struct record *line)
{
	return js_flag(record_private(line), "itemized", false) ? json_object_get(record_private(line), "off") : NULL;
}

static size_t find_discount(const struct tally *t, const char *id)
{
	size_t d = 0;

	while (d < t->n_discounts && strcmp(t->discount_records[d]->id, id))
		d++;
	return d;
}

/* Those of itemized prorations stand beside the others; they take nothing more off. */
static void add_settled(struct tally *t)
{
	for (size_t l = 0; l < t->n_lines; l++) {
		json_t *off = settled(t->lines->at[l]), *one;
		size_t i;

		json_array_foreach(off, i, one)
		{
			struct record *record = discount_find(t->call, js_text(one, "discount"));
			struct discount none = { .item = DISCOUNT_ALL_ITEMS };

			if (!record || find_discount(t, record->id) < t->n_discounts)
				continue;
			if (js_text(record_tree(record), "subscription_item"))
				none.item = l;
			add_discounts(t, &none, &record, 1);
		}
	}
}

static void gather_discounts(struct tally *t)
{
	struct call *call = t->call;
	struct discount found[DISCOUNT_MOST];
	struct record *records[DISCOUNT_MOST];
	const char *currency = js_text(record_tree(t->invoice), "currency");
	json_t *shared = json_object_get(record_tree(t->invoice), "discounts");
	/* What counted when the invoice was made stays, however long it is a draft. */
	int64_t at = js_int(record_tree(t->invoice), "created", call->now);
	size_t n = json_array_size(shared);

	for (size_t l = 0; l < t->n_lines; l++)
		n += json_array_size(json_object_get(record_tree(t->lines->at[l]), "discounts")) +
		     json_array_size(settled(t->lines->at[l]));
	t->discounts = arena_alloc(&call->arena, (n + 1) * sizeof *t->discounts);
	t->discount_records = arena_alloc(&call->arena, (n + 1) * sizeof *t->discount_records);
	for (size_t l = 0; n && l < t->n_lines; l++) {
		json_t *line = record_tree(t->lines->at[l]);

		if (discountable(t, l) && t->groups[l] == l)
			add_discounts(t, found, records,
				discounts_read(
					call, json_object_get(line, "discounts"), at, l, currency, found, records));
	}
	if (n)
		add_discounts(t, found, records,
			discounts_read(call, shared, at, DISCOUNT_ALL_ITEMS, currency, found, records));
	if (n)
		add_settled(t);
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

static void take_settled(struct tally *t)
{
	for (size_t l = 0; l < t->n_lines; l++) {
		json_t *off = settled(t->lines->at[l]), *one;
		size_t i;

		json_array_foreach(off, i, one)
		{
			size_t d = find_discount(t, js_text(one, "discount"));
			int64_t amount = js_int(one, "amount", 0);

			if (d == t->n_discounts)
				continue;
			t->shares[d * t->n_lines + l] += amount;
			t->left[l] -= amount;
		}
	}
}

static int take_all(struct tally *t)
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
			.item = t->groups[l],
			.discountable = discountable(t, l),
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
	take_settled(t);
	return 0;
}

int tally_discounts(struct tally *t)
{
	group_lines(t);
	gather_discounts(t);
	return take_all(t);
}

int64_t tally_of_items(const struct tally *t, size_t line)
{
	int64_t sum = 0;

	for (size_t d = 0; d < t->n_discounts; d++)
		if (t->discounts[d].item != DISCOUNT_ALL_ITEMS)
			sum += t->shares[d * t->n_lines + line];
	return sum;
}

bool tally_names(const struct tally *t, size_t line, size_t discount)
{
	json_t *off = json_object_get(record_private(t->lines->at[line]), "off"), *one;
	size_t i;

	json_array_foreach(off, i, one)
	{
		if (t->discounts[discount].item == DISCOUNT_ALL_ITEMS &&
			text_is(js_text(one, "discount"), t->discount_records[discount]->id))
			return true;
	}
	return false;
}
