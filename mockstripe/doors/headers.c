/* SPDX-License-Identifier: MIT */
#include "doors/headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

static void put_origin(header_put *put, void *arg)
{
	put(arg, "Access-Control-Allow-Methods", "GET, HEAD, PUT, PATCH, POST, DELETE");
	put(arg, "Access-Control-Allow-Origin", "*");
	put(arg, "Access-Control-Allow-Headers", "*, Authorization");
	put(arg, "Access-Control-Expose-Headers",
		"Request-Id, Stripe-Version, Idempotent-Replayed, Original-Request, Stripe-Should-Retry, "
		"Stripe-Account, "
		"X-Stripe-External-Auth-Required");
}

void preflight_headers(header_put *put, void *arg)
{
	put_origin(put, arg);
	put(arg, "Access-Control-Max-Age", "300");
}

static void put_own(const struct reply *reply, const struct request *request, header_put *put, void *arg)
{
	if (reply->body && reply->body->length)
		put(arg, "Content-Type", reply->content_type);
	put(arg, "Cache-Control", "no-cache, no-store");
	if (!reply->page)
		put_origin(put, arg);
	if (*reply->request_id)
		put(arg, "Request-Id", reply->request_id);
	if (*reply->version)
		put(arg, "Stripe-Version", reply->version);
	if (reply->echo_idempotency_key)
		put(arg, "Idempotency-Key", request->idempotency_key);
	if (*reply->original_request)
		put(arg, "Original-Request", reply->original_request);
	if (reply->replayed)
		put(arg, "Idempotent-Replayed", "true");
	if (*reply->account)
		put(arg, "Stripe-Account", reply->account);
	if (reply->should_retry)
		put(arg, "Stripe-Should-Retry", reply->should_retry);
	if (reply->unauthenticated)
		put(arg, "WWW-Authenticate", "Basic realm=\"Stripe\"");
}

/* Puts the reply's own headers, but for those that its list has too. */
struct sieve {
	const char *list;
	header_put *put;
	void *arg;
};

static void put_unless_listed(void *arg, const char *name, const char *value)
{
	const struct sieve *s = arg;
	size_t length = strlen(name);

	for (const char *line = s->list; *line; line += strcspn(line, "\n"), line += *line != 0)
		if (!strncasecmp(line, name, length) && line[length] == ':')
			return;
	s->put(s->arg, name, value);
}

static void put_list(struct bytes *lines, header_put *put, void *arg)
{
	char *text = mem_copy_text(lines->data);

	for (char *line = text, *next; *line; line = next) {
		char *value;

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = 0;
		value = strchr(line, ':');
		if (!value)
			continue;
		*value++ = 0;
		put(arg, line, value + strspn(value, " "));
	}
	free(text);
}

void reply_headers(const struct reply *reply, const struct request *request, header_put *put, void *arg)
{
	struct sieve sieve = { .put = put, .arg = arg };

	if (!reply->headers) {
		put_own(reply, request, put, arg);
		return;
	}
	sieve.list = reply->headers->data;
	put_own(reply, request, put_unless_listed, &sieve);
	put_list(reply->headers, put, arg);
}
