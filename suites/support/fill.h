/* SPDX-License-Identifier: MIT */
#ifndef SUITES_SUPPORT_FILL_H
#define SUITES_SUPPORT_FILL_H

#include <stdbool.h>

#include "base/json.h"
#include "schema/schema.h"
#include "suites/support/api.h"

/*
 * Right parameters for any route, made from the API description: what has to be given, or everything there is. Where an
 * id has to name something, that something is made first, in the same way. So a suite can walk all routes without a
 * line for each; recipes (fill_prepare.c) are there only for what the description cannot know.
 */
struct fill {
	struct house *house;
	struct map *made;		    /* resource name -> id, a text of the house */
	const struct schema_resource *type; /* what the route being filled answers; its fields tell what ids name */
};

struct fill *fill_new(struct house *h);
void fill_free(struct fill *f);

/* The parameters of a route as a tree of texts, numbers, objects and arrays: the required ones, or all. Caller's. */
json_t *fill_params(struct fill *f, const struct schema_route *route, bool all);

/* The value of one parameter, with what it must hold, or with all it may; NULL when it cannot be given. Caller's. */
json_t *fill_value(struct fill *f, const struct schema_node *node, bool all);

/* The id of an object of that resource, made now unless there is one already. Never NULL; the house's text. */
const char *fill_object(struct fill *f, const struct schema_resource *type);

/* The id of what this very route makes, a POST on a collection. */
const char *fill_made_by(struct fill *f, const struct schema_route *maker);

/* The route's pattern with an object's id at each {…}: "/v1/customers/cus_…/tax_ids/txi_…". The house's text. */
const char *fill_path(struct fill *f, const struct schema_route *route);
/* The same with one fixed id everywhere; needs nothing made. */
const char *fill_path_with(struct house *h, const struct schema_route *route, const char *id);

/* What the description does not tell of a route's parameters, as JSON with {Name} for ids; NULL: nothing. */
const char *fill_recipe(const struct schema_route *route);

/* Does what has to be done before a route can succeed: an invoice is finalised before it is voided. */
void fill_prepare(struct fill *f, const struct schema_route *route);

/* Calls a route with parameters in the way it wants them: query, form, multipart or JSON. Keeps `params`. */
const struct answer *fill_call(
	struct house *h, const struct schema_route *route, const char *path, const json_t *params);

/* The route that makes a resource: a POST on a collection; NULL when none does. */
const struct schema_route *fill_maker(const struct schema_resource *type);

#endif
