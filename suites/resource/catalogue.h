/* SPDX-License-Identifier: MIT */
#ifndef SUITES_RESOURCE_CATALOGUE_H
#define SUITES_RESOURCE_CATALOGUE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "suites/support/api.h"

/* What the suites of customers and the catalogue share: the order of events, and refusals as rows of a table. */

/* The types of all events but the first `skip`, oldest first, joined by blanks. */
static inline const char *events_after(struct house *h, size_t skip)
{
	const struct answer *a = api_ok(h, "GET", "/v1/events?limit=100", NULL);
	size_t count = field_count(a, "data");
	const char *all = "";

	for (size_t i = count; i-- > 0;) {
		if (count - 1 - i < skip)
			continue;
		all = text_of(h, "%s%s%s", all, *all ? " " : "", field(a, text_of(h, "data.%zu.type", i)));
	}
	return all;
}

static inline size_t event_count(struct house *h)
{
	return field_count(api_ok(h, "GET", "/v1/events?limit=100", NULL), "data");
}

/* The newest event of that type, which must be there. */
static inline const struct answer *last_event(struct house *h, const char *type)
{
	const struct answer *a = api_ok(h, "GET", text_of(h, "/v1/events?limit=1&type=%s", type), NULL);

	assert_same_int((int64_t)field_count(a, "data"), 1);
	return api_ok(h, "GET", text_of(h, "/v1/events/%s", field(a, "data.0.id")), NULL);
}

/* previous_attributes of the newest event of that type is exactly this JSON. */
static inline void assert_previous(struct house *h, const char *type, const char *wanted)
{
	json_t *got = field_json(last_event(h, type), "data.previous_attributes");
	json_t *expected = json_loads(wanted, 0, NULL);
	char *text = json_dumps(got, JSON_COMPACT);
	bool same = expected && json_equal(got, expected);

	if (!same)
		print_error("previous_attributes: %s, expected %s\n", text ? text : "none", wanted);
	free(text);
	json_decref(expected);
	assert_true(same);
}

/* The JSON at a path is exactly this. */
static inline void assert_json(const struct answer *a, const char *path, const char *wanted)
{
	json_t *got = field_json(a, path);
	json_t *expected = json_loads(wanted, JSON_DECODE_ANY, NULL);
	char *text = json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY);
	bool same = expected && got && json_equal(got, expected);

	if (!same)
		print_error("%s: %s, expected %s\n", path, text ? text : "none", wanted);
	free(text);
	json_decref(expected);
	assert_true(same);
}

/* One call that Stripe refuses, with its words. What it needs to exist is made before by the suite's `prepare`. */
struct refusal {
	const char *name, *method, *path, *body;
	int status;
	const char *code, *param, *message; /* message is the whole of it */
};

struct refusal_case {
	struct house *house;
	const struct refusal *row;
};

static inline int refusal_setup(void **state)
{
	struct refusal_case *c = calloc(1, sizeof *c);

	c->row = *state;
	*state = c;
	return house_setup((void **)&c->house);
}

static inline int refusal_teardown(void **state)
{
	struct refusal_case *c = *state;
	void *house = c->house;

	free(c);
	return house_teardown(&house);
}

static inline void refusal_check(struct house *h, const struct refusal *row)
{
	const struct answer *a = api(h, row->method, row->path, row->body);

	assert_error(a, row->status, row->code, row->param, row->message);
	assert_field(a, "error.message", row->message);
}

/* The suite's own tests, then one for each row; gives cmocka's verdict. */
static inline int run_with_refusals(const char *group, const struct CMUnitTest *tests, size_t n,
	const struct refusal *rows, size_t n_rows, CMUnitTestFunction check)
{
	struct CMUnitTest *all = calloc(n + n_rows, sizeof *all);
	int result;

	memcpy(all, tests, n * sizeof *all);
	for (size_t i = 0; i < n_rows; i++) {
		union {
			const struct refusal *row;
			void *state;
		} given = { .row = &rows[i] };

		all[n + i] = (struct CMUnitTest) { .name = rows[i].name,
			.test_func = check,
			.setup_func = refusal_setup,
			.teardown_func = refusal_teardown,
			.initial_state = given.state };
	}
	result = _cmocka_run_group_tests(group, all, n + n_rows, NULL, NULL);
	free(all);
	return result;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)

#endif
