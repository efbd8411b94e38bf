/* SPDX-License-Identifier: MIT */
/* Parameters without members: texts, numbers, flags, files, metadata. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/fail.h"
#include "api/multipart.h"
#include "api/params_inside.h"
#include "base/json.h"
#include "base/mem.h"
#include "value/calendar.h"
#include "value/currency.h"
#include "value/decimal.h"

#define STRING_LIMIT 5000 /* characters, unless the description says otherwise */

json_t *params_wrong(struct call *call, const char *code, const struct place *at, const char *format, const char *shown)
{
	struct text message;

	text_init(&message, TEXT_NO_CEILING);
	for (const char *c = format; *c; c++) {
		if (c[0] == '%' && c[1] == 's') {
			text_put(&message, shown);
			c++;
		} else {
			text_char(&message, *c);
		}
	}
	fail_invalid(call, code, place_text(call, at), "%s", message.data);
	text_clear(&message);
	return NULL;
}

/* A scalar as it was written; NULL for objects and arrays. */
static const char *scalar_text(struct call *call, const json_t *value)
{
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_integer(value))
		return arena_format(&call->arena, "%lld", (long long)json_integer_value(value));
	if (json_is_real(value))
		return arena_format(&call->arena, "%.15g", json_real_value(value));
	if (json_is_boolean(value))
		return json_is_true(value) ? "true" : "false";
	return NULL;
}

const char *params_shown(struct call *call, const json_t *value)
{
	const char *text = scalar_text(call, value);
	struct text out;

	if (text)
		return text;
	text_init(&out, 1024);
	js_write(&out, value);
	text = arena_text(&call->arena, out.data);
	text_clear(&out);
	return text;
}

static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xC0) != 0x80;
	return n;
}

/* "a, b, or c"; two: "a or b". */
static const char *choice_text(struct call *call, const struct schema_node *node)
{
	struct text out;
	const char *result;

	text_init(&out, TEXT_NO_CEILING);
	for (size_t i = 0; i < node->n_literals; i++) {
		if (i)
			text_put(&out, node->n_literals == 2 ? " " : ", ");
		if (i && i + 1 == node->n_literals)
			text_put(&out, "or ");
		text_put(&out, node->literals[i]);
	}
	result = arena_text(&call->arena, out.data);
	text_clear(&out);
	return result;
}

static json_t *typed_currency(struct call *call, const char *text, const struct place *at)
{
	char lower[4] = "";
	struct text list;
	json_t *result = NULL;

	for (size_t i = 0; i < 3 && text[i]; i++)
		lower[i] = (char)tolower((unsigned char)text[i]);
	if (strlen(text) == 3 && currency_find(lower))
		return json_string(lower);
	text_init(&list, 4096);
	for (size_t i = 0; i < currency_count(); i++) {
		if (i)
			text_put(&list, ", ");
		text_put(&list, currency_at(i)->code);
	}
	result = params_wrong(
		call, NULL, at, "Invalid currency: %s. Stripe currently supports these currencies: ", text);
	call->fail.message = arena_format(&call->arena, "%s%s", call->fail.message, list.data);
	text_clear(&list);
	return result;
}

json_t *typed_string(struct call *call, const struct schema_node *node, const json_t *value, const struct place *at)
{
	const char *text = scalar_text(call, value);
	size_t limit = node->max_length ? node->max_length : STRING_LIMIT;
	size_t length;

	if (!text)
		return params_wrong(call, NULL, at, "Invalid string: %s", params_shown(call, value));
	if (node->n_literals && !schema_has_literal(node, text)) {
		fail_invalid(call, NULL, place_text(call, at), "Invalid %s: must be one of %s", place_text(call, at),
			choice_text(call, node));
		return NULL;
	}
	length = characters(text);
	if (length > limit) {
		size_t bytes = strlen(text);

		fail_invalid(call, NULL, place_text(call, at),
			"Invalid string: %.4s...%s; must be at most %zu characters", text, text + bytes - 4, limit);
		return NULL;
	}
	if (!strcmp(at->name, "currency") && !node->n_literals)
		return typed_currency(call, text, at);
	return json_string(text);
}

json_t *typed_integer(struct call *call, const struct schema_node *node, const json_t *value, const struct place *at)
{
	const char *text = scalar_text(call, value);
	char *end;
	long long number;

	if (text && schema_has_literal(node, text))
		return json_string(text);
	errno = 0;
	number = text ? strtoll(text, &end, 10) : 0;
	if (!text || !*text || isspace((unsigned char)*text) || *text == '+' || *end || errno)
		return params_wrong(
			call, "parameter_invalid_integer", at, "Invalid integer: %s", params_shown(call, value));
	if (node->has_min && number < node->min) {
		if (node->min == 0)
			return params_wrong(
				call, "parameter_invalid_integer", at, "Invalid non-negative integer%s", "");
		return params_wrong(call, "parameter_invalid_integer", at,
			"This value must be greater than or equal to %s.",
			arena_format(&call->arena, "%lld", (long long)node->min));
	}
	if (node->kind == SCHEMA_TIMESTAMP && number < CALENDAR_FIRST)
		return params_wrong(call, "parameter_invalid_integer", at,
			"Invalid timestamp: must be an integer Unix timestamp; it lies before the calendar begins.%s",
			"");
	if (node->kind == SCHEMA_TIMESTAMP && number > CALENDAR_LAST_GIVEN) /* milliseconds, mostly */
		return params_wrong(
			call, NULL, at, "Invalid timestamp: can be no more than five years in the future.%s", "");
	if (node->has_max && number > node->max)
		return params_wrong(call, "parameter_invalid_integer", at,
			"This value must be less than or equal to %s.",
			arena_format(&call->arena, "%lld", (long long)node->max));
	return json_integer(number);
}

/* Decimals keep their text, normalised; NUMBER fields become a JSON number. */
json_t *typed_decimal(struct call *call, const struct schema_node *node, const json_t *value, const struct place *at)
{
	const char *text = scalar_text(call, value);
	struct decimal number;
	char normal[DECIMAL_ROOM];

	if (!text || decimal_parse(text, DECIMAL_PLACES, &number) != DECIMAL_OK)
		return params_wrong(call, NULL, at, "Invalid decimal: %s", params_shown(call, value));
	decimal_format(number, normal);
	for (int high = 0; high < 2; high++) {
		/* A NUMBER's bounds are in ten-thousandths (schema.h). */
		struct decimal bound = decimal_of(high ? node->max : node->min);
		char limit[DECIMAL_ROOM];

		if (node->kind == SCHEMA_NUMBER)
			bound.scaled /= 10000;
		if (!(high ? node->has_max : node->has_min) || (high ? 1 : -1) * decimal_compare(number, bound) <= 0)
			continue;
		decimal_format(bound, limit);
		fail_invalid(call, NULL, place_text(call, at),
			"This value must be %s than or equal to %s (it currently is '%s').", high ? "less" : "greater",
			limit, text);
		return NULL;
	}
	if (node->kind == SCHEMA_DECIMAL)
		return json_string(normal);
	return strchr(normal, '.') ? json_real(strtod(normal, NULL)) : json_integer(strtoll(normal, NULL, 10));
}

json_t *typed_boolean(struct call *call, const json_t *value, const struct place *at)
{
	const char *text = scalar_text(call, value);

	/* The official Python package writes its own language's words. */
	if (text && (!strcmp(text, "true") || !strcmp(text, "True")))
		return json_true();
	if (text && (!strcmp(text, "false") || !strcmp(text, "False")))
		return json_false();
	return params_wrong(call, NULL, at, "Invalid boolean: %s", params_shown(call, value));
}

/* What multipart_read makes of a part with a filename; a plain field is no file. */
json_t *typed_file(struct call *call, const json_t *value, const struct place *at)
{
	struct bytes *content = multipart_file_content(value);

	if (!content)
		return params_wrong(call, NULL, at,
			"Invalid file: it has to be sent as multipart/form-data, in a part with a filename.%s", "");
	bytes_drop(content);
	return json_incref((json_t *)(uintptr_t)value);
}

json_t *typed_metadata(struct call *call, const json_t *value, const struct place *at)
{
	json_t *result;
	const char *key;
	json_t *one;

	if (!json_is_object(value))
		return params_wrong(call, NULL, at, "Invalid object%s", "");
	result = json_object();
	json_object_foreach((json_t *)(uintptr_t)value, key, one)
	{
		const char *text = json_is_null(one) ? "" : scalar_text(call, one);
		const char *where = place_text(call, &(struct place) { .up = at, .name = key });

		if (!text)
			params_wrong(call, NULL, &(struct place) { .up = at, .name = key }, "Invalid string: %s",
				params_shown(call, one));
		else if (characters(key) > 40)
			fail_invalid(call, NULL, where,
				"Metadata keys can have up to 40 characters, but you passed in a key that is %zu "
				"characters. "
				"Invalid key: %s",
				characters(key), key);
		else if (characters(text) > 500)
			fail_invalid(call, NULL, where,
				"Metadata values can have up to 500 characters, but you passed in a value that is %zu "
				"characters. "
				"Invalid value: %s",
				characters(text), text);
		if (call->fail.status) {
			json_decref(result);
			return NULL;
		}
		json_object_set_new(result, key, json_string(text));
	}
	return result;
}
