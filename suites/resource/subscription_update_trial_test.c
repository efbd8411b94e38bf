/* SPDX-License-Identifier: MIT */

/* Trials that an update begins, moves or ends. Source: Stripe docs "Free trials". */
#include "subscription_scene.h"

static void subscription_update__trial_ended_now(void **state)
{
	struct scene s = scene_of(state, "trial_period_days=30");
	const struct answer *a = change(&s, "trial_end=now"), *i = latest_invoice(s.h, s.sub);

	assert_field(a, "status", "active");
	assert_money(a, "trial_end", APR_16);
	assert_money(a, "billing_cycle_anchor", APR_16);
	assert_money(a, "items.data.0.current_period_end", APR_16 + 30 * DAY);
	assert_field(i, "billing_reason", "subscription_cycle");
	assert_field(i, "status", "paid");
	assert_lines(s.h, i, "lines.data",
		((const struct line[]) { { 1000, APR_16, APR_16 + 30 * DAY, "1 × Starter (at $10.00 / month)" } }), 1);
}

static struct scene trial_without_method(void **state, const char *create)
{
	struct scene s = { .h = *state };
	const struct answer *a;

	go_to(s.h, APR_1);
	s.customer = customer_new(s.h, NULL, NULL);
	a = subscribe(s.h, s.customer, monthly(s.h, "Starter", 1000), text_of(s.h, "trial_period_days=30&%s", create));
	s.sub = field(a, "id");
	s.first = field(a, "latest_invoice");
	go_to(s.h, APR_16);
	return s;
}

static void subscription_update__trial_ended_now_without_method(void **state)
{
	struct scene s = trial_without_method(state, "");
	const char *mark = events_mark(s.h);

	assert_error(api(s.h, "POST", get_path(s.h, "subscriptions", s.sub), "trial_end=now"), 400, "resource_missing",
		NULL, "This customer has no attached payment source or default payment method.");
	assert_field(sub_of(&s), "status", "trialing");
	assert_events(s.h, mark, "");
}

static void subscription_update__trial_ended_now_pauses(void **state)
{
	struct scene s = trial_without_method(state, "trial_settings[end_behavior][missing_payment_method]=pause");
	const char *mark = events_mark(s.h);
	const struct answer *a = change(&s, "trial_end=now");

	assert_field(a, "status", "paused");
	assert_field(a, "status_details.paused.subscription.type", "trial_end_without_payment_method");
	assert_field(a, "latest_invoice", s.first);
	assert_events(s.h, mark, "customer.subscription.paused\ncustomer.subscription.updated\n");
}

static void subscription_update__trial_ended_now_cancels(void **state)
{
	struct scene s = trial_without_method(state, "trial_settings[end_behavior][missing_payment_method]=cancel");
	const char *mark = events_mark(s.h);
	const struct answer *a = change(&s, "trial_end=now");

	assert_field(a, "status", "canceled");
	assert_money(a, "ended_at", APR_16);
	assert_events(s.h, mark, "customer.subscription.deleted\n");
}

static void subscription_update__trial_extended(void **state)
{
	struct scene s = scene_of(state, "trial_period_days=30");
	int64_t end = MAY_1 + 10 * DAY;
	const struct answer *a = change(&s, text_of(s.h, "trial_end=%lld", (long long)end));

	assert_field(a, "status", "trialing");
	assert_money(a, "trial_end", end);
	assert_money(a, "trial_start", APR_1);
	assert_money(a, "billing_cycle_anchor", end);
	assert_money(a, "items.data.0.current_period_end", end);
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
	go_to(s.h, end + HOUR);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 1000);
}

static void subscription_update__trial_on_a_paid_subscription(void **state)
{
	struct scene s = scene_of(state, NULL);
	int64_t end = APR_16 + 10 * DAY;
	const struct answer *a = change(&s, text_of(s.h, "trial_end=%lld", (long long)end)), *i;

	assert_field(a, "status", "trialing");
	assert_money(a, "trial_start", APR_16);
	assert_money(a, "billing_cycle_anchor", end);
	i = latest_invoice(s.h, s.sub);
	assert_lines(s.h, i, "lines.data",
		((const struct line[]) { { -500, APR_16, MAY_1, "Unused time on Starter after 16 Apr 2026" },
			{ 0, APR_16, end, "Free trial for 1 × Starter" } }),
		2);
	assert_money(i, "total", -500);
	assert_money(i, "ending_balance", -500);
	assert_money(get(s.h, "customers", s.customer), "balance", -500);
	go_to(s.h, end + HOUR);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 500);
}

static void subscription_update__trial_on_a_paid_subscription_without_credit(void **state)
{
	struct scene s = scene_of(state, NULL);

	change(&s, text_of(s.h, "trial_end=%lld&proration_behavior=none", (long long)(APR_16 + 10 * DAY)));
	assert_money(latest_invoice(s.h, s.sub), "total", 0);
	assert_money(get(s.h, "customers", s.customer), "balance", 0);
}

static void subscription_update__price_change_in_a_trial_is_free(void **state)
{
	struct scene s = scene_of(state, "trial_period_days=30");
	const struct answer *a = change(&s, to_price(&s, s.pro, ""));

	assert_field(a, "status", "trialing");
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
	go_to(s.h, MAY_1 + HOUR);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 2000);
}

static void subscription_update__trial_of_the_price(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *with_trial =
		price_new(s.h, "Max", "unit_amount=5000&recurring[interval]=month&recurring[trial_period_days]=10");
	const struct answer *a;

	assert_field(change(&s, "trial_from_plan=true"), "status", "active");
	assert_field(change(&s, to_price(&s, with_trial, "")), "status", "active");
	a = change(&s, "trial_from_plan=true&proration_behavior=none");
	assert_field(a, "status", "trialing");
	assert_money(a, "trial_end", APR_16 + 10 * DAY);
	assert_money(a, "billing_cycle_anchor", APR_16 + 10 * DAY);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(subscription_update__trial_ended_now),
		BILLING_TEST(subscription_update__trial_ended_now_without_method),
		BILLING_TEST(subscription_update__trial_ended_now_pauses),
		BILLING_TEST(subscription_update__trial_ended_now_cancels),
		BILLING_TEST(subscription_update__trial_extended),
		BILLING_TEST(subscription_update__trial_on_a_paid_subscription),
		BILLING_TEST(subscription_update__trial_on_a_paid_subscription_without_credit),
		BILLING_TEST(subscription_update__price_change_in_a_trial_is_free),
		BILLING_TEST(subscription_update__trial_of_the_price),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
