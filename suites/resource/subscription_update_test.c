/* SPDX-License-Identifier: MIT */

/*
 * Changing subscriptions: items, quantities, intervals, anchors, trials, ends, collection; what is billed now, what
 * later, what the events say. Source: Stripe docs "Modify subscriptions", "Prorations", "Billing mode", "Cancel
 * subscriptions", "Pending updates". The arithmetic itself: proration_cases_test.c.
 */
#include "preview.h"

#define APR_16 INT64_C(1776297600) /* the middle of April 2026 */
#define MAY_1 INT64_C(1777593600)

/* A customer with a card and 10.00 a month since 1 April, looked at on the 16th. */
struct scene {
	struct house *h;
	const char *customer, *starter, *pro, *sub, *item, *first;
};

static struct scene scene_of(void **state, const char *create)
{
	struct scene s = { .h = *state };
	const struct answer *a;

	go_to(s.h, APR_1);
	s.customer = customer_new(s.h, NULL, "visa");
	s.starter = monthly(s.h, "Starter", 1000);
	s.pro = monthly(s.h, "Pro", 2000);
	a = subscribe(s.h, s.customer, s.starter, create);
	s.sub = field(a, "id");
	s.item = field(a, "items.data.0.id");
	s.first = field(a, "latest_invoice");
	go_to(s.h, APR_16);
	return s;
}

static const struct answer *change(const struct scene *s, const char *params)
{
	return post(s->h, "subscriptions", s->sub, params);
}

static const char *to_price(const struct scene *s, const char *price, const char *more)
{
	return text_of(s->h, "items[0][id]=%s&items[0][price]=%s&%s", s->item, price, more);
}

static const struct answer *sub_of(const struct scene *s)
{
	return get(s->h, "subscriptions", s->sub);
}

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

/* ---- intervals and anchors ---- */

static void subscription_update__from_free_to_paid_restarts_in_classic_mode(void **state)
{
	struct scene s = scene_of(state, "billing_mode[type]=classic");
	const char *free = monthly(s.h, "Free", 0);
	const struct answer *a, *i;

	change(&s, to_price(&s, free, "proration_behavior=none"));
	go_to(s.h, APR_16 + DAY);
	a = change(&s, to_price(&s, s.pro, ""));
	assert_money(a, "billing_cycle_anchor", APR_16 + DAY);
	i = latest_invoice(s.h, s.sub);
	assert_money(i, "amount_paid", 2000);
	assert_money(a, "items.data.0.current_period_end", APR_16 + 31 * DAY);
}

static void subscription_update__from_free_to_paid_goes_on_in_flexible_mode(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *free = monthly(s.h, "Free", 0);
	const struct answer *a = subscribe(s.h, s.customer, free, NULL);

	s.sub = field(a, "id");
	s.item = field(a, "items.data.0.id");
	go_to(s.h, APR_16 + 15 * DAY);
	a = change(&s, to_price(&s, s.pro, ""));
	assert_money(a, "billing_cycle_anchor", APR_16);
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { 1000, APR_16 + 15 * DAY, APR_16 + 30 * DAY, NULL },
			{ 0, APR_16 + 15 * DAY, APR_16 + 30 * DAY, NULL } }),
		2);
}

static void subscription_update__other_interval_in_flexible_mode(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *annual = yearly(s.h, "Annual", 36500);
	const struct answer *a = change(&s, to_price(&s, annual, ""));
	int64_t end = APR_1 + 365 * DAY;

	/* the anchor stays: the year is the one that began on 1 April, billed for what is left of it */
	assert_money(a, "billing_cycle_anchor", APR_1);
	assert_money(a, "items.data.0.current_period_start", APR_16);
	assert_money(a, "items.data.0.current_period_end", end);
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { 35000, APR_16, end, "Remaining time on Annual after 16 Apr 2026" },
			{ -500, APR_16, MAY_1, "Unused time on Starter after 16 Apr 2026" } }),
		2);
}

static void subscription_update__anchor_reset_invoices_now_in_classic_mode(void **state)
{
	struct scene s = scene_of(state, "billing_mode[type]=classic");
	const struct answer *a, *i, *foretold = preview(s.h, s.sub, "billing_cycle_anchor[type]=now");

	a = change(&s, "billing_cycle_anchor[type]=now");
	i = latest_invoice(s.h, s.sub);
	assert_money(a, "billing_cycle_anchor", APR_16);
	assert_money(a, "items.data.0.current_period_start", APR_16);
	assert_money(a, "items.data.0.current_period_end", APR_16 + 30 * DAY);
	assert_field(i, "billing_reason", "subscription_update");
	assert_lines(s.h, i, "lines.data",
		((const struct line[]) { { -500, APR_16, MAY_1, "Unused time on Starter after 16 Apr 2026" },
			{ 1000, APR_16, APR_16 + 30 * DAY, "1 × Starter (at $10.00 / month)" } }),
		2);
	assert_money(i, "amount_paid", 500);
	assert_foretold(s.h, foretold, i);
}

static void subscription_update__anchor_reset_waits_in_flexible_mode(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a = change(&s, "billing_cycle_anchor[type]=now");
	int64_t end = APR_16 + 30 * DAY;

	assert_money(a, "billing_cycle_anchor", APR_16);
	assert_field(a, "latest_invoice", s.first);
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) {
			{ 1000, APR_16, end, "1 × Starter (at $10.00 / month)" }, { -500, APR_16, MAY_1, NULL } }),
		2);
	go_to(s.h, end);
	assert_money(latest_invoice(s.h, s.sub), "total", 1500);
}

static void subscription_update__anchor_reset_with_always_invoice(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a = change(&s, "billing_cycle_anchor[type]=now&proration_behavior=always_invoice");

	assert_money(get(s.h, "invoices", field(a, "latest_invoice")), "amount_paid", 500);
}

static void subscription_update__anchor_reset_without_prorations(void **state)
{
	struct scene s = scene_of(state, "billing_mode[type]=classic");
	const struct answer *a = change(&s, "billing_cycle_anchor[type]=now&proration_behavior=none");

	assert_money(get(s.h, "invoices", field(a, "latest_invoice")), "amount_paid", 1000);
}

static void subscription_update__change_inside_a_stub(void **state)
{
	struct scene s = { .h = *state };
	const struct answer *a;

	/* 1 January, anchored on the 16th: 15 of 31 days, for 16.00 */
	s.customer = customer_new(s.h, NULL, "visa");
	a = subscribe(s.h, s.customer, monthly(s.h, "Starter", 3100),
		text_of(s.h, "billing_mode[type]=classic&billing_cycle_anchor=%lld",
			(long long)(HOUSE_NOW + 15 * DAY)));
	s.sub = field(a, "id");
	s.item = field(a, "items.data.0.id");
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 1500);
	go_to(s.h, HOUSE_NOW + 5 * DAY);
	change(&s, to_price(&s, monthly(s.h, "Pro", 6200), ""));
	/* ten of the 31 days are left, of both */
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { 2000, HOUSE_NOW + 5 * DAY, HOUSE_NOW + 15 * DAY, NULL },
			{ -1000, HOUSE_NOW + 5 * DAY, HOUSE_NOW + 15 * DAY, NULL } }),
		2);
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

/* ---- trials ---- */

static void subscription_update__trial_ended_now(void **state)
{
	struct scene s = scene_of(state, "trial_period_days=30");
	const struct answer *a = change(&s, "trial_end=now"), *i = latest_invoice(s.h, s.sub);

	assert_field(a, "status", "active");
	assert_money(a, "trial_end", APR_16);
	assert_money(a, "billing_cycle_anchor", APR_16);
	assert_money(a, "items.data.0.current_period_end", APR_16 + 30 * DAY);
	assert_field(i, "billing_reason", "subscription_cycle");
	assert_field(i, "status", "paid");
	assert_lines(s.h, i, "lines.data",
		((const struct line[]) { { 1000, APR_16, APR_16 + 30 * DAY, "1 × Starter (at $10.00 / month)" } }), 1);
}

static struct scene trial_without_method(void **state, const char *create)
{
	struct scene s = { .h = *state };
	const struct answer *a;

	go_to(s.h, APR_1);
	s.customer = customer_new(s.h, NULL, NULL);
	a = subscribe(s.h, s.customer, monthly(s.h, "Starter", 1000), text_of(s.h, "trial_period_days=30&%s", create));
	s.sub = field(a, "id");
	s.first = field(a, "latest_invoice");
	go_to(s.h, APR_16);
	return s;
}

static void subscription_update__trial_ended_now_without_method(void **state)
{
	struct scene s = trial_without_method(state, "");
	const char *mark = events_mark(s.h);

	assert_error(api(s.h, "POST", get_path(s.h, "subscriptions", s.sub), "trial_end=now"), 400, "resource_missing",
		NULL, "This customer has no attached payment source or default payment method.");
	assert_field(sub_of(&s), "status", "trialing");
	assert_events(s.h, mark, "");
}

static void subscription_update__trial_ended_now_pauses(void **state)
{
	struct scene s = trial_without_method(state, "trial_settings[end_behavior][missing_payment_method]=pause");
	const char *mark = events_mark(s.h);
	const struct answer *a = change(&s, "trial_end=now");

	assert_field(a, "status", "paused");
	assert_field(a, "status_details.paused.subscription.type", "trial_end_without_payment_method");
	assert_field(a, "latest_invoice", s.first);
	assert_events(s.h, mark, "customer.subscription.paused\ncustomer.subscription.updated\n");
}

static void subscription_update__trial_ended_now_cancels(void **state)
{
	struct scene s = trial_without_method(state, "trial_settings[end_behavior][missing_payment_method]=cancel");
	const char *mark = events_mark(s.h);
	const struct answer *a = change(&s, "trial_end=now");

	assert_field(a, "status", "canceled");
	assert_money(a, "ended_at", APR_16);
	assert_events(s.h, mark, "customer.subscription.deleted\n");
}

static void subscription_update__trial_extended(void **state)
{
	struct scene s = scene_of(state, "trial_period_days=30");
	int64_t end = MAY_1 + 10 * DAY;
	const struct answer *a = change(&s, text_of(s.h, "trial_end=%lld", (long long)end));

	assert_field(a, "status", "trialing");
	assert_money(a, "trial_end", end);
	assert_money(a, "trial_start", APR_1);
	assert_money(a, "billing_cycle_anchor", end);
	assert_money(a, "items.data.0.current_period_end", end);
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
	go_to(s.h, end + HOUR);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 1000);
}

static void subscription_update__trial_on_a_paid_subscription(void **state)
{
	struct scene s = scene_of(state, NULL);
	int64_t end = APR_16 + 10 * DAY;
	const struct answer *a = change(&s, text_of(s.h, "trial_end=%lld", (long long)end)), *i;

	assert_field(a, "status", "trialing");
	assert_money(a, "trial_start", APR_16);
	assert_money(a, "billing_cycle_anchor", end);
	i = latest_invoice(s.h, s.sub);
	assert_lines(s.h, i, "lines.data",
		((const struct line[]) { { -500, APR_16, MAY_1, "Unused time on Starter after 16 Apr 2026" },
			{ 0, APR_16, end, "Free trial for 1 × Starter" } }),
		2);
	assert_money(i, "total", -500);
	assert_money(i, "ending_balance", -500);
	assert_money(get(s.h, "customers", s.customer), "balance", -500);
	go_to(s.h, end + HOUR);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 500);
}

static void subscription_update__trial_on_a_paid_subscription_without_credit(void **state)
{
	struct scene s = scene_of(state, NULL);

	change(&s, text_of(s.h, "trial_end=%lld&proration_behavior=none", (long long)(APR_16 + 10 * DAY)));
	assert_money(latest_invoice(s.h, s.sub), "total", 0);
	assert_money(get(s.h, "customers", s.customer), "balance", 0);
}

static void subscription_update__price_change_in_a_trial_is_free(void **state)
{
	struct scene s = scene_of(state, "trial_period_days=30");
	const struct answer *a = change(&s, to_price(&s, s.pro, ""));

	assert_field(a, "status", "trialing");
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
	go_to(s.h, MAY_1 + HOUR);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 2000);
}

/* ---- payment ---- */

static struct scene with_bad_card(void **state, const char *card)
{
	struct scene s = scene_of(state, NULL);

	card_attach(s.h, s.customer, card);
	return s;
}

static void subscription_update__failed_payment_leaves_it_past_due(void **state)
{
	struct scene s = with_bad_card(state, "chargeCustomerFail");
	const char *mark = events_mark(s.h);
	const struct answer *a = change(&s, to_price(&s, s.pro, "proration_behavior=always_invoice")), *i;

	assert_field(a, "status", "past_due");
	assert_field(a, "items.data.0.price.id", s.pro);
	i = latest_invoice(s.h, s.sub);
	assert_field(i, "status", "open");
	assert_money(i, "attempt_count", 1);
	assert_money(i, "next_payment_attempt", APR_16 + 3 * DAY);
	assert_flag(i, "auto_advance", true);
	assert_events(s.h, mark,
		"invoice.created\n"
		"invoice.finalized\n"
		"payment_intent.created\n"
		"charge.failed\n"
		"payment_intent.payment_failed\n"
		"invoice.payment_failed\n"
		"invoice.updated\n"
		"customer.subscription.updated\n"
		"customer.updated\n"
		"invoiceitem.created\n"
		"invoiceitem.created\n");
}

static void subscription_update__three_d_secure_leaves_it_past_due(void **state)
{
	struct scene s = with_bad_card(state, "authenticationRequiredOnSetup");
	const struct answer *a = change(&s, to_price(&s, s.pro, "proration_behavior=always_invoice"));

	assert_field(a, "status", "past_due");
	a = latest_invoice(s.h, s.sub);
	assert_field(a, "status", "open");
	assert_money(a, "attempt_count", 0);
}

static void subscription_update__default_incomplete(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a = change(
		&s, to_price(&s, s.pro, "proration_behavior=always_invoice&payment_behavior=default_incomplete"));

	assert_field(a, "status", "past_due");
	assert_field(a, "items.data.0.price.id", s.pro);
	a = latest_invoice(s.h, s.sub);
	assert_field(a, "status", "open");
	assert_flag(a, "attempted", false);
	api_ok(s.h, "POST", text_of(s.h, "/v1/invoices/%s/pay", field(a, "id")), NULL);
	assert_field(sub_of(&s), "status", "active");
}

static void subscription_update__error_if_incomplete_changes_nothing(void **state)
{
	struct scene s = with_bad_card(state, "chargeCustomerFail");
	const char *mark = events_mark(s.h);
	const struct answer *before = sub_of(&s), *a;

	a = api(s.h, "POST", get_path(s.h, "subscriptions", s.sub),
		to_price(&s, s.pro, "proration_behavior=always_invoice&payment_behavior=error_if_incomplete"));
	assert_status(a, 402);
	assert_field(a, "error.code", "card_declined");
	assert_string_equal(sub_of(&s)->text, before->text);
	assert_events(s.h, mark, "");
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
}

/* ---- pending updates ---- */

#define PENDING "proration_behavior=always_invoice&payment_behavior=pending_if_incomplete"

static void subscription_update__pending_applies_at_once_when_paid(void **state)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a = change(&s, to_price(&s, s.pro, PENDING));

	assert_field(a, "status", "active");
	assert_field(a, "pending_update", NULL);
	assert_field(a, "items.data.0.price.id", s.pro);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 500);
}

static void subscription_update__pending_waits_when_unpaid(void **state)
{
	struct scene s = with_bad_card(state, "chargeCustomerFail");
	const char *mark = events_mark(s.h);
	const struct answer *a = change(&s, to_price(&s, s.pro, PENDING)), *i;

	assert_field(a, "status", "active");
	assert_field(a, "items.data.0.price.id", s.starter);
	assert_money(a, "pending_update.expires_at", APR_16 + 23 * HOUR);
	assert_field(a, "pending_update.subscription_items.0.id", s.item);
	assert_field(a, "pending_update.subscription_items.0.price.id", s.pro);
	assert_field(a, "pending_update.trial_end", NULL);
	assert_field(a, "pending_update.billing_cycle_anchor", NULL);
	i = latest_invoice(s.h, s.sub);
	assert_field(i, "status", "open");
	assert_money(i, "amount_due", 500);
	assert_field(i, "next_payment_attempt", NULL);
	assert_events(s.h, mark,
		"invoice.created\n"
		"invoice.finalized\n"
		"payment_intent.created\n"
		"charge.failed\n"
		"payment_intent.payment_failed\n"
		"invoice.payment_failed\n"
		"invoice.updated\n"
		"customer.updated\n"
		"customer.subscription.updated\n"
		"invoiceitem.created\n"
		"invoiceitem.created\n");
	a = events_after(s.h, mark);
	assert_json(s.h, a, "data.2.data.previous_attributes",
		text_of(s.h, "{\"latest_invoice\":\"%s\",\"pending_update\":null}", s.first));
}

static void subscription_update__pending_is_applied_by_its_payment(void **state)
{
	struct scene s = with_bad_card(state, "chargeCustomerFail");
	const char *extra = monthly(s.h, "Extra", 3000), *added, *mark;
	const struct answer *a = change(
		&s, to_price(&s, s.pro, text_of(s.h, "items[1][price]=%s&items[1][quantity]=2&%s", extra, PENDING)));

	assert_int_equal(field_count(a, "items.data"), 1);
	assert_int_equal(field_count(a, "pending_update.subscription_items"), 2);
	added = field(a, "pending_update.subscription_items.1.id");
	card_attach(s.h, s.customer, "visa");
	go_to(s.h, APR_16 + HOUR);
	mark = events_mark(s.h);
	api_ok(s.h, "POST", text_of(s.h, "/v1/invoices/%s/pay", field(a, "latest_invoice")), NULL);
	a = sub_of(&s);
	assert_field(a, "pending_update", NULL);
	assert_field(a, "items.data.0.id", s.item);
	assert_field(a, "items.data.0.price.id", s.pro);
	assert_field(a, "items.data.1.id", added);
	assert_money(a, "items.data.1.quantity", 2);
	assert_money(a, "items.data.1.current_period_start", APR_16);
	assert_money(a, "items.data.1.current_period_end", MAY_1);
	assert_events(s.h, mark,
		"charge.succeeded\n"
		"payment_intent.succeeded\n"
		"invoice.paid\n"
		"invoice.payment_succeeded\n"
		"invoice_payment.paid\n"
		"customer.subscription.pending_update_applied\n"
		"customer.subscription.updated\n"
		"customer.updated\n");
	/* what was charged is what a later change credits: 1000 over 15 days and 3000 over 15 days */
	go_to(s.h, APR_16 + 5 * DAY);
	change(&s, text_of(s.h, "items[0][id]=%s&items[0][deleted]=true&items[1][id]=%s&items[1][quantity]=1", s.item,
			   added));
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { 1000, APR_16 + 5 * DAY, MAY_1, NULL },
			{ -2000, APR_16 + 5 * DAY, MAY_1, NULL }, { -667, APR_16 + 5 * DAY, MAY_1, NULL } }),
		3);
}

static void subscription_update__pending_expires(void **state)
{
	struct scene s = with_bad_card(state, "chargeCustomerFail");
	const struct answer *a = change(&s, to_price(&s, s.pro, PENDING));
	const char *invoice = field(a, "latest_invoice"), *mark = events_mark(s.h);

	go_to(s.h, APR_16 + 23 * HOUR - 1);
	assert_int_equal(field_count(sub_of(&s), "pending_update.subscription_items"), 1);
	go_to(s.h, APR_16 + 23 * HOUR);
	a = sub_of(&s);
	assert_field(a, "pending_update", NULL);
	assert_field(a, "items.data.0.price.id", s.starter);
	assert_field(a, "status", "active");
	assert_field(get(s.h, "invoices", invoice), "status", "void");
	assert_events(s.h, mark,
		"payment_intent.canceled\n"
		"invoice.voided\n"
		"customer.subscription.pending_update_expired\n"
		"customer.subscription.updated\n");
}

static void subscription_update__pending_is_dropped_when_its_invoice_is_voided(void **state)
{
	struct scene s = with_bad_card(state, "chargeCustomerFail");
	const struct answer *a = change(&s, to_price(&s, s.pro, PENDING));

	api_ok(s.h, "POST", text_of(s.h, "/v1/invoices/%s/void", field(a, "latest_invoice")), NULL);
	assert_field(sub_of(&s), "pending_update", NULL);
}

static void subscription_update__pending_is_replaced(void **state)
{
	struct scene s = with_bad_card(state, "chargeCustomerFail");
	const char *max = monthly(s.h, "Max", 4000);
	const struct answer *a = change(&s, to_price(&s, s.pro, PENDING));
	const char *first = field(a, "latest_invoice");

	a = change(&s, to_price(&s, max, PENDING));
	assert_field(a, "pending_update.subscription_items.0.price.id", max);
	assert_field(get(s.h, "invoices", first), "status", "void");
	assert_money(latest_invoice(s.h, s.sub), "amount_due", 1500);
}

static void subscription_update__pending_deletion_of_an_item_waits_too(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *extra = monthly(s.h, "Extra", 9000), *more;
	const struct answer *a = change(&s, text_of(s.h, "items[0][price]=%s&proration_behavior=none", s.pro));

	more = field(a, "items.data.1.id");
	card_attach(s.h, s.customer, "chargeCustomerFail");
	a = change(&s, text_of(s.h, "items[0][id]=%s&items[0][price]=%s&items[1][id]=%s&items[1][deleted]=true&%s",
			       s.item, extra, more, PENDING));
	assert_int_equal(field_count(a, "items.data"), 2);
	assert_field(a, "items.data.1.id", more);
	assert_int_equal(field_count(a, "pending_update.subscription_items"), 1);
	card_attach(s.h, s.customer, "visa");
	api_ok(s.h, "POST", text_of(s.h, "/v1/invoices/%s/pay", field(a, "latest_invoice")), NULL);
	a = sub_of(&s);
	assert_int_equal(field_count(a, "items.data"), 1);
	assert_field(a, "items.data.0.price.id", extra);
	assert_status(api(s.h, "GET", get_path(s.h, "subscription_items", more), NULL), 404);
}

/* ---- ends ---- */

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

/* ---- pausing ---- */

static void subscription_pause__until_it_resumes(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *mark = events_mark(s.h);
	const struct answer *a =
		api_ok(s.h, "POST", text_of(s.h, "/v1/subscriptions/%s/pause", s.sub), "type=subscription");

	assert_field(a, "status", "paused");
	assert_field(a, "status_details.paused.subscription.type", "pause_requested");
	assert_money(a, "status_details.paused.transitioned_at", APR_16);
	assert_money(a, "items.data.0.current_period_end", APR_16);
	assert_events(s.h, mark, "customer.subscription.paused\n");
	go_to(s.h, MAY_1 + 10 * DAY);
	assert_field(sub_of(&s), "latest_invoice", s.first);
	mark = events_mark(s.h);
	a = api_ok(s.h, "POST", text_of(s.h, "/v1/subscriptions/%s/resume", s.sub), NULL);
	assert_field(a, "status", "active");
	assert_money(a, "billing_cycle_anchor", MAY_1 + 10 * DAY);
	assert_money(a, "items.data.0.current_period_start", MAY_1 + 10 * DAY);
	a = latest_invoice(s.h, s.sub);
	assert_field(a, "billing_reason", "subscription_cycle");
	assert_money(a, "amount_paid", 1000);
	assert_error(api(s.h, "POST", text_of(s.h, "/v1/subscriptions/%s/resume", s.sub), NULL), 400, NULL, NULL,
		"You can only resume a subscription if it is `paused`.");
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

/* ---- refusals ---- */

struct refusal {
	const char *name, *body, *code, *param, *message;
};

/* {i}: its item, {s}: its price, {p}: another, {e}: in eur, {o}: one-time, {x}: an item of another subscription. */
static const struct refusal refusals[] = {
	{ "the_last_item_gone", "items[0][id]={i}&items[0][deleted]=true", NULL, NULL,
		"A subscription must have at least one active plan." },
	{ "a_price_in_use", "items[0][price]={s}", NULL, "plan",
		"A new item with Price {s} can't be added to this Subscription because an existing Subscription Item "
		"{i} is "
		"already using that Price. If you want to update the existing item (e.g., to adjust the quantity), "
		"pass the "
		"existing Subscription Item's `id` in your update request: "
		"https://stripe.com/docs/api/subscriptions/update#update_subscription-items-id" },
	{ "another_currency", "items[0][id]={i}&items[0][price]={e}", NULL, "items[0][price]",
		"The price specified only supports `eur`. This doesn't match the expected currency: `usd`." },
	{ "a_one_time_price", "items[0][id]={i}&items[0][price]={o}", NULL, "items[0][price]",
		"The price specified is set to `type=one_time` but this field only accepts prices with "
		"`type=recurring`." },
	{ "an_unknown_price", "items[0][id]={i}&items[0][price]=price_none", "resource_missing", "items[0][price]",
		"No such price: 'price_none'" },
	{ "an_unknown_item", "items[0][id]=si_none&items[0][price]={p}", NULL, NULL,
		"Invalid subscription_item id: si_none" },
	{ "an_item_of_another", "items[0][id]={x}&items[0][price]={p}", NULL, NULL,
		"Invalid subscription_item id: {x}" },
	{ "deleting_without_an_id", "items[0][deleted]=true", "parameter_missing", "items[0][id]", NULL },
	{ "a_proration_date_before_the_period", "items[0][id]={i}&items[0][price]={p}&proration_date=1775001599", NULL,
		"proration_date",
		"Cannot specify proration date outside of current subscription period or current phase" },
	{ "a_proration_date_after_the_period", "items[0][id]={i}&items[0][price]={p}&proration_date=1777593601", NULL,
		"proration_date",
		"Cannot specify proration date outside of current subscription period or current phase" },
	{ "a_proration_date_with_a_reset", "billing_cycle_anchor[type]=now&proration_date=1776297600", NULL,
		"proration_date", "You cannot specify `proration_date` when `billing_cycle_anchor=now`." },
	{ "two_ends", "cancel_at=1780000000&cancel_at_period_end=true", NULL, NULL,
		"You may only specify one of these parameters: cancel_at, cancel_at_period_end." },
	{ "an_end_in_the_past", "cancel_at=1776297600", NULL, "cancel_at",
		"Invalid timestamp: must be an integer Unix timestamp in the future." },
	{ "a_trial_end_in_the_past", "trial_end=1776297600", NULL, "trial_end",
		"Invalid timestamp: must be an integer Unix timestamp in the future." },
	{ "days_until_due_while_charging", "days_until_due=3", NULL, NULL,
		"You can only specify 'due_date' or 'days_until_due' if invoice collection method is 'send_invoice'." },
	{ "a_method_that_is_not_attached", "default_payment_method=pm_none", "resource_missing",
		"default_payment_method", NULL },
	{ "what_cannot_wait",
		"items[0][id]={i}&items[0][price]={p}&payment_behavior=pending_if_incomplete&description=x", NULL,
		"description", NULL },
};

#define REFUSALS (sizeof refusals / sizeof *refusals)

struct case_of {
	const struct refusal *row;
	struct house *h;
};

static const char *names_of(struct house *h, const char *template, const char *const values[256])
{
	const char *out = "";

	while (*template) {
		size_t length = strcspn(template, "{");

		out = text_of(h, "%s%.*s", out, (int)length, template);
		template += length;
		if (*template) {
			out = text_of(h, "%s%s", out, values[(unsigned char)template[1]]);
			template += 3;
		}
	}
	return out;
}

static void subscription_update__refuses(void **state)
{
	struct case_of *c = *state;
	void *house = c->h;
	struct scene s = scene_of(&house, NULL);
	const char *values[256] = { 0 }, *mark;
	const struct answer *before, *a;

	values['i'] = s.item;
	values['s'] = s.starter;
	values['p'] = s.pro;
	values['e'] = price_in(s.h, "Europe", "eur", "unit_amount=1800&recurring[interval]=month");
	values['o'] = one_time(s.h, "Setup", 100);
	values['x'] = field(subscribe(s.h, s.customer, s.starter, NULL), "items.data.0.id");
	before = sub_of(&s);
	mark = events_mark(s.h);
	a = api(s.h, "POST", get_path(s.h, "subscriptions", s.sub), names_of(s.h, c->row->body, values));
	assert_error(
		a, 400, c->row->code, c->row->param, c->row->message ? names_of(s.h, c->row->message, values) : NULL);
	assert_string_equal(sub_of(&s)->text, before->text);
	assert_events(s.h, mark, "");
}

static int open_case(void **state)
{
	struct case_of *c = *state;

	c->h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	return 0;
}

static int close_case(void **state)
{
	house_close(((struct case_of *)*state)->h);
	return 0;
}

static void subscription_update__a_canceled_one_keeps_its_metadata_only(void **state)
{
	struct scene s = scene_of(state, NULL);

	api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), NULL);
	assert_error(api(s.h, "POST", get_path(s.h, "subscriptions", s.sub), "description=x"), 400,
		"invalid_canceled_subscription_fields", NULL,
		"A canceled subscription can only update its cancellation_details and metadata.");
	assert_field(
		change(&s, "metadata[a]=b&cancellation_details[comment]=late"), "cancellation_details.comment", "late");
}

static void subscription_update__an_incomplete_one_keeps_its_items(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		subscribe(h, customer_new(h, NULL, "chargeCustomerFail"), monthly(h, "Pro", 2000), NULL);

	assert_status(api(h, "POST", get_path(h, "subscriptions", field(a, "id")), "cancel_at_period_end=true"), 400);
	assert_field(post(h, "subscriptions", field(a, "id"), "metadata[a]=b"), "metadata.a", "b");
}

int main(void)
{
	static const struct CMUnitTest plain[] = {
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
		BILLING_TEST(subscription_update__from_free_to_paid_restarts_in_classic_mode),
		BILLING_TEST(subscription_update__from_free_to_paid_goes_on_in_flexible_mode),
		BILLING_TEST(subscription_update__other_interval_in_flexible_mode),
		BILLING_TEST(subscription_update__anchor_reset_invoices_now_in_classic_mode),
		BILLING_TEST(subscription_update__anchor_reset_waits_in_flexible_mode),
		BILLING_TEST(subscription_update__anchor_reset_with_always_invoice),
		BILLING_TEST(subscription_update__anchor_reset_without_prorations),
		BILLING_TEST(subscription_update__change_inside_a_stub),
		BILLING_TEST(subscription_update__proration_date_moves_the_arithmetic_only),
		BILLING_TEST(subscription_update__a_discount_alone_bills_nothing),
		BILLING_TEST(subscription_update__a_discount_counts_in_the_debit_of_the_same_call),
		BILLING_TEST(subscription_update__trial_ended_now),
		BILLING_TEST(subscription_update__trial_ended_now_without_method),
		BILLING_TEST(subscription_update__trial_ended_now_pauses),
		BILLING_TEST(subscription_update__trial_ended_now_cancels),
		BILLING_TEST(subscription_update__trial_extended),
		BILLING_TEST(subscription_update__trial_on_a_paid_subscription),
		BILLING_TEST(subscription_update__trial_on_a_paid_subscription_without_credit),
		BILLING_TEST(subscription_update__price_change_in_a_trial_is_free),
		BILLING_TEST(subscription_update__failed_payment_leaves_it_past_due),
		BILLING_TEST(subscription_update__three_d_secure_leaves_it_past_due),
		BILLING_TEST(subscription_update__default_incomplete),
		BILLING_TEST(subscription_update__error_if_incomplete_changes_nothing),
		BILLING_TEST(subscription_update__pending_applies_at_once_when_paid),
		BILLING_TEST(subscription_update__pending_waits_when_unpaid),
		BILLING_TEST(subscription_update__pending_is_applied_by_its_payment),
		BILLING_TEST(subscription_update__pending_expires),
		BILLING_TEST(subscription_update__pending_is_dropped_when_its_invoice_is_voided),
		BILLING_TEST(subscription_update__pending_is_replaced),
		BILLING_TEST(subscription_update__pending_deletion_of_an_item_waits_too),
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
		BILLING_TEST(subscription_pause__until_it_resumes),
		BILLING_TEST(subscription_update__pause_collection_keeps_drafts),
		BILLING_TEST(subscription_update__pause_collection_voids),
		BILLING_TEST(subscription_update__pause_collection_writes_off),
		BILLING_TEST(subscription_update__pause_collection_ends_by_itself),
		BILLING_TEST(subscription_update__to_send_invoice_and_back),
		BILLING_TEST(subscription_migrate__to_flexible),
		BILLING_TEST(subscription_update__a_canceled_one_keeps_its_metadata_only),
		BILLING_TEST(subscription_update__an_incomplete_one_keeps_its_items),
	};
	struct case_of cases[REFUSALS];
	char names[REFUSALS][96];
	struct CMUnitTest tests[sizeof plain / sizeof *plain + REFUSALS];
	size_t n = 0;

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		tests[n++] = plain[i];
	for (size_t i = 0; i < REFUSALS; i++) {
		cases[i] = (struct case_of) { &refusals[i], NULL };
		snprintf(names[i], sizeof names[i], "subscription_update__refuses_%s", refusals[i].name);
		tests[n++] = (struct CMUnitTest) { names[i], subscription_update__refuses, open_case, close_case,
			&cases[i] };
	}
	return _cmocka_run_group_tests("subscription_update", tests, n, NULL, NULL);
}
