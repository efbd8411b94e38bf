/* SPDX-License-Identifier: MIT */
/*
 * Portal sessions: a link for one customer, perhaps straight to one task. Source: Stripe docs "Create a portal
 * session", "Customer portal deep links and flows". The texts of refusals that no page quotes follow the recorded one,
 * "This subscription cannot be updated because the subscription update feature in the portal configuration is
 * disabled."
 */
#include <string.h>

#include "api/fail.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/subscription.h"
#include "resources/check.h"
#include "resources/generic.h"
#include "resources/page_url.h"
#include "resources/payments/inside.h"
#include "resources/portal.h"

#define UNUSED_FOR 300 /* seconds: Stripe docs "Create a portal session" */

static const struct schema_resource *configuration_type(void)
{
	return schema_find_object("billing_portal.configuration");
}

/* ---- what a flow may be about ---- */

struct portal_word {
	const char *feature, *verb, *name;
};

static struct portal_word word_of(enum portal_use use)
{
	static const struct portal_word words[] = {
		[PORTAL_CANCEL] = { "subscription_cancel", "canceled", "subscription cancel" },
		[PORTAL_PAUSE] = { "subscription_pause", "paused", "subscription pause" },
		[PORTAL_UPDATE] = { "subscription_update", "updated", "subscription update" },
	};

	return words[use];
}

static int refuse(struct call *call, enum portal_use use, const char *where, const char *why)
{
	return fail_invalid(call, NULL, where, "This subscription cannot be %s because %s.", word_of(use).verb, why);
}

static int check_fit(struct call *call, struct record *sub, enum portal_use use, const char *where)
{
	json_t *tree = record_tree(sub);
	const char *method = js_text(tree, "collection_method");

	if (!subscription_is_live(sub))
		return refuse(call, use, where, "it is already canceled");
	if (use == PORTAL_CANCEL && json_is_integer(json_object_get(tree, "cancel_at")))
		return refuse(call, use, where, "it is already set to be canceled");
	if (js_text(tree, "schedule") && !portal_schedule(call, sub))
		return refuse(call, use, where, "it is managed by a subscription schedule");
	if (use != PORTAL_UPDATE)
		return 0;
	if (json_array_size(js_at(tree, "items.data")) > 1)
		return refuse(call, use, where, "it contains more than one item");
	if (text_is(js_text(tree, "status"), "unpaid") || text_is(js_text(tree, "status"), "incomplete"))
		return refuse(call, use, where, "it has an unpaid invoice");
	if (text_is(method, "send_invoice") && json_is_object(json_object_get(tree, "pending_update")))
		return refuse(call, use, where, "it has a pending update");
	return 0;
}

struct record *portal_subscription(struct call *call, struct record *customer, json_t *features, const char *id,
	enum portal_use use, const char *where)
{
	const struct schema_resource *type = schema_find_object("subscription");
	struct record *sub = account_get(call->account, id, type);
	const char *of = js_text(record_tree(sub), "customer");
	struct portal_word word = word_of(use);

	if (!sub || !of || strcmp(of, customer->id)) {
		fail_no_such_param(call, type, id, where);
		return NULL;
	}
	if (!js_flag(json_object_get(features, word.feature), "enabled", false)) {
		refuse(call, use, where,
			arena_format(
				&call->arena, "the %s feature in the portal configuration is disabled", word.name));
		return NULL;
	}
	return check_fit(call, sub, use, where) ? NULL : sub;
}

bool portal_offers(json_t *features, const char *price)
{
	json_t *product, *one;
	size_t i, k;

	json_array_foreach(js_at(features, "subscription_update.products"), i, product)
	{
		json_array_foreach(json_object_get(product, "prices"), k, one)
		{
			if (!strcmp(json_string_value(one), price))
				return true;
		}
	}
	return false;
}

/* ---- flows ---- */

#define CONFIRM "flow_data[subscription_update_confirm]"

static int check_confirm_item(struct call *call, json_t *features, struct record *sub, json_t *item)
{
	const char *id = js_text(item, "id"), *price = js_text(item, "price"), *own;

	own = js_text_at(record_tree(sub), "items.data.0.id");
	if (!own || !id || strcmp(own, id))
		return fail_invalid(
			call, "resource_missing", CONFIRM "[items][0][id]", "No such subscription item: '%s'", id);
	if (price && !account_get(call->account, price, schema_find_object("price")))
		return fail_no_such_param(call, schema_find_object("price"), price, CONFIRM "[items][0][price]");
	if (price && !portal_offers(features, price))
		return fail_invalid(call, NULL, CONFIRM "[items][0][price]",
			"This subscription cannot be updated because the price `%s` is not among the products of the "
			"portal "
			"configuration.",
			price);
	return 0;
}

static int check_confirm(struct call *call, json_t *features, struct record *sub, json_t *flow)
{
	json_t *items = json_object_get(flow, "items"),
	       *discount = json_array_get(json_object_get(flow, "discounts"), 0);
	const char *coupon = js_text(discount, "coupon"), *code = js_text(discount, "promotion_code");

	if (json_array_size(items) != 1)
		return fail_invalid(call, NULL, CONFIRM "[items]", "You must specify exactly one item; you passed %zu.",
			json_array_size(items));
	if (json_array_size(json_object_get(flow, "discounts")) > 1)
		return fail_invalid(call, NULL, CONFIRM "[discounts]", "You can only specify up to 1 discount.");
	if (coupon && !account_get(call->account, coupon, schema_find_object("coupon")))
		return fail_no_such_param(call, schema_find_object("coupon"), coupon, CONFIRM "[discounts][0][coupon]");
	if (code && !account_get(call->account, code, schema_find_object("promotion_code")))
		return fail_no_such_param(
			call, schema_find_object("promotion_code"), code, CONFIRM "[discounts][0][promotion_code]");
	return check_confirm_item(call, features, sub, json_array_get(items, 0));
}

static int check_subscription_flow(
	struct call *call, struct record *customer, json_t *features, const char *type, enum portal_use use)
{
	json_t *flow = json_object_get(param(call, "flow_data"), type);
	const char *where = arena_format(&call->arena, "flow_data[%s]", type), *coupon;
	struct record *sub;

	if (!json_is_object(flow))
		return fail_missing_param(call, where);
	sub = portal_subscription(
		call, customer, features, js_text(flow, "subscription"), use, name_in(call, where, "subscription"));
	if (!sub)
		return -1;
	if (!strcmp(type, "subscription_update_confirm"))
		return check_confirm(call, features, sub, flow);
	coupon = js_text_at(flow, "retention.coupon_offer.coupon");
	if (coupon && !account_get(call->account, coupon, schema_find_object("coupon")))
		return fail_no_such_param(call, schema_find_object("coupon"), coupon,
			"flow_data[subscription_cancel][retention][coupon_offer][coupon]");
	return 0;
}

static int check_after(struct call *call)
{
	json_t *after = js_at(call->params, "flow_data.after_completion");
	const char *type = js_text(after, "type");

	if (text_is(type, "redirect") && !json_is_object(json_object_get(after, "redirect")))
		return fail_missing_param(call, "flow_data[after_completion][redirect]");
	return check_url(
		call, js_text_at(after, "redirect.return_url"), "flow_data[after_completion][redirect][return_url]");
}

static int check_flow(struct call *call, struct record *customer, json_t *features)
{
	static const struct {
		const char *type;
		enum portal_use use;
	} about[] = {
		{ "subscription_cancel", PORTAL_CANCEL },
		{ "subscription_pause", PORTAL_PAUSE },
		{ "subscription_update", PORTAL_UPDATE },
		{ "subscription_update_confirm", PORTAL_UPDATE },
	};
	const char *type = param_text_at(call, "flow_data.type");

	if (!type)
		return 0;
	if (check_after(call))
		return -1;
	for (size_t i = 0; i < COUNT_OF(about); i++)
		if (!strcmp(about[i].type, type))
			return check_subscription_flow(call, customer, features, type, about[i].use);
	if (!strcmp(type, "payment_method_update") || !strcmp(type, "customer_update")) {
		if (!js_flag(json_object_get(features, type), "enabled", false))
			return fail_invalid(call, NULL, "flow_data[type]",
				"This flow cannot be used because the %s feature in the portal configuration is "
				"disabled.",
				*type == 'p' ? "payment method update" : "customer update");
	}
	return 0;
}

/* The entries of an array with all their keys, absent ones null. New reference; NULL for none. */
static json_t *whole_entries(json_t *given, const char *const *keys)
{
	json_t *list, *one, *shown;
	size_t i;

	if (!json_array_size(given))
		return NULL;
	list = json_array();
	json_array_foreach(given, i, one)
	{
		shown = json_object();
		for (const char *const *key = keys; *key; key++)
			js_put(shown, *key, json_object_get(one, *key));
		if (json_object_get(one, "quantity"))
			js_put(shown, "quantity", json_object_get(one, "quantity"));
		json_array_append_new(list, shown);
	}
	return list;
}

static void complete_confirm(json_t *part)
{
	static const char *const of_discount[] = { "coupon", "promotion_code", NULL };
	static const char *const of_item[] = { "id", "price", NULL };

	js_put_new(part, "discounts", whole_entries(json_object_get(part, "discounts"), of_discount));
	js_put_new(part, "items", whole_entries(json_object_get(part, "items"), of_item));
}

/* The flow as the session shows it: what it is not about is null. */
static json_t *flow_body(struct call *call)
{
	static const char *const parts[] = { "subscription_cancel", "subscription_pause", "subscription_update",
		"subscription_update_confirm" };
	const struct schema_resource *type = schema_find_object("billing_portal.session");
	json_t *given = param(call, "flow_data"), *flow, *part;
	const char *kind = js_text(given, "type");

	if (!kind)
		return json_null();
	flow = field_shape(call, type, "flow");
	if (json_is_object(json_object_get(given, "after_completion"))) {
		part = field_shape(call, type, "flow.after_completion");
		json_object_update(part, json_object_get(given, "after_completion"));
		js_put_new(flow, "after_completion", part);
	} else {
		js_put_text(json_object_get(flow, "after_completion"), "type", "portal_homepage");
	}
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (strcmp(parts[i], kind))
			continue;
		part = field_shape(call, type, arena_format(&call->arena, "flow.%s", kind));
		json_object_update(part, json_object_get(given, kind));
		if (!strcmp(kind, "subscription_update_confirm"))
			complete_confirm(part);
		js_put_new(flow, kind, part);
	}
	if (!strcmp(kind, "customer_update"))
		js_put_new(flow, kind, json_object());
	js_put_text(flow, "type", kind);
	return flow;
}

/* ---- creating ---- */

static struct record *configuration_of(struct call *call)
{
	const char *id = param_text(call, "configuration");
	struct record *r = id ? account_get(call->account, id, configuration_type()) : portal_default(call);

	if (!r && id)
		fail_no_such_param(call, configuration_type(), id, "configuration");
	else if (!r)
		fail_invalid(call, NULL, NULL,
			"No configuration provided and your test mode default configuration has not been created. "
			"Provide a "
			"configuration or create your default by saving your customer portal settings in test mode at "
			"https://dashboard.stripe.com/test/settings/billing/portal.");
	else if (!js_flag(record_tree(r), "active", false)) {
		fail_invalid(call, NULL, "configuration", "The configuration `%s` is not active.", r->id);
		return NULL;
	}
	return r;
}

static json_t *session_body(struct call *call, struct record *customer, struct record *configuration)
{
	static const char *const same[] = { "locale", "on_behalf_of" };
	json_t *body = shape_new(call, schema_find_object("billing_portal.session"), NULL), *private;
	const char *token = made_word(call, "portal", 48), *back = param_text(call, "return_url");

	js_put_int(body, "created", call->now);
	js_put_text(body, "configuration", configuration->id);
	js_put_text(body, "customer", customer->id);
	js_put_new(body, "flow", flow_body(call));
	for (size_t i = 0; i < COUNT_OF(same); i++)
		js_put_text(body, same[i], param_text(call, same[i]));
	js_put_text(body, "return_url", back ? back : js_text(record_tree(configuration), "default_return_url"));
	js_put_text(body, "url",
		page_url(call, "billing.stripe.com", arena_format(&call->arena, "/p/session/test_%s", token)));
	if (json_is_object(param(call, "after_expiration"))) {
		json_t *after = json_object(), *login = js_at(call->params, "after_expiration.customer_login"), *shown;

		shown = json_is_object(login) ? json_copy(login) : json_null();
		if (json_is_object(shown) && !json_object_get(shown, "expires_at"))
			js_put_null(shown, "expires_at");
		js_put_new(after, "customer_login", shown);
		js_put_text(after, "type", param_text_at(call, "after_expiration.type"));
		js_put_new(body, "after_expiration", after);
	}
	private = js_own(body, PRIVATE_KEY);
	js_put_text(private, "token", token);
	js_put_int(private, "expires", call->now + UNUSED_FOR);
	if (js_text(record_tree(customer), "test_clock"))
		js_put_text(private, "clock", js_text(record_tree(customer), "test_clock"));
	return body;
}

static int session_create(struct call *call)
{
	struct record *customer = param_record(call, "customer", "customer"), *configuration, *session;

	if (call->fail.status)
		return -1;
	if (!customer)
		return fail_missing_param(call, "customer");
	call_use_clock(call, customer);
	if (check_url(call, param_text(call, "return_url"), "return_url"))
		return -1;
	configuration = configuration_of(call);
	if (!configuration || check_flow(call, customer, json_object_get(record_tree(configuration), "features")))
		return -1;
	session = object_store(call, call->route->resource, session_body(call, customer, configuration));
	emit(call, "billing_portal.session.created", session);
	return answer_record(call, session);
}

/* A session out of a fixture opens at the address that stands in it, and from now on as a new one would. */
static void adopt(struct call *call, struct record *session)
{
	const char *url = js_text(record_tree(session), "url"), *at = url ? strstr(url, "/session/test_") : NULL;
	json_t *private;

	if (js_text(record_private(session), "token"))
		return;
	private = journal_edit_private(&call->journal, session);
	js_put_text(private, "token", at ? at + strlen("/session/test_") : session->id);
	js_put_int(private, "expires", call->now + UNUSED_FOR);
}

const struct resource portal_session_resource = {
	.name = "BillingPortal.Session",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/billing_portal/sessions", session_create },
			{ 0 },
		},
	.adopt = adopt,
	.on_due = portal_wake,
	.filters =
		(const struct resource_filter[]) {
			{ .param = "@token", .path = PRIVATE_KEY ".token" },
			{ 0 },
		},
};
