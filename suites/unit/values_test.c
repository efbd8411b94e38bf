/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "value/country.h"
#include "value/email.h"
#include "value/url.h"

/* ---- countries ---- */

static void country_find__gives_the_upper_case_code(void **state)
{
	(void)state;
	assert_string_equal(country_find("US"), "US");
	assert_ptr_equal(country_find("us"), country_find("US"));
	assert_ptr_equal(country_find("uS"), country_find("US"));
	assert_string_equal(country_find("ad"), "AD");
	assert_string_equal(country_find("zw"), "ZW");
	assert_string_equal(country_find("xk"), "XK");
}

static void country_find__knows_no_others(void **state)
{
	(void)state;
	static const char *const others[] = { "", "U", "USA", "United States", "UK", "EU", "ZZ", "AA", "XX", "YU", "SU",
		"U ", " U", "12", "U\xcc", "@@", "[[", "{{" };

	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (country_find(others[i]))
			fail_msg("taken: \"%s\"", others[i]);
	assert_null(country_find(NULL));
}

static void country_find__has_all_of_iso_3166(void **state)
{
	(void)state;
	size_t found = 0;

	for (char a = 'A'; a <= 'Z'; a++) {
		for (char b = 'A'; b <= 'Z'; b++) {
			const char code[] = { a, b, 0 };
			const char *known = country_find(code);

			found += known != NULL;
			if (known)
				assert_string_equal(known, code);
		}
	}
	assert_int_equal(found, 249 + 3);
}

/* ---- addresses and URLs ---- */

struct row {
	const char *name, *text;
	bool valid;
};

static const struct row emails[] = {
	{ "email: plain", "jenny.rosen@example.com", true },
	{ "email: short", "a@b.c", true },
	{ "email: a tag", "jenny+test@example.co.uk", true },
	{ "email: odd characters in front", "o'neil!#$%&*/=?^_`{|}~-@example.com", true },
	{ "email: digits and dashes", "1@1-2.3com", true },
	{ "email: two dots in front are let through", "a..b@example.com", true },
	{ "email: other languages", "ren\xc3\xa9@m\xc3\xbcnchen.de", true },
	{ "email: capitals", "A@EXAMPLE.COM", true },
	{ "email: empty", "", false },
	{ "email: none", NULL, false },
	{ "email: no @", "jenny.example.com", false },
	{ "email: nothing in front", "@example.com", false },
	{ "email: nothing behind", "jenny@", false },
	{ "email: no dot behind", "jenny@localhost", false },
	{ "email: two @", "jenny@rosen@example.com", false },
	{ "email: a dot first", "jenny@.com", false },
	{ "email: a dot last", "jenny@example.", false },
	{ "email: two dots behind", "jenny@example..com", false },
	{ "email: a dash first", "jenny@-example.com", false },
	{ "email: a dash last", "jenny@example-.com", false },
	{ "email: an address of a machine", "jenny@127.0.0.1", false },
	{ "email: an address of a machine in brackets", "jenny@[127.0.0.1]", false },
	{ "email: a blank", "jenny rosen@example.com", false },
	{ "email: a blank in front", " jenny@example.com", false },
	{ "email: a blank behind", "jenny@example.com ", false },
	{ "email: a line end", "jenny@example.com\n", false },
	{ "email: a tab", "jenny\t@example.com", false },
	{ "email: a name around it", "Jenny<jenny@example.com>", false },
	{ "email: two of them", "a@example.com,b@example.com", false },
	{ "email: quotes", "\"jenny\"@example.com", false },
	{ "email: an underscore behind", "jenny@exam_ple.com", false },
};

static const struct row urls[] = {
	{ "url: https", "https://example.com", true },
	{ "url: http", "http://example.com/", true },
	{ "url: capitals", "HTTPS://EXAMPLE.COM/A", true },
	{ "url: path, query, fragment", "https://example.com/a/b?c=d&e[]=f#g", true },
	{ "url: a query at once", "https://example.com?a=b", true },
	{ "url: this machine", "http://localhost:4242/webhook", true },
	{ "url: an address of a machine", "http://127.0.0.1:65535", true },
	{ "url: a template", "https://example.com/ok?session={CHECKOUT_SESSION_ID}", true },
	{ "url: IPv6", "http://[::1]:8080/", true },
	{ "url: a user", "https://user:secret@example.com/", true },
	{ "url: an @ in the path", "https://example.com/@user", true },
	{ "url: other languages",
		"https://m\xc3\xbcnchen.de/stra\xc3\x9f"
		"e",
		true },
	{ "url: a dot at the end of the host", "https://example.com./", true },
	{ "url: underscores", "http://my_service:80", true },
	{ "url: empty", "", false },
	{ "url: none", NULL, false },
	{ "url: a word", "example", false },
	{ "url: no scheme", "example.com", false },
	{ "url: a scheme of apps", "myapp://done", false },
	{ "url: ftp", "ftp://example.com", false },
	{ "url: one slash", "https:/example.com", false },
	{ "url: no host", "https://", false },
	{ "url: no host but a path", "https:///path", false },
	{ "url: no host but a port", "https://:80", false },
	{ "url: no host but a user", "https://user@", false },
	{ "url: a port without digits", "https://example.com:", false },
	{ "url: a port that is too high", "https://example.com:65536", false },
	{ "url: port zero", "https://example.com:0", false },
	{ "url: a port that is a word", "https://example.com:http", false },
	{ "url: a huge port", "https://example.com:99999999999999999999", false },
	{ "url: a blank", "https://example.com/a b", false },
	{ "url: a blank in front", " https://example.com", false },
	{ "url: a line end", "https://example.com\n", false },
	{ "url: two dots", "https://example..com", false },
	{ "url: a dot first", "https://.com", false },
	{ "url: a backslash in the host", "https://example\\.com", false },
	{ "url: IPv6 that does not end", "http://[::1", false },
	{ "url: IPv6 with more behind", "http://[::1]x", false },
	{ "url: empty IPv6", "http://[]", false },
	{ "url: script", "javascript:alert(1)", false },
};

static void email_row(void **state)
{
	const struct row *row = *state;

	assert_int_equal(email_is_valid(row->text), row->valid);
}

static void url_row(void **state)
{
	const struct row *row = *state;

	assert_int_equal(url_is_http(row->text), row->valid);
}

/* 512 characters, not bytes. */
static void email_is_valid__counts_characters(void **state)
{
	(void)state;
	static const char domain[] = "@example.com";
	struct text text;

	text_init(&text, TEXT_NO_CEILING);
	for (size_t i = 0; i < EMAIL_MOST - (sizeof domain - 1); i++)
		text_put(&text, "\xc3\xa9");
	text_put(&text, domain);
	assert_true(email_is_valid(text.data));
	text_char(&text, 'x');
	assert_false(email_is_valid(text.data));
	text_clear(&text);
}

static const struct CMUnitTest fixed[] = {
	cmocka_unit_test(country_find__gives_the_upper_case_code),
	cmocka_unit_test(country_find__knows_no_others),
	cmocka_unit_test(country_find__has_all_of_iso_3166),
	cmocka_unit_test(email_is_valid__counts_characters),
};

static size_t add_rows(struct CMUnitTest *tests, size_t n, const struct row *rows, size_t count, CMUnitTestFunction run)
{
	for (size_t i = 0; i < count; i++)
		tests[n++] = (struct CMUnitTest) {
			.name = rows[i].name, .test_func = run, .initial_state = (void *)(uintptr_t)&rows[i]
		};
	return n;
}

int main(void)
{
	struct CMUnitTest tests[COUNT_OF(fixed) + COUNT_OF(emails) + COUNT_OF(urls)];
	size_t n = COUNT_OF(fixed);

	memcpy(tests, fixed, sizeof fixed);
	n = add_rows(tests, n, emails, COUNT_OF(emails), email_row);
	add_rows(tests, n, urls, COUNT_OF(urls), url_row);
	return cmocka_run_group_tests_name("values", tests, NULL, NULL);
}
