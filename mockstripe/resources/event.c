/* SPDX-License-Identifier: MIT */
/*
 * The list of events, and the retries of their deliveries. Stripe shows events of the last thirty days; here all of
 * them stay, since an advanced clock passes months in a second. Source: Stripe docs "List all events".
 */
#include <fnmatch.h>
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/resource.h"
#include "base/json.h"
#include "events/outbox.h"
#include "resources/check.h"
#include "resources/generic.h"

/* "customer.*" is every type that it fits, which the filter of `types` then takes. */
static json_t *types_like(const char *pattern)
{
	json_t *types = json_array();

	for (size_t i = 0; i < schema_event_type_count; i++)
		if (!fnmatch(pattern, schema_event_types[i], 0))
			json_array_append_new(types, json_string(schema_event_types[i]));
	return types;
}

static int event_list(struct call *call)
{
	const char *type = param_text(call, "type");
	json_t *given = call->params, *wide;
	int result;

	if (type && param_given(call, "types"))
		return fail_exclusive(call, NULL, "type", "types");
	if (!type || !strchr(type, '*'))
		return generic_list(call);
	wide = json_copy(given);
	json_object_del(wide, "type");
	js_put_new(wide, "types", types_like(type));
	call->params = wide;
	result = generic_list(call);
	call->params = given;
	json_decref(wide);
	return result;
}

/* Delivered to every endpoint that it was for; not so when an attempt is still to come, or none is left. */
static bool is_delivered(struct call *call, struct record *event, json_t *wanted)
{
	bool delivered = js_int(record_tree(event), "pending_webhooks", 0) == 0;

	(void)call;
	return !wanted || delivered == json_is_true(wanted);
}

static const struct resource_filter filters[] = {
	{ .param = "types", .path = "type", .unindexed = true },
	{ .param = "delivery_success", .match = is_delivered },
	{ 0 },
};

static const struct resource_route routes[] = {
	{ "GET", "/v1/events", event_list },
	{ 0 },
};

static void event_due(struct call *call, struct record *event)
{
	outbox_due(call, event);
}

const struct resource event_resource = {
	.name = "Event",
	.routes = routes,
	.filters = filters,
	.on_due = event_due,
};
