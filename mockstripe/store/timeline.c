/* SPDX-License-Identifier: MIT */
#define MAY_READ_CLOCK
#include "base/banned.h"

#include "store/timeline.h"

#include <time.h>

#include "base/mem.h"
#include "store/record.h"

void timeline_clear(struct timeline *t)
{
	free(t->heap);
	t->heap = NULL;
	t->count = t->room = 0;
}

int64_t machine_milliseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t machine_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME_COARSE, &ts);
	return (int64_t)ts.tv_sec;
}

int64_t timeline_now(const struct timeline *t)
{
	return t->wall ? machine_seconds() + t->now : t->now;
}

void timeline_move(struct timeline *t, int64_t now)
{
	t->now = t->wall ? now - machine_seconds() : now;
}

static bool earlier(const struct record *a, const struct record *b)
{
	return a->due != b->due ? a->due < b->due : a->sequence < b->sequence;
}

static void place(struct timeline *t, size_t at, struct record *r)
{
	t->heap[at] = r;
	r->heap_at = at;
}

static void sift_up(struct timeline *t, size_t at, struct record *r)
{
	while (at > 0 && earlier(r, t->heap[(at - 1) / 2])) {
		place(t, at, t->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	place(t, at, r);
}

static void sift_down(struct timeline *t, size_t at, struct record *r)
{
	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= t->count)
			break;
		if (child + 1 < t->count && earlier(t->heap[child + 1], t->heap[child]))
			child++;
		if (!earlier(t->heap[child], r))
			break;
		place(t, at, t->heap[child]);
		at = child;
	}
	place(t, at, r);
}

void timeline_add(struct timeline *t, struct record *r)
{
	if (t->count == t->room) {
		t->room = t->room ? 2 * t->room : 16;
		t->heap = mem_resize(t->heap, t->room * sizeof *t->heap);
	}
	sift_up(t, t->count++, r);
}

void timeline_remove(struct timeline *t, struct record *r)
{
	size_t at = r->heap_at;
	struct record *last = t->heap[--t->count];

	if (last == r)
		return;
	if (at > 0 && earlier(last, t->heap[(at - 1) / 2]))
		sift_up(t, at, last);
	else
		sift_down(t, at, last);
}

struct record *timeline_first(const struct timeline *t)
{
	return t->count ? t->heap[0] : NULL;
}
