/* SPDX-License-Identifier: MIT */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>

/* Text to pointer. Keys are copied, unless the map borrows them. Values are borrowed; the caller frees them. Iteration
 * is in order of insertion. */
struct map;

struct map *map_new(void);
struct map *map_new_borrowing(void);		     /* a key stands in its value, and lives as long as the entry */
void map_free(struct map *m);			     /* NULL-safe; not the values */
void *map_get(const struct map *m, const char *key); /* NULL when absent; m may be NULL */
void *map_get_range(const struct map *m, const char *key, size_t length);
void *map_put(struct map *m, const char *key, void *value); /* gives the value it replaced, or NULL */
void *map_remove(struct map *m, const char *key);	    /* gives the value that was there, or NULL */
size_t map_count(const struct map *m);
/* Calls each(arg, key, value); the current entry may be removed inside the call, nothing else may change. */
void map_each(struct map *m, void (*each)(void *arg, const char *key, void *value), void *arg);

#endif
