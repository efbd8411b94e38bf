/* SPDX-License-Identifier: MIT */
/* How a subscription ends, and what its invoices do to it. Source: Stripe docs "How subscriptions work", statuses;
 * "Subscription invoices", "Cancel subscriptions". */
#include <string.h>

#include "api/list.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/account_settings.h"
#include "resources/billing/sub_pause.h"

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

	return text_is(reason, "subscription_create");
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
		sub_set_status(call, sub, trialing ? "trialing" : "active");
		if (resumes)
			sub_resumed(call, sub);
		else
			sub_changed(call, sub);
	}
	clear_delinquency(call, sub);
}

/* What an account chooses for a subscription that nobody pays; false when it goes on as it is. */
static bool give_up(struct call *call, struct record *sub, const char *choice)
{
	if (!strcmp(choice, "cancel")) {
		subscription_end(call, sub, SUBSCRIPTION_PAYMENT_FAILED);
	} else if (!strcmp(choice, "unpaid") && !sub_status_is(sub, "paused") && !sub_status_is(sub, "unpaid")) {
		sub_set_status(call, sub, "unpaid");
		sub_changed(call, sub);
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
	bool is_sent = text_is(js_text(record_tree(invoice), "collection_method"), "send_invoice");

	if (js_flag(record_private(invoice), "pending_update", false))
		return; /* the change waits for it; the subscription itself goes on */
	if (!is_latest(call, sub, invoice) || !subscription_is_live(sub))
		return;
	if (final && give_up(call, sub, account_setting(call, "subscription_after_retries")))
		return;
	if (sub_resumes_on_attempt(sub)) {
		sub_set_status(call, sub, "past_due");
		sub_resumed(call, sub);
		return;
	}
	if (sub_status_is(sub, "paused") || sub_status_is(sub, "unpaid"))
		return;
	sub_set_status(call, sub, is_first(invoice) && !is_sent ? "incomplete" : "past_due");
	sub_changed(call, sub);
}

/* The latest invoice is gone; the one before it decides now. True: nothing is owed any more. */
static bool is_settled(struct call *call, struct record *sub)
{
	struct record *older = deciding_invoice(call, sub);
	json_t *tree = record_tree(older);
	int64_t due = js_int(tree, "due_date", 0);

	if (!older || !invoice_is(older, "open"))
		return true;
	if (text_is(js_text(tree, "collection_method"), "send_invoice"))
		return !due || due > call->now;
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
		bool voided = text_is(js_text(record_tree(invoice), "status"), "void");

		js_put_text(draft, "status", voided ? "incomplete_expired" : "active");
		if (voided)
			js_put_int(draft, "ended_at", call->now);
		sub_changed(call, sub);
	} else if (sub_is_resuming(sub)) { /* written off it resumes all the same; voided it stays paused */
		if (text_is(js_text(record_tree(invoice), "status"), "void")) {
			sub_resume_expire(call, sub);
		} else {
			sub_set_status(call, sub, "active");
			sub_resumed(call, sub);
		}
	} else if ((sub_status_is(sub, "past_due") || sub_status_is(sub, "unpaid")) && is_settled(call, sub)) {
		sub_set_status(call, sub, "active");
		sub_changed(call, sub);
		clear_delinquency(call, sub);
	}
}
