/* SPDX-License-Identifier: MIT */
/*
 * Usage record summaries, of versions before 2025-03-31.basil: what an item's records added up to, period by period,
 * newest first. The first is of the running period and belongs to no invoice yet; the others are what the invoices of
 * the subscription counted. Nothing is stored: an id is made from the item and the period. Source: Stripe docs (before
 * basil) "The UsageRecordSummary object", "List all subscription item period summaries".
 */
#include <string.h>

#include "api/list.h"
#include "base/json.h"
#include "base/random.h"
#include "resources/billing/inside.h"
#include "resources/billing/meter.h"
#include "resources/generic.h"
#include "resources/rows.h"

static json_t *summary(
	struct call *call, struct record *item, struct span period, struct decimal quantity, struct record *invoice)
{
	const char *name = arena_format(&call->arena, "%s %lld", item->id, (long long)period.from);
	json_t *body = json_object(), *when = json_object();
	char id[ID_ROOM] = "sis_1";
	int64_t whole = 0;

	random_base62(id + strlen(id), 23, call->account->seed, random_hash(name, strlen(name), 0), 0);
	js_put_text(body, "id", id);
	js_put_text(body, "object", "usage_record_summary");
	js_put_text(body, "invoice", invoice ? invoice->id : NULL);
	js_put_flag(body, "livemode", call->livemode);
	js_put_int(when, "end", period.to);
	js_put_int(when, "start", period.from);
	js_put_new(body, "period", when);
	js_put_text(body, "subscription_item", item->id);
	decimal_whole(quantity, &whole); /* records are whole numbers, and their sum was checked */
	js_put_int(body, "total_usage", whole);
	return body;
}

/* Of the periods that an invoice counted for this item; the latest start of them goes to *billed. */
static void add_counted(struct call *call, json_t *all, struct record *item, struct record *invoice, int64_t *billed)
{
	const json_t *rows = invoice_counted_usage(invoice), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		struct span period = { js_int(row, "from", 0), js_int(row, "to", 0) };
		struct decimal quantity = decimal_of(0);

		if (!text_is(js_text(row, "item"), item->id) ||
			decimal_parse(js_text(row, "quantity"), DECIMAL_PLACES, &quantity) != DECIMAL_OK)
			continue;
		json_array_append_new(all, summary(call, item, period, quantity, invoice));
		if (period.from > *billed)
			*billed = period.from;
	}
}

int usage_summaries(struct call *call)
{
	struct record *item = usage_item(call), *price;
	const struct list *invoices;
	struct decimal quantity;
	struct span running;
	int64_t billed = CALENDAR_FIRST;
	json_t *all;

	if (!item)
		return -1;
	price = account_find(call->account, js_text_at(record_tree(item), "price.id"));
	running = (struct span) { js_int(record_tree(item), "current_period_start", 0),
		js_int(record_tree(item), "current_period_end", 0) };
	if (!usage_recorded(call, item, price, running, &quantity))
		return fail_usage(call, item);
	all = json_array();
	invoices = list_by(call, invoice_type(), "subscription", js_text(record_tree(item), "subscription"));
	for (size_t i = invoices->count; i-- > 0;)
		add_counted(call, all, item, invoices->at[i], &billed);
	if (billed < running.from) { /* else the last invoice has counted it: the subscription has ended */
		js_auto first = summary(call, item, running, quantity, NULL);

		json_array_insert(all, 0, first);
	}
	return rows_answer(call, all, "usage_record_summary");
}
