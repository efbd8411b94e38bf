/* SPDX-License-Identifier: MIT */
#ifndef SUITES_ACTIONS_SUPPORT_H
#define SUITES_ACTIONS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "actions/core/config.h"
#include "actions/core/digest.h"
#include "actions/core/problem.h"
#include "base/json.h"
#include "base/mem.h"

/* What the suites of the actions share: a configuration, a Stripe that answers from a script, and tables as tests. */

#define NOW 1767225600 /* 2026-01-01T00:00:00Z */
#define KEY "cb_secret_demo_1"

/* Without its closing brace, so that a suite may add to it. */
#define CONFIG_HEAD                                                                                                    \
	"{\"agent\":{\"id\":\"agent_1\",\"name\":\"Test\"},"                                                           \
	"\"stripe\":{\"base_url\":\"http://127.0.0.1:9\",\"api_key\":\"sk_test_suite\",\"max_retries\":2},"            \
	"\"identity\":{\"secrets\":[{\"id\":\"now\",\"secret\":\"" KEY "\"},"                                          \
	"{\"id\":\"old\",\"secret\":\"another_secret_0001\",\"accept_until\":1767225900}]}"
#define ACTION_ROWS                                                                                                    \
	"\"actions\":["                                                                                                \
	"{\"name\":\"get_subscription\",\"kind\":\"subscription_info\",\"when_to_use\":\"What plan am I on, what do "  \
	"I pay and "                                                                                                   \
	"when does it renew?\",\"enabled\":true},"                                                                     \
	"{\"name\":\"get_invoices\",\"kind\":\"invoices\",\"when_to_use\":\"Show my invoices, was my payment "         \
	"processed, "                                                                                                  \
	"download a receipt.\",\"enabled\":true},"                                                                     \
	"{\"name\":\"manage\",\"kind\":\"manage_subscriptions\",\"when_to_use\":\"Upgrade, downgrade, cancel, list "   \
	"the plans "                                                                                                   \
	"on offer.\",\"enabled\":true},"                                                                               \
	"{\"name\":\"billing\",\"kind\":\"billing_info\",\"when_to_use\":\"Change the billing address, e-mail "        \
	"address or phone "                                                                                            \
	"number.\",\"enabled\":true},"                                                                                 \
	"{\"name\":\"sleeping\",\"kind\":\"invoices\",\"when_to_use\":\"Never, it is switched off for the time "       \
	"being.\",\"enabled\":false}]"

static inline struct config *config_of(const char *json)
{
	struct text why;
	struct config *c;

	text_init(&why, TEXT_NO_CEILING);
	c = config_parse(json, strlen(json), "agent.json", &why);
	if (!c)
		print_error("%s\n", why.data);
	text_clear(&why);
	assert_non_null(c);
	return c;
}

/* Fails unless `text` holds `part`. */
#define assert_holds(text, part) holds_check((text), (part), __FILE__, __LINE__)
/* An empty file of its own; unlink and free it. */
static inline char *file_temporary(void)
{
	char *file = mem_copy_text("/tmp/actions-suite-XXXXXX");
	int fd = mkstemp(file);

	assert_true(fd >= 0);
	close(fd);
	return file;
}

/* All of a file; free it. */
static inline char *file_read(const char *file)
{
	FILE *in = fopen(file, "re");
	struct text t;
	char buffer[4096];
	size_t length;

	assert_non_null(in);
	text_init(&t, TEXT_NO_CEILING);
	while ((length = fread(buffer, 1, sizeof(buffer), in)) > 0)
		text_add(&t, buffer, length);
	fclose(in);
	return text_take(&t);
}

/* Writes a tree as a file. */
static inline void file_put(const char *name, const json_t *tree)
{
	FILE *out = fopen(name, "we");
	struct text text;

	assert_non_null(out);
	text_init(&text, TEXT_NO_CEILING);
	js_write(&text, tree);
	assert_int_equal(fwrite(text.data, 1, text.length, out), text.length);
	assert_int_equal(fclose(out), 0);
	text_clear(&text);
}

static inline void holds_check(const char *text, const char *part, const char *file, int line)
{
	if (text && strstr(text, part))
		return;
	print_error("\"%s\" does not hold \"%s\"\n", text ? text : "(null)", part);
	_fail(file, line);
}

#define assert_lacks(text, part) lacks_check((text), (part), __FILE__, __LINE__)
static inline void lacks_check(const char *text, const char *part, const char *file, int line)
{
	if (!strstr(text, part))
		return;
	print_error("\"%s\" holds \"%s\"\n", text, part);
	_fail(file, line);
}

#define assert_code(problem, wanted) code_check((problem), (wanted), __FILE__, __LINE__)
static inline void code_check(const struct problem *p, enum problem_code wanted, const char *file, int line)
{
	if (p->code == wanted)
		return;
	print_error("%s (%s), expected %s\n", problem_row(p->code)->name, p->detail, problem_row(wanted)->name);
	_fail(file, line);
}

/* One test for each row of a table: name is the row's, state points at it. Free the result. */
static inline struct CMUnitTest *tests_of_rows(const void *rows, size_t count, size_t size, void (*test)(void **state))
{
	struct CMUnitTest *tests = mem_alloc((count + 1) * sizeof(*tests));
	const char *at = rows;

	for (size_t i = 0; i < count; i++, at += size) {
		memcpy(&tests[i].name, at, sizeof(tests[i].name)); /* a row begins with its name */
		tests[i].test_func = test;
		tests[i].initial_state = (void *)(uintptr_t)at;
	}
	return tests;
}

/* Tables of rows that each are a test, a group a table. */
struct table {
	const char *group;
	const void *rows; /* each begins with its name */
	size_t count, size;
	CMUnitTestFunction run;
};

/* Runs them all; gives how many tests failed. */
static inline int tables_run(const struct table *tables, size_t n)
{
	int failed = 0;

	for (size_t i = 0; i < n; i++) {
		struct CMUnitTest *tests =
			tests_of_rows(tables[i].rows, tables[i].count, tables[i].size, tables[i].run);

		failed += _cmocka_run_group_tests(tables[i].group, tests, tables[i].count, NULL, NULL);
		free(tests);
	}
	return failed;
}

#endif
