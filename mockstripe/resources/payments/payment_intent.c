/* SPDX-License-Identifier: MIT */
/* The routes of payment intents. Source: Stripe docs "The Payment Intents API", "PaymentIntent lifecycle". */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/generic.h"
#include "resources/payments/confirm.h"
#include "value/id.h"

/* ---- create, confirm ---- */

/* error_on_requires_action: asking is a failure of its own, and nothing is charged. */
static int refuse_to_ask(struct call *call, struct record *intent, struct record *method)
{
	struct fail refusal = {
		.status = 402,
		.type = "card_error",
		.code = "authentication_required",
		.message = "This payment required an authentication action to complete, but `error_on_requires_action` "
			   "was set. "
			   "When you're ready, you can upgrade your integration to handle actions at "
			   "https://stripe.com/docs/payments/payment-intents/upgrade-to-handle-actions.",
	};
	json_t *draft = journal_edit(&call->journal, intent);

	if (method->type == method_type())
		refusal.payment_method = record_shown(method);
	js_put_text(draft, "status", "requires_payment_method");
	js_put_null(draft, "payment_method");
	js_put_new(draft, "last_payment_error", refusal_error(call, &refusal, method));
	emit(call, "payment_intent.payment_failed", intent);
	intent_tell_invoice(call, intent, PAYMENT_DECLINED, &refusal);
	refusal.payment_intent = record_shown(intent);
	return fail_card(call, &refusal);
}

static int confirm(struct call *call, struct record *intent, struct record *method)
{
	bool off_session = request_off_session(call);
	const char *wanted = js_text_at(record_tree(intent), "payment_method_options.card.request_three_d_secure");
	struct fail refusal = { 0 };
	enum payment_outcome outcome;

	if (js_flag(record_private(intent), "authenticated", false) && !param_given(call, "payment_method")) {
		json_object_del(journal_edit_private(&call->journal, intent), "authenticated");
		outcome = intent_pay_authenticated(call, intent, method, &refusal);
	} else {
		if (param_flag(call, "error_on_requires_action", false) && !off_session && is_card(method) &&
			method_must_ask(method, false, wanted))
			return refuse_to_ask(call, intent, method);
		outcome = intent_attempt(call, intent, method, off_session, &refusal);
	}
	intent_tell_invoice(call, intent, outcome, &refusal);
	if (outcome == PAYMENT_DECLINED)
		return fail_card(call, &refusal);
	refusal_clear(&refusal);
	return answer_record(call, intent);
}

static int intent_create(struct call *call)
{
	struct intent_request request;
	struct record *intent;

	if (payment_check_amount(call, param_int(call, "amount", 0), param_text(call, "currency")) ||
		intent_read_new(call, intent_type(), &request))
		return -1;
	intent = object_store(call, intent_type(), request.body);
	emit(call, "payment_intent.created", intent);
	return param_flag(call, "confirm", false) ? confirm(call, intent, request.method) : answer_record(call, intent);
}

static struct record *own_intent(struct call *call)
{
	struct record *intent = path_record(call, 0, intent_type());

	call_use_clock(call, intent);
	return intent;
}

static int check_confirmable(struct call *call, struct record *intent)
{
	static const char *const good[] = { "requires_payment_method", "requires_confirmation", "requires_action",
		NULL };
	const char *status = intent_status(intent);

	if (status_among(status, good))
		return 0;
	if (!strcmp(status, "succeeded"))
		return fail_intent_state(call, intent,
			"You cannot confirm this PaymentIntent because it has already succeeded after being previously "
			"confirmed.");
	return fail_intent_state(call, intent,
		"You cannot confirm this PaymentIntent because it has a status of %s. Only a PaymentIntent with one of "
		"the "
		"following statuses may be confirmed: requires_confirmation, requires_action.",
		status);
}

static int intent_confirm(struct call *call)
{
	struct record *intent = own_intent(call);
	struct record *method;

	if (!intent || check_confirmable(call, intent))
		return -1;
	method = intent_read_confirm(call, intent);
	return method ? confirm(call, intent, method) : -1;
}

/* ---- update ---- */

/* What may change only before the payment. */
static int check_editable(struct call *call, struct record *intent)
{
	static const char *const fixed[] = { "amount", "currency", "customer", "payment_method", "payment_method_data",
		"setup_future_usage", "capture_method", "application_fee_amount", NULL };
	static const char *const open[] = { "requires_payment_method", "requires_confirmation", "requires_action",
		NULL };
	const char *invoice = js_text(record_private(intent), "invoice");

	for (const char *const *name = fixed; *name; name++) {
		if (!param_given(call, *name))
			continue;
		if (!status_among(intent_status(intent), open))
			return fail_intent_state(call, intent,
				"This PaymentIntent's %s could not be updated because it has a status of %s. You may "
				"only update the "
				"%s of a PaymentIntent with one of the following statuses: requires_payment_method, "
				"requires_confirmation, requires_action.",
				*name, intent_status(intent), *name);
		/* A client may choose the method of an invoice's intent; what it is for is the invoice's. */
		if (invoice && strncmp(*name, "payment_method", 14))
			return fail_intent_state(call, intent, "You cannot update PaymentIntents created by invoices.");
	}
	return 0;
}

static int intent_update(struct call *call)
{
	struct record *intent = own_intent(call);
	json_t *tree;

	if (!intent || check_editable(call, intent) || intent_read_update(call, intent))
		return -1;
	tree = record_tree(intent);
	if ((param_given(call, "amount") || param_given(call, "currency")) &&
		payment_check_amount(call, js_int(tree, "amount", 0), js_text(tree, "currency")))
		return -1;
	return answer_record(call, intent); /* there is no payment_intent.updated */
}

/* ---- capture, cancel ---- */

static int intent_capture_route(struct call *call)
{
	struct record *intent = own_intent(call);
	int64_t most, amount;

	if (!intent)
		return -1;
	if (!strcmp(intent_status(intent), "succeeded"))
		return fail_invalid(call, "charge_already_captured", NULL,
			"This PaymentIntent could not be captured because it has already been captured.");
	if (strcmp(intent_status(intent), "requires_capture"))
		return fail_intent_state(call, intent,
			"This PaymentIntent could not be captured because it has a status of %s. Only a PaymentIntent "
			"with one of "
			"the following statuses may be captured: requires_capture.",
			intent_status(intent));
	most = js_int(record_tree(intent), "amount_capturable", 0);
	amount = param_int(call, "amount_to_capture", most);
	if (amount > most)
		return fail_invalid(call, "amount_too_large", "amount_to_capture",
			"The amount_to_capture (%lld) is greater than the amount that can be captured (%lld).",
			(long long)amount, (long long)most);
	if (amount < 1)
		return fail_invalid(call, "parameter_invalid_integer", "amount_to_capture",
			"This value must be greater than or equal to 1.");
	if (params_apply(call, journal_edit(&call->journal, intent), intent_type(), NULL))
		return -1;
	intent_capture(call, intent, amount);
	return answer_record(call, intent);
}

static int intent_cancel_route(struct call *call)
{
	static const char *const final[] = { "succeeded", "canceled", NULL };
	struct record *intent = own_intent(call);

	if (!intent)
		return -1;
	if (status_among(intent_status(intent), final))
		return fail_intent_state(call, intent,
			"You cannot cancel this PaymentIntent because it has a status of %s. Only a PaymentIntent with "
			"one of the "
			"following statuses may be canceled: requires_payment_method, requires_capture, "
			"requires_confirmation, "
			"requires_action, processing.",
			intent_status(intent));
	if (js_text(record_private(intent), "invoice"))
		return fail_intent_state(call, intent, "You cannot cancel PaymentIntents created by invoices.");
	intent_cancel(call, intent, param_text(call, "cancellation_reason"));
	return answer_record(call, intent);
}

static int intent_increment(struct call *call)
{
	static const char *const except[] = { "amount", NULL };
	struct record *intent = own_intent(call);
	int64_t amount = param_int(call, "amount", 0);
	struct record *charge;
	json_t *draft;

	if (!intent)
		return -1;
	if (strcmp(intent_status(intent), "requires_capture"))
		return fail_intent_state(call, intent,
			"This PaymentIntent's authorization could not be incremented because it has a status of %s. "
			"Only a "
			"PaymentIntent with one of the following statuses may be incremented: requires_capture.",
			intent_status(intent));
	if (amount <= js_int(record_tree(intent), "amount", 0))
		return fail_invalid(call, NULL, "amount",
			"The new amount (%lld) must be greater than the amount that is authorized now (%lld).",
			(long long)amount, (long long)js_int(record_tree(intent), "amount", 0));
	if (payment_check_amount(call, amount, js_text(record_tree(intent), "currency")))
		return -1;
	draft = journal_edit(&call->journal, intent);
	if (params_apply(call, draft, intent_type(), except))
		return -1;
	js_put_int(draft, "amount", amount);
	js_put_int(draft, "amount_capturable", amount);
	charge = account_find(call->account, js_text(draft, "latest_charge"));
	draft = journal_edit(&call->journal, charge);
	js_put_int(draft, "amount", amount);
	js_put_int(js_own(js_own(draft, "payment_method_details"), "card"), "amount_authorized", amount);
	emit(call, "payment_intent.amount_capturable_updated", intent);
	return answer_record(call, intent);
}

static int intent_verify(struct call *call)
{
	struct record *intent = own_intent(call);
	struct fail refusal = { 0 };
	enum payment_outcome outcome;

	if (!intent || microdeposits_check(call, intent))
		return -1;
	switch (microdeposits_read(call, intent, &refusal)) {
	case DEPOSITS_REFUSED:
		return -1;
	case DEPOSITS_FAILED:
		intent_fail(call, intent, &refusal, NULL);
		return microdeposits_answer(call, intent, &refusal);
	case DEPOSITS_MATCH:
		break;
	}
	outcome = intent_pay_authenticated(call, intent, intent_method(call, intent), &refusal);
	intent_tell_invoice(call, intent, outcome, &refusal);
	return answer_record(call, intent);
}

static int intent_apply_balance(struct call *call)
{
	struct record *intent = own_intent(call);

	return intent ? bank_transfer_apply(call, intent) : -1;
}

static void intent_fill(struct call *call, json_t *body)
{
	json_t *options = json_object(), *card = json_object(), *details = json_object(), *types = json_array();
	char secret[ID_ROOM];

	id_client_secret(secret, sizeof secret, js_text(body, "id"), call->account->seed);
	js_put_new(details, "tip", json_object());
	js_put_new(body, "amount_details", details);
	js_put_text(body, "capture_method", "automatic_async");
	js_put_text(body, "client_secret", secret);
	js_put_text(body, "confirmation_method", "automatic");
	js_put_null(card, "installments");
	js_put_null(card, "mandate_options");
	js_put_null(card, "network");
	js_put_text(card, "request_three_d_secure", "automatic");
	js_put_new(options, "card", card);
	js_put_new(body, "payment_method_options", options);
	json_array_append_new(types, json_string("card"));
	js_put_new(body, "payment_method_types", types);
	js_put_text(body, "status", "requires_payment_method");
}

static const struct resource_route routes[] = {
	{ "POST", "/v1/payment_intents", intent_create },
	{ "POST", "/v1/payment_intents/{id}", intent_update },
	{ "POST", "/v1/payment_intents/{id}/apply_customer_balance", intent_apply_balance },
	{ "POST", "/v1/payment_intents/{id}/cancel", intent_cancel_route },
	{ "POST", "/v1/payment_intents/{id}/capture", intent_capture_route },
	{ "POST", "/v1/payment_intents/{id}/confirm", intent_confirm },
	{ "POST", "/v1/payment_intents/{id}/increment_authorization", intent_increment },
	{ "POST", "/v1/payment_intents/{id}/verify_microdeposits", intent_verify },
	{ 0 },
};

const struct resource payment_intent_resource = {
	.name = "PaymentIntent",
	.routes = routes,
	.fill = intent_fill,
	.adopt = intent_adopt,
	.on_due = intent_falls_due,
};
