/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_LOCALE_H
#define ACTIONS_LOCALE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * How a customer reads money, dates and sentences (Unicode CLDR: number and date patterns). Numbers have more languages
 * than sentences: where there is no translation the sentence is English, and its numbers are the customer's.
 */
struct locale {
	const char *name;	   /* "de-CH" */
	const char *group, *point; /* between thousands, before the fraction; UTF-8        */
	bool lakhs;		   /* groups of two before the last one of three           */
	unsigned words;		   /* which translation: WORDS_*                           */
};

enum words {
	WORDS_ENGLISH,
	WORDS_GERMAN,
	WORDS_FRENCH,
	WORDS_COUNT,
};

/* "de-CH", "de_CH" or "de"; an unknown region falls back on its language, an unknown language on English. */
const struct locale *locale_find(const char *name);

/* A sentence or a format in the locale's language; English when it has no translation. l NULL: English. */
const char *phrase(const struct locale *l, const char *english) __attribute__((format_arg(2)));

/* "1.234,50 EUR", "500 JPY", "1.234 KWD" as three decimals: always number and code, as symbols are ambiguous. */
const char *locale_money(const struct locale *l, struct arena *arena, int64_t amount, const char *currency);
/*
 * "23 December 2026 (UTC)", "23. Dezember 2026 (Europe/Berlin)": the day that it is in the zone (zone.h; NULL: UTC),
 * and which zone that is, since a period's end at midnight is the day before further west.
 */
const char *locale_date(const struct locale *l, struct arena *arena, int64_t at, const char *zone);
/* "month", "3 months". */
const char *locale_interval(const struct locale *l, struct arena *arena, const char *interval, int64_t count);

/* The translations, for locale.c and for the suite that checks them. */
struct translation {
	const char *words[WORDS_COUNT]; /* by enum words; every one has the formats of the English one, in its order */
};
extern const struct translation translations[]; /* up to one without English */

#endif
