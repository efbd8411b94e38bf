/* SPDX-License-Identifier: MIT */
/* Parameters with members: objects, arrays, maps, unions and ranges; and the choice by a node's kind. */
#include <stdlib.h>
#include <string.h>

#include "api/fail.h"
#include "api/params_inside.h"
#include "base/json.h"
#include "base/mem.h"

static json_t *typed_object(struct call *call, const struct schema_node *nodes, size_t n, const json_t *value,
	const struct schema_node *fields, size_t n_fields, const struct place *at)
{
	json_t *result;
	const char *key;
	json_t *child;

	if (!json_is_object(value))
		return params_wrong(call, NULL, at, "Invalid object%s", "");
	for (size_t i = 0; i < n; i++) {
		if ((nodes[i].flags & SCHEMA_REQUIRED) && !json_object_get(value, nodes[i].name)) {
			fail_missing_param(call, place_text(call, &(struct place) { .up = at, .name = nodes[i].name }));
			return NULL;
		}
	}
	result = json_object();
	json_object_foreach((json_t *)(uintptr_t)value, key, child)
	{
		const struct schema_node *node = node_named(nodes, n, key);
		struct place below = { .up = at, .name = key };
		json_t *one;

		if (!node) { /* only inside a union's member: the top level has been through find_unknown */
			fail_invalid(call, "parameter_unknown", place_text(call, &below),
				"Received unknown parameter: %s", place_text(call, &below));
			one = NULL;
		} else {
			one = typed(call, node, node_named(fields, n_fields, key), child, &below);
		}
		if (!one) {
			json_decref(result);
			return NULL;
		}
		json_object_set_new(result, key, one);
	}
	return result;
}

struct numbered {
	unsigned long long index;
	const json_t *value;
};

static int by_index(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

/* Indices only order the elements; gaps are closed. NULL when a key is not a number. */
static struct numbered *elements_of(struct call *call, const json_t *value, size_t *n)
{
	struct numbered *all;
	const char *key;
	json_t *element;
	size_t i = 0;

	*n = json_is_array(value) ? json_array_size(value) : json_object_size(value);
	all = arena_alloc(&call->arena, (*n + 1) * sizeof *all);
	if (json_is_array(value)) {
		for (; i < *n; i++)
			all[i] = (struct numbered) { i, json_array_get(value, i) };
		return all;
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, element)
	{
		if (!all_digits(key) || strlen(key) > 18)
			return NULL;
		all[i++] = (struct numbered) { strtoull(key, NULL, 10), element };
	}
	qsort(all, *n, sizeof *all, by_index);
	return all;
}

static json_t *typed_array(struct call *call, const struct schema_node *node, const struct schema_node *field,
	const json_t *value, const struct place *at)
{
	size_t n = 0;
	struct numbered *all = NULL;
	json_t *result;

	if (json_is_object(value) || json_is_array(value))
		all = elements_of(call, value, &n);
	if (!all)
		return params_wrong(call, NULL, at, "Invalid array%s", "");
	if (node->max_elements && n > node->max_elements) {
		fail_invalid(call, NULL, place_text(call, at), "Array %s exceeded maximum %u allowed elements.",
			place_text(call, at), node->max_elements);
		return NULL;
	}
	result = json_array();
	for (size_t i = 0; i < n; i++) {
		char number[24];
		json_t *one;

		snprintf(number, sizeof number, "%zu", i);
		one = typed(call, &node->fields[0], field && field->n_fields ? &field->fields[0] : NULL, all[i].value,
			&(struct place) { .up = at, .name = number });
		if (!one) {
			json_decref(result);
			return NULL;
		}
		json_array_append_new(result, one);
	}
	return result;
}

static json_t *typed_map(struct call *call, const struct schema_node *node, const json_t *value, const struct place *at)
{
	json_t *result;
	const char *key;
	json_t *child;

	if (!json_is_object(value))
		return params_wrong(call, NULL, at, "Invalid object%s", "");
	result = json_object();
	json_object_foreach((json_t *)(uintptr_t)value, key, child)
	{
		json_t *one = typed(call, &node->fields[0], NULL, child, &(struct place) { .up = at, .name = key });

		if (!one) {
			json_decref(result);
			return NULL;
		}
		json_object_set_new(result, key, one);
	}
	return result;
}

static bool fits(const struct schema_node *node, const json_t *value)
{
	bool container = node->kind == SCHEMA_OBJECT || node->kind == SCHEMA_MAP;

	if (node->kind == SCHEMA_ARRAY) {
		const char *key = tree_object_key(value, 0, NULL);

		return json_is_array(value) || (key && all_digits(key));
	}
	return container == json_is_object(value) || node->kind == SCHEMA_ANY;
}

static json_t *typed_union(struct call *call, const struct schema_node *node, const struct schema_node *field,
	const json_t *value, const struct place *at)
{
	for (size_t i = 0; i < node->n_fields; i++)
		if (fits(&node->fields[i], value))
			return typed(call, &node->fields[i], field, value, at);
	return typed(call, &node->fields[0], field, value, at);
}

/* gt, gte, lt, lte */
static json_t *typed_range(
	struct call *call, const struct schema_node *node, const json_t *value, const struct place *at)
{
	static const char *const bounds[] = { "gt", "gte", "lt", "lte" };
	json_t *result = json_object();
	const char *key;
	json_t *child;

	json_object_foreach((json_t *)(uintptr_t)value, key, child)
	{
		struct place below = { .up = at, .name = key };
		json_t *one = NULL;

		for (size_t i = 0; i < COUNT_OF(bounds) && !one && !call->fail.status; i++)
			if (!strcmp(bounds[i], key))
				one = node->flags & SCHEMA_ISO_TIME ? typed_string(call, node, child, &below)
								    : typed_integer(call, node, child, &below);
		if (!one) {
			fail_invalid(call, "parameter_unknown", place_text(call, &below),
				"Received unknown parameter: %s", place_text(call, &below));
			json_decref(result);
			return NULL;
		}
		json_object_set_new(result, key, one);
	}
	return result;
}

/*
 * An empty string unsets: where the description says so, and for plain text also where the field it goes into may be
 * null or absent (the declarations leave that out: Stripe clears a customer's email with email=).
 */
static bool may_unset(const struct schema_node *node, const struct schema_node *field)
{
	if (node->flags & (SCHEMA_EMPTYABLE | SCHEMA_NULLABLE))
		return true;
	return node->kind == SCHEMA_STRING && !node->n_literals && !(node->flags & SCHEMA_REQUIRED) && field &&
	       (field->flags & (SCHEMA_NULLABLE | SCHEMA_OPTIONAL));
}

json_t *typed(struct call *call, const struct schema_node *node, const struct schema_node *field, const json_t *value,
	const struct place *at)
{
	bool empty = json_is_string(value) && !json_string_length(value);

	if (json_is_null(value) || empty) {
		if (may_unset(node, field) || (node->flags & SCHEMA_METADATA))
			return json_null();
		if (node->kind == SCHEMA_ANY || (node->kind == SCHEMA_STRING && schema_has_literal(node, "")))
			return json_incref((json_t *)(uintptr_t)value);
		fail_empty_param(call, place_text(call, at));
		return NULL;
	}
	if (node->flags & SCHEMA_METADATA)
		return typed_metadata(call, value, at);
	if ((node->flags & SCHEMA_RANGE) && json_is_object(value))
		return typed_range(call, node, value, at);
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_STRING:
		return typed_string(call, node, value, at);
	case SCHEMA_FILE:
		return typed_file(call, value, at);
	case SCHEMA_INTEGER:
	case SCHEMA_TIMESTAMP:
		return typed_integer(call, node, value, at);
	case SCHEMA_NUMBER:
	case SCHEMA_DECIMAL:
		return typed_decimal(call, node, value, at);
	case SCHEMA_BOOLEAN:
		return typed_boolean(call, value, at);
	case SCHEMA_OBJECT:
		return typed_object(call, node->fields, node->n_fields, value, field ? field->fields : NULL,
			field && field->kind == SCHEMA_OBJECT ? field->n_fields : 0, at);
	case SCHEMA_ARRAY:
		return typed_array(call, node, field, value, at);
	case SCHEMA_MAP:
		return typed_map(call, node, value, at);
	case SCHEMA_UNION:
		return typed_union(call, node, field, value, at);
	case SCHEMA_LIST:
	case SCHEMA_RESOURCE:
	case SCHEMA_ANY:
		break;
	}
	return json_incref((json_t *)(uintptr_t)value);
}
