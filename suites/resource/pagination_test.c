/* SPDX-License-Identifier: MIT */
/* Lists: both ways through every kind of them, cursors, limits, ranges of time and filters. */
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

/* ---- ranges of time ---- */

/* Five customers, a hundred seconds apart. */
static void make_five(struct house *h)
{
	for (int i = 0; i < 5; i++) {
		api_ok(h, "POST", "/v1/customers", text_of(h, "name=%d", i));
		assert_int_equal(ms_advance(h->ms, NULL, 100), 0);
	}
}

static void created__bounds_a_list(void **state)
{
	static const struct {
		const char *filter; /* with the seconds behind HOUSE_NOW at %lld */
		int64_t first, second;
		const char *names; /* newest first */
	} rows[] = {
		{ "created=%lld", 200, 0, "2" },
		{ "created=%lld", 201, 0, "" },
		{ "created[gte]=%lld", 200, 0, "432" },
		{ "created[gt]=%lld", 200, 0, "43" },
		{ "created[lte]=%lld", 200, 0, "210" },
		{ "created[lt]=%lld", 200, 0, "10" },
		{ "created[gte]=%lld&created[lte]=%lld", 100, 300, "321" },
		{ "created[gt]=%lld&created[lt]=%lld", 100, 300, "2" },
		{ "created[gt]=%lld&created[gte]=%lld", 100, 300, "43" },
		{ "created[gte]=%lld&created[lt]=%lld", 300, 100, "" },
		{ "created[gt]=%lld", 400, 0, "" },
		{ "created[lt]=%lld", 0, 0, "" },
		{ "created[gte]=%lld", -1000, 0, "43210" },
		{ "limit=2&created[lte]=%lld", 300, 0, "32" },
	};
	struct house *h = *state;

	make_five(h);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char filter[160], names[8] = "";
		const char *hole = strstr(rows[i].filter, "%lld"), *second = strstr(hole + 1, "%lld");
		const struct answer *a;

		if (second)
			snprintf(filter, sizeof filter, "%.*s%lld%.*s%lld", (int)(hole - rows[i].filter),
				rows[i].filter, (long long)(HOUSE_NOW + rows[i].first), (int)(second - hole - 4),
				hole + 4, (long long)(HOUSE_NOW + rows[i].second));
		else
			snprintf(filter, sizeof filter, "%.*s%lld", (int)(hole - rows[i].filter), rows[i].filter,
				(long long)(HOUSE_NOW + rows[i].first));
		a = api_ok(h, "GET", text_of(h, "/v1/customers?%s", filter), NULL);
		for (size_t k = 0; k < field_count(a, "data"); k++)
			names[k] = *field(a, text_of(h, "data.%zu.name", k));
		if (strcmp(names, rows[i].names))
			fail_msg("%s: \"%s\", not \"%s\"", filter, names, rows[i].names);
	}
}

static void created__goes_with_cursors(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	make_five(h);
	a = api_ok(h, "GET", text_of(h, "/v1/customers?limit=2&created[lte]=%lld", (long long)(HOUSE_NOW + 300)), NULL);
	assert_field(a, "data.1.name", "2");
	assert_flag(a, "has_more", true);
	a = api_ok(h, "GET",
		text_of(h, "/v1/customers?limit=2&created[lte]=%lld&created[gte]=%lld&starting_after=%s",
			(long long)(HOUSE_NOW + 300), (long long)(HOUSE_NOW + 100), field(a, "data.1.id")),
		NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.name", "1");
	assert_flag(a, "has_more", false);
}

/* ---- filters ---- */

/* Filters of several lists: how many of what was made before are shown. */
static const struct filter_row {
	const char *path;
	int64_t count;
} filter_rows[] = {
	{ "/v1/customers?email=a@b.co", 2 },
	{ "/v1/customers?email=A@b.co", 0 }, /* case counts */
	{ "/v1/customers?email=none@b.co", 0 },
	{ "/v1/products?active=true", 2 },
	{ "/v1/products?active=false", 1 },
	{ "/v1/products?ids[]=p1&ids[]=p3", 2 },
	{ "/v1/products?active=true&ids[]=p1&ids[]=p3", 1 },
	{ "/v1/products?shippable=true", 1 },
	{ "/v1/products?url=https://e.co", 1 },
	{ "/v1/prices?product=p1", 3 },
	{ "/v1/prices?product=p2", 0 },
	{ "/v1/prices?type=recurring", 2 },
	{ "/v1/prices?type=one_time", 1 },
	{ "/v1/prices?recurring[interval]=year", 1 },
	{ "/v1/prices?recurring[interval]=week", 0 },
	{ "/v1/prices?currency=eur", 1 },
	{ "/v1/prices?currency=EUR", 1 },
	{ "/v1/prices?lookup_keys[]=monthly", 1 },
	{ "/v1/prices?lookup_keys[]=monthly&lookup_keys[]=once", 2 },
	{ "/v1/prices?product=p1&type=recurring&currency=usd", 1 },
	{ "/v1/events?type=price.created", 3 },
	{ "/v1/events?type=product.*", 4 }, /* one of them product.updated */
	{ "/v1/events?types[]=price.created&types[]=customer.created", 6 },
};

static void filters__choose_rows(void **state)
{
	struct house *h = *state;

	api_ok(h, "POST", "/v1/customers", "email=a@b.co");
	api_ok(h, "POST", "/v1/customers", "email=a@b.co");
	api_ok(h, "POST", "/v1/customers", "email=b@b.co");
	api_ok(h, "POST", "/v1/products", "name=1&id=p1&url=https://e.co");
	api_ok(h, "POST", "/v1/products", "name=2&id=p2&shippable=true");
	api_ok(h, "POST", "/v1/products", "name=3&id=p3");
	api_ok(h, "POST", "/v1/products/p3", "active=false");
	api_ok(h, "POST", "/v1/prices",
		"product=p1&currency=usd&unit_amount=5&recurring[interval]=month&lookup_key=monthly");
	api_ok(h, "POST", "/v1/prices", "product=p1&currency=eur&unit_amount=5&recurring[interval]=year");
	api_ok(h, "POST", "/v1/prices", "product=p1&currency=usd&unit_amount=5&lookup_key=once");
	for (size_t i = 0; i < sizeof filter_rows / sizeof *filter_rows; i++) {
		const struct answer *a = api_ok(h, "GET", filter_rows[i].path, NULL);

		if ((int64_t)field_count(a, "data") != filter_rows[i].count)
			fail_msg("%s: %zu rows, not %lld", filter_rows[i].path, field_count(a, "data"),
				(long long)filter_rows[i].count);
	}
}

/* A filter skips what does not fit, and has_more looks past it. */
static void filter__and_pages(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	for (int i = 0; i < 12; i++)
		api_ok(h, "POST", "/v1/customers", i % 3 ? "email=x@b.co" : "email=a@b.co");
	a = api_ok(h, "GET", "/v1/customers?email=a@b.co&limit=3", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 3);
	assert_flag(a, "has_more", true);
	a = api_ok(h, "GET", text_of(h, "/v1/customers?email=a@b.co&limit=3&starting_after=%s", field(a, "data.2.id")),
		NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_flag(a, "has_more", false);
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
	assert_error(api(h, "GET", "/v2/core/accounts?page=none", NULL), 400, NULL, "page", "Invalid page: none.");
	assert_error(
		api(h, "GET", "/v2/core/accounts?page=next_none", NULL), 400, NULL, "page", "Invalid page: next_none.");
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
		TEST(created__bounds_a_list),
		TEST(created__goes_with_cursors),
		TEST(filters__choose_rows),
		TEST(filter__and_pages),
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
