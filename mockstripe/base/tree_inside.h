/* SPDX-License-Identifier: MIT */
#ifndef BASE_TREE_INSIDE_H
#define BASE_TREE_INSIDE_H

#include "base/tree.h"

/* What tree.c asks of tree_object.c; all arguments are objects. */
struct tree *object_copy(const struct tree *t);
struct tree *object_copy_deep(const struct tree *t);
bool object_same(const struct tree *a, const struct tree *b);
void object_end(struct tree *t);

#endif
