/* SPDX-License-Identifier: MIT */
/* Debts: what a hard decline does to the schedule, and which invoice decides what becomes of a subscription. Source:
 * Stripe docs "Automate payment retries", "How subscriptions work". */
#include "billing.h"

#define SECOND_TRY (FEB_1 + HOUR + 3 * DAY)
#define THIRD_TRY (SECOND_TRY + 5 * DAY)
#define LAST_TRY (THIRD_TRY + 7 * DAY)

struct debtor {
	struct house *h;
	const char *customer, *sub;
};

/* A monthly subscription whose customer's default card is `card` from the first renewal on, which is over. */
static struct debtor debtor_of(void **state, const char *card)
{
	struct debtor d = { .h = *state };

	d.customer = customer_new(d.h, NULL, "visa");
	d.sub = field(subscribe(d.h, d.customer, monthly(d.h, "Pro", 2000), NULL), "id");
	card_attach(d.h, d.customer, card);
	go_to(d.h, FEB_1 + HOUR);
	return d;
}

static const char *status_of(const struct debtor *d)
{
	return field(get(d->h, "subscriptions", d->sub), "status");
}

static size_t charges(const struct debtor *d)
{
	return field_count(
		api_ok(d->h, "GET", text_of(d->h, "/v1/charges?limit=100&customer=%s", d->customer), NULL), "data");
}

static const struct answer *act(const struct debtor *d, const char *invoice, const char *verb)
{
	return api_ok(d->h, "POST", text_of(d->h, "/v1/invoices/%s/%s", invoice, verb), NULL);
}

static void choose(struct house *h, const char *settings)
{
	api_ok(h, "POST", "/_mockstripe/settings", settings);
}

/* ---- hard declines ---- */

static void hard_decline(void **state, const char *card)
{
	struct debtor d = debtor_of(state, card);
	size_t before = charges(&d);
	const char *mark;

	assert_string_equal(status_of(&d), "past_due");
	mark = events_mark(d.h);
	go_to(d.h, SECOND_TRY);
	assert_money(latest_invoice(d.h, d.sub), "attempt_count", 2);
	assert_money(latest_invoice(d.h, d.sub), "next_payment_attempt", THIRD_TRY);
	assert_events(d.h, mark, "invoice.updated\n");
	assert_same_int((int64_t)charges(&d), (int64_t)before);
	/* Another method is charged at its turn. */
	card_attach(d.h, d.customer, "visa");
	go_to(d.h, THIRD_TRY);
	assert_field(latest_invoice(d.h, d.sub), "status", "paid");
	assert_money(latest_invoice(d.h, d.sub), "attempt_count", 3);
	assert_string_equal(status_of(&d), "active");
}

static void hard_decline__of_a_lost_card_is_counted_but_not_charged_again(void **state)
{
	hard_decline(state, "visa_chargeCustomerFailLostCard");
}

static void hard_decline__of_a_card_that_asks(void **state)
{
	hard_decline(state, "authenticationRequiredOnSetup");
}

static void hard_decline__ends_with_the_schedule(void **state)
{
	struct debtor d = debtor_of(state, "visa_chargeCustomerFailLostCard");
	const char *mark;

	go_to(d.h, THIRD_TRY);
	mark = events_mark(d.h);
	go_to(d.h, LAST_TRY);
	assert_string_equal(status_of(&d), "canceled");
	assert_money(latest_invoice(d.h, d.sub), "attempt_count", 4);
	assert_events(d.h, mark, "invoice.updated\ncustomer.subscription.deleted\n");
}

/* By hand it is tried whenever somebody asks. */
static void hard_decline__may_be_tried_by_hand(void **state)
{
	struct debtor d = debtor_of(state, "visa_chargeCustomerFailLostCard");
	size_t before = charges(&d);

	assert_error(
		api(d.h, "POST", text_of(d.h, "/v1/invoices/%s/pay", field(latest_invoice(d.h, d.sub), "id")), NULL),
		402, "card_declined", NULL, NULL);
	assert_same_int((int64_t)charges(&d), (int64_t)before + 1);
}

/* ---- which invoice decides ---- */

/* Two renewals unpaid, the first one's retries over. */
static struct debtor twice(void **state, const char **first, const char **second)
{
	struct debtor d = { .h = *state };

	choose(d.h, "subscription_after_retries=past_due");
	d = debtor_of(state, "chargeCustomerFail");
	*first = field(latest_invoice(d.h, d.sub), "id");
	go_to(d.h, MAR_1 + HOUR);
	*second = field(latest_invoice(d.h, d.sub), "id");
	assert_string_not_equal(*first, *second);
	return d;
}

static void void__leaves_it_to_the_older_invoice(void **state)
{
	const char *first, *second;
	struct debtor d = twice(state, &first, &second);

	act(&d, second, "void");
	assert_string_equal(status_of(&d), "past_due");
	card_attach(d.h, d.customer, "visa");
	act(&d, first, "pay");
	assert_string_equal(status_of(&d), "active");
}

static void void__of_all_that_is_owed_reactivates(void **state)
{
	const char *first, *second;
	struct debtor d = twice(state, &first, &second);

	act(&d, first, "void");
	assert_string_equal(status_of(&d), "past_due");
	act(&d, second, "void");
	assert_string_equal(status_of(&d), "active");
}

static void void__with_an_older_one_given_up_ends_as_chosen(void **state)
{
	const char *first, *second;
	struct debtor d = twice(state, &first, &second);

	choose(d.h, "subscription_after_retries=cancel");
	act(&d, second, "void");
	assert_string_equal(status_of(&d), "canceled");
}

/* The older one is sent, and not due yet: nothing is overdue. */
static void void__with_an_older_one_not_due_yet(void **state)
{
	struct debtor d = { .h = *state };
	const char *first, *second;

	d.customer = customer_new(d.h, "email=a@b.co", "visa");
	d.sub = field(subscribe(d.h, d.customer, monthly(d.h, "Pro", 2000),
			      "collection_method=send_invoice&days_until_due=60"),
		"id");
	go_to(d.h, HOUSE_NOW + HOUR);
	first = field(latest_invoice(d.h, d.sub), "id");
	post(d.h, "subscriptions", d.sub, "collection_method=charge_automatically");
	card_attach(d.h, d.customer, "chargeCustomerFail");
	go_to(d.h, FEB_1 + HOUR);
	assert_string_equal(status_of(&d), "past_due");
	second = field(latest_invoice(d.h, d.sub), "id");
	assert_string_not_equal(first, second);
	act(&d, second, "void");
	assert_string_equal(status_of(&d), "active");
}

static void write_off__by_the_setting_does_not_reactivate(void **state)
{
	struct debtor d = { .h = *state };

	choose(d.h, "subscription_after_retries=past_due&invoice_after_retries=uncollectible");
	d = debtor_of(state, "chargeCustomerFail");
	go_to(d.h, LAST_TRY);
	assert_field(latest_invoice(d.h, d.sub), "status", "uncollectible");
	assert_string_equal(status_of(&d), "past_due");
}

/* ---- what never began ---- */

static void incomplete__canceled_voids_its_invoice(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		subscribe(h, customer_new(h, NULL, "chargeCustomerFail"), monthly(h, "Pro", 2000), NULL);
	const char *mark = events_mark(h);

	assert_field(a, "status", "incomplete");
	assert_field(api_ok(h, "DELETE", get_path(h, "subscriptions", field(a, "id")), NULL), "status", "canceled");
	assert_field(get(h, "invoices", field(a, "latest_invoice")), "status", "void");
	assert_events(h, mark, "payment_intent.canceled\ninvoice.voided\ncustomer.subscription.deleted\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(hard_decline__of_a_lost_card_is_counted_but_not_charged_again),
		BILLING_TEST(hard_decline__of_a_card_that_asks),
		BILLING_TEST(hard_decline__ends_with_the_schedule),
		BILLING_TEST(hard_decline__may_be_tried_by_hand),
		BILLING_TEST(void__leaves_it_to_the_older_invoice),
		BILLING_TEST(void__of_all_that_is_owed_reactivates),
		BILLING_TEST(void__with_an_older_one_given_up_ends_as_chosen),
		BILLING_TEST(void__with_an_older_one_not_due_yet),
		BILLING_TEST(write_off__by_the_setting_does_not_reactivate),
		BILLING_TEST(incomplete__canceled_voids_its_invoice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
