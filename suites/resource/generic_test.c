/* SPDX-License-Identifier: MIT */
/*
 * Every route of the API description, walked with parameters that are made from it: each answers, and what it answers
 * is what the description says (the harvest looks at every exchange); each refuses what it does not know, lacks, or
 * cannot read, in Stripe's words. The tests are made at run time, one a route and a question.
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
};

static int walk_setup(void **state)
{
	struct walk *w = mem_alloc(sizeof *w);

	w->route = *state;
	w->house = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	w->fill = fill_new(w->house);
	*state = w;
	return 0;
}

static int walk_teardown(void **state)
{
	struct walk *w = *state;
	struct house *h = w->house;

	fill_free(w->fill);
	free(w);
	house_close(h);
	return 0;
}

static bool is(const struct schema_route *route, const char *method)
{
	return !strcmp(route->method, method);
}

static bool ends_in_id(const struct schema_route *route)
{
	return route->pattern[strlen(route->pattern) - 1] == '}';
}

/* ---- it answers ---- */

/* States that take more than a few calls to come to: refused in their own words, and at home in other suites. */
static const struct refusal {
	const char *method, *pattern, *message;
	int status;
} refusals[] = {
	{ "POST", "/v1/customers/{customerId}/sources/{id}/verify", "Only bank accounts can be verified", 400 },
	{ "DELETE", "/v1/customers/{id}/discount", "No active discount for customer: cus_", 404 },
	{ "POST", "/v1/payment_intents/{id}/apply_customer_balance", "has no funds in its cash balance", 400 },
	{ "POST", "/v1/payment_intents/{id}/verify_microdeposits", "not waiting for a verification", 400 },
	{ "POST", "/v1/payouts/{id}/reverse", "Only payouts that were paid", 400 },
	{ "POST", "/v1/refunds/{id}/cancel", "Canceling this refund is unsupported.", 400 },
	{ "POST", "/v1/setup_intents/{id}/verify_microdeposits", "not waiting for a verification", 400 },
	{ "POST", "/v1/test_helpers/refunds/{id}/expire", "only expire a refund with a status of requires_action",
		400 },
};

static const struct refusal *refusal_of(const struct schema_route *route)
{
	for (size_t i = 0; i < COUNT_OF(refusals); i++)
		if (is(route, refusals[i].method) && !strcmp(refusals[i].pattern, route->pattern))
			return &refusals[i];
	return NULL;
}

static void answers(void **state)
{
	struct walk *w = *state;
	const struct refusal *refusal = refusal_of(w->route);
	const struct answer *a;
	const char *path;

	fill_prepare(w->fill, w->route);
	path = fill_path(w->fill, w->route);
	js_auto params = fill_params(w->fill, w->route, false);

	a = fill_call(w->house, w->route, path, params);
	if (refusal) {
		assert_status(a, refusal->status);
		assert_non_null(strstr(field(a, "error.message"), refusal->message));
		return;
	}
	if (a->status == 400 && route_has_handler(w->route))
		print_error(
			"A rule that the description does not tell? suites/support/fill_prepare.c has room for it.\n");
	assert_status(a, 200);
	if (w->route->answer == SCHEMA_ANSWER_DELETED)
		assert_flag(a, "deleted", true);
	if (w->route->answer == SCHEMA_ANSWER_LIST)
		assert_int_equal(strncmp(field(a, "url"), path, strlen(path)), 0);
}

/* Everything that may be given at once: only where no handler knows that some of it excludes the other. */
static void answers_with_everything(void **state)
{
	struct walk *w = *state;
	const char *path = fill_path(w->fill, w->route);
	js_auto params = fill_params(w->fill, w->route, true);

	assert_status(fill_call(w->house, w->route, path, params), 200);
}

/* ---- what was made is there ---- */

/* Shown once, or only as it was at that moment. */
static bool shows_less_later(const struct schema_resource *type)
{
	static const char *const names[] = { "WebhookEndpoint", "EphemeralKey" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!strcmp(names[i], type->name))
			return true;
	return false;
}

static const struct schema_route *sibling(const struct schema_route *maker, const char *method, const char *below)
{
	char path[200];
	const char *values[4];
	size_t lengths[4];
	const struct schema_route *found;

	snprintf(path, sizeof path, "%s%s", maker->pattern, below);
	found = schema_match(method, path, strlen(path), values, lengths);
	return found && found->resource == maker->resource ? found : NULL;
}

/* Lists that show only what has been put in relation: attached, or moved from an account. */
static bool lists_others(const struct schema_route *list)
{
	static const char *const patterns[] = { "/v1/payment_methods", "/v1/treasury/credit_reversals",
		"/v1/treasury/debit_reversals" };

	for (size_t i = 0; i < COUNT_OF(patterns); i++)
		if (!strcmp(patterns[i], list->pattern))
			return true;
	return false;
}

/* Whether a row of that id is among the newest of a list. */
static bool lists(const struct answer *a, const char *id)
{
	size_t i;
	json_t *row;

	json_array_foreach(field_json(a, "data"), i, row)
	{
		if (js_text(row, "id") && !strcmp(js_text(row, "id"), id))
			return true;
	}
	return false;
}

static void made_is_there(void **state)
{
	struct walk *w = *state;
	struct house *h = w->house;
	const char *collection = fill_path(w->fill, w->route), *own;

	fill_prepare(w->fill, w->route);
	const struct schema_route *get = sibling(w->route, "GET", "/x"), *list = sibling(w->route, "GET", ""),
				  *change = sibling(w->route, "POST", "/x"), *end = sibling(w->route, "DELETE", "/x");
	js_auto params = fill_params(w->fill, w->route, false);
	const struct answer *made = fill_call(h, w->route, collection, params), *a;

	assert_status(made, 200);
	own = text_of(h, "%s/%s", collection, field(made, "id"));
	if (get) {
		a = api_ok(h, "GET", own, NULL);
		if (shows_less_later(w->route->resource))
			assert_field(a, "id", field(made, "id"));
		else
			assert_string_equal(a->text, made->text);
	}
	if (list && !lists_others(list) &&
		(list->answer == SCHEMA_ANSWER_LIST || list->answer == SCHEMA_ANSWER_V2_LIST)) {
		js_auto filters = fill_params(w->fill, list, false);

		assert_true(lists(fill_call(h, list, collection, filters), field(made, "id")));
	}
	if (change && !(list && lists_others(list))) { /* a method has to be attached first */
		js_auto changes = fill_params(w->fill, change, false);

		a = fill_call(h, change, own, changes);
		assert_status(a, 200);
		assert_field(a, "id", field(made, "id"));
		if (get && !shows_less_later(w->route->resource))
			assert_string_equal(api_ok(h, "GET", own, NULL)->text, a->text);
	}
	if (end && end->answer == SCHEMA_ANSWER_DELETED) {
		a = api_ok(h, "DELETE", own, NULL);
		assert_field(a, "id", field(made, "id"));
		assert_flag(a, "deleted", true);
		a = api(h, "GET", own, NULL);
		if (get && get->answer == SCHEMA_ANSWER_EITHER) {
			assert_status(a, 200);
			assert_flag(a, "deleted", true);
		} else if (get) {
			assert_status(a, 404);
		}
		assert_status(api(h, "DELETE", own, NULL), 404);
		if (list) {
			js_auto filters = fill_params(w->fill, list, false);

			assert_false(lists(fill_call(h, list, collection, filters), field(made, "id")));
		}
	}
}

/* ---- it refuses ---- */

static void unknown_id_is_404(void **state)
{
	struct walk *w = *state;
	js_auto params = fill_params(w->fill, w->route, false);
	const struct answer *a =
		fill_call(w->house, w->route, fill_path_with(w->house, w->route, "nothing_such"), params);

	assert_status(a, 404);
	assert_field(a, "error.type", "invalid_request_error");
	if (!strstr(field(a, "error.message"), "'nothing_such'") &&
		!strstr(field(a, "error.message"), "Invalid subscription_item id: nothing_such"))
		fail_msg("the message does not name the id: %s", field(a, "error.message"));
}

/* API v2 has one code for whatever a field lacks, and names the field in the message alone. */
static void assert_refused(
	const struct schema_route *route, const struct answer *a, const char *code, const char *param, const char *text)
{
	assert_error(a, 400, route->v2 ? "invalid_fields" : code, route->v2 ? NULL : param, text);
}

static void unknown_parameter_is_named(void **state)
{
	struct walk *w = *state;
	js_auto params = fill_params(w->fill, w->route, false);
	const struct answer *a;

	js_put_text(params, "surprise", "1");
	a = fill_call(w->house, w->route, fill_path_with(w->house, w->route, "x"), params);
	assert_refused(w->route, a, "parameter_unknown", "surprise", "Received unknown parameter: surprise");
}

static void missing_parameter_is_named(void **state)
{
	struct walk *w = *state;
	js_auto params = fill_params(w->fill, w->route, false);

	for (size_t i = 0; i < w->route->n_params; i++) {
		const char *name = w->route->params[i].name;
		json_t *fewer = json_copy(params);
		const struct answer *a;

		if (w->route->params[i].flags & SCHEMA_REQUIRED) {
			json_object_del(fewer, name);
			a = fill_call(w->house, w->route, fill_path_with(w->house, w->route, "x"), fewer);
			assert_refused(w->route, a, "parameter_missing", name,
				text_of(w->house, "Missing required param: %s.", name));
		}
		json_decref(fewer);
	}
}

/* ---- wrong values, wherever the description says what is right ---- */

enum { WRONG_DEPTH = 4 };

/* Kinds of values, each with a text that is none of them and what is said to it. */
static const struct wrong {
	const char *name;
	unsigned kinds; /* bits of enum schema_kind */
	bool words;	/* only where there is a closed set of texts */
	const char *value, *code, *message;
} wrongs[] = {
	{ "a word of no set is refused", 1u << SCHEMA_STRING, true, "wrong_word", NULL, NULL },
	{ "a wrong integer is refused", 1u << SCHEMA_INTEGER | 1u << SCHEMA_TIMESTAMP, false, "1x",
		"parameter_invalid_integer", "Invalid integer: 1x" },
	{ "a wrong boolean is refused", 1u << SCHEMA_BOOLEAN, false, "maybe", NULL, "Invalid boolean: maybe" },
	{ "a wrong decimal is refused", 1u << SCHEMA_DECIMAL | 1u << SCHEMA_NUMBER, false, "1.x", NULL,
		"Invalid decimal: 1.x" },
	{ "text for an object is refused", 1u << SCHEMA_OBJECT, false, "text", NULL, "Invalid object" },
	{ "text for an array is refused", 1u << SCHEMA_ARRAY, false, "text", NULL, "Invalid array" },
};

static bool is_wrong_for(const struct wrong *wrong, const struct schema_node *node)
{
	if (!(wrong->kinds & 1u << node->kind) || (node->flags & SCHEMA_METADATA))
		return false;
	return !wrong->words || (node->n_literals && !schema_has_literal(node, ""));
}

/* The nodes from a top-level parameter down to the one that gets the wrong value. */
struct chain {
	const struct schema_node *nodes[WRONG_DEPTH];
	size_t count;
};

static json_t *chain_value(struct walk *w, const struct chain *c, size_t at, const char *value)
{
	const struct schema_node *node = c->nodes[at];
	json_t *below, *whole;

	if (at + 1 == c->count)
		return json_string(value);
	below = chain_value(w, c, at + 1, value);
	if (node->kind == SCHEMA_ARRAY) {
		whole = json_array();
		json_array_append_new(whole, below);
		return whole;
	}
	/* First what is wrong, then what else has to be there: values are read in the order in which they come. */
	whole = json_object();
	js_put_new(whole, c->nodes[at + 1]->name, below);
	for (size_t i = 0; i < node->n_fields; i++) {
		const struct schema_node *field = &node->fields[i];
		json_t *other = (field->flags & SCHEMA_REQUIRED) && !json_object_get(whole, field->name)
					? fill_value(w->fill, field, false)
					: NULL;

		if (other)
			js_put_new(whole, field->name, other);
	}
	return whole;
}

/* "items[0][price]" */
static const char *chain_name(struct walk *w, const struct chain *c)
{
	const char *name = c->nodes[0]->name;

	for (size_t i = 1; i < c->count; i++)
		name = text_of(w->house, "%s[%s]", name, c->nodes[i]->name ? c->nodes[i]->name : "0");
	return name;
}

/* "Invalid interval: must be one of month, year, week, or day" */
static const char *words_message(struct walk *w, const char *name, const struct schema_node *node)
{
	const char *message = text_of(w->house, "Invalid %s: must be one of %s", name, node->literals[0]);

	for (size_t i = 1; i < node->n_literals; i++) {
		const char *between = node->n_literals == 2 ? " or " : i + 1 == node->n_literals ? ", or " : ", ";

		message = text_of(w->house, "%s%s%s", message, between, node->literals[i]);
	}
	return message;
}

static void refuse_wrong(struct walk *w, const struct wrong *wrong, const struct chain *c, const json_t *params)
{
	const char *name = chain_name(w, c);
	json_t *given = json_object();
	const struct answer *a;

	js_put_new(given, c->nodes[0]->name, chain_value(w, c, 0, wrong->value));
	json_object_update_missing(given, (json_t *)(uintptr_t)params);
	a = fill_call(w->house, w->route, fill_path_with(w->house, w->route, "x"), given);
	json_decref(given);
	assert_refused(w->route, a, wrong->code, name, NULL);
	assert_string_equal(field(a, "error.message"),
		wrong->message ? wrong->message : words_message(w, name, c->nodes[c->count - 1]));
}

static size_t each_wrong(struct walk *w, const struct wrong *wrong, const struct schema_node *node,
	const struct chain *up, const json_t *params)
{
	struct chain c = *up;
	size_t found = 0;

	c.nodes[c.count++] = node;
	if (is_wrong_for(wrong, node)) {
		found++;
		if (w)
			refuse_wrong(w, wrong, &c, params);
	}
	if (c.count == WRONG_DEPTH || (node->kind != SCHEMA_OBJECT && node->kind != SCHEMA_ARRAY) ||
		(node->flags & (SCHEMA_METADATA | SCHEMA_RANGE)))
		return found;
	for (size_t i = 0; i < node->n_fields; i++)
		found += each_wrong(w, wrong, &node->fields[i], &c, params);
	return found;
}

/* How many values of a route can be wrong in that way; with a walk, each of them is tried. */
static size_t each_wrong_of(
	struct walk *w, const struct wrong *wrong, const struct schema_route *route, const json_t *params)
{
	size_t found = 0;

	for (size_t i = 0; i < route->n_params; i++)
		found += each_wrong(w, wrong, &route->params[i], &(struct chain) { .count = 0 }, params);
	return found;
}

static void wrong_values(struct walk *w, size_t which)
{
	js_auto params = fill_params(w->fill, w->route, false);

	assert_true(each_wrong_of(w, &wrongs[which], w->route, params) > 0);
}

#define WRONG(n)                                                                                                       \
	static void wrong_##n(void **state)                                                                            \
	{                                                                                                              \
		wrong_values(*state, n);                                                                               \
	}
WRONG(0)
WRONG(1)
WRONG(2)
WRONG(3)
WRONG(4)
WRONG(5)

static const CMUnitTestFunction wrong_tests[COUNT_OF(wrongs)] = { wrong_0, wrong_1, wrong_2, wrong_3, wrong_4,
	wrong_5 };

/* ---- the tests ---- */

struct tests {
	struct CMUnitTest *at;
	size_t count, room;
};

static void add(struct tests *t, const struct schema_route *route, const char *what, CMUnitTestFunction test)
{
	union {
		const void *given;
		void *state;
	} plain = { route };

	if (t->count == t->room) {
		t->room = t->room ? t->room * 2 : 1024;
		t->at = mem_resize(t->at, t->room * sizeof *t->at);
	}
	t->at[t->count++] = (struct CMUnitTest) {
		.name = mem_format("%s %s: %s", route->method, route->pattern, what),
		.test_func = test,
		.setup_func = walk_setup,
		.teardown_func = walk_teardown,
		.initial_state = plain.state,
	};
}

static bool has_required(const struct schema_route *route)
{
	for (size_t i = 0; i < route->n_params; i++)
		if (route->params[i].flags & SCHEMA_REQUIRED)
			return true;
	return false;
}

/* A GET at the path's last id, or what acts on it: unless nothing is ever stored there. */
static bool looks_up(const struct schema_route *route)
{
	return route->n_path > 0;
}

static bool makes(const struct schema_route *route)
{
	return is(route, "POST") && route->answer == SCHEMA_ANSWER_RESOURCE && !ends_in_id(route) &&
	       fill_maker(route->resource) == route && schema_field(route->resource, "id");
}

static void add_route(struct tests *t, const struct schema_route *route)
{
	add(t, route, "answers", answers);
	if (!is(route, "GET") && !route_has_handler(route) && route->n_params)
		add(t, route, "answers to all that may be given", answers_with_everything);
	if (makes(route))
		add(t, route, "what it makes is there", made_is_there);
	if (looks_up(route))
		add(t, route, "an unknown id is 404", unknown_id_is_404);
	add(t, route, "an unknown parameter is named", unknown_parameter_is_named);
	if (has_required(route))
		add(t, route, "a missing parameter is named", missing_parameter_is_named);
	for (size_t i = 0; i < COUNT_OF(wrongs); i++)
		if (each_wrong_of(NULL, &wrongs[i], route, NULL))
			add(t, route, wrongs[i].name, wrong_tests[i]);
}

int main(void)
{
	struct tests t = { NULL, 0, 0 };
	int failed;

	for (size_t i = 0; i < schema_route_count; i++)
		add_route(&t, &schema_routes[i]);
	failed = _cmocka_run_group_tests("generic", t.at, t.count, NULL, NULL);
	for (size_t i = 0; i < t.count; i++)
		free((void *)(uintptr_t)t.at[i].name);
	free(t.at);
	return failed;
}
