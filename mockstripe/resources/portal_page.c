/* SPDX-License-Identifier: MIT */
/*
 * A visit to the portal's page, and what customers do to their own data there. Source: Stripe docs "Customer portal",
 * "Configure the customer portal".
 */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "resources/customer_apply.h"
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

struct record *portal_customer_of(struct call *call, struct record *session)
{
	return account_find(call->account, js_text(record_tree(session), "customer"));
}

bool portal_lists(json_t *texts, const char *wanted)
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

bool portal_allows(json_t *features, const char *feature)
{
	return js_flag(json_object_get(features, feature), "enabled", false);
}

/* ---- flows ---- */

const char *portal_flow(struct record *session)
{
	if (js_flag(record_private(session), "flow_done", false))
		return NULL;
	return js_text_at(record_tree(session), "flow.type");
}

void portal_flow_end(struct call *call, struct record *session)
{
	if (portal_flow(session))
		js_put_flag(journal_edit_private(&call->journal, session), "flow_done", true);
}

/* ---- the customer's own data ---- */

/* A tax id stands beside the fields of a customer, but is a record of its own. One that is there stays as it is. */
static int add_tax_id(struct call *call, struct record *customer, json_t *given)
{
	const struct list *rows = list_by(call, schema_find_object("tax_id"), "customer", customer->id);
	const char *kind = js_text(given, "type"), *value = js_text(given, "value");

	if (!kind || !value)
		return fail_missing_param(call, kind ? "tax_id[value]" : "tax_id[type]");
	for (size_t i = 0; i < rows->count; i++) {
		const json_t *tree = record_tree(rows->at[i]);

		if (text_is(js_text(tree, "type"), kind) && text_is(js_text(tree, "value"), value))
			return 0;
	}
	return customer_tax_id_make(call, customer, kind, value, "tax_id") ? 0 : -1;
}

int portal_customer(struct call *call, struct record *session, json_t *given)
{
	json_t *settings = json_object_get(portal_features(call, session), "customer_update"), *value, *plain;
	struct record *customer = portal_customer_of(call, session);
	const char *key;

	if (!js_flag(settings, "enabled", false))
		return fail_invalid(call, NULL, NULL,
			"The customer cannot be updated because the customer update feature in the portal "
			"configuration is "
			"disabled.");
	json_object_foreach(given, key, value)
	{
		if (!portal_lists(json_object_get(settings, "allowed_updates"), key))
			return fail_invalid(call, NULL, arena_text(&call->arena, key),
				"The portal configuration does not allow customers to update `%s`.", key);
	}
	if (json_object_get(given, "tax_id") && add_tax_id(call, customer, json_object_get(given, "tax_id")))
		return -1;
	plain = json_deep_copy(given);
	json_object_del(plain, "tax_id");
	if (!json_object_size(plain)) {
		json_decref(plain);
		return 0;
	}
	return call_within(call, "POST", "/v1/customers/{id}", customer->id, plain) ? 0 : -1;
}

int portal_method(struct call *call, struct record *session, const char *id)
{
	struct record *customer = portal_customer_of(call, session), *method;
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
