/* SPDX-License-Identifier: MIT */
/* Webhooks: what is posted, and events by hand. */
#include "suites/wire/webhooks.h"

static void assert_header(const struct sink_request *r, const char *name, const char *wanted)
{
	char *value = sink_header(r, name);

	if (!value || strcmp(value, wanted))
		fail_msg("%s is \"%s\", not \"%s\"", name, value ? value : "(absent)", wanted);
	free(value);
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
		TEST(redelivery__that_succeeds_ends_the_retries),
		TEST(redelivery__that_fails_leaves_the_retries),
		TEST(redelivery__needs_what_it_names),
		TEST(event_by_hand__is_delivered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
