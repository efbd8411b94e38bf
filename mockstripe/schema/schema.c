/* SPDX-License-Identifier: MIT */
#include "schema/schema.h"

#include <stdlib.h>
#include <string.h>

#include "schema/tables.h"

/* ---- paths ------------------------------------------------------------------------------------------------------ */

struct walk {
	const char *end; /* of the path */
	size_t verb;
	const char **values;
	size_t *lengths;
};

/* strcmp for a segment that is not terminated. */
static int segment_compare(const char *segment, size_t length, const char *literal)
{
	int order = strncmp(segment, literal, length);

	return order != 0 ? order : (literal[length] == 0 ? 0 : -1);
}

static const struct schema_step *step_literal(const struct schema_step *from, const char *segment, size_t length)
{
	size_t low = from->children, high = low + from->n_children;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = segment_compare(segment, length, schema_steps[middle].segment);
		if (order == 0)
			return &schema_steps[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/*
 * `at` stands on the slash of the next segment, or at the end. A literal that leads nowhere is given up for the {…}
 * beside it: POST /v1/customers/search means the customer called "search", because only GET knows the literal.
 */
static const struct schema_route *step_walk(
	const struct walk *w, const struct schema_step *from, const char *at, size_t n)
{
	if (at == w->end) {
		uint16_t route = from->routes[w->verb];
		return route == 0 ? NULL : &schema_routes[route - 1];
	}
	if (*at != '/' || ++at == w->end)
		return NULL;
	const char *slash = memchr(at, '/', (size_t)(w->end - at));
	const char *next = slash == NULL ? w->end : slash;
	size_t length = (size_t)(next - at);
	const struct schema_step *literal = step_literal(from, at, length);
	const struct schema_route *found = literal == NULL ? NULL : step_walk(w, literal, next, n);
	if (found != NULL || from->any == 0 || length == 0 || n == SCHEMA_PATH_VALUES)
		return found;
	found = step_walk(w, &schema_steps[from->any], next, n + 1);
	if (found != NULL) {
		w->values[n] = at;
		w->lengths[n] = length;
	}
	return found;
}

static bool verb_find(const char *method, size_t *verb)
{
	for (size_t i = 0; i < SCHEMA_VERBS; i++)
		if (strcmp(method, schema_verbs[i]) == 0) {
			*verb = i;
			return true;
		}
	return false;
}

const struct schema_route *schema_match(
	const char *method, const char *path, size_t length, const char *values[4], size_t lengths[4])
{
	struct walk w = { .end = path + length, .values = values, .lengths = lengths };

	if (length == 0 || !verb_find(method, &w.verb))
		return NULL;
	return step_walk(&w, schema_steps, path, 0);
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

struct route_name {
	const char *method, *pattern;
};

static int route_compare(const void *key, const void *entry)
{
	const struct route_name *name = key;
	const struct schema_route *route = entry;
	int order = strcmp(name->pattern, route->pattern);

	return order != 0 ? order : strcmp(name->method, route->method);
}

static int object_compare(const void *key, const void *entry)
{
	return strcmp(key, schema_resources[*(const uint16_t *)entry].object);
}

static int resource_compare(const void *key, const void *entry)
{
	return strcmp(key, ((const struct schema_resource *)entry)->name);
}

static int text_compare(const void *key, const void *entry)
{
	return strcmp(key, *(const char *const *)entry);
}

const struct schema_route *schema_find_route(const char *method, const char *pattern)
{
	struct route_name name = { method, pattern };

	return bsearch(&name, schema_routes, schema_route_count, sizeof(schema_routes[0]), route_compare);
}

const struct schema_resource *schema_find_object(const char *object)
{
	const uint16_t *at =
		bsearch(object, schema_by_object, schema_resource_count, sizeof(schema_by_object[0]), object_compare);

	return at == NULL ? NULL : &schema_resources[*at];
}

const struct schema_resource *schema_find_resource(const char *name)
{
	return bsearch(name, schema_resources, schema_resource_count, sizeof(schema_resources[0]), resource_compare);
}

/* Fields and parameters are few and their order means something, so they are not sorted for searching. */
static const struct schema_node *node_named(const struct schema_node *nodes, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (nodes[i].name[0] == name[0] && strcmp(nodes[i].name, name) == 0)
			return &nodes[i];
	return NULL;
}

const struct schema_node *schema_field(const struct schema_resource *r, const char *name)
{
	return node_named(r->fields, r->n_fields, name);
}

const struct schema_node *schema_child(const struct schema_node *n, const char *name)
{
	return n->kind == SCHEMA_OBJECT ? node_named(n->fields, n->n_fields, name) : NULL;
}

const struct schema_node *schema_param(const struct schema_route *r, const char *name)
{
	return node_named(r->params, r->n_params, name);
}

bool schema_is_event(const char *type)
{
	return bsearch(type, schema_event_types, schema_event_type_count, sizeof(type), text_compare) != NULL ||
	       bsearch(type, schema_thin_event_types, schema_thin_event_type_count, sizeof(type), text_compare) != NULL;
}

bool schema_has_literal(const struct schema_node *n, const char *text)
{
	for (size_t i = 0; i < n->n_literals; i++)
		if (strcmp(n->literals[i], text) == 0)
			return true;
	return false;
}
