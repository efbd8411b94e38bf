/* SPDX-License-Identifier: MIT */
/* Discounts on invoices: where they stand, and what they are taken from. Source: Stripe docs "Coupons and promotion
 * codes", API reference "The Invoice object". */
#include "billing.h"

#define GRADUATED                                                                                                      \
	"billing_scheme=tiered&tiers_mode=graduated&recurring[interval]=month&tiers[0][up_to]=5"                       \
	"&tiers[0][unit_amount]=700&tiers[1][up_to]=inf&tiers[1][unit_amount]=650"

static const char *coupon(struct house *h, const char *terms)
{
	return field(api_ok(h, "POST", "/v1/coupons", terms), "id");
}

/* 10 % off the one item of two, then 2.00 off both: the subtotal is after the first and before the second. */
static void subtotal__is_after_the_discounts_of_items(void **state)
{
	struct house *h = *state;
	const char *ten = coupon(h, "percent_off=10&duration=forever");
	const char *two = coupon(h, "amount_off=200&currency=usd&duration=forever");
	const struct answer *sub = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000),
		text_of(h, "items[0][discounts][0][coupon]=%s&items[1][price]=%s&discounts[0][coupon]=%s", ten,
			monthly(h, "Plus", 1000), two));
	const struct answer *a = latest_invoice(h, field(sub, "id"));

	assert_money(a, "lines.data.1.amount", 2000);
	assert_money(a, "lines.data.1.discount_amounts.0.amount", 200);
	assert_money(a, "lines.data.1.discount_amounts.1.amount", 128); /* of 1800 and 1000 */
	assert_money(a, "lines.data.0.discount_amounts.0.amount", 72);
	assert_money(a, "subtotal", 2800);
	assert_money(a, "total_discount_amounts.0.amount", 200);
	assert_money(a, "total_discount_amounts.1.amount", 200);
	assert_money(a, "total", 2600);
}

/* An item billed by a line for each tier has its discount once. */
static void tiers__share_the_items_discount(void **state)
{
	struct house *h = *state;
	const char *five = coupon(h, "amount_off=500&currency=usd&duration=forever");
	const struct answer *sub = subscribe(h, customer_new(h, NULL, "visa"), price_new(h, "Seats", GRADUATED),
		text_of(h, "items[0][quantity]=6&items[0][discounts][0][coupon]=%s", five));
	const struct answer *a = latest_invoice(h, field(sub, "id"));

	assert_int_equal(field_count(a, "lines.data"), 2);
	assert_money(a, "lines.data.1.discount_amounts.0.amount", 78); /* 500 * 650 / 4150, and what rounding left */
	assert_money(a, "lines.data.0.discount_amounts.0.amount", 422);
	assert_int_equal(field_count(a, "total_discount_amounts"), 1);
	assert_money(a, "total_discount_amounts.0.amount", 500);
	assert_money(a, "subtotal", 3650);
	assert_money(a, "total", 3650);
}

static void backdated_periods__share_the_items_discount(void **state)
{
	struct house *h = *state;
	const char *five = coupon(h, "amount_off=500&currency=usd&duration=once");
	const struct answer *sub = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 1000),
		text_of(h, "items[0][discounts][0][coupon]=%s&backdate_start_date=%lld", five,
			(long long)(HOUSE_NOW - 31 * DAY)));
	const struct answer *a = latest_invoice(h, field(sub, "id"));

	assert_int_equal(field_count(a, "lines.data"), 2);
	assert_money(a, "total", 1500);
	assert_int_equal(field_count(get(h, "subscriptions", field(sub, "id")), "items.data.0.discounts"), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(subtotal__is_after_the_discounts_of_items),
		BILLING_TEST(tiers__share_the_items_discount),
		BILLING_TEST(backdated_periods__share_the_items_discount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
