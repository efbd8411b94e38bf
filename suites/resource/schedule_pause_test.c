/* SPDX-License-Identifier: MIT */
/* pause_schedules: a schedule pauses its subscription and resumes it. Source: Stripe docs "Pause and resume
 * subscriptions on a schedule"; API reference "The Subscription Schedule object". */
#include "schedule.h"

#define FEB_15 (FEB_1 + 14 * DAY)
#define MAR_15 (MAR_1 + 14 * DAY)

/* "pause_schedules[0]…" of a pause at one moment and a resumption at another (0: none), and more. */
static const char *pause_from(struct house *h, int64_t from, int64_t to, const char *more)
{
	const char *text = text_of(h,
		"pause_schedules[0][key]=break&pause_schedules[0][pause][pause_at][type]=timestamp"
		"&pause_schedules[0][pause][pause_at][timestamp]=%lld%s",
		(long long)from, more);

	if (to)
		text = text_of(h,
			"%s&pause_schedules[0][resume][resume_at][type]=timestamp"
			"&pause_schedules[0][resume][resume_at][timestamp]=%lld",
			text, (long long)to);
	return text;
}

struct plan {
	struct house *h;
	const char *customer, *price, *sub, *id;
};

/* 28.00 a month since 1 January, with a schedule of a year. */
static struct plan plan_of(void **state, const char *card)
{
	struct plan p = { .h = *state };
	const struct answer *a;

	p.customer = customer_new(p.h, NULL, card);
	p.price = monthly(p.h, "Pro", 2800);
	a = schedule(p.h, text_of(p.h,
				  "customer=%s&start_date=now&phases[0][items][0][price]=%s"
				  "&phases[0][duration][interval]=year",
				  p.customer, p.price));
	p.id = field(a, "id");
	p.sub = field(a, "subscription");
	go_to(p.h, HOUSE_NOW + 2 * HOUR);
	return p;
}

static const struct answer *pause_of(const struct plan *p, const char *params)
{
	return post(p->h, "subscription_schedules", p->id, params);
}

static void pause__and_resumption_happen_in_their_time(void **state)
{
	struct plan p = plan_of(state, "visa");
	const struct answer *a = pause_of(&p, pause_from(p.h, FEB_15, MAR_15, ""));
	const char *mark;

	assert_field(a, "pause_schedules.0.key", "break");
	assert_money(a, "pause_schedules.0.pause.pause_at", FEB_15);
	assert_field(a, "pause_schedules.0.pause.status.type", "scheduled");
	assert_json(p.h, a, "pause_schedules.0.pause.settings",
		"{\"bill_for\":{\"outstanding_usage_through\":{\"type\":\"pause_at\"},\"unused_time_from\":{\"type\":"
		"\"pause_at\"}},\"invoicing_behavior\":\"pending_invoice_item\",\"type\":\"subscription\"}");
	assert_money(a, "pause_schedules.0.resume.resume_at", MAR_15);
	assert_field(a, "pause_schedules.0.resume.status.type", "scheduled");
	assert_json(p.h, a, "pause_schedules.0.resume.settings",
		"{\"billing_cycle_anchor\":\"resume_at\",\"payment_behavior\":\"resume_on_payment_success\","
		"\"proration_behavior\":\"create_prorations\"}");
	go_to(p.h, FEB_15 - 1);
	mark = events_mark(p.h);
	assert_field(get(p.h, "subscriptions", p.sub), "status", "active");
	go_to(p.h, FEB_15);
	assert_events(p.h, mark, "invoiceitem.created\ncustomer.subscription.paused\nsubscription_schedule.updated\n");
	assert_field(get(p.h, "subscriptions", p.sub), "status", "paused");
	assert_field(get(p.h, "subscription_schedules", p.id), "pause_schedules.0.pause.status.type", "succeeded");
	assert_money(pending_items(p.h, p.customer), "data.0.amount", -1400); /* 14 of 28 days */
	mark = events_mark(p.h);
	go_to(p.h, MAR_15 - 1);
	assert_events(p.h, mark, "");
	go_to(p.h, MAR_15);
	a = get(p.h, "subscriptions", p.sub);
	assert_field(a, "status", "active");
	assert_money(a, "billing_cycle_anchor", MAR_15);
	assert_money(latest_invoice(p.h, p.sub), "amount_paid", 2800 - 1400);
	assert_field(get(p.h, "subscription_schedules", p.id), "pause_schedules.0.resume.status.type", "succeeded");
	assert_field(get(p.h, "subscription_schedules", p.id), "status", "active");
	go_to(p.h, MAR_15 + 31 * DAY);
	assert_money(latest_invoice(p.h, p.sub), "total", 2800);
}

static void pause__as_its_settings_say(void **state)
{
	struct plan p = plan_of(state, "visa");

	pause_of(&p, pause_from(p.h, FEB_15, MAR_15,
			     "&pause_schedules[0][pause][settings][bill_for][unused_time_from][type]=none"
			     "&pause_schedules[0][resume][settings][billing_cycle_anchor]=unchanged"));
	go_to(p.h, MAR_15 - 1);
	assert_int_equal(field_count(pending_items(p.h, p.customer), "data"), 0);
	go_to(p.h, MAR_15);
	assert_money(get(p.h, "subscriptions", p.sub), "items.data.0.current_period_end", APR_1);
	assert_money(latest_invoice(p.h, p.sub), "amount_paid", 1535); /* 17 of 31 days */
}

static void pause__now_and_for_a_while(void **state)
{
	struct plan p = plan_of(state, "visa");
	const struct answer *a = pause_of(&p,
		"pause_schedules[0][pause][pause_at][type]=now&pause_schedules[0][resume][resume_at][type]=duration"
		"&pause_schedules[0][resume][resume_at][duration][interval]=week"
		"&pause_schedules[0][resume][resume_at][duration][interval_count]=2");
	const char *key = field(a, "pause_schedules.0.key");

	assert_field(get(p.h, "subscriptions", p.sub), "status", "paused");
	assert_field(a, "pause_schedules.0.pause.status.type", "succeeded");
	assert_money(a, "pause_schedules.0.resume.resume_at", HOUSE_NOW + 2 * HOUR + 14 * DAY);
	/* Resumed at once after all; the pause itself stays as it happened. */
	a = pause_of(&p, text_of(p.h,
				 "pause_schedules[0][key]=%s&pause_schedules[0][resume][resume_at][type]=timestamp"
				 "&pause_schedules[0][resume][resume_at][timestamp]=%lld",
				 key, (long long)(HOUSE_NOW + 3 * HOUR)));
	assert_field(a, "pause_schedules.0.pause.status.type", "succeeded");
	go_to(p.h, HOUSE_NOW + 3 * HOUR);
	assert_field(get(p.h, "subscriptions", p.sub), "status", "active");
	assert_json(p.h, pause_of(&p, "pause_schedules="), "pause_schedules", "[]");
}

/* The card fails: it stays paused, the resumption pending, until the invoice is paid. */
static void resumption__waits_for_its_payment(void **state)
{
	struct plan p = plan_of(state, "visa");
	const char *mark, *invoice;
	const struct answer *a;

	pause_of(&p, pause_from(p.h, FEB_15, MAR_15, ""));
	go_to(p.h, FEB_15);
	card_attach(p.h, p.customer, "chargeCustomerFail");
	go_to(p.h, MAR_15);
	a = get(p.h, "subscriptions", p.sub);
	assert_field(a, "status", "paused");
	invoice = field(a, "latest_invoice");
	assert_field(get(p.h, "invoices", invoice), "status", "open");
	assert_field(get(p.h, "subscription_schedules", p.id), "pause_schedules.0.resume.status.type", "pending");
	card_attach(p.h, p.customer, "visa");
	mark = events_mark(p.h);
	api_ok(p.h, "POST", text_of(p.h, "/v1/invoices/%s/pay", invoice), NULL);
	assert_field(get(p.h, "subscriptions", p.sub), "status", "active");
	assert_field(get(p.h, "subscription_schedules", p.id), "pause_schedules.0.resume.status.type", "succeeded");
	event_place(p.h, events_after(p.h, mark), "customer.subscription.resumed");
	event_place(p.h, events_after(p.h, mark), "subscription_schedule.updated");
}

/* No method at all: the same, and the schedule goes on. */
static void resumption__without_a_method(void **state)
{
	struct plan p = plan_of(state, "visa");
	const char *method = field(get(p.h, "customers", p.customer), "invoice_settings.default_payment_method");

	pause_of(&p, pause_from(p.h, FEB_15, MAR_15, ""));
	go_to(p.h, FEB_15);
	api_ok(p.h, "POST", text_of(p.h, "/v1/payment_methods/%s/detach", method), NULL);
	go_to(p.h, MAR_15);
	assert_field(get(p.h, "subscriptions", p.sub), "status", "paused");
	assert_field(get(p.h, "subscription_schedules", p.id), "status", "active");
	assert_field(get(p.h, "subscription_schedules", p.id), "pause_schedules.0.resume.status.type", "pending");
}

/* It is in no state to be paused then: the entry says so, the rest goes on. */
static void pause__that_cannot_be(void **state)
{
	struct plan p = plan_of(state, "visa");
	const struct answer *a;

	pause_of(&p, pause_from(p.h, FEB_1 + 2 * HOUR, MAR_15, ""));
	card_attach(p.h, p.customer, "chargeCustomerFail");
	go_to(p.h, FEB_1 + 2 * HOUR);
	assert_field(get(p.h, "subscriptions", p.sub), "status", "past_due");
	a = get(p.h, "subscription_schedules", p.id);
	assert_field(a, "pause_schedules.0.pause.status.type", "error");
	assert_field(a, "pause_schedules.0.pause.status.error.message",
		"You can only pause a subscription if it is `active`; this one is `past_due`.");
	assert_field(a, "pause_schedules.0.resume.status.type", "scheduled");
	assert_field(a, "status", "active");
}

static void phase__that_begins_in_a_pause_is_billed_by_the_resumption(void **state)
{
	struct house *h = *state;
	const char *pro = monthly(h, "Pro", 2800), *max = monthly(h, "Max", 5600);
	const struct answer *a = schedule(h,
		text_of(h,
			"customer=%s&start_date=now&phases[0][items][0][price]=%s&phases[0][end_date]=%lld"
			"&phases[1][items][0][price]=%s&phases[1][duration][interval]=year&%s",
			customer_new(h, NULL, "visa"), pro, (long long)MAR_1, max, pause_from(h, FEB_15, MAR_15, "")));
	const char *sub = field(a, "subscription");

	go_to(h, MAR_1);
	assert_field(get(h, "subscriptions", sub), "items.data.0.price.id", max);
	assert_field(get(h, "subscriptions", sub), "status", "paused");
	assert_money(latest_invoice(h, sub), "created", FEB_1);
	go_to(h, MAR_15);
	assert_money(latest_invoice(h, sub), "amount_paid", 5600 - 1400);
}

static void pause__of_a_subscription_of_its_own(void **state)
{
	struct house *h = *state;
	const char *sub = field(subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 3100), NULL), "id");
	const struct answer *a =
		schedule(h, text_of(h, "from_subscription=%s&%s", sub, pause_from(h, HOUSE_NOW + 10 * DAY, 0, "")));

	assert_field(a, "pause_schedules.0.resume", NULL);
	go_to(h, HOUSE_NOW + 10 * DAY);
	assert_field(get(h, "subscriptions", sub), "status", "paused");
}

static void pause_schedules__refusals(void **state)
{
	struct plan p = plan_of(state, "visa");
	const char *path = get_path(p.h, "subscription_schedules", p.id);

	assert_error(api(p.h, "POST", path, "pause_schedules[0][key]=a"), 400, "parameter_missing",
		"pause_schedules[0][pause][pause_at]", NULL);
	assert_error(api(p.h, "POST", path, "pause_schedules[0][pause][pause_at][type]=timestamp"), 400,
		"parameter_missing", "pause_schedules[0][pause][pause_at][timestamp]", NULL);
	assert_error(api(p.h, "POST", path, pause_from(p.h, HOUSE_NOW, 0, "")), 400, NULL,
		"pause_schedules[0][pause][pause_at][timestamp]", "in the future");
	assert_error(api(p.h, "POST", path, pause_from(p.h, MAR_1, FEB_1, "")), 400, NULL, "pause_schedules[0][resume]",
		"can only resume after it was paused");
	assert_error(api(p.h, "POST", path,
			     text_of(p.h,
				     "%s&pause_schedules[1][key]=other&pause_schedules[1][pause][pause_at][type]="
				     "timestamp&pause_schedules[1][pause][pause_at][timestamp]=%lld",
				     pause_from(p.h, FEB_1, MAR_1, ""), (long long)FEB_15)),
		400, NULL, "pause_schedules[1]", "must not overlap");
	assert_error(api(p.h, "POST", path,
			     text_of(p.h,
				     "%s&pause_schedules[1][key]=break&pause_schedules[1][pause][pause_at][type]="
				     "timestamp&pause_schedules[1][pause][pause_at][timestamp]=%lld",
				     pause_from(p.h, FEB_1, MAR_1, ""), (long long)MAR_15)),
		400, NULL, "pause_schedules[1][key]", "`break` is used twice");
	assert_error(
		api(p.h, "POST", "/v1/subscription_schedules",
			text_of(p.h,
				"billing_mode[type]=classic&customer=%s&start_date=now&phases[0][items][0][price]=%s"
				"&phases[0][duration][interval]=year&%s",
				p.customer, p.price, pause_from(p.h, FEB_1, MAR_1, ""))),
		400, NULL, "pause_schedules", "flexible billing mode");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(pause__and_resumption_happen_in_their_time),
		BILLING_TEST(pause__as_its_settings_say),
		BILLING_TEST(pause__now_and_for_a_while),
		BILLING_TEST(resumption__waits_for_its_payment),
		BILLING_TEST(resumption__without_a_method),
		BILLING_TEST(pause__that_cannot_be),
		BILLING_TEST(phase__that_begins_in_a_pause_is_billed_by_the_resumption),
		BILLING_TEST(pause__of_a_subscription_of_its_own),
		BILLING_TEST(pause_schedules__refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
