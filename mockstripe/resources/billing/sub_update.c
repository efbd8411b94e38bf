/* SPDX-License-Identifier: MIT */
/*
 * Updating and canceling. Source: Stripe docs "Modify subscriptions", "Prorations", "Billing mode", "Set the
 * subscription billing renewal date", "Cancel subscriptions", "Free trials".
 */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/sub_update.h"
#include "resources/check.h"
#include "resources/discount.h"
#include "resources/payments/pay.h"

/* ---- what may be changed at all ---- */

static bool only(const struct update *u, const char *const *names)
{
	const char *key;
	json_t *value;

	json_object_foreach(u->given, key, value)
	{
		bool found = !strcmp(key, "expand");

		for (const char *const *n = names; *n; n++)
			found |= !strcmp(key, *n);
		if (!found)
			return false;
	}
	return true;
}

static int check_state(struct update *u)
{
	static const char *const of_canceled[] = { "cancellation_details", "metadata", NULL };
	static const char *const of_incomplete[] = { "metadata", "description", "default_payment_method",
		"default_source", "payment_settings", "cancellation_details", NULL };
	struct record *sub = u->c.sub;

	if (sub_check_pending_interval(u->call, u->given) ||
		sub_check_billing_schedules(u->call, u->given, update_name(u, "billing_schedules")))
		return -1;
	if (!subscription_is_live(sub) && !only(u, of_canceled))
		return fail_invalid(u->call, "invalid_canceled_subscription_fields", NULL,
			"A canceled subscription can only update its cancellation_details and metadata.");
	if (sub_status_is(sub, "incomplete") && !only(u, of_incomplete))
		return fail_invalid(u->call, NULL, NULL,
			"This subscription is incomplete: until its first invoice is paid, only its metadata, "
			"description and "
			"default_payment_method can be updated.");
	if (!u->phase && js_text(record_tree(sub), "schedule") &&
		(update_given(u, "cancel_at") || update_given(u, "cancel_at_period_end")))
		return fail_invalid(u->call, NULL, NULL,
			"The subscription is managed by the subscription schedule `%s`, and updating any cancelation "
			"behavior "
			"directly is not allowed. Please update the schedule instead.",
			js_text(record_tree(sub), "schedule"));
	if (js_int_at(u->given, "pause_collection.resumes_at", u->call->now + 1) <= u->call->now)
		return fail_invalid(u->call, NULL, update_name(u, "pause_collection[resumes_at]"),
			"Invalid timestamp: must be an integer Unix timestamp in the future.");
	if (update_given(u, "cancel_at") && update_given(u, "cancel_at_period_end"))
		return fail_invalid(u->call, NULL, NULL,
			"You may only specify one of these parameters: cancel_at, cancel_at_period_end.");
	return 0;
}

/* ---- the plain fields ---- */

static void apply_cancel(struct update *u, json_t *draft)
{
	json_t *details;

	if (!u->moves_end)
		return;
	details = js_own(draft, "cancellation_details");
	js_put_flag(draft, "cancel_at_period_end", js_flag(u->given, "cancel_at_period_end", false));
	if (u->c.cancel_at) {
		js_put_int(draft, "cancel_at", u->c.cancel_at);
		js_put_int(draft, "canceled_at", u->call->now);
		js_put_text(details, "reason", "cancellation_requested");
	} else {
		js_put_null(draft, "cancel_at");
		js_put_null(draft, "canceled_at");
		js_put_null(details, "reason");
		js_put_null(details, "comment");
		js_put_null(details, "feedback");
	}
}

static int apply_discounts(struct update *u, json_t *draft)
{
	struct discount_owner owner = {
		.customer = u->c.customer, .subscription = u->c.sub->id, .currency = u->c.currency, .no_minimum = true
	};
	json_t *ids;

	if (!update_given(u, "discounts"))
		return 0;
	ids = discounts_redeem(u->call, json_object_get(u->given, "discounts"), &owner,
		json_object_get(draft, "discounts"), update_name(u, "discounts"));
	if (!ids)
		return -1;
	js_put_new(draft, "discounts", ids);
	return 0;
}

static int apply_collection(struct update *u, json_t *draft)
{
	struct call *call = u->call;
	const char *method = js_text(u->given, "collection_method");
	bool sends = !strcmp(method ? method : js_text(draft, "collection_method"), "send_invoice");

	if (sends && !js_int(draft, "days_until_due", 0) && !js_int(u->given, "days_until_due", 0) && method)
		return fail_invalid(call, NULL, NULL,
			"If invoice collection method is 'send_invoice', you must specify 'due_date' or "
			"'days_until_due'.");
	if (!sends && js_int(u->given, "days_until_due", 0))
		return fail_invalid(call, NULL, NULL,
			"You can only specify 'due_date' or 'days_until_due' if invoice collection method is "
			"'send_invoice'.");
	if (!sends && method)
		js_put_null(draft, "days_until_due");
	return 0;
}

static int apply_fields(struct update *u)
{
	static const char *const by_hand[] = { "items", "discounts", "default_tax_rates", "trial_end", "cancel_at",
		"cancel_at_period_end", "billing_cycle_anchor", "cancellation_details", "add_invoice_items",
		"billing_schedules", NULL };
	struct call *call = u->call;
	json_t *draft = journal_edit(&call->journal, u->c.sub);
	const char *method = js_text(u->given, "default_payment_method");
	json_t *details = json_object_get(u->given, "cancellation_details");
	static const char *const told[] = { "comment", "feedback" };

	if (method && !method_attached(call, method, u->c.customer, "default_payment_method"))
		return -1;
	if (u->given == call->params && params_apply(call, draft, sub_type(), by_hand))
		return -1;
	if (json_object_get(u->given, "default_payment_method"))
		js_put_text(draft, "default_payment_method", method);
	if (update_given(u, "default_tax_rates")) {
		json_t *rates = tax_rates_of(
			call, json_object_get(u->given, "default_tax_rates"), update_name(u, "default_tax_rates"));

		if (call->fail.status)
			return -1;
		js_put_new(draft, "default_tax_rates", rates ? json_incref(rates) : json_array());
	}
	for (size_t i = 0; i < COUNT_OF(told); i++)
		if (json_object_get(details, told[i]))
			js_put(js_own(draft, "cancellation_details"), told[i], json_object_get(details, told[i]));
	apply_cancel(u, draft);
	if (update_given(u, "pending_invoice_item_interval"))
		sub_set_pending_interval(draft, call->now);
	return apply_collection(u, draft) || apply_discounts(u, draft) ? -1 : 0;
}

/* ---- the whole ---- */

static void write_trial(struct update *u)
{
	json_t *draft = journal_edit(&u->call->journal, u->c.sub);

	if (u->c.restarts || u->new_anchor)
		js_put_int(draft, "billing_cycle_anchor", u->c.anchor);
	if (u->ends_trial) {
		js_put_text(draft, "status", "active");
		js_put_int(draft, "trial_end", u->call->now);
	}
	if (u->starts_trial) {
		if (!sub_status_is(u->c.sub, "trialing") && (u->c.flexible || !js_int(draft, "trial_start", 0)))
			js_put_int(draft, "trial_start", u->call->now);
		js_put_text(draft, "status", "trialing");
		js_put_int(draft, "trial_end", u->trial_end);
		json_object_del(js_own(draft, PRIVATE_KEY), "trial_told");
	}
}

static int gather(struct update *u)
{
	struct sub_change *c = &u->c;

	if (update_given(u, "items") && sub_items_wanted(c, json_object_get(u->given, "items"),
						arena_text(&u->call->arena, update_name(u, "items"))))
		return -1;
	c->behavior = sub_behavior_of(js_text(u->given, "proration_behavior"));
	return update_times(u);
}

static int add_one_time_items(struct update *u)
{
	size_t i;
	json_t *entry;

	json_array_foreach(json_object_get(u->given, "add_invoice_items"), i, entry)
	{
		if (sub_add_invoice_item(&u->c, entry,
			    arena_format(&u->call->arena, "%s[%zu]", update_name(u, "add_invoice_items"), i)))
			return -1;
	}
	return 0;
}

/* A mere reset of the anchor: in flexible mode its lines wait for the next invoice unless one is asked for. */
static bool waits(const struct update *u)
{
	const struct sub_change *c = &u->c;

	if (!c->flexible || !u->resets_anchor || u->ends_trial || u->starts_trial || c->behavior != CREATE_PRORATIONS)
		return false;
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].changed)
			return false;
	return true;
}

/* Whether the change makes an invoice of the moment, and what it lists beside the pending items. */
static int lines_of_now(struct update *u, bool *now)
{
	struct sub_change *c = &u->c;

	*now = c->restarts ? !waits(u) : c->behavior == ALWAYS_INVOICE && c->prorations > 0;
	if (!c->restarts)
		return 0;
	if (u->starts_trial) {
		for (size_t i = 0; i < c->n; i++)
			if (c->items[i].has_new)
				item_trial_line(u->call, &c->items[i].new, c->sub, c->flexible, c->items[i].new.period,
					&c->lines);
		return u->call->fail.status ? -1 : 0;
	}
	if (sub_full_lines(c))
		return -1;
	if (waits(u))
		sub_lines_pending(c);
	return 0;
}

static int begin(struct update *u, struct record *sub)
{
	if (sub_change_begin(u->call, &u->c, sub) || check_state(u))
		return -1;
	u->old_period = (struct span) { u->call->now, u->call->now };
	for (size_t i = 0; i < u->c.n; i++)
		if (u->c.items[i].old.period.from < u->old_period.from)
			u->old_period.from = u->c.items[i].old.period.from;
	return gather(u);
}

/* The trial is ended by hand, nothing can be charged, and its settings say what then. */
static bool ends_without_method(struct update *u)
{
	if (!u->ends_trial)
		return false;
	js_put_int(journal_edit(&u->call->journal, u->c.sub), "trial_end", u->call->now);
	return sub_trial_ends_here(u->call, u->c.sub);
}

static int invoice_now(struct update *u, enum pay_behavior pay, struct record **invoice)
{
	const char *reason = u->ends_trial ? "subscription_cycle" : "subscription_update";

	return sub_invoice_now(&u->c, reason, u->old_period, pay, invoice);
}

static int change(struct call *call, struct record *sub, json_t *given_tree, const char *prefix, bool preview,
	bool phase, struct record **invoice)
{
	struct update *u = arena_alloc(&call->arena, sizeof *u);
	enum pay_behavior pay = preview || call->discard ? DEFAULT_INCOMPLETE
							 : pay_behavior_of(js_text(given_tree, "payment_behavior"));
	bool now = false, waiting = pay == PENDING_IF_INCOMPLETE;
	struct sub_kept kept;

	*u = (struct update) { .call = call, .given = given_tree, .prefix = prefix, .phase = phase };
	*invoice = NULL;
	if (begin(u, sub) || (waiting && sub_pending_check(&u->c, given_tree, prefix)))
		return -1;
	u->c.by_schedule = phase && call->automatic;
	if ((update_given(u, "items") || u->c.restarts) && sub_pending_replace(call, sub))
		return -1;
	if (waiting)
		sub_pending_keep(&u->c, &kept);
	u->c.quiet = u->c.behavior == ALWAYS_INVOICE || (u->c.restarts && !waits(u));
	if (apply_fields(u))
		return -1;
	if (!preview && ends_without_method(u))
		return 0;
	/* Credits are worked out on the items as they were; the new side needs its records first. */
	if (sub_items_store(&u->c))
		return -1;
	write_trial(u);
	if (sub_prorate(&u->c) || add_one_time_items(u) || lines_of_now(u, &now))
		return -1;
	journal_freeze_all(&call->journal);
	if (now && invoice_now(u, pay, invoice))
		return -1;
	if (waiting)
		sub_pending_settle(&u->c, &kept, given_tree, *invoice);
	sub_changed(call, sub);
	sub_announce_items(&u->c);
	return 0;
}

int sub_update(struct call *call, struct record *sub, json_t *given_tree, const char *prefix, bool preview,
	struct record **invoice)
{
	return change(call, sub, given_tree, prefix, preview, false, invoice);
}

int sub_update_phase(struct call *call, struct record *sub, json_t *given_tree, struct record **invoice)
{
	return change(call, sub, given_tree, "", false, true, invoice);
}

int sub_update_settled(struct call *call, struct record *sub, json_t *given_tree, json_t *new_ids, int64_t at,
	struct sub_change **change)
{
	struct update *u = arena_alloc(&call->arena, sizeof *u);
	int64_t now = call->now;
	size_t next = 0;
	int result;

	*u = (struct update) { .call = call, .given = given_tree, .prefix = "" };
	*change = &u->c;
	call->now = at; /* periods run from when they were billed */
	result = begin(u, sub);
	u->c.behavior = NO_PRORATIONS;
	for (size_t i = 0; !result && i < u->c.n; i++)
		if (!u->c.items[i].has_old)
			u->c.items[i].id = json_string_value(json_array_get(new_ids, next++));
	if (!result)
		result = apply_fields(u) || sub_items_store(&u->c) ? -1 : 0;
	if (!result)
		write_trial(u);
	call->now = now;
	return result;
}
