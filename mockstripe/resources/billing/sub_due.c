/* SPDX-License-Identifier: MIT */
/* What a subscription does when its time comes. Source: Stripe docs "How subscriptions work", "Free trials", "Cancel
 * subscriptions", "Pause payment collection". */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/sub_pause.h"

static bool reached(struct call *call, int64_t at)
{
	return at && at <= call->now;
}

/* ---- renewing ---- */

static int next_periods(struct sub_change *c, int64_t end, struct span *previous)
{
	for (size_t i = 0; i < c->n; i++) {
		struct item_change *item = &c->items[i];

		item->idle = item->old.period.to != end;
		if (item->idle)
			continue;
		if (item->old.period.from < previous->from)
			previous->from = item->old.period.from;
		if (sub_set_period(c, &item->new, end))
			return -1;
	}
	return 0;
}

/* A draft of the change's lines, which goes on counting their usage. NULL with the failure. */
static struct record *draft_of(struct sub_change *c, const struct invoice_terms *terms)
{
	struct record *invoice = invoice_new(c->call, terms, c->lines.at, c->lines.count);

	if (invoice)
		invoice_remember_usage(c, invoice);
	return invoice;
}

/* The lines of the periods that begin at `end`, on an invoice; the items themselves stay where they are. */
static struct record *renewal_invoice(struct sub_change *c, struct record *sub, int64_t end)
{
	struct span previous = { end, end };
	struct invoice_terms terms = { .customer = c->customer,
		.sub = sub,
		.reason = "subscription_cycle",
		.currency = c->currency,
		.sweep = true,
		.auto_advance = !sub_status_is(sub, "unpaid") };

	if (next_periods(c, end, &previous) || sub_full_lines(c))
		return NULL;
	terms.period = previous;
	return draft_of(c, &terms);
}

struct record *sub_renewal_preview(struct call *call, struct record *sub, int64_t end)
{
	struct sub_change *c = arena_alloc(&call->arena, sizeof *c);

	return sub_change_begin(call, c, sub) ? NULL : renewal_invoice(c, sub, end);
}

struct record *sub_renew(struct call *call, struct record *sub, int64_t end)
{
	struct sub_change *c = arena_alloc(&call->arena, sizeof *c);
	struct record *invoice = sub_change_begin(call, c, sub) ? NULL : renewal_invoice(c, sub, end);

	if (!invoice || sub_items_store(c))
		return NULL;
	sub_remember_lines(c);
	js_put_text(journal_edit(&call->journal, sub), "latest_invoice", invoice->id);
	return invoice;
}

static void renew(struct call *call, struct record *sub)
{
	uint64_t place = emit_reserve(call);

	if (!sub_renew(call, sub, call->now))
		return;
	sub_plan(call, sub);
	emit_changed_reserved(call, place, "customer.subscription.updated", sub);
}

static bool has_method(struct call *call, struct record *sub)
{
	json_t *customer = record_tree(subscription_customer(call, sub));

	return js_text(record_tree(sub), "default_payment_method") || js_text(record_tree(sub), "default_source") ||
	       js_text_at(customer, "invoice_settings.default_payment_method") || js_text(customer, "default_source");
}

static void pause_for_trial(struct call *call, struct record *sub)
{
	uint64_t place = emit_reserve(call);
	json_t *draft = journal_edit(&call->journal, sub), *details = json_object(), *paused = json_object();
	json_t *type = json_object();

	js_put_text(draft, "status", "paused");
	js_put_text(type, "type", "trial_end_without_payment_method");
	js_put_new(paused, "subscription", type);
	js_put_int(paused, "transitioned_at", call->now);
	js_put_text(paused, "type", "subscription");
	js_put_new(details, "paused", paused);
	js_put_new(draft, "status_details", details);
	sub_changed(call, sub);
	emit_reserved(call, place, "customer.subscription.paused", sub);
}

bool sub_trial_ends_here(struct call *call, struct record *sub)
{
	const char *missing = js_text_at(record_tree(sub), "trial_settings.end_behavior.missing_payment_method");
	bool charges = text_is(js_text(record_tree(sub), "collection_method"), "charge_automatically");

	if (!charges || !missing || has_method(call, sub))
		return false;
	if (!strcmp(missing, "pause"))
		pause_for_trial(call, sub);
	else if (!strcmp(missing, "cancel"))
		subscription_end(call, sub, SUBSCRIPTION_REQUESTED);
	else
		return false;
	return true;
}

static void end_trial(struct call *call, struct record *sub)
{
	if (sub_trial_ends_here(call, sub))
		return;
	sub_set_status(call, sub, "active");
	renew(call, sub);
}

/* What is billed last: pending items and usage, nothing new. NULL when there is nothing, or with the failure. */
struct record *sub_last_invoice(struct call *call, struct record *sub, const char *reason, int64_t end)
{
	struct sub_change *c = arena_alloc(&call->arena, sizeof *c);
	struct invoice_terms terms = {
		.customer = subscription_customer(call, sub),
		.sub = sub,
		.reason = reason,
		.currency = js_text(record_tree(sub), "currency"),
		.period = { js_int_at(record_tree(sub), "items.data.0.current_period_start", call->now), end },
		.sweep = true,
		.auto_advance = true,
	};

	if (sub_change_begin(call, c, sub) || sub_usage_lines(c, end))
		return NULL;
	if (!c->lines.count && !invoice_items_pending(call, terms.customer, sub, terms.currency))
		return NULL;
	return draft_of(c, &terms);
}

static void end_as_planned(struct call *call, struct record *sub)
{
	struct record *invoice;

	subscription_end(call, sub, SUBSCRIPTION_REQUESTED);
	invoice = sub_last_invoice(call, sub, "subscription_cycle", call->now);
	if (invoice)
		js_put_text(journal_edit(&call->journal, sub), "latest_invoice", invoice->id);
}

static void expire(struct call *call, struct record *sub)
{
	struct record *invoice = account_find(call->account, js_text(record_tree(sub), "latest_invoice"));

	if (invoice && text_is(js_text(record_tree(invoice), "status"), "open")) {
		invoice_void(call, invoice);
		return;
	}
	sub_set_status(call, sub, "incomplete_expired");
	js_put_int(journal_edit(&call->journal, sub), "ended_at", call->now);
	sub_changed(call, sub);
}

static void tell_trial_end(struct call *call, struct record *sub)
{
	js_put_flag(journal_edit_private(&call->journal, sub), "trial_told", true);
	emit(call, "customer.subscription.trial_will_end", sub);
}

/* The pending items of pending_invoice_item_interval, on an invoice between the renewals. */
static void bill_pending(struct call *call, struct record *sub)
{
	struct invoice_terms terms = {
		.customer = subscription_customer(call, sub),
		.sub = sub,
		.reason = "automatic_pending_invoice_item_invoice",
		.currency = js_text(record_tree(sub), "currency"),
		.period = { js_int_at(record_tree(sub), "items.data.0.current_period_start", call->now), call->now },
		.sweep = true,
		.auto_advance = !sub_status_is(sub, "unpaid"),
	};

	if (invoice_items_pending(call, terms.customer, sub, terms.currency)) {
		struct record *invoice = invoice_new(call, &terms, NULL, 0);

		if (!invoice)
			return;
		js_put_text(journal_edit(&call->journal, sub), "latest_invoice", invoice->id);
	}
	sub_set_pending_interval(journal_edit(&call->journal, sub), call->now);
	sub_changed(call, sub);
}

/* One thing that is due; false when nothing was. */
static bool step(struct call *call, struct record *sub)
{
	json_t *tree = record_tree(sub);
	bool trialing = sub_status_is(sub, "trialing");

	if (sub_status_is(sub, "incomplete")) {
		if (sub_awaits_bank(call, sub))
			return false;
		expire(call, sub);
	} else if (reached(call, sub_resume_expires(sub))) {
		sub_resume_expire(call, sub);
	} else if (reached(call, js_int(tree, "cancel_at", 0))) {
		end_as_planned(call, sub);
	} else if (reached(call, js_int_at(tree, "pause_collection.resumes_at", 0))) {
		js_put_null(journal_edit(&call->journal, sub), "pause_collection");
		sub_changed(call, sub);
	} else if (trialing && reached(call, js_int(tree, "trial_end", 0))) {
		end_trial(call, sub);
	} else if (reached(call, sub_trial_notice_due(sub))) {
		tell_trial_end(call, sub);
	} else if (reached(call, sub_period_end(sub))) {
		renew(call, sub); /* takes what is pending along */
	} else if (reached(call, js_int(tree, "next_pending_invoice_item_invoice", 0))) {
		bill_pending(call, sub);
	} else if (!sub_status_is(sub, "paused") && reached(call, sub_upcoming_due(call, sub))) {
		sub_tell_upcoming(call, sub);
	} else {
		return false;
	}
	return true;
}

void sub_on_due(struct call *call, struct record *sub)
{
	subscription_schedule_first(call, sub);
	if (reached(call, sub_pending_expires(sub)))
		sub_pending_replace(call, sub);
	/* Several things may fall on one second: a pause's end and a renewal, say. */
	do {
		if (!step(call, sub))
			break;
		sub_plan(call, sub);
	} while (!call->fail.status && reached(call, js_int(record_private(sub), "due", 0)));
	sub_plan(call, sub);
}
