/* SPDX-License-Identifier: MIT */
/*
 * Payments that end after the call that began them, for an invoice: the bank answers, the owner authenticates or does
 * not, a client confirms the intent. The invoice and its subscription follow. Source: Stripe docs "Subscription
 * lifecycle", payment status; "Use webhooks with subscriptions"; "ACH Direct Debit for subscriptions".
 */
#include "suites/resource/billing.h"

static const char *intent_of(struct house *h, const char *sub)
{
	const struct answer *a = api_ok(h, "GET",
		text_of(h, "/v1/invoice_payments?invoice=%s", field(get(h, "subscriptions", sub), "latest_invoice")),
		NULL);

	return field(a, "data.0.payment.payment_intent");
}

/* A customer whose default is that account ("pm_success_de"). */
static const char *payer(struct house *h, const char *account)
{
	const char *id = customer_new(h, "email=a@example.com", NULL);
	const char *method = field(
		post(h, "payment_methods", text_of(h, "%s/attach", account), text_of(h, "customer=%s", id)), "id");

	post(h, "customers", id, text_of(h, "invoice_settings[default_payment_method]=%s", method));
	return id;
}

static const char *euros(struct house *h)
{
	return price_in(h, "Pro", "eur", "unit_amount=2000&recurring[interval]=month");
}

static void authenticate(struct house *h, const char *intent, const char *result)
{
	api_ok(h, "POST", text_of(h, "/_mockstripe/authenticate/%s", intent), text_of(h, "result=%s", result));
}

static void pass_time(struct house *h, int64_t seconds)
{
	go_to(h, ms_now(h->ms, NULL) + seconds);
}

/* ---- debits ---- */

static void debit__pays_the_first_invoice_later(void **state)
{
	struct house *h = *state;
	const char *customer = payer(h, "pm_success_de");
	const struct answer *a = subscribe(h, customer, euros(h), NULL), *invoice;
	const char *sub = field(a, "id"), *mark;

	assert_field(a, "status", "incomplete");
	invoice = latest_invoice(h, sub);
	assert_field(invoice, "status", "open");
	assert_flag(invoice, "attempted", true);
	assert_money(invoice, "attempt_count", 1);
	assert_field(get(h, "payment_intents", intent_of(h, sub)), "status", "processing");
	mark = events_mark(h);
	pass_time(h, 5);
	assert_field(get(h, "subscriptions", sub), "status", "active");
	invoice = latest_invoice(h, sub);
	assert_field(invoice, "status", "paid");
	assert_money(invoice, "amount_paid", 2000);
	assert_money(invoice, "attempt_count", 1);
	assert_events(h, mark,
		"charge.succeeded\npayment_intent.succeeded\ninvoice.paid\ninvoice.payment_succeeded\n"
		"invoice_payment.paid\ncustomer.subscription.updated\n");
}

static void debit__fails_for_the_first_invoice(void **state)
{
	struct house *h = *state;
	const char *sub = field(subscribe(h, payer(h, "pm_failed_de"), euros(h), NULL), "id"), *mark;
	const struct answer *invoice;

	mark = events_mark(h);
	pass_time(h, 5);
	assert_field(get(h, "subscriptions", sub), "status", "incomplete");
	invoice = latest_invoice(h, sub);
	assert_field(invoice, "status", "open");
	assert_money(invoice, "attempt_count", 1);
	assert_field(invoice, "next_payment_attempt", NULL);
	assert_events(h, mark, "charge.failed\npayment_intent.payment_failed\ninvoice.payment_failed\n");
	pass_time(h, DAY);
	assert_field(get(h, "subscriptions", sub), "status", "incomplete_expired");
}

static void debit__fails_for_a_renewal(void **state)
{
	struct house *h = *state;
	const char *customer = payer(h, "pm_success_de");
	const char *sub = field(subscribe(h, customer, euros(h), NULL), "id"), *mark;
	const char *bad;
	const struct answer *invoice;

	pass_time(h, 5);
	bad = field(
		post(h, "payment_methods", "pm_failedDelayed_de/attach", text_of(h, "customer=%s", customer)), "id");
	post(h, "customers", customer, text_of(h, "invoice_settings[default_payment_method]=%s", bad));
	go_to(h, FEB_1 + HOUR);
	assert_field(get(h, "subscriptions", sub), "status", "active");
	invoice = latest_invoice(h, sub);
	assert_field(invoice, "status", "open");
	assert_money(invoice, "attempt_count", 1);
	assert_field(invoice, "next_payment_attempt", NULL);
	mark = events_mark(h);
	pass_time(h, 180);
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	invoice = latest_invoice(h, sub);
	assert_money(invoice, "attempt_count", 1);
	assert_money(invoice, "next_payment_attempt", FEB_1 + HOUR + 180 + 3 * DAY);
	assert_flag(get(h, "customers", customer), "delinquent", true);
	assert_events(h, mark,
		"charge.failed\npayment_intent.payment_failed\ninvoice.payment_failed\ninvoice.updated\n"
		"customer.subscription.updated\ncustomer.updated\n");

	/* The retry debits the account that works, and the bank takes its time once more. */
	post(h, "subscriptions", sub,
		text_of(h, "default_payment_method=%s",
			field(post(h, "payment_methods", "pm_success_de/attach", text_of(h, "customer=%s", customer)),
				"id")));
	go_to(h, FEB_1 + HOUR + 180 + 3 * DAY);
	assert_money(latest_invoice(h, sub), "attempt_count", 2);
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	pass_time(h, 5);
	assert_field(latest_invoice(h, sub), "status", "paid");
	assert_field(get(h, "subscriptions", sub), "status", "active");
	assert_flag(get(h, "customers", customer), "delinquent", false);
}

static void debit__under_way_is_not_sent_twice(void **state)
{
	struct house *h = *state;
	const char *sub = field(subscribe(h, payer(h, "pm_successDelayed_de"), euros(h), NULL), "id");
	const char *invoice = field(get(h, "subscriptions", sub), "latest_invoice");

	assert_error(api(h, "POST", text_of(h, "/v1/invoices/%s/pay", invoice), NULL), 400, NULL, NULL,
		"A payment of this invoice is processing");
	assert_same_int(
		(int64_t)field_count(
			api_ok(h, "GET", text_of(h, "/v1/charges?payment_intent=%s", intent_of(h, sub)), NULL), "data"),
		1);
}

static void debit__of_an_unverified_account_asks(void **state)
{
	struct house *h = *state;
	const char *customer = payer(h, "pm_usBankAccount_success");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), NULL), "id");
	const char *intent = intent_of(h, sub);

	assert_field(get(h, "subscriptions", sub), "status", "incomplete");
	assert_field(get(h, "payment_intents", intent), "next_action.type", "verify_with_microdeposits");
	post(h, "payment_intents", text_of(h, "%s/verify_microdeposits", intent), "descriptor_code=SM11AA");
	pass_time(h, 5);
	assert_field(get(h, "subscriptions", sub), "status", "active");
}

/* The 23 hours do not run against a bank. */
static void debit__in_the_banks_hands_does_not_expire(void **state)
{
	struct house *h = *state;
	const char *sub = field(subscribe(h, payer(h, "pm_failed_de"), euros(h),
					"payment_behavior=default_incomplete&"
					"payment_settings[payment_method_types][]=sepa_debit"),
		"id");
	const char *intent = intent_of(h, sub), *customer = field(get(h, "subscriptions", sub), "customer");
	const char *account =
		field(api_ok(h, "GET", text_of(h, "/v1/customers/%s/payment_methods", customer), NULL), "data.0.id");

	/* The answer comes when they are over: then it expires at once. */
	pass_time(h, 23 * HOUR - 3);
	post(h, "payment_intents", text_of(h, "%s/confirm", intent),
		text_of(h, "payment_method=%s&mandate_data[customer_acceptance][type]=offline", account));
	pass_time(h, 4);
	assert_field(get(h, "subscriptions", sub), "status", "incomplete");
	pass_time(h, 2);
	assert_field(get(h, "subscriptions", sub), "status", "incomplete_expired");
	assert_field(latest_invoice(h, sub), "status", "void");
}

/* Stripe docs "ACH Direct Debit for subscriptions": ten days to verify. */
static void debit__of_an_unverified_account_has_ten_days(void **state)
{
	static const struct {
		bool verified;
		const char *status, *invoice;
	} rows[] = { { true, "active", "paid" }, { false, "incomplete_expired", "void" } };
	struct house *h = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *sub =
			field(subscribe(h, payer(h, "pm_usBankAccount_success"), monthly(h, "Pro", 2000), NULL), "id");
		const char *intent = intent_of(h, sub);

		pass_time(h, 10 * DAY - HOUR);
		assert_field(get(h, "subscriptions", sub), "status", "incomplete");
		if (rows[i].verified)
			post(h, "payment_intents", text_of(h, "%s/verify_microdeposits", intent),
				"descriptor_code=SM11AA");
		pass_time(h, HOUR);
		assert_field(get(h, "subscriptions", sub), "status", rows[i].status);
		assert_field(latest_invoice(h, sub), "status", rows[i].invoice);
	}
}

/* ---- authentication ---- */

static void authentication__fails_for_the_first_invoice(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "threeDSecure2Required");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), NULL), "id"), *mark = events_mark(h);
	const char *intent = intent_of(h, sub);
	const struct answer *invoice;

	authenticate(h, intent, "failed");
	assert_field(get(h, "subscriptions", sub), "status", "incomplete");
	invoice = latest_invoice(h, sub);
	assert_field(invoice, "status", "open");
	assert_money(invoice, "attempt_count", 1);
	assert_events(h, mark, "payment_intent.payment_failed\ninvoice.payment_failed\n");

	mark = events_mark(h);
	post(h, "payment_intents", text_of(h, "%s/confirm", intent),
		text_of(h, "payment_method=%s", card_attach(h, customer, "visa")));
	assert_field(get(h, "subscriptions", sub), "status", "active");
	assert_field(latest_invoice(h, sub), "status", "paid");
}

static void authentication__passes_and_the_bank_declines(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "threeDSecureRequiredChargeDeclined");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), NULL), "id"), *mark = events_mark(h);

	authenticate(h, intent_of(h, sub), "succeeded");
	assert_field(get(h, "subscriptions", sub), "status", "incomplete");
	assert_events(h, mark, "charge.failed\npayment_intent.payment_failed\ninvoice.payment_failed\n");
}

/* ---- a client confirms ---- */

/* What pays a subscription first is kept for the payments to come; what pays a renewal by hand is not. */
static void client__leaves_the_method_with_the_customer(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *method, *sub, *intent;

	sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), "payment_behavior=default_incomplete"), "id");
	intent = intent_of(h, sub);
	assert_field(get(h, "payment_intents", intent), "setup_future_usage", "off_session");
	method = field(post(h, "payment_intents", text_of(h, "%s/confirm", intent), "payment_method=pm_card_visa"),
		"payment_method");
	assert_field(get(h, "subscriptions", sub), "status", "active");
	assert_field(get(h, "payment_methods", method), "customer", customer);
	post(h, "customers", customer, text_of(h, "invoice_settings[default_payment_method]=%s", method));
	go_to(h, FEB_1 + 2 * HOUR);
	assert_field(latest_invoice(h, sub), "billing_reason", "subscription_cycle");
	assert_field(get(h, "payment_intents", intent_of(h, sub)), "setup_future_usage", NULL);
}

static void client__is_declined_and_tries_another_card(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL);
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000),
					"payment_behavior=default_incomplete&payment_settings"
					"[save_default_payment_method]=on_subscription"),
		"id");
	const char *intent = intent_of(h, sub), *mark = events_mark(h);
	const char *confirm = text_of(h, "/v1/payment_intents/%s/confirm", intent);
	const struct answer *a = get(h, "payment_intents", intent);

	assert_field(a, "setup_future_usage", "off_session");
	assert_field(a, "customer", customer);
	assert_status(api(h, "POST", confirm, "payment_method=pm_card_visa_chargeDeclined"), 402);
	assert_money(latest_invoice(h, sub), "attempt_count", 1);
	assert_events(h, mark, "charge.failed\npayment_intent.payment_failed\ninvoice.payment_failed\n");

	mark = events_mark(h);
	assert_field(api_ok(h, "POST", confirm, "payment_method=pm_card_threeDSecure2Required"), "status",
		"requires_action");
	assert_events(h, mark, "payment_intent.requires_action\ninvoice.payment_action_required\n");
	authenticate(h, intent, "succeeded");
	a = get(h, "subscriptions", sub);
	assert_field(a, "status", "active");
	assert_field(a, "default_payment_method", field(get(h, "payment_intents", intent), "payment_method"));
	assert_field(get(h, "payment_methods", field(a, "default_payment_method")), "customer", customer);
}

static void client__pays_by_bank(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL);
	const char *sub = field(
		subscribe(h, customer, euros(h),
			"payment_behavior=default_incomplete&payment_settings[payment_method_types][]=sepa_debit"),
		"id");
	const struct answer *a =
		post(h, "payment_intents", text_of(h, "%s/confirm", intent_of(h, sub)), "payment_method=pm_success_fr");

	assert_field(a, "status", "processing");
	assert_field(get(h, "subscriptions", sub), "status", "incomplete");
	assert_money(latest_invoice(h, sub), "attempt_count", 1);
	pass_time(h, 5);
	assert_field(get(h, "subscriptions", sub), "status", "active");
}

static const struct CMUnitTest tests[] = {
	BILLING_TEST(debit__pays_the_first_invoice_later),
	BILLING_TEST(debit__fails_for_the_first_invoice),
	BILLING_TEST(debit__fails_for_a_renewal),
	BILLING_TEST(debit__under_way_is_not_sent_twice),
	BILLING_TEST(debit__of_an_unverified_account_asks),
	BILLING_TEST(debit__in_the_banks_hands_does_not_expire),
	BILLING_TEST(debit__of_an_unverified_account_has_ten_days),
	BILLING_TEST(authentication__fails_for_the_first_invoice),
	BILLING_TEST(authentication__passes_and_the_bank_declines),
	BILLING_TEST(client__leaves_the_method_with_the_customer),
	BILLING_TEST(client__is_declined_and_tries_another_card),
	BILLING_TEST(client__pays_by_bank),
};

int main(void)
{
	return cmocka_run_group_tests_name("payment_invoice", tests, NULL, NULL);
}
