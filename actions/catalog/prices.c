/* SPDX-License-Identifier: MIT */
#include "actions/catalog/holdings.h"

#include <string.h>

#include "actions/core/wording.h"
#include "base/json.h"
#include "value/money.h"

bool line_is_proration(const json_t *line)
{
	return js_flag_at(line, "parent.subscription_item_details.proration", false) ||
	       js_flag_at(line, "parent.invoice_item_details.proration", false);
}

/* A product's name, from the price when it is expanded, else read once a run. */
static const char *product_name(struct action_run *run, const json_t *price)
{
	const char *id = js_text(price, "product"), *known = js_text_at(price, "product.name");
	const char *fallback = js_text(price, "nickname");
	json_t *product;

	fallback = fallback ? fallback : say(run, "Subscription");
	if (known || !id)
		return known ? known : fallback;
	known = js_text(run->product_names, id);
	if (known)
		return known;
	product = run_get(run, arena_format(run->arena, "/v1/products/%s", id), NULL);
	if (!product && run->why->code != PROBLEM_RESOURCE_NOT_FOUND)
		return NULL;
	if (!product) {
		/* Prices outlive a product only in broken data; the customer still gets an answer. */
		problem_clear(run->why);
		envelope_warn(run->answer, "product_missing");
	}
	known = js_text(product, "name");
	js_put_text(run->product_names, id, known ? known : fallback);
	return js_text(run->product_names, id);
}

const char *price_name(struct action_run *run, const json_t *price)
{
	const char *id = js_text(price, "id");
	const struct plan *plan = id ? config_plan_of_price(run->config, id) : NULL;

	return plan ? plan->label : product_name(run, price);
}

const char *holding_name(struct action_run *run, const json_t *subscription)
{
	json_t *items = js_at(subscription, "items.data"), *item;
	const char *all = "", *name;
	size_t i;

	json_array_foreach(items, i, item)
	{
		name = price_name(run, js_get(item, "price"));
		if (!name)
			return NULL;
		all = arena_format(run->arena, "%s%s%s", all, i ? " + " : "", name);
	}
	return *all ? all : say(run, "Subscription");
}

static const char *interval_text(struct action_run *run, const json_t *price)
{
	const char *interval = js_text_at(price, "recurring.interval");

	return interval ? run_interval(run, interval, js_int_at(price, "recurring.interval_count", 1))
			: say(run, "once");
}

/* Tiers, usage and fractions of a cent have no amount that could be named in advance. */
static bool amount_of(const json_t *price, int64_t quantity, int64_t *unit, int64_t *total)
{
	const json_t *amount = js_get(price, "unit_amount");
	const char *usage = js_text_at(price, "recurring.usage_type"), *scheme = js_text(price, "billing_scheme");

	if (!json_is_integer(amount) || (usage && !strcmp(usage, "metered")) || (scheme && !strcmp(scheme, "tiered")))
		return false;
	*unit = json_integer_value(amount);
	return money_multiply(*unit, quantity, total);
}

const char *price_text(struct action_run *run, const json_t *price, int64_t quantity)
{
	const char *currency = js_text(price, "currency"), *every = interval_text(run, price);
	int64_t unit, total;

	if (!currency || !amount_of(price, quantity, &unit, &total))
		return arena_format(run->arena, say(run, "billed by use, every %s"), every);
	if (quantity == 1)
		return arena_format(run->arena, say(run, "%s per %s"), run_money(run, unit, currency), every);
	return arena_format(run->arena, say(run, "%lld x %s = %s per %s"), (long long)quantity,
		run_money(run, unit, currency), run_money(run, total, currency), every);
}

json_t *price_data(struct action_run *run, const json_t *price, int64_t quantity)
{
	json_t *out = json_object();
	int64_t unit, total;

	if (amount_of(price, quantity, &unit, &total)) {
		js_put_int(out, "unit_amount", unit);
		js_put_int(out, "amount", total);
	} else {
		js_put_null(out, "amount");
	}
	js_put_text(out, "currency", js_text(price, "currency"));
	js_put_text(out, "interval", js_text_at(price, "recurring.interval"));
	js_put_int(out, "interval_count", js_int_at(price, "recurring.interval_count", 1));
	js_put_text(out, "text", price_text(run, price, quantity));
	return out;
}
