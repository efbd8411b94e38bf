/* SPDX-License-Identifier: MIT */
/* A quote's PDF; all else about quotes is the generic resource's. Source: Stripe docs "Quotes", Download. */
#include <hpdf.h>
#include <string.h>

#include "api/fail.h"
#include "api/resource.h"
#include "base/json.h"
#include "base/mem.h"
#include "resources/generic.h"
#include "value/calendar.h"
#include "value/currency.h"

#define LEFT 72 /* points: one inch from the left and from the top of the page */
#define LINE 22

/* libhpdf calls it and goes on; what it made is asked for afterwards with HPDF_GetError. */
static void on_error(HPDF_STATUS error, HPDF_STATUS detail, void *arg)
{
	(void)error, (void)detail, (void)arg;
}

struct sheet {
	HPDF_Doc file;
	HPDF_Page page;
	HPDF_Font font;
	float down;
};

/* The standard fonts of a PDF know Latin-1 only; what they lack is shown as a question mark. */
static void write_line(struct sheet *s, float size, const char *text)
{
	char plain[256];
	size_t n = 0;

	for (const unsigned char *c = (const unsigned char *)text; *c && n + 1 < sizeof plain; c++) {
		if ((*c & 0xC0) == 0x80)
			continue;
		if (*c < 0x80)
			plain[n++] = (char)*c;
		else
			plain[n++] = *c == 0xC2 || *c == 0xC3 ? (char)((*c & 3) << 6 | (c[1] & 0x3F)) : '?';
	}
	plain[n] = 0;
	HPDF_Page_BeginText(s->page);
	HPDF_Page_SetFontAndSize(s->page, s->font, size);
	HPDF_Page_TextOut(s->page, LEFT, HPDF_Page_GetHeight(s->page) - s->down, plain);
	HPDF_Page_EndText(s->page);
	s->down += LINE;
}

static void write_amount(struct sheet *s, const char *label, int64_t amount, const char *currency)
{
	struct text text;

	text_init(&text, 200);
	text_format(&text, "%s ", label);
	currency_format(&text, amount, currency);
	write_line(s, 11, text.data);
	text_clear(&text);
}

static void write_quote(struct call *call, struct sheet *s, json_t *quote)
{
	json_t *customer = record_tree(account_find(call->account, js_text(quote, "customer")));
	const char *currency = js_text(quote, "currency") ? js_text(quote, "currency") : "usd";
	const char *number = js_text(quote, "number") ? js_text(quote, "number") : js_text(quote, "id");
	char day[CALENDAR_DATE_ROOM];

	s->down = LEFT;
	write_line(s, 20, arena_format(&call->arena, "Quote %s", number));
	if (js_text(quote, "header"))
		write_line(s, 11, js_text(quote, "header"));
	if (js_text(customer, "name") || js_text(customer, "email"))
		write_line(s, 11,
			arena_format(&call->arena, "For %s",
				js_text(customer, "name") ? js_text(customer, "name") : js_text(customer, "email")));
	calendar_format_date(js_int(quote, "created", 0), day);
	write_line(s, 11, arena_format(&call->arena, "Made on %s", day));
	calendar_format_date(js_int(quote, "expires_at", 0), day);
	write_line(s, 11, arena_format(&call->arena, "Good until %s", day));
	if (js_text(quote, "description"))
		write_line(s, 11, js_text(quote, "description"));
	write_amount(s, "Subtotal", js_int(quote, "amount_subtotal", 0), currency);
	write_amount(s, "Total", js_int(quote, "amount_total", 0), currency);
	if (js_text(quote, "footer"))
		write_line(s, 9, js_text(quote, "footer"));
}

static int quote_pdf(struct call *call)
{
	struct record *quote = path_object(call, 0, "quote");
	struct sheet s = { 0 };
	struct bytes *bytes = NULL;

	if (!quote)
		return -1;
	s.file = HPDF_New(on_error, NULL);
	if (!s.file)
		die("out of memory");
	s.page = HPDF_AddPage(s.file);
	s.font = HPDF_GetFont(s.file, "Helvetica", "WinAnsiEncoding");
	write_quote(call, &s, record_tree(quote));
	if (HPDF_SaveToStream(s.file) == HPDF_OK && HPDF_GetError(s.file) == HPDF_OK) {
		HPDF_UINT32 size = HPDF_GetStreamSize(s.file);

		bytes = bytes_blank(size);
		if (HPDF_ReadFromStream(s.file, (HPDF_BYTE *)bytes->data, &size) != HPDF_OK || size != bytes->length) {
			bytes_drop(bytes);
			bytes = NULL;
		}
	}
	HPDF_Free(s.file);
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
