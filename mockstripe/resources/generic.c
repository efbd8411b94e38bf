/* SPDX-License-Identifier: MIT */
#include "resources/generic.h"

#include <stdio.h>
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/search.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/given.h"
#include "resources/verbs.h"
#include "value/calendar.h"

/* ---- finding ---- */

struct record *path_record(struct call *call, size_t n, const struct schema_resource *type)
{
	struct record *r = account_get(call->account, call->ids[n], type);

	if (!r)
		fail_no_such(call, type, call->ids[n]);
	return r;
}

struct record *path_object(struct call *call, size_t n, const char *object)
{
	return path_record(call, n, schema_find_object(object));
}

struct record *param_record(struct call *call, const char *name, const char *object)
{
	const char *id = param_text(call, name);
	const struct schema_resource *type = schema_find_object(object);
	struct record *r = id ? account_get(call->account, id, type) : NULL;

	if (id && !r)
		fail_no_such_param(call, type, id, name);
	return r;
}

/* One of the route's own resources: the one it answers, or any of a union. */
static bool is_answered(const struct schema_route *route, const struct schema_resource *type)
{
	for (size_t i = 0; i < route->n_resources; i++)
		if (route->resources[i] == type)
			return true;
	return route->resource == type;
}

/* What a GET answers at a path; NULL. */
static const struct schema_resource *type_of_path(const char *path)
{
	const char *values[4];
	size_t lengths[4];
	const struct schema_route *found = schema_match("GET", path, strlen(path), values, lengths);

	return found ? found->resource : NULL;
}

/*
 * What stands at the pattern's n-th {…}: what a GET of the part up to there answers. Helpers stand beside what they
 * help with: /v1/test_helpers/refunds/{id}/expire is about /v1/refunds/{id}.
 */
static const struct schema_resource *type_at(const struct schema_route *route, size_t n)
{
	static const char helpers[] = "test_helpers/";
	char path[160];
	const char *at = route->pattern;
	size_t out = 0, seen = 0;
	const struct schema_resource *type;
	char *skip;

	for (; *at && out < sizeof path - 1; at++) {
		if (*at != '{') {
			path[out++] = *at;
			continue;
		}
		path[out++] = 'x';
		at = strchr(at, '}');
		if (seen++ == n)
			break;
	}
	path[out] = 0;
	type = type_of_path(path);
	skip = strstr(path, helpers);
	if (type || !skip)
		return type;
	memmove(skip, skip + strlen(helpers), strlen(skip + strlen(helpers)) + 1);
	return type_of_path(path);
}

/* What the route is about when its answer does not say: DELETE in /v2 answers a stub of no resource. */
static const struct schema_resource *own_type(const struct schema_route *route)
{
	return route->resource ? route->resource : type_at(route, route->n_path - 1u);
}

static bool ends_in_id(const struct schema_route *route)
{
	return route->pattern[strlen(route->pattern) - 1] == '}';
}

/* The record of the last {…} before the pattern's final words: what a verb acts on, or whose child is meant. */
static struct record *parent_of(struct call *call)
{
	size_t n = call->route->n_path - (ends_in_id(call->route) ? 2u : 1u);
	struct record *r = account_find(call->account, call->ids[n]);
	const struct schema_resource *type;

	if (r && !r->deleted)
		return r;
	type = type_at(call->route, n);
	if (!type)
		type = call->route->resource;
	r = given_record(call, type, call->ids[n]);
	if (r)
		return r;
	if (type)
		fail_no_such(call, type, call->ids[n]);
	else
		fail_unrecognized_url(call);
	return NULL;
}

/* Whether a record is what the route is about, and below the object that the path names before it. */
static bool is_meant(struct call *call, const struct schema_resource *type, struct record *r)
{
	const struct schema_route *route = call->route;
	const char *parent = js_text(record_private(r), "parent");

	if (r->type != type && !is_answered(route, r->type))
		return false;
	if (r->deleted)
		return route->answer == SCHEMA_ANSWER_EITHER;
	return route->n_path < 2 || !parent || !strcmp(parent, call->ids[route->n_path - 2]);
}

static void set_parent(json_t *body, const struct schema_resource *type, struct record *parent)
{
	const char *name = parent->type->object;
	const struct schema_node *field = name ? schema_field(type, name) : NULL;

	if (field && field->kind == SCHEMA_STRING)
		js_put_text(body, name, parent->id);
	js_put_text(js_own(body, PRIVATE_KEY), "parent", parent->id);
}

/* Each account has a capability "transfers": what is named without a prefix is kept under its whole path. */
static struct record *given_child(struct call *call, const struct schema_resource *type, const char *id)
{
	struct record *r = account_find(call->account, call->path), *parent;
	json_t *body;

	if (r || !given_fits(call, type, id))
		return r;
	parent = parent_of(call);
	if (!parent)
		return NULL;
	body = shape_new(call, type, id);
	set_parent(body, type, parent);
	return journal_add(&call->journal, type, *type->prefix ? id : call->path, body, call->now);
}

/* The record at the path's end. */
static struct record *own_record(struct call *call)
{
	const struct schema_route *route = call->route;
	const struct schema_resource *type = own_type(route);
	const char *id = call->ids[route->n_path - 1];
	struct record *r = account_find(call->account, id);

	if (r && is_meant(call, type, r))
		return r;
	if (!r && type)
		r = route->n_path > 1 ? given_child(call, type, id) : given_record(call, type, id);
	else
		r = NULL;
	if (!r && type)
		fail_no_such(call, type, id);
	else if (!r)
		fail_unrecognized_url(call);
	return r;
}

/* ---- making ---- */

static json_t *body_for(struct call *call, const struct schema_resource *type, const char *const *except)
{
	const char *id = schema_param(call->route, "id") ? param_text(call, "id") : call->own_id;
	json_t *body;

	if (id && account_find(call->account, id) && !account_find(call->account, id)->deleted) {
		const char *word = resource_word(type);

		fail_invalid(call, "resource_already_exists", NULL, "%c%s already exists.",
			*word >= 'a' && *word <= 'z' ? *word - 32 : *word, word + 1);
		return NULL;
	}
	if (params_check_references(call, type))
		return NULL;
	body = shape_new(call, type, id);
	if (params_apply(call, body, type, except)) {
		json_decref(body);
		return NULL;
	}
	return body;
}

json_t *generic_body(struct call *call, const char *const *except)
{
	return body_for(call, call->route->resource, except);
}

int generic_create(struct call *call, json_t *body)
{
	struct record *r;

	if (!body)
		return -1;
	if (!json_object_get(body, "id")) /* account links and the like: shown once, kept nowhere */
		return answer_tree(call, body, call->route->resource);
	r = object_store(call, call->route->resource, body);
	emit_verb(call, r, "created");
	return answer_record(call, r);
}

static int create_child(struct call *call)
{
	struct record *parent = parent_of(call);
	json_t *body;

	if (!parent)
		return -1;
	body = generic_body(call, NULL);
	if (!body)
		return -1;
	set_parent(body, call->route->resource, parent);
	return generic_create(call, body);
}

/* A singleton's record is named by its path; its body has an id only when the description says so. */
static struct record *singleton(struct call *call)
{
	const struct schema_resource *type = call->route->resource;
	struct record *r = account_find(call->account, call->path);
	struct record *parent = NULL;
	json_t *body;

	if (r)
		return r;
	if (call->route->n_path && !(parent = parent_of(call)))
		return NULL;
	body = shape_new(call, type, NULL);
	if (!schema_field(type, "id"))
		json_object_del(body, "id");
	if (parent)
		set_parent(body, type, parent);
	return journal_add(&call->journal, type, call->path, body, call->now);
}

/* ---- the ordinary courses ---- */

int generic_retrieve(struct call *call)
{
	struct record *r = own_record(call);

	return r ? answer_record(call, r) : -1;
}

int generic_list(struct call *call)
{
	const struct schema_route *route = call->route;
	struct list_want want = { LIST_PARENT, NULL };
	struct record *parent;

	if (!route->n_path)
		return list_answer(call, route->resource, NULL, 0, call->path);
	parent = parent_of(call);
	if (!parent)
		return -1;
	want.value = parent->id;
	if (parent->type->object && schema_field(route->resource, parent->type->object) &&
		shelf_slot(account_shelf(call->account, route->resource), parent->type->object, parent->id))
		want.param = parent->type->object;
	return list_answer(call, route->resource, &want, 1, call->path);
}

/* `updated`, where there is one: Unix seconds, or ISO 8601 in /v2. */
static void touch(struct call *call, struct record *r)
{
	const struct schema_node *updated = schema_field(r->type, "updated");
	char iso[CALENDAR_ISO_MS_ROOM];

	if (!updated)
		return;
	calendar_format_iso_ms(call->now, 0, iso);
	if (updated->flags & SCHEMA_ISO_TIME)
		js_put_text(journal_edit(&call->journal, r), "updated", iso);
	else
		js_put_int(journal_edit(&call->journal, r), "updated", call->now);
}

static int apply_update(struct call *call, struct record *r)
{
	if (params_check_references(call, r->type) ||
		params_apply(call, journal_edit(&call->journal, r), r->type, NULL))
		return -1;
	if (json_object_size(call->params))
		touch(call, r);
	emit_verb(call, r, "updated");
	return answer_record(call, r);
}

int generic_update(struct call *call)
{
	struct record *r = own_record(call);

	if (!r)
		return -1;
	if (r->deleted)
		return fail_no_such(call, r->type, r->id);
	return apply_update(call, r);
}

/* The stub that /v2 answers (Stripe docs, "Delete an event destination"). */
static int answer_deleted(struct call *call, const struct record *r)
{
	json_t *stub = json_object();

	js_put_text(stub, "id", r->id);
	if (r->type->object)
		js_put_text(stub, "object", r->type->object);
	return answer_tree(call, stub, NULL);
}

int generic_delete(struct call *call)
{
	struct record *r = own_record(call);
	const struct resource *own;
	struct body *last;
	const char *type;

	if (!r)
		return -1;
	if (r->deleted)
		return fail_no_such(call, r->type, r->id);
	own = call_resource(call, r->type);
	if (own && own->on_delete && own->on_delete(call, r))
		return -1;
	journal_freeze(&call->journal, r);
	last = body_keep(r->body);
	journal_delete(&call->journal, r);
	type = emit_type(call, r->type, "deleted");
	if (type)
		emit_body(call, type, last, NULL);
	body_drop(last);
	return call->route->answer == SCHEMA_ANSWER_NODE ? answer_deleted(call, r) : answer_record(call, r);
}

static int act(struct call *call, struct record *r)
{
	const char *verb = strrchr(call->route->pattern, '/') + 1;

	if (params_check_references(call, r->type) ||
		params_apply(call, journal_edit(&call->journal, r), r->type, NULL))
		return -1;
	verb_apply(call, r, verb);
	return answer_record(call, r);
}

static int handle_get(struct call *call)
{
	const struct schema_route *route = call->route;
	struct record *r;

	switch ((enum schema_answer)route->answer) {
	case SCHEMA_ANSWER_LIST:
	case SCHEMA_ANSWER_V2_LIST:
		return generic_list(call);
	case SCHEMA_ANSWER_SEARCH:
		return search_answer(call, route->resource, call->path);
	case SCHEMA_ANSWER_NODE:
		return answer_tree(call, shape_object(call, NULL, route->node->fields, route->node->n_fields), NULL);
	case SCHEMA_ANSWER_BINARY:
		die("%s has no handler: bytes cannot be made up", route->pattern);
	case SCHEMA_ANSWER_EMPTY:
		return answer_bytes(call, bytes_new("", 0), "application/json");
	default:
		break;
	}
	if (ends_in_id(route))
		return generic_retrieve(call);
	r = singleton(call);
	return r ? answer_record(call, r) : -1;
}

static bool is_singleton(const struct schema_route *route)
{
	const struct schema_route *get = schema_find_route("GET", route->pattern);

	return get && get->answer == SCHEMA_ANSWER_RESOURCE;
}

static int handle_post(struct call *call)
{
	const struct schema_route *route = call->route;
	struct record *r;

	if (ends_in_id(route))
		return generic_update(call);
	if (is_singleton(route)) {
		r = singleton(call);
		return r ? apply_update(call, r) : -1;
	}
	if (route->n_path) {
		r = parent_of(call);
		if (!r)
			return -1;
		if (route->resource && is_answered(route, r->type))
			return act(call, r);
	}
	if (!route->resource) {
		if (route->answer == SCHEMA_ANSWER_NODE)
			return answer_tree(
				call, shape_object(call, NULL, route->node->fields, route->node->n_fields), NULL);
		return answer_bytes(call, bytes_new("{}", 2), "application/json");
	}
	return route->n_path ? create_child(call) : generic_create(call, generic_body(call, NULL));
}

int generic_handle(struct call *call)
{
	const struct schema_route *route = call->route;

	if (!strcmp(route->method, "GET"))
		return handle_get(call);
	if (!strcmp(route->method, "POST"))
		return handle_post(call);
	if (ends_in_id(route) && (route->answer == SCHEMA_ANSWER_DELETED || route->answer == SCHEMA_ANSWER_EITHER ||
					 route->answer == SCHEMA_ANSWER_NODE))
		return generic_delete(call);
	struct record *r = ends_in_id(route) ? own_record(call) : parent_of(call);

	return r ? act(call, r) : -1;
}
