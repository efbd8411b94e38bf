/* SPDX-License-Identifier: MIT */
#include "suites/actions/company.h"

/* Get Invoices: what became of each, what is left out, and going on from a cursor. */

#define INVOICE(id, number, status, more)                                                                              \
	"{\"id\":\"" id "\",\"customer\":\"cus_ada\",\"number\":" number ",\"status\":\"" status                       \
	"\",\"created\":1767225600,\"currency\":\"usd\",\"total\":2000,\"amount_due\":2000,\"amount_remaining\":2000," \
	"\"hosted_invoice_url\":\"https://pay.example/" id "\",\"invoice_pdf\":\"https://pdf.example/" id "\"" more    \
	"}"

static const struct invoice_row {
	const char *name, *invoices, *inputs, *query, *says, *lacks;
} invoice_rows[] = {
	{ "invoice__paid", LIST(INVOICE("in_1", "\"A-1\"", "paid", ",\"status_transitions\":{\"paid_at\":1767312000}")),
		"{}", "customer=cus_ada&limit=7",
		"- A-1 of 1 January 2026 (UTC): 20.00 USD, paid on 2 January 2026 (UTC).\n  View: "
		"https://pay.example/in_1\n  PDF: "
		"https://pdf.example/in_1",
		"null" },
	{ "invoice__failed_with_another_try",
		LIST(INVOICE("in_1", "\"A-1\"", "open", ",\"attempted\":true,\"next_payment_attempt\":1767312000")),
		"{}", "", "the payment failed, the next try is on 2 January 2026 (UTC)", "paid on" },
	{ "invoice__failed_for_good", LIST(INVOICE("in_1", "\"A-1\"", "open", ",\"attempt_count\":4")), "{}", "",
		"the payment failed, 20.00 USD is open", "next try" },
	{ "invoice__due", LIST(INVOICE("in_1", "\"A-1\"", "open", ",\"due_date\":1767312000")), "{}", "",
		"to be paid by 2 January 2026 (UTC)", "failed" },
	{ "invoice__void", LIST(INVOICE("in_1", "\"A-1\"", "void", "")), "{}", "", "cancelled, nothing is owed",
		"failed" },
	{ "invoice__uncollectible", LIST(INVOICE("in_1", "\"A-1\"", "uncollectible", "")), "{}", "",
		"written off; it can still be paid by its link", "failed" },
	{ "invoice__drafts_are_not_shown",
		LIST(INVOICE("in_2", "null", "draft", "") "," INVOICE("in_1", "\"A-1\"", "paid", "")), "{}", "", "A-1",
		"in_2" },
	{ "invoice__none", LIST(""), "{}", "", "There are no invoices yet.", "Your" },
	{ "invoice__none_like_that", LIST(""), "{\"status\":[\"open\"]}", "status=open",
		"I found no invoices like that.", "yet" },
	{ "invoice__only_drafts", LIST(INVOICE("in_2", "null", "draft", "")), "{}", "", "There are no invoices yet.",
		"in_2" },
	{ "invoice__of_a_subscription", LIST(INVOICE("in_1", "\"A-1\"", "paid", "")), "{\"subscription\":\"sub_1\"}",
		"subscription=sub_ada", "A-1", "sub_ada" },
	{ "invoice__between_days", LIST(INVOICE("in_1", "\"A-1\"", "paid", "")),
		"{\"from\":\"2026-01-01\",\"to\":\"2026-01-31\"}", "created[gte]=1767225600&created[lt]=1769904000",
		"A-1", "null" },
	{ "invoice__two_states",
		LIST(INVOICE("in_2", "\"A-2\"", "void", "") "," INVOICE("in_1", "\"A-1\"", "paid", "")),
		"{\"status\":[\"paid\",\"open\"]}", "limit=100", "A-1", "A-2" },
};

static void invoice_row_test(void **state)
{
	const struct invoice_row *row = *state;
	struct company c;

	company_open(&c, COMPANY_CONFIG);
	company_get(&c, "/v1/invoices", row->invoices);
	company_run(&c, "ada", "get_invoices", row->inputs, NULL);
	assert_status(&c, ENVELOPE_OK);
	assert_holds(company_message(&c), row->says);
	assert_lacks(company_message(&c), row->lacks);
	assert_holds(script_asked(&c.script, "GET /v1/invoices"), row->query);
	company_close(&c);
}

static const struct bad_invoice_row {
	const char *name, *inputs, *detail;
	enum problem_code code;
} bad_invoice_rows[] = {
	{ "bad_invoice__day_of_no_calendar", "{\"from\":\"2026-02-30\"}", "from is not a day",
		PROBLEM_ARGUMENTS_INVALID },
	{ "bad_invoice__day_in_words", "{\"to\":\"yesterday!\"}", "to is not a day", PROBLEM_ARGUMENTS_INVALID },
	{ "bad_invoice__from_after_to", "{\"from\":\"2026-02-02\",\"to\":\"2026-02-01\"}", "from is after to",
		PROBLEM_ARGUMENTS_INVALID },
	{ "bad_invoice__cursor_made_up", "{\"cursor\":\"in_1\"}", "cursor", PROBLEM_ARGUMENTS_INVALID },
	{ "bad_invoice__cursor_of_another_invoice", "{\"cursor\":\"in_bob.000000000000000000000000\"}", "cursor",
		PROBLEM_ARGUMENTS_INVALID },
	{ "bad_invoice__subscription_of_nobody", "{\"subscription\":\"sub_2\"}", "no subscription",
		PROBLEM_RESOURCE_NOT_FOUND },
	{ "bad_invoice__subscription_of_somebody_else", "{\"subscription\":\"sub_bob\"}", "no subscription",
		PROBLEM_RESOURCE_NOT_FOUND },
};

static void bad_invoice_row_test(void **state)
{
	const struct bad_invoice_row *row = *state;
	struct company c;

	company_open(&c, COMPANY_CONFIG);
	company_run(&c, "ada", "get_invoices", row->inputs, NULL);
	assert_code(&c.result.problem, row->code);
	assert_holds(c.result.problem.detail, row->detail);
	assert_null(script_asked(&c.script, "GET /v1/invoices"));
	company_close(&c);
}

static void invoices__go_on_from_a_cursor(void **state)
{
	struct company c;
	char *inputs;

	(void)state;
	company_open(&c, COMPANY_CONFIG);
	company_get(&c, "/v1/invoices",
		LIST(INVOICE("in_3", "\"A-3\"", "paid", "") "," INVOICE("in_2", "\"A-2\"", "paid", "")));
	company_run(&c, "ada", "get_invoices", "{\"limit\":1}", NULL);
	assert_holds(company_message(&c), "A-3");
	assert_lacks(company_message(&c), "A-2");
	inputs = mem_format("{\"limit\":1,\"cursor\":\"%s\"}", js_text(c.result.envelope.data, "next_cursor"));
	company_run(&c, "ada", "get_invoices", inputs, NULL);
	assert_holds(script_asked(&c.script, "GET /v1/invoices"), "starting_after=in_3");
	company_run(&c, "bob", "get_invoices", inputs, NULL); /* it is ada's */
	assert_code(&c.result.problem, PROBLEM_ARGUMENTS_INVALID);
	free(inputs);
	company_close(&c);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(invoices__go_on_from_a_cursor),
	};
	struct CMUnitTest *invoices =
		tests_of_rows(invoice_rows, COUNT_OF(invoice_rows), sizeof(invoice_rows[0]), invoice_row_test);
	struct CMUnitTest *bad_invoices = tests_of_rows(
		bad_invoice_rows, COUNT_OF(bad_invoice_rows), sizeof(bad_invoice_rows[0]), bad_invoice_row_test);
	int failed = cmocka_run_group_tests_name("invoices", single, NULL, NULL);

	failed += _cmocka_run_group_tests("invoices_invoice", invoices, COUNT_OF(invoice_rows), NULL, NULL);
	failed += _cmocka_run_group_tests("invoices_bad_invoice", bad_invoices, COUNT_OF(bad_invoice_rows), NULL, NULL);
	free(invoices);
	free(bad_invoices);
	return failed;
}
