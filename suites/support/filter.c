/* SPDX-License-Identifier: MIT */
/*
 * Linked into every suite: `make test N='*leap*'` runs only the tests whose names fit the pattern. It runs before main,
 * so that no suite has to know of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

__attribute__((constructor)) static void filter_from_environment(void)
{
	const char *pattern = getenv("TEST_FILTER");

	if (pattern && *pattern)
		cmocka_set_test_filter(pattern);
}
