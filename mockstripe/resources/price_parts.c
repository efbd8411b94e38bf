/* SPDX-License-Identifier: MIT */
#include "resources/price_parts.h"

#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "resources/check.h"
#include "value/decimal.h"

int amount_check(struct call *call, const json_t *given, const char *decimal, const char *where)
{
	const char *text = js_text(given, decimal);

	if (!text || *text != '-')
		return 0;
	return fail_invalid(call, NULL, name_in(call, where, decimal),
		"This value must be greater than or equal to 0 (it currently is '%s').", text);
}

void amount_put(json_t *body, const json_t *given, const char *whole, const char *decimal)
{
	const char *text = js_text(given, decimal);
	struct decimal value;
	char written[DECIMAL_ROOM];
	int64_t amount;

	js_put_null(body, whole);
	js_put_null(body, decimal);
	if (json_is_integer(js_get(given, whole)))
		value = decimal_of(js_int(given, whole, 0));
	else if (!text || decimal_parse(text, DECIMAL_PLACES, &value) != DECIMAL_OK)
		return; /* neither was given: a decimal that was has been read by the check of parameters already */
	decimal_format(value, written);
	js_put_text(body, decimal, written);
	if (decimal_whole(value, &amount))
		js_put_int(body, whole, amount);
}

static int tier_check(struct call *call, const json_t *tier, bool last, int64_t below, const char *where)
{
	int64_t up_to = js_int(tier, "up_to", 0);

	if (last != (js_text(tier, "up_to") != NULL))
		return fail_invalid(call, NULL, name_in(call, where, "up_to"),
			last ? "The last tier must have `up_to=inf`." : "Only the last tier can have `up_to=inf`.");
	if (!last && up_to <= below)
		return fail_invalid(call, NULL, name_in(call, where, "up_to"),
			"The `up_to` of a tier must be greater than that of the tier before it.");
	if (js_get(tier, "unit_amount") && js_get(tier, "unit_amount_decimal"))
		return fail_exclusive(call, where, "unit_amount", "unit_amount_decimal");
	if (js_get(tier, "flat_amount") && js_get(tier, "flat_amount_decimal"))
		return fail_exclusive(call, where, "flat_amount", "flat_amount_decimal");
	if (!js_get(tier, "unit_amount") && !js_get(tier, "unit_amount_decimal") && !js_get(tier, "flat_amount") &&
		!js_get(tier, "flat_amount_decimal"))
		return fail_invalid(call, "parameter_missing", where,
			"Each tier requires a `unit_amount` or a `flat_amount` parameter to be set.");
	if (js_int(tier, "unit_amount", 0) < 0)
		return fail_invalid(call, "parameter_invalid_integer", name_in(call, where, "unit_amount"),
			"Invalid non-negative integer");
	return amount_check(call, tier, "unit_amount_decimal", where) ||
			       amount_check(call, tier, "flat_amount_decimal", where)
		       ? -1
		       : 0;
}

int tiers_check(struct call *call, const json_t *given, const char *where)
{
	size_t count = json_array_size(given);
	int64_t below = 0;

	for (size_t i = 0; i < count; i++) {
		const json_t *tier = json_array_get(given, i);

		if (tier_check(call, tier, i + 1 == count, below, name_at(call, where, i)))
			return -1;
		below = js_int(tier, "up_to", below);
	}
	return 0;
}

json_t *tiers_body(const json_t *given)
{
	json_t *tiers = json_array();

	for (size_t i = 0; i < json_array_size(given); i++) {
		const json_t *one = json_array_get(given, i);
		json_t *tier = json_object();

		amount_put(tier, one, "flat_amount", "flat_amount_decimal");
		amount_put(tier, one, "unit_amount", "unit_amount_decimal");
		js_put(tier, "up_to", json_is_integer(js_get(one, "up_to")) ? js_get(one, "up_to") : NULL);
		json_array_append_new(tiers, tier);
	}
	return tiers;
}

json_t *custom_amount_body(const json_t *given)
{
	json_t *body;

	if (!js_flag(given, "enabled", false))
		return NULL;
	body = json_object();
	js_put(body, "maximum", js_get(given, "maximum"));
	js_put(body, "minimum", js_get(given, "minimum"));
	js_put(body, "preset", js_get(given, "preset"));
	return body;
}
