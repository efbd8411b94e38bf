/* SPDX-License-Identifier: MIT */

/*
 * Creating subscriptions that are active at once: what the subscription, its first invoice and the events look like;
 * and finding them. Source: Stripe docs "How subscriptions work", "Build a subscriptions integration".
 */
#include "billing.h"

/* ---- paid at once ---- */

static void subscription_create__is_active_with_the_defaults(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000);
	const struct answer *a = subscribe(h, customer, price, "metadata[team]=blue");

	assert_field(a, "status", "active");
	assert_field(a, "customer", customer);
	assert_field(a, "currency", "usd");
	assert_field(a, "collection_method", "charge_automatically");
	assert_field(a, "billing_mode.type", "flexible");
	assert_field(a, "billing_mode.flexible.proration_discounts", "included");
	assert_money(a, "created", HOUSE_NOW);
	assert_money(a, "start_date", HOUSE_NOW);
	assert_money(a, "billing_cycle_anchor", HOUSE_NOW);
	assert_flag(a, "cancel_at_period_end", false);
	assert_field(a, "cancel_at", NULL);
	assert_field(a, "canceled_at", NULL);
	assert_field(a, "ended_at", NULL);
	assert_field(a, "trial_end", NULL);
	assert_field(a, "trial_start", NULL);
	assert_field(a, "default_payment_method", NULL);
	assert_field(a, "pending_update", NULL);
	assert_field(a, "pending_setup_intent", NULL);
	assert_field(a, "schedule", NULL);
	assert_field(a, "pause_collection", NULL);
	assert_field(a, "days_until_due", NULL);
	assert_absent(a, "current_period_end");
	assert_field(a, "metadata.team", "blue");
	assert_field(a, "payment_settings.save_default_payment_method", "off");
	assert_field(a, "trial_settings.end_behavior.missing_payment_method", "create_invoice");
	assert_field(a, "invoice_settings.issuer.type", "self");
	assert_flag(a, "automatic_tax.enabled", false);
	assert_json(h, a, "discounts", "[]");
	assert_json(h, a, "default_tax_rates", "[]");
	assert_field(a, "cancellation_details.reason", NULL);
	assert_int_equal(field_count(a, "items.data"), 1);
	assert_field(a, "items.url", text_of(h, "/v1/subscription_items?subscription=%s", field(a, "id")));
	assert_field(a, "items.data.0.price.id", price);
	assert_field(a, "items.data.0.plan.id", price);
	assert_money(a, "items.data.0.quantity", 1);
	assert_field(a, "items.data.0.subscription", field(a, "id"));
	assert_money(a, "items.data.0.current_period_start", HOUSE_NOW);
	assert_money(a, "items.data.0.current_period_end", FEB_1);
	assert_int_equal(strncmp(field(a, "id"), "sub_", 4), 0);
	assert_int_equal(strlen(field(a, "items.data.0.id")), strlen("si_") + 14);
}

static void subscription_create__first_invoice_is_paid(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "name=Ada&email=ada@example.com", "visa");
	const struct answer *a = subscribe(h, customer, monthly(h, "Pro", 2000), "metadata[team]=blue");
	const struct answer *i = api_ok(h, "GET",
		text_of(h, "/v1/invoices/%s?expand[]=payments&expand[]=confirmation_secret",
			field(a, "latest_invoice")),
		NULL);

	assert_field(i, "status", "paid");
	assert_field(i, "billing_reason", "subscription_create");
	assert_field(i, "number", text_of(h, "%s-0001", field(get(h, "customers", customer), "invoice_prefix")));
	assert_money(i, "amount_due", 2000);
	assert_money(i, "amount_paid", 2000);
	assert_money(i, "amount_remaining", 0);
	assert_money(i, "subtotal", 2000);
	assert_money(i, "total", 2000);
	assert_money(i, "attempt_count", 1);
	assert_flag(i, "attempted", true);
	assert_flag(i, "auto_advance", false);
	assert_field(i, "next_payment_attempt", NULL);
	assert_money(i, "period_start", HOUSE_NOW);
	assert_money(i, "period_end", HOUSE_NOW);
	assert_money(i, "created", HOUSE_NOW);
	assert_money(i, "effective_at", HOUSE_NOW);
	assert_money(i, "starting_balance", 0);
	assert_money(i, "ending_balance", 0);
	assert_field(i, "customer_name", "Ada");
	assert_field(i, "customer_email", "ada@example.com");
	assert_money(i, "status_transitions.finalized_at", HOUSE_NOW);
	assert_money(i, "status_transitions.paid_at", HOUSE_NOW);
	assert_field(i, "status_transitions.voided_at", NULL);
	assert_int_equal(strncmp(field(i, "hosted_invoice_url"), "https://invoice.stripe.com/i/acct_", 34), 0);
	assert_int_equal(strncmp(field(i, "invoice_pdf"), "https://pay.stripe.com/invoice/acct_", 36), 0);
	assert_field(i, "parent.type", "subscription_details");
	assert_field(i, "parent.subscription_details.subscription", field(a, "id"));
	assert_field(i, "parent.subscription_details.metadata.team", "blue");
	assert_money(i, "payments.data.0.amount_paid", 2000);
	assert_money(i, "payments.data.0.amount_requested", 2000);
	assert_field(i, "payments.data.0.status", "paid");
	assert_flag(i, "payments.data.0.is_default", true);
	assert_field(i, "payments.data.0.payment.type", "payment_intent");
	a = get(h, "payment_intents", field(i, "payments.data.0.payment.payment_intent"));
	assert_field(a, "status", "succeeded");
	assert_money(a, "amount_received", 2000);
	assert_field(a, "description", "Subscription creation");
	assert_field(i, "confirmation_secret.client_secret", field(a, "client_secret"));
	assert_money(get(h, "customers", customer), "next_invoice_sequence", 2);
	assert_field(get(h, "customers", customer), "currency", "usd");
}

static void subscription_create__its_line(void **state)
{
	struct house *h = *state;
	const char *price = monthly(h, "Pro", 2000);
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), price, "items[0][quantity]=3");
	const struct answer *i = latest_invoice(h, field(a, "id"));

	assert_lines(h, i, "lines.data",
		((const struct line[]) { { 6000, HOUSE_NOW, FEB_1, "3 × Pro (at $20.00 / month)" } }), 1);
	assert_money(i, "lines.data.0.quantity", 3);
	assert_money(i, "lines.data.0.subtotal", 6000);
	assert_flag(i, "lines.data.0.discountable", true);
	assert_field(i, "lines.data.0.invoice", field(i, "id"));
	assert_field(i, "lines.data.0.pricing.type", "price_details");
	assert_field(i, "lines.data.0.pricing.price_details.price", price);
	assert_field(i, "lines.data.0.pricing.unit_amount_decimal", "2000");
	assert_field(i, "lines.data.0.parent.type", "subscription_item_details");
	assert_field(i, "lines.data.0.parent.invoice_item_details", NULL);
	assert_flag(i, "lines.data.0.parent.subscription_item_details.proration", false);
	assert_field(i, "lines.data.0.parent.subscription_item_details.proration_details", NULL);
	assert_field(i, "lines.data.0.parent.subscription_item_details.subscription", field(a, "id"));
	assert_field(i, "lines.data.0.parent.subscription_item_details.subscription_item", field(a, "items.data.0.id"));
	assert_flag(i, "lines.has_more", false);
	assert_field(i, "lines.url", text_of(h, "/v1/invoices/%s/lines", field(i, "id")));
}

static void subscription_create__line_carries_the_metadata(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000), "metadata[team]=blue");

	assert_field(latest_invoice(h, field(a, "id")), "lines.data.0.metadata.team", "blue");
}

static void subscription_create__several_items_newest_first(void **state)
{
	struct house *h = *state;
	const char *base = monthly(h, "Base", 1000), *seats = monthly(h, "Seats", 500);
	const struct answer *a = subscribe(
		h, customer_new(h, NULL, "visa"), base, text_of(h, "items[1][price]=%s&items[1][quantity]=4", seats));

	assert_field(a, "items.data.0.price.id", base);
	assert_field(a, "items.data.1.price.id", seats);
	a = latest_invoice(h, field(a, "id"));
	assert_lines(h, a, "lines.data",
		((const struct line[]) { { 2000, HOUSE_NOW, FEB_1, "4 × Seats (at $5.00 / month)" },
			{ 1000, HOUSE_NOW, FEB_1, "1 × Base (at $10.00 / month)" } }),
		2);
	assert_money(a, "amount_paid", 3000);
}

static void subscription_create__chosen_method_pays(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "chargeCustomerFail");
	const char *good = field(
		api_ok(h, "POST", "/v1/payment_methods/pm_card_mastercard/attach", text_of(h, "customer=%s", customer)),
		"id");
	const struct answer *a =
		subscribe(h, customer, monthly(h, "Pro", 2000), text_of(h, "default_payment_method=%s", good));

	assert_field(a, "status", "active");
	assert_field(a, "default_payment_method", good);
}

static void subscription_create__saves_the_method_that_paid(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *card = card_attach(h, customer, "visa");
	const struct answer *a = subscribe(
		h, customer, monthly(h, "Pro", 2000), "payment_settings[save_default_payment_method]=on_subscription");

	assert_field(a, "default_payment_method", card);
}

static void subscription_create__events_when_paid(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa"), *price = monthly(h, "Pro", 2000);
	const char *mark = events_mark(h);
	const struct answer *e;
	const char *at;

	subscribe(h, customer, price, NULL);
	assert_events(h, mark,
		"invoice.created\n"
		"invoice.finalized\n"
		"payment_intent.created\n"
		"charge.succeeded\n"
		"payment_intent.succeeded\n"
		"invoice.paid\n"
		"invoice.payment_succeeded\n"
		"invoice_payment.paid\n"
		"customer.subscription.created\n");
	e = events_after(h, mark);
	at = event_place(h, e, "customer.subscription.created");
	assert_field(e, text_of(h, "%s.data.object.status", at), "active");
	assert_absent(e, text_of(h, "%s.data.previous_attributes", at));
	at = event_place(h, e, "invoice.created");
	assert_field(e, text_of(h, "%s.data.object.status", at), "draft");
	assert_field(e, text_of(h, "%s.data.object.number", at), NULL);
	at = event_place(h, e, "invoice.finalized");
	assert_field(e, text_of(h, "%s.data.object.status", at), "open");
}

/* ---- sent, free, trial ---- */

static void subscription_create__send_invoice(void **state)
{
	struct house *h = *state;
	const struct answer *a = subscribe(h, customer_new(h, NULL, NULL), monthly(h, "Pro", 2000),
		"collection_method=send_invoice&days_until_due=14");
	const char *sub = field(a, "id");
	const struct answer *i = latest_invoice(h, sub);

	assert_field(a, "status", "active");
	assert_money(a, "days_until_due", 14);
	assert_field(i, "status", "draft");
	assert_flag(i, "auto_advance", true);
	assert_money(i, "due_date", HOUSE_NOW + 14 * DAY);
	assert_money(i, "automatically_finalizes_at", HOUSE_NOW + 3601);
	assert_field(i, "next_payment_attempt", NULL);
	assert_field(i, "number", NULL);
	go_to(h, HOUSE_NOW + HOUR);
	i = latest_invoice(h, sub);
	assert_field(i, "status", "open");
	assert_money(i, "attempt_count", 0);
	assert_flag(i, "attempted", false);
	assert_money(i, "due_date", HOUSE_NOW + 14 * DAY);
}

static void subscription_create__free_price_needs_no_method(void **state)
{
	struct house *h = *state;
	const struct answer *a = subscribe(h, customer_new(h, NULL, NULL), monthly(h, "Free", 0), NULL), *i;

	assert_field(a, "status", "active");
	i = latest_invoice(h, field(a, "id"));
	assert_field(i, "status", "paid");
	assert_money(i, "total", 0);
	assert_money(i, "attempt_count", 0);
	assert_flag(i, "attempted", true);
	assert_money(i, "status_transitions.paid_at", HOUSE_NOW);
	assert_lines(h, i, "lines.data",
		((const struct line[]) { { 0, HOUSE_NOW, FEB_1, "1 × Free (at $0.00 / month)" } }), 1);
}

static void subscription_create__trial(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *price = monthly(h, "Pro", 2000), *mark = events_mark(h);
	const struct answer *a = subscribe(h, customer, price, "trial_period_days=14"), *i;
	int64_t end = HOUSE_NOW + 14 * DAY;

	assert_field(a, "status", "trialing");
	assert_money(a, "trial_start", HOUSE_NOW);
	assert_money(a, "trial_end", end);
	assert_money(a, "billing_cycle_anchor", end);
	assert_money(a, "items.data.0.current_period_end", end);
	assert_int_equal(strncmp(field(a, "pending_setup_intent"), "seti_", 5), 0);
	i = latest_invoice(h, field(a, "id"));
	assert_field(i, "status", "paid");
	assert_money(i, "total", 0);
	assert_lines(
		h, i, "lines.data", ((const struct line[]) { { 0, HOUSE_NOW, end, "Free trial for 1 × Pro" } }), 1);
	assert_events(h, mark,
		"invoice.created\n"
		"invoice.finalized\n"
		"invoice.paid\n"
		"invoice.payment_succeeded\n"
		"setup_intent.created\n"
		"customer.subscription.created\n");
}

static void subscription_create__trial_line_of_classic_mode(void **state)
{
	struct house *h = *state;
	const struct answer *a = subscribe(h, customer_new(h, NULL, NULL), monthly(h, "Pro", 2000),
		text_of(h, "trial_end=%lld&billing_mode[type]=classic", (long long)FEB_1));

	assert_money(a, "trial_end", FEB_1);
	assert_lines(h, latest_invoice(h, field(a, "id")), "lines.data",
		((const struct line[]) { { 0, HOUSE_NOW, FEB_1, "Trial period for Pro" } }), 1);
}

static void subscription_create__days_of_the_price_count_only_when_asked(void **state)
{
	struct house *h = *state;
	const char *price =
		price_new(h, "Pro", "unit_amount=2000&recurring[interval]=month&recurring[trial_period_days]=7");
	const char *customer = customer_new(h, NULL, "visa");

	assert_field(subscribe(h, customer, price, NULL), "status", "active");
	assert_money(subscribe(h, customer, price, "trial_from_plan=true"), "trial_end", HOUSE_NOW + 7 * DAY);
}

/* ---- lists ---- */

static void subscription_list__filters(void **state)
{
	struct house *h = *state;
	const char *ada = customer_new(h, NULL, "visa"), *bob = customer_new(h, NULL, "visa");
	const char *pro = monthly(h, "Pro", 2000), *max = monthly(h, "Max", 5000);
	const char *first = field(subscribe(h, ada, pro, NULL), "id");
	const char *second = field(subscribe(h, bob, pro, "trial_period_days=3"), "id");
	const char *third = field(subscribe(h, bob, max, NULL), "id");
	const char *gone = field(subscribe(h, ada, max, NULL), "id");
	const struct answer *a;
	static const char *const counts[][2] = { { "", "3" }, { "status=all", "4" }, { "status=active", "2" },
		{ "status=trialing", "1" }, { "status=canceled", "1" }, { "status=ended", "1" },
		{ "status=past_due", "0" }, { "collection_method=send_invoice", "0" },
		{ "collection_method=charge_automatically", "3" }, { "created[gt]=1767225600", "0" },
		{ "created[gte]=1767225600", "3" }, { "current_period_end[gte]=1769904000", "2" },
		{ "current_period_end[lt]=1769904000", "1" } };

	api_ok(h, "DELETE", get_path(h, "subscriptions", gone), NULL);
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		a = api_ok(h, "GET", text_of(h, "/v1/subscriptions?%s", counts[i][0]), NULL);
		assert_string_equal(text_of(h, "%s: %zu", counts[i][0], field_count(a, "data")),
			text_of(h, "%s: %s", counts[i][0], counts[i][1]));
	}
	a = api_ok(h, "GET", text_of(h, "/v1/subscriptions?customer=%s", ada), NULL);
	assert_int_equal(field_count(a, "data"), 1);
	assert_field(a, "data.0.id", first);
	a = api_ok(h, "GET", text_of(h, "/v1/subscriptions?price=%s", pro), NULL);
	assert_int_equal(field_count(a, "data"), 2);
	assert_field(a, "data.0.id", second);
	assert_field(a, "data.1.id", first);
	a = api_ok(h, "GET", text_of(h, "/v1/subscriptions?customer=%s&price=%s", bob, max), NULL);
	assert_int_equal(field_count(a, "data"), 1);
	assert_field(a, "data.0.id", third);
}

static void subscription_search__by_status_and_metadata(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa");
	const char *sub = field(subscribe(h, customer, monthly(h, "Pro", 2000), "metadata[team]=blue"), "id");
	const struct answer *a = api_ok(
		h, "GET", "/v1/subscriptions/search?query=status:'active'%20AND%20metadata['team']:'blue'", NULL);

	assert_int_equal(field_count(a, "data"), 1);
	assert_field(a, "data.0.id", sub);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BILLING_TEST(subscription_create__is_active_with_the_defaults),
		BILLING_TEST(subscription_create__first_invoice_is_paid),
		BILLING_TEST(subscription_create__its_line),
		BILLING_TEST(subscription_create__line_carries_the_metadata),
		BILLING_TEST(subscription_create__several_items_newest_first),
		BILLING_TEST(subscription_create__chosen_method_pays),
		BILLING_TEST(subscription_create__saves_the_method_that_paid),
		BILLING_TEST(subscription_create__events_when_paid),
		BILLING_TEST(subscription_create__send_invoice),
		BILLING_TEST(subscription_create__free_price_needs_no_method),
		BILLING_TEST(subscription_create__trial),
		BILLING_TEST(subscription_create__trial_line_of_classic_mode),
		BILLING_TEST(subscription_create__days_of_the_price_count_only_when_asked),
		BILLING_TEST(subscription_list__filters),
		BILLING_TEST(subscription_search__by_status_and_metadata),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
