/* SPDX-License-Identifier: MIT */

/* How subscription schedules end: by themselves, released, canceled. Source: Stripe docs "Subscription schedules". */
#include "schedule.h"

static void end__releases_by_default(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const char *pro = monthly(h, "Pro", 2000), *basic = monthly(h, "Basic", 500), *mark;
	const char *sub = field(subscribe(h, customer, pro, NULL), "id"), *id = downgrade(h, sub, pro, basic, "");
	const struct answer *a;

	go_to(h, MAR_1 - 1);
	mark = events_mark(h);
	go_to(h, MAR_1);
	a = get(h, "subscription_schedules", id);
	assert_field(a, "status", "released");
	assert_money(a, "released_at", MAR_1);
	assert_field(a, "released_subscription", sub);
	assert_field(a, "subscription", NULL);
	assert_field(a, "current_phase", NULL);
	a = get(h, "subscriptions", sub);
	assert_field(a, "schedule", NULL);
	assert_field(a, "status", "active");
	assert_field(a, "items.data.0.price.id", basic);
	assert_money(latest_invoice(h, sub), "total", 500);
	assert_events(h, mark,
		"subscription_schedule.released\ncustomer.subscription.updated\ncustomer.subscription.updated\n"
		"invoice.created\n");
}

static void end__cancels_when_asked_for(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000), *mark;
	const struct answer *a = schedule(h, text_of(h,
						     "customer=%s&start_date=now&end_behavior=cancel&phases[0][items]["
						     "0][price]=%s&phases[0][duration]["
						     "interval]=month&phases[0][duration][interval_count]=2",
						     customer, price));
	const char *id = field(a, "id"), *sub = field(a, "subscription");

	assert_money(get(h, "subscriptions", sub), "cancel_at", MAR_1);
	go_to(h, FEB_1 + 2 * HOUR);
	assert_field(latest_invoice(h, sub), "status", "paid");
	go_to(h, MAR_1 - 1);
	mark = events_mark(h);
	go_to(h, MAR_1);
	a = get(h, "subscription_schedules", id);
	assert_field(a, "status", "completed");
	assert_money(a, "completed_at", MAR_1);
	assert_field(get(h, "subscriptions", sub), "status", "canceled");
	assert_money(get(h, "subscriptions", sub), "ended_at", MAR_1);
	assert_events(h, mark, "subscription_schedule.completed\ncustomer.subscription.deleted\n");
}

static void end__is_announced_a_week_ahead(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), NULL), "id"), *mark;

	from(h, sub);
	go_to(h, FEB_1 - 7 * DAY - 1);
	mark = events_mark(h);
	go_to(h, FEB_1 - 7 * DAY);
	assert_events(h, mark, "subscription_schedule.expiring\ninvoice.upcoming\n");
	go_to(h, FEB_1 - 1);
	assert_events(h, mark, "subscription_schedule.expiring\ninvoice.upcoming\n");
}

static void release__lets_the_subscription_go_on(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const char *pro = monthly(h, "Pro", 2000), *basic = monthly(h, "Basic", 500), *mark;
	const char *sub = field(subscribe(h, customer, pro, NULL), "id"), *id = downgrade(h, sub, pro, basic, "");
	const struct answer *a;

	mark = events_mark(h);
	a = api_ok(h, "POST", text_of(h, "/v1/subscription_schedules/%s/release", id), NULL);
	assert_field(a, "status", "released");
	assert_field(a, "released_subscription", sub);
	assert_events(h, mark, "subscription_schedule.released\ncustomer.subscription.updated\n");
	go_to(h, FEB_1);
	assert_field(get(h, "subscriptions", sub), "items.data.0.price.id", pro);
	assert_money(latest_invoice(h, sub), "total", 2000);
	assert_error(api(h, "POST", text_of(h, "/v1/subscription_schedules/%s/release", id), NULL), 400, NULL,
		"schedule",
		"You cannot release a subscription schedule that is currently in the `released` status. It must be in "
		"one of "
		"the following statuses: `not_started`, `active`.");
	assert_error(api(h, "POST", text_of(h, "/v1/subscription_schedules/%s", id), "metadata[a]=b"), 400, NULL,
		"schedule", "You cannot update a subscription schedule that is currently in the `released` status.");
	from(h, sub); /* it may have another one now */
}

static void release__takes_its_cancel_date_along_unless_told(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000);
	const char *form = text_of(h,
		"customer=%s&start_date=now&end_behavior=cancel&phases[0][items][0][price]=%s&phases[0][duration]["
		"interval]="
		"month&phases[0][duration][interval_count]=3",
		customer, price);
	const struct answer *one = schedule(h, form), *two = schedule(h, form);

	api_ok(h, "POST", text_of(h, "/v1/subscription_schedules/%s/release", field(one, "id")), NULL);
	assert_field(get(h, "subscriptions", field(one, "subscription")), "cancel_at", NULL);
	api_ok(h, "POST", text_of(h, "/v1/subscription_schedules/%s/release", field(two, "id")),
		"preserve_cancel_date=true");
	assert_money(get(h, "subscriptions", field(two, "subscription")), "cancel_at", APR_1);
}

static void cancel__ends_the_subscription_too(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 3100), NULL), "id"), *mark;
	const char *id = field(from(h, sub), "id");
	const struct answer *a;

	go_to(h, HOUSE_NOW + 10 * DAY);
	mark = events_mark(h);
	a = api_ok(h, "POST", text_of(h, "/v1/subscription_schedules/%s/cancel", id), NULL);
	assert_field(a, "status", "canceled");
	assert_money(a, "canceled_at", HOUSE_NOW + 10 * DAY);
	assert_field(get(h, "subscriptions", sub), "status", "canceled");
	assert_money(latest_invoice(h, sub), "total", -2100); /* 21 of 31 days */
	a = events_after(h, mark);
	event_place(h, a, "customer.subscription.deleted");
	event_place(h, a, "subscription_schedule.canceled");
	assert_error(api(h, "POST", text_of(h, "/v1/subscription_schedules/%s/cancel", id), NULL), 400, NULL,
		"schedule",
		"You cannot cancel a subscription schedule that is currently in the `canceled` status. It must be in "
		"one of "
		"the following statuses: `not_started`, `active`.");
}

static void cancel__before_the_start(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *mark;
	const char *id = field(schedule(h, text_of(h, "customer=%s&start_date=%lld&phases[0][items][0][price]=%s",
						   customer, (long long)FEB_1, monthly(h, "Pro", 2000))),
		"id");

	mark = events_mark(h);
	assert_field(
		api_ok(h, "POST", text_of(h, "/v1/subscription_schedules/%s/cancel", id), NULL), "status", "canceled");
	assert_events(h, mark, "subscription_schedule.canceled\n");
	go_to(h, FEB_1 + DAY);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/subscriptions?status=all", NULL), "data"), 0);
}

static void subscription__canceled_directly_takes_it_along(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), NULL), "id");
	const char *id = field(from(h, sub), "id"), *mark = events_mark(h);

	api_ok(h, "DELETE", get_path(h, "subscriptions", sub), NULL);
	assert_field(get(h, "subscription_schedules", id), "status", "canceled");
	assert_events(h, mark, "customer.subscription.deleted\nsubscription_schedule.canceled\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(end__releases_by_default),
		BILLING_TEST(end__cancels_when_asked_for),
		BILLING_TEST(end__is_announced_a_week_ahead),
		BILLING_TEST(release__lets_the_subscription_go_on),
		BILLING_TEST(release__takes_its_cancel_date_along_unless_told),
		BILLING_TEST(cancel__ends_the_subscription_too),
		BILLING_TEST(cancel__before_the_start),
		BILLING_TEST(subscription__canceled_directly_takes_it_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
