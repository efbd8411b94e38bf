/* SPDX-License-Identifier: MIT */
#include "suites/actions/support.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "actions/stripe/client.h"

/* The transport over libcurl, against a server of this suite: what arrives, and what each trouble is called. */

/* Serves one connection after another: reads a request, sends `answer`, and ends the connection as told. */
struct server {
	int listener;
	int port;
	const char *answer; /* NULL: none */
	bool reset;	    /* ends with a TCP reset */
	bool stall;	    /* says nothing more until the client has gone */
	atomic_bool done;
	char request[4096]; /* the last one */
	pthread_t thread;
};

static size_t request_read(int fd, char *out, size_t room)
{
	size_t length = 0;
	const char *end, *body;
	ssize_t got;

	while (length < room - 1) {
		got = recv(fd, out + length, room - 1 - length, 0);
		if (got <= 0)
			break;
		length += (size_t)got;
		out[length] = '\0';
		end = strstr(out, "\r\n\r\n");
		body = strcasestr(out, "content-length:");
		if (end && (!body || strlen(end + 4) >= strtoul(body + 15, NULL, 10)))
			break;
	}
	return length;
}

static void *server_main(void *arg)
{
	struct server *s = arg;
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	char rest[16];

	for (;;) {
		int fd = accept(s->listener, NULL, NULL);

		if (fd < 0 || atomic_load(&s->done)) {
			if (fd >= 0)
				close(fd);
			return NULL;
		}
		if (request_read(fd, s->request, sizeof(s->request)) && s->answer &&
			send(fd, s->answer, strlen(s->answer), MSG_NOSIGNAL) < 0)
			s->answer = NULL;
		if (s->stall && recv(fd, rest, sizeof(rest), 0) < 0)
			s->stall = false;
		if (s->reset)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		close(fd);
	}
}

static int listen_somewhere(int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void server_start(struct server *s)
{
	s->listener = listen_somewhere(&s->port);
	assert_int_equal(pthread_create(&s->thread, NULL, server_main, s), 0);
}

static void server_stop(struct server *s)
{
	atomic_store(&s->done, true);
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->listener);
}

struct exchange {
	struct arena arena;
	struct transport_response response;
	enum transport_fate fate;
};

static void exchange_do(struct exchange *e, const char *base, const char *method, const char *body)
{
	struct transport_header headers[] = { { "Authorization", "Bearer sk_test_suite" }, { "X-Suite", "yes" } };
	struct client *client = client_new(base, 2000, 300);
	struct transport transport = client_transport(client);
	struct transport_request request = { .method = method,
		.path = "/v1/x?a=b",
		.headers = headers,
		.n_headers = 2,
		.body = body,
		.length = body ? strlen(body) : 0 };

	memset(e, 0, sizeof(*e));
	e->fate = transport.send(transport.arg, &e->arena, &request, &e->response);
	client_free(client);
}

static const struct trouble_row {
	const char *name, *answer;
	bool reset, stall;
	enum transport_fate fate;
} trouble_rows[] = {
	{ "trouble__none", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", false, false, FATE_ANSWERED },
	{ "trouble__error_status_is_an_answer", "HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n{}", false, false,
		FATE_ANSWERED },
	{ "trouble__closed_without_a_word", NULL, false, false, FATE_LOST },
	{ "trouble__reset_without_a_word", NULL, true, false, FATE_LOST },
	{ "trouble__cut_in_the_head", "HTTP/1.1 200 OK\r\nContent-Le", false, true, FATE_TIMEOUT },
	{ "trouble__cut_in_the_body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":", false, false,
		FATE_LOST },
	{ "trouble__cut_in_a_chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{\"id\":", false,
		false, FATE_LOST },
	{ "trouble__stalls_in_the_body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":", false, true,
		FATE_TIMEOUT },
	{ "trouble__stalls_without_a_word", NULL, false, true, FATE_TIMEOUT },
	{ "trouble__not_http", "SSH-2.0-OpenSSH\r\n", false, false, FATE_LOST },
};

static void trouble_row_test(void **state)
{
	const struct trouble_row *row = *state;
	struct server server = { .answer = row->answer, .reset = row->reset, .stall = row->stall };
	char *base;
	struct exchange e;

	server_start(&server);
	base = mem_format("http://127.0.0.1:%d", server.port);
	exchange_do(&e, base, "POST", "a=b");
	server_stop(&server);
	free(base);
	assert_int_equal(e.fate, row->fate);
	assert_int_equal(e.response.trouble != NULL, row->fate != FATE_ANSWERED);
	if (e.response.trouble)
		assert_lacks(e.response.trouble, "sk_test_suite");
	arena_free(&e.arena);
}

static void request__arrives_as_it_was_given(void **state)
{
	struct server server = {
		.answer = "HTTP/1.1 201 Created\r\nContent-Length: 9\r\nRequest-Id:  req_1 \r\n\r\n{\"a\":\"b\"}"
	};
	char *base;
	struct exchange e;

	(void)state;
	server_start(&server);
	base = mem_format("http://127.0.0.1:%d", server.port);
	exchange_do(&e, base, "POST", "email=a%40b.co");
	assert_int_equal(e.fate, FATE_ANSWERED);
	assert_int_equal(e.response.status, 201);
	assert_string_equal(e.response.body, "{\"a\":\"b\"}");
	assert_string_equal(transport_header(&e.response, "request-ID"), "req_1");
	assert_null(transport_header(&e.response, "Request"));
	arena_free(&e.arena);
	server_stop(&server);
	free(base);
	assert_int_equal(strncmp(server.request, "POST /v1/x?a=b HTTP/1.1\r\n", 25), 0);
	assert_holds(server.request, "\r\nAuthorization: Bearer sk_test_suite\r\n");
	assert_holds(server.request, "\r\nX-Suite: yes\r\n");
	assert_holds(server.request, "\r\n\r\nemail=a%40b.co");
	assert_lacks(server.request, "Expect");
}

static void request__delete_and_get_have_no_body(void **state)
{
	static const char *const methods[] = { "GET", "DELETE" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		struct server server = { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" };
		char *base;
		struct exchange e;

		server_start(&server);
		base = mem_format("http://127.0.0.1:%d", server.port);
		exchange_do(&e, base, methods[i], NULL);
		server_stop(&server);
		free(base);
		assert_int_equal(e.fate, FATE_ANSWERED);
		assert_int_equal(strncmp(server.request, methods[i], strlen(methods[i])), 0);
		assert_lacks(server.request, "Content-Length");
		arena_free(&e.arena);
	}
}

/* A redirect would carry the key to whoever it points at. */
static void redirect__is_an_answer_and_not_followed(void **state)
{
	struct server server = {
		.answer = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\n{}"
	};
	char *base;
	struct exchange e;

	(void)state;
	server_start(&server);
	base = mem_format("http://127.0.0.1:%d", server.port);
	exchange_do(&e, base, "GET", NULL);
	server_stop(&server);
	free(base);
	assert_int_equal(e.fate, FATE_ANSWERED);
	assert_int_equal(e.response.status, 302);
	arena_free(&e.arena);
}

static void connection__refused_was_surely_not_sent(void **state)
{
	int port, fd = listen_somewhere(&port);
	char *base = mem_format("http://127.0.0.1:%d", port);
	struct exchange e;

	(void)state;
	close(fd); /* nobody listens there now */
	exchange_do(&e, base, "POST", "a=b");
	assert_int_equal(e.fate, FATE_NOT_SENT);
	arena_free(&e.arena);
	free(base);
}

static void connection__tls_to_a_plain_server_was_not_sent(void **state)
{
	struct server server = { .answer = "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n" };
	struct exchange e;
	char *base;

	(void)state;
	server_start(&server);
	base = mem_format("https://127.0.0.1:%d", server.port);
	exchange_do(&e, base, "POST", "a=b");
	server_stop(&server);
	free(base);
	assert_int_equal(e.fate, FATE_NOT_SENT);
	arena_free(&e.arena);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(request__arrives_as_it_was_given),
		cmocka_unit_test(request__delete_and_get_have_no_body),
		cmocka_unit_test(redirect__is_an_answer_and_not_followed),
		cmocka_unit_test(connection__refused_was_surely_not_sent),
		cmocka_unit_test(connection__tls_to_a_plain_server_was_not_sent),
	};
	struct CMUnitTest *troubles =
		tests_of_rows(trouble_rows, COUNT_OF(trouble_rows), sizeof(trouble_rows[0]), trouble_row_test);
	int failed = cmocka_run_group_tests_name("transport", single, NULL, NULL);

	failed += _cmocka_run_group_tests("transport_trouble", troubles, COUNT_OF(trouble_rows), NULL, NULL);
	free(troubles);
	return failed;
}
