/* SPDX-License-Identifier: MIT */
/* Routes that only look. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "control/inside.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MOST 100000

static void add_account(void *accounts, struct account *a)
{
	json_array_append_new(accounts, json_string(a->id));
}

static int get_health(struct order *o)
{
	json_t *accounts = json_array();

	engine_each_account(o->engine, add_account, accounts);
	o->answer = json_object();
	js_put_text(o->answer, "status", "ok");
	js_put_text(o->answer, "api_version", schema_api_version);
	js_put_new(o->answer, "accounts", accounts);
	return 0;
}

static int get_index(struct order *o)
{
	json_t *routes = json_array();

	for (size_t i = 0; control_tables[i]; i++) {
		for (const struct control_route *r = control_tables[i]; r->method; r++) {
			json_t *row = json_object();
			char *path = mem_format(CONTROL_PREFIX "%s", r->pattern);

			js_put_text(row, "method", r->method);
			js_put_text(row, "path", path);
			js_put_text(row, "description", r->says);
			json_array_append_new(routes, row);
			free(path);
		}
	}
	o->answer = json_object();
	js_put_text(o->answer, "name", "mockstripe");
	js_put_new(o->answer, "routes", routes);
	return 0;
}

static int read_limit(struct order *o, int64_t *limit)
{
	bool is_bad;

	*limit = LIMIT_DEFAULT;
	if (order_int(o, "limit", limit, &is_bad) ? *limit < 1 || *limit > LIMIT_MOST : is_bad)
		return order_refuse(
			o, 400, "Give a whole number from 1 to 100000.", "`limit` is not a number of rows.");
	return 0;
}

static void put_bytes(json_t *row, const char *key, const struct bytes *bytes)
{
	js_put_text(row, key, bytes ? bytes->data : NULL);
}

static void add_exchange(void *rows, const struct logged *e)
{
	json_t *row = json_object();

	js_put_int(row, "number", (int64_t)e->number);
	js_put_int(row, "at", e->at);
	js_put_text(row, "account", e->account);
	js_put_text(row, "method", e->method);
	js_put_text(row, "path", e->target);
	js_put_text(row, "key", e->key);
	js_put_text(row, "idempotency_key", e->idempotency_key);
	js_put_text(row, "route", e->route);
	js_put_text(row, "stage", e->stage);
	js_put_int(row, "status", e->status);
	js_put_flag(row, "replayed", e->replayed);
	if (e->fault)
		js_put_int(row, "fault", e->fault);
	js_put_text(row, "request_id", e->request_id);
	put_bytes(row, "request_body", e->request);
	put_bytes(row, "response_body", e->response);
	json_array_append_new(rows, row);
}

/* The log is asked for whole and cut afterwards: it is a ring of bounded length, and the newest stand at its end. */
static int get_requests(struct order *o)
{
	json_t *rows = json_array();
	int64_t limit;
	size_t count;

	if (read_limit(o, &limit)) {
		json_decref(rows);
		return -1;
	}
	reqlog_each(engine_log(o->engine), o->account, add_exchange, rows);
	count = json_array_size(rows);
	for (; count > (size_t)limit; count--)
		json_array_remove(rows, 0);
	o->answer = json_object();
	js_put_new(o->answer, "data", rows);
	return 0;
}

static int get_routes(struct order *o)
{
	const struct api *api = engine_api(o->engine);
	json_t *rows = json_array();
	int64_t own = 0;

	for (size_t i = 0; i < schema_route_count; i++) {
		const struct schema_route *route = &schema_routes[i];
		json_t *row = json_object();

		js_put_text(row, "method", route->method);
		js_put_text(row, "path", route->pattern);
		js_put_text(row, "resource", route->resource ? route->resource->name : NULL);
		js_put_flag(row, "own_behaviour", api->handlers[route->index] != NULL);
		own += api->handlers[route->index] != NULL;
		json_array_append_new(rows, row);
	}
	o->answer = json_object();
	js_put_text(o->answer, "api_version", schema_api_version);
	js_put_int(o->answer, "count", (int64_t)schema_route_count);
	js_put_int(o->answer, "own_behaviour", own);
	js_put_new(o->answer, "data", rows);
	return 0;
}

static bool is_wanted(struct record *r, const char *type)
{
	const char *own;

	if (!type)
		return true;
	own = js_text(record_tree(r), "type");
	return own && !strcmp(own, type);
}

/* Events newest first, as GET /v1/events gives them, but of any number and without a key. */
static void write_events(struct account *a, const char *type, int64_t limit, struct text *out)
{
	const struct list *records = &account_shelf(a, schema_find_object("event"))->records;
	int64_t given = 0;
	size_t i = records->count;

	text_put(out, "{\n  \"object\": \"list\",\n  \"data\": [");
	while (i > 0 && given < limit) {
		struct record *r = records->at[--i];

		if (is_wanted(r, type)) {
			text_put(out, given++ ? ",\n    " : "\n    ");
			body_write_indented(r->body, out, 2);
		}
		account_cool(a);
	}
	text_put(out, given ? "\n  ]" : "]");
	while (i > 0 && !is_wanted(records->at[i - 1], type))
		i--;
	text_format(out, ",\n  \"has_more\": %s\n}", i > 0 ? "true" : "false");
}

static int get_events(struct order *o)
{
	struct account *a = order_account(o);
	int64_t limit;
	struct text out;

	if (!a)
		return order_no_account(o);
	if (read_limit(o, &limit))
		return -1;
	text_init(&out, TEXT_NO_CEILING);
	pthread_mutex_lock(&a->lock);
	engine_catch_up(o->engine, a);
	write_events(a, order_text(o, "type"), limit, &out);
	pthread_mutex_unlock(&a->lock);
	o->raw = text_bytes(&out);
	text_clear(&out);
	return 0;
}

static int get_peek(struct order *o)
{
	if (!order_account(o))
		return order_no_account(o);
	o->raw = state_peek(o->engine, o->account, o->id);
	if (!o->raw)
		return order_refuse(o, 404, "Check the id, and name the account if it is not the default one.",
			"The account has no object '%s'.", o->id ? o->id : "");
	return 0;
}

const struct control_route look_routes[] = {
	{ "GET", "", get_index, "lists these routes" },
	{ "GET", "/health", get_health, "says that the simulator serves, and which accounts it has" },
	{ "GET", "/routes", get_routes, "every route of the API, and whether it has behaviour of its own here" },
	{ "GET", "/requests", get_requests, "the last requests and answers, newest last (account, limit)" },
	{ "GET", "/events", get_events, "the account's events, newest first (account, limit, type)" },
	{ "GET", "/peek/{id}", get_peek, "one stored object, whatever it is; not logged (account)" },
	{ 0 },
};
