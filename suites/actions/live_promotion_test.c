/* SPDX-License-Identifier: MIT */
/* A promotion code with a change of plan, and trials that end with one: what is shown is what is charged, to the cent.
 */
#include "suites/actions/live.h"

#define POLICY(more)                                                                                                   \
	"{\"change_policy\":{\"upgrade\":{\"proration_behavior\":\"always_invoice\"},"                                 \
	"\"downgrade\":{\"proration_behavior\":\"create_prorations\"}" more "}}"
#define CODES POLICY(",\"allow_promotion_codes\":true")
#define UPGRADE "{\"operation\":\"change_plan\",\"plan\":\"fleet\",\"promotion_code\":\"%s\"}"

#define text_at(a, path) field_at((a), (path), __FILE__, __LINE__)

/* A coupon with these terms, and a code of it. */
static void code_make(struct live *l, const char *code, const char *coupon, const char *more)
{
	const struct answer *a = api_ok(l->house, "POST", "/v1/coupons", coupon);

	api_ok(l->house, "POST", "/v1/promotion_codes",
		text_of(l->house, "promotion[type]=coupon&promotion[coupon]=%s&code=%s%s", text_at(a, "id"), code,
			more));
}

static const char *with_code(struct live *l, const char *inputs, const char *code)
{
	const char *at = strstr(inputs, "%s");

	return text_of(l->house, "%.*s%s%s", (int)(at - inputs), inputs, code, at + 2);
}

struct applied {
	const char *name, *coupon, *inputs;
	bool at_once;
};

static const struct applied applieds[] = {
	{ "promotion__percent_at_once", "percent_off=25&duration=forever", UPGRADE, true },
	{ "promotion__percent_once", "percent_off=33.33&duration=once", UPGRADE, true },
	{ "promotion__amount_at_once", "amount_off=1500&currency=usd&duration=once", UPGRADE, true },
	{ "promotion__more_than_is_due", "amount_off=99000&currency=usd&duration=once", UPGRADE, true },
	{ "promotion__seats", "percent_off=10&duration=forever",
		"{\"operation\":\"change_plan\",\"quantity\":5,\"promotion_code\":\"%s\"}", true },
	{ "promotion__year", "percent_off=10&duration=forever",
		"{\"operation\":\"change_plan\",\"interval\":\"year\",\"promotion_code\":\"%s\"}", false },
	{ "promotion__with_the_next_invoice", "percent_off=25&duration=forever",
		"{\"operation\":\"change_plan\",\"plan\":\"solo\",\"promotion_code\":\"%s\"}", false },
};

static void applied(void **state)
{
	const struct applied *row = *state;
	const char *inputs, *confirmation, *invoice;
	int64_t due, invoices;
	const struct answer *a;
	struct live l;

	live_open(&l, CODES);
	code_make(&l, "TIDE25", row->coupon, "");
	inputs = with_code(&l, row->inputs, "tide25");
	invoices = live_count(&l, "/v1/invoices?customer=cus_ada");
	confirmation = live_propose(&l, "ada", MANAGE, inputs);
	due = js_int(live_data(&l), "amount_due_now", -1);
	assert_says(&l, "The code TIDE25 is applied.");
	live_run(&l, "ada", MANAGE, inputs, confirmation);
	assert_outcome(&l, "ok", "none");
	assert_same_int(live_count(&l, "/v1/invoices?customer=cus_ada"), invoices + row->at_once);
	a = live_get(&l, "/v1/subscriptions/sub_ada");
	/* What counts once has counted with the invoice of the change. */
	assert_same_int((int64_t)field_count(a, "discounts"), row->at_once && strstr(row->coupon, "=once") ? 0 : 1);
	invoice = text_of(l.house, "/v1/invoices/%s", text_at(a, "latest_invoice"));
	if (row->at_once)
		assert_money(live_get(&l, invoice), "amount_due", due);
	else
		assert_same_int(due, 0);
	live_close(&l);
}

struct refused {
	const char *name, *coupon, *more; /* of the code */
	const char *typed, *detail;
};

static const struct refused refuseds[] = {
	{ "promotion__that_nobody_has", "percent_off=25&duration=once", "", "NOSUCH", "no active one" },
	{ "promotion__of_another_customer", "percent_off=25&duration=once", "&customer=cus_mary", "TIDE25",
		"no active one" },
	{ "promotion__switched_off", "percent_off=25&duration=once", "&active=false", "TIDE25", "no active one" },
	{ "promotion__in_another_currency", "amount_off=500&currency=eur&duration=once", "", "TIDE25",
		"another currency" },
	{ "promotion__for_a_first_purchase", "percent_off=25&duration=once",
		"&restrictions[first_time_transaction]=true", "TIDE25", "first transaction" },
	{ "promotion__with_a_minimum", "percent_off=25&duration=once",
		"&restrictions[minimum_amount]=100&restrictions[minimum_amount_currency]=usd", "TIDE25",
		"minimum amount" },
};

static void refused(void **state)
{
	const struct refused *row = *state;
	struct live l;

	live_open(&l, CODES);
	code_make(&l, "TIDE25", row->coupon, row->more);
	live_run(&l, "ada", MANAGE, with_code(&l, UPGRADE, row->typed), NULL);
	assert_outcome(&l, "refused", "offer_unavailable");
	assert_string_equal(l.result.message, "That code can't be used for this subscription.");
	assert_holds(js_text(l.diagnostic, "detail"), row->detail);
	assert_int_equal(l.writes, 0);
	live_close(&l);
}

static void promotion__only_where_the_operator_takes_codes(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, NULL);
	code_make(&l, "TIDE25", "percent_off=25&duration=once", "");
	live_run(&l, "ada", MANAGE, with_code(&l, UPGRADE, "TIDE25"), NULL);
	assert_outcome(&l, "refused", "offer_unavailable");
	assert_holds(js_text(l.diagnostic, "detail"), "allow_promotion_codes");
	live_close(&l);
}

/* The customer's own code wins over one for everybody; and what they have already stays. */
static void promotion__of_their_own_beside_another_discount(void **state)
{
	const struct answer *a;
	struct live l;

	(void)state;
	live_open(&l, CODES);
	code_make(&l, "MINE", "percent_off=5&duration=forever&name=Mine", "&customer=cus_ada");
	api_ok(l.house, "POST", "/v1/coupons", "id=OLD&percent_off=10&duration=forever");
	api_ok(l.house, "POST", "/v1/subscriptions/sub_ada", "discounts[0][coupon]=OLD");
	live_do(&l, "ada", MANAGE, with_code(&l, UPGRADE, "mine"));
	assert_outcome(&l, "ok", "none");
	a = live_get(&l, "/v1/subscriptions/sub_ada?expand[]=discounts");
	assert_same_int((int64_t)field_count(a, "discounts"), 2);
	assert_field(a, "discounts.0.source.coupon", "OLD");
	live_close(&l);
}

/* Between the proposal and the consent the code ran out: nothing is done at another price. */
static void promotion__that_was_used_up_meanwhile(void **state)
{
	const char *confirmation, *inputs;
	struct live l;

	(void)state;
	live_open(&l, CODES);
	code_make(&l, "TIDE25", "percent_off=25&duration=once", "&max_redemptions=1");
	inputs = with_code(&l, UPGRADE, "TIDE25");
	confirmation = live_propose(&l, "ada", MANAGE, inputs);
	api_ok(l.house, "POST", "/v1/subscriptions/sub_mary",
		text_of(l.house, "discounts[0][promotion_code]=%s",
			text_at(live_get(&l, "/v1/promotion_codes?code=TIDE25"), "data.0.id")));
	live_run(&l, "ada", MANAGE, inputs, confirmation);
	assert_outcome(&l, "refused", "offer_unavailable");
	assert_int_equal(l.writes, 0);
	live_close(&l);
}

static void promotion__with_a_change_for_later(void **state)
{
	const struct answer *a;
	struct live l;

	(void)state;
	live_open(&l, "{\"change_policy\":{\"downgrade\":{\"when\":\"period_end\"},\"allow_promotion_codes\":true}}");
	code_make(&l, "TIDE25", "percent_off=25&duration=forever", "");
	live_do(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"solo\",\"promotion_code\":\"TIDE25\"}");
	assert_outcome(&l, "ok", "none");
	assert_same_int((int64_t)field_count(live_get(&l, "/v1/subscriptions/sub_ada"), "discounts"), 0);
	a = live_get(&l, text_of(l.house, "/v1/subscription_schedules/%s",
				 text_at(live_get(&l, "/v1/subscriptions/sub_ada"), "schedule")));
	assert_same_int((int64_t)field_count(a, "phases.1.discounts"), 1);
	assert_same_int((int64_t)field_count(a, "phases.0.discounts"), 0);
	live_close(&l);
}

/* ---- trials ---- */

struct trial {
	const char *name, *policy, *inputs, *says;
	bool ends;
};

static const struct trial trials[] = {
	{ "trial__goes_on_unless_told", "{}", "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}",
		"Nothing is charged during the trial", false },
	{ "trial__goes_on_when_told", POLICY(",\"trial_update_behavior\":\"continue_trial\""),
		"{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", "Nothing is charged during the trial", false },
	{ "trial__ends_with_the_change", POLICY(",\"trial_update_behavior\":\"end_trial\""),
		"{\"operation\":\"change_plan\",\"plan\":\"fleet\"}",
		"Your trial ends with the change. A new billing period starts at once: 79.00 USD is due now.", true },
	{ "trial__ends_for_less", POLICY(",\"trial_update_behavior\":\"end_trial\""),
		"{\"operation\":\"change_plan\",\"plan\":\"solo\"}", "Your trial ends with the change.", true },
};

static void trial(void **state)
{
	const struct trial *row = *state;
	const char *confirmation;
	const struct answer *a;
	struct live l;
	int64_t due;

	live_open(&l, row->policy);
	api_ok(l.house, "POST", "/v1/payment_methods/pm_card_visa/attach", "customer=cus_grace");
	a = live_get(&l, "/v1/payment_methods?customer=cus_grace");
	api_ok(l.house, "POST", "/v1/subscriptions/sub_grace",
		text_of(l.house, "default_payment_method=%s", text_at(a, "data.0.id")));
	l.writes = 0;
	confirmation = live_propose(&l, "grace", MANAGE, row->inputs);
	assert_says(&l, row->says);
	due = js_int(live_data(&l), "amount_due_now", -1);
	live_run(&l, "grace", MANAGE, row->inputs, confirmation);
	assert_outcome(&l, "ok", "none");
	assert_int_equal(l.writes, 1);
	a = live_get(&l, "/v1/subscriptions/sub_grace");
	assert_field(a, "status", row->ends ? "active" : "trialing");
	if (row->ends) {
		a = live_get(&l, text_of(l.house, "/v1/invoices/%s", text_at(a, "latest_invoice")));
		assert_field(a, "status", "paid");
		assert_money(a, "amount_paid", due);
		assert_true(due > 0);
	} else {
		assert_same_int(due, 0);
	}
	live_close(&l);
}

int main(void)
{
	const struct table tables[] = {
		{ "applied", applieds, COUNT_OF(applieds), sizeof(applieds[0]), applied },
		{ "refused", refuseds, COUNT_OF(refuseds), sizeof(refuseds[0]), refused },
		{ "trials", trials, COUNT_OF(trials), sizeof(trials[0]), trial },
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(promotion__only_where_the_operator_takes_codes),
		cmocka_unit_test(promotion__of_their_own_beside_another_discount),
		cmocka_unit_test(promotion__that_was_used_up_meanwhile),
		cmocka_unit_test(promotion__with_a_change_for_later),
	};

	return tables_run(tables, COUNT_OF(tables)) + cmocka_run_group_tests(tests, NULL, NULL);
}
