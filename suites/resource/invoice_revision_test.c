/* SPDX-License-Identifier: MIT */
/* Revisions of invoices, how many lines one can have, and what invoice.created shows. Source: Stripe docs "Edit
 * invoices", "Invoice items". */
#include "billing.h"

static void charge(struct house *h, const char *customer, int amount, const char *description)
{
	api_ok(h, "POST", "/v1/invoiceitems",
		text_of(h, "customer=%s&amount=%d&currency=usd&description=%s", customer, amount, description));
}

static const struct answer *draft_of(struct house *h, const char *customer, const char *more)
{
	return api_ok(h, "POST", "/v1/invoices",
		text_of(h, "customer=%s&pending_invoice_items_behavior=include%s%s", customer, more ? "&" : "",
			more ? more : ""));
}

static const struct answer *act(struct house *h, const char *invoice, const char *verb)
{
	return api_ok(h, "POST", text_of(h, "/v1/invoices/%s/%s", invoice, verb), NULL);
}

static const char *revise(struct house *h, const char *invoice)
{
	return text_of(h, "from_invoice[invoice]=%s&from_invoice[action]=revision", invoice);
}

static void revision__copies_the_invoice_into_a_draft(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "email=a@b.co", "visa"), *id;
	const struct answer *a;

	charge(h, customer, 900, "Hours");
	charge(h, customer, 100, "Travel");
	id = field(draft_of(h, customer,
			   "description=May&footer=Thanks&metadata[order]=7&collection_method=send_invoice&days_until_"
			   "due=9"),
		"id");
	act(h, id, "finalize");
	a = api_ok(h, "POST", "/v1/invoices", revise(h, id));
	assert_field(a, "status", "draft");
	assert_field(a, "from_invoice.action", "revision");
	assert_field(a, "from_invoice.invoice", id);
	assert_field(a, "customer", customer);
	assert_field(a, "number", NULL);
	assert_field(a, "description", "May");
	assert_field(a, "footer", "Thanks");
	assert_field(a, "metadata.order", "7");
	assert_field(a, "collection_method", "send_invoice");
	assert_money(a, "due_date", HOUSE_NOW + 9 * DAY);
	assert_flag(a, "auto_advance", false);
	assert_lines(h, a, "lines.data",
		((const struct line[]) {
			{ 100, HOUSE_NOW, HOUSE_NOW, "Travel" }, { 900, HOUSE_NOW, HOUSE_NOW, "Hours" } }),
		2);
	assert_money(a, "total", 1000);
	/* Until it is finalized the original is what counts. */
	assert_field(get(h, "invoices", id), "status", "open");
	assert_field(get(h, "invoices", id), "latest_revision", NULL);
}

static void revision__takes_the_place_when_it_is_finalized(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *id, *line, *second, *third, *mark;
	const struct answer *a;

	api_ok(h, "POST", text_of(h, "/v1/customers/%s/balance_transactions", customer), "amount=-300&currency=usd");
	charge(h, customer, 900, "Hours");
	id = field(draft_of(h, customer, NULL), "id");
	assert_money(act(h, id, "finalize"), "amount_due", 600);
	a = api_ok(h, "POST", "/v1/invoices", revise(h, id));
	second = field(a, "id");
	line = field(a, "lines.data.0.id");
	api_ok(h, "POST", text_of(h, "/v1/invoices/%s/lines/%s", second, line), "amount=700");
	mark = events_mark(h);
	/* The credit that the original used comes back first. */
	a = act(h, second, "finalize");
	assert_money(a, "total", 700);
	assert_money(a, "amount_due", 400);
	assert_events(h, mark, "payment_intent.canceled\ninvoice.voided\ninvoice.finalized\npayment_intent.created\n");
	assert_field(get(h, "invoices", id), "status", "void");
	assert_field(get(h, "invoices", id), "latest_revision", second);
	assert_money(get(h, "invoices", id), "total", 900);
	third = field(api_ok(h, "POST", "/v1/invoices", revise(h, second)), "id");
	act(h, third, "finalize");
	assert_field(get(h, "invoices", id), "latest_revision", third);
	assert_field(get(h, "invoices", second), "latest_revision", third);
}

/* A debt that is revised stays a debt of the subscription. */
static void revision__of_a_subscriptions_invoice(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *id, *revision;
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), NULL), "id");

	card_attach(h, customer, "chargeCustomerFail");
	go_to(h, FEB_1 + HOUR);
	id = field(latest_invoice(h, sub), "id");
	revision = field(api_ok(h, "POST", "/v1/invoices", revise(h, id)), "id");
	assert_field(get(h, "invoices", revision), "parent.subscription_details.subscription", sub);
	assert_field(get(h, "invoices", revision), "lines.data.0.description", "1 × Pro (at $20.00 / month)");
	act(h, revision, "finalize");
	assert_field(get(h, "subscriptions", sub), "status", "past_due");
	assert_field(get(h, "subscriptions", sub), "latest_invoice", revision);
	card_attach(h, customer, "visa");
	act(h, revision, "pay");
	assert_field(get(h, "subscriptions", sub), "status", "active");
}

static void revision__refusals(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *other = customer_new(h, NULL, NULL), *id;

	charge(h, customer, 900, "Hours");
	id = field(draft_of(h, customer, NULL), "id");
	assert_error(api(h, "POST", "/v1/invoices", revise(h, id)), 400, NULL, "from_invoice[invoice]", "`draft`");
	act(h, id, "finalize");
	assert_error(api(h, "POST", "/v1/invoices", text_of(h, "%s&customer=%s", revise(h, id), other)), 400, NULL,
		"customer", "does not belong");
	act(h, id, "pay");
	assert_error(api(h, "POST", "/v1/invoices", revise(h, id)), 400, NULL, "from_invoice[invoice]", "`paid`");
	assert_error(api(h, "POST", "/v1/invoices", revise(h, "in_none")), 400, "resource_missing",
		"from_invoice[invoice]", "in_none");
}

static void created__shows_what_was_asked_for(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *mark = events_mark(h);
	const struct answer *e;

	draft_of(h, customer, "description=May&metadata[order]=7&auto_advance=true");
	assert_events(h, mark, "invoice.created\n");
	e = events_after(h, mark);
	assert_field(e, "data.0.data.object.description", "May");
	assert_field(e, "data.0.data.object.metadata.order", "7");
	assert_flag(e, "data.0.data.object.auto_advance", true);
}

static void lines__are_250_at_most(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *id;

	for (int i = 0; i < 251; i++)
		charge(h, customer, 100, "Item");
	id = field(draft_of(h, customer, NULL), "id");
	assert_money(get(h, "invoices", id), "total", 25000);
	assert_int_equal(field_count(pending_items(h, customer), "data"), 1);
	assert_error(api(h, "POST", "/v1/invoiceitems",
			     text_of(h, "customer=%s&amount=5&currency=usd&invoice=%s", customer, id)),
		400, NULL, "invoice", "at most 250");
	assert_error(api(h, "POST", text_of(h, "/v1/invoices/%s/add_lines", id),
			     "lines[0][amount]=5&lines[0][description]=x"),
		400, NULL, "lines[0]", "at most 250");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(revision__copies_the_invoice_into_a_draft),
		BILLING_TEST(revision__takes_the_place_when_it_is_finalized),
		BILLING_TEST(revision__of_a_subscriptions_invoice),
		BILLING_TEST(revision__refusals),
		BILLING_TEST(created__shows_what_was_asked_for),
		BILLING_TEST(lines__are_250_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
