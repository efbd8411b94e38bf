/* SPDX-License-Identifier: MIT */

/*
 * Every case of fixtures/proration, a test each: what stands before is loaded, the changes are made at their moments,
 * and what comes of them must hold everything that the case expects. A new file there is a new test here.
 */
#include <dirent.h>
#include <time.h>

#include "billing.h"

#define FOLDER "fixtures/proration"
#define CUSTOMER "cus_1"
#define SUBSCRIPTION "sub_1"

/* "2026-04-16T00:00:00Z" in Unix seconds; -1: no such text. */
static int64_t time_of(const char *text)
{
	struct tm tm = { 0 };
	const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;

	return end && !*end ? (int64_t)timegm(&tm) : -1;
}

/* ---- parameters, as a form ---- */

static const char *encoded(struct house *h, const char *text)
{
	const char *out = "";

	for (; *text; text++)
		out = strchr("&=+%# ", *text) ? text_of(h, "%s%%%02X", out, (unsigned)(unsigned char)*text)
					      : text_of(h, "%s%c", out, *text);
	return out;
}

static const char *form(struct house *h, const char *name, const json_t *value)
{
	const char *out = "", *key;
	json_t *member;
	size_t i;

	if (json_is_object(value)) {
		json_object_foreach((json_t *)(uintptr_t)value, key, member) out =
			text_of(h, "%s%s", out, form(h, *name ? text_of(h, "%s[%s]", name, key) : key, member));
		return out;
	}
	if (json_is_array(value)) {
		json_array_foreach(value, i, member) out =
			text_of(h, "%s%s", out, form(h, text_of(h, "%s[%zu]", name, i), member));
		return out;
	}
	if (json_is_string(value))
		return text_of(h, "%s=%s&", name, encoded(h, json_string_value(value)));
	if (json_is_integer(value))
		return text_of(h, "%s=%lld&", name, (long long)json_integer_value(value));
	assert_true(json_is_boolean(value));
	return text_of(h, "%s=%s&", name, json_is_true(value) ? "true" : "false");
}

/* ---- comparing ---- */

static void differs(const char *place, const json_t *wanted, const json_t *got)
{
	char *want = json_dumps(wanted, JSON_ENCODE_ANY), *have = got ? json_dumps(got, JSON_ENCODE_ANY) : NULL;

	print_error("%s is %s, not %s\n", place, have ? have : "absent", want);
	free(want);
	free(have);
	fail();
}

/* Objects hold at least the wanted members; lists may be written as arrays, and times as text; the rest is equal. */
static void assert_holds(struct house *h, const char *place, const json_t *wanted, const json_t *got)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_array(wanted) && json_is_object(got))
		got = json_object_get(got, "data");
	if (json_is_array(wanted)) {
		if (!json_is_array(got) || json_array_size(got) != json_array_size(wanted))
			differs(place, wanted, got);
		json_array_foreach(wanted, i, member)
			assert_holds(h, text_of(h, "%s[%zu]", place, i), member, json_array_get(got, i));
	} else if (json_is_object(wanted)) {
		if (!json_is_object(got))
			differs(place, wanted, got);
		json_object_foreach((json_t *)(uintptr_t)wanted, key, member)
			assert_holds(h, text_of(h, "%s.%s", place, key), member, json_object_get(got, key));
	} else if (json_is_string(wanted) && json_is_integer(got)) {
		if (time_of(json_string_value(wanted)) != json_integer_value(got))
			differs(place, wanted, got);
	} else if (!json_equal(wanted, got)) {
		differs(place, wanted, got);
	}
}

/* ---- a case ---- */

/* What the expectation is about: the last change's answer, or what is found afterwards. */
static const json_t *look(struct house *h, const char *what, const struct answer *last)
{
	if (!strcmp(what, "answer"))
		return last->json;
	if (!strcmp(what, "pending"))
		return pending_items(h, CUSTOMER)->json;
	if (!strcmp(what, "customer"))
		return get(h, "customers", CUSTOMER)->json;
	if (!strcmp(what, "subscription"))
		return get(h, "subscriptions", SUBSCRIPTION)->json;
	if (!strcmp(what, "invoice")) {
		const json_t *invoice =
			field_json(api_ok(h, "GET", "/v1/invoices?limit=1&customer=" CUSTOMER, NULL), "data.0");

		return invoice ? invoice : json_null();
	}
	fail_msg("\"expected\" may not have \"%s\"", what);
	return NULL;
}

static const struct answer *change(struct house *h, const json_t *step)
{
	int64_t at = time_of(json_string_value(json_object_get(step, "at")));
	const char *method = json_string_value(json_object_get(step, "method"));

	assert_true(at > 0);
	go_to(h, at);
	if (!method)
		return NULL; /* time passes, and that is all */
	return api(h, method, json_string_value(json_object_get(step, "path")),
		form(h, "", json_object_get(step, "params")));
}

static void run_case(void **state)
{
	const char *file = *state, *key;
	json_t *all = json_load_file(file, 0, NULL), *expected = json_object_get(all, "expected"), *member;
	const json_t *steps = json_object_get(all, "changes"), *header = json_object_get(all, "mockstripe");
	const struct answer *last = NULL;
	struct house *h;
	size_t i;

	assert_non_null(all);
	assert_true(json_is_string(json_object_get(all, "shows")) && json_is_string(json_object_get(all, "rule")));
	assert_true(json_array_size(steps) && json_object_size(expected));
	h = house_open(&(struct ms_options) { .no_socket = true,
		.seed = 1,
		.now = json_integer_value(json_object_get(header, "now")),
		.fixtures = (const char *const[]) { file, NULL } });
	json_array_foreach(steps, i, member)
	{
		int wanted = 200;
		const struct answer *a = change(h, member);

		if (i + 1 == json_array_size(steps) && json_object_get(expected, "status"))
			wanted = (int)json_integer_value(json_object_get(expected, "status"));
		if (a)
			assert_status(a, wanted);
		last = a ? a : last;
	}
	json_object_foreach(expected, key, member) if (strcmp(key, "status") != 0)
		assert_holds(h, key, member, look(h, key, last));
	house_close(h);
	json_decref(all);
}

static int is_case(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && dot != entry->d_name && !strcmp(dot, ".json");
}

int main(void)
{
	struct dirent **entries = NULL;
	int count = scandir(FOLDER, &entries, is_case, alphasort), failed;
	struct CMUnitTest *tests;
	char(*files)[320];

	if (count <= 0) {
		fprintf(stderr, "%s holds no cases\n", FOLDER);
		return 1;
	}
	tests = calloc((size_t)count, sizeof *tests);
	files = calloc((size_t)count, sizeof *files);
	for (int i = 0; i < count && tests && files; i++) {
		snprintf(files[i], sizeof files[i], "%s/%s", FOLDER, entries[i]->d_name);
		*strrchr(entries[i]->d_name, '.') = 0;
		tests[i] = (struct CMUnitTest) {
			.name = entries[i]->d_name, .test_func = run_case, .initial_state = files[i]
		};
	}
	failed = _cmocka_run_group_tests("proration_fixtures", tests, (size_t)count, NULL, NULL);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	free(tests);
	free(files);
	return failed;
}
