/* SPDX-License-Identifier: MIT */
/*
 * What customers change before they pay: a promotion code, quantities, optional items, the way of shipping. What is due
 * is then worked out anew from the whole basket, as it was when the session was made. Source: Stripe docs "Add
 * discounts", "Make line item quantities adjustable", "Add optional items", "Charge for shipping".
 */
#include <errno.h>
#include <stdlib.h>
#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "resources/check.h"
#include "resources/checkout/inside.h"
#include "resources/coupon.h"

#define QUANTITY_LEAST 0 /* Stripe docs "Create a Checkout Session", adjustable_quantity, unless told */
#define QUANTITY_MOST 99

/* The basket as it is going to be: an entry for each line item that stays, in order, then the new ones. */
struct wanted {
	struct call *call;
	struct record *session;
	json_t *entries;      /* the call's */
	struct record **rows; /* of the entries; NULL where the item is new */
	size_t n;
	json_t *discounts;
};

/* A form has texts, JSON has integers. False: no whole number. */
static bool read_quantity(json_t *node, int64_t *out)
{
	const char *text = json_string_value(node);
	char *end = NULL;
	long long number;

	if (json_is_integer(node)) {
		*out = json_integer_value(node);
		return true;
	}
	if (!text || !*text)
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || *end)
		return false;
	*out = number;
	return true;
}

/* 0, or -1 when that many are not allowed. `rule` is adjustable_quantity. */
static int check_quantity(struct call *call, json_t *rule, json_t *given, int64_t *out, const char *where)
{
	int64_t least = js_int(rule, "minimum", QUANTITY_LEAST), most = js_int(rule, "maximum", QUANTITY_MOST);

	if (!read_quantity(given, out))
		return fail_invalid(call, "parameter_invalid_integer", where, "Invalid integer");
	if (!js_flag(rule, "enabled", false))
		return fail_invalid(call, NULL, where, "The quantity of this item cannot be changed.");
	if (*out < least || *out > most)
		return fail_invalid(call, NULL, where, "The quantity must be between %lld and %lld.", (long long)least,
			(long long)most);
	return 0;
}

/* ---- the items ---- */

static json_t *entry_of(struct record *row)
{
	json_t *tree = record_tree(row), *entry = json_object();

	js_put(entry, "price", js_at(tree, "price.id"));
	if (json_is_integer(json_object_get(tree, "quantity")))
		js_put(entry, "quantity", json_object_get(tree, "quantity"));
	if (json_object_get(record_private(row), "tax_rates"))
		js_put(entry, "tax_rates", json_object_get(record_private(row), "tax_rates"));
	return entry;
}

/* By the item's id, or by its place. Borrowed; NULL: not changed. */
static json_t *quantity_for(struct call *call, json_t *given, struct record *row, size_t place)
{
	json_t *by_id = js_get(given, row->id);

	return by_id ? by_id : js_get(given, arena_format(&call->arena, "%zu", place));
}

static int add_row(struct wanted *w, const struct checkout_choice *choice, struct record *row, size_t place)
{
	json_t *given = quantity_for(w->call, choice->quantities, row, place), *entry;
	int64_t quantity = 1;

	if (given && check_quantity(w->call, json_object_get(record_tree(row), "adjustable_quantity"), given, &quantity,
			     name_in(w->call, "quantities", row->id)))
		return -1;
	if (given && !quantity)
		return 0;
	entry = entry_of(row);
	if (given)
		js_put_int(entry, "quantity", quantity);
	json_array_append_new(w->entries, entry);
	w->rows[w->n++] = row;
	return 0;
}

/* The line item that an optional item has become; NULL: none yet. */
static struct record *row_of_option(struct wanted *w, const char *price)
{
	const struct list *rows = checkout_items(w->call, w->session);

	for (size_t i = 0; i < rows->count; i++) {
		const char *of = js_text(record_private(rows->at[i]), "option");

		if (text_is(of, price))
			return rows->at[i];
	}
	return NULL;
}

static json_t *option_of(struct wanted *w, const char *price)
{
	json_t *option;
	size_t i;

	json_array_foreach(json_object_get(record_tree(w->session), "optional_items"), i, option)
	{
		if (text_is(js_text(option, "price"), price))
			return option;
	}
	return NULL;
}

static int add_option(struct wanted *w, const char *price, json_t *given)
{
	const char *where = name_in(w->call, "optional_items", price);
	json_t *option = option_of(w, price), *entry;
	int64_t quantity;

	if (!option)
		return fail_invalid(
			w->call, NULL, where, "This Checkout Session has no optional item of the price `%s`.", price);
	if (!read_quantity(given, &quantity) || quantity < 0)
		return fail_invalid(w->call, "parameter_invalid_integer", where, "Invalid integer");
	if (!quantity)
		return 0;
	if (quantity != js_int(option, "quantity", 1) &&
		check_quantity(w->call, json_object_get(option, "adjustable_quantity"), given, &quantity, where))
		return -1;
	entry = json_object();
	js_put_text(entry, "price", price);
	js_put_int(entry, "quantity", quantity);
	json_array_append_new(w->entries, entry);
	w->rows[w->n++] = row_of_option(w, price);
	return 0;
}

static int gather(struct wanted *w, const struct checkout_choice *choice)
{
	const struct list *rows = checkout_items(w->call, w->session);
	const char *price;
	json_t *given;

	w->rows = arena_alloc(
		&w->call->arena, (rows->count + json_object_size(choice->optional_items)) * sizeof *w->rows + 1);
	for (size_t i = 0; i < rows->count; i++) {
		const char *option = js_text(record_private(rows->at[i]), "option");

		if ((!option || !json_object_get(choice->optional_items, option)) && add_row(w, choice, rows->at[i], i))
			return -1;
	}
	json_object_foreach(choice->optional_items, price, given)
	{
		if (add_option(w, price, given))
			return -1;
	}
	if (!w->n)
		return fail_invalid(w->call, NULL, "quantities", "At least one item must stay.");
	return 0;
}

/* ---- the discount ---- */

static int choose_discounts(struct wanted *w, const char *typed)
{
	struct call *call = w->call;
	struct record *customer = account_find(call->account, js_text(record_tree(w->session), "customer")), *code;
	json_t *entry;

	w->discounts = json_object_get(record_private(w->session), "discounts");
	if (!typed)
		return 0;
	if (!js_flag(record_tree(w->session), "allow_promotion_codes", false))
		return fail_invalid(call, NULL, "promotion_code",
			"This Checkout Session does not take promotion codes: create it with "
			"`allow_promotion_codes`.");
	w->discounts = NULL;
	if (!*typed)
		return 0;
	code = account_get(call->account, typed, schema_find_object("promotion_code"));
	if (!code)
		code = promotion_code_typed(call, typed, customer);
	if (!code)
		return fail_promotion_code_typed(call, typed);
	entry = json_object();
	js_put_text(entry, "promotion_code", code->id);
	w->discounts = js_lent(&call->arena, json_array());
	json_array_append_new(w->discounts, entry);
	return 0;
}

/* ---- shipping ---- */

/* The place of the chosen option: the one asked for, else the one that is chosen already. -1 with the failure. */
static int choose_shipping(struct wanted *w, const char *rate, size_t *out)
{
	json_t *tree = record_tree(w->session), *option;
	const char *wanted = rate ? rate : js_text_at(tree, "shipping_cost.shipping_rate");
	size_t i;

	*out = 0;
	if (!wanted)
		return 0;
	json_array_foreach(json_object_get(tree, "shipping_options"), i, option)
	{
		const char *own = js_text(option, "shipping_rate");

		if (text_is(own, wanted)) {
			*out = i;
			return 0;
		}
	}
	return fail_invalid(
		w->call, NULL, "shipping_rate", "This Checkout Session does not offer the shipping rate `%s`.", wanted);
}

/* ---- all of it ---- */

static bool stays(const struct wanted *w, const struct record *row)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->rows[i] == row)
			return true;
	return false;
}

static void store(struct wanted *w, const struct basket *b)
{
	const struct list *rows = checkout_items(w->call, w->session);

	for (size_t i = rows->count; i-- > 0;)
		if (!stays(w, rows->at[i]))
			journal_delete(&w->call->journal, rows->at[i]);
	for (size_t i = 0; i < w->n; i++) {
		struct record *row = w->rows[i];

		if (row) {
			basket_show_item(b, &b->items[i], journal_edit(&w->call->journal, row));
			continue;
		}
		row = basket_store_item(w->call, b, &b->items[i], w->session->id);
		js_put(journal_edit_private(&w->call->journal, row), "option",
			json_object_get(b->items[i].entry, "price"));
	}
}

static bool changes(const struct checkout_choice *choice)
{
	return choice->promotion_code || json_object_size(choice->quantities) ||
	       json_object_size(choice->optional_items) || choice->shipping_rate;
}

int checkout_choose(struct call *call, struct record *session, const struct checkout_choice *choice)
{
	json_t *tree = record_tree(session);
	struct wanted w = { .call = call, .session = session };
	struct basket *b = arena_alloc(&call->arena, sizeof *b);
	struct basket_order order;
	size_t shipping;

	if (!changes(choice))
		return 0;
	if (session_check_open(call, session, "changed"))
		return -1;
	if (text_is(js_text(tree, "mode"), "setup"))
		return fail_invalid(call, NULL, NULL, "There is nothing to choose in `setup` mode.");
	w.entries = js_lent(&call->arena, json_array());
	if (gather(&w, choice) || choose_discounts(&w, choice->promotion_code) ||
		choose_shipping(&w, choice->shipping_rate, &shipping))
		return -1;
	order = (struct basket_order) {
		.mode = js_text(tree, "mode"),
		.currency = js_text(tree, "currency"),
		.items = w.entries,
		.discounts = w.discounts,
		.subscription = json_object_get(record_private(session), "subscription_data"),
		.shipping = json_object_get(tree, "shipping_options"),
		.chosen_shipping = shipping,
		.customer = account_find(call->account, js_text(tree, "customer")),
		.trial = session_has_trial(call, json_object_get(record_private(session), "subscription_data")),
		.again = true,
	};
	if (basket_read(call, b, &order))
		return -1;
	store(&w, b);
	return basket_show(call, b, &order, journal_edit(&call->journal, session));
}
