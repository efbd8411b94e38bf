/* SPDX-License-Identifier: MIT */
/* Events that meters count, and their cancellation. Source: Stripe docs "Record usage for billing with the API", "The
 * Meter Event object", "The Meter Event Adjustment object". */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "resources/billing/meter.h"
#include "resources/generic.h"

#define BY_IDENTIFIER "@identifier"
#define ADJUST_SECONDS CALENDAR_DAY /* how long an event may be canceled, and its identifier is taken */

const struct schema_resource *meter_event_type(void)
{
	return schema_find_object("billing.meter_event");
}

const char *meter_usage_key(struct call *call, const char *meter, const char *customer)
{
	return arena_format(&call->arena, "%s %s", meter, customer);
}

/* The active meter of that event name; NULL with the failure. */
static struct record *meter_of(struct call *call, const char *event_name)
{
	const struct list *all = list_by(call, meter_type(), METER_NAME, event_name);

	for (size_t i = 0; i < all->count; i++)
		if (text_is(js_text(record_tree(all->at[i]), "status"), "active"))
			return all->at[i];
	if (all->count)
		fail_invalid(call, "archived_meter", "event_name",
			"The meter for event name `%s` is inactive. Reactivate it to report usage.", event_name);
	else
		fail_invalid(call, "resource_missing", "event_name", "No active meter found for event name `%s`.",
			event_name);
	return NULL;
}

/* A parameter as the caller wrote it: "payload[value]". Arena text. */
static const char *payload_param(struct call *call, const char *key)
{
	return arena_format(&call->arena, "payload[%s]", key);
}

static const char *payload_text(struct call *call, struct record *meter, const json_t *payload, const char *path)
{
	const char *key = js_text_at(record_tree(meter), path);
	const char *value = js_text(payload, key);

	if (!value)
		fail_invalid(call, "parameter_missing", "payload", "The payload must have the key `%s`.", key);
	return value;
}

static struct record *customer_of(struct call *call, struct record *meter, const json_t *payload)
{
	static const char path[] = "customer_mapping.event_payload_key";
	const struct schema_resource *type = schema_find_object("customer");
	const char *id = payload_text(call, meter, payload, path);
	struct record *customer = id ? account_get(call->account, id, type) : NULL;

	if (id && !customer)
		fail_no_such_param(call, type, id, payload_param(call, js_text_at(record_tree(meter), path)));
	return customer;
}

/* A meter that counts needs no value; any other a number. */
static int check_value(struct call *call, struct record *meter, const json_t *payload, const char **value)
{
	static const char path[] = "value_settings.event_payload_key";
	struct decimal number;

	*value = NULL;
	if (text_is(js_text_at(record_tree(meter), "default_aggregation.formula"), "count"))
		return 0;
	*value = payload_text(call, meter, payload, path);
	if (!*value)
		return -1;
	if (decimal_parse(*value, DECIMAL_PLACES, &number) != DECIMAL_OK) {
		const char *key = js_text_at(record_tree(meter), path);

		return fail_invalid(call, NULL, payload_param(call, key),
			"The payload value for `%s` must be a number with at most %d decimals: %s", key, DECIMAL_PLACES,
			*value);
	}
	return 0;
}

static int check_time(struct call *call, int64_t at)
{
	if (at < call->now - METER_BACK)
		return fail_invalid(call, NULL, "timestamp",
			"The timestamp must be within the past 35 days: %lld is too far in the past.", (long long)at);
	if (at > call->now + METER_AHEAD)
		return fail_invalid(call, NULL, "timestamp",
			"The timestamp must not be more than 5 minutes in the future: %lld.", (long long)at);
	return 0;
}

static struct record *event_of(struct call *call, const char *identifier)
{
	const struct list *all = list_by(call, meter_event_type(), BY_IDENTIFIER, identifier);

	return all->count ? all->at[all->count - 1] : NULL;
}

static int check_identifier(struct call *call, const char *identifier)
{
	struct record *earlier = event_of(call, identifier);

	if (!earlier || earlier->created <= call->now - ADJUST_SECONDS)
		return 0;
	return fail_invalid(call, "resource_already_exists", "identifier",
		"An event already exists with identifier %s.", identifier);
}

struct record *meter_report(struct call *call, const struct meter_report *r)
{
	struct record *meter = meter_of(call, r->event_name), *customer;
	const char *value;
	char id[ID_ROOM];
	json_t *body, *private;
	int64_t at;

	if (!meter)
		return NULL;
	customer = customer_of(call, meter, r->payload);
	if (!customer || check_value(call, meter, r->payload, &value))
		return NULL;
	call_use_clock(call, customer);
	at = r->timestamp ? *r->timestamp : call->now;
	if (check_time(call, at) || (r->identifier && check_identifier(call, r->identifier)))
		return NULL;
	account_new_id(call->account, "mtrev_", 24, id);
	body = shape_new(call, meter_event_type(), id);
	json_object_del(body, "id");
	js_put_int(body, "created", call->now);
	js_put_text(body, "event_name", r->event_name);
	js_put_text(body, "identifier", r->identifier ? r->identifier : id);
	js_put_int(body, "timestamp", at);
	js_put(body, "payload", r->payload);
	private = js_own(body, PRIVATE_KEY);
	js_put_text(private, "of", meter_usage_key(call, meter->id, customer->id));
	if (value)
		js_put_text(private, "value", value);
	return journal_add(&call->journal, meter_event_type(), id, body, call->now);
}

int meter_cancel(struct call *call, const char *event_name, const char *identifier)
{
	struct record *event;

	if (!meter_of(call, event_name))
		return -1;
	if (!identifier)
		return fail_missing_param(call, "cancel[identifier]");
	event = event_of(call, identifier);
	if (!event || strcmp(js_text(record_tree(event), "event_name"), event_name))
		return fail_invalid(call, "resource_missing", "cancel[identifier]",
			"No meter event found with identifier %s.", identifier);
	if (!js_text(record_private(event), "of"))
		return fail_invalid(
			call, NULL, "cancel[identifier]", "The meter event %s has already been canceled.", identifier);
	call_use_clock(call, account_find(call->account, strchr(js_text(record_private(event), "of"), ' ') + 1));
	if (event->created < call->now - ADJUST_SECONDS)
		return fail_invalid(call, NULL, "cancel[identifier]",
			"A meter event can only be canceled within 24 hours of its receipt.");
	json_object_del(journal_edit_private(&call->journal, event), "of");
	journal_freeze(&call->journal, event);
	return 0;
}

void meter_put_cancel(json_t *adjustment, const char *event_name, const char *identifier)
{
	json_t *cancel = json_object();

	js_put_text(cancel, "identifier", identifier);
	js_put_new(adjustment, "cancel", cancel);
	js_put_text(adjustment, "event_name", event_name);
	js_put_text(adjustment, "status", "pending"); /* as Stripe answers, which works on it later; here it is done */
	js_put_text(adjustment, "type", "cancel");
}

static int event_create(struct call *call)
{
	int64_t at = param_int(call, "timestamp", 0);
	struct record *event = meter_report(call, &(struct meter_report) {
							  .event_name = param_text(call, "event_name"),
							  .identifier = param_text(call, "identifier"),
							  .payload = param(call, "payload"),
							  .timestamp = param(call, "timestamp") ? &at : NULL,
						  });

	return event ? answer_record(call, event) : -1;
}

static int adjustment_create(struct call *call)
{
	const struct schema_resource *type = schema_find_object("billing.meter_event_adjustment");
	const char *name = param_text(call, "event_name"), *identifier = param_text_at(call, "cancel.identifier");
	json_t *body;

	if (meter_cancel(call, name, identifier))
		return -1;
	body = shape_new(call, type, NULL);
	json_object_del(body, "id");
	meter_put_cancel(body, name, identifier);
	return answer_tree(call, body, type);
}

const struct resource meter_event_resource = {
	.name = "Billing.MeterEvent",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/billing/meter_events", event_create },
			{ 0 },
		},
	.filters =
		(const struct resource_filter[]) {
			{ .param = METER_EVENTS, .path = PRIVATE_KEY ".of" },
			{ .param = BY_IDENTIFIER, .path = "identifier" },
			{ 0 },
		},
};

const struct resource meter_event_adjustment_resource = {
	.name = "Billing.MeterEventAdjustment",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/billing/meter_event_adjustments", adjustment_create },
			{ 0 },
		},
};
