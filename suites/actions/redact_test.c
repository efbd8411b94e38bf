/* SPDX-License-Identifier: MIT */
/* What must not be written down, in whatever surroundings it comes. */
#include "actions/core/redact.h"
#include "base/random.h"
#include "suites/actions/company.h"

#include <unistd.h>

#define HEX64 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static const struct secret_row {
	const char *name, *text;
	const char *hidden; /* what of it must be gone */
	const char *kept;   /* what of it has to be left; NULL: whatever */
} secrets[] = {
	{ "redact__secret_key", "sk_live_4eC39HqLyjWDarjtT1zdp7dc", "4eC39HqLyjWDarjtT1zdp7dc", "sk_live_***" },
	{ "redact__test_key", "sk_test_4eC39HqLyjWDarjtT1zdp7dc", "4eC39HqLyjWDarjtT1zdp7dc", NULL },
	{ "redact__restricted_key", "rk_live_51Abc_DEF.ghi", "51Abc", NULL },
	{ "redact__webhook_secret", "whsec_abcdefgh12345678", "abcdefgh", NULL },
	{ "redact__client_secret", "seti_1AbC_secret_9xYzQ", "9xYzQ", "seti_1AbC_secret_***" },
	{ "redact__payment_secret", "pi_3Qr_secret_Tuv.wx-y", "Tuv", NULL },
	{ "redact__token", "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoiYSJ9.c2ln", "c2ln", "eyJ***" },
	{ "redact__user_hash", HEX64, HEX64, NULL },
	{ "redact__session", "ses_6955b900_0011223344556677_616461_" HEX64, "616461", "ses_***" },
	{ "redact__confirmation", "cnf_6955b900_6955b900_00112233_44556677", "44556677", "cnf_***" },
	{ "redact__portal_link", "https://billing.stripe.com/p/session/test_YWNjdF8x", "YWNjdF8x",
		"https://billing.stripe.com/***" },
	{ "redact__invoice_link", "https://invoice.stripe.com/i/acct_1/live_Qmn?s=ap", "live_Qmn",
		"https://invoice.stripe.com/***" },
	{ "redact__pdf_link", "https://pay.stripe.com/invoice/acct_1/live_Qmn/pdf?s=ap", "acct_1", NULL },
	{ "redact__link_with_a_password", "https://ada:pass@host.example/x", "pass", "https://***" },
	{ "redact__e_mail", "ada.lovelace@example.com", "lovelace", "a***@e***.com" },
	{ "redact__e_mail_with_a_tag", "ada+orders@mail.example.org", "da+orders", NULL },
	{ "redact__e_mail_not_ascii", "žofie@example.cz", "ofie@example", NULL },
	{ "redact__phone", "+441632960123", "1632960", "***23" },
	{ "redact__phone_with_blanks", "+1 (555) 123-4567", "123-45", "***67" },
	{ "redact__card", "4242424242424242", "42424242424242", "**** 4242" },
	{ "redact__card_with_blanks", "4000 0566 5566 5556", "0566", "**** 5556" },
	{ "redact__card_with_hyphens", "3782-822463-10005", "822463", "**** 0005" },
	{ "redact__card_of_19_digits", "6205500000000000004", "620550", "**** 0004" },
};

/* Alone, and in everything that stands around such things in logs, forms and sentences. */
static void secret_row_test(void **state)
{
	static const char *const around[][2] = { { "", "" }, { "key=", "&next=1" }, { "\"", "\"" }, { "(", ")" },
		{ "Bearer ", " was sent" }, { "a sentence, ", ", and on" }, { "<", ">" }, { "line\n", "\nline" },
		{ "id:", ";" }, { "{\"a\":\"", "\"}" }, { "\xe2\x80\x9c", " \xe2\x80\x9d" } };
	const struct secret_row *row = *state;
	struct arena arena = { 0 };

	for (size_t i = 0; i < COUNT_OF(around); i++) {
		const char *whole = arena_format(&arena, "%s%s%s", around[i][0], row->text, around[i][1]);
		const char *masked = redact_text(&arena, whole);

		assert_lacks(masked, row->hidden);
		if (row->kept && !i)
			assert_string_equal(masked, row->kept);
		/* Once more changes nothing: a masked text looks like nothing secret. */
		assert_string_equal(redact_text(&arena, masked), masked);
		arena_clear(&arena);
	}
	arena_free(&arena);
}

static const struct plain_row {
	const char *name, *text;
} plains[] = {
	{ "plain__request", "req_8sGq2Yh3" },
	{ "plain__customer", "cus_NffrFeUfNV2Hib has sub_1MowQVLkdIwHu7ixeRlqHVzs" },
	{ "plain__amount", "1234.50 USD on 2026-01-21T00:00:00Z" },
	{ "plain__digits_that_are_no_card", "4242424242424241 and 123456789012" },
	{ "plain__idempotency_key", "act_9f86d081884c7d659a2feaa0c55ad015a3bf4f1b" },
	{ "plain__origin", "no answer from http://127.0.0.1:12111" },
	{ "plain__prefix_alone", "keys begin with sk_live_ or rk_" },
};

static void plain_row_test(void **state)
{
	const struct plain_row *row = *state;
	struct arena arena = { 0 };

	assert_string_equal(redact_text(&arena, row->text), row->text);
	arena_free(&arena);
}

static size_t draw(uint64_t round, uint64_t *draws, size_t below)
{
	return (size_t)(random_mix(20261123, round, ++*draws) % below);
}

/* Several at once, in any order and with any glue between: none is seen by its neighbour. */
static void redact__any_mixture(void **state)
{
	static const char *const glue[] = { " ", ", ", "\n", "; ", " / ", "\t", " - ", " = ", "\",\"" };
	uint64_t draws = 0;
	struct arena arena = { 0 };

	(void)state;
	for (uint64_t round = 0; round < 3000; round++) {
		struct text t;
		size_t used[4], n = 1 + draw(round, &draws, COUNT_OF(used));
		const char *masked;

		text_init(&t, TEXT_NO_CEILING);
		for (size_t i = 0; i < n; i++) {
			used[i] = draw(round, &draws, COUNT_OF(secrets));
			text_put(&t, secrets[used[i]].text);
			text_put(&t, glue[draw(round, &draws, COUNT_OF(glue))]);
		}
		masked = redact_text(&arena, t.data);
		for (size_t i = 0; i < n; i++)
			if (strstr(masked, secrets[used[i]].hidden))
				fail_msg("%s\nshows: %s", t.data, masked);
		text_clear(&t);
		arena_clear(&arena);
	}
	arena_free(&arena);
}

/* ---- from one end to the other ---- */

#define SLOTS 9

/* A run whose arguments, name, environment or proof hold the text. */
static void run_with(struct company *c, int slot, const char *text)
{
	static const char *const forms[SLOTS][3] = {
		{ "manage", "operation", "comment" },
		{ "manage", NULL, "operation" },
		{ "billing", NULL, "email" },
		{ "billing", NULL, "phone" },
		{ "billing", NULL, "name" },
		{ "get_invoices", NULL, "cursor" },
		{ "get_subscription", NULL, "account" },
		{ "get_subscription", NULL, NULL },
		{ NULL, NULL, NULL },
	};
	json_t *inputs = json_object();
	char hash[65], *json;
	struct run_call call = { .action = forms[slot][0] ? forms[slot][0] : text };

	if (forms[slot][1])
		js_put_text(inputs, forms[slot][1], "cancel");
	if (forms[slot][2])
		js_put_text(inputs, forms[slot][2], text);
	else
		js_put_text(inputs, text, "a name nobody knows");
	json = json_dumps(inputs, 0);
	identity_hash(c->agent->config, "ada", hash);
	call.inputs = json;
	call.inputs_length = strlen(json);
	call.evidence = (struct evidence) { .user_id = "ada", .user_hash = hash };
	if (slot == SLOTS - 1)
		call.evidence = (struct evidence) { .token = text };
	if (slot == SLOTS - 2)
		call.environment = text;
	run_clear(&c->result);
	run_action(c->agent, &call, &c->result);
	json_decref(inputs);
	free(json);
}

static char *file_text(const char *name)
{
	FILE *in = fopen(name, "re");
	char piece[4096];
	struct text t;
	size_t got;

	assert_non_null(in);
	text_init(&t, TEXT_NO_CEILING);
	while ((got = fread(piece, 1, sizeof(piece), in)) > 0)
		text_add(&t, piece, got);
	fclose(in);
	return text_take(&t);
}

/* Hashes and seals, whose digits may spell anything, go. */
static void chains_cut(char *record)
{
	for (char *at = record; (at = strstr(at, "\"chain\":")) != NULL;)
		while (*at && *at != '\n')
			*at++ = ' ';
}

static void record__never_holds_any_of_it(void **state)
{
	const struct secret_row *row = *state;
	char file[] = "/tmp/actions-suite-XXXXXX", *config, *record;
	int fd = mkstemp(file);
	json_t *all = json_loads(COMPANY_CONFIG, 0, NULL), *audit = json_object();
	struct company c;

	assert_true(fd >= 0);
	close(fd);
	js_put_text(audit, "file", file);
	js_put_new(all, "audit", audit);
	config = json_dumps(all, 0);
	json_decref(all);
	company_open(&c, config);
	free(config);
	for (int slot = 0; slot < SLOTS; slot++)
		run_with(&c, slot, row->text);
	company_close(&c);
	record = file_text(file);
	chains_cut(record);
	assert_holds(record, "\"phase\"");
	assert_lacks(record, row->hidden);
	free(record);
	unlink(file);
}

int main(void)
{
	const struct CMUnitTest others[] = { cmocka_unit_test(redact__any_mixture) };
	struct {
		struct CMUnitTest *tests;
		size_t count;
	} tables[] = {
		{ tests_of_rows(secrets, COUNT_OF(secrets), sizeof(secrets[0]), secret_row_test), COUNT_OF(secrets) },
		{ tests_of_rows(plains, COUNT_OF(plains), sizeof(plains[0]), plain_row_test), COUNT_OF(plains) },
		{ tests_of_rows(secrets, COUNT_OF(secrets), sizeof(secrets[0]), record__never_holds_any_of_it),
			COUNT_OF(secrets) },
	};
	int failed = cmocka_run_group_tests(others, NULL, NULL);

	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		failed += _cmocka_run_group_tests("redact", tables[i].tests, tables[i].count, NULL, NULL);
		free(tables[i].tests);
	}
	return failed;
}
