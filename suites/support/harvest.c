/* SPDX-License-Identifier: MIT */
#include "suites/support/harvest.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/conform.h"
#include "base/json.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

#define PRINTED 20 /* answers shown in full; the others are only counted */

struct harvest {
	pthread_mutex_t lock;
	void (*then)(void *arg, const struct ms_exchange *exchange);
	void *then_arg;
	bool *called;	      /* by schema_route index */
	struct map *accounts; /* the names of those that were used, each its own value */
	size_t checked, wrong;
	atomic_bool reading_events; /* set while other threads may still be calling */
};

static const char *method_of(const struct ms_exchange *e)
{
	return strcmp(e->method, "HEAD") ? e->method : "GET";
}

/* cmocka's own printing is not for threads, so problems go straight to the standard output, one write each. */
static void tell(struct harvest *h, const struct ms_exchange *e, const struct text *problems)
{
	if (h->wrong++ >= PRINTED)
		return;
	printf("the description does not allow this answer to %s %s (%s, %d):\n%s%.*s\n", e->method, e->path,
		e->route ? e->route : "no route", e->status, problems->data,
		e->response_length > 6000 ? 6000 : (int)e->response_length, e->response_body);
	fflush(stdout);
}

static void check(struct harvest *h, const struct ms_exchange *e)
{
	const struct schema_route *route = e->route ? schema_find_route(method_of(e), e->route) : NULL;
	json_t *body = json_loadb(e->response_body, e->response_length, JSON_REJECT_DUPLICATES, NULL);
	struct text problems;
	bool right;

	text_init(&problems, 65536);
	right = conform_check(route, e->status, body, &problems);
	pthread_mutex_lock(&h->lock);
	h->checked++;
	if (route && !h->reading_events)
		h->called[route->index] = true;
	if (e->account && !map_get(h->accounts, e->account)) {
		char *name = mem_copy_text(e->account);

		map_put(h->accounts, name, name);
	}
	if (!right)
		tell(h, e, &problems);
	pthread_mutex_unlock(&h->lock);
	text_clear(&problems);
	json_decref(body);
}

static void see(void *arg, const struct ms_exchange *e)
{
	struct harvest *h = arg;

	/* The description is that of the newest version; older shapes are the suite's own to judge. */
	if (!e->fault && !strcmp(e->version, schema_api_version))
		check(h, e);
	if (h->then && !h->reading_events)
		h->then(h->then_arg, e);
}

struct harvest *harvest_attach(struct ms_options *options)
{
	struct harvest *h = mem_alloc(sizeof *h);

	pthread_mutex_init(&h->lock, NULL);
	h->then = options->on_exchange;
	h->then_arg = options->on_exchange_arg;
	h->called = mem_alloc(schema_route_count * sizeof *h->called);
	h->accounts = map_new();
	options->on_exchange = see;
	options->on_exchange_arg = h;
	return h;
}

/* Listing events is an exchange like any other, so the checker sees every event's object on the way. */
static void read_events(struct ms *ms, const char *account)
{
	char path[160] = "/v1/events?limit=100";
	bool more = true;

	while (more) {
		struct ms_request request = { .method = "GET", .path = path, .key = ms_key(ms, account) };
		struct ms_response response;
		json_t *page, *rows;
		const char *last;

		ms_call(ms, &request, &response);
		page = json_loadb(response.body, response.length, 0, NULL);
		rows = json_object_get(page, "data");
		last = json_string_value(json_object_get(json_array_get(rows, json_array_size(rows) - 1), "id"));
		more = last && json_is_true(json_object_get(page, "has_more"));
		if (more)
			snprintf(path, sizeof path, "/v1/events?limit=100&starting_after=%s", last);
		json_decref(page);
		ms_response_clear(&response);
	}
}

static void name_free(void *arg, const char *key, void *name)
{
	(void)arg, (void)key;
	free(name);
}

static void gather(void *names, const char *key, void *name)
{
	(void)key;
	list_add(names, name);
}

/* One file a process, so that suites which run side by side do not mix their lines. */
static void write_down(const struct harvest *h)
{
	const char *folder = getenv("HARVEST");
	char path[4096];
	FILE *file;

	if (!folder || !*folder)
		return;
	snprintf(path, sizeof path, "%s/%ld", folder, (long)getpid());
	file = fopen(path, "a");
	if (!file)
		die("cannot write %s", path);
	fprintf(file, "checked %zu\n", h->checked);
	for (size_t i = 0; i < schema_route_count; i++)
		if (h->called[i])
			fprintf(file, "%s %s\n", schema_routes[i].method, schema_routes[i].pattern);
	if (fclose(file))
		die("cannot write %s", path);
}

void harvest_events(struct harvest *h, struct ms *ms)
{
	struct list names = { 0 };

	/* What a suite left in the way of its own calls is in the way of these, too. */
	ms_faults_clear(ms);
	pthread_mutex_lock(&h->lock);
	map_each(h->accounts, gather, &names);
	pthread_mutex_unlock(&h->lock);
	h->reading_events = true;
	for (size_t i = 0; i < names.count; i++)
		read_events(ms, names.at[i]);
	list_clear(&names);
}

size_t harvest_finish(struct harvest *h)
{
	size_t wrong;

	if (!h)
		return 0;
	wrong = h->wrong;
	if (wrong > PRINTED)
		printf("%zu more answers are not what the description allows\n", wrong - PRINTED);
	write_down(h);
	map_each(h->accounts, name_free, NULL);
	map_free(h->accounts);
	pthread_mutex_destroy(&h->lock);
	free(h->called);
	free(h);
	return wrong;
}
