/* SPDX-License-Identifier: MIT */
/* The subscription schedule routes. Source: Stripe docs "Subscription schedules", "Create a schedule", "Update a
 * schedule", "Cancel a schedule", "Release a schedule". */
#include "resources/billing/schedule.h"

#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/check.h"
#include "resources/generic.h"
#include "resources/payments/pay.h"

static const char *const by_hand[] = { "phases", "from_subscription", "start_date", "end_behavior", "customer",
	"pause_schedules", "billing_mode", "proration_behavior", NULL };

const struct schema_resource *schedule_type(void)
{
	return schema_find_object("subscription_schedule");
}

/* ---- parts of a body ---- */

static void fill(struct call *call, json_t *body)
{
	json_t *settings = js_own(body, "default_settings"), *invoices = js_own(settings, "invoice_settings");
	json_t *issuer = json_object();

	(void)call;
	js_put_text(issuer, "type", "self");
	js_put_new(invoices, "issuer", issuer);
	js_put_text(settings, "billing_cycle_anchor", "automatic");
	js_put_text(settings, "collection_method", "charge_automatically");
	js_put_text(body, "end_behavior", "release");
	js_put_null(body, "current_phase");
	js_put_null(body, "subscription");
	js_put_new(body, "phases", json_array());
	js_put_new(body, "pause_schedules", json_array());
	js_put_text(body, "status", "not_started");
}

static int check_end_behavior(struct call *call, const char *prefix)
{
	const char *behavior = param_text(call, "end_behavior");

	if (!behavior || !strcmp(behavior, "release") || !strcmp(behavior, "cancel"))
		return 0;
	return fail_invalid(call, NULL, name_in(call, prefix, "end_behavior"),
		"Invalid end_behavior: must be one of `release` or `cancel`, not `%s`.", behavior);
}

/* Default settings, metadata and end_behavior of a request, onto a body or a draft. */
static int apply_plain(struct call *call, json_t *body, struct record *customer, const char *prefix)
{
	const char *method = js_text_at(param(call, "default_settings"), "default_payment_method");

	if (check_end_behavior(call, prefix))
		return -1;
	if (method && !method_attached(call, method, customer, "default_settings[default_payment_method]"))
		return -1;
	if (param_text(call, "end_behavior"))
		js_put_text(body, "end_behavior", param_text(call, "end_behavior"));
	return params_apply(call, body, schedule_type(), by_hand);
}

/* pause_schedules of a request; an empty string takes all away. The other fields of the body are set. */
static int apply_pauses(struct call *call, json_t *body, const char *prefix)
{
	const char *name = name_in(call, prefix, "pause_schedules");
	json_t *pauses;

	if (param_given(call, "pause_schedules")) {
		pauses = pauses_read(
			call, json_object_get(body, "pause_schedules"), param(call, "pause_schedules"), name);
		if (!pauses)
			return -1;
		js_put_new(body, "pause_schedules", pauses);
	}
	return pauses_check(call, body, name);
}

/* ---- create ---- */

static int check_alone(struct call *call)
{
	const char *key;
	json_t *value;

	json_object_foreach(call->params, key, value)
	{
		if (strcmp(key, "from_subscription") && strcmp(key, "pause_schedules") && strcmp(key, "expand"))
			return fail_invalid(call, NULL, key,
				"You cannot set `%s` when `from_subscription` is set: the schedule is made of the "
				"subscription as it is. Update the schedule afterwards.",
				key);
	}
	return 0;
}

static int check_migration(struct call *call, struct record *sub)
{
	const char *schedule = js_text(record_tree(sub), "schedule");

	if (schedule)
		return fail_invalid(call, NULL, "from_subscription",
			"You cannot migrate a subscription that is already attached to a schedule: `%s`.", schedule);
	if (!subscription_is_live(sub) || sub_status_is(sub, "incomplete") || sub_status_is(sub, "paused"))
		return fail_invalid(call, NULL, "from_subscription",
			"You cannot migrate a subscription that is in the `%s` status to a schedule.", sub_status(sub));
	return 0;
}

static json_t *body_of_subscription(struct call *call, struct record *sub)
{
	json_t *tree = record_tree(sub), *body = shape_new(call, schedule_type(), NULL), *settings,
	       *phases = json_array();
	json_t *phase = phase_of_subscription(call, sub);
	int64_t end = js_int(tree, "cancel_at", 0);

	settings = js_own(body, "default_settings");
	js_put(settings, "collection_method", json_object_get(tree, "collection_method"));
	js_put(settings, "default_payment_method", json_object_get(tree, "default_payment_method"));
	js_put(settings, "description", json_object_get(tree, "description"));
	if (js_int(tree, "days_until_due", 0))
		js_put_int(js_own(settings, "invoice_settings"), "days_until_due", js_int(tree, "days_until_due", 0));
	if (end) {
		js_put_text(body, "end_behavior", "cancel");
		js_put_int(phase, "end_date", end);
	}
	json_array_append_new(phases, phase);
	js_put_new(body, "phases", phases);
	js_put_new(body, "billing_mode",
		billing_mode_body(
			subscription_is_flexible(sub), js_text_at(tree, "billing_mode.flexible.proration_discounts")));
	js_put(body, "customer", json_object_get(tree, "customer"));
	js_put(body, "test_clock", json_object_get(tree, "test_clock"));
	js_put_text(body, "subscription", sub->id);
	js_put_text(body, "status", "active");
	js_put_int(js_own(body, PRIVATE_KEY), "phase", 0);
	return body;
}

/* pause_at or resume_at `now`. */
static int pause_now(struct call *call, struct record *schedule)
{
	int64_t due;

	while ((due = schedule_pause_due(schedule)) && due <= call->now)
		if (schedule_pause_step(call, schedule))
			return -1;
	journal_freeze_all(&call->journal);
	return 0;
}

static int create_from(struct call *call, struct record *sub)
{
	struct record *schedule;

	call_use_clock(call, sub);
	if (check_alone(call) || check_migration(call, sub))
		return -1;
	schedule = object_store(call, schedule_type(), body_of_subscription(call, sub));
	if (apply_pauses(call, journal_edit(&call->journal, schedule), NULL))
		return -1;
	schedule_show(call, schedule);
	schedule_plan(call, schedule);
	emit(call, "subscription_schedule.created", schedule);
	js_put_text(journal_edit(&call->journal, sub), "schedule", schedule->id);
	emit_changed(call, "customer.subscription.updated", sub);
	return pause_now(call, schedule) ? -1 : answer_record(call, schedule);
}

static int64_t start_of_call(struct call *call)
{
	return param_int(call, "start_date", call->now); /* "now" is no number */
}

struct record *schedule_new(struct call *call, struct record *customer, const char *prefix)
{
	const char *name = name_in(call, prefix, "phases");
	json_t *body, *phases;
	struct record *schedule;
	uint64_t place;
	int64_t start;

	start = start_of_call(call);
	if (!json_array_size(param(call, "phases"))) {
		fail_missing_param(call, name);
		return NULL;
	}
	phases = phases_read(call, customer, param(call, "phases"), name, start);
	if (!phases)
		return NULL;
	body = shape_new(call, schedule_type(), NULL);
	js_put_new(body, "phases", phases);
	js_put_text(body, "customer", customer->id);
	js_put(body, "test_clock", json_object_get(record_tree(customer), "test_clock"));
	js_put_new(body, "billing_mode",
		billing_mode_body(
			billing_mode_wanted(call), param_text_at(call, "billing_mode.flexible.proration_discounts")));
	if (apply_plain(call, body, customer, prefix) || apply_pauses(call, body, prefix)) {
		json_decref(body);
		return NULL;
	}
	schedule = object_store(call, schedule_type(), body);
	place = emit_reserve(call);
	if (start <= call->now && schedule_start(call, schedule))
		return NULL;
	schedule_plan(call, schedule);
	emit_reserved(call, place, "subscription_schedule.created", schedule);
	return pause_now(call, schedule) ? NULL : schedule;
}

static int create_new(struct call *call, struct record *customer)
{
	struct record *schedule;

	call_use_clock(call, customer);
	schedule = schedule_new(call, customer, NULL);
	return schedule ? answer_record(call, schedule) : -1;
}

static int schedule_create(struct call *call)
{
	struct record *sub = param_record(call, "from_subscription", "subscription");
	struct record *customer = call->fail.status ? NULL : param_record(call, "customer", "customer");

	if (call->fail.status)
		return -1;
	if (sub)
		return create_from(call, sub);
	return customer ? create_new(call, customer) : fail_missing_param(call, "customer");
}

/* ---- update ---- */

/* How many entries of the request are phases that are over: repeated, they are left as they were. */
static size_t past_entries(struct record *schedule, json_t *given)
{
	int64_t current = js_int(schedule_phase(schedule), "start_date", 0);
	size_t n = 0;

	while (n < json_array_size(given) && json_is_integer(json_object_get(json_array_get(given, n), "start_date")) &&
		js_int(json_array_get(given, n), "start_date", 0) < current)
		n++;
	return n;
}

/* The new phases of an active schedule: those that are over, the running one from its real start, and what follows. */
static json_t *phases_of_active(struct call *call, struct record *schedule, struct record *customer, const char *name)
{
	json_t *given = param(call, "phases"), *coming = json_array(), *read, *out, *first;
	int64_t start = js_int(schedule_phase(schedule), "start_date", 0);
	size_t index = (size_t)js_int(record_private(schedule), "phase", 0);

	for (size_t i = past_entries(schedule, given); i < json_array_size(given); i++)
		json_array_append(coming, json_array_get(given, i));
	first = json_array_get(coming, 0);
	if (!first || (js_int(first, "start_date", 0) != start)) {
		json_decref(coming);
		fail_invalid(call, NULL, name_in(call, name_at(call, name, 0), "start_date"),
			"The current phase must be given with its start date, which cannot be changed: %lld.",
			(long long)start);
		return NULL;
	}
	read = phases_read(call, customer, coming, name, start);
	json_decref(coming);
	if (!read)
		return NULL;
	out = json_array();
	for (size_t i = 0; i < index; i++)
		json_array_append(out, json_array_get(schedule_phases(schedule), i));
	json_array_extend(out, read);
	json_decref(read);
	if (js_int(json_array_get(out, json_array_size(out) - 1), "end_date", 0) <= call->now) {
		json_decref(out);
		fail_invalid(call, NULL, name, "The last phase of a schedule must end in the future.");
		return NULL;
	}
	return out;
}

static int update_active(struct call *call, struct record *schedule, struct record *customer, const char *prefix)
{
	json_t *before = json_incref(schedule_phase(schedule)), *phases;
	const char *prorations = param_text(call, "proration_behavior");
	int result = -1;

	if (param_given(call, "phases")) {
		phases = phases_of_active(call, schedule, customer, name_in(call, prefix, "phases"));
		if (!phases)
			goto out;
		js_put_new(journal_edit(&call->journal, schedule), "phases", phases);
		json_object_del(journal_edit_private(&call->journal, schedule), "told");
	}
	schedule_show(call, schedule);
	if (schedule_apply(call, schedule, before, false, prorations ? prorations : "create_prorations"))
		goto out;
	schedule_plan(call, schedule);
	emit_changed(call, "subscription_schedule.updated", schedule);
	if (js_int(schedule_phase(schedule), "end_date", 0) <= call->now) { /* end_date=now */
		schedule_on_due(call, schedule);
		journal_freeze_all(&call->journal);
	}
	result = pause_now(call, schedule);
out:
	json_decref(before);
	return result;
}

static int update_waiting(struct call *call, struct record *schedule, struct record *customer, const char *prefix)
{
	json_t *given = param(call, "phases"), *first = json_array_get(given, 0), *phases;
	int64_t start = js_int(json_array_get(schedule_phases(schedule), 0), "start_date", 0);
	json_t *own = json_object_get(first, "start_date");

	if (json_is_string(own))
		start = call->now;
	else if (json_is_integer(own))
		start = json_integer_value(own);
	if (given) {
		phases = phases_read(call, customer, given, name_in(call, prefix, "phases"), start);
		if (!phases)
			return -1;
		js_put_new(journal_edit(&call->journal, schedule), "phases", phases);
	}
	if (start <= call->now && schedule_start(call, schedule))
		return -1;
	schedule_plan(call, schedule);
	emit_changed(call, "subscription_schedule.updated", schedule);
	return pause_now(call, schedule);
}

static bool is_live(struct record *schedule)
{
	return schedule_status_is(schedule, "not_started") || schedule_status_is(schedule, "active");
}

static int fail_over(struct call *call, struct record *schedule, const char *verb)
{
	return fail_invalid(call, NULL, "schedule",
		"You cannot %s a subscription schedule that is currently in the `%s` status.%s", verb,
		schedule_status(schedule),
		strcmp(verb, "update") ? " It must be in one of the following statuses: `not_started`, `active`." : "");
}

int schedule_change(struct call *call, struct record *schedule, const char *prefix)
{
	struct record *customer = account_find(call->account, js_text(record_tree(schedule), "customer"));
	json_t *draft;

	if (!is_live(schedule))
		return fail_over(call, schedule, "update");
	if (param_given(call, "phases") && !json_array_size(param(call, "phases")))
		return fail_empty_param(call, name_in(call, prefix, "phases"));
	draft = journal_edit(&call->journal, schedule);
	if (apply_plain(call, draft, customer, prefix) || apply_pauses(call, draft, prefix))
		return -1;
	if (schedule_status_is(schedule, "active") ? update_active(call, schedule, customer, prefix)
						   : update_waiting(call, schedule, customer, prefix))
		return -1;
	return pauses_check(call, record_tree(schedule), name_in(call, prefix, "pause_schedules"));
}

/* The schedule in the path, if it is still alive; `verb` for the message. */
static struct record *live_schedule(struct call *call, const char *verb)
{
	struct record *schedule = path_record(call, 0, schedule_type());

	if (!schedule)
		return NULL;
	call_use_clock(call, schedule);
	if (is_live(schedule))
		return schedule;
	fail_over(call, schedule, verb);
	return NULL;
}

static int schedule_update(struct call *call)
{
	struct record *schedule = live_schedule(call, "update");

	return !schedule || schedule_change(call, schedule, NULL) ? -1 : answer_record(call, schedule);
}

/* ---- ends ---- */

static int route_cancel(struct call *call)
{
	struct record *schedule = live_schedule(call, "cancel"), *sub, *invoice;

	if (!schedule)
		return -1;
	sub = schedule_subscription(call, schedule);
	if (sub && subscription_is_live(sub) &&
		sub_cancel(
			call, sub, param_flag(call, "prorate", true), param_flag(call, "invoice_now", true), &invoice))
		return -1;
	if (!schedule_status_is(schedule, "canceled")) /* an active one goes with its subscription */
		schedule_canceled(call, schedule, "subscription_schedule.canceled");
	return answer_record(call, schedule);
}

static int route_release(struct call *call)
{
	struct record *schedule = live_schedule(call, "release");

	if (!schedule || schedule_release(call, schedule, param_flag(call, "preserve_cancel_date", false)))
		return -1;
	return answer_record(call, schedule);
}

static bool match_scheduled(struct call *call, struct record *r, json_t *wanted)
{
	(void)call;
	return !json_is_true(wanted) || schedule_status_is(r, "not_started");
}

const struct resource schedule_resource = {
	.name = "SubscriptionSchedule",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/subscription_schedules", schedule_create },
			{ "POST", "/v1/subscription_schedules/{id}", schedule_update },
			{ "POST", "/v1/subscription_schedules/{id}/cancel", route_cancel },
			{ "POST", "/v1/subscription_schedules/{id}/release", route_release },
			{ 0 },
		},
	.filters =
		(const struct resource_filter[]) {
			{ .param = "scheduled", .match = match_scheduled },
			{ 0 },
		},
	.fill = fill,
	.on_due = schedule_on_due,
	.adopt = schedule_plan,
};
