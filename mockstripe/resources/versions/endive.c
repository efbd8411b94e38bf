/* SPDX-License-Identifier: MIT */
/*
 * 2026-09-30.endive: billing_cycle_anchor of updates, resumes and previews is an object, and payment_method_types of
 * intents and Checkout sessions is called allowed_payment_method_types. Source: Stripe docs "Changelog", endive.
 */
#include <string.h>

#include "base/json.h"
#include "resources/versions/history.h"

/* "now" and "unchanged" become {type}; in previews a time stamp could stand there as well. */
static void anchor_object(json_t *given, bool takes_times)
{
	json_t *anchor = json_object_get(given, "billing_cycle_anchor"), *object;
	const char *text = json_string_value(anchor);
	bool is_time = text && *text && strspn(text, "0123456789") == strlen(text);

	if (!text || !*text || (is_time && !takes_times))
		return;
	object = json_object();
	js_put_text(object, "type", is_time ? "timestamp" : text);
	if (is_time)
		js_put_text(object, "timestamp", text);
	js_put_new(given, "billing_cycle_anchor", object);
}

static void take(struct call *call, json_t *given)
{
	static const char *const payers[] = { "/v1/checkout/sessions", "/v1/payment_intents",
		"/v1/payment_intents/{id}", "/v1/payment_intents/{id}/confirm", "/v1/setup_intents",
		"/v1/setup_intents/{id}" };

	if (older_route_is(call, "POST", "/v1/subscriptions/{id}") ||
		older_route_is(call, "POST", "/v1/subscriptions/{id}/resume"))
		anchor_object(given, false);
	else if (older_route_is(call, "POST", "/v1/invoices/create_preview"))
		anchor_object(json_object_get(given, "subscription_details"), true);
	for (size_t i = 0; i < sizeof payers / sizeof *payers; i++)
		if (older_route_is(call, "POST", payers[i]) &&
			schema_param(call->route, "allowed_payment_method_types"))
			older_rename(given, "payment_method_types", "allowed_payment_method_types");
}

#define TYPES(pattern)                                                                                                 \
	{                                                                                                              \
		pattern, "allowed_payment_method_types", "payment_method_types"                                        \
	}

static const struct version_name names[] = {
	TYPES("/v1/checkout/sessions"),
	TYPES("/v1/payment_intents"),
	TYPES("/v1/payment_intents/{id}"),
	TYPES("/v1/payment_intents/{id}/confirm"),
	TYPES("/v1/setup_intents"),
	TYPES("/v1/setup_intents/{id}"),
	{ "/v1/subscriptions/{id}", "billing_cycle_anchor[type]", "billing_cycle_anchor" },
	{ "/v1/subscriptions/{id}/resume", "billing_cycle_anchor[type]", "billing_cycle_anchor" },
	{ 0 },
};

const struct version_change change_2026_09_30 = { .from = "2026-09-30", .names = names, .take = take };
