/* SPDX-License-Identifier: MIT */
/* Payments whose owner has to do something first. Source: Stripe docs "Testing", 3D Secure. */
#include "suites/resource/payments.h"

/* ---- 3-D Secure ---- */

static void action__asks_and_pays_when_passed(void **state)
{
	struct house *h = *state;
	const struct answer *a = pay(h, "pm_card_threeDSecure2Required", "");
	const char *id = field(a, "id");

	assert_status(a, 200);
	assert_field(a, "status", "requires_action");
	assert_field(a, "next_action.type", "use_stripe_sdk");
	assert_field(a, "latest_charge", NULL);
	authenticate(h, id, "succeeded");
	a = get(h, "payment_intents", id);
	assert_field(a, "status", "succeeded");
	assert_field(a, "next_action", NULL);
	a = get(h, "charges", field(a, "latest_charge"));
	assert_field(a, "payment_method_details.card.three_d_secure.result", "authenticated");
	assert_string_equal(events_after(h, 0),
		"payment_intent.created payment_intent.requires_action charge.succeeded payment_intent.succeeded");
}

static void action__falls_back_when_failed(void **state)
{
	struct house *h = *state;
	const struct answer *a = pay(h, "pm_card_authenticationRequired", "&return_url=https://example.com/back");
	const char *id = field(a, "id");

	assert_field(a, "next_action.type", "redirect_to_url");
	assert_field(a, "next_action.redirect_to_url.return_url", "https://example.com/back");
	authenticate(h, id, "failed");
	a = get(h, "payment_intents", id);
	assert_field(a, "status", "requires_payment_method");
	assert_field(a, "latest_charge", NULL);
	assert_field(a, "last_payment_error.code", "payment_intent_authentication_failure");
	assert_field(a, "last_payment_error.type", "invalid_request_error");
	assert_string_equal(events_after(h, 0),
		"payment_intent.created payment_intent.requires_action payment_intent.payment_failed");
	assert_status(api(h, "POST", text_of(h, "/_mockstripe/authenticate/%s", id), NULL), 409);
}

static void action__then_the_bank_declines(void **state)
{
	struct house *h = *state;
	const char *id = field(pay(h, "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", ""), "id");
	const struct answer *a;

	authenticate(h, id, "succeeded");
	a = get(h, "payment_intents", id);
	assert_field(a, "status", "requires_payment_method");
	assert_field(a, "last_payment_error.decline_code", "insufficient_funds");
	assert_string_equal(events_after(h, 0), "payment_intent.created payment_intent.requires_action charge.failed "
						"payment_intent.payment_failed");
}

static void action__off_session_is_a_decline(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *method = card_of(h, customer, "pm_card_authenticationRequired");
	const struct answer *a = pay(h, method, text_of(h, "&customer=%s&off_session=true", customer));

	assert_error(a, 402, "authentication_required", NULL,
		"Your card was declined. This transaction requires authentication.");
	assert_field(a, "error.decline_code", "authentication_required");
	assert_field(a, "error.payment_intent.status", "requires_payment_method");
	assert_field(get(h, "charges", field(a, "error.charge")), "failure_code", "authentication_required");
}

static void action__not_off_session_once_set_up(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const struct answer *a = pay(h, "pm_card_authenticationRequired",
		text_of(h, "&customer=%s&setup_future_usage=off_session", customer));
	const char *method = field(a, "payment_method");

	authenticate(h, field(a, "id"), "succeeded");
	a = pay(h, method, text_of(h, "&customer=%s&off_session=true", customer));
	assert_status(a, 200);
	assert_field(a, "status", "succeeded");
	/* On session the card asks all the same. */
	assert_field(pay(h, method, text_of(h, "&customer=%s", customer)), "status", "requires_action");
}

static void action__card_set_up_from_the_start(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *method = card_of(h, customer, "pm_card_authenticationRequiredSetupForOffSession");

	assert_field(pay(h, method, text_of(h, "&customer=%s&off_session=true", customer)), "status", "succeeded");
	assert_field(pay(h, method, text_of(h, "&customer=%s", customer)), "status", "requires_action");
}

static void action__may_be_an_error(void **state)
{
	struct house *h = *state;
	const struct answer *a = pay(h, "pm_card_threeDSecureRequired", "&error_on_requires_action=true");

	assert_error(a, 402, "authentication_required", NULL, "but `error_on_requires_action` was set.");
	assert_absent(a, "error.charge");
	assert_field(a, "error.payment_intent.status", "requires_payment_method");
	assert_string_equal(events_after(h, 0), "payment_intent.created payment_intent.payment_failed");
}

static void action__manual_confirmation_comes_back(void **state)
{
	struct house *h = *state;
	const char *id = field(pay(h, "pm_card_threeDSecure2Required", "&confirmation_method=manual"), "id");

	authenticate(h, id, "succeeded");
	assert_field(get(h, "payment_intents", id), "status", "requires_confirmation");
	assert_field(api_ok(h, "POST", text_of(h, "/v1/payment_intents/%s/confirm", id), NULL), "status", "succeeded");
}

static void action__optional_card_asks_on_request(void **state)
{
	struct house *h = *state;

	assert_field(pay(h, "pm_card_threeDSecureOptional", ""), "status", "succeeded");
	assert_field(
		pay(h, "pm_card_threeDSecureOptional", "&payment_method_options[card][request_three_d_secure]=any"),
		"status", "requires_action");
}

static void redirect__visits_the_bank(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/payment_intents",
		"amount=2000&currency=eur&confirm=true&return_url=https://example.com/"
		"&payment_method_data[type]=ideal");

	assert_field(a, "next_action.type", "redirect_to_url");
	authenticate(h, field(a, "id"), "succeeded");
	assert_field(get(h, "payment_intents", field(a, "id")), "status", "succeeded");
}

/* ---- other ways than a page ---- */

static void next_action__is_the_method_s_own(void **state)
{
	static const struct {
		const char *type, *currency, *action, *member; /* of the action, which has to be there */
	} rows[] = {
		{ "alipay", "usd", "alipay_handle_redirect", "url" },
		{ "boleto", "brl", "boleto_display_details", "hosted_voucher_url" },
		{ "cashapp", "usd", "cashapp_handle_redirect_or_display_qr_code", "mobile_auth_url" },
		{ "konbini", "jpy", "konbini_display_details", "hosted_voucher_url" },
		{ "multibanco", "eur", "multibanco_display_details", "reference" },
		{ "oxxo", "mxn", "oxxo_display_details", "number" },
		{ "paynow", "sgd", "paynow_display_qr_code", "data" },
		{ "pix", "brl", "pix_display_qr_code", "data" },
		{ "promptpay", "thb", "promptpay_display_qr_code", "image_url_svg" },
		{ "swish", "sek", "swish_handle_redirect_or_display_qr_code", "qr_code.data" },
		{ "wechat_pay", "cny", "wechat_pay_display_qr_code", "image_data_url" },
	};
	struct house *h = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct answer *a = api_ok(h, "POST", "/v1/payment_intents",
			text_of(h,
				"amount=2000&currency=%s&confirm=true&return_url=https://example.com/back"
				"&payment_method_data[type]=%s",
				rows[i].currency, rows[i].type));

		assert_field(a, "status", "requires_action");
		assert_field(a, "next_action.type", rows[i].action);
		assert_true(*field(a, text_of(h, "next_action.%s.%s", rows[i].action, rows[i].member)));
		authenticate(h, field(a, "id"), "succeeded");
		assert_field(get(h, "payment_intents", field(a, "id")), "status", "succeeded");
	}
}

static void voucher__lapses(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/payment_intents",
		"amount=2000&currency=mxn&confirm=true&return_url=https://example.com/"
		"back&payment_method_data[type]=oxxo");
	const char *id = field(a, "id");

	assert_money(a, "next_action.oxxo_display_details.expires_after", HOUSE_NOW + 3 * 86400);
	advance(h, 3 * 86400 - 1);
	assert_field(get(h, "payment_intents", id), "status", "requires_action");
	advance(h, 1);
	a = get(h, "payment_intents", id);
	assert_field(a, "status", "requires_payment_method");
	assert_field(a, "last_payment_error.code", "payment_intent_payment_attempt_expired");
	assert_string_equal(events_after(h, 2), "payment_intent.payment_failed");
}

static void voucher__does_not_bind_another_method(void **state)
{
	struct house *h = *state;
	const char *id = field(api_ok(h, "POST", "/v1/payment_intents",
				       "amount=2000&currency=mxn&confirm=true&return_url=https://example.com/back"
				       "&payment_method_data[type]=oxxo"),
		"id");

	api_ok(h, "POST", text_of(h, "/v1/payment_intents/%s/confirm", id),
		"payment_method=pm_card_threeDSecure2Required");
	advance(h, 10 * 86400);
	assert_field(get(h, "payment_intents", id), "status", "requires_action");
}

static const struct CMUnitTest tests[] = {
	TEST(action__asks_and_pays_when_passed),
	TEST(action__falls_back_when_failed),
	TEST(action__then_the_bank_declines),
	TEST(action__off_session_is_a_decline),
	TEST(action__not_off_session_once_set_up),
	TEST(action__card_set_up_from_the_start),
	TEST(action__may_be_an_error),
	TEST(action__manual_confirmation_comes_back),
	TEST(action__optional_card_asks_on_request),
	TEST(redirect__visits_the_bank),
	TEST(next_action__is_the_method_s_own),
	TEST(voucher__lapses),
	TEST(voucher__does_not_bind_another_method),
};

int main(void)
{
	return cmocka_run_group_tests_name("payment_action", tests, NULL, NULL);
}
