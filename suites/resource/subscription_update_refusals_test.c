/* SPDX-License-Identifier: MIT */

/* What changing a subscription refuses, a row each. Source: Stripe docs "Update a subscription", "Error codes". */
#include "subscription_scene.h"
#include "suites/resource/refusals.h"

/* {i}: its item, {s}: its price, {p}: another, {e}: in eur, {o}: one-time, {x}: an item of another subscription. */
static const struct refusal refusals[] = {
	{ "two_trials", "trial_end=1790000000&trial_from_plan=true", NULL, "trial_from_plan",
		"You may only specify one of these parameters: trial_end, trial_from_plan." },
	{ "a_pause_that_is_over", "pause_collection[behavior]=void&pause_collection[resumes_at]=1700000000", NULL,
		"pause_collection[resumes_at]", "Invalid timestamp: must be an integer Unix timestamp in the future." },
	{ "the_last_item_gone", "items[0][id]={i}&items[0][deleted]=true", NULL, NULL,
		"A subscription must have at least one active plan." },
	{ "a_price_in_use", "items[0][price]={s}", NULL, "plan",
		"A new item with Price {s} can't be added to this Subscription because an existing Subscription Item "
		"{i} is "
		"already using that Price. If you want to update the existing item (e.g., to adjust the quantity), "
		"pass the "
		"existing Subscription Item's `id` in your update request: "
		"https://stripe.com/docs/api/subscriptions/update#update_subscription-items-id" },
	{ "another_currency", "items[0][id]={i}&items[0][price]={e}", NULL, "items[0][price]",
		"The price specified only supports `eur`. This doesn't match the expected currency: `usd`." },
	{ "a_one_time_price", "items[0][id]={i}&items[0][price]={o}", NULL, "items[0][price]",
		"The price specified is set to `type=one_time` but this field only accepts prices with "
		"`type=recurring`." },
	{ "an_unknown_price", "items[0][id]={i}&items[0][price]=price_none", "resource_missing", "items[0][price]",
		"No such price: 'price_none'" },
	{ "an_unknown_item", "items[0][id]=si_none&items[0][price]={p}", NULL, NULL,
		"Invalid subscription_item id: si_none" },
	{ "an_item_of_another", "items[0][id]={x}&items[0][price]={p}", NULL, NULL,
		"Invalid subscription_item id: {x}" },
	{ "deleting_without_an_id", "items[0][deleted]=true", "parameter_missing", "items[0][id]", NULL },
	{ "a_proration_date_before_the_period", "items[0][id]={i}&items[0][price]={p}&proration_date=1775001599", NULL,
		"proration_date",
		"Cannot specify proration date outside of current subscription period or current phase" },
	{ "a_proration_date_after_the_period", "items[0][id]={i}&items[0][price]={p}&proration_date=1777593601", NULL,
		"proration_date",
		"Cannot specify proration date outside of current subscription period or current phase" },
	{ "a_proration_date_with_a_reset", "billing_cycle_anchor[type]=now&proration_date=1776297600", NULL,
		"proration_date", "You cannot specify `proration_date` when `billing_cycle_anchor=now`." },
	{ "two_ends", "cancel_at=1780000000&cancel_at_period_end=true", NULL, NULL,
		"You may only specify one of these parameters: cancel_at, cancel_at_period_end." },
	{ "an_end_in_the_past", "cancel_at=1776297600", NULL, "cancel_at",
		"Invalid timestamp: must be an integer Unix timestamp in the future." },
	{ "a_trial_end_in_the_past", "trial_end=1776297600", NULL, "trial_end",
		"Invalid timestamp: must be an integer Unix timestamp in the future." },
	{ "days_until_due_while_charging", "days_until_due=3", NULL, NULL,
		"You can only specify 'due_date' or 'days_until_due' if invoice collection method is 'send_invoice'." },
	{ "a_method_that_is_not_attached", "default_payment_method=pm_none", "resource_missing",
		"default_payment_method", NULL },
	{ "what_cannot_wait",
		"items[0][id]={i}&items[0][price]={p}&payment_behavior=pending_if_incomplete&description=x", NULL,
		"description", NULL },
};

static void subscription_update__refuses(void **state)
{
	struct case_of *c = *state;
	void *house = c->h;
	struct scene s = scene_of(&house, NULL);
	const char *values[256] = { 0 }, *mark;
	const struct answer *before, *a;

	values['i'] = s.item;
	values['s'] = s.starter;
	values['p'] = s.pro;
	values['e'] = price_in(s.h, "Europe", "eur", "unit_amount=1800&recurring[interval]=month");
	values['o'] = one_time(s.h, "Setup", 100);
	values['x'] = field(subscribe(s.h, s.customer, s.starter, NULL), "items.data.0.id");
	before = sub_of(&s);
	mark = events_mark(s.h);
	a = api(s.h, "POST", get_path(s.h, "subscriptions", s.sub), names_of(s.h, c->row->body, values));
	assert_error(
		a, 400, c->row->code, c->row->param, c->row->message ? names_of(s.h, c->row->message, values) : NULL);
	assert_string_equal(sub_of(&s)->text, before->text);
	assert_events(s.h, mark, "");
}

static void subscription_update__a_canceled_one_keeps_its_metadata_only(void **state)
{
	struct scene s = scene_of(state, NULL);

	api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), NULL);
	assert_error(api(s.h, "POST", get_path(s.h, "subscriptions", s.sub), "description=x"), 400,
		"invalid_canceled_subscription_fields", NULL,
		"A canceled subscription can only update its cancellation_details and metadata.");
	assert_field(
		change(&s, "metadata[a]=b&cancellation_details[comment]=late"), "cancellation_details.comment", "late");
}

static void subscription_update__an_incomplete_one_keeps_its_items(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		subscribe(h, customer_new(h, NULL, "chargeCustomerFail"), monthly(h, "Pro", 2000), NULL);

	assert_status(api(h, "POST", get_path(h, "subscriptions", field(a, "id")), "cancel_at_period_end=true"), 400);
	assert_field(post(h, "subscriptions", field(a, "id"), "metadata[a]=b"), "metadata.a", "b");
}

int main(void)
{
	static const struct CMUnitTest plain[] = {
		BILLING_TEST(subscription_update__a_canceled_one_keeps_its_metadata_only),
		BILLING_TEST(subscription_update__an_incomplete_one_keeps_its_items),
	};

	return run_refusals("subscription_update_refusals", plain, sizeof plain / sizeof *plain,
		"subscription_update__refuses", refusals, sizeof refusals / sizeof *refusals,
		subscription_update__refuses);
}
