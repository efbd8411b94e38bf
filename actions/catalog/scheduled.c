/* SPDX-License-Identifier: MIT */
#include "actions/catalog/scheduled.h"

#include <string.h>

#include "actions/core/wording.h"
#include "base/json.h"

const char *scheduled_id(const json_t *subscription)
{
	const char *id = js_text(subscription, "schedule");

	return id ? id : js_text_at(subscription, "schedule.id");
}

/* What a phase leads to, as the customer knows it: the names of its prices. */
static const char *phase_name(struct action_run *run, const json_t *phase)
{
	const char *all = "", *id, *name;
	json_t *item, *price;
	size_t i;

	json_array_foreach(js_get(phase, "items"), i, item)
	{
		id = js_text(item, "price");
		price = id ? run_get(run, arena_format(run->arena, "/v1/prices/%s", id), NULL) : js_get(item, "price");
		name = price ? price_name(run, price) : NULL;
		if (!name)
			return NULL;
		all = arena_format(run->arena, "%s%s%s", all, i ? " + " : "", name);
	}
	return all;
}

/* Finds the running phase by its start, and what is behind it. */
static void phases_read(const json_t *schedule, struct scheduled *out)
{
	json_t *phases = js_get(schedule, "phases");
	int64_t begun = js_int_at(schedule, "current_phase.start_date", 0);
	size_t count = json_array_size(phases), at = 0;

	while (at < count && js_int(json_array_get(phases, at), "start_date", 0) != begun)
		at++;
	out->running = json_array_get(phases, at);
	out->change = out->running ? json_array_get(phases, at + 1) : NULL;
	out->at = js_int(out->change, "start_date", 0);
	out->simple = out->running && count - at <= 2 && holding_says(schedule, "end_behavior", "release");
}

bool scheduled_read(struct action_run *run, const json_t *subscription, struct scheduled *out)
{
	const char *id = scheduled_id(subscription);
	json_t *schedule;

	memset(out, 0, sizeof(*out));
	if (!id)
		return true;
	schedule = run_get(run, arena_format(run->arena, "/v1/subscription_schedules/%s", id), NULL);
	if (!schedule || !run_check_owner(run, schedule))
		return false;
	out->id = id;
	out->ours = holding_says(schedule, "metadata." SCHEDULED_MARK, SCHEDULED_BY);
	phases_read(schedule, out);
	out->plan = out->change ? phase_name(run, out->change) : NULL;
	return out->plan || !out->change;
}

bool scheduled_refuse(struct action_run *run, const struct scheduled *s)
{
	bool undo = s->ours && run->config->downgrade.undo_enabled;
	json_t *pending;

	problem_raise(run->why, PROBLEM_SUBSCRIPTION_SCHEDULED, "the schedule %s, %s, manages the subscription", s->id,
		s->ours ? "made by change_plan" : "made elsewhere");
	if (!s->change)
		return false;
	pending = run_own(run, json_object());
	js_put_text(pending, "plan", s->plan);
	js_put_text(pending, "effective_at", wording_iso(run->arena, s->at));
	js_put_flag(pending, "undo_downgrade", undo);
	problem_show(run->why, "pending", pending);
	problem_say(run->why,
		undo ? say(run, "A change to %s on %s is scheduled already. It has to be taken back first.")
		     : say(run, "A change to %s on %s is scheduled already. Our team can adjust it for you."),
		s->plan, run_date(run, s->at));
	return false;
}

static bool is_free(const json_t *subscription, const void *arg)
{
	(void)arg;
	return !scheduled_id(subscription);
}

json_t *scheduled_release(struct action_run *run, const char *schedule, const char *subscription, const char *step)
{
	return run_write(
		run, &(struct run_write) {
			     .method = "POST",
			     .path = arena_format(run->arena, "/v1/subscription_schedules/%s/release", schedule),
			     .step = step,
			     .read_path = arena_format(run->arena, "/v1/subscriptions/%s", subscription),
			     .applied = is_free,
		     });
}
