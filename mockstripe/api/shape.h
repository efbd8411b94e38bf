/* SPDX-License-Identifier: MIT */
#ifndef API_SHAPE_H
#define API_SHAPE_H

#include "api/call.h"

/*
 * Complete new bodies. Every field that the description says is always there gets its plain default: null where that is
 * allowed, else 0, false, an empty list, the first value of an enum; in Stripe's key order. A field that must name
 * another object names the newest one of that kind, made on the spot when there is none, so that it can be expanded.
 * The resource's own `fill` then sets what it knows better.
 */

/* A body of that resource with a new id (NULL: made here), created = call->now; new reference, not stored. */
json_t *shape_new(struct call *call, const struct schema_resource *type, const char *id);
/* An anonymous object's fields; `type` names the resource they are of, or NULL. New reference. */
json_t *shape_object(struct call *call, const struct schema_resource *type, const struct schema_node *fields, size_t n);
/* Adds to `body` every field of the resource that is always there and is missing (fixtures leave fields out). */
void shape_complete(struct call *call, json_t *body, const struct schema_resource *type);

/* Stores a new body under its own id and gives the record. Takes the tree. `created` is the body's, or call->now. */
struct record *object_store(struct call *call, const struct schema_resource *type, json_t *body);
/* An empty list object for a field: {object:"list", data:[], has_more:false, url}. New reference. */
json_t *list_object(json_t *data, const char *url); /* takes data */

#endif
