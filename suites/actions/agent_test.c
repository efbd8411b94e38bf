/* SPDX-License-Identifier: MIT */
/* The agent loop: what the scripted model picks and asks, what a remote model may do, and what it never gets to see. */
#include "actions/agent/conversation.h"
#include "suites/actions/company.h"

struct talk {
	struct company company;
	struct model model;
	struct conversation *conversation;
	struct evidence who;
	char hash[65];
	json_t *events;
	struct text trouble;
};

static void hear(void *arg, const json_t *event)
{
	json_array_append_new(arg, json_deep_copy(event));
}

static void talk_open(struct talk *t, const char *config, struct model model, const char *contact)
{
	memset(t, 0, sizeof(*t));
	company_open(&t->company, config);
	company_get(&t->company, "/v1/invoices", LIST(""));
	script_reply(&t->company.script,
		(struct reply) { .method = "POST", .path = "/v1/subscriptions/sub_ada", .body = ADA_ENDING });
	company_get(&t->company, "/v1/subscriptions/sub_ada", ADA_ENDING);
	t->model = model;
	t->conversation = conversation_new(t->company.agent, &t->model, NULL, "conv_suite");
	t->events = json_array();
	text_init(&t->trouble, TEXT_NO_CEILING);
	if (contact) {
		identity_hash(t->company.agent->config, contact, t->hash);
		t->who = (struct evidence) { .user_id = contact, .user_hash = t->hash };
	}
}

static void talk_close(struct talk *t)
{
	conversation_free(t->conversation);
	model_close(&t->model);
	json_decref(t->events);
	text_clear(&t->trouble);
	company_close(&t->company);
}

static void talk_say(struct talk *t, const char *message)
{
	json_array_clear(t->events);
	conversation_say(t->conversation, &t->who, message,
		&(struct conversation_ear) { .hear = hear, .arg = t->events }, &t->trouble);
}

/* The first event of a type; NULL. */
static const json_t *heard(const struct talk *t, const char *type)
{
	json_t *event;
	size_t i;

	json_array_foreach(t->events, i, event) if (!strcmp(js_text(event, "type"), type)) return event;
	return NULL;
}

/* ---- the scripted model ---- */

static const struct pick_row {
	const char *name, *message, *tool; /* tool NULL: none is called */
	const char *inputs;
} picks[] = {
	{ "pick__plan", "What is my current plan?", "get_subscription", "{}" },
	{ "pick__renewal", "When does my subscription renew?", "get_subscription", "{}" },
	{ "pick__price", "How much do I pay every month?", "get_subscription", "{}" },
	{ "pick__invoices", "Show my recent invoices", "get_invoices", "{}" },
	{ "pick__number_of_invoices", "Show me my last 3 invoices", "get_invoices", "{\"limit\":3}" },
	{ "pick__payment", "Was my last payment processed?", "get_invoices", "{}" },
	{ "pick__plans", "Which plans are available?", "manage", "{\"operation\":\"list_plans\"}" },
	{ "pick__upgrade", "Please upgrade me to Pro", "manage", "{\"operation\":\"change_plan\",\"plan\":\"pro\"}" },
	{ "pick__upgrade_yearly", "Upgrade me to pro, yearly", "manage",
		"{\"operation\":\"change_plan\",\"plan\":\"pro\",\"interval\":\"year\"}" },
	{ "pick__cancel", "I want to cancel, it is too expensive", "manage",
		"{\"operation\":\"cancel\",\"reason\":\"too_expensive\"}" },
	{ "pick__cancel_now", "Cancel my subscription immediately", "manage",
		"{\"operation\":\"cancel\",\"when\":\"immediately\"}" },
	{ "pick__email", "Change my billing e-mail to books@example.com.", "billing",
		"{\"email\":\"books@example.com\"}" },
	{ "pick__phone", "My phone number is now +44 20 7183 8750", "billing", "{\"phone\":\"+44 20 7183 8750\"}" },
	{ "pick__address", "Change my billing address to 1 Quay Street, Dublin, D02 X285, IE", "billing",
		"{\"address\":{\"line1\":\"1 Quay Street\",\"city\":\"Dublin\",\"postal_code\":\"D02 "
		"X285\",\"country\":\"IE\"}}" },
	{ "pick__something_else", "What is the weather like?", NULL, NULL },
	{ "pick__nothing", "...", NULL, NULL },
};

static void pick_row_test(void **state)
{
	const struct pick_row *row = *state;
	struct talk t;
	const json_t *call;
	json_t *wanted;

	talk_open(&t, COMPANY_CONFIG, model_scripted(), "ada");
	talk_say(&t, row->message);
	call = heard(&t, "tool-call");
	if (row->tool) {
		assert_non_null(call);
		assert_string_equal(js_text(call, "name"), row->tool);
		wanted = json_loads(row->inputs, 0, NULL);
		if (!json_equal(js_get(call, "inputs"), wanted))
			fail_msg("%s", json_dumps(js_get(call, "inputs"), 0));
		json_decref(wanted);
		assert_string_equal(
			js_text(heard(&t, "text"), "text"), js_text_at(heard(&t, "tool-result"), "result.message"));
	} else {
		assert_null(call);
		assert_holds(js_text(heard(&t, "text"), "text"), "I can't help with that");
	}
	talk_close(&t);
}

static void thin_description__does_not_trigger(void **state)
{
	static const char config[] = CONFIG_HEAD
		",\"actions\":[{\"name\":\"get_subscription\",\"kind\":\"subscription_info\",\"when_to_use\":\"Use "
		"this.\",\"enabled\":true}]," CONTACTS "}";
	struct talk t;

	(void)state;
	talk_open(&t, config, model_scripted(), "ada");
	talk_say(&t, "What is my current plan and when does it renew?");
	assert_null(heard(&t, "tool-call"));
	assert_int_equal(t.company.script.n_log, 0);
	talk_close(&t);
}

static void missing_input__is_asked_for(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t, COMPANY_CONFIG, model_scripted(), "ada");
	talk_say(&t, "I want to upgrade");
	assert_string_equal(js_text(heard(&t, "text"), "text"), "Which plan would you like?");
	assert_string_equal(js_text_at(heard(&t, "tool-call"), "inputs.operation"), "list_plans");
	talk_say(&t, "pro");
	assert_string_equal(js_text_at(heard(&t, "tool-call"), "inputs.plan"), "pro");
	assert_string_equal(js_text_at(heard(&t, "tool-result"), "result.status"), "needs_confirmation");
	talk_close(&t);
}

static void choice__is_answered_by_its_label(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t, COMPANY_CONFIG, model_scripted(), "teams");
	talk_say(&t, "What is my plan?");
	assert_string_equal(js_text_at(heard(&t, "tool-result"), "result.status"), "needs_choice");
	talk_say(&t, "Team 1");
	assert_string_equal(js_text_at(heard(&t, "tool-call"), "inputs.account"), "Team 1");
	assert_string_equal(js_text_at(heard(&t, "tool-result"), "result.status"), "ok");
	talk_close(&t);
}

static void not_signed_in__is_told_so(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t, COMPANY_CONFIG, model_scripted(), NULL);
	talk_say(&t, "What is my current plan?");
	assert_string_equal(js_text_at(heard(&t, "tool-result"), "result.status"), "needs_verification");
	assert_int_equal(t.company.script.n_log, 0);
	talk_close(&t);
}

/* ---- consent ---- */

static void proposal__takes_more_than_a_yes_in_the_chat(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t, COMPANY_CONFIG, model_scripted(), "ada");
	talk_say(&t, "Cancel my subscription");
	talk_say(&t, "yes");
	assert_int_equal(script_count(&t.company.script, "POST /v1/subscriptions/sub_ada"), 0);
	assert_false(conversation_confirm(
		t.conversation, &t.who, true, &(struct conversation_ear) { .hear = hear, .arg = t.events }));
	talk_close(&t);
}

static void proposal__is_carried_out_once(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t, COMPANY_CONFIG, model_scripted(), "ada");
	talk_say(&t, "Cancel my subscription");
	assert_true(conversation_confirm(
		t.conversation, &t.who, true, &(struct conversation_ear) { .hear = hear, .arg = t.events }));
	assert_false(conversation_confirm(
		t.conversation, &t.who, true, &(struct conversation_ear) { .hear = hear, .arg = t.events }));
	assert_int_equal(script_count(&t.company.script, "POST /v1/subscriptions/sub_ada"), 1);
	talk_close(&t);
}

static void another_person__finds_nothing(void **state)
{
	struct talk t;
	char hash[65];
	struct evidence bob = { .user_id = "bob", .user_hash = hash };

	(void)state;
	talk_open(&t, COMPANY_CONFIG, model_scripted(), "ada");
	identity_hash(t.company.agent->config, "bob", hash);
	talk_say(&t, "Cancel my subscription");
	assert_false(conversation_confirm(
		t.conversation, &bob, true, &(struct conversation_ear) { .hear = hear, .arg = t.events }));
	assert_int_equal(json_array_size(t.conversation->messages), 0);
	assert_int_equal(script_count(&t.company.script, "POST /v1/subscriptions/sub_ada"), 0);
	talk_close(&t);
}

/* ---- a remote model: a canned endpoint ---- */

struct endpoint {
	const char *answers[16];
	size_t n, asked;
	int status;
	char *last; /* the request's body */
	char *path, *authorization;
};

static enum transport_fate endpoint_send(
	void *arg, struct arena *arena, const struct transport_request *request, struct transport_response *response)
{
	struct endpoint *e = arg;

	free(e->last);
	free(e->path);
	free(e->authorization);
	e->last = mem_copy_range(request->body, request->length);
	e->path = mem_copy_text(request->path);
	e->authorization = mem_copy_text(request->n_headers > 2 ? request->headers[2].value : NULL);
	response->status = e->status ? e->status : 200;
	response->body = arena_text(arena, e->answers[e->asked < e->n ? e->asked : e->n - 1]);
	response->length = strlen(response->body);
	e->asked++;
	return FATE_ANSWERED;
}

static void endpoint_clear(struct endpoint *e)
{
	free(e->last);
	free(e->path);
	free(e->authorization);
}

static struct model endpoint_model(struct endpoint *e, bool stream)
{
	return model_openai(&(struct model_remote) { .base_url = "http://127.0.0.1:9/v1/",
		.api_key = "key_of_the_model",
		.name = "small",
		.stream = stream,
		.transport = { .send = endpoint_send, .arg = e } });
}

#define SAYS(text) "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"" text "\"}}]}"
#define CALLS(name, arguments)                                                                                         \
	"{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":" \
	"\"function\",\"function\":{\"name\":\"" name "\",\"arguments\":\"" arguments "\"}}]}}]}"
#define CHUNK(delta) "data: {\"choices\":[{\"index\":0,\"delta\":{" delta "}}]}\n\n"
#define PIECE(index, more) CHUNK("\"tool_calls\":[{\"index\":" index "," more "}]")

static void remote__calls_and_answers(void **state)
{
	struct endpoint e = { .answers = { CALLS("get_subscription", "{}"), SAYS("You are on Basic.") }, .n = 2 };
	struct talk t;

	(void)state;
	talk_open(&t, COMPANY_CONFIG, endpoint_model(&e, false), "ada");
	talk_say(&t, "What am I paying for?");
	assert_string_equal(js_text_at(heard(&t, "tool-result"), "result.status"), "ok");
	assert_string_equal(js_text(heard(&t, "text"), "text"), "You are on Basic.");
	assert_string_equal(e.path, "/v1/chat/completions");
	assert_string_equal(e.authorization, "Bearer key_of_the_model");
	assert_holds(e.last, "\"tool_call_id\":\"c1\"");
	assert_lacks(e.last, "cus_ada");
	assert_lacks(e.last, t.hash);
	endpoint_clear(&e);
	talk_close(&t);
}

static void remote__answers_in_pieces(void **state)
{
	struct endpoint e = {
		.answers = { PIECE("0", "\"id\":\"c1\",\"function\":{\"name\":\"manage\",\"arguments\":\"\"}")
				     PIECE("0", "\"function\":{\"arguments\":\"{\\\"operation\\\":\"}")
					     PIECE("0", "\"function\":{\"arguments\":\"\\\"list_plans\\\"}"
							"\"}") "data: {\"choices\":[],\"usage\":{}}\n\ndata: "
							       "[DONE]\n\n",
			CHUNK("\"content\":\"Three\"") CHUNK("\"content\":\" plans.\"") "data: [DONE]\r\n\r\n" },
		.n = 2
	};
	struct talk t;

	(void)state;
	talk_open(&t, COMPANY_CONFIG, endpoint_model(&e, true), "ada");
	talk_say(&t, "Plans?");
	assert_string_equal(js_text_at(heard(&t, "tool-call"), "inputs.operation"), "list_plans");
	assert_string_equal(js_text(heard(&t, "text"), "text"), "Three plans.");
	assert_holds(e.last, "\"stream\":true");
	endpoint_clear(&e);
	talk_close(&t);
}

/* What a model must not get through, whatever it was told to. */
static const struct hostile_row {
	const char *name, *answer, *status;
} hostile[] = {
	{ "hostile__customer_of_another", CALLS("get_subscription", "{\\\"customer\\\":\\\"cus_bob\\\"}"), "refused" },
	{ "hostile__subscription_of_another",
		CALLS("manage", "{\\\"operation\\\":\\\"cancel\\\",\\\"subscription\\\":\\\"sub_bob\\\"}"), NULL },
	{ "hostile__no_json", CALLS("get_subscription", "{oops"), "refused" },
	{ "hostile__a_list", CALLS("get_subscription", "[]"), "refused" },
	{ "hostile__key_twice",
		CALLS("manage", "{\\\"operation\\\":\\\"list_plans\\\",\\\"operation\\\":\\\"cancel\\\"}"), "refused" },
	{ "hostile__own_confirmation",
		CALLS("manage", "{\\\"operation\\\":\\\"cancel\\\",\\\"confirmation\\\":\\\"cnf_1_1_1_1\\\"}"), NULL },
	{ "hostile__own_token", CALLS("manage", "{\\\"operation\\\":\\\"cancel\\\",\\\"token\\\":\\\"a.b.c\\\"}"),
		NULL },
	{ "hostile__invented_tool", CALLS("refund_everything", "{}"), NULL },
	{ "hostile__tool_that_is_off", CALLS("sleeping", "{}"), "refused" },
	{ "hostile__insists_on_cancelling", CALLS("manage", "{\\\"operation\\\":\\\"cancel\\\"}"),
		"needs_confirmation" },
};

static void hostile_row_test(void **state)
{
	const struct hostile_row *row = *state;
	struct endpoint e = { .answers = { row->answer }, .n = 1 };
	struct talk t;
	const char *status;

	talk_open(&t, COMPANY_CONFIG, endpoint_model(&e, false), "ada");
	talk_say(&t, "Hello");
	status = js_text_at(heard(&t, "tool-result"), "result.status");
	if (row->status)
		assert_string_equal(status, row->status);
	else
		assert_string_not_equal(status, "ok");
	assert_int_equal(script_count(&t.company.script, "POST /v1/subscriptions"), 0);
	/* It calls for ever; the loop does not. */
	assert_int_equal(e.asked, CONVERSATION_STEPS);
	assert_non_null(heard(&t, "error"));
	endpoint_clear(&e);
	talk_close(&t);
}

static void model__never_sees_the_consent(void **state)
{
	struct endpoint e = { .answers = { CALLS("manage", "{\\\"operation\\\":\\\"cancel\\\"}"), SAYS("Shall I?") },
		.n = 2 };
	struct talk t;
	const char *confirmation;

	(void)state;
	talk_open(&t, COMPANY_CONFIG, endpoint_model(&e, false), "ada");
	talk_say(&t, "Cancel");
	confirmation = js_text_at(heard(&t, "tool-result"), "result.data.confirmation");
	assert_non_null(confirmation);
	assert_lacks(e.last, confirmation);
	endpoint_clear(&e);
	talk_close(&t);
}

static const struct broken_row {
	const char *name, *answer;
	bool stream;
	int status;
} broken[] = {
	{ "broken__no_json", "<html>", false, 0 },
	{ "broken__no_choices", "{\"choices\":[]}", false, 0 },
	{ "broken__empty", SAYS(""), false, 0 },
	{ "broken__call_without_id",
		"{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}]}}]}",
		false, 0 },
	{ "broken__arguments_of_wrong_type",
		"{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":{"
		"}}}]}}]}",
		false, 0 },
	{ "broken__stream_without_end", CHUNK("\"content\":\"Hi\""), true, 0 },
	{ "broken__stream_of_rubbish", "data: {\n\n", true, 0 },
	{ "broken__piece_from_far_away", PIECE("7", "\"id\":\"c\"") "data: [DONE]\n\n", true, 0 },
	{ "broken__piece_without_place", PIECE("-1", "\"id\":\"c\"") "data: [DONE]\n\n", true, 0 },
	{ "broken__stream_with_error", "data: {\"error\":{\"message\":\"overloaded\"}}\n\ndata: [DONE]\n\n", true, 0 },
	{ "broken__status", SAYS("Hi"), false, 500 },
	{ "broken__key_refused", SAYS("Hi"), false, 401 },
};

static void broken_row_test(void **state)
{
	const struct broken_row *row = *state;
	struct endpoint e = { .answers = { row->answer }, .n = 1, .status = row->status };
	struct talk t;

	talk_open(&t, COMPANY_CONFIG, endpoint_model(&e, row->stream), "ada");
	talk_say(&t, "Hello");
	assert_null(heard(&t, "text"));
	assert_null(heard(&t, "tool-call"));
	assert_non_null(heard(&t, "error"));
	assert_holds(t.trouble.data, "the model's endpoint: ");
	assert_lacks(t.trouble.data, "key_of_the_model");
	endpoint_clear(&e);
	talk_close(&t);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(thin_description__does_not_trigger),
		cmocka_unit_test(missing_input__is_asked_for),
		cmocka_unit_test(choice__is_answered_by_its_label),
		cmocka_unit_test(not_signed_in__is_told_so),
		cmocka_unit_test(proposal__takes_more_than_a_yes_in_the_chat),
		cmocka_unit_test(proposal__is_carried_out_once),
		cmocka_unit_test(another_person__finds_nothing),
		cmocka_unit_test(remote__calls_and_answers),
		cmocka_unit_test(remote__answers_in_pieces),
		cmocka_unit_test(model__never_sees_the_consent),
	};
	struct {
		struct CMUnitTest *tests;
		size_t count;
	} tables[] = {
		{ tests_of_rows(picks, COUNT_OF(picks), sizeof(picks[0]), pick_row_test), COUNT_OF(picks) },
		{ tests_of_rows(hostile, COUNT_OF(hostile), sizeof(hostile[0]), hostile_row_test), COUNT_OF(hostile) },
		{ tests_of_rows(broken, COUNT_OF(broken), sizeof(broken[0]), broken_row_test), COUNT_OF(broken) },
	};
	int failed = cmocka_run_group_tests(others, NULL, NULL);

	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		failed += _cmocka_run_group_tests("agent", tables[i].tests, tables[i].count, NULL, NULL);
		free(tables[i].tests);
	}
	return failed;
}
