/* SPDX-License-Identifier: MIT */
#include "resources/discount_terms.h"

#include <stdio.h>
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/coupon.h"
#include "value/currency.h"
#include "value/decimal.h"

/* ---- redemption ---- */

int coupon_check(struct call *call, struct record *coupon, const struct discount_owner *owner, const char *where)
{
	const json_t *body = record_tree(coupon);
	const char *currency = js_text(body, "currency");

	if (!coupon_is_open(call, coupon))
		return fail_coupon_expired(call, coupon, where);
	if (!currency || !owner->currency || !strcmp(currency, owner->currency) ||
		js_at(record_private(coupon), arena_format(&call->arena, "currency_options.%s", owner->currency)))
		return 0;
	return fail_invalid(call, NULL, where,
		"The coupon `%s` takes off an amount in `%s`. This doesn't match the expected currency: `%s`.",
		coupon->id, currency, owner->currency);
}

/* Stripe docs, "Promotion codes": a first-time customer has no payments, and no invoices but void ones. */
static bool has_transactions(struct call *call, const struct record *customer)
{
	const struct list *rows = list_by(call, schema_find_object("charge"), "customer", customer->id);

	for (size_t i = 0; i < rows->count; i++)
		if (js_flag(record_tree(rows->at[i]), "paid", false))
			return true;
	rows = list_by(call, schema_find_object("invoice"), "customer", customer->id);
	for (size_t i = 0; i < rows->count; i++) {
		const char *status = js_text(record_tree(rows->at[i]), "status");

		if (status && strcmp(status, "void") != 0 && strcmp(status, "draft") != 0)
			return true;
	}
	return false;
}

static int check_minimum(
	struct call *call, const json_t *restrictions, const struct discount_owner *owner, const char *where)
{
	int64_t least = js_int(restrictions, "minimum_amount", 0);
	const char *currency = js_text(restrictions, "minimum_amount_currency");

	if (!least)
		return 0;
	if (owner->no_minimum)
		return fail_invalid(call, NULL, where,
			"This promotion code cannot be redeemed here because it has a minimum amount.");
	if (owner->amount < 0 || !owner->currency)
		return 0;
	if (strcmp(currency, owner->currency) != 0)
		least = js_int_at(restrictions,
			arena_format(&call->arena, "currency_options.%s.minimum_amount", owner->currency), -1);
	if (least < 0)
		return fail_invalid(call, NULL, where,
			"This promotion code cannot be redeemed because it has no minimum amount in the currency `%s`.",
			owner->currency);
	if (owner->amount < least)
		return fail_invalid(call, NULL, where,
			"This promotion code cannot be redeemed because the amount is below its minimum.");
	return 0;
}

int promotion_code_check(struct call *call, struct record *code, const struct discount_owner *owner, const char *where)
{
	const json_t *body = record_tree(code), *restrictions = js_get(body, "restrictions");
	const char *only = js_text(body, "customer");

	if (!js_flag(body, "active", false) || call->now > js_int(body, "expires_at", INT64_MAX))
		return fail_invalid(
			call, NULL, where, "This promotion code cannot be redeemed because it is not active.");
	if (only && (!owner->customer || strcmp(only, owner->customer->id) != 0))
		return fail_invalid(call, NULL, where,
			"This promotion code cannot be redeemed because it is restricted to another customer.");
	if (js_flag(restrictions, "first_time_transaction", false) && owner->customer &&
		has_transactions(call, owner->customer))
		return fail_invalid(call, NULL, where,
			"This promotion code cannot be redeemed because the associated customer has prior "
			"transactions.");
	return check_minimum(call, restrictions, owner, where);
}

/* ---- terms ---- */

json_t *discount_terms(struct record *coupon)
{
	static const char *const shown[] = { "amount_off", "currency", "duration", "name", "percent_off" };
	static const char *const hidden[] = { "applies_to", "currency_options" };
	json_t *terms = json_object();

	for (size_t i = 0; i < COUNT_OF(shown); i++)
		js_put(terms, shown[i], js_get(record_tree(coupon), shown[i]));
	for (size_t i = 0; i < COUNT_OF(hidden); i++)
		if (js_get(record_private(coupon), hidden[i]))
			js_put(terms, hidden[i], js_get(record_private(coupon), hidden[i]));
	return terms;
}

static const json_t *terms_of(struct record *discount)
{
	return js_get(record_private(discount), "terms");
}

struct record *discount_find(struct call *call, const char *id)
{
	return id ? account_get(call->account, id, schema_find_object("discount")) : NULL;
}

bool discount_counts(struct record *discount, int64_t at)
{
	return at < js_int(record_private(discount), "ended_at", INT64_MAX) &&
	       at < js_int(record_tree(discount), "end", INT64_MAX);
}

json_t *discounts_counting(struct call *call, json_t *ids, int64_t at)
{
	json_t *out = json_array(), *id;
	size_t i;

	json_array_foreach(ids, i, id)
	{
		struct record *discount = discount_find(call, json_string_value(id));

		if (discount && discount_counts(discount, at))
			json_array_append(out, id);
	}
	return out;
}

bool discount_is_once(struct record *discount)
{
	const char *duration = js_text(terms_of(discount), "duration");

	return text_is(duration, "once");
}

bool terms_cover(const json_t *terms, const char *product)
{
	const json_t *products = js_at(terms, "applies_to.products");

	for (size_t i = 0; product && i < json_array_size(products); i++)
		if (!strcmp(json_string_value(json_array_get(products, i)), product))
			return true;
	return !product || !json_array_size(products);
}

bool discount_covers(struct record *discount, const char *product)
{
	return terms_cover(terms_of(discount), product);
}

/* percent_off is a JSON number with at most two decimals; its digits are read, not the double. */
static bool read_percent(const json_t *terms, int64_t *out)
{
	const json_t *percent = js_get(terms, "percent_off");
	char text[64];

	if (json_is_integer(percent))
		snprintf(text, sizeof text, "%lld", (long long)json_integer_value(percent));
	else
		snprintf(text, sizeof text, "%.4f", json_real_value(percent));
	return percent_parse(text, 4, out) == DECIMAL_OK;
}

bool terms_read(const json_t *terms, const char *currency, struct discount *out)
{
	const char *own = js_text(terms, "currency");
	struct discount read = { .item = DISCOUNT_ALL_ITEMS };
	char path[64];

	if (json_is_number(js_get(terms, "percent_off"))) {
		if (!read_percent(terms, &read.percent_off))
			return false;
	} else if (text_is(own, currency)) {
		read.amount_off = js_int(terms, "amount_off", 0);
	} else {
		snprintf(path, sizeof path, "currency_options.%s.amount_off", currency);
		read.amount_off = js_int_at(terms, path, -1);
		if (read.amount_off < 0)
			return false;
	}
	*out = read;
	return true;
}

bool discount_read(struct record *discount, const char *currency, struct discount *out)
{
	return terms_read(terms_of(discount), currency, out);
}

const char *discount_name(struct record *discount)
{
	const char *name = js_text(terms_of(discount), "name");

	return name ? name : js_text_at(record_tree(discount), "source.coupon");
}
