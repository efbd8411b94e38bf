/* SPDX-License-Identifier: MIT */
/* The routes under /_mockstripe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "suites/support/api.h"

static const char *const json[] = { "Content-Type: application/json", NULL };

static const char *id_of(struct house *h, const char *name)
{
	return field(api_ok(h, "POST", "/v1/customers", text_of(h, "name=%s", name)), "id");
}

static size_t count(struct house *h)
{
	return field_count(api_ok(h, "GET", "/v1/customers?limit=100", NULL), "data");
}

/* What is wrong, with a word of it, and what to do instead. */
static void assert_refused(const struct answer *a, int status, const char *part)
{
	assert_status(a, status);
	assert_field(a, "error.type", "mockstripe_error");
	if (!strstr(field(a, "error.message"), part))
		fail_msg("\"%s\" does not hold \"%s\"", field(a, "error.message"), part);
	assert_true(strlen(field(a, "error.remedy")) > 10);
}

static void index__lists_every_route(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "GET", "/_mockstripe", NULL);
	size_t n = field_count(a, "routes");

	assert_true(n >= 13);
	for (size_t i = 0; i < n; i++) {
		const char *path = field(a, text_of(h, "routes.%zu.path", i));

		assert_memory_equal(path, "/_mockstripe", strlen("/_mockstripe"));
		assert_true(strlen(field(a, text_of(h, "routes.%zu.description", i))) > 10);
		/* Each is there: it takes no method that does not exist. */
		if (!strchr(path, '{'))
			assert_refused(api(h, "BREW", path, NULL), 405, field(a, text_of(h, "routes.%zu.method", i)));
	}
	assert_string_equal(api_ok(h, "GET", "/_mockstripe/", NULL)->text, a->text);
}

static void control__needs_no_key(void **state)
{
	struct house *h = *state;

	h->key = NULL;
	assert_field(api_ok(h, "GET", "/_mockstripe/health", NULL), "status", "ok");
}

static void control__is_not_logged(void **state)
{
	struct house *h = *state;

	api_ok(h, "GET", "/_mockstripe/health", NULL);
	assert_int_equal(field_count(api_ok(h, "GET", "/_mockstripe/requests", NULL), "data"), 0);
}

static void unknown_path__is_404(void **state)
{
	struct house *h = *state;

	assert_refused(api(h, "GET", "/_mockstripe/nonsense", NULL), 404, "/_mockstripe/nonsense");
	assert_refused(api(h, "GET", "/_mockstripe/peek/", NULL), 404, "peek");
	/* Another name that only starts alike is Stripe's. */
	assert_field(api(h, "GET", "/_mockstripes", NULL), "error.type", "invalid_request_error");
}

static void wrong_method__says_which_are_right(void **state)
{
	struct house *h = *state;

	assert_refused(api(h, "PUT", "/_mockstripe/clock", NULL), 405, "GET, POST");
	assert_refused(api(h, "GET", "/_mockstripe/reset", NULL), 405, "POST");
}

static void malformed_arguments__are_refused(void **state)
{
	struct house *h = *state;

	assert_refused(api_with(h, "POST", "/_mockstripe/clock", "{", json), 400, "not a JSON object");
	assert_refused(api_with(h, "POST", "/_mockstripe/clock", "[1]", json), 400, "not a JSON object");
	assert_refused(api_with(h, "POST", "/_mockstripe/clock", "{\"account\": 5}", json), 400, "`account`");
	assert_refused(api(h, "POST", "/_mockstripe/clock", "account="), 400, "`account`");
	assert_refused(api(h, "GET", "/_mockstripe/clock?a=%zz", NULL), 400, "query");
	assert_refused(api(h, "GET", "/_mockstripe/requests?limit=many", NULL), 400, "`limit`");
	assert_refused(api(h, "GET", "/_mockstripe/events?limit=0", NULL), 400, "`limit`");
}

static void unknown_account__is_404(void **state)
{
	static const struct {
		const char *method, *path;
	} calls[] = {
		{ "POST", "/_mockstripe/reset?account=acct_nobody" },
		{ "GET", "/_mockstripe/snapshot?account=acct_nobody" },
		{ "GET", "/_mockstripe/clock?account=acct_nobody" },
		{ "POST", "/_mockstripe/clock?advance=1&account=acct_nobody" },
		{ "GET", "/_mockstripe/events?account=acct_nobody" },
		{ "POST", "/_mockstripe/mark?account=acct_nobody" },
		{ "GET", "/_mockstripe/peek/cus_x?account=acct_nobody" },
	};
	struct house *h = *state;

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		assert_refused(api(h, calls[i].method, calls[i].path, NULL), 404, "acct_nobody");
	assert_null(strstr(api_ok(h, "GET", "/_mockstripe/health", NULL)->text, "acct_nobody"));
}

static void health__names_the_accounts(void **state)
{
	struct house *h = *state;

	ms_key(h->ms, "acct_control");
	assert_non_null(strstr(api_ok(h, "GET", "/_mockstripe/health", NULL)->text, "\"acct_control\""));
}

static void reset__empties_one_account_or_all(void **state)
{
	struct house *h = *state;
	const char *own = h->key, *other = ms_key(h->ms, "acct_control");

	id_of(h, "Ada");
	h->key = other;
	id_of(h, "Grace");
	api_ok(h, "POST", "/_mockstripe/reset", "account=acct_control");
	assert_int_equal(count(h), 0);
	h->key = own;
	assert_int_equal(count(h), 1);
	api_ok(h, "POST", "/_mockstripe/reset", NULL);
	assert_int_equal(count(h), 0);
}

/* ---- the clock ---- */

static void clock__moves_by_and_to(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "GET", "/_mockstripe/clock", NULL);

	assert_money(a, "now", HOUSE_NOW);
	assert_field(a, "mode", "frozen");
	assert_money(api_ok(h, "POST", "/_mockstripe/clock", "advance=60"), "now", HOUSE_NOW + 60);
	assert_money(api_ok(h, "POST", "/_mockstripe/clock", text_of(h, "now=%lld", (long long)HOUSE_NOW + 100)), "now",
		HOUSE_NOW + 100);
	a = api_with(h, "POST", "/_mockstripe/clock", "{\"advance\": 5}", json);
	assert_money(a, "now", HOUSE_NOW + 105);
	/* curl -d sends JSON as a form; a brace tells it apart. */
	assert_money(api_ok(h, "POST", "/_mockstripe/clock", " {\"advance\": 5}"), "now", HOUSE_NOW + 110);
	assert_same_int(ms_now(h->ms, NULL), HOUSE_NOW + 110);
}

static void clock__refuses_to_go_back(void **state)
{
	struct house *h = *state;

	assert_refused(api(h, "POST", "/_mockstripe/clock", "now=1000"), 400, "cannot move to 1000");
	assert_refused(api(h, "POST", "/_mockstripe/clock", "advance=-1"), 400, "cannot move by -1");
	assert_refused(api(h, "POST", "/_mockstripe/clock", "advance=9223372036854775807"), 400, "cannot move by");
	assert_refused(api(h, "POST", "/_mockstripe/clock", "now=9223372036854775807"), 400, "cannot move to");
	assert_same_int(ms_now(h->ms, NULL), HOUSE_NOW);
}

static void clock__wants_one_whole_number(void **state)
{
	static const char *const bodies[] = { NULL, "advance=soon", "advance=1.5", "advance=1&now=2",
		"advance=", "advance=5x", "advance=99999999999999999999", "advance=+%205" };
	struct house *h = *state;

	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		assert_refused(api(h, "POST", "/_mockstripe/clock", bodies[i]), 400, "How far");
	assert_refused(api_with(h, "POST", "/_mockstripe/clock", "{\"advance\": 1.5}", json), 400, "How far");
	assert_same_int(ms_now(h->ms, NULL), HOUSE_NOW);
}

static void clock__of_the_machine_says_so(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .no_socket = true });

	(void)state;
	assert_field(api_ok(h, "GET", "/_mockstripe/clock", NULL), "mode", "wall");
	house_close(h);
}

/* ---- marks ---- */

static void mark__can_be_rewound_to_often(void **state)
{
	struct house *h = *state;
	const char *body;

	id_of(h, "Ada");
	body = text_of(h, "mark=%s", field(api_ok(h, "POST", "/_mockstripe/mark", NULL), "mark"));
	for (int i = 0; i < 3; i++) {
		id_of(h, "Grace");
		assert_int_equal(count(h), 2);
		api_ok(h, "POST", "/_mockstripe/rewind", body);
		assert_int_equal(count(h), 1);
	}
	api_ok(h, "DELETE", text_of(h, "/_mockstripe/mark?%s", body), NULL);
	assert_refused(api(h, "POST", "/_mockstripe/rewind", body), 404, "There is no mark");
	assert_refused(api(h, "DELETE", "/_mockstripe/mark", body), 404, "There is no mark");
	assert_refused(api(h, "POST", "/_mockstripe/rewind", NULL), 400, "No mark is named");
}

static void marks__are_of_their_account(void **state)
{
	struct house *h = *state;
	const char *own = h->key, *mark;

	h->key = ms_key(h->ms, "acct_control");
	mark = field(api_ok(h, "POST", "/_mockstripe/mark", "account=acct_control"), "mark");
	id_of(h, "Grace");
	h->key = own;
	id_of(h, "Ada");
	api_ok(h, "POST", "/_mockstripe/rewind", text_of(h, "mark=%s", mark));
	assert_int_equal(count(h), 1);
	h->key = ms_key(h->ms, "acct_control");
	assert_int_equal(count(h), 0);
}

/* ---- looking ---- */

static void requests__tell_what_was_asked_and_answered(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	id_of(h, "Ada");
	api(h, "GET", "/v1/customers/cus_nobody", NULL);
	a = api_ok(h, "GET", "/_mockstripe/requests", NULL);
	assert_int_equal(field_count(a, "data"), 2);
	assert_money(a, "data.0.number", 1);
	assert_field(a, "data.0.method", "POST");
	assert_field(a, "data.0.request_body", "name=Ada");
	assert_money(a, "data.0.status", 200);
	assert_non_null(strstr(field(a, "data.0.response_body"), "\"name\": \"Ada\""));
	assert_field(a, "data.1.path", "/v1/customers/cus_nobody");
	assert_money(a, "data.1.status", 404);
	assert_field(a, "data.1.stage", "handle");
	assert_field(a, "data.1.request_body", NULL);
	assert_null(strstr(a->text, h->key));
	a = api_ok(h, "GET", "/_mockstripe/requests?limit=1", NULL);
	assert_int_equal(field_count(a, "data"), 1);
	assert_money(a, "data.0.number", 2);
	assert_int_equal(field_count(api_ok(h, "GET", "/_mockstripe/requests?account=acct_nobody", NULL), "data"), 0);
}

static void routes__tell_which_have_behaviour(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "GET", "/_mockstripe/routes", NULL);
	int64_t own = 0;

	assert_true(field_int(a, "count") > 500);
	assert_same_int((int64_t)field_count(a, "data"), field_int(a, "count"));
	for (size_t i = 0; i < field_count(a, "data"); i++)
		own += field_flag(a, text_of(h, "data.%zu.own_behaviour", i));
	assert_money(a, "own_behaviour", own);
}

static void events__come_newest_first(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	id_of(h, "Ada");
	api_ok(h, "POST", text_of(h, "/v1/customers/%s", id_of(h, "Grace")), "name=Hopper");
	a = api_ok(h, "GET", "/_mockstripe/events", NULL);
	assert_int_equal(field_count(a, "data"), 3);
	assert_field(a, "data.0.type", "customer.updated");
	assert_field(a, "data.2.data.object.name", "Ada");
	assert_flag(a, "has_more", false);
	a = api_ok(h, "GET", "/_mockstripe/events?type=customer.created&limit=1", NULL);
	assert_int_equal(field_count(a, "data"), 1);
	assert_field(a, "data.0.data.object.name", "Grace");
	assert_flag(a, "has_more", true);
	a = api_ok(h, "GET", "/_mockstripe/events?type=customer.updated&limit=1", NULL);
	assert_flag(a, "has_more", false);
}

static void peek__shows_any_object(void **state)
{
	struct house *h = *state;
	const char *id = id_of(h, "Ada");
	const struct answer *got = api_ok(h, "GET", text_of(h, "/v1/customers/%s", id), NULL);

	assert_string_equal(api_ok(h, "GET", text_of(h, "/_mockstripe/peek/%s", id), NULL)->text, got->text);
	api_ok(h, "DELETE", text_of(h, "/v1/customers/%s", id), NULL);
	assert_flag(api_ok(h, "GET", text_of(h, "/_mockstripe/peek/%s", id), NULL), "deleted", true);
	assert_refused(api(h, "GET", "/_mockstripe/peek/cus_nobody", NULL), 404, "cus_nobody");
}

/* ---- fixtures ---- */

static void snapshot__can_be_sent_back(void **state)
{
	struct house *h = *state;
	const char *id = id_of(h, "Ada");
	const struct answer *picture = api_ok(h, "GET", "/_mockstripe/snapshot", NULL);

	api_ok(h, "POST", "/_mockstripe/reset", NULL);
	assert_status(api_with(h, "POST", "/_mockstripe/fixtures", picture->text, json), 200);
	assert_field(api_ok(h, "GET", text_of(h, "/v1/customers/%s", id), NULL), "name", "Ada");
	assert_string_equal(api_ok(h, "GET", "/_mockstripe/snapshot", NULL)->text, picture->text);
}

static void fixtures__come_from_a_file(void **state)
{
	struct house *h = *state;
	char name[] = "/tmp/mockstripe-XXXXXX.json";
	int fd = mkstemps(name, 5);
	const struct answer *picture;

	assert_true(fd >= 0);
	id_of(h, "Ada");
	picture = api_ok(h, "GET", "/_mockstripe/snapshot", NULL);
	assert_int_equal(write(fd, picture->text, picture->length), (ssize_t)picture->length);
	close(fd);
	api_ok(h, "POST", "/_mockstripe/reset", NULL);
	assert_status(api(h, "POST", "/_mockstripe/fixtures", text_of(h, "path=%s", name)), 200);
	assert_int_equal(count(h), 1);
	unlink(name);
	assert_refused(api(h, "POST", "/_mockstripe/fixtures", text_of(h, "path=%s", name)), 400, name);
}

static void bad_fixture__loads_nothing_and_names_the_place(void **state)
{
	struct house *h = *state;

	assert_refused(
		api_with(h, "POST", "/_mockstripe/fixtures", "{\"nonsense\": [1, 2]}", json), 400, "request body");
	assert_int_equal(count(h), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(index__lists_every_route),
		TEST(control__needs_no_key),
		TEST(control__is_not_logged),
		TEST(unknown_path__is_404),
		TEST(wrong_method__says_which_are_right),
		TEST(malformed_arguments__are_refused),
		TEST(unknown_account__is_404),
		TEST(health__names_the_accounts),
		TEST(reset__empties_one_account_or_all),
		TEST(clock__moves_by_and_to),
		TEST(clock__refuses_to_go_back),
		TEST(clock__wants_one_whole_number),
		cmocka_unit_test(clock__of_the_machine_says_so),
		TEST(mark__can_be_rewound_to_often),
		TEST(marks__are_of_their_account),
		TEST(requests__tell_what_was_asked_and_answered),
		TEST(routes__tell_which_have_behaviour),
		TEST(events__come_newest_first),
		TEST(peek__shows_any_object),
		TEST(snapshot__can_be_sent_back),
		TEST(fixtures__come_from_a_file),
		TEST(bad_fixture__loads_nothing_and_names_the_place),
	};

	return cmocka_run_group_tests_name("resource/control", tests, NULL, NULL);
}
