/* SPDX-License-Identifier: MIT */
/* Bank debits: the answer comes later. Source: Stripe docs "Delayed notification payment methods". */
#include "suites/resource/payments.h"

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

static const struct CMUnitTest tests[] = {
	TEST(debit__succeeds_later),
	TEST(debit__fails_later),
	TEST(debit__may_stay_in_processing),
};

int main(void)
{
	return cmocka_run_group_tests_name("payment_debit", tests, NULL, NULL);
}
