/* SPDX-License-Identifier: MIT */
#include "suites/actions/script.h"

#include "actions/stripe/answer.h"
#include "actions/stripe/encode.h"
#include "actions/stripe/pages.h"

/* The way to Stripe: what is sent, what errors become, when a request is sent again, and walking a list. */

static const struct encode_row {
	const char *name, *json, *form;
} encode_rows[] = {
	{ "encode__plain", "{\"email\":\"a@b.co\",\"limit\":3}", "email=a%40b.co&limit=3" },
	{ "encode__nested", "{\"address\":{\"city\":\"New York\",\"line2\":\"\"}}",
		"address[city]=New%20York&address[line2]=" },
	{ "encode__list_of_objects",
		"{\"items\":[{\"id\":\"si_1\",\"price\":\"price_2\"},{\"id\":\"si_3\",\"deleted\":true}]}",
		"items[0][id]=si_1&items[0][price]=price_2&items[1][id]=si_3&items[1][deleted]=true" },
	{ "encode__list_of_texts", "{\"expand\":[\"data.customer\",\"data.items\"]}",
		"expand[0]=data.customer&expand[1]=data.items" },
	{ "encode__flags_and_null", "{\"a\":true,\"b\":false,\"c\":null}", "a=true&b=false&c=" },
	{ "encode__big_and_negative", "{\"a\":9007199254740993,\"b\":-1}", "a=9007199254740993&b=-1" },
	{ "encode__utf8_and_specials", "{\"n\":\"\\u00fc&=+ %#\"}", "n=%C3%BC%26%3D%2B%20%25%23" },
	{ "encode__hostile_keys", "{\"metadata\":{\"a]b[c\":\"x&y=z\"}}", "metadata[a%5Db%5Bc]=x%26y%3Dz" },
	{ "encode__empty_containers_write_nothing", "{\"a\":[],\"b\":{},\"c\":\"x\"}", "c=x" },
	{ "encode__nothing", "{}", "" },
};

static void encode_row_test(void **state)
{
	const struct encode_row *row = *state;
	js_auto params = json_loads(row->json, 0, NULL);
	struct text out;

	assert_non_null(params);
	text_init(&out, TEXT_NO_CEILING);
	encode_params(&out, params);
	assert_string_equal(out.data, row->form);
	text_clear(&out);
}

#define ERROR(rest) "{\"error\":{\"type\":\"invalid_request_error\"," rest "}}"

static const struct error_row {
	const char *name;
	int status;
	const char *body;
	enum problem_code code;
	const char *detail;
} error_rows[] = {
	{ "error__key_wrong", 401, ERROR("\"message\":\"Invalid API Key provided: sk_test_abc123\""),
		PROBLEM_STRIPE_KEY_INVALID, "sk_test_..." },
	{ "error__key_expired", 401, ERROR("\"code\":\"api_key_expired\",\"message\":\"Expired API Key provided\""),
		PROBLEM_STRIPE_KEY_EXPIRED, NULL },
	{ "error__permission", 403,
		ERROR("\"message\":\"The provided key 'rk_test_x1' does not have the required permissions for this "
		      "endpoint. "
		      "Having the 'rak_subscription_read' permission would allow this request to continue.\""),
		PROBLEM_STRIPE_PERMISSION_DENIED, "the key lacks the permission subscription_read" },
	{ "error__permission_in_newer_words", 403,
		ERROR("\"message\":\"The provided key 'rk_test_x1' does not have the required permissions for this "
		      "endpoint. Enabling \\\"Subscriptions Write\\\" ('rak_subscription_write') permissions on this "
		      "key would "
		      "allow this request to continue.\""),
		PROBLEM_STRIPE_PERMISSION_DENIED, "the key lacks the permission subscription_write" },
	{ "error__permission_unnamed", 403, ERROR("\"message\":\"not for restricted keys\""),
		PROBLEM_STRIPE_PERMISSION_DENIED, "403" },
	{ "error__missing", 404, ERROR("\"code\":\"resource_missing\",\"message\":\"No such subscription: 'sub_1'\""),
		PROBLEM_RESOURCE_NOT_FOUND, "No such subscription" },
	{ "error__other_mode", 404,
		ERROR("\"code\":\"resource_missing\",\"message\":\"No such customer: 'cus_1'; a similar object exists "
		      "in live "
		      "mode, but a test mode key was used to make this request.\""),
		PROBLEM_STRIPE_CUSTOMER_WRONG_MODE, NULL },
	{ "error__no_payment_method", 400,
		ERROR("\"code\":\"resource_missing\",\"message\":\"This customer has no attached payment source or "
		      "default payment "
		      "method.\""),
		PROBLEM_PAYMENT_METHOD_MISSING, NULL },
	{ "error__declined", 402,
		"{\"error\":{\"type\":\"card_error\",\"code\":\"card_declined\",\"decline_code\":\"insufficient_"
		"funds\","
		"\"message\":\"Your card has insufficient funds.\"}}",
		PROBLEM_PAYMENT_DECLINED, NULL },
	{ "error__authentication", 402,
		"{\"error\":{\"type\":\"card_error\",\"code\":\"authentication_required\",\"message\":\"m\"}}",
		PROBLEM_PAYMENT_ACTION_REQUIRED, NULL },
	{ "error__lock", 429, ERROR("\"code\":\"lock_timeout\",\"message\":\"locked\""), PROBLEM_STRIPE_BUSY, NULL },
	{ "error__in_use", 409, ERROR("\"code\":\"idempotency_key_in_use\",\"message\":\"m\""), PROBLEM_STRIPE_BUSY,
		NULL },
	{ "error__rate", 429, ERROR("\"code\":\"rate_limit\",\"message\":\"m\""), PROBLEM_STRIPE_RATE_LIMITED, NULL },
	{ "error__email", 400, ERROR("\"code\":\"email_invalid\",\"param\":\"email\",\"message\":\"m\""),
		PROBLEM_EMAIL_INVALID, NULL },
	{ "error__tax_location", 400, ERROR("\"code\":\"customer_tax_location_invalid\",\"message\":\"m\""),
		PROBLEM_BILLING_ADDRESS_INVALID, NULL },
	{ "error__unknown_parameter", 400, ERROR("\"code\":\"parameter_unknown\",\"param\":\"x\",\"message\":\"m\""),
		PROBLEM_STRIPE_REJECTED, NULL },
	{ "error__server", 500, "{\"error\":{\"type\":\"api_error\",\"message\":\"m\"}}", PROBLEM_STRIPE_SERVER_ERROR,
		NULL },
	{ "error__server_in_html", 502, "<html>Bad gateway</html>", PROBLEM_STRIPE_SERVER_ERROR, NULL },
	{ "error__html_with_200", 200, "<html>Log in to the hotel network</html>", PROBLEM_STRIPE_BAD_RESPONSE,
		"status 200" },
	{ "error__cut_off", 200, "{\"id\":\"cus_1\",", PROBLEM_STRIPE_BAD_RESPONSE, NULL },
	{ "error__a_list_with_200", 200, "[]", PROBLEM_STRIPE_BAD_RESPONSE, NULL },
	{ "error__redirect", 302, "{}", PROBLEM_STRIPE_BAD_RESPONSE, NULL },
};

static void error_row_test(void **state)
{
	const struct error_row *row = *state;
	struct transport_response r = { .status = row->status, .body = row->body, .length = strlen(row->body) };
	struct arena arena = { 0 };
	struct problem why;

	problem_init(&why, &arena);
	assert_null(answer_read(&r, false, &why));
	assert_code(&why, row->code);
	assert_int_equal(why.status, row->status);
	assert_false(why.outcome_unknown); /* it was a read */
	if (row->detail)
		assert_holds(why.detail, row->detail);
	assert_lacks(why.detail, "abc123");
	problem_clear(&why);
	arena_free(&arena);
}

/* What a scripted run of one request came to. */
struct told {
	struct script script;
	struct arena arena;
	struct problem why;
	json_t *body;
};

static void ask(struct told *t, const char *method, const char *idempotency)
{
	struct stripe_client client = { .transport = script_transport(&t->script),
		.clock = script_clock(&t->script),
		.api_key = "sk_test_suite",
		.max_retries = 2 };
	js_auto params = json_object();
	struct stripe_ask what = {
		.method = method, .path = "/v1/x", .params = params, .idempotency_key = idempotency
	};

	js_put_text(params, "a", "b c");
	problem_init(&t->why, &t->arena);
	t->body = stripe_call(&client, &what, &t->why);
}

static void told_clear(struct told *t)
{
	problem_clear(&t->why);
	arena_free(&t->arena);
	script_clear(&t->script);
}

static void call__post_sends_a_form_with_every_header(void **state)
{
	struct told t = { 0 };

	(void)state;
	script_reply(&t.script, (struct reply) { .method = "POST", .path = "/v1/x", .body = "{\"id\":\"x_1\"}" });
	ask(&t, "POST", "act_1");
	assert_string_equal(js_text(t.body, "id"), "x_1");
	assert_string_equal(t.script.log[0], "POST /v1/x a=b%20c act_1");
	assert_holds(t.script.headers, "Authorization: Bearer sk_test_suite\n");
	assert_holds(t.script.headers, "Stripe-Version: 2026-10-28.endive\n");
	assert_holds(t.script.headers, "Content-Type: application/x-www-form-urlencoded\n");
	assert_holds(t.script.headers, "Idempotency-Key: act_1\n");
	told_clear(&t);
}

static void call__get_and_delete_send_a_query(void **state)
{
	struct told t = { 0 };

	(void)state;
	script_reply(&t.script, (struct reply) { .method = "GET", .path = "/v1/x" });
	script_reply(&t.script, (struct reply) { .method = "DELETE", .path = "/v1/x" });
	ask(&t, "GET", NULL);
	assert_string_equal(t.script.log[0], "GET /v1/x a=b%20c");
	assert_lacks(t.script.headers, "Content-Type");
	assert_lacks(t.script.headers, "Idempotency-Key");
	ask(&t, "DELETE", "act_2");
	assert_string_equal(t.script.log[1], "DELETE /v1/x a=b%20c act_2");
	told_clear(&t);
}

static const struct retry_row {
	const char *name, *method;
	struct reply first; /* answers once or for ever; then 200 */
	size_t requests;
	enum problem_code code;
	bool unknown;			/* the outcome of the write */
	unsigned wait_least, wait_most; /* of the first pause, milliseconds; 0: no pause at all */
} retry_rows[] = {
	{ "retry__500_once", "POST", { .times = 1, .status = 500 }, 2, PROBLEM_NONE, false, 375, 500 },
	{ "retry__500_for_ever", "POST", { .status = 500 }, 3, PROBLEM_STRIPE_SERVER_ERROR, true, 375, 500 },
	{ "retry__500_for_ever_on_a_read", "GET", { .status = 500 }, 3, PROBLEM_STRIPE_SERVER_ERROR, false, 375, 500 },
	{ "retry__429_once", "POST", { .times = 1, .status = 429 }, 2, PROBLEM_NONE, false, 375, 500 },
	{ "retry__429_asks_for_a_pause", "POST", { .times = 1, .status = 429, .header = "Retry-After", .value = "7" },
		2, PROBLEM_NONE, false, 7000, 7000 },
	{ "retry__pause_too_long_is_ours", "POST",
		{ .times = 1, .status = 429, .header = "Retry-After", .value = "3600" }, 2, PROBLEM_NONE, false, 375,
		500 },
	{ "retry__pause_that_is_a_date_is_ours", "POST",
		{ .times = 1, .status = 429, .header = "Retry-After", .value = "Wed, 21 Oct 2026 07:28:00 GMT" }, 2,
		PROBLEM_NONE, false, 375, 500 },
	{ "retry__409_once", "POST", { .times = 1, .status = 409 }, 2, PROBLEM_NONE, false, 375, 500 },
	{ "retry__424_once", "POST", { .times = 1, .status = 424 }, 2, PROBLEM_NONE, false, 375, 500 },
	{ "retry__400_is_final", "POST", { .status = 400, .body = ERROR("\"message\":\"m\"") }, 1,
		PROBLEM_STRIPE_REJECTED, false, 0, 0 },
	{ "retry__402_is_final", "POST", { .status = 402, .body = ERROR("\"message\":\"m\"") }, 1,
		PROBLEM_PAYMENT_DECLINED, false, 0, 0 },
	{ "retry__stripe_says_no", "POST", { .status = 500, .header = "Stripe-Should-Retry", .value = "false" }, 1,
		PROBLEM_STRIPE_SERVER_ERROR, true, 0, 0 },
	{ "retry__stripe_says_yes", "POST",
		{ .times = 1,
			.status = 400,
			.body = ERROR("\"message\":\"m\""),
			.header = "Stripe-Should-Retry",
			.value = "true" },
		2, PROBLEM_NONE, false, 375, 500 },
	{ "retry__refused_connection", "POST", { .fate = FATE_NOT_SENT }, 3, PROBLEM_STRIPE_UNREACHABLE, false, 375,
		500 },
	{ "retry__timeout", "POST", { .fate = FATE_TIMEOUT }, 3, PROBLEM_STRIPE_TIMEOUT, true, 375, 500 },
	{ "retry__timeout_of_a_read", "GET", { .fate = FATE_TIMEOUT }, 3, PROBLEM_STRIPE_TIMEOUT, false, 375, 500 },
	{ "retry__lost_once", "POST", { .times = 1, .fate = FATE_LOST }, 2, PROBLEM_NONE, false, 375, 500 },
	{ "retry__lost_for_ever", "POST", { .fate = FATE_LOST }, 3, PROBLEM_STRIPE_BAD_RESPONSE, true, 375, 500 },
};

static void retry_row_test(void **state)
{
	const struct retry_row *row = *state;
	struct reply first = row->first;
	struct told t = { 0 };

	first.method = row->method;
	first.path = "/v1/x";
	script_reply(&t.script, first);
	script_reply(&t.script, (struct reply) { .method = row->method, .path = "/v1/x" });
	ask(&t, row->method, strcmp(row->method, "GET") ? "act_key" : NULL);
	assert_code(&t.why, row->code);
	assert_int_equal(t.script.n_log, row->requests);
	assert_int_equal(t.why.outcome_unknown, row->unknown);
	for (size_t i = 1; i < t.script.n_log; i++) /* the same bytes under the same key */
		assert_string_equal(t.script.log[i], t.script.log[0]);
	assert_int_equal(t.script.n_waits, row->requests - 1);
	if (row->wait_most)
		assert_in_range(t.script.waits[0], row->wait_least, row->wait_most);
	told_clear(&t);
}

static void retry__pauses_grow_to_a_ceiling(void **state)
{
	struct transport_response r = { .status = 500 };
	unsigned wait = 0;

	(void)state;
	for (unsigned tried = 1; tried <= 8; tried++) {
		unsigned full = 500U << (tried - 1);

		full = full > 8000 ? 8000 : full;
		assert_true(retry_wanted(FATE_ANSWERED, &r, tried, 8, "key", &wait));
		assert_in_range(wait, full - full / 4, full);
	}
	assert_false(retry_wanted(FATE_ANSWERED, &r, 9, 8, "key", &wait));
}

static void redact__cuts_every_secret(void **state)
{
	struct arena arena = { 0 };
	const char *out = answer_redact(
		&arena, "keys sk_live_AbC123, rk_test_xyz, whsec_q1w2; seti_1_secret_abc and sub_123 stay");

	(void)state;
	assert_string_equal(out, "keys sk_live_..., rk_test_..., whsec_...; seti_1_secret_... and sub_123 stay");
	arena_free(&arena);
}

static void pages__walk_to_the_end(void **state)
{
	struct script s = { 0 };
	struct stripe_client client = {
		.transport = script_transport(&s), .clock = script_clock(&s), .api_key = "sk_test_x"
	};
	js_auto params = json_object();
	struct pages pages = { .path = "/v1/l", .params = params, .most = 10 };
	struct arena arena = { 0 };
	struct problem why;
	size_t n = 0;

	(void)state;
	script_reply(&s, (struct reply) { .method = "GET",
				 .path = "/v1/l",
				 .times = 1,
				 .body = "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"has_more\":true}" });
	script_reply(&s,
		(struct reply) {
			.method = "GET", .path = "/v1/l", .body = "{\"data\":[{\"id\":\"c\"}],\"has_more\":false}" });
	problem_init(&why, &arena);
	while (pages_next(&pages, &client, &why))
		n++;
	assert_int_equal(n, 3);
	assert_false(pages.failed || pages.more);
	assert_string_equal(s.log[1], "GET /v1/l starting_after=b");
	script_clear(&s);
	arena_free(&arena);
}

static void pages__stop_at_the_ceiling_and_say_so(void **state)
{
	struct script s = { 0 };
	struct stripe_client client = {
		.transport = script_transport(&s), .clock = script_clock(&s), .api_key = "sk_test_x"
	};
	js_auto params = json_object();
	struct pages pages = { .path = "/v1/l", .params = params, .most = 2 };
	struct arena arena = { 0 };
	struct problem why;

	(void)state;
	script_reply(
		&s, (struct reply) { .method = "GET",
			    .path = "/v1/l",
			    .body = "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}],\"has_more\":false}" });
	problem_init(&why, &arena);
	assert_non_null(pages_next(&pages, &client, &why));
	assert_non_null(pages_next(&pages, &client, &why));
	assert_null(pages_next(&pages, &client, &why));
	assert_true(pages.more);
	script_clear(&s);
	arena_free(&arena);
}

/* A server that promises more and never gives any must not keep a chat waiting for ever. */
static void pages__refuse_an_empty_page_with_more(void **state)
{
	struct script s = { 0 };
	struct stripe_client client = {
		.transport = script_transport(&s), .clock = script_clock(&s), .api_key = "sk_test_x"
	};
	js_auto params = json_object();
	struct pages pages = { .path = "/v1/l", .params = params, .most = 2 };
	struct arena arena = { 0 };
	struct problem why;

	(void)state;
	script_reply(
		&s, (struct reply) { .method = "GET", .path = "/v1/l", .body = "{\"data\":[],\"has_more\":true}" });
	problem_init(&why, &arena);
	assert_null(pages_next(&pages, &client, &why));
	assert_true(pages.failed);
	assert_code(&why, PROBLEM_STRIPE_BAD_RESPONSE);
	problem_clear(&why);
	script_clear(&s);
	arena_free(&arena);
}

static void table__every_problem_is_described(void **state)
{
	(void)state;
	for (int code = PROBLEM_NONE + 1; code < PROBLEM_COUNT; code++) {
		const struct problem_row *row = problem_row((enum problem_code)code);

		assert_non_null(row->name);
		assert_true(*row->name && *row->public_name && *row->text && *row->hint);
		assert_lacks(row->text, "Stripe"); /* the customer deals with the merchant */
		for (int other = PROBLEM_NONE; other < code; other++)
			assert_string_not_equal(problem_row((enum problem_code)other)->name, row->name);
	}
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(call__post_sends_a_form_with_every_header),
		cmocka_unit_test(call__get_and_delete_send_a_query),
		cmocka_unit_test(retry__pauses_grow_to_a_ceiling),
		cmocka_unit_test(redact__cuts_every_secret),
		cmocka_unit_test(pages__walk_to_the_end),
		cmocka_unit_test(pages__stop_at_the_ceiling_and_say_so),
		cmocka_unit_test(pages__refuse_an_empty_page_with_more),
		cmocka_unit_test(table__every_problem_is_described),
	};
	struct CMUnitTest *encodes =
		tests_of_rows(encode_rows, COUNT_OF(encode_rows), sizeof(encode_rows[0]), encode_row_test);
	struct CMUnitTest *errors =
		tests_of_rows(error_rows, COUNT_OF(error_rows), sizeof(error_rows[0]), error_row_test);
	struct CMUnitTest *retries =
		tests_of_rows(retry_rows, COUNT_OF(retry_rows), sizeof(retry_rows[0]), retry_row_test);
	int failed = cmocka_run_group_tests_name("client", single, NULL, NULL);

	failed += _cmocka_run_group_tests("client_encode", encodes, COUNT_OF(encode_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("client_error", errors, COUNT_OF(error_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("client_retry", retries, COUNT_OF(retry_rows), NULL, NULL);
	free(encodes);
	free(errors);
	free(retries);
	return failed;
}
