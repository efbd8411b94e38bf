/* SPDX-License-Identifier: MIT */
#include "api/params.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/fail.h"
#include "api/multipart.h"
#include "base/json.h"
#include "base/mem.h"
#include "value/calendar.h"
#include "value/currency.h"
#include "value/decimal.h"

#define STRING_LIMIT 5000 /* characters, unless the description says otherwise */

/* Where a value stands: "items[0][price]". Built only when a message needs it, from a chain on the stack. */
struct place {
	const struct place *up;
	const char *name;
};

static void place_write(const struct place *at, struct text *out)
{
	if (!at->up) {
		text_put(out, at->name);
		return;
	}
	place_write(at->up, out);
	text_char(out, '[');
	text_put(out, at->name);
	text_char(out, ']');
}

static const char *place_text(struct call *call, const struct place *at)
{
	struct text out;
	const char *result;

	text_init(&out, TEXT_NO_CEILING);
	place_write(at, &out);
	result = arena_text(&call->arena, out.data);
	text_clear(&out);
	return result;
}

/* ---- unknown parameters ---- */

static bool all_digits(const char *s)
{
	return *s && strspn(s, "0123456789") == strlen(s);
}

static void find_unknown(struct call *call, const struct schema_node *nodes, size_t n, const json_t *given,
	const struct place *up, struct text *names, size_t *count, const char **first);

static void find_unknown_below(struct call *call, const struct schema_node *node, const json_t *value,
	const struct place *at, struct text *names, size_t *count, const char **first)
{
	if (!json_is_object(value) && !json_is_array(value))
		return;
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_OBJECT:
		find_unknown(call, node->fields, node->n_fields, value, at, names, count, first);
		break;
	case SCHEMA_ARRAY: {
		const char *key;
		json_t *element;
		size_t i;

		if (json_is_array(value)) {
			json_array_foreach(value, i, element)
			{
				char number[24];

				snprintf(number, sizeof number, "%zu", i);
				find_unknown_below(call, &node->fields[0], element,
					&(struct place) { .up = at, .name = number }, names, count, first);
			}
			break;
		}
		json_object_foreach((json_t *)(uintptr_t)value, key, element)
		{
			if (all_digits(key))
				find_unknown_below(call, &node->fields[0], element,
					&(struct place) { .up = at, .name = key }, names, count, first);
		}
		break;
	}
	case SCHEMA_MAP: {
		const char *key;
		json_t *element;

		json_object_foreach((json_t *)(uintptr_t)value, key, element)
		{
			find_unknown_below(call, &node->fields[0], element, &(struct place) { .up = at, .name = key },
				names, count, first);
		}
		break;
	}
	default:
		break; /* a union's members are checked when one of them is chosen */
	}
}

static const struct schema_node *node_named(const struct schema_node *nodes, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(nodes[i].name, name))
			return &nodes[i];
	return NULL;
}

static void find_unknown(struct call *call, const struct schema_node *nodes, size_t n, const json_t *given,
	const struct place *up, struct text *names, size_t *count, const char **first)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)given, key, value)
	{
		struct place at = { .up = up, .name = key };
		const struct schema_node *node = node_named(nodes, n, key);

		if (node) {
			find_unknown_below(call, node, value, &at, names, count, first);
			continue;
		}
		if ((*count)++)
			text_put(names, ", ");
		else
			*first = place_text(call, &at);
		place_write(&at, names);
	}
}

static int fail_unknown(struct call *call, const json_t *given)
{
	struct text names;
	size_t count = 0;
	const char *first = NULL;

	text_init(&names, 8192);
	find_unknown(call, call->route->params, call->route->n_params, given, NULL, &names, &count, &first);
	if (count)
		fail_invalid(call, "parameter_unknown", first, "Received unknown parameter%s: %s", count > 1 ? "s" : "",
			names.data);
	text_clear(&names);
	return count ? -1 : 0;
}

/* ---- typed values ---- */

static json_t *typed(struct call *call, const struct schema_node *node, const struct schema_node *field,
	const json_t *value, const struct place *at);

static json_t *wrong(struct call *call, const char *code, const struct place *at, const char *format, const char *shown)
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

static const char *shown(struct call *call, const json_t *value)
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
	result = wrong(call, NULL, at, "Invalid currency: %s. Stripe currently supports these currencies: ", text);
	call->fail.message = arena_format(&call->arena, "%s%s", call->fail.message, list.data);
	text_clear(&list);
	return result;
}

static json_t *typed_string(
	struct call *call, const struct schema_node *node, const json_t *value, const struct place *at)
{
	const char *text = scalar_text(call, value);
	size_t limit = node->max_length ? node->max_length : STRING_LIMIT;
	size_t length;

	if (!text)
		return wrong(call, NULL, at, "Invalid string: %s", shown(call, value));
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

static json_t *typed_integer(
	struct call *call, const struct schema_node *node, const json_t *value, const struct place *at)
{
	const char *text = scalar_text(call, value);
	char *end;
	long long number;

	if (text && schema_has_literal(node, text))
		return json_string(text);
	errno = 0;
	number = text ? strtoll(text, &end, 10) : 0;
	if (!text || !*text || isspace((unsigned char)*text) || *text == '+' || *end || errno)
		return wrong(call, "parameter_invalid_integer", at, "Invalid integer: %s", shown(call, value));
	if (node->has_min && number < node->min) {
		if (node->min == 0)
			return wrong(call, "parameter_invalid_integer", at, "Invalid non-negative integer%s", "");
		return wrong(call, "parameter_invalid_integer", at, "This value must be greater than or equal to %s.",
			arena_format(&call->arena, "%lld", (long long)node->min));
	}
	if (node->kind == SCHEMA_TIMESTAMP && number > CALENDAR_LAST) /* milliseconds, mostly */
		return wrong(call, NULL, at, "Invalid timestamp: can be no more than five years in the future.%s", "");
	if (node->has_max && number > node->max)
		return wrong(call, "parameter_invalid_integer", at, "This value must be less than or equal to %s.",
			arena_format(&call->arena, "%lld", (long long)node->max));
	return json_integer(number);
}

/* Decimals keep their text, normalised; NUMBER fields become a JSON number. */
static json_t *typed_decimal(
	struct call *call, const struct schema_node *node, const json_t *value, const struct place *at)
{
	const char *text = scalar_text(call, value);
	struct decimal number;
	char normal[DECIMAL_ROOM];

	if (!text || decimal_parse(text, DECIMAL_PLACES, &number) != DECIMAL_OK)
		return wrong(call, NULL, at, "Invalid decimal: %s", shown(call, value));
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

static json_t *typed_boolean(struct call *call, const json_t *value, const struct place *at)
{
	const char *text = scalar_text(call, value);

	if (text && !strcmp(text, "true"))
		return json_true();
	if (text && !strcmp(text, "false"))
		return json_false();
	return wrong(call, NULL, at, "Invalid boolean: %s", shown(call, value));
}

/* What multipart_read makes of a part with a filename; a plain field is no file. */
static json_t *typed_file(struct call *call, const json_t *value, const struct place *at)
{
	struct bytes *content = multipart_file_content(value);

	if (!content)
		return wrong(call, NULL, at,
			"Invalid file: it has to be sent as multipart/form-data, in a part with a filename.%s", "");
	bytes_drop(content);
	return json_incref((json_t *)(uintptr_t)value);
}

static json_t *typed_object(struct call *call, const struct schema_node *nodes, size_t n, const json_t *value,
	const struct schema_node *fields, size_t n_fields, const struct place *at)
{
	json_t *result;
	const char *key;
	json_t *child;

	if (!json_is_object(value))
		return wrong(call, NULL, at, "Invalid object%s", "");
	for (size_t i = 0; i < n; i++) {
		if ((nodes[i].flags & SCHEMA_REQUIRED) && !json_object_get(value, nodes[i].name)) {
			fail_missing_param(call, place_text(call, &(struct place) { .up = at, .name = nodes[i].name }));
			return NULL;
		}
	}
	result = json_object();
	json_object_foreach((json_t *)(uintptr_t)value, key, child)
	{
		const struct schema_node *node = node_named(nodes, n, key);
		struct place below = { .up = at, .name = key };
		json_t *one;

		if (!node) { /* only inside a union's member: the top level has been through find_unknown */
			fail_invalid(call, "parameter_unknown", place_text(call, &below),
				"Received unknown parameter: %s", place_text(call, &below));
			one = NULL;
		} else {
			one = typed(call, node, node_named(fields, n_fields, key), child, &below);
		}
		if (!one) {
			json_decref(result);
			return NULL;
		}
		json_object_set_new(result, key, one);
	}
	return result;
}

struct numbered {
	unsigned long long index;
	const json_t *value;
};

static int by_index(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

/* Indices only order the elements; gaps are closed. NULL when a key is not a number. */
static struct numbered *elements_of(struct call *call, const json_t *value, size_t *n)
{
	struct numbered *all;
	const char *key;
	json_t *element;
	size_t i = 0;

	*n = json_is_array(value) ? json_array_size(value) : json_object_size(value);
	all = arena_alloc(&call->arena, (*n + 1) * sizeof *all);
	if (json_is_array(value)) {
		for (; i < *n; i++)
			all[i] = (struct numbered) { i, json_array_get(value, i) };
		return all;
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, element)
	{
		if (!all_digits(key) || strlen(key) > 18)
			return NULL;
		all[i++] = (struct numbered) { strtoull(key, NULL, 10), element };
	}
	qsort(all, *n, sizeof *all, by_index);
	return all;
}

static json_t *typed_array(struct call *call, const struct schema_node *node, const struct schema_node *field,
	const json_t *value, const struct place *at)
{
	size_t n = 0;
	struct numbered *all = NULL;
	json_t *result;

	if (json_is_object(value) || json_is_array(value))
		all = elements_of(call, value, &n);
	if (!all)
		return wrong(call, NULL, at, "Invalid array%s", "");
	if (node->max_elements && n > node->max_elements) {
		fail_invalid(call, NULL, place_text(call, at), "Array %s exceeded maximum %u allowed elements.",
			place_text(call, at), node->max_elements);
		return NULL;
	}
	result = json_array();
	for (size_t i = 0; i < n; i++) {
		char number[24];
		json_t *one;

		snprintf(number, sizeof number, "%zu", i);
		one = typed(call, &node->fields[0], field && field->n_fields ? &field->fields[0] : NULL, all[i].value,
			&(struct place) { .up = at, .name = number });
		if (!one) {
			json_decref(result);
			return NULL;
		}
		json_array_append_new(result, one);
	}
	return result;
}

static json_t *typed_metadata(struct call *call, const json_t *value, const struct place *at)
{
	json_t *result;
	const char *key;
	json_t *one;

	if (!json_is_object(value))
		return wrong(call, NULL, at, "Invalid object%s", "");
	result = json_object();
	json_object_foreach((json_t *)(uintptr_t)value, key, one)
	{
		const char *text = json_is_null(one) ? "" : scalar_text(call, one);
		const char *where = place_text(call, &(struct place) { .up = at, .name = key });

		if (!text)
			wrong(call, NULL, &(struct place) { .up = at, .name = key }, "Invalid string: %s",
				shown(call, one));
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

static json_t *typed_map(struct call *call, const struct schema_node *node, const json_t *value, const struct place *at)
{
	json_t *result;
	const char *key;
	json_t *child;

	if (!json_is_object(value))
		return wrong(call, NULL, at, "Invalid object%s", "");
	result = json_object();
	json_object_foreach((json_t *)(uintptr_t)value, key, child)
	{
		json_t *one = typed(call, &node->fields[0], NULL, child, &(struct place) { .up = at, .name = key });

		if (!one) {
			json_decref(result);
			return NULL;
		}
		json_object_set_new(result, key, one);
	}
	return result;
}

static bool fits(const struct schema_node *node, const json_t *value)
{
	bool container = node->kind == SCHEMA_OBJECT || node->kind == SCHEMA_MAP;

	if (node->kind == SCHEMA_ARRAY) {
		const char *key = json_object_iter_key(json_object_iter((json_t *)(uintptr_t)value));

		return json_is_array(value) || (key && all_digits(key));
	}
	return container == json_is_object(value) || node->kind == SCHEMA_ANY;
}

static json_t *typed_union(struct call *call, const struct schema_node *node, const struct schema_node *field,
	const json_t *value, const struct place *at)
{
	for (size_t i = 0; i < node->n_fields; i++)
		if (fits(&node->fields[i], value))
			return typed(call, &node->fields[i], field, value, at);
	return typed(call, &node->fields[0], field, value, at);
}

/* gt, gte, lt, lte */
static json_t *typed_range(
	struct call *call, const struct schema_node *node, const json_t *value, const struct place *at)
{
	static const char *const bounds[] = { "gt", "gte", "lt", "lte" };
	json_t *result = json_object();
	const char *key;
	json_t *child;

	json_object_foreach((json_t *)(uintptr_t)value, key, child)
	{
		struct place below = { .up = at, .name = key };
		json_t *one = NULL;

		for (size_t i = 0; i < COUNT_OF(bounds) && !one && !call->fail.status; i++)
			if (!strcmp(bounds[i], key))
				one = node->flags & SCHEMA_ISO_TIME ? typed_string(call, node, child, &below)
								    : typed_integer(call, node, child, &below);
		if (!one) {
			fail_invalid(call, "parameter_unknown", place_text(call, &below),
				"Received unknown parameter: %s", place_text(call, &below));
			json_decref(result);
			return NULL;
		}
		json_object_set_new(result, key, one);
	}
	return result;
}

/*
 * An empty string unsets: where the description says so, and for plain text also where the field it goes into may be
 * null or absent (the declarations leave that out: Stripe clears a customer's email with email=).
 */
static bool may_unset(const struct schema_node *node, const struct schema_node *field)
{
	if (node->flags & (SCHEMA_EMPTYABLE | SCHEMA_NULLABLE))
		return true;
	return node->kind == SCHEMA_STRING && !node->n_literals && !(node->flags & SCHEMA_REQUIRED) && field &&
	       (field->flags & (SCHEMA_NULLABLE | SCHEMA_OPTIONAL));
}

static json_t *typed(struct call *call, const struct schema_node *node, const struct schema_node *field,
	const json_t *value, const struct place *at)
{
	bool empty = json_is_string(value) && !json_string_length(value);

	if (json_is_null(value) || empty) {
		if (may_unset(node, field) || (node->flags & SCHEMA_METADATA))
			return json_null();
		if (node->kind == SCHEMA_ANY || (node->kind == SCHEMA_STRING && schema_has_literal(node, "")))
			return json_incref((json_t *)(uintptr_t)value);
		fail_empty_param(call, place_text(call, at));
		return NULL;
	}
	if (node->flags & SCHEMA_METADATA)
		return typed_metadata(call, value, at);
	if ((node->flags & SCHEMA_RANGE) && json_is_object(value))
		return typed_range(call, node, value, at);
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_STRING:
		return typed_string(call, node, value, at);
	case SCHEMA_FILE:
		return typed_file(call, value, at);
	case SCHEMA_INTEGER:
	case SCHEMA_TIMESTAMP:
		return typed_integer(call, node, value, at);
	case SCHEMA_NUMBER:
	case SCHEMA_DECIMAL:
		return typed_decimal(call, node, value, at);
	case SCHEMA_BOOLEAN:
		return typed_boolean(call, value, at);
	case SCHEMA_OBJECT:
		return typed_object(call, node->fields, node->n_fields, value, field ? field->fields : NULL,
			field && field->kind == SCHEMA_OBJECT ? field->n_fields : 0, at);
	case SCHEMA_ARRAY:
		return typed_array(call, node, field, value, at);
	case SCHEMA_MAP:
		return typed_map(call, node, value, at);
	case SCHEMA_UNION:
		return typed_union(call, node, field, value, at);
	case SCHEMA_LIST:
	case SCHEMA_RESOURCE:
	case SCHEMA_ANY:
		break;
	}
	return json_incref((json_t *)(uintptr_t)value);
}

static const json_t *first_missing(const struct schema_route *route, const json_t *given, const char **name)
{
	for (size_t i = 0; i < route->n_params; i++) {
		if ((route->params[i].flags & SCHEMA_REQUIRED) && !json_object_get(given, route->params[i].name)) {
			*name = route->params[i].name;
			return given;
		}
	}
	return NULL;
}

int params_check(struct call *call, const json_t *given)
{
	const struct schema_route *route = call->route;
	const struct schema_resource *type = route->resource;
	const char *missing = NULL;
	const char *key;
	json_t *value;

	if (!json_object_size(given) && !first_missing(route, given, &missing))
		return 0;
	if (fail_unknown(call, given))
		return -1;
	if (first_missing(route, given, &missing))
		return fail_missing_param(call, missing);
	json_object_foreach((json_t *)(uintptr_t)given, key, value)
	{
		const struct schema_node *node = schema_param(route, key);
		json_t *one = typed(
			call, node, type ? schema_field(type, key) : NULL, value, &(struct place) { .name = key });

		if (!one)
			return -1;
		json_object_set_new(call->params, key, one);
	}
	return 0;
}
