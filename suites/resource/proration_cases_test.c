/* SPDX-License-Identifier: MIT */

/*
 * The worked examples of the proration rule, carried out through the front door: a subscription made at the start of
 * its period and changed at the example's second. Every change is previewed first, at the start with proration_date and
 * at the moment itself; the previews must say what the change then does, line by line. Numbers in names are those of
 * the examples (Stripe docs "Prorations", "Billing mode", "Cancel subscriptions"; published invoices; the rule).
 */
#include "proration.h"

#define SWAP "items[0][id]={item}&items[0][price]={new}"
#define QUANTITY(n) "items[0][id]={item}&items[0][quantity]=" #n
#define BY_FIVE                                                                                                        \
	"unit_amount=1000&recurring[interval]=month&transform_quantity[divide_by]=5&transform_quantity[round]=up"
#define ABSENT INT64_MIN

struct row {
	const char *name, *currency;
	int64_t start, at, end;		/* the period, and the moment of the change */
	const char *old_terms, *create; /* the price "Starter" and what else the subscription is made with */
	const char *new_terms;		/* the price "Pro"; NULL: none is needed */
	const char *change;
	const char *day;		 /* as the descriptions name it */
	const char *old_name, *new_name; /* as they name what is credited and what is charged */
	int64_t credit, debit;
	int64_t renewal; /* what the next period's own lines add up to */
};

static const struct row rows[] = {
	{ "example_01__upgrade_previewed_in_the_docs", "usd", 1596749288, 1598982148, 1599427688, MONTH(1000), "",
		MONTH(3252), SWAP, "01 Sep 2020", "Starter", "Pro", -166, 541, 3252 },
	{ "example_02__exactly_half", "usd", 1775001600, 1776297600, 1777593600, MONTH(1000), "", MONTH(2000), SWAP,
		"16 Apr 2026", "Starter", "Pro", -500, 1000, 2000 },
	{ "example_03__half_bigger_jump", "usd", 1775001600, 1776297600, 1777593600, MONTH(1000), "", MONTH(2500), SWAP,
		"16 Apr 2026", "Starter", "Pro", -500, 1250, 2500 },
	{ "example_04__half_downgrade", "usd", 1775001600, 1776297600, 1777593600, MONTH(2500), "", MONTH(1000), SWAP,
		"16 Apr 2026", "Starter", "Pro", -1250, 500, 1000 },
	{ "example_05__middle_of_may", "usd", 1777593600, 1778803200, 1780272000, MONTH(10000), "", MONTH(20000), SWAP,
		"15 May 2026", "Starter", "Pro", -5484, 10968, 20000 },
	{ "example_10__72_seconds_in", "eur", 1729866657, 1729866729, 1732545057, MONTH(1000), "", MONTH(2000), SWAP,
		"25 Oct 2024", "Starter", "Pro", -1000, 2000, 2000 },
	{ "example_11__yearly_seats", "usd", 1547426761, 1547426905, 1578962761, YEAR(10000), "", NULL, QUANTITY(2),
		"14 Jan 2019", "Starter", "2 × Starter", -10000, 20000, 20000 },
	{ "example_12__yearly_price_change", "eur", 1610220061, 1610222989, 1641756061, YEAR(3000), "", YEAR(6500),
		SWAP, "09 Jan 2021", "Starter", "Pro", -3000, 6499, 6500 },
	{ "example_17__ordinary_upgrade", "usd", 1772703000, 1773785647, 1775381400, MONTH(2900), "", MONTH(7900), SWAP,
		"17 Mar 2026", "Starter", "Pro", -1728, 4707, 7900 },
	{ "example_18__downgrade_with_two_halves", "usd", 1781049600, 1781762400, 1783641600, MONTH(9900), "",
		MONTH(2900), SWAP, "18 Jun 2026", "Starter", "Pro", -7178, 2102, 2900 },
	{ "example_19__seats_up", "usd", 1769904000, 1770724800, 1772323200, MONTH(1250), "items[0][quantity]=7", NULL,
		QUANTITY(10), "10 Feb 2026", "7 × Starter", "10 × Starter", -5781, 8259, 12500 },
	{ "example_20__item_deleted", "usd", 1786752000, 1788138123, 1789430400, MONTH(1500), "items[1][price]={new}",
		MONTH(400), "items[0][id]={item}&items[0][deleted]=true", "31 Aug 2026", "Starter", NULL, -724, ABSENT,
		400 },
	{ "example_21__item_added", "usd", 1786752000, 1788138123, 1789430400, MONTH(400), "", MONTH(799),
		"items[0][price]={new}&items[0][quantity]=3", "31 Aug 2026", NULL, "3 × Pro", ABSENT, 1157, 2797 },
	{ "example_22__february_of_a_leap_year", "usd", 1832976000, 1834185600, 1835481600, MONTH(1000), "",
		MONTH(2000), SWAP, "15 Feb 2028", "Starter", "Pro", -517, 1034, 2000 },
	{ "example_23__february_of_an_ordinary_year", "usd", 1801440000, 1802649600, 1803859200, MONTH(1000), "",
		MONTH(2000), SWAP, "15 Feb 2027", "Starter", "Pro", -500, 1000, 2000 },
	{ "example_24__month_end_anchor_short_month", "usd", 1801389600, 1802599200, 1803808800, MONTH(1000), "",
		MONTH(3000), SWAP, "14 Feb 2027", "Starter", "Pro", -500, 1500, 3000 },
	{ "example_26__quarter_from_31_january", "usd", 1769817600, 1772323200, 1777507200,
		"unit_amount=9000&recurring[interval]=month&recurring[interval_count]=3", "",
		"unit_amount=15000&recurring[interval]=month&recurring[interval_count]=3", SWAP, "01 Mar 2026",
		"Starter", "Pro", -6067, 10112, 15000 },
	{ "example_27__weekly", "usd", 1780272000, 1780473600, 1780876800, "unit_amount=499&recurring[interval]=week",
		"", "unit_amount=999&recurring[interval]=week", SWAP, "03 Jun 2026", "Starter", "Pro", -333, 666, 999 },
	{ "example_28__at_the_first_second", "usd", 1775001600, 1775001600, 1777593600, MONTH(1000), "", MONTH(3000),
		SWAP, "01 Apr 2026", "Starter", "Pro", -1000, 3000, 3000 },
	{ "example_29__halves_of_odd_prices", "usd", 1775001600, 1776297600, 1777593600, MONTH(999), "", MONTH(1999),
		SWAP, "16 Apr 2026", "Starter", "Pro", -500, 999, 1999 },
	{ "example_29__halves_of_odd_prices_again", "usd", 1775001600, 1776297600, 1777593600, MONTH(1001), "",
		MONTH(2499), SWAP, "16 Apr 2026", "Starter", "Pro", -501, 1249, 2499 },
	{ "example_30__yen", "jpy", 1793491200, 1794096000, 1796083200, MONTH(980), "", MONTH(1980), SWAP,
		"08 Nov 2026", "Starter", "Pro", -751, 1518, 1980 },
	{ "example_31__graduated_tiers", "usd", 1788220800, 1789257600, 1790812800, TIERS("graduated"),
		"items[0][quantity]=6", NULL, QUANTITY(25), "13 Sep 2026", "6 × Starter", "25 × Starter", -2490, 10350,
		17250 },
	{ "example_32__volume_tiers", "usd", 1788220800, 1789257600, 1790812800, TIERS("volume"),
		"items[0][quantity]=5", NULL, QUANTITY(6), "13 Sep 2026", "5 × Starter", "6 × Starter", -2100, 2340,
		3900 },
	{ "example_33__transformed_quantity", "usd", 1788220800, 1789257600, 1790812800, BY_FIVE,
		"items[0][quantity]=5", NULL, QUANTITY(6), "13 Sep 2026", "5 × Starter", "6 × Starter", -600, 1200,
		2000 },
	{ "example_33__transformed_to_the_same", "usd", 1788220800, 1789257600, 1790812800, BY_FIVE,
		"items[0][quantity]=6", NULL, QUANTITY(9), "13 Sep 2026", "6 × Starter", "9 × Starter", -1200, 1200,
		2000 },
	{ "example_34__unit_below_a_cent", "usd", 1788220800, 1788739200, 1790812800,
		"unit_amount_decimal=2.5&recurring[interval]=month", "items[0][quantity]=1001", NULL, QUANTITY(1203),
		"07 Sep 2026", "1001 × Starter", "1203 × Starter", -2002, 2406, 3008 },
	{ "example_35__price_swap_without_quantity", "usd", 1790812800, 1791784800, 1793491200, MONTH(1000),
		"items[0][quantity]=5", MONTH(2500), SWAP, "12 Oct 2026", "5 × Starter", "Pro", -3185, 1593, 2500 },
	{ "example_36__twenty_per_cent_off", "usd", 1775001600, 1775865600, 1777593600, MONTH(1000),
		"discounts[0][coupon]=twenty", MONTH(2000), SWAP, "11 Apr 2026", "Starter (with 20% off)",
		"Pro (with 20% off)", -533, 1067, 1600 },
	{ "example_37__four_dollars_off", "usd", 1775001600, 1775865600, 1777593600, MONTH(1000),
		"discounts[0][coupon]=four", MONTH(2000), SWAP, "11 Apr 2026", "Starter (with $4.00 off)",
		"Pro (with $4.00 off)", -400, 1067, 1600 },
	{ "example_45__half_a_day_before_the_end", "usd", 1775001600, 1777550400, 1777593600, MONTH(1000), "",
		MONTH(2000), SWAP, "30 Apr 2026", "Starter", "Pro", -17, 33, 2000 },
};

#define ROWS (sizeof rows / sizeof *rows)

/* How a row is carried out: in both billing modes, and with each proration_behavior. */
enum way { PENDING, INVOICED, NONE, WAYS };

struct bench {
	const struct row *row;
	bool flexible;
	enum way way;
	struct house *h;
	const char *customer, *sub, *item, *old, *new;
};

static const char *filled(const struct bench *b, const char *template)
{
	const char *out = "";

	while (*template) {
		size_t length = strcspn(template, "{"), name;
		const char *value;

		out = text_of(b->h, "%s%.*s", out, (int)length, template);
		template += length;
		if (!*template)
			break;
		name = strcspn(template, "}") + 1;
		value = !strncmp(template, "{item}", name)  ? b->item
			: !strncmp(template, "{new}", name) ? b->new
							    : b->old;
		out = text_of(b->h, "%s%s", out, value);
		template += name;
	}
	return out;
}

/* The subscription as it is before the change. */
static void arrange(struct bench *b)
{
	const struct row *row = b->row;
	const struct answer *a;

	coupons(b->h);
	b->customer = customer_new(b->h, NULL, "visa");
	b->old = price_in(b->h, "Starter", row->currency, row->old_terms);
	b->new = row->new_terms ? price_in(b->h, "Pro", row->currency, row->new_terms) : NULL;
	a = subscribe(b->h, b->customer, b->old,
		text_of(b->h, "billing_mode[type]=%s&%s", b->flexible ? "flexible" : "classic",
			filled(b, row->create)));
	b->sub = field(a, "id");
	b->item = field(a, "items.data.0.id");
	assert_field(a, "status", "active");
	assert_money(a, "items.data.0.current_period_start", row->start);
	assert_money(a, "items.data.0.current_period_end", row->end);
	assert_money(a, "billing_cycle_anchor", row->start);
}

/* The row's prorations, the newest first as pending items and invoices list them. */
static size_t expected_lines(const struct bench *b, struct line out[2])
{
	const struct row *row = b->row;
	size_t n = 0;

	if (row->debit != ABSENT)
		out[n++] = (struct line) { row->debit, row->at, row->end,
			text_of(b->h, "Remaining time on %s after %s", row->new_name, row->day) };
	if (row->credit != ABSENT)
		out[n++] = (struct line) { row->credit, row->at, row->end,
			text_of(b->h, "Unused time on %s after %s", row->old_name, row->day) };
	return n;
}

static int64_t net(const struct row *row)
{
	return (row->credit == ABSENT ? 0 : row->credit) + (row->debit == ABSENT ? 0 : row->debit);
}

/* What is asked of a preview and of the update, with the proration_date when it is not now (0: now). */
static const char *change_of(const struct bench *b, int64_t date)
{
	static const char *const behavior[] = { "create_prorations", "always_invoice", "none" };
	const char *change = text_of(b->h, "%s&proration_behavior=%s", filled(b, b->row->change), behavior[b->way]);

	return date ? text_of(b->h, "%s&proration_date=%lld", change, (long long)date) : change;
}

/* ---- create_prorations: pending items now, an invoice at the end of the period ---- */

static void check_pending(const struct bench *b, const struct answer *early, const struct answer *foretold)
{
	const struct row *row = b->row;
	const struct answer *items = pending_items(b->h, b->customer), *made;
	struct line wanted[2];
	size_t n = expected_lines(b, wanted);

	assert_lines(b->h, items, "data", wanted, n);
	for (size_t i = 0; i < n; i++) {
		const char *at = text_of(b->h, "data.%zu", i);
		bool credit = row->credit != ABSENT && i == n - 1;

		assert_flag(items, text_of(b->h, "%s.proration", at), true);
		assert_flag(items, text_of(b->h, "%s.discountable", at), false);
		assert_field(items, text_of(b->h, "%s.parent.subscription_details.subscription", at), b->sub);
		assert_field(items, text_of(b->h, "%s.pricing.unit_amount_decimal", at), NULL);
		assert_money(items, text_of(b->h, "%s.date", at), row->at);
		if (!credit)
			assert_field(items, text_of(b->h, "%s.proration_details.credited_items", at), NULL);
	}
	go_to(b->h, row->end);
	made = latest_invoice(b->h, b->sub);
	assert_field(made, "status", "draft");
	assert_field(made, "billing_reason", "subscription_cycle");
	assert_money(made, "total", net(row) + row->renewal);
	assert_money(made, "period_start", row->start);
	assert_money(made, "period_end", row->end);
	for (size_t i = 0; i < n; i++) {
		assert_money(made, text_of(b->h, "lines.data.%zu.amount", i), wanted[i].amount);
		assert_field(made, text_of(b->h, "lines.data.%zu.description", i), wanted[i].description);
	}
	assert_foretold(b->h, foretold, made);
	assert_same_lines(b->h, early, made);
	assert_money(foretold, "next_payment_attempt", row->end + HOUR);
	assert_money(made, "next_payment_attempt", row->end + HOUR);
	go_to(b->h, row->end + HOUR);
	assert_field(get(b->h, "invoices", field(made, "id")), "status", "paid");
}

/* ---- always_invoice: an invoice of the moment ---- */

static void check_invoiced(const struct bench *b, const struct answer *early, const struct answer *foretold)
{
	const struct row *row = b->row;
	const struct answer *made = latest_invoice(b->h, b->sub);
	struct line wanted[2];
	size_t n = expected_lines(b, wanted);
	int64_t due = net(row) >= 50 ? net(row) : 0;

	if (!strcmp(row->currency, "jpy"))
		due = net(row);
	assert_field(made, "billing_reason", "subscription_update");
	assert_field(made, "status", "paid");
	assert_money(made, "period_start", row->start);
	assert_money(made, "period_end", row->at);
	assert_lines(b->h, made, "lines.data", wanted, n);
	assert_money(made, "total", net(row));
	assert_money(made, "amount_due", due);
	assert_money(made, "amount_paid", due);
	assert_money(made, "ending_balance", net(row) - due);
	assert_money(made, "attempt_count", due ? 1 : 0);
	assert_money(get(b->h, "customers", b->customer), "balance", net(row) - due);
	assert_int_equal(field_count(pending_items(b->h, b->customer), "data"), 0);
	assert_foretold(b->h, foretold, made);
	assert_same_lines(b->h, early, made);
}

/* ---- none: nothing now, the new price from the next period on ---- */

static void check_none(const struct bench *b, const struct answer *early, const struct answer *foretold)
{
	const struct answer *made;

	assert_int_equal(field_count(pending_items(b->h, b->customer), "data"), 0);
	go_to(b->h, b->row->end);
	made = latest_invoice(b->h, b->sub);
	assert_money(made, "total", b->row->renewal);
	assert_foretold(b->h, foretold, made);
	assert_same_lines(b->h, early, made);
}

static void run_row(void **state)
{
	struct bench *b = *state;
	const struct row *row = b->row;
	const struct answer *early, *foretold, *a;
	const char *first;

	arrange(b);
	first = field(get(b->h, "subscriptions", b->sub), "latest_invoice");
	early = preview(b->h, b->sub, change_of(b, row->at));
	assert_status(early, 200);
	go_to(b->h, row->at);
	foretold = preview(b->h, b->sub, change_of(b, 0));
	assert_status(foretold, 200);
	assert_field(get(b->h, "subscriptions", b->sub), "latest_invoice", first);
	assert_int_equal(field_count(pending_items(b->h, b->customer), "data"), 0);
	a = post(b->h, "subscriptions", b->sub, change_of(b, 0));
	assert_field(a, "status", "active");
	assert_money(a, "billing_cycle_anchor", row->start);
	assert_money(a, "items.data.0.current_period_end", row->end);
	if (b->way != INVOICED)
		assert_field(a, "latest_invoice", first);
	if (b->way == PENDING)
		check_pending(b, early, foretold);
	else if (b->way == INVOICED)
		check_invoiced(b, early, foretold);
	else
		check_none(b, early, foretold);
}

static int open_bench(void **state)
{
	struct bench *b = *state;

	b->h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = b->row->start });
	return 0;
}

static int close_bench(void **state)
{
	struct bench *b = *state;

	house_close(b->h);
	b->h = NULL;
	return 0;
}

int main(void)
{
	static const char *const ways[] = { "pending", "invoiced", "none" };
	struct bench benches[ROWS * 2 * WAYS];
	struct CMUnitTest tests[ROWS * 2 * WAYS];
	char names[ROWS * 2 * WAYS][96];
	size_t n = 0;

	for (size_t i = 0; i < ROWS * 2 * WAYS; i++) {
		if (i % 2 && strstr(rows[i / 2 / WAYS].old_terms, "graduated"))
			continue; /* a credit for each tier's line: example_31__graduated_tiers_flexible */
		benches[n] = (struct bench) {
			.row = &rows[i / 2 / WAYS], .flexible = i % 2, .way = (enum way)(i / 2 % WAYS)
		};
		snprintf(names[n], sizeof names[n], "%s__%s_%s", benches[n].row->name, ways[benches[n].way],
			benches[n].flexible ? "flexible" : "classic");
		tests[n] = (struct CMUnitTest) { names[n], run_row, open_bench, close_bench, &benches[n] };
		n++;
	}
	return _cmocka_run_group_tests("proration_cases", tests, n, NULL, NULL);
}
