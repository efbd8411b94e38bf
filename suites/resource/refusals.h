/* SPDX-License-Identifier: MIT */
#ifndef SUITES_RESOURCE_REFUSALS_H
#define SUITES_RESOURCE_REFUSALS_H

#include "suites/resource/billing.h"

/* Tables of what a request refuses: a row each, a test of its own each, in a simulator of its own. */
struct refusal {
	const char *name, *body, *code, *param,
		*message; /* body and message with {x} for the object that x stands for */
};

struct case_of {
	const struct refusal *row;
	struct house *h;
};

/* The template with values[x] in place of each {x}. */
static inline const char *names_of(struct house *h, const char *template, const char *const values[256])
{
	const char *out = "";

	while (*template) {
		size_t length = strcspn(template, "{");

		out = text_of(h, "%s%.*s", out, (int)length, template);
		template += length;
		if (*template) {
			out = text_of(h, "%s%s", out, values[(unsigned char)template[1]]);
			template += 3;
		}
	}
	return out;
}

static inline int open_case(void **state)
{
	struct case_of *c = *state;

	c->h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	return 0;
}

static inline int close_case(void **state)
{
	house_close(((struct case_of *)*state)->h);
	return 0;
}

#define REFUSALS_MOST 128

/* Runs the plain tests, then `run` for every row as "<prefix>_<name>"; what main returns. */
static inline int run_refusals(const char *group, const struct CMUnitTest *plain, size_t n_plain, const char *prefix,
	const struct refusal *rows, size_t n_rows, CMUnitTestFunction run)
{
	struct case_of cases[REFUSALS_MOST];
	char names[REFUSALS_MOST][96];
	struct CMUnitTest tests[2 * REFUSALS_MOST];
	size_t n = 0;

	if (n_rows > REFUSALS_MOST || n_plain > REFUSALS_MOST) {
		fprintf(stderr, "%s: more than %d rows\n", group, REFUSALS_MOST);
		return 1;
	}
	for (size_t i = 0; i < n_plain; i++)
		tests[n++] = plain[i];
	for (size_t i = 0; i < n_rows; i++) {
		cases[i] = (struct case_of) { &rows[i], NULL };
		snprintf(names[i], sizeof names[i], "%s_%s", prefix, rows[i].name);
		tests[n++] = (struct CMUnitTest) { names[i], run, open_case, close_case, &cases[i] };
	}
	return _cmocka_run_group_tests(group, tests, n, NULL, NULL);
}

#endif
