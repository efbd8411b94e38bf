/* SPDX-License-Identifier: MIT */
#include "resources/billing/preview.h"

#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "resources/billing/sub.h"
#include "resources/customer.h"
#include "resources/discount.h"
#include "resources/generic.h"
#include "resources/price.h"

/* invoice_items[]: pending items that exist only in the preview. */
static int add_preview_items(struct call *call, struct record *customer, struct record *sub, const char *currency)
{
	size_t i;
	json_t *entry;

	json_array_foreach(param(call, "invoice_items"), i, entry)
	{
		const char *where = arena_format(&call->arena, "invoice_items[%zu]", i);
		const char *price_id = js_text(entry, "price"), *unit = js_text(entry, "unit_amount_decimal");
		struct bill_line line = { .sub = sub,
			.quantity = decimal_of(js_int(entry, "quantity", 1)),
			.discountable = js_flag(entry, "discountable", true),
			.description = js_text(entry, "description") };
		struct decimal each, total;

		line.period = (struct span) { js_int_at(entry, "period.start", call->now),
			js_int_at(entry, "period.end", call->now) };
		if (price_id || json_object_get(entry, "price_data")) {
			line.price = price_id ? price_usable(call, price_id, "one_time", where)
					      : price_from_data(call, json_object_get(entry, "price_data"), where);
			if (!line.price)
				return -1;
			unit = price_unit_decimal(line.price, currency);
		}
		if (!unit && json_is_integer(json_object_get(entry, "unit_amount")))
			unit = arena_format(&call->arena, "%lld", (long long)js_int(entry, "unit_amount", 0));
		if (json_is_integer(json_object_get(entry, "amount"))) {
			line.amount = js_int(entry, "amount", 0);
		} else if (!unit || decimal_parse(unit, DECIMAL_PLACES, &each) != DECIMAL_OK ||
			   !decimal_multiply(each, line.quantity, &total) || !price_line(total, &line.amount)) {
			return fail_invalid(call, "parameter_missing", where,
				"Give each invoice item an amount, or a price, price_data or unit_amount with a "
				"quantity.");
		}
		line.unit_amount_decimal = unit;
		invoice_item_new(call, customer, &line, currency);
	}
	return 0;
}

static int fail_none(struct call *call, struct record *customer)
{
	return fail_status(
		call, 404, "invoice_upcoming_none", NULL, "No upcoming invoices for customer: %s", customer->id);
}

/* The invoice that the renewal will make, dated at the period's end. */
static struct record *next_invoice(struct call *call, struct record *sub, struct record *customer)
{
	int64_t end = sub_period_end(sub), cut = js_int(record_tree(sub), "cancel_at", 0);

	if (!subscription_is_live(sub) || (cut && cut <= end)) {
		struct record *invoice;

		call->now = end > call->now ? end : call->now;
		invoice = sub_last_invoice(call, sub, "upcoming", end);
		if (!invoice && !call->fail.status)
			fail_none(call, customer);
		return invoice;
	}
	if (end > call->now)
		call->now = end;
	return sub_renewal_preview(call, sub, end);
}

static struct record *preview_of(struct call *call, struct record *sub, struct record *customer)
{
	json_t *details = param(call, "subscription_details");
	struct record *invoice = NULL;

	if (js_flag(details, "cancel_now", false)) {
		const char *behavior = js_text(details, "proration_behavior");

		if (sub_cancel(call, sub, !behavior || strcmp(behavior, "none"), true, &invoice))
			return NULL;
		return invoice;
	}
	if (json_object_size(details) && sub_update(call, sub, details, "subscription_details", true, &invoice))
		return NULL;
	return invoice ? invoice : next_invoice(call, sub, customer);
}

/* `discounts` stand in for those of the subscription. */
static int use_discounts(struct call *call, struct record *sub, struct record *customer)
{
	struct discount_owner owner = { .customer = customer,
		.subscription = sub->id,
		.currency = js_text(record_tree(sub), "currency"),
		.no_minimum = true };
	json_t *ids = discounts_redeem(
		call, param(call, "discounts"), &owner, json_object_get(record_tree(sub), "discounts"), "discounts");

	if (!ids)
		return -1;
	js_put_new(journal_edit(&call->journal, sub), "discounts", ids);
	return 0;
}

/* preview_mode=recurring: only what each period costs from now on, without prorations and one-time items. */
static int keep_recurring(struct call *call, struct record *invoice)
{
	const struct list *lines = list_by(call, line_type(), "invoice", invoice->id);
	struct list gone = { 0 };

	for (size_t i = 0; i < lines->count; i++)
		if (json_is_object(js_at(record_tree(lines->at[i]), "parent.invoice_item_details")))
			list_add(&gone, lines->at[i]);
	for (size_t i = 0; i < gone.count; i++)
		journal_delete(&call->journal, gone.at[i]);
	list_clear(&gone);
	return invoice_total(call, invoice);
}

/* A preview without a subscription: what a creation would bill at once. */
static struct record *preview_creation(struct call *call, struct record *customer)
{
	json_t *details = json_incref(param(call, "subscription_details")), *value;
	const char *key;
	struct record *sub;

	js_put_text(call->params, "customer", customer->id);
	json_object_foreach(details, key, value)
	{
		js_put(call->params, key, value);
	}
	js_put_text(call->params, "payment_behavior", "default_incomplete");
	json_object_del(call->params, "subscription_details");
	json_object_del(call->params, "invoice_items");
	json_decref(details);
	if (sub_create(call))
		return NULL;
	sub = call->answer.record;
	return account_find(call->account, js_text(record_tree(sub), "latest_invoice"));
}

/* A copy of a frozen invoice that may be changed where a preview differs from one; the rest is shared. */
static json_t *open_copy(struct record *invoice)
{
	json_t *body = json_copy(record_tree(invoice));
	json_t *rows = js_own_array(js_own(body, "lines"), "data"), *line;
	size_t i;

	json_object_del(body, PRIVATE_KEY);
	json_array_foreach(rows, i, line)
	{
		json_array_set_new(rows, i, json_copy(line));
	}
	return body;
}

static void show_as_draft(struct call *call, json_t *body)
{
	json_t *transitions = js_own(body, "status_transitions"), *at;
	const char *name;

	js_put_text(body, "status", "draft");
	js_put_text(body, "billing_reason", "upcoming");
	js_put_flag(body, "attempted", false);
	js_put_int(body, "attempt_count", 0);
	js_put_int(body, "amount_remaining", js_int(body, "amount_due", 0));
	js_put_null(body, "number");
	js_put_null(body, "hosted_invoice_url");
	js_put_null(body, "invoice_pdf");
	js_put_null(body, "effective_at");
	js_put_null(body, "automatically_finalizes_at");
	json_object_foreach(transitions, name, at)
	{
		json_object_set_new(transitions, name, json_null());
	}
	js_put_int(body, "next_payment_attempt", js_int(body, "created", call->now) + 3600);
}

/* proration_date: the moment that the preview's prorations are worked out for, which the update is to be sent with. */
static json_t *preview_body(struct call *call, struct record *invoice, int64_t proration_date)
{
	json_t *body = open_copy(invoice), *line;
	const char *id = arena_format(&call->arena, "upcoming_%s", invoice->id);
	size_t i;

	show_as_draft(call, body);
	js_put_text(body, "id", id);
	js_put_text(json_object_get(body, "lines"), "url", arena_format(&call->arena, "/v1/invoices/%s/lines", id));
	json_array_foreach(js_at(body, "lines.data"), i, line)
	{
		js_put_text(line, "invoice", id);
	}
	if (proration_date && json_is_object(js_at(body, "parent.subscription_details")))
		js_put_int(js_own(js_own(body, "parent"), "subscription_details"), "subscription_proration_date",
			proration_date);
	return body;
}

/* As events show it: it has no id, and its lines have passing ones (events recorded in public repositories). */
static json_t *upcoming_body(struct call *call, struct record *invoice, struct record *sub)
{
	static const char line_prefix[] = "il_";
	json_t *body = open_copy(invoice), *line;
	size_t i;

	show_as_draft(call, body);
	json_object_del(body, "id");
	js_put_text(json_object_get(body, "lines"), "url",
		arena_format(&call->arena, "/v1/invoices/upcoming/lines?customer=%s&subscription=%s",
			js_text(body, "customer"), sub->id));
	json_array_foreach(js_at(body, "lines.data"), i, line)
	{
		js_put_text(line, "id",
			arena_format(&call->arena, "il_tmp_%s", js_text(line, "id") + sizeof line_prefix - 1));
		js_put_null(line, "invoice");
	}
	return body;
}

json_t *preview_upcoming(struct call *call, struct record *sub)
{
	struct call scratch;
	struct record *invoice;
	json_t *body = NULL;

	journal_freeze_all(&call->journal);
	call_init(&scratch, call->api, call->account, call->now);
	scratch.arena = call->arena;
	scratch.automatic = scratch.discard = true;
	scratch.livemode = call->livemode;
	invoice = next_invoice(&scratch, sub, subscription_customer(&scratch, sub));
	if (invoice) {
		journal_freeze_all(&scratch.journal);
		body = upcoming_body(&scratch, invoice, sub);
	}
	journal_roll_back(&scratch.journal);
	call->arena = scratch.arena;
	scratch.arena = (struct arena) { 0 };
	call_end(&scratch);
	return body;
}

/* Neither a subscription nor items named: the one of the customer's subscriptions that is billed next. NULL: none. */
static struct record *next_subscription(struct call *call, struct record *customer)
{
	const struct list *live = list_by(call, sub_type(), SUB_LIVE, customer->id);
	struct record *next = NULL;
	int64_t first = 0;

	for (size_t i = 0; i < live->count; i++) {
		struct record *sub = live->at[i];
		int64_t end = sub_period_end(sub), cut = js_int(record_tree(sub), "cancel_at", 0);

		if (sub_status_is(sub, "paused") || sub_status_is(sub, "incomplete") || (cut && cut <= end))
			continue;
		if (!next || end < first) {
			next = sub;
			first = end;
		}
	}
	return next;
}

int preview_create(struct call *call)
{
	struct record *customer = param_record(call, "customer", "customer");
	struct record *sub = param_record(call, "subscription", "subscription"), *invoice;
	const char *currency;
	const char *mode = param_text(call, "preview_mode");
	bool recurring = mode && !strcmp(mode, "recurring");
	int64_t proration_date = 0;

	if (call->fail.status)
		return -1;
	if (sub && !customer)
		customer = subscription_customer(call, sub);
	if (!customer)
		return fail_invalid(call, "parameter_missing", NULL,
			"One of the following params should be provided for this request: customer or subscription.");
	if (sub && strcmp(js_text(record_tree(sub), "customer"), customer->id))
		return fail_invalid(call, "resource_missing", "subscription", "No such subscription: '%s'", sub->id);
	call->discard = true;
	call_use_clock(call, customer);
	if (!sub && !json_object_size(param(call, "subscription_details")))
		sub = next_subscription(call, customer);
	currency = sub ? js_text(record_tree(sub), "currency") : param_text(call, "currency");
	if (!currency)
		currency = js_text(record_tree(customer), "currency");
	if (!currency)
		currency = "usd";
	if (add_preview_items(call, customer, sub, currency))
		return -1;
	if (sub) {
		if (json_object_size(param(call, "subscription_details")))
			proration_date = js_int_at(call->params, "subscription_details.proration_date", call->now);
		if (param_given(call, "discounts") && use_discounts(call, sub, customer))
			return -1;
		invoice = preview_of(call, sub, customer);
	} else if (json_array_size(js_at(call->params, "subscription_details.items"))) {
		invoice = preview_creation(call, customer);
	} else {
		struct invoice_terms terms = { .customer = customer,
			.reason = "upcoming",
			.currency = currency,
			.period = { call->now, call->now },
			.sweep = true };

		if (js_int_at(call->params, "subscription_details.proration_date", 0))
			return fail_invalid(call, NULL, "subscription_details[proration_date]",
				"Cannot specify proration date without specifying a subscription.");
		if (!invoice_items_pending(call, customer, NULL, currency))
			return fail_none(call, customer);
		invoice = invoice_new(call, &terms, NULL, 0);
	}
	if (!invoice)
		return call->fail.status ? -1 : fail_none(call, customer);
	if (recurring && keep_recurring(call, invoice))
		return -1;
	journal_freeze_all(&call->journal);
	return answer_tree(call, preview_body(call, invoice, proration_date), invoice_type());
}
