/* SPDX-License-Identifier: MIT */

/*
 * Any change of any subscription: its preview says what it then does. Subscriptions of both billing modes go through
 * chance changes at chance moments; each is previewed, then made, and the invoices compared. SEED=n replays a run.
 */
#include "preview.h"

#include <inttypes.h>

#define RUNS 40
#define CHANGES 12

struct chance {
	uint64_t state;
};

/* splitmix64: the same numbers everywhere. */
static uint64_t draw(struct chance *c, uint64_t below)
{
	uint64_t z = c->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

struct run {
	struct house *h;
	struct chance chance;
	const char *customer, *sub, *prices[5];
	bool flexible;
};

static const char *some_items(struct run *r)
{
	struct house *h = r->h;
	const struct answer *a = get(h, "subscriptions", r->sub);
	size_t n = field_count(a, "items.data"), which = draw(&r->chance, n);
	const char *item = field(a, text_of(h, "items.data.%zu.id", which));
	const char *price = r->prices[draw(&r->chance, 5)];

	for (size_t i = 0; i < n; i++)
		if (price && !strcmp(field(a, text_of(h, "items.data.%zu.price.id", i)), price))
			price = NULL;
	switch (draw(&r->chance, 5)) {
	case 0:
		if (price)
			return text_of(h, "items[0][id]=%s&items[0][price]=%s", item, price);
		break;
	case 1:
		if (price && n < 4)
			return text_of(
				h, "items[0][price]=%s&items[0][quantity]=%d", price, (int)draw(&r->chance, 4) + 1);
		break;
	case 2:
		if (n > 1)
			return text_of(h, "items[0][id]=%s&items[0][deleted]=true", item);
		break;
	default:
		break;
	}
	return text_of(h, "items[0][id]=%s&items[0][quantity]=%d", item, (int)draw(&r->chance, 9));
}

static const char *some_change(struct run *r)
{
	struct house *h = r->h;
	int64_t now = ms_now(h->ms, NULL);

	switch (draw(&r->chance, 8)) {
	case 0:
		return "billing_cycle_anchor[type]=now";
	case 1:
		return text_of(h, "cancel_at=%lld", (long long)(now + 1 + (int64_t)draw(&r->chance, 40 * 86400)));
	case 2:
		return "cancel_at=";
	case 3:
		return text_of(h, "trial_end=%lld", (long long)(now + 1 + (int64_t)draw(&r->chance, 20 * 86400)));
	case 4:
		return text_of(h, "%s&billing_cycle_anchor[type]=now", some_items(r));
	default:
		return some_items(r);
	}
}

static void check_change(struct run *r)
{
	static const char *const behaviors[] = { "create_prorations", "always_invoice", "none" };
	struct house *h = r->h;
	const struct answer *before = get(h, "subscriptions", r->sub), *after, *foretold;
	const char *change = text_of(h, "%s&proration_behavior=%s", some_change(r), behaviors[draw(&r->chance, 3)]);

	foretold = preview(h, r->sub, change);
	after = api(h, "POST", get_path(h, "subscriptions", r->sub), change);
	assert_status(after, 200);
	if (strcmp(field(before, "latest_invoice"), field(after, "latest_invoice"))) {
		assert_status(foretold, 200);
		assert_foretold(h, foretold, get(h, "invoices", field(after, "latest_invoice")));
	}
}

/* What the next renewal will be is what a preview without any change says of it. */
static void check_renewal(struct run *r)
{
	struct house *h = r->h;
	const struct answer *foretold = preview(h, r->sub, ""), *before = get(h, "subscriptions", r->sub), *after;
	int64_t end = 0;

	for (size_t i = 0; i < field_count(before, "items.data"); i++) {
		int64_t one = field_int(before, text_of(h, "items.data.%zu.current_period_end", i));

		end = !end || one < end ? one : end;
	}
	go_to(h, end);
	after = get(h, "subscriptions", r->sub);
	if (foretold->status == 200)
		assert_foretold(h, foretold, get(h, "invoices", field(after, "latest_invoice")));
	else
		assert_field(after, "latest_invoice", field(before, "latest_invoice"));
}

/* The total of every invoice, newest first. */
static void totals_of(struct house *h, char *out, size_t room)
{
	const struct answer *a = api_ok(h, "GET", "/v1/invoices?limit=100", NULL);
	size_t length = 0;

	for (size_t i = 0; i < field_count(a, "data") && length < room; i++)
		length += (size_t)snprintf(
			out + length, room - length, "%lld ", (long long)field_int(a, text_of(h, "data.%zu.total", i)));
	assert_true(length < room);
}

static void one_run(uint64_t seed, const char *mode, char *totals, size_t room)
{
	struct run r = { .chance = { seed },
		.h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW }) };
	struct house *h = r.h;

	print_message("SEED=%" PRIu64 "\n", seed);
	r.flexible = strstr(mode, "flexible") != NULL;
	r.customer = customer_new(h, NULL, "visa");
	api_ok(h, "POST", "/v1/coupons", "id=some&percent_off=15&duration=forever");
	r.prices[0] = monthly(h, "Free", 0);
	for (size_t i = 1; i < 5; i++)
		r.prices[i] = monthly(h, "Plan", (int)draw(&r.chance, 9999) + 1);
	r.sub = field(subscribe(h, r.customer, r.prices[1 + draw(&r.chance, 4)],
			      text_of(h, "%s%s", mode, draw(&r.chance, 3) ? "" : "&discounts[0][coupon]=some")),
		"id");
	for (int i = 0; i < CHANGES; i++) {
		go_to(h, ms_now(h->ms, NULL) + (int64_t)draw(&r.chance, 12 * 86400));
		if (!strcmp(field(get(h, "subscriptions", r.sub), "status"), "canceled"))
			break;
		if (draw(&r.chance, 5))
			check_change(&r);
		else
			check_renewal(&r);
	}
	totals_of(h, totals, room);
	house_close(h);
}

/* A flexible subscription is run twice: how its discounts are shown does not change what anything costs. */
static void run_of(uint64_t seed)
{
	char included[4096], itemized[4096];

	if (seed % 2 == 0) {
		one_run(seed, "billing_mode[type]=classic", included, sizeof included);
		return;
	}
	one_run(seed, "billing_mode[type]=flexible", included, sizeof included);
	one_run(seed, "billing_mode[type]=flexible&billing_mode[flexible][proration_discounts]=itemized", itemized,
		sizeof itemized);
	assert_string_equal(included, itemized);
}

static void preview__says_what_any_change_does(void **state)
{
	const char *seed = getenv("SEED");

	(void)state;
	if (seed) {
		run_of(strtoull(seed, NULL, 10));
		return;
	}
	for (uint64_t i = 1; i <= RUNS; i++)
		run_of(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(preview__says_what_any_change_does) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
