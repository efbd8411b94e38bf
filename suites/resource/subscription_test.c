/* SPDX-License-Identifier: MIT */

/*
 * Creating subscriptions: what the subscription, its first invoice and the events look like for each way to pay, and
 * every refusal. Source: Stripe docs "How subscriptions work", "Build a subscriptions integration".
 */
#include "billing.h"

#define NO_METHOD                                                                                                      \
	"This customer has no attached payment source or default payment method. Please consider adding a default "    \
	"payment "                                                                                                     \
	"method. For more information, visit "                                                                         \
	"https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority."

static const struct answer *try_create(struct house *h, const char *body)
{
	return api(h, "POST", "/v1/subscriptions", body);
}

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

/* ---- not paid ---- */

static void subscription_create__declined_is_incomplete(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "chargeCustomerFail"), *price = monthly(h, "Pro", 2000);
	const char *mark = events_mark(h);
	const struct answer *a = subscribe(h, customer, price, NULL), *i = latest_invoice(h, field(a, "id"));

	assert_field(a, "status", "incomplete");
	assert_field(i, "status", "open");
	assert_money(i, "attempt_count", 1);
	assert_flag(i, "attempted", true);
	assert_flag(i, "auto_advance", false);
	assert_money(i, "amount_remaining", 2000);
	assert_field(i, "next_payment_attempt", NULL);
	assert_events(h, mark,
		"customer.subscription.created\n"
		"invoice.created\n"
		"invoice.finalized\n"
		"payment_intent.created\n"
		"charge.failed\n"
		"payment_intent.payment_failed\n"
		"invoice.payment_failed\n");
	assert_field(events_after(h, mark), "data.6.data.object.status", "incomplete");
}

static void subscription_create__declined_then_paid(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "chargeCustomerFail"), *mark;
	const struct answer *a = subscribe(h, customer, monthly(h, "Pro", 2000), NULL), *e;
	const char *sub = field(a, "id"), *invoice = field(a, "latest_invoice");

	card_attach(h, customer, "visa");
	mark = events_mark(h);
	api_ok(h, "POST", text_of(h, "/v1/invoices/%s/pay", invoice), NULL);
	assert_field(get(h, "subscriptions", sub), "status", "active");
	assert_events(h, mark,
		"charge.succeeded\n"
		"payment_intent.succeeded\n"
		"invoice.paid\n"
		"invoice.payment_succeeded\n"
		"invoice_payment.paid\n"
		"customer.subscription.updated\n");
	e = events_after(h, mark);
	assert_json(h, e, "data.0.data.previous_attributes", "{\"status\":\"incomplete\"}");
}

static void subscription_create__incomplete_expires_after_23_hours(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "chargeCustomerFail"), *mark;
	const struct answer *a = subscribe(h, customer, monthly(h, "Pro", 2000), NULL);
	const char *sub = field(a, "id"), *invoice = field(a, "latest_invoice");

	mark = events_mark(h);
	go_to(h, HOUSE_NOW + 23 * HOUR - 1);
	assert_field(get(h, "subscriptions", sub), "status", "incomplete");
	go_to(h, HOUSE_NOW + 23 * HOUR);
	a = get(h, "subscriptions", sub);
	assert_field(a, "status", "incomplete_expired");
	assert_money(a, "ended_at", HOUSE_NOW + 23 * HOUR);
	assert_field(get(h, "invoices", invoice), "status", "void");
	assert_events(h, mark,
		"payment_intent.canceled\n"
		"invoice.voided\n"
		"customer.subscription.updated\n");
	assert_error(api(h, "POST", get_path(h, "subscriptions", sub), "cancel_at_period_end=true"), 400,
		"invalid_canceled_subscription_fields", NULL,
		"A canceled subscription can only update its cancellation_details and metadata.");
}

static void subscription_create__three_d_secure_is_incomplete(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *price = monthly(h, "Pro", 2000), *mark;
	const char *card = card_attach(h, customer, "authenticationRequired");
	const struct answer *a, *i;

	(void)card;
	mark = events_mark(h);
	a = subscribe(h, customer, price, NULL);
	i = latest_invoice(h, field(a, "id"));
	assert_field(a, "status", "incomplete");
	assert_field(i, "status", "open");
	assert_money(i, "attempt_count", 0);
	assert_flag(i, "attempted", true);
	assert_field(i, "next_payment_attempt", NULL);
	assert_events(h, mark,
		"customer.subscription.created\n"
		"invoice.created\n"
		"invoice.finalized\n"
		"payment_intent.created\n"
		"payment_intent.requires_action\n"
		"invoice.payment_action_required\n");
}

static void subscription_create__default_incomplete_waits_for_the_client(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL);
	const struct answer *a = subscribe(h, customer, monthly(h, "Pro", 2000),
		"payment_behavior=default_incomplete&expand[]=latest_invoice.confirmation_secret");
	const char *sub = field(a, "id"), *secret = field(a, "latest_invoice.confirmation_secret.client_secret");
	const char *intent = text_of(h, "%.*s", (int)(strstr(secret, "_secret_") - secret), secret);

	assert_field(a, "status", "incomplete");
	assert_field(a, "latest_invoice.status", "open");
	assert_money(a, "latest_invoice.attempt_count", 0);
	assert_flag(a, "latest_invoice.attempted", false);
	assert_field(get(h, "payment_intents", intent), "status", "requires_payment_method");
	api_ok(h, "POST", text_of(h, "/v1/payment_intents/%s/confirm", intent), "payment_method=pm_card_visa");
	assert_field(get(h, "subscriptions", sub), "status", "active");
	assert_field(latest_invoice(h, sub), "status", "paid");
}

static void subscription_create__default_incomplete_without_anything_due(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		subscribe(h, customer_new(h, NULL, NULL), monthly(h, "Free", 0), "payment_behavior=default_incomplete");

	assert_field(a, "status", "active");
	assert_field(latest_invoice(h, field(a, "id")), "status", "paid");
}

static void subscription_create__error_if_incomplete_leaves_no_trace(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "chargeCustomerFail"), *price = monthly(h, "Pro", 2000);
	const char *mark = events_mark(h);
	const struct answer *a = try_create(
		h, text_of(h, "customer=%s&items[0][price]=%s&payment_behavior=error_if_incomplete", customer, price));

	assert_status(a, 402);
	assert_field(a, "error.type", "card_error");
	assert_field(a, "error.code", "card_declined");
	assert_field(a, "error.decline_code", "generic_decline");
	assert_field(a, "error.message", "Your card was declined.");
	assert_events(h, mark, "");
	assert_int_equal(field_count(api_ok(h, "GET", "/v1/subscriptions?status=all", NULL), "data"), 0);
	assert_int_equal(field_count(api_ok(h, "GET", "/v1/invoices", NULL), "data"), 0);
	assert_field(get(h, "customers", customer), "currency", NULL);
}

static void subscription_create__error_if_incomplete_with_three_d_secure(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "authenticationRequired"), *price = monthly(h, "Pro", 2000);
	const struct answer *a = try_create(
		h, text_of(h, "customer=%s&items[0][price]=%s&payment_behavior=error_if_incomplete", customer, price));

	assert_status(a, 402);
	assert_field(a, "error.code", "subscription_payment_intent_requires_action");
	assert_int_equal(field_count(api_ok(h, "GET", "/v1/subscriptions?status=all", NULL), "data"), 0);
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

/* ---- discounts, taxes, tiers, metered, one-time items ---- */

static void subscription_create__coupon_and_tax(void **state)
{
	struct house *h = *state;
	const char *rate =
		field(api_ok(h, "POST", "/v1/tax_rates", "display_name=VAT&percentage=20&inclusive=false"), "id");
	const struct answer *a, *i;

	api_ok(h, "POST", "/v1/coupons", "id=quarter&percent_off=25&duration=forever");
	a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000),
		text_of(h, "discounts[0][coupon]=quarter&default_tax_rates[0]=%s", rate));
	assert_int_equal(strncmp(field(a, "discounts.0"), "di_", 3), 0);
	assert_field(a, "default_tax_rates.0.id", rate);
	i = latest_invoice(h, field(a, "id"));
	assert_money(i, "subtotal", 2000);
	assert_money(i, "total_discount_amounts.0.amount", 500);
	assert_field(i, "total_discount_amounts.0.discount", field(a, "discounts.0"));
	assert_money(i, "total_taxes.0.amount", 300);
	assert_money(i, "total_taxes.0.taxable_amount", 1500);
	assert_money(i, "total_excluding_tax", 1500);
	assert_money(i, "total", 1800);
	assert_money(i, "amount_paid", 1800);
	assert_money(i, "lines.data.0.discount_amounts.0.amount", 500);
	assert_money(i, "lines.data.0.taxes.0.amount", 300);
	assert_field(i, "lines.data.0.taxes.0.tax_rate_details.tax_rate", rate);
}

static void subscription_create__coupon_that_lasts_once(void **state)
{
	struct house *h = *state;
	const struct answer *a, *i;
	const char *sub;

	api_ok(h, "POST", "/v1/coupons", "id=first&amount_off=500&currency=usd&duration=once");
	a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000), "discounts[0][coupon]=first");
	sub = field(a, "id");
	assert_json(h, a, "discounts", "[]");
	i = latest_invoice(h, sub);
	assert_money(i, "amount_paid", 1500);
	assert_int_equal(field_count(i, "discounts"), 1);
	assert_money(get(h, "coupons", "first"), "times_redeemed", 1);
	go_to(h, FEB_1 + HOUR);
	i = latest_invoice(h, sub);
	assert_money(i, "amount_paid", 2000);
	assert_json(h, i, "discounts", "[]");
}

static void subscription_create__once_outlives_a_trial(void **state)
{
	struct house *h = *state;
	const struct answer *a;
	const char *sub;

	api_ok(h, "POST", "/v1/coupons", "id=first&amount_off=500&currency=usd&duration=once");
	a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000),
		text_of(h, "discounts[0][coupon]=first&trial_end=%lld", (long long)FEB_1));
	sub = field(a, "id");
	assert_int_equal(field_count(a, "discounts"), 1);
	go_to(h, FEB_1 + HOUR);
	assert_money(latest_invoice(h, sub), "amount_paid", 1500);
	assert_json(h, get(h, "subscriptions", sub), "discounts", "[]");
}

static void subscription_create__repeating_coupon(void **state)
{
	struct house *h = *state;
	const char *sub;

	api_ok(h, "POST", "/v1/coupons", "id=two&percent_off=50&duration=repeating&duration_in_months=2");
	sub = field(
		subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000), "discounts[0][coupon]=two"), "id");
	assert_money(latest_invoice(h, sub), "amount_paid", 1000);
	go_to(h, FEB_1 + HOUR);
	assert_money(latest_invoice(h, sub), "amount_paid", 1000);
	go_to(h, MAR_1 + HOUR);
	assert_money(latest_invoice(h, sub), "amount_paid", 2000);
}

static void subscription_create__metered_price_bills_nothing_ahead(void **state)
{
	struct house *h = *state;
	const char *meter = field(api_ok(h, "POST", "/v1/billing/meters",
					  "display_name=Calls&event_name=calls&default_aggregation[formula]=sum"),
		"id");
	const char *price = price_new(h, "Calls",
		text_of(h, "unit_amount=5&recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]=%s",
			meter));
	const struct answer *a = subscribe(h, customer_new(h, NULL, NULL), price, NULL);

	assert_field(a, "status", "active");
	assert_absent(a, "items.data.0.quantity");
	assert_money(latest_invoice(h, field(a, "id")), "total", 0);
	a = try_create(h,
		text_of(h, "customer=%s&items[0][price]=%s&items[0][quantity]=2", customer_new(h, NULL, NULL), price));
	assert_status(a, 400);
	assert_field(a, "error.param", "items[0][quantity]");
}

static void subscription_create__one_time_items_ride_along(void **state)
{
	struct house *h = *state;
	const char *setup = one_time(h, "Setup", 4900);
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000),
		text_of(h, "add_invoice_items[0][price]=%s&add_invoice_items[0][quantity]=2", setup));
	const struct answer *i = latest_invoice(h, field(a, "id"));

	assert_lines(h, i, "lines.data",
		((const struct line[]) { { 9800, HOUSE_NOW, HOUSE_NOW, "Setup" },
			{ 2000, HOUSE_NOW, FEB_1, "1 × Pro (at $20.00 / month)" } }),
		2);
	assert_money(i, "amount_paid", 11800);
	assert_field(i, "lines.data.0.parent.type", "invoice_item_details");
	assert_flag(i, "lines.data.0.parent.invoice_item_details.proration", false);
	assert_money(i, "lines.data.0.quantity", 2);
}

static void subscription_create__pending_items_are_swept(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, "visa");
	const struct answer *a, *i;

	api_ok(h, "POST", "/v1/invoiceitems",
		text_of(h, "customer=%s&amount=300&currency=usd&description=First", customer));
	api_ok(h, "POST", "/v1/invoiceitems",
		text_of(h, "customer=%s&amount=-100&currency=usd&description=Second", customer));
	a = subscribe(h, customer, monthly(h, "Pro", 2000), NULL);
	i = latest_invoice(h, field(a, "id"));
	assert_lines(h, i, "lines.data",
		((const struct line[]) { { -100, HOUSE_NOW, HOUSE_NOW, "Second" },
			{ 300, HOUSE_NOW, HOUSE_NOW, "First" }, { 2000, HOUSE_NOW, FEB_1, NULL } }),
		3);
	assert_money(i, "total", 2200);
	assert_int_equal(field_count(pending_items(h, customer), "data"), 0);
}

static void subscription_create__balance_pays_first(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "balance=-1200", "visa");
	const struct answer *a = subscribe(h, customer, monthly(h, "Pro", 3000), NULL);
	const struct answer *i = latest_invoice(h, field(a, "id"));

	assert_money(i, "total", 3000);
	assert_money(i, "starting_balance", -1200);
	assert_money(i, "amount_due", 1800);
	assert_money(i, "amount_paid", 1800);
	assert_money(i, "ending_balance", 0);
	assert_money(get(h, "customers", customer), "balance", 0);
	a = api_ok(h, "GET", text_of(h, "/v1/customers/%s/balance_transactions", customer), NULL);
	assert_field(a, "data.0.type", "applied_to_invoice");
	assert_money(a, "data.0.amount", 1200);
	assert_money(a, "data.0.ending_balance", 0);
	assert_field(a, "data.0.invoice", field(i, "id"));
}

static void subscription_create__balance_covers_all(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, "balance=-5000", NULL);
	const struct answer *a = subscribe(h, customer, monthly(h, "Pro", 3000), NULL);
	const struct answer *i = latest_invoice(h, field(a, "id"));

	assert_field(a, "status", "active");
	assert_field(i, "status", "paid");
	assert_money(i, "amount_due", 0);
	assert_money(i, "ending_balance", -2000);
	assert_money(i, "attempt_count", 0);
	assert_money(get(h, "customers", customer), "balance", -2000);
}

static void subscription_create__currency_option(void **state)
{
	struct house *h = *state;
	const char *price = price_new(
		h, "Pro", "unit_amount=2000&recurring[interval]=month&currency_options[eur][unit_amount]=1800");
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), price, "currency=eur");

	assert_field(a, "currency", "eur");
	a = latest_invoice(h, field(a, "id"));
	assert_field(a, "currency", "eur");
	assert_money(a, "amount_paid", 1800);
	assert_field(a, "lines.data.0.description", "1 × Pro (at €18.00 / month)");
}

/* ---- times ---- */

static void subscription_create__backdated_flexible(void **state)
{
	struct house *h = *state;
	int64_t start = HOUSE_NOW - 47 * DAY; /* 15 November 2025 */
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 3100),
		text_of(h, "backdate_start_date=%lld", (long long)start));
	const struct answer *i = latest_invoice(h, field(a, "id"));

	assert_money(a, "start_date", start);
	assert_money(a, "created", HOUSE_NOW);
	assert_money(a, "billing_cycle_anchor", HOUSE_NOW);
	assert_money(a, "items.data.0.current_period_start", HOUSE_NOW);
	assert_money(a, "items.data.0.current_period_end", FEB_1);
	/* 16 of 30 days of November, then December, then the period that runs */
	assert_int_equal(field_count(i, "lines.data"), 3);
	assert_money(i, "total", 1653 + 3100 + 3100);
	assert_lines(h, i, "lines.data",
		((const struct line[]) {
			{ 1653, start, HOUSE_NOW - 31 * DAY, "Remaining time on Pro after 15 Nov 2025" },
			{ 3100, HOUSE_NOW - 31 * DAY, HOUSE_NOW, "1 × Pro (at $31.00 / month)" },
			{ 3100, HOUSE_NOW, FEB_1, "1 × Pro (at $31.00 / month)" } }),
		3);
}

static void subscription_create__backdated_classic(void **state)
{
	struct house *h = *state;
	int64_t start = HOUSE_NOW - 47 * DAY;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 3100),
		text_of(h, "backdate_start_date=%lld&billing_mode[type]=classic", (long long)start));

	/* one imagined month from 15 November, and 17 of the 31 days of the next */
	assert_lines(h, latest_invoice(h, field(a, "id")), "lines.data",
		((const struct line[]) { { 3100 + 1700, start, HOUSE_NOW, "Remaining time on Pro after 15 Nov 2025" },
			{ 3100, HOUSE_NOW, FEB_1, "1 × Pro (at $31.00 / month)" } }),
		2);
}

static void subscription_create__backdated_without_prorations(void **state)
{
	struct house *h = *state;
	int64_t start = HOUSE_NOW - 47 * DAY;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 3100),
		text_of(h, "backdate_start_date=%lld&proration_behavior=none", (long long)start));

	assert_money(a, "start_date", start);
	assert_lines(h, latest_invoice(h, field(a, "id")), "lines.data",
		((const struct line[]) { { 3100, HOUSE_NOW, FEB_1, NULL } }), 1);
}

static void subscription_create__anchor_config(void **state)
{
	struct house *h = *state;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 3100),
		"billing_cycle_anchor_config[day_of_month]=15&billing_cycle_anchor_config[hour]=12");
	int64_t anchor = HOUSE_NOW + 14 * DAY + 12 * HOUR;

	assert_money(a, "billing_cycle_anchor", anchor);
	assert_money(a, "items.data.0.current_period_end", anchor);
	/* 14.5 of the 31 days from 15 December */
	assert_lines(h, latest_invoice(h, field(a, "id")), "lines.data",
		((const struct line[]) { { 1450, HOUSE_NOW, anchor, "Remaining time on Pro after 01 Jan 2026" } }), 1);
}

static void subscription_create__trial_then_a_stub_to_the_anchor(void **state)
{
	struct house *h = *state;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 3100),
		text_of(h, "trial_end=%lld&billing_cycle_anchor=%lld", (long long)(HOUSE_NOW + 10 * DAY),
			(long long)FEB_1));
	const char *sub = field(a, "id");

	assert_money(a, "billing_cycle_anchor", FEB_1);
	go_to(h, HOUSE_NOW + 10 * DAY + HOUR);
	a = latest_invoice(h, sub);
	assert_lines(h, a, "lines.data", ((const struct line[]) { { 2100, HOUSE_NOW + 10 * DAY, FEB_1, NULL } }), 1);
	assert_field(a, "status", "paid");
	go_to(h, FEB_1 + HOUR);
	assert_lines(
		h, latest_invoice(h, sub), "lines.data", ((const struct line[]) { { 3100, FEB_1, MAR_1, NULL } }), 1);
}

static void subscription_create__cancel_at_shortens_the_first_period(void **state)
{
	struct house *h = *state;
	int64_t end = HOUSE_NOW + 10 * DAY;
	const struct answer *a = subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 3100),
		text_of(h, "cancel_at=%lld", (long long)end));
	const char *sub = field(a, "id");

	assert_money(a, "cancel_at", end);
	assert_money(a, "canceled_at", HOUSE_NOW);
	assert_money(a, "items.data.0.current_period_end", end);
	assert_money(latest_invoice(h, sub), "amount_paid", 1000);
	go_to(h, end);
	a = get(h, "subscriptions", sub);
	assert_field(a, "status", "canceled");
	assert_money(a, "ended_at", end);
}

static void subscription_create__cancel_at_period_end(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		subscribe(h, customer_new(h, NULL, "visa"), monthly(h, "Pro", 2000), "cancel_at_period_end=true");

	assert_field(a, "status", "active");
	assert_flag(a, "cancel_at_period_end", true);
	assert_money(a, "cancel_at", FEB_1);
	assert_money(latest_invoice(h, field(a, "id")), "amount_paid", 2000);
}

/* ---- refusals ---- */

struct refusal {
	const char *name, *body, *code, *param, *message;
};

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

#define REFUSALS (sizeof refusals / sizeof *refusals)

static const char *names_of(struct house *h, const char *template, const char *const values[256])
{
	const char *out = "";

	while (*template) {
		size_t length = strcspn(template, "{");

		out = text_of(h, "%s%.*s", out, (int)length, template);
		template += length;
		if (*template) {
			out = text_of(h, "%s%s", out, values[(unsigned char)template[1]]);
			template += 3;
		}
	}
	return out;
}

struct case_of {
	const struct refusal *row;
	struct house *h;
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

static int open_case(void **state)
{
	struct case_of *c = *state;

	c->h = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	return 0;
}

static int close_case(void **state)
{
	house_close(((struct case_of *)*state)->h);
	return 0;
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
	static const struct CMUnitTest plain[] = {
		BILLING_TEST(subscription_create__is_active_with_the_defaults),
		BILLING_TEST(subscription_create__first_invoice_is_paid),
		BILLING_TEST(subscription_create__its_line),
		BILLING_TEST(subscription_create__line_carries_the_metadata),
		BILLING_TEST(subscription_create__several_items_newest_first),
		BILLING_TEST(subscription_create__chosen_method_pays),
		BILLING_TEST(subscription_create__saves_the_method_that_paid),
		BILLING_TEST(subscription_create__events_when_paid),
		BILLING_TEST(subscription_create__declined_is_incomplete),
		BILLING_TEST(subscription_create__declined_then_paid),
		BILLING_TEST(subscription_create__incomplete_expires_after_23_hours),
		BILLING_TEST(subscription_create__three_d_secure_is_incomplete),
		BILLING_TEST(subscription_create__default_incomplete_waits_for_the_client),
		BILLING_TEST(subscription_create__default_incomplete_without_anything_due),
		BILLING_TEST(subscription_create__error_if_incomplete_leaves_no_trace),
		BILLING_TEST(subscription_create__error_if_incomplete_with_three_d_secure),
		BILLING_TEST(subscription_create__send_invoice),
		BILLING_TEST(subscription_create__free_price_needs_no_method),
		BILLING_TEST(subscription_create__trial),
		BILLING_TEST(subscription_create__trial_line_of_classic_mode),
		BILLING_TEST(subscription_create__days_of_the_price_count_only_when_asked),
		BILLING_TEST(subscription_create__coupon_and_tax),
		BILLING_TEST(subscription_create__coupon_that_lasts_once),
		BILLING_TEST(subscription_create__once_outlives_a_trial),
		BILLING_TEST(subscription_create__repeating_coupon),
		BILLING_TEST(subscription_create__metered_price_bills_nothing_ahead),
		BILLING_TEST(subscription_create__one_time_items_ride_along),
		BILLING_TEST(subscription_create__pending_items_are_swept),
		BILLING_TEST(subscription_create__balance_pays_first),
		BILLING_TEST(subscription_create__balance_covers_all),
		BILLING_TEST(subscription_create__currency_option),
		BILLING_TEST(subscription_create__backdated_flexible),
		BILLING_TEST(subscription_create__backdated_classic),
		BILLING_TEST(subscription_create__backdated_without_prorations),
		BILLING_TEST(subscription_create__anchor_config),
		BILLING_TEST(subscription_create__trial_then_a_stub_to_the_anchor),
		BILLING_TEST(subscription_create__cancel_at_shortens_the_first_period),
		BILLING_TEST(subscription_create__cancel_at_period_end),
		BILLING_TEST(subscription_create__refuses_more_than_twenty_items),
		BILLING_TEST(subscription_create__refuses_another_currency),
		BILLING_TEST(subscription_create__two_intervals_in_flexible_mode),
		BILLING_TEST(subscription_list__filters),
		BILLING_TEST(subscription_search__by_status_and_metadata),
	};
	struct case_of cases[REFUSALS];
	char names[REFUSALS][96];
	struct CMUnitTest tests[sizeof plain / sizeof *plain + REFUSALS];
	size_t n = 0;

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		tests[n++] = plain[i];
	for (size_t i = 0; i < REFUSALS; i++) {
		cases[i] = (struct case_of) { &refusals[i], NULL };
		snprintf(names[i], sizeof names[i], "subscription_create__refuses_%s", refusals[i].name);
		tests[n++] = (struct CMUnitTest) { names[i], subscription_create__refuses, open_case, close_case,
			&cases[i] };
	}
	return _cmocka_run_group_tests("subscription", tests, n, NULL, NULL);
}
