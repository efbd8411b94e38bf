/* SPDX-License-Identifier: MIT */
/* What a customer does on the portal's page. Source: Stripe docs "Customer portal", "Configure the customer portal". */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/sub.h"
#include "resources/payments/pay.h"
#include "resources/portal.h"
#include "resources/within.h"

#define VISITED_FOR 3600 /* seconds: Stripe docs "Create a portal session" */

struct record *portal_visit(struct call *call, const char *id_or_token)
{
	const struct schema_resource *type = schema_find_object("billing_portal.session");
	const struct list *rows = list_by(call, type, "@token", id_or_token);
	struct record *session = rows->count ? rows->at[0] : account_get(call->account, id_or_token, type);

	if (!session) {
		fail_no_such(call, type, id_or_token);
		return NULL;
	}
	call_use_clock(call, session);
	if (call->now > js_int(record_private(session), "expires", 0)) {
		fail_invalid(call, NULL, NULL, "This portal session has expired. Create a new one.");
		return NULL;
	}
	js_put_int(journal_edit_private(&call->journal, session), "expires", call->now + VISITED_FOR);
	return session;
}

json_t *portal_features(struct call *call, struct record *session)
{
	struct record *r = account_find(call->account, js_text(record_tree(session), "configuration"));

	return json_object_get(record_tree(r), "features");
}

static struct record *customer_of_session(struct call *call, struct record *session)
{
	return account_find(call->account, js_text(record_tree(session), "customer"));
}

static struct record *subscription_for(struct call *call, struct record *session, const char *id, enum portal_use use)
{
	return portal_subscription(
		call, customer_of_session(call, session), portal_features(call, session), id, use, "subscription");
}

static bool lists(json_t *texts, const char *wanted)
{
	json_t *text;
	size_t i;

	json_array_foreach(texts, i, text)
	{
		if (!strcmp(json_string_value(text), wanted))
			return true;
	}
	return false;
}

/* ---- canceling ---- */

static void release(void *node)
{
	json_decref(node);
}

/* Takes given; parts of it may be borrowed until the call's end. */
static int update(struct call *call, struct record *sub, json_t *given)
{
	struct record *invoice;

	arena_defer(&call->arena, release, given);
	return sub_update(call, sub, given, "", false, &invoice);
}

static int cancel_now(struct call *call, struct record *sub, json_t *details, const char *behavior)
{
	struct record *invoice;
	json_t *draft = js_own(journal_edit(&call->journal, sub), "cancellation_details");
	bool prorate = behavior && strcmp(behavior, "none");

	json_object_update(draft, details);
	json_decref(details);
	return sub_cancel(call, sub, prorate, prorate && !strcmp(behavior, "always_invoice"), &invoice);
}

int portal_cancel(struct call *call, struct record *session, const char *id, const char *feedback, const char *comment)
{
	json_t *settings = json_object_get(portal_features(call, session), "subscription_cancel"), *given, *details;
	struct record *sub = subscription_for(call, session, id, PORTAL_CANCEL);
	const char *mode = js_text(settings, "mode");

	if (!sub)
		return -1;
	if (feedback && !lists(js_at(settings, "cancellation_reason.options"), feedback))
		return fail_invalid(call, NULL, "feedback",
			"The portal configuration does not offer the cancellation reason `%s`.", feedback);
	details = json_object();
	if (feedback)
		js_put_text(details, "feedback", feedback);
	if (comment)
		js_put_text(details, "comment", comment);
	if (mode && !strcmp(mode, "immediately"))
		return cancel_now(call, sub, details, js_text(settings, "proration_behavior"));
	given = json_object();
	js_put_new(given, "cancellation_details", details);
	if (subscription_is_flexible(sub))
		js_put_text(given, "cancel_at", "max_period_end");
	else
		js_put_flag(given, "cancel_at_period_end", true);
	return update(call, sub, given);
}

int portal_renew(struct call *call, struct record *session, const char *id)
{
	struct record *sub = account_get(call->account, id, sub_type());
	const char *of = js_text(record_tree(sub), "customer");
	json_t *given;

	if (!sub || !of || strcmp(of, js_text(record_tree(session), "customer")))
		return fail_no_such_param(call, sub_type(), id, "subscription");
	if (!subscription_is_live(sub) || !json_is_integer(json_object_get(record_tree(sub), "cancel_at")))
		return fail_invalid(call, NULL, "subscription", "This subscription is not set to be canceled.");
	given = json_object();
	if (js_flag(record_tree(sub), "cancel_at_period_end", false))
		js_put_flag(given, "cancel_at_period_end", false);
	else
		js_put_null(given, "cancel_at");
	return update(call, sub, given);
}

/* ---- switching ---- */

static int check_quantity(struct call *call, json_t *features, const char *price, int64_t quantity)
{
	json_t *product, *rule;
	size_t i;

	json_array_foreach(js_at(features, "subscription_update.products"), i, product)
	{
		if (!lists(json_object_get(product, "prices"), price))
			continue;
		rule = json_object_get(product, "adjustable_quantity");
		if (js_flag(rule, "enabled", false) &&
			(quantity < js_int(rule, "minimum", 1) || quantity > js_int(rule, "maximum", INT64_MAX)))
			return fail_invalid(call, NULL, "quantity",
				"The portal configuration does not allow a quantity of %lld for the price `%s`.",
				(long long)quantity, price);
	}
	return 0;
}

static int check_allowed(struct call *call, json_t *features, const char *what)
{
	if (lists(js_at(features, "subscription_update.default_allowed_updates"), what))
		return 0;
	return fail_invalid(call, NULL, what,
		"This subscription cannot be updated because the portal configuration does not allow changes of the "
		"%s.",
		what);
}

static int check_switch(
	struct call *call, json_t *features, struct record *sub, const char *price, int64_t quantity, const char *code)
{
	const char *present = js_text_at(record_tree(sub), "items.data.0.price.id");

	if (price && check_allowed(call, features, "price"))
		return -1;
	if (price && !portal_offers(features, price))
		return fail_invalid(call, NULL, "price",
			"This subscription cannot be updated because the price `%s` is not among the products of the "
			"portal "
			"configuration.",
			price);
	if (quantity && (check_allowed(call, features, "quantity") ||
				check_quantity(call, features, price ? price : present, quantity)))
		return -1;
	return code ? check_allowed(call, features, "promotion_code") : 0;
}

int portal_switch(struct call *call, struct record *session, const char *id, const char *price, int64_t quantity,
	const char *promotion_code)
{
	json_t *features = portal_features(call, session), *given, *items, *item, *entry;
	struct record *sub = subscription_for(call, session, id, PORTAL_UPDATE);
	const char *behavior = js_text_at(features, "subscription_update.proration_behavior");
	const char *trial = js_text_at(features, "subscription_update.trial_update_behavior");
	const char *anchor = js_text_at(features, "subscription_update.billing_cycle_anchor");

	if (!sub || check_switch(call, features, sub, price, quantity, promotion_code))
		return -1;
	given = json_object();
	item = json_object();
	items = json_array();
	js_put(item, "id", js_at(record_tree(sub), "items.data.0.id"));
	if (price)
		js_put_text(item, "price", price);
	if (quantity)
		js_put_int(item, "quantity", quantity);
	json_array_append_new(items, item);
	js_put_new(given, "items", items);
	js_put_text(given, "proration_behavior", behavior ? behavior : "none");
	if (anchor) {
		entry = json_object();
		js_put_text(entry, "type", anchor);
		js_put_new(given, "billing_cycle_anchor", entry);
	}
	if (sub_status_is(sub, "trialing") && trial && !strcmp(trial, "end_trial"))
		js_put_text(given, "trial_end", "now");
	if (promotion_code) {
		items = json_array();
		entry = json_object();
		js_put_text(entry, "promotion_code", promotion_code);
		json_array_append_new(items, entry);
		js_put_new(given, "discounts", items);
	}
	return update(call, sub, given);
}

/* ---- the customer's own data ---- */

int portal_customer(struct call *call, struct record *session, json_t *given)
{
	json_t *settings = json_object_get(portal_features(call, session), "customer_update"), *value;
	const char *key;

	if (!js_flag(settings, "enabled", false))
		return fail_invalid(call, NULL, NULL,
			"The customer cannot be updated because the customer update feature in the portal "
			"configuration is "
			"disabled.");
	json_object_foreach(given, key, value)
	{
		if (!lists(json_object_get(settings, "allowed_updates"), key))
			return fail_invalid(call, NULL, arena_text(&call->arena, key),
				"The portal configuration does not allow customers to update `%s`.", key);
	}
	return call_within(call, "POST", "/v1/customers/{id}", js_text(record_tree(session), "customer"),
		       json_deep_copy(given))
		       ? 0
		       : -1;
}

int portal_method(struct call *call, struct record *session, const char *id)
{
	struct record *customer = customer_of_session(call, session), *method;
	json_t *given, *settings;

	if (!js_flag_at(portal_features(call, session), "payment_method_update.enabled", false))
		return fail_invalid(call, NULL, NULL,
			"The payment method cannot be updated because the payment method update feature in the portal "
			"configuration is disabled.");
	method = method_resolve(call, id, customer, "payment_method");
	if (!method || method_attach(call, method, customer))
		return -1;
	given = json_object();
	settings = json_object();
	js_put_text(settings, "default_payment_method", method->id);
	js_put_new(given, "invoice_settings", settings);
	return call_within(call, "POST", "/v1/customers/{id}", customer->id, given) ? 0 : -1;
}
