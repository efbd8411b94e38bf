/* SPDX-License-Identifier: MIT */

/* Pausing subscriptions, and pausing their collection. Source: Stripe docs "Pause subscriptions", "Pause payment
 * collection". */
#include "subscription_scene.h"

static const struct answer *verb(const struct scene *s, const char *word, const char *params)
{
	return api_ok(s->h, "POST", text_of(s->h, "/v1/subscriptions/%s/%s", s->sub, word), params);
}

static void subscription_pause__until_it_resumes(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *mark = events_mark(s.h);
	const struct answer *a = verb(&s, "pause", "type=subscription");

	assert_field(a, "status", "paused");
	assert_field(a, "status_details.paused.subscription.type", "pause_requested");
	assert_money(a, "status_details.paused.transitioned_at", APR_16);
	assert_money(a, "items.data.0.current_period_end", APR_16);
	assert_events(s.h, mark, "invoiceitem.created\ncustomer.subscription.paused\n");
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { -500, APR_16, MAY_1, "Unused time on Starter after 16 Apr 2026" } }), 1);
	go_to(s.h, MAY_1 + 10 * DAY);
	assert_field(sub_of(&s), "latest_invoice", s.first);
	mark = events_mark(s.h);
	a = verb(&s, "resume", NULL);
	assert_field(a, "status", "active");
	assert_absent(a, "status_details");
	assert_money(a, "billing_cycle_anchor", MAY_1 + 10 * DAY);
	assert_money(a, "items.data.0.current_period_start", MAY_1 + 10 * DAY);
	assert_events(s.h, mark,
		"invoice.created\ninvoice.finalized\npayment_intent.created\ncharge.succeeded\n"
		"payment_intent.succeeded\ninvoice.paid\ninvoice.payment_succeeded\n"
		"invoice_payment.paid\ncustomer.subscription.updated\ncustomer.subscription.resumed\n");
	a = latest_invoice(s.h, s.sub);
	assert_field(a, "billing_reason", "subscription_cycle");
	assert_money(a, "amount_paid", 1000 - 500);
	assert_error(api(s.h, "POST", text_of(s.h, "/v1/subscriptions/%s/resume", s.sub), NULL), 400, NULL, NULL,
		"You can only resume a subscription if it is `paused`.");
}

/* What is credited: from now on, from the beginning of the period, nothing; waiting, or on an invoice. */
static void subscription_pause__bills_what_it_is_told(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *none = s.sub, *all = field(subscribe(s.h, s.customer, s.starter, NULL), "id"), *at_once;
	const struct answer *a;

	verb(&s, "pause", "bill_for[unused_time_from][type]=none");
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
	go_to(s.h, APR_16 + 15 * DAY);
	s.sub = all;
	a = preview(s.h, all, "pause[bill_for][unused_time_from][type]=item_current_period_start");
	assert_money(a, "total", -1000);
	verb(&s, "pause", "bill_for[unused_time_from][type]=item_current_period_start");
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) {
			{ -1000, APR_16, APR_16 + 30 * DAY, "Unused time on Starter after 16 Apr 2026" } }),
		1);
	api_ok(s.h, "DELETE", get_path(s.h, "invoiceitems", field(pending_items(s.h, s.customer), "data.0.id")), NULL);
	at_once = s.sub = field(subscribe(s.h, s.customer, s.starter, NULL), "id");
	go_to(s.h, APR_16 + 25 * DAY);
	verb(&s, "pause", "invoicing_behavior=invoice");
	a = latest_invoice(s.h, at_once);
	assert_field(a, "billing_reason", "subscription_update");
	assert_money(a, "period_start", APR_16 + 15 * DAY);
	assert_money(a, "total", -677); /* 21 of 31 days */
	assert_money(get(s.h, "customers", s.customer), "balance", -677);
	assert_field(get(s.h, "subscriptions", none), "status", "paused");
}

/* With the anchor unchanged the time to the next boundary is billed, or free without prorations. */
static void subscription_resume__keeps_the_anchor_when_told(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *other = field(subscribe(s.h, s.customer, s.starter, NULL), "id");
	const struct answer *a;

	verb(&s, "pause", "bill_for[unused_time_from][type]=none");
	go_to(s.h, MAY_1 + 10 * DAY);
	a = preview(s.h, s.sub, "resume_at=now&billing_cycle_anchor[type]=unchanged");
	assert_status(a, 200);
	a = verb(&s, "resume", "billing_cycle_anchor[type]=unchanged");
	assert_money(a, "billing_cycle_anchor", APR_1);
	assert_money(a, "items.data.0.current_period_end", MAY_1 + 31 * DAY);
	assert_lines(s.h, latest_invoice(s.h, s.sub), "lines.data",
		((const struct line[]) {
			{ 677, MAY_1 + 10 * DAY, MAY_1 + 31 * DAY, "Remaining time on Starter after 11 May 2026" } }),
		1);
	s.sub = other;
	verb(&s, "pause", "bill_for[unused_time_from][type]=none");
	a = verb(&s, "resume", "billing_cycle_anchor[type]=unchanged&proration_behavior=none");
	assert_field(a, "status", "active");
	assert_money(a, "items.data.0.current_period_end", APR_16 + 30 * DAY);
	assert_money(latest_invoice(s.h, other), "created", APR_16);
	go_to(s.h, APR_16 + 30 * DAY);
	assert_money(latest_invoice(s.h, other), "created", APR_16 + 30 * DAY);
}

/* The card fails: by default it goes on as past_due; or it stays paused until the invoice is paid. */
static void subscription_resume__whose_payment_fails(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *other = field(subscribe(s.h, s.customer, s.starter, NULL), "id"), *mark;
	const struct answer *a;

	verb(&s, "pause", "bill_for[unused_time_from][type]=none");
	card_attach(s.h, s.customer, "chargeCustomerFail");
	a = verb(&s, "resume", NULL);
	assert_field(a, "status", "past_due");
	assert_absent(a, "status_details");
	s.sub = other;
	verb(&s, "pause", "bill_for[unused_time_from][type]=none");
	mark = events_mark(s.h);
	a = verb(&s, "resume", "payment_behavior=resume_on_payment_success");
	assert_field(a, "status", "paused");
	assert_field(a, "status_details.paused.subscription.type", "pause_requested");
	assert_field(latest_invoice(s.h, other), "status", "open");
	for (size_t i = 0; i < field_count(events_after(s.h, mark), "data"); i++)
		assert_string_not_equal(field(events_after(s.h, mark), text_of(s.h, "data.%zu.type", i)),
			"customer.subscription.resumed");
	card_attach(s.h, s.customer, "visa");
	api_ok(s.h, "POST",
		text_of(s.h, "/v1/invoices/%s/pay", field(get(s.h, "subscriptions", other), "latest_invoice")), NULL);
	assert_field(get(s.h, "subscriptions", other), "status", "active");
	event_place(s.h, events_after(s.h, mark), "customer.subscription.resumed");
}

/* Nobody pays for 23 hours: the invoice is void and the subscription paused as before. Written off, it resumes. */
static void subscription_resume__whose_invoice_ends(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *invoice;
	const struct answer *a;

	verb(&s, "pause", "bill_for[unused_time_from][type]=none");
	card_attach(s.h, s.customer, "chargeCustomerFail");
	verb(&s, "resume", "payment_behavior=resume_on_payment_success");
	go_to(s.h, APR_16 + 23 * HOUR);
	assert_field(latest_invoice(s.h, s.sub), "status", "void");
	assert_field(sub_of(&s), "status", "paused");
	go_to(s.h, MAY_1 + 40 * DAY);
	assert_field(sub_of(&s), "status", "paused");
	a = verb(&s, "resume", "payment_behavior=resume_on_payment_success");
	invoice = field(a, "latest_invoice");
	api_ok(s.h, "POST", text_of(s.h, "/v1/invoices/%s/mark_uncollectible", invoice), NULL);
	assert_field(sub_of(&s), "status", "active");
}

/* New items while it is paused: no time runs, so nothing is prorated; the resumption bills them. */
static void subscription_update__of_a_paused_one_bills_nothing(void **state)
{
	struct scene s = scene_of(state, NULL);

	verb(&s, "pause", "bill_for[unused_time_from][type]=none");
	go_to(s.h, APR_16 + DAY);
	change(&s, text_of(s.h, "items[0][id]=%s&items[0][price]=%s&items[1][price]=%s", s.item, s.pro,
			   monthly(s.h, "Extra", 300)));
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
	verb(&s, "resume", NULL);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 2300);
}

static void subscription_pause__refusals(void **state)
{
	struct scene s = scene_of(state, "billing_mode[type]=classic");
	const char *path = text_of(s.h, "/v1/subscriptions/%s/pause", s.sub);

	assert_error(api(s.h, "POST", path, NULL), 400, NULL, NULL, "flexible billing mode");
	s.sub = field(subscribe(s.h, s.customer, s.starter, NULL), "id");
	path = text_of(s.h, "/v1/subscriptions/%s/pause", s.sub);
	api_ok(s.h, "POST", "/v1/subscription_schedules", text_of(s.h, "from_subscription=%s", s.sub));
	assert_error(api(s.h, "POST", path, NULL), 400, NULL, NULL, "pause_schedules instead");
	s.sub = field(subscribe(s.h, s.customer, s.starter, "trial_period_days=7"), "id");
	path = text_of(s.h, "/v1/subscriptions/%s/pause", s.sub);
	assert_error(api(s.h, "POST", path, NULL), 400, NULL, NULL, "this one is `trialing`");
}

static void pause_collection(void **state, const char *behavior, const char *status, bool advance)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a = change(&s, text_of(s.h, "pause_collection[behavior]=%s", behavior));

	assert_field(a, "status", "active");
	assert_field(a, "pause_collection.behavior", behavior);
	assert_field(a, "pause_collection.resumes_at", NULL);
	go_to(s.h, MAY_1 + HOUR);
	assert_field(sub_of(&s), "status", "active");
	a = latest_invoice(s.h, s.sub);
	assert_field(a, "status", status);
	assert_flag(a, "auto_advance", advance);
	assert_money(a, "amount_paid", 0);
	assert_field(change(&s, "pause_collection="), "pause_collection", NULL);
	go_to(s.h, MAY_1 + 31 * DAY + HOUR);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 1000);
}

static void subscription_update__pause_collection_keeps_drafts(void **state)
{
	pause_collection(state, "keep_as_draft", "draft", false);
}

static void subscription_update__pause_collection_voids(void **state)
{
	pause_collection(state, "void", "void", false);
}

static void subscription_update__pause_collection_writes_off(void **state)
{
	pause_collection(state, "mark_uncollectible", "uncollectible", false);
}

static void subscription_update__pause_collection_ends_by_itself(void **state)
{
	struct scene s = scene_of(state, NULL);

	change(&s, text_of(s.h, "pause_collection[behavior]=void&pause_collection[resumes_at]=%lld",
			   (long long)(MAY_1 + 5 * DAY)));
	go_to(s.h, MAY_1 + 5 * DAY);
	assert_field(sub_of(&s), "pause_collection", NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(subscription_pause__until_it_resumes),
		BILLING_TEST(subscription_pause__bills_what_it_is_told),
		BILLING_TEST(subscription_resume__keeps_the_anchor_when_told),
		BILLING_TEST(subscription_resume__whose_payment_fails),
		BILLING_TEST(subscription_resume__whose_invoice_ends),
		BILLING_TEST(subscription_update__of_a_paused_one_bills_nothing),
		BILLING_TEST(subscription_pause__refusals),
		BILLING_TEST(subscription_update__pause_collection_keeps_drafts),
		BILLING_TEST(subscription_update__pause_collection_voids),
		BILLING_TEST(subscription_update__pause_collection_writes_off),
		BILLING_TEST(subscription_update__pause_collection_ends_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
