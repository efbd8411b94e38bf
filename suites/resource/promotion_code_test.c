/* SPDX-License-Identifier: MIT */
#include "suites/resource/catalogue.h"

#define DAY INT64_C(86400)
#define OF_C "promotion[type]=coupon&promotion[coupon]=C"

static const char *path_of(struct house *h, const struct answer *code)
{
	return text_of(h, "/v1/promotion_codes/%s", field(code, "id"));
}

static void coupon(struct house *h)
{
	api_ok(h, "POST", "/v1/coupons", "id=C&percent_off=10");
}

static void create__makes_a_code_up(void **state)
{
	struct house *h = *state;
	const struct answer *a;
	const char *code;

	coupon(h);
	a = api_ok(h, "POST", "/v1/promotion_codes", OF_C);
	code = field(a, "code");
	assert_same_int((int64_t)strlen(code), 8);
	assert_same_int((int64_t)strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), 8);
	assert_flag(a, "active", true);
	assert_field(a, "customer", NULL);
	assert_field(a, "expires_at", NULL);
	assert_field(a, "max_redemptions", NULL);
	assert_json(a, "promotion", "{\"coupon\":\"C\",\"type\":\"coupon\"}");
	assert_json(a, "restrictions",
		"{\"first_time_transaction\":false,\"minimum_amount\":null,\"minimum_amount_currency\":null}");
	assert_money(a, "times_redeemed", 0);
	assert_string_equal(events_after(h, 1), "promotion_code.created");
	a = api_ok(h, "GET", text_of(h, "%s?expand[]=promotion.coupon", path_of(h, a)), NULL);
	assert_field(a, "promotion.coupon.object", "coupon");
}

static void code__is_unique_among_those_a_customer_could_use(void **state)
{
	struct house *h = *state;
	const struct answer *first, *one, *two;

	coupon(h);
	one = api_ok(h, "POST", "/v1/customers", "name=One");
	two = api_ok(h, "POST", "/v1/customers", "name=Two");
	first = api_ok(h, "POST", "/v1/promotion_codes", OF_C "&code=Hello");
	assert_error(api(h, "POST", "/v1/promotion_codes", OF_C "&code=HELLO"), 400, NULL, NULL,
		"An active promotion code with `code: HELLO` already exists.");
	assert_error(
		api(h, "POST", "/v1/promotion_codes", text_of(h, OF_C "&code=hello&customer=%s", field(one, "id"))),
		400, NULL, NULL, "An active promotion code with `code: hello` already exists.");
	api_ok(h, "POST", path_of(h, first), "active=false");
	api_ok(h, "POST", "/v1/promotion_codes", text_of(h, OF_C "&code=HELLO&customer=%s", field(one, "id")));
	api_ok(h, "POST", "/v1/promotion_codes", text_of(h, OF_C "&code=HELLO&customer=%s", field(two, "id")));
	assert_error(api(h, "POST", path_of(h, first), "active=true"), 400, NULL, NULL,
		"An active promotion code with `code: Hello` already exists.");
}

static void list__finds_codes_in_any_case(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	coupon(h);
	api_ok(h, "POST", "/v1/coupons", "id=D&percent_off=20");
	api_ok(h, "POST", "/v1/promotion_codes", OF_C "&code=Hello");
	api_ok(h, "POST", "/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=D&code=Bye&active=false");
	a = api_ok(h, "GET", "/v1/promotion_codes?code=HELLO", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.code", "Hello");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/promotion_codes?code=Hell", NULL), "data"), 0);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/promotion_codes", NULL), "data"), 2);
	assert_field(api_ok(h, "GET", "/v1/promotion_codes?coupon=D", NULL), "data.0.code", "Bye");
	assert_field(api_ok(h, "GET", "/v1/promotion_codes?active=true", NULL), "data.0.code", "Hello");
	assert_same_int(
		(int64_t)field_count(api_ok(h, "GET", "/v1/promotion_codes?active=true&code=bye", NULL), "data"), 0);
}

static void expires_at__ends_it_for_good(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	coupon(h);
	a = api_ok(h, "POST", "/v1/promotion_codes", text_of(h, OF_C "&expires_at=%lld", (long long)(HOUSE_NOW + DAY)));
	assert_true(ms_advance(h->ms, NULL, DAY) == 0);
	assert_flag(api_ok(h, "GET", path_of(h, a), NULL), "active", true);
	assert_true(ms_advance(h->ms, NULL, 1) == 0);
	assert_flag(api_ok(h, "GET", path_of(h, a), NULL), "active", false);
	assert_error(api(h, "POST", path_of(h, a), "active=true"), 400, NULL, "active",
		"This promotion code cannot be activated because it has expired.");
}

static void coupon__takes_its_codes_along(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	coupon(h);
	a = api_ok(h, "POST", "/v1/promotion_codes", OF_C);
	api_ok(h, "DELETE", "/v1/coupons/C", NULL);
	assert_flag(api_ok(h, "GET", path_of(h, a), NULL), "active", false);
	assert_error(api(h, "POST", path_of(h, a), "active=true"), 400, NULL, "active",
		"This promotion code cannot be activated because its coupon is no longer valid.");
}

static void update__tells_what_was(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	coupon(h);
	a = api_ok(h, "POST", "/v1/promotion_codes",
		OF_C "&restrictions[minimum_amount]=500&restrictions[minimum_amount_currency]=usd");
	assert_money(a, "restrictions.minimum_amount", 500);
	api_ok(h, "POST", path_of(h, a), "active=false&metadata[a]=b");
	assert_previous(h, "promotion_code.updated", "{\"active\":true,\"metadata\":{\"a\":null}}");
	a = api_ok(h, "POST", path_of(h, a), "restrictions[currency_options][eur][minimum_amount]=400");
	assert_money(a, "restrictions.currency_options.eur.minimum_amount", 400);
	assert_money(a, "restrictions.minimum_amount", 500);
}

static const struct refusal refusals[] = {
	{ "create__needs_a_promotion", "POST", "/v1/promotion_codes", "code=A", 400, "parameter_missing", "promotion",
		"Missing required param: promotion." },
	{ "create__needs_a_coupon", "POST", "/v1/promotion_codes", "promotion[type]=coupon", 400, "parameter_missing",
		"promotion.coupon", "You must pass promotion.coupon when passing promotion" },
	{ "create__refuses_an_unknown_coupon", "POST", "/v1/promotion_codes",
		"promotion[type]=coupon&promotion[coupon]=none", 400, "resource_missing", "promotion[coupon]",
		"No such coupon: 'none'" },
	{ "create__refuses_odd_characters", "POST", "/v1/promotion_codes", OF_C "&code=a%20b", 400, NULL, "code",
		"This value must match the regex pattern. (/\\A[a-zA-Z0-9\\-_]+\\z/ does not match for the value a "
		"b)." },
	{ "create__refuses_an_unknown_customer", "POST", "/v1/promotion_codes", OF_C "&customer=cus_none", 400,
		"resource_missing", "customer", "No such customer: 'cus_none'" },
	{ "create__refuses_more_redemptions_than_its_coupon", "POST", "/v1/promotion_codes",
		"promotion[type]=coupon&promotion[coupon]=SMALL&max_redemptions=3", 400, NULL, "max_redemptions",
		"The max_redemptions of a promotion code can't be greater than that of its coupon, which is 2." },
	{ "create__needs_the_currency_of_a_minimum", "POST", "/v1/promotion_codes",
		OF_C "&restrictions[minimum_amount]=5", 400, NULL, "restrictions[minimum_amount_currency]",
		"You must pass minimum_amount_currency when passing minimum_amount" },
	{ "update__answers_404", "POST", "/v1/promotion_codes/promo_none", "active=false", 404, "resource_missing",
		"promotion_code", "No such promotion code: 'promo_none'" },
};

static void refusal(void **state)
{
	struct refusal_case *c = *state;

	coupon(c->house);
	api_ok(c->house, "POST", "/v1/coupons", "id=SMALL&percent_off=5&max_redemptions=2");
	refusal_check(c->house, c->row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(create__makes_a_code_up),
		TEST(code__is_unique_among_those_a_customer_could_use),
		TEST(list__finds_codes_in_any_case),
		TEST(expires_at__ends_it_for_good),
		TEST(coupon__takes_its_codes_along),
		TEST(update__tells_what_was),
	};

	return run_with_refusals("promotion_code", tests, sizeof tests / sizeof *tests, refusals,
		sizeof refusals / sizeof *refusals, refusal);
}
