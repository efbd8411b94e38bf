/* SPDX-License-Identifier: MIT */
#include "resources/price_make.h"

#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/shape.h"
#include "api/versions.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/meter.h"
#include "resources/check.h"
#include "resources/price.h"
#include "resources/price_parts.h"
#include "value/currency.h"

/* ---- what recurs ---- */

/* Stripe docs, "Create a price": at most three years between payments. */
static const struct span_limit {
	const char *interval, *adverb;
	int64_t most;
} span_limits[] = {
	{ "day", "daily", 1095 },
	{ "week", "weekly", 156 },
	{ "month", "monthly", 36 },
	{ "year", "yearly", 3 },
};

static int check_interval(struct call *call, const json_t *recurring, const char *where)
{
	const char *interval = js_text(recurring, "interval");

	for (size_t i = 0; i < COUNT_OF(span_limits); i++)
		if (!strcmp(span_limits[i].interval, interval) &&
			js_int(recurring, "interval_count", 1) > span_limits[i].most)
			return fail_invalid(call, NULL, name_in(call, where, "interval_count"),
				"The interval_count for %s prices can't be greater than %lld", span_limits[i].adverb,
				(long long)span_limits[i].most);
	return 0;
}

static int check_recurring(struct call *call, const json_t *recurring, const char *where)
{
	const char *meter = js_text(recurring, "meter");
	const char *usage = js_text(recurring, "usage_type");
	bool metered = text_is(usage, "metered");
	const struct schema_resource *type = schema_find_object("billing.meter");

	if (!recurring)
		return 0;
	if (check_interval(call, recurring, where))
		return -1;
	if (metered && !meter && version_at_least(call->version, "2025-03-31"))
		return fail_invalid(call, NULL, NULL,
			"Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters.");
	if (meter && !metered)
		return fail_invalid(call, NULL, name_in(call, where, "meter"),
			"You can only specify a meter for prices with `usage_type=metered`.");
	if (meter && !account_get(call->account, meter, type))
		return fail_no_such_param(call, type, meter, name_in(call, where, "meter"));
	return 0;
}

/* ---- what it costs ---- */

static int check_tiered(struct call *call, const struct price_spec *spec)
{
	static const char *const amounts[] = { "unit_amount", "unit_amount_decimal", "custom_unit_amount" };

	for (size_t i = 0; i < COUNT_OF(amounts); i++)
		if (js_get(spec->given, amounts[i]))
			return fail_invalid(call, NULL, name_in(call, spec->where, amounts[i]),
				"You cannot set %s when `billing_scheme=tiered`: the amounts of a tiered price stand "
				"in its tiers.",
				amounts[i]);
	if (js_get(spec->given, "transform_quantity"))
		return fail_invalid(call, NULL, name_in(call, spec->where, "transform_quantity"),
			"You cannot set transform_quantity when `billing_scheme=tiered`.");
	if (!js_text(spec->given, "tiers_mode"))
		return fail_invalid(call, "parameter_missing", name_in(call, spec->where, "tiers_mode"),
			"You must specify tiers_mode when `billing_scheme=tiered`.");
	if (!json_array_size(js_get(spec->given, "tiers")))
		return fail_invalid(call, "parameter_missing", name_in(call, spec->where, "tiers"),
			"You must specify tiers when `billing_scheme=tiered`.");
	return tiers_check(call, js_get(spec->given, "tiers"), name_in(call, spec->where, "tiers"));
}

static int check_custom(struct call *call, const struct price_spec *spec, const json_t *custom)
{
	const char *where = name_in(call, spec->where, "custom_unit_amount");
	int64_t low = js_int(custom, "minimum", 0), high = js_int(custom, "maximum", INT64_MAX);
	int64_t preset = js_int(custom, "preset", low);

	if (js_get(spec->given, "unit_amount") || js_get(spec->given, "unit_amount_decimal"))
		return fail_exclusive(call, spec->where, "unit_amount", "custom_unit_amount");
	if (!js_flag(custom, "enabled", false))
		return fail_invalid(call, NULL, name_in(call, where, "enabled"),
			"You must set `custom_unit_amount[enabled]=true` when passing custom_unit_amount.");
	if (js_get(spec->given, "recurring"))
		return fail_invalid(
			call, NULL, where, "You cannot set custom_unit_amount on a price with `type=recurring`.");
	if (low > high || preset < low || preset > high)
		return fail_invalid(call, NULL, where,
			"The preset of a custom_unit_amount must lie between its minimum and its maximum.");
	return 0;
}

static int check_per_unit(struct call *call, const struct price_spec *spec)
{
	const char *amount = spec->amount ? spec->amount : "unit_amount";
	const json_t *custom = js_get(spec->given, "custom_unit_amount");

	if (js_get(spec->given, "tiers") || js_get(spec->given, "tiers_mode"))
		return fail_invalid(call, NULL,
			name_in(call, spec->where, js_get(spec->given, "tiers") ? "tiers" : "tiers_mode"),
			"You can only specify tiers and tiers_mode when `billing_scheme=tiered`.");
	if (custom)
		return check_custom(call, spec, custom);
	if (js_get(spec->given, "unit_amount") && js_get(spec->given, "unit_amount_decimal"))
		return fail_exclusive(call, spec->where, amount, arena_format(&call->arena, "%s_decimal", amount));
	if (!js_get(spec->given, "unit_amount") && !js_get(spec->given, "unit_amount_decimal"))
		return fail_invalid(call, "parameter_missing", name_in(call, spec->where, amount),
			"%s require an `%s` or `%s_decimal` parameter to be set.", spec->amount ? "Plans" : "Prices",
			amount, amount);
	/* An invoice item may be a credit. */
	if (spec->inactive && !js_get(spec->given, "recurring"))
		return 0;
	return amount_check(call, spec->given, "unit_amount_decimal", spec->where);
}

static bool is_tiered(const json_t *given)
{
	const char *scheme = js_text(given, "billing_scheme");

	return text_is(scheme, "tiered");
}

/* ---- other currencies ---- */

static int merge_option(
	struct call *call, json_t *options, const char *code, const json_t *given, bool tiered, const char *where)
{
	json_t *option;
	const json_t *tiers = js_get(given, "tiers");

	if (tiered && tiers && tiers_check(call, tiers, name_in(call, where, "tiers")))
		return -1;
	if (tiered != (json_array_size(tiers) > 0))
		return fail_invalid(call, NULL, where,
			tiered ? "A currency option of a tiered price must have tiers."
			       : "A currency option can only have tiers when `billing_scheme=tiered`.");
	if (js_get(given, "unit_amount") && js_get(given, "unit_amount_decimal"))
		return fail_exclusive(call, where, "unit_amount", "unit_amount_decimal");
	if (amount_check(call, given, "unit_amount_decimal", where))
		return -1;
	option = json_object();
	js_put_new(option, "custom_unit_amount", custom_amount_body(js_get(given, "custom_unit_amount")));
	js_put_text(option, "tax_behavior",
		js_text(given, "tax_behavior") ? js_text(given, "tax_behavior") : "unspecified");
	if (tiered)
		js_put_new(option, "tiers", tiers_body(tiers));
	amount_put(option, given, "unit_amount", "unit_amount_decimal");
	js_put_new(options, code, option);
	return 0;
}

int price_merge_options(
	struct call *call, json_t *hidden, const json_t *given, bool tiered, const char *currency, const char *where)
{
	json_t *options;
	const char *key;
	json_t *value;

	if (json_is_null(given)) {
		json_object_del(hidden, "currency_options");
		return 0;
	}
	options = js_own(hidden, "currency_options");
	json_object_foreach((json_t *)(uintptr_t)given, key, value)
	{
		const struct currency *known = currency_find(key);

		if (!known)
			return fail_invalid(call, NULL, name_in(call, where, key), "Invalid currency: %s.", key);
		/* Stripe lists the price's own currency among the options too; its amount is the price's, and fixed. */
		if (!strcmp(known->code, currency))
			return fail_invalid(call, NULL, name_in(call, where, key),
				"The currency option `%s` is the price's own currency; its amounts stand on the price.",
				key);
		if (merge_option(call, options, known->code, value, tiered, name_in(call, where, key)))
			return -1;
	}
	return 0;
}

/* ---- lookup keys ---- */

int price_claim_key(struct call *call, const struct record *price, const char *key, bool transfer)
{
	const struct list *holders = list_by(call, schema_find_object("price"), "lookup_keys", key);
	struct record *holder = NULL;

	for (size_t i = 0; i < holders->count && !holder; i++) {
		struct record *r = holders->at[i];

		if (r != price && js_flag(record_tree(r), "active", false))
			holder = r;
	}
	if (!holder)
		return 0;
	if (!transfer)
		return fail_invalid(
			call, NULL, "lookup_key", "A price (`%s`) already uses that lookup key.", holder->id);
	js_put_null(journal_edit(&call->journal, holder), "lookup_key");
	price_emit_updated(call, holder);
	return 0;
}

/* ---- the price ---- */

static json_t *recurring_body(const json_t *given)
{
	json_t *body;

	if (!given)
		return NULL;
	body = json_object();
	js_put_text(body, "interval", js_text(given, "interval"));
	js_put_int(body, "interval_count", js_int(given, "interval_count", 1));
	js_put_text(body, "meter", js_text(given, "meter"));
	js_put(body, "trial_period_days", js_get(given, "trial_period_days"));
	js_put_text(body, "usage_type", js_text(given, "usage_type") ? js_text(given, "usage_type") : "licensed");
	return body;
}

static void put_terms(json_t *body, const struct price_spec *spec)
{
	const json_t *given = spec->given;
	bool tiered = is_tiered(given);

	js_put_text(body, "billing_scheme", tiered ? "tiered" : "per_unit");
	js_put_text(body, "currency", js_text(given, "currency"));
	js_put_new(body, "custom_unit_amount", custom_amount_body(js_get(given, "custom_unit_amount")));
	js_put_new(body, "recurring", recurring_body(js_get(given, "recurring")));
	js_put_text(body, "type", js_get(given, "recurring") ? "recurring" : "one_time");
	js_put_text(body, "tiers_mode", tiered ? js_text(given, "tiers_mode") : NULL);
	js_put(body, "transform_quantity", js_get(given, "transform_quantity"));
	amount_put(body, given, "unit_amount", "unit_amount_decimal");
	if (tiered)
		js_put_new(js_own(body, PRIVATE_KEY), "tiers", tiers_body(js_get(given, "tiers")));
}

static int put_rest(struct call *call, json_t *body, const struct price_spec *spec)
{
	const json_t *given = spec->given;
	const char *behavior = js_text(given, "tax_behavior");
	json_t *options = js_get(given, "currency_options");

	js_put_flag(body, "active", !spec->inactive && js_flag(given, "active", true));
	js_put_text(body, "lookup_key", js_text(given, "lookup_key"));
	js_put_text(body, "nickname", js_text(given, "nickname"));
	js_put_text(body, "product", spec->product->id);
	js_put_text(body, "tax_behavior", behavior ? behavior : "unspecified");
	if (js_get(given, "metadata") && metadata_apply(call, body, js_get(given, "metadata")))
		return -1;
	if (options)
		return price_merge_options(call, js_own(body, PRIVATE_KEY), options, is_tiered(given),
			js_text(given, "currency"), name_in(call, spec->where, "currency_options"));
	return 0;
}

/* What an older version says of usage without a meter. */
static int check_aggregation(struct call *call, const struct price_spec *spec)
{
	const char *name = js_text(call->aside, "aggregate_usage");
	const char *usage = js_text(js_get(spec->given, "recurring"), "usage_type");

	if (!name)
		return 0;
	if (!usage_is_aggregation(name))
		return fail_invalid(call, NULL, "aggregate_usage",
			"Invalid aggregate_usage: must be one of sum, last_during_period, last_ever, or max");
	if (!usage || strcmp(usage, "metered"))
		return fail_invalid(call, NULL, "aggregate_usage",
			"You can only specify aggregate_usage for prices with `usage_type=metered`.");
	return 0;
}

struct record *price_make(struct call *call, const struct price_spec *spec)
{
	const struct schema_resource *type = schema_find_object("price");
	const char *key = js_text(spec->given, "lookup_key");
	struct record *price;
	json_t *body;

	if (check_recurring(call, js_get(spec->given, "recurring"), name_in(call, spec->where, "recurring")))
		return NULL;
	if (is_tiered(spec->given) ? check_tiered(call, spec) : check_per_unit(call, spec))
		return NULL;
	if (key && price_claim_key(call, NULL, key, js_flag(spec->given, "transfer_lookup_key", false)))
		return NULL;
	if (check_aggregation(call, spec))
		return NULL;
	body = shape_new(call, type, spec->id);
	put_terms(body, spec);
	if (js_text(call->aside, "aggregate_usage"))
		js_put_text(js_own(body, PRIVATE_KEY), "aggregate_usage", js_text(call->aside, "aggregate_usage"));
	if (put_rest(call, body, spec)) {
		json_decref(body);
		return NULL;
	}
	price = object_store(call, type, body);
	plan_emit(call, "plan.created", price);
	emit(call, "price.created", price);
	return price;
}
