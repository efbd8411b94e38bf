/* SPDX-License-Identifier: MIT */
/* Trees: what a plain list of members would say after the same changes, in every copy that was made on the way. */
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
#include "base/tree_keys.h"

/* ---- objects beside a model ---- */

#define MEMBERS 700 /* more than a list of keys that is looked through by its tags */

struct model {
	size_t count;
	unsigned keys[MEMBERS];
	int64_t values[MEMBERS];
};

struct pair {
	json_t *object;
	struct model model;
};

struct chance {
	uint64_t seed, counter;
};

static uint64_t draw(struct chance *c, uint64_t below)
{
	return random_mix(c->seed, 1, c->counter++) % below;
}

static const char *key_of(unsigned key, char out[32])
{
	/* Keys of many lengths, some the beginning of others. */
	snprintf(out, 32, "%.*s%u", (int)(key % 17), "abcdefghijklmnopq", key / 3);
	return out;
}

static size_t model_find(const struct model *m, unsigned key)
{
	size_t i = 0;

	while (i < m->count && m->keys[i] != key)
		i++;
	return i;
}

static void check(const struct pair *p)
{
	char name[32];
	const char *key;
	json_t *value;
	size_t i = 0;

	assert_int_equal(json_object_size(p->object), p->model.count);
	json_object_foreach(p->object, key, value)
	{
		assert_string_equal(key, key_of(p->model.keys[i], name));
		assert_int_equal(json_integer_value(value), p->model.values[i]);
		assert_ptr_equal(json_object_get(p->object, key), value);
		i++;
	}
	assert_int_equal(i, p->model.count);
}

static void change(struct pair *p, struct chance *c, unsigned keys)
{
	unsigned key = (unsigned)draw(c, keys);
	size_t at = model_find(&p->model, key);
	char name[32];

	key_of(key, name);
	if (draw(c, 4) == 0) {
		assert_int_equal(json_object_del(p->object, name), at < p->model.count ? 0 : -1);
		if (at == p->model.count)
			return;
		p->model.count--;
		memmove(p->model.keys + at, p->model.keys + at + 1, (p->model.count - at) * sizeof *p->model.keys);
		memmove(p->model.values + at, p->model.values + at + 1,
			(p->model.count - at) * sizeof *p->model.values);
		return;
	}
	if (at == MEMBERS)
		return;
	if (at == p->model.count)
		p->model.keys[p->model.count++] = key;
	p->model.values[at] = (int64_t)draw(c, UINT64_MAX) * (draw(c, 2) ? 1 : -1);
	js_put_int(p->object, name, p->model.values[at]);
}

struct size_row {
	const char *name;
	unsigned keys, changes, rounds;
};

static const struct size_row sizes[] = {
	{ "of_three_keys", 3, 200, 200 },
	{ "of_twenty_keys", 20, 400, 200 },
	{ "of_two_hundred_keys", 200, 2000, 10 },
	{ "of_six_hundred_keys", 600, 6000, 3 },
};

static void objects__are_as_their_model(void **state)
{
	const struct size_row *row = *state;
	const char *given = getenv("SEED");
	struct chance c = { .seed = given ? strtoull(given, NULL, 10) : 20261123 };
	struct pair *pairs = calloc(4, sizeof *pairs);

	print_message("seed %" PRIu64 "\n", c.seed);
	for (unsigned round = 0; round < row->rounds; round++) {
		for (size_t i = 0; i < 4; i++)
			pairs[i] = (struct pair) { .object = json_object() };
		for (unsigned i = 0; i < row->changes; i++) {
			struct pair *p = &pairs[draw(&c, 4)], *other = &pairs[draw(&c, 4)];

			change(p, &c, row->keys);
			if (p != other && draw(&c, 50) == 0) { /* a version of it goes its own way */
				json_decref(other->object);
				*other = (struct pair) { .object = draw(&c, 2) ? json_copy(p->object)
									       : json_deep_copy(p->object),
					.model = p->model };
			}
		}
		for (size_t i = 0; i < 4; i++) {
			check(&pairs[i]);
			assert_true(js_same(pairs[i].object, pairs[i].object));
			json_object_clear(pairs[i].object);
			assert_int_equal(json_object_size(pairs[i].object), 0);
			js_put_int(pairs[i].object, "again", 1);
			assert_int_equal(js_int(pairs[i].object, "again", 0), 1);
			json_decref(pairs[i].object);
		}
	}
	free(pairs);
}

/* ---- single values ---- */

static void integers__come_back(void **state)
{
	static const int64_t values[] = { 0, 1, -1, 42, -42, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, INT64_MAX / 2,
		INT64_MAX / 2 + 1, INT64_MIN / 2, INT64_MIN / 2 - 1 };

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		js_auto node = json_integer(values[i]);
		js_auto again = json_integer(values[i]);

		assert_true(json_is_integer(node));
		assert_false(json_is_real(node) || json_is_string(node) || json_is_null(node) || json_is_object(node));
		assert_true(json_integer_value(node) == values[i]);
		assert_true(js_same(node, again));
	}
}

static void types__are_told_apart(void **state)
{
	js_auto object = json_object();
	js_auto array = json_array();
	js_auto text = json_string("1");
	js_auto real = json_real(1);
	js_auto large = json_integer(INT64_MAX);
	json_t *const all[] = { object, array, text, json_integer(1), real, json_true(), json_false(), json_null(),
		large };

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		bool integer = i == JSON_INTEGER || all[i] == large;

		assert_int_equal(json_typeof(all[i]), integer ? JSON_INTEGER : (int)i);
		assert_int_equal(json_is_integer(all[i]), integer);
		assert_int_equal(json_is_boolean(all[i]), i == JSON_TRUE || i == JSON_FALSE);
		assert_int_equal(json_is_number(all[i]), integer || i == JSON_REAL);
		assert_int_equal(json_string_value(all[i]) != NULL, i == JSON_STRING);
		for (size_t j = 0; j < sizeof all / sizeof *all; j++)
			assert_int_equal(js_same(all[i], all[j]), i == j);
		/* What is not an object or an array has nothing in it and takes nothing. */
		assert_int_equal(json_object_set_new(all[i], "a", json_null()), i == JSON_OBJECT ? 0 : -1);
		assert_int_equal(json_array_append_new(all[i], json_null()), i == JSON_ARRAY ? 0 : -1);
		assert_int_equal(json_object_size(all[i]), i == JSON_OBJECT);
		assert_int_equal(json_array_size(all[i]), i == JSON_ARRAY);
	}
	assert_false(json_is_null(NULL));
	assert_null(json_real(1.0 / 0.0));
}

static const struct {
	const char *text;
	size_t length;
	bool good;
} texts[] = {
	{ "", 0, true },
	{ "plain ASCII, more than eight", 28, true },
	{ "a\0b", 3, true },
	{ "12345678caf\xC3\xA9", 13, true },
	{ "12345678caf\xC3", 12, false },
	{ "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", 11, true },
	{ "\xE2\x82\xAC", 2, false }, /* the rest stands beyond the length */
	{ "\xED\xA0\x80", 3, false },
	{ "1234567\xFF", 8, false },
};

static void texts__are_utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		js_auto node = json_stringn(texts[i].text, texts[i].length);

		assert_int_equal(node != NULL, texts[i].good);
		if (!node)
			continue;
		assert_int_equal(json_string_length(node), texts[i].length);
		assert_memory_equal(json_string_value(node), texts[i].text, texts[i].length + 1);
	}
}

static void arrays__keep_order(void **state)
{
	js_auto a = json_array();
	js_auto b = NULL;
	char *text;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(json_array_append_new(a, json_integer(i)), 0);
	b = json_copy(a);
	assert_int_equal(json_array_insert(a, 0, json_true()), 0);
	assert_int_equal(json_array_insert(a, 6, json_false()), 0);
	assert_int_equal(json_array_insert(a, 9, json_false()), -1);
	assert_int_equal(json_array_remove(a, 1), 0);
	assert_int_equal(json_array_remove(a, 6), -1);
	assert_int_equal(json_array_set_new(a, 1, json_string("x")), 0);
	assert_int_equal(json_array_set_new(a, 6, json_string("x")), -1);
	text = json_dumps(a, JSON_COMPACT);
	assert_string_equal(text, "[true,\"x\",2,3,4,false]");
	free(text);
	assert_int_equal(json_array_extend(b, b), 0);
	text = json_dumps(b, JSON_COMPACT);
	assert_string_equal(text, "[0,1,2,3,4,0,1,2,3,4]");
	free(text);
	assert_int_equal(json_array_clear(b), 0);
	assert_int_equal(json_array_size(b), 0);
}

/* ---- order, and lists of keys that are kept once ---- */

static const struct {
	const char *name, *before, *after;
} orders[] = {
	{ "in order", "{\"a\":1,\"b\":2,\"c\":3}", "{\"a\":1,\"b\":2,\"c\":3}" },
	{ "backwards", "{\"c\":3,\"b\":2,\"a\":1}", "{\"a\":1,\"b\":2,\"c\":3}" },
	{ "one late", "{\"a\":1,\"c\":3,\"b\":[2]}", "{\"a\":1,\"b\":[2],\"c\":3}" },
	{ "strangers go last as they stood", "{\"z\":0,\"b\":2,\"y\":9,\"a\":1}", "{\"a\":1,\"b\":2,\"z\":0,\"y\":9}" },
	{ "nothing", "{}", "{}" },
	{ "no object", "[1]", "[1]" },
};

static const char *letter(const void *arg, size_t i)
{
	return ((const char *const *)arg)[i];
}

static void order__is_that_of_the_names(void **state)
{
	static const char *const letters[] = { "a", "b", "c", "d" };

	(void)state;
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		js_auto object = json_loads(orders[i].before, 0, NULL);
		js_auto copy = json_copy(object);
		char *text;

		tree_object_order(copy, letter, letters, sizeof letters / sizeof *letters);
		text = json_dumps(copy, JSON_COMPACT);
		assert_string_equal(text, orders[i].after);
		free(text);
		text = json_dumps(object, JSON_COMPACT);
		assert_string_equal(text, orders[i].before); /* the list of keys was shared */
		free(text);
	}
}

static void key_lists__do_not_change_what_they_serve(void **state)
{
	struct key_lists lists = { 0 };
	struct chance c = { .seed = 7 };
	json_t *objects[200];
	char name[32];

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		size_t n = (size_t)draw(&c, 12);

		objects[i] = json_object();
		for (size_t k = 0; k < n; k++)
			js_put_int(objects[i], key_of((unsigned)(k * 3 + (i % 5 == 0)), name), (int64_t)(i + k));
		js_put_new(objects[i], "inner", i ? json_copy(objects[i / 2]) : json_array());
	}
	for (size_t i = 0; i < 200; i++) {
		char *text = json_dumps(objects[i], 0);
		js_auto before = json_loads(text, 0, NULL);

		free(text);
		tree_share_keys(objects[i], &lists);
		assert_true(js_same(before, objects[i]));
		if (i % 3 == 0)
			json_object_del(objects[i], "inner");
		js_put_flag(objects[i], "more", true); /* does not reach those that share the list */
		if (i % 3)
			assert_true(json_object_size(objects[i]) == json_object_size(before) + 1);
	}
	assert_true(lists.count > 1 && lists.count < 100);
	key_lists_clear(&lists);
	for (size_t i = 0; i < 200; i++) {
		assert_true(js_flag(objects[i], "more", false));
		json_decref(objects[i]);
	}
}

static const struct {
	const char *name, *one, *other;
	bool same; /* the member "a" of both becomes one value */
} common[] = {
	{ "texts", "{\"a\":\"x\"}", "{\"a\":\"x\"}", true },
	{ "other texts", "{\"a\":\"x\"}", "{\"a\":\"y\"}", false },
	{ "objects", "{\"a\":{\"b\":[1],\"c\":\"z\"}}", "{\"a\":{\"b\":[1],\"c\":\"z\"}}", true },
	{ "objects in another order", "{\"a\":{\"b\":1,\"c\":2}}", "{\"a\":{\"c\":2,\"b\":1}}", false },
	{ "objects with one member more", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1,\"c\":2}}", false },
	{ "deep down", "{\"a\":{\"b\":{\"c\":\"1\"}}}", "{\"a\":{\"b\":{\"c\":\"2\"}}}", false },
	{ "arrays", "{\"a\":[{\"b\":\"x\"}]}", "{\"a\":[{\"b\":\"x\"}]}", true },
	{ "arrays of two", "{\"a\":[\"x\",\"x\"]}", "{\"a\":[\"x\",\"y\"]}", false },
	{ "empty arrays", "{\"a\":[]}", "{\"a\":[]}", true },
	{ "another type", "{\"a\":[]}", "{\"a\":{}}", false },
	{ "large numbers", "{\"a\":9223372036854775807}", "{\"a\":9223372036854775807}", true },
	{ "other keys", "{\"a\":\"x\"}", "{\"a\":\"x\",\"b\":\"y\"}", false },
};

static void common_values__become_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
		struct key_lists lists = { 0 };
		js_auto one = json_loads(common[i].one, 0, NULL);
		js_auto other = json_loads(common[i].other, 0, NULL);
		js_auto kept = json_array();
		char *text;

		tree_share_keys(other, &lists);
		tree_share_keys(one, &lists);
		tree_share_values(one, other, kept);
		if ((js_get(one, "a") == js_get(other, "a")) != common[i].same)
			fail_msg("%s", common[i].name);
		text = json_dumps(one, JSON_COMPACT);
		assert_string_equal(text, common[i].one);
		free(text);
		text = json_dumps(other, JSON_COMPACT);
		assert_string_equal(text, common[i].other);
		free(text);
		key_lists_clear(&lists);
	}
}

/* Another thread may be reading what has two owners; whoever borrowed a part that was replaced may go on using it. */
static void common_values__leave_what_others_own(void **state)
{
	struct key_lists lists = { 0 };
	js_auto one = json_loads("{\"a\":{\"b\":\"x\"},\"c\":{\"d\":\"y\"}}", 0, NULL);
	js_auto other = json_loads("{\"a\":{\"b\":\"x\"},\"c\":{\"d\":\"y\"}}", 0, NULL);
	js_auto kept = json_array();
	js_auto owned = json_incref(js_get(one, "a"));
	json_t *borrowed = js_get(one, "c");
	const char *text = js_text(owned, "b");

	(void)state;
	tree_share_keys(other, &lists);
	tree_share_keys(one, &lists);
	tree_share_values(one, other, kept);
	assert_ptr_equal(js_get(one, "a"), owned);
	assert_ptr_equal(js_text(owned, "b"), text);
	assert_ptr_equal(js_get(one, "c"), js_get(other, "c"));
	assert_string_equal(js_text(borrowed, "d"), "y");
	key_lists_clear(&lists);
}

int main(void)
{
	struct CMUnitTest tests[sizeof sizes / sizeof *sizes + 8] = {
		cmocka_unit_test(common_values__leave_what_others_own),
		cmocka_unit_test(integers__come_back),
		cmocka_unit_test(types__are_told_apart),
		cmocka_unit_test(texts__are_utf8),
		cmocka_unit_test(arrays__keep_order),
		cmocka_unit_test(order__is_that_of_the_names),
		cmocka_unit_test(key_lists__do_not_change_what_they_serve),
		cmocka_unit_test(common_values__become_one),
	};
	char names[sizeof sizes / sizeof *sizes][64];

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		snprintf(names[i], sizeof names[i], "objects_%s__are_as_their_model", sizes[i].name);
		tests[7 + i] = (struct CMUnitTest) { names[i], objects__are_as_their_model, NULL, NULL,
			(void *)(uintptr_t)&sizes[i] };
	}
	return _cmocka_run_group_tests("tree", tests, sizeof tests / sizeof *tests, NULL, NULL);
}
