/* SPDX-License-Identifier: MIT */
/*
 * Plans, the older view of recurring prices: the same id, the same state, other names. Nothing is stored for them; each
 * body is made from the price's. Source: Stripe docs "The Plan object", "Migrate to the Prices API".
 */
#include <string.h>

#include "api/expand.h"
#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/check.h"
#include "resources/generic.h"
#include "resources/price.h"
#include "resources/price_make.h"
#include "resources/product.h"

/* The plan of a price's body, keys in Stripe's order; NULL when nothing recurs. New reference. */
static json_t *plan_body(const json_t *price)
{
	const json_t *recurring = js_get(price, "recurring");
	json_t *plan;

	if (!json_is_object(recurring))
		return NULL;
	plan = json_object();
	js_put(plan, "id", js_get(price, "id"));
	js_put_text(plan, "object", "plan");
	js_put(plan, "active", js_get(price, "active"));
	js_put(plan, "amount", js_get(price, "unit_amount"));
	js_put(plan, "amount_decimal", js_get(price, "unit_amount_decimal"));
	js_put(plan, "billing_scheme", js_get(price, "billing_scheme"));
	js_put(plan, "created", js_get(price, "created"));
	js_put(plan, "currency", js_get(price, "currency"));
	js_put(plan, "interval", js_get(recurring, "interval"));
	js_put(plan, "interval_count", js_get(recurring, "interval_count"));
	js_put(plan, "livemode", js_get(price, "livemode"));
	js_put(plan, "metadata", js_get(price, "metadata"));
	js_put(plan, "meter", js_get(recurring, "meter"));
	js_put(plan, "nickname", js_get(price, "nickname"));
	js_put(plan, "product", js_get(price, "product"));
	js_put(plan, "tiers_mode", js_get(price, "tiers_mode"));
	js_put(plan, "transform_usage", js_get(price, "transform_quantity"));
	js_put(plan, "trial_period_days", js_get(recurring, "trial_period_days"));
	js_put(plan, "usage_type", js_get(recurring, "usage_type"));
	return plan;
}

json_t *price_plan(struct call *call, struct record *price)
{
	(void)call;
	return plan_body(record_tree(price));
}

/* ---- events ---- */

static void emit_plan(struct call *call, const char *type, json_t *plan, json_t *previous)
{
	struct body *body = body_new(plan);

	emit_body(call, type, body, previous);
	body_drop(body);
}

void plan_emit(struct call *call, const char *type, struct record *price)
{
	json_t *plan = plan_body(record_tree(price));

	if (plan)
		emit_plan(call, type, plan, NULL);
}

void price_emit_updated(struct call *call, struct record *price)
{
	struct body *before;
	json_t *old = NULL, *plan, *previous;

	journal_freeze(&call->journal, price);
	before = journal_before(&call->journal, price);
	plan = plan_body(record_tree(price));
	if (before)
		old = plan_body(body_tree(before));
	previous = plan && old ? previous_attributes(old, plan) : NULL;
	if (previous)
		emit_plan(call, "plan.updated", plan, previous);
	else
		json_decref(plan);
	json_decref(old);
	emit_changed(call, "price.updated", price);
}

/* ---- routes ---- */

static struct record *plan_price(struct call *call)
{
	struct record *price = account_get(call->account, call->ids[0], schema_find_object("price"));

	if (price && json_is_object(js_get(record_tree(price), "recurring")) &&
		!js_flag(record_private(price), "plan_deleted", false))
		return price;
	fail_no_such(call, schema_find_object("plan"), call->ids[0]);
	return NULL;
}

static int answer_plan(struct call *call, struct record *price)
{
	json_t *plan = price_plan(call, price);
	json_t *tiers = js_get(record_private(price), "tiers");

	if (tiers && expand_find(call->expand, "tiers"))
		js_put(plan, "tiers", tiers);
	return answer_tree(call, plan, schema_find_object("plan"));
}

/* The parameters of a plan in the words of prices. New reference. */
static json_t *as_price_params(const json_t *given)
{
	static const char *const same[] = { "active", "billing_scheme", "currency", "metadata", "nickname", "tiers",
		"tiers_mode" };
	static const char *const inside[] = { "interval", "interval_count", "meter", "trial_period_days",
		"usage_type" };
	static const char *const renamed[][2] = { { "amount", "unit_amount" },
		{ "amount_decimal", "unit_amount_decimal" }, { "transform_usage", "transform_quantity" } };
	json_t *params = json_object(), *recurring = json_object();

	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (js_get(given, same[i]))
			js_put(params, same[i], js_get(given, same[i]));
	for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++)
		if (js_get(given, renamed[i][0]))
			js_put(params, renamed[i][1], js_get(given, renamed[i][0]));
	for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
		if (js_get(given, inside[i]))
			js_put(recurring, inside[i], js_get(given, inside[i]));
	js_put_new(params, "recurring", recurring);
	return params;
}

/* Plans may be made without a price's "product": Stripe then asks for one. */
static struct record *plan_product(struct call *call)
{
	json_t *given = param(call, "product");

	if (json_is_object(given))
		return product_make(call, given, "product");
	if (!json_is_string(given)) {
		fail_missing_param(call, "product");
		return NULL;
	}
	return param_record(call, "product", "product");
}

static int plan_create(struct call *call)
{
	struct price_spec spec = { .amount = "amount" };
	struct record *product, *price, *old;
	json_t *params;

	spec.id = param_text(call, "id") ? param_text(call, "id") : call->own_id;
	old = spec.id ? account_find(call->account, spec.id) : NULL;
	if (old && !old->deleted)
		return fail_invalid(call, "resource_already_exists", NULL, "Plan already exists.");
	product = plan_product(call);
	if (!product)
		return -1;
	if (!spec.id) {
		char *made = arena_alloc(&call->arena, ID_ROOM);

		/* Ids of plans made here look like plan_..., unlike those of prices. */
		account_new_id(call->account, call->route->resource->prefix, call->route->resource->id_length, made);
		spec.id = made;
	}
	spec.product = product;
	spec.given = params = as_price_params(call->params);
	price = price_make(call, &spec);
	json_decref(params);
	return price ? answer_plan(call, price) : -1;
}

static int plan_retrieve(struct call *call)
{
	struct record *price = plan_price(call);

	return price ? answer_plan(call, price) : -1;
}

static int plan_update(struct call *call)
{
	static const char *const except[] = { "trial_period_days", NULL };
	struct record *price = plan_price(call);
	json_t *draft;

	if (!price || params_check_references(call, price->type))
		return -1;
	draft = journal_edit(&call->journal, price);
	if (params_apply(call, draft, price->type, except))
		return -1;
	if (param_given(call, "trial_period_days"))
		js_put(js_own(draft, "recurring"), "trial_period_days", param(call, "trial_period_days"));
	price_emit_updated(call, price);
	return answer_plan(call, price);
}

/* A product does not keep a price as its default that is gone. */
static void forget_default(struct call *call, const json_t *plan)
{
	struct record *product = account_get(call->account, js_text(plan, "product"), schema_find_object("product"));
	const char *chosen = product ? js_text(record_tree(product), "default_price") : NULL;

	if (!chosen || strcmp(chosen, js_text(plan, "id")) != 0)
		return;
	js_put_null(journal_edit(&call->journal, product), "default_price");
	emit_changed(call, "product.updated", product);
}

/* Subscribers keep their price when its plan is deleted; it only cannot be chosen any more. Stripe API reference,
 * "Delete a plan". */
static void remove_price(struct call *call, struct record *price)
{
	json_t *draft;

	if (!list_by(call, schema_find_object("subscription"), "price", price->id)->count) {
		journal_delete(&call->journal, price);
		return;
	}
	draft = journal_edit(&call->journal, price);
	js_put_flag(draft, "active", false);
	js_put_flag(js_own(draft, PRIVATE_KEY), "plan_deleted", true);
}

static int plan_delete(struct call *call)
{
	struct record *price = plan_price(call);
	struct body *last;
	json_t *plan, *stub;

	if (!price)
		return -1;
	plan = price_plan(call, price);
	last = body_keep(price->body);
	forget_default(call, plan);
	remove_price(call, price);
	emit_plan(call, "plan.deleted", plan, NULL);
	emit_body(call, "price.deleted", last, NULL);
	body_drop(last);
	stub = json_object();
	js_put_text(stub, "id", price->id);
	js_put_text(stub, "object", "plan");
	js_put_flag(stub, "deleted", true);
	return answer_tree(call, stub, NULL);
}

static int plan_list(struct call *call)
{
	struct list_want want = { "type", "recurring" };
	json_t *data, *list;

	if (list_answer(call, schema_find_object("price"), &want, 1, call->path))
		return -1;
	data = json_array();
	for (size_t i = 0; i < call->answer.page.count; i++)
		json_array_append_new(data, price_plan(call, call->answer.page.rows[i]));
	list = list_object(data, call->path);
	js_put_flag(list, "has_more", call->answer.page.has_more);
	return answer_tree(call, list, NULL);
}

const struct resource plan_resource = {
	.name = "Plan",
	.routes =
		(const struct resource_route[]) {
			{ "GET", "/v1/plans", plan_list },
			{ "POST", "/v1/plans", plan_create },
			{ "GET", "/v1/plans/{id}", plan_retrieve },
			{ "POST", "/v1/plans/{id}", plan_update },
			{ "DELETE", "/v1/plans/{id}", plan_delete },
			{ 0 },
		},
};
