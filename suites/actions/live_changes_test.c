/* SPDX-License-Identifier: MIT */
/* What the actions change, against the simulator: what was proposed is what is done, to the cent and once. */
#include <stdlib.h>

#include "suites/actions/live.h"

/* ---- another plan ---- */

struct change {
	const char *name, *contact, *inputs, *customer, *subscription;
	const char *price; /* afterwards */
	int64_t quantity;
	bool at_once; /* invoiced now, not with the next period */
};

static const struct change changes[] = {
	{ "upgrade", "ada", "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", "cus_ada", "sub_ada",
		"price_fleet_month", 1, true },
	{ "downgrade", "ada", "{\"operation\":\"change_plan\",\"plan\":\"solo\"}", "cus_ada", "sub_ada",
		"price_solo_month", 1, false },
	{ "more_seats", "ada", "{\"operation\":\"change_plan\",\"quantity\":5}", "cus_ada", "sub_ada",
		"price_team_month", 5, true },
	{ "fewer_seats", "margaret",
		"{\"operation\":\"change_plan\",\"quantity\":1,\"account\":\"Sailing "
		"school\",\"subscription\":\"sub_1\"}",
		"cus_margaret", "sub_margaret_boats", "price_team_month", 1, false },
	{ "another_plan_with_seats", "margaret",
		"{\"operation\":\"change_plan\",\"plan\":\"team\",\"quantity\":20,\"account\":\"Sailing "
		"school\",\"subscription\":\"sub_1\"}",
		"cus_margaret", "sub_margaret_boats", "price_team_month", 20, true },
	{ "month_to_year", "mary", "{\"operation\":\"change_plan\",\"interval\":\"year\"}", "cus_mary", "sub_mary",
		"price_solo_year", 1, false },
	{ "dearer_and_yearly", "mary", "{\"operation\":\"change_plan\",\"plan\":\"team\",\"interval\":\"year\"}",
		"cus_mary", "sub_mary", "price_team_year", 1, true },
	{ "upgrade_after_an_upgrade", "radia", "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", "cus_radia",
		"sub_radia", "price_fleet_month", 1, true },
};

struct sums {
	int64_t credit, charge;
};

static void add_line(struct sums *s, int64_t amount)
{
	if (amount < 0)
		s->credit += amount;
	else
		s->charge += amount;
}

/* The prorations of an invoice. */
static struct sums prorations(struct live *l, const char *invoice)
{
	const struct answer *a = live_get(l, text_of(l->house, "/v1/invoices/%s/lines?limit=100", invoice));
	struct sums s = { 0, 0 };
	json_t *line;
	size_t i;

	json_array_foreach(field_json(a, "data"), i, line)
	{
		if (js_flag_at(line, "parent.subscription_item_details.proration", false) ||
			js_flag_at(line, "parent.invoice_item_details.proration", false))
			add_line(&s, js_int(line, "amount", 0));
	}
	return s;
}

/* The invoice items that wait for the next invoice. */
static struct sums pending(struct live *l, const char *customer)
{
	const struct answer *a =
		live_get(l, text_of(l->house, "/v1/invoiceitems?customer=%s&pending=true&limit=100", customer));
	struct sums s = { 0, 0 };
	json_t *item;
	size_t i;

	json_array_foreach(field_json(a, "data"), i, item) add_line(&s, js_int(item, "amount", 0));
	return s;
}

static void check_item(struct live *l, const struct change *row)
{
	const struct answer *a = live_get(l, text_of(l->house, "/v1/subscriptions/%s", row->subscription));

	assert_same_int((int64_t)field_count(a, "items.data"), 1);
	assert_field(a, "items.data.0.price.id", row->price);
	assert_money(a, "items.data.0.quantity", row->quantity);
}

/* How many events of a type tell of an object; the newest of them in *last (NULL: of no interest). */
static int64_t events_of(struct live *l, const char *type, const char *id, json_t **last)
{
	const struct answer *a = live_get(l, text_of(l->house, "/v1/events?type=%s&limit=100", type));
	int64_t found = 0;
	json_t *event;
	size_t i;

	json_array_foreach(field_json(a, "data"), i, event)
	{
		if (strcmp(js_text_at(event, "data.object.id"), id) != 0)
			continue;
		if (!found++ && last)
			*last = event;
	}
	return found;
}

/* One event tells of it, with the old price or quantity. */
static void check_event(struct live *l, const struct change *row)
{
	json_t *event = NULL;

	assert_same_int(events_of(l, "customer.subscription.updated", row->subscription, &event), 1);
	assert_non_null(js_at(event, "data.previous_attributes.items"));
}

static void change(void **state)
{
	const struct change *row = *state;
	int64_t credit, charge, due, invoices;
	const char *confirmation;
	const struct answer *a;
	struct sums s;
	struct live l;

	live_open(&l, NULL);
	invoices = live_count(&l, text_of(l.house, "/v1/invoices?customer=%s", row->customer));
	confirmation = live_propose(&l, row->contact, MANAGE, row->inputs);
	credit = js_int(live_data(&l), "credit", 1);
	charge = js_int(live_data(&l), "charge", -1);
	due = js_int(live_data(&l), "amount_due_now", -1);
	assert_true(credit <= 0);
	assert_true(charge > 0);
	/* They think it over for five minutes; what they agreed to is what is charged. */
	assert_int_equal(ms_advance(l.house->ms, NULL, 300), 0);
	live_run(&l, row->contact, MANAGE, row->inputs, confirmation);
	assert_outcome(&l, "ok", "none");
	check_item(&l, row);
	check_event(&l, row);
	if (row->at_once) {
		a = live_get(&l, text_of(l.house, "/v1/subscriptions/%s", row->subscription));
		s = prorations(&l, field(a, "latest_invoice"));
		a = live_get(&l, text_of(l.house, "/v1/invoices/%s", field(a, "latest_invoice")));
		assert_money(a, "amount_due", due);
		assert_field(a, "status", "paid");
		assert_money(a, "amount_paid", due);
		assert_same_int(due, credit + charge);
		assert_says(&l, field(a, "number"));
		invoices++;
	} else {
		s = pending(&l, row->customer);
		assert_same_int(due, 0);
	}
	assert_same_int(s.credit, credit);
	assert_same_int(s.charge, charge);
	assert_same_int(live_count(&l, text_of(l.house, "/v1/invoices?customer=%s", row->customer)), invoices);
	live_close(&l);
}

/* "your next invoice will be 37.89 lower" has to come true. */
static void downgrade__shows_on_the_next_invoice(void **state)
{
	const struct answer *a;
	int64_t net;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_do(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"solo\"}");
	net = js_int(live_data(&l), "proration", 1);
	assert_true(net < 0);
	assert_int_equal(ms_advance(l.house->ms, NULL, 18 * 86400), 0);
	a = live_get(&l, "/v1/invoices?customer=cus_ada&limit=1");
	assert_field(a, "data.0.billing_reason", "subscription_cycle");
	assert_money(a, "data.0.total", 1200 + net);
	assert_same_int(pending(&l, "cus_ada").credit, 0);
	live_close(&l);
}

static void preview__changes_nothing(void **state)
{
	char *before, *after;
	const char *preview;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	before = live_state(&l);
	live_run(&l, "ada", MANAGE, "{\"operation\":\"preview_change\",\"plan\":\"fleet\"}", NULL);
	assert_outcome(&l, "ok", "none");
	preview = text_of(l.house, "%s", l.result.message);
	live_run(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", NULL);
	assert_memory_equal(preview, l.result.message, strlen(preview));
	after = live_state(&l);
	assert_string_equal(before, after);
	assert_int_equal(l.writes, 0);
	free(before);
	free(after);
	live_close(&l);
}

static void trial__is_changed_for_nothing(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_do(&l, "grace", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}");
	assert_outcome(&l, "ok", "none");
	assert_same_int(js_int(live_data(&l), "amount_due_now", -1), 0);
	assert_field(live_get(&l, "/v1/subscriptions/sub_grace"), "status", "trialing");
	assert_int_equal(ms_advance(l.house->ms, NULL, 8 * 86400), 0);
	assert_money(live_get(&l, "/v1/invoices?customer=cus_grace&limit=1"), "data.0.total", 7900);
	live_close(&l);
}

static void same_plan__is_no_change(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_run(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"team\"}", NULL);
	assert_outcome(&l, "ok", "none");
	assert_string_equal(js_text(live_data(&l), "code"), "no_change");
	assert_int_equal(l.writes, 0);
	live_close(&l);
}

struct refusal {
	const char *name, *contact, *inputs, *code;
};

static const struct refusal refusals[] = {
	{ "unknown_plan", "ada", "{\"operation\":\"change_plan\",\"plan\":\"titanic\"}", "plan_not_available" },
	{ "unoffered_interval", "ada", "{\"operation\":\"change_plan\",\"interval\":\"week\"}",
		"plan_interval_unavailable" },
	{ "too_many_seats", "ada", "{\"operation\":\"change_plan\",\"quantity\":21}", "quantity_out_of_range" },
	{ "seats_of_a_plan_without", "mary", "{\"operation\":\"change_plan\",\"quantity\":2}",
		"quantity_out_of_range" },
	{ "past_due", "edsger", "{\"operation\":\"change_plan\",\"plan\":\"team\"}", "policy_status_blocks_change" },
	{ "unpaid", "barbara", "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", "policy_status_blocks_change" },
	{ "paused", "tim", "{\"operation\":\"change_plan\",\"plan\":\"team\"}", "policy_status_blocks_change" },
	{ "canceled", "alan", "{\"operation\":\"change_plan\",\"plan\":\"team\"}", "no_subscriptions" },
	{ "no_subscription", "dennis", "{\"operation\":\"cancel\"}", "no_subscriptions" },
	{ "nothing_to_undo", "ada", "{\"operation\":\"undo_cancel\"}", "no_subscriptions" },
	{ "no_operation", "ada", "{}", "arguments_invalid" },
	{ "nothing_wanted", "ada", "{\"operation\":\"change_plan\"}", "arguments_invalid" },
};

static void refused_change(void **state)
{
	const struct refusal *row = *state;
	struct live l;

	live_open(&l, NULL);
	live_run(&l, row->contact, MANAGE, row->inputs, NULL);
	assert_outcome(&l, "refused", row->code);
	assert_int_equal(l.writes, 0);
	live_close(&l);
}

/* Who is told to pay first is told where. */
static void unpaid__comes_with_the_link(void **state)
{
	static const char *const contacts[] = { "edsger", "barbara" };
	const struct answer *a;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	for (size_t i = 0; i < COUNT_OF(contacts); i++) {
		live_run(&l, contacts[i], MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", NULL);
		assert_outcome(&l, "refused", "policy_status_blocks_change");
		a = live_get(&l, text_of(l.house, "/v1/invoices?customer=cus_%s&status=open&limit=1", contacts[i]));
		assert_says(&l, text_of(l.house, " The open invoice can be paid here: %s",
					field(a, "data.0.hosted_invoice_url")));
		assert_string_equal(js_text(live_data(&l), "pay_invoice_url"), field(a, "data.0.hosted_invoice_url"));
	}
	live_close(&l);
}

static void several_subscriptions__are_asked_about(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_run(&l, "margaret", MANAGE, "{\"operation\":\"cancel\",\"account\":\"Sailing school\"}", NULL);
	assert_outcome(&l, "needs_choice", "subscription_choice");
	assert_holds(l.result.json, "\"subscription\":\"sub_1\",\"plan\":\"Team\"");
	assert_holds(l.result.json, "\"subscription\":\"sub_2\",\"plan\":\"Fleet\"");
	assert_lacks(l.result.json, "sub_margaret");
	assert_string_equal(l.result.message,
		"You have several subscriptions. Which one do you mean?\n"
		"1. Team (3 x 29.00 USD = 87.00 USD per month): active. It renews on 12 December 2026 (UTC).\n"
		"2. Fleet (790.00 USD per year): active. It renews on 1 September 2027 (UTC).");
	live_run(&l, "margaret", MANAGE,
		"{\"operation\":\"cancel\",\"account\":\"Sailing school\",\"subscription\":\"2\"}", NULL);
	assert_says(&l, "Cancel Fleet");
	live_run(&l, "margaret", MANAGE,
		"{\"operation\":\"cancel\",\"account\":\"sailing SCHOOL\",\"subscription\":\"team\"}", NULL);
	assert_says(&l, "Cancel Team");
	live_run(&l, "margaret", MANAGE,
		"{\"operation\":\"cancel\",\"account\":\"Sailing school\",\"subscription\":\"Solo\"}", NULL);
	assert_outcome(&l, "refused", "resource_not_found");
	live_do(&l, "margaret", MANAGE,
		"{\"operation\":\"cancel\",\"account\":\"Sailing school\",\"subscription\":\"sub_2\"}");
	assert_outcome(&l, "ok", "none");
	assert_flag(live_get(&l, "/v1/subscriptions/sub_margaret_office"), "cancel_at_period_end", true);
	assert_flag(live_get(&l, "/v1/subscriptions/sub_margaret_boats"), "cancel_at_period_end", false);
	live_close(&l);
}

/* A consent is to one change of one thing as it was shown. */
static void change_made_elsewhere__makes_the_proposal_stale(void **state)
{
	const char *confirmation;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	confirmation = live_propose(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}");
	api_ok(l.house, "POST", "/v1/subscription_items/si_ada", "quantity=3");
	live_run(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", confirmation);
	assert_outcome(&l, "needs_confirmation", "proposal_stale");
	assert_int_equal(l.writes, 0);
	/* What it would be now is shown at once, and can be agreed to. */
	assert_says(&l, "so nothing was changed. Please look at it again.\nChange from Team (3 x 29.00 USD");
	assert_string_equal(js_text_at(l.json, "error.code"), "proposal_stale");
	confirmation = text_of(l.house, "%s", js_text(live_data(&l), "confirmation"));
	live_run(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", confirmation);
	assert_outcome(&l, "ok", "none");
	assert_field(live_get(&l, "/v1/subscriptions/sub_ada"), "items.data.0.price.id", "price_fleet_month");
	live_close(&l);
}

/* What others did meanwhile may be just what was wanted: then there is nothing left to confirm. */
static void change_made_elsewhere__may_leave_nothing_to_do(void **state)
{
	const char *confirmation;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	confirmation = live_propose(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"quantity\":4}");
	api_ok(l.house, "POST", "/v1/subscription_items/si_ada", "quantity=3");
	live_run(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"quantity\":4}", confirmation);
	assert_outcome(&l, "needs_confirmation", "proposal_stale");
	api_ok(l.house, "POST", "/v1/subscription_items/si_ada", "quantity=4");
	confirmation = text_of(l.house, "%s", js_text(live_data(&l), "confirmation"));
	live_run(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"quantity\":4}", confirmation);
	assert_outcome(&l, "ok", "none");
	assert_string_equal(js_text(live_data(&l), "code"), "no_change");
	assert_int_equal(l.writes, 0);
	live_close(&l);
}

static void renewal_in_between__makes_the_proposal_stale(void **state)
{
	const char *confirmation;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	/* A minute before the period ends. */
	assert_int_equal(ms_advance(l.house->ms, NULL, 1796893920 - DEMO_NOW - 60), 0);
	confirmation = live_propose(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}");
	assert_int_equal(ms_advance(l.house->ms, NULL, 120), 0);
	live_run(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}", confirmation);
	assert_outcome(&l, "needs_confirmation", "proposal_stale");
	assert_int_equal(l.writes, 0);
	assert_string_equal(js_text(live_data(&l), "effective_at"), "2026-12-10T09:13:00Z");
	live_close(&l);
}

static void declined_card__changes_nothing(void **state)
{
	const struct answer *pm;
	struct live l;
	int64_t invoices;

	(void)state;
	live_open(&l, NULL);
	pm = api_ok(l.house, "POST", "/v1/payment_methods/pm_card_chargeCustomerFail/attach", "customer=cus_ada");
	api_ok(l.house, "POST", "/v1/subscriptions/sub_ada",
		text_of(l.house, "default_payment_method=%s", field(pm, "id")));
	invoices = live_count(&l, "/v1/invoices?customer=cus_ada&status=paid");
	live_do(&l, "ada", MANAGE, "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}");
	assert_outcome(&l, "refused", "payment_declined");
	assert_says(&l, "The payment didn't go through, so nothing was changed.");
	assert_lacks(l.result.json, "insufficient");
	assert_field(live_get(&l, "/v1/subscriptions/sub_ada"), "items.data.0.price.id", "price_team_month");
	assert_field(live_get(&l, "/v1/subscriptions/sub_ada"), "status", "active");
	assert_same_int(live_count(&l, "/v1/invoices?customer=cus_ada&status=paid"), invoices);
	live_close(&l);
}

/* ---- cancelling ---- */

#define LATER "{\"operation\":\"cancel\",\"reason\":\"too_expensive\",\"comment\":\"Back in spring.\"}"
#define NOW_ "{\"operation\":\"cancel\",\"when\":\"immediately\"}"

static void cancel_later__ends_with_the_period(void **state)
{
	const struct answer *a;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_do(&l, "ada", MANAGE, LATER);
	assert_outcome(&l, "ok", "none");
	assert_says(&l, "It stays usable until 10 December 2026 (UTC) and won't renew.");
	a = live_get(&l, "/v1/subscriptions/sub_ada");
	assert_field(a, "status", "active");
	assert_flag(a, "cancel_at_period_end", true);
	assert_money(a, "cancel_at", 1796893920);
	assert_field(a, "cancellation_details.feedback", "too_expensive");
	assert_field(a, "cancellation_details.comment", "Back in spring.");
	assert_field(a, "cancellation_details.reason", "cancellation_requested");
	a = live_get(&l, "/v1/events?limit=1");
	assert_field(a, "data.0.type", "customer.subscription.updated");
	assert_flag(a, "data.0.data.previous_attributes.cancel_at_period_end", false);
	/* Twice is not an error. */
	live_run(&l, "ada", MANAGE, LATER, NULL);
	assert_outcome(&l, "ok", "none");
	assert_string_equal(js_text(live_data(&l), "code"), "already_canceling");
	assert_int_equal(ms_advance(l.house->ms, NULL, 18 * 86400), 0);
	a = live_get(&l, "/v1/subscriptions/sub_ada");
	assert_field(a, "status", "canceled");
	assert_same_int(events_of(&l, "customer.subscription.deleted", "sub_ada", NULL), 1);
	assert_same_int(live_count(&l, "/v1/invoices?customer=cus_ada"), 5);
	live_close(&l);
}

static void undo__lets_it_renew(void **state)
{
	const struct answer *a;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_do(&l, "katherine", MANAGE, "{\"operation\":\"undo_cancel\"}");
	assert_outcome(&l, "ok", "none");
	assert_says(&l, "Done: Team goes on and renews on 15 January 2027 (UTC).");
	a = live_get(&l, "/v1/subscriptions/sub_katherine");
	assert_flag(a, "cancel_at_period_end", false);
	assert_field(a, "cancel_at", NULL);
	assert_int_equal(ms_advance(l.house->ms, NULL, 54 * 86400), 0);
	assert_field(live_get(&l, "/v1/subscriptions/sub_katherine"), "status", "active");
	assert_money(live_get(&l, "/v1/invoices?customer=cus_katherine&limit=1"), "data.0.total", 29000);
	live_close(&l);
}

static void cancel_now__ends_at_once_without_credit(void **state)
{
	const struct answer *a;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_do(&l, "ada", MANAGE, NOW_);
	assert_outcome(&l, "ok", "none");
	assert_says(&l, "Done: Team is cancelled and has ended.");
	a = live_get(&l, "/v1/subscriptions/sub_ada");
	assert_field(a, "status", "canceled");
	assert_money(a, "ended_at", DEMO_NOW);
	assert_same_int(live_count(&l, "/v1/events?type=customer.subscription.deleted"), 1);
	assert_same_int(pending(&l, "cus_ada").credit, 0);
	assert_same_int(live_count(&l, "/v1/invoices?customer=cus_ada"), 5);
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_string_equal(l.result.message, "You have no active subscription.");
	live_run(&l, "ada", MANAGE, NOW_, NULL);
	assert_outcome(&l, "refused", "no_subscriptions");
	live_close(&l);
}

#define POLICY(text) "{\"cancellation_policy\":{" text "}}"

static void cancel_with_credit__waits_for_the_next_invoice(void **state)
{
	int64_t credit;
	struct live l;

	(void)state;
	live_open(&l, POLICY("\"mode\":\"choice\",\"credit\":\"prorate_credit\""));
	live_do(&l, "ada", MANAGE, NOW_);
	assert_outcome(&l, "ok", "none");
	credit = js_int(live_data(&l), "credit", -1);
	assert_true(credit > 0);
	assert_same_int(pending(&l, "cus_ada").credit, -credit);
	assert_same_int(live_count(&l, "/v1/invoices?customer=cus_ada"), 5);
	live_close(&l);
}

static void cancel_with_invoice__credits_the_balance(void **state)
{
	const struct answer *a;
	int64_t credit;
	struct live l;

	(void)state;
	live_open(&l, POLICY("\"mode\":\"choice\",\"credit\":\"invoice_now_credit\""));
	live_do(&l, "ada", MANAGE, NOW_);
	assert_outcome(&l, "ok", "none");
	credit = js_int(live_data(&l), "credit", -1);
	assert_true(credit > 0);
	assert_same_int(pending(&l, "cus_ada").credit, 0);
	a = live_get(&l, "/v1/invoices?customer=cus_ada&limit=1");
	assert_money(a, "data.0.total", -credit);
	assert_field(a, "data.0.status", "paid");
	assert_money(live_get(&l, "/v1/customers/cus_ada"), "balance", -credit);
	live_close(&l);
}

struct policy {
	const char *name, *policy, *inputs, *status, *code;
};

static const struct policy policies[] = {
	{ "later_alone_refuses_now", POLICY("\"mode\":\"at_period_end\""), NOW_, "refused", "cancel_not_offered" },
	{ "later_alone_takes_later", POLICY("\"mode\":\"at_period_end\""), "{\"operation\":\"cancel\"}",
		"needs_confirmation", "needs_confirmation" },
	{ "now_alone_refuses_later", POLICY("\"mode\":\"immediately\""),
		"{\"operation\":\"cancel\",\"when\":\"at_period_end\"}", "refused", "cancel_not_offered" },
	{ "reason_may_be_required", POLICY("\"mode\":\"choice\",\"reason\":{\"required\":true}"),
		"{\"operation\":\"cancel\"}", "refused", "arguments_invalid" },
	{ "undo_may_be_off", POLICY("\"mode\":\"choice\",\"undo_enabled\":false"), "{\"operation\":\"undo_cancel\"}",
		"refused", "undo_not_offered" },
	{ "cancelling_may_be_off", POLICY("\"mode\":\"choice\",\"enabled\":false"), "{\"operation\":\"cancel\"}",
		"refused", "cancel_not_offered" },
};

static void policy(void **state)
{
	const struct policy *row = *state;
	struct live l;

	live_open(&l, row->policy);
	live_run(&l, "ada", MANAGE, row->inputs, NULL);
	assert_outcome(&l, row->status, row->code);
	assert_int_equal(l.writes, 0);
	live_close(&l);
}

struct ending {
	const char *name, *contact, *inputs, *subscription;
};

static const struct ending endings[] = {
	{ "trialing", "grace", NOW_, "sub_grace" },
	{ "past_due", "edsger", NOW_, "sub_edsger" },
	{ "unpaid", "barbara", NOW_, "sub_barbara" },
	{ "paused", "tim", NOW_, "sub_tim" },
	{ "canceling", "katherine", NOW_, "sub_katherine" },
};

static void cancel_in_any_state(void **state)
{
	const struct ending *row = *state;
	struct live l;

	live_open(&l, NULL);
	live_do(&l, row->contact, MANAGE, row->inputs);
	assert_outcome(&l, "ok", "none");
	assert_field(live_get(&l, text_of(l.house, "/v1/subscriptions/%s", row->subscription)), "status", "canceled");
	live_close(&l);
}

/* ---- billing details ---- */

static void billing__is_changed_and_read_back(void **state)
{
	const struct answer *a;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_do(&l, "ada", BILLING,
		"{\"address\":{\"line1\":\"5 "
		"Quay\",\"city\":\"Oslo\",\"state\":\"\",\"postal_code\":\"0150\",\"country\":\"no\"},"
		"\"email\":\"new@example.com\",\"phone\":\"+47 21 00 00 00\"}");
	assert_outcome(&l, "ok", "none");
	assert_string_equal(l.result.message,
		"Done. Your billing details now say:\n- address: 5 Quay, Oslo, 0150, NO\n- e-mail: new@example.com\n"
		"- phone: +4721000000");
	a = live_get(&l, "/v1/customers/cus_ada");
	assert_field(a, "address.line1", "5 Quay");
	assert_field(a, "address.country", "NO");
	assert_field(a, "email", "new@example.com");
	assert_field(a, "phone", "+4721000000");
	assert_field(a, "name", "Ada Byrne");
	a = live_get(&l, "/v1/events?limit=2");
	assert_field(a, "data.0.type", "customer.updated");
	assert_field(a, "data.0.data.previous_attributes.email", "ada@example.com");
	assert_field(a, "data.0.data.previous_attributes.address.city", "Howth");
	assert_same_int(live_count(&l, "/v1/events?type=customer.updated"), 1);
	/* The same once more is nothing. */
	live_run(&l, "ada", BILLING, "{\"email\":\"new@example.com\"}", NULL);
	assert_outcome(&l, "ok", "none");
	assert_string_equal(js_text(live_data(&l), "code"), "no_change");
	live_close(&l);
}

static void part_of_an_address__leaves_the_rest(void **state)
{
	const struct answer *a;
	struct live l;

	(void)state;
	live_open(&l, NULL);
	live_do(&l, "ada", BILLING, "{\"address\":{\"line1\":\"9 Pier\"}}");
	assert_outcome(&l, "ok", "none");
	a = live_get(&l, "/v1/customers/cus_ada");
	assert_field(a, "address.line1", "9 Pier");
	assert_field(a, "address.city", "Howth");
	assert_field(a, "address.postal_code", "D13 T9X2");
	assert_field(a, "address.country", "IE");
	live_close(&l);
}

static const struct refusal billing_refusals[] = {
	{ "email_without_domain", "ada", "{\"email\":\"nobody\"}", "email_invalid" },
	{ "phone_without_country", "ada", "{\"phone\":\"012 345 678\"}", "phone_invalid" },
	{ "country_that_is_none", "ada", "{\"address\":{\"country\":\"ZZ\"}}", "billing_address_invalid" },
	{ "name_that_may_not_change", "ada", "{\"name\":\"Eve\"}", "field_not_allowed" },
	{ "field_that_is_not_there", "ada", "{\"balance\":-100000}", "field_not_allowed" },
	{ "nothing_at_all", "ada", "{}", "arguments_invalid" },
};

static void refused_billing(void **state)
{
	const struct refusal *row = *state;
	struct live l;

	live_open(&l, "{\"billing_fields\":[\"address\",\"email\",\"phone\"]}");
	live_run(&l, row->contact, BILLING, row->inputs, NULL);
	assert_outcome(&l, "refused", row->code);
	assert_int_equal(l.writes, 0);
	live_close(&l);
}

int main(void)
{
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(downgrade__shows_on_the_next_invoice),
		cmocka_unit_test(preview__changes_nothing),
		cmocka_unit_test(trial__is_changed_for_nothing),
		cmocka_unit_test(same_plan__is_no_change),
		cmocka_unit_test(unpaid__comes_with_the_link),
		cmocka_unit_test(several_subscriptions__are_asked_about),
		cmocka_unit_test(change_made_elsewhere__makes_the_proposal_stale),
		cmocka_unit_test(change_made_elsewhere__may_leave_nothing_to_do),
		cmocka_unit_test(renewal_in_between__makes_the_proposal_stale),
		cmocka_unit_test(declined_card__changes_nothing),
		cmocka_unit_test(cancel_later__ends_with_the_period),
		cmocka_unit_test(undo__lets_it_renew),
		cmocka_unit_test(cancel_now__ends_at_once_without_credit),
		cmocka_unit_test(cancel_with_credit__waits_for_the_next_invoice),
		cmocka_unit_test(cancel_with_invoice__credits_the_balance),
		cmocka_unit_test(billing__is_changed_and_read_back),
		cmocka_unit_test(part_of_an_address__leaves_the_rest),
	};
	const struct table tables[] = {
		{ "changes", changes, COUNT_OF(changes), sizeof *changes, change },
		{ "refused changes", refusals, COUNT_OF(refusals), sizeof *refusals, refused_change },
		{ "policies", policies, COUNT_OF(policies), sizeof *policies, policy },
		{ "cancellations", endings, COUNT_OF(endings), sizeof *endings, cancel_in_any_state },
		{ "refused billing details", billing_refusals, COUNT_OF(billing_refusals), sizeof *billing_refusals,
			refused_billing },
	};
	int failed = cmocka_run_group_tests_name("changes", plain, NULL, NULL);

	return failed + tables_run(tables, COUNT_OF(tables));
}
