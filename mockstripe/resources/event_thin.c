/* SPDX-License-Identifier: MIT */
/*
 * The same events as API v2 shows them: thin, without the object, which the receiver fetches. Their ids are those of
 * the snapshots, their types have "v1." in front. Nothing is stored. Source: Stripe docs "List all events (v2)".
 */
#include <string.h>

#include "api/fail.h"
#include "api/resource.h"
#include "base/json.h"
#include "base/mem.h"
#include "value/calendar.h"

#define LIMIT_DEFAULT 20
#define LIMIT_MOST 100

static const char *thin_type(struct call *call, const json_t *event)
{
	const char *type = arena_format(&call->arena, "v1.%s", js_text(event, "type"));

	return schema_is_event(type) ? type : NULL;
}

/* Where an object of that kind is fetched: the GET route whose only {…} is its id. */
static const char *url_of(struct call *call, const struct schema_resource *type, const char *id)
{
	for (size_t i = 0; type && i < schema_route_count; i++) {
		const struct schema_route *route = &schema_routes[i];
		const char *brace = strchr(route->pattern, '{');

		if (route->resource == type && route->n_path == 1 && !strcmp(route->method, "GET") &&
			(route->answer == SCHEMA_ANSWER_RESOURCE || route->answer == SCHEMA_ANSWER_EITHER) &&
			brace[strcspn(brace, "/")] == 0)
			return arena_format(&call->arena, "%.*s%s", (int)(brace - route->pattern), route->pattern, id);
	}
	return NULL;
}

static void put_related(struct call *call, json_t *thin, const json_t *object)
{
	const char *id = js_text(object, "id"), *kind = js_text(object, "object"), *url;
	json_t *related;

	if (!id || !kind)
		return;
	url = url_of(call, schema_find_object(kind), id);
	if (!url)
		return;
	related = json_object();
	js_put_text(related, "id", id);
	js_put_text(related, "type", kind);
	js_put_text(related, "url", url);
	js_put_new(thin, "related_object", related);
}

/* Events that Stripe made by itself have no reason. */
static void put_reason(json_t *thin, const json_t *event)
{
	const char *id = js_text_at(event, "request.id"), *key = js_text_at(event, "request.idempotency_key");
	json_t *reason, *request;

	if (!id)
		return;
	reason = json_object();
	request = json_object();
	js_put_text(request, "id", id);
	js_put_text(request, "idempotency_key", key ? key : "");
	js_put_new(reason, "request", request);
	js_put_text(reason, "type", "request");
	js_put_new(thin, "reason", reason);
}

static json_t *thin_body(struct call *call, struct record *event, const char *type)
{
	const json_t *tree = record_tree(event);
	char created[CALENDAR_ISO_MS_ROOM];
	json_t *thin = json_object();

	calendar_format_iso_ms(event->created, 0, created);
	js_put_text(thin, "id", event->id);
	js_put_text(thin, "object", "v2.core.event");
	js_put_text(thin, "created", created);
	js_put_flag(thin, "livemode", js_flag(tree, "livemode", false));
	put_reason(thin, tree);
	put_related(call, thin, js_at(tree, "data.object"));
	js_put_text(thin, "snapshot_event", event->id);
	js_put_text(thin, "type", type);
	return thin;
}

static int event_retrieve(struct call *call)
{
	struct record *event = account_get(call->account, call->ids[0], schema_find_object("event"));
	const char *type = event ? thin_type(call, record_tree(event)) : NULL;

	if (!type)
		return fail_no_such(call, call->route->resource, call->ids[0]);
	return answer_tree(call, thin_body(call, event, type), call->route->resource);
}

/* ---- the list ---- */

struct bounds {
	int64_t least, most;
};

/* One bound of `created`, an ISO time; events are whole seconds. */
static int read_bound(struct call *call, const char *name, int64_t *at, bool *is_given)
{
	const char *text = param_text_at(call, arena_format(&call->arena, "created.%s", name));

	*is_given = text != NULL;
	if (text && !calendar_parse_iso(text, at, NULL))
		return fail_invalid(call, NULL, arena_format(&call->arena, "created[%s]", name),
			"Invalid timestamp: %s. It must be an ISO 8601 time such as 2026-01-01T00:00:00Z.", text);
	return 0;
}

static int read_bounds(struct call *call, struct bounds *b)
{
	int64_t at = 0;
	bool given;

	*b = (struct bounds) { INT64_MIN, INT64_MAX };
	if (read_bound(call, "gte", &at, &given))
		return -1;
	if (given)
		b->least = at;
	if (read_bound(call, "gt", &at, &given))
		return -1;
	if (given && at + 1 > b->least)
		b->least = at + 1;
	if (read_bound(call, "lte", &at, &given))
		return -1;
	if (given)
		b->most = at;
	if (read_bound(call, "lt", &at, &given))
		return -1;
	if (given && at - 1 < b->most)
		b->most = at - 1;
	return 0;
}

static bool is_wanted(struct call *call, const json_t *event, const char *type)
{
	const char *object = param_text(call, "object_id"), *id = js_text_at(event, "data.object.id");
	const json_t *types = param(call, "types");
	size_t i;
	json_t *one;

	if (!type || (object && (!id || strcmp(object, id))))
		return false;
	json_array_foreach(types, i, one)
	{
		if (!strcmp(json_string_value(one), type))
			return true;
	}
	return !json_array_size(types);
}

/* No page token is declared for this list: who wants more than a hundred narrows `created`. */
static int event_list(struct call *call)
{
	const struct list *events = &account_shelf(call->account, schema_find_object("event"))->records;
	int64_t limit = param_int(call, "limit", LIMIT_DEFAULT);
	struct bounds bounds;
	json_t *data, *page;

	if (read_bounds(call, &bounds))
		return -1;
	if (limit < 1 || limit > LIMIT_MOST)
		return fail_invalid(call, NULL, "limit", "The limit must be from 1 to %d.", LIMIT_MOST);
	data = json_array();
	for (size_t i = events->count; i-- > 0 && json_array_size(data) < (size_t)limit;) {
		struct record *event = events->at[i];
		const char *type;

		if (event->created < bounds.least || event->created > bounds.most)
			continue;
		type = thin_type(call, record_tree(event));
		if (is_wanted(call, record_tree(event), type))
			json_array_append_new(data, thin_body(call, event, type));
	}
	page = json_object();
	js_put_new(page, "data", data);
	js_put_null(page, "next_page_url");
	js_put_null(page, "previous_page_url");
	return answer_tree(call, page, NULL);
}

const struct resource event_thin_resource = {
	.name = "V2.Core.Event",
	.routes =
		(const struct resource_route[]) {
			{ "GET", "/v2/core/events", event_list },
			{ "GET", "/v2/core/events/{id}", event_retrieve },
			{ 0 },
		},
};
