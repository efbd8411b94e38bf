/* SPDX-License-Identifier: MIT */
/* A draft that waits for the delivery of its invoice.created. Source: Stripe docs "Status transitions and
 * finalization". */
#include "suites/resource/billing.h"
#include "suites/support/sink.h"

struct scene {
	struct house *h;
	struct sink *sink;
	const char *sub;
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	s->sink = sink_open();
	s->h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	s->sub = field(subscribe(s->h, customer_new(s->h, NULL, "visa"), monthly(s->h, "Pro", 2000), NULL), "id");
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	house_close(s->h);
	sink_close(s->sink);
	free(s);
	return 0;
}

static void wait_for_webhooks(struct scene *s)
{
	api_ok(s->h, "POST", "/_mockstripe/settings", "invoice_waits_for_webhook=yes");
}

static const char *listen_for(struct scene *s, const char *type)
{
	return field(api_ok(s->h, "POST", "/v1/webhook_endpoints",
			     text_of(s->h, "url=%s&enabled_events[]=%s", sink_url(s->sink), type)),
		"id");
}

/* To a moment in steps of ten minutes, every delivery attempted on the way. */
static void walk_to(struct scene *s, int64_t when)
{
	int64_t now = ms_now(s->h->ms, NULL);

	if (now < FEB_1)
		go_to(s->h, now = FEB_1);
	ms_flush(s->h->ms, NULL);
	while (now < when) {
		now = now + 600 < when ? now + 600 : when;
		go_to(s->h, now);
		ms_flush(s->h->ms, NULL);
	}
}

static void assert_draft(struct scene *s, bool wanted)
{
	assert_field(latest_invoice(s->h, s->sub), "billing_reason", "subscription_cycle");
	assert_field(latest_invoice(s->h, s->sub), "status", wanted ? "draft" : "paid");
}

static void draft__does_not_wait_unless_told(void **state)
{
	struct scene *s = *state;

	listen_for(s, "invoice.created");
	sink_answer(s->sink, 500, NULL, 0);
	walk_to(s, FEB_1);
	assert_money(latest_invoice(s->h, s->sub), "webhooks_delivered_at", FEB_1);
	walk_to(s, FEB_1 + HOUR);
	assert_draft(s, false);
}

static void draft__waits_for_nobody_when_nobody_listens(void **state)
{
	struct scene *s = *state;

	wait_for_webhooks(s);
	listen_for(s, "invoice.paid");
	walk_to(s, FEB_1);
	assert_field(latest_invoice(s->h, s->sub), "webhooks_delivered_at", NULL);
	walk_to(s, FEB_1 + HOUR);
	assert_draft(s, false);
	assert_money(latest_invoice(s->h, s->sub), "webhooks_delivered_at", FEB_1);
}

static void draft__delivered_at_once_takes_its_hour(void **state)
{
	struct scene *s = *state;

	wait_for_webhooks(s);
	listen_for(s, "invoice.created");
	walk_to(s, FEB_1 + HOUR - 1);
	assert_draft(s, true);
	walk_to(s, FEB_1 + HOUR);
	assert_draft(s, false);
}

/* Refused at once and ten minutes later, taken an hour after that: finalized an hour later again. */
static void draft__is_finalized_an_hour_after_the_delivery(void **state)
{
	struct scene *s = *state;
	int64_t taken = FEB_1 + 600 + HOUR;

	wait_for_webhooks(s);
	listen_for(s, "invoice.created");
	sink_answer(s->sink, 500, NULL, 0);
	walk_to(s, FEB_1 + HOUR);
	assert_draft(s, true);
	assert_money(latest_invoice(s->h, s->sub), "automatically_finalizes_at", FEB_1 + 2 * HOUR + 1);
	sink_answer(s->sink, 200, NULL, 0);
	walk_to(s, taken + HOUR - 1);
	assert_draft(s, true);
	walk_to(s, taken + HOUR);
	assert_draft(s, false);
	assert_money(latest_invoice(s->h, s->sub), "webhooks_delivered_at", taken);
	assert_money(latest_invoice(s->h, s->sub), "status_transitions.finalized_at", taken + HOUR);
}

static void draft__waits_for_72_hours_at_most(void **state)
{
	struct scene *s = *state;

	wait_for_webhooks(s);
	listen_for(s, "*");
	sink_answer(s->sink, 500, NULL, 0);
	walk_to(s, FEB_1);
	go_to(s->h, FEB_1 + 72 * HOUR - 1);
	assert_draft(s, true);
	go_to(s->h, FEB_1 + 72 * HOUR);
	assert_draft(s, false);
}

static void draft__of_an_endpoint_that_was_disabled_waits_no_longer(void **state)
{
	struct scene *s = *state;
	const char *endpoint;

	wait_for_webhooks(s);
	endpoint = listen_for(s, "invoice.created");
	sink_answer(s->sink, 500, NULL, 0);
	walk_to(s, FEB_1 + HOUR);
	assert_draft(s, true);
	post(s->h, "webhook_endpoints", endpoint, "disabled=true");
	walk_to(s, FEB_1 + 2 * HOUR);
	assert_draft(s, false);
}

#define WAITS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WAITS_TEST(draft__does_not_wait_unless_told),
		WAITS_TEST(draft__waits_for_nobody_when_nobody_listens),
		WAITS_TEST(draft__delivered_at_once_takes_its_hour),
		WAITS_TEST(draft__is_finalized_an_hour_after_the_delivery),
		WAITS_TEST(draft__waits_for_72_hours_at_most),
		WAITS_TEST(draft__of_an_endpoint_that_was_disabled_waits_no_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
