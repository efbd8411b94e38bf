/* SPDX-License-Identifier: MIT */
#include "suites/actions/live.h"
#include "suites/actions/swap.h"

#include <unistd.h>

/*
 * Two customers, ada and mary, and every id of the one in the hands of the other: what comes back, to the customer, to
 * the operator and into the audit record, is what an id that does not exist gets, and it takes the same requests.
 */
/* What one call gave, and what it took. */
struct outcome {
	char *json, *diagnostic, *trail;
};

/* The request id differs from call to call, and is the operator's alone. */
static struct outcome outcome_take(struct live *l, const struct swap_row *row, const char *id)
{
	char *whole = swap_inputs(row, id);
	size_t before = swap_asked(l->house->ms);
	struct outcome out;

	live_run(l, "ada", row->action, whole, NULL);
	assert_string_equal(l->result.status, row->status);
	json_object_del(l->diagnostic, "request_id");
	out.json = json_dumps(l->json, JSON_SORT_KEYS);
	out.diagnostic = json_dumps(l->diagnostic, JSON_SORT_KEYS);
	out.trail = swap_trail_of(l->house->ms, before);
	free(whole);
	return out;
}

static void swap_test(void **state)
{
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
	assert_string_equal(foreign.trail, missing.trail);
	for (size_t i = 0; i < COUNT_OF(swap_hers); i++) {
		assert_lacks(foreign.json, swap_hers[i]);
		assert_lacks(foreign.diagnostic, swap_hers[i]);
		if (strlen(swap_hers[i]) > 4) /* digits that short may stand in a hash as well */
			assert_lacks(record, swap_hers[i]);
	}
	free(foreign.json);
	free(foreign.diagnostic);
	free(missing.json);
	free(missing.diagnostic);
	free(foreign.trail);
	free(missing.trail);
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
	struct CMUnitTest *swaps = tests_of_rows(swap_rows, COUNT_OF(swap_rows), sizeof(swap_rows[0]), swap_test);
	int failed = _cmocka_run_group_tests("live_swap_rows", swaps, COUNT_OF(swap_rows), NULL, NULL);

	failed += cmocka_run_group_tests_name("live_swap", single, NULL, NULL);
	free(swaps);
	return failed;
}
