/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "actions/catalog/permissions.h"
#include "actions/runtime/doctor_inside.h"
#include "base/json.h"
#include "base/mem.h"

/* What the doctor asks Stripe beside the call itself: may the key do it all, and is everything there still. */

/* The route with ids that nothing can have: only the refusal is of interest. */
static const char *probe_path(struct arena *arena, const char *route)
{
	static const struct {
		const char *name, *prefix;
	} ids[] = { { "{customer}", "cus" }, { "{subscription}", "sub" }, { "{schedule}", "sub_sched" },
		{ "{invoice}", "in" }, { "{price}", "price" }, { "{product}", "prod" }, { "{coupon}", "coupon" } };

	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		const char *at = strstr(route, ids[i].name);

		if (at)
			return arena_format(arena, "%.*s%s_stripe_actions_doctor%s", (int)(at - route), route,
				ids[i].prefix, at + strlen(ids[i].name));
	}
	return route;
}

static void problem_finding(
	struct looking *l, const char *cause, enum problem_code code, const char *stage, const char *detail)
{
	const struct problem_row *row = problem_row(code);
	json_t *finding = doctor_add(l, DOCTOR_DATA, cause, NULL);

	js_put_text(finding, "code", row->name);
	js_put_text(finding, "stage", stage);
	js_put_text(finding, "message", row->text);
	js_put_text(finding, "detail", detail);
	js_put_text(finding, "hint", row->hint);
}

static void permission_look(struct looking *l, const struct permission *p)
{
	struct arena arena = { 0 };
	struct problem why;
	js_auto params = p->probe ? json_loads(p->probe, 0, NULL) : NULL;
	struct stripe_ask ask = { .method = p->method, .params = params };
	const char *missing;

	problem_init(&why, &arena);
	ask.path = probe_path(&arena, p->route);
	stripe_call(&l->agent->stripe, &ask, &why);
	missing = why.permission ? why.permission : p->name;
	if (why.code == PROBLEM_STRIPE_PERMISSION_DENIED && !doctor_has_permission(l, missing)) {
		problem_finding(l, "B3", why.code, "permissions",
			arena_format(&arena, "%s: %s %s, for %s", why.detail, p->method, p->route, p->use));
		js_put_text(json_array_get(l->findings, json_array_size(l->findings) - 1), "permission", missing);
	}
	problem_clear(&why);
	arena_free(&arena);
}

void doctor_look_permissions(struct looking *l)
{
	for (const struct permission *p = permissions; p->name; p++)
		if (permission_needed(l->agent->config, p))
			permission_look(l, p);
}

/* ---- what the configuration offers ---- */

/* Reads an object that the configuration names and says what is wrong with it: it is missing, or its flag is off. */
static void named_look(
	struct looking *l, const char *route, const char *id, const char *flag, enum problem_code code, const char *of)
{
	struct arena arena = { 0 };
	struct problem why;
	struct stripe_ask ask = { .method = "GET" };
	json_t *object;

	problem_init(&why, &arena);
	ask.path = arena_format(&arena, "%s/%s", route, id);
	object = stripe_call(&l->agent->stripe, &ask, &why);
	if (why.code == PROBLEM_RESOURCE_NOT_FOUND)
		problem_finding(
			l, "B2", code, "catalogue", arena_format(&arena, "Stripe has no %s, which %s names", id, of));
	else if (object && !js_flag(object, flag, false))
		problem_finding(l, "B2", code, "catalogue",
			arena_format(&arena, "%s, which %s names, is not %s any more", id, of, flag));
	problem_clear(&why);
	arena_free(&arena);
}

/* The portal's settings are saved in each mode by themselves; without any there are no links. */
static void portal_look(struct looking *l)
{
	struct arena arena = { 0 };
	struct problem why;
	js_auto params = json_object();
	struct stripe_ask ask = { .method = "GET", .path = "/v1/billing_portal/configurations", .params = params };
	json_t *list;

	js_put_flag(params, "is_default", true);
	js_put_int(params, "limit", 1);
	problem_init(&why, &arena);
	list = stripe_call(&l->agent->stripe, &ask, &why);
	if (list && !json_array_size(js_get(list, "data")))
		problem_finding(l, "B3", PROBLEM_PORTAL_NOT_CONFIGURED, "catalogue",
			"the account has no default configuration of the portal");
	problem_clear(&why);
	arena_free(&arena);
}

static bool manages(const struct config *c)
{
	for (size_t i = 0; i < c->n_actions; i++)
		if (c->actions[i].enabled && !strcmp(c->actions[i].kind, "manage_subscriptions"))
			return true;
	return false;
}

void doctor_look_catalogue(struct looking *l)
{
	const struct config *c = l->agent->config;
	char *of;

	if (!manages(c))
		return;
	if (c->payment_method.mode == PAYMENT_METHOD_PORTAL)
		portal_look(l);
	for (size_t i = 0; i < c->n_plans; i++)
		for (size_t k = 0; k < c->plans[i].n_prices; k++) {
			of = mem_format("the plan %s", c->plans[i].key);
			named_look(
				l, "/v1/prices", c->plans[i].prices[k].price, "active", PROBLEM_PLAN_NOT_AVAILABLE, of);
			free(of);
		}
	for (size_t i = 0; i < c->retention.n_offers; i++)
		if (c->retention.offers[i].coupon) {
			of = mem_format("the offer %s", c->retention.offers[i].key);
			named_look(l, "/v1/coupons", c->retention.offers[i].coupon, "valid", PROBLEM_OFFER_UNAVAILABLE,
				of);
			free(of);
		}
}
