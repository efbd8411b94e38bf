/* SPDX-License-Identifier: MIT */
/* Every function of mockstripe.h, without a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "suites/support/api.h"

static const char *id_of(struct house *h, const char *name)
{
	return field(api_ok(h, "POST", "/v1/customers", text_of(h, "name=%s", name)), "id");
}

static int64_t count(struct house *h)
{
	return (int64_t)field_count(api_ok(h, "GET", "/v1/customers?limit=100", NULL), "data");
}

struct seen {
	size_t count;
	uint64_t last;
	char method[16], path[64], key[64], route[64], stage[16], body[64];
	int status;
	bool answered;
};

static void keep(char *out, size_t room, const char *text)
{
	snprintf(out, room, "%s", text ? text : "-");
}

static void see(void *arg, const struct ms_exchange *e)
{
	struct seen *s = arg;

	assert_true(e->number > s->last);
	s->last = e->number;
	s->count++;
	s->status = e->status;
	s->answered = e->response_length > 0 && strlen(e->response_body) == e->response_length;
	keep(s->method, sizeof s->method, e->method);
	keep(s->path, sizeof s->path, e->path);
	keep(s->key, sizeof s->key, e->key);
	keep(s->route, sizeof s->route, e->route);
	keep(s->stage, sizeof s->stage, e->stage);
	keep(s->body, sizeof s->body, e->request_body);
}

/* ---- start and stop ---- */

static void start__takes_no_options(void **state)
{
	struct ms *ms = ms_start(NULL, NULL);

	(void)state;
	assert_non_null(ms);
	assert_memory_equal(ms_url(ms), "http://127.0.0.1:", strlen("http://127.0.0.1:"));
	ms_stop(ms);
}

static void start__needs_no_why(void **state)
{
	(void)state;
	assert_null(ms_start(&(struct ms_options) { .http_port = 70000 }, NULL));
}

static void start__refuses_a_fixture_that_is_not_there(void **state)
{
	static const char *const fixtures[] = { "/nowhere/fixtures", NULL };
	char *why = NULL;

	(void)state;
	assert_null(ms_start(&(struct ms_options) { .no_socket = true, .fixtures = fixtures }, &why));
	assert_non_null(why);
	assert_non_null(strstr(why, "/nowhere/fixtures"));
	free(why);
}

static void stop__takes_null(void **state)
{
	(void)state;
	ms_stop(NULL);
}

static void simulators__share_nothing(void **state)
{
	struct house *h = *state, *other = house_open(&(struct ms_options) { .no_socket = true, .now = 1000000 });

	id_of(h, "Ada");
	assert_same_int(count(h), 1);
	assert_same_int(count(other), 0);
	assert_int_equal(ms_advance(other->ms, NULL, 5), 0);
	assert_same_int(ms_now(h->ms, NULL), HOUSE_NOW);
	house_close(other);
}

static void seed__repeats_every_byte(void **state)
{
	struct house *h = *state;
	struct house *same = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	struct house *other = house_open(&(struct ms_options) { .no_socket = true, .seed = 2, .now = HOUSE_NOW });

	for (int i = 0; i < 5; i++) {
		const struct answer *a = api_ok(h, "POST", "/v1/customers", "name=Ada");

		assert_string_equal(a->text, api_ok(same, "POST", "/v1/customers", "name=Ada")->text);
		assert_string_not_equal(a->text, api_ok(other, "POST", "/v1/customers", "name=Ada")->text);
	}
	house_close(same);
	house_close(other);
}

/* ---- keys and accounts ---- */

static void key__opens_its_account(void **state)
{
	struct house *h = *state;
	const char *key = ms_key(h->ms, "acct_embed");

	id_of(h, "Ada");
	assert_memory_equal(key, "sk_test_", 8);
	assert_ptr_equal(key, ms_key(h->ms, "acct_embed"));
	h->key = key;
	assert_same_int(count(h), 0);
	id_of(h, "Grace");
	assert_same_int(count(h), 1);
	h->key = ms_key(h->ms, NULL);
	assert_string_not_equal(h->key, key);
	assert_field(api(h, "GET", "/v1/customers", NULL), "data.0.name", "Ada");
}

static void key__is_declared_under_strict_keys(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .no_socket = true, .strict_keys = true });

	(void)state;
	assert_error(api(h, "GET", "/v1/customers", NULL), 401, NULL, NULL, "Invalid API Key provided");
	h->key = ms_key(h->ms, NULL);
	assert_status(api(h, "GET", "/v1/customers", NULL), 200);
	house_close(h);
}

static void account_per_key__keeps_keys_apart(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .no_socket = true, .account_per_key = true });

	(void)state;
	h->key = "sk_test_one";
	id_of(h, "Ada");
	h->key = "sk_test_other";
	assert_same_int(count(h), 0);
	h->key = "sk_test_one";
	assert_same_int(count(h), 1);
	house_close(h);
}

/* ---- calls ---- */

static void call__takes_the_key_from_a_header(void **state)
{
	static const char *const bearer[] = { "authorization:Bearer sk_test_x", NULL };
	static const char *const basic[] = { "Authorization: Basic c2tfdGVzdF93aXJlOg==", NULL };
	struct house *h = *state;

	h->key = NULL;
	assert_status(api_with(h, "GET", "/v1/customers", NULL, bearer), 200);
	assert_status(api_with(h, "GET", "/v1/customers", NULL, basic), 200);
	assert_status(api(h, "GET", "/v1/customers", NULL), 401);
}

static void call__answers_with_headers(void **state)
{
	static const char *const headers[] = { "Stripe-Version: 2025-03-31.basil", "Idempotency-Key: k1", NULL };
	struct house *h = *state;
	const struct answer *a = api_with(h, "POST", "/v1/customers", "name=Ada", headers);

	assert_status(a, 200);
	assert_string_equal(header_of(a, "Content-Type"), "application/json");
	assert_string_equal(header_of(a, "Stripe-Version"), "2025-03-31.basil");
	assert_string_equal(header_of(a, "Idempotency-Key"), "k1");
	assert_memory_equal(header_of(a, "Request-Id"), "req_", 4);
	assert_null(header_of(a, "Idempotent-Replayed"));
	a = api_with(h, "POST", "/v1/customers", "name=Ada", headers);
	assert_string_equal(header_of(a, "Idempotent-Replayed"), "true");
	h->key = NULL;
	assert_string_equal(
		header_of(api(h, "GET", "/v1/customers", NULL), "WWW-Authenticate"), "Basic realm=\"Stripe\"");
}

static void call__reads_a_body_of_given_length(void **state)
{
	struct house *h = *state;
	struct ms_request request = { "POST", "/v1/customers", .key = h->key, .body = "name=Ada&email=cut",
		.body_length = 8 };
	struct ms_response response;

	assert_int_equal(ms_call(h->ms, &request, &response), 0);
	assert_int_equal(response.status, 200);
	assert_non_null(strstr(response.body, "\"name\": \"Ada\""));
	assert_non_null(strstr(response.body, "\"email\": null"));
	assert_int_equal(strlen(response.body), response.length);
	ms_response_clear(&response);
	assert_null(response.body);
	ms_response_clear(&response);
	ms_response_clear(NULL);
}

static void call__refuses_what_the_socket_refuses(void **state)
{
	struct house *h = *state;
	size_t size = ((size_t)8 << 20) + 1;
	char *body = malloc(size);
	struct ms_response response;

	assert_non_null(body);
	memset(body, 'a', size);
	ms_call(h->ms,
		&(struct ms_request) { "POST", "/v1/customers", .key = h->key, .body = body, .body_length = size },
		&response);
	assert_int_equal(response.status, 413);
	ms_response_clear(&response);
	free(body);
}

static void call__reaches_the_control_room(void **state)
{
	struct house *h = *state;

	assert_field(api(h, "GET", "/_mockstripe/health", NULL), "status", "ok");
}

static void lenient_ids__takes_the_callers_id(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .no_socket = true, .lenient_ids = true });

	(void)state;
	assert_field(api(h, "POST", "/v1/customers", "id=cus_mine"), "id", "cus_mine");
	house_close(h);
}

/* ---- fixtures ---- */

static void load__says_what_is_wrong_and_where(void **state)
{
	struct house *h = *state;
	char path[] = "/tmp/mockstripe-XXXXXX.json", *why = NULL;
	int fd = mkstemps(path, 5);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "{ not json", 10), 10);
	close(fd);
	assert_int_equal(ms_load(h->ms, NULL, path, &why), -1);
	assert_non_null(why);
	assert_non_null(strstr(why, path));
	free(why);
	assert_int_equal(ms_load(h->ms, NULL, path, NULL), -1);
	unlink(path);
}

static void snapshot__loads_into_another_simulator(void **state)
{
	struct house *h = *state, *other;
	const char *id = id_of(h, "Ada"), *path;
	char name[] = "/tmp/mockstripe-XXXXXX.json", *text, *again, *why = NULL;
	int fd = mkstemps(name, 5);

	assert_true(fd >= 0);
	path = text_of(h, "/v1/customers/%s", id);
	text = ms_snapshot(h->ms, NULL);
	assert_non_null(text);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	other = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	if (ms_load(other->ms, NULL, name, &why))
		fail_msg("%s", why);
	unlink(name);
	assert_string_equal(api_ok(other, "GET", path, NULL)->text, api_ok(h, "GET", path, NULL)->text);
	again = ms_snapshot(other->ms, NULL);
	assert_string_equal(text, again);
	free(text);
	free(again);
	house_close(other);
}

static void snapshot__has_none_of_an_unknown_account(void **state)
{
	struct house *h = *state;

	assert_null(ms_snapshot(h->ms, "acct_nobody"));
}

/* ---- reset, marks ---- */

static void reset__empties_an_account_and_its_log(void **state)
{
	struct house *h = *state;
	const char *id = id_of(h, "Ada");
	struct seen s = { 0 };

	assert_int_equal(ms_reset(h->ms, "acct_1MockstripeTest1"), 0);
	ms_each_request(h->ms, NULL, see, &s);
	assert_int_equal(s.count, 0);
	assert_same_int(count(h), 0);
	assert_status(api(h, "GET", text_of(h, "/v1/customers/%s", id), NULL), 404);
	/* As new: the same calls give the same ids again. */
	assert_string_equal(id_of(h, "Ada"), id);
	assert_int_equal(ms_reset(h->ms, "acct_nobody"), -1);
}

static void reset__of_all_keeps_declared_keys(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .no_socket = true, .strict_keys = true });

	(void)state;
	for (int i = 0; i < 2; i++) {
		h->key = ms_key(h->ms, i ? "acct_other" : NULL);
		id_of(h, "Ada");
	}
	assert_int_equal(ms_reset(h->ms, NULL), 0);
	for (int i = 0; i < 2; i++) {
		h->key = ms_key(h->ms, i ? "acct_other" : NULL);
		assert_same_int(count(h), 0);
	}
	house_close(h);
}

static void rewind__brings_back_every_byte(void **state)
{
	struct house *h = *state;
	const char *kept = id_of(h, "Kept"), *changed = id_of(h, "Changed"), *deleted = id_of(h, "Deleted");
	const struct answer *before = api_ok(h, "GET", "/v1/customers", NULL);
	const struct answer *events = api_ok(h, "GET", "/v1/events?limit=100", NULL);
	struct ms_mark *mark = ms_mark(h->ms, NULL);
	const char *made[2];

	assert_non_null(mark);
	/* Twice: a mark is not used up, and the ids made after it are the same each time. */
	for (int i = 0; i < 2; i++) {
		made[i] = id_of(h, "Made");
		api_ok(h, "POST", text_of(h, "/v1/customers/%s", changed), "name=New&metadata[a]=b");
		api_ok(h, "DELETE", text_of(h, "/v1/customers/%s", deleted), NULL);
		assert_int_equal(ms_advance(h->ms, NULL, 1000), 0);
		assert_int_equal(ms_rewind(h->ms, mark), 0);
		assert_string_equal(api_ok(h, "GET", "/v1/customers", NULL)->text, before->text);
		assert_string_equal(api_ok(h, "GET", "/v1/events?limit=100", NULL)->text, events->text);
		assert_status(api(h, "GET", text_of(h, "/v1/customers/%s", made[i]), NULL), 404);
		assert_field(api(h, "GET", text_of(h, "/v1/customers/%s", kept), NULL), "name", "Kept");
		assert_same_int(ms_now(h->ms, NULL), HOUSE_NOW);
	}
	assert_string_equal(made[0], made[1]);
	ms_mark_free(mark);
}

static void rewind__survives_a_reset(void **state)
{
	struct house *h = *state;
	const char *id = id_of(h, "Ada");
	struct ms_mark *mark = ms_mark(h->ms, NULL);

	ms_reset(h->ms, NULL);
	/* The reset account gives the same id to another customer. */
	assert_string_equal(id_of(h, "Impostor"), id);
	assert_int_equal(ms_rewind(h->ms, mark), 0);
	assert_field(api(h, "GET", text_of(h, "/v1/customers/%s", id), NULL), "name", "Ada");
	assert_same_int(count(h), 1);
	ms_mark_free(mark);
}

static void rewind__forgets_later_idempotency_keys(void **state)
{
	static const char *const before[] = { "Idempotency-Key: before", NULL };
	static const char *const after[] = { "Idempotency-Key: after", NULL };
	struct house *h = *state;
	const struct answer *first = api_with(h, "POST", "/v1/customers", "name=Ada", before), *a;
	struct ms_mark *mark = ms_mark(h->ms, NULL);

	assert_status(api_with(h, "POST", "/v1/customers", "name=Grace", after), 200);
	assert_int_equal(ms_rewind(h->ms, mark), 0);
	a = api_with(h, "POST", "/v1/customers", "name=Someone+else", after);
	assert_status(a, 200);
	assert_null(header_of(a, "Idempotent-Replayed"));
	assert_int_equal(ms_reset(h->ms, NULL), 0);
	assert_int_equal(ms_rewind(h->ms, mark), 0);
	a = api_with(h, "POST", "/v1/customers", "name=Ada", before);
	assert_string_equal(header_of(a, "Idempotent-Replayed"), "true");
	assert_string_equal(a->text, first->text);
	ms_mark_free(mark);
}

static void rewind__puts_test_clocks_back(void **state)
{
	struct house *h = *state;
	const char *clock = field(api_ok(h, "POST", "/v1/test_helpers/test_clocks", "frozen_time=1767225600"), "id");
	const char *path = text_of(h, "/v1/test_helpers/test_clocks/%s", clock);
	struct ms_mark *mark = ms_mark(h->ms, NULL);

	api_ok(h, "POST", text_of(h, "%s/advance", path), "frozen_time=1769904000");
	assert_money(api_ok(h, "GET", path, NULL), "frozen_time", 1769904000);
	assert_int_equal(ms_rewind(h->ms, mark), 0);
	assert_money(api_ok(h, "GET", path, NULL), "frozen_time", 1767225600);
	/* The clock moves again from there. */
	api_ok(h, "POST", text_of(h, "%s/advance", path), "frozen_time=1767225700");
	assert_money(api_ok(h, "GET", path, NULL), "frozen_time", 1767225700);
	ms_mark_free(mark);
}

static void mark__belongs_to_one_simulator(void **state)
{
	struct house *h = *state, *other = house_open(&(struct ms_options) { .no_socket = true });
	struct ms_mark *mark = ms_mark(other->ms, NULL);

	assert_null(ms_mark(h->ms, "acct_nobody"));
	assert_int_equal(ms_rewind(h->ms, mark), -1);
	assert_int_equal(ms_rewind(h->ms, NULL), -1);
	/* Stopped first: the mark is still the caller's to free. */
	house_close(other);
	assert_int_equal(ms_rewind(h->ms, mark), -1);
	ms_mark_free(mark);
	ms_mark_free(NULL);
}

/* ---- time ---- */

static void now__stands_still_until_advanced(void **state)
{
	struct house *h = *state;

	assert_same_int(ms_now(h->ms, NULL), HOUSE_NOW);
	assert_int_equal(ms_advance(h->ms, NULL, 3600), 0);
	assert_same_int(ms_now(h->ms, NULL), HOUSE_NOW + 3600);
	assert_money(api_ok(h, "POST", "/v1/customers", NULL), "created", HOUSE_NOW + 3600);
	assert_int_equal(ms_advance(h->ms, NULL, 0), 0);
	assert_int_equal(ms_advance(h->ms, NULL, -1), -1);
	assert_int_equal(ms_advance(h->ms, NULL, INT64_MAX), -1);
	assert_int_equal(ms_advance(h->ms, "acct_nobody", 1), -1);
	assert_same_int(ms_now(h->ms, NULL), HOUSE_NOW + 3600);
	assert_same_int(ms_now(h->ms, "acct_nobody"), -1);
}

static void now__follows_the_machine_and_may_run_ahead(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .no_socket = true });
	int64_t now = ms_now(h->ms, NULL), ahead;

	(void)state;
	assert_true(now > HOUSE_NOW - INT64_C(100000000));
	assert_int_equal(ms_advance(h->ms, NULL, 86400), 0);
	ahead = ms_now(h->ms, NULL);
	assert_true(ahead >= now + 86400 && ahead < now + 86400 + 60);
	house_close(h);
}

/* ---- the log ---- */

static void each_request__tells_oldest_first(void **state)
{
	struct house *h = *state;
	struct seen s = { 0 };

	api(h, "POST", "/v1/customers", "name=Ada");
	api(h, "GET", "/v1/customers?nonsense=1", NULL);
	ms_each_request(h->ms, NULL, see, &s);
	assert_int_equal(s.count, 2);
	assert_string_equal(s.method, "GET");
	assert_string_equal(s.path, "/v1/customers?nonsense=1");
	assert_string_equal(s.route, "/v1/customers");
	assert_string_equal(s.stage, "check");
	/* The key is masked. */
	assert_string_equal(s.key, "sk_test_*uite");
	assert_int_equal(s.status, 400);
	assert_true(s.answered);
	s = (struct seen) { 0 };
	ms_each_request(h->ms, "acct_nobody", see, &s);
	assert_int_equal(s.count, 0);
}

static void each_request__keeps_the_newest(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .no_socket = true, .log_capacity = 3 });
	struct seen s = { 0 };

	(void)state;
	for (int i = 0; i < 5; i++)
		api(h, "POST", "/v1/customers", text_of(h, "name=%d", i));
	ms_each_request(h->ms, NULL, see, &s);
	assert_int_equal(s.count, 3);
	assert_int_equal(s.last, 5);
	assert_string_equal(s.body, "name=4");
	house_close(h);
}

static void on_exchange__is_told_at_once(void **state)
{
	struct seen s = { 0 };
	struct house *h =
		house_open(&(struct ms_options) { .no_socket = true, .on_exchange = see, .on_exchange_arg = &s });

	(void)state;
	api(h, "POST", "/v1/customers", "name=Ada");
	assert_int_equal(s.count, 1);
	assert_string_equal(s.body, "name=Ada");
	assert_int_equal(s.status, 200);
	house_close(h);
}

/* ---- peek ---- */

static void peek__shows_what_a_get_shows_unlogged(void **state)
{
	struct house *h = *state;
	const char *id = id_of(h, "Ada");
	const struct answer *got = api_ok(h, "GET", text_of(h, "/v1/customers/%s", id), NULL);
	struct ms_response r;
	struct seen s = { 0 };

	assert_true(ms_peek(h->ms, NULL, id, &r));
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body, got->text);
	assert_int_equal(r.length, got->length);
	ms_response_clear(&r);
	assert_false(ms_peek(h->ms, NULL, "cus_nobody", &r));
	assert_int_equal(r.status, 404);
	ms_response_clear(&r);
	assert_false(ms_peek(h->ms, "acct_nobody", id, &r));
	ms_response_clear(&r);
	ms_each_request(h->ms, NULL, see, &s);
	assert_int_equal(s.count, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(start__takes_no_options),
		cmocka_unit_test(start__needs_no_why),
		cmocka_unit_test(start__refuses_a_fixture_that_is_not_there),
		cmocka_unit_test(stop__takes_null),
		TEST(simulators__share_nothing),
		TEST(seed__repeats_every_byte),
		TEST(key__opens_its_account),
		cmocka_unit_test(key__is_declared_under_strict_keys),
		cmocka_unit_test(account_per_key__keeps_keys_apart),
		TEST(call__takes_the_key_from_a_header),
		TEST(call__answers_with_headers),
		TEST(call__reads_a_body_of_given_length),
		TEST(call__refuses_what_the_socket_refuses),
		TEST(call__reaches_the_control_room),
		cmocka_unit_test(lenient_ids__takes_the_callers_id),
		TEST(load__says_what_is_wrong_and_where),
		TEST(snapshot__loads_into_another_simulator),
		TEST(snapshot__has_none_of_an_unknown_account),
		TEST(reset__empties_an_account_and_its_log),
		cmocka_unit_test(reset__of_all_keeps_declared_keys),
		TEST(rewind__brings_back_every_byte),
		TEST(rewind__survives_a_reset),
		TEST(rewind__forgets_later_idempotency_keys),
		TEST(rewind__puts_test_clocks_back),
		TEST(mark__belongs_to_one_simulator),
		TEST(now__stands_still_until_advanced),
		cmocka_unit_test(now__follows_the_machine_and_may_run_ahead),
		TEST(each_request__tells_oldest_first),
		cmocka_unit_test(each_request__keeps_the_newest),
		cmocka_unit_test(on_exchange__is_told_at_once),
		TEST(peek__shows_what_a_get_shows_unlogged),
	};

	return cmocka_run_group_tests_name("resource/embed", tests, NULL, NULL);
}
