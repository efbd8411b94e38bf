/* SPDX-License-Identifier: MIT */
/* From a phase to the parameters that bring a subscription into it. Source: Stripe docs "Subscription schedules". */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "resources/billing/schedule.h"

/* {coupon: "x"} of {coupon: "x", discount: null, promotion_code: null}. */
static json_t *entries_given(json_t *discounts)
{
	json_t *out = json_array(), *entry, *value;
	const char *key;
	size_t i;

	json_array_foreach(discounts, i, entry)
	{
		json_t *one = json_object();

		json_object_foreach(entry, key, value)
		{
			if (json_is_string(value))
				js_put(one, key, value);
		}
		json_array_append_new(out, one);
	}
	return out;
}

static json_t *ids_of(json_t *rates)
{
	json_t *out = json_array(), *rate;
	size_t i;

	json_array_foreach(rates, i, rate)
	{
		json_array_append(out, json_object_get(rate, "id"));
	}
	return out;
}

static json_t *item_given(json_t *item, json_t *before)
{
	json_t *out = json_object();
	json_t *discounts = json_object_get(item, "discounts");

	js_put(out, "price", json_object_get(item, "price"));
	if (json_object_get(item, "quantity"))
		js_put(out, "quantity", json_object_get(item, "quantity"));
	if (json_object_size(json_object_get(item, "metadata")))
		js_put(out, "metadata", json_object_get(item, "metadata"));
	if (json_is_array(json_object_get(item, "tax_rates")))
		js_put_new(out, "tax_rates", ids_of(json_object_get(item, "tax_rates")));
	if (json_array_size(discounts) && !js_same(discounts, json_object_get(before, "discounts")))
		js_put_new(out, "discounts", entries_given(discounts));
	return out;
}

static json_t *item_by_price(json_t *items, const char *path, const char *price, size_t *place)
{
	size_t i;
	json_t *item;

	json_array_foreach(items, i, item)
	{
		if (text_is(js_text_at(item, path), price)) {
			*place = i;
			return item;
		}
	}
	return NULL;
}

/*
 * The phase's items as an update of the subscription's: one of the same price stays, another takes the place (and the
 * id) of one whose price is not wanted any more, what is left is deleted or added.
 */
static json_t *items_given(struct call *call, json_t *phase, json_t *before, struct record *sub)
{
	json_t *wanted = json_object_get(phase, "items"), *out = json_array(), *item;
	json_t *present = sub ? js_at(record_tree(sub), "items.data") : NULL;
	bool *taken = arena_alloc(&call->arena, (json_array_size(present) + 1) * sizeof *taken);
	size_t i, place, next = 0;

	json_array_foreach(wanted, i, item)
	{
		size_t unused;
		json_t *one = item_given(item,
			item_by_price(json_object_get(before, "items"), "price", js_text(item, "price"), &unused));

		json_array_append_new(out, one);
		if (item_by_price(present, "price.id", js_text(item, "price"), &place)) {
			js_put(one, "id", json_object_get(json_array_get(present, place), "id"));
			taken[place] = true;
		}
	}
	json_array_foreach(out, i, item)
	{
		if (json_object_get(item, "id"))
			continue;
		while (next < json_array_size(present) &&
			(taken[next] || item_by_price(wanted, "price",
						js_text_at(json_array_get(present, next), "price.id"), &place)))
			next++;
		if (next == json_array_size(present))
			break;
		js_put(item, "id", json_object_get(json_array_get(present, next), "id"));
		taken[next++] = true;
	}
	json_array_foreach(present, i, item)
	{
		json_t *gone;

		if (taken[i])
			continue;
		gone = json_object();
		js_put(gone, "id", json_object_get(item, "id"));
		js_put_flag(gone, "deleted", true);
		json_array_append_new(out, gone);
	}
	return out;
}

/* The phase's own value, or the schedule's default; NULL when neither says anything. */
static json_t *setting(struct record *schedule, json_t *phase, const char *name)
{
	json_t *own = js_at(phase, name), *all;

	if (own && !json_is_null(own))
		return own;
	all = js_at(json_object_get(record_tree(schedule), "default_settings"), name);
	return all && !json_is_null(all) ? all : NULL;
}

static void put_collection(struct record *schedule, json_t *phase, json_t *out)
{
	json_t *method = setting(schedule, phase, "collection_method");
	json_t *days = setting(schedule, phase, "invoice_settings.days_until_due");

	if (!method)
		return;
	js_put(out, "collection_method", method);
	if (strcmp(json_string_value(method), "send_invoice"))
		return;
	if (days)
		js_put(out, "days_until_due", days);
	else
		js_put_int(out, "days_until_due", 30); /* what Stripe's dashboard starts with */
}

static json_t *one_time_given(json_t *items)
{
	json_t *out = json_array(), *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		json_t *one = json_object();

		js_put(one, "price", json_object_get(item, "price"));
		js_put(one, "quantity", json_object_get(item, "quantity"));
		js_put(one, "metadata", json_object_get(item, "metadata"));
		if (json_is_array(json_object_get(item, "tax_rates")))
			js_put_new(one, "tax_rates", ids_of(json_object_get(item, "tax_rates")));
		json_array_append_new(out, one);
	}
	return out;
}

static void put_end(struct record *schedule, struct record *sub, json_t *out)
{
	json_t *phases = schedule_phases(schedule), *last = json_array_get(phases, json_array_size(phases) - 1);
	int64_t end = js_int(last, "end_date", 0), present = js_int(record_tree(sub), "cancel_at", 0);
	bool cancels = text_is(js_text(record_tree(schedule), "end_behavior"), "cancel");

	if (cancels && end != present)
		js_put_int(out, "cancel_at", end);
	else if (!cancels && present)
		js_put_null(out, "cancel_at");
}

static json_t *anchor_now(void)
{
	json_t *out = json_object();

	js_put_text(out, "type", "now");
	return out;
}

json_t *phase_params(
	struct call *call, struct record *schedule, json_t *phase, json_t *before, struct record *sub, bool starts)
{
	static const char *const settings[] = { "default_payment_method", "description" };
	json_t *out = json_object(), *discounts = json_object_get(phase, "discounts");
	int64_t trial = js_int(phase, "trial_end", 0);
	json_t *anchor = setting(schedule, phase, "billing_cycle_anchor");

	js_put_new(out, "items", items_given(call, phase, before, sub));
	js_put(out, "proration_behavior", json_object_get(phase, "proration_behavior"));
	if (json_object_size(json_object_get(phase, "metadata")))
		js_put(out, "metadata", json_object_get(phase, "metadata"));
	for (size_t i = 0; i < COUNT_OF(settings); i++)
		if (setting(schedule, phase, settings[i]))
			js_put(out, settings[i], setting(schedule, phase, settings[i]));
	put_collection(schedule, phase, out);
	if (json_is_array(json_object_get(phase, "default_tax_rates")))
		js_put_new(out, "default_tax_rates", ids_of(json_object_get(phase, "default_tax_rates")));
	if (before || json_array_size(discounts))
		if (!js_same(discounts, json_object_get(before, "discounts")))
			js_put_new(out, "discounts", entries_given(discounts));
	if (trial > call->now && trial != js_int(record_tree(sub), "trial_end", 0))
		js_put_int(out, "trial_end", trial);
	if (starts && json_array_size(json_object_get(phase, "add_invoice_items")))
		js_put_new(out, "add_invoice_items", one_time_given(json_object_get(phase, "add_invoice_items")));
	if (sub && starts && anchor && !strcmp(json_string_value(anchor), "phase_start"))
		js_put_new(out, "billing_cycle_anchor", anchor_now());
	put_end(schedule, sub, out);
	return out;
}
