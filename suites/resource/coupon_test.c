/* SPDX-License-Identifier: MIT */
#include "suites/resource/catalogue.h"

#define DAY INT64_C(86400)

static void create__percentage(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/coupons", "percent_off=25.5&name=Spring");

	assert_same_int((int64_t)strlen(field(a, "id")), 8);
	assert_field(a, "amount_off", NULL);
	assert_money(a, "created", HOUSE_NOW);
	assert_field(a, "currency", NULL);
	assert_field(a, "duration", "once");
	assert_field(a, "duration_in_months", NULL);
	assert_field(a, "max_redemptions", NULL);
	assert_json(a, "metadata", "{}");
	assert_field(a, "name", "Spring");
	assert_json(a, "percent_off", "25.5");
	assert_field(a, "redeem_by", NULL);
	assert_money(a, "times_redeemed", 0);
	assert_flag(a, "valid", true);
	assert_absent(a, "applies_to");
	assert_absent(a, "currency_options");
	assert_string_equal(events_after(h, 0), "coupon.created");
}

static void create__amount_for_some_products_and_currencies(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	api_ok(h, "POST", "/v1/products", "name=A&id=a");
	a = api_ok(h, "POST", "/v1/coupons",
		"id=TEN&amount_off=1000&currency=usd&duration=repeating&duration_in_months=3&applies_to[products][]=a"
		"&currency_options[eur][amount_off]=900&expand[]=applies_to&expand[]=currency_options");
	assert_field(a, "id", "TEN");
	assert_money(a, "amount_off", 1000);
	assert_field(a, "percent_off", NULL);
	assert_money(a, "duration_in_months", 3);
	assert_json(a, "applies_to", "{\"products\":[\"a\"]}");
	assert_json(a, "currency_options", "{\"eur\":{\"amount_off\":900},\"usd\":{\"amount_off\":1000}}");
	a = api_ok(h, "POST", "/v1/coupons/TEN", "currency_options[gbp][amount_off]=800&expand[]=currency_options");
	assert_json(a, "currency_options",
		"{\"eur\":{\"amount_off\":900},\"gbp\":{\"amount_off\":800},\"usd\":{\"amount_off\":1000}}");
}

static void update__changes_name_and_metadata_only(void **state)
{
	struct house *h = *state;

	api_ok(h, "POST", "/v1/coupons", "id=C&percent_off=10&name=Old&metadata[a]=1");
	assert_field(api_ok(h, "POST", "/v1/coupons/C", "name=New&metadata[a]="), "name", "New");
	assert_previous(h, "coupon.updated", "{\"name\":\"Old\",\"metadata\":{\"a\":\"1\"}}");
	assert_error(api(h, "POST", "/v1/coupons/C", "percent_off=20"), 400, "parameter_unknown", "percent_off",
		"Received unknown parameter: percent_off");
}

static void delete__shows_it_invalid_at_last(void **state)
{
	struct house *h = *state;

	api_ok(h, "POST", "/v1/coupons", "id=C&percent_off=10");
	assert_json(api_ok(h, "DELETE", "/v1/coupons/C", NULL), "",
		"{\"id\":\"C\",\"object\":\"coupon\",\"deleted\":true}");
	assert_flag(last_event(h, "coupon.deleted"), "data.object.valid", false);
	assert_error(api(h, "GET", "/v1/coupons/C", NULL), 404, "resource_missing", "coupon", "No such coupon: 'C'");
	assert_error(api(h, "DELETE", "/v1/coupons/C", NULL), 404, "resource_missing", "coupon", "No such coupon: 'C'");
	assert_json(api_ok(h, "POST", "/v1/coupons", "id=C&percent_off=20"), "percent_off", "20");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/coupons", NULL), "data"), 1);
}

static void redeem_by__ends_it(void **state)
{
	struct house *h = *state;
	const char *body = text_of(h, "id=C&percent_off=10&redeem_by=%lld", (long long)(HOUSE_NOW + DAY));

	api_ok(h, "POST", "/v1/coupons", body);
	assert_true(ms_advance(h->ms, NULL, DAY) == 0);
	assert_flag(api_ok(h, "GET", "/v1/coupons/C", NULL), "valid", true);
	assert_true(ms_advance(h->ms, NULL, 1) == 0);
	assert_flag(api_ok(h, "GET", "/v1/coupons/C", NULL), "valid", false);
	assert_string_equal(events_after(h, 0), "coupon.created");
}

static void redeem_by__is_at_most_five_years_ahead(void **state)
{
	struct house *h = *state;
	/* 2031-01-01 is five years after the suite's present; leap days included. */
	int64_t latest = HOUSE_NOW + (5 * 365 + 1) * DAY;

	api_ok(h, "POST", "/v1/coupons", text_of(h, "percent_off=10&redeem_by=%lld", (long long)latest));
	assert_error(api(h, "POST", "/v1/coupons", text_of(h, "percent_off=10&redeem_by=%lld", (long long)latest + 1)),
		400, NULL, "redeem_by", "Invalid timestamp: can be no more than five years in the future.");
	assert_error(api(h, "POST", "/v1/coupons", text_of(h, "percent_off=10&redeem_by=%lld", (long long)HOUSE_NOW)),
		400, NULL, "redeem_by", "Invalid timestamp: must be an integer Unix timestamp in the future.");
}

static const struct refusal refusals[] = {
	{ "create__needs_a_worth", "POST", "/v1/coupons", "duration=once", 400, "parameter_missing", NULL,
		"Must provide percent_off or amount_off." },
	{ "create__refuses_two_worths", "POST", "/v1/coupons", "percent_off=10&amount_off=5&currency=usd", 400, NULL,
		NULL, "Received both percent_off and amount_off parameters. Please pass in only one." },
	{ "create__needs_the_currency_of_an_amount", "POST", "/v1/coupons", "amount_off=5", 400, NULL, "currency",
		"You must pass currency when passing amount_off" },
	{ "create__needs_months_to_repeat", "POST", "/v1/coupons", "percent_off=5&duration=repeating", 400, NULL,
		"duration",
		"The duration_in_months param must be set when creating a coupon with a repeating duration" },
	{ "create__refuses_months_without_repeating", "POST", "/v1/coupons", "percent_off=5&duration_in_months=2", 400,
		NULL, "duration_in_months",
		"The duration_in_months param can only be set when creating a coupon with a repeating duration" },
	{ "create__refuses_nothing_off", "POST", "/v1/coupons", "percent_off=0", 400, NULL, "percent_off",
		"This value must be greater than or equal to 0.01 (it currently is '0')." },
	{ "create__refuses_more_than_all", "POST", "/v1/coupons", "percent_off=100.5", 400, NULL, "percent_off",
		"This value must be less than or equal to 100 (it currently is '100.5')." },
	{ "create__refuses_an_id_in_use", "POST", "/v1/coupons", "id=C&percent_off=5", 400, "resource_already_exists",
		NULL, "Coupon already exists." },
	{ "create__refuses_an_unknown_product", "POST", "/v1/coupons", "percent_off=5&applies_to[products][0]=none",
		400, "resource_missing", "applies_to[products][0]", "No such product: 'none'" },
	{ "create__refuses_a_long_name", "POST", "/v1/coupons",
		"percent_off=5&name=12345678901234567890123456789012345678901", 400, NULL, "name",
		"Invalid string: 1234...8901; must be at most 40 characters" },
	{ "update__answers_404", "POST", "/v1/coupons/none", "name=A", 404, "resource_missing", "coupon",
		"No such coupon: 'none'" },
};

static void refusal(void **state)
{
	struct refusal_case *c = *state;

	api_ok(c->house, "POST", "/v1/coupons", "id=C&percent_off=5");
	refusal_check(c->house, c->row);
}

static void coupon_create__refuses_a_third_decimal(void **state)
{
	struct house *h = *state;

	assert_error(api(h, "POST", "/v1/coupons", "percent_off=33.333&duration=once"), 400, NULL, "percent_off",
		"Invalid decimal: 33.333; must contain at most 2 decimal places.");
	assert_status(api(h, "POST", "/v1/coupons", "percent_off=33.33&duration=once"), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(create__percentage),
		TEST(create__amount_for_some_products_and_currencies),
		TEST(update__changes_name_and_metadata_only),
		TEST(delete__shows_it_invalid_at_last),
		TEST(redeem_by__ends_it),
		TEST(redeem_by__is_at_most_five_years_ahead),
		TEST(coupon_create__refuses_a_third_decimal),
	};

	return run_with_refusals(
		"coupon", tests, sizeof tests / sizeof *tests, refusals, sizeof refusals / sizeof *refusals, refusal);
}
