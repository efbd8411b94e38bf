/* SPDX-License-Identifier: MIT */
#include "suites/resource/payments.h"

static const char *charge_with(struct house *h, const char *card)
{
	const struct answer *a = pay(h, card, "&description=Shoes");

	assert_status(a, 200);
	return field(a, "latest_charge");
}

static const struct answer *refund(struct house *h, const char *charge, const char *extra)
{
	return api(h, "POST", "/v1/refunds", text_of(h, "charge=%s%s", charge, extra));
}

static void refund__in_full(void **state)
{
	struct house *h = *state;
	const char *charge = charge_with(h, "pm_card_visa");
	const struct answer *a = refund(h, charge, "&reason=requested_by_customer&metadata[a]=b");
	const struct answer *entry;

	assert_status(a, 200);
	assert_true(!strncmp(field(a, "id"), "re_3", 4));
	assert_money(a, "amount", 2000);
	assert_field(a, "charge", charge);
	assert_field(a, "currency", "usd");
	assert_json(a, "destination_details",
		"{\"card\":{\"reference_status\":\"pending\",\"reference_type\":\"acquirer_reference_number\","
		"\"type\":\"refund\"},\"type\":\"card\"}");
	assert_json(a, "metadata", "{\"a\":\"b\"}");
	assert_field(a, "reason", "requested_by_customer");
	assert_field(a, "status", "succeeded");
	assert_absent(a, "livemode");
	entry = get(h, "balance_transactions", field(a, "balance_transaction"));
	assert_money(entry, "amount", -2000);
	assert_money(entry, "fee", 0);
	assert_money(entry, "net", -2000);
	assert_field(entry, "type", "refund");
	assert_field(entry, "description", "REFUND FOR CHARGE (Shoes)");
	entry = api_ok(h, "GET", text_of(h, "/v1/charges/%s?expand[]=refunds", charge), NULL);
	assert_money(entry, "amount_refunded", 2000);
	assert_flag(entry, "refunded", true);
	assert_field(entry, "refunds.data.0.id", field(a, "id"));
	assert_string_equal(events_after(h, 3), "refund.created charge.refunded");
	assert_previous(
		h, "charge.refunded", "{\"amount_refunded\":0,\"balance_transaction\":null,\"refunded\":false}");
	advance(h, 5);
	assert_string_equal(events_after(h, 3), "refund.created charge.refunded refund.updated charge.refund.updated");
	a = get(h, "refunds", field(a, "id"));
	assert_field(a, "destination_details.card.reference_status", "available");
	assert_int_equal(strlen(field(a, "destination_details.card.reference")), 23);
	assert_error(refund(h, charge, ""), 400, "charge_already_refunded", NULL,
		text_of(h, "Charge %s has already been refunded.", charge));
}

static void refund__in_parts(void **state)
{
	struct house *h = *state;
	const struct answer *a = pay(h, "pm_card_visa", "");
	const char *charge = field(a, "latest_charge");
	const char *body = text_of(h, "payment_intent=%s&amount=500", field(a, "id"));

	assert_money(api_ok(h, "POST", "/v1/refunds", body), "amount", 500);
	assert_money(api_ok(h, "POST", "/v1/refunds", body), "amount", 500);
	assert_money(get(h, "charges", charge), "amount_refunded", 1000);
	assert_flag(get(h, "charges", charge), "refunded", false);
	assert_error(refund(h, charge, "&amount=1001"), 400, NULL, "amount",
		"Refund amount ($10.01) is greater than unrefunded amount on charge ($10.00)");
	assert_money(refund(h, charge, ""), "amount", 1000);
	assert_flag(get(h, "charges", charge), "refunded", true);
	assert_same_int(
		(int64_t)field_count(api_ok(h, "GET", text_of(h, "/v1/refunds?charge=%s", charge), NULL), "data"), 3);
}

static void refund__for_fraud_is_told_of_the_charge(void **state)
{
	struct house *h = *state;
	const char *charge = charge_with(h, "pm_card_visa");

	assert_json(get(h, "charges", charge), "fraud_details", "{}");
	refund(h, charge, "&reason=fraudulent");
	assert_json(get(h, "charges", charge), "fraud_details", "{\"user_report\":\"fraudulent\"}");
}

static void refund__pending_card_succeeds_later(void **state)
{
	struct house *h = *state;
	const char *id = field(refund(h, charge_with(h, "pm_card_pendingRefund"), ""), "id");
	const struct answer *a = get(h, "refunds", id);
	size_t before = event_count(h);

	assert_field(a, "status", "pending");
	assert_field(a, "pending_reason", "processing");
	advance(h, 5);
	assert_field(get(h, "refunds", id), "status", "succeeded");
	assert_string_equal(events_after(h, before), "refund.updated charge.refund.updated");
}

static void refund__failing_card_gives_the_money_back(void **state)
{
	struct house *h = *state;
	const char *charge = charge_with(h, "pm_card_refundFail");
	const char *id = field(refund(h, charge, ""), "id");
	const struct answer *a;
	size_t before = event_count(h);

	assert_field(get(h, "refunds", id), "status", "succeeded");
	advance(h, 5);
	a = get(h, "refunds", id);
	assert_field(a, "status", "failed");
	assert_field(a, "failure_reason", "unknown");
	a = get(h, "balance_transactions", field(a, "failure_balance_transaction"));
	assert_money(a, "amount", 2000);
	assert_field(a, "type", "refund_failure");
	a = get(h, "charges", charge);
	assert_money(a, "amount_refunded", 0);
	assert_flag(a, "refunded", false);
	assert_string_equal(events_after(h, before), "refund.failed charge.refund.updated");
}

static void refund__balance_adds_up(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	refund(h, charge_with(h, "pm_card_visa"), "&amount=500");
	a = api_ok(h, "GET", "/v1/balance", NULL);
	assert_money(a, "pending.0.amount", 2000 - 88 - 500);
	assert_money(a, "pending.0.source_types.card", 1412);
	assert_money(a, "available.0.amount", 0);
	advance(h, 2 * 86400);
	a = api_ok(h, "GET", "/v1/balance", NULL);
	assert_money(a, "pending.0.amount", 0);
	assert_money(a, "available.0.amount", 1412);
	assert_same_int(
		(int64_t)field_count(api_ok(h, "GET", "/v1/balance_transactions?type=refund", NULL), "data"), 1);
}

static void refund__funds_that_are_there_at_once(void **state)
{
	struct house *h = *state;

	pay(h, "pm_card_bypassPending", "&capture_method=automatic");
	assert_money(api_ok(h, "GET", "/v1/balance", NULL), "available.0.amount", 1912);
}

static void update__metadata_only(void **state)
{
	struct house *h = *state;
	const char *path = text_of(h, "/v1/refunds/%s", field(refund(h, charge_with(h, "pm_card_visa"), ""), "id"));

	assert_field(api_ok(h, "POST", path, "metadata[k]=v"), "metadata.k", "v");
	assert_error(api(h, "POST", path, "amount=1"), 400, "parameter_unknown", "amount", NULL);
	assert_error(api(h, "POST", text_of(h, "%s/cancel", path), NULL), 400, NULL, NULL,
		"Canceling this refund is unsupported.");
}

static void refund__refused_by_the_charge(void **state)
{
	struct house *h = *state;
	const struct answer *a = pay(h, "pm_card_visa", "&capture_method=manual");
	const char *intent = field(a, "id");

	assert_error(refund(h, field(a, "latest_charge"), ""), 400, NULL, NULL,
		text_of(h,
			"This uncaptured Charge was created by a PaymentIntent (%s). You must cancel the PaymentIntent "
			"to reverse "
			"the authorization instead of refunding the Charge directly.",
			intent));
	a = pay(h, "pm_card_visa_chargeDeclined", "");
	intent = field(a, "error.payment_intent.id");
	assert_error(api(h, "POST", "/v1/refunds", text_of(h, "payment_intent=%s", intent)), 400, NULL, NULL,
		text_of(h, "This PaymentIntent (%s) does not have a successful charge to refund.", intent));
	a = pay(h, "pm_card_createDispute", "");
	assert_error(refund(h, field(a, "latest_charge"), ""), 400, "charge_disputed", NULL,
		text_of(h, "Charge %s has been charged back; cannot issue a refund.", field(a, "latest_charge")));
	a = pay(h, "pm_card_createDisputeInquiry", "");
	assert_status(refund(h, field(a, "latest_charge"), ""), 200);
}

static const struct refusal refusals[] = {
	{ "create__needs_a_charge", "POST", "/v1/refunds", "amount=5", 400, "parameter_missing", NULL,
		"One of the following params should be provided for this request: payment_intent or charge." },
	{ "create__unknown_charge", "POST", "/v1/refunds", "charge=ch_x", 404, "resource_missing", "id",
		"No such charge: 'ch_x'" },
	{ "create__amount_zero", "POST", "/v1/refunds", "charge=ch_x&amount=0", 400, "parameter_invalid_integer",
		"amount", "This value must be greater than or equal to 1." },
	{ "create__reason", "POST", "/v1/refunds", "charge=ch_x&reason=whim", 400, NULL, "reason",
		"Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer" },
	{ "retrieve__unknown", "GET", "/v1/refunds/re_x", NULL, 404, "resource_missing", "refund",
		"No such refund: 're_x'" },
};

static void check(void **state)
{
	struct refusal_case *c = *state;

	refusal_check(c->house, c->row);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(refund__in_full),
		TEST(refund__in_parts),
		TEST(refund__for_fraud_is_told_of_the_charge),
		TEST(refund__pending_card_succeeds_later),
		TEST(refund__failing_card_gives_the_money_back),
		TEST(refund__balance_adds_up),
		TEST(refund__funds_that_are_there_at_once),
		TEST(update__metadata_only),
		TEST(refund__refused_by_the_charge),
	};

	return run_with_refusals(
		"refund", tests, sizeof tests / sizeof *tests, refusals, sizeof refusals / sizeof *refusals, check);
}
