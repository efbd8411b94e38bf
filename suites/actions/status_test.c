/* SPDX-License-Identifier: MIT */
#include "suites/actions/company.h"

/*
 * Every status of a subscription with every operation. The columns are what each comes to: P a proposal, O an answer
 * that changes nothing, S refused for the status, N there is no subscription that it could apply to, E refused because
 * the offer does not fit, U refused because there is nothing to take back.
 */
#define OPERATIONS 8

static const char *const operations[OPERATIONS] = {
	"{\"operation\":\"list_plans\"}",
	"{\"operation\":\"preview_change\",\"plan\":\"pro\"}",
	"{\"operation\":\"change_plan\",\"plan\":\"pro\"}",
	"{\"operation\":\"cancel\",\"when\":\"at_period_end\"}",
	"{\"operation\":\"cancel\",\"when\":\"immediately\"}",
	"{\"operation\":\"undo_cancel\",\"subscription\":\"sub_1\"}",
	"{\"operation\":\"undo_downgrade\",\"subscription\":\"sub_1\"}",
	"{\"operation\":\"accept_offer\",\"offer\":\"half\"}",
};

static const struct status_row {
	const char *status;
	const char *outcomes; /* a letter for each operation, in their order */
} statuses[] = {
	{ "active", "OOPPPOOP" },
	{ "trialing", "OOPPPOOP" },
	{ "past_due", "OSSPPOOE" },
	{ "unpaid", "OSSPPOOE" },
	{ "incomplete", "OSSSPOOE" },
	{ "paused", "OSSPPOOE" },
	{ "incomplete_expired", "ONNNNUON" },
	{ "canceled", "ONNNNUON" },
};

#define OFFER                                                                                                          \
	",\"retention\":{\"offers\":[{\"key\":\"half\",\"kind\":\"coupon\",\"coupon\":\"HALF\",\"label\":\"half\"}]}"

static char outcome_of(const struct company *c)
{
	switch (c->result.problem.code) {
	case PROBLEM_NONE:
		return 'O';
	case PROBLEM_NEEDS_CONFIRMATION:
		return 'P';
	case PROBLEM_STATUS_BLOCKS_CHANGE:
		return 'S';
	case PROBLEM_NO_SUBSCRIPTIONS:
		return 'N';
	case PROBLEM_OFFER_NOT_ELIGIBLE:
		return 'E';
	case PROBLEM_UNDO_NOT_OFFERED:
		return 'U';
	default:
		print_error("%s: %s\n", problem_row(c->result.problem.code)->name, c->result.problem.detail);
		return '?';
	}
}

struct cell {
	const char *name;
	const struct status_row *row;
	size_t operation;
};

static void cell_test(void **state)
{
	const struct cell *cell = *state;
	struct company c;
	char *list;

	company_open(&c, CONFIG_HEAD "," ACTION_ROWS "," PLANS "," POLICIES "," CONTACTS OFFER "}");
	list = mem_format("{\"object\":\"list\",\"has_more\":false,\"data\":[" SUBSCRIPTION("sub_ada", "%s",
				  ITEM(BASIC, "1"), ",\"trial_end\":1768953600,\"cancel_at_period_end\":false") "]}",
		cell->row->status);
	script_first(&c.script, (struct reply) { .method = "GET", .path = "/v1/subscriptions", .body = list });
	company_get(&c, "/v1/invoices", LIST(""));
	company_get(&c, "/v1/coupons/HALF", "{\"id\":\"HALF\",\"valid\":true,\"percent_off\":50}");
	company_run(&c, "ada", "manage", operations[cell->operation], NULL);
	assert_int_equal(outcome_of(&c), cell->row->outcomes[cell->operation]);
	assert_true(company_message(&c)[0]);
	free(list);
	company_close(&c);
}

/* The plan can be read in every status, and what is said names the state. */
static void info__every_status_is_told(void **state)
{
	struct company c;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		char *list = mem_format("{\"object\":\"list\",\"has_more\":false,\"data\":[" SUBSCRIPTION(
						"sub_ada", "%s", ITEM(BASIC, "1"), ",\"trial_end\":1768953600") "]}",
			statuses[i].status);

		company_open(&c, COMPANY_CONFIG);
		script_first(&c.script, (struct reply) { .method = "GET", .path = "/v1/subscriptions", .body = list });
		company_get(&c, "/v1/invoices", LIST(""));
		company_run(&c, "ada", "get_subscription", "{\"include_ended\":true}", NULL);
		assert_status(&c, ENVELOPE_OK);
		assert_string_equal(js_text_at(c.result.envelope.data, "subscriptions.0.status"), statuses[i].status);
		company_close(&c);
		free(list);
	}
}

int main(void)
{
	const struct CMUnitTest single[] = { cmocka_unit_test(info__every_status_is_told) };
	struct cell cells[COUNT_OF(statuses) * OPERATIONS];
	char *names[COUNT_OF(cells)];
	struct CMUnitTest *tests;
	int failed;

	for (size_t i = 0; i < COUNT_OF(cells); i++) {
		json_t *inputs = json_loads(operations[i % OPERATIONS], 0, NULL);

		cells[i].row = &statuses[i / OPERATIONS];
		cells[i].operation = i % OPERATIONS;
		names[i] = mem_format("status__%s__%s%s%s", cells[i].row->status, js_text(inputs, "operation"),
			js_text(inputs, "when") ? "_" : "", js_text(inputs, "when") ? js_text(inputs, "when") : "");
		cells[i].name = names[i];
		json_decref(inputs);
	}
	tests = tests_of_rows(cells, COUNT_OF(cells), sizeof(cells[0]), cell_test);
	failed = _cmocka_run_group_tests("status", tests, COUNT_OF(cells), NULL, NULL);
	failed += cmocka_run_group_tests_name("status_info", single, NULL, NULL);
	for (size_t i = 0; i < COUNT_OF(cells); i++)
		free(names[i]);
	free(tests);
	return failed;
}
