/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/form.h"
#include "api/multipart.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"

#define TYPE "multipart/form-data; boundary=XX"
#define FIELD(name, value) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n" value

/* ---- bodies that are read ---- */

static const struct good {
	const char *name, *type, *body, *tree;
} goods[] = {
	{ "one field", TYPE, "--XX\r\n" FIELD("purpose", "logo") "\r\n--XX--\r\n", "{\"purpose\":\"logo\"}" },
	{ "no line end after the last boundary", TYPE, "--XX\r\n" FIELD("a", "b") "\r\n--XX--", "{\"a\":\"b\"}" },
	{ "no parts", TYPE, "--XX--\r\n", "{}" },
	{ "text before and after", TYPE, "see\r\nbelow\r\n--XX\r\n" FIELD("a", "b") "\r\n--XX--\r\nthe end --XX",
		"{\"a\":\"b\"}" },
	{ "blanks after a boundary", TYPE, "--XX \t\r\n" FIELD("a", "b") "\r\n--XX--", "{\"a\":\"b\"}" },
	{ "an empty value", TYPE, "--XX\r\n" FIELD("a", "") "\r\n--XX--", "{\"a\":\"\"}" },
	{ "a value of several lines", TYPE, "--XX\r\n" FIELD("a", "1\r\n2\r\n") "\r\n--XX--",
		"{\"a\":\"1\\r\\n2\\r\\n\"}" },
	{ "a value that begins like the boundary", TYPE, "--XX\r\n" FIELD("a", "1\r\n--XXY\r\n2") "\r\n--XX--",
		"{\"a\":\"1\\r\\n--XXY\\r\\n2\"}" },
	{ "names with brackets nest", TYPE,
		"--XX\r\n" FIELD("file_link_data[create]", "true") "\r\n--XX\r\n" FIELD(
			"expand[]", "links") "\r\n--XX\r\n" FIELD("expand[]", "x") "\r\n--XX--",
		"{\"file_link_data\":{\"create\":\"true\"},\"expand\":{\"0\":\"links\",\"1\":\"x\"}}" },
	{ "the last of two equal names wins", TYPE,
		"--XX\r\n" FIELD("a", "1") "\r\n--XX\r\n" FIELD("a", "2") "\r\n--XX--", "{\"a\":\"2\"}" },
	{ "UTF-8", TYPE, "--XX\r\n" FIELD("a", "Zo\xc3\xab") "\r\n--XX--", "{\"a\":\"Zo\xc3\xab\"}" },
	{ "a quoted boundary", "Multipart/Form-Data; charset=utf-8; Boundary=\"X;X\"",
		"--X;X\r\n" FIELD("a", "b") "\r\n--X;X--", "{\"a\":\"b\"}" },
	{ "header names in any case", TYPE,
		"--XX\r\ncontent-length: 1\r\nCONTENT-disposition:Form-Data;NAME=a\r\n\r\nb\r\n--XX--",
		"{\"a\":\"b\"}" },
	{ "escapes in a name", TYPE,
		"--XX\r\nContent-Disposition: form-data; name=\"a\\\"b\\\\c\\d%22\"\r\n\r\n1\r\n--XX--",
		"{\"a\\\"b\\\\c\\\\d\\\"\":\"1\"}" },
	{ "a file", TYPE,
		"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: "
		"text/plain\r\n\r\n"
		"hello\r\n--XX--",
		"{\"file\":{\"filename\":\"a.txt\",\"type\":\"text/plain\",\"size\":5,\"data_base64\":\"aGVsbG8=\"}}" },
	{ "a file without a type", TYPE,
		"--XX\r\nContent-Disposition: form-data; filename=x; name=file\r\n\r\nhi\r\n--XX--",
		"{\"file\":{\"filename\":\"x\",\"type\":\"application/"
		"octet-stream\",\"size\":2,\"data_base64\":\"aGk=\"}}" },
	{ "an empty file", TYPE,
		"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--XX--",
		"{\"file\":{\"filename\":\"\",\"type\":\"application/"
		"octet-stream\",\"size\":0,\"data_base64\":\"\"}}" },
	{ "a file name is not a name", TYPE,
		"--XX\r\nContent-Disposition: form-data; filename=\"name=b; x\"; name=\"a\"\r\n\r\n\r\n--XX--",
		"{\"a\":{\"filename\":\"name=b; "
		"x\",\"type\":\"application/octet-stream\",\"size\":0,\"data_base64\":\"\"}}" },
	{ "a transfer encoding that changes nothing", TYPE,
		"--XX\r\nContent-Transfer-Encoding: BINARY\r\n" FIELD("a", "b") "\r\n--XX--", "{\"a\":\"b\"}" },
};

static void good_row(void **state)
{
	const struct good *row = *state;
	struct arena arena = { 0 };
	const char *why = NULL;
	json_t *into = json_object();
	json_t *expected = json_loads(row->tree, 0, NULL);
	struct text shown;

	assert_non_null(expected);
	text_init(&shown, TEXT_NO_CEILING);
	if (!multipart_read(into, row->type, row->body, strlen(row->body), &arena, &why))
		fail_msg("refused: %s", why);
	js_write(&shown, into);
	if (!json_equal(into, expected))
		fail_msg("got %s", shown.data);
	text_clear(&shown);
	json_decref(into);
	json_decref(expected);
	arena_free(&arena);
}

/* ---- bodies that are refused ---- */

static const struct bad {
	const char *name, *type, *body, *why; /* a part of the sentence */
} bads[] = {
	{ "no boundary in the type", "multipart/form-data", "--XX--", "needs a boundary" },
	{ "an empty boundary", "multipart/form-data; boundary=", "----", "needs a boundary" },
	{ "no type", NULL, "--XX--", "needs a boundary" },
	{ "a boundary that is too long",
		"multipart/form-data; boundary=0123456789012345678901234567890123456789012345678901234567890123456789X",
		"", "needs a boundary" },
	{ "quotes that do not close", "multipart/form-data; boundary=\"XX", "--XX--", "needs a boundary" },
	{ "an empty body", TYPE, "", "is not in the multipart body" },
	{ "another boundary", TYPE, "--YY\r\n" FIELD("a", "b") "\r\n--YY--", "is not in the multipart body" },
	{ "a form instead", TYPE, "purpose=logo", "is not in the multipart body" },
	{ "cut off inside a part", TYPE, "--XX\r\n" FIELD("a", "b"), "cut off" },
	{ "cut off inside the last boundary", TYPE, "--XX\r\n" FIELD("a", "b") "\r\n--XX-", "cut off" },
	{ "line feeds alone", TYPE, "--XX\nContent-Disposition: form-data; name=a\n\nb\n--XX--\n",
		"not in the multipart" },
	{ "a part without headers", TYPE, "--XX\r\n\r\nb\r\n--XX--", "no headers" },
	{ "a part without a blank line", TYPE, "--XX\r\nContent-Disposition: form-data; name=a\r\n--XX--",
		"no blank line" },
	{ "a part that is an attachment", TYPE, "--XX\r\nContent-Disposition: attachment; name=a\r\n\r\nb\r\n--XX--",
		"not form-data" },
	{ "a part without disposition", TYPE, "--XX\r\nContent-Type: text/plain\r\n\r\nb\r\n--XX--", "not form-data" },
	{ "a part without a name", TYPE, "--XX\r\nContent-Disposition: form-data\r\n\r\nb\r\n--XX--", "no name" },
	{ "a part with an empty name", TYPE, "--XX\r\n" FIELD("", "b") "\r\n--XX--", "no name" },
	{ "a name whose quote does not close", TYPE,
		"--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\nb\r\n--XX--", "no name" },
	{ "a value that is not UTF-8", TYPE, "--XX\r\n" FIELD("a", "\xff") "\r\n--XX--", "not valid UTF-8" },
	{ "a name that is not UTF-8", TYPE, "--XX\r\n" FIELD("\xc3", "b") "\r\n--XX--", "not valid UTF-8" },
	{ "a transfer encoding", TYPE, "--XX\r\nContent-Transfer-Encoding: base64\r\n" FIELD("a", "Yg==") "\r\n--XX--",
		"transfer encoding" },
	{ "a name that nests too deeply", TYPE,
		"--XX\r\n" FIELD("a[b][b][b][b][b][b][b][b][b][b][b][b][b]", "c") "\r\n--XX--", "too deeply" },
};

static void bad_row(void **state)
{
	const struct bad *row = *state;
	struct arena arena = { 0 };
	const char *why = NULL;
	json_t *into = json_object();

	assert_false(multipart_read(into, row->type, row->body, strlen(row->body), &arena, &why));
	assert_non_null(why);
	if (!strstr(why, row->why))
		fail_msg("refused with: %s", why);
	json_decref(into);
	arena_free(&arena);
}

/* ---- bounds ---- */

static bool read_text(const struct text *body, const char **why)
{
	struct arena arena = { 0 };
	json_t *into = json_object();
	bool read = multipart_read(into, TYPE, body->data, body->length, &arena, why);

	json_decref(into);
	arena_free(&arena);
	return read;
}

static void parts__are_as_many_as_a_form_may_have(void **state)
{
	(void)state;
	const char *why = NULL;
	struct text body;

	text_init(&body, TEXT_NO_CEILING);
	for (int i = 0; i < FORM_PAIRS; i++)
		text_format(&body, "--XX\r\nContent-Disposition: form-data; name=p%d\r\n\r\n\r\n", i);
	size_t length = body.length;

	text_put(&body, "--XX--");
	assert_true(read_text(&body, &why));
	body.length = length;
	text_put(&body, "--XX\r\nContent-Disposition: form-data; name=more\r\n\r\n\r\n--XX--");
	assert_false(read_text(&body, &why));
	assert_string_equal(why, "Too many parameters in one request.");
	text_clear(&body);
}

static void headers__have_a_limit(void **state)
{
	(void)state;
	const char *why = NULL;
	struct text body;

	text_init(&body, TEXT_NO_CEILING);
	text_put(&body, "--XX\r\nX-Long: ");
	for (int i = 0; i < MULTIPART_HEADER_MOST; i++)
		text_char(&body, 'x');
	text_put(&body, "\r\n" FIELD("a", "b") "\r\n--XX--");
	assert_false(read_text(&body, &why));
	assert_non_null(strstr(why, "too long"));
	text_clear(&body);
}

static void a_file__has_a_limit(void **state)
{
	(void)state;
	static const char head[] = "--XX\r\nContent-Disposition: form-data; name=file; filename=f\r\n\r\n";

	for (size_t extra = 0; extra < 2; extra++) {
		const char *why = NULL;
		struct text body;

		text_init(&body, TEXT_NO_CEILING);
		text_put(&body, head);
		memset(text_room(&body, MULTIPART_FILE_MOST + extra), 'f', MULTIPART_FILE_MOST + extra);
		body.length += MULTIPART_FILE_MOST + extra;
		text_put(&body, "\r\n--XX--");
		assert_int_equal(read_text(&body, &why), extra == 0);
		if (extra)
			assert_non_null(strstr(why, "larger than 16 MB"));
		text_clear(&body);
	}
}

/* ---- contents come back ---- */

/* Seeded: files of any bytes and lengths, the bytes of boundaries among them. */
static void a_files_bytes__come_back(void **state)
{
	(void)state;
	static const char alphabet[] = "\r\n-X\0\xff=";
	const uint64_t seed = 20261123;

	for (uint64_t i = 0; i < 3000; i++) {
		struct arena arena = { 0 };
		const char *why = NULL;
		json_t *into = json_object();
		char content[64];
		size_t length = random_mix(seed, 0, i) % sizeof content;
		struct text body;

		for (size_t k = 0; k < length; k++) {
			uint64_t draw = random_mix(seed, i + 1, k);

			content[k] = draw & 256 ? alphabet[draw % (sizeof alphabet - 1)] : (char)(unsigned char)draw;
		}
		if (memmem(content, length, "--XX", 4)) { /* would end the part */
			json_decref(into);
			continue;
		}
		text_init(&body, TEXT_NO_CEILING);
		text_put(&body, "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n");
		text_add(&body, content, length);
		text_put(&body, "\r\n--XX--\r\n");
		bool read = multipart_read(into, TYPE, body.data, body.length, &arena, &why);
		struct bytes *back = multipart_file_content(json_object_get(into, "f"));

		if (!read || !back || back->length != length || memcmp(back->data, content, length))
			fail_msg("seed %" PRIu64 " draw %" PRIu64 ": %s", seed, i, why ? why : "other bytes came back");
		bytes_drop(back);
		text_clear(&body);
		json_decref(into);
		arena_free(&arena);
	}
}

/* Seeded: a body cut off or changed anywhere is read or refused, and reads nothing outside itself (for the sanitizers).
 */
static void damage__is_survived(void **state)
{
	(void)state;
	static const char whole[] =
		"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\\\"%22.txt\"\r\n"
		"Content-Type: text/plain\r\n\r\nhello\r\n--XX\r\n" FIELD("a[b]", "c") "\r\n--XX--";
	const uint64_t seed = 7;
	size_t refused = 0;

	for (size_t i = 0; i < 4 * sizeof whole; i++) {
		size_t length = i < sizeof whole ? i : sizeof whole - 1;
		char *exact = malloc(length ? length : 1);
		struct arena arena = { 0 };
		const char *why = NULL;
		json_t *into = json_object();

		assert_non_null(exact);
		memcpy(exact, whole, length);
		if (i >= sizeof whole)
			exact[random_mix(seed, 0, i) % length] = "\r\n\"\\;-X%"[random_mix(seed, 1, i) % 8];
		if (!multipart_read(into, TYPE, exact, length, &arena, &why)) {
			assert_non_null(why);
			refused++;
		} else if (i < sizeof whole - 1) {
			fail_msg("read although cut off after %zu", i);
		}
		json_decref(into);
		arena_free(&arena);
		free(exact);
	}
	assert_in_range(refused, sizeof whole - 1, 4 * sizeof whole);
}

static const char *const not_files[] = {
	"\"aGk=\"",
	"{}",
	"{\"size\":2}",
	"{\"size\":2,\"data_base64\":\"aGk\"}",
	"{\"size\":4,\"data_base64\":\"aGk=\"}",
	"{\"size\":-1,\"data_base64\":\"\"}",
	"{\"size\":3,\"data_base64\":\"a*k=\"}",
	"{\"size\":\"2\",\"data_base64\":\"aGk=\"}",
};

static void other_values__have_no_content(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(not_files); i++) {
		json_t *value = json_loads(not_files[i], JSON_DECODE_ANY, NULL);

		assert_non_null(value);
		assert_null(multipart_file_content(value));
		json_decref(value);
	}
	assert_null(multipart_file_content(NULL));
}

static const struct CMUnitTest fixed[] = {
	cmocka_unit_test(parts__are_as_many_as_a_form_may_have),
	cmocka_unit_test(headers__have_a_limit),
	cmocka_unit_test(a_file__has_a_limit),
	cmocka_unit_test(a_files_bytes__come_back),
	cmocka_unit_test(damage__is_survived),
	cmocka_unit_test(other_values__have_no_content),
};

int main(void)
{
	struct CMUnitTest tests[COUNT_OF(fixed) + COUNT_OF(goods) + COUNT_OF(bads)];
	size_t n = COUNT_OF(fixed);

	memcpy(tests, fixed, sizeof fixed);
	for (size_t i = 0; i < COUNT_OF(goods); i++)
		tests[n++] = (struct CMUnitTest) {
			.name = goods[i].name, .test_func = good_row, .initial_state = (void *)(uintptr_t)&goods[i]
		};
	for (size_t i = 0; i < COUNT_OF(bads); i++)
		tests[n++] = (struct CMUnitTest) {
			.name = bads[i].name, .test_func = bad_row, .initial_state = (void *)(uintptr_t)&bads[i]
		};
	return cmocka_run_group_tests_name("multipart", tests, NULL, NULL);
}
