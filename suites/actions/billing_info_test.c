/* SPDX-License-Identifier: MIT */
#include "suites/actions/company.h"

/* Change Billing Information: what is taken, what is refused, and the reading back. */

static const struct billing_row {
	const char *name, *inputs;
	enum problem_code code;
	const char *says; /* of the proposal, or the refusal */
} billing_rows[] = {
	{ "billing__email_masks_the_old_one", "{\"email\":\"new@example.org\"}", PROBLEM_NEEDS_CONFIRMATION,
		"- e-mail: new@example.org (instead of a***@e***.com)." },
	{ "billing__phone_is_made_plain", "{\"phone\":\"+44 (20) 7946-0958\"}", PROBLEM_NEEDS_CONFIRMATION,
		"- phone: +442079460958 (instead of none)" },
	{ "billing__address_is_merged", "{\"address\":{\"line1\":\"2 High St\"}}", PROBLEM_NEEDS_CONFIRMATION,
		"- address: 2 High St, London, N1 9GU, GB" },
	{ "billing__country_in_small_letters",
		"{\"address\":{\"line1\":\"1 Rue X\",\"city\":\"Paris\",\"postal_code\":\"75001\",\"country\":\"fr\"}}",
		PROBLEM_NEEDS_CONFIRMATION, "1 Rue X, Paris, 75001, FR" },
	{ "billing__same_as_before", "{\"email\":\"ada@example.com\",\"address\":{\"city\":\"London\",\"line2\":\"\"}}",
		PROBLEM_NONE, "nothing to change" },
	{ "billing__nothing_given", "{}", PROBLEM_ARGUMENTS_INVALID, "What would you like to change" },
	{ "billing__name_is_not_allowed", "{\"name\":\"Eve\",\"email\":\"new@example.org\"}", PROBLEM_FIELD_NOT_ALLOWED,
		"not able" },
	{ "billing__no_street", "{\"address\":{\"line1\":\"\"}}", PROBLEM_BILLING_ADDRESS_INVALID, "address" },
	{ "billing__country_in_words", "{\"address\":{\"country\":\"GBR\"}}", PROBLEM_ARGUMENTS_INVALID, "" },
	{ "billing__country_of_no_map", "{\"address\":{\"country\":\"QQ\"}}", PROBLEM_BILLING_ADDRESS_INVALID,
		"address" },
	{ "billing__no_place", "{\"address\":{\"city\":\"\",\"postal_code\":\"\"}}", PROBLEM_BILLING_ADDRESS_INVALID,
		"address" },
	{ "billing__email_without_at", "{\"email\":\"nobody\"}", PROBLEM_EMAIL_INVALID, "e-mail" },
	{ "billing__email_without_dot", "{\"email\":\"a@localhost\"}", PROBLEM_EMAIL_INVALID, "e-mail" },
	{ "billing__email_with_two_ats", "{\"email\":\"a@b@c.de\"}", PROBLEM_EMAIL_INVALID, "e-mail" },
	{ "billing__email_with_a_blank", "{\"email\":\"a b@c.de\"}", PROBLEM_EMAIL_INVALID, "e-mail" },
	{ "billing__email_with_hyphen_at_the_edge", "{\"email\":\"a@-c.de\"}", PROBLEM_EMAIL_INVALID, "e-mail" },
	{ "billing__phone_without_country", "{\"phone\":\"020 7946 0958\"}", PROBLEM_PHONE_INVALID, "phone" },
	{ "billing__phone_too_short", "{\"phone\":\"+44 20\"}", PROBLEM_PHONE_INVALID, "phone" },
	{ "billing__phone_too_long", "{\"phone\":\"+4420794609581234567\"}", PROBLEM_PHONE_INVALID, "phone" },
	{ "billing__phone_with_letters", "{\"phone\":\"+44 CALL ME NOW\"}", PROBLEM_PHONE_INVALID, "phone" },
};

static void billing_row_test(void **state)
{
	const struct billing_row *row = *state;
	struct company c;

	company_open(&c, COMPANY_CONFIG);
	company_run(&c, "ada", "billing", row->inputs, NULL);
	assert_code(&c.result.problem, row->code);
	assert_holds(company_message(&c), row->says);
	assert_lacks(company_message(&c), "ada@example.com");
	assert_null(script_asked(&c.script, "POST"));
	company_close(&c);
}

static void billing__sends_the_whole_address_and_reads_back(void **state)
{
	static const char after[] = "{\"id\":\"cus_ada\",\"email\":\"ada@example.com\",\"address\":{\"line1\":\"2 High "
				    "St\",\"line2\":null,\"city\":"
				    "\"London\",\"state\":null,\"postal_code\":\"N1 9GU\",\"country\":\"GB\"}}";
	const char *inputs = "{\"address\":{\"line1\":\"2 High St\"}}";
	struct company c;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	script_reply(&c.script, (struct reply) { .method = "POST", .path = "/v1/customers/cus_ada", .body = after });
	script_first(&c.script, (struct reply) { .method = "GET", .path = "/v1/customers/cus_ada", .body = after });
	script_first(&c.script,
		(struct reply) { .method = "GET", .path = "/v1/customers/cus_ada", .body = ADA_CUSTOMER, .times = 2 });
	company_confirm(&c, "ada", "billing", inputs);
	assert_status(&c, ENVELOPE_OK);
	assert_string_equal(
		company_message(&c), "Done. Your billing details now say:\n- address: 2 High St, London, N1 9GU, GB");
	assert_non_null(
		script_asked(&c.script, "POST /v1/customers/cus_ada address[line1]=2%20High%20St&address[line2]=&"
					"address[city]=London&address[state]=&address[postal_code]=N1%209GU&"
					"address[country]=GB act_"));
	company_close(&c);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(billing__sends_the_whole_address_and_reads_back),
	};
	struct CMUnitTest *billings =
		tests_of_rows(billing_rows, COUNT_OF(billing_rows), sizeof(billing_rows[0]), billing_row_test);
	int failed = cmocka_run_group_tests_name("billing_info", single, NULL, NULL);

	failed += _cmocka_run_group_tests("billing_info_billing", billings, COUNT_OF(billing_rows), NULL, NULL);
	free(billings);
	return failed;
}
