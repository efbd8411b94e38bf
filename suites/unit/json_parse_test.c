/* SPDX-License-Identifier: MIT */
/* js_parse reads back what js_write wrote, and everything else as jansson does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/random.h"

struct row {
	const char *name, *text;
};

static const struct row good[] = {
	{ "null", "null" },
	{ "true", "true" },
	{ "false", "false" },
	{ "zero", "0" },
	{ "minus", "-17" },
	{ "largest", "9223372036854775807" },
	{ "smallest", "-9223372036854775808" },
	{ "real", "8.875" },
	{ "exponent", "1e3" },
	{ "empty text", "\"\"" },
	{ "text", "\"caf\xc3\xa9\"" },
	{ "quote", "\"a\\\"b\"" },
	{ "backslash at the end", "\"a\\\\\"" },
	{ "control", "\"a\\u0001\\n\"" },
	{ "empty object", "{}" },
	{ "empty array", "[]" },
	{ "nested", "{\"a\":[1,{\"b\":null},[]],\"c\":{\"d\":\"e\"}}" },
	{ "order", "{\"z\":1,\"a\":2,\"m\":3}" },
	{ "escaped key", "{\"a\\\"b\":1}" },
	{ "blanks", " { \"a\" : [ 1 , 2 ] } " },
};

static const struct row bad[] = {
	{ "nothing", "" },
	{ "half an object", "{\"a\":1" },
	{ "half an array", "[1," },
	{ "half a text", "\"abc" },
	{ "escape at the end", "\"abc\\" },
	{ "no value", "{\"a\":}" },
	{ "no colon", "{\"a\"1}" },
	{ "two values", "1 2" },
	{ "a word", "nul" },
	{ "too large", "9223372036854775808" },
	{ "only a sign", "-" },
	{ "comma at the end", "[1,]" },
};

static void same_as_jansson(void **state)
{
	const struct row *row = *state;
	js_auto mine = js_parse(row->text, strlen(row->text));
	js_auto theirs = json_loadb(row->text, strlen(row->text), JSON_DECODE_ANY, NULL);
	struct text a, b;

	assert_non_null(mine);
	text_init(&a, TEXT_NO_CEILING);
	text_init(&b, TEXT_NO_CEILING);
	js_write(&a, mine);
	js_write(&b, theirs);
	assert_string_equal(a.data, b.data);
	text_clear(&a);
	text_clear(&b);
}

static void refused(void **state)
{
	const struct row *row = *state;

	assert_null(js_parse(row->text, strlen(row->text)));
}

/* ---- any tree ---- */

struct chance {
	uint64_t seed, counter;
};

static uint64_t draw(struct chance *c, uint64_t below)
{
	return random_mix(c->seed, 1, c->counter++) % below;
}

static json_t *any_text(struct chance *c)
{
	static const char letters[] = "ab\"\\\n\t/ \x01z_0";
	char text[24];
	size_t n = (size_t)draw(c, sizeof text - 1);

	for (size_t i = 0; i < n; i++)
		text[i] = letters[draw(c, sizeof letters - 1)];
	return json_stringn(text, n);
}

static json_t *any_tree(struct chance *c, unsigned depth)
{
	json_t *out;
	size_t n = (size_t)draw(c, 5);
	char key[24];

	switch (draw(c, depth ? 8 : 6)) {
	case 0:
		return json_null();
	case 1:
		return json_boolean(draw(c, 2));
	case 2:
		return json_integer((json_int_t)random_mix(c->seed, 2, c->counter++));
	case 3:
		return json_integer((json_int_t)draw(c, 1000) - 500);
	case 4:
		return json_real((double)draw(c, 100000) / 8);
	case 5:
		return any_text(c);
	case 6:
		out = json_array();
		for (size_t i = 0; i < n; i++)
			json_array_append_new(out, any_tree(c, depth - 1));
		return out;
	default:
		out = json_object();
		for (size_t i = 0; i < n; i++) {
			snprintf(key, sizeof key, "%s%" PRIu64, draw(c, 8) ? "key" : "\"k", draw(c, 50));
			json_object_set_new(out, key, any_tree(c, depth - 1));
		}
		return out;
	}
}

static void property__reads_back_what_was_written(void **state)
{
	const char *given = getenv("SEED");
	struct chance c = { .seed = given ? strtoull(given, NULL, 10) : 20261123 };

	(void)state;
	print_message("seed %" PRIu64 "\n", c.seed);
	for (int i = 0; i < 20000; i++) {
		js_auto tree = any_tree(&c, 5);
		struct text first, second;
		json_t *read;

		text_init(&first, TEXT_NO_CEILING);
		text_init(&second, TEXT_NO_CEILING);
		js_write(&first, tree);
		read = js_parse(first.data, first.length);
		assert_non_null(read);
		js_write(&second, read);
		assert_string_equal(second.data, first.data);
		json_decref(read);
		text_clear(&first);
		text_clear(&second);
	}
}

int main(void)
{
	struct CMUnitTest tests[sizeof good / sizeof *good + sizeof bad / sizeof *bad + 1];
	char names[sizeof tests / sizeof *tests][64];
	size_t n = 0;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++, n++) {
		snprintf(names[n], sizeof names[n], "reads__%s", good[i].name);
		tests[n] = (struct CMUnitTest) { names[n], same_as_jansson, NULL, NULL, (void *)(uintptr_t)&good[i] };
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++, n++) {
		snprintf(names[n], sizeof names[n], "refuses__%s", bad[i].name);
		tests[n] = (struct CMUnitTest) { names[n], refused, NULL, NULL, (void *)(uintptr_t)&bad[i] };
	}
	tests[n++] = (struct CMUnitTest) { "property__reads_back_what_was_written",
		property__reads_back_what_was_written, NULL, NULL, NULL };
	return _cmocka_run_group_tests("json_parse", tests, n, NULL, NULL);
}
