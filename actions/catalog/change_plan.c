/* SPDX-License-Identifier: MIT */
#include "actions/catalog/change.h"

#include <string.h>

#include "actions/catalog/manage.h"
#include "actions/catalog/scheduled.h"
#include "actions/core/wording.h"
#include "base/json.h"

/*
 * Another plan or quantity. What it costs is asked of Stripe, never worked out here: create_preview says which
 * prorations would arise at a moment, and the change is made with that very proration_date, so that what was agreed to
 * is what is charged (Stripe docs, "Prorations"; API reference, "Create a preview invoice" and "Update a
 * subscription"). Without a date Stripe takes its own present, which on a test clock is not ours; the date it took is
 * kept.
 */

static bool plan_unknown(struct action_run *run, const char *key)
{
	json_t *offered = run_own(run, json_array());

	for (size_t i = 0; i < run->config->n_plans; i++)
		json_array_append_new(offered, json_string(run->config->plans[i].key));
	problem_raise(run->why, PROBLEM_PLAN_NOT_AVAILABLE, "no plan %s in the catalogue", key);
	problem_show(run->why, "available", offered);
	return false;
}

/* What stands in the way whatever the plan. */
static bool change_possible(struct action_run *run, const json_t *s)
{
	struct scheduled scheduled;

	if (!manage_allows(run, s, VERB_CHANGE))
		return false;
	if (!scheduled_read(run, s, &scheduled))
		return false;
	/* One that has nothing ahead does not get in the way: a change that was cut short may have left it. */
	if (scheduled.id && (scheduled.change || !scheduled.simple))
		return scheduled_refuse(run, &scheduled);
	if (holding_has(s, "pending_update"))
		return problem_raise(run->why, PROBLEM_CHANGE_PENDING_PAYMENT, "the subscription has a pending update");
	if (!holding_item(s))
		return problem_raise(run->why, PROBLEM_SUBSCRIPTION_UNSUPPORTED_SHAPE, "%zu items, or a metered one",
			json_array_size(js_at(s, "items.data")));
	return true;
}

static int64_t yearly(const json_t *price, int64_t quantity)
{
	static const struct {
		const char *interval;
		int64_t a_year;
	} times[] = { { "day", 365 }, { "week", 52 }, { "month", 12 }, { "year", 1 } };
	const char *interval = js_text_at(price, "recurring.interval");
	int64_t count = js_int_at(price, "recurring.interval_count", 1);

	for (size_t i = 0; interval && i < sizeof(times) / sizeof(times[0]); i++)
		if (!strcmp(times[i].interval, interval))
			return js_int(price, "unit_amount", 0) * quantity * times[i].a_year / (count > 0 ? count : 1);
	return 0;
}

/* Rank decides; between equals (another interval or quantity), what costs more over a year is the upgrade. */
static bool is_upgrade(const struct action_run *run, const struct change *c)
{
	const char *id = js_text(c->old_price, "id");
	const struct plan *old = id ? config_plan_of_price(run->config, id) : NULL;

	if (old && old->rank != c->plan->rank)
		return c->plan->rank > old->rank;
	return yearly(c->new_price, c->new_quantity) >= yearly(c->old_price, c->old_quantity);
}

/* Which quantities there could be, for the model and for the customer. Gives false. */
static bool quantity_tell(struct action_run *run, const struct plan *p)
{
	if (!p->quantity_adjustable) {
		problem_say(run->why, "%s", say(run, "The quantity of this plan is fixed."));
		return false;
	}
	problem_show(run->why, "quantity_min", run_own(run, json_integer(p->quantity_min)));
	problem_show(run->why, "quantity_max", run_own(run, json_integer(p->quantity_max)));
	problem_say(run->why, say(run, "That quantity isn't possible for this plan: it goes from %lld to %lld."),
		(long long)p->quantity_min, (long long)p->quantity_max);
	return false;
}

static bool quantity_choose(struct action_run *run, struct change *c)
{
	const struct plan *p = c->plan;

	c->old_quantity = js_int(c->item, "quantity", 1);
	c->new_quantity = js_int(run->inputs, "quantity", c->old_quantity);
	/* A quantity that came from elsewhere may stay as it is; only a new one has to keep the rules. */
	if (c->new_quantity != c->old_quantity &&
		(!p->quantity_adjustable || c->new_quantity < p->quantity_min || c->new_quantity > p->quantity_max)) {
		problem_raise(run->why, PROBLEM_QUANTITY_OUT_OF_RANGE, "%lld is not within %lld to %lld%s",
			(long long)c->new_quantity, (long long)p->quantity_min, (long long)p->quantity_max,
			p->quantity_adjustable ? "" : ", and the plan's quantity is fixed");
		return quantity_tell(run, p);
	}
	return true;
}

static bool same_interval(const json_t *a, const json_t *b)
{
	const char *one = js_text_at(a, "recurring.interval"), *other = js_text_at(b, "recurring.interval");

	return one && other && !strcmp(one, other) &&
	       js_int_at(a, "recurring.interval_count", 1) == js_int_at(b, "recurring.interval_count", 1);
}

/* In flexible billing mode another interval leaves the billing date alone (Stripe docs, "Billing mode"). */
static bool is_flexible(const json_t *subscription)
{
	const char *mode = js_text_at(subscription, "billing_mode.type");

	return mode && !strcmp(mode, "flexible");
}

static const struct plan *plan_choose(struct action_run *run, const struct change *c)
{
	const char *key = js_text(run->inputs, "plan"), *price = js_text(c->old_price, "id");
	const struct plan *plan = key ? config_plan(run->config, key) : config_plan_of_price(run->config, price);

	if (!plan && !key)
		problem_raise(run->why, PROBLEM_ARGUMENTS_INVALID,
			"plan is required: the present one is not in the catalogue");
	else if (!plan)
		plan_unknown(run, key);
	return plan;
}

/* The whole decision, without amounts. */
static bool change_choose(struct action_run *run, struct change *c)
{
	const char *interval = js_text(run->inputs, "interval");
	struct holdings all;

	if (!js_text(run->inputs, "plan") && !interval && !js_get(run->inputs, "quantity"))
		return problem_raise(
			run->why, PROBLEM_ARGUMENTS_INVALID, "one of plan, interval and quantity is required");
	if (!holdings_load(run, &all))
		return false;
	c->holding = holding_pick(run, &all, NULL);
	if (!c->holding || !change_possible(run, c->holding->subscription))
		return false;
	c->item = holding_item(c->holding->subscription);
	c->old_price = js_get(c->item, "price");
	c->currency = js_text(c->holding->subscription, "currency");
	interval = interval ? interval : js_text_at(c->old_price, "recurring.interval");
	c->plan = plan_choose(run, c);
	if (!c->plan)
		return false;
	if (!interval || !c->currency)
		return problem_raise(
			run->why, PROBLEM_STRIPE_BAD_RESPONSE, "the subscription has no currency or no interval");
	c->new_price = plan_price(run, c->plan, interval, c->currency);
	if (!c->new_price || !quantity_choose(run, c))
		return false;
	c->upgrade = is_upgrade(run, c);
	c->rule = c->upgrade ? &run->config->upgrade : &run->config->downgrade;
	if (!c->rule->enabled)
		return problem_raise(run->why, PROBLEM_PLAN_NOT_AVAILABLE, "change_policy.%s.enabled is false",
			c->upgrade ? "upgrade" : "downgrade");
	c->ends_trial = run->config->trial_ends && !c->rule->at_period_end &&
			holding_is_status(c->holding->subscription, "trialing");
	c->moves_anchor = c->ends_trial || !strcmp(c->rule->billing_cycle_anchor, "now") ||
			  (!same_interval(c->old_price, c->new_price) && !is_flexible(c->holding->subscription));
	return true;
}

static bool is_nothing(const struct change *c)
{
	return !strcmp(js_text(c->old_price, "id"), js_text(c->new_price, "id")) && c->old_quantity == c->new_quantity;
}

static json_t *items_param(const struct change *c)
{
	json_t *items = json_array(), *item = json_object();

	/* Always with the item's id: without it Stripe adds a second item, and the customer pays twice. */
	js_put_text(item, "id", js_text(c->item, "id"));
	js_put_text(item, "price", js_text(c->new_price, "id"));
	js_put_int(item, "quantity", c->new_quantity);
	json_array_append_new(items, item);
	return items;
}

static bool prorates(const struct change *c)
{
	return strcmp(c->rule->proration_behavior, "none") != 0;
}

static void put_terms(const struct change *c, json_t *params)
{
	js_put_new(params, "items", items_param(c));
	js_put_text(params, "proration_behavior", c->rule->proration_behavior);
	if (prorates(c) && c->moment)
		js_put_int(params, "proration_date", c->moment);
	/* The end of a trial is itself the new billing date. */
	if (c->ends_trial)
		js_put_text(params, "trial_end", "now");
	else if (!strcmp(c->rule->billing_cycle_anchor, "now"))
		js_put_text(params, "billing_cycle_anchor", "now");
}

static void put_discounts(struct action_run *run, const struct change *c, json_t *params)
{
	if (c->promotion)
		js_put(params, "discounts",
			promotion_discounts(
				run, js_get(c->holding->subscription, "discounts"), js_text(c->promotion, "id")));
}

static int64_t line_off(const json_t *line)
{
	const json_t *amounts = js_get(line, "discount_amounts"), *one;
	int64_t sum = 0;
	size_t i;

	json_array_foreach(amounts, i, one) sum += js_int(one, "amount", 0);
	return sum;
}

/*
 * Sums the prorations; gives how many lines there are that are none. Notes the end of what is charged, and falls back
 * on a line's period for the moment.
 */
static size_t lines_read(struct change *c, const json_t *preview)
{
	json_t *lines = js_at(preview, "lines.data"), *line;
	size_t others = 0, i;

	json_array_foreach(lines, i, line)
	{
		int64_t amount = js_int(line, "amount", 0), from = js_int_at(line, "period.start", 0);

		if (!line_is_proration(line)) {
			others++;
			continue;
		}
		c->off += line_off(line);
		if (amount < 0)
			c->credit += amount;
		else
			c->charge += amount;
		if (amount >= 0)
			c->renews_at = js_int_at(line, "period.end", 0);
		if (!c->moment)
			c->moment = from;
	}
	return others;
}

static bool preview_read(struct action_run *run, struct change *c)
{
	json_t *params = run_own(run, json_object()), *details = json_object(), *preview;
	const json_t *s = c->holding->subscription;
	bool trialing = holding_is_status(s, "trialing") && !c->ends_trial,
	     at_once = !strcmp(c->rule->proration_behavior, "always_invoice");
	size_t others;

	js_put_text(params, "customer", run->account.customer);
	js_put_text(params, "subscription", js_text(s, "id"));
	put_terms(c, details);
	js_put_new(params, "subscription_details", details);
	put_discounts(run, c, params);
	preview = run_preview(run, "/v1/invoices/create_preview", params);
	if (!preview)
		return c->promotion ? promotion_refused(run) : false;
	if (!c->moment)
		c->moment = js_int_at(preview, "parent.subscription_details.subscription_proration_date", 0);
	others = lines_read(c, preview);
	if (!c->moment)
		c->moment = run->now;
	/*
	 * Due now: an invoice of prorations alone is the one made at once; so is the one that starts a new period when
	 * the billing date moves. Anything else is the next regular invoice, of which only the prorations are news.
	 */
	if (trialing)
		c->due_now = 0;
	else if (c->moves_anchor || (at_once && !others))
		c->due_now = js_int(preview, "amount_due", 0);
	else if (at_once)
		c->due_now = c->credit + c->charge > c->off ? c->credit + c->charge - c->off : 0;
	/* With another interval the new period ends where the new price is charged up to. */
	if (c->moves_anchor)
		c->renews_at = 0;
	else if (same_interval(c->old_price, c->new_price) || !c->renews_at)
		c->renews_at = holding_period_end(s);
	return true;
}

static json_t *state_make(struct action_run *run, const struct change *c)
{
	json_t *state = run_own(run, json_object());

	js_put_text(state, "operation", "change_plan");
	js_put_text(state, "subscription", js_text(c->holding->subscription, "id"));
	js_put_text(state, "item", js_text(c->item, "id"));
	js_put_text(state, "old_price", js_text(c->old_price, "id"));
	js_put_text(state, "new_price", js_text(c->new_price, "id"));
	js_put(state, "new_amount", js_get(c->new_price, "unit_amount"));
	js_put_int(state, "old_quantity", c->old_quantity);
	js_put_int(state, "new_quantity", c->new_quantity);
	js_put_int(state, "credit", c->credit);
	js_put_int(state, "charge", c->charge);
	js_put_int(state, "amount_due_now", c->due_now);
	js_put_text(state, "currency", c->currency);
	js_put_text(state, "status", js_text(c->holding->subscription, "status"));
	js_put_int(state, "period_end", holding_period_end(c->holding->subscription));
	put_terms(c, state);
	put_discounts(run, c, state);
	js_put_text(state, "payment_behavior", c->rule->payment_behavior);
	return state;
}

/* Stripe prorates within the running period only, and would refuse an earlier moment. */
static bool in_period(const json_t *item, int64_t moment)
{
	return moment >= js_int(item, "current_period_start", 0) &&
	       moment <= js_int(item, "current_period_end", INT64_MAX);
}

bool change_plan(struct action_run *run, struct proposal *out)
{
	struct change c = { .moment = out->moment };

	if (!change_choose(run, &c))
		return false;
	if (out->moment && !in_period(c.item, out->moment))
		return problem_raise(run->why, PROBLEM_PROPOSAL_STALE, "a new period has begun since it was proposed");
	out->writes = !is_nothing(&c);
	out->before = c.holding->subscription;
	if (!out->writes)
		return change_tell_nothing(run, &c);
	if (!promotion_find(run, c.holding->subscription, &c.promotion))
		return false;
	if (c.rule->at_period_end) {
		if (holding_ends_at(c.holding->subscription)) {
			problem_raise(
				run->why, PROBLEM_STATUS_BLOCKS_CHANGE, "the subscription ends at the period's end");
			problem_say(run->why,
				say(run, "This subscription is set to end. Take the cancellation back first."));
			return false;
		}
		out->state = later_state(run, &c);
		return change_tell(run, &c);
	}
	if (!preview_read(run, &c))
		return false;
	out->moment = c.moment;
	out->state = state_make(run, &c);
	return change_tell(run, &c);
}

bool change_preview(struct action_run *run, struct proposal *out)
{
	bool told = change_plan(run, out);

	if (told && out->writes)
		envelope_next(run->answer,
			"Call again with operation change_plan and the same arguments to make the change.");
	out->writes = false;
	return told;
}

static bool change_applied(const json_t *subscription, const void *arg)
{
	const json_t *state = arg;
	const json_t *item = holding_item(subscription);
	const char *price = js_text_at(item, "price.id");

	return price && !strcmp(price, js_text(state, "new_price")) &&
	       js_int(item, "quantity", 1) == js_int(state, "new_quantity", 0);
}

bool change_perform(struct action_run *run, const struct proposal *agreed)
{
	const json_t *state = agreed->state;
	const char *id = js_text(state, "subscription"), *plan = js_text_at(run->answer->data, "to.plan");
	const char *price = js_text_at(run->answer->data, "to.price.text");
	json_t *params, *now;
	static const char *const terms[] = { "items", "proration_behavior", "proration_date", "billing_cycle_anchor",
		"payment_behavior", "trial_end", "discounts" };

	if (js_text(state, "when"))
		return later_perform(run, agreed);
	params = run_own(run, json_object());
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
		if (js_get(state, terms[i]))
			js_put(params, terms[i], js_get(state, terms[i]));
	now = run_write(run, &(struct run_write) {
				     .method = "POST",
				     .path = arena_format(run->arena, "/v1/subscriptions/%s", id),
				     .params = params,
				     .step = "change_plan",
				     .read_path = arena_format(run->arena, "/v1/subscriptions/%s", id),
				     .applied = change_applied,
				     .arg = state,
			     });
	if (!now)
		return false;
	text_reset(&run->answer->message);
	text_format(&run->answer->message, say(run, "Done: you are on %s now (%s)."), plan, price);
	js_put_text(run->answer->data, "status", js_text(now, "status"));
	if (js_int(state, "amount_due_now", 0) > 0)
		change_tell_invoice(run, now);
	if (holding_period_end(now) && !holding_ends_at(now))
		text_format(
			&run->answer->message, say(run, " It renews on %s."), run_date(run, holding_period_end(now)));
	js_put_text(run->answer->data, "renews_at",
		holding_period_end(now) ? wording_iso(run->arena, holding_period_end(now)) : NULL);
	return true;
}
