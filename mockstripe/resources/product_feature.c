/* SPDX-License-Identifier: MIT */
#include "api/fail.h"
#include "api/list.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "resources/generic.h"

/* Source: Stripe docs "Entitlements", "Attach a feature to a product". Retrieving, listing and removing are generic. */

static bool has_feature(struct call *call, const struct record *product, const struct record *feature)
{
	const struct list *rows = list_by(call, call->route->resource, LIST_PARENT, product->id);

	for (size_t i = 0; i < rows->count; i++)
		if (text_is(js_text_at(record_tree(rows->at[i]), "entitlement_feature.id"), feature->id))
			return true;
	return false;
}

static int feature_attach(struct call *call)
{
	struct record *product = path_object(call, 0, "product");
	struct record *feature;
	json_t *body;

	if (!product)
		return -1;
	feature = param_record(call, "entitlement_feature", "entitlements.feature");
	if (!feature)
		return -1;
	if (!js_flag(record_tree(feature), "active", false))
		return fail_invalid(call, NULL, "entitlement_feature",
			"The feature `%s` is archived, so it cannot be attached to a product.", feature->id);
	if (has_feature(call, product, feature))
		return fail_invalid(call, NULL, "entitlement_feature",
			"The feature `%s` is already attached to the product `%s`.", feature->id, product->id);
	body = shape_new(call, call->route->resource, NULL);
	js_put(body, "entitlement_feature", record_tree(feature));
	js_put_text(js_own(body, PRIVATE_KEY), "parent", product->id);
	return generic_create(call, body);
}

/* ---- features ---- */

/* Lookup keys are unique among the features that are not archived. */
static int feature_create(struct call *call)
{
	const char *key = param_text(call, "lookup_key");
	const struct list *rows = list_by(call, call->route->resource, "lookup_key", key);

	for (size_t i = 0; i < rows->count; i++) {
		struct record *other = rows->at[i];

		if (js_flag(record_tree(other), "active", false))
			return fail_invalid(call, "resource_already_exists", "lookup_key",
				"A feature (`%s`) already uses the lookup key `%s`. Archive it, or choose another key.",
				other->id, key);
	}
	return generic_create(call, generic_body(call, NULL));
}

const struct resource feature_resource = {
	.name = "Entitlements.Feature",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/entitlements/features", feature_create },
			{ 0 },
		},
};

const struct resource product_feature_resource = {
	.name = "ProductFeature",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/products/{id}/features", feature_attach },
			{ 0 },
		},
};
