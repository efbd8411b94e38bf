/* SPDX-License-Identifier: MIT */
#include "suites/support/api.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "suites/support/harvest.h"

/* Prints a sentence with its place and ends the running test. */
static _Noreturn void fail_at(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static _Noreturn void fail_at(const char *file, int line, const char *format, ...)
{
	char message[8192];
	va_list list;

	va_start(list, format);
	vsnprintf(message, sizeof message, format, list);
	va_end(list);
	print_error("%s\n", message);
	_fail(file, line);
	abort(); /* _fail jumps; cmocka does not declare it so */
}

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

struct house *house_open(const struct ms_options *options)
{
	struct house *h = must(calloc(1, sizeof *h));
	struct ms_options watched = options ? *options : (struct ms_options) { 0 };
	char *why = NULL;

	h->key = "sk_test_suite";
	h->harvest = harvest_attach(&watched);
	h->ms = ms_start(&watched, &why);
	if (!h->ms) {
		print_error("the simulator did not start: %s\n", why);
		free(why);
		harvest_finish(h->harvest);
		free(h);
		fail();
	}
	return h;
}

void house_close(struct house *h)
{
	size_t wrong;

	if (!h)
		return;
	while (h->answers) {
		struct answer *a = h->answers;

		h->answers = a->earlier;
		json_decref(a->json);
		ms_response_clear(&a->response);
		free(a);
	}
	for (size_t i = 0; i < h->n_texts; i++)
		free(h->texts[i]);
	free(h->texts);
	harvest_events(h->harvest, h->ms);
	ms_stop(h->ms);
	wrong = harvest_finish(h->harvest);
	free(h);
	if (wrong)
		fail_at(__FILE__, __LINE__, "%zu answers are not what the API description allows", wrong);
}

int house_setup(void **state)
{
	*state = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	return 0;
}

int house_teardown(void **state)
{
	house_close(*state);
	*state = NULL;
	return 0;
}

const struct answer *api_with(
	struct house *h, const char *method, const char *path, const char *body, const char *const *headers)
{
	struct answer *a = must(calloc(1, sizeof *a));
	struct ms_request request = { .method = method, .path = path, .key = h->key, .body = body, .headers = headers };

	a->earlier = h->answers;
	h->answers = a;
	if (ms_call(h->ms, &request, &a->response))
		fail_at(__FILE__, __LINE__, "ms_call refused %s %s", method, path);
	a->status = a->response.status;
	a->text = a->response.body;
	a->length = a->response.length;
	a->headers = a->response.headers;
	a->json = json_loadb(a->text, a->length, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	return a;
}

const struct answer *api(struct house *h, const char *method, const char *path, const char *body)
{
	return api_with(h, method, path, body, NULL);
}

const struct answer *api_ok_at(
	struct house *h, const char *method, const char *path, const char *body, const char *file, int line)
{
	const struct answer *a = api(h, method, path, body);

	assert_status_at(a, 200, file, line);
	return a;
}

const char *text_of(struct house *h, const char *format, ...)
{
	char *text = NULL;
	va_list list;
	int length;

	va_start(list, format);
	length = vasprintf(&text, format, list);
	va_end(list);
	if (length < 0)
		abort();
	h->texts = must(realloc(h->texts, (h->n_texts + 1) * sizeof *h->texts));
	h->texts[h->n_texts++] = text;
	return text;
}

const char *header_of(const struct answer *a, const char *name)
{
	size_t length = strlen(name);

	for (const char *const *h = a->headers; h && *h; h++)
		if (!strncasecmp(*h, name, length) && (*h)[length] == ':')
			return *h + length + 1 + strspn(*h + length + 1, " ");
	return NULL;
}

json_t *field_json(const struct answer *a, const char *path)
{
	json_t *at = a->json;
	char key[128];

	while (at && *path) {
		size_t length = strcspn(path, ".");

		if (length >= sizeof key)
			return NULL;
		memcpy(key, path, length);
		key[length] = 0;
		at = json_is_array(at) ? json_array_get(at, strtoul(key, NULL, 10)) : json_object_get(at, key);
		path += length + (path[length] == '.');
	}
	return at;
}

static json_t *need(const struct answer *a, const char *path, bool fits, const char *kind, const char *file, int line)
{
	json_t *at = field_json(a, path);

	if (!at || !fits)
		fail_at(file, line, "\"%s\" is %s in the answer (%d):\n%s", path, at ? kind : "absent", a->status,
			a->text);
	return at;
}

const char *field_at(const struct answer *a, const char *path, const char *file, int line)
{
	bool fits = json_is_string(field_json(a, path));

	return json_string_value(need(a, path, fits, "not a text", file, line));
}

int64_t field_int_at(const struct answer *a, const char *path, const char *file, int line)
{
	bool fits = json_is_integer(field_json(a, path));

	return json_integer_value(need(a, path, fits, "not a whole number", file, line));
}

bool field_flag_at(const struct answer *a, const char *path, const char *file, int line)
{
	bool fits = json_is_boolean(field_json(a, path));

	return json_is_true(need(a, path, fits, "not true or false", file, line));
}

size_t field_count_at(const struct answer *a, const char *path, const char *file, int line)
{
	json_t *at = field_json(a, path);

	need(a, path, json_is_array(at) || json_is_object(at), "neither array nor object", file, line);
	return json_is_array(at) ? json_array_size(at) : json_object_size(at);
}

void assert_status_at(const struct answer *a, int wanted, const char *file, int line)
{
	if (a->status != wanted)
		fail_at(file, line, "the status is %d, not %d:\n%s", a->status, wanted, a->text);
}

void assert_field_at(const struct answer *a, const char *path, const char *wanted, const char *file, int line)
{
	const json_t *at = field_json(a, path);
	const char *got;

	if (!wanted) {
		need(a, path, json_is_null(at), "not null", file, line);
		return;
	}
	got = field_at(a, path, file, line);
	if (strcmp(got, wanted))
		fail_at(file, line, "\"%s\" is \"%s\", not \"%s\", in the answer (%d):\n%s", path, got, wanted,
			a->status, a->text);
}

void assert_absent_at(const struct answer *a, const char *path, const char *file, int line)
{
	if (field_json(a, path))
		fail_at(file, line, "\"%s\" should not be in the answer (%d):\n%s", path, a->status, a->text);
}

void assert_flag_at(const struct answer *a, const char *path, bool wanted, const char *file, int line)
{
	if (field_flag_at(a, path, file, line) != wanted)
		fail_at(file, line, "\"%s\" is not %s in the answer (%d):\n%s", path, wanted ? "true" : "false",
			a->status, a->text);
}

void assert_money_at(const struct answer *a, const char *path, int64_t wanted, const char *file, int line)
{
	int64_t got = field_int_at(a, path, file, line);

	if (got != wanted)
		fail_at(file, line, "\"%s\" is %lld, not %lld, in the answer (%d):\n%s", path, (long long)got,
			(long long)wanted, a->status, a->text);
}

void assert_same_int_at(int64_t got, int64_t wanted, const char *file, int line)
{
	if (got != wanted)
		fail_at(file, line, "%lld, not %lld", (long long)got, (long long)wanted);
}

void assert_error_at(const struct answer *a, int status, const char *code, const char *param, const char *text,
	const char *file, int line)
{
	const char *message;

	assert_status_at(a, status, file, line);
	if (code)
		assert_field_at(a, "error.code", code, file, line);
	else
		assert_absent_at(a, "error.code", file, line);
	if (param)
		assert_field_at(a, "error.param", param, file, line);
	else
		assert_absent_at(a, "error.param", file, line);
	message = field_at(a, "error.message", file, line);
	if (text && !strstr(message, text))
		fail_at(file, line, "the message does not hold \"%s\":\n%s", text, message);
}
