/* SPDX-License-Identifier: MIT */

/* Test clocks: time of their own for some customers. Source: Stripe docs "Test clocks". */
#include "billing.h"

#define CLOCKS "/v1/test_helpers/test_clocks"
#define START INT64_C(1830297600) /* 1 January 2028, while the account stands at 2026 */

struct scene {
	struct house *h;
	const char *clock, *customer, *sub;
};

static struct scene scene_of(void **state)
{
	struct scene s = { .h = *state };

	s.clock =
		field(api_ok(s.h, "POST", CLOCKS, text_of(s.h, "frozen_time=%lld&name=Year", (long long)START)), "id");
	s.customer = customer_new(s.h, text_of(s.h, "test_clock=%s", s.clock), "visa");
	s.sub = field(subscribe(s.h, s.customer, monthly(s.h, "Pro", 2000), NULL), "id");
	return s;
}

static const struct answer *try_advance(const struct scene *s, int64_t to)
{
	return api(s->h, "POST", text_of(s->h, CLOCKS "/%s/advance", s->clock),
		text_of(s->h, "frozen_time=%lld", (long long)to));
}

static void advance(const struct scene *s, int64_t to)
{
	assert_status(try_advance(s, to), 200);
}

static const struct answer *clock_of(const struct scene *s)
{
	return get(s->h, "test_helpers/test_clocks", s->clock);
}

static void test_clock_create__its_body(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *mark = events_mark(h);
	const struct answer *a = api_ok(h, "POST", CLOCKS, text_of(h, "frozen_time=%lld&name=Year", (long long)START));

	(void)customer;
	assert_field(a, "object", "test_helpers.test_clock");
	assert_field(a, "status", "ready");
	assert_money(a, "frozen_time", START);
	assert_field(a, "name", "Year");
	assert_money(a, "created", HOUSE_NOW);
	assert_money(a, "deletes_after", HOUSE_NOW + 30 * DAY);
	assert_flag(a, "livemode", false);
	assert_json(h, a, "status_details", "{}");
	assert_int_equal(strncmp(field(a, "id"), "clock_", 6), 0);
	assert_events(h, mark, "test_helpers.test_clock.created\n");
	assert_error(api(h, "POST", CLOCKS, NULL), 400, "parameter_missing", "frozen_time", NULL);
}

static void test_clock__its_objects_live_in_its_time(void **state)
{
	struct scene s = scene_of(state);
	const struct answer *a = get(s.h, "subscriptions", s.sub), *i = latest_invoice(s.h, s.sub);

	assert_field(a, "test_clock", s.clock);
	assert_money(a, "created", START);
	assert_money(a, "items.data.0.current_period_end", START + 31 * DAY);
	assert_field(i, "test_clock", s.clock);
	assert_money(i, "created", START);
	assert_money(i, "status_transitions.paid_at", START);
	assert_field(get(s.h, "customers", s.customer), "test_clock", s.clock);
}

static void test_clock__leaves_the_others_alone(void **state)
{
	struct scene s = scene_of(state);
	const char *other =
		field(subscribe(s.h, customer_new(s.h, NULL, "visa"), monthly(s.h, "Max", 5000), NULL), "id");

	advance(&s, START + 32 * DAY);
	assert_money(get(s.h, "subscriptions", other), "items.data.0.current_period_end", FEB_1);
	assert_same_int(ms_now(s.h->ms, NULL), HOUSE_NOW);
	go_to(s.h, FEB_1);
	assert_money(clock_of(&s), "frozen_time", START + 32 * DAY);
}

static void test_clock_advance__answers_advancing_then_is_ready(void **state)
{
	struct scene s = scene_of(state);
	const char *mark = events_mark(s.h);
	const struct answer *a = try_advance(&s, START + 31 * DAY);

	assert_status(a, 200);
	assert_field(a, "status", "advancing");
	assert_money(a, "status_details.advancing.target_frozen_time", START + 31 * DAY);
	assert_money(a, "frozen_time", START);
	a = clock_of(&s);
	assert_field(a, "status", "ready");
	assert_money(a, "frozen_time", START + 31 * DAY);
	assert_json(s.h, a, "status_details", "{}");
	assert_events(s.h, mark,
		"test_helpers.test_clock.advancing\n"
		"invoice.upcoming\n"
		"customer.subscription.updated\n"
		"invoice.created\n"
		"test_helpers.test_clock.ready\n");
	assert_money(events_after(s.h, mark), "data.1.created", START + 31 * DAY);
}

static void test_clock_advance__renews_and_charges(void **state)
{
	struct scene s = scene_of(state);

	advance(&s, START + 31 * DAY + HOUR);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 2000);
	assert_money(latest_invoice(s.h, s.sub), "status_transitions.paid_at", START + 31 * DAY + HOUR);
	advance(&s, START + 91 * DAY);
	assert_int_equal(
		field_count(api_ok(s.h, "GET", text_of(s.h, "/v1/invoices?customer=%s", s.customer), NULL), "data"), 4);
}

static void test_clock_advance__limits(void **state)
{
	struct scene s = scene_of(state);

	assert_error(try_advance(&s, START), 400, NULL, "frozen_time", NULL);
	assert_error(try_advance(&s, START - 1), 400, NULL, "frozen_time", NULL);
	assert_error(try_advance(&s, START + 60 * DAY + 1), 400, NULL, "frozen_time", NULL);
	assert_field(clock_of(&s), "status", "ready");
	advance(&s, START + 60 * DAY); /* two months: 1 March 2024 */
	assert_money(get(s.h, "subscriptions", s.sub), "items.data.0.current_period_start", START + 60 * DAY);
	api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), NULL);
	advance(&s, START + 60 * DAY + 700 * DAY);
}

static void test_clock_advance__a_year_in_steps_of_any_length(void **state)
{
	struct house *h = *state;
	const char *invoices[2] = { "", "" };

	for (size_t k = 0; k < 2; k++) {
		struct scene s = scene_of(state);
		int64_t step = k ? 7 * DAY : 50 * DAY, at = START;

		while (at < START + 366 * DAY) {
			at = at + step < START + 366 * DAY ? at + step : START + 366 * DAY;
			advance(&s, at);
		}
		for (size_t i = 0; i < 13; i++) {
			const struct answer *a =
				api_ok(h, "GET", text_of(h, "/v1/invoices?limit=20&customer=%s", s.customer), NULL);
			const char *one = text_of(h, "data.%zu", i);

			assert_int_equal(field_count(a, "data"), 13);
			invoices[k] = text_of(h, "%s%lld %lld %s\n", invoices[k],
				(long long)field_int(a, text_of(h, "%s.created", one)),
				(long long)field_int(a, text_of(h, "%s.amount_paid", one)),
				field(a, text_of(h, "%s.status", one)));
		}
	}
	assert_string_equal(invoices[0], invoices[1]);
}

static void test_clock__customers_have_three_subscriptions(void **state)
{
	struct scene s = scene_of(state);
	const char *price = monthly(s.h, "Max", 5000);

	subscribe(s.h, s.customer, price, NULL);
	subscribe(s.h, s.customer, price, NULL);
	assert_error(api(s.h, "POST", "/v1/subscriptions",
			     text_of(s.h, "customer=%s&items[0][price]=%s", s.customer, price)),
		400, NULL, NULL, "up to 3 subscriptions");
	api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), NULL);
	subscribe(s.h, s.customer, price, NULL);
}

static void test_clock_list__hides_what_lives_on_clocks(void **state)
{
	struct scene s = scene_of(state);

	assert_int_equal(field_count(api_ok(s.h, "GET", "/v1/subscriptions", NULL), "data"), 0);
	assert_int_equal(
		field_count(api_ok(s.h, "GET", text_of(s.h, "/v1/subscriptions?test_clock=%s", s.clock), NULL), "data"),
		1);
	assert_int_equal(
		field_count(
			api_ok(s.h, "GET", text_of(s.h, "/v1/subscriptions?customer=%s", s.customer), NULL), "data"),
		1);
	assert_int_equal(field_count(api_ok(s.h, "GET", CLOCKS, NULL), "data"), 1);
}

static void test_clock_delete__takes_its_customers_along(void **state)
{
	struct scene s = scene_of(state);
	const char *mark = events_mark(s.h);
	const struct answer *a = api_ok(s.h, "DELETE", text_of(s.h, CLOCKS "/%s", s.clock), NULL);

	assert_flag(a, "deleted", true);
	assert_field(a, "id", s.clock);
	assert_flag(get(s.h, "customers", s.customer), "deleted", true);
	assert_field(get(s.h, "subscriptions", s.sub), "status", "canceled");
	assert_events(s.h, mark, "customer.subscription.deleted\ncustomer.deleted\ntest_helpers.test_clock.deleted\n");
	assert_status(api(s.h, "GET", text_of(s.h, CLOCKS "/%s", s.clock), NULL), 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(test_clock_create__its_body),
		BILLING_TEST(test_clock__its_objects_live_in_its_time),
		BILLING_TEST(test_clock__leaves_the_others_alone),
		BILLING_TEST(test_clock_advance__answers_advancing_then_is_ready),
		BILLING_TEST(test_clock_advance__renews_and_charges),
		BILLING_TEST(test_clock_advance__limits),
		BILLING_TEST(test_clock_advance__a_year_in_steps_of_any_length),
		BILLING_TEST(test_clock__customers_have_three_subscriptions),
		BILLING_TEST(test_clock_list__hides_what_lives_on_clocks),
		BILLING_TEST(test_clock_delete__takes_its_customers_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
