/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "value/currency.h"
#include "value/id.h"

/* currency */

static void currency_find__ignores_case(void **state)
{
	(void)state;
	assert_string_equal(currency_find("usd")->code, "usd");
	assert_ptr_equal(currency_find("USD"), currency_find("usd"));
	assert_ptr_equal(currency_find("uSd"), currency_find("usd"));
	assert_string_equal(currency_find("usdc")->code, "usdc");
	assert_null(currency_find("us"));
	assert_null(currency_find("usdd"));
	assert_null(currency_find("usdollar"));
	assert_null(currency_find("xyz"));
	assert_null(currency_find(" usd"));
	assert_null(currency_find(""));
	assert_null(currency_find(NULL));
}

static void currency_at__lists_each_once_and_finds_it(void **state)
{
	(void)state;
	struct map *seen = map_new();
	int mark;
	assert_in_range(currency_count(), 135, 160);
	for (size_t i = 0; i < currency_count(); i++) {
		const struct currency *c = currency_at(i);
		assert_non_null(c);
		assert_ptr_equal(currency_find(c->code), c);
		assert_null(map_put(seen, c->code, &mark));
	}
	assert_null(currency_at(currency_count()));
	map_free(seen);
}

static void currency_list__is_in_stripes_order(void **state)
{
	(void)state;
	struct text t;
	text_init(&t, TEXT_NO_CEILING);
	currency_list(&t);
	static const char head[] =
		"usd, aed, afn, all, amd, ang, aoa, ars, aud, awg, azn, bam, bbd, bdt, bgn, bhd, bif, ";
	static const char tail[] = "zar, zmw, usdc, btn, ghs, eek, lvl, svc, vef, ltl, sll, mro";
	assert_memory_equal(t.data, head, sizeof(head) - 1);
	assert_string_equal(t.data + t.length - (sizeof(tail) - 1), tail);
	assert_non_null(strstr(t.data, "tzs, uah, ugx, uyu, uzs, vnd")); /* usd is not named twice */
	text_clear(&t);
}

/* The codes of one kind, joined, in order of the alphabet. */
static void expect_codes(bool (*belongs)(const struct currency *c), const char *expected)
{
	struct text t;
	text_init(&t, TEXT_NO_CEILING);
	for (char a = 'a'; a <= 'z'; a++)
		for (size_t i = 0; i < currency_count(); i++) {
			const struct currency *c = currency_at(i);
			if (c->code[0] == a && belongs(c))
				text_format(&t, "%s%s", t.length ? " " : "", c->code);
		}
	assert_string_equal(t.data, expected);
	text_clear(&t);
}

static bool has_no_decimals(const struct currency *c)
{
	return c->exponent == 0 && c->step == 1;
}

static bool has_three_decimals(const struct currency *c)
{
	return c->exponent == 3 && c->step == 10;
}

static bool has_empty_decimals(const struct currency *c)
{
	return c->exponent == 2 && c->step == 100;
}

static bool pays_out_whole(const struct currency *c)
{
	return c->exponent == 2 && c->step == 1 && c->payout_step == 100;
}

static bool is_ordinary(const struct currency *c)
{
	return !has_no_decimals(c) && !has_three_decimals(c) && !has_empty_decimals(c);
}

static bool is_odd(const struct currency *c)
{
	return is_ordinary(c) && (c->exponent != 2 || c->step != 1);
}

static void currency__special_cases_are_those_of_the_docs(void **state)
{
	(void)state;
	expect_codes(has_no_decimals, "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf");
	expect_codes(has_three_decimals, "bhd jod kwd omr tnd");
	expect_codes(has_empty_decimals, "isk ugx");
	expect_codes(pays_out_whole, "huf twd");
	expect_codes(is_odd, "");
}

static const struct minimum {
	const char *code;
	unsigned minimum;
} minimums[] = {
	{ "usd", 50 },
	{ "eur", 50 },
	{ "aud", 50 },
	{ "cad", 50 },
	{ "chf", 50 },
	{ "brl", 50 },
	{ "nzd", 50 },
	{ "sgd", 50 },
	{ "inr", 50 },
	{ "gbp", 30 },
	{ "dkk", 250 },
	{ "nok", 300 },
	{ "sek", 300 },
	{ "hkd", 400 },
	{ "czk", 1500 },
	{ "huf", 17500 },
	{ "pln", 200 },
	{ "ron", 200 },
	{ "mxn", 1000 },
	{ "thb", 1000 },
	{ "aed", 200 },
	{ "myr", 200 },
	{ "jpy", 50 },
	{ "krw", 50 },
	{ "kes", 0 },
	{ "xof", 0 },
};

static void currency__minimum_charges(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(minimums); i++)
		assert_int_equal(currency_find(minimums[i].code)->minimum, minimums[i].minimum);
}

static const struct shown {
	const char *name;
	int64_t amount;
	const char *code, *text, *plain;
} shown[] = {
	{ "currency_format__dollars", 2000, "usd", "$20.00", "20.00" },
	{ "currency_format__euros", 900, "eur", "€9.00", "9.00" },
	{ "currency_format__yen_are_whole", 500, "jpy", "¥500", "500" },
	{ "currency_format__negative", -300, "usd", "-$3.00", "-3.00" },
	{ "currency_format__pounds", 1, "gbp", "£0.01", "0.01" },
	{ "currency_format__zero", 0, "usd", "$0.00", "0.00" },
	{ "currency_format__thousands_are_grouped", 175000, "chf", "CHF 1,750.00", "1750.00" },
	{ "currency_format__singapore_dollars", 100000, "sgd", "$1,000.00", "1000.00" },
	{ "currency_format__millions", 123456789, "usd", "$1,234,567.89", "1234567.89" },
	{ "currency_format__just_under_a_thousand", 99999, "usd", "$999.99", "999.99" },
	{ "currency_format__whole_thousands", 1000000, "jpy", "¥1,000,000", "1000000" },
	{ "currency_format__reals", 50000, "brl", "R$ 500.00", "500.00" },
	{ "currency_format__upper_case_code", 2000, "USD", "$20.00", "20.00" },
	{ "currency_format__three_decimals", 1230, "kwd", "KWD 1.230", "1.230" },
	{ "currency_format__small_three_decimals", -5, "bhd", "-BHD 0.005", "-0.005" },
	{ "currency_format__kronur_without_decimals", 50000, "isk", "kr 500", "500.00" },
	{ "currency_format__kronur_with_computed_decimals", 50050, "isk", "kr 500.50", "500.50" },
	{ "currency_format__no_sign_of_its_own", 20000, "kes", "KES 200.00", "200.00" },
	{ "currency_format__unknown_code", -150, "xyz", "-XYZ 1.50", "-1.50" },
	{ "currency_format__largest", INT64_MAX, "usd", "$92,233,720,368,547,758.07", "92233720368547758.07" },
	{ "currency_format__smallest", INT64_MIN, "usd", "-$92,233,720,368,547,758.08", "-92233720368547758.08" },
	{ "currency_format__smallest_whole", INT64_MIN, "jpy", "-¥9,223,372,036,854,775,808", "-9223372036854775808" },
};

static void currency_format__row(void **state)
{
	const struct shown *row = *state;
	struct text t;
	text_init(&t, TEXT_NO_CEILING);
	currency_format(&t, row->amount, row->code);
	assert_string_equal(t.data, row->text);
	text_reset(&t);
	currency_format_plain(&t, row->amount, row->code);
	assert_string_equal(t.data, row->plain);
	text_clear(&t);
}

/* id */

static bool is_base62(const char *s)
{
	for (; *s; s++)
		if (!isalnum((unsigned char)*s))
			return false;
	return true;
}

static const struct shape {
	const char *prefix;
	size_t length;
	char first; /* 0: any */
} shapes[] = {
	{ "cus_", 14, 0 },
	{ "prod_", 14, 0 },
	{ "si_", 14, 0 },
	{ "req_", 14, 0 },
	{ "price_", 24, '1' },
	{ "sub_", 24, '1' },
	{ "in_", 24, '1' },
	{ "pm_", 24, '1' },
	{ "pi_", 24, '3' },
	{ "ch_", 24, '3' },
	{ "re_", 24, '3' },
	{ "txn_", 24, '3' },
	{ "evt_", 24, '1' },
	{ "seti_", 24, '1' },
	{ "cs_test_", 58, 0 },
	{ "", 8, 0 },
};

static void id_make__has_stripes_shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(shapes); i++) {
		char id[96];
		size_t prefix = strlen(shapes[i].prefix);
		id_make(id, sizeof(id), shapes[i].prefix, shapes[i].length, 0, 1);
		assert_int_equal(strlen(id), prefix + shapes[i].length);
		assert_memory_equal(id, shapes[i].prefix, prefix);
		assert_true(is_base62(id + prefix));
		if (shapes[i].first)
			assert_int_equal(id[prefix], shapes[i].first);
	}
}

static void id_make__is_a_function_of_its_arguments(void **state)
{
	(void)state;
	char a[64], b[64];
	id_make(a, sizeof(a), "cus_", 14, 7, 1);
	/* Recorded expectations hold such ids: the mixing must never change. */
	assert_string_equal(a, "cus_PE5V6jSx1bI2ow");
	id_make(b, sizeof(b), "cus_", 14, 7, 1);
	assert_string_equal(a, b);
	id_make(b, sizeof(b), "cus_", 14, 7, 2);
	assert_string_not_equal(a, b);
	id_make(b, sizeof(b), "cus_", 14, 8, 1);
	assert_string_not_equal(a, b);
	id_make(b, sizeof(b), "req_", 14, 7, 1);
	assert_string_not_equal(a + 4, b + 4);
	assert_true(id_seed(7, "acct_1") == id_seed(7, "acct_1"));
	assert_true(id_seed(7, "acct_1") != id_seed(7, "acct_2"));
	assert_true(id_seed(7, "acct_1") != id_seed(8, "acct_1"));
}

static void expect_no_duplicates(const char *prefix, size_t length)
{
	struct map *seen = map_new();
	int mark;
	for (uint64_t counter = 1; counter <= 200000; counter++) {
		char id[64];
		id_make(id, sizeof(id), prefix, length, 1, counter);
		if (map_put(seen, id, &mark))
			fail_msg("%s comes twice, at %" PRIu64, id, counter);
	}
	assert_int_equal(map_count(seen), 200000);
	map_free(seen);
}

static void id_make__short_ids_do_not_repeat(void **state)
{
	(void)state;
	expect_no_duplicates("cus_", 14);
}

static void id_make__long_ids_do_not_repeat(void **state)
{
	(void)state;
	expect_no_duplicates("pi_", 24);
}

static void id_client_secret__starts_with_its_id(void **state)
{
	(void)state;
	static const char id[] = "pi_3MtwBwLkdIwHu7ix28a3tqPa";
	char a[96], b[96];
	id_client_secret(a, sizeof(a), id, 1);
	assert_memory_equal(a, id, sizeof(id) - 1);
	assert_memory_equal(a + sizeof(id) - 1, "_secret_", 8);
	assert_int_equal(strlen(a), sizeof(id) - 1 + 8 + 25);
	assert_true(is_base62(a + sizeof(id) - 1 + 8));
	id_client_secret(b, sizeof(b), id, 1);
	assert_string_equal(a, b);
	id_client_secret(b, sizeof(b), id, 2);
	assert_string_not_equal(a, b);
	id_client_secret(b, sizeof(b), "pi_3MtwBwLkdIwHu7ix28a3tqPb", 1);
	assert_string_not_equal(a + sizeof(id), b + sizeof(id));
}

static void id_webhook_secret__is_38_characters(void **state)
{
	(void)state;
	char a[ID_WEBHOOK_SECRET_ROOM], b[ID_WEBHOOK_SECRET_ROOM];
	id_webhook_secret(a, 1, 1);
	id_webhook_secret(b, 1, 2);
	assert_int_equal(strlen(a), 38);
	assert_memory_equal(a, "whsec_", 6);
	assert_true(is_base62(a + 6));
	assert_string_not_equal(a, b);
}

static void expect_upper(const char *code)
{
	assert_int_equal(strlen(code), 8);
	assert_int_equal(strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), 8);
}

static void id_codes__have_eight_characters_each_from_its_own_stream(void **state)
{
	(void)state;
	bool lower = false;
	for (uint64_t counter = 0; counter < 1000; counter++) {
		char coupon[ID_CODE_ROOM], code[ID_CODE_ROOM], prefix[ID_CODE_ROOM], again[ID_CODE_ROOM];
		id_coupon(coupon, 5, counter);
		id_promotion_code(code, 5, counter);
		id_invoice_prefix(prefix, 5, counter);
		assert_int_equal(strlen(coupon), 8);
		assert_true(is_base62(coupon));
		for (size_t i = 0; i < 8; i++)
			lower = lower || islower((unsigned char)coupon[i]);
		expect_upper(code);
		expect_upper(prefix);
		assert_string_not_equal(code, prefix);
		id_invoice_prefix(again, 5, counter);
		assert_string_equal(prefix, again);
		id_invoice_prefix(again, 5, counter + 1);
		assert_string_not_equal(prefix, again);
	}
	assert_true(lower);
}

static const struct CMUnitTest fixed[] = {
	cmocka_unit_test(currency_find__ignores_case),
	cmocka_unit_test(currency_at__lists_each_once_and_finds_it),
	cmocka_unit_test(currency_list__is_in_stripes_order),
	cmocka_unit_test(currency__special_cases_are_those_of_the_docs),
	cmocka_unit_test(currency__minimum_charges),
	cmocka_unit_test(id_make__has_stripes_shapes),
	cmocka_unit_test(id_make__is_a_function_of_its_arguments),
	cmocka_unit_test(id_make__short_ids_do_not_repeat),
	cmocka_unit_test(id_make__long_ids_do_not_repeat),
	cmocka_unit_test(id_client_secret__starts_with_its_id),
	cmocka_unit_test(id_webhook_secret__is_38_characters),
	cmocka_unit_test(id_codes__have_eight_characters_each_from_its_own_stream),
};

int main(void)
{
	struct CMUnitTest tests[COUNT_OF(fixed) + COUNT_OF(shown)];
	size_t n = COUNT_OF(fixed);
	memcpy(tests, fixed, sizeof(fixed));
	/* cmocka hands a row on as void *, although no test writes to it. */
	for (size_t i = 0; i < COUNT_OF(shown); i++)
		tests[n++] = (struct CMUnitTest) { .name = shown[i].name,
			.test_func = currency_format__row,
			.initial_state = (void *)(uintptr_t)&shown[i] };
	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
