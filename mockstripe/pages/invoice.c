/* SPDX-License-Identifier: MIT */
/*
 * The pages of bills: the hosted invoice page, where an open one is paid, its PDF, the receipt of a charge, a credit
 * note's PDF. Source: Stripe docs "Hosted invoice page", "Receipts and paid invoices", "Credit notes".
 */
#include "api/fail.h"
#include "api/list.h"
#include "base/mem.h"
#include "pages/bill_pdf.h"
#include "resources/billing/invoice.h"
#include "resources/page_url.h"
#include "resources/payments/inside.h"
#include "resources/within.h"

struct bill_request {
	struct visit *v;
	const char *why;
};

/* The account that the path names; NULL after saying that there is nothing. */
static struct account *account_of(struct visit *v)
{
	struct account *a = engine_account(v->engine, v->words[0], false);

	if (!a)
		visit_say(v, 404, "Page not found", "There is nothing at this address. Check the link.");
	return a;
}

/* The object that the path names, its clock taken up; NULL after saying that there is none. */
static struct record *object_of(struct visit *v, struct call *call, const char *object)
{
	struct record *r = page_record(call, v->words[1], schema_find_object(object));

	if (r)
		call_use_clock(call, r);
	else
		visit_say(v, 404, "Page not found", "There is nothing at this address. Check the link.");
	return r;
}

/* ---- the invoice's page ---- */

static const char *money(struct visit *v, const json_t *bill, int64_t amount)
{
	return html_money(&v->arena, amount, js_text(bill, "currency"));
}

static void show_badge(struct visit *v, const char *status)
{
	html(&v->html, "<span class=\"badge %s\">%s</span>",
		text_is(status, "paid")	  ? "good"
		: text_is(status, "open") ? "note"
					  : "bad",
		html_words(&v->arena, status));
}

static void show_lines(struct visit *v, struct call *call, struct record *invoice)
{
	const struct list *rows = list_by(call, schema_find_object("line_item"), "invoice", invoice->id);
	const json_t *tree = record_tree(invoice);

	text_put(&v->html, "<table><thead><tr><th scope=\"col\">Description</th><th scope=\"col\">Qty</th><th "
			   "scope=\"col\">Amount</th></tr></thead><tbody>");
	for (size_t i = 0; i < rows->count; i++) {
		const json_t *line = record_tree(rows->at[i]);
		int64_t from = js_int_at(line, "period.start", 0), to = js_int_at(line, "period.end", 0);

		html(&v->html, "<tr><td>%s", js_text(line, "description"));
		if (to > from)
			html(&v->html, "<div class=\"soft\">%s - %s</div>", html_date(&v->arena, from),
				html_date(&v->arena, to));
		html(&v->html, "</td><td>%lld</td><td>%s</td></tr>", (long long)js_int(line, "quantity", 1),
			money(v, tree, js_int(line, "amount", 0)));
	}
	text_put(&v->html, "</tbody></table>");
}

static void sum(struct visit *v, const json_t *bill, const char *name, int64_t amount, bool last)
{
	const char *look = last ? " class=\"sum\"" : "";

	text_format(&v->html, "<dt%s>", look);
	html(&v->html, "%s</dt>", name);
	text_format(&v->html, "<dd%s>", look);
	html(&v->html, "%s</dd>", money(v, bill, amount));
}

static void show_sums(struct visit *v, const json_t *bill)
{
	int64_t discount = amounts_sum(js_get(bill, "total_discount_amounts")),
		tax = amounts_sum(js_get(bill, "total_taxes"));
	int64_t credit = js_int(bill, "total", 0) - js_int(bill, "amount_due", 0);

	text_put(&v->html, "<dl>");
	sum(v, bill, "Subtotal", js_int(bill, "subtotal", 0), false);
	if (discount)
		sum(v, bill, "Discount", -discount, false);
	if (tax)
		sum(v, bill, "Tax", tax, false);
	sum(v, bill, "Total", js_int(bill, "total", 0), false);
	if (credit)
		sum(v, bill, "Applied balance", -credit, false);
	if (js_int(bill, "amount_paid", 0))
		sum(v, bill, "Amount paid", -js_int(bill, "amount_paid", 0), false);
	sum(v, bill, "Amount due", js_int(bill, "amount_remaining", 0), true);
	text_put(&v->html, "</dl>");
}

static void fact(struct visit *v, const char *name, const char *value)
{
	if (value && *value)
		html(&v->html, "<dt>%s</dt><dd>%s</dd>", name, value);
}

static void show_facts(struct visit *v, const json_t *bill)
{
	const char *name = js_text(bill, "customer_name"), *email = js_text(bill, "customer_email");

	text_put(&v->html, "<dl class=\"facts\">");
	fact(v, "To", name ? name : email);
	fact(v, "Email", name ? email : NULL);
	fact(v, "Invoice number", js_text(bill, "number"));
	fact(v, "Issued",
		html_date(&v->arena, js_int_at(bill, "status_transitions.finalized_at", js_int(bill, "created", 0))));
	if (js_int(bill, "due_date", 0))
		fact(v, "Due", html_date(&v->arena, js_int(bill, "due_date", 0)));
	text_put(&v->html, "</dl>");
}

static void show_pay(struct visit *v, struct call *call, const json_t *bill)
{
	js_auto saved = saved_methods(call, js_text(bill, "customer"));

	text_put(&v->html, "<section class=\"card\"><h2>Pay this invoice</h2>");
	visit_show_problem(v);
	html(&v->html, "<form method=\"post\" action=\"/i/%s/%s\">", v->words[0], v->words[1]);
	card_form(v, saved);
	text_put(&v->html,
		"<label>If the bank asks for authentication<select name=\"authentication\"><option "
		"value=\"succeeded\">complete it</option><option value=\"failed\">fail it</option></select></label>");
	html(&v->html, "<button class=\"wide\">Pay %s</button></form></section>",
		money(v, bill, js_int(bill, "amount_remaining", 0)));
}

static int write_invoice(struct call *call, void *arg)
{
	struct bill_request *r = arg;
	struct visit *v = r->v;
	struct record *invoice = object_of(v, call, "invoice");
	json_t *tree = record_tree(invoice);
	const char *status = js_text(tree, "status");
	bool open = text_is(status, "open") && js_int(tree, "amount_remaining", 0) > 0;

	if (!invoice)
		return -1;
	if (text_is(status, "draft")) {
		visit_say(v, 404, "Page not found", "This invoice is not finalized yet.");
		return -1;
	}
	visit_begin(v, &(struct frame) { .title = arena_format(&v->arena, "Invoice %s", js_text(tree, "number")),
			       .business = visit_business(v, call),
			       .wide = open });
	text_put(&v->html, "<section class=\"card\">");
	html(&v->html, "<p class=\"soft\">Invoice %s</p><p class=\"amount\">%s</p><p>", js_text(tree, "number"),
		money(v, tree, open ? js_int(tree, "amount_remaining", 0) : js_int(tree, "total", 0)));
	show_badge(v, status);
	text_put(&v->html, "</p>");
	show_facts(v, tree);
	text_put(&v->html, "<p></p>");
	show_lines(v, call, invoice);
	show_sums(v, tree);
	html(&v->html, "<p></p><a class=\"button quiet\" href=\"/invoice/%s/%s/pdf\">Download PDF</a></section>",
		v->words[0], v->words[1]);
	if (open)
		show_pay(v, call, tree);
	visit_end(v);
	return 0;
}

static void get_invoice(struct visit *v)
{
	struct account *a = account_of(v);
	struct bill_request r = { .v = v };

	if (a)
		engine_act(v->engine, a, &(struct act) { .run = write_invoice, .arg = &r, .discard = true });
}

/* ---- paying ---- */

/* The card's owner is asked in between, on the same page. 0 or -1. */
static int authenticate(struct visit *v, struct call *call, struct record *invoice)
{
	struct record *intent = account_find(call->account, js_text(record_private(invoice), "intent"));
	bool passes = !text_is(visit_given(v, "authentication"), "failed");

	if (!intent || !text_is(js_text(record_tree(intent), "status"), "requires_action"))
		return -1;
	call->fail = (struct fail) { 0 };
	if (intent_authenticate(call, intent, passes))
		return -1;
	if (passes)
		return 0;
	fail_status(call, 402, "payment_intent_authentication_failure", NULL,
		"We are unable to authenticate your payment method. Please choose a different payment method and try "
		"again.");
	call->fail.keep = true;
	return -1;
}

static void release_failure(struct fail *fail)
{
	json_decref(fail->payment_intent);
	json_decref(fail->payment_method);
	json_decref(fail->setup_intent);
	fail->payment_intent = fail->payment_method = fail->setup_intent = NULL;
}

static int pay(struct call *call, void *arg)
{
	struct bill_request *r = arg;
	struct visit *v = r->v;
	struct record *invoice = object_of(v, call, "invoice"), *customer, *method;
	const char *given = invoice ? card_given(v, call) : NULL;
	json_t *params;

	if (!given)
		return call->fail.status || !invoice ? -1 : fail_missing_param(call, "payment_method");
	customer = account_find(call->account, js_text(record_tree(invoice), "customer"));
	method = method_resolve(call, given, customer, "payment_method");
	if (!method || method_attach(call, method, customer))
		return -1;
	params = json_object();
	js_put_text(params, "payment_method", method->id);
	js_put_flag(params, "off_session", false); /* somebody is there to be asked */
	if (!call_within(call, "POST", "/v1/invoices/{id}/pay", invoice->id, params)) {
		struct record *intent = account_find(call->account, js_text(record_private(invoice), "intent"));

		if (!intent || !text_is(js_text(record_tree(intent), "status"), "requires_action"))
			return -1;
		release_failure(&call->fail);
		if (authenticate(v, call, invoice))
			return -1;
	}
	v->location = arena_format(&v->arena, "/i/%s/%s", v->words[0], v->words[1]);
	return 0;
}

static void keep_refusal(struct call *call, void *arg, int failed)
{
	struct bill_request *r = arg;

	if (!failed || !call->fail.status)
		return;
	r->v->status = call->fail.status;
	r->why = arena_text(&r->v->arena, call->fail.message);
}

static void post_invoice(struct visit *v)
{
	struct account *a = account_of(v);
	struct bill_request r = { .v = v };

	if (!a || !engine_act(v->engine, a, &(struct act) { .run = pay, .show = keep_refusal, .arg = &r }) || !r.why)
		return;
	v->problem = r.why;
	engine_act(v->engine, a, &(struct act) { .run = write_invoice, .arg = &r, .discard = true });
}

/* ---- files ---- */

static int give_file(struct visit *v, struct bytes *bytes, const char *name)
{
	if (!bytes) {
		visit_say(v, 500, "No file", "The PDF could not be made.");
		return -1;
	}
	v->file = bytes;
	v->file_type = "application/pdf";
	v->file_name = arena_format(&v->arena, "%s.pdf", name);
	return 0;
}

static int write_invoice_pdf(struct call *call, void *arg)
{
	struct bill_request *r = arg;
	struct record *invoice = object_of(r->v, call, "invoice");

	return invoice ? give_file(r->v, invoice_pdf(r->v, call, invoice), invoice->id) : -1;
}

static int write_note_pdf(struct call *call, void *arg)
{
	struct bill_request *r = arg;
	struct record *note = object_of(r->v, call, "credit_note");

	return note ? give_file(r->v, credit_note_pdf(r->v, call, note), note->id) : -1;
}

static int write_receipt(struct call *call, void *arg)
{
	struct bill_request *r = arg;
	struct visit *v = r->v;
	struct record *charge = object_of(v, call, "charge"), *method;
	json_t *tree = record_tree(charge);
	int64_t refunded = js_int(tree, "amount_refunded", 0);

	if (!charge)
		return -1;
	method = account_find(call->account, js_text(tree, "payment_method"));
	visit_begin(v, &(struct frame) { .title = "Receipt", .business = visit_business(v, call) });
	html(&v->html, "<section class=\"card\"><p class=\"soft\">Receipt from %s</p><p class=\"amount\">%s</p>",
		visit_business(v, call), money(v, tree, js_int(tree, "amount", 0)));
	text_put(&v->html, "<dl class=\"facts\">");
	fact(v, "Date paid", html_date(&v->arena, js_int(tree, "created", 0)));
	fact(v, "Payment method", method ? html_method(&v->arena, record_tree(method)) : NULL);
	fact(v, "Description", js_text(tree, "description"));
	fact(v, "Receipt number", js_text(tree, "receipt_number"));
	fact(v, "Refunded", refunded ? money(v, tree, refunded) : NULL);
	text_put(&v->html, "</dl></section>");
	visit_end(v);
	return 0;
}

static void get(struct visit *v, int (*run)(struct call *call, void *arg))
{
	struct account *a = account_of(v);
	struct bill_request r = { .v = v };

	if (a)
		engine_act(v->engine, a, &(struct act) { .run = run, .arg = &r, .discard = true });
}

static void get_invoice_pdf(struct visit *v)
{
	get(v, write_invoice_pdf);
}

static void get_note_pdf(struct visit *v)
{
	get(v, write_note_pdf);
}

static void get_receipt(struct visit *v)
{
	get(v, write_receipt);
}

const struct page_route invoice_pages[] = {
	{ "GET", "/i/{account}/{word}", get_invoice },
	{ "POST", "/i/{account}/{word}", post_invoice },
	{ "GET", "/invoice/{account}/{word}/pdf", get_invoice_pdf },
	{ "GET", "/credit_notes/{account}/{word}/pdf", get_note_pdf },
	{ "GET", "/receipts/payment/{account}/{word}", get_receipt },
	{ 0 },
};
