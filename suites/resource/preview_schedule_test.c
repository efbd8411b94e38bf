/* SPDX-License-Identifier: MIT */

/*
 * Previews of subscription schedules: what comes next, and what a new or changed schedule would bill, each beside what
 * is billed when it happens. Source: API reference "Create a preview invoice", schedule and schedule_details; Stripe
 * docs "Subscription schedules".
 */
#include "schedule.h"

#define PREVIEW "/v1/invoices/create_preview"

static const struct answer *foretell(struct house *h, const char *body)
{
	return api_ok(h, "POST", PREVIEW, body);
}

/* "phases[0][x]=1" as create_preview takes it: "schedule_details[phases][0][x]=1". */
static const char *as_details(struct house *h, const char *params)
{
	const char *out = "";

	while (*params) {
		size_t length = strcspn(params, "&"), name = strcspn(params, "[=&");

		out = text_of(h, "%s&schedule_details[%.*s]%.*s", out, (int)name, params, (int)(length - name),
			params + name);
		params += length + (params[length] == '&');
	}
	return out;
}

/* The same lines and total; a subscription that is only imagined has another id than the one that is made. */
static void assert_same_bill(struct house *h, const struct answer *foretold, const struct answer *made)
{
	assert_money(foretold, "total", field_int(made, "total"));
	assert_money(foretold, "created", field_int(made, "created"));
	assert_int_equal(field_count(foretold, "lines.data"), field_count(made, "lines.data"));
	for (size_t i = 0; i < field_count(made, "lines.data"); i++) {
		const char *at = text_of(h, "lines.data.%zu", i);

		assert_money(foretold, text_of(h, "%s.amount", at), field_int(made, text_of(h, "%s.amount", at)));
		assert_field(foretold, text_of(h, "%s.description", at), field(made, text_of(h, "%s.description", at)));
		assert_money(foretold, text_of(h, "%s.period.start", at),
			field_int(made, text_of(h, "%s.period.start", at)));
		assert_money(
			foretold, text_of(h, "%s.period.end", at), field_int(made, text_of(h, "%s.period.end", at)));
	}
}

/* The running phase of a schedule made of a subscription, as an update has to repeat it. */
static const char *running(struct house *h, const char *id, const char *price)
{
	const struct answer *a = get(h, "subscription_schedules", id);

	return text_of(h, "phases[0][items][0][price]=%s&phases[0][start_date]=%lld&phases[0][end_date]=%lld", price,
		(long long)field_int(a, "phases.0.start_date"), (long long)field_int(a, "phases.0.end_date"));
}

/* ---- what comes next ---- */

static void next__renewal_of_a_phase_that_goes_on(void **state)
{
	struct house *h = *state;
	const char *price = monthly(h, "Pro", 2000);
	const struct answer *a = schedule(h,
		text_of(h,
			"customer=%s&start_date=now&phases[0][items][0][price]=%s&phases[0][duration][interval]=year",
			customer_new(h, NULL, "visa"), price));
	const char *sub = field(a, "subscription");
	const struct answer *foretold = foretell(h, text_of(h, "schedule=%s", field(a, "id")));

	assert_money(foretold, "created", FEB_1);
	assert_money(foretold, "total", 2000);
	assert_field(foretold, "parent.subscription_details.subscription", sub);
	go_to(h, FEB_1);
	assert_foretold(h, foretold, latest_invoice(h, sub));
}

/* The next phase begins with the next period: the renewal bills that. The same by the subscription's id. */
static void next__renewal_that_begins_a_phase(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *pro = monthly(h, "Pro", 2000);
	const char *basic = monthly(h, "Basic", 500), *sub = field(subscribe(h, customer, pro, NULL), "id");
	const char *id = downgrade(h, sub, pro, basic, ""), *mark = events_mark(h);
	const struct answer *foretold = foretell(h, text_of(h, "schedule=%s", id));
	const struct answer *again = foretell(h, text_of(h, "subscription=%s", sub));

	assert_lines(h, foretold, "lines.data",
		((const struct line[]) { { 500, FEB_1, MAR_1, "1 × Basic (at $5.00 / month)" } }), 1);
	assert_foretold(h, foretold, again);
	assert_events(h, mark, "");
	assert_field(get(h, "subscription_schedules", id), "status", "active");
	go_to(h, FEB_1);
	assert_foretold(h, foretold, latest_invoice(h, sub));
}

static const struct answer *phases_of(struct house *h, const char *basic, const char *pro, const char *behavior)
{
	return schedule(
		h, text_of(h,
			   "customer=%s&start_date=now&phases[0][items][0][price]=%s&phases[0][end_date]=%lld"
			   "&phases[1][items][0][price]=%s&phases[1][end_date]=%lld&phases[1][proration_behavior]=%s",
			   customer_new(h, NULL, "visa"), basic, (long long)(HOUSE_NOW + 15 * DAY + 12 * HOUR), pro,
			   (long long)APR_1, behavior));
}

/* It begins inside the period: its prorations ride on the renewal, or make the next invoice themselves. */
static void next__with_a_phase_inside_the_period(void **state)
{
	struct house *h = *state;
	const char *basic = monthly(h, "Basic", 1000), *pro = monthly(h, "Pro", 3000), *later, *at_once, *free;
	const struct answer *foretold[3], *a;
	int64_t half = HOUSE_NOW + 15 * DAY + 12 * HOUR;

	a = phases_of(h, basic, pro, "create_prorations");
	later = field(a, "subscription");
	foretold[0] = foretell(h, text_of(h, "schedule=%s", field(a, "id")));
	a = phases_of(h, basic, pro, "always_invoice");
	at_once = field(a, "subscription");
	foretold[1] = foretell(h, text_of(h, "schedule=%s", field(a, "id")));
	a = phases_of(h, basic, pro, "none");
	free = field(a, "subscription");
	foretold[2] = foretell(h, text_of(h, "schedule=%s", field(a, "id")));
	assert_lines(h, foretold[0], "lines.data",
		((const struct line[]) { { 1500, half, FEB_1, "Remaining time on Pro after 16 Jan 2026" },
			{ -500, half, FEB_1, "Unused time on Basic after 16 Jan 2026" },
			{ 3000, FEB_1, MAR_1, "1 × Pro (at $30.00 / month)" } }),
		3);
	assert_lines(h, foretold[1], "lines.data",
		((const struct line[]) { { 1500, half, FEB_1, NULL }, { -500, half, FEB_1, NULL } }), 2);
	assert_money(foretold[1], "created", half);
	assert_lines(h, foretold[2], "lines.data", ((const struct line[]) { { 3000, FEB_1, MAR_1, NULL } }), 1);
	go_to(h, half);
	assert_foretold(h, foretold[1], latest_invoice(h, at_once));
	go_to(h, FEB_1);
	assert_foretold(h, foretold[0], latest_invoice(h, later));
	assert_foretold(h, foretold[2], latest_invoice(h, free));
}

/* Without a method the invoice of a phase waits as a draft, then stays open. */
static void next__phase_that_nobody_can_be_charged_for(void **state)
{
	struct house *h = *state;
	const char *basic = monthly(h, "Basic", 0), *pro = monthly(h, "Pro", 3000), *sub;
	const struct answer *a = schedule(h,
		text_of(h,
			"customer=%s&start_date=now&phases[0][items][0][price]=%s&phases[0][end_date]=%lld"
			"&phases[1][items][0][price]=%s&phases[1][end_date]=%lld&phases[1][proration_behavior]=always_"
			"invoice",
			customer_new(h, NULL, NULL), basic, (long long)(HOUSE_NOW + 10 * DAY), pro, (long long)APR_1));

	sub = field(a, "subscription");
	assert_money(foretell(h, text_of(h, "schedule=%s", field(a, "id"))), "total", 2032);
	go_to(h, HOUSE_NOW + 10 * DAY);
	assert_field(get(h, "subscription_schedules", field(a, "id")), "status", "active");
	assert_field(latest_invoice(h, sub), "status", "draft");
	go_to(h, HOUSE_NOW + 10 * DAY + HOUR);
	assert_field(latest_invoice(h, sub), "status", "open");
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
}

static void next__start_of_one_that_waits(void **state)
{
	struct house *h = *state;
	const struct answer *foretold,
		*a = schedule(
			h, text_of(h,
				   "customer=%s&start_date=%lld&phases[0][items][0][price]=%s&phases[0][items][0]["
				   "quantity]=2"
				   "&phases[0][add_invoice_items][0][price]=%s&phases[0][duration][interval]=month",
				   customer_new(h, NULL, "visa"), (long long)FEB_1, monthly(h, "Pro", 2000),
				   one_time(h, "Setup", 500)));
	const char *id = field(a, "id");

	foretold = foretell(h, text_of(h, "schedule=%s", id));
	assert_money(foretold, "created", FEB_1);
	assert_lines(h, foretold, "lines.data",
		((const struct line[]) {
			{ 500, FEB_1, FEB_1, "Setup" }, { 4000, FEB_1, MAR_1, "2 × Pro (at $20.00 / month)" } }),
		2);
	assert_field(get(h, "subscription_schedules", id), "subscription", NULL);
	go_to(h, FEB_1);
	assert_same_bill(h, foretold, latest_invoice(h, field(get(h, "subscription_schedules", id), "subscription")));
}

static void next__discounts_of_its_own(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000), *id;
	const struct answer *a;

	api_ok(h, "POST", "/v1/coupons", "id=half&percent_off=50&duration=once");
	id = field(schedule(h, text_of(h,
				       "customer=%s&start_date=%lld&phases[0][items][0][price]=%s"
				       "&phases[0][duration][interval]=month",
				       customer, (long long)FEB_1, price)),
		"id");
	a = foretell(h, text_of(h, "schedule=%s&discounts[0][coupon]=half", id));
	assert_money(a, "total", 1000);
	a = foretell(h, text_of(h, "schedule=%s&invoice_items[0][amount]=300&invoice_items[0][currency]=usd", id));
	assert_money(a, "total", 2300);
	a = foretell(h, text_of(h, "schedule=%s&preview_mode=recurring", id));
	assert_money(a, "total", 2000);
	assert_money(get(h, "coupons", "half"), "times_redeemed", 0);
}

/* ---- what would be ---- */

static void details__of_a_new_one(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *pro = monthly(h, "Pro", 2000);
	const char *params = text_of(h,
		"phases[0][items][0][price]=%s&phases[0][start_date]=now&phases[0][duration][interval]=month"
		"&phases[1][items][0][price]=%s&phases[1][duration][interval]=year",
		pro, monthly(h, "Basic", 500));
	const struct answer *a = foretell(h, text_of(h, "customer=%s%s", customer, as_details(h, params)));

	assert_lines(h, a, "lines.data",
		((const struct line[]) { { 2000, HOUSE_NOW, FEB_1, "1 × Pro (at $20.00 / month)" } }), 1);
	assert_int_equal(field_count(api_ok(h, "GET", "/v1/subscription_schedules", NULL), "data"), 0);
	params = text_of(h,
		"billing_mode[type]=classic&end_behavior=cancel&phases[0][items][0][price]=%s"
		"&phases[0][start_date]=%lld&phases[0][end_date]=%lld&phases[0][trial]=true"
		"&phases[1][items][0][price]=%s&phases[1][duration][interval]=month",
		pro, (long long)FEB_1, (long long)MAR_1, pro);
	a = foretell(h, text_of(h, "customer=%s%s", customer, as_details(h, params)));
	assert_lines(h, a, "lines.data", ((const struct line[]) { { 0, FEB_1, MAR_1, "Trial period for Pro" } }), 1);
	a = foretell(h, text_of(h, "customer=%s&discounts=%s", customer, as_details(h, params)));
	assert_money(a, "total", 0);
}

/* The backdated start of a new schedule is billed like that of a subscription. */
static void details__of_one_that_is_backdated(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *pro = monthly(h, "Pro", 2000);
	const char *phase = text_of(h, "phases[0][items][0][price]=%s&phases[0][duration][interval]=year", pro);
	const struct answer *a =
		foretell(h, text_of(h, "customer=%s%s&schedule_details[phases][0][start_date]=%lld", customer,
				    as_details(h, phase), (long long)(HOUSE_NOW - 31 * DAY)));
	const struct answer *made = schedule(
		h, text_of(h, "customer=%s&start_date=%lld&%s", customer, (long long)(HOUSE_NOW - 31 * DAY), phase));

	assert_money(a, "total", 4000);
	assert_same_bill(h, a, latest_invoice(h, field(made, "subscription")));
}

/* Items of the running phase change at once: pending until the renewal, or an invoice of the moment. */
static void details__of_the_running_phase(void **state)
{
	static const char *const behaviors[] = { "create_prorations", "always_invoice", "none" };
	struct house *h = *state;
	const char *pro = monthly(h, "Pro", 2000), *max = monthly(h, "Max", 5000);

	for (size_t i = 0; i < 3; i++) {
		const char *customer = customer_new(h, NULL, "visa");
		const char *sub = field(subscribe(h, customer, pro, NULL), "id"), *id = field(from(h, sub), "id");
		const char *change;
		const struct answer *foretold;

		change = text_of(h, "%s&proration_behavior=%s", running(h, id, max), behaviors[i]);
		foretold = foretell(h, text_of(h, "schedule=%s%s", id, as_details(h, change)));
		assert_money(foretold, "total", i == 0 ? 8000 : i == 1 ? 3000 : 5000);
		assert_field(get(h, "subscriptions", sub), "items.data.0.price.id", pro);
		post(h, "subscription_schedules", id, change);
		if (i != 1)
			go_to(h, field_int(get(h, "subscriptions", sub), "items.data.0.current_period_end"));
		assert_foretold(h, foretold, latest_invoice(h, sub));
	}
}

/* A phase more, after the running one. */
static void details__of_a_phase_to_come(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *pro = monthly(h, "Pro", 2000);
	const char *sub = field(subscribe(h, customer, pro, NULL), "id"), *id = field(from(h, sub), "id");
	const char *change = text_of(h, "%s&phases[1][items][0][price]=%s&phases[1][duration][interval]=month",
		running(h, id, pro), monthly(h, "Basic", 500));
	const struct answer *foretold = foretell(h, text_of(h, "schedule=%s%s", id, as_details(h, change)));

	assert_money(foretold, "total", 500);
	assert_int_equal(field_count(get(h, "subscription_schedules", id), "phases"), 1);
	post(h, "subscription_schedules", id, change);
	go_to(h, FEB_1);
	assert_foretold(h, foretold, latest_invoice(h, sub));
}

/* It ends with the running phase: nothing comes, unless something is pending. */
static void details__that_end_it(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *pro = monthly(h, "Pro", 2000);
	const char *sub = field(subscribe(h, customer, pro, NULL), "id"), *id = field(from(h, sub), "id");
	const char *change = text_of(
		h, "schedule=%s%s", id, as_details(h, text_of(h, "end_behavior=cancel&%s", running(h, id, pro))));

	assert_error(api(h, "POST", PREVIEW, change), 404, "invoice_upcoming_none", NULL,
		text_of(h, "No upcoming invoices for customer: %s", customer));
	api_ok(h, "POST", "/v1/invoiceitems", text_of(h, "customer=%s&amount=300&currency=usd", customer));
	assert_money(foretell(h, change), "total", 300);
	assert_money(foretell(h, text_of(h, "schedule=%s", id)), "total", 2300);
}

/* ---- what goes wrong ---- */

static void schedule_preview__refusals(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *pro = monthly(h, "Pro", 2000);
	const char *sub = field(subscribe(h, customer, pro, NULL), "id"), *id = field(from(h, sub), "id");
	const char *other = customer_new(h, NULL, NULL);

	assert_error(api(h, "POST", PREVIEW, "schedule=sub_sched_none"), 400, "resource_missing", "schedule",
		"'sub_sched_none'");
	assert_error(api(h, "POST", PREVIEW, text_of(h, "schedule=%s&subscription=%s", id, sub)), 400, NULL, "schedule",
		"You may only specify one of these parameters: subscription, schedule.");
	assert_error(api(h, "POST", PREVIEW, text_of(h, "schedule_details[end_behavior]=cancel&subscription=%s", sub)),
		400, NULL, "schedule_details", "You may only specify one of these parameters");
	assert_error(api(h, "POST", PREVIEW, text_of(h, "schedule=%s&subscription_details[cancel_now]=true", id)), 400,
		NULL, "schedule", "You may only specify one of these parameters: subscription_details, schedule.");
	assert_error(api(h, "POST", PREVIEW, text_of(h, "schedule=%s&customer=%s", id, other)), 400, "resource_missing",
		"schedule", NULL);
	assert_error(api(h, "POST", PREVIEW, text_of(h, "customer=%s&schedule_details[end_behavior]=cancel", customer)),
		400, "parameter_missing", "schedule_details[phases]", NULL);
	assert_error(api(h, "POST", PREVIEW,
			     text_of(h,
				     "schedule=%s&schedule_details[phases][0][items][0][price]=price_none"
				     "&schedule_details[phases][0][start_date]=%lld",
				     id, (long long)HOUSE_NOW)),
		400, "resource_missing", "schedule_details[phases][0][items][0][price]", NULL);
	assert_error(api(h, "POST", PREVIEW,
			     text_of(h, "schedule=%s&schedule_details[phases][0][items][0][price]=%s", id, pro)),
		400, NULL, "schedule_details[phases][0][start_date]", "cannot be changed");
	api_ok(h, "POST", text_of(h, "/v1/subscription_schedules/%s/release", id), NULL);
	assert_error(api(h, "POST", PREVIEW, text_of(h, "schedule=%s", id)), 404, "invoice_upcoming_none", NULL, NULL);
	assert_error(api(h, "POST", PREVIEW, text_of(h, "schedule=%s&schedule_details[end_behavior]=cancel", id)), 400,
		NULL, "schedule",
		"You cannot update a subscription schedule that is currently in the `released` status.");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(next__renewal_of_a_phase_that_goes_on),
		BILLING_TEST(next__renewal_that_begins_a_phase),
		BILLING_TEST(next__with_a_phase_inside_the_period),
		BILLING_TEST(next__phase_that_nobody_can_be_charged_for),
		BILLING_TEST(next__start_of_one_that_waits),
		BILLING_TEST(next__discounts_of_its_own),
		BILLING_TEST(details__of_a_new_one),
		BILLING_TEST(details__of_one_that_is_backdated),
		BILLING_TEST(details__of_the_running_phase),
		BILLING_TEST(details__of_a_phase_to_come),
		BILLING_TEST(details__that_end_it),
		BILLING_TEST(schedule_preview__refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
