/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "actions/agent/model.h"
#include "actions/stripe/client.h"
#include "base/json.h"
#include "base/mem.h"

#define CONNECT_MS 10000
#define ANSWER_MS 120000
#define LINE_MOST ((size_t)1024 * 1024) /* bytes of one line of a stream */

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

/* An answer in pieces while it comes: lines of "data: ..." up to "data: [DONE]". */
struct hearing {
	struct text line; /* without an end yet */
	json_t *calls;
	struct model_reply *out;
	struct text *why;
	const struct model_ear *ear;
	bool heard, done, bad;
};

static bool chunk_take(struct hearing *h, const char *data, size_t length)
{
	js_auto tree = json_loadb(data, length, JSON_REJECT_DUPLICATES, NULL);
	const json_t *delta = js_get(json_array_get(js_get(tree, "choices"), 0), "delta");
	const char *said = js_text(delta, "content");
	json_t *piece;
	size_t i;

	if (!json_is_object(tree))
		return fault(h->why, "a piece of the stream is no JSON object");
	if (js_get(tree, "error"))
		return fault(h->why, "the stream broke off with an error");
	if (said && *said) {
		text_put(&h->out->text, said);
		if (h->ear && h->ear->text && !h->out->text.over)
			h->ear->text(h->ear->arg, said);
	}
	json_array_foreach(js_get(delta, "tool_calls"), i, piece)
	{
		if (!piece_join(h->calls, piece))
			return fault(h->why, "a piece of a tool call has no place");
	}
	return true;
}

/* One line without its end (WHATWG HTML, "Server-sent events"); the endpoints send one line of data an event. */
static bool line_take(struct hearing *h, const char *line, size_t length)
{
	if (length && line[length - 1] == '\r')
		length--;
	if (h->done || length < 5 || strncmp(line, "data:", 5) != 0)
		return true;
	line += 5;
	length -= 5;
	if (length && *line == ' ')
		line++, length--;
	h->done = length == 6 && !strncmp(line, "[DONE]", 6);
	return h->done || !length || chunk_take(h, line, length);
}

/* Bytes as they come, which may end anywhere. false: what came so far is wrong, and why is said. */
static bool hearing_take(void *arg, const char *data, size_t length)
{
	struct hearing *h = arg;

	h->heard = true;
	while (length && !h->bad) {
		const char *end = memchr(data, '\n', length);
		size_t part = end ? (size_t)(end - data) : length;

		text_add(&h->line, data, part);
		if (h->line.over)
			h->bad = !fault(h->why, "a line of the stream is too long");
		else if (end)
			h->bad = !line_take(h, h->line.data, h->line.length);
		if (end)
			text_reset(&h->line);
		part += end != NULL;
		data += part;
		length -= part;
	}
	return !h->bad;
}

static void hearing_init(struct hearing *h, struct model_reply *out, const struct model_ear *ear, struct text *why)
{
	*h = (struct hearing) { .calls = json_array(), .out = out, .why = why, .ear = ear };
	text_init(&h->line, LINE_MOST);
}

static void hearing_clear(struct hearing *h)
{
	json_decref(h->calls);
	text_clear(&h->line);
}

/* Without its end the answer is not whole. */
static bool hearing_end(struct hearing *h)
{
	json_t *call;
	size_t i;

	if (h->line.length && !h->bad)
		h->bad = !line_take(h, h->line.data, h->line.length);
	if (h->bad)
		return false;
	if (!h->done)
		return fault(h->why, "the stream has no end");
	json_array_foreach(h->calls, i, call)
	{
		if (!js_text(call, "id") || !js_text(call, "name"))
			return fault(h->why, "a tool call without id or name");
		model_reply_call(h->out, js_text(call, "id"), js_text(call, "name"), js_text(call, "arguments"));
	}
	return true;
}

static bool reply_check(const struct model_reply *out, struct text *why)
{
	if (out->text.over)
		return fault(why, "the answer is too long");
	return out->text.length || json_array_size(out->calls) || fault(why, "the answer is empty");
}

bool openai_read(const char *body, bool stream, struct model_reply *out, struct text *why)
{
	struct hearing h;
	bool good;

	if (!stream)
		return whole_read(body, out, why) && reply_check(out, why);
	hearing_init(&h, out, NULL, why);
	good = hearing_take(&h, body, strlen(body)) && hearing_end(&h) && reply_check(out, why);
	hearing_clear(&h);
	return good;
}

/* What the whole exchange came to. A transport that told nothing while it went on has the whole body now. */
static bool answer_end(struct hearing *h, bool stream, const struct transport_response *response)
{
	if (!stream)
		return whole_read(response->body, h->out, h->why) && reply_check(h->out, h->why);
	if (!h->heard)
		hearing_take(h, response->body, response->length);
	return hearing_end(h) && reply_check(h->out, h->why);
}

struct hearing_ear {
	struct hearing *hearing;
	const struct model_ear *ear;
};

static bool piece_hear(void *arg, const char *data, size_t length)
{
	const struct hearing_ear *both = arg;

	return hearing_take(both->hearing, data, length);
}

static bool gone_ask(void *arg)
{
	const struct model_ear *ear = ((const struct hearing_ear *)arg)->ear;

	return ear && ear->gone && ear->gone(ear->arg);
}

static bool remote_answer(void *arg, const json_t *messages, const json_t *tools, const struct model_ear *ear,
	struct model_reply *out, struct text *why)
{
	struct remote *r = arg;
	js_auto body = request_body(r, messages, tools);
	struct arena arena = { 0 };
	struct hearing h;
	/* The listener's own, so that a person who has left ends the transfer whether or not it comes in pieces. */
	const struct hearing_ear both = { .hearing = &h, .ear = ear };
	const struct transport_ear listening = {
		.piece = r->stream ? piece_hear : NULL, .gone = gone_ask, .arg = (void *)(uintptr_t)&both
	};
	struct transport_header headers[] = { { "Content-Type", "application/json" },
		{ "Accept", r->stream ? "text/event-stream" : "application/json" },
		{ "Authorization", r->key ? arena_format(&arena, "Bearer %s", r->key) : "" } };
	struct transport_request request = {
		.method = "POST", .path = r->path, .headers = headers, .n_headers = r->key ? 3 : 2, .ear = &listening
	};
	struct transport_response response = { 0 };
	struct text text;
	bool good;

	hearing_init(&h, out, ear, why);
	text_init(&text, TEXT_NO_CEILING);
	js_write(&text, body);
	request.body = text.data;
	request.length = text.length;
	if (r->transport.send(r->transport.arg, &arena, &request, &response) != FATE_ANSWERED)
		good = h.bad ? false : fault(why, response.trouble);
	else if (response.status != 200)
		good = fault(why, arena_format(&arena, "status %d", response.status));
	else
		good = answer_end(&h, r->stream, &response);
	hearing_clear(&h);
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
