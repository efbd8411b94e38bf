/* SPDX-License-Identifier: MIT */
/*
 * Every number that a route of ours takes, at the ends of what 64 bits hold and of what the calendar knows: it is
 * taken or refused in Stripe's words, and nothing wraps, neither in the call nor in what falls due later (the
 * sanitizers look on in CI). The tests are made at run time, one a route.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "suites/support/fill.h"
#include "suites/support/handlers.h"

struct walk {
	const struct schema_route *route;
	struct house *house;
	struct fill *fill;
	json_t *params;
};

/* A whole second of the year 9999, one after it, and the largest charge's and the integers' own ends. */
static const char *const extremes[] = { "9223372036854775807", "-9223372036854775808", "9223372036854775806",
	"-9223372036854775807", "253402300799", "253402300800", "999999999999999999", "100000000", "99999999", "0",
	"-1" };

/* A number of decimals also takes what lies between and beyond. */
static const char *const decimals[] = { "0.000000000001", "99999999999.999999999999", "-0.5", "1e9", "nan",
	"999999999999999999.999999999999" };

static void call_with(struct walk *w, const char *value)
{
	const char *path = fill_path(w->fill, w->route);
	const struct answer *a = fill_call(w->house, w->route, path, w->params);

	if (a->status >= 500)
		print_error("%s %s with %s: %s\n", w->route->method, path, value, a->text);
	assert_true(a->status == 200 || (a->status >= 400 && a->status < 500));
}

/* Where a value is put: a member of an object, or the first of an array. */
static void put(json_t *holder, const char *name, json_t *value)
{
	if (name)
		js_put(holder, name, value);
	else
		json_array_set_new(holder, 0, json_incref(value));
}

static void try_values(struct walk *w, json_t *holder, const char *name, const char *const *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_t *text = json_string(values[i]);

		put(holder, name, text);
		json_decref(text);
		call_with(w, values[i]);
	}
}

static void try_node(struct walk *w, const struct schema_node *node, json_t *holder, const char *name, unsigned depth);

static void try_fields(struct walk *w, const struct schema_node *fields, size_t n, json_t *object, unsigned depth)
{
	for (size_t i = 0; i < n; i++)
		try_node(w, &fields[i], object, fields[i].name, depth + 1);
}

static void try_node(struct walk *w, const struct schema_node *node, json_t *holder, const char *name, unsigned depth)
{
	json_t *before, *inside;

	if (depth > 5)
		return;
	before = json_incref(name ? json_object_get(holder, name) : json_array_get(holder, 0));
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_NUMBER:
	case SCHEMA_DECIMAL:
		try_values(w, holder, name, decimals, COUNT_OF(decimals)); /* fallthrough */
	case SCHEMA_INTEGER:
	case SCHEMA_TIMESTAMP:
		try_values(w, holder, name, extremes, COUNT_OF(extremes));
		break;
	case SCHEMA_OBJECT:
	case SCHEMA_ARRAY:
		inside = before ? json_incref(before) : fill_value(w->fill, node, false);
		if (!inside)
			break;
		put(holder, name, inside);
		if (node->kind == SCHEMA_OBJECT && json_is_object(inside))
			try_fields(w, node->fields, node->n_fields, inside, depth);
		else if (node->kind == SCHEMA_ARRAY && json_array_size(inside))
			try_node(w, &node->fields[0], inside, NULL, depth + 1);
		json_decref(inside);
		break;
	case SCHEMA_UNION:
		for (size_t i = 0; i < node->n_fields; i++)
			try_node(w, &node->fields[i], holder, name, depth + 1);
		break;
	default:
		break;
	}
	if (before)
		put(holder, name, before);
	else if (name)
		json_object_del(holder, name);
	json_decref(before);
}

static void nothing_wraps(void **state)
{
	struct walk w = { .route = *state };

	w.house = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	w.fill = fill_new(w.house);
	fill_prepare(w.fill, w.route);
	fill_path(w.fill, w.route);
	w.params = fill_params(w.fill, w.route, false);
	try_fields(&w, w.route->params, w.route->n_params, w.params, 0);
	json_decref(w.params);
	fill_free(w.fill);
	assert_int_equal(ms_advance(w.house->ms, NULL, INT64_C(40) * 86400), 0);
	house_close(w.house);
}

static bool holds_number(const struct schema_node *node, unsigned depth)
{
	if (node->kind == SCHEMA_NUMBER || node->kind == SCHEMA_DECIMAL || node->kind == SCHEMA_INTEGER ||
		node->kind == SCHEMA_TIMESTAMP)
		return true;
	for (size_t i = 0; i < node->n_fields && depth < 5; i++)
		if (holds_number(&node->fields[i], depth + 1))
			return true;
	return false;
}

static bool takes_numbers(const struct schema_route *route)
{
	for (size_t i = 0; i < route->n_params; i++)
		if (holds_number(&route->params[i], 0))
			return true;
	return false;
}

int main(void)
{
	struct CMUnitTest *tests = mem_alloc(schema_route_count * sizeof *tests);
	size_t n = 0;
	int failed;

	for (size_t i = 0; i < schema_route_count; i++) {
		const struct schema_route *route = &schema_routes[i];
		union {
			const void *given;
			void *state;
		} plain = { route };

		if (!route_has_handler(route) || !takes_numbers(route))
			continue;
		tests[n++] = (struct CMUnitTest) { .name = mem_format("%s %s", route->method, route->pattern),
			.test_func = nothing_wraps,
			.initial_state = plain.state };
	}
	failed = _cmocka_run_group_tests("extremes", tests, n, NULL, NULL);
	for (size_t i = 0; i < n; i++)
		free((void *)(uintptr_t)tests[i].name);
	free(tests);
	return failed;
}
