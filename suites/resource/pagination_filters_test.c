/* SPDX-License-Identifier: MIT */
/* What a list shows: ranges of time and filters, and pages of what they leave. */
#include "suites/resource/catalogue.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(created__bounds_a_list),
		TEST(created__goes_with_cursors),
		TEST(filters__choose_rows),
		TEST(filter__and_pages),
	};

	return cmocka_run_group_tests_name("filters", tests, NULL, NULL);
}
