/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "actions/catalog/change.h"
#include "actions/catalog/manage.h"
#include "actions/catalog/scheduled.h"
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

static bool schedule_there(const json_t *subscription, const void *arg)
{
	(void)arg;
	return scheduled_id(subscription) != NULL;
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

/* Ids, where Stripe shows whole tax rates. A new reference. */
static json_t *rate_ids(const json_t *rates)
{
	json_t *out = json_array(), *rate;
	size_t i;

	json_array_foreach(rates, i, rate) json_array_append(out, json_is_string(rate) ? rate : js_get(rate, "id"));
	return out;
}

/* Discounts as they are to be named again: the discount itself, which goes on counting, or what it came of. */
static json_t *discounts_again(const json_t *discounts)
{
	static const char *const names[] = { "discount", "promotion_code", "coupon" };
	json_t *out = json_array(), *entry, *one;
	size_t i;

	json_array_foreach(discounts, i, entry)
	{
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (js_text(entry, names[k])) {
				one = json_object();
				js_put_text(one, names[k], js_text(entry, names[k]));
				json_array_append_new(out, one);
				break;
			}
	}
	return out;
}

/* What a phase has beside its price and dates, and what would be lost if the update did not name it again. */
static void put_again(json_t *out, const json_t *from, const char *rates)
{
	if (json_array_size(js_get(from, "discounts")))
		js_put_new(out, "discounts", discounts_again(js_get(from, "discounts")));
	if (json_array_size(js_get(from, rates)))
		js_put_new(out, rates, rate_ids(js_get(from, rates)));
}

static json_t *phase_make(const json_t *running, const char *price, int64_t quantity)
{
	static const char *const kept[] = { "collection_method", "default_payment_method", "description" };
	json_t *phase = json_object(), *items = json_array(), *item = json_object();

	js_put_text(item, "price", price);
	js_put_int(item, "quantity", quantity);
	put_again(item, json_array_get(js_get(running, "items"), 0), "tax_rates");
	json_array_append_new(items, item);
	js_put_new(phase, "items", items);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (js_text(running, kept[i]))
			js_put_text(phase, kept[i], js_text(running, kept[i]));
	put_again(phase, running, "default_tax_rates");
	js_put_text(phase, "proration_behavior", "none");
	return phase;
}

/* A code that comes with the change counts from then on, beside what is there. */
static void put_promotion(json_t *phase, const char *code)
{
	json_t *one;

	if (!code)
		return;
	if (!js_get(phase, "discounts"))
		js_put_new(phase, "discounts", json_array());
	one = json_object();
	js_put_text(one, "promotion_code", code);
	json_array_append_new(js_get(phase, "discounts"), one);
}

/*
 * The running phase as it is, since an update names all phases, and the change behind it for one of its periods. What
 * the customer has beside the price, a trial and discounts above all, stays.
 */
static json_t *phases_make(struct action_run *run, const json_t *state, const json_t *running)
{
	json_t *params = run_own(run, json_object()), *phases = json_array(), *duration = json_object(),
	       *metadata = json_object();
	json_t *now = phase_make(running, js_text(state, "old_price"), js_int(state, "old_quantity", 1));
	json_t *then = phase_make(running, js_text(state, "new_price"), js_int(state, "new_quantity", 1));

	put_promotion(then, js_text(state, "promotion_code"));
	js_put(now, "start_date", js_get(running, "start_date"));
	js_put(now, "end_date", js_get(state, "period_end"));
	if (js_int(running, "trial_end", 0))
		js_put(now, "trial_end", js_get(running, "trial_end"));
	js_put_text(duration, "interval", js_text(state, "interval"));
	js_put_int(duration, "interval_count", js_int(state, "interval_count", 1));
	js_put_new(then, "duration", duration);
	json_array_append_new(phases, now);
	json_array_append_new(phases, then);
	js_put_new(params, "phases", phases);
	js_put_text(params, "end_behavior", "release");
	js_put_text(metadata, SCHEDULED_MARK, SCHEDULED_BY);
	js_put_new(params, "metadata", metadata);
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
	js_put_text(state, "promotion_code", js_text(c->promotion, "id"));
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

/* The schedule to put the change into: one that is there and has nothing ahead, as a try that was cut short leaves it,
 * or a new one. false with run->why raised. */
static bool schedule_take(struct action_run *run, const json_t *state, struct scheduled *out)
{
	const char *path = subscription_path(run, state);
	json_t *params, *subscription = run_get(run, path, NULL);

	if (!subscription)
		return false;
	if (!scheduled_id(subscription)) {
		params = run_own(run, json_object());
		js_put_text(params, "from_subscription", js_text(state, "subscription"));
		subscription = run_write(run, &(struct run_write) {
						      .method = "POST",
						      .path = "/v1/subscription_schedules",
						      .params = params,
						      .step = "schedule",
						      .read_path = path,
						      .applied = schedule_there,
					      });
	}
	if (!subscription || !scheduled_read(run, subscription, out))
		return false;
	return (out->running && !out->change) || scheduled_refuse(run, out);
}

bool later_perform(struct action_run *run, const struct proposal *agreed)
{
	const json_t *state = agreed->state;
	const char *plan = js_text_at(run->answer->data, "to.plan");
	struct scheduled scheduled;
	json_t *schedule;

	if (!schedule_take(run, state, &scheduled))
		return false;
	schedule = run_write(run, &(struct run_write) {
					  .method = "POST",
					  .path = schedule_path(run, scheduled.id),
					  .params = phases_make(run, state, scheduled.running),
					  .step = "schedule_phases",
					  .read_path = schedule_path(run, scheduled.id),
					  .applied = phase_applied,
					  .arg = state,
				  });
	if (!schedule) {
		if (!run->why->outcome_unknown && !problem_row(run->why->code)->retryable)
			schedule_drop(run, scheduled.id);
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
	return !holding_is_over(subscription) && scheduled_id(subscription);
}

bool undo_downgrade_plan(struct action_run *run, struct proposal *out)
{
	struct scheduled scheduled;
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
	if (!name || !scheduled_read(run, h->subscription, &scheduled))
		return false;
	js_put_text(run->answer->data, "operation", "undo_downgrade");
	js_put_text(run->answer->data, "subscription", h->handle);
	js_put_text(run->answer->data, "plan", name);
	/* A schedule that does nothing is no change. What others arranged is not taken back here. */
	out->writes = scheduled.id && !holding_is_over(h->subscription) && scheduled.change;
	if (out->writes && !scheduled.ours)
		return scheduled_refuse(run, &scheduled);
	if (!out->writes) {
		js_put_text(run->answer->data, "code", "no_change");
		text_format(&run->answer->message,
			say(run, "No change is scheduled for %s, so there is nothing to take back."), name);
		return true;
	}
	out->before = h->subscription;
	out->state = run_own(run, json_object());
	js_put_text(out->state, "operation", "undo_downgrade");
	js_put_text(out->state, "subscription", js_text(h->subscription, "id"));
	js_put_text(out->state, "schedule", scheduled.id);
	text_format(&run->answer->message,
		say(run, "Keep %s: the scheduled change is taken back and it goes on as it is."), name);
	return true;
}

bool undo_downgrade_perform(struct action_run *run, const struct proposal *agreed)
{
	const json_t *state = agreed->state;
	json_t *now =
		scheduled_release(run, js_text(state, "schedule"), js_text(state, "subscription"), "undo_downgrade");

	if (!now)
		return false;
	text_reset(&run->answer->message);
	js_put_text(run->answer->data, "status", js_text(now, "status"));
	text_format(&run->answer->message, say(run, "Done: %s goes on and renews on %s."),
		js_text(run->answer->data, "plan"), run_date(run, holding_period_end(now)));
	return true;
}
