/* SPDX-License-Identifier: MIT */

/* When a new subscription's periods begin and end: backdating, anchors, trials, ends. Source: Stripe docs "Backdating",
 * "Set the subscription billing renewal date", "Free trials". */
#include "billing.h"

static void subscription_create__backdated_flexible(void **state)
{
	struct house *h = *state;
	int64_t start = HOUSE_NOW - 47 * DAY; /* 15 November 2025 */
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 3100),
		text_of(h, "backdate_start_date=%lld", (long long)start));
	const struct answer *i = latest_invoice(h, field(a, "id"));

	assert_money(a, "start_date", start);
	assert_money(a, "created", HOUSE_NOW);
	assert_money(a, "billing_cycle_anchor", HOUSE_NOW);
	assert_money(a, "items.data.0.current_period_start", HOUSE_NOW);
	assert_money(a, "items.data.0.current_period_end", FEB_1);
	/* 16 of 30 days of November, then December, then the period that runs */
	assert_int_equal(field_count(i, "lines.data"), 3);
	assert_money(i, "total", 1653 + 3100 + 3100);
	assert_lines(h, i, "lines.data",
		((const struct line[]) {
			{ 1653, start, HOUSE_NOW - 31 * DAY, "Remaining time on Pro after 15 Nov 2025" },
			{ 3100, HOUSE_NOW - 31 * DAY, HOUSE_NOW, "1 × Pro (at $31.00 / month)" },
			{ 3100, HOUSE_NOW, FEB_1, "1 × Pro (at $31.00 / month)" } }),
		3);
}

static void subscription_create__backdated_classic(void **state)
{
	struct house *h = *state;
	int64_t start = HOUSE_NOW - 47 * DAY;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 3100),
		text_of(h, "backdate_start_date=%lld&billing_mode[type]=classic", (long long)start));

	/* one imagined month from 15 November, and 17 of the 31 days of the next */
	assert_lines(h, latest_invoice(h, field(a, "id")), "lines.data",
		((const struct line[]) { { 3100 + 1700, start, HOUSE_NOW, "Remaining time on Pro after 15 Nov 2025" },
			{ 3100, HOUSE_NOW, FEB_1, "1 × Pro (at $31.00 / month)" } }),
		2);
}

static void subscription_create__backdated_without_prorations(void **state)
{
	struct house *h = *state;
	int64_t start = HOUSE_NOW - 47 * DAY;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 3100),
		text_of(h, "backdate_start_date=%lld&proration_behavior=none", (long long)start));

	assert_money(a, "start_date", start);
	assert_lines(h, latest_invoice(h, field(a, "id")), "lines.data",
		((const struct line[]) { { 3100, HOUSE_NOW, FEB_1, NULL } }), 1);
}

static void subscription_create__anchor_config(void **state)
{
	struct house *h = *state;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 3100),
		"billing_cycle_anchor_config[day_of_month]=15&billing_cycle_anchor_config[hour]=12");
	int64_t anchor = HOUSE_NOW + 14 * DAY + 12 * HOUR;

	assert_money(a, "billing_cycle_anchor", anchor);
	assert_money(a, "items.data.0.current_period_end", anchor);
	/* 14.5 of the 31 days from 15 December */
	assert_lines(h, latest_invoice(h, field(a, "id")), "lines.data",
		((const struct line[]) { { 1450, HOUSE_NOW, anchor, "Remaining time on Pro after 01 Jan 2026" } }), 1);
}

static void subscription_create__trial_then_a_stub_to_the_anchor(void **state)
{
	struct house *h = *state;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 3100),
		text_of(h, "trial_end=%lld&billing_cycle_anchor=%lld", (long long)(HOUSE_NOW + 10 * DAY),
			(long long)FEB_1));
	const char *sub = field(a, "id");

	assert_money(a, "billing_cycle_anchor", FEB_1);
	go_to(h, HOUSE_NOW + 10 * DAY + HOUR);
	a = latest_invoice(h, sub);
	assert_lines(h, a, "lines.data", ((const struct line[]) { { 2100, HOUSE_NOW + 10 * DAY, FEB_1, NULL } }), 1);
	assert_field(a, "status", "paid");
	go_to(h, FEB_1 + HOUR);
	assert_lines(
		h, latest_invoice(h, sub), "lines.data", ((const struct line[]) { { 3100, FEB_1, MAR_1, NULL } }), 1);
}

static void subscription_create__cancel_at_shortens_the_first_period(void **state)
{
	struct house *h = *state;
	int64_t end = HOUSE_NOW + 10 * DAY;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 3100),
		text_of(h, "cancel_at=%lld", (long long)end));
	const char *sub = field(a, "id");

	assert_money(a, "cancel_at", end);
	assert_money(a, "canceled_at", HOUSE_NOW);
	assert_money(a, "items.data.0.current_period_end", end);
	assert_money(latest_invoice(h, sub), "amount_paid", 1000);
	go_to(h, end);
	a = get(h, "subscriptions", sub);
	assert_field(a, "status", "canceled");
	assert_money(a, "ended_at", end);
}

static void subscription_create__cancel_at_period_end(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000), "cancel_at_period_end=true");

	assert_field(a, "status", "active");
	assert_flag(a, "cancel_at_period_end", true);
	assert_money(a, "cancel_at", FEB_1);
	assert_money(latest_invoice(h, field(a, "id")), "amount_paid", 2000);
}

/* Three months since 15 October, and a trial from now to the 15th, which the cycle counts from. */
static void backdated_with_a_trial(void **state, const char *mode, const struct line *lines, size_t n)
{
	struct house *h = *state;
	int64_t start = HOUSE_NOW - 78 * DAY, end = HOUSE_NOW + 14 * DAY;
	const char *terms = text_of(h, "billing_mode[type]=%s&backdate_start_date=%lld&trial_end=%lld", mode,
		(long long)start, (long long)end);
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000), *sub;
	const struct answer *a;

	a = subscribe(h, customer, price, terms);
	sub = field(a, "id");
	assert_field(a, "status", "trialing");
	assert_money(a, "start_date", start);
	assert_money(a, "trial_start", HOUSE_NOW);
	assert_money(a, "trial_end", end);
	assert_money(a, "billing_cycle_anchor", end);
	assert_money(a, "items.data.0.current_period_start", HOUSE_NOW);
	assert_money(a, "items.data.0.current_period_end", end);
	a = latest_invoice(h, sub);
	assert_field(a, "status", "paid");
	assert_lines(h, a, "lines.data", lines, n);
	assert_money(a, "amount_paid", 5097);
	go_to(h, end);
	assert_lines(h, latest_invoice(h, sub), "lines.data",
		((const struct line[]) { { 2000, end, end + 31 * DAY, "1 × Pro (at $20.00 / month)" } }), 1);
	/* Without prorations the time before is not billed. */
	a = latest_invoice(h, field(subscribe(h, customer, price,
					    text_of(h,
						    "proration_behavior=none&billing_mode[type]=%s"
						    "&backdate_start_date=%lld&trial_period_days=14",
						    mode, (long long)start)),
				      "id"));
	assert_money(a, "total", 0);
	assert_int_equal(field_count(a, "lines.data"), 1);
}

static void subscription_create__backdated_with_a_trial_flexible(void **state)
{
	int64_t end = HOUSE_NOW + 14 * DAY;

	backdated_with_a_trial(state, "flexible",
		(const struct line[]) {
			{ 2000, HOUSE_NOW - 78 * DAY, HOUSE_NOW - 47 * DAY, "1 × Pro (at $20.00 / month)" },
			{ 2000, HOUSE_NOW - 47 * DAY, HOUSE_NOW - 17 * DAY, "1 × Pro (at $20.00 / month)" },
			{ 1097, HOUSE_NOW - 17 * DAY, HOUSE_NOW, "Remaining time on Pro after 15 Dec 2025" },
			{ 0, HOUSE_NOW, end, "Free trial for 1 × Pro" } },
		4);
}

static void subscription_create__backdated_with_a_trial_classic(void **state)
{
	int64_t end = HOUSE_NOW + 14 * DAY;

	backdated_with_a_trial(state, "classic",
		(const struct line[]) {
			{ 5097, HOUSE_NOW - 78 * DAY, HOUSE_NOW, "Remaining time on Pro after 15 Oct 2025" },
			{ 0, HOUSE_NOW, end, "Trial period for Pro" } },
		2);
}

/* Backdated, on trial, and an anchor after it: the time before, the trial, then a stub to the anchor. */
static void subscription_create__backdated_with_a_trial_and_an_anchor(void **state)
{
	struct house *h = *state;
	int64_t end = HOUSE_NOW + 14 * DAY;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000),
		text_of(h, "backdate_start_date=%lld&trial_end=%lld&billing_cycle_anchor=%lld",
			(long long)(HOUSE_NOW - 31 * DAY), (long long)end, (long long)FEB_1));
	const char *sub = field(a, "id");

	assert_lines(h, latest_invoice(h, sub), "lines.data",
		((const struct line[]) {
			{ 2000, HOUSE_NOW - 31 * DAY, HOUSE_NOW, NULL }, { 0, HOUSE_NOW, end, NULL } }),
		2);
	go_to(h, end);
	assert_lines(
		h, latest_invoice(h, sub), "lines.data", ((const struct line[]) { { 1097, end, FEB_1, NULL } }), 1);
}

/* What lies behind is due now, so it needs a method; a trial alone would not. */
static void subscription_create__backdated_with_a_trial_has_to_be_paid(void **state)
{
	struct house *h = *state;
	const char *body = text_of(h, "customer=%s&items[0][price]=%s&trial_period_days=14&backdate_start_date=%lld",
		customer_new(h, NULL, NULL), monthly(h, "Pro", 2000), (long long)(HOUSE_NOW - 31 * DAY));

	assert_error(
		api(h, "POST", "/v1/subscriptions", body), 400, "resource_missing", NULL, "no attached payment source");
	assert_field(
		subscribe(h, customer_new(h, NULL, "chargeCustomerFail"), monthly(h, "Pro", 2000),
			text_of(h, "trial_period_days=14&backdate_start_date=%lld", (long long)(HOUSE_NOW - 31 * DAY))),
		"status", "incomplete");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(subscription_create__backdated_flexible),
		BILLING_TEST(subscription_create__backdated_classic),
		BILLING_TEST(subscription_create__backdated_without_prorations),
		BILLING_TEST(subscription_create__anchor_config),
		BILLING_TEST(subscription_create__trial_then_a_stub_to_the_anchor),
		BILLING_TEST(subscription_create__cancel_at_shortens_the_first_period),
		BILLING_TEST(subscription_create__cancel_at_period_end),
		BILLING_TEST(subscription_create__backdated_with_a_trial_flexible),
		BILLING_TEST(subscription_create__backdated_with_a_trial_classic),
		BILLING_TEST(subscription_create__backdated_with_a_trial_and_an_anchor),
		BILLING_TEST(subscription_create__backdated_with_a_trial_has_to_be_paid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
