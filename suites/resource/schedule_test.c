/* SPDX-License-Identifier: MIT */
/* Subscription schedules: phases, their starts and ends, updates, release and cancellation, refusals. */
#include "suites/resource/billing.h"

static const struct answer *schedule(struct house *h, const char *body)
{
	return api_ok(h, "POST", "/v1/subscription_schedules", body);
}

static const struct answer *from(struct house *h, const char *sub)
{
	return schedule(h, text_of(h, "from_subscription=%s", sub));
}

static const char *classic(struct house *h, const char *customer, const char *price)
{
	return field(subscribe(h, customer, price, "billing_mode[type]=classic"), "id");
}

/* The whole way of a downgrade at the period's end: a schedule of the subscription, then a second phase. */
static const char *downgrade(struct house *h, const char *sub, const char *now, const char *then, const char *more)
{
	const struct answer *a = from(h, sub);
	const char *id = field(a, "id");

	post(h, "subscription_schedules", id,
		text_of(h,
			"phases[0][items][0][price]=%s&phases[0][start_date]=%lld&phases[0][end_date]=%lld&"
			"phases[1][items][0][price]=%s&phases[1][duration][interval]=month%s",
			now, (long long)field_int(a, "phases.0.start_date"),
			(long long)field_int(a, "phases.0.end_date"), then, more));
	return id;
}

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

/* ---- the end ---- */

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
	const struct CMUnitTest tests[] = {
		BILLING_TEST(from_subscription__takes_it_as_it_is),
		BILLING_TEST(from_subscription__ends_with_it),
		BILLING_TEST(from_subscription__refusals),
		BILLING_TEST(phase__at_the_period_end_is_what_the_renewal_bills),
		BILLING_TEST(phase__inside_a_period_prorates),
		BILLING_TEST(phase__says_how_it_prorates),
		BILLING_TEST(phase__of_another_interval),
		BILLING_TEST(phase__changes_several_items),
		BILLING_TEST(phase__with_a_discount),
		BILLING_TEST(phase__with_one_time_items_and_an_anchor),
		BILLING_TEST(phase__with_a_trial),
		BILLING_TEST(phase__that_cannot_begin_ends_the_schedule),
		BILLING_TEST(start__now_creates_the_subscription),
		BILLING_TEST(start__later_waits),
		BILLING_TEST(start__in_the_past_is_backdated),
		BILLING_TEST(end__releases_by_default),
		BILLING_TEST(end__cancels_when_asked_for),
		BILLING_TEST(end__is_announced_a_week_ahead),
		BILLING_TEST(release__lets_the_subscription_go_on),
		BILLING_TEST(release__takes_its_cancel_date_along_unless_told),
		BILLING_TEST(cancel__ends_the_subscription_too),
		BILLING_TEST(cancel__before_the_start),
		BILLING_TEST(subscription__canceled_directly_takes_it_along),
		BILLING_TEST(update__of_the_running_phase_works_at_once),
		BILLING_TEST(update__must_repeat_the_running_phase),
		BILLING_TEST(update__end_behavior_sets_the_cancel_date),
		BILLING_TEST(update__ends_the_running_phase_now),
		BILLING_TEST(update__before_the_start),
		BILLING_TEST(subscription__refuses_to_end_by_itself),
		BILLING_TEST(create__refusals),
		BILLING_TEST(list__filters),
	};

	return cmocka_run_group_tests_name("subscription schedules", tests, NULL, NULL);
}
