/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/*
 * With its header a block is just small enough for the allocator's per-thread cache (1,032 bytes in glibc), which hands
 * it out again in no time: a simple call needs one, and the next few cost less than one large block would. Anything
 * above a quarter of it gets a block of its own.
 */
#define BLOCK_SIZE ((size_t)992)
#define LARGE_SIZE (BLOCK_SIZE / 4)

struct deferred {
	struct deferred *earlier;
	void (*release)(void *thing);
	void *thing;
};

/* The first block of the chain is always of BLOCK_SIZE and is the one filled; `deferred` counts in it alone. */
struct arena_block {
	struct arena_block *next;
	struct deferred *deferred;
	size_t used;
	_Alignas(max_align_t) char data[];
};

static struct arena_block *block_new(size_t size, struct arena_block *next)
{
	struct arena_block *block = mem_resize(NULL, sizeof(*block) + size);
	block->next = next;
	block->deferred = NULL;
	block->used = 0;
	return block;
}

/* A block for a large allocation: the spare one where it fits. Its `used` is its size. */
static struct arena_block *take_spare(struct arena *a, size_t size)
{
	struct arena_block *large = a->spare;

	if (large && large->used >= size) {
		a->spare = NULL;
		return large;
	}
	large = block_new(size, NULL);
	large->used = size;
	return large;
}

/* A block that is let go: the larger of it and the spare one stays. */
static void give_up(struct arena *a, struct arena_block *block)
{
	if (block->used > BLOCK_SIZE && block->used <= ARENA_SPARE && (!a->spare || a->spare->used < block->used)) {
		free(a->spare);
		a->spare = block;
	} else {
		free(block);
	}
}

static void push_block(struct arena *a)
{
	struct arena_block *block = block_new(BLOCK_SIZE, a->blocks);
	if (a->blocks)
		block->deferred = a->blocks->deferred;
	a->blocks = block;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	if (size > SIZE_MAX / 2)
		die("out of memory (%zu bytes)", size);
	size = size ? (size + align - 1) / align * align : align;
	if (!a->blocks)
		push_block(a);
	if (size > LARGE_SIZE) {
		/* Behind the first block, whose free part stays in use. */
		struct arena_block *large = take_spare(a, size);
		large->next = a->blocks->next;
		a->blocks->next = large;
		return memset(large->data, 0, size);
	}
	if (size > BLOCK_SIZE - a->blocks->used)
		push_block(a);
	void *memory = a->blocks->data + a->blocks->used;
	a->blocks->used += size;
	return memset(memory, 0, size);
}

char *arena_range(struct arena *a, const char *text, size_t length)
{
	char *copy = arena_alloc(a, length + 1);
	if (length)
		memcpy(copy, text, length);
	return copy;
}

char *arena_text(struct arena *a, const char *text)
{
	return text ? arena_range(a, text, strlen(text)) : NULL;
}

char *arena_format(struct arena *a, const char *format, ...)
{
	char first[256]; /* most messages fit, and are printed once */
	va_list args;
	va_start(args, format);
	int printed = vsnprintf(first, sizeof(first), format, args);
	va_end(args);
	if (printed < 0)
		die("a format that cannot be printed: %s", format);
	size_t length = (size_t)printed;
	if (length < sizeof(first))
		return arena_range(a, first, length);
	char *made = arena_alloc(a, length + 1);
	va_start(args, format);
	vsnprintf(made, length + 1, format, args);
	va_end(args);
	return made;
}

void arena_defer(struct arena *a, void (*release)(void *thing), void *thing)
{
	struct deferred *d = arena_alloc(a, sizeof(*d));
	*d = (struct deferred) { .earlier = a->blocks->deferred, .release = release, .thing = thing };
	a->blocks->deferred = d;
}

void arena_clear(struct arena *a)
{
	if (!a->blocks)
		return;
	/* Taken off before it runs, so that a release which defers again is served too. */
	while (a->blocks->deferred) {
		struct deferred d = *a->blocks->deferred;
		a->blocks->deferred = d.earlier;
		d.release(d.thing);
	}
	struct arena_block *block = a->blocks->next;
	while (block) {
		struct arena_block *next = block->next;
		give_up(a, block);
		block = next;
	}
	a->blocks->next = NULL;
	a->blocks->used = 0;
}

void arena_free(struct arena *a)
{
	arena_clear(a);
	free(a->blocks);
	free(a->spare);
	*a = (struct arena) { 0 };
}
