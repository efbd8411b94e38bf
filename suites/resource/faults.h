/* SPDX-License-Identifier: MIT */
#ifndef SUITES_RESOURCE_FAULTS_H
#define SUITES_RESOURCE_FAULTS_H

/* What the suites of faults share. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "suites/support/api.h"

static inline unsigned fault(struct house *h, const struct ms_fault *rule)
{
	char *why = NULL;
	unsigned number = ms_fault(h->ms, rule, &why);

	if (!number)
		fail_msg("refused: %s", why);
	return number;
}

static const struct answer *create(struct house *h, const char *key)
{
	const char *headers[] = { key ? text_of(h, "Idempotency-Key: %s", key) : NULL, NULL };

	return api_with(h, "POST", "/v1/customers", "name=Ada", headers);
}

static inline int64_t customers(struct house *h)
{
	return (int64_t)field_count(api_ok(h, "GET", "/v1/customers?limit=100", NULL), "data");
}

#define FAULTS "/_mockstripe/faults"

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))
/* One test a row; a row begins with its name. */
static inline size_t add_rows(
	struct CMUnitTest *tests, size_t n, const void *rows, size_t count, size_t size, CMUnitTestFunction run)
{
	const char *at = rows;

	for (size_t i = 0; i < count; i++, at += size) {
		tests[n] = (struct CMUnitTest) { .test_func = run, .initial_state = (void *)(uintptr_t)at };
		memcpy(&tests[n++].name, at, sizeof tests[0].name);
	}
	return n;
}
#define ADD_ROWS(n, rows, run) add_rows(tests, n, rows, COUNT(rows), sizeof *(rows), run)

#endif
