/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"

/* Out of memory ends the process (base/mem.h), and the buckets are found by the house's own hash. */
#define uthash_malloc(size) mem_resize(NULL, (size))
#define uthash_fatal(message) die("map: %s", (message))
#define HASH_FUNCTION(key, length, hash) ((hash) = (unsigned)random_hash((const char *)(key), (length), 0))
#include <uthash.h>

/* One allocation holds the links, the value and the copied key: a map may hold hundreds of thousands of ids. */
struct entry {
	UT_hash_handle hh;
	void *value;
	char key[];
};

struct map {
	struct entry *first;
};

struct map *map_new(void)
{
	return mem_alloc(sizeof(struct map));
}

void map_free(struct map *m)
{
	if (!m)
		return;
	struct entry *entry = m->first;
	/* The table goes at once; the entries stay chained in order of insertion, so no bucket is visited again. */
	HASH_CLEAR(hh, m->first);
	while (entry) {
		struct entry *next = entry->hh.next;
		free(entry);
		entry = next;
	}
	free(m);
}

static struct entry *find(const struct map *m, const char *key, size_t length)
{
	struct entry *entry = NULL;
	if (m)
		HASH_FIND(hh, m->first, key, length, entry);
	return entry;
}

void *map_get_range(const struct map *m, const char *key, size_t length)
{
	struct entry *entry = find(m, key, length);
	return entry ? entry->value : NULL;
}

void *map_get(const struct map *m, const char *key)
{
	return map_get_range(m, key, strlen(key));
}

void *map_put(struct map *m, const char *key, void *value)
{
	size_t length = strlen(key);
	unsigned hash;
	struct entry *entry = NULL;
	HASH_VALUE(key, length, hash);
	HASH_FIND_BYHASHVALUE(hh, m->first, key, length, hash, entry);
	if (entry) {
		void *replaced = entry->value;
		entry->value = value;
		return replaced;
	}
	entry = mem_resize(NULL, sizeof(*entry) + length + 1);
	entry->value = value;
	memcpy(entry->key, key, length + 1);
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, m->first, entry->key, length, hash, entry);
	return NULL;
}

void *map_remove(struct map *m, const char *key)
{
	struct entry *entry = find(m, key, strlen(key));
	if (!entry)
		return NULL;
	void *removed = entry->value;
	HASH_DELETE(hh, m->first, entry);
	free(entry);
	return removed;
}

size_t map_count(const struct map *m)
{
	return m ? HASH_CNT(hh, m->first) : 0;
}

void map_each(struct map *m, void (*each)(void *arg, const char *key, void *value), void *arg)
{
	struct entry *entry = m->first;
	while (entry) {
		struct entry *next = entry->hh.next; /* the call may remove this entry */
		each(arg, entry->key, entry->value);
		entry = next;
	}
}
