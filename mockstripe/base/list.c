/* SPDX-License-Identifier: MIT */
#include "base/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_ROOM 4

void list_insert(struct list *l, size_t index, void *item)
{
	if (index > l->count)
		die("list_insert at %zu of %zu", index, l->count);
	if (l->count == l->room) {
		size_t room = l->room ? l->room * 2 : FIRST_ROOM;
		if (room > (size_t)-1 / 2 / sizeof(*l->at))
			die("out of memory (%zu items)", room);
		l->at = mem_resize(l->at, room * sizeof(*l->at));
		l->room = room;
	}
	memmove(l->at + index + 1, l->at + index, (l->count - index) * sizeof(*l->at));
	l->at[index] = item;
	l->count++;
}

void list_add(struct list *l, void *item)
{
	list_insert(l, l->count, item);
}

void list_remove(struct list *l, size_t index)
{
	if (index >= l->count)
		die("list_remove at %zu of %zu", index, l->count);
	memmove(l->at + index, l->at + index + 1, (l->count - index - 1) * sizeof(*l->at));
	l->count--;
}

void list_clear(struct list *l)
{
	free(l->at);
	*l = (struct list) { 0 };
}
