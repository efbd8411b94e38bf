/* SPDX-License-Identifier: MIT */
/* Faults: what each kind does to a call, and which calls a rule strikes. */
#include "suites/resource/faults.h"

static int64_t events(struct house *h)
{
	return (int64_t)field_count(api_ok(h, "GET", "/v1/events?limit=100", NULL), "data");
}

/* ---- kinds ---- */

static void error__is_a_500_before_the_call_is_done(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	fault(h, &(struct ms_fault) { .kind = "error", .method = "POST", .times = 1 });
	a = create(h, "k1");
	assert_status(a, 500);
	assert_field(a, "error.type", "api_error");
	assert_field(a, "error.message", "An unexpected error was asked for by a fault of this simulator.");
	assert_absent(a, "error.code");
	assert_same_int(a->response.wire, MS_WIRE_WHOLE);
	assert_same_int(customers(h), 0);
	/* Nothing was kept under the key: the same request is done now. */
	a = create(h, "k1");
	assert_status(a, 200);
	assert_null(header_of(a, "Idempotent-Replayed"));
	assert_same_int(customers(h), 1);
	assert_same_int(events(h), 1);
}

static void error__says_what_it_is_told_to(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	fault(h, &(struct ms_fault) { .kind = "error",
			 .status = 402,
			 .code = "card_declined",
			 .message = "Your card was declined.",
			 .should_retry = "false",
			 .retry_after = 7 });
	a = create(h, NULL);
	assert_error(a, 402, "card_declined", NULL, "Your card was declined.");
	assert_field(a, "error.type", "card_error");
	assert_string_equal(header_of(a, "Stripe-Should-Retry"), "false");
	assert_string_equal(header_of(a, "Retry-After"), "7");
	assert_non_null(header_of(a, "Request-Id"));
}

static void error_with_a_body__answers_that(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	fault(h, &(struct ms_fault) { .kind = "error", .status = 503, .body = "{\"error\":{\"type\":\"api_error\"}}" });
	a = create(h, NULL);
	assert_status(a, 503);
	assert_string_equal(a->text, "{\"error\":{\"type\":\"api_error\"}}");
}

static void error_after__loses_the_answer_of_a_call_that_is_done(void **state)
{
	struct house *h = *state;
	const struct answer *lost, *again;

	fault(h, &(struct ms_fault) { .kind = "error", .when = "after", .method = "POST", .times = 1 });
	lost = create(h, "k1");
	assert_status(lost, 500);
	assert_same_int(customers(h), 1);
	/* The key holds the true answer. */
	again = create(h, "k1");
	assert_status(again, 200);
	assert_string_equal(header_of(again, "Idempotent-Replayed"), "true");
	assert_string_equal(header_of(again, "Original-Request"), header_of(lost, "Request-Id"));
	assert_field(again, "name", "Ada");
	assert_same_int(customers(h), 1);
	assert_same_int(events(h), 1);
}

static void error_kept__is_the_keys_answer_from_then_on(void **state)
{
	struct house *h = *state;
	const struct answer *lost, *again;

	fault(h, &(struct ms_fault) { .kind = "error", .when = "after", .method = "POST", .times = 1, .kept = true });
	lost = create(h, "k1");
	again = create(h, "k1");
	assert_status(lost, 500);
	assert_status(again, 500);
	assert_string_equal(header_of(again, "Idempotent-Replayed"), "true");
	assert_string_equal(again->text, lost->text);
	assert_same_int(customers(h), 1);
}

static void rate_limit__is_429_with_its_reason(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	fault(h, &(struct ms_fault) { .kind = "rate_limit", .times = 1 });
	a = create(h, NULL);
	assert_error(a, 429, "rate_limit", NULL, "Request rate limit exceeded.");
	assert_field(a, "error.type", "invalid_request_error");
	assert_string_equal(header_of(a, "Stripe-Rate-Limited-Reason"), "global-rate");
	assert_null(header_of(a, "Retry-After"));
	assert_null(header_of(a, "Stripe-Should-Retry"));
	fault(h, &(struct ms_fault) { .kind = "rate_limit", .times = 1, .retry_after = 3 });
	a = create(h, NULL);
	assert_string_equal(header_of(a, "Retry-After"), "3");
	assert_same_int(customers(h), 0);
}

static void lock__asks_to_be_tried_again(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	fault(h, &(struct ms_fault) { .kind = "lock", .times = 1 });
	a = create(h, NULL);
	assert_error(
		a, 429, "lock_timeout", NULL, "This object cannot be accessed right now because another API request");
	assert_string_equal(header_of(a, "Stripe-Should-Retry"), "true");
	assert_null(header_of(a, "Stripe-Rate-Limited-Reason"));
	assert_same_int(customers(h), 0);
}

static void delay__is_told_and_the_answer_is_whole(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	fault(h, &(struct ms_fault) { .kind = "delay", .delay = 1500 });
	a = create(h, NULL);
	assert_status(a, 200);
	assert_same_int(a->response.delay, 1500);
	assert_same_int(a->response.wire, MS_WIRE_WHOLE);
	assert_field(a, "name", "Ada");
}

static void every_kind__may_be_delayed(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	fault(h, &(struct ms_fault) { .kind = "rate_limit", .delay = 20 });
	a = create(h, NULL);
	assert_status(a, 429);
	assert_same_int(a->response.delay, 20);
}

static void cut__leaves_a_part_of_the_body(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	fault(h, &(struct ms_fault) { .kind = "cut", .cut = 10, .method = "POST" });
	a = create(h, NULL);
	assert_status(a, 200);
	assert_same_int(a->response.wire, MS_WIRE_CUT);
	assert_same_int((int64_t)a->length, 10);
	assert_string_equal(a->text, "{\n  \"id\": ");
	assert_null(a->json);
	assert_same_int(customers(h), 1);
}

static void cut_behind_the_end__leaves_all_of_it(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	fault(h, &(struct ms_fault) { .kind = "cut", .cut = 1000000, .method = "POST" });
	a = create(h, NULL);
	assert_same_int(a->response.wire, MS_WIRE_CUT);
	assert_field(a, "name", "Ada");
}

static void garbage__is_a_page_with_a_good_status(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	fault(h, &(struct ms_fault) { .kind = "garbage", .times = 1 });
	a = create(h, NULL);
	assert_status(a, 200);
	assert_string_equal(header_of(a, "Content-Type"), "text/html");
	assert_non_null(strstr(a->text, "<html>"));
	assert_same_int(customers(h), 1);
	fault(h, &(struct ms_fault) {
			 .kind = "garbage", .when = "before", .status = 502, .body = "Bad Gateway", .times = 1 });
	a = create(h, NULL);
	assert_status(a, 502);
	assert_string_equal(a->text, "Bad Gateway");
	assert_same_int(customers(h), 1);
}

/* No answer at all: the door says how it is missing. */
struct gone {
	const char *name, *kind, *when;
	enum ms_wire wire;
	int64_t done;
};

static const struct gone gone[] = {
	{ "reset__comes_after_the_call_is_done", "reset", NULL, MS_WIRE_RESET, 1 },
	{ "reset_on_the_wire__is_the_same", "reset", "wire", MS_WIRE_RESET, 1 },
	{ "reset_before__leaves_it_undone", "reset", "before", MS_WIRE_RESET, 0 },
	{ "empty__comes_after_the_call_is_done", "empty", NULL, MS_WIRE_EMPTY, 1 },
	{ "empty_before__leaves_it_undone", "empty", "before", MS_WIRE_EMPTY, 0 },
	{ "stall__comes_after_the_call_is_done", "stall", NULL, MS_WIRE_STALL, 1 },
	{ "stall_before__leaves_it_undone", "stall", "before", MS_WIRE_STALL, 0 },
};

static void no_answer(void **state)
{
	const struct gone *row = *state;
	struct house *h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	const struct answer *a;

	fault(h, &(struct ms_fault) { .kind = row->kind, .when = row->when, .method = "POST", .times = 1 });
	a = create(h, "k1");
	assert_status(a, 0);
	assert_same_int(a->response.wire, row->wire);
	assert_same_int((int64_t)a->length, 0);
	assert_null(a->headers[0]);
	assert_same_int(customers(h), row->done);
	a = create(h, "k1");
	assert_status(a, 200);
	assert_same_int(header_of(a, "Idempotent-Replayed") != NULL, row->done);
	assert_same_int(customers(h), 1);
	assert_same_int(events(h), 1);
	house_close(h);
}

/* ---- whom ---- */

struct match {
	const char *name;
	struct ms_fault rule;
	const char *method, *path, *body;
	bool struck;
};

static const struct match matches[] = {
	{ "any_call__is_struck_without_a_match", { 0 }, "GET", "/v1/customers", NULL, true },
	{ "method__has_to_be_the_same", { .method = "POST" }, "GET", "/v1/customers", NULL, false },
	{ "pattern__fits_its_own_route", { .route = "/v1/customers/{customer}" }, "GET", "/v1/customers/cus_1", NULL,
		true },
	{ "pattern__fits_whatever_the_place_is_called", { .route = "/v1/customers/{x}" }, "GET", "/v1/customers/cus_1",
		NULL, true },
	{ "pattern__is_not_a_prefix", { .route = "/v1/customers/{x}" }, "GET", "/v1/customers/cus_1/tax_ids", NULL,
		false },
	{ "pattern__does_not_fit_a_literal_route", { .route = "/v1/customers/{x}" }, "GET",
		"/v1/customers/search?query=name:'a'", NULL, false },
	{ "collection__is_not_its_members", { .route = "/v1/customers" }, "GET", "/v1/customers/cus_1", NULL, false },
	{ "id__fits_itself", { .route = "/v1/customers/cus_1" }, "GET", "/v1/customers/cus_1?expand[]=x", NULL, true },
	{ "id__fits_no_other", { .route = "/v1/customers/cus_1" }, "GET", "/v1/customers/cus_12", NULL, false },
	{ "star__fits_one_segment", { .route = "/v1/*/cus_1" }, "GET", "/v1/customers/cus_1", NULL, true },
	{ "star__fits_not_two", { .route = "/v1/customers/*" }, "GET", "/v1/customers/cus_1/tax_ids", NULL, false },
	{ "two_stars__fit_all_below", { .route = "/v1/customers/**" }, "GET", "/v1/customers/cus_1/tax_ids/txi_1", NULL,
		true },
	{ "two_stars__fit_not_the_thing_itself", { .route = "/v1/customers/**" }, "GET", "/v1/customers", NULL, false },
	{ "parameter__has_to_have_the_value", { .param = "name=Ada" }, "POST", "/v1/customers", "name=Ada", true },
	{ "parameter__with_another_value_does_not_fit", { .param = "name=Ada" }, "POST", "/v1/customers", "name=Ad",
		false },
	{ "parameter__alone_has_to_be_given", { .param = "name" }, "POST", "/v1/customers", "email=a@b.co", false },
	{ "parameter__alone_takes_any_value", { .param = "name" }, "POST", "/v1/customers", "name=", true },
	{ "parameter__may_be_nested", { .param = "items[0][price]=price_x" }, "POST", "/v1/subscriptions",
		"customer=cus_1&items[0][price]=price_x", true },
	{ "parameter__in_another_place_does_not_fit", { .param = "items[1][price]=price_x" }, "POST",
		"/v1/subscriptions", "customer=cus_1&items[0][price]=price_x", false },
	{ "parameter__may_stand_in_the_query", { .param = "limit=3" }, "GET", "/v1/customers?limit=3", NULL, true },
	{ "account__has_to_be_the_same", { .account = "acct_other" }, "GET", "/v1/customers", NULL, false },
	{ "default_account__has_a_name", { .account = "acct_1MockstripeTest1" }, "GET", "/v1/customers", NULL, true },
	{ "HEAD__is_a_GET", { .method = "GET" }, "HEAD", "/v1/customers", NULL, true },
};

static void matching(void **state)
{
	const struct match *row = *state;
	struct house *h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	struct ms_fault rule = row->rule;
	unsigned number;

	rule.kind = "error";
	rule.status = 418;
	number = fault(h, &rule);
	assert_same_int(api(h, row->method, row->path, row->body)->status == 418, row->struck);
	assert_same_int(ms_fault_count(h->ms, number), row->struck);
	house_close(h);
}

static void nth_and_times__count_the_matching_calls(void **state)
{
	static const int wanted[] = { 200, 200, 500, 500, 200 };
	struct house *h = *state;
	unsigned number = fault(h, &(struct ms_fault) { .kind = "error", .method = "POST", .nth = 3, .times = 2 });

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		assert_status(create(h, NULL), wanted[i]);
		api_ok(h, "GET", "/v1/customers", NULL);
	}
	assert_same_int(ms_fault_count(h->ms, number), 2);
	assert_same_int(customers(h), 3);
}

/* Bit i is set when call i was struck. */
static uint64_t struck_of(uint64_t seed)
{
	struct house *h = house_open(&(struct ms_options) { .no_socket = true, .seed = seed, .now = HOUSE_NOW });
	uint64_t bits = 0;

	fault(h, &(struct ms_fault) { .kind = "error", .percent = 30 });
	for (unsigned i = 0; i < 64; i++)
		bits |= (uint64_t)(api(h, "GET", "/v1/customers", NULL)->status == 500) << i;
	house_close(h);
	return bits;
}

static void percent__is_the_same_for_the_same_seed(void **state)
{
	uint64_t bits = struck_of(5);

	(void)state;
	assert_true(bits == struck_of(5));
	assert_true(bits != struck_of(6));
	assert_in_range(__builtin_popcountll(bits), 10, 30);
}

static void first_rule_that_strikes__is_the_only_one(void **state)
{
	struct house *h = *state;
	unsigned one = fault(h, &(struct ms_fault) { .kind = "error", .status = 501, .times = 1 });
	unsigned two = fault(h, &(struct ms_fault) { .kind = "error", .status = 502, .times = 1 });

	assert_status(create(h, NULL), 501);
	assert_same_int(ms_fault_count(h->ms, two), 0);
	assert_status(create(h, NULL), 502);
	assert_status(create(h, NULL), 200);
	assert_same_int(ms_fault_count(h->ms, one), 1);
	assert_same_int(ms_fault_count(h->ms, 99), -1);
}

static void two_simulators__have_faults_of_their_own(void **state)
{
	struct house *h = *state;
	struct house *other = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });

	fault(h, &(struct ms_fault) { .kind = "error" });
	assert_status(create(other, NULL), 200);
	assert_status(create(h, NULL), 500);
	house_close(other);
}

static void refused_calls__are_struck_before_they_are_refused(void **state)
{
	struct house *h = *state;

	fault(h, &(struct ms_fault) { .kind = "rate_limit", .times = 1 });
	assert_status(api(h, "GET", "/v1/customers/cus_nobody", NULL), 429);
	assert_status(api(h, "GET", "/v1/customers/cus_nobody", NULL), 404);
}

static void unauthenticated_calls__are_not_struck(void **state)
{
	struct house *h = *state;

	fault(h, &(struct ms_fault) { .kind = "error" });
	h->key = "no key";
	assert_status(create(h, NULL), 401);
}

/* ---- clearing ---- */

static void clear__ends_all_of_them(void **state)
{
	struct house *h = *state;
	unsigned number = fault(h, &(struct ms_fault) { .kind = "error" });

	ms_faults_clear(h->ms);
	assert_status(create(h, NULL), 200);
	assert_same_int(ms_fault_count(h->ms, number), -1);
}

static void reset__ends_all_of_them_too(void **state)
{
	struct house *h = *state;

	fault(h, &(struct ms_fault) { .kind = "error" });
	assert_same_int(ms_reset(h->ms, NULL), 0);
	assert_status(create(h, NULL), 200);
}

static void reset_of_an_account__ends_those_that_name_it(void **state)
{
	struct house *h = *state;

	fault(h, &(struct ms_fault) { .kind = "error", .account = "acct_1MockstripeTest1", .times = 5 });
	fault(h, &(struct ms_fault) { .kind = "error", .status = 503, .times = 1 });
	assert_status(create(h, NULL), 500);
	assert_same_int(ms_reset(h->ms, "acct_1MockstripeTest1"), 0);
	assert_status(create(h, NULL), 503);
	assert_status(create(h, NULL), 200);
}

/* ---- the log ---- */

struct seen {
	unsigned fault[8];
	char stage[8][16];
	size_t count;
};

static void see(void *arg, const struct ms_exchange *e)
{
	struct seen *s = arg;

	assert_true(s->count < 8);
	s->fault[s->count] = e->fault;
	snprintf(s->stage[s->count++], sizeof s->stage[0], "%s", e->stage);
}

static void log__names_the_rule_and_where_the_call_ended(void **state)
{
	struct house *h = *state;
	struct seen s = { .count = 0 };
	unsigned before = fault(h, &(struct ms_fault) { .kind = "error", .times = 1 });
	unsigned after = fault(h, &(struct ms_fault) { .kind = "reset", .times = 1 });

	for (int i = 0; i < 3; i++)
		create(h, NULL);
	ms_each_request(h->ms, NULL, see, &s);
	assert_same_int((int64_t)s.count, 3);
	assert_same_int(s.fault[0], before);
	assert_string_equal(s.stage[0], "fault");
	assert_same_int(s.fault[1], after);
	assert_string_equal(s.stage[1], "answer");
	assert_same_int(s.fault[2], 0);
}

/* ---- what makes no sense ---- */

struct refused {
	const char *name;
	struct ms_fault rule;
	const char *why;
};

static const struct refused refusals[] = {
	{ "kind__has_to_be_known", { .kind = "earthquake" },
		"there is no kind 'earthquake'; the kinds are error, rate_limit" },
	{ "kind__has_to_be_given", { 0 }, "there is no kind ''" },
	{ "when__has_to_be_known", { .kind = "error", .when = "never" },
		"`when` is \"before\", \"after\" or \"wire\", not 'never'" },
	{ "rate_limit__is_never_after", { .kind = "rate_limit", .when = "after" },
		"the kind 'rate_limit' strikes only before the call is done" },
	{ "cut__is_never_before", { .kind = "cut", .when = "before" },
		"the kind 'cut' strikes only after the call is done" },
	{ "error__is_not_of_the_wire", { .kind = "error", .when = "wire" },
		"the kind 'error' is an answer of the API, not of the wire" },
	{ "method__has_to_be_one", { .kind = "error", .method = "FETCH" },
		"the method is GET, POST or DELETE, not 'FETCH'" },
	{ "route__has_to_exist", { .kind = "error", .route = "/v1/custmers" },
		"no route of the API fits '/v1/custmers'" },
	{ "route__has_to_take_the_method", { .kind = "error", .route = "/v1/events", .method = "POST" },
		"no POST route of the API fits '/v1/events'" },
	{ "parameter__has_to_have_a_name", { .kind = "error", .param = "=x" }, "the parameter is \"name=value\"" },
	{ "percent__ends_at_100", { .kind = "error", .percent = 101 }, "percent goes from 1 to 100" },
	{ "status__is_a_status", { .kind = "error", .status = 99 }, "the status goes from 200 to 599" },
	{ "should_retry__is_true_or_false", { .kind = "error", .should_retry = "maybe" }, "should_retry is" },
	{ "member__has_to_mean_something", { .kind = "reset", .status = 500 },
		"the kind 'reset' has no use for `status`" },
	{ "kept__is_for_errors_after", { .kind = "error", .kept = true },
		"only an error after the call is done can be kept" },
	{ "delay__has_to_be_said", { .kind = "delay" }, "the kind 'delay' needs `delay`" },
	{ "delay__is_bounded", { .kind = "delay", .delay = 600001 }, "at most 600000 milliseconds" },
};

static void refusing(void **state)
{
	const struct refused *row = *state;
	struct house *h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	char *why = NULL;

	assert_same_int(ms_fault(h->ms, &row->rule, &why), 0);
	assert_non_null(why);
	if (!strstr(why, row->why))
		fail_msg("\"%s\" does not hold \"%s\"", why, row->why);
	free(why);
	assert_same_int(ms_fault(h->ms, &row->rule, NULL), 0);
	assert_status(create(h, NULL), 200);
	house_close(h);
}

static void canned_header__has_to_be_one(void **state)
{
	static const char *const headers[] = { "no colon", NULL };
	struct house *h = *state;
	char *why = NULL;

	assert_same_int(ms_answer_next(h->ms, &(struct ms_answer) { .headers = headers }, &why), 0);
	assert_non_null(strstr(why, "a header is \"Name: value\""));
	free(why);
}

static void rules__are_bounded_and_used_up_ones_make_room(void **state)
{
	struct house *h = *state;
	char *why = NULL;

	fault(h, &(struct ms_fault) { .kind = "error", .times = 1 });
	assert_status(create(h, NULL), 500);
	for (int i = 0; i < 1000; i++)
		fault(h, &(struct ms_fault) { .kind = "error", .method = "DELETE" });
	assert_same_int(ms_fault(h->ms, &(struct ms_fault) { .kind = "error" }, &why), 0);
	assert_string_equal(why, "there are 1000 rules already; clear some");
	free(why);
}

#define PLAIN(test) cmocka_unit_test_setup_teardown(test, house_setup, house_teardown)
static const struct CMUnitTest plain[] = {
	PLAIN(error__is_a_500_before_the_call_is_done),
	PLAIN(error__says_what_it_is_told_to),
	PLAIN(error_with_a_body__answers_that),
	PLAIN(error_after__loses_the_answer_of_a_call_that_is_done),
	PLAIN(error_kept__is_the_keys_answer_from_then_on),
	PLAIN(rate_limit__is_429_with_its_reason),
	PLAIN(lock__asks_to_be_tried_again),
	PLAIN(delay__is_told_and_the_answer_is_whole),
	PLAIN(every_kind__may_be_delayed),
	PLAIN(cut__leaves_a_part_of_the_body),
	PLAIN(cut_behind_the_end__leaves_all_of_it),
	PLAIN(garbage__is_a_page_with_a_good_status),
	PLAIN(nth_and_times__count_the_matching_calls),
	cmocka_unit_test(percent__is_the_same_for_the_same_seed),
	PLAIN(first_rule_that_strikes__is_the_only_one),
	PLAIN(two_simulators__have_faults_of_their_own),
	PLAIN(refused_calls__are_struck_before_they_are_refused),
	PLAIN(unauthenticated_calls__are_not_struck),
	PLAIN(clear__ends_all_of_them),
	PLAIN(reset__ends_all_of_them_too),
	PLAIN(reset_of_an_account__ends_those_that_name_it),
	PLAIN(log__names_the_rule_and_where_the_call_ended),
	PLAIN(canned_header__has_to_be_one),
	PLAIN(rules__are_bounded_and_used_up_ones_make_room),
};

int main(void)
{
	struct CMUnitTest tests[COUNT(plain) + COUNT(gone) + COUNT(matches) + COUNT(refusals)];
	size_t n = COUNT(plain);

	memcpy(tests, plain, sizeof plain);
	n = ADD_ROWS(n, gone, no_answer);
	n = ADD_ROWS(n, matches, matching);
	n = ADD_ROWS(n, refusals, refusing);
	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
