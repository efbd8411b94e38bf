/* SPDX-License-Identifier: MIT */
/* Usage that is reported while the invoice of its period is a draft. Source: Stripe docs "Usage-based billing". */
#include "suites/resource/billing.h"

struct scene {
	struct house *h;
	const char *customer, *price, *sub;
};

/* A metered subscription of 1 January; `terms` are the price's. */
static struct scene scene_of(void **state, const char *terms, const char *more)
{
	struct scene s = { .h = *state };
	const char *meter = field(api_ok(s.h, "POST", "/v1/billing/meters",
					  "display_name=Calls&event_name=calls&default_aggregation[formula]=sum"),
		"id");

	s.customer = customer_new(s.h, "email=a@b.co", "visa");
	s.price = price_new(s.h, "Calls",
		text_of(s.h, "recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]=%s&%s", meter,
			terms));
	s.sub = field(subscribe(s.h, s.customer, s.price, more), "id");
	return s;
}

static void use(const struct scene *s, int value, int64_t at)
{
	api_ok(s->h, "POST", "/v1/billing/meter_events",
		text_of(s->h, "event_name=calls&payload[stripe_customer_id]=%s&payload[value]=%d&timestamp=%lld",
			s->customer, value, (long long)at));
}

static const struct answer *invoice_of(const struct scene *s)
{
	return latest_invoice(s->h, s->sub);
}

static void late__is_counted_when_the_draft_is_finalized(void **state)
{
	struct scene s = scene_of(state, "unit_amount=10", NULL);
	const char *line, *mark;

	use(&s, 30, HOUSE_NOW + 1);
	go_to(s.h, FEB_1);
	assert_money(invoice_of(&s), "total", 300);
	line = field(invoice_of(&s), "lines.data.0.id");
	go_to(s.h, FEB_1 + 1800);
	use(&s, 5, FEB_1 - 1);
	use(&s, 100, FEB_1); /* of the next period */
	assert_money(invoice_of(&s), "total", 300);
	mark = events_mark(s.h);
	go_to(s.h, FEB_1 + HOUR);
	assert_lines(s.h, invoice_of(&s), "lines.data",
		((const struct line[]) { { 350, HOUSE_NOW, FEB_1, "35 × Calls (at $0.10 / month)" } }), 1);
	assert_field(invoice_of(&s), "lines.data.0.id", line);
	assert_money(invoice_of(&s), "lines.data.0.quantity", 35);
	assert_money(invoice_of(&s), "amount_paid", 350);
	assert_money(events_after(s.h, mark),
		text_of(s.h, "%s.data.object.total", event_place(s.h, events_after(s.h, mark), "invoice.finalized")),
		350);
	go_to(s.h, MAR_1 + HOUR);
	assert_money(invoice_of(&s), "total", 1000);
}

/* Flexible mode shows no line without usage, so there is none to change. */
static void late__makes_the_line_that_was_not_there(void **state)
{
	struct scene s = scene_of(state, "unit_amount=10", "billing_mode[type]=flexible");

	go_to(s.h, FEB_1);
	assert_same_int((int64_t)field_count(invoice_of(&s), "lines.data"), 0);
	use(&s, 7, FEB_1 - 1);
	go_to(s.h, FEB_1 + HOUR);
	assert_lines(s.h, invoice_of(&s), "lines.data",
		((const struct line[]) { { 70, HOUSE_NOW, FEB_1, "7 × Calls (at $0.10 / month)" } }), 1);
	assert_money(invoice_of(&s), "amount_due", 70);
}

static void late__reaches_another_tier(void **state)
{
	struct scene s = scene_of(state,
		"billing_scheme=tiered&tiers_mode=graduated&tiers[0][up_to]=10&tiers[0][unit_amount]=20&"
		"tiers[1][up_to]=inf&tiers[1][unit_amount]=5",
		NULL);

	use(&s, 8, HOUSE_NOW + 1);
	go_to(s.h, FEB_1);
	assert_money(invoice_of(&s), "total", 160);
	use(&s, 6, FEB_1 - 1);
	go_to(s.h, FEB_1 + HOUR);
	assert_lines(s.h, invoice_of(&s), "lines.data",
		((const struct line[]) { { 200, HOUSE_NOW, FEB_1, "10 × Calls (Tier 1 at $0.20 / month)" },
			{ 20, HOUSE_NOW, FEB_1, "4 × Calls (Tier 2 at $0.05 / month)" } }),
		2);
	assert_money(invoice_of(&s), "total", 220);
}

/* A correction lowers it, also when the draft is finalized by hand. */
static void late__may_lower_it(void **state)
{
	struct scene s = scene_of(state,
		"billing_scheme=tiered&tiers_mode=graduated&tiers[0][up_to]=10&tiers[0][unit_amount]=20&"
		"tiers[1][up_to]=inf&tiers[1][unit_amount]=5",
		NULL);
	const struct answer *a;

	use(&s, 14, HOUSE_NOW + 1);
	go_to(s.h, FEB_1);
	assert_money(invoice_of(&s), "total", 220);
	use(&s, -9, FEB_1 - 1);
	a = api_ok(s.h, "POST", text_of(s.h, "/v1/invoices/%s/finalize", field(invoice_of(&s), "id")), NULL);
	assert_field(a, "status", "open");
	assert_lines(s.h, a, "lines.data",
		((const struct line[]) { { 100, HOUSE_NOW, FEB_1, "5 × Calls (Tier 1 at $0.20 / month)" } }), 1);
	assert_money(a, "amount_due", 100);
}

/* What a client made of the line stays when nothing came late. */
static void late__leaves_an_edited_line(void **state)
{
	struct scene s = scene_of(state, "unit_amount=10", NULL);

	use(&s, 30, HOUSE_NOW + 1);
	go_to(s.h, FEB_1);
	api_ok(s.h, "POST",
		text_of(s.h, "/v1/invoices/%s/lines/%s", field(invoice_of(&s), "id"),
			field(invoice_of(&s), "lines.data.0.id")),
		"amount=250");
	go_to(s.h, FEB_1 + HOUR);
	assert_money(invoice_of(&s), "amount_paid", 250);
}

static void late__after_the_finalization_is_lost(void **state)
{
	struct scene s = scene_of(state, "unit_amount=10", NULL);
	const char *first;

	use(&s, 30, HOUSE_NOW + 1);
	go_to(s.h, FEB_1 + HOUR);
	first = field(invoice_of(&s), "id");
	use(&s, 5, FEB_1 - 1);
	go_to(s.h, MAR_1 + HOUR);
	assert_money(get(s.h, "invoices", first), "amount_paid", 300);
	assert_money(invoice_of(&s), "total", 0);
}

/* An ended subscription's last usage. */
static void late__of_a_subscription_that_ended(void **state)
{
	struct scene s = scene_of(state, "unit_amount=10", "cancel_at_period_end=true");

	use(&s, 30, HOUSE_NOW + 1);
	go_to(s.h, FEB_1);
	use(&s, 5, FEB_1 - 1);
	go_to(s.h, FEB_1 + HOUR);
	assert_field(get(s.h, "subscriptions", s.sub), "status", "canceled");
	assert_money(invoice_of(&s), "amount_paid", 350);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(late__is_counted_when_the_draft_is_finalized),
		BILLING_TEST(late__makes_the_line_that_was_not_there),
		BILLING_TEST(late__reaches_another_tier),
		BILLING_TEST(late__may_lower_it),
		BILLING_TEST(late__leaves_an_edited_line),
		BILLING_TEST(late__after_the_finalization_is_lost),
		BILLING_TEST(late__of_a_subscription_that_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
