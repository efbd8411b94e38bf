/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "api/due.h"
#include "api/list.h"
#include "api/resource.h"
#include "base/mem.h"
#include "engine/inside.h"
#include "events/deliver.h"
#include "events/outbox.h"
#include "resources/resources.h"
#include "resources/versions/history.h"
#include "store/db.h"

/* Attaches the resources' handlers to the description's routes. A pattern that the description lacks is our own error.
 */
static void attach(struct api *api, const struct resource *r)
{
	const struct schema_resource *type = schema_find_resource(r->name);

	if (!type)
		die("resources: the description has no %s", r->name);
	api->by_type[type->index] = r;
	for (const struct resource_route *route = r->routes; route && route->method; route++) {
		const struct schema_route *found = schema_find_route(route->method, route->pattern);

		if (!found)
			die("resources: the description has no %s %s", route->method, route->pattern);
		api->handlers[found->index] = route->handle;
	}
}

/* POST /v1/reviews/{id}/approve answers a review, but makes none: it acts on what a GET of its beginning answers. */
static bool is_verb(const struct schema_route *route)
{
	const char *values[4];
	size_t lengths[4];
	const char *end = strrchr(route->pattern, '}');
	const struct schema_route *object;

	if (!end)
		return false;
	object = schema_match("GET", route->pattern, (size_t)(end + 1 - route->pattern), values, lengths);
	return object && object->resource == route->resource;
}

static void find_makeable(bool *makeable)
{
	for (size_t i = 0; i < schema_route_count; i++) {
		const struct schema_route *route = &schema_routes[i];
		size_t length = strlen(route->pattern);

		if (!strcmp(route->method, "POST") && route->resource && route->answer == SCHEMA_ANSWER_RESOURCE &&
			route->pattern[length - 1] != '}' && !is_verb(route))
			makeable[route->resource->index] = true;
	}
}

static void post_events(void *engine, struct account *a)
{
	(void)engine;
	outbox_post(a);
}

struct engine *engine_new(const struct engine_options *options)
{
	struct engine *e = mem_alloc(sizeof *e);
	bool *makeable = mem_alloc(schema_resource_count * sizeof *makeable);

	e->options = *options;
	e->api = (struct api) {
		.by_type = mem_alloc(schema_resource_count * sizeof *e->api.by_type),
		.handlers = mem_alloc(schema_route_count * sizeof *e->api.handlers),
		.makeable = makeable,
		.version = schema_api_version,
		.changes = version_history,
		.lenient_ids = options->lenient_ids,
		.engine = e,
		.on_events = post_events,
	};
	find_makeable(makeable);
	for (size_t i = 0; resources[i]; i++)
		attach(&e->api, resources[i]);
	for (size_t i = 0; i < schema_route_count; i++)
		if (schema_routes[i].answer == SCHEMA_ANSWER_BINARY && !e->api.handlers[i])
			die("resources: nothing makes the bytes of %s", schema_routes[i].pattern);
	e->rules = (struct account_rules) { .keys = list_keys, .arg = &e->api };
	e->keys = keyring_new();
	e->log = reqlog_new(options->log_capacity ? options->log_capacity : 1000);
	e->inflight = inflight_new();
	e->faults = faults_new(options->seed);
	e->deliverer = deliverer_new(&(struct deliverer_options) {
		.api = &e->api,
		.log_capacity = options->log_capacity ? options->log_capacity : 1000,
		.off = options->no_deliveries,
		.on_event = options->on_event,
		.on_event_arg = options->on_event_arg,
	});
	e->accounts = map_new();
	engine_set_base_url(e, "");
	pthread_mutex_init(&e->lock, NULL);
	pthread_mutex_init(&e->loads, NULL);
	return e;
}

static void free_account(void *arg, const char *id, void *account)
{
	(void)arg, (void)id;
	replays_clear(account);
	outbox_close(account);
	account_free(account);
}

void engine_stop(struct engine *e)
{
	deliverer_stop(e->deliverer);
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	engine_stop(e);
	map_each(e->accounts, free_account, NULL);
	map_free(e->accounts);
	db_close(e->db);
	keyring_free(e->keys);
	reqlog_free(e->log);
	inflight_free(e->inflight);
	faults_free(e->faults);
	deliverer_free(e->deliverer);
	pthread_mutex_destroy(&e->lock);
	pthread_mutex_destroy(&e->loads);
	free(e->api.by_type);
	free(e->api.handlers);
	free((bool *)(uintptr_t)e->api.makeable);
	free(e->base_url);
	free(e);
}

void engine_set_base_url(struct engine *e, const char *url)
{
	free(e->base_url);
	e->base_url = mem_copy_text(url);
	e->api.base_url = e->base_url;
}

const struct api *engine_api(const struct engine *e)
{
	return &e->api;
}

struct faults *engine_faults(struct engine *e)
{
	return e->faults;
}

struct deliverer *engine_deliverer(struct engine *e)
{
	return e->deliverer;
}

struct keyring *engine_keys(struct engine *e)
{
	return e->keys;
}

struct reqlog *engine_log(struct engine *e)
{
	return e->log;
}

uint64_t engine_seed(const struct engine *e)
{
	return e->options.seed;
}

struct account *engine_account(struct engine *e, const char *id, bool make)
{
	struct account *a;

	if (!id)
		id = ENGINE_DEFAULT_ACCOUNT;
	pthread_mutex_lock(&e->lock);
	a = map_get(e->accounts, id);
	if (!a && (make || !strcmp(id, ENGINE_DEFAULT_ACCOUNT))) {
		a = account_new(id, e->options.seed, &e->rules, e->options.now == 0, e->options.now);
		outbox_open(a, e->deliverer);
		a->db = e->db;
		map_put(e->accounts, id, a);
	}
	pthread_mutex_unlock(&e->lock);
	return a;
}

static void list_add_value(void *list, const char *key, void *value)
{
	(void)key;
	list_add(list, value);
}

void engine_each_account(struct engine *e, void (*each)(void *arg, struct account *a), void *arg)
{
	struct list all = { 0 };

	pthread_mutex_lock(&e->lock);
	map_each(e->accounts, list_add_value, &all);
	pthread_mutex_unlock(&e->lock);
	for (size_t i = 0; i < all.count; i++)
		each(arg, all.at[i]);
	list_clear(&all);
}

void engine_catch_up(struct engine *e, struct account *a)
{
	const struct record *first = timeline_first(&a->time);

	if (first && first->due <= timeline_now(&a->time))
		due_run(&e->api, a, &a->time, timeline_now(&a->time));
}

static void keep_in_db(void *engine, const char *id, void *account)
{
	(void)id;
	((struct account *)account)->db = ((struct engine *)engine)->db;
}

void engine_move_time(struct engine *e, struct account *a, int64_t to)
{
	due_run(&e->api, a, &a->time, to);
	timeline_move(&a->time, to);
	if (e->db) {
		db_begin(e->db);
		db_end(e->db, a);
	}
}

static struct account *kept_account(void *engine, const char *id)
{
	return engine_account(engine, id, true);
}

bool engine_open_db(struct engine *e, const char *path, bool *fresh, char **why)
{
	struct db *db = db_open(path, why);

	/* Read before accounts write to it: what is put in place here is kept already. */
	if (!db || !db_load(db, kept_account, e, why)) {
		db_close(db);
		return false;
	}
	*fresh = map_count(e->accounts) == 0;
	e->db = db;
	map_each(e->accounts, keep_in_db, e);
	return true;
}

void engine_reset(struct engine *e, struct account *a)
{
	(void)e;
	replays_clear(a);
	outbox_forget(a);
	account_clear(a);
	if (a->db)
		db_replace(a->db, a);
}
