/* SPDX-License-Identifier: MIT */
#ifndef API_CONFORM_VALUE_H
#define API_CONFORM_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "base/text.h"
#include "schema/schema.h"

/* The inside of the checker: values against the description. conform.h has the words for its users. */
struct check {
	struct text *problems; /* NULL: only the verdict */
	bool bad;
};

/* Where a value stands, as a chain on the stack: written out only when there is a problem. NULL is the whole body. */
struct place {
	const struct place *up;
	const char *name; /* NULL: an element */
	size_t index;
};

/* Notes a problem. The reason comes in two parts, since most end with a name or a value. */
void conform_complain(struct check *c, const struct place *at, const char *reason, const char *detail);
/* "is a string, not an integer" */
void conform_complain_kind(struct check *c, const struct place *at, const json_t *value, const char *wanted);

void conform_value(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at);
/* An object of those fields; `type` is the resource whose fields they are, NULL for an anonymous object. */
void conform_fields(struct check *c, const struct schema_resource *type, const struct schema_node *fields, size_t n,
	const json_t *value, const struct place *at);
/* A resource in full, or its deleted form. */
void conform_resource(
	struct check *c, const struct schema_resource *type, bool deleted, const json_t *value, const struct place *at);

enum { CONFORM_FULL = 1, CONFORM_DELETED = 2 }; /* the forms that are right here */

/* One of several resources, told apart by their "object" value. */
void conform_one_of(struct check *c, const struct schema_resource *const *types, size_t n, unsigned forms,
	const json_t *value, const struct place *at);
/* A list. Those inside bodies may say how many there are; a list endpoint's answer has no total_count. */
void conform_list(
	struct check *c, const struct schema_node *element, bool embedded, const json_t *value, const struct place *at);

/* jansson's iteration wants to write; the checker only reads. */
static inline json_t *conform_loose(const json_t *value)
{
	return (json_t *)(uintptr_t)value;
}

#endif
