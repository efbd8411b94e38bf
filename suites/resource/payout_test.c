/* SPDX-License-Identifier: MIT */
/* Payouts and the balance they leave. Source: Stripe docs "Receive payouts", "The Payout object". */
#include "suites/resource/payments.h"

/* A payout of what a charge of $20.00 has left: $19.12. */
static const struct answer *pay_out(struct house *h, const char *body)
{
	pay(h, "pm_card_bypassPending", "&capture_method=automatic");
	return api(h, "POST", "/v1/payouts", body);
}

static int64_t available(struct house *h)
{
	return field_int(api_ok(h, "GET", "/v1/balance", NULL), "available.0.amount");
}

static void payout__arrives_two_days_later(void **state)
{
	struct house *h = *state;
	const struct answer *a = pay_out(h, "amount=1912&currency=usd&metadata[a]=b");
	const char *id = field(a, "id");

	assert_status(a, 200);
	assert_field(a, "status", "pending");
	assert_field(a, "method", "standard");
	assert_field(a, "metadata.a", "b");
	assert_money(a, "arrival_date", HOUSE_NOW + 2 * 86400);
	assert_same_int(available(h), 0);
	a = get(h, "balance_transactions", field(a, "balance_transaction"));
	assert_money(a, "amount", -1912);
	assert_money(a, "fee", 0);
	assert_field(a, "type", "payout");
	assert_field(a, "source", id);
	advance(h, 2 * 86400 - 1);
	assert_field(get(h, "payouts", id), "status", "pending");
	advance(h, 1);
	assert_field(get(h, "payouts", id), "status", "paid");
	assert_string_equal(events_after(h, 3), "payout.created payout.paid");
}

static void payout__may_be_instant(void **state)
{
	struct house *h = *state;
	const char *id = field(pay_out(h, "amount=500&currency=usd&method=instant"), "id");

	assert_money(get(h, "payouts", id), "arrival_date", HOUSE_NOW);
	advance(h, 5);
	assert_field(get(h, "payouts", id), "status", "paid");
}

static void cancel__puts_the_money_back(void **state)
{
	struct house *h = *state;
	const char *id = field(pay_out(h, "amount=1000&currency=usd"), "id");
	const char *path = text_of(h, "/v1/payouts/%s/cancel", id);
	const struct answer *a;

	assert_same_int(available(h), 912);
	a = api_ok(h, "POST", path, NULL);
	assert_field(a, "status", "canceled");
	assert_money(get(h, "balance_transactions", field(a, "failure_balance_transaction")), "amount", 1000);
	assert_same_int(available(h), 1912);
	assert_error(api(h, "POST", path, NULL), 400, NULL, NULL,
		"Payouts can only be canceled while they are pending; this one has a status of canceled.");
	advance(h, 30 * 86400);
	assert_field(get(h, "payouts", id), "status", "canceled");
}

static void reverse__is_a_payout_back(void **state)
{
	struct house *h = *state;
	const char *id = field(pay_out(h, "amount=1000&currency=usd"), "id");
	const char *path = text_of(h, "/v1/payouts/%s/reverse", id);
	const struct answer *a;

	assert_error(api(h, "POST", path, NULL), 400, NULL, NULL, "Only payouts that were paid");
	advance(h, 2 * 86400);
	a = api_ok(h, "POST", path, "metadata[why]=wrong");
	assert_money(a, "amount", -1000);
	assert_field(a, "original_payout", id);
	assert_field(a, "metadata.why", "wrong");
	assert_field(get(h, "payouts", id), "reversed_by", field(a, "id"));
	assert_same_int(available(h), 1912);
}

static void fixture__arrives_on_its_day(void **state)
{
	struct house *h = *state;

	bring(h, text_of(h,
			 "[{\"object\":\"payout\",\"id\":\"po_f\",\"amount\":500,\"currency\":\"usd\",\"status\":"
			 "\"in_transit\",\"arrival_date\":%lld}]",
			 (long long)HOUSE_NOW + 86400));
	advance(h, 86400);
	assert_field(get(h, "payouts", "po_f"), "status", "paid");
}

static const struct refusal refusals[] = {
	{ "create__nothing", "POST", "/v1/payouts", "amount=0&currency=usd", 400, "parameter_invalid_integer", "amount",
		"This value must be greater than or equal to 1." },
	{ "create__more_than_there_is", "POST", "/v1/payouts", "amount=500&currency=usd", 400, "balance_insufficient",
		NULL,
		"You have insufficient funds in your Stripe account for this payout. You can use the /v1/balance "
		"endpoint to view your Stripe balance; with the card 4000000000000077 a test charge is available at "
		"once." },
};

static void check(void **state)
{
	struct refusal_case *c = *state;

	refusal_check(c->house, c->row);
}

static const struct CMUnitTest tests[] = {
	TEST(payout__arrives_two_days_later),
	TEST(payout__may_be_instant),
	TEST(cancel__puts_the_money_back),
	TEST(reverse__is_a_payout_back),
	TEST(fixture__arrives_on_its_day),
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

int main(void)
{
	return run_with_refusals("payout", tests, COUNT(tests), refusals, COUNT(refusals), check);
}
