/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "actions/agent/model.h"
#include "actions/stripe/client.h"
#include "base/json.h"
#include "base/mem.h"

#define CONNECT_MS 10000
#define ANSWER_MS 120000

/* Chat completions. The endpoint is outside the house: everything it says is checked before it is used. */
struct remote {
	char *path, *key, *name;
	bool stream;
	struct client *wire; /* NULL when a transport was handed in */
	struct transport transport;
};

static json_t *request_body(const struct remote *r, const json_t *messages, const json_t *tools)
{
	json_t *body = json_object();

	js_put_text(body, "model", r->name);
	js_put_new(body, "messages", json_deep_copy(messages));
	if (json_array_size(tools)) {
		js_put_new(body, "tools", json_deep_copy(tools));
		js_put_flag(body, "parallel_tool_calls", false);
	}
	if (r->stream)
		js_put_flag(body, "stream", true);
	return body;
}

static bool fault(struct text *why, const char *what)
{
	text_format(why, "the model's endpoint: %s", what);
	return false;
}

/* One call as it came whole; false when it is no call. */
static bool call_read(const json_t *call, struct model_reply *out)
{
	const json_t *function = js_get(call, "function");
	const char *name = js_text(function, "name"), *arguments = js_text(function, "arguments");

	if (!js_text(call, "id") || !name || !arguments)
		return false;
	model_reply_call(out, js_text(call, "id"), name, arguments);
	return true;
}

static bool whole_read(const char *body, struct model_reply *out, struct text *why)
{
	js_auto tree = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
	const json_t *message = js_get(json_array_get(js_get(tree, "choices"), 0), "message");
	json_t *call;
	size_t i;

	if (!json_is_object(message))
		return fault(why, "the answer has no choices[0].message");
	if (js_text(message, "content"))
		text_put(&out->text, js_text(message, "content"));
	json_array_foreach(js_get(message, "tool_calls"), i, call)
	{
		if (!call_read(call, out))
			return fault(why, "a tool call without id, name or arguments");
	}
	return true;
}

/* A piece of a call: id and name come once, the arguments in parts, all under one index. */
static bool piece_join(json_t *calls, const json_t *piece)
{
	int64_t index = js_int(piece, "index", -1);
	const json_t *function = js_get(piece, "function");
	const char *part = js_text(function, "arguments"), *before;
	json_t *call;
	struct text t;

	if (index < 0 || index > (int64_t)json_array_size(calls) || index >= MODEL_CALLS_MOST)
		return false;
	if (index == (int64_t)json_array_size(calls))
		json_array_append_new(calls, json_object());
	call = json_array_get(calls, (size_t)index);
	if (js_text(piece, "id"))
		js_put_text(call, "id", js_text(piece, "id"));
	if (js_text(function, "name"))
		js_put_text(call, "name", js_text(function, "name"));
	before = js_text(call, "arguments");
	text_init(&t, TEXT_NO_CEILING);
	text_put(&t, before ? before : "");
	text_put(&t, part ? part : "");
	js_put_text(call, "arguments", t.data);
	text_clear(&t);
	return true;
}

static bool chunk_take(const char *data, size_t length, json_t *calls, struct model_reply *out, struct text *why)
{
	js_auto tree = json_loadb(data, length, JSON_REJECT_DUPLICATES, NULL);
	const json_t *delta = js_get(json_array_get(js_get(tree, "choices"), 0), "delta");
	json_t *piece;
	size_t i;

	if (!json_is_object(tree))
		return fault(why, "a piece of the stream is no JSON object");
	if (js_get(tree, "error"))
		return fault(why, "the stream broke off with an error");
	if (js_text(delta, "content"))
		text_put(&out->text, js_text(delta, "content"));
	json_array_foreach(js_get(delta, "tool_calls"), i, piece)
	{
		if (!piece_join(calls, piece))
			return fault(why, "a piece of a tool call has no place");
	}
	return true;
}

/* Lines of "data: ..." up to "data: [DONE]"; without that end the answer is not whole (WHATWG HTML, "Server-sent
 * events"). */
static bool stream_read(const char *body, struct model_reply *out, struct text *why)
{
	js_auto calls = json_array();
	json_t *call;
	bool done = false;
	size_t i;

	for (const char *line = body; *line && !done; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, "\r\n");
		const char *data = line + 5;

		if (length < 5 || strncmp(line, "data:", 5) != 0)
			continue;
		length -= 5;
		if (length && *data == ' ')
			data++, length--;
		done = length == 6 && !strncmp(data, "[DONE]", 6);
		if (!done && length && !chunk_take(data, length, calls, out, why))
			return false;
	}
	if (!done)
		return fault(why, "the stream has no end");
	json_array_foreach(calls, i, call)
	{
		if (!js_text(call, "id") || !js_text(call, "name"))
			return fault(why, "a tool call without id or name");
		model_reply_call(out, js_text(call, "id"), js_text(call, "name"), js_text(call, "arguments"));
	}
	return true;
}

bool openai_read(const char *body, bool stream, struct model_reply *out, struct text *why)
{
	if (!(stream ? stream_read(body, out, why) : whole_read(body, out, why)))
		return false;
	if (out->text.over)
		return fault(why, "the answer is too long");
	return out->text.length || json_array_size(out->calls) || fault(why, "the answer is empty");
}

static bool remote_answer(
	void *arg, const json_t *messages, const json_t *tools, struct model_reply *out, struct text *why)
{
	struct remote *r = arg;
	js_auto body = request_body(r, messages, tools);
	struct arena arena = { 0 };
	struct transport_header headers[] = { { "Content-Type", "application/json" },
		{ "Accept", r->stream ? "text/event-stream" : "application/json" },
		{ "Authorization", r->key ? arena_format(&arena, "Bearer %s", r->key) : "" } };
	struct transport_request request = {
		.method = "POST", .path = r->path, .headers = headers, .n_headers = r->key ? 3 : 2
	};
	struct transport_response response = { 0 };
	struct text text;
	bool good;

	text_init(&text, TEXT_NO_CEILING);
	js_write(&text, body);
	request.body = text.data;
	request.length = text.length;
	if (r->transport.send(r->transport.arg, &arena, &request, &response) != FATE_ANSWERED)
		good = fault(why, response.trouble);
	else if (response.status != 200)
		good = fault(why, arena_format(&arena, "status %d", response.status));
	else
		good = openai_read(response.body, r->stream, out, why);
	text_clear(&text);
	arena_free(&arena);
	return good;
}

static void remote_close(void *arg)
{
	struct remote *r = arg;

	client_free(r->wire);
	free(r->path);
	free(r->key);
	free(r->name);
	free(r);
}

struct model model_openai(const struct model_remote *remote)
{
	struct remote *r = mem_alloc(sizeof(*r));
	const char *host = strstr(remote->base_url, "://"), *path = host ? strchr(host + 3, '/') : NULL;
	char *origin = path ? mem_copy_range(remote->base_url, (size_t)(path - remote->base_url))
			    : mem_copy_text(remote->base_url);
	size_t length = path ? strlen(path) : 0;

	while (length && path[length - 1] == '/')
		length--;
	*r = (struct remote) {
		.path = mem_format("%.*s/chat/completions", (int)length, path ? path : ""),
		.key = mem_copy_text(remote->api_key),
		.name = mem_copy_text(remote->name),
		.stream = remote->stream,
		.transport = remote->transport,
	};
	if (!r->transport.send) {
		r->wire = client_new(origin, CONNECT_MS, ANSWER_MS);
		r->transport = client_transport(r->wire);
	}
	free(origin);
	return (struct model) { .answer = remote_answer, .close = remote_close, .arg = r };
}
