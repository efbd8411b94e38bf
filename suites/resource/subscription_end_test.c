/* SPDX-License-Identifier: MIT */

/* How subscriptions end: at a period's end, at a date, at once. Source: Stripe docs "Cancel subscriptions". */
#include "subscription_scene.h"

static void subscription_update__cancel_at_period_end_and_undo(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *mark = events_mark(s.h);
	const struct answer *a = change(&s, "cancel_at_period_end=true&cancellation_details[comment]=bye&cancellation_"
					    "details[feedback]=too_expensive");

	assert_field(a, "status", "active");
	assert_flag(a, "cancel_at_period_end", true);
	assert_money(a, "cancel_at", MAY_1);
	assert_money(a, "canceled_at", APR_16);
	assert_field(a, "cancellation_details.reason", "cancellation_requested");
	assert_field(a, "cancellation_details.comment", "bye");
	assert_field(a, "cancellation_details.feedback", "too_expensive");
	assert_events(s.h, mark, "customer.subscription.updated\n");
	assert_json(s.h, events_after(s.h, mark), "data.0.data.previous_attributes",
		"{\"cancel_at\":null,\"cancel_at_period_end\":false,\"canceled_at\":null,\"cancellation_details\":{"
		"\"comment\":null,\"feedback\":null,\"reason\":null}}");
	a = change(&s, "cancel_at_period_end=false");
	assert_flag(a, "cancel_at_period_end", false);
	assert_field(a, "cancel_at", NULL);
	assert_field(a, "canceled_at", NULL);
	assert_field(a, "cancellation_details.reason", NULL);
	assert_field(a, "cancellation_details.comment", NULL);
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
	go_to(s.h, MAY_1 + HOUR);
	assert_field(sub_of(&s), "status", "active");
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 1000);
}

static void subscription_update__ends_at_the_period_end(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a;
	const char *mark;

	change(&s, "cancel_at_period_end=true");
	mark = events_mark(s.h);
	go_to(s.h, MAY_1);
	a = sub_of(&s);
	assert_field(a, "status", "canceled");
	assert_money(a, "ended_at", MAY_1);
	assert_money(a, "canceled_at", APR_16);
	assert_flag(a, "cancel_at_period_end", true);
	assert_money(a, "items.data.0.current_period_end", MAY_1);
	assert_field(a, "latest_invoice", s.first);
	assert_events(s.h, mark, "customer.subscription.deleted\n");
}

static void subscription_update__pending_items_are_billed_at_the_end(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *i;

	change(&s, to_price(&s, s.pro, "cancel_at_period_end=true"));
	go_to(s.h, MAY_1);
	i = latest_invoice(s.h, s.sub);
	assert_money(i, "total", 500);
	assert_field(i, "status", "draft");
	assert_int_equal(field_count(i, "lines.data"), 2);
	go_to(s.h, MAY_1 + HOUR);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 500);
}

static void end_inside(void **state, const char *mode)
{
	struct scene s = scene_of(state, mode);
	int64_t end = APR_16 + 5 * DAY;
	const struct answer *a = change(&s, text_of(s.h, "cancel_at=%lld", (long long)end));

	assert_money(a, "cancel_at", end);
	assert_flag(a, "cancel_at_period_end", false);
	assert_money(a, "items.data.0.current_period_end", end);
	/* ten of thirty days are cut off */
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { -333, end, MAY_1, "Unused time on Starter after 21 Apr 2026" } }), 1);
	/* within it: five of the thirty days are left, of both prices */
	change(&s, to_price(&s, s.pro, ""));
	a = pending_items(s.h, s.customer);
	assert_lines(s.h, a, "data",
		((const struct line[]) {
			{ 333, APR_16, end, NULL }, { -167, APR_16, end, NULL }, { -333, end, MAY_1, NULL } }),
		3);
	/* and back: what was cut off is charged at the price it has now */
	a = change(&s, "cancel_at=");
	assert_field(a, "cancel_at", NULL);
	assert_money(a, "items.data.0.current_period_end", MAY_1);
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { 667, end, MAY_1, "Remaining time on Pro after 21 Apr 2026" },
			{ 333, APR_16, end, NULL }, { -167, APR_16, end, NULL }, { -333, end, MAY_1, NULL } }),
		4);
	go_to(s.h, MAY_1);
	assert_money(latest_invoice(s.h, s.sub), "total", 2500);
}

static void subscription_update__end_inside_the_period_classic(void **state)
{
	end_inside(state, "billing_mode[type]=classic");
}

static void subscription_update__end_inside_the_period_flexible(void **state)
{
	end_inside(state, "billing_mode[type]=flexible");
}

static void subscription_update__end_inside_without_prorations(void **state)
{
	struct scene s = scene_of(state, NULL);

	change(&s, text_of(s.h, "cancel_at=%lld&proration_behavior=none", (long long)(APR_16 + 5 * DAY)));
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
	go_to(s.h, APR_16 + 5 * DAY);
	assert_field(sub_of(&s), "status", "canceled");
}

static void subscription_update__end_beyond_the_period_shortens_the_last(void **state)
{
	struct scene s = scene_of(state, NULL);
	int64_t end = MAY_1 + 10 * DAY;

	change(&s, text_of(s.h, "cancel_at=%lld", (long long)end));
	assert_money(sub_of(&s), "items.data.0.current_period_end", MAY_1);
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
	go_to(s.h, MAY_1 + HOUR);
	assert_lines(s.h, latest_invoice(s.h, s.sub), "lines.data",
		((const struct line[]) { { 323, MAY_1, end, "Remaining time on Starter after 01 May 2026" } }), 1);
	go_to(s.h, end);
	assert_field(sub_of(&s), "status", "canceled");
}

static void subscription_cancel__now(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *mark;
	const struct answer *a;

	change(&s, to_price(&s, s.pro, ""));
	api_ok(s.h, "POST", "/v1/invoiceitems", text_of(s.h, "customer=%s&amount=300&currency=usd", s.customer));
	mark = events_mark(s.h);
	a = api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), "cancellation_details[comment]=bye");
	assert_field(a, "object", "subscription");
	assert_field(a, "status", "canceled");
	assert_money(a, "canceled_at", APR_16);
	assert_money(a, "ended_at", APR_16);
	assert_field(a, "cancel_at", NULL);
	assert_field(a, "cancellation_details.reason", "cancellation_requested");
	assert_field(a, "cancellation_details.comment", "bye");
	assert_money(a, "items.data.0.current_period_end", MAY_1);
	/* its prorations are gone, what else waits stays */
	a = pending_items(s.h, s.customer);
	assert_int_equal(field_count(a, "data"), 1);
	assert_money(a, "data.0.amount", 300);
	assert_events(s.h, mark, "invoiceitem.deleted\ninvoiceitem.deleted\ncustomer.subscription.deleted\n");
	assert_error(api(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), NULL), 404, "resource_missing", "id",
		text_of(s.h, "No such subscription: '%s'", s.sub));
}

static void subscription_cancel__only_announces_the_end(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *mark = events_mark(s.h);

	api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), NULL);
	assert_events(s.h, mark, "customer.subscription.deleted\n");
}

static void subscription_cancel__with_an_invoice_of_the_credit(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *mark = events_mark(s.h);
	const struct answer *i;

	api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), "prorate=true&invoice_now=true");
	i = latest_invoice(s.h, s.sub);
	assert_field(i, "billing_reason", "subscription_cycle");
	assert_money(i, "total", -500);
	assert_money(i, "amount_due", 0);
	assert_money(get(s.h, "customers", s.customer), "balance", -500);
	assert_events(s.h, mark,
		"invoiceitem.created\n"
		"invoice.created\n"
		"invoice.finalized\n"
		"invoice.paid\n"
		"invoice.payment_succeeded\n"
		"customer.subscription.deleted\n");
}

static void subscription_cancel__invoices_what_is_pending(void **state)
{
	struct scene s = scene_of(state, NULL);

	change(&s, to_price(&s, s.pro, ""));
	api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), "invoice_now=true");
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 500);
}

static void subscription_cancel__preview_of_it(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *foretold = preview(s.h, s.sub, "cancel_now=true");

	assert_status(foretold, 200);
	assert_money(foretold, "total", -500);
	assert_field(sub_of(&s), "status", "active");
	api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), "prorate=true&invoice_now=true");
	assert_foretold(s.h, foretold, latest_invoice(s.h, s.sub));
}

static void subscription_cancel__stops_the_open_invoices(void **state)
{
	struct scene s = with_bad_card(state, "chargeCustomerFail");
	const struct answer *a = change(&s, to_price(&s, s.pro, "proration_behavior=always_invoice"));
	const char *invoice = field(a, "latest_invoice"), *mark = events_mark(s.h);

	api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), NULL);
	assert_flag(get(s.h, "invoices", invoice), "auto_advance", false);
	assert_field(get(s.h, "invoices", invoice), "status", "open");
	assert_events(s.h, mark, "invoice.updated\ncustomer.subscription.deleted\n");
	card_attach(s.h, s.customer, "visa");
	api_ok(s.h, "POST", text_of(s.h, "/v1/invoices/%s/pay", invoice), NULL);
	assert_field(sub_of(&s), "status", "canceled");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(subscription_update__cancel_at_period_end_and_undo),
		BILLING_TEST(subscription_update__ends_at_the_period_end),
		BILLING_TEST(subscription_update__pending_items_are_billed_at_the_end),
		BILLING_TEST(subscription_update__end_inside_the_period_classic),
		BILLING_TEST(subscription_update__end_inside_the_period_flexible),
		BILLING_TEST(subscription_update__end_inside_without_prorations),
		BILLING_TEST(subscription_update__end_beyond_the_period_shortens_the_last),
		BILLING_TEST(subscription_cancel__now),
		BILLING_TEST(subscription_cancel__only_announces_the_end),
		BILLING_TEST(subscription_cancel__with_an_invoice_of_the_credit),
		BILLING_TEST(subscription_cancel__invoices_what_is_pending),
		BILLING_TEST(subscription_cancel__preview_of_it),
		BILLING_TEST(subscription_cancel__stops_the_open_invoices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
