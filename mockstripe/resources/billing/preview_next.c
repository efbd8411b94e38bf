/* SPDX-License-Identifier: MIT */
/* Which invoice a preview shows. Source: API reference "Create a preview invoice"; Stripe docs "Subscription
 * schedules". */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/billing/preview.h"
#include "resources/billing/schedule.h"
#include "resources/billing/sub_pause.h"

int preview_none(struct call *call, const char *customer)
{
	return fail_status(call, 404, "invoice_upcoming_none", NULL, "No upcoming invoices for customer: %s", customer);
}

static struct record *none(struct call *call, struct record *sub)
{
	if (!call->fail.status)
		preview_none(call, js_text(record_tree(sub), "customer"));
	return NULL;
}

static const char *latest(struct record *sub)
{
	const char *id = js_text(record_tree(sub), "latest_invoice");

	return id ? id : "";
}

/* ---- the time to come ---- */

static struct record *running_schedule(struct call *call, struct record *sub)
{
	struct record *r = account_find(call->account, js_text(record_tree(sub), "schedule"));

	return r && r->type == schedule_type() && schedule_status_is(r, "active") ? r : NULL;
}

/* What its schedule does up to the end of the running period. Gives the invoice that this makes, if any. */
static struct record *through_phases(struct call *call, struct record *sub)
{
	const char *before = arena_text(&call->arena, latest(sub));
	struct record *schedule;

	while ((schedule = running_schedule(call, sub))) {
		int64_t due = js_int(record_private(schedule), "due", 0);

		if (!due || due > sub_period_end(sub))
			return NULL;
		call->now = due > call->now ? due : call->now;
		if (schedule_step(call, schedule))
			return NULL;
		if (strcmp(latest(sub), before))
			return account_find(call->account, latest(sub));
	}
	return NULL;
}

/* It ends with its period: what is billed then is what is pending. */
static struct record *last_invoice(struct call *call, struct record *sub, int64_t end)
{
	struct record *invoice;

	if (end > call->now)
		call->now = end;
	invoice = sub_last_invoice(call, sub, "upcoming", end);
	return invoice ? invoice : none(call, sub);
}

struct record *preview_next(struct call *call, struct record *sub)
{
	struct record *invoice = through_phases(call, sub);
	int64_t end = sub_period_end(sub), cut = js_int(record_tree(sub), "cancel_at", 0);

	if (invoice || call->fail.status)
		return invoice;
	if (!subscription_is_live(sub) || sub_status_is(sub, "paused") || (cut && cut <= end))
		return last_invoice(call, sub, end);
	if (end > call->now)
		call->now = end;
	return sub_renewal_preview(call, sub, end);
}

/* `discounts` in place of those of the phases. */
static void use_discounts(struct call *call, json_t *phases)
{
	size_t i;
	json_t *phase;

	if (!param_given(call, "discounts"))
		return;
	json_array_foreach(phases, i, phase)
	{
		js_put_new(phase, "discounts",
			param_is_unset(call, "discounts") ? json_array() : json_incref(param(call, "discounts")));
	}
}

/* The schedule's phases, as copies that may be changed. */
static json_t *own_phases(struct call *call, struct record *schedule)
{
	json_t *phases = js_own_array(journal_edit(&call->journal, schedule), "phases");

	for (size_t i = 0; i < json_array_size(phases); i++)
		json_array_set_new(phases, i, json_copy(json_array_get(phases, i)));
	return phases;
}

struct record *preview_next_of_schedule(struct call *call, struct record *schedule)
{
	struct record *sub = schedule_subscription(call, schedule);
	int64_t start = js_int(record_private(schedule), "due", 0);
	const char *customer = js_text(record_tree(schedule), "customer");

	if (sub)
		return preview_next(call, sub);
	if (!schedule_status_is(schedule, "not_started") || !start) {
		preview_none(call, customer);
		return NULL;
	}
	call->now = start > call->now ? start : call->now;
	use_discounts(call, own_phases(call, schedule));
	if (schedule_step(call, schedule))
		return NULL;
	sub = schedule_subscription(call, schedule);
	/* A start without an invoice (a stub that is free) is followed by the first renewal. */
	return *latest(sub) ? account_find(call->account, latest(sub)) : preview_next(call, sub);
}

/* ---- changes ---- */

/* The call's parameters are these (taken) while `work` runs. */
static struct record *with_params(struct call *call, json_t *given,
	struct record *(*work)(struct call *, struct record *, struct record *), struct record *schedule,
	struct record *customer)
{
	json_t *kept = call->params;
	struct record *out;

	call->params = given;
	out = work(call, schedule, customer);
	call->params = kept;
	json_decref(given);
	return out;
}

static struct record *change_schedule(struct call *call, struct record *schedule, struct record *customer)
{
	(void)customer;
	return schedule_change(call, schedule, "schedule_details") ? NULL : schedule;
}

static struct record *make_schedule(struct call *call, struct record *schedule, struct record *customer)
{
	(void)schedule;
	return schedule_new(call, customer, "schedule_details");
}

struct record *preview_schedule(struct call *call, struct record *schedule, struct record *customer)
{
	json_t *given = json_deep_copy(param(call, "schedule_details"));
	struct record *sub = schedule ? schedule_subscription(call, schedule) : NULL;
	const char *before = sub ? arena_text(&call->arena, latest(sub)) : "";

	use_discounts(call, json_object_get(given, "phases"));
	if (!schedule && js_at(given, "phases.0.start_date"))
		js_put(given, "start_date", js_at(given, "phases.0.start_date"));
	schedule = with_params(call, given, schedule ? change_schedule : make_schedule, schedule, customer);
	if (!schedule)
		return NULL;
	sub = schedule_subscription(call, schedule);
	if (sub && strcmp(latest(sub), before))
		return account_find(call->account, latest(sub));
	return preview_next_of_schedule(call, schedule);
}

static struct record *of_cancellation(struct call *call, struct record *sub, json_t *details)
{
	const char *behavior = js_text(details, "proration_behavior");
	struct record *invoice = NULL;

	return sub_cancel(call, sub, !behavior || strcmp(behavior, "none"), true, &invoice) ? NULL : invoice;
}

struct record *preview_change(struct call *call, struct record *sub)
{
	json_t *details = param(call, "subscription_details"), *pause = json_object_get(details, "pause");
	struct record *invoice = NULL;

	if (js_flag(details, "cancel_now", false))
		return of_cancellation(call, sub, details);
	if (pause || json_object_get(details, "resume_at")) {
		if (pause ? sub_pause(call, sub, pause, &invoice) : sub_resume(call, sub, details, &invoice))
			return NULL;
	} else if (json_object_size(details) &&
		   sub_update(call, sub, details, "subscription_details", true, &invoice)) {
		return NULL;
	}
	return invoice ? invoice : preview_next(call, sub);
}

struct record *preview_creation(struct call *call, struct record *customer)
{
	json_t *details = json_incref(param(call, "subscription_details")), *value;
	const char *key, *anchor = js_text_at(details, "billing_cycle_anchor.type");
	struct record *sub;

	js_put_text(call->params, "customer", customer->id);
	json_object_foreach(details, key, value)
	{
		js_put(call->params, key, value);
	}
	/* Where a preview's words differ from a creation's. */
	json_object_del(call->params, "billing_cycle_anchor");
	if (text_is(anchor, "timestamp"))
		js_put(call->params, "billing_cycle_anchor", js_at(details, "billing_cycle_anchor.timestamp"));
	json_object_del(call->params, "start_date");
	if (js_int(details, "start_date", call->now) < call->now)
		js_put(call->params, "backdate_start_date", json_object_get(details, "start_date"));
	js_put_text(call->params, "payment_behavior", "default_incomplete");
	json_object_del(call->params, "subscription_details");
	json_object_del(call->params, "invoice_items");
	json_decref(details);
	if (sub_create(call))
		return NULL;
	sub = call->answer.record;
	return *latest(sub) ? account_find(call->account, latest(sub)) : preview_next(call, sub);
}
