/* SPDX-License-Identifier: MIT */
#include "actions/catalog/catalog.h"

#include <string.h>

#include "actions/catalog/holdings.h"
#include "actions/catalog/scheduled.h"
#include "actions/core/wording.h"
#include "base/json.h"

/* Get Subscription Info: what the customer pays for, what it costs, and what happens next. */

static const struct input inputs[] = {
	{ .name = "account",
		.kind = INPUT_TEXT,
		.min = 1,
		.max = 100,
		.what = "Label of the billing account, only when the customer has several." },
	{ .name = "include_ended",
		.kind = INPUT_FLAG,
		.what = "true to list subscriptions that have ended as well; false by default." },
	{ 0 },
};

/* The newest open invoice of a subscription that waits for money; NULL when there is none or run->why is raised. */
static json_t *open_invoice(struct action_run *run, const json_t *subscription)
{
	json_t *params = run_own(run, json_object()), *body, *invoice;

	js_put_text(params, "customer", run->account.customer);
	js_put_text(params, "subscription", js_text(subscription, "id"));
	js_put_text(params, "status", "open");
	js_put_int(params, "limit", 1);
	body = run_get(run, "/v1/invoices", params);
	invoice = json_array_get(js_get(body, "data"), 0);
	return invoice && run_owns(run, invoice) ? invoice : NULL;
}

static bool waits_for_money(const json_t *subscription)
{
	return holding_is_status(subscription, "past_due") || holding_is_status(subscription, "unpaid") ||
	       holding_is_status(subscription, "incomplete");
}

/* What happens next, in one sentence (Stripe docs, "How subscriptions work"; actions by status). */
static const char *outlook(struct action_run *run, const json_t *s)
{
	struct arena *arena = run->arena;
	int64_t end = holding_period_end(s), ends = holding_ends_at(s), trial = js_int(s, "trial_end", 0);
	int64_t ended = js_int(s, "ended_at", 0), resumes = js_int_at(s, "pause_collection.resumes_at", 0);

	if (holding_is_status(s, "incomplete_expired"))
		return say(run, "Its first payment was never completed, so it has ended.");
	if (holding_is_over(s))
		return ended ? arena_format(arena, say(run, "It ended on %s."), run_date(run, ended))
			     : say(run, "It has ended.");
	if (holding_is_status(s, "incomplete"))
		return say(run, "Its first payment still has to be completed.");
	if (holding_is_status(s, "paused"))
		return say(
			run, "It is paused: the trial ended without a payment method. It goes on once one is added.");
	if (holding_is_status(s, "unpaid"))
		return say(run, "Its last invoices were not paid, so it is on hold.");
	if (ends)
		return arena_format(arena, say(run, "It is set to end on %s and won't renew."), run_date(run, ends));
	if (holding_is_status(s, "past_due"))
		return arena_format(arena,
			say(run, "The last payment did not go through. The current period ends on %s."),
			run_date(run, end));
	if (js_get(s, "pause_collection") && !js_is_null(s, "pause_collection"))
		return resumes ? arena_format(arena, say(run, "Payments are paused until %s."), run_date(run, resumes))
			       : say(run, "Payments are paused.");
	if (holding_is_status(s, "trialing") && trial)
		return arena_format(arena, say(run, "The trial runs until %s; the first payment is taken then."),
			run_date(run, trial));
	return end ? arena_format(arena, say(run, "It renews on %s."), run_date(run, end)) : say(run, "It is running.");
}

static void put_time(struct action_run *run, json_t *out, const char *key, int64_t at)
{
	js_put_text(out, key, at ? wording_iso(run->arena, at) : NULL);
}

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
	put_time(run, out, "started_at", js_int(s, "start_date", 0));
	put_time(run, out, "current_period_end", end);
	put_time(run, out, "renews_at", renews ? end : 0);
	put_time(run, out, "ends_at", holding_is_over(s) ? 0 : ends);
	put_time(run, out, "trial_end", holding_is_status(s, "trialing") ? js_int(s, "trial_end", 0) : 0);
	put_time(run, out, "ended_at", js_int(s, "ended_at", 0));
	return out;
}

/* Plan and prices as a heading: "Pro (49.00 USD per month)". */
static const char *heading(struct action_run *run, const json_t *s, const char *name)
{
	json_t *items = js_at(s, "items.data"), *item;
	const char *prices = "";
	size_t i;

	json_array_foreach(items, i, item) prices = arena_format(run->arena, "%s%s%s", prices, i ? " + " : "",
		price_text(run, js_get(item, "price"), js_int(item, "quantity", 1)));
	return arena_format(run->arena, "%s (%s)", name, prices);
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
	put_time(run, data, "changes_at", scheduled.at);
	text_format(&run->answer->message, say(run, " It changes to %s on %s."), scheduled.plan,
		run_date(run, scheduled.at));
	return true;
}

static bool tell_one(struct action_run *run, const struct holding *h, bool numbered, json_t *list)
{
	const json_t *s = h->subscription, *invoice;
	const char *name = holding_name(run, s), *link;
	struct text *message = &run->answer->message;
	json_t *data;

	if (!name)
		return false;
	data = subscription_data(run, h, name);
	json_array_append_new(list, data);
	text_format(message, "%s%s%s: %s. %s", message->length ? "\n" : "",
		numbered ? "- " : say(run, "Your subscription "), heading(run, s, name),
		say(run, js_text(s, "status") ? js_text(s, "status") : ""), outlook(run, s));
	if (!tell_scheduled(run, s, data))
		return false;
	if (!waits_for_money(s))
		return true;
	invoice = open_invoice(run, s);
	link = js_text(invoice, "hosted_invoice_url");
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
