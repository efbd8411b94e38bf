/* SPDX-License-Identifier: MIT */
#include "actions/actions.h"
#include "suites/actions/company.h"

/* The public face: a program that embeds the actions, with a transport and a clock of its own. */

struct world {
	struct script script;
	struct arena arena; /* of the last exchange */
	struct sa_header headers[4];
	bool offline;
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

static struct sa *world_open(struct world *w)
{
	char *why = NULL;
	struct sa *sa;

	memset(w, 0, sizeof(*w));
	w->script.now = NOW;
	script_reply(
		&w->script, (struct reply) { .method = "GET", .path = "/v1/customers/cus_ada", .body = ADA_CUSTOMER });
	script_reply(&w->script,
		(struct reply) { .method = "GET", .path = "/v1/subscriptions", .body = LIST(ADA_SUBSCRIPTION) });
	sa = sa_open(&(struct sa_options) { .config_json = COMPANY_CONFIG,
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(embed__runs_an_action),
		cmocka_unit_test(embed__tells_trouble_on_the_way),
		cmocka_unit_test(embed__refuses_a_bad_configuration),
		cmocka_unit_test(embed__two_agents_never_meet),
		cmocka_unit_test(embed__lists_tools_and_warnings),
	};

	return cmocka_run_group_tests_name("embed", tests, NULL, NULL);
}
