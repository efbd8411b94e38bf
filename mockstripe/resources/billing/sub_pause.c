/* SPDX-License-Identifier: MIT */
#include "resources/billing/sub_pause.h"

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"

#define RESUME_SECONDS INT64_C(82800) /* 23 hours to pay the resumption invoice */

/* ---- pausing ---- */

/* Licensed items: from now on, or from the beginning of the period, nothing is used. */
static int credit_unused(struct sub_change *c, const char *from)
{
	if (text_is(from, "none"))
		return 0;
	for (size_t i = 0; i < c->n; i++) {
		c->items[i].has_new = false;
		c->items[i].changed = true;
		if (text_is(from, "item_current_period_start") && c->items[i].old.period.from < c->at)
			c->at = c->items[i].old.period.from;
	}
	if (sub_prorate(c))
		return -1;
	for (size_t i = 0; i < c->n; i++) {
		c->items[i].has_new = true;
		c->items[i].changed = false;
	}
	return 0;
}

/* The usage so far: on the invoice that is made now, or waiting for the next one. */
static int bill_usage(struct sub_change *c, const char *through, bool at_once)
{
	if (text_is(through, "none") || sub_usage_lines(c, c->call->now))
		return c->call->fail.status ? -1 : 0;
	if (at_once)
		return 0;
	for (size_t l = 0; l < c->lines.count; l++)
		invoice_item_new(c->call, c->customer, &c->lines.at[l], c->currency);
	c->lines.count = 0;
	return 0;
}

static json_t *paused_details(struct call *call, const char *why)
{
	json_t *details = json_object(), *paused = json_object(), *type = json_object();

	js_put_text(type, "type", why);
	js_put_new(paused, "subscription", type);
	js_put_int(paused, "transitioned_at", call->now);
	js_put_text(paused, "type", "subscription");
	js_put_new(details, "paused", paused);
	return details;
}

int sub_check_pausable(struct call *call, struct record *sub)
{
	if (!sub_status_is(sub, "active"))
		return fail_invalid(call, NULL, NULL,
			"You can only pause a subscription if it is `active`; this one is `%s`.", sub_status(sub));
	if (subscription_is_flexible(sub) &&
		text_is(js_text(record_tree(sub), "collection_method"), "charge_automatically"))
		return 0;
	return fail_invalid(call, NULL, NULL,
		"Only subscriptions in flexible billing mode that charge automatically can be paused.");
}

int sub_pause(struct call *call, struct record *sub, const json_t *settings, struct record **invoice)
{
	struct sub_change *c = arena_alloc(&call->arena, sizeof *c);
	bool at_once = text_is(js_text(settings, "invoicing_behavior"), "invoice");
	struct span period = { call->now, call->now };
	json_t *draft;

	*invoice = NULL;
	if (sub_check_pausable(call, sub) || sub_change_begin(call, c, sub))
		return -1;
	if (credit_unused(c, js_text_at(settings, "bill_for.unused_time_from.type")) ||
		bill_usage(c, js_text_at(settings, "bill_for.outstanding_usage_through.type"), at_once))
		return -1;
	for (size_t i = 0; i < c->n; i++) {
		if (c->items[i].old.period.from < period.from)
			period.from = c->items[i].old.period.from;
		c->items[i].new.period.to = call->now;
	}
	if (sub_items_store(c))
		return -1;
	draft = journal_edit(&call->journal, sub);
	js_put_text(draft, "status", "paused");
	js_put_new(draft, "status_details", paused_details(call, "pause_requested"));
	journal_freeze_all(&call->journal);
	c->at = call->now;
	if (at_once && (c->prorations || c->lines.count) &&
		sub_invoice_now(c, "subscription_update", period, ALLOW_INCOMPLETE, invoice))
		return -1;
	sub_plan(call, sub);
	emit(call, "customer.subscription.paused", sub);
	return 0;
}

/* ---- resuming ---- */

bool sub_is_resuming(struct record *sub)
{
	return sub_status_is(sub, "paused") && js_text(record_private(sub), "resuming");
}

bool sub_resumes_on_attempt(struct record *sub)
{
	return sub_is_resuming(sub) && text_is(js_text(record_private(sub), "resuming"), "attempt");
}

int64_t sub_resume_expires(struct record *sub)
{
	return sub_is_resuming(sub) ? js_int(record_private(sub), "resume_expires", 0) : 0;
}

static void forget(struct call *call, struct record *sub)
{
	json_t *private = journal_edit_private(&call->journal, sub);

	json_object_del(private, "resuming");
	json_object_del(private, "resume_expires");
}

void sub_resumed(struct call *call, struct record *sub)
{
	forget(call, sub);
	json_object_del(journal_edit(&call->journal, sub), "status_details");
	sub_changed(call, sub);
	emit(call, "customer.subscription.resumed", sub);
	subscription_schedule_resumed(call, sub);
}

void sub_resume_expire(struct call *call, struct record *sub)
{
	struct record *invoice = account_find(call->account, js_text(record_tree(sub), "latest_invoice"));

	forget(call, sub);
	if (invoice && text_is(js_text(record_tree(invoice), "status"), "open"))
		invoice_void(call, invoice);
	sub_plan(call, sub);
}

/* The new periods, and the lines for them. */
static int resume_lines(struct sub_change *c, const json_t *settings)
{
	int64_t date = js_int(settings, "proration_date", 0);
	bool free_stub = !c->restarts && text_is(js_text(settings, "proration_behavior"), "none");

	for (size_t i = 0; i < c->n; i++) {
		struct item_facts *item = &c->items[i].new;

		if (sub_set_period(c, item, c->call->now))
			return -1;
		if (!date || c->restarts)
			continue;
		if (date > item->period.to)
			return fail_invalid(c->call, NULL, "proration_date",
				"Cannot specify proration date outside of current subscription period or current "
				"phase");
		item->period.from = date; /* as though it had been resumed then */
	}
	if (sub_items_store(c) || (!free_stub && sub_full_lines(c)))
		return -1;
	for (size_t i = 0; date && i < c->n; i++)
		c->items[i].new.period.from = c->call->now;
	return date ? sub_items_store(c) : 0;
}

int sub_resume(struct call *call, struct record *sub, const json_t *settings, struct record **invoice)
{
	struct sub_change *c = arena_alloc(&call->arena, sizeof *c);
	const char *behavior = js_text(settings, "payment_behavior");
	json_t *draft, *private;

	*invoice = NULL;
	if (!sub_status_is(sub, "paused"))
		return fail_invalid(call, NULL, NULL, "You can only resume a subscription if it is `paused`.");
	if (sub_change_begin(call, c, sub))
		return -1;
	c->restarts = !text_is(js_text_at(settings, "billing_cycle_anchor.type"), "unchanged");
	c->behavior = NO_PRORATIONS;
	if (c->restarts)
		c->anchor = call->now;
	if (resume_lines(c, settings))
		return -1;
	draft = journal_edit(&call->journal, sub);
	js_put_int(draft, "billing_cycle_anchor", c->anchor);
	private = js_own(draft, PRIVATE_KEY);
	js_put_text(private, "resuming", text_is(behavior, "resume_on_payment_success") ? "success" : "attempt");
	js_put_int(private, "resume_expires", call->now + RESUME_SECONDS);
	journal_freeze_all(&call->journal);
	if (c->lines.count && sub_invoice_now(c, "subscription_cycle", (struct span) { call->now, call->now },
				      call->discard ? DEFAULT_INCOMPLETE : ALLOW_INCOMPLETE, invoice))
		return -1;
	if (!c->lines.count) { /* nothing to collect */
		sub_set_status(call, sub, "active");
		sub_resumed(call, sub);
	}
	sub_plan(call, sub);
	return 0;
}
