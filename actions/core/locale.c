/* SPDX-License-Identifier: MIT */
#include "actions/core/locale.h"

#include <string.h>
#include <strings.h>

#include "actions/core/zone.h"
#include "base/mem.h"
#include "base/text.h"
#include "value/calendar.h"
#include "value/currency.h"

#define NARROW_BLANK "\xe2\x80\xaf" /* U+202F */
#define WIDE_BLANK "\xc2\xa0"	    /* U+00A0 */
#define APOSTROPHE "\xe2\x80\x99"   /* U+2019 */

static const struct locale locales[] = {
	{ "en", ",", ".", false, WORDS_ENGLISH },
	{ "de", ".", ",", false, WORDS_GERMAN },
	{ "de-AT", WIDE_BLANK, ",", false, WORDS_GERMAN },
	{ "de-CH", APOSTROPHE, ".", false, WORDS_GERMAN },
	{ "fr", NARROW_BLANK, ",", false, WORDS_FRENCH },
	{ "fr-CH", NARROW_BLANK, ",", false, WORDS_FRENCH },
	{ "en-IN", ",", ".", true, WORDS_ENGLISH },
	{ "hi", ",", ".", true, WORDS_ENGLISH },
	{ "es", ".", ",", false, WORDS_ENGLISH },
	{ "it", ".", ",", false, WORDS_ENGLISH },
	{ "nl", ".", ",", false, WORDS_ENGLISH },
	{ "pt", ".", ",", false, WORDS_ENGLISH },
	{ "da", ".", ",", false, WORDS_ENGLISH },
	{ "sv", WIDE_BLANK, ",", false, WORDS_ENGLISH },
	{ "nb", WIDE_BLANK, ",", false, WORDS_ENGLISH },
	{ "ja", ",", ".", false, WORDS_ENGLISH },
	{ "zh", ",", ".", false, WORDS_ENGLISH },
};

/* Whether the first n characters are the locale's name; - and _ are the same. */
static bool is_named(const struct locale *l, const char *name, size_t n)
{
	if (strlen(l->name) != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = name[i] == '_' ? '-' : name[i];

		if (strncasecmp(&c, &l->name[i], 1) != 0)
			return false;
	}
	return true;
}

const struct locale *locale_find(const char *name)
{
	size_t lengths[] = { strlen(name), strcspn(name, "-_") };

	for (size_t k = 0; k < COUNT_OF(lengths); k++)
		for (size_t i = 0; i < COUNT_OF(locales); i++)
			if (is_named(&locales[i], name, lengths[k]))
				return &locales[i];
	return &locales[0];
}

const char *phrase(const struct locale *l, const char *english)
{
	if (!l || l->words == WORDS_ENGLISH)
		return english;
	for (const struct translation *t = translations; t->words[WORDS_ENGLISH]; t++)
		if (!strcmp(t->words[WORDS_ENGLISH], english))
			return t->words[l->words];
	return english;
}

static bool group_ends(const struct locale *l, size_t left)
{
	return l->lakhs ? left == 3 || (left > 3 && left % 2 == 1) : left % 3 == 0;
}

const char *locale_money(const struct locale *l, struct arena *arena, int64_t amount, const char *currency)
{
	const struct currency *known = currency ? currency_find(currency) : NULL;
	struct text plain, out;
	const char *digits, *point, *copy;
	size_t whole;

	currency = currency ? currency : "";
	text_init(&plain, TEXT_NO_CEILING);
	text_init(&out, TEXT_NO_CEILING);
	currency_format_plain(&plain, amount, currency);
	digits = plain.data;
	if (*digits == '-')
		text_char(&out, *digits++);
	point = strchr(digits, '.');
	/* Decimals that exist for compatibility alone are not said (Stripe docs, "Supported currencies": ISK, UGX). */
	if (point && known && known->exponent == 2 && known->step == 100 && amount % 100 == 0)
		plain.data[point - plain.data] = '\0', point = NULL;
	whole = point ? (size_t)(point - digits) : strlen(digits);
	for (size_t i = 0; i < whole; i++) {
		if (i && group_ends(l, whole - i))
			text_put(&out, l->group);
		text_char(&out, digits[i]);
	}
	if (point) {
		text_put(&out, l->point);
		text_put(&out, point + 1);
	}
	if (*currency)
		text_char(&out, ' ');
	for (const char *c = currency; *c; c++)
		text_char(&out, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
	copy = arena_range(arena, out.data, out.length);
	text_clear(&plain);
	text_clear(&out);
	return copy;
}

const char *locale_date(const struct locale *l, struct arena *arena, int64_t at, const char *zone)
{
	static const char *const months[WORDS_COUNT][12] = {
		{ "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
			"November", "December" },
		{ "Januar", "Februar", "M\xc3\xa4rz", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
			"November", "Dezember" },
		{ "janvier", "f\xc3\xa9vrier", "mars", "avril", "mai", "juin", "juillet", "ao\xc3\xbbt", "septembre",
			"octobre", "novembre",
			"d\xc3\xa9"
			"cembre" },
	};
	const char *first = l->words == WORDS_FRENCH ? "er" : "";
	struct civil date;

	if (!calendar_civil(zone ? at + zone_offset(zone, at) : at, &date))
		return phrase(l, "an unknown date");
	return arena_format(arena, "%d%s %s %d (%s)", date.day,
		l->words == WORDS_GERMAN ? "."
		: date.day == 1		 ? first
					 : "",
		months[l->words][date.month - 1], date.year, zone ? zone : "UTC");
}

const char *locale_interval(const struct locale *l, struct arena *arena, const char *interval, int64_t count)
{
	static const struct {
		const char *interval, *one[WORDS_COUNT], *many[WORDS_COUNT];
	} rows[] = {
		{ "day", { "day", "Tag", "jour" }, { "days", "Tage", "jours" } },
		{ "week", { "week", "Woche", "semaine" }, { "weeks", "Wochen", "semaines" } },
		{ "month", { "month", "Monat", "mois" }, { "months", "Monate", "mois" } },
		{ "year", { "year", "Jahr", "an" }, { "years", "Jahre", "ans" } },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (strcmp(rows[i].interval, interval) != 0)
			continue;
		return count == 1 ? rows[i].one[l->words]
				  : arena_format(arena, "%lld %s", (long long)count, rows[i].many[l->words]);
	}
	return arena_text(arena, interval);
}
