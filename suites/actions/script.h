/* SPDX-License-Identifier: MIT */
#ifndef SUITES_ACTIONS_SCRIPT_H
#define SUITES_ACTIONS_SCRIPT_H

#include <stdlib.h>

#include "actions/stripe/call.h"
#include "suites/actions/support.h"

/*
 * A Stripe that answers from a script and writes down what it was asked. The first reply whose method and path fit and
 * that has not been used up answers; a request without a reply fails the test that made it.
 */
struct reply {
	const char *method, *path; /* the path without its query */
	int times;		   /* 0: for ever                 */
	enum transport_fate fate;
	int status;		    /* 0 with FATE_ANSWERED: 200      */
	const char *body;	    /* NULL: {}                        */
	const char *header, *value; /* one header of the answer; NULL: none */
	int used;
};

struct script {
	struct reply replies[64];
	size_t n_replies;
	char *log[1024]; /* "POST /v1/x a=b" and a blank and the idempotency key, if there is one */
	size_t n_log;
	int64_t now;
	unsigned waits[32]; /* milliseconds */
	size_t n_waits;
	char *headers; /* of the last request, "Name: value" by lines */
	/* Called with each line of the log before it is answered; NULL: nobody listens. */
	void (*hook)(void *arg, const char *request);
	void *hook_arg;
};

static inline void script_reply(struct script *s, struct reply r)
{
	assert_true(s->n_replies < COUNT_OF(s->replies));
	s->replies[s->n_replies++] = r;
}

/* Before all others: for a later call to differ. */
static inline void script_first(struct script *s, struct reply r)
{
	assert_true(s->n_replies < COUNT_OF(s->replies));
	memmove(s->replies + 1, s->replies, s->n_replies++ * sizeof(r));
	s->replies[0] = r;
}

static inline void script_log(struct script *s, const struct transport_request *request)
{
	const char *query = strchr(request->path, '?'), *key = NULL;
	size_t length = query ? (size_t)(query - request->path) : strlen(request->path);
	struct text headers;

	text_init(&headers, TEXT_NO_CEILING);
	for (size_t i = 0; i < request->n_headers; i++) {
		text_format(&headers, "%s: %s\n", request->headers[i].name, request->headers[i].value);
		if (!strcmp(request->headers[i].name, "Idempotency-Key"))
			key = request->headers[i].value;
	}
	free(s->headers);
	s->headers = text_take(&headers);
	text_clear(&headers);
	assert_true(s->n_log < COUNT_OF(s->log));
	s->log[s->n_log++] = mem_format("%s %.*s %s%s%s", request->method, (int)length, request->path,
		request->body ? request->body
		: query	      ? query + 1
			      : "",
		key ? " " : "", key ? key : "");
}

static inline enum transport_fate script_send(
	void *arg, struct arena *arena, const struct transport_request *request, struct transport_response *response)
{
	struct script *s = arg;
	size_t length = strcspn(request->path, "?");

	script_log(s, request);
	if (s->hook)
		s->hook(s->hook_arg, s->log[s->n_log - 1]);
	for (size_t i = 0; i < s->n_replies; i++) {
		struct reply *r = &s->replies[i];

		if (strcmp(r->method, request->method) != 0 || strlen(r->path) != length ||
			strncmp(r->path, request->path, length) != 0 || (r->times && r->used == r->times))
			continue;
		r->used++;
		response->trouble = "scripted";
		if (r->fate != FATE_ANSWERED)
			return r->fate;
		response->trouble = NULL;
		response->status = r->status ? r->status : 200;
		response->body = r->body ? r->body : "{}";
		response->length = strlen(response->body);
		response->headers = arena_alloc(arena, 2 * sizeof(*response->headers));
		if (r->header)
			response->headers[response->n_headers++] = (struct transport_header) { r->header, r->value };
		response->headers[response->n_headers++] = (struct transport_header) { "Request-Id", "req_suite" };
		return FATE_ANSWERED;
	}
	print_error("no reply to %s\n", s->log[s->n_log - 1]);
	fail();
	return FATE_LOST;
}

static inline int64_t script_now(void *arg)
{
	return ((struct script *)arg)->now;
}

static inline void script_wait(void *arg, unsigned milliseconds)
{
	struct script *s = arg;

	assert_true(s->n_waits < COUNT_OF(s->waits));
	s->waits[s->n_waits++] = milliseconds;
}

static inline struct transport script_transport(struct script *s)
{
	return (struct transport) { .send = script_send, .arg = s };
}

static inline struct clock script_clock(struct script *s)
{
	return (struct clock) { .now = script_now, .wait = script_wait, .arg = s };
}

/* The last logged request that begins with this; NULL when none does. */
static inline const char *script_asked(const struct script *s, const char *beginning)
{
	for (size_t i = s->n_log; i--;)
		if (!strncmp(s->log[i], beginning, strlen(beginning)))
			return s->log[i];
	return NULL;
}

static inline size_t script_count(const struct script *s, const char *beginning)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_log; i++)
		n += !strncmp(s->log[i], beginning, strlen(beginning));
	return n;
}

static inline void script_clear(struct script *s)
{
	for (size_t i = 0; i < s->n_log; i++)
		free(s->log[i]);
	free(s->headers);
	memset(s, 0, sizeof(*s));
}

#endif
