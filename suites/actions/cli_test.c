/* SPDX-License-Identifier: MIT */
#include "suites/actions/company.h"

#include <unistd.h>

#include "actions/doors/cli.h"

/* The command line: its options, its exit status, what goes to whom; and the tool definitions it prints. */

struct shell {
	struct company company; /* for its script; the command line opens an agent of its own */
	char config[32];
	char *out, *err;
	size_t out_length, err_length;
	int code;
};

static void shell_open(struct shell *s)
{
	FILE *file;
	int fd;

	memset(s, 0, sizeof(*s));
	company_open(&s->company, COMPANY_CONFIG);
	strncpy(s->config, "/tmp/actions_cli_XXXXXX", sizeof(s->config) - 1);
	fd = mkstemp(s->config);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	fputs(COMPANY_CONFIG, file);
	fclose(file);
}

static void shell_close(struct shell *s)
{
	unlink(s->config);
	free(s->out);
	free(s->err);
	company_close(&s->company);
}

/* Runs a command line of words ended by NULL; a word "CONFIG" stands for the file. */
static void shell_run(struct shell *s, const char *input, const char *const *words)
{
	char *argv[24] = { mem_copy_text("stripe-actions") };
	struct cli cli = { .transport = script_transport(&s->company.script),
		.clock = script_clock(&s->company.script) };
	int argc = 1;

	free(s->out);
	free(s->err);
	for (; words[argc - 1]; argc++)
		argv[argc] = mem_copy_text(strcmp(words[argc - 1], "CONFIG") ? words[argc - 1] : s->config);
	cli.in = fmemopen((void *)(uintptr_t)(*input ? input : " "), strlen(input) + !*input, "r");
	cli.out = open_memstream(&s->out, &s->out_length);
	cli.err = open_memstream(&s->err, &s->err_length);
	assert_true(cli.in && cli.out && cli.err);
	s->code = cli_run(&cli, argc, argv);
	fclose(cli.in);
	fclose(cli.out);
	fclose(cli.err);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
}

#define WORDS(...) ((const char *const[]) { __VA_ARGS__, NULL })

static const struct usage_row {
	const char *name;
	const char *words[10];
	int code;
	const char *err;
} usage_rows[] = {
	{ "usage__no_command", { NULL }, 2, "a command is missing" },
	{ "usage__no_such_command", { "cal" }, 2,
		"there is no such command (call, tools, check, hash, doctor, permissions, audit, serve, mcp, chat): "
		"cal" },
	{ "usage__no_config", { "call", "get_invoices" }, 2, "--config FILE is missing" },
	{ "usage__no_action", { "call", "--config", "CONFIG" }, 2, "the name of the action is missing" },
	{ "usage__no_such_option", { "call", "a", "--config", "CONFIG", "--force" }, 2,
		"there is no such option: --force" },
	{ "usage__option_of_another_command", { "tools", "--config", "CONFIG", "--yes" }, 2,
		"does not take the option: --yes" },
	{ "usage__value_missing", { "call", "a", "--config" }, 2, "the option needs a value: --config" },
	{ "usage__value_too_much", { "call", "a", "--config", "CONFIG", "--yes=1" }, 2, "the option takes no value" },
	{ "usage__twice", { "tools", "--config", "a", "--config", "b" }, 2, "the option is given twice" },
	{ "usage__two_actions", { "call", "a", "b", "--config", "CONFIG" }, 2, "an argument too many: b" },
	{ "usage__two_proofs", { "call", "a", "--config", "CONFIG", "--contact", "ada", "--token", "x" }, 2,
		"exclude" },
	{ "usage__confirm_and_yes", { "call", "a", "--config", "CONFIG", "--confirm", "x", "--yes" }, 2, "exclude" },
	{ "usage__no_such_file", { "check", "--config", "/nowhere.json" }, 2, "/nowhere.json: unable to open" },
	{ "usage__no_such_format", { "tools", "--config", "CONFIG", "--format", "xml" }, 2, "no such format: xml" },
	{ "usage__no_such_environment", { "tools", "--config", "CONFIG", "--environment", "moon" }, 2,
		"no such environment: moon" },
	{ "usage__not_signed_in", { "call", "get_invoices", "--config", "CONFIG" }, 5, "operator: identity_required" },
	{ "usage__refused", { "call", "sleeping", "--config", "CONFIG", "--contact", "ada" }, 1,
		"operator: action_disabled" },
	{ "usage__choice", { "call", "get_invoices", "--config", "CONFIG", "--contact", "teams" }, 4,
		"operator: account_choice" },
};

static void usage_row_test(void **state)
{
	const struct usage_row *row = *state;
	struct shell s;

	shell_open(&s);
	shell_run(&s, "", row->words);
	assert_int_equal(s.code, row->code);
	assert_holds(s.err, row->err);
	shell_close(&s);
}

static void help__is_for_the_asking(void **state)
{
	struct shell s;

	(void)state;
	shell_open(&s);
	shell_run(&s, "", WORDS("--help"));
	assert_int_equal(s.code, 0);
	assert_holds(s.out, "stripe-actions call ACTION --config FILE");
	assert_string_equal(s.err, "");
	shell_close(&s);
}

static void call__prints_what_the_customer_reads(void **state)
{
	struct shell s;

	(void)state;
	shell_open(&s);
	shell_run(
		&s, "", WORDS("call", "get_subscription", "--config=CONFIG", "--contact", "ada", "--config", "CONFIG"));
	assert_int_equal(s.code, 2); /* --config=... counts */
	shell_run(&s, "", WORDS("call", "get_subscription", "--contact", "ada", "--config", "CONFIG"));
	assert_int_equal(s.code, 0);
	assert_string_equal(
		s.out, "Your subscription Basic (20.00 USD per month): active. It renews on 21 January 2026 (UTC).\n");
	assert_string_equal(s.err, "");
	shell_close(&s);
}

static void call__takes_a_hash_that_hash_printed(void **state)
{
	struct shell s;
	char hash[65] = "";

	(void)state;
	shell_open(&s);
	shell_run(&s, "", WORDS("hash", "--config", "CONFIG", "--user-id", "ada"));
	assert_int_equal(s.code, 0);
	assert_int_equal(s.out_length, 65);
	memcpy(hash, s.out, 64);
	shell_run(&s, "",
		WORDS("call", "get_subscription", "--config", "CONFIG", "--user-id", "ada", "--user-hash", hash,
			"--json"));
	assert_int_equal(s.code, 0);
	assert_holds(s.out, "\"status\": \"ok\"");
	shell_run(&s, "",
		WORDS("call", "get_subscription", "--config", "CONFIG", "--user-id", "bob", "--user-hash", hash));
	assert_int_equal(s.code, 5);
	shell_close(&s);
}

static void call__reads_inputs_from_standard_input(void **state)
{
	struct shell s;

	(void)state;
	shell_open(&s);
	shell_run(&s, "{\"operation\":\"list_plans\"}",
		WORDS("call", "manage", "--config", "CONFIG", "--contact", "ada", "--input", "-"));
	assert_int_equal(s.code, 0);
	assert_holds(s.out, "These plans are available:");
	shell_close(&s);
}

static void change_ready(struct shell *s)
{
	script_reply(&s->company.script,
		(struct reply) { .method = "POST", .path = "/v1/subscriptions/sub_ada", .body = ADA_ENDING });
	company_get(&s->company, "/v1/subscriptions/sub_ada", ADA_ENDING);
}

static void call__proposes_then_confirms(void **state)
{
	const char *inputs = "{\"operation\":\"cancel\"}";
	char confirmation[128] = "";
	struct shell s;

	(void)state;
	shell_open(&s);
	change_ready(&s);
	shell_run(&s, "", WORDS("call", "manage", "--config", "CONFIG", "--contact", "ada", "--input", inputs));
	assert_int_equal(s.code, 3);
	assert_holds(s.out, "Cancel Basic at the end of the paid period");
	assert_int_equal(sscanf(strstr(s.out, "--confirm "), "--confirm %127s", confirmation), 1);
	assert_null(script_asked(&s.company.script, "POST"));
	shell_run(&s, "",
		WORDS("call", "manage", "--config", "CONFIG", "--contact", "ada", "--input", inputs, "--confirm",
			confirmation));
	assert_int_equal(s.code, 0);
	assert_holds(s.out, "Done: Basic is cancelled.");
	shell_close(&s);
}

static void call__yes_does_both(void **state)
{
	struct shell s;

	(void)state;
	shell_open(&s);
	change_ready(&s);
	shell_run(&s, "",
		WORDS("call", "manage", "--config", "CONFIG", "--contact", "ada", "--input",
			"{\"operation\":\"cancel\"}", "--yes"));
	assert_int_equal(s.code, 0);
	assert_holds(s.out, "(confirmed by --yes)");
	assert_holds(s.out, "Done: Basic is cancelled.");
	assert_int_equal(script_count(&s.company.script, "POST /v1/subscriptions/sub_ada"), 1);
	shell_close(&s);
}

static void call__keeps_the_cause_from_the_customer(void **state)
{
	struct shell s;

	(void)state;
	shell_open(&s);
	shell_run(&s, "", WORDS("call", "get_invoices", "--config", "CONFIG", "--contact", "nobody", "--json"));
	assert_int_equal(s.code, 1);
	assert_holds(s.out, "\"code\": \"billing_not_linked\"");
	assert_lacks(s.out, "contact_not_found");
	shell_run(&s, "",
		WORDS("call", "get_invoices", "--config", "CONFIG", "--contact", "nobody", "--json", "--explain"));
	assert_holds(s.out, "\"code\": \"contact_not_found\"");
	shell_close(&s);
}

static json_t *tools(struct shell *s, const char *format)
{
	json_t *tree;

	shell_run(s, "", WORDS("tools", "--config", "CONFIG", "--format", format));
	assert_int_equal(s->code, 0);
	tree = json_loads(s->out, 0, NULL);
	assert_non_null(tree);
	return tree;
}

static void tools__in_four_notations(void **state)
{
	struct shell s;
	json_t *list;

	(void)state;
	shell_open(&s);
	list = tools(&s, "mcp");
	assert_int_equal(json_array_size(js_get(list, "tools")), 4); /* not the one that is switched off */
	assert_string_equal(js_text_at(list, "tools.0.name"), "get_subscription");
	assert_true(js_flag_at(list, "tools.0.annotations.readOnlyHint", false));
	assert_false(js_flag_at(list, "tools.2.annotations.readOnlyHint", true));
	assert_true(js_flag_at(list, "tools.2.annotations.destructiveHint", false));
	assert_string_equal(js_text_at(list, "tools.2.inputSchema.properties.plan.enum.1"), "pro");
	assert_holds(js_text_at(list, "tools.1.description"), "When to use: Show my invoices");
	json_decref(list);
	list = tools(&s, "openai");
	assert_string_equal(js_text_at(list, "0.type"), "function");
	assert_string_equal(js_text_at(list, "3.function.parameters.type"), "object");
	assert_null(js_at(list, "0.function.strict"));
	json_decref(list);
	list = tools(&s, "openai-strict");
	assert_true(js_flag_at(list, "2.function.strict", false));
	assert_int_equal(json_array_size(js_at(list, "2.function.parameters.required")),
		json_object_size(js_at(list, "2.function.parameters.properties")));
	json_decref(list);
	list = tools(&s, "anthropic");
	assert_string_equal(js_text_at(list, "1.input_schema.type"), "object");
	json_decref(list);
	shell_close(&s);
}

/* No schema has a place for a customer: who is asking is never an argument. */
static void tools__have_no_way_to_name_a_customer(void **state)
{
	struct shell s;
	json_t *list, *tool, *value;
	const char *name;
	size_t i;

	(void)state;
	shell_open(&s);
	list = tools(&s, "mcp");
	json_array_foreach(js_get(list, "tools"), i, tool)
		json_object_foreach(js_at(tool, "inputSchema.properties"), name, value) assert_lacks(name, "customer");
	json_decref(list);
	shell_close(&s);
}

static void tools__are_none_in_the_playground(void **state)
{
	struct shell s;

	(void)state;
	shell_open(&s);
	shell_run(&s, "", WORDS("tools", "--config", "CONFIG", "--environment", "playground"));
	assert_int_equal(s.code, 0);
	assert_string_equal(s.out, "{\n  \"tools\": []\n}\n");
	shell_close(&s);
}

static void check__counts_and_warns(void **state)
{
	struct shell s;

	(void)state;
	shell_open(&s);
	shell_run(&s, "", WORDS("check", "--config", "CONFIG"));
	assert_int_equal(s.code, 0);
	assert_holds(s.out, "5 actions, 4 plans, 1 warnings");
	assert_holds(s.err, "warning: audit_off: $.audit");
	shell_close(&s);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(help__is_for_the_asking),
		cmocka_unit_test(call__prints_what_the_customer_reads),
		cmocka_unit_test(call__takes_a_hash_that_hash_printed),
		cmocka_unit_test(call__reads_inputs_from_standard_input),
		cmocka_unit_test(call__proposes_then_confirms),
		cmocka_unit_test(call__yes_does_both),
		cmocka_unit_test(call__keeps_the_cause_from_the_customer),
		cmocka_unit_test(tools__in_four_notations),
		cmocka_unit_test(tools__have_no_way_to_name_a_customer),
		cmocka_unit_test(tools__are_none_in_the_playground),
		cmocka_unit_test(check__counts_and_warns),
	};
	struct CMUnitTest *usages =
		tests_of_rows(usage_rows, COUNT_OF(usage_rows), sizeof(usage_rows[0]), usage_row_test);
	int failed = cmocka_run_group_tests_name("cli", single, NULL, NULL);

	failed += _cmocka_run_group_tests("cli_usage", usages, COUNT_OF(usage_rows), NULL, NULL);
	free(usages);
	return failed;
}
