/* SPDX-License-Identifier: MIT */

/*
 * What happens when time passes: renewals, failed payments and their retries, due dates, month ends; and that it does
 * not matter in how many steps time passes. Source: Stripe docs "How subscriptions work", "Subscription invoices",
 * "Smart Retries", "Set the subscription billing renewal date".
 */
#include "billing.h"

#define MONTHLY "unit_amount=2000&recurring[interval]=month"

/* ---- a renewal that is paid ---- */

static void renewal__is_a_draft_for_an_hour(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), NULL), "id");
	const struct answer *i, *a;

	go_to(h, FEB_1 - 1);
	assert_money(get(h, "subscriptions", sub), "items.data.0.current_period_end", FEB_1);
	go_to(h, FEB_1);
	a = get(h, "subscriptions", sub);
	assert_field(a, "status", "active");
	assert_money(a, "items.data.0.current_period_start", FEB_1);
	assert_money(a, "items.data.0.current_period_end", MAR_1);
	i = latest_invoice(h, sub);
	assert_field(i, "status", "draft");
	assert_field(i, "billing_reason", "subscription_cycle");
	assert_field(i, "number", NULL);
	assert_field(i, "hosted_invoice_url", NULL);
	assert_field(i, "invoice_pdf", NULL);
	assert_field(i, "effective_at", NULL);
	assert_field(i, "ending_balance", NULL);
	assert_flag(i, "auto_advance", true);
	assert_flag(i, "attempted", false);
	assert_money(i, "attempt_count", 0);
	assert_money(i, "created", FEB_1);
	assert_money(i, "automatically_finalizes_at", FEB_1 + 3601);
	assert_money(i, "next_payment_attempt", FEB_1 + 3600);
	assert_money(i, "period_start", HOUSE_NOW);
	assert_money(i, "period_end", FEB_1);
	assert_money(i, "amount_due", 2000);
	assert_money(i, "amount_remaining", 2000);
	assert_lines(h, i, "lines.data",
		((const struct line[]) { { 2000, FEB_1, MAR_1, "1 × Pro (at $20.00 / month)" } }), 1);
	go_to(h, FEB_1 + HOUR - 1);
	assert_field(latest_invoice(h, sub), "status", "draft");
	go_to(h, FEB_1 + HOUR);
	i = latest_invoice(h, sub);
	assert_field(i, "status", "paid");
	assert_money(i, "amount_paid", 2000);
	assert_money(i, "attempt_count", 1);
	assert_flag(i, "auto_advance", false);
	assert_field(i, "next_payment_attempt", NULL);
	assert_field(i, "automatically_finalizes_at", NULL);
	assert_money(i, "status_transitions.finalized_at", FEB_1 + HOUR);
	assert_money(i, "status_transitions.paid_at", FEB_1 + HOUR);
	assert_field(i, "number", text_of(h, "%s-0002", field(get(h, "customers", customer), "invoice_prefix")));
}

static void renewal__events(void **state)
{
	struct house *h = *state;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000), NULL), *e;
	const char *first = field(a, "latest_invoice"), *mark = events_mark(h);

	go_to(h, FEB_1);
	assert_events(h, mark, "invoice.upcoming\ncustomer.subscription.updated\ninvoice.created\n");
	e = events_after(h, mark);
	assert_field(e, "data.1.data.previous_attributes.latest_invoice", first);
	assert_money(e, "data.1.data.previous_attributes.items.data.0.current_period_end", FEB_1);
	assert_int_equal(field_count(e, "data.1.data.previous_attributes"), 2);
	assert_field(e, "data.1.request.id", NULL);
	assert_field(e, "data.1.request.idempotency_key", NULL);
	assert_money(e, "data.1.created", FEB_1);
	mark = events_mark(h);
	go_to(h, FEB_1 + HOUR);
	assert_events(h, mark,
		"invoice.finalized\n"
		"payment_intent.created\n"
		"charge.succeeded\n"
		"payment_intent.succeeded\n"
		"invoice.paid\n"
		"invoice.payment_succeeded\n"
		"invoice_payment.paid\n");
}

static void renewal__of_two_items_with_two_intervals(void **state)
{
	struct house *h = *state;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000),
		text_of(h, "items[1][price]=%s", yearly(h, "Support", 12000)));
	const char *sub = field(a, "id");

	for (int month = 1; month < 12; month++) {
		go_to(h, field_int(get(h, "subscriptions", sub), "items.data.0.current_period_end") + HOUR);
		assert_money(latest_invoice(h, sub), "amount_paid", 2000);
	}
	go_to(h, HOUSE_NOW + 365 * DAY + HOUR);
	assert_money(latest_invoice(h, sub), "amount_paid", 14000);
}

static void renewal__pulls_pending_items_along(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), NULL), "id");
	const char *other = field(subscribe(h, customer, monthly(h, "Max", 5000), "trial_period_days=60"), "id");

	api_ok(h, "POST", "/v1/invoiceitems",
		text_of(h, "customer=%s&amount=700&currency=usd&subscription=%s&description=Mine", customer, sub));
	api_ok(h, "POST", "/v1/invoiceitems",
		text_of(h, "customer=%s&amount=900&currency=usd&subscription=%s&description=Theirs", customer, other));
	go_to(h, FEB_1 + HOUR);
	assert_money(latest_invoice(h, sub), "amount_paid", 2700);
	assert_int_equal(field_count(pending_items(h, customer), "data"), 1);
	go_to(h, HOUSE_NOW + 60 * DAY + HOUR);
	assert_money(latest_invoice(h, other), "amount_paid", 5900);
}

static void renewal__snapshot_of_the_customer_freezes_at_finalization(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "name=Ada", "visa");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), NULL), "id");
	const char *first = field(get(h, "subscriptions", sub), "latest_invoice");

	go_to(h, FEB_1);
	post(h, "customers", customer, "name=Ada%20Lovelace&email=ada@example.com");
	go_to(h, FEB_1 + HOUR);
	assert_field(latest_invoice(h, sub), "customer_name", "Ada Lovelace");
	assert_field(latest_invoice(h, sub), "customer_email", "ada@example.com");
	assert_field(get(h, "invoices", first), "customer_name", "Ada");
}

static void renewal__outlives_its_plan(void **state)
{
	struct house *h = *state;
	const char *plan =
		field(api_ok(h, "POST", "/v1/plans",
			      text_of(h, "amount=700&currency=usd&interval=month&product=%s", product_new(h, "Old"))),
			"id");
	const char *sub = field(subscribe(h, customer_new(h, NULL, "visa"), plan, NULL), "id");

	assert_flag(api_ok(h, "DELETE", get_path(h, "plans", plan), NULL), "deleted", true);
	go_to(h, FEB_1 + HOUR);
	assert_money(latest_invoice(h, sub), "amount_paid", 700);
	assert_field(latest_invoice(h, sub), "lines.data.0.description", "1 × Old (at $7.00 / month)");
}

static void renewal__of_an_archived_price(void **state)
{
	struct house *h = *state;
	const char *price = monthly(h, "Old", 700);
	const char *sub = field(subscribe(h, customer_new(h, NULL, "visa"), price, NULL), "id");

	post(h, "prices", price, "active=false");
	go_to(h, FEB_1 + HOUR);
	assert_money(latest_invoice(h, sub), "amount_paid", 700);
}

/* ---- a renewal that is not paid ---- */

struct debtor {
	struct house *h;
	const char *customer, *sub;
};

static struct debtor debtor_of(void **state)
{
	struct debtor d = { .h = *state };

	d.customer = customer_new(d.h, NULL, "visa");
	d.sub = field(subscribe(d.h, d.customer, monthly(d.h, "Pro", 2000), NULL), "id");
	card_attach(d.h, d.customer, "chargeCustomerFail");
	return d;
}

static void renewal__failure_makes_it_past_due(void **state)
{
	struct debtor d = debtor_of(state);
	const struct answer *i, *e;
	const char *mark;

	go_to(d.h, FEB_1);
	mark = events_mark(d.h);
	go_to(d.h, FEB_1 + HOUR);
	assert_field(get(d.h, "subscriptions", d.sub), "status", "past_due");
	assert_flag(get(d.h, "customers", d.customer), "delinquent", true);
	i = latest_invoice(d.h, d.sub);
	assert_field(i, "status", "open");
	assert_money(i, "attempt_count", 1);
	assert_flag(i, "attempted", true);
	assert_flag(i, "auto_advance", true);
	assert_money(i, "next_payment_attempt", FEB_1 + HOUR + 3 * DAY);
	assert_events(d.h, mark,
		"invoice.finalized\n"
		"payment_intent.created\n"
		"charge.failed\n"
		"payment_intent.payment_failed\n"
		"invoice.payment_failed\n"
		"invoice.updated\n"
		"customer.subscription.updated\n"
		"customer.updated\n");
	e = events_after(d.h, mark);
	assert_json(d.h, e, "data.1.data.previous_attributes", "{\"status\":\"active\"}");
	assert_json(d.h, e, "data.0.data.previous_attributes", "{\"delinquent\":false,\"next_invoice_sequence\":2}");
	assert_money(e, "data.3.data.object.attempt_count", 1);
	assert_money(e, "data.3.data.object.next_payment_attempt", FEB_1 + HOUR + 3 * DAY);
}

static void renewal__retries_after_3_5_and_7_days_then_cancels(void **state)
{
	struct debtor d = debtor_of(state);
	int64_t first = FEB_1 + HOUR, second = first + 3 * DAY, third = second + 5 * DAY, last = third + 7 * DAY;
	const char *mark, *invoice;
	const struct answer *a;

	go_to(d.h, first);
	invoice = field(get(d.h, "subscriptions", d.sub), "latest_invoice");
	mark = events_mark(d.h);
	go_to(d.h, second);
	assert_money(get(d.h, "invoices", invoice), "attempt_count", 2);
	assert_money(get(d.h, "invoices", invoice), "next_payment_attempt", third);
	assert_events(
		d.h, mark, "charge.failed\npayment_intent.payment_failed\ninvoice.payment_failed\ninvoice.updated\n");
	go_to(d.h, third);
	assert_money(get(d.h, "invoices", invoice), "attempt_count", 3);
	assert_money(get(d.h, "invoices", invoice), "next_payment_attempt", last);
	assert_field(get(d.h, "subscriptions", d.sub), "status", "past_due");
	mark = events_mark(d.h);
	go_to(d.h, last);
	a = get(d.h, "subscriptions", d.sub);
	assert_field(a, "status", "canceled");
	assert_field(a, "cancellation_details.reason", "payment_failed");
	assert_money(a, "ended_at", last);
	assert_money(a, "canceled_at", last);
	a = get(d.h, "invoices", invoice);
	assert_field(a, "status", "open");
	assert_money(a, "attempt_count", 4);
	assert_field(a, "next_payment_attempt", NULL);
	assert_flag(a, "auto_advance", false);
	assert_events(d.h, mark,
		"charge.failed\n"
		"payment_intent.payment_failed\n"
		"invoice.payment_failed\n"
		"invoice.updated\n"
		"customer.subscription.deleted\n");
}

static void renewal__new_card_pays_at_the_next_retry(void **state)
{
	struct debtor d = debtor_of(state);
	const char *mark;

	go_to(d.h, FEB_1 + HOUR);
	card_attach(d.h, d.customer, "visa");
	go_to(d.h, FEB_1 + 2 * DAY);
	assert_field(get(d.h, "subscriptions", d.sub), "status", "past_due");
	mark = events_mark(d.h);
	go_to(d.h, FEB_1 + HOUR + 3 * DAY);
	assert_field(get(d.h, "subscriptions", d.sub), "status", "active");
	assert_field(latest_invoice(d.h, d.sub), "status", "paid");
	assert_money(latest_invoice(d.h, d.sub), "attempt_count", 2);
	assert_flag(get(d.h, "customers", d.customer), "delinquent", false);
	assert_events(d.h, mark,
		"charge.succeeded\n"
		"payment_intent.succeeded\n"
		"invoice.paid\n"
		"invoice.payment_succeeded\n"
		"invoice_payment.paid\n"
		"customer.subscription.updated\n"
		"customer.updated\n");
}

static void renewal__paying_by_hand_reactivates_and_does_not_count(void **state)
{
	struct debtor d = debtor_of(state);
	const char *invoice;
	const struct answer *a;

	go_to(d.h, FEB_1 + HOUR);
	invoice = field(get(d.h, "subscriptions", d.sub), "latest_invoice");
	a = api(d.h, "POST", text_of(d.h, "/v1/invoices/%s/pay", invoice), NULL);
	assert_status(a, 402);
	assert_field(a, "error.code", "card_declined");
	a = get(d.h, "invoices", invoice);
	assert_money(a, "attempt_count", 1);
	assert_money(a, "next_payment_attempt", FEB_1 + HOUR + 3 * DAY);
	a = api_ok(d.h, "POST", text_of(d.h, "/v1/invoices/%s/pay", invoice), "payment_method=pm_card_visa");
	assert_field(a, "status", "paid");
	assert_money(a, "attempt_count", 1);
	assert_field(get(d.h, "subscriptions", d.sub), "status", "active");
}

static void renewal__an_older_invoice_does_not_reactivate(void **state)
{
	struct debtor d = debtor_of(state);
	const char *older;

	post(d.h, "subscriptions", d.sub, "metadata[x]=1");
	go_to(d.h, FEB_1 + HOUR);
	older = field(get(d.h, "subscriptions", d.sub), "latest_invoice");
	post(d.h, "subscriptions", d.sub,
		text_of(d.h,
			"items[0][id]=%s&items[0][quantity]=3&proration_behavior=always_invoice"
			"&payment_behavior=default_incomplete",
			field(get(d.h, "subscriptions", d.sub), "items.data.0.id")));
	assert_field(get(d.h, "subscriptions", d.sub), "status", "past_due");
	api_ok(d.h, "POST", text_of(d.h, "/v1/invoices/%s/pay", older), "payment_method=pm_card_visa");
	assert_field(get(d.h, "subscriptions", d.sub), "status", "past_due");
}

static void renewal__voiding_the_latest_invoice_reactivates(void **state)
{
	struct debtor d = debtor_of(state);

	go_to(d.h, FEB_1 + HOUR);
	api_ok(d.h, "POST",
		text_of(d.h, "/v1/invoices/%s/void", field(get(d.h, "subscriptions", d.sub), "latest_invoice")), NULL);
	assert_field(get(d.h, "subscriptions", d.sub), "status", "active");
	assert_flag(get(d.h, "customers", d.customer), "delinquent", false);
}

static void renewal__without_any_method_is_past_due(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *card = card_attach(h, customer, "visa");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), NULL), "id");
	const struct answer *i;

	api_ok(h, "POST", text_of(h, "/v1/payment_methods/%s/detach", card), NULL);
	go_to(h, FEB_1 + HOUR);
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	i = latest_invoice(h, sub);
	assert_field(i, "status", "open");
	assert_money(i, "attempt_count", 1);
}

static void renewal__card_that_always_asks(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), NULL), "id"), *mark;

	card_attach(h, customer, "authenticationRequiredOnSetup");
	go_to(h, FEB_1);
	mark = events_mark(h);
	go_to(h, FEB_1 + HOUR);
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	assert_field(events_after(h, mark),
		text_of(h, "%s.type", event_place(h, events_after(h, mark), "invoice.payment_action_required")),
		"invoice.payment_action_required");
}

/* ---- sent invoices ---- */

static void renewal__sent_invoice_goes_overdue(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.co", NULL);
	const char *sub = field(
		subscribe(h, customer, monthly(h, "Pro", 2000), "collection_method=send_invoice&days_until_due=7"),
		"id");
	const char *mark;
	const struct answer *i;

	go_to(h, HOUSE_NOW + HOUR);
	i = latest_invoice(h, sub);
	assert_field(i, "status", "open");
	mark = events_mark(h);
	go_to(h, HOUSE_NOW + 7 * DAY);
	assert_field(latest_invoice(h, sub), "status", "open");
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	assert_events(h, mark, "invoice.overdue\ncustomer.subscription.updated\ncustomer.updated\n");
	api_ok(h, "POST", text_of(h, "/v1/invoices/%s/pay", field(i, "id")), "paid_out_of_band=true");
	assert_field(get(h, "subscriptions", sub), "status", "active");
	go_to(h, FEB_1);
	i = latest_invoice(h, sub);
	assert_field(i, "status", "draft");
	assert_money(i, "due_date", FEB_1 + 7 * DAY);
}

/* ---- boundaries ---- */

static void boundaries(void **state, int64_t start, const char *terms, const int64_t *ends, size_t n)
{
	struct house *h = *state;
	const char *sub;

	if (start > ms_now(h->ms, NULL))
		go_to(h, start);
	sub = field(subscribe(h, customer_new(h, NULL, "visa"), price_new(h, "Pro", terms), NULL), "id");
	for (size_t i = 0; i < n; i++) {
		assert_money(get(h, "subscriptions", sub), "items.data.0.current_period_end", ends[i]);
		go_to(h, ends[i]);
	}
}

static void renewal__31_january_over_a_year(void **state)
{
	/* 28 Feb, 31 Mar, 30 Apr, 31 May, 30 Jun, 31 Jul, 31 Aug, 30 Sep, 31 Oct, 30 Nov, 31 Dec, 31 Jan */
	static const int64_t ends[] = { 1772272800, 1774951200, 1777543200, 1780221600, 1782813600, 1785492000,
		1788170400, 1790762400, 1793440800, 1796032800, 1798711200, 1801389600 };

	boundaries(state, 1769853600, MONTHLY, ends, sizeof ends / sizeof *ends); /* 31 January 2026 10:00 */
}

static void renewal__29_february_by_the_year(void **state)
{
	static const int64_t ends[] = { 1866931200, 1898467200, 1930003200,
		1961625600 }; /* 28 Feb 2029-31, 29 Feb 2032 */

	boundaries(state, 1835395200, "unit_amount=100&recurring[interval]=year", ends, sizeof ends / sizeof *ends);
}

static void renewal__by_weeks_and_days(void **state)
{
	static const int64_t weeks[] = { HOUSE_NOW + 14 * DAY, HOUSE_NOW + 28 * DAY };

	boundaries(state, HOUSE_NOW, "unit_amount=100&recurring[interval]=week&recurring[interval_count]=2", weeks, 2);
}

/* ---- several things at one second ---- */

static void renewal__collection_resumes_at_the_period_end(void **state)
{
	struct house *h = *state;
	const char *sub = field(subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000), NULL), "id");

	post(h, "subscriptions", sub,
		text_of(h, "pause_collection[behavior]=void&pause_collection[resumes_at]=%lld", (long long)FEB_1));
	go_to(h, FEB_1 + HOUR);
	assert_field(get(h, "subscriptions", sub), "pause_collection", NULL);
	assert_money(get(h, "subscriptions", sub), "items.data.0.current_period_end", MAR_1);
	assert_money(latest_invoice(h, sub), "amount_paid", 2000);
}

static void renewal__pending_items_by_their_own_interval(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *mark;
	const struct answer *a = subscribe(h, customer, monthly(h, "Pro", 2000),
		"pending_invoice_item_interval[interval]=week&pending_invoice_item_interval[interval_count]=1");
	const char *sub = field(a, "id"), *first = field(a, "latest_invoice");

	assert_money(a, "next_pending_invoice_item_invoice", HOUSE_NOW + 7 * DAY);
	go_to(h, HOUSE_NOW + 7 * DAY);
	assert_field(get(h, "subscriptions", sub), "latest_invoice", first);
	assert_money(get(h, "subscriptions", sub), "next_pending_invoice_item_invoice", HOUSE_NOW + 14 * DAY);
	api_ok(h, "POST", "/v1/invoiceitems", text_of(h, "customer=%s&amount=900&currency=usd", customer));
	mark = events_mark(h);
	go_to(h, HOUSE_NOW + 14 * DAY);
	a = latest_invoice(h, sub);
	assert_field(a, "billing_reason", "automatic_pending_invoice_item_invoice");
	assert_field(a, "status", "draft");
	assert_money(a, "total", 900);
	assert_events(h, mark, "invoice.created\ncustomer.subscription.updated\n");
	go_to(h, HOUSE_NOW + 14 * DAY + HOUR);
	assert_money(latest_invoice(h, sub), "amount_paid", 900);
	assert_field(post(h, "subscriptions", sub, "pending_invoice_item_interval="),
		"next_pending_invoice_item_invoice", NULL);
}

/* ---- the number of steps does not matter ---- */

/* A company with something of everything; gives how long it is watched. */
static void people(struct house *h)
{
	const char *price = monthly(h, "Pro", 2000), *other = monthly(h, "Max", 5000), *weekly, *annual, *broke, *late;

	weekly = price_new(h, "Weekly", "unit_amount=300&recurring[interval]=week");
	annual = yearly(h, "Annual", 20000);
	api_ok(h, "POST", "/v1/coupons", "id=two&percent_off=50&duration=repeating&duration_in_months=2");
	subscribe(h, customer_new(h, "name=Ada", "visa"), price, "discounts[0][coupon]=two");
	subscribe(h, customer_new(h, "name=Bob", "visa"), weekly, NULL);
	subscribe(h, customer_new(h, "name=Cem", "visa"), annual, text_of(h, "items[1][price]=%s", price));
	subscribe(h, customer_new(h, "name=Dana", "visa"), price, "trial_period_days=45");
	subscribe(h, customer_new(h, "name=Eve", NULL), price, "trial_period_days=10");
	subscribe(h, customer_new(h, "name=Finn", NULL), price,
		"trial_period_days=5&trial_settings[end_behavior][missing_payment_method]=pause");
	subscribe(h, customer_new(h, "name=Gus", NULL), other, "collection_method=send_invoice&days_until_due=20");
	broke = customer_new(h, "name=Hans", "visa");
	subscribe(h, broke, price, NULL);
	card_attach(h, broke, "chargeCustomerFail");
	subscribe(h, customer_new(h, "name=Ida", "chargeCustomerFail"), price, NULL);
	late = field(subscribe(h, customer_new(h, "name=Jan", "visa"), price, NULL), "id");
	go_to(h, HOUSE_NOW + 3 * DAY + 12345);
	post(h, "subscriptions", late,
		text_of(h, "items[0][id]=%s&items[0][price]=%s&cancel_at=1775003600",
			field(get(h, "subscriptions", late), "items.data.0.id"), other));
	late = field(subscribe(h, customer_new(h, "name=Kim", "visa"), price, NULL), "id");
	post(h, "subscriptions", late, "pause_collection[behavior]=void&pause_collection[resumes_at]=1775003700");
}

static const char *history(int64_t step)
{
	struct house *h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	int64_t end;
	char *text;

	people(h);
	end = ms_now(h->ms, NULL) + 365 * DAY;
	while (ms_now(h->ms, NULL) < end)
		go_to(h, end - ms_now(h->ms, NULL) < step ? end : ms_now(h->ms, NULL) + step);
	text = ms_snapshot(h->ms, NULL);
	assert_non_null(text);
	house_close(h);
	return text;
}

static void assert_same_history(int64_t step)
{
	const char *whole = history(365 * DAY), *stepped = history(step);
	size_t at = 0;

	while (whole[at] && whole[at] == stepped[at])
		at++;
	if (whole[at] || stepped[at]) {
		print_error("they differ at %zu:\n%.400s\n---\n%.400s\n", at, whole + (at > 200 ? at - 200 : 0),
			stepped + (at > 200 ? at - 200 : 0));
		fail();
	}
	assert_non_null(strstr(whole, "subscription_cycle"));
	free((void *)(uintptr_t)whole);
	free((void *)(uintptr_t)stepped);
}

static void renewal__a_year_in_twelve_steps(void **state)
{
	(void)state;
	assert_same_history(31 * DAY);
}

static void renewal__a_year_in_365_steps(void **state)
{
	(void)state;
	assert_same_history(DAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(renewal__is_a_draft_for_an_hour),
		BILLING_TEST(renewal__events),
		BILLING_TEST(renewal__of_two_items_with_two_intervals),
		BILLING_TEST(renewal__pulls_pending_items_along),
		BILLING_TEST(renewal__snapshot_of_the_customer_freezes_at_finalization),
		BILLING_TEST(renewal__outlives_its_plan),
		BILLING_TEST(renewal__of_an_archived_price),
		BILLING_TEST(renewal__failure_makes_it_past_due),
		BILLING_TEST(renewal__retries_after_3_5_and_7_days_then_cancels),
		BILLING_TEST(renewal__new_card_pays_at_the_next_retry),
		BILLING_TEST(renewal__paying_by_hand_reactivates_and_does_not_count),
		BILLING_TEST(renewal__an_older_invoice_does_not_reactivate),
		BILLING_TEST(renewal__voiding_the_latest_invoice_reactivates),
		BILLING_TEST(renewal__without_any_method_is_past_due),
		BILLING_TEST(renewal__card_that_always_asks),
		BILLING_TEST(renewal__sent_invoice_goes_overdue),
		BILLING_TEST(renewal__31_january_over_a_year),
		BILLING_TEST(renewal__29_february_by_the_year),
		BILLING_TEST(renewal__by_weeks_and_days),
		BILLING_TEST(renewal__collection_resumes_at_the_period_end),
		BILLING_TEST(renewal__pending_items_by_their_own_interval),
		cmocka_unit_test(renewal__a_year_in_twelve_steps),
		cmocka_unit_test(renewal__a_year_in_365_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
