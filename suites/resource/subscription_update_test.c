/* SPDX-License-Identifier: MIT */

/*
 * Changing subscriptions: items, quantities, discounts, collection; what is billed now, what later, what the events
 * say. Source: Stripe docs "Modify subscriptions", "Prorations". The arithmetic itself: proration_cases_test.c.
 */
#include "subscription_scene.h"

/* ---- events and bodies of an upgrade ---- */

static void subscription_update__upgrade_keeps_item_and_period(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a = change(&s, to_price(&s, s.pro, ""));

	assert_field(a, "items.data.0.id", s.item);
	assert_field(a, "items.data.0.price.id", s.pro);
	assert_field(a, "items.data.0.plan.id", s.pro);
	assert_money(a, "items.data.0.quantity", 1);
	assert_money(a, "items.data.0.current_period_start", APR_1);
	assert_money(a, "items.data.0.current_period_end", MAY_1);
	assert_field(a, "latest_invoice", s.first);
	assert_field(a, "status", "active");
}

static void subscription_update__events_of_an_upgrade(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *mark = events_mark(s.h);
	const struct answer *e;

	change(&s, to_price(&s, s.pro, ""));
	assert_events(s.h, mark, "invoiceitem.created\ninvoiceitem.created\ncustomer.subscription.updated\n");
	e = events_after(s.h, mark);
	assert_money(e, "data.2.data.object.amount", -500);
	assert_money(e, "data.1.data.object.amount", 1000);
	assert_int_equal(field_count(e, "data.0.data.previous_attributes"), 1);
	assert_field(e, "data.0.data.previous_attributes.items.data.0.price.id", s.starter);
	assert_field(e, "data.0.data.object.items.data.0.price.id", s.pro);
}

static void subscription_update__events_when_invoiced_at_once(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *mark = events_mark(s.h);
	const struct answer *a = change(&s, to_price(&s, s.pro, "proration_behavior=always_invoice")), *e;

	assert_events(s.h, mark,
		"invoice.created\n"
		"invoice.finalized\n"
		"payment_intent.created\n"
		"charge.succeeded\n"
		"payment_intent.succeeded\n"
		"invoice.paid\n"
		"invoice.payment_succeeded\n"
		"invoice_payment.paid\n"
		"customer.subscription.updated\n"
		"invoiceitem.created\n"
		"invoiceitem.created\n");
	e = events_after(s.h, mark);
	assert_field(e, "data.2.data.previous_attributes.latest_invoice", s.first);
	assert_field(e, "data.2.data.previous_attributes.items.data.0.price.id", s.starter);
	assert_int_equal(field_count(e, "data.2.data.previous_attributes"), 2);
	assert_money(e, "data.1.data.object.amount", -500);
	assert_money(e, "data.0.data.object.amount", 1000);
	assert_field(e, "data.0.data.object.invoice", field(a, "latest_invoice"));
}

static void subscription_update__bodies_of_pending_prorations(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *first = get(s.h, "invoices", s.first), *a;

	change(&s, to_price(&s, s.pro, ""));
	a = pending_items(s.h, s.customer);
	assert_field(a, "data.0.pricing.price_details.price", s.pro);
	assert_field(a, "data.1.pricing.price_details.price", s.starter);
	assert_json(s.h, a, "data.1.frozen_fields", "[\"pricing\",\"quantity\",\"discounts\"]");
	assert_field(a, "data.1.parent.type", "subscription_details");
	assert_field(a, "data.1.parent.subscription_details.subscription_item", s.item);
	assert_field(a, "data.1.proration_details.credited_items.type", "invoice_line_items");
	assert_field(a, "data.1.proration_details.credited_items.invoice_line_item_details.invoice", s.first);
	assert_field(a, "data.1.proration_details.credited_items.invoice_line_item_details.invoice_line_items.0",
		field(first, "lines.data.0.id"));
	assert_json(s.h, a, "data.1.proration_details.discount_amounts", "[]");
	assert_field(a, "data.0.proration_details.credited_items", NULL);
	assert_money(a, "data.1.net_amount", -500);
	assert_field(a, "data.1.invoice", NULL);
	assert_field(a, "data.1.quantity_decimal", "1");
	go_to(s.h, MAY_1);
	a = latest_invoice(s.h, s.sub);
	assert_field(a, "lines.data.1.parent.type", "invoice_item_details");
	assert_flag(a, "lines.data.1.parent.invoice_item_details.proration", true);
	assert_field(a, "lines.data.1.parent.invoice_item_details.proration_details.credited_items.invoice", s.first);
	assert_field(a,
		"lines.data.1.parent.invoice_item_details.proration_details.credited_items.invoice_line_items.0",
		field(first, "lines.data.0.id"));
	assert_field(a, "lines.data.0.parent.invoice_item_details.proration_details.credited_items", NULL);
	assert_field(a, "lines.data.1.pricing.unit_amount_decimal", NULL);
	assert_flag(a, "lines.data.1.discountable", false);
}

static void subscription_update__a_credit_of_a_pending_debit_names_it(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a;

	change(&s, to_price(&s, s.pro, ""));
	go_to(s.h, APR_16 + DAY);
	change(&s, to_price(&s, s.starter, ""));
	a = pending_items(s.h, s.customer);
	assert_int_equal(field_count(a, "data"), 4);
	assert_field(a, "data.1.proration_details.credited_items.type", "invoice_item");
	assert_field(a, "data.1.proration_details.credited_items.invoice_item", field(a, "data.2.id"));
	/* 1000 over 15 days, 14 left */
	assert_money(a, "data.1.amount", -933);
	assert_money(a, "data.0.amount", 467);
}

/* ---- what changes nothing ---- */

static void subscription_update__same_price_and_quantity_does_nothing(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *mark = events_mark(s.h);

	change(&s, text_of(s.h, "items[0][id]=%s&items[0][price]=%s&items[0][quantity]=1", s.item, s.starter));
	assert_events(s.h, mark, "");
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
}

static void subscription_update__always_invoice_without_prorations_makes_none(void **state)
{
	struct scene s = scene_of(state, NULL);

	assert_field(change(&s, "metadata[a]=b&proration_behavior=always_invoice"), "latest_invoice", s.first);
}

static void subscription_update__metadata_is_merged(void **state)
{
	struct scene s = scene_of(state, "metadata[a]=1&metadata[b]=2");
	const char *mark = events_mark(s.h);
	const struct answer *a = change(&s, "metadata[b]=&metadata[c]=3&description=Hello");

	assert_json(s.h, a, "metadata", "{\"a\":\"1\",\"c\":\"3\"}");
	assert_field(a, "description", "Hello");
	assert_json(s.h, events_after(s.h, mark), "data.0.data.previous_attributes",
		"{\"description\":null,\"metadata\":{\"b\":\"2\",\"c\":null}}");
}

/* ---- items ---- */

static void subscription_update__without_the_item_id_adds(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a = change(&s, text_of(s.h, "items[0][price]=%s", s.pro));

	assert_int_equal(field_count(a, "items.data"), 2);
	assert_field(a, "items.data.0.id", s.item);
	assert_field(a, "items.data.1.price.id", s.pro);
	assert_money(a, "items.data.1.current_period_start", APR_16);
	assert_money(a, "items.data.1.current_period_end", MAY_1);
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { 1000, APR_16, MAY_1, "Remaining time on Pro after 16 Apr 2026" } }), 1);
}

static void subscription_update__credits_of_all_items_come_first(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *seats = monthly(s.h, "Seats", 400), *more;
	const struct answer *a = change(&s, text_of(s.h, "items[0][price]=%s&proration_behavior=none", seats));

	more = field(a, "items.data.1.id");
	change(&s, text_of(s.h, "items[0][id]=%s&items[0][price]=%s&items[1][id]=%s&items[1][quantity]=3", s.item,
			   s.pro, more));
	/* newest first: both debits, then both credits; nothing was billed for the seats, so nothing is credited */
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { 600, APR_16, MAY_1, "Remaining time on 3 × Seats after 16 Apr 2026" },
			{ 1000, APR_16, MAY_1, "Remaining time on Pro after 16 Apr 2026" },
			{ -500, APR_16, MAY_1, "Unused time on Starter after 16 Apr 2026" } }),
		3);
}

static void subscription_update__credits_of_all_items_come_first_in_classic_mode(void **state)
{
	struct scene s = scene_of(state, "billing_mode[type]=classic");
	const char *seats = monthly(s.h, "Seats", 400), *more;
	const struct answer *a = change(&s, text_of(s.h, "items[0][price]=%s&proration_behavior=none", seats));

	more = field(a, "items.data.1.id");
	change(&s, text_of(s.h, "items[0][id]=%s&items[0][price]=%s&items[1][id]=%s&items[1][quantity]=3", s.item,
			   s.pro, more));
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { 600, APR_16, MAY_1, NULL }, { 1000, APR_16, MAY_1, NULL },
			{ -200, APR_16, MAY_1, "Unused time on Seats after 16 Apr 2026" },
			{ -500, APR_16, MAY_1, NULL } }),
		4);
}

static void subscription_update__a_deleted_price_may_come_back(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a =
		change(&s, text_of(s.h, "items[0][price]=%s&items[1][id]=%s&items[1][deleted]=true", s.pro, s.item));

	assert_int_equal(field_count(a, "items.data"), 1);
	a = change(&s, text_of(s.h, "items[0][price]=%s", s.starter));
	assert_int_equal(field_count(a, "items.data"), 2);
	assert_true(strcmp(field(a, "items.data.1.id"), s.item) != 0);
}

static void subscription_update__quantity_to_zero_and_back(void **state)
{
	struct scene s = scene_of(state, "billing_mode[type]=classic");
	const struct answer *a;

	change(&s, text_of(s.h, "items[0][id]=%s&items[0][quantity]=0", s.item));
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { 0, APR_16, MAY_1, NULL }, { -500, APR_16, MAY_1, NULL } }), 2);
	a = change(&s, text_of(s.h, "items[0][id]=%s&items[0][quantity]=2", s.item));
	assert_money(a, "billing_cycle_anchor", APR_1);
	assert_money(pending_items(s.h, s.customer), "data.0.amount", 1000);
}

/* ---- the proration date ---- */

static void subscription_update__proration_date_moves_the_arithmetic_only(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a =
		change(&s, to_price(&s, s.pro, text_of(s.h, "proration_date=%lld", (long long)(APR_1 + 10 * DAY))));

	assert_field(a, "items.data.0.price.id", s.pro);
	a = pending_items(s.h, s.customer);
	assert_lines(s.h, a, "data",
		((const struct line[]) { { 1333, APR_1 + 10 * DAY, MAY_1, "Remaining time on Pro after 11 Apr 2026" },
			{ -667, APR_1 + 10 * DAY, MAY_1, "Unused time on Starter after 11 Apr 2026" } }),
		2);
	assert_money(a, "data.0.date", APR_16);
}

/* ---- discounts ---- */

static void subscription_update__a_discount_alone_bills_nothing(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a;

	api_ok(s.h, "POST", "/v1/coupons", "id=half&percent_off=50&duration=forever");
	a = change(&s, "discounts[0][coupon]=half");
	assert_int_equal(field_count(a, "discounts"), 1);
	assert_field(a, "latest_invoice", s.first);
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
	go_to(s.h, MAY_1 + HOUR);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 500);
	assert_json(s.h, change(&s, "discounts="), "discounts", "[]");
}

static void subscription_update__a_discount_counts_in_the_debit_of_the_same_call(void **state)
{
	struct scene s = scene_of(state, NULL);

	api_ok(s.h, "POST", "/v1/coupons", "id=half&percent_off=50&duration=forever");
	change(&s, to_price(&s, s.pro, "discounts[0][coupon]=half"));
	/* the credit undoes what was paid, without any discount */
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) {
			{ 500, APR_16, MAY_1, "Remaining time on Pro (with 50% off) after 16 Apr 2026" },
			{ -500, APR_16, MAY_1, NULL } }),
		2);
}

/* ---- collection ---- */

static void subscription_update__to_send_invoice_and_back(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a;

	assert_error(api(s.h, "POST", get_path(s.h, "subscriptions", s.sub), "collection_method=send_invoice"), 400,
		NULL, NULL,
		"If invoice collection method is 'send_invoice', you must specify 'due_date' or 'days_until_due'.");
	a = change(&s, "collection_method=send_invoice&days_until_due=7");
	assert_money(a, "days_until_due", 7);
	go_to(s.h, MAY_1 + HOUR);
	a = latest_invoice(s.h, s.sub);
	assert_field(a, "status", "open");
	assert_money(a, "due_date", MAY_1 + 7 * DAY);
	a = change(&s, "collection_method=charge_automatically");
	assert_field(a, "days_until_due", NULL);
}

static void subscription_migrate__to_flexible(void **state)
{
	struct scene s = scene_of(state, "billing_mode[type]=classic");
	const char *path = text_of(s.h, "/v1/subscriptions/%s/migrate", s.sub);
	const struct answer *a = api_ok(s.h, "POST", path, "billing_mode[type]=flexible");

	assert_field(a, "billing_mode.type", "flexible");
	assert_money(a, "billing_mode.updated_at", APR_16);
	assert_status(api(s.h, "POST", path, "billing_mode[type]=flexible"), 400);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(subscription_update__upgrade_keeps_item_and_period),
		BILLING_TEST(subscription_update__events_of_an_upgrade),
		BILLING_TEST(subscription_update__events_when_invoiced_at_once),
		BILLING_TEST(subscription_update__bodies_of_pending_prorations),
		BILLING_TEST(subscription_update__a_credit_of_a_pending_debit_names_it),
		BILLING_TEST(subscription_update__same_price_and_quantity_does_nothing),
		BILLING_TEST(subscription_update__always_invoice_without_prorations_makes_none),
		BILLING_TEST(subscription_update__metadata_is_merged),
		BILLING_TEST(subscription_update__without_the_item_id_adds),
		BILLING_TEST(subscription_update__credits_of_all_items_come_first),
		BILLING_TEST(subscription_update__credits_of_all_items_come_first_in_classic_mode),
		BILLING_TEST(subscription_update__a_deleted_price_may_come_back),
		BILLING_TEST(subscription_update__quantity_to_zero_and_back),
		BILLING_TEST(subscription_update__proration_date_moves_the_arithmetic_only),
		BILLING_TEST(subscription_update__a_discount_alone_bills_nothing),
		BILLING_TEST(subscription_update__a_discount_counts_in_the_debit_of_the_same_call),
		BILLING_TEST(subscription_update__to_send_invoice_and_back),
		BILLING_TEST(subscription_migrate__to_flexible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
