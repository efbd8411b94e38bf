/* SPDX-License-Identifier: MIT */
/* Updates that take effect only once their invoice is paid. Source: Stripe docs "Pending updates". */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/sub.h"

#define PENDING_SECONDS INT64_C(82800) /* 23 hours */

/* What is kept in the subscription's private state: the parameters, the moment, the invoice, ids for new items. */
static json_t *pending_of(struct record *sub)
{
	return json_object_get(record_private(sub), "pending");
}

int64_t sub_pending_expires(struct record *sub)
{
	return pending_of(sub) ? js_int_at(record_tree(sub), "pending_update.expires_at", 0) : 0;
}

static bool is_supported(const char *name)
{
	static const char *const names[] = { "items", "proration_behavior", "proration_date", "billing_cycle_anchor",
		"trial_end", "trial_from_plan", "expand", "payment_behavior", "discounts", "metadata",
		"cancel_at_period_end", "off_session" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

int sub_pending_check(struct sub_change *c, json_t *given, const char *prefix)
{
	struct call *call = c->call;
	const char *key;
	json_t *value;

	json_object_foreach(given, key, value)
	{
		if (!is_supported(key))
			return fail_invalid(call, NULL,
				*prefix ? arena_format(&call->arena, "%s[%s]", prefix, key) : key,
				"You cannot use `payment_behavior=pending_if_incomplete` together with `%s`. Only "
				"items, "
				"proration_behavior, proration_date, billing_cycle_anchor, trial_end, trial_from_plan, "
				"discounts, "
				"metadata and cancel_at_period_end are supported.",
				key);
	}
	if (strcmp(js_text(record_tree(c->sub), "collection_method"), "charge_automatically"))
		return fail_invalid(call, NULL, "payment_behavior",
			"`payment_behavior=pending_if_incomplete` is only supported for subscriptions that charge "
			"automatically.");
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].has_new && !c->items[i].has_old && c->items[i].new.metered)
			return fail_invalid(call, NULL, c->items[i].where,
				"Metered prices cannot be added with `payment_behavior=pending_if_incomplete`.");
	return 0;
}

static json_t *keep(struct call *call, struct record *r)
{
	return js_lent(&call->arena, json_copy(record_tree(r)));
}

void sub_pending_keep(struct sub_change *c, struct sub_kept *kept)
{
	c->tentative = true;
	kept->sub = keep(c->call, c->sub);
	kept->n = sub_item_records(c->call, c->sub, kept->records);
	for (size_t i = 0; i < kept->n; i++)
		kept->items[i] = keep(c->call, kept->records[i]);
}

static void put_back(struct call *call, struct record *r, json_t *before)
{
	json_t *draft = journal_edit(&call->journal, r);

	json_object_clear(draft);
	json_object_update(draft, before);
}

/* The parameters as they can be applied again later: prices that were made inline go by their ids now. */
static json_t *repeatable(struct sub_change *c, json_t *given)
{
	json_t *out = json_deep_copy(given), *items = json_object_get(out, "items");
	static const char *const done[] = { "discounts", "payment_behavior", "proration_behavior", "proration_date",
		"expand", "off_session" };
	json_t *from = json_object_get(given, "items");

	for (size_t i = 0; i < COUNT_OF(done); i++)
		json_object_del(out, done[i]);
	for (size_t i = 0; i < c->n; i++) {
		size_t k;
		json_t *entry;

		json_array_foreach(from, k, entry)
		{
			json_t *copy = json_array_get(items, k);

			if (entry != c->items[i].given || !c->items[i].has_new || !json_object_get(copy, "price_data"))
				continue;
			json_object_del(copy, "price_data");
			js_put_text(copy, "price", c->items[i].new.price->id);
		}
	}
	return out;
}

static json_t *shown_update(struct sub_change *c, const struct sub_kept *kept, json_t *given)
{
	struct call *call = c->call;
	json_t *out = json_object(), *items = json_array();
	int64_t expires = call->now + PENDING_SECONDS, trial_end = js_int(kept->sub, "trial_end", 0);

	for (size_t i = 0; i < kept->n; i++)
		if (js_int(kept->items[i], "current_period_end", 0) < expires)
			expires = js_int(kept->items[i], "current_period_end", 0);
	if (trial_end > call->now && trial_end < expires)
		expires = trial_end;
	if (c->restarts)
		js_put_int(out, "billing_cycle_anchor", c->anchor);
	else
		js_put_null(out, "billing_cycle_anchor");
	js_put(out, "cancel_at_period_end", json_object_get(given, "cancel_at_period_end"));
	js_put_null(out, "discount");
	js_put(out, "discounts",
		json_object_get(given, "discounts") ? json_object_get(record_tree(c->sub), "discounts") : NULL);
	js_put_int(out, "expires_at", expires);
	js_put(out, "metadata", json_object_get(given, "metadata"));
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].has_new)
			json_array_append(items, record_tree(c->items[i].new.record));
	js_put_new(out, "subscription_items", items);
	if (json_object_get(given, "trial_end"))
		js_put(out, "trial_end", json_object_get(record_tree(c->sub), "trial_end"));
	else
		js_put_null(out, "trial_end");
	js_put(out, "trial_from_plan", json_object_get(given, "trial_from_plan"));
	return out;
}

static void delete_dropped(struct sub_change *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].has_old && !c->items[i].has_new)
			journal_delete(&c->call->journal, c->items[i].old.record);
}

bool sub_pending_settle(struct sub_change *c, const struct sub_kept *kept, json_t *given, struct record *invoice)
{
	struct call *call = c->call;
	const char *status = js_text(record_tree(invoice), "status");
	json_t *shown, *pending, *ids, *draft;

	if (!invoice || !strcmp(status, "paid")) {
		delete_dropped(c);
		return true;
	}
	shown = shown_update(c, kept, given);
	pending = json_object();
	ids = json_array();
	js_put_new(pending, "given", repeatable(c, given));
	js_put_int(pending, "at", call->now);
	js_put_text(pending, "invoice", invoice->id);
	if (json_object_get(given, "discounts"))
		js_put(pending, "discounts", json_object_get(record_tree(c->sub), "discounts"));
	for (size_t i = 0; i < c->n; i++) {
		if (c->items[i].has_old)
			continue;
		json_array_append_new(ids, json_string(c->items[i].new.record->id));
		journal_freeze(&call->journal, c->items[i].new.record);
		journal_delete(&call->journal, c->items[i].new.record);
	}
	js_put_new(pending, "new_ids", ids);
	for (size_t i = 0; i < kept->n; i++)
		put_back(call, kept->records[i], kept->items[i]);
	put_back(call, c->sub, kept->sub);
	sub_show_items(call, c->sub, kept->records, kept->n);
	draft = journal_edit(&call->journal, c->sub);
	js_put_text(draft, "latest_invoice", invoice->id);
	js_put_new(draft, "pending_update", shown);
	js_put_new(js_own(draft, PRIVATE_KEY), "pending", pending);
	return false;
}

/* The debits of the paid invoice are what later credits undo. */
static void remember(struct sub_change *c, struct record *invoice)
{
	size_t i;
	json_t *line;

	json_array_foreach(js_at(record_tree(invoice), "lines.data"), i, line)
	{
		const char *price = js_text_at(line, "pricing.price_details.price");
		int64_t amount = js_int(line, "amount", 0);

		for (size_t k = 0; k < c->n && c->lines.count < BILL_LINES; k++) {
			const struct item_facts *item = &c->items[k].new;

			if (!c->items[k].has_new || amount < 0 || !price || strcmp(item->price->id, price))
				continue;
			*bill_lines_add(c->call, &c->lines) = (struct bill_line) { .item = item->record,
				.line = account_find(c->call->account, js_text(line, "id")),
				.amount = amount,
				.period = { js_int_at(line, "period.start", 0), js_int_at(line, "period.end", 0) } };
		}
	}
	sub_remember_lines(c);
}

static bool is_pending_invoice(struct record *sub, struct record *invoice)
{
	const char *id = js_text(pending_of(sub), "invoice");

	return text_is(id, invoice->id);
}

static json_t *take_pending(struct call *call, struct record *sub, struct record *invoice)
{
	json_t *pending = json_incref(pending_of(sub)), *draft = journal_edit(&call->journal, sub);

	json_object_del(js_own(draft, PRIVATE_KEY), "pending");
	js_put_null(draft, "pending_update");
	json_object_del(journal_edit_private(&call->journal, invoice), "pending_update");
	return js_lent(&call->arena, pending);
}

bool sub_pending_paid(struct call *call, struct record *sub, struct record *invoice)
{
	struct sub_change *c;
	json_t *pending, *metadata;
	uint64_t place;

	if (!is_pending_invoice(sub, invoice) || !subscription_is_live(sub))
		return false;
	pending = take_pending(call, sub, invoice);
	if (sub_update_settled(call, sub, json_object_get(pending, "given"), json_object_get(pending, "new_ids"),
		    js_int(pending, "at", call->now), &c))
		return true; /* the failure is the call's */
	if (json_object_get(pending, "discounts"))
		js_put(journal_edit(&call->journal, sub), "discounts", json_object_get(pending, "discounts"));
	metadata = js_at(pending, "given.metadata");
	if (metadata && metadata_apply(call, journal_edit(&call->journal, sub), metadata))
		return true;
	remember(c, invoice);
	place = emit_reserve(call);
	sub_changed(call, sub);
	emit_reserved(call, place, "customer.subscription.pending_update_applied", sub);
	return true;
}

bool sub_pending_dropped(struct call *call, struct record *sub, struct record *invoice)
{
	uint64_t place;

	if (!is_pending_invoice(sub, invoice))
		return false;
	take_pending(call, sub, invoice);
	place = emit_reserve(call);
	sub_changed(call, sub);
	emit_reserved(call, place, "customer.subscription.pending_update_expired", sub);
	return true;
}

int sub_pending_replace(struct call *call, struct record *sub)
{
	struct record *invoice = account_find(call->account, js_text(pending_of(sub), "invoice"));

	return invoice ? invoice_void(call, invoice) : 0;
}
