/* SPDX-License-Identifier: MIT */

/*
 * Invoices made by hand, and the routes that move any invoice along. Source: Stripe docs "Status transitions and
 * finalization", "Customer credit balance".
 */
#include "billing.h"

/* A customer with a card and a draft with one item of that amount on it. */
struct scene {
	struct house *h;
	const char *customer, *invoice;
};

static const char *item_on(struct house *h, const char *customer, const char *invoice, int64_t amount)
{
	return field(api_ok(h, "POST", "/v1/invoiceitems",
			     text_of(h, "customer=%s&amount=%lld&currency=usd&description=Work%s%s", customer,
				     (long long)amount, invoice ? "&invoice=" : "", invoice ? invoice : "")),
		"id");
}

static struct scene draft_of(void **state, int64_t amount, const char *card, const char *more)
{
	struct scene s = { .h = *state };

	s.customer = customer_new(s.h, "name=Ada&email=ada@example.com", card);
	s.invoice =
		field(api_ok(s.h, "POST", "/v1/invoices", text_of(s.h, "customer=%s&%s", s.customer, more ? more : "")),
			"id");
	item_on(s.h, s.customer, s.invoice, amount);
	return s;
}

static const struct answer *see(const struct scene *s)
{
	return get(s->h, "invoices", s->invoice);
}

static const struct answer *try(const struct scene *s, const char *verb, const char *params)
{
	return api(s->h, "POST", text_of(s->h, "/v1/invoices/%s%s%s", s->invoice, *verb ? "/" : "", verb), params);
}

static const struct answer *doing(const struct scene *s, const char *verb, const char *params)
{
	const struct answer *a = try(s, verb, params);

	assert_status(a, 200);
	return a;
}

/* ---- drafts ---- */

static void invoice_create__is_an_empty_draft(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "name=Ada", NULL), *mark;
	const struct answer *a;

	item_on(h, customer, NULL, 500);
	mark = events_mark(h);
	a = api_ok(h, "POST", "/v1/invoices", text_of(h, "customer=%s&description=Hello", customer));
	assert_field(a, "status", "draft");
	assert_field(a, "billing_reason", "manual");
	assert_field(a, "collection_method", "charge_automatically");
	assert_field(a, "number", NULL);
	assert_field(a, "parent", NULL);
	assert_field(a, "description", "Hello");
	assert_field(a, "customer_name", "Ada");
	assert_flag(a, "auto_advance", false);
	assert_field(a, "automatically_finalizes_at", NULL);
	assert_field(a, "next_payment_attempt", NULL);
	assert_field(a, "due_date", NULL);
	assert_money(a, "period_start", HOUSE_NOW);
	assert_money(a, "period_end", HOUSE_NOW);
	assert_money(a, "total", 0);
	assert_int_equal(field_count(a, "lines.data"), 0);
	assert_events(h, mark, "invoice.created\n");
	assert_int_equal(field_count(pending_items(h, customer), "data"), 1);
}

static void invoice_create__includes_what_is_pending_when_told(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL);
	const struct answer *a;

	item_on(h, customer, NULL, 500);
	item_on(h, customer, NULL, 300);
	a = api_ok(
		h, "POST", "/v1/invoices", text_of(h, "customer=%s&pending_invoice_items_behavior=include", customer));
	assert_lines(h, a, "lines.data",
		((const struct line[]) {
			{ 300, HOUSE_NOW, HOUSE_NOW, "Work" }, { 500, HOUSE_NOW, HOUSE_NOW, "Work" } }),
		2);
	assert_money(a, "amount_due", 800);
	assert_int_equal(field_count(pending_items(h, customer), "data"), 0);
}

static void invoice_create__advances_by_itself_when_told(void **state)
{
	struct scene s = draft_of(state, 2000, "visa", "auto_advance=true");

	assert_money(see(&s), "automatically_finalizes_at", HOUSE_NOW + 3601);
	assert_money(see(&s), "next_payment_attempt", HOUSE_NOW + 3600);
	go_to(s.h, HOUSE_NOW + HOUR);
	assert_field(see(&s), "status", "paid");
}

static void invoice_create__stays_a_draft_otherwise(void **state)
{
	struct scene s = draft_of(state, 2000, "visa", NULL);

	go_to(s.h, HOUSE_NOW + 30 * DAY);
	assert_field(see(&s), "status", "draft");
}

static void invoice_create__sent(void **state)
{
	struct scene s = draft_of(state, 2000, NULL, "collection_method=send_invoice&days_until_due=10");
	const char *mark;
	const struct answer *a;

	assert_money(see(&s), "due_date", HOUSE_NOW + 10 * DAY);
	mark = events_mark(s.h);
	a = doing(&s, "send", NULL);
	assert_field(a, "status", "open");
	assert_events(s.h, mark, "invoice.finalized\npayment_intent.created\ninvoice.sent\n");
	mark = events_mark(s.h);
	go_to(s.h, HOUSE_NOW + 10 * DAY);
	assert_events(s.h, mark, "invoice.overdue\ncustomer.updated\n");
	assert_field(see(&s), "status", "open");
}

static void invoice_update__of_a_draft(void **state)
{
	struct scene s = draft_of(state, 2000, NULL, NULL);
	const char *mark = events_mark(s.h);
	const struct answer *a = doing(&s, "", "description=Hi&footer=Bye&metadata[a]=b&auto_advance=true");

	assert_field(a, "description", "Hi");
	assert_field(a, "footer", "Bye");
	assert_money(a, "automatically_finalizes_at", HOUSE_NOW + 3601);
	assert_events(s.h, mark, "invoice.updated\n");
	assert_json(s.h, events_after(s.h, mark), "data.0.data.previous_attributes",
		"{\"auto_advance\":false,\"automatically_finalizes_at\":null,\"description\":null,\"footer\":null,"
		"\"metadata\":{\"a\":null},\"next_payment_attempt\":null}");
}

static void invoice_update__discount_and_tax_of_a_draft(void **state)
{
	struct scene s = draft_of(state, 2000, NULL, NULL);
	const char *rate =
		field(api_ok(s.h, "POST", "/v1/tax_rates", "display_name=VAT&percentage=25&inclusive=true"), "id");
	const struct answer *a;

	api_ok(s.h, "POST", "/v1/coupons", "id=half&percent_off=50&duration=once");
	a = doing(&s, "", text_of(s.h, "discounts[0][coupon]=half&default_tax_rates[0]=%s", rate));
	assert_money(a, "subtotal", 2000);
	assert_money(a, "subtotal_excluding_tax", 1600);
	assert_money(a, "total_discount_amounts.0.amount", 1000);
	assert_money(a, "total_taxes.0.amount", 200);
	assert_money(a, "total_taxes.0.taxable_amount", 800);
	assert_money(a, "total", 1000);
	assert_money(a, "total_excluding_tax", 800);
	assert_money(doing(&s, "", "discounts="), "total", 2000);
}

static void invoice_delete__a_draft_with_its_items(void **state)
{
	struct scene s = draft_of(state, 2000, NULL, NULL);
	const char *mark = events_mark(s.h);
	const struct answer *a = api_ok(s.h, "DELETE", get_path(s.h, "invoices", s.invoice), NULL);

	assert_flag(a, "deleted", true);
	assert_events(s.h, mark, "invoice.deleted\n");
	assert_status(api(s.h, "GET", get_path(s.h, "invoices", s.invoice), NULL), 404);
	assert_int_equal(
		field_count(api_ok(s.h, "GET", text_of(s.h, "/v1/invoiceitems?customer=%s", s.customer), NULL), "data"),
		0);
}

/* ---- finalizing and paying ---- */

static void invoice_finalize__numbers_it(void **state)
{
	struct scene s = draft_of(state, 2000, "visa", NULL);
	const char *prefix = field(get(s.h, "customers", s.customer), "invoice_prefix"), *mark = events_mark(s.h);
	const struct answer *a = doing(&s, "finalize", NULL);

	assert_field(a, "status", "open");
	assert_field(a, "number", text_of(s.h, "%s-0001", prefix));
	assert_money(a, "effective_at", HOUSE_NOW);
	assert_money(a, "status_transitions.finalized_at", HOUSE_NOW);
	assert_money(a, "amount_due", 2000);
	assert_money(a, "amount_remaining", 2000);
	assert_money(a, "ending_balance", 0);
	assert_flag(a, "attempted", false);
	assert_money(a, "attempt_count", 0);
	assert_non_null(strstr(field(a, "hosted_invoice_url"), "https://invoice.stripe.com/i/"));
	assert_non_null(strstr(field(a, "invoice_pdf"), "/pdf?s=ap"));
	assert_events(s.h, mark, "invoice.finalized\npayment_intent.created\n");
	a = api_ok(s.h, "GET", text_of(s.h, "/v1/invoice_payments?invoice=%s", s.invoice), NULL);
	assert_field(a, "data.0.status", "open");
	assert_field(a, "data.0.amount_paid", NULL);
	assert_error(try(&s, "finalize", NULL), 400, NULL, NULL,
		"This invoice is already finalized, you can't re-finalize a non-draft invoice.");
}

static void invoice_finalize__zero_is_paid_at_once(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL);
	const char *invoice = field(api_ok(h, "POST", "/v1/invoices", text_of(h, "customer=%s", customer)), "id");
	const char *mark = events_mark(h);
	const struct answer *a = api_ok(h, "POST", text_of(h, "/v1/invoices/%s/finalize", invoice), NULL);

	assert_field(a, "status", "paid");
	assert_flag(a, "attempted", true);
	assert_money(a, "attempt_count", 0);
	assert_money(a, "status_transitions.paid_at", HOUSE_NOW);
	assert_events(h, mark, "invoice.finalized\ninvoice.paid\ninvoice.payment_succeeded\n");
}

static void invoice_pay__a_draft(void **state)
{
	struct scene s = draft_of(state, 2000, "visa", NULL);
	const char *mark = events_mark(s.h);
	const struct answer *a = doing(&s, "pay", NULL);

	assert_field(a, "status", "paid");
	assert_money(a, "amount_paid", 2000);
	assert_money(a, "amount_remaining", 0);
	assert_money(a, "attempt_count", 1);
	assert_events(s.h, mark,
		"invoice.finalized\n"
		"payment_intent.created\n"
		"charge.succeeded\n"
		"payment_intent.succeeded\n"
		"invoice.paid\n"
		"invoice.payment_succeeded\n"
		"invoice_payment.paid\n");
	assert_error(try(&s, "pay", NULL), 400, NULL, NULL, "Invoice is already paid");
}

static void invoice_pay__with_a_named_method(void **state)
{
	struct scene s = draft_of(state, 2000, NULL, NULL);

	assert_error(
		try(&s, "pay", NULL), 400, "resource_missing", NULL, "This customer has no attached payment source");
	assert_field(doing(&s, "pay", "payment_method=pm_card_visa"), "status", "paid");
}

static void invoice_pay__declined(void **state)
{
	struct scene s = draft_of(state, 2000, "chargeCustomerFail", NULL);
	const struct answer *a;
	const char *mark;

	doing(&s, "finalize", NULL);
	mark = events_mark(s.h);
	a = try(&s, "pay", NULL);
	assert_status(a, 402);
	assert_field(a, "error.type", "card_error");
	assert_field(a, "error.code", "card_declined");
	assert_field(a, "error.message", "Your card was declined.");
	assert_int_equal(strncmp(field(a, "error.charge"), "ch_", 3), 0);
	a = see(&s);
	assert_field(a, "status", "open");
	assert_money(a, "attempt_count", 1);
	assert_flag(a, "attempted", true);
	assert_events(s.h, mark,
		"charge.failed\n"
		"payment_intent.payment_failed\n"
		"invoice.payment_failed\n"
		"invoice.updated\n"
		"customer.updated\n");
	try(&s, "pay", NULL);
	assert_money(see(&s), "attempt_count", 1);
}

static void invoice_pay__needs_authentication(void **state)
{
	struct scene s = draft_of(state, 2000, "authenticationRequiredOnSetup", NULL);
	const struct answer *a = try(&s, "pay", "off_session=false");

	assert_status(a, 402);
	assert_field(a, "error.code", "invoice_payment_intent_requires_action");
	assert_non_null(strstr(field(a, "error.message"),
		"This payment requires additional user action before it can be completed successfully."));
	assert_field(see(&s), "status", "open");
}

static void invoice_pay__out_of_band(void **state)
{
	struct scene s = draft_of(state, 2000, NULL, NULL);
	const struct answer *a = doing(&s, "pay", "paid_out_of_band=true");

	assert_field(a, "status", "paid");
	assert_money(a, "amount_remaining", 0);
	assert_int_equal(field_count(api_ok(s.h, "GET", "/v1/charges", NULL), "data"), 0);
}

/* ---- the other ends ---- */

static void invoice_void__an_open_one(void **state)
{
	struct scene s = draft_of(state, 2000, "visa", NULL);
	const char *mark;
	const struct answer *a;

	assert_error(
		try(&s, "void", NULL), 400, NULL, NULL, "You can only pass in open invoices. This invoice isn't open.");
	doing(&s, "finalize", NULL);
	mark = events_mark(s.h);
	a = doing(&s, "void", NULL);
	assert_field(a, "status", "void");
	assert_money(a, "status_transitions.voided_at", HOUSE_NOW);
	assert_money(a, "amount_due", 2000);
	assert_non_null(field(a, "number"));
	assert_events(s.h, mark, "payment_intent.canceled\ninvoice.voided\n");
	assert_error(try(&s, "pay", NULL), 400, NULL, NULL, "Invoice is void");
	assert_error(try(&s, "void", NULL), 400, NULL, NULL, "You can only pass in open invoices.");
}

static void invoice_void__gives_the_balance_back(void **state)
{
	struct scene s = draft_of(state, 2000, "visa", NULL);

	post(s.h, "customers", s.customer, "balance=-500");
	assert_money(doing(&s, "finalize", NULL), "amount_due", 1500);
	assert_money(get(s.h, "customers", s.customer), "balance", 0);
	doing(&s, "void", NULL);
	assert_money(get(s.h, "customers", s.customer), "balance", -500);
	assert_field(api_ok(s.h, "GET", text_of(s.h, "/v1/customers/%s/balance_transactions", s.customer), NULL),
		"data.0.type", "unapplied_from_invoice");
}

static void invoice_void__not_a_paid_one(void **state)
{
	struct scene s = draft_of(state, 2000, "visa", NULL);

	doing(&s, "pay", NULL);
	assert_status(try(&s, "void", NULL), 400);
	assert_field(see(&s), "status", "paid");
}

static void invoice_mark_uncollectible__and_paid_after_all(void **state)
{
	struct scene s = draft_of(state, 2000, "visa", NULL);
	const char *mark;
	const struct answer *a;

	assert_status(try(&s, "mark_uncollectible", NULL), 400);
	doing(&s, "finalize", NULL);
	mark = events_mark(s.h);
	a = doing(&s, "mark_uncollectible", NULL);
	assert_field(a, "status", "uncollectible");
	assert_money(a, "status_transitions.marked_uncollectible_at", HOUSE_NOW);
	assert_field(a, "status_details.uncollectible.reason", "user_forgiven");
	assert_events(s.h, mark, "invoice.marked_uncollectible\n");
	assert_error(try(&s, "mark_uncollectible", NULL), 400, NULL, NULL,
		"This invoice has already been marked uncollectible.");
	assert_field(doing(&s, "pay", NULL), "status", "paid");
}

static void invoice_send__not_a_paid_one(void **state)
{
	struct scene s = draft_of(state, 2000, "visa", NULL);

	doing(&s, "pay", NULL);
	assert_error(try(&s, "send", NULL), 400, NULL, NULL,
		"This invoice cannot be sent right now. Please contact us via https://support.stripe.com/contact with "
		"details, "
		"so we can help.");
}

static void invoice_update__of_a_finalized_one(void **state)
{
	struct scene s = draft_of(state, 2000, "visa", NULL);

	doing(&s, "finalize", NULL);
	assert_error(try(&s, "", "description=Late"), 400, "invoice_not_editable", "description",
		"Finalized invoices can't be updated in this way");
	assert_field(doing(&s, "", "metadata[a]=b"), "metadata.a", "b");
	assert_field(see(&s), "description", NULL);
}

static void invoice_delete__drafts_only(void **state)
{
	struct scene s = draft_of(state, 2000, "visa", NULL);

	doing(&s, "finalize", NULL);
	assert_error(api(s.h, "DELETE", get_path(s.h, "invoices", s.invoice), NULL), 400, NULL, NULL,
		"You can only delete draft invoices.");
}

static void invoice__unknown(void **state)
{
	struct house *h = *state;

	assert_error(api(h, "GET", "/v1/invoices/in_none", NULL), 404, "resource_missing", "invoice",
		"No such invoice: 'in_none'");
	assert_error(api(h, "POST", "/v1/invoices/in_none/pay", NULL), 404, "resource_missing", "id",
		"No such invoice: 'in_none'");
}

/* ---- balances ---- */

struct balance {
	const char *name;
	int64_t balance, total, due, ending;
};

static const struct balance balances[] = {
	{ "credit_that_covers_a_part", -1200, 3000, 1800, 0 },
	{ "credit_that_covers_all", -5000, 3000, 0, -2000 },
	{ "negative_total", 0, -500, 0, -500 },
	{ "negative_total_and_debt", 300, -500, 0, -200 },
	{ "debt", 250, 3000, 3250, 0 },
	{ "nothing", 0, 3000, 3000, 0 },
	{ "below_the_minimum", 0, 49, 0, 49 },
	{ "the_minimum", 0, 50, 50, 0 },
	{ "credit_that_leaves_less_than_the_minimum", -2970, 3000, 0, 30 },
};

struct balance_case {
	const struct balance *row;
	struct house *h;
};

static void invoice_finalize__balance(void **state)
{
	struct balance_case *c = *state;
	void *house = c->h;
	struct scene s = draft_of(&house, c->row->total, "visa", NULL);
	const struct answer *a;

	if (c->row->balance)
		post(s.h, "customers", s.customer, text_of(s.h, "balance=%lld", (long long)c->row->balance));
	a = doing(&s, "pay", NULL);
	assert_field(a, "status", "paid");
	assert_money(a, "total", c->row->total);
	assert_money(a, "starting_balance", c->row->balance);
	assert_money(a, "amount_due", c->row->due);
	assert_money(a, "amount_paid", c->row->due);
	assert_money(a, "amount_remaining", 0);
	assert_money(a, "ending_balance", c->row->ending);
	assert_money(a, "attempt_count", c->row->due ? 1 : 0);
	assert_money(get(s.h, "customers", s.customer), "balance", c->row->ending);
}

static int open_balance(void **state)
{
	struct balance_case *c = *state;

	c->h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	return 0;
}

static int close_balance(void **state)
{
	house_close(((struct balance_case *)*state)->h);
	return 0;
}

/* ---- lists ---- */

static void invoice_list__filters(void **state)
{
	struct house *h = *state;
	const char *ada = customer_new(h, NULL, "visa"), *bob = customer_new(h, NULL, NULL), *sub;
	const struct answer *a;
	static const char *const counts[][2] = { { "", "3" }, { "status=paid", "1" }, { "status=draft", "2" },
		{ "status=open", "0" }, { "collection_method=send_invoice", "1" }, { "due_date[gt]=1767225600", "1" },
		{ "created[lt]=1767225600", "0" } };

	sub = field(subscribe(h, ada, monthly(h, "Pro", 2000), NULL), "id");
	api_ok(h, "POST", "/v1/invoices", text_of(h, "customer=%s", ada));
	api_ok(h, "POST", "/v1/invoices",
		text_of(h, "customer=%s&collection_method=send_invoice&days_until_due=3", bob));
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		a = api_ok(h, "GET", text_of(h, "/v1/invoices?%s", counts[i][0]), NULL);
		assert_string_equal(text_of(h, "%s: %zu", counts[i][0], field_count(a, "data")),
			text_of(h, "%s: %s", counts[i][0], counts[i][1]));
	}
	assert_int_equal(field_count(api_ok(h, "GET", text_of(h, "/v1/invoices?customer=%s", ada), NULL), "data"), 2);
	assert_int_equal(
		field_count(api_ok(h, "GET", text_of(h, "/v1/invoices?subscription=%s", sub), NULL), "data"), 1);
	a = api_ok(h, "GET", text_of(h, "/v1/invoices?customer=%s&limit=1", ada), NULL);
	assert_flag(a, "has_more", true);
	a = api_ok(h, "GET",
		text_of(h, "/v1/invoices?customer=%s&limit=1&starting_after=%s", ada, field(a, "data.0.id")), NULL);
	assert_field(a, "data.0.billing_reason", "subscription_create");
	assert_flag(a, "has_more", false);
}

int main(void)
{
	static const struct CMUnitTest plain[] = {
		BILLING_TEST(invoice_create__is_an_empty_draft),
		BILLING_TEST(invoice_create__includes_what_is_pending_when_told),
		BILLING_TEST(invoice_create__advances_by_itself_when_told),
		BILLING_TEST(invoice_create__stays_a_draft_otherwise),
		BILLING_TEST(invoice_create__sent),
		BILLING_TEST(invoice_update__of_a_draft),
		BILLING_TEST(invoice_update__discount_and_tax_of_a_draft),
		BILLING_TEST(invoice_delete__a_draft_with_its_items),
		BILLING_TEST(invoice_finalize__numbers_it),
		BILLING_TEST(invoice_finalize__zero_is_paid_at_once),
		BILLING_TEST(invoice_pay__a_draft),
		BILLING_TEST(invoice_pay__with_a_named_method),
		BILLING_TEST(invoice_pay__declined),
		BILLING_TEST(invoice_pay__needs_authentication),
		BILLING_TEST(invoice_pay__out_of_band),
		BILLING_TEST(invoice_void__an_open_one),
		BILLING_TEST(invoice_void__gives_the_balance_back),
		BILLING_TEST(invoice_void__not_a_paid_one),
		BILLING_TEST(invoice_mark_uncollectible__and_paid_after_all),
		BILLING_TEST(invoice_send__not_a_paid_one),
		BILLING_TEST(invoice_update__of_a_finalized_one),
		BILLING_TEST(invoice_delete__drafts_only),
		BILLING_TEST(invoice__unknown),
		BILLING_TEST(invoice_list__filters),
	};
	enum { ROWS = sizeof balances / sizeof *balances, PLAIN = sizeof plain / sizeof *plain };
	struct balance_case cases[ROWS];
	char names[ROWS][96];
	struct CMUnitTest tests[PLAIN + ROWS];
	size_t n = 0;

	for (size_t i = 0; i < PLAIN; i++)
		tests[n++] = plain[i];
	for (size_t i = 0; i < ROWS; i++) {
		cases[i] = (struct balance_case) { &balances[i], NULL };
		snprintf(names[i], sizeof names[i], "invoice_finalize__balance_%s", balances[i].name);
		tests[n++] = (struct CMUnitTest) { names[i], invoice_finalize__balance, open_balance, close_balance,
			&cases[i] };
	}
	return _cmocka_run_group_tests("invoice", tests, n, NULL, NULL);
}
