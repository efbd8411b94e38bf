/* SPDX-License-Identifier: MIT */
/* Fixtures in the state form: objects as Stripe shows them. */
#include "suites/resource/fixture.h"

/* ---- the state form ---- */

static void state__every_shape_of_a_document(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h, "{\"id\":\"cus_one\",\"object\":\"customer\"}");
	load_text(h, "[{\"id\":\"cus_two\",\"object\":\"customer\"},{\"id\":\"cus_three\",\"object\":\"customer\"}]");
	load_text(h,
		"{\"object\":\"list\",\"data\":[{\"id\":\"cus_five\",\"object\":\"customer\"},{\"id\":\"cus_four\","
		"\"object\":\"customer\"}],\"has_more\":false,\"url\":\"/v1/customers\"}");
	load_text(h, "{\"objects\":[{\"object\":\"search_result\",\"data\":[{\"id\":\"cus_six\",\"object\":"
		     "\"customer\"}]}]}");
	/* Newest first; a list was copied in that order, an array was written the other way round. */
	a = api_ok(h, "GET", "/v1/customers", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 6);
	assert_field(a, "data.0.id", "cus_six");
	assert_field(a, "data.1.id", "cus_five");
	assert_field(a, "data.2.id", "cus_four");
	assert_field(a, "data.3.id", "cus_three");
	assert_field(a, "data.4.id", "cus_two");
	assert_field(a, "data.5.id", "cus_one");
}

static void state__completes_what_is_missing(void **state)
{
	struct house *h = *state;
	const struct answer *a;
	static const char *const nulls[] = { "address", "currency", "default_source", "description", "discount", "name",
		"phone", "shipping", "test_clock", "invoice_settings.footer", "invoice_settings.custom_fields" };

	load_text(h, "[{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"customer\":\"cus_1\"},"
		     "{\"id\":\"cus_1\",\"object\":\"customer\",\"email\":\"a@b.c\",\"balance\":-250,"
		     "\"invoice_settings\":{\"default_payment_method\":\"pm_1\"},\"next_invoice_sequence\":7}]");
	a = api_ok(h, "GET", "/v1/customers/cus_1", NULL);
	for (size_t i = 0; i < COUNT_OF(nulls); i++)
		assert_field(a, nulls[i], NULL);
	assert_field(a, "email", "a@b.c");
	assert_money(a, "balance", -250);
	assert_money(a, "created", HOUSE_NOW);
	assert_money(a, "next_invoice_sequence", 7);
	assert_field(a, "tax_exempt", "none");
	assert_field(a, "invoice_settings.default_payment_method", "pm_1");
	assert_int_equal(strlen(field(a, "invoice_prefix")), 8);
	/* Stripe's order of keys, whatever the order that was given. */
	assert_true(strstr(a->text, "\"balance\"") < strstr(a->text, "\"email\""));
	assert_true(strstr(a->text, "\"email\"") < strstr(a->text, "\"next_invoice_sequence\""));
	assert_null(strstr(a->text, "_mockstripe"));
}

static void state__an_expanded_object_becomes_its_own(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h,
		"{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"customer\":"
		"{\"id\":\"cus_1\",\"object\":\"customer\",\"name\":\"Ada\",\"subscriptions\":{\"object\":\"list\","
		"\"data\":[],\"has_more\":false,\"url\":\"/v1/customers/cus_1/subscriptions\",\"total_count\":0}}}");
	assert_field(api_ok(h, "GET", "/v1/payment_methods/pm_1", NULL), "customer", "cus_1");
	a = api_ok(h, "GET", "/v1/customers/cus_1", NULL);
	assert_field(a, "name", "Ada");
	assert_absent(a, "subscriptions");
	a = api_ok(h, "GET", "/v1/payment_methods/pm_1?expand[]=customer", NULL);
	assert_field(a, "customer.name", "Ada");
}

static void state__copies_complete_each_other(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h, "[{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"customer\":{\"id\":\"cus_1\","
		     "\"object\":\"customer\",\"name\":\"Ada\"}},"
		     "{\"id\":\"cus_1\",\"object\":\"customer\",\"name\":\"Ada\",\"email\":\"a@b.c\"}]");
	a = api_ok(h, "GET", "/v1/customers/cus_1", NULL);
	assert_field(a, "name", "Ada");
	assert_field(a, "email", "a@b.c");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 1);
}

/* Everything that a subscription shows whole may come inside it: this is what one GET with expand[] answers. */
static void state__a_subscription_in_one_piece(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h,
		"{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":{\"id\":\"cus_1\",\"object\":\"customer\"},"
		"\"created\":1765324800,\"plan\":null,\"quantity\":2,\"status\":\"active\",\"items\":{\"object\":"
		"\"list\",\"data\":[{\"id\":\"si_1\",\"object\":\"subscription_item\",\"quantity\":2,\"plan\":{\"id\":"
		"\"price_1\",\"object\":\"plan\",\"amount\":2000},\"price\":{\"id\":\"price_1\",\"object\":\"price\","
		"\"currency\":\"usd\",\"unit_amount\":2000,\"recurring\":{\"interval\":\"month\"},\"product\":{\"id\":"
		"\"prod_1\",\"object\":\"product\",\"name\":\"Tides\"}}}]}}");
	a = api_ok(h, "GET", "/v1/subscriptions/sub_1", NULL);
	assert_field(a, "customer", "cus_1");
	assert_field(a, "currency", "usd");
	assert_money(a, "start_date", 1765324800);
	assert_money(a, "billing_cycle_anchor", 1765324800);
	assert_absent(a, "plan");
	assert_field(a, "items.url", "/v1/subscription_items?subscription=sub_1");
	assert_flag(a, "items.has_more", false);
	assert_field(a, "items.data.0.subscription", "sub_1");
	assert_money(a, "items.data.0.quantity", 2);
	assert_money(a, "items.data.0.current_period_start", 1765324800); /* 10 Dec 2025 */
	assert_money(a, "items.data.0.current_period_end", 1768003200);	  /* 10 Jan 2026 */
	assert_field(a, "items.data.0.price.product", "prod_1");
	assert_field(a, "items.data.0.price.type", "recurring");
	assert_field(a, "items.data.0.price.unit_amount_decimal", "2000");
	assert_money(a, "items.data.0.price.recurring.interval_count", 1);
	assert_money(a, "items.data.0.plan.amount", 2000);
	assert_field(a, "items.data.0.plan.product", "prod_1");
	assert_field(api_ok(h, "GET", "/v1/products/prod_1", NULL), "name", "Tides");
	assert_money(api_ok(h, "GET", "/v1/prices/price_1", NULL), "unit_amount", 2000);
	assert_money(api_ok(h, "GET", "/v1/subscription_items/si_1", NULL), "quantity", 2);
	a = api_ok(h, "GET", "/v1/subscription_items?subscription=sub_1", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
}

static void state__children_stand_alone_as_well(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h, "[{\"id\":\"il_1\",\"object\":\"line_item\",\"invoice\":\"in_1\",\"amount\":2000},"
		     "{\"id\":\"il_2\",\"object\":\"line_item\",\"invoice\":\"in_1\",\"amount\":-500,\"quantity\":3},"
		     "{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"currency\":\"eur\",\"status\":"
		     "\"open\","
		     "\"created\":1765324800,\"number\":\"A-0001\"}," CUSTOMER "," PRODUCT "," PRICE
		     "," SUBSCRIPTION("") ",{\"id\":\"si_1\",\"object\":\"subscription_item\",\"subscription\":\"sub_"
					  "1\",\"price\":\"price_1\"}]");
	a = api_ok(h, "GET", "/v1/invoices/in_1", NULL);
	assert_same_int((int64_t)field_count(a, "lines.data"), 2);
	assert_field(a, "lines.url", "/v1/invoices/in_1/lines");
	assert_field(a, "lines.data.0.currency", "eur");
	assert_money(a, "lines.data.0.subtotal", 2000);
	assert_field(a, "lines.data.1.quantity_decimal", "3");
	assert_money(a, "subtotal", 1500);
	assert_money(a, "total", 1500);
	assert_money(a, "amount_due", 1500);
	assert_money(a, "amount_paid", 0);
	assert_money(a, "amount_remaining", 1500);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/invoices/in_1/lines", NULL), "data"), 2);
	a = api_ok(h, "GET", "/v1/subscriptions/sub_1", NULL);
	assert_field(a, "items.data.0.id", "si_1");
}

static void state__a_deleted_customer_stays_readable(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h, "[{\"id\":\"cus_1\",\"object\":\"customer\",\"deleted\":true},{\"id\":\"ii_1\",\"object\":"
		     "\"invoiceitem\","
		     "\"customer\":\"cus_1\",\"currency\":\"usd\",\"amount\":5,\"quantity\":1}]");
	a = api_ok(h, "GET", "/v1/customers/cus_1", NULL);
	assert_same_int((int64_t)field_count(a, ""), 3);
	assert_flag(a, "deleted", true);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 0);
	assert_error(api(h, "POST", "/v1/customers/cus_1", "name=x"), 404, "resource_missing", "id",
		"No such customer: 'cus_1'");
}

static void state__hidden_fields_show_when_expanded(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h,
		"[" PRODUCT ",{\"id\":\"price_1\",\"object\":\"price\",\"product\":\"prod_1\",\"currency\":\"usd\","
		"\"recurring\":{\"interval\":\"month\"},\"tiers_mode\":\"volume\",\"tiers\":[{\"up_to\":5,\"unit_"
		"amount\":"
		"700},{\"unit_amount\":500}]}]");
	a = api_ok(h, "GET", "/v1/prices/price_1", NULL);
	assert_field(a, "billing_scheme", "tiered");
	assert_absent(a, "tiers");
	a = api_ok(h, "GET", "/v1/prices/price_1?expand[]=tiers", NULL);
	assert_money(a, "tiers.0.unit_amount", 700);
	assert_field(a, "tiers.0.flat_amount", NULL);
	assert_field(a, "tiers.1.up_to", NULL);
}

/* A loaded discount takes off what its coupon says, as if it had been redeemed here. */
static void state__a_discount_counts(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h, "[" PRODUCT "," PRICE ",{\"id\":\"cus_1\",\"object\":\"customer\",\"discount\":{\"id\":\"di_1\","
		     "\"object\":\"discount\",\"source\":{"
		     "\"coupon\":{\"id\":\"TENTH\",\"object\":\"coupon\",\"percent_off\":10,\"duration\":\"forever\"},"
		     "\"type\":"
		     "\"coupon\"}}}," SUBSCRIPTION(
			     ITEMS ",\"collection_method\":\"send_invoice\",\"days_until_due\":7") "]");
	a = api_ok(h, "GET", "/v1/customers/cus_1", NULL);
	assert_field(a, "discount.customer", "cus_1");
	assert_field(a, "discount.source.coupon", "TENTH");
	a = api_ok(h, "POST", "/v1/invoices/create_preview", "customer=cus_1&subscription=sub_1");
	assert_money(a, "subtotal", 2000);
	assert_money(a, "total", 1800);
}

/* ---- time ---- */

static void now__becomes_the_present(void **state)
{
	struct house *h = *state;

	load_text(h, "{\"mockstripe\":{\"now\":1780000000},\"objects\":[" CUSTOMER "]}");
	assert_same_int(ms_now(h->ms, NULL), 1780000000);
	assert_money(api_ok(h, "GET", "/v1/customers/cus_1", NULL), "created", 1780000000);
	/* Later is fine; earlier than what is there is not. */
	load_text(h, "{\"mockstripe\":{\"now\":1780000100},\"objects\":[{\"id\":\"cus_2\",\"object\":\"customer\"}]}");
	refuse_text(h, "{\"mockstripe\":{\"now\":1780000050},\"objects\":[]}",
		"$.mockstripe.now: lies before the creation of cus_2, which the account has already (1780000100); "
		"reset the "
		"account first, or leave \"now\" out");
	assert_same_int(ms_now(h->ms, NULL), 1780000100);
}

static void now__must_be_one_for_all_files(void **state)
{
	struct house *h = *state;
	struct folder *f = folder_new();
	char *a = folder_path(f, "a.json"), *b = folder_path(f, "b.json"), *wanted;

	folder_write(f, "a.json", "{\"mockstripe\":{\"now\":1780000000},\"objects\":[]}");
	folder_write(f, "b.json", "{\"mockstripe\":{\"now\":1780000001},\"objects\":[]}");
	wanted = mem_format(
		"$.mockstripe.now: is another time than the 1780000000 of %s; one account has one present", a);
	load_refused(h, f->path, b, wanted);
	assert_same_int(ms_now(h->ms, NULL), HOUSE_NOW);
	free(wanted);
	free(a);
	free(b);
	folder_free(f);
}

/* A loaded subscription goes on living: at its period's end it renews, with an invoice. */
static void state__a_subscription_renews(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_text(h, "[" CUSTOMER "," PRODUCT "," PRICE
		     "," SUBSCRIPTION(ITEMS ",\"collection_method\":\"send_invoice\",\"days_until_due\":7") "]");
	assert_int_equal(ms_advance(h->ms, NULL, 1768003200 - HOUSE_NOW), 0);
	a = api_ok(h, "GET", "/v1/subscriptions/sub_1", NULL);
	assert_money(a, "items.data.0.current_period_start", 1768003200);
	assert_money(a, "items.data.0.current_period_end", 1770681600); /* 10 Feb 2026 */
	a = api_ok(h, "GET", "/v1/invoices?subscription=sub_1", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_money(a, "data.0.amount_due", 2000);
	assert_field(a, "data.0.billing_reason", "subscription_cycle");
	a = api_ok(h, "GET", "/v1/events?type=customer.subscription.updated", NULL);
	assert_money(a, "data.0.data.previous_attributes.items.data.0.current_period_end", 1768003200);
}

/* ---- folders and accounts ---- */

static void folder__references_cross_files(void **state)
{
	struct house *h = *state;
	struct folder *f = folder_new();

	folder_write(f, "a.json", "[" SUBSCRIPTION(ITEMS) "]");
	folder_write(f, "b.json", "[" PRICE "," CUSTOMER "]");
	folder_write(f, "c.json", PRODUCT);
	folder_write(f, "d.json",
		"{\"fixtures\":[{\"name\":\"s\",\"path\":\"/v1/subscriptions/sub_1\",\"method\":\"post\","
		"\"params\":{\"description\":\"x\"}}]}");
	folder_write(f, "contacts.json", "{\"contacts\":[]}");
	folder_write(f, "agent.json", "{\"agent\":{\"id\":\"a\"},\"contacts\":{\"file\":\"contacts.json\"}}");
	folder_write(f, "notes.txt", "not a fixture");
	load_ok(h, NULL, f->path);
	assert_field(api_ok(h, "GET", "/v1/subscriptions/sub_1", NULL), "description", "x");
	folder_free(f);
}

static void folder__is_refused_when_empty_or_absent(void **state)
{
	struct house *h = *state;
	struct folder *f = folder_new();
	char *missing = folder_path(f, "none.json");

	load_refused(h, f->path, f->path, "the folder has no *.json file; name a folder or file that has fixtures");
	load_refused(h, missing, missing, "cannot be read: No such file or directory");
	free(missing);
	folder_free(f);
}

static void account__is_the_one_a_file_names(void **state)
{
	struct house *h = *state;
	struct folder *f = folder_new();
	char *path = folder_path(f, "a.json");
	struct ms_response r;

	folder_write(f, "a.json", "{\"mockstripe\":{\"account\":\"acct_named\"},\"objects\":[" CUSTOMER "]}");
	load_ok(h, NULL, path);
	assert_error(api(h, "GET", "/v1/customers/cus_1", NULL), 404, "resource_missing", "id", "No such customer");
	assert_true(ms_peek(h->ms, "acct_named", "cus_1", &r));
	ms_response_clear(&r);
	load_ok(h, "acct_other", path); /* the caller's word counts */
	assert_true(ms_peek(h->ms, "acct_other", "cus_1", &r));
	ms_response_clear(&r);
	/* A key that names an account opens that one; another opens the one that is loaded into. */
	folder_write(f, "keys.json",
		"{\"keys\":[{\"key\":\"sk_test_a\",\"account\":\"acct_named\"},{\"key\":\"sk_test_b\"}]}");
	load_ok(h, "acct_third", f->path);
	h->key = "sk_test_a";
	api_ok(h, "GET", "/v1/customers/cus_1", NULL);
	api_ok(h, "POST", "/v1/customers", "name=named");
	h->key = "sk_test_b";
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 1);
	free(path);
	folder_free(f);
}

static void account__is_the_one_the_control_route_names(void **state)
{
	struct house *h = *state;
	struct ms_response r;

	api_ok(h, "POST", "/_mockstripe/fixtures", "path=fixtures/demo&account=acct_2");
	assert_true(ms_peek(h->ms, "acct_2", "cus_ada", &r));
	ms_response_clear(&r);
	assert_error(api(h, "GET", "/v1/customers/cus_ada", NULL), 404, "resource_missing", "id", "No such customer");
}

static void state__what_the_account_has_stays(void **state)
{
	struct house *h = *state;

	load_text(h, "[" CUSTOMER "]");
	refuse_text(h, "[" PRODUCT "," CUSTOMER "]",
		"$[1].id: the account acct_1MockstripeTest1 has a customer \"cus_1\" already; reset the account first, "
		"or take "
		"the object out");
	assert_error(api(h, "GET", "/v1/products/prod_1", NULL), 404, "resource_missing", "id", "No such product");
	/* What refers to it may come later. */
	load_text(h, "{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"customer\":\"cus_1\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(state__every_shape_of_a_document, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(state__completes_what_is_missing, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(state__an_expanded_object_becomes_its_own, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(state__copies_complete_each_other, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(state__a_subscription_in_one_piece, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(state__children_stand_alone_as_well, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(state__a_deleted_customer_stays_readable, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(state__hidden_fields_show_when_expanded, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(state__a_discount_counts, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(state__a_subscription_renews, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(state__what_the_account_has_stays, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(now__becomes_the_present, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(now__must_be_one_for_all_files, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(folder__references_cross_files, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(folder__is_refused_when_empty_or_absent, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(account__is_the_one_a_file_names, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(
			account__is_the_one_the_control_route_names, house_setup, house_teardown),
	};

	return cmocka_run_group_tests_name("fixture state", tests, NULL, NULL);
}
