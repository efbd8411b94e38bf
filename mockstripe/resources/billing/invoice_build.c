/* SPDX-License-Identifier: MIT */
/* A draft and its lines: what stands on an invoice. What it adds up to: invoice_total.c. */
#include "api/fail.h"
#include "api/list.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/account_settings.h"
#include "resources/billing/facts.h"
#include "resources/billing/invoice.h"
#include "resources/billing/inside.h"
#include "resources/check.h"
#include "resources/billing/subscription.h"
#include "resources/discount.h"
#include "resources/customer.h"
#include "resources/generic.h"

const struct schema_resource *invoice_type(void)
{
	return schema_find_object("invoice");
}

const struct schema_resource *line_type(void)
{
	return schema_find_object("line_item");
}

struct record *invoice_subscription(struct call *call, struct record *invoice)
{
	return account_find(
		call->account, js_text_at(record_tree(invoice), "parent.subscription_details.subscription"));
}

struct record *invoice_customer(struct call *call, struct record *invoice)
{
	return account_find(call->account, js_text(record_tree(invoice), "customer"));
}

bool invoice_is(struct record *invoice, const char *status)
{
	const char *now = js_text(record_tree(invoice), "status");

	return text_is(now, status);
}

bool invoice_is_charged(struct record *invoice)
{
	return text_is(js_text(record_tree(invoice), "collection_method"), "charge_automatically");
}

void invoice_set_due(struct call *call, struct record *invoice, int64_t due)
{
	json_t *private = journal_edit_private(&call->journal, invoice);

	if (due)
		js_put_int(private, "due", due);
	else
		json_object_del(private, "due");
}

/* ---- lines ---- */

static json_t *line_parent(const struct bill_line *line)
{
	json_t *parent = json_object(), *details = json_object();
	json_t *proration = json_null();

	if (!line->item && !line->invoice_item && !line->sub) {
		json_decref(parent);
		json_decref(details);
		return json_null();
	}
	if (line->proration) {
		proration = json_object();
		js_put(proration, "credited_items", line->credited ? line->credited : json_null());
	}
	js_put_text(details, "invoice_item", line->invoice_item ? line->invoice_item->id : NULL);
	js_put_flag(details, "proration", line->proration);
	js_put_new(details, "proration_details", proration);
	js_put_text(details, "subscription", line->sub ? line->sub->id : NULL);
	if (line->invoice_item) {
		js_put_new(parent, "invoice_item_details", details);
		js_put_null(parent, "subscription_item_details");
		js_put_text(parent, "type", "invoice_item_details");
	} else {
		js_put_text(details, "subscription_item", line->item ? line->item->id : "");
		js_put_null(parent, "invoice_item_details");
		js_put_new(parent, "subscription_item_details", details);
		js_put_text(parent, "type", "subscription_item_details");
	}
	return parent;
}

json_t *pricing_of(const struct bill_line *line)
{
	json_t *pricing, *details;

	if (!line->price)
		return json_null();
	pricing = json_object();
	details = json_object();
	js_put_text(details, "price", line->price->id);
	js_put_text(details, "product", js_text(record_tree(line->price), "product"));
	js_put_new(pricing, "price_details", details);
	js_put_text(pricing, "type", "price_details");
	js_put_text(pricing, "unit_amount_decimal", line->unit_amount_decimal);
	return pricing;
}

void put_off(json_t *private, const struct bill_line *line)
{
	if (json_array_size(line->off))
		js_put(private, "off", line->off);
	if (line->itemized)
		js_put_flag(private, "itemized", true);
}

json_t *line_rates(struct record *line, struct record *invoice)
{
	json_t *own = json_object_get(record_private(line), "tax_rates");

	if (json_array_size(own) || js_flag(record_private(line), "fixed_rates", false))
		return own;
	return json_object_get(record_tree(invoice), "default_tax_rates");
}

int64_t amounts_sum(const json_t *list)
{
	int64_t sum = 0;

	for (size_t i = 0; i < json_array_size(list); i++)
		sum += js_int(json_array_get(list, i), "amount", 0);
	return sum;
}

json_t *span_body(struct span period)
{
	json_t *out = json_object();

	js_put_int(out, "end", period.to);
	js_put_int(out, "start", period.from);
	return out;
}

/* A line's body in the description's key order. */
static json_t *line_body(struct call *call, struct record *invoice, const struct bill_line *line)
{
	char id[ID_ROOM], decimal[DECIMAL_ROOM];
	json_t *body = json_object(), *private;
	int64_t whole;
	bool counted = line->quantity.scaled != 0 || line->price;

	account_new_id(call->account, "il_", 24, id);
	decimal_format(line->quantity, decimal);
	js_put_text(body, "id", id);
	js_put_text(body, "object", "line_item");
	js_put_int(body, "amount", line->amount);
	js_put(body, "currency", json_object_get(record_tree(invoice), "currency"));
	js_put_text(body, "description", line->description);
	js_put_new(body, "discount_amounts", json_array());
	js_put_flag(body, "discountable", line->discountable);
	js_put_new(body, "discounts", line->discounts ? json_incref(line->discounts) : json_array());
	js_put_text(body, "invoice", invoice->id);
	js_put_flag(body, "livemode", call->livemode);
	js_put_new(body, "metadata", line->metadata ? json_incref(line->metadata) : json_object());
	js_put_new(body, "parent", line_parent(line));
	js_put_new(body, "period", span_body(line->period));
	js_put_new(body, "pretax_credit_amounts", json_array());
	js_put_new(body, "pricing", pricing_of(line));
	if (counted && decimal_whole(line->quantity, &whole))
		js_put_int(body, "quantity", whole);
	else
		js_put_null(body, "quantity");
	js_put_text(body, "quantity_decimal", counted ? decimal : NULL);
	js_put_text(body, "subscription", line->sub ? line->sub->id : NULL);
	js_put_int(body, "subtotal", line->amount);
	js_put_new(body, "taxes", json_array());
	private = js_own(body, PRIVATE_KEY);
	if (json_array_size(line->tax_rates) || line->fixed_rates)
		js_put_new(private, "tax_rates", line->tax_rates ? json_incref(line->tax_rates) : json_array());
	if (line->fixed_rates)
		js_put_flag(private, "fixed_rates", true);
	if (line->item)
		js_put_text(private, "item", line->item->id);
	put_off(private, line);
	return body;
}

struct record *invoice_add_line(struct call *call, struct record *invoice, struct bill_line *line)
{
	json_t *body = line_body(call, invoice, line);

	line->line = journal_add(&call->journal, line_type(), js_text(body, "id"), body, call->now);
	if (line->invoice_item) {
		json_t *draft = journal_edit(&call->journal, line->invoice_item);

		js_put_text(draft, "invoice", invoice->id);
		draft = journal_edit_private(&call->journal, line->invoice_item);
		json_object_del(draft, "pending");
		js_put_text(draft, "line", line->line->id);
	}
	return line->line;
}

void invoice_replace_line(struct call *call, struct record *invoice, struct record *line, struct bill_line *with)
{
	js_auto body = line_body(call, invoice, with);

	js_put_text(body, "id", line->id);
	json_object_update(journal_edit(&call->journal, line), body);
	with->line = line;
}

int invoice_check_room(struct call *call, struct record *invoice, const char *where)
{
	if (list_by(call, line_type(), "invoice", invoice->id)->count < BILL_LINES)
		return 0;
	return fail_invalid(
		call, NULL, where, "An invoice can have at most %d lines, and %s has them.", BILL_LINES, invoice->id);
}

/* ---- a new draft ---- */

/* automatic_tax.status of a draft: whether there is a place to calculate the tax for. No account here is registered
 * anywhere, so there is nothing to add. Source: Stripe docs "Automatically collect tax on subscriptions". */
static void locate(struct call *call, struct record *invoice)
{
	json_t *automatic = json_object_get(record_tree(invoice), "automatic_tax"), *own;
	bool located = customer_is_located(invoice_customer(call, invoice));
	const char *status = located ? "complete" : "requires_location_inputs", *shown = js_text(automatic, "status");

	if (!js_flag(automatic, "enabled", false) || text_is(shown, status))
		return;
	own = js_own(journal_edit(&call->journal, invoice), "automatic_tax");
	js_put_text(own, "provider", "stripe");
	js_put_text(own, "status", status);
}

/* Who is billed, as the invoice remembers it; refreshed while it is a draft, frozen at finalization. */
void invoice_snapshot_customer(struct call *call, struct record *invoice)
{
	static const char *const parts[][2] = {
		{ "customer_address", "address" },
		{ "customer_email", "email" },
		{ "customer_name", "name" },
		{ "customer_phone", "phone" },
		{ "customer_shipping", "shipping" },
		{ "customer_tax_exempt", "tax_exempt" },
	};
	json_t *customer = record_tree(invoice_customer(call, invoice));
	json_t *tree = record_tree(invoice);

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		json_t *value = json_object_get(customer, parts[i][1]);

		if (!js_same(json_object_get(tree, parts[i][0]), value ? value : json_null())) {
			tree = journal_edit(&call->journal, invoice);
			js_put(tree, parts[i][0], value);
		}
	}
	locate(call, invoice);
}

/* How the subscription may be paid; its invoices say the same, as far as invoices know it: not how a mandate is set up,
   say. */
static void copy_payment_settings(struct call *call, json_t *body, const json_t *from)
{
	static const char *const names[] = { "payment_method_options", "payment_method_types" };
	js_auto spec = json_object();

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		json_t *value = json_object_get(from, names[i]);

		if (json_object_size(value) || json_array_size(value))
			js_put(js_own(spec, "payment_settings"), names[i], value);
	}
	if (json_object_size(spec))
		spec_apply(call, body, invoice_type(), spec, NULL);
}

static void copy_from_subscription(
	struct call *call, json_t *body, struct record *sub, const struct invoice_terms *terms)
{
	json_t *tree = record_tree(sub), *details = json_object(), *parent = json_object();
	json_t *settings = json_object_get(tree, "invoice_settings");
	json_t *automatic = json_object_get(tree, "automatic_tax");

	js_put(details, "metadata", json_object_get(tree, "metadata"));
	js_put_text(details, "subscription", sub->id);
	if (terms->proration_date)
		js_put_int(details, "subscription_proration_date", terms->proration_date);
	js_put_null(parent, "quote_details");
	js_put_new(parent, "subscription_details", details);
	js_put_text(parent, "type", "subscription_details");
	js_put_new(body, "parent", parent);
	js_put(body, "collection_method", json_object_get(tree, "collection_method"));
	js_put(body, "default_tax_rates", json_object_get(tree, "default_tax_rates"));
	if (js_flag(automatic, "enabled", false)) {
		js_put_flag(js_own(body, "automatic_tax"), "enabled", true);
		js_put(json_object_get(body, "automatic_tax"), "liability", json_object_get(automatic, "liability"));
	}
	js_put(body, "description", json_object_get(settings, "description"));
	js_put(body, "footer", json_object_get(settings, "footer"));
	js_put(body, "custom_fields", json_object_get(settings, "custom_fields"));
	js_put_new(body, "discounts", discounts_counting(call, json_object_get(tree, "discounts"), call->now));
	copy_payment_settings(call, body, json_object_get(tree, "payment_settings"));
	if (text_is(js_text(tree, "collection_method"), "send_invoice"))
		js_put_int(body, "due_date", call->now + js_int(tree, "days_until_due", 30) * 86400);
}

static json_t *draft_body(struct call *call, const struct invoice_terms *terms)
{
	json_t *body = shape_new(call, invoice_type(), NULL);
	json_t *customer = record_tree(terms->customer);

	js_put_text(body, "currency", terms->currency);
	js_put_text(body, "customer", terms->customer->id);
	js_put(body, "test_clock", json_object_get(customer, "test_clock"));
	js_put_text(body, "billing_reason", terms->reason);
	js_put_int(body, "period_start", terms->period.from);
	js_put_int(body, "period_end", terms->period.to);
	if (terms->sub)
		copy_from_subscription(call, body, terms->sub, terms);
	if (!json_array_size(json_object_get(body, "discounts")) &&
		json_is_object(json_object_get(customer, "discount"))) {
		json_t *ids = json_array();

		json_array_append(ids, js_at(customer, "discount.id"));
		js_put_new(body, "discounts", ids);
	}
	invoice_set_advance(call, body, terms->auto_advance);
	/* No endpoint is waited for, so it is set while the invoice is being created (API reference "Invoice"). */
	if (account_setting_is(call, "invoice_waits_for_webhook", "no"))
		js_put_int(body, "webhooks_delivered_at", call->now);
	return body;
}

/* auto_advance and what follows from it while the invoice is a draft. */
void invoice_set_advance(struct call *call, json_t *body, bool advance)
{
	bool charges = text_is(js_text(body, "collection_method"), "charge_automatically");
	int64_t when = js_int(body, "created", call->now) + 3600;

	if (when <= call->now) /* its hour has passed while it did not */
		when = call->now + 3600;
	js_put_flag(body, "auto_advance", advance);
	if (advance) {
		js_put_int(body, "automatically_finalizes_at", when + 1);
		js_put_int(js_own(body, PRIVATE_KEY), "due", when);
	} else {
		js_put_null(body, "automatically_finalizes_at");
		json_object_del(js_own(body, PRIVATE_KEY), "due");
	}
	if (advance && charges)
		js_put_int(body, "next_payment_attempt", when);
	else
		js_put_null(body, "next_payment_attempt");
}

/* The lines of the newest item come first; those of one item (tiers) keep their order. */
static void add_lines(struct call *call, struct record *invoice, struct bill_line *lines, size_t n)
{
	while (n) {
		size_t from = n - 1;

		while (from && lines[from].item && lines[from - 1].item == lines[from].item)
			from--;
		for (size_t i = from; i < n; i++)
			invoice_add_line(call, invoice, &lines[i]);
		n = from;
	}
}

struct record *invoice_new(struct call *call, const struct invoice_terms *terms, struct bill_line *lines, size_t n)
{
	struct record *invoice = object_store(call, invoice_type(), draft_body(call, terms));

	if (n > BILL_LINES) {
		fail_invalid(call, NULL, NULL, "An invoice can have at most %d lines.", BILL_LINES);
		return NULL;
	}
	if (terms->sweep)
		invoice_items_sweep(call, invoice, terms->customer, terms->sub, BILL_LINES - n);
	add_lines(call, invoice, lines, n);
	invoice_snapshot_customer(call, invoice);
	if (invoice_total(call, invoice))
		return NULL;
	if (!terms->quiet)
		emit(call, "invoice.created", invoice);
	return invoice;
}
