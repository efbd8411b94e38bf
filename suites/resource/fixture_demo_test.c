/* SPDX-License-Identifier: MIT */
/* The demo company of fixtures/demo. */
#include "suites/resource/fixture.h"

/* ---- the demo company ---- */

static const struct {
	const char *customer, *status;
	size_t subscriptions;
} demo_rows[] = {
	{ "cus_ada", "active", 1 },
	{ "cus_mary", "active", 1 },
	{ "cus_linus", "active", 1 },
	{ "cus_grace", "trialing", 1 },
	{ "cus_edsger", "past_due", 1 },
	{ "cus_barbara", "unpaid", 1 },
	{ "cus_alan", "canceled", 1 },
	{ "cus_katherine", "active", 1 },
	{ "cus_tim", "paused", 1 },
	{ "cus_margaret", "active", 2 },
	{ "cus_dennis", NULL, 0 },
	{ "cus_radia", "active", 1 },
	{ "cus_harbour", "active", 1 },
};

static void demo__has_every_state(void **state)
{
	struct house *h = *state;
	static const char *const statuses[] = { "paid", "open", "void", "uncollectible", "draft" };
	const struct answer *a;

	load_ok(h, NULL, "fixtures/demo");
	assert_same_int(ms_now(h->ms, NULL), 1795428000); /* 23 Nov 2026, 10:00 UTC */
	for (size_t i = 0; i < COUNT_OF(demo_rows); i++) {
		a = api_ok(
			h, "GET", text_of(h, "/v1/subscriptions?status=all&customer=%s", demo_rows[i].customer), NULL);
		assert_int_equal(field_count(a, "data"), demo_rows[i].subscriptions);
		if (demo_rows[i].subscriptions)
			assert_field(a, "data.0.status", demo_rows[i].status);
	}
	assert_flag(api_ok(h, "GET", "/v1/customers/cus_gone", NULL), "deleted", true);
	assert_flag(api_ok(h, "GET", "/v1/subscriptions/sub_katherine", NULL), "cancel_at_period_end", true);
	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		a = api_ok(h, "GET", text_of(h, "/v1/invoices?status=%s", statuses[i]), NULL);
		assert_true(field_count(a, "data") > 0);
	}
	/* Nothing is overdue at its present. */
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/events", NULL), "data"), 0);
}

static void assert_adds_up(struct house *h, const json_t *invoice)
{
	const char *status = js_text(invoice, "status"),
		   *sub = js_text_at(invoice, "parent.subscription_details.subscription");
	int64_t sum = 0, total = js_int(invoice, "total", -1), due = js_int(invoice, "amount_due", -1);
	bool paid = !strcmp(status, "paid");
	json_t *line;
	size_t i;

	json_array_foreach(js_at(invoice, "lines.data"), i, line)
	{
		assert_string_equal(js_text(line, "invoice"), js_text(invoice, "id"));
		sum += js_int(line, "amount", 0);
	}
	assert_same_int(js_int(invoice, "subtotal", -1), sum);
	assert_same_int(total, sum);
	assert_same_int(due, sum);
	assert_same_int(js_int(invoice, "amount_paid", -1), paid ? due : 0);
	assert_same_int(js_int(invoice, "amount_remaining", -1), paid ? 0 : due);
	assert_int_equal(js_text(invoice, "number") == NULL, !strcmp(status, "draft"));
	assert_int_equal(js_text(invoice, "hosted_invoice_url") == NULL, !strcmp(status, "draft"));
	if (sub)
		assert_field(api_ok(h, "GET", text_of(h, "/v1/subscriptions/%s", sub), NULL), "customer",
			js_text(invoice, "customer"));
}

static void demo__invoices_add_up(void **state)
{
	struct house *h = *state;
	const struct answer *a;
	json_t *invoice;
	size_t i;

	load_ok(h, NULL, "fixtures/demo");
	a = api_ok(h, "GET", "/v1/invoices?limit=100", NULL);
	assert_true(field_count(a, "data") >= 30);
	json_array_foreach(field_json(a, "data"), i, invoice)
	{
		assert_adds_up(h, invoice);
	}
}

static void demo__subscriptions_fit_their_invoices(void **state)
{
	struct house *h = *state;
	const struct answer *a, *latest;
	json_t *sub;
	size_t i;

	load_ok(h, NULL, "fixtures/demo");
	a = api_ok(h, "GET", "/v1/subscriptions?status=all&limit=100", NULL);
	assert_int_equal(field_count(a, "data"), 13);
	json_array_foreach(field_json(a, "data"), i, sub)
	{
		latest = api_ok(h, "GET", text_of(h, "/v1/invoices/%s", js_text(sub, "latest_invoice")), NULL);
		assert_field(latest, "parent.subscription_details.subscription", js_text(sub, "id"));
		/* The last line of the newest invoice covers the running period to its end. */
		assert_money(latest, "lines.data.0.period.end", js_int_at(sub, "items.data.0.current_period_end", 0));
	}
}

/* 12.00 to 29.00 with 1279800 of 2592000 seconds left: -592.5 becomes -593 (ties favour the customer), 1431.875 1432.
 */
static void demo__the_upgrade_is_prorated(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_ok(h, NULL, "fixtures/demo");
	a = api_ok(h, "GET", "/v1/invoices/in_radia_2", NULL);
	assert_field(a, "billing_reason", "subscription_update");
	assert_money(a, "lines.data.0.amount", 1432);
	assert_field(a, "lines.data.0.description", "Remaining time on Slackwater Team after 18 Nov 2026");
	assert_money(a, "lines.data.1.amount", -593);
	assert_field(a, "lines.data.1.description", "Unused time on Slackwater Solo after 18 Nov 2026");
	assert_field(
		a, "lines.data.1.parent.invoice_item_details.proration_details.credited_items.invoice", "in_radia_1");
	assert_money(a, "total", 839);
	/* The simulator works out the same for the same change, now. */
	a = api_ok(h, "POST", "/v1/invoices/create_preview",
		"customer=cus_mary&subscription=sub_mary&subscription_details[items][0][id]=si_mary&"
		"subscription_details[items][0][price]=price_team_month&subscription_details[proration_behavior]="
		"always_invoice&"
		"subscription_details[proration_date]=1795194000"); /* 20 Nov 2026, 17:00: 1287000 of 2592000 seconds
								       left */
	assert_money(a, "lines.data.0.amount", 1440);
	assert_money(a, "lines.data.1.amount", -596);
	assert_money(a, "amount_due", 844);
}

/* A month on, what was to renew has renewed, what was to end has ended, and what was over is still over. */
static void demo__lives_on(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_ok(h, NULL, "fixtures/demo");
	assert_int_equal(ms_advance(h->ms, NULL, 60 * 86400), 0); /* to 22 Jan 2027 */
	a = api_ok(h, "GET", "/v1/subscriptions/sub_ada", NULL);
	assert_field(a, "status", "active");
	assert_money(a, "items.data.0.current_period_start", 1799572320); /* 10 Jan 2027, 09:12 */
	a = api_ok(h, "GET", text_of(h, "/v1/invoices/%s", field(a, "latest_invoice")), NULL);
	assert_money(a, "amount_paid", 2900);
	assert_field(a, "number", "SLKADAXX-0007"); /* five were there, December's is the sixth */
	a = api_ok(h, "GET", "/v1/subscriptions/sub_katherine", NULL);
	assert_field(a, "status", "canceled");
	assert_money(a, "ended_at", 1800010800); /* 15 Jan 2027, 11:00 */
	assert_field(api_ok(h, "GET", "/v1/subscriptions/sub_alan", NULL), "status", "canceled");
	assert_field(api_ok(h, "GET", "/v1/subscriptions/sub_tim", NULL), "status", "paused");
	assert_field(api_ok(h, "GET", "/v1/subscriptions/sub_grace", NULL), "status", "active");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(demo__has_every_state, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(demo__invoices_add_up, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(demo__subscriptions_fit_their_invoices, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(demo__the_upgrade_is_prorated, house_setup, house_teardown),
		cmocka_unit_test_setup_teardown(demo__lives_on, house_setup, house_teardown),
	};

	return cmocka_run_group_tests_name("fixture demo", tests, NULL, NULL);
}
