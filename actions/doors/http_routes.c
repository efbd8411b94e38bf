/* SPDX-License-Identifier: MIT */
#include "actions/doors/http_inside.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/mem.h"

static void answer_frame(struct http_answer *out, int status)
{
	out->status = status;
	out->page.type = "application/json; charset=utf-8";
	out->page.policy = "default-src 'none'; frame-ancestors 'none'";
	out->page.shared = out->cors ? "cross-origin" : "same-origin";
	out->page.caching = "no-store";
	out->page.body = out->text.data;
	out->page.length = out->text.length;
}

void http_answer_json(struct http_answer *out, int status, json_t *tree)
{
	text_reset(&out->text);
	js_write(&out->text, tree);
	json_decref(tree);
	answer_frame(out, status);
}

void http_answer_fault(struct http_answer *out, int status, const char *code, const char *message)
{
	json_t *tree = json_object(), *error = json_object();

	js_put_text(error, "code", code);
	js_put_text(error, "message", message);
	js_put_new(tree, "error", error);
	http_answer_json(out, status, tree);
}

void http_answer_nothing(struct http_answer *out, int status)
{
	text_reset(&out->text);
	answer_frame(out, status);
}

struct evidence http_evidence(const json_t *body)
{
	return (struct evidence) {
		.token = js_text(body, "token"),
		.user_id = js_text(body, "user_id"),
		.user_hash = js_text(body, "user_hash"),
		.locale = js_text(body, "locale"),
		.session = js_text(body, "session"),
	};
}

bool http_accepts_events(const struct http_request *r)
{
	return r->accept && strstr(r->accept, "text/event-stream");
}

void http_event_write(struct text *out, const json_t *event)
{
	text_put(out, "data: ");
	js_write(out, event);
	text_put(out, "\n\n");
}

void http_event_put(struct stream *stream, const json_t *event)
{
	struct text t;

	text_init(&t, TEXT_NO_CEILING);
	http_event_write(&t, event);
	stream_put(stream, t.data, t.length);
	text_clear(&t);
}

void http_answer_events(struct http_answer *out, struct stream *stream)
{
	answer_frame(out, 200);
	out->page.type = "text/event-stream; charset=utf-8";
	out->stream = stream;
}

/* ---- routes ---- */

static const struct route {
	const char *method, *path; /* a star stands for one part, two for all that is left */
	http_handler *handle;
	bool body;
} routes[] = {
	{ "POST", "/v1/identify", http_identify, true }, { "POST", "/v1/reset", http_reset, true },
	{ "POST", "/v1/verify", http_verify, true }, { "POST", "/v1/call", http_call, true },
	{ "POST", "/v1/confirm", http_confirm, true }, { "GET", "/v1/tools", http_tools, false },
	{ "GET", "/openapi.json", http_openapi, false }, { "POST", "/v1/conversations", http_talk_begin, true },
	{ "POST", "/v1/conversations/*/messages", http_talk_say, true },
	{ "POST", "/v1/conversations/*/history", http_talk_history, true },
	{ "POST", "/v1/conversations/*/tool-result", http_talk_tool_result, true },
	{ "POST", "/v1/conversations/*/confirm", http_talk_confirm, true },
	{ "DELETE", "/v1/conversations/*", http_talk_end, false }, { "GET", "/api/v1/chatbots/**", http_people, false },
	{ "DELETE", "/api/v1/chatbots/**", http_people, false }, { "POST", "/api/v1/chatbots/**", http_people, true },
	{ "PATCH", "/api/v1/chatbots/**", http_people, true }, { "PUT", "/api/v1/chatbots/**", http_people, true },
	{ "GET", "/api/v1/chatbot/**", http_people, false }, { "DELETE", "/api/v1/chatbot/**", http_people, false },
	{ "POST", "/api/v1/chatbot/**", http_people, true }, { "PATCH", "/api/v1/chatbot/**", http_people, true },
	{ "DELETE", "/mcp", http_mcp_end, false }, { "POST", "/v1/test-card", http_test_card, true },
	{ "POST", "/mcp", http_mcp, false }, /* judges its body itself, as its errors have a form of their own */
};

/* The part of the path that the star stands for; NULL when the path is another. `path` itself without a star. */
static const char *path_match(const char *pattern, const char *path)
{
	const char *rest = path;

	for (; *pattern; pattern++) {
		if (*pattern != '*') {
			if (*path++ != *pattern)
				return NULL;
			continue;
		}
		rest = path;
		if (pattern[1] == '*')
			return rest;
		if (!strcspn(path, "/"))
			return NULL;
		path += strcspn(path, "/");
	}
	return *path ? NULL : rest;
}

/* false with the refusal in `out`. */
static bool body_read(const struct http_request *request, json_t **body, struct http_answer *out)
{
	/* A form cannot have this type: what a page of another site can send without asking is refused. */
	if (!request->content_type || strncasecmp(request->content_type, "application/json", 16) != 0) {
		http_answer_fault(out, 415, "type_unsupported", "The body has to be application/json.");
		return false;
	}
	*body = json_loadb(request->body, request->length, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(*body))
		return true;
	http_answer_fault(out, 400, "body_invalid", "The body is not a JSON object.");
	return false;
}

static void route_run(struct http_house *house, const struct route *route, const struct http_request *request,
	const char *rest, struct http_answer *out)
{
	struct http_visit visit = { .house = house, .request = request, .rest = rest };

	if (!route->body || body_read(request, &visit.body, out))
		route->handle(&visit, out);
	json_decref(visit.body);
}

/* The methods of a path, for the answer to another one; false: nothing is there. */
static bool methods_of(const char *path, struct http_answer *out)
{
	size_t length = 0;

	*out->allow = '\0';
	for (size_t i = 0; i < COUNT_OF(routes); i++)
		if (path_match(routes[i].path, path))
			length += (size_t)snprintf(out->allow + length, sizeof(out->allow) - length, "%s%s",
				length ? ", " : "", routes[i].method);
	return length > 0;
}

void http_route(struct http_house *house, const struct http_request *request, struct http_answer *out)
{
	text_init(&out->text, TEXT_NO_CEILING);
	if (!http_guard(house, request, out))
		return;
	if (!request->body) {
		http_answer_fault(out, 413, "body_too_large", "The body is larger than this server takes.");
		return;
	}
	if (!strcmp(request->method, "OPTIONS")) {
		http_answer_nothing(out, 204);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(routes); i++) {
		const char *rest = path_match(routes[i].path, request->path);

		if (rest && !strcmp(routes[i].method, request->method)) {
			route_run(house, &routes[i], request, rest, out);
			return;
		}
	}
	if (methods_of(request->path, out)) {
		http_answer_fault(out, 405, "method_refused", "This address does not take that method.");
	} else if (strcmp(request->method, "GET") != 0) {
		http_answer_fault(out, 404, "not_found", "There is nothing here.");
	} else if (widget_page(house->agent, &house->place, request->path, request->query(request->arg, "contact"),
			   &out->page)) {
		out->status = out->page.status;
	} else {
		http_answer_fault(out, 404, "not_found", "There is nothing here.");
	}
}

void http_answer_clear(struct http_answer *answer)
{
	if (answer->stream)
		stream_leave(answer->stream);
	widget_page_clear(&answer->page);
	text_clear(&answer->text);
}

void http_house_init(struct http_house *house)
{
	memset(house, 0, sizeof(*house));
	talks_init(&house->talks);
	mcp_sessions_init(&house->sessions);
	if (pthread_mutex_init(&house->meter.lock, NULL))
		die("a lock could not be made");
	for (size_t i = 0; i < HTTP_METER_MOST; i++)
		house->meter.at[i] = INT64_MIN / 2;
	crew_init(&house->crew);
}

void http_house_clear(struct http_house *house)
{
	crew_stop(&house->crew);
	mcp_sessions_end(&house->sessions);
	crew_clear(&house->crew);
	mcp_sessions_clear(&house->sessions);
	pthread_mutex_destroy(&house->meter.lock);
	talks_clear(&house->talks);
	model_close(&house->model);
}
