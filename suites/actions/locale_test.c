/* SPDX-License-Identifier: MIT */
#include "suites/actions/live.h"

#include <glob.h>

#include "actions/core/locale.h"

/* Money, dates and sentences as customers read them in their own language. */

static const struct money_row {
	const char *name, *locale;
	int64_t amount;
	const char *currency, *text;
} money_rows[] = {
	{ "money__en", "en", 123450, "usd", "1,234.50 USD" },
	{ "money__de", "de", 123450, "eur", "1.234,50 EUR" },
	{ "money__fr", "fr", 123450, "eur",
		"1\xe2\x80\xaf"
		"234,50 EUR" },
	{ "money__de_ch", "de-CH", 123450, "chf",
		"1\xe2\x80\x99"
		"234.50 CHF" },
	{ "money__sv", "sv", 123450, "sek",
		"1\xc2\xa0"
		"234,50 SEK" },
	{ "money__hi", "hi", 123456700, "inr", "12,34,567.00 INR" },
	{ "money__ja_has_no_decimals", "ja", 1234, "jpy", "1,234 JPY" },
	{ "money__krw_in_german", "de", 1234567, "krw", "1.234.567 KRW" },
	{ "money__kwd_has_three_decimals", "en", 1234560, "kwd", "1,234.560 KWD" },
	{ "money__bhd_in_french", "fr", 1230, "bhd", "1,230 BHD" },
	{ "money__ugx_is_whole", "en", 500000, "ugx", "5,000 UGX" },
	{ "money__isk_is_whole", "de", 1234500, "isk", "12.345 ISK" },
	{ "money__ugx_broken", "en", 500050, "ugx", "5,000.50 UGX" },
	{ "money__negative", "de", -300, "eur", "-3,00 EUR" },
	{ "money__small", "de", 5, "eur", "0,05 EUR" },
	{ "money__region_unknown", "de-LI", 123450, "eur", "1.234,50 EUR" },
	{ "money__underscore", "fr_FR", 100, "eur", "1,00 EUR" },
	{ "money__language_unknown", "tlh", 123450, "usd", "1,234.50 USD" },
};

static void money_test(void **state)
{
	const struct money_row *row = *state;
	struct arena arena = { 0 };

	assert_string_equal(locale_money(locale_find(row->locale), &arena, row->amount, row->currency), row->text);
	arena_free(&arena);
}

static void date__in_each_language(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	assert_string_equal(locale_date(locale_find("en"), &arena, DEMO_NOW, NULL), "23 November 2026 (UTC)");
	assert_string_equal(locale_date(locale_find("de"), &arena, DEMO_NOW, NULL), "23. November 2026 (UTC)");
	assert_string_equal(locale_date(locale_find("fr"), &arena, DEMO_NOW, NULL), "23 novembre 2026 (UTC)");
	assert_string_equal(locale_date(locale_find("fr"), &arena, NOW, NULL), "1er janvier 2026 (UTC)");
	assert_string_equal(locale_interval(locale_find("fr"), &arena, "month", 3), "3 mois");
	assert_string_equal(locale_interval(locale_find("de"), &arena, "year", 1), "Jahr");
	arena_free(&arena);
}

struct zone_row {
	const char *name, *zone;
	int64_t at;
	const char *text;
};

/* Midnight of 1 January 2026 in UTC, and the hours around the beginning and the end of summer time. */
static const struct zone_row zones[] = {
	{ "zone__none", NULL, NOW, "1 January 2026 (UTC)" },
	{ "zone__utc", "UTC", NOW, "1 January 2026 (UTC)" },
	{ "zone__west", "America/New_York", NOW, "31 December 2025 (America/New_York)" },
	{ "zone__east", "Pacific/Kiritimati", NOW + 36000, "2 January 2026 (Pacific/Kiritimati)" },
	{ "zone__before_midnight_in_winter", "Europe/Berlin", 1769900400 - 1, "31 January 2026 (Europe/Berlin)" },
	{ "zone__midnight_in_winter", "Europe/Berlin", 1769900400, "1 February 2026 (Europe/Berlin)" },
	{ "zone__before_midnight_in_summer", "Europe/Berlin", 1782856800 - 1, "30 June 2026 (Europe/Berlin)" },
	{ "zone__midnight_in_summer", "Europe/Berlin", 1782856800, "1 July 2026 (Europe/Berlin)" },
	{ "zone__half_an_hour", "Asia/Kolkata", NOW - 19800, "1 January 2026 (Asia/Kolkata)" },
};

static void zone_test(void **state)
{
	const struct zone_row *row = *state;
	struct arena arena = { 0 };

	assert_string_equal(locale_date(locale_find("en"), &arena, row->at, row->zone), row->text);
	arena_free(&arena);
}

/* "%s%lld" of "a %s b %lld". */
static void conversions(const char *text, struct text *out)
{
	for (; (text = strchr(text, '%')); text++) {
		size_t length = 1 + strspn(text + 1, "0123456789.lz") + 1;

		text_add(out, text, length);
	}
}

static void translations__take_the_same_values(void **state)
{
	(void)state;
	for (const struct translation *t = translations; t->words[WORDS_ENGLISH]; t++) {
		struct text wanted, has;

		text_init(&wanted, TEXT_NO_CEILING);
		conversions(t->words[WORDS_ENGLISH], &wanted);
		for (int w = 1; w < WORDS_COUNT; w++) {
			text_init(&has, TEXT_NO_CEILING);
			assert_non_null(t->words[w]);
			conversions(t->words[w], &has);
			assert_string_equal(has.data, wanted.data);
			text_clear(&has);
		}
		text_clear(&wanted);
	}
}

static void translations__are_there_for_every_refusal(void **state)
{
	(void)state;
	for (int code = PROBLEM_NONE + 1; code < PROBLEM_COUNT; code++) {
		const char *english = problem_row((enum problem_code)code)->text;

		if (phrase(locale_find("de"), english) == english || phrase(locale_find("fr"), english) == english)
			fail_msg("not translated: %s", english);
	}
}

/* The text that begins behind a quotation mark, over all its literals; *at ends behind it. */
static void literal_read(const char **at, struct text *out)
{
	while (**at == '"') {
		for (++*at; **at != '"'; ++*at) {
			if (**at == '\\' && (*at)[1] == 'n') {
				text_char(out, '\n');
				++*at;
			} else {
				text_char(out, **at);
			}
		}
		++*at;
		*at += strspn(*at, " \n\t");
	}
}

/* Every sentence that stands in a file as say(run, "...") has its translations; gives how many there are. */
static size_t sentences_check(const char *name)
{
	FILE *in = fopen(name, "re");
	size_t seen = 0;
	char line[8192];
	struct text all, one;

	assert_non_null(in);
	text_init(&all, TEXT_NO_CEILING);
	while (fgets(line, sizeof(line), in))
		text_put(&all, line);
	fclose(in);
	for (const char *at = all.data; (at = strstr(at, "say("));) {
		bool own = at > all.data && at[-1] != '_'; /* not problem_say(, which is given what was said */

		at += strcspn(at, ",)");
		if (!own || *at != ',')
			continue;
		at += 1 + strspn(at + 1, " \n\t");
		text_init(&one, TEXT_NO_CEILING);
		literal_read(&at, &one);
		if (one.length && phrase(locale_find("de"), one.data) == one.data)
			fail_msg("%s: not translated: %s", name, one.data);
		seen += one.length > 0;
		text_clear(&one);
	}
	text_clear(&all);
	return seen;
}

static void translations__are_there_for_every_sentence(void **state)
{
	size_t seen = sentences_check("actions/runtime/run.c");
	glob_t files;

	(void)state;
	assert_int_equal(glob("actions/catalog/*.c", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		seen += sentences_check(files.gl_pathv[i]);
	globfree(&files);
	assert_true(seen > 60);
}

static void run__speaks_the_customers_language(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, "{\"agent\":{\"id\":\"agent_slackwater\",\"locale\":\"de\"}}");
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_says(&l, "Ihr Abonnement Team (29,00 USD pro Monat): aktiv. Es verl");
	api_ok(l.house, "POST", "/v1/customers/cus_ada", "preferred_locales[0]=fr-FR");
	live_run(&l, "ada", MANAGE, "{\"operation\":\"cancel\"}", NULL);
	assert_says(&l, "de la p\xc3\xa9riode pay\xc3\xa9"
			"e : utilisable jusqu'au 10 d\xc3\xa9"
			"cembre 2026 (UTC)");
	live_run(&l, "ada", BILLING, "{\"email\":\"nobody\"}", NULL);
	assert_says(&l, "Cette adresse e-mail semble incorrecte.");
	/* The agent's zone decides which day it is, and is named. */
	live_configure(&l, "{\"agent\":{\"id\":\"agent_slackwater\",\"time_zone\":\"Pacific/Kiritimati\"}}");
	live_run(&l, "mary", INFO, NULL, NULL);
	assert_says(&l, "(Pacific/Kiritimati)");
	assert_lacks(l.result.message, "(UTC)");
	live_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(date__in_each_language),
		cmocka_unit_test(translations__take_the_same_values),
		cmocka_unit_test(translations__are_there_for_every_refusal),
		cmocka_unit_test(translations__are_there_for_every_sentence),
		cmocka_unit_test(run__speaks_the_customers_language),
	};
	const struct table dates = { "zones", zones, COUNT_OF(zones), sizeof(zones[0]), zone_test };
	struct CMUnitTest *money = tests_of_rows(money_rows, COUNT_OF(money_rows), sizeof(money_rows[0]), money_test);
	int failed = _cmocka_run_group_tests("locale_money", money, COUNT_OF(money_rows), NULL, NULL);

	failed += cmocka_run_group_tests_name("locale", tests, NULL, NULL);
	free(money);
	return failed + tables_run(&dates, 1);
}
