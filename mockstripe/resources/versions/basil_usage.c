/* SPDX-License-Identifier: MIT */
/*
 * 2025-03-31.basil: usage records are gone, and metered prices without a meter with them. Items of such prices, made by
 * an older version, go on being billed by their records. Source: Stripe docs "Changelog", basil: "Removes support for
 * legacy usage-based billing".
 */
#include "base/json.h"
#include "resources/billing/meter.h"
#include "resources/versions/history.h"

void basil_take_record(struct call *call, json_t *given)
{
	static const char *const own[] = { "quantity", "action" };
	const char *at = js_text(given, "timestamp");
	json_t *payload = json_object();

	(void)call;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		if (json_object_get(given, own[i]))
			js_put(payload, own[i], json_object_get(given, own[i]));
		json_object_del(given, own[i]);
	}
	if (text_is(at, "now"))
		json_object_del(given, "timestamp");
	js_put_new(given, "payload", payload);
	js_put_text(given, "event_name", "usage_record");
}

/* aggregate_usage, at the top for a plan and in recurring for a price: past the check to who makes the price. */
void basil_take_aggregation(struct call *call, json_t *given)
{
	json_t *recurring = json_object_get(given, "recurring"),
	       *holder = json_is_object(recurring) ? recurring : given;

	if (!json_object_get(holder, "aggregate_usage"))
		return;
	if (!call->aside)
		call->aside = json_object();
	js_put(call->aside, "aggregate_usage", json_object_get(holder, "aggregate_usage"));
	json_object_del(holder, "aggregate_usage");
}

void basil_show_aggregation(const struct older *o, json_t *tree, const json_t *terms)
{
	const char *usage = js_text(terms, "usage_type");
	bool by_records = text_is(usage, "metered") && !js_text(terms, "meter");

	js_put_text(tree, "aggregate_usage", by_records && o->record ? usage_aggregation(o->record) : NULL);
}
