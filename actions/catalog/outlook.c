/* SPDX-License-Identifier: MIT */
#include "actions/catalog/holdings.h"

#include "base/json.h"

/* A subscription in a sentence or two: what it is, what it costs, how it stands, what happens next. */

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

const char *holding_text(struct action_run *run, const json_t *subscription, const char *name)
{
	const char *status = js_text(subscription, "status");

	return arena_format(run->arena, "%s: %s. %s", heading(run, subscription, name), say(run, status ? status : ""),
		outlook(run, subscription));
}

const char *holding_pay_link(struct action_run *run, const json_t *subscription)
{
	json_t *params, *body, *invoice;

	if (!holding_is_status(subscription, "past_due") && !holding_is_status(subscription, "unpaid") &&
		!holding_is_status(subscription, "incomplete"))
		return NULL;
	params = run_own(run, json_object());
	js_put_text(params, "customer", run->account.customer);
	js_put_text(params, "subscription", js_text(subscription, "id"));
	js_put_text(params, "status", "open");
	js_put_int(params, "limit", 1);
	body = run_get(run, "/v1/invoices", params);
	invoice = json_array_get(js_get(body, "data"), 0);
	return invoice && run_owns(run, invoice) ? js_text(invoice, "hosted_invoice_url") : NULL;
}
