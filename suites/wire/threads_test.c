/* SPDX-License-Identifier: MIT */
/* Many clients at once, on one loop and on a pool of threads, and the end while they call. Threads assert nothing. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "suites/support/api.h"
#include "suites/support/wire.h"

#define CLIENTS 8
#define CALLS 40

struct client {
	pthread_t thread;
	const char *url;
	struct ms *ms;
	int number;
	int good, bad;
	atomic_bool *stop;
};

/* One request on a connection that stays; true when it was answered with 200. */
static bool call(int fd, const char *method, const char *path, const char *key, const char *headers, const char *body)
{
	char text[1024];
	struct wire_answer a;
	int length = snprintf(text, sizeof text,
		"%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n%sContent-Length: %zu\r\n\r\n%s",
		method, path, key, headers, strlen(body), body);
	bool good = wire_send(fd, text, (size_t)length);

	if (!good)
		return false;
	wire_read(fd, false, &a);
	good = a.status == 200;
	wire_clear(&a);
	return good;
}

static void *create_and_list(void *arg)
{
	struct client *c = arg;
	int fd = wire_connect(c->url);
	char key[64], body[64];

	snprintf(key, sizeof key, "sk_test_threads%d", c->number);
	for (int i = 0; i < CALLS && fd >= 0; i++) {
		bool good;

		snprintf(body, sizeof body, "name=c%d+%d", c->number, i);
		good = call(fd, "POST", "/v1/customers", key, "", body) &&
		       call(fd, "GET", "/v1/customers?limit=5", key, "", "");
		if (i % 8 == 0)
			good = good && call(fd, "GET", "/_mockstripe/requests?limit=3", key, "", "") &&
			       call(fd, "GET", "/_mockstripe/events?limit=3", key, "", "");
		*(good ? &c->good : &c->bad) += 1;
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

static void run(struct client *clients, void *(*work)(void *arg))
{
	for (int i = 0; i < CLIENTS; i++)
		assert_int_equal(pthread_create(&clients[i].thread, NULL, work, &clients[i]), 0);
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(clients[i].thread, NULL);
}

static size_t count_customers(struct house *h)
{
	size_t count = 0;
	const struct answer *a = api_ok(h, "GET", "/v1/customers?limit=100", NULL);

	for (;;) {
		size_t n = field_count(a, "data");

		count += n;
		if (!field_flag(a, "has_more"))
			return count;
		a = api_ok(h, "GET",
			text_of(h, "/v1/customers?limit=100&starting_after=%s",
				field(a, text_of(h, "data.%zu.id", n - 1))),
			NULL);
	}
}

static void check_clients(const struct ms_options *options, size_t in_default_account)
{
	struct house *h = house_open(options);
	struct client clients[CLIENTS] = { 0 };

	for (int i = 0; i < CLIENTS; i++)
		clients[i] = (struct client) { .url = ms_url(h->ms), .number = i };
	run(clients, create_and_list);
	for (int i = 0; i < CLIENTS; i++)
		assert_int_equal(clients[i].good, CALLS);
	assert_int_equal(count_customers(h), in_default_account);
	house_close(h);
}

static void clients__share_an_account_on_one_loop(void **state)
{
	(void)state;
	check_clients(&(struct ms_options) { .now = HOUSE_NOW, .threads = 1 }, CLIENTS * CALLS);
}

static void clients__share_an_account_on_a_pool(void **state)
{
	(void)state;
	check_clients(&(struct ms_options) { .now = HOUSE_NOW, .threads = 4 }, CLIENTS * CALLS);
}

static void clients__have_accounts_of_their_own_on_a_pool(void **state)
{
	(void)state;
	check_clients(&(struct ms_options) { .now = HOUSE_NOW, .threads = 4, .account_per_key = true }, 0);
}

/* ---- the same idempotency key from all sides: one customer, and every answer is it, its replay or a conflict ---- */

static void *repeat(void *arg)
{
	struct client *c = arg;
	int fd = wire_connect(c->url);

	for (int i = 0; i < CALLS && fd >= 0; i++) {
		char headers[64];

		snprintf(headers, sizeof headers, "Idempotency-Key: shared-%d\r\n", i);
		if (call(fd, "POST", "/v1/customers", "sk_test_threads", headers, "name=Once"))
			c->good++;
		else
			c->bad++;
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

static void idempotency_keys__act_once_from_many_threads(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .now = HOUSE_NOW, .threads = 4 });
	struct client clients[CLIENTS] = { 0 };

	(void)state;
	for (int i = 0; i < CLIENTS; i++)
		clients[i] = (struct client) { .url = ms_url(h->ms), .number = i };
	run(clients, repeat);
	for (int i = 0; i < CLIENTS; i++)
		assert_int_equal(clients[i].good + clients[i].bad, CALLS);
	assert_int_equal(count_customers(h), CALLS);
	house_close(h);
}

/* ---- the embedding API beside the sockets ---- */

static void *operate(void *arg)
{
	struct client *c = arg;

	for (int i = 0; i < CALLS; i++) {
		struct ms_mark *mark = ms_mark(c->ms, NULL);
		char account[32];
		const char *key;
		struct ms_response r;
		bool good;

		snprintf(account, sizeof account, "acct_threads%d", c->number);
		key = ms_key(c->ms, account);
		ms_call(c->ms, &(struct ms_request) { "POST", "/v1/customers", .key = key, .body = "name=x" }, &r);
		good = mark && r.status == 200;
		ms_response_clear(&r);
		good = good && !ms_advance(c->ms, account, 1) && ms_now(c->ms, account) == HOUSE_NOW + i + 1;
		good = good && !ms_rewind(c->ms, mark);
		ms_mark_free(mark);
		*(good ? &c->good : &c->bad) += 1;
	}
	return NULL;
}

static void embedding_calls__mix_with_clients(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .now = HOUSE_NOW, .threads = 2 });
	struct client inside[CLIENTS] = { 0 }, outside[2] = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		outside[i] = (struct client) { .url = ms_url(h->ms), .number = i };
		assert_int_equal(pthread_create(&outside[i].thread, NULL, create_and_list, &outside[i]), 0);
	}
	for (int i = 0; i < CLIENTS; i++)
		inside[i] = (struct client) { .ms = h->ms, .number = i };
	run(inside, operate);
	for (int i = 0; i < 2; i++) {
		pthread_join(outside[i].thread, NULL);
		assert_int_equal(outside[i].good, CALLS);
	}
	for (int i = 0; i < CLIENTS; i++)
		assert_int_equal(inside[i].good, CALLS);
	house_close(h);
}

/* ---- the end ---- */

static void *call_until_told(void *arg)
{
	struct client *c = arg;
	int fd = wire_connect(c->url);

	/* A call that fails after the stop was asked for is what a client sees of it; before, it is an error. */
	while (fd >= 0 && !atomic_load(c->stop)) {
		if (call(fd, "POST", "/v1/customers", "sk_test_threads", "", "name=x"))
			c->good++;
		else if (!atomic_load(c->stop))
			c->bad++;
		else
			break;
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

static void stop__lets_requests_end(void **state)
{
	/* Not a house: it would look at what was answered while the clients still call. */
	struct ms *ms = ms_start(&(struct ms_options) { .now = HOUSE_NOW, .threads = 2 }, NULL);
	struct client clients[CLIENTS] = { 0 };
	atomic_bool stop = false;

	(void)state;
	assert_non_null(ms);
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] = (struct client) { .url = ms_url(ms), .stop = &stop };
		assert_int_equal(pthread_create(&clients[i].thread, NULL, call_until_told, &clients[i]), 0);
	}
	usleep(100000);
	atomic_store(&stop, true);
	ms_stop(ms);
	for (int i = 0; i < CLIENTS; i++) {
		pthread_join(clients[i].thread, NULL);
		assert_int_equal(clients[i].bad, 0);
		assert_true(clients[i].good > 0);
	}
}

static void stop__does_not_wait_for_idle_connections(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .now = HOUSE_NOW });
	int fd = wire_connect(ms_url(h->ms));

	(void)state;
	assert_true(call(fd, "GET", "/v1/customers", "sk_test_threads", "", ""));
	house_close(h);
	assert_true(wire_is_closed(fd));
	close(fd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients__share_an_account_on_one_loop),
		cmocka_unit_test(clients__share_an_account_on_a_pool),
		cmocka_unit_test(clients__have_accounts_of_their_own_on_a_pool),
		cmocka_unit_test(idempotency_keys__act_once_from_many_threads),
		cmocka_unit_test(embedding_calls__mix_with_clients),
		cmocka_unit_test(stop__lets_requests_end),
		cmocka_unit_test(stop__does_not_wait_for_idle_connections),
	};

	return cmocka_run_group_tests_name("wire/threads", tests, NULL, NULL);
}
