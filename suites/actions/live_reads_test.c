/* SPDX-License-Identifier: MIT */
/* The two actions that read, for every contact of the demo company, against the simulator. */
#include <stdlib.h>

#include "suites/actions/live.h"

/* ---- subscription info ---- */

struct info {
	const char *name, *contact, *inputs, *status, *code, *message;
};

#define ONE(account) "{\"account\":\"" account "\"}"
#define PAY "https://invoice.stripe.com/i/acct_1MockstripeTest1/test_"

static const struct info infos[] = {
	{ "active", "ada", NULL, "ok", "none",
		"Your subscription Team (29.00 USD per month): active. It renews on 10 December 2026 (UTC)." },
	{ "yearly", "linus", NULL, "ok", "none",
		"Your subscription Solo (120.00 USD per year): active. It renews on 2 March 2027 (UTC)." },
	{ "trialing", "grace", NULL, "ok", "none",
		"Your subscription Team (29.00 USD per month): trialing. The trial runs until 30 November 2026 (UTC); "
		"the first "
		"payment is taken then." },
	{ "past_due", "edsger", NULL, "ok", "none",
		"Your subscription Solo (12.00 USD per month): past_due. The last payment did not go through. The "
		"current period "
		"ends on 18 December 2026 (UTC). The open invoice can be paid here: " PAY
		"43DPxhp5XfwON50tUYj9ieG4edsger_3?s=ap" },
	{ "unpaid", "barbara", NULL, "ok", "none",
		"Your subscription Team (29.00 USD per month): unpaid. Its last invoices were not paid, so it is on "
		"hold. The "
		"open invoice can be paid here: " PAY "tmJrtJlj5MQUc60VDbB8uLR5barbara_3?s=ap" },
	{ "canceled", "alan", NULL, "ok", "none", "You have no active subscription." },
	{ "canceling", "katherine", NULL, "ok", "none",
		"Your subscription Team (290.00 USD per year): active. It is set to end on 15 January 2027 (UTC) and "
		"won't "
		"renew." },
	{ "paused", "tim", NULL, "ok", "none",
		"Your subscription Solo (12.00 USD per month): paused. It is paused: the trial ended without a payment "
		"method. "
		"It goes on once one is added." },
	{ "none_at_all", "dennis", NULL, "ok", "none", "You have no active subscription." },
	{ "after_an_upgrade", "radia", NULL, "ok", "none",
		"Your subscription Team (29.00 USD per month): active. It renews on 3 December 2026 (UTC)." },
	{ "sent_invoices", "margaret", ONE("Port office"), "ok", "none", NULL },
};

static void info(void **state)
{
	const struct info *row = *state;
	char *before, *after;
	struct live l;

	live_open(&l, NULL);
	before = live_state(&l);
	live_run(&l, row->contact, INFO, row->inputs, NULL);
	assert_outcome(&l, row->status, row->code);
	if (row->message)
		assert_string_equal(l.result.message, row->message);
	after = live_state(&l);
	assert_string_equal(before, after);
	free(before);
	free(after);
	live_close(&l);
}

static void several__are_listed_oldest_first(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_run(&l, "margaret", INFO, ONE("Sailing school"), NULL);
	assert_outcome(&l, "ok", "none");
	assert_int_equal(json_array_size(js_at(l.json, "data.subscriptions")), 2);
	assert_string_equal(js_text_at(l.json, "data.subscriptions.0.subscription"), "sub_1");
	assert_says(&l, "Team (3 x 29.00 USD = 87.00 USD per month)");
	assert_says(&l, "Fleet (790.00 USD per year)");
	assert_lacks(l.result.json, "sub_margaret");
	live_close(&l);
}

/* What the customer does elsewhere is seen at once. */
static void change_made_elsewhere__is_seen(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, NULL);
	api_ok(l.house, "POST", "/v1/subscriptions/sub_ada", "cancel_at_period_end=true");
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_says(&l, "It is set to end on 10 December 2026 (UTC) and won't renew.");
	assert_int_equal(ms_advance(l.house->ms, NULL, 18 * 86400), 0);
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_string_equal(l.result.message, "You have no active subscription.");
	live_close(&l);
}

static void renewal__moves_the_date(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, NULL);
	assert_int_equal(ms_advance(l.house->ms, NULL, 18 * 86400), 0);
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_says(&l, "It renews on 10 January 2027 (UTC).");
	live_run(&l, "ada", INVOICES, "{\"limit\":1}", NULL);
	assert_says(&l, "of 10 December 2026 (UTC): 29.00 USD, paid on 10 December 2026 (UTC).");
	live_close(&l);
}

/* ---- invoices ---- */

/* All that the customer may see, straight from the simulator, newest first. */
static void check_pages(struct live *l, const char *contact, const char *customer, const char *inputs, int limit)
{
	const struct answer *all = live_get(l, text_of(l->house, "/v1/invoices?customer=%s&limit=100", customer));
	const char *cursor = NULL, *number;
	size_t at = 0, pages = 0, seen = 0;
	json_t *shown, *row;

	for (;;) {
		const char *wanted =
			cursor ? text_of(l->house, "{%s\"limit\":%d,\"cursor\":\"%s\"}", inputs, limit, cursor)
			       : text_of(l->house, "{%s\"limit\":%d}", inputs, limit);
		size_t i;

		live_run(l, contact, INVOICES, wanted, NULL);
		assert_outcome(l, "ok", "none");
		pages++;
		shown = js_at(l->json, "data.invoices");
		assert_true(json_array_size(shown) <= (size_t)limit);
		json_array_foreach(shown, i, row)
		{
			while (!strcmp(field(all, text_of(l->house, "data.%zu.status", at)), "draft"))
				at++;
			number = field(all, text_of(l->house, "data.%zu.number", at));
			assert_string_equal(js_text(row, "number"), number);
			assert_true(
				js_int(row, "total", -1) == field_int(all, text_of(l->house, "data.%zu.total", at)));
			assert_string_equal(js_text(row, "hosted_invoice_url"),
				field(all, text_of(l->house, "data.%zu.hosted_invoice_url", at)));
			assert_string_equal(
				js_text(row, "invoice_pdf"), field(all, text_of(l->house, "data.%zu.invoice_pdf", at)));
			assert_says(l, js_text(row, "hosted_invoice_url"));
			at++;
			seen++;
		}
		cursor = js_text_at(l->json, "data.next_cursor");
		if (!cursor)
			break;
		cursor = text_of(l->house, "%s", cursor);
	}
	while (at < field_count(all, "data") && !strcmp(field(all, text_of(l->house, "data.%zu.status", at)), "draft"))
		at++;
	assert_int_equal(at, field_count(all, "data"));
	assert_int_equal(pages, (seen + (size_t)limit - 1) / (size_t)limit);
}

struct paging {
	const char *name, *contact, *customer, *inputs;
	int limit;
};

static const struct paging pagings[] = {
	{ "one_by_one", "ada", "cus_ada", "", 1 },
	{ "two_by_two", "ada", "cus_ada", "", 2 },
	{ "all_at_once", "ada", "cus_ada", "", 20 },
	{ "with_drafts_between", "barbara", "cus_barbara", "", 1 },
	{ "with_drafts_alone_at_the_end", "dennis", "cus_dennis", "", 1 },
	{ "of_the_first_account", "margaret", "cus_margaret", "\"account\":\"Sailing school\",", 3 },
	{ "of_the_second_account", "margaret", "cus_harbour", "\"account\":\"Port office\",", 3 },
};

static void paging(void **state)
{
	const struct paging *row = *state;
	struct live l;

	live_open(&l, NULL);
	check_pages(&l, row->contact, row->customer, row->inputs, row->limit);
	assert_int_equal(l.writes, 0);
	live_close(&l);
}

struct state_of {
	const char *name, *contact, *inputs, *says;
};

static const struct state_of states[] = {
	{ "paid", "ada", "{\"status\":[\"paid\"],\"limit\":1}",
		"SLKADAXX-0004 of 10 November 2026 (UTC): 29.00 USD, paid on 10 November 2026 (UTC)." },
	{ "open", "ada", "{\"status\":[\"open\"]}",
		"SLKADAXX-0005 of 21 November 2026 (UTC): 18.00 USD, not paid yet." },
	{ "failed", "edsger", "{\"status\":[\"open\"]}",
		"12.00 USD, the payment failed, the next try is on 26 November 2026 (UTC)." },
	{ "void", "dennis", "{}", "18.00 USD, cancelled, nothing is owed." },
	{ "uncollectible", "alan", "{\"status\":[\"uncollectible\"]}",
		"18.00 USD, written off; it can still be paid by its link." },
	{ "of_a_subscription", "margaret", "{\"account\":\"Sailing school\",\"subscription\":\"sub_2\"}",
		"790.00 USD" },
	{ "from_a_day_on", "ada", "{\"from\":\"2026-11-10\",\"to\":\"2026-11-10\"}", "SLKADAXX-0004" },
};

static void invoice_state(void **state)
{
	const struct state_of *row = *state;
	struct live l;

	live_open(&l, NULL);
	live_run(&l, row->contact, INVOICES, row->inputs, NULL);
	assert_outcome(&l, "ok", "none");
	assert_int_equal(json_array_size(js_at(l.json, "data.invoices")), 1);
	assert_says(&l, row->says);
	live_close(&l);
}

static void cursor__is_good_for_its_customer_alone(void **state)
{
	const char *cursor;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_run(&l, "ada", INVOICES, "{\"limit\":1}", NULL);
	cursor = text_of(l.house, "{\"cursor\":\"%s\"}", js_text_at(l.json, "data.next_cursor"));
	live_run(&l, "edsger", INVOICES, cursor, NULL);
	assert_outcome(&l, "refused", "arguments_invalid");
	live_run(&l, "ada", INVOICES, cursor, NULL);
	assert_outcome(&l, "ok", "none");
	live_close(&l);
}

static void no_invoices__is_said(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_run(&l, "ada", INVOICES, "{\"status\":[\"void\"]}", NULL);
	assert_outcome(&l, "ok", "none");
	assert_int_equal(json_array_size(js_at(l.json, "data.invoices")), 0);
	live_close(&l);
}

/* ---- plans ---- */

static void plans__are_listed_with_prices(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_run(&l, "ada", MANAGE, "{\"operation\":\"list_plans\"}", NULL);
	assert_outcome(&l, "ok", "none");
	assert_says(&l, "- Solo: 12.00 USD per month or 120.00 USD per year.");
	assert_says(&l, "- Team: 29.00 USD per month or 290.00 USD per year.");
	assert_says(&l, "- Fleet: 79.00 USD per month or 790.00 USD per year.");
	assert_says(&l, "alerts. (your plan)");
	live_close(&l);
}

/* ---- trouble on the way ---- */

struct trouble {
	const char *name;
	struct ms_fault fault;
	const char *code; /* when it never ends */
};

static const struct trouble troubles[] = {
	{ "reset", { .kind = "reset" }, "stripe_bad_response" },
	{ "stall", { .kind = "stall" }, "stripe_timeout" },
	{ "cut", { .kind = "cut", .cut = 30 }, "stripe_bad_response" },
	{ "empty", { .kind = "empty" }, "stripe_bad_response" },
	{ "500", { .kind = "error" }, "stripe_server_error" },
	{ "429", { .kind = "rate_limit", .retry_after = 1 }, "stripe_rate_limited" },
	{ "lock", { .kind = "lock" }, "stripe_busy" },
};

static void read_in_trouble(void **state)
{
	static const char *const actions[] = { INFO, INVOICES };
	const struct trouble *row = *state;
	struct ms_fault fault = row->fault;
	struct live l;

	live_open(&l, NULL);
	for (size_t i = 0; i < COUNT_OF(actions); i++) {
		fault.times = 1;
		live_fault(&l, &fault);
		live_run(&l, "ada", actions[i], NULL, NULL);
		assert_outcome(&l, "ok", "none");
		fault.times = 0;
		live_fault(&l, &fault);
		live_run(&l, "ada", actions[i], NULL, NULL);
		assert_outcome(&l, "error", row->code);
		assert_string_equal(l.result.message, "There is a temporary problem reaching billing, so nothing was "
						      "changed. Please try again in a minute.");
		ms_faults_clear(l.house->ms);
	}
	live_close(&l);
}

/* A proxy's page with a good status is no answer, and a second try would not help against it. */
static void web_page__is_no_answer(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_fault(&l, &(struct ms_fault) { .kind = "garbage" });
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_outcome(&l, "error", "stripe_bad_response");
	assert_lacks(l.result.json, "html");
	live_close(&l);
}

int main(void)
{
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(several__are_listed_oldest_first),
		cmocka_unit_test(change_made_elsewhere__is_seen),
		cmocka_unit_test(renewal__moves_the_date),
		cmocka_unit_test(cursor__is_good_for_its_customer_alone),
		cmocka_unit_test(no_invoices__is_said),
		cmocka_unit_test(plans__are_listed_with_prices),
		cmocka_unit_test(web_page__is_no_answer),
	};
	const struct table tables[] = {
		{ "subscription info", infos, COUNT_OF(infos), sizeof *infos, info },
		{ "paging", pagings, COUNT_OF(pagings), sizeof *pagings, paging },
		{ "invoices", states, COUNT_OF(states), sizeof *states, invoice_state },
		{ "trouble", troubles, COUNT_OF(troubles), sizeof *troubles, read_in_trouble },
	};
	int failed = cmocka_run_group_tests_name("reads", plain, NULL, NULL);

	return failed + tables_run(tables, COUNT_OF(tables));
}
