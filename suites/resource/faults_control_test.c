/* SPDX-License-Identifier: MIT */
/* Faults over the control routes, and canned answers. */
#include "suites/resource/faults.h"

/* ---- canned answers ---- */

static void answer_next__answers_one_call(void **state)
{
	static const char *const headers[] = { "X-Tried: yes", "Request-Id: req_canned", "content-type: text/plain",
		NULL };
	struct house *h = *state;
	char *why = NULL;
	const struct answer *a;

	assert_true(ms_answer_next(h->ms,
			    &(struct ms_answer) { .method = "POST",
				    .route = "/v1/customers",
				    .status = 201,
				    .body = "{\"id\":\"cus_canned\"}",
				    .headers = headers },
			    &why) > 0);
	assert_same_int(customers(h), 0);
	a = create(h, NULL);
	assert_status(a, 201);
	assert_field(a, "id", "cus_canned");
	assert_string_equal(header_of(a, "X-Tried"), "yes");
	assert_string_equal(header_of(a, "Request-Id"), "req_canned");
	assert_string_equal(header_of(a, "Content-Type"), "text/plain");
	assert_status(create(h, NULL), 200);
	assert_same_int(customers(h), 1);
}

static void answer_next__counts_calls_and_takes_turns(void **state)
{
	struct house *h = *state;

	assert_true(ms_answer_next(h->ms, &(struct ms_answer) { .status = 503, .times = 2 }, NULL) > 0);
	assert_true(ms_answer_next(h->ms, &(struct ms_answer) { .body = "{}" }, NULL) > 0);
	assert_status(create(h, NULL), 503);
	assert_status(create(h, NULL), 503);
	assert_string_equal(create(h, NULL)->text, "{}");
	assert_field(create(h, NULL), "name", "Ada");
}

/* ---- the control room ---- */

static void control__adds_lists_and_removes(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", FAULTS, "kind=error&status=503&method=POST&times=2");
	int64_t number = field_int(a, "number");

	assert_status(create(h, NULL), 503);
	a = api_ok(h, "GET", FAULTS, NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_money(a, "data.0.number", number);
	assert_field(a, "data.0.kind", "error");
	assert_field(a, "data.0.method", "POST");
	assert_money(a, "data.0.status", 503);
	assert_money(a, "data.0.times", 2);
	assert_money(a, "data.0.matched", 1);
	assert_money(a, "data.0.struck", 1);
	assert_absent(a, "data.0.route");
	api_ok(h, "DELETE", text_of(h, FAULTS "/%d", (int)number), NULL);
	assert_status(create(h, NULL), 200);
	assert_status(api(h, "DELETE", text_of(h, FAULTS "/%d", (int)number), NULL), 404);
	a = api(h, "DELETE", FAULTS "/x", NULL);
	assert_status(a, 404);
	assert_field(a, "error.message", "There is no rule 'x'.");
}

static void control__takes_json(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	api_ok(h, "POST", FAULTS,
		"{\"kind\":\"error\",\"when\":\"after\",\"kept\":true,\"route\":\"/v1/"
		"customers\",\"body\":{\"error\":{\"type\":"
		"\"x\"}},\"nth\":1}");
	a = create(h, NULL);
	assert_status(a, 500);
	assert_string_equal(a->text, "{\"error\":{\"type\":\"x\"}}");
	assert_flag(api_ok(h, "GET", FAULTS, NULL), "data.0.kept", true);
	api_ok(h, "DELETE", FAULTS, NULL);
	assert_same_int(customers(h), 1);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", FAULTS, NULL), "data"), 0);
}

static void control__takes_canned_answers(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	api_ok(h, "POST", "/_mockstripe/answers",
		"{\"route\":\"/v1/"
		"customers\",\"status\":207,\"body\":{\"id\":\"cus_x\"},\"headers\":{\"Retry-After\":\"9\"}}");
	a = create(h, NULL);
	assert_status(a, 207);
	assert_field(a, "id", "cus_x");
	assert_string_equal(header_of(a, "Retry-After"), "9");
	assert_status(create(h, NULL), 200);
	api_ok(h, "POST", "/_mockstripe/answers", "{\"times\":2,\"headers\":[\"X-A: 1\",\"X-B: 2\"]}");
	a = create(h, NULL);
	assert_string_equal(header_of(a, "X-A"), "1");
	assert_string_equal(header_of(a, "X-B"), "2");
	assert_same_int((int64_t)a->length, 0);
	create(h, NULL);
	assert_same_int(customers(h), 1);
}

struct bad_order {
	const char *name, *path, *body, *message;
};

static const struct bad_order bad_orders[] = {
	{ "control__refuses_an_unknown_member", FAULTS, "kind=error&route_=x", "There is no `route_`." },
	{ "control__refuses_an_unknown_kind", FAULTS, "kind=flood", "there is no kind 'flood'" },
	{ "control__refuses_a_number_that_is_none", FAULTS, "kind=error&times=few",
		"`times` is not what it should be." },
	{ "control__refuses_a_negative_number", FAULTS, "kind=error&nth=-1", "`nth` is not what it should be." },
	{ "control__refuses_a_text_that_is_none", FAULTS, "{\"kind\":[]}", "`kind` is not what it should be." },
	{ "control__refuses_a_flag_that_is_none", FAULTS, "kind=error&kept=maybe", "`kept` is not what it should be." },
	{ "control__refuses_an_answer_with_a_kind", "/_mockstripe/answers", "kind=error", "There is no `kind`." },
	{ "control__refuses_headers_that_are_none", "/_mockstripe/answers", "{\"headers\":{\"A\":1}}",
		"`headers` is not what it should be." },
};

static void bad_order(void **state)
{
	const struct bad_order *row = *state;
	struct house *h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	const struct answer *a = api(h, "POST", row->path, row->body);

	assert_status(a, 400);
	if (!strstr(field(a, "error.message"), row->message))
		fail_msg("\"%s\" does not hold \"%s\"", field(a, "error.message"), row->message);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", FAULTS, NULL), "data"), 0);
	house_close(h);
}

static void control__never_strikes_itself(void **state)
{
	struct house *h = *state;

	fault(h, &(struct ms_fault) { .kind = "reset" });
	api_ok(h, "GET", "/_mockstripe/health", NULL);
	api_ok(h, "POST", "/_mockstripe/reset", NULL);
	assert_status(create(h, NULL), 200);
}

#define PLAIN(test) cmocka_unit_test_setup_teardown(test, house_setup, house_teardown)
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static const struct CMUnitTest plain[] = {
	PLAIN(answer_next__answers_one_call),
	PLAIN(answer_next__counts_calls_and_takes_turns),
	PLAIN(control__adds_lists_and_removes),
	PLAIN(control__takes_json),
	PLAIN(control__takes_canned_answers),
	PLAIN(control__never_strikes_itself),
};

int main(void)
{
	struct CMUnitTest tests[COUNT(plain) + COUNT(bad_orders)];
	size_t n = COUNT(plain);

	memcpy(tests, plain, sizeof plain);
	for (size_t i = 0; i < COUNT(bad_orders); i++)
		tests[n++] = (struct CMUnitTest) { .name = bad_orders[i].name,
			.test_func = bad_order,
			.initial_state = (void *)(uintptr_t)&bad_orders[i] };
	return cmocka_run_group_tests_name("faults by control routes and canned answers", tests, NULL, NULL);
}
