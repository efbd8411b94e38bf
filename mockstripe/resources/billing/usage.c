/* SPDX-License-Identifier: MIT */
/* Usage worked out: what a customer's events add up to in a time, and the invoice lines of metered items. */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "base/mem.h"
#include "billing/describe.h"
#include "resources/billing/meter.h"

struct total {
	const char *formula;
	struct decimal value;
	int64_t latest; /* timestamp of the value, for "last" */
	size_t count;
	bool fits;
};

static void count_event(struct total *t, json_t *event)
{
	struct decimal value = decimal_of(0);
	const char *text = js_text_at(event, PRIVATE_KEY ".value");
	int64_t at = js_int(event, "timestamp", 0);

	t->count++;
	if (text && decimal_parse(text, DECIMAL_PLACES, &value) != DECIMAL_OK)
		t->fits = false;
	if (!strcmp(t->formula, "last")) {
		if (at < t->latest)
			return;
		t->latest = at;
		t->value = value;
	} else if (!strcmp(t->formula, "count")) {
		t->value = decimal_of((int64_t)t->count);
	} else if (!strcmp(t->formula, "max")) {
		if (t->count == 1 || decimal_compare(value, t->value) > 0)
			t->value = value;
	} else if (!decimal_add(t->value, value, &t->value)) {
		t->fits = false;
	}
}

/* An event is reported within METER_BACK after it happened, so only those that came in that time are looked at. */
static struct total sum_up(struct call *call, const char *key, const char *formula, struct span when)
{
	const struct list *all = list_by(call, meter_event_type(), METER_EVENTS, key);
	struct total t = { .formula = formula, .value = decimal_of(0), .latest = CALENDAR_FIRST, .fits = true };

	for (size_t i = shelf_position(all, when.from - METER_AHEAD, 0); i < all->count; i++) {
		struct record *event = all->at[i];
		int64_t at = js_int(record_tree(event), "timestamp", 0);

		if (event->created > when.to + METER_BACK)
			break;
		if (at >= when.from && at < when.to)
			count_event(&t, record_tree(event));
	}
	return t;
}

static struct total total_of(struct call *call, struct record *meter, const char *customer, struct span when)
{
	return sum_up(call, meter_usage_key(call, meter->id, customer),
		js_text_at(record_tree(meter), "default_aggregation.formula"), when);
}

bool meter_usage(struct call *call, struct record *meter, const char *customer, struct span when, struct decimal *out)
{
	struct total t = total_of(call, meter, customer, when);

	*out = t.value;
	return t.fits;
}

bool meter_used(struct call *call, struct record *meter, const char *customer, struct span when)
{
	return total_of(call, meter, customer, when).count > 0;
}

/* Stripe docs (before basil) "Usage records": how the records of a period make up its quantity. */
static const struct {
	const char *aggregate_usage, *formula;
	bool ever; /* records of earlier periods too */
} aggregations[] = {
	{ "sum", "sum", false },
	{ "last_during_period", "last", false },
	{ "last_ever", "last", true },
	{ "max", "max", false },
};

bool usage_is_aggregation(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(aggregations); i++)
		if (!strcmp(aggregations[i].aggregate_usage, name))
			return true;
	return false;
}

const char *usage_aggregation(struct record *price)
{
	const char *name = js_text(record_private(price), "aggregate_usage");

	return name ? name : aggregations[0].aggregate_usage;
}

int fail_usage(struct call *call, struct record *item)
{
	return fail_invalid(call, "amount_too_large", NULL, "The usage of %s is more than can be billed.", item->id);
}

bool usage_recorded(struct call *call, struct record *item, struct record *price, struct span when, struct decimal *out)
{
	const char *name = usage_aggregation(price);
	struct total t = { .fits = true };

	for (size_t i = 0; i < COUNT_OF(aggregations); i++) {
		if (strcmp(aggregations[i].aggregate_usage, name))
			continue;
		if (aggregations[i].ever)
			when.from = CALENDAR_FIRST + METER_AHEAD;
		t = sum_up(call, item->id, aggregations[i].formula, when);
	}
	*out = t.value;
	return t.fits;
}

/* ---- lines ---- */

/* Usage of a trial is free: the period that the trial took up is not billed. */
static bool is_free(struct sub_change *c, const struct item_facts *item)
{
	return js_int(record_tree(c->sub), "trial_end", 0) > item->period.from;
}

/* A period without usage: classic mode shows a line of zero, flexible mode hides it. */
static int zero_line(struct sub_change *c, const struct item_facts *item, struct span period)
{
	struct describe_price shown;
	struct bill_line *line;
	struct text text;

	if (c->flexible)
		return 0;
	line = bill_lines_add(c->call, &c->lines);
	if (!line)
		return -1;
	*line = (struct bill_line) { .period = period,
		.price = item->price,
		.sub = c->sub,
		.item = item->record,
		.discountable = true,
		.discounts = item->discounts,
		.tax_rates = item->tax_rates,
		.unit_amount_decimal = "0" };
	item_describe_price(item, c->currency, &shown);
	text_init(&text, 2048);
	describe_recurring(&text, item_product_name(item), decimal_of(0), &shown);
	line->description = arena_text(&c->call->arena, text.data);
	text_clear(&text);
	return 0;
}

int sub_usage_line(struct sub_change *c, size_t which, int64_t until)
{
	struct item_change *change = &c->items[which];
	struct item_facts item = change->old;
	struct record *meter;
	struct span period = { item.period.from, item.period.to < until ? item.period.to : until };

	if (!change->has_old || !item.metered || period.from >= period.to || is_free(c, &item))
		return 0;
	meter = account_find(c->call->account, js_text_at(record_tree(item.price), "recurring.meter"));
	item.quantity = decimal_of(0);
	if (meter && (meter->type != meter_type() || meter->deleted))
		return zero_line(c, &item, period);
	if (meter ? !meter_usage(c->call, meter, c->customer->id, period, &item.quantity)
		  : !usage_recorded(c->call, item.record, item.price, period, &item.quantity))
		return fail_usage(c->call, item.record);
	if (c->n_usage < SUB_ITEMS)
		c->usage[c->n_usage++] = (struct usage_billed) { item.record, item.price, period, item.quantity };
	if (item.quantity.scaled <= 0) /* corrections may outweigh what was used: nothing to pay, nothing given back */
		return zero_line(c, &item, period);
	item.metered = false; /* from here on a quantity like any other */
	return item_period_lines(c->call, &item, c->sub, c->currency, period, &c->lines);
}

int sub_usage_lines(struct sub_change *c, int64_t until)
{
	for (size_t i = 0; i < c->n; i++)
		if (sub_usage_line(c, i, until))
			return -1;
	return 0;
}
