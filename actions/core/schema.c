/* SPDX-License-Identifier: MIT */
#include "actions/core/inputs.h"

#include "base/json.h"

/* The inputs table as JSON Schema, draft 2020-12, in the open form that MCP takes or the strict form of tool calling.
 */

struct shaping {
	enum inputs_style style;
	inputs_offer *offer;
	const void *arg;
};

static json_t *schema_object(const struct shaping *s, const struct input *rows);

static json_t *choices_array(const char *const *choices)
{
	json_t *out = json_array();

	for (; *choices; choices++)
		json_array_append_new(out, json_string(*choices));
	return out;
}

/* Strict modes take `null` as one of the allowed types, and as one of the allowed values of an enum. */
static void allow_null(json_t *schema)
{
	json_t *types = json_array();

	json_array_append(types, js_get(schema, "type"));
	json_array_append_new(types, json_string("null"));
	js_put_new(schema, "type", types);
	if (js_get(schema, "enum"))
		json_array_append_new(js_get(schema, "enum"), json_null());
}

static void put_bounds(
	const struct shaping *s, json_t *schema, const struct input *row, const char *low, const char *high)
{
	if (s->style == INPUTS_STRICT)
		return;
	if (row->min)
		js_put_int(schema, low, row->min);
	if (row->max)
		js_put_int(schema, high, row->max);
}

static json_t *schema_value(const struct shaping *s, const struct input *row)
{
	json_t *schema = row->kind == INPUT_OBJECT ? schema_object(s, row->fields) : json_object();
	json_t *offered;

	switch (row->kind) {
	case INPUT_TEXT:
		js_put_text(schema, "type", "string");
		offered = row->offered && s->offer ? s->offer(s->arg, row->offered) : NULL;
		if (offered)
			js_put_new(schema, "enum", offered);
		else
			put_bounds(s, schema, row, "minLength", "maxLength");
		break;
	case INPUT_INTEGER:
		js_put_text(schema, "type", "integer");
		put_bounds(s, schema, row, "minimum", "maximum");
		break;
	case INPUT_FLAG:
		js_put_text(schema, "type", "boolean");
		break;
	case INPUT_CHOICE:
		js_put_text(schema, "type", "string");
		js_put_new(schema, "enum", choices_array(row->choices));
		break;
	case INPUT_LIST:
		js_put_text(schema, "type", "array");
		js_put_new(schema, "items", schema_value(s, row->fields));
		put_bounds(s, schema, row, "minItems", "maxItems");
		break;
	case INPUT_OBJECT:
	case INPUT_ANY:
		break;
	}
	if (row->what)
		js_put_text(schema, "description", row->what);
	return schema;
}

static json_t *schema_object(const struct shaping *s, const struct input *rows)
{
	json_t *schema = json_object(), *properties = json_object(), *required = json_array(), *value;

	for (; rows->name; rows++) {
		value = schema_value(s, rows);
		if (s->style == INPUTS_STRICT && !rows->required)
			allow_null(value);
		js_put_new(properties, rows->name, value);
		if (s->style == INPUTS_STRICT || rows->required)
			json_array_append_new(required, json_string(rows->name));
	}
	js_put_text(schema, "type", "object");
	js_put_new(schema, "properties", properties);
	if (json_array_size(required))
		js_put(schema, "required", required);
	json_decref(required);
	js_put_flag(schema, "additionalProperties", false);
	return schema;
}

json_t *inputs_schema(const struct input *rows, enum inputs_style style, inputs_offer *offer, const void *arg)
{
	struct shaping s = { .style = style, .offer = offer, .arg = arg };

	return schema_object(&s, rows);
}
