/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "actions/catalog/change.h"
#include "base/json.h"

/*
 * A promotion code with a change of plan (Stripe docs, "Coupons and promotion codes"). Whatever is wrong with a code,
 * the customer is told the same: whether somebody else's code exists is nobody's business.
 */

static bool code_refuse(struct action_run *run, const char *detail)
{
	problem_raise(run->why, PROBLEM_OFFER_UNAVAILABLE, "promotion_code: %s", detail);
	problem_say(run->why, "%s", say(run, "That code can't be used for this subscription."));
	return false;
}

static json_t *code_read(struct action_run *run, const char *code)
{
	json_t *params = run_own(run, json_object()), *expand = json_array();

	js_put_text(params, "code", code);
	js_put_flag(params, "active", true);
	js_put_int(params, "limit", 100);
	json_array_append_new(expand, json_string("data.promotion.coupon"));
	js_put_new(params, "expand", expand);
	return run_get(run, "/v1/promotion_codes", params);
}

/* The customer's own code before one for everybody, as in Checkout; NULL when there is neither. */
static json_t *code_pick(const struct action_run *run, const json_t *list)
{
	json_t *row, *open = NULL;
	size_t i;

	json_array_foreach(js_get(list, "data"), i, row)
	{
		if (!js_flag(row, "active", false))
			continue;
		if (!holding_has(row, "customer"))
			open = row;
		else if (run_owns(run, row))
			return row;
	}
	return open;
}

/* Why it is not for this subscription; NULL: nothing speaks against it. */
static const char *code_fault(const struct action_run *run, const json_t *code, const json_t *subscription)
{
	const json_t *coupon = js_at(code, "promotion.coupon");
	const char *currency = js_text(coupon, "currency"), *own = js_text(subscription, "currency");

	if (js_int(code, "expires_at", INT64_MAX) <= run->now)
		return "it has expired";
	if (!js_flag(coupon, "valid", false))
		return "its coupon has expired or is used up";
	if (currency && own && strcmp(currency, own) != 0 && !js_get(js_get(coupon, "currency_options"), own))
		return "its coupon is in another currency";
	/* Both are for a first purchase, which a change is not (API reference, "The Promotion Code object"). */
	if (js_flag_at(code, "restrictions.first_time_transaction", false))
		return "it is for a first transaction";
	if (js_int_at(code, "restrictions.minimum_amount", 0))
		return "it has a minimum amount, and a subscription's update has none";
	return NULL;
}

bool promotion_find(struct action_run *run, const json_t *subscription, json_t **out)
{
	const char *typed = js_text(run->inputs, "promotion_code"), *fault;
	json_t *list;

	*out = NULL;
	if (!typed)
		return true;
	if (!run->config->promotion_codes)
		return code_refuse(run, "change_policy.allow_promotion_codes is false");
	list = code_read(run, typed);
	if (!list)
		return false;
	*out = code_pick(run, list);
	if (!*out)
		return code_refuse(run, "there is no active one of that name for this customer");
	fault = code_fault(run, *out, subscription);
	return fault ? code_refuse(run, fault) : true;
}

/* Those that are there count on: an update replaces them all (API reference, "Update a subscription", discounts). */
json_t *promotion_discounts(struct action_run *run, const json_t *present, const char *code)
{
	json_t *out = run_own(run, json_array()), *entry, *one;
	size_t i;

	json_array_foreach(present, i, entry)
	{
		one = json_object();
		js_put_text(one, "discount", json_is_string(entry) ? json_string_value(entry) : js_text(entry, "id"));
		json_array_append_new(out, one);
	}
	one = json_object();
	js_put_text(one, "promotion_code", code);
	json_array_append_new(out, one);
	return out;
}

bool promotion_refused(struct action_run *run)
{
	const char *param = run->why->stripe_param;

	if (param && (!strncmp(param, "discounts", 9) || !strncmp(param, "promotion_code", 14)))
		return code_refuse(run, "Stripe refused it");
	return false;
}
