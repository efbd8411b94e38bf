/* SPDX-License-Identifier: MIT */
#include "actions/doors/mcp_tools.h"

#include <stdlib.h>
#include <string.h>

#include "actions/runtime/tools.h"
#include "base/json.h"
#include "base/mem.h"

/* The tools of the protocol: a call becomes a run, and its envelope a result. */

#define ASK_KEY "confirm"
#define WAITING_MOST 64 /* questions that nobody answered yet */

static const char output_schema[] =
	"{\"type\":\"object\",\"properties\":{"
	"\"status\":{\"type\":\"string\",\"enum\":[\"ok\",\"needs_choice\",\"needs_confirmation\",\"needs_"
	"verification\","
	"\"refused\",\"error\"]},"
	"\"message\":{\"type\":\"string\",\"description\":\"Complete by itself and safe for the customer.\"},"
	"\"data\":{\"type\":\"object\"},"
	"\"error\":{\"type\":\"object\",\"properties\":{\"code\":{\"type\":\"string\"},\"retryable\":{\"type\":"
	"\"boolean\"}},"
	"\"required\":[\"code\",\"retryable\"]},"
	"\"next\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
	"\"required\":[\"status\",\"message\",\"data\"]}";

static enum environment environment_of(const struct mcp *m)
{
	return m->environment ? environment_find(m->environment) : m->agent->config->environment;
}

/* The consent of a host that asks the person itself. It is a value of the protocol, not of the action. */
static void put_confirmation(json_t *tool)
{
	json_t *property = json_object();

	js_put_text(property, "type", "string");
	js_put_text(property, "description",
		"Only after the customer agreed: data.confirmation of the needs_confirmation answer, with the same "
		"arguments.");
	js_put_new(js_get(js_get(tool, "inputSchema"), "properties"), "confirmation", property);
}

json_t *mcp_tools(const struct mcp *m)
{
	json_t *list = tools_list(m->agent, TOOLS_MCP, environment_of(m)), *tool;
	size_t i;

	json_array_foreach(js_get(list, "tools"), i, tool)
	{
		if (!js_flag(js_get(tool, "annotations"), "readOnlyHint", false))
			put_confirmation(tool);
		js_put_new(tool, "outputSchema", json_loads(output_schema, 0, NULL));
	}
	return list;
}

static bool tool_is_known(const struct mcp *m, const char *name)
{
	js_auto list = tools_list(m->agent, TOOLS_MCP, environment_of(m));
	json_t *tool;
	size_t i;

	json_array_foreach(js_get(list, "tools"), i, tool) if (!strcmp(js_text(tool, "name"), name)) return true;
	return false;
}

static json_t *result_of(json_t *envelope, bool error)
{
	json_t *out = json_object(), *content = json_array(), *block = json_object();
	struct text t;

	text_init(&t, TEXT_NO_CEILING);
	js_write(&t, envelope);
	js_put_text(block, "type", "text");
	js_put_text(block, "text", t.data);
	text_clear(&t);
	json_array_append_new(content, block);
	js_put_new(out, "content", content);
	js_put_new(out, "structuredContent", envelope);
	js_put_flag(out, "isError", error);
	return out;
}

/* A copy, since another request of the same host may bring another proof meanwhile. */
static struct evidence evidence_now(struct mcp *m, const struct evidence *who, struct arena *arena)
{
	struct evidence now;

	pthread_mutex_lock(&m->lock);
	now = admission_use(&m->admitted, m->agent, who);
	if (now.session)
		now.session = arena_text(arena, now.session);
	pthread_mutex_unlock(&m->lock);
	return now;
}

/* A JSON-RPC id is a text or a number. NULL: it is neither. */
static const char *call_name(struct arena *arena, const json_t *id)
{
	if (json_is_integer(id))
		return arena_format(arena, "%lld", (long long)json_integer_value(id));
	return json_string_value(id);
}

/* Runs for the request `id`; gives the envelope, and in *status what it came to. */
static json_t *tool_run(struct mcp *m, const struct evidence *who, const json_t *id, const char *name,
	const json_t *arguments, const char *confirmation, enum envelope_status *status)
{
	struct run_result run = { 0 };
	struct arena arena = { 0 };
	struct run_call call = {
		.action = name,
		.evidence = evidence_now(m, who, &arena),
		.environment = m->environment,
		.confirmation = confirmation,
		.tool_call = call_name(&arena, id),
	};
	struct text inputs;
	json_t *envelope;

	text_init(&inputs, TEXT_NO_CEILING);
	if (arguments)
		js_write(&inputs, arguments);
	call.inputs = inputs.data;
	call.inputs_length = inputs.length;
	run_action(m->agent, &call, &run);
	envelope = envelope_json(&run.envelope, &run.problem);
	*status = run.envelope.status;
	run_clear(&run);
	text_clear(&inputs);
	arena_free(&arena);
	return envelope;
}

static bool is_error(enum envelope_status status)
{
	return status == ENVELOPE_REFUSED || status == ENVELOPE_ERROR || status == ENVELOPE_NEEDS_VERIFICATION;
}

/* ---- asking the person ---- */

static json_t *question(const json_t *envelope)
{
	json_t *params = json_object(), *schema = json_object(), *properties = json_object(), *confirm = json_object();
	json_t *required = json_array();

	js_put_text(confirm, "type", "boolean");
	js_put_text(confirm, "title", "Go ahead");
	js_put_text(confirm, "description", "Yes, carry this out.");
	js_put_new(properties, ASK_KEY, confirm);
	json_array_append_new(required, json_string(ASK_KEY));
	js_put_text(schema, "type", "object");
	js_put_new(schema, "properties", properties);
	js_put_new(schema, "required", required);
	js_put_text(params, "mode", "form");
	js_put_text(params, "message", js_text(envelope, "message"));
	js_put_new(params, "requestedSchema", schema);
	return params;
}

/* As a request of ours; the call is held until its answer comes. */
static json_t *ask_legacy(
	struct mcp *m, const struct mcp_request *r, const char *name, const json_t *arguments, json_t *envelope)
{
	json_t *out = json_object(), *held = json_object(), *params = question(envelope);
	char *id;

	json_object_del(params, "mode"); /* it came with the last of these revisions, where it means the same */
	js_put(held, "id", r->id);
	js_put_text(held, "name", name);
	js_put_new(held, "arguments", json_deep_copy(arguments));
	js_put(held, "confirmation", js_get(js_get(envelope, "data"), "confirmation"));
	pthread_mutex_lock(&m->lock);
	id = mem_format("confirm-%lld", (long long)++m->asked);
	js_put_new(m->waiting, id, held);
	pthread_mutex_unlock(&m->lock);
	js_put_text(out, "jsonrpc", "2.0");
	js_put_text(out, "id", id);
	js_put_text(out, "method", "elicitation/create");
	js_put_new(out, "params", params);
	free(id);
	return out;
}

/*
 * As a result that wants input. The state that has to come back is the confirmation itself: sealed, bound to person,
 * arguments and time, and good for one use, which is all that such a state has to be.
 */
static json_t *ask_modern(const json_t *envelope)
{
	json_t *out = json_object(), *requests = json_object(), *request = json_object();

	js_put_text(request, "method", "elicitation/create");
	js_put_new(request, "params", question(envelope));
	js_put_new(requests, ASK_KEY, request);
	js_put_text(out, "resultType", "input_required");
	js_put_new(out, "inputRequests", requests);
	js_put(out, "requestState", js_get(js_get(envelope, "data"), "confirmation"));
	return out;
}

static bool has_agreed(const json_t *said)
{
	const char *action = js_text(said, "action");

	return action && !strcmp(action, "accept") && js_flag(js_get(said, "content"), ASK_KEY, false);
}

static json_t *declined(void)
{
	json_t *envelope = json_object(), *error = json_object();

	js_put_text(envelope, "status", "refused");
	js_put_text(envelope, "message", "The customer did not agree. Nothing was changed.");
	js_put_new(envelope, "data", json_object());
	js_put_text(error, "code", "declined");
	js_put_flag(error, "retryable", false);
	js_put_new(envelope, "error", error);
	return result_of(envelope, false);
}

json_t *mcp_tool_go_on(struct mcp *m, const struct evidence *who, const json_t *held, const json_t *said)
{
	enum envelope_status status;
	json_t *envelope;

	if (!has_agreed(said))
		return declined();
	envelope = tool_run(m, who, js_get(held, "id"), js_text(held, "name"), js_get(held, "arguments"),
		js_text(held, "confirmation"), &status);
	return result_of(envelope, is_error(status));
}

/* ---- tools/call ---- */

static bool may_wait(struct mcp *m)
{
	bool room;

	pthread_mutex_lock(&m->lock);
	room = json_object_size(m->waiting) < WAITING_MOST;
	pthread_mutex_unlock(&m->lock);
	return room;
}

/* The confirmation that a call brings: as an argument, which is taken out, or as the state of a question answered. */
static const char *confirmation_take(const struct mcp_request *r, json_t *arguments, json_t *kept)
{
	const char *state = js_text(r->params, "requestState");

	if (r->modern && state)
		return state;
	if (!js_text(arguments, "confirmation"))
		return NULL;
	js_put(kept, "confirmation", js_get(arguments, "confirmation"));
	json_object_del(arguments, "confirmation");
	return js_text(kept, "confirmation");
}

json_t *mcp_tool_call(struct mcp *m, const struct mcp_request *r, json_t **fault)
{
	const char *name = js_text(r->params, "name"), *confirmation;
	json_t *given = js_get(r->params, "arguments"), *envelope, *out;
	const json_t *said = js_get(js_get(r->params, "inputResponses"), ASK_KEY);
	enum envelope_status status;
	js_auto arguments = given ? json_copy(given) : json_object();
	js_auto kept = json_object();

	if (!name || !tool_is_known(m, name)) {
		*fault = mcp_error(r->id, MCP_INVALID_PARAMS, name ? "Unknown tool" : "params.name is missing", NULL);
		return NULL;
	}
	if (given && !json_is_object(given)) {
		*fault = mcp_error(r->id, MCP_INVALID_PARAMS, "params.arguments is not an object", NULL);
		return NULL;
	}
	confirmation = confirmation_take(r, arguments, kept);
	if (r->modern && js_text(r->params, "requestState") && !has_agreed(said))
		return declined();
	envelope = tool_run(m, r->who, r->id, name, arguments, confirmation, &status);
	if (status != ENVELOPE_NEEDS_CONFIRMATION || !r->elicits || (!r->modern && !may_wait(m)))
		return result_of(envelope, is_error(status));
	out = r->modern ? ask_modern(envelope) : ask_legacy(m, r, name, arguments, envelope);
	json_decref(envelope);
	return out;
}
