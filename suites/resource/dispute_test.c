/* SPDX-License-Identifier: MIT */
#include "suites/resource/payments.h"

static const char *dispute_with(struct house *h, const char *card)
{
	const struct answer *a = pay(h, card, "");

	assert_status(a, 200);
	return field(
		api_ok(h, "GET", text_of(h, "/v1/disputes?charge=%s", field(a, "latest_charge")), NULL), "data.0.id");
}

static const struct answer *answer_dispute(struct house *h, const char *id, const char *evidence)
{
	return api_ok(
		h, "POST", text_of(h, "/v1/disputes/%s", id), text_of(h, "evidence[uncategorized_text]=%s", evidence));
}

static void open__takes_the_money(void **state)
{
	struct house *h = *state;
	const struct answer *a = get(h, "disputes", dispute_with(h, "pm_card_createDispute"));

	assert_true(!strncmp(field(a, "id"), "du_3", 4));
	assert_money(a, "amount", 2000);
	assert_flag(a, "is_charge_refundable", false);
	assert_field(a, "reason", "fraudulent");
	assert_field(a, "status", "needs_response");
	assert_field(a, "network_reason_code", "10.4");
	assert_field(a, "payment_method_details.card.case_type", "chargeback");
	assert_money(a, "evidence_details.due_by", HOUSE_NOW + 10 * 86400 - 1);
	assert_money(a, "evidence_details.submission_count", 0);
	assert_same_int((int64_t)field_count(a, "balance_transactions"), 1);
	assert_money(a, "balance_transactions.0.amount", -2000);
	assert_money(a, "balance_transactions.0.fee", 1500);
	assert_money(a, "balance_transactions.0.net", -3500);
	assert_field(a, "balance_transactions.0.type", "adjustment");
	assert_flag(get(h, "charges", field(a, "charge")), "disputed", true);
	assert_string_equal(events_after(h, 0), "payment_intent.created charge.succeeded charge.dispute.created "
						"charge.dispute.funds_withdrawn payment_intent.succeeded");
}

static void open__product_not_received(void **state)
{
	struct house *h = *state;

	assert_field(get(h, "disputes", dispute_with(h, "pm_card_createDisputeProductNotReceived")), "reason",
		"product_not_received");
}

static void open__early_fraud_warning(void **state)
{
	struct house *h = *state;
	const struct answer *a = pay(h, "pm_card_createIssuerFraudRecord", "");
	const struct answer *list = api_ok(h, "GET", "/v1/radar/early_fraud_warnings", NULL);

	assert_field(list, "data.0.charge", field(a, "latest_charge"));
	assert_flag(list, "data.0.actionable", true);
	assert_string_equal(events_after(h, 0), "payment_intent.created charge.succeeded "
						"radar.early_fraud_warning.created payment_intent.succeeded");
}

static void evidence__wins(void **state)
{
	struct house *h = *state;
	const char *id = dispute_with(h, "pm_card_createDispute");
	const struct answer *a = answer_dispute(h, id, "winning_evidence");
	size_t before = event_count(h);

	assert_field(a, "status", "under_review");
	assert_flag(a, "evidence_details.has_evidence", true);
	assert_money(a, "evidence_details.submission_count", 1);
	assert_field(a, "evidence_details.submission_method", "manual");
	assert_string_equal(events_after(h, 5), "charge.dispute.updated");
	advance(h, 5);
	a = get(h, "disputes", id);
	assert_field(a, "status", "won");
	assert_same_int((int64_t)field_count(a, "balance_transactions"), 2);
	assert_money(a, "balance_transactions.1.net", 3500);
	assert_string_equal(events_after(h, before), "charge.dispute.closed charge.dispute.funds_reinstated");
	assert_money(api_ok(h, "GET", "/v1/balance", NULL), "pending.0.amount", 1912);
}

static void evidence__loses(void **state)
{
	struct house *h = *state;
	const char *id = dispute_with(h, "pm_card_createDispute");

	answer_dispute(h, id, "losing_evidence");
	advance(h, 5);
	assert_field(get(h, "disputes", id), "status", "lost");
	assert_string_equal(events_after(h, 6), "charge.dispute.closed");
	assert_previous(h, "charge.dispute.closed", "{\"status\":\"under_review\"}");
	assert_error(api(h, "POST", text_of(h, "/v1/disputes/%s/close", id), NULL), 400, NULL, NULL,
		"This dispute is already closed");
	assert_error(api(h, "POST", text_of(h, "/v1/disputes/%s", id), "evidence[customer_name]=Jane"), 400, NULL, NULL,
		"This dispute is already closed");
}

static void evidence__is_staged_first(void **state)
{
	struct house *h = *state;
	const char *id = dispute_with(h, "pm_card_createDispute");
	const char *path = text_of(h, "/v1/disputes/%s", id);
	const struct answer *a =
		api_ok(h, "POST", path, "evidence[uncategorized_text]=winning_evidence&submit=false&metadata[a]=b");

	assert_field(a, "status", "needs_response");
	assert_flag(a, "evidence_details.has_evidence", true);
	assert_money(a, "evidence_details.submission_count", 0);
	assert_field(a, "metadata.a", "b");
	assert_field(api_ok(h, "POST", path, "submit=true"), "status", "under_review");
	advance(h, 5);
	assert_field(get(h, "disputes", id), "status", "won");
}

static void evidence__of_no_weight_stays_under_review(void **state)
{
	struct house *h = *state;
	const char *id = dispute_with(h, "pm_card_createDispute");

	answer_dispute(h, id, "please");
	advance(h, 60 * 86400);
	assert_field(get(h, "disputes", id), "status", "under_review");
}

static void silence__loses_at_the_deadline(void **state)
{
	struct house *h = *state;
	const char *id = dispute_with(h, "pm_card_createDispute");

	advance(h, 10 * 86400 - 2);
	assert_field(get(h, "disputes", id), "status", "needs_response");
	advance(h, 1);
	assert_field(get(h, "disputes", id), "status", "lost");
	assert_flag(get(h, "disputes", id), "evidence_details.past_due", true);
}

static void inquiry__costs_nothing(void **state)
{
	struct house *h = *state;
	const char *id = dispute_with(h, "pm_card_createDisputeInquiry");
	const struct answer *a = get(h, "disputes", id);

	assert_field(a, "status", "warning_needs_response");
	assert_flag(a, "is_charge_refundable", true);
	assert_same_int((int64_t)field_count(a, "balance_transactions"), 0);
	assert_string_equal(events_after(h, 0),
		"payment_intent.created charge.succeeded charge.dispute.created payment_intent.succeeded");
	assert_field(answer_dispute(h, id, "winning_evidence"), "status", "warning_under_review");
	advance(h, 5);
	assert_field(get(h, "disputes", id), "status", "warning_closed");
}

static void inquiry__escalates(void **state)
{
	struct house *h = *state;
	const char *id = dispute_with(h, "pm_card_createDisputeInquiry");
	const struct answer *a;

	answer_dispute(h, id, "escalate_inquiry_evidence");
	advance(h, 5);
	a = get(h, "disputes", id);
	assert_field(a, "status", "needs_response");
	assert_flag(a, "is_charge_refundable", false);
	assert_money(a, "balance_transactions.0.net", -3500);
	assert_field(a, "payment_method_details.card.case_type", "chargeback");
	assert_string_equal(events_after(h, 5), "charge.dispute.updated charge.dispute.funds_withdrawn");
}

static void close__gives_up(void **state)
{
	struct house *h = *state;
	const char *id = dispute_with(h, "pm_card_createDispute");

	assert_field(api_ok(h, "POST", text_of(h, "/v1/disputes/%s/close", id), NULL), "status", "lost");
	assert_string_equal(events_after(h, 5), "charge.dispute.closed");
}

static void close__and_disputed_again(void **state)
{
	struct house *h = *state;
	const char *id = dispute_with(h, "pm_card_createMultipleDisputes");
	const char *charge = field(get(h, "disputes", id), "charge");
	const struct answer *list;

	api_ok(h, "POST", text_of(h, "/v1/disputes/%s/close", id), NULL);
	list = api_ok(h, "GET", text_of(h, "/v1/disputes?charge=%s", charge), NULL);
	assert_same_int((int64_t)field_count(list, "data"), 2);
	assert_field(list, "data.0.status", "needs_response");
	assert_field(list, "data.1.status", "lost");
}

static void fixture__keeps_its_deadline(void **state)
{
	struct house *h = *state;
	const char *charge = field(pay(h, "pm_card_visa", ""), "latest_charge");

	bring(h, text_of(h,
			 "[{\"object\":\"dispute\",\"id\":\"du_f\",\"amount\":2000,\"currency\":\"usd\",\"charge\":\"%"
			 "s\","
			 "\"status\":\"needs_response\",\"evidence_details\":{\"due_by\":%lld}}]",
			 charge, (long long)HOUSE_NOW + 100));
	advance(h, 100);
	assert_field(get(h, "disputes", "du_f"), "status", "lost");
}

static void retrieve__unknown(void **state)
{
	assert_error(api(*state, "GET", "/v1/disputes/du_x", NULL), 404, "resource_missing", "dispute",
		"No such dispute: 'du_x'");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(open__takes_the_money),
		TEST(open__product_not_received),
		TEST(open__early_fraud_warning),
		TEST(evidence__wins),
		TEST(evidence__loses),
		TEST(evidence__is_staged_first),
		TEST(evidence__of_no_weight_stays_under_review),
		TEST(silence__loses_at_the_deadline),
		TEST(inquiry__costs_nothing),
		TEST(inquiry__escalates),
		TEST(close__gives_up),
		TEST(close__and_disputed_again),
		TEST(fixture__keeps_its_deadline),
		TEST(retrieve__unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
