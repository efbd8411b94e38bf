/* SPDX-License-Identifier: MIT */
/*
 * The pauses of a schedule: entries {key, pause, resume} that stop its subscription at a moment and start it again at
 * another. Each side has a status: scheduled, then succeeded, error, or (a resumption whose invoice is not paid yet)
 * pending. Phases go on by their dates meanwhile. Source: Stripe docs "Pause and resume subscriptions on a schedule";
 * API reference "The Subscription Schedule object", pause_schedules.
 */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/schedule.h"
#include "resources/billing/sub_pause.h"
#include "resources/check.h"

/* ---- reading ---- */

struct reading {
	struct call *call;
	json_t *given;	   /* the entry of the request */
	json_t *present;   /* the entry of the same key that is there already; NULL: none */
	const char *where; /* "pause_schedules[0]" */
};

static json_t *status_of(const char *type)
{
	json_t *status = json_object();

	js_put_text(status, "type", type);
	return status;
}

static bool has_status(const json_t *side, const char *type)
{
	const char *own = js_text_at(side, "status.type");

	return text_is(own, type);
}

/* The given value, the present one, or the default. */
static const char *setting(const struct reading *r, const char *path, const char *fallback)
{
	const char *given = js_text_at(r->given, path), *present = js_text_at(r->present, path);

	return given ? given : present ? present : fallback;
}

static json_t *typed(const char *type)
{
	return status_of(type); /* {type: …} as well */
}

static json_t *pause_settings(const struct reading *r)
{
	json_t *out = json_object(), *bill = json_object();

	js_put_new(bill, "outstanding_usage_through",
		typed(setting(r, "pause.settings.bill_for.outstanding_usage_through.type", "pause_at")));
	js_put_new(bill, "unused_time_from",
		typed(setting(r, "pause.settings.bill_for.unused_time_from.type", "pause_at")));
	js_put_new(out, "bill_for", bill);
	js_put_text(out, "invoicing_behavior", setting(r, "pause.settings.invoicing_behavior", "pending_invoice_item"));
	js_put_text(out, "type", "subscription");
	return out;
}

static json_t *resume_settings(const struct reading *r)
{
	json_t *out = json_object();

	js_put_text(out, "billing_cycle_anchor", setting(r, "resume.settings.billing_cycle_anchor", "resume_at"));
	js_put_text(
		out, "payment_behavior", setting(r, "resume.settings.payment_behavior", "resume_on_payment_success"));
	js_put_text(out, "proration_behavior", setting(r, "resume.settings.proration_behavior", "create_prorations"));
	return out;
}

/* {type: now | timestamp | duration} as a moment; a duration counts from `from`. 0 or -1. */
static int read_moment(const struct reading *r, const char *side, const char *name, int64_t from, int64_t *out)
{
	struct call *call = r->call;
	json_t *given = js_at(r->given, arena_format(&call->arena, "%s.%s", side, name));
	const char *type = js_text(given, "type"), *where = name_in(call, name_in(call, r->where, side), name);
	enum calendar_interval interval;

	if (!given) { /* as it was */
		*out = js_int_at(r->present, arena_format(&call->arena, "%s.%s", side, name), 0);
		return *out ? 0 : fail_missing_param(call, where);
	}
	if (!strcmp(type, "now")) {
		*out = call->now;
		return 0;
	}
	if (!strcmp(type, "timestamp")) {
		*out = js_int(given, "timestamp", 0);
		if (!*out)
			return fail_missing_param(call, name_in(call, where, "timestamp"));
		return *out >= call->now
			       ? 0
			       : fail_invalid(call, NULL, name_in(call, where, "timestamp"),
					 "Invalid timestamp: must be an integer Unix timestamp in the future.");
	}
	if (calendar_interval_parse(js_text_at(given, "duration.interval"), &interval) &&
		calendar_add(from, interval, js_int_at(given, "duration.interval_count", 1), out))
		return 0;
	return fail_missing_param(call, name_in(call, where, "duration"));
}

static int read_pause(const struct reading *r, json_t *entry)
{
	json_t *present = json_object_get(r->present, "pause"), *pause;
	int64_t at;

	if (present && !has_status(present, "scheduled")) { /* it has happened */
		js_put(entry, "pause", present);
		return 0;
	}
	if (read_moment(r, "pause", "pause_at", 0, &at))
		return -1;
	pause = json_object();
	js_put_int(pause, "pause_at", at);
	js_put_new(pause, "settings", pause_settings(r));
	js_put_new(pause, "status", status_of("scheduled"));
	js_put_new(entry, "pause", pause);
	return 0;
}

static int read_resume(const struct reading *r, json_t *entry)
{
	json_t *present = json_object_get(r->present, "resume"), *given = json_object_get(r->given, "resume"), *resume;
	int64_t at, from = js_int_at(entry, "pause.pause_at", 0);

	if (given ? json_is_null(given) : !json_is_object(present)) {
		js_put_null(entry, "resume");
		return 0;
	}
	if (json_is_object(present) && !has_status(present, "scheduled")) {
		js_put(entry, "resume", present);
		return 0;
	}
	if (read_moment(r, "resume", "resume_at", from, &at))
		return -1;
	if (at <= from)
		return fail_invalid(r->call, NULL, name_in(r->call, r->where, "resume"),
			"A subscription can only resume after it was paused: %lld.", (long long)from);
	resume = json_object();
	js_put_int(resume, "resume_at", at);
	js_put_new(resume, "settings", resume_settings(r));
	js_put_new(resume, "status", status_of("scheduled"));
	js_put_new(entry, "resume", resume);
	return 0;
}

static json_t *by_key(json_t *entries, const char *key)
{
	size_t i;
	json_t *entry;

	json_array_foreach(entries, i, entry)
	{
		if (key && text_is(js_text(entry, "key"), key))
			return entry;
	}
	return NULL;
}

/* One pause at a time: each begins after the one before it has ended. */
static int check_order(struct call *call, json_t *entries, const char *name)
{
	for (size_t i = 1; i < json_array_size(entries); i++) {
		json_t *before = json_array_get(entries, i - 1), *entry = json_array_get(entries, i);
		int64_t end = js_int_at(before, "resume.resume_at", INT64_MAX);

		if (by_key(entries, js_text(entry, "key")) != entry)
			return fail_invalid(call, NULL, name_in(call, name_at(call, name, i), "key"),
				"Each pause schedule needs a key of its own: `%s` is used twice.",
				js_text(entry, "key"));
		if (js_int_at(entry, "pause.pause_at", 0) < end)
			return fail_invalid(call, NULL, name_at(call, name, i),
				"Pause schedules must not overlap: the one before ends %s.",
				end == INT64_MAX ? "never" : arena_format(&call->arena, "at %lld", (long long)end));
	}
	return 0;
}

json_t *pauses_read(struct call *call, json_t *present, json_t *given, const char *name)
{
	json_t *out = json_array(), *one;
	size_t i;

	json_array_foreach(given, i, one)
	{
		json_t *entry = json_object();
		struct reading r = { .call = call,
			.given = one,
			.present = by_key(present, js_text(one, "key")),
			.where = name_at(call, name, i) };
		char key[ID_ROOM];

		json_array_append_new(out, entry);
		account_new_id(call->account, "pause_", 14, key);
		js_put_text(entry, "key", js_text(one, "key") ? js_text(one, "key") : key);
		if (read_pause(&r, entry) || read_resume(&r, entry)) {
			json_decref(out);
			return NULL;
		}
	}
	if (!check_order(call, out, name))
		return out;
	json_decref(out);
	return NULL;
}

static bool charges(const json_t *settings)
{
	const char *method = js_text(settings, "collection_method");

	return !method || !strcmp(method, "charge_automatically");
}

int pauses_check(struct call *call, const json_t *schedule, const char *name)
{
	const char *mode = js_text_at(schedule, "billing_mode.type");
	bool fits = text_is(mode, "flexible") && charges(json_object_get(schedule, "default_settings"));
	json_t *phases = json_object_get(schedule, "phases");

	for (size_t i = 0; i < json_array_size(phases); i++)
		fits &= charges(json_array_get(phases, i));
	if (fits || !json_array_size(json_object_get(schedule, "pause_schedules")))
		return 0;
	return fail_invalid(call, NULL, name,
		"Only schedules in flexible billing mode, all of whose phases charge automatically, can have "
		"pause_schedules.");
}

/* ---- carrying out ---- */

/* The side that comes next: a pause, or the resumption of one that succeeded. NULL: none. */
static const char *next_side(const json_t *entry, int64_t *at)
{
	json_t *pause = json_object_get(entry, "pause"), *resume = json_object_get(entry, "resume");

	*at = js_int(pause, "pause_at", 0);
	if (has_status(pause, "scheduled"))
		return "pause";
	*at = js_int(resume, "resume_at", 0);
	return has_status(resume, "scheduled") && has_status(pause, "succeeded") ? "resume" : NULL;
}

static size_t next_entry(struct record *schedule, int64_t *at)
{
	json_t *entries = json_object_get(record_tree(schedule), "pause_schedules");
	size_t found = json_array_size(entries);

	*at = 0;
	for (size_t i = 0; i < json_array_size(entries); i++) {
		int64_t own;

		if (!next_side(json_array_get(entries, i), &own) || (*at && own >= *at))
			continue;
		*at = own;
		found = i;
	}
	return found;
}

int64_t schedule_pause_due(struct record *schedule)
{
	int64_t at;

	next_entry(schedule, &at);
	return schedule_status_is(schedule, "active") ? at : 0;
}

/* What a schedule calls pause_at and resume_at is now, for the subscription. */
static json_t *settings_of(const json_t *side)
{
	json_t *out = json_deep_copy(json_object_get(side, "settings"));
	const char *paths[] = { "bill_for.unused_time_from", "bill_for.outstanding_usage_through" };
	const char *anchor = js_text(out, "billing_cycle_anchor");

	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		json_t *when = js_at(out, paths[i]);

		if (when && text_is(js_text(when, "type"), "pause_at"))
			js_put_text(when, "type", "now");
	}
	if (anchor)
		js_put_new(out, "billing_cycle_anchor", typed(strcmp(anchor, "unchanged") ? "now" : "unchanged"));
	return out;
}

/* The draft's copy of one side's status. */
static json_t *own_status(struct call *call, struct record *schedule, size_t index, const char *side)
{
	json_t *entries = js_own_array(journal_edit(&call->journal, schedule), "pause_schedules");
	json_t *entry = json_copy(json_array_get(entries, index));

	json_array_set_new(entries, index, entry);
	return js_own(js_own(entry, side), "status");
}

static void set_status(struct call *call, struct record *schedule, size_t index, const char *side, const char *type)
{
	json_t *status = own_status(call, schedule, index, side), *error;

	js_put_text(status, "type", type);
	if (strcmp(type, "error"))
		return;
	error = json_object();
	js_put_text(error, "message", call->fail.message);
	js_put_new(status, "error", error);
}

/* The subscription is in no state for it: the entry says so, and the schedule goes on. */
static bool refused(struct call *call, struct record *sub, bool pauses)
{
	if (pauses ? !sub_check_pausable(call, sub) : sub_status_is(sub, "paused"))
		return false;
	if (!pauses)
		fail_invalid(call, NULL, NULL, "You can only resume a subscription if it is `paused`.");
	return true;
}

int schedule_pause_step(struct call *call, struct record *schedule)
{
	int64_t at;
	size_t index = next_entry(schedule, &at);
	json_t *entry = json_array_get(json_object_get(record_tree(schedule), "pause_schedules"), index);
	const char *side = next_side(entry, &at), *status = "succeeded";
	struct record *sub = schedule_subscription(call, schedule), *invoice;
	bool pauses = !strcmp(side, "pause");

	if (!sub || refused(call, sub, pauses)) {
		set_status(call, schedule, index, side, "error");
		call->fail = (struct fail) { 0 };
	} else {
		js_auto settings = settings_of(json_object_get(entry, side));

		if (pauses ? sub_pause(call, sub, settings, &invoice) : sub_resume(call, sub, settings, &invoice))
			return -1;
		if (!pauses && sub_status_is(sub, "paused"))
			status = "pending";
		set_status(call, schedule, index, side, status);
	}
	schedule_plan(call, schedule);
	emit_changed(call, "subscription_schedule.updated", schedule);
	return 0;
}

void subscription_schedule_resumed(struct call *call, struct record *sub)
{
	struct record *schedule = account_find(call->account, js_text(record_tree(sub), "schedule"));
	json_t *entries = schedule ? json_object_get(record_tree(schedule), "pause_schedules") : NULL;

	for (size_t i = 0; i < json_array_size(entries); i++) {
		if (!has_status(json_object_get(json_array_get(entries, i), "resume"), "pending"))
			continue;
		set_status(call, schedule, i, "resume", "succeeded");
		emit_changed(call, "subscription_schedule.updated", schedule);
		return;
	}
}
