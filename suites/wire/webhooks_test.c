/* SPDX-License-Identifier: MIT */
/* Webhooks on the wire: what is posted, how it is signed, when it is tried again, and whom it keeps waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/hmac.h>

#include <cmocka.h>

#include "suites/support/api.h"
#include "suites/support/sink.h"
#include "suites/support/wire.h"

#define AUTH "Authorization: Bearer sk_test_suite\r\n"

struct post {
	struct house *h;
	struct sink *sink;
	const char *endpoint, *secret; /* of the endpoint that listen_for made */
};

static int setup_with(void **state, const struct ms_options *options)
{
	struct post *p = calloc(1, sizeof *p);

	if (!p)
		abort();
	p->sink = sink_open();
	p->h = house_open(options);
	*state = p;
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, &(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
}

static int setup_socket(void **state)
{
	return setup_with(state, &(struct ms_options) { .seed = 1, .now = HOUSE_NOW });
}

static int setup_wall(void **state)
{
	return setup_with(state, &(struct ms_options) { .no_socket = true, .seed = 1 });
}

static int setup_off(void **state)
{
	return setup_with(
		state, &(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW, .no_deliveries = true });
}

static int teardown(void **state)
{
	struct post *p = *state;

	house_close(p->h);
	sink_close(p->sink);
	free(p);
	return 0;
}

/* An endpoint at the sink for one type of event, or "*". */
static void listen_for(struct post *p, const char *type)
{
	const struct answer *a = api_ok(p->h, "POST", "/v1/webhook_endpoints",
		text_of(p->h, "url=%s&enabled_events[]=%s", sink_url(p->sink), type));

	p->endpoint = field(a, "id");
	p->secret = field(a, "secret");
}

static const struct answer *customer(struct post *p, const char *name)
{
	return api_ok(p->h, "POST", "/v1/customers", text_of(p->h, "name=%s", name));
}

static const char *newest_event(struct post *p)
{
	return field(api_ok(p->h, "GET", "/v1/events?limit=1", NULL), "data.0.id");
}

static const struct answer *event(struct post *p, const char *id)
{
	return api_ok(p->h, "GET", text_of(p->h, "/v1/events/%s", id), NULL);
}

static const struct answer *deliveries(struct post *p)
{
	return api_ok(p->h, "GET", "/_mockstripe/deliveries", NULL);
}

static int64_t milliseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void assert_header(const struct sink_request *r, const char *name, const char *wanted)
{
	char *value = sink_header(r, name);

	if (!value || strcmp(value, wanted))
		fail_msg("%s is \"%s\", not \"%s\"", name, value ? value : "(absent)", wanted);
	free(value);
}

/* As a receiver computes it: whether t and v1 of the header go together with the body. */
static bool is_signed(const struct sink_request *r, const char *secret, char t[32])
{
	char *header = sink_header(r, "Stripe-Signature"), hex[65] = "", *message;
	char v1[80] = "", v0[80] = "";
	unsigned char mac[32];
	unsigned length = 0;
	int n;

	assert_non_null(header);
	assert_int_equal(sscanf(header, "t=%20[0-9],v1=%64[0-9a-f],v0=%64[0-9a-f]", t, v1, v0), 3);
	free(header);
	n = asprintf(&message, "%s.%s", t, r->body);
	assert_true(n > 0);
	HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)message, (size_t)n, mac, &length);
	free(message);
	assert_int_equal(length, 32);
	for (int i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", mac[i]);
	assert_int_equal(strlen(v0), 64);
	assert_string_not_equal(v0, hex);
	return !strcmp(v1, hex);
}

/* ---- what is posted ---- */

static void delivery__carries_the_event_as_get_shows_it(void **state)
{
	struct post *p = *state;
	const struct sink_request *r;
	const char *id, *shown;
	char *pending;

	listen_for(p, "customer.created");
	customer(p, "Ada");
	assert_int_equal(ms_flush(p->h->ms, NULL), 0);
	assert_int_equal(sink_count(p->sink), 1);
	r = sink_request(p->sink, 0);
	id = newest_event(p);
	shown = event(p, id)->text;
	/* It was pending when it was sent, and is not any more. */
	pending = strstr(r->body, "\"pending_webhooks\": 1,");
	assert_non_null(pending);
	*strchr(pending, '1') = '0';
	assert_string_equal(r->body, shown);
	assert_int_equal(r->length, strlen(shown));
}

static void delivery__has_stripes_headers(void **state)
{
	struct post *p = *state;
	const struct sink_request *r;
	char t[32];

	listen_for(p, "customer.created");
	customer(p, "Ada");
	ms_flush(p->h->ms, NULL);
	r = sink_request(p->sink, 0);
	assert_non_null(r);
	assert_memory_equal(r->head, "POST /hook HTTP/1.1\r\n", strlen("POST /hook HTTP/1.1\r\n"));
	assert_header(r, "Content-Type", "application/json; charset=utf-8");
	assert_header(r, "User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)");
	assert_null(sink_header(r, "Expect"));
	assert_true(is_signed(r, p->secret, t));
	/* The receiver holds t against its own clock, whatever the simulated time is. */
	assert_true(llabs(strtoll(t, NULL, 10) - (long long)time(NULL)) < 60);
}

static void delivery__is_readable_afterwards_byte_for_byte(void **state)
{
	struct post *p = *state;
	const struct sink_request *r;
	const struct answer *a;
	char *signature;

	listen_for(p, "customer.created");
	customer(p, "Ad%C3%A8le%20%22%5C%22");
	ms_flush(p->h->ms, NULL);
	r = sink_request(p->sink, 0);
	assert_non_null(r);
	a = deliveries(p);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.body", r->body);
	signature = sink_header(r, "Stripe-Signature");
	assert_field(a, "data.0.headers.Stripe-Signature", signature);
	free(signature);
	assert_field(a, "data.0.headers.Content-Type", "application/json; charset=utf-8");
	assert_field(a, "data.0.type", "customer.created");
	assert_field(a, "data.0.event", newest_event(p));
	assert_field(a, "data.0.endpoint", p->endpoint);
	assert_field(a, "data.0.url", sink_url(p->sink));
	assert_field(a, "data.0.response_body", "received");
	assert_field(a, "data.0.error", NULL);
	assert_flag(a, "data.0.delivered", true);
	assert_money(a, "data.0.status", 200);
	assert_money(a, "data.0.attempt", 1);
	assert_money(a, "data.0.number", 1);
	assert_money(a, "data.0.at", HOUSE_NOW);
}

static void count_delivery(void *arg, const struct ms_delivery *d)
{
	struct post *p = arg;
	const struct sink_request *r = sink_request(p->sink, d->number - 1);
	bool has_type = false;

	for (const char *const *h = d->headers; *h; h++)
		has_type |= !strcmp(*h, "Content-Type: application/json; charset=utf-8");
	if (r && d->length == r->length && !memcmp(d->body, r->body, r->length) && d->delivered && d->status == 200 &&
		has_type)
		p->secret = "seen";
}

static void delivery__is_handed_to_the_embedding_program(void **state)
{
	struct post *p = *state;

	listen_for(p, "customer.created");
	customer(p, "Ada");
	ms_flush(p->h->ms, NULL);
	ms_each_delivery(p->h->ms, NULL, count_delivery, p);
	assert_string_equal(p->secret, "seen");
}

static void enabled_events__choose(void **state)
{
	struct post *p = *state;

	listen_for(p, "customer.updated");
	api_ok(p->h, "POST", text_of(p->h, "/v1/customers/%s", field(customer(p, "Ada"), "id")), "name=Grace");
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 1);
	assert_field(deliveries(p), "data.0.type", "customer.updated");
}

static void star__takes_all_in_order(void **state)
{
	struct post *p = *state;
	const struct answer *events, *sent;

	listen_for(p, "*");
	for (int i = 0; i < 20; i++)
		customer(p, text_of(p->h, "Ada%d", i));
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 20);
	events = api_ok(p->h, "GET", "/v1/events?limit=20", NULL);
	sent = deliveries(p);
	for (int i = 0; i < 20; i++)
		assert_field(
			sent, text_of(p->h, "data.%d.event", i), field(events, text_of(p->h, "data.%d.id", 19 - i)));
}

static void each_endpoint__has_its_own_secret(void **state)
{
	struct post *p = *state;
	const struct sink_request *one, *other;
	const char *first;
	char t[32];

	listen_for(p, "*");
	first = p->secret;
	listen_for(p, "customer.created");
	assert_string_not_equal(first, p->secret);
	customer(p, "Ada");
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 2);
	assert_money(event(p, newest_event(p)), "pending_webhooks", 0);
	/* The two lines are independent: either may have come first. */
	one = sink_request(p->sink, is_signed(sink_request(p->sink, 0), first, t) ? 0 : 1);
	other = sink_request(p->sink, one == sink_request(p->sink, 0) ? 1 : 0);
	assert_true(is_signed(one, first, t));
	assert_false(is_signed(one, p->secret, t));
	assert_true(is_signed(other, p->secret, t));
	assert_false(is_signed(other, first, t));
}

static void call_rolled_back__posts_nothing(void **state)
{
	struct post *p = *state;

	listen_for(p, "*");
	assert_error(api(p->h, "POST", "/v1/customers", "name=Ada&tax_id_data[0][type]=eu_vat&tax_id_data[0][value]=x"),
		400, "tax_id_invalid", "tax_id_data[0][value]", NULL);
	customer(p, "Grace");
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 1);
	assert_non_null(strstr(sink_request(p->sink, 0)->body, "\"name\": \"Grace\""));
}

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

/* ---- by hand ---- */

static void redelivery__that_succeeds_ends_the_retries(void **state)
{
	struct post *p = *state;
	const struct answer *a;
	const char *id;

	listen_for(p, "customer.created");
	sink_answer(p->sink, 500, NULL, 0);
	customer(p, "Ada");
	id = newest_event(p);
	ms_flush(p->h->ms, NULL);
	sink_answer(p->sink, 200, NULL, 0);
	a = api_ok(p->h, "POST", "/_mockstripe/deliveries", "delivery=1");
	assert_money(a, "queued", 1);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 2);
	assert_string_equal(sink_request(p->sink, 0)->body, sink_request(p->sink, 1)->body);
	assert_money(event(p, id), "pending_webhooks", 0);
	a = deliveries(p);
	assert_flag(a, "data.1.by_hand", true);
	assert_money(a, "data.1.attempt", 0);
	ms_advance(p->h->ms, NULL, 86400);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 2);
}

static void redelivery__that_fails_leaves_the_retries(void **state)
{
	struct post *p = *state;
	const char *id;

	listen_for(p, "customer.created");
	sink_answer(p->sink, 500, NULL, 0);
	customer(p, "Ada");
	id = newest_event(p);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(ms_redeliver(p->h->ms, NULL, id, p->endpoint), 1);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 2);
	assert_money(deliveries(p), "data.1.next_attempt", HOUSE_NOW + 600);
	ms_advance(p->h->ms, NULL, 86400);
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 5);
}

static void redelivery__needs_what_it_names(void **state)
{
	struct post *p = *state;

	customer(p, "Ada");
	assert_int_equal(ms_redeliver(p->h->ms, NULL, "evt_none", NULL), -1);
	assert_int_equal(ms_redeliver(p->h->ms, NULL, newest_event(p), "we_none"), -1);
	assert_int_equal(ms_redeliver(p->h->ms, NULL, newest_event(p), NULL), 0);
	assert_status(api(p->h, "POST", "/_mockstripe/deliveries", "delivery=7"), 404);
	assert_status(api(p->h, "POST", "/_mockstripe/deliveries", "event=evt_none"), 404);
	assert_status(api(p->h, "POST", "/_mockstripe/deliveries", NULL), 400);
}

static void event_by_hand__is_delivered(void **state)
{
	struct post *p = *state;
	const struct answer *a;

	listen_for(p, "invoice.payment_failed");
	a = api_ok(p->h, "POST", "/_mockstripe/events",
		"{\"type\":\"invoice.payment_failed\",\"object\":{\"object\":\"invoice\",\"amount_due\":4200}}");
	ms_flush(p->h->ms, NULL);
	assert_int_equal(sink_count(p->sink), 1);
	assert_non_null(strstr(sink_request(p->sink, 0)->body, "\"amount_due\": 4200"));
	assert_non_null(strstr(sink_request(p->sink, 0)->body, field(a, "id")));
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define SOCKET_TEST(name) cmocka_unit_test_setup_teardown(name, setup_socket, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(delivery__carries_the_event_as_get_shows_it),
		TEST(delivery__has_stripes_headers),
		TEST(delivery__is_readable_afterwards_byte_for_byte),
		TEST(delivery__is_handed_to_the_embedding_program),
		TEST(enabled_events__choose),
		TEST(star__takes_all_in_order),
		TEST(each_endpoint__has_its_own_secret),
		TEST(call_rolled_back__posts_nothing),
		TEST(failure__is_tried_three_times_more),
		TEST(schedule__does_not_depend_on_the_steps_of_the_clock),
		TEST(live_mode__tries_for_three_days),
		TEST(retry_that_succeeds__is_the_last),
		TEST(redirect__is_a_failure),
		TEST(target_that_is_gone__says_why),
		TEST(disabled_endpoint__misses_its_attempts),
		TEST(deleted_endpoint__is_not_waited_for),
		cmocka_unit_test_setup_teardown(retry_on_the_machines_clock__comes_by_itself, setup_wall, teardown),
		TEST(redelivery__that_succeeds_ends_the_retries),
		TEST(redelivery__that_fails_leaves_the_retries),
		TEST(redelivery__needs_what_it_names),
		TEST(event_by_hand__is_delivered),
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

	return cmocka_run_group_tests(tests, NULL, NULL);
}
