/* SPDX-License-Identifier: MIT */

/*
 * The worked examples of the proration rule that take several steps; those of one change are proration_cases_test.c.
 * Numbers in names are those of the examples (Stripe docs "Prorations", "Billing mode", "Cancel subscriptions";
 * published invoices; the rule).
 */
#include "proration.h"

/* 1000, from the 11th 2000 without prorations, from the 21st 1000 again. */
static void there_and_back(const char *mode, int64_t credit, int64_t total)
{
	struct scene s = scene_open(1775001600, MONTH(1000), mode);
	const char *pro = monthly(s.h, "Pro", 2000);
	const struct answer *made;

	go_to(s.h, 1775865600);
	change_price(&s, pro, "proration_behavior=none");
	go_to(s.h, 1776729600);
	change_price(&s, s.starter, "proration_behavior=always_invoice");
	made = latest_invoice(s.h, s.sub);
	assert_lines(s.h, made, "lines.data",
		((const struct line[]) { { 333, 1776729600, 1777593600, "Remaining time on Starter after 21 Apr 2026" },
			{ credit, 1776729600, 1777593600, NULL } }),
		2);
	assert_money(made, "total", total);
	assert_money(made, "amount_due", 0);
	assert_money(made, "ending_balance", total);
	house_close(s.h);
}

static void example_06__changed_and_changed_back_classic(void **state)
{
	(void)state;
	there_and_back(CLASSIC, -667, -334);
}

static void example_07__changed_and_changed_back_flexible(void **state)
{
	(void)state;
	there_and_back(FLEXIBLE, -333, 0);
}

/* 1000 and 2000 with 500 off the whole; the first is deleted at half the period. */
static void shared_coupon(const char *mode, int64_t credit)
{
	struct scene s = { .h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = 1775001600 }) };
	const struct answer *a, *first;
	const char *plus;

	api_ok(s.h, "POST", "/v1/coupons", "id=five&amount_off=500&currency=usd&duration=forever");
	s.customer = customer_new(s.h, NULL, "visa");
	plus = monthly(s.h, "Plus", 2000);
	a = subscribe(s.h, s.customer, monthly(s.h, "Starter", 1000),
		text_of(s.h, "items[1][price]=%s&discounts[0][coupon]=five&%s", plus, mode));
	s.sub = field(a, "id");
	first = latest_invoice(s.h, s.sub);
	assert_money(first, "subtotal", 3000);
	assert_money(first, "total", 2500);
	/* the newest item first: the second one has the remainder of the shared coupon */
	assert_money(first, "lines.data.0.amount", 2000);
	assert_money(first, "lines.data.0.discount_amounts.0.amount", 334);
	assert_money(first, "lines.data.1.discount_amounts.0.amount", 166);
	go_to(s.h, 1776297600);
	post(s.h, "subscriptions", s.sub,
		text_of(s.h, "items[0][id]=%s&items[0][deleted]=true", field(a, "items.data.0.id")));
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { credit, 1776297600, 1777593600, NULL } }), 1);
	house_close(s.h);
}

static void example_08__shared_coupon_item_deleted_classic(void **state)
{
	(void)state;
	shared_coupon(CLASSIC, -250);
}

static void example_09__shared_coupon_item_deleted_flexible(void **state)
{
	(void)state;
	shared_coupon(FLEXIBLE, -417);
}

/* A year billed to 1 July because the subscription ends there; then the end moves. */
static void cancel_date(int64_t moved_to, int64_t amount)
{
	struct scene s = scene_open(1672531200, YEAR(12000), CLASSIC); /* 1 January 2023 */
	const struct answer *made;

	post(s.h, "subscriptions", s.sub, "cancel_at=1719792000"); /* 1 July 2024 */
	go_to(s.h, 1704067200);
	made = latest_invoice(s.h, s.sub);
	assert_lines(s.h, made, "lines.data", ((const struct line[]) { { 5967, 1704067200, 1719792000, NULL } }), 1);
	assert_money(get(s.h, "subscriptions", s.sub), "items.data.0.current_period_end", 1719792000);
	go_to(s.h, 1707955200); /* 15 February */
	post(s.h, "subscriptions", s.sub, text_of(s.h, "cancel_at=%lld", (long long)moved_to));
	assert_money(get(s.h, "subscriptions", s.sub), "items.data.0.current_period_end", moved_to);
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { amount, moved_to < 1719792000 ? moved_to : 1719792000,
			moved_to < 1719792000 ? 1719792000 : moved_to, NULL } }),
		1);
	house_close(s.h);
}

static void example_13__cancel_date_moved_later(void **state)
{
	(void)state;
	cancel_date(1727740800, 3016);
}

static void example_13__cancel_date_moved_earlier(void **state)
{
	(void)state;
	cancel_date(1711929600, -2984);
}

static void example_14__month_to_year_classic(void **state)
{
	struct scene s = scene_open(1768435200, MONTH(2000), CLASSIC);
	const char *annual = yearly(s.h, "Annual", 20000), *change;
	const struct answer *a, *made, *foretold;

	(void)state;
	go_to(s.h, 1769968800);
	change = text_of(s.h, "items[0][id]=%s&items[0][price]=%s", s.item, annual);
	foretold = preview(s.h, s.sub, change);
	a = post(s.h, "subscriptions", s.sub, change);
	assert_money(a, "billing_cycle_anchor", 1769968800);
	assert_money(a, "items.data.0.current_period_start", 1769968800);
	assert_money(a, "items.data.0.current_period_end", 1801504800);
	made = latest_invoice(s.h, s.sub);
	assert_lines(s.h, made, "lines.data",
		((const struct line[]) { { -855, 1769968800, 1771113600, "Unused time on Starter after 01 Feb 2026" },
			{ 20000, 1769968800, 1801504800, "1 × Annual (at $200.00 / year)" } }),
		2);
	assert_money(made, "amount_paid", 19145);
	assert_field(made, "status", "paid");
	assert_foretold(s.h, foretold, made);
	house_close(s.h);
}

static void example_15__month_to_year_without_prorations(void **state)
{
	struct scene s = scene_open(1768435200, MONTH(2000), CLASSIC);
	const char *annual = yearly(s.h, "Annual", 20000);
	const struct answer *made;

	(void)state;
	go_to(s.h, 1769968800);
	change_price(&s, annual, "proration_behavior=none");
	made = latest_invoice(s.h, s.sub);
	assert_lines(s.h, made, "lines.data", ((const struct line[]) { { 20000, 1769968800, 1801504800, NULL } }), 1);
	assert_money(made, "amount_paid", 20000);
	house_close(s.h);
}

static void example_16__year_to_month_classic(void **state)
{
	static const int64_t balances[] = { -10948, -7348, -3748, -148, 0 };
	struct scene s = scene_open(1767225600, YEAR(36000), CLASSIC);
	const char *by_month = monthly(s.h, "Monthly", 3600);
	const struct answer *made = NULL;

	(void)state;
	go_to(s.h, 1782864000);
	change_price(&s, by_month, "");
	made = latest_invoice(s.h, s.sub);
	assert_lines(s.h, made, "lines.data",
		((const struct line[]) {
			{ -18148, 1782864000, 1798761600, NULL }, { 3600, 1782864000, 1785542400, NULL } }),
		2);
	assert_money(made, "total", -14548);
	assert_money(made, "amount_due", 0);
	assert_money(made, "ending_balance", -14548);
	assert_field(made, "status", "paid");
	for (size_t i = 0; i < 5; i++) {
		int64_t end = field_int(get(s.h, "subscriptions", s.sub), "items.data.0.current_period_end");

		go_to(s.h, end + HOUR);
		made = latest_invoice(s.h, s.sub);
		assert_money(get(s.h, "customers", s.customer), "balance", balances[i]);
		assert_money(made, "amount_paid", i == 4 ? 3452 : 0);
		assert_money(made, "ending_balance", balances[i]);
	}
	house_close(s.h);
}

static void example_25__month_end_anchor_next_period(void **state)
{
	struct scene s = scene_open(1801389600, MONTH(1000), FLEXIBLE);
	const char *pro = monthly(s.h, "Pro", 3000);

	(void)state;
	go_to(s.h, 1805018400);
	assert_money(get(s.h, "subscriptions", s.sub), "items.data.0.current_period_start", 1803808800);
	assert_money(get(s.h, "subscriptions", s.sub), "items.data.0.current_period_end", 1806487200);
	change_price(&s, pro, "");
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) {
			{ 1645, 1805018400, 1806487200, NULL }, { -548, 1805018400, 1806487200, NULL } }),
		2);
	house_close(s.h);
}

/* The period was billed by two lines, one a tier, so two credits undo them. */
static void example_31__graduated_tiers_flexible(void **state)
{
	struct scene s = scene_open(1788220800, TIERS("graduated"), "items[0][quantity]=6");
	const struct answer *first = latest_invoice(s.h, s.sub);

	(void)state;
	assert_lines(s.h, first, "lines.data",
		((const struct line[]) { { 3500, 1788220800, 1790812800, "5 × Starter (Tier 1 at $7.00 / month)" },
			{ 650, 1788220800, 1790812800, "1 × Starter (Tier 2 at $6.50 / month)" } }),
		2);
	go_to(s.h, 1789257600);
	post(s.h, "subscriptions", s.sub, text_of(s.h, "items[0][id]=%s&items[0][quantity]=25", s.item));
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) {
			{ 10350, 1789257600, 1790812800, "Remaining time on 25 × Starter after 13 Sep 2026" },
			{ -390, 1789257600, 1790812800, "Unused time on 6 × Starter after 13 Sep 2026" },
			{ -2100, 1789257600, 1790812800, "Unused time on 6 × Starter after 13 Sep 2026" } }),
		3);
	house_close(s.h);
}

static void taxed_upgrade(const char *inclusive, int64_t total, int64_t without)
{
	struct scene s = { .h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = 1772703000 }) };
	const char *rate =
		field(api_ok(s.h, "POST", "/v1/tax_rates", text_of(s.h, "display_name=VAT&%s", inclusive)), "id");
	const struct answer *a, *made;

	s.customer = customer_new(s.h, NULL, "visa");
	s.starter = monthly(s.h, "Starter", 2900);
	a = subscribe(s.h, s.customer, s.starter, text_of(s.h, "default_tax_rates[0]=%s", rate));
	s.sub = field(a, "id");
	s.item = field(a, "items.data.0.id");
	go_to(s.h, 1773785647);
	change_price(&s, monthly(s.h, "Pro", 7900), "proration_behavior=always_invoice");
	made = latest_invoice(s.h, s.sub);
	assert_money(made, "lines.data.0.taxes.0.amount", 941);
	assert_money(made, "lines.data.1.taxes.0.amount", -346);
	assert_money(made, "total_taxes.0.amount", 595);
	assert_money(made, "subtotal", 2979);
	assert_money(made, "total", total);
	assert_money(made, "total_excluding_tax", without);
	assert_money(made, "amount_paid", total);
	house_close(s.h);
}

static void example_38__exclusive_tax(void **state)
{
	(void)state;
	taxed_upgrade("inclusive=false&percentage=20", 3574, 2979);
}

static void example_39__inclusive_tax(void **state)
{
	(void)state;
	taxed_upgrade("inclusive=true&percentage=25", 2979, 2384);
}

static void example_40__cancel_with_credit(void **state)
{
	struct scene s = scene_open(1779260400, MONTH(4900), FLEXIBLE);

	(void)state;
	go_to(s.h, 1780415110);
	api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), "prorate=true");
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) {
			{ -2788, 1780415110, 1781938800, "Unused time on Starter after 02 Jun 2026" } }),
		1);
	assert_money(get(s.h, "customers", s.customer), "balance", 0);
	house_close(s.h);
}

/* 1000 to 2000 on the 11th, to 3000 on the 21st; both ride on the renewal. */
static void two_changes(const char *mode)
{
	struct scene s = scene_open(1775001600, MONTH(1000), mode);
	const char *pro = monthly(s.h, "Pro", 2000), *max = monthly(s.h, "Max", 3000);
	const struct answer *made;

	go_to(s.h, 1775865600);
	change_price(&s, pro, "");
	go_to(s.h, 1776729600);
	change_price(&s, max, "");
	assert_lines(s.h, pending_items(s.h, s.customer), "data",
		((const struct line[]) { { 1000, 1776729600, 1777593600, "Remaining time on Max after 21 Apr 2026" },
			{ -667, 1776729600, 1777593600, "Unused time on Pro after 21 Apr 2026" },
			{ 1333, 1775865600, 1777593600, "Remaining time on Pro after 11 Apr 2026" },
			{ -667, 1775865600, 1777593600, "Unused time on Starter after 11 Apr 2026" } }),
		4);
	go_to(s.h, 1777593600);
	made = latest_invoice(s.h, s.sub);
	assert_int_equal(field_count(made, "lines.data"), 5);
	assert_money(made, "total", 3999);
	house_close(s.h);
}

static void example_41__two_changes_classic(void **state)
{
	(void)state;
	two_changes(CLASSIC);
}

static void example_42__two_changes_flexible(void **state)
{
	(void)state;
	two_changes(FLEXIBLE);
}

static void example_43__future_anchor(void **state)
{
	struct scene s = scene_open(1773921600, MONTH(3000), "billing_cycle_anchor=1775001600");
	const struct answer *made = latest_invoice(s.h, s.sub);

	(void)state;
	assert_lines(s.h, made, "lines.data", ((const struct line[]) { { 1210, 1773921600, 1775001600, NULL } }), 1);
	assert_money(made, "amount_paid", 1210);
	assert_money(get(s.h, "subscriptions", s.sub), "items.data.0.current_period_end", 1775001600);
	go_to(s.h, 1775001600);
	made = latest_invoice(s.h, s.sub);
	assert_lines(s.h, made, "lines.data", ((const struct line[]) { { 3000, 1775001600, 1777593600, NULL } }), 1);
	house_close(s.h);
}

static void example_43__future_anchor_without_prorations(void **state)
{
	struct scene s = scene_open(1773921600, MONTH(3000), "billing_cycle_anchor=1775001600&proration_behavior=none");

	(void)state;
	assert_field(get(s.h, "subscriptions", s.sub), "latest_invoice", NULL);
	go_to(s.h, 1775001600 + HOUR);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 3000);
	house_close(s.h);
}

/* A start in the past, an anchor in the future, created between the two. */
static void backdated(
	const char *create, const char *mode, int64_t created, int64_t start, int64_t anchor, int64_t amount)
{
	struct scene s = { .h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = created }) };
	const struct answer *a, *made;

	s.customer = customer_new(s.h, NULL, "visa");
	a = subscribe(s.h, s.customer, monthly(s.h, "Starter", 1000), text_of(s.h, "%s&%s", create, mode));
	made = get(s.h, "invoices", field(a, "latest_invoice"));
	assert_money(a, "start_date", start);
	assert_money(a, "billing_cycle_anchor", anchor);
	assert_money(a, "items.data.0.current_period_end", anchor);
	assert_lines(s.h, made, "lines.data", ((const struct line[]) { { amount, start, anchor, NULL } }), 1);
	assert_money(made, "amount_paid", amount);
	house_close(s.h);
}

static void example_44__backdated_to_15_february(void **state)
{
	(void)state;
	backdated("backdate_start_date=1802649600&billing_cycle_anchor=1803859200", CLASSIC, 1803081600, 1802649600,
		1803859200, 500);
}

static void example_44__backdated_to_15_january(void **state)
{
	(void)state;
	backdated("backdate_start_date=1799971200&billing_cycle_anchor=1801440000", CLASSIC, 1800403200, 1799971200,
		1801440000, 548);
}

static void example_44__backdated_flexible(void **state)
{
	(void)state;
	backdated("backdate_start_date=1799971200&billing_cycle_anchor=1801440000", FLEXIBLE, 1800403200, 1799971200,
		1801440000, 548);
}

/* 16 of prorations: under the smallest charge, so they become a debt that the next invoice collects. */
static void example_45__below_the_minimum(void **state)
{
	struct scene s = scene_open(1775001600, MONTH(1000), CLASSIC);
	const struct answer *made;

	(void)state;
	go_to(s.h, 1777550400);
	change_price(&s, monthly(s.h, "Pro", 2000), "proration_behavior=always_invoice");
	made = latest_invoice(s.h, s.sub);
	assert_field(made, "status", "paid");
	assert_money(made, "total", 16);
	assert_money(made, "amount_due", 0);
	assert_money(made, "attempt_count", 0);
	assert_money(get(s.h, "customers", s.customer), "balance", 16);
	assert_field(api_ok(s.h, "GET", text_of(s.h, "/v1/customers/%s/balance_transactions", s.customer), NULL),
		"data.0.type", "invoice_too_small");
	go_to(s.h, 1777593600 + HOUR);
	made = latest_invoice(s.h, s.sub);
	assert_money(made, "total", 2000);
	assert_money(made, "amount_paid", 2016);
	assert_money(get(s.h, "customers", s.customer), "balance", 0);
	house_close(s.h);
}

/* 20.00 taxed with 20 %, then 10.00 without tax, with half the period left: flexible gives the tax back as well. */
static void taxes_that_change(const char *mode, int64_t total, const char *first, const char *then)
{
	struct scene s = { .h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = 1775001600 }) };
	const char *rate =
		field(api_ok(s.h, "POST", "/v1/tax_rates", "display_name=VAT&inclusive=false&percentage=20"), "id");
	const struct answer *a;

	s.customer = customer_new(s.h, NULL, "visa");
	a = subscribe(
		s.h, s.customer, monthly(s.h, "Pro", 2000), text_of(s.h, "%s%s%s", mode, first, *first ? rate : ""));
	s.sub = field(a, "id");
	s.item = field(a, "items.data.0.id");
	go_to(s.h, 1776297600);
	change_price(&s, monthly(s.h, "Starter", 1000),
		text_of(s.h, "proration_behavior=always_invoice%s%s", then,
			then[strlen(then) - 1] == '=' && *first == 0 ? rate : ""));
	a = latest_invoice(s.h, s.sub);
	assert_money(a, "lines.data.0.amount", 500);
	assert_money(a, "lines.data.1.amount", -1000);
	assert_money(a, "total", total);
	house_close(s.h);
}

static void taxes__that_are_gone(void **state)
{
	(void)state;
	taxes_that_change(FLEXIBLE, 500 - 1200, "&default_tax_rates[0]=", "&default_tax_rates=");
	taxes_that_change(CLASSIC, 500 - 1000, "&default_tax_rates[0]=", "&default_tax_rates=");
}

static void taxes__that_are_new(void **state)
{
	(void)state;
	taxes_that_change(FLEXIBLE, 600 - 1000, "", "&default_tax_rates[0]=");
	taxes_that_change(CLASSIC, 600 - 1200, "", "&default_tax_rates[0]=");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_06__changed_and_changed_back_classic),
		cmocka_unit_test(example_07__changed_and_changed_back_flexible),
		cmocka_unit_test(example_08__shared_coupon_item_deleted_classic),
		cmocka_unit_test(example_09__shared_coupon_item_deleted_flexible),
		cmocka_unit_test(example_13__cancel_date_moved_later),
		cmocka_unit_test(example_13__cancel_date_moved_earlier),
		cmocka_unit_test(example_14__month_to_year_classic),
		cmocka_unit_test(example_15__month_to_year_without_prorations),
		cmocka_unit_test(example_16__year_to_month_classic),
		cmocka_unit_test(example_25__month_end_anchor_next_period),
		cmocka_unit_test(example_31__graduated_tiers_flexible),
		cmocka_unit_test(example_38__exclusive_tax),
		cmocka_unit_test(example_39__inclusive_tax),
		cmocka_unit_test(example_40__cancel_with_credit),
		cmocka_unit_test(example_41__two_changes_classic),
		cmocka_unit_test(example_42__two_changes_flexible),
		cmocka_unit_test(example_43__future_anchor),
		cmocka_unit_test(example_43__future_anchor_without_prorations),
		cmocka_unit_test(example_44__backdated_to_15_february),
		cmocka_unit_test(example_44__backdated_to_15_january),
		cmocka_unit_test(example_44__backdated_flexible),
		cmocka_unit_test(example_45__below_the_minimum),
		cmocka_unit_test(taxes__that_are_gone),
		cmocka_unit_test(taxes__that_are_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
