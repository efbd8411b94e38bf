/* SPDX-License-Identifier: MIT */
#include "suites/resource/payments.h"

/* ---- creating ---- */

static void create__bare_waits_for_a_method(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/payment_intents", "amount=2000&currency=usd");
	const char *id = field(a, "id");

	assert_true(!strncmp(id, "pi_3", 4));
	assert_true(!strncmp(field(a, "client_secret"), text_of(h, "%s_secret_", id), strlen(id) + 8));
	assert_money(a, "amount", 2000);
	assert_money(a, "amount_capturable", 0);
	assert_money(a, "amount_received", 0);
	assert_json(a, "amount_details", "{\"tip\":{}}");
	assert_json(a, "automatic_payment_methods", "{\"allow_redirects\":\"always\",\"enabled\":true}");
	assert_field(a, "capture_method", "automatic_async");
	assert_field(a, "confirmation_method", "automatic");
	assert_field(a, "customer", NULL);
	assert_field(a, "latest_charge", NULL);
	assert_field(a, "next_action", NULL);
	assert_json(a, "payment_method_options.card",
		"{\"installments\":null,\"mandate_options\":null,\"network\":null,\"request_three_d_secure\":"
		"\"automatic\"}");
	assert_json(a, "payment_method_types", "[\"card\",\"link\"]");
	assert_field(a, "status", "requires_payment_method");
	assert_string_equal(events_after(h, 0), "payment_intent.created");
}

static void create__with_a_method_waits_for_confirmation(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		api_ok(h, "POST", "/v1/payment_intents", "amount=50&currency=usd&payment_method=pm_card_visa");

	assert_field(a, "status", "requires_confirmation");
	assert_true(!strncmp(field(a, "payment_method"), "pm_1", 4));
}

static void create__limits_the_methods(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/payment_intents",
		"amount=2000&currency=usd&allowed_payment_method_types[]=card&confirm=true&payment_method=pm_card_"
		"visa");

	assert_json(a, "payment_method_types", "[\"card\"]");
	assert_field(a, "automatic_payment_methods", NULL);
	assert_field(a, "status", "succeeded");
}

/* ---- success ---- */

static void confirm__charges_the_card(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		pay(h, "pm_card_visa", "&description=Shoes&metadata[order]=7&receipt_email=a@example.com");
	const struct answer *charge, *entry;

	assert_status(a, 200);
	assert_field(a, "status", "succeeded");
	assert_money(a, "amount_received", 2000);
	assert_field(a, "last_payment_error", NULL);
	charge = get(h, "charges", field(a, "latest_charge"));
	assert_money(charge, "amount", 2000);
	assert_money(charge, "amount_captured", 2000);
	assert_flag(charge, "captured", true);
	assert_flag(charge, "paid", true);
	assert_field(charge, "description", "Shoes");
	assert_field(charge, "metadata.order", "7");
	assert_field(charge, "receipt_email", "a@example.com");
	assert_field(charge, "calculated_statement_descriptor", "MOCKSTRIPE");
	assert_field(charge, "payment_intent", field(a, "id"));
	assert_field(charge, "payment_method", field(a, "payment_method"));
	assert_field(charge, "payment_method_details.card.brand", "visa");
	assert_field(charge, "payment_method_details.card.last4", "4242");
	assert_field(charge, "payment_method_details.card.checks.cvc_check", "pass");
	assert_field(charge, "payment_method_details.card.three_d_secure", NULL);
	assert_field(charge, "outcome.network_status", "approved_by_network");
	assert_field(charge, "outcome.reason", NULL);
	assert_field(charge, "outcome.risk_level", "normal");
	assert_true(field_int(charge, "outcome.risk_score") < 65);
	assert_field(charge, "outcome.seller_message", "Payment complete.");
	assert_field(charge, "outcome.type", "authorized");
	assert_field(charge, "status", "succeeded");
	assert_true(strstr(field(charge, "receipt_url"), "https://pay.stripe.com/receipts/") != NULL);
	assert_field(charge, "balance_transaction", NULL); /* the capture is asynchronous */
	assert_string_equal(events_after(h, 0), "payment_intent.created charge.succeeded payment_intent.succeeded");

	advance(h, 5);
	charge = get(h, "charges", field(a, "latest_charge"));
	assert_string_equal(events_after(h, 3), "charge.updated");
	assert_previous(h, "charge.updated", "{\"balance_transaction\":null}");
	entry = get(h, "balance_transactions", field(charge, "balance_transaction"));
	assert_money(entry, "amount", 2000);
	assert_money(entry, "fee", 88);
	assert_money(entry, "net", 1912);
	assert_field(entry, "type", "charge");
	assert_field(entry, "reporting_category", "charge");
	assert_field(entry, "source", field(charge, "id"));
	assert_field(entry, "status", "pending");
	assert_field(entry, "description", "Shoes");
	assert_json(entry, "fee_details",
		"[{\"amount\":88,\"application\":null,\"currency\":\"usd\",\"description\":\"Stripe processing "
		"fees\",\"type\":\"stripe_fee\"}]");
	assert_money(entry, "available_on", HOUSE_NOW + 2 * 86400);
}

static void confirm__books_at_once_when_synchronous(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		pay(h, "pm_card_visa", "&capture_method=automatic&expand[]=latest_charge.balance_transaction");

	assert_money(a, "latest_charge.balance_transaction.fee", 88);
	assert_string_equal(events_after(h, 0), "payment_intent.created charge.succeeded payment_intent.succeeded");
}

static void confirm__in_a_second_call(void **state)
{
	struct house *h = *state;
	const char *path = text_of(h, "/v1/payment_intents/%s",
		field(api_ok(h, "POST", "/v1/payment_intents", "amount=2000&currency=usd"), "id"));
	const struct answer *a;

	assert_error(api(h, "POST", text_of(h, "%s/confirm", path), NULL), 400, "payment_intent_unexpected_state", NULL,
		"You cannot confirm this PaymentIntent because it's missing a payment method.");
	assert_error(api(h, "POST", text_of(h, "%s/confirm", path), "payment_method=pm_card_visa"), 400, NULL, NULL,
		"Because some of these payment methods might redirect your customer off of your page, you must provide "
		"a "
		"`return_url`.");
	a = api_ok(h, "POST", text_of(h, "%s/confirm", path),
		"payment_method=pm_card_visa&return_url=https://example.com/back");
	assert_field(a, "status", "succeeded");
	a = api(h, "POST", text_of(h, "%s/confirm", path), "payment_method=pm_card_visa");
	assert_error(a, 400, "payment_intent_unexpected_state", NULL,
		"You cannot confirm this PaymentIntent because it has already succeeded after being previously "
		"confirmed.");
	assert_field(a, "error.payment_intent.status", "succeeded");
}

static void confirm__uses_a_confirmation_token(void **state)
{
	struct house *h = *state;
	const struct answer *token =
		api_ok(h, "POST", "/v1/test_helpers/confirmation_tokens", "payment_method=pm_card_mastercard");
	const struct answer *a = api_ok(h, "POST", "/v1/payment_intents",
		text_of(h,
			"amount=2000&currency=usd&confirm=true&return_url=https://example.com/&confirmation_token=%s",
			field(token, "id")));

	assert_field(token, "payment_method_preview.card.brand", "mastercard");
	assert_money(token, "expires_at", HOUSE_NOW + 43200);
	assert_field(a, "status", "succeeded");
	assert_field(get(h, "charges", field(a, "latest_charge")), "payment_method_details.card.network", "mastercard");
}

static void confirm__saves_the_method_for_later(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const struct answer *a =
		pay(h, "pm_card_visa", text_of(h, "&customer=%s&setup_future_usage=off_session", customer));

	assert_field(get(h, "payment_methods", field(a, "payment_method")), "customer", customer);
	assert_string_equal(events_after(h, 1),
		"payment_intent.created charge.succeeded payment_method.attached payment_intent.succeeded");
}

static void confirm__spends_a_method_that_is_not_saved(void **state)
{
	struct house *h = *state;
	const char *method = field(pay(h, "pm_card_visa", ""), "payment_method");

	assert_error(pay(h, method, ""), 400, NULL, NULL,
		"The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment");
}

static void confirm__lives_on_the_test_clock(void **state)
{
	struct house *h = *state;
	const char *clock = field(api_ok(h, "POST", "/v1/test_helpers/test_clocks",
					  text_of(h, "frozen_time=%lld", (long long)HOUSE_NOW + 86400)),
		"id");
	const char *customer = field(api_ok(h, "POST", "/v1/customers", text_of(h, "test_clock=%s", clock)), "id");
	const struct answer *a = pay(h, "pm_card_visa", text_of(h, "&customer=%s", customer));
	const char *charge = field(a, "latest_charge");

	assert_money(a, "created", HOUSE_NOW + 86400);
	advance(h, 3600);
	assert_field(get(h, "charges", charge), "balance_transaction", NULL);
	api_ok(h, "POST", text_of(h, "/v1/test_helpers/test_clocks/%s/advance", clock),
		text_of(h, "frozen_time=%lld", (long long)HOUSE_NOW + 86405));
	assert_money(get(h, "balance_transactions", field(get(h, "charges", charge), "balance_transaction")), "created",
		HOUSE_NOW + 86405);
}

static void capture__of_a_fixture_lapses_too(void **state)
{
	struct house *h = *state;

	bring(h, text_of(h,
			 "[{\"object\":\"payment_intent\",\"id\":\"pi_f\",\"amount\":500,\"currency\":\"usd\","
			 "\"created\":%lld,"
			 "\"amount_capturable\":500,\"capture_method\":\"manual\",\"status\":\"requires_capture\"}]",
			 (long long)HOUSE_NOW - 86400));
	advance(h, 6 * 86400 - 1);
	assert_field(get(h, "payment_intents", "pi_f"), "status", "requires_capture");
	advance(h, 1);
	assert_field(get(h, "payment_intents", "pi_f"), "status", "canceled");
}

/* ---- declines ---- */

struct decline_row {
	const char *name, *card, *code, *decline_code, *message, *advice, *network, *reason;
};

static const struct decline_row declines[] = {
	{ "decline__generic", "pm_card_visa_chargeDeclined", "card_declined", "generic_decline",
		"Your card was declined.", "try_again_later", "01", "generic_decline" },
	{ "decline__insufficient_funds", "pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined",
		"insufficient_funds", "Your card has insufficient funds.", "try_again_later", "51",
		"insufficient_funds" },
	{ "decline__lost_card", "pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card",
		"Your card was declined.", "do_not_try_again", "41", "lost_card" },
	{ "decline__stolen_card", "pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card",
		"Your card was declined.", "do_not_try_again", "43", "stolen_card" },
	{ "decline__expired_card", "pm_card_chargeDeclinedExpiredCard", "expired_card", NULL, "Your card has expired.",
		"confirm_card_data", "54", "expired_card" },
	{ "decline__incorrect_cvc", "pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", NULL,
		"Your card's security code is incorrect.", "confirm_card_data", "N7", "incorrect_cvc" },
	{ "decline__processing_error", "pm_card_chargeDeclinedProcessingError", "processing_error", NULL,
		"An error occurred while processing your card. Try again in a little bit.", "try_again_later", "06",
		"processing_error" },
	{ "decline__velocity", "pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined",
		"card_velocity_exceeded",
		"Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
		"try_again_later", "65", "card_velocity_exceeded" },
	{ "decline__customer_fail", "pm_card_chargeCustomerFail", "card_declined", "generic_decline",
		"Your card was declined.", "try_again_later", "01", "generic_decline" },
	{ "decline__blocked", "pm_card_radarBlock", "card_declined", "fraudulent", "Your card was declined.", NULL,
		NULL, "highest_risk_level" },
};

static void assert_maybe(const struct answer *a, const char *path, const char *wanted)
{
	if (wanted)
		assert_field(a, path, wanted);
	else
		assert_absent(a, path);
}

static void decline_check(void **state)
{
	struct refusal_case *c = *state;
	struct house *h = c->house;
	union {
		const void *any;
		const struct decline_row *row;
	} given = { .any = c->row };
	const struct decline_row *row = given.row;
	const struct answer *a = pay(h, row->card, "");
	const struct answer *charge, *intent;

	assert_error(a, 402, row->code, NULL, row->message);
	assert_field(a, "error.message", row->message);
	assert_field(a, "error.type", "card_error");
	assert_maybe(a, "error.decline_code", row->decline_code);
	assert_maybe(a, "error.advice_code", row->advice);
	assert_maybe(a, "error.network_decline_code", row->network);
	assert_field(a, "error.payment_intent.status", "requires_payment_method");
	assert_field(a, "error.payment_intent.last_payment_error.code", row->code);
	assert_field(a, "error.payment_method.object", "payment_method");

	intent = get(h, "payment_intents", field(a, "error.payment_intent.id"));
	assert_field(intent, "payment_method", NULL);
	assert_field(intent, "latest_charge", field(a, "error.charge"));
	assert_field(intent, "last_payment_error.message", row->message);
	assert_field(intent, "last_payment_error.type", "card_error");
	assert_field(intent, "last_payment_error.payment_method.id", field(a, "error.payment_method.id"));
	assert_maybe(intent, "last_payment_error.decline_code", row->decline_code);

	charge = get(h, "charges", field(a, "error.charge"));
	assert_field(charge, "status", "failed");
	assert_flag(charge, "paid", false);
	assert_flag(charge, "captured", false);
	assert_field(charge, "failure_code", row->code);
	assert_field(charge, "failure_message", row->message);
	assert_field(charge, "outcome.reason", row->reason);
	assert_field(charge, "outcome.type", row->network ? "issuer_declined" : "blocked");
	assert_field(charge, "outcome.network_status", row->network ? "declined_by_network" : "not_sent_to_network");
	assert_field(charge, "balance_transaction", NULL);
	assert_string_equal(events_after(h, 0), "payment_intent.created charge.failed payment_intent.payment_failed");
}

static void decline__may_be_tried_again(void **state)
{
	struct house *h = *state;
	const char *id = field(pay(h, "pm_card_visa_chargeDeclined", ""), "error.payment_intent.id");
	const struct answer *a =
		api_ok(h, "POST", text_of(h, "/v1/payment_intents/%s/confirm", id), "payment_method=pm_card_visa");

	assert_field(a, "status", "succeeded");
	assert_field(a, "last_payment_error", NULL);
	assert_same_int(
		(int64_t)field_count(api_ok(h, "GET", text_of(h, "/v1/charges?payment_intent=%s", id), NULL), "data"),
		2);
}

static void decline__is_kept_under_its_idempotency_key(void **state)
{
	struct house *h = *state;
	static const char *const key[] = { "Idempotency-Key: once", NULL };
	static const char body[] = "amount=2000&currency=usd&confirm=true&return_url=https://example.com/"
				   "&payment_method=pm_card_visa_chargeDeclined";
	const struct answer *a = api_with(h, "POST", "/v1/payment_intents", body, key);
	const struct answer *b = api_with(h, "POST", "/v1/payment_intents", body, key);

	assert_status(a, 402);
	assert_string_equal(a->text, b->text);
	assert_string_equal(header_of(b, "Idempotent-Replayed"), "true");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/charges", NULL), "data"), 1);
}

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

/* ---- capture ---- */

static void capture__takes_a_part(void **state)
{
	struct house *h = *state;
	const struct answer *a = pay(h, "pm_card_visa", "&capture_method=manual");
	const char *path = text_of(h, "/v1/payment_intents/%s", field(a, "id"));
	const char *charge_id = field(a, "latest_charge");
	const struct answer *charge;

	assert_field(a, "status", "requires_capture");
	assert_money(a, "amount_capturable", 2000);
	assert_money(a, "amount_received", 0);
	charge = get(h, "charges", charge_id);
	assert_flag(charge, "captured", false);
	assert_money(charge, "payment_method_details.card.capture_before", HOUSE_NOW + 7 * 86400);
	assert_error(api(h, "POST", text_of(h, "%s/capture", path), "amount_to_capture=2001"), 400, "amount_too_large",
		"amount_to_capture", NULL);
	a = api_ok(h, "POST", text_of(h, "%s/capture", path), "amount_to_capture=1500");
	assert_field(a, "status", "succeeded");
	assert_money(a, "amount_capturable", 0);
	assert_money(a, "amount_received", 1500);
	charge = get(h, "charges", charge_id);
	assert_money(charge, "amount_captured", 1500);
	assert_money(charge, "amount_refunded", 500);
	assert_flag(charge, "refunded", false);
	assert_money(get(h, "balance_transactions", field(charge, "balance_transaction")), "net", 1500 - 74);
	assert_string_equal(events_after(h, 0),
		"payment_intent.created charge.succeeded payment_intent.amount_capturable_updated charge.captured "
		"payment_intent.succeeded");
	assert_error(api(h, "POST", text_of(h, "%s/capture", path), NULL), 400, "charge_already_captured", NULL, NULL);
}

static void capture__lapses_after_a_week(void **state)
{
	struct house *h = *state;
	const struct answer *a = pay(h, "pm_card_visa", "&capture_method=manual");
	const char *id = field(a, "id"), *charge = field(a, "latest_charge");

	advance(h, 7 * 86400 - 1);
	assert_field(get(h, "payment_intents", id), "status", "requires_capture");
	advance(h, 1);
	a = get(h, "payment_intents", id);
	assert_field(a, "status", "canceled");
	assert_field(a, "cancellation_reason", "automatic");
	assert_money(a, "canceled_at", HOUSE_NOW + 7 * 86400);
	assert_flag(get(h, "charges", charge), "refunded", true);
	assert_string_equal(events_after(h, 3), "charge.expired payment_intent.canceled");
}

static void capture__may_be_incremented(void **state)
{
	struct house *h = *state;
	const struct answer *a = pay(h, "pm_card_visa", "&capture_method=manual");
	const char *path = text_of(h, "/v1/payment_intents/%s/increment_authorization", field(a, "id"));

	assert_error(api(h, "POST", path, "amount=2000"), 400, NULL, "amount", NULL);
	a = api_ok(h, "POST", path, "amount=2500");
	assert_money(a, "amount", 2500);
	assert_money(a, "amount_capturable", 2500);
	assert_money(get(h, "charges", field(a, "latest_charge")), "amount", 2500);
}

/* ---- cancel, update ---- */

static void cancel__keeps_the_reason(void **state)
{
	struct house *h = *state;
	const char *path = text_of(h, "/v1/payment_intents/%s/cancel",
		field(api_ok(h, "POST", "/v1/payment_intents", "amount=2000&currency=usd"), "id"));
	const struct answer *a = api_ok(h, "POST", path, "cancellation_reason=abandoned");

	assert_field(a, "status", "canceled");
	assert_field(a, "cancellation_reason", "abandoned");
	assert_money(a, "canceled_at", HOUSE_NOW);
	assert_string_equal(events_after(h, 1), "payment_intent.canceled");
	assert_error(api(h, "POST", path, NULL), 400, "payment_intent_unexpected_state", NULL,
		"You cannot cancel this PaymentIntent because it has a status of canceled. Only a PaymentIntent with "
		"one of "
		"the following statuses may be canceled: requires_payment_method, requires_capture, "
		"requires_confirmation, "
		"requires_action, processing.");
}

static void cancel__lets_the_hold_go(void **state)
{
	struct house *h = *state;
	const struct answer *a = pay(h, "pm_card_visa", "&capture_method=manual");
	const char *charge = field(a, "latest_charge");

	api_ok(h, "POST", text_of(h, "/v1/payment_intents/%s/cancel", field(a, "id")), NULL);
	assert_money(get(h, "charges", charge), "amount_refunded", 2000);
	assert_string_equal(events_after(h, 3), "charge.refunded payment_intent.canceled");
	advance(h, 30 * 86400);
	assert_string_equal(events_after(h, 3), "charge.refunded payment_intent.canceled");
}

static void update__before_and_after_payment(void **state)
{
	struct house *h = *state;
	const char *id = field(api_ok(h, "POST", "/v1/payment_intents", "amount=2000&currency=usd"), "id");
	const char *path = text_of(h, "/v1/payment_intents/%s", id);
	const struct answer *a = api_ok(h, "POST", path, "amount=2500&payment_method=pm_card_visa");

	assert_money(a, "amount", 2500);
	assert_field(a, "status", "requires_confirmation");
	api_ok(h, "POST", text_of(h, "%s/confirm", path), "return_url=https://example.com/");
	a = api(h, "POST", path, "amount=100");
	assert_error(a, 400, "payment_intent_unexpected_state", NULL,
		"This PaymentIntent's amount could not be updated because it has a status of succeeded. You may only "
		"update "
		"the amount of a PaymentIntent with one of the following statuses: requires_payment_method, "
		"requires_confirmation, requires_action.");
	assert_money(a, "error.payment_intent.amount", 2500);
	assert_field(api_ok(h, "POST", path, "description=late&metadata[a]=b"), "description", "late");
}

/* ---- other rails ---- */

static const char *bank_payment(struct house *h, const char *account)
{
	const struct answer *method = api_ok(h, "POST", "/v1/payment_methods",
		text_of(h,
			"type=us_bank_account&us_bank_account[routing_number]=110000000&us_bank_account[account_number]"
			"=%s"
			"&us_bank_account[account_holder_type]=individual&billing_details[name]=Jane",
			account));

	return field(pay(h, field(method, "id"), ""), "id");
}

static void debit__succeeds_later(void **state)
{
	struct house *h = *state;
	const char *id = bank_payment(h, "000123456789");
	const struct answer *a = get(h, "payment_intents", id);
	const char *charge = field(a, "latest_charge");

	assert_true(!strncmp(charge, "py_3", 4));
	assert_field(a, "status", "processing");
	assert_field(get(h, "charges", charge), "status", "pending");
	advance(h, 5);
	assert_field(get(h, "payment_intents", id), "status", "succeeded");
	a = get(h, "charges", charge);
	assert_field(a, "payment_method_details.us_bank_account.last4", "6789");
	assert_field(get(h, "balance_transactions", field(a, "balance_transaction")), "type", "payment");
	assert_string_equal(events_after(h, 0), "payment_intent.created charge.pending payment_intent.processing "
						"charge.succeeded payment_intent.succeeded");
}

static void debit__fails_later(void **state)
{
	struct house *h = *state;
	const char *id = bank_payment(h, "000222222227");
	const struct answer *a;

	advance(h, 5);
	a = get(h, "payment_intents", id);
	assert_field(a, "status", "requires_payment_method");
	assert_field(a, "last_payment_error.payment_method_type", "us_bank_account");
	assert_field(get(h, "charges", field(a, "latest_charge")), "failure_code", "insufficient_funds");
	assert_string_equal(events_after(h, 3), "charge.failed payment_intent.payment_failed");
}

static void debit__may_stay_in_processing(void **state)
{
	struct house *h = *state;
	const char *id = bank_payment(h, "000000000009");

	advance(h, 30 * 86400);
	assert_field(get(h, "payment_intents", id), "status", "processing");
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

/* ---- refusals ---- */

static const struct refusal refusals[] = {
	{ "create__amount_zero", "POST", "/v1/payment_intents", "amount=0&currency=usd", 400,
		"parameter_invalid_integer", "amount", "This value must be greater than or equal to 1." },
	{ "create__amount_too_small", "POST", "/v1/payment_intents", "amount=49&currency=usd", 400, "amount_too_small",
		"amount", "Amount must be at least $0.50 usd" },
	{ "create__amount_too_large", "POST", "/v1/payment_intents", "amount=100000000&currency=usd", 400,
		"amount_too_large", "amount", "Amount must be no more than $999,999.99" },
	{ "create__confirm_needs_a_method", "POST", "/v1/payment_intents", "amount=2000&currency=usd&confirm=true", 400,
		"payment_intent_unexpected_state", NULL,
		"You cannot confirm this PaymentIntent because it's missing a payment method. You can either update "
		"the "
		"PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
		"payment "
		"method or ConfirmationToken." },
	{ "create__unknown_method", "POST", "/v1/payment_intents",
		"amount=2000&currency=usd&payment_method=pm_card_gold", 400, "resource_missing", "payment_method",
		"No such PaymentMethod: 'pm_card_gold'" },
	{ "create__unknown_customer", "POST", "/v1/payment_intents", "amount=2000&currency=usd&customer=cus_x", 400,
		"resource_missing", "customer", "No such customer: 'cus_x'" },
	{ "create__type_not_allowed", "POST", "/v1/payment_intents",
		"amount=2000&currency=usd&allowed_payment_method_types[]=link&payment_method=pm_card_visa", 400,
		"payment_intent_invalid_parameter", "payment_method",
		"The PaymentMethod provided (card) is not allowed for this PaymentIntent. Please attach a "
		"PaymentMethod of one "
		"of the following types: link. Alternatively update the allowed payment_method_types for this "
		"PaymentIntent "
		"to include \"card\"." },
	{ "create__two_methods", "POST", "/v1/payment_intents",
		"amount=2000&currency=usd&payment_method=pm_card_visa&payment_method_data[type]=ideal", 400, NULL,
		"payment_method",
		"You may only specify one of these parameters: payment_method, payment_method_data." },
	{ "retrieve__unknown", "GET", "/v1/payment_intents/pi_x", NULL, 404, "resource_missing", "intent",
		"No such payment_intent: 'pi_x'" },
};

static void check(void **state)
{
	struct refusal_case *c = *state;

	refusal_check(c->house, c->row);
}

static const struct CMUnitTest tests[] = {
	TEST(create__bare_waits_for_a_method),
	TEST(create__with_a_method_waits_for_confirmation),
	TEST(create__limits_the_methods),
	TEST(confirm__charges_the_card),
	TEST(confirm__books_at_once_when_synchronous),
	TEST(confirm__in_a_second_call),
	TEST(confirm__uses_a_confirmation_token),
	TEST(confirm__saves_the_method_for_later),
	TEST(confirm__spends_a_method_that_is_not_saved),
	TEST(confirm__lives_on_the_test_clock),
	TEST(capture__of_a_fixture_lapses_too),
	TEST(decline__may_be_tried_again),
	TEST(decline__is_kept_under_its_idempotency_key),
	TEST(action__asks_and_pays_when_passed),
	TEST(action__falls_back_when_failed),
	TEST(action__then_the_bank_declines),
	TEST(action__off_session_is_a_decline),
	TEST(action__not_off_session_once_set_up),
	TEST(action__card_set_up_from_the_start),
	TEST(action__may_be_an_error),
	TEST(action__manual_confirmation_comes_back),
	TEST(action__optional_card_asks_on_request),
	TEST(capture__takes_a_part),
	TEST(capture__lapses_after_a_week),
	TEST(capture__may_be_incremented),
	TEST(cancel__keeps_the_reason),
	TEST(cancel__lets_the_hold_go),
	TEST(update__before_and_after_payment),
	TEST(debit__succeeds_later),
	TEST(debit__fails_later),
	TEST(debit__may_stay_in_processing),
	TEST(redirect__visits_the_bank),
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

int main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(declines)];

	memcpy(all, tests, sizeof tests);
	for (size_t i = 0; i < COUNT(declines); i++) {
		union {
			const struct decline_row *row;
			void *state;
		} given = { .row = &declines[i] };

		all[COUNT(tests) + i] = (struct CMUnitTest) { .name = declines[i].name,
			.test_func = decline_check,
			.setup_func = refusal_setup,
			.teardown_func = refusal_teardown,
			.initial_state = given.state };
	}
	return run_with_refusals("payment_intent", all, COUNT(all), refusals, COUNT(refusals), check);
}
