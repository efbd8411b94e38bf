/* SPDX-License-Identifier: MIT */
#include "suites/resource/payments.h"

static void create__from_a_token(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/charges",
		"amount=1000&currency=EUR&source=tok_mastercard&description=Hat&metadata[a]=b");

	assert_true(!strncmp(field(a, "id"), "ch_3", 4));
	assert_money(a, "amount", 1000);
	assert_field(a, "currency", "eur");
	assert_field(a, "description", "Hat");
	assert_field(a, "metadata.a", "b");
	assert_field(a, "payment_intent", NULL);
	assert_field(a, "source.object", "card");
	assert_field(a, "source.brand", "MasterCard");
	assert_field(a, "payment_method_details.card.brand", "mastercard");
	assert_flag(a, "captured", true);
	assert_field(a, "status", "succeeded");
	assert_money(get(h, "balance_transactions", field(a, "balance_transaction")), "net", 1000 - 59);
	assert_string_equal(events_after(h, 0), "charge.succeeded");
}

static void create__from_the_default_source(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *body = text_of(h, "amount=1000&currency=usd&customer=%s", customer);
	const struct answer *a = api(h, "POST", "/v1/charges", body);

	assert_error(a, 402, "missing", NULL, "Cannot charge a customer that has no active card");
	api_ok(h, "POST", text_of(h, "/v1/customers/%s/sources", customer), "source=tok_visa");
	a = api_ok(h, "POST", "/v1/charges", body);
	assert_field(a, "customer", customer);
	assert_field(a, "payment_method", field(get(h, "customers", customer), "default_source"));
}

static void create__declined(void **state)
{
	struct house *h = *state;
	const struct answer *a = api(
		h, "POST", "/v1/charges", "amount=1000&currency=usd&source=tok_visa_chargeDeclinedInsufficientFunds");

	assert_error(a, 402, "card_declined", NULL, "Your card has insufficient funds.");
	assert_absent(a, "error.payment_intent");
	assert_field(get(h, "charges", field(a, "error.charge")), "failure_code", "card_declined");
	assert_string_equal(events_after(h, 0), "charge.failed");
}

static void capture__in_a_second_call(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		api_ok(h, "POST", "/v1/charges", "amount=1000&currency=usd&source=tok_visa&capture=false");
	const char *path = text_of(h, "/v1/charges/%s/capture", field(a, "id"));

	assert_flag(a, "captured", false);
	assert_field(a, "balance_transaction", NULL);
	a = api_ok(h, "POST", path, "amount=600");
	assert_money(a, "amount_captured", 600);
	assert_money(a, "amount_refunded", 400);
	assert_string_equal(events_after(h, 0), "charge.succeeded charge.captured");
	assert_error(api(h, "POST", path, NULL), 400, "charge_already_captured", NULL,
		text_of(h, "Charge %s has already been captured.", field(a, "id")));
}

static void capture__lapses(void **state)
{
	struct house *h = *state;
	const char *id =
		field(api_ok(h, "POST", "/v1/charges", "amount=1000&currency=usd&source=tok_visa&capture=false"), "id");

	advance(h, 7 * 86400);
	assert_flag(get(h, "charges", id), "refunded", true);
	assert_string_equal(events_after(h, 1), "charge.expired");
}

static void refund__reverses_an_uncaptured_one(void **state)
{
	struct house *h = *state;
	const char *id =
		field(api_ok(h, "POST", "/v1/charges", "amount=1000&currency=usd&source=tok_visa&capture=false"), "id");
	const struct answer *a = api_ok(h, "POST", "/v1/refunds", text_of(h, "charge=%s", id));

	assert_field(a, "balance_transaction", NULL);
	assert_json(a, "destination_details", "{\"card\":{\"type\":\"reversal\"},\"type\":\"card\"}");
	advance(h, 30 * 86400);
	assert_string_equal(events_after(h, 1), "refund.created charge.refunded");
}

static void update__is_announced(void **state)
{
	struct house *h = *state;
	const char *id = field(api_ok(h, "POST", "/v1/charges", "amount=1000&currency=usd&source=tok_visa"), "id");
	const struct answer *a = api_ok(h, "POST", text_of(h, "/v1/charges/%s", id),
		"description=new&fraud_details[user_report]=safe&receipt_email=b@example.com");

	assert_field(a, "description", "new");
	assert_json(a, "fraud_details", "{\"user_report\":\"safe\"}");
	assert_previous(h, "charge.updated",
		"{\"description\":null,\"fraud_details\":{\"user_report\":null},\"receipt_email\":null}");
}

static void descriptor__joins_prefix_and_suffix(void **state)
{
	struct house *h = *state;

	assert_field(api_ok(h, "POST", "/v1/charges",
			     "amount=1000&currency=usd&source=tok_visa&statement_descriptor_suffix=order 7"),
		"calculated_statement_descriptor", "MOCKSTRIPE* ORDER 7");
}

static void risk__is_elevated(void **state)
{
	struct house *h = *state;
	const struct answer *a = get(h, "charges", field(pay(h, "pm_card_riskLevelElevated", ""), "latest_charge"));

	assert_field(a, "outcome.risk_level", "elevated");
	assert_true(field_int(a, "outcome.risk_score") >= 65 && field_int(a, "outcome.risk_score") < 75);
}

static void checks__fail_while_the_charge_succeeds(void **state)
{
	struct house *h = *state;
	const struct answer *a = get(h, "charges", field(pay(h, "pm_card_cvcCheckFail", ""), "latest_charge"));

	assert_field(a, "status", "succeeded");
	assert_field(a, "payment_method_details.card.checks.cvc_check", "fail");
	a = get(h, "charges", field(pay(h, "pm_card_avsZipFail", ""), "latest_charge"));
	assert_field(a, "payment_method_details.card.checks.address_line1_check", "pass");
	assert_field(a, "payment_method_details.card.checks.address_postal_code_check", "fail");
}

static void fee__in_yen(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/charges", "amount=10000&currency=jpy&source=tok_visa");

	assert_money(get(h, "balance_transactions", field(a, "balance_transaction")), "fee", 320);
}

static void token__is_there_unmade(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "GET", "/v1/tokens/tok_amex", NULL);

	assert_field(a, "type", "card");
	assert_field(a, "card.brand", "American Express");
	assert_flag(a, "used", false);
	assert_field(api_ok(h, "POST", "/v1/tokens", "pii[id_number]=000000000"), "type", "pii");
	assert_error(
		api(h, "GET", "/v1/tokens/tok_gold", NULL), 404, "resource_missing", "id", "No such token: 'tok_gold'");
}

static void list__filters(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *method = card_of(h, customer, "pm_card_visa");
	const struct answer *a = pay(h, method, text_of(h, "&customer=%s&transfer_group=g", customer));

	pay(h, "pm_card_visa", "");
	assert_same_int(
		(int64_t)field_count(api_ok(h, "GET", text_of(h, "/v1/charges?customer=%s", customer), NULL), "data"),
		1);
	assert_field(api_ok(h, "GET", "/v1/charges?transfer_group=g", NULL), "data.0.id", field(a, "latest_charge"));
	assert_field(api_ok(h, "GET", text_of(h, "/v1/charges?payment_intent=%s", field(a, "id")), NULL), "data.0.id",
		field(a, "latest_charge"));
}

static const struct refusal refusals[] = {
	{ "create__needs_a_source", "POST", "/v1/charges", "amount=1000&currency=usd", 400, "parameter_missing", NULL,
		"Must provide source or customer." },
	{ "create__needs_an_amount", "POST", "/v1/charges", "currency=usd&source=tok_visa", 400, "parameter_missing",
		"amount", "Missing required param: amount." },
	{ "create__too_small", "POST", "/v1/charges", "amount=10&currency=usd&source=tok_visa", 400, "amount_too_small",
		"amount", "Amount must be at least $0.50 usd" },
	{ "create__unknown_token", "POST", "/v1/charges", "amount=1000&currency=usd&source=tok_card_createDispute", 400,
		"resource_missing", "source", "No such token: 'tok_card_createDispute'" },
	{ "retrieve__unknown", "GET", "/v1/charges/ch_x", NULL, 404, "resource_missing", "id",
		"No such charge: 'ch_x'" },
};

static void check(void **state)
{
	struct refusal_case *c = *state;

	refusal_check(c->house, c->row);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(create__from_a_token),
		TEST(create__from_the_default_source),
		TEST(create__declined),
		TEST(capture__in_a_second_call),
		TEST(capture__lapses),
		TEST(refund__reverses_an_uncaptured_one),
		TEST(update__is_announced),
		TEST(descriptor__joins_prefix_and_suffix),
		TEST(risk__is_elevated),
		TEST(checks__fail_while_the_charge_succeeds),
		TEST(fee__in_yen),
		TEST(token__is_there_unmade),
		TEST(list__filters),
	};

	return run_with_refusals(
		"charge", tests, sizeof tests / sizeof *tests, refusals, sizeof refusals / sizeof *refusals, check);
}
