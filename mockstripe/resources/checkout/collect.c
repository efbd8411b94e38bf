/* SPDX-License-Identifier: MIT */
/*
 * What the page asks its customer beside a way to pay: custom fields, addresses, names, a phone number, a tax id,
 * consent. Source: Stripe docs "Add custom fields", "Collect addresses and phone numbers", "Collect tax IDs", "Collect
 * promotional emails and terms of service", "Add optional items".
 */
#include <ctype.h>
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/check.h"
#include "resources/checkout/inside.h"
#include "resources/payments/inside.h"
#include "resources/price.h"

#define FIELDS 3 /* Stripe docs "Add custom fields": of one session */
#define FIELD_KEY 200
#define DROPDOWN_OPTIONS 200
#define OPTIONAL_ITEMS 10 /* Stripe docs "Add optional items" */

/* ---- the rules ---- */

static bool is_key(const char *key)
{
	if (!key || !*key || strlen(key) > FIELD_KEY)
		return false;
	for (; *key; key++)
		if (!isalnum((unsigned char)*key))
			return false;
	return true;
}

static int check_field(struct call *call, json_t *fields, size_t i)
{
	const char *where = name_at(call, "custom_fields", i);
	json_t *field = json_array_get(fields, i), *options;
	const char *key = js_text(field, "key"), *type = js_text(field, "type");

	if (!is_key(key))
		return fail_invalid(call, NULL, name_in(call, where, "key"),
			"The key of a custom field must be alphanumeric, of at most %d characters.", FIELD_KEY);
	for (size_t k = 0; k < i; k++)
		if (text_is(js_text(json_array_get(fields, k), "key"), key))
			return fail_invalid(call, NULL, name_in(call, where, "key"),
				"The keys of custom fields must be unique: `%s` is there twice.", key);
	options = js_at(field, "dropdown.options");
	if (text_is(type, "dropdown") && !json_array_size(options))
		return fail_missing_param(call, name_in(call, where, "dropdown"));
	if (json_array_size(options) > DROPDOWN_OPTIONS)
		return fail_invalid(call, NULL, name_in(call, name_in(call, where, "dropdown"), "options"),
			"A dropdown can have at most %d options.", DROPDOWN_OPTIONS);
	for (size_t k = 0; type && k < 3; k++) {
		static const char *const kinds[] = { "dropdown", "numeric", "text" };

		if (strcmp(kinds[k], type) && json_is_object(json_object_get(field, kinds[k])))
			return fail_invalid(call, NULL, name_in(call, where, kinds[k]),
				"You can only pass `%s` for a custom field of type `%s`.", kinds[k], kinds[k]);
	}
	return 0;
}

static int check_optional_item(struct call *call, json_t *item, const char *mode, const char *where)
{
	struct record *price = price_usable(call, js_text(item, "price"), NULL, name_in(call, where, "price"));

	if (!price)
		return -1;
	if (!strcmp(mode, "payment") && json_is_object(json_object_get(record_tree(price), "recurring")))
		return fail_invalid(call, NULL, name_in(call, where, "price"),
			"Optional items in `payment` mode must have one-time prices.");
	if (js_int(item, "quantity", 0) < 1)
		return fail_invalid(call, "parameter_invalid_integer", name_in(call, where, "quantity"),
			"This value must be greater than or equal to 1.");
	return 0;
}

static int check_optional(struct call *call, const char *mode)
{
	json_t *items = param(call, "optional_items"), *item;
	size_t i;

	if (json_array_size(items) && !strcmp(mode, "setup"))
		return fail_invalid(call, NULL, "optional_items", "You can not pass `optional_items` in `setup` mode.");
	if (json_array_size(items) > OPTIONAL_ITEMS)
		return fail_invalid(
			call, NULL, "optional_items", "You can pass at most %d optional items.", OPTIONAL_ITEMS);
	json_array_foreach(items, i, item)
	{
		if (check_optional_item(call, item, mode, name_at(call, "optional_items", i)))
			return -1;
	}
	return 0;
}

int collect_check(struct call *call, const char *mode)
{
	json_t *fields = param(call, "custom_fields");

	if (json_array_size(fields) > FIELDS)
		return fail_invalid(call, NULL, "custom_fields", "You can specify up to %d custom fields.", FIELDS);
	for (size_t i = 0; i < json_array_size(fields); i++)
		if (check_field(call, fields, i))
			return -1;
	if (js_flag(param(call, "tax_id_collection"), "enabled", false) && param_given(call, "customer") &&
		!text_is(param_text_at(call, "customer_update.name"), "auto"))
		return fail_invalid(call, NULL, "tax_id_collection",
			"Tax ID collection requires updating business name on the customer. To enable tax ID "
			"collection for "
			"an existing customer, please set `customer_update[name]` to `auto`.");
	return check_optional(call, mode);
}

/* ---- on the session ---- */

static json_t *field_body(const json_t *given)
{
	static const char *const texts[] = { "default_value", "maximum_length", "minimum_length" };
	const char *type = js_text(given, "type");
	json_t *part = js_get(given, type), *field = json_object(), *shown = json_object();

	js_put(field, "key", js_get(given, "key"));
	js_put(field, "label", js_get(given, "label"));
	js_put_flag(field, "optional", js_flag(given, "optional", false));
	js_put_text(field, "type", type);
	if (text_is(type, "dropdown")) {
		js_put(shown, "default_value", json_object_get(part, "default_value"));
		js_put(shown, "options", json_object_get(part, "options"));
	} else {
		for (size_t i = 0; i < COUNT_OF(texts); i++)
			js_put(shown, texts[i], json_object_get(part, texts[i]));
	}
	js_put_null(shown, "value");
	js_put_new(field, type, shown);
	return field;
}

static void put_fields(struct call *call, json_t *body)
{
	json_t *list = json_array(), *one;
	size_t i;

	json_array_foreach(param(call, "custom_fields"), i, one)
	{
		json_array_append_new(list, field_body(one));
	}
	js_put_new(body, "custom_fields", list);
}

static void put_optional_items(struct call *call, json_t *body)
{
	json_t *list, *one, *shown;
	size_t i;

	if (!json_array_size(param(call, "optional_items")))
		return;
	list = json_array();
	json_array_foreach(param(call, "optional_items"), i, one)
	{
		shown = json_object();
		js_put_new(shown, "adjustable_quantity", adjustable_body(one));
		js_put(shown, "price", json_object_get(one, "price"));
		js_put(shown, "quantity", json_object_get(one, "quantity"));
		json_array_append_new(list, shown);
	}
	js_put_new(body, "optional_items", list);
}

/* What is left out of an object stands there all the same, as the description says. */
static void put_whole(struct call *call, json_t *body, const char *name)
{
	json_t *shape;

	if (!json_is_object(param(call, name)))
		return;
	shape = field_shape(call, call->route->resource, name);
	json_object_update(shape, param(call, name));
	js_put_new(body, name, shape);
}

void collect_update(struct call *call, json_t *draft)
{
	if (param_given(call, "custom_fields"))
		put_fields(call, draft);
	put_optional_items(call, draft);
	put_whole(call, draft, "consent_collection");
	put_whole(call, draft, "custom_text");
}

void collect_show(struct call *call, json_t *body)
{
	json_t *tax = param(call, "tax_id_collection");

	put_fields(call, body);
	put_optional_items(call, body);
	put_whole(call, body, "consent_collection");
	put_whole(call, body, "custom_text");
	put_whole(call, body, "tax_id_collection");
	if (json_is_object(tax) && !js_text(tax, "required"))
		js_put_text(js_own(body, "tax_id_collection"), "required", "never");
	if (json_is_object(param(call, "customer_update")))
		js_put(js_own(body, PRIVATE_KEY), "customer_update", param(call, "customer_update"));
}
