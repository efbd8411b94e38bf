/* SPDX-License-Identifier: MIT */
/* Lists: both ways through every kind of them, cursors and limits. */
#include "suites/resource/catalogue.h"

#define ROWS 7

/* A list, and how rows come into it. {} is what `parent` made, {#} the number of the row. */
static const struct kind {
	const char *name, *parent_path, *parent_body; /* NULL: none */
	const char *list, *make, *body;
	bool oldest_first;
} kinds[] = {
	{ "customers", NULL, NULL, "/v1/customers", "/v1/customers", "", false },
	{ "products", NULL, NULL, "/v1/products", "/v1/products", "name=A", false },
	{ "prices of a product", "/v1/products", "name=A", "/v1/prices?product={}", "/v1/prices",
		"currency=usd&unit_amount=5&product={}", false },
	{ "coupons", NULL, NULL, "/v1/coupons", "/v1/coupons", "percent_off=10", false },
	{ "invoices of a customer", "/v1/customers", "", "/v1/invoices?customer={}", "/v1/invoices", "customer={}",
		false },
	{ "invoice items", "/v1/customers", "", "/v1/invoiceitems?customer={}", "/v1/invoiceitems",
		"customer={}&amount=5&currency=usd", false },
	{ "payment intents", NULL, NULL, "/v1/payment_intents", "/v1/payment_intents", "amount=2000&currency=usd",
		false },
	{ "persons of an account", "/v1/accounts", "type=custom&country=US", "/v1/accounts/{}/persons",
		"/v1/accounts/{}/persons", "first_name=A{#}", false },
	{ "balance transactions of a customer", "/v1/customers", "", "/v1/customers/{}/balance_transactions",
		"/v1/customers/{}/balance_transactions", "amount=5&currency=usd", false },
	{ "test clocks", NULL, NULL, "/v1/test_helpers/test_clocks", "/v1/test_helpers/test_clocks",
		"frozen_time=1767225600", false },
	{ "value list items", "/v1/radar/value_lists", "alias=a&name=A", "/v1/radar/value_list_items?value_list={}",
		"/v1/radar/value_list_items", "value_list={}&value=x", false },
	{ "shipping rates", NULL, NULL, "/v1/shipping_rates", "/v1/shipping_rates", "display_name=A", false },
};

struct kind_case {
	struct house *house;
	const struct kind *kind;
	const char *list;      /* with a ? or & at its end */
	const char *ids[ROWS]; /* in the order of the list */
};

static const char *with(struct house *h, const char *text, const char *hole, const char *what)
{
	const char *at = strstr(text, hole);

	return at ? text_of(h, "%.*s%s%s", (int)(at - text), text, what, at + strlen(hole)) : text;
}

static const char *with_parent(struct house *h, const char *text, const char *parent)
{
	return with(h, text, "{}", parent);
}

/* All rows are made in one second, so that only their order of making tells them apart. */
static int kind_setup(void **state)
{
	struct kind_case *c = calloc(1, sizeof *c);
	const struct kind *k = *state;
	const char *parent = "";

	c->kind = k;
	*state = c;
	if (house_setup((void **)&c->house))
		return -1;
	if (k->parent_path)
		parent = field(api_ok(c->house, "POST", k->parent_path, k->parent_body), "id");
	for (size_t i = 0; i < ROWS; i++) {
		const char *body =
			with(c->house, with_parent(c->house, k->body, parent), "{#}", text_of(c->house, "%zu", i));
		const struct answer *a = api_ok(c->house, "POST", with_parent(c->house, k->make, parent), body);

		c->ids[k->oldest_first ? i : ROWS - 1 - i] = field(a, "id");
	}
	c->list = with_parent(c->house, k->list, parent);
	c->list = text_of(c->house, "%s%s", c->list, strchr(c->list, '?') ? "&" : "?");
	return 0;
}

static int kind_teardown(void **state)
{
	struct kind_case *c = *state;
	void *house = c->house;

	free(c);
	return house_teardown(&house);
}

static void assert_rows(const struct kind_case *c, const struct answer *a, size_t from, size_t n)
{
	assert_same_int((int64_t)field_count(a, "data"), (int64_t)n);
	for (size_t i = 0; i < n; i++)
		assert_field(a, text_of(c->house, "data.%zu.id", i), c->ids[from + i]);
}

/* Pages of `limit` from the front by starting_after, from the back by ending_before: the same rows in the same order.
 */
static void walk_both_ways(const struct kind_case *c, size_t limit)
{
	const struct answer *a = api_ok(c->house, "GET", text_of(c->house, "%slimit=%zu", c->list, limit), NULL);
	size_t at = 0;

	for (;; at += limit) {
		size_t n = at + limit < ROWS ? limit : ROWS - at;

		assert_rows(c, a, at, n);
		assert_flag(a, "has_more", at + n < ROWS);
		if (at + n == ROWS)
			break;
		a = api_ok(c->house, "GET",
			text_of(c->house, "%slimit=%zu&starting_after=%s", c->list, limit, c->ids[at + n - 1]), NULL);
	}
	for (at = ROWS - 1; at > 0;) {
		size_t n = at > limit ? limit : at;

		a = api_ok(c->house, "GET",
			text_of(c->house, "%slimit=%zu&ending_before=%s", c->list, limit, c->ids[at]), NULL);
		assert_rows(c, a, at - n, n);
		assert_flag(a, "has_more", at > n);
		at -= n;
	}
}

static void kind__is_walked_both_ways(void **state)
{
	struct kind_case *c = *state;
	struct house *h = c->house;

	assert_rows(c, api_ok(h, "GET", c->list, NULL), 0, ROWS);
	for (size_t limit = 1; limit <= ROWS + 1; limit++)
		walk_both_ways(c, limit);
	/* Past either end there is nothing. */
	assert_rows(c, api_ok(h, "GET", text_of(h, "%sstarting_after=%s", c->list, c->ids[ROWS - 1]), NULL), 0, 0);
	assert_rows(c, api_ok(h, "GET", text_of(h, "%sending_before=%s", c->list, c->ids[0]), NULL), 0, 0);
}

static void kind__refuses_wrong_cursors(void **state)
{
	struct kind_case *c = *state;
	struct house *h = c->house;
	const char *both = text_of(h, "%sstarting_after=%s&ending_before=%s", c->list, c->ids[0], c->ids[1]);
	const struct answer *a = api(h, "GET", both, NULL);

	assert_error(a, 400, NULL, NULL, NULL);
	assert_field(a, "error.message",
		"Received both starting_after and ending_before parameters. Please pass in only one.");
	assert_error(api(h, "GET", text_of(h, "%sstarting_after=none", c->list), NULL), 400, "resource_missing",
		"starting_after", ": 'none'");
	assert_error(api(h, "GET", text_of(h, "%sending_before=none", c->list), NULL), 400, "resource_missing",
		"ending_before", ": 'none'");
	/* The cursor is looked up before the two are held against each other. */
	assert_error(api(h, "GET", text_of(h, "%sstarting_after=none&ending_before=%s", c->list, c->ids[1]), NULL), 400,
		"resource_missing", "starting_after", NULL);
}

/* ---- limits ---- */

static void limit__is_clamped(void **state)
{
	static const struct {
		const char *limit;
		int64_t rows;
		bool more;
	} rows[] = { { "1", 1, true }, { "0", 1, true }, { "-1", 1, true }, { "100", 100, true }, { "101", 100, true },
		{ "100000", 100, true }, { "99", 99, true } };
	struct house *h = *state;

	for (int i = 0; i < 105; i++)
		api_ok(h, "POST", "/v1/customers", NULL);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 10);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct answer *a = api_ok(h, "GET", text_of(h, "/v1/customers?limit=%s", rows[i].limit), NULL);

		assert_same_int((int64_t)field_count(a, "data"), rows[i].rows);
		assert_flag(a, "has_more", rows[i].more);
	}
}

static void empty_list__is_complete(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "GET", "/v1/charges?limit=3", NULL);

	assert_json(a, "", "{\"object\": \"list\", \"data\": [], \"has_more\": false, \"url\": \"/v1/charges\"}");
}

static void exactly_full__has_no_more(void **state)
{
	struct house *h = *state;

	for (int i = 0; i < 10; i++)
		api_ok(h, "POST", "/v1/customers", NULL);
	assert_flag(api_ok(h, "GET", "/v1/customers", NULL), "has_more", false);
	api_ok(h, "POST", "/v1/customers", NULL);
	assert_flag(api_ok(h, "GET", "/v1/customers", NULL), "has_more", true);
}

/* ---- cursors that move ---- */

static void cursor__of_another_kind_is_unknown(void **state)
{
	struct house *h = *state;
	const char *product = field(api_ok(h, "POST", "/v1/products", "name=A"), "id");

	assert_error(api(h, "GET", text_of(h, "/v1/customers?starting_after=%s", product), NULL), 400,
		"resource_missing", "starting_after", text_of(h, "No such customer: '%s'", product));
}

static void new_rows__do_not_move_a_page(void **state)
{
	struct house *h = *state;
	const char *first = field(api_ok(h, "POST", "/v1/customers", NULL), "id");
	const char *second = field(api_ok(h, "POST", "/v1/customers", NULL), "id");
	const struct answer *a;

	api_ok(h, "POST", "/v1/customers", NULL);
	a = api_ok(h, "GET", text_of(h, "/v1/customers?starting_after=%s", second), NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.id", first);
}

static void deleted_row__leaves_the_list(void **state)
{
	struct house *h = *state;
	const char *first = field(api_ok(h, "POST", "/v1/customers", NULL), "id");
	const char *second = field(api_ok(h, "POST", "/v1/customers", NULL), "id");

	api_ok(h, "DELETE", text_of(h, "/v1/customers/%s", second), NULL);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 1);
	assert_field(api_ok(h, "GET", "/v1/customers", NULL), "data.0.id", first);
}

/* ---- lists inside of other objects ---- */

/* Pages of two give the same rows in the same order as the whole list, both ways. */
static void assert_pages(struct house *h, const char *list, size_t count)
{
	const struct answer *whole = api_ok(h, "GET", text_of(h, "%slimit=100", list), NULL), *a;

	assert_same_int((int64_t)field_count(whole, "data"), (int64_t)count);
	for (size_t i = 0; i + 1 < count; i++) {
		const char *id = field(whole, text_of(h, "data.%zu.id", i));
		const char *next = field(whole, text_of(h, "data.%zu.id", i + 1));

		a = api_ok(h, "GET", text_of(h, "%slimit=2&starting_after=%s", list, id), NULL);
		assert_field(a, "data.0.id", next);
		assert_flag(a, "has_more", i + 3 < count);
		a = api_ok(h, "GET", text_of(h, "%slimit=1&ending_before=%s", list, next), NULL);
		assert_field(a, "data.0.id", id);
		assert_flag(a, "has_more", i > 0);
	}
}

#define ITEM(n)                                                                                                        \
	"&items[" n "][price_data][currency]=usd&items[" n "][price_data][unit_amount]=500&items[" n                   \
	"][price_data][product]=%s&items[" n "][price_data][recurring][interval]=month"

static void subscription_items__are_oldest_first(void **state)
{
	struct house *h = *state;
	const char *customer = field(api_ok(h, "POST", "/v1/customers", NULL), "id");
	const char *product = field(api_ok(h, "POST", "/v1/products", "name=A"), "id");
	const struct answer *a = api_ok(h, "POST", "/v1/subscriptions",
		text_of(h, "customer=%s&trial_period_days=7" ITEM("0") ITEM("1") ITEM("2") ITEM("3"), customer, product,
			product, product, product));
	const char *list = text_of(h, "/v1/subscription_items?subscription=%s&", field(a, "id"));
	const char *first = field(a, "items.data.0.id");

	assert_field(api_ok(h, "GET", list, NULL), "data.0.id", first);
	assert_field(api_ok(h, "GET", list, NULL), "data.3.id", field(a, "items.data.3.id"));
	assert_pages(h, list, 4);
}

static void invoice_lines__have_pages(void **state)
{
	struct house *h = *state;
	const char *customer = field(api_ok(h, "POST", "/v1/customers", NULL), "id");
	const char *invoice;

	for (int i = 0; i < 5; i++)
		api_ok(h, "POST", "/v1/invoiceitems",
			text_of(h, "customer=%s&amount=%d00&currency=usd", customer, i + 1));
	invoice = field(api_ok(h, "POST", "/v1/invoices",
				text_of(h, "customer=%s&pending_invoice_items_behavior=include", customer)),
		"id");
	assert_pages(h, text_of(h, "/v1/invoices/%s/lines?", invoice), 5);
}

static void events__have_pages(void **state)
{
	struct house *h = *state;

	for (int i = 0; i < 6; i++)
		api_ok(h, "POST", "/v1/customers", NULL);
	assert_pages(h, "/v1/events?", 6);
}

/* ---- lists of /v2 ---- */

static void v2_list__has_page_urls(void **state)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	struct house *h = *state;
	const char *ids[5], *path;
	const struct answer *a;

	for (int i = 5; i-- > 0;) {
		a = api_with(h, "POST", "/v2/core/accounts", "{\"display_name\": \"A\"}", headers);
		assert_status(a, 200);
		ids[i] = field(a, "id");
	}
	a = api_ok(h, "GET", "/v2/core/accounts", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 5);
	assert_field(a, "next_page_url", NULL);
	assert_field(a, "previous_page_url", NULL);
	assert_absent(a, "has_more");
	path = "/v2/core/accounts?limit=2&applied_configurations[]=customer";
	assert_same_int((int64_t)field_count(api_ok(h, "GET", path, NULL), "data"), 0);
	a = api_ok(h, "GET", "/v2/core/accounts?limit=2&closed=false", NULL);
	assert_field(a, "data.0.id", ids[0]);
	assert_field(a, "data.1.id", ids[1]);
	assert_field(a, "previous_page_url", NULL);
	assert_non_null(strstr(field(a, "next_page_url"), "&limit=2&closed=false"));
	a = api_ok(h, "GET", field(a, "next_page_url"), NULL);
	assert_field(a, "data.0.id", ids[2]);
	assert_field(a, "data.1.id", ids[3]);
	a = api_ok(h, "GET", field(a, "next_page_url"), NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.id", ids[4]);
	assert_field(a, "next_page_url", NULL);
	a = api_ok(h, "GET", field(a, "previous_page_url"), NULL);
	assert_field(a, "data.0.id", ids[2]);
	assert_field(a, "data.1.id", ids[3]);
	a = api_ok(h, "GET", field(a, "previous_page_url"), NULL);
	assert_field(a, "data.0.id", ids[0]);
	assert_field(a, "previous_page_url", NULL);
	assert_non_null(field(a, "next_page_url"));
	assert_error(
		api(h, "GET", "/v2/core/accounts?page=none", NULL), 400, "invalid_fields", NULL, "Invalid page: none.");
	assert_error(api(h, "GET", "/v2/core/accounts?page=next_none", NULL), 400, "invalid_fields", NULL,
		"Invalid page: next_none.");
	assert_error(api(h, "GET", "/v1/customers?page=next_none", NULL), 400, "parameter_unknown", "page", NULL);
}

#define ADD(test, setup, teardown)                                                                                     \
	do {                                                                                                           \
		union {                                                                                                \
			const struct kind *kind;                                                                       \
			void *state;                                                                                   \
		} given = { .kind = &kinds[i] };                                                                       \
		all[n++] = (struct CMUnitTest) { kinds[i].name, test, setup, teardown, given.state };                  \
	} while (0)

int main(void)
{
	static const struct CMUnitTest plain[] = {
		TEST(limit__is_clamped),
		TEST(empty_list__is_complete),
		TEST(exactly_full__has_no_more),
		TEST(cursor__of_another_kind_is_unknown),
		TEST(new_rows__do_not_move_a_page),
		TEST(deleted_row__leaves_the_list),
		TEST(subscription_items__are_oldest_first),
		TEST(invoice_lines__have_pages),
		TEST(events__have_pages),
		TEST(v2_list__has_page_urls),
	};
	enum { PLAIN = sizeof plain / sizeof *plain, KINDS = sizeof kinds / sizeof *kinds };
	struct CMUnitTest all[PLAIN + 2 * KINDS];
	size_t n = PLAIN;

	memcpy(all, plain, sizeof plain);
	for (size_t i = 0; i < KINDS; i++) {
		ADD(kind__is_walked_both_ways, kind_setup, kind_teardown);
		ADD(kind__refuses_wrong_cursors, kind_setup, kind_teardown);
	}
	return cmocka_run_group_tests_name("pagination", all, NULL, NULL);
}
