/* SPDX-License-Identifier: MIT */
/* The invoice routes. What an invoice does when its time comes: invoice_due.c. */
#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "events/emit.h"
#include "resources/billing/inside.h"
#include "resources/billing/preview.h"
#include "resources/billing/subscription.h"
#include "resources/customer.h"
#include "resources/discount.h"
#include "resources/generic.h"
#include "resources/payments/pay.h"

static const char *status_of(struct record *invoice)
{
	return js_text(record_tree(invoice), "status");
}

/* The two ways the API names the parameter of an invoice that is not there: by route, as Stripe does. */
static struct record *path_invoice(struct call *call, const char *name)
{
	struct record *r = account_get(call->account, call->ids[0], invoice_type());

	if (!r)
		fail_status(call, 404, "resource_missing", name, "No such invoice: '%s'", call->ids[0]);
	else
		call_use_clock(call, r);
	return r;
}

static int check_collection(struct call *call, const char *method)
{
	bool sends = text_is(method, "send_invoice");
	bool dated = param_text(call, "days_until_due") || param_given(call, "days_until_due") ||
		     param_given(call, "due_date");

	if (param_given(call, "due_date") && param_given(call, "days_until_due"))
		return fail_invalid(
			call, NULL, NULL, "You may only specify one of these parameters: due_date, days_until_due.");
	if (sends && !dated)
		return fail_invalid(call, NULL, NULL,
			"If invoice collection method is 'send_invoice', you must specify 'due_date' or "
			"'days_until_due'.");
	if (!sends && dated)
		return fail_invalid(call, NULL, NULL,
			"You can only specify 'due_date' or 'days_until_due' if invoice collection method is "
			"'send_invoice'.");
	return 0;
}

static int apply_terms(struct call *call, json_t *draft, struct record *customer)
{
	const char *method = param_text(call, "default_payment_method");

	if (method && !method_attached(call, method, customer, "default_payment_method"))
		return -1;
	if (param_given(call, "days_until_due"))
		js_put_int(draft, "due_date",
			js_int(draft, "created", call->now) + param_int(call, "days_until_due", 0) * 86400);
	if (param_given(call, "default_tax_rates")) {
		json_t *rates = tax_rates_of(call, param(call, "default_tax_rates"), "default_tax_rates");

		if (call->fail.status)
			return -1;
		js_put_new(draft, "default_tax_rates", rates ? json_incref(rates) : json_array());
	}
	if (param_given(call, "discounts")) {
		struct discount_owner owner = { .customer = customer,
			.currency = js_text(draft, "currency"),
			.invoice = js_text(draft, "id"),
			.amount = js_int(draft, "subtotal", 0) };
		json_t *ids = discounts_redeem(
			call, param(call, "discounts"), &owner, json_object_get(draft, "discounts"), "discounts");

		if (!ids)
			return -1;
		js_put_new(draft, "discounts", ids);
	}
	return 0;
}

static const char *const set_by_hand[] = { "default_tax_rates", "discounts", "subscription", "default_payment_method",
	"auto_advance", "currency", "customer", "from_invoice", "pending_invoice_items_behavior", NULL };

/* Who is billed, in what, and for which subscription; `source` is the invoice that is revised, if any. 0 or -1. */
static int new_terms(struct call *call, struct record *source, struct invoice_terms *terms)
{
	struct record *customer = param_record(call, "customer", "customer");
	const char *pending = param_text(call, "pending_invoice_items_behavior");

	terms->sub = source ? invoice_subscription(call, source) : param_record(call, "subscription", "subscription");
	if (call->fail.status)
		return -1;
	if (source && customer && customer != invoice_customer(call, source))
		return fail_invalid(call, NULL, "customer", "The invoice %s does not belong to the customer %s.",
			source->id, customer->id);
	if (source)
		customer = invoice_customer(call, source);
	else if (terms->sub && !customer)
		customer = subscription_customer(call, terms->sub);
	if (!customer)
		return fail_missing_param(call, "customer");
	call_use_clock(call, customer);
	terms->customer = customer;
	terms->currency = source ? js_text(record_tree(source), "currency") : param_text(call, "currency");
	if (!terms->currency)
		terms->currency = js_text(record_tree(terms->sub ? terms->sub : customer), "currency");
	if (!terms->currency)
		terms->currency = "usd"; /* the account's own */
	terms->reason = source ? js_text(record_tree(source), "billing_reason") : "manual";
	terms->period = (struct span) { call->now, call->now };
	if (source)
		terms->period = (struct span) { js_int(record_tree(source), "period_start", call->now),
			js_int(record_tree(source), "period_end", call->now) };
	terms->sweep = pending ? !strcmp(pending, "include") : terms->sub && !source;
	terms->quiet = true;
	return 0;
}

static int invoice_create(struct call *call)
{
	struct record *source = param_given(call, "from_invoice") ? invoice_to_revise(call) : NULL, *invoice;
	struct invoice_terms terms = { 0 };
	struct bill_line *lines = NULL;
	size_t n = 0;
	json_t *draft;

	if (call->fail.status || new_terms(call, source, &terms))
		return -1;
	if (!source && check_collection(call, param_text(call, "collection_method")))
		return -1;
	if (customer_use_currency(call, terms.customer, terms.currency, "currency"))
		return -1;
	if (source) {
		lines = arena_alloc(&call->arena, BILL_LINES * sizeof *lines);
		n = invoice_lines_again(call, source, lines);
	}
	invoice = invoice_new(call, &terms, lines, n);
	if (!invoice)
		return -1;
	draft = journal_edit(&call->journal, invoice);
	if (source)
		invoice_copy_terms(draft, source);
	if (params_apply(call, draft, invoice_type(), set_by_hand) || apply_terms(call, draft, terms.customer))
		return -1;
	if (!source || param_given(call, "default_payment_method"))
		js_put_text(draft, "default_payment_method", param_text(call, "default_payment_method"));
	invoice_set_advance(call, draft, param_flag(call, "auto_advance", false));
	invoice_snapshot_customer(call, invoice); /* by what the parameters say: automatic_tax */
	if (invoice_total(call, invoice))
		return -1;
	emit(call, "invoice.created", invoice);
	return answer_record(call, invoice);
}

/* What may still change once an invoice is finalized. How and until when it is to be paid may not: "can only be updated
 * on draft invoices" (API reference, "Update an invoice"). */
static bool is_editable_later(const char *name)
{
	static const char *const names[] = { "metadata", "auto_advance", "default_payment_method", "default_source",
		"payment_settings", "expand" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static int invoice_update(struct call *call)
{
	struct record *invoice = path_invoice(call, "id");
	struct record *customer;
	const char *key, *method;
	json_t *value, *draft;
	bool is_draft;

	if (!invoice)
		return -1;
	is_draft = !strcmp(status_of(invoice), "draft");
	json_object_foreach(call->params, key, value)
	{
		if (!is_draft && !is_editable_later(key))
			return fail_invalid(
				call, "invoice_not_editable", key, "Finalized invoices can't be updated in this way");
	}
	customer = invoice_customer(call, invoice);
	method = param_text(call, "collection_method");
	if (param_given(call, "due_date") || param_given(call, "days_until_due") || text_is(method, "send_invoice"))
		if (check_collection(call, method ? method : js_text(record_tree(invoice), "collection_method")))
			return -1;
	draft = journal_edit(&call->journal, invoice);
	if (params_apply(call, draft, invoice_type(), set_by_hand) || apply_terms(call, draft, customer))
		return -1;
	if (param_given(call, "default_payment_method"))
		js_put_text(draft, "default_payment_method", param_text(call, "default_payment_method"));
	if (is_draft && (param_given(call, "auto_advance") || method))
		invoice_set_advance(
			call, draft, param_flag(call, "auto_advance", js_flag(draft, "auto_advance", false)));
	else if (param_given(call, "auto_advance"))
		invoice_set_collection(call, invoice, param_flag(call, "auto_advance", false));
	if (is_draft && method && strcmp(method, "send_invoice"))
		js_put_null(draft, "due_date");
	if (is_draft) {
		invoice_snapshot_customer(call, invoice);
		if (invoice_total(call, invoice))
			return -1;
	}
	emit_changed(call, "invoice.updated", invoice);
	return answer_record(call, invoice);
}

static int invoice_delete(struct call *call)
{
	struct record *invoice = path_invoice(call, "invoice");
	const struct list *lines;
	struct list all = { 0 };

	if (!invoice)
		return -1;
	if (strcmp(status_of(invoice), "draft"))
		return fail_invalid(call, NULL, NULL, "You can only delete draft invoices.");
	if (invoice_subscription(call, invoice))
		return fail_invalid(call, NULL, NULL,
			"You cannot delete an invoice that a subscription made. Finalize it and void it instead.");
	lines = list_by(call, line_type(), "invoice", invoice->id);
	for (size_t i = 0; i < lines->count; i++)
		list_add(&all, lines->at[i]);
	for (size_t i = 0; i < all.count; i++) {
		struct record *line = all.at[i];
		struct record *item = account_find(
			call->account, js_text_at(record_tree(line), "parent.invoice_item_details.invoice_item"));

		if (item && !item->deleted)
			journal_delete(&call->journal, item);
		journal_delete(&call->journal, line);
	}
	list_clear(&all);
	emit(call, "invoice.deleted", invoice);
	journal_delete(&call->journal, invoice);
	return answer_record(call, invoice);
}

static int route_finalize(struct call *call)
{
	struct record *invoice = path_invoice(call, "id");

	if (!invoice)
		return -1;
	if (invoice_finalize(call, invoice)) {
		invoice_note_failure(call, invoice);
		return -1;
	}
	/* Not charged now; an invoice that advances by itself is charged an hour later. */
	if (!strcmp(status_of(invoice), "open"))
		invoice_set_collection(call, invoice,
			param_flag(call, "auto_advance", js_flag(record_tree(invoice), "auto_advance", false)));
	journal_freeze(&call->journal, invoice);
	return answer_record(call, invoice);
}

/* paid_out_of_band: the money came another way; the intent that stood for it is canceled. */
static int pay_out_of_band(struct call *call, struct record *invoice)
{
	struct record *intent = account_find(call->account, js_text(record_private(invoice), "intent"));

	invoice_paid_by_intent(call, invoice, NULL);
	js_put(journal_edit(&call->journal, invoice), "amount_paid_off_stripe",
		json_object_get(record_tree(invoice), "amount_due"));
	if (intent)
		intent_cancel(call, intent, "automatic");
	journal_freeze(&call->journal, invoice);
	return answer_record(call, invoice);
}

static int route_pay(struct call *call)
{
	struct record *invoice = path_invoice(call, "id");
	const char *method_id =
		param_text(call, "payment_method") ? param_text(call, "payment_method") : param_text(call, "source");
	struct record *method = NULL;
	struct fail refusal;
	enum collection result;

	if (!invoice)
		return -1;
	if (!strcmp(status_of(invoice), "paid"))
		return fail_invalid(call, NULL, NULL, "Invoice is already paid");
	if (!strcmp(status_of(invoice), "void"))
		return fail_invalid(call, NULL, NULL, "Invoice is void and can no longer be paid.");
	if (invoice_payment_is_processing(call, invoice))
		return fail_invalid(call, NULL, NULL,
			"A payment of this invoice is processing. Wait for the bank's answer before paying it again.");
	if (method_id) {
		method = method_resolve(call, method_id, invoice_customer(call, invoice), "payment_method");
		if (!method)
			return -1;
	}
	if (!strcmp(status_of(invoice), "draft") && invoice_finalize(call, invoice))
		return -1;
	if (param_flag(call, "paid_out_of_band", false))
		return pay_out_of_band(call, invoice);
	result = invoice_collect(call, invoice, method, param_flag(call, "off_session", true), &refusal);
	switch (result) {
	case COLLECTION_NO_METHOD:
		return fail_invalid(call, "resource_missing", NULL,
			"This customer has no attached payment source or default payment method. Please consider "
			"adding a default "
			"payment method. For more information, visit "
			"https://stripe.com/docs/billing/subscriptions/"
			"payment-methods-setting#payment-method-priority.");
	case COLLECTION_DECLINED:
		return fail_card(call, &refusal);
	case COLLECTION_NEEDS_ACTION:
		refusal_clear(&refusal);
		fail_status(call, 402, "invoice_payment_intent_requires_action", NULL,
			"This payment requires additional user action before it can be completed successfully. Payment "
			"can be "
			"completed using the PaymentIntent associated with the invoice. For more details see: "
			"https://stripe.com/docs/billing/subscriptions/overview#requires-action");
		call->fail.type = "card_error";
		call->fail.keep = true;
		return -1;
	case COLLECTED:
	case COLLECTION_NOTHING_DUE:
		break;
	}
	journal_freeze(&call->journal, invoice);
	return answer_record(call, invoice);
}

static int route_void(struct call *call)
{
	struct record *invoice = path_invoice(call, "id");

	return !invoice || invoice_void(call, invoice) ? -1 : answer_record(call, invoice);
}

static int route_mark_uncollectible(struct call *call)
{
	struct record *invoice = path_invoice(call, "id");

	return !invoice || invoice_mark_uncollectible(call, invoice, "user_forgiven") ? -1
										      : answer_record(call, invoice);
}

static int route_send(struct call *call)
{
	struct record *invoice = path_invoice(call, "invoice");

	if (!invoice)
		return -1;
	if (!strcmp(status_of(invoice), "draft") && invoice_finalize(call, invoice))
		return -1;
	if (strcmp(status_of(invoice), "open"))
		return fail_invalid(call, NULL, NULL,
			"This invoice cannot be sent right now. Please contact us via "
			"https://support.stripe.com/contact with "
			"details, so we can help.");
	emit(call, "invoice.sent", invoice);
	return answer_record(call, invoice);
}

/* ---- tables ---- */

static json_t *include_payments(struct call *call, struct record *r)
{
	return list_embed(call, schema_find_object("invoice_payment"), "invoice", r->id, 10,
		arena_format(&call->arena, "/v1/invoice_payments?invoice=%s", r->id));
}

static json_t *include_secret(struct call *call, struct record *r)
{
	const char *secret = js_text(
		record_tree(account_find(call->account, js_text(record_private(r), "intent"))), "client_secret");
	json_t *out;

	if (!secret)
		return json_null();
	out = json_object();
	js_put_text(out, "client_secret", secret);
	js_put_text(out, "type", "payment_intent");
	return out;
}

static void fill(struct call *call, json_t *body)
{
	json_t *issuer = json_object();

	js_put_text(issuer, "type", "self");
	js_put_new(body, "issuer", issuer);
	js_put_text(body, "account_country", "US");
	js_put_text(body, "account_name", "mockstripe");
	js_put_text(body, "collection_method", "charge_automatically");
	js_put_text(body, "status", "draft");
	js_put_flag(body, "auto_advance", false);
	js_put_int(body, "period_start", call->now);
	js_put_int(body, "period_end", call->now);
	js_put_new(body, "lines",
		list_object(json_array(), arena_format(&call->arena, "/v1/invoices/%s/lines",
						  js_text(body, "id") ? js_text(body, "id") : "")));
	js_put_new(body, "total_discount_amounts", json_array());
	js_put_new(body, "total_pretax_credit_amounts", json_array());
	js_put_new(body, "total_taxes", json_array());
	js_put_int(body, "total_excluding_tax", 0);
	js_put_int(body, "subtotal_excluding_tax", 0);
	js_put_new(body, "customer_tax_ids", json_array());
}

static const struct resource_route routes[] = {
	{ "POST", "/v1/invoices", invoice_create },
	{ "POST", "/v1/invoices/{id}", invoice_update },
	{ "DELETE", "/v1/invoices/{id}", invoice_delete },
	{ "POST", "/v1/invoices/{id}/finalize", route_finalize },
	{ "POST", "/v1/invoices/{id}/pay", route_pay },
	{ "POST", "/v1/invoices/{id}/void", route_void },
	{ "POST", "/v1/invoices/{id}/mark_uncollectible", route_mark_uncollectible },
	{ "POST", "/v1/invoices/{id}/send", route_send },
	{ "POST", "/v1/invoices/create_preview", preview_create },
	{ 0 },
};

static const struct resource_filter filters[] = {
	{ .param = "subscription", .path = "parent.subscription_details.subscription" },
	{ 0 },
};

static const struct resource_include includes[] = {
	{ "payments", include_payments },
	{ "confirmation_secret", include_secret },
	{ 0 },
};

const struct resource invoice_resource = {
	.name = "Invoice",
	.routes = routes,
	.filters = filters,
	.includes = includes,
	.fill = fill,
	.on_due = invoice_on_due,
	.adopt = invoice_adopt,
};
