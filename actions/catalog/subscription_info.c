/* SPDX-License-Identifier: MIT */
#include "actions/catalog/catalog.h"

#include <string.h>

#include "actions/catalog/holdings.h"
#include "actions/catalog/scheduled.h"
#include "actions/core/wording.h"
#include "base/json.h"

/* Get Subscription Info: what the customer pays for, what it costs, and what happens next. */

static const struct input inputs[] = {
	ACCOUNT_INPUT,
	{ .name = "include_ended",
		.kind = INPUT_FLAG,
		.what = "true to list subscriptions that have ended as well; false by default." },
	{ 0 },
};

static json_t *items_data(struct action_run *run, const json_t *subscription)
{
	json_t *items = js_at(subscription, "items.data"), *item, *out = json_array(), *row;
	const char *name;
	size_t i;

	json_array_foreach(items, i, item)
	{
		row = json_object();
		name = price_name(run, js_get(item, "price"));
		js_put_text(row, "plan", name);
		js_put_int(row, "quantity", js_int(item, "quantity", 1));
		js_put_new(row, "price", price_data(run, js_get(item, "price"), js_int(item, "quantity", 1)));
		json_array_append_new(out, row);
		if (!name)
			break;
	}
	return out;
}

static json_t *subscription_data(struct action_run *run, const struct holding *h, const char *name)
{
	const json_t *s = h->subscription;
	int64_t ends = holding_ends_at(s), end = holding_period_end(s);
	bool renews = !ends && !holding_is_over(s) && !holding_is_status(s, "paused");
	json_t *out = json_object();

	js_put_text(out, "subscription", h->handle);
	js_put_text(out, "plan", name);
	js_put_text(out, "status", js_text(s, "status"));
	js_put_new(out, "items", items_data(run, s));
	run_put_time(run, out, "started_at", js_int(s, "start_date", 0));
	run_put_time(run, out, "current_period_end", end);
	run_put_time(run, out, "renews_at", renews ? end : 0);
	run_put_time(run, out, "ends_at", holding_is_over(s) ? 0 : ends);
	run_put_time(run, out, "trial_end", holding_is_status(s, "trialing") ? js_int(s, "trial_end", 0) : 0);
	run_put_time(run, out, "ended_at", js_int(s, "ended_at", 0));
	return out;
}

/* What a schedule is going to make of it. */
static bool tell_scheduled(struct action_run *run, const json_t *s, json_t *data)
{
	struct scheduled scheduled = { 0 };

	if (!holding_is_over(s) && !scheduled_read(run, s, &scheduled))
		return false;
	js_put_flag(data, "change_scheduled", scheduled.change != NULL);
	if (!scheduled.change)
		return true;
	js_put_text(data, "changes_to", scheduled.plan);
	run_put_time(run, data, "changes_at", scheduled.at);
	text_format(&run->answer->message, say(run, " It changes to %s on %s."), scheduled.plan,
		run_date(run, scheduled.at));
	return true;
}

static bool tell_one(struct action_run *run, const struct holding *h, bool numbered, json_t *list)
{
	const json_t *s = h->subscription;
	const char *name = holding_name(run, s), *link;
	struct text *message = &run->answer->message;
	json_t *data;

	if (!name)
		return false;
	data = subscription_data(run, h, name);
	json_array_append_new(list, data);
	text_format(message, "%s%s%s", message->length ? "\n" : "", numbered ? "- " : say(run, "Your subscription "),
		holding_text(run, s, name));
	if (!tell_scheduled(run, s, data))
		return false;
	link = holding_pay_link(run, s);
	if (link) {
		js_put_text(data, "pay_invoice_url", link);
		text_format(message, say(run, " The open invoice can be paid here: %s"), link);
	}
	return run->why->code == PROBLEM_NONE;
}

static void tell_none(struct action_run *run, const struct holdings *all)
{
	js_put_text(run->answer->data, "code", "no_subscriptions");
	text_put(&run->answer->message, say(run, "You have no active subscription."));
	if (all->count)
		envelope_next(run->answer, "Call again with include_ended to see subscriptions that have ended.");
}

static bool info_plan(struct action_run *run, struct proposal *out)
{
	bool ended = js_flag(run->inputs, "include_ended", false);
	struct holdings all;
	json_t *list;
	size_t shown = 0;

	out->writes = false;
	if (!holdings_load(run, &all))
		return false;
	list = json_array();
	js_put_new(run->answer->data, "subscriptions", list);
	for (size_t i = 0; i < all.count; i++)
		shown += ended || !holding_is_over(all.list[i].subscription);
	if (shown > 1)
		text_format(&run->answer->message, say(run, "You have %zu subscriptions:"), shown);
	for (size_t i = 0; i < all.count; i++)
		if (ended || !holding_is_over(all.list[i].subscription))
			if (!tell_one(run, &all.list[i], shown > 1, list))
				return false;
	if (!shown)
		tell_none(run, &all);
	return true;
}

const struct action_kind subscription_info_kind = {
	.kind = "subscription_info",
	.title = "Get Subscription Info",
	.sentence = "Reads the signed-in customer's subscriptions: plan, price, status, renewal or end date, trial.",
	.contract = "The customer is known already; never ask for ids or e-mail addresses.",
	.inputs = inputs,
	.effect = EFFECT_READS,
	.unknown_input = PROBLEM_ARGUMENTS_INVALID,
	.plan = info_plan,
	.probe = "{}",
	.list = "subscriptions",
};
