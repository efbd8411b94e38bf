/* SPDX-License-Identifier: MIT */
/*
 * 2020-08-27 and 2019-10-17. A customer's lists and a plan's tiers have to be asked for; prorate is proration_behavior;
 * tax_percent is a tax rate; a schedule's phase has items, not plans; a subscription is given items, not a plan; and
 * before that, collection_method was billing and a customer's balance account_balance. Source: Stripe docs "Changelog",
 * 2020-08-27 and 2019-10-17.
 */
#include <string.h>

#include "api/list.h"
#include "base/json.h"
#include "resources/versions/history.h"
#include "resources/within.h"

/* ---- tax_percent ---- */

/* Of the first rate: there could never be but one, several are newer than this shape. NULL: none. New reference. */
static json_t *percent_of(const json_t *rates)
{
	json_t *rate = json_array_get(rates, 0);

	return rate ? json_incref(json_object_get(rate, "percentage")) : NULL;
}

static void show_percent(const struct older *o, json_t *tree)
{
	(void)o;
	js_put_new(tree, "tax_percent", percent_of(json_object_get(tree, "default_tax_rates")));
}

static struct record *rate_made_for(struct call *call, const char *percent)
{
	const struct list *all = &account_shelf(call->account, schema_find_object("tax_rate"))->records;

	for (size_t i = 0; i < all->count; i++) {
		const char *made = js_text(record_private(all->at[i]), "percent");

		if (text_is(made, percent))
			return all->at[i];
	}
	return NULL;
}

/* One rate a percentage, made when it is first asked for. */
static const char *rate_of(struct call *call, const char *percent)
{
	struct record *rate = rate_made_for(call, percent);
	json_t *params;

	if (rate)
		return rate->id;
	params = json_object();
	js_put_text(params, "display_name", "Tax");
	js_put_flag(params, "inclusive", false);
	js_put_new(params, "percentage", js_parse(percent, strlen(percent)));
	rate = call_within(call, "POST", "/v1/tax_rates", NULL, params);
	if (!rate)
		return NULL;
	js_put_text(journal_edit_private(&call->journal, rate), "percent", percent);
	return rate->id;
}

static void take_percent(struct call *call, json_t *given)
{
	const char *percent = js_text(given, "tax_percent"), *id = NULL;
	json_t *rates;

	/* What is no number stays, and is refused under its own name. */
	if (!percent || strlen(percent) > 8 || percent[strspn(percent, "0123456789.")] || *percent == '.')
		return;
	if (*percent) {
		id = rate_of(call, percent);
		if (!id)
			return;
	}
	rates = json_array();
	if (id)
		json_array_append_new(rates, json_string(id));
	/* "" takes the tax off, as it does for default_tax_rates. */
	js_put_new(given, "default_tax_rates", id ? rates : json_string(""));
	if (!id)
		json_decref(rates);
	json_object_del(given, "tax_percent");
}

/* ---- 2020-08-27: out ---- */

static void show_customer(const struct older *o, json_t *tree)
{
	older_put_included(o, tree, "sources");
	older_put_included(o, tree, "subscriptions");
	older_put_included(o, tree, "tax_ids");
}

static void show_plan(const struct older *o, json_t *tree)
{
	const char *scheme = js_text(tree, "billing_scheme");

	if (text_is(scheme, "tiered"))
		older_put_included(o, tree, "tiers");
}

static void show_schedule(const struct older *o, json_t *tree)
{
	json_t *phase;
	size_t i;

	json_array_foreach(json_object_get(tree, "phases"), i, phase)
	{
		js_put(phase, "plans", json_object_get(phase, "items"));
		json_object_del(phase, "items");
		show_percent(o, phase);
	}
}

/* Two flags instead of a result. */
static void show_charge(const struct older *o, json_t *tree)
{
	json_t *secure = js_at(tree, "payment_method_details.card.three_d_secure");
	const char *result = js_text(secure, "result");
	bool passed = text_is(result, "authenticated");

	(void)o;
	if (!json_is_object(secure))
		return;
	js_put_flag(secure, "authenticated", passed);
	js_put_flag(secure, "succeeded", passed);
}

/* ---- 2020-08-27: in ---- */

/* In a query as well as in a body the value is a text by now. */
static void take_prorate(json_t *given)
{
	const char *prorate = js_text(given, "prorate");

	if (!prorate)
		return;
	if (!json_object_get(given, "proration_behavior"))
		js_put_text(given, "proration_behavior", !strcmp(prorate, "false") ? "none" : "create_prorations");
	json_object_del(given, "prorate");
}

/* plan and quantity of the subscription itself: of its single item. sub NULL: of a new one. */
static void take_plan(json_t *given, struct record *sub)
{
	json_t *items, *item;

	if (!json_object_get(given, "plan") && !json_object_get(given, "quantity"))
		return;
	if (json_object_get(given, "items"))
		return;
	item = json_object();
	if (sub)
		js_put(item, "id", js_at(record_tree(sub), "items.data.0.id"));
	if (json_object_get(given, "plan"))
		js_put(item, "price", json_object_get(given, "plan"));
	if (json_object_get(given, "quantity"))
		js_put(item, "quantity", json_object_get(given, "quantity"));
	items = json_array();
	json_array_append_new(items, item);
	js_put_new(given, "items", items);
	json_object_del(given, "plan");
	json_object_del(given, "quantity");
}

static void take_phase(struct call *call, json_t *phase)
{
	older_rename(phase, "plans", "items");
	take_percent(call, phase);
	take_prorate(phase);
}

static void take_2020_08_27(struct call *call, json_t *given)
{
	bool creates = older_route_is(call, "POST", "/v1/subscriptions");
	bool updates = older_route_is(call, "POST", "/v1/subscriptions/{id}");

	if (older_route_is(call, "POST", "/v1/invoices/create_preview"))
		given = json_object_get(given, "subscription_details");
	if (!json_is_object(given))
		return;
	if (creates || updates)
		take_plan(given, updates ? account_find(call->account, call->ids[0]) : NULL);
	if (older_route_is(call, "POST", "/v1/subscription_schedules") ||
		older_route_is(call, "POST", "/v1/subscription_schedules/{id}"))
		older_each(call, json_object_get(given, "phases"), take_phase);
	if (schema_param(call->route, "default_tax_rates"))
		take_percent(call, given);
	if (schema_param(call->route, "proration_behavior") ||
		older_route_is(call, "POST", "/v1/invoices/create_preview"))
		take_prorate(given);
}

static const struct version_shape shapes_2020_08_27[] = {
	{ "charge", show_charge },
	{ "customer", show_customer },
	{ "invoice", show_percent },
	{ "plan", show_plan },
	{ "subscription", show_percent },
	{ "subscription_schedule", show_schedule },
	{ 0 },
};

static const struct version_name names_2020_08_27[] = {
	{ "/v1/subscriptions", "items[0][price]", "plan" },
	{ "/v1/subscriptions/{id}", "items[0][price]", "plan" },
	{ "/v1/subscriptions", "default_tax_rates[0]", "tax_percent" },
	{ "/v1/subscriptions/{id}", "default_tax_rates[0]", "tax_percent" },
	{ 0 },
};

const struct version_change change_2020_08_27 = {
	.from = "2020-08-27",
	.shapes = shapes_2020_08_27,
	.names = names_2020_08_27,
	.take = take_2020_08_27,
};

/* ---- 2019-10-17 ---- */

/* Both names were shown for a while before the old one went. */
static void show_billing(const struct older *o, json_t *tree)
{
	(void)o;
	js_put(tree, "billing", json_object_get(tree, "collection_method"));
}

static void show_balance(const struct older *o, json_t *tree)
{
	(void)o;
	js_put(tree, "account_balance", json_object_get(tree, "balance"));
}

static void take_2019_10_17(struct call *call, json_t *given)
{
	if (schema_param(call->route, "collection_method"))
		older_rename(given, "billing", "collection_method");
	if (older_route_is(call, "POST", "/v1/customers") || older_route_is(call, "POST", "/v1/customers/{id}"))
		older_rename(given, "account_balance", "balance");
}

static const struct version_shape shapes_2019_10_17[] = {
	{ "customer", show_balance },
	{ "invoice", show_billing },
	{ "subscription", show_billing },
	{ 0 },
};

static const struct version_name names_2019_10_17[] = {
	{ "/v1/customers", "balance", "account_balance" },
	{ "/v1/customers/{id}", "balance", "account_balance" },
	{ "/v1/subscriptions", "collection_method", "billing" },
	{ "/v1/subscriptions/{id}", "collection_method", "billing" },
	{ "/v1/invoices", "collection_method", "billing" },
	{ 0 },
};

const struct version_change change_2019_10_17 = {
	.from = "2019-10-17",
	.shapes = shapes_2019_10_17,
	.names = names_2019_10_17,
	.take = take_2019_10_17,
};
