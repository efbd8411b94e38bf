/* SPDX-License-Identifier: MIT */

/* Creating subscriptions whose first invoice is not paid at once, for each payment_behavior. Source: Stripe docs "How
 * subscriptions work". */
#include "billing.h"

static const struct answer *try_create(struct house *h, const char *body)
{
	return api(h, "POST", "/v1/subscriptions", body);
}

static void subscription_create__declined_is_incomplete(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "chargeCustomerFail"), *price = monthly(h, "Pro", 2000);
	const char *mark = events_mark(h);
	const struct answer *a = subscribe(h, customer, price, NULL), *i = latest_invoice(h, field(a, "id"));

	assert_field(a, "status", "incomplete");
	assert_field(i, "status", "open");
	assert_money(i, "attempt_count", 1);
	assert_flag(i, "attempted", true);
	assert_flag(i, "auto_advance", false);
	assert_money(i, "amount_remaining", 2000);
	assert_field(i, "next_payment_attempt", NULL);
	assert_events(h, mark,
		"customer.subscription.created\n"
		"invoice.created\n"
		"invoice.finalized\n"
		"payment_intent.created\n"
		"charge.failed\n"
		"payment_intent.payment_failed\n"
		"invoice.payment_failed\n");
	assert_field(events_after(h, mark), "data.6.data.object.status", "incomplete");
}

static void subscription_create__declined_then_paid(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "chargeCustomerFail"), *mark;
	const struct answer *a = subscribe(h, customer, monthly(h, "Pro", 2000), NULL), *e;
	const char *sub = field(a, "id"), *invoice = field(a, "latest_invoice");

	card_attach(h, customer, "visa");
	mark = events_mark(h);
	api_ok(h, "POST", text_of(h, "/v1/invoices/%s/pay", invoice), NULL);
	assert_field(get(h, "subscriptions", sub), "status", "active");
	assert_events(h, mark,
		"charge.succeeded\n"
		"payment_intent.succeeded\n"
		"invoice.paid\n"
		"invoice.payment_succeeded\n"
		"invoice_payment.paid\n"
		"customer.subscription.updated\n");
	e = events_after(h, mark);
	assert_json(h, e, "data.0.data.previous_attributes", "{\"status\":\"incomplete\"}");
}

static void subscription_create__incomplete_expires_after_23_hours(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "chargeCustomerFail"), *mark;
	const struct answer *a = subscribe(h, customer, monthly(h, "Pro", 2000), NULL);
	const char *sub = field(a, "id"), *invoice = field(a, "latest_invoice");

	mark = events_mark(h);
	go_to(h, HOUSE_NOW + 23 * HOUR - 1);
	assert_field(get(h, "subscriptions", sub), "status", "incomplete");
	go_to(h, HOUSE_NOW + 23 * HOUR);
	a = get(h, "subscriptions", sub);
	assert_field(a, "status", "incomplete_expired");
	assert_money(a, "ended_at", HOUSE_NOW + 23 * HOUR);
	assert_field(get(h, "invoices", invoice), "status", "void");
	assert_events(h, mark,
		"payment_intent.canceled\n"
		"invoice.voided\n"
		"customer.subscription.updated\n");
	assert_error(api(h, "POST", get_path(h, "subscriptions", sub), "cancel_at_period_end=true"), 400,
		"invalid_canceled_subscription_fields", NULL,
		"A canceled subscription can only update its cancellation_details and metadata.");
}

static void subscription_create__three_d_secure_is_incomplete(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *price = monthly(h, "Pro", 2000), *mark;
	const char *card = card_attach(h, customer, "authenticationRequired");
	const struct answer *a, *i;

	(void)card;
	mark = events_mark(h);
	a = subscribe(h, customer, price, NULL);
	i = latest_invoice(h, field(a, "id"));
	assert_field(a, "status", "incomplete");
	assert_field(i, "status", "open");
	assert_money(i, "attempt_count", 0);
	assert_flag(i, "attempted", true);
	assert_field(i, "next_payment_attempt", NULL);
	assert_events(h, mark,
		"customer.subscription.created\n"
		"invoice.created\n"
		"invoice.finalized\n"
		"payment_intent.created\n"
		"payment_intent.requires_action\n"
		"invoice.payment_action_required\n");
}

static void subscription_create__default_incomplete_waits_for_the_client(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL);
	const struct answer *a = subscribe(h, customer, monthly(h, "Pro", 2000),
		"payment_behavior=default_incomplete&expand[]=latest_invoice.confirmation_secret");
	const char *sub = field(a, "id"), *secret = field(a, "latest_invoice.confirmation_secret.client_secret");
	const char *intent = text_of(h, "%.*s", (int)(strstr(secret, "_secret_") - secret), secret);

	assert_field(a, "status", "incomplete");
	assert_field(a, "latest_invoice.status", "open");
	assert_money(a, "latest_invoice.attempt_count", 0);
	assert_flag(a, "latest_invoice.attempted", false);
	assert_field(get(h, "payment_intents", intent), "status", "requires_payment_method");
	api_ok(h, "POST", text_of(h, "/v1/payment_intents/%s/confirm", intent), "payment_method=pm_card_visa");
	assert_field(get(h, "subscriptions", sub), "status", "active");
	assert_field(latest_invoice(h, sub), "status", "paid");
}

static void subscription_create__default_incomplete_without_anything_due(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		subscribe(h, customer_new(h, NULL, NULL), monthly(h, "Free", 0), "payment_behavior=default_incomplete");

	assert_field(a, "status", "active");
	assert_field(latest_invoice(h, field(a, "id")), "status", "paid");
}

static void subscription_create__error_if_incomplete_leaves_no_trace(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "chargeCustomerFail"), *price = monthly(h, "Pro", 2000);
	const char *mark = events_mark(h);
	const struct answer *a = try_create(
		h, text_of(h, "customer=%s&items[0][price]=%s&payment_behavior=error_if_incomplete", customer, price));

	assert_status(a, 402);
	assert_field(a, "error.type", "card_error");
	assert_field(a, "error.code", "card_declined");
	assert_field(a, "error.decline_code", "generic_decline");
	assert_field(a, "error.message", "Your card was declined.");
	assert_events(h, mark, "");
	assert_int_equal(field_count(api_ok(h, "GET", "/v1/subscriptions?status=all", NULL), "data"), 0);
	assert_int_equal(field_count(api_ok(h, "GET", "/v1/invoices", NULL), "data"), 0);
	assert_field(get(h, "customers", customer), "currency", NULL);
}

static void subscription_create__error_if_incomplete_with_three_d_secure(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "authenticationRequired"), *price = monthly(h, "Pro", 2000);
	const struct answer *a = try_create(
		h, text_of(h, "customer=%s&items[0][price]=%s&payment_behavior=error_if_incomplete", customer, price));

	assert_status(a, 402);
	assert_field(a, "error.code", "subscription_payment_intent_requires_action");
	assert_int_equal(field_count(api_ok(h, "GET", "/v1/subscriptions?status=all", NULL), "data"), 0);
}

static void subscription_cancel__of_an_incomplete_one_voids_its_invoice(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		subscribe(h, customer_new(h, NULL, "chargeCustomerFail"), monthly(h, "Pro", 2000), NULL);
	const char *sub = field(a, "id"), *invoice = field(a, "latest_invoice");

	assert_field(api_ok(h, "DELETE", get_path(h, "subscriptions", sub), NULL), "status", "canceled");
	assert_field(get(h, "invoices", invoice), "status", "void");
	assert_field(get(h, "subscriptions", sub), "status", "canceled");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(subscription_create__declined_is_incomplete),
		BILLING_TEST(subscription_create__declined_then_paid),
		BILLING_TEST(subscription_create__incomplete_expires_after_23_hours),
		BILLING_TEST(subscription_create__three_d_secure_is_incomplete),
		BILLING_TEST(subscription_create__default_incomplete_waits_for_the_client),
		BILLING_TEST(subscription_create__default_incomplete_without_anything_due),
		BILLING_TEST(subscription_create__error_if_incomplete_leaves_no_trace),
		BILLING_TEST(subscription_create__error_if_incomplete_with_three_d_secure),
		BILLING_TEST(subscription_cancel__of_an_incomplete_one_voids_its_invoice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
