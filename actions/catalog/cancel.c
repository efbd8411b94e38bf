/* SPDX-License-Identifier: MIT */
#include "actions/catalog/manage.h"
#include "actions/catalog/offers.h"
#include "actions/catalog/scheduled.h"

#include <string.h>

#include "actions/core/redact.h"
#include "actions/core/wording.h"
#include "base/json.h"

/*
 * Cancelling, at the end of the paid period or at once, and taking the former back (Stripe docs, "Cancel
 * subscriptions"). Cancelling twice is not an error: the customer is told that it is done.
 */
struct cancelling {
	const struct holding *holding;
	bool now;
	int64_t ends_at; /* the end of the paid period; 0 when it ends now */
	struct scheduled scheduled;
	const char *reason, *comment;
	int64_t credit; /* positive: what comes back for the unused time */
	const char *currency;
};

static bool reason_check(struct action_run *run, struct cancelling *c)
{
	const struct cancellation_policy *policy = &run->config->cancellation;
	json_t *options;

	c->reason = js_text(run->inputs, "reason");
	c->comment = js_text(run->inputs, "comment");
	if (c->comment && json_string_length(js_get(run->inputs, "comment")) > (size_t)policy->comment_max)
		return problem_raise(run->why, PROBLEM_ARGUMENTS_INVALID, "comment is longer than %lld bytes",
			(long long)policy->comment_max);
	for (unsigned i = 0; c->reason && config_reasons[i]; i++)
		if (!strcmp(config_reasons[i], c->reason) && policy->reasons & 1U << i)
			return true;
	if (!c->reason && !policy->reason_required)
		return true;
	options = run_own(run, json_array());
	for (unsigned i = 0; config_reasons[i]; i++)
		if (policy->reasons & 1U << i)
			json_array_append_new(options, json_string(config_reasons[i]));
	problem_raise(
		run->why, PROBLEM_ARGUMENTS_INVALID, c->reason ? "the reason is not offered" : "a reason is required");
	problem_show(run->why, "reasons", options);
	problem_say(run->why, say(run, "May I ask why you want to cancel?"));
	return false;
}

/* Whether the policy lets it end now, given what was asked for. */
static bool moment_choose(struct action_run *run, struct cancelling *c)
{
	const char *when = js_text(run->inputs, "when");
	enum cancel_mode mode = run->config->cancellation.mode;
	bool asked_now = when && !strcmp(when, "immediately"), asked_later = when && !asked_now;

	if ((asked_now && mode == CANCEL_AT_PERIOD_END) || (asked_later && mode == CANCEL_IMMEDIATELY))
		return problem_raise(
			run->why, PROBLEM_CANCEL_NOT_OFFERED, "cancellation_policy.mode does not offer %s", when);
	c->now = asked_now || mode == CANCEL_IMMEDIATELY;
	/* A subscription whose first payment is open has no period to run out. */
	if (!c->now && !when && holding_is_status(c->holding->subscription, "incomplete"))
		c->now = true;
	return manage_allows(run, c->holding->subscription, c->now ? VERB_CANCEL : VERB_CANCEL_LATER);
}

static bool credit_preview(struct action_run *run, struct cancelling *c)
{
	json_t *params = run_own(run, json_object()), *details = json_object(), *preview, *line;
	int64_t sum = 0;
	size_t i;

	js_put_text(params, "customer", run->account.customer);
	js_put_text(params, "subscription", js_text(c->holding->subscription, "id"));
	js_put_flag(details, "cancel_now", true);
	js_put_text(details, "proration_behavior", "create_prorations");
	js_put_new(params, "subscription_details", details);
	preview = run_preview(run, "/v1/invoices/create_preview", params);
	if (!preview)
		return false;
	json_array_foreach(js_at(preview, "lines.data"), i, line)
	{
		if (line_is_proration(line))
			sum += js_int(line, "amount", 0);
	}
	c->credit = sum < 0 ? -sum : 0;
	return true;
}

/* The credit grows smaller by the second and is worked out by Stripe when it happens: it is not part of the consent. */
static json_t *state_make(struct action_run *run, const struct cancelling *c)
{
	json_t *state = run_own(run, json_object());

	js_put_text(state, "operation", "cancel");
	js_put_text(state, "subscription", js_text(c->holding->subscription, "id"));
	js_put_text(state, "status", js_text(c->holding->subscription, "status"));
	js_put_flag(state, "now", c->now);
	js_put_int(state, "ends_at", c->ends_at);
	js_put_text(state, "reason", c->reason);
	js_put_text(state, "comment", c->comment ? redact_cards(run->arena, c->comment) : NULL);
	if (c->scheduled.id)
		js_put_text(state, "schedule", c->scheduled.id);
	if (c->scheduled.plan)
		js_put_text(state, "drops", c->scheduled.plan);
	return state;
}

static bool tell_over(struct action_run *run, const struct holding *h)
{
	int64_t ended = js_int(h->subscription, "ended_at", 0);

	js_put_text(run->answer->data, "code", "already_canceled");
	js_put_text(run->answer->data, "subscription", h->handle);
	js_put_text(run->answer->data, "ended_at", ended ? wording_iso(run->arena, ended) : NULL);
	if (ended)
		text_format(&run->answer->message, say(run, "This subscription ended on %s already."),
			run_date(run, ended));
	else
		text_put(&run->answer->message, say(run, "This subscription has ended already."));
	return true;
}

static bool tell_ending(struct action_run *run, const struct holding *h)
{
	int64_t ends = holding_ends_at(h->subscription);

	js_put_text(run->answer->data, "code", "already_canceling");
	js_put_text(run->answer->data, "subscription", h->handle);
	js_put_text(run->answer->data, "ends_at", wording_iso(run->arena, ends));
	text_format(
		&run->answer->message, say(run, "This subscription is set to end on %s already."), run_date(run, ends));
	if (run->config->cancellation.undo_enabled)
		envelope_next(run->answer, "operation undo_cancel takes it back.");
	return true;
}

/* A change that was to come is gone with the cancellation, and does not come back when that is taken back. */
static void tell_dropped(struct action_run *run, const struct scheduled *s)
{
	if (!s->change)
		return;
	js_put_text(run->answer->data, "drops_change_to", s->plan);
	text_format(&run->answer->message, say(run, " The change to %s that was scheduled for %s is dropped."), s->plan,
		run_date(run, s->at));
}

static bool tell_proposal(struct action_run *run, const struct cancelling *c)
{
	struct text *out = &run->answer->message;
	const char *name = holding_name(run, c->holding->subscription), *credit;
	json_t *data = run->answer->data;

	if (!name)
		return false;
	js_put_text(data, "operation", "cancel");
	js_put_text(data, "subscription", c->holding->handle);
	js_put_text(data, "plan", name);
	js_put_text(data, "when", c->now ? "immediately" : "at_period_end");
	js_put_text(data, "ends_at", c->now ? NULL : wording_iso(run->arena, c->ends_at));
	if (!c->now) {
		text_format(out,
			say(run, "Cancel %s at the end of the paid period: it stays usable until %s and won't renew."),
			name, run_date(run, c->ends_at));
		tell_dropped(run, &c->scheduled);
		return true;
	}
	text_format(out, say(run, "Cancel %s at once: it stops right away and can't be brought back."), name);
	tell_dropped(run, &c->scheduled);
	if (run->config->cancellation.credit == CREDIT_NONE) {
		text_put(out, say(run, " The rest of the paid period is not refunded."));
		return true;
	}
	credit = run_money(run, c->credit, c->currency);
	js_put_int(data, "credit", c->credit);
	js_put_text(data, "credit_text", credit);
	if (run->config->cancellation.credit == CREDIT_INVOICE_NOW)
		text_format(out,
			say(run, " About %s for the unused time is credited to your account on a final invoice."),
			credit);
	else
		text_format(out, say(run, " About %s for the unused time is credited to your account."), credit);
	return true;
}

bool cancel_plan(struct action_run *run, struct proposal *out)
{
	const char *wanted = js_text(run->inputs, "subscription");
	struct cancelling c = { 0 };
	struct holdings all;
	const json_t *s;

	if (!run->config->cancellation.enabled)
		return problem_raise(
			run->why, PROBLEM_CANCEL_NOT_OFFERED, "cancellation_policy is missing or not enabled");
	if (!holdings_load(run, &all))
		return false;
	c.holding = holding_pick(run, &all, NULL);
	if (!c.holding)
		return false;
	s = c.holding->subscription;
	c.currency = js_text(s, "currency") ? js_text(s, "currency") : "";
	out->writes = false;
	if (wanted && holding_is_over(s))
		return tell_over(run, c.holding);
	if (!moment_choose(run, &c))
		return false;
	if (!c.now && holding_ends_at(s) && holding_ends_at(s) <= holding_period_end(s))
		return tell_ending(run, c.holding);
	if (!scheduled_read(run, s, &c.scheduled))
		return false;
	if (c.scheduled.id && !c.scheduled.simple)
		return scheduled_refuse(run, &c.scheduled);
	c.ends_at = c.now ? 0 : holding_period_end(s);
	if (!reason_check(run, &c))
		return false;
	if (c.now && run->config->cancellation.credit != CREDIT_NONE && !credit_preview(run, &c))
		return false;
	out->writes = true;
	out->before = s;
	out->state = state_make(run, &c);
	return tell_proposal(run, &c) && offers_tell(run, c.holding, c.reason);
}

static bool ended_applied(const json_t *subscription, const void *arg)
{
	(void)arg;
	return holding_is_over(subscription);
}

static bool ending_applied(const json_t *subscription, const void *arg)
{
	(void)arg;
	return js_flag(subscription, "cancel_at_period_end", false) || holding_is_over(subscription);
}

static bool undone_applied(const json_t *subscription, const void *arg)
{
	(void)arg;
	return !holding_is_over(subscription) && !holding_ends_at(subscription);
}

static json_t *cancel_params(struct action_run *run, const json_t *state, bool now)
{
	json_t *params = run_own(run, json_object()), *details = json_object();
	enum cancel_credit credit = run->config->cancellation.credit;

	if (!now) {
		js_put_flag(params, "cancel_at_period_end", true);
	} else if (credit != CREDIT_NONE) {
		js_put_flag(params, "prorate", true);
		js_put_flag(params, "invoice_now", credit == CREDIT_INVOICE_NOW);
	}
	if (js_text(state, "reason"))
		js_put_text(details, "feedback", js_text(state, "reason"));
	if (js_text(state, "comment"))
		js_put_text(details, "comment", js_text(state, "comment"));
	js_put_new(params, "cancellation_details", details);
	return params;
}

/*
 * The write itself. A schedule decides about the end of its subscription alone and has to let go of it first; one that
 * ends at once takes its schedule with it (Stripe docs, "Subscription schedules").
 */
static json_t *cancel_write(struct action_run *run, const json_t *state, bool at_once)
{
	const char *id = js_text(state, "subscription"), *schedule = at_once ? NULL : js_text(state, "schedule");
	const char *path = arena_format(run->arena, "/v1/subscriptions/%s", id);
	json_t *now;

	if (schedule && !scheduled_release(run, schedule, id, "release_schedule"))
		return NULL;
	now = run_write(run, &(struct run_write) {
				     .method = at_once ? "DELETE" : "POST",
				     .path = path,
				     .params = cancel_params(run, state, at_once),
				     .step = at_once ? "cancel_now" : "cancel_at_period_end",
				     .read_path = path,
				     .applied = at_once ? ended_applied : ending_applied,
			     });
	if (!now && js_text(state, "drops") && !at_once && !run->why->outcome_unknown)
		problem_say(run->why, "%s",
			say(run, "The scheduled change is dropped, but the cancellation didn't go through. Please try "
				 "again in a minute."));
	return now;
}

bool cancel_perform(struct action_run *run, const struct proposal *agreed)
{
	const json_t *state = agreed->state;
	bool at_once = js_flag(state, "now", false);
	const char *name = js_text(run->answer->data, "plan");
	json_t *now = cancel_write(run, state, at_once);
	int64_t ends;

	if (!now)
		return false;
	ends = holding_ends_at(now);
	text_reset(&run->answer->message);
	js_put_text(run->answer->data, "status", js_text(now, "status"));
	if (at_once) {
		text_format(&run->answer->message, say(run, "Done: %s is cancelled and has ended."), name);
		return true;
	}
	js_put_text(run->answer->data, "ends_at", wording_iso(run->arena, ends));
	text_format(&run->answer->message, say(run, "Done: %s is cancelled. It stays usable until %s and won't renew."),
		name, run_date(run, ends));
	if (run->config->cancellation.undo_enabled)
		envelope_next(run->answer, "operation undo_cancel takes it back until then.");
	return true;
}

static bool is_ending(const json_t *subscription)
{
	return !holding_is_over(subscription) && holding_ends_at(subscription);
}

bool undo_plan(struct action_run *run, struct proposal *out)
{
	struct scheduled scheduled;
	const struct holding *h;
	const char *name;
	struct holdings all;
	int64_t end;

	if (!run->config->cancellation.undo_enabled)
		return problem_raise(run->why, PROBLEM_UNDO_NOT_OFFERED, "cancellation_policy.undo_enabled is false");
	if (!holdings_load(run, &all))
		return false;
	h = holding_pick(run, &all, is_ending);
	if (!h)
		return false;
	name = holding_name(run, h->subscription);
	if (!name)
		return false;
	js_put_text(run->answer->data, "operation", "undo_cancel");
	js_put_text(run->answer->data, "subscription", h->handle);
	js_put_text(run->answer->data, "plan", name);
	out->writes = is_ending(h->subscription);
	if (holding_is_over(h->subscription))
		return problem_raise(run->why, PROBLEM_UNDO_NOT_OFFERED, "the subscription has ended");
	if (!out->writes) {
		js_put_text(run->answer->data, "code", "no_change");
		text_format(&run->answer->message, say(run, "%s is not set to end, so there is nothing to take back."),
			name);
		return true;
	}
	if (scheduled_id(h->subscription)) /* then it is the schedule that ends it */
		return scheduled_read(run, h->subscription, &scheduled) && scheduled_refuse(run, &scheduled);
	end = holding_period_end(h->subscription);
	out->before = h->subscription;
	out->state = run_own(run, json_object());
	js_put_text(out->state, "operation", "undo_cancel");
	js_put_text(out->state, "subscription", js_text(h->subscription, "id"));
	js_put_int(out->state, "ends_at", holding_ends_at(h->subscription));
	js_put(out->state, "cancel_at_period_end", js_get(h->subscription, "cancel_at_period_end"));
	text_format(&run->answer->message, say(run, "Keep %s: the cancellation is taken back and it renews on %s."),
		name, run_date(run, end));
	return true;
}

bool undo_perform(struct action_run *run, const struct proposal *agreed)
{
	const char *path = arena_format(run->arena, "/v1/subscriptions/%s", js_text(agreed->state, "subscription"));
	json_t *params = run_own(run, json_object()), *now;

	/* Whichever of the two it was set by; Stripe takes one of them at a time. */
	if (js_flag(agreed->state, "cancel_at_period_end", false))
		js_put_flag(params, "cancel_at_period_end", false);
	else
		js_put_null(params, "cancel_at");
	now = run_write(run, &(struct run_write) {
				     .method = "POST",
				     .path = path,
				     .params = params,
				     .step = "undo_cancel",
				     .read_path = path,
				     .applied = undone_applied,
			     });
	if (!now)
		return false;
	text_reset(&run->answer->message);
	js_put_text(run->answer->data, "status", js_text(now, "status"));
	js_put_text(run->answer->data, "renews_at", wording_iso(run->arena, holding_period_end(now)));
	text_format(&run->answer->message, say(run, "Done: %s goes on and renews on %s."),
		js_text(run->answer->data, "plan"), run_date(run, holding_period_end(now)));
	return true;
}
