/* SPDX-License-Identifier: MIT */

/* Changes that begin a period anew, or do not: intervals and anchors. Source: Stripe docs "Set the subscription billing
 * renewal date", "Billing mode". */
#include "subscription_scene.h"

static void subscription_update__from_free_to_paid_restarts_in_classic_mode(void **state)
{
	struct scene s = scene_of(state, "billing_mode[type]=classic");
	const char *free = monthly(s.h, "Free", 0);
	const struct answer *a, *i;

	change(&s, to_price(&s, free, "proration_behavior=none"));
	go_to(s.h, APR_16 + DAY);
	a = change(&s, to_price(&s, s.pro, ""));
	assert_money(a, "billing_cycle_anchor", APR_16 + DAY);
	i = latest_invoice(s.h, s.sub);
	assert_money(i, "amount_paid", 2000);
	assert_money(a, "items.data.0.current_period_end", APR_16 + 31 * DAY);
}

static void subscription_update__from_free_to_paid_goes_on_in_flexible_mode(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *free = monthly(s.h, "Free", 0);
	const struct answer *a = subscribe(s.h, s.customer, free, NULL);

	s.sub = field(a, "id");
	s.item = field(a, "items.data.0.id");
	go_to(s.h, APR_16 + 15 * DAY);
	a = change(&s, to_price(&s, s.pro, ""));
	assert_money(a, "billing_cycle_anchor", APR_16);
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { 1000, APR_16 + 15 * DAY, APR_16 + 30 * DAY, NULL },
			{ 0, APR_16 + 15 * DAY, APR_16 + 30 * DAY, NULL } }),
		2);
}

static void subscription_update__other_interval_in_flexible_mode(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *annual = yearly(s.h, "Annual", 36500);
	const struct answer *a = change(&s, to_price(&s, annual, ""));
	int64_t end = APR_1 + 365 * DAY;

	/* the anchor stays: the year is the one that began on 1 April, billed for what is left of it */
	assert_money(a, "billing_cycle_anchor", APR_1);
	assert_money(a, "items.data.0.current_period_start", APR_16);
	assert_money(a, "items.data.0.current_period_end", end);
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { 35000, APR_16, end, "Remaining time on Annual after 16 Apr 2026" },
			{ -500, APR_16, MAY_1, "Unused time on Starter after 16 Apr 2026" } }),
		2);
}

static void subscription_update__anchor_reset_invoices_now_in_classic_mode(void **state)
{
	struct scene s = scene_of(state, "billing_mode[type]=classic");
	const struct answer *a, *i, *foretold = preview(s.h, s.sub, "billing_cycle_anchor[type]=now");

	a = change(&s, "billing_cycle_anchor[type]=now");
	i = latest_invoice(s.h, s.sub);
	assert_money(a, "billing_cycle_anchor", APR_16);
	assert_money(a, "items.data.0.current_period_start", APR_16);
	assert_money(a, "items.data.0.current_period_end", APR_16 + 30 * DAY);
	assert_field(i, "billing_reason", "subscription_update");
	assert_lines(s.h, i, "lines.data",
		((const struct line[]) { { -500, APR_16, MAY_1, "Unused time on Starter after 16 Apr 2026" },
			{ 1000, APR_16, APR_16 + 30 * DAY, "1 × Starter (at $10.00 / month)" } }),
		2);
	assert_money(i, "amount_paid", 500);
	assert_foretold(s.h, foretold, i);
}

static void subscription_update__anchor_reset_waits_in_flexible_mode(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a = change(&s, "billing_cycle_anchor[type]=now");
	int64_t end = APR_16 + 30 * DAY;

	assert_money(a, "billing_cycle_anchor", APR_16);
	assert_field(a, "latest_invoice", s.first);
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) {
			{ 1000, APR_16, end, "1 × Starter (at $10.00 / month)" }, { -500, APR_16, MAY_1, NULL } }),
		2);
	go_to(s.h, end);
	assert_money(latest_invoice(s.h, s.sub), "total", 1500);
}

static void subscription_update__anchor_reset_with_always_invoice(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a = change(&s, "billing_cycle_anchor[type]=now&proration_behavior=always_invoice");

	assert_money(get(s.h, "invoices", field(a, "latest_invoice")), "amount_paid", 500);
}

static void subscription_update__anchor_reset_without_prorations(void **state)
{
	struct scene s = scene_of(state, "billing_mode[type]=classic");
	const struct answer *a = change(&s, "billing_cycle_anchor[type]=now&proration_behavior=none");

	assert_money(get(s.h, "invoices", field(a, "latest_invoice")), "amount_paid", 1000);
}

static void subscription_update__change_inside_a_stub(void **state)
{
	struct scene s = { .h = *state };
	const struct answer *a;

	/* 1 January, anchored on the 16th: 15 of 31 days, for 16.00 */
	s.customer = customer_new(s.h, NULL, "visa");
	a = subscribe(s.h, s.customer, monthly(s.h, "Starter", 3100),
		text_of(s.h, "billing_mode[type]=classic&billing_cycle_anchor=%lld",
			(long long)(HOUSE_NOW + 15 * DAY)));
	s.sub = field(a, "id");
	s.item = field(a, "items.data.0.id");
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 1500);
	go_to(s.h, HOUSE_NOW + 5 * DAY);
	change(&s, to_price(&s, monthly(s.h, "Pro", 6200), ""));
	/* ten of the 31 days are left, of both */
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { 2000, HOUSE_NOW + 5 * DAY, HOUSE_NOW + 15 * DAY, NULL },
			{ -1000, HOUSE_NOW + 5 * DAY, HOUSE_NOW + 15 * DAY, NULL } }),
		2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(subscription_update__from_free_to_paid_restarts_in_classic_mode),
		BILLING_TEST(subscription_update__from_free_to_paid_goes_on_in_flexible_mode),
		BILLING_TEST(subscription_update__other_interval_in_flexible_mode),
		BILLING_TEST(subscription_update__anchor_reset_invoices_now_in_classic_mode),
		BILLING_TEST(subscription_update__anchor_reset_waits_in_flexible_mode),
		BILLING_TEST(subscription_update__anchor_reset_with_always_invoice),
		BILLING_TEST(subscription_update__anchor_reset_without_prorations),
		BILLING_TEST(subscription_update__change_inside_a_stub),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
