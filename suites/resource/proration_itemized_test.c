/* SPDX-License-Identifier: MIT */

/*
 * billing_mode[flexible][proration_discounts]: how the discounts inside prorations are shown. included: amounts are
 * after discounts, which show 0; itemized: amounts are before them. What is charged is the same. Source: Stripe
 * changelog "Adds the ability to itemize proration discount amounts", and its example of 10 USD, 10 % and 2 USD.
 */
#include "proration.h"

#define START INT64_C(1775001600)      /* 1 April 2026: 30 days */
#define TWO_THIRDS INT64_C(1775865600) /* are left */
#define HALF INT64_C(1776297600)
#define ONE_THIRD INT64_C(1776729600)
#define END INT64_C(1777593600)

#define INCLUDED FLEXIBLE
#define ITEMIZED FLEXIBLE "&billing_mode[flexible][proration_discounts]=itemized"

static void more_coupons(struct house *h)
{
	api_ok(h, "POST", "/v1/coupons", "id=ten&percent_off=10&duration=forever");
	api_ok(h, "POST", "/v1/coupons", "id=two&amount_off=200&currency=usd&duration=forever");
}

/* 4.00, then 10.00, at the period's first second; 10 % off the item and 2.00 off the whole. */
static struct scene documented(const char *mode)
{
	struct scene s = { .h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = START }) };
	const struct answer *a;

	more_coupons(s.h);
	s.customer = customer_new(s.h, NULL, "visa");
	a = subscribe(s.h, s.customer, monthly(s.h, "Starter", 400),
		text_of(s.h, "items[0][discounts][0][coupon]=ten&discounts[0][coupon]=two&%s", mode));
	s.sub = field(a, "id");
	s.item = field(a, "items.data.0.id");
	assert_money(latest_invoice(s.h, s.sub), "total", 160);
	return s;
}

/* The amounts of {amount, discount} at a place: of the item's own discount first. */
#define assert_off(a, at, first, second)                                                                               \
	do {                                                                                                           \
		assert_same_int((int64_t)field_count(a, at), 2);                                                       \
		assert_money(a, text_of(s.h, "%s.0.amount", at), first);                                               \
		assert_money(a, text_of(s.h, "%s.1.amount", at), second);                                              \
	} while (0)

static void itemized__as_documented(void **state)
{
	struct scene s = documented(ITEMIZED);
	const struct answer *items, *made;
	const char *own, *whole;

	(void)state;
	own = field(get(s.h, "subscriptions", s.sub), "items.data.0.discounts.0");
	whole = field(get(s.h, "subscriptions", s.sub), "discounts.0");
	change_price(&s, monthly(s.h, "Pro", 1000), "");
	items = pending_items(s.h, s.customer);
	assert_money(items, "data.0.amount", 1000);
	assert_money(items, "data.0.net_amount", 700);
	assert_field(items, "data.0.description", "Remaining time on Pro after 01 Apr 2026");
	assert_off(items, "data.0.proration_details.discount_amounts", 100, 200);
	assert_field(items, "data.0.proration_details.discount_amounts.0.discount", own);
	assert_field(items, "data.0.proration_details.discount_amounts.1.discount", whole);
	assert_flag(items, "data.0.discountable", false);
	assert_money(items, "data.1.amount", -400);
	assert_money(items, "data.1.net_amount", -160);
	assert_off(items, "data.1.proration_details.discount_amounts", -40, -200);
	go_to(s.h, END);
	made = latest_invoice(s.h, s.sub);
	assert_money(made, "lines.data.0.amount", 1000);
	assert_off(made, "lines.data.0.discount_amounts", 100, 200);
	assert_off(made, "lines.data.0.pretax_credit_amounts", 100, 200);
	assert_off(made, "lines.data.1.discount_amounts", -40, -200);
	assert_off(made, "lines.data.2.discount_amounts", 100, 200);
	/* The discounts of items are inside the subtotal, those of the whole are not. */
	assert_money(made, "subtotal", 900 - 360 + 900);
	assert_off(made, "total_discount_amounts", 100 - 40 + 100, 200 - 200 + 200);
	assert_money(made, "total", 700 - 160 + 700);
	house_close(s.h);
}

static void included__as_documented(void **state)
{
	struct scene s = documented(INCLUDED);
	const struct answer *items, *made;
	const char *whole;

	(void)state;
	whole = field(get(s.h, "subscriptions", s.sub), "discounts.0");
	change_price(&s, monthly(s.h, "Pro", 1000), "");
	items = pending_items(s.h, s.customer);
	assert_money(items, "data.0.amount", 700);
	assert_money(items, "data.0.net_amount", 700);
	assert_field(items, "data.0.description", "Remaining time on Pro (with 10% off, $2.00 off) after 01 Apr 2026");
	assert_off(items, "data.0.proration_details.discount_amounts", 0, 0);
	assert_money(items, "data.1.amount", -160);
	go_to(s.h, END);
	made = latest_invoice(s.h, s.sub);
	assert_money(made, "lines.data.0.amount", 700);
	assert_same_int((int64_t)field_count(made, "lines.data.0.discount_amounts"), 1);
	assert_money(made, "lines.data.0.discount_amounts.0.amount", 0);
	assert_field(made, "lines.data.0.discount_amounts.0.discount", whole);
	assert_same_int((int64_t)field_count(made, "lines.data.0.pretax_credit_amounts"), 0);
	assert_money(made, "subtotal", 700 - 160 + 900);
	assert_off(made, "total_discount_amounts", 100, 200);
	assert_money(made, "total", 700 - 160 + 700);
	house_close(s.h);
}

static void classic__shows_no_discounts_of_items(void **state)
{
	struct scene s = documented(CLASSIC);
	const struct answer *items;

	(void)state;
	change_price(&s, monthly(s.h, "Pro", 1000), "");
	items = pending_items(s.h, s.customer);
	assert_money(items, "data.0.amount", 700);
	assert_same_int((int64_t)field_count(items, "data.0.proration_details.discount_amounts"), 0);
	go_to(s.h, END);
	assert_money(latest_invoice(s.h, s.sub), "lines.data.0.discount_amounts.0.amount", 0);
	house_close(s.h);
}

/* 20 % off, 10.00 to 20.00 with two thirds left (example 36), to 30.00 with one third left. */
static void itemized__credits_undo_what_was_itemized(void **state)
{
	struct scene s = scene_open(START, MONTH(1000), ITEMIZED "&discounts[0][coupon]=twenty");
	const char *pro = monthly(s.h, "Pro", 2000), *max = monthly(s.h, "Max", 3000), *first;
	const struct answer *items, *made;

	(void)state;
	first = field(latest_invoice(s.h, s.sub), "lines.data.0.id");
	go_to(s.h, TWO_THIRDS);
	change_price(&s, pro, "");
	items = pending_items(s.h, s.customer);
	assert_money(items, "data.0.amount", 1333); /* 1067 + 266 */
	assert_money(items, "data.0.net_amount", 1067);
	assert_money(items, "data.0.proration_details.discount_amounts.0.amount", 266);
	assert_money(items, "data.1.amount", -667); /* -533 - 134 */
	assert_money(items, "data.1.net_amount", -533);
	assert_money(items, "data.1.proration_details.discount_amounts.0.amount", -134);
	assert_field(
		items, "data.1.proration_details.credited_items.invoice_line_item_details.invoice_line_items.0", first);
	go_to(s.h, ONE_THIRD);
	change_price(&s, max, "");
	items = pending_items(s.h, s.customer);
	assert_money(items, "data.0.amount", 1000);
	assert_money(items, "data.0.net_amount", 800);
	assert_money(items, "data.1.amount", -667); /* of the pending 1333, of which half its time is left */
	assert_money(items, "data.1.net_amount", -534);
	assert_money(items, "data.1.proration_details.discount_amounts.0.amount", -133);
	assert_field(items, "data.1.proration_details.credited_items.type", "invoice_item");
	go_to(s.h, END);
	made = latest_invoice(s.h, s.sub);
	assert_money(made, "subtotal", 1333 - 667 + 1000 - 667 + 3000);
	assert_money(made, "total_discount_amounts.0.amount", 266 - 134 + 200 - 133 + 600);
	assert_money(made, "total", 1067 - 533 + 800 - 534 + 2400);
	house_close(s.h);
}

/* 5.00 off 10.00 and 20.00 is 1.66 and 3.34; the first item is deleted at half the period (example 9). */
static void itemized__share_of_a_deleted_item(void **state)
{
	struct scene s = { .h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = START }) };
	const struct answer *a, *items;

	(void)state;
	api_ok(s.h, "POST", "/v1/coupons", "id=five&amount_off=500&currency=usd&duration=forever");
	s.customer = customer_new(s.h, NULL, "visa");
	a = subscribe(s.h, s.customer, monthly(s.h, "Starter", 1000),
		text_of(s.h, "items[1][price]=%s&discounts[0][coupon]=five&%s", monthly(s.h, "Plus", 2000), ITEMIZED));
	s.sub = field(a, "id");
	go_to(s.h, HALF);
	post(s.h, "subscriptions", s.sub,
		text_of(s.h, "items[0][id]=%s&items[0][deleted]=true", field(a, "items.data.0.id")));
	items = pending_items(s.h, s.customer);
	assert_same_int((int64_t)field_count(items, "data"), 1);
	assert_money(items, "data.0.amount", -500);
	assert_money(items, "data.0.net_amount", -417);
	assert_money(items, "data.0.proration_details.discount_amounts.0.amount", -83);
	house_close(s.h);
}

static void itemized__an_end_that_moves(void **state)
{
	struct scene s = scene_open(START, MONTH(1000), ITEMIZED "&discounts[0][coupon]=twenty");
	const struct answer *items;

	(void)state;
	post(s.h, "subscriptions", s.sub, text_of(s.h, "cancel_at=%lld", (long long)ONE_THIRD));
	items = pending_items(s.h, s.customer);
	assert_money(items, "data.0.amount", -333);
	assert_money(items, "data.0.net_amount", -267);
	assert_money(items, "data.0.proration_details.discount_amounts.0.amount", -66);
	post(s.h, "subscriptions", s.sub, "cancel_at=");
	items = pending_items(s.h, s.customer);
	assert_money(items, "data.0.amount", 333);
	assert_money(items, "data.0.net_amount", 267);
	assert_money(items, "data.0.proration_details.discount_amounts.0.amount", 66);
	/* What is credited next is what was charged: 600.. for 20 days and 267 for 10. */
	go_to(s.h, START + 1);
	api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), "prorate=true");
	items = pending_items(s.h, s.customer);
	assert_same_int((int64_t)field_count(items, "data"), 4);
	assert_money(items, "data.0.amount", -333);
	assert_money(items, "data.0.net_amount", -267);
	assert_money(items, "data.1.amount", -667);
	assert_money(items, "data.1.net_amount", -533);
	house_close(s.h);
}

static void itemized__its_amount_can_be_changed(void **state)
{
	struct scene s = scene_open(START, MONTH(1000), ITEMIZED "&discounts[0][coupon]=twenty");
	const char *id;

	(void)state;
	change_price(&s, monthly(s.h, "Pro", 2000), "");
	id = field(pending_items(s.h, s.customer), "data.0.id");
	assert_money(post(s.h, "invoiceitems", id, "amount=1500"), "net_amount", 1100);
	go_to(s.h, END);
	assert_money(latest_invoice(s.h, s.sub), "total", 1100 - 800 + 1600);
	house_close(s.h);
}

/* A coupon for the first bill is spent by the first bill that it makes cheaper, a proration's included. */
static void once__is_spent_by_a_proration(void **state)
{
	static const char *const modes[] = { CLASSIC, INCLUDED, ITEMIZED };

	(void)state;
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		struct scene s = scene_open(START, MONTH(1000), modes[i]);

		api_ok(s.h, "POST", "/v1/coupons", "id=once&percent_off=50&duration=once");
		go_to(s.h, HALF);
		change_price(
			&s, monthly(s.h, "Pro", 3000), "discounts[0][coupon]=once&proration_behavior=always_invoice");
		/* Classic credits the old price with the discount too: a known trap. */
		assert_money(latest_invoice(s.h, s.sub), "total", i ? 750 - 500 : 750 - 250);
		assert_same_int((int64_t)field_count(get(s.h, "subscriptions", s.sub), "discounts"), 0);
		go_to(s.h, END);
		assert_money(latest_invoice(s.h, s.sub), "total", 3000);
		house_close(s.h);
	}
}

/* ---- the same money ---- */

struct change {
	const char *name, *terms, *create, *change;
	int64_t at;
};

static const struct change changes[] = {
	{ "upgrade_per_cent", MONTH(1000), "discounts[0][coupon]=twenty",
		"items[0][id]={item}&items[0][price]={new}&proration_behavior=always_invoice", TWO_THIRDS },
	{ "upgrade_amount", MONTH(999), "discounts[0][coupon]=four",
		"items[0][id]={item}&items[0][price]={new}&proration_behavior=always_invoice", HALF },
	{ "stacked", MONTH(1001), "discounts[0][coupon]=four&discounts[1][coupon]=twenty&discounts[2][coupon]=ten",
		"items[0][id]={item}&items[0][price]={new}&proration_behavior=always_invoice", HALF },
	{ "of_item_and_whole", MONTH(1001), "items[0][discounts][0][coupon]=ten&discounts[0][coupon]=two",
		"items[0][id]={item}&items[0][quantity]=7&proration_behavior=always_invoice", 1776000001 },
	{ "item_added", MONTH(1500), "discounts[0][coupon]=four",
		"items[0][price]={new}&proration_behavior=always_invoice", 1776000001 },
	{ "tiers", TIERS("graduated"), "items[0][quantity]=6&discounts[0][coupon]=two",
		"items[0][id]={item}&items[0][quantity]=25&proration_behavior=always_invoice", 1776000001 },
	{ "tax_exclusive", MONTH(1000), "discounts[0][coupon]=twenty&default_tax_rates[0]={exclusive}",
		"items[0][id]={item}&items[0][price]={new}&proration_behavior=always_invoice", TWO_THIRDS },
	{ "tax_inclusive", MONTH(1000), "discounts[0][coupon]=twenty&default_tax_rates[0]={inclusive}",
		"items[0][id]={item}&items[0][price]={new}&proration_behavior=always_invoice", TWO_THIRDS },
	{ "anchor_reset", MONTH(1000), "discounts[0][coupon]=twenty",
		"billing_cycle_anchor[type]=now&proration_behavior=always_invoice", TWO_THIRDS },
	{ "pending", MONTH(1000), "discounts[0][coupon]=twenty", "items[0][id]={item}&items[0][price]={new}",
		TWO_THIRDS },
	{ "another_discount", MONTH(1000), "discounts[0][coupon]=twenty",
		"discounts[0][coupon]=four&items[0][id]={item}&items[0][price]={new}&proration_behavior=always_invoice",
		TWO_THIRDS },
	{ "discount_gone", MONTH(1000), "discounts[0][coupon]=twenty",
		"discounts=&items[0][id]={item}&items[0][price]={new}&proration_behavior=always_invoice", TWO_THIRDS },
};

static const char *rate(struct house *h, const char *terms)
{
	return field(api_ok(h, "POST", "/v1/tax_rates", text_of(h, "display_name=VAT&percentage=20&%s", terms)), "id");
}

/* {item}, {new}, {exclusive} and {inclusive} by what they stand for. */
static const char *filled(struct scene *s, const char *template)
{
	const char *out = "", *open;

	for (; (open = strchr(template, '{')); template = strchr(open, '}') + 1)
		out = text_of(s->h, "%s%.*s%s", out, (int)(open - template), template,
			open[1] == 'n'	 ? monthly(s->h, "Pro", 2999)
			: open[1] == 'e' ? rate(s->h, "inclusive=false")
			: open[2] == 'n' ? rate(s->h, "inclusive=true")
					 : s->item);
	return text_of(s->h, "%s%s", out, template);
}

static const struct answer *after_change(struct scene *s, const struct change *c, const char *mode)
{
	const struct answer *foretold, *made;
	const char *change;

	*s = (struct scene) { .h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = START }) };
	coupons(s->h);
	more_coupons(s->h);
	s->customer = customer_new(s->h, NULL, "visa");
	made = subscribe(s->h, s->customer, price_new(s->h, "Starter", c->terms),
		text_of(s->h, "%s&%s", filled(s, c->create), mode));
	s->sub = field(made, "id");
	s->item = field(made, "items.data.0.id");
	go_to(s->h, c->at);
	change = filled(s, c->change);
	foretold = strstr(change, "discounts=") || strstr(change, "discounts[") ? NULL : preview(s->h, s->sub, change);
	post(s->h, "subscriptions", s->sub, change);
	if (!strstr(change, "always_invoice"))
		go_to(s->h, END);
	made = latest_invoice(s->h, s->sub);
	if (foretold)
		assert_foretold(s->h, foretold, made);
	return made;
}

static void either_way__costs_the_same(void **state)
{
	const struct change *c = *state;
	struct scene one, two;
	const struct answer *included = after_change(&one, c, INCLUDED), *itemized = after_change(&two, c, ITEMIZED);
	static const char *const sums[] = { "total", "total_excluding_tax", "amount_due" };
	int64_t off = 0;

	for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
		assert_money(itemized, sums[i], field_int(included, sums[i]));
	assert_same_int((int64_t)field_count(itemized, "lines.data"), (int64_t)field_count(included, "lines.data"));
	for (size_t i = 0; i < field_count(itemized, "lines.data"); i++) {
		const char *at = text_of(two.h, "lines.data.%zu", i);
		size_t n = field_count(itemized, text_of(two.h, "%s.discount_amounts", at));

		off = 0;
		for (size_t k = 0; k < n; k++)
			off += field_int(itemized, text_of(two.h, "%s.discount_amounts.%zu.amount", at, k));
		for (size_t k = 0; k < field_count(included, text_of(one.h, "%s.discount_amounts", at)); k++)
			off -= field_int(included, text_of(one.h, "%s.discount_amounts.%zu.amount", at, k));
		assert_money(itemized, text_of(two.h, "%s.amount", at),
			field_int(included, text_of(one.h, "%s.amount", at)) + off);
	}
	house_close(one.h);
	house_close(two.h);
}

/* ---- migrating ---- */

static void migrate__from_included_to_itemized_only(void **state)
{
	struct scene s = scene_open(START, MONTH(1000), CLASSIC "&discounts[0][coupon]=twenty");
	const char *path = text_of(s.h, "/v1/subscriptions/%s/migrate", s.sub);

	(void)state;
	assert_field(api_ok(s.h, "POST", path, FLEXIBLE), "billing_mode.flexible.proration_discounts", "included");
	assert_error(api(s.h, "POST", path, FLEXIBLE), 400, NULL, NULL, "already in flexible billing mode");
	assert_field(api_ok(s.h, "POST", path, ITEMIZED), "billing_mode.flexible.proration_discounts", "itemized");
	assert_error(api(s.h, "POST", path, INCLUDED "&billing_mode[flexible][proration_discounts]=included"), 400,
		NULL, NULL, "from `included` to `itemized`");
	assert_error(api(s.h, "POST", path, ITEMIZED), 400, NULL, NULL, "already");
	go_to(s.h, HALF);
	change_price(&s, monthly(s.h, "Pro", 2000), "");
	assert_money(pending_items(s.h, s.customer), "data.0.amount", 1000);
	assert_money(pending_items(s.h, s.customer), "data.0.net_amount", 800);
	assert_money(pending_items(s.h, s.customer), "data.1.amount", -500);
	assert_money(pending_items(s.h, s.customer), "data.1.net_amount", -400);
	house_close(s.h);
}

static void schedule__hands_it_on(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/subscription_schedules",
		text_of(h,
			"customer=%s&start_date=now&phases[0][items][0][price]=%s&phases[0][duration][interval]=month&%"
			"s",
			customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000), ITEMIZED));

	assert_field(a, "billing_mode.flexible.proration_discounts", "itemized");
	assert_field(get(h, "subscriptions", field(a, "subscription")), "billing_mode.flexible.proration_discounts",
		"itemized");
}

int main(void)
{
	static const struct CMUnitTest scenes[] = {
		cmocka_unit_test(itemized__as_documented),
		cmocka_unit_test(included__as_documented),
		cmocka_unit_test(classic__shows_no_discounts_of_items),
		cmocka_unit_test(itemized__credits_undo_what_was_itemized),
		cmocka_unit_test(itemized__share_of_a_deleted_item),
		cmocka_unit_test(itemized__an_end_that_moves),
		cmocka_unit_test(itemized__its_amount_can_be_changed),
		cmocka_unit_test(once__is_spent_by_a_proration),
		cmocka_unit_test(migrate__from_included_to_itemized_only),
		BILLING_TEST(schedule__hands_it_on),
	};
	struct CMUnitTest tests[sizeof scenes / sizeof *scenes + sizeof changes / sizeof *changes];
	char names[sizeof changes / sizeof *changes][96];
	size_t n = 0;

	for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++)
		tests[n++] = scenes[i];
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		snprintf(names[i], sizeof names[i], "either_way__costs_the_same__%s", changes[i].name);
		tests[n++] = (struct CMUnitTest) { names[i], either_way__costs_the_same, NULL, NULL,
			(void *)(uintptr_t)&changes[i] };
	}
	return _cmocka_run_group_tests("proration_itemized", tests, n, NULL, NULL);
}
