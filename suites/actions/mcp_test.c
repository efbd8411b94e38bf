/* SPDX-License-Identifier: MIT */
/* The Model Context Protocol: both eras, asking the person, and sessions over HTTP. */
#include "actions/doors/mcp.h"
#include "suites/actions/world.h"

/* ---- the protocol's own errors ---- */

#define META(version)                                                                                                  \
	"\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"" version                                            \
	"\",\"io.modelcontextprotocol/clientCapabilities\":{}}"

static const struct fault_row {
	const char *name, *message;
	int code;
} faults[] = {
	{ "mcp__no_json", "{", MCP_PARSE },
	{ "mcp__batch", "[]", MCP_INVALID_REQUEST },
	{ "mcp__no_version_of_jsonrpc", "{\"id\":1,\"method\":\"ping\"}", MCP_INVALID_REQUEST },
	{ "mcp__id_of_wrong_type", "{\"jsonrpc\":\"2.0\",\"id\":[],\"method\":\"ping\"}", MCP_INVALID_REQUEST },
	{ "mcp__params_of_wrong_type", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":[]}",
		MCP_INVALID_PARAMS },
	{ "mcp__no_such_method", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/list\"}", MCP_NO_METHOD },
	{ "mcp__bad_cursor", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"cursor\":\"x\"}}",
		MCP_INVALID_PARAMS },
	{ "mcp__unknown_tool", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"x\"}}",
		MCP_INVALID_PARAMS },
	{ "mcp__tool_that_is_off",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"sleeping\"}}",
		MCP_INVALID_PARAMS },
	{ "mcp__arguments_of_wrong_type",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/"
		"call\",\"params\":{\"name\":\"manage\",\"arguments\":[]}}",
		MCP_INVALID_PARAMS },
	{ "mcp__initialize_without_version", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}",
		MCP_INVALID_PARAMS },
	{ "mcp__version_of_the_future",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{" META("2099-01-01") "}}",
		MCP_VERSION },
	{ "mcp__stateless_without_capabilities",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/"
		"list\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/"
		"protocolVersion\":\"2026-07-28\"}}}",
		MCP_INVALID_PARAMS },
	{ "mcp__initialize_in_the_stateless_revision",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{" META("2026-07-28") "}}",
		MCP_NO_METHOD },
	{ "mcp__discover_without_a_version", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\"}",
		MCP_INVALID_PARAMS },
};

static void fault_row_test(void **state)
{
	const struct fault_row *row = *state;
	struct world w;
	struct mcp m;
	json_t *answer;

	world_open(&w, "ada");
	mcp_init(&m, w.company.agent);
	answer = mcp_take(&m, &w.who, row->message, strlen(row->message));
	assert_non_null(answer);
	assert_int_equal(js_int_at(answer, "error.code", 0), row->code);
	assert_int_equal(w.company.script.n_log, 0);
	json_decref(answer);
	mcp_clear(&m);
	world_close(&w);
}

/* ---- asking the person ---- */

#define CANCEL "\"name\":\"manage\",\"arguments\":{\"operation\":\"cancel\"}"
#define WITH_FORMS                                                                                                     \
	"\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","                                       \
	"\"io.modelcontextprotocol/clientCapabilities\":{\"elicitation\":{}}}"

static json_t *say(struct mcp *m, const struct world *w, const char *message)
{
	return mcp_take(m, &w->who, message, strlen(message));
}

static void asking(struct mcp *m, struct world *w)
{
	json_t *answer;

	mcp_init(m, w->company.agent);
	m->asks = true;
	answer = say(m, w,
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
		"\"2025-11-25\","
		"\"capabilities\":{\"elicitation\":{}}}}");
	assert_string_equal(js_text_at(answer, "result.protocolVersion"), "2025-11-25");
	json_decref(answer);
	answer = say(m, w, "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools/call\",\"params\":{" CANCEL "}}");
	assert_string_equal(js_text(answer, "method"), "elicitation/create");
	assert_string_equal(js_text(answer, "id"), "confirm-1");
	assert_int_equal(script_count(&w->company.script, "POST /v1/subscriptions/sub_ada"), 0);
	json_decref(answer);
}

static void elicitation__accepted_is_done_once(void **state)
{
	static const char yes[] =
		"{\"jsonrpc\":\"2.0\",\"id\":\"confirm-1\",\"result\":{\"action\":\"accept\",\"content\":{"
		"\"confirm\":true}}}";
	struct world w;
	struct mcp m;
	json_t *answer;

	(void)state;
	world_open(&w, "ada");
	asking(&m, &w);
	answer = say(&m, &w, yes);
	assert_string_equal(js_text(answer, "id"), "a");
	assert_string_equal(js_text_at(answer, "result.structuredContent.status"), "ok");
	json_decref(answer);
	assert_null(say(&m, &w, yes));
	assert_int_equal(script_count(&w.company.script, "POST /v1/subscriptions/sub_ada"), 1);
	mcp_clear(&m);
	world_close(&w);
}

static const struct no_row {
	const char *name, *result;
} noes[] = {
	{ "elicitation__declined", "\"result\":{\"action\":\"decline\"}" },
	{ "elicitation__cancelled", "\"result\":{\"action\":\"cancel\"}" },
	{ "elicitation__not_ticked", "\"result\":{\"action\":\"accept\",\"content\":{\"confirm\":false}}" },
	{ "elicitation__a_word_is_no_tick", "\"result\":{\"action\":\"accept\",\"content\":{\"confirm\":\"true\"}}" },
	{ "elicitation__empty", "\"result\":{\"action\":\"accept\"}" },
	{ "elicitation__failed", "\"error\":{\"code\":-32603,\"message\":\"no\"}" },
};

static void no_row_test(void **state)
{
	const struct no_row *row = *state;
	char *message = mem_format("{\"jsonrpc\":\"2.0\",\"id\":\"confirm-1\",%s}", row->result);
	struct world w;
	struct mcp m;
	json_t *answer;

	world_open(&w, "ada");
	asking(&m, &w);
	answer = say(&m, &w, message);
	assert_string_equal(js_text_at(answer, "result.structuredContent.error.code"), "declined");
	assert_int_equal(script_count(&w.company.script, "POST /v1/subscriptions/sub_ada"), 0);
	json_decref(answer);
	free(message);
	mcp_clear(&m);
	world_close(&w);
}

static void stateless__state_comes_back_and_works_once(void **state)
{
	struct world w;
	struct mcp m;
	json_t *answer;
	char *message;

	(void)state;
	world_open(&w, "ada");
	mcp_init(&m, w.company.agent);
	answer = say(&m, &w,
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{" CANCEL "," WITH_FORMS "}}");
	assert_string_equal(js_text_at(answer, "result.resultType"), "input_required");
	message = mem_format(
		"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{" CANCEL "," WITH_FORMS
		",\"requestState\":\"%s\",\"inputResponses\":{\"confirm\":{\"action\":\"accept\",\"content\":{"
		"\"confirm\":true}}}}}",
		js_text_at(answer, "result.requestState"));
	json_decref(answer);
	answer = say(&m, &w, message);
	assert_string_equal(js_text_at(answer, "result.resultType"), "complete");
	assert_string_equal(js_text_at(answer, "result.structuredContent.status"), "ok");
	json_decref(answer);
	answer = say(&m, &w, message);
	assert_string_equal(js_text_at(answer, "result.structuredContent.status"), "refused");
	assert_int_equal(script_count(&w.company.script, "POST /v1/subscriptions/sub_ada"), 1);
	json_decref(answer);
	free(message);
	mcp_clear(&m);
	world_close(&w);
}

static void tools__only_writes_take_a_confirmation(void **state)
{
	struct world w;
	struct mcp m;
	json_t *answer, *tool;
	size_t i;

	(void)state;
	world_open(&w, "ada");
	mcp_init(&m, w.company.agent);
	answer = say(&m, &w, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
	assert_int_equal(json_array_size(js_at(answer, "result.tools")), 4);
	json_array_foreach(js_at(answer, "result.tools"), i, tool)
	{
		assert_string_equal(js_text_at(tool, "outputSchema.type"), "object");
		assert_int_equal(js_flag_at(tool, "annotations.readOnlyHint", false),
			js_at(tool, "inputSchema.properties.confirmation") == NULL);
		/* Who is asking is never an argument. */
		assert_null(js_at(tool, "inputSchema.properties.token"));
		assert_null(js_at(tool, "inputSchema.properties.customer"));
	}
	json_decref(answer);
	mcp_clear(&m);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(elicitation__accepted_is_done_once),
		cmocka_unit_test(stateless__state_comes_back_and_works_once),
		cmocka_unit_test(tools__only_writes_take_a_confirmation),
	};
	struct {
		struct CMUnitTest *tests;
		size_t count;
	} tables[] = {
		{ tests_of_rows(faults, COUNT_OF(faults), sizeof(faults[0]), fault_row_test), COUNT_OF(faults) },
		{ tests_of_rows(noes, COUNT_OF(noes), sizeof(noes[0]), no_row_test), COUNT_OF(noes) },
	};
	int failed = cmocka_run_group_tests(others, NULL, NULL);

	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		failed += _cmocka_run_group_tests("mcp", tables[i].tests, tables[i].count, NULL, NULL);
		free(tables[i].tests);
	}
	return failed;
}
