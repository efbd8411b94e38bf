/* SPDX-License-Identifier: MIT */
/* Refunds. Source: Stripe docs "Refund and cancel payments", "The Refund object", "Testing" (refund cards). */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/text.h"
#include "events/emit.h"
#include "resources/generic.h"
#include "resources/payments/inside.h"
#include "value/currency.h"

static const struct schema_resource *refund_type(void)
{
	return schema_find_object("refund");
}

/* ---- making ---- */

static json_t *destination_of(struct record *charge, const char *type)
{
	const char *kind = js_text_at(record_tree(charge), "payment_method_details.type");
	json_t *details = json_object(), *inner = json_object();

	if (!kind || strcmp(kind, "card")) {
		if (text_is(kind, "customer_balance"))
			js_put(details, "customer_cash_balance", inner);
		js_put_text(details, "type",
			!kind || !strcmp(kind, "us_bank_account") ? "us_bank_transfer"
			: !strcmp(kind, "customer_balance")	  ? "customer_cash_balance"
								  : kind);
		json_decref(inner);
		return details;
	}
	if (strcmp(type, "reversal")) {
		js_put_text(inner, "reference_status", "pending");
		js_put_text(inner, "reference_type", "acquirer_reference_number");
	}
	js_put_text(inner, "type", type);
	js_put_new(details, "card", inner);
	js_put_text(details, "type", "card");
	return details;
}

static json_t *refund_body(struct call *call, struct record *charge, int64_t amount, const char *reason)
{
	json_t *tree = record_tree(charge);
	char id[ID_ROOM];
	json_t *body;

	account_new_id(call->account, strncmp(charge->id, "py_", 3) ? "re_" : "pyr_", 24, id);
	body = shape_new(call, refund_type(), id);
	js_put_int(body, "amount", amount);
	js_put_text(body, "charge", charge->id);
	js_put(body, "currency", json_object_get(tree, "currency"));
	js_put(body, "customer", json_object_get(tree, "customer"));
	js_put(body, "payment_intent", json_object_get(tree, "payment_intent"));
	/* A refund's payment_method expands, so only what is a PaymentMethod is named. */
	if (account_get(call->account, js_text(tree, "payment_method"), method_type()))
		js_put(body, "payment_method", json_object_get(tree, "payment_method"));
	js_put_text(body, "reason", reason);
	js_put_text(body, "status", "succeeded");
	if (js_text(json_object_get(tree, PRIVATE_KEY), "clock"))
		js_put_text(js_own(body, PRIVATE_KEY), "clock", js_text(json_object_get(tree, PRIVATE_KEY), "clock"));
	return body;
}

static const char *entry_description(struct call *call, struct record *charge, const char *what)
{
	const char *own = js_text(record_tree(charge), "description");

	return own ? arena_format(&call->arena, "%s (%s)", what, own) : what;
}

/* The money leaves the balance (or comes back to it, when a refund fails). */
static struct record *book(struct call *call, struct record *charge, struct record *refund, int64_t amount,
	const char *type, const char *what)
{
	return balance_enter(
		call, &(struct balance_entry) {
			      .type = type,
			      .category = amount < 0 ? "refund" : "refund_failure",
			      .description = entry_description(call, charge, what),
			      .source = refund->id,
			      .amount = amount,
			      .currency = arena_text(&call->arena, js_text(record_tree(refund), "currency")),
			      .clock = js_text(record_private(refund), "clock"),
		      });
}

/* What follows by itself: the refund cards change their mind; any other gets its reference number. */
static void plan(struct call *call, struct record *refund, enum card_refund how)
{
	static const char *const next[] = { "reference", "succeed", "fail" };

	js_put_text(journal_edit_private(&call->journal, refund), "next", next[how]);
	payment_set_due(call, refund, call->now + SETTLES_AFTER);
}

static void charge_refunded(struct call *call, struct record *charge, int64_t amount)
{
	json_t *draft = journal_edit(&call->journal, charge);
	int64_t total = js_int(draft, "amount_refunded", 0) + amount;

	js_put_int(draft, "amount_refunded", total);
	js_put_flag(draft, "refunded", total == js_int(draft, "amount", 0));
}

struct record *refund_make(struct call *call, struct record *charge, int64_t amount, const char *reason)
{
	const struct test_card *test = test_card_of_key(js_text(record_private(charge), "test"));
	enum card_refund how = test ? test->refund : REFUND_AT_ONCE;
	bool captured = js_flag(record_tree(charge), "captured", false);
	json_t *body = refund_body(call, charge, amount, reason);
	struct record *refund;

	js_put_new(body, "destination_details", destination_of(charge, captured ? "refund" : "reversal"));
	if (how == REFUND_PENDING_FIRST) {
		js_put_text(body, "status", "pending");
		js_put_text(body, "pending_reason", "processing");
	}
	if (param_text(call, "instructions_email"))
		js_put_text(body, "instructions_email", param_text(call, "instructions_email"));
	refund = object_store(call, refund_type(), body_in_order(refund_type(), body));
	if (captured) {
		struct record *entry;

		charge_land(call, charge);
		entry = book(call, charge, refund, -amount, strncmp(charge->id, "py_", 3) ? "refund" : "payment_refund",
			"REFUND FOR CHARGE");
		js_put_text(journal_edit(&call->journal, refund), "balance_transaction", entry->id);
		plan(call, refund, how);
	}
	return refund;
}

/* A refund for fraud is the user's word on the charge. Source: Stripe docs "The Charge object", fraud_details. */
static void report_fraud(struct call *call, struct record *charge, struct record *refund)
{
	const char *reason = js_text(record_tree(refund), "reason");

	if (text_is(reason, "fraudulent"))
		js_put_text(js_own(journal_edit(&call->journal, charge), "fraud_details"), "user_report", "fraudulent");
}

static void announce(struct call *call, struct record *refund, struct record *charge, int64_t amount)
{
	emit(call, "refund.created", refund);
	bank_transfer_refund(call, charge, refund);
	report_fraud(call, charge, refund);
	charge_refunded(call, charge, amount);
	emit_changed(call, "charge.refunded", charge);
}

/* ---- create ---- */

/* The charge that the request means; NULL with the failure. */
static struct record *find_charge(struct call *call)
{
	const char *id = param_text(call, "charge");
	struct record *intent = param_record(call, "payment_intent", "payment_intent");
	struct record *charge = id ? account_get(call->account, id, charge_type()) : NULL;
	const char *status;

	if (call->fail.status)
		return NULL;
	if (!id && !intent) {
		fail_invalid(call, "parameter_missing", NULL,
			"One of the following params should be provided for this request: payment_intent or charge.");
		return NULL;
	}
	if (id && !charge) {
		/* As recorded: an unknown charge is a 404 about `id`, although it stands in a parameter. */
		fail_no_such(call, charge_type(), id);
		return NULL;
	}
	if (charge)
		return charge;
	charge = account_find(call->account, js_text(record_tree(intent), "latest_charge"));
	status = charge ? js_text(record_tree(charge), "status") : NULL;
	if (text_is(status, "succeeded"))
		return charge;
	fail_invalid(
		call, NULL, NULL, "This PaymentIntent (%s) does not have a successful charge to refund.", intent->id);
	return NULL;
}

static int check_charge(struct call *call, struct record *charge)
{
	json_t *tree = record_tree(charge);
	const char *intent = js_text(tree, "payment_intent");

	if (strcmp(js_text(tree, "status"), "succeeded")) {
		if (intent)
			return fail_invalid(call, NULL, NULL,
				"This PaymentIntent (%s) does not have a successful charge to refund.", intent);
		return fail_invalid(call, "charge_not_refundable", NULL,
			"Charge %s has not succeeded; it cannot be refunded.", charge->id);
	}
	if (dispute_bars_refund(call, charge))
		return fail_invalid(call, "charge_disputed", NULL,
			"Charge %s has been charged back; cannot issue a refund.", charge->id);
	if (js_flag(tree, "refunded", false) || js_int(tree, "amount_refunded", 0) >= js_int(tree, "amount", 0))
		return fail_invalid(
			call, "charge_already_refunded", NULL, "Charge %s has already been refunded.", charge->id);
	if (!js_flag(tree, "captured", false) && intent)
		return fail_invalid(call, NULL, NULL,
			"This uncaptured Charge was created by a PaymentIntent (%s). You must cancel the PaymentIntent "
			"to reverse "
			"the authorization instead of refunding the Charge directly. You can cancel this PaymentIntent "
			"with "
			"`/v1/payment_intents/%s/cancel`. For more information, see "
			"https://stripe.com/docs/api/payment_intents/cancel.",
			intent, intent);
	return 0;
}

static int fail_too_much(struct call *call, struct record *charge, int64_t amount, int64_t left, const char *param)
{
	struct text wanted, had;

	text_init(&wanted, 128);
	text_init(&had, 128);
	currency_format(&wanted, amount, js_text(record_tree(charge), "currency"));
	currency_format(&had, left, js_text(record_tree(charge), "currency"));
	fail_invalid(call, NULL, param, "Refund amount (%s) is greater than unrefunded amount on charge (%s)",
		wanted.data, had.data);
	text_clear(&wanted);
	text_clear(&had);
	return -1;
}

static int refund_create(struct call *call)
{
	static const char *const metadata_only[] = { "amount", "charge", "currency", "customer", "instructions_email",
		"payment_intent", "reason", NULL };
	struct record *charge, *refund;
	int64_t left, amount;

	if (param_text(call, "origin"))
		return refund_from_cash(call);
	charge = find_charge(call);
	if (!charge || check_charge(call, charge))
		return -1;
	call_use_clock(call, charge);
	left = js_int(record_tree(charge), "amount", 0) - js_int(record_tree(charge), "amount_refunded", 0);
	amount = param_int(call, "amount", left);
	if (amount > left)
		return fail_too_much(call, charge, amount, left, "amount");
	refund = refund_make(call, charge, amount, param_text(call, "reason"));
	if (params_apply(call, journal_edit(&call->journal, refund), refund_type(), metadata_only))
		return -1;
	announce(call, refund, charge, amount);
	return answer_record(call, refund);
}

struct record *charge_refund(struct call *call, struct record *charge, int64_t amount, const char *param)
{
	int64_t left = js_int(record_tree(charge), "amount", 0) - js_int(record_tree(charge), "amount_refunded", 0);
	struct record *refund;

	if (check_charge(call, charge) || (amount > left && fail_too_much(call, charge, amount, left, param)))
		return NULL;
	refund = refund_make(call, charge, amount, NULL);
	announce(call, refund, charge, amount);
	return refund;
}

/* ---- later ---- */

static void refund_fails(struct call *call, struct record *refund)
{
	struct record *charge = account_find(call->account, js_text(record_tree(refund), "charge"));
	int64_t amount = js_int(record_tree(refund), "amount", 0);
	struct record *entry = book(call, charge, refund, amount, "refund_failure", "REFUND FAILURE FOR CHARGE");
	json_t *draft = journal_edit(&call->journal, refund);

	js_put_text(draft, "status", "failed");
	js_put_text(draft, "failure_reason", "unknown");
	js_put_text(draft, "failure_balance_transaction", entry->id);
	journal_freeze(&call->journal, refund);
	charge_refunded(call, charge, -amount);
	emit(call, "refund.failed", refund);
}

static void refund_falls_due(struct call *call, struct record *refund)
{
	const char *next = arena_text(&call->arena, js_text(record_private(refund), "next"));
	json_t *draft, *details;

	if (!strcmp(next, "return")) {
		refund_return(call, refund, "failed");
		return;
	}
	draft = journal_edit(&call->journal, refund);
	details = json_object_get(draft, "destination_details");
	json_object_del(js_own(draft, PRIVATE_KEY), "next");
	payment_set_due(call, refund, 0);
	if (!strcmp(next, "fail")) {
		refund_fails(call, refund);
		emit(call, "charge.refund.updated", refund);
		return;
	}
	if (!strcmp(next, "succeed")) {
		js_put_text(draft, "status", "succeeded");
		json_object_del(draft, "pending_reason");
	} else if (json_is_object(json_object_get(details, "card"))) {
		json_t *card = js_own(js_own(draft, "destination_details"), "card");

		js_put_text(card, "reference", made_word(call, "acquirer_reference", 23));
		js_put_text(card, "reference_status", "available");
	} else {
		return; /* other rails have no number to tell */
	}
	emit_changed(call, "refund.updated", refund);
	emit(call, "charge.refund.updated", refund);
}

static int refund_update(struct call *call)
{
	struct record *refund = path_record(call, 0, refund_type());

	if (!refund)
		return -1;
	call_use_clock(call, refund);
	if (params_apply(call, journal_edit(&call->journal, refund), refund_type(), NULL))
		return -1;
	emit_changed(call, "refund.updated", refund);
	return answer_record(call, refund);
}

/* Only refunds that wait for their owner's bank details can be canceled or expired: those of a cash balance. */
static int refund_cancel(struct call *call)
{
	struct record *refund = path_record(call, 0, refund_type());

	if (!refund)
		return -1;
	if (!refund_waits(refund))
		return fail_invalid(call, NULL, NULL, "Canceling this refund is unsupported.");
	call_use_clock(call, refund);
	refund_return(call, refund, "canceled");
	return answer_record(call, refund);
}

static int refund_expire(struct call *call)
{
	struct record *refund = path_record(call, 0, refund_type());

	if (!refund)
		return -1;
	if (!refund_waits(refund))
		return fail_invalid(call, NULL, NULL,
			"You can only expire a refund with a status of requires_action; this one has a status of %s.",
			js_text(record_tree(refund), "status"));
	call_use_clock(call, refund);
	refund_return(call, refund, "failed");
	return answer_record(call, refund);
}

static const struct resource_route routes[] = {
	{ "POST", "/v1/refunds", refund_create },
	{ "POST", "/v1/refunds/{id}", refund_update },
	{ "POST", "/v1/refunds/{id}/cancel", refund_cancel },
	{ "POST", "/v1/test_helpers/refunds/{id}/expire", refund_expire },
	{ 0 },
};

const struct resource refund_resource = {
	.name = "Refund",
	.routes = routes,
	.on_due = refund_falls_due,
};
