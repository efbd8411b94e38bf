/* SPDX-License-Identifier: MIT */
#include "actions/doors/mcp.h"

#include <string.h>

#include "actions/doors/mcp_tools.h"
#include "base/json.h"
#include "base/mem.h"

#define META_VERSION "io.modelcontextprotocol/protocolVersion"
#define META_CAPABILITIES "io.modelcontextprotocol/clientCapabilities"
#define META_SERVER "io.modelcontextprotocol/serverInfo"
#define LIST_TTL_MS 60000

static const char *const versions[] = { MCP_NEWEST, MCP_NEWEST_LEGACY, "2025-06-18", "2025-03-26", "2024-11-05" };
static const char instructions[] =
	"Billing actions for the signed-in customer: look up the subscription and invoices, change the plan, cancel, "
	"change "
	"billing details. A change is proposed first and carried out only after the customer confirmed it.";

bool mcp_speaks(const char *version)
{
	for (size_t i = 0; i < COUNT_OF(versions); i++)
		if (!strcmp(versions[i], version))
			return true;
	return false;
}

const char *mcp_version_of(const json_t *message)
{
	return js_text(js_get(js_get(message, "params"), "_meta"), META_VERSION);
}

/* ---- messages ---- */

static json_t *message_new(json_t *id)
{
	json_t *out = json_object();

	js_put_text(out, "jsonrpc", "2.0");
	js_put(out, "id", id);
	return out;
}

json_t *mcp_error(json_t *id, enum mcp_fault code, const char *message, json_t *data)
{
	json_t *out = message_new(id), *error = json_object();

	js_put_int(error, "code", code);
	js_put_text(error, "message", message);
	if (data)
		js_put_new(error, "data", data);
	js_put_new(out, "error", error);
	return out;
}

static json_t *server_info(const struct mcp *m)
{
	const struct config *c = m->agent->config;
	json_t *out = json_object();

	js_put_text(out, "name", "stripe-actions");
	js_put_text(out, "title", c->agent_name ? c->agent_name : c->agent_id);
	js_put_text(out, "version", "0.1.0");
	return out;
}

/* What every result of the stateless revision says beside what it is. Takes the result. */
static json_t *reply(const struct mcp *m, json_t *id, bool modern, json_t *result)
{
	json_t *out = message_new(id), *meta;

	if (modern) {
		if (!js_get(result, "resultType"))
			js_put_text(result, "resultType", "complete");
		meta = json_object();
		js_put_new(meta, META_SERVER, server_info(m));
		js_put_new(result, "_meta", meta);
	}
	js_put_new(out, "result", result);
	return out;
}

static json_t *version_list(void)
{
	json_t *out = json_array();

	for (size_t i = 0; i < COUNT_OF(versions); i++)
		json_array_append_new(out, json_string(versions[i]));
	return out;
}

/* ---- methods ---- */

static json_t *capabilities(void)
{
	json_t *out = json_object(), *tools = json_object();

	js_put_flag(tools, "listChanged", false);
	js_put_new(out, "tools", tools);
	return out;
}

static json_t *on_initialize(struct mcp *m, const struct mcp_request *r)
{
	const char *wanted = js_text(r->params, "protocolVersion");
	json_t *out;

	if (!wanted)
		return mcp_error(r->id, MCP_INVALID_PARAMS, "params.protocolVersion is missing", NULL);
	pthread_mutex_lock(&m->lock);
	m->elicits = json_is_object(js_get(js_get(r->params, "capabilities"), "elicitation"));
	pthread_mutex_unlock(&m->lock);
	out = json_object();
	/* The stateless revision has no such handshake, so that asking for it here gets the newest that has. */
	js_put_text(out, "protocolVersion",
		mcp_speaks(wanted) && strcmp(wanted, MCP_NEWEST) != 0 ? wanted : MCP_NEWEST_LEGACY);
	js_put_new(out, "capabilities", capabilities());
	js_put_new(out, "serverInfo", server_info(m));
	js_put_text(out, "instructions", instructions);
	return reply(m, r->id, false, out);
}

static json_t *on_ping(struct mcp *m, const struct mcp_request *r)
{
	return reply(m, r->id, r->modern, json_object());
}

static json_t *on_discover(struct mcp *m, const struct mcp_request *r)
{
	json_t *out;

	out = json_object();
	js_put_new(out, "supportedVersions", version_list());
	js_put_new(out, "capabilities", capabilities());
	js_put_text(out, "instructions", instructions);
	js_put_int(out, "ttlMs", LIST_TTL_MS);
	js_put_text(out, "cacheScope", "public");
	return reply(m, r->id, true, out);
}

static json_t *on_list(struct mcp *m, const struct mcp_request *r)
{
	json_t *out;

	/* There is one page: no cursor was ever given out. */
	if (js_get(r->params, "cursor"))
		return mcp_error(r->id, MCP_INVALID_PARAMS, "params.cursor is not one of ours", NULL);
	out = mcp_tools(m);
	if (r->modern) {
		js_put_int(out, "ttlMs", LIST_TTL_MS);
		js_put_text(out, "cacheScope", "private");
	}
	return reply(m, r->id, r->modern, out);
}

static json_t *on_call(struct mcp *m, const struct mcp_request *r)
{
	json_t *fault = NULL, *out;

	out = mcp_tool_call(m, r, &fault);
	if (fault)
		return fault;
	/* A question to the person goes out instead of the answer, which follows when they have spoken. */
	return js_text(out, "method") ? out : reply(m, r->id, r->modern, out);
}

enum era {
	LEGACY = 1,
	MODERN = 2,
};

static const struct {
	const char *name;
	unsigned eras;
	json_t *(*run)(struct mcp *m, const struct mcp_request *r);
} methods[] = {
	{ "initialize", LEGACY, on_initialize },
	{ "ping", LEGACY, on_ping },
	{ "server/discover", MODERN, on_discover },
	{ "tools/list", LEGACY | MODERN, on_list },
	{ "tools/call", LEGACY | MODERN, on_call },
};

/* NULL when the request may go on. */
static json_t *modern_check(const struct mcp_request *r)
{
	const json_t *meta = js_get(r->params, "_meta");
	const char *version = js_text(meta, META_VERSION);
	json_t *data;

	if (!mcp_speaks(version) || strcmp(version, MCP_NEWEST) != 0) {
		data = json_object();
		js_put_new(data, "supported", version_list());
		js_put_text(data, "requested", version);
		return mcp_error(r->id, MCP_VERSION, "Unsupported protocol version", data);
	}
	if (!json_is_object(js_get(meta, META_CAPABILITIES)))
		return mcp_error(r->id, MCP_INVALID_PARAMS, "params._meta." META_CAPABILITIES " is missing", NULL);
	return NULL;
}

static json_t *request_take(struct mcp *m, struct mcp_request *r, const char *method)
{
	json_t *fault = r->modern ? modern_check(r) : NULL;
	const json_t *capability;

	if (fault)
		return fault;
	capability = js_get(js_get(js_get(r->params, "_meta"), META_CAPABILITIES), "elicitation");
	pthread_mutex_lock(&m->lock);
	r->elicits = r->modern ? json_is_object(capability) : m->elicits && m->asks;
	pthread_mutex_unlock(&m->lock);
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		if (strcmp(methods[i].name, method) != 0)
			continue;
		if (methods[i].eras & (r->modern ? MODERN : LEGACY))
			return methods[i].run(m, r);
		if (!r->modern)
			return mcp_error(r->id, MCP_INVALID_PARAMS, "params._meta." META_VERSION " is missing", NULL);
	}
	return mcp_error(r->id, MCP_NO_METHOD, "Method not found", NULL);
}

/* The call that waits for the answer to a question, and waits no longer: a new reference, NULL when there is none. */
static json_t *waiting_take(struct mcp *m, const char *question)
{
	json_t *held;

	pthread_mutex_lock(&m->lock);
	held = question ? js_get(m->waiting, question) : NULL;
	if (held) {
		json_incref(held);
		json_object_del(m->waiting, question);
	}
	pthread_mutex_unlock(&m->lock);
	return held;
}

/* The answer to a question of ours: the call that waited for it goes on. */
static json_t *answer_take(struct mcp *m, const struct evidence *who, const json_t *message)
{
	json_t *held = waiting_take(m, js_text(message, "id")), *out;

	if (!held)
		return NULL; /* to nothing that was asked */
	out = reply(m, js_get(held, "id"), false, mcp_tool_go_on(m, who, held, js_get(message, "result")));
	json_decref(held);
	return out;
}

/*
 * Of notifications only a cancellation means something here: a call that waits for the person waits no longer, and is
 * not answered. A run that has begun comes to its end, since nobody wants half a change.
 */
static void notification_take(struct mcp *m, const char *method, const json_t *params)
{
	const json_t *id = js_get(params, "requestId");
	const char *question;
	json_t *held;

	if (strcmp(method, "notifications/cancelled") != 0 || !id)
		return;
	pthread_mutex_lock(&m->lock);
	json_object_foreach(m->waiting, question, held)
	{
		if (!json_equal(js_get(held, "id"), id))
			continue;
		json_object_del(m->waiting, question);
		break;
	}
	pthread_mutex_unlock(&m->lock);
}

bool mcp_is_waiting(struct mcp *m, const char *question)
{
	bool waits;

	pthread_mutex_lock(&m->lock);
	waits = js_get(m->waiting, question) != NULL;
	pthread_mutex_unlock(&m->lock);
	return waits;
}

void mcp_forget(struct mcp *m, const char *question)
{
	json_decref(waiting_take(m, question));
}

json_t *mcp_take(struct mcp *m, const struct evidence *who, const char *data, size_t length)
{
	json_error_t error;
	js_auto message = json_loadb(data, length, JSON_REJECT_DUPLICATES, &error);
	struct mcp_request r = { .id = js_get(message, "id"), .params = js_get(message, "params"), .who = who };
	const char *method = js_text(message, "method"), *version = js_text(message, "jsonrpc");

	if (!message)
		return mcp_error(NULL, MCP_PARSE, "Parse error", NULL);
	if (!json_is_object(message) || !version || strcmp(version, "2.0") != 0)
		return mcp_error(NULL, MCP_INVALID_REQUEST, "Invalid request: one JSON-RPC 2.0 object a message", NULL);
	if (!method && (js_get(message, "result") || js_get(message, "error")))
		return answer_take(m, who, message);
	if (!method)
		return mcp_error(NULL, MCP_INVALID_REQUEST, "Invalid request: method is missing", NULL);
	if (!r.id) {
		notification_take(m, method, r.params);
		return NULL;
	}
	if (!json_is_string(r.id) && !json_is_integer(r.id))
		return mcp_error(NULL, MCP_INVALID_REQUEST, "Invalid request: id is a text or a whole number", NULL);
	if (r.params && !json_is_object(r.params))
		return mcp_error(r.id, MCP_INVALID_PARAMS, "params is not an object", NULL);
	r.modern = mcp_version_of(message) != NULL;
	return request_take(m, &r, method);
}

void mcp_init(struct mcp *m, struct agent *a)
{
	*m = (struct mcp) { .agent = a, .waiting = json_object() };
	if (pthread_mutex_init(&m->lock, NULL))
		die("a lock could not be made");
}

void mcp_clear(struct mcp *m)
{
	json_decref(m->waiting);
	m->waiting = NULL;
	admission_clear(&m->admitted);
	pthread_mutex_destroy(&m->lock);
}

/* ---- stdio ---- */

static bool message_send(json_t *message, FILE *out)
{
	struct text line;
	bool sent;

	text_init(&line, TEXT_NO_CEILING);
	js_write(&line, message);
	json_decref(message);
	text_char(&line, '\n');
	sent = fwrite(line.data, 1, line.length, out) == line.length && !fflush(out);
	text_clear(&line);
	return sent;
}

/* A line without its end; false at the end of the input. What is longer than a message may be is read and dropped. */
static bool line_read(FILE *in, struct text *line)
{
	int c;

	text_reset(line);
	while ((c = getc(in)) != EOF && c != '\n')
		text_char(line, (char)c);
	return c != EOF || line->length;
}

int mcp_stdio(struct mcp *m, const struct evidence *who, FILE *in, FILE *out, FILE *err)
{
	struct text line;
	int status = 0;
	json_t *answer;

	text_init(&line, MCP_MESSAGE_MOST);
	while (!status && line_read(in, &line)) {
		if (!line.over && !line.data[strspn(line.data, " \t\r")])
			continue;
		answer = line.over ? mcp_error(NULL, MCP_INVALID_REQUEST, "The message is too long", NULL)
				   : mcp_take(m, who, line.data, line.length);
		if (answer && !message_send(answer, out)) {
			fprintf(err, "stripe-actions: standard output was closed\n");
			status = 1;
		}
	}
	text_clear(&line);
	return status;
}
