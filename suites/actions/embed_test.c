/* SPDX-License-Identifier: MIT */
#include "actions/actions.h"
#include "suites/actions/company.h"

/* The public face: a program that embeds the actions, with a transport and a clock of its own. */

struct world {
	struct script script;
	struct arena arena; /* of the last exchange */
	struct sa_header headers[4];
	bool offline;
	char code[7];
};

/* The script, by way of the public types. */
static enum sa_fate world_send(void *arg, const struct sa_http_request *request, struct sa_http_response *response)
{
	struct world *w = arg;
	struct transport_header headers[16];
	struct transport_request inside = { .method = request->method,
		.path = request->path,
		.headers = headers,
		.n_headers = request->n_headers,
		.body = request->body,
		.length = request->length };
	struct transport_response answer = { 0 };

	if (w->offline) {
		response->trouble = "unplugged";
		return SA_NOT_SENT;
	}
	assert_true(request->n_headers <= COUNT_OF(headers));
	for (size_t i = 0; i < request->n_headers; i++)
		headers[i] = (struct transport_header) { request->headers[i].name, request->headers[i].value };
	arena_clear(&w->arena);
	assert_int_equal(script_send(&w->script, &w->arena, &inside, &answer), FATE_ANSWERED);
	for (size_t i = 0; i < answer.n_headers && i < COUNT_OF(w->headers); i++)
		w->headers[i] = (struct sa_header) { answer.headers[i].name, answer.headers[i].value };
	*response = (struct sa_http_response) { answer.status, w->headers, answer.n_headers, answer.body, answer.length,
		NULL };
	return SA_ANSWERED;
}

static int64_t world_now(void *arg)
{
	return ((struct world *)arg)->script.now;
}

static void world_wait(void *arg, unsigned milliseconds)
{
	script_wait(&((struct world *)arg)->script, milliseconds);
}

/* The operator's server that sends e-mail: keeps the last code. */
static enum sa_fate world_post(void *arg, const struct sa_http_request *request, struct sa_http_response *response)
{
	struct world *w = arg;
	json_t *body = json_loadb(request->body, request->length, 0, NULL);

	assert_string_equal(request->path, "/codes");
	assert_int_equal(strlen(js_text(body, "code")), sizeof(w->code) - 1);
	memcpy(w->code, js_text(body, "code"), sizeof(w->code));
	json_decref(body);
	*response = (struct sa_http_response) { .status = 202, .body = "" };
	return SA_ANSWERED;
}

static struct sa *world_open_with(struct world *w, const char *configuration)
{
	char *why = NULL;
	struct sa *sa;

	memset(w, 0, sizeof(*w));
	w->script.now = NOW;
	script_reply(
		&w->script, (struct reply) { .method = "GET", .path = "/v1/customers/cus_ada", .body = ADA_CUSTOMER });
	script_reply(&w->script,
		(struct reply) { .method = "GET", .path = "/v1/subscriptions", .body = LIST(ADA_SUBSCRIPTION) });
	sa = sa_open(&(struct sa_options) { .config_json = configuration,
			     .courier = { .send = world_post, .arg = w },
			     .transport = { .send = world_send, .arg = w },
			     .now = world_now,
			     .wait = world_wait,
			     .clock_arg = w },
		&why);
	if (!sa)
		print_error("%s\n", why);
	assert_non_null(sa);
	return sa;
}

static struct sa *world_open(struct world *w)
{
	return world_open_with(w, COMPANY_CONFIG);
}

static void world_close(struct world *w, struct sa *sa)
{
	sa_close(sa);
	arena_free(&w->arena);
	script_clear(&w->script);
}

static void embed__runs_an_action(void **state)
{
	struct world w;
	struct sa *sa = world_open(&w);
	struct config *config = config_of(COMPANY_CONFIG);
	struct sa_result r;
	char hash[65];

	(void)state;
	identity_hash(config, "ada", hash);
	sa_run(sa, &(struct sa_call) { .action = "get_subscription", .user_id = "ada", .user_hash = hash }, &r);
	assert_string_equal(r.status, "ok");
	assert_holds(r.message, "Your subscription Basic (20.00 USD per month)");
	assert_holds(r.json, "{\"status\":\"ok\",\"message\":\"Your subscription");
	assert_holds(r.diagnostic, "{\"code\":\"none\"");
	sa_result_clear(&r);
	config_free(config);
	world_close(&w, sa);
}

static void embed__tells_trouble_on_the_way(void **state)
{
	struct world w;
	struct sa *sa = world_open(&w);
	struct config *config = config_of(COMPANY_CONFIG);
	struct sa_result r;
	char hash[65];

	(void)state;
	identity_hash(config, "ada", hash);
	w.offline = true;
	sa_run(sa, &(struct sa_call) { .action = "get_subscription", .user_id = "ada", .user_hash = hash }, &r);
	assert_string_equal(r.status, "error");
	assert_holds(r.json, "\"code\":\"billing_unreachable\",\"retryable\":true");
	assert_holds(r.diagnostic, "unplugged");
	assert_lacks(r.json, "unplugged");
	assert_int_equal(w.script.n_waits, 2);
	sa_result_clear(&r);
	config_free(config);
	world_close(&w, sa);
}

static void embed__refuses_a_bad_configuration(void **state)
{
	char *why = NULL;

	(void)state;
	assert_null(sa_open(&(struct sa_options) { .config_json = "{}" }, &why));
	assert_holds(why, "configuration: $.agent: is required");
	free(why);
	assert_null(sa_open(&(struct sa_options) { .config_file = "/nowhere.json" }, NULL));
}

static void embed__two_agents_never_meet(void **state)
{
	struct world one, other;
	struct sa *a = world_open(&one), *b = world_open(&other);
	struct sa_result r;

	(void)state;
	sa_run(a, &(struct sa_call) { .action = "get_subscription" }, &r);
	assert_string_equal(r.status, "needs_verification");
	sa_result_clear(&r);
	world_close(&one, a);
	sa_run(b, &(struct sa_call) { .action = "nothing" }, &r);
	assert_string_equal(r.status, "refused");
	sa_result_clear(&r);
	world_close(&other, b);
}

static void embed__lists_tools_and_warnings(void **state)
{
	struct world w;
	struct sa *sa = world_open(&w);
	char *tools = sa_tools(sa, "mcp", NULL), *warnings = sa_warnings(sa);

	(void)state;
	assert_holds(tools, "{\"tools\":[{\"name\":\"get_subscription\"");
	assert_string_equal(warnings, "audit_off: $.audit: runs are not recorded\n");
	assert_null(sa_tools(sa, "xml", NULL));
	assert_null(sa_tools(sa, "mcp", "moon"));
	free(tools);
	free(warnings);
	world_close(&w, sa);
}

/* A hash opens a session, which counts in its place until the log-out. */
static void embed__a_session_in_place_of_the_proof(void **state)
{
	struct world w;
	struct sa *sa = world_open(&w);
	struct config *config = config_of(COMPANY_CONFIG);
	struct sa_result r;
	char hash[65], *session;

	(void)state;
	identity_hash(config, "ada", hash);
	assert_null(sa_identify(sa, &(struct sa_call) { .user_id = "ada", .user_hash = "no" }));
	session = sa_identify(sa, &(struct sa_call) { .user_id = "ada", .user_hash = hash });
	assert_non_null(session);
	for (int i = 0; i < 2; i++) {
		sa_run(sa, &(struct sa_call) { .action = "get_subscription", .session = session }, &r);
		assert_string_equal(r.status, i ? "needs_verification" : "ok");
		sa_result_clear(&r);
		assert_int_equal(sa_reset_user(sa, session), 0);
	}
	assert_int_equal(sa_reset_user(sa, "ses_none"), -1);
	free(session);
	config_free(config);
	world_close(&w, sa);
}

/* Proposes cancelling with what was entered; gives whether it came to a proposal. */
static bool proposes(struct sa *sa, const char *hash, const char *code)
{
	struct sa_result r;
	bool proposed;

	sa_run(sa,
		&(struct sa_call) { .action = "manage",
			.inputs = "{\"operation\":\"cancel\"}",
			.user_id = "ada",
			.user_hash = hash,
			.conversation = "one",
			.code = code },
		&r);
	proposed = !strcmp(r.status, "needs_confirmation");
	if (!proposed)
		assert_string_equal(r.status, "needs_verification");
	sa_result_clear(&r);
	return proposed;
}

static void embed__a_code_that_was_sent(void **state)
{
	char *configuration = mem_format("%.*s,\"step_up\":{\"for\":[\"cancel\"],\"deliver\":{\"url\":"
					 "\"http://127.0.0.1:9/codes\",\"secret\":\"secret_of_the_post\"}}}",
		(int)strlen(COMPANY_CONFIG) - 1, COMPANY_CONFIG);
	struct config *config = config_of(configuration);
	struct world w;
	struct sa *sa = world_open_with(&w, configuration);
	char hash[65];

	(void)state;
	identity_hash(config, "ada", hash);
	assert_false(proposes(sa, hash, NULL));
	assert_false(proposes(sa, hash, strcmp(w.code, "000000") ? "000000" : "111111"));
	assert_true(proposes(sa, hash, w.code));
	/* And is trusted for a while in this conversation. */
	assert_true(proposes(sa, hash, NULL));
	config_free(config);
	free(configuration);
	world_close(&w, sa);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(embed__runs_an_action),
		cmocka_unit_test(embed__tells_trouble_on_the_way),
		cmocka_unit_test(embed__refuses_a_bad_configuration),
		cmocka_unit_test(embed__two_agents_never_meet),
		cmocka_unit_test(embed__lists_tools_and_warnings),
		cmocka_unit_test(embed__a_session_in_place_of_the_proof),
		cmocka_unit_test(embed__a_code_that_was_sent),
	};

	return cmocka_run_group_tests_name("embed", tests, NULL, NULL);
}
