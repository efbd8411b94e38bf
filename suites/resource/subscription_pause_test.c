/* SPDX-License-Identifier: MIT */

/* Pausing subscriptions, and pausing their collection. Source: Stripe docs "Pause subscriptions", "Pause payment
 * collection". */
#include "subscription_scene.h"

static void subscription_pause__until_it_resumes(void **state)
{
	struct scene s = scene_of(state, NULL);
	const char *mark = events_mark(s.h);
	const struct answer *a =
		api_ok(s.h, "POST", text_of(s.h, "/v1/subscriptions/%s/pause", s.sub), "type=subscription");

	assert_field(a, "status", "paused");
	assert_field(a, "status_details.paused.subscription.type", "pause_requested");
	assert_money(a, "status_details.paused.transitioned_at", APR_16);
	assert_money(a, "items.data.0.current_period_end", APR_16);
	assert_events(s.h, mark, "customer.subscription.paused\n");
	go_to(s.h, MAY_1 + 10 * DAY);
	assert_field(sub_of(&s), "latest_invoice", s.first);
	mark = events_mark(s.h);
	a = api_ok(s.h, "POST", text_of(s.h, "/v1/subscriptions/%s/resume", s.sub), NULL);
	assert_field(a, "status", "active");
	assert_money(a, "billing_cycle_anchor", MAY_1 + 10 * DAY);
	assert_money(a, "items.data.0.current_period_start", MAY_1 + 10 * DAY);
	a = latest_invoice(s.h, s.sub);
	assert_field(a, "billing_reason", "subscription_cycle");
	assert_money(a, "amount_paid", 1000);
	assert_error(api(s.h, "POST", text_of(s.h, "/v1/subscriptions/%s/resume", s.sub), NULL), 400, NULL, NULL,
		"You can only resume a subscription if it is `paused`.");
}

static void pause_collection(void **state, const char *behavior, const char *status, bool advance)
{
	struct scene s = scene_of(state, NULL);
	const struct answer *a = change(&s, text_of(s.h, "pause_collection[behavior]=%s", behavior));

	assert_field(a, "status", "active");
	assert_field(a, "pause_collection.behavior", behavior);
	assert_field(a, "pause_collection.resumes_at", NULL);
	go_to(s.h, MAY_1 + HOUR);
	assert_field(sub_of(&s), "status", "active");
	a = latest_invoice(s.h, s.sub);
	assert_field(a, "status", status);
	assert_flag(a, "auto_advance", advance);
	assert_money(a, "amount_paid", 0);
	assert_field(change(&s, "pause_collection="), "pause_collection", NULL);
	go_to(s.h, MAY_1 + 31 * DAY + HOUR);
	assert_money(latest_invoice(s.h, s.sub), "amount_paid", 1000);
}

static void subscription_update__pause_collection_keeps_drafts(void **state)
{
	pause_collection(state, "keep_as_draft", "draft", false);
}

static void subscription_update__pause_collection_voids(void **state)
{
	pause_collection(state, "void", "void", false);
}

static void subscription_update__pause_collection_writes_off(void **state)
{
	pause_collection(state, "mark_uncollectible", "uncollectible", false);
}

static void subscription_update__pause_collection_ends_by_itself(void **state)
{
	struct scene s = scene_of(state, NULL);

	change(&s, text_of(s.h, "pause_collection[behavior]=void&pause_collection[resumes_at]=%lld",
			   (long long)(MAY_1 + 5 * DAY)));
	go_to(s.h, MAY_1 + 5 * DAY);
	assert_field(sub_of(&s), "pause_collection", NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(subscription_pause__until_it_resumes),
		BILLING_TEST(subscription_update__pause_collection_keeps_drafts),
		BILLING_TEST(subscription_update__pause_collection_voids),
		BILLING_TEST(subscription_update__pause_collection_writes_off),
		BILLING_TEST(subscription_update__pause_collection_ends_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
