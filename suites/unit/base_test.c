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

#include "base/arena.h"
#include "base/bytes.h"
#include "base/json.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"

/* mem, bytes */

static void mem_alloc__is_zeroed_and_never_null(void **state)
{
	(void)state;
	unsigned char *memory = mem_alloc(512);
	for (size_t i = 0; i < 512; i++)
		assert_int_equal(memory[i], 0);
	free(memory);
	void *nothing = mem_alloc(0);
	assert_non_null(nothing);
	free(nothing);
}

static void mem_copy__terminates_and_keeps_null(void **state)
{
	(void)state;
	char *copy = mem_copy_range("abcdef", 3);
	assert_string_equal(copy, "abc");
	free(copy);
	assert_null(mem_copy_text(NULL));
	copy = mem_format("%s-%04d", "INV", 7);
	assert_string_equal(copy, "INV-0007");
	free(copy);
}

static void bytes__are_shared_until_the_last_owner(void **state)
{
	(void)state;
	struct bytes *b = bytes_new("cus\0tomer", 9);
	assert_int_equal(b->length, 9);
	assert_memory_equal(b->data, "cus\0tomer", 10);
	assert_ptr_equal(bytes_keep(b), b);
	assert_int_equal(atomic_load(&b->owners), 2);
	bytes_drop(b);
	assert_int_equal(atomic_load(&b->owners), 1);
	bytes_drop(b);
	assert_null(bytes_keep(NULL));
	bytes_drop(NULL);
	b = bytes_blank(0);
	assert_int_equal(b->data[0], 0);
	bytes_drop(b);
}

/* text */

static void text__grows_by_pieces(void **state)
{
	(void)state;
	struct text t;
	text_init(&t, TEXT_NO_CEILING);
	assert_string_equal(t.data, "");
	for (int i = 0; i < 10000; i++) {
		text_put(&t, "ab");
		text_char(&t, 'c');
	}
	assert_int_equal(t.length, 30000);
	assert_int_equal(strlen(t.data), 30000);
	assert_memory_equal(t.data + 29997, "abc", 3);
	text_reset(&t);
	assert_string_equal(t.data, "");
	text_clear(&t);
	text_clear(&t);
}

static void text_int__writes_every_magnitude(void **state)
{
	(void)state;
	static const int64_t values[] = { 0, 7, -7, 10, 99, -100, 1773785647, INT64_MAX, INT64_MIN };
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		struct text t;
		char expected[32];
		text_init(&t, TEXT_NO_CEILING);
		text_int(&t, values[i]);
		snprintf(expected, sizeof(expected), "%" PRId64, values[i]);
		assert_string_equal(t.data, expected);
		text_clear(&t);
	}
}

static void text_format__prints_in_place_and_after_growing(void **state)
{
	(void)state;
	struct text t;
	text_init(&t, TEXT_NO_CEILING);
	text_format(&t, "%s=%d", "limit", 3);
	assert_string_equal(t.data, "limit=3");
	text_format(&t, "&%0200d", 5);
	assert_int_equal(t.length, 7 + 201);
	assert_int_equal(t.data[t.length - 1], '5');
	assert_int_equal(t.data[t.length], 0);
	text_clear(&t);
}

static void text__stops_at_its_ceiling(void **state)
{
	(void)state;
	struct text t;
	text_init(&t, 5);
	text_put(&t, "abcde");
	assert_false(t.over);
	assert_string_equal(t.data, "abcde");
	text_char(&t, 'f');
	assert_true(t.over);
	assert_string_equal(t.data, "abcde");
	text_reset(&t);
	assert_false(t.over);
	text_put(&t, "abc");
	text_format(&t, "%s", "long enough to be over");
	assert_true(t.over);
	assert_string_equal(t.data, "abc");
	text_put(&t, "d"); /* would fit, but the run is spoilt already */
	assert_string_equal(t.data, "abc");
	assert_null(text_room(&t, 1));
	text_clear(&t);
}

static void text_format__ends_exactly_at_the_ceiling(void **state)
{
	(void)state;
	struct text t;
	text_init(&t, 8);
	text_format(&t, "%d", 12345678);
	assert_false(t.over);
	assert_string_equal(t.data, "12345678");
	text_clear(&t);
	text_init(&t, 8);
	text_format(&t, "%d", 123456789);
	assert_true(t.over);
	assert_string_equal(t.data, "");
	text_clear(&t);
}

static void text_take__gives_the_characters_away(void **state)
{
	(void)state;
	struct text t;
	text_init(&t, 100);
	text_put(&t, "mine");
	struct bytes *b = text_bytes(&t);
	char *taken = text_take(&t);
	assert_string_equal(taken, "mine");
	assert_string_equal(b->data, "mine");
	assert_int_equal(t.length, 0);
	free(taken);
	bytes_drop(b);
	text_format(&t, "%d", 42);
	assert_string_equal(t.data, "42");
	text_clear(&t);
}

static void text_room__is_filled_by_hand(void **state)
{
	(void)state;
	struct text t;
	text_init(&t, TEXT_NO_CEILING);
	char *room = text_room(&t, 100);
	memset(room, 'x', 100);
	t.length += 100;
	assert_int_equal(strlen(t.data), 100);
	text_clear(&t);
}

/* list, map */

static void list__keeps_order(void **state)
{
	(void)state;
	struct list l = { 0 };
	int numbers[100];
	for (size_t i = 0; i < 100; i++)
		list_add(&l, &numbers[i]);
	list_insert(&l, 0, &numbers[50]);
	list_insert(&l, l.count, &numbers[51]);
	assert_int_equal(l.count, 102);
	assert_ptr_equal(l.at[0], &numbers[50]);
	assert_ptr_equal(l.at[1], &numbers[0]);
	assert_ptr_equal(l.at[101], &numbers[51]);
	list_remove(&l, 0);
	list_remove(&l, 10);
	list_remove(&l, l.count - 1);
	assert_int_equal(l.count, 99);
	assert_ptr_equal(l.at[9], &numbers[9]);
	assert_ptr_equal(l.at[10], &numbers[11]);
	assert_ptr_equal(l.at[98], &numbers[99]);
	list_clear(&l);
	assert_int_equal(l.count, 0);
	list_clear(&l);
}

static void map__puts_gets_replaces_removes(void **state)
{
	(void)state;
	int one, two, three;
	struct map *m = map_new();
	assert_null(map_get(m, "cus_1"));
	assert_null(map_get(NULL, "cus_1"));
	assert_null(map_put(m, "cus_1", &one));
	assert_null(map_put(m, "", &three));
	assert_ptr_equal(map_put(m, "cus_1", &two), &one);
	assert_ptr_equal(map_get(m, "cus_1"), &two);
	assert_ptr_equal(map_get(m, ""), &three);
	assert_ptr_equal(map_get_range(m, "cus_12", 5), &two);
	assert_null(map_get(m, "CUS_1"));
	assert_int_equal(map_count(m), 2);
	assert_ptr_equal(map_remove(m, "cus_1"), &two);
	assert_null(map_remove(m, "cus_1"));
	assert_int_equal(map_count(m), 1);
	map_free(m);
	map_free(NULL);
}

struct walk {
	struct map *map;
	int seen;
};

static void remove_odd(void *arg, const char *key, void *value)
{
	struct walk *walk = arg;
	const int *number = value;
	assert_int_equal(*number, walk->seen);
	walk->seen++;
	if (*number % 2)
		assert_non_null(map_remove(walk->map, key));
}

static void expect_even(void *arg, const char *key, void *value)
{
	struct walk *walk = arg;
	const int *number = value;
	(void)key;
	assert_int_equal(*number, 2 * walk->seen);
	walk->seen++;
}

static void map_each__walks_in_order_and_may_remove(void **state)
{
	(void)state;
	enum { COUNT = 30000 };
	int *numbers = mem_alloc(COUNT * sizeof(*numbers));
	struct walk walk = { .map = map_new() };
	for (int i = 0; i < COUNT; i++) {
		char key[32];
		numbers[i] = i;
		snprintf(key, sizeof(key), "in_%d", i);
		map_put(walk.map, key, &numbers[i]);
	}
	map_each(walk.map, remove_odd, &walk);
	assert_int_equal(walk.seen, COUNT);
	assert_int_equal(map_count(walk.map), COUNT / 2);
	walk.seen = 0;
	map_each(walk.map, expect_even, &walk);
	assert_int_equal(walk.seen, COUNT / 2);
	assert_ptr_equal(map_get(walk.map, "in_29998"), &numbers[29998]);
	assert_null(map_get(walk.map, "in_29999"));
	map_free(walk.map);
	free(numbers);
}

/* arena */

static void arena__gives_aligned_zeroes_again_after_clear(void **state)
{
	(void)state;
	struct arena a = { 0 };
	arena_clear(&a);
	for (int round = 0; round < 3; round++) {
		for (size_t size = 0; size < 6000; size += 7) {
			unsigned char *memory = arena_alloc(&a, size);
			assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(memory[i], 0);
			memset(memory, 0xFF, size);
		}
		arena_clear(&a);
	}
	arena_free(&a);
	arena_free(&a);
}

static void arena__copies_and_formats(void **state)
{
	(void)state;
	struct arena a = { 0 };
	assert_string_equal(arena_text(&a, "usd"), "usd");
	assert_null(arena_text(&a, NULL));
	assert_string_equal(arena_range(&a, "usdeur", 3), "usd");
	const char *wide = arena_format(&a, "%05000d|%s", 1, "end");
	assert_int_equal(strlen(wide), 5004);
	assert_string_equal(wide + 5000, "|end");
	arena_free(&a);
}

static void note_release(void *thing)
{
	struct text *order = thing;
	text_char(order, (char)('0' + order->length));
}

static void note_mark(void *thing)
{
	text_char(thing, 'm');
}

static void arena_defer__releases_latest_first(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct text order;
	text_init(&order, TEXT_NO_CEILING);
	arena_defer(&a, note_release, &order);
	for (int i = 0; i < 3000; i++) /* across several blocks */
		arena_alloc(&a, 16);
	arena_alloc(&a, 100000);
	arena_defer(&a, note_mark, &order);
	arena_clear(&a);
	assert_string_equal(order.data, "m1");
	arena_clear(&a);
	assert_string_equal(order.data, "m1");
	arena_defer(&a, note_mark, &order);
	arena_free(&a);
	assert_string_equal(order.data, "m1m");
	text_clear(&order);
}

/* random */

static void random_mix__is_fixed_and_tells_its_parts_apart(void **state)
{
	(void)state;
	/* Ids in recorded expectations hang on these values: they must never change. */
	assert_true(random_mix(0, 0, 0) == UINT64_C(0x238275BC38FCBE91));
	assert_true(random_mix(1, 2, 3) == UINT64_C(0x2A38BBE987FDF051));
	assert_true(random_mix(1, 2, 3) != random_mix(2, 1, 3));
	assert_true(random_mix(1, 2, 3) != random_mix(1, 3, 2));
	assert_true(random_mix(1, 2, 3) != random_mix(1, 2, 4));
}

static void random_hash__depends_on_every_byte(void **state)
{
	(void)state;
	char name[25];
	for (size_t length = 0; length < sizeof(name); length++) {
		memset(name, 'a', sizeof(name));
		uint64_t plain = random_hash(name, length, 7);
		assert_true(plain == random_hash(name, length, 7));
		assert_true(plain != random_hash(name, length, 8));
		for (size_t i = 0; i < length; i++) {
			name[i] = 'b';
			assert_true(plain != random_hash(name, length, 7));
			name[i] = 'a';
		}
	}
	assert_true(random_hash("a\0", 1, 0) != random_hash("a\0", 2, 0));
}

static void random_base62__uses_the_whole_alphabet(void **state)
{
	(void)state;
	unsigned counts[256] = { 0 };
	char out[41];
	for (uint64_t i = 0; i < 5000; i++) {
		random_base62(out, 40, 1, 2, i);
		assert_int_equal(strlen(out), 40);
		for (size_t k = 0; k < 40; k++)
			counts[(unsigned char)out[k]]++;
	}
	unsigned used = 0;
	for (int c = 0; c < 256; c++) {
		bool digit = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		if (!digit) {
			assert_int_equal(counts[c], 0);
			continue;
		}
		/* 200,000 draws over 62 digits: 3,226 each; six standard deviations are 340. */
		assert_in_range(counts[c], 2880, 3570);
		used++;
	}
	assert_int_equal(used, 62);
	random_base62(out, 0, 1, 2, 3);
	assert_string_equal(out, "");
}

/* json */

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
		cmocka_unit_test(mem_alloc__is_zeroed_and_never_null),
		cmocka_unit_test(mem_copy__terminates_and_keeps_null),
		cmocka_unit_test(bytes__are_shared_until_the_last_owner),
		cmocka_unit_test(text__grows_by_pieces),
		cmocka_unit_test(text_int__writes_every_magnitude),
		cmocka_unit_test(text_format__prints_in_place_and_after_growing),
		cmocka_unit_test(text__stops_at_its_ceiling),
		cmocka_unit_test(text_format__ends_exactly_at_the_ceiling),
		cmocka_unit_test(text_take__gives_the_characters_away),
		cmocka_unit_test(text_room__is_filled_by_hand),
		cmocka_unit_test(list__keeps_order),
		cmocka_unit_test(map__puts_gets_replaces_removes),
		cmocka_unit_test(map_each__walks_in_order_and_may_remove),
		cmocka_unit_test(arena__gives_aligned_zeroes_again_after_clear),
		cmocka_unit_test(arena__copies_and_formats),
		cmocka_unit_test(arena_defer__releases_latest_first),
		cmocka_unit_test(random_mix__is_fixed_and_tells_its_parts_apart),
		cmocka_unit_test(random_hash__depends_on_every_byte),
		cmocka_unit_test(random_base62__uses_the_whole_alphabet),
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
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
