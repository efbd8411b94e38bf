/* SPDX-License-Identifier: MIT */

/* Where amounts, dates and durations end: nothing wraps, and what is over is gone. */
#include "billing.h"

/* Stripe docs "Customer credit balance": what is more than one charge may be becomes a debt, as what is less does. */
static void invoice__above_the_largest_charge_leaves_a_debt(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *id;
	const struct answer *a;

	id = field(api_ok(h, "POST", "/v1/invoices", text_of(h, "customer=%s", customer)), "id");
	for (int i = 0; i < 2; i++)
		api_ok(h, "POST", "/v1/invoiceitems",
			text_of(h, "customer=%s&invoice=%s&amount=60000000&currency=usd", customer, id));
	a = api_ok(h, "POST", text_of(h, "/v1/invoices/%s/pay", id), NULL);
	assert_money(a, "total", 120000000);
	assert_money(a, "amount_due", 99999999);
	assert_money(a, "amount_paid", 99999999);
	assert_money(a, "ending_balance", 20000001);
	assert_money(get(h, "customers", customer), "balance", 20000001);
	a = api_ok(h, "GET", text_of(h, "/v1/customers/%s/balance_transactions", customer), NULL);
	assert_field(a, "data.0.type", "invoice_too_large");
	assert_money(a, "data.0.amount", 20000001);
}

static void quantity__that_overflows_is_refused(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Big", 99999999);
	const char *sub = field(subscribe(h, customer, price, NULL), "id");
	const struct answer *before = get(h, "subscriptions", sub);

	assert_error(
		api(h, "POST", "/v1/subscriptions",
			text_of(h, "customer=%s&items[0][price]=%s&items[0][quantity]=999999999999", customer, price)),
		400, "amount_too_large", "quantity", "more than can be billed");
	assert_error(api(h, "POST", get_path(h, "subscriptions", sub),
			     text_of(h, "items[0][id]=%s&items[0][quantity]=999999999999",
				     field(before, "items.data.0.id"))),
		400, "amount_too_large", "quantity", "more than can be billed");
	assert_string_equal(get(h, "subscriptions", sub)->text, before->text);
	assert_error(api(h, "POST", "/v1/subscriptions",
			     text_of(h, "customer=%s&items[0][price]=%s&items[0][quantity]=9223372036854775808",
				     customer, price)),
		400, "parameter_invalid_integer", "items[0][quantity]", "Invalid integer: 9223372036854775808");
}

/* A trial bills it later; then nobody would be there to be told. */
static void amount__that_a_trial_would_bill_later_is_refused_now(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Big", 99999999);

	assert_error(api(h, "POST", "/v1/subscriptions",
			     text_of(h,
				     "customer=%s&items[0][price]=%s&items[0][quantity]=999999999999&"
				     "trial_period_days=7",
				     customer, price)),
		400, "amount_too_large", "quantity", "more than can be billed");
	assert_int_equal(
		field_count(api_ok(h, "GET", text_of(h, "/v1/subscriptions?customer=%s&status=all", customer), NULL),
			"data"),
		0);
}

static void amount__of_more_than_twelve_digits_is_refused(void **state)
{
	static const struct {
		const char *route, *params, *param, *text;
	} rows[] = {
		{ "/v1/prices", "currency=usd&product_data[name]=x&unit_amount=1000000000000", "unit_amount",
			"less than or equal to 999999999999" },
		{ "/v1/coupons", "duration=once&currency=usd&amount_off=1000000000000", "amount_off",
			"less than or equal to 999999999999" },
		{ "/v1/coupons", "duration=repeating&percent_off=5&duration_in_months=1201", "duration_in_months",
			"less than or equal to 1200" },
		{ "/v1/customers", "balance=-1000000000000", "balance", "greater than or equal to -999999999999" },
		{ "/v1/customers", "next_invoice_sequence=1000000000", "next_invoice_sequence",
			"less than or equal to 999999999" },
	};
	struct house *h = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_error(api(h, "POST", rows[i].route, rows[i].params), 400, "parameter_invalid_integer",
			rows[i].param, rows[i].text);
}

/* Milliseconds where seconds belong, and numbers that no calendar has. */
static void dates__beyond_the_calendar_are_refused(void **state)
{
	static const char *const far[] = { "1798761600000", "253402300800", "9223372036854775807" };
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Starter", 1000);
	const char *sub = field(subscribe(h, customer, price, NULL), "id");
	const char *text = "Invalid timestamp: can be no more than five years in the future.";

	for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
		assert_error(api(h, "POST", get_path(h, "subscriptions", sub), text_of(h, "cancel_at=%s", far[i])), 400,
			NULL, "cancel_at", text);
		assert_error(api(h, "POST", "/v1/test_helpers/test_clocks", text_of(h, "frozen_time=%s", far[i])), 400,
			NULL, "frozen_time", text);
		assert_error(
			api(h, "POST", "/v1/subscriptions",
				text_of(h, "customer=%s&items[0][price]=%s&trial_end=%s", customer, price, far[i])),
			400, NULL, "trial_end", text);
	}
	assert_error(api(h, "POST", get_path(h, "subscriptions", sub), "cancel_at=-9223372036854775808"), 400,
		"parameter_invalid_integer", "cancel_at", "Invalid timestamp: must be an integer Unix timestamp");
	assert_field(get(h, "subscriptions", sub), "cancel_at", NULL);
}

/* Stripe docs "Coupons and promotion codes": repeating. */
static void discount__of_some_months_goes_when_they_are_over(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *sub;

	api_ok(h, "POST", "/v1/coupons", "id=two&percent_off=10&duration=repeating&duration_in_months=2");
	api_ok(h, "POST", "/v1/coupons", "id=always&percent_off=50&duration=forever");
	sub = field(subscribe(h, customer, monthly(h, "Starter", 1000),
			    "discounts[0][coupon]=two&discounts[1][coupon]=always"),
		"id");
	assert_money(latest_invoice(h, sub), "total", 450);
	go_to(h, FEB_1 + HOUR);
	assert_money(latest_invoice(h, sub), "total", 450);
	assert_int_equal(field_count(get(h, "subscriptions", sub), "discounts"), 2);
	go_to(h, MAR_1 + HOUR);
	assert_money(latest_invoice(h, sub), "total", 500);
	assert_int_equal(field_count(get(h, "subscriptions", sub), "discounts"), 1);
}

static void discount__of_a_customer_goes_when_its_months_are_over(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *sub, *old[] = { "Stripe-Version: 2024-06-20", NULL };

	api_ok(h, "POST", "/v1/coupons", "id=one&percent_off=10&duration=repeating&duration_in_months=1");
	assert_status(
		api_with(h, "POST", get_path(h, "customers", customer), "coupon=one", (const char *const *)old), 200);
	sub = field(subscribe(h, customer, monthly(h, "Starter", 1000), NULL), "id");
	assert_money(latest_invoice(h, sub), "total", 900);
	assert_non_null(field_json(get(h, "customers", customer), "discount.id"));
	go_to(h, FEB_1 + HOUR);
	assert_money(latest_invoice(h, sub), "total", 1000);
	assert_field(get(h, "customers", customer), "discount", NULL);
}

/* Stripe API reference "Create a preview invoice": the next of the customer's subscriptions. */
static void preview__of_a_customer_is_of_what_is_billed_next(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = yearly(h, "Annual", 12000), *soon;
	const struct answer *a;

	assert_error(api(h, "POST", "/v1/invoices/create_preview", text_of(h, "customer=%s", customer)), 404,
		"invoice_upcoming_none", NULL, NULL);
	subscribe(h, customer, price, NULL);
	soon = field(subscribe(h, customer, monthly(h, "Monthly", 1000), NULL), "id");
	a = api_ok(h, "POST", "/v1/invoices/create_preview", text_of(h, "customer=%s", customer));
	assert_field(a, "parent.subscription_details.subscription", soon);
	assert_money(a, "total", 1000);
	/* What ends is not billed again. */
	post(h, "subscriptions", soon, "cancel_at_period_end=true");
	a = api_ok(h, "POST", "/v1/invoices/create_preview", text_of(h, "customer=%s", customer));
	assert_money(a, "total", 12000);
	assert_money(a, "lines.data.0.period.start", HOUSE_NOW + 365 * DAY);
}

/* Stripe API reference "Create a subscription": pending_invoice_item_interval, one year at most. */
static void pending_interval__of_more_than_a_year_is_refused(void **state)
{
	static const struct {
		const char *interval;
		int most;
	} rows[] = { { "day", 365 }, { "week", 52 }, { "month", 12 }, { "year", 1 } };
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Starter", 1000);
	const char *sub = field(subscribe(h, customer, price, NULL), "id");

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *interval = rows[i].interval, *more;

		post(h, "subscriptions", sub,
			text_of(h,
				"pending_invoice_item_interval[interval]=%s&"
				"pending_invoice_item_interval[interval_count]=%d",
				interval, rows[i].most));
		assert_money(
			get(h, "subscriptions", sub), "pending_invoice_item_interval.interval_count", rows[i].most);
		more = text_of(h,
			"pending_invoice_item_interval[interval]=%s&pending_invoice_item_interval[interval_count]=%d",
			interval, rows[i].most + 1);
		if (rows[i].most == 365)
			continue; /* that one is refused by the bound of the parameter itself */
		assert_error(api(h, "POST", get_path(h, "subscriptions", sub), more), 400, NULL,
			"pending_invoice_item_interval[interval_count]", "one year at most");
		assert_error(api(h, "POST", "/v1/subscriptions",
				     text_of(h, "customer=%s&items[0][price]=%s&%s", customer, price, more)),
			400, NULL, "pending_invoice_item_interval[interval_count]", "one year at most");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(invoice__above_the_largest_charge_leaves_a_debt),
		BILLING_TEST(quantity__that_overflows_is_refused),
		BILLING_TEST(amount__that_a_trial_would_bill_later_is_refused_now),
		BILLING_TEST(amount__of_more_than_twelve_digits_is_refused),
		BILLING_TEST(dates__beyond_the_calendar_are_refused),
		BILLING_TEST(discount__of_some_months_goes_when_they_are_over),
		BILLING_TEST(discount__of_a_customer_goes_when_its_months_are_over),
		BILLING_TEST(preview__of_a_customer_is_of_what_is_billed_next),
		BILLING_TEST(pending_interval__of_more_than_a_year_is_refused),
	};

	return cmocka_run_group_tests_name("billing_bounds", tests, NULL, NULL);
}
