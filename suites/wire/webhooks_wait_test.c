/* SPDX-License-Identifier: MIT */
/* Webhooks: targets that are slow or gone, and what a reset, a mark or a snapshot does to deliveries. */
#include "suites/wire/webhooks.h"

#define AUTH "Authorization: Bearer sk_test_suite\r\n"

static int64_t milliseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- nobody is kept waiting ---- */

static void slow_target__blocks_neither_requests_nor_the_end(void **state)
{
	struct post *p = *state;
	int64_t before;

	listen_for(p, "*");
	sink_answer(p->sink, 200, NULL, 60000);
	before = milliseconds();
	for (int i = 0; i < 50; i++)
		customer(p, "Ada");
	assert_true(milliseconds() - before < 2000);
	assert_true(sink_wait(p->sink, 1) >= 1);
	before = milliseconds();
	house_close(p->h);
	p->h = house_open(&(struct ms_options) { .no_socket = true });
	assert_true(milliseconds() - before < 2000);
}

static void slow_target__does_not_hold_up_others(void **state)
{
	struct post *p = *state;
	struct sink *slow = sink_open();
	int64_t before = milliseconds();

	sink_answer(slow, 200, NULL, 3000);
	api_ok(p->h, "POST", "/v1/webhook_endpoints", text_of(p->h, "url=%s&enabled_events[]=*", sink_url(slow)));
	listen_for(p, "*");
	for (int i = 0; i < 5; i++)
		customer(p, "Ada");
	assert_int_equal(sink_wait(p->sink, 5), 5);
	assert_true(milliseconds() - before < 2500);
	house_close(p->h);
	p->h = house_open(&(struct ms_options) { .no_socket = true });
	sink_close(slow);
}

struct caller {
	struct post *p;
	int status;
};

static void call_back(void *arg)
{
	struct caller *c = arg;
	struct wire_answer a;

	wire_call(ms_url(c->p->h->ms), "GET", "/v1/customers", AUTH, NULL, &a);
	c->status = a.status;
	wire_clear(&a);
}

/* One thread serves HTTP: a handler that calls the API is answered while the flush over HTTP waits for that handler. */
static void flush_over_http__lets_the_handler_call_back(void **state)
{
	struct post *p = *state;
	struct caller c = { .p = p };
	struct wire_answer a;
	int64_t before = milliseconds();

	listen_for(p, "*");
	sink_on_request(p->sink, call_back, &c);
	sink_answer(p->sink, 200, NULL, 200);
	customer(p, "Ada");
	customer(p, "Grace");
	wire_call(ms_url(p->h->ms), "POST", "/_mockstripe/flush", NULL, NULL, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
	assert_int_equal(sink_count(p->sink), 2);
	assert_int_equal(c.status, 200);
	assert_true(milliseconds() - before < 5000);
	assert_money(event(p, newest_event(p)), "pending_webhooks", 0);
}

static void flush_over_http__is_let_go_at_the_end(void **state)
{
	struct post *p = *state;
	const char *request = "POST /_mockstripe/flush HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n";
	int64_t before;
	int fd;

	listen_for(p, "*");
	sink_answer(p->sink, 200, NULL, 60000);
	customer(p, "Ada");
	assert_int_equal(sink_wait(p->sink, 1), 1);
	fd = wire_connect(ms_url(p->h->ms));
	assert_true(fd >= 0 && wire_send(fd, request, strlen(request)));
	before = milliseconds();
	house_close(p->h);
	p->h = house_open(&(struct ms_options) { .no_socket = true });
	assert_true(milliseconds() - before < 3000);
	close(fd);
}

static void flush__refuses_an_unknown_account(void **state)
{
	struct post *p = *state;

	assert_int_equal(ms_flush(p->h->ms, "acct_none"), -1);
	assert_status(api(p->h, "POST", "/_mockstripe/flush", "account=acct_none"), 404);
	assert_flag(api_ok(p->h, "POST", "/_mockstripe/flush", NULL), "busy", false);
}

/* ---- reset, rewind, off ---- */

static void reset__calls_off_what_is_on_its_way(void **state)
{
	struct post *p = *state;

	listen_for(p, "*");
	sink_answer(p->sink, 500, NULL, 0);
	customer(p, "Ada");
	ms_flush(p->h->ms, NULL);
	ms_reset(p->h->ms, NULL);
	assert_same_int((int64_t)field_count(deliveries(p), "data"), 0);
	customer(p, "Grace");
	ms_advance(p->h->ms, NULL, 86400);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 1);
}

static void rewind_to_a_mark__brings_the_retries_back(void **state)
{
	struct post *p = *state;
	struct ms_mark *mark;
	const char *id;

	listen_for(p, "*");
	sink_answer(p->sink, 500, NULL, 0);
	customer(p, "Ada");
	id = newest_event(p);
	ms_flush(p->h->ms, NULL);
	mark = ms_mark(p->h->ms, NULL);
	sink_answer(p->sink, 200, NULL, 0);
	for (size_t i = 0; i < 2; i++) {
		assert_money(event(p, id), "pending_webhooks", 1);
		ms_advance(p->h->ms, NULL, 600);
		ms_flush(p->h->ms, NULL);
		assert_int_equal(sink_count(p->sink), 2 + i);
		assert_money(event(p, id), "pending_webhooks", 0);
		assert_int_equal(ms_rewind(p->h->ms, mark), 0);
	}
	ms_mark_free(mark);
}

static void snapshot__keeps_the_retries(void **state)
{
	struct post *p = *state;
	const char *id;
	char *snapshot;

	listen_for(p, "*");
	sink_answer(p->sink, 500, NULL, 0);
	customer(p, "Ada");
	id = newest_event(p);
	ms_flush(p->h->ms, NULL);
	snapshot = ms_snapshot(p->h->ms, NULL);
	assert_non_null(snapshot);
	ms_reset(p->h->ms, NULL);
	assert_status(api(p->h, "POST", "/_mockstripe/fixtures", snapshot), 200);
	free(snapshot);
	assert_money(event(p, id), "pending_webhooks", 1);
	sink_answer(p->sink, 200, NULL, 0);
	ms_advance(p->h->ms, NULL, 600);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 2);
	assert_money(event(p, id), "pending_webhooks", 0);
}

static void snapshot__makes_the_attempt_that_was_on_its_way(void **state)
{
	struct post *p = *state;
	const char *id;
	char *snapshot;

	listen_for(p, "*");
	sink_answer(p->sink, 200, NULL, 500);
	customer(p, "Ada");
	id = text_of(p->h, "%s", newest_event(p));
	assert_int_equal(sink_wait(p->sink, 1), 1);
	snapshot = ms_snapshot(p->h->ms, NULL);
	assert_non_null(snapshot);
	ms_reset(p->h->ms, NULL);
	assert_status(api(p->h, "POST", "/_mockstripe/fixtures", snapshot), 200);
	free(snapshot);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 2);
	assert_money(event(p, id), "pending_webhooks", 0);
}

static void no_deliveries__posts_nothing(void **state)
{
	struct post *p = *state;

	listen_for(p, "*");
	customer(p, "Ada");
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 0);
	assert_money(event(p, newest_event(p)), "pending_webhooks", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(slow_target__blocks_neither_requests_nor_the_end),
		TEST(slow_target__does_not_hold_up_others),
		SOCKET_TEST(flush_over_http__lets_the_handler_call_back),
		SOCKET_TEST(flush_over_http__is_let_go_at_the_end),
		TEST(flush__refuses_an_unknown_account),
		TEST(reset__calls_off_what_is_on_its_way),
		TEST(rewind_to_a_mark__brings_the_retries_back),
		TEST(snapshot__keeps_the_retries),
		TEST(snapshot__makes_the_attempt_that_was_on_its_way),
		cmocka_unit_test_setup_teardown(no_deliveries__posts_nothing, setup_off, teardown),
	};

	return cmocka_run_group_tests_name("webhooks wait", tests, NULL, NULL);
}
