/* SPDX-License-Identifier: MIT */

/* invoice.upcoming: when it comes, and what it shows. Source: Stripe docs "Types of events", "Using webhooks with
 * subscriptions". */
#include "billing.h"

#define NOTICE (7 * DAY) /* the setting's default */

/* How many invoice.upcoming there are by now. */
static size_t told(struct house *h)
{
	return field_count(api_ok(h, "GET", "/v1/events?type=invoice.upcoming&limit=100", NULL), "data");
}

static const struct answer *newest(struct house *h)
{
	return api_ok(h, "GET", "/v1/events?type=invoice.upcoming&limit=1", NULL);
}

static void choose(struct house *h, const char *settings)
{
	api_ok(h, "POST", "/_mockstripe/settings", settings);
}

static const char *monthly_sub(struct house *h, const char *more)
{
	return field(subscribe(h, customer_new(h, "email=a@b.co", "visa"), monthly(h, "Pro", 2000), more), "id");
}

static void upcoming__comes_seven_days_before_and_once(void **state)
{
	struct house *h = *state;

	monthly_sub(h, NULL);
	go_to(h, FEB_1 - NOTICE - 1);
	assert_same_int((int64_t)told(h), 0);
	go_to(h, FEB_1 - NOTICE);
	assert_same_int((int64_t)told(h), 1);
	assert_money(newest(h), "data.0.created", FEB_1 - NOTICE);
	assert_field(newest(h), "data.0.request.id", NULL);
	go_to(h, FEB_1 + HOUR);
	assert_same_int((int64_t)told(h), 1);
	go_to(h, MAR_1 - NOTICE);
	assert_same_int((int64_t)told(h), 2);
}

static void upcoming__shows_the_invoice_to_come(void **state)
{
	struct house *h = *state;
	const char *sub = monthly_sub(h, "metadata[team]=red"), *customer, *object = "data.0.data.object.", *line,
		   *mark;
	const struct answer *e, *i;

	customer = field(get(h, "subscriptions", sub), "customer");
	api_ok(h, "POST", "/v1/invoiceitems", text_of(h, "customer=%s&amount=700&currency=usd", customer));
	go_to(h, FEB_1 - NOTICE);
	e = newest(h);
	assert_absent(e, text_of(h, "%sid", object));
	assert_absent(e, text_of(h, "%s_mockstripe", object));
	assert_absent(e, "data.0.data.previous_attributes");
	assert_field(e, text_of(h, "%sobject", object), "invoice");
	assert_field(e, text_of(h, "%sstatus", object), "draft");
	assert_field(e, text_of(h, "%sbilling_reason", object), "upcoming");
	assert_field(e, text_of(h, "%scustomer", object), customer);
	assert_field(e, text_of(h, "%sparent.subscription_details.subscription", object), sub);
	assert_field(e, text_of(h, "%snumber", object), NULL);
	assert_flag(e, text_of(h, "%sattempted", object), false);
	assert_money(e, text_of(h, "%samount_due", object), 2700);
	assert_money(e, text_of(h, "%screated", object), FEB_1);
	assert_money(e, text_of(h, "%speriod_start", object), HOUSE_NOW);
	assert_money(e, text_of(h, "%speriod_end", object), FEB_1);
	assert_money(e, text_of(h, "%snext_payment_attempt", object), FEB_1 + HOUR);
	assert_lines(h, e, text_of(h, "%slines.data", object),
		((const struct line[]) {
			{ 700, HOUSE_NOW, HOUSE_NOW, NULL }, { 2000, FEB_1, MAR_1, "1 × Pro (at $20.00 / month)" } }),
		2);
	line = text_of(h, "%slines.data.0.", object);
	assert_field(e, text_of(h, "%sinvoice", line), NULL);
	assert_int_equal(strncmp(field(e, text_of(h, "%sid", line)), "il_tmp_", 7), 0);
	assert_field(e, text_of(h, "%slines.url", object),
		text_of(h, "/v1/invoices/upcoming/lines?customer=%s&subscription=%s", customer, sub));
	/* Nothing of it was made. */
	assert_int_equal(field_count(api_ok(h, "GET", "/v1/invoices", NULL), "data"), 1);
	assert_int_equal(field_count(pending_items(h, customer), "data"), 1);
	mark = events_mark(h);
	go_to(h, FEB_1);
	i = latest_invoice(h, sub);
	assert_money(i, "amount_due", 2700);
	assert_events(h, mark, "customer.subscription.updated\ninvoice.created\n");
}

static void upcoming__at_the_days_chosen(void **state)
{
	struct house *h = *state;

	choose(h, "invoice_upcoming_days=3");
	monthly_sub(h, NULL);
	go_to(h, FEB_1 - 3 * DAY - 1);
	assert_same_int((int64_t)told(h), 0);
	go_to(h, FEB_1 - 3 * DAY);
	assert_same_int((int64_t)told(h), 1);
	choose(h, "invoice_upcoming_days=0");
	go_to(h, APR_1);
	assert_same_int((int64_t)told(h), 1);
}

static void upcoming__of_a_period_that_is_shorter_comes_at_its_beginning(void **state)
{
	struct house *h = *state;
	const char *price = price_new(h, "Daily", "unit_amount=300&recurring[interval]=day"), *mark = events_mark(h);

	subscribe(h, customer_new(h, NULL, "visa"), price, NULL);
	go_to(h, HOUSE_NOW + 1);
	assert_same_int((int64_t)told(h), 1);
	assert_money(newest(h), "data.0.created", HOUSE_NOW);
	mark = events_mark(h);
	go_to(h, HOUSE_NOW + DAY);
	assert_events(h, mark, "customer.subscription.updated\ninvoice.created\ninvoice.upcoming\n");
	assert_money(newest(h), "data.0.data.object.period_end", HOUSE_NOW + 2 * DAY);
}

static void upcoming__comes_before_the_end_of_a_trial(void **state)
{
	struct house *h = *state;

	monthly_sub(h, "trial_period_days=20");
	go_to(h, HOUSE_NOW + 13 * DAY);
	assert_same_int((int64_t)told(h), 1);
	assert_money(newest(h), "data.0.data.object.amount_due", 2000);
	assert_money(newest(h), "data.0.data.object.created", HOUSE_NOW + 20 * DAY);
}

static void upcoming__again_when_an_update_moves_the_end(void **state)
{
	struct house *h = *state;
	const char *sub = monthly_sub(h, NULL);

	go_to(h, FEB_1 - NOTICE);
	post(h, "subscriptions", sub, text_of(h, "trial_end=%lld", (long long)(FEB_1 + 10 * DAY)));
	go_to(h, FEB_1 + 3 * DAY - 1);
	assert_same_int((int64_t)told(h), 1);
	go_to(h, FEB_1 + 3 * DAY);
	assert_same_int((int64_t)told(h), 2);
	assert_money(newest(h), "data.0.data.object.created", FEB_1 + 10 * DAY);
}

/* An end that bills nothing is not announced; one that bills what is pending is. */
static void upcoming__of_a_subscription_that_ends(void **state)
{
	struct house *h = *state;
	const char *sub = monthly_sub(h, "cancel_at_period_end=true"),
		   *other = monthly_sub(h, "cancel_at_period_end=true");

	(void)sub;
	api_ok(h, "POST", "/v1/invoiceitems",
		text_of(h, "customer=%s&amount=700&currency=usd&subscription=%s",
			field(get(h, "subscriptions", other), "customer"), other));
	go_to(h, FEB_1 - 1);
	assert_same_int((int64_t)told(h), 1);
	assert_money(newest(h), "data.0.data.object.amount_due", 700);
	go_to(h, MAR_1);
	assert_same_int((int64_t)told(h), 1);
}

static void upcoming__not_while_nothing_is_collected(void **state)
{
	struct house *h = *state;
	const char *sub = monthly_sub(h, NULL), *waiting = monthly_sub(h, "payment_behavior=default_incomplete");

	(void)waiting;
	post(h, "subscriptions", sub, "pause_collection[behavior]=void");
	go_to(h, FEB_1 - DAY);
	assert_same_int((int64_t)told(h), 0);
	post(h, "subscriptions", sub, "pause_collection=");
	go_to(h, FEB_1 - 1);
	assert_same_int((int64_t)told(h), 1);
	assert_money(newest(h), "data.0.created", FEB_1 - DAY);
}

/* A loaded subscription was told of by whoever had it before. */
static void upcoming__of_a_loaded_subscription(void **state)
{
	static const char *const json[] = { "Content-Type: application/json", NULL };
	struct house *h = *state;
	const struct answer *a;

	choose(h, "subscription_after_retries=past_due");
	go_to(h, FEB_1 - DAY);
	a = api_with(h, "POST", "/_mockstripe/fixtures",
		text_of(h,
			"{\"objects\":[{\"id\":\"cus_1\",\"object\":\"customer\"},"
			"{\"id\":\"prod_1\",\"object\":\"product\",\"name\":\"Pro\"},"
			"{\"id\":\"price_1\",\"object\":\"price\",\"product\":\"prod_1\",\"currency\":\"usd\","
			"\"unit_amount\":2000,\"recurring\":{\"interval\":\"month\"}},"
			"{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"cus_1\",\"created\":%lld,"
			"\"items\":{\"object\":\"list\",\"data\":[{\"id\":\"si_1\",\"object\":\"subscription_item\","
			"\"price\":\"price_1\"}]}}]}",
			(long long)HOUSE_NOW),
		json);
	assert_status(a, 200);
	assert_money(get(h, "subscriptions", "sub_1"), "items.data.0.current_period_end", FEB_1);
	go_to(h, FEB_1);
	assert_same_int((int64_t)told(h), 0);
	go_to(h, MAR_1 - NOTICE);
	assert_same_int((int64_t)told(h), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(upcoming__comes_seven_days_before_and_once),
		BILLING_TEST(upcoming__shows_the_invoice_to_come),
		BILLING_TEST(upcoming__at_the_days_chosen),
		BILLING_TEST(upcoming__of_a_period_that_is_shorter_comes_at_its_beginning),
		BILLING_TEST(upcoming__comes_before_the_end_of_a_trial),
		BILLING_TEST(upcoming__again_when_an_update_moves_the_end),
		BILLING_TEST(upcoming__of_a_subscription_that_ends),
		BILLING_TEST(upcoming__not_while_nothing_is_collected),
		BILLING_TEST(upcoming__of_a_loaded_subscription),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
