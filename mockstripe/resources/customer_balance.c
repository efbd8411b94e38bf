/* SPDX-License-Identifier: MIT */
/* Customer balances: credit below zero, debt above. Source: Stripe docs "Customer credit balance". */
#include <string.h>

#include "api/fail.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "events/emit.h"
#include "resources/account.h"
#include "resources/customer.h"
#include "resources/customer_apply.h"
#include "resources/generic.h"
#include "value/money.h"

#define DESCRIPTION_MOST 350

struct record *customer_balance_move(struct call *call, struct record *customer, int64_t amount, const char *currency,
	const char *type, const char *invoice, const char *credit_note, const char *description)
{
	const struct schema_resource *resource = schema_find_object("customer_balance_transaction");
	const char *clock = js_text(record_tree(customer), "test_clock");
	int64_t ending = js_int(record_tree(customer), "balance", 0);
	json_t *body;

	if (!money_add(ending, amount, &ending)) {
		fail_invalid(call, "amount_too_large", NULL, "The balance of the customer would become too large.");
		return NULL;
	}
	js_put_int(journal_edit(&call->journal, customer), "balance", ending);
	body = shape_new(call, resource, NULL);
	js_put_int(body, "amount", amount);
	js_put_text(body, "credit_note", credit_note);
	js_put_text(body, "currency", currency);
	js_put_text(body, "customer", customer->id);
	js_put_text(body, "description", description);
	js_put_int(body, "ending_balance", ending);
	js_put_text(body, "invoice", invoice);
	js_put_text(body, "type", type);
	js_put_text(js_own(body, PRIVATE_KEY), "parent", customer->id);
	if (clock)
		js_put_text(js_own(body, PRIVATE_KEY), "clock", clock);
	return object_store(call, resource, body);
}

int customer_apply_balance(struct call *call, struct record *customer, const char *type)
{
	const char *currency = js_text(record_tree(customer), "currency");
	int64_t present = js_int(record_tree(customer), "balance", 0), by;
	int64_t wanted = param_int(call, "balance", present);

	if (wanted == present)
		return 0;
	if (!currency)
		currency = account_currency(call);
	if (!money_subtract(wanted, present, &by))
		return fail_invalid(
			call, "amount_too_large", "balance", "The balance of the customer would become too large.");
	if (customer_use_currency(call, customer, currency, "balance"))
		return -1;
	return customer_balance_move(call, customer, by, currency, type, NULL, NULL, NULL) ? 0 : -1;
}

/* ---- routes ---- */

static int check_description(struct call *call)
{
	const char *text = param_text(call, "description");
	size_t bytes = text ? strlen(text) : 0, characters = 0;

	for (size_t i = 0; i < bytes; i++)
		characters += (text[i] & 0xC0) != 0x80;
	if (characters <= DESCRIPTION_MOST)
		return 0;
	return fail_invalid(call, NULL, "description", "Invalid string: %.4s...%s; must be at most %d characters", text,
		text + bytes - 4, DESCRIPTION_MOST);
}

static int transaction_create(struct call *call)
{
	struct record *customer = path_object(call, 0, "customer");
	const char *currency = param_text(call, "currency");
	struct record *made;

	if (!customer)
		return -1;
	call_use_clock(call, customer);
	if (check_description(call) || customer_use_currency(call, customer, currency, "currency"))
		return -1;
	made = customer_balance_move(call, customer, param_int(call, "amount", 0), currency, "adjustment", NULL, NULL,
		param_text(call, "description"));
	if (!made || metadata_apply(call, journal_edit(&call->journal, made), param(call, "metadata")))
		return -1;
	emit_changed(call, "customer.updated", customer);
	return answer_record(call, made);
}

static int transaction_update(struct call *call)
{
	return check_description(call) ? -1 : generic_update(call);
}

const struct resource customer_balance_resource = {
	.name = "CustomerBalanceTransaction",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/customers/{id}/balance_transactions", transaction_create },
			{ "POST", "/v1/customers/{customerId}/balance_transactions/{id}", transaction_update },
			{ 0 },
		},
};
