/* SPDX-License-Identifier: MIT */
#include "actions/core/wording.h"

#include <string.h>

#include "base/text.h"
#include "value/calendar.h"
#include "value/currency.h"

static const char *take(struct arena *arena, struct text *t)
{
	const char *copy = arena_range(arena, t->data, t->length);

	text_clear(t);
	return copy;
}

const char *wording_money(struct arena *arena, int64_t amount, const char *currency)
{
	struct text plain, out;
	const char *digits, *point;
	size_t whole;

	currency = currency ? currency : "";
	text_init(&plain, TEXT_NO_CEILING);
	text_init(&out, TEXT_NO_CEILING);
	currency_format_plain(&plain, amount, currency);
	digits = plain.data;
	if (*digits == '-')
		text_char(&out, *digits++);
	point = strchr(digits, '.');
	whole = point ? (size_t)(point - digits) : strlen(digits);
	for (size_t i = 0; i < whole; i++) {
		if (i && (whole - i) % 3 == 0)
			text_char(&out, ',');
		text_char(&out, digits[i]);
	}
	text_put(&out, digits + whole);
	if (*currency)
		text_char(&out, ' ');
	for (const char *c = currency; *c; c++)
		text_char(&out, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
	text_clear(&plain);
	return take(arena, &out);
}

const char *wording_date(struct arena *arena, int64_t at)
{
	static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August",
		"September", "October", "November", "December" };
	struct civil date;

	if (!calendar_civil(at, &date))
		return "an unknown date";
	return arena_format(arena, "%d %s %d (UTC)", date.day, months[date.month - 1], date.year);
}

const char *wording_iso(struct arena *arena, int64_t at)
{
	char out[CALENDAR_ISO_ROOM];

	calendar_format_iso(at, out);
	return arena_text(arena, out);
}

const char *wording_interval(struct arena *arena, const char *interval, int64_t count)
{
	if (count == 1)
		return arena_text(arena, interval);
	return arena_format(arena, "%lld %ss", (long long)count, interval);
}

const char *wording_masked_email(struct arena *arena, const char *email)
{
	const char *at = strrchr(email, '@'), *dot = at ? strrchr(at, '.') : NULL;

	if (!at || at == email || !at[1])
		return "***";
	return arena_format(arena, "%c***@%c***%s", email[0], at[1], dot && dot > at + 1 ? dot : "");
}

const char *wording_masked_phone(struct arena *arena, const char *phone)
{
	size_t length = strlen(phone);

	return length < 4 ? "***" : arena_format(arena, "***%s", phone + length - 2);
}
