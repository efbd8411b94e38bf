/* SPDX-License-Identifier: MIT */
#include "suites/actions/company.h"

/* The four actions: what they say, what they ask of Stripe, and what they refuse. */

/* ---- Get Subscription Info ---- */

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

/* ---- Get Invoices ---- */

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

/* ---- Manage Subscriptions: refusals ---- */

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
		"already scheduled" },
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

/* ---- Change Billing Information ---- */

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
		cmocka_unit_test(info__never_shows_what_is_not_the_customers),
		cmocka_unit_test(invoices__go_on_from_a_cursor),
		cmocka_unit_test(change__is_previewed_first_freely_then_at_the_fixed_moment),
		cmocka_unit_test(change__preview_alone_proposes_nothing),
		cmocka_unit_test(change__down_is_credited_on_the_next_invoice),
		cmocka_unit_test(change__of_interval_says_that_a_period_starts),
		cmocka_unit_test(change__during_a_trial_charges_nothing),
		cmocka_unit_test(policy__credit_is_previewed_and_asked_for),
		cmocka_unit_test(billing__sends_the_whole_address_and_reads_back),
	};
	const struct {
		const char *name;
		const void *rows;
		size_t count, size;
		void (*test)(void **state);
	} tables[] = {
		{ "catalog_info", info_rows, COUNT_OF(info_rows), sizeof(info_rows[0]), info_row_test },
		{ "catalog_invoice", invoice_rows, COUNT_OF(invoice_rows), sizeof(invoice_rows[0]), invoice_row_test },
		{ "catalog_bad_invoice", bad_invoice_rows, COUNT_OF(bad_invoice_rows), sizeof(bad_invoice_rows[0]),
			bad_invoice_row_test },
		{ "catalog_manage", manage_rows, COUNT_OF(manage_rows), sizeof(manage_rows[0]), manage_row_test },
		{ "catalog_write", write_rows, COUNT_OF(write_rows), sizeof(write_rows[0]), write_row_test },
		{ "catalog_policy", policy_rows, COUNT_OF(policy_rows), sizeof(policy_rows[0]), policy_row_test },
		{ "catalog_billing", billing_rows, COUNT_OF(billing_rows), sizeof(billing_rows[0]), billing_row_test },
	};
	int failed = cmocka_run_group_tests_name("catalog", single, NULL, NULL);

	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		struct CMUnitTest *tests =
			tests_of_rows(tables[i].rows, tables[i].count, tables[i].size, tables[i].test);

		failed += _cmocka_run_group_tests(tables[i].name, tests, tables[i].count, NULL, NULL);
		free(tests);
	}
	return failed;
}
