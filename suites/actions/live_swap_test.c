/* SPDX-License-Identifier: MIT */
#include "suites/actions/live.h"

#include <unistd.h>

/*
 * Two customers, ada and mary, and every id of the one in the hands of the other: what comes back, to the customer, to
 * the operator and into the audit record, is what an id that does not exist gets, and it takes the same requests.
 */
static const struct swap_row {
	const char *name, *action;
	const char *inputs; /* %s: the id */
	const char *foreign, *missing;
	const char *status;
} rows[] = {
	{ "swap__subscription_cancelled", MANAGE, "{\"operation\":\"cancel\",\"subscription\":\"%s\"}", "sub_mary",
		"sub_none", "refused" },
	{ "swap__subscription_cancelled_at_once", MANAGE,
		"{\"operation\":\"cancel\",\"when\":\"immediately\",\"subscription\":\"%s\"}", "sub_mary", "sub_none",
		"refused" },
	{ "swap__subscription_changed", MANAGE,
		"{\"operation\":\"change_plan\",\"plan\":\"fleet\",\"subscription\":\"%s\"}", "sub_mary", "sub_none",
		"refused" },
	{ "swap__subscription_previewed", MANAGE,
		"{\"operation\":\"preview_change\",\"plan\":\"fleet\",\"subscription\":\"%s\"}", "sub_mary", "sub_none",
		"refused" },
	{ "swap__cancellation_taken_back", MANAGE, "{\"operation\":\"undo_cancel\",\"subscription\":\"%s\"}",
		"sub_mary", "sub_none", "refused" },
	{ "swap__downgrade_taken_back", MANAGE, "{\"operation\":\"undo_downgrade\",\"subscription\":\"%s\"}",
		"sub_mary", "sub_none", "refused" },
	{ "swap__subscription_item", MANAGE, "{\"operation\":\"cancel\",\"subscription\":\"%s\"}", "si_mary", "si_none",
		"refused" },
	{ "swap__invoices_of_a_subscription", INVOICES, "{\"subscription\":\"%s\"}", "sub_mary", "sub_none",
		"refused" },
	{ "swap__invoice_as_cursor", INVOICES, "{\"cursor\":\"%s\"}", "in_mary_1", "in_none_1", "refused" },
	{ "swap__customer_as_account", INFO, "{\"account\":\"%s\"}", "cus_mary", "cus_none", "needs_choice" },
	{ "swap__customer_as_argument", INFO, "{\"customer\":\"%s\"}", "cus_mary", "cus_none", "refused" },
	{ "swap__customer_of_billing_details", BILLING, "{\"customer\":\"%s\",\"phone\":\"+35315550199\"}", "cus_mary",
		"cus_none", "refused" },
	{ "swap__contact_as_argument", BILLING, "{\"external_id\":\"%s\",\"phone\":\"+35315550199\"}", "mary", "none",
		"refused" },
};

/* What one call gave, and what it took. */
struct outcome {
	char *json, *diagnostic;
	size_t requests;
};

/* The request id differs from call to call, and is the operator's alone. */
static struct outcome outcome_take(struct live *l, const struct swap_row *row, const char *id)
{
	const char *at = strstr(row->inputs, "%s");
	char *whole = mem_format("%.*s%s%s", (int)(at - row->inputs), row->inputs, id, at + 2);
	size_t before = live_asked(l);
	struct outcome out;

	live_run(l, "ada", row->action, whole, NULL);
	assert_string_equal(l->result.status, row->status);
	json_object_del(l->diagnostic, "request_id");
	out.json = json_dumps(l->json, JSON_SORT_KEYS);
	out.diagnostic = json_dumps(l->diagnostic, JSON_SORT_KEYS);
	out.requests = live_asked(l) - before;
	free(whole);
	return out;
}

static void swap_test(void **state)
{
	static const char *const hers[] = { "mary@example.com", "Mary", "Creek Street", "sub_mary", "in_mary",
		"si_mary", "pm_mary", "cus_mary", "4444", "+442071838750" };
	const struct swap_row *row = *state;
	char *file = file_temporary(), *changes, *record;
	struct outcome foreign, missing;
	struct live l;

	changes = mem_format("{\"audit\":{\"file\":\"%s\"}}", file);
	live_open(&l, changes);
	foreign = outcome_take(&l, row, row->foreign);
	missing = outcome_take(&l, row, row->missing);
	record = file_read(file);
	assert_string_equal(foreign.json, missing.json);
	assert_string_equal(foreign.diagnostic, missing.diagnostic);
	assert_int_equal(foreign.requests, missing.requests);
	for (size_t i = 0; i < COUNT_OF(hers); i++) {
		assert_lacks(foreign.json, hers[i]);
		assert_lacks(foreign.diagnostic, hers[i]);
		assert_lacks(record, hers[i]);
	}
	free(foreign.json);
	free(foreign.diagnostic);
	free(missing.json);
	free(missing.diagnostic);
	free(record);
	free(changes);
	live_close(&l);
	unlink(file);
	free(file);
}

/* A confirmation and a cursor of mary's, in ada's hands, are as good as made up; mary's subscription stays. */
static void swap__confirmation_and_cursor(void **state)
{
	const char *confirmation, *cursor;
	struct live l;
	char *before, *after;

	(void)state;
	live_open(&l, NULL);
	confirmation = live_propose(&l, "mary", MANAGE, "{\"operation\":\"cancel\"}");
	live_run(&l, "mary", INVOICES, "{\"limit\":1}", NULL);
	cursor = text_of(l.house, "{\"cursor\":\"%s\"}", js_text(live_data(&l), "next_cursor"));
	before = live_state(&l);
	live_run(&l, "ada", MANAGE, "{\"operation\":\"cancel\"}", confirmation);
	assert_outcome(&l, "refused", "proposal_mismatch");
	live_run(&l, "ada", INVOICES, cursor, NULL);
	assert_outcome(&l, "refused", "arguments_invalid");
	after = live_state(&l);
	assert_string_equal(before, after);
	free(before);
	free(after);
	live_close(&l);
}

int main(void)
{
	const struct CMUnitTest single[] = { cmocka_unit_test(swap__confirmation_and_cursor) };
	struct CMUnitTest *swaps = tests_of_rows(rows, COUNT_OF(rows), sizeof(rows[0]), swap_test);
	int failed = _cmocka_run_group_tests("live_swap_rows", swaps, COUNT_OF(rows), NULL, NULL);

	failed += cmocka_run_group_tests_name("live_swap", single, NULL, NULL);
	free(swaps);
	return failed;
}
