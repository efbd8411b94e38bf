/* SPDX-License-Identifier: MIT */
#include "api/conform_value.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "value/calendar.h"
#include "value/decimal.h"

static void place_write(const struct place *at, struct text *out)
{
	if (!at) {
		text_put(out, "(body)");
		return;
	}
	if (at->up) {
		place_write(at->up, out);
		text_char(out, '.');
	}
	if (at->name)
		text_put(out, at->name);
	else
		text_int(out, (int64_t)at->index);
}

void conform_complain(struct check *c, const struct place *at, const char *reason, const char *detail)
{
	c->bad = true;
	if (!c->problems)
		return;
	place_write(at, c->problems);
	text_put(c->problems, ": ");
	text_put(c->problems, reason);
	text_put(c->problems, detail);
	text_char(c->problems, '\n');
}

static const char *kind_word(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "an integer";
	case JSON_REAL:
		return "a number with decimals";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	case JSON_NULL:
		break;
	}
	return "null";
}

void conform_complain_kind(struct check *c, const struct place *at, const json_t *value, const char *wanted)
{
	struct text reason;

	text_init(&reason, 256);
	text_format(&reason, "is %s, not ", kind_word(value));
	conform_complain(c, at, reason.data, wanted);
	text_clear(&reason);
}

/* ---- values ---- */

static bool is_digits(const char *s)
{
	s += *s == '-';
	return *s && strspn(s, "0123456789") == strlen(s);
}

static void check_text(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
	const char *text = json_string_value(value);
	int64_t moment;

	if (!text)
		conform_complain_kind(
			c, at, value, node->flags & SCHEMA_EXPANDABLE ? "an id or the object" : "a string");
	else if (node->n_literals && !schema_has_literal(node, text))
		conform_complain(c, at, "is none of the declared values: ", text);
	else if ((node->flags & SCHEMA_EXPANDABLE) && !*text)
		conform_complain(c, at, "is an empty id", "");
	else if ((node->flags & SCHEMA_ISO_TIME) && !calendar_parse_iso(text, &moment, NULL))
		conform_complain(c, at, "is no ISO 8601 time: ", text);
}

static void check_integer(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
	const char *text = json_string_value(value);

	if (node->flags & SCHEMA_AS_TEXT) {
		if (!text || !is_digits(text))
			conform_complain_kind(c, at, value, "an integer in a string");
	} else if (text && node->n_literals) {
		if (!schema_has_literal(node, text))
			conform_complain(c, at, "is none of the declared words: ", text);
	} else if (!json_is_integer(value)) {
		conform_complain_kind(c, at, value, "an integer");
	} else if (node->kind == SCHEMA_TIMESTAMP && json_integer_value(value) > CALENDAR_LAST_GIVEN) {
		conform_complain(c, at, "is not in Unix seconds", "");
	}
}

static void check_boolean(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
	const char *text = json_string_value(value);

	if (!json_is_boolean(value) && !(text && schema_has_literal(node, text)))
		conform_complain_kind(c, at, value, "a boolean");
}

static void check_decimal(struct check *c, const json_t *value, const struct place *at)
{
	const char *text = json_string_value(value);
	struct decimal number;

	if (!text)
		conform_complain_kind(c, at, value, "a decimal in a string");
	else if (decimal_parse(text, DECIMAL_PLACES, &number) != DECIMAL_OK)
		conform_complain(c, at, "is no decimal: ", text);
}

static void check_array(struct check *c, const struct schema_node *element, const json_t *value, const struct place *at)
{
	size_t i;
	json_t *one;

	if (!json_is_array(value)) {
		conform_complain_kind(c, at, value, "an array");
		return;
	}
	json_array_foreach(value, i, one)
	{
		conform_value(c, element, one, &(struct place) { .up = at, .index = i });
	}
}

static void check_map(struct check *c, const struct schema_node *element, const json_t *value, const struct place *at)
{
	const char *key;
	json_t *one;

	if (!json_is_object(value)) {
		conform_complain_kind(c, at, value, "an object");
		return;
	}
	json_object_foreach(conform_loose(value), key, one)
	{
		conform_value(c, element, one, &(struct place) { .up = at, .name = key });
	}
}

/* ---- objects ---- */

/* What Stripe's bodies have beside the declarations (notes of the object catalogue). All may be null. */
static const struct extra {
	const char *type, *key;
	const char *of; /* a resource in full; NULL: `kind` */
	enum schema_kind kind;
} extras[] = {
	{ "Subscription", "plan", "Plan", SCHEMA_RESOURCE },
	{ "Subscription", "quantity", NULL, SCHEMA_INTEGER },
	{ "PaymentMethod", "shared_payment_granted_token", NULL, SCHEMA_STRING },
};

static bool check_extra(struct check *c, const struct schema_resource *type, const char *key, const json_t *value,
	const struct place *at)
{
	for (size_t i = 0; i < COUNT_OF(extras) && type; i++) {
		const struct extra *e = &extras[i];

		if (strcmp(e->type, type->name) || strcmp(e->key, key))
			continue;
		if (!e->of)
			conform_value(
				c, &(struct schema_node) { .kind = e->kind, .flags = SCHEMA_NULLABLE }, value, at);
		else if (!json_is_null(value))
			conform_resource(c, schema_find_resource(e->of), false, value, at);
		return true;
	}
	return false;
}

/* Only when a body has more keys than were found by name. */
static void find_undeclared(struct check *c, const struct schema_resource *type, const struct schema_node *fields,
	size_t n, const json_t *value, const struct place *at)
{
	const char *key;
	json_t *one;

	json_object_foreach(conform_loose(value), key, one)
	{
		struct place below = { .up = at, .name = key };
		size_t i = 0;

		while (i < n && strcmp(fields[i].name, key))
			i++;
		if (i == n && !check_extra(c, type, key, one, &below))
			conform_complain(c, &below, "is not declared", "");
	}
}

void conform_fields(struct check *c, const struct schema_resource *type, const struct schema_node *fields, size_t n,
	const json_t *value, const struct place *at)
{
	size_t found = 0;

	if (!json_is_object(value)) {
		conform_complain_kind(c, at, value, type ? type->name : "an object");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct place below = { .up = at, .name = fields[i].name };
		const json_t *one = json_object_get(value, fields[i].name);

		if (one) {
			found++;
			conform_value(c, &fields[i], one, &below);
		} else if (!(fields[i].flags & (SCHEMA_OPTIONAL | SCHEMA_INCLUDABLE))) {
			conform_complain(c, &below, "is missing", "");
		}
	}
	if (json_object_size(value) > found)
		find_undeclared(c, type, fields, n, value, at);
}

void conform_resource(
	struct check *c, const struct schema_resource *type, bool deleted, const json_t *value, const struct place *at)
{
	if (!deleted) {
		conform_fields(c, type, type->fields, type->n_fields, value, at);
		return;
	}
	conform_fields(c, NULL, type->deleted, type->n_deleted, value, at);
	if (!js_flag(value, "deleted", false))
		conform_complain(c, &(struct place) { .up = at, .name = "deleted" }, "is not true", "");
}

void conform_one_of(struct check *c, const struct schema_resource *const *types, size_t n, unsigned forms,
	const json_t *value, const struct place *at)
{
	const char *object = js_text(value, "object");
	bool deleted = (forms & CONFORM_DELETED) && (!(forms & CONFORM_FULL) || js_flag(value, "deleted", false));
	struct text names;

	for (size_t i = 0; i < n; i++) {
		bool same = types[i]->object ? object && !strcmp(types[i]->object, object) : !object || n == 1;

		if (same && json_is_object(value) && (!deleted || types[i]->has_deleted)) {
			conform_resource(c, types[i], deleted, value, at);
			return;
		}
	}
	text_init(&names, 1024);
	for (size_t i = 0; i < n; i++)
		text_format(&names, "%s%s%s", i ? " or " : "", deleted ? "deleted " : "", types[i]->name);
	if (json_is_object(value))
		conform_complain(
			c, at, object ? "is another object than " : "has no \"object\", and should be ", names.data);
	else
		conform_complain_kind(c, at, value, names.data);
	text_clear(&names);
}

void conform_list(
	struct check *c, const struct schema_node *element, bool embedded, const json_t *value, const struct place *at)
{
	static const char *const words[] = { "list" };
	const struct schema_node fields[] = {
		{ .name = "object", .kind = SCHEMA_STRING, .literals = words, .n_literals = 1 },
		{ .name = "data", .kind = SCHEMA_ARRAY, .fields = element, .n_fields = 1 },
		{ .name = "has_more", .kind = SCHEMA_BOOLEAN },
		{ .name = "url", .kind = SCHEMA_STRING },
		{ .name = "total_count", .kind = SCHEMA_INTEGER, .flags = SCHEMA_OPTIONAL },
	};

	conform_fields(c, NULL, fields, COUNT_OF(fields) - !embedded, value, at);
}

/* A union says nothing of which alternative is meant: one has to fit. */
static void check_union(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
	for (size_t i = 0; i < node->n_fields; i++) {
		struct check trial = { 0 };

		conform_value(&trial, &node->fields[i], value, at);
		if (!trial.bad)
			return;
	}
	conform_complain_kind(c, at, value, "one of the declared alternatives, or it is not right inside");
}

/* invoice.upcoming shows an invoice that is none yet: everything of one but the id. Source: Stripe docs "Types of
 * events". */
static bool check_upcoming(
	struct check *c, const struct schema_resource *type, const json_t *value, const struct place *at)
{
	const char *reason = js_text(value, "billing_reason");
	json_t *whole;

	if (strcmp(type->name, "Invoice") || json_object_get(value, "id") || !reason || strcmp(reason, "upcoming"))
		return false;
	whole = json_copy(conform_loose(value));
	js_put_text(whole, "id", "upcoming");
	conform_resource(c, type, false, whole, at);
	json_decref(whole);
	return true;
}

/* An event's object is declared as anything; what it is, it says itself. */
static void check_any(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
	const char *object = js_text(value, "object");
	const struct schema_resource *type =
		node->name && !strcmp(node->name, "object") && object ? schema_find_object(object) : NULL;

	if (type && !check_upcoming(c, type, value, at))
		conform_resource(c, type, false, value, at);
}

void conform_value(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
	unsigned forms = node->flags & SCHEMA_MAY_BE_DELETED ? CONFORM_FULL | CONFORM_DELETED : CONFORM_FULL;

	if (json_is_null(value)) {
		if (!(node->flags & SCHEMA_NULLABLE) && node->kind != SCHEMA_ANY)
			conform_complain(c, at, "is null, which it may not be", "");
		return;
	}
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_STRING:
	case SCHEMA_FILE:
		if ((node->flags & SCHEMA_EXPANDABLE) && json_is_object(value))
			conform_one_of(c, node->refs, node->n_refs, forms, value, at);
		else
			check_text(c, node, value, at);
		return;
	case SCHEMA_INTEGER:
	case SCHEMA_TIMESTAMP:
		check_integer(c, node, value, at);
		return;
	case SCHEMA_NUMBER:
		if (!json_is_number(value))
			conform_complain_kind(c, at, value, "a number");
		return;
	case SCHEMA_BOOLEAN:
		check_boolean(c, node, value, at);
		return;
	case SCHEMA_DECIMAL:
		check_decimal(c, value, at);
		return;
	case SCHEMA_OBJECT:
		conform_fields(c, NULL, node->fields, node->n_fields, value, at);
		return;
	case SCHEMA_ARRAY:
		check_array(c, &node->fields[0], value, at);
		return;
	case SCHEMA_MAP:
		check_map(c, &node->fields[0], value, at);
		return;
	case SCHEMA_LIST:
		conform_list(c, &node->fields[0], true, value, at);
		return;
	case SCHEMA_RESOURCE:
		conform_one_of(c, node->refs, node->n_refs, forms, value, at);
		return;
	case SCHEMA_UNION:
		check_union(c, node, value, at);
		return;
	case SCHEMA_ANY:
		check_any(c, node, value, at);
		return;
	}
}
