/* SPDX-License-Identifier: MIT */
/* The other ends of an invoice: void, credited away, written off, stopped with its subscription. */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/billing/inside.h"
#include "resources/billing/subscription.h"
#include "resources/customer.h"
#include "resources/payments/pay.h"

static void cancel_payment(struct call *call, struct record *invoice)
{
	json_t *private = record_private(invoice);
	struct record *intent = account_find(call->account, js_text(private, "intent"));
	struct record *payment = account_find(call->account, js_text(private, "payment"));

	if (payment) {
		json_t *draft = journal_edit(&call->journal, payment);

		js_put_text(draft, "status", "canceled");
		js_put_int(js_own(draft, "status_transitions"), "canceled_at", call->now);
	}
	if (intent)
		intent_cancel(call, intent, "void_invoice");
}

int invoice_void(struct call *call, struct record *invoice)
{
	struct record *customer = invoice_customer(call, invoice), *sub = invoice_subscription(call, invoice);
	json_t *draft;
	int64_t applied;

	if (!invoice_is(invoice, "open") && !invoice_is(invoice, "uncollectible"))
		return fail_invalid(call, NULL, NULL, "You can only pass in open invoices. This invoice isn't open.");
	draft = journal_edit(&call->journal, invoice);
	js_put_text(draft, "status", "void");
	js_put_flag(draft, "auto_advance", false);
	js_put_null(draft, "next_payment_attempt");
	js_put_int(js_own(draft, "status_transitions"), "voided_at", call->now);
	invoice_set_due(call, invoice, 0);
	/* What the balance gave or took at finalization goes back. */
	applied = js_int(draft, "ending_balance", 0) - js_int(draft, "starting_balance", 0);
	if (applied && customer && !customer->deleted)
		customer_balance_move(call, customer, -applied, js_text(draft, "currency"), "unapplied_from_invoice",
			invoice->id, NULL, NULL);
	cancel_payment(call, invoice);
	emit(call, "invoice.voided", invoice);
	if (sub)
		subscription_invoice_voided(call, sub, invoice);
	return 0;
}

/* What is still to be paid has changed: the intent and the payment that stand for it follow. */
static void owe(struct call *call, struct record *invoice, int64_t amount)
{
	json_t *private = record_private(invoice);
	struct record *intent = account_find(call->account, js_text(private, "intent"));
	struct record *payment = account_find(call->account, js_text(private, "payment"));

	if (payment)
		js_put_int(journal_edit(&call->journal, payment), "amount_requested", amount);
	if (intent)
		js_put_int(journal_edit(&call->journal, intent), "amount", amount);
}

int invoice_credit(struct call *call, struct record *invoice, int64_t before, int64_t after)
{
	json_t *draft = journal_edit(&call->journal, invoice);
	int64_t remaining = js_int(draft, "amount_remaining", 0) - before;
	struct record *intent, *payment;

	js_put_int(
		draft, "pre_payment_credit_notes_amount", js_int(draft, "pre_payment_credit_notes_amount", 0) + before);
	js_put_int(draft, "post_payment_credit_notes_amount",
		js_int(draft, "post_payment_credit_notes_amount", 0) + after);
	js_put_int(draft, "amount_due", js_int(draft, "amount_due", 0) - before);
	js_put_int(draft, "amount_remaining", remaining);
	if (!before || remaining > 0) {
		if (before)
			owe(call, invoice, remaining);
		emit_changed(call, "invoice.updated", invoice);
		return 0;
	}
	intent = account_find(call->account, js_text(record_private(invoice), "intent"));
	payment = account_find(call->account, js_text(record_private(invoice), "payment"));
	if (payment) {
		js_put_text(journal_edit(&call->journal, payment), "status", "canceled");
		js_put_int(
			js_own(journal_edit(&call->journal, payment), "status_transitions"), "canceled_at", call->now);
	}
	if (intent)
		intent_cancel(call, intent, "automatic");
	invoice_mark_paid(call, invoice, js_int(draft, "amount_paid", 0));
	emit_changed(call, "invoice.updated", invoice);
	invoice_announce_paid(call, invoice, NULL);
	journal_freeze_all(&call->journal);
	return 0;
}

int invoice_mark_uncollectible(struct call *call, struct record *invoice, const char *reason)
{
	struct record *sub = invoice_subscription(call, invoice);
	json_t *draft, *details, *why;

	if (invoice_is(invoice, "uncollectible"))
		return fail_invalid(call, NULL, NULL, "This invoice has already been marked uncollectible.");
	if (!invoice_is(invoice, "open"))
		return fail_invalid(call, NULL, NULL, "You can only pass in open invoices. This invoice isn't open.");
	draft = journal_edit(&call->journal, invoice);
	js_put_text(draft, "status", "uncollectible");
	js_put_flag(draft, "auto_advance", false);
	js_put_null(draft, "next_payment_attempt");
	js_put_int(js_own(draft, "status_transitions"), "marked_uncollectible_at", call->now);
	details = json_object();
	why = json_object();
	js_put_text(why, "reason", reason);
	js_put_new(details, "uncollectible", why);
	js_put_new(draft, "status_details", details);
	invoice_set_due(call, invoice, 0);
	emit(call, "invoice.marked_uncollectible", invoice);
	/* Written off by the account's own setting it stays as that setting left the subscription. */
	if (sub && strcmp(reason, "max_payment_attempts"))
		subscription_invoice_voided(call, sub, invoice);
	return 0;
}

void invoices_stop(struct call *call, struct record *sub)
{
	const struct list *all = list_by(call, invoice_type(), "subscription", sub->id);
	struct list live = { 0 };

	for (size_t i = 0; i < all->count; i++)
		if ((invoice_is(all->at[i], "open") || invoice_is(all->at[i], "draft")) &&
			js_flag(record_tree(all->at[i]), "auto_advance", false))
			list_add(&live, all->at[i]);
	for (size_t i = 0; i < live.count; i++) {
		json_t *draft = journal_edit(&call->journal, live.at[i]);

		js_put_flag(draft, "auto_advance", false);
		js_put_null(draft, "next_payment_attempt");
		js_put_null(draft, "automatically_finalizes_at");
		invoice_set_due(call, live.at[i], 0);
		emit_changed(call, "invoice.updated", live.at[i]);
	}
	list_clear(&live);
}
