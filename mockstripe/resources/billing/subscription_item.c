/* SPDX-License-Identifier: MIT */
/* Subscription items as routes: the same operations as an update of the subscription, under the same rules. */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/resource.h"
#include "base/json.h"
#include "resources/billing/sub.h"
#include "resources/generic.h"

/* The item's subscription, under its clock; NULL with Stripe's failure when it cannot be written to. */
static struct record *writable_sub(struct call *call, const char *id)
{
	struct record *sub = account_get(call->account, id, sub_type());

	if (!sub || !subscription_is_live(sub)) {
		fail_status(call, 404, "resource_missing", "subscription", "No such subscription: '%s'", id ? id : "");
		return NULL;
	}
	call_use_clock(call, sub);
	return sub;
}

/* "items[0][discounts][0][coupon]" of the update is "discounts[0][coupon]" here. */
static void own_param(struct call *call)
{
	static const char prefix[] = "items[0][";
	const char *param_name = call->fail.param, *end;

	if (!param_name || strncmp(param_name, prefix, sizeof prefix - 1))
		return;
	param_name += sizeof prefix - 1;
	end = strchr(param_name, ']');
	if (end)
		call->fail.param = arena_format(&call->arena, "%.*s%s", (int)(end - param_name), param_name, end + 1);
}

/* An update of the subscription that holds just this entry. */
static int update_with(struct call *call, struct record *sub, json_t *entry)
{
	static const char *const shared[] = { "proration_behavior", "proration_date", "payment_behavior",
		"off_session" };
	json_t *given = js_lent(&call->arena, json_object());
	json_t *items = json_array();
	struct record *invoice;

	for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
		if (param(call, shared[i]))
			js_put(given, shared[i], param(call, shared[i]));
	json_array_append_new(items, entry);
	js_put_new(given, "items", items);
	if (!sub_update(call, sub, given, "", false, &invoice))
		return 0;
	own_param(call);
	return -1;
}

static json_t *entry_of(struct call *call)
{
	static const char *const parts[] = { "price", "plan", "price_data", "quantity", "metadata", "tax_rates",
		"discounts", "billing_thresholds" };
	json_t *entry = json_object();

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (param(call, parts[i]))
			js_put(entry, parts[i], param(call, parts[i]));
	return entry;
}

static int item_create(struct call *call)
{
	struct record *sub = writable_sub(call, param_text(call, "subscription"));
	struct record *items[SUB_ITEMS];
	size_t n;

	if (!sub || update_with(call, sub, entry_of(call)))
		return -1;
	n = sub_item_records(call, sub, items);
	return answer_record(call, items[n - 1]);
}

static struct record *path_item(struct call *call)
{
	return path_record(call, 0, sub_item_type());
}

static int item_update(struct call *call)
{
	struct record *item = path_item(call), *sub;
	json_t *entry;

	if (!item)
		return -1;
	sub = writable_sub(call, js_text(record_tree(item), "subscription"));
	if (!sub)
		return -1;
	entry = entry_of(call);
	js_put_text(entry, "id", item->id);
	if (update_with(call, sub, entry))
		return -1;
	return answer_record(call, item);
}

static int item_delete(struct call *call)
{
	struct record *item = path_item(call), *sub;
	json_t *entry;

	if (!item)
		return -1;
	sub = writable_sub(call, js_text(record_tree(item), "subscription"));
	if (!sub)
		return -1;
	entry = json_object();
	js_put_text(entry, "id", item->id);
	js_put_flag(entry, "deleted", true);
	if (update_with(call, sub, entry))
		return -1;
	return answer_record(call, item);
}

static int item_list(struct call *call)
{
	struct record *sub = param_record(call, "subscription", "subscription");
	struct list_want want;

	if (!sub)
		return -1;
	want = (struct list_want) { "subscription", sub->id };
	return list_answer_oldest_first(call, sub_item_type(), &want, 1,
		arena_format(&call->arena, "/v1/subscription_items?subscription=%s", sub->id));
}

static const struct resource_route routes[] = {
	{ "POST", "/v1/subscription_items", item_create },
	{ "POST", "/v1/subscription_items/{id}", item_update },
	{ "DELETE", "/v1/subscription_items/{id}", item_delete },
	{ "GET", "/v1/subscription_items", item_list },
	{ 0 },
};

const struct resource subscription_item_resource = {
	.name = "SubscriptionItem",
	.routes = routes,
};
