/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "actions/catalog/billing_fields.h"
#include "base/json.h"

/*
 * Where goods go (API reference, "Update a customer": shipping). Stripe takes the whole of it, and wants a name and an
 * address: what is not given stays as it is, and a first one goes to the customer by name.
 */

static bool shipping_fault(struct action_run *run, enum problem_code code, const char *path)
{
	problem_raise(run->why, code, "%s is missing or wrong", path);
	problem_show(run->why, "path", run_own(run, json_string(path)));
	return false;
}

static const char *recipient(const struct action_run *run, const json_t *given, const json_t *old)
{
	const char *name = js_text(given, "name");

	name = name ? name : js_text(old, "name");
	return name ? name : js_text(run->customer, "name");
}

static bool same_text(const json_t *a, const json_t *b, const char *key)
{
	const char *one = js_text(a, key), *other = js_text(b, key);

	return !strcmp(one ? one : "", other ? other : "");
}

bool shipping_same(const json_t *a, const json_t *b)
{
	return same_text(a, b, "name") && same_text(a, b, "phone") &&
	       address_same(js_get(a, "address"), js_get(b, "address"));
}

bool shipping_plan(struct action_run *run, json_t **out)
{
	const json_t *given = js_get(run->inputs, "shipping"), *old = js_get(run->customer, "shipping");
	const char *fault, *name, *phone = js_text(given, "phone");
	json_t *address, *whole;

	*out = NULL;
	if (!given)
		return true;
	address = run_own(run, address_merged(js_get(old, "address"), js_get(given, "address"), &fault));
	if (fault)
		return shipping_fault(
			run, PROBLEM_BILLING_ADDRESS_INVALID, arena_format(run->arena, "shipping.address.%s", fault));
	name = recipient(run, given, old);
	if (!name || !*name)
		return shipping_fault(run, PROBLEM_BILLING_ADDRESS_INVALID, "shipping.name");
	if (phone && !phone_normal(run->arena, phone))
		return shipping_fault(run, PROBLEM_PHONE_INVALID, "shipping.phone");
	phone = phone ? phone_normal(run->arena, phone) : js_text(old, "phone");
	whole = run_own(run, json_object());
	js_put_text(whole, "name", name);
	if (phone && *phone)
		js_put_text(whole, "phone", phone);
	js_put(whole, "address", address);
	if (!shipping_same(whole, old))
		*out = whole;
	return true;
}

const char *shipping_text(struct arena *arena, const json_t *shipping)
{
	return arena_format(
		arena, "%s, %s", js_text(shipping, "name"), address_text(arena, js_get(shipping, "address")));
}
