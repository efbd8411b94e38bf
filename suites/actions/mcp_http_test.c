/* SPDX-License-Identifier: MIT */
/* The Model Context Protocol over streamable HTTP: sessions, the question to the person, and who may answer it. */
#include "suites/actions/served.h"
#include "suites/actions/token.h"

#define ACCEPT "Accept: application/json, text/event-stream\r\n"
#define CANCEL                                                                                                         \
	"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"manage_subscriptions\","       \
	"\"arguments\":{\"operation\":\"cancel\"}}}"
#define YES                                                                                                            \
	"{\"jsonrpc\":\"2.0\",\"id\":\"confirm-1\",\"result\":{\"action\":\"accept\",\"content\":{\"confirm\":true}}}"

/* A host with its person's token. */
struct host {
	struct served s;
	char *token, *session, *headers; /* with both, and what is accepted */
};

static char *token_of(const struct served *s, const char *contact)
{
	char *payload = mem_format("{\"user_id\":\"%s\",\"exp\":%d}", contact, DEMO_NOW + 3600);
	struct text token;

	token_make(&token, "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", payload, s->agent->config->secrets[0].secret);
	free(payload);
	return text_take(&token);
}

static char *headers_of(const char *token, const char *session)
{
	return mem_format("Identity-Token: %s\r\nMcp-Session-Id: %s\r\n" ACCEPT, token, session);
}

static void host_open(struct host *h, const char *contact, const char *capabilities)
{
	struct caller c;
	json_t *answer;
	char *body, *headers;

	served_open(&h->s, NULL, (struct http_options) { 0 });
	h->token = token_of(&h->s, contact);
	headers = mem_format("Identity-Token: %s\r\n" ACCEPT, h->token);
	body = mem_format("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
			  "\"2025-11-25\",\"capabilities\":%s}}",
		capabilities);
	caller_ask(&c, &h->s, "POST", "/mcp", headers, body);
	caller_hear(&c, NULL);
	assert_int_equal(caller_status(&c), 200);
	h->session = caller_header(&c, "Mcp-Session-Id");
	assert_non_null(h->session);
	answer = caller_json(&c);
	assert_string_equal(js_text_at(answer, "result.protocolVersion"), "2025-11-25");
	json_decref(answer);
	caller_leave(&c);
	free(headers);
	free(body);
	h->headers = headers_of(h->token, h->session);
}

static void host_close(struct host *h)
{
	free(h->token);
	free(h->session);
	free(h->headers);
	served_close(&h->s);
}

static bool is_ending(struct host *h)
{
	const struct answer *a;

	h->s.house->key = "sk_test_slackwater_demo";
	a = api_ok(h->s.house, "GET", "/v1/subscriptions/sub_ada", NULL);
	return field_flag(a, "cancel_at_period_end");
}

static void post(struct host *h, const char *body, int status)
{
	json_decref(served_ask(&h->s, "POST", "/mcp", h->headers, body, status));
}

static void question__goes_out_in_the_calls_own_answer(void **state)
{
	struct host h;
	struct caller c;

	(void)state;
	host_open(&h, "ada", "{\"elicitation\":{}}");
	caller_ask(&c, &h.s, "POST", "/mcp", h.headers, CANCEL);
	caller_hear(&c, "\"method\":\"elicitation/create\"");
	assert_holds(c.heard.data, "text/event-stream");
	assert_holds(c.heard.data, "\"requestedSchema\"");
	assert_false(is_ending(&h));
	/* Other requests of the session go on meanwhile. */
	post(&h, "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"ping\"}", 200);
	post(&h, YES, 202);
	caller_hear(&c, "\"id\":7,\"result\"");
	caller_hear(&c, NULL);
	assert_holds(c.heard.data, "\"status\":\"ok\"");
	assert_true(is_ending(&h));
	caller_leave(&c);
	/* A second answer finds no question. */
	post(&h, YES, 202);
	host_close(&h);
}

static const struct end_row {
	const char *name, *body;
	const char *says; /* in the answer to the call; NULL: there is none */
} ends[] = {
	{ "question__declined", "{\"jsonrpc\":\"2.0\",\"id\":\"confirm-1\",\"result\":{\"action\":\"decline\"}}",
		"\"code\":\"declined\"" },
	{ "question__failed", "{\"jsonrpc\":\"2.0\",\"id\":\"confirm-1\",\"error\":{\"code\":-1,\"message\":\"no\"}}",
		"\"code\":\"declined\"" },
	{ "question__of_a_cancelled_call",
		"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}", NULL },
};

static void end_row_test(void **state)
{
	const struct end_row *row = *state;
	struct host h;
	struct caller c;

	host_open(&h, "ada", "{\"elicitation\":{}}");
	caller_ask(&c, &h.s, "POST", "/mcp", h.headers, CANCEL);
	caller_hear(&c, "elicitation/create");
	/* Of another call: nothing happens. */
	post(&h, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":99}}", 202);
	post(&h, row->body, 202);
	caller_hear(&c, NULL);
	if (row->says)
		assert_holds(c.heard.data, row->says);
	else
		assert_lacks(c.heard.data, "\"id\":7");
	/* Agreeing is too late. */
	post(&h, YES, 202);
	assert_false(is_ending(&h));
	caller_leave(&c);
	host_close(&h);
}

static void question__dies_with_its_caller_and_its_session(void **state)
{
	struct host h;
	struct caller c;

	(void)state;
	host_open(&h, "ada", "{\"elicitation\":{}}");
	caller_ask(&c, &h.s, "POST", "/mcp", h.headers, CANCEL);
	caller_hear(&c, "elicitation/create");
	caller_leave(&c);
	while (http_busy(h.s.http))
		usleep(1000);
	post(&h, YES, 202);
	assert_false(is_ending(&h));
	caller_ask(&c, &h.s, "POST", "/mcp", h.headers, CANCEL);
	caller_hear(&c, "elicitation/create");
	assert_null(served_ask(&h.s, "DELETE", "/mcp", h.headers, NULL, 204));
	caller_hear(&c, NULL);
	assert_lacks(c.heard.data, "\"id\":7");
	caller_leave(&c);
	post(&h, "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"ping\"}", 404);
	host_close(&h);
}

/* The id of a session in somebody else's hands. */
static void session__is_its_persons_alone(void **state)
{
	struct host h;
	struct caller c;
	char *mary, *headers;

	(void)state;
	host_open(&h, "ada", "{\"elicitation\":{}}");
	mary = token_of(&h.s, "mary");
	caller_ask(&c, &h.s, "POST", "/mcp", h.headers, CANCEL);
	caller_hear(&c, "elicitation/create");
	headers = headers_of(mary, h.session);
	json_decref(served_ask(&h.s, "POST", "/mcp", headers, YES, 404));
	json_decref(served_ask(&h.s, "DELETE", "/mcp", headers, NULL, 404));
	free(headers);
	headers = mem_format("Mcp-Session-Id: %s\r\n" ACCEPT, h.session);
	json_decref(served_ask(&h.s, "POST", "/mcp", headers, YES, 404));
	assert_false(is_ending(&h));
	caller_leave(&c);
	free(headers);
	free(mary);
	host_close(&h);
}

static const struct refusal_row {
	const char *name, *method, *headers, *body;
	int status;
} refusals[] = {
	{ "refused__no_session", "POST", ACCEPT, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}", 400 },
	{ "refused__unknown_session", "POST", ACCEPT "Mcp-Session-Id: mcp_1\r\n",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}", 404 },
	{ "refused__end_without_session", "DELETE", "", NULL, 400 },
	{ "refused__end_of_unknown_session", "DELETE", "Mcp-Session-Id: mcp_1\r\n", NULL, 404 },
	{ "refused__version", "POST", ACCEPT "MCP-Protocol-Version: 2020-01-01\r\n",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", 400 },
	{ "refused__batch", "POST", ACCEPT, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", 400 },
	{ "refused__no_json", "POST", ACCEPT, "{", 400 },
	{ "refused__stream_of_announcements", "GET", "Accept: text/event-stream\r\n", NULL, 405 },
	{ "refused__other_site", "POST", ACCEPT "Origin: https://evil.example\r\n",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", 403 },
	{ "taken__notification", "POST", ACCEPT, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
		202 },
};

static void refusal_row_test(void **state)
{
	const struct refusal_row *row = *state;
	struct served s;

	served_open(&s, NULL, (struct http_options) { 0 });
	json_decref(served_ask(&s, row->method, "/mcp", row->headers, row->body, row->status));
	served_close(&s);
}

static void call__that_may_ask_takes_a_stream(void **state)
{
	struct host h;
	char *headers;

	(void)state;
	host_open(&h, "ada", "{\"elicitation\":{}}");
	headers = mem_format(
		"Identity-Token: %s\r\nMcp-Session-Id: %s\r\nAccept: application/json\r\n", h.token, h.session);
	json_decref(served_ask(&h.s, "POST", "/mcp", headers, CANCEL, 406));
	free(headers);
	host_close(&h);
	/* Who cannot ask gets the proposal, in JSON. */
	host_open(&h, "ada", "{}");
	json_t *answer = served_ask(&h.s, "POST", "/mcp", h.headers, CANCEL, 200);

	assert_string_equal(js_text_at(answer, "result.structuredContent.status"), "needs_confirmation");
	json_decref(answer);
	host_close(&h);
}

int main(void)
{
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(question__goes_out_in_the_calls_own_answer),
		cmocka_unit_test(question__dies_with_its_caller_and_its_session),
		cmocka_unit_test(session__is_its_persons_alone),
		cmocka_unit_test(call__that_may_ask_takes_a_stream),
	};
	struct CMUnitTest *ended = tests_of_rows(ends, COUNT_OF(ends), sizeof(ends[0]), end_row_test);
	struct CMUnitTest *refused = tests_of_rows(refusals, COUNT_OF(refusals), sizeof(refusals[0]), refusal_row_test);
	int failed = cmocka_run_group_tests_name("mcp over http", plain, NULL, NULL);

	failed += _cmocka_run_group_tests("ends", ended, COUNT_OF(ends), NULL, NULL);
	failed += _cmocka_run_group_tests("refusals", refused, COUNT_OF(refusals), NULL, NULL);
	free(ended);
	free(refused);
	return failed;
}
