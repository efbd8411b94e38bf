/* SPDX-License-Identifier: MIT */
#ifndef SUITES_ACTIONS_SERVED_H
#define SUITES_ACTIONS_SERVED_H

#include <arpa/inet.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "actions/doors/http.h"
#include "actions/people/identity.h"
#include "base/json.h"
#include "suites/actions/support.h"
#include "suites/support/api.h"

/*
 * The HTTP door as it is served, with its sockets and threads, in this process: the demo company in a simulator behind
 * it, and plain sockets in front, so that a test decides when which byte is sent.
 */
#define DEMO_NOW 1795428000
#define PATIENCE_SECONDS 20

struct served {
	struct house *house;
	struct agent *agent;
	struct http *http;
	unsigned port;
	FILE *err;
	char *said; /* for the operator */
	size_t said_length;
};

static inline int64_t served_now(void *arg)
{
	(void)arg;
	return DEMO_NOW;
}

/* Pauses between tries are not worth a test's time. */
static inline void served_wait(void *arg, unsigned milliseconds)
{
	(void)arg, (void)milliseconds;
}

/* changes: members of the configuration as JSON text, NULL: none. options->port and the rest are as given. */
static inline void served_open(struct served *s, const char *changes, struct http_options options)
{
	static const char *const fixtures[] = { "fixtures/demo", NULL };
	json_t *all = json_load_file("fixtures/demo/actions.json", 0, NULL), *people, *change;
	struct text why;
	char *text;

	memset(s, 0, sizeof(*s));
	s->house = house_open(
		&(struct ms_options) { .seed = 1, .now = DEMO_NOW, .fixtures = fixtures, .strict_keys = true });
	people = json_load_file("fixtures/demo/contacts.json", 0, NULL);
	change = changes ? json_loads(changes, 0, NULL) : json_object();
	assert_non_null(all);
	assert_non_null(people);
	assert_non_null(change);
	js_put_text(js_get(all, "stripe"), "base_url", ms_url(s->house->ms));
	js_put_text(js_get(all, "stripe"), "api_key", "sk_test_slackwater_demo");
	js_put(all, "contacts", js_get(people, "contacts"));
	json_object_update(all, change);
	json_decref(people);
	json_decref(change);
	text = json_dumps(all, 0);
	json_decref(all);
	text_init(&why, TEXT_NO_CEILING);
	s->agent = agent_open(
		&(struct agent_options) {
			.json = text, .name = "served.json", .clock = { .now = served_now, .wait = served_wait } },
		&why);
	free(text);
	if (!s->agent)
		fail_msg("%s", why.data);
	s->err = open_memstream(&s->said, &s->said_length);
	options.port = options.port ? options.port : "0";
	s->http = http_open(s->agent, &options, s->err, &why);
	if (!s->http)
		fail_msg("%s", why.data);
	text_clear(&why);
	s->port = (unsigned)strtoul(strrchr(http_url(s->http), ':') + 1, NULL, 10);
}

/* Nothing is left for the operator to read but what a test took itself. */
static inline void served_close(struct served *s)
{
	if (s->http)
		http_close(s->http);
	agent_close(s->agent);
	house_close(s->house);
	fclose(s->err);
	free(s->said);
}

/* ---- a caller ---- */

struct caller {
	int fd;
	struct text heard;
	bool ended; /* the server closed */
};

static inline void caller_patience(int fd)
{
	const struct timeval patience = { .tv_sec = PATIENCE_SECONDS };

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
}

/* Sends one request; headers are whole lines with their ends, NULL: none. */
static inline void caller_ask(struct caller *c, const struct served *s, const char *method, const char *path,
	const char *headers, const char *body)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s->port) };
	char *text;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->ended = false;
	text_init(&c->heard, TEXT_NO_CEILING);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(c->fd >= 0);
	caller_patience(c->fd);
	assert_int_equal(connect(c->fd, (const struct sockaddr *)(const void *)&address, sizeof(address)), 0);
	text = mem_format(
		"%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s%sContent-Length: %zu\r\n\r\n%s",
		method, path, s->port, body ? "Content-Type: application/json\r\n" : "", headers ? headers : "",
		body ? strlen(body) : (size_t)0, body ? body : "");
	assert_int_equal(send(c->fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	free(text);
}

/* Reads until `part` has come; NULL: until the server closes. */
static inline void caller_hear(struct caller *c, const char *part)
{
	char piece[4096];

	while (!c->ended && !(part && strstr(c->heard.data, part))) {
		ssize_t got = recv(c->fd, piece, sizeof(piece), 0);

		if (got < 0)
			fail_msg("nothing came; heard so far: %s", c->heard.data);
		c->ended = got == 0;
		text_add(&c->heard, piece, (size_t)got);
	}
	if (part && !strstr(c->heard.data, part))
		fail_msg("\"%s\" never came; heard: %s", part, c->heard.data);
}

static inline void caller_leave(struct caller *c)
{
	close(c->fd);
	text_clear(&c->heard);
}

static inline int caller_status(const struct caller *c)
{
	return (int)strtol(c->heard.data + 9, NULL, 10);
}

/* The value of a header, up to the line's end; free() it, NULL: absent. */
static inline char *caller_header(const struct caller *c, const char *name)
{
	char *line = mem_format("\r\n%s: ", name), *at = strstr(c->heard.data, line), *out = NULL;

	if (at)
		out = mem_copy_range(at + strlen(line), strcspn(at + strlen(line), "\r"));
	free(line);
	return out;
}

/* The whole body as JSON, of an answer that has been heard to its end. */
static inline json_t *caller_json(const struct caller *c)
{
	const char *body = strstr(c->heard.data, "\r\n\r\n");
	json_t *tree = body ? json_loads(body + 4, 0, NULL) : NULL;

	if (!tree)
		fail_msg("no JSON: %s", c->heard.data);
	return tree;
}

/* Asks and hears it all. */
static inline json_t *served_ask(
	const struct served *s, const char *method, const char *path, const char *headers, const char *body, int status)
{
	struct caller c;
	json_t *out;

	caller_ask(&c, s, method, path, headers, body);
	caller_hear(&c, NULL);
	if (caller_status(&c) != status)
		fail_msg("wanted %d: %s", status, c.heard.data);
	out = strstr(c.heard.data, "\r\n\r\n")[4] ? caller_json(&c) : NULL;
	caller_leave(&c);
	return out;
}

/* {"user_id", "user_hash"} of a contact, without its braces; free() it. */
static inline char *served_proof(const struct served *s, const char *contact)
{
	char hash[65];

	identity_hash(s->agent->config, contact, hash);
	return mem_format("\"user_id\":\"%s\",\"user_hash\":\"%s\"", contact, hash);
}

/* ---- a model's endpoint that says one piece, and the rest when it is told to ---- */

#define PIECE(text) "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text "\"}}]}\n\n"

struct slow_model {
	int listener;
	unsigned port;
	char *url;
	pthread_t thread;
	sem_t asked; /* a request came, and the first piece went out */
	sem_t go;    /* the rest may go                              */
	sem_t left;  /* the caller hung up before                    */
	bool plain;  /* answer whole instead, when told to           */
};

/* Within the patience; false otherwise. */
static inline bool soon(sem_t *what)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_SECONDS;
	return sem_timedwait(what, &until) == 0;
}

/* The other side may have left, which is what some tests are about. */
static inline void slow_send(int fd, const char *text)
{
	ssize_t sent = send(fd, text, strlen(text), MSG_NOSIGNAL);

	(void)sent;
}

static inline bool slow_has_left(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static inline void slow_serve(struct slow_model *m, int fd)
{
	const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
	char head[65536];
	size_t length = 0;
	ssize_t got;

	/* The request of these tests fits, and its last byte closes its JSON object. */
	while (length < sizeof(head) - 1 && (got = recv(fd, head + length, sizeof(head) - 1 - length, 0)) > 0) {
		length += (size_t)got;
		head[length] = '\0';
		if (strstr(head, "\r\n\r\n") && head[length - 1] == '}')
			break;
	}
	if (!m->plain)
		slow_send(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" PIECE(
				      "First"));
	sem_post(&m->asked);
	while (sem_trywait(&m->go) != 0) {
		if (slow_has_left(fd)) {
			sem_post(&m->left);
			return;
		}
		nanosleep(&moment, NULL);
	}
	slow_send(fd, m->plain ? "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
				 "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"Whole.\"}}]}"
			       : PIECE(" second.") "data: [DONE]\n\n");
}

static inline void *slow_run(void *arg)
{
	struct slow_model *m = arg;
	int fd;

	while ((fd = accept(m->listener, NULL, NULL)) >= 0) {
		slow_serve(m, fd);
		close(fd);
	}
	return NULL;
}

static inline void slow_open(struct slow_model *m, bool plain)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);

	memset(m, 0, sizeof(*m));
	m->plain = plain;
	sem_init(&m->asked, 0, 0);
	sem_init(&m->go, 0, 0);
	sem_init(&m->left, 0, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	m->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(m->listener >= 0);
	assert_int_equal(bind(m->listener, (const struct sockaddr *)(const void *)&address, size), 0);
	assert_int_equal(listen(m->listener, 16), 0);
	assert_int_equal(getsockname(m->listener, (struct sockaddr *)(void *)&address, &size), 0);
	m->url = mem_format("http://127.0.0.1:%u/v1", ntohs(address.sin_port));
	assert_int_equal(pthread_create(&m->thread, NULL, slow_run, m), 0);
}

static inline void slow_close(struct slow_model *m)
{
	shutdown(m->listener, SHUT_RDWR);
	pthread_join(m->thread, NULL);
	close(m->listener);
	sem_destroy(&m->asked);
	sem_destroy(&m->go);
	sem_destroy(&m->left);
	free(m->url);
}

#endif
