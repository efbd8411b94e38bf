/* SPDX-License-Identifier: MIT */

/*
 * The hosted pages over HTTP: what they show, what their forms do, where they lead to, and whom they refuse. Source:
 * Stripe docs "Customer portal", "How Checkout works", "Hosted invoice page", "Payment Links".
 */
#include <unistd.h>

#include "suites/resource/billing.h"
#include "suites/support/wire.h"

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

/* A page as a browser gets it; freed with the house's texts. */
struct seen {
	int status;
	const char *body, *location, *policy;
};

static int setup(void **state)
{
	*state = house_open(&(struct ms_options) { .now = HOUSE_NOW, .seed = 1 });
	return 0;
}

static int teardown(void **state)
{
	house_close(*state);
	return 0;
}

/* The path of a URL of this house, without its fragment. */
static const char *path_in(struct house *h, const char *url)
{
	const char *base = ms_url(h->ms);

	if (strncmp(url, base, strlen(base)))
		fail_msg("%s is not at %s", url, base);
	return text_of(h, "%.*s", (int)strcspn(url + strlen(base), "#"), url + strlen(base));
}

static struct seen ask_with(
	struct house *h, const char *method, const char *path, const char *headers, const char *body)
{
	struct wire_answer a;
	struct seen s = { .location = "", .policy = "" };
	char value[1024];

	wire_call(ms_url(h->ms), method, path, headers, body, &a);
	s.status = a.status;
	s.body = text_of(h, "%s", a.body);
	if (wire_header(&a, "Location", value, sizeof value))
		s.location = text_of(h, "%s", value);
	if (wire_header(&a, "Content-Security-Policy", value, sizeof value))
		s.policy = text_of(h, "%s", value);
	wire_clear(&a);
	return s;
}

static struct seen see(struct house *h, const char *path)
{
	return ask_with(h, "GET", path, "", NULL);
}

static struct seen send(struct house *h, const char *path, const char *body)
{
	return ask_with(h, "POST", path, FORM, body);
}

#define assert_page(s, wanted, part) assert_page_at(s, wanted, part, __FILE__, __LINE__)

static void assert_page_at(struct seen s, int status, const char *part, const char *file, int line)
{
	if (s.status == status && (!part || strstr(s.body, part)))
		return;
	print_error("status %d (wanted %d) without \"%s\":\n%s\n", s.status, status, part ? part : "", s.body);
	_fail(file, line);
}

static void assert_leads(struct seen s, const char *location)
{
	assert_int_equal(s.status, 303);
	assert_string_equal(s.location, location);
}

/* ---- the portal ---- */

struct shop {
	const char *customer, *pro, *max, *sub, *item, *config;
};

static struct shop shop_open(struct house *h)
{
	struct shop s = { .customer = customer_new(h, "email=a@example.com&name=%3Cb%3EAda%3C/b%3E", "visa"),
		.pro = monthly(h, "Pro", 2000),
		.max = monthly(h, "Max", 5000) };
	const struct answer *sub = subscribe(h, s.customer, s.pro, NULL);

	s.sub = field(sub, "id");
	s.item = field(sub, "items.data.0.id");
	s.config = field(
		api_ok(h, "POST", "/v1/billing_portal/configurations",
			text_of(h,
				"features[subscription_update][enabled]=true&features[subscription_update][default_"
				"allowed_"
				"updates][]=price&features[subscription_update][default_allowed_updates][]=quantity&"
				"features["
				"subscription_update][products][0][product]=%s&features[subscription_update][products]["
				"0]["
				"prices][]=%s&features[subscription_update][proration_behavior]=always_invoice&"
				"features["
				"subscription_cancel][enabled]=true&features[subscription_cancel][cancellation_reason]["
				"enabled]=true&features[subscription_cancel][cancellation_reason][options][]=unused&"
				"features["
				"payment_method_update][enabled]=true&features[invoice_history][enabled]=true&features["
				"customer_update][enabled]=true&features[customer_update][allowed_updates][]=name&"
				"features["
				"customer_update][allowed_updates][]=address&features[subscription_pause][enabled]="
				"true",
				field(get(h, "prices", s.max), "product"), s.max)),
		"id");
	return s;
}

static const char *portal(struct house *h, const struct shop *s, const char *more)
{
	return path_in(h, field(api_ok(h, "POST", "/v1/billing_portal/sessions",
					text_of(h, "customer=%s&configuration=%s&return_url=https://shop.example/me%s",
						s->customer, s->config, more)),
				  "url"));
}

static void portal__shows_the_plan_and_the_bills(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	struct seen page = see(h, portal(h, &s, ""));

	assert_page(page, 200, "$20.00 / month");
	assert_page(page, 200, "Visa ending in 4242");
	assert_page(page, 200, "href=\"https://shop.example/me\"");
	assert_page(page, 200, "01 Feb 2026");
	assert_page(page, 200, field(latest_invoice(h, s.sub), "hosted_invoice_url"));
	assert_page(page, 200, "&lt;b&gt;Ada&lt;/b&gt;");
	assert_null(strstr(page.body, "<b>"));
	assert_null(strstr(page.body, "<script"));
}

static void portal__changes_the_plan(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const char *base = portal(h, &s, ""), *update = text_of(h, "%s/subscriptions/%s/update", base, s.sub);
	const char *choice = text_of(h, "price=%s&quantity=2", s.max);

	assert_page(see(h, update), 200, s.max);
	/* 2 x 50.00 for the month, less the 20.00 that are paid. */
	assert_page(see(h, text_of(h, "%s/subscriptions/%s/preview?%s", base, s.sub, choice)), 200, "$80.00");
	assert_field(get(h, "subscriptions", s.sub), "items.data.0.price.id", s.pro);
	assert_page(send(h, update, "price=price_none"), 400, "is not among the products");
	assert_page(send(h, update, text_of(h, "price=%s&quantity=x", s.max)), 400, "whole number above 0");
	assert_leads(send(h, update, choice), text_of(h, "%s?done=updated", base));
	assert_money(latest_invoice(h, s.sub), "amount_paid", 8000);
	assert_page(see(h, text_of(h, "%s?done=updated", base)), 200, "Your plan has been updated.");
	assert_page(see(h, base), 200, "Max × 2");
}

static void portal__cancels_and_takes_it_back(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const char *base = portal(h, &s, ""), *path = text_of(h, "%s/subscriptions/%s/", base, s.sub);

	assert_page(see(h, text_of(h, "%scancel", path)), 200, "I no longer need it");
	assert_leads(send(h, text_of(h, "%scancel", path), "feedback=unused&comment=Bye"),
		text_of(h, "%s?done=canceled", base));
	assert_money(get(h, "subscriptions", s.sub), "cancel_at", FEB_1);
	assert_field(get(h, "subscriptions", s.sub), "cancellation_details.feedback", "unused");
	assert_page(see(h, base), 200, "Cancels</span> on 01 Feb 2026");
	assert_leads(send(h, text_of(h, "%srenew", path), ""), text_of(h, "%s?done=renewed", base));
	assert_field(get(h, "subscriptions", s.sub), "cancel_at", NULL);
	assert_leads(send(h, text_of(h, "%spause", path), ""), text_of(h, "%s?done=paused", base));
	assert_page(see(h, base), 200, "Resume</button>");
	go_to(h, HOUSE_NOW + 60);
	assert_leads(send(h, text_of(h, "%sresume", path), ""), text_of(h, "%s?done=resumed", base));
	assert_field(get(h, "subscriptions", s.sub), "status", "active");
}

static void portal__takes_cards_and_addresses(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const char *base = portal(h, &s, ""), *methods = text_of(h, "%s/payment-methods", base);
	const struct answer *a;

	assert_page(see(h, methods), 200, "name=\"number\"");
	assert_page(send(h, methods, "payment_method=pm_card_chargeDeclined"), 402, "Your card was declined.");
	assert_page(send(h, methods, "number=4242424242424241&expiry=12/34&cvc=123"), 402,
		"Your card number is incorrect.");
	assert_page(send(h, methods, "number=4242424242424242&expiry=soon"), 402, "expiration date is incomplete");
	assert_leads(send(h, methods, "number=5555+5555+5555+4444&expiry=12+%2F+34&cvc=123"),
		text_of(h, "%s?done=method", base));
	assert_page(see(h, base), 200, "Mastercard ending in 4444");
	/* The first card is still there, and may be chosen again. */
	a = api_ok(h, "GET", text_of(h, "/v1/customers/%s/payment_methods", s.customer), NULL);
	assert_int_equal(field_count(a, "data"), 2);
	assert_page(see(h, methods), 200, "Saved: Visa ending in 4242");
	assert_leads(send(h, methods, text_of(h, "payment_method=%s", field(a, "data.1.id"))),
		text_of(h, "%s?done=method", base));
	assert_field(get(h, "customers", s.customer), "invoice_settings.default_payment_method", field(a, "data.1.id"));
	assert_leads(send(h, text_of(h, "%s/customer/update", base),
			     "name=Ada&address[line1]=1+Quay&address[city]=Howth&address[country]=ie"),
		text_of(h, "%s?done=customer", base));
	a = get(h, "customers", s.customer);
	assert_field(a, "name", "Ada");
	assert_field(a, "address.country", "IE");
	assert_page(send(h, text_of(h, "%s/customer/update", base), "email=b@example.com"), 400,
		"does not allow customers to update");
}

static void flow__ends_where_it_says(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const char *flow = text_of(
		h, "&flow_data[type]=subscription_cancel&flow_data[subscription_cancel][subscription]=%s", s.sub);
	const char *base = portal(h, &s,
		text_of(h,
			"%s&flow_data[after_completion][type]=redirect&flow_data[after_completion][redirect][return_"
			"url]="
			"https://shop.example/gone",
			flow));
	struct seen page = see(h, base);

	assert_page(page, 200, "Cancel your subscription");
	assert_non_null(strstr(page.policy, "form-action 'self' https://shop.example;"));
	assert_leads(send(h, text_of(h, "%s/subscriptions/%s/cancel", base, s.sub), ""), "https://shop.example/gone");
	send(h, text_of(h, "%s/subscriptions/%s/renew", base, s.sub), "");
	base = portal(h, &s,
		text_of(h,
			"%s&flow_data[after_completion][type]=hosted_confirmation&flow_data[after_completion][hosted_"
			"confirmation][custom_message]=Farewell",
			flow));
	assert_leads(
		send(h, text_of(h, "%s/subscriptions/%s/cancel", base, s.sub), ""), text_of(h, "%s?confirmed=1", base));
	assert_page(see(h, text_of(h, "%s?confirmed=1", base)), 200, "Farewell");
}

static void proposed_change__is_shown_and_confirmed(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const char *base = portal(h, &s,
		text_of(h,
			"&flow_data[type]=subscription_update_confirm&flow_data[subscription_update_confirm]["
			"subscription]="
			"%s&flow_data[subscription_update_confirm][items][0][id]=%s&flow_data[subscription_update_"
			"confirm]["
			"items][0][price]=%s",
			s.sub, s.item, s.max));

	assert_page(see(h, base), 200, "$30.00");
	assert_leads(send(h, text_of(h, "%s/confirm", base), ""), text_of(h, "%s?done=updated", base));
	assert_field(get(h, "subscriptions", s.sub), "items.data.0.price.id", s.max);
	assert_page(send(h, text_of(h, "%s/confirm", base), ""), 400, "There is nothing to confirm");
}

static void portal__closes(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h), other = shop_open(h);
	const char *base = portal(h, &s, "");

	assert_page(see(h, text_of(h, "%s/subscriptions/%s/cancel", base, other.sub)), 404, "Page not found");
	assert_int_equal(send(h, text_of(h, "%s/subscriptions/%s/cancel", base, other.sub), "").status, 404);
	assert_page(see(h, "/p/session/test_none"), 404, "Page not found");
	assert_page(see(h, "/p/session/none/of/these"), 404, "Page not found");
	go_to(h, HOUSE_NOW + 301);
	assert_page(see(h, base), 410, "This portal session has expired");
	assert_int_equal(send(h, text_of(h, "%s/subscriptions/%s/cancel", base, s.sub), "").status, 410);
	assert_field(get(h, "subscriptions", s.sub), "cancel_at", NULL);
}

static void login__finds_the_customer(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const struct answer *a = api_ok(
		h, "POST", text_of(h, "/v1/billing_portal/configurations/%s", s.config), "login_page[enabled]=true");
	const char *path = path_in(h, field(a, "login_page.url"));
	struct seen page;

	assert_page(see(h, text_of(h, "%s?prefilled_email=a@example.com", path)), 200, "value=\"a@example.com\"");
	assert_page(send(h, path, "email=nobody@example.com"), 400, "No customer has this email: nobody@example.com");
	page = send(h, path, "email=a@example.com");
	assert_int_equal(page.status, 303);
	assert_page(see(h, page.location), 200, "$20.00 / month");
	api_ok(h, "POST", text_of(h, "/v1/billing_portal/configurations/%s", s.config), "login_page[enabled]=false");
	assert_page(see(h, path), 404, "Page not found");
}

/* ---- Checkout ---- */

static const char *checkout(struct house *h, const char *mode, const char *more, const char **id)
{
	const struct answer *a = api_ok(h, "POST", "/v1/checkout/sessions",
		text_of(h, "mode=%s&success_url=https://shop.example/ok?s={CHECKOUT_SESSION_ID}&%s", mode, more));

	*id = field(a, "id");
	return path_in(h, field(a, "url"));
}

static void checkout__is_paid(void **state)
{
	struct house *h = *state;
	const char *id, *mug = one_time(h, "Mug", 1500), *path, *who = "email=z@example.com&name=Zoe";
	const struct answer *a;
	struct seen page;

	path = checkout(h, "payment",
		text_of(h, "line_items[0][price]=%s&line_items[0][quantity]=2&cancel_url=https://shop.example/back",
			mug),
		&id);
	page = see(h, path);
	assert_page(page, 200, "Pay $30.00");
	assert_page(page, 200, "href=\"https://shop.example/back\"");
	assert_non_null(strstr(page.policy, "form-action 'self' https://shop.example;"));
	assert_page(send(h, path, "payment_method=pm_card_visa&name=Zoe"), 400, "Missing required param: email.");
	assert_page(send(h, path, text_of(h, "%s&payment_method=pm_card_chargeDeclinedInsufficientFunds", who)), 402,
		"Your card has insufficient funds.");
	page = send(h, path, text_of(h, "%s&payment_method=pm_card_authenticationRequired", who));
	assert_page(page, 200, "3D Secure");
	assert_page(page, 200, "name=\"email\" value=\"z@example.com\"");
	assert_page(send(h, path,
			    text_of(h, "%s&payment_method=pm_card_authenticationRequired&authentication=failed", who)),
		402, "We are unable to authenticate your payment method.");
	assert_field(api_ok(h, "GET", text_of(h, "/v1/checkout/sessions/%s", id), NULL), "status", "open");
	assert_leads(send(h, path, text_of(h, "%s&number=4242424242424242&expiry=12/34&cvc=123", who)),
		text_of(h, "https://shop.example/ok?s=%s", id));
	a = api_ok(h, "GET", text_of(h, "/v1/checkout/sessions/%s", id), NULL);
	assert_field(a, "payment_status", "paid");
	assert_field(a, "customer_details.email", "z@example.com");
	assert_page(see(h, path), 200, "Thanks for your payment");
	assert_page(send(h, path, who), 400, "Thanks for your payment");
}

static void checkout__is_changed_first(void **state)
{
	struct house *h = *state;
	const char *id, *pro = monthly(h, "Pro", 2000), *mug = one_time(h, "Mug", 1500), *path, *choose;

	api_ok(h, "POST", "/v1/coupons", "id=HALF&percent_off=50&duration=once");
	api_ok(h, "POST", "/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=HALF&code=HALF");
	path = checkout(h, "subscription",
		text_of(h,
			"line_items[0][price]=%s&line_items[0][quantity]=1&line_items[0][adjustable_quantity][enabled]="
			"true&"
			"optional_items[0][price]=%s&optional_items[0][quantity]=1&allow_promotion_codes=true&consent_"
			"collection[terms_of_service]=required",
			pro, mug),
		&id);
	choose = text_of(h, "%s/choose", path);
	assert_page(send(h, choose, "promotion_code=NONE"), 400, "The promotion code NONE is not valid.");
	assert_leads(send(h, choose, "promotion_code=half"), path);
	assert_leads(send(h, choose, "quantities[0]=3"), path);
	assert_leads(send(h, choose, text_of(h, "optional_items[%s]=1", mug)), path);
	assert_page(see(h, path), 200, "$37.50"); /* half of 3 x 20.00 and 15.00 */
	assert_leads(send(h, choose, text_of(h, "optional_items[%s]=0", mug)), path);
	assert_leads(send(h, choose, "promotion_code="), path);
	assert_page(see(h, path), 200, "$60.00");
	assert_page(send(h, path, "email=z@example.com&name=Zoe&payment_method=pm_card_visa"), 400,
		"You must agree to the terms of service");
	assert_leads(
		send(h, path, "email=z@example.com&name=Zoe&payment_method=pm_card_visa&terms_of_service=accepted"),
		text_of(h, "https://shop.example/ok?s=%s", id));
	assert_money(latest_invoice(h,
			     field(api_ok(h, "GET", text_of(h, "/v1/checkout/sessions/%s", id), NULL), "subscription")),
		"amount_paid", 6000);
}

static void checkout__saves_a_card(void **state)
{
	struct house *h = *state;
	const char *id, *customer = customer_new(h, "email=a@example.com", NULL);
	const char *path = checkout(h, "setup", text_of(h, "currency=usd&customer=%s", customer), &id);

	assert_page(see(h, path), 200, "Save card");
	assert_int_equal(send(h, path, "email=a@example.com&name=Ada&payment_method=pm_card_visa").status, 303);
	assert_int_equal(
		field_count(api_ok(h, "GET", text_of(h, "/v1/customers/%s/payment_methods", customer), NULL), "data"),
		1);
}

static void checkout__expires_and_is_recovered(void **state)
{
	struct house *h = *state;
	const char *id, *mug = one_time(h, "Mug", 1500), *recovery;
	const char *path = checkout(h, "payment",
		text_of(h, "line_items[0][price]=%s&line_items[0][quantity]=1&after_expiration[recovery][enabled]=true",
			mug),
		&id);
	struct seen page;

	assert_page(see(h, "/c/pay/cs_test_none"), 404, "Page not found");
	recovery = field(api_ok(h, "POST", text_of(h, "/v1/checkout/sessions/%s/expire", id), NULL),
		"after_expiration.recovery.url");
	assert_page(see(h, path), 410, "This checkout has expired");
	page = see(h, path_in(h, recovery));
	assert_int_equal(page.status, 303);
	assert_page(see(h, page.location), 200, "Pay $15.00");
	go_to(h, HOUSE_NOW + 31 * DAY);
	assert_page(see(h, path_in(h, recovery)), 410, "The recovery URL of this Checkout Session has expired.");
}

static void payment_link__opens_a_session_each_time(void **state)
{
	struct house *h = *state;
	const char *mug = one_time(h, "Mug", 1500);
	const struct answer *link = api_ok(h, "POST", "/v1/payment_links",
		text_of(h,
			"line_items[0][price]=%s&line_items[0][quantity]=1&after_completion[type]=hosted_confirmation&"
			"after_"
			"completion[hosted_confirmation][custom_message]=Cheers",
			mug));
	const char *path = path_in(h, field(link, "url"));
	struct seen one = see(h, path), two = see(h, path);

	assert_int_equal(one.status, 303);
	assert_string_not_equal(one.location, two.location);
	assert_leads(send(h, one.location, "email=z@example.com&name=Zoe&payment_method=pm_card_visa"), one.location);
	assert_page(see(h, one.location), 200, "Cheers");
	one = see(h, text_of(h, "%s?prefilled_email=ada@example.com&client_reference_id=cart_7", path));
	assert_page(see(h, one.location), 200, "value=\"ada@example.com\"");
	assert_field(api_ok(h, "GET", "/v1/checkout/sessions?limit=1", NULL), "data.0.client_reference_id", "cart_7");
	api_ok(h, "POST", text_of(h, "/v1/payment_links/%s", field(link, "id")), "active=false");
	assert_page(see(h, path), 410, "The link is no longer active.");
	assert_page(see(h, "/b/test_000000000000000000000000none"), 404, "Page not found");
}

/* ---- bills ---- */

static const struct answer *open_invoice(struct house *h)
{
	const char *customer = customer_new(h, "email=a@example.com&name=Ada", NULL), *invoice;

	invoice = field(api_ok(h, "POST", "/v1/invoices",
				text_of(h, "customer=%s&collection_method=send_invoice&days_until_due=30", customer)),
		"id");
	api_ok(h, "POST", "/v1/invoiceitems",
		text_of(h, "customer=%s&invoice=%s&amount=2500&currency=usd&description=Boat+%%26+oars", customer,
			invoice));
	return api_ok(h, "POST", text_of(h, "/v1/invoices/%s/finalize", invoice), NULL);
}

static void invoice__is_shown_and_paid(void **state)
{
	struct house *h = *state;
	const struct answer *a = open_invoice(h), *charge;
	const char *id = field(a, "id"), *path = path_in(h, field(a, "hosted_invoice_url")), *receipt;

	assert_page(see(h, path), 200, "Boat &amp; oars");
	assert_page(see(h, path), 200, "Pay $25.00");
	assert_page(send(h, path, "payment_method=pm_card_chargeDeclined"), 402, "Your card was declined.");
	assert_field(get(h, "invoices", id), "status", "open");
	assert_page(send(h, path, "payment_method=pm_card_authenticationRequired&authentication=failed"), 402,
		"We are unable to authenticate your payment method.");
	assert_int_equal(
		send(h, path, "payment_method=pm_card_authenticationRequired&authentication=succeeded").status, 303);
	assert_field(get(h, "invoices", id), "status", "paid");
	assert_page(see(h, path), 200, ">Paid</span>");
	assert_null(strstr(see(h, path).body, "<form"));
	charge = api_ok(h, "GET", "/v1/charges?limit=1", NULL);
	receipt = path_in(h, field(charge, "data.0.receipt_url"));
	assert_page(see(h, receipt), 200, "$25.00");
}

static void pdf__is_one(void **state)
{
	struct house *h = *state;
	const struct answer *a = open_invoice(h), *note;
	const char *path = path_in(h, field(a, "invoice_pdf"));
	struct wire_answer one, two;
	char type[80];

	wire_call(ms_url(h->ms), "GET", path, "", NULL, &one);
	wire_call(ms_url(h->ms), "GET", path, "", NULL, &two);
	assert_int_equal(one.status, 200);
	assert_true(wire_header(&one, "Content-Type", type, sizeof type));
	assert_string_equal(type, "application/pdf");
	assert_true(one.length > 800);
	assert_memory_equal(one.body, "%PDF-", 5);
	assert_int_equal(one.length, two.length);
	assert_memory_equal(one.body, two.body, one.length);
	wire_clear(&one);
	wire_clear(&two);
	note = api_ok(h, "POST", "/v1/credit_notes", text_of(h, "invoice=%s&amount=500", field(a, "id")));
	wire_call(ms_url(h->ms), "GET", path_in(h, field(note, "pdf")), "", NULL, &one);
	assert_int_equal(one.status, 200);
	assert_memory_equal(one.body, "%PDF-", 5);
	wire_clear(&one);
}

static void bill__needs_the_whole_secret(void **state)
{
	struct house *h = *state;
	const struct answer *a = open_invoice(h);
	char *path = strdup(path_in(h, field(a, "hosted_invoice_url")));
	char *word = strstr(path, "/test_") + 6;

	assert_page(see(h, path), 200, NULL);
	*word = *word == 'a' ? 'b' : 'a';
	assert_page(see(h, path), 404, "Page not found");
	free(path);
	assert_page(see(h, text_of(h, "/i/acct_1MockstripeTest1/test_%s", field(a, "id"))), 404, NULL);
	assert_page(see(h, "/i/acct_none/test_none"), 404, "Page not found");
	assert_page(see(h, "/invoice/acct_1MockstripeTest1/test_none/pdf"), 404, NULL);
}

/* ---- the door ---- */

/* The status of a page that is asked for by that name of the machine. */
static int status_at(struct house *h, const char *path, const char *host)
{
	const char *request = text_of(h, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host);
	int fd = wire_connect(ms_url(h->ms)), status;
	struct wire_answer a;

	assert_true(wire_send(fd, request, strlen(request)));
	wire_read(fd, false, &a);
	status = a.status;
	wire_clear(&a);
	close(fd);
	return status;
}

static void page__is_for_its_own_origin(void **state)
{
	struct house *h = *state;
	struct shop s = shop_open(h);
	const char *base = portal(h, &s, ""), *cancel = text_of(h, "%s/subscriptions/%s/cancel", base, s.sub);
	struct wire_answer a;
	char value[64];

	assert_page(ask_with(h, "POST", cancel, FORM "Origin: https://evil.example\r\n", ""), 403, "Not from there");
	assert_page(ask_with(h, "POST", cancel, FORM "Origin: null\r\n", ""), 403, "Not from there");
	assert_int_equal(status_at(h, base, "evil.example"), 403);
	assert_int_equal(status_at(h, base, "localhost"), 200);
	assert_field(get(h, "subscriptions", s.sub), "cancel_at", NULL);
	assert_int_equal(ask_with(h, "POST", cancel, text_of(h, FORM "Origin: %s\r\n", ms_url(h->ms)), "").status, 303);
	wire_call(ms_url(h->ms), "GET", base, "", NULL, &a);
	assert_false(wire_header(&a, "Access-Control-Allow-Origin", value, sizeof value));
	assert_true(wire_header(&a, "Referrer-Policy", value, sizeof value));
	assert_string_equal(value, "same-origin");
	wire_clear(&a);
	assert_page(ask_with(h, "DELETE", base, "", NULL), 405, NULL);
	assert_page(see(h, text_of(h, "%s?a=%%zz", base)), 400, "cannot be read");
	assert_page(see(h, "/p/style.css"), 200, "prefers-color-scheme");
}

/* Without a socket nobody can open a page: its URL is Stripe's, and its path is served all the same. */
static void page__is_served_without_a_socket(void **state)
{
	struct house *h = house_open(&(struct ms_options) { .no_socket = true, .now = HOUSE_NOW, .seed = 1 });
	const struct answer *a = open_invoice(h);
	const char *url = field(a, "hosted_invoice_url"), *host = "https://invoice.stripe.com";

	(void)state;
	assert_memory_equal(url, host, strlen(host));
	a = api(h, "GET", url + strlen(host), NULL);
	assert_status(a, 200);
	assert_non_null(strstr(a->text, "Pay $25.00"));
	house_close(h);
}

#define PAGE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAGE_TEST(portal__shows_the_plan_and_the_bills),
		PAGE_TEST(portal__changes_the_plan),
		PAGE_TEST(portal__cancels_and_takes_it_back),
		PAGE_TEST(portal__takes_cards_and_addresses),
		PAGE_TEST(flow__ends_where_it_says),
		PAGE_TEST(proposed_change__is_shown_and_confirmed),
		PAGE_TEST(portal__closes),
		PAGE_TEST(login__finds_the_customer),
		PAGE_TEST(checkout__is_paid),
		PAGE_TEST(checkout__is_changed_first),
		PAGE_TEST(checkout__saves_a_card),
		PAGE_TEST(checkout__expires_and_is_recovered),
		PAGE_TEST(payment_link__opens_a_session_each_time),
		PAGE_TEST(invoice__is_shown_and_paid),
		PAGE_TEST(pdf__is_one),
		PAGE_TEST(bill__needs_the_whole_secret),
		PAGE_TEST(page__is_for_its_own_origin),
		cmocka_unit_test(page__is_served_without_a_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
