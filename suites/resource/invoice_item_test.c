/* SPDX-License-Identifier: MIT */

/* Invoice items: what waits for an invoice, and what stands on a draft. Source: Stripe docs "Invoice items". */
#include "billing.h"

#define ITEMS "/v1/invoiceitems"

static const struct answer *item(struct house *h, const char *customer, const char *params)
{
	return api(h, "POST", ITEMS, text_of(h, "customer=%s&%s", customer, params));
}

static void invoice_item_create__an_amount(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *mark = events_mark(h);
	const struct answer *a = item(h, customer, "amount=1500&currency=usd&description=Work&metadata[a]=b");

	assert_status(a, 200);
	assert_field(a, "object", "invoiceitem");
	assert_money(a, "amount", 1500);
	assert_money(a, "quantity", 1);
	assert_field(a, "quantity_decimal", "1");
	assert_money(a, "date", HOUSE_NOW);
	assert_absent(a, "created");
	assert_flag(a, "discountable", true);
	assert_flag(a, "proration", false);
	assert_field(a, "invoice", NULL);
	assert_field(a, "parent", NULL);
	assert_field(a, "net_amount", NULL); /* discounts may still come */
	assert_money(a, "period.start", HOUSE_NOW);
	assert_money(a, "period.end", HOUSE_NOW);
	assert_field(a, "metadata.a", "b");
	assert_events(h, mark, "invoiceitem.created\n");
	assert_field(get(h, "customers", customer), "currency", "usd");
}

static void invoice_item_create__a_price(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Setup", 4900);
	const struct answer *a =
		item(h, customer_new(h, NULL, NULL), text_of(h, "pricing[price]=%s&quantity=2", price));

	assert_status(a, 200);
	assert_money(a, "amount", 9800);
	assert_money(a, "quantity", 2);
	assert_field(a, "description", "Setup");
	assert_field(a, "pricing.price_details.price", price);
	assert_field(a, "pricing.unit_amount_decimal", "4900");
}

static void invoice_item_create__part_of_a_cent(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		item(h, customer_new(h, NULL, NULL), "unit_amount_decimal=0.75&quantity=3&currency=usd");

	assert_status(a, 200);
	assert_money(a, "amount", 2); /* 2.25 */
}

static void invoice_item_create__a_credit_is_not_discountable(void **state)
{
	struct house *h = *state;

	assert_flag(item(h, customer_new(h, NULL, NULL), "amount=-500&currency=usd"), "discountable", false);
}

static void invoice_item_create__onto_a_draft(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *mark;
	const char *invoice = field(api_ok(h, "POST", "/v1/invoices", text_of(h, "customer=%s", customer)), "id");
	const struct answer *a;

	mark = events_mark(h);
	a = item(h, customer, text_of(h, "amount=1500&currency=usd&invoice=%s", invoice));
	assert_status(a, 200);
	assert_field(a, "invoice", invoice);
	a = get(h, "invoices", invoice);
	assert_money(a, "total", 1500);
	assert_money(a, "lines.data.0.amount", 1500);
	assert_field(a, "lines.data.0.parent.type", "invoice_item_details");
	assert_events(h, mark, "invoiceitem.created\ninvoice.updated\n");
}

static void invoice_item_update__on_a_draft_changes_the_invoice(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *id;
	const char *invoice = field(api_ok(h, "POST", "/v1/invoices", text_of(h, "customer=%s", customer)), "id");

	id = field(
		item(h, customer, text_of(h, "unit_amount_decimal=1500&quantity=2&currency=usd&invoice=%s", invoice)),
		"id");
	assert_money(get(h, "invoices", invoice), "total", 3000);
	assert_money(post(h, "invoiceitems", id, "quantity=3&description=More"), "amount", 4500);
	assert_money(get(h, "invoices", invoice), "total", 4500);
	assert_field(get(h, "invoices", invoice), "lines.data.0.description", "More");
	assert_flag(api_ok(h, "DELETE", get_path(h, "invoiceitems", id), NULL), "deleted", true);
	assert_money(get(h, "invoices", invoice), "total", 0);
	assert_int_equal(field_count(get(h, "invoices", invoice), "lines.data"), 0);
}

static void invoice_item_update__pending(void **state)
{
	struct house *h = *state;
	const char *id = field(item(h, customer_new(h, NULL, NULL), "amount=1500&currency=usd"), "id");

	assert_money(post(h, "invoiceitems", id, "amount=900"), "amount", 900);
	assert_field(get(h, "invoiceitems", id), "net_amount", NULL);
}

static void invoice_item_update__refused_once_finalized(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *id;
	const char *invoice = field(api_ok(h, "POST", "/v1/invoices", text_of(h, "customer=%s", customer)), "id");

	id = field(item(h, customer, text_of(h, "amount=1500&currency=usd&invoice=%s", invoice)), "id");
	api_ok(h, "POST", text_of(h, "/v1/invoices/%s/finalize", invoice), NULL);
	assert_error(api(h, "POST", get_path(h, "invoiceitems", id), "amount=1"), 400, "invoice_not_editable", NULL,
		"attached to an invoice that is no longer editable");
	assert_error(api(h, "DELETE", get_path(h, "invoiceitems", id), NULL), 400, "invoice_not_editable", NULL, NULL);
	assert_status(item(h, customer, text_of(h, "amount=1500&currency=usd&invoice=%s", invoice)), 400);
}

static void invoice_item_update__a_proration_is_frozen(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *id;
	const struct answer *a = subscribe(h, customer, monthly(h, "Pro", 2000), NULL);

	go_to(h, HOUSE_NOW + 10 * DAY);
	post(h, "subscriptions", field(a, "id"),
		text_of(h, "items[0][id]=%s&items[0][quantity]=2", field(a, "items.data.0.id")));
	id = field(pending_items(h, customer), "data.0.id");
	assert_status(api(h, "POST", get_path(h, "invoiceitems", id), "quantity=5"), 400);
	assert_money(post(h, "invoiceitems", id, "amount=100"), "amount", 100);
}

static void invoice_item_delete__pending(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL),
		   *id = field(item(h, customer, "amount=5&currency=usd"), "id");
	const char *mark = events_mark(h);

	assert_flag(api_ok(h, "DELETE", get_path(h, "invoiceitems", id), NULL), "deleted", true);
	assert_int_equal(field_count(pending_items(h, customer), "data"), 0);
	assert_events(h, mark, "invoiceitem.deleted\n");
	assert_status(api(h, "GET", get_path(h, "invoiceitems", id), NULL), 404);
}

static void invoice_item__other_currencies_wait(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa");

	item(h, customer, "amount=500&currency=usd");
	assert_error(
		item(h, customer, "amount=500&currency=eur"), 400, NULL, "currency", "You cannot combine currencies");
}

static void invoice_item_list__filters(void **state)
{
	struct house *h = *state;
	const char *ada = customer_new(h, NULL, NULL), *bob = customer_new(h, NULL, NULL);
	const char *invoice = field(api_ok(h, "POST", "/v1/invoices", text_of(h, "customer=%s", ada)), "id");
	const struct answer *a;

	item(h, ada, text_of(h, "amount=1&currency=usd&invoice=%s", invoice));
	item(h, ada, "amount=2&currency=usd");
	item(h, bob, "amount=3&currency=usd");
	a = api_ok(h, "GET", ITEMS "?pending=true", NULL);
	assert_int_equal(field_count(a, "data"), 2);
	assert_money(a, "data.0.amount", 3);
	a = api_ok(h, "GET", text_of(h, ITEMS "?customer=%s", ada), NULL);
	assert_int_equal(field_count(a, "data"), 2);
	a = api_ok(h, "GET", text_of(h, ITEMS "?invoice=%s", invoice), NULL);
	assert_int_equal(field_count(a, "data"), 1);
	assert_money(a, "data.0.amount", 1);
}

static void invoice_item__an_invoice_takes_250_lines(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), NULL), "id");
	const struct answer *a;

	for (int i = 0; i < 251; i++)
		item(h, customer, text_of(h, "amount=%d&currency=usd", i ? 1 : 1000));
	go_to(h, FEB_1);
	a = latest_invoice(h, sub);
	assert_money(a, "total", 2000 + 1000 + 248);
	assert_money(a, "lines.data.0.amount", 1);
	a = pending_items(h, customer);
	assert_int_equal(field_count(a, "data"), 2);
	go_to(h, MAR_1);
	assert_money(latest_invoice(h, sub), "total", 2002);
}

static void invoice_item_create__refusals(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *recurring = monthly(h, "Pro", 2000);

	assert_error(api(h, "POST", ITEMS, "amount=5&currency=usd"), 400, "parameter_missing", "customer", NULL);
	assert_error(item(h, customer, "amount=5"), 400, "parameter_missing", "currency", NULL);
	assert_error(item(h, customer, "currency=usd"), 400, "parameter_missing", NULL, NULL);
	assert_error(item(h, customer, text_of(h, "pricing[price]=%s", recurring)), 400, NULL, "pricing[price]",
		"The price specified is set to `type=recurring` but this field only accepts prices with "
		"`type=one_time`.");
	assert_error(
		item(h, customer, "amount=5&currency=usd&invoice=in_none"), 400, "resource_missing", "invoice", NULL);
	assert_error(item(h, customer, "amount=5&currency=usd&period[start]=20&period[end]=10"), 400, NULL,
		"period[end]", NULL);
	assert_int_equal(field_count(pending_items(h, customer), "data"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(invoice_item_create__an_amount),
		BILLING_TEST(invoice_item_create__a_price),
		BILLING_TEST(invoice_item_create__part_of_a_cent),
		BILLING_TEST(invoice_item_create__a_credit_is_not_discountable),
		BILLING_TEST(invoice_item_create__onto_a_draft),
		BILLING_TEST(invoice_item_update__on_a_draft_changes_the_invoice),
		BILLING_TEST(invoice_item_update__pending),
		BILLING_TEST(invoice_item_update__refused_once_finalized),
		BILLING_TEST(invoice_item_update__a_proration_is_frozen),
		BILLING_TEST(invoice_item_delete__pending),
		BILLING_TEST(invoice_item__other_currencies_wait),
		BILLING_TEST(invoice_item_list__filters),
		BILLING_TEST(invoice_item__an_invoice_takes_250_lines),
		BILLING_TEST(invoice_item_create__refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
