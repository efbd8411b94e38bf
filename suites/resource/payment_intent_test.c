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
	TEST(capture__takes_a_part),
	TEST(capture__lapses_after_a_week),
	TEST(capture__may_be_incremented),
	TEST(cancel__keeps_the_reason),
	TEST(cancel__lets_the_hold_go),
	TEST(update__before_and_after_payment),
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

int main(void)
{
	return run_with_refusals("payment_intent", tests, COUNT(tests), refusals, COUNT(refusals), check);
}
