/* SPDX-License-Identifier: MIT */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stddef.h>

/* A vector of borrowed pointers. Zero-initialised is empty and usable. */
struct list {
	void **at;
	size_t count, room;
};

void list_add(struct list *l, void *item);
void list_insert(struct list *l, size_t index, void *item); /* index <= count */
void list_remove(struct list *l, size_t index);		    /* keeps the order */
void list_clear(struct list *l);			    /* frees the vector, not the items */

#endif
