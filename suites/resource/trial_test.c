/* SPDX-License-Identifier: MIT */

/* How trials go: the notice, the end with and without a method, cancellation. Source: Stripe docs "Free trials". */
#include "billing.h"

#define END (HOUSE_NOW + 14 * DAY)

static const char *trial_of(struct house *h, const char *card, const char *more)
{
	return field(subscribe(h, customer_new(h, NULL, card), monthly(h, "Pro", 2000),
			     text_of(h, "trial_period_days=14%s%s", more ? "&" : "", more ? more : "")),
		"id");
}

static void trial__is_announced_three_days_before_its_end(void **state)
{
	struct house *h = *state;
	const char *sub = trial_of(h, "visa", NULL), *mark;

	go_to(h, END - 3 * DAY - 1);
	mark = events_mark(h);
	go_to(h, END - 3 * DAY);
	assert_events(h, mark, "customer.subscription.trial_will_end\n");
	assert_field(events_after(h, mark), "data.0.data.object.id", sub);
}

static void trial__shorter_than_the_notice_is_announced_at_once(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000), *mark = events_mark(h);

	subscribe(h, customer, price, "trial_period_days=2");
	go_to(h, HOUSE_NOW + 1);
	assert_events(h, mark,
		"invoice.created\ninvoice.finalized\ninvoice.paid\ninvoice.payment_succeeded\n"
		"customer.subscription.created\ncustomer.subscription.trial_will_end\ninvoice.upcoming\n");
}

static void trial__ends_with_a_method(void **state)
{
	struct house *h = *state;
	const char *sub = trial_of(h, "visa", NULL), *mark;
	const struct answer *a, *i;

	go_to(h, END - 1);
	mark = events_mark(h);
	go_to(h, END);
	a = get(h, "subscriptions", sub);
	assert_field(a, "status", "active");
	assert_money(a, "trial_end", END);
	assert_money(a, "trial_start", HOUSE_NOW);
	assert_money(a, "items.data.0.current_period_start", END);
	assert_money(a, "items.data.0.current_period_end", HOUSE_NOW + 45 * DAY);
	i = latest_invoice(h, sub);
	assert_field(i, "status", "draft");
	assert_field(i, "billing_reason", "subscription_cycle");
	assert_lines(h, i, "lines.data",
		((const struct line[]) { { 2000, END, HOUSE_NOW + 45 * DAY, "1 × Pro (at $20.00 / month)" } }), 1);
	assert_events(h, mark, "customer.subscription.updated\ninvoice.created\n");
	assert_field(events_after(h, mark), "data.1.data.previous_attributes.status", "trialing");
	go_to(h, END + HOUR);
	assert_money(latest_invoice(h, sub), "amount_paid", 2000);
}

static void trial__ends_without_a_method(void **state)
{
	struct house *h = *state;
	const char *sub = trial_of(h, NULL, NULL);
	const struct answer *i;

	go_to(h, END);
	assert_field(get(h, "subscriptions", sub), "status", "active");
	go_to(h, END + HOUR);
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	i = latest_invoice(h, sub);
	assert_field(i, "status", "open");
	assert_money(i, "amount_remaining", 2000);
}

static void trial__ends_in_a_pause(void **state)
{
	struct house *h = *state;
	const char *sub = trial_of(h, NULL, "trial_settings[end_behavior][missing_payment_method]=pause"), *mark,
		   *first;
	const struct answer *a;

	first = field(get(h, "subscriptions", sub), "latest_invoice");
	go_to(h, END - 1);
	mark = events_mark(h);
	go_to(h, END);
	a = get(h, "subscriptions", sub);
	assert_field(a, "status", "paused");
	assert_field(a, "latest_invoice", first);
	assert_field(a, "status_details.paused.type", "subscription");
	assert_field(a, "status_details.paused.subscription.type", "trial_end_without_payment_method");
	assert_money(a, "status_details.paused.transitioned_at", END);
	assert_events(h, mark, "customer.subscription.paused\ncustomer.subscription.updated\n");
	go_to(h, END + 90 * DAY);
	assert_field(get(h, "subscriptions", sub), "status", "paused");
	card_attach(h, field(a, "customer"), "visa");
	a = api_ok(h, "POST", text_of(h, "/v1/subscriptions/%s/resume", sub), NULL);
	assert_field(a, "status", "active");
	assert_money(a, "billing_cycle_anchor", END + 90 * DAY);
	assert_money(latest_invoice(h, sub), "amount_paid", 2000);
}

static void trial__with_a_method_does_not_pause(void **state)
{
	struct house *h = *state;
	const char *sub = trial_of(h, "visa", "trial_settings[end_behavior][missing_payment_method]=pause");

	go_to(h, END + HOUR);
	assert_field(get(h, "subscriptions", sub), "status", "active");
}

static void trial__ends_in_cancellation(void **state)
{
	struct house *h = *state;
	const char *sub = trial_of(h, NULL, "trial_settings[end_behavior][missing_payment_method]=cancel"), *mark;
	const struct answer *a;

	go_to(h, END - 1);
	mark = events_mark(h);
	go_to(h, END);
	a = get(h, "subscriptions", sub);
	assert_field(a, "status", "canceled");
	assert_money(a, "ended_at", END);
	assert_field(a, "cancellation_details.reason", "cancellation_requested");
	assert_events(h, mark, "customer.subscription.deleted\n");
}

static void trial__failed_first_charge_is_past_due(void **state)
{
	struct house *h = *state;
	const char *sub = trial_of(h, "chargeCustomerFail", NULL);

	go_to(h, END + HOUR);
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	assert_money(latest_invoice(h, sub), "next_payment_attempt", END + HOUR + 3 * DAY);
}

static void trial__canceled_during_it_costs_nothing(void **state)
{
	struct house *h = *state;
	const char *sub = trial_of(h, "visa", NULL);
	const struct answer *a = post(h, "subscriptions", sub, "cancel_at_period_end=true");

	assert_money(a, "cancel_at", END);
	assert_field(a, "status", "trialing");
	go_to(h, END + HOUR);
	a = get(h, "subscriptions", sub);
	assert_field(a, "status", "canceled");
	assert_int_equal(
		field_count(api_ok(h, "GET", text_of(h, "/v1/invoices?subscription=%s", sub), NULL), "data"), 1);
}

static void trial__canceled_now_with_proration_credits_nothing(void **state)
{
	struct house *h = *state;
	const char *sub = trial_of(h, "visa", NULL);

	go_to(h, HOUSE_NOW + DAY);
	api_ok(h, "DELETE", get_path(h, "subscriptions", sub), "prorate=true");
	assert_int_equal(field_count(pending_items(h, field(get(h, "subscriptions", sub), "customer")), "data"), 0);
}

static void trial__of_a_sent_subscription(void **state)
{
	struct house *h = *state;
	const char *sub = trial_of(h, NULL, "collection_method=send_invoice&days_until_due=5");

	assert_field(get(h, "subscriptions", sub), "status", "trialing");
	go_to(h, END + HOUR);
	assert_field(get(h, "subscriptions", sub), "status", "active");
	assert_field(latest_invoice(h, sub), "status", "open");
	assert_money(latest_invoice(h, sub), "due_date", END + 5 * DAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(trial__is_announced_three_days_before_its_end),
		BILLING_TEST(trial__shorter_than_the_notice_is_announced_at_once),
		BILLING_TEST(trial__ends_with_a_method),
		BILLING_TEST(trial__ends_without_a_method),
		BILLING_TEST(trial__ends_in_a_pause),
		BILLING_TEST(trial__with_a_method_does_not_pause),
		BILLING_TEST(trial__ends_in_cancellation),
		BILLING_TEST(trial__failed_first_charge_is_past_due),
		BILLING_TEST(trial__canceled_during_it_costs_nothing),
		BILLING_TEST(trial__canceled_now_with_proration_credits_nothing),
		BILLING_TEST(trial__of_a_sent_subscription),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
