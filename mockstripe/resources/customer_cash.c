/* SPDX-License-Identifier: MIT */
/*
 * The cash balance of a customer: money sent by bank transfer that no invoice has taken yet. Only its settings are
 * kept, in the customer's private state. Source: Stripe docs "Customer cash balance".
 */
#include <string.h>

#include "api/resource.h"
#include "base/json.h"
#include "resources/customer_apply.h"
#include "resources/generic.h"

void customer_apply_cash(struct call *call, struct record *customer)
{
	const char *mode = param_text_at(call, "cash_balance.settings.reconciliation_mode");
	json_t *cash;

	if (!mode)
		return;
	cash = js_own(journal_edit_private(&call->journal, customer), "cash");
	js_put_text(cash, "mode", strcmp(mode, "merchant_default") != 0 ? mode : NULL);
}

json_t *customer_cash_balance(struct call *call, struct record *customer)
{
	const char *mode = js_text_at(record_private(customer), "cash.mode");
	json_t *balance = json_object(), *settings = json_object();

	js_put_text(balance, "object", "cash_balance");
	js_put_null(balance, "available");
	js_put_text(balance, "customer", customer->id);
	js_put_null(balance, "customer_account");
	js_put_flag(balance, "livemode", call->livemode);
	js_put_text(settings, "reconciliation_mode", mode ? mode : "automatic");
	js_put_flag(settings, "using_merchant_default", !mode);
	js_put_new(balance, "settings", settings);
	return balance;
}

static int cash_retrieve(struct call *call)
{
	struct record *customer = path_object(call, 0, "customer");

	return customer ? answer_tree(call, customer_cash_balance(call, customer), call->route->resource) : -1;
}

static int cash_update(struct call *call)
{
	struct record *customer = path_object(call, 0, "customer");
	const char *mode = param_text_at(call, "settings.reconciliation_mode");

	if (!customer)
		return -1;
	if (mode)
		js_put_text(js_own(journal_edit_private(&call->journal, customer), "cash"), "mode",
			strcmp(mode, "merchant_default") != 0 ? mode : NULL);
	return answer_tree(call, customer_cash_balance(call, customer), call->route->resource);
}

const struct resource customer_cash_resource = {
	.name = "CashBalance",
	.routes =
		(const struct resource_route[]) {
			{ "GET", "/v1/customers/{id}/cash_balance", cash_retrieve },
			{ "POST", "/v1/customers/{id}/cash_balance", cash_update },
			{ 0 },
		},
};
