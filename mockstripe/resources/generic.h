/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_GENERIC_H
#define RESOURCES_GENERIC_H

#include "api/call.h"

/*
 * What every route does that has no handler of its own: create stores a complete object, retrieve, update, delete, list
 * and search work on it, a lifecycle verb moves its status, a singleton is made when it is first asked for. All of it
 * from the description alone. The parts are also for handlers that add a little to the ordinary course.
 */
int generic_handle(struct call *call);

int generic_retrieve(struct call *call);
int generic_list(struct call *call);
int generic_update(struct call *call);
int generic_delete(struct call *call);

/* A new body of the route's resource with the parameters applied (except some) and the ids in it checked. NULL: failed.
 */
json_t *generic_body(struct call *call, const char *const *except);
/* Stores it, emits <object>.created when there is such an event, answers it. Takes the body. */
int generic_create(struct call *call, json_t *body);

/* The record named by the path's n-th {…}, of that type and not deleted; NULL with 404 in call->fail otherwise. */
struct record *path_record(struct call *call, size_t n, const struct schema_resource *type);
/* The same by object name ("customer"). */
struct record *path_object(struct call *call, size_t n, const char *object);
/* The record that a parameter names; NULL without failure when it is absent or unset; NULL with 400 when it is unknown.
 */
struct record *param_record(struct call *call, const char *name, const char *object);

#endif
