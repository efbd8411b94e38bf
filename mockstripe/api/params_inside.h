/* SPDX-License-Identifier: MIT */
#ifndef API_PARAMS_INSIDE_H
#define API_PARAMS_INSIDE_H

#include "api/call.h"

/* What the files of the parameters' check share: places, and values given their type. */

/* Where a value stands: "items[0][price]". Built only when a message needs it, from a chain on the stack. */
struct place {
	const struct place *up;
	const char *name;
};

void place_write(const struct place *at, struct text *out);
const char *place_text(struct call *call, const struct place *at); /* arena */

bool all_digits(const char *s); /* not empty either: an array's index */
const struct schema_node *node_named(const struct schema_node *nodes, size_t n, const char *name); /* or NULL */

/*
 * The value as its node of the description types it: a new reference; NULL with the failure. `field` is the member of
 * the body that it goes into, NULL when there is none.
 */
json_t *typed(struct call *call, const struct schema_node *node, const struct schema_node *field, const json_t *value,
	const struct place *at);

/* Those without members. */
json_t *typed_string(struct call *call, const struct schema_node *node, const json_t *value, const struct place *at);
json_t *typed_integer(struct call *call, const struct schema_node *node, const json_t *value, const struct place *at);
json_t *typed_decimal(struct call *call, const struct schema_node *node, const json_t *value, const struct place *at);
json_t *typed_boolean(struct call *call, const json_t *value, const struct place *at);
json_t *typed_file(struct call *call, const json_t *value, const struct place *at);
json_t *typed_metadata(struct call *call, const json_t *value, const struct place *at);

/* Refuses: `format` with the value as it was given in place of its %s. NULL. */
json_t *params_wrong(
	struct call *call, const char *code, const struct place *at, const char *format, const char *shown);
const char *params_shown(struct call *call, const json_t *value); /* a value as messages show it; arena */

#endif
