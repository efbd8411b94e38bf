/* SPDX-License-Identifier: MIT */
#include "resources/entitlement.h"

#include "api/list.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"

#define SUMMARY "entitlements.active_entitlement_summary"

static const struct schema_resource *entitlement_type(void)
{
	return schema_find_object("entitlements.active_entitlement");
}

static bool gives(const json_t *subscription)
{
	static const char *const giving[] = { "trialing", "active", "past_due" };

	for (size_t i = 0; i < COUNT_OF(giving); i++)
		if (text_is(js_text(subscription, "status"), giving[i]))
			return true;
	return false;
}

/* Status, products and period stand in two members; bodies share what did not change. */
static bool is_same(struct body *before, const json_t *now)
{
	const json_t *then = before ? body_tree(before) : NULL;

	return then && json_equal(json_object_get(then, "status"), json_object_get(now, "status")) &&
	       json_equal(json_object_get(then, "items"), json_object_get(now, "items"));
}

/* ---- what the customer should have: {feature: lookup_key} ---- */

static void want_product(struct call *call, json_t *wanted, const char *product)
{
	const struct list *rows = list_by(call, schema_find_object("product_feature"), LIST_PARENT, product);

	for (size_t i = 0; i < rows->count; i++) {
		const json_t *feature = json_object_get(record_tree(rows->at[i]), "entitlement_feature");

		js_put(wanted, js_text(feature, "id"), json_object_get(feature, "lookup_key"));
	}
}

static json_t *wanted_of(struct call *call, const char *customer)
{
	const struct list *subs = list_by(call, schema_find_object("subscription"), "customer", customer);
	json_t *wanted = json_object(), *item;
	size_t i;

	for (size_t k = 0; k < subs->count; k++) {
		const json_t *sub = record_tree(subs->at[k]);

		if (!gives(sub))
			continue;
		json_array_foreach(js_at(sub, "items.data"), i, item)
			want_product(call, wanted, js_text_at(item, "price.product"));
	}
	return wanted;
}

/* ---- what it has ---- */

static const struct list *held_by(struct call *call, const char *customer)
{
	return list_by(call, entitlement_type(), "customer", customer);
}

static json_t *summary_list(struct call *call, const char *customer)
{
	return list_embed(call, entitlement_type(), "customer", customer, 10,
		arena_format(&call->arena, "/v1/customer/%s/entitlements", customer));
}

static bool take_back(struct call *call, const json_t *wanted, const char *customer)
{
	const struct list *held = held_by(call, customer);
	bool changed = false;

	for (size_t i = held->count; i-- > 0;) {
		struct record *one = held->at[i];

		if (json_object_get(wanted, js_text(record_tree(one), "feature")))
			continue;
		journal_delete(&call->journal, one);
		held = held_by(call, customer);
		changed = true;
	}
	return changed;
}

static bool has(struct call *call, const char *customer, const char *feature)
{
	const struct list *held = held_by(call, customer);

	for (size_t i = 0; i < held->count; i++)
		if (text_is(js_text(record_tree(held->at[i]), "feature"), feature))
			return true;
	return false;
}

static bool grant(struct call *call, json_t *wanted, const char *customer)
{
	bool changed = false;
	const char *feature;
	json_t *lookup_key, *body;
	char id[ID_ROOM];

	json_object_foreach(wanted, feature, lookup_key)
	{
		if (has(call, customer, feature))
			continue;
		account_new_id(call->account, "ent_test_", 24, id);
		body = shape_new(call, entitlement_type(), id);
		js_put_text(body, "feature", feature);
		js_put(body, "lookup_key", lookup_key);
		js_put_text(js_own(body, PRIVATE_KEY), "customer", customer);
		journal_add(&call->journal, entitlement_type(), id, body, call->now);
		changed = true;
	}
	return changed;
}

static void announce(struct call *call, const char *customer, json_t *earlier)
{
	json_t *summary = shape_new(call, schema_find_object(SUMMARY), NULL), *previous = json_object();
	struct body *body;

	json_object_del(summary, "id");
	js_put_text(summary, "customer", customer);
	js_put_new(summary, "entitlements", summary_list(call, customer));
	js_put_new(previous, "entitlements", earlier);
	body = body_new(summary);
	emit_body(call, SUMMARY ".updated", body, previous);
	body_drop(body);
}

static bool any(struct call *call, const char *object)
{
	return account_shelf(call->account, schema_find_object(object))->records.count;
}

void entitlements_follow(struct call *call, struct record *subscription, struct body *before)
{
	const json_t *sub = record_tree(subscription);
	const char *customer = js_text(sub, "customer");
	json_t *wanted, *earlier;
	bool changed;

	/* Most accounts have no features: their renewals are not to pay for them. */
	if (!customer || (!any(call, "product_feature") && !any(call, "entitlements.active_entitlement")) ||
		is_same(before, sub))
		return;
	wanted = wanted_of(call, customer);
	earlier = summary_list(call, customer);
	changed = take_back(call, wanted, customer);
	changed = grant(call, wanted, customer) || changed;
	json_decref(wanted);
	if (changed)
		announce(call, customer, earlier);
	else
		json_decref(earlier);
}

const struct resource active_entitlement_resource = {
	.name = "Entitlements.ActiveEntitlement",
	.filters =
		(const struct resource_filter[]) {
			{ .param = "customer", .path = PRIVATE_KEY ".customer" },
			{ 0 },
		},
};
