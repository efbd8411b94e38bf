/* SPDX-License-Identifier: MIT */

/* Subscription schedules: made of a subscription, or making one; what a scheduled subscription refuses. Source: Stripe
 * docs "Subscription schedules". */
#include "schedule.h"

/* ---- made of a subscription ---- */

static void from_subscription__takes_it_as_it_is(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000), *mark;
	const char *sub = field(subscribe(h, customer, price, "items[0][quantity]=3&description=Mine"), "id");
	const struct answer *a;

	go_to(h, HOUSE_NOW + 10 * DAY);
	mark = events_mark(h);
	a = from(h, sub);
	assert_field(a, "object", "subscription_schedule");
	assert_field(a, "status", "active");
	assert_field(a, "subscription", sub);
	assert_field(a, "customer", customer);
	assert_field(a, "end_behavior", "release");
	assert_field(a, "default_settings.collection_method", "charge_automatically");
	assert_field(a, "default_settings.billing_cycle_anchor", "automatic");
	assert_field(a, "billing_mode.type", "flexible");
	assert_money(a, "current_phase.start_date", HOUSE_NOW);
	assert_money(a, "current_phase.end_date", FEB_1);
	assert_same_int((int64_t)field_count(a, "phases"), 1);
	assert_field(a, "phases.0.items.0.price", price);
	assert_field(a, "phases.0.items.0.plan", price);
	assert_money(a, "phases.0.items.0.quantity", 3);
	assert_field(a, "phases.0.currency", "usd");
	assert_field(a, "phases.0.proration_behavior", "create_prorations");
	assert_field(a, "phases.0.description", "Mine");
	assert_field(get(h, "subscriptions", sub), "schedule", field(a, "id"));
	assert_events(h, mark, "subscription_schedule.created\ncustomer.subscription.updated\n");
}

static void from_subscription__ends_with_it(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), "cancel_at_period_end=true"), "id");
	const struct answer *a = from(h, sub);

	assert_field(a, "end_behavior", "cancel");
	assert_money(a, "phases.0.end_date", FEB_1);
	go_to(h, FEB_1);
	a = get(h, "subscription_schedules", field(a, "id"));
	assert_field(a, "status", "completed");
	assert_money(a, "completed_at", FEB_1);
	assert_field(a, "current_phase", NULL);
	assert_field(get(h, "subscriptions", sub), "status", "canceled");
}

static void from_subscription__refusals(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000);
	const char *sub = field(subscribe(h, customer, price, NULL), "id"), *id;

	assert_error(api(h, "POST", "/v1/subscription_schedules",
			     text_of(h, "from_subscription=%s&end_behavior=cancel", sub)),
		400, NULL, "end_behavior", "from_subscription");
	id = field(from(h, sub), "id");
	assert_error(api(h, "POST", "/v1/subscription_schedules", text_of(h, "from_subscription=%s", sub)), 400, NULL,
		"from_subscription",
		text_of(h, "You cannot migrate a subscription that is already attached to a schedule: `%s`.", id));
	sub = field(subscribe(h, customer, price, NULL), "id");
	api_ok(h, "DELETE", get_path(h, "subscriptions", sub), NULL);
	assert_error(api(h, "POST", "/v1/subscription_schedules", text_of(h, "from_subscription=%s", sub)), 400, NULL,
		"from_subscription", "`canceled`");
	assert_error(api(h, "POST", "/v1/subscription_schedules", "from_subscription=sub_none"), 400,
		"resource_missing", "from_subscription", "No such subscription: 'sub_none'");
}

/* ---- schedules that make their subscription ---- */

static void start__now_creates_the_subscription(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000);
	const char *mark = events_mark(h);
	const struct answer *a = schedule(
		h, text_of(h,
			   "customer=%s&start_date=now&end_behavior=release&phases[0][items][0][price]=%s&phases[0]["
			   "items][0]["
			   "quantity]=2&phases[0][metadata][a]=b&metadata[x]=y&default_settings[description]=Hello",
			   customer, price));
	const char *sub = field(a, "subscription");

	assert_field(a, "status", "active");
	assert_field(a, "metadata.x", "y");
	assert_money(a, "current_phase.start_date", HOUSE_NOW);
	assert_money(a, "current_phase.end_date", FEB_1);
	a = get(h, "subscriptions", sub);
	assert_field(a, "status", "active");
	assert_field(a, "metadata.a", "b");
	assert_field(a, "description", "Hello");
	assert_money(a, "items.data.0.quantity", 2);
	assert_field(latest_invoice(h, sub), "status", "draft");
	assert_money(latest_invoice(h, sub), "total", 4000);
	assert_events(h, mark, "subscription_schedule.created\ninvoice.created\ncustomer.subscription.created\n");
	go_to(h, HOUSE_NOW + 2 * HOUR);
	assert_field(latest_invoice(h, sub), "status", "paid");
}

static void start__later_waits(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000), *mark, *id;
	const struct answer *a = schedule(h,
		text_of(h,
			"customer=%s&start_date=%lld&phases[0][items][0][price]=%s&phases[0][duration][interval]=month&"
			"phases[0][duration][interval_count]=2",
			customer, (long long)FEB_1, price));

	id = field(a, "id");
	assert_field(a, "status", "not_started");
	assert_field(a, "subscription", NULL);
	assert_field(a, "current_phase", NULL);
	assert_money(a, "phases.0.start_date", FEB_1);
	assert_money(a, "phases.0.end_date", APR_1);
	mark = events_mark(h);
	go_to(h, FEB_1);
	a = get(h, "subscription_schedules", id);
	assert_field(a, "status", "active");
	assert_money(a, "current_phase.start_date", FEB_1);
	assert_field(get(h, "subscriptions", field(a, "subscription")), "schedule", id);
	assert_money(get(h, "subscriptions", field(a, "subscription")), "start_date", FEB_1);
	assert_events(h, mark, "invoice.created\ncustomer.subscription.created\nsubscription_schedule.updated\n");
}

static void start__in_the_past_is_backdated(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 3100);
	const struct answer *a = schedule(
		h, text_of(h, "customer=%s&start_date=%lld&phases[0][items][0][price]=%s&phases[0][end_date]=%lld",
			   customer, (long long)(HOUSE_NOW - 31 * DAY), price, (long long)APR_1));

	assert_money(get(h, "subscriptions", field(a, "subscription")), "start_date", HOUSE_NOW - 31 * DAY);
	assert_money(a, "current_phase.start_date", HOUSE_NOW - 31 * DAY);
}

/* ---- what a scheduled subscription refuses, and the rest ---- */

static void subscription__refuses_to_end_by_itself(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000);
	const char *sub = field(subscribe(h, customer, price, NULL), "id"), *id = field(from(h, sub), "id");

	assert_error(api(h, "POST", get_path(h, "subscriptions", sub), "cancel_at_period_end=true"), 400, NULL, NULL,
		text_of(h,
			"The subscription is managed by the subscription schedule `%s`, and updating any cancelation "
			"behavior "
			"directly is not allowed. Please update the schedule instead.",
			id));
	post(h, "subscriptions", sub, "metadata[a]=b");
}

static void create__refusals(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000);
	const char *once = one_time(h, "Setup", 100), *path = "/v1/subscription_schedules";

	assert_error(api(h, "POST", path, text_of(h, "phases[0][items][0][price]=%s", price)), 400, "parameter_missing",
		"customer", NULL);
	assert_error(
		api(h, "POST", path, text_of(h, "customer=%s", customer)), 400, "parameter_missing", "phases", NULL);
	assert_error(api(h, "POST", path, text_of(h, "customer=%s&phases[0][items][0][quantity]=1", customer)), 400,
		"parameter_missing", "phases[0][items][0][price]", NULL);
	assert_error(api(h, "POST", path, text_of(h, "customer=%s&phases[0][items][0][price]=price_none", customer)),
		400, "resource_missing", "phases[0][items][0][price]", "price_none");
	assert_error(api(h, "POST", path, text_of(h, "customer=%s&phases[0][items][0][price]=%s", customer, once)), 400,
		NULL, "phases[0][items][0][price]", NULL);
	assert_error(api(h, "POST", path,
			     text_of(h, "customer=%s&phases[0][items][0][price]=%s&phases[0][items][1][price]=%s",
				     customer, price, price)),
		400, NULL, "phases[0][items]", "multiple items");
	assert_error(api(h, "POST", path,
			     text_of(h,
				     "customer=%s&phases[0][items][0][price]=%s&phases[0][trial]=true"
				     "&phases[0][billing_cycle_anchor]=phase_start",
				     customer, price)),
		400, NULL, "phases[0][billing_cycle_anchor]", "when the phase has a trial");
	assert_error(api(h, "POST", path,
			     text_of(h, "customer=%s&phases[0][items][0][price]=%s&phases[0][end_date]=%lld", customer,
				     price, (long long)(HOUSE_NOW - 1))),
		400, NULL, "phases[0][end_date]", "after its start_date");
	assert_error(api(h, "POST", path,
			     text_of(h,
				     "customer=%s&phases[0][items][0][price]=%s&phases[0][end_date]=%lld&phases[0]["
				     "duration][interval]="
				     "month",
				     customer, price, (long long)FEB_1)),
		400, NULL, "phases[0][duration]", "only specify one");
	assert_error(
		api(h, "POST", path,
			text_of(h, "customer=%s&end_behavior=renew&phases[0][items][0][price]=%s", customer, price)),
		400, NULL, "end_behavior", "`renew`");
	assert_error(api(h, "GET", "/v1/subscription_schedules/sub_sched_none", NULL), 404, "resource_missing",
		"schedule", "sub_sched_none");
}

static void list__filters(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.c", "visa"), *price = monthly(h, "Pro", 2000);
	const char *waits = field(schedule(h, text_of(h, "customer=%s&start_date=%lld&phases[0][items][0][price]=%s",
						      customer, (long long)FEB_1, price)),
		"id");
	const char *runs = field(from(h, field(subscribe(h, customer, price, NULL), "id")), "id");
	const char *gone = field(from(h, field(subscribe(h, customer, price, NULL), "id")), "id");
	const struct answer *a;

	go_to(h, HOUSE_NOW + DAY);
	api_ok(h, "POST", text_of(h, "/v1/subscription_schedules/%s/release", gone), NULL);
	a = api_ok(h, "GET", "/v1/subscription_schedules?scheduled=true", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.id", waits);
	a = api_ok(
		h, "GET", text_of(h, "/v1/subscription_schedules?released_at[gte]=%lld", (long long)HOUSE_NOW), NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.id", gone);
	a = api_ok(h, "GET", text_of(h, "/v1/subscription_schedules?customer=%s", customer), NULL);
	assert_same_int((int64_t)field_count(a, "data"), 3);
	assert_field(a, "data.1.id", runs);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(from_subscription__takes_it_as_it_is),
		BILLING_TEST(from_subscription__ends_with_it),
		BILLING_TEST(from_subscription__refusals),
		BILLING_TEST(start__now_creates_the_subscription),
		BILLING_TEST(start__later_waits),
		BILLING_TEST(start__in_the_past_is_backdated),
		BILLING_TEST(subscription__refuses_to_end_by_itself),
		BILLING_TEST(create__refusals),
		BILLING_TEST(list__filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
