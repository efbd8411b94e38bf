/* SPDX-License-Identifier: MIT */
/* What the cards that are refused leave behind. Source: Stripe docs "Testing", "Decline codes". */
#include "suites/resource/payments.h"

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
	{ "decline__three_d_secure_unavailable", "pm_card_threeDSecureRequiredProcessingError", "card_declined",
		"generic_decline", "Your card was declined.", "try_again_later", "01", "generic_decline" },
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

static const struct CMUnitTest tests[] = {
	TEST(decline__may_be_tried_again),
	TEST(decline__is_kept_under_its_idempotency_key),
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
	return _cmocka_run_group_tests("payment_decline", all, COUNT(all), NULL, NULL);
}
