/* SPDX-License-Identifier: MIT */

/* The phases of subscription schedules: how they begin, and how they are changed. Source: Stripe docs "Subscription
 * schedules". */
#include "schedule.h"

/* ---- phases that begin ---- */

static void phase__at_the_period_end_is_what_the_renewal_bills(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const char *pro = monthly(h, "Pro", 2000), *basic = monthly(h, "Basic", 500), *mark;
	const char *sub = field(subscribe(h, customer, pro, NULL), "id");
	const char *item = field(get(h, "subscriptions", sub), "items.data.0.id");
	const char *id = downgrade(h, sub, pro, basic, "&phases[1][metadata][plan]=basic");
	const struct answer *a = get(h, "subscription_schedules", id);
	const struct line lines[] = { { 500, FEB_1, MAR_1, "1 × Basic (at $5.00 / month)" } };

	assert_same_int((int64_t)field_count(a, "phases"), 2);
	assert_money(a, "phases.1.start_date", FEB_1);
	assert_money(a, "phases.1.end_date", MAR_1);
	assert_field(get(h, "subscriptions", sub), "items.data.0.price.id", pro);
	go_to(h, FEB_1 - 1);
	mark = events_mark(h);
	go_to(h, FEB_1);
	a = get(h, "subscriptions", sub);
	assert_field(a, "items.data.0.id", item);
	assert_field(a, "items.data.0.price.id", basic);
	assert_money(a, "items.data.0.current_period_start", FEB_1);
	assert_money(a, "items.data.0.current_period_end", MAR_1);
	assert_field(a, "metadata.plan", "basic");
	assert_lines(h, latest_invoice(h, sub), "lines.data", lines, 1);
	assert_field(latest_invoice(h, sub), "billing_reason", "subscription_cycle");
	assert_field(latest_invoice(h, sub), "status", "draft");
	a = get(h, "subscription_schedules", id);
	assert_money(a, "current_phase.start_date", FEB_1);
	assert_money(a, "current_phase.end_date", MAR_1);
	assert_events(h, mark,
		"customer.subscription.updated\nsubscription_schedule.updated\ncustomer.subscription.updated\n"
		"invoice.created\n");
}

static void phase__inside_a_period_prorates(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const char *basic = monthly(h, "Basic", 1000), *pro = monthly(h, "Pro", 3000);
	const char *id, *sub;
	int64_t half = HOUSE_NOW + 15 * DAY + 12 * HOUR; /* of 31 days */

	id = field(
		schedule(h, text_of(h,
				    "customer=%s&start_date=now&phases[0][items][0][price]=%s&phases[0][end_date]=%lld&"
				    "phases[1][items][0][price]=%s&phases[1][end_date]=%lld",
				    customer, basic, (long long)half, pro, (long long)APR_1)),
		"id");
	sub = field(get(h, "subscription_schedules", id), "subscription");
	go_to(h, half);
	{
		const struct answer *a = pending_items(h, customer);

		assert_same_int((int64_t)field_count(a, "data"), 2);
		assert_money(a, "data.0.amount", 1500);
		assert_money(a, "data.1.amount", -500);
	}
	assert_field(get(h, "subscriptions", sub), "items.data.0.price.id", pro);
	go_to(h, FEB_1);
	assert_money(latest_invoice(h, sub), "total", 4000);
}

static void phase__says_how_it_prorates(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const char *basic = monthly(h, "Basic", 1000), *pro = monthly(h, "Pro", 3000);
	int64_t half = HOUSE_NOW + 15 * DAY + 12 * HOUR;
	const char *phases = text_of(h,
		"customer=%s&start_date=now&phases[0][items][0][price]=%s&phases[0][end_date]=%lld&phases[1][items][0]["
		"price]=%s&"
		"phases[1][end_date]=%lld&phases[1][proration_behavior]=",
		customer, basic, (long long)half, pro, (long long)APR_1);
	const char *none = field(schedule(h, text_of(h, "%snone", phases)), "subscription");
	const char *at_once = field(schedule(h, text_of(h, "%salways_invoice", phases)), "subscription");

	go_to(h, half);
	assert_same_int((int64_t)field_count(pending_items(h, customer), "data"), 0);
	assert_money(latest_invoice(h, none), "total", 1000);
	assert_money(latest_invoice(h, at_once), "total", 1000);
	assert_field(latest_invoice(h, at_once), "billing_reason", "subscription_update");
	assert_field(latest_invoice(h, none), "billing_reason", "subscription_create");
}

static void phase__of_another_interval(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const char *year = yearly(h, "Pro yearly", 20000), *month = monthly(h, "Pro", 2000);
	const char *sub = classic(h, customer, month), *id = field(from(h, sub), "id");
	const struct line lines[] = { { 20000, FEB_1, FEB_1 + 365 * DAY, "1 × Pro yearly (at $200.00 / year)" } };

	post(h, "subscription_schedules", id,
		text_of(h,
			"phases[0][items][0][price]=%s&phases[0][start_date]=%lld&phases[0][end_date]=%lld&"
			"phases[1][items][0][price]=%s&phases[1][duration][interval]=year",
			month, (long long)HOUSE_NOW, (long long)FEB_1, year));
	go_to(h, FEB_1);
	assert_lines(h, latest_invoice(h, sub), "lines.data", lines, 1);
	assert_money(get(h, "subscriptions", sub), "billing_cycle_anchor", FEB_1);
	assert_money(get(h, "subscriptions", sub), "items.data.0.current_period_end", FEB_1 + 365 * DAY);
}

static void phase__changes_several_items(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const char *a1 = monthly(h, "A", 1000), *b1 = monthly(h, "B", 200), *c1 = monthly(h, "C", 50);
	const char *sub = field(subscribe(h, customer, a1, text_of(h, "items[1][price]=%s", b1)), "id"), *id, *kept;
	const struct answer *a = get(h, "subscriptions", sub);

	kept = field(a, "items.data.1.id");
	id = field(from(h, sub), "id");
	post(h, "subscription_schedules", id,
		text_of(h,
			"phases[0][items][0][price]=%s&phases[0][items][1][price]=%s&phases[0][start_date]=%lld&"
			"phases[0][end_date]=%lld&phases[1][items][0][price]=%s&phases[1][items][0][quantity]=4&phases["
			"1][items]["
			"1][price]=%s",
			a1, b1, (long long)HOUSE_NOW, (long long)FEB_1, b1, c1));
	go_to(h, FEB_1);
	a = get(h, "subscriptions", sub);
	assert_same_int((int64_t)field_count(a, "items.data"), 2);
	assert_field(a, "items.data.1.id", kept);
	assert_field(a, "items.data.1.price.id", b1);
	assert_money(a, "items.data.1.quantity", 4);
	assert_field(a, "items.data.0.price.id", c1);
	assert_money(latest_invoice(h, sub), "total", 850);
}

static void phase__with_a_discount(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000);
	const char *coupon = field(api_ok(h, "POST", "/v1/coupons", "percent_off=25&duration=forever"), "id");
	const char *sub = field(subscribe(h, customer, price, NULL), "id"), *id = field(from(h, sub), "id");
	const struct answer *a = post(h, "subscription_schedules", id,
		text_of(h,
			"phases[0][items][0][price]=%s&phases[0][start_date]=%lld&phases[0][end_date]=%lld&"
			"phases[1][items][0][price]=%s&phases[1][duration][interval]=month&phases[1][discounts][0]["
			"coupon]=%s&"
			"phases[2][items][0][price]=%s",
			price, (long long)HOUSE_NOW, (long long)FEB_1, price, coupon, price));

	assert_field(a, "phases.1.discounts.0.coupon", coupon);
	assert_field(a, "phases.1.discounts.0.discount", NULL);
	go_to(h, FEB_1);
	assert_money(latest_invoice(h, sub), "total", 1500);
	go_to(h, MAR_1);
	assert_money(latest_invoice(h, sub), "total", 2000);
	assert_same_int((int64_t)field_count(get(h, "subscriptions", sub), "discounts"), 0);
}

static void phase__with_one_time_items_and_an_anchor(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000);
	const char *setup = one_time(h, "Setup", 700);
	const char *sub = field(subscribe(h, customer, price, NULL), "id"), *id = field(from(h, sub), "id");

	post(h, "subscription_schedules", id,
		text_of(h,
			"phases[0][items][0][price]=%s&phases[0][start_date]=%lld&phases[0][end_date]=%lld&"
			"phases[1][items][0][price]=%s&phases[1][duration][interval]=month&phases[1][add_invoice_items]"
			"[0][price]="
			"%s",
			price, (long long)HOUSE_NOW, (long long)FEB_1, price, setup));
	go_to(h, FEB_1);
	assert_money(latest_invoice(h, sub), "total", 2700);
	go_to(h, MAR_1);
	assert_money(latest_invoice(h, sub), "total", 2000);
}

static void phase__with_a_trial(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000);
	const struct answer *a = schedule(h, text_of(h,
						     "customer=%s&start_date=now&phases[0][items][0][price]=%s&phases["
						     "0][trial]=true&phases[0][end_date]=%lld&"
						     "phases[1][items][0][price]=%s",
						     customer, price, (long long)(HOUSE_NOW + 14 * DAY), price));
	const char *sub = field(a, "subscription");

	assert_money(a, "phases.0.trial_end", HOUSE_NOW + 14 * DAY);
	assert_field(get(h, "subscriptions", sub), "status", "trialing");
	go_to(h, HOUSE_NOW + 14 * DAY);
	assert_field(get(h, "subscriptions", sub), "status", "active");
	assert_money(latest_invoice(h, sub), "total", 2000);
	assert_money(get(h, "subscriptions", sub), "items.data.0.current_period_start", HOUSE_NOW + 14 * DAY);
}

static void phase__that_cannot_begin_ends_the_schedule(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const char *pro = monthly(h, "Pro", 2000), *basic = monthly(h, "Basic", 500), *mark;
	const char *sub = field(subscribe(h, customer, pro, NULL), "id"), *id = downgrade(h, sub, pro, basic, "");

	post(h, "prices", basic, "active=false");
	go_to(h, FEB_1 - 1);
	mark = events_mark(h);
	go_to(h, FEB_1);
	assert_field(get(h, "subscription_schedules", id), "status", "canceled");
	assert_field(get(h, "subscriptions", sub), "items.data.0.price.id", pro);
	assert_money(latest_invoice(h, sub), "total", 2000);
	assert_events(h, mark, "subscription_schedule.aborted\ncustomer.subscription.updated\ninvoice.created\n");
}

/* ---- updates ---- */

static void update__of_the_running_phase_works_at_once(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 3100);
	const char *sub = field(subscribe(h, customer, price, NULL), "id"), *id = field(from(h, sub), "id"), *mark;
	const struct answer *a;

	go_to(h, HOUSE_NOW + 10 * DAY);
	mark = events_mark(h);
	a = post(h, "subscription_schedules", id,
		text_of(h,
			"phases[0][items][0][price]=%s&phases[0][items][0][quantity]=2&phases[0][start_date]=%lld&"
			"phases[0]["
			"end_date]=%lld",
			price, (long long)HOUSE_NOW, (long long)MAR_1));
	assert_money(a, "current_phase.end_date", MAR_1);
	assert_money(get(h, "subscriptions", sub), "items.data.0.quantity", 2);
	a = pending_items(h, customer);
	assert_money(a, "data.0.amount", 4200);
	assert_money(a, "data.1.amount", -2100);
	a = events_after(h, mark);
	assert_json(h, a,
		text_of(h, "%s.data.previous_attributes.current_phase",
			event_place(h, a, "subscription_schedule.updated")),
		text_of(h, "{\"end_date\":%lld}", (long long)FEB_1));
}

static void update__must_repeat_the_running_phase(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000);
	const char *id = field(from(h, field(subscribe(h, customer, price, NULL), "id")), "id");
	const char *path = text_of(h, "/v1/subscription_schedules/%s", id);

	assert_error(api(h, "POST", path, text_of(h, "phases[0][items][0][price]=%s", price)), 400, NULL,
		"phases[0][start_date]", "current phase");
	assert_error(api(h, "POST", path,
			     text_of(h, "phases[0][items][0][price]=%s&phases[0][start_date]=%lld", price,
				     (long long)FEB_1)),
		400, NULL, "phases[0][start_date]", "cannot be changed");
	assert_error(api(h, "POST", path,
			     text_of(h,
				     "phases[0][items][0][price]=%s&phases[0][start_date]=%lld&phases[1][items][0]["
				     "price]=%s",
				     price, (long long)HOUSE_NOW, price)),
		400, "parameter_missing", "phases[0][end_date]", NULL);
}

static void update__end_behavior_sets_the_cancel_date(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000);
	const char *sub = field(subscribe(h, customer, price, NULL), "id"), *id = field(from(h, sub), "id");

	post(h, "subscription_schedules", id, "end_behavior=cancel&metadata[a]=b");
	assert_money(get(h, "subscriptions", sub), "cancel_at", FEB_1);
	post(h, "subscription_schedules", id, "end_behavior=release");
	assert_field(get(h, "subscriptions", sub), "cancel_at", NULL);
}

static void update__ends_the_running_phase_now(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const char *basic = monthly(h, "Basic", 1000), *pro = monthly(h, "Pro", 3000);
	const char *sub = field(subscribe(h, customer, basic, NULL), "id"), *id = field(from(h, sub), "id");
	const struct answer *a;

	go_to(h, HOUSE_NOW + 10 * DAY);
	a = post(h, "subscription_schedules", id,
		text_of(h,
			"phases[0][items][0][price]=%s&phases[0][start_date]=%lld&phases[0][end_date]=now&phases[1]["
			"items][0]["
			"price]=%s",
			basic, (long long)HOUSE_NOW, pro));
	assert_money(a, "current_phase.start_date", HOUSE_NOW + 10 * DAY);
	assert_field(get(h, "subscriptions", sub), "items.data.0.price.id", pro);
}

static void update__before_the_start(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000), *mark;
	const char *id = field(schedule(h, text_of(h, "customer=%s&start_date=%lld&phases[0][items][0][price]=%s",
						   customer, (long long)FEB_1, price)),
		"id");
	const struct answer *a;

	mark = events_mark(h);
	a = post(h, "subscription_schedules", id,
		text_of(h, "phases[0][items][0][price]=%s&phases[0][items][0][quantity]=5&phases[0][start_date]=%lld",
			price, (long long)MAR_1));
	assert_field(a, "status", "not_started");
	assert_money(a, "phases.0.start_date", MAR_1);
	assert_events(h, mark, "subscription_schedule.updated\n");
	go_to(h, FEB_1);
	assert_field(get(h, "subscription_schedules", id), "status", "not_started");
	go_to(h, MAR_1);
	a = get(h, "subscription_schedules", id);
	assert_money(get(h, "subscriptions", field(a, "subscription")), "items.data.0.quantity", 5);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(phase__at_the_period_end_is_what_the_renewal_bills),
		BILLING_TEST(phase__inside_a_period_prorates),
		BILLING_TEST(phase__says_how_it_prorates),
		BILLING_TEST(phase__of_another_interval),
		BILLING_TEST(phase__changes_several_items),
		BILLING_TEST(phase__with_a_discount),
		BILLING_TEST(phase__with_one_time_items_and_an_anchor),
		BILLING_TEST(phase__with_a_trial),
		BILLING_TEST(phase__that_cannot_begin_ends_the_schedule),
		BILLING_TEST(update__of_the_running_phase_works_at_once),
		BILLING_TEST(update__must_repeat_the_running_phase),
		BILLING_TEST(update__end_behavior_sets_the_cancel_date),
		BILLING_TEST(update__ends_the_running_phase_now),
		BILLING_TEST(update__before_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
