/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/shape.h"
#include "api/versions.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/sub_pause.h"

#define TRIAL_NOTICE INT64_C(259200)	  /* trial_will_end comes three days before the end */
#define INCOMPLETE_SECONDS INT64_C(82800) /* 23 hours to pay the first invoice */
#define LONGEST_TRIAL (730 * INT64_C(86400))

const struct schema_resource *sub_type(void)
{
	return schema_find_object("subscription");
}

const struct schema_resource *sub_item_type(void)
{
	return schema_find_object("subscription_item");
}

const char *sub_status(struct record *sub)
{
	const char *status = js_text(record_tree(sub), "status");

	return status ? status : "";
}

bool sub_status_is(struct record *sub, const char *status)
{
	return !strcmp(sub_status(sub), status);
}

bool subscription_is_live(struct record *sub)
{
	return !sub_status_is(sub, "canceled") && !sub_status_is(sub, "incomplete_expired");
}

bool subscription_is_flexible(struct record *sub)
{
	const char *mode = js_text_at(record_tree(sub), "billing_mode.type");

	return text_is(mode, "flexible");
}

bool subscription_itemizes(struct record *sub)
{
	const char *discounts = js_text_at(record_tree(sub), "billing_mode.flexible.proration_discounts");

	return text_is(discounts, "itemized");
}

bool billing_mode_wanted(struct call *call)
{
	const char *mode = param_text_at(call, "billing_mode.type");

	return mode ? !strcmp(mode, "flexible") : version_at_least(call->version, "2025-09-30");
}

json_t *billing_mode_body(bool flexible, const char *discounts)
{
	json_t *mode = json_object(), *details = json_null();

	if (flexible) {
		details = json_object();
		js_put_text(details, "proration_discounts", discounts ? discounts : "included");
	}
	js_put_new(mode, "flexible", details);
	js_put_text(mode, "type", flexible ? "flexible" : "classic");
	return mode;
}

struct record *subscription_customer(struct call *call, struct record *sub)
{
	return account_find(call->account, js_text(record_tree(sub), "customer"));
}

size_t sub_item_records(struct call *call, struct record *sub, struct record *out[SUB_ITEMS])
{
	json_t *data = js_at(record_tree(sub), "items.data");
	size_t n = 0, i;
	json_t *item;

	json_array_foreach(data, i, item)
	{
		struct record *r = account_find(call->account, js_text(item, "id"));

		if (r && !r->deleted && n < SUB_ITEMS)
			out[n++] = r;
	}
	return n;
}

int sub_change_begin(struct call *call, struct sub_change *c, struct record *sub)
{
	struct record *items[SUB_ITEMS];
	json_t *tree = record_tree(sub);

	/* One by one: the room for lines and items is large, and zeroed already. */
	c->call = call;
	c->sub = sub;
	c->customer = subscription_customer(call, sub);
	c->currency = js_text(tree, "currency");
	c->flexible = subscription_is_flexible(sub);
	c->itemized = subscription_itemizes(sub);
	c->anchor = js_int(tree, "billing_cycle_anchor", call->now);
	c->old_anchor = js_int(tree, "billing_cycle_anchor", call->now);
	c->cancel_at = js_int(tree, "cancel_at", 0);
	c->at = call->now;
	c->worthless = sub_status_is(sub, "trialing");
	c->n = sub_item_records(call, sub, items);
	for (size_t i = 0; i < c->n; i++) {
		if (!item_read(call, &c->items[i].old, record_tree(items[i]), c->currency))
			return -1;
		c->items[i].new = c->items[i].old;
		c->items[i].has_old = c->items[i].has_new = true;
	}
	return 0;
}

struct cycle sub_cycle(const struct sub_change *c, const struct item_facts *item)
{
	return (struct cycle) { c->anchor, item->interval, item->interval_count };
}

int sub_set_period(const struct sub_change *c, struct item_facts *item, int64_t from)
{
	struct cycle cycle = sub_cycle(c, item);

	item->period.from = from;
	if (!cycle_next(&cycle, from, &item->period.to))
		return fail_invalid(c->call, NULL, NULL, "The next billing date would lie beyond the year 9999.");
	if (c->cancel_at > from && c->cancel_at < item->period.to)
		item->period.to = c->cancel_at;
	return 0;
}

struct span sub_natural(const struct item_facts *item, int64_t anchor)
{
	struct cycle cycle = { anchor, item->interval, item->interval_count };
	struct span whole;
	bool part = cycle_period(&cycle, item->period.from, &whole) && item->period.to <= whole.to &&
		    (item->period.from == whole.from || item->period.to == whole.to);

	return part ? whole : item->period;
}

static int64_t period_end(struct record *sub, bool latest)
{
	int64_t found = 0;
	size_t i;
	json_t *item;

	json_array_foreach(js_at(record_tree(sub), "items.data"), i, item)
	{
		int64_t end = js_int(item, "current_period_end", 0);

		if (!found || (latest ? end > found : end < found))
			found = end;
	}
	return found;
}

int64_t sub_period_end(struct record *sub)
{
	return period_end(sub, false);
}

int64_t sub_latest_period_end(struct record *sub)
{
	return period_end(sub, true);
}

static void sooner(int64_t *due, int64_t at)
{
	if (at && (!*due || at < *due))
		*due = at;
}

int64_t sub_trial_notice_due(struct record *sub)
{
	if (!sub_status_is(sub, "trialing") || js_flag(record_private(sub), "trial_told", false))
		return 0;
	return js_int(record_tree(sub), "trial_end", 0) - TRIAL_NOTICE;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

bool sub_awaits_bank(struct call *call, struct record *sub)
{
	struct record *invoice = account_find(call->account, js_text(record_tree(sub), "latest_invoice"));

	return invoice && invoice_awaits_bank(call, invoice);
}

void sub_plan(struct call *call, struct record *sub)
{
	json_t *tree = record_tree(sub), *private = record_private(sub);
	int64_t due = 0, upcoming;

	if (sub_status_is(sub, "incomplete")) {
		if (!sub_awaits_bank(call, sub)) /* whose answer plans anew */
			due = js_int(tree, "created", call->now) + INCOMPLETE_SECONDS;
	} else if (sub_status_is(sub, "paused")) {
		due = sub_resume_expires(sub);
	} else if (subscription_is_live(sub)) {
		upcoming = sub_upcoming_due(call, sub);
		sooner(&due, sub_period_end(sub));
		sooner(&due, js_int(tree, "cancel_at", 0));
		sooner(&due, sub_pending_expires(sub));
		sooner(&due, js_int(tree, "next_pending_invoice_item_invoice", 0));
		sooner(&due, js_int_at(tree, "pause_collection.resumes_at", 0));
		if (sub_trial_notice_due(sub))
			sooner(&due, later(sub_trial_notice_due(sub), call->now));
		if (upcoming)
			sooner(&due, later(upcoming, call->now));
	}
	if (due == js_int(private, "due", 0) && subscription_is_live(sub) == (js_text(private, "live") != NULL))
		return;
	private = journal_edit_private(&call->journal, sub);
	if (subscription_is_live(sub))
		js_put(private, "live", json_object_get(record_tree(sub), "customer"));
	else
		json_object_del(private, "live");
	if (due)
		js_put_int(private, "due", due);
	else
		json_object_del(private, "due");
}

int sub_check_billing_schedules(struct call *call, const json_t *given, const char *name)
{
	if (!json_array_size(json_object_get(given, "billing_schedules")))
		return 0;
	return fail_invalid(call, NULL, name,
		"Billing periods ahead of their time (billing_schedules) is not simulated. Leave it out, or bill the "
		"time ahead with a price of a longer interval.");
}

void sub_set_status(struct call *call, struct record *sub, const char *status)
{
	js_put_text(journal_edit(&call->journal, sub), "status", status);
}

void sub_changed(struct call *call, struct record *sub)
{
	sub_plan(call, sub);
	emit_changed(call, "customer.subscription.updated", sub);
}

int sub_check_trial_end(struct call *call, int64_t end, const char *name)
{
	if (end <= call->now)
		return fail_invalid(
			call, NULL, name, "Invalid timestamp: must be an integer Unix timestamp in the future.");
	if (end > call->now + LONGEST_TRIAL)
		return fail_invalid(
			call, NULL, name, "Invalid timestamp: can be no more than two years in the future.");
	return 0;
}

int sub_check_pending_interval(struct call *call, const json_t *given)
{
	static const struct {
		const char *interval;
		int64_t most;
	} year[] = { { "day", 365 }, { "week", 52 }, { "month", 12 }, { "year", 1 } };
	const json_t *each = json_object_get(given, "pending_invoice_item_interval");
	const char *interval = js_text(each, "interval");

	for (size_t i = 0; interval && i < COUNT_OF(year); i++)
		if (!strcmp(interval, year[i].interval) && js_int(each, "interval_count", 1) > year[i].most)
			return fail_invalid(call, NULL, "pending_invoice_item_interval[interval_count]",
				"The pending invoice item interval can be one year at most: %lld for `%s`.",
				(long long)year[i].most, interval);
	return 0;
}

void sub_set_pending_interval(json_t *draft, int64_t from)
{
	json_t *each = json_object_get(draft, "pending_invoice_item_interval");
	const char *name = js_text(each, "interval");
	enum calendar_interval interval;
	int64_t next;

	if (name && calendar_interval_parse(name, &interval) &&
		calendar_add(from, interval, js_int(each, "interval_count", 1), &next))
		js_put_int(draft, "next_pending_invoice_item_invoice", next);
	else
		js_put_null(draft, "next_pending_invoice_item_invoice");
}

void sub_show_items(struct call *call, struct record *sub, struct record *const *items, size_t n)
{
	json_t *data = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *shown;

		journal_freeze(&call->journal, items[i]);
		shown = json_copy(record_tree(items[i])); /* shares all that is in it */
		json_object_del(shown, PRIVATE_KEY);
		json_array_append_new(data, shown);
	}
	js_put_new(journal_edit(&call->journal, sub), "items",
		list_object(data, arena_format(&call->arena, "/v1/subscription_items?subscription=%s", sub->id)));
}
