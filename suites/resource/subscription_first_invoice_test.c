/* SPDX-License-Identifier: MIT */

/* What the first invoice of a subscription holds: discounts, taxes, metered and one-time items, balances. Source:
 * Stripe docs "Subscription invoices", "Coupons and promotion codes". */
#include "billing.h"

static const struct answer *try_create(struct house *h, const char *body)
{
	return api(h, "POST", "/v1/subscriptions", body);
}

static void subscription_create__coupon_and_tax(void **state)
{
	struct house *h = *state;
	const char *rate =
		field(api_ok(h, "POST", "/v1/tax_rates", "display_name=VAT&percentage=20&inclusive=false"), "id");
	const struct answer *a, *i;

	api_ok(h, "POST", "/v1/coupons", "id=quarter&percent_off=25&duration=forever");
	a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000),
		text_of(h, "discounts[0][coupon]=quarter&default_tax_rates[0]=%s", rate));
	assert_int_equal(strncmp(field(a, "discounts.0"), "di_", 3), 0);
	assert_field(a, "default_tax_rates.0.id", rate);
	i = latest_invoice(h, field(a, "id"));
	assert_money(i, "subtotal", 2000);
	assert_money(i, "total_discount_amounts.0.amount", 500);
	assert_field(i, "total_discount_amounts.0.discount", field(a, "discounts.0"));
	assert_money(i, "total_taxes.0.amount", 300);
	assert_money(i, "total_taxes.0.taxable_amount", 1500);
	assert_money(i, "total_excluding_tax", 1500);
	assert_money(i, "total", 1800);
	assert_money(i, "amount_paid", 1800);
	assert_money(i, "lines.data.0.discount_amounts.0.amount", 500);
	assert_money(i, "lines.data.0.taxes.0.amount", 300);
	assert_field(i, "lines.data.0.taxes.0.tax_rate_details.tax_rate", rate);
}

static void subscription_create__coupon_that_lasts_once(void **state)
{
	struct house *h = *state;
	const struct answer *a, *i;
	const char *sub;

	api_ok(h, "POST", "/v1/coupons", "id=first&amount_off=500&currency=usd&duration=once");
	a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000), "discounts[0][coupon]=first");
	sub = field(a, "id");
	assert_json(h, a, "discounts", "[]");
	i = latest_invoice(h, sub);
	assert_money(i, "amount_paid", 1500);
	assert_int_equal(field_count(i, "discounts"), 1);
	assert_money(get(h, "coupons", "first"), "times_redeemed", 1);
	go_to(h, FEB_1 + HOUR);
	i = latest_invoice(h, sub);
	assert_money(i, "amount_paid", 2000);
	assert_json(h, i, "discounts", "[]");
}

static void subscription_create__once_outlives_a_trial(void **state)
{
	struct house *h = *state;
	const struct answer *a;
	const char *sub;

	api_ok(h, "POST", "/v1/coupons", "id=first&amount_off=500&currency=usd&duration=once");
	a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000),
		text_of(h, "discounts[0][coupon]=first&trial_end=%lld", (long long)FEB_1));
	sub = field(a, "id");
	assert_int_equal(field_count(a, "discounts"), 1);
	go_to(h, FEB_1 + HOUR);
	assert_money(latest_invoice(h, sub), "amount_paid", 1500);
	assert_json(h, get(h, "subscriptions", sub), "discounts", "[]");
}

static void subscription_create__repeating_coupon(void **state)
{
	struct house *h = *state;
	const char *sub;

	api_ok(h, "POST", "/v1/coupons", "id=two&percent_off=50&duration=repeating&duration_in_months=2");
	sub = field(
		subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000), "discounts[0][coupon]=two"), "id");
	assert_money(latest_invoice(h, sub), "amount_paid", 1000);
	go_to(h, FEB_1 + HOUR);
	assert_money(latest_invoice(h, sub), "amount_paid", 1000);
	go_to(h, MAR_1 + HOUR);
	assert_money(latest_invoice(h, sub), "amount_paid", 2000);
}

static void subscription_create__metered_price_bills_nothing_ahead(void **state)
{
	struct house *h = *state;
	const char *meter = field(api_ok(h, "POST", "/v1/billing/meters",
					  "display_name=Calls&event_name=calls&default_aggregation[formula]=sum"),
		"id");
	const char *price = price_new(h, "Calls",
		text_of(h, "unit_amount=5&recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]=%s",
			meter));
	const struct answer *a = subscribe(h, customer_new(h, NULL, NULL), price, NULL);

	assert_field(a, "status", "active");
	assert_absent(a, "items.data.0.quantity");
	assert_money(latest_invoice(h, field(a, "id")), "total", 0);
	a = try_create(h,
		text_of(h, "customer=%s&items[0][price]=%s&items[0][quantity]=2", customer_new(h, NULL, NULL), price));
	assert_status(a, 400);
	assert_field(a, "error.param", "items[0][quantity]");
}

static void subscription_create__one_time_items_ride_along(void **state)
{
	struct house *h = *state;
	const char *setup = one_time(h, "Setup", 4900);
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000),
		text_of(h, "add_invoice_items[0][price]=%s&add_invoice_items[0][quantity]=2", setup));
	const struct answer *i = latest_invoice(h, field(a, "id"));

	assert_lines(h, i, "lines.data",
		((const struct line[]) { { 9800, HOUSE_NOW, HOUSE_NOW, "Setup" },
			{ 2000, HOUSE_NOW, FEB_1, "1 × Pro (at $20.00 / month)" } }),
		2);
	assert_money(i, "amount_paid", 11800);
	assert_field(i, "lines.data.0.parent.type", "invoice_item_details");
	assert_flag(i, "lines.data.0.parent.invoice_item_details.proration", false);
	assert_money(i, "lines.data.0.quantity", 2);
}

static void subscription_create__pending_items_are_swept(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa");
	const struct answer *a, *i;

	api_ok(h, "POST", "/v1/invoiceitems",
		text_of(h, "customer=%s&amount=300&currency=usd&description=First", customer));
	api_ok(h, "POST", "/v1/invoiceitems",
		text_of(h, "customer=%s&amount=-100&currency=usd&description=Second", customer));
	a = subscribe(h, customer, monthly(h, "Pro", 2000), NULL);
	i = latest_invoice(h, field(a, "id"));
	assert_lines(h, i, "lines.data",
		((const struct line[]) { { -100, HOUSE_NOW, HOUSE_NOW, "Second" },
			{ 300, HOUSE_NOW, HOUSE_NOW, "First" }, { 2000, HOUSE_NOW, FEB_1, NULL } }),
		3);
	assert_money(i, "total", 2200);
	assert_int_equal(field_count(pending_items(h, customer), "data"), 0);
}

static void subscription_create__balance_pays_first(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "balance=-1200", "visa");
	const struct answer *a = subscribe(h, customer, monthly(h, "Pro", 3000), NULL);
	const struct answer *i = latest_invoice(h, field(a, "id"));

	assert_money(i, "total", 3000);
	assert_money(i, "starting_balance", -1200);
	assert_money(i, "amount_due", 1800);
	assert_money(i, "amount_paid", 1800);
	assert_money(i, "ending_balance", 0);
	assert_money(get(h, "customers", customer), "balance", 0);
	a = api_ok(h, "GET", text_of(h, "/v1/customers/%s/balance_transactions", customer), NULL);
	assert_field(a, "data.0.type", "applied_to_invoice");
	assert_money(a, "data.0.amount", 1200);
	assert_money(a, "data.0.ending_balance", 0);
	assert_field(a, "data.0.invoice", field(i, "id"));
}

static void subscription_create__balance_covers_all(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "balance=-5000", NULL);
	const struct answer *a = subscribe(h, customer, monthly(h, "Pro", 3000), NULL);
	const struct answer *i = latest_invoice(h, field(a, "id"));

	assert_field(a, "status", "active");
	assert_field(i, "status", "paid");
	assert_money(i, "amount_due", 0);
	assert_money(i, "ending_balance", -2000);
	assert_money(i, "attempt_count", 0);
	assert_money(get(h, "customers", customer), "balance", -2000);
}

static void subscription_create__currency_option(void **state)
{
	struct house *h = *state;
	const char *price = price_new(
		h, "Pro", "unit_amount=2000&recurring[interval]=month&currency_options[eur][unit_amount]=1800");
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), price, "currency=eur");

	assert_field(a, "currency", "eur");
	a = latest_invoice(h, field(a, "id"));
	assert_field(a, "currency", "eur");
	assert_money(a, "amount_paid", 1800);
	assert_field(a, "lines.data.0.description", "1 × Pro (at €18.00 / month)");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(subscription_create__coupon_and_tax),
		BILLING_TEST(subscription_create__coupon_that_lasts_once),
		BILLING_TEST(subscription_create__once_outlives_a_trial),
		BILLING_TEST(subscription_create__repeating_coupon),
		BILLING_TEST(subscription_create__metered_price_bills_nothing_ahead),
		BILLING_TEST(subscription_create__one_time_items_ride_along),
		BILLING_TEST(subscription_create__pending_items_are_swept),
		BILLING_TEST(subscription_create__balance_pays_first),
		BILLING_TEST(subscription_create__balance_covers_all),
		BILLING_TEST(subscription_create__currency_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
