/* SPDX-License-Identifier: MIT */
/* Fixtures in the script form, keys, and snapshots. */
#include "suites/resource/fixture.h"

/* ---- scripts ---- */

static void script__replays_with_references(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	assert_int_equal(setenv("SLACKWATER_TEST_PHONE", "+35315550101", 1), 0);
	load_text(h, "{\"_meta\":{\"template_version\":0,\"exclude_metadata\":true},\"fixtures\":["
		     "{\"name\":\"product\",\"path\":\"/v1/"
		     "products\",\"method\":\"post\",\"params\":{\"id\":\"prod_1\",\"name\":"
		     "\"Tides & winds\",\"images\":[\"https://a.example/\",\"https://b.example/\"]}},"
		     "{\"name\":\"price\",\"path\":\"/v1/"
		     "prices\",\"method\":\"post\",\"params\":{\"currency\":\"usd\",\"product\":"
		     "\"${product:id}\",\"unit_amount\":2000,\"recurring\":{\"interval\":\"month\"},\"active\":true}},"
		     "{\"name\":\"customer\",\"path\":\"/v1/"
		     "customers\",\"method\":\"POST\",\"params\":{\"phone\":\"${.env:SLACKWATER_"
		     "TEST_PHONE}\",\"name\":\"${.env:SLACKWATER_UNSET|Ada ${x}\",\"metadata\":{\"product\":\"for "
		     "${product:name} (${price:unit_amount})\",\"image\":\"${product:images.1}\"},\"email\":null}},"
		     "{\"name\":\"list\",\"path\":\"/v1/"
		     "prices\",\"method\":\"get\",\"params\":{\"product\":\"prod_1\",\"limit\":1}},"
		     "{\"name\":\"update\",\"path\":\"/v1/customers/"
		     "${customer:id}\",\"method\":\"post\",\"params\":{\"description\":"
		     "\"${list:data.0.id}\"}},"
		     "{\"name\":\"wrong\",\"path\":\"/v1/customers/"
		     "cus_none\",\"method\":\"get\",\"expected_error_type\":\"invalid_"
		     "request_error\"},"
		     "{\"name\":\"after\",\"path\":\"/v1/customers/"
		     "${customer:id}\",\"method\":\"post\",\"params\":{\"metadata\":{"
		     "\"code\":\"${wrong:error.code}\"}}}"
		     "],\"env\":{\"PRICE_ID\":\"${price:id}\"}}");
	assert_int_equal(unsetenv("SLACKWATER_TEST_PHONE"), 0);
	a = api_ok(h, "GET", "/v1/customers", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.phone", "+35315550101");
	assert_field(a, "data.0.name", "Ada ${x");
	assert_field(a, "data.0.email", NULL);
	assert_field(a, "data.0.metadata.product", "for Tides & winds (2000)");
	assert_field(a, "data.0.metadata.image", "https://b.example/");
	assert_field(a, "data.0.metadata.code", "resource_missing");
	a = api_ok(h, "GET", text_of(h, "/v1/prices/%s", field(a, "data.0.description")), NULL);
	assert_field(a, "product", "prod_1");
}

static void count_exchange(void *arg, const struct ms_exchange *e)
{
	size_t *n = arg;

	(void)e;
	(*n)++;
}

/* What a program under test asked for is not mixed with what the fixture did. */
static void script__is_not_in_the_log(void **state)
{
	struct house *h = *state;
	size_t n = 0;

	load_text(h, "{\"fixtures\":[" STEP("/v1/customers", "{}") "]}");
	ms_each_request(h->ms, NULL, count_exchange, &n);
	assert_int_equal(n, 0);
	api_ok(h, "GET", "/v1/customers", NULL);
	ms_each_request(h->ms, NULL, count_exchange, &n);
	assert_int_equal(n, 1);
}

#define KEYED(path)                                                                                                    \
	"{\"name\":\"a\",\"path\":\"/v1/"                                                                              \
	"customers\",\"method\":\"post\",\"params\":{\"name\":\"x\"},\"idempotency_key\":"                             \
	"\"k1\"},{\"name\":\"b\",\"path\":\"" path                                                                     \
	"\",\"method\":\"post\",\"params\":{\"name\":\"x\"},\"idempotency_key\":\"k1\"}"

static void script__idempotency_keys_hold_and_are_let_go(void **state)
{
	struct house *h = *state;
	static const char *const headers[] = { "Idempotency-Key: k1", NULL };

	/* A load that fails leaves the key free ... */
	refuse_text(h, "{\"fixtures\":[" KEYED("/v1/products") "]}",
		"$.fixtures[1]: POST /v1/products answered 400 idempotency_error: Keys for idempotent requests can "
		"only be used "
		"for the same endpoint they were first used for ('/v1/customers' vs '/v1/products'). Try using a key "
		"other than "
		"'k1' if you meant to execute a different request.");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 0);
	/* ... and one that succeeds makes one customer of the two requests, and keeps the key. */
	load_text(h, "{\"fixtures\":[" KEYED("/v1/customers") "]}");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 1);
	assert_error(api_with(h, "POST", "/v1/customers", "name=y", headers), 400, NULL, NULL, "same parameters");
}

/* ---- keys ---- */

static void keys__open_what_they_say(void **state)
{
	struct house *h = house_open(
		&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW, .strict_keys = true });
	struct ms_response r;

	(void)state;
	load_text(h, "{\"keys\":[{\"key\":\"sk_test_suite\"},{\"key\":\"sk_test_old\",\"expired\":true},{\"key\":\"sk_"
		     "live_1\","
		     "\"account\":\"acct_live\"},{\"key\":\"rk_test_1\",\"permissions\":{\"customer\":\"read\"}}]}");
	api_ok(h, "POST", "/v1/customers", "name=x");
	h->key = "sk_test_other";
	assert_error(api(h, "GET", "/v1/customers", NULL), 401, NULL, NULL, "Invalid API Key provided");
	h->key = "sk_test_old";
	assert_error(api(h, "GET", "/v1/customers", NULL), 401, "api_key_expired", NULL, "Expired API Key provided");
	h->key = "rk_test_1";
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 1);
	assert_error(api(h, "POST", "/v1/customers", "name=y"), 403, NULL, NULL, "'customer_write' permission");
	h->key = "sk_live_1";
	assert_flag(api_ok(h, "POST", "/v1/customers", "name=z"), "livemode", true);
	assert_false(ms_peek(h->ms, "acct_live", "cus_none", &r));
	ms_response_clear(&r);
	house_close(h);
}

/* ---- snapshots ---- */

/* Some life: a subscription that renewed, a deleted customer, a coupon, a test clock, events. */
static void live(struct house *h)
{
	const struct answer *a;

	load_ok(h, NULL, "fixtures/demo");
	api_ok(h, "POST", "/v1/coupons", "id=OFF&percent_off=25&applies_to[products][0]=prod_solo");
	api_ok(h, "POST", "/v1/prices",
		"currency=usd&product=prod_solo&billing_scheme=tiered&tiers_mode=graduated&recurring[interval]=month&"
		"tiers[0][up_to]=3&tiers[0][unit_amount]=500&tiers[1][up_to]=inf&tiers[1][unit_amount]=300");
	a = api_ok(h, "POST", "/v1/customers", "name=short");
	api_ok(h, "DELETE", text_of(h, "/v1/customers/%s", field(a, "id")), NULL);
	a = api_ok(h, "POST", "/v1/test_helpers/test_clocks", "frozen_time=1795428000");
	api_ok(h, "POST", "/v1/customers", text_of(h, "name=clocked&test_clock=%s", field(a, "id")));
	api_ok(h, "POST", "/v1/subscriptions/sub_mary", "metadata[a]=b");
}

/* The same things fall due and get the same ids. (The ids of requests are the simulator's, not the account's.) */
static void assert_goes_on_alike(struct house *a, struct house *b)
{
	char *first, *second;

	assert_int_equal(ms_advance(a->ms, NULL, 40 * 86400), 0);
	assert_int_equal(ms_advance(b->ms, NULL, 40 * 86400), 0);
	first = snapshot(a);
	second = snapshot(b);
	assert_string_equal(first, second);
	free(first);
	free(second);
	assert_string_equal(api_ok(a, "POST", "/v1/customers", "name=next")->text,
		api_ok(b, "POST", "/v1/customers", "name=next")->text);
}

static void snapshot__gives_the_same_account(void **state)
{
	struct house *h = *state, *copy;
	char *text, *again;

	live(h);
	text = snapshot(h);
	copy = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = 1 });
	load_text(copy, text);
	again = snapshot(copy);
	assert_string_equal(text, again);
	assert_same_int(ms_now(copy->ms, NULL), ms_now(h->ms, NULL));
	assert_string_equal(api_ok(h, "GET", "/v1/events?limit=100", NULL)->text,
		api_ok(copy, "GET", "/v1/events?limit=100", NULL)->text);
	assert_string_equal(api_ok(h, "GET", "/v1/prices?expand[]=data.tiers", NULL)->text,
		api_ok(copy, "GET", "/v1/prices?expand[]=data.tiers", NULL)->text);
	assert_goes_on_alike(h, copy);
	free(text);
	free(again);
	house_close(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(script__replays_with_references, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(script__is_not_in_the_log, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(
			script__idempotency_keys_hold_and_are_let_go, house_setup, house_teardown),
		cmocka_unit_test(keys__open_what_they_say),
		cmocka_unit_test_setup_teardown(snapshot__gives_the_same_account, house_setup, house_teardown),
	};

	return cmocka_run_group_tests_name("fixture script", tests, NULL, NULL);
}
