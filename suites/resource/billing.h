/* SPDX-License-Identifier: MIT */
#ifndef SUITES_RESOURCE_BILLING_H
#define SUITES_RESOURCE_BILLING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "suites/support/api.h"

/* What the suites of subscriptions and invoices share: a shop with prices and customers, time, events and lines. */

#define HOUR INT64_C(3600)
#define DAY INT64_C(86400)

/* House times (HOUSE_NOW is 1 January 2026). */
#define FEB_1 INT64_C(1769904000)
#define MAR_1 INT64_C(1772323200)
#define APR_1 INT64_C(1775001600)

static inline const char *get_path(struct house *h, const char *kind, const char *id)
{
	return text_of(h, "/v1/%s/%s", kind, id);
}

static inline const struct answer *get(struct house *h, const char *kind, const char *id)
{
	return api_ok(h, "GET", get_path(h, kind, id), NULL);
}

static inline const struct answer *post(struct house *h, const char *kind, const char *id, const char *body)
{
	return api_ok(h, "POST", get_path(h, kind, id), body);
}

/* ---- the shop ---- */

static inline const char *product_new(struct house *h, const char *name)
{
	return field(api_ok(h, "POST", "/v1/products", text_of(h, "name=%s", name)), "id");
}

/* A price of its own product; `terms` beside product and currency: "unit_amount=1000&recurring[interval]=month". */
static inline const char *price_in(struct house *h, const char *name, const char *currency, const char *terms)
{
	const char *product = product_new(h, name);

	return field(api_ok(h, "POST", "/v1/prices", text_of(h, "product=%s&currency=%s&%s", product, currency, terms)),
		"id");
}

static inline const char *price_new(struct house *h, const char *name, const char *terms)
{
	return price_in(h, name, "usd", terms);
}

static inline const char *monthly(struct house *h, const char *name, int amount)
{
	return price_new(h, name, text_of(h, "unit_amount=%d&recurring[interval]=month", amount));
}

static inline const char *yearly(struct house *h, const char *name, int amount)
{
	return price_new(h, name, text_of(h, "unit_amount=%d&recurring[interval]=year", amount));
}

static inline const char *one_time(struct house *h, const char *name, int amount)
{
	return price_new(h, name, text_of(h, "unit_amount=%d", amount));
}

/* A method minted from pm_card_<card>, attached and made the default; its id. */
static inline const char *card_attach(struct house *h, const char *customer, const char *card)
{
	const char *id = field(api_ok(h, "POST", text_of(h, "/v1/payment_methods/pm_card_%s/attach", card),
				       text_of(h, "customer=%s", customer)),
		"id");

	post(h, "customers", customer, text_of(h, "invoice_settings[default_payment_method]=%s", id));
	return id;
}

/* A customer with these parameters and a default card by its magic name (NULL: none). */
static inline const char *customer_new(struct house *h, const char *params, const char *card)
{
	const char *id = field(api_ok(h, "POST", "/v1/customers", params), "id");

	if (card)
		card_attach(h, id, card);
	return id;
}

static inline const struct answer *subscribe(struct house *h, const char *customer, const char *price, const char *more)
{
	return api_ok(h, "POST", "/v1/subscriptions",
		text_of(h, "customer=%s&items[0][price]=%s%s%s", customer, price, more ? "&" : "", more ? more : ""));
}

/* ---- time ---- */

static inline void go_to(struct house *h, int64_t when)
{
	assert_same_int(ms_advance(h->ms, NULL, when - ms_now(h->ms, NULL)), 0);
}

/* ---- looking ---- */

static inline const struct answer *latest_invoice(struct house *h, const char *sub)
{
	return get(h, "invoices", field(get(h, "subscriptions", sub), "latest_invoice"));
}

/* The pending invoice items of a customer, newest first. */
static inline const struct answer *pending_items(struct house *h, const char *customer)
{
	return api_ok(h, "GET", text_of(h, "/v1/invoiceitems?limit=100&pending=true&customer=%s", customer), NULL);
}

/* The newest event's id: what happens later comes after it. */
static inline const char *events_mark(struct house *h)
{
	return field(api_ok(h, "GET", "/v1/events?limit=1", NULL), "data.0.id");
}

static inline const struct answer *events_after(struct house *h, const char *mark)
{
	const struct answer *a = api_ok(h, "GET", text_of(h, "/v1/events?limit=100&ending_before=%s", mark), NULL);

	assert_flag(a, "has_more", false);
	return a;
}

/* The types of all events after the mark, oldest first, one a line, must be these. */
#define assert_events(h, mark, wanted) assert_events_at(h, mark, wanted, __FILE__, __LINE__)

static inline void assert_events_at(struct house *h, const char *mark, const char *wanted, const char *file, int line)
{
	json_t *all = field_json(events_after(h, mark), "data");
	const char *got = "";

	for (size_t i = json_array_size(all); i-- > 0;)
		got = text_of(h, "%s%s\n", got, json_string_value(json_object_get(json_array_get(all, i), "type")));
	if (strcmp(got, wanted)) {
		print_error("the events are\n%snot\n%s", got, wanted);
		_fail(file, line);
	}
}

/* The newest event of a type after the mark, as the place "data.N" in events_after's answer. */
static inline const char *event_place(struct house *h, const struct answer *events, const char *type)
{
	size_t i;
	json_t *event;

	json_array_foreach(field_json(events, "data"), i, event)
	{
		if (!strcmp(json_string_value(json_object_get(event, "type")), type))
			return text_of(h, "data.%zu", i);
	}
	print_error("no event %s in:\n%s\n", type, events->text);
	fail();
	return "";
}

/* The JSON at a place, compact and with sorted keys, must be this text. */
#define assert_json(h, a, path, wanted) assert_json_at(h, a, path, wanted, __FILE__, __LINE__)

static inline void assert_json_at(
	struct house *h, const struct answer *a, const char *path, const char *wanted, const char *file, int line)
{
	char *text = json_dumps(field_json(a, path), JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	const char *got = text_of(h, "%s", text ? text : "nothing");

	free(text);
	if (strcmp(got, wanted)) {
		print_error("\"%s\" is\n%s\nnot\n%s\n", path, got, wanted);
		_fail(file, line);
	}
}

/* ---- lines ---- */

struct line {
	int64_t amount, from, to;
	const char *description; /* NULL: any */
};

#define assert_lines(h, a, path, wanted, n) assert_lines_at(h, a, path, wanted, n, __FILE__, __LINE__)

/* The rows at `path` (invoice lines or invoice items), in order. */
static inline void assert_lines_at(struct house *h, const struct answer *a, const char *path, const struct line *wanted,
	size_t n, const char *file, int line)
{
	if (field_count_at(a, path, file, line) != n) {
		print_error("%zu rows at \"%s\", not %zu:\n%s\n", field_count(a, path), path, n, a->text);
		_fail(file, line);
	}
	for (size_t i = 0; i < n; i++) {
		const char *at = text_of(h, "%s.%zu", path, i);

		assert_money_at(a, text_of(h, "%s.amount", at), wanted[i].amount, file, line);
		assert_money_at(a, text_of(h, "%s.period.start", at), wanted[i].from, file, line);
		assert_money_at(a, text_of(h, "%s.period.end", at), wanted[i].to, file, line);
		if (wanted[i].description)
			assert_field_at(a, text_of(h, "%s.description", at), wanted[i].description, file, line);
	}
}

#define BILLING_TEST(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)

#endif
