/* SPDX-License-Identifier: MIT */

/*
 * What must hold for every bill, tried on random ones. Each property runs over CASES cases of its own; together they
 * are well over 100,000. SEED=n replays a run.
 */
#include "chance.h"

#include <string.h>

#include "base/mem.h"
#include "billing/discount.h"
#include "billing/proration.h"
#include "billing/tax.h"
#include "billing/tiers.h"
#include "billing/totals.h"

#define CASES 25000

/* ---- random inputs
 * ------------------------------------------------------------------------------------------------------ */

static struct span any_period(struct chance *c)
{
	int64_t from = between(c, 0, INT64_C(4102444800));

	return (struct span) { from, from + 1 + size_up_to(c, 3 * 366 * CALENDAR_DAY) };
}

/* Often a simple fraction of the period, so that exact halves come up. */
static int64_t any_moment(struct chance *c, struct span period)
{
	int64_t length = period.to - period.from;

	if (one_in(c, 2))
		return period.from + length / between(c, 2, 8);
	return between(c, period.from, period.to - 1);
}

/* A whole-period total, now and then with a fraction of a cent. */
static struct decimal any_total(struct chance *c)
{
	struct decimal total = decimal_of(size_up_to(c, INT64_C(99999999000000)));

	if (one_in(c, 4))
		total.scaled += DECIMAL_ONE / 2;
	else if (one_in(c, 4))
		total.scaled += between(c, 0, (int64_t)DECIMAL_ONE - 1);
	return total;
}

static int64_t part_of(int sign, struct decimal total, struct span part, struct span whole)
{
	int64_t out = 0;

	assert_true(proration_part(sign, total, part, whole, &out));
	return out;
}

/* ---- prorations
 * ------------------------------------------------------------------------------------------------------------ */

/* The definition itself: no other whole number is nearer, and of two equally near ones it is the smaller. */
static void proration__is_the_nearest_amount(struct chance *c)
{
	struct span period = any_period(c), rest = { any_moment(c, period), period.to };
	struct decimal total = any_total(c);
	int sign = one_in(c, 2) ? 1 : -1;
	wide length = DECIMAL_ONE * (period.to - period.from);
	wide exact = sign * total.scaled * (rest.to - rest.from);
	wide above = part_of(sign, total, rest, period) * length - exact;

	hold(c, 2 * above < length);
	hold(c, 2 * above >= -length);
}

static void proration__stays_within_the_whole(struct chance *c)
{
	struct span period = any_period(c), rest = { any_moment(c, period), period.to };
	struct decimal total = any_total(c);
	int64_t debit = part_of(1, total, rest, period), credit = part_of(-1, total, rest, period);

	hold(c, debit >= 0 && credit <= 0);
	hold(c, debit <= part_of(1, total, period, period));
	hold(c, credit >= part_of(-1, total, period, period));
}

/* The same price bought back costs nothing, or gives one unit away where both sides are an exact half. */
static void proration__swap_to_itself_is_neutral(struct chance *c)
{
	struct span period = any_period(c);
	int64_t at = any_moment(c, period);
	struct proration_change change = { true, true, period, period, any_total(c), { 0 }, false, NULL, 0 };
	struct proration_line lines[2];
	wide twice = 2 * change.old_total.scaled * (period.to - at), length = DECIMAL_ONE * (period.to - period.from);
	bool tie = twice % length == 0 && (twice / length) % 2 != 0;
	size_t count = 0;

	change.new_total = change.old_total;
	hold(c, proration_lines(&change, 1, PRORATION_CLASSIC, at, lines, 2, &count));
	hold(c, count == 2);
	hold(c, lines[0].amount + lines[1].amount == (tie ? -1 : 0));
}

static void proration__at_the_start_is_new_less_old(struct chance *c)
{
	struct span period = any_period(c);
	int64_t old_total = size_up_to(c, INT64_C(99999999999)), new_total = size_up_to(c, INT64_C(99999999999));
	struct proration_change change = { true, true, period, period, decimal_of(old_total), decimal_of(new_total),
		false, NULL, 0 };
	struct proration_line lines[2];
	size_t count = 0;

	hold(c, proration_lines(&change, 1, PRORATION_CLASSIC, period.from, lines, 2, &count));
	hold(c, lines[0].amount + lines[1].amount == new_total - old_total);
	hold(c, proration_lines(&change, 1, PRORATION_CLASSIC, period.to, lines, 2, &count));
	hold(c, count == 0);
}

static void proration__falls_with_time(struct chance *c)
{
	struct span period = any_period(c);
	int64_t early = any_moment(c, period), late = between(c, early, period.to);
	struct decimal total = any_total(c), more = total;

	more.scaled += any_total(c).scaled;
	hold(c, part_of(1, total, (struct span) { early, period.to }, period) >=
			part_of(1, total, (struct span) { late, period.to }, period));
	hold(c, part_of(1, more, (struct span) { early, period.to }, period) >=
			part_of(1, total, (struct span) { early, period.to }, period));
}

static void proration__splitting_costs_one_unit_per_part_at_most(struct chance *c)
{
	struct span period = any_period(c);
	struct decimal total = any_total(c);
	int64_t parts = between(c, 1, 12), from = period.from, sum = 0, whole = part_of(1, total, period, period);

	for (int64_t i = 0; i < parts; i++) {
		int64_t to = i + 1 == parts ? period.to : between(c, from, period.to);

		sum += part_of(1, total, (struct span) { from, to }, period);
		from = to;
	}
	hold(c, sum - whole <= parts && whole - sum <= parts);
}

/* A to B and at once B to C: the same as A to C but for the one tie that B may hold. */
static void proration__two_changes_compose(struct chance *c)
{
	struct span period = any_period(c), rest = { any_moment(c, period), period.to };
	struct decimal a = any_total(c), b = any_total(c), d = any_total(c);
	int64_t direct = part_of(-1, a, rest, period) + part_of(1, d, rest, period);
	int64_t detour = direct + part_of(1, b, rest, period) + part_of(-1, b, rest, period);

	hold(c, detour == direct || detour == direct - 1);
}

/* What was charged for some time can be given back only once, and wholly when given back at its start. */
static void flexible__never_credits_more_than_was_paid(struct chance *c)
{
	struct span period = any_period(c);
	struct proration_original o = { size_up_to(c, INT64_C(99999999999)), period };
	struct proration_change change = { .has_old = true, .originals = &o, .original_count = 1 };
	struct proration_line line = { 0 };
	int64_t at = between(c, period.from - 100, period.to + 100);
	size_t count = 42;

	hold(c, proration_lines(&change, 1, PRORATION_FLEXIBLE, at, &line, 1, &count));
	hold(c, count == (at < period.to));
	if (count == 0)
		return;
	hold(c, line.amount <= 0 && -line.amount <= o.amount);
	hold(c, at > period.from || line.amount == -o.amount);
	hold(c, line.period.from == (at > period.from ? at : period.from) && line.period.to == period.to);
}

/* ---- cycles
 * ------------------------------------------------------------------------------------------------------------------ */

static struct cycle any_cycle(struct chance *c)
{
	static const int64_t longest[] = { 1095, 156, 36, 3 };
	int64_t interval = between(c, 0, 3);
	struct cycle cycle = { .anchor = between(c, 0, INT64_C(4102444800)) };

	if (one_in(c, 3)) { /* the 29th to the 31st, where the trouble is */
		struct civil civil;

		assert_true(calendar_civil(cycle.anchor, &civil));
		civil.month = (int[]) { 1, 3, 5, 7, 8, 10, 12 }[between(c, 0, 6)];
		civil.day = (int)between(c, 29, 31);
		assert_true(calendar_seconds(&civil, &cycle.anchor));
	}
	cycle.interval = (enum calendar_interval)interval;
	cycle.interval_count = between(c, 1, longest[interval]);
	return cycle;
}

static void cycle__boundaries_rise(struct chance *c)
{
	struct cycle cycle = any_cycle(c);
	int64_t n = between(c, -200, 200), before = 0, here = 0;

	hold(c, cycle_boundary(&cycle, n - 1, &before) && cycle_boundary(&cycle, n, &here));
	hold(c, before < here);
}

static void cycle__period_holds_its_moment(struct chance *c)
{
	struct cycle cycle = any_cycle(c);
	int64_t at = between(c, 0, INT64_C(4102444800)), n = 0, from = 0, to = 0, next = 0, previous = 0;
	struct span period = { 0 };

	hold(c, cycle_index(&cycle, at, &n) && cycle_period(&cycle, at, &period));
	hold(c, period.from <= at && at < period.to);
	hold(c, cycle_boundary(&cycle, n, &from) && cycle_boundary(&cycle, n + 1, &to));
	hold(c, period.from == from && period.to == to);
	hold(c, cycle_next(&cycle, at, &next) && next == to);
	hold(c, cycle_previous(&cycle, to, &previous) && previous == from);
	hold(c, cycle_period(&cycle, from, &period) && period.from == from);
}

/* Every boundary stands on the anchor's day, or on the last day of a month that is too short; the time of day stays. */
static void cycle__month_ends_return(struct chance *c)
{
	struct cycle cycle = any_cycle(c);
	struct civil anchor, civil;
	int64_t at = 0;
	int last;

	cycle.interval = CALENDAR_INTERVAL_MONTH;
	cycle.interval_count = between(c, 1, 36);
	hold(c, cycle_boundary(&cycle, between(c, -100, 100), &at));
	hold(c, calendar_civil(cycle.anchor, &anchor) && calendar_civil(at, &civil));
	last = calendar_month_days(civil.year, civil.month);
	hold(c, civil.day == (anchor.day < last ? anchor.day : last));
	hold(c, civil.hour == anchor.hour && civil.minute == anchor.minute && civil.second == anchor.second);
}

static void cycle__configured_anchors_have_their_day(struct chance *c)
{
	struct cycle_anchor_config config = { (int)between(c, 1, 31), CYCLE_UNSET, CYCLE_UNSET, CYCLE_UNSET,
		CYCLE_UNSET };
	struct cycle cycle = { 0, CALENDAR_INTERVAL_MONTH, 1 };
	int64_t created = between(c, 0, INT64_C(4102444800)), next = 0, latest = 0;
	struct civil civil;

	hold(c, cycle_anchor_resolve(&config, created, cycle.interval, &cycle.anchor));
	hold(c, cycle.anchor >= created && calendar_civil(cycle.anchor, &civil) && civil.day == config.day_of_month);
	/* However far the anchor, the first full invoice is within one period. */
	hold(c, cycle_next(&cycle, created, &next) && calendar_add(created, cycle.interval, 1, &latest));
	hold(c, next - created <= 31 * CALENDAR_DAY && (next <= latest || config.day_of_month > 28));
}

/* ---- prices
 * --------------------------------------------------------------------------------------------------------------------
 */

#define MOST_TIERS 6

static struct price_terms any_tiers(struct chance *c, struct price_tier tiers[MOST_TIERS])
{
	size_t count = (size_t)between(c, 1, MOST_TIERS);
	int64_t up_to = 0;

	for (size_t i = 0; i < count; i++) {
		up_to += between(c, 1, 50);
		tiers[i] = (struct price_tier) { i + 1 == count, up_to, any_total(c), { 0 } };
		if (one_in(c, 2))
			tiers[i].flat_amount = decimal_of(size_up_to(c, 100000));
	}
	return (struct price_terms) { .scheme = PRICE_GRADUATED, .tiers = tiers, .tier_count = count };
}

static void tiers__parts_make_up_the_total(struct chance *c)
{
	struct price_tier tiers[MOST_TIERS];
	struct price_terms p = any_tiers(c, tiers);
	struct decimal quantity = decimal_of(between(c, 0, 400)), total = { 0 }, more = { 0 }, amount = { 0 },
		       units = { 0 };
	struct price_part parts[MOST_TIERS];
	size_t count = 0;

	if (one_in(c, 3))
		quantity.scaled += between(c, 0, (int64_t)DECIMAL_ONE - 1);
	hold(c, price_parts(&p, quantity, parts, MOST_TIERS, &count) && price_total(&p, quantity, &total));
	for (size_t i = 0; i < count; i++) {
		hold(c, parts[i].tier == i && parts[i].quantity.scaled > 0);
		hold(c, decimal_add(amount, parts[i].amount, &amount));
		hold(c, decimal_add(units, parts[i].quantity, &units));
	}
	hold(c, decimal_compare(amount, total) == 0 && decimal_compare(units, quantity) == 0);
	hold(c, price_total(&p, (struct decimal) { quantity.scaled + DECIMAL_ONE }, &more));
	hold(c, decimal_compare(more, total) >= 0);
}

static void tiers__one_tier_is_a_plain_price(struct chance *c)
{
	struct price_tier tier = { true, 0, any_total(c), { 0 } };
	const struct price_terms plain = { .unit_amount = tier.unit_amount };
	struct price_terms tiered = { .scheme = PRICE_GRADUATED, .tiers = &tier, .tier_count = 1 };
	struct decimal quantity = decimal_of(size_up_to(c, 1000000)), expected = { 0 }, total = { 0 };

	hold(c, price_total(&plain, quantity, &expected));
	hold(c, price_total(&tiered, quantity, &total) && decimal_compare(total, expected) == 0);
	tiered.scheme = PRICE_VOLUME;
	hold(c, price_total(&tiered, quantity, &total) && decimal_compare(total, expected) == 0);
}

static void decimal__text_comes_back(struct chance *c)
{
	struct decimal d = any_total(c), back = { 0 };
	char text[DECIMAL_ROOM];

	if (one_in(c, 2))
		d.scaled = -d.scaled;
	hold(c, decimal_format(d, text) == strlen(text));
	hold(c, decimal_parse(text, DECIMAL_PLACES, &back) == DECIMAL_OK && decimal_compare(d, back) == 0);
}

/* ---- bills
 * ----------------------------------------------------------------------------------------------------------------------
 */

#define MOST_LINES 8
#define MOST_DISCOUNTS 4
#define MOST_RATES 3

struct bill {
	struct discount_line lines[MOST_LINES];
	size_t line_count;
	struct discount discounts[MOST_DISCOUNTS];
	size_t n;
	int64_t shares[MOST_DISCOUNTS * MOST_LINES], left[MOST_LINES];
};

static void any_bill(struct chance *c, struct bill *b)
{
	b->line_count = (size_t)between(c, 1, MOST_LINES);
	b->n = (size_t)between(c, 0, MOST_DISCOUNTS);
	for (size_t l = 0; l < b->line_count; l++) {
		int64_t amount = size_up_to(c, INT64_C(99999999));

		b->lines[l] = (struct discount_line) { amount, (size_t)between(c, 0, 3), true };
		if (one_in(c, 5))
			b->lines[l].discountable = false;
		if (one_in(c, 5))
			b->lines[l].amount = -amount;
	}
	for (size_t d = 0; d < b->n; d++) {
		b->discounts[d] = (struct discount) { .item = DISCOUNT_ALL_ITEMS };
		if (one_in(c, 2))
			b->discounts[d].percent_off = between(c, 1, 10000) * 100;
		else
			b->discounts[d].amount_off = size_up_to(c, INT64_C(99999999));
		if (one_in(c, 3))
			b->discounts[d].item = (size_t)between(c, 0, 3);
	}
	hold(c, discount_apply(b->discounts, b->n, b->lines, b->line_count, b->shares, b->left));
}

static void discount__takes_no_more_than_there_is(struct chance *c)
{
	struct bill b;

	any_bill(c, &b);
	for (size_t l = 0; l < b.line_count; l++) {
		int64_t taken = 0;

		for (size_t d = 0; d < b.n; d++) {
			hold(c, b.shares[d * b.line_count + l] >= 0);
			taken += b.shares[d * b.line_count + l];
		}
		hold(c, b.left[l] == b.lines[l].amount - taken);
		hold(c, b.left[l] >= 0 || taken == 0);
		hold(c, taken == 0 || b.lines[l].discountable);
	}
}

/* A lone fixed amount is given away in full, as far as there is something to take it from, and fairly. */
static void discount__shares_add_up(struct chance *c)
{
	struct bill b;
	struct discount d = { .amount_off = size_up_to(c, INT64_C(99999999)), .item = DISCOUNT_ALL_ITEMS };
	int64_t sum = 0, total = 0, expected;

	any_bill(c, &b);
	for (size_t l = 0; l < b.line_count; l++) {
		if (b.lines[l].discountable && b.lines[l].amount > 0)
			sum += b.lines[l].amount;
	}
	hold(c, discount_apply(&d, 1, b.lines, b.line_count, b.shares, b.left));
	hold(c, discount_total(b.shares, b.line_count, &total));
	expected = d.amount_off < sum ? d.amount_off : sum;
	hold(c, total == expected);
	for (size_t l = 0; l < b.line_count; l++) {
		wide fair = (wide)expected * b.lines[l].amount;

		if (!b.lines[l].discountable || b.lines[l].amount <= 0)
			continue;
		hold(c, (wide)(b.shares[l] + 1) * sum > fair);
		hold(c, (wide)(b.shares[l] - (int64_t)b.line_count) * sum < fair);
	}
}

struct taxed_bill {
	struct bill bill;
	struct tax_rate rates[MOST_RATES];
	size_t n;
	size_t on_line[MOST_LINES][MOST_RATES];
	struct tax_line lines[MOST_LINES];
	struct tax_amount cells[MOST_LINES * MOST_RATES], totals[MOST_RATES];
	int64_t reductions[MOST_LINES];
	struct tax_sums sums;
};

static void any_taxes(struct chance *c, struct taxed_bill *t)
{
	any_bill(c, &t->bill);
	t->n = (size_t)between(c, 1, MOST_RATES);
	for (size_t r = 0; r < t->n; r++)
		t->rates[r] = (struct tax_rate) { between(c, 0, 300000), one_in(c, 2) };
	for (size_t l = 0; l < t->bill.line_count; l++) {
		size_t count = 0;

		for (size_t r = 0; r < t->n; r++) {
			if (!one_in(c, 3))
				t->on_line[l][count++] = r;
		}
		t->lines[l] = (struct tax_line) { t->bill.left[l], t->on_line[l], count };
	}
}

static void assess(struct chance *c, struct taxed_bill *t, enum tax_rounding rounding, enum tax_customer customer)
{
	hold(c, tax_apply(t->rates, t->n, t->lines, t->bill.line_count, rounding, customer, t->cells, t->totals,
			t->reductions, &t->sums));
}

/* Rounding once for the invoice or once for each line makes less than one unit's difference per line. */
static void tax__totals_are_the_sums_of_the_lines(struct chance *c)
{
	struct taxed_bill t;
	int64_t per_line[MOST_RATES];

	any_taxes(c, &t);
	assess(c, &t, TAX_PER_LINE, TAX_CUSTOMER_TAXED);
	for (size_t r = 0; r < t.n; r++) {
		per_line[r] = 0;
		for (size_t l = 0; l < t.bill.line_count; l++)
			per_line[r] += t.cells[l * t.n + r].tax;
		hold(c, t.totals[r].tax == per_line[r]);
	}
	assess(c, &t, TAX_PER_INVOICE, TAX_CUSTOMER_TAXED);
	for (size_t r = 0; r < t.n; r++) {
		int64_t difference = t.totals[r].tax - per_line[r];

		hold(c, difference <= (int64_t)t.bill.line_count && -difference <= (int64_t)t.bill.line_count);
	}
}

/* With one inclusive rate, net and tax make up the price, and rate times net is the tax but for rounding. */
static void tax__inclusive_is_contained(struct chance *c)
{
	static const size_t every[] = { 0 };
	const struct tax_rate rate = { between(c, 0, 500000), true };
	const struct tax_line line = { between(c, -99999999, 99999999), every, 1 };
	struct tax_amount cell, total;
	struct tax_sums sums;
	int64_t contained = 0, error;

	hold(c, tax_apply(&rate, 1, &line, 1, TAX_PER_LINE, TAX_CUSTOMER_TAXED, &cell, &total, NULL, &sums));
	hold(c, cell.tax + cell.taxable == line.amount);
	hold(c, tax_contained(line.amount, &rate, every, 1, &contained) && contained == cell.tax);
	error = cell.taxable * rate.percent - cell.tax * PERCENT_WHOLE;
	hold(c, error < 2 * PERCENT_WHOLE && -error < 2 * PERCENT_WHOLE);
}

static void totals__are_lines_less_discounts_plus_tax(struct chance *c)
{
	struct taxed_bill t;
	int64_t amounts[MOST_LINES], net = 0;
	struct totals_input in = { .lines = amounts };
	struct totals out = { 0 };
	enum tax_customer customer = one_in(c, 3) ? TAX_CUSTOMER_REVERSE : TAX_CUSTOMER_TAXED;

	any_taxes(c, &t);
	assess(c, &t, one_in(c, 2) ? TAX_PER_LINE : TAX_PER_INVOICE, customer);
	in.line_count = t.bill.line_count;
	for (size_t l = 0; l < t.bill.line_count; l++) {
		amounts[l] = t.bill.lines[l].amount;
		net += t.bill.left[l];
	}
	for (size_t d = 0; d < t.bill.n; d++) {
		int64_t total = 0;

		hold(c, discount_total(t.bill.shares + d * t.bill.line_count, t.bill.line_count, &total));
		in.discount += total;
	}
	in.tax_exclusive = t.sums.exclusive;
	in.tax_inclusive = t.sums.inclusive;
	in.tax_reduction = t.sums.reduction;
	hold(c, totals_sum(&in, &out));
	hold(c, out.subtotal - in.discount == net);
	hold(c, out.total == net + t.sums.exclusive - t.sums.reduction);
	hold(c, out.total_excluding_tax == net - t.sums.inclusive - t.sums.reduction);
	if (customer == TAX_CUSTOMER_REVERSE) {
		int64_t difference;

		/* Whoever owes no tax pays what the others pay without it, but for the place of rounding. */
		assess(c, &t, TAX_PER_LINE, TAX_CUSTOMER_TAXED);
		difference = net - t.sums.inclusive - out.total;
		hold(c, out.total == out.total_excluding_tax);
		hold(c, difference <= MOST_LINES * MOST_RATES && -difference <= MOST_LINES * MOST_RATES);
	}
}

static void settlement__loses_no_money(struct chance *c)
{
	int64_t total = between(c, -100000, 100000), balance = between(c, -100000, 100000);
	struct settlement_rule rule = { between(c, 0, 200), one_in(c, 3) ? 100 : 1, one_in(c, 4) ? 50000 : 0 };
	struct settlement s = { 0 };

	hold(c, totals_settle(total, balance, rule, &s));
	/* What is asked for and what stays on the balance are together what there was. */
	hold(c, s.amount_due + s.ending_balance == total + balance);
	hold(c, balance + s.applied + s.carried + s.excess == s.ending_balance);
	hold(c, s.excess >= 0 && (!rule.maximum || s.amount_due <= rule.maximum));
	hold(c, s.amount_due == 0 || (s.amount_due >= rule.minimum && s.amount_due % rule.step == 0));
	hold(c, s.carried >= 0 && s.carried < rule.step + rule.minimum);
	hold(c, !s.too_small || (s.amount_due == 0 && s.carried == s.ending_balance));
	hold(c, total + balance > 0 || s.amount_due == 0);
}

/* ---- running
 * ----------------------------------------------------------------------------------------------------------------------
 */

struct property {
	const char *name;
	void (*holds)(struct chance *c);
	uint64_t index;
};

static struct property properties[] = {
	{ "proration__is_the_nearest_amount", proration__is_the_nearest_amount, 1 },
	{ "proration__stays_within_the_whole", proration__stays_within_the_whole, 2 },
	{ "proration__swap_to_itself_is_neutral", proration__swap_to_itself_is_neutral, 3 },
	{ "proration__at_the_start_is_new_less_old", proration__at_the_start_is_new_less_old, 4 },
	{ "proration__falls_with_time", proration__falls_with_time, 5 },
	{ "proration__splitting_costs_one_unit_per_part_at_most", proration__splitting_costs_one_unit_per_part_at_most,
		6 },
	{ "proration__two_changes_compose", proration__two_changes_compose, 7 },
	{ "flexible__never_credits_more_than_was_paid", flexible__never_credits_more_than_was_paid, 8 },
	{ "cycle__boundaries_rise", cycle__boundaries_rise, 9 },
	{ "cycle__period_holds_its_moment", cycle__period_holds_its_moment, 10 },
	{ "cycle__month_ends_return", cycle__month_ends_return, 11 },
	{ "cycle__configured_anchors_have_their_day", cycle__configured_anchors_have_their_day, 12 },
	{ "tiers__parts_make_up_the_total", tiers__parts_make_up_the_total, 13 },
	{ "tiers__one_tier_is_a_plain_price", tiers__one_tier_is_a_plain_price, 14 },
	{ "decimal__text_comes_back", decimal__text_comes_back, 15 },
	{ "discount__takes_no_more_than_there_is", discount__takes_no_more_than_there_is, 16 },
	{ "discount__shares_add_up", discount__shares_add_up, 17 },
	{ "tax__totals_are_the_sums_of_the_lines", tax__totals_are_the_sums_of_the_lines, 18 },
	{ "tax__inclusive_is_contained", tax__inclusive_is_contained, 19 },
	{ "totals__are_lines_less_discounts_plus_tax", totals__are_lines_less_discounts_plus_tax, 20 },
	{ "settlement__loses_no_money", settlement__loses_no_money, 21 },
};

static void property_row(void **state)
{
	const struct property *p = *state;
	struct chance c = { .seed = chance_seed(), .property = p->index };

	for (c.number = 0; c.number < CASES; c.number++) {
		c.draws = 0;
		p->holds(&c);
	}
}

int main(void)
{
	struct CMUnitTest tests[COUNT_OF(properties)];

	print_message("SEED=%" PRIu64 ", %d cases of each property\n", chance_seed(), CASES);
	for (size_t i = 0; i < COUNT_OF(properties); i++)
		tests[i] = (struct CMUnitTest) { properties[i].name, property_row, NULL, NULL, &properties[i] };
	return cmocka_run_group_tests_name("properties", tests, NULL, NULL);
}
