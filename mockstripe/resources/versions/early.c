/* SPDX-License-Identifier: MIT */
/* The changes from 2022-11-15 to 2024-04-10; the older ones have files of their own. Source: Stripe docs "API
 * upgrades". */
#include <string.h>

#include "api/list.h"
#include "base/json.h"
#include "resources/versions/history.h"
#include "resources/within.h"

static bool makes_intent(const struct call *call)
{
	return older_route_is(call, "POST", "/v1/payment_intents") || older_route_is(call, "POST", "/v1/setup_intents");
}

/* ---- 2024-04-10: a product's features are its marketing_features; intents are captured asynchronously ---- */

static void show_product(const struct older *o, json_t *tree)
{
	(void)o;
	js_put(tree, "features", json_object_get(tree, "marketing_features"));
	json_object_del(tree, "marketing_features");
}

static void take_2024_04_10(struct call *call, json_t *given)
{
	if (older_route_is(call, "POST", "/v1/products") || older_route_is(call, "POST", "/v1/products/{id}"))
		older_rename(given, "features", "marketing_features");
	if (older_route_is(call, "POST", "/v1/payment_intents") && !json_object_get(given, "capture_method"))
		js_put_text(given, "capture_method", "automatic");
}

static const struct version_shape shapes_2024_04_10[] = {
	{ "product", show_product },
	{ 0 },
};

const struct version_change change_2024_04_10 = {
	.from = "2024-04-10",
	.shapes = shapes_2024_04_10,
	.take = take_2024_04_10,
};

/* ---- 2023-08-16: intents take the payment methods of the Dashboard unless told otherwise ---- */

static void take_2023_08_16(struct call *call, json_t *given)
{
	json_t *off;

	if (!makes_intent(call) || json_object_get(given, "payment_method_types") ||
		json_object_get(given, "automatic_payment_methods"))
		return;
	off = json_object();
	js_put_text(off, "enabled", "false");
	js_put_new(given, "automatic_payment_methods", off);
}

const struct version_change change_2023_08_16 = { .from = "2023-08-16", .take = take_2023_08_16 };

/* ---- 2022-11-15: intents name their latest charge only; a charge's refunds have to be asked for ---- */

/* latest_charge was there before the list went, so it stays. */
static void show_intent(const struct older *o, json_t *tree)
{
	const char *id = js_text(tree, "id");

	older_put_made(o, tree, "charges",
		list_embed(o->call, schema_find_object("charge"), "payment_intent", id, 10,
			arena_format(&o->call->arena, "/v1/charges?payment_intent=%s", id)));
}

static void show_charge(const struct older *o, json_t *tree)
{
	older_put_included(o, tree, "refunds");
}

/* The routes below a charge, whose list of refunds names them as its url; libraries of today refund at /v1/refunds. */
static void take_refund(struct call *call, json_t *given)
{
	js_put_text(given, "charge", call->ids[0]);
}

static int answer_charge(struct call *call)
{
	const char *id = call->ids[0];

	if (!call_within(call, "POST", "/v1/refunds", NULL, json_incref(call->params)))
		return -1;
	return answer_record(call, account_find(call->account, id));
}

#define REFUNDS "/v1/charges/{id}/refunds"

static const struct version_route routes_2022_11_15[] = {
	{ "POST", "/v1/charges/{id}/refund", "POST", "/v1/refunds", take_refund, NULL, answer_charge },
	{ "POST", REFUNDS, "POST", "/v1/refunds", take_refund, NULL, NULL },
	{ "GET", REFUNDS, "GET", "/v1/refunds", take_refund, NULL, NULL },
	{ 0 },
};

static const struct version_shape shapes_2022_11_15[] = {
	{ "charge", show_charge },
	{ "payment_intent", show_intent },
	{ 0 },
};

static const struct version_link links_2022_11_15[] = {
	{ "payment_intent", "charges", "charge", true },
	{ 0 },
};

const struct version_change change_2022_11_15 = {
	.from = "2022-11-15",
	.shapes = shapes_2022_11_15,
	.links = links_2022_11_15,
	.routes = routes_2022_11_15,
};
