/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"

static void json_getters__fall_back_on_the_wrong_type(void **state)
{
	(void)state;
	js_auto o = json_loads("{\"s\":\"x\",\"i\":-5,\"t\":true,\"n\":null,\"r\":1.5}", 0, NULL);
	assert_string_equal(js_text(o, "s"), "x");
	assert_null(js_text(o, "i"));
	assert_null(js_text(o, "absent"));
	assert_null(js_text(NULL, "s"));
	assert_int_equal(js_int(o, "i", 1), -5);
	assert_int_equal(js_int(o, "r", 1), 1);
	assert_int_equal(js_int(o, "absent", 9), 9);
	assert_true(js_flag(o, "t", false));
	assert_true(js_flag(o, "s", true));
	assert_false(js_flag(o, "n", false));
	assert_true(js_is_null(o, "n"));
	assert_false(js_is_null(o, "absent"));
	assert_true(json_is_null(js_get(o, "n")));
	assert_null(js_get(o, "absent"));
	assert_null(js_get(json_object_get(o, "s"), "any"));
}

static void js_at__follows_objects_and_arrays(void **state)
{
	(void)state;
	js_auto o = json_loads("{\"a\":{\"b\":[{\"c\":7},{\"c\":\"t\",\"d\":true}]},\"\":3}", 0, NULL);
	assert_int_equal(js_int_at(o, "a.b.0.c", 0), 7);
	assert_string_equal(js_text_at(o, "a.b.1.c"), "t");
	assert_true(js_flag_at(o, "a.b.1.d", false));
	assert_null(js_at(o, "a.b.2"));
	assert_null(js_at(o, "a.b.-1"));
	assert_null(js_at(o, "a.b.x"));
	assert_null(js_at(o, "a.b."));
	assert_null(js_at(o, "a.b.0.c.d"));
	assert_null(js_at(o, "a.b.99999999999999999999"));
	assert_null(js_at(NULL, "a"));
	assert_int_equal(js_int_at(o, "", 0), 3);
	assert_int_equal(js_int_at(o, "a.x", 4), 4);
}

static void expect_written(const json_t *node, const char *expected)
{
	struct text t;
	text_init(&t, TEXT_NO_CEILING);
	js_write(&t, node);
	assert_string_equal(t.data, expected);
	text_clear(&t);
}

static void js_put__writes_null_for_nothing(void **state)
{
	(void)state;
	js_auto o = json_object();
	js_auto shared = json_array();
	js_put_text(o, "email", "jenny@example.com");
	js_put_text(o, "name", NULL);
	js_put_int(o, "balance", INT64_MIN);
	js_put_flag(o, "livemode", false);
	js_put_null(o, "phone");
	js_put_new(o, "none", NULL);
	js_put(o, "shared", shared);
	js_put(o, "nothing", NULL);
	assert_int_equal(shared->owners, 2);
	js_put_text(o, "email", "new@example.com"); /* keeps its place */
	expect_written(o,
		"{\"email\":\"new@example.com\",\"name\":null,\"balance\":-9223372036854775808,\"livemode\":false,"
		"\"phone\":null,\"none\":null,\"shared\":[],\"nothing\":null}");
}

static void js_put_text__mends_what_is_not_utf8(void **state)
{
	(void)state;
	static const struct {
		const char *raw, *mended;
	} cases[] = {
		{ "caf\xE9", "caf\xEF\xBF\xBD" },
		{ "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80" },
		{ "\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "\xE2\x82", "\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "\xFF", "\xEF\xBF\xBD" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		js_auto o = json_object();
		js_put_text(o, "t", cases[i].raw);
		assert_string_equal(js_text(o, "t"), cases[i].mended);
	}
}

static void js_same__compares_trees(void **state)
{
	(void)state;
	js_auto a = json_loads("{\"a\":[1,{\"b\":null}],\"c\":\"x\"}", 0, NULL);
	js_auto b = json_loads("{\"c\":\"x\",\"a\":[1,{\"b\":null}]}", 0, NULL);
	js_auto c = json_loads("{\"c\":\"x\",\"a\":[1,{\"b\":0}]}", 0, NULL);
	assert_true(js_same(a, a));
	assert_true(js_same(a, b));
	assert_false(js_same(a, c));
	assert_true(js_same(NULL, NULL));
	assert_false(js_same(a, NULL));
}

static void js_write__escapes_only_what_must_be(void **state)
{
	(void)state;
	js_auto node = json_stringn("a\"b\\c/d\b\f\n\r\t\x01\x1f\x7f \xE2\x82\xAC\0z", 21);
	assert_non_null(node);
	expect_written(node, "\"a\\\"b\\\\c/d\\b\\f\\n\\r\\t\\u0001\\u001f\x7f \xE2\x82\xAC\\u0000z\"");
}

static void js_write__finds_an_escape_at_every_place(void **state)
{
	(void)state;
	static const char special[] = { '"', '\\', '\n' };
	for (size_t length = 1; length < 40; length++)
		for (size_t at = 0; at < length; at++)
			for (size_t s = 0; s < sizeof(special); s++) {
				char raw[40];
				memset(raw, '!',
					sizeof(raw)); /* one above '"' minus one: the nearest plain neighbour */
				raw[at] = special[s];
				struct text t;
				text_init(&t, TEXT_NO_CEILING);
				js_write_string(&t, raw, length);
				js_auto back = json_loads(t.data, JSON_DECODE_ANY, NULL);
				assert_int_equal(json_string_length(back), length);
				assert_memory_equal(json_string_value(back), raw, length);
				text_clear(&t);
			}
}

static void js_write__shows_whole_reals_as_integers(void **state)
{
	(void)state;
	static const struct {
		double value;
		const char *shown;
	} cases[] = {
		{ 20.0, "20" },
		{ 0.0, "0" },
		{ -0.0, "0" },
		{ -3.0, "-3" },
		{ 8.875, "8.875" },
		{ 0.1, "0.1" },
		{ 33.333333333333336, "33.3333333333333" },
		{ 999999999999999.0, "999999999999999" },
		{ 1e20, "1e+20" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		js_auto node = json_real(cases[i].value);
		expect_written(node, cases[i].shown);
	}
	expect_written(NULL, "null");
}

/* Indentation must be what jansson makes of the same tree. */
static const char *const samples[] = {
	"{}",
	"[]",
	"{\"a\":{}}",
	"[[],{},[[]],{\"k\":[{}]}]",
	"{\"id\":\"cus_NffrFeUfNV2Hib\",\"object\":\"customer\",\"balance\":0,\"created\":1680893993,\"email\":null}",
	"{\"url\":\"https://example.com/{a}[b]:c,d\",\"quote\":\"say \\\"hi\\\" \\\\\",\"end\":\"\\\\\"}",
	"{\"list\":{\"object\":\"list\",\"data\":[{\"id\":\"si_1\",\"price\":{\"id\":\"price_1\",\"tiers\":[{\"up_to\":"
	"10},"
	"{\"up_to\":null}]}},{\"id\":\"si_2\"}],\"has_more\":false}}",
	"[1,-2,3.25,true,false,null,\"\",\"a\"]",
	"[123456789012,\"exactly8\",\"seven77\",\"nine99999\",\"sixteen characters\"]",
	"{\"d\":{\"d\":{\"d\":{\"d\":{\"d\":{\"d\":{\"d\":{\"d\":{\"d\":{\"d\":{\"d\":[[[[1]]]]}}}}}}}}}}}",
};

static void js_indent__matches_jansson(void **state)
{
	const char *const *sample = *state;
	js_auto node = json_loads(*sample, 0, NULL);
	assert_non_null(node);
	char *expected = json_dumps(node, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	struct text compact, t;
	text_init(&compact, TEXT_NO_CEILING);
	js_write(&compact, node);
	assert_string_equal(compact.data, *sample);
	text_init(&t, TEXT_NO_CEILING);
	text_put(&t, "head ");
	js_indent(&t, compact.data, compact.length, 0);
	assert_memory_equal(t.data, "head ", 5);
	assert_string_equal(t.data + 5, expected);
	text_clear(&t);
	text_clear(&compact);
	free(expected);
}

static void js_indent__honours_depth_and_scalars(void **state)
{
	(void)state;
	struct text t;
	text_init(&t, TEXT_NO_CEILING);
	js_indent(&t, "{\"a\":[1]}", 9, 2);
	assert_string_equal(t.data, "{\n      \"a\": [\n        1\n      ]\n    }");
	text_reset(&t);
	js_indent(&t, "\"plain\"", 7, 0);
	js_indent(&t, "-12.5", 5, 3);
	js_indent(&t, "", 0, 0);
	assert_string_equal(t.data, "\"plain\"-12.5");
	text_clear(&t);
}

static void js_indent__adds_all_or_nothing(void **state)
{
	(void)state;
	const char *sample = samples[6];
	struct text full;
	text_init(&full, TEXT_NO_CEILING);
	js_indent(&full, sample, strlen(sample), 0);
	for (size_t ceiling = 0; ceiling < full.length + 20; ceiling++) {
		struct text t;
		text_init(&t, ceiling);
		js_indent(&t, sample, strlen(sample), 0);
		bool fits = ceiling >= full.length;
		assert_int_equal(t.over, !fits);
		assert_string_equal(t.data, fits ? full.data : "");
		text_clear(&t);
	}
	text_clear(&full);
}

static void js_indent__survives_broken_input(void **state)
{
	(void)state;
	static const char *const broken[] = { "\"cut", "\"cut\\", "{\"a\":", "]]]]", "{", "[1,", "}{" };
	for (size_t i = 0; i < COUNT_OF(broken); i++) {
		/* An exact heap copy, so that a sanitizer sees a read past the end. */
		size_t length = strlen(broken[i]);
		char *copy = mem_alloc(length);
		memcpy(copy, broken[i], length);
		struct text t;
		text_init(&t, TEXT_NO_CEILING);
		js_indent(&t, copy, length, 0);
		assert_true(t.length >= length);
		assert_int_equal(strlen(t.data), t.length);
		text_clear(&t);
		free(copy);
	}
}

/* A tree from a seed: nested containers, and strings with everything in them. */
static json_t *random_tree(uint64_t seed, uint64_t *counter, unsigned depth)
{
	uint64_t draw = random_mix(seed, depth, (*counter)++);
	unsigned kind = (unsigned)(draw % (depth < 5 ? 8 : 6));
	if (kind >= 6) {
		json_t *node = kind == 6 ? json_object() : json_array();
		unsigned count = (unsigned)(draw >> 8) % 6;
		for (unsigned i = 0; i < count; i++) {
			char key[16];
			snprintf(key, sizeof(key), "%.*s%u", (int)(draw >> 16) % 9, "\"\\\n{[:,}", i);
			json_t *child = random_tree(seed, counter, depth + 1);
			if (kind == 6)
				json_object_set_new(node, key, child);
			else
				json_array_append_new(node, child);
		}
		return node;
	}
	char text[64];
	size_t length = (size_t)(draw >> 8) % sizeof(text);
	for (size_t i = 0; i < length; i++)
		text[i] = (char)(random_mix(seed, draw, i) % 128);
	switch (kind) {
	case 0:
		return json_integer((json_int_t)draw);
	case 1:
		return json_real((double)(int64_t)(draw % 100000) / 8 + 0.0625);
	case 2:
		return json_boolean(draw & 256);
	case 3:
		return json_null();
	default:
		return json_stringn(text, length);
	}
}

static void json__random_trees_come_back_and_indent_like_jansson(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 400; seed++) {
		uint64_t counter = 0;
		js_auto tree = random_tree(seed, &counter, 0);
		struct text compact, indented;
		text_init(&compact, TEXT_NO_CEILING);
		text_init(&indented, TEXT_NO_CEILING);
		js_write(&compact, tree);
		js_auto back = json_loadb(compact.data, compact.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		js_indent(&indented, compact.data, compact.length, 0);
		js_auto again = json_loadb(indented.data, indented.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		char *expected = json_dumps(back, JSON_INDENT(2) | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY);
		char *ours = json_dumps(again, JSON_INDENT(2) | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY);
		/* jansson writes the hexadecimal of an escape in capitals: compare lengths, and the trees themselves.
		 */
		if (!js_same(tree, back) || !js_same(tree, again) || strlen(expected) != indented.length ||
			strcmp(expected, ours) != 0)
			fail_msg("seed %" PRIu64 ":\n%s\n%s", seed, indented.data, expected);
		free(expected);
		free(ours);
		text_clear(&compact);
		text_clear(&indented);
	}
}

#define SAMPLE(number)                                                                                                 \
	{                                                                                                              \
		"js_indent__matches_jansson_" #number, js_indent__matches_jansson, NULL, NULL,                         \
			(void *)(uintptr_t)&samples[number]                                                            \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_getters__fall_back_on_the_wrong_type),
		cmocka_unit_test(js_at__follows_objects_and_arrays),
		cmocka_unit_test(js_put__writes_null_for_nothing),
		cmocka_unit_test(js_put_text__mends_what_is_not_utf8),
		cmocka_unit_test(js_same__compares_trees),
		cmocka_unit_test(js_write__escapes_only_what_must_be),
		cmocka_unit_test(js_write__finds_an_escape_at_every_place),
		cmocka_unit_test(js_write__shows_whole_reals_as_integers),
		SAMPLE(0),
		SAMPLE(1),
		SAMPLE(2),
		SAMPLE(3),
		SAMPLE(4),
		SAMPLE(5),
		SAMPLE(6),
		SAMPLE(7),
		SAMPLE(8),
		SAMPLE(9),
		cmocka_unit_test(js_indent__honours_depth_and_scalars),
		cmocka_unit_test(js_indent__adds_all_or_nothing),
		cmocka_unit_test(js_indent__survives_broken_input),
		cmocka_unit_test(json__random_trees_come_back_and_indent_like_jansson),
	};
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
