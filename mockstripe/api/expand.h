/* SPDX-License-Identifier: MIT */
#ifndef API_EXPAND_H
#define API_EXPAND_H

#include "api/call.h"
#include "base/text.h"

/*
 * expand[]: ids become the objects they name, and includable fields appear. The paths are checked against the
 * description before anything is written and kept as a tree; rendering walks the frozen bodies with it and writes the
 * linked records in place, so no body is copied. Source: Stripe docs "Expanding responses".
 */
#define EXPAND_DEPTH 4 /* dots in a path */

struct expand {
	const char *name;
	struct expand *next; /* beside it */
	struct expand *below;
};

/* Reads call->params.expand into call->expand; 0, or -1 with the failure. */
int expand_check(struct call *call);

const struct expand *expand_find(const struct expand *list, const char *name);
/* Writes a record, compact, with `below` expanded in it (NULL: as it is). */
void expand_write_record(struct call *call, struct text *out, struct record *r, const struct expand *below);
/* Writes a tree that is no record (a computed body). */
void expand_write_tree(struct call *call, struct text *out, json_t *tree, const struct expand *below);

#endif
