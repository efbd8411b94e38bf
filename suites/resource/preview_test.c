/* SPDX-License-Identifier: MIT */

/*
 * POST /v1/invoices/create_preview in its modes. That previews foretell what an update then does is shown for every
 * worked example in proration_cases_test.c; here is the rest. Source: Stripe docs "Prorations", API reference "Create a
 * preview invoice".
 */
#include "preview.h"

#define PREVIEW "/v1/invoices/create_preview"

struct scene {
	struct house *h;
	const char *customer, *starter, *pro, *sub, *item;
};

static struct scene scene_of(void **state, const char *card, const char *create)
{
	struct scene s = { .h = *state };
	const struct answer *a;

	s.customer = customer_new(s.h, "name=Ada", card);
	s.starter = monthly(s.h, "Starter", 1000);
	s.pro = monthly(s.h, "Pro", 2000);
	a = subscribe(s.h, s.customer, s.starter, create);
	s.sub = field(a, "id");
	s.item = field(a, "items.data.0.id");
	return s;
}

static void preview__next_renewal(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);
	const char *mark = events_mark(s.h);
	const struct answer *a = api_ok(s.h, "POST", PREVIEW, text_of(s.h, "subscription=%s", s.sub));

	assert_field(a, "object", "invoice");
	assert_int_equal(strncmp(field(a, "id"), "upcoming_in_", 12), 0);
	assert_field(a, "status", "draft");
	assert_field(a, "billing_reason", "upcoming");
	assert_field(a, "number", NULL);
	assert_field(a, "customer", s.customer);
	assert_field(a, "customer_name", "Ada");
	assert_field(a, "hosted_invoice_url", NULL);
	assert_field(a, "parent.subscription_details.subscription", s.sub);
	assert_money(a, "created", FEB_1);
	assert_money(a, "period_start", HOUSE_NOW);
	assert_money(a, "period_end", FEB_1);
	assert_money(a, "next_payment_attempt", FEB_1 + HOUR);
	assert_money(a, "amount_due", 1000);
	assert_money(a, "amount_remaining", 1000);
	assert_flag(a, "attempted", false);
	assert_lines(s.h, a, "lines.data",
		((const struct line[]) { { 1000, FEB_1, MAR_1, "1 × Starter (at $10.00 / month)" } }), 1);
	assert_field(a, "lines.data.0.invoice", field(a, "id"));
	assert_events(s.h, mark, "");
	assert_int_equal(field_count(api_ok(s.h, "GET", "/v1/invoices", NULL), "data"), 1);
	assert_same_int(ms_now(s.h->ms, NULL), HOUSE_NOW);
}

static void preview__with_pending_items_and_balance(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);
	const struct answer *a;

	api_ok(s.h, "POST", "/v1/invoiceitems", text_of(s.h, "customer=%s&amount=300&currency=usd", s.customer));
	post(s.h, "customers", s.customer, "balance=-500");
	a = api_ok(s.h, "POST", PREVIEW, text_of(s.h, "subscription=%s", s.sub));
	assert_money(a, "total", 1300);
	assert_money(a, "starting_balance", -500);
	assert_money(a, "amount_due", 800);
	go_to(s.h, FEB_1);
	assert_foretold(s.h, a, latest_invoice(s.h, s.sub));
}

/* A snapshot from where its objects begin: the numbers that ids are made from may go on. */
static const char *objects_of(const char *snapshot)
{
	const char *counters = strstr(snapshot, "\"counters\"");

	assert_non_null(counters);
	return strchr(counters, '}');
}

static void preview__leaves_everything_as_it_was(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);
	char *before = ms_snapshot(s.h->ms, NULL), *after;

	go_to(s.h, HOUSE_NOW);
	assert_status(preview(s.h, s.sub,
			      text_of(s.h, "items[0][id]=%s&items[0][price]=%s&proration_behavior=always_invoice",
				      s.item, s.pro)),
		200);
	assert_status(preview(s.h, s.sub, "cancel_now=true"), 200);
	assert_status(api(s.h, "POST", PREVIEW,
			      text_of(s.h, "customer=%s&subscription_details[items][0][price]=%s", s.customer, s.pro)),
		200);
	after = ms_snapshot(s.h->ms, NULL);
	assert_string_equal(objects_of(before), objects_of(after));
	free(before);
	free(after);
}

static void preview__of_a_creation(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *price = monthly(h, "Pro", 2000);
	const struct answer *a = api_ok(h, "POST", PREVIEW,
		text_of(h,
			"customer=%s&subscription_details[items][0][price]=%s&subscription_details[items][0][quantity]="
			"3",
			customer, price));

	assert_money(a, "total", 6000);
	assert_money(a, "amount_due", 6000);
	assert_lines(h, a, "lines.data",
		((const struct line[]) { { 6000, HOUSE_NOW, FEB_1, "3 × Pro (at $20.00 / month)" } }), 1);
	assert_int_equal(field_count(api_ok(h, "GET", "/v1/subscriptions", NULL), "data"), 0);
	assert_field(get(h, "customers", customer), "currency", NULL);
}

static void preview__of_pending_items_alone(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL);
	const struct answer *a;

	assert_error(api(h, "POST", PREVIEW, text_of(h, "customer=%s", customer)), 404, "invoice_upcoming_none", NULL,
		text_of(h, "No upcoming invoices for customer: %s", customer));
	api_ok(h, "POST", "/v1/invoiceitems", text_of(h, "customer=%s&amount=300&currency=usd", customer));
	a = api_ok(h, "POST", PREVIEW, text_of(h, "customer=%s", customer));
	assert_money(a, "total", 300);
	assert_int_equal(field_count(pending_items(h, customer), "data"), 1);
}

static void preview__of_imagined_items(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);
	const struct answer *a = api_ok(s.h, "POST", PREVIEW,
		text_of(s.h,
			"subscription=%s&invoice_items[0][amount]=700&invoice_items[0][currency]=usd"
			"&invoice_items[0][description]=Setup",
			s.sub));

	assert_money(a, "total", 1700);
	assert_field(a, "lines.data.0.description", "Setup");
	assert_int_equal(field_count(pending_items(s.h, s.customer), "data"), 0);
}

static void preview__with_a_discount_of_its_own(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);
	const struct answer *a;

	api_ok(s.h, "POST", "/v1/coupons", "id=half&percent_off=50&duration=once");
	a = api_ok(s.h, "POST", PREVIEW, text_of(s.h, "subscription=%s&discounts[0][coupon]=half", s.sub));
	assert_money(a, "total", 500);
	assert_money(a, "total_discount_amounts.0.amount", 500);
	assert_money(get(s.h, "coupons", "half"), "times_redeemed", 0);
}

static void preview__recurring_shows_the_steady_state(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);
	const struct answer *a;

	api_ok(s.h, "POST", "/v1/invoiceitems", text_of(s.h, "customer=%s&amount=300&currency=usd", s.customer));
	go_to(s.h, HOUSE_NOW + 10 * DAY);
	a = api_ok(s.h, "POST", PREVIEW,
		text_of(s.h,
			"subscription=%s&preview_mode=recurring&subscription_details[items][0][id]=%s"
			"&subscription_details[items][0][price]=%s",
			s.sub, s.item, s.pro));
	assert_lines(s.h, a, "lines.data",
		((const struct line[]) { { 2000, FEB_1, MAR_1, "1 × Pro (at $20.00 / month)" } }), 1);
}

static void preview__without_a_method(void **state)
{
	struct scene s = scene_of(state, NULL, "payment_behavior=default_incomplete");

	assert_status(api(s.h, "POST", PREVIEW, text_of(s.h, "subscription=%s", s.sub)), 200);
}

static void preview__of_a_trial(void **state)
{
	struct scene s = scene_of(state, "visa", text_of(*state, "trial_end=%lld", (long long)(HOUSE_NOW + 10 * DAY)));
	const struct answer *a = api_ok(s.h, "POST", PREVIEW, text_of(s.h, "subscription=%s", s.sub));

	assert_lines(s.h, a, "lines.data",
		((const struct line[]) { { 1000, HOUSE_NOW + 10 * DAY, HOUSE_NOW + 41 * DAY, NULL } }), 1);
	a = preview(s.h, s.sub, "trial_end=now");
	assert_lines(s.h, a, "lines.data", ((const struct line[]) { { 1000, HOUSE_NOW, FEB_1, NULL } }), 1);
	post(s.h, "subscriptions", s.sub, "trial_end=now");
	assert_foretold(s.h, a, latest_invoice(s.h, s.sub));
}

static void preview__of_an_end_that_moves(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);
	const char *change =
		text_of(s.h, "cancel_at=%lld&proration_behavior=always_invoice", (long long)(HOUSE_NOW + 20 * DAY));
	const struct answer *foretold = preview(s.h, s.sub, change);

	assert_status(foretold, 200);
	assert_money(foretold, "total", -355);
	post(s.h, "subscriptions", s.sub, change);
	assert_foretold(s.h, foretold, latest_invoice(s.h, s.sub));
}

static void preview__nothing_is_to_come(void **state)
{
	struct scene s = scene_of(state, "visa", "cancel_at_period_end=true");

	assert_error(api(s.h, "POST", PREVIEW, text_of(s.h, "subscription=%s", s.sub)), 404, "invoice_upcoming_none",
		NULL, text_of(s.h, "No upcoming invoices for customer: %s", s.customer));
	api_ok(s.h, "DELETE", get_path(s.h, "subscriptions", s.sub), NULL);
	assert_error(api(s.h, "POST", PREVIEW, text_of(s.h, "subscription=%s", s.sub)), 404, "invoice_upcoming_none",
		NULL, NULL);
}

static void preview__shows_its_proration_date(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);
	const struct answer *a = preview(s.h, s.sub,
		text_of(s.h, "items[0][id]=%s&items[0][price]=%s&proration_date=%lld", s.item, s.pro,
			(long long)(HOUSE_NOW + 5 * DAY)));

	assert_status(a, 200);
	assert_money(a, "parent.subscription_details.subscription_proration_date", HOUSE_NOW + 5 * DAY);
}

/* A new subscription in a preview's words: a date for the anchor, a start in the past. */
static void preview__of_a_creation_with_dates(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *price = monthly(h, "Pro", 3100);
	const char *body = text_of(
		h, "customer=%s&subscription_details[items][0][price]=%s&subscription_details", customer, price);
	const struct answer *a = api_ok(h, "POST", PREVIEW,
		text_of(h, "%s[billing_cycle_anchor][type]=timestamp%s[billing_cycle_anchor][timestamp]=%lld", body,
			"&subscription_details", (long long)(HOUSE_NOW + 10 * DAY)));

	assert_lines(
		h, a, "lines.data", ((const struct line[]) { { 1000, HOUSE_NOW, HOUSE_NOW + 10 * DAY, NULL } }), 1);
	a = api_ok(h, "POST", PREVIEW, text_of(h, "%s[start_date]=%lld", body, (long long)(HOUSE_NOW - 31 * DAY)));
	assert_money(a, "total", 6200);
	a = api_ok(h, "POST", PREVIEW,
		text_of(h,
			"%s[proration_behavior]=none&subscription_details[billing_cycle_anchor][type]=timestamp"
			"&subscription_details[billing_cycle_anchor][timestamp]=%lld",
			body, (long long)(HOUSE_NOW + 10 * DAY)));
	assert_lines(h, a, "lines.data",
		((const struct line[]) { { 3100, HOUSE_NOW + 10 * DAY, HOUSE_NOW + 41 * DAY, NULL } }), 1);
}

/* An item that is there already, as it would be changed; the others stay. */
static void preview__of_a_changed_item(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);
	const char *id =
		field(api_ok(s.h, "POST", "/v1/invoiceitems",
			      text_of(s.h, "customer=%s&unit_amount_decimal=150&quantity=2&currency=usd", s.customer)),
			"id");
	const struct answer *a = api_ok(s.h, "POST", PREVIEW,
		text_of(s.h, "subscription=%s&invoice_items[0][invoiceitem]=%s&invoice_items[0][amount]=700", s.sub,
			id));

	assert_money(a, "total", 1700);
	a = api_ok(s.h, "POST", PREVIEW,
		text_of(s.h,
			"subscription=%s&invoice_items[0][invoiceitem]=%s&invoice_items[0][quantity]=5"
			"&invoice_items[0][description]=Five",
			s.sub, id));
	assert_money(a, "lines.data.0.amount", 750);
	assert_field(a, "lines.data.0.description", "Five");
	assert_money(get(s.h, "invoiceitems", id), "amount", 300);
	assert_error(
		api(s.h, "POST", PREVIEW, text_of(s.h, "subscription=%s&invoice_items[0][invoiceitem]=ii_none", s.sub)),
		400, "resource_missing", "invoice_items[0][invoiceitem]", NULL);
}

static void preview__of_taxed_and_discounted_items(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);
	const char *rate =
		field(api_ok(s.h, "POST", "/v1/tax_rates", "display_name=VAT&inclusive=false&percentage=20"), "id");
	const struct answer *a;

	api_ok(s.h, "POST", "/v1/coupons", "id=half&percent_off=50&duration=once");
	a = api_ok(s.h, "POST", PREVIEW,
		text_of(s.h,
			"subscription=%s&invoice_items[0][unit_amount_decimal]=2.5&invoice_items[0][quantity_decimal]="
			"400"
			"&invoice_items[0][tax_rates][0]=%s&invoice_items[0][discounts][0][coupon]=half"
			"&invoice_items[0][currency]=usd&invoice_items[1][amount]=-100&invoice_items[1][currency]=usd",
			s.sub, rate));
	assert_money(a, "lines.data.1.amount", 1000);
	assert_money(a, "lines.data.1.discount_amounts.0.amount", 500);
	assert_money(a, "lines.data.1.taxes.0.amount", 100);
	assert_money(a, "total", 1000 + 600 - 100);
}

/* Somebody else's taxes: the customer's own standing laid over, or a customer who is not there yet. */
static void preview__with_details_of_the_customer(void **state)
{
	struct scene s = { .h = *state };
	const char *rate =
		field(api_ok(s.h, "POST", "/v1/tax_rates", "display_name=VAT&inclusive=false&percentage=20"), "id");
	const struct answer *a;

	s.customer = customer_new(s.h, "name=Ada", "visa");
	s.starter = monthly(s.h, "Starter", 1000);
	s.sub = field(subscribe(s.h, s.customer, s.starter, text_of(s.h, "default_tax_rates[0]=%s", rate)), "id");
	a = api_ok(s.h, "POST", PREVIEW, text_of(s.h, "subscription=%s", s.sub));
	assert_money(a, "total", 1200);
	a = api_ok(s.h, "POST", PREVIEW,
		text_of(s.h,
			"subscription=%s&customer_details[tax_exempt]=exempt&customer_details[address][country]=FR",
			s.sub));
	assert_money(a, "total", 1000);
	assert_field(a, "customer_tax_exempt", "exempt");
	assert_field(a, "customer_address.country", "FR");
	assert_field(get(s.h, "customers", s.customer), "tax_exempt", "none");
	a = api_ok(s.h, "POST", PREVIEW,
		text_of(s.h,
			"customer_details[tax_exempt]=none&subscription_details[items][0][price]=%s"
			"&subscription_details[default_tax_rates][0]=%s",
			s.starter, rate));
	assert_money(a, "total", 1200);
	assert_field(a, "customer", NULL);
	assert_int_equal(field_count(api_ok(s.h, "GET", "/v1/customers", NULL), "data"), 1);
}

/* An empty string inherits no discount, the customer's neither. */
static void preview__without_any_discount(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);

	api_ok(s.h, "POST", "/v1/coupons", "id=half&percent_off=50&duration=forever");
	assert_status(api_with(s.h, "POST", get_path(s.h, "customers", s.customer), "coupon=half",
			      (const char *const[]) { "Stripe-Version: 2024-06-20", NULL }),
		200);
	assert_money(api_ok(s.h, "POST", PREVIEW, text_of(s.h, "subscription=%s", s.sub)), "total", 500);
	assert_money(api_ok(s.h, "POST", PREVIEW, text_of(s.h, "subscription=%s&discounts=", s.sub)), "total", 1000);
	assert_money(preview(s.h, s.sub, ""), "total", 500);
}

static void preview__of_a_paused_one(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);
	const struct answer *a;

	go_to(s.h, HOUSE_NOW + 10 * DAY);
	a = preview(s.h, s.sub, "pause[type]=subscription");
	assert_money(a, "total", -677); /* what will be pending: 21 of 31 days */
	api_ok(s.h, "POST", text_of(s.h, "/v1/subscriptions/%s/pause", s.sub), "bill_for[unused_time_from][type]=none");
	assert_error(api(s.h, "POST", PREVIEW, text_of(s.h, "subscription=%s", s.sub)), 404, "invoice_upcoming_none",
		NULL, NULL);
	a = preview(s.h, s.sub, "resume_at=now");
	assert_money(a, "total", 1000);
	api_ok(s.h, "POST", text_of(s.h, "/v1/subscriptions/%s/resume", s.sub), NULL);
	assert_foretold(s.h, a, latest_invoice(s.h, s.sub));
}

static void preview__refuses_to_bill_ahead(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);

	assert_error(preview(s.h, s.sub,
			     "billing_schedules[0][bill_until][type]=duration"
			     "&billing_schedules[0][bill_until][duration][interval]=month"),
		400, NULL, "subscription_details[billing_schedules]", "is not simulated");
	assert_error(api(s.h, "POST", get_path(s.h, "subscriptions", s.sub),
			     "billing_schedules[0][bill_until][type]=timestamp"
			     "&billing_schedules[0][bill_until][timestamp]=1900000000"),
		400, NULL, "billing_schedules", "is not simulated");
	assert_error(api(s.h, "POST", "/v1/subscriptions",
			     text_of(s.h,
				     "customer=%s&items[0][price]=%s&billing_schedules[0][bill_until][type]=duration"
				     "&billing_schedules[0][bill_until][duration][interval]=month",
				     s.customer, s.pro)),
		400, NULL, "billing_schedules", "is not simulated");
	assert_json(s.h, post(s.h, "subscriptions", s.sub, "billing_schedules="), "billing_schedules", "[]");
}

static void preview__refusals(void **state)
{
	struct scene s = scene_of(state, "visa", NULL);
	const char *other = customer_new(s.h, NULL, NULL);

	assert_error(api(s.h, "POST", PREVIEW, NULL), 400, "parameter_missing", NULL, NULL);
	assert_error(api(s.h, "POST", PREVIEW, "subscription=sub_none"), 400, "resource_missing", "subscription", NULL);
	assert_error(api(s.h, "POST", PREVIEW, text_of(s.h, "customer=%s&subscription=%s", other, s.sub)), 400,
		"resource_missing", "subscription", NULL);
	assert_error(preview(s.h, s.sub, "items[0][id]=si_none&items[0][quantity]=2"), 400, NULL, NULL,
		"Invalid subscription_item id: si_none");
	assert_error(preview(s.h, s.sub, text_of(s.h, "items[0][id]=%s&items[0][price]=price_none", s.item)), 400,
		"resource_missing", "subscription_details[items][0][price]", "No such price: 'price_none'");
	assert_error(preview(s.h, s.sub, "proration_date=1700000000"), 400, NULL,
		"subscription_details[proration_date]",
		"Cannot specify proration date outside of current subscription period or current phase");
	assert_error(api(s.h, "POST", PREVIEW,
			     text_of(s.h, "customer=%s&subscription_details[proration_date]=1767225600", s.customer)),
		400, NULL, "subscription_details[proration_date]",
		"Cannot specify proration date without specifying a subscription");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(preview__next_renewal),
		BILLING_TEST(preview__with_pending_items_and_balance),
		BILLING_TEST(preview__leaves_everything_as_it_was),
		BILLING_TEST(preview__of_a_creation),
		BILLING_TEST(preview__of_pending_items_alone),
		BILLING_TEST(preview__of_imagined_items),
		BILLING_TEST(preview__with_a_discount_of_its_own),
		BILLING_TEST(preview__recurring_shows_the_steady_state),
		BILLING_TEST(preview__without_a_method),
		BILLING_TEST(preview__of_a_trial),
		BILLING_TEST(preview__of_an_end_that_moves),
		BILLING_TEST(preview__nothing_is_to_come),
		BILLING_TEST(preview__shows_its_proration_date),
		BILLING_TEST(preview__of_a_creation_with_dates),
		BILLING_TEST(preview__of_a_changed_item),
		BILLING_TEST(preview__of_taxed_and_discounted_items),
		BILLING_TEST(preview__with_details_of_the_customer),
		BILLING_TEST(preview__without_any_discount),
		BILLING_TEST(preview__of_a_paused_one),
		BILLING_TEST(preview__refuses_to_bill_ahead),
		BILLING_TEST(preview__refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
