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
		s->slots[i] = map_new_borrowing();
	}
	return s;
}

static void slot_free(void *arg, const char *key, void *value)
{
	struct slot *slot = value;

	(void)arg, (void)key;
	if (slot->records.at != slot->first)
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

static void slot_add(struct slot *slot, struct record *r)
{
	struct list *l = &slot->records;
	void *first = slot->first[0];

	if (!l->count && !l->room) {
		*l = (struct list) { .at = slot->first, .room = COUNT_OF(slot->first) };
	} else if (l->at == slot->first && l->count) {
		*l = (struct list) { 0 };
		list_add(l, first);
	}
	ordered_add(l, r);
}

static struct slot **record_slots(struct record *r)
{
	return r->n_slots == 1 ? &r->slot : r->slots;
}

void shelf_forget(struct record *r)
{
	if (r->n_slots > 1)
		free(r->slots);
	r->slots = NULL;
	r->n_slots = 0;
}

static void slot_end_if_empty(struct slot *slot)
{
	if (slot->records.count)
		return;
	map_remove(slot->home, slot->value);
	slot_free(NULL, NULL, slot);
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
		tree = tree_object_get(tree, path, length);
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
	struct record *record;
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
		map_put(slot->home, slot->value, slot);
	}
	return slot;
}

/* The one that holds r already: most values stay. */
static struct slot *slot_of(struct record *r, uint8_t key, const char *value)
{
	for (size_t i = 0; i < r->n_slots; i++) {
		struct slot *slot = record_slots(r)[i];

		if (slot->key == key && !strcmp(slot->value, value))
			return slot;
	}
	return NULL;
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
	struct slot *slot = slot_of(g->record, g->key, text);

	if (!slot)
		slot = slot_for(g->shelf, g->key, text);
	for (size_t i = 0; i < g->count; i++)
		if (g->slots[i] == slot)
			return; /* two items with one price are one entry */
	g->slots[g->count++] = slot;
}

static bool same_slots(struct record *r, const struct gathering *g)
{
	return r->n_slots == g->count && (!g->count || !memcmp(record_slots(r), g->slots, g->count * sizeof *g->slots));
}

static void leave_slots(struct record *r)
{
	for (size_t i = 0; i < r->n_slots; i++) {
		struct slot *slot = record_slots(r)[i];

		ordered_remove(&slot->records, r);
		slot_end_if_empty(slot);
	}
	shelf_forget(r);
}

/* The new ones are entered first: a slot that both have must not be freed in between. */
static void change_slots(struct record *r, const struct gathering *g)
{
	struct slot *before[RECORD_SLOTS];
	size_t n_before = r->n_slots;

	if (n_before)
		memcpy(before, record_slots(r), n_before * sizeof *before);
	for (size_t i = 0; i < n_before; i++)
		ordered_remove(&before[i]->records, r);
	for (size_t i = 0; i < g->count; i++)
		slot_add(g->slots[i], r);
	for (size_t i = 0; i < n_before; i++)
		slot_end_if_empty(before[i]);
	shelf_forget(r);
	r->n_slots = (uint8_t)g->count;
	if (g->count > 1)
		r->slots = mem_resize(NULL, g->count * sizeof *r->slots);
	if (g->count)
		memcpy(record_slots(r), g->slots, g->count * sizeof *g->slots);
}

static void index_keys(struct shelf *s, struct record *r)
{
	struct gathering g = { .shelf = s, .record = r };

	for (size_t i = 0; i < s->n_keys; i++) {
		g.key = (uint8_t)i;
		if (body_at_hand(r->body)) {
			path_each(body_tree(r->body), s->keys[i].path, gather, &g);
		} else {
			js_auto value = body_member(r->body, s->keys[i].path);

			if (value)
				gather(&g, value);
		}
	}
	if (!same_slots(r, &g))
		change_slots(r, &g);
}

static void index_due(struct record *r)
{
	js_auto private = body_member(r->body, PRIVATE_KEY);
	js_auto of_clock = body_member(r->body, "test_clock");
	const char *clock_id = js_text(private, "clock");
	struct timeline *clock;
	int64_t due = js_int(private, "due", 0);

	if (!clock_id)
		clock_id = json_string_value(of_clock);
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
	if (!r->shelved) {
		ordered_add(&s->records, r);
		r->shelved = true;
	}
	index_keys(s, r);
	index_due(r);
}

static bool shares(const json_t *a, const json_t *b, const char *path)
{
	return tree_object_shares(a, b, path, strcspn(path, "."));
}

void shelf_follow(struct shelf *s, struct record *r, const json_t *before)
{
	const json_t *now = body_at_hand(r->body);
	bool keys = !before || !now, due;

	for (size_t i = 0; i < s->n_keys && !keys; i++)
		keys = !shares(before, now, s->keys[i].path);
	if (keys)
		index_keys(s, r);
	due = !before || !now || !shares(before, now, PRIVATE_KEY) || !shares(before, now, "test_clock");
	if (due)
		index_due(r);
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
