/* SPDX-License-Identifier: MIT */
/*
 * What a fixture may leave out because other fields or objects say it: an invoice's totals follow from its lines, a
 * subscription's currency from its price, an item's period from the billing cycle. Only absent fields are set; what is
 * given stands, also where it disagrees. Sources: Stripe docs "The Subscription object", "The Invoice object", "The
 * Price object", "The Invoice Line Item object".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "billing/cycle.h"
#include "engine/fixture_inside.h"
#include "resources/page_url.h"
#include "resources/price.h"

/* ---- finding ---- */

static const char *child_key(struct load *l, const char *type, const char *id)
{
	return arena_format(&l->arena, "%s %s", type, id);
}

/* What an object hangs on, for the kinds that a parent shows or names. */
static const char *parent_id(const struct loaded *o)
{
	if (!strcmp(o->type->name, "SubscriptionItem"))
		return js_text(o->given, "subscription");
	if (!strcmp(o->type->name, "InvoiceLineItem"))
		return js_text(o->given, "invoice");
	if (!strcmp(o->type->name, "Invoice"))
		return js_text_at(o->given, "parent.subscription_details.subscription");
	return NULL;
}

static void find_children(struct load *l, struct target *t)
{
	t->children = map_new();
	for (size_t i = 0; i < t->objects.count; i++) {
		struct loaded *o = t->objects.at[i];
		const char *parent = parent_id(o), *key = parent ? child_key(l, o->type->name, parent) : NULL;
		struct list *list = key ? map_get(t->children, key) : NULL;

		if (!key)
			continue;
		if (!list) {
			list = mem_alloc(sizeof *list);
			map_put(t->children, key, list);
		}
		list_add(list, o);
	}
}

static const struct list *children_of(struct load *l, struct target *t, const char *type, const char *id)
{
	static const struct list nothing = { 0 };
	const struct list *found = map_get(t->children, child_key(l, type, id));

	return found ? found : &nothing;
}

static void free_list(void *arg, const char *key, void *value)
{
	(void)arg, (void)key;
	list_clear(value);
	free(value);
}

void children_free(struct target *t)
{
	if (!t->children)
		return;
	map_each(t->children, free_list, NULL);
	map_free(t->children);
}

/* An object as far as it is known: what was given of it while it is not built. */
static json_t *loaded_tree(const struct loaded *o)
{
	return o->state == BUILT ? record_tree(o->record) : o->given;
}

static json_t *tree_of(struct target *t, const char *id)
{
	const struct loaded *o = id ? map_get(t->by_id, id) : NULL;

	return o ? loaded_tree(o) : record_tree(account_find(t->account, id));
}

static bool has(const struct loaded *o, const char *name)
{
	json_t *value = json_object_get(o->given, name);

	return value && !json_is_null(value);
}

static void put_int(struct loaded *o, const char *name, int64_t value)
{
	if (!json_object_get(o->given, name))
		js_put_int(o->given, name, value);
}

static void put_array(struct loaded *o, const char *name)
{
	if (!json_object_get(o->given, name))
		js_put_new(o->given, name, json_array());
}

static void put_text(struct loaded *o, const char *name, const char *value)
{
	if (value && !json_object_get(o->given, name))
		js_put_text(o->given, name, value);
}

/* A list of the ids of children, to be shown whole; `most` 0: all of them. */
static void put_children(struct loaded *o, const char *name, const struct list *children, size_t most)
{
	json_t *list, *data;

	if (json_object_get(o->given, name) || !children->count)
		return;
	list = json_object();
	data = json_array();
	for (size_t i = 0; i < children->count && (!most || i < most); i++)
		json_array_append_new(data, json_string(((struct loaded *)children->at[i])->id));
	js_put_text(list, "object", "list");
	js_put_flag(list, "has_more", most && children->count > most);
	js_put_new(list, "data", data);
	js_put_new(o->given, name, list);
}

/* ---- prices ---- */

/* The API lists the own currency of a price or coupon among its options; kept are the others only. */
static bool derive_options(struct load *l, struct target *t, struct loaded *o)
{
	(void)l, (void)t;
	if (json_object_get(o->private, "currency_options") && js_text(o->given, "currency"))
		json_object_del(js_own(o->private, "currency_options"), js_text(o->given, "currency"));
	return true;
}

/* An amount is kept twice, as a whole number and as a decimal; either may be given alone. Both are null otherwise. */
static void both_amounts(json_t *tier, const char *name, const char *decimal)
{
	const json_t *whole = json_object_get(tier, name);
	const char *text = js_text(tier, decimal);
	char digits[24], *end = NULL;
	long long value;

	if (json_is_integer(whole) && !text) {
		snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(whole));
		js_put_text(tier, decimal, digits);
	} else if (!json_is_integer(whole) && text) {
		errno = 0;
		value = strtoll(text, &end, 10);
		if (!errno && end != text && !*end)
			js_put_int(tier, name, value);
	}
	if (!json_object_get(tier, name))
		js_put(tier, name, NULL);
	if (!json_object_get(tier, decimal))
		js_put(tier, decimal, NULL);
}

static void derive_tiers(json_t *holder)
{
	size_t count = json_array_size(json_object_get(holder, "tiers"));
	json_t *tiers = count ? js_own_array(holder, "tiers") : NULL;

	for (size_t i = 0; i < count; i++) {
		json_t *tier = json_copy(json_array_get(tiers, i));

		both_amounts(tier, "flat_amount", "flat_amount_decimal");
		both_amounts(tier, "unit_amount", "unit_amount_decimal");
		json_array_set_new(tiers, i, tier);
	}
}

static bool derive_price(struct load *l, struct target *t, struct loaded *o)
{
	json_t *recurring = json_object_get(o->given, "recurring");
	char text[24];

	put_text(o, "type", json_is_object(recurring) ? "recurring" : "one_time");
	if (json_is_object(recurring) && !json_object_get(recurring, "interval_count"))
		js_put_int(js_own(o->given, "recurring"), "interval_count", 1);
	if (has(o, "unit_amount")) {
		snprintf(text, sizeof text, "%lld", (long long)js_int(o->given, "unit_amount", 0));
		put_text(o, "unit_amount_decimal", text);
	}
	if (json_object_get(o->private, "tiers")) {
		put_text(o, "billing_scheme", "tiered");
		derive_tiers(o->private);
	}
	return derive_options(l, t, o);
}

static bool derive_product(struct load *l, struct target *t, struct loaded *o)
{
	(void)l;
	put_int(o, "updated", js_int(o->given, "created", t->call.now));
	return true;
}

/* The plain default would be the first of all kinds. */
static bool derive_payment_method(struct load *l, struct target *t, struct loaded *o)
{
	(void)t;
	if (has(o, "type"))
		return true;
	return load_fail_at(l, o->file, o->path, "has no \"type\", such as \"card\"");
}

/* ---- subscriptions ---- */

static int64_t anchor_of(const json_t *sub, int64_t now)
{
	int64_t start = js_int(sub, "start_date", js_int(sub, "created", now));

	return js_int(sub, "billing_cycle_anchor", js_int(sub, "trial_end", start));
}

/* The running period: the trial, or the one of the billing cycle; the last one of a subscription that has ended. */
static bool period_of(struct target *t, const json_t *sub, const json_t *price, struct span *out)
{
	const json_t *recurring = json_object_get(price, "recurring");
	struct cycle cycle = { .anchor = anchor_of(sub, t->call.now),
		.interval_count = js_int(recurring, "interval_count", 1) };
	const char *status = js_text(sub, "status"), *interval = js_text(recurring, "interval");
	int64_t at = js_int(sub, "ended_at", t->call.now + 1) - 1;

	if (status && !strcmp(status, "trialing") && js_int(sub, "trial_end", 0)) {
		*out = (struct span) { js_int(sub, "trial_start", js_int(sub, "created", t->call.now)),
			js_int(sub, "trial_end", 0) };
		return true;
	}
	return interval && calendar_interval_parse(interval, &cycle.interval) && cycle_period(&cycle, at, out);
}

static bool derive_item(struct load *l, struct target *t, struct loaded *o)
{
	const json_t *sub = tree_of(t, js_text(o->given, "subscription"));
	const char *price_id = js_text(o->given, "price"), *usage;
	struct record *price;
	json_t *plan;
	struct span period;

	if (!sub || !price_id)
		return load_fail_at(
			l, o->file, o->path, sub ? "has no \"price\"" : "has no \"subscription\" that is known");
	price = object_built(l, t, price_id);
	if (!price)
		return false;
	plan = price_plan(&t->call, price);
	if (!plan)
		return load_fail_at(l, o->file, o->path, "has the price %s, which does not recur", price->id);
	js_put_new(o->given, "plan", plan);
	usage = js_text_at(record_tree(price), "recurring.usage_type");
	if (!usage || strcmp(usage, "metered"))
		put_int(o, "quantity", 1);
	put_int(o, "created", js_int(sub, "created", t->call.now));
	put_array(o, "tax_rates");
	if (has(o, "current_period_start") && has(o, "current_period_end"))
		return true;
	if (!period_of(t, sub, record_tree(price), &period))
		return load_fail_at(l, o->file, o->path,
			"has no current_period_start and current_period_end, and they do not follow from the "
			"subscription");
	put_int(o, "current_period_start", period.from);
	put_int(o, "current_period_end", period.to);
	return true;
}

/* The newest of its invoices in this load. */
static const char *latest_invoice(const struct list *invoices)
{
	const struct loaded *latest = NULL;
	int64_t newest = INT64_MIN;

	for (size_t i = 0; i < invoices->count; i++) {
		const struct loaded *o = invoices->at[i];
		int64_t created = js_int(loaded_tree(o), "created", INT64_MIN);

		if (latest && created < newest)
			continue;
		latest = o;
		newest = created;
	}
	return latest ? latest->id : NULL;
}

static bool derive_subscription(struct load *l, struct target *t, struct loaded *o)
{
	const json_t *items, *item;
	struct record *price;
	const char *price_id;

	put_int(o, "start_date", js_int(o->given, "created", t->call.now));
	put_int(o, "billing_cycle_anchor", anchor_of(o->given, t->call.now));
	put_text(o, "latest_invoice", latest_invoice(children_of(l, t, "Invoice", o->id)));
	put_children(o, "items", children_of(l, t, "SubscriptionItem", o->id), 0);
	items = js_at(o->given, "items.data");
	if (!json_array_size(items))
		return load_fail_at(l, o->file, o->path, "has no items; a subscription has one item at least");
	item = tree_of(t, json_string_value(json_array_get(items, 0)));
	price_id = js_text(item, "price") ? js_text(item, "price") : js_text_at(item, "price.id");
	price = price_id ? object_built(l, t, price_id) : NULL;
	if (l->why)
		return false;
	put_text(o, "currency", js_text(record_tree(price), "currency"));
	return true;
}

/* ---- invoices ---- */

static bool derive_line(struct load *l, struct target *t, struct loaded *o)
{
	const json_t *invoice = tree_of(t, js_text(o->given, "invoice"));
	const char *price_id = js_text_at(o->given, "pricing.price_details.price");
	char text[24];

	(void)l;
	put_text(o, "currency", js_text(invoice, "currency"));
	put_int(o, "subtotal", js_int(o->given, "amount", 0));
	put_array(o, "discount_amounts");
	put_array(o, "pretax_credit_amounts");
	put_array(o, "taxes");
	if (has(o, "quantity")) {
		snprintf(text, sizeof text, "%lld", (long long)js_int(o->given, "quantity", 0));
		put_text(o, "quantity_decimal", text);
	}
	if (price_id && !js_text_at(o->given, "pricing.price_details.product")) {
		const json_t *price = tree_of(t, price_id);

		js_put_text(js_own(js_own(o->given, "pricing"), "price_details"), "product",
			js_text(price, "product") ? js_text(price, "product") : "");
	}
	/* A line has no time of its own: in lists it stands by its invoice's. */
	if (o->created == NO_TIME && invoice)
		o->created = js_int(invoice, "created", t->call.now);
	return true;
}

static bool derive_totals(struct load *l, struct target *t, struct loaded *o)
{
	const struct list *lines = children_of(l, t, "InvoiceLineItem", o->id);
	const char *status = js_text(o->given, "status");
	int64_t sum = 0, total, due;
	bool paid = status && !strcmp(status, "paid");

	for (size_t i = 0; i < lines->count; i++) {
		const struct loaded *line = lines->at[i];

		if (__builtin_add_overflow(sum, js_int(loaded_tree(line), "amount", 0), &sum))
			return load_fail_at(
				l, line->file, line->path, "the amounts of %s are more than can be billed", o->id);
	}
	put_int(o, "subtotal", sum);
	total = js_int(o->given, "subtotal", 0);
	put_int(o, "total", total);
	total = js_int(o->given, "total", 0);
	put_int(o, "subtotal_excluding_tax", js_int(o->given, "subtotal", 0));
	put_int(o, "total_excluding_tax", total);
	put_int(o, "amount_due", total > 0 ? total : 0);
	due = js_int(o->given, "amount_due", 0);
	put_int(o, "amount_paid", paid ? due : 0);
	put_int(o, "amount_remaining", due - js_int(o->given, "amount_paid", 0));
	return true;
}

/* A finalized invoice has its pages, in the form that the simulator's own have. */
static void derive_links(struct load *l, struct target *t, struct loaded *o)
{
	const char *status = js_text(o->given, "status");

	(void)l;
	if (!strcmp(status, "draft"))
		return;
	put_text(o, "hosted_invoice_url", invoice_page_url(&t->call, o->id));
	put_text(o, "invoice_pdf", invoice_pdf_url(&t->call, o->id));
}

static bool derive_invoice(struct load *l, struct target *t, struct loaded *o)
{
	const struct list *lines = children_of(l, t, "InvoiceLineItem", o->id);
	int64_t created = js_int(o->given, "created", t->call.now);
	const char *currency = lines->count ? js_text(loaded_tree(lines->at[0]), "currency") : NULL;

	if (json_object_get(o->given, "lines") && js_flag_at(o->given, "lines.has_more", false) &&
		lines->count <= json_array_size(js_at(o->given, "lines.data")))
		return load_fail_at(l, o->file, arena_format(&l->arena, "%s.lines.has_more", o->path),
			"the list is cut off; copy the other lines too, as objects of their own");
	put_text(o, "currency", currency ? currency : js_text(tree_of(t, js_text(o->given, "customer")), "currency"));
	if (!has(o, "status"))
		js_put_text(o->given, "status", "draft");
	derive_links(l, t, o);
	put_int(o, "period_start", created);
	put_int(o, "period_end", created);
	put_children(o, "lines", lines, 10); /* the API shows the first ten */
	return derive_totals(l, t, o);
}

static bool derive_invoice_item(struct load *l, struct target *t, struct loaded *o)
{
	(void)l;
	put_int(o, "date", t->call.now);
	put_int(o, "net_amount", js_int(o->given, "amount", 0));
	if (o->created == NO_TIME)
		o->created = js_int(o->given, "date", t->call.now);
	return true;
}

static const struct {
	const char *type;
	bool (*derive)(struct load *l, struct target *t, struct loaded *o);
} rules[] = {
	{ "Coupon", derive_options },
	{ "Invoice", derive_invoice },
	{ "InvoiceItem", derive_invoice_item },
	{ "InvoiceLineItem", derive_line },
	{ "PaymentMethod", derive_payment_method },
	{ "Price", derive_price },
	{ "Product", derive_product },
	{ "Subscription", derive_subscription },
	{ "SubscriptionItem", derive_item },
};

bool object_derive(struct load *l, struct target *t, struct loaded *o)
{
	if (!t->children)
		find_children(l, t);
	for (size_t i = 0; i < COUNT_OF(rules); i++)
		if (!strcmp(rules[i].type, o->type->name))
			return rules[i].derive(l, t, o);
	return true;
}
