/* SPDX-License-Identifier: MIT */
/* A second request under a key whose first is still being served: from the inside, where that moment can be held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/conform.h"
#include "base/json.h"
#include "engine/inside.h"

static struct reply post(struct engine *e, const char *method, const char *key, const char *account_key)
{
	struct request request = { .method = method,
		.target = "/v1/customers",
		.body = "name=A",
		.body_length = strcmp(method, "POST") ? 0 : 6,
		.key = account_key,
		.idempotency_key = key };
	struct reply reply;

	engine_serve(e, &request, &reply);
	return reply;
}

static int status_of(struct reply reply)
{
	bytes_drop(reply.body);
	return reply.status;
}

static void request_under_way__is_a_conflict(void **state)
{
	struct engine *e = engine_new(&(struct engine_options) { .seed = 1, .now = 1767225600 });
	struct reply reply;
	json_t *body;

	(void)state;
	assert_true(inflight_enter(e->inflight, ENGINE_DEFAULT_ACCOUNT, "k1"));
	reply = post(e, "POST", "k1", "sk_test_a");
	assert_int_equal(reply.status, 409);
	assert_true(reply.echo_idempotency_key);
	body = json_loadb(reply.body->data, reply.body->length, 0, NULL);
	assert_string_equal(js_text_at(body, "error.message"),
		"There is currently another in-progress request using this Idempotent Key (that probably means you "
		"submitted twice, and the other request is still going through): k1. Please try again later.");
	assert_string_equal(js_text_at(body, "error.code"), "idempotency_key_in_use");
	assert_string_equal(js_text_at(body, "error.type"), "idempotency_error");
	assert_true(conform_check(schema_find_route("POST", "/v1/customers"), 409, body, NULL));
	json_decref(body);
	bytes_drop(reply.body);
	/* Other keys, other requests and later ones go through: the conflict was not kept. */
	assert_int_equal(status_of(post(e, "POST", "k2", "sk_test_a")), 200);
	assert_int_equal(status_of(post(e, "GET", "k1", "sk_test_a")), 200);
	inflight_leave(e->inflight, ENGINE_DEFAULT_ACCOUNT, "k1");
	reply = post(e, "POST", "k1", "sk_test_a");
	assert_int_equal(reply.status, 200);
	assert_false(reply.replayed);
	bytes_drop(reply.body);
	engine_free(e);
}

static void conflict__leaves_the_first_alone(void **state)
{
	struct engine *e = engine_new(&(struct engine_options) { .seed = 1, .now = 1767225600 });

	(void)state;
	assert_true(inflight_enter(e->inflight, ENGINE_DEFAULT_ACCOUNT, "k1"));
	for (int i = 0; i < 3; i++)
		assert_int_equal(status_of(post(e, "POST", "k1", "sk_test_a")), 409);
	inflight_leave(e->inflight, ENGINE_DEFAULT_ACCOUNT, "k1");
	assert_int_equal(status_of(post(e, "POST", "k1", "sk_test_a")), 200);
	engine_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_under_way__is_a_conflict),
		cmocka_unit_test(conflict__leaves_the_first_alone),
	};

	return cmocka_run_group_tests_name("idempotency conflicts", tests, NULL, NULL);
}
