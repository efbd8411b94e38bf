/* SPDX-License-Identifier: MIT */
/* A quote's PDF; all else about quotes is the generic resource's. Source: Stripe docs "Quotes", Download. */
#include <string.h>

#include "api/fail.h"
#include "api/resource.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/generic.h"
#include "resources/pdf.h"
#include "value/calendar.h"
#include "value/currency.h"

#define LINE 22

static void write_line(struct pdf *p, float size, const char *text)
{
	pdf_text(p, PDF_LEFT, size, false, text);
	pdf_down(p, LINE);
}

static void write_amount(struct pdf *p, const char *label, int64_t amount, const char *currency)
{
	struct text text;

	text_init(&text, 200);
	text_format(&text, "%s ", label);
	currency_format(&text, amount, currency);
	write_line(p, 11, text.data);
	text_clear(&text);
}

static void write_quote(struct call *call, struct pdf *p, json_t *quote)
{
	json_t *customer = record_tree(account_find(call->account, js_text(quote, "customer")));
	const char *currency = js_text(quote, "currency") ? js_text(quote, "currency") : "usd";
	const char *number = js_text(quote, "number") ? js_text(quote, "number") : js_text(quote, "id");
	char day[CALENDAR_DATE_ROOM];

	write_line(p, 20, arena_format(&call->arena, "Quote %s", number));
	if (js_text(quote, "header"))
		write_line(p, 11, js_text(quote, "header"));
	if (js_text(customer, "name") || js_text(customer, "email"))
		write_line(p, 11,
			arena_format(&call->arena, "For %s",
				js_text(customer, "name") ? js_text(customer, "name") : js_text(customer, "email")));
	calendar_format_date(js_int(quote, "created", 0), day);
	write_line(p, 11, arena_format(&call->arena, "Made on %s", day));
	calendar_format_date(js_int(quote, "expires_at", 0), day);
	write_line(p, 11, arena_format(&call->arena, "Good until %s", day));
	if (js_text(quote, "description"))
		write_line(p, 11, js_text(quote, "description"));
	write_amount(p, "Subtotal", js_int(quote, "amount_subtotal", 0), currency);
	write_amount(p, "Total", js_int(quote, "amount_total", 0), currency);
	if (js_text(quote, "footer"))
		write_line(p, 9, js_text(quote, "footer"));
}

static int quote_pdf(struct call *call)
{
	struct record *quote = path_object(call, 0, "quote");
	struct bytes *bytes;
	struct pdf *p;

	if (!quote)
		return -1;
	p = pdf_new();
	write_quote(call, p, record_tree(quote));
	bytes = pdf_take(p);
	if (!bytes)
		return fail_api(call, "The PDF of the quote %s could not be made.", quote->id);
	return answer_bytes(call, bytes, "application/pdf");
}

/* Stripe docs "Quotes": thirty days unless told. */
static void fill(struct call *call, json_t *body)
{
	js_put_int(body, "expires_at", call->now + 30 * INT64_C(86400));
	js_put_text(body, "status", "draft");
	js_put_text(body, "collection_method", "charge_automatically");
}

static const struct resource_route routes[] = {
	{ "GET", "/v1/quotes/{id}/pdf", quote_pdf },
	{ 0 },
};

const struct resource quote_resource = {
	.name = "Quote",
	.routes = routes,
	.fill = fill,
};
