/* SPDX-License-Identifier: MIT */
/*
 * Setup intents and their attempts: saving a method for later. One attempt a confirmation. Source: Stripe docs "The
 * Setup Intents API", "The SetupAttempt object".
 */
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

static const struct schema_resource *setup_type(void)
{
	return schema_find_object("setup_intent");
}

/* ---- attempts ---- */

static json_t *attempt_card(struct call *call, struct record *method, bool authenticated)
{
	static const char *const same[] = { "checks", "country", "exp_month", "exp_year", "fingerprint", "funding",
		"last4" };
	const struct schema_resource *type = schema_find_object("setup_attempt");
	json_t *card = field_shape(call, type, "payment_method_details.card"), *from = card_part(method);
	const char *brand = method_card(method)->brand;

	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		js_put(card, same[i], json_object_get(from, same[i]));
	js_put_text(card, "brand", brand);
	js_put_text(card, "network", brand);
	if (authenticated) {
		json_t *secure = field_shape(call, type, "payment_method_details.card.three_d_secure");

		js_put_text(secure, "authentication_flow", "challenge");
		js_put_text(secure, "electronic_commerce_indicator", "05");
		js_put_text(secure, "result", "authenticated");
		js_put_text(secure, "transaction_id", made_word(call, "three_d_secure", 28));
		js_put_text(secure, "version", "2.2.0");
		js_put_new(card, "three_d_secure", secure);
	}
	return card;
}

/* error: taken; NULL: none. */
static void attempt_add(struct call *call, struct record *setup, struct record *method, const char *status,
	bool authenticated, json_t *error)
{
	const struct schema_resource *type = schema_find_object("setup_attempt");
	json_t *body = shape_new(call, type, NULL), *details = json_object(), *tree = record_tree(setup);
	const char *kind = method_kind(method);
	struct record *attempt;

	js_put(body, "customer", json_object_get(tree, "customer"));
	js_put_text(body, "payment_method", method->id);
	if (is_card(method))
		js_put_new(details, "card", attempt_card(call, method, authenticated));
	else
		js_put_new(details, kind, json_object());
	js_put_text(details, "type", kind);
	js_put_new(body, "payment_method_details", details);
	js_put_new(body, "setup_error", error);
	js_put_text(body, "setup_intent", setup->id);
	js_put_text(body, "status", status);
	js_put(body, "usage", json_object_get(tree, "usage"));
	attempt = object_store(call, type, body_in_order(type, body));
	js_put_text(journal_edit(&call->journal, setup), "latest_attempt", attempt->id);
}

/* The attempt that waits for its owner is settled in place. */
static void attempt_settle(
	struct call *call, struct record *setup, struct record *method, const char *status, json_t *error)
{
	struct record *attempt = account_find(call->account, js_text(record_tree(setup), "latest_attempt"));
	json_t *draft = attempt ? journal_edit(&call->journal, attempt) : NULL;

	if (!draft) {
		attempt_add(call, setup, method, status, true, error);
		return;
	}
	js_put_text(draft, "status", status);
	js_put_new(draft, "setup_error", error);
	if (!strcmp(status, "succeeded") && is_card(method))
		js_put_new(js_own(draft, "payment_method_details"), "card", attempt_card(call, method, true));
}

/* ---- the course of a confirmation ---- */

static void fall_back(struct call *call, struct record *setup, json_t *error)
{
	json_t *draft = journal_edit(&call->journal, setup);

	js_put_text(draft, "status", "requires_payment_method");
	js_put_null(draft, "payment_method");
	js_put_null(draft, "next_action");
	js_put_new(draft, "last_setup_error", error);
	emit(call, "setup_intent.setup_failed", setup);
}

/* Setups name a decline code in any case, and the parameter at fault. */
static struct fail setup_refusal(const struct card_decline *decline)
{
	struct fail refusal = refusal_of(decline);

	if (!refusal.decline_code)
		refusal.decline_code = decline->code;
	refusal.param = decline->param;
	return refusal;
}

static int declined(struct call *call, struct record *setup, struct record *method, const struct card_decline *why)
{
	struct fail refusal = setup_refusal(why);

	if (method->type == method_type())
		refusal.payment_method = record_shown(method);
	attempt_add(call, setup, method, "failed", false, refusal_error(call, &refusal, method));
	fall_back(call, setup, refusal_error(call, &refusal, method));
	refusal.setup_intent = record_shown(setup);
	return fail_card(call, &refusal);
}

static int set_up(struct call *call, struct record *setup, struct record *method)
{
	struct record *customer = customer_of(call, setup);
	json_t *draft;

	method_used(call, method);
	method_set_up(call, method);
	if (customer && method->type == method_type() && method_attach(call, method, customer))
		return -1;
	method_spend(call, method);
	draft = journal_edit(&call->journal, setup);
	js_put_text(draft, "mandate", mandate_for_setup(call, method));
	js_put_null(draft, "next_action");
	js_put_text(draft, "status", "succeeded");
	emit(call, "setup_intent.succeeded", setup);
	return 0;
}

/* next_action: taken. */
static void ask(struct call *call, struct record *setup, struct record *method, json_t *next_action)
{
	json_t *draft;

	attempt_add(call, setup, method, "requires_action", false, NULL);
	draft = journal_edit(&call->journal, setup);
	js_put_new(draft, "next_action", next_action);
	js_put_text(draft, "status", "requires_action");
	emit(call, "setup_intent.requires_action", setup);
}

/* Cards that are set up from the start pass; the others that ask, ask while they are set up. */
static bool asks_now(struct record *setup, struct record *method)
{
	const struct test_card *test = method_card(method);
	const char *wanted = js_text_at(record_tree(setup), "payment_method_options.card.request_three_d_secure");

	if (!is_card(method))
		return false;
	return method_must_ask(method, test->set_up, wanted);
}

static int confirm(struct call *call, struct record *setup, struct record *method)
{
	const struct test_card *test = method_card(method);
	json_t *draft = journal_edit(&call->journal, setup);

	js_put_text(draft, "payment_method", method->id);
	js_put_null(draft, "last_setup_error");
	js_put_null(draft, "next_action");
	if (test && is_card(method) && test->decline && !test->attaches)
		return declined(call, setup, method, test->decline);
	if (asks_now(setup, method)) {
		ask(call, setup, method, redirect_action(call, setup, js_text(record_private(setup), "return_url")));
		return answer_record(call, setup);
	}
	if (microdeposits_wanted(setup, method)) {
		ask(call, setup, method, microdeposits_send(call, setup, method));
		return answer_record(call, setup);
	}
	attempt_add(call, setup, method, "succeeded", false, NULL);
	return set_up(call, setup, method) ? -1 : answer_record(call, setup);
}

static void setup_fails(struct call *call, struct record *setup, struct fail *refusal)
{
	struct record *method = account_find(call->account, js_text(record_tree(setup), "payment_method"));

	refusal->type = "invalid_request_error";
	payment_set_due(call, setup, 0);
	attempt_settle(call, setup, method, "failed", refusal_error(call, refusal, method));
	fall_back(call, setup, refusal_error(call, refusal, method));
}

int setup_authenticated(struct call *call, struct record *setup, struct record *method, bool succeed)
{
	struct fail refusal = {
		.code = "setup_intent_authentication_failure",
		.message = "The provided PaymentMethod has failed authentication. You can provide payment_method_data "
			   "or a new PaymentMethod to attempt to fulfill this SetupIntent again.",
	};

	if (succeed) {
		bank_set_verified(call, method);
		payment_set_due(call, setup, 0);
		attempt_settle(call, setup, method, "succeeded", NULL);
		return set_up(call, setup, method);
	}
	setup_fails(call, setup, &refusal);
	return 0;
}

/* ---- create, confirm ---- */

struct record *setup_intent_new(struct call *call, struct record *customer)
{
	json_t *body = shape_new(call, setup_type(), NULL);
	struct record *setup;

	js_put_text(body, "customer", customer ? customer->id : NULL);
	js_put_null(body, "automatic_payment_methods");
	body_use_clock(body, customer);
	setup = object_store(call, setup_type(), body_in_order(setup_type(), body));
	emit(call, "setup_intent.created", setup);
	return setup;
}

static int setup_create(struct call *call)
{
	struct intent_request request;
	struct record *setup;

	if (intent_read_new(call, setup_type(), &request))
		return -1;
	setup = object_store(call, setup_type(), request.body);
	emit(call, "setup_intent.created", setup);
	return param_flag(call, "confirm", false) ? confirm(call, setup, request.method) : answer_record(call, setup);
}

static struct record *own_setup(struct call *call)
{
	struct record *setup = path_record(call, 0, setup_type());

	call_use_clock(call, setup);
	return setup;
}

static int check_confirmable(struct call *call, struct record *setup)
{
	const char *status = intent_status(setup);

	if (!strcmp(status, "succeeded"))
		return fail_intent_state(
			call, setup, "You cannot confirm this SetupIntent because it has already succeeded.");
	if (!strcmp(status, "canceled"))
		return fail_intent_state(call, setup,
			"You cannot confirm this SetupIntent because it has a status of canceled. Only a SetupIntent "
			"with one of "
			"the following statuses may be confirmed: requires_confirmation, requires_action, "
			"requires_payment_method.");
	return 0;
}

static int setup_confirm(struct call *call)
{
	struct record *setup = own_setup(call);
	struct record *method;

	if (!setup)
		return -1;
	/* A missing method is told before the status is looked at. */
	if (!request_has_method(call, setup))
		return fail_missing_method(call, setup_type(), setup);
	if (check_confirmable(call, setup))
		return -1;
	method = intent_read_confirm(call, setup);
	return method ? confirm(call, setup, method) : -1;
}

/* ---- update, cancel ---- */

static int setup_update(struct call *call)
{
	static const char *const closed[] = { "succeeded", "canceled", NULL };
	struct record *setup = own_setup(call);

	if (!setup)
		return -1;
	if (status_among(intent_status(setup), closed) &&
		(param_given(call, "payment_method") || param_given(call, "payment_method_data")))
		return fail_intent_state(call, setup,
			"You cannot update the payment method of this SetupIntent because it has a status of %s.",
			intent_status(setup));
	/* There is no setup_intent.updated. */
	return intent_read_update(call, setup) ? -1 : answer_record(call, setup);
}

static int setup_cancel(struct call *call)
{
	static const char *const open[] = { "requires_payment_method", "requires_confirmation", "requires_action",
		NULL };
	struct record *setup = own_setup(call);
	json_t *draft;

	if (!setup)
		return -1;
	if (!status_among(intent_status(setup), open))
		return fail_intent_state(call, setup,
			"You cannot cancel this SetupIntent because it has a status of %s. Only a SetupIntent with one "
			"of the "
			"following statuses may be canceled: `requires_payment_method`, `requires_confirmation`, or "
			"`requires_action`.",
			intent_status(setup));
	draft = journal_edit(&call->journal, setup);
	payment_set_due(call, setup, 0);
	js_put_text(draft, "cancellation_reason", param_text(call, "cancellation_reason"));
	js_put_null(draft, "next_action");
	js_put_text(draft, "status", "canceled");
	emit(call, "setup_intent.canceled", setup);
	return answer_record(call, setup);
}

static int setup_verify(struct call *call)
{
	struct record *setup = own_setup(call), *method;
	struct fail refusal = { 0 };

	if (!setup || microdeposits_check(call, setup))
		return -1;
	switch (microdeposits_read(call, setup, &refusal)) {
	case DEPOSITS_REFUSED:
		return -1;
	case DEPOSITS_FAILED:
		setup_fails(call, setup, &refusal);
		return microdeposits_answer(call, setup, &refusal);
	case DEPOSITS_MATCH:
		break;
	}
	method = account_find(call->account, js_text(record_tree(setup), "payment_method"));
	return setup_authenticated(call, setup, method, true) ? -1 : answer_record(call, setup);
}

/* Nobody has verified the microdeposits in time, or they never arrived. */
static void setup_falls_due(struct call *call, struct record *setup)
{
	struct fail refusal;

	payment_set_due(call, setup, 0);
	if (!strcmp(intent_status(setup), "requires_action") && microdeposits_late(call, setup, &refusal))
		setup_fails(call, setup, &refusal);
}

static void setup_fill(struct call *call, json_t *body)
{
	json_t *options = json_object(), *card = json_object(), *types = json_array();
	char secret[ID_ROOM];

	id_client_secret(secret, sizeof secret, js_text(body, "id"), call->account->seed);
	js_put_text(body, "client_secret", secret);
	js_put_null(card, "mandate_options");
	js_put_null(card, "network");
	js_put_text(card, "request_three_d_secure", "automatic");
	js_put_new(options, "card", card);
	js_put_new(body, "payment_method_options", options);
	json_array_append_new(types, json_string("card"));
	js_put_new(body, "payment_method_types", types);
	js_put_text(body, "status", "requires_payment_method");
	js_put_text(body, "usage", "off_session");
}

static const struct resource_route routes[] = {
	{ "POST", "/v1/setup_intents", setup_create },
	{ "POST", "/v1/setup_intents/{id}", setup_update },
	{ "POST", "/v1/setup_intents/{id}/cancel", setup_cancel },
	{ "POST", "/v1/setup_intents/{id}/confirm", setup_confirm },
	{ "POST", "/v1/setup_intents/{id}/verify_microdeposits", setup_verify },
	{ 0 },
};

const struct resource setup_intent_resource = {
	.name = "SetupIntent",
	.routes = routes,
	.fill = setup_fill,
	.on_due = setup_falls_due,
};
