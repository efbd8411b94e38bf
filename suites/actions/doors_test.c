/* SPDX-License-Identifier: MIT */
/* The same calls through every door. A door carries a run and its result; none of them adds to it or takes from it. */
#include "actions/doors/cli.h"
#include "suites/actions/world.h"

static const struct call_row {
	const char *name, *contact, *action, *inputs;
	const char *status;
	bool confirm; /* the proposal is carried out, too */
} calls[] = {
	{ "doors__subscription", "ada", "get_subscription", "{}", "ok", false },
	{ "doors__plans", "ada", "manage", "{\"operation\":\"list_plans\"}", "ok", false },
	{ "doors__preview", "ada", "manage", "{\"operation\":\"preview_change\",\"plan\":\"pro\"}", "ok", false },
	{ "doors__choice", "teams", "get_subscription", "{}", "needs_choice", false },
	{ "doors__proposal", "ada", "manage", "{\"operation\":\"change_plan\",\"plan\":\"pro\"}", "needs_confirmation",
		false },
	{ "doors__confirmed", "ada", "manage", "{\"operation\":\"cancel\"}", "ok", true },
	{ "doors__unknown_input", "ada", "get_subscription", "{\"customer\":\"cus_bob\"}", "refused", false },
	{ "doors__wrong_type", "ada", "manage", "{\"operation\":7}", "refused", false },
	{ "doors__no_account", "bare", "get_subscription", "{}", NULL, false },
	{ "doors__no_contact", "nobody", "get_subscription", "{}", NULL, false },
	{ "doors__not_signed_in", NULL, "get_subscription", "{}", "needs_verification", false },
};

/* ---- the doors: each gives the envelope, a new tree ---- */

static json_t *through_cli(struct world *w, const struct call_row *row, const char *confirmation)
{
	const char *words[16] = { "stripe-actions", "call", row->action, "--config", w->config, "--json", "--input",
		row->inputs };
	char *argv[16], *out, *err;
	size_t out_length, err_length;
	struct cli cli = { .in = stdin,
		.transport = script_transport(&w->company.script),
		.clock = script_clock(&w->company.script) };
	json_t *envelope;
	int argc = 8;

	if (row->contact) {
		words[argc++] = "--user-id";
		words[argc++] = row->contact;
		words[argc++] = "--user-hash";
		words[argc++] = w->hash;
	}
	if (confirmation) {
		words[argc++] = "--confirm";
		words[argc++] = confirmation;
	}
	cli.out = open_memstream(&out, &out_length);
	cli.err = open_memstream(&err, &err_length);
	for (int i = 0; i < argc; i++)
		argv[i] = mem_copy_text(words[i]);
	cli_run(&cli, argc, argv);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
	fclose(cli.out);
	fclose(cli.err);
	envelope = json_loads(out, 0, NULL);
	free(out);
	free(err);
	return envelope;
}

static json_t *through_http(struct world *w, const struct call_row *row, const char *confirmation)
{
	struct http_house house;
	struct http_answer answer;
	json_t *body = json_object(), *envelope;
	char *text;

	js_put_text(body, "action", row->action);
	js_put_new(body, "inputs", json_loads(row->inputs, 0, NULL));
	if (row->contact) {
		js_put_text(body, "user_id", row->contact);
		js_put_text(body, "user_hash", w->hash);
	}
	if (confirmation)
		js_put_text(body, "confirmation", confirmation);
	text = json_dumps(body, 0);
	house_open(&house, w);
	house_ask(&house,
		(struct http_request) { .method = "POST",
			.path = confirmation ? "/v1/confirm" : "/v1/call",
			.content_type = "application/json",
			.body = text },
		&answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.page.caching, "no-store");
	envelope = json_loadb(answer.page.body, answer.page.length, 0, NULL);
	http_answer_clear(&answer);
	http_house_clear(&house);
	free(text);
	json_decref(body);
	return envelope;
}

/* The result of tools/call holds the envelope twice, for clients old and new. */
static json_t *envelope_of_result(const json_t *answer)
{
	const json_t *result = js_get(answer, "result");
	json_t *envelope = js_get(result, "structuredContent");
	json_t *text = json_loads(js_text_at(result, "content.0.text"), 0, NULL);

	assert_true(json_equal(envelope, text));
	json_decref(text);
	return json_incref(envelope);
}

static json_t *through_mcp(struct world *w, const struct call_row *row, const char *confirmation)
{
	struct mcp m;
	json_t *arguments = json_loads(row->inputs, 0, NULL), *answer, *envelope;
	char *text, *message;

	if (confirmation)
		js_put_text(arguments, "confirmation", confirmation);
	text = json_dumps(arguments, 0);
	message = mem_format("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\","
			     "\"arguments\":%s}}",
		row->action, text);
	mcp_init(&m, w->company.agent);
	answer = mcp_take(&m, &w->who, message, strlen(message));
	envelope = envelope_of_result(answer);
	json_decref(answer);
	json_decref(arguments);
	mcp_clear(&m);
	free(text);
	free(message);
	return envelope;
}

typedef json_t *door(struct world *w, const struct call_row *row, const char *confirmation);

/* In a world of its own; free() the text. */
static char *through(door *enter, const struct call_row *row)
{
	struct world w;
	json_t *envelope, *proposal;
	char *out;

	world_open(&w, row->contact);
	envelope = enter(&w, row, NULL);
	if (row->confirm) {
		proposal = envelope;
		assert_string_equal(js_text(proposal, "status"), "needs_confirmation");
		company_get(&w.company, "/v1/subscriptions", LIST(ADA_ENDING));
		envelope = enter(&w, row, js_text_at(proposal, "data.confirmation"));
		json_decref(proposal);
	}
	if (row->status)
		assert_string_equal(js_text(envelope, "status"), row->status);
	out = json_dumps(envelope, JSON_INDENT(1));
	json_decref(envelope);
	world_close(&w);
	return out;
}

static void call_row_test(void **state)
{
	const struct call_row *row = *state;
	char *cli = through(through_cli, row), *http = through(through_http, row), *mcp = through(through_mcp, row);

	assert_string_equal(cli, http);
	assert_string_equal(cli, mcp);
	free(cli);
	free(http);
	free(mcp);
}

/* ---- who may come in over HTTP ---- */

static const struct guard_row {
	const char *name, *method, *path, *host, *origin, *type, *body;
	int status;
	const char *code;
} guards[] = {
	{ "guard__rebound_host", "POST", "/v1/call", "evil.example:8080", NULL, "application/json", "{}", 421,
		"host_unknown" },
	{ "guard__other_port", "POST", "/v1/call", "127.0.0.1:8081", NULL, "application/json", "{}", 421,
		"host_unknown" },
	{ "guard__no_host", "GET", "/v1/tools", "", NULL, NULL, "", 421, "host_unknown" },
	{ "guard__other_site", "POST", "/v1/call", HOST, "https://evil.example", "application/json", "{}", 403,
		"origin_refused" },
	{ "guard__site_with_a_longer_name", "POST", "/v1/call", HOST, "https://shop.example.evil.example",
		"application/json", "{}", 403, "origin_refused" },
	{ "guard__reading_from_other_site", "GET", "/v1/tools", HOST, "https://evil.example", NULL, "", 403,
		"origin_refused" },
	{ "guard__form", "POST", "/v1/call", HOST, NULL, "application/x-www-form-urlencoded", "a=b", 415,
		"type_unsupported" },
	{ "guard__no_json", "POST", "/v1/call", HOST, NULL, "application/json", "{", 400, "body_invalid" },
	{ "guard__list", "POST", "/v1/call", HOST, NULL, "application/json", "[]", 400, "body_invalid" },
	{ "guard__key_twice", "POST", "/v1/call", HOST, NULL, "application/json", "{\"action\":\"a\",\"action\":\"b\"}",
		400, "body_invalid" },
	{ "guard__no_action", "POST", "/v1/call", HOST, NULL, "application/json", "{}", 400, "action_missing" },
	{ "guard__no_confirmation", "POST", "/v1/confirm", HOST, NULL, "application/json", "{\"action\":\"a\"}", 400,
		"confirmation_missing" },
	{ "guard__no_code", "POST", "/v1/verify", HOST, NULL, "application/json", "{}", 400, "code_missing" },
	{ "guard__nothing_there", "GET", "/v1/customers", HOST, NULL, NULL, "", 404, "not_found" },
	{ "guard__method", "GET", "/v1/call", HOST, NULL, NULL, "", 405, "method_refused" },
	{ "guard__mcp_stream", "GET", "/mcp", HOST, NULL, NULL, "", 405, "method_refused" },
	{ "guard__no_conversation", "POST", "/v1/conversations/conv_1/messages", HOST, NULL, "application/json",
		"{\"content\":\"hello\"}", 404, "conversation_not_found" },
	{ "guard__contacts_without_key", "GET", "/api/v1/chatbots/agent_1/contacts", HOST, NULL, NULL, "", 401, NULL },
};

static void guard_row_test(void **state)
{
	static const char *const sites[] = { "https://shop.example", NULL };
	const struct guard_row *row = *state;
	struct world w;
	struct http_house house;
	struct http_answer answer;
	json_t *body;

	world_open(&w, NULL);
	house_open(&house, &w);
	house.place.sites = sites;
	house_ask(&house,
		(struct http_request) { .method = row->method,
			.path = row->path,
			.host = row->host,
			.origin = row->origin,
			.content_type = row->type,
			.body = row->body },
		&answer);
	assert_int_equal(answer.status, row->status);
	assert_null(answer.cors);
	body = json_loadb(answer.page.body, answer.page.length, 0, NULL);
	assert_non_null(body);
	if (row->code)
		assert_string_equal(js_text_at(body, "error.code"), row->code);
	json_decref(body);
	assert_int_equal(w.company.script.n_log, 0);
	http_answer_clear(&answer);
	http_house_clear(&house);
	world_close(&w);
}

static void listed_site__may_call_and_is_named(void **state)
{
	static const char *const sites[] = { "https://shop.example", NULL };
	struct world w;
	struct http_house house;
	struct http_answer answer;

	(void)state;
	world_open(&w, NULL);
	house_open(&house, &w);
	house.place.sites = sites;
	house_ask(&house,
		(struct http_request) { .method = "OPTIONS", .path = "/v1/call", .origin = "https://shop.example" },
		&answer);
	assert_int_equal(answer.status, 204);
	assert_string_equal(answer.cors, "https://shop.example");
	http_answer_clear(&answer);
	http_house_clear(&house);
	world_close(&w);
}

/* A code that nobody sent opens nothing, and says the same to whoever is signed in and to whoever is not. */
static void code__that_nobody_sent(void **state)
{
	struct world w;
	struct http_house house;
	struct http_answer answer;

	(void)state;
	world_open(&w, "ada");
	house_open(&house, &w);
	for (int i = 0; i < 2; i++) {
		char *body = i ? mem_format("{\"user_id\":\"ada\",\"user_hash\":\"%s\",\"code\":\"123456\"}", w.hash)
			       : mem_copy_text("{\"code\":\"123456\"}");

		house_ask(&house,
			(struct http_request) { .method = "POST",
				.path = "/v1/verify",
				.content_type = "application/json",
				.body = body },
			&answer);
		assert_int_equal(answer.status, 200);
		assert_string_equal(answer.text.data, "{\"verified\":false,\"may_try_again\":false}");
		http_answer_clear(&answer);
		free(body);
	}
	http_house_clear(&house);
	world_close(&w);
}

#define OPERATOR "Bearer key_of_the_operator"

/* As many requests as the contacts API takes, under either of its addresses; then none until the window has passed. */
static void contacts__are_limited(void **state)
{
	struct world w;
	struct http_house house;
	struct http_answer answer;

	(void)state;
	world_open(&w, NULL);
	house_open(&house, &w);
	house.api_key = "key_of_the_operator";
	for (int i = 0; i < 100; i++) {
		house_ask(&house,
			(struct http_request) { .method = "GET",
				.path = i % 2 ? "/api/v1/chatbots/agent_1/contacts"
					      : "/api/v1/chatbot/agent_1/contact/ada",
				.authorization = OPERATOR },
			&answer);
		assert_int_equal(answer.status, 200);
		http_answer_clear(&answer);
	}
	w.company.script.now += 4;
	house_ask(&house,
		(struct http_request) {
			.method = "GET", .path = "/api/v1/chatbots/agent_1/contacts", .authorization = OPERATOR },
		&answer);
	assert_int_equal(answer.status, 429);
	assert_string_equal(answer.retry_after, "6");
	assert_memory_equal(answer.page.body, "{\"message\":\"Rate limit exceeded\"}", answer.page.length);
	http_answer_clear(&answer);
	/* Who has no key uses nothing up, and learns nothing of it. */
	house_ask(&house,
		(struct http_request) {
			.method = "GET", .path = "/api/v1/chatbots/agent_1/contacts", .authorization = "Bearer guess" },
		&answer);
	assert_int_equal(answer.status, 401);
	http_answer_clear(&answer);
	w.company.script.now += 6;
	house_ask(&house,
		(struct http_request) {
			.method = "GET", .path = "/api/v1/chatbots/agent_1/contacts", .authorization = OPERATOR },
		&answer);
	assert_int_equal(answer.status, 200);
	http_answer_clear(&answer);
	http_house_clear(&house);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(listed_site__may_call_and_is_named),
		cmocka_unit_test(contacts__are_limited),
		cmocka_unit_test(code__that_nobody_sent),
	};
	struct {
		struct CMUnitTest *tests;
		size_t count;
	} tables[] = {
		{ tests_of_rows(calls, COUNT_OF(calls), sizeof(calls[0]), call_row_test), COUNT_OF(calls) },
		{ tests_of_rows(guards, COUNT_OF(guards), sizeof(guards[0]), guard_row_test), COUNT_OF(guards) },
	};
	int failed = cmocka_run_group_tests(others, NULL, NULL);

	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		failed += _cmocka_run_group_tests("doors", tables[i].tests, tables[i].count, NULL, NULL);
		free(tables[i].tests);
	}
	return failed;
}
