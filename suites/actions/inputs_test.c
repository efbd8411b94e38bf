/* SPDX-License-Identifier: MIT */
#include "suites/actions/support.h"

#include <stdlib.h>

#include "actions/core/inputs.h"
#include "actions/core/locale.h"
#include "actions/core/wording.h"

/* The tables of inputs: what they check, what schema they give; and how money and dates read. */

static const char *const colours[] = { "red", "green", NULL };
static const struct input inner[] = {
	{ .name = "city", .kind = INPUT_TEXT, .required = true, .min = 1, .max = 4, .what = "Where." },
	{ 0 },
};
static const struct input element = { .kind = INPUT_INTEGER, .min = 1, .max = 9 };
static const struct input rows[] = {
	{ .name = "text", .kind = INPUT_TEXT, .min = 2, .max = 5, .what = "A text." },
	{ .name = "lines", .kind = INPUT_TEXT, .lines = true },
	{ .name = "number", .kind = INPUT_INTEGER, .required = true, .min = 1, .max = 20 },
	{ .name = "flag", .kind = INPUT_FLAG },
	{ .name = "colour", .kind = INPUT_CHOICE, .choices = colours },
	{ .name = "place", .kind = INPUT_OBJECT, .fields = inner },
	{ .name = "list", .kind = INPUT_LIST, .min = 1, .max = 2, .fields = &element },
	{ .name = "plan", .kind = INPUT_TEXT, .offered = "plans" },
	{ 0 },
};

static const struct check_row {
	const char *name, *json, *path, *rule; /* path NULL: no fault */
} check_rows[] = {
	{ "check__least", "{\"number\":1}", NULL, NULL },
	{ "check__everything",
		"{\"number\":20,\"text\":\"\\u00fc\\u00fc\",\"lines\":\"a\\n\\tb\",\"flag\":false,\"colour\":\"red\","
		"\"place\":{"
		"\"city\":\"Rome\"},\"list\":[1,9],\"plan\":\"pro\"}",
		NULL, NULL },
	{ "check__null_is_not_given", "{\"number\":1,\"text\":null,\"place\":null,\"list\":null}", NULL, NULL },
	{ "check__characters_count_not_bytes", "{\"number\":1,\"text\":\"\\u7528\\u6237\\u7528\\u6237\\u7528\"}", NULL,
		NULL },
	{ "check__missing", "{}", "number", "required" },
	{ "check__null_for_required", "{\"number\":null}", "number", "required" },
	{ "check__unknown", "{\"number\":1,\"customer\":\"cus_1\"}", "customer", "unknown" },
	{ "check__unknown_deep", "{\"number\":1,\"place\":{\"city\":\"Rome\",\"x\":1}}", "place.x", "unknown" },
	{ "check__missing_deep", "{\"number\":1,\"place\":{}}", "place.city", "required" },
	{ "check__text_for_number", "{\"number\":\"1\"}", "number", "type" },
	{ "check__fraction_for_number", "{\"number\":1.5}", "number", "type" },
	{ "check__number_too_small", "{\"number\":0}", "number", "range" },
	{ "check__number_too_large", "{\"number\":9223372036854775807}", "number", "range" },
	{ "check__text_too_short", "{\"number\":1,\"text\":\"a\"}", "text", "length" },
	{ "check__text_too_long", "{\"number\":1,\"text\":\"abcdef\"}", "text", "length" },
	{ "check__newline_in_a_line", "{\"number\":1,\"text\":\"a\\nb\"}", "text", "characters" },
	{ "check__escape_in_lines", "{\"number\":1,\"lines\":\"a\\u001bb\"}", "lines", "characters" },
	{ "check__c1_control", "{\"number\":1,\"lines\":\"a\\u0085b\"}", "lines", "characters" },
	{ "check__direction_override", "{\"number\":1,\"lines\":\"a\\u202eb\"}", "lines", "characters" },
	{ "check__direction_isolate", "{\"number\":1,\"lines\":\"a\\u2066b\"}", "lines", "characters" },
	{ "check__flag_as_text", "{\"number\":1,\"flag\":\"true\"}", "flag", "type" },
	{ "check__choice", "{\"number\":1,\"colour\":\"blue\"}", "colour", "choice" },
	{ "check__choice_as_number", "{\"number\":1,\"colour\":1}", "colour", "type" },
	{ "check__object_as_text", "{\"number\":1,\"place\":\"Rome\"}", "place", "type" },
	{ "check__list_as_number", "{\"number\":1,\"list\":1}", "list", "type" },
	{ "check__list_too_long", "{\"number\":1,\"list\":[1,2,3]}", "list", "length" },
	{ "check__list_element", "{\"number\":1,\"list\":[1,10]}", "list[1]", "range" },
};

static void check_row_test(void **state)
{
	const struct check_row *row = *state;
	js_auto value = json_loads(row->json, 0, NULL);
	js_auto faults = json_array();
	size_t count = inputs_check(rows, value, "", faults);

	assert_int_equal(count, row->path ? 1 : 0);
	assert_int_equal(json_array_size(faults), count);
	if (row->path) {
		assert_string_equal(js_text(json_array_get(faults, 0), "path"), row->path);
		assert_string_equal(js_text(json_array_get(faults, 0), "rule"), row->rule);
	}
}

static void check__names_every_fault(void **state)
{
	js_auto value = json_loads("{\"text\":7,\"x\":1,\"flag\":2}", 0, NULL);
	js_auto faults = json_array();

	(void)state;
	assert_int_equal(inputs_check(rows, value, "$", faults), 4);
	assert_string_equal(js_text(json_array_get(faults, 0), "path"), "$.text");
}

static void canonical__is_the_same_for_equal_requests(void **state)
{
	js_auto one = json_loads("{\"flag\":true,\"number\":1,\"text\":null}", 0, NULL);
	js_auto other = json_loads("{\"number\":1,\"flag\":true}", 0, NULL);
	js_auto a = inputs_canonical(rows, one);
	js_auto b = inputs_canonical(rows, other);
	char *first = json_dumps(a, JSON_COMPACT), *second = json_dumps(b, JSON_COMPACT);

	(void)state;
	assert_string_equal(first, "{\"number\":1,\"flag\":true}");
	assert_string_equal(first, second);
	free(first);
	free(second);
}

static json_t *offer(const void *arg, const char *set)
{
	(void)arg;
	assert_string_equal(set, "plans");
	return json_loads("[\"basic\",\"pro\"]", 0, NULL);
}

static void schema__open(void **state)
{
	js_auto schema = inputs_schema(rows, INPUTS_OPEN, offer, NULL);
	char *text = json_dumps(schema, JSON_COMPACT);

	(void)state;
	assert_string_equal(text,
		"{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\",\"minLength\":2,\"maxLength\":5,"
		"\"description\":\"A "
		"text.\"},\"lines\":{\"type\":\"string\"},\"number\":{\"type\":\"integer\",\"minimum\":1,"
		"\"maximum\":20},\"flag\":{\"type\":\"boolean\"},\"colour\":{\"type\":\"string\",\"enum\":[\"red\","
		"\"green\"]},"
		"\"place\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\",\"minLength\":1,"
		"\"maxLength\":4,"
		"\"description\":\"Where.\"}},\"required\":[\"city\"],\"additionalProperties\":false},\"list\":{"
		"\"type\":\"array\","
		"\"items\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9},\"minItems\":1,\"maxItems\":2},\"plan\":{"
		"\"type\":"
		"\"string\",\"enum\":[\"basic\",\"pro\"]}},\"required\":[\"number\"],\"additionalProperties\":false}");
	free(text);
}

/* Strict modes: everything required, what is optional may be null, and no keyword that they refuse. */
static void schema__strict(void **state)
{
	js_auto schema = inputs_schema(rows, INPUTS_STRICT, offer, NULL);
	char *text = json_dumps(schema, JSON_COMPACT),
	     *colour = json_dumps(js_at(schema, "properties.colour"), JSON_COMPACT);

	(void)state;
	assert_int_equal(json_array_size(js_get(schema, "required")), 8);
	assert_string_equal(colour, "{\"type\":[\"string\",\"null\"],\"enum\":[\"red\",\"green\",null]}");
	assert_string_equal(js_text_at(schema, "properties.number.type"), "integer");
	assert_lacks(text, "minLength");
	assert_lacks(text, "maximum");
	assert_lacks(text, "minItems");
	free(text);
	free(colour);
}

static const struct money_row {
	const char *name;
	int64_t amount;
	const char *currency, *text;
} money_rows[] = {
	{ "money__cents", 123450, "usd", "1,234.50 USD" },
	{ "money__small", 5, "eur", "0.05 EUR" },
	{ "money__negative", -123456789, "usd", "-1,234,567.89 USD" },
	{ "money__zero_decimals", 1234567, "jpy", "1,234,567 JPY" },
	{ "money__three_decimals", 1234560, "kwd", "1,234.560 KWD" },
	{ "money__hundred", 10000, "usd", "100.00 USD" },
	{ "money__nothing", 0, "usd", "0.00 USD" },
};

static void money_row_test(void **state)
{
	const struct money_row *row = *state;
	struct arena arena = { 0 };

	assert_string_equal(locale_money(locale_find("en"), &arena, row->amount, row->currency), row->text);
	arena_free(&arena);
}

static void wording__dates_periods_and_masks(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	assert_string_equal(locale_date(locale_find("en"), &arena, NOW, NULL), "1 January 2026 (UTC)");
	assert_string_equal(wording_iso(&arena, NOW), "2026-01-01T00:00:00Z");
	assert_string_equal(locale_interval(locale_find("en"), &arena, "month", 1), "month");
	assert_string_equal(locale_interval(locale_find("en"), &arena, "month", 3), "3 months");
	assert_string_equal(wording_masked_email(&arena, "ada@example.com"), "a***@e***.com");
	assert_string_equal(wording_masked_email(&arena, "nobody"), "***");
	assert_string_equal(wording_masked_phone(&arena, "+15551234567"), "***67");
	assert_string_equal(wording_masked_phone(&arena, "123"), "***");
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(check__names_every_fault),
		cmocka_unit_test(canonical__is_the_same_for_equal_requests),
		cmocka_unit_test(schema__open),
		cmocka_unit_test(schema__strict),
		cmocka_unit_test(wording__dates_periods_and_masks),
	};
	struct CMUnitTest *checks =
		tests_of_rows(check_rows, COUNT_OF(check_rows), sizeof(check_rows[0]), check_row_test);
	struct CMUnitTest *moneys =
		tests_of_rows(money_rows, COUNT_OF(money_rows), sizeof(money_rows[0]), money_row_test);
	int failed = cmocka_run_group_tests_name("inputs", single, NULL, NULL);

	failed += _cmocka_run_group_tests("inputs_check", checks, COUNT_OF(check_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("inputs_money", moneys, COUNT_OF(money_rows), NULL, NULL);
	free(checks);
	free(moneys);
	return failed;
}
