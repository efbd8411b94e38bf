/* SPDX-License-Identifier: MIT */

/*
 * What customers do in the portal beyond the plain cases of portal_test.c: every feature of a configuration carried
 * out, and refused when it is off. Source: Stripe docs "Configure the customer portal", "Customer portal deep links".
 */
#include "billing.h"

#define CONFIGURATIONS "/v1/billing_portal/configurations"
#define SESSIONS "/v1/billing_portal/sessions"
#define F(path) "features[subscription_update]" path

struct shop {
	const char *customer, *pro, *max, *year, *product, *sub, *item;
};

static struct shop shop_open(struct house *h, const char *card, const char *more)
{
	struct shop s = { .customer = customer_new(h, "email=a@example.com", card),
		.pro = monthly(h, "Pro", 2000),
		.max = monthly(h, "Max", 5000),
		.year = yearly(h, "Whole year", 60000) };
	const struct answer *sub = subscribe(h, s.customer, s.pro, more);

	s.product = field(get(h, "prices", s.max), "product");
	s.sub = field(sub, "id");
	s.item = field(sub, "items.data.0.id");
	return s;
}

static const char *product_of(struct house *h, const char *price)
{
	return field(get(h, "prices", price), "product");
}

/* All three prices may be switched between; `more` beside. */
static const char *switching(struct house *h, const struct shop *s, const char *more)
{
	return field(api_ok(h, "POST", CONFIGURATIONS,
			     text_of(h,
				     F("[enabled]=true&") F("[default_allowed_updates][]=price&") F(
					     "[default_allowed_updates][]=quantity&") F("[default_allowed_updates][]="
											"promotion_code&")
					     F("[products][0][product]=%s&") F("[products][0][prices][]=%s&") F(
						     "[products][1][product]=%s&") F("[products][1][prices][]=%s&")
						     F("[products][2][product]=%s&") F("[products][2][prices][]=%s%s"),
				     s->product, s->max, product_of(h, s->pro), s->pro, product_of(h, s->year), s->year,
				     more)),
		"id");
}

static const char *session_of(struct house *h, const struct shop *s, const char *config, const char *more)
{
	return field(
		api_ok(h, "POST", SESSIONS, text_of(h, "customer=%s&configuration=%s%s", s->customer, config, more)),
		"id");
}

static const struct answer *on_page(struct house *h, const char *session, const char *deed, const char *body)
{
	return api(h, "POST", text_of(h, "/_mockstripe/portal/sessions/%s/%s", session, deed), body);
}

static void assert_refused(const struct answer *a, const char *message)
{
	assert_status(a, 400);
	assert_field(a, "error.message", message);
}

/* ---- canceling ---- */

static void reason__must_be_asked_for(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, "visa", NULL);
	const char *plain =
		field(api_ok(h, "POST", CONFIGURATIONS, "features[subscription_cancel][enabled]=true"), "id");
	const char *session = session_of(h, &s, plain, "");

	assert_refused(on_page(h, session, "cancel", text_of(h, "subscription=%s&feedback=unused", s.sub)),
		"The portal configuration does not ask for a cancellation reason.");
	assert_refused(on_page(h, session, "cancel", text_of(h, "subscription=%s&comment=no", s.sub)),
		"The portal configuration does not ask for a cancellation reason.");
	assert_field(get(h, "subscriptions", s.sub), "cancel_at", NULL);
}

static void offer__keeps_the_customer(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, "visa", NULL);
	const char *config =
		field(api_ok(h, "POST", CONFIGURATIONS, "features[subscription_cancel][enabled]=true"), "id");
	const char *plain = session_of(h, &s, config, ""), *session, *mark;
	const struct answer *a;

	api_ok(h, "POST", "/v1/coupons", "id=STAY&percent_off=50&duration=once");
	assert_status(on_page(h, plain, "stay", text_of(h, "subscription=%s", s.sub)), 400);
	session = session_of(h, &s, config,
		text_of(h,
			"&flow_data[type]=subscription_cancel&flow_data[subscription_cancel][subscription]=%s&flow_"
			"data["
			"subscription_cancel][retention][type]=coupon_offer&flow_data[subscription_cancel][retention]["
			"coupon_offer][coupon]=STAY",
			s.sub));
	mark = events_mark(h);
	a = on_page(h, session, "stay", text_of(h, "subscription=%s", s.sub));
	assert_status(a, 200);
	assert_field(a, "cancel_at", NULL);
	assert_int_equal(field_count(a, "discounts"), 1);
	assert_events(h, mark, "customer.discount.created\ncustomer.subscription.updated\n");
	go_to(h, FEB_1 + HOUR * 2);
	assert_money(latest_invoice(h, s.sub), "total", 1000);
}

/* ---- switching ---- */

static void downgrade__waits_for_the_period_end(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, "visa", NULL);
	const char *config = switching(h, &s,
		"&" F("[proration_behavior]=always_invoice&")
			F("[schedule_at_period_end][conditions][0][type]=decreasing_item_amount"));
	const char *session = session_of(h, &s, config, "");
	const struct answer *a;

	/* Up at once, and paid. */
	a = on_page(h, session, "switch", text_of(h, "subscription=%s&price=%s", s.sub, s.max));
	assert_status(a, 200);
	assert_field(a, "items.data.0.price.id", s.max);
	assert_money(latest_invoice(h, s.sub), "amount_paid", 3000);
	/* Down at the period's end. */
	a = on_page(h, session, "switch", text_of(h, "subscription=%s&price=%s", s.sub, s.pro));
	assert_status(a, 200);
	assert_field(a, "items.data.0.price.id", s.max);
	a = get(h, "subscription_schedules", field(get(h, "subscriptions", s.sub), "schedule"));
	assert_field(a, "end_behavior", "release");
	assert_money(a, "phases.0.end_date", FEB_1);
	assert_field(a, "phases.1.items.0.price", s.pro);
	/* Taken back, and decided again. */
	a = on_page(h, session, "renew", text_of(h, "subscription=%s", s.sub));
	assert_status(a, 200);
	assert_field(a, "schedule", NULL);
	on_page(h, session, "switch", text_of(h, "subscription=%s&price=%s", s.sub, s.pro));
	go_to(h, FEB_1 + 2 * HOUR);
	a = get(h, "subscriptions", s.sub);
	assert_field(a, "items.data.0.price.id", s.pro);
	assert_money(latest_invoice(h, s.sub), "total", 2000);
}

static void schedule_conditions__are_told_apart(void **state)
{
	static const struct {
		const char *condition;
		bool year_waits, month_waits; /* month to year; then, from the year, back to a month */
	} rows[] = {
		{ "shortening_interval", false, true },
		{ "decreasing_item_amount", false, true },
	};
	struct house *h = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct shop s = shop_open(h, "visa", NULL);
		const char *config = switching(h, &s,
			text_of(h, "&" F("[schedule_at_period_end][conditions][0][type]=%s"), rows[i].condition));
		const char *session = session_of(h, &s, config, "");

		on_page(h, session, "switch", text_of(h, "subscription=%s&price=%s", s.sub, s.year));
		assert_field(
			get(h, "subscriptions", s.sub), "items.data.0.price.id", rows[i].year_waits ? s.pro : s.year);
		assert_status(on_page(h, session, "switch", text_of(h, "subscription=%s&price=%s", s.sub, s.max)), 200);
		assert_field(
			get(h, "subscriptions", s.sub), "items.data.0.price.id", rows[i].month_waits ? s.year : s.max);
	}
}

static void declined_upgrade__changes_nothing(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, "visa", NULL);
	const char *session = session_of(h, &s, switching(h, &s, "&" F("[proration_behavior]=always_invoice")), "");
	const struct answer *a;

	card_attach(h, s.customer, "chargeCustomerFail");
	a = on_page(h, session, "switch", text_of(h, "subscription=%s&price=%s", s.sub, s.max));
	assert_status(a, 402);
	assert_field(a, "error.message", "Your card was declined.");
	assert_field(get(h, "subscriptions", s.sub), "items.data.0.price.id", s.pro);
	assert_field(get(h, "subscriptions", s.sub), "status", "active");
}

static void promotion_code__is_typed(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, "visa", NULL);
	const char *session = session_of(h, &s, switching(h, &s, ""), "");

	api_ok(h, "POST", "/v1/coupons", "id=HALF&percent_off=50&duration=forever");
	api_ok(h, "POST", "/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=HALF&code=Half50");
	assert_refused(
		on_page(h, session, "switch", text_of(h, "subscription=%s&price=%s&promotion_code=none", s.sub, s.max)),
		"The promotion code none is not valid.");
	assert_status(on_page(h, session, "switch",
			      text_of(h, "subscription=%s&price=%s&promotion_code=HALF50", s.sub, s.max)),
		200);
	go_to(h, FEB_1 + 2 * HOUR);
	assert_money(latest_invoice(h, s.sub), "total", 2500);
}

static void trial__goes_on_or_ends(void **state)
{
	static const struct {
		const char *behavior, *status;
	} rows[] = { { "end_trial", "active" }, { "continue_trial", "trialing" } };
	struct house *h = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct shop s = shop_open(h, "visa", "trial_period_days=7");
		const char *config =
			switching(h, &s, text_of(h, "&" F("[trial_update_behavior]=%s"), rows[i].behavior));
		const struct answer *a = on_page(h, session_of(h, &s, config, ""), "switch",
			text_of(h, "subscription=%s&price=%s", s.sub, s.max));

		assert_status(a, 200);
		assert_field(a, "status", rows[i].status);
		assert_field(a, "items.data.0.price.id", s.max);
	}
}

static void proposed_change__is_confirmed_once(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, "visa", NULL);
	const char *config = switching(h, &s, "&" F("[proration_behavior]=always_invoice")), *session;
	const struct answer *a;

	api_ok(h, "POST", "/v1/coupons", "id=TENTH&percent_off=10&duration=forever");
	session = session_of(h, &s, config,
		text_of(h,
			"&flow_data[type]=subscription_update_confirm&flow_data[subscription_update_confirm]["
			"subscription]=%s&flow_data[subscription_update_confirm][items][0][id]=%s&flow_data["
			"subscription_update_confirm][items][0][price]=%s&flow_data[subscription_update_confirm]["
			"discounts][0][coupon]=TENTH",
			s.sub, s.item, s.max));
	a = on_page(h, session, "confirm", NULL);
	assert_status(a, 200);
	assert_field(a, "items.data.0.price.id", s.max);
	assert_int_equal(field_count(a, "discounts"), 1);
	assert_money(latest_invoice(h, s.sub), "amount_paid", 2500); /* 5000 less a tenth, less the unused 2000 */
	assert_status(on_page(h, session, "confirm", NULL), 400);
	assert_status(on_page(h, session_of(h, &s, config, ""), "confirm", NULL), 400);
}

/* ---- pausing ---- */

static void pause__lasts_as_long_as_configured(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, "visa", NULL);
	const char *config = field(api_ok(h, "POST", CONFIGURATIONS,
					   "features[subscription_pause][enabled]=true&features[subscription_pause]["
					   "duration][type]=interval_options&features[subscription_pause][duration]["
					   "interval_options][0][interval]=month&features[subscription_pause][duration]"
					   "[interval_options][0][interval_count]=2"),
		"id");
	const char *session = session_of(h, &s, config, "");
	const char *body = text_of(h, "subscription=%s&interval=month&interval_count=2", s.sub);

	assert_status(on_page(h, session, "pause", text_of(h, "subscription=%s", s.sub)), 400);
	assert_status(on_page(h, session, "pause", text_of(h, "subscription=%s&interval=year", s.sub)), 400);
	assert_status(on_page(h, session, "pause", body), 200);
	assert_field(get(h, "subscriptions", s.sub), "status", "paused");
	assert_status(on_page(h, session, "pause", body), 400);
	go_to(h, MAR_1 - 1);
	assert_field(get(h, "subscriptions", s.sub), "status", "paused");
	go_to(h, MAR_1 + 1);
	assert_field(get(h, "subscriptions", s.sub), "status", "active");
}

static void pause__ends_by_hand(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, "visa", NULL);
	const char *config =
		field(api_ok(h, "POST", CONFIGURATIONS, "features[subscription_pause][enabled]=true"), "id");
	const char *off = field(api_ok(h, "POST", CONFIGURATIONS, "features[invoice_history][enabled]=true"), "id");
	const char *session = session_of(h, &s, config, ""), *body = text_of(h, "subscription=%s", s.sub);

	assert_refused(on_page(h, session_of(h, &s, off, ""), "pause", body),
		"This subscription cannot be paused because the subscription pause feature in the portal configuration "
		"is disabled.");
	assert_status(on_page(h, session, "pause", body), 200);
	assert_refused(on_page(h, session_of(h, &s, off, ""), "resume", body),
		"This subscription cannot be resumed because the subscription pause feature in the portal "
		"configuration is disabled.");
	go_to(h, HOUSE_NOW + HOUR);
	session = session_of(h, &s, config, "");
	assert_status(on_page(h, session, "resume", body), 200);
	assert_field(get(h, "subscriptions", s.sub), "status", "active");
	assert_status(on_page(h, session, "resume", body), 400);
}

/* ---- texts ---- */

static void headline__has_its_length(void **state)
{
	struct house *h = *state;

	assert_error(api(h, "POST", CONFIGURATIONS,
			     "features[invoice_history][enabled]=true&business_profile[headline]="
			     "1234567890123456789012345678901234567890123456789012345678901"),
		400, NULL, "business_profile[headline]", "60");
}

/* ---- the customer ---- */

static void tax_id__comes_with_the_customer(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h, "visa", NULL);
	const char *config = field(api_ok(h, "POST", CONFIGURATIONS,
					   "features[customer_update][enabled]=true&features[customer_update][allowed_"
					   "updates][]=tax_id&features[customer_update][allowed_updates][]=name"),
		"id");
	const char *session = session_of(h, &s, config, ""), *mark = events_mark(h);
	const char *good = "tax_id[type]=eu_vat&tax_id[value]=DE123456789&name=Ada";
	const struct answer *a;

	assert_status(on_page(h, session, "customer", "tax_id[type]=eu_vat&tax_id[value]=zz"), 400);
	assert_refused(
		on_page(h, session, "customer", "tax_id[type]=eu_vat"), "Missing required param: tax_id[value].");
	assert_status(on_page(h, session, "customer", good), 200);
	assert_status(on_page(h, session, "customer", good), 200); /* it is there already */
	a = api_ok(h, "GET", text_of(h, "/v1/customers/%s/tax_ids", s.customer), NULL);
	assert_int_equal(field_count(a, "data"), 1);
	assert_field(a, "data.0.value", "DE123456789");
	assert_field(get(h, "customers", s.customer), "name", "Ada");
	assert_events(h, mark, "customer.tax_id.created\ncustomer.updated\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(reason__must_be_asked_for),
		BILLING_TEST(offer__keeps_the_customer),
		BILLING_TEST(downgrade__waits_for_the_period_end),
		BILLING_TEST(schedule_conditions__are_told_apart),
		BILLING_TEST(declined_upgrade__changes_nothing),
		BILLING_TEST(promotion_code__is_typed),
		BILLING_TEST(trial__goes_on_or_ends),
		BILLING_TEST(proposed_change__is_confirmed_once),
		BILLING_TEST(pause__lasts_as_long_as_configured),
		BILLING_TEST(pause__ends_by_hand),
		BILLING_TEST(headline__has_its_length),
		BILLING_TEST(tax_id__comes_with_the_customer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
