/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/shape.h"
#include "base/json.h"

#define METADATA_KEYS 50 /* Stripe docs, "Metadata" */

int metadata_apply(struct call *call, json_t *body, const json_t *given)
{
	json_t *metadata;
	const char *key;
	json_t *value;

	if (json_is_null(given)) {
		js_put_new(body, "metadata", json_object());
		return 0;
	}
	metadata = js_own(body, "metadata");
	json_object_foreach((json_t *)(uintptr_t)given, key, value)
	{
		if (json_string_length(value))
			json_object_set(metadata, key, value);
		else
			json_object_del(metadata, key);
	}
	if (json_object_size(metadata) > METADATA_KEYS)
		return fail_invalid(call, NULL, "metadata", "Metadata can have up to %d keys, but you've set %zu.",
			METADATA_KEYS, json_object_size(metadata));
	return 0;
}

static bool excepted(const char *const *except, const char *name)
{
	for (; except && *except; except++)
		if (!strcmp(*except, name))
			return true;
	return false;
}

static void unset(json_t *body, const struct schema_node *field)
{
	if (field->flags & SCHEMA_NULLABLE)
		js_put_null(body, field->name);
	else if (field->kind == SCHEMA_ARRAY)
		js_put_new(body, field->name, json_array());
	else if (field->kind == SCHEMA_MAP)
		js_put_new(body, field->name, json_object());
	else if (field->flags & SCHEMA_OPTIONAL)
		json_object_del(body, field->name);
	else if (field->kind == SCHEMA_STRING)
		js_put_text(body, field->name, "");
}

/* Whether a typed parameter can stand in the field as it is. */
static bool suits(const struct schema_node *field, const json_t *value)
{
	switch ((enum schema_kind)field->kind) {
	case SCHEMA_STRING:
		return json_is_string(value) &&
		       (!field->n_literals || schema_has_literal(field, json_string_value(value)));
	case SCHEMA_DECIMAL:
		return json_is_string(value);
	case SCHEMA_INTEGER:
	case SCHEMA_TIMESTAMP:
		return json_is_integer(value) ||
		       (json_is_string(value) && schema_has_literal(field, json_string_value(value)));
	case SCHEMA_NUMBER:
		return json_is_number(value);
	case SCHEMA_BOOLEAN:
		return json_is_boolean(value);
	case SCHEMA_MAP: {
		const char *key;
		json_t *one;

		json_object_foreach((json_t *)(uintptr_t)value, key, one)
		{
			if (field->n_fields && !suits(&field->fields[0], one))
				return false;
		}
		return json_is_object(value);
	}
	case SCHEMA_ANY:
		return true;
	default:
		return false;
	}
}

static void apply_object(
	struct call *call, json_t *body, const struct schema_node *fields, size_t n, const json_t *given);

static void apply_one(struct call *call, json_t *body, const struct schema_node *field, json_t *value);

/* A field that holds a whole object is given its id. */
static json_t *embedded(struct call *call, const json_t *value)
{
	struct record *r = account_find(call->account, json_string_value(value));

	return r && !r->deleted ? record_tree(r) : NULL;
}

/* Elements that are objects are completed from the field's shape; others are copied when they suit. */
static void apply_array(struct call *call, json_t *body, const struct schema_node *field, const json_t *given)
{
	const struct schema_node *element = &field->fields[0];
	json_t *result = json_array();
	size_t i;
	json_t *value;

	json_array_foreach((json_t *)(uintptr_t)given, i, value)
	{
		if (element->kind == SCHEMA_OBJECT && json_is_object(value)) {
			json_t *one = shape_object(call, NULL, element->fields, element->n_fields);

			apply_object(call, one, element->fields, element->n_fields, value);
			json_array_append_new(result, one);
		} else if (element->kind == SCHEMA_RESOURCE && embedded(call, value)) {
			json_array_append(result, embedded(call, value));
		} else if (suits(element, value)) {
			json_array_append(result, value);
		}
	}
	js_put_new(body, field->name, result);
}

static void apply_one(struct call *call, json_t *body, const struct schema_node *field, json_t *value)
{
	if (json_is_null(value)) {
		unset(body, field);
		return;
	}
	switch ((enum schema_kind)field->kind) {
	case SCHEMA_OBJECT:
		if (json_is_object(value)) {
			if (!json_is_object(json_object_get(body, field->name)))
				js_put_new(body, field->name, shape_object(call, NULL, field->fields, field->n_fields));
			apply_object(call, js_own(body, field->name), field->fields, field->n_fields, value);
		}
		break;
	case SCHEMA_ARRAY:
		if (json_is_array(value))
			apply_array(call, body, field, value);
		break;
	case SCHEMA_RESOURCE:
		if (embedded(call, value))
			js_put(body, field->name, embedded(call, value));
		break;
	case SCHEMA_UNION:
		for (size_t i = 0; i < field->n_fields; i++) {
			struct schema_node member = field->fields[i];

			if ((json_is_object(value) && member.kind == SCHEMA_OBJECT) || suits(&member, value)) {
				member.name = field->name;
				apply_one(call, body, &member, value);
				return;
			}
		}
		break;
	default:
		if (suits(field, value))
			js_put(body, field->name, value);
	}
}

static const struct schema_node *field_named(const struct schema_node *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(fields[i].name, name))
			return &fields[i];
	return NULL;
}

static void apply_object(
	struct call *call, json_t *body, const struct schema_node *fields, size_t n, const json_t *given)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)given, key, value)
	{
		const struct schema_node *field = field_named(fields, n, key);

		if (field)
			apply_one(call, body, field, value);
	}
}

int params_apply(struct call *call, json_t *body, const struct schema_resource *type, const char *const *except)
{
	const char *key;
	json_t *value;

	json_object_foreach(call->params, key, value)
	{
		const struct schema_node *field = schema_field(type, key);

		if (!strcmp(key, "metadata")) {
			if (field && !excepted(except, key) && metadata_apply(call, body, value))
				return -1;
			continue;
		}
		if (!field || excepted(except, key) || !strcmp(key, "object"))
			continue;
		apply_one(call, body, field, value);
	}
	return 0;
}

int params_check_references(struct call *call, const struct schema_resource *type)
{
	const char *key;
	json_t *value;

	json_object_foreach(call->params, key, value)
	{
		const struct schema_node *field = schema_field(type, key);
		const char *id = json_string_value(value);
		struct record *r;

		if (!field || !id || field->kind != SCHEMA_STRING || !(field->flags & SCHEMA_EXPANDABLE) ||
			!field->n_refs)
			continue;
		if (!call->api->makeable[field->refs[0]->index])
			continue; /* Stripe's own catalogue (tax codes, country specs): not kept here */
		r = account_find(call->account, id);
		if (!r || r->deleted)
			return fail_no_such_param(call, field->refs[0], id, key);
	}
	return 0;
}
