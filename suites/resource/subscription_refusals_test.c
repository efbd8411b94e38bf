/* SPDX-License-Identifier: MIT */

/* What creating a subscription refuses, a row each. Source: Stripe docs "Create a subscription", "Error codes". */
#include "billing.h"
#include "suites/resource/refusals.h"

#define NO_METHOD                                                                                                      \
	"This customer has no attached payment source or default payment method. Please consider adding a default "    \
	"payment "                                                                                                     \
	"method. For more information, visit "                                                                         \
	"https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority."

static const struct answer *try_create(struct house *h, const char *body)
{
	return api(h, "POST", "/v1/subscriptions", body);
}

/* {c}: a customer with a card, {p}: 20.00 a month, {y}: 200.00 a year, {o}: once, {e}: in eur, {i}: inactive. */
static const struct refusal refusals[] = {
	{ "no_items", "customer={c}", "parameter_missing", "items", "Missing required param: items." },
	{ "no_customer", "items[0][price]={p}", "parameter_missing", "customer", "Missing required param: customer." },
	{ "unknown_customer", "customer=cus_none&items[0][price]={p}", "resource_missing", "customer",
		"No such customer: 'cus_none'" },
	{ "unknown_price", "customer={c}&items[0][price]=price_none", "resource_missing", "items[0][price]",
		"No such price: 'price_none'" },
	{ "one_time_price", "customer={c}&items[0][price]={o}", NULL, "items[0][price]",
		"The price specified is set to `type=one_time` but this field only accepts prices with "
		"`type=recurring`." },
	{ "inactive_price", "customer={c}&items[0][price]={i}", NULL, "items[0][price]",
		"The price specified is inactive. This field only accepts active prices." },
	{ "same_price_twice", "customer={c}&items[0][price]={p}&items[1][price]={p}", NULL, "plan",
		"Cannot create a Subscription with multiple Subscription Items with the same Price: {p}" },
	{ "two_currencies", "customer={c}&items[0][price]={p}&items[1][price]={e}", NULL, "items[1][price]",
		"This `price` has `currency=eur`, but other items use `currency=usd`. All items must have pricing in "
		"the same "
		"currency. When using multi-currency prices, you can specify `currency` at the top level, to be used "
		"by all "
		"items." },
	{ "two_intervals_in_classic_mode",
		"customer={c}&items[0][price]={p}&items[1][price]={y}&billing_mode[type]=classic", NULL, "items",
		"Currency and interval fields must match across all plans on this subscription. Found mismatch in "
		"interval "
		"field." },
	{ "pending_if_incomplete", "customer={c}&items[0][price]={p}&payment_behavior=pending_if_incomplete", NULL,
		"payment_behavior",
		"Setting `payment_behavior` to `pending_if_incomplete` has no effect when creating a subscription." },
	{ "send_invoice_without_days", "customer={c}&items[0][price]={p}&collection_method=send_invoice", NULL, NULL,
		"If invoice collection method is 'send_invoice', you must specify 'due_date' or 'days_until_due'." },
	{ "days_without_send_invoice", "customer={c}&items[0][price]={p}&days_until_due=3", NULL, NULL,
		"You can only specify 'due_date' or 'days_until_due' if invoice collection method is 'send_invoice'." },
	{ "no_method", "customer={n}&items[0][price]={p}", "resource_missing", NULL, NO_METHOD },
	{ "trial_both_ways", "customer={c}&items[0][price]={p}&trial_period_days=3&trial_end=1800000000", NULL, NULL,
		"You may only specify one of these parameters: trial_end, trial_period_days." },
	{ "trial_in_the_past", "customer={c}&items[0][price]={p}&trial_end=1700000000", NULL, "trial_end",
		"Invalid timestamp: must be an integer Unix timestamp in the future." },
	{ "anchor_too_far", "customer={c}&items[0][price]={p}&billing_cycle_anchor=1769904001", NULL,
		"billing_cycle_anchor",
		"billing_cycle_anchor cannot be later than next natural billing date (1769904000) for plan" },
	{ "anchor_in_the_past", "customer={c}&items[0][price]={p}&billing_cycle_anchor=1700000000", NULL,
		"billing_cycle_anchor", "Invalid timestamp: must be an integer Unix timestamp in the future." },
	{ "cancel_in_the_past", "customer={c}&items[0][price]={p}&cancel_at=1700000000", NULL, "cancel_at",
		"Invalid timestamp: must be an integer Unix timestamp in the future." },
	{ "two_ends", "customer={c}&items[0][price]={p}&cancel_at=1800000000&cancel_at_period_end=true", NULL, NULL,
		"You may only specify one of these parameters: cancel_at, cancel_at_period_end." },
	{ "backdated_to_the_future", "customer={c}&items[0][price]={p}&backdate_start_date=1800000000", NULL,
		"backdate_start_date", NULL },
	{ "two_trials", "customer={c}&items[0][price]={p}&trial_end=1768000000&trial_from_plan=true", NULL,
		"trial_from_plan", "You may only specify one of these parameters: trial_end, trial_from_plan." },
	{ "two_anchors",
		"customer={c}&items[0][price]={p}&billing_cycle_anchor=1768000000"
		"&billing_cycle_anchor_config[day_of_month]=5",
		NULL, "billing_cycle_anchor_config",
		"You may only specify one of these parameters: billing_cycle_anchor, billing_cycle_anchor_config." },
	{ "a_backdated_anchor_config",
		"customer={c}&items[0][price]={p}&backdate_start_date=1760000000"
		"&billing_cycle_anchor_config[day_of_month]=5",
		NULL, "billing_cycle_anchor_config",
		"You may only specify one of these parameters: backdate_start_date" },
	{ "weeks_beside_months", "customer={c}&items[0][price]={p}&items[1][price]={w}", NULL, "items",
		"must be multiples of the shortest one" },
	{ "two_months_beside_three", "customer={c}&items[0][price]={2}&items[1][price]={3}", NULL, "items",
		"must be multiples of the shortest one" },
	{ "unknown_parameter", "customer={c}&items[0][price]={p}&colour=blue", "parameter_unknown", "colour",
		"Received unknown parameter: colour" },
	{ "recurring_price_as_one_time_item", "customer={c}&items[0][price]={p}&add_invoice_items[0][price]={y}", NULL,
		"add_invoice_items[0][price]",
		"The price specified is set to `type=recurring` but this field only accepts prices with "
		"`type=one_time`." },
	{ "unknown_coupon", "customer={c}&items[0][price]={p}&discounts[0][coupon]=none", "resource_missing",
		"discounts[0][coupon]", "No such coupon: 'none'" },
	{ "unknown_tax_rate", "customer={c}&items[0][price]={p}&default_tax_rates[0]=txr_none", "resource_missing",
		"default_tax_rates[0]", "No such tax rate: 'txr_none'" },
	{ "method_of_another", "customer={n}&items[0][price]={p}&default_payment_method={m}", "resource_missing",
		"default_payment_method", NULL },
};

static void subscription_create__refuses(void **state)
{
	struct case_of *c = *state;
	struct house *h = c->h;
	const char *values[256] = { 0 }, *mark;
	const struct answer *a;

	values['c'] = customer_new(h, NULL, "visa");
	values['n'] = customer_new(h, NULL, NULL);
	values['p'] = monthly(h, "Pro", 2000);
	values['y'] = yearly(h, "Annual", 20000);
	values['o'] = one_time(h, "Setup", 4900);
	values['w'] = price_new(h, "Weekly", "unit_amount=500&recurring[interval]=week");
	values['2'] = price_new(h, "Two", "unit_amount=500&recurring[interval]=month&recurring[interval_count]=2");
	values['3'] = price_new(h, "Three", "unit_amount=500&recurring[interval]=month&recurring[interval_count]=3");
	values['e'] = price_in(h, "Europe", "eur", "unit_amount=1800&recurring[interval]=month");
	values['i'] = price_new(h, "Old", "unit_amount=1800&recurring[interval]=month&active=false");
	values['m'] = card_attach(h, values['c'], "visa");
	mark = events_mark(h);
	a = try_create(h, names_of(h, c->row->body, values));
	assert_error(
		a, 400, c->row->code, c->row->param, c->row->message ? names_of(h, c->row->message, values) : NULL);
	assert_field(a, "error.type", "invalid_request_error");
	assert_events(h, mark, "");
	assert_int_equal(field_count(api_ok(h, "GET", "/v1/subscriptions?status=all", NULL), "data"), 0);
	assert_int_equal(field_count(api_ok(h, "GET", "/v1/invoices", NULL), "data"), 0);
}

static void subscription_create__refuses_more_than_twenty_items(void **state)
{
	struct house *h = *state;
	const char *body = text_of(h, "customer=%s", customer_new(h, NULL, "visa"));

	for (int i = 0; i < 21; i++)
		body = text_of(h, "%s&items[%d][price]=%s", body, i, monthly(h, "Pro", 100 + i));
	assert_error(try_create(h, body), 400, NULL, "items", "Array items exceeded maximum 20 allowed elements.");
}

static void subscription_create__refuses_another_currency(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa");
	const char *euro = price_in(h, "Europe", "eur", "unit_amount=1800&recurring[interval]=month");

	subscribe(h, customer, monthly(h, "Pro", 2000), NULL);
	assert_error(try_create(h, text_of(h, "customer=%s&items[0][price]=%s", customer, euro)), 400, NULL, "currency",
		"You cannot combine currencies on a single customer. This customer has had a subscription, coupon, or "
		"invoice "
		"item with currency usd");
}

static void subscription_create__two_intervals_in_flexible_mode(void **state)
{
	struct house *h = *state;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000),
		text_of(h, "items[1][price]=%s", yearly(h, "Support", 12000)));

	assert_money(a, "items.data.0.current_period_end", FEB_1);
	assert_money(a, "items.data.1.current_period_end", HOUSE_NOW + 365 * DAY);
	assert_money(latest_invoice(h, field(a, "id")), "amount_paid", 14000);
	go_to(h, FEB_1 + HOUR);
	assert_money(latest_invoice(h, field(a, "id")), "amount_paid", 2000);
}

/* Days go into anything, months into years. */
static void subscription_create__intervals_that_fit(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"),
		   *day = price_new(h, "Daily", "unit_amount=1&recurring[interval]=day");
	const char *week = price_new(h, "Weekly", "unit_amount=5&recurring[interval]=week");
	const char *half = price_new(h, "Half", "unit_amount=50&recurring[interval]=month&recurring[interval_count]=6");
	const struct answer *a = subscribe(h, customer, week, text_of(h, "items[1][price]=%s", day));

	assert_money(a, "items.data.0.current_period_end", HOUSE_NOW + 7 * DAY);
	assert_money(a, "items.data.1.current_period_end", HOUSE_NOW + DAY);
	a = subscribe(
		h, customer, day, text_of(h, "items[1][price]=%s&items[2][price]=%s", half, yearly(h, "Year", 100)));
	assert_money(a, "items.data.2.current_period_end", HOUSE_NOW + 365 * DAY);
}

int main(void)
{
	static const struct CMUnitTest plain[] = {
		BILLING_TEST(subscription_create__refuses_more_than_twenty_items),
		BILLING_TEST(subscription_create__refuses_another_currency),
		BILLING_TEST(subscription_create__two_intervals_in_flexible_mode),
		BILLING_TEST(subscription_create__intervals_that_fit),
	};

	return run_refusals("subscription_refusals", plain, sizeof plain / sizeof *plain,
		"subscription_create__refuses", refusals, sizeof refusals / sizeof *refusals,
		subscription_create__refuses);
}
