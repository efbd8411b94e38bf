/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "actions/catalog/change.h"
#include "actions/catalog/manage.h"
#include "actions/core/wording.h"
#include "base/json.h"

/*
 * A change that waits for the end of the paid period, and taking it back. Stripe keeps it as a schedule: made from the
 * subscription, whose present terms become its first phase, and given a second one behind it (Stripe docs,
 * "Subscription schedules": schedule a change for the end of the period). Releasing the schedule leaves the
 * subscription as it is.
 */

static const char *subscription_path(struct action_run *run, const json_t *state)
{
	return arena_format(run->arena, "/v1/subscriptions/%s", js_text(state, "subscription"));
}

static const char *schedule_path(struct action_run *run, const char *id)
{
	return arena_format(run->arena, "/v1/subscription_schedules/%s", id);
}

/* The schedule's id, whether it stands there whole or as its id; NULL when there is none. */
static const char *schedule_of(const json_t *subscription)
{
	const char *id = js_text(subscription, "schedule");

	return id ? id : js_text_at(subscription, "schedule.id");
}

static bool schedule_there(const json_t *subscription, const void *arg)
{
	(void)arg;
	return schedule_of(subscription) != NULL;
}

static bool schedule_gone(const json_t *subscription, const void *arg)
{
	(void)arg;
	return schedule_of(subscription) == NULL;
}

/* Whether the schedule's last phase is the change. */
static bool phase_applied(const json_t *schedule, const void *arg)
{
	const json_t *state = arg, *phases = js_get(schedule, "phases"), *item;
	size_t count = json_array_size(phases);
	const char *price;

	if (count < 2)
		return false;
	item = json_array_get(js_get(json_array_get(phases, count - 1), "items"), 0);
	price = js_text(item, "price");
	price = price ? price : js_text_at(item, "price.id");
	return price && !strcmp(price, js_text(state, "new_price")) &&
	       js_int(item, "quantity", 1) == js_int(state, "new_quantity", 0);
}

static json_t *items_make(const char *price, int64_t quantity)
{
	json_t *items = json_array(), *item = json_object();

	js_put_text(item, "price", price);
	js_put_int(item, "quantity", quantity);
	json_array_append_new(items, item);
	return items;
}

/* The first phase as it is, since an update names all phases, and the change behind it for one of its periods. */
static json_t *phases_make(struct action_run *run, const json_t *state, const json_t *schedule)
{
	json_t *params = run_own(run, json_object()), *phases = json_array(), *now = json_object(),
	       *then = json_object(), *duration = json_object();
	const json_t *first = json_array_get(js_get(schedule, "phases"), 0);

	js_put_new(now, "items", items_make(js_text(state, "old_price"), js_int(state, "old_quantity", 1)));
	js_put(now, "start_date", js_get(first, "start_date"));
	js_put(now, "end_date", js_get(first, "end_date"));
	js_put_text(now, "proration_behavior", "none");
	js_put_new(then, "items", items_make(js_text(state, "new_price"), js_int(state, "new_quantity", 1)));
	js_put_text(duration, "interval", js_text(state, "interval"));
	js_put_int(duration, "interval_count", js_int(state, "interval_count", 1));
	js_put_new(then, "duration", duration);
	js_put_text(then, "proration_behavior", "none");
	json_array_append_new(phases, now);
	json_array_append_new(phases, then);
	js_put_new(params, "phases", phases);
	js_put_text(params, "end_behavior", "release");
	return params;
}

json_t *later_state(struct action_run *run, const struct change *c)
{
	json_t *state = run_own(run, json_object());
	const json_t *s = c->holding->subscription;

	js_put_text(state, "operation", "change_plan");
	js_put_text(state, "when", "period_end");
	js_put_text(state, "subscription", js_text(s, "id"));
	js_put_text(state, "old_price", js_text(c->old_price, "id"));
	js_put_text(state, "new_price", js_text(c->new_price, "id"));
	js_put(state, "new_amount", js_get(c->new_price, "unit_amount"));
	js_put_int(state, "old_quantity", c->old_quantity);
	js_put_int(state, "new_quantity", c->new_quantity);
	js_put_text(state, "interval", js_text_at(c->new_price, "recurring.interval"));
	js_put_int(state, "interval_count", js_int_at(c->new_price, "recurring.interval_count", 1));
	js_put_text(state, "currency", c->currency);
	js_put_text(state, "status", js_text(s, "status"));
	js_put_int(state, "period_end", holding_period_end(s));
	return state;
}

/* A schedule without its second phase would do nothing but be in the way: it goes when the change is refused. */
static void schedule_drop(struct action_run *run, const char *id)
{
	struct problem kept = *run->why;
	struct stripe_ask ask = { .method = "POST",
		.path = arena_format(run->arena, "%s/release", schedule_path(run, id)),
		.idempotency_key = arena_format(run->arena, "%s_drop_schedule", run->idempotency) };

	kept.extra = kept.extra ? json_incref(kept.extra) : NULL;
	if (!stripe_call(run->client, &ask, run->why))
		envelope_warn(run->answer, "schedule_left_behind");
	problem_clear(run->why);
	*run->why = kept;
}

bool later_perform(struct action_run *run, const struct proposal *agreed)
{
	const json_t *state = agreed->state;
	const char *path = subscription_path(run, state), *id, *plan = js_text_at(run->answer->data, "to.plan");
	json_t *params = run_own(run, json_object()), *subscription, *schedule;

	js_put_text(params, "from_subscription", js_text(state, "subscription"));
	subscription = run_write(run, &(struct run_write) {
					      .method = "POST",
					      .path = "/v1/subscription_schedules",
					      .params = params,
					      .step = "schedule",
					      .read_path = path,
					      .applied = schedule_there,
				      });
	id = schedule_of(subscription);
	schedule = id ? run_get(run, schedule_path(run, id), NULL) : NULL;
	if (!schedule)
		return false;
	schedule = run_write(run, &(struct run_write) {
					  .method = "POST",
					  .path = schedule_path(run, id),
					  .params = phases_make(run, state, schedule),
					  .step = "schedule_phases",
					  .read_path = schedule_path(run, id),
					  .applied = phase_applied,
					  .arg = state,
				  });
	if (!schedule) {
		if (!run->why->outcome_unknown && !problem_row(run->why->code)->retryable)
			schedule_drop(run, id);
		return false;
	}
	text_reset(&run->answer->message);
	text_format(&run->answer->message,
		say(run, "Done: you keep your present plan until %s and go on with %s then."),
		run_date(run, js_int(state, "period_end", 0)), plan);
	js_put_flag(run->answer->data, "scheduled", true);
	envelope_next(run->answer, "operation undo_downgrade takes it back until then.");
	return true;
}

static bool is_scheduled(const json_t *subscription)
{
	return !holding_is_over(subscription) && schedule_of(subscription);
}

bool undo_downgrade_plan(struct action_run *run, struct proposal *out)
{
	const struct holding *h;
	struct holdings all;
	const char *name;

	if (!run->config->downgrade.undo_enabled)
		return problem_raise(
			run->why, PROBLEM_UNDO_NOT_OFFERED, "change_policy.downgrade.undo_enabled is false");
	if (!holdings_load(run, &all))
		return false;
	h = holding_pick(run, &all, is_scheduled);
	name = h ? holding_name(run, h->subscription) : NULL;
	if (!name)
		return false;
	js_put_text(run->answer->data, "operation", "undo_downgrade");
	js_put_text(run->answer->data, "subscription", h->handle);
	js_put_text(run->answer->data, "plan", name);
	out->writes = is_scheduled(h->subscription);
	if (!out->writes) {
		js_put_text(run->answer->data, "code", "no_change");
		text_format(&run->answer->message,
			say(run, "No change is scheduled for %s, so there is nothing to take back."), name);
		return true;
	}
	out->state = run_own(run, json_object());
	js_put_text(out->state, "operation", "undo_downgrade");
	js_put_text(out->state, "subscription", js_text(h->subscription, "id"));
	js_put_text(out->state, "schedule", schedule_of(h->subscription));
	text_format(&run->answer->message,
		say(run, "Keep %s: the scheduled change is taken back and it goes on as it is."), name);
	return true;
}

bool undo_downgrade_perform(struct action_run *run, const struct proposal *agreed)
{
	const json_t *state = agreed->state;
	json_t *now = run_write(run,
		&(struct run_write) {
			.method = "POST",
			.path = arena_format(run->arena, "%s/release", schedule_path(run, js_text(state, "schedule"))),
			.params = NULL,
			.step = "undo_downgrade",
			.read_path = subscription_path(run, state),
			.applied = schedule_gone,
		});

	if (!now)
		return false;
	text_reset(&run->answer->message);
	js_put_text(run->answer->data, "status", js_text(now, "status"));
	text_format(&run->answer->message, say(run, "Done: %s goes on and renews on %s."),
		js_text(run->answer->data, "plan"), run_date(run, holding_period_end(now)));
	return true;
}
