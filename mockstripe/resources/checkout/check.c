/* SPDX-License-Identifier: MIT */
/* The rules between the parameters of a new session. Source: Stripe docs "Create a Checkout Session". */
#include <string.h>

#include "api/fail.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/check.h"
#include "resources/checkout/inside.h"

#define SHORTEST 1800 /* seconds that a session stays open: Stripe docs "Create a Checkout Session", expires_at */
#define LONGEST 86400
#define TRIAL_AHEAD 172800

bool session_has_trial(const struct call *call, const json_t *data)
{
	return js_int(data, "trial_period_days", 0) > 0 || js_int(data, "trial_end", 0) > call->now;
}

/* What belongs to another mode. */
static int check_mode(struct call *call, const char *mode)
{
	static const struct {
		const char *param, *mode;
	} only[] = {
		{ "payment_intent_data", "payment" },
		{ "invoice_creation", "payment" },
		{ "subscription_data", "subscription" },
		{ "setup_intent_data", "setup" },
	};

	for (size_t i = 0; i < COUNT_OF(only); i++)
		if (param_given(call, only[i].param) && strcmp(only[i].mode, mode))
			return fail_invalid(
				call, NULL, only[i].param, "You can not pass `%s` in `%s` mode.", only[i].param, mode);
	if (param_given(call, "submit_type") && text_is(mode, "setup"))
		return fail_invalid(call, NULL, "submit_type", "You can not pass `submit_type` in `setup` mode.");
	if (param_given(call, "customer_creation") && text_is(mode, "subscription"))
		return fail_invalid(call, NULL, "customer_creation",
			"You can not pass `customer_creation` in `subscription` mode: a customer is always created.");
	if (text_is(param_text(call, "payment_method_collection"), "if_required") && !text_is(mode, "subscription"))
		return fail_invalid(call, NULL, "payment_method_collection",
			"You can only pass `payment_method_collection` in `subscription` mode.");
	if (text_is(mode, "setup") && param_given(call, "line_items"))
		return fail_invalid(call, NULL, "line_items", "You can not pass `line_items` in `setup` mode.");
	if (text_is(mode, "setup") && !param_text(call, "currency") &&
		!json_array_size(param(call, "allowed_payment_method_types")))
		return fail_missing_param(call, "currency");
	if (!text_is(mode, "setup") && !json_array_size(param(call, "line_items")))
		return fail_missing_param(call, "line_items");
	return 0;
}

static int check_urls(struct call *call)
{
	const char *ui = param_text(call, "ui_mode");
	bool hosted = !ui || text_is(ui, "hosted_page"),
	     stays = text_is(param_text(call, "redirect_on_completion"), "never");
	static const char *const urls[] = { "success_url", "cancel_url", "return_url" };

	for (size_t i = 0; i < COUNT_OF(urls); i++)
		if (check_url(call, param_text(call, urls[i]), urls[i]))
			return -1;
	if (hosted && param_given(call, "return_url"))
		return fail_invalid(
			call, NULL, "return_url", "`return_url` can only be used with `ui_mode=embedded_page`.");
	if (hosted && !param_text(call, "success_url"))
		return fail_missing_param(call, "success_url");
	if (!hosted && (param_given(call, "success_url") || param_given(call, "cancel_url")))
		return fail_invalid(call, NULL, param_given(call, "success_url") ? "success_url" : "cancel_url",
			"`success_url` and `cancel_url` can only be used with `ui_mode=hosted_page`.");
	if (text_is(ui, "embedded_page") && !stays && !param_text(call, "return_url"))
		return fail_missing_param(call, "return_url");
	return 0;
}

static int check_times(struct call *call)
{
	int64_t expires = param_int(call, "expires_at", 0),
		trial = js_int_at(call->params, "subscription_data.trial_end", 0);

	if (expires && expires < call->now + SHORTEST)
		return fail_invalid(call, NULL, "expires_at",
			"The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.");
	if (expires > call->now + LONGEST)
		return fail_invalid(call, NULL, "expires_at",
			"The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.");
	if (trial && js_at(call->params, "subscription_data.trial_period_days"))
		return fail_exclusive(call, "subscription_data", "trial_end", "trial_period_days");
	if (trial && trial < call->now + TRIAL_AHEAD)
		return fail_invalid(call, NULL, "subscription_data[trial_end]",
			"The `trial_end` date has to be at least 2 days in the future.");
	return 0;
}

int session_check(struct call *call, const char *mode)
{
	if (param_given(call, "customer") && param_given(call, "customer_email"))
		return fail_exclusive(call, NULL, "customer", "customer_email");
	if (param_given(call, "customer") && param_given(call, "customer_creation"))
		return fail_exclusive(call, NULL, "customer", "customer_creation");
	if (param_given(call, "customer_update") && !param_given(call, "customer"))
		return fail_invalid(
			call, NULL, "customer_update", "`customer_update` can only be used with `customer`.");
	if (param_given(call, "allow_promotion_codes") && json_array_size(param(call, "discounts")))
		return fail_exclusive(call, NULL, "allow_promotion_codes", "discounts");
	if (json_array_size(param(call, "discounts")) > 1)
		return fail_invalid(call, NULL, "discounts", "You can only specify up to 1 discount.");
	return check_mode(call, mode) || check_urls(call) || check_times(call) ? -1 : 0;
}
