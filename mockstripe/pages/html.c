/* SPDX-License-Identifier: MIT */
#include "pages/html.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "value/calendar.h"
#include "value/currency.h"

static void escape(struct text *out, const char *s)
{
	for (; s && *s; s++) {
		switch (*s) {
		case '&':
			text_put(out, "&amp;");
			break;
		case '<':
			text_put(out, "&lt;");
			break;
		case '>':
			text_put(out, "&gt;");
			break;
		case '"':
			text_put(out, "&quot;");
			break;
		case '\'':
			text_put(out, "&#39;");
			break;
		default:
			text_char(out, *s);
		}
	}
}

void html(struct text *out, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	for (const char *at = format; *at; at++) {
		size_t plain = strcspn(at, "%");

		text_add(out, at, plain);
		at += plain;
		if (!*at)
			break;
		at++;
		if (*at == 's') {
			escape(out, va_arg(list, const char *));
		} else if (*at == '%') {
			text_char(out, '%');
		} else if (!strncmp(at, "zu", 2)) {
			text_int(out, (int64_t)va_arg(list, size_t));
			at += 1;
		} else if (!strncmp(at, "lld", 3)) {
			text_int(out, va_arg(list, long long));
			at += 2;
		} else {
			die("html: no such format: %s", at);
		}
	}
	va_end(list);
}

const char *html_money(struct arena *arena, int64_t amount, const char *currency)
{
	struct text text;
	char *out;

	text_init(&text, 200);
	currency_format(&text, amount, currency ? currency : "usd");
	out = arena_text(arena, text.data);
	text_clear(&text);
	return out;
}

const char *html_date(struct arena *arena, int64_t at)
{
	char day[CALENDAR_DATE_ROOM];

	calendar_format_date(at, day);
	return arena_text(arena, day);
}

const char *html_interval(struct arena *arena, const json_t *price)
{
	const char *interval = js_text_at(price, "recurring.interval");
	int64_t count = js_int_at(price, "recurring.interval_count", 1);

	if (!interval)
		return "";
	return count == 1 ? arena_format(arena, " / %s", interval)
			  : arena_format(arena, " every %lld %ss", (long long)count, interval);
}

const char *html_price(struct arena *arena, const json_t *price)
{
	const char *currency = js_text(price, "currency"), *unit = js_text(price, "unit_amount_decimal");
	const json_t *amount = js_get(price, "unit_amount");

	if (json_is_integer(amount))
		return arena_format(arena, "%s%s", html_money(arena, json_integer_value(amount), currency),
			html_interval(arena, price));
	if (unit)
		return arena_format(arena, "%s minor units of %s%s", unit, currency ? currency : "usd",
			html_interval(arena, price));
	return arena_format(arena, "Price varies%s", html_interval(arena, price));
}

const char *html_words(struct arena *arena, const char *value)
{
	char *out = arena_text(arena, value ? value : "");

	for (char *c = out; *c; c++)
		if (*c == '_')
			*c = ' ';
	*out = (char)toupper((unsigned char)*out);
	return out;
}

const char *html_method(struct arena *arena, const json_t *method)
{
	const char *type = js_text(method, "type"), *brand = js_text(js_get(method, "card"), "brand");
	const char *last4 = js_text(js_get(method, type ? type : "card"), "last4");

	if (!last4) /* a card of old has its fields at the top */
		last4 = js_text(method, "last4");
	if (!brand)
		brand = js_text(method, "brand");
	return arena_format(arena, "%s%s%s",
		html_words(arena, brand	 ? brand
				  : type ? type
					 : "card"),
		last4 ? " ending in " : "", last4 ? last4 : "");
}

void html_field(
	struct text *out, const char *type, const char *name, const char *label, const char *value, const char *more)
{
	html(out, "<label>%s<input type=\"%s\" name=\"%s\" value=\"%s\"", label, type, name, value);
	if (*more)
		text_char(out, ' ');
	text_put(out, more);
	text_put(out, "></label>");
}
