/* SPDX-License-Identifier: MIT */
/* Credit notes: what is taken off an invoice after it was finalized. Source: Stripe docs "Credit notes", "The Credit
 * Note object", "Create a credit note". */
#include "resources/billing/credit_note.h"

#include <string.h>

#include "api/fail.h"
#include "api/list.h"
#include "api/params.h"
#include "api/resource.h"
#include "api/shape.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"
#include "events/emit.h"
#include "resources/customer.h"
#include "resources/generic.h"
#include "resources/page_url.h"
#include "resources/payments/pay.h"
#include "value/currency.h"

const struct schema_resource *credit_note_type(void)
{
	return schema_find_object("credit_note");
}

/* A note on its way: what it is worth and where that goes. */
struct note {
	struct credit c;
	int64_t total, before, after; /* before: lowers what is still to be paid; after: goes back to the customer */
	int64_t refund, linked, credit, elsewhere;
	json_t *refunds; /* of the body; owned until the body takes it */
};

static const char *money(struct call *call, int64_t amount, const char *currency)
{
	struct text text;
	const char *out;

	text_init(&text, 128);
	currency_format(&text, amount, currency);
	out = arena_text(&call->arena, text.data);
	text_clear(&text);
	return out;
}

/* ---- what may be credited ---- */

static int check_invoice(struct note *n)
{
	struct call *call = n->c.call;
	const char *status = js_text(record_tree(n->c.invoice), "status");

	if (!strcmp(status, "draft") || !strcmp(status, "void"))
		return fail_invalid(call, NULL, "invoice",
			"Credit notes can only be created on invoices that are open, paid or uncollectible; this "
			"invoice is %s.",
			!strcmp(status, "void") ? "void" : "a draft");
	if (!param_given(call, "amount") && !param_given(call, "lines") && !param_given(call, "shipping_cost"))
		return fail_invalid(call, "parameter_missing", NULL,
			"One of the following params should be provided for this request: amount, lines, or "
			"shipping_cost.");
	if (param_given(call, "shipping_cost") &&
		!json_is_object(json_object_get(record_tree(n->c.invoice), "shipping_cost")))
		return fail_invalid(call, NULL, "shipping_cost", "This invoice has no shipping cost to credit.");
	return 0;
}

static int64_t credited_so_far(struct note *n)
{
	const struct list *all = list_by(n->c.call, credit_note_type(), "invoice", n->c.invoice->id);
	int64_t sum = 0;

	for (size_t i = 0; i < all->count; i++)
		if (strcmp(js_text(record_tree(all->at[i]), "status"), "void"))
			sum += js_int(record_tree(all->at[i]), "total", 0);
	return sum;
}

static int read_total(struct note *n)
{
	struct call *call = n->c.call;
	json_t *invoice = record_tree(n->c.invoice);
	int64_t left = js_int(invoice, "total", 0) - credited_so_far(n);
	int64_t remaining = js_int(invoice, "amount_remaining", 0);

	n->total = credit_total(&n->c);
	if (n->total <= 0)
		return fail_invalid(call, NULL, param_given(call, "lines") ? "lines" : "amount",
			"The total of a credit note must be greater than zero.");
	if (param_given(call, "lines") && param_int(call, "amount", n->total) != n->total)
		return fail_invalid(call, NULL, "amount", "The amount (%s) must be the total of the lines (%s).",
			money(call, param_int(call, "amount", 0), n->c.currency), money(call, n->total, n->c.currency));
	if (n->total > left)
		return fail_invalid(call, NULL, param_given(call, "lines") ? "lines" : "amount",
			"The credit note's total (%s) is greater than what is left to credit of this invoice (%s).",
			money(call, n->total, n->c.currency), money(call, left > 0 ? left : 0, n->c.currency));
	if (strcmp(js_text(invoice, "status"), "paid"))
		n->before = n->total < remaining ? n->total : remaining;
	n->after = n->total - n->before;
	return 0;
}

/* ---- where it goes ---- */

/* The charge that paid the invoice; NULL: none. */
static struct record *charge_of(struct call *call, struct record *invoice)
{
	const struct list *all = list_by(call, schema_find_object("invoice_payment"), "invoice", invoice->id);

	for (size_t i = 0; i < all->count; i++) {
		json_t *payment = record_tree(all->at[i]);
		struct record *intent = account_find(call->account, js_text_at(payment, "payment.payment_intent"));

		if (strcmp(js_text(payment, "status"), "paid"))
			continue;
		return account_find(call->account,
			intent ? js_text(record_tree(intent), "latest_charge") : js_text_at(payment, "payment.charge"));
	}
	return NULL;
}

/* What notes that stand have claimed of a refund already. */
static int64_t claimed_of(struct call *call, struct record *invoice, const char *refund)
{
	const struct list *all = list_by(call, credit_note_type(), "invoice", invoice->id);
	int64_t sum = 0;

	for (size_t i = 0; i < all->count; i++) {
		size_t k;
		json_t *one;

		json_array_foreach(json_object_get(record_tree(all->at[i]), "refunds"), k, one)
		{
			if (text_is(js_text(one, "refund"), refund))
				sum += js_int(one, "amount_refunded", 0);
		}
	}
	return sum;
}

static void add_refund(struct note *n, const char *id, int64_t amount)
{
	json_t *one = json_object();

	js_put_int(one, "amount_refunded", amount);
	js_put_null(one, "payment_record_refund");
	js_put_text(one, "refund", id);
	js_put_text(one, "type", "refund");
	json_array_append_new(n->refunds, one);
}

static int link_refund(struct note *n, json_t *entry, const char *where)
{
	struct call *call = n->c.call;
	const char *id = js_text(entry, "refund");
	struct record *charge = charge_of(call, n->c.invoice), *refund;
	int64_t left, amount;

	if (json_object_get(entry, "payment_record_refund"))
		return fail_invalid(call, "resource_missing",
			arena_format(&call->arena, "%s[payment_record_refund]", where), "No such payment record: '%s'",
			js_text_at(entry, "payment_record_refund.payment_record"));
	if (!id)
		return fail_missing_param(call, arena_format(&call->arena, "%s[refund]", where));
	refund = account_get(call->account, id, schema_find_object("refund"));
	if (!refund)
		return fail_no_such_param(
			call, schema_find_object("refund"), id, arena_format(&call->arena, "%s[refund]", where));
	if (!charge || !js_text(record_tree(refund), "charge") ||
		strcmp(js_text(record_tree(refund), "charge"), charge->id))
		return fail_invalid(call, NULL, arena_format(&call->arena, "%s[refund]", where),
			"The refund %s is not of a payment of this invoice.", id);
	left = js_int(record_tree(refund), "amount", 0) - claimed_of(call, n->c.invoice, id);
	amount = js_int(entry, "amount_refunded", left);
	if (amount <= 0 || amount > left)
		return fail_invalid(call, NULL, arena_format(&call->arena, "%s[amount_refunded]", where),
			"The amount must not exceed what other credit notes have left of the refund %s: %s.", id,
			money(call, left, n->c.currency));
	n->linked += amount;
	add_refund(n, id, amount);
	return 0;
}

static int read_ways(struct note *n)
{
	struct call *call = n->c.call;
	int64_t sum;
	size_t i;
	json_t *entry;

	n->refunds = js_lent(&call->arena, json_array());
	n->refund = param_int(call, "refund_amount", 0);
	n->credit = param_int(call, "credit_amount", 0);
	n->elsewhere = param_int(call, "out_of_band_amount", 0);
	json_array_foreach(param(call, "refunds"), i, entry)
	{
		if (link_refund(n, entry, arena_format(&call->arena, "refunds[%zu]", i)))
			return -1;
	}
	if (!money_add(n->refund, n->linked, &sum) || !money_add(sum, n->credit, &sum) ||
		!money_add(sum, n->elsewhere, &sum) || sum != n->after)
		return fail_invalid(call, NULL, NULL,
			"The sum of `refund_amount`, `refunds`, `credit_amount` and `out_of_band_amount` must equal "
			"the "
			"post-payment amount of the credit note (%s).",
			money(call, n->after, n->c.currency));
	return 0;
}

static int carry_out(struct note *n, json_t *body)
{
	struct call *call = n->c.call;
	struct record *charge, *made;

	if (n->refund) {
		charge = charge_of(call, n->c.invoice);
		if (!charge)
			return fail_invalid(
				call, NULL, "refund_amount", "This invoice has no payment that could be refunded.");
		made = charge_refund(call, charge, n->refund, "refund_amount");
		if (!made)
			return -1;
		add_refund(n, made->id, n->refund);
	}
	if (n->credit) {
		made = customer_balance_move(
			call, n->c.customer, -n->credit, n->c.currency, "credit_note", n->c.invoice->id, n->c.id, NULL);
		if (!made)
			return -1;
		js_put_text(body, "customer_balance_transaction", made->id);
		emit_changed(call, "customer.updated", n->c.customer);
	}
	return 0;
}

/* ---- the body ---- */

static const char *number_of(struct note *n)
{
	const struct list *all = list_by(n->c.call, credit_note_type(), "invoice", n->c.invoice->id);

	return arena_format(
		&n->c.call->arena, "%s-CN-%02zu", js_text(record_tree(n->c.invoice), "number"), all->count + 1);
}

#define SHOWN_LINES 10

static void show_lines(struct note *n, json_t *body)
{
	json_t *data = json_array(), *list, *one;
	size_t i;

	json_array_foreach(n->c.lines, i, one)
	{
		if (i < SHOWN_LINES)
			json_array_append(data, one);
	}
	list = list_object(data, arena_format(&n->c.call->arena, "/v1/credit_notes/%s/lines", n->c.id));
	js_put_flag(list, "has_more", json_array_size(n->c.lines) > SHOWN_LINES);
	js_put_new(body, "lines", list);
}

static void write_amounts(struct note *n, json_t *body)
{
	const struct credit *c = &n->c;
	int64_t tax = c->tax_exclusive + c->tax_inclusive;

	js_put_int(body, "amount", n->total);
	js_put_int(body, "total", n->total);
	js_put_int(body, "total_excluding_tax", n->total - tax);
	js_put_int(body, "subtotal", c->subtotal);
	js_put_int(body, "subtotal_excluding_tax", c->subtotal - c->tax_inclusive);
	js_put_int(body, "discount_amount", c->discount);
	js_put(body, "discount_amounts", c->discounts);
	js_put_new(body, "pretax_credit_amounts", credit_pretax(c->discounts));
	js_put(body, "total_taxes", c->taxes);
	js_put_int(body, "pre_payment_amount", n->before);
	js_put_int(body, "post_payment_amount", n->after);
	js_put_text(body, "type", !n->after ? "pre_payment" : n->before ? "mixed" : "post_payment");
	if (param_given(c->call, "out_of_band_amount"))
		js_put_int(body, "out_of_band_amount", n->elsewhere);
}

static int write_body(struct note *n, json_t *body)
{
	static const char *const by_hand[] = { "amount", "lines", "refunds", "out_of_band_amount", "shipping_cost",
		"invoice", NULL };
	struct call *call = n->c.call;
	json_t *invoice = record_tree(n->c.invoice);

	if (params_apply(call, body, credit_note_type(), by_hand))
		return -1;
	js_put(body, "currency", json_object_get(invoice, "currency"));
	js_put(body, "customer", json_object_get(invoice, "customer"));
	js_put_text(body, "invoice", n->c.invoice->id);
	js_put_text(body, "number", number_of(n));
	js_put_text(body, "status", "issued");
	if (!param_given(call, "reason"))
		js_put_null(body, "reason");
	js_put_int(body, "effective_at", param_int(call, "effective_at", call->now));
	js_put_text(body, "pdf",
		page_url(call, "pay.stripe.com",
			arena_format(&call->arena, "/credit_notes/%s/%s/pdf?s=ap", call->account->id,
				page_word(call, credit_note_type(), n->c.id))));
	write_amounts(n, body);
	show_lines(n, body);
	if (js_text(invoice, "test_clock"))
		js_put_text(js_own(body, PRIVATE_KEY), "clock", js_text(invoice, "test_clock"));
	return 0;
}

static void store_lines(struct note *n)
{
	size_t i;
	json_t *one;

	json_array_foreach(n->c.lines, i, one)
	{
		object_store(n->c.call, credit_line_type(), json_incref(one));
	}
}

/* The note itself, with all that it does; NULL with the failure. */
static struct record *issue(struct call *call, struct note *n)
{
	struct record *invoice = param_record(call, "invoice", "invoice"), *note;
	json_t *body;

	if (!invoice)
		return NULL;
	call_use_clock(call, invoice);
	*n = (struct note) { .c = { .call = call, .invoice = invoice } };
	n->c.customer = account_find(call->account, js_text(record_tree(invoice), "customer"));
	n->c.currency = js_text(record_tree(invoice), "currency");
	if (check_invoice(n))
		return NULL;
	body = shape_new(call, credit_note_type(), NULL);
	n->c.id = arena_text(&call->arena, js_text(body, "id"));
	if (credit_lines(&n->c) || read_total(n) || read_ways(n) || write_body(n, body) || carry_out(n, body)) {
		json_decref(body);
		return NULL;
	}
	js_put(body, "refunds", n->refunds);
	store_lines(n);
	note = object_store(call, credit_note_type(), body);
	emit(call, "credit_note.created", note);
	return invoice_credit(call, invoice, n->before, n->after) ? NULL : note;
}

/* ---- routes ---- */

static int note_create(struct call *call)
{
	struct note n;
	struct record *note = issue(call, &n);

	return note ? answer_record(call, note) : -1;
}

/* A preview is the note itself, made in a transaction that is then taken back. */
static int note_preview(struct call *call)
{
	struct note n;
	struct record *note;
	json_t *shown;

	call->discard = true;
	note = issue(call, &n);
	if (!note)
		return -1;
	shown = json_deep_copy(record_tree(note));
	json_object_del(shown, PRIVATE_KEY);
	return answer_tree(call, shown, credit_note_type());
}

/* Lines of a preview have no life of their own, so their cursors are looked for among the lines themselves. */
static size_t place_of(const json_t *lines, const char *id, size_t otherwise)
{
	size_t i;
	json_t *one;

	json_array_foreach(lines, i, one)
	{
		if (id && text_is(js_text(one, "id"), id))
			return i;
	}
	return otherwise;
}

static int preview_lines(struct call *call)
{
	struct note n;
	json_t *data, *list;
	size_t from, count, limit = (size_t)param_int(call, "limit", 10);

	call->discard = true;
	if (!issue(call, &n))
		return -1;
	count = json_array_size(n.c.lines);
	limit = limit < 1 ? 1 : limit > 100 ? 100 : limit;
	from = param_text(call, "starting_after") ? place_of(n.c.lines, param_text(call, "starting_after"), count) + 1
						  : 0;
	data = json_array();
	for (size_t i = from; i < count && i - from < limit; i++) {
		json_t *one = json_deep_copy(json_array_get(n.c.lines, i));

		json_object_del(one, PRIVATE_KEY);
		json_array_append_new(data, one);
	}
	list = list_object(data, call->path);
	js_put_flag(list, "has_more", from + limit < count);
	return answer_tree(call, list, NULL);
}

static int note_void(struct call *call)
{
	struct record *note = path_record(call, 0, credit_note_type()), *invoice;
	json_t *draft;

	if (!note)
		return -1;
	invoice = account_find(call->account, js_text(record_tree(note), "invoice"));
	if (text_is(js_text(record_tree(note), "status"), "void"))
		return fail_invalid(call, NULL, NULL, "This credit note has already been voided.");
	if (!invoice || strcmp(js_text(record_tree(invoice), "status"), "open") ||
		js_int(record_tree(note), "post_payment_amount", 0))
		return fail_invalid(call, NULL, NULL, "You can only void credit notes of open invoices.");
	call_use_clock(call, invoice);
	draft = journal_edit(&call->journal, note);
	js_put_text(draft, "status", "void");
	js_put_int(draft, "voided_at", call->now);
	emit(call, "credit_note.voided", note);
	if (invoice_credit(call, invoice, -js_int(record_tree(note), "pre_payment_amount", 0), 0))
		return -1;
	return answer_record(call, note);
}

const struct resource credit_note_resource = {
	.name = "CreditNote",
	.routes =
		(const struct resource_route[]) {
			{ "POST", "/v1/credit_notes", note_create },
			{ "GET", "/v1/credit_notes/preview", note_preview },
			{ "GET", "/v1/credit_notes/preview/lines", preview_lines },
			{ "POST", "/v1/credit_notes/{id}/void", note_void },
			{ 0 },
		},
};
