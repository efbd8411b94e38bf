/* SPDX-License-Identifier: MIT */
#include "actions/doors/http_routes.h"

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
	};
}

/* ---- who may ask ---- */

/* "localhost:8080" and "127.0.0.1:8080" name the same. */
static bool is_own(const struct widget_place *place, const char *authority)
{
	const char *port = strrchr(place->origin, ':');
	static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!strncasecmp(authority, names[i], strlen(names[i])) && !strcmp(authority + strlen(names[i]), port))
			return true;
	return false;
}

/* The site as it stands in the list, exactly; NULL. */
static const char *site_find(const struct widget_place *place, const char *origin)
{
	for (size_t i = 0; place->sites && place->sites[i]; i++)
		if (!strcmp(place->sites[i], origin))
			return place->sites[i];
	return NULL;
}

/*
 * A page that was rebound to this address brings another Host; a page of another site brings its Origin. What is only
 * read without an Origin (a link, a script) is the widget's own files, which are for everybody.
 */
static bool is_allowed(const struct http_house *house, const struct http_request *request, struct http_answer *out)
{
	const struct widget_place *place = &house->place;

	if (!request->host || !is_own(place, request->host)) {
		http_answer_fault(out, 421, "host_unknown", "This server answers only under its own address.");
		return false;
	}
	if (!request->origin || !strcmp(request->origin, place->origin))
		return true;
	out->cors = site_find(place, request->origin);
	if (out->cors || (!strcmp(request->method, "GET") && !strncmp(request->path, "/widget/", 8)))
		return true;
	http_answer_fault(out, 403, "origin_refused", "Pages of this origin may not call.");
	return false;
}

/* ---- routes ---- */

static const struct route {
	const char *method, *path; /* a star stands for one part, two for all that is left */
	http_handler *handle;
	bool body;
} routes[] = {
	{ "POST", "/v1/identify", http_identify, true }, { "POST", "/v1/call", http_call, true },
	{ "POST", "/v1/confirm", http_confirm, true }, { "GET", "/v1/tools", http_tools, false },
	{ "GET", "/openapi.json", http_openapi, false }, { "POST", "/v1/conversations", http_talk_begin, true },
	{ "POST", "/v1/conversations/*/messages", http_talk_say, true },
	{ "POST", "/v1/conversations/*/confirm", http_talk_confirm, true },
	{ "DELETE", "/v1/conversations/*", http_talk_end, false }, { "GET", "/api/v1/chatbots/**", http_people, false },
	{ "DELETE", "/api/v1/chatbots/**", http_people, false }, { "POST", "/api/v1/chatbots/**", http_people, true },
	{ "PATCH", "/api/v1/chatbots/**", http_people, true }, { "PUT", "/api/v1/chatbots/**", http_people, true },
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

/* Methods of a path, for the answer to another one. */
static bool path_known(const char *path)
{
	for (size_t i = 0; i < COUNT_OF(routes); i++)
		if (path_match(routes[i].path, path))
			return true;
	return false;
}

void http_route(struct http_house *house, const struct http_request *request, struct http_answer *out)
{
	text_init(&out->text, TEXT_NO_CEILING);
	if (!is_allowed(house, request, out))
		return;
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
	if (path_known(request->path)) {
		http_answer_fault(out, 405, "method_refused", "This address does not take that method.");
	} else if (strcmp(request->method, "GET") != 0) {
		http_answer_fault(out, 404, "not_found", "There is nothing here.");
	} else if (widget_page(house->agent, &house->place, request->path,
			   request->query(request->query_arg, "contact"), &out->page)) {
		out->status = out->page.status;
	} else {
		http_answer_fault(out, 404, "not_found", "There is nothing here.");
	}
}

void http_answer_clear(struct http_answer *answer)
{
	widget_page_clear(&answer->page);
	text_clear(&answer->text);
}

void http_house_clear(struct http_house *house)
{
	for (size_t i = 0; i < house->conversations.count; i++)
		conversation_free(house->conversations.at[i]);
	list_clear(&house->conversations);
	model_close(&house->model);
}
