/* SPDX-License-Identifier: MIT */
/*
 * Ends and pauses of subscriptions in the portal, and the way back from them. Source: Stripe docs "Customer portal",
 * "Configure the customer portal", "Customer portal deep links and flows".
 */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/billing/sub.h"
#include "resources/portal.h"
#include "resources/within.h"

struct record *portal_own_subscription(struct call *call, struct record *session, const char *id, enum portal_use use)
{
	return portal_subscription(
		call, portal_customer_of(call, session), portal_features(call, session), id, use, "subscription");
}

/* Takes given; parts of it may be borrowed until the call's end. */
static int update(struct call *call, struct record *sub, json_t *given)
{
	struct record *invoice;

	return sub_update(call, sub, js_lent(&call->arena, given), "", false, &invoice);
}

/* ---- what the portal has scheduled ---- */

struct record *portal_schedule(struct call *call, struct record *sub)
{
	struct record *schedule = account_find(call->account, js_text(record_tree(sub), "schedule"));

	return schedule && js_flag(record_private(schedule), "portal", false) ? schedule : NULL;
}

int portal_unschedule(struct call *call, struct record *sub)
{
	struct record *schedule = portal_schedule(call, sub);

	if (!schedule)
		return 0;
	return call_within(call, "POST", "/v1/subscription_schedules/{id}/release", schedule->id, json_object()) ? 0
														 : -1;
}

/* ---- canceling ---- */

static int cancel_now(struct call *call, struct record *sub, json_t *details, const char *behavior)
{
	struct record *invoice;
	json_t *draft = js_own(journal_edit(&call->journal, sub), "cancellation_details");
	bool prorate = behavior && strcmp(behavior, "none");

	json_object_update(draft, details);
	json_decref(details);
	return sub_cancel(call, sub, prorate, prorate && !strcmp(behavior, "always_invoice"), &invoice);
}

static int check_reason(struct call *call, json_t *settings, const char *feedback, const char *comment)
{
	json_t *reason = json_object_get(settings, "cancellation_reason");

	if (!js_flag(reason, "enabled", false) && (feedback || comment))
		return fail_invalid(call, NULL, feedback ? "feedback" : "comment",
			"The portal configuration does not ask for a cancellation reason.");
	if (feedback && !portal_lists(json_object_get(reason, "options"), feedback))
		return fail_invalid(call, NULL, "feedback",
			"The portal configuration does not offer the cancellation reason `%s`.", feedback);
	return 0;
}

int portal_cancel(struct call *call, struct record *session, const char *id, const char *feedback, const char *comment)
{
	json_t *settings = json_object_get(portal_features(call, session), "subscription_cancel"), *given, *details;
	struct record *sub = portal_own_subscription(call, session, id, PORTAL_CANCEL);
	const char *mode = js_text(settings, "mode");

	if (!sub || check_reason(call, settings, feedback, comment) || portal_unschedule(call, sub))
		return -1;
	details = json_object();
	if (feedback)
		js_put_text(details, "feedback", feedback);
	if (comment)
		js_put_text(details, "comment", comment);
	if (text_is(mode, "immediately"))
		return cancel_now(call, sub, details, js_text(settings, "proration_behavior"));
	given = json_object();
	js_put_new(given, "cancellation_details", details);
	if (subscription_is_flexible(sub))
		js_put_text(given, "cancel_at", "max_period_end");
	else
		js_put_flag(given, "cancel_at_period_end", true);
	return update(call, sub, given);
}

json_t *portal_discounts(struct record *sub)
{
	json_t *list = json_array(), *one, *entry;
	size_t i;

	json_array_foreach(json_object_get(record_tree(sub), "discounts"), i, one)
	{
		entry = json_object();
		js_put(entry, "discount", one);
		json_array_append_new(list, entry);
	}
	return list;
}

void portal_add_discount(json_t *list, const char *kind, const char *id)
{
	json_t *entry = json_object();

	js_put_text(entry, kind, id);
	json_array_append_new(list, entry);
}

int portal_stay(struct call *call, struct record *session, const char *id)
{
	json_t *flow = js_at(record_tree(session), "flow.subscription_cancel"), *given, *discounts;
	const char *of = js_text(flow, "subscription"), *coupon = js_text_at(flow, "retention.coupon_offer.coupon");
	struct record *sub = portal_own_subscription(call, session, id, PORTAL_CANCEL);

	if (!sub)
		return -1;
	if (!coupon || !of || strcmp(of, id))
		return fail_invalid(call, NULL, NULL,
			"There is no retention offer for this subscription: create the portal session with "
			"flow_data[subscription_cancel][retention].");
	if (!portal_flow(session))
		return fail_invalid(call, NULL, NULL, "The retention offer of this portal session is used up.");
	discounts = portal_discounts(sub);
	portal_add_discount(discounts, "coupon", coupon);
	given = json_object();
	js_put_new(given, "discounts", discounts);
	return update(call, sub, given);
}

int portal_renew(struct call *call, struct record *session, const char *id)
{
	struct record *sub = account_get(call->account, id, sub_type());
	const char *of = js_text(record_tree(sub), "customer");
	json_t *given;

	if (!sub || !of || strcmp(of, js_text(record_tree(session), "customer")))
		return fail_no_such_param(call, sub_type(), id, "subscription");
	if (portal_schedule(call, sub))
		return portal_unschedule(call, sub);
	if (!subscription_is_live(sub) || !json_is_integer(json_object_get(record_tree(sub), "cancel_at")))
		return fail_invalid(call, NULL, "subscription", "This subscription is not set to be canceled.");
	given = json_object();
	if (js_flag(record_tree(sub), "cancel_at_period_end", false))
		js_put_flag(given, "cancel_at_period_end", false);
	else
		js_put_null(given, "cancel_at");
	return update(call, sub, given);
}

/* ---- pausing ---- */

/* The moment after that span of time, when the configuration offers it; 0 for no end. -1 with the failure. */
static int64_t pause_end(struct call *call, json_t *features, const char *interval, int64_t count)
{
	json_t *duration = js_at(features, "subscription_pause.duration"), *option;
	const char *type = js_text(duration, "type");
	enum calendar_interval unit;
	int64_t at;
	size_t i;

	if (!type || strcmp(type, "interval_options")) {
		if (!interval)
			return 0;
		return fail_invalid(call, NULL, "interval",
			"The portal configuration lets customers pause without an end only: leave `interval` out.");
	}
	if (!interval)
		return fail_missing_param(call, "interval");
	json_array_foreach(json_object_get(duration, "interval_options"), i, option)
	{
		const char *own = js_text(option, "interval");

		if (text_is(own, interval) && js_int(option, "interval_count", 1) == count &&
			calendar_interval_parse(interval, &unit) && calendar_add(call->now, unit, count, &at))
			return at;
	}
	return fail_invalid(call, NULL, "interval",
		"The portal configuration does not offer to pause for %lld times one `%s`.", (long long)count,
		interval);
}

int portal_pause(struct call *call, struct record *session, const char *id, const char *interval, int64_t count)
{
	struct record *sub = portal_own_subscription(call, session, id, PORTAL_PAUSE);
	int64_t until;
	json_t *private;

	if (!sub)
		return -1;
	until = pause_end(call, portal_features(call, session), interval, count);
	if (until < 0 || !call_within(call, "POST", "/v1/subscriptions/{id}/pause", sub->id, json_object()))
		return -1;
	private = journal_edit_private(&call->journal, session);
	if (until) {
		js_put_int(private, "due", until);
		js_put_text(private, "resumes", sub->id);
	}
	return 0;
}

/* Whoever may pause may go on. */
int portal_resume(struct call *call, struct record *session, const char *id)
{
	struct record *sub = account_get(call->account, id, sub_type());
	const char *of = js_text(record_tree(sub), "customer");

	if (!sub || !of || strcmp(of, js_text(record_tree(session), "customer")))
		return fail_no_such_param(call, sub_type(), id, "subscription");
	if (!portal_allows(portal_features(call, session), "subscription_pause"))
		return fail_invalid(call, NULL, "subscription",
			"This subscription cannot be resumed because the subscription pause feature in the portal "
			"configuration is disabled.");
	return call_within(call, "POST", "/v1/subscriptions/{id}/resume", id, json_object()) ? 0 : -1;
}

void portal_wake(struct call *call, struct record *session)
{
	json_t *private = journal_edit_private(&call->journal, session);
	struct record *sub = account_find(call->account, js_text(private, "resumes"));

	json_object_del(private, "due");
	json_object_del(private, "resumes");
	if (sub && sub_status_is(sub, "paused"))
		call_within(call, "POST", "/v1/subscriptions/{id}/resume", sub->id, json_object());
}
