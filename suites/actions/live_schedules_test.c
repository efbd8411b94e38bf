/* SPDX-License-Identifier: MIT */
/*
 * Subscriptions that a schedule manages, against the simulator: a change that waits for the end of the period, whoever
 * arranged it, and what cancelling, changing and taking back come to then.
 */
#include <stdlib.h>

#include "suites/actions/live.h"

#define LATER "\"change_policy\":{\"downgrade\":{\"when\":\"period_end\"}}"
#define OFFER                                                                                                          \
	"\"retention\":{\"offers\":[{\"key\":\"rest\",\"kind\":\"pause\",\"days\":30,\"label\":\"a month's pause\"}]}"
#define CHANGES "{" LATER "," OFFER "}"
#define TO_SOLO "{\"operation\":\"change_plan\",\"plan\":\"solo\"}"
#define TO_FLEET "{\"operation\":\"change_plan\",\"plan\":\"fleet\"}"
#define CANCEL "{\"operation\":\"cancel\",\"reason\":\"unused\",\"comment\":\"Sold the boat.\"}"
#define CANCEL_NOW "{\"operation\":\"cancel\",\"when\":\"immediately\"}"
#define UNDO_CANCEL "{\"operation\":\"undo_cancel\",\"subscription\":\"sub_1\"}"
#define UNDO_CHANGE "{\"operation\":\"undo_downgrade\",\"subscription\":\"sub_1\"}"
#define PERIOD_END 1796893920 /* of ada's subscription */
#define RUNNING "phases[0][items][0][price]=price_team_month&phases[0][start_date]=%lld&phases[0][end_date]=%lld"

/* ---- who made the schedule ---- */

static const char *schedule_start(struct live *l)
{
	const struct answer *a = api_ok(
		l->house, "POST", "/v1/subscription_schedules", "from_subscription=sub_ada&expand[]=subscription");

	return text_of(l->house, "%s", field(a, "id"));
}

/* The running phase as it is, and `more` behind it. */
static void schedule_fill(struct live *l, const char *more)
{
	const char *id = schedule_start(l);
	const struct answer *a = live_get(l, text_of(l->house, "/v1/subscription_schedules/%s", id));

	api_ok(l->house, "POST", text_of(l->house, "/v1/subscription_schedules/%s", id),
		text_of(l->house, RUNNING "%s", (long long)field_int(a, "phases.0.start_date"),
			(long long)field_int(a, "phases.0.end_date"), more));
}

#define PHASE(n, price)                                                                                                \
	"&phases[" n "][items][0][price]=" price "&phases[" n "][duration][interval]=month&phases[" n                  \
	"][proration_behavior]=none"

static void by_ours(struct live *l)
{
	live_do(l, "ada", MANAGE, TO_SOLO);
	assert_outcome(l, "ok", "none");
}

static void by_nobody(struct live *l)
{
	schedule_start(l);
}

static void by_staff(struct live *l)
{
	schedule_fill(l, PHASE("1", "price_fleet_month"));
}

static void by_contract(struct live *l)
{
	schedule_fill(l, PHASE("1", "price_fleet_month") PHASE("2", "price_solo_month"));
}

static void by_ending(struct live *l)
{
	schedule_fill(l, "&end_behavior=cancel");
}

/*
 * Each kind of schedule with each operation. P a proposal, O an answer that changes nothing, S refused as a schedule
 * manages it, E the offer does not fit.
 */
#define OPERATIONS 8

static const char *const operations[OPERATIONS] = { "{\"operation\":\"list_plans\"}",
	"{\"operation\":\"preview_change\",\"plan\":\"fleet\"}", TO_FLEET, TO_SOLO, CANCEL, CANCEL_NOW, UNDO_CANCEL,
	UNDO_CHANGE };

static const struct kind {
	const char *name;
	void (*make)(struct live *l);
	const char *outcomes; /* a letter for each operation, in their order, and one for an offer */
} kinds[] = {
	{ "a_change_of_our_own", by_ours, "OSSSPPOPE" },
	{ "one_that_does_nothing", by_nobody, "OOPPPPOOE" },
	{ "a_change_by_others", by_staff, "OSSSPPOSE" },
	{ "several_changes_by_others", by_contract, "OSSSSSOSE" },
	{ "an_end_by_others", by_ending, "OSSSOSSOE" },
};

static char outcome_of(const struct live *l)
{
	static const struct {
		const char *code;
		char letter;
	} letters[] = { { "none", 'O' }, { "needs_confirmation", 'P' }, { "subscription_scheduled", 'S' },
		{ "offer_not_eligible", 'E' } };

	for (size_t i = 0; i < COUNT_OF(letters); i++)
		if (!strcmp(live_code(l), letters[i].code))
			return letters[i].letter;
	print_error("%s\n", l->result.diagnostic);
	return '?';
}

static void every_operation(void **state)
{
	const struct kind *kind = *state;
	char got[OPERATIONS + 2] = "", *before, *after;
	struct live l;

	live_open(&l, CHANGES);
	kind->make(&l);
	before = live_state(&l);
	for (size_t i = 0; i < OPERATIONS; i++) {
		live_run(&l, "ada", MANAGE, operations[i], NULL);
		got[i] = outcome_of(&l);
		assert_lacks(l.result.json, "sub_sched_");
	}
	live_run(&l, "ada", MANAGE, "{\"operation\":\"accept_offer\",\"offer\":\"rest\"}", NULL);
	got[OPERATIONS] = outcome_of(&l);
	assert_string_equal(got, kind->outcomes);
	after = live_state(&l);
	assert_string_equal(before, after);
	free(before);
	free(after);
	live_close(&l);
}

/* ---- what comes of it ---- */

static const struct answer *subscription(struct live *l)
{
	return live_get(l, "/v1/subscriptions/sub_ada");
}

static const struct answer *newest_schedule(struct live *l)
{
	const struct answer *a = live_get(l, "/v1/subscription_schedules?customer=cus_ada&limit=1");

	return live_get(l, text_of(l->house, "/v1/subscription_schedules/%s", field(a, "data.0.id")));
}

static void info__tells_what_is_to_come(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, CHANGES);
	by_ours(&l);
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_says(&l, "It renews on 10 December 2026 (UTC). It changes to Solo on 10 December 2026 (UTC).");
	assert_true(js_flag_at(live_data(&l), "subscriptions.0.change_scheduled", false));
	assert_string_equal(js_text_at(live_data(&l), "subscriptions.0.changes_to"), "Solo");
	assert_string_equal(js_text_at(live_data(&l), "subscriptions.0.changes_at"), "2026-12-10T09:12:00Z");
	live_close(&l);
	live_open(&l, CHANGES);
	by_nobody(&l);
	live_run(&l, "ada", INFO, NULL, NULL);
	assert_false(js_flag_at(live_data(&l), "subscriptions.0.change_scheduled", true));
	live_close(&l);
}

static void refusal__names_the_change_and_the_way_out(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, CHANGES);
	by_ours(&l);
	live_run(&l, "ada", MANAGE, TO_FLEET, NULL);
	assert_string_equal(l.result.message,
		"A change to Solo on 10 December 2026 (UTC) is scheduled already. It has to be taken back first.");
	assert_string_equal(js_text_at(live_data(&l), "pending.plan"), "Solo");
	assert_true(js_flag_at(live_data(&l), "pending.undo_downgrade", false));
	live_close(&l);
	live_open(&l, CHANGES);
	by_staff(&l);
	live_run(&l, "ada", MANAGE, UNDO_CHANGE, NULL);
	assert_string_equal(l.result.message,
		"A change to Fleet on 10 December 2026 (UTC) is scheduled already. Our team can adjust it for you.");
	assert_false(js_flag_at(live_data(&l), "pending.undo_downgrade", true));
	live_close(&l);
}

/* Whoever arranged the change: it goes, and the cancellation is as without it. */
static void cancel_later(void (*make)(struct live *l), const char *dropped)
{
	const struct answer *a;
	struct live l;

	live_open(&l, CHANGES);
	make(&l);
	live_run(&l, "ada", MANAGE, CANCEL, NULL);
	assert_outcome(&l, "needs_confirmation", "needs_confirmation");
	assert_says(&l, dropped);
	live_do(&l, "ada", MANAGE, CANCEL);
	assert_outcome(&l, "ok", "none");
	a = subscription(&l);
	assert_field(a, "schedule", NULL);
	assert_flag(a, "cancel_at_period_end", true);
	assert_money(a, "cancel_at", PERIOD_END);
	assert_field(a, "cancellation_details.feedback", "unused");
	assert_field(a, "cancellation_details.comment", "Sold the boat.");
	assert_field(newest_schedule(&l), "status", "released");
	assert_int_equal(ms_advance(l.house->ms, NULL, PERIOD_END + 7200 - DEMO_NOW), 0);
	assert_field(subscription(&l), "status", "canceled");
	assert_field(subscription(&l), "items.data.0.price.id", "price_team_month");
	live_close(&l);
}

static void cancel_later__drops_the_change(void **state)
{
	(void)state;
	cancel_later(by_ours, " The change to Solo that was scheduled for 10 December 2026 (UTC) is dropped.");
	cancel_later(by_staff, " The change to Fleet that was scheduled for 10 December 2026 (UTC) is dropped.");
	cancel_later(by_nobody, "won't renew.");
}

static void cancel_now__takes_the_schedule_along(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, CHANGES);
	by_ours(&l);
	live_do(&l, "ada", MANAGE, CANCEL_NOW);
	assert_outcome(&l, "ok", "none");
	assert_field(subscription(&l), "status", "canceled");
	assert_field(newest_schedule(&l), "status", "canceled");
	live_close(&l);
}

/* Downgrade, cancel, take the cancellation back: it goes on with the present plan, as was said. */
static void downgrade_cancel_undo(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, CHANGES);
	by_ours(&l);
	live_do(&l, "ada", MANAGE, CANCEL);
	live_do(&l, "ada", MANAGE, UNDO_CANCEL);
	assert_outcome(&l, "ok", "none");
	assert_says(&l, "Done: Team goes on and renews on 10 December 2026 (UTC).");
	live_run(&l, "ada", MANAGE, UNDO_CHANGE, NULL);
	assert_string_equal(js_text(live_data(&l), "code"), "no_change");
	assert_int_equal(ms_advance(l.house->ms, NULL, PERIOD_END + 7200 - DEMO_NOW), 0);
	assert_field(subscription(&l), "status", "active");
	assert_field(subscription(&l), "items.data.0.price.id", "price_team_month");
	/* And the same change once more: the old one is in nobody's way. */
	live_do(&l, "ada", MANAGE, TO_SOLO);
	assert_outcome(&l, "ok", "none");
	live_close(&l);
}

/* Taking the change back first, cancelling then, is no different. */
static void downgrade_undo_cancel(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, CHANGES);
	by_ours(&l);
	live_do(&l, "ada", MANAGE, UNDO_CHANGE);
	assert_outcome(&l, "ok", "none");
	live_do(&l, "ada", MANAGE, CANCEL);
	assert_outcome(&l, "ok", "none");
	assert_flag(subscription(&l), "cancel_at_period_end", true);
	live_close(&l);
}

/* The schedule lets go, the cancellation is refused: what is said is what happened, and the next try does it. */
static void cancel_later__in_two_halves(void **state)
{
	const char *confirmation;
	struct live l;

	(void)state;
	live_open(&l, CHANGES);
	by_ours(&l);
	confirmation = live_propose(&l, "ada", MANAGE, CANCEL);
	live_fault(&l, &(struct ms_fault) {
			       .kind = "rate_limit", .method = "POST", .route = "/v1/subscriptions/{subscription}" });
	live_run(&l, "ada", MANAGE, CANCEL, confirmation);
	assert_outcome(&l, "error", "stripe_rate_limited");
	assert_string_equal(l.result.message,
		"The scheduled change is dropped, but the cancellation didn't go through. "
		"Please try again in a minute.");
	ms_faults_clear(l.house->ms);
	live_run(&l, "ada", MANAGE, CANCEL, confirmation);
	assert_outcome(&l, "needs_confirmation", "proposal_stale");
	assert_lacks(l.result.message, "is dropped");
	live_run(&l, "ada", MANAGE, CANCEL, text_of(l.house, "%s", js_text(live_data(&l), "confirmation")));
	assert_outcome(&l, "ok", "none");
	assert_flag(subscription(&l), "cancel_at_period_end", true);
	live_close(&l);
}

/* A try that got only as far as the schedule is gone on with: by the same consent, and by another. */
static void downgrade__in_two_halves(void **state)
{
	const char *confirmation;
	struct live l;

	(void)state;
	live_open(&l, CHANGES);
	confirmation = live_propose(&l, "ada", MANAGE, TO_SOLO);
	live_fault(&l, &(struct ms_fault) {
			       .kind = "lock", .method = "POST", .route = "/v1/subscription_schedules/{schedule}" });
	live_run(&l, "ada", MANAGE, TO_SOLO, confirmation);
	assert_outcome(&l, "error", "stripe_busy");
	assert_string_equal(field(newest_schedule(&l), "status"), "active");
	ms_faults_clear(l.house->ms);
	live_run(&l, "ada", MANAGE, TO_SOLO, confirmation);
	assert_outcome(&l, "ok", "none");
	assert_same_int(live_count(&l, "/v1/subscription_schedules?customer=cus_ada"), 1);
	assert_int_equal(ms_advance(l.house->ms, NULL, PERIOD_END + 7200 - DEMO_NOW), 0);
	assert_field(subscription(&l), "items.data.0.price.id", "price_solo_month");
	live_close(&l);
}

/* What the customer has beside the price stays: a discount for ever, a trial to its end. */
static void downgrade__keeps_discount_and_trial(void **state)
{
	const struct answer *a;
	struct live l;

	(void)state;
	live_open(&l, CHANGES);
	api_ok(l.house, "POST", "/v1/coupons", "id=HALF&percent_off=50&duration=forever");
	api_ok(l.house, "POST", "/v1/subscriptions/sub_grace", "discounts[0][coupon]=HALF");
	live_do(&l, "grace", MANAGE, TO_SOLO);
	assert_outcome(&l, "ok", "none");
	a = live_get(&l, "/v1/subscriptions/sub_grace");
	assert_field(a, "status", "trialing");
	assert_money(a, "trial_end", 1796032800);
	assert_same_int((int64_t)field_count(a, "discounts"), 1);
	assert_int_equal(ms_advance(l.house->ms, NULL, 8 * 86400), 0);
	a = live_get(&l, "/v1/subscriptions/sub_grace");
	assert_field(a, "status", "active");
	assert_field(a, "items.data.0.price.id", "price_solo_month");
	assert_same_int((int64_t)field_count(a, "discounts"), 1);
	assert_money(live_get(&l, "/v1/invoices?customer=cus_grace&limit=1"), "data.0.total", 600);
	live_close(&l);
}

/* ---- an end on another day, set in the dashboard ---- */

#define SPRING (PERIOD_END + 100 * 86400)

static void end_on_a_day__is_taken_back(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, NULL);
	api_ok(l.house, "POST", "/v1/subscriptions/sub_ada", text_of(l.house, "cancel_at=%lld", (long long)SPRING));
	live_do(&l, "ada", MANAGE, "{\"operation\":\"undo_cancel\"}");
	assert_outcome(&l, "ok", "none");
	assert_field(subscription(&l), "cancel_at", NULL);
	live_close(&l);
}

/* To end in spring is not what was asked for: it ends with the period. */
static void end_on_a_day__is_brought_forward(void **state)
{
	struct live l;

	(void)state;
	live_open(&l, NULL);
	api_ok(l.house, "POST", "/v1/subscriptions/sub_ada", text_of(l.house, "cancel_at=%lld", (long long)SPRING));
	live_do(&l, "ada", MANAGE, CANCEL);
	assert_outcome(&l, "ok", "none");
	assert_says(&l, "It stays usable until 10 December 2026 (UTC)");
	assert_money(subscription(&l), "cancel_at", PERIOD_END);
	live_run(&l, "ada", MANAGE, CANCEL, NULL);
	assert_string_equal(js_text(live_data(&l), "code"), "already_canceling");
	live_close(&l);
}

int main(void)
{
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(info__tells_what_is_to_come),
		cmocka_unit_test(refusal__names_the_change_and_the_way_out),
		cmocka_unit_test(cancel_later__drops_the_change),
		cmocka_unit_test(cancel_now__takes_the_schedule_along),
		cmocka_unit_test(downgrade_cancel_undo),
		cmocka_unit_test(downgrade_undo_cancel),
		cmocka_unit_test(cancel_later__in_two_halves),
		cmocka_unit_test(downgrade__in_two_halves),
		cmocka_unit_test(downgrade__keeps_discount_and_trial),
		cmocka_unit_test(end_on_a_day__is_taken_back),
		cmocka_unit_test(end_on_a_day__is_brought_forward),
	};
	struct CMUnitTest *tests = tests_of_rows(kinds, COUNT_OF(kinds), sizeof(kinds[0]), every_operation);
	int failed = _cmocka_run_group_tests("schedules and operations", tests, COUNT_OF(kinds), NULL, NULL);

	free(tests);
	failed += cmocka_run_group_tests_name("schedules", plain, NULL, NULL);
	return failed;
}
