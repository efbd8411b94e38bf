/* SPDX-License-Identifier: MIT */
/* The subscription routes. Behaviour: sub_create.c, sub_update.c, sub_due.c; arithmetic: sub_prorate.c. */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/billing/sub_pause.h"
#include "resources/discount.h"
#include "resources/entitlement.h"
#include "resources/generic.h"

static struct record *path_sub(struct call *call)
{
	struct record *sub = path_record(call, 0, sub_type());

	if (sub)
		call_use_clock(call, sub);
	return sub;
}

static int route_update(struct call *call)
{
	struct record *sub = path_sub(call), *invoice;

	if (!sub || sub_update(call, sub, call->params, "", false, &invoice))
		return -1;
	return answer_record(call, sub);
}

static int route_cancel(struct call *call)
{
	struct record *sub = path_sub(call), *invoice;
	json_t *details, *draft;

	if (!sub)
		return -1;
	if (!subscription_is_live(sub))
		return fail_no_such(call, sub_type(), sub->id);
	details = param(call, "cancellation_details");
	if (json_is_object(details)) {
		static const char *const told[] = { "comment", "feedback" };

		draft = js_own(journal_edit(&call->journal, sub), "cancellation_details");
		for (size_t i = 0; i < 2; i++)
			if (json_object_get(details, told[i]))
				js_put(draft, told[i], json_object_get(details, told[i]));
	}
	if (sub_cancel(call, sub, param_flag(call, "prorate", false), param_flag(call, "invoice_now", false), &invoice))
		return -1;
	return answer_record(call, sub);
}

static int route_resume(struct call *call)
{
	struct record *sub = path_sub(call), *invoice;

	if (!sub || sub_resume(call, sub, call->params, &invoice))
		return -1;
	return answer_record(call, sub);
}

static int route_pause(struct call *call)
{
	struct record *sub = path_sub(call), *invoice;

	if (!sub)
		return -1;
	if (js_text(record_tree(sub), "schedule"))
		return fail_invalid(call, NULL, NULL,
			"The subscription is managed by the subscription schedule `%s` and cannot be paused directly. "
			"Use the schedule's pause_schedules instead.",
			js_text(record_tree(sub), "schedule"));
	if (sub_pause(call, sub, call->params, &invoice))
		return -1;
	return answer_record(call, sub);
}

static int route_migrate(struct call *call)
{
	struct record *sub = path_sub(call);
	json_t *mode;
	const char *discounts = param_text_at(call, "billing_mode.flexible.proration_discounts");

	if (!sub)
		return -1;
	if (!discounts)
		discounts = subscription_itemizes(sub) ? "itemized" : "included";
	if (subscription_is_flexible(sub) && (subscription_itemizes(sub) || strcmp(discounts, "itemized")))
		return fail_invalid(call, NULL, NULL,
			"The subscription is already in flexible billing mode. Only its proration_discounts can still "
			"be migrated, from `included` to `itemized`.");
	mode = billing_mode_body(true, discounts);
	js_put_int(mode, "updated_at", call->now);
	js_put_new(journal_edit(&call->journal, sub), "billing_mode", mode);
	emit_changed(call, "customer.subscription.updated", sub);
	return answer_record(call, sub);
}

/* The first discount of the subscription is taken off; the answer is its deleted form. */
static int route_delete_discount(struct call *call)
{
	struct record *sub = path_sub(call), *discount;
	json_t *ids, *stub;

	if (!sub)
		return -1;
	ids = json_object_get(record_tree(sub), "discounts");
	discount = discount_find(call, json_string_value(json_array_get(ids, 0)));
	if (!discount)
		return fail_status(
			call, 404, "resource_missing", "id", "No active discount for subscription: %s", sub->id);
	discounts_end(call, ids);
	js_put_new(journal_edit(&call->journal, sub), "discounts", json_array());
	emit_changed(call, "customer.subscription.updated", sub);
	stub = json_copy(record_tree(discount));
	js_put_flag(stub, "deleted", true);
	json_object_del(stub, "end"); /* the deleted form has none */
	json_object_del(stub, PRIVATE_KEY);
	return answer_tree(call, stub, schema_find_object("discount"));
}

/* Canceled ones are left out unless asked for; "ended" is canceled and incomplete_expired together. */
static bool match_status(struct call *call, struct record *r, json_t *wanted)
{
	const char *status = json_string_value(wanted);
	bool ended = !subscription_is_live(r);

	(void)call;
	if (!status)
		return !sub_status_is(r, "canceled");
	if (!strcmp(status, "all"))
		return true;
	return !strcmp(status, "ended") ? ended : sub_status_is(r, status);
}

/* Objects on test clocks appear only when they are asked for by clock or customer. */
static bool match_clock(struct call *call, struct record *r, json_t *wanted)
{
	const char *clock = js_text(record_tree(r), "test_clock");

	if (wanted)
		return text_is(clock, json_string_value(wanted) ? json_string_value(wanted) : "");
	return !clock || param_given(call, "customer");
}

static void fill(struct call *call, json_t *body)
{
	json_t *payment = json_object(), *trial = json_object(), *end = json_object(), *managed = json_object();
	json_t *settings = js_own(body, "invoice_settings"), *issuer = json_object();

	js_put_text(body, "collection_method", "charge_automatically");
	js_put_text(body, "status", "active");
	js_put_int(body, "start_date", call->now);
	js_put_null(payment, "payment_method_options");
	js_put_null(payment, "payment_method_types");
	js_put_text(payment, "save_default_payment_method", "off");
	js_put_new(body, "payment_settings", payment);
	js_put_null(end, "billing_cycle_anchor");
	js_put_text(end, "missing_payment_method", "create_invoice");
	js_put_new(trial, "end_behavior", end);
	js_put_new(body, "trial_settings", trial);
	js_put_flag(managed, "enabled", false);
	js_put_new(body, "managed_payments", managed);
	js_put_text(issuer, "type", "self");
	js_put_new(settings, "issuer", issuer);
	js_put_new(body, "items",
		list_object(json_array(), arena_format(&call->arena, "/v1/subscription_items?subscription=%s",
						  js_text(body, "id") ? js_text(body, "id") : "")));
	json_t *details = json_object();

	js_put_null(details, "comment");
	js_put_null(details, "feedback");
	js_put_null(details, "feedback_option");
	js_put_null(details, "reason");
	js_put_new(body, "cancellation_details", details);
	js_put_new(body, "default_tax_rates", json_array());
}

static const struct resource_route routes[] = {
	{ "POST", "/v1/subscriptions", sub_create },
	{ "POST", "/v1/subscriptions/{id}", route_update },
	{ "DELETE", "/v1/subscriptions/{id}", route_cancel },
	{ "POST", "/v1/subscriptions/{id}/resume", route_resume },
	{ "POST", "/v1/subscriptions/{id}/pause", route_pause },
	{ "POST", "/v1/subscriptions/{id}/migrate", route_migrate },
	{ "DELETE", "/v1/subscriptions/{id}/discount", route_delete_discount },
	{ 0 },
};

static const struct resource_filter filters[] = {
	{ .param = SUB_LIVE, .path = PRIVATE_KEY ".live" },
	{ .param = LIST_CLOCK, .path = "test_clock" },
	{ .param = "price", .path = "items.data.[].price.id" },
	{ .param = "plan", .path = "items.data.[].plan.id" },
	{ .param = "current_period_end", .path = "items.data.[].current_period_end", .unindexed = true },
	{ .param = "current_period_start", .path = "items.data.[].current_period_start", .unindexed = true },
	{ .param = "automatic_tax.enabled", .path = "automatic_tax.enabled", .unindexed = true },
	{ .param = "status", .match = match_status },
	{ .param = "test_clock", .match = match_clock },
	{ 0 },
};

const struct resource subscription_resource = {
	.name = "Subscription",
	.routes = routes,
	.filters = filters,
	.fill = fill,
	.on_due = sub_on_due,
	.adopt = sub_adopt,
	.on_event = entitlements_follow,
};
