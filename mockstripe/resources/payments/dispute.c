/* SPDX-License-Identifier: MIT */
/*
 * Disputes. The test cards open them, and the words winning_evidence, losing_evidence and escalate_inquiry_evidence in
 * the evidence's uncategorized_text decide them, some seconds after they were submitted; any other evidence stays under
 * review. Nothing submitted until due_by loses. Source: Stripe docs "Testing" (disputes), "The Dispute object".
 */
#include <stdio.h>
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/generic.h"
#include "resources/payments/inside.h"
#include "value/calendar.h"

#define FEE 1500       /* of a dispute, in the charge's currency's minor units; given back when it is won */
#define RESPOND_DAYS 9 /* until due_by, at the end of that day */

static const struct schema_resource *dispute_type(void)
{
	return schema_find_object("dispute");
}

static struct record *charge_of(struct call *call, struct record *dispute)
{
	return account_find(call->account, js_text(record_tree(dispute), "charge"));
}

static const char *status_of(struct record *dispute)
{
	return js_text(record_tree(dispute), "status");
}

static bool is_inquiry(struct record *dispute)
{
	return !strncmp(status_of(dispute), "warning_", 8);
}

static bool is_closed(struct record *dispute)
{
	static const char *const closed[] = { "lost", "won", "warning_closed", "prevented", NULL };

	return status_among(status_of(dispute), closed);
}

/* ---- money ---- */

/* The disputed amount leaves the balance with the fee, or comes back with it. */
static void move_funds(struct call *call, struct record *dispute, bool back)
{
	json_t *tree = record_tree(dispute);
	int64_t amount = js_int(tree, "amount", 0);
	const char *charge = js_text(tree, "charge");
	struct record *entry =
		balance_enter(call, &(struct balance_entry) {
					    .type = "adjustment",
					    .category = back ? "dispute_reversal" : "dispute",
					    .description = arena_format(&call->arena, "Chargeback %s for %s",
						    back ? "reversal" : "withdrawal", charge),
					    .source = dispute->id,
					    .amount = back ? amount : -amount,
					    .fee = back ? -FEE : FEE,
					    .fee_description = back ? "Dispute fee refund" : "Dispute fee",
					    .currency = arena_text(&call->arena, js_text(tree, "currency")),
					    .clock = js_text(record_private(dispute), "clock"),
				    });

	json_array_append_new(
		js_own_array(journal_edit(&call->journal, dispute), "balance_transactions"), record_shown(entry));
}

static void withdraw(struct call *call, struct record *dispute)
{
	charge_land(call, charge_of(call, dispute));
	move_funds(call, dispute, false);
}

/* ---- opening ---- */

static json_t *case_details(struct record *charge, bool inquiry, const char *network_reason)
{
	json_t *details = json_object(), *card = json_object();
	const char *brand = js_text_at(record_tree(charge), "payment_method_details.card.brand");

	js_put_text(card, "brand", brand);
	js_put_text(card, "case_type", inquiry ? "inquiry" : "chargeback");
	js_put_text(card, "network", brand);
	js_put_text(card, "network_reason_code", network_reason);
	js_put_new(details, "card", card);
	js_put_text(details, "type", "card");
	return details;
}

static void put_evidence_details(json_t *body, int64_t due_by)
{
	json_t *details = js_own(body, "evidence_details");

	js_put_int(details, "due_by", due_by);
	js_put_new(details, "enhanced_eligibility", json_object());
	js_put_flag(details, "has_evidence", false);
	js_put_flag(details, "past_due", false);
	js_put_int(details, "submission_count", 0);
	js_put_text(details, "submission_method", "not_submitted");
}

/* What the customer told at the time of the charge is evidence from the start. */
static void put_evidence(json_t *body, struct record *charge)
{
	json_t *evidence = js_own(body, "evidence"), *billing = json_object_get(record_tree(charge), "billing_details");

	js_put(evidence, "customer_email_address", json_object_get(billing, "email"));
	js_put(evidence, "customer_name", json_object_get(billing, "name"));
	js_put_new(evidence, "enhanced_evidence", json_object());
}

static struct record *dispute_new(
	struct call *call, struct record *charge, bool inquiry, const char *reason, const char *network_reason)
{
	int64_t due_by = (call->now / CALENDAR_DAY + RESPOND_DAYS + 1) * CALENDAR_DAY - 1;
	json_t *tree = record_tree(charge);
	json_t *body = shape_new(call, dispute_type(), NULL);
	json_t *private;

	js_put_int(body, "amount", js_int(tree, "amount", 0));
	js_put_text(body, "charge", charge->id);
	js_put(body, "currency", json_object_get(tree, "currency"));
	js_put(body, "payment_intent", json_object_get(tree, "payment_intent"));
	put_evidence(body, charge);
	put_evidence_details(body, due_by);
	js_put_flag(body, "is_charge_refundable", inquiry);
	js_put_text(body, "reason", reason);
	js_put_text(body, "status", inquiry ? "warning_needs_response" : "needs_response");
	if (network_reason) {
		js_put_text(body, "network_reason_code", network_reason);
		js_put_new(body, "payment_method_details", case_details(charge, inquiry, network_reason));
	}
	private = js_own(body, PRIVATE_KEY);
	if (js_text(json_object_get(tree, PRIVATE_KEY), "clock"))
		js_put_text(private, "clock", js_text(json_object_get(tree, PRIVATE_KEY), "clock"));
	js_put_text(private, "next", "expire");
	js_put_int(private, "due", due_by);
	js_put_flag(journal_edit(&call->journal, charge), "disputed", true);
	return object_store(call, dispute_type(), body_in_order(dispute_type(), body));
}

static void warn_of_fraud(struct call *call, struct record *charge)
{
	const struct schema_resource *type = schema_find_object("radar.early_fraud_warning");
	json_t *body = shape_new(call, type, NULL);

	js_put_flag(body, "actionable", true);
	js_put_text(body, "charge", charge->id);
	js_put_text(body, "fraud_type", "made_with_stolen_card");
	if (js_text(record_tree(charge), "payment_intent"))
		js_put(body, "payment_intent", json_object_get(record_tree(charge), "payment_intent"));
	emit(call, "radar.early_fraud_warning.created", object_store(call, type, body_in_order(type, body)));
}

void dispute_open(struct call *call, struct record *charge, enum card_dispute kind, const char *reason,
	const char *network_reason)
{
	struct record *dispute;

	if (kind == DISPUTE_WARNING) {
		warn_of_fraud(call, charge);
		return;
	}
	dispute = dispute_new(call, charge, kind == DISPUTE_INQUIRY, reason, network_reason);
	if (kind == DISPUTE_TWICE)
		js_put_flag(journal_edit_private(&call->journal, dispute), "again", true);
	if (kind == DISPUTE_INQUIRY) {
		emit(call, "charge.dispute.created", dispute);
		return;
	}
	withdraw(call, dispute);
	emit(call, "charge.dispute.created", dispute);
	emit(call, "charge.dispute.funds_withdrawn", dispute);
}

bool dispute_bars_refund(struct call *call, struct record *charge)
{
	const struct list *all = list_by(call, dispute_type(), "charge", charge->id);

	for (size_t i = 0; i < all->count; i++) {
		struct record *dispute = all->at[i];

		if (!is_inquiry(dispute) && strcmp(status_of(dispute), "won"))
			return true;
	}
	return false;
}

/* ---- ending ---- */

static void put_status(struct call *call, struct record *dispute, const char *status)
{
	js_put_text(journal_edit(&call->journal, dispute), "status", status);
}

/* Closes it; a card that is disputed several times comes again, once. */
static void finish(struct call *call, struct record *dispute, const char *status)
{
	bool again = js_flag(record_private(dispute), "again", false);
	struct record *charge = charge_of(call, dispute);

	put_status(call, dispute, status);
	payment_set_due(call, dispute, 0);
	json_object_del(journal_edit_private(&call->journal, dispute), "next");
	if (!strcmp(status, "won"))
		move_funds(call, dispute, true);
	emit_changed(call, "charge.dispute.closed", dispute);
	if (!strcmp(status, "won"))
		emit(call, "charge.dispute.funds_reinstated", dispute);
	if (again && charge)
		dispute_open(call, charge, DISPUTE_CHARGEBACK, "fraudulent", "10.4");
}

static void escalate(struct call *call, struct record *dispute)
{
	int64_t due_by = (call->now / CALENDAR_DAY + RESPOND_DAYS + 1) * CALENDAR_DAY - 1;
	json_t *draft = journal_edit(&call->journal, dispute);

	js_put_text(draft, "status", "needs_response");
	js_put_flag(draft, "is_charge_refundable", false);
	js_put_int(js_own(draft, "evidence_details"), "due_by", due_by);
	js_put_text(js_own(js_own(draft, "payment_method_details"), "card"), "case_type", "chargeback");
	js_put_text(js_own(draft, PRIVATE_KEY), "next", "expire");
	payment_set_due(call, dispute, due_by);
	withdraw(call, dispute);
	emit_changed(call, "charge.dispute.updated", dispute);
	emit(call, "charge.dispute.funds_withdrawn", dispute);
}

static void dispute_falls_due(struct call *call, struct record *dispute)
{
	const char *next = arena_text(&call->arena, js_text(record_private(dispute), "next"));

	if (!strcmp(next, "escalate")) {
		escalate(call, dispute);
		return;
	}
	if (!strcmp(next, "expire"))
		js_put_flag(js_own(journal_edit(&call->journal, dispute), "evidence_details"), "past_due", true);
	finish(call, dispute, is_inquiry(dispute) ? "warning_closed" : !strcmp(next, "win") ? "won" : "lost");
}

/* ---- routes ---- */

/* What the evidence says decides what comes next; NULL: nothing does. */
static const char *verdict_of(json_t *dispute, bool inquiry)
{
	const char *text = js_text_at(dispute, "evidence.uncategorized_text");

	if (!text)
		return NULL;
	if (strstr(text, "winning_evidence"))
		return "win";
	if (strstr(text, "losing_evidence"))
		return "lose";
	return inquiry && strstr(text, "escalate_inquiry_evidence") ? "escalate" : NULL;
}

static void submit(struct call *call, struct record *dispute)
{
	bool inquiry = is_inquiry(dispute);
	json_t *draft = journal_edit(&call->journal, dispute);
	json_t *details = js_own(draft, "evidence_details"), *private = js_own(draft, PRIVATE_KEY);
	const char *verdict = verdict_of(draft, inquiry);

	js_put_int(details, "submission_count", js_int(details, "submission_count", 0) + 1);
	js_put_text(details, "submission_method", "manual");
	js_put_text(draft, "status", inquiry ? "warning_under_review" : "under_review");
	if (verdict)
		js_put_text(private, "next", verdict);
	else
		json_object_del(private, "next");
	payment_set_due(call, dispute, verdict ? call->now + SETTLES_AFTER : 0);
}

static struct record *own_dispute(struct call *call)
{
	struct record *dispute = path_record(call, 0, dispute_type());

	if (!dispute)
		return NULL;
	call_use_clock(call, dispute);
	return dispute;
}

static int dispute_update(struct call *call)
{
	struct record *dispute = own_dispute(call);
	json_t *draft;

	if (!dispute)
		return -1;
	if (is_closed(dispute) && (param_given(call, "evidence") || param_given(call, "submit")))
		return fail_invalid(call, NULL, NULL, "This dispute is already closed");
	draft = journal_edit(&call->journal, dispute);
	if (params_apply(call, draft, dispute_type(), NULL))
		return -1;
	if (param_given(call, "evidence"))
		js_put_flag(js_own(draft, "evidence_details"), "has_evidence", true);
	/* Evidence is submitted at once unless submit=false; submit=true alone sends what was staged before. */
	if (param_flag(call, "submit", param_given(call, "evidence")))
		submit(call, dispute);
	emit_changed(call, "charge.dispute.updated", dispute);
	return answer_record(call, dispute);
}

static int dispute_close(struct call *call)
{
	struct record *dispute = own_dispute(call);

	if (!dispute)
		return -1;
	if (is_closed(dispute))
		return fail_invalid(call, NULL, NULL, "This dispute is already closed");
	finish(call, dispute, is_inquiry(dispute) ? "warning_closed" : "lost");
	return answer_record(call, dispute);
}

static void dispute_adopt(struct call *call, struct record *dispute)
{
	int64_t due_by = js_int_at(record_tree(dispute), "evidence_details.due_by", 0);
	static const char *const waiting[] = { "needs_response", "warning_needs_response", NULL };

	if (due_by <= call->now || !status_among(status_of(dispute), waiting))
		return;
	js_put_text(journal_edit_private(&call->journal, dispute), "next", "expire");
	payment_set_due(call, dispute, due_by);
}

static const struct resource_route routes[] = {
	{ "POST", "/v1/disputes/{id}", dispute_update },
	{ "POST", "/v1/disputes/{id}/close", dispute_close },
	{ 0 },
};

const struct resource dispute_resource = {
	.name = "Dispute",
	.routes = routes,
	.adopt = dispute_adopt,
	.on_due = dispute_falls_due,
};
