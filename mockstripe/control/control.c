/* SPDX-License-Identifier: MIT */
#include "control/control.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/form.h"
#include "base/mem.h"
#include "control/inside.h"
#include "control/post.h"

const struct control_route *const control_tables[] = { look_routes, load_routes, state_routes, fault_routes,
	authenticate_routes, webhook_routes, file_routes, hosted_routes, setting_routes, NULL };

struct control *control_new(struct engine *e)
{
	struct control *c = mem_alloc(sizeof *c);

	c->engine = e;
	c->marks = map_new();
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

static void free_picture(void *arg, const char *name, void *picture)
{
	(void)arg, (void)name;
	picture_free(picture);
}

void control_free(struct control *c)
{
	if (!c)
		return;
	map_each(c->marks, free_picture, NULL);
	map_free(c->marks);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* ---- answers ---- */

static struct bytes *indented(const json_t *tree)
{
	struct text compact, out;
	struct bytes *bytes;

	text_init(&compact, TEXT_NO_CEILING);
	text_init(&out, TEXT_NO_CEILING);
	js_write(&compact, tree);
	js_indent(&out, compact.data, compact.length, 0);
	bytes = text_bytes(&out);
	text_clear(&compact);
	text_clear(&out);
	return bytes;
}

static json_t *refusal(const char *message, const char *remedy)
{
	json_t *error = json_object(), *whole = json_object();

	js_put_text(error, "message", message);
	js_put_text(error, "remedy", remedy);
	js_put_text(error, "type", "mockstripe_error");
	js_put_new(whole, "error", error);
	return whole;
}

void control_refuse(struct reply *out, int status, const char *message, const char *remedy)
{
	js_auto whole = refusal(message, remedy);

	*out = (struct reply) { .status = status, .body = indented(whole), .content_type = "application/json" };
}

int order_refuse(struct order *o, int status, const char *remedy, const char *format, ...)
{
	char *message = NULL;
	va_list list;

	va_start(list, format);
	if (vasprintf(&message, format, list) < 0)
		die("out of memory");
	va_end(list);
	o->status = status;
	json_decref(o->answer);
	o->answer = refusal(message, remedy);
	free(message);
	return -1;
}

int order_no_account(struct order *o)
{
	return order_refuse(o, 404,
		"Leave `account` out for the default account, or call the API once with a key that opens the account; "
		"GET "
		"/_mockstripe/health lists the accounts.",
		"There is no account '%s'.", o->account ? o->account : ENGINE_DEFAULT_ACCOUNT);
}

/* ---- arguments ---- */

const char *order_text(const struct order *o, const char *name)
{
	return js_text(o->args, name);
}

bool order_int(const struct order *o, const char *name, int64_t *value, bool *is_bad)
{
	const json_t *given = js_get(o->args, name);
	const char *text = json_string_value(given);
	char *end = NULL;
	long long number;

	*is_bad = false;
	if (!given || json_is_null(given))
		return false;
	*is_bad = true;
	if (json_is_integer(given)) {
		*value = json_integer_value(given);
		*is_bad = false;
		return true;
	}
	if (!text || !*text || strchr(" \t\n", *text))
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || *end)
		return false;
	*value = number;
	*is_bad = false;
	return true;
}

struct account *order_account(const struct order *o)
{
	return engine_account(o->engine, o->account, false);
}

static bool is_json(const struct request *rq)
{
	const char *body = rq->body;
	size_t blank = 0;

	if (rq->content_type && !strncasecmp(rq->content_type, "application/json", strlen("application/json")))
		return true;
	/* curl -d '{…}' calls it a form; no form starts with a brace, since names are encoded. */
	while (blank < rq->body_length && strchr(" \t\r\n", body[blank]))
		blank++;
	return blank < rq->body_length && body[blank] == '{';
}

static int read_body(struct order *o)
{
	const struct request *rq = o->request;
	const char *why = NULL;
	json_error_t error;
	json_t *body;

	if (!rq->body_length)
		return 0;
	if (!is_json(rq)) {
		if (form_read(o->args, rq->body, rq->body_length, &o->arena, &why))
			return 0;
		return order_refuse(o, 400, "Send name=value pairs joined by &, or a JSON object.",
			"The form does not read: %s", why);
	}
	body = json_loadb(rq->body, rq->body_length, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(body)) {
		order_refuse(o, 400, "Send one JSON object.", "The body is not a JSON object: %s (line %d, column %d).",
			body ? "it is another kind of value" : error.text, body ? 1 : error.line,
			body ? 1 : error.column);
		json_decref(body);
		return -1;
	}
	json_object_update(o->args, body);
	json_decref(body);
	return 0;
}

static int read_arguments(struct order *o, const char *query)
{
	const char *why = NULL;
	const json_t *account;

	if (query && !form_read(o->args, query, strlen(query), &o->arena, &why))
		return order_refuse(o, 400, "Send name=value pairs joined by &.", "The query does not read: %s", why);
	if (read_body(o))
		return -1;
	account = js_get(o->args, "account");
	/* A copy: a route may take the argument away from what it hands on. */
	o->account = json_is_string(account) ? arena_text(&o->arena, json_string_value(account)) : NULL;
	if (account && !json_is_null(account) && (!o->account || !*o->account))
		return order_refuse(o, 400, "Give the account's id, acct_…, or leave it out for the default account.",
			"`account` is not a text.");
	return 0;
}

/* ---- routes ---- */

/* Whether a path (without its query) fits a pattern; what stands at {…} in *value. */
static bool fits(const char *pattern, const char *path, size_t length, const char **value, size_t *value_length)
{
	const char *brace = strchr(pattern, '{'), *tail = brace ? strchr(brace, '}') + 1 : "";
	size_t fixed = brace ? (size_t)(brace - pattern) : strlen(pattern), after = strlen(tail);

	if (length < fixed || strncmp(pattern, path, fixed))
		return false;
	if (!brace)
		return length == fixed;
	if (length < fixed + after || memcmp(path + length - after, tail, after))
		return false;
	*value = path + fixed;
	*value_length = length - fixed - after;
	return *value_length && !memchr(*value, '/', *value_length);
}

static const struct control_route *find_route(struct order *o, const char *path, size_t length, struct text *methods)
{
	const char *method = !strcmp(o->request->method, "HEAD") ? "GET" : o->request->method;
	const char *value = NULL;
	size_t value_length = 0;

	if (length && path[length - 1] == '/')
		length--;
	for (size_t i = 0; control_tables[i]; i++) {
		for (const struct control_route *r = control_tables[i]; r->method; r++) {
			if (!fits(r->pattern, path, length, &value, &value_length))
				continue;
			if (!strcmp(r->method, method)) {
				o->id = value ? percent_decode(&o->arena, value, value_length, false) : NULL;
				return r;
			}
			text_format(methods, "%s%s", methods->length ? ", " : "", r->method);
		}
	}
	return NULL;
}

static int run_order(struct order *o)
{
	const char *path = o->request->target + strlen(CONTROL_PREFIX);
	const char *query = strchr(path, '?');
	size_t length = query ? (size_t)(query - path) : strlen(path);
	const struct control_route *route;
	struct text methods;
	int result;

	text_init(&methods, 256);
	route = find_route(o, path, length, &methods);
	if (route)
		result = read_arguments(o, query ? query + 1 : NULL) ? -1 : route->run(o);
	else if (methods.length)
		result = order_refuse(o, 405, "GET /_mockstripe lists what can be asked for.",
			"%s is not for this path, which takes: %s.", o->request->method, methods.data);
	else
		result = order_refuse(o, 404, "GET /_mockstripe lists what can be asked for.",
			"There is nothing at %s" CONTROL_PREFIX "%.*s.", "", (int)length, path);
	text_clear(&methods);
	return result;
}

bool control_waits(struct control *c, const struct request *request, struct account **account)
{
	struct order o = {
		.control = c, .engine = c->engine, .request = request, .status = 200, .args = json_object()
	};
	const char *path = request->target + strlen(CONTROL_PREFIX);
	const char *query = strchr(path, '?');
	const struct control_route *route;
	struct text methods;
	bool waits;

	text_init(&methods, 256);
	route = find_route(&o, path, query ? (size_t)(query - path) : strlen(path), &methods);
	waits = route && route->run == post_flush_order && !read_arguments(&o, query ? query + 1 : NULL);
	*account = waits && o.account ? order_account(&o) : NULL;
	waits = waits && (*account || !o.account) && post_is_busy(c->engine, *account);
	text_clear(&methods);
	json_decref(o.answer);
	json_decref(o.args);
	arena_free(&o.arena);
	return waits;
}

void control_serve(struct control *c, const struct request *request, struct reply *out)
{
	struct order o = {
		.control = c, .engine = c->engine, .request = request, .status = 200, .args = json_object()
	};

	run_order(&o);
	*out = (struct reply) {
		.status = o.status,
		.body = o.raw ? o.raw : indented(o.answer),
		.content_type = o.raw && o.content_type ? o.content_type : "application/json",
	};
	json_decref(o.answer);
	json_decref(o.args);
	arena_free(&o.arena);
}
