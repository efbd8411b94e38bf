/* SPDX-License-Identifier: MIT */
#include "actions/stripe/call.h"

#include <string.h>

#include "actions/stripe/answer.h"
#include "actions/stripe/encode.h"
#include "base/text.h"

#define HEADERS_MOST 6

/* Everything that stays the same over all tries of one request. */
static void request_make(const struct stripe_client *c, const struct stripe_ask *ask, struct arena *arena,
	struct transport_header headers[HEADERS_MOST], struct transport_request *out)
{
	bool posts = !strcmp(ask->method, "POST");
	struct text params;
	size_t n = 0;

	text_init(&params, TEXT_NO_CEILING);
	encode_params(&params, ask->params);
	out->method = ask->method;
	out->path = posts || !params.length ? ask->path : arena_format(arena, "%s?%s", ask->path, params.data);
	out->body = posts ? arena_range(arena, params.data, params.length) : NULL;
	out->length = posts ? params.length : 0;
	text_clear(&params);

	headers[n++] = (struct transport_header) { "Authorization", arena_format(arena, "Bearer %s", c->api_key) };
	headers[n++] = (struct transport_header) { "Stripe-Version", STRIPE_API_VERSION };
	headers[n++] = (struct transport_header) { "User-Agent", "stripe-actions" };
	headers[n++] = (struct transport_header) { "Accept", "application/json" };
	if (posts)
		headers[n++] = (struct transport_header) { "Content-Type", "application/x-www-form-urlencoded" };
	if (ask->idempotency_key)
		headers[n++] = (struct transport_header) { "Idempotency-Key", ask->idempotency_key };
	out->headers = headers;
	out->n_headers = n;
}

/* After which it cannot be said whether the server has done what was asked. */
static bool is_doubtful(enum transport_fate fate, const struct transport_response *r)
{
	if (fate != FATE_ANSWERED)
		return fate != FATE_NOT_SENT;
	return r->status >= 500 || r->status == 424;
}

json_t *stripe_call(struct stripe_client *c, const struct stripe_ask *ask, struct problem *why)
{
	struct arena *arena = why->arena;
	struct transport_header headers[HEADERS_MOST];
	struct transport_request request = { 0 };
	struct transport_response response;
	enum transport_fate fate;
	bool wrote = ask->idempotency_key != NULL, doubtful = false;
	const char *id;
	json_t *body = NULL;
	unsigned tried = 0, wait;

	request_make(c, ask, arena, headers, &request);
	for (;;) {
		memset(&response, 0, sizeof(response));
		fate = c->transport.send(c->transport.arg, arena, &request, &response);
		doubtful = doubtful || is_doubtful(fate, &response);
		if (!retry_wanted(fate, &response, ++tried, c->max_retries,
			    ask->idempotency_key ? ask->idempotency_key : request.path, &wait))
			break;
		clock_wait(&c->clock, wait);
	}
	id = fate == FATE_ANSWERED && ask->ids ? transport_header(&response, "Request-Id") : NULL;
	if (id)
		json_array_append_new(ask->ids, json_string(id));
	if (fate == FATE_ANSWERED)
		body = answer_read(&response, wrote, why);
	else
		answer_missing(fate, &response, wrote, why);
	if (!body && tried > 1)
		why->detail = arena_format(arena, "%s (%u tries)", why->detail, tried);
	/* What the last try met says nothing about those before it, of which one may have gone through. */
	if (!body)
		why->outcome_unknown = why->outcome_unknown || (wrote && doubtful);
	return body;
}
