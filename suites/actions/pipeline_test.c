/* SPDX-License-Identifier: MIT */
#include "suites/actions/company.h"

#include <unistd.h>

#include "actions/core/audit.h"
#include "actions/core/redact.h"

/* What guards a run from outside its action: limits, turns, size, the record, and what outlives the process. */

#define STRICT(more) CONFIG_HEAD "," ACTION_ROWS "," PLANS "," POLICIES "," CONTACTS more "}"

static void limit__reads_are_per_contact_and_action(void **state)
{
	struct company c;

	(void)state;
	company_open(&c, STRICT(",\"limits\":{\"reads_per_minute\":2}"));
	company_run(&c, "ada", "get_subscription", "{}", NULL);
	company_run(&c, "ada", "get_subscription", "{}", NULL);
	assert_status(&c, ENVELOPE_OK);
	c.script.now += 20;
	company_run(&c, "ada", "get_subscription", "{}", NULL);
	assert_code(&c.result.problem, PROBLEM_RATE_LIMITED);
	assert_int_equal(js_int(c.result.envelope.data, "retry_after_s", 0), 40);
	company_run(&c, "teams", "get_subscription", "{\"account\":\"Team 1\"}", NULL);
	assert_status(&c, ENVELOPE_OK);
	company_run(&c, "ada", "manage", "{\"operation\":\"list_plans\"}", NULL);
	assert_status(&c, ENVELOPE_OK);
	c.script.now += 40;
	company_run(&c, "ada", "get_subscription", "{}", NULL);
	assert_status(&c, ENVELOPE_OK);
	company_close(&c);
}

static void script_cancels(struct company *c)
{
	script_reply(&c->script,
		(struct reply) { .method = "POST", .path = "/v1/subscriptions/sub_ada", .body = ADA_ENDING });
	company_get(c, "/v1/subscriptions/sub_ada", ADA_ENDING);
}

#define CANCEL "{\"operation\":\"cancel\"}"

static void limit__writes_are_per_day(void **state)
{
	struct company c;

	(void)state;
	company_open(&c, STRICT(",\"limits\":{\"writes_per_day\":1}"));
	script_cancels(&c);
	company_confirm(&c, "ada", "manage", CANCEL);
	assert_status(&c, ENVELOPE_OK);
	c.script.now += 3600;
	company_confirm(&c, "ada", "manage", CANCEL);
	assert_code(&c.result.problem, PROBLEM_RATE_LIMITED);
	assert_int_equal(js_int(c.result.envelope.data, "retry_after_s", 0), 86400 - 3600);
	company_close(&c);
}

static void run_in_turn(struct company *c, const char *turn, const char *inputs, const char *confirmation)
{
	char hash[65];
	struct run_call call = { .action = "manage",
		.inputs = inputs,
		.inputs_length = strlen(inputs),
		.confirmation = confirmation,
		.conversation = "conversation_1",
		.turn = turn };

	identity_hash(c->agent->config, "ada", hash);
	call.evidence = (struct evidence) { .user_id = "ada", .user_hash = hash };
	run_clear(&c->result);
	run_action(c->agent, &call, &c->result);
}

static void turn__one_write(void **state)
{
	struct company c;
	char *first, *second;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	script_cancels(&c);
	first = company_propose(&c, "ada", "manage", CANCEL);
	second = company_propose(&c, "ada", "manage", "{\"operation\":\"cancel\",\"reason\":\"unused\"}");
	run_in_turn(&c, "turn_1", CANCEL, first);
	assert_status(&c, ENVELOPE_OK);
	run_in_turn(&c, "turn_1", "{\"operation\":\"cancel\",\"reason\":\"unused\"}", second);
	assert_code(&c.result.problem, PROBLEM_ONE_WRITE_PER_TURN);
	run_in_turn(&c, "turn_2", "{\"operation\":\"cancel\",\"reason\":\"unused\"}", second);
	assert_status(&c, ENVELOPE_OK);
	free(first);
	free(second);
	company_close(&c);
}

static void temporary_drop(char *file)
{
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		char *name = mem_format("%s%s", file, ends[i]);

		unlink(name);
		free(name);
	}
	free(file);
}

static void store__a_confirmation_stays_used_after_a_restart(void **state)
{
	char *file = file_temporary(), *config, *confirmation;
	struct company c;

	(void)state;
	config = mem_format(STRICT(",\"store\":{\"file\":\"%s\"}"), file);
	company_open(&c, config);
	script_cancels(&c);
	confirmation = company_propose(&c, "ada", "manage", CANCEL);
	company_run(&c, "ada", "manage", CANCEL, confirmation);
	assert_status(&c, ENVELOPE_OK);
	company_close(&c);
	company_open(&c, config);
	company_run(&c, "ada", "manage", CANCEL, confirmation);
	assert_code(&c.result.problem, PROBLEM_PROPOSAL_CONSUMED);
	company_close(&c);
	free(confirmation);
	free(config);
	temporary_drop(file);
}

/* Invoices with such long links that fifteen of them are more than a result may have. */
static char *long_invoices(size_t count)
{
	struct text t;

	text_init(&t, TEXT_NO_CEILING);
	text_put(&t, "{\"object\":\"list\",\"has_more\":false,\"data\":[");
	for (size_t i = 0; i < count; i++) {
		text_format(&t,
			"%s{\"id\":\"in_%zu\",\"object\":\"invoice\",\"customer\":\"cus_ada\",\"status\":\"paid\","
			"\"number\":"
			"\"A-%zu\",\"currency\":\"usd\",\"total\":100,\"created\":1767225600,\"hosted_invoice_url\":"
			"\"https://invoice.stripe.com/",
			i ? "," : "", i, i);
		for (int k = 0; k < 1200; k++)
			text_char(&t, 'x');
		text_put(&t, "\"}");
	}
	text_put(&t, "]}");
	return text_take(&t);
}

static void cap__twenty_kilobytes_with_a_cursor(void **state)
{
	char *invoices = long_invoices(20), *shown, *inputs;
	struct company c;
	js_auto whole = NULL;
	size_t left;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	company_get(&c, "/v1/invoices", invoices);
	company_run(&c, "ada", "get_invoices", "{\"limit\":20}", NULL);
	assert_status(&c, ENVELOPE_OK);
	whole = envelope_json(&c.result.envelope, &c.result.problem);
	shown = json_dumps(whole, JSON_COMPACT);
	left = json_array_size(js_at(whole, "data.invoices"));
	assert_true(strlen(shown) <= RUN_RESULT_MOST);
	assert_in_range(left, 5, 19);
	assert_true(js_flag_at(whole, "data.truncated", false));
	assert_true(js_flag_at(whole, "data.has_more", false));
	inputs = mem_format("{\"cursor\":\"%s\"}", js_text_at(whole, "data.next_cursor"));
	company_run(&c, "ada", "get_invoices", inputs, NULL);
	assert_status(&c, ENVELOPE_OK);
	free(shown);
	shown = mem_format("starting_after=in_%zu", left - 1);
	assert_holds(c.script.log[c.script.n_log - 1], shown);
	free(shown);
	free(inputs);
	free(invoices);
	company_close(&c);
}

/* ---- the audit record ---- */

static const struct secret seal_secret = { .id = "now", .secret = KEY };

static char *audit_file(size_t lines)
{
	char *file = file_temporary(), *why = NULL;
	struct audit *a = audit_open(file, &seal_secret, &why);

	assert_non_null(a);
	for (size_t i = 0; i < lines; i++) {
		js_auto record = json_object();

		js_put_int(record, "n", (int64_t)i);
		js_put_text(record, "status", "ok");
		assert_true(audit_append(a, record));
	}
	audit_close(a);
	return file;
}

static void file_write(const char *file, const char *text, size_t length)
{
	FILE *out = fopen(file, "we");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, length, out), length);
	assert_int_equal(fclose(out), 0);
}

static char *line_at(char *text, int n)
{
	while (n--)
		text = strchr(text, '\n') + 1;
	return text;
}

static void tamper_change(char *text)
{
	memcpy(strstr(line_at(text, 1), "\"ok\""), "\"no\"", 4);
}

static void tamper_remove(char *text)
{
	char *line = line_at(text, 1), *next = line_at(text, 2);

	memmove(line, next, strlen(next) + 1);
}

static void tamper_swap(char *text)
{
	char *first = line_at(text, 1), *second = line_at(text, 2), *third = line_at(text, 3);
	char *copy = mem_copy_range(first, (size_t)(second - first));
	size_t length = (size_t)(third - second);

	memmove(first, second, length);
	memcpy(first + length, copy, strlen(copy));
	free(copy);
}

static void tamper_seal(char *text)
{
	char *seal = strstr(line_at(text, 1), "\"seal\":\"") + 8;

	*seal = *seal == '0' ? '1' : '0';
}

static void tamper_head(char *text)
{
	char *next = line_at(text, 1);

	memmove(text, next, strlen(next) + 1);
}

static const struct tamper_row {
	const char *name;
	void (*tamper)(char *text);
	const char *why;
	bool needs_secret;
} tamper_rows[] = {
	{ "tamper__a_word_changed", tamper_change, "line 2 was changed after it was written", false },
	{ "tamper__a_line_removed", tamper_remove, "line 2 does not follow the line before it", false },
	{ "tamper__two_lines_swapped", tamper_swap, "line 2 does not follow the line before it", false },
	{ "tamper__the_beginning_removed", tamper_head, "line 1 does not follow the line before it", false },
	{ "tamper__a_seal_made_up", tamper_seal, "line 2 the seal is not this agent's", true },
};

static void tamper_test(void **state)
{
	const struct tamper_row *row = *state;
	char *file = audit_file(5), *text;
	struct audit_report report;
	struct text why;

	text_init(&why, TEXT_NO_CEILING);
	assert_true(audit_verify(file, &seal_secret, 1, NULL, &report, &why));
	assert_int_equal(report.lines, 5);
	assert_int_equal(report.unsealed, 0);
	text = file_read(file);
	row->tamper(text);
	file_write(file, text, strlen(text));
	assert_false(audit_verify(file, &seal_secret, 1, NULL, &report, &why));
	assert_holds(why.data, row->why);
	text_reset(&why);
	assert_int_equal(audit_verify(file, NULL, 0, NULL, &report, &why), row->needs_secret);
	text_clear(&why);
	free(text);
	temporary_drop(file);
}

/* Wherever a write is torn by a kill, the record goes on and stays whole. */
static void audit__goes_on_after_a_kill_at_any_byte(void **state)
{
	js_auto record = json_object();

	(void)state;
	js_put_text(record, "status", "after");
	for (size_t cut = 1; cut < 280; cut += 31) {
		char *file = audit_file(3), *text = file_read(file), *why_open = NULL;
		struct audit_report report;
		struct audit *a;
		struct text why;

		text_init(&why, TEXT_NO_CEILING);
		file_write(file, text, strlen(text) - cut);
		assert_true(audit_verify(file, &seal_secret, 1, NULL, &report, &why));
		assert_true(report.torn);
		a = audit_open(file, &seal_secret, &why_open);
		assert_true(audit_append(a, record));
		audit_close(a);
		assert_true(audit_verify(file, &seal_secret, 1, NULL, &report, &why));
		assert_false(report.torn);
		assert_int_equal(report.lines, 3);
		text_clear(&why);
		free(text);
		temporary_drop(file);
	}
}

static void audit__two_writers_share_one_chain(void **state)
{
	char *file = audit_file(0), *why_open = NULL;
	struct audit *one = audit_open(file, &seal_secret, &why_open);
	struct audit *other = audit_open(file, &seal_secret, &why_open);
	js_auto record = json_object();
	struct audit_report report;
	struct text why;

	(void)state;
	js_put_text(record, "status", "ok");
	for (int i = 0; i < 5; i++) {
		assert_true(audit_append(one, record));
		assert_true(audit_append(other, record));
	}
	text_init(&why, TEXT_NO_CEILING);
	assert_true(audit_verify(file, &seal_secret, 1, NULL, &report, &why));
	assert_int_equal(report.lines, 10);
	text_clear(&why);
	audit_close(one);
	audit_close(other);
	temporary_drop(file);
}

/* ---- redaction ---- */

static const struct redact_row {
	const char *name, *text, *masked;
} redact_rows[] = {
	{ "redact__card", "my card is 4242424242424242.", "my card is **** 4242." },
	{ "redact__card_with_blanks", "4242 4242 4242 4242 please", "**** 4242 please" },
	{ "redact__card_with_hyphens", "3782-822463-10005", "**** 0005" },
	{ "redact__nineteen_digits", "6304000000000000000", "**** 0000" },
	{ "redact__no_card", "order 4242424242424241", "order 4242424242424241" },
	{ "redact__email", "write to ada.byrne@example.com!", "write to a***@e***.com!" },
	{ "redact__phone", "call +1 (555) 123-4567 now", "call ***67 now" },
	{ "redact__key", "sk_test_51abcdefgh is secret", "sk_test_*** is secret" },
	{ "redact__restricted_key", "(rk_live_abcdefgh)", "(rk_live_***)" },
	{ "redact__client_secret", "seti_1_secret_abcdefgh", "seti_1_secret_***" },
	{ "redact__token", "eyJhbGciOiJIUzI1NiJ9.eyJ1IjoxfQ.sig", "eyJ***" },
	{ "redact__nothing", "Cancel it, please. 12 seats.", "Cancel it, please. 12 seats." },
};

static void redact_test(void **state)
{
	const struct redact_row *row = *state;
	struct arena arena = { 0 };

	assert_string_equal(redact_text(&arena, row->text), row->masked);
	arena_free(&arena);
}

static void record__holds_no_person(void **state)
{
	char *file = file_temporary(), *config, *text;
	struct audit_report report;
	struct company c;
	struct text why;

	(void)state;
	config = mem_format(STRICT(",\"audit\":{\"file\":\"%s\"}"), file);
	company_open(&c, config);
	script_cancels(&c);
	company_confirm(&c, "ada", "manage",
		"{\"operation\":\"cancel\",\"comment\":\"bill ada@example.com, card 4242424242424242\"}");
	assert_status(&c, ENVELOPE_OK);
	company_run(&c, "ada", "billing", "{\"email\":\"new.ada@example.com\"}", NULL);
	text = file_read(file);
	assert_lacks(text, "ada@example.com");
	assert_lacks(text, "4242424242424242");
	assert_lacks(text, "sk_test_suite");
	assert_holds(text, "\"phase\":\"intent\"");
	assert_holds(text, "\"idempotency_key\":\"act_");
	text_init(&why, TEXT_NO_CEILING);
	assert_true(audit_verify(file, c.agent->config->secrets, 2, NULL, &report, &why));
	assert_int_equal(report.lines, 4);
	text_clear(&why);
	company_close(&c);
	free(text);
	free(config);
	temporary_drop(file);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(limit__reads_are_per_contact_and_action),
		cmocka_unit_test(limit__writes_are_per_day),
		cmocka_unit_test(turn__one_write),
		cmocka_unit_test(store__a_confirmation_stays_used_after_a_restart),
		cmocka_unit_test(cap__twenty_kilobytes_with_a_cursor),
		cmocka_unit_test(audit__goes_on_after_a_kill_at_any_byte),
		cmocka_unit_test(audit__two_writers_share_one_chain),
		cmocka_unit_test(record__holds_no_person),
	};
	struct CMUnitTest *tampers =
		tests_of_rows(tamper_rows, COUNT_OF(tamper_rows), sizeof(tamper_rows[0]), tamper_test);
	struct CMUnitTest *redactions =
		tests_of_rows(redact_rows, COUNT_OF(redact_rows), sizeof(redact_rows[0]), redact_test);
	int failed = cmocka_run_group_tests_name("pipeline", single, NULL, NULL);

	failed += _cmocka_run_group_tests("pipeline_tamper", tampers, COUNT_OF(tamper_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("pipeline_redact", redactions, COUNT_OF(redact_rows), NULL, NULL);
	free(tampers);
	free(redactions);
	return failed;
}
