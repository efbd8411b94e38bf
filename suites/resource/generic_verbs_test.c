/* SPDX-License-Identifier: MIT */
/*
 * Lifecycle verbs of resources without behaviour of their own: each moves the status, stamps the time where the body
 * has a place for it, and announces itself where there is such an event.
 */
#include "base/json.h"
#include "suites/resource/catalogue.h"
#include "suites/support/fill.h"

static const struct verb_row {
	const char *route; /* POST */
	const char *field, *wanted;
	const char *event; /* the newest one afterwards; NULL: none that is new */
} rows[] = {
	{ "/v1/billing/alerts/{id}/activate", "status", "active", NULL },
	{ "/v1/billing/alerts/{id}/archive", "status", "archived", NULL },
	{ "/v1/billing/alerts/{id}/deactivate", "status", "inactive", NULL },
	{ "/v1/climate/orders/{id}/cancel", "status", "canceled", "climate.order.canceled" },
	{ "/v1/financial_connections/accounts/{id}/disconnect", "status", "disconnected",
		"financial_connections.account.disconnected" },
	{ "/v1/identity/verification_sessions/{id}/cancel", "status", "canceled",
		"identity.verification_session.canceled" },
	{ "/v1/invoice_rendering_templates/{id}/archive", "status", "archived", NULL },
	{ "/v1/invoice_rendering_templates/{id}/unarchive", "status", "active", NULL },
	{ "/v1/issuing/disputes/{id}/submit", "status", "submitted", "issuing_dispute.submitted" },
	{ "/v1/payouts/{id}/cancel", "status", "canceled", "payout.canceled" },
	{ "/v1/quotes/{id}/cancel", "status", "canceled", "quote.canceled" },
	{ "/v1/topups/{id}/cancel", "status", "canceled", "topup.canceled" },
	{ "/v1/treasury/financial_accounts/{id}/close", "status", "closed", "treasury.financial_account.closed" },
	{ "/v1/treasury/inbound_transfers/{id}/cancel", "status", "canceled", "treasury.inbound_transfer.canceled" },
	{ "/v1/treasury/outbound_payments/{id}/cancel", "status", "canceled", "treasury.outbound_payment.canceled" },
	{ "/v1/test_helpers/treasury/inbound_transfers/{id}/fail", "status", "failed",
		"treasury.inbound_transfer.failed" },
	{ "/v1/test_helpers/treasury/inbound_transfers/{id}/succeed", "status", "succeeded",
		"treasury.inbound_transfer.succeeded" },
	{ "/v1/test_helpers/treasury/outbound_payments/{id}/post", "status", "posted",
		"treasury.outbound_payment.posted" },
	{ "/v1/test_helpers/treasury/outbound_payments/{id}/return", "status", "returned",
		"treasury.outbound_payment.returned" },
	{ "/v1/test_helpers/issuing/cards/{id}/shipping/ship", "shipping.status", "shipped", "issuing_card.updated" },
	{ "/v1/test_helpers/issuing/personalization_designs/{id}/activate", "status", "active",
		"issuing_personalization_design.activated" },
	{ "/v1/test_helpers/issuing/personalization_designs/{id}/reject", "status", "rejected",
		"issuing_personalization_design.rejected" },
	{ "/v2/core/event_destinations/{id}/disable", "status", "disabled", NULL },
	{ "/v2/core/event_destinations/{id}/enable", "status", "enabled", NULL },
	{ "/v2/money_management/outbound_payments/{id}/cancel", "status", "canceled", NULL },
	{ "/v2/money_management/payout_intents/{id}/cancel", "status", "canceled", NULL },
};

struct verb_case {
	struct house *house;
	const struct verb_row *row;
	struct fill *fill;
};

static int verb_setup(void **state)
{
	struct verb_case *c = calloc(1, sizeof *c);

	c->row = *state;
	*state = c;
	if (house_setup((void **)&c->house))
		return -1;
	c->fill = fill_new(c->house);
	return 0;
}

static int verb_teardown(void **state)
{
	struct verb_case *c = *state;
	void *house = c->house;

	fill_free(c->fill);
	free(c);
	return house_teardown(&house);
}

static void verb__moves_the_status(void **state)
{
	struct verb_case *c = *state;
	struct house *h = c->house;
	const struct schema_route *route = schema_find_route("POST", c->row->route);
	const struct answer *a;
	const char *path;
	size_t events;

	assert_non_null(route);
	fill_prepare(c->fill, route);
	path = fill_path(c->fill, route);
	js_auto params = fill_params(c->fill, route, false);

	events = event_count(h);
	ms_advance(h->ms, NULL, 60);
	a = fill_call(h, route, path, params);
	assert_status(a, 200);
	assert_field(a, c->row->field, c->row->wanted);
	if (c->row->event)
		assert_field(last_event(h, c->row->event), "data.object.id", field(a, "id"));
	else
		assert_same_int((int64_t)event_count(h), (int64_t)events);
}

int main(void)
{
	struct CMUnitTest all[sizeof rows / sizeof *rows];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		union {
			const struct verb_row *row;
			void *state;
		} given = { .row = &rows[i] };

		all[i] = (struct CMUnitTest) { rows[i].route, verb__moves_the_status, verb_setup, verb_teardown,
			given.state };
	}
	return cmocka_run_group_tests_name("verbs", all, NULL, NULL);
}
