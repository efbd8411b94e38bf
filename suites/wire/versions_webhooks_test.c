/* SPDX-License-Identifier: MIT */
/* Webhook endpoints of an older API version get events in the shape of that version. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "suites/support/api.h"
#include "suites/support/sink.h"

#define FEB_1 INT64_C(1769904000)
#define ACACIA "2025-02-24.acacia"

struct post {
	struct house *h;
	struct sink *sink;
	const char *sub;
	json_t *event; /* as it was posted */
};

static int setup(void **state)
{
	struct post *p = calloc(1, sizeof *p);

	if (!p)
		abort();
	p->sink = sink_open();
	p->h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct post *p = *state;

	json_decref(p->event);
	house_close(p->h);
	sink_close(p->sink);
	free(p);
	return 0;
}

static void listen_for(struct post *p, const char *type, const char *version)
{
	const struct answer *a = api_ok(p->h, "POST", "/v1/webhook_endpoints",
		text_of(p->h, "url=%s&enabled_events[]=%s%s%s", sink_url(p->sink), type, version ? "&api_version=" : "",
			version ? version : ""));

	assert_field(a, "api_version", version);
}

static void subscribe(struct post *p)
{
	struct house *h = p->h;
	const char *customer =
		field(api_ok(h, "POST", "/v1/customers",
			      "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa"),
			"id");
	const char *product = field(api_ok(h, "POST", "/v1/products", "name=Pro"), "id");
	const char *price = field(
		api_ok(h, "POST", "/v1/prices",
			text_of(h, "product=%s&currency=usd&unit_amount=2000&recurring[interval]=month", product)),
		"id");

	p->sub = field(
		api_ok(h, "POST", "/v1/subscriptions", text_of(h, "customer=%s&items[0][price]=%s", customer, price)),
		"id");
}

static const json_t *at(const json_t *node, const char *a, const char *b)
{
	return json_object_get(json_object_get(node, a), b);
}

static const json_t *posted(struct post *p)
{
	assert_int_equal(sink_wait(p->sink, 1), 1);
	json_decref(p->event);
	p->event = json_loads(sink_request(p->sink, 0)->body, 0, NULL);
	assert_non_null(p->event);
	return at(p->event, "data", "object");
}

static void created__is_posted_in_the_endpoints_shape(void **state)
{
	struct post *p = *state;
	const json_t *object;

	listen_for(p, "customer.subscription.created", ACACIA);
	subscribe(p);
	object = posted(p);
	assert_string_equal(json_string_value(json_object_get(p->event, "api_version")), ACACIA);
	assert_same_int(json_integer_value(json_object_get(object, "current_period_end")), FEB_1);
	assert_null(json_object_get(json_array_get(at(object, "items", "data"), 0), "current_period_end"));
}

static void updated__previous_attributes_are_of_that_shape(void **state)
{
	struct post *p = *state;
	const json_t *previous;

	subscribe(p);
	listen_for(p, "customer.subscription.updated", ACACIA);
	assert_same_int(ms_advance(p->h->ms, NULL, FEB_1 + 10 - HOUSE_NOW), 0);
	assert_same_int(json_integer_value(json_object_get(posted(p), "current_period_start")), FEB_1);
	previous = at(p->event, "data", "previous_attributes");
	assert_same_int(json_integer_value(json_object_get(previous, "current_period_start")), HOUSE_NOW);
	assert_same_int(json_integer_value(json_object_get(previous, "current_period_end")), FEB_1);
	assert_true(json_is_string(json_object_get(previous, "latest_invoice")));
}

static void created__is_posted_in_the_newest_shape_without_a_version(void **state)
{
	struct post *p = *state;

	listen_for(p, "customer.subscription.created", NULL);
	subscribe(p);
	assert_null(json_object_get(posted(p), "current_period_end"));
}

/* The invoice of invoice.upcoming has no id; it is reshaped like any other. */
static void upcoming__is_posted_in_the_endpoints_shape(void **state)
{
	struct post *p = *state;
	const json_t *object;

	subscribe(p);
	listen_for(p, "invoice.upcoming", ACACIA);
	assert_same_int(ms_advance(p->h->ms, NULL, FEB_1 - 7 * INT64_C(86400) - HOUSE_NOW), 0);
	object = posted(p);
	assert_string_equal(json_string_value(json_object_get(object, "subscription")), p->sub);
	assert_null(json_object_get(object, "id"));
	assert_null(json_object_get(object, "parent"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(created__is_posted_in_the_endpoints_shape, setup, teardown),
		cmocka_unit_test_setup_teardown(updated__previous_attributes_are_of_that_shape, setup, teardown),
		cmocka_unit_test_setup_teardown(
			created__is_posted_in_the_newest_shape_without_a_version, setup, teardown),
		cmocka_unit_test_setup_teardown(upcoming__is_posted_in_the_endpoints_shape, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
