/* SPDX-License-Identifier: MIT */
/* Usage records: what clients of versions before 2025-03-31.basil report usage with, for prices without a meter. */
#include "suites/resource/billing.h"

#define ACACIA "2025-02-24.acacia"

static const struct answer *old(struct house *h, const char *method, const char *path, const char *body)
{
	const char *headers[] = { "Stripe-Version: " ACACIA, NULL };

	return api_with(h, method, path, body, headers);
}

static const struct answer *record_use(struct house *h, const char *item, const char *body)
{
	return old(h, "POST", text_of(h, "/v1/subscription_items/%s/usage_records", item), body);
}

/* A subscription to a metered price without a meter, 7 cents each; its id, and its item's in *item. */
static const char *metered_sub(struct house *h, const char *more, const char **item)
{
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const struct answer *price = old(h, "POST", "/v1/prices",
		text_of(h,
			"product=%s&currency=usd&unit_amount=7&recurring[interval]=month&recurring[usage_type]=metered%"
			"s",
			product_new(h, "Calls"), more));
	const struct answer *sub;

	assert_status(price, 200);
	sub = subscribe(h, customer, field(price, "id"), "");
	*item = field(sub, "items.data.0.id");
	return field(sub, "id");
}

/* The invoice of the period that began at `start`. */
static void assert_renewal(struct house *h, const char *sub, int64_t start, int64_t total)
{
	const struct answer *a;

	go_to(h, start + 31 * 86400 + 7200);
	a = latest_invoice(h, sub);
	assert_field(a, "billing_reason", "subscription_cycle");
	assert_money(a, "total", total);
}

static void record__is_answered_as_it_was(void **state)
{
	struct house *h = *state;
	const char *item;
	const struct answer *a;

	metered_sub(h, "", &item);
	a = record_use(h, item, text_of(h, "quantity=100&timestamp=%lld", (long long)HOUSE_NOW));
	assert_status(a, 200);
	assert_field(a, "object", "usage_record");
	assert_field(a, "subscription_item", item);
	assert_money(a, "quantity", 100);
	assert_money(a, "timestamp", HOUSE_NOW);
	assert_absent(a, "payload");
	assert_status(record_use(h, item, "quantity=1&timestamp=now"), 200);
}

struct how {
	const char *aggregation;
	int64_t total; /* of 10 and 5 on the first day, 3 on the second, at 7 cents */
};

static const struct how how[] = {
	{ "", 18 * 7 },
	{ "&recurring[aggregate_usage]=sum", 18 * 7 },
	{ "&recurring[aggregate_usage]=last_during_period", 3 * 7 },
	{ "&recurring[aggregate_usage]=last_ever", 3 * 7 },
	{ "&recurring[aggregate_usage]=max", 10 * 7 },
};

static void renewal__adds_up_as_the_price_says(void **state)
{
	struct house *h = *state;

	for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
		int64_t start = ms_now(h->ms, NULL);
		const char *item, *sub = metered_sub(h, how[i].aggregation, &item);

		assert_status(record_use(h, item, text_of(h, "quantity=10&timestamp=%lld", (long long)start)), 200);
		assert_status(record_use(h, item, text_of(h, "quantity=5&timestamp=%lld", (long long)start + 60)), 200);
		go_to(h, start + 86400);
		assert_status(record_use(h, item, "quantity=3"), 200);
		assert_renewal(h, sub, start, how[i].total);
	}
}

static void set__takes_the_place_of_that_second(void **state)
{
	struct house *h = *state;
	const char *item, *sub = metered_sub(h, "", &item);
	const char *at = text_of(h, "&timestamp=%lld", (long long)HOUSE_NOW);

	assert_status(record_use(h, item, text_of(h, "quantity=10%s", at)), 200);
	assert_status(record_use(h, item, text_of(h, "quantity=4&action=increment%s", at)), 200);
	assert_status(record_use(h, item, text_of(h, "quantity=6&action=set%s", at)), 200);
	assert_status(record_use(h, item, text_of(h, "quantity=1&timestamp=%lld", (long long)HOUSE_NOW + 1)), 200);
	assert_renewal(h, sub, HOUSE_NOW, 7 * 7);
}

/* Stripe docs (before basil) "List all subscription item period summaries": newest first, the running one first. */
static void summaries__tell_each_period(void **state)
{
	struct house *h = *state;
	const char *item, *sub = metered_sub(h, "", &item), *path, *first, *newest;
	const struct answer *a;

	path = text_of(h, "/v1/subscription_items/%s/usage_record_summaries", item);
	assert_status(record_use(h, item, "quantity=10"), 200);
	assert_status(record_use(h, item, text_of(h, "quantity=5&timestamp=%lld", (long long)HOUSE_NOW + 60)), 200);
	a = old(h, "GET", path, NULL);
	assert_status(a, 200);
	assert_field(a, "url", path);
	assert_int_equal(field_count(a, "data"), 1);
	assert_field(a, "data.0.object", "usage_record_summary");
	assert_field(a, "data.0.invoice", NULL);
	assert_field(a, "data.0.subscription_item", item);
	assert_money(a, "data.0.total_usage", 15);
	assert_money(a, "data.0.period.start", HOUSE_NOW);
	assert_money(a, "data.0.period.end", FEB_1);
	first = field(a, "data.0.id");

	go_to(h, FEB_1 + 2 * HOUR);
	assert_status(record_use(h, item, "quantity=3"), 200);
	go_to(h, MAR_1 + 2 * HOUR);
	a = old(h, "GET", path, NULL);
	assert_int_equal(field_count(a, "data"), 3);
	assert_money(a, "data.0.total_usage", 0);
	assert_money(a, "data.1.total_usage", 3);
	assert_field(a, "data.1.invoice", field(get(h, "subscriptions", sub), "latest_invoice"));
	assert_money(a, "data.2.total_usage", 15);
	assert_money(a, "data.2.period.start", HOUSE_NOW);
	assert_field(a, "data.2.id", first);

	newest = field(a, "data.0.id");
	a = old(h, "GET", text_of(h, "%s?limit=1&starting_after=%s", path, newest), NULL);
	assert_int_equal(field_count(a, "data"), 1);
	assert_money(a, "data.0.total_usage", 3);
	assert_flag(a, "has_more", true);
	assert_error(old(h, "GET", text_of(h, "%s?starting_after=sis_none", path), NULL), 400, "resource_missing",
		"starting_after", "No such usage_record_summary: 'sis_none'");
}

/* The last invoice counts the time up to the end; no period runs after it. */
static void summaries__end_with_the_subscription(void **state)
{
	struct house *h = *state;
	const char *item, *sub = metered_sub(h, "", &item);
	const struct answer *a;

	assert_status(record_use(h, item, "quantity=4"), 200);
	go_to(h, HOUSE_NOW + DAY);
	api_ok(h, "DELETE", get_path(h, "subscriptions", sub), "invoice_now=true");
	a = old(h, "GET", text_of(h, "/v1/subscription_items/%s/usage_record_summaries", item), NULL);
	assert_int_equal(field_count(a, "data"), 1);
	assert_money(a, "data.0.total_usage", 4);
	assert_money(a, "data.0.period.end", HOUSE_NOW + DAY);
	assert_field(a, "data.0.invoice", field(get(h, "subscriptions", sub), "latest_invoice"));
}

static void refused__where_it_makes_no_sense(void **state)
{
	struct house *h = *state;
	const char *item, *plain;
	const struct answer *a;

	metered_sub(h, "", &item);
	plain = field(
		subscribe(h, customer_new(h, "email=b@b.c", "visa"), monthly(h, "Solo", 1000), ""), "items.data.0.id");
	assert_error(record_use(h, item, ""), 400, "parameter_missing", "quantity", NULL);
	assert_error(record_use(h, item, "quantity=1.5"), 400, "parameter_invalid_integer", "quantity",
		"Invalid integer: 1.5");
	assert_error(record_use(h, item, "quantity=-1"), 400, "parameter_invalid_integer", "quantity", NULL);
	assert_error(record_use(h, item, "quantity=1&action=add"), 400, NULL, "action", "increment or set");
	assert_error(record_use(h, item, text_of(h, "quantity=1&timestamp=%lld", (long long)HOUSE_NOW - 1)), 400, NULL,
		"timestamp", "before the current period");
	assert_error(record_use(h, item, text_of(h, "quantity=1&timestamp=%lld", (long long)HOUSE_NOW + 600)), 400,
		NULL, "timestamp", "in the future");
	assert_error(record_use(h, plain, "quantity=1"), 400, NULL, NULL, "is licensed");
	assert_error(record_use(h, "si_none", "quantity=1"), 404, NULL, NULL, "si_none");
	assert_error(old(h, "GET", text_of(h, "/v1/subscription_items/%s/usage_record_summaries", plain), NULL), 400,
		NULL, NULL, "is licensed");
	assert_status(api(h, "GET", text_of(h, "/v1/subscription_items/%s/usage_record_summaries", item), NULL), 404);
	assert_error(record_use(h, item, "quantity=1&surprise=1"), 400, "parameter_unknown", "surprise", NULL);
	/* The newest version knows no such route, and no such price. */
	assert_status(api(h, "POST", text_of(h, "/v1/subscription_items/%s/usage_records", item), "quantity=1"), 404);
	a = api(h, "POST", "/v1/prices",
		"currency=usd&unit_amount=1&product_data[name]=x&recurring[interval]=month"
		"&recurring[usage_type]=metered");
	assert_error(a, 400, NULL, NULL, "must be backed by meters");
	assert_error(old(h, "POST", "/v1/prices",
			     "currency=usd&unit_amount=1&product_data[name]=x&recurring[interval]=month"
			     "&recurring[usage_type]=metered&recurring[aggregate_usage]=min"),
		400, NULL, "aggregate_usage", "last_during_period");
}

static void price__shows_how_it_adds_up(void **state)
{
	struct house *h = *state;
	const char *terms = "currency=usd&unit_amount=1&product_data[name]=x&recurring[interval]=month";
	const char *price =
		field(old(h, "POST", "/v1/prices",
			      text_of(h, "%s&recurring[usage_type]=metered&recurring[aggregate_usage]=max", terms)),
			"id");

	assert_field(old(h, "GET", text_of(h, "/v1/prices/%s", price), NULL), "recurring.aggregate_usage", "max");
	assert_field(old(h, "GET", text_of(h, "/v1/plans/%s", price), NULL), "aggregate_usage", "max");
	assert_field(old(h, "POST", "/v1/prices", terms), "recurring.aggregate_usage", NULL);
	assert_absent(api_ok(h, "GET", text_of(h, "/v1/prices/%s", price), NULL), "recurring.aggregate_usage");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(record__is_answered_as_it_was),
		BILLING_TEST(renewal__adds_up_as_the_price_says),
		BILLING_TEST(set__takes_the_place_of_that_second),
		BILLING_TEST(summaries__tell_each_period),
		BILLING_TEST(summaries__end_with_the_subscription),
		BILLING_TEST(refused__where_it_makes_no_sense),
		BILLING_TEST(price__shows_how_it_adds_up),
	};

	return cmocka_run_group_tests_name("usage records", tests, NULL, NULL);
}
