/* SPDX-License-Identifier: MIT */
/* Faults over a socket: what the network would do is done to the connection. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "suites/support/api.h"
#include "suites/support/wire.h"

#define AUTH "Authorization: Bearer sk_test_suite\r\n"
#define LIST_CUSTOMERS "GET /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\n" AUTH "\r\n"
#define MAKE_CUSTOMER                                                                                                  \
	"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\n" AUTH                                                      \
	"Idempotency-Key: k1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n\r\nname=Ada"

static int setup(void **state)
{
	*state = house_open(&(struct ms_options) { .seed = 1, .now = HOUSE_NOW });
	return 0;
}

static void fault(struct house *h, const struct ms_fault *rule)
{
	char *why = NULL;

	if (!ms_fault(h->ms, rule, &why))
		fail_msg("refused: %s", why);
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int64_t customers(struct house *h)
{
	return (int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data");
}

/* Sends a request on a connection of its own; what comes back, up to the end, in `out`. The error of the last read. */
static int exchange(struct house *h, const char *request, char *out, size_t room, size_t *length)
{
	int fd = wire_connect(ms_url(h->ms)), error = 0;

	*length = 0;
	assert_true(fd >= 0);
	assert_true(wire_send(fd, request, strlen(request)));
	while (*length + 1 < room) {
		ssize_t n = recv(fd, out + *length, room - *length - 1, 0);

		if (n < 0)
			error = errno;
		if (n <= 0)
			break;
		*length += (size_t)n;
	}
	out[*length] = 0;
	close(fd);
	return error;
}

/* The same request again, answered from its key: the one before was done. */
static void assert_done_once(struct house *h)
{
	struct wire_answer a;
	char value[8];

	wire_call(ms_url(h->ms), "POST", "/v1/customers", AUTH "Idempotency-Key: k1\r\n", "name=Ada", &a);
	assert_int_equal(a.status, 200);
	assert_true(wire_header(&a, "Idempotent-Replayed", value, sizeof value));
	wire_clear(&a);
	assert_same_int(customers(h), 1);
}

static void reset__is_a_reset(void **state)
{
	struct house *h = *state;
	char out[256];
	size_t length;

	fault(h, &(struct ms_fault) { .kind = "reset", .times = 1 });
	assert_int_equal(exchange(h, MAKE_CUSTOMER, out, sizeof out, &length), ECONNRESET);
	assert_int_equal(length, 0);
	assert_done_once(h);
}

static void empty__is_an_end_without_a_byte(void **state)
{
	struct house *h = *state;
	char out[256];
	size_t length;

	fault(h, &(struct ms_fault) { .kind = "empty", .times = 1 });
	assert_int_equal(exchange(h, MAKE_CUSTOMER, out, sizeof out, &length), 0);
	assert_int_equal(length, 0);
	assert_done_once(h);
}

static void empty_before__leaves_the_call_undone(void **state)
{
	struct house *h = *state;
	char out[256];
	size_t length;

	fault(h, &(struct ms_fault) { .kind = "empty", .when = "before", .times = 1 });
	assert_int_equal(exchange(h, MAKE_CUSTOMER, out, sizeof out, &length), 0);
	assert_int_equal(length, 0);
	assert_same_int(customers(h), 0);
}

/* The head declares the whole body, of which `cut` bytes come. */
static void check_cut(struct house *h, unsigned cut)
{
	char out[8192], *body;
	size_t length;
	unsigned long declared;

	fault(h, &(struct ms_fault) { .kind = "cut", .cut = cut, .times = 1 });
	exchange(h, MAKE_CUSTOMER, out, sizeof out, &length);
	assert_memory_equal(out, "HTTP/1.1 200 OK\r\n", 17);
	body = strstr(out, "\r\n\r\n");
	assert_non_null(body);
	body += 4;
	declared = strtoul(strstr(out, "Content-Length: ") + 16, NULL, 10);
	assert_true(declared > 300);
	assert_int_equal(strlen(body), cut);
	assert_memory_equal(body, "{\n  \"id\": \"cus_", cut < 15 ? cut : 15);
	assert_done_once(h);
}

static void cut__ends_within_the_body(void **state)
{
	check_cut(*state, 100);
}

static void cut_at_0__ends_behind_the_head(void **state)
{
	check_cut(*state, 0);
}

static void cut__is_an_error_to_a_client_library(void **state)
{
	struct house *h = *state;
	struct wire_answer a;

	fault(h, &(struct ms_fault) { .kind = "cut", .cut = 50 });
	wire_call(ms_url(h->ms), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 0);
	wire_clear(&a);
}

static void garbage__is_html(void **state)
{
	struct house *h = *state;
	struct wire_answer a;
	char type[64];

	fault(h, &(struct ms_fault) { .kind = "garbage", .status = 502 });
	wire_call(ms_url(h->ms), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 502);
	assert_true(wire_header(&a, "Content-Type", type, sizeof type));
	assert_string_equal(type, "text/html");
	wire_clear(&a);
}

static void rate_limit__carries_its_headers(void **state)
{
	struct house *h = *state;
	struct wire_answer a;
	char value[64];

	fault(h, &(struct ms_fault) { .kind = "rate_limit", .retry_after = 2 });
	wire_call(ms_url(h->ms), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 429);
	assert_true(wire_header(&a, "Retry-After", value, sizeof value));
	assert_string_equal(value, "2");
	assert_true(wire_header(&a, "Stripe-Rate-Limited-Reason", value, sizeof value));
	wire_clear(&a);
}

static void answer__comes_with_its_own_headers_only_once(void **state)
{
	static const char *const headers[] = { "Request-Id: req_mine", "Content-Type: text/plain", NULL };
	struct house *h = *state;
	struct wire_answer a;
	char value[64];

	assert_true(ms_answer_next(h->ms, &(struct ms_answer) { .body = "hello", .headers = headers }, NULL) > 0);
	wire_call(ms_url(h->ms), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(a.body, "hello");
	assert_true(wire_header(&a, "Request-Id", value, sizeof value));
	assert_string_equal(value, "req_mine");
	assert_null(strstr(strstr(a.head, "Request-Id: ") + 1, "\r\nRequest-Id: "));
	assert_true(wire_header(&a, "Content-Type", value, sizeof value));
	assert_string_equal(value, "text/plain");
	wire_clear(&a);
}

static void delay__holds_the_answer_back(void **state)
{
	struct house *h = *state;
	struct wire_answer a;
	int64_t start, took;

	fault(h, &(struct ms_fault) { .kind = "delay", .delay = 150, .times = 1 });
	start = milliseconds();
	wire_call(ms_url(h->ms), "GET", "/v1/customers", AUTH, NULL, &a);
	took = milliseconds() - start;
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.body, "\"object\": \"list\""));
	wire_clear(&a);
	assert_true(took >= 145);
	assert_true(took < 5000);
}

/* One event loop: were it asleep, the other request would wait as long. */
static void delay__holds_nobody_else_back(void **state)
{
	struct house *h = *state;
	struct wire_answer a;
	int fd = wire_connect(ms_url(h->ms));
	int64_t start = milliseconds();
	char byte;

	fault(h, &(struct ms_fault) { .kind = "delay", .delay = 700, .times = 1 });
	assert_true(wire_send(fd, LIST_CUSTOMERS, strlen(LIST_CUSTOMERS)));
	/* The second is served at once, whichever of the two the rule strikes: wait until it has struck the first. */
	while (ms_fault_count(h->ms, 1) == 0)
		usleep(1000);
	wire_call(ms_url(h->ms), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
	assert_true(recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0);
	wire_read(fd, false, &a);
	assert_int_equal(a.status, 200);
	assert_true(milliseconds() - start >= 690);
	wire_clear(&a);
	close(fd);
}

static void delayed_error__comes_late_and_the_connection_goes_on(void **state)
{
	struct house *h = *state;
	int fd = wire_connect(ms_url(h->ms));
	struct wire_answer a;

	fault(h, &(struct ms_fault) { .kind = "error", .delay = 30, .times = 1 });
	assert_true(wire_send(fd, LIST_CUSTOMERS, strlen(LIST_CUSTOMERS)));
	wire_read(fd, false, &a);
	assert_int_equal(a.status, 500);
	wire_clear(&a);
	assert_true(wire_send(fd, LIST_CUSTOMERS, strlen(LIST_CUSTOMERS)));
	wire_read(fd, false, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
	close(fd);
}

static void stall__answers_nothing_until_the_client_gives_up(void **state)
{
	struct house *h = *state;
	struct timeval patience = { .tv_usec = 100000 };
	int fd = wire_connect(ms_url(h->ms));
	char byte;

	fault(h, &(struct ms_fault) { .kind = "stall", .times = 1 });
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	assert_true(wire_send(fd, MAKE_CUSTOMER, strlen(MAKE_CUSTOMER)));
	assert_true(recv(fd, &byte, 1, 0) < 0);
	assert_true(errno == EAGAIN || errno == EWOULDBLOCK);
	close(fd);
	assert_done_once(h);
}

static void stall_with_a_delay__ends_by_itself(void **state)
{
	struct house *h = *state;
	char out[256];
	size_t length;
	int64_t start = milliseconds();

	fault(h, &(struct ms_fault) { .kind = "stall", .delay = 100, .times = 1 });
	exchange(h, MAKE_CUSTOMER, out, sizeof out, &length);
	assert_int_equal(length, 0);
	assert_true(milliseconds() - start >= 95);
	assert_true(milliseconds() - start < 5000);
}

/* What still waits is let go, and nothing of it is lost or freed twice (the sanitizers look). */
static void stop__lets_go_of_what_waits(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .seed = 1, .now = HOUSE_NOW });
	int fds[3];
	int64_t start;

	(void)state;
	fault(h, &(struct ms_fault) { .kind = "stall", .times = 2 });
	fault(h, &(struct ms_fault) { .kind = "delay", .delay = 60000 });
	for (int i = 0; i < 3; i++) {
		fds[i] = wire_connect(ms_url(h->ms));
		assert_true(wire_send(fds[i], LIST_CUSTOMERS, strlen(LIST_CUSTOMERS)));
	}
	while (ms_fault_count(h->ms, 2) == 0)
		usleep(1000);
	start = milliseconds();
	house_close(h);
	assert_true(milliseconds() - start < 1500);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

#define CLIENTS 8
#define CALLS 40

struct client {
	const char *url;
	unsigned answered, refused, lost;
};

static void *call_on(void *arg)
{
	struct client *c = arg;

	for (int i = 0; i < CALLS; i++) {
		struct wire_answer a;

		wire_call(c->url, "GET", "/v1/customers", AUTH, NULL, &a);
		c->answered += a.status == 200;
		c->refused += a.status == 503;
		c->lost += a.status == 0;
		wire_clear(&a);
	}
	return NULL;
}

/* Rules come and go while eight clients are served by two threads: every call is struck by one rule or by none. */
static void many_clients__count_every_strike_once(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .seed = 1, .now = HOUSE_NOW, .threads = 2 });
	struct client clients[CLIENTS], sum = { 0 };
	pthread_t threads[CLIENTS];

	(void)state;
	fault(h, &(struct ms_fault) { .kind = "error", .status = 503, .times = 50 });
	fault(h, &(struct ms_fault) { .kind = "empty", .times = 30 });
	fault(h, &(struct ms_fault) { .kind = "delay", .delay = 3, .percent = 20 });
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] = (struct client) { .url = ms_url(h->ms) };
		assert_int_equal(pthread_create(&threads[i], NULL, call_on, &clients[i]), 0);
	}
	for (int i = 0; i < 20; i++) {
		unsigned number = ms_fault(h->ms, &(struct ms_fault) { .kind = "error", .method = "DELETE" }, NULL);

		assert_true(number > 0);
		assert_int_equal(ms_fault_count(h->ms, number), 0);
	}
	for (int i = 0; i < CLIENTS; i++) {
		pthread_join(threads[i], NULL);
		sum.answered += clients[i].answered;
		sum.refused += clients[i].refused;
		sum.lost += clients[i].lost;
	}
	assert_int_equal(sum.refused, 50);
	assert_int_equal(sum.lost, 30);
	assert_int_equal(sum.answered, CLIENTS * CALLS - 80);
	house_close(h);
}

static void control_room__takes_faults_over_http(void **state)
{
	struct house *h = *state;
	struct wire_answer a;

	wire_call(ms_url(h->ms), "POST", "/_mockstripe/faults", "Content-Type: application/json\r\n",
		"{\"kind\":\"empty\",\"times\":1}", &a);
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.body, "\"number\": 1"));
	wire_clear(&a);
	wire_call(ms_url(h->ms), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 0);
	wire_clear(&a);
	wire_call(ms_url(h->ms), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, setup, house_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(reset__is_a_reset),
		SERVED(empty__is_an_end_without_a_byte),
		SERVED(empty_before__leaves_the_call_undone),
		SERVED(cut__ends_within_the_body),
		SERVED(cut_at_0__ends_behind_the_head),
		SERVED(cut__is_an_error_to_a_client_library),
		SERVED(garbage__is_html),
		SERVED(rate_limit__carries_its_headers),
		SERVED(answer__comes_with_its_own_headers_only_once),
		SERVED(delay__holds_the_answer_back),
		SERVED(delay__holds_nobody_else_back),
		SERVED(delayed_error__comes_late_and_the_connection_goes_on),
		SERVED(stall__answers_nothing_until_the_client_gives_up),
		SERVED(stall_with_a_delay__ends_by_itself),
		cmocka_unit_test(stop__lets_go_of_what_waits),
		cmocka_unit_test(many_clients__count_every_strike_once),
		SERVED(control_room__takes_faults_over_http),
	};

	return cmocka_run_group_tests_name("faults on the wire", tests, NULL, NULL);
}
