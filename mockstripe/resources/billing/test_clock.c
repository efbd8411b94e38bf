/* SPDX-License-Identifier: MIT */
/* Test clocks. Source: Stripe docs "Test clocks"; protocol reference section 16. */
#include <string.h>

#include "api/due.h"
#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/subscription.h"
#include "resources/generic.h"
#include "value/calendar.h"

#define CLOCK_DAYS 30 /* it is deleted by itself after so many */

static const struct schema_resource *clock_type(void)
{
	return schema_find_object("test_helpers.test_clock");
}

static int clock_create(struct call *call)
{
	json_t *body = generic_body(call, NULL);

	if (!body)
		return -1;
	js_put_text(body, "status", "ready");
	js_put_new(body, "status_details", json_object());
	js_put_int(body, "deletes_after", call->now + CLOCK_DAYS * INT64_C(86400));
	return generic_create(call, body);
}

/* The shortest billing interval on the clock decides how far one advance may go: two of it, or two years without any.
 */
static int64_t furthest(struct call *call, struct record *clock)
{
	const struct list *subs = list_by(call, schema_find_object("subscription"), LIST_CLOCK, clock->id);
	int64_t now = js_int(record_tree(clock), "frozen_time", 0), limit = 0;

	for (size_t i = 0; i < subs->count; i++) {
		json_t *items = js_at(record_tree(subs->at[i]), "items.data");
		size_t k;
		json_t *item;

		if (!subscription_is_live(subs->at[i]))
			continue;
		json_array_foreach(items, k, item)
		{
			enum calendar_interval interval;
			const char *name = js_text_at(item, "price.recurring.interval");
			int64_t count = js_int_at(item, "price.recurring.interval_count", 1), end;

			if (name && calendar_interval_parse(name, &interval) &&
				calendar_add(now, interval, 2 * count, &end) && (!limit || end < limit))
				limit = end;
		}
	}
	if (!limit)
		calendar_add(now, CALENDAR_INTERVAL_YEAR, 2, &limit);
	return limit;
}

/* After the answer has gone out as "advancing": everything that is due on the way, then "ready". */
static int run_clock(struct call *call, const char *id)
{
	struct record *clock = account_get(call->account, id, clock_type());
	int64_t target;
	json_t *draft;

	if (!clock)
		return 0;
	target = js_int_at(record_tree(clock), "status_details.advancing.target_frozen_time", 0);
	due_run(call->api, call->account, account_clock(call->account, id), target);
	draft = journal_edit(&call->journal, clock);
	js_put_int(draft, "frozen_time", target);
	js_put_text(draft, "status", "ready");
	js_put_new(draft, "status_details", json_object());
	call->now = target;
	emit(call, "test_helpers.test_clock.ready", clock);
	return 0;
}

static int clock_advance(struct call *call)
{
	struct record *clock = path_record(call, 0, clock_type());
	int64_t to = param_int(call, "frozen_time", 0), limit;
	json_t *draft, *details, *advancing;

	if (!clock)
		return -1;
	if (to <= js_int(record_tree(clock), "frozen_time", 0))
		return fail_invalid(call, NULL, "frozen_time",
			"The new frozen_time must be later than the test clock's current time (%lld).",
			(long long)js_int(record_tree(clock), "frozen_time", 0));
	limit = furthest(call, clock);
	if (to > limit)
		return fail_invalid(call, NULL, "frozen_time",
			"Test clocks can be advanced by at most two intervals of the shortest subscription at a time: "
			"choose a "
			"frozen_time of at most %lld.",
			(long long)limit);
	draft = journal_edit(&call->journal, clock);
	details = json_object();
	advancing = json_object();
	js_put_int(advancing, "target_frozen_time", to);
	js_put_new(details, "advancing", advancing);
	js_put_text(draft, "status", "advancing");
	js_put_new(draft, "status_details", details);
	call->now =
		js_int(draft, "frozen_time", call->now); /* its events are dated by its own time, like all on the way */
	emit(call, "test_helpers.test_clock.advancing", clock);
	call->then = run_clock;
	call->then_id = clock->id;
	return answer_record(call, clock);
}

/* The clock takes its customers along, and they their subscriptions. */
static int on_delete(struct call *call, struct record *clock)
{
	const struct schema_resource *type = schema_find_object("customer");
	const struct list *customers = list_by(call, type, LIST_CLOCK, clock->id);
	struct list all = { 0 };

	for (size_t i = 0; i < customers->count; i++)
		list_add(&all, customers->at[i]);
	for (size_t i = 0; i < all.count; i++) {
		struct record *customer = all.at[i];
		struct body *last;

		call_use_clock(call, customer);
		subscriptions_of_customer_end(call, customer);
		journal_freeze(&call->journal, customer);
		last = body_keep(customer->body);
		journal_delete(&call->journal, customer);
		emit_body(call, "customer.deleted", last, NULL);
		body_drop(last);
	}
	list_clear(&all);
	return 0;
}

static const struct resource_route routes[] = {
	{ "POST", "/v1/test_helpers/test_clocks", clock_create },
	{ "POST", "/v1/test_helpers/test_clocks/{id}/advance", clock_advance },
	{ 0 },
};

const struct resource test_clock_resource = {
	.name = "TestHelpers.TestClock",
	.routes = routes,
	.on_delete = on_delete,
};
