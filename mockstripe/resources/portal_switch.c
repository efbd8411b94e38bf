/* SPDX-License-Identifier: MIT */
/*
 * Another plan, quantity or discount for a subscription in the portal: at once, or at the period's end where the
 * configuration says so. Source: Stripe docs "Configure the customer portal", "Customer portal deep links and flows".
 *
 * A change that has to be paid at once is made with payment_behavior=error_if_incomplete, which no page of Stripe's
 * says: a customer whose card is declined is told so and may try another one, and the plan is what it was.
 */
#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/billing/facts.h"
#include "resources/billing/sub.h"
#include "resources/coupon.h"
#include "resources/portal.h"
#include "resources/within.h"

/* ---- switching: what is allowed ---- */

static int check_quantity(struct call *call, json_t *features, const char *price, int64_t quantity)
{
	json_t *product, *rule;
	size_t i;

	json_array_foreach(js_at(features, "subscription_update.products"), i, product)
	{
		if (!portal_lists(json_object_get(product, "prices"), price))
			continue;
		rule = json_object_get(product, "adjustable_quantity");
		if (js_flag(rule, "enabled", false) &&
			(quantity < js_int(rule, "minimum", 1) || quantity > js_int(rule, "maximum", INT64_MAX)))
			return fail_invalid(call, NULL, "quantity",
				"The portal configuration does not allow a quantity of %lld for the price `%s`.",
				(long long)quantity, price);
	}
	return 0;
}

static int check_allowed(struct call *call, json_t *features, const char *what)
{
	if (portal_lists(js_at(features, "subscription_update.default_allowed_updates"), what))
		return 0;
	return fail_invalid(call, NULL, what,
		"This subscription cannot be updated because the portal configuration does not allow changes of the "
		"%s.",
		what);
}

static int check_choice(struct call *call, json_t *features, struct record *sub, const struct portal_choice *choice)
{
	const char *present = js_text_at(record_tree(sub), "items.data.0.price.id");

	if (choice->price && check_allowed(call, features, "price"))
		return -1;
	if (choice->price && !portal_offers(features, choice->price))
		return fail_invalid(call, NULL, "price",
			"This subscription cannot be updated because the price `%s` is not among the products of the "
			"portal "
			"configuration.",
			choice->price);
	if (choice->quantity &&
		(check_allowed(call, features, "quantity") ||
			check_quantity(call, features, choice->price ? choice->price : present, choice->quantity)))
		return -1;
	return choice->promotion_code ? check_allowed(call, features, "promotion_code") : 0;
}

/* ---- switching: now or later ---- */

/* A rough length, in days: enough to tell a shorter interval from a longer one. */
static int64_t days_of(const struct item_facts *item)
{
	static const int64_t days[] = { [CALENDAR_INTERVAL_DAY] = 1,
		[CALENDAR_INTERVAL_WEEK] = 7,
		[CALENDAR_INTERVAL_MONTH] = 30,
		[CALENDAR_INTERVAL_YEAR] = 365 };

	return days[item->interval] * item->interval_count;
}

struct swap {
	struct item_facts before, after;
};

/* 0, or -1 when a price cannot be read in the subscription's currency. */
static int read_exchange(struct call *call, struct record *sub, const struct portal_choice *choice, struct swap *out)
{
	const char *currency = js_text(record_tree(sub), "currency");
	json_t *item = js_at(record_tree(sub), "items.data.0");
	struct record *price;

	if (!item_read(call, &out->before, item, currency))
		return -1;
	out->after = out->before;
	price = choice->price ? account_get(call->account, choice->price, schema_find_object("price")) : NULL;
	if (price && !item_read_price(call, &out->after, price, currency))
		return -1;
	if (choice->quantity)
		out->after.quantity = decimal_of(choice->quantity);
	return item_total(call, &out->before) || item_total(call, &out->after) ? -1 : 0;
}

/* Whether one of the conditions of schedule_at_period_end holds. -1 on failure. */
static int waits_for_period_end(
	struct call *call, json_t *features, struct record *sub, const struct portal_choice *choice)
{
	json_t *condition;
	struct swap x = { 0 };
	size_t i;

	if (!json_array_size(js_at(features, "subscription_update.schedule_at_period_end.conditions")) ||
		sub_status_is(sub, "trialing"))
		return 0;
	if (read_exchange(call, sub, choice, &x))
		return -1;
	json_array_foreach(js_at(features, "subscription_update.schedule_at_period_end.conditions"), i, condition)
	{
		const char *type = js_text(condition, "type");

		if (text_is(type, "decreasing_item_amount") && decimal_compare(x.after.total, x.before.total) < 0)
			return 1;
		if (text_is(type, "shortening_interval") && days_of(&x.after) < days_of(&x.before))
			return 1;
	}
	return 0;
}

/* The promotion code by its id or as it is typed. NULL with the failure. */
static const char *code_id(struct call *call, struct record *session, const char *given)
{
	struct record *code = account_get(call->account, given, schema_find_object("promotion_code"));

	if (!code)
		code = promotion_code_typed(call, given, portal_customer_of(call, session));
	if (code)
		return code->id;
	fail_promotion_code_typed(call, given);
	return NULL;
}

static json_t *chosen_item(struct record *sub, const struct portal_choice *choice, bool with_id)
{
	json_t *item = json_object(), *present = js_at(record_tree(sub), "items.data.0");

	if (with_id)
		js_put(item, "id", json_object_get(present, "id"));
	if (choice->price)
		js_put_text(item, "price", choice->price);
	else if (!with_id)
		js_put(item, "price", js_at(present, "price.id"));
	if (choice->quantity)
		js_put_int(item, "quantity", choice->quantity);
	else if (!with_id && json_is_integer(json_object_get(present, "quantity")))
		js_put(item, "quantity", json_object_get(present, "quantity"));
	return item;
}

/* The discounts that the change brings: those that are there, and one more. NULL: it brings none. -1 on failure. */
static int chosen_discounts(
	struct call *call, struct record *session, struct record *sub, const struct portal_choice *choice, json_t **out)
{
	const char *code = NULL;

	*out = NULL;
	if (choice->promotion_code) {
		code = code_id(call, session, choice->promotion_code);
		if (!code)
			return -1;
	}
	if (!code && !choice->coupon)
		return 0;
	*out = portal_discounts(sub);
	if (choice->coupon)
		portal_add_discount(*out, "coupon", choice->coupon);
	if (code)
		portal_add_discount(*out, "promotion_code", code);
	return 0;
}

static json_t *phase_from(json_t *item, int64_t start, int64_t end)
{
	json_t *phase = json_object(), *items = json_array();

	json_array_append_new(items, item);
	js_put_new(phase, "items", items);
	js_put_int(phase, "start_date", start);
	if (end)
		js_put_int(phase, "end_date", end);
	js_put_text(phase, "proration_behavior", "none");
	return phase;
}

/* The running phase to the period's end, then one of the new kind, after which the subscription goes on by itself. */
static int schedule_change(struct call *call, struct record *sub, const struct portal_choice *choice, json_t *discounts)
{
	json_t *given = json_object(), *phases, *next;
	struct record *schedule;
	const struct portal_choice same = { 0 };
	int64_t end = sub_period_end(sub);

	js_put_text(given, "from_subscription", sub->id);
	schedule = call_within(call, "POST", "/v1/subscription_schedules", NULL, given);
	if (!schedule) {
		json_decref(discounts);
		return -1;
	}
	given = json_object();
	phases = json_array();
	json_array_append_new(phases, phase_from(chosen_item(sub, &same, false),
					      js_int_at(record_tree(schedule), "phases.0.start_date", 0), end));
	next = phase_from(chosen_item(sub, choice, false), end, 0);
	if (discounts)
		js_put_new(next, "discounts", discounts);
	json_array_append_new(phases, next);
	js_put_new(given, "phases", phases);
	js_put_text(given, "end_behavior", "release");
	if (!call_within(call, "POST", "/v1/subscription_schedules/{id}", schedule->id, given))
		return -1;
	js_put_flag(journal_edit_private(&call->journal, schedule), "portal", true);
	return 0;
}

/* ---- switching ---- */

static json_t *update_params(
	json_t *features, struct record *sub, const struct portal_choice *choice, json_t *discounts)
{
	const char *behavior = js_text_at(features, "subscription_update.proration_behavior");
	const char *trial = js_text_at(features, "subscription_update.trial_update_behavior");
	const char *anchor = js_text_at(features, "subscription_update.billing_cycle_anchor");
	json_t *given = json_object(), *items = json_array(), *entry;

	json_array_append_new(items, chosen_item(sub, choice, true));
	js_put_new(given, "items", items);
	js_put_text(given, "proration_behavior", behavior ? behavior : "none");
	js_put_text(given, "payment_behavior", "error_if_incomplete");
	if (anchor) {
		entry = json_object();
		js_put_text(entry, "type", anchor);
		js_put_new(given, "billing_cycle_anchor", entry);
	}
	if (sub_status_is(sub, "trialing") && text_is(trial, "end_trial"))
		js_put_text(given, "trial_end", "now");
	if (discounts)
		js_put_new(given, "discounts", discounts);
	return given;
}

/* preview: nothing is paid, and *invoice is the invoice of now, if there is one. *starts: 0, or when it begins. */
static int change(struct call *call, struct record *session, struct record *sub, const struct portal_choice *choice,
	bool preview, struct record **invoice, int64_t *starts)
{
	json_t *features = portal_features(call, session), *discounts, *given;
	int later;

	*invoice = NULL;
	*starts = 0;
	if (check_choice(call, features, sub, choice) || portal_unschedule(call, sub) ||
		chosen_discounts(call, session, sub, choice, &discounts))
		return -1;
	later = waits_for_period_end(call, features, sub, choice);
	if (later < 0) {
		json_decref(discounts);
		return -1;
	}
	if (later) {
		*starts = sub_period_end(sub);
		return schedule_change(call, sub, choice, discounts);
	}
	given = js_lent(&call->arena, update_params(features, sub, choice, discounts));
	return sub_update(call, sub, given, "", preview, invoice);
}

int portal_switch(struct call *call, struct record *session, const char *id, const struct portal_choice *choice)
{
	struct record *sub = portal_own_subscription(call, session, id, PORTAL_UPDATE), *invoice;
	int64_t starts;

	return sub ? change(call, session, sub, choice, false, &invoice, &starts) : -1;
}

struct portal_choice portal_confirm_choice(struct record *session)
{
	json_t *flow = js_at(record_tree(session), "flow.subscription_update_confirm");

	return (struct portal_choice) {
		.price = js_text_at(flow, "items.0.price"),
		.quantity = js_int_at(flow, "items.0.quantity", 0),
		.promotion_code = js_text_at(flow, "discounts.0.promotion_code"),
		.coupon = js_text_at(flow, "discounts.0.coupon"),
	};
}

int portal_confirm(struct call *call, struct record *session)
{
	const char *id = js_text_at(record_tree(session), "flow.subscription_update_confirm.subscription");
	struct portal_choice choice = portal_confirm_choice(session);
	struct record *sub, *invoice;
	int64_t starts;

	if (!id || !portal_flow(session))
		return fail_invalid(call, NULL, NULL,
			"There is nothing to confirm: create the portal session with "
			"flow_data[type]=subscription_update_confirm.");
	sub = portal_own_subscription(call, session, arena_text(&call->arena, id), PORTAL_UPDATE);
	return sub ? change(call, session, sub, &choice, false, &invoice, &starts) : -1;
}

int portal_foresee(struct call *call, struct record *session, const char *id, const struct portal_choice *choice,
	struct portal_forecast *out)
{
	struct record *sub = portal_own_subscription(call, session, id, PORTAL_UPDATE), *invoice;
	struct portal_forecast seen = { 0 };
	int64_t end;

	if (!sub || change(call, session, sub, choice, true, &invoice, &seen.starts))
		return -1;
	seen.currency = arena_text(&call->arena, js_text(record_tree(sub), "currency"));
	seen.due_now = invoice ? js_int(record_tree(invoice), "amount_due", 0) : 0;
	end = sub_period_end(sub);
	if (subscription_is_live(sub) && end > call->now && !js_int(record_tree(sub), "cancel_at", 0)) {
		call->now = end;
		subscription_schedule_first(call, sub);
		invoice = sub_renew(call, sub, end);
		if (!invoice)
			return -1;
		seen.next_total = js_int(record_tree(invoice), "amount_due", 0);
		seen.next_at = end;
	}
	*out = seen;
	return 0;
}
