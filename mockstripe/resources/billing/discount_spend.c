/* SPDX-License-Identifier: MIT */
/* Coupons that last once, or for some months. Source: Stripe docs "Coupons and promotion codes", duration. */
#include "api/list.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/billing/sub.h"
#include "resources/discount.h"

static bool lists(json_t *amounts, const char *discount)
{
	size_t i;
	json_t *one;

	json_array_foreach(amounts, i, one)
	{
		if (js_int(one, "amount", 0) > 0 && text_is(js_text(one, "discount"), discount))
			return true;
	}
	return false;
}

/* Whether the invoice was made cheaper by it, a proration on it included: a trial's zero invoice uses nothing up. */
static bool is_used(struct call *call, struct record *invoice, const char *discount)
{
	const struct list *lines;

	if (lists(json_object_get(record_tree(invoice), "total_discount_amounts"), discount))
		return true;
	lines = list_by(call, line_type(), "invoice", invoice->id);
	for (size_t i = 0; i < lines->count; i++)
		if (lists(json_object_get(record_private(lines->at[i]), "off"), discount))
			return true;
	return false;
}

/* What leaves its owner: one that the invoice used up, or one whose time is over. */
struct leaving {
	struct record *invoice; /* NULL: only `over` */
	struct record *over;
};

/* Ended before, too, where a change that waited for its payment was undone. */
static bool leaves(struct call *call, const struct leaving *l, struct record *discount)
{
	if (discount == l->over || !discount_counts(discount, call->now))
		return true;
	return l->invoice && discount_is_once(discount) && is_used(call, l->invoice, discount->id);
}

/* The ids without those that leave, which end; NULL when none does. */
static json_t *staying(struct call *call, const struct leaving *l, json_t *ids)
{
	json_t *kept = json_array();
	size_t i;
	json_t *id;

	json_array_foreach(ids, i, id)
	{
		struct record *discount = discount_find(call, json_string_value(id));

		if (discount && leaves(call, l, discount))
			discount_end(call, discount);
		else
			json_array_append(kept, id);
	}
	if (json_array_size(kept) != json_array_size(ids))
		return kept;
	json_decref(kept);
	return NULL;
}

static void leave_items(struct call *call, const struct leaving *l, struct record *sub)
{
	struct record *items[SUB_ITEMS];
	size_t n = sub_item_records(call, sub, items);
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		json_t *kept = staying(call, l, json_object_get(record_tree(items[i]), "discounts"));

		if (kept)
			js_put_new(journal_edit(&call->journal, items[i]), "discounts", kept);
		any |= kept != NULL;
	}
	if (any)
		sub_show_items(call, sub, items, n);
}

static void leave_subscription(struct call *call, const struct leaving *l, struct record *sub)
{
	bool told_later = sub->listed;
	json_t *kept;

	leave_items(call, l, sub);
	kept = staying(call, l, json_object_get(record_tree(sub), "discounts"));
	if (kept)
		js_put_new(journal_edit(&call->journal, sub), "discounts", kept);
	if (sub->listed && !told_later)
		emit_changed(call, "customer.subscription.updated", sub);
}

static void leave_customer(struct call *call, const struct leaving *l, struct record *customer)
{
	struct record *discount = discount_find(call, js_text_at(record_tree(customer), "discount.id"));

	if (!discount || !leaves(call, l, discount))
		return;
	js_put_null(journal_edit(&call->journal, customer), "discount");
	discount_end(call, discount);
	emit_changed(call, "customer.updated", customer);
}

void invoice_spend_discounts(struct call *call, struct record *invoice)
{
	struct record *sub = invoice_subscription(call, invoice);
	const struct leaving l = { .invoice = invoice };

	leave_customer(call, &l, invoice_customer(call, invoice));
	if (sub)
		leave_subscription(call, &l, sub);
}

void subscription_discount_over(struct call *call, const char *id, struct record *discount)
{
	struct record *sub = account_get(call->account, id, sub_type());
	const struct leaving l = { .over = discount };

	if (sub && subscription_is_live(sub))
		leave_subscription(call, &l, sub);
}
