/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/tree_inside.h"
#include "base/tree_keys.h"

#define FIRST_ROOM 3

/* Copies and objects of few members keep their values behind the header; `values` moves out when they grow. */
struct object {
	struct tree head;
	uint32_t count, room;
	struct keys *keys;
	struct tree **values;
	struct tree *first[];
};

static struct object *object_new(uint32_t room)
{
	struct object *o = mem_resize(NULL, sizeof *o + room * sizeof(struct tree *));

	*o = (struct object) { .head = { .owners = 1, .type = TREE_OBJECT }, .room = room };
	o->values = o->first;
	return o;
}

static struct object *object_of(const struct tree *t)
{
	return tree_is(t, TREE_OBJECT) ? (struct object *)(uintptr_t)t : NULL;
}

struct tree *tree_object(void)
{
	return &object_new(FIRST_ROOM)->head;
}

/* Somebody else owns it too, and may be reading it in another thread: it is left as it is. */
static bool is_others_too(const struct tree *t)
{
	return __atomic_load_n(&t->owners, __ATOMIC_ACQUIRE) > 1;
}

static bool share(struct tree **value, struct tree *with, struct tree *kept);

/* True when every member has become the one of the other object. */
static bool share_members(struct object *o, const struct object *with, struct tree *kept)
{
	bool all = o->keys == with->keys && o->count == with->count;

	for (uint32_t i = 0; i < o->count && i < with->count && o->keys == with->keys; i++)
		all &= share(&o->values[i], with->values[i], kept);
	return all;
}

/* The elements of lists look alike: each is held against the first one. */
static bool share_elements(struct tree *t, const struct tree *with, struct tree *kept)
{
	size_t count = tree_array_count(t);
	bool all = count == tree_array_count(with) && count <= 1;

	for (size_t i = 0; i < count; i++)
		all &= share(&array_places(t)[i], tree_array_at(with, 0), kept);
	return all;
}

/* One value of two: *value becomes `with` where they are equal, members in the same order; else what stands in it. */
static bool share(struct tree **value, struct tree *with, struct tree *kept)
{
	bool same;

	if (*value == with)
		return true;
	if (!tree_in_memory(*value) || !tree_in_memory(with) || (*value)->type != with->type)
		return false;
	if (with->type > TREE_ARRAY)
		same = tree_same(*value, with);
	else if (is_others_too(*value))
		same = false;
	else if (with->type == TREE_OBJECT)
		same = share_members(object_of(*value), object_of(with), kept);
	else
		same = share_elements(*value, with, kept);
	if (same) {
		tree_array_insert(kept, tree_array_count(kept), *value);
		*value = tree_keep(with);
	}
	return same;
}

void tree_share_values(struct tree *t, const struct tree *with, struct tree *kept)
{
	if (t != with && tree_is(t, TREE_OBJECT) && tree_is(with, TREE_OBJECT))
		share_members(object_of(t), object_of(with), kept);
}

void tree_share_keys(struct tree *t, struct key_lists *known)
{
	struct object *o = object_of(t);

	if (!tree_in_memory(t) || is_others_too(t))
		return;
	for (size_t i = 0; i < tree_array_count(t); i++)
		tree_share_keys(tree_array_at(t, i), known);
	if (!o)
		return;
	o->keys = keys_known(known, o->keys, o->count);
	for (uint32_t i = 0; i < o->count; i++)
		if (tree_in_memory(o->values[i]) && o->values[i]->type <= TREE_ARRAY)
			tree_share_keys(o->values[i], known);
}

size_t tree_object_count(const struct tree *t)
{
	const struct object *o = object_of(t);

	return o ? o->count : 0;
}

struct tree *tree_object_find(const struct tree *t, const struct tree_key *key)
{
	const struct object *o = object_of(t);
	uint32_t place = o ? keys_find(o->keys, o->count, key) : KEYS_NONE;

	return place == KEYS_NONE ? NULL : o->values[place];
}

/* A member on its way to its place. */
struct ranked {
	size_t rank;
	uint32_t from;
};

/* Where the name stands among n, looked for from `near` on: members mostly stand in order already. */
static size_t rank_of(
	const char *key, const char *(*names)(const void *arg, size_t i), const void *arg, size_t n, size_t near)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = near + i < n ? near + i : near + i - n;

		if (!strcmp(names(arg, at), key))
			return at;
	}
	return n;
}

/* By rank, equal ones as they stood. True when that moves something. */
static bool sort_ranked(struct ranked *members, uint32_t count)
{
	bool moved = false;

	for (uint32_t i = 1; i < count; i++) {
		struct ranked one = members[i];
		uint32_t to = i;

		while (to && members[to - 1].rank > one.rank) {
			members[to] = members[to - 1];
			to--;
		}
		members[to] = one;
		moved |= to != i;
	}
	return moved;
}

void tree_object_order(struct tree *t, const char *(*names)(const void *arg, size_t i), const void *arg, size_t n)
{
	struct object *o = object_of(t);
	struct ranked *members = o ? mem_resize(NULL, o->count * sizeof *members) : NULL;
	size_t near = 0;

	for (uint32_t i = 0; o && i < o->count; i++) {
		size_t rank = rank_of(keys_at(o->keys, i, NULL), names, arg, n, near);

		members[i] = (struct ranked) { rank, i };
		near = rank < n ? rank + 1 : near;
	}
	if (o && sort_ranked(members, o->count)) {
		struct object old = *o;
		struct tree **values = mem_resize(NULL, o->room * sizeof *values);

		o->keys = keys_room(old.count, old.keys);
		for (uint32_t i = 0; i < old.count; i++) {
			size_t length;
			const char *text = keys_at(old.keys, members[i].from, &length);
			struct tree_key key = tree_key(text, length);

			o->keys = keys_with(o->keys, i, &key);
			values[i] = old.values[members[i].from];
		}
		memcpy(o->values, values, old.count * sizeof *values);
		free(values);
		keys_drop(old.keys);
	}
	free(members);
}

bool tree_object_shares(const struct tree *a, const struct tree *b, const char *text, size_t length)
{
	const struct object *x = object_of(a), *y = object_of(b);
	struct tree_key key = tree_key(text, length);
	uint32_t place;

	if (!x || !y || x->keys != y->keys || x->count != y->count)
		return tree_object_find(a, &key) == tree_object_find(b, &key);
	place = keys_find(x->keys, x->count, &key);
	return place == KEYS_NONE || x->values[place] == y->values[place];
}

const char *tree_object_key(const struct tree *t, size_t index, size_t *length)
{
	const struct object *o = object_of(t);

	return o && index < o->count ? keys_at(o->keys, (uint32_t)index, length) : NULL;
}

struct tree *tree_object_value(const struct tree *t, size_t index)
{
	const struct object *o = object_of(t);

	return o && index < o->count ? o->values[index] : NULL;
}

static void make_room(struct object *o)
{
	struct tree **inside = o->first;
	uint32_t room = o->room + (o->room < 16 ? o->room : o->room / 4) + FIRST_ROOM;

	if (o->count < o->room)
		return;
	if (o->values == inside) {
		o->values = mem_resize(NULL, room * sizeof *o->values);
		memcpy(o->values, inside, o->count * sizeof *o->values);
	} else {
		o->values = mem_resize(o->values, room * sizeof *o->values);
	}
	o->room = room;
}

bool tree_object_put(struct tree *t, const struct tree_key *key, struct tree *value)
{
	struct object *o = object_of(t);
	uint32_t place;
	struct tree *old;

	if (!o || !value || value == t) {
		tree_drop(value);
		return false;
	}
	/* What comes next in the list stands nowhere before: an object made like another one is not searched. */
	place = keys_go_on(o->keys, o->count, key) ? KEYS_NONE : keys_find(o->keys, o->count, key);
	if (place != KEYS_NONE) {
		old = o->values[place];
		o->values[place] = value;
		tree_drop(old);
		return true;
	}
	make_room(o);
	o->keys = keys_with(o->keys, o->count, key);
	o->values[o->count++] = value;
	return true;
}

bool tree_object_remove(struct tree *t, const char *text, size_t length)
{
	struct object *o = object_of(t);
	struct tree_key key = tree_key(text, length);
	uint32_t place = o ? keys_find(o->keys, o->count, &key) : KEYS_NONE;
	struct tree *old;

	if (place == KEYS_NONE)
		return false;
	old = o->values[place];
	/* The last one needs no other list: its key stands beyond the count from now on. */
	if (place + 1 < o->count)
		o->keys = keys_without(o->keys, o->count, place);
	memmove(o->values + place, o->values + place + 1, (o->count - place - 1) * sizeof *o->values);
	o->count--;
	tree_drop(old);
	return true;
}

void tree_object_clear(struct tree *t)
{
	struct object *o = object_of(t);
	uint32_t count = o ? o->count : 0;

	if (!o)
		return;
	o->count = 0;
	for (uint32_t i = 0; i < count; i++)
		tree_drop(o->values[i]);
	keys_drop(o->keys);
	o->keys = NULL;
}

struct tree *object_copy(const struct tree *t)
{
	const struct object *from = object_of(t);
	/* A copy is made to be changed, and often gets a member of its own. */
	struct object *o = object_new(from->count + 1);

	o->count = from->count;
	o->keys = keys_keep(from->keys);
	for (uint32_t i = 0; i < from->count; i++)
		o->values[i] = tree_keep(from->values[i]);
	return &o->head;
}

struct tree *object_copy_deep(const struct tree *t)
{
	const struct object *from = object_of(t);
	struct object *o = object_new(from->count + 1);

	o->count = from->count;
	o->keys = keys_keep(from->keys);
	for (uint32_t i = 0; i < from->count; i++)
		o->values[i] = tree_copy_deep(from->values[i]);
	return &o->head;
}

bool object_same(const struct tree *a, const struct tree *b)
{
	const struct object *x = object_of(a), *y = object_of(b);

	if (x->count != y->count)
		return false;
	for (uint32_t i = 0; i < x->count; i++) {
		size_t length;
		const char *key;

		if (x->keys == y->keys) {
			if (!tree_same(x->values[i], y->values[i]))
				return false;
			continue;
		}
		key = keys_at(x->keys, i, &length);
		if (!tree_same(x->values[i], tree_object_get(b, key, length)))
			return false;
	}
	return true;
}

void object_end(struct tree *t)
{
	struct object *o = object_of(t);

	for (uint32_t i = 0; i < o->count; i++)
		tree_drop(o->values[i]);
	keys_drop(o->keys);
	if (o->values != o->first)
		free(o->values);
	free(o);
}
