/* SPDX-License-Identifier: MIT */
/*
 * Meter events over API v2: one at a time, their cancellation, and the stream that a session's token opens. They count
 * on the same meters as those of v1, and at once. Stripe checks what is streamed later and reports by events; here a
 * bad one refuses its batch in the answer, where a test sees it. Source: Stripe docs "Record usage for billing with
 * the API", "Meter event streams".
 */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "resources/billing/meter.h"
#include "value/calendar.h"

#define SESSION_SECONDS INT64_C(900)
#define STREAM_MOST 100
#define BY_TOKEN "@token"

static void put_time(json_t *body, const char *key, int64_t at)
{
	char iso[CALENDAR_ISO_MS_ROOM];

	calendar_format_iso_ms(at, 0, iso);
	js_put_text(body, key, iso);
}

/* ---- events ---- */

/* One report; `place` is "" or "events[3].". NULL with the failure. */
static struct record *report(struct call *call, const json_t *given, const char *place)
{
	const char *iso = js_text(given, "timestamp");
	int64_t at;

	if (iso && !calendar_parse_iso(iso, &at, NULL)) {
		fail_invalid(call, NULL, arena_format(&call->arena, "%stimestamp", place),
			"Invalid %stimestamp: %s. It must be an ISO 8601 time such as 2026-01-01T00:00:00Z.", place,
			iso);
		return NULL;
	}
	return meter_report(call, &(struct meter_report) {
					  .event_name = js_text(given, "event_name"),
					  .identifier = js_text(given, "identifier"),
					  .payload = json_object_get(given, "payload"),
					  .timestamp = iso ? &at : NULL,
				  });
}

static int event_create(struct call *call)
{
	const struct schema_resource *type = call->route->resource;
	struct record *event = report(call, call->params, "");
	const json_t *counted;
	json_t *body;

	if (!event)
		return -1;
	counted = record_tree(event);
	body = shape_new(call, type, NULL);
	put_time(body, "created", event->created);
	js_put_text(body, "event_name", js_text(counted, "event_name"));
	js_put_text(body, "identifier", js_text(counted, "identifier"));
	js_put(body, "payload", json_object_get(counted, "payload"));
	put_time(body, "timestamp", js_int(counted, "timestamp", call->now));
	return answer_tree(call, body, type);
}

static int adjustment_create(struct call *call)
{
	const struct schema_resource *type = call->route->resource;
	const char *name = param_text(call, "event_name"), *identifier = param_text_at(call, "cancel.identifier");
	char id[ID_ROOM];
	json_t *body;

	if (meter_cancel(call, name, identifier))
		return -1;
	account_new_id(call->account, "mtr_event_adj_test_", 24, id);
	body = shape_new(call, type, id);
	put_time(body, "created", call->now);
	meter_put_cancel(body, name, identifier);
	return answer_tree(call, body, type);
}

/* ---- the stream ---- */

static int session_create(struct call *call)
{
	const struct schema_resource *type = call->route->resource;
	char id[ID_ROOM], secret[ID_ROOM];
	const char *token;
	json_t *body;

	account_new_id(call->account, "mes_test_", 24, id);
	account_new_id(call->account, "", 32, secret);
	token = arena_format(&call->arena, SESSION_TOKEN "%s_%s", call->account->id + strlen("acct_"), secret);
	body = shape_new(call, type, id);
	put_time(body, "created", call->now);
	put_time(body, "expires_at", call->now + SESSION_SECONDS);
	js_put_text(body, "authentication_token", token);
	return answer_record(call, journal_add(&call->journal, type, id, body, call->now));
}

/* The session whose token opened this call, while it lasts. */
static int check_session(struct call *call)
{
	const struct list *found = call->session_token
					   ? list_by(call, schema_find_object("v2.billing.meter_event_session"),
						     BY_TOKEN, call->session_token)
					   : NULL;

	if (!found || !found->count)
		return fail_status(call, 401, NULL, NULL,
			"The meter event stream is opened by a session's token. Create a session at "
			"/v2/billing/meter_event_session and send its authentication_token as the key.");
	if (((struct record *)found->at[0])->created + SESSION_SECONDS <= call->now)
		return fail_typed(call, 400, "temporary_session_expired", "billing_meter_event_session_expired",
			"The meter event session has expired: it lasts 15 minutes. Create another one.");
	return 0;
}

static int stream_create(struct call *call)
{
	const json_t *events = param(call, "events");
	size_t i;
	json_t *one;

	if (check_session(call))
		return -1;
	if (!json_array_size(events) || json_array_size(events) > STREAM_MOST)
		return fail_invalid(call, NULL, "events", "Send from 1 to %d events, not %zu.", STREAM_MOST,
			json_array_size(events));
	json_array_foreach(events, i, one)
	{
		if (!report(call, one, arena_format(&call->arena, "events[%zu].", i)))
			return -1;
	}
	return answer_tree(call, json_object(), NULL);
}

const struct resource meter_v2_event_resource = {
	.name = "V2.Billing.MeterEvent",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v2/billing/meter_events", event_create },
			{ "POST", "/v2/billing/meter_event_stream", stream_create },
			{ 0 },
		},
};

const struct resource meter_v2_adjustment_resource = {
	.name = "V2.Billing.MeterEventAdjustment",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v2/billing/meter_event_adjustments", adjustment_create },
			{ 0 },
		},
};

const struct resource meter_v2_session_resource = {
	.name = "V2.Billing.MeterEventSession",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v2/billing/meter_event_session", session_create },
			{ 0 },
		},
	.filters =
		(const struct resource_filter[]) {
			{ .param = BY_TOKEN, .path = "authentication_token" },
			{ 0 },
		},
};
