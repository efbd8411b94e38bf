/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "schema/schema.h"
#include "suites/unit/schema_rows.h"

/* ---- what is there ----------------------------------------------------------------------------------------------- */

static void counts__are_those_of_the_declarations(void **state)
{
	size_t v1 = 0, v2 = 0, connect = 0;

	(void)state;
	for (size_t i = 0; i < schema_route_count; i++) {
		v1 += strncmp(schema_routes[i].pattern, "/v1/", 4) == 0;
		v2 += schema_routes[i].v2;
		connect += schema_routes[i].host != NULL && strcmp(schema_routes[i].host, "connect") == 0;
	}
	assert_int_equal(schema_route_count, 650);
	assert_int_equal(v1, 557);
	assert_int_equal(v2, 91);
	assert_int_equal(connect, 2);
	assert_int_equal(schema_resource_count, 180);
	assert_string_equal(schema_api_version, "2026-10-28.endive");
}

static void route_used__is_found_and_matches_itself(void **state)
{
	const char *row = *state, *pattern = strchr(row, ' ') + 1, *values[4];
	char *method = mem_copy_range(row, (size_t)(pattern - row - 1));
	size_t lengths[4];
	const struct schema_route *route = schema_find_route(method, pattern);

	assert_non_null(route);
	assert_ptr_equal(route, &schema_routes[route->index]);
	assert_ptr_equal(schema_match(method, pattern, strlen(pattern), values, lengths), route);
	free(method);
}

/* ---- matching ---------------------------------------------------------------------------------------------------- */

static void match_row__holds(void **state)
{
	const struct match_row *row = *state;
	const char *values[4], *expected = row->values;
	size_t lengths[4];
	/* Not terminated where it ends, so that reading on would be seen. */
	char *path = mem_format("%s/never/read", row->path);
	const struct schema_route *route = schema_match(row->method, path, strlen(row->path), values, lengths);

	if (row->pattern == NULL) {
		assert_null(route);
	} else {
		assert_non_null(route);
		assert_string_equal(route->pattern, row->pattern);
		assert_string_equal(route->method, row->method);
		for (size_t i = 0; i < route->n_path; i++) {
			size_t length = strcspn(expected, " ");
			assert_int_equal(lengths[i], length);
			assert_memory_equal(values[i], expected, length);
			expected += length + (expected[length] == ' ');
		}
		assert_string_equal(expected, "");
	}
	free(path);
}

/* Every route, its values drawn by chance, is the route that its own path matches, and the values come back. */
static void match__finds_every_route_again(void **state)
{
	const char *given = getenv("SEED");
	uint64_t seed = given == NULL ? 20261028 : strtoull(given, NULL, 10);

	(void)state;
	print_message("SEED=%llu\n", (unsigned long long)seed);
	for (size_t i = 0; i < schema_route_count; i++) {
		const struct schema_route *route = &schema_routes[i];
		char path[512], drawn[4][32];
		const char *values[4];
		size_t lengths[4], n = 0, length = 0;
		for (const char *c = route->pattern; *c != 0; c++) {
			if (*c != '{') {
				path[length++] = *c;
				continue;
			}
			random_base62(drawn[n], 1 + random_mix(seed, i, n) % 30, seed, i, n);
			drawn[n][0] = '%'; /* never a literal, whatever follows */
			memcpy(path + length, drawn[n], strlen(drawn[n]));
			length += strlen(drawn[n++]);
			c += strcspn(c, "}");
		}
		assert_ptr_equal(schema_match(route->method, path, length, values, lengths), route);
		assert_int_equal(route->n_path, n);
		for (size_t k = 0; k < n; k++) {
			assert_int_equal(lengths[k], strlen(drawn[k]));
			assert_memory_equal(values[k], drawn[k], lengths[k]);
		}
	}
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

/* Follows "items.price_data.currency", through the elements of arrays, maps and lists; "[]" at the end is the element.
 */
static const struct schema_node *node_at(const struct schema_node *nodes, size_t count, const char *path)
{
	const struct schema_node *found = NULL;

	while (*path != 0) {
		size_t length = strcspn(path, ".");
		bool element = length == 2 && strncmp(path, "[]", 2) == 0;
		const struct schema_node *next = element ? &found->fields[0] : NULL;
		for (size_t i = 0; !element && i < count; i++)
			if (strlen(nodes[i].name) == length && strncmp(nodes[i].name, path, length) == 0)
				next = &nodes[i];
		if (next == NULL)
			return NULL;
		found = next;
		nodes = found->fields;
		count = found->n_fields;
		while (count == 1 && nodes[0].name == NULL && found->kind != SCHEMA_UNION) {
			count = nodes[0].n_fields;
			nodes = nodes[0].fields;
		}
		path += length + (path[length] == '.');
	}
	return found;
}

/* Literals or references in one text: "day|week". */
static void joined_check(const struct schema_node *n, const char *expected)
{
	char text[4096] = "";

	for (size_t i = 0; i < n->n_literals + (size_t)n->n_refs; i++) {
		size_t at = strlen(text);
		snprintf(text + at, sizeof(text) - at, "%s%s", i > 0 ? "|" : "",
			i < n->n_literals ? n->literals[i] : n->refs[i - n->n_literals]->name);
	}
	assert_string_equal(text, expected);
}

static void node_row__holds(void **state)
{
	const struct node_row *row = *state;
	const char *space = strchr(row->owner, ' ');
	const struct schema_node *n;

	if (space == NULL) {
		const struct schema_resource *r = schema_find_resource(row->owner);
		assert_non_null(r);
		n = node_at(r->fields, r->n_fields, row->path);
	} else {
		char *method = mem_copy_range(row->owner, (size_t)(space - row->owner));
		const struct schema_route *r = schema_find_route(method, space + 1);
		free(method);
		assert_non_null(r);
		n = node_at(r->params, r->n_params, row->path);
	}
	assert_non_null(n);
	assert_int_equal(n->kind, row->kind);
	assert_int_equal(n->flags, row->flags);
	if (row->set != NULL)
		joined_check(n, row->set);
}

static void bounds__come_from_the_overrides(void **state)
{
	const struct schema_route *coupon = schema_find_route("POST", "/v1/coupons");
	const struct schema_route *create = schema_find_route("POST", "/v1/subscriptions");
	const struct schema_route *customer = schema_find_route("POST", "/v1/customers/{id}");
	const struct schema_node *off = schema_param(coupon, "percent_off"),
				 *days = schema_param(create, "trial_period_days");

	(void)state;
	assert_true(off->has_min && off->has_max);
	assert_int_equal(off->min, 100); /* 0.01 in ten-thousandths */
	assert_int_equal(off->max, 1000000);
	assert_true(days->has_min && days->has_max);
	assert_int_equal(days->min, 1);
	assert_int_equal(days->max, 730);
	assert_int_equal(schema_param(create, "items")->max_elements, 20);
	assert_int_equal(schema_param(create, "description")->max_length, 500);
	assert_int_equal(schema_param(customer, "email")->max_length, 512);
	assert_int_equal(schema_param(customer, "name")->max_length, 256);
	assert_int_equal(schema_param(customer, "description")->max_length, 0);
	assert_false(schema_param(schema_find_route("GET", "/v1/customers"), "limit")->has_max);
	assert_false(schema_param(schema_find_route("GET", "/v1/customers"), "limit")->has_min);
	assert_true(schema_param(customer, "balance")->has_min);
	assert_true(schema_param(customer, "balance")->min == INT64_C(-999999999999));
}

/* ---- answers and resources --------------------------------------------------------------------------------------- */

static void answer_row__holds(void **state)
{
	const struct answer_row *row = *state;
	const struct schema_route *r = schema_find_route(row->method, row->pattern);
	char text[256] = "";

	assert_non_null(r);
	assert_int_equal(r->answer, row->answer);
	for (size_t i = 0; i < r->n_resources; i++) {
		size_t at = strlen(text);
		snprintf(text + at, sizeof(text) - at, "%s%s", i > 0 ? "|" : "", r->resources[i]->name);
	}
	assert_string_equal(text, row->resources);
	assert_ptr_equal(r->resource, r->n_resources == 0 ? NULL : r->resources[0]);
	assert_int_equal(r->node != NULL, row->answer == SCHEMA_ANSWER_NODE);
}

static void id_row__holds(void **state)
{
	const struct id_row *row = *state;
	const struct schema_resource *r = schema_find_object(row->object);

	assert_non_null(r);
	assert_ptr_equal(r, schema_find_resource(row->name));
	assert_string_equal(r->prefix, row->prefix);
	assert_int_equal(r->id_length, row->length);
}

static void deleted_forms__say_so(void **state)
{
	const struct schema_resource *customer = schema_find_object("customer"),
				     *discount = schema_find_object("discount");

	(void)state;
	assert_true(customer->has_deleted);
	assert_int_equal(customer->n_deleted, 3);
	assert_string_equal(customer->deleted[0].name, "id");
	assert_string_equal(customer->deleted[1].name, "object");
	assert_string_equal(customer->deleted[2].name, "deleted");
	assert_true(discount->has_deleted);
	assert_non_null(node_at(discount->deleted, discount->n_deleted, "promotion_code"));
	assert_null(node_at(discount->deleted, discount->n_deleted, "end"));
	assert_false(schema_find_object("subscription")->has_deleted);
	assert_null(schema_find_object("subscription")->deleted);
}

static void names__are_found_and_others_are_not(void **state)
{
	const struct schema_resource *customer = schema_find_resource("Customer");
	const struct schema_route *create = schema_find_route("POST", "/v1/customers");

	(void)state;
	for (size_t i = 0; i < schema_resource_count; i++) {
		const struct schema_resource *r = &schema_resources[i];
		assert_ptr_equal(schema_find_resource(r->name), r);
		assert_ptr_equal(schema_find_object(r->object), r);
		assert_int_equal(r->index, i);
	}
	for (size_t i = 0; i < schema_route_count; i++)
		assert_ptr_equal(
			schema_find_route(schema_routes[i].method, schema_routes[i].pattern), &schema_routes[i]);
	assert_null(schema_find_resource("customer"));
	assert_null(schema_find_object("Customer"));
	assert_null(schema_find_object(""));
	assert_null(schema_find_route("GET", "/v1/customers/cus_1"));
	assert_null(schema_find_route("PUT", "/v1/customers"));
	assert_string_equal(schema_field(customer, "email")->name, "email");
	assert_null(schema_field(customer, "emai"));
	assert_null(schema_field(customer, ""));
	assert_string_equal(schema_param(create, "tax")->name, "tax");
	assert_null(schema_param(create, "validate_location"));
	assert_string_equal(schema_child(schema_param(create, "tax"), "ip_address")->name, "ip_address");
	assert_null(schema_child(schema_param(create, "tax"), "tax"));
	assert_null(schema_child(schema_param(create, "preferred_locales"), "x"));
	assert_true(schema_has_literal(schema_param(create, "tax_exempt"), "exempt"));
	assert_false(schema_has_literal(schema_param(create, "tax_exempt"), "exemp"));
	assert_false(schema_has_literal(schema_param(create, "email"), "exempt"));
}

static void events__are_sorted_and_found(void **state)
{
	(void)state;
	assert_int_equal(schema_event_type_count, 275);
	assert_int_equal(schema_thin_event_type_count, 326);
	assert_null(schema_event_types[schema_event_type_count]);
	assert_null(schema_thin_event_types[schema_thin_event_type_count]);
	for (size_t i = 0; i < schema_event_type_count; i++) {
		assert_true(i == 0 || strcmp(schema_event_types[i - 1], schema_event_types[i]) < 0);
		assert_true(schema_is_event(schema_event_types[i]));
	}
	for (size_t i = 0; i < schema_thin_event_type_count; i++) {
		assert_true(i == 0 || strcmp(schema_thin_event_types[i - 1], schema_thin_event_types[i]) < 0);
		assert_true(schema_is_event(schema_thin_event_types[i]));
	}
	assert_true(schema_is_event("invoice.paid"));
	assert_true(schema_is_event("customer.subscription.trial_will_end"));
	assert_true(schema_is_event("v2.core.event_destination.ping"));
	assert_false(schema_is_event("invoice"));
	assert_false(schema_is_event("invoice.paid.twice"));
	assert_false(schema_is_event("*"));
	assert_false(schema_is_event(""));
}

/* ---- every node -------------------------------------------------------------------------------------------------- */

static void node_check(const struct schema_node *n, bool param)
{
	bool holds = n->kind == SCHEMA_ARRAY || n->kind == SCHEMA_MAP || n->kind == SCHEMA_LIST;
	bool refers = n->kind == SCHEMA_RESOURCE || (n->flags & SCHEMA_EXPANDABLE) != 0;
	bool may_have_words = n->kind == SCHEMA_STRING || n->kind == SCHEMA_INTEGER || n->kind == SCHEMA_TIMESTAMP ||
			      n->kind == SCHEMA_BOOLEAN;

	assert_in_range(n->kind, SCHEMA_STRING, SCHEMA_FILE);
	if (holds)
		assert_int_equal(n->n_fields, 1);
	else if (n->kind == SCHEMA_UNION)
		assert_in_range(n->n_fields, 2, 8);
	else if (n->kind != SCHEMA_OBJECT)
		assert_int_equal(n->n_fields, 0);
	assert_int_equal(n->fields != NULL, n->n_fields > 0);
	assert_int_equal(n->refs != NULL, n->n_refs > 0);
	assert_int_equal(n->literals != NULL, n->n_literals > 0);
	assert_int_equal(refers, n->n_refs > 0);
	assert_false(refers && param);
	assert_false(n->n_literals > 0 && !may_have_words);
	assert_false((n->flags & SCHEMA_REQUIRED) != 0 && !param);
	assert_false((n->flags & SCHEMA_OPTIONAL) != 0 && param);
	assert_false((n->flags & SCHEMA_INCLUDABLE) != 0 && (n->flags & SCHEMA_OPTIONAL) == 0);
	if (n->has_min && n->has_max)
		assert_true(n->min < n->max);
	for (size_t i = 0; i < n->n_refs; i++)
		assert_ptr_equal(n->refs[i], &schema_resources[n->refs[i]->index]);
	for (size_t i = 0; i < n->n_literals; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(n->literals[i], n->literals[k]);
	for (size_t i = 0; i < n->n_fields; i++) {
		const struct schema_node *child = &n->fields[i];
		assert_int_equal(child->name != NULL, n->kind == SCHEMA_OBJECT);
		node_check(child, param);
		for (size_t k = 0; child->name != NULL && k < i; k++)
			assert_string_not_equal(child->name, n->fields[k].name);
	}
}

static void fields_check(const struct schema_node *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool first = strcmp(fields[i].name, "id") == 0 || strcmp(fields[i].name, "object") == 0;
		node_check(&fields[i], false);
		if (first)
			assert_in_range(i, 0, 1);
		else if (i > 0 && strcmp(fields[i - 1].name, "id") != 0 && strcmp(fields[i - 1].name, "object") != 0)
			assert_true(strcmp(fields[i - 1].name, fields[i].name) < 0);
	}
}

static void resources__are_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; i < schema_resource_count; i++) {
		const struct schema_resource *r = &schema_resources[i];
		assert_non_null(r->prefix);
		assert_in_range(r->id_length, 1, 64);
		assert_true(r->n_fields >= 2);
		assert_int_equal(r->has_deleted, r->n_deleted > 0);
		assert_int_equal(r->has_deleted, r->deleted != NULL);
		const struct schema_node *object = schema_field(r, "object");
		assert_non_null(object);
		assert_int_equal(object->n_literals, 1);
		assert_string_equal(object->literals[0], r->object);
		fields_check(r->fields, r->n_fields);
		fields_check(r->deleted, r->n_deleted);
	}
}

static void routes__are_well_formed(void **state)
{
	size_t unpaged = 0, forward = 0;

	(void)state;
	for (size_t i = 0; i < schema_route_count; i++) {
		const struct schema_route *r = &schema_routes[i];
		bool list = r->answer == SCHEMA_ANSWER_LIST;
		assert_int_equal(r->index, i);
		assert_int_equal(r->params != NULL, r->n_params > 0);
		assert_int_equal(r->resources != NULL, r->n_resources > 0);
		assert_int_equal(r->resource == NULL, r->answer >= SCHEMA_ANSWER_NODE);
		assert_int_equal(r->multipart, strcmp(r->pattern, "/v1/files") == 0 && strcmp(r->method, "POST") == 0);
		if (r->node != NULL)
			node_check(r->node, false);
		for (size_t k = 0; k < r->n_params; k++) {
			node_check(&r->params[k], true);
			assert_ptr_equal(schema_param(r, r->params[k].name), &r->params[k]);
		}
		if (!list || r->v2)
			continue;
		unpaged += schema_param(r, "limit") == NULL;
		forward += schema_param(r, "limit") != NULL && schema_param(r, "ending_before") == NULL;
		assert_int_equal(schema_param(r, "limit") != NULL, schema_param(r, "starting_after") != NULL);
		assert_false(schema_param(r, "limit") == NULL && schema_param(r, "ending_before") != NULL);
	}
	/* The capabilities of an account and the report types come in one piece; payment attempt records go forward. */
	assert_int_equal(unpaged, 2);
	assert_int_equal(forward, 1);
}

/* ---- tables as tests --------------------------------------------------------------------------------------------- */

struct tests {
	struct CMUnitTest *at;
	size_t count, room;
};

/* A row as a test of its own name; the row is the test's state. */
static void tests_add(struct tests *t, char *name, CMUnitTestFunction test, const void *row)
{
	union {
		const void *given;
		void *state;
	} plain = { row };

	if (t->count == t->room) {
		t->room = t->room == 0 ? 64 : t->room * 2;
		t->at = mem_resize(t->at, t->room * sizeof(t->at[0]));
	}
	t->at[t->count++] = (struct CMUnitTest) { name, test, NULL, NULL, plain.state };
}

static void tables_add(struct tests *t)
{
	for (size_t i = 0; i < COUNT_OF(routes_used); i++)
		tests_add(t, mem_format("route %s", routes_used[i]), route_used__is_found_and_matches_itself,
			routes_used[i]);
	for (size_t i = 0; i < COUNT_OF(match_rows); i++)
		tests_add(t, mem_format("match: %s", match_rows[i].name), match_row__holds, &match_rows[i]);
	for (size_t i = 0; i < COUNT_OF(node_rows); i++)
		tests_add(t, mem_format("node %s %s", node_rows[i].owner, node_rows[i].path), node_row__holds,
			&node_rows[i]);
	for (size_t i = 0; i < COUNT_OF(answer_rows); i++)
		tests_add(t, mem_format("answer of %s %s", answer_rows[i].method, answer_rows[i].pattern),
			answer_row__holds, &answer_rows[i]);
	for (size_t i = 0; i < COUNT_OF(id_rows); i++)
		tests_add(t, mem_format("ids of %s", id_rows[i].object), id_row__holds, &id_rows[i]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(counts__are_those_of_the_declarations),
		cmocka_unit_test(match__finds_every_route_again),
		cmocka_unit_test(bounds__come_from_the_overrides),
		cmocka_unit_test(deleted_forms__say_so),
		cmocka_unit_test(names__are_found_and_others_are_not),
		cmocka_unit_test(events__are_sorted_and_found),
		cmocka_unit_test(resources__are_well_formed),
		cmocka_unit_test(routes__are_well_formed),
	};
	struct tests tests = { NULL, 0, 0 };

	for (size_t i = 0; i < COUNT_OF(plain); i++)
		tests_add(&tests, mem_copy_text(plain[i].name), plain[i].test_func, NULL);
	tables_add(&tests);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	int failed = _cmocka_run_group_tests("schema", tests.at, tests.count, NULL, NULL);
	for (size_t i = 0; i < tests.count; i++)
		free((void *)(uintptr_t)tests.at[i].name);
	free(tests.at);
	return failed;
}
