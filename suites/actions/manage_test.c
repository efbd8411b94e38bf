/* SPDX-License-Identifier: MIT */
#include "suites/actions/company.h"

/* Manage Subscriptions: what it refuses, and every change from the proposal to the request. */

#define MANY(status) SUBSCRIPTION("sub_ada", status, ITEM(BASIC, "1"), "")
static const struct manage_row {
	const char *name, *subscriptions, *inputs;
	enum problem_code code; /* PROBLEM_NONE: an answer without a proposal */
	const char *says;
} manage_rows[] = {
	{ "manage__plans", LIST(ADA_SUBSCRIPTION), "{\"operation\":\"list_plans\"}", PROBLEM_NONE,
		"These plans are available:\n- Basic: 20.00 USD per month (your plan)\n- Pro: 50.00 USD per month or "
		"500.00 USD per "
		"year" },
	{ "manage__already_on_it", LIST(ADA_SUBSCRIPTION), "{\"operation\":\"change_plan\",\"plan\":\"basic\"}",
		PROBLEM_NONE, "You are on Basic (20.00 USD per month) already" },
	{ "manage__plan_of_no_name", LIST(ADA_SUBSCRIPTION), "{\"operation\":\"change_plan\",\"plan\":\"gold\"}",
		PROBLEM_PLAN_NOT_AVAILABLE, "That plan isn't available." },
	{ "manage__plan_by_price_id", LIST(ADA_SUBSCRIPTION), "{\"operation\":\"change_plan\",\"plan\":\"price_pro\"}",
		PROBLEM_PLAN_NOT_AVAILABLE, "That plan isn't available." },
	{ "manage__plan_retired", LIST(ADA_SUBSCRIPTION), "{\"operation\":\"change_plan\",\"plan\":\"old\"}",
		PROBLEM_PLAN_NOT_AVAILABLE, "That plan isn't available." },
	{ "manage__plan_in_another_currency", LIST(ADA_SUBSCRIPTION),
		"{\"operation\":\"change_plan\",\"plan\":\"euro\"}", PROBLEM_PLAN_CURRENCY_MISMATCH, "currency" },
	{ "manage__interval_not_offered", LIST(ADA_SUBSCRIPTION),
		"{\"operation\":\"change_plan\",\"plan\":\"pro\",\"interval\":\"week\"}",
		PROBLEM_PLAN_INTERVAL_UNAVAILABLE, "billing period" },
	{ "manage__nothing_wanted", LIST(ADA_SUBSCRIPTION), "{\"operation\":\"change_plan\"}",
		PROBLEM_ARGUMENTS_INVALID, "" },
	{ "manage__quantity_too_large", LIST(ADA_SUBSCRIPTION), "{\"operation\":\"change_plan\",\"quantity\":11}",
		PROBLEM_QUANTITY_OUT_OF_RANGE, "quantity" },
	{ "manage__quantity_fixed", LIST(ADA_SUBSCRIPTION),
		"{\"operation\":\"change_plan\",\"plan\":\"pro\",\"quantity\":2}", PROBLEM_QUANTITY_OUT_OF_RANGE,
		"quantity" },
	{ "manage__scheduled", LIST(SUBSCRIPTION("sub_1", "active", ITEM(BASIC, "1"), ",\"schedule\":\"sub_sched_1\"")),
		"{\"operation\":\"change_plan\",\"plan\":\"pro\"}", PROBLEM_SUBSCRIPTION_SCHEDULED,
		"A change to Pro on 21 January 2026 (UTC) is scheduled already." },
	{ "manage__pending_update", LIST(SUBSCRIPTION("sub_1", "active", ITEM(BASIC, "1"), ",\"pending_update\":{}")),
		"{\"operation\":\"change_plan\",\"plan\":\"pro\"}", PROBLEM_CHANGE_PENDING_PAYMENT, "waiting" },
	{ "manage__two_items", LIST(SUBSCRIPTION("sub_1", "active", ITEM(BASIC, "1") "," ITEM(PRO, "1"), "")),
		"{\"operation\":\"change_plan\",\"plan\":\"pro\"}", PROBLEM_SUBSCRIPTION_UNSUPPORTED_SHAPE, "special" },
	{ "manage__change_past_due", LIST(MANY("past_due")), "{\"operation\":\"change_plan\",\"plan\":\"pro\"}",
		PROBLEM_STATUS_BLOCKS_CHANGE, "pay it first" },
	{ "manage__change_unpaid", LIST(MANY("unpaid")), "{\"operation\":\"change_plan\",\"plan\":\"pro\"}",
		PROBLEM_STATUS_BLOCKS_CHANGE, "pay them first" },
	{ "manage__change_incomplete", LIST(MANY("incomplete")), "{\"operation\":\"change_plan\",\"plan\":\"pro\"}",
		PROBLEM_STATUS_BLOCKS_CHANGE, "first payment" },
	{ "manage__change_paused", LIST(MANY("paused")), "{\"operation\":\"change_plan\",\"plan\":\"pro\"}",
		PROBLEM_STATUS_BLOCKS_CHANGE, "payment method" },
	{ "manage__change_canceled", LIST(MANY("canceled")),
		"{\"operation\":\"change_plan\",\"plan\":\"pro\",\"subscription\":\"sub_1\"}",
		PROBLEM_STATUS_BLOCKS_CHANGE, "A new one is needed" },
	{ "manage__change_none", LIST(""), "{\"operation\":\"change_plan\",\"plan\":\"pro\"}", PROBLEM_NO_SUBSCRIPTIONS,
		"no subscription" },
	{ "manage__foreign_subscription", LIST(ADA_SUBSCRIPTION),
		"{\"operation\":\"cancel\",\"subscription\":\"sub_bob\"}", PROBLEM_RESOURCE_NOT_FOUND,
		"couldn't find" },
	{ "manage__which_one", LIST(MANY("active") "," MANY("trialing")), "{\"operation\":\"cancel\"}",
		PROBLEM_SUBSCRIPTION_CHOICE, "Which one" },
	{ "manage__cancel_incomplete_later", LIST(MANY("incomplete")),
		"{\"operation\":\"cancel\",\"when\":\"at_period_end\"}", PROBLEM_STATUS_BLOCKS_CHANGE,
		"first payment" },
	{ "manage__cancel_again", LIST(ADA_ENDING), "{\"operation\":\"cancel\"}", PROBLEM_NONE,
		"is set to end on 21 January 2026 (UTC) already" },
	{ "manage__cancel_ended", LIST(ADA_ENDED), "{\"operation\":\"cancel\",\"subscription\":\"sub_1\"}",
		PROBLEM_NONE, "ended on 1 January 2026 (UTC) already" },
	{ "manage__undo_nothing", LIST(ADA_SUBSCRIPTION), "{\"operation\":\"undo_cancel\"}", PROBLEM_NO_SUBSCRIPTIONS,
		"no subscription" },
	{ "manage__undo_ended", LIST(ADA_ENDED), "{\"operation\":\"undo_cancel\",\"subscription\":\"sub_1\"}",
		PROBLEM_UNDO_NOT_OFFERED, "" },
};

static void manage_row_test(void **state)
{
	const struct manage_row *row = *state;
	struct company c;

	company_open(&c, COMPANY_CONFIG);
	script_first(
		&c.script, (struct reply) { .method = "GET", .path = "/v1/subscriptions", .body = row->subscriptions });
	company_get(&c, "/v1/invoices", LIST(""));
	company_run(&c, "ada", "manage", row->inputs, NULL);
	assert_code(&c.result.problem, row->code);
	assert_holds(company_message(&c), row->says);
	assert_null(script_asked(&c.script, "POST"));
	assert_null(script_asked(&c.script, "DELETE"));
	company_close(&c);
}

/* ---- Manage Subscriptions: changes, from the proposal to the request ---- */

static const struct write_row {
	const char *name, *action, *inputs, *before; /* before: the subscription, NULL: ada's own */
	const char *proposes;			     /* part of the message                       */
	const char *method, *path, *params;	     /* the write                                */
	const char *after, *says;
} write_rows[] = {
	{ "write__upgrade", "manage", "{\"operation\":\"change_plan\",\"plan\":\"pro\"}", NULL,
		"Change from Basic (20.00 USD per month) to Pro (50.00 USD per month), effective at once. You get "
		"13.33 USD back for "
		"the unused time. The new plan costs 33.33 USD for the rest of the period. 20.00 USD is due now. It "
		"renews at the "
		"new price on 21 January 2026 (UTC).",
		"POST", "/v1/subscriptions/sub_ada",
		"items[0][id]=si_1&items[0][price]=price_pro&items[0][quantity]=1&proration_behavior=always_invoice&"
		"proration_date=1767225600&payment_behavior=error_if_incomplete",
		ADA_ON_PRO,
		"Done: you are on Pro now (50.00 USD per month). 20.00 USD was charged (invoice A-2). It renews on 21 "
		"January 2026 "
		"(UTC)." },
	{ "write__cancel_later", "manage",
		"{\"operation\":\"cancel\",\"reason\":\"too_expensive\",\"comment\":\"It costs\\ntoo much\"}", NULL,
		"Cancel Basic at the end of the paid period: it stays usable until 21 January 2026 (UTC) and won't "
		"renew.",
		"POST", "/v1/subscriptions/sub_ada",
		"cancel_at_period_end=true&cancellation_details[feedback]=too_expensive&cancellation_details[comment]="
		"It%20costs%"
		"0Atoo%20much",
		ADA_ENDING, "Done: Basic is cancelled. It stays usable until 21 January 2026 (UTC) and won't renew." },
	{ "write__cancel_now", "manage", "{\"operation\":\"cancel\",\"when\":\"immediately\"}", NULL,
		"Cancel Basic at once: it stops right away and can't be brought back. The rest of the paid period is "
		"not refunded.",
		"DELETE", "/v1/subscriptions/sub_ada", "", ADA_ENDED, "Done: Basic is cancelled and has ended." },
	{ "write__undo", "manage", "{\"operation\":\"undo_cancel\"}", ADA_ENDING,
		"Keep Basic: the cancellation is taken back and it renews on 21 January 2026 (UTC).", "POST",
		"/v1/subscriptions/sub_ada", "cancel_at_period_end=false", ADA_SUBSCRIPTION,
		"Done: Basic goes on and renews on 21 January 2026 (UTC)." },
};

static void write_row_test(void **state)
{
	const struct write_row *row = *state;
	struct company c;
	char *asked, *list = mem_format(LIST("%s"), row->before ? row->before : ADA_SUBSCRIPTION), *confirmation;

	company_open(&c, COMPANY_CONFIG);
	script_first(&c.script, (struct reply) { .method = "GET", .path = "/v1/subscriptions", .body = list });
	script_reply(&c.script, (struct reply) { .method = row->method, .path = row->path, .body = row->after });
	company_get(&c, row->path, row->after);
	company_get(&c, "/v1/invoices/in_1",
		"{\"id\":\"in_1\",\"customer\":\"cus_ada\",\"status\":\"paid\",\"number\":\"A-2\",\"amount_paid\":2000,"
		"\"currency\":\"usd\"}");
	confirmation = company_propose(&c, "ada", row->action, row->inputs);
	assert_holds(company_message(&c), row->proposes);
	company_run(&c, "ada", row->action, row->inputs, confirmation);
	assert_status(&c, ENVELOPE_OK);
	assert_string_equal(company_message(&c), row->says);
	asked = mem_format("%s %s %s act_", row->method, row->path, row->params);
	assert_int_equal(script_count(&c.script, asked), 1);
	free(asked);
	free(list);
	free(confirmation);
	company_close(&c);
}

static void change__is_previewed_first_freely_then_at_the_fixed_moment(void **state)
{
	struct company c;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	script_reply(&c.script,
		(struct reply) { .method = "POST", .path = "/v1/subscriptions/sub_ada", .body = ADA_ON_PRO });
	company_get(&c, "/v1/subscriptions/sub_ada", ADA_ON_PRO);
	company_get(&c, "/v1/invoices/in_1", "{\"id\":\"in_1\",\"customer\":\"cus_ada\"}");
	company_run(&c, "ada", "manage", "{\"operation\":\"change_plan\",\"plan\":\"pro\"}", NULL);
	assert_string_equal(script_asked(&c.script, "POST /v1/invoices/create_preview"),
		"POST /v1/invoices/create_preview customer=cus_ada&subscription=sub_ada&"
		"subscription_details[items][0][id]=si_1&subscription_details[items][0][price]=price_pro&"
		"subscription_details[items][0][quantity]=1&subscription_details[proration_behavior]=always_invoice");
	company_confirm(&c, "ada", "manage", "{\"operation\":\"change_plan\",\"plan\":\"pro\"}");
	assert_holds(script_asked(&c.script, "POST /v1/invoices/create_preview"),
		"subscription_details[proration_date]=1767225600");
	company_close(&c);
}

static void change__preview_alone_proposes_nothing(void **state)
{
	struct company c;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	company_run(&c, "ada", "manage", "{\"operation\":\"preview_change\",\"plan\":\"pro\"}", NULL);
	assert_status(&c, ENVELOPE_OK);
	assert_null(js_get(c.result.envelope.data, "confirmation"));
	assert_int_equal(js_int(c.result.envelope.data, "credit", 0), -1333);
	assert_int_equal(js_int(c.result.envelope.data, "charge", 0), 3333);
	assert_int_equal(js_int(c.result.envelope.data, "proration", 0), 2000);
	assert_int_equal(js_int(c.result.envelope.data, "amount_due_now", 0), 2000);
	assert_string_equal(js_text(c.result.envelope.data, "direction"), "upgrade");
	company_close(&c);
}

#define DOWN_PREVIEW                                                                                                   \
	"{\"currency\":\"usd\",\"amount_due\":0,\"lines\":{\"data\":[{\"amount\":-3333,\"period\":{\"start\":"         \
	"1767225600},"                                                                                                 \
	"\"parent\":{\"subscription_item_details\":{\"proration\":true}}},{\"amount\":1333,\"period\":{\"start\":"     \
	"1767225600},"                                                                                                 \
	"\"parent\":{\"subscription_item_details\":{\"proration\":true}}},{\"amount\":2000,\"period\":{\"start\":"     \
	"1768953600},"                                                                                                 \
	"\"parent\":{\"subscription_item_details\":{\"proration\":false}}}]}}"

static void change__down_is_credited_on_the_next_invoice(void **state)
{
	struct company c;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	script_first(
		&c.script, (struct reply) { .method = "GET", .path = "/v1/subscriptions", .body = LIST(ADA_ON_PRO) });
	script_first(&c.script,
		(struct reply) { .method = "POST", .path = "/v1/invoices/create_preview", .body = DOWN_PREVIEW });
	company_run(&c, "ada", "manage", "{\"operation\":\"preview_change\",\"plan\":\"basic\"}", NULL);
	assert_status(&c, ENVELOPE_OK);
	assert_string_equal(js_text(c.result.envelope.data, "direction"), "downgrade");
	assert_int_equal(js_int(c.result.envelope.data, "amount_due_now", 1), 0);
	assert_int_equal(js_int(c.result.envelope.data, "proration", 0), -2000);
	assert_string_equal(js_text(c.result.envelope.data, "effective_at"), "2026-01-01T00:00:00Z");
	assert_holds(company_message(&c), "Nothing is due now; your next invoice on 21 January 2026 (UTC) will be "
					  "20.00 USD lower than the new price.");
	assert_holds(
		script_asked(&c.script, "POST /v1/invoices/create_preview"), "[proration_behavior]=create_prorations");
	company_close(&c);
}

static void change__of_interval_says_that_a_period_starts(void **state)
{
	struct company c;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	company_run(
		&c, "ada", "manage", "{\"operation\":\"preview_change\",\"plan\":\"pro\",\"interval\":\"year\"}", NULL);
	assert_status(&c, ENVELOPE_OK);
	assert_holds(company_message(&c), "A new billing period starts at once: 20.00 USD is due now.");
	assert_null(js_text(c.result.envelope.data, "renews_at"));
	company_close(&c);
}

static void change__during_a_trial_charges_nothing(void **state)
{
	struct company c;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	script_first(&c.script, (struct reply) { .method = "GET",
					.path = "/v1/subscriptions",
					.body = LIST(SUBSCRIPTION("sub_ada", "trialing", ITEM(BASIC, "1"),
						",\"trial_end\":1768953600")) });
	company_run(&c, "ada", "manage", "{\"operation\":\"preview_change\",\"plan\":\"pro\"}", NULL);
	assert_status(&c, ENVELOPE_OK);
	assert_int_equal(js_int(c.result.envelope.data, "amount_due_now", 1), 0);
	assert_holds(company_message(&c), "Nothing is charged during the trial, which ends on 21 January 2026 (UTC).");
	company_close(&c);
}

/* ---- cancellation policies ---- */

#define WITH_POLICY(policy) CONFIG_HEAD "," ACTION_ROWS "," PLANS "," CONTACTS "," policy "}"
static const struct policy_row {
	const char *name, *config, *inputs;
	enum problem_code code;
} policy_rows[] = {
	{ "policy__absent", WITH_POLICY("\"billing_fields\":[]"), "{\"operation\":\"cancel\"}",
		PROBLEM_CANCEL_NOT_OFFERED },
	{ "policy__off", WITH_POLICY("\"cancellation_policy\":{\"enabled\":false}"), "{\"operation\":\"cancel\"}",
		PROBLEM_CANCEL_NOT_OFFERED },
	{ "policy__not_now", WITH_POLICY("\"cancellation_policy\":{}"),
		"{\"operation\":\"cancel\",\"when\":\"immediately\"}", PROBLEM_CANCEL_NOT_OFFERED },
	{ "policy__only_now", WITH_POLICY("\"cancellation_policy\":{\"mode\":\"immediately\"}"),
		"{\"operation\":\"cancel\",\"when\":\"at_period_end\"}", PROBLEM_CANCEL_NOT_OFFERED },
	{ "policy__later_by_default", WITH_POLICY("\"cancellation_policy\":{}"), "{\"operation\":\"cancel\"}",
		PROBLEM_NEEDS_CONFIRMATION },
	{ "policy__reason_required", WITH_POLICY("\"cancellation_policy\":{\"reason\":{\"required\":true}}"),
		"{\"operation\":\"cancel\"}", PROBLEM_ARGUMENTS_INVALID },
	{ "policy__reason_not_offered", WITH_POLICY("\"cancellation_policy\":{\"reason\":{\"options\":[\"unused\"]}}"),
		"{\"operation\":\"cancel\",\"reason\":\"other\"}", PROBLEM_ARGUMENTS_INVALID },
	{ "policy__reason_given",
		WITH_POLICY("\"cancellation_policy\":{\"reason\":{\"required\":true,\"options\":[\"unused\"]}}"),
		"{\"operation\":\"cancel\",\"reason\":\"unused\"}", PROBLEM_NEEDS_CONFIRMATION },
	{ "policy__comment_too_long", WITH_POLICY("\"cancellation_policy\":{\"comment_max\":3}"),
		"{\"operation\":\"cancel\",\"comment\":\"long\"}", PROBLEM_ARGUMENTS_INVALID },
	{ "policy__no_undo", WITH_POLICY("\"cancellation_policy\":{\"undo_enabled\":false}"),
		"{\"operation\":\"undo_cancel\"}", PROBLEM_UNDO_NOT_OFFERED },
};

static void policy_row_test(void **state)
{
	const struct policy_row *row = *state;
	struct company c;

	company_open(&c, row->config);
	company_run(&c, "ada", "manage", row->inputs, NULL);
	assert_code(&c.result.problem, row->code);
	company_close(&c);
}

static void policy__credit_is_previewed_and_asked_for(void **state)
{
	const char *inputs = "{\"operation\":\"cancel\"}";
	struct company c;

	(void)state;
	company_open(&c,
		WITH_POLICY("\"cancellation_policy\":{\"mode\":\"immediately\",\"credit\":\"invoice_now_credit\"}"));
	script_first(&c.script, (struct reply) { .method = "POST",
					.path = "/v1/invoices/create_preview",
					.body = "{\"lines\":{\"data\":[{\"amount\":-1333,\"parent\":{"
						"\"subscription_item_details\":{\"proration\":true}}}]}}" });
	script_reply(&c.script,
		(struct reply) { .method = "DELETE", .path = "/v1/subscriptions/sub_ada", .body = ADA_ENDED });
	company_get(&c, "/v1/subscriptions/sub_ada", ADA_ENDED);
	company_run(&c, "ada", "manage", inputs, NULL);
	assert_holds(company_message(&c),
		"About 13.33 USD for the unused time is credited to your account on a final invoice.");
	company_confirm(&c, "ada", "manage", inputs);
	assert_status(&c, ENVELOPE_OK);
	assert_non_null(script_asked(&c.script, "DELETE /v1/subscriptions/sub_ada prorate=true&invoice_now=true act_"));
	company_close(&c);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(change__is_previewed_first_freely_then_at_the_fixed_moment),
		cmocka_unit_test(change__preview_alone_proposes_nothing),
		cmocka_unit_test(change__down_is_credited_on_the_next_invoice),
		cmocka_unit_test(change__of_interval_says_that_a_period_starts),
		cmocka_unit_test(change__during_a_trial_charges_nothing),
		cmocka_unit_test(policy__credit_is_previewed_and_asked_for),
	};
	struct CMUnitTest *manages =
		tests_of_rows(manage_rows, COUNT_OF(manage_rows), sizeof(manage_rows[0]), manage_row_test);
	struct CMUnitTest *writes =
		tests_of_rows(write_rows, COUNT_OF(write_rows), sizeof(write_rows[0]), write_row_test);
	struct CMUnitTest *policys =
		tests_of_rows(policy_rows, COUNT_OF(policy_rows), sizeof(policy_rows[0]), policy_row_test);
	int failed = cmocka_run_group_tests_name("manage", single, NULL, NULL);

	failed += _cmocka_run_group_tests("manage_manage", manages, COUNT_OF(manage_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("manage_write", writes, COUNT_OF(write_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("manage_policy", policys, COUNT_OF(policy_rows), NULL, NULL);
	free(manages);
	free(writes);
	free(policys);
	return failed;
}
