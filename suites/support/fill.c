/* SPDX-License-Identifier: MIT */
#include "suites/support/fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"

#define DEPTH 7 /* nested objects; a filter of a filter of a filter ends here */

struct fill *fill_new(struct house *h)
{
	struct fill *f = mem_alloc(sizeof *f);

	f->house = h;
	f->made = map_new();
	return f;
}

void fill_free(struct fill *f)
{
	map_free(f->made);
	free(f);
}

/* ---- values ---- */

static json_t *fill_node(struct fill *f, const struct schema_node *node, bool all, unsigned depth);

/* What a text names: as the body's field of that name does, or by its name alone. */
static const struct schema_resource *meant(const struct fill *f, const struct schema_node *node)
{
	static const struct {
		const char *name, *resource;
	} others[] = {
		{ "customer", "Customer" },
		{ "price", "Price" },
		{ "product", "Product" },
		{ "charge", "Charge" },
		{ "coupon", "Coupon" },
		{ "invoice", "Invoice" },
		{ "subscription", "Subscription" },
		{ "subscription_item", "SubscriptionItem" },
		{ "payment_intent", "PaymentIntent" },
		{ "payment_method", "PaymentMethod" },
		{ "default_payment_method", "PaymentMethod" },
		{ "setup_intent", "SetupIntent" },
		{ "cardholder", "Issuing.Cardholder" },
		{ "financial_account", "Treasury.FinancialAccount" },
		{ "received_credit", "Treasury.ReceivedCredit" },
		{ "received_debit", "Treasury.ReceivedDebit" },
		{ "value_list", "Radar.ValueList" },
		{ "meter", "Billing.Meter" },
		{ "card", "Issuing.Card" },
		{ "calculation", "Tax.Calculation" },
		{ "location", "Terminal.Location" },
		{ "file", "File" },
	};

	const struct schema_node *field = f->type && node->name ? schema_field(f->type, node->name) : NULL;

	if (field && field->kind == SCHEMA_STRING && (field->flags & SCHEMA_EXPANDABLE) && field->n_refs)
		return field->refs[0];
	for (size_t i = 0; i < COUNT_OF(others) && node->name; i++)
		if (!strcmp(others[i].name, node->name))
			return schema_find_resource(others[i].resource);
	return NULL;
}

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && !strcmp(name + n - m, end);
}

static json_t *fill_text(struct fill *f, const struct schema_node *node)
{
	const char *name = node->name ? node->name : "";
	const struct schema_resource *type;

	if (node->flags & SCHEMA_ISO_TIME)
		return json_string("2026-02-01T00:00:00.000Z");
	for (size_t i = 0; i < node->n_literals; i++)
		if (*node->literals[i])
			return json_string(node->literals[i]);
	if (node->n_literals)
		return json_string("");
	type = meant(f, node);
	if (type)
		return json_string(fill_object(f, type));
	if (ends_with(name, "currency"))
		return json_string("usd");
	if (ends_with(name, "country"))
		return json_string("US");
	if (ends_with(name, "email"))
		return json_string("ada@example.com");
	if (ends_with(name, "url"))
		return json_string("https://example.com/x");
	return json_string("some text");
}

static json_t *fill_fields(struct fill *f, const struct schema_node *fields, size_t n, bool all, unsigned depth)
{
	json_t *object = json_object();

	for (size_t i = 0; i < n; i++) {
		bool wanted = (fields[i].flags & SCHEMA_REQUIRED) || (all && depth < DEPTH);
		json_t *value = wanted ? fill_node(f, &fields[i], all, depth + 1) : NULL;

		if (value)
			js_put_new(object, fields[i].name, value);
	}
	/* A form cannot carry an empty object. */
	for (size_t i = 0; i < n && !json_object_size(object); i++) {
		json_t *value = depth < DEPTH ? fill_node(f, &fields[i], false, depth + 1) : NULL;

		if (value)
			js_put_new(object, fields[i].name, value);
	}
	return object;
}

static json_t *one_element(json_t *value)
{
	json_t *array = json_array();

	if (value)
		json_array_append_new(array, value);
	return array;
}

static json_t *fill_map(struct fill *f, const struct schema_node *node, bool all, unsigned depth)
{
	json_t *map = json_object();
	json_t *value = node->n_fields ? fill_node(f, &node->fields[0], all, depth + 1) : json_string("value");

	js_put_new(map, "key", value);
	return map;
}

static json_t *fill_number(const struct schema_node *node, bool whole)
{
	/* Bounds of a NUMBER are in ten-thousandths. */
	int64_t unit = whole ? 1 : 10000, value = 1;

	if (node->has_min && node->min > unit)
		value = (node->min + unit - 1) / unit;
	return json_integer(value);
}

static json_t *fill_integer(const struct schema_node *node)
{
	char text[24];
	json_t *number;

	if (!(node->flags & SCHEMA_AS_TEXT))
		return fill_number(node, true);
	number = fill_number(node, true);
	snprintf(text, sizeof text, "%lld", (long long)json_integer_value(number));
	json_decref(number);
	return json_string(text);
}

static json_t *fill_node(struct fill *f, const struct schema_node *node, bool all, unsigned depth)
{
	json_t *object;

	if (node->name && !strcmp(node->name, "expand"))
		return NULL;
	if (node->flags & SCHEMA_METADATA)
		return fill_map(f, &(struct schema_node) { .kind = SCHEMA_MAP }, false, depth);
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_STRING:
		return fill_text(f, node);
	case SCHEMA_INTEGER:
		return fill_integer(node);
	case SCHEMA_TIMESTAMP:
		return json_integer(HOUSE_NOW + 86400);
	case SCHEMA_NUMBER:
		return fill_number(node, false);
	case SCHEMA_DECIMAL:
		return json_string("1.5");
	case SCHEMA_BOOLEAN:
		return json_true();
	case SCHEMA_OBJECT:
		object = fill_fields(f, node->fields, node->n_fields, all, depth);
		if (json_object_size(object))
			return object;
		json_decref(object);
		return NULL;
	case SCHEMA_ARRAY:
		return one_element(fill_node(f, &node->fields[0], all, depth));
	case SCHEMA_MAP:
		return fill_map(f, node, all, depth);
	case SCHEMA_UNION:
		return fill_node(f, &node->fields[0], all, depth);
	case SCHEMA_FILE:
	case SCHEMA_ANY:
		return json_string("any bytes");
	case SCHEMA_LIST:
	case SCHEMA_RESOURCE:
		break;
	}
	return NULL;
}

/* {Price} -> the id of a price. */
static json_t *recipe_value(struct fill *f, const json_t *value)
{
	const char *text = json_string_value(value);
	char name[64];
	const char *key;
	json_t *one, *copy;
	size_t i;

	if (text && *text == '{') {
		snprintf(name, sizeof name, "%.*s", (int)strlen(text) - 2, text + 1);
		return json_string(fill_object(f, schema_find_resource(name)));
	}
	if (json_is_array(value)) {
		copy = json_array();
		json_array_foreach((json_t *)(uintptr_t)value, i, one)
		{
			json_array_append_new(copy, recipe_value(f, one));
		}
		return copy;
	}
	if (!json_is_object(value))
		return json_deep_copy(value);
	copy = json_object();
	json_object_foreach((json_t *)(uintptr_t)value, key, one)
	{
		js_put_new(copy, key, recipe_value(f, one));
	}
	return copy;
}

json_t *fill_value(struct fill *f, const struct schema_node *node, bool all)
{
	return fill_node(f, node, all, 0);
}

json_t *fill_params(struct fill *f, const struct schema_route *route, bool all)
{
	const struct schema_resource *outer = f->type;
	json_t *params = json_object();
	js_auto recipe = fill_recipe(route) ? json_loads(fill_recipe(route), 0, NULL) : NULL;
	js_auto values = recipe ? recipe_value(f, recipe) : NULL;
	bool reads = !strcmp(route->method, "GET");

	if (fill_recipe(route) && !recipe)
		die("the recipe of %s %s is no JSON", route->method, route->pattern);
	f->type = route->resource;
	for (size_t i = 0; i < route->n_params; i++) {
		const struct schema_node *node = &route->params[i];
		json_t *value = NULL;

		if (json_object_get(values, node->name))
			js_put(params, node->name, json_object_get(values, node->name));
		else if ((node->flags & SCHEMA_REQUIRED) || (all && !reads))
			value = fill_node(f, node, all, 0);
		if (value)
			js_put_new(params, node->name, value);
	}
	f->type = outer;
	return params;
}

/* ---- objects ---- */

const struct schema_route *fill_maker(const struct schema_resource *type)
{
	const struct schema_route *best = NULL;

	for (size_t i = 0; i < schema_route_count; i++) {
		const struct schema_route *route = &schema_routes[i];
		const struct schema_route *get;
		char one[160];

		if (strcmp(route->method, "POST") || route->resource != type ||
			route->answer != SCHEMA_ANSWER_RESOURCE || ends_with(route->pattern, "}"))
			continue;
		snprintf(one, sizeof one, "%s/x", route->pattern);
		const char *values[4];
		size_t lengths[4];

		get = schema_match("GET", one, strlen(one), values, lengths);
		/* The collection that the object is read from; else any that answers one and acts on none. */
		if (get && get->resource == type)
			return route;
		if (!best && !route->n_path)
			best = route;
	}
	return best;
}

/* What no route makes: a list that has one already, a name from Stripe's catalogue, or any with the right prefix. */
static const char *found_object(struct fill *f, const struct schema_resource *type)
{
	static const struct {
		const char *resource, *id;
	} names[] = {
		{ "Capability", "card_payments" },
		{ "CountrySpec", "US" },
		{ "ExchangeRate", "eur" },
		{ "Reporting.ReportType", "balance.summary.1" },
	};

	for (size_t i = 0; i < schema_route_count; i++) {
		const struct schema_route *route = &schema_routes[i];
		const struct answer *a;

		if (route->resource != type || route->answer != SCHEMA_ANSWER_LIST || route->n_path)
			continue;
		a = api(f->house, "GET", route->pattern, NULL);
		if (json_is_string(field_json(a, "data.0.id")))
			return field(a, "data.0.id");
	}
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!strcmp(names[i].resource, type->name))
			return names[i].id;
	return text_of(f->house, "%s1SuiteMade", type->prefix);
}

/* A refusal here is a rule that the description does not tell: fill_prepare.c is where it is written down. */
static const char *id_of(const struct answer *a)
{
	assert_status(a, 200);
	return json_is_string(field_json(a, "id")) ? field(a, "id") : "none";
}

const char *fill_object(struct fill *f, const struct schema_resource *type)
{
	const char *id = map_get(f->made, type->name);
	const struct schema_route *maker = fill_maker(type);

	if (id)
		return id;
	if (maker) {
		fill_prepare(f, maker);
		js_auto params = fill_params(f, maker, false);

		id = id_of(fill_call(f->house, maker, fill_path(f, maker), params));
	} else {
		id = found_object(f, type);
	}
	map_put(f->made, type->name, (void *)(uintptr_t)id);
	return id;
}

const char *fill_made_by(struct fill *f, const struct schema_route *maker)
{
	const char *id = map_get(f->made, maker->pattern);

	if (!id && fill_maker(maker->resource) == maker)
		id = fill_object(f, maker->resource);
	if (!id) {
		fill_prepare(f, maker);
		js_auto params = fill_params(f, maker, false);

		id = id_of(fill_call(f->house, maker, fill_path(f, maker), params));
	}
	map_put(f->made, maker->pattern, (void *)(uintptr_t)id);
	return id;
}
