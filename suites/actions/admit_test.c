/* SPDX-License-Identifier: MIT */
/* Tokens for one use: what opens a session, what a session is good for, and when both are refused. */
#include "actions/doors/mcp.h"
#include "suites/actions/token.h"
#include "suites/actions/world.h"

#define SIGN_IN "Please sign in, then ask me again."
#define ASK "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"get_subscription\"}}"

/* The company with tokens for one use, and its HTTP door. */
struct gate {
	struct company company;
	struct world world; /* only for its door */
	struct http_house house;
	struct text token;
};

static char *config_make(const char *store, bool single)
{
	json_t *all = json_loads(COMPANY_CONFIG, 0, NULL), *file = json_object();
	char *out;

	js_put_flag(js_get(all, "identity"), "single_use_tokens", single);
	js_put_text(file, "file", store);
	if (store)
		js_put(all, "store", file);
	json_decref(file);
	out = json_dumps(all, 0);
	json_decref(all);
	return out;
}

static void gate_open(struct gate *g, const char *store, bool single)
{
	char *config = config_make(store, single);

	memset(g, 0, sizeof(*g));
	company_open(&g->company, config);
	free(config);
	g->world.company.agent = g->company.agent;
	house_open(&g->house, &g->world);
	token_make(&g->token, GOOD_HEADER, "{\"user_id\":\"ada\",\"exp\":1767229200,\"jti\":\"one\"}", KEY);
}

static void gate_close(struct gate *g)
{
	http_house_clear(&g->house);
	text_clear(&g->token);
	company_close(&g->company);
}

static void run(struct gate *g, struct evidence who)
{
	run_clear(&g->company.result);
	run_action(g->company.agent, &(struct run_call) { .action = "get_subscription", .evidence = who },
		&g->company.result);
}

static json_t *post(struct gate *g, const char *path, const char *name, const char *value, int status)
{
	struct http_answer answer;
	char *body = mem_format("{\"action\":\"get_subscription\",\"%s\":\"%s\"}", name, value);
	json_t *out;

	house_ask(&g->house,
		(struct http_request) {
			.method = "POST", .path = path, .content_type = "application/json", .body = body },
		&answer);
	assert_int_equal(answer.status, status);
	out = answer.page.length ? json_loadb(answer.page.body, answer.page.length, 0, NULL) : NULL;
	http_answer_clear(&answer);
	free(body);
	return out;
}

static void token__works_once(void **state)
{
	struct gate g;

	(void)state;
	gate_open(&g, NULL, true);
	run(&g, (struct evidence) { .token = g.token.data });
	assert_code(&g.company.result.problem, PROBLEM_NONE);
	run(&g, (struct evidence) { .token = g.token.data });
	assert_code(&g.company.result.problem, PROBLEM_IDENTITY_TOKEN_REPLAYED);
	/* To the customer, and to a model, it is as if they had not signed in. */
	assert_string_equal(g.company.result.envelope.message.data, SIGN_IN);
	assert_string_equal(problem_row(PROBLEM_IDENTITY_TOKEN_REPLAYED)->public_name, "identity_required");
	gate_close(&g);
}

static void token__works_as_often_as_it_likes_unless_asked_for(void **state)
{
	struct gate g;

	(void)state;
	gate_open(&g, NULL, false);
	for (int i = 0; i < 3; i++) {
		run(&g, (struct evidence) { .token = g.token.data });
		assert_code(&g.company.result.problem, PROBLEM_NONE);
	}
	gate_close(&g);
}

static void token__needs_a_number(void **state)
{
	static const char *const payloads[] = { "{\"user_id\":\"ada\",\"exp\":1767229200}",
		"{\"user_id\":\"ada\",\"exp\":1767229200,\"jti\":\"\"}",
		"{\"user_id\":\"ada\",\"exp\":1767229200,\"jti\":7}" };
	struct gate g;

	(void)state;
	gate_open(&g, NULL, true);
	for (size_t i = 0; i < COUNT_OF(payloads); i++) {
		struct text token;

		token_make(&token, GOOD_HEADER, payloads[i], KEY);
		run(&g, (struct evidence) { .token = token.data });
		assert_code(&g.company.result.problem, PROBLEM_IDENTITY_TOKEN_MALFORMED);
		text_clear(&token);
	}
	gate_close(&g);
}

static void used_token__stays_used_when_the_process_ends(void **state)
{
	char store[] = "/tmp/actions-suite-XXXXXX";
	int fd = mkstemp(store);
	struct gate g;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	gate_open(&g, store, true);
	run(&g, (struct evidence) { .token = g.token.data });
	assert_code(&g.company.result.problem, PROBLEM_NONE);
	gate_close(&g);
	gate_open(&g, store, true);
	run(&g, (struct evidence) { .token = g.token.data });
	assert_code(&g.company.result.problem, PROBLEM_IDENTITY_TOKEN_REPLAYED);
	/* The other secret's "one" is another token. */
	text_clear(&g.token);
	token_make(&g.token, GOOD_HEADER, "{\"user_id\":\"ada\",\"exp\":1767229200,\"jti\":\"one\"}",
		"another_secret_0001");
	run(&g, (struct evidence) { .token = g.token.data });
	assert_code(&g.company.result.problem, PROBLEM_NONE);
	gate_close(&g);
	unlink(store);
}

/* What is remembered is bounded: when there is no room, nothing more is let in. */
static void used_tokens__are_bounded_and_forgotten_in_time(void **state)
{
	struct gate g;
	const struct ledger *l;

	(void)state;
	gate_open(&g, NULL, true);
	l = &g.company.agent->ledger;
	assert_int_equal(ledger_once(l, MARK_TOKEN, "a", NOW, 100, 2), 1);
	assert_int_equal(ledger_once(l, MARK_TOKEN, "a", NOW + 100, 100, 2), 0);
	assert_int_equal(ledger_once(l, MARK_TOKEN, "b", NOW, 100, 2), 1);
	assert_int_equal(ledger_once(l, MARK_TOKEN, "c", NOW, 100, 2), -1);
	assert_int_equal(ledger_once(l, MARK_TOKEN, "c", NOW + 101, 100, 2), 1);
	assert_int_equal(ledger_once(l, MARK_TOKEN, "a", NOW + 101, 100, 2), 1);
	gate_close(&g);
}

static void session__goes_on_until_it_is_ended(void **state)
{
	struct gate g;
	json_t *who, *answer;
	const char *session;

	(void)state;
	gate_open(&g, NULL, true);
	who = post(&g, "/v1/identify", "token", g.token.data, 200);
	session = js_text(who, "session");
	assert_true(js_flag(who, "verified", false));
	assert_non_null(session);
	for (int i = 0; i < 2; i++) {
		answer = post(&g, "/v1/call", "session", session, 200);
		assert_string_equal(js_text(answer, "status"), "ok");
		json_decref(answer);
	}
	/* Its token opens nothing any more. */
	answer = post(&g, "/v1/identify", "token", g.token.data, 200);
	assert_false(js_flag(answer, "verified", true));
	assert_null(js_get(answer, "session"));
	json_decref(answer);
	assert_null(post(&g, "/v1/reset", "session", session, 204));
	answer = post(&g, "/v1/call", "session", session, 200);
	assert_string_equal(js_text(answer, "status"), "needs_verification");
	json_decref(answer);
	/* Ending what is none tells nothing. */
	assert_null(post(&g, "/v1/reset", "session", "ses_1_2_3_4", 204));
	json_decref(who);
	gate_close(&g);
}

static void session__ends_with_its_token_and_its_secret(void **state)
{
	struct gate g;
	json_t *who;
	struct text old;

	(void)state;
	gate_open(&g, NULL, true);
	who = post(&g, "/v1/identify", "token", g.token.data, 200);
	g.company.script.now = 1767229199;
	run(&g, (struct evidence) { .session = js_text(who, "session") });
	assert_code(&g.company.result.problem, PROBLEM_NONE);
	g.company.script.now = 1767229200;
	run(&g, (struct evidence) { .session = js_text(who, "session") });
	assert_code(&g.company.result.problem, PROBLEM_IDENTITY_TOKEN_EXPIRED);
	json_decref(who);
	/* By a secret that is being rotated out: not beyond its time. */
	g.company.script.now = NOW;
	token_make(
		&old, GOOD_HEADER, "{\"user_id\":\"ada\",\"exp\":1767229200,\"jti\":\"two\"}", "another_secret_0001");
	who = post(&g, "/v1/identify", "token", old.data, 200);
	g.company.script.now = 1767225899;
	run(&g, (struct evidence) { .session = js_text(who, "session") });
	assert_code(&g.company.result.problem, PROBLEM_NONE);
	g.company.script.now = 1767225900;
	run(&g, (struct evidence) { .session = js_text(who, "session") });
	assert_code(&g.company.result.problem, PROBLEM_IDENTITY_REQUIRED);
	json_decref(who);
	text_clear(&old);
	gate_close(&g);
}

/* Every character of a session matters, and so does its end. */
static void session__cannot_be_altered(void **state)
{
	struct identity who = { .user_id = "ada", .key_id = "now", .expires_at = 1767229200 };
	struct arena arena = { 0 };
	struct gate g;
	char *text;

	(void)state;
	gate_open(&g, NULL, true);
	text = mem_copy_text(identity_session(g.company.agent->config, &who, NOW, &arena));
	run(&g, (struct evidence) { .session = text });
	assert_code(&g.company.result.problem, PROBLEM_NONE);
	for (size_t i = 0; text[i]; i++) {
		char kept = text[i];

		text[i] = kept == '0' ? '1' : '0';
		run(&g, (struct evidence) { .session = text });
		assert_code(&g.company.result.problem, PROBLEM_IDENTITY_REQUIRED);
		text[i] = '\0';
		run(&g, (struct evidence) { .session = text });
		assert_code(&g.company.result.problem, PROBLEM_IDENTITY_REQUIRED);
		text[i] = kept;
	}
	free(text);
	arena_free(&arena);
	gate_close(&g);
}

static void keep_event(void *arg, const json_t *event)
{
	json_array_append_new(arg, json_deep_copy(event));
}

/* A page that shows its token with every message, and a host that holds one: it is used up once. */
static void conversation_and_host__go_on_with_what_they_began(void **state)
{
	struct evidence who;
	struct conversation *talk;
	struct model model = model_scripted();
	struct text second, trouble;
	struct mcp m;
	struct gate g;
	json_t *answer;

	(void)state;
	gate_open(&g, NULL, true);
	mcp_init(&m, g.company.agent);
	who = (struct evidence) { .token = g.token.data };
	for (int i = 0; i < 2; i++) {
		answer = mcp_take(&m, &who, ASK, strlen(ASK));
		assert_string_equal(js_text_at(answer, "result.structuredContent.status"), "ok");
		json_decref(answer);
	}
	mcp_clear(&m);
	text_init(&trouble, TEXT_NO_CEILING);
	token_make(&second, GOOD_HEADER, "{\"user_id\":\"ada\",\"exp\":1767229200,\"jti\":\"two\"}", KEY);
	who.token = second.data;
	talk = conversation_new(g.company.agent, &model, NULL, "conv_1");
	for (int i = 0; i < 2; i++) {
		json_t *events = json_array();
		char *said;

		conversation_say(talk, &who, "What is my plan?",
			&(struct conversation_ear) { .hear = keep_event, .arg = events }, &trouble);
		said = json_dumps(events, JSON_COMPACT);
		assert_holds(said, "\"status\":\"ok\"");
		free(said);
		json_decref(events);
	}
	conversation_free(talk);
	/* In another conversation it is refused. */
	run(&g, who);
	assert_code(&g.company.result.problem, PROBLEM_IDENTITY_TOKEN_REPLAYED);
	text_clear(&second);
	text_clear(&trouble);
	gate_close(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(token__works_once),
		cmocka_unit_test(token__works_as_often_as_it_likes_unless_asked_for),
		cmocka_unit_test(token__needs_a_number),
		cmocka_unit_test(used_token__stays_used_when_the_process_ends),
		cmocka_unit_test(used_tokens__are_bounded_and_forgotten_in_time),
		cmocka_unit_test(session__goes_on_until_it_is_ended),
		cmocka_unit_test(session__ends_with_its_token_and_its_secret),
		cmocka_unit_test(session__cannot_be_altered),
		cmocka_unit_test(conversation_and_host__go_on_with_what_they_began),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
