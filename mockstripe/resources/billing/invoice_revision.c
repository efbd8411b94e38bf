/* SPDX-License-Identifier: MIT */
/*
 * Revisions: POST /v1/invoices with from_invoice makes a draft that copies an open invoice and can be edited. When it
 * is finalized the original is voided and shows it as its latest_revision. Source: Stripe docs "Edit invoices", API
 * reference "Invoice", from_invoice and latest_revision.
 */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/billing/inside.h"
#include "resources/billing/subscription.h"

struct record *invoice_to_revise(struct call *call)
{
	const char *id = param_text_at(call, "from_invoice.invoice");
	struct record *source = account_get(call->account, id, invoice_type());
	const char *status = js_text(record_tree(source), "status");

	if (!source) {
		fail_no_such_param(call, invoice_type(), id ? id : "", "from_invoice[invoice]");
		return NULL;
	}
	call_use_clock(call, source);
	if (!strcmp(status, "open") || !strcmp(status, "uncollectible"))
		return source;
	fail_invalid(call, NULL, "from_invoice[invoice]",
		"You can only revise an invoice that is finalized and not paid or voided: %s is `%s`.", id, status);
	return NULL;
}

static void line_again(struct call *call, struct record *source, struct bill_line *out)
{
	json_t *tree = record_tree(source), *private = record_private(source);
	const char *quantity = js_text(tree, "quantity_decimal");
	const char *item = js_text_at(tree, "parent.invoice_item_details.invoice_item");
	json_t *details = js_at(tree, item ? "parent.invoice_item_details" : "parent.subscription_item_details");

	*out = (struct bill_line) {
		.amount = js_int(tree, "amount", 0),
		.period = { js_int_at(tree, "period.start", call->now), js_int_at(tree, "period.end", call->now) },
		.description = js_text(tree, "description"),
		.price = account_find(call->account, js_text_at(tree, "pricing.price_details.price")),
		.unit_amount_decimal = js_text_at(tree, "pricing.unit_amount_decimal"),
		.sub = account_find(call->account, js_text(tree, "subscription")),
		.item = account_find(
			call->account, js_text_at(tree, "parent.subscription_item_details.subscription_item")),
		.invoice_item = account_find(call->account, item),
		.proration = js_flag(details, "proration", false),
		.credited = js_at(details, "proration_details.credited_items"),
		.off = json_object_get(private, "off"),
		.itemized = js_flag(private, "itemized", false),
		.discountable = js_flag(tree, "discountable", true),
		.discounts = json_object_get(tree, "discounts"),
		.tax_rates = json_object_get(private, "tax_rates"),
		.metadata = json_object_get(tree, "metadata"),
	};
	if (!quantity || decimal_parse(quantity, DECIMAL_PLACES, &out->quantity) != DECIMAL_OK)
		out->quantity = decimal_of(js_int(tree, "quantity", 0));
}

size_t invoice_lines_again(struct call *call, struct record *source, struct bill_line lines[BILL_LINES])
{
	const struct list *all = list_by(call, line_type(), "invoice", source->id);
	size_t n = all->count < BILL_LINES ? all->count : BILL_LINES;

	for (size_t i = 0; i < n; i++) /* a draft shows the last one first */
		line_again(call, all->at[n - 1 - i], &lines[i]);
	return n;
}

void invoice_copy_terms(json_t *draft, struct record *source)
{
	static const char *const kept[] = { "collection_method", "custom_fields", "default_payment_method",
		"default_source", "default_tax_rates", "description", "discounts", "due_date", "footer", "metadata",
		"on_behalf_of", "payment_settings", "rendering", "shipping_cost", "shipping_details",
		"statement_descriptor", "transfer_data" };
	json_t *tree = record_tree(source), *from = json_object();

	for (size_t i = 0; i < COUNT_OF(kept); i++)
		if (json_object_get(tree, kept[i]))
			js_put(draft, kept[i], json_object_get(tree, kept[i]));
	js_put_text(from, "action", "revision");
	js_put_text(from, "invoice", source->id);
	js_put_new(draft, "from_invoice", from);
}

int invoice_supersede(struct call *call, struct record *invoice)
{
	struct record *sub = invoice_subscription(call, invoice), *source, *older;

	source = account_find(call->account, js_text_at(record_tree(invoice), "from_invoice.invoice"));
	if (!source || source->deleted)
		return 0;
	for (older = source; older && !older->deleted;
		older = account_find(call->account, js_text_at(record_tree(older), "from_invoice.invoice")))
		js_put_text(journal_edit(&call->journal, older), "latest_revision", invoice->id);
	/* First, so that the end of the original does nothing to the subscription. */
	if (sub && text_is(js_text(record_tree(sub), "latest_invoice"), source->id))
		js_put_text(journal_edit(&call->journal, sub), "latest_invoice", invoice->id);
	return invoice_void(call, source);
}
