/* SPDX-License-Identifier: MIT */
#include "suites/actions/company.h"

#include <unistd.h>

/* The line every run takes: where it ends for whom, what a confirmation is worth, and what is written down about it. */

static const struct stop_row {
	const char *name, *user, *action, *inputs, *environment;
	enum problem_code code;
	enum envelope_status status;
	const char *stage, *public_code;
} stop_rows[] = {
	{ "stop__unknown_action", "ada", "refund", "{}", NULL, PROBLEM_ACTION_NOT_FOUND, ENVELOPE_REFUSED, "find",
		"action_not_found" },
	{ "stop__name_in_another_case", "ada", "Get_Invoices", "{}", NULL, PROBLEM_ACTION_NOT_FOUND, ENVELOPE_REFUSED,
		"find", "action_not_found" },
	{ "stop__disabled", "ada", "sleeping", "{}", NULL, PROBLEM_ACTION_DISABLED, ENVELOPE_REFUSED, "allow",
		"action_disabled" },
	{ "stop__playground", "ada", "get_invoices", "{}", "playground", PROBLEM_ENVIRONMENT_UNSUPPORTED,
		ENVELOPE_REFUSED, "allow", "environment_unsupported" },
	{ "stop__preview", "ada", "get_invoices", "{}", "preview", PROBLEM_ENVIRONMENT_UNSUPPORTED, ENVELOPE_REFUSED,
		"allow", "environment_unsupported" },
	{ "stop__compare", "ada", "get_invoices", "{}", "compare", PROBLEM_ENVIRONMENT_UNSUPPORTED, ENVELOPE_REFUSED,
		"allow", "environment_unsupported" },
	{ "stop__environment_of_no_name", "ada", "get_invoices", "{}", "moon", PROBLEM_ENVIRONMENT_UNSUPPORTED,
		ENVELOPE_REFUSED, "allow", "environment_unsupported" },
	{ "stop__nobody_signed_in", NULL, "get_invoices", "{}", NULL, PROBLEM_IDENTITY_REQUIRED,
		ENVELOPE_NEEDS_VERIFICATION, "identify", "identity_required" },
	{ "stop__no_contact", "eve", "get_invoices", "{}", NULL, PROBLEM_CONTACT_NOT_FOUND, ENVELOPE_REFUSED, "contact",
		"billing_not_linked" },
	{ "stop__contact_in_another_case", "Ada", "get_invoices", "{}", NULL, PROBLEM_CONTACT_NOT_FOUND,
		ENVELOPE_REFUSED, "contact", "billing_not_linked" },
	{ "stop__contact_without_account", "bare", "get_invoices", "{}", NULL, PROBLEM_CONTACT_STRIPE_ACCOUNT_MISSING,
		ENVELOPE_REFUSED, "contact", "billing_not_linked" },
	{ "stop__several_accounts", "teams", "get_invoices", "{}", NULL, PROBLEM_ACCOUNT_CHOICE, ENVELOPE_NEEDS_CHOICE,
		"contact", "account_choice" },
	{ "stop__account_of_somebody_else", "ada", "get_invoices", "{\"account\":\"Team 2\"}", NULL,
		PROBLEM_ACCOUNT_CHOICE, ENVELOPE_NEEDS_CHOICE, "contact", "account_choice" },
	{ "stop__not_json", "ada", "get_invoices", "{\"limit\":", NULL, PROBLEM_ARGUMENTS_INVALID, ENVELOPE_REFUSED,
		"inputs", "arguments_invalid" },
	{ "stop__not_an_object", "ada", "get_invoices", "[]", NULL, PROBLEM_ARGUMENTS_INVALID, ENVELOPE_REFUSED,
		"inputs", "arguments_invalid" },
	{ "stop__repeated_key", "ada", "get_invoices", "{\"limit\":1,\"limit\":2}", NULL, PROBLEM_ARGUMENTS_INVALID,
		ENVELOPE_REFUSED, "inputs", "arguments_invalid" },
	{ "stop__customer_is_no_input", "ada", "get_invoices", "{\"customer\":\"cus_bob\"}", NULL,
		PROBLEM_ARGUMENTS_INVALID, ENVELOPE_REFUSED, "inputs", "arguments_invalid" },
	{ "stop__limit_out_of_range", "ada", "get_invoices", "{\"limit\":21}", NULL, PROBLEM_ARGUMENTS_INVALID,
		ENVELOPE_REFUSED, "inputs", "arguments_invalid" },
	{ "stop__operation_of_no_name", "ada", "manage", "{\"operation\":\"refund\"}", NULL, PROBLEM_ARGUMENTS_INVALID,
		ENVELOPE_REFUSED, "inputs", "arguments_invalid" },
	{ "stop__operation_missing", "ada", "manage", "{}", NULL, PROBLEM_ARGUMENTS_INVALID, ENVELOPE_REFUSED, "inputs",
		"arguments_invalid" },
	{ "stop__comment_with_direction_override", "ada", "manage",
		"{\"operation\":\"cancel\",\"comment\":\"ok \xE2\x80\xAE txt\"}", NULL, PROBLEM_ARGUMENTS_INVALID,
		ENVELOPE_REFUSED, "inputs", "arguments_invalid" },
	{ "stop__field_nobody_may_change", "ada", "billing", "{\"tax_exempt\":\"exempt\"}", NULL,
		PROBLEM_FIELD_NOT_ALLOWED, ENVELOPE_REFUSED, "inputs", "field_not_allowed" },
	{ "stop__field_not_in_the_list", "ada", "billing", "{\"name\":\"Eve\"}", NULL, PROBLEM_FIELD_NOT_ALLOWED,
		ENVELOPE_REFUSED, "plan", "field_not_allowed" },
};

static void stop_row_test(void **state)
{
	const struct stop_row *row = *state;
	struct run_call call = { .action = row->action,
		.inputs = row->inputs,
		.inputs_length = strlen(row->inputs),
		.environment = row->environment };
	struct company c;
	char hash[65];
	json_t *envelope;

	company_open(&c, COMPANY_CONFIG);
	if (row->user) {
		identity_hash(c.agent->config, row->user, hash);
		call.evidence = (struct evidence) { .user_id = row->user, .user_hash = hash };
	}
	run_action(c.agent, &call, &c.result);
	assert_code(&c.result.problem, row->code);
	assert_status(&c, row->status);
	assert_string_equal(c.result.stage, row->stage);
	envelope = envelope_json(&c.result.envelope, &c.result.problem);
	assert_string_equal(js_text_at(envelope, "error.code"), row->public_code);
	json_decref(envelope);
	if (strcmp(row->stage, "plan") != 0)
		assert_int_equal(c.script.n_log, 0); /* Stripe was never asked */
	company_close(&c);
}

static const struct customer_row {
	const char *name;
	struct reply reply;
	enum problem_code code;
} customer_rows[] = {
	{ "customer__unknown",
		{ .status = 404,
			.body = "{\"error\":{\"code\":\"resource_missing\",\"message\":\"No such customer: "
				"'cus_ada'\"}}" },
		PROBLEM_STRIPE_CUSTOMER_NOT_FOUND },
	{ "customer__deleted", { .body = "{\"id\":\"cus_ada\",\"object\":\"customer\",\"deleted\":true}" },
		PROBLEM_STRIPE_CUSTOMER_DELETED },
	{ "customer__of_the_other_mode",
		{ .status = 404,
			.body = "{\"error\":{\"code\":\"resource_missing\",\"message\":\"No such customer; a similar "
				"object exists "
				"in live mode\"}}" },
		PROBLEM_STRIPE_CUSTOMER_WRONG_MODE },
	{ "customer__key_expired",
		{ .status = 401, .body = "{\"error\":{\"code\":\"api_key_expired\",\"message\":\"m\"}}" },
		PROBLEM_STRIPE_KEY_EXPIRED },
	{ "customer__key_wrong", { .status = 401, .body = "{\"error\":{\"message\":\"m\"}}" },
		PROBLEM_STRIPE_KEY_INVALID },
	{ "customer__not_permitted", { .status = 403, .body = "{\"error\":{\"message\":\"rak_customer_read\"}}" },
		PROBLEM_STRIPE_PERMISSION_DENIED },
	{ "customer__unreachable", { .fate = FATE_NOT_SENT }, PROBLEM_STRIPE_UNREACHABLE },
	{ "customer__too_slow", { .fate = FATE_TIMEOUT }, PROBLEM_STRIPE_TIMEOUT },
};

static void customer_row_test(void **state)
{
	const struct customer_row *row = *state;
	struct reply reply = row->reply;
	struct company c;

	company_open(&c, COMPANY_CONFIG);
	reply.method = "GET";
	reply.path = "/v1/customers/cus_ada";
	script_first(&c.script, reply);
	company_run(&c, "ada", "get_subscription", "{}", NULL);
	assert_code(&c.result.problem, row->code);
	assert_string_equal(c.result.stage, "customer");
	assert_lacks(company_message(&c), "cus_");
	company_close(&c);
}

#define CHANGE "{\"operation\":\"change_plan\",\"plan\":\"pro\"}"

static void changes(struct company *c)
{
	script_reply(&c->script,
		(struct reply) { .method = "POST", .path = "/v1/subscriptions/sub_ada", .body = ADA_ON_PRO });
	company_get(c, "/v1/subscriptions/sub_ada", ADA_ON_PRO);
	company_get(c, "/v1/invoices/in_1",
		"{\"id\":\"in_1\",\"customer\":\"cus_ada\",\"status\":\"paid\",\"number\":\"A-2\",\"amount_paid\":2000,"
		"\"currency\":\"usd\"}");
}

static void confirmation__nothing_is_changed_without_one(void **state)
{
	struct company c;
	char *confirmation;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	confirmation = company_propose(&c, "ada", "manage", CHANGE);
	assert_holds(confirmation, "cnf_");
	assert_holds(company_message(&c), "Shall I go ahead?");
	assert_null(script_asked(&c.script, "POST /v1/subscriptions"));
	free(confirmation);
	company_close(&c);
}

static const struct confirm_row {
	const char *name, *user, *action, *inputs;
	int64_t later; /* seconds between proposal and confirmation */
	enum problem_code code;
} confirm_rows[] = {
	{ "confirm__good", "ada", "manage", CHANGE, 0, PROBLEM_NONE },
	{ "confirm__keys_in_another_order", "ada", "manage",
		"{\"plan\":\"pro\",\"operation\":\"change_plan\",\"when\":null}", 0, PROBLEM_NONE },
	{ "confirm__in_the_last_second", "ada", "manage", CHANGE, 900, PROBLEM_NONE },
	{ "confirm__expired", "ada", "manage", CHANGE, 901, PROBLEM_PROPOSAL_EXPIRED },
	{ "confirm__by_somebody_else", "bob", "manage", CHANGE, 0, PROBLEM_PROPOSAL_MISMATCH },
	{ "confirm__other_arguments", "ada", "manage",
		"{\"operation\":\"change_plan\",\"plan\":\"pro\",\"interval\":\"year\"}", 0,
		PROBLEM_PROPOSAL_MISMATCH },
	{ "confirm__other_operation", "ada", "manage", "{\"operation\":\"cancel\",\"when\":\"immediately\"}", 0,
		PROBLEM_PROPOSAL_MISMATCH },
	{ "confirm__other_action", "ada", "billing", "{\"email\":\"eve@example.com\"}", 0, PROBLEM_PROPOSAL_MISMATCH },
};

static void confirm_row_test(void **state)
{
	const struct confirm_row *row = *state;
	struct company c;
	char *confirmation;

	company_open(&c, COMPANY_CONFIG);
	changes(&c);
	confirmation = company_propose(&c, "ada", "manage", CHANGE);
	c.script.now += row->later;
	company_run(&c, row->user, row->action, row->inputs, confirmation);
	assert_code(&c.result.problem, row->code);
	assert_int_equal(script_count(&c.script, "POST /v1/subscriptions/sub_ada"), row->code == PROBLEM_NONE);
	free(confirmation);
	company_close(&c);
}

static void confirmation__works_once(void **state)
{
	struct company c;
	char *confirmation;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	changes(&c);
	confirmation = company_propose(&c, "ada", "manage", CHANGE);
	company_run(&c, "ada", "manage", CHANGE, confirmation);
	assert_status(&c, ENVELOPE_OK);
	company_run(&c, "ada", "manage", CHANGE, confirmation);
	assert_code(&c.result.problem, PROBLEM_PROPOSAL_CONSUMED);
	assert_int_equal(script_count(&c.script, "POST /v1/subscriptions/sub_ada"), 1);
	free(confirmation);
	company_close(&c);
}

static void confirmation__cannot_be_altered(void **state)
{
	struct company c;
	char *confirmation;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	confirmation = company_propose(&c, "ada", "manage", CHANGE);
	for (size_t i = 0; confirmation[i]; i++) {
		char kept = confirmation[i];

		confirmation[i] = kept == '1' ? '2' : '1';
		company_run(&c, "ada", "manage", CHANGE, confirmation);
		assert_true(c.result.problem.code == PROBLEM_PROPOSAL_MISMATCH ||
			    c.result.problem.code == PROBLEM_PROPOSAL_STALE); /* the last part seals the state */
		confirmation[i] = kept;
	}
	company_run(&c, "ada", "manage", CHANGE, "cnf_");
	assert_code(&c.result.problem, PROBLEM_PROPOSAL_MISMATCH);
	assert_null(script_asked(&c.script, "POST /v1/subscriptions"));
	free(confirmation);
	company_close(&c);
}

static void confirmation__is_stale_when_the_amount_moved(void **state)
{
	struct company c;
	char *confirmation;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	confirmation = company_propose(&c, "ada", "manage", CHANGE);
	script_first(&c.script, (struct reply) { .method = "POST",
					.path = "/v1/invoices/create_preview",
					.body = "{\"amount_due\":2001,\"lines\":{\"data\":[]}}" });
	company_run(&c, "ada", "manage", CHANGE, confirmation);
	assert_code(&c.result.problem, PROBLEM_PROPOSAL_STALE);
	assert_null(script_asked(&c.script, "POST /v1/subscriptions"));
	free(confirmation);
	company_close(&c);
}

static void confirmation__survives_a_restart(void **state)
{
	struct company c, again;
	char *confirmation;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	confirmation = company_propose(&c, "ada", "manage", CHANGE);
	company_open(&again, COMPANY_CONFIG);
	changes(&again);
	company_run(&again, "ada", "manage", CHANGE, confirmation);
	assert_status(&again, ENVELOPE_OK);
	free(confirmation);
	company_close(&again);
	company_close(&c);
}

/* Two proposals never share a key, the same one always does: so that a retry cannot pay twice, and a new wish can. */
static void idempotency__one_key_for_one_proposal(void **state)
{
	struct company c;
	char *first, *second;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	changes(&c);
	script_first(&c.script,
		(struct reply) {
			.method = "POST", .path = "/v1/subscriptions/sub_ada", .times = 3, .fate = FATE_NOT_SENT });
	first = company_propose(&c, "ada", "manage", CHANGE);
	company_run(&c, "ada", "manage", CHANGE, first);
	assert_code(&c.result.problem, PROBLEM_STRIPE_UNREACHABLE);
	company_run(&c, "ada", "manage", CHANGE, first); /* nothing was settled: the consent still stands */
	assert_status(&c, ENVELOPE_OK);
	assert_int_equal(script_count(&c.script, "POST /v1/subscriptions/sub_ada"), 4);
	second = mem_copy_text(strrchr(script_asked(&c.script, "POST /v1/subscriptions/sub_ada"), ' '));
	for (size_t i = 0; i < c.script.n_log; i++)
		if (!strncmp(c.script.log[i], "POST /v1/subscriptions/sub_ada", 30))
			assert_string_equal(strrchr(c.script.log[i], ' '), second);
	free(first);
	c.script.now++;
	first = company_propose(&c, "ada", "manage", CHANGE);
	company_run(&c, "ada", "manage", CHANGE, first);
	assert_string_not_equal(strrchr(script_asked(&c.script, "POST /v1/subscriptions/sub_ada"), ' '), second);
	free(first);
	free(second);
	company_close(&c);
}

static const struct fault_row {
	const char *name;
	struct reply write; /* what the write meets, for ever */
	const char *after;  /* the subscription as it is read afterwards */
	enum problem_code code;
	const char *warning; /* for the operator; NULL: none */
} fault_rows[] = {
	{ "fault__timeout_after_it_took_effect", { .fate = FATE_TIMEOUT }, ADA_ON_PRO, PROBLEM_NONE,
		"outcome_recovered" },
	{ "fault__lost_after_it_took_effect", { .fate = FATE_LOST }, ADA_ON_PRO, PROBLEM_NONE, "outcome_recovered" },
	{ "fault__500_after_it_took_effect", { .status = 500 }, ADA_ON_PRO, PROBLEM_NONE, "outcome_recovered" },
	{ "fault__cut_answer_after_it_took_effect", { .body = "{\"id\":" }, ADA_ON_PRO, PROBLEM_NONE,
		"outcome_recovered" },
	{ "fault__timeout_before", { .fate = FATE_TIMEOUT }, ADA_SUBSCRIPTION, PROBLEM_OUTCOME_UNKNOWN, NULL },
	{ "fault__lost_before", { .fate = FATE_LOST }, ADA_SUBSCRIPTION, PROBLEM_OUTCOME_UNKNOWN, NULL },
	{ "fault__500_before", { .status = 500 }, ADA_SUBSCRIPTION, PROBLEM_STRIPE_SERVER_ERROR, NULL },
	{ "fault__refused_connection", { .fate = FATE_NOT_SENT }, ADA_SUBSCRIPTION, PROBLEM_STRIPE_UNREACHABLE, NULL },
	{ "fault__rate_limit", { .status = 429, .body = "{\"error\":{\"code\":\"rate_limit\",\"message\":\"m\"}}" },
		ADA_SUBSCRIPTION, PROBLEM_STRIPE_RATE_LIMITED, NULL },
	{ "fault__lock", { .status = 429, .body = "{\"error\":{\"code\":\"lock_timeout\",\"message\":\"m\"}}" },
		ADA_SUBSCRIPTION, PROBLEM_STRIPE_BUSY, NULL },
	{ "fault__declined", { .status = 402, .body = "{\"error\":{\"code\":\"card_declined\",\"message\":\"m\"}}" },
		ADA_SUBSCRIPTION, PROBLEM_PAYMENT_DECLINED, NULL },
	{ "fault__accepted_but_not_done", { .body = ADA_SUBSCRIPTION }, ADA_SUBSCRIPTION, PROBLEM_OUTCOME_UNKNOWN,
		NULL },
};

static void fault_row_test(void **state)
{
	const struct fault_row *row = *state;
	struct reply write = row->write;
	struct company c;

	company_open(&c, COMPANY_CONFIG);
	write.method = "POST";
	write.path = "/v1/subscriptions/sub_ada";
	script_first(&c.script, write);
	company_get(&c, "/v1/subscriptions/sub_ada", row->after);
	company_get(&c, "/v1/invoices/in_1", "{\"id\":\"in_1\",\"customer\":\"cus_ada\",\"status\":\"paid\"}");
	company_confirm(&c, "ada", "manage", CHANGE);
	assert_code(&c.result.problem, row->code);
	if (row->warning)
		assert_string_equal(json_string_value(json_array_get(c.result.envelope.warnings, 0)), row->warning);
	company_close(&c);
}

static void record__tells_runs_but_no_secrets(void **state)
{
	char file[] = "/tmp/actions_audit_XXXXXX";
	int fd = mkstemp(file);
	char *config =
		mem_format("%.*s,\"audit\":{\"file\":\"%s\"}}", (int)strlen(COMPANY_CONFIG) - 1, COMPANY_CONFIG, file);
	char content[8192] = "";
	struct company c;
	FILE *in;
	size_t length;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	company_open(&c, config);
	script_reply(&c.script, (struct reply) { .method = "POST", .path = "/v1/customers/cus_ada", .body = "{}" });
	script_first(&c.script,
		(struct reply) { .method = "GET", .path = "/v1/customers/cus_ada", .body = ADA_CUSTOMER, .times = 2 });
	script_first(&c.script, (struct reply) { .method = "GET", .path = "/v1/customers/cus_nobody" });
	company_confirm(&c, "ada", "billing", "{\"email\":\"secret.person@example.com\"}");
	company_run(&c, NULL, "get_invoices", "{}", NULL);
	company_close(&c);
	in = fopen(file, "r");
	assert_non_null(in);
	length = fread(content, 1, sizeof(content) - 1, in);
	fclose(in);
	unlink(file);
	assert_true(length > 0);
	assert_holds(content, "\"phase\":\"intent\"");
	assert_holds(content, "\"phase\":\"outcome\"");
	assert_holds(content, "\"code\":\"identity_required\"");
	assert_holds(content, "\"code\":\"needs_confirmation\"");
	assert_holds(content, "\"idempotency_key\":\"act_");
	assert_holds(content, "\"email\":\"***\"");
	assert_lacks(content, "secret.person");
	assert_lacks(content, KEY);
	assert_lacks(content, "sk_test_suite");
	assert_lacks(content, "\"ada\"");
	free(config);
}

/* A change that cannot be recorded is not made. */
static void record__no_change_without_one(void **state)
{
	char *config =
		mem_format("%.*s,\"audit\":{\"file\":\"/dev/full\"}}", (int)strlen(COMPANY_CONFIG) - 1, COMPANY_CONFIG);
	struct company c;

	(void)state;
	company_open(&c, config);
	changes(&c);
	company_confirm(&c, "ada", "manage", CHANGE);
	assert_code(&c.result.problem, PROBLEM_AUDIT_UNAVAILABLE);
	assert_null(script_asked(&c.script, "POST /v1/subscriptions"));
	company_close(&c);
	free(config);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(confirmation__nothing_is_changed_without_one),
		cmocka_unit_test(confirmation__works_once),
		cmocka_unit_test(confirmation__cannot_be_altered),
		cmocka_unit_test(confirmation__is_stale_when_the_amount_moved),
		cmocka_unit_test(confirmation__survives_a_restart),
		cmocka_unit_test(idempotency__one_key_for_one_proposal),
		cmocka_unit_test(record__tells_runs_but_no_secrets),
		cmocka_unit_test(record__no_change_without_one),
	};
	struct CMUnitTest *stops = tests_of_rows(stop_rows, COUNT_OF(stop_rows), sizeof(stop_rows[0]), stop_row_test);
	struct CMUnitTest *customers =
		tests_of_rows(customer_rows, COUNT_OF(customer_rows), sizeof(customer_rows[0]), customer_row_test);
	struct CMUnitTest *confirms =
		tests_of_rows(confirm_rows, COUNT_OF(confirm_rows), sizeof(confirm_rows[0]), confirm_row_test);
	struct CMUnitTest *faults =
		tests_of_rows(fault_rows, COUNT_OF(fault_rows), sizeof(fault_rows[0]), fault_row_test);
	int failed = cmocka_run_group_tests_name("run", single, NULL, NULL);

	failed += _cmocka_run_group_tests("run_stop", stops, COUNT_OF(stop_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("run_customer", customers, COUNT_OF(customer_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("run_confirm", confirms, COUNT_OF(confirm_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("run_fault", faults, COUNT_OF(fault_rows), NULL, NULL);
	free(stops);
	free(customers);
	free(confirms);
	free(faults);
	return failed;
}
