/* SPDX-License-Identifier: MIT */
#include "actions/catalog/manage.h"

#include <string.h>

#include "base/json.h"

/* The plan catalogue: what the operator offers, with the prices as Stripe has them now. */

/* NULL when Stripe does not have the price (then run->why is clear) or after a problem (then it is raised). */
static json_t *price_read(struct action_run *run, const char *id)
{
	json_t *price = run_get(run, arena_format(run->arena, "/v1/prices/%s", id), NULL);

	if (!price && run->why->code == PROBLEM_RESOURCE_NOT_FOUND) {
		problem_clear(run->why);
		envelope_warn(run->answer, arena_format(run->arena, "plan_price_missing:%s", id));
	}
	return price;
}

/* Why no price fitted, so that the closest miss is named. */
struct miss {
	bool interval_seen, currency_seen;
};

static bool fits(const struct plan_price *listed, const json_t *price, const char *interval, const char *currency,
	struct miss *miss)
{
	bool right_interval = holding_says(price, "recurring.interval", interval);
	bool right_currency = holding_says(price, "currency", currency);

	/* What the catalogue says about a price has to be true, or somebody would be shown one thing and charged
	 * another. */
	if ((listed->interval && !holding_says(price, "recurring.interval", listed->interval)) ||
		(listed->currency && !holding_says(price, "currency", listed->currency)))
		return false;
	if (!js_flag(price, "active", false))
		return false;
	miss->interval_seen |= right_interval;
	miss->currency_seen |= right_currency;
	return right_interval && right_currency;
}

json_t *plan_price(struct action_run *run, const struct plan *plan, const char *interval, const char *currency)
{
	struct miss miss = { 0 };
	json_t *price;

	for (size_t i = 0; i < plan->n_prices; i++) {
		const struct plan_price *listed = &plan->prices[i];

		if ((listed->interval && strcmp(listed->interval, interval) != 0) ||
			(listed->currency && strcmp(listed->currency, currency) != 0)) {
			miss.interval_seen |= listed->interval && !strcmp(listed->interval, interval);
			miss.currency_seen |= listed->currency && !strcmp(listed->currency, currency);
			continue;
		}
		price = price_read(run, listed->price);
		if (!price && run->why->code != PROBLEM_NONE)
			return NULL;
		if (price && fits(listed, price, interval, currency, &miss))
			return price;
	}
	if (miss.interval_seen)
		problem_raise(run->why, PROBLEM_PLAN_CURRENCY_MISMATCH, "the plan %s has no price in %s", plan->key,
			currency);
	else if (miss.currency_seen)
		problem_raise(run->why, PROBLEM_PLAN_INTERVAL_UNAVAILABLE, "the plan %s has no price per %s", plan->key,
			interval);
	else
		problem_raise(run->why, PROBLEM_PLAN_NOT_AVAILABLE, "no price of the plan %s is active", plan->key);
	return NULL;
}

/* The currency that the customer is billed in: once set it cannot change (Stripe docs, "Customers", currency). */
static const char *customer_currency(const struct action_run *run, const struct holdings *all)
{
	const char *currency = js_text(run->customer, "currency");

	for (size_t i = all->count; i-- && !currency;)
		if (!holding_is_over(all->list[i].subscription))
			currency = js_text(all->list[i].subscription, "currency");
	return currency;
}

static bool is_current(const struct holdings *all, const char *price)
{
	json_t *item;
	size_t j;

	for (size_t i = 0; i < all->count; i++) {
		if (holding_is_over(all->list[i].subscription))
			continue;
		json_array_foreach(js_at(all->list[i].subscription, "items.data"), j,
			item) if (holding_says(item, "price.id", price)) return true;
	}
	return false;
}

static bool tell_plan(struct action_run *run, const struct plan *plan, const struct holdings *all, json_t *list)
{
	const char *currency = customer_currency(run, all), *texts = "";
	json_t *prices = run_own(run, json_array()), *price, *row;
	bool current = false;

	for (size_t i = 0; i < plan->n_prices; i++) {
		price = price_read(run, plan->prices[i].price);
		if (!price && run->why->code != PROBLEM_NONE)
			return false;
		if (!price || !js_flag(price, "active", false) ||
			(currency && !holding_says(price, "currency", currency)))
			continue;
		current |= is_current(all, plan->prices[i].price);
		texts = arena_format(
			run->arena, "%s%s%s", texts, *texts ? say(run, " or ") : "", price_text(run, price, 1));
		json_array_append_new(prices, price_data(run, price, 1));
	}
	if (!json_array_size(prices))
		return true;
	row = json_object();
	js_put_text(row, "plan", plan->key);
	js_put_text(row, "label", plan->label);
	js_put_text(row, "description", plan->description);
	js_put(row, "prices", prices);
	js_put_flag(row, "current", current);
	json_array_append_new(list, row);
	text_format(&run->answer->message, "\n- %s: %s%s%s%s", plan->label, texts, plan->description ? ". " : "",
		plan->description ? plan->description : "", current ? say(run, " (your plan)") : "");
	return true;
}

bool plans_list(struct action_run *run, struct proposal *out)
{
	json_t *list = json_array();
	struct holdings all;

	out->writes = false;
	js_put_new(run->answer->data, "plans", list);
	if (!holdings_load(run, &all))
		return false;
	text_put(&run->answer->message, say(run, "These plans are available:"));
	for (size_t i = 0; i < run->config->n_plans; i++)
		if (!tell_plan(run, &run->config->plans[i], &all, list))
			return false;
	if (!json_array_size(list)) {
		text_reset(&run->answer->message);
		text_put(&run->answer->message, say(run, "There are no plans to choose from here."));
	}
	return true;
}
