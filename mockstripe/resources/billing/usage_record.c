/* SPDX-License-Identifier: MIT */
/* Usage records: what versions before basil reported usage with, for prices without a meter. Source: Stripe docs
 * (before 2025-03-31.basil) "Usage records", "Record usage for metered billing". */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/shape.h"
#include "base/json.h"
#include "resources/billing/meter.h"
#include "resources/generic.h"

struct record *usage_item(struct call *call)
{
	const struct schema_resource *type = schema_find_object("subscription_item");
	struct record *item = path_record(call, 0, type);
	const json_t *recurring = item ? js_at(record_tree(item), "price.recurring") : NULL;
	const char *usage = js_text(recurring, "usage_type");

	if (!item)
		return NULL;
	if (text_is(usage, "metered") && !js_text(recurring, "meter"))
		return item;
	fail_invalid(call, NULL, NULL,
		text_is(usage, "metered")
			? "Usage records cannot be created for the subscription item %s: its price has a meter. Report "
			  "usage with meter events."
			: "Usage records can only be created for metered subscription items; the price of %s is "
			  "licensed.",
		item->id);
	return NULL;
}

static int read_quantity(struct call *call, int64_t *out)
{
	const char *text = param_text_at(call, "payload.quantity");
	struct decimal value;

	if (!text)
		return fail_missing_param(call, "quantity");
	if (decimal_parse(text, 0, &value) != DECIMAL_OK || !decimal_whole(value, out))
		return fail_invalid(call, "parameter_invalid_integer", "quantity", "Invalid integer: %s", text);
	if (*out < 0)
		return fail_invalid(call, "parameter_invalid_integer", "quantity", "Invalid non-negative integer");
	return 0;
}

static int read_sets(struct call *call, bool *sets)
{
	const char *action = param_text_at(call, "payload.action");

	*sets = text_is(action, "set");
	if (action && !*sets && strcmp(action, "increment"))
		return fail_invalid(call, NULL, "action", "Invalid action: must be one of increment or set");
	return 0;
}

/* Only the running period takes usage: what an invoice has billed is not changed any more. */
static int check_time(struct call *call, struct record *item, int64_t at)
{
	if (at > call->now + METER_AHEAD)
		return fail_invalid(call, NULL, "timestamp",
			"Cannot create the usage record with this timestamp because it is in the future: %lld.",
			(long long)at);
	if (at < js_int(record_tree(item), "current_period_start", 0))
		return fail_invalid(call, NULL, "timestamp",
			"Cannot create the usage record with this timestamp because it is before the current period of "
			"the subscription item: %lld.",
			(long long)at);
	return 0;
}

/* `set` takes the place of what was reported for that very second. */
static void clear_second(struct call *call, struct record *item, int64_t at)
{
	const struct list *all = list_by(call, meter_event_type(), METER_EVENTS, item->id);

	for (size_t i = all->count; i-- > 0;) {
		struct record *event = all->at[i];

		if (js_int(record_tree(event), "timestamp", 0) != at)
			continue;
		json_object_del(journal_edit_private(&call->journal, event), "of");
		journal_freeze(&call->journal, event);
		all = list_by(call, meter_event_type(), METER_EVENTS, item->id);
	}
}

int usage_record_create(struct call *call)
{
	struct record *item = usage_item(call);
	char id[ID_ROOM];
	int64_t quantity, at;
	json_t *body, *answer;
	bool sets;

	if (!item || read_quantity(call, &quantity) || read_sets(call, &sets))
		return -1;
	call_use_clock(call, account_find(call->account, js_text(record_tree(item), "subscription")));
	at = param_int(call, "timestamp", call->now);
	if (check_time(call, item, at))
		return -1;
	if (sets)
		clear_second(call, item, at);
	account_new_id(call->account, "mbur_", 24, id);
	body = shape_new(call, meter_event_type(), id);
	json_object_del(body, "id");
	js_put_int(body, "created", call->now);
	js_put_text(body, "identifier", id);
	js_put_int(body, "timestamp", at);
	js_put_text(js_own(body, PRIVATE_KEY), "of", item->id);
	js_put_text(js_own(body, PRIVATE_KEY), "value", arena_format(&call->arena, "%lld", (long long)quantity));
	journal_add(&call->journal, meter_event_type(), id, body, call->now);
	answer = json_object();
	js_put_text(answer, "id", id);
	js_put_text(answer, "object", "usage_record");
	js_put_flag(answer, "livemode", call->livemode);
	js_put_int(answer, "quantity", quantity);
	js_put_text(answer, "subscription_item", item->id);
	js_put_int(answer, "timestamp", at);
	return answer_tree(call, answer, NULL);
}
