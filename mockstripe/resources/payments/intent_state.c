/* SPDX-License-Identifier: MIT */
/* The states of payment intents: making, paying, authenticating, capturing, canceling. The routes are elsewhere. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/fail.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/invoice.h"
#include "resources/check.h"
#include "resources/payments/inside.h"
#include "value/calendar.h"
#include "value/id.h"

#define AUTHORIZED_SECONDS                                                                                             \
	(7 * CALENDAR_DAY) /* then the hold lapses; Stripe docs "Place a hold on a payment method"                     \
			    */

const struct schema_resource *intent_type(void)
{
	return schema_find_object("payment_intent");
}

const char *intent_status(struct record *intent)
{
	const char *status = js_text(record_tree(intent), "status");
	const struct schema_node *node = schema_field(intent->type, "status");

	/* The description's own literal: it stays when the body changes. */
	for (size_t i = 0; status && i < node->n_literals; i++)
		if (!strcmp(node->literals[i], status))
			return node->literals[i];
	return "";
}

void intent_set_status(struct call *call, struct record *intent, const char *status)
{
	js_put_text(journal_edit(&call->journal, intent), "status", status);
}

bool status_among(const char *status, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(*list, status))
			return true;
	return false;
}

int fail_intent_state(struct call *call, struct record *intent, const char *format, ...)
{
	bool setup = record_is(intent, "setup_intent");
	char *message = NULL;
	va_list list;

	va_start(list, format);
	if (vasprintf(&message, format, list) < 0)
		die("out of memory");
	va_end(list);
	if (!call->fail.status) {
		fail_invalid(call, setup ? "setup_intent_unexpected_state" : "payment_intent_unexpected_state", NULL,
			"%s", message);
		if (setup)
			call->fail.setup_intent = record_shown(intent);
		else
			call->fail.payment_intent = record_shown(intent);
	}
	free(message);
	return -1;
}

json_t *default_method_types(void)
{
	json_t *types = json_array();

	json_array_append_new(types, json_string("card"));
	json_array_append_new(types, json_string("link"));
	return types;
}

/* ---- making ---- */

/* An invoice's options in the words of an intent: each with all its keys, and without those that only invoices have. */
static void lay_options(struct call *call, json_t *body, const json_t *given)
{
	js_auto spec = json_object();
	json_t *options = js_own(spec, "payment_method_options"), *all, *value;
	const char *kind, *name;

	json_object_foreach((json_t *)(uintptr_t)given, kind, all)
	{
		if (json_is_object(all))
			js_put_new(options, kind, json_object());
		json_object_foreach(all, name, value)
		{
			if (!json_is_null(value))
				js_put(json_object_get(options, kind), name, value);
		}
	}
	spec_apply(call, body, intent_type(), spec, NULL);
}

struct record *intent_new(struct call *call, const struct payment_terms *terms)
{
	json_t *body = shape_new(call, intent_type(), NULL);
	struct record *intent;

	js_put_int(body, "amount", terms->amount);
	js_put_text(body, "currency", terms->currency);
	js_put_text(body, "customer", terms->customer ? terms->customer->id : NULL);
	js_put_text(body, "description", terms->description);
	js_put_text(body, "capture_method", "automatic");
	js_put_null(body, "automatic_payment_methods");
	if (json_is_array(terms->payment_method_types))
		js_put(body, "payment_method_types", (json_t *)(uintptr_t)terms->payment_method_types);
	lay_options(call, body, terms->payment_method_options);
	if (terms->setup_future_usage_off_session)
		js_put_text(body, "setup_future_usage", "off_session");
	body_use_clock(body, terms->customer);
	if (terms->invoice)
		js_put_text(js_own(body, PRIVATE_KEY), "invoice", terms->invoice->id);
	intent = object_store(call, intent_type(), body_in_order(intent_type(), body));
	emit(call, "payment_intent.created", intent);
	return intent;
}

/* ---- one attempt ---- */

/* The intent after a refusal; `error` (taken) is what its last_payment_error says. */
static void fall_back(struct call *call, struct record *intent, json_t *error, struct record *charge)
{
	json_t *draft = journal_edit(&call->journal, intent);

	js_put_text(draft, "status", "requires_payment_method");
	js_put_null(draft, "payment_method");
	js_put_null(draft, "next_action");
	js_put_new(draft, "last_payment_error", error);
	if (charge)
		js_put_text(draft, "latest_charge", charge->id);
	emit(call, "payment_intent.payment_failed", intent);
}

struct charge_terms intent_terms(struct call *call, struct record *intent, struct record *method)
{
	json_t *tree = record_tree(intent);
	const char *capture = js_text(tree, "capture_method");

	return (struct charge_terms) {
		.customer = customer_of(call, intent),
		.intent = intent,
		.method = method,
		.amount = js_int(tree, "amount", 0),
		.currency = arena_text(&call->arena, js_text(tree, "currency")),
		.capture = strcmp(capture, "manual") != 0,
		.later = !strcmp(capture, "automatic_async"),
	};
}

static enum payment_outcome decline(struct call *call, struct record *intent, const struct charge_terms *terms,
	const struct card_decline *why, struct fail *refusal)
{
	struct record *charge = charge_fail(call, charge_body(call, terms), terms, why);

	*refusal = refusal_of(why);
	refusal->charge = charge->id;
	if (terms->method->type == method_type())
		refusal->payment_method = record_shown(terms->method);
	fall_back(call, intent, refusal_error(call, refusal, terms->method), charge);
	refusal->payment_intent = record_shown(intent);
	return PAYMENT_DECLINED;
}

void intent_save_method(struct call *call, struct record *intent, struct record *method, struct record *customer)
{
	const char *usage = js_text(record_tree(intent), "setup_future_usage");

	if (!usage || is_balance(method))
		return;
	if (!strcmp(usage, "off_session"))
		method_set_up(call, method);
	/* A declined card never gets here, and a spent one was refused before: attaching cannot fail. */
	if (customer && method->type == method_type() && method_attach(call, method, customer))
		die("a method that paid could not be attached");
}

void intent_paid(struct call *call, struct record *intent, struct record *charge)
{
	json_t *draft = journal_edit(&call->journal, intent);

	js_put_text(draft, "latest_charge", charge->id);
	js_put_null(draft, "next_action");
	if (js_flag(record_tree(charge), "captured", false)) {
		js_put_text(draft, "status", "succeeded");
		js_put_int(draft, "amount_received", js_int(draft, "amount", 0));
		payment_set_due(call, intent, 0);
		emit(call, "payment_intent.succeeded", intent);
		return;
	}
	js_put_text(draft, "status", "requires_capture");
	js_put_int(draft, "amount_capturable", js_int(draft, "amount", 0));
	payment_set_due(call, intent, call->now + AUTHORIZED_SECONDS);
	emit(call, "payment_intent.amount_capturable_updated", intent);
}

static enum payment_outcome pay_now(
	struct call *call, struct record *intent, struct record *method, bool authenticated, struct fail *refusal)
{
	const struct test_card *test = method_card(method);
	struct charge_terms terms = intent_terms(call, intent, method);
	struct record *charge;

	*refusal = (struct fail) { 0 };
	terms.authenticated = authenticated;
	if (test && test->decline)
		return decline(call, intent, &terms, test->decline, refusal);
	method_used(call, method);
	charge = charge_succeed(call, charge_body(call, &terms), &terms);
	intent_save_method(call, intent, method, terms.customer);
	method_spend(call, method);
	intent_paid(call, intent, charge);
	return PAYMENT_SUCCEEDED;
}

enum payment_outcome intent_ask(struct call *call, struct record *intent, json_t *next_action)
{
	json_t *draft = journal_edit(&call->journal, intent);

	js_put_new(draft, "next_action", next_action);
	js_put_text(draft, "status", "requires_action");
	emit(call, "payment_intent.requires_action", intent);
	return PAYMENT_NEEDS_ACTION;
}

static enum payment_outcome ask(struct call *call, struct record *intent, struct record *method)
{
	return intent_ask(call, intent, payment_action(call, intent, method_kind(method)));
}

enum payment_outcome intent_attempt(
	struct call *call, struct record *intent, struct record *method, bool off_session, struct fail *refusal)
{
	json_t *draft = journal_edit(&call->journal, intent);
	const char *wanted = js_text_at(draft, "payment_method_options.card.request_three_d_secure");
	struct charge_terms terms;

	*refusal = (struct fail) { 0 };
	if (js_int(record_private(intent), "due", 0))
		payment_set_due(call, intent, 0); /* of the attempt before */
	js_put_text(draft, "payment_method", method->id);
	js_put_null(draft, "next_action");
	js_put_null(draft, "last_payment_error");
	if (!is_card(method)) {
		if (rail_is_debit(method_kind(method)))
			return debit_begin(call, intent, method);
		if (is_balance(method) && bank_transfer_type(js_text(draft, "currency")))
			return bank_transfer_begin(call, intent);
		/* A wallet that is on file pays without its owner; else the owner visits its page first. */
		return off_session || !strcmp(method_kind(method), "link")
			       ? pay_now(call, intent, method, false, refusal)
			       : ask(call, intent, method);
	}
	if (!method_must_ask(method, off_session, wanted))
		return pay_now(call, intent, method, false, refusal);
	if (!off_session)
		return ask(call, intent, method);
	terms = intent_terms(call, intent, method);
	return decline(call, intent, &terms, &decline_authentication_required, refusal);
}

/* ---- what comes later ---- */

void intent_tell_invoice(
	struct call *call, struct record *intent, enum payment_outcome outcome, const struct fail *refusal)
{
	const char *id = js_text(record_private(intent), "invoice");
	struct record *invoice = account_get(call->account, id, schema_find_object("invoice"));

	if (invoice)
		invoice_intent_moved(call, invoice, intent, outcome, refusal ? refusal->code : NULL);
}

struct record *intent_method(struct call *call, struct record *intent)
{
	struct record *method = account_find(call->account, js_text(record_tree(intent), "payment_method"));

	return method && !method->deleted ? method : NULL;
}

void intent_fail(struct call *call, struct record *intent, struct fail *refusal, struct record *charge)
{
	struct record *method = intent_method(call, intent);

	refusal->type = "invalid_request_error";
	refusal->charge = charge ? charge->id : NULL;
	payment_set_due(call, intent, 0);
	fall_back(call, intent, refusal_error(call, refusal, method), charge);
	intent_tell_invoice(call, intent, PAYMENT_DECLINED, refusal);
}

static void authentication_failed(struct call *call, struct record *intent)
{
	struct fail refusal = {
		.code = "payment_intent_authentication_failure",
		.message = "The provided PaymentMethod has failed authentication. You can provide payment_method_data "
			   "or a new PaymentMethod to attempt to fulfill this PaymentIntent again.",
	};

	intent_fail(call, intent, &refusal, NULL);
}

int intent_authenticate(struct call *call, struct record *intent, bool succeed)
{
	struct record *method = intent_method(call, intent);
	enum payment_outcome outcome;
	struct fail refusal = { 0 };

	if (strcmp(intent_status(intent), "requires_action") || !method)
		return fail_intent_state(call, intent,
			"This %s is not waiting for authentication: it has a status of %s.",
			record_is(intent, "setup_intent") ? "SetupIntent" : "PaymentIntent", intent_status(intent));
	call_use_clock(call, intent);
	if (record_is(intent, "setup_intent"))
		return setup_authenticated(call, intent, method, succeed);
	if (!succeed) {
		authentication_failed(call, intent);
		return 0;
	}
	if (text_is(js_text(record_tree(intent), "confirmation_method"), "manual")) {
		/* The server is to confirm once more, and is charged then. */
		js_put_null(journal_edit(&call->journal, intent), "next_action");
		js_put_flag(journal_edit_private(&call->journal, intent), "authenticated", true);
		intent_set_status(call, intent, "requires_confirmation");
		return 0;
	}
	outcome = intent_pay_authenticated(call, intent, method, &refusal);
	intent_tell_invoice(call, intent, outcome, &refusal);
	refusal_clear(&refusal);
	return 0;
}

enum payment_outcome intent_pay_authenticated(
	struct call *call, struct record *intent, struct record *method, struct fail *refusal)
{
	if (rail_is_debit(method_kind(method))) {
		/* The owner has shown, on a page of the bank or by the microdeposits, that the account is theirs. */
		*refusal = (struct fail) { 0 };
		bank_set_verified(call, method);
		return debit_begin(call, intent, method);
	}
	return pay_now(call, intent, method, is_card(method), refusal);
}

void intent_capture(struct call *call, struct record *intent, int64_t amount)
{
	struct record *charge = account_find(call->account, js_text(record_tree(intent), "latest_charge"));
	json_t *draft;

	/* A capture that was asked for is booked at once: nothing asynchronous is left. */
	charge_capture(call, charge, amount, false);
	draft = journal_edit(&call->journal, intent);
	js_put_int(draft, "amount_capturable", 0);
	js_put_int(draft, "amount_received", amount);
	js_put_text(draft, "status", "succeeded");
	payment_set_due(call, intent, 0);
	emit(call, "payment_intent.succeeded", intent);
	intent_tell_invoice(call, intent, PAYMENT_SUCCEEDED, NULL);
}

void intent_cancel(struct call *call, struct record *intent, const char *reason)
{
	static const char *const final[] = { "succeeded", "canceled", NULL };
	bool held = !strcmp(intent_status(intent), "requires_capture");
	struct record *charge = account_find(call->account, js_text(record_tree(intent), "latest_charge"));
	json_t *draft;

	if (status_among(intent_status(intent), final))
		return;
	if (charge && held)
		charge_release(call, charge, !strcmp(reason ? reason : "", "automatic"));
	bank_transfer_release(call, intent);
	if (charge && text_is(js_text(record_tree(charge), "status"), "pending"))
		charge_end_pending(call, charge, "payment_method_customer_decline", "The payment was canceled.");
	draft = journal_edit(&call->journal, intent);
	js_put_int(draft, "amount_capturable", 0);
	js_put_int(draft, "canceled_at", call->now);
	js_put_text(draft, "cancellation_reason", reason);
	js_put_null(draft, "next_action");
	js_put_text(draft, "status", "canceled");
	payment_set_due(call, intent, 0);
	emit(call, "payment_intent.canceled", intent);
}

void intent_adopt(struct call *call, struct record *intent)
{
	int64_t made = js_int(record_tree(intent), "created", call->now);

	if (strcmp(intent_status(intent), "requires_capture"))
		return;
	made += AUTHORIZED_SECONDS;
	payment_set_due(call, intent, made > call->now ? made : call->now + AUTHORIZED_SECONDS);
}

/* A voucher was not paid in time, or an account not verified. */
static void action_lapses(struct call *call, struct record *intent)
{
	struct fail refusal = {
		.code = "payment_intent_payment_attempt_expired",
		.message = "The payment attempt expired because the customer did not complete it in time. Provide a "
			   "new payment method to attempt to fulfill this PaymentIntent again.",
	};

	microdeposits_late(call, intent, &refusal);
	intent_fail(call, intent, &refusal, NULL);
}

void intent_falls_due(struct call *call, struct record *intent)
{
	if (!strcmp(intent_status(intent), "processing"))
		debit_ends(call, intent);
	else if (!strcmp(intent_status(intent), "requires_action"))
		action_lapses(call, intent);
	else if (!strcmp(intent_status(intent), "requires_capture"))
		intent_cancel(call, intent, "automatic");
	else
		payment_set_due(call, intent, 0);
}
