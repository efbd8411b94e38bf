/* SPDX-License-Identifier: MIT */
#include "suites/resource/payments.h"

/* A setup intent confirmed at once with that card; extra starts with '&' or is "". */
static const struct answer *set_up(struct house *h, const char *card, const char *extra)
{
	return api(h, "POST", "/v1/setup_intents",
		text_of(h,
			"confirm=true&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_"
			"redirects]=never"
			"&payment_method=%s%s",
			card, extra));
}

static void create__bare_waits_for_a_method(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/setup_intents", "usage=on_session");
	const char *id = field(a, "id");

	assert_true(!strncmp(id, "seti_1", 6));
	assert_true(!strncmp(field(a, "client_secret"), text_of(h, "%s_secret_", id), strlen(id) + 8));
	assert_field(a, "latest_attempt", NULL);
	assert_field(a, "mandate", NULL);
	assert_json(a, "payment_method_options.card",
		"{\"mandate_options\":null,\"network\":null,\"request_three_d_secure\":\"automatic\"}");
	assert_field(a, "status", "requires_payment_method");
	assert_field(a, "usage", "off_session"); /* whatever was asked for */
	assert_string_equal(events_after(h, 0), "setup_intent.created");
}

static void confirm__attaches(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const struct answer *a = set_up(h, "pm_card_visa", text_of(h, "&customer=%s", customer));
	const char *method = field(a, "payment_method");
	const struct answer *attempts;

	assert_status(a, 200);
	assert_field(a, "status", "succeeded");
	assert_field(get(h, "payment_methods", method), "customer", customer);
	assert_field(get(h, "payment_methods", method), "card.checks.cvc_check", "pass");
	assert_string_equal(events_after(h, 1), "setup_intent.created payment_method.attached setup_intent.succeeded");
	attempts = api_ok(h, "GET", text_of(h, "/v1/setup_attempts?setup_intent=%s", field(a, "id")), NULL);
	assert_same_int((int64_t)field_count(attempts, "data"), 1);
	assert_field(attempts, "data.0.id", field(a, "latest_attempt"));
	assert_field(attempts, "data.0.status", "succeeded");
	assert_field(attempts, "data.0.payment_method", method);
	assert_field(attempts, "data.0.payment_method_details.card.last4", "4242");
	assert_field(attempts, "data.0.setup_error", NULL);
}

static void confirm__in_a_second_call(void **state)
{
	struct house *h = *state;
	const char *path = text_of(h, "/v1/setup_intents/%s",
		field(api_ok(h, "POST", "/v1/setup_intents", "payment_method=pm_card_visa"), "id"));
	const struct answer *a = api_ok(h, "POST", text_of(h, "%s/confirm", path), "return_url=https://example.com/");

	assert_field(a, "status", "succeeded");
	assert_error(api(h, "POST", text_of(h, "%s/confirm", path), NULL), 400, "setup_intent_unexpected_state", NULL,
		"because it has already succeeded.");
	a = api(h, "POST", text_of(h, "%s/cancel", path), NULL);
	assert_error(a, 400, "setup_intent_unexpected_state", NULL,
		"You cannot cancel this SetupIntent because it has a status of succeeded. Only a SetupIntent with one "
		"of the "
		"following statuses may be canceled: `requires_payment_method`, `requires_confirmation`, or "
		"`requires_action`.");
	assert_field(a, "error.setup_intent.status", "succeeded");
	assert_field(api_ok(h, "POST", path, "description=later&metadata[a]=b"), "description", "later");
}

static void confirm__without_a_method(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *id;

	/* The customer's default is not used. */
	api_ok(h, "POST", text_of(h, "/v1/customers/%s", customer),
		text_of(h, "invoice_settings[default_payment_method]=%s", card_of(h, customer, "pm_card_visa")));
	id = field(api_ok(h, "POST", "/v1/setup_intents", text_of(h, "customer=%s", customer)), "id");
	assert_error(api(h, "POST", text_of(h, "/v1/setup_intents/%s/confirm", id), NULL), 400,
		"setup_intent_unexpected_state", NULL,
		"You cannot confirm this SetupIntent because it's missing a payment method. You can either update the "
		"SetupIntent with a payment method and then confirm it again, or confirm it again directly with a "
		"payment "
		"method or ConfirmationToken.");
	api_ok(h, "POST", text_of(h, "/v1/setup_intents/%s/cancel", id), "cancellation_reason=abandoned");
	assert_string_equal(events_after(h, 3), "setup_intent.created setup_intent.canceled");
}

static void decline__names_the_reason(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const struct answer *a = set_up(h, "pm_card_chargeDeclinedExpiredCard", text_of(h, "&customer=%s", customer));
	const char *id;

	assert_error(a, 402, "expired_card", "exp_month", "Your card has expired.");
	assert_field(a, "error.decline_code", "expired_card");
	assert_field(a, "error.payment_method.card.last4", "0069");
	assert_field(a, "error.setup_intent.status", "requires_payment_method");
	id = field(a, "error.setup_intent.id");
	a = get(h, "setup_intents", id);
	assert_field(a, "payment_method", NULL);
	assert_field(a, "last_setup_error.code", "expired_card");
	assert_field(a, "last_setup_error.param", "exp_month");
	a = api_ok(h, "GET", text_of(h, "/v1/setup_attempts?setup_intent=%s", id), NULL);
	assert_field(a, "data.0.status", "failed");
	assert_field(a, "data.0.setup_error.code", "expired_card");
	assert_string_equal(events_after(h, 1), "setup_intent.created setup_intent.setup_failed");
}

static void decline__not_of_what_fails_later(void **state)
{
	assert_field(set_up(*state, "pm_card_chargeCustomerFail", ""), "status", "succeeded");
}

static void action__sets_the_card_up(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const struct answer *a = set_up(h, "pm_card_authenticationRequired", text_of(h, "&customer=%s", customer));
	const char *id = field(a, "id"), *method = field(a, "payment_method");

	assert_field(a, "status", "requires_action");
	assert_field(a, "next_action.type", "use_stripe_sdk");
	authenticate(h, id, "succeeded");
	a = get(h, "setup_intents", id);
	assert_field(a, "status", "succeeded");
	assert_field(a, "next_action", NULL);
	a = api_ok(h, "GET", text_of(h, "/v1/setup_attempts?setup_intent=%s", id), NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.status", "succeeded");
	assert_field(a, "data.0.payment_method_details.card.three_d_secure.result", "authenticated");
	assert_string_equal(events_after(h, 1), "setup_intent.created setup_intent.requires_action "
						"payment_method.attached setup_intent.succeeded");
	assert_field(pay(h, method, text_of(h, "&customer=%s&off_session=true", customer)), "status", "succeeded");
}

static void action__fails(void **state)
{
	struct house *h = *state;
	const char *id = field(set_up(h, "pm_card_threeDSecure2Required", ""), "id");
	const struct answer *a;

	authenticate(h, id, "failed");
	a = get(h, "setup_intents", id);
	assert_field(a, "status", "requires_payment_method");
	assert_field(a, "last_setup_error.code", "setup_intent_authentication_failure");
	assert_string_equal(
		events_after(h, 0), "setup_intent.created setup_intent.requires_action setup_intent.setup_failed");
}

static void update__takes_a_method(void **state)
{
	struct house *h = *state;
	const char *path =
		text_of(h, "/v1/setup_intents/%s", field(api_ok(h, "POST", "/v1/setup_intents", NULL), "id"));

	assert_field(api_ok(h, "POST", path, "payment_method=pm_card_visa"), "status", "requires_confirmation");
}

static const struct refusal refusals[] = {
	{ "retrieve__unknown", "GET", "/v1/setup_intents/seti_x", NULL, 404, "resource_missing", "intent",
		"No such setupintent: 'seti_x'" },
	{ "create__confirm_needs_a_method", "POST", "/v1/setup_intents", "confirm=true", 400,
		"setup_intent_unexpected_state", NULL,
		"You cannot confirm this SetupIntent because it's missing a payment method. You can either update the "
		"SetupIntent with a payment method and then confirm it again, or confirm it again directly with a "
		"payment "
		"method or ConfirmationToken." },
	{ "attempts__need_the_intent", "GET", "/v1/setup_attempts", NULL, 400, "parameter_missing", "setup_intent",
		"Missing required param: setup_intent." },
};

static void check(void **state)
{
	struct refusal_case *c = *state;

	refusal_check(c->house, c->row);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(create__bare_waits_for_a_method),
		TEST(confirm__attaches),
		TEST(confirm__in_a_second_call),
		TEST(confirm__without_a_method),
		TEST(decline__names_the_reason),
		TEST(decline__not_of_what_fails_later),
		TEST(action__sets_the_card_up),
		TEST(action__fails),
		TEST(update__takes_a_method),
	};

	return run_with_refusals("setup_intent", tests, sizeof tests / sizeof *tests, refusals,
		sizeof refusals / sizeof *refusals, check);
}
