/* SPDX-License-Identifier: MIT */

/* The lines of an invoice: paging, and the routes that edit those of a draft. Source: Stripe docs "Invoice line items".
 */
#include "billing.h"

struct scene {
	struct house *h;
	const char *customer, *invoice;
};

static struct scene scene_of(void **state, int items)
{
	struct scene s = { .h = *state };

	s.customer = customer_new(s.h, NULL, "visa");
	s.invoice = field(api_ok(s.h, "POST", "/v1/invoices", text_of(s.h, "customer=%s", s.customer)), "id");
	for (int i = 1; i <= items; i++)
		api_ok(s.h, "POST", "/v1/invoiceitems",
			text_of(s.h, "customer=%s&invoice=%s&amount=%d&currency=usd&description=Line %d", s.customer,
				s.invoice, i * 100, i));
	return s;
}

static const struct answer *see(const struct scene *s)
{
	return get(s->h, "invoices", s->invoice);
}

static const struct answer *try(const struct scene *s, const char *verb, const char *params)
{
	return api(s->h, "POST", text_of(s->h, "/v1/invoices/%s/%s", s->invoice, verb), params);
}

static void invoice_lines__ten_are_shown_the_rest_is_paged(void **state)
{
	struct scene s = scene_of(state, 12);
	const struct answer *a = see(&s);
	const char *path = text_of(s.h, "/v1/invoices/%s/lines", s.invoice);

	assert_int_equal(field_count(a, "lines.data"), 10);
	assert_flag(a, "lines.has_more", true);
	assert_field(a, "lines.url", path);
	assert_money(a, "total", 7800);
	a = api_ok(s.h, "GET", text_of(s.h, "%s?limit=5", path), NULL);
	assert_int_equal(field_count(a, "data"), 5);
	assert_flag(a, "has_more", true);
	assert_field(a, "url", path);
	assert_money(a, "data.0.amount", 100);
	a = api_ok(s.h, "GET", text_of(s.h, "%s?limit=100&starting_after=%s", path, field(a, "data.4.id")), NULL);
	assert_int_equal(field_count(a, "data"), 7);
	assert_flag(a, "has_more", false);
	assert_money(a, "data.0.amount", 600);
	assert_money(a, "data.6.amount", 1200);
	a = api_ok(s.h, "GET", text_of(s.h, "%s?limit=2&ending_before=%s", path, field(a, "data.0.id")), NULL);
	assert_money(a, "data.0.amount", 400);
	assert_money(a, "data.1.amount", 500);
	assert_status(api(s.h, "GET", "/v1/invoices/in_none/lines", NULL), 404);
}

static void invoice_lines__added(void **state)
{
	struct scene s = scene_of(state, 1);
	const char *price = one_time(s.h, "Setup", 4900), *mark = events_mark(s.h);
	const struct answer *a = try(&s, "add_lines",
		text_of(s.h,
			"lines[0][amount]=300&lines[0][description]=Extra&lines[1][pricing][price]=%s&lines[1]["
			"quantity]=2"
			"&invoice_metadata[a]=b",
			price));

	assert_status(a, 200);
	assert_int_equal(field_count(a, "lines.data"), 3);
	assert_money(a, "lines.data.1.amount", 300);
	assert_money(a, "lines.data.2.amount", 9800);
	assert_money(a, "total", 10200);
	assert_field(a, "metadata.a", "b");
	assert_events(s.h, mark, "invoiceitem.created\ninvoiceitem.created\ninvoice.updated\n");
}

static void invoice_lines__a_pending_item_added(void **state)
{
	struct scene s = scene_of(state, 1);
	const char *item = field(api_ok(s.h, "POST", "/v1/invoiceitems",
					 text_of(s.h, "customer=%s&amount=700&currency=usd", s.customer)),
		"id");
	const struct answer *a = try(&s, "add_lines", text_of(s.h, "lines[0][invoice_item]=%s", item));

	assert_status(a, 200);
	assert_money(a, "total", 800);
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
	assert_status(try(&s, "add_lines", text_of(s.h, "lines[0][invoice_item]=%s", item)), 400);
}

static void invoice_lines__changed(void **state)
{
	struct scene s = scene_of(state, 2);
	const char *line = field(see(&s), "lines.data.0.id"), *other = field(see(&s), "lines.data.1.id");
	const struct answer *a = try(&s, "update_lines",
		text_of(s.h, "lines[0][id]=%s&lines[0][amount]=900&lines[0][description]=New", line));

	assert_status(a, 200);
	assert_money(a, "lines.data.0.amount", 900);
	assert_field(a, "lines.data.0.description", "New");
	assert_money(a, "total", 1100);
	a = api_ok(s.h, "POST", text_of(s.h, "/v1/invoices/%s/lines/%s", s.invoice, other), "amount=50");
	assert_money(a, "amount", 50);
	assert_money(see(&s), "total", 950);
}

static void invoice_lines__removed_or_set_free(void **state)
{
	struct scene s = scene_of(state, 3);
	const struct answer *a = see(&s);
	const char *first = field(a, "lines.data.0.id"), *second = field(a, "lines.data.1.id");

	a = try(&s, "remove_lines",
		text_of(s.h, "lines[0][id]=%s&lines[0][behavior]=delete&lines[1][id]=%s&lines[1][behavior]=unassign",
			first, second));
	assert_status(a, 200);
	assert_int_equal(field_count(a, "lines.data"), 1);
	assert_money(a, "total", 300);
	a = pending_items(s.h, s.customer);
	assert_int_equal(field_count(a, "data"), 1);
	assert_money(a, "data.0.amount", 200);
}

static void invoice_lines__of_a_finalized_invoice_stay(void **state)
{
	struct scene s = scene_of(state, 1);
	const char *line = field(see(&s), "lines.data.0.id");

	api_ok(s.h, "POST", text_of(s.h, "/v1/invoices/%s/finalize", s.invoice), NULL);
	assert_error(try(&s, "add_lines", "lines[0][amount]=1"), 400, "invoice_not_editable", NULL,
		"Invalid invoice: This invoice is no longer editable.");
	assert_error(try(&s, "update_lines", text_of(s.h, "lines[0][id]=%s&lines[0][amount]=1", line)), 400,
		"invoice_not_editable", NULL, NULL);
	assert_error(try(&s, "remove_lines", text_of(s.h, "lines[0][id]=%s&lines[0][behavior]=delete", line)), 400,
		"invoice_not_editable", NULL, NULL);
	assert_money(see(&s), "total", 100);
}

static void invoice_lines__of_a_subscription_cannot_be_removed(void **state)
{
	struct house *h = *state;
	const char *sub = field(subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000), NULL), "id");
	struct scene s = { .h = h };
	const struct answer *a;

	go_to(h, FEB_1);
	s.invoice = field(get(h, "subscriptions", sub), "latest_invoice");
	a = try(&s, "remove_lines",
		text_of(h, "lines[0][id]=%s&lines[0][behavior]=delete", field(see(&s), "lines.data.0.id")));
	assert_error(a, 400, NULL, "lines[0][id]", NULL);
	a = try(&s, "update_lines",
		text_of(h, "lines[0][id]=%s&lines[0][amount]=1500", field(see(&s), "lines.data.0.id")));
	assert_money(a, "total", 1500);
	go_to(h, FEB_1 + HOUR);
	assert_money(see(&s), "amount_paid", 1500);
}

static void invoice_lines__discount_and_tax_of_a_line(void **state)
{
	struct scene s = scene_of(state, 1);
	const char *rate =
		field(api_ok(s.h, "POST", "/v1/tax_rates", "display_name=VAT&percentage=10&inclusive=false"), "id");
	const struct answer *a =
		try(&s, "add_lines", text_of(s.h, "lines[0][amount]=1000&lines[0][tax_rates][0]=%s", rate));

	assert_status(a, 200);
	assert_money(a, "lines.data.1.taxes.0.amount", 100);
	assert_int_equal(field_count(a, "lines.data.0.taxes"), 0);
	assert_money(a, "total", 1200);
}

/* Both forms of a quantity say the same; a part of one stays what it was where nothing is said of it. */
static void invoice_lines__quantities_of_a_changed_line(void **state)
{
	struct scene s = scene_of(state, 0);
	const char *item = "/v1/invoiceitems", *line;
	const struct answer *a;

	api_ok(s.h, "POST", item,
		text_of(s.h, "customer=%s&invoice=%s&unit_amount_decimal=100&quantity_decimal=2.5&currency=usd",
			s.customer, s.invoice));
	line = field(see(&s), "lines.data.0.id");
	a = try(&s, "update_lines", text_of(s.h, "lines[0][id]=%s&lines[0][description]=New", line));
	assert_field(a, "lines.data.0.description", "New");
	assert_field(a, "lines.data.0.quantity_decimal", "2.5");
	assert_money(a, "lines.data.0.amount", 250);
	a = try(&s, "update_lines",
		text_of(s.h, "lines[0][id]=%s&lines[0][pricing][price]=%s&lines[0][quantity]=3", line,
			one_time(s.h, "Setup", 4900)));
	assert_money(a, "lines.data.0.amount", 14700);
	assert_money(a, "lines.data.0.quantity", 3);
	assert_field(a, "lines.data.0.quantity_decimal", "3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(invoice_lines__ten_are_shown_the_rest_is_paged),
		BILLING_TEST(invoice_lines__added),
		BILLING_TEST(invoice_lines__a_pending_item_added),
		BILLING_TEST(invoice_lines__changed),
		BILLING_TEST(invoice_lines__removed_or_set_free),
		BILLING_TEST(invoice_lines__of_a_finalized_invoice_stay),
		BILLING_TEST(invoice_lines__of_a_subscription_cannot_be_removed),
		BILLING_TEST(invoice_lines__discount_and_tax_of_a_line),
		BILLING_TEST(invoice_lines__quantities_of_a_changed_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
