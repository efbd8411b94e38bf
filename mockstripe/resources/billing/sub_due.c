/* SPDX-License-Identifier: MIT */
/* What a subscription does when its time comes, and what its invoices do to it. Source: Stripe docs "How subscriptions
 * work", "Subscription invoices", "Free trials", "Cancel subscriptions", "Pause payment collection". */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/account_settings.h"
#include "resources/billing/sub_pause.h"

static void set_status(struct call *call, struct record *sub, const char *status)
{
	js_put_text(journal_edit(&call->journal, sub), "status", status);
}

static void changed(struct call *call, struct record *sub)
{
	sub_plan(call, sub);
	emit_changed(call, "customer.subscription.updated", sub);
}

static bool reached(struct call *call, int64_t at)
{
	return at && at <= call->now;
}

/* ---- the end ---- */

/* The first invoice of a subscription that never began is not to be paid any more. */
static void void_first_invoice(struct call *call, struct record *sub)
{
	struct record *invoice = account_find(call->account, js_text(record_tree(sub), "latest_invoice"));

	if (invoice && invoice_is(invoice, "open"))
		invoice_void(call, invoice);
}

void subscription_end(struct call *call, struct record *sub, enum subscription_end why)
{
	json_t *draft = journal_edit(&call->journal, sub);
	json_t *details = js_own(draft, "cancellation_details");
	bool planned = js_int(draft, "cancel_at", 0) && js_int(draft, "cancel_at", 0) <= call->now;
	bool began = !sub_status_is(sub, "incomplete");

	js_put_text(draft, "status", "canceled");
	js_put_int(draft, "ended_at", call->now);
	if (!planned) { /* decided now; a planned end keeps the moment of its decision */
		js_put_int(draft, "canceled_at", call->now);
		js_put_null(draft, "cancel_at");
		js_put_flag(draft, "cancel_at_period_end", false);
	}
	js_put_text(
		details, "reason", why == SUBSCRIPTION_PAYMENT_FAILED ? "payment_failed" : "cancellation_requested");
	json_object_del(js_own(draft, PRIVATE_KEY), "due");
	json_object_del(json_object_get(draft, PRIVATE_KEY), "live");
	invoices_stop(call, sub);
	if (!began)
		void_first_invoice(call, sub);
	emit(call, "customer.subscription.deleted", sub);
	subscription_schedule_ends(call, sub, why);
}

int subscriptions_of_customer_end(struct call *call, struct record *customer)
{
	const struct list *all = list_by(call, sub_type(), SUB_LIVE, customer->id);
	struct list live = { 0 };

	for (size_t i = 0; i < all->count; i++)
		list_add(&live, all->at[i]);
	for (size_t i = 0; i < live.count; i++)
		subscription_end(call, live.at[i], SUBSCRIPTION_REQUESTED);
	list_clear(&live);
	return 0;
}

size_t subscriptions_live_count(struct call *call, struct record *customer)
{
	return list_by(call, sub_type(), SUB_LIVE, customer->id)->count;
}

/* ---- what invoices do ---- */

static bool is_written_off(struct record *invoice)
{
	return invoice_is(invoice, "void") || invoice_is(invoice, "uncollectible");
}

/* The invoice whose payment the subscription's status hangs on: the newest that was not voided or written off. NULL:
 * none. */
static struct record *deciding_invoice(struct call *call, struct record *sub)
{
	struct record *latest = account_find(call->account, js_text(record_tree(sub), "latest_invoice"));
	const struct list *all;

	if (!latest || !is_written_off(latest))
		return latest;
	all = list_by(call, invoice_type(), "subscription", sub->id);
	for (size_t i = all->count; i-- > 0;)
		if (!is_written_off(all->at[i]) && !invoice_is(all->at[i], "draft"))
			return all->at[i];
	return NULL;
}

static bool is_latest(struct call *call, struct record *sub, struct record *invoice)
{
	const char *latest = js_text(record_tree(sub), "latest_invoice");

	return !latest || !strcmp(latest, invoice->id) || deciding_invoice(call, sub) == invoice;
}

static bool is_first(struct record *invoice)
{
	const char *reason = js_text(record_tree(invoice), "billing_reason");

	return reason && !strcmp(reason, "subscription_create");
}

static void clear_delinquency(struct call *call, struct record *sub)
{
	struct record *customer = subscription_customer(call, sub);

	if (!customer || customer->deleted || !js_flag(record_tree(customer), "delinquent", false))
		return;
	js_put_flag(journal_edit(&call->journal, customer), "delinquent", false);
	emit_changed(call, "customer.updated", customer);
}

void subscription_invoice_paid(struct call *call, struct record *sub, struct record *invoice)
{
	bool trialing = js_int(record_tree(sub), "trial_end", 0) > call->now, resumes = sub_is_resuming(sub);

	if (!subscription_is_live(sub) || (!sub_pending_paid(call, sub, invoice) && !is_latest(call, sub, invoice)))
		return;
	if (sub_status_is(sub, "incomplete") || sub_status_is(sub, "past_due") || sub_status_is(sub, "unpaid") ||
		resumes) {
		set_status(call, sub, trialing ? "trialing" : "active");
		if (resumes)
			sub_resumed(call, sub);
		else
			changed(call, sub);
	}
	clear_delinquency(call, sub);
}

/* What an account chooses for a subscription that nobody pays; false when it goes on as it is. */
static bool give_up(struct call *call, struct record *sub, const char *choice)
{
	if (!strcmp(choice, "cancel")) {
		subscription_end(call, sub, SUBSCRIPTION_PAYMENT_FAILED);
	} else if (!strcmp(choice, "unpaid") && !sub_status_is(sub, "paused") && !sub_status_is(sub, "unpaid")) {
		set_status(call, sub, "unpaid");
		changed(call, sub);
	} else {
		return false;
	}
	return true;
}

void subscription_invoice_given_up(struct call *call, struct record *sub, struct record *invoice)
{
	if (is_latest(call, sub, invoice) && subscription_is_live(sub))
		give_up(call, sub, account_setting(call, "subscription_after_overdue"));
}

void subscription_invoice_failed(struct call *call, struct record *sub, struct record *invoice, bool final)
{
	bool is_sent = !strcmp(js_text(record_tree(invoice), "collection_method"), "send_invoice");

	if (js_flag(record_private(invoice), "pending_update", false))
		return; /* the change waits for it; the subscription itself goes on */
	if (!is_latest(call, sub, invoice) || !subscription_is_live(sub))
		return;
	if (final && give_up(call, sub, account_setting(call, "subscription_after_retries")))
		return;
	if (sub_resumes_on_attempt(sub)) {
		set_status(call, sub, "past_due");
		sub_resumed(call, sub);
		return;
	}
	if (sub_status_is(sub, "paused") || sub_status_is(sub, "unpaid"))
		return;
	set_status(call, sub, is_first(invoice) && !is_sent ? "incomplete" : "past_due");
	changed(call, sub);
}

/* The latest invoice is gone; the one before it decides now. True: nothing is owed any more. */
static bool is_settled(struct call *call, struct record *sub)
{
	struct record *older = deciding_invoice(call, sub);
	json_t *tree = record_tree(older);

	if (!older || !invoice_is(older, "open"))
		return true;
	if (!strcmp(js_text(tree, "collection_method"), "send_invoice"))
		return !reached(call, js_int(tree, "due_date", 0));
	if (!json_is_integer(json_object_get(tree, "next_payment_attempt"))) /* its retries are over, too */
		give_up(call, sub, account_setting(call, "subscription_after_retries"));
	return false;
}

void subscription_invoice_voided(struct call *call, struct record *sub, struct record *invoice)
{
	if (sub_pending_dropped(call, sub, invoice) || !is_latest(call, sub, invoice) || !subscription_is_live(sub))
		return;
	if (sub_status_is(sub, "incomplete")) {
		json_t *draft = journal_edit(&call->journal, sub);
		bool voided = !strcmp(js_text(record_tree(invoice), "status"), "void");

		js_put_text(draft, "status", voided ? "incomplete_expired" : "active");
		if (voided)
			js_put_int(draft, "ended_at", call->now);
		changed(call, sub);
	} else if (sub_is_resuming(sub)) { /* written off it resumes all the same; voided it stays paused */
		if (!strcmp(js_text(record_tree(invoice), "status"), "void")) {
			sub_resume_expire(call, sub);
		} else {
			set_status(call, sub, "active");
			sub_resumed(call, sub);
		}
	} else if ((sub_status_is(sub, "past_due") || sub_status_is(sub, "unpaid")) && is_settled(call, sub)) {
		set_status(call, sub, "active");
		changed(call, sub);
		clear_delinquency(call, sub);
	}
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
	struct record *invoice = invoice_new(c->call, terms, c->lines, c->n_lines);

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
	sub_plan(call, sub);
	emit_changed(call, "customer.subscription.updated", sub);
	emit_reserved(call, place, "customer.subscription.paused", sub);
}

bool sub_trial_ends_here(struct call *call, struct record *sub)
{
	const char *missing = js_text_at(record_tree(sub), "trial_settings.end_behavior.missing_payment_method");
	bool charges = !strcmp(js_text(record_tree(sub), "collection_method"), "charge_automatically");

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
	set_status(call, sub, "active");
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
	if (!c->n_lines && !invoice_items_pending(call, terms.customer, sub, terms.currency))
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

	if (invoice && !strcmp(js_text(record_tree(invoice), "status"), "open")) {
		invoice_void(call, invoice);
		return;
	}
	js_put_text(journal_edit(&call->journal, sub), "status", "incomplete_expired");
	js_put_int(journal_edit(&call->journal, sub), "ended_at", call->now);
	changed(call, sub);
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
	changed(call, sub);
}

/* One thing that is due; false when nothing was. */
static bool step(struct call *call, struct record *sub)
{
	json_t *tree = record_tree(sub);
	bool trialing = sub_status_is(sub, "trialing");

	if (sub_status_is(sub, "incomplete")) {
		expire(call, sub);
	} else if (reached(call, sub_resume_expires(sub))) {
		sub_resume_expire(call, sub);
	} else if (reached(call, js_int(tree, "cancel_at", 0))) {
		end_as_planned(call, sub);
	} else if (reached(call, js_int_at(tree, "pause_collection.resumes_at", 0))) {
		js_put_null(journal_edit(&call->journal, sub), "pause_collection");
		changed(call, sub);
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
