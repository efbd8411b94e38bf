/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "resources/check.h"
#include "resources/price.h"
#include "resources/price_make.h"
#include "resources/product.h"

/* Where the amounts in that currency stand: the price itself, or one of its options; NULL for neither. */
static const json_t *amounts_in(struct record *price, const char *currency)
{
	const json_t *body = record_tree(price);

	if (text_is(js_text(body, "currency"), currency))
		return body;
	return js_get(js_get(record_private(price), "currency_options"), currency);
}

/* The price's own tiers are private state; those of an option stand in it. */
static const json_t *tiers_in(struct record *price, const json_t *amounts)
{
	return amounts == record_tree(price) ? js_get(record_private(price), "tiers") : js_get(amounts, "tiers");
}

bool price_has_currency(struct record *price, const char *currency)
{
	return amounts_in(price, currency) != NULL;
}

const char *price_unit_decimal(struct record *price, const char *currency)
{
	return js_text(amounts_in(price, currency), "unit_amount_decimal");
}

static void fail_currency(struct call *call, struct record *price, const char *currency)
{
	const char *supported = arena_format(&call->arena, "`%s`", js_text(record_tree(price), "currency"));
	const char *key;
	json_t *value;

	json_object_foreach(js_get(record_private(price), "currency_options"), key, value)
	{
		supported = arena_format(&call->arena, "%s, `%s`", supported, key);
	}
	fail_invalid(call, NULL, NULL,
		"The price specified only supports %s. This doesn't match the expected currency: `%s`.", supported,
		currency);
}

/* Null, and only null, is nothing to pay: a tier with a flat amount alone. */
static bool read_amount(const json_t *from, const char *name, struct decimal *out)
{
	const char *text = js_text(from, name);

	*out = (struct decimal) { 0 };
	return !text || decimal_parse(text, DECIMAL_PLACES, out) == DECIMAL_OK;
}

static bool read_tiers(struct call *call, const json_t *tiers, struct price_terms *out)
{
	size_t count = json_array_size(tiers);
	struct price_tier *list = arena_alloc(&call->arena, (count + 1) * sizeof *list);

	for (size_t i = 0; i < count; i++) {
		const json_t *tier = json_array_get(tiers, i);

		list[i].endless = js_is_null(tier, "up_to");
		list[i].up_to = js_int(tier, "up_to", 0);
		if (!read_amount(tier, "unit_amount_decimal", &list[i].unit_amount) ||
			!read_amount(tier, "flat_amount_decimal", &list[i].flat_amount))
			return false;
	}
	out->tiers = list;
	out->tier_count = count;
	return count > 0;
}

bool price_terms(struct call *call, struct record *price, const char *currency, struct price_terms *out)
{
	const json_t *body = record_tree(price), *amounts = amounts_in(price, currency);
	const json_t *transform = js_get(body, "transform_quantity");
	const char *mode = js_text(body, "tiers_mode"), *round = js_text(transform, "round");
	struct price_terms terms = { .scheme = PRICE_PER_UNIT };
	bool read;

	if (!amounts) {
		fail_currency(call, price, currency);
		return false;
	}
	if (mode) {
		terms.scheme = !strcmp(mode, "volume") ? PRICE_VOLUME : PRICE_GRADUATED;
		read = read_tiers(call, tiers_in(price, amounts), &terms);
	} else {
		read = js_text(amounts, "unit_amount_decimal") &&
		       read_amount(amounts, "unit_amount_decimal", &terms.unit_amount);
		terms.divide_by = js_int(transform, "divide_by", 0);
		terms.round_up = text_is(round, "up");
	}
	if (!read) {
		fail_invalid(call, NULL, NULL, "The price `%s` has no fixed amount in the currency `%s`.", price->id,
			currency);
		return false;
	}
	*out = terms;
	return true;
}

/* ---- using a price for something new ---- */

struct record *price_product(struct call *call, struct record *price)
{
	return account_find(call->account, js_text(record_tree(price), "product"));
}

struct record *price_usable(struct call *call, const char *id, const char *type, const char *where)
{
	const struct schema_resource *resource = schema_find_object("price");
	struct record *price = account_get(call->account, id, resource);
	struct record *product;
	const char *own;

	if (!price) {
		fail_no_such_param(call, resource, id, where);
		return NULL;
	}
	own = js_text(record_tree(price), "type");
	product = price_product(call, price);
	if (!js_flag(record_tree(price), "active", false))
		fail_invalid(
			call, NULL, where, "The price specified is inactive. This field only accepts active prices.");
	else if (type && strcmp(type, own) != 0)
		fail_invalid(call, NULL, where,
			"The price specified is set to `type=%s` but this field only accepts prices with `type=%s`.",
			own, type);
	else if (!product || !js_flag(record_tree(product), "active", false))
		fail_invalid(call, "product_inactive", where,
			"The product of the price specified is inactive. This field only accepts prices of active "
			"products.");
	else
		return price;
	return NULL;
}

struct record *price_from_data(struct call *call, const json_t *data, const char *where)
{
	const struct schema_resource *type = schema_find_object("product");
	struct price_spec spec = { .given = data, .where = where, .inactive = true };
	const char *id = js_text(data, "product");
	json_t *made = js_get(data, "product_data");

	if (id && made) {
		fail_exclusive(call, where, "product", "product_data");
		return NULL;
	}
	if (!id && !made) {
		fail_missing_param(call, name_in(call, where, "product"));
		return NULL;
	}
	spec.product = made ? product_make(call, made, name_in(call, where, "product_data"))
			    : account_get(call->account, id, type);
	if (!spec.product && id)
		fail_no_such_param(call, type, id, name_in(call, where, "product"));
	return spec.product ? price_make(call, &spec) : NULL;
}
