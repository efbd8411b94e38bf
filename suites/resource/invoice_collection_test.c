/* SPDX-License-Identifier: MIT */
/* Who advances an invoice and when, and what stops its finalization. Source: Stripe docs "Status transitions and
 * finalization", "Automatically collect tax on subscriptions". */
#include "billing.h"

/* A draft of 900 for a customer with that card. */
static const char *draft_of(struct house *h, const char *customer, const char *more)
{
	api_ok(h, "POST", "/v1/invoiceitems", text_of(h, "customer=%s&amount=900&currency=usd", customer));
	return field(api_ok(h, "POST", "/v1/invoices",
			     text_of(h, "customer=%s&pending_invoice_items_behavior=include%s%s", customer,
				     more ? "&" : "", more ? more : "")),
		"id");
}

static const struct answer *act(struct house *h, const char *invoice, const char *verb, const char *params)
{
	return api_ok(h, "POST", text_of(h, "/v1/invoices/%s/%s", invoice, verb), params);
}

static const struct answer *invoice_of(struct house *h, const char *id)
{
	return get(h, "invoices", id);
}

/* ---- auto_advance ---- */

static void finalized_by_hand__is_charged_an_hour_later(void **state)
{
	struct house *h = *state;
	const char *id = draft_of(h, customer_new(h, NULL, "visa"), "auto_advance=true");
	const struct answer *a;

	go_to(h, HOUSE_NOW + 600);
	a = act(h, id, "finalize", NULL);
	assert_field(a, "status", "open");
	assert_flag(a, "auto_advance", true);
	assert_money(a, "next_payment_attempt", HOUSE_NOW + 600 + HOUR);
	go_to(h, HOUSE_NOW + 600 + HOUR - 1);
	assert_field(invoice_of(h, id), "status", "open");
	go_to(h, HOUSE_NOW + 600 + HOUR);
	assert_field(invoice_of(h, id), "status", "paid");
	assert_money(invoice_of(h, id), "attempt_count", 1);
}

static void finalized_by_hand__may_stop_advancing(void **state)
{
	struct house *h = *state;
	const char *id = draft_of(h, customer_new(h, NULL, "visa"), "auto_advance=true");

	assert_field(act(h, id, "finalize", "auto_advance=false"), "next_payment_attempt", NULL);
	go_to(h, HOUSE_NOW + 2 * DAY);
	assert_field(invoice_of(h, id), "status", "open");
}

static void retries__stop_and_go_on_as_told(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "chargeCustomerFail");
	const char *id = draft_of(h, customer, "auto_advance=true");

	go_to(h, HOUSE_NOW + HOUR);
	assert_money(invoice_of(h, id), "next_payment_attempt", HOUSE_NOW + HOUR + 3 * DAY);
	assert_field(post(h, "invoices", id, "auto_advance=false"), "next_payment_attempt", NULL);
	go_to(h, HOUSE_NOW + 10 * DAY);
	assert_money(invoice_of(h, id), "attempt_count", 1);
	card_attach(h, customer, "visa");
	assert_money(post(h, "invoices", id, "auto_advance=true"), "next_payment_attempt", HOUSE_NOW + 10 * DAY + HOUR);
	go_to(h, HOUSE_NOW + 10 * DAY + HOUR);
	assert_field(invoice_of(h, id), "status", "paid");
}

/* A draft that begins to advance long after its creation has its hour from then on. */
static void draft__advances_late(void **state)
{
	struct house *h = *state;
	const char *id = draft_of(h, customer_new(h, NULL, "visa"), NULL);
	const struct answer *a;

	go_to(h, HOUSE_NOW + 5 * DAY);
	a = post(h, "invoices", id, "auto_advance=true");
	assert_money(a, "automatically_finalizes_at", HOUSE_NOW + 5 * DAY + HOUR + 1);
	assert_money(a, "next_payment_attempt", HOUSE_NOW + 5 * DAY + HOUR);
	go_to(h, HOUSE_NOW + 5 * DAY + HOUR);
	assert_money(invoice_of(h, id), "status_transitions.finalized_at", HOUSE_NOW + 5 * DAY + HOUR);
	assert_field(invoice_of(h, id), "status", "paid");
}

static void finalized__keeps_its_terms_of_payment(void **state)
{
	static const char *const rows[][2] = { { "due_date", "due_date=1800000000" },
		{ "days_until_due", "days_until_due=3" },
		{ "collection_method", "collection_method=charge_automatically" } };
	struct house *h = *state;
	const char *id =
		draft_of(h, customer_new(h, "email=a@b.co", NULL), "collection_method=send_invoice&days_until_due=9");

	assert_field(post(h, "invoices", id, "collection_method=charge_automatically"), "due_date", NULL);
	assert_money(post(h, "invoices", id, "collection_method=send_invoice&days_until_due=4"), "due_date",
		HOUSE_NOW + 4 * DAY);
	act(h, id, "finalize", NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_error(api(h, "POST", get_path(h, "invoices", id), rows[i][1]), 400, "invoice_not_editable",
			rows[i][0], "Finalized invoices can't be updated in this way");
}

/* ---- what stops a finalization ---- */

#define NO_LOCATION "customer_tax_location_invalid"

static void tax__of_a_customer_that_is_nowhere_stops_it(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa");
	const char *id = draft_of(h, customer, "automatic_tax[enabled]=true"), *mark = events_mark(h);
	const struct answer *a = invoice_of(h, id);

	assert_field(a, "automatic_tax.status", "requires_location_inputs");
	assert_error(api(h, "POST", text_of(h, "/v1/invoices/%s/finalize", id), NULL), 400, NO_LOCATION, NULL,
		"location isn't recognized");
	a = invoice_of(h, id);
	assert_field(a, "status", "draft");
	assert_field(a, "number", NULL);
	assert_field(a, "last_finalization_error.code", NO_LOCATION);
	assert_field(a, "last_finalization_error.type", "invalid_request_error");
	assert_events(h, mark, "invoice.finalization_failed\n");
	post(h, "customers", customer, "address[country]=DE");
	a = act(h, id, "finalize", NULL);
	assert_field(a, "status", "open");
	assert_field(a, "automatic_tax.status", "complete");
	assert_field(a, "last_finalization_error", NULL);
	assert_money(a, "amount_due", 900);
}

static void tax__stops_what_advances_by_itself(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "address[country]=DE", "visa"), *id, *mark;
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), "automatic_tax[enabled]=true"), "id");

	assert_field(latest_invoice(h, sub), "automatic_tax.status", "complete");
	assert_flag(latest_invoice(h, sub), "automatic_tax.enabled", true);
	post(h, "customers", customer, "address=");
	go_to(h, FEB_1);
	id = field(latest_invoice(h, sub), "id");
	assert_field(invoice_of(h, id), "automatic_tax.status", "requires_location_inputs");
	mark = events_mark(h);
	go_to(h, FEB_1 + HOUR);
	assert_events(h, mark, "invoice.finalization_failed\n");
	assert_field(invoice_of(h, id), "status", "draft");
	assert_field(invoice_of(h, id), "last_finalization_error.code", NO_LOCATION);
	assert_field(invoice_of(h, id), "automatically_finalizes_at", NULL);
	assert_field(get(h, "subscriptions", sub), "status", "active");
	post(h, "customers", customer, "address[country]=DE");
	assert_field(act(h, id, "pay", NULL), "status", "paid");
}

static void tax__of_a_customer_that_is_nowhere_stops_a_subscription(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa");

	assert_error(api(h, "POST", "/v1/subscriptions",
			     text_of(h, "customer=%s&items[0][price]=%s&automatic_tax[enabled]=true", customer,
				     monthly(h, "Pro", 2000))),
		400, NO_LOCATION, NULL, "location isn't recognized");
	assert_int_equal(field_count(api_ok(h, "GET", "/v1/subscriptions", NULL), "data"), 0);
	assert_int_equal(field_count(api_ok(h, "GET", "/v1/invoices", NULL), "data"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(finalized_by_hand__is_charged_an_hour_later),
		BILLING_TEST(finalized_by_hand__may_stop_advancing),
		BILLING_TEST(retries__stop_and_go_on_as_told),
		BILLING_TEST(draft__advances_late),
		BILLING_TEST(finalized__keeps_its_terms_of_payment),
		BILLING_TEST(tax__of_a_customer_that_is_nowhere_stops_it),
		BILLING_TEST(tax__stops_what_advances_by_itself),
		BILLING_TEST(tax__of_a_customer_that_is_nowhere_stops_a_subscription),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
