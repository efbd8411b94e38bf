/* SPDX-License-Identifier: MIT */
#include "suites/actions/company.h"

/* Get Subscription Info: what it says for every state, and whose subscriptions it shows. */

static const struct info_row {
	const char *name, *subscriptions, *inputs, *says, *data; /* data: part of the JSON */
} info_rows[] = {
	{ "info__active", LIST(ADA_SUBSCRIPTION), "{}",
		"Your subscription Basic (20.00 USD per month): active. It renews on 21 January 2026 (UTC).",
		"\"renews_at\":\"2026-01-21T00:00:00Z\"" },
	{ "info__quantity", LIST(SUBSCRIPTION("sub_1", "active", ITEM(BASIC, "3"), "")), "{}",
		"Basic (3 x 20.00 USD = 60.00 USD per month)", "\"quantity\":3" },
	{ "info__name_of_the_product",
		LIST(SUBSCRIPTION("sub_1", "active", ITEM(PRICE("price_else", "123456", "year", "true"), "1"), "")),
		"{}", "Product One (1,234.56 USD per year)", "\"plan\":\"Product One\"" },
	{ "info__trial", LIST(SUBSCRIPTION("sub_1", "trialing", ITEM(BASIC, "1"), ",\"trial_end\":1768953600")), "{}",
		"The trial runs until 21 January 2026 (UTC); the first payment is taken then.",
		"\"trial_end\":\"2026-01-21T00:00:00Z\"" },
	{ "info__ends_with_the_period", LIST(ADA_ENDING), "{}",
		"It is set to end on 21 January 2026 (UTC) and won't renew.",
		"\"renews_at\":null,\"ends_at\":\"2026-01-21T00:00:00Z\"" },
	{ "info__ends_on_a_day", LIST(SUBSCRIPTION("sub_1", "active", ITEM(BASIC, "1"), ",\"cancel_at\":1767312000")),
		"{}", "It is set to end on 2 January 2026 (UTC)", "\"ends_at\":\"2026-01-02T00:00:00Z\"" },
	{ "info__past_due", LIST(SUBSCRIPTION("sub_1", "past_due", ITEM(BASIC, "1"), "")), "{}",
		"The last payment did not go through. The current period ends on 21 January 2026 (UTC). The open "
		"invoice can be "
		"paid here: https://invoice.example/i",
		"\"pay_invoice_url\":\"https://invoice.example/i\"" },
	{ "info__unpaid", LIST(SUBSCRIPTION("sub_1", "unpaid", ITEM(BASIC, "1"), "")), "{}",
		"Its last invoices were not paid, so it is on hold. The open invoice can be paid here: https://",
		"unpaid" },
	{ "info__incomplete", LIST(SUBSCRIPTION("sub_1", "incomplete", ITEM(BASIC, "1"), "")), "{}",
		"Its first payment still has to be completed.", "incomplete" },
	{ "info__paused", LIST(SUBSCRIPTION("sub_1", "paused", ITEM(BASIC, "1"), "")), "{}",
		"It is paused: the trial ended without a payment method.", "\"renews_at\":null" },
	{ "info__payments_paused",
		LIST(SUBSCRIPTION(
			"sub_1", "active", ITEM(BASIC, "1"), ",\"pause_collection\":{\"resumes_at\":1767312000}")),
		"{}", "Payments are paused until 2 January 2026 (UTC).", "active" },
	{ "info__metered",
		LIST(SUBSCRIPTION("sub_1", "active",
			"{\"id\":\"si_1\",\"current_period_end\":1768953600,\"price\":{\"id\":\"price_m\",\"currency\":"
			"\"usd\",\"nickname\":"
			"\"Calls\",\"unit_amount\":1,\"recurring\":{\"interval\":\"month\",\"interval_count\":1,"
			"\"usage_type\":\"metered\"}}"
			"}",
			"")),
		"{}", "Calls (billed by use, every month)", "\"amount\":null" },
	{ "info__none", LIST(""), "{}", "You have no active subscription.", "\"code\":\"no_subscriptions\"" },
	{ "info__only_ended", LIST(ADA_ENDED), "{}", "You have no active subscription.", "\"subscriptions\":[]" },
	{ "info__ended_when_asked", LIST(ADA_ENDED), "{\"include_ended\":true}", "It ended on 1 January 2026 (UTC).",
		"\"ended_at\":\"2026-01-01T00:00:00Z\"" },
	{ "info__several_oldest_first",
		LIST(SUBSCRIPTION("sub_new", "active", ITEM(PRO, "1"), "") "," SUBSCRIPTION(
			"sub_old", "active", ITEM(BASIC, "1"), "")),
		"{}", "You have 2 subscriptions:\n- Basic (20.00 USD per month): active.",
		"\"subscription\":\"sub_2\",\"plan\":\"Pro\"" },
};

static void info_row_test(void **state)
{
	const struct info_row *row = *state;
	struct company c;
	char *data;

	company_open(&c, COMPANY_CONFIG);
	script_first(
		&c.script, (struct reply) { .method = "GET", .path = "/v1/subscriptions", .body = row->subscriptions });
	company_get(&c, "/v1/invoices",
		LIST("{\"id\":\"in_1\",\"customer\":\"cus_ada\",\"hosted_invoice_url\":\"https://invoice.example/"
		     "i\"}"));
	company_run(&c, "ada", "get_subscription", row->inputs, NULL);
	assert_status(&c, ENVELOPE_OK);
	assert_holds(company_message(&c), row->says);
	data = json_dumps(c.result.envelope.data, JSON_COMPACT);
	assert_holds(data, row->data);
	assert_lacks(data, "cus_");
	free(data);
	assert_string_equal(script_asked(&c.script, "GET /v1/subscriptions"),
		"GET /v1/subscriptions customer=cus_ada&status=all&limit=100");
	company_close(&c);
}

static void info__never_shows_what_is_not_the_customers(void **state)
{
	struct company c;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	company_run(&c, "bob", "get_subscription", "{}", NULL); /* Stripe answers with ada's, whatever was asked */
	assert_code(&c.result.problem, PROBLEM_STRIPE_BAD_RESPONSE);
	assert_lacks(company_message(&c), "Basic");
	company_close(&c);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(info__never_shows_what_is_not_the_customers),
	};
	struct CMUnitTest *infos = tests_of_rows(info_rows, COUNT_OF(info_rows), sizeof(info_rows[0]), info_row_test);
	int failed = cmocka_run_group_tests_name("subscription_info", single, NULL, NULL);

	failed += _cmocka_run_group_tests("subscription_info_info", infos, COUNT_OF(info_rows), NULL, NULL);
	free(infos);
	return failed;
}
