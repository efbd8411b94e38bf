/* SPDX-License-Identifier: MIT */

/*
 * What customers do on Checkout's page before they pay, and what the page asks of them; payment links; carts that are
 * recovered. Source: Stripe docs "Add custom fields", "Make line item quantities adjustable", "Add optional items",
 * "Add discounts", "Collect addresses", "Collect tax IDs", "Recover abandoned carts", "Payment Links".
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

static const struct answer *submitted(struct house *h, const char *session, const char *body)
{
	const struct answer *a = submit(h, session, body);

	assert_status(a, 200);
	assert_field(a, "status", "complete");
	return api_ok(h, "GET", text_of(h, SESSIONS "/%s?expand[]=line_items", session), NULL);
}

static void assert_refused(const struct answer *a, const char *message)
{
	assert_status(a, 400);
	assert_field(a, "error.message", message);
}

static const char *buy(struct house *h, const char *price, int quantity)
{
	return text_of(h, "line_items[0][price]=%s&line_items[0][quantity]=%d", price, quantity);
}

/* ---- the basket ---- */

static void promotion_code__is_typed(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500), *id, *code;
	const struct answer *a;

	api_ok(h, "POST", "/v1/coupons", "id=FIFTH&percent_off=20&duration=once");
	code = field(
		api_ok(h, "POST", "/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=FIFTH&code=SAVE20"),
		"id");
	id = field(open_session(h, "payment", buy(h, price, 2)), "id");
	assert_refused(submit(h, id, "promotion_code=SAVE20"),
		"This Checkout Session does not take promotion codes: create it with `allow_promotion_codes`.");
	id = field(open_session(h, "payment", text_of(h, "allow_promotion_codes=true&%s", buy(h, price, 2))), "id");
	assert_refused(submit(h, id, "promotion_code=SAVE30"), "The promotion code SAVE30 is not valid.");
	a = submitted(h, id, "promotion_code=save20");
	assert_money(a, "amount_total", 2400);
	assert_money(a, "total_details.amount_discount", 600);
	assert_field(a, "discounts.0.promotion_code", code);
	assert_money(a, "line_items.data.0.amount_total", 2400);
	assert_money(get(h, "payment_intents", field(a, "payment_intent")), "amount", 2400);
}

static void promotion_code__goes_to_the_subscription(void **state)
{
	struct house *h = *state;
	const char *price = monthly(h, "Pro", 2000), *id;
	const struct answer *a;

	api_ok(h, "POST", "/v1/coupons", "id=FIFTH&percent_off=20&duration=forever");
	api_ok(h, "POST", "/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=FIFTH&code=SAVE20");
	id = field(
		open_session(h, "subscription", text_of(h, "allow_promotion_codes=true&%s", buy(h, price, 1))), "id");
	a = submitted(h, id, "promotion_code=SAVE20");
	assert_money(latest_invoice(h, field(a, "subscription")), "amount_paid", 1600);
	assert_int_equal(field_count(get(h, "subscriptions", field(a, "subscription")), "discounts"), 1);
	assert_money(get(h, "coupons", "FIFTH"), "times_redeemed", 1);
}

static void quantity__is_adjusted_in_its_bounds(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500), *id;
	const struct answer *a;

	id = field(open_session(h, "payment", buy(h, price, 2)), "id");
	assert_refused(submit(h, id, "quantities[0]=3"), "The quantity of this item cannot be changed.");
	id = field(open_session(h, "payment",
			   text_of(h,
				   "%s&line_items[0][adjustable_quantity][enabled]=true&line_items[0][adjustable_"
				   "quantity]["
				   "minimum]=2&line_items[0][adjustable_quantity][maximum]=5",
				   buy(h, price, 2))),
		"id");
	assert_refused(submit(h, id, "quantities[0]=6"), "The quantity must be between 2 and 5.");
	assert_refused(submit(h, id, "quantities[0]=many"), "Invalid integer");
	a = submitted(h, id, "quantities[0]=4");
	assert_money(a, "amount_total", 6000);
	assert_money(a, "line_items.data.0.quantity", 4);
	assert_money(a, "line_items.data.0.amount_subtotal", 6000);
	assert_money(get(h, "payment_intents", field(a, "payment_intent")), "amount", 6000);
}

static void optional_items__join_the_basket(void **state)
{
	struct house *h = *state;
	const char *pro = monthly(h, "Pro", 2000), *mug = one_time(h, "Mug", 1500), *other = one_time(h, "Cup", 700),
		   *id;
	const struct answer *a = open_session(h, "subscription",
		text_of(h,
			"%s&optional_items[0][price]=%s&optional_items[0][quantity]=1&optional_items[0][adjustable_"
			"quantity]["
			"enabled]=true&optional_items[0][adjustable_quantity][maximum]=3",
			buy(h, pro, 1), mug));

	id = field(a, "id");
	assert_field(a, "optional_items.0.price", mug);
	assert_money(a, "optional_items.0.quantity", 1);
	assert_money(a, "optional_items.0.adjustable_quantity.maximum", 3);
	assert_money(a, "amount_total", 2000);
	assert_refused(submit(h, id, text_of(h, "optional_items[%s]=1", other)),
		text_of(h, "This Checkout Session has no optional item of the price `%s`.", other));
	assert_refused(submit(h, id, text_of(h, "optional_items[%s]=4", mug)), "The quantity must be between 0 and 3.");
	a = submitted(h, id, text_of(h, "optional_items[%s]=2", mug));
	assert_money(a, "amount_total", 5000);
	assert_int_equal(field_count(a, "line_items.data"), 2);
	assert_money(a, "line_items.data.1.amount_total", 3000);
	assert_money(latest_invoice(h, field(a, "subscription")), "amount_paid", 5000);
	assert_error(
		api(h, "POST", SESSIONS,
			text_of(h,
				"mode=payment&" OK_URL "&%s&optional_items[0][price]=%s&optional_items[0][quantity]=1",
				buy(h, mug, 1), pro)),
		400, NULL, "optional_items[0][price]", "one-time");
}

static void shipping__is_chosen(void **state)
{
	struct house *h = *state;
	const char *mug = one_time(h, "Mug", 1500), *id, *fast;
	const struct answer *a = open_session(h, "payment",
		text_of(h,
			"%s&shipping_options[0][shipping_rate_data][display_name]=Slow&shipping_options[0][shipping_"
			"rate_"
			"data][type]=fixed_amount&shipping_options[0][shipping_rate_data][fixed_amount][amount]=300&"
			"shipping_options[0][shipping_rate_data][fixed_amount][currency]=usd&shipping_options[1]["
			"shipping_"
			"rate_data][display_name]=Fast&shipping_options[1][shipping_rate_data][type]=fixed_amount&"
			"shipping_"
			"options[1][shipping_rate_data][fixed_amount][amount]=900&shipping_options[1][shipping_rate_"
			"data]["
			"fixed_amount][currency]=usd",
			buy(h, mug, 1)));

	id = field(a, "id");
	fast = field(a, "shipping_options.1.shipping_rate");
	assert_money(a, "amount_total", 1800);
	assert_status(submit(h, id, "shipping_rate=shr_none"), 400);
	a = submitted(h, id, text_of(h, "shipping_rate=%s", fast));
	assert_money(a, "amount_total", 2400);
	assert_field(a, "shipping_cost.shipping_rate", fast);
}

/* ---- what the page asks ---- */

static void custom_fields__are_filled_in(void **state)
{
	static const char fields[] =
		"custom_fields[0][key]=boat&custom_fields[0][label][type]=custom&custom_fields[0][label][custom]=Boat&"
		"custom_"
		"fields[0][type]=text&custom_fields[0][text][maximum_length]=5&custom_fields[1][key]=size&custom_"
		"fields[1]["
		"label][type]=custom&custom_fields[1][label][custom]=Size&custom_fields[1][type]=dropdown&custom_"
		"fields[1]["
		"dropdown][options][0][label]=Small&custom_fields[1][dropdown][options][0][value]=s&custom_fields[1]["
		"optional]=true&custom_fields[2][key]=vat&custom_fields[2][label][type]=custom&custom_fields[2][label]["
		"custom]=Number&custom_fields[2][type]=numeric&custom_fields[2][optional]=true";
	static const struct {
		const char *body, *message;
	} refused[] = {
		{ "", "The custom field `boat` must be filled in." },
		{ "custom_fields[boat]=Seagull", "Enter at most 5 characters." },
		{ "custom_fields[boat]=Gull&custom_fields[size]=xl", "`xl` is none of the options." },
		{ "custom_fields[boat]=Gull&custom_fields[vat]=a1", "Enter digits only." },
		{ "custom_fields[boat]=Gull&custom_fields[colour]=red",
			"This Checkout Session has no custom field `colour`." },
	};
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500), *id;
	const struct answer *a = open_session(h, "payment", text_of(h, "%s&%s", buy(h, price, 1), fields));

	id = field(a, "id");
	assert_field(a, "custom_fields.0.text.value", NULL);
	assert_flag(a, "custom_fields.0.optional", false);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		assert_refused(submit(h, id, refused[i].body), refused[i].message);
	a = submitted(h, id, "custom_fields[boat]=Gull&custom_fields[size]=s");
	assert_field(a, "custom_fields.0.text.value", "Gull");
	assert_field(a, "custom_fields.1.dropdown.value", "s");
	assert_field(a, "custom_fields.2.numeric.value", NULL);
}

static void custom_fields__are_refused(void **state)
{
	static const struct {
		const char *fields, *param;
	} rows[] = {
		{ "custom_fields[0][key]=a-b&custom_fields[0][type]=text", "custom_fields[0][key]" },
		{ "custom_fields[0][key]=a&custom_fields[0][type]=dropdown", "custom_fields[0][dropdown]" },
		{ "custom_fields[0][key]=a&custom_fields[0][type]=text&custom_fields[0][numeric][maximum_length]=3",
			"custom_fields[0][numeric]" },
		{ "custom_fields[0][key]=a&custom_fields[0][type]=text&custom_fields[1][key]=a&custom_fields[1][type]="
		  "text&"
		  "custom_fields[1][label][type]=custom&custom_fields[1][label][custom]=B",
			"custom_fields[1][key]" },
	};
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_error(
			api(h, "POST", SESSIONS,
				text_of(h,
					"mode=payment&" OK_URL "&%s&custom_fields[0][label][type]=custom&custom_fields["
					"0][label][custom]=A&%s",
					buy(h, price, 1), rows[i].fields)),
			400, strstr(rows[i].param, "dropdown") ? "parameter_missing" : NULL, rows[i].param, NULL);
}

static void consent__is_given_or_not(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500);
	const char *asks =
		text_of(h, "%s&consent_collection[terms_of_service]=required&consent_collection[promotions]=auto",
			buy(h, price, 1));
	const char *id = field(open_session(h, "payment", asks), "id");
	const struct answer *a;

	assert_refused(submit(h, id, "terms_of_service=refused"), "You must agree to the terms of service to go on.");
	assert_refused(submit(h, id, "promotions=maybe"), "`promotions` must be opt_in or opt_out.");
	a = submitted(h, id, "promotions=opt_in");
	assert_json(h, a, "consent", "{\"promotions\":\"opt_in\",\"terms_of_service\":\"accepted\"}");
	a = submitted(h, field(open_session(h, "payment", buy(h, price, 1)), "id"), NULL);
	assert_field(a, "consent", NULL);
}

static void addresses_and_names__are_collected(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500);
	const char *asks = text_of(h,
		"%s&billing_address_collection=required&phone_number_collection[enabled]=true&shipping_address_"
		"collection["
		"allowed_countries][]=IE&name_collection[business][enabled]=true&customer_creation=always",
		buy(h, price, 1));
	const char *id = field(open_session(h, "payment", asks), "id");
	const struct answer *a;

	assert_refused(
		submit(h, id, "shipping[name]=Ada&shipping[address][line1]=1 Quay&shipping[address][country]=FR"),
		"We do not ship to this country: FR.");
	a = submitted(h, id,
		"name=Ada&phone=%2B35312345&business_name=Byrne Ltd&address[line1]=4 "
		"Road&address[country]=ie&shipping[name]="
		"Bob&shipping[address][line1]=1 Quay&shipping[address][country]=IE");
	assert_field(a, "customer_details.address.line1", "4 Road");
	assert_field(a, "customer_details.address.country", "IE");
	assert_field(a, "customer_details.phone", "+35312345");
	assert_field(a, "customer_details.business_name", "Byrne Ltd");
	assert_field(a, "collected_information.business_name", "Byrne Ltd");
	assert_field(a, "collected_information.shipping_details.name", "Bob");
	a = get(h, "customers", field(a, "customer"));
	assert_field(a, "name", "Byrne Ltd");
	assert_field(a, "address.line1", "4 Road");
	assert_field(a, "shipping.address.line1", "1 Quay");
	/* What a test leaves out is made up. */
	a = submitted(h, field(open_session(h, "payment", asks), "id"), NULL);
	assert_field(a, "customer_details.phone", "+15555550123");
	assert_field(a, "collected_information.shipping_details.address.country", "IE");
}

static void customer_update__decides_what_is_kept(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500), *customer, *id;
	const struct answer *a;

	customer = customer_new(h, "email=a@example.com&name=Ada", NULL);
	id = field(
		open_session(h, "payment",
			text_of(h, "%s&customer=%s&billing_address_collection=required", buy(h, price, 1), customer)),
		"id");
	submitted(h, id, "name=Eve&address[line1]=4 Road&address[country]=IE");
	assert_field(get(h, "customers", customer), "address", NULL);
	id = field(open_session(h, "payment",
			   text_of(h,
				   "%s&customer=%s&billing_address_collection=required&customer_update[address]=auto&"
				   "customer_"
				   "update[name]=auto&tax_id_collection[enabled]=true",
				   buy(h, price, 1), customer)),
		"id");
	a = submitted(h, id,
		"name=Eve&address[line1]=4 Road&address[country]=IE&tax_id[type]=eu_vat&tax_id[value]=IE1234567AB");
	assert_field(a, "customer_details.tax_ids.0.value", "IE1234567AB");
	a = get(h, "customers", customer);
	assert_field(a, "name", "Eve");
	assert_field(a, "address.line1", "4 Road");
	a = api_ok(h, "GET", text_of(h, "/v1/customers/%s/tax_ids", customer), NULL);
	assert_field(a, "data.0.value", "IE1234567AB");
	assert_error(api(h, "POST", SESSIONS,
			     text_of(h, "mode=payment&" OK_URL "&%s&customer=%s&tax_id_collection[enabled]=true",
				     buy(h, price, 1), customer)),
		400, NULL, "tax_id_collection", "customer_update[name]");
}

static void submit_type__is_for_payments(void **state)
{
	struct house *h = *state;

	assert_field(
		open_session(h, "payment", text_of(h, "submit_type=donate&%s", buy(h, one_time(h, "Mug", 900), 1))),
		"submit_type", "donate");
	assert_error(api(h, "POST", SESSIONS, "mode=setup&currency=usd&" OK_URL "&submit_type=pay"), 400, NULL,
		"submit_type", "`setup` mode");
}

static void trial__without_a_method_ends_as_told(void **state)
{
	static const struct {
		const char *missing, *status;
	} rows[] = { { "cancel", "canceled" }, { "pause", "paused" }, { "create_invoice", "past_due" } };
	struct house *h = *state;
	const char *price = monthly(h, "Pro", 2000);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *body = text_of(h,
			"%s&subscription_data[trial_period_days]=7&subscription_data[trial_settings][end_behavior]["
			"missing_"
			"payment_method]=%s",
			buy(h, price, 1), rows[i].missing);
		const char *id = field(open_session(h, "subscription", body), "id"), *sub, *mark;
		const struct answer *a;

		/* A method is asked for all the same, unless it is only wanted where it is needed. */
		assert_error(submit(h, id, "payment_method="), 400, NULL, NULL, "payment_method");
		id = field(
			open_session(h, "subscription", text_of(h, "payment_method_collection=if_required&%s", body)),
			"id");
		mark = events_mark(h);
		a = submitted(h, id, "payment_method=");
		assert_field(a, "payment_status", "no_payment_required");
		sub = field(a, "subscription");
		assert_field(get(h, "subscriptions", sub), "status", "trialing");
		assert_field(get(h, "subscriptions", sub), "default_payment_method", NULL);
		event_place(h, events_after(h, mark), "checkout.session.completed");
		go_to(h, ms_now(h->ms, NULL) + 8 * DAY);
		assert_field(get(h, "subscriptions", sub), "status", rows[i].status);
	}
}

/* ---- other ways to a session ---- */

static void expired_cart__is_recovered(void **state)
{
	struct house *h = *state;
	const char *price = one_time(h, "Mug", 1500), *id, *path;
	const struct answer *a = open_session(h, "payment",
		text_of(h,
			"%s&after_expiration[recovery][enabled]=true&after_expiration[recovery][allow_promotion_codes]="
			"true&"
			"metadata[cart]=7",
			buy(h, price, 2)));

	id = field(a, "id");
	path = text_of(h, "/_mockstripe/checkout/sessions/%s/recover", id);
	assert_status(api(h, "POST", path, NULL), 400);
	go_to(h, HOUSE_NOW + 25 * HOUR);
	a = api_ok(h, "GET", text_of(h, SESSIONS "/%s", id), NULL);
	assert_field(a, "status", "expired");
	assert_money(a, "after_expiration.recovery.expires_at", HOUSE_NOW + 31 * DAY);
	a = api_ok(h, "POST", path, NULL);
	assert_field(a, "recovered_from", id);
	assert_flag(a, "allow_promotion_codes", true);
	assert_money(a, "amount_total", 3000);
	assert_field(a, "metadata.cart", "7");
	assert_field(a, "status", "open");
	go_to(h, HOUSE_NOW + 32 * DAY);
	assert_refused(api(h, "POST", path, NULL), "The recovery URL of this Checkout Session has expired.");
}

static void payment_link__opens_sessions(void **state)
{
	struct house *h = *state;
	const char *pro = monthly(h, "Pro", 2000), *link, *path;
	const struct answer *a = api_ok(h, "POST", "/v1/payment_links",
		text_of(h,
			"%s&restrictions[completed_sessions][limit]=1&metadata[shop]=web&after_completion[type]="
			"redirect&after_"
			"completion[redirect][url]=https://example.com/thanks&expand[]=line_items",
			buy(h, pro, 2)));

	link = field(a, "id");
	assert_flag(a, "active", true);
	assert_int_equal(strncmp(field(a, "url"), "https://buy.stripe.com/b/test_", 30), 0);
	assert_money(a, "line_items.data.0.quantity", 2);
	assert_money(a, "restrictions.completed_sessions.count", 0);
	path = text_of(h, "/_mockstripe/payment_links/%s/open", link);
	a = api_ok(h, "POST", path, NULL);
	assert_field(a, "payment_link", link);
	assert_field(a, "mode", "subscription");
	assert_money(a, "amount_total", 4000);
	assert_field(a, "metadata.shop", "web");
	assert_field(a, "success_url", "https://example.com/thanks");
	a = submitted(h, field(a, "id"), NULL);
	assert_field(get(h, "subscriptions", field(a, "subscription")), "status", "active");
	assert_money(get(h, "payment_links", link), "restrictions.completed_sessions.count", 1);
	assert_refused(api(h, "POST", path, NULL), "The link is no longer active.");
	api_ok(h, "POST", text_of(h, "/v1/payment_links/%s", link),
		"active=false&inactive_message=Sold out&restrictions[completed_sessions][limit]=5");
	assert_refused(api(h, "POST", path, NULL), "Sold out");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(promotion_code__is_typed),
		BILLING_TEST(promotion_code__goes_to_the_subscription),
		BILLING_TEST(quantity__is_adjusted_in_its_bounds),
		BILLING_TEST(optional_items__join_the_basket),
		BILLING_TEST(shipping__is_chosen),
		BILLING_TEST(custom_fields__are_filled_in),
		BILLING_TEST(custom_fields__are_refused),
		BILLING_TEST(consent__is_given_or_not),
		BILLING_TEST(addresses_and_names__are_collected),
		BILLING_TEST(customer_update__decides_what_is_kept),
		BILLING_TEST(submit_type__is_for_payments),
		BILLING_TEST(trial__without_a_method_ends_as_told),
		BILLING_TEST(expired_cart__is_recovered),
		BILLING_TEST(payment_link__opens_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
