/* SPDX-License-Identifier: MIT */
#ifndef SUITES_WIRE_WEBHOOKS_H
#define SUITES_WIRE_WEBHOOKS_H

/* What the suites of deliveries share: a simulator with a receiver beside it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/hmac.h>

#include <cmocka.h>

#include "suites/support/api.h"
#include "suites/support/sink.h"
#include "suites/support/wire.h"

struct post {
	struct house *h;
	struct sink *sink;
	const char *endpoint, *secret; /* of the endpoint that listen_for made */
};

static inline int setup_with(void **state, const struct ms_options *options)
{
	struct post *p = calloc(1, sizeof *p);

	if (!p)
		abort();
	p->sink = sink_open();
	p->h = house_open(options);
	*state = p;
	return 0;
}

static inline int setup(void **state)
{
	return setup_with(state, &(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
}

static inline int setup_socket(void **state)
{
	return setup_with(state, &(struct ms_options) { .seed = 1, .now = HOUSE_NOW });
}

static inline int setup_wall(void **state)
{
	return setup_with(state, &(struct ms_options) { .no_socket = true, .seed = 1 });
}

static inline int setup_off(void **state)
{
	return setup_with(
		state, &(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW, .no_deliveries = true });
}

static inline int teardown(void **state)
{
	struct post *p = *state;

	house_close(p->h);
	sink_close(p->sink);
	free(p);
	return 0;
}

/* An endpoint at the sink for one type of event, or "*". */
static inline void listen_for(struct post *p, const char *type)
{
	const struct answer *a = api_ok(p->h, "POST", "/v1/webhook_endpoints",
		text_of(p->h, "url=%s&enabled_events[]=%s", sink_url(p->sink), type));

	p->endpoint = field(a, "id");
	p->secret = field(a, "secret");
}

static const struct answer *customer(struct post *p, const char *name)
{
	return api_ok(p->h, "POST", "/v1/customers", text_of(p->h, "name=%s", name));
}

static const char *newest_event(struct post *p)
{
	return field(api_ok(p->h, "GET", "/v1/events?limit=1", NULL), "data.0.id");
}

static const struct answer *event(struct post *p, const char *id)
{
	return api_ok(p->h, "GET", text_of(p->h, "/v1/events/%s", id), NULL);
}

static const struct answer *deliveries(struct post *p)
{
	return api_ok(p->h, "GET", "/_mockstripe/deliveries", NULL);
}

/* As a receiver computes it: whether t and v1 of the header go together with the body. */
static inline bool is_signed(const struct sink_request *r, const char *secret, char t[32])
{
	char *header = sink_header(r, "Stripe-Signature"), hex[65] = "", *message;
	char v1[80] = "", v0[80] = "";
	unsigned char mac[32];
	unsigned length = 0;
	int n;

	assert_non_null(header);
	assert_int_equal(sscanf(header, "t=%20[0-9],v1=%64[0-9a-f],v0=%64[0-9a-f]", t, v1, v0), 3);
	free(header);
	n = asprintf(&message, "%s.%s", t, r->body);
	assert_true(n > 0);
	HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)message, (size_t)n, mac, &length);
	free(message);
	assert_int_equal(length, 32);
	for (int i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", mac[i]);
	assert_int_equal(strlen(v0), 64);
	assert_string_not_equal(v0, hex);
	return !strcmp(v1, hex);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define SOCKET_TEST(name) cmocka_unit_test_setup_teardown(name, setup_socket, teardown)

#endif
