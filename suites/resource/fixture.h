/* SPDX-License-Identifier: MIT */
#ifndef SUITES_RESOURCE_FIXTURE_H
#define SUITES_RESOURCE_FIXTURE_H

/* What the suites of fixtures share: a folder of files of its own for each test, and loading it. */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "suites/support/api.h"

struct folder {
	char path[256];
	char names[8][64];
	size_t n;
};

static inline struct folder *folder_new(void)
{
	struct folder *f = mem_alloc(sizeof *f);
	const char *where = getenv("TMPDIR");

	snprintf(f->path, sizeof f->path, "%s/fixture-XXXXXX", where && *where ? where : P_tmpdir);
	assert_non_null(mkdtemp(f->path));
	return f;
}

static inline char *folder_path(const struct folder *f, const char *name)
{
	return mem_format("%s/%s", f->path, name);
}

static inline void folder_write(struct folder *f, const char *name, const char *text)
{
	char *path = folder_path(f, name);
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fputs(text, out) >= 0, 1);
	assert_int_equal(fclose(out), 0);
	free(path);
	assert_true(f->n < COUNT_OF(f->names));
	snprintf(f->names[f->n++], sizeof f->names[0], "%s", name);
}

static inline void folder_free(struct folder *f)
{
	for (size_t i = 0; i < f->n; i++) {
		char *path = folder_path(f, f->names[i]);

		assert_int_equal(unlink(path), 0);
		free(path);
	}
	assert_int_equal(rmdir(f->path), 0);
	free(f);
}

static inline void load_ok(struct house *h, const char *account, const char *path)
{
	char *why = NULL;

	if (ms_load(h->ms, account, path, &why)) {
		print_error("%s\n", why);
		free(why);
		fail();
	}
	assert_null(why);
}

/* The text as a fixture of one file. */
static inline void load_text(struct house *h, const char *text)
{
	struct folder *f = folder_new();
	char *path = folder_path(f, "fixture.json");

	folder_write(f, "fixture.json", text);
	load_ok(h, NULL, path);
	free(path);
	folder_free(f);
}

/* It is refused with exactly "FILE: wanted", where FILE is the path that was named (or stands in the folder). */
static inline void load_refused(struct house *h, const char *path, const char *file, const char *wanted)
{
	char *why = NULL, *whole = mem_format("%s: %s", file, wanted);

	assert_int_equal(ms_load(h->ms, NULL, path, &why), -1);
	assert_non_null(why);
	assert_string_equal(why, whole);
	free(why);
	free(whole);
}

static inline void refuse_text(struct house *h, const char *text, const char *wanted)
{
	struct folder *f = folder_new();
	char *path = folder_path(f, "fixture.json");

	folder_write(f, "fixture.json", text);
	load_refused(h, path, path, wanted);
	free(path);
	folder_free(f);
}

#define CUSTOMER "{\"id\":\"cus_1\",\"object\":\"customer\"}"
#define PRODUCT "{\"id\":\"prod_1\",\"object\":\"product\",\"name\":\"Tides\"}"
#define PRICE                                                                                                          \
	"{\"id\":\"price_1\",\"object\":\"price\",\"product\":\"prod_1\",\"currency\":\"usd\",\"unit_amount\":2000,"   \
	"\"recurring\":{\"interval\":\"month\"}}"
#define SUBSCRIPTION(more)                                                                                             \
	"{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"cus_1\",\"created\":1765324800" more "}"
#define ITEMS                                                                                                          \
	",\"items\":{\"object\":\"list\",\"data\":[{\"id\":\"si_1\",\"object\":\"subscription_item\",\"price\":"       \
	"\"price_1\"}]}"
#define STEP(path, params) "{\"name\":\"a\",\"path\":\"" path "\",\"method\":\"post\",\"params\":" params "}"

static inline char *snapshot(struct house *h)
{
	char *text = ms_snapshot(h->ms, NULL);

	assert_non_null(text);
	return text;
}

#endif
