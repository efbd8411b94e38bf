/* SPDX-License-Identifier: MIT */
/*
 * Clients of the versions before 2022-08-01 and before 2020-08-27. Source: Stripe docs "Changelog", 2022-08-01,
 * 2020-08-27 and 2019-10-17.
 */
#include "billing.h"

#define ENDIVE "2026-10-28.endive"
#define Y2022 "2022-08-01"
#define Y2020 "2020-08-27"
#define MARCH_2020 "2020-03-02"
#define Y2019 "2019-09-09"

static const struct answer *sent(
	struct house *h, const char *version, const char *method, const char *path, const char *body)
{
	const char *headers[] = { text_of(h, "Stripe-Version: %s", version), NULL };

	return api_with(h, method, path, body, headers);
}

static const struct answer *as(
	struct house *h, const char *version, const char *method, const char *path, const char *body)
{
	const struct answer *a = sent(h, version, method, path, body);

	assert_status(a, 200);
	return a;
}

/* ---- 2022-08-01: Checkout ---- */

#define SESSION "success_url=https://example.com/ok&cancel_url=https://example.com/no&"

static void session__lines_had_amounts(void **state)
{
	struct house *h = *state;
	static const char body[] = SESSION "mode=payment&line_items[0][amount]=1500&line_items[0][currency]=usd"
					   "&line_items[0][name]=Mug&line_items[0][quantity]=2";
	const struct answer *a = as(h, Y2020, "POST", "/v1/checkout/sessions", body);

	assert_money(a, "amount_total", 3000);
	assert_field(a, "customer_creation", "always");
	assert_error(sent(h, Y2022, "POST", "/v1/checkout/sessions", body), 400, "parameter_unknown",
		"line_items[0][amount]", NULL);
	assert_field(
		as(h, Y2022, "POST", "/v1/checkout/sessions",
			SESSION "mode=payment&line_items[0][price_data][currency]=usd&line_items[0][quantity]=1"
				"&line_items[0][price_data][unit_amount]=500&line_items[0][price_data][product_data]"
				"[name]=Mug"),
		"customer_creation", "if_required");
}

static void session__subscription_data_had_items_and_a_coupon(void **state)
{
	struct house *h = *state;
	const char *price = monthly(h, "Pro", 2000);
	const struct answer *a;

	api_ok(h, "POST", "/v1/coupons", "id=HALF&percent_off=50&duration=forever");
	a = as(h, Y2020, "POST", "/v1/checkout/sessions",
		text_of(h,
			SESSION "mode=subscription&subscription_data[items][0][plan]=%s&subscription_data[items][0]"
				"[quantity]=3&subscription_data[coupon]=HALF",
			price));
	assert_money(a, "amount_subtotal", 6000);
	assert_money(a, "amount_total", 3000);
	assert_error(sent(h, Y2020, "POST", "/v1/checkout/sessions",
			     text_of(h,
				     SESSION "mode=subscription&line_items[0][price]=%s&line_items[0][quantity]=1"
					     "&subscription_data[coupon]=NONE",
				     price)),
		400, "resource_missing", "subscription_data[coupon]", "No such coupon: 'NONE'");
}

static void session__had_shipping_rates(void **state)
{
	struct house *h = *state;
	const char *rate = field(api_ok(h, "POST", "/v1/shipping_rates",
					 "display_name=Post&type=fixed_amount&fixed_amount[amount]=450&fixed_amount"
					 "[currency]=usd"),
		"id");
	const struct answer *a = as(h, Y2020, "POST", "/v1/checkout/sessions",
		text_of(h,
			SESSION "mode=payment&line_items[0][price]=%s&line_items[0][quantity]=1&shipping_rates[0]=%s",
			one_time(h, "Mug", 1500), rate));

	assert_money(a, "amount_total", 1950);
}

static void invoice__could_require_pending_items(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL);
	const char *body = text_of(h, "customer=%s&pending_invoice_items_behavior=include_and_require", customer);

	api_ok(h, "POST", "/v1/invoiceitems", text_of(h, "customer=%s&amount=500&currency=usd", customer));
	assert_money(as(h, Y2020, "POST", "/v1/invoices", body), "amount_due", 500);
	assert_status(sent(h, Y2022, "POST", "/v1/invoices", body), 400);
}

/* ---- 2022-11-15: the routes below a charge ---- */

static void charge__was_refunded_below_itself(void **state)
{
	struct house *h = *state;
	const char *path = text_of(h, "/v1/charges/%s",
		field(api_ok(h, "POST", "/v1/charges", "amount=2000&currency=usd&source=tok_visa"), "id"));
	const struct answer *a = as(h, Y2022, "POST", text_of(h, "%s/refund", path), "amount=500");

	assert_field(a, "object", "charge");
	assert_money(a, "amount_refunded", 500);
	assert_money(a, "refunds.data.0.amount", 500);
	a = as(h, Y2022, "POST", text_of(h, "%s/refunds", path), "amount=300&metadata[a]=b");
	assert_field(a, "object", "refund");
	assert_money(a, "amount", 300);
	a = as(h, Y2022, "GET", text_of(h, "%s/refunds", path), "");
	assert_same_int((int64_t)field_count(a, "data"), 2);
	assert_money(a, "data.0.amount", 300);
	assert_error(sent(h, Y2022, "POST", text_of(h, "%s/refund", path), "amount=1201"), 400, NULL, "amount",
		"Refund amount ($12.01) is greater than unrefunded amount on charge ($12.00)");
	assert_status(sent(h, Y2022, "POST", "/v1/charges/ch_none/refund", NULL), 404);
	assert_status(sent(h, ENDIVE, "POST", text_of(h, "%s/refund", path), NULL), 404);
}

/* ---- 2020-08-27 ---- */

static void tax_percent__is_a_tax_rate(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000);
	const char *body = text_of(h, "customer=%s&items[0][plan]=%s&tax_percent=8.5", customer, price);
	const struct answer *a = as(h, MARCH_2020, "POST", "/v1/subscriptions", body);
	const char *sub = field(a, "id"), *rate;

	assert_json(h, a, "tax_percent", "8.5");
	a = latest_invoice(h, sub);
	assert_money(a, "total", 2170);
	rate = field(a, "total_taxes.0.tax_rate_details.tax_rate");
	assert_json(h, get(h, "tax_rates", rate), "percentage", "8.5");
	assert_json(h, as(h, MARCH_2020, "GET", get_path(h, "invoices", field(a, "id")), NULL), "tax_percent", "8.5");
	/* The same percentage is the same rate. */
	a = as(h, MARCH_2020, "POST", "/v1/subscriptions", body);
	assert_field(get(h, "subscriptions", field(a, "id")), "default_tax_rates.0.id", rate);
	a = as(h, MARCH_2020, "POST", get_path(h, "subscriptions", sub), "tax_percent=");
	assert_field(a, "tax_percent", NULL);
	assert_error(sent(h, MARCH_2020, "POST", get_path(h, "subscriptions", sub), "tax_percent=some"), 400,
		"parameter_unknown", "tax_percent", NULL);
	assert_error(sent(h, Y2020, "POST", "/v1/subscriptions", body), 400, "parameter_unknown", "tax_percent", NULL);
}

static void subscription__had_one_plan(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000);
	const char *more = monthly(h, "Max", 5000), *sub, *item;
	const struct answer *a = as(h, MARCH_2020, "POST", "/v1/subscriptions",
		text_of(h, "customer=%s&plan=%s&quantity=2", customer, price));

	sub = field(a, "id");
	item = field(a, "items.data.0.id");
	assert_field(a, "plan.id", price);
	assert_money(a, "quantity", 2);
	a = as(h, MARCH_2020, "POST", get_path(h, "subscriptions", sub), text_of(h, "plan=%s&prorate=false", more));
	assert_field(a, "plan.id", more);
	assert_field(a, "items.data.0.id", item);
	a = as(h, MARCH_2020, "POST", get_path(h, "subscriptions", sub), "quantity=3");
	assert_money(a, "quantity", 3);
	assert_field(a, "plan.id", more);
	assert_error(sent(h, MARCH_2020, "POST", "/v1/subscriptions", text_of(h, "customer=%s&plan=none", customer)),
		400, "resource_missing", "plan", NULL);
}

static void schedule__phases_had_plans(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000);
	const struct answer *a = as(h, MARCH_2020, "POST", "/v1/subscription_schedules",
		text_of(h,
			"customer=%s&start_date=now&phases[0][plans][0][plan]=%s&phases[0][iterations]=2&phases[0]"
			"[tax_percent]=10",
			customer, price));

	assert_field(a, "phases.0.plans.0.plan", price);
	assert_json(h, a, "phases.0.tax_percent", "10");
	assert_absent(a, "phases.0.items");
	a = as(h, Y2020, "GET", get_path(h, "subscription_schedules", field(a, "id")), NULL);
	assert_field(a, "phases.0.items.0.price", price);
	assert_absent(a, "phases.0.plans");
}

static void plan__showed_its_tiers(void **state)
{
	struct house *h = *state;
	const char *price = price_new(h, "Seats",
		"recurring[interval]=month&billing_scheme=tiered&tiers_mode=graduated&tiers[0][up_to]=5"
		"&tiers[0][unit_amount]=500&tiers[1][up_to]=inf&tiers[1][unit_amount]=400");
	const struct answer *a = as(h, MARCH_2020, "GET", get_path(h, "plans", price), NULL);

	assert_money(a, "tiers.0.unit_amount", 500);
	assert_absent(as(h, Y2020, "GET", get_path(h, "plans", price), NULL), "tiers");
}

static void charge__told_of_authentication_by_flags(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/payment_intents",
		"amount=500&currency=usd&confirm=true&return_url=https://example.com/&payment_method="
		"pm_card_threeDSecure2Required");
	const char *intent = field(a, "id"), *charge;

	api_ok(h, "POST", text_of(h, "/_mockstripe/authenticate/%s", intent), NULL);
	charge = field(get(h, "payment_intents", intent), "latest_charge");
	a = as(h, MARCH_2020, "GET", get_path(h, "charges", charge), NULL);
	assert_flag(a, "payment_method_details.card.three_d_secure.authenticated", true);
	assert_flag(a, "payment_method_details.card.three_d_secure.succeeded", true);
	assert_absent(as(h, Y2020, "GET", get_path(h, "charges", charge), NULL),
		"payment_method_details.card.three_d_secure.succeeded");
}

/* ---- 2019-10-17 ---- */

static void names__of_before_october_2019(void **state)
{
	struct house *h = *state;
	const struct answer *a = as(h, Y2019, "POST", "/v1/customers", "account_balance=-500");
	const char *customer = field(a, "id");

	assert_money(a, "account_balance", -500);
	assert_money(get(h, "customers", customer), "balance", -500);
	a = as(h, Y2019, "POST", "/v1/subscriptions",
		text_of(h, "customer=%s&plan=%s&billing=send_invoice&days_until_due=10", customer,
			monthly(h, "Pro", 2000)));
	assert_field(a, "billing", "send_invoice");
	assert_field(get(h, "subscriptions", field(a, "id")), "collection_method", "send_invoice");
	assert_absent(as(h, MARCH_2020, "GET", get_path(h, "customers", customer), NULL), "account_balance");
	assert_error(sent(h, MARCH_2020, "POST", "/v1/customers", "account_balance=5"), 400, "parameter_unknown",
		"account_balance", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(session__lines_had_amounts),
		BILLING_TEST(session__subscription_data_had_items_and_a_coupon),
		BILLING_TEST(session__had_shipping_rates),
		BILLING_TEST(invoice__could_require_pending_items),
		BILLING_TEST(charge__was_refunded_below_itself),
		BILLING_TEST(tax_percent__is_a_tax_rate),
		BILLING_TEST(subscription__had_one_plan),
		BILLING_TEST(schedule__phases_had_plans),
		BILLING_TEST(plan__showed_its_tiers),
		BILLING_TEST(charge__told_of_authentication_by_flags),
		BILLING_TEST(names__of_before_october_2019),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
