/* SPDX-License-Identifier: MIT */
/* Phases: from a request, or from a subscription as it stands, to what is stored. */
#include "api/fail.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/billing/schedule.h"
#include "resources/payments/pay.h"
#include "resources/price.h"

static const struct schema_node *phase_node(void)
{
	return schema_field(schedule_type(), "phases")->fields;
}

static json_t *blank(struct call *call, const struct schema_node *node)
{
	return shape_object(call, schedule_type(), node->fields, node->n_fields);
}

/* An object as it was given, with every key that it always shows. New reference; null for none. */
static json_t *completed(struct call *call, const struct schema_node *node, json_t *given)
{
	json_t *body;

	if (!json_is_object(given))
		return json_null();
	body = blank(call, node);
	json_object_update(body, given);
	return body;
}

static void copy_given(json_t *body, json_t *given, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (json_object_get(given, names[i]))
			js_put(body, names[i], json_object_get(given, names[i]));
}

/* ---- reading ---- */

struct reading {
	struct call *call;
	struct record *customer;
	json_t *given;
	const char *where; /* "phases[0]" */
	const char *currency;
	struct record *first; /* price: its interval is the length of a phase that names none */
};

static const char *at(struct reading *r, const char *name)
{
	return arena_format(&r->call->arena, "%s[%s]", r->where, name);
}

/* Entries of {coupon, discount, promotion_code} with all their keys, each naming something. NULL: failed. */
static json_t *read_discounts(struct reading *r, json_t *given, const char *where)
{
	static const char *const kinds[] = { "coupon", "discount", "promotion_code" };
	json_t *out = json_array(), *entry;
	size_t i;

	json_array_foreach(given, i, entry)
	{
		json_t *one = json_object();

		json_array_append_new(out, one);
		for (size_t k = 0; k < COUNT_OF(kinds); k++) {
			const struct schema_resource *type = schema_find_object(kinds[k]);
			const char *id = js_text(entry, kinds[k]);

			js_put_text(one, kinds[k], id);
			if (!id || account_get(r->call->account, id, type))
				continue;
			fail_no_such_param(
				r->call, type, id, arena_format(&r->call->arena, "%s[%zu][%s]", where, i, kinds[k]));
			json_decref(out);
			return NULL;
		}
	}
	return out;
}

static int put_discounts(struct reading *r, json_t *body, json_t *given, const char *where)
{
	json_t *out = read_discounts(r, given, where);

	if (!out)
		return -1;
	js_put_new(body, "discounts", out);
	return 0;
}

static int put_rates(struct reading *r, json_t *body, json_t *given, const char *name, const char *where)
{
	json_t *rates;

	if (!given)
		return 0;
	rates = tax_rates_of(r->call, given, where);
	if (r->call->fail.status)
		return -1;
	js_put_new(body, name, rates ? json_incref(rates) : json_array());
	return 0;
}

static struct record *read_price(struct reading *r, json_t *given, const char *type, const char *where)
{
	struct call *call = r->call;
	const char *id = js_text(given, "price") ? js_text(given, "price") : js_text(given, "plan");
	struct record *price;

	if (id)
		price = price_usable(call, id, type, arena_format(&call->arena, "%s[price]", where));
	else if (json_is_object(json_object_get(given, "price_data")))
		price = price_from_data(call, json_object_get(given, "price_data"),
			arena_format(&call->arena, "%s[price_data]", where));
	else
		return fail_missing_param(call, arena_format(&call->arena, "%s[price]", where)), NULL;
	if (!price)
		return NULL;
	if (!r->currency)
		r->currency = js_text(record_tree(price), "currency");
	if (price_has_currency(price, r->currency))
		return price;
	fail_invalid(call, NULL, arena_format(&call->arena, "%s[price]", where),
		"The price specified only supports `%s`. This doesn't match the expected currency: `%s`.",
		js_text(record_tree(price), "currency"), r->currency);
	return NULL;
}

static int read_item(struct reading *r, json_t *items, json_t *given, const char *where)
{
	const struct schema_node *node = schema_child(phase_node(), "items");
	struct record *price = read_price(r, given, "recurring", where);
	const char *usage;
	json_t *body;

	if (!price)
		return -1;
	if (!r->first)
		r->first = price;
	usage = js_text_at(record_tree(price), "recurring.usage_type");
	if (text_is(usage, "metered") && json_object_get(given, "quantity"))
		return fail_invalid(r->call, NULL, arena_format(&r->call->arena, "%s[quantity]", where),
			"You cannot set the quantity of a metered price: it is billed by its usage.");
	body = blank(r->call, node->fields);
	json_array_append_new(items, body);
	js_put_text(body, "plan", price->id);
	js_put_text(body, "price", price->id);
	js_put_new(body, "metadata", json_object());
	if (text_is(usage, "metered"))
		json_object_del(body, "quantity");
	else
		js_put_int(body, "quantity", js_int(given, "quantity", 1));
	if (json_is_object(json_object_get(given, "metadata")))
		js_put(body, "metadata", json_object_get(given, "metadata"));
	if (json_is_object(json_object_get(given, "billing_thresholds")))
		js_put(body, "billing_thresholds", json_object_get(given, "billing_thresholds"));
	if (put_rates(r, body, json_object_get(given, "tax_rates"), "tax_rates",
		    arena_format(&r->call->arena, "%s[tax_rates]", where)))
		return -1;
	return put_discounts(
		r, body, json_object_get(given, "discounts"), arena_format(&r->call->arena, "%s[discounts]", where));
}

static int read_items(struct reading *r, json_t *body)
{
	json_t *items = json_array(), *given;
	size_t i, k;

	js_put_new(body, "items", items);
	if (!json_array_size(json_object_get(r->given, "items")))
		return fail_missing_param(r->call, at(r, "items"));
	json_array_foreach(json_object_get(r->given, "items"), i, given)
	{
		if (read_item(r, items, given, arena_format(&r->call->arena, "%s[items][%zu]", r->where, i)))
			return -1;
	}
	for (i = 0; i < json_array_size(items); i++)
		for (k = 0; k < i; k++)
			if (text_is(js_text(json_array_get(items, i), "price"),
				    js_text(json_array_get(items, k), "price")))
				return fail_invalid(r->call, NULL, at(r, "items"),
					"A phase cannot have multiple items with the same Price: %s",
					js_text(json_array_get(items, i), "price"));
	return 0;
}

static json_t *type_of(const char *type)
{
	json_t *out = json_object();

	js_put_text(out, "type", type);
	return out;
}

static int read_one_time(struct reading *r, json_t *body)
{
	const struct schema_node *node = schema_child(phase_node(), "add_invoice_items");
	json_t *items = json_array(), *given, *period;
	size_t i;

	js_put_new(body, "add_invoice_items", items);
	json_array_foreach(json_object_get(r->given, "add_invoice_items"), i, given)
	{
		const char *where = arena_format(&r->call->arena, "%s[add_invoice_items][%zu]", r->where, i);
		struct record *price = read_price(r, given, "one_time", where);
		json_t *item;

		if (!price)
			return -1;
		item = blank(r->call, node->fields);
		json_array_append_new(items, item);
		js_put_text(item, "price", price->id);
		js_put_int(item, "quantity", js_int(given, "quantity", 1));
		js_put_new(item, "metadata", json_object());
		period = json_object();
		js_put_new(period, "end", type_of("min_item_period_end"));
		js_put_new(period, "start", type_of("max_item_period_start"));
		js_put_new(item, "period", period);
		copy_given(item, given, (const char *const[]) { "metadata", "discountable", "period" }, 3);
		if (put_rates(r, item, json_object_get(given, "tax_rates"), "tax_rates",
			    arena_format(&r->call->arena, "%s[tax_rates]", where)) ||
			put_discounts(r, item, json_object_get(given, "discounts"),
				arena_format(&r->call->arena, "%s[discounts]", where)))
			return -1;
	}
	return 0;
}

/* end_date, a duration, or (the last phase) one interval of its first price. */
static int read_end(struct reading *r, json_t *body, int64_t start, bool last)
{
	struct call *call = r->call;
	json_t *end = json_object_get(r->given, "end_date"), *duration = json_object_get(r->given, "duration");
	json_t *length = json_is_object(duration) ? duration : json_object_get(record_tree(r->first), "recurring");
	enum calendar_interval interval;
	int64_t to = 0;

	if (end && duration)
		return fail_invalid(call, NULL, at(r, "duration"),
			"You may only specify one of these parameters: duration, end_date.");
	if (!end && !duration && !last)
		return fail_missing_param(call, at(r, "end_date"));
	if (json_is_integer(end))
		to = json_integer_value(end);
	else if (json_is_string(end)) /* "now" */
		to = call->now;
	else if (!calendar_interval_parse(js_text(length, "interval"), &interval) ||
		 !calendar_add(start, interval, js_int(length, "interval_count", 1), &to))
		return fail_invalid(call, NULL, at(r, "duration"), "The phase would end beyond the year 9999.");
	if (to <= start)
		return fail_invalid(
			call, NULL, at(r, "end_date"), "The end_date of a phase must be after its start_date.");
	js_put_int(body, "start_date", start);
	js_put_int(body, "end_date", to);
	return 0;
}

static int read_trial(struct reading *r, json_t *body)
{
	json_t *end = json_object_get(r->given, "trial_end");
	const char *anchor = js_text(r->given, "billing_cycle_anchor");
	bool whole = js_flag(r->given, "trial", false);
	int64_t to = js_int(body, "end_date", 0), until;

	if (end && whole)
		return fail_invalid(r->call, NULL, at(r, "trial"),
			"You may only specify one of these parameters: trial, trial_end.");
	if (!end && !whole)
		return 0;
	if (text_is(anchor, "phase_start"))
		return fail_invalid(r->call, NULL, at(r, "billing_cycle_anchor"),
			"The billing_cycle_anchor of a phase cannot be `phase_start` when the phase has a trial.");
	until = whole ? to : json_is_string(end) ? r->call->now : json_integer_value(end);
	if (until > to)
		return fail_invalid(
			r->call, NULL, at(r, "trial_end"), "The trial_end of a phase must not be after its end_date.");
	js_put_int(body, "trial_end", until);
	return 0;
}

static json_t *read_settings(struct reading *r)
{
	const struct schema_node *node = schema_child(phase_node(), "invoice_settings");
	json_t *given = json_object_get(r->given, "invoice_settings"), *body;

	if (!json_is_object(given))
		return json_null();
	body = blank(r->call, node);
	copy_given(body, given,
		(const char *const[]) {
			"account_tax_ids", "custom_fields", "days_until_due", "description", "footer", "issuer" },
		6);
	return body;
}

static int read_fields(struct reading *r, json_t *body)
{
	static const char *const plain[] = { "application_fee_percent", "billing_cycle_anchor", "collection_method",
		"description", "default_payment_method", "on_behalf_of" };
	static const char *const objects[] = { "billing_thresholds", "transfer_data" };
	const char *method = js_text(r->given, "default_payment_method");
	const char *behavior = js_text(r->given, "proration_behavior");

	if (method && !method_attached(r->call, method, r->customer, at(r, "default_payment_method")))
		return -1;
	for (size_t i = 0; i < COUNT_OF(plain); i++)
		js_put(body, plain[i], json_object_get(r->given, plain[i]));
	for (size_t i = 0; i < COUNT_OF(objects); i++)
		js_put_new(body, objects[i],
			completed(r->call, schema_child(phase_node(), objects[i]),
				json_object_get(r->given, objects[i])));
	js_put_text(body, "proration_behavior", behavior ? behavior : "create_prorations");
	js_put_new(body, "metadata", json_object());
	if (json_is_object(json_object_get(r->given, "metadata")))
		js_put(body, "metadata", json_object_get(r->given, "metadata"));
	js_put_new(body, "invoice_settings", read_settings(r));
	js_put_text(body, "currency", r->currency);
	if (put_rates(r, body, json_object_get(r->given, "default_tax_rates"), "default_tax_rates",
		    at(r, "default_tax_rates")))
		return -1;
	return put_discounts(r, body, json_object_get(r->given, "discounts"), at(r, "discounts"));
}

/* Where the entry says that it begins; that must be where the phase before ends. */
static int check_start(struct reading *r, int64_t start)
{
	json_t *given = json_object_get(r->given, "start_date");
	int64_t own = json_is_string(given) ? r->call->now : json_is_integer(given) ? json_integer_value(given) : start;

	if (own == start)
		return 0;
	return fail_invalid(r->call, NULL, at(r, "start_date"),
		"The start_date of a phase must be where the phase before it ends: %lld.", (long long)start);
}

json_t *phases_read(struct call *call, struct record *customer, json_t *given, const char *name, int64_t start)
{
	json_t *out = json_array(), *entry;
	size_t i, n = json_array_size(given);
	const char *currency = NULL;

	if (n > SCHEDULE_PHASES) {
		fail_invalid(
			call, NULL, name, "A schedule can have at most %d current and future phases.", SCHEDULE_PHASES);
		json_decref(out);
		return NULL;
	}
	json_array_foreach(given, i, entry)
	{
		struct reading r = { .call = call,
			.customer = customer,
			.given = entry,
			.where = arena_format(&call->arena, "%s[%zu]", name, i),
			.currency = js_text(entry, "currency") ? js_text(entry, "currency") : currency };
		json_t *body = blank(call, phase_node());

		json_array_append_new(out, body);
		if (read_items(&r, body) || check_start(&r, start) || read_end(&r, body, start, i + 1 == n) ||
			read_trial(&r, body) || read_one_time(&r, body) || read_fields(&r, body)) {
			json_decref(out);
			return NULL;
		}
		currency = r.currency;
		start = js_int(body, "end_date", start);
	}
	return out;
}

/* ---- a subscription as a phase ---- */

static json_t *discount_entries(json_t *ids)
{
	json_t *out = json_array(), *id;
	size_t i;

	json_array_foreach(ids, i, id)
	{
		json_t *one = json_object();

		js_put_null(one, "coupon");
		js_put(one, "discount", id);
		js_put_null(one, "promotion_code");
		json_array_append_new(out, one);
	}
	return out;
}

static json_t *item_of(struct call *call, json_t *item)
{
	const struct schema_node *node = schema_child(phase_node(), "items");
	json_t *body = blank(call, node->fields);

	js_put_text(body, "plan", js_text_at(item, "price.id"));
	js_put_text(body, "price", js_text_at(item, "price.id"));
	js_put(body, "metadata", json_object_get(item, "metadata"));
	js_put_new(body, "discounts", discount_entries(json_object_get(item, "discounts")));
	if (json_object_get(item, "quantity"))
		js_put(body, "quantity", json_object_get(item, "quantity"));
	else
		json_object_del(body, "quantity");
	if (json_array_size(json_object_get(item, "tax_rates")))
		js_put(body, "tax_rates", json_object_get(item, "tax_rates"));
	return body;
}

json_t *phase_of_subscription(struct call *call, struct record *sub)
{
	json_t *tree = record_tree(sub), *body = blank(call, phase_node()), *items = json_array(), *item;
	int64_t start = js_int_at(tree, "items.data.0.current_period_start", call->now),
		end = sub_latest_period_end(sub);
	int64_t trial = js_int(tree, "trial_end", 0);
	size_t i;

	json_array_foreach(js_at(tree, "items.data"), i, item)
	{
		int64_t from = js_int(item, "current_period_start", start);

		start = from < start ? from : start;
		json_array_append_new(items, item_of(call, item));
	}
	js_put_new(body, "add_invoice_items", json_array());
	js_put_new(body, "items", items);
	js_put(body, "currency", json_object_get(tree, "currency"));
	js_put(body, "collection_method", json_object_get(tree, "collection_method"));
	js_put(body, "default_payment_method", json_object_get(tree, "default_payment_method"));
	js_put(body, "description", json_object_get(tree, "description"));
	js_put_new(body, "discounts", discount_entries(json_object_get(tree, "discounts")));
	js_put_null(body, "billing_cycle_anchor");
	js_put_null(body, "invoice_settings");
	js_put_new(body, "metadata", json_object());
	js_put_text(body, "proration_behavior", "create_prorations");
	if (json_array_size(json_object_get(tree, "default_tax_rates")))
		js_put(body, "default_tax_rates", json_object_get(tree, "default_tax_rates"));
	js_put_int(body, "start_date", start);
	js_put_int(body, "end_date", end);
	if (trial > call->now)
		js_put_int(body, "trial_end", trial);
	return body;
}
