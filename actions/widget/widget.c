/* SPDX-License-Identifier: MIT */
#include "actions/widget/widget.h"

#include <string.h>

#include "actions/catalog/action.h"
#include "actions/widget/assets.h"
#include "actions/widget/card.h"
#include "actions/widget/demo.h"
#include "base/json.h"
#include "base/mem.h"

#define JSON "application/json; charset=utf-8"
/* Stands in the demo's page for the origin of the server. */
#define ORIGIN_MARK "@WIDGET@"

static const struct {
	enum billing_field field;
	const char *name;
} fields[] = { { FIELD_NAME, "name" }, { FIELD_EMAIL, "email" }, { FIELD_PHONE, "phone" }, { FIELD_ADDRESS, "address" },
	{ FIELD_TAX_ID, "tax_id" } };

static const char *const cancel_modes[] = {
	[CANCEL_AT_PERIOD_END] = "at_period_end",
	[CANCEL_IMMEDIATELY] = "immediately",
	[CANCEL_CHOICE] = "choice",
};

/* ---- settings ---- */

static json_t *actions_on(const struct config *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n_actions; i++) {
		const struct action_config *action = &c->actions[i];
		json_t *row;

		/* An action that does not run here is no button; asking for it in the chat gets the documented refusal.
		 */
		if (!action->enabled)
			continue;
		row = json_object();
		js_put_text(row, "name", action->name);
		js_put_text(row, "kind", action->kind);
		json_array_append_new(list, row);
	}
	return list;
}

/*
 * A payment method is added on Stripe's own page. A form of Stripe's in this frame is more than its policy lets in:
 * with a SetupIntent the chat has a form where a simulator takes test cards, and else the site has its own.
 */
static bool operation_is_shown(const struct config *c, const char *operation)
{
	enum payment_method_mode mode = c->payment_method.mode;

	return strcmp(operation, "add_payment_method") != 0 || mode == PAYMENT_METHOD_PORTAL ||
	       (mode == PAYMENT_METHOD_INTENT && stripe_is_simulated(c));
}

/* What can be done with a subscription, as the action's table of inputs has it. */
static json_t *operations_on(const struct config *c)
{
	const struct action_kind *kind = action_kind_find("manage_subscriptions");
	json_t *list = json_array();

	for (const struct input *row = kind ? kind->inputs : NULL; row && row->name; row++)
		for (size_t i = 0; !strcmp(row->name, "operation") && row->choices[i]; i++)
			if (operation_is_shown(c, row->choices[i]))
				json_array_append_new(list, json_string(row->choices[i]));
	return list;
}

static json_t *cancellation(const struct cancellation_policy *policy)
{
	json_t *out = json_object(), *reasons = json_array();

	for (unsigned i = 0; config_reasons[i]; i++)
		if (policy->reasons & 1U << i)
			json_array_append_new(reasons, json_string(config_reasons[i]));
	js_put_flag(out, "enabled", policy->enabled);
	js_put_flag(out, "undo_enabled", policy->undo_enabled);
	js_put_text(out, "mode", cancel_modes[policy->mode]);
	js_put_flag(out, "reason_required", policy->reason_required);
	js_put_new(out, "reasons", reasons);
	js_put_int(out, "comment_max", policy->comment_max);
	return out;
}

/* {plan: {min, max}} of the plans of which a customer may choose how many. */
static json_t *quantities_on(const struct config *c)
{
	json_t *out = json_object();

	for (size_t i = 0; i < c->n_plans; i++) {
		const struct plan *plan = &c->plans[i];
		json_t *row;

		if (!plan->quantity_adjustable)
			continue;
		row = json_object();
		js_put_int(row, "min", plan->quantity_min);
		js_put_int(row, "max", plan->quantity_max);
		js_put_new(out, plan->key, row);
	}
	return out;
}

static json_t *sites_of(const struct widget_place *place)
{
	json_t *list = json_array();

	for (size_t i = 0; place->sites && place->sites[i]; i++)
		json_array_append_new(list, json_string(place->sites[i]));
	return list;
}

json_t *widget_settings(const struct agent *a, const struct widget_place *place)
{
	const struct config *c = a->config;
	json_t *out = json_object(), *agent = json_object(), *billing = json_array(), *links = json_array();

	js_put_text(agent, "id", c->agent_id);
	js_put_text(agent, "name", c->agent_name ? c->agent_name : c->agent_id);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (c->billing_fields & fields[i].field)
			json_array_append_new(billing, json_string(fields[i].name));
	/* Links go to Stripe's own pages; where a simulator stands in for Stripe, to its pages as well. */
	if (stripe_is_simulated(c))
		json_array_append_new(links, json_string(c->base_url));
	js_put_new(out, "agent", agent);
	js_put_text(out, "environment", environment_names[c->environment]);
	js_put_text(out, "locale", c->locale);
	js_put_new(out, "sites", sites_of(place));
	js_put_new(out, "actions", actions_on(c));
	js_put_new(out, "operations", operations_on(c));
	js_put_new(out, "quantities", quantities_on(c));
	js_put_new(out, "test_cards",
		stripe_is_simulated(c) && c->payment_method.mode == PAYMENT_METHOD_INTENT ? test_cards()
											  : json_array());
	js_put_new(out, "cancellation", cancellation(&c->cancellation));
	js_put_new(out, "billing_fields", billing);
	js_put_new(out, "link_origins", links);
	return out;
}

/* ---- pages ---- */

static const char *arena_json(struct arena *arena, json_t *tree, size_t *length)
{
	struct text out;
	const char *kept;

	text_init(&out, TEXT_NO_CEILING);
	js_write(&out, tree);
	json_decref(tree);
	*length = out.length;
	kept = arena_range(arena, out.data, out.length);
	text_clear(&out);
	return kept;
}

/* The chat takes scripts, styles and data from its own origin and nothing else, and only the known sites may frame it.
 */
static const char *frame_policy(struct arena *arena, const struct widget_place *place)
{
	struct text out;
	const char *kept;

	text_init(&out, TEXT_NO_CEILING);
	text_put(&out, "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
		       "form-action 'none'; frame-ancestors");
	for (size_t i = 0; place->sites && place->sites[i]; i++)
		text_format(&out, " %s", place->sites[i]);
	if (!place->sites || !place->sites[0])
		text_put(&out, " 'none'");
	kept = arena_range(arena, out.data, out.length);
	text_clear(&out);
	return kept;
}

static const char *demo_policy(struct arena *arena, const struct widget_place *place)
{
	return arena_format(arena,
		"default-src 'none'; script-src 'self' %s; style-src 'self'; connect-src 'self'; frame-src %s; "
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		place->origin, place->origin);
}

static void demo_page(struct widget_page *out, const struct asset *asset, const struct widget_place *place)
{
	const char *mark = memmem(asset->begin, (size_t)(asset->end - asset->begin), ORIGIN_MARK, strlen(ORIGIN_MARK));
	struct text page;

	if (!mark)
		return;
	text_init(&page, TEXT_NO_CEILING);
	text_add(&page, asset->begin, (size_t)(mark - asset->begin));
	text_put(&page, place->origin);
	mark += strlen(ORIGIN_MARK);
	text_add(&page, mark, (size_t)(asset->end - mark));
	out->body = arena_range(&out->arena, page.data, page.length);
	out->length = page.length;
	text_clear(&page);
}

static void asset_page(struct widget_page *out, const struct asset *asset, const struct widget_place *place)
{
	out->type = asset->type;
	out->body = asset->begin;
	out->length = (size_t)(asset->end - asset->begin);
	out->caching = "no-cache";
	if (asset->shared)
		out->shared = "cross-origin";
	if (asset->demo) {
		out->policy = demo_policy(&out->arena, place);
		demo_page(out, asset, place);
	} else {
		out->policy = frame_policy(&out->arena, place);
	}
}

/* What is made of the configuration and the contacts. NULL when there is nothing at the path. */
static json_t *data_page(
	struct agent *a, const struct widget_place *place, const char *path, const char *contact, int *status)
{
	json_t *tree;

	if (!strcmp(path, "/widget/settings.json"))
		return widget_settings(a, place);
	if (!place->demo)
		return NULL;
	if (!strcmp(path, "/demo/contacts"))
		return demo_contacts(a);
	if (!strcmp(path, "/demo/session"))
		tree = demo_session(a, contact);
	else if (!strcmp(path, "/demo/customer"))
		tree = demo_customer(a, contact);
	else
		return NULL;
	if (!tree) {
		*status = 404;
		tree = json_object();
		js_put_text(tree, "message", "There is no such contact.");
	}
	return tree;
}

bool widget_page(struct agent *a, const struct widget_place *place, const char *path, const char *contact,
	struct widget_page *out)
{
	const struct asset *asset = asset_find(!strcmp(path, "/demo/") ? "/demo" : path);
	json_t *tree;

	out->status = 200;
	out->shared = "same-origin";
	if (asset && (!asset->demo || place->demo)) {
		asset_page(out, asset, place);
		return true;
	}
	tree = data_page(a, place, path, contact, &out->status);
	if (!tree)
		return false;
	out->type = JSON;
	out->policy = "default-src 'none'; frame-ancestors 'none'";
	out->caching = "no-store";
	out->body = arena_json(&out->arena, tree, &out->length);
	return true;
}

void widget_page_clear(struct widget_page *page)
{
	arena_free(&page->arena);
}
