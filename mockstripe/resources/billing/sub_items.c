/* SPDX-License-Identifier: MIT */
/* The items a request asks for, and their records. Source: Stripe docs "Modify subscriptions", "Subscription items". */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/billing/sub.h"
#include "resources/discount.h"
#include "resources/price.h"

static int fail_item(struct call *call, const char *code, const char *where, const char *part, const char *message)
{
	return fail_invalid(call, code, arena_format(&call->arena, "%s[%s]", where, part), "%s", message);
}

/* The item an entry names by id; NULL with the failure when it is no item of this subscription. */
static struct item_change *existing(struct sub_change *c, const char *id)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].has_old && !strcmp(c->items[i].old.record->id, id))
			return &c->items[i];
	fail_invalid(c->call, NULL, NULL, "Invalid subscription_item id: %s", id);
	return NULL;
}

static struct record *wanted_price(struct sub_change *c, json_t *entry, const char *where)
{
	struct call *call = c->call;
	const char *id = js_text(entry, "price"), *part = "price";
	json_t *data = json_object_get(entry, "price_data");

	if (!id) {
		id = js_text(entry, "plan");
		part = id ? "plan" : "price";
	}
	if (id)
		return price_usable(call, id, "recurring", arena_format(&call->arena, "%s[%s]", where, part));
	if (json_is_object(data))
		return price_from_data(call, data, arena_format(&call->arena, "%s[price_data]", where));
	return NULL;
}

static int check_currency(struct sub_change *c, struct record *price, const char *where)
{
	struct call *call = c->call;
	const char *own = js_text(record_tree(price), "currency");

	if (!c->currency) {
		c->currency = own;
		return 0;
	}
	if (price_has_currency(price, c->currency))
		return 0;
	if (c->sub)
		return fail_invalid(call, NULL, arena_format(&call->arena, "%s[price]", where),
			"The price specified only supports `%s`. This doesn't match the expected currency: `%s`.", own,
			c->currency);
	return fail_invalid(call, NULL, arena_format(&call->arena, "%s[price]", where),
		"This `price` has `currency=%s`, but other items use `currency=%s`. All items must have pricing in the "
		"same "
		"currency. When using multi-currency prices, you can specify `currency` at the top level, to be used "
		"by all "
		"items.",
		own, c->currency);
}

static int read_quantity(struct sub_change *c, struct item_change *item, json_t *entry, bool new_price)
{
	struct call *call = c->call;

	if (json_is_integer(json_object_get(entry, "quantity"))) {
		if (item->new.metered)
			return fail_item(call, NULL, item->where, "quantity",
				"You cannot set the quantity of a metered price: it is billed by its usage.");
		item->new.quantity = decimal_of(js_int(entry, "quantity", 1));
	} else if (new_price) {
		item->new.quantity = decimal_of(1); /* Stripe docs: a price change without a quantity resets it to 1 */
	}
	return 0;
}

static int read_entry(struct sub_change *c, json_t *entry, const char *where)
{
	struct call *call = c->call;
	const char *id = js_text(entry, "id");
	struct item_change *item;
	struct record *price;
	bool other_price;

	if (id) {
		item = existing(c, id);
		if (!item)
			return -1;
	} else {
		if (c->n == COUNT_OF(c->items))
			return fail_invalid(call, NULL, NULL, "A subscription can have at most %d items.", SUB_ITEMS);
		item = &c->items[c->n++];
		*item = (struct item_change) { .has_new = true };
	}
	item->given = entry;
	item->where = where;
	if (js_flag(entry, "deleted", false)) {
		if (!item->has_old)
			return fail_item(call, "parameter_missing", where, "id",
				"Name the subscription item to delete by its id.");
		item->has_new = false;
		item->changed = true;
		return 0;
	}
	price = wanted_price(c, entry, where);
	if (call->fail.status)
		return -1;
	if (!price && !item->has_old)
		return fail_missing_param(call, arena_format(&call->arena, "%s[price]", where));
	other_price = price && (!item->has_old || price != item->old.price);
	if (other_price) {
		if (check_currency(c, price, where) || !item_read_price(call, &item->new, price, c->currency))
			return -1;
	}
	if (json_object_get(entry, "tax_rates")) {
		item->new.tax_rates = tax_rates_of(
			call, json_object_get(entry, "tax_rates"), arena_format(&call->arena, "%s[tax_rates]", where));
		if (call->fail.status)
			return -1;
	}
	if (read_quantity(c, item, entry, other_price) || item_total(call, &item->new))
		return -1;
	item->changed = other_price || !item->has_old || decimal_compare(item->old.quantity, item->new.quantity);
	return 0;
}

static int check_duplicates(struct sub_change *c)
{
	struct call *call = c->call;

	for (size_t i = 0; i < c->n; i++) {
		for (size_t k = 0; k < i; k++) {
			struct item_change *a = &c->items[k], *b = &c->items[i];

			if (!a->has_new || !b->has_new || a->new.price != b->new.price)
				continue;
			if (!c->sub)
				return fail_invalid(call, NULL, "plan",
					"Cannot create a Subscription with multiple Subscription Items with the same "
					"Price: %s",
					b->new.price->id);
			return fail_invalid(call, NULL, "plan",
				"A new item with Price %s can't be added to this Subscription because an existing "
				"Subscription Item %s "
				"is already using that Price. If you want to update the existing item (e.g., to adjust "
				"the quantity), "
				"pass the existing Subscription Item's `id` in your update request: "
				"https://stripe.com/docs/api/subscriptions/update#update_subscription-items-id",
				b->new.price->id, a->has_old ? a->old.record->id : "");
		}
	}
	return 0;
}

/*
 * How many days or months an interval has; whether those of `b` are whole numbers of those of `a`. A month is some
 * whole number of days, so everything is a multiple of a single day; weeks and months have no measure in common.
 */
static bool is_multiple(const struct item_facts *a, const struct item_facts *b)
{
	static const struct {
		bool months;
		int64_t length;
	} units[] = {
		[CALENDAR_INTERVAL_DAY] = { false, 1 },
		[CALENDAR_INTERVAL_WEEK] = { false, 7 },
		[CALENDAR_INTERVAL_MONTH] = { true, 1 },
		[CALENDAR_INTERVAL_YEAR] = { true, 12 },
	};
	int64_t short_one = units[a->interval].length * a->interval_count;
	int64_t long_one = units[b->interval].length * b->interval_count;

	if (units[a->interval].months == units[b->interval].months)
		return long_one % short_one == 0;
	return !units[a->interval].months && short_one == 1;
}

/* Classic: one interval for all. Flexible: all are multiples of one of them. Source: Stripe docs "Mixed intervals". */
static int check_intervals(struct sub_change *c)
{
	const struct item_facts *first = NULL, *shortest = NULL;
	bool mixed = false, fits = true;

	for (size_t i = 0; i < c->n; i++) {
		const struct item_facts *item = &c->items[i].new;

		if (!c->items[i].has_new)
			continue;
		if (!first)
			first = shortest = item;
		mixed |= item->interval != first->interval || item->interval_count != first->interval_count;
		if (is_multiple(item, shortest))
			shortest = item;
	}
	for (size_t i = 0; i < c->n; i++)
		fits &= !c->items[i].has_new || is_multiple(shortest, &c->items[i].new);
	if (mixed && !c->flexible)
		return fail_invalid(c->call, NULL, "items",
			"Currency and interval fields must match across all plans on this subscription. Found "
			"mismatch in interval field.");
	if (!fits)
		return fail_invalid(c->call, NULL, "items",
			"The intervals of all prices on this subscription must be multiples of the shortest one.");
	return 0;
}

int sub_items_wanted(struct sub_change *c, json_t *items, const char *name)
{
	size_t i, left = 0;
	json_t *entry;

	if (json_array_size(items) > SUB_ITEMS)
		return fail_invalid(
			c->call, NULL, name, "Array %s exceeded maximum %d allowed elements.", name, SUB_ITEMS);
	json_array_foreach(items, i, entry)
	{
		if (read_entry(c, entry, arena_format(&c->call->arena, "%s[%zu]", name, i)))
			return -1;
	}
	for (i = 0; i < c->n; i++)
		left += c->items[i].has_new;
	if (!left)
		return c->sub ? fail_invalid(c->call, NULL, NULL,
					"A subscription must have at least one active plan. To cancel a subscription, "
					"please use the "
					"cancel API endpoint on /v1/subscriptions.")
			      : fail_missing_param(c->call, name);
	if (left > SUB_ITEMS)
		return fail_invalid(c->call, NULL, name, "A subscription can have at most %d items.", SUB_ITEMS);
	return check_duplicates(c) || check_intervals(c) ? -1 : 0;
}

int64_t sub_trial_days(const struct sub_change *c)
{
	int64_t days = 0;

	for (size_t i = 0; i < c->n; i++) {
		int64_t own = js_int_at(record_tree(c->items[i].new.price), "recurring.trial_period_days", 0);

		if (c->items[i].has_new && own > days)
			days = own;
	}
	return days;
}

/* ---- records ---- */

static json_t *new_item(struct sub_change *c, const char *wanted)
{
	json_t *body = json_object();
	char id[ID_ROOM];

	if (!wanted)
		account_new_id(c->call->account, sub_item_type()->prefix, sub_item_type()->id_length, id);
	js_put_text(body, "id", wanted ? wanted : id);
	js_put_text(body, "object", "subscription_item");
	js_put_null(body, "billing_thresholds");
	js_put_int(body, "created", c->call->now);
	js_put_int(body, "current_period_end", 0);
	js_put_int(body, "current_period_start", 0);
	js_put_null(body, "current_trial");
	js_put_new(body, "discounts", json_array());
	js_put_new(body, "metadata", json_object());
	js_put_null(body, "plan");
	js_put_null(body, "price");
	js_put_int(body, "quantity", 1);
	js_put_text(body, "subscription", c->sub->id);
	js_put_new(body, "tax_rates", json_array());
	js_put_new(js_own(body, PRIVATE_KEY), "originals", json_array()); /* nothing has charged for its period yet */
	return body;
}

static void write_price(struct sub_change *c, json_t *draft, struct item_facts *item)
{
	int64_t whole;

	js_put_new(draft, "plan", price_plan(c->call, item->price));
	js_put(draft, "price", record_tree(item->price));
	if (item->metered)
		json_object_del(draft, "quantity");
	else if (decimal_whole(item->quantity, &whole))
		js_put_int(draft, "quantity", whole);
}

static int write_entry(struct sub_change *c, json_t *draft, struct item_change *item)
{
	struct call *call = c->call;
	json_t *given = item->given;

	if (json_object_get(given, "metadata") && metadata_apply(call, draft, json_object_get(given, "metadata")))
		return -1;
	if (json_object_get(given, "tax_rates"))
		js_put_new(draft, "tax_rates", item->new.tax_rates ? json_incref(item->new.tax_rates) : json_array());
	if (json_object_get(given, "billing_thresholds"))
		js_put(draft, "billing_thresholds", json_object_get(given, "billing_thresholds"));
	if (json_object_get(given, "discounts")) {
		struct discount_owner owner = { .customer = c->customer,
			.subscription = c->sub->id,
			.subscription_item = js_text(draft, "id"),
			.currency = c->currency,
			.no_minimum = true };
		json_t *ids = discounts_redeem(call, json_object_get(given, "discounts"), &owner,
			json_object_get(draft, "discounts"), arena_format(&call->arena, "%s[discounts]", item->where));

		if (!ids)
			return -1;
		js_put_new(draft, "discounts", ids);
	}
	return 0;
}

static bool is_touched(const struct item_change *item)
{
	return item->changed || item->given || !item->has_old || item->old.period.from != item->new.period.from ||
	       item->old.period.to != item->new.period.to;
}

int sub_items_store(struct sub_change *c)
{
	struct record *shown[2 * SUB_ITEMS];
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct item_change *item = &c->items[i];
		json_t *draft;

		if (!item->has_new) {
			if (!c->tentative)
				journal_delete(&c->call->journal, item->old.record);
			continue;
		}
		if (!item->has_old) {
			json_t *body = new_item(c, item->id);

			item->new.record = journal_add(
				&c->call->journal, sub_item_type(), js_text(body, "id"), body, c->call->now);
		}
		shown[n++] = item->new.record;
		if (!is_touched(item))
			continue;
		draft = journal_edit(&c->call->journal, item->new.record);
		if (item->changed || !item->has_old)
			write_price(c, draft, &item->new);
		js_put_int(draft, "current_period_start", item->new.period.from);
		js_put_int(draft, "current_period_end", item->new.period.to);
		if (write_entry(c, draft, item))
			return -1;
		item->new.discounts = json_object_get(draft, "discounts");
		item->new.metadata = json_object_get(draft, "metadata");
		item->new.tax_rates = json_object_get(draft, "tax_rates");
	}
	sub_show_items(c->call, c->sub, shown, n);
	return 0;
}
