/* SPDX-License-Identifier: MIT */
/* Balance transactions: what each movement of money leaves, and the balance that they add up to. */
#include <string.h>

#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/map.h"
#include "resources/payments/inside.h"
#include "value/calendar.h"
#include "value/currency.h"
#include "value/money.h"

/* Funds become available two days later, at midnight UTC: the pace of a US account. Stripe docs "Payout schedule". */
#define AVAILABLE_AFTER_DAYS 2

static const struct schema_resource *entry_type(void)
{
	return schema_find_object("balance_transaction");
}

/* 30 cents; in currencies with other decimals the same number of their own hundredths of a unit, but at least one. */
static int64_t fixed_fee(const char *code)
{
	const struct currency *currency = currency_find(code);

	if (currency && currency->exponent == 0)
		return 30;
	return currency && currency->exponent == 3 ? 300 : 30;
}

int64_t balance_fee(int64_t amount, const char *currency)
{
	int64_t share = 0;

	/* Amounts are bounded by what can be charged, so that this cannot overflow. */
	money_ratio(amount, 29, 1000, ROUND_HALF_UP, &share);
	return share + fixed_fee(currency);
}

static json_t *fee_details(const struct balance_entry *entry)
{
	json_t *all = json_array();
	json_t *one;

	if (!entry->fee)
		return all;
	one = json_object();
	js_put_int(one, "amount", entry->fee);
	js_put_null(one, "application");
	js_put_text(one, "currency", entry->currency);
	js_put_text(one, "description", entry->fee_description);
	js_put_text(one, "type", "stripe_fee");
	json_array_append_new(all, one);
	return all;
}

struct record *balance_enter(struct call *call, const struct balance_entry *entry)
{
	json_t *body = shape_new(call, entry_type(), NULL);
	int64_t at = (call->now / CALENDAR_DAY + AVAILABLE_AFTER_DAYS) * CALENDAR_DAY;
	json_t *private;

	if (entry->available)
		at = call->now;
	js_put_int(body, "amount", entry->amount);
	js_put_int(body, "available_on", at);
	js_put_text(body, "balance_type", "payments");
	js_put_text(body, "currency", entry->currency);
	js_put_text(body, "description", entry->description);
	js_put_int(body, "fee", entry->fee);
	js_put_new(body, "fee_details", fee_details(entry));
	js_put_int(body, "net", entry->amount - entry->fee);
	js_put_text(body, "reporting_category", entry->category);
	js_put_text(body, "source", entry->source);
	js_put_text(body, "status", entry->available ? "available" : "pending");
	js_put_text(body, "type", entry->type);
	private = js_own(body, PRIVATE_KEY);
	if (entry->clock)
		js_put_text(private, "clock", entry->clock);
	if (!entry->available)
		js_put_int(private, "due", at);
	return object_store(call, entry_type(), body);
}

static void entry_adopt(struct call *call, struct record *r)
{
	int64_t at = js_int(record_tree(r), "available_on", 0);
	const char *status = js_text(record_tree(r), "status");

	if (text_is(status, "pending"))
		payment_set_due(call, r, at > call->now ? at : call->now + 1);
}

static void entry_falls_due(struct call *call, struct record *r)
{
	js_put_text(journal_edit(&call->journal, r), "status", "available");
	payment_set_due(call, r, 0);
}

/* ---- the balance ---- */

/* The transactions in that status added up by currency; zero usd when there are none. New reference. */
static json_t *sums_of(struct call *call, const char *status)
{
	const struct list *rows = &account_shelf(call->account, entry_type())->records;
	json_t *sums = json_object();
	const char *currency;

	js_put_int(sums, "usd", 0);
	for (size_t i = 0; i < rows->count; i++) {
		json_t *tree = record_tree(rows->at[i]);
		int64_t total = 0;

		currency = js_text(tree, "currency");
		if (strcmp(js_text(tree, "status"), status))
			continue;
		if (!money_add(js_int(sums, currency, 0), js_int(tree, "net", 0), &total))
			continue; /* more than there is money in the world: only a fixture could say so */
		js_put_int(sums, currency, total);
	}
	return sums;
}

int64_t balance_available(struct call *call, const char *currency)
{
	json_t *sums = sums_of(call, "available");
	int64_t sum = js_int(sums, currency, 0);

	json_decref(sums);
	return sum;
}

/* The same as [{amount, currency, source_types:{card}}]. New reference. */
static json_t *funds(struct call *call, const char *status)
{
	json_t *sums = sums_of(call, status), *out = json_array(), *sum;
	const char *currency;

	json_object_foreach(sums, currency, sum)
	{
		json_t *one = json_object(), *types = json_object();

		js_put(one, "amount", sum);
		js_put_text(one, "currency", currency);
		js_put(types, "card", sum);
		js_put_new(one, "source_types", types);
		json_array_append_new(out, one);
	}
	json_decref(sums);
	return out;
}

/* Worked out from the transactions whenever it is asked for; it is asked for too seldom to be kept. */
static int balance_retrieve(struct call *call)
{
	json_t *body = json_object();

	js_put_text(body, "object", "balance");
	js_put_new(body, "available", funds(call, "available"));
	js_put_flag(body, "livemode", call->livemode);
	js_put_new(body, "pending", funds(call, "pending"));
	return answer_tree(call, body, call->route->resource);
}

const struct resource balance_transaction_resource = {
	.name = "BalanceTransaction",
	.adopt = entry_adopt,
	.on_due = entry_falls_due,
};

static const struct resource_route balance_routes[] = {
	{ "GET", "/v1/balance", balance_retrieve },
	{ 0 },
};

const struct resource balance_resource = {
	.name = "Balance",
	.routes = balance_routes,
};
