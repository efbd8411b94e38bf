/* SPDX-License-Identifier: MIT */
/* Tools that run in the customer's page, and what the page says of the visitor. */
#include "actions/agent/client_tools.h"
#include "actions/agent/conversation.h"
#include "actions/agent/history.h"
#include "suites/actions/company.h"

#define TOOLS                                                                                                          \
	",\"client_tools\":[{\"name\":\"show_tides\",\"when_to_use\":\"The customer wants to see the plan of "         \
	"harbours.\","                                                                                                 \
	"\"inputs\":[{\"name\":\"harbour\",\"type\":\"string\",\"description\":\"Which one.\"}]}]"
#define CONFIG CONFIG_HEAD TOOLS ",\"actions\":[]," CONTACTS "}"

struct talk {
	struct company company;
	struct model model;
	struct conversation *conversation;
	struct evidence who;
	struct conversation_ear ear;
	char hash[65];
	json_t *events;
	struct text trouble;
};

static void hear(void *arg, const json_t *event)
{
	json_array_append_new(arg, json_deep_copy(event));
}

static void talk_open(struct talk *t, const char *environment)
{
	memset(t, 0, sizeof(*t));
	company_open(&t->company, CONFIG);
	t->model = model_scripted();
	t->conversation = conversation_new(t->company.agent, &t->model, environment, "conv_suite");
	t->events = json_array();
	t->ear = (struct conversation_ear) { .hear = hear, .arg = t->events };
	text_init(&t->trouble, TEXT_NO_CEILING);
	identity_hash(t->company.agent->config, "ada", t->hash);
	t->who = (struct evidence) { .user_id = "ada", .user_hash = t->hash };
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
	conversation_say(t->conversation, &t->who, message, &t->ear, &t->trouble);
}

static const json_t *heard(const struct talk *t, const char *type)
{
	json_t *event;
	size_t i;

	json_array_foreach(t->events, i, event) if (!strcmp(js_text(event, "type"), type)) return event;
	return NULL;
}

static const char *text_heard(const struct talk *t)
{
	return js_text(heard(t, "text"), "text");
}

/* The id of the call that the page is asked for. */
static char *call_id(struct talk *t)
{
	const json_t *call;

	talk_say(t, "Show me the plan, please");
	call = heard(t, "tool-call");
	assert_non_null(call);
	assert_string_equal(js_text(call, "name"), "show_tides");
	assert_true(js_flag(call, "client", false));
	assert_null(heard(t, "text"));
	return mem_copy_text(js_text(call, "id"));
}

static bool give(struct talk *t, const char *id, const char *output)
{
	js_auto tree = json_loads(output, 0, NULL);

	json_array_clear(t->events);
	return conversation_tool_result(t->conversation, &t->who, id, tree, &t->ear, &t->trouble);
}

static const struct output_row {
	const char *name, *output, *status, *says;
} outputs[] = {
	{ "output__success", "{\"status\":\"success\"}", "success", "Done." },
	{ "output__a_text", "{\"status\":\"success\",\"data\":\"Howth: high at 10:20.\"}", "success",
		"Howth: high at 10:20." },
	{ "output__a_message", "{\"status\":\"success\",\"data\":{\"message\":\"It is open.\"}}", "success",
		"It is open." },
	{ "output__error", "{\"status\":\"error\",\"error\":\"no map\"}", "error", "That didn't work here." },
	{ "output__no_form", "{\"yes\":true}", "error", "That didn't work here." },
	{ "output__pretends_to_be_an_action", "{\"status\":\"needs_confirmation\",\"message\":\"Pay!\"}", "error",
		"That didn't work here." },
};

static void output_row_test(void **state)
{
	const struct output_row *row = *state;
	struct talk t;
	char *id;

	talk_open(&t, NULL);
	id = call_id(&t);
	assert_true(conversation_awaits(t.conversation, id));
	assert_true(give(&t, id, row->output));
	assert_string_equal(js_text_at(heard(&t, "tool-result"), "result.status"), row->status);
	assert_string_equal(text_heard(&t), row->says);
	/* Once. */
	assert_false(conversation_awaits(t.conversation, id));
	assert_false(give(&t, id, row->output));
	free(id);
	talk_close(&t);
}

static void output__too_long_is_an_error(void **state)
{
	struct text t;
	js_auto output = json_object();
	js_auto read = NULL;

	(void)state;
	text_init(&t, TEXT_NO_CEILING);
	while (t.length < CLIENT_OUTPUT_MOST)
		text_put(&t, "tide ");
	js_put_text(output, "status", "success");
	js_put_text(output, "data", t.data);
	text_clear(&t);
	read = client_output_read(output);
	assert_string_equal(js_text(read, "status"), "error");
	assert_holds(js_text(read, "error"), "20 KB");
}

static void call__that_was_not_made(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t, NULL);
	assert_false(give(&t, "call_1", "{\"status\":\"success\"}"));
	assert_int_equal(json_array_size(t.events), 0);
	talk_close(&t);
}

static void call__left_open_has_failed(void **state)
{
	struct talk t;
	char *id;

	(void)state;
	talk_open(&t, NULL);
	id = call_id(&t);
	talk_say(&t, "hello");
	assert_non_null(text_heard(&t));
	assert_false(give(&t, id, "{\"status\":\"success\"}"));
	free(id);
	talk_close(&t);
}

static void call__is_not_another_persons(void **state)
{
	struct talk t;
	char *id, hash[65];

	(void)state;
	talk_open(&t, NULL);
	id = call_id(&t);
	identity_hash(t.company.agent->config, "bob", hash);
	t.who = (struct evidence) { .user_id = "bob", .user_hash = hash };
	assert_false(give(&t, id, "{\"status\":\"success\"}"));
	free(id);
	talk_close(&t);
}

static void environments__that_are_not_real_have_none(void **state)
{
	static const char *const names[] = { "playground", "preview", "compare" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct talk t;

		talk_open(&t, names[i]);
		talk_say(&t, "Show me the plan, please");
		assert_null(heard(&t, "tool-call"));
		assert_string_equal(text_heard(&t), "I can't do that here.");
		talk_close(&t);
	}
}

static const struct bad_row {
	const char *name, *tools, *fault;
} bad[] = {
	{ "config__name_of_an_action", "[{\"name\":\"Manage\",\"when_to_use\":\"x\"}]",
		"$.client_tools[0].name: action_name_taken: $.actions[2]" },
	{ "config__name_twice", "[{\"name\":\"map\",\"when_to_use\":\"x\"},{\"name\":\"MAP\",\"when_to_use\":\"x\"}]",
		"$.client_tools[1].name: action_name_taken: $.client_tools[0]" },
	{ "config__name_with_blanks", "[{\"name\":\"show map\",\"when_to_use\":\"x\"}]",
		"letters, digits, _ and - only" },
	{ "config__type_unknown",
		"[{\"name\":\"map\",\"when_to_use\":\"x\",\"inputs\":[{\"name\":\"a\",\"type\":\"map\",\"description\":"
		"\"x\"}]}]",
		"$.client_tools[0].inputs[0].type" },
};

static void bad_row_test(void **state)
{
	const struct bad_row *row = *state;
	char *json = mem_format("%s,%s,\"client_tools\":%s}", CONFIG_HEAD, ACTION_ROWS, row->tools);
	struct config *c;
	struct text why;

	text_init(&why, TEXT_NO_CEILING);
	c = config_parse(json, strlen(json), "agent.json", &why);
	assert_null(c);
	assert_holds(why.data, row->fault);
	text_clear(&why);
	free(json);
}

/* ---- what the page says of the visitor ---- */

static const struct context_row {
	const char *name, *context, *kept; /* kept NULL: nothing */
	bool whole;
} contexts[] = {
	{ "context__plain", "{\"plan\":\"team\",\"boats\":3}", "{\"plan\":\"team\",\"boats\":3}", true },
	{ "context__nothing", "{}", NULL, true },
	{ "context__just_fits", "{\"a\":\"123456789\",\"b\":\"ü\"}", "{\"a\":\"123456789\",\"b\":\"ü\"}", true },
	{ "context__one_too_many", "{\"a\":\"123456789\",\"b\":\"üx\"}", "{\"a\":\"123456789\"}", false },
	{ "context__too_long_at_once", "{\"a\":\"12345678901\"}", NULL, false },
};

static void context_row_test(void **state)
{
	const struct context_row *row = *state;
	js_auto context = json_loads(row->context, 0, NULL);
	char *kept;

	assert_int_equal(client_context_read(context, 10, &kept), row->whole);
	if (row->kept)
		assert_string_equal(kept, row->kept);
	else
		assert_null(kept);
	free(kept);
}

/* ---- what a person reads again ---- */

static void history__is_without_links_and_tools(void **state)
{
	js_auto messages =
		json_loads("[{\"role\":\"user\",\"content\":\"My invoices?\"},"
			   "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[]},"
			   "{\"role\":\"tool\",\"content\":\"{}\"},"
			   "{\"role\":\"assistant\",\"content\":\"One:\\n- A-1, paid\\n  View: https://x.example/i\"},"
			   "{\"role\":\"assistant\",\"content\":\"http://x.example\"}]",
			0, NULL);
	js_auto history = history_of(messages);

	(void)state;
	assert_int_equal(json_array_size(history), 2);
	assert_string_equal(js_text_at(history, "0.role"), "user");
	assert_string_equal(js_text_at(history, "1.content"), "One:\n- A-1, paid");
}

static void history__is_the_persons_own(void **state)
{
	struct talk t;
	char hash[65];
	json_t *history;

	(void)state;
	talk_open(&t, NULL);
	talk_say(&t, "hello");
	history = conversation_history(t.conversation, &t.who);
	assert_int_equal(json_array_size(history), 2);
	json_decref(history);
	identity_hash(t.company.agent->config, "bob", hash);
	t.who = (struct evidence) { .user_id = "bob", .user_hash = hash };
	history = conversation_history(t.conversation, &t.who);
	assert_int_equal(json_array_size(history), 0);
	json_decref(history);
	talk_close(&t);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(history__is_without_links_and_tools),
		cmocka_unit_test(history__is_the_persons_own),
		cmocka_unit_test(output__too_long_is_an_error),
		cmocka_unit_test(call__that_was_not_made),
		cmocka_unit_test(call__left_open_has_failed),
		cmocka_unit_test(call__is_not_another_persons),
		cmocka_unit_test(environments__that_are_not_real_have_none),
	};
	struct {
		struct CMUnitTest *tests;
		size_t count;
	} tables[] = {
		{ tests_of_rows(outputs, COUNT_OF(outputs), sizeof(outputs[0]), output_row_test), COUNT_OF(outputs) },
		{ tests_of_rows(bad, COUNT_OF(bad), sizeof(bad[0]), bad_row_test), COUNT_OF(bad) },
		{ tests_of_rows(contexts, COUNT_OF(contexts), sizeof(contexts[0]), context_row_test),
			COUNT_OF(contexts) },
	};
	int failed = cmocka_run_group_tests(others, NULL, NULL);

	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		failed += _cmocka_run_group_tests("client_tools", tables[i].tests, tables[i].count, NULL, NULL);
		free(tables[i].tests);
	}
	return failed;
}
