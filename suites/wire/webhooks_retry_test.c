/* SPDX-License-Identifier: MIT */
/* Webhooks: attempts that fail, retries, redelivery. */
#include "suites/wire/webhooks.h"

/* ---- again and again ---- */

static void assert_attempt(const struct answer *a, int i, int64_t at, int64_t next)
{
	char path[64];

	snprintf(path, sizeof path, "data.%d.attempt", i);
	assert_money(a, path, i + 1);
	snprintf(path, sizeof path, "data.%d.at", i);
	assert_money(a, path, at);
	snprintf(path, sizeof path, "data.%d.next_attempt", i);
	if (next)
		assert_money(a, path, next);
	else
		assert_field(a, path, NULL);
}

static void failure__is_tried_three_times_more(void **state)
{
	static const int64_t pauses[] = { 600, 3600, 10800 };
	struct post *p = *state;
	const struct answer *a;
	int64_t at = HOUSE_NOW;
	const char *id;
	char t[32];

	listen_for(p, "customer.created");
	sink_answer(p->sink, 500, NULL, 0);
	customer(p, "Ada");
	id = newest_event(p);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 1);
	for (size_t i = 0; i < 3; i++) {
		assert_money(event(p, id), "pending_webhooks", 1);
		ms_advance(p->h->ms, NULL, pauses[i] - 1);
		ms_flush(p->h->ms, NULL);
		assert_int_equal(sink_count(p->sink), i + 1);
		ms_advance(p->h->ms, NULL, 1);
		ms_flush(p->h->ms, NULL);
		assert_int_equal(sink_count(p->sink), i + 2);
		assert_true(is_signed(sink_request(p->sink, i + 1), p->secret, t));
	}
	ms_advance(p->h->ms, NULL, 30 * 86400);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 4);
	assert_money(event(p, id), "pending_webhooks", 1);
	a = deliveries(p);
	for (int i = 0; i < 4; i++) {
		assert_attempt(a, i, at, i < 3 ? at + pauses[i] : 0);
		at += i < 3 ? pauses[i] : 0;
	}
	assert_money(a, "data.3.status", 500);
	assert_flag(a, "data.3.delivered", false);
	assert_field(api_ok(p->h, "GET", "/v1/events?delivery_success=false", NULL), "data.0.id", id);
	assert_same_int((int64_t)field_count(api_ok(p->h, "GET", "/v1/events?delivery_success=true", NULL), "data"), 0);
}

static void schedule__does_not_depend_on_the_steps_of_the_clock(void **state)
{
	struct post *p = *state;
	const struct answer *a;

	listen_for(p, "customer.created");
	sink_answer(p->sink, 503, NULL, 0);
	customer(p, "Ada");
	ms_flush(p->h->ms, NULL);
	ms_advance(p->h->ms, NULL, 30 * 86400);
	ms_flush(p->h->ms, NULL);
	a = deliveries(p);
	assert_same_int((int64_t)field_count(a, "data"), 4);
	assert_attempt(a, 0, HOUSE_NOW, HOUSE_NOW + 600);
	assert_attempt(a, 1, HOUSE_NOW + 600, HOUSE_NOW + 4200);
	assert_attempt(a, 2, HOUSE_NOW + 4200, HOUSE_NOW + 15000);
	assert_attempt(a, 3, HOUSE_NOW + 15000, 0);
}

/* A live key that a fixture declares: no v0, and nine retries over less than three days. */
static void live_mode__tries_for_three_days(void **state)
{
	static const int64_t pauses[] = { 300, 1800, 7200, 18000, 36000, 43200, 43200, 43200, 43200 };
	struct post *p = *state;
	const struct answer *a;
	int64_t at = HOUSE_NOW;
	char *signature;

	api_ok(p->h, "POST", "/_mockstripe/fixtures", "{\"keys\":[{\"key\":\"sk_live_declared\"}]}");
	p->h->key = "sk_live_declared";
	listen_for(p, "customer.created");
	sink_answer(p->sink, 500, NULL, 0);
	customer(p, "Ada");
	ms_flush(p->h->ms, NULL);
	ms_advance(p->h->ms, NULL, 30 * 86400);
	ms_flush(p->h->ms, NULL);
	a = deliveries(p);
	assert_same_int((int64_t)field_count(a, "data"), 10);
	for (int i = 0; i < 10; i++) {
		assert_attempt(a, i, at, i < 9 ? at + pauses[i] : 0);
		at += i < 9 ? pauses[i] : 0;
	}
	assert_true(at - HOUSE_NOW < 3 * 86400);
	signature = sink_header(sink_request(p->sink, 0), "Stripe-Signature");
	assert_non_null(signature);
	assert_null(strstr(signature, "v0="));
	free(signature);
}

static void retry_that_succeeds__is_the_last(void **state)
{
	struct post *p = *state;
	const char *id;

	listen_for(p, "customer.created");
	sink_answer(p->sink, 500, NULL, 0);
	customer(p, "Ada");
	id = newest_event(p);
	ms_flush(p->h->ms, NULL);
	sink_answer(p->sink, 204, NULL, 0);
	ms_advance(p->h->ms, NULL, 86400);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 2);
	assert_money(event(p, id), "pending_webhooks", 0);
	assert_field(api_ok(p->h, "GET", "/v1/events?delivery_success=true", NULL), "data.0.id", id);
}

static void redirect__is_a_failure(void **state)
{
	struct post *p = *state;
	const struct answer *a;

	listen_for(p, "customer.created");
	sink_answer(p->sink, 302, text_of(p->h, "Location: %s\r\n", sink_url(p->sink)), 0);
	customer(p, "Ada");
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 1);
	a = deliveries(p);
	assert_money(a, "data.0.status", 302);
	assert_flag(a, "data.0.delivered", false);
	assert_money(a, "data.0.next_attempt", HOUSE_NOW + 600);
}

static void target_that_is_gone__says_why(void **state)
{
	struct post *p = *state;
	const struct answer *a;
	struct sink *gone = sink_open();
	const char *url = text_of(p->h, "%s", sink_url(gone));

	sink_close(gone);
	api_ok(p->h, "POST", "/v1/webhook_endpoints", text_of(p->h, "url=%s&enabled_events[]=*", url));
	customer(p, "Ada");
	ms_flush(p->h->ms, NULL);
	a = deliveries(p);
	assert_field(a, "data.0.status", NULL);
	assert_flag(a, "data.0.delivered", false);
	assert_non_null(strstr(field(a, "data.0.error"), "connect"));
	assert_money(event(p, newest_event(p)), "pending_webhooks", 1);
}

static void disabled_endpoint__misses_its_attempts(void **state)
{
	struct post *p = *state;

	listen_for(p, "customer.created");
	sink_answer(p->sink, 500, NULL, 0);
	customer(p, "Ada");
	ms_flush(p->h->ms, NULL);
	api_ok(p->h, "POST", text_of(p->h, "/v1/webhook_endpoints/%s", p->endpoint), "disabled=true");
	customer(p, "Grace");
	ms_advance(p->h->ms, NULL, 5000);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 1);
	/* Two of the three retries have passed unmade; in time for the last. */
	api_ok(p->h, "POST", text_of(p->h, "/v1/webhook_endpoints/%s", p->endpoint), "disabled=false");
	ms_advance(p->h->ms, NULL, 10000);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 2);
	assert_non_null(strstr(sink_request(p->sink, 1)->body, "\"name\": \"Ada\""));
	assert_money(deliveries(p), "data.1.attempt", 4);
}

static void deleted_endpoint__is_not_waited_for(void **state)
{
	struct post *p = *state;
	const char *id;

	listen_for(p, "customer.created");
	sink_answer(p->sink, 500, NULL, 0);
	customer(p, "Ada");
	id = newest_event(p);
	ms_flush(p->h->ms, NULL);
	api_ok(p->h, "DELETE", text_of(p->h, "/v1/webhook_endpoints/%s", p->endpoint), NULL);
	ms_advance(p->h->ms, NULL, 86400);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 1);
	assert_money(event(p, id), "pending_webhooks", 0);
}

/* Nobody calls when the retry's time comes: the simulator looks at the machine's clock by itself. */
static void retry_on_the_machines_clock__comes_by_itself(void **state)
{
	struct post *p = *state;

	listen_for(p, "customer.created");
	sink_answer(p->sink, 500, NULL, 0);
	customer(p, "Ada");
	ms_flush(p->h->ms, NULL);
	ms_advance(p->h->ms, NULL, 598);
	assert_int_equal(sink_count(p->sink), 1);
	assert_int_equal(sink_wait(p->sink, 2), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(failure__is_tried_three_times_more),
		TEST(schedule__does_not_depend_on_the_steps_of_the_clock),
		TEST(live_mode__tries_for_three_days),
		TEST(retry_that_succeeds__is_the_last),
		TEST(redirect__is_a_failure),
		TEST(target_that_is_gone__says_why),
		TEST(disabled_endpoint__misses_its_attempts),
		TEST(deleted_endpoint__is_not_waited_for),
		cmocka_unit_test_setup_teardown(retry_on_the_machines_clock__comes_by_itself, setup_wall, teardown),
	};

	return cmocka_run_group_tests_name("webhooks retry", tests, NULL, NULL);
}
