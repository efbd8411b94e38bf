/* SPDX-License-Identifier: MIT */
/* Events as the API lists them, as they are handed over in process, and as they are made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "suites/support/api.h"

static const struct answer *customer(struct house *h, const char *name)
{
	return api_ok(h, "POST", "/v1/customers", text_of(h, "name=%s", name));
}

/* The types of the first page, newest first, joined by a blank. */
static const char *types_of(struct house *h, const char *query)
{
	const struct answer *a = api_ok(h, "GET", text_of(h, "/v1/events%s", query), NULL);
	const char *types = "";

	for (size_t i = 0; i < field_count(a, "data"); i++)
		types = text_of(h, "%s%s%s", types, i ? " " : "", field(a, text_of(h, "data.%zu.type", i)));
	return types;
}

/* customer.created, product.created, customer.updated, customer.deleted: oldest first. */
static void make_history(struct house *h)
{
	const char *path = text_of(h, "/v1/customers/%s", field(customer(h, "Ada"), "id"));

	api_ok(h, "POST", "/v1/products", "name=Gold");
	ms_advance(h->ms, NULL, 60);
	api_ok(h, "POST", path, "name=Grace&metadata[a]=1");
	api_ok(h, "DELETE", path, NULL);
}

/* ---- the list ---- */

static void list__is_newest_first(void **state)
{
	struct house *h = *state;

	make_history(h);
	assert_string_equal(types_of(h, ""), "customer.deleted customer.updated product.created customer.created");
}

static const struct {
	const char *query, *types;
} filtered[] = {
	{ "?type=customer.created", "customer.created" },
	{ "?type=customer.*", "customer.deleted customer.updated customer.created" },
	{ "?type=*.created", "product.created customer.created" },
	{ "?type=*", "customer.deleted customer.updated product.created customer.created" },
	{ "?type=invoice.*", "" },
	{ "?type=customer.*&limit=1", "customer.deleted" },
	{ "?types[]=product.created&types[]=customer.deleted", "customer.deleted product.created" },
	{ "?created=1767225600", "product.created customer.created" },
	{ "?created[gt]=1767225600", "customer.deleted customer.updated" },
	{ "?created[lte]=1767225600&type=product.*", "product.created" },
	{ "?delivery_success=true&limit=2", "customer.deleted customer.updated" },
	{ "?delivery_success=false", "" },
};

static void list__filters(void **state)
{
	struct house *h = *state;

	make_history(h);
	for (size_t i = 0; i < sizeof filtered / sizeof *filtered; i++) {
		const char *types = types_of(h, filtered[i].query);

		if (strcmp(types, filtered[i].types))
			fail_msg("%s gives \"%s\", not \"%s\"", filtered[i].query, types, filtered[i].types);
	}
}

static void list__pages_through_a_wildcard(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	make_history(h);
	a = api_ok(h, "GET", "/v1/events?type=customer.*&limit=2", NULL);
	assert_flag(a, "has_more", true);
	a = api_ok(h, "GET", text_of(h, "/v1/events?type=customer.*&limit=2&starting_after=%s", field(a, "data.1.id")),
		NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.type", "customer.created");
	assert_flag(a, "has_more", false);
}

static void list__takes_type_or_types(void **state)
{
	assert_error(api(*state, "GET", "/v1/events?type=a.b&types[]=c.d", NULL), 400, NULL, "types",
		"You may only specify one of these parameters: type, types.");
}

static void list__takes_twenty_types(void **state)
{
	struct house *h = *state;
	const char *query = "?types[]=a.b";

	for (int i = 1; i < 20; i++)
		query = text_of(h, "%s&types[]=a.b%d", query, i);
	assert_status(api(h, "GET", text_of(h, "/v1/events%s", query), NULL), 200);
	assert_status(api(h, "GET", text_of(h, "/v1/events%s&types[]=one.more", query), NULL), 400);
}

static void event__tells_what_changed_and_who_asked(void **state)
{
	struct house *h = *state;
	const char *const key[] = { "Idempotency-Key: once", NULL };
	const char *path = text_of(h, "/v1/customers/%s", field(customer(h, "Ada"), "id"));
	const struct answer *changed = api_with(h, "POST", path, "name=Grace&metadata[a]=1", key), *a;

	a = api_ok(h, "GET", "/v1/events?limit=1", NULL);
	assert_field(a, "data.0.type", "customer.updated");
	assert_field(a, "data.0.data.object.name", "Grace");
	assert_field(a, "data.0.data.previous_attributes.name", "Ada");
	assert_field(a, "data.0.data.previous_attributes.metadata.a", NULL);
	assert_same_int((int64_t)field_count(a, "data.0.data.previous_attributes"), 2);
	assert_field(a, "data.0.request.idempotency_key", "once");
	assert_field(a, "data.0.request.id", header_of(changed, "Request-Id"));
	assert_money(a, "data.0.created", HOUSE_NOW);
	assert_money(a, "data.0.pending_webhooks", 0);
	assert_field(a, "data.0.api_version", "2026-10-28.endive");
}

/* ---- thin events ---- */

static void thin_event__names_what_it_is_about(void **state)
{
	struct house *h = *state;
	const char *id = field(customer(h, "Ada"), "id");
	const char *event = field(api_ok(h, "GET", "/v1/events", NULL), "data.0.id");
	const struct answer *a = api_ok(h, "GET", text_of(h, "/v2/core/events/%s", event), NULL);

	assert_field(a, "object", "v2.core.event");
	assert_field(a, "id", event);
	assert_field(a, "snapshot_event", event);
	assert_field(a, "type", "v1.customer.created");
	assert_field(a, "created", "2026-01-01T00:00:00.000Z");
	assert_field(a, "related_object.id", id);
	assert_field(a, "related_object.type", "customer");
	assert_field(a, "related_object.url", text_of(h, "/v1/customers/%s", id));
	assert_field(a, "reason.type", "request");
	assert_absent(a, "data");
}

static void thin_events__are_filtered(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	make_history(h);
	a = api_ok(h, "GET", "/v2/core/events", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 4);
	assert_field(a, "data.0.type", "v1.customer.deleted");
	assert_field(a, "next_page_url", NULL);
	a = api_ok(h, "GET", "/v2/core/events?types[]=v1.product.created", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	a = api_ok(h, "GET", text_of(h, "/v2/core/events?object_id=%s", field(a, "data.0.related_object.id")), NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	a = api_ok(h, "GET", "/v2/core/events?created[gt]=2026-01-01T00:00:00Z&limit=1", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.type", "v1.customer.deleted");
	assert_status(api(h, "GET", "/v2/core/events?created[gt]=yesterday", NULL), 400);
	assert_status(api(h, "GET", "/v2/core/events/evt_none", NULL), 404);
}

/* ---- in process ---- */

struct hearing {
	struct house *h;
	char types[512], last[32];
	int64_t length;
	bool calls_back;
};

static void hear(void *arg, const struct ms_event *event)
{
	struct hearing *hearing = arg;
	json_t *json = json_loadb(event->json, event->length, 0, NULL);
	const char *type = json_string_value(json_object_get(json, "type"));
	size_t used = strlen(hearing->types);

	if (type && !strcmp(type, event->type))
		snprintf(hearing->types + used, sizeof hearing->types - used, "%s ", type);
	snprintf(hearing->last, sizeof hearing->last, "%s", event->id);
	json_decref(json);
	if (hearing->calls_back && !strcmp(event->type, "customer.created"))
		api(hearing->h, "POST", "/v1/products", "name=Gold");
}

static struct house *hearing_house(struct hearing *hearing)
{
	hearing->h = house_open(&(struct ms_options) {
		.no_socket = true, .seed = 1, .now = HOUSE_NOW, .on_event = hear, .on_event_arg = hearing });
	return hearing->h;
}

static void on_event__hears_before_the_call_returns(void **state)
{
	struct hearing hearing = { 0 };
	struct house *h = hearing_house(&hearing);

	(void)state;
	make_history(h);
	assert_string_equal(hearing.types, "customer.created product.created customer.updated customer.deleted ");
	assert_field(api_ok(h, "GET", "/v1/events", NULL), "data.0.id", hearing.last);
	house_close(h);
}

static void on_event__hears_nothing_of_refused_calls(void **state)
{
	struct hearing hearing = { 0 };
	struct house *h = hearing_house(&hearing);

	(void)state;
	assert_status(api(h, "POST", "/v1/customers", "nme=Ada"), 400);
	assert_status(api(h, "POST", "/v1/customers", "tax_id_data[0][type]=eu_vat&tax_id_data[0][value]=x"), 400);
	assert_string_equal(hearing.types, "");
	house_close(h);
}

/* A webhook handler in the same program calls the API: the events of its calls come after the one it handles. */
static void on_event__may_call_the_simulator(void **state)
{
	struct hearing hearing = { .calls_back = true };
	struct house *h = hearing_house(&hearing);

	(void)state;
	customer(h, "Ada");
	assert_string_equal(hearing.types, "customer.created product.created ");
	house_close(h);
}

static void on_event__hears_what_a_clock_brings(void **state)
{
	struct hearing hearing = { 0 };
	struct house *h = hearing_house(&hearing);
	const char *id;

	(void)state;
	id = field(api_ok(h, "POST", "/v1/test_helpers/test_clocks", "frozen_time=1767225600"), "id");
	*hearing.types = 0;
	api_ok(h, "POST", text_of(h, "/v1/test_helpers/test_clocks/%s/advance", id), "frozen_time=1767229200");
	assert_string_equal(hearing.types, "test_helpers.test_clock.advancing test_helpers.test_clock.ready ");
	house_close(h);
}

/* ---- by hand ---- */

static void by_hand__an_object_that_is_there(void **state)
{
	struct house *h = *state;
	const char *id = field(customer(h, "Ada"), "id");
	const struct answer *a = api_ok(
		h, "POST", "/_mockstripe/events", text_of(h, "type=customer.subscription.deleted&object=%s", id));

	assert_field(a, "object", "event");
	assert_field(a, "type", "customer.subscription.deleted");
	assert_field(a, "data.object.id", id);
	assert_field(a, "request.id", NULL);
	assert_string_equal(api_ok(h, "GET", text_of(h, "/v1/events/%s", field(a, "id")), NULL)->text, a->text);
}

static void by_hand__an_object_of_ones_own_is_completed(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/_mockstripe/events",
		"{\"type\":\"charge.dispute.created\",\"object\":{\"object\":\"dispute\",\"amount\":900},"
		"\"previous_attributes\":{\"amount\":1}}");

	assert_money(a, "data.object.amount", 900);
	assert_money(a, "data.previous_attributes.amount", 1);
	assert_memory_equal(field(a, "data.object.id"), "du_", 3);
	assert_flag(a, "data.object.livemode", false);
}

static void by_hand__the_newest_of_its_kind(void **state)
{
	struct house *h = *state;
	struct ms_response r;

	customer(h, "Ada");
	customer(h, "Grace");
	assert_true(ms_send_event(h->ms, NULL, "customer.updated", NULL, &r));
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.body, "\"name\": \"Grace\""));
	ms_response_clear(&r);
}

static void by_hand__refuses_with_a_reason(void **state)
{
	static const struct {
		const char *type, *object, *why;
	} rows[] = {
		{ "customer.exploded", NULL, "is no type of event" },
		{ "v1.customer.created", NULL, "is no type of event" },
		{ "customer.created", "cus_none", "There is no object 'cus_none'." },
		{ "customer.created", "{\"object\"", "does not read as JSON" },
		{ "customer.created", "{\"object\":\"spaceship\"}", "names its kind" },
		{ "invoice.paid", NULL, "There is no object that an event 'invoice.paid' could be about." },
	};
	struct house *h = *state;
	struct ms_response r;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_false(ms_send_event(h->ms, NULL, rows[i].type, rows[i].object, &r));
		assert_int_equal(r.status, 400);
		if (!strstr(r.body, rows[i].why))
			fail_msg("\"%s\" does not hold \"%s\"", r.body, rows[i].why);
		ms_response_clear(&r);
	}
	assert_string_equal(types_of(h, ""), "");
	assert_false(ms_send_event(h->ms, "acct_none", "invoice.paid", NULL, &r));
	assert_int_equal(r.status, 404);
	ms_response_clear(&r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(list__is_newest_first),
		TEST(list__filters),
		TEST(list__pages_through_a_wildcard),
		TEST(list__takes_type_or_types),
		TEST(list__takes_twenty_types),
		TEST(event__tells_what_changed_and_who_asked),
		TEST(thin_event__names_what_it_is_about),
		TEST(thin_events__are_filtered),
		cmocka_unit_test(on_event__hears_before_the_call_returns),
		cmocka_unit_test(on_event__hears_nothing_of_refused_calls),
		cmocka_unit_test(on_event__may_call_the_simulator),
		cmocka_unit_test(on_event__hears_what_a_clock_brings),
		TEST(by_hand__an_object_that_is_there),
		TEST(by_hand__an_object_of_ones_own_is_completed),
		TEST(by_hand__the_newest_of_its_kind),
		TEST(by_hand__refuses_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
