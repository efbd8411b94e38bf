/* SPDX-License-Identifier: MIT */
/* The check as a whole: what is unknown, what is missing; params_value.c and params_tree.c give the rest its type. */
#include "api/params.h"

#include <string.h>

#include "api/fail.h"
#include "api/params_inside.h"
#include "base/json.h"

/* ---- places ---- */

void place_write(const struct place *at, struct text *out)
{
	if (!at->up) {
		text_put(out, at->name);
		return;
	}
	place_write(at->up, out);
	text_char(out, '[');
	text_put(out, at->name);
	text_char(out, ']');
}

const char *place_text(struct call *call, const struct place *at)
{
	struct text out;
	const char *result;

	text_init(&out, TEXT_NO_CEILING);
	place_write(at, &out);
	result = arena_text(&call->arena, out.data);
	text_clear(&out);
	return result;
}

bool all_digits(const char *s)
{
	return *s && strspn(s, "0123456789") == strlen(s);
}

const struct schema_node *node_named(const struct schema_node *nodes, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(nodes[i].name, name))
			return &nodes[i];
	return NULL;
}

/* ---- unknown parameters ---- */

static void find_unknown(struct call *call, const struct schema_node *nodes, size_t n, const json_t *given,
	const struct place *up, struct text *names, size_t *count, const char **first);

static void find_unknown_below(struct call *call, const struct schema_node *node, const json_t *value,
	const struct place *at, struct text *names, size_t *count, const char **first)
{
	if (!json_is_object(value) && !json_is_array(value))
		return;
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_OBJECT:
		find_unknown(call, node->fields, node->n_fields, value, at, names, count, first);
		break;
	case SCHEMA_ARRAY: {
		const char *key;
		json_t *element;
		size_t i;

		if (json_is_array(value)) {
			json_array_foreach(value, i, element)
			{
				char number[24];

				snprintf(number, sizeof number, "%zu", i);
				find_unknown_below(call, &node->fields[0], element,
					&(struct place) { .up = at, .name = number }, names, count, first);
			}
			break;
		}
		json_object_foreach((json_t *)(uintptr_t)value, key, element)
		{
			if (all_digits(key))
				find_unknown_below(call, &node->fields[0], element,
					&(struct place) { .up = at, .name = key }, names, count, first);
		}
		break;
	}
	case SCHEMA_MAP: {
		const char *key;
		json_t *element;

		json_object_foreach((json_t *)(uintptr_t)value, key, element)
		{
			find_unknown_below(call, &node->fields[0], element, &(struct place) { .up = at, .name = key },
				names, count, first);
		}
		break;
	}
	default:
		break; /* a union's members are checked when one of them is chosen */
	}
}

static void find_unknown(struct call *call, const struct schema_node *nodes, size_t n, const json_t *given,
	const struct place *up, struct text *names, size_t *count, const char **first)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)given, key, value)
	{
		struct place at = { .up = up, .name = key };
		const struct schema_node *node = node_named(nodes, n, key);

		if (node) {
			find_unknown_below(call, node, value, &at, names, count, first);
			continue;
		}
		if ((*count)++)
			text_put(names, ", ");
		else
			*first = place_text(call, &at);
		place_write(&at, names);
	}
}

static int fail_unknown(struct call *call, const json_t *given)
{
	struct text names;
	size_t count = 0;
	const char *first = NULL;

	text_init(&names, 8192);
	find_unknown(call, call->route->params, call->route->n_params, given, NULL, &names, &count, &first);
	if (count)
		fail_invalid(call, "parameter_unknown", first, "Received unknown parameter%s: %s", count > 1 ? "s" : "",
			names.data);
	text_clear(&names);
	return count ? -1 : 0;
}
/* ---- the whole ---- */

static const json_t *first_missing(const struct schema_route *route, const json_t *given, const char **name)
{
	for (size_t i = 0; i < route->n_params; i++) {
		if ((route->params[i].flags & SCHEMA_REQUIRED) && !json_object_get(given, route->params[i].name)) {
			*name = route->params[i].name;
			return given;
		}
	}
	return NULL;
}

int params_check(struct call *call, const json_t *given)
{
	const struct schema_route *route = call->route;
	const struct schema_resource *type = route->resource;
	const char *missing = NULL;
	const char *key;
	json_t *value;

	if (!json_object_size(given) && !first_missing(route, given, &missing))
		return 0;
	if (fail_unknown(call, given))
		return -1;
	if (first_missing(route, given, &missing))
		return fail_missing_param(call, missing);
	json_object_foreach((json_t *)(uintptr_t)given, key, value)
	{
		const struct schema_node *node = schema_param(route, key);
		json_t *one = typed(
			call, node, type ? schema_field(type, key) : NULL, value, &(struct place) { .name = key });

		if (!one)
			return -1;
		json_object_set_new(call->params, key, one);
	}
	return 0;
}
