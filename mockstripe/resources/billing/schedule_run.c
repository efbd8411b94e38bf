/* SPDX-License-Identifier: MIT */
/* What a schedule does when its time comes. Source: Stripe docs "Subscription schedules", phases and end behavior. */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/schedule.h"

#define EXPIRING_NOTICE (7 * CALENDAR_DAY) /* subscription_schedule.expiring comes that long before the end */

const char *schedule_status(struct record *schedule)
{
	const char *status = js_text(record_tree(schedule), "status");

	return status ? status : "";
}

bool schedule_status_is(struct record *schedule, const char *status)
{
	return !strcmp(schedule_status(schedule), status);
}

json_t *schedule_phases(struct record *schedule)
{
	return json_object_get(record_tree(schedule), "phases");
}

json_t *schedule_phase(struct record *schedule)
{
	int64_t index = js_int(record_private(schedule), "phase", -1);

	return index < 0 ? NULL : json_array_get(schedule_phases(schedule), (size_t)index);
}

struct record *schedule_subscription(struct call *call, struct record *schedule)
{
	return account_find(call->account, js_text(record_tree(schedule), "subscription"));
}

static int64_t last_end(struct record *schedule)
{
	json_t *phases = schedule_phases(schedule);

	return js_int(json_array_get(phases, json_array_size(phases) - 1), "end_date", 0);
}

void schedule_plan(struct call *call, struct record *schedule)
{
	json_t *private = record_private(schedule);
	int64_t due = 0, notice = last_end(schedule) - EXPIRING_NOTICE, pause = schedule_pause_due(schedule);

	(void)call;
	if (schedule_status_is(schedule, "not_started"))
		due = js_int(json_array_get(schedule_phases(schedule), 0), "start_date", 0);
	else if (schedule_status_is(schedule, "active"))
		due = js_int(schedule_phase(schedule), "end_date", 0);
	if (due && schedule_status_is(schedule, "active") && !js_flag(private, "told", false) && notice < due)
		due = notice > call->now ? notice : call->now;
	if (pause && pause < due)
		due = pause > call->now ? pause : call->now;
	private = journal_edit_private(&call->journal, schedule);
	if (due)
		js_put_int(private, "due", due);
	else
		json_object_del(private, "due");
}

void schedule_show(struct call *call, struct record *schedule)
{
	json_t *draft = journal_edit(&call->journal, schedule), *phase = schedule_phase(schedule), *current;

	if (!phase || !schedule_status_is(schedule, "active")) {
		js_put_null(draft, "current_phase");
		return;
	}
	current = json_object();
	js_put(current, "end_date", json_object_get(phase, "end_date"));
	js_put(current, "start_date", json_object_get(phase, "start_date"));
	js_put_new(draft, "current_phase", current);
}

static void enter(struct call *call, struct record *schedule, int64_t index)
{
	js_put_int(journal_edit_private(&call->journal, schedule), "phase", index);
	schedule_show(call, schedule);
}

/* ---- the subscription ---- */

/* The parameters of a subscription stand in for those of the call while `work` runs. */
static int with_params(struct call *call, json_t *given, int (*work)(struct call *, struct record *, json_t *),
	struct record *schedule)
{
	json_t *kept = call->params;
	int result;

	call->params = given;
	result = work(call, schedule, given);
	call->params = kept;
	json_decref(given);
	return result;
}

static int create(struct call *call, struct record *schedule, json_t *given)
{
	json_t *mode = js_at(record_tree(schedule), "billing_mode"), *phase = schedule_phase(schedule), *type;
	int64_t start = js_int(phase, "start_date", call->now);

	js_put(given, "customer", json_object_get(record_tree(schedule), "customer"));
	js_put(given, "currency", json_object_get(phase, "currency"));
	type = json_object();
	js_put(type, "type", json_object_get(mode, "type"));
	if (json_is_object(json_object_get(mode, "flexible")))
		js_put(type, "flexible", json_object_get(mode, "flexible"));
	js_put_new(given, "billing_mode", type);
	if (start < call->now)
		js_put_int(given, "backdate_start_date", start);
	if (json_is_null(json_object_get(given, "cancel_at")))
		json_object_del(given, "cancel_at");
	if (sub_create_scheduled(call, schedule->id))
		return -1;
	js_put_text(journal_edit(&call->journal, schedule), "subscription", call->answer.record->id);
	return 0;
}

int schedule_start(struct call *call, struct record *schedule)
{
	js_put_text(journal_edit(&call->journal, schedule), "status", "active");
	enter(call, schedule, 0);
	return with_params(
		call, phase_params(call, schedule, schedule_phase(schedule), NULL, NULL, true), create, schedule);
}

static int update(struct call *call, struct record *schedule, json_t *given)
{
	struct record *invoice;

	return sub_update_phase(call, schedule_subscription(call, schedule), given, &invoice);
}

int schedule_apply(struct call *call, struct record *schedule, json_t *before, bool starts, const char *prorations)
{
	struct record *sub = schedule_subscription(call, schedule);
	json_t *given;

	if (!sub || !subscription_is_live(sub))
		return 0;
	given = phase_params(call, schedule, schedule_phase(schedule), before, sub, starts);
	if (prorations)
		js_put_text(given, "proration_behavior", prorations);
	return with_params(call, given, update, schedule);
}

/* ---- ends ---- */

void schedule_canceled(struct call *call, struct record *schedule, const char *event)
{
	json_t *draft = journal_edit(&call->journal, schedule);

	js_put_text(draft, "status", "canceled");
	js_put_int(draft, "canceled_at", call->now);
	schedule_show(call, schedule);
	schedule_plan(call, schedule);
	emit(call, event, schedule);
}

void subscription_schedule_ends(struct call *call, struct record *sub, enum subscription_end why)
{
	struct record *schedule = account_find(call->account, js_text(record_tree(sub), "schedule"));

	if (schedule && schedule->type == schedule_type() && schedule_status_is(schedule, "active"))
		schedule_canceled(call, schedule,
			why == SUBSCRIPTION_PAYMENT_FAILED ? "subscription_schedule.aborted"
							   : "subscription_schedule.canceled");
}

static int free_subscription(struct call *call, struct record *sub, bool keep_cancel_date)
{
	struct record *invoice;
	json_t *given;
	int result = 0;

	js_put_null(journal_edit(&call->journal, sub), "schedule");
	if (keep_cancel_date || !js_int(record_tree(sub), "cancel_at", 0) || !subscription_is_live(sub)) {
		emit_changed(call, "customer.subscription.updated", sub);
		return 0;
	}
	given = json_object();
	js_put_null(given, "cancel_at");
	result = sub_update(call, sub, given, "", false, &invoice);
	json_decref(given);
	return result;
}

int schedule_release(struct call *call, struct record *schedule, bool keep_cancel_date)
{
	struct record *sub = schedule_subscription(call, schedule);
	json_t *draft = journal_edit(&call->journal, schedule);

	js_put_text(draft, "status", "released");
	js_put_int(draft, "released_at", call->now);
	js_put_text(draft, "released_subscription", sub ? sub->id : NULL);
	js_put_null(draft, "subscription");
	schedule_show(call, schedule);
	schedule_plan(call, schedule);
	emit(call, "subscription_schedule.released", schedule);
	return sub ? free_subscription(call, sub, keep_cancel_date) : 0;
}

/* The last phase is over. The subscription itself ends (or renews) right after, by its own dates. */
static int finish(struct call *call, struct record *schedule)
{
	json_t *draft;

	if (strcmp(js_text(record_tree(schedule), "end_behavior"), "cancel"))
		return schedule_release(call, schedule, true);
	draft = journal_edit(&call->journal, schedule);
	js_put_text(draft, "status", "completed");
	js_put_int(draft, "completed_at", call->now);
	schedule_show(call, schedule);
	schedule_plan(call, schedule);
	emit(call, "subscription_schedule.completed", schedule);
	return 0;
}

/* ---- due ---- */

static int next_phase(struct call *call, struct record *schedule)
{
	json_t *before = schedule_phase(schedule);
	int64_t index = js_int(record_private(schedule), "phase", 0) + 1;

	if (index >= (int64_t)json_array_size(schedule_phases(schedule)))
		return finish(call, schedule);
	enter(call, schedule, index);
	if (schedule_apply(call, schedule, before, true, NULL))
		return -1;
	schedule_plan(call, schedule);
	emit_changed(call, "subscription_schedule.updated", schedule);
	return 0;
}

static int start_now(struct call *call, struct record *schedule)
{
	if (schedule_start(call, schedule))
		return -1;
	schedule_plan(call, schedule);
	emit_changed(call, "subscription_schedule.updated", schedule);
	return 0;
}

int schedule_step(struct call *call, struct record *schedule)
{
	int64_t pause = schedule_pause_due(schedule), end = js_int(schedule_phase(schedule), "end_date", 0);

	if (schedule_status_is(schedule, "not_started"))
		return start_now(call, schedule);
	if (pause && pause <= call->now && pause < end)
		return schedule_pause_step(call, schedule);
	if (end <= call->now)
		return next_phase(call, schedule);
	js_put_flag(journal_edit_private(&call->journal, schedule), "told", true);
	schedule_plan(call, schedule);
	emit(call, "subscription_schedule.expiring", schedule);
	return 0;
}

/*
 * A phase that cannot be carried out any more (its price is archived, the customer is gone) ends the schedule; nothing
 * of the attempt is left.
 */
void schedule_on_due(struct call *call, struct record *schedule)
{
	int64_t now = call->now;

	if (!schedule_step(call, schedule))
		return;
	journal_roll_back(&call->journal);
	call->fail = (struct fail) { 0 };
	call->events = 0;
	call->now = now;
	schedule_canceled(call, schedule, "subscription_schedule.aborted");
}

void subscription_schedule_first(struct call *call, struct record *sub)
{
	struct record *schedule = account_find(call->account, js_text(record_tree(sub), "schedule"));
	int64_t due;

	while (schedule && schedule->type == schedule_type() && schedule_status_is(schedule, "active")) {
		due = js_int(record_private(schedule), "due", 0);
		if (!due || due > call->now)
			return;
		schedule_on_due(call, schedule);
	}
}
