/* SPDX-License-Identifier: MIT */

/*
 * The worked examples of the proration rule, carried out through the front door: a subscription made at the start of
 * its period and changed at the example's second. Every change is previewed first, at the start with proration_date and
 * at the moment itself; the previews must say what the change then does, line by line. Numbers in names are those of
 * the examples (Stripe docs "Prorations", "Billing mode", "Cancel subscriptions"; published invoices; the rule).
 */
#include "preview.h"

#define MONTH(amount) "unit_amount=" #amount "&recurring[interval]=month"
#define YEAR(amount) "unit_amount=" #amount "&recurring[interval]=year"
#define SWAP "items[0][id]={item}&items[0][price]={new}"
#define QUANTITY(n) "items[0][id]={item}&items[0][quantity]=" #n
#define TIERS(mode)                                                                                                    \
	"billing_scheme=tiered&tiers_mode=" mode                                                                       \
	"&recurring[interval]=month&tiers[0][up_to]=5&tiers[0][unit_amount]=700"                                       \
	"&tiers[1][up_to]=20&tiers[1][unit_amount]=650&tiers[2][up_to]=inf&tiers[2][unit_amount]=600"                  \
	"&tiers[2][flat_amount]=1000"
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

static void coupons(struct house *h)
{
	api_ok(h, "POST", "/v1/coupons", "id=twenty&percent_off=20&duration=forever");
	api_ok(h, "POST", "/v1/coupons", "id=four&amount_off=400&currency=usd&duration=forever");
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

/* ---- examples of several steps ---- */

struct scene {
	struct house *h;
	const char *customer, *starter, *sub, *item;
};

static struct scene scene_open(int64_t start, const char *terms, const char *create)
{
	struct scene s = { .h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = start }) };
	const struct answer *a;

	coupons(s.h);
	s.customer = customer_new(s.h, NULL, "visa");
	s.starter = price_new(s.h, "Starter", terms);
	a = subscribe(s.h, s.customer, s.starter, create);
	s.sub = field(a, "id");
	s.item = field(a, "items.data.0.id");
	return s;
}

static const struct answer *change_price(const struct scene *s, const char *price, const char *more)
{
	const char *change = text_of(s->h, "items[0][id]=%s&items[0][price]=%s&%s", s->item, price, more);

	return post(s->h, "subscriptions", s->sub, change);
}

#define CLASSIC "billing_mode[type]=classic"
#define FLEXIBLE "billing_mode[type]=flexible"

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

int main(void)
{
	static const struct CMUnitTest scenes[] = {
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
	};
	static const char *const ways[] = { "pending", "invoiced", "none" };
	struct bench benches[ROWS * 2 * WAYS];
	struct CMUnitTest tests[ROWS * 2 * WAYS + sizeof scenes / sizeof *scenes];
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
	for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++)
		tests[n++] = scenes[i];
	return _cmocka_run_group_tests("proration_cases", tests, n, NULL, NULL);
}
