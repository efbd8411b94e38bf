/* SPDX-License-Identifier: MIT */
#include "resources/price.h"

#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/resource.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/check.h"
#include "resources/generic.h"
#include "resources/price_make.h"
#include "resources/product.h"

static int price_create(struct call *call)
{
	struct price_spec spec = { .given = call->params };
	struct record *price;

	if (param_given(call, "product") && param_given(call, "product_data"))
		return fail_exclusive(call, NULL, "product", "product_data");
	if (!param_text(call, "product") && !param_given(call, "product_data"))
		return fail_invalid(call, "parameter_missing", "product",
			"You must specify either `product` or `product_data` when creating a price.");
	spec.id = call->own_id;
	if (spec.id && account_get(call->account, spec.id, call->route->resource))
		return fail_invalid(call, "resource_already_exists", NULL, "Price already exists.");
	spec.product = param_given(call, "product_data")
			       ? product_make(call, param(call, "product_data"), "product_data")
			       : param_record(call, "product", "product");
	if (!spec.product)
		return -1;
	price = price_make(call, &spec);
	return price ? answer_record(call, price) : -1;
}

/* ---- changes: the amounts of a price are fixed, and the description knows no parameter for them ---- */

static int check_default(struct call *call, struct record *price)
{
	struct record *product = price_product(call, price);
	const char *chosen = product ? js_text(record_tree(product), "default_price") : NULL;

	if (!param_flag(call, "active", true) && text_is(chosen, price->id))
		return fail_invalid(call, NULL, NULL,
			"This price cannot be archived because it is the default price of its product.");
	return 0;
}

static int check_tax_behavior(struct call *call, const json_t *body)
{
	const char *wanted = param_text(call, "tax_behavior"), *present = js_text(body, "tax_behavior");

	if (!wanted || !present || !strcmp(present, "unspecified") || !strcmp(present, wanted))
		return 0;
	return fail_invalid(call, NULL, "tax_behavior",
		"The tax_behavior of a price cannot be changed once it is set; it is `%s`.", present);
}

/* A key is claimed when it is given, and again when a price that has one becomes active. */
static int claim_key(struct call *call, struct record *price)
{
	const json_t *body = record_tree(price);
	const char *key =
		param_given(call, "lookup_key") ? param_text(call, "lookup_key") : js_text(body, "lookup_key");
	bool wakes = param_flag(call, "active", false) && !js_flag(body, "active", false);

	if (!key || !param_flag(call, "active", js_flag(body, "active", false)))
		return 0;
	if (!param_text(call, "lookup_key") && !wakes)
		return 0;
	return price_claim_key(call, price, key, param_flag(call, "transfer_lookup_key", false));
}

static int price_update(struct call *call)
{
	static const char *const except[] = { "currency_options", NULL };
	struct record *price = path_object(call, 0, "price");
	const json_t *body;
	json_t *draft;

	if (!price)
		return -1;
	body = record_tree(price);
	if (check_default(call, price) || check_tax_behavior(call, body) || claim_key(call, price))
		return -1;
	draft = journal_edit(&call->journal, price);
	if (params_apply(call, draft, price->type, except))
		return -1;
	if (param_given(call, "currency_options") &&
		price_merge_options(call, journal_edit_private(&call->journal, price), param(call, "currency_options"),
			js_is_null(draft, "tiers_mode") == 0, js_text(draft, "currency"), "currency_options"))
		return -1;
	price_emit_updated(call, price);
	return answer_record(call, price);
}

/* ---- what shows only when it is expanded ---- */

static json_t *include_tiers(struct call *call, struct record *price)
{
	(void)call;
	return json_incref(js_get(record_private(price), "tiers"));
}

/* Stripe lists the price's own currency among its options. */
static json_t *include_options(struct call *call, struct record *price)
{
	static const char *const shared[] = { "custom_unit_amount", "tax_behavior", "unit_amount",
		"unit_amount_decimal" };
	const json_t *body = record_tree(price);
	json_t *stored = js_get(record_private(price), "currency_options");
	json_t *own, *options;

	(void)call;
	own = json_object();
	for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
		js_put(own, shared[i], js_get(body, shared[i]));
	if (js_get(record_private(price), "tiers"))
		js_put(own, "tiers", js_get(record_private(price), "tiers"));
	options = stored ? json_copy(stored) : json_object();
	js_put_new(options, js_text(body, "currency"), own);
	return options;
}

static void price_fill(struct call *call, json_t *body)
{
	(void)call;
	js_put_text(body, "tax_behavior", "unspecified");
}

const struct resource price_resource = {
	.name = "Price",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/prices", price_create },
			{ "POST", "/v1/prices/{id}", price_update },
			{ 0 },
		},
	.filters =
		(const struct resource_filter[]) {
			{ .param = "lookup_keys", .path = "lookup_key" },
			{ 0 },
		},
	.includes =
		(const struct resource_include[]) {
			{ "tiers", include_tiers },
			{ "currency_options", include_options },
			{ 0 },
		},
	.fill = price_fill,
};
