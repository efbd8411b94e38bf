/* SPDX-License-Identifier: MIT */
#include "suites/actions/live.h"

#include "actions/stripe/client.h"

/* Policies that take Stripe to show: changes that wait, offers, links for payment methods, against the simulator. */

#define LATER "{\"change_policy\":{\"downgrade\":{\"when\":\"period_end\"}}}"
#define TO_SOLO "{\"operation\":\"change_plan\",\"plan\":\"solo\"}"
#define PERIOD_END 1796893920 /* of ada's subscription */

static const char *price_now(struct live *l)
{
	return field(live_get(l, "/v1/subscriptions/sub_ada"), "items.data.0.price.id");
}

static void downgrade__waits_for_the_end_of_the_period(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, LATER);
	live_run(&l, "ada", MANAGE, TO_SOLO, NULL);
	assert_outcome(&l, "needs_confirmation", "needs_confirmation");
	assert_says(&l, "at the end of the paid period");
	assert_says(&l, "nothing is due now");
	assert_string_equal(js_text(live_data(&l), "effective_at"), "2026-12-10T09:12:00Z");
	live_do(&l, "ada", MANAGE, TO_SOLO);
	assert_outcome(&l, "ok", "none");
	assert_says(&l, "Done: you keep your present plan until 10 December 2026 (UTC) and go on with Solo then.");
	assert_string_equal(price_now(&l), "price_team_month");
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_true(js_flag_at(live_data(&l), "subscriptions.0.change_scheduled", false));
	assert_int_equal(ms_advance(l.house->ms, NULL, PERIOD_END + 7200 - DEMO_NOW), 0);
	assert_string_equal(price_now(&l), "price_solo_month");
	live_close(&l);
}

static void downgrade__is_taken_back(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, LATER);
	live_do(&l, "ada", MANAGE, TO_SOLO);
	live_run(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", NULL);
	assert_outcome(&l, "refused", "subscription_scheduled");
	live_do(&l, "ada", MANAGE, "{\"operation\":\"undo_downgrade\"}");
	assert_outcome(&l, "ok", "none");
	assert_says(&l, "Team goes on and renews on 10 December 2026 (UTC).");
	assert_int_equal(ms_advance(l.house->ms, NULL, PERIOD_END + 7200 - DEMO_NOW), 0);
	assert_string_equal(price_now(&l), "price_team_month");
	live_close(&l);
}

static void downgrade__nothing_to_take_back(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, LATER);
	live_run(&l, "ada", MANAGE, "{\"operation\":\"undo_downgrade\",\"subscription\":\"sub_1\"}", NULL);
	assert_outcome(&l, "ok", "none");
	assert_string_equal(js_text(live_data(&l), "code"), "no_change");
	live_close(&l);
}

/* The second of the two requests is refused: the first one's schedule must not stay behind. */
static void downgrade__half_of_it_is_none_of_it(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, LATER);
	live_fault(&l, &(struct ms_fault) { .kind = "error",
			       .method = "POST",
			       .route = "/v1/subscription_schedules/*",
			       .status = 400,
			       .code = "parameter_invalid" });
	live_do(&l, "ada", MANAGE, TO_SOLO);
	assert_outcome(&l, "error", "stripe_rejected");
	ms_faults_clear(l.house->ms);
	l.later = 1; /* within one second, the same proposal would be the same confirmation */
	assert_field(live_get(&l, "/v1/subscriptions/sub_ada"), "schedule", NULL);
	live_do(&l, "ada", MANAGE, TO_SOLO);
	assert_outcome(&l, "ok", "none");
	live_close(&l);
}

#define OFFERS(caps)                                                                                                   \
	"{\"retention\":{\"offers\":[{\"key\":\"half\",\"kind\":\"coupon\",\"coupon\":\"HALF\",\"label\":\"50% off "   \
	"for "                                                                                                         \
	"three months\"},{\"key\":\"rest\",\"kind\":\"pause\",\"days\":30,\"label\":\"a month's pause\"},{\"key\":"    \
	"\"small\",\"kind\":\"downgrade\",\"plan\":\"solo\",\"label\":\"the Solo "                                     \
	"plan\",\"reason\":\"too_expensive\"},"                                                                        \
	"{\"key\":\"try\",\"kind\":\"extend_trial\",\"days\":14,\"label\":\"two more weeks of trial\"}]" caps "}}"

static void coupon_make(struct live *l, const char *more)
{
	api_ok(l->house, "POST", "/v1/coupons",
		text_of(l->house, "id=HALF&percent_off=50&duration=repeating&duration_in_months=3%s", more));
}

static void offers__are_told_with_the_cancellation(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, OFFERS(""));
	coupon_make(&l, "");
	live_run(&l, "ada", MANAGE, "{\"operation\":\"cancel\",\"reason\":\"unused\"}", NULL);
	assert_says(&l, "Instead, you could have: 50% off for three months.");
	assert_int_equal(json_array_size(js_get(live_data(&l), "offers")), 1);
	live_run(&l, "ada", MANAGE, "{\"operation\":\"cancel\",\"reason\":\"too_expensive\"}", NULL);
	assert_says(&l, "Instead, you could have: the Solo plan.");
	assert_lacks(l.result.message, "50% off");
	live_close(&l);
}

static void offer__coupon(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, OFFERS(""));
	coupon_make(&l, "");
	live_do(&l, "ada", MANAGE, "{\"operation\":\"accept_offer\",\"offer\":\"half\"}");
	assert_outcome(&l, "ok", "none");
	assert_says(&l, "Done: Team goes on with this offer: 50% off for three months.");
	assert_int_equal(field_count(live_get(&l, "/v1/subscriptions/sub_ada"), "discounts"), 1);
	live_close(&l);
}

static void offer__coupon_used_up(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, OFFERS(""));
	live_run(&l, "ada", MANAGE, "{\"operation\":\"accept_offer\",\"offer\":\"half\"}", NULL);
	assert_outcome(&l, "refused", "offer_unavailable");
	coupon_make(&l, "&max_redemptions=1");
	api_ok(l.house, "POST", "/v1/subscriptions/sub_mary", "discounts[0][coupon]=HALF");
	live_run(&l, "ada", MANAGE, "{\"operation\":\"accept_offer\",\"offer\":\"half\"}", NULL);
	assert_outcome(&l, "refused", "offer_unavailable");
	live_close(&l);
}

static void offer__pause(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, OFFERS(""));
	live_do(&l, "ada", MANAGE, "{\"operation\":\"accept_offer\",\"offer\":\"rest\"}");
	assert_outcome(&l, "ok", "none");
	assert_int_equal(field_int(live_get(&l, "/v1/subscriptions/sub_ada"), "pause_collection.resumes_at"),
		PERIOD_END + 30 * 86400);
	live_close(&l);
}

static void offer__longer_trial(void **state)
{
	struct live l;
	int64_t before;

	(void)state;
	live_open(&l, OFFERS(""));
	before = field_int(live_get(&l, "/v1/subscriptions/sub_grace"), "trial_end");
	live_do(&l, "grace", MANAGE, "{\"operation\":\"accept_offer\",\"offer\":\"try\"}");
	assert_outcome(&l, "ok", "none");
	assert_int_equal(field_int(live_get(&l, "/v1/subscriptions/sub_grace"), "trial_end"), before + 14 * 86400);
	live_close(&l);
}

static void offer__smaller_plan(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, OFFERS(""));
	live_do(&l, "ada", MANAGE, "{\"operation\":\"accept_offer\",\"offer\":\"small\"}");
	assert_outcome(&l, "ok", "none");
	assert_string_equal(price_now(&l), "price_solo_month");
	live_close(&l);
}

static void offer__caps_hold(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, OFFERS(",\"max_per_customer\":2,\"cooldown_days\":0"));
	coupon_make(&l, "");
	live_do(&l, "ada", MANAGE, "{\"operation\":\"accept_offer\",\"offer\":\"half\"}");
	assert_outcome(&l, "ok", "none");
	live_run(&l, "ada", MANAGE, "{\"operation\":\"accept_offer\",\"offer\":\"rest\"}", NULL);
	assert_outcome(&l, "refused", "offer_not_eligible");
	live_run(&l, "ada", MANAGE, "{\"operation\":\"cancel\"}", NULL);
	assert_null(js_get(live_data(&l), "offers"));
	l.later = 91 * 86400;
	live_run(&l, "ada", MANAGE, "{\"operation\":\"accept_offer\",\"offer\":\"rest\"}", NULL);
	assert_outcome(&l, "needs_confirmation", "needs_confirmation");
	live_close(&l);
}

static void offer__of_another_name(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, OFFERS(""));
	live_run(&l, "ada", MANAGE, "{\"operation\":\"accept_offer\",\"offer\":\"free_forever\"}", NULL);
	assert_outcome(&l, "refused", "offer_unavailable");
	live_close(&l);
}

static void payment_method__by_intent_the_secret_is_for_the_page(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, "{\"payment_method\":{\"mode\":\"setup_intent\"}}");
	live_run(&l, "ada", MANAGE, "{\"operation\":\"add_payment_method\"}", NULL);
	assert_outcome(&l, "ok", "none");
	assert_lacks(l.result.json, "_secret_");
	assert_lacks(l.result.diagnostic, "_secret_");
	assert_holds(l.result.page, "seti_");
	live_close(&l);
}

/* The link is the session's own, and for this customer. */
static void payment_method__by_link(void **state)
{
	const struct answer *a;
	struct live l;

	(void)state;
	live_open(&l, "{\"payment_method\":{\"mode\":\"portal_link\",\"return_url\":\"https://example.com/account\"}}");
	live_run(&l, "ada", MANAGE, "{\"operation\":\"add_payment_method\"}", NULL);
	assert_outcome(&l, "ok", "none");
	assert_says(&l, text_of(l.house, "You can add or change your payment method here: %s\n",
				js_text(live_data(&l), "url")));
	a = live_get(&l, "/_mockstripe/requests?limit=1");
	assert_holds(a->text, "billing_portal/sessions");
	assert_holds(a->text, "payment_method_update");
	assert_holds(a->text, js_text(live_data(&l), "url"));
	live_close(&l);
}

/* Over a socket the simulator serves the page itself: the customer gets to where a card is added. */
static void payment_method__link_opens(void **state)
{
	struct transport_response page = { 0 };
	const struct answer *a;
	struct arena arena = { 0 };
	struct transport browser;
	const char *base, *url;
	struct client *client;
	struct live l;
	char *changes;

	(void)state;
	live_open_socket(&l, 5000);
	base = ms_url(l.house->ms);
	changes =
		mem_format("{\"payment_method\":{\"mode\":\"portal_link\"},\"stripe\":{\"base_url\":\"%s\",\"api_key\":"
			   "\"%s\"}}",
			base, l.house->key);
	live_configure(&l, changes);
	live_run(&l, "ada", MANAGE, "{\"operation\":\"add_payment_method\"}", NULL);
	assert_outcome(&l, "ok", "none");
	url = js_text(live_data(&l), "url");
	assert_memory_equal(url, base, strlen(base));
	client = client_new(base, 5000, 5000);
	browser = client_transport(client);
	assert_int_equal(browser.send(browser.arg, &arena,
				 &(struct transport_request) { .method = "GET", .path = url + strlen(base) }, &page),
		FATE_ANSWERED);
	assert_int_equal(page.status, 200);
	assert_holds(page.body, "<h1>Payment method</h1>");
	assert_lacks(page.body, "cus_grace");
	/* The form, filled in. */
	browser.send(browser.arg, &arena,
		&(struct transport_request) { .method = "POST",
			.path = arena_format(&arena, "%s/payment-methods", url + strlen(base)),
			.headers = &(struct transport_header) { "Content-Type", "application/x-www-form-urlencoded" },
			.n_headers = 1,
			.body = "payment_method=pm_card_mastercard",
			.length = strlen("payment_method=pm_card_mastercard") },
		&page);
	assert_in_range(page.status, 200, 303);
	a = live_get(&l, "/v1/customers/cus_ada?expand[]=invoice_settings.default_payment_method");
	assert_field(a, "invoice_settings.default_payment_method.card.brand", "mastercard");
	client_free(client);
	arena_free(&arena);
	free(changes);
	live_close(&l);
}

static void payment_method__off(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, "{\"payment_method\":{\"mode\":\"off\"}}");
	live_run(&l, "ada", MANAGE, "{\"operation\":\"add_payment_method\"}", NULL);
	assert_outcome(&l, "refused", "payment_method_not_offered");
	live_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(downgrade__waits_for_the_end_of_the_period),
		cmocka_unit_test(downgrade__is_taken_back),
		cmocka_unit_test(downgrade__nothing_to_take_back),
		cmocka_unit_test(downgrade__half_of_it_is_none_of_it),
		cmocka_unit_test(offers__are_told_with_the_cancellation),
		cmocka_unit_test(offer__coupon),
		cmocka_unit_test(offer__coupon_used_up),
		cmocka_unit_test(offer__pause),
		cmocka_unit_test(offer__longer_trial),
		cmocka_unit_test(offer__smaller_plan),
		cmocka_unit_test(offer__caps_hold),
		cmocka_unit_test(offer__of_another_name),
		cmocka_unit_test(payment_method__by_intent_the_secret_is_for_the_page),
		cmocka_unit_test(payment_method__by_link),
		cmocka_unit_test(payment_method__link_opens),
		cmocka_unit_test(payment_method__off),
	};

	return cmocka_run_group_tests_name("live_policies", tests, NULL, NULL);
}
