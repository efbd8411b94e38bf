/* SPDX-License-Identifier: MIT */
/* The meter routes. Source: Stripe docs "Meters", "The Meter object", "The Meter Event Summary object". */
#include "resources/billing/meter.h"

#include <stdlib.h>
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/random.h"
#include "events/emit.h"
#include "resources/generic.h"
#include "resources/rows.h"

const struct schema_resource *meter_type(void)
{
	return schema_find_object("billing.meter");
}

static bool is_active(struct record *meter)
{
	return text_is(js_text(record_tree(meter), "status"), "active");
}

/* Event names are unique among active meters. */
static int check_name(struct call *call, const char *name)
{
	const struct list *all = list_by(call, meter_type(), METER_NAME, name);

	for (size_t i = 0; i < all->count; i++)
		if (is_active(all->at[i]))
			return fail_invalid(call, "resource_already_exists", "event_name",
				"An active meter already exists for event name `%s`: `%s`.", name,
				((struct record *)all->at[i])->id);
	return 0;
}

static int meter_create(struct call *call)
{
	json_t *body;

	if (check_name(call, param_text(call, "event_name")))
		return -1;
	body = generic_body(call, NULL);
	if (!body)
		return -1;
	js_put_text(body, "status", "active");
	js_put_int(body, "updated", call->now);
	return generic_create(call, body);
}

static int set_active(struct call *call, bool active)
{
	struct record *meter = path_record(call, 0, meter_type());
	json_t *draft, *transitions;

	if (!meter)
		return -1;
	if (is_active(meter) == active)
		return fail_invalid(
			call, NULL, NULL, "The meter `%s` is already %s.", meter->id, active ? "active" : "inactive");
	if (active && check_name(call, js_text(record_tree(meter), "event_name")))
		return -1;
	draft = journal_edit(&call->journal, meter);
	transitions = js_own(draft, "status_transitions");
	js_put_text(draft, "status", active ? "active" : "inactive");
	js_put_int(draft, "updated", call->now);
	if (active)
		js_put_null(transitions, "deactivated_at");
	else
		js_put_int(transitions, "deactivated_at", call->now);
	emit(call, active ? "billing.meter.reactivated" : "billing.meter.deactivated", meter);
	return answer_record(call, meter);
}

static int meter_deactivate(struct call *call)
{
	return set_active(call, false);
}

static int meter_reactivate(struct call *call)
{
	return set_active(call, true);
}

static void fill(struct call *call, json_t *body)
{
	json_t *mapping = json_object(), *value = json_object(), *transitions = json_object();

	(void)call;
	js_put_text(mapping, "event_payload_key", "stripe_customer_id");
	js_put_text(mapping, "type", "by_id");
	js_put_text(value, "event_payload_key", "value");
	js_put_null(transitions, "deactivated_at");
	js_put_new(body, "customer_mapping", mapping);
	js_put_new(body, "value_settings", value);
	js_put_new(body, "status_transitions", transitions);
	js_put_null(body, "event_time_window");
}

/* ---- summaries ---- */

struct window {
	struct call *call;
	struct record *meter;
	const char *customer;
	int64_t step; /* seconds; 0: all in one */
	struct span whole;
};

#define WINDOWS 2000 /* a year of days, eighty days of hours */

static int read_window(struct window *w)
{
	struct call *call = w->call;
	const char *grouping = param_text(call, "value_grouping_window");
	int64_t grain;

	w->whole = (struct span) { param_int(call, "start_time", 0), param_int(call, "end_time", 0) };
	w->step = !grouping ? 0 : !strcmp(grouping, "day") ? CALENDAR_DAY : 3600;
	grain = w->step ? w->step : 60;
	if (w->whole.from % grain || w->whole.to % grain)
		return fail_invalid(call, NULL, w->whole.from % grain ? "start_time" : "end_time",
			"The time must be aligned with %s boundaries.",
			!w->step		  ? "minute"
			: w->step == CALENDAR_DAY ? "daily (UTC)"
						  : "hour");
	if (w->whole.to <= w->whole.from)
		return fail_invalid(call, NULL, "end_time", "The end_time must be after the start_time.");
	if (w->step && (w->whole.to - w->whole.from) / w->step > WINDOWS)
		return fail_invalid(call, NULL, "end_time", "The time is too long for this value_grouping_window.");
	return 0;
}

/* A summary has no record; its id is a function of what it sums up, so that it can be a cursor. */
static json_t *summary(struct window *w, struct span part)
{
	const struct schema_resource *type = schema_find_object("billing.meter_event_summary");
	const char *name = arena_format(&w->call->arena, "%s %s %lld %lld", w->meter->id, w->customer,
		(long long)part.from, (long long)part.to);
	char id[ID_ROOM] = "mtrusg_", text[DECIMAL_ROOM];
	struct decimal value;
	int64_t whole;
	json_t *body;

	random_base62(id + strlen(id), 24, w->call->account->seed, random_hash(name, strlen(name), 0), 0);
	if (!meter_usage(w->call, w->meter, w->customer, part, &value)) {
		fail_invalid(w->call, NULL, NULL, "The usage is more than can be summed up.");
		return NULL;
	}
	body = shape_new(w->call, type, id);
	if (decimal_whole(value, &whole)) {
		js_put_int(body, "aggregated_value", whole);
	} else {
		decimal_format(value, text);
		js_put_new(body, "aggregated_value", json_real(strtod(text, NULL)));
	}
	js_put_int(body, "start_time", part.from);
	js_put_int(body, "end_time", part.to);
	js_put_text(body, "meter", w->meter->id);
	return body;
}

/* Newest first; windows without any event are left out, all of it in one is always there. */
static json_t *summaries(struct window *w)
{
	json_t *all = json_array();
	int64_t step = w->step ? w->step : w->whole.to - w->whole.from;

	for (int64_t to = w->whole.to; to > w->whole.from; to -= step) {
		struct span part = { to - step, to };
		json_t *one;

		if (w->step && !meter_used(w->call, w->meter, w->customer, part))
			continue;
		one = summary(w, part);
		if (!one) {
			json_decref(all);
			return NULL;
		}
		json_array_append_new(all, one);
	}
	return all;
}

static int summary_list(struct call *call)
{
	struct record *meter = path_record(call, 0, meter_type()),
		      *customer = param_record(call, "customer", "customer");
	struct window w = { .call = call, .meter = meter };
	json_t *all;

	if (!meter || !customer)
		return -1;
	w.customer = customer->id;
	call_use_clock(call, customer);
	if (read_window(&w))
		return -1;
	all = summaries(&w);
	if (!all)
		return -1;
	return rows_answer(call, all, resource_word(schema_find_object("billing.meter_event_summary")));
}

const struct resource meter_resource = {
	.name = "Billing.Meter",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/billing/meters", meter_create },
			{ "POST", "/v1/billing/meters/{id}/deactivate", meter_deactivate },
			{ "POST", "/v1/billing/meters/{id}/reactivate", meter_reactivate },
			{ "GET", "/v1/billing/meters/{id}/event_summaries", summary_list },
			{ 0 },
		},
	.filters =
		(const struct resource_filter[]) {
			{ .param = METER_NAME, .path = "event_name" },
			{ 0 },
		},
	.fill = fill,
};
