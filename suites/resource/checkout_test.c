/* SPDX-License-Identifier: MIT */

/*
 * Checkout sessions: what a new one shows, what it refuses, and everything that happens when its page is submitted or
 * its time is up. Source: Stripe docs "How Checkout works", "Create a Checkout Session", "Fulfill orders".
 */
#include "billing.h"

#define SESSIONS "/v1/checkout/sessions"
#define OK_URL "success_url=https://example.com/ok"

static const struct answer *open_session(struct house *h, const char *mode, const char *body)
{
	const struct answer *a = api(h, "POST", SESSIONS, text_of(h, "mode=%s&" OK_URL "&%s", mode, body));

	assert_status(a, 200);
	return a;
}

static const struct answer *submit(struct house *h, const char *session, const char *body)
{
	return api(h, "POST", text_of(h, "/_mockstripe/checkout/sessions/%s/complete", session), body);
}

static const struct answer *session_get(struct house *h, const char *id)
{
	return api_ok(h, "GET", text_of(h, SESSIONS "/%s", id), NULL);
}

static const char *buy(struct house *h, const char *price, int quantity)
{
	return text_of(h, "line_items[0][price]=%s&line_items[0][quantity]=%d", price, quantity);
}

/* ---- new sessions ---- */

static void payment__shows_what_is_due(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500), *mark = events_mark(h);
	const struct answer *a = open_session(h, "payment",
		text_of(h,
			"%s&client_reference_id=r1&metadata[order]=6&customer_email=a@example.com&expand[]=line_items",
			buy(h, price, 2)));

	assert_field(a, "object", "checkout.session");
	assert_int_equal(strncmp(field(a, "id"), "cs_test_", 8), 0);
	assert_field(a, "mode", "payment");
	assert_field(a, "status", "open");
	assert_field(a, "payment_status", "unpaid");
	assert_money(a, "amount_subtotal", 3000);
	assert_money(a, "amount_total", 3000);
	assert_json(h, a, "total_details", "{\"amount_discount\":0,\"amount_shipping\":0,\"amount_tax\":0}");
	assert_field(a, "currency", "usd");
	assert_field(a, "customer", NULL);
	assert_field(a, "customer_creation", "if_required");
	assert_field(a, "customer_email", "a@example.com");
	assert_field(a, "customer_details.email", "a@example.com");
	assert_field(a, "payment_intent", NULL);
	assert_field(a, "subscription", NULL);
	assert_field(a, "setup_intent", NULL);
	assert_flag(a, "invoice_creation.enabled", false);
	assert_field(a, "client_reference_id", "r1");
	assert_field(a, "metadata.order", "6");
	assert_field(a, "payment_method_collection", "if_required");
	assert_json(h, a, "payment_method_types", "[\"card\"]");
	assert_field(a, "ui_mode", "hosted_page");
	assert_money(a, "expires_at", HOUSE_NOW + 24 * HOUR);
	assert_int_equal(strncmp(field(a, "url"), "https://checkout.stripe.com/c/pay/cs_test_", 42), 0);
	assert_money(a, "line_items.data.0.amount_total", 3000);
	assert_money(a, "line_items.data.0.quantity", 2);
	assert_field(a, "line_items.data.0.description", "Mug");
	assert_field(a, "line_items.data.0.price.id", price);
	assert_events(h, mark, "");
}

static void subscription__shows_what_is_due_today(void **state)
{
	struct house *h = *state;
	const char *price = monthly(h, "Pro", 2000), *once = one_time(h, "Setup", 500);
	const struct answer *a = open_session(h, "subscription",
				    text_of(h, "%s&line_items[1][price]=%s&line_items[1][quantity]=1", buy(h, price, 3),
					    once)),
			    *items;

	assert_money(a, "amount_total", 6500);
	assert_field(a, "customer_creation", "always");
	assert_field(a, "payment_method_collection", "always");
	assert_field(a, "invoice_creation", NULL);
	items = api_ok(h, "GET", text_of(h, SESSIONS "/%s/line_items", field(a, "id")), NULL);
	assert_int_equal(field_count(items, "data"), 2);
	assert_money(items, "data.0.amount_total", 6000);
	assert_money(items, "data.1.amount_total", 500);
	a = open_session(h, "subscription", text_of(h, "%s&subscription_data[trial_period_days]=7", buy(h, price, 1)));
	assert_money(a, "amount_total", 0);
	assert_field(a, "payment_status", "no_payment_required");
}

static void discount_and_tax__are_worked_out(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500), *rate;
	const struct answer *a;

	api_ok(h, "POST", "/v1/coupons", "id=TENTH&percent_off=10&duration=once");
	rate = field(api_ok(h, "POST", "/v1/tax_rates", "display_name=VAT&percentage=20&inclusive=false"), "id");
	a = open_session(h, "payment",
		text_of(h, "%s&discounts[0][coupon]=TENTH&line_items[0][tax_rates][]=%s&expand[]=line_items",
			buy(h, price, 2), rate));
	assert_money(a, "amount_subtotal", 3000);
	assert_money(a, "total_details.amount_discount", 300);
	assert_money(a, "total_details.amount_tax", 540);
	assert_money(a, "amount_total", 3240);
	assert_field(a, "discounts.0.coupon", "TENTH");
	assert_field(a, "discounts.0.promotion_code", NULL);
	assert_money(a, "line_items.data.0.amount_discount", 300);
	assert_money(a, "line_items.data.0.amount_tax", 540);
	assert_money(a, "line_items.data.0.amount_total", 3240);
	assert_money(get(h, "coupons", "TENTH"), "times_redeemed", 0);
}

static void inline_price__makes_a_product(void **state)
{
	struct house *h = *state;
	const struct answer *a = open_session(h, "payment",
		"line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=700&line_items[0]["
		"price_"
		"data][product_data][name]=Tea&line_items[0][quantity]=1&expand[]=line_items");

	assert_field(a, "currency", "eur");
	assert_money(a, "amount_total", 700);
	assert_field(a, "line_items.data.0.description", "Tea");
	assert_flag(a, "line_items.data.0.price.active", false);
}

static void embedded__has_a_secret(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500);
	const struct answer *a = api_ok(h, "POST", SESSIONS,
		text_of(h, "mode=payment&ui_mode=embedded_page&return_url=https://example.com/back&%s",
			buy(h, price, 1)));

	assert_field(a, "url", NULL);
	assert_field(a, "success_url", NULL);
	assert_field(a, "return_url", "https://example.com/back");
	assert_int_equal(strncmp(field(a, "client_secret"), field(a, "id"), strlen(field(a, "id"))), 0);
	assert_error(api(h, "POST", SESSIONS, text_of(h, "mode=payment&ui_mode=embedded_page&%s", buy(h, price, 1))),
		400, "parameter_missing", "return_url", NULL);
}

static void session__is_refused(void **state)
{
	struct house *h = *state;
	const char *once = one_time(h, "Mug", 1500), *pro = monthly(h, "Pro", 2000);
	const char *customer = customer_new(h, NULL, NULL);
	const struct {
		const char *body, *code, *param, *text;
	} rows[] = {
		{ text_of(h, OK_URL "&%s", buy(h, once, 1)), "parameter_missing", "mode",
			"Missing required param: mode." },
		{ "mode=payment&" OK_URL, "parameter_missing", "line_items", "Missing required param: line_items." },
		{ text_of(h, "mode=payment&%s", buy(h, once, 1)), "parameter_missing", "success_url",
			"Missing required param: success_url." },
		{ text_of(h, "mode=payment&success_url=x&%s", buy(h, once, 1)), "url_invalid", "success_url",
			"Not a valid URL" },
		{ text_of(h, "mode=payment&" OK_URL "&%s", buy(h, pro, 1)), NULL, "mode",
			"You specified `payment` mode but passed a recurring price. Either switch to `subscription` "
			"mode or "
			"use only one-time prices." },
		{ text_of(h, "mode=subscription&" OK_URL "&%s", buy(h, once, 1)), NULL, "line_items",
			"You must provide at least one recurring price in `subscription` mode when using prices." },
		{ text_of(h, "mode=payment&" OK_URL "&line_items[0][price]=%s", once), "parameter_missing",
			"line_items[0][quantity]", NULL },
		{ text_of(h, "mode=payment&" OK_URL "&%s", buy(h, "price_none", 1)), "resource_missing",
			"line_items[0][price]", "No such price: 'price_none'" },
		{ text_of(h, "mode=payment&" OK_URL "&%s&customer=cus_none", buy(h, once, 1)), "resource_missing",
			"customer", "No such customer: 'cus_none'" },
		{ text_of(h, "mode=payment&" OK_URL "&%s&customer=%s&customer_email=a@b.co", buy(h, once, 1), customer),
			NULL, "customer_email",
			"You may only specify one of these parameters: customer, customer_email." },
		{ text_of(h, "mode=payment&" OK_URL "&%s&subscription_data[description]=x", buy(h, once, 1)), NULL,
			"subscription_data", "You can not pass `subscription_data` in `payment` mode." },
		{ text_of(h, "mode=subscription&" OK_URL "&%s&payment_intent_data[description]=x", buy(h, pro, 1)),
			NULL, "payment_intent_data", "You can not pass `payment_intent_data` in `subscription` mode." },
		{ "mode=setup&" OK_URL, "parameter_missing", "currency", NULL },
		{ text_of(h, "mode=payment&" OK_URL "&%s&expires_at=%lld", buy(h, once, 1),
			  (long long)(HOUSE_NOW + 60)),
			NULL, "expires_at", "must be at least 30 minutes" },
		{ text_of(h, "mode=payment&" OK_URL "&%s&expires_at=%lld", buy(h, once, 1),
			  (long long)(HOUSE_NOW + 2 * DAY)),
			NULL, "expires_at", "must be less than 24 hours" },
		{ text_of(h, "mode=payment&" OK_URL "&%s&discounts[0][coupon]=NONE", buy(h, once, 1)),
			"resource_missing", "discounts[0][coupon]", "No such coupon: 'NONE'" },
		{ text_of(h, "mode=payment&" OK_URL "&%s&discounts[0][coupon]=A&allow_promotion_codes=true",
			  buy(h, once, 1)),
			NULL, "discounts", "You may only specify one of these parameters" },
		{ text_of(h, "mode=payment&" OK_URL "&%s", buy(h, one_time(h, "Pin", 20), 1)), "amount_too_small",
			"amount", NULL },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_error(api(h, "POST", SESSIONS, rows[i].body), 400, rows[i].code, rows[i].param, rows[i].text);
	assert_int_equal(field_count(api_ok(h, "GET", SESSIONS, NULL), "data"), 0);
}

/* ---- payment ---- */

static void payment__is_made_by_a_guest(void **state)
{
	struct house *h = *state;
	const char *id = field(
		open_session(h, "payment",
			text_of(h, "%s&payment_intent_data[metadata][order]=6&payment_intent_data[description]=Mugs",
				buy(h, one_time(h, "Mug", 1500), 2))),
		"id");
	const char *mark = events_mark(h);
	const struct answer *a = submit(h, id, "email=b@example.com&name=Bo"), *intent;

	assert_status(a, 200);
	assert_field(a, "status", "complete");
	assert_field(a, "payment_status", "paid");
	assert_field(a, "url", NULL);
	assert_field(a, "customer", NULL);
	assert_field(a, "customer_details.email", "b@example.com");
	assert_field(a, "customer_details.name", "Bo");
	intent = get(h, "payment_intents", field(a, "payment_intent"));
	assert_field(intent, "status", "succeeded");
	assert_money(intent, "amount", 3000);
	assert_field(intent, "metadata.order", "6");
	assert_field(intent, "description", "Mugs");
	assert_field(intent, "customer", NULL);
	assert_events(h, mark,
		"payment_intent.created\ncharge.succeeded\npayment_intent.succeeded\ncheckout.session.completed\n");
	assert_field(events_after(h, mark), "data.0.data.object.payment_status", "paid");
	assert_field(events_after(h, mark), "data.0.request.id", NULL);
	assert_error(submit(h, id, NULL), 400, NULL, NULL,
		"Only Checkout Sessions with a status in [\"open\"] can be completed. This Checkout Session has a "
		"status of "
		"`complete`.");
	a = session_get(h, id);
	assert_field(a, "status", "complete");
	assert_int_equal(field_count(api_ok(h, "GET", SESSIONS "?status=complete", NULL), "data"), 1);
	assert_int_equal(
		field_count(api_ok(h, "GET", SESSIONS "?customer_details[email]=b@example.com", NULL), "data"), 1);
	assert_int_equal(
		field_count(
			api_ok(h, "GET", text_of(h, SESSIONS "?payment_intent=%s", field(a, "payment_intent")), NULL),
			"data"),
		1);
}

static void payment__may_make_a_customer(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500);
	const char *id =
		field(open_session(h, "payment", text_of(h, "%s&customer_creation=always", buy(h, price, 1))), "id");
	const char *mark = events_mark(h);
	const struct answer *a = submit(h, id, "email=b@example.com");

	assert_status(a, 200);
	assert_field(get(h, "customers", field(a, "customer")), "email", "b@example.com");
	assert_field(get(h, "payment_intents", field(a, "payment_intent")), "customer", field(a, "customer"));
	assert_events(h, mark,
		"customer.created\npayment_intent.created\ncharge.succeeded\npayment_intent.succeeded\ncheckout."
		"session."
		"completed\n");
}

static void payment__declined_stays_open(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500), *intent;
	const char *id =
		field(open_session(h, "payment", text_of(h, "%s&customer_creation=always", buy(h, price, 1))), "id");
	const char *mark = events_mark(h);
	const struct answer *a = submit(h, id, "payment_method=pm_card_chargeDeclined");

	assert_error(a, 402, NULL, NULL, "Your card was declined.");
	assert_events(
		h, mark, "customer.created\npayment_intent.created\ncharge.failed\npayment_intent.payment_failed\n");
	intent = field(events_after(h, mark), "data.0.data.object.id");
	assert_field(session_get(h, id), "status", "open");
	mark = events_mark(h);
	a = submit(h, id, "payment_method=pm_card_visa");
	assert_status(a, 200);
	assert_field(a, "payment_intent", intent);
	assert_events(h, mark, "charge.succeeded\npayment_intent.succeeded\ncheckout.session.completed\n");
}

static void payment__asks_for_authentication(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500);
	const char *id = field(open_session(h, "payment", buy(h, price, 1)), "id");
	const char *mark = events_mark(h);
	const struct answer *a = submit(h, id, "payment_method=pm_card_threeDSecure2Required&authentication=failed");

	assert_error(a, 402, NULL, NULL, "unable to authenticate");
	assert_field(session_get(h, id), "status", "open");
	assert_events(
		h, mark, "payment_intent.created\npayment_intent.requires_action\npayment_intent.payment_failed\n");
	a = submit(h, id, "payment_method=pm_card_threeDSecure2Required");
	assert_status(a, 200);
	assert_field(a, "payment_status", "paid");
}

static void payment__by_invoice(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500);
	const char *id =
		field(open_session(h, "payment",
			      text_of(h, "%s&invoice_creation[enabled]=true&invoice_creation[invoice_data][footer]=Bye",
				      buy(h, price, 2))),
			"id");
	const struct answer *a = submit(h, id, NULL), *invoice;

	assert_status(a, 200);
	invoice = get(h, "invoices", field(a, "invoice"));
	assert_field(invoice, "status", "paid");
	assert_money(invoice, "total", 3000);
	assert_field(invoice, "footer", "Bye");
	assert_field(get(h, "payment_intents", field(a, "payment_intent")), "status", "succeeded");
}

static void payment__by_bank_is_paid_later(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500), *mark;
	const char *id =
		field(open_session(h, "payment",
			      text_of(h, "%s&allowed_payment_method_types[]=us_bank_account", buy(h, price, 1))),
			"id");
	const struct answer *a = api_ok(h, "POST", "/v1/payment_methods",
		"type=us_bank_account&us_bank_account[routing_number]=110000000&us_bank_account[account_number]="
		"000123456789&"
		"us_bank_account[account_holder_type]=individual&billing_details[name]=Jane");

	a = submit(h, id, text_of(h, "payment_method=%s", field(a, "id")));
	assert_status(a, 200);
	assert_field(a, "status", "complete");
	assert_field(a, "payment_status", "unpaid");
	mark = events_mark(h);
	go_to(h, HOUSE_NOW + 60);
	assert_field(session_get(h, id), "payment_status", "paid");
	assert_field(events_after(h, mark), "data.0.type", "checkout.session.async_payment_succeeded");
}

static void payment__with_shipping(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500);
	const struct answer *a = open_session(h, "payment",
		text_of(h,
			"%s&shipping_options[0][shipping_rate_data][display_name]=Post&shipping_options[0][shipping_"
			"rate_data]["
			"type]=fixed_amount&shipping_options[0][shipping_rate_data][fixed_amount][amount]=450&shipping_"
			"options[0]["
			"shipping_rate_data][fixed_amount][currency]=usd&invoice_creation[enabled]=true",
			buy(h, price, 2)));

	assert_money(a, "amount_subtotal", 3000);
	assert_money(a, "amount_total", 3450);
	assert_money(a, "total_details.amount_shipping", 450);
	assert_money(a, "shipping_cost.amount_total", 450);
	assert_money(a, "shipping_options.0.shipping_amount", 450);
	assert_field(a, "shipping_cost.shipping_rate", field(a, "shipping_options.0.shipping_rate"));
	a = submit(h, field(a, "id"), NULL);
	assert_status(a, 200);
	assert_money(get(h, "invoices", field(a, "invoice")), "amount_paid", 3450);
	assert_error(api(h, "POST", SESSIONS,
			     text_of(h, "mode=payment&" OK_URL "&%s&shipping_options[0][shipping_rate]=shr_none",
				     buy(h, price, 1))),
		400, "resource_missing", "shipping_options[0][shipping_rate]", NULL);
}

/* ---- subscriptions ---- */

static void subscription__is_made(void **state)
{
	struct house *h = *state;
	const char *price = monthly(h, "Pro", 2000);
	const char *id = field(open_session(h, "subscription",
				       text_of(h, "%s&subscription_data[metadata][team]=blue", buy(h, price, 3))),
		"id");
	const char *mark = events_mark(h);
	const struct answer *a = submit(h, id, "email=b@example.com"), *sub;

	assert_status(a, 200);
	assert_field(a, "payment_status", "paid");
	assert_field(a, "payment_intent", NULL);
	sub = get(h, "subscriptions", field(a, "subscription"));
	assert_field(sub, "status", "active");
	assert_field(sub, "customer", field(a, "customer"));
	assert_money(sub, "items.data.0.quantity", 3);
	assert_field(sub, "metadata.team", "blue");
	assert_field(sub, "billing_mode.type", "flexible");
	assert_field(sub, "latest_invoice", field(a, "invoice"));
	assert_non_null(field(sub, "default_payment_method"));
	assert_money(get(h, "invoices", field(a, "invoice")), "amount_paid", 6000);
	assert_field(get(h, "customers", field(a, "customer")), "invoice_settings.default_payment_method", NULL);
	assert_events(h, mark,
		"customer.created\npayment_method.attached\ncheckout.session.completed\ninvoice.created\n"
		"invoice.finalized\npayment_intent.created\ncharge.succeeded\npayment_intent.succeeded\n"
		"invoice.paid\ninvoice.payment_succeeded\ninvoice_payment.paid\ncustomer.subscription.created\n");
}

static void subscription__begins_with_a_trial(void **state)
{
	struct house *h = *state;
	const char *price = monthly(h, "Pro", 2000), *customer = customer_new(h, "email=a@example.com", NULL);
	const char *id = field(
		open_session(h, "subscription",
			text_of(h,
				"%s&customer=%s&subscription_data[trial_period_days]=14&payment_method_collection=if_"
				"required&subscription_data[trial_settings][end_behavior][missing_payment_method]="
				"cancel",
				buy(h, price, 1), customer)),
		"id");
	const struct answer *a = submit(h, id, "payment_method="), *sub;

	assert_status(a, 200);
	assert_field(a, "payment_status", "no_payment_required");
	assert_field(a, "customer", customer);
	assert_field(a, "customer_details.email", "a@example.com");
	sub = get(h, "subscriptions", field(a, "subscription"));
	assert_field(sub, "status", "trialing");
	assert_money(sub, "trial_end", HOUSE_NOW + 14 * DAY);
	assert_field(sub, "default_payment_method", NULL);
	assert_field(sub, "trial_settings.end_behavior.missing_payment_method", "cancel");
}

static void subscription__with_a_code_and_a_fee(void **state)
{
	struct house *h = *state;
	const char *price = monthly(h, "Pro", 2000), *fee = one_time(h, "Setup", 500), *code;
	const struct answer *a;

	api_ok(h, "POST", "/v1/coupons", "id=HALF&percent_off=50&duration=forever");
	code = field(
		api_ok(h, "POST", "/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=HALF&code=SAVE"),
		"id");
	a = open_session(h, "subscription",
		text_of(h, "%s&line_items[1][price]=%s&line_items[1][quantity]=1&discounts[0][promotion_code]=%s",
			buy(h, price, 1), fee, code));
	assert_money(a, "amount_subtotal", 2500);
	assert_money(a, "amount_total", 1250);
	a = submit(h, field(a, "id"), NULL);
	assert_status(a, 200);
	assert_money(get(h, "invoices", field(a, "invoice")), "total", 1250);
	assert_int_equal(field_count(get(h, "subscriptions", field(a, "subscription")), "discounts"), 1);
	assert_money(get(h, "promotion_codes", code), "times_redeemed", 1);
}

static void subscription__declined_leaves_nothing(void **state)
{
	struct house *h = *state;
	const char *price = monthly(h, "Pro", 2000), *customer = customer_new(h, NULL, NULL);
	const char *id =
		field(open_session(h, "subscription", text_of(h, "%s&customer=%s", buy(h, price, 1), customer)), "id");
	const char *mark = events_mark(h);
	const struct answer *a = submit(h, id, "payment_method=pm_card_chargeCustomerFail");

	assert_error(a, 402, NULL, NULL, "Your card was declined.");
	assert_events(h, mark, "");
	assert_field(session_get(h, id), "status", "open");
	a = submit(h, id, "payment_method=pm_card_threeDSecure2Required");
	assert_status(a, 200);
	assert_field(get(h, "subscriptions", field(a, "subscription")), "status", "active");
	assert_field(a, "payment_status", "paid");
}

static void subscription__is_classic_for_an_older_client(void **state)
{
	struct house *h = *state;
	const char *price = monthly(h, "Pro", 2000);
	const char *headers[] = { "Stripe-Version: 2025-02-24.acacia", NULL };
	const struct answer *a = api_with(h, "POST", SESSIONS,
		text_of(h, "mode=subscription&" OK_URL "&payment_method_types[]=card&%s", buy(h, price, 1)), headers);

	assert_status(a, 200);
	a = submit(h, field(a, "id"), NULL);
	assert_status(a, 200);
	assert_field(get(h, "subscriptions", field(a, "subscription")), "billing_mode.type", "classic");
}

/* ---- setup ---- */

static void setup__saves_a_method(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h, NULL, NULL), *mark, *setup, *method;
	const struct answer *a = open_session(h, "setup", text_of(h, "currency=usd&customer=%s", customer));

	setup = field(a, "setup_intent");
	assert_field(a, "payment_status", "no_payment_required");
	assert_field(a, "amount_total", NULL);
	assert_field(get(h, "setup_intents", setup), "status", "requires_payment_method");
	mark = events_mark(h);
	a = submit(h, field(a, "id"), "payment_method=pm_card_mastercard");
	assert_status(a, 200);
	assert_field(a, "status", "complete");
	a = get(h, "setup_intents", setup);
	assert_field(a, "status", "succeeded");
	method = field(a, "payment_method");
	assert_field(get(h, "payment_methods", method), "customer", customer);
	assert_events(h, mark, "payment_method.attached\nsetup_intent.succeeded\ncheckout.session.completed\n");
}

/* ---- expiry ---- */

static void session__expires_by_itself(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500);
	const char *id = field(open_session(h, "payment",
				       text_of(h, "%s&expires_at=%lld&after_expiration[recovery][enabled]=true",
					       buy(h, price, 1), (long long)(HOUSE_NOW + HOUR))),
		"id");
	const char *mark = events_mark(h);
	const struct answer *a;

	go_to(h, HOUSE_NOW + HOUR - 1);
	assert_field(session_get(h, id), "status", "open");
	go_to(h, HOUSE_NOW + HOUR);
	a = session_get(h, id);
	assert_field(a, "status", "expired");
	assert_field(a, "payment_status", "unpaid");
	assert_field(a, "url", NULL);
	assert_money(a, "after_expiration.recovery.expires_at", HOUSE_NOW + HOUR + 30 * DAY);
	assert_events(h, mark, "checkout.session.expired\n");
	assert_status(submit(h, id, NULL), 400);
}

static void session__is_expired_by_hand(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500);
	const char *first = field(open_session(h, "payment", buy(h, price, 1)), "id");
	const char *second = field(open_session(h, "payment", buy(h, price, 1)), "id"), *mark = events_mark(h);
	const struct answer *a = api_ok(h, "POST", text_of(h, SESSIONS "/%s/expire", first), NULL);

	assert_field(a, "status", "expired");
	assert_field(api_ok(h, "POST", text_of(h, "/_mockstripe/checkout/sessions/%s/expire", second), NULL), "status",
		"expired");
	assert_events(h, mark, "checkout.session.expired\ncheckout.session.expired\n");
	assert_error(api(h, "POST", text_of(h, SESSIONS "/%s/expire", first), NULL), 400, NULL, NULL,
		"Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status "
		"of "
		"`expired`.");
	assert_status(api(h, "POST", "/_mockstripe/checkout/sessions/cs_none/complete", NULL), 404);
}

static void session__lives_on_its_customers_clock(void **state)
{
	struct house *h = *state;
	const char *clock = field(api_ok(h, "POST", "/v1/test_helpers/test_clocks",
					  text_of(h, "frozen_time=%lld", (long long)(HOUSE_NOW + 100 * DAY))),
		"id");
	const char *customer = customer_new(h, text_of(h, "test_clock=%s", clock), NULL),
		   *price = monthly(h, "Pro", 2000);
	const char *id =
		field(open_session(h, "subscription", text_of(h, "%s&customer=%s", buy(h, price, 1), customer)), "id");
	const struct answer *a = submit(h, id, NULL);

	assert_status(a, 200);
	assert_money(a, "expires_at", HOUSE_NOW + 101 * DAY);
	assert_money(get(h, "subscriptions", field(a, "subscription")), "start_date", HOUSE_NOW + 100 * DAY);
}

static void session__is_updated(void **state)
{
	struct house *h = *state;
	const char *id = field(open_session(h, "payment", buy(h, one_time(h, "Mug", 1500), 1)), "id");
	const char *path = text_of(h, SESSIONS "/%s", id);

	assert_field(api_ok(h, "POST", path, "metadata[a]=b"), "metadata.a", "b");
	assert_error(
		api(h, "POST", path, "payment_intent_data[description]=x"), 400, NULL, "payment_intent_data", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(payment__shows_what_is_due),
		BILLING_TEST(subscription__shows_what_is_due_today),
		BILLING_TEST(discount_and_tax__are_worked_out),
		BILLING_TEST(inline_price__makes_a_product),
		BILLING_TEST(embedded__has_a_secret),
		BILLING_TEST(session__is_refused),
		BILLING_TEST(payment__is_made_by_a_guest),
		BILLING_TEST(payment__may_make_a_customer),
		BILLING_TEST(payment__declined_stays_open),
		BILLING_TEST(payment__asks_for_authentication),
		BILLING_TEST(payment__by_invoice),
		BILLING_TEST(payment__by_bank_is_paid_later),
		BILLING_TEST(payment__with_shipping),
		BILLING_TEST(subscription__is_made),
		BILLING_TEST(subscription__begins_with_a_trial),
		BILLING_TEST(subscription__with_a_code_and_a_fee),
		BILLING_TEST(subscription__declined_leaves_nothing),
		BILLING_TEST(subscription__is_classic_for_an_older_client),
		BILLING_TEST(setup__saves_a_method),
		BILLING_TEST(session__expires_by_itself),
		BILLING_TEST(session__is_expired_by_hand),
		BILLING_TEST(session__lives_on_its_customers_clock),
		BILLING_TEST(session__is_updated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
