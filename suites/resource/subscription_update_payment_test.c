/* SPDX-License-Identifier: MIT */

/* Updates that are to be paid at once, for each payment_behavior; those that wait for their payment. Source: Stripe
 * docs "Subscription payment behavior", "Pending updates". */
#include "subscription_scene.h"

/* ---- payment ---- */

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
