/* SPDX-License-Identifier: MIT */
#include "store/account.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"
#include "value/id.h"

#define WARM_BODIES 256 /* bodies per account whose renderings are kept at hand: what fits a processor's cache */

json_t *record_tree(struct record *r)
{
	if (!r)
		return NULL;
	if (r->draft)
		return r->draft;
	if (!body_at_hand(r->body))
		account_warmed(r->account, r->body);
	return body_tree(r->body);
}

json_t *record_private(struct record *r)
{
	return json_object_get(record_tree(r), PRIVATE_KEY);
}

bool record_is(const struct record *r, const char *object)
{
	return r && r->type->object && !strcmp(r->type->object, object);
}

static void account_init(struct account *a)
{
	a->records = map_new_borrowing();
	a->shelves = mem_alloc(schema_resource_count * sizeof *a->shelves);
	a->shapes = mem_alloc(schema_resource_count * sizeof *a->shapes);
	a->clocks = map_new();
	a->counters = map_new();
}

struct account *account_new(const char *id, uint64_t seed, const struct account_rules *rules, bool wall, int64_t now)
{
	struct account *a = mem_alloc(sizeof *a);

	a->id = mem_copy_text(id);
	a->seed = random_hash(id, strlen(id), seed);
	a->rules = rules;
	a->time = (struct timeline) { .wall = wall, .now = now };
	pthread_mutex_init(&a->lock, NULL);
	account_init(a);
	return a;
}

static void record_free(struct record *r)
{
	body_drop(r->body);
	json_decref(r->draft);
	shelf_forget(r);
	free(r);
}

static void free_record(void *arg, const char *key, void *value)
{
	(void)arg, (void)key;
	record_free(value);
}

static void free_clock(void *arg, const char *key, void *value)
{
	(void)arg, (void)key;
	timeline_clear(value);
	free(value);
}

static void free_value(void *arg, const char *key, void *value)
{
	(void)arg, (void)key;
	free(value);
}

static void account_drop_state(struct account *a)
{
	for (size_t i = 0; i < a->warm.count; i++)
		body_drop(a->warm.at[i]);
	list_clear(&a->warm);
	key_lists_clear(&a->lists);
	map_each(a->records, free_record, NULL);
	map_free(a->records);
	for (size_t i = 0; i < schema_resource_count; i++)
		shelf_free(a->shelves[i]);
	free(a->shelves);
	for (size_t i = 0; i < schema_resource_count; i++)
		json_decref(a->shapes[i]);
	free(a->shapes);
	map_each(a->clocks, free_clock, NULL);
	map_free(a->clocks);
	map_each(a->counters, free_value, NULL);
	map_free(a->counters);
	timeline_clear(&a->time);
}

void account_clear(struct account *a)
{
	account_drop_state(a);
	a->sequence = 0;
	account_init(a);
}

void account_free(struct account *a)
{
	if (!a)
		return;
	account_drop_state(a);
	pthread_mutex_destroy(&a->lock);
	free(a->id);
	free(a);
}

struct record *account_find(const struct account *a, const char *id)
{
	return id ? map_get(a->records, id) : NULL;
}

struct record *account_get(const struct account *a, const char *id, const struct schema_resource *type)
{
	struct record *r = account_find(a, id);

	return r && r->type == type && !r->deleted ? r : NULL;
}

struct shelf *account_shelf(struct account *a, const struct schema_resource *type)
{
	struct shelf **place = &a->shelves[type->index];

	if (!*place) {
		struct shelf_key keys[SHELF_KEYS];
		size_t n = a->rules ? a->rules->keys(a->rules->arg, type, keys) : 0;

		*place = shelf_new(type, keys, n);
	}
	return *place;
}

struct timeline *account_clock(struct account *a, const char *clock_id)
{
	struct timeline *t;

	if (!clock_id)
		return &a->time;
	t = map_get(a->clocks, clock_id);
	if (!t) {
		t = mem_alloc(sizeof *t);
		map_put(a->clocks, clock_id, t);
	}
	return t;
}

static uint64_t *counter(struct account *a, const char *name)
{
	uint64_t *n = map_get(a->counters, name);

	if (!n) {
		n = mem_alloc(sizeof *n);
		map_put(a->counters, name, n);
	}
	return n;
}

void account_new_id(struct account *a, const char *prefix, unsigned length, char out[ID_ROOM])
{
	do {
		id_make(out, ID_ROOM, prefix, length, a->seed, ++*counter(a, prefix));
	} while (map_get(a->records, out)); /* a fixture may hold ids that an earlier run made */
}

uint64_t account_draw(struct account *a, const char *stream)
{
	return random_mix(a->seed, random_hash(stream, strlen(stream), 0), ++*counter(a, stream));
}

void account_warmed(struct account *a, struct body *b)
{
	list_add(&a->warm, body_keep(b));
}

void account_cool(struct account *a)
{
	if (a->warm.count <= 2 * WARM_BODIES)
		return;
	size_t n = a->warm.count - WARM_BODIES;

	for (size_t i = 0; i < n; i++) {
		body_cool(a->warm.at[i]);
		body_drop(a->warm.at[i]);
	}
	memmove(a->warm.at, a->warm.at + n, WARM_BODIES * sizeof *a->warm.at);
	a->warm.count = WARM_BODIES;
}

/* A test clock's record is where its timeline's present is kept. */
static void follow_clock(struct record *r)
{
	if (record_is(r, "test_helpers.test_clock"))
		account_clock(r->account, r->id)->now = js_int(body_tree(r->body), "frozen_time", 0);
}

void account_set_body(struct record *r, struct body *body, bool deleted)
{
	struct shelf *shelf = account_shelf(r->account, r->type);
	struct body *before = r->body;

	r->body = body;
	r->deleted = deleted;
	if (deleted) {
		shelf_remove(shelf, r);
	} else {
		if (r->shelved)
			shelf_follow(shelf, r, before ? body_at_hand(before) : NULL);
		else
			shelf_index(shelf, r);
		follow_clock(r);
	}
	body_drop(before);
}

struct record *account_put(struct account *a, const struct schema_resource *type, const char *id, struct body *body,
	int64_t created, uint64_t sequence, bool deleted)
{
	size_t length = strlen(id);
	struct record *r = mem_alloc(sizeof *r + length + 1);

	r->type = type;
	r->account = a;
	r->created = created;
	r->sequence = sequence;
	r->clock = &a->time;
	memcpy(r->id, id, length);
	map_put(a->records, r->id, r);
	if (a->sequence < sequence)
		a->sequence = sequence;
	account_set_body(r, body, deleted);
	return r;
}

void account_remove(struct record *r)
{
	shelf_remove(account_shelf(r->account, r->type), r);
	map_remove(r->account->records, r->id);
	record_free(r);
}
