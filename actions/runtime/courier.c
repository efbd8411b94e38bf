/* SPDX-License-Identifier: MIT */
#include "actions/runtime/courier.h"

#include <stdlib.h>
#include <string.h>

#include "actions/core/digest.h"
#include "actions/stripe/client.h"
#include "base/json.h"
#include "base/mem.h"

#define CONNECT_MS 5000
#define ANSWER_MS 10000

struct courier {
	const struct config *config;
	struct client *wire; /* NULL when a transport was handed in */
	struct transport transport;
	const char *path;
};

struct courier *courier_open(const struct config *config, struct transport transport)
{
	const char *url = config->step_up.url, *path = url ? strchr(strstr(url, "://") + 3, '/') : NULL;
	struct courier *c;
	char *origin;

	if (!url)
		return NULL;
	c = mem_alloc(sizeof(*c));
	*c = (struct courier) { .config = config, .transport = transport, .path = path ? path : "/" };
	if (!transport.send) {
		origin = mem_copy_range(url, path ? (size_t)(path - url) : strlen(url));
		c->wire = client_new(origin, CONNECT_MS, ANSWER_MS);
		c->transport = client_transport(c->wire);
		free(origin);
	}
	return c;
}

void courier_close(struct courier *c)
{
	if (!c)
		return;
	client_free(c->wire);
	free(c);
}

static void body_make(const struct courier *c, const char *to, const char *code, int64_t expires_at, struct text *out)
{
	js_auto tree = json_object();

	js_put_text(tree, "type", "step_up_code");
	js_put_text(tree, "agent", c->config->agent_id);
	js_put_text(tree, "to", to);
	js_put_text(tree, "code", code);
	js_put_int(tree, "expires_at", expires_at);
	js_write(out, tree);
}

static const char *signature(const struct courier *c, const struct text *body, int64_t now, struct arena *arena)
{
	const char *secret = c->config->step_up.secret;
	const char *text = arena_format(arena, "%lld.%s", (long long)now, body->data);
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];

	digest_make(secret, strlen(secret), text, strlen(text), digest);
	digest_hex(digest, DIGEST_SIZE, hex);
	return arena_format(arena, "t=%lld,v1=%s", (long long)now, hex);
}

bool courier_send(
	struct courier *c, const char *to, const char *code, int64_t now, int64_t expires_at, struct text *why)
{
	struct arena arena = { 0 };
	struct transport_response response = { 0 };
	enum transport_fate fate;
	struct text body;
	bool sent;

	text_init(&body, TEXT_NO_CEILING);
	body_make(c, to, code, expires_at, &body);
	struct transport_header headers[] = { { "Content-Type", "application/json" },
		{ "Stripe-Actions-Signature", signature(c, &body, now, &arena) } };
	const struct transport_request request = { .method = "POST",
		.path = c->path,
		.headers = headers,
		.n_headers = COUNT_OF(headers),
		.body = body.data,
		.length = body.length };

	fate = c->transport.send(c->transport.arg, &arena, &request, &response);
	sent = fate == FATE_ANSWERED && response.status >= 200 && response.status < 300;
	if (!sent && fate == FATE_ANSWERED)
		text_format(why, "step_up.deliver.url answered with status %d", response.status);
	else if (!sent)
		text_format(why, "step_up.deliver.url: %s", response.trouble);
	text_clear(&body);
	arena_free(&arena);
	return sent;
}
