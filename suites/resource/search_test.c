/* SPDX-License-Identifier: MIT */
/* Search through the front door: the seven resources, their fields, pages, counts and refusals. */
#include "suites/resource/catalogue.h"

/* Three of everything that can be searched, told apart by their names. */
struct cast {
	struct house *house;
	const char *customers[3], *products[3], *prices[3], *subscription, *invoice, *charge, *intent;
};

static void make_customers(struct cast *c)
{
	static const char *const bodies[] = {
		"email=ada@lovelace.org&name=Ada+Lovelace&phone=5551234&metadata[tier]=gold",
		"email=eve@example.com&name=Eve+Moneypenny&metadata[tier]=silver",
		"email=bob@example.com&name=Bob+%22Bobby%22+Tables"
	};

	for (size_t i = 0; i < 3; i++) {
		c->customers[i] = field(api_ok(c->house, "POST", "/v1/customers", bodies[i]), "id");
		ms_advance(c->house->ms, NULL, 10);
	}
}

static void make_catalogue(struct cast *c)
{
	static const char *const names[] = { "Basic support", "Pro support", "Old plan" };
	struct house *h = c->house;

	for (size_t i = 0; i < 3; i++) {
		c->products[i] =
			field(api_ok(h, "POST", "/v1/products",
				      text_of(h, "name=%s&description=Plan+%zu&metadata[rank]=%zu&url=https://e.co/%zu",
					      names[i], i, i, i)),
				"id");
		c->prices[i] = field(api_ok(h, "POST", "/v1/prices",
					     text_of(h, "product=%s&currency=%s&unit_amount=%zu000&lookup_key=key%zu%s",
						     c->products[i], i ? "usd" : "eur", i + 1, i,
						     i < 2 ? "&recurring[interval]=month" : "")),
			"id");
	}
	api_ok(h, "POST", text_of(h, "/v1/products/%s", c->products[2]), "active=false");
}

static int cast_setup(void **state)
{
	struct cast *c = calloc(1, sizeof *c);
	struct house *h;
	const struct answer *a;

	*state = c;
	if (house_setup((void **)&c->house))
		return -1;
	h = c->house;
	make_customers(c);
	make_catalogue(c);
	api_ok(h, "POST", "/v1/payment_methods/pm_card_visa/attach", text_of(h, "customer=%s", c->customers[0]));
	a = api_ok(h, "GET", text_of(h, "/v1/payment_methods?customer=%s", c->customers[0]), NULL);
	a = api_ok(h, "POST", "/v1/subscriptions",
		text_of(h, "customer=%s&items[0][price]=%s&default_payment_method=%s&metadata[order]=6735",
			c->customers[0], c->prices[1], field(a, "data.0.id")));
	c->subscription = field(a, "id");
	c->invoice = field(a, "latest_invoice");
	a = api_ok(h, "GET", "/v1/charges", NULL);
	c->charge = field(a, "data.0.id");
	c->intent = field(a, "data.0.payment_intent");
	return 0;
}

static int cast_teardown(void **state)
{
	struct cast *c = *state;
	void *house = c->house;

	free(c);
	return house_teardown(&house);
}

static const struct answer *search(struct cast *c, const char *what, const char *query, const char *more)
{
	char path[1024];
	size_t n = (size_t)snprintf(path, sizeof path, "/v1/%s/search?query=", what);

	for (const char *q = query; *q && n + 8 < sizeof path; q++)
		n += (size_t)snprintf(path + n, sizeof path - n, "%%%02X", (unsigned)(unsigned char)*q);
	return api(c->house, "GET", text_of(c->house, "%s%s", path, more), NULL);
}

/* ---- each resource by its fields ---- */

static const struct found_row {
	const char *what, *query;
	int64_t count;
} found_rows[] = {
	{ "customers", "email:'ada@lovelace.org'", 1 },
	{ "customers", "email:\"example.com\"", 2 },
	{ "customers", "email~\"lovel\"", 1 },
	{ "customers", "name:'lovelace'", 1 },
	{ "customers", "name:'\"Bobby\"'", 1 },
	{ "customers", "name:\"Bob \\\"Bobby\\\" Tables\"", 1 },
	{ "customers", "name~'penny'", 1 },
	{ "customers", "-name~'penny'", 2 },
	{ "customers", "phone:'5551234'", 1 },
	{ "customers", "phone:null", 2 },
	{ "customers", "-phone:null", 1 },
	{ "customers", "metadata['tier']:'gold'", 1 },
	{ "customers", "metadata['tier']:null", 1 },
	{ "customers", "-metadata['tier']:null", 2 },
	{ "customers", "metadata['tier']:'gold' OR metadata['tier']:'silver'", 2 },
	{ "customers", "metadata['tier']:'gold' AND email:'example.com'", 0 },
	{ "customers", "email:'example.com' name:'eve'", 1 },
	{ "customers", "created>1767225600", 2 },
	{ "customers", "created>=1767225600", 3 },
	{ "customers", "created<1767225610", 1 },
	{ "customers", "created<=1767225610", 2 },
	{ "customers", "created>1767225600 AND created<1767225620", 1 },
	{ "customers", "created:1767225610", 1 },
	{ "customers", "email:'nobody@none.org'", 0 },
	{ "products", "active:'true'", 2 },
	{ "products", "active:'false'", 1 },
	{ "products", "-active:'true'", 1 },
	{ "products", "name:'support'", 2 },
	{ "products", "name~'upp'", 2 },
	{ "products", "description:'plan'", 3 },
	{ "products", "metadata['rank']:'1'", 1 },
	{ "products", "url~'e.co/2'", 1 },
	{ "products", "shippable:null", 3 },
	{ "prices", "currency:'usd'", 2 },
	{ "prices", "currency:'usd' AND type:'recurring'", 1 },
	{ "prices", "type:'one_time'", 1 },
	{ "prices", "lookup_key:'key0'", 1 },
	{ "prices", "active:'true'", 3 },
	{ "subscriptions", "status:'active'", 1 },
	{ "subscriptions", "status:'canceled'", 0 },
	{ "subscriptions", "metadata['order']:'6735'", 1 },
	{ "subscriptions", "canceled_at:null", 1 },
	{ "invoices", "total:2000", 1 },
	{ "invoices", "total>2000", 0 },
	{ "invoices", "status:'paid' AND currency:'usd'", 1 },
	{ "charges", "amount:2000", 1 },
	{ "charges", "status:'succeeded'", 1 },
	{ "charges", "refunded:'false' AND disputed:'false'", 1 },
	{ "charges", "payment_method_details.card.last4:4242", 1 },
	{ "charges", "payment_method_details.card.brand:'visa'", 1 },
	{ "charges", "payment_method_details.card.brand:'mastercard'", 0 },
	{ "payment_intents", "amount>=2000", 1 },
	{ "payment_intents", "status:'succeeded'", 1 },
	{ "payment_intents", "currency:'eur'", 0 },
};

static void rows__are_found(void **state)
{
	struct cast *c = *state;
	size_t wrong = 0;

	for (size_t i = 0; i < sizeof found_rows / sizeof *found_rows; i++) {
		const struct found_row *row = &found_rows[i];
		const struct answer *a = search(c, row->what, row->query, "");

		assert_status(a, 200);
		if ((int64_t)field_count(a, "data") != row->count) {
			print_error("%s: %s: %zu rows, not %lld\n", row->what, row->query, field_count(a, "data"),
				(long long)row->count);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static void ids__are_found(void **state)
{
	struct cast *c = *state;
	struct house *h = c->house;

	assert_field(search(c, "prices", text_of(h, "product:'%s'", c->products[1]), ""), "data.0.id", c->prices[1]);
	assert_field(search(c, "charges", text_of(h, "customer:'%s'", c->customers[0]), ""), "data.0.id", c->charge);
	assert_field(
		search(c, "payment_intents", text_of(h, "customer:'%s'", c->customers[0]), ""), "data.0.id", c->intent);
	assert_field(search(c, "invoices", text_of(h, "customer:'%s'", c->customers[0]), ""), "data.0.id", c->invoice);
	assert_field(
		search(c, "invoices", text_of(h, "subscription:'%s'", c->subscription), ""), "data.0.id", c->invoice);
	assert_same_int(
		(int64_t)field_count(search(c, "charges", text_of(h, "customer:'%s'", c->customers[1]), ""), "data"),
		0);
}

/* ---- the envelope and its pages ---- */

static void envelope__is_a_search_result(void **state)
{
	struct cast *c = *state;
	const struct answer *a = search(c, "customers", "email:'nobody@none.org'", "");

	assert_string_equal(a->text, "{\n  \"object\": \"search_result\",\n  \"data\": [],\n  \"has_more\": false,\n  "
				     "\"next_page\": null,\n  "
				     "\"url\": \"/v1/customers/search\"\n}");
	a = search(c, "customers", "email:'nobody@none.org'", "&expand[]=total_count");
	assert_money(a, "total_count", 0);
	a = search(c, "customers", "created>0", "&expand[]=total_count&limit=1");
	assert_money(a, "total_count", 3);
	assert_same_int((int64_t)field_count(a, "data"), 1);
}

static void pages__go_newest_first(void **state)
{
	struct cast *c = *state;
	const struct answer *a = search(c, "customers", "created>0", "&limit=2");

	assert_field(a, "data.0.id", c->customers[2]);
	assert_field(a, "data.1.id", c->customers[1]);
	assert_flag(a, "has_more", true);
	a = search(c, "customers", "created>0", text_of(c->house, "&limit=2&page=%s", field(a, "next_page")));
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.id", c->customers[0]);
	assert_flag(a, "has_more", false);
	assert_field(a, "next_page", NULL);
}

static void page__goes_with_its_query(void **state)
{
	struct cast *c = *state;
	const struct answer *a = search(c, "customers", "created>0", "&limit=1");
	const char *page = field(a, "next_page");

	assert_error(search(c, "customers", "created>1", text_of(c->house, "&page=%s", page)), 400, NULL, "page",
		"Invalid page: ");
	assert_error(search(c, "products", "active:'true'", text_of(c->house, "&page=%s", page)), 400, NULL, "page",
		"Invalid page: ");
	assert_error(
		search(c, "customers", "created>0", "&page=nonsense"), 400, NULL, "page", "Invalid page: nonsense.");
	/* Rows that come meanwhile do not move it. */
	api_ok(c->house, "POST", "/v1/customers", "name=New");
	a = search(c, "customers", "created>0", text_of(c->house, "&limit=1&page=%s", page));
	assert_field(a, "data.0.id", c->customers[1]);
}

static void limit__is_clamped(void **state)
{
	struct cast *c = *state;

	assert_same_int((int64_t)field_count(search(c, "customers", "created>0", "&limit=0"), "data"), 1);
	assert_same_int((int64_t)field_count(search(c, "customers", "created>0", "&limit=1000"), "data"), 3);
	assert_error(search(c, "customers", "created>0", "&limit=two"), 400, "parameter_invalid_integer", "limit",
		"Invalid integer: two");
}

static void changes__are_seen(void **state)
{
	struct cast *c = *state;
	const char *path = text_of(c->house, "/v1/customers/%s", c->customers[0]);

	api_ok(c->house, "POST", path, "name=Countess");
	assert_field(search(c, "customers", "name:'countess'", ""), "data.0.id", c->customers[0]);
	assert_same_int((int64_t)field_count(search(c, "customers", "name:'lovelace'", ""), "data"), 0);
	api_ok(c->house, "DELETE", path, NULL);
	assert_same_int((int64_t)field_count(search(c, "customers", "name:'countess'", ""), "data"), 0);
}

/* ---- refused ---- */

static const struct refused_row {
	const char *what, *query;
} refused_rows[] = {
	{ "customers", "" },
	{ "customers", "email" },
	{ "customers", "email:" },
	{ "customers", "email:'open" },
	{ "customers", "nothing:'x'" },
	{ "customers", "amount>5" },
	{ "customers", "email>'a'" },
	{ "customers", "created~'17'" },
	{ "customers", "created:'soon'" },
	{ "customers", "name~'ab'" },
	{ "customers", "email:'a' AND name:'b' OR phone:'c'" },
	{ "customers", "(email:'a')" },
	{ "customers", "metadata[tier]:'gold'" },
	{ "customers", "metadata:'gold'" },
	{ "products", "email:'a'" },
	{ "subscriptions", "customer:'cus_1'" },
	{ "customers", "created>1 created>2 created>3 created>4 created>5 created>6 created>7 created>8 created>9 "
		       "created>10 created>11" },
};

static void row__is_refused(void **state)
{
	struct cast *c = *state;

	for (size_t i = 0; i < sizeof refused_rows / sizeof *refused_rows; i++) {
		const struct answer *a = search(c, refused_rows[i].what, refused_rows[i].query, "");

		if (a->status != 400)
			fail_msg("%s: %s: %d", refused_rows[i].what, refused_rows[i].query, a->status);
		assert_field(a, "error.param", "query");
		assert_field(a, "error.type", "invalid_request_error");
		assert_true(strlen(field(a, "error.message")) > 20);
	}
}

static void query__is_needed(void **state)
{
	static const char *const what[] = { "charges", "customers", "invoices", "payment_intents", "prices", "products",
		"subscriptions" };
	struct cast *c = *state;

	for (size_t i = 0; i < sizeof what / sizeof *what; i++)
		assert_error(api(c->house, "GET", text_of(c->house, "/v1/%s/search", what[i]), NULL), 400,
			"parameter_missing", "query", "Missing required param: query.");
}

#define CAST(name) cmocka_unit_test_setup_teardown(name, cast_setup, cast_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CAST(rows__are_found),
		CAST(ids__are_found),
		CAST(envelope__is_a_search_result),
		CAST(pages__go_newest_first),
		CAST(page__goes_with_its_query),
		CAST(limit__is_clamped),
		CAST(changes__are_seen),
		CAST(row__is_refused),
		CAST(query__is_needed),
	};

	return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
