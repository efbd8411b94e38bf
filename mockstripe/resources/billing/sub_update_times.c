/* SPDX-License-Identifier: MIT */
/*
 * When the periods of a changed subscription run. Source: Stripe docs "Set the subscription billing renewal date",
 * "Billing mode", "Cancel subscriptions", "Free trials".
 */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "resources/billing/sub_update.h"
#include "resources/check.h"

const char *update_name(struct update *u, const char *name)
{
	return *u->prefix ? arena_format(&u->call->arena, "%s[%s]", u->prefix, name) : name;
}

bool update_given(const struct update *u, const char *name)
{
	return json_object_get(u->given, name) != NULL;
}

static int read_trial(struct update *u)
{
	json_t *end = json_object_get(u->given, "trial_end");
	bool trialing = sub_status_is(u->c.sub, "trialing"), of_price = js_flag(u->given, "trial_from_plan", false);

	if (end && of_price)
		return fail_exclusive(u->call, *u->prefix ? u->prefix : NULL, "trial_end", "trial_from_plan");
	if (of_price && sub_trial_days(&u->c)) {
		u->trial_end = u->call->now + sub_trial_days(&u->c) * CALENDAR_DAY;
		u->starts_trial = true;
	}
	if (json_is_string(end)) { /* "now" */
		u->ends_trial = trialing;
		return 0;
	}
	if (!json_is_integer(end))
		return 0;
	u->trial_end = json_integer_value(end);
	if (sub_check_trial_end(u->call, u->trial_end, update_name(u, "trial_end")))
		return -1;
	u->starts_trial = true;
	return 0;
}

static int read_anchor(struct update *u)
{
	json_t *anchor = json_object_get(u->given, "billing_cycle_anchor");
	const char *type = json_is_object(anchor) ? js_text(anchor, "type") : json_string_value(anchor);

	u->resets_anchor = text_is(type, "now");
	if (!u->resets_anchor)
		return 0;
	if (update_given(u, "proration_date"))
		return fail_invalid(u->call, NULL, update_name(u, "proration_date"),
			"You cannot specify `proration_date` when `billing_cycle_anchor=now`.");
	return 0;
}

static int read_proration_date(struct update *u)
{
	int64_t at = js_int(u->given, "proration_date", 0);

	if (!at)
		return 0;
	for (size_t i = 0; i < u->c.n; i++)
		if (u->c.items[i].has_old && (at < u->c.items[i].old.period.from || at > u->c.items[i].old.period.to))
			return fail_invalid(u->call, NULL, update_name(u, "proration_date"),
				"Cannot specify proration date outside of current subscription period or current "
				"phase");
	u->c.at = at;
	return 0;
}

static bool same_interval(const struct item_change *item)
{
	return item->old.interval == item->new.interval && item->old.interval_count == item->new.interval_count;
}

static bool is_free(const struct item_facts *item)
{
	return item->total.scaled == 0 && !item->metered;
}

/* Classic mode resets the anchor by itself: another interval, or everything was free and now is not. */
static bool resets_by_itself(const struct sub_change *c)
{
	bool was_free = true, pays = false;

	if (c->flexible || c->worthless)
		return false;
	for (size_t i = 0; i < c->n; i++) {
		const struct item_change *item = &c->items[i];

		if (item->has_old && item->has_new && item->changed && !same_interval(item))
			return true;
		if (item->has_old && !is_free(&item->old))
			was_free = false;
		if (item->has_new && item->changed && !is_free(&item->new) &&
			!(item->has_old && item->old.quantity.scaled == 0))
			pays = true;
	}
	return was_free && pays;
}

/*
 * When it is to end, from the request; c->cancel_at stays as it is when the request says nothing. An end inside the
 * running period cuts that period short, and taking it away gives the rest of the period back.
 */
static int read_end(struct update *u)
{
	json_t *at = json_object_get(u->given, "cancel_at");
	struct sub_change *c = &u->c;

	if (update_given(u, "cancel_at_period_end")) {
		bool cancel = js_flag(u->given, "cancel_at_period_end", false);

		if (cancel == js_flag(record_tree(c->sub), "cancel_at_period_end", false))
			return 0;
		u->moves_end = true;
		c->cancel_at = cancel ? sub_latest_period_end(c->sub) : 0;
	} else if (json_is_string(at)) { /* min_period_end, max_period_end, max_billed_until */
		u->moves_end = true;
		c->cancel_at = strcmp(json_string_value(at), "min_period_end") ? sub_latest_period_end(c->sub)
									       : sub_period_end(c->sub);
	} else if (json_is_integer(at)) {
		u->moves_end = true;
		c->cancel_at = json_integer_value(at);
		if (c->cancel_at <= u->call->now)
			return fail_invalid(u->call, NULL, update_name(u, "cancel_at"),
				"Invalid timestamp: must be an integer Unix timestamp in the future.");
	} else if (json_is_null(at)) {
		u->moves_end = true;
		c->cancel_at = 0;
	}
	return 0;
}

/* A phase that begins where all running periods end: the renewal is due in the same moment and bills the new items. */
static bool at_boundary(const struct update *u)
{
	return u->phase && sub_latest_period_end(u->c.sub) <= u->call->now;
}

static void leave_to_renewal(struct update *u)
{
	struct sub_change *c = &u->c;

	for (size_t i = 0; i < c->n; i++) {
		struct item_change *item = &c->items[i];

		if (item->has_old && item->has_new && !c->flexible && !same_interval(item))
			u->new_anchor = true; /* classic: another interval is counted from the change */
		item->new.period = item->has_old ? item->old.period : (struct span) { u->call->now, u->call->now };
	}
	c->behavior = NO_PRORATIONS; /* no time is left to prorate */
	u->new_anchor |= u->resets_anchor;
	if (u->new_anchor)
		c->anchor = u->call->now;
}

/* The running periods of the new side. */
static int set_periods(struct update *u)
{
	struct sub_change *c = &u->c;

	/* A paused one has no time that runs: its resumption bills the new items. */
	if ((at_boundary(u) || sub_status_is(c->sub, "paused")) && !u->starts_trial) {
		leave_to_renewal(u);
		return 0;
	}
	c->restarts = u->resets_anchor || u->ends_trial || u->starts_trial || resets_by_itself(c);
	if (c->restarts)
		c->anchor = u->starts_trial ? u->trial_end : u->call->now;
	for (size_t i = 0; i < c->n; i++) {
		struct item_change *item = &c->items[i];

		if (!item->has_new)
			continue;
		if (u->starts_trial) {
			item->new.period = (struct span) { u->call->now, u->trial_end };
		} else if (c->worthless && !u->ends_trial) {
			item->new.period = item->has_old ? item->old.period
							 : (struct span) { u->call->now, sub_period_end(c->sub) };
		} else if (c->restarts || !item->has_old || !same_interval(item)) {
			if (sub_set_period(c, &item->new, u->call->now))
				return -1;
		} else {
			item->new.period = item->old.period;
			if (u->moves_end)
				item->new.period.to = sub_natural(&item->old, c->old_anchor).to;
			if (u->moves_end && c->cancel_at && c->cancel_at < item->new.period.to)
				item->new.period.to = c->cancel_at;
		}
	}
	return 0;
}

int update_times(struct update *u)
{
	return read_trial(u) || read_anchor(u) || read_proration_date(u) || read_end(u) || set_periods(u) ? -1 : 0;
}
