/* SPDX-License-Identifier: MIT */
#ifndef BASE_TREE_INSIDE_H
#define BASE_TREE_INSIDE_H

#include "base/tree.h"

/* What tree.c and tree_object.c ask of each other. The arguments of object_… are objects. */
struct tree *object_copy(const struct tree *t);
struct tree *object_copy_deep(const struct tree *t);
bool object_same(const struct tree *a, const struct tree *b);
void object_end(struct tree *t);

/* The places of an array's values, for tree_object.c to put equal ones into; NULL for another type. */
struct tree **array_places(struct tree *t);

#endif
