/* SPDX-License-Identifier: MIT */

/* What is chosen on the Dashboard only: where dunning ends (Stripe docs "Automatic collection") and how taxes round. */
#include "billing.h"

static void choose(struct house *h, const char *settings)
{
	api_ok(h, "POST", "/_mockstripe/settings", settings);
}

/* A subscription of 1 January whose card begins to fail; at the end of the last retry. */
static const char *dun(struct house *h, const char **customer)
{
	const char *sub;

	*customer = customer_new(h, NULL, "visa");
	sub = field(subscribe(h, *customer, monthly(h, "Starter", 1000), NULL), "id");
	card_attach(h, *customer, "chargeCustomerFail");
	go_to(h, FEB_1 + HOUR);
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	for (int i = 0; i < 10; i++) {
		json_t *next = field_json(latest_invoice(h, sub), "next_payment_attempt");

		if (!json_is_integer(next))
			return sub;
		go_to(h, json_integer_value(next));
	}
	fail_msg("the retries do not end");
	return NULL;
}

static void retries__end_in_cancellation_unless_told(void **state)
{
	struct house *h = *state;
	const char *customer, *sub = dun(h, &customer);

	assert_field(get(h, "subscriptions", sub), "status", "canceled");
	assert_field(get(h, "subscriptions", sub), "cancellation_details.reason", "payment_failed");
	assert_field(latest_invoice(h, sub), "status", "open");
	assert_flag(latest_invoice(h, sub), "auto_advance", false);
}

static void retries__may_leave_it_past_due(void **state)
{
	struct house *h = *state;
	const char *customer, *sub;

	choose(h, "subscription_after_retries=past_due");
	sub = dun(h, &customer);
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	assert_field(latest_invoice(h, sub), "status", "open");
	assert_field(latest_invoice(h, sub), "next_payment_attempt", NULL);
	/* The next period is billed and tried as ever. */
	go_to(h, MAR_1 + HOUR);
	assert_money(latest_invoice(h, sub), "attempt_count", 1);
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
}

static void retries__may_leave_it_unpaid(void **state)
{
	struct house *h = *state;
	const char *customer, *sub;
	const struct answer *invoice, *a;

	choose(h, "subscription_after_retries=unpaid");
	sub = dun(h, &customer);
	assert_field(get(h, "subscriptions", sub), "status", "unpaid");
	a = api_ok(h, "GET", "/v1/events?limit=1&type=customer.subscription.updated", NULL);
	assert_field(a, "data.0.data.object.status", "unpaid");
	assert_json(h, a, "data.0.data.previous_attributes", "{\"status\":\"past_due\"}");
	/* Invoices keep coming, as drafts that nobody charges. */
	go_to(h, MAR_1 + 2 * DAY);
	invoice = latest_invoice(h, sub);
	assert_field(invoice, "billing_reason", "subscription_cycle");
	assert_field(invoice, "status", "draft");
	assert_flag(invoice, "auto_advance", false);
	assert_money(invoice, "attempt_count", 0);
	/* Paying the latest one brings it back. */
	card_attach(h, customer, "visa");
	assert_field(
		api_ok(h, "POST", text_of(h, "/v1/invoices/%s/pay", field(invoice, "id")), NULL), "status", "paid");
	assert_field(get(h, "subscriptions", sub), "status", "active");
}

static void retries__may_give_the_invoice_up(void **state)
{
	struct house *h = *state;
	const char *customer, *sub;
	const struct answer *invoice;

	choose(h, "invoice_after_retries=uncollectible");
	sub = dun(h, &customer);
	invoice = latest_invoice(h, sub);
	assert_field(get(h, "subscriptions", sub), "status", "canceled");
	assert_field(invoice, "status", "uncollectible");
	assert_field(invoice, "status_details.uncollectible.reason", "max_payment_attempts");
}

/* ---- sent invoices that nobody pays ---- */

#define DUE (HOUSE_NOW + 7 * DAY)

/* A yearly subscription whose invoice is to be paid within a week. */
static const char *owe(struct house *h)
{
	return field(subscribe(h, customer_new(h, "email=a@b.co", NULL), yearly(h, "Pro", 2000),
			     "collection_method=send_invoice&days_until_due=7"),
		"id");
}

static void overdue__changes_nothing_unless_told(void **state)
{
	struct house *h = *state;
	const char *sub = owe(h);

	go_to(h, DUE);
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	go_to(h, DUE + 200 * DAY);
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	assert_field(latest_invoice(h, sub), "status", "open");
}

static void overdue__may_end_in_cancellation(void **state)
{
	struct house *h = *state;
	const char *sub = owe(h), *mark;

	choose(h, "subscription_after_overdue=cancel");
	go_to(h, DUE + 30 * DAY - 1);
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	mark = events_mark(h);
	go_to(h, DUE + 30 * DAY);
	assert_field(get(h, "subscriptions", sub), "status", "canceled");
	assert_field(get(h, "subscriptions", sub), "cancellation_details.reason", "payment_failed");
	assert_field(latest_invoice(h, sub), "status", "open");
	assert_events(h, mark, "invoice.updated\ncustomer.subscription.deleted\n");
}

static void overdue__may_end_unpaid_after_the_days_chosen(void **state)
{
	struct house *h = *state;
	const char *sub = owe(h);

	choose(h, "subscription_after_overdue=unpaid&subscription_after_overdue_days=60");
	go_to(h, DUE + 60 * DAY - 1);
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	go_to(h, DUE + 60 * DAY);
	assert_field(get(h, "subscriptions", sub), "status", "unpaid");
	/* Paying brings it back. */
	api_ok(h, "POST", text_of(h, "/v1/invoices/%s/pay", field(latest_invoice(h, sub), "id")),
		"paid_out_of_band=true");
	assert_field(get(h, "subscriptions", sub), "status", "active");
}

static void overdue__paid_in_between_goes_on(void **state)
{
	struct house *h = *state;
	const char *sub = owe(h);

	choose(h, "subscription_after_overdue=cancel");
	go_to(h, DUE + 5 * DAY);
	api_ok(h, "POST", text_of(h, "/v1/invoices/%s/pay", field(latest_invoice(h, sub), "id")),
		"paid_out_of_band=true");
	go_to(h, DUE + 100 * DAY);
	assert_field(get(h, "subscriptions", sub), "status", "active");
}

/* A later due date, given while it was a draft, counts. */
static void overdue__by_a_due_date_that_moved(void **state)
{
	struct house *h = *state;
	const char *sub = owe(h), *mark;

	post(h, "invoices", field(latest_invoice(h, sub), "id"), text_of(h, "due_date=%lld", (long long)(DUE + DAY)));
	go_to(h, DUE);
	mark = events_mark(h);
	go_to(h, DUE + DAY - 1);
	assert_field(get(h, "subscriptions", sub), "status", "active");
	go_to(h, DUE + DAY);
	assert_events(h, mark, "invoice.overdue\ncustomer.subscription.updated\ncustomer.updated\n");
}

/* -1728 and +4707 at 20 %: 595.8 of the sum, but -346 and 941 of the lines. */
static void taxed(struct house *h, int64_t tax)
{
	const char *rate =
		field(api_ok(h, "POST", "/v1/tax_rates", "display_name=VAT&inclusive=false&percentage=20"), "id");
	const char *customer = customer_new(h, NULL, NULL);
	const struct answer *invoice;

	api_ok(h, "POST", "/v1/invoiceitems", text_of(h, "customer=%s&amount=-1728&currency=usd", customer));
	api_ok(h, "POST", "/v1/invoiceitems", text_of(h, "customer=%s&amount=4707&currency=usd", customer));
	invoice = api_ok(h, "POST", "/v1/invoices",
		text_of(h, "customer=%s&pending_invoice_items_behavior=include&default_tax_rates[0]=%s", customer,
			rate));
	assert_money(invoice, "total_taxes.0.amount", tax);
	assert_money(invoice, "total", 2979 + tax);
}

static void taxes__round_by_line_unless_told(void **state)
{
	taxed(*state, 595);
}

static void taxes__may_round_by_invoice(void **state)
{
	choose(*state, "tax_rounding=invoice");
	taxed(*state, 596);
}

/* The number of a new invoice of the customer. */
static const char *numbered(struct house *h, const char *customer)
{
	const char *id = field(api_ok(h, "POST", "/v1/invoices", text_of(h, "customer=%s", customer)), "id");

	return field(api_ok(h, "POST", text_of(h, "/v1/invoices/%s/finalize", id), NULL), "number");
}

static void numbers__may_be_the_accounts(void **state)
{
	struct house *h = *state;
	const char *ada = customer_new(h, "invoice_prefix=ADA", NULL),
		   *bob = customer_new(h, "invoice_prefix=BOB", NULL);
	const char *first, *prefix;

	assert_string_equal(numbered(h, ada), "ADA-0001");
	choose(h, "invoice_numbering=account");
	first = numbered(h, ada);
	assert_int_equal(strlen(first), 8 + 5);
	assert_string_equal(first + 8, "-0001");
	prefix = text_of(h, "%.8s", first);
	assert_string_equal(numbered(h, bob), text_of(h, "%s-0002", prefix));
	assert_money(get(h, "customers", ada), "next_invoice_sequence", 2);
	choose(h, "invoice_numbering=customer");
	assert_string_equal(numbered(h, ada), "ADA-0002");
	choose(h, "invoice_numbering=account");
	assert_string_equal(numbered(h, ada), text_of(h, "%s-0003", prefix));
}

static void settings__are_told_and_kept(void **state)
{
	struct house *h = *state;
	const char *mark = field(api_ok(h, "POST", "/_mockstripe/mark", NULL), "mark");
	const struct answer *a = api_ok(h, "POST", "/_mockstripe/settings", "tax_rounding=invoice");

	assert_field(a, "tax_rounding", "invoice");
	assert_field(a, "subscription_after_retries", "cancel");
	assert_field(a, "invoice_after_retries", "open");
	a = api_ok(h, "POST", "/_mockstripe/settings", "invoice_after_retries=uncollectible");
	assert_field(a, "tax_rounding", "invoice");
	api_ok(h, "POST", "/_mockstripe/rewind", text_of(h, "mark=%s", mark));
	a = api_ok(h, "GET", "/_mockstripe/settings", NULL);
	assert_field(a, "tax_rounding", "line");
	assert_field(a, "invoice_after_retries", "open");
	/* The account's object does not show them. */
	choose(h, "tax_rounding=invoice");
	assert_absent(api_ok(h, "GET", "/v1/account", NULL), "_mockstripe");
}

static void settings__refuse_what_does_not_exist(void **state)
{
	struct house *h = *state;
	const struct answer *a = api(h, "POST", "/_mockstripe/settings", "after_retries=unpaid");

	assert_status(a, 400);
	assert_field(a, "error.message", "There is no setting 'after_retries'.");
	a = api(h, "POST", "/_mockstripe/settings", "tax_rounding=invoice&subscription_after_retries=pause");
	assert_status(a, 400);
	assert_field(a, "error.remedy", "Send subscription_after_retries as one of: cancel, unpaid, past_due.");
	assert_field(api_ok(h, "GET", "/_mockstripe/settings", NULL), "tax_rounding", "line");
}

static void settings__may_be_numbers(void **state)
{
	static const char *const wrong[] = { "-1", "366", "7.5", "soon", "" };
	static const char *const json[] = { "Content-Type: application/json", NULL };
	struct house *h = *state;
	const struct answer *a = api_ok(h, "GET", "/_mockstripe/settings", NULL);

	assert_money(a, "invoice_upcoming_days", 7);
	assert_money(a, "subscription_after_overdue_days", 30);
	a = api_ok(h, "POST", "/_mockstripe/settings", "invoice_upcoming_days=0");
	assert_money(a, "invoice_upcoming_days", 0);
	a = api_with(h, "POST", "/_mockstripe/settings", "{\"invoice_upcoming_days\":45}", json);
	assert_status(a, 200);
	assert_money(a, "invoice_upcoming_days", 45);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		a = api(h, "POST", "/_mockstripe/settings", text_of(h, "invoice_upcoming_days=%s", wrong[i]));
		assert_status(a, 400);
		assert_field(
			a, "error.message", text_of(h, "The setting invoice_upcoming_days cannot be '%s'.", wrong[i]));
		assert_field(a, "error.remedy", "Send invoice_upcoming_days as a whole number from 0 to 365.");
	}
	assert_money(api_ok(h, "GET", "/_mockstripe/settings", NULL), "invoice_upcoming_days", 45);
}

static void settings__say_what_there_is_to_choose(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "GET", "/_mockstripe/settings/choices", NULL);

	assert_field(a, "tax_rounding.takes", "one of: line, invoice");
	assert_field(a, "tax_rounding.default", "line");
	assert_field(a, "invoice_upcoming_days.takes", "a whole number from 0 to 365");
	assert_money(a, "invoice_upcoming_days.default", 7);
	assert_non_null(strstr(field(a, "invoice_upcoming_days.says"), "invoice.upcoming"));
	/* What can be chosen is what is told. */
	assert_same_int(
		(int64_t)field_count(a, ""), (int64_t)field_count(api_ok(h, "GET", "/_mockstripe/settings", NULL), ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(retries__end_in_cancellation_unless_told),
		BILLING_TEST(retries__may_leave_it_past_due),
		BILLING_TEST(retries__may_leave_it_unpaid),
		BILLING_TEST(retries__may_give_the_invoice_up),
		BILLING_TEST(overdue__changes_nothing_unless_told),
		BILLING_TEST(overdue__may_end_in_cancellation),
		BILLING_TEST(overdue__may_end_unpaid_after_the_days_chosen),
		BILLING_TEST(overdue__paid_in_between_goes_on),
		BILLING_TEST(overdue__by_a_due_date_that_moved),
		BILLING_TEST(taxes__round_by_line_unless_told),
		BILLING_TEST(taxes__may_round_by_invoice),
		BILLING_TEST(numbers__may_be_the_accounts),
		BILLING_TEST(settings__are_told_and_kept),
		BILLING_TEST(settings__refuse_what_does_not_exist),
		BILLING_TEST(settings__may_be_numbers),
		BILLING_TEST(settings__say_what_there_is_to_choose),
	};

	return cmocka_run_group_tests_name("account_settings", tests, NULL, NULL);
}
