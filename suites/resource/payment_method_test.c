/* SPDX-License-Identifier: MIT */
#include "resources/payments/test_cards.h"
#include "suites/resource/payments.h"

/* ---- the table of cards ---- */

static void cards__have_numbers_that_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < test_card_count(); i++) {
		const char *number = test_card_at(i)->number;

		/* The one test number of Stripe's that no check digit fits. */
		if (!strcmp(number, "4000004040000079"))
			continue;
		if (!card_number_is_whole(number))
			fail_msg("%s does not check", number);
	}
	assert_false(card_number_is_whole("4242424242424241"));
	assert_false(card_number_is_whole("42"));
	assert_false(card_number_is_whole("4242x24242424242"));
}

static void cards__have_names_of_their_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < test_card_count(); i++) {
		const struct test_card *card = test_card_at(i);

		if (card->name)
			assert_ptr_equal(test_card_named(card->name), card);
		assert_ptr_equal(test_card_of_key(test_card_key(card)), card);
	}
	assert_ptr_equal(test_card_named("chargeDeclined"), test_card_named("visa_chargeDeclined"));
	assert_ptr_equal(test_card_named("visa_createDispute"), test_card_named("createDispute"));
	assert_null(test_card_named("card_createDispute"));
	assert_null(test_card_named("debit"));
}

static void cards__are_known_by_what_they_show(void **state)
{
	(void)state;
	assert_string_equal(test_card_like("visa", "US", "0341")->name, "chargeCustomerFail");
	assert_string_equal(test_card_like("visa", "BR", "0002")->name, "br");
	assert_string_equal(test_card_like("visa", "US", "0002")->name, "visa_chargeDeclined");
	assert_string_equal(test_card_like("American Express", "US", "0005")->name, "amex");
	assert_string_equal(test_card_like("visa", "US", "1234")->name, "visa");
	assert_string_equal(test_card_like(NULL, NULL, NULL)->name, "visa");
}

/* ---- creating ---- */

static void create__from_a_token(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		api_ok(h, "POST", "/v1/payment_methods", "type=card&card[token]=tok_visa&metadata[a]=b");

	assert_true(!strncmp(field(a, "id"), "pm_1", 4));
	assert_field(a, "allow_redisplay", "unspecified");
	assert_json(a, "billing_details",
		"{\"address\":{\"city\":null,\"country\":null,\"line1\":null,\"line2\":null,\"postal_code\":null,"
		"\"state\":null},\"email\":null,\"name\":null,\"phone\":null,\"tax_id\":null}");
	assert_field(a, "card.brand", "visa");
	assert_json(a, "card.checks",
		"{\"address_line1_check\":null,\"address_postal_code_check\":null,\"cvc_check\":\"unchecked\"}");
	assert_field(a, "card.country", "US");
	assert_field(a, "card.display_brand", "visa");
	assert_money(a, "card.exp_month", 1);
	assert_money(a, "card.exp_year", 2027);
	assert_field(a, "card.funding", "credit");
	assert_field(a, "card.generated_from", NULL);
	assert_field(a, "card.last4", "4242");
	assert_json(a, "card.networks", "{\"available\":[\"visa\"],\"preferred\":null}");
	assert_json(a, "card.three_d_secure_usage", "{\"supported\":true}");
	assert_field(a, "card.wallet", NULL);
	assert_field(a, "customer", NULL);
	assert_json(a, "metadata", "{\"a\":\"b\"}");
	assert_string_equal(events_after(h, 0), "");
}

static void create__from_a_test_number(void **state)
{
	struct house *h = *state;
	static const char body[] = "type=card&card[number]=5555 5555 5555 4444&card[exp_month]=3&card[exp_year]=30"
				   "&card[cvc]=123&billing_details[name]=Jane&billing_details[address][line1]=Main 1";
	const struct answer *a = api_ok(h, "POST", "/v1/payment_methods", body);

	assert_field(a, "card.brand", "mastercard");
	assert_field(a, "card.last4", "4444");
	assert_money(a, "card.exp_month", 3);
	assert_money(a, "card.exp_year", 2030);
	assert_field(a, "billing_details.name", "Jane");
	assert_field(a, "billing_details.address.line1", "Main 1");
	assert_field(a, "billing_details.address.city", NULL);
	assert_null(strstr(a->text, "5555555555554444"));
}

static void create__same_number_same_fingerprint(void **state)
{
	struct house *h = *state;
	const char *a =
		field(api_ok(h, "POST", "/v1/payment_methods", "type=card&card[token]=tok_visa"), "card.fingerprint");
	const char *b = field(api_ok(h, "POST", "/v1/payment_methods",
				      "type=card&card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=2031"),
		"card.fingerprint");
	const char *c =
		field(api_ok(h, "POST", "/v1/payment_methods", "type=card&card[token]=tok_amex"), "card.fingerprint");

	assert_int_equal(strlen(a), 16);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
}

static void create__a_bank_account(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/payment_methods",
		"type=us_bank_account&us_bank_account[routing_number]=110000000"
		"&us_bank_account[account_number]=000123456789&us_bank_account[account_holder_type]=company");

	assert_field(a, "type", "us_bank_account");
	assert_field(a, "us_bank_account.last4", "6789");
	assert_field(a, "us_bank_account.routing_number", "110000000");
	assert_field(a, "us_bank_account.account_holder_type", "company");
	assert_field(a, "us_bank_account.account_type", "checking");
	assert_json(a, "radar_options", "{}");
	assert_absent(a, "card");
	assert_null(strstr(a->text, "000123456789"));
}

/* ---- attaching ---- */

static void attach__mints_each_time(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *a = card_of(h, customer, "pm_card_visa");
	const char *b = card_of(h, customer, "pm_card_visa");
	const struct answer *list;

	assert_string_not_equal(a, b);
	assert_field(get(h, "payment_methods", a), "card.checks.cvc_check", "pass");
	list = api_ok(h, "GET", text_of(h, "/v1/customers/%s/payment_methods", customer), NULL);
	assert_same_int((int64_t)field_count(list, "data"), 2);
	assert_field(list, "data.0.id", b);
	list = api_ok(h, "GET", text_of(h, "/v1/payment_methods?customer=%s&type=card", customer), NULL);
	assert_field(list, "data.1.id", a);
	assert_field(get(h, "customers", customer), "invoice_settings.default_payment_method", NULL);
	assert_string_equal(events_after(h, 1), "payment_method.attached payment_method.attached");
	assert_absent(last_event(h, "payment_method.attached"), "data.previous_attributes");
}

static void attach__again_changes_nothing(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h), *other = customer_new(h);
	const char *path = text_of(h, "/v1/payment_methods/%s/attach", card_of(h, customer, "pm_card_visa"));
	size_t before = event_count(h);

	assert_field(api_ok(h, "POST", path, text_of(h, "customer=%s", customer)), "customer", customer);
	assert_string_equal(events_after(h, before), "");
	assert_error(api(h, "POST", path, text_of(h, "customer=%s", other)), 400, NULL, NULL,
		"The payment method you provided has already been attached to a customer.");
	assert_error(api(h, "POST", path, NULL), 400, "parameter_missing", NULL,
		"Must provide customer or customer_account.");
}

static void attach__refuses_what_the_bank_refuses(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *body = text_of(h, "customer=%s", customer);
	const struct answer *a =
		api(h, "POST", "/v1/payment_methods/pm_card_visa_chargeDeclinedInsufficientFunds/attach", body);

	assert_error(a, 402, "card_declined", NULL, "Your card has insufficient funds.");
	assert_field(a, "error.decline_code", "insufficient_funds");
	assert_absent(a, "error.charge");
	assert_same_int(
		(int64_t)field_count(
			api_ok(h, "GET", text_of(h, "/v1/payment_methods?customer=%s", customer), NULL), "data"),
		0);
	/* This one is for being saved and failing later. */
	assert_status(api(h, "POST", "/v1/payment_methods/pm_card_chargeCustomerFail/attach", body), 200);
}

static void attach__not_after_use(void **state)
{
	struct house *h = *state;
	const char *method = field(pay(h, "pm_card_visa", ""), "payment_method");

	assert_error(api(h, "POST", text_of(h, "/v1/payment_methods/%s/attach", method),
			     text_of(h, "customer=%s", customer_new(h))),
		400, NULL, NULL,
		"This PaymentMethod was previously used without being attached to a Customer or was detached from a "
		"Customer, "
		"and may not be used again.");
}

/* ---- updating, detaching ---- */

static void update__merges_leaf_by_leaf(void **state)
{
	struct house *h = *state;
	const char *path = text_of(h, "/v1/payment_methods/%s", card_of(h, customer_new(h), "pm_card_visa"));
	const struct answer *a;

	api_ok(h, "POST", path, "billing_details[address][city]=Berlin&billing_details[name]=Jane");
	a = api_ok(h, "POST", path, "billing_details[address][line1]=Main 1&card[exp_month]=12&card[exp_year]=2040");
	assert_field(a, "billing_details.address.city", "Berlin");
	assert_field(a, "billing_details.address.line1", "Main 1");
	assert_field(a, "billing_details.name", "Jane");
	assert_money(a, "card.exp_month", 12);
	assert_money(a, "card.exp_year", 2040);
	assert_previous(h, "payment_method.updated",
		"{\"billing_details\":{\"address\":{\"line1\":null}},\"card\":{\"exp_month\":1,\"exp_year\":2027}}");
}

static void update__needs_a_customer(void **state)
{
	struct house *h = *state;
	const char *id = field(api_ok(h, "POST", "/v1/payment_methods", "type=card&card[token]=tok_visa"), "id");

	assert_error(api(h, "POST", text_of(h, "/v1/payment_methods/%s", id), "metadata[a]=b"), 400, NULL, NULL,
		"You must save this PaymentMethod to a customer before you can update it.");
}

static void detach__forgets_the_default(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *method = card_of(h, customer, "pm_card_visa");
	const char *path = text_of(h, "/v1/payment_methods/%s", method);
	const struct answer *a;
	size_t before;

	api_ok(h, "POST", text_of(h, "/v1/customers/%s", customer),
		text_of(h, "invoice_settings[default_payment_method]=%s", method));
	before = event_count(h);
	a = api_ok(h, "POST", text_of(h, "%s/detach", path), NULL);
	assert_field(a, "customer", NULL);
	assert_string_equal(events_after(h, before), "payment_method.detached customer.updated");
	assert_previous(h, "payment_method.detached", text_of(h, "{\"customer\":\"%s\"}", customer));
	assert_field(get(h, "customers", customer), "invoice_settings.default_payment_method", NULL);
	assert_error(api(h, "POST", text_of(h, "%s/detach", path), NULL), 400, NULL, NULL,
		"The payment method you provided is not attached to a customer so detachment is impossible.");
	assert_error(api(h, "POST", text_of(h, "%s/attach", path), text_of(h, "customer=%s", customer)), 400, NULL,
		NULL, "and may not be used again.");
}

/* ---- finding ---- */

static void list__needs_a_customer(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	card_of(h, customer_new(h), "pm_card_visa");
	a = api_ok(h, "GET", "/v1/payment_methods?type=card", NULL);
	assert_json(a, "", "{\"object\":\"list\",\"data\":[],\"has_more\":false,\"url\":\"/v1/payment_methods\"}");
	assert_error(api(h, "GET", "/v1/payment_methods?customer=cus_x", NULL), 400, "resource_missing", "customer",
		"No such customer: 'cus_x'");
}

static void retrieve__of_its_customer_only(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h), *other = customer_new(h);
	const char *method = card_of(h, customer, "pm_card_visa");

	assert_field(get(h, text_of(h, "customers/%s/payment_methods", customer), method), "id", method);
	assert_error(api(h, "GET", text_of(h, "/v1/customers/%s/payment_methods/%s", other, method), NULL), 404,
		"resource_missing", "payment_method", NULL);
}

static void use__of_its_customer_only(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h), *other = customer_new(h);
	const char *method = card_of(h, customer, "pm_card_visa");

	assert_error(pay(h, method, text_of(h, "&customer=%s", other)), 400, NULL, "payment_method",
		text_of(h,
			"The PaymentMethod %s does not belong to the Customer you supplied %s. Please use this "
			"PaymentMethod with "
			"the Customer that it belongs to instead.",
			method, other));
	assert_error(pay(h, method, ""), 400, NULL, "payment_method",
		text_of(h,
			"The payment method supplied (%s) belongs to the Customer %s. Please include the Customer in "
			"the "
			"`customer` parameter on the PaymentIntent.",
			method, customer));
	assert_error(api(h, "POST", text_of(h, "/v1/customers/%s", other),
			     text_of(h, "invoice_settings[default_payment_method]=%s", method)),
		400, "resource_missing", "invoice_settings[default_payment_method]",
		text_of(h,
			"The customer does not have a payment method with the ID %s. The payment method must be "
			"attached to the "
			"customer.",
			method));
}

/* ---- the older cards ---- */

static void source__is_the_first_default(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *path = text_of(h, "/v1/customers/%s/sources", customer);
	const struct answer *a = api_ok(h, "POST", path, "source=tok_visa");
	const char *first = field(a, "id"), *second;

	assert_true(!strncmp(first, "card_1", 6));
	assert_field(a, "object", "card");
	assert_field(a, "brand", "Visa");
	assert_field(a, "customer", customer);
	assert_field(a, "cvc_check", "pass");
	assert_field(a, "last4", "4242");
	assert_string_equal(events_after(h, 1), "customer.source.created customer.updated");
	assert_field(get(h, "customers", customer), "default_source", first);
	second = field(api_ok(h, "POST", path, "source=tok_mastercard"), "id");
	assert_field(get(h, "customers", customer), "default_source", first);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", path, NULL), "data"), 2);
	assert_field(api_ok(h, "POST", text_of(h, "%s/%s", path, first), "name=Jane&exp_year=2035"), "name", "Jane");
	a = api_ok(h, "DELETE", text_of(h, "%s/%s", path, first), NULL);
	assert_flag(a, "deleted", true);
	assert_field(get(h, "customers", customer), "default_source", second);
	assert_error(api(h, "GET", text_of(h, "%s/%s", path, first), NULL), 404, "resource_missing", "id", NULL);
	assert_error(api(h, "POST", path, "source=tok_visa_chargeDeclined"), 402, "card_declined", NULL,
		"Your card was declined.");
}

static void source__pays_like_a_method(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *card = field(
		api_ok(h, "POST", text_of(h, "/v1/customers/%s/sources", customer), "source=tok_chargeCustomerFail"),
		"id");

	assert_error(pay(h, card, text_of(h, "&customer=%s", customer)), 402, "card_declined", NULL, NULL);
}

static void source__of_a_bank_is_verified_by_amounts(void **state)
{
	struct house *h = *state;
	const char *customer = customer_new(h);
	const char *sources = text_of(h, "/v1/customers/%s/sources", customer);
	const struct answer *a = api_ok(h, "POST", sources, "source=btok_us");
	const char *path = text_of(h, "%s/%s/verify", sources, field(a, "id"));

	assert_field(a, "status", "new");
	assert_error(api(h, "POST", path, "amounts[]=1&amounts[]=2"), 400, "bank_account_verification_failed",
		"amounts", "The amounts provided do not match the amounts that were sent to the bank account.");
	assert_field(api_ok(h, "POST", path, "amounts[]=32&amounts[]=45"), "status", "verified");
	assert_previous(h, "customer.source.updated", "{\"status\":\"new\"}");
	assert_error(api(h, "POST", path, "amounts[]=32&amounts[]=45"), 400, NULL, NULL,
		"This bank account cannot be verified: it has a status of verified.");
	assert_field(api_ok(h, "POST", sources, "source=btok_us_verified"), "status", "verified");
}

/* ---- brought by fixtures ---- */

static void fixture__card_does_what_its_digits_say(void **state)
{
	struct house *h = *state;

	bring(h, "[{\"object\":\"customer\",\"id\":\"cus_f\"},{\"object\":\"payment_method\",\"id\":\"pm_f\","
		 "\"type\":\"card\",\"customer\":\"cus_f\",\"card\":{\"brand\":\"visa\",\"country\":\"US\",\"last4\":"
		 "\"0341\"}}]");
	assert_error(pay(h, "pm_f", "&customer=cus_f"), 402, "card_declined", NULL, "Your card was declined.");
}

static void fixture__older_card_is_listed(void **state)
{
	struct house *h = *state;

	bring(h, "[{\"object\":\"customer\",\"id\":\"cus_f\"},{\"object\":\"card\",\"id\":\"card_f\","
		 "\"customer\":\"cus_f\",\"brand\":\"Visa\",\"country\":\"US\",\"last4\":\"4242\"}]");
	assert_field(api_ok(h, "GET", "/v1/customers/cus_f/sources", NULL), "data.0.id", "card_f");
}

static void fixture__token_is_used_once(void **state)
{
	struct house *h = *state;
	static const char body[] = "type=card&card[token]=tok_f";

	bring(h, "[{\"object\":\"token\",\"id\":\"tok_f\",\"type\":\"card\",\"used\":false,\"card\":{\"object\":"
		 "\"card\",\"id\":\"card_t\",\"brand\":"
		 "\"MasterCard\","
		 "\"country\":\"US\",\"last4\":\"4444\",\"exp_month\":4,\"exp_year\":2031}}]");
	assert_money(api_ok(h, "POST", "/v1/payment_methods", body), "card.exp_year", 2031);
	assert_flag(api_ok(h, "GET", "/v1/tokens/tok_f", NULL), "used", true);
	assert_error(api(h, "POST", "/v1/payment_methods", body), 400, "token_already_used", "card[token]",
		"You cannot use a Stripe token more than once: tok_f.");
}

/* ---- refusals ---- */

static const struct refusal refusals[] = {
	{ "create__needs_a_type", "POST", "/v1/payment_methods", "card[token]=tok_visa", 400, "parameter_missing",
		"type", "Missing required param: type." },
	{ "create__needs_the_card", "POST", "/v1/payment_methods", "type=card", 400, "parameter_missing", "card",
		"Missing required param: card." },
	{ "create__unknown_token", "POST", "/v1/payment_methods", "type=card&card[token]=tok_gold", 400,
		"resource_missing", "card[token]", "No such token: 'tok_gold'" },
	{ "create__needs_the_expiry", "POST", "/v1/payment_methods", "type=card&card[number]=4242424242424242", 400,
		"parameter_missing", "card[exp_month]", "Missing required param: card[exp_month]." },
	{ "create__incorrect_number", "POST", "/v1/payment_methods",
		"type=card&card[number]=4242424242424241&card[exp_month]=1&card[exp_year]=2030", 402,
		"incorrect_number", "number", "Your card number is incorrect." },
	{ "create__a_real_number", "POST", "/v1/payment_methods",
		"type=card&card[number]=4539578763621486&card[exp_month]=1&card[exp_year]=2030", 402, NULL, NULL,
		"Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test "
		"tokens "
		"that map to the test card you are using, see https://stripe.com/docs/testing." },
	{ "create__invalid_month", "POST", "/v1/payment_methods",
		"type=card&card[number]=4242424242424242&card[exp_month]=13&card[exp_year]=2030", 402,
		"invalid_expiry_month", "exp_month", "Your card's expiration month is invalid." },
	{ "create__past_year", "POST", "/v1/payment_methods",
		"type=card&card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=2025", 402,
		"invalid_expiry_year", "exp_year", "Your card's expiration year is invalid." },
	{ "create__invalid_cvc", "POST", "/v1/payment_methods",
		"type=card&card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=2030&card[cvc]=12", 402,
		"invalid_cvc", "cvc", "Your card's security code is invalid." },
	{ "retrieve__unknown", "GET", "/v1/payment_methods/pm_x", NULL, 404, "resource_missing", "payment_method",
		"No such PaymentMethod: 'pm_x'" },
};

static void check(void **state)
{
	struct refusal_case *c = *state;

	refusal_check(c->house, c->row);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(cards__have_numbers_that_check),
		cmocka_unit_test(cards__have_names_of_their_own),
		cmocka_unit_test(cards__are_known_by_what_they_show),
		TEST(create__from_a_token),
		TEST(create__from_a_test_number),
		TEST(create__same_number_same_fingerprint),
		TEST(create__a_bank_account),
		TEST(attach__mints_each_time),
		TEST(attach__again_changes_nothing),
		TEST(attach__refuses_what_the_bank_refuses),
		TEST(attach__not_after_use),
		TEST(update__merges_leaf_by_leaf),
		TEST(update__needs_a_customer),
		TEST(detach__forgets_the_default),
		TEST(list__needs_a_customer),
		TEST(retrieve__of_its_customer_only),
		TEST(use__of_its_customer_only),
		TEST(source__is_the_first_default),
		TEST(source__pays_like_a_method),
		TEST(source__of_a_bank_is_verified_by_amounts),
		TEST(fixture__card_does_what_its_digits_say),
		TEST(fixture__older_card_is_listed),
		TEST(fixture__token_is_used_once),
	};

	return run_with_refusals("payment_method", tests, sizeof tests / sizeof *tests, refusals,
		sizeof refusals / sizeof *refusals, check);
}
