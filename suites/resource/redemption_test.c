/* SPDX-License-Identifier: MIT */
/* Discounts: what coupons and codes leave behind, and when they may be redeemed. */
#include "suites/resource/catalogue.h"

#define DAY INT64_C(86400)

struct cast {
	const char *customer, *price;
};

/* A customer who can pay, and something to subscribe to: 10.00 a month. */
static struct cast cast(struct house *h)
{
	struct cast c;

	c.customer = field(api_ok(h, "POST", "/v1/customers",
				   "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa"),
		"id");
	api_ok(h, "POST", "/v1/products", "name=Pro&id=pro");
	c.price = field(
		api_ok(h, "POST", "/v1/prices", "product=pro&currency=usd&unit_amount=1000&recurring[interval]=month"),
		"id");
	return c;
}

static const char *subscribe_body(struct house *h, struct cast c, const char *discount)
{
	return text_of(h, "customer=%s&items[0][price]=%s&%s&expand[]=discounts", c.customer, c.price, discount);
}

static const struct answer *subscribe(struct house *h, struct cast c, const char *discount)
{
	return api_ok(h, "POST", "/v1/subscriptions", subscribe_body(h, c, discount));
}

static void refused(
	struct house *h, struct cast c, const char *discount, const char *code, const char *param, const char *message)
{
	const struct answer *a = api(h, "POST", "/v1/subscriptions", subscribe_body(h, c, discount));

	assert_error(a, 400, code, param, message);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/subscriptions", NULL), "data"), 0);
}

static void coupon__leaves_a_discount(void **state)
{
	struct house *h = *state;
	struct cast c = cast(h);
	const struct answer *a;

	api_ok(h, "POST", "/v1/coupons", "id=C&percent_off=20&duration=repeating&duration_in_months=3");
	a = subscribe(h, c, "discounts[0][coupon]=C");
	assert_true(!strncmp(field(a, "discounts.0.id"), "di_1", 4));
	assert_field(a, "discounts.0.customer", c.customer);
	assert_field(a, "discounts.0.subscription", field(a, "id"));
	assert_field(a, "discounts.0.invoice", NULL);
	assert_field(a, "discounts.0.promotion_code", NULL);
	assert_json(a, "discounts.0.source", "{\"coupon\":\"C\",\"type\":\"coupon\"}");
	assert_money(a, "discounts.0.start", HOUSE_NOW);
	/* 2026-01-01 and three months: 2026-04-01 */
	assert_money(a, "discounts.0.end", HOUSE_NOW + (31 + 28 + 31) * DAY);
	assert_money(api_ok(h, "GET", "/v1/coupons/C", NULL), "times_redeemed", 1);
	assert_field(last_event(h, "customer.discount.created"), "data.object.subscription", field(a, "id"));
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/events?type=coupon.updated", NULL), "data"), 0);
}

static void coupon__is_used_up_by_its_last_redemption(void **state)
{
	struct house *h = *state;
	struct cast c = cast(h);
	const struct answer *code;

	api_ok(h, "POST", "/v1/coupons", "id=C&percent_off=20&max_redemptions=1");
	code = api_ok(h, "POST", "/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=C");
	const struct answer *sub = subscribe(h, c, "discounts[0][coupon]=C");

	assert_flag(api_ok(h, "GET", "/v1/coupons/C", NULL), "valid", false);
	assert_flag(api_ok(h, "GET", text_of(h, "/v1/promotion_codes/%s", field(code, "id")), NULL), "active", false);
	assert_error(api(h, "POST", "/v1/subscriptions", subscribe_body(h, c, "discounts[0][coupon]=C")), 400,
		"coupon_expired", "discounts[0][coupon]", "Coupon expired: C");
	assert_money(api_ok(h, "GET", "/v1/coupons/C", NULL), "times_redeemed", 1);
	assert_field(sub, "status", "active");
}

static void coupon__that_is_unknown_or_past_is_refused(void **state)
{
	struct house *h = *state;
	struct cast c = cast(h);

	refused(h, c, "discounts[0][coupon]=none", "resource_missing", "discounts[0][coupon]",
		"No such coupon: 'none'");
	api_ok(h, "POST", "/v1/coupons",
		text_of(h, "id=C&percent_off=20&redeem_by=%lld", (long long)(HOUSE_NOW + DAY)));
	assert_true(ms_advance(h->ms, NULL, DAY + 1) == 0);
	refused(h, c, "discounts[0][coupon]=C", "coupon_expired", "discounts[0][coupon]", "Coupon expired: C");
}

static void coupon__with_another_currency_is_refused(void **state)
{
	struct house *h = *state;
	struct cast c = cast(h);

	api_ok(h, "POST", "/v1/coupons", "id=C&amount_off=500&currency=eur&duration=forever");
	refused(h, c, "discounts[0][coupon]=C", NULL, "discounts[0][coupon]",
		"The coupon `C` takes off an amount in `eur`. This doesn't match the expected currency: `usd`.");
	api_ok(h, "POST", "/v1/coupons/C", "currency_options[usd][amount_off]=600");
	assert_same_int((int64_t)field_count(subscribe(h, c, "discounts[0][coupon]=C"), "discounts"), 1);
}

static void coupon__outlives_its_deletion(void **state)
{
	struct house *h = *state;
	struct cast c = cast(h);
	const struct answer *sub, *a;

	api_ok(h, "POST", "/v1/coupons", "id=C&amount_off=300&currency=usd&duration=forever&name=Loyal");
	sub = subscribe(h, c, "discounts[0][coupon]=C");
	api_ok(h, "DELETE", "/v1/coupons/C", NULL);
	assert_true(ms_advance(h->ms, NULL, 31 * DAY + 7200) == 0);
	a = api_ok(h, "GET", text_of(h, "/v1/invoices?subscription=%s", field(sub, "id")), NULL);
	assert_same_int((int64_t)field_count(a, "data"), 2);
	assert_money(a, "data.0.subtotal", 1000);
	assert_money(a, "data.0.total", 700);
}

static void code__is_counted_with_its_coupon(void **state)
{
	struct house *h = *state;
	struct cast c = cast(h);
	const struct answer *code, *a;

	api_ok(h, "POST", "/v1/coupons", "id=C&percent_off=20&duration=forever");
	code = api_ok(h, "POST", "/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=C&max_redemptions=1");
	a = subscribe(h, c, text_of(h, "discounts[0][promotion_code]=%s", field(code, "id")));
	assert_field(a, "discounts.0.promotion_code", field(code, "id"));
	code = api_ok(h, "GET", text_of(h, "/v1/promotion_codes/%s", field(code, "id")), NULL);
	assert_money(code, "times_redeemed", 1);
	assert_flag(code, "active", false);
	assert_money(api_ok(h, "GET", "/v1/coupons/C", NULL), "times_redeemed", 1);
	assert_error(api(h, "POST", "/v1/subscriptions",
			     subscribe_body(h, c, text_of(h, "discounts[0][promotion_code]=%s", field(code, "id")))),
		400, NULL, "discounts[0][promotion_code]",
		"This promotion code cannot be redeemed because it is not active.");
}

static void code__keeps_to_its_customer(void **state)
{
	struct house *h = *state;
	struct cast c = cast(h);
	const struct answer *other = api_ok(h, "POST", "/v1/customers", NULL), *code;

	api_ok(h, "POST", "/v1/coupons", "id=C&percent_off=20");
	code = api_ok(h, "POST", "/v1/promotion_codes",
		text_of(h, "promotion[type]=coupon&promotion[coupon]=C&customer=%s", field(other, "id")));
	refused(h, c, text_of(h, "discounts[0][promotion_code]=%s", field(code, "id")), NULL,
		"discounts[0][promotion_code]",
		"This promotion code cannot be redeemed because it is restricted to another customer.");
}

static void code__for_first_orders_refuses_those_who_have_paid(void **state)
{
	struct house *h = *state;
	struct cast c = cast(h);
	const struct answer *code;
	const char *discount;

	api_ok(h, "POST", "/v1/coupons", "id=C&percent_off=20");
	code = api_ok(h, "POST", "/v1/promotion_codes",
		"promotion[type]=coupon&promotion[coupon]=C&restrictions[first_time_transaction]=true");
	discount = text_of(h, "discounts[0][promotion_code]=%s", field(code, "id"));
	subscribe(h, c, discount);
	assert_error(api(h, "POST", "/v1/subscriptions", subscribe_body(h, c, discount)), 400, NULL,
		"discounts[0][promotion_code]",
		"This promotion code cannot be redeemed because the associated customer has prior transactions.");
}

static void list__refuses_doubles_and_confusion(void **state)
{
	struct house *h = *state;
	struct cast c = cast(h);
	const struct answer *code;

	api_ok(h, "POST", "/v1/coupons", "id=C&percent_off=20");
	code = api_ok(h, "POST", "/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=C");
	refused(h, c, "discounts[0][coupon]=C&discounts[1][coupon]=C", NULL, "discounts",
		"You cannot pass the same coupon, promotion code or discount more than once in `discounts`.");
	refused(h, c, text_of(h, "discounts[0][coupon]=C&discounts[1][promotion_code]=%s", field(code, "id")), NULL,
		"discounts",
		"You cannot pass the same coupon, promotion code or discount more than once in `discounts`.");
	refused(h, c, text_of(h, "discounts[0][coupon]=C&discounts[0][promotion_code]=%s", field(code, "id")), NULL,
		"discounts[0]",
		"You must pass exactly one of `coupon`, `promotion_code` and `discount` for each discount.");
	refused(h, c, "discounts[0][discount]=di_none", "resource_missing", "discounts[0][discount]",
		"No such discount: 'di_none'");
	assert_money(api_ok(h, "GET", "/v1/coupons/C", NULL), "times_redeemed", 0);
}

static void update__keeps_what_is_named_and_ends_the_rest(void **state)
{
	struct house *h = *state;
	struct cast c = cast(h);
	const struct answer *sub, *a;
	const char *path, *kept;
	size_t before;

	api_ok(h, "POST", "/v1/coupons", "id=C&percent_off=20&duration=forever");
	api_ok(h, "POST", "/v1/coupons", "id=D&percent_off=10&duration=forever");
	sub = subscribe(h, c, "discounts[0][coupon]=C&discounts[1][coupon]=D");
	path = text_of(h, "/v1/subscriptions/%s", field(sub, "id"));
	kept = field(sub, "discounts.1.id");
	before = event_count(h);
	a = api_ok(h, "POST", path, text_of(h, "discounts[0][discount]=%s", kept));
	assert_json(a, "discounts", text_of(h, "[\"%s\"]", kept));
	assert_string_equal(events_after(h, before), "customer.discount.deleted customer.subscription.updated");
	assert_field(last_event(h, "customer.discount.deleted"), "data.object.source.coupon", "C");
	assert_money(api_ok(h, "GET", "/v1/coupons/D", NULL), "times_redeemed", 1);
	assert_json(api_ok(h, "POST", path, "discounts="), "discounts", "[]");
}

/* ---- a discount of a customer as a whole, which only older versions could make: out of a fixture ---- */

static void load_discounted_customer(struct house *h)
{
	static const char *const json[] = { "Content-Type: application/json", NULL };
	const struct answer *a = api_with(h, "POST", "/_mockstripe/fixtures",
		text_of(h,
			"{\"objects\":[{\"id\":\"C\",\"object\":\"coupon\",\"percent_off\":20,\"duration\":"
			"\"repeating\","
			"\"duration_in_months\":1},{\"id\":\"cus_a\",\"object\":\"customer\",\"discount\":{\"id\":\"di_"
			"a\","
			"\"object\":\"discount\",\"customer\":\"cus_a\",\"start\":%lld,\"end\":%lld,"
			"\"source\":{\"coupon\":\"C\",\"type\":\"coupon\"}}}]}",
			(long long)HOUSE_NOW, (long long)(HOUSE_NOW + 31 * DAY)),
		json);

	assert_status(a, 200);
}

static void customers_discount__is_removed(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	load_discounted_customer(h);
	assert_field(api_ok(h, "GET", "/v1/customers/cus_a", NULL), "discount.id", "di_a");
	a = api_ok(h, "DELETE", "/v1/customers/cus_a/discount", NULL);
	assert_flag(a, "deleted", true);
	assert_field(a, "id", "di_a");
	assert_field(a, "source.coupon", "C");
	assert_field(api_ok(h, "GET", "/v1/customers/cus_a", NULL), "discount", NULL);
	assert_string_equal(events_after(h, 0), "customer.discount.deleted customer.updated");
	assert_error(api(h, "DELETE", "/v1/customers/cus_a/discount", NULL), 404, "resource_missing", NULL,
		"No active discount for customer: cus_a");
}

static void customers_discount__ends_by_itself(void **state)
{
	struct house *h = *state;

	load_discounted_customer(h);
	assert_true(ms_advance(h->ms, NULL, 31 * DAY - 1) == 0);
	assert_field(api_ok(h, "GET", "/v1/customers/cus_a", NULL), "discount.id", "di_a");
	assert_true(ms_advance(h->ms, NULL, 1) == 0);
	assert_field(api_ok(h, "GET", "/v1/customers/cus_a", NULL), "discount", NULL);
	assert_string_equal(events_after(h, 0), "customer.discount.deleted customer.updated");
	assert_field(last_event(h, "customer.updated"), "request.id", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(coupon__leaves_a_discount),
		TEST(coupon__is_used_up_by_its_last_redemption),
		TEST(coupon__that_is_unknown_or_past_is_refused),
		TEST(coupon__with_another_currency_is_refused),
		TEST(coupon__outlives_its_deletion),
		TEST(code__is_counted_with_its_coupon),
		TEST(code__keeps_to_its_customer),
		TEST(code__for_first_orders_refuses_those_who_have_paid),
		TEST(list__refuses_doubles_and_confusion),
		TEST(update__keeps_what_is_named_and_ends_the_rest),
		TEST(customers_discount__is_removed),
		TEST(customers_discount__ends_by_itself),
	};

	return cmocka_run_group_tests_name("redemption", tests, NULL, NULL);
}
