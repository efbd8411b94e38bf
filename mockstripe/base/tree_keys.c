/* SPDX-License-Identifier: MIT */
#include "base/tree_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "base/scan.h"
#include "base/tree.h"

#define FIRST_KEYS 8
#define FIRST_TEXT 80
#define INDEX_FROM                                                                                                     \
	256 /* lists that are longer are found by hash; looking through the tags of shorter ones is faster             \
	     */

/*
 * One allocation: the header, where each key begins in the text (and where the next one would), a byte that tells
 * each key from most others, the text. The bytes are looked through eight at a time.
 */
struct keys {
	uint32_t owners;
	uint32_t count, room, text_room;
	bool known;	 /* in a set of lists: not looked up again */
	uint32_t *index; /* open addressing of 1 + the place; NULL for short lists */
	uint32_t index_mask;
	uint32_t at[];
};

static uint32_t hash_of(const char *key, size_t length)
{
	return (uint32_t)random_hash(key, length, 0);
}

static unsigned char *tags_of(const struct keys *k)
{
	return (unsigned char *)(uintptr_t)(k->at + k->room + 1);
}

static char *text_of(const struct keys *k)
{
	return (char *)tags_of(k) + k->room;
}

static struct keys *keys_new(uint32_t room, uint32_t text_room)
{
	struct keys *k;

	room = (room + 7) / 8 * 8;
	k = mem_resize(NULL, sizeof *k + (room + 1) * sizeof *k->at + room + text_room);
	*k = (struct keys) { .owners = 1, .room = room, .text_room = text_room };
	k->at[0] = 0;
	memset(tags_of(k), 0, room); /* they are looked through eight at a time, also where no key is yet */
	return k;
}

struct keys *keys_keep(struct keys *k)
{
	if (k)
		owners_add(&k->owners);
	return k;
}

void keys_drop(struct keys *k)
{
	if (!k || !owners_remove(&k->owners))
		return;
	free(k->index);
	free(k);
}

const char *keys_at(const struct keys *k, uint32_t index, size_t *length)
{
	if (length)
		*length = k->at[index + 1] - k->at[index] - 1;
	return text_of(k) + k->at[index];
}

/* memcmp for what is mostly short: two loads that overlap, where a call would cost more than the comparison. */
static bool same_text(const char *a, const char *b, size_t length)
{
	uint32_t head_a, head_b, tail_a, tail_b;

	if (length >= 8) {
		if (scan_load(a) != scan_load(b) || scan_load(a + length - 8) != scan_load(b + length - 8))
			return false;
		return length <= 16 || !memcmp(a + 8, b + 8, length - 16);
	}
	if (length < 4) {
		for (size_t i = 0; i < length; i++)
			if (a[i] != b[i])
				return false;
		return true;
	}
	memcpy(&head_a, a, 4);
	memcpy(&head_b, b, 4);
	memcpy(&tail_a, a + length - 4, 4);
	memcpy(&tail_b, b + length - 4, 4);
	return head_a == head_b && tail_a == tail_b;
}

static bool is_key(const struct keys *k, uint32_t place, const char *key, size_t length)
{
	return k->at[place + 1] - k->at[place] - 1 == length && same_text(text_of(k) + k->at[place], key, length);
}

static uint32_t find_by_index(const struct keys *k, uint32_t count, uint32_t hash, const char *key, size_t length)
{
	for (uint32_t i = hash & k->index_mask; k->index[i]; i = (i + 1) & k->index_mask) {
		uint32_t place = k->index[i] - 1;

		if (place < count && is_key(k, place, key, length))
			return place;
	}
	return KEYS_NONE;
}

uint32_t keys_find(const struct keys *k, uint32_t count, const struct tree_key *key)
{
	const char *tags;

	if (!count)
		return KEYS_NONE;
	if (k->index)
		return find_by_index(k, count, hash_of(key->text, key->length), key->text, key->length);
	tags = (const char *)tags_of(k);
	for (uint32_t i = 0; i < count; i += 8) {
		uint64_t marks = scan_equal(scan_load(tags + i), (char)key->tag);

		/* A mark may be wrong, two keys may have one tag, and those beyond the count are anything: the text
		   decides. */
		for (; marks; marks &= marks - 1) {
			uint32_t place = i + (uint32_t)scan_first(marks);

			if (place < count && is_key(k, place, key->text, key->length))
				return place;
		}
	}
	return KEYS_NONE;
}

static void index_put(struct keys *k, uint32_t place, uint32_t hash)
{
	uint32_t i = hash & k->index_mask;

	while (k->index[i])
		i = (i + 1) & k->index_mask;
	k->index[i] = place + 1;
}

/* Made anew for every list that is made: it holds what the list has room for, at most half full. */
static void make_index(struct keys *k)
{
	uint32_t size = 4 * INDEX_FROM;

	while (size / 2 < k->room)
		size *= 2;
	k->index = mem_alloc(size * sizeof *k->index);
	k->index_mask = size - 1;
	for (uint32_t i = 0; i < k->count; i++) {
		size_t length;
		const char *key = keys_at(k, i, &length);

		index_put(k, i, hash_of(key, length));
	}
}

/* A list of its own with the first `count` keys and room for more. */
static struct keys *keys_start(const struct keys *from, uint32_t count, uint32_t room, uint32_t text_room)
{
	struct keys *k = keys_new(room, text_room);

	k->count = count;
	if (count) {
		memcpy(k->at, from->at, (count + 1) * sizeof *k->at);
		memcpy(tags_of(k), tags_of(from), count);
		memcpy(text_of(k), text_of(from), from->at[count]);
	}
	if (k->room > INDEX_FROM)
		make_index(k);
	return k;
}

/* The list to add to: the same one when it has room and nobody else sees it. */
static struct keys *keys_own(struct keys *k, uint32_t count, size_t length)
{
	uint32_t text = k ? k->at[count] : 0;
	bool alone = k && k->owners == 1 && k->count == count;
	struct keys *own;

	if (length > UINT32_MAX / 4 || count > UINT32_MAX / 16 || text > UINT32_MAX / 4)
		die("an object of %u members is too large", (unsigned)count);
	if (alone && count < k->room && text + length + 1 <= k->text_room)
		return k;
	/* One that has been added to is going to be added to again; a copy mostly gets one member; one that was to be
	   like another will be about as large. */
	if (alone || !k)
		own = keys_start(k, count, count ? 2 * count : FIRST_KEYS,
			(text ? 2 * text : FIRST_TEXT) + (uint32_t)length + 1);
	else
		own = keys_start(k, count, k->count + 2, k->at[k->count] + 32 + (uint32_t)length);
	keys_drop(k);
	return own;
}

bool keys_go_on(const struct keys *k, uint32_t count, const struct tree_key *key)
{
	return k && count < k->count && is_key(k, count, key->text, key->length);
}

struct keys *keys_with(struct keys *k, uint32_t count, const struct tree_key *key)
{
	size_t length = key->length;

	if (keys_go_on(k, count, key))
		return k;
	k = keys_own(k, count, length);
	memcpy(text_of(k) + k->at[count], key->text, length);
	text_of(k)[k->at[count] + length] = '\0';
	k->at[count + 1] = k->at[count] + (uint32_t)length + 1;
	tags_of(k)[count] = key->tag;
	k->count = count + 1;
	if (k->index)
		index_put(k, count, hash_of(key->text, length));
	return k;
}

struct keys *keys_room(uint32_t count, const struct keys *like)
{
	return keys_start(NULL, 0, count, like->at[count]);
}

struct keys *keys_without(struct keys *k, uint32_t count, uint32_t index)
{
	struct keys *left = keys_start(k, index, count, k->at[count]);

	for (uint32_t i = index + 1; i < count; i++) {
		size_t length;
		const char *text = keys_at(k, i, &length);
		struct tree_key key = tree_key(text, length);

		left = keys_with(left, i - 1, &key);
	}
	keys_drop(k);
	return left;
}

/* ---- sets of lists ---- */

#define FIRST_LISTS 64
#define MOST_LISTS 4096 /* objects whose keys are made up by the caller (metadata) must not fill the memory */

static uint32_t lists_hash(const struct keys *k, uint32_t count)
{
	return (uint32_t)random_hash(text_of(k), k->at[count], count);
}

static bool lists_same(const struct keys *a, const struct keys *b, uint32_t count)
{
	return a->count == count && a->at[count] == b->at[count] && !memcmp(text_of(a), text_of(b), a->at[count]);
}

static struct keys **lists_place(const struct key_lists *set, const struct keys *k, uint32_t count)
{
	uint32_t i = lists_hash(k, count) & (set->size - 1);

	while (set->at[i] && !lists_same(set->at[i], k, count))
		i = (i + 1) & (set->size - 1);
	return &set->at[i];
}

static void lists_grow(struct key_lists *set)
{
	struct key_lists larger = { .count = set->count, .size = set->size ? 2 * set->size : FIRST_LISTS };

	larger.at = mem_alloc(larger.size * sizeof *larger.at);
	for (uint32_t i = 0; i < set->size; i++)
		if (set->at[i])
			*lists_place(&larger, set->at[i], set->at[i]->count) = set->at[i];
	free(set->at);
	*set = larger;
}

struct keys *keys_known(struct key_lists *set, struct keys *k, uint32_t count)
{
	struct keys **place;

	if (!k || (k->known && k->count == count))
		return k;
	if (2 * set->count >= set->size && set->count < MOST_LISTS)
		lists_grow(set);
	place = lists_place(set, k, count);
	if (!*place) {
		if (k->count != count || set->count >= MOST_LISTS || owners_several(&k->owners))
			return k;
		k->known = true;
		set->count++;
		*place = keys_keep(k);
		return k;
	}
	keys_keep(*place);
	keys_drop(k);
	return *place;
}

void key_lists_clear(struct key_lists *set)
{
	for (uint32_t i = 0; i < set->size; i++)
		keys_drop(set->at[i]);
	free(set->at);
	*set = (struct key_lists) { 0 };
}
