/* SPDX-License-Identifier: MIT */

/*
 * The 45 worked examples of the proration rule: those published on Stripe's pages ("Prorations", "Billing mode",
 * "Cancel subscriptions") and in real invoices, and those computed from the rule. Numbers in names are those of the
 * examples.
 */
#include "changes.h"

#include "base/mem.h"
#include "billing/describe.h"
#include "billing/discount.h"
#include "billing/tax.h"
#include "billing/tiers.h"
#include "billing/totals.h"

/* ---- one item changes: totals in, credit and debit out
 * ---------------------------------------------------------------- */

#define ABSENT INT64_MIN /* no such side */

struct example {
	const char *name;
	int64_t from, to, at;
	const char *old_total, *new_total; /* whole period; NULL: no such side */
	int64_t credit, debit, net;
};

static struct example examples[] = {
	{ "example_01__upgrade_previewed_in_the_docs", 1596749288, 1599427688, 1598982148, "1000", "3252", -166, 541,
		375 },
	{ "example_02__exactly_half", 1775001600, 1777593600, 1776297600, "1000", "2000", -500, 1000, 500 },
	{ "example_03__half_bigger_jump", 1775001600, 1777593600, 1776297600, "1000", "2500", -500, 1250, 750 },
	{ "example_04__half_downgrade", 1775001600, 1777593600, 1776297600, "2500", "1000", -1250, 500, -750 },
	{ "example_05__middle_of_may", 1777593600, 1780272000, 1778803200, "10000", "20000", -5484, 10968, 5484 },
	{ "example_06__change_then_change_back_classic", 1775001600, 1777593600, 1776729600, "2000", "1000", -667, 333,
		-334 },
	{ "example_10__72_seconds_in", 1732545057 - 2678400, 1732545057, 1729866729, "1000", "2000", -1000, 2000,
		1000 },
	{ "example_11__yearly_seats", 1547426761, 1578962761, 1547426905, "10000", "20000", -10000, 20000, 10000 },
	{ "example_12__yearly_price_change", 1641756061 - 31536000, 1641756061, 1610222989, "3000", "6500", -3000, 6499,
		3499 },
	{ "example_17__ordinary_upgrade", 1772703000, 1775381400, 1773785647, "2900", "7900", -1728, 4707, 2979 },
	{ "example_18__downgrade_with_two_halves", 1781049600, 1783641600, 1781762400, "9900", "2900", -7178, 2102,
		-5076 },
	{ "example_19__seats_up", 1769904000, 1772323200, 1770724800, "8750", "12500", -5781, 8259, 2478 },
	{ "example_20__item_deleted", 1786752000, 1789430400, 1788138123, "1500", NULL, -724, ABSENT, -724 },
	{ "example_21__item_added", 1786752000, 1789430400, 1788138123, NULL, "2397", ABSENT, 1157, 1157 },
	{ "example_22__february_of_a_leap_year", 1832976000, 1835481600, 1834185600, "1000", "2000", -517, 1034, 517 },
	{ "example_23__february_of_an_ordinary_year", 1801440000, 1803859200, 1802649600, "1000", "2000", -500, 1000,
		500 },
	{ "example_24__month_end_anchor_short_month", 1801389600, 1803808800, 1802599200, "1000", "3000", -500, 1500,
		1000 },
	{ "example_25__month_end_anchor_next_period", 1803808800, 1806487200, 1805018400, "1000", "3000", -548, 1645,
		1097 },
	{ "example_26__quarter_from_31_january", 1769817600, 1777507200, 1772323200, "9000", "15000", -6067, 10112,
		4045 },
	{ "example_27__weekly", 1780272000, 1780876800, 1780473600, "499", "999", -333, 666, 333 },
	{ "example_28__at_the_first_second", 1775001600, 1777593600, 1775001600, "1000", "3000", -1000, 3000, 2000 },
	{ "example_29__halves_of_odd_prices", 1775001600, 1777593600, 1776297600, "999", "1999", -500, 999, 499 },
	{ "example_29__halves_of_odd_prices_again", 1775001600, 1777593600, 1776297600, "1001", "2499", -501, 1249,
		748 },
	{ "example_30__yen", 1793491200, 1796083200, 1794096000, "980", "1980", -751, 1518, 767 },
	{ "example_34__unit_below_a_cent", 1788220800, 1790812800, 1788739200, "2502.5", "3007.5", -2002, 2406, 404 },
	{ "example_35__price_swap_without_quantity", 1790812800, 1793491200, 1791784800, "5000", "2500", -3185, 1593,
		-1592 },
	{ "example_40__cancel_with_credit", 1779260400, 1781938800, 1780415110, "4900", NULL, -2788, ABSENT, -2788 },
	{ "example_45__below_the_minimum", 1775001600, 1777593600, 1777593600 - 43200, "1000", "2000", -17, 33, 16 },
};

static void example_row(void **state)
{
	const struct example *row = *state;
	const struct span period = { row->from, row->to };
	struct proration_change c = change_of(row->old_total, row->new_total, period);
	struct proration_line lines[2];
	size_t count = 42, i = 0;
	int64_t net = 0;

	assert_true(proration_lines(&c, 1, PRORATION_CLASSIC, row->at, lines, 2, &count));
	assert_int_equal(count, (row->credit != ABSENT) + (row->debit != ABSENT));
	if (row->credit != ABSENT) {
		assert_int_equal(lines[i].kind, PRORATION_CREDIT);
		assert_amount(lines[i++].amount, row->credit);
	}
	if (row->debit != ABSENT) {
		assert_int_equal(lines[i].kind, PRORATION_DEBIT);
		assert_amount(lines[i++].amount, row->debit);
	}
	for (size_t l = 0; l < count; l++) {
		assert_amount(lines[l].period.from, row->at);
		assert_amount(lines[l].period.to, row->to);
		assert_int_equal(lines[l].item, 0);
		net += lines[l].amount;
	}
	assert_amount(net, row->net);
}

/* ---- what the next invoice says
 * ---------------------------------------------------------------------------------------- */

static void next_invoice(int64_t credit, int64_t debit, int64_t renewal, int64_t expected)
{
	const int64_t lines[] = { credit, debit, renewal };
	const struct totals_input in = { .lines = lines, .line_count = 3 };
	struct totals t = { 0 };

	assert_true(totals_sum(&in, &t));
	assert_amount(t.subtotal, expected);
	assert_amount(t.total, expected);
}

static void example_01__total_and_renewal_period(void **state)
{
	const struct cycle c = { 1596749288, CALENDAR_INTERVAL_MONTH, 1 };
	struct span renewal = { 0 };

	(void)state;
	next_invoice(-166, 541, 3252, 3627);
	assert_true(cycle_period(&c, 1599427688, &renewal));
	assert_amount(renewal.from, 1599427688);
	assert_amount(renewal.to, 1602019688);
}

static void examples_02_to_05__next_invoice(void **state)
{
	(void)state;
	next_invoice(-500, 1000, 2000, 2500);
	next_invoice(-500, 1250, 2500, 3250);
	next_invoice(-1250, 500, 1000, 250);
	next_invoice(-5484, 10968, 20000, 25484);
}

/* ---- flexible billing mode
 * ------------------------------------------------------------------------------------------- */

static void example_07__change_then_change_back_flexible(void **state)
{
	const struct proration_original paid = { 1000, april_2026 };
	struct proration_change c = change_of("2000", "1000", april_2026);
	struct proration_line lines[2];
	size_t count = 0;

	(void)state;
	c.originals = &paid;
	c.original_count = 1;
	assert_true(proration_lines(&c, 1, PRORATION_FLEXIBLE, 1776729600, lines, 2, &count));
	assert_int_equal(count, 2);
	assert_amount(lines[0].amount, -333);
	assert_amount(lines[1].amount, 333);
	assert_int_equal(lines[0].original, 0);
}

/* 500 off the subscription, over items of 1000 and 2000. */
static void coupon_shares(int64_t shares[2], int64_t left[2])
{
	const struct discount coupon = { .amount_off = 500, .item = DISCOUNT_ALL_ITEMS };
	const struct discount_line lines[] = { { 1000, 0, true }, { 2000, 1, true } };

	assert_true(discount_apply(&coupon, 1, lines, 2, shares, left));
	assert_amount(shares[0], 166);
	assert_amount(shares[1], 334);
}

static void example_08__shared_coupon_item_removed_classic(void **state)
{
	const struct discount coupon = { .amount_off = 500, .item = DISCOUNT_ALL_ITEMS };
	struct proration_change c = change_of("1000", NULL, april_2026);
	struct proration_line line;
	size_t count = 0;

	(void)state;
	assert_true(discount_whole(c.old_total, &coupon, 1, &c.old_total));
	assert_true(proration_lines(&c, 1, PRORATION_CLASSIC, 1776297600, &line, 1, &count));
	assert_int_equal(count, 1);
	assert_amount(line.amount, -250);
}

static void example_09__shared_coupon_item_removed_flexible(void **state)
{
	struct proration_original paid = { 0, april_2026 };
	struct proration_change c = change_of("1000", NULL, april_2026);
	struct proration_line line;
	int64_t shares[2], left[2];
	size_t count = 0;

	(void)state;
	coupon_shares(shares, left);
	assert_amount(left[0] + left[1], 2500);
	paid.amount = left[0];
	c.originals = &paid;
	c.original_count = 1;
	assert_true(proration_lines(&c, 1, PRORATION_FLEXIBLE, 1776297600, &line, 1, &count));
	assert_int_equal(count, 1);
	assert_amount(line.amount, -417);
}

static void example_41__two_changes_before_an_invoice_classic(void **state)
{
	const int64_t lines[] = { -667, 1333, -667, 1000, 3000 };
	const struct totals_input pending = { .lines = lines, .line_count = 4 };
	const struct totals_input renewal = { .lines = lines, .line_count = 5 };
	struct totals t = { 0 };

	(void)state;
	prorated("1000", "2000", april_2026, 1775865600, -667, 1333);
	prorated("2000", "3000", april_2026, 1776729600, -667, 1000);
	assert_true(totals_sum(&pending, &t));
	assert_amount(t.total, 999);
	assert_true(totals_sum(&renewal, &t));
	assert_amount(t.total, 3999);
}

/* The first change was credited in full by then; what covers the rest of April is the pending +1333 from 11 April. */
static void example_42__two_changes_before_an_invoice_flexible(void **state)
{
	const struct proration_original pending = { 1333, { 1775865600, 1777593600 } };
	struct proration_change c = change_of("2000", "3000", april_2026);
	struct proration_line lines[2];
	size_t count = 0;

	(void)state;
	c.originals = &pending;
	c.original_count = 1;
	assert_true(proration_lines(&c, 1, PRORATION_FLEXIBLE, 1776729600, lines, 2, &count));
	assert_int_equal(count, 2);
	assert_amount(lines[0].amount, -667);
	assert_amount(lines[0].period.from, 1776729600);
	assert_amount(lines[0].period.to, 1777593600);
	assert_amount(lines[1].amount, 1000);
}

/* ---- the end of the period moves
 * --------------------------------------------------------------------------------------- */

static int64_t moved(const char *total, struct span natural, int64_t old_end, int64_t new_end, enum proration_kind kind)
{
	struct proration_line line = { 0 };
	bool changed = false;

	assert_true(proration_end_moved(dec(total), natural, old_end, new_end, &line, &changed));
	assert_true(changed);
	assert_int_equal(line.kind, kind);
	assert_amount(line.period.from, old_end < new_end ? old_end : new_end);
	assert_amount(line.period.to, old_end < new_end ? new_end : old_end);
	return line.amount;
}

/* The page reckons in quarters of a year; four equal ones give its figures. */
static void example_13__cancel_at_in_nominal_quarters(void **state)
{
	const struct span year = { 0, 400 };
	int64_t half = 0;

	(void)state;
	assert_true(proration_part(1, dec("12000"), (struct span) { 0, 200 }, year, &half));
	assert_amount(half, 6000);
	assert_amount(moved("12000", year, 200, 300, PRORATION_DEBIT), 3000);
	assert_amount(moved("12000", year, 200, 100, PRORATION_CREDIT), -3000);
}

static void example_13__cancel_at_per_second_in_2024(void **state)
{
	const struct span year = { 1704067200, 1735689600 };
	const int64_t april = 1711929600, july = 1719792000, october = 1727740800;
	int64_t half = 0;

	(void)state;
	assert_true(proration_part(1, dec("12000"), (struct span) { year.from, july }, year, &half));
	assert_amount(july - year.from, 15724800);
	assert_amount(half, 5967);
	assert_amount(october - july, 7948800);
	assert_amount(moved("12000", year, july, october, PRORATION_DEBIT), 3016);
	assert_amount(moved("12000", year, july, april, PRORATION_CREDIT), -2984);
}

/* ---- the period restarts
 * ----------------------------------------------------------------------------------------------- */

static struct proration_change restart(
	const char *old_total, struct span old_period, const char *new_total, struct span new_period)
{
	struct proration_change c = change_of(old_total, new_total, old_period);

	c.new_period = new_period;
	c.restarts = true;
	return c;
}

static void example_14__month_to_year_classic(void **state)
{
	const int64_t at = 1769968800;
	const struct cycle yearly = { at, CALENDAR_INTERVAL_YEAR, 1 };
	struct span year = { 0 };
	struct proration_line lines[2];

	(void)state;
	assert_true(cycle_period(&yearly, at, &year));
	assert_amount(year.to, 1801504800);
	change_lines(restart("2000", (struct span) { 1768435200, 1771113600 }, "20000", year), at, lines);
	assert_int_equal(lines[0].kind, PRORATION_CREDIT);
	assert_amount(lines[0].amount, -855);
	assert_amount(lines[0].period.from, at);
	assert_amount(lines[0].period.to, 1771113600);
	assert_int_equal(lines[1].kind, PRORATION_FULL);
	assert_amount(lines[1].amount, 20000);
	assert_amount(lines[1].period.from, at);
	assert_amount(lines[1].period.to, 1801504800);
	assert_amount(lines[0].amount + lines[1].amount, 19145);
}

static void example_15__month_to_year_with_none(void **state)
{
	struct proration_change c =
		restart(NULL, (struct span) { 0, 0 }, "20000", (struct span) { 1769968800, 1801504800 });
	struct proration_line line;
	size_t count = 0;

	(void)state;
	assert_true(proration_lines(&c, 1, PRORATION_CLASSIC, 1769968800, &line, 1, &count));
	assert_int_equal(count, 1);
	assert_int_equal(line.kind, PRORATION_FULL);
	assert_amount(line.amount, 20000);
}

static void example_16__year_to_month_classic(void **state)
{
	const struct settlement_rule usd = { .minimum = 50, .step = 1 };
	static const int64_t balances[] = { -14548, -10948, -7348, -3748, -148, 0 };
	struct proration_line lines[2];
	struct settlement s = { 0 };

	(void)state;
	change_lines(restart("36000", (struct span) { 1767225600, 1798761600 }, "3600",
			     (struct span) { 1782864000, 1785542400 }),
		1782864000, lines);
	assert_amount(lines[0].amount, -18148);
	assert_amount(lines[1].amount, 3600);
	assert_true(totals_settle(lines[0].amount + lines[1].amount, 0, usd, &s));
	assert_amount(s.amount_due, 0);
	assert_amount(s.ending_balance, balances[0]);
	for (size_t i = 1; i < COUNT_OF(balances); i++) {
		assert_true(totals_settle(3600, s.ending_balance, usd, &s));
		assert_amount(s.ending_balance, balances[i]);
	}
	assert_amount(s.amount_due, 3452);
}

static void example_18__always_invoice_leaves_credit(void **state)
{
	struct settlement s = { 0 };

	(void)state;
	assert_true(totals_settle(-5076, 0, (struct settlement_rule) { .minimum = 50, .step = 1 }, &s));
	assert_amount(s.amount_due, 0);
	assert_amount(s.ending_balance, -5076);
}

/* ---- whole-period totals
 * ------------------------------------------------------------------------------------------------ */

static void total_of(const struct price_terms *p, int64_t quantity, const char *expected)
{
	struct decimal total = { 0 };
	char text[DECIMAL_ROOM];

	assert_true(price_total(p, decimal_of(quantity), &total));
	assert_string_equal(show(total, text), expected);
}

static void examples_19_and_21__the_item_is_prorated_whole(void **state)
{
	const struct price_terms seat = { .unit_amount = decimal_of(1250) }, added = { .unit_amount = decimal_of(799) };
	const struct span august = { 1786752000, 1789430400 };
	int64_t part = 0;

	(void)state;
	total_of(&seat, 7, "8750");
	total_of(&seat, 10, "12500");
	total_of(&added, 3, "2397");
	/* Rounding each unit would give 1158. */
	assert_true(proration_part(1, dec("799"), (struct span) { 1788138123, august.to }, august, &part));
	assert_amount(part * 3, 1158);
}

static void example_24__periods_come_from_the_cycle(void **state)
{
	const struct cycle c = { 1801389600, CALENDAR_INTERVAL_MONTH, 1 };
	const struct cycle quarter = { 1769817600, CALENDAR_INTERVAL_MONTH, 3 };
	struct span period = { 0 };

	(void)state;
	assert_true(cycle_period(&c, 1802599200, &period));
	assert_amount(period.from, 1801389600);
	assert_amount(period.to, 1803808800);
	assert_true(cycle_period(&c, 1805018400, &period));
	assert_amount(period.from, 1803808800);
	assert_amount(period.to, 1806487200);
	assert_true(cycle_period(&quarter, 1772323200, &period));
	assert_amount(period.from, 1769817600);
	assert_amount(period.to, 1777507200);
}

static struct price_terms font_tiers(enum price_scheme scheme)
{
	static const struct price_tier tiers[] = {
		{ .up_to = 5, .unit_amount = { 700 * DECIMAL_ONE } },
		{ .up_to = 20, .unit_amount = { 650 * DECIMAL_ONE } },
		{ .endless = true, .unit_amount = { 600 * DECIMAL_ONE }, .flat_amount = { 1000 * DECIMAL_ONE } },
	};

	return (struct price_terms) { .scheme = scheme, .tiers = tiers, .tier_count = COUNT_OF(tiers) };
}

static const struct span september_2026 = { 1788220800, 1790812800 };
#define SIX_TENTHS INT64_C(1789257600) /* of September 2026 are left */

static void example_31__graduated_tiers(void **state)
{
	const struct price_terms p = font_tiers(PRICE_GRADUATED);

	(void)state;
	total_of(&p, 6, "4150");
	total_of(&p, 25, "17250");
	prorated("4150", "17250", september_2026, SIX_TENTHS, -2490, 10350);
}

static void example_32__volume_tiers(void **state)
{
	const struct price_terms p = font_tiers(PRICE_VOLUME);

	(void)state;
	total_of(&p, 5, "3500");
	total_of(&p, 6, "3900");
	prorated("3500", "3900", september_2026, SIX_TENTHS, -2100, 2340);
}

static void example_33__transform_quantity(void **state)
{
	const struct price_terms p = { .unit_amount = decimal_of(1000), .divide_by = 5, .round_up = true };

	(void)state;
	total_of(&p, 5, "1000");
	total_of(&p, 6, "2000");
	total_of(&p, 9, "2000");
	prorated("1000", "2000", september_2026, SIX_TENTHS, -600, 1200);
	prorated("2000", "2000", september_2026, SIX_TENTHS, -1200, 1200);
}

static void example_34__totals_keep_half_cents(void **state)
{
	const struct price_terms p = { .unit_amount = dec("2.5") };

	(void)state;
	total_of(&p, 1001, "2502.5");
	total_of(&p, 1203, "3007.5");
}

/* ---- discounts, taxes, words
 * --------------------------------------------------------------------------------------------- */

static void discounted(const struct discount *d, int64_t credit, int64_t debit)
{
	struct proration_change c = change_of("1000", "2000", april_2026);
	struct proration_line lines[2];

	assert_true(discount_whole(c.old_total, d, 1, &c.old_total));
	assert_true(discount_whole(c.new_total, d, 1, &c.new_total));
	change_lines(c, 1775865600, lines);
	assert_amount(lines[0].amount, credit);
	assert_amount(lines[1].amount, debit);
}

static void check_words(
	enum proration_kind kind, const char *product, const struct discount *d, int64_t at, const char *expected)
{
	struct text out;

	text_init(&out, 200);
	describe_proration(&out, kind, product, decimal_of(1), d, d != NULL, "usd", at);
	assert_string_equal(out.data, expected);
	text_clear(&out);
}

static void example_36__twenty_per_cent_off(void **state)
{
	const struct discount d = { .percent_off = percent("20"), .item = DISCOUNT_ALL_ITEMS };

	(void)state;
	discounted(&d, -533, 1067);
	check_words(
		PRORATION_CREDIT, "Starter", &d, 1775865600, "Unused time on Starter (with 20% off) after 11 Apr 2026");
	check_words(PRORATION_DEBIT, "Pro", &d, 1775865600, "Remaining time on Pro (with 20% off) after 11 Apr 2026");
}

static void example_37__four_dollars_off(void **state)
{
	const struct discount d = { .amount_off = 400, .item = DISCOUNT_ALL_ITEMS };

	(void)state;
	discounted(&d, -400, 1067);
}

struct taxed {
	int64_t credit, debit; /* tax on the lines */
	int64_t total_tax, total, excluding;
};

static void taxed_example_17(const char *rate, bool inclusive, enum tax_rounding rounding, struct taxed expected)
{
	static const size_t on_line[] = { 0 };
	const struct tax_rate rates[] = { { percent(rate), inclusive } };
	const struct tax_line lines[] = { { -1728, on_line, 1 }, { 4707, on_line, 1 } };
	const int64_t amounts[] = { -1728, 4707 };
	struct tax_amount cells[2], total;
	struct totals_input in = { .lines = amounts, .line_count = 2 };
	struct tax_sums sums;
	struct totals t = { 0 };

	assert_true(tax_apply(rates, 1, lines, 2, rounding, TAX_CUSTOMER_TAXED, cells, &total, NULL, &sums));
	assert_amount(cells[0].tax, expected.credit);
	assert_amount(cells[1].tax, expected.debit);
	assert_amount(total.tax, expected.total_tax);
	in.tax_exclusive = sums.exclusive;
	in.tax_inclusive = sums.inclusive;
	assert_true(totals_sum(&in, &t));
	assert_amount(t.total, expected.total);
	assert_amount(t.total_excluding_tax, expected.excluding);
}

static void example_38__exclusive_tax(void **state)
{
	(void)state;
	taxed_example_17("20", false, TAX_PER_LINE, (struct taxed) { -346, 941, 595, 3574, 2979 });
	taxed_example_17("20", false, TAX_PER_INVOICE, (struct taxed) { -346, 941, 596, 3575, 2979 });
}

static void example_39__inclusive_tax(void **state)
{
	(void)state;
	taxed_example_17("25", true, TAX_PER_LINE, (struct taxed) { -346, 941, 595, 2979, 2384 });
}

static void example_40__words_of_the_credit(void **state)
{
	(void)state;
	check_words(PRORATION_CREDIT, "Pro", NULL, 1780415110, "Unused time on Pro after 02 Jun 2026");
}

/* ---- stubs
 * --------------------------------------------------------------------------------------------------------------- */

static int64_t stub_price(const char *total, int64_t anchor, int64_t start)
{
	const struct cycle c = { anchor, CALENDAR_INTERVAL_MONTH, 1 };
	struct span stub = { 0 }, natural = { 0 };
	int64_t amount = 0;

	assert_true(cycle_stub(&c, start, &stub, &natural));
	assert_true(proration_part(1, dec(total), stub, natural, &amount));
	return amount;
}

static void example_43__future_anchor_at_creation(void **state)
{
	(void)state;
	assert_amount(stub_price("3000", 1775001600, 1773921600), 1210);
}

static void example_44__backdated_half_month(void **state)
{
	(void)state;
	assert_amount(stub_price("1000", 1803859200, 1802649600), 500);
	assert_amount(stub_price("1000", 1801440000, 1799971200), 548);
}

static void example_45__moved_to_the_balance(void **state)
{
	const struct settlement_rule usd = { .minimum = 50, .step = 1 };
	struct settlement s = { 0 };

	(void)state;
	assert_true(totals_settle(16, 0, usd, &s));
	assert_true(s.too_small);
	assert_amount(s.amount_due, 0);
	assert_amount(s.carried, 16);
	assert_amount(s.ending_balance, 16);
	assert_true(totals_settle(2000, s.ending_balance, usd, &s));
	assert_false(s.too_small);
	assert_amount(s.amount_due, 2016);
	assert_amount(s.ending_balance, 0);
}

int main(void)
{
	const struct CMUnitTest fixed[] = {
		cmocka_unit_test(example_01__total_and_renewal_period),
		cmocka_unit_test(examples_02_to_05__next_invoice),
		cmocka_unit_test(example_07__change_then_change_back_flexible),
		cmocka_unit_test(example_08__shared_coupon_item_removed_classic),
		cmocka_unit_test(example_09__shared_coupon_item_removed_flexible),
		cmocka_unit_test(example_13__cancel_at_in_nominal_quarters),
		cmocka_unit_test(example_13__cancel_at_per_second_in_2024),
		cmocka_unit_test(example_14__month_to_year_classic),
		cmocka_unit_test(example_15__month_to_year_with_none),
		cmocka_unit_test(example_16__year_to_month_classic),
		cmocka_unit_test(example_18__always_invoice_leaves_credit),
		cmocka_unit_test(examples_19_and_21__the_item_is_prorated_whole),
		cmocka_unit_test(example_24__periods_come_from_the_cycle),
		cmocka_unit_test(example_31__graduated_tiers),
		cmocka_unit_test(example_32__volume_tiers),
		cmocka_unit_test(example_33__transform_quantity),
		cmocka_unit_test(example_34__totals_keep_half_cents),
		cmocka_unit_test(example_36__twenty_per_cent_off),
		cmocka_unit_test(example_37__four_dollars_off),
		cmocka_unit_test(example_38__exclusive_tax),
		cmocka_unit_test(example_39__inclusive_tax),
		cmocka_unit_test(example_40__words_of_the_credit),
		cmocka_unit_test(example_41__two_changes_before_an_invoice_classic),
		cmocka_unit_test(example_42__two_changes_before_an_invoice_flexible),
		cmocka_unit_test(example_43__future_anchor_at_creation),
		cmocka_unit_test(example_44__backdated_half_month),
		cmocka_unit_test(example_45__moved_to_the_balance),
	};
	struct CMUnitTest tests[COUNT_OF(examples) + COUNT_OF(fixed)];
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(examples); i++)
		tests[n++] = (struct CMUnitTest) { examples[i].name, example_row, NULL, NULL, &examples[i] };
	for (size_t i = 0; i < COUNT_OF(fixed); i++)
		tests[n++] = fixed[i];
	return cmocka_run_group_tests_name("proration", tests, NULL, NULL);
}
