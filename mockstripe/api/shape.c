/* SPDX-License-Identifier: MIT */
#include "api/shape.h"

#include <string.h>

#include "api/resource.h"
#include "base/json.h"
#include "base/mem.h"
#include "value/calendar.h"

json_t *list_object(json_t *data, const char *url)
{
	json_t *list = json_object();

	js_put_text(list, "object", "list");
	js_put_new(list, "data", data);
	js_put_flag(list, "has_more", false);
	js_put_text(list, "url", url);
	return list;
}

static json_t *shape_node(
	struct call *call, const struct schema_resource *type, const struct schema_node *node, unsigned depth);

/* The newest record of a kind; one is made when there is none. Depth ends circles: then only an id is given. */
static json_t *some_reference(struct call *call, const struct schema_resource *type, unsigned depth)
{
	struct shelf *shelf = account_shelf(call->account, type);
	char id[ID_ROOM];

	if (shelf->records.count)
		return json_string(((struct record *)shelf->records.at[shelf->records.count - 1])->id);
	account_new_id(call->account, type->prefix, type->id_length, id);
	if (depth < 4 && type->object) {
		json_t *body = json_object();

		js_put_text(body, "id", id);
		for (size_t i = 0; i < type->n_fields; i++) {
			json_t *value = json_object_get(body, type->fields[i].name)
						? NULL
						: shape_node(call, type, &type->fields[i], depth + 1);

			if (value)
				js_put_new(body, type->fields[i].name, value);
		}
		if (call_resource(call, type) && call_resource(call, type)->fill)
			call_resource(call, type)->fill(call, body);
		object_store(call, type, body);
	}
	return json_string(id);
}

static json_t *shape_text(
	struct call *call, const struct schema_resource *type, const struct schema_node *node, unsigned depth)
{
	char iso[CALENDAR_ISO_MS_ROOM];
	size_t length = strlen(node->name ? node->name : "");

	if (node->name && type && !strcmp(node->name, "object") && type->object)
		return json_string(type->object);
	if (node->n_literals)
		return json_string(node->literals[0]);
	if (node->flags & SCHEMA_ISO_TIME) {
		calendar_format_iso_ms(call->now, 0, iso);
		return json_string(iso);
	}
	if ((node->flags & SCHEMA_EXPANDABLE) && node->n_refs)
		return some_reference(call, node->refs[0], depth);
	/* A status that is declared as any text: what has been made waits. */
	if (node->name && !strcmp(node->name, "status"))
		return json_string("pending");
	if (node->name && !strcmp(node->name, "currency"))
		return json_string("usd");
	if (node->name && !strcmp(node->name, "country"))
		return json_string("US");
	if (length >= 3 && !strcmp(node->name + length - 3, "url"))
		return json_string(call->base_url);
	return json_string("");
}

static json_t *shape_node(
	struct call *call, const struct schema_resource *type, const struct schema_node *node, unsigned depth)
{
	if (node->flags & (SCHEMA_OPTIONAL | SCHEMA_INCLUDABLE))
		return NULL;
	if (node->kind == SCHEMA_MAP && node->name && !strcmp(node->name, "metadata"))
		return json_object(); /* empty, never null, where there is one */
	if (node->flags & SCHEMA_NULLABLE)
		return json_null();
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_STRING:
	case SCHEMA_FILE:
		return shape_text(call, type, node, depth);
	case SCHEMA_INTEGER:
	case SCHEMA_NUMBER:
		return json_integer(node->has_min && node->min > 0 ? node->min : 0);
	case SCHEMA_TIMESTAMP:
		return json_integer(call->now);
	case SCHEMA_BOOLEAN:
		if (node->name && !strcmp(node->name, "livemode"))
			return json_boolean(call->livemode);
		return json_boolean(node->name && (!strcmp(node->name, "active") || !strcmp(node->name, "valid")));
	case SCHEMA_DECIMAL:
		return json_string("0");
	case SCHEMA_OBJECT: {
		json_t *object = json_object();

		for (size_t i = 0; i < node->n_fields; i++) {
			json_t *value = shape_node(call, NULL, &node->fields[i], depth);

			if (value)
				js_put_new(object, node->fields[i].name, value);
		}
		return object;
	}
	case SCHEMA_ARRAY:
		return json_array();
	case SCHEMA_MAP:
	case SCHEMA_ANY:
		return json_object();
	case SCHEMA_LIST:
		return list_object(json_array(), call->path);
	case SCHEMA_RESOURCE: {
		json_t *object = json_object();
		const struct schema_resource *inner = node->refs[0];

		for (size_t i = 0; i < inner->n_fields && depth < 6; i++) {
			json_t *value = shape_node(call, inner, &inner->fields[i], depth + 1);

			if (value)
				js_put_new(object, inner->fields[i].name, value);
		}
		if (schema_field(inner, "id") && inner->prefix) {
			char id[ID_ROOM];

			account_new_id(call->account, inner->prefix, inner->id_length, id);
			js_put_text(object, "id", id);
		}
		return object;
	}
	case SCHEMA_UNION:
		return shape_node(call, type, &node->fields[0], depth);
	}
	return NULL;
}

json_t *shape_object(struct call *call, const struct schema_resource *type, const struct schema_node *fields, size_t n)
{
	json_t *object = json_object();

	for (size_t i = 0; i < n; i++) {
		json_t *value = shape_node(call, type, &fields[i], 0);

		if (value)
			js_put_new(object, fields[i].name, value);
	}
	return object;
}

/* Whether shape_node may answer otherwise at another time: what is worked out from the call or the account. */
static bool node_varies(const struct schema_node *node)
{
	size_t length = strlen(node->name ? node->name : "");

	if (node->flags & (SCHEMA_OPTIONAL | SCHEMA_INCLUDABLE | SCHEMA_NULLABLE))
		return false;
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_STRING:
	case SCHEMA_FILE:
		return !node->n_literals && ((node->flags & (SCHEMA_ISO_TIME | SCHEMA_EXPANDABLE)) ||
						    (length >= 3 && !strcmp(node->name + length - 3, "url")));
	case SCHEMA_BOOLEAN:
		return node->name && !strcmp(node->name, "livemode");
	case SCHEMA_OBJECT:
		for (size_t i = 0; i < node->n_fields; i++)
			if (node_varies(&node->fields[i]))
				return true;
		return false;
	case SCHEMA_UNION:
		return node_varies(&node->fields[0]);
	case SCHEMA_TIMESTAMP:
	case SCHEMA_LIST:
	case SCHEMA_RESOURCE:
		return true;
	case SCHEMA_INTEGER:
	case SCHEMA_NUMBER:
	case SCHEMA_DECIMAL:
	case SCHEMA_ARRAY:
	case SCHEMA_MAP:
	case SCHEMA_ANY:
		break;
	}
	return false;
}

static json_t *field_value(
	struct call *call, const struct schema_resource *type, const struct schema_node *field, const char *id)
{
	return !strcmp(field->name, "id") ? json_string(id) : shape_node(call, type, field, 0);
}

/* The first body of its type: the account remembers what later ones may start from, and which fields are theirs. */
static json_t *first_body(struct call *call, const struct schema_resource *type, const char *id)
{
	json_t *body = json_object(), *shape = json_object(), *own = json_array();

	for (size_t i = 0; i < type->n_fields; i++) {
		const struct schema_node *field = &type->fields[i];
		json_t *value = field_value(call, type, field, id);

		if (value)
			js_put_new(body, field->name, value);
		if (value && (!strcmp(field->name, "id") || node_varies(field)))
			json_array_append_new(own, json_integer((json_int_t)i));
	}
	js_put_new(shape, "body", json_deep_copy(body));
	js_put_new(shape, "own", own);
	tree_share_keys(shape, &call->account->lists);
	json_decref(call->account->shapes[type->index]);
	call->account->shapes[type->index] = shape;
	return body;
}

static json_t *next_body(struct call *call, const struct schema_resource *type, const char *id, const json_t *shape)
{
	json_t *body = json_deep_copy(js_get(shape, "body")), *own = js_get(shape, "own"), *at;
	size_t i;

	json_array_foreach(own, i, at)
	{
		const struct schema_node *field = &type->fields[json_integer_value(at)];

		js_put_new(body, field->name, field_value(call, type, field, id));
	}
	return body;
}

json_t *shape_new(struct call *call, const struct schema_resource *type, const char *id)
{
	const json_t *shape = call->account->shapes[type->index];
	const struct resource *own = call_resource(call, type);
	json_t *body;
	char made[ID_ROOM];

	if (!id) {
		account_new_id(call->account, type->prefix, type->id_length, made);
		id = made;
	}
	body = shape ? next_body(call, type, id, shape) : first_body(call, type, id);
	if (own && own->fill)
		own->fill(call, body);
	return body;
}

void shape_complete(struct call *call, json_t *body, const struct schema_resource *type)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		if (!json_object_get(body, type->fields[i].name)) {
			json_t *value = shape_node(call, type, &type->fields[i], 0);

			if (value)
				js_put_new(body, type->fields[i].name, value);
		}
	}
}

struct record *object_store(struct call *call, const struct schema_resource *type, json_t *body)
{
	return journal_add(&call->journal, type, js_text(body, "id"), body, js_int(body, "created", call->now));
}
