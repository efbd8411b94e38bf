/* SPDX-License-Identifier: MIT */
/* What an invoice does when its time comes. Source: Stripe docs "Status transitions and finalization", "Billing
 * collection methods", "Pause payment collection". */
#include <string.h>

#include "base/json.h"
#include "events/emit.h"
#include "resources/account_settings.h"
#include "resources/billing/inside.h"
#include "resources/billing/subscription.h"

#define OVERDUE "overdue" /* private: its due date passed, and that was told */

static void attempt(struct call *call, struct record *invoice)
{
	struct fail refusal;

	invoice_collect(call, invoice, NULL, true, &refusal);
	refusal_clear(&refusal);
}

/* ---- sent, and not paid in time ---- */

void invoice_plan_overdue(struct call *call, struct record *invoice)
{
	int64_t due_date = js_int(record_tree(invoice), "due_date", 0);

	if (!invoice_is(invoice, "open") || invoice_is_charged(invoice) || !due_date)
		return;
	invoice_set_due(call, invoice, due_date);
	json_object_del(journal_edit_private(&call->journal, invoice), OVERDUE);
}

static void tell_overdue(struct call *call, struct record *invoice)
{
	struct record *sub = invoice_subscription(call, invoice), *customer = invoice_customer(call, invoice);
	int64_t days = account_setting_number(call, "subscription_after_overdue_days");

	js_put_flag(journal_edit_private(&call->journal, invoice), OVERDUE, true);
	/* What happens then is asked then: the account may choose until the last moment. */
	if (sub)
		invoice_set_due(
			call, invoice, js_int(record_tree(invoice), "due_date", call->now) + days * CALENDAR_DAY);
	else
		invoice_set_due(call, invoice, 0);
	emit(call, "invoice.overdue", invoice);
	if (sub)
		subscription_invoice_failed(call, sub, invoice, false);
	if (customer && !customer->deleted) {
		js_put_flag(journal_edit(&call->journal, customer), "delinquent", true);
		emit_changed(call, "customer.updated", customer);
	}
}

static void overdue(struct call *call, struct record *invoice)
{
	struct record *sub = invoice_subscription(call, invoice);

	if (!js_flag(record_private(invoice), OVERDUE, false)) {
		tell_overdue(call, invoice);
		return;
	}
	invoice_set_due(call, invoice, 0);
	if (sub)
		subscription_invoice_given_up(call, sub, invoice);
}

void invoice_set_collection(struct call *call, struct record *invoice, bool advances)
{
	json_t *draft = journal_edit(&call->journal, invoice);

	js_put_flag(draft, "auto_advance", advances);
	if (!invoice_is_charged(invoice))
		return; /* it is overdue at its due date either way */
	if (!advances) {
		js_put_null(draft, "next_payment_attempt");
		invoice_set_due(call, invoice, 0);
	} else if (!js_int(record_private(invoice), "due", 0)) {
		js_put_int(draft, "next_payment_attempt", call->now + 3600);
		invoice_set_due(call, invoice, call->now + 3600);
	}
}

/* ---- drafts ---- */

static void show_failure(struct call *call, struct record *invoice)
{
	json_t *error = json_object();

	if (call->fail.code)
		js_put_text(error, "code", call->fail.code);
	js_put_text(error, "message", call->fail.message);
	js_put_text(error, "type", call->fail.type);
	js_put_new(journal_edit(&call->journal, invoice), "last_finalization_error", error);
	emit(call, "invoice.finalization_failed", invoice);
}

void invoice_note_failure(struct call *call, struct record *invoice)
{
	const char *code = call->fail.code;

	if (!code || strcmp(code, "customer_tax_location_invalid"))
		return;
	show_failure(call, invoice);
	call->fail.keep = true;
}

/* The pause of a subscription's collection decides what becomes of its drafts. */
static bool held_back(struct call *call, struct record *invoice)
{
	const char *behavior =
		js_text_at(record_tree(invoice_subscription(call, invoice)), "pause_collection.behavior");

	if (!behavior)
		return false;
	invoice_set_due(call, invoice, 0);
	if (!strcmp(behavior, "keep_as_draft")) {
		invoice_set_advance(call, journal_edit(&call->journal, invoice), false);
		journal_freeze(&call->journal, invoice);
		return true;
	}
	if (invoice_finalize(call, invoice)) {
		show_failure(call, invoice);
		call->fail = (struct fail) { 0 };
	}
	if (!invoice_is(invoice, "open"))
		return true; /* the balance covered it */
	if (!strcmp(behavior, "void"))
		invoice_void(call, invoice);
	else
		invoice_mark_uncollectible(call, invoice, "subscription_paused");
	return true;
}

static void advance_draft(struct call *call, struct record *invoice)
{
	if (held_back(call, invoice) || invoice_waits(call, invoice))
		return;
	if (invoice_finalize(call, invoice)) {
		json_t *draft = journal_edit(&call->journal, invoice);

		js_put_null(draft, "automatically_finalizes_at");
		js_put_null(draft, "next_payment_attempt");
		invoice_set_due(call, invoice, 0); /* it waits for somebody to mend it */
		show_failure(call, invoice);
		call->fail = (struct fail) { 0 };
		return;
	}
	if (!invoice_is(invoice, "open"))
		return;
	if (invoice_is_charged(invoice))
		attempt(call, invoice);
	else
		emit(call, "invoice.sent", invoice);
}

void invoice_on_due(struct call *call, struct record *invoice)
{
	if (invoice_is(invoice, "draft"))
		advance_draft(call, invoice);
	else if (!invoice_is(invoice, "open"))
		invoice_set_due(call, invoice, 0);
	else if (invoice_is_charged(invoice))
		attempt(call, invoice);
	else
		overdue(call, invoice);
}

void invoice_adopt(struct call *call, struct record *invoice)
{
	json_t *tree = record_tree(invoice);
	bool advances = js_flag(tree, "auto_advance", false);
	int64_t due = 0;

	if (json_object_get(record_private(invoice), "due"))
		return;
	if (invoice_is(invoice, "draft") && advances)
		due = js_int(tree, "automatically_finalizes_at", js_int(tree, "created", call->now) + 3601) - 1;
	else if (invoice_is(invoice, "open") && invoice_is_charged(invoice) && advances)
		due = js_int(tree, "next_payment_attempt", 0);
	if (due)
		invoice_set_due(call, invoice, due);
	invoice_plan_overdue(call, invoice);
}
