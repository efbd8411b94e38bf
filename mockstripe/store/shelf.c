/* SPDX-License-Identifier: MIT */
#include "store/shelf.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "store/account.h"
#include "store/timeline.h"

struct shelf *shelf_new(const struct schema_resource *type, const struct shelf_key *keys, size_t n_keys)
{
	struct shelf *s = mem_alloc(sizeof *s);

	s->type = type;
	s->n_keys = n_keys;
	for (size_t i = 0; i < n_keys; i++) {
		s->keys[i] = keys[i];
		s->slots[i] = map_new();
	}
	return s;
}

static void slot_free(void *arg, const char *key, void *value)
{
	struct slot *slot = value;

	(void)arg, (void)key;
	list_clear(&slot->records);
	free(slot);
}

void shelf_free(struct shelf *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_keys; i++) {
		map_each(s->slots[i], slot_free, NULL);
		map_free(s->slots[i]);
	}
	list_clear(&s->records);
	free(s);
}

size_t shelf_position(const struct list *ordered, int64_t created, uint64_t sequence)
{
	size_t low = 0, high = ordered->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct record *r = ordered->at[middle];

		if (r->created < created || (r->created == created && r->sequence < sequence))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void ordered_add(struct list *l, struct record *r)
{
	const struct record *last = l->count ? l->at[l->count - 1] : NULL;

	if (!last || last->created < r->created || (last->created == r->created && last->sequence < r->sequence))
		list_add(l, r);
	else
		list_insert(l, shelf_position(l, r->created, r->sequence), r);
}

static void ordered_remove(struct list *l, const struct record *r)
{
	size_t at = shelf_position(l, r->created, r->sequence);

	if (at < l->count && l->at[at] == r)
		list_remove(l, at);
}

void path_each(json_t *tree, const char *path, void (*each)(void *arg, json_t *value), void *arg)
{
	while (tree) {
		size_t length = strcspn(path, ".");
		const char *rest = path[length] ? path + length + 1 : NULL;

		if (length == 2 && path[0] == '[' && path[1] == ']') {
			size_t i;
			json_t *element;

			json_array_foreach(tree, i, element)
			{
				if (rest)
					path_each(element, rest, each, arg);
				else
					each(arg, element);
			}
			return;
		}
		char step[64];

		if (length >= sizeof step)
			return;
		memcpy(step, path, length);
		step[length] = 0;
		tree = json_object_get(tree, step);
		if (!rest) {
			if (tree)
				each(arg, tree);
			return;
		}
		path = rest;
	}
}

#define RECORD_SLOTS 64

struct gathering {
	struct shelf *shelf;
	uint8_t key;
	size_t count;
	struct slot *slots[RECORD_SLOTS];
};

static struct slot *slot_for(struct shelf *s, uint8_t key, const char *value)
{
	struct slot *slot = map_get(s->slots[key], value);

	if (!slot) {
		slot = mem_alloc(sizeof *slot + strlen(value) + 1);
		slot->key = key;
		slot->home = s->slots[key];
		memcpy(slot->value, value, strlen(value));
		map_put(slot->home, value, slot);
	}
	return slot;
}

static void gather(void *arg, json_t *value)
{
	struct gathering *g = arg;
	const char *text = json_string_value(value);
	char number[24];

	if (json_is_integer(value)) {
		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
		text = number;
	} else if (json_is_boolean(value)) {
		text = json_is_true(value) ? "true" : "false";
	}
	if (!text || g->count == RECORD_SLOTS)
		return;
	struct slot *slot = slot_for(g->shelf, g->key, text);

	for (size_t i = 0; i < g->count; i++)
		if (g->slots[i] == slot)
			return; /* two items with one price are one entry */
	g->slots[g->count++] = slot;
}

static bool same_slots(const struct record *r, const struct gathering *g)
{
	return r->n_slots == g->count && !memcmp(r->slots, g->slots, g->count * sizeof *g->slots);
}

static void leave_slots(struct record *r)
{
	for (size_t i = 0; i < r->n_slots; i++) {
		struct slot *slot = r->slots[i];

		ordered_remove(&slot->records, r);
		if (!slot->records.count) {
			map_remove(slot->home, slot->value);
			slot_free(NULL, NULL, slot);
		}
	}
	free(r->slots);
	r->slots = NULL;
	r->n_slots = 0;
}

static void index_keys(struct shelf *s, struct record *r, json_t *tree)
{
	struct gathering g = { .shelf = s };

	for (size_t i = 0; i < s->n_keys; i++) {
		g.key = (uint8_t)i;
		path_each(tree, s->keys[i].path, gather, &g);
	}
	if (g.count && r->n_slots && same_slots(r, &g))
		return;
	/* Enter the new ones first: a slot that both have must not be freed in between. */
	struct slot **old = r->slots;
	uint8_t n_old = r->n_slots;

	for (size_t i = 0; i < n_old; i++)
		ordered_remove(&old[i]->records, r);
	for (size_t i = 0; i < g.count; i++)
		ordered_add(&g.slots[i]->records, r);
	for (size_t i = 0; i < n_old; i++) {
		if (!old[i]->records.count) {
			map_remove(old[i]->home, old[i]->value);
			slot_free(NULL, NULL, old[i]);
		}
	}
	free(old);
	r->slots = NULL;
	r->n_slots = (uint8_t)g.count;
	if (g.count) {
		r->slots = mem_alloc(g.count * sizeof *r->slots);
		memcpy(r->slots, g.slots, g.count * sizeof *r->slots);
	}
}

static void index_due(struct record *r, json_t *tree)
{
	json_t *private = json_object_get(tree, PRIVATE_KEY);
	const char *clock_id = js_text(private, "clock");
	struct timeline *clock;
	int64_t due = js_int(private, "due", 0);

	if (!clock_id)
		clock_id = js_text(tree, "test_clock");
	clock = account_clock(r->account, clock_id);
	if (due == r->due && clock == r->clock)
		return;
	if (r->due)
		timeline_remove(r->clock, r);
	r->clock = clock;
	r->due = due;
	if (due)
		timeline_add(clock, r);
}

void shelf_index(struct shelf *s, struct record *r)
{
	json_t *tree = body_index_tree(r->body);

	if (!r->shelved) {
		ordered_add(&s->records, r);
		r->shelved = true;
	}
	index_keys(s, r, tree);
	index_due(r, tree);
	json_decref(tree);
}

void shelf_remove(struct shelf *s, struct record *r)
{
	if (!r->shelved)
		return;
	ordered_remove(&s->records, r);
	leave_slots(r);
	if (r->due)
		timeline_remove(r->clock, r);
	r->due = 0;
	r->shelved = false;
}

const struct list *shelf_slot(const struct shelf *s, const char *param, const char *value)
{
	static const struct list nothing = { 0 };

	for (size_t i = 0; i < s->n_keys; i++) {
		if (!strcmp(s->keys[i].param, param)) {
			const struct slot *slot = map_get(s->slots[i], value);

			return slot ? &slot->records : &nothing;
		}
	}
	return NULL;
}
