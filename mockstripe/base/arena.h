/* SPDX-License-Identifier: MIT */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

/* Memory with the lifetime of one call: allocate freely, clear once. Zero-initialised is empty and usable. */
struct arena_block;
struct arena {
	struct arena_block *blocks;
	struct arena_block
		*spare; /* a large block of the last time, up to ARENA_SPARE, for the next large allocation */
};
#define ARENA_SPARE ((size_t)128 << 10)

void *arena_alloc(struct arena *a, size_t size); /* zeroed, aligned for any type */
char *arena_text(struct arena *a, const char *text);
char *arena_range(struct arena *a, const char *text, size_t length);
char *arena_format(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Runs release(thing) when the arena is cleared, latest first. */
void arena_defer(struct arena *a, void (*release)(void *thing), void *thing);
void arena_clear(struct arena *a); /* runs the deferred releases, frees all but a small and a large block for reuse */
void arena_free(struct arena *a);  /* clear, and frees that block too */

#endif
