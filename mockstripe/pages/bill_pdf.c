/* SPDX-License-Identifier: MIT */
#include "pages/bill_pdf.h"

#include <string.h>

#include "api/list.h"
#include "base/mem.h"
#include "resources/billing/invoice.h"
#include "resources/pdf.h"

#define SMALL 9.0F
#define TEXT 10.0F
#define LINE 15.0F

/* Where the columns of the lines end. */
#define QUANTITY 400.0F
#define UNIT 470.0F

struct sheet {
	struct visit *v;
	struct call *call;
	struct pdf *pdf;
	const json_t *bill;
	const char *currency;
};

static const char *money(struct sheet *s, int64_t amount)
{
	return html_money(&s->v->arena, amount, s->currency);
}

static void line(struct sheet *s, const char *text)
{
	if (!text || !*text)
		return;
	pdf_text_within(s->pdf, PDF_LEFT, PDF_RIGHT - PDF_LEFT, TEXT, text);
	pdf_down(s->pdf, LINE);
}

static void fact(struct sheet *s, const char *name, const char *value)
{
	pdf_text(s->pdf, PDF_LEFT, TEXT, true, name);
	pdf_text(s->pdf, PDF_LEFT + 110, TEXT, false, value);
	pdf_down(s->pdf, LINE);
}

static void fact_date(struct sheet *s, const char *name, int64_t at)
{
	if (at)
		fact(s, name, html_date(&s->v->arena, at));
}

static void title(struct sheet *s, const char *kind)
{
	pdf_text(s->pdf, PDF_LEFT, 20, true, kind);
	pdf_text_right(s->pdf, PDF_RIGHT, 12, true, visit_business(s->v, s->call));
	pdf_down(s->pdf, 32);
}

static void address(struct sheet *s, const json_t *where)
{
	const char *city = js_text(where, "city"), *code = js_text(where, "postal_code");

	line(s, js_text(where, "line1"));
	line(s, js_text(where, "line2"));
	if (city || code)
		line(s, arena_format(
				&s->v->arena, "%s%s%s", code ? code : "", city && code ? " " : "", city ? city : ""));
	line(s, js_text(where, "state"));
	line(s, js_text(where, "country"));
}

static void customer(struct sheet *s, const json_t *name_of, const char *prefix)
{
	const char *keys[] = { "name", "email" };

	pdf_down(s->pdf, 8);
	pdf_text(s->pdf, PDF_LEFT, TEXT, true, "Bill to");
	pdf_down(s->pdf, LINE);
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		line(s, js_text(name_of, arena_format(&s->v->arena, "%s%s", prefix, keys[i])));
	address(s, js_get(name_of, arena_format(&s->v->arena, "%saddress", prefix)));
	pdf_down(s->pdf, 12);
}

static void headings(struct sheet *s)
{
	pdf_text(s->pdf, PDF_LEFT, SMALL, true, "Description");
	pdf_text_right(s->pdf, QUANTITY, SMALL, true, "Qty");
	pdf_text_right(s->pdf, UNIT, SMALL, true, "Unit price");
	pdf_text_right(s->pdf, PDF_RIGHT, SMALL, true, "Amount");
	pdf_down(s->pdf, 6);
	pdf_rule(s->pdf);
	pdf_down(s->pdf, LINE);
}

static void show_line(struct sheet *s, const json_t *row)
{
	const char *text = js_text(row, "description"), *unit = js_text_at(row, "pricing.unit_amount_decimal");
	int64_t quantity = js_int(row, "quantity", 0), from = js_int_at(row, "period.start", 0);
	int64_t to = js_int_at(row, "period.end", 0);

	pdf_text_within(s->pdf, PDF_LEFT, QUANTITY - PDF_LEFT - 40, TEXT, text ? text : "Item");
	if (quantity)
		pdf_text_right(s->pdf, QUANTITY, TEXT, false, arena_format(&s->v->arena, "%lld", (long long)quantity));
	if (unit && !strchr(unit, '.') && quantity)
		pdf_text_right(s->pdf, UNIT, TEXT, false, money(s, strtoll(unit, NULL, 10)));
	pdf_text_right(s->pdf, PDF_RIGHT, TEXT, false, money(s, js_int(row, "amount", 0)));
	pdf_down(s->pdf, LINE - 2);
	if (from && to > from) {
		pdf_text(s->pdf, PDF_LEFT, SMALL, false,
			arena_format(
				&s->v->arena, "%s - %s", html_date(&s->v->arena, from), html_date(&s->v->arena, to)));
		pdf_down(s->pdf, LINE);
	}
}

static void total(struct sheet *s, const char *name, int64_t amount, bool bold)
{
	pdf_text(s->pdf, 340, TEXT, bold, name);
	pdf_text_right(s->pdf, PDF_RIGHT, TEXT, bold, money(s, amount));
	pdf_down(s->pdf, LINE);
}

static void totals(struct sheet *s)
{
	int64_t discount = amounts_sum(js_get(s->bill, "total_discount_amounts")),
		tax = amounts_sum(js_get(s->bill, "total_taxes")), rest = js_int(s->bill, "amount_remaining", 0);

	pdf_rule(s->pdf);
	pdf_down(s->pdf, LINE);
	total(s, "Subtotal", js_int(s->bill, "subtotal", 0), false);
	if (discount)
		total(s, "Discount", -discount, false);
	if (tax)
		total(s, "Tax", tax, false);
	total(s, "Total", js_int(s->bill, "total", 0), false);
	if (js_int(s->bill, "amount_paid", 0))
		total(s, "Amount paid", -js_int(s->bill, "amount_paid", 0), false);
	total(s, "Amount due", rest, true);
}

static struct bytes *finish(struct sheet *s)
{
	const char *footer = js_text(s->bill, "footer");

	pdf_down(s->pdf, 20);
	line(s, footer);
	pdf_text(s->pdf, PDF_LEFT, SMALL, false, "Test mode: made by a simulator, not a demand for payment.");
	return pdf_take(s->pdf);
}

struct bytes *invoice_pdf(struct visit *v, struct call *call, struct record *invoice)
{
	const json_t *tree = record_tree(invoice);
	const struct list *rows = list_by(call, schema_find_object("line_item"), "invoice", invoice->id);
	struct sheet s = {
		.v = v, .call = call, .pdf = pdf_new(), .bill = tree, .currency = js_text(tree, "currency")
	};

	title(&s, "Invoice");
	fact(&s, "Invoice number", js_text(tree, "number"));
	fact_date(&s, "Date of issue", js_int_at(tree, "status_transitions.finalized_at", js_int(tree, "created", 0)));
	fact_date(&s, "Date due", js_int(tree, "due_date", 0));
	fact(&s, "Status", html_words(&v->arena, js_text(tree, "status")));
	customer(&s, tree, "customer_");
	pdf_text(s.pdf, PDF_LEFT, 14, true,
		arena_format(&v->arena, "%s due", money(&s, js_int(tree, "amount_remaining", 0))));
	pdf_down(s.pdf, 28);
	line(&s, js_text(tree, "description"));
	headings(&s);
	for (size_t i = 0; i < rows->count; i++)
		show_line(&s, record_tree(rows->at[i]));
	totals(&s);
	return finish(&s);
}

struct bytes *credit_note_pdf(struct visit *v, struct call *call, struct record *note)
{
	const json_t *tree = record_tree(note);
	struct record *invoice = account_find(call->account, js_text(tree, "invoice"));
	struct sheet s = {
		.v = v, .call = call, .pdf = pdf_new(), .bill = tree, .currency = js_text(tree, "currency")
	};

	title(&s, "Credit note");
	fact(&s, "Number", js_text(tree, "number"));
	fact(&s, "Of invoice", js_text(record_tree(invoice), "number"));
	fact_date(&s, "Date of issue", js_int(tree, "created", 0));
	customer(&s, record_tree(invoice), "customer_");
	line(&s, js_text(tree, "memo"));
	pdf_rule(s.pdf);
	pdf_down(s.pdf, LINE);
	total(&s, "Subtotal", js_int(tree, "subtotal", 0), false);
	total(&s, "Total credited", js_int(tree, "total", 0), true);
	return finish(&s);
}
