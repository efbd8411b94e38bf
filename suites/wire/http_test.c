/* SPDX-License-Identifier: MIT */
/* One HTTP connection: what stands on it byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "suites/support/api.h"
#include "suites/support/wire.h"

#define AUTH "Authorization: Bearer sk_test_wire\r\n"

static int setup(void **state)
{
	*state = house_open(&(struct ms_options) { .seed = 1, .now = HOUSE_NOW });
	return 0;
}

static const char *url_of(void **state)
{
	struct house *h = *state;

	return ms_url(h->ms);
}

static bool send_text(int fd, const char *text)
{
	return wire_send(fd, text, strlen(text));
}

static void assert_header(const struct wire_answer *a, const char *name, const char *wanted)
{
	char value[512];

	if (!wire_header(a, name, value, sizeof value))
		fail_msg("no %s in\n%s", name, a->head);
	assert_string_equal(value, wanted);
}

static void assert_no_header(const struct wire_answer *a, const char *name)
{
	char value[512];

	if (wire_header(a, name, value, sizeof value))
		fail_msg("%s is there: %s", name, value);
}

static void answer__carries_stripes_headers(void **state)
{
	struct wire_answer a;
	char id[64];

	wire_call(url_of(state), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 200);
	assert_header(&a, "Content-Type", "application/json");
	assert_header(&a, "Cache-Control", "no-cache, no-store");
	assert_header(&a, "Access-Control-Allow-Origin", "*");
	assert_true(wire_header(&a, "Request-Id", id, sizeof id));
	assert_int_equal(strlen(id), strlen("req_") + 14);
	assert_memory_equal(id, "req_", 4);
	assert_true(wire_header(&a, "Stripe-Version", id, sizeof id));
	assert_no_header(&a, "Strict-Transport-Security");
	assert_no_header(&a, "WWW-Authenticate");
	assert_no_header(&a, "Idempotent-Replayed");
	wire_clear(&a);
}

static void answer__exposes_the_request_id_to_browsers(void **state)
{
	struct wire_answer a;
	char value[512];

	wire_call(url_of(state), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_true(wire_header(&a, "Access-Control-Expose-Headers", value, sizeof value));
	assert_non_null(strstr(value, "Request-Id"));
	wire_clear(&a);
}

static void answer__echoes_the_version_asked_for(void **state)
{
	struct wire_answer a;

	wire_call(url_of(state), "GET", "/v1/customers", AUTH "Stripe-Version: 2025-03-31.basil\r\n", NULL, &a);
	assert_int_equal(a.status, 200);
	assert_header(&a, "Stripe-Version", "2025-03-31.basil");
	wire_clear(&a);
}

static void no_key__is_401_with_a_challenge(void **state)
{
	struct wire_answer a;

	wire_call(url_of(state), "GET", "/v1/customers", "", NULL, &a);
	assert_int_equal(a.status, 401);
	assert_header(&a, "WWW-Authenticate", "Basic realm=\"Stripe\"");
	assert_non_null(strstr(a.body, "You did not provide an API key."));
	wire_clear(&a);
}

static void basic_credentials__open_the_account(void **state)
{
	struct wire_answer a;

	/* sk_test_wire: with an empty password */
	wire_call(url_of(state), "GET", "/v1/customers", "Authorization: Basic c2tfdGVzdF93aXJlOg==\r\n", NULL, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
}

static void preflight__names_methods_and_headers(void **state)
{
	struct wire_answer a;
	char value[256];

	wire_call(url_of(state), "OPTIONS", "/v1/customers", "Origin: https://shop.example\r\n", NULL, &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.length, 0);
	assert_header(&a, "Access-Control-Allow-Origin", "*");
	assert_true(wire_header(&a, "Access-Control-Allow-Methods", value, sizeof value));
	assert_non_null(strstr(value, "POST"));
	assert_true(wire_header(&a, "Access-Control-Allow-Headers", value, sizeof value));
	assert_non_null(strstr(value, "Authorization"));
	wire_clear(&a);
}

static void keep_alive__serves_many_requests_on_a_connection(void **state)
{
	int fd = wire_connect(url_of(state));

	assert_true(fd >= 0);
	for (int i = 0; i < 50; i++) {
		struct wire_answer a;

		assert_true(send_text(fd, "GET /v1/customers HTTP/1.1\r\nHost: localhost\r\n" AUTH "\r\n"));
		wire_read(fd, false, &a);
		assert_int_equal(a.status, 200);
		wire_clear(&a);
	}
	close(fd);
}

static void connection_close__is_obeyed(void **state)
{
	int fd = wire_connect(url_of(state));
	struct wire_answer a;

	assert_true(
		send_text(fd, "GET /v1/customers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" AUTH "\r\n"));
	wire_read(fd, false, &a);
	assert_int_equal(a.status, 200);
	assert_true(wire_is_closed(fd));
	wire_clear(&a);
	close(fd);
}

static void head__has_the_length_but_no_body(void **state)
{
	int fd = wire_connect(url_of(state));
	struct wire_answer got, head, after;
	char length[32];

	assert_true(send_text(fd, "GET /v1/customers HTTP/1.1\r\nHost: localhost\r\n" AUTH "\r\n"));
	wire_read(fd, false, &got);
	assert_true(send_text(fd, "HEAD /v1/customers HTTP/1.1\r\nHost: localhost\r\n" AUTH "\r\n"));
	wire_read(fd, true, &head);
	assert_int_equal(head.status, 200);
	assert_true(wire_header(&head, "Content-Length", length, sizeof length));
	assert_int_equal(strtoul(length, NULL, 10), got.length);
	/* Were there a body, it would stand before this answer. */
	assert_true(send_text(fd, "GET /v1/customers HTTP/1.1\r\nHost: localhost\r\n" AUTH "\r\n"));
	wire_read(fd, false, &after);
	assert_int_equal(after.status, 200);
	wire_clear(&got);
	wire_clear(&head);
	wire_clear(&after);
	close(fd);
}

static void pipelined_requests__are_answered_in_order(void **state)
{
	int fd = wire_connect(url_of(state));
	char text[4096];
	size_t length = 0;

	for (int i = 0; i < 8; i++)
		length += (size_t)snprintf(text + length, sizeof text - length,
			"POST /v1/customers HTTP/1.1\r\nHost: localhost\r\n" AUTH "Content-Length: 6\r\n\r\nname=%d",
			i);
	assert_true(wire_send(fd, text, length));
	for (int i = 0; i < 8; i++) {
		struct wire_answer a;
		char wanted[32];

		wire_read(fd, false, &a);
		snprintf(wanted, sizeof wanted, "\"name\": \"%d\"", i);
		assert_int_equal(a.status, 200);
		assert_non_null(strstr(a.body, wanted));
		wire_clear(&a);
	}
	close(fd);
}

static void chunked_body__is_put_together(void **state)
{
	int fd = wire_connect(url_of(state));
	struct wire_answer a;

	assert_true(send_text(fd, "POST /v1/customers HTTP/1.1\r\nHost: localhost\r\n" AUTH
				  "Transfer-Encoding: chunked\r\n\r\n5\r\nname=\r\n"));
	usleep(20000);
	assert_true(send_text(fd, "3\r\nAda\r\n8\r\n+Byron%2\r\n"));
	usleep(20000);
	assert_true(send_text(fd, "1\r\n1\r\n0\r\n\r\n"));
	wire_read(fd, false, &a);
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.body, "\"name\": \"Ada Byron!\""));
	wire_clear(&a);
	close(fd);
}

static void slow_body__is_waited_for(void **state)
{
	int fd = wire_connect(url_of(state));
	struct wire_answer a;

	assert_true(
		send_text(fd, "POST /v1/customers HTTP/1.1\r\nHost: localhost\r\n" AUTH "Content-Length: 9\r\n\r\n"));
	for (const char *c = "name=Slow"; *c; c++) {
		assert_true(wire_send(fd, c, 1));
		usleep(2000);
	}
	wire_read(fd, false, &a);
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.body, "\"name\": \"Slow\""));
	wire_clear(&a);
	close(fd);
}

static void escaped_slash__stays_in_its_segment(void **state)
{
	struct wire_answer a;

	wire_call(url_of(state), "GET", "/v1/customers/cus%2Fx", AUTH, NULL, &a);
	assert_int_equal(a.status, 404);
	assert_non_null(strstr(a.body, "No such customer: 'cus/x'"));
	wire_clear(&a);
}

static void whole_url_as_target__is_taken_apart(void **state)
{
	struct wire_answer a;

	wire_call(url_of(state), "GET", "http://api.stripe.com/v1/customers?limit=1", AUTH, NULL, &a);
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.body, "\"url\": \"/v1/customers\""));
	wire_clear(&a);
}

/* ---- limits ---- */

static void assert_too_large(const struct wire_answer *a)
{
	assert_int_equal(a->status, 413);
	assert_non_null(strstr(a->body, "\"type\": \"invalid_request_error\""));
	assert_non_null(strstr(a->body, "8 MiB"));
}

static void body_of_more_than_8_mib__is_413(void **state)
{
	size_t size = ((size_t)8 << 20) + 1;
	char *body = malloc(size + 1);
	struct wire_answer a;

	assert_non_null(body);
	memset(body, 'a', size);
	body[size] = 0;
	wire_call(url_of(state), "POST", "/v1/customers", AUTH, body, &a);
	assert_too_large(&a);
	wire_clear(&a);
	free(body);
	wire_call(url_of(state), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
}

static void endless_chunked_body__is_413(void **state)
{
	int fd = wire_connect(url_of(state));
	char chunk[65536 + 16];
	struct wire_answer a;

	memcpy(chunk, "10000\r\n", 7);
	memset(chunk + 7, 'a', 65536);
	memcpy(chunk + 7 + 65536, "\r\n", 2);
	assert_true(send_text(
		fd, "POST /v1/customers HTTP/1.1\r\nHost: localhost\r\n" AUTH "Transfer-Encoding: chunked\r\n\r\n"));
	for (int i = 0; i < 130; i++)
		assert_true(wire_send(fd, chunk, 7 + 65536 + 2));
	assert_true(send_text(fd, "0\r\n\r\n"));
	wire_read(fd, false, &a);
	assert_too_large(&a);
	wire_clear(&a);
	close(fd);
}

static void body_that_waits_for_100__is_refused_unsent(void **state)
{
	int fd = wire_connect(url_of(state));
	struct wire_answer a;

	assert_true(send_text(fd, "POST /v1/customers HTTP/1.1\r\nHost: localhost\r\n" AUTH
				  "Expect: 100-continue\r\nContent-Length: 9000000\r\n\r\n"));
	wire_read(fd, false, &a);
	assert_too_large(&a);
	wire_clear(&a);
	close(fd);
}

static void long_header__is_refused(void **state)
{
	int fd = wire_connect(url_of(state));
	char *text = malloc(200000);
	struct wire_answer a;
	size_t length;

	assert_non_null(text);
	length = (size_t)sprintf(text, "GET /v1/customers HTTP/1.1\r\nHost: localhost\r\n" AUTH "X-Long: ");
	memset(text + length, 'x', 100000);
	length += 100000;
	memcpy(text + length, "\r\n\r\n", 4);
	/* The server may stop reading before everything is written. */
	(void)wire_send(fd, text, length + 4);
	wire_read(fd, false, &a);
	assert_true(a.status == 431 || a.status == 413 || a.status == 414 || a.status == 400 || a.status == 0);
	wire_clear(&a);
	close(fd);
	free(text);
	wire_call(url_of(state), "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
}

static void header_of_16_kib__is_read(void **state)
{
	char *headers = malloc(17000);
	struct wire_answer a;
	size_t length;

	assert_non_null(headers);
	length = (size_t)sprintf(headers, AUTH "X-Long: ");
	memset(headers + length, 'x', 15800);
	memcpy(headers + length + 15800, "\r\n", 3);
	wire_call(url_of(state), "GET", "/v1/customers", headers, NULL, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
	free(headers);
}

/* ---- malformed requests: each is refused or dropped, and the next connection is served ---- */

static const struct {
	const char *name, *text;
	bool half_close; /* the client writes no more */
} malformed[] = {
	{ "malformed__no_request_line", "\r\n\r\n\r\n", true },
	{ "malformed__not_http", "hello there\r\n\r\n", true },
	{ "malformed__no_version", "GET /v1/customers\r\n\r\n", true },
	{ "malformed__unknown_version", "GET /v1/customers HTTP/9.9\r\nHost: x\r\n\r\n", true },
	{ "malformed__header_without_colon", "GET /v1/customers HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", true },
	{ "malformed__length_is_no_number", "POST /v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n",
		true },
	{ "malformed__length_is_negative", "POST /v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
		true },
	{ "malformed__length_is_beyond_64_bits",
		"POST /v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", true },
	{ "malformed__chunk_size_is_no_number",
		"POST /v1/customers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
		true },
	{ "malformed__body_breaks_off",
		"POST /v1/customers HTTP/1.1\r\nHost: x\r\n" AUTH "Content-Length: 50\r\n\r\nname=a", true },
	{ "malformed__header_breaks_off", "GET /v1/customers HTTP/1.1\r\nHost: x\r\nAuthori", true },
	{ "malformed__tls_on_the_plain_port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", true },
	{ "malformed__client_goes_away",
		"POST /v1/customers HTTP/1.1\r\nHost: x\r\n" AUTH "Content-Length: 50\r\n\r\nname=a", false },
};

static const char *malformed_text(const char *name, bool *half_close)
{
	for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
		if (!strcmp(malformed[i].name, name)) {
			*half_close = malformed[i].half_close;
			return malformed[i].text;
		}
	}
	return NULL;
}

struct malformed_state {
	struct house *house;
	const char *name;
};

static int malformed_setup(void **state)
{
	struct malformed_state *s = calloc(1, sizeof *s);

	if (!s)
		return -1;
	s->name = *state;
	s->house = house_open(&(struct ms_options) { .seed = 1, .now = HOUSE_NOW });
	*state = s;
	return 0;
}

static int malformed_teardown(void **state)
{
	struct malformed_state *s = *state;

	house_close(s->house);
	free(s);
	return 0;
}

static void malformed_request(void **state)
{
	struct malformed_state *s = *state;
	const char *url = ms_url(s->house->ms);
	bool half_close = false;
	const char *text = malformed_text(s->name, &half_close);
	int fd = wire_connect(url);
	struct wire_answer a;

	assert_non_null(text);
	assert_true(send_text(fd, text));
	if (half_close) {
		shutdown(fd, SHUT_WR);
		/* What is not whole may be waited for, or the connection dropped: both are no answer. */
		wire_patience(fd, 300);
		wire_read(fd, false, &a);
		if (a.status == 200)
			fail_msg("answered as if it were well:\n%s%s", a.head, a.body);
		wire_clear(&a);
	}
	close(fd);
	wire_call(url, "GET", "/v1/customers", AUTH, NULL, &a);
	assert_int_equal(a.status, 200);
	/* Nothing of it was carried out. */
	assert_non_null(strstr(a.body, "\"data\": []"));
	wire_clear(&a);
}

/* ---- idempotency on the wire ---- */

static void idempotent_replay__says_so(void **state)
{
	static const char headers[] = AUTH "Idempotency-Key: order-17\r\n";
	struct wire_answer first, again;
	char id[64];

	wire_call(url_of(state), "POST", "/v1/customers", headers, "name=Ada", &first);
	assert_int_equal(first.status, 200);
	assert_header(&first, "Idempotency-Key", "order-17");
	assert_no_header(&first, "Idempotent-Replayed");
	assert_true(wire_header(&first, "Request-Id", id, sizeof id));
	assert_header(&first, "Original-Request", id);
	wire_call(url_of(state), "POST", "/v1/customers", headers, "name=Ada", &again);
	assert_int_equal(again.status, 200);
	assert_header(&again, "Idempotent-Replayed", "true");
	assert_header(&again, "Original-Request", id);
	assert_string_equal(first.body, again.body);
	wire_clear(&first);
	wire_clear(&again);
}

/* ---- the control room's door ---- */

static void control__is_closed_to_other_hosts(void **state)
{
	int fd = wire_connect(url_of(state));
	struct wire_answer a;

	assert_true(send_text(fd, "GET /_mockstripe/health HTTP/1.1\r\nHost: rebound.example:12111\r\n\r\n"));
	wire_read(fd, false, &a);
	assert_int_equal(a.status, 403);
	assert_non_null(strstr(a.body, "remedy"));
	wire_clear(&a);
	close(fd);
}

static void control__is_closed_to_pages_of_other_sites(void **state)
{
	struct wire_answer a;

	wire_call(url_of(state), "POST", "/_mockstripe/reset", "Origin: https://shop.example\r\n", NULL, &a);
	assert_int_equal(a.status, 403);
	wire_clear(&a);
	wire_call(url_of(state), "POST", "/_mockstripe/reset", "Origin: null\r\n", NULL, &a);
	assert_int_equal(a.status, 403);
	wire_clear(&a);
}

static void control__is_open_on_this_machine(void **state)
{
	static const char *const hosts[] = { "localhost", "127.0.0.1:12111", "LOCALHOST:1", "[::1]:80",
		"stripe.localhost" };

	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		int fd = wire_connect(url_of(state));
		char text[256];
		struct wire_answer a;

		snprintf(text, sizeof text, "GET /_mockstripe/health HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\n\r\n",
			hosts[i], hosts[i]);
		assert_true(send_text(fd, text));
		wire_read(fd, false, &a);
		if (a.status != 200)
			fail_msg("%s: %d", hosts[i], a.status);
		wire_clear(&a);
		close(fd);
	}
}

static void api__is_open_to_other_hosts(void **state)
{
	int fd = wire_connect(url_of(state));
	struct wire_answer a;

	assert_true(send_text(fd, "GET /v1/customers HTTP/1.1\r\nHost: api.stripe.com\r\n" AUTH "\r\n"));
	wire_read(fd, false, &a);
	assert_int_equal(a.status, 200);
	wire_clear(&a);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, house_teardown)

int main(void)
{
	static const struct CMUnitTest fixed[] = {
		TEST(answer__carries_stripes_headers),
		TEST(answer__exposes_the_request_id_to_browsers),
		TEST(answer__echoes_the_version_asked_for),
		TEST(no_key__is_401_with_a_challenge),
		TEST(basic_credentials__open_the_account),
		TEST(preflight__names_methods_and_headers),
		TEST(keep_alive__serves_many_requests_on_a_connection),
		TEST(connection_close__is_obeyed),
		TEST(head__has_the_length_but_no_body),
		TEST(pipelined_requests__are_answered_in_order),
		TEST(chunked_body__is_put_together),
		TEST(slow_body__is_waited_for),
		TEST(escaped_slash__stays_in_its_segment),
		TEST(whole_url_as_target__is_taken_apart),
		TEST(body_of_more_than_8_mib__is_413),
		TEST(endless_chunked_body__is_413),
		TEST(body_that_waits_for_100__is_refused_unsent),
		TEST(long_header__is_refused),
		TEST(header_of_16_kib__is_read),
		TEST(idempotent_replay__says_so),
		TEST(control__is_closed_to_other_hosts),
		TEST(control__is_closed_to_pages_of_other_sites),
		TEST(control__is_open_on_this_machine),
		TEST(api__is_open_to_other_hosts),
	};
	struct CMUnitTest tests[sizeof fixed / sizeof *fixed + sizeof malformed / sizeof *malformed];
	size_t n = sizeof fixed / sizeof *fixed;

	memcpy(tests, fixed, sizeof fixed);
	for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++)
		tests[n + i] = (struct CMUnitTest) { malformed[i].name, malformed_request, malformed_setup,
			malformed_teardown, (char *)(uintptr_t)malformed[i].name };
	return cmocka_run_group_tests_name("wire/http", tests, NULL, NULL);
}
