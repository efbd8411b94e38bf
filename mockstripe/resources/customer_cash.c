/* SPDX-License-Identifier: MIT */
/*
 * The cash balance of a customer: money sent by bank transfer, in any number of currencies, that no payment has taken
 * yet. The balance and its settings stand in the customer's private state; each movement is a transaction. Source:
 * Stripe docs "Customer cash balance", "Reconciliation", "The Cash Balance Transaction object".
 */
#include <string.h>

#include "api/fail.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/customer.h"
#include "resources/customer_apply.h"
#include "resources/generic.h"
#include "resources/payments/pay.h"
#include "value/currency.h"
#include "value/money.h"

/* ---- settings ---- */

static void set_mode(struct call *call, struct record *customer, const char *mode)
{
	json_t *cash = js_own(journal_edit_private(&call->journal, customer), "cash");

	js_put_text(cash, "mode", strcmp(mode, "merchant_default") != 0 ? mode : NULL);
}

void customer_apply_cash(struct call *call, struct record *customer)
{
	const char *mode = param_text_at(call, "cash_balance.settings.reconciliation_mode");

	if (mode)
		set_mode(call, customer, mode);
}

bool customer_cash_is_manual(struct record *customer)
{
	const char *mode = js_text_at(record_private(customer), "cash.mode");

	return text_is(mode, "manual"); /* what an account does that has set nothing: automatic */
}

/* ---- the balance ---- */

json_t *customer_cash_balance(struct call *call, struct record *customer)
{
	json_t *funds = js_at(record_private(customer), "cash.funds");
	const char *mode = js_text_at(record_private(customer), "cash.mode");
	json_t *balance = json_object(), *settings = json_object();

	js_put_text(balance, "object", "cash_balance");
	js_put(balance, "available", json_object_size(funds) ? funds : NULL);
	js_put_text(balance, "customer", customer->id);
	js_put_null(balance, "customer_account");
	js_put_flag(balance, "livemode", call->livemode);
	js_put_text(settings, "reconciliation_mode", mode ? mode : "automatic");
	js_put_flag(settings, "using_merchant_default", !mode);
	js_put_new(balance, "settings", settings);
	return balance;
}

int64_t customer_cash(struct record *customer, const char *currency)
{
	return js_int(js_at(record_private(customer), "cash.funds"), currency, 0);
}

struct record *customer_cash_move(struct call *call, struct record *customer, int64_t amount, const char *currency,
	const char *type, json_t *details)
{
	const struct schema_resource *resource = schema_find_object("customer_cash_balance_transaction");
	const char *clock = js_text(record_tree(customer), "test_clock");
	int64_t ending = customer_cash(customer, currency);
	struct record *made;
	json_t *body;

	if (!money_add(ending, amount, &ending) || ending > CHARGE_MOST) {
		json_decref(details);
		fail_invalid(
			call, "amount_too_large", "amount", "The cash balance of the customer would become too large.");
		return NULL;
	}
	js_put_int(js_own(js_own(journal_edit_private(&call->journal, customer), "cash"), "funds"), currency, ending);
	body = shape_new(call, resource, NULL);
	js_put_text(body, "currency", currency);
	js_put_text(body, "customer", customer->id);
	js_put_int(body, "ending_balance", ending);
	js_put_int(body, "net_amount", amount);
	js_put_text(body, "type", type);
	if (details)
		js_put_new(body, type, details);
	js_put_text(js_own(body, PRIVATE_KEY), "parent", customer->id);
	if (clock)
		js_put_text(js_own(body, PRIVATE_KEY), "clock", clock);
	made = object_store(call, resource, body);
	emit(call, "customer_cash_balance_transaction.created", made);
	return made;
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
		set_mode(call, customer, mode);
	return answer_tree(call, customer_cash_balance(call, customer), call->route->resource);
}

/* ---- funding ---- */

/* A transfer as the customer's bank announces it, by the rail that the currency has. */
static json_t *transfer_of(struct call *call, const char *currency)
{
	const char *type = bank_transfer_type(currency);
	json_t *funded = json_object(), *transfer = json_object(), *sender = json_object();

	js_put_text(transfer, "reference", param_text(call, "reference"));
	js_put_text(transfer, "type", type);
	js_put_text(sender, "sender_name", "Jenny Rosen");
	if (!strcmp(type, "us_bank_transfer")) {
		js_put_text(sender, "network", "ach");
	} else if (!strcmp(type, "gb_bank_transfer")) {
		js_put_text(sender, "account_number_last4", "3000");
		js_put_text(sender, "sort_code", "108800");
	} else if (!strcmp(type, "jp_bank_transfer")) {
		js_put_text(sender, "sender_bank", "STRIPE TEST BANK");
		js_put_null(sender, "sender_branch");
	} else {
		js_put_text(sender, "bic", "TSTBDEB1");
		js_put_text(sender, "iban_last4", "3000");
	}
	if (strcmp(type, "mx_bank_transfer"))
		js_put(transfer, type, sender);
	json_decref(sender);
	js_put_new(funded, "bank_transfer", transfer);
	return funded;
}

static int cash_fund(struct call *call)
{
	struct record *customer = path_object(call, 0, "customer");
	const char *currency = param_text(call, "currency");
	int64_t amount = param_int(call, "amount", 0);
	struct record *made;
	struct body *left;

	if (!customer)
		return -1;
	call_use_clock(call, customer);
	if (amount < 1)
		return fail_invalid(
			call, "parameter_invalid_integer", "amount", "This value must be greater than or equal to 1.");
	if (!bank_transfer_type(currency))
		return fail_invalid(call, NULL, "currency",
			"Customers cannot be paid for by bank transfer in %s. Use one of eur, gbp, jpy, mxn or usd.",
			currency);
	made = customer_cash_move(call, customer, amount, currency, "funded", transfer_of(call, currency));
	if (!made)
		return -1;
	if (!customer_cash_is_manual(customer))
		bank_transfer_reconcile(call, customer, currency, param_text(call, "reference"));
	if (customer_cash(customer, currency) > 0) {
		left = body_new(customer_cash_balance(call, customer));
		emit_body(call, "cash_balance.funds_available", left, NULL);
		body_drop(left);
	}
	return answer_record(call, made);
}

static int funding_instructions(struct call *call)
{
	struct record *customer = path_object(call, 0, "customer");
	const char *type = param_text_at(call, "bank_transfer.type"), *fits;
	const char *currency = param_text(call, "currency");
	const char *country = param_text_at(call, "bank_transfer.eu_bank_transfer.country");
	json_t *body, *transfer;

	if (!customer)
		return -1;
	fits = bank_transfer_type(currency);
	if (!fits || strcmp(fits, type))
		return fail_invalid(call, NULL, "bank_transfer[type]",
			"A bank transfer of type %s is not available in %s.", type, currency);
	if (!strcmp(type, "eu_bank_transfer") && !country)
		return fail_missing_param(call, "bank_transfer[eu_bank_transfer][country]");
	body = json_object();
	transfer = json_object();
	js_put_text(body, "object", "funding_instructions");
	js_put_text(transfer, "country", bank_transfer_country(type, country));
	js_put_new(transfer, "financial_addresses", bank_transfer_addresses(call, customer, type, country));
	js_put_text(transfer, "type", type);
	js_put_new(body, "bank_transfer", transfer);
	js_put_text(body, "currency", currency);
	js_put_text(body, "funding_type", "bank_transfer");
	js_put_flag(body, "livemode", call->livemode);
	return answer_tree(call, body, call->route->resource);
}

const struct resource customer_cash_resource = {
	.name = "CashBalance",
	.routes =
		(const struct resource_route[]) {
			{ "GET", "/v1/customers/{id}/cash_balance", cash_retrieve },
			{ "POST", "/v1/customers/{id}/cash_balance", cash_update },
			{ "POST", "/v1/customers/{id}/funding_instructions", funding_instructions },
			{ "POST", "/v1/test_helpers/customers/{id}/fund_cash_balance", cash_fund },
			{ 0 },
		},
};
