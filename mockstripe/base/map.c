/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"

/*
 * The entries stand in order of insertion; a table of their places is found by hash (open addressing, at most half
 * full). A lookup touches a cache line of each and the key, however many entries there are: a map may hold millions.
 */
#define FIRST_SIZE 8

struct entry {
	const char *key; /* NULL: removed */
	void *value;
};

struct place {
	uint32_t hash;
	uint32_t entry; /* 1 + its index; 0: free */
};

struct map {
	struct entry *entries;
	struct place *table;
	uint32_t used, live; /* entries, and those that were not removed */
	uint32_t size;	     /* of the table; half of that is room for entries */
	bool borrows;
};

struct map *map_new(void)
{
	return mem_alloc(sizeof(struct map));
}

struct map *map_new_borrowing(void)
{
	struct map *m = map_new();

	m->borrows = true;
	return m;
}

static void drop_key(const struct map *m, const char *key)
{
	if (!m->borrows)
		free((char *)(uintptr_t)key);
}

void map_free(struct map *m)
{
	if (!m)
		return;
	for (uint32_t i = 0; i < m->used && !m->borrows; i++)
		drop_key(m, m->entries[i].key);
	free(m->entries);
	free(m->table);
	free(m);
}

static uint32_t hash_of(const char *key, size_t length)
{
	return (uint32_t)random_hash(key, length, 0);
}

/* NULL when absent. The place of a removed entry stays taken until the table is made anew. */
static struct entry *find(const struct map *m, const char *key, size_t length, uint32_t hash)
{
	if (!m || !m->live)
		return NULL;
	for (uint32_t i = hash & (m->size - 1); m->table[i].entry; i = (i + 1) & (m->size - 1)) {
		struct entry *entry = &m->entries[m->table[i].entry - 1];

		if (m->table[i].hash == hash && entry->key && !strncmp(entry->key, key, length) && !entry->key[length])
			return entry;
	}
	return NULL;
}

static void put_place(struct place *table, uint32_t size, struct place place)
{
	uint32_t i = place.hash & (size - 1);

	while (table[i].entry)
		i = (i + 1) & (size - 1);
	table[i] = place;
}

/* Closes the gaps that removed entries left; */
static void make_anew(struct map *m, uint32_t size)
{
	struct place *table = mem_alloc(size * sizeof *table);
	uint32_t *moved = mem_alloc((m->used + 1) * sizeof *moved);
	uint32_t live = 0;

	for (uint32_t i = 0; i < m->used; i++)
		if (m->entries[i].key) {
			m->entries[live] = m->entries[i];
			moved[i + 1] = ++live;
		}
	for (uint32_t i = 0; i < m->size; i++) {
		uint32_t entry = moved[m->table[i].entry];

		if (m->table[i].entry && entry)
			put_place(table, size, (struct place) { m->table[i].hash, entry });
	}
	free(moved);
	free(m->table);
	m->table = table;
	m->size = size;
	m->used = live;
	m->entries = mem_resize(m->entries, size / 2 * sizeof *m->entries);
}

static void make_room(struct map *m)
{
	if (m->used < m->size / 2)
		return;
	if (m->size > UINT32_MAX / 4)
		die("a map of %u entries is too large", (unsigned)m->live);
	/* Where half has been removed, the same size is enough. */
	make_anew(m, !m->size ? FIRST_SIZE : m->live > m->size / 4 ? 2 * m->size : m->size);
}

void *map_get_range(const struct map *m, const char *key, size_t length)
{
	struct entry *entry = find(m, key, length, hash_of(key, length));

	return entry ? entry->value : NULL;
}

void *map_get(const struct map *m, const char *key)
{
	return map_get_range(m, key, strlen(key));
}

void *map_put(struct map *m, const char *key, void *value)
{
	size_t length = strlen(key);
	uint32_t hash = hash_of(key, length);
	struct entry *entry = find(m, key, length, hash);
	void *replaced = NULL;

	if (entry) {
		replaced = entry->value;
		entry->value = value;
		if (m->borrows)
			entry->key = key;
		return replaced;
	}
	make_room(m);
	m->entries[m->used++] = (struct entry) { m->borrows ? key : mem_copy_range(key, length), value };
	put_place(m->table, m->size, (struct place) { hash, m->used });
	m->live++;
	return NULL;
}

void *map_remove(struct map *m, const char *key)
{
	size_t length = strlen(key);
	struct entry *entry = find(m, key, length, hash_of(key, length));
	void *removed;

	if (!entry)
		return NULL;
	removed = entry->value;
	drop_key(m, entry->key);
	*entry = (struct entry) { 0 };
	m->live--;
	return removed;
}

size_t map_count(const struct map *m)
{
	return m ? m->live : 0;
}

void map_each(struct map *m, void (*each)(void *arg, const char *key, void *value), void *arg)
{
	for (uint32_t i = 0; i < m->used; i++)
		if (m->entries[i].key)
			each(arg, m->entries[i].key, m->entries[i].value);
}
