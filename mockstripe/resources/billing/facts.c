/* SPDX-License-Identifier: MIT */
#include "resources/billing/inside.h"

#include <stdio.h>
#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "billing/describe.h"
#include "resources/discount.h"
#include "resources/price.h"

#define FIRST_LINES 4 /* most subscriptions have an item or two */

bool item_read_price(struct call *call, struct item_facts *out, struct record *price, const char *currency)
{
	json_t *tree = record_tree(price);
	json_t *recurring = json_object_get(tree, "recurring");
	const char *interval = js_text(recurring, "interval");

	out->price = price;
	out->product = price_product(call, price);
	out->interval = CALENDAR_INTERVAL_MONTH;
	if (interval && !calendar_interval_parse(interval, &out->interval)) {
		fail_api(call, "The price %s has an interval that is none: %s.", price->id, interval);
		return false;
	}
	out->interval_count = js_int(recurring, "interval_count", 1);
	out->metered = text_is(js_text(recurring, "usage_type"), "metered");
	return price_terms(call, price, currency, &out->terms);
}

int item_total(struct call *call, struct item_facts *item)
{
	int64_t rounded; /* a trial bills it later: it has to fit now */

	if (item->metered) {
		item->total = decimal_of(0);
		return 0;
	}
	if (!price_total(&item->terms, item->quantity, &item->total) || !price_line(item->total, &rounded))
		return fail_invalid(call, "amount_too_large", "quantity",
			"The price times the quantity is more than can be billed. Use a smaller quantity or price.");
	return 0;
}

bool item_read(struct call *call, struct item_facts *out, json_t *item, const char *currency)
{
	const struct schema_resource *price_type = schema_find_object("price");
	struct record *price = account_find(call->account, js_text_at(item, "price.id"));

	*out = (struct item_facts) { .record = account_find(call->account, js_text(item, "id")) };
	if (!price || price->type != price_type) {
		fail_api(call, "The price of the subscription item %s is gone.", js_text(item, "id"));
		return false;
	}
	out->discounts = json_object_get(item, "discounts");
	out->tax_rates = json_object_get(item, "tax_rates");
	out->metadata = json_object_get(item, "metadata");
	out->originals = json_object_get(record_private(out->record), "originals");
	out->quantity = decimal_of(js_int(item, "quantity", 1));
	out->period = (struct span) { js_int(item, "current_period_start", 0), js_int(item, "current_period_end", 0) };
	return item_read_price(call, out, price, currency) && !item_total(call, out);
}

const char *item_product_name(const struct item_facts *item)
{
	const char *name = js_text(record_tree(item->product), "name");

	return name ? name : "";
}

void item_describe_price(const struct item_facts *item, const char *currency, struct describe_price *out)
{
	*out = (struct describe_price) {
		.unit_amount = item->terms.unit_amount,
		.currency = currency,
		.interval = item->interval,
		.interval_count = item->interval_count,
	};
}

/* The discounts that are to be read: among ids, as they count at a moment. */
static size_t add_discounts(struct call *call, json_t *ids, int64_t at, size_t item, const char *currency,
	struct discount *out, struct record **records, size_t n)
{
	size_t i;
	json_t *id;

	json_array_foreach(ids, i, id)
	{
		struct record *r = discount_find(call, json_string_value(id));

		if (n == DISCOUNT_MOST || !r || !discount_counts(r, at) || !discount_read(r, currency, &out[n]))
			continue;
		out[n].item = item;
		records[n++] = r;
	}
	return n;
}

size_t discounts_read(struct call *call, json_t *ids, int64_t at, size_t item, const char *currency,
	struct discount out[DISCOUNT_MOST], struct record *records[DISCOUNT_MOST])
{
	return add_discounts(call, ids, at, item, currency, out, records, 0);
}

size_t discounts_in_force(struct call *call, json_t *own, struct record *sub, struct record *customer,
	const char *currency, size_t item, struct discount out[DISCOUNT_MOST], struct record *records[DISCOUNT_MOST])
{
	json_t *shared = sub ? json_object_get(record_tree(sub), "discounts") : NULL;
	json_t *of_customer = json_object_get(record_tree(customer), "discount");
	size_t n = add_discounts(call, own, call->now, item, currency, out, records, 0);

	if (json_array_size(shared))
		return add_discounts(call, shared, call->now, DISCOUNT_ALL_ITEMS, currency, out, records, n);
	if (json_is_object(of_customer)) {
		js_auto one = json_array();

		json_array_append(one, json_object_get(of_customer, "id"));
		n = add_discounts(call, one, call->now, DISCOUNT_ALL_ITEMS, currency, out, records, n);
	}
	return n;
}

static const char *arena_take(struct call *call, struct text *text)
{
	const char *copy = arena_text(&call->arena, text->data);

	text_clear(text);
	return copy;
}

static const char *decimal_text(struct call *call, struct decimal d)
{
	char room[DECIMAL_ROOM];

	decimal_format(d, room);
	return arena_text(&call->arena, room);
}

struct bill_line *bill_lines_add(struct call *call, struct bill_lines *lines)
{
	if (lines->count == BILL_LINES) {
		fail_invalid(call, NULL, NULL, "An invoice can have at most %d lines.", BILL_LINES);
		return NULL;
	}
	if (lines->count == lines->room) {
		size_t room = lines->room ? 4 * lines->room : FIRST_LINES;
		struct bill_line *at = arena_alloc(&call->arena, room * sizeof *at);

		if (lines->count)
			memcpy(at, lines->at, lines->count * sizeof *at);
		lines->at = at;
		lines->room = room;
	}
	return &lines->at[lines->count++];
}

static struct bill_line *add_line(struct call *call, const struct item_facts *item, struct record *sub,
	struct span period, struct bill_lines *lines)
{
	struct bill_line *line = bill_lines_add(call, lines);

	if (!line)
		return NULL;
	*line = (struct bill_line) {
		.period = period,
		.price = item->price,
		.quantity = item->quantity,
		.sub = sub,
		.item = item->record,
		.discountable = true,
		.discounts = item->discounts,
		.tax_rates = item->tax_rates,
		.metadata = json_object_get(record_tree(sub), "metadata"),
	};
	return line;
}

int item_period_lines(struct call *call, const struct item_facts *item, struct record *sub, const char *currency,
	struct span period, struct bill_lines *lines)
{
	struct price_part *parts;
	size_t count, room = item->terms.tier_count + 1;
	struct describe_price shown;

	if (item->metered)
		return 0;
	parts = arena_alloc(&call->arena, room * sizeof *parts);
	if (!price_parts(&item->terms, item->quantity, parts, room, &count))
		return fail_invalid(call, "amount_too_large", "quantity",
			"The price times the quantity is more than can be billed. Use a smaller quantity or price.");
	item_describe_price(item, currency, &shown);
	for (size_t i = 0; i < count; i++) {
		struct bill_line *line = add_line(call, item, sub, period, lines);
		struct text text;

		if (!line)
			return -1;
		if (!price_line(parts[i].amount, &line->amount))
			return fail_invalid(call, "amount_too_large", "quantity",
				"The price times the quantity is more than can be billed. Use a smaller quantity or "
				"price.");
		text_init(&text, 2048);
		shown.unit_amount = parts[i].unit_amount;
		if (item->terms.scheme == PRICE_GRADUATED) {
			line->quantity = parts[i].quantity;
			describe_tier(&text, item_product_name(item), parts[i].quantity, parts[i].tier, &shown);
		} else {
			describe_recurring(&text, item_product_name(item), item->quantity, &shown);
		}
		line->unit_amount_decimal = decimal_text(call, parts[i].unit_amount);
		line->description = arena_take(call, &text);
	}
	return 0;
}

void item_trial_line(struct call *call, const struct item_facts *item, struct record *sub, bool flexible,
	struct span period, struct bill_lines *lines)
{
	struct bill_line *line = add_line(call, item, sub, period, lines);
	struct text text;

	if (!line)
		return;
	text_init(&text, 2048);
	describe_trial(
		&text, flexible ? PRORATION_FLEXIBLE : PRORATION_CLASSIC, item_product_name(item), item->quantity);
	line->unit_amount_decimal = "0";
	line->description = arena_take(call, &text);
}

bool tax_rate_read(const json_t *rate, struct tax_rate *out)
{
	char text[32];

	snprintf(text, sizeof text, "%.15g", json_number_value(json_object_get(rate, "percentage")));
	*out = (struct tax_rate) { .inclusive = js_flag(rate, "inclusive", false) };
	return percent_parse(text, TAX_RATE_PLACES, &out->percent) == DECIMAL_OK;
}

json_t *tax_rates_of(struct call *call, json_t *ids, const char *where)
{
	const struct schema_resource *type = schema_find_object("tax_rate");
	json_t *rates;
	size_t i;
	json_t *id;

	if (!json_array_size(ids))
		return NULL;
	rates = js_lent(&call->arena, json_array());
	json_array_foreach(ids, i, id)
	{
		struct record *r = account_get(call->account, json_string_value(id), type);

		if (!r) {
			fail_no_such_param(
				call, type, json_string_value(id), arena_format(&call->arena, "%s[%zu]", where, i));
			return NULL;
		}
		json_array_append(rates, record_tree(r));
	}
	return rates;
}
