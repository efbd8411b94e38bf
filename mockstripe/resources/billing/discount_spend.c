/* SPDX-License-Identifier: MIT */
/* Coupons that last once, or for some months. Source: Stripe docs "Coupons and promotion codes", duration. */
#include <string.h>

#include "api/list.h"
#include "base/json.h"
#include "resources/billing/sub.h"
#include "resources/discount.h"

static bool lists(json_t *amounts, const char *discount)
{
	size_t i;
	json_t *one;

	json_array_foreach(amounts, i, one)
	{
		if (js_int(one, "amount", 0) > 0 && !strcmp(js_text(one, "discount"), discount))
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

/* Used up by the invoice, or over by its time; ended before, too, where a change that waited for its payment was
 * undone. */
static bool is_spent(struct call *call, struct record *discount, struct record *invoice)
{
	return !discount_counts(discount, call->now) ||
	       (discount_is_once(discount) && is_used(call, invoice, discount->id));
}

/* The ids without those that are spent, which end; NULL when nothing is. */
static json_t *unspent(struct call *call, json_t *ids, struct record *invoice)
{
	json_t *kept = json_array();
	size_t i;
	json_t *id;

	json_array_foreach(ids, i, id)
	{
		struct record *discount = discount_find(call, json_string_value(id));

		if (discount && is_spent(call, discount, invoice))
			discount_end(call, discount);
		else
			json_array_append(kept, id);
	}
	if (json_array_size(kept) != json_array_size(ids))
		return kept;
	json_decref(kept);
	return NULL;
}

static void spend_of_items(struct call *call, struct record *sub, struct record *invoice)
{
	struct record *items[SUB_ITEMS];
	size_t n = sub_item_records(call, sub, items);
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		json_t *kept = unspent(call, json_object_get(record_tree(items[i]), "discounts"), invoice);

		if (kept)
			js_put_new(journal_edit(&call->journal, items[i]), "discounts", kept);
		any |= kept != NULL;
	}
	if (any)
		sub_show_items(call, sub, items, n);
}

void invoice_spend_discounts(struct call *call, struct record *invoice)
{
	struct record *sub = invoice_subscription(call, invoice), *customer = invoice_customer(call, invoice);
	const char *of_customer = js_text_at(record_tree(customer), "discount.id");
	struct record *discount = discount_find(call, of_customer);
	json_t *kept;

	if (discount && is_spent(call, discount, invoice)) {
		js_put_null(journal_edit(&call->journal, customer), "discount");
		discount_end(call, discount);
	}
	if (!sub)
		return;
	spend_of_items(call, sub, invoice);
	kept = unspent(call, json_object_get(record_tree(sub), "discounts"), invoice);
	if (kept)
		js_put_new(journal_edit(&call->journal, sub), "discounts", kept);
}
