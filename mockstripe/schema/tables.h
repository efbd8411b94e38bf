/* SPDX-License-Identifier: MIT */
#ifndef SCHEMA_TABLES_H
#define SCHEMA_TABLES_H

#include <stdint.h>

/* What the generated file holds beside the tables of schema.h. For schema.c alone. */

enum { SCHEMA_VERBS = 3, SCHEMA_PATH_VALUES = 4 };

/* One segment of the tree of paths. Step 0 is the root; as it is nobody's child, 0 also stands for "none". */
struct schema_step {
	const char *segment;	       /* NULL for {…} */
	uint16_t children, n_children; /* the literal segments that follow: consecutive steps, sorted */
	uint16_t any;		       /* the {…} that follows */
	uint16_t routes[SCHEMA_VERBS]; /* the routes that end here, by verb; index + 1, 0: none */
};

extern const struct schema_step schema_steps[];
extern const char *const schema_verbs[SCHEMA_VERBS];
extern const uint16_t schema_by_object[]; /* schema_resource_count positions, sorted by `object` */

#endif
