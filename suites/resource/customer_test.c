/* SPDX-License-Identifier: MIT */
#include "suites/resource/catalogue.h"

#define NO_ADDRESS_LEFT "\"line2\":null,\"postal_code\":null,\"state\":null"

static const char *path_of(struct house *h, const struct answer *customer)
{
	return text_of(h, "/v1/customers/%s", field(customer, "id"));
}

static void create__shows_every_field_in_its_default(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers", NULL);
	static const char *const nulls[] = { "address", "currency", "customer_account", "default_source", "description",
		"discount", "email", "name", "phone", "shipping", "test_clock" };
	static const char *const absent[] = { "sources", "subscriptions", "tax_ids", "tax", "cash_balance",
		"invoice_credit_balance", "business_name", "individual_name" };

	assert_true(!strncmp(field(a, "id"), "cus_", 4) && strlen(field(a, "id")) == 18);
	for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
		assert_field(a, nulls[i], NULL);
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
		assert_absent(a, absent[i]);
	assert_money(a, "balance", 0);
	assert_money(a, "created", HOUSE_NOW);
	assert_flag(a, "delinquent", false);
	assert_same_int((int64_t)strspn(field(a, "invoice_prefix"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), 8);
	assert_json(a, "invoice_settings",
		"{\"custom_fields\":null,\"default_payment_method\":null,\"footer\":null,\"rendering_options\":null}");
	assert_flag(a, "livemode", false);
	assert_json(a, "metadata", "{}");
	assert_money(a, "next_invoice_sequence", 1);
	assert_json(a, "preferred_locales", "[]");
	assert_field(a, "tax_exempt", "none");
	assert_string_equal(events_after(h, 0), "customer.created");
}

static void create__strips_names_and_completes_addresses(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers",
		"name=%20Jenny+Rosen%20&phone=+555+&email=jenny%40example.com&address[line1]=1+Main+St&address[country]"
		"=de"
		"&address[city]=Berlin&shipping[name]=Jenny&shipping[address][line1]=2+Side+St&preferred_locales[]=de-"
		"DE"
		"&tax_exempt=reverse&business_name=Rosen+GmbH");

	assert_field(a, "name", "Jenny Rosen");
	assert_field(a, "phone", "555");
	assert_field(a, "email", "jenny@example.com");
	assert_field(a, "business_name", "Rosen GmbH");
	assert_json(
		a, "address", "{\"city\":\"Berlin\",\"country\":\"DE\",\"line1\":\"1 Main St\"," NO_ADDRESS_LEFT "}");
	assert_json(a, "shipping",
		"{\"address\":{\"city\":null,\"country\":null,\"line1\":\"2 Side St\"," NO_ADDRESS_LEFT
		"},\"name\":\"Jenny\",\"phone\":null}");
	assert_json(a, "preferred_locales", "[\"de-DE\"]");
	assert_field(a, "tax_exempt", "reverse");
}

static void update__merges_addresses_leaf_by_leaf(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers", "address[line1]=Old&address[city]=Paris&name=A");

	a = api_ok(h, "POST", path_of(h, a), "address[line1]=New&address[country]=FR&email=a%40b.co");
	assert_json(a, "address", "{\"city\":\"Paris\",\"country\":\"FR\",\"line1\":\"New\"," NO_ADDRESS_LEFT "}");
	assert_previous(h, "customer.updated", "{\"address\":{\"line1\":\"Old\",\"country\":null},\"email\":null}");
	a = api_ok(h, "POST", path_of(h, a), "address=&email=&name=");
	assert_field(a, "address", NULL);
	assert_field(a, "email", NULL);
	assert_field(a, "name", NULL);
}

static void update__that_changes_nothing_sends_no_event(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		api_ok(h, "POST", "/v1/customers", "name=A&shipping[name]=B&shipping[address][line1]=C");
	size_t before = event_count(h);

	api_ok(h, "POST", path_of(h, a), "name=A");
	api_ok(h, "POST", path_of(h, a), NULL);
	assert_string_equal(events_after(h, before), "");
}

static void update__merges_metadata_and_settings(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers",
		"metadata[a]=1&metadata[b]=2&invoice_settings[footer]=Thanks&invoice_settings[custom_fields][0][name]="
		"PO"
		"&invoice_settings[custom_fields][0][value]=7");

	a = api_ok(h, "POST", path_of(h, a),
		"metadata[a]=&metadata[c]=3&invoice_settings[rendering_options][amount_tax_display]=include_inclusive_"
		"tax");
	assert_json(a, "metadata", "{\"b\":\"2\",\"c\":\"3\"}");
	assert_json(a, "invoice_settings",
		"{\"custom_fields\":[{\"name\":\"PO\",\"value\":\"7\"}],\"default_payment_method\":null,\"footer\":"
		"\"Thanks\","
		"\"rendering_options\":{\"amount_tax_display\":\"include_inclusive_tax\",\"template\":null}}");
	assert_previous(h, "customer.updated",
		"{\"metadata\":{\"a\":\"1\",\"c\":null},\"invoice_settings\":{\"rendering_options\":null}}");
	a = api_ok(h, "POST", path_of(h, a), "metadata=&invoice_settings[custom_fields]=&invoice_settings[footer]=");
	assert_json(a, "metadata", "{}");
	assert_field(a, "invoice_settings.custom_fields", NULL);
	assert_field(a, "invoice_settings.footer", NULL);
}

static void create__attaches_and_chooses_a_payment_method(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers",
		"payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa");
	const char *method = field(a, "invoice_settings.default_payment_method");

	assert_true(!strncmp(method, "pm_1", 4));
	assert_field(api_ok(h, "GET", text_of(h, "/v1/payment_methods/%s", method), NULL), "customer", field(a, "id"));
	assert_string_equal(events_after(h, 0), "payment_method.attached customer.created");
	assert_field(api_ok(h, "POST", path_of(h, a), "invoice_settings[default_payment_method]="),
		"invoice_settings.default_payment_method", NULL);
}

static void create__with_a_declined_card_leaves_nothing(void **state)
{
	struct house *h = *state;
	const struct answer *a = api(h, "POST", "/v1/customers", "payment_method=pm_card_chargeDeclined&name=A");

	assert_error(a, 402, "card_declined", NULL, NULL);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 0);
}

static void source__becomes_the_default(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers", "source=tok_visa&expand[]=sources");
	const struct answer *b;

	assert_string_equal(events_after(h, 0), "customer.source.created customer.created");
	assert_same_int((int64_t)field_count(a, "sources.data"), 1);
	assert_field(a, "default_source", field(a, "sources.data.0.id"));
	b = api_ok(h, "POST", path_of(h, a), "source=tok_mastercard&expand[]=default_source");
	assert_field(b, "default_source.brand", "MasterCard");
	assert_previous(h, "customer.updated", text_of(h, "{\"default_source\":\"%s\"}", field(a, "default_source")));
	b = api_ok(h, "POST", path_of(h, a), text_of(h, "default_source=%s", field(a, "default_source")));
	assert_field(b, "default_source", field(a, "default_source"));
	assert_error(api(h, "POST", path_of(h, a), "default_source=card_none"), 400, "resource_missing",
		"default_source", "No such source: 'card_none'");
}

static void update__takes_only_an_attached_default(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers", NULL);
	const struct answer *pm = api_ok(h, "POST", "/v1/payment_methods", "type=card&card[token]=tok_visa");
	const char *body = text_of(h, "invoice_settings[default_payment_method]=%s", field(pm, "id"));

	assert_error(api(h, "POST", path_of(h, a), body), 400, "resource_missing",
		"invoice_settings[default_payment_method]", "The payment method must be attached to the customer.");
	api_ok(h, "POST", text_of(h, "/v1/payment_methods/%s/attach", field(pm, "id")),
		text_of(h, "customer=%s", field(a, "id")));
	assert_field(
		api_ok(h, "POST", path_of(h, a), body), "invoice_settings.default_payment_method", field(pm, "id"));
	assert_previous(h, "customer.updated", "{\"invoice_settings\":{\"default_payment_method\":null}}");
}

static void balance__writes_its_transactions(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers", "balance=-500");
	const struct answer *t;
	const char *list = text_of(h, "%s/balance_transactions", path_of(h, a));
	size_t before;

	assert_money(a, "balance", -500);
	assert_field(a, "currency", "usd");
	a = api_ok(h, "POST", path_of(h, a), "balance=200");
	assert_previous(h, "customer.updated", "{\"balance\":-500}");
	before = event_count(h);
	t = api_ok(h, "POST", list, "amount=-300&currency=usd&description=Goodwill&metadata[case]=7");
	assert_true(!strncmp(field(t, "id"), "cbtxn_1", 7));
	assert_money(t, "amount", -300);
	assert_money(t, "ending_balance", -100);
	assert_field(t, "type", "adjustment");
	assert_field(t, "customer", field(a, "id"));
	assert_field(t, "invoice", NULL);
	assert_json(t, "metadata", "{\"case\":\"7\"}");
	assert_string_equal(events_after(h, before), "customer.updated");
	assert_previous(h, "customer.updated", "{\"balance\":200}");
	t = api_ok(h, "GET", list, NULL);
	assert_same_int((int64_t)field_count(t, "data"), 3);
	assert_money(t, "data.1.amount", 700);
	assert_field(t, "data.1.type", "adjustment");
	assert_money(t, "data.2.amount", -500);
	assert_money(t, "data.2.ending_balance", -500);
	assert_field(t, "data.2.type", "initial");
	assert_error(api(h, "POST", list, "amount=1&currency=eur"), 400, NULL, "currency",
		"You cannot combine currencies on a single customer. This customer has had a subscription, coupon, or "
		"invoice "
		"item with currency usd");
	a = api_ok(h, "GET", text_of(h, "%s?expand[]=invoice_credit_balance", path_of(h, a)), NULL);
	assert_json(a, "invoice_credit_balance", "{\"usd\":100}");
}

static void balance_transaction__belongs_to_its_customer(void **state)
{
	struct house *h = *state;
	const struct answer *one = api_ok(h, "POST", "/v1/customers", "balance=5");
	const struct answer *two = api_ok(h, "POST", "/v1/customers", NULL);
	const struct answer *t = api_ok(h, "GET", text_of(h, "%s/balance_transactions", path_of(h, one)), NULL);
	const char *id = field(t, "data.0.id");

	t = api_ok(h, "POST", text_of(h, "%s/balance_transactions/%s", path_of(h, one), id), "description=Why");
	assert_field(t, "description", "Why");
	assert_status(api(h, "GET", text_of(h, "%s/balance_transactions/%s", path_of(h, two), id), NULL), 404);
}

static void invoice_settings__number_invoices(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers", "invoice_prefix=ACME&next_invoice_sequence=7");

	assert_field(a, "invoice_prefix", "ACME");
	assert_money(a, "next_invoice_sequence", 7);
	assert_error(api(h, "POST", path_of(h, a), "next_invoice_sequence=6"), 400, "parameter_invalid_integer",
		"next_invoice_sequence", "This value must be greater than or equal to 7.");
	assert_error(api(h, "POST", "/v1/customers", "invoice_prefix=ACME"), 400, NULL, "invoice_prefix",
		"The invoice prefix `ACME` is already used by another customer.");
	api_ok(h, "POST", path_of(h, a), "invoice_prefix=ACME&next_invoice_sequence=8");
}

static void tax_id__is_settled_by_its_magic_number(void **state)
{
	struct house *h = *state;
	const struct answer *customer = api_ok(h, "POST", "/v1/customers", NULL);
	const char *list = text_of(h, "%s/tax_ids", path_of(h, customer));
	const struct answer *a = api_ok(h, "POST", list, "type=eu_vat&value=DE000000000");
	const char *path = text_of(h, "%s/%s", list, field(a, "id"));

	assert_true(!strncmp(field(a, "id"), "txi_1", 5));
	assert_field(a, "country", "DE");
	assert_field(a, "customer", field(customer, "id"));
	assert_json(a, "owner",
		text_of(h, "{\"customer\":\"%s\",\"customer_account\":null,\"type\":\"customer\"}",
			field(customer, "id")));
	assert_json(a, "verification", "{\"status\":\"pending\",\"verified_address\":null,\"verified_name\":null}");
	assert_field(api_ok(h, "GET", path, NULL), "verification.status", "verified");
	assert_string_equal(events_after(h, 1), "customer.tax_id.created customer.tax_id.updated");
	assert_previous(h, "customer.tax_id.updated", "{\"verification\":{\"status\":\"pending\"}}");
	assert_field(last_event(h, "customer.tax_id.updated"), "request.id", NULL);
	a = api_ok(h, "POST", list, "type=gb_vat&value=GB111111111");
	assert_field(
		api_ok(h, "GET", text_of(h, "%s/%s", list, field(a, "id")), NULL), "verification.status", "unverified");
	a = api_ok(h, "POST", list, "type=us_ein&value=12-3456789");
	assert_field(a, "country", "US");
	assert_field(a, "verification.status", "unavailable");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", list, NULL), "data"), 3);
	assert_flag(api_ok(h, "DELETE", path, NULL), "deleted", true);
	assert_field(last_event(h, "customer.tax_id.deleted"), "data.object.value", "DE000000000");
	assert_status(api(h, "GET", path, NULL), 404);
}

static void tax_id__comes_with_the_customer(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers",
		"tax_id_data[0][type]=eu_vat&tax_id_data[0][value]=ATU12345678&tax_id_data[1][type]=ch_vat"
		"&tax_id_data[1][value]=CHE-123.456.789%20MWST&expand[]=tax_ids");

	assert_same_int((int64_t)field_count(a, "tax_ids.data"), 2);
	assert_field(a, "tax_ids.data.0.country", "CH");
	assert_field(a, "tax_ids.url", text_of(h, "%s/tax_ids", path_of(h, a)));
	assert_string_equal(events_after(h, 0), "customer.created customer.tax_id.created customer.tax_id.created");
	assert_error(api(h, "POST", "/v1/customers", "tax_id_data[0][type]=eu_vat&tax_id_data[0][value]=DE12"), 400,
		"tax_id_invalid", "tax_id_data[0][value]", "Invalid value for eu_vat.");
	assert_error(api(h, "POST", text_of(h, "%s/tax_ids", path_of(h, a)), "type=eu_vat&value=ATU12345678"), 400,
		"resource_already_exists", "value",
		"The customer already has the tax ID `ATU12345678` of type eu_vat.");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/tax_ids", NULL), "data"), 0);
	assert_same_int((int64_t)field_count(api_ok(h, "GET",
						     text_of(h, "/v1/tax_ids?owner[type]=customer&owner[customer]=%s",
							     field(a, "id")),
						     NULL),
				"data"),
		2);
}

static void expand__makes_what_is_not_stored(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers",
		"address[country]=US&address[state]=CA&cash_balance[settings][reconciliation_mode]=manual");

	a = api_ok(h, "GET",
		text_of(h,
			"%s?expand[]=sources&expand[]=subscriptions&expand[]=tax_ids&expand[]=tax&expand[]=cash_"
			"balance",
			path_of(h, a)),
		NULL);
	assert_same_int((int64_t)field_count(a, "sources.data"), 0);
	assert_field(a, "subscriptions.url", text_of(h, "%s/subscriptions", path_of(h, a)));
	assert_same_int((int64_t)field_count(a, "tax_ids.data"), 0);
	assert_json(a, "tax",
		"{\"automatic_tax\":\"supported\",\"ip_address\":null,\"location\":{\"country\":\"US\",\"source\":"
		"\"billing_address\",\"state\":\"CA\"},\"provider\":\"stripe\"}");
	assert_field(a, "cash_balance.settings.reconciliation_mode", "manual");
	assert_flag(a, "cash_balance.settings.using_merchant_default", false);
	a = api_ok(h, "POST", text_of(h, "%s/cash_balance", path_of(h, a)),
		"settings[reconciliation_mode]=merchant_default");
	assert_field(a, "settings.reconciliation_mode", "automatic");
}

static void delete__leaves_a_stub(void **state)
{
	struct house *h = *state;
	const struct answer *a =
		api_ok(h, "POST", "/v1/customers", "name=A&email=a%40b.co&payment_method=pm_card_visa");
	const struct answer *methods =
		api_ok(h, "GET", text_of(h, "/v1/payment_methods?customer=%s", field(a, "id")), NULL);
	const char *path = path_of(h, a), *id = field(a, "id");
	const char *stub = text_of(h, "{\"id\":\"%s\",\"object\":\"customer\",\"deleted\":true}", id);

	assert_json(api_ok(h, "DELETE", path, NULL), "", stub);
	assert_json(api_ok(h, "GET", path, NULL), "", stub);
	assert_field(last_event(h, "customer.deleted"), "data.object.name", "A");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 0);
	assert_error(api(h, "POST", path, "name=B"), 404, "resource_missing", "id",
		text_of(h, "No such customer: '%s'", id));
	assert_error(
		api(h, "DELETE", path, NULL), 404, "resource_missing", "id", text_of(h, "No such customer: '%s'", id));
	assert_field(api_ok(h, "GET", text_of(h, "/v1/payment_methods/%s", field(methods, "data.0.id")), NULL),
		"customer", NULL);
}

static void delete__takes_its_cards_along(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers", "source=tok_visa");
	const char *card = text_of(h, "%s/sources/%s", path_of(h, a), field(a, "default_source"));

	assert_field(api_ok(h, "GET", card, NULL), "object", "card");
	api_ok(h, "DELETE", path_of(h, a), NULL);
	assert_error(api(h, "GET", card, NULL), 404, "resource_missing", "id",
		text_of(h, "No such customer: '%s'", field(a, "id")));
}

static void delete__cancels_its_subscriptions_first(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers",
		"payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa");
	const struct answer *price = api_ok(h, "POST", "/v1/prices",
		"product_data[name]=P&currency=usd&unit_amount=1000&recurring[interval]=month");
	const struct answer *sub = api_ok(h, "POST", "/v1/subscriptions",
		text_of(h, "customer=%s&items[0][price]=%s", field(a, "id"), field(price, "id")));
	size_t before;

	assert_same_int(
		(int64_t)field_count(api_ok(h, "GET", text_of(h, "%s?expand[]=subscriptions", path_of(h, a)), NULL),
			"subscriptions.data"),
		1);
	before = event_count(h);
	api_ok(h, "DELETE", path_of(h, a), NULL);
	assert_string_equal(events_after(h, before), "customer.subscription.deleted customer.deleted");
	assert_field(
		api_ok(h, "GET", text_of(h, "/v1/subscriptions/%s", field(sub, "id")), NULL), "status", "canceled");
}

static void list__filters(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	api_ok(h, "POST", "/v1/customers", "name=A&email=a%40x.co");
	api_ok(h, "POST", "/v1/customers", "name=B&email=A%40x.co");
	a = api_ok(h, "GET", "/v1/customers?email=a%40x.co", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.name", "A");
	a = api_ok(h, "GET", "/v1/customers/search?query=email%3A%22a%40x.co%22+AND+name%3A%22A%22", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
}

static void test_clock__gives_the_customer_its_time(void **state)
{
	struct house *h = *state;
	const struct answer *clock = api_ok(h, "POST", "/v1/test_helpers/test_clocks", "frozen_time=1700000000");
	const char *body = text_of(h, "test_clock=%s", field(clock, "id"));
	const struct answer *a = api_ok(h, "POST", "/v1/customers", body);

	assert_field(a, "test_clock", field(clock, "id"));
	assert_money(a, "created", 1700000000);
	api_ok(h, "POST", "/v1/customers", body);
	api_ok(h, "POST", "/v1/customers", body);
	assert_error(api(h, "POST", "/v1/customers", body), 400, NULL, "test_clock", "has reached that limit.");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 0);
	assert_error(api(h, "GET", "/v1/customers?test_clock=clock_none", NULL), 400, "resource_missing", "test_clock",
		"No such billingclock: 'clock_none'");
	a = api_ok(h, "GET", text_of(h, "/v1/customers?test_clock=%s", field(clock, "id")), NULL);
	assert_same_int((int64_t)field_count(a, "data"), 3);
	assert_error(api(h, "POST", text_of(h, "/v1/customers/%s", field(a, "data.0.id")), body), 400,
		"parameter_unknown", "test_clock", "Received unknown parameter: test_clock");
}

#define COUNTRY(code)                                                                                                  \
	"Country '" code "' is unknown. Try using a 2-character alphanumeric country code instead, such as 'US', "     \
	"'EG', or 'GB'. A full list of country codes is available at "                                                 \
	"https://en.wikipedia.org/wiki/ISO_3166-1_alpha-2#Officially_assigned_code_elements"

static const struct refusal refusals[] = {
	{ "create__refuses_what_is_no_address", "POST", "/v1/customers", "email=nobody", 400, "email_invalid", "email",
		"Invalid email address: nobody" },
	{ "create__refuses_a_long_phone", "POST", "/v1/customers", "phone=123456789012345678901", 400, NULL, "phone",
		"Invalid string: 1234...8901; must be at most 20 characters" },
	{ "create__refuses_an_unknown_country", "POST", "/v1/customers", "address[country]=QQ", 400, NULL,
		"address[country]", COUNTRY("QQ") },
	{ "create__refuses_an_unknown_country_to_ship_to", "POST", "/v1/customers",
		"shipping[name]=A&shipping[address][country]=ZZ", 400, NULL, "shipping[address][country]",
		COUNTRY("ZZ") },
	{ "create__needs_the_name_to_ship_to", "POST", "/v1/customers", "shipping[address][line1]=A", 400,
		"parameter_missing", "shipping[name]", "Missing required param: shipping[name]." },
	{ "create__refuses_what_is_no_language", "POST", "/v1/customers",
		"preferred_locales[]=en&preferred_locales[]=english", 400, NULL, "preferred_locales[1]",
		"Not a valid language, try using an IETF language tag, such as 'en-US'. For more information, check "
		"https://tools.ietf.org/html/rfc5646" },
	{ "create__lists_the_exemptions_in_stripes_order", "POST", "/v1/customers", "tax_exempt=maybe", 400, NULL,
		"tax_exempt", "Invalid tax_exempt: must be one of none, reverse, or exempt" },
	{ "create__refuses_a_prefix_of_two", "POST", "/v1/customers", "invoice_prefix=AB", 400, NULL, "invoice_prefix",
		"The invoice prefix must be 3 to 12 uppercase letters or numbers." },
	{ "create__refuses_a_prefix_in_lower_case", "POST", "/v1/customers", "invoice_prefix=acme", 400, NULL,
		"invoice_prefix", "The invoice prefix must be 3 to 12 uppercase letters or numbers." },
	{ "create__refuses_five_custom_fields", "POST", "/v1/customers",
		"invoice_settings[custom_fields][0][name]=1&invoice_settings[custom_fields][0][value]=1"
		"&invoice_settings[custom_fields][1][name]=1&invoice_settings[custom_fields][1][value]=1"
		"&invoice_settings[custom_fields][2][name]=1&invoice_settings[custom_fields][2][value]=1"
		"&invoice_settings[custom_fields][3][name]=1&invoice_settings[custom_fields][3][value]=1"
		"&invoice_settings[custom_fields][4][name]=1&invoice_settings[custom_fields][4][value]=1",
		400, NULL, "invoice_settings[custom_fields]",
		"Array invoice_settings[custom_fields] exceeded maximum 4 allowed elements." },
	{ "create__refuses_the_currency", "POST", "/v1/customers", "currency=usd", 400, "parameter_unknown", "currency",
		"Received unknown parameter: currency" },
	{ "create__refuses_several_unknown_things_at_once", "POST", "/v1/customers", "colour=1&email=x&size[a]=2", 400,
		"parameter_unknown", "colour", "Received unknown parameters: colour, size" },
	{ "create__refuses_a_location_that_cannot_be_found", "POST", "/v1/customers",
		"tax[validate_location]=immediately", 400, "customer_tax_location_invalid", "tax[validate_location]",
		"The customer's location isn't recognized. Set a valid customer address in order to automatically "
		"calculate "
		"tax." },
	{ "create__refuses_an_unknown_payment_method", "POST", "/v1/customers", "payment_method=pm_none", 400,
		"resource_missing", "payment_method", "No such PaymentMethod: 'pm_none'" },
	{ "create__refuses_an_unknown_clock", "POST", "/v1/customers", "test_clock=clock_none", 400, "resource_missing",
		"test_clock", "No such billingclock: 'clock_none'" },
	{ "update__answers_404", "POST", "/v1/customers/cus_none", "name=A", 404, "resource_missing", "id",
		"No such customer: 'cus_none'" },
	{ "retrieve__answers_404", "GET", "/v1/customers/cus_none", NULL, 404, "resource_missing", "id",
		"No such customer: 'cus_none'" },
	{ "discount__cannot_be_removed_when_there_is_none", "DELETE", "/v1/customers/cus_none/discount", NULL, 404,
		"resource_missing", "id", "No such customer: 'cus_none'" },
};

static void refusal(void **state)
{
	struct refusal_case *c = *state;

	refusal_check(c->house, c->row);
	assert_same_int((int64_t)field_count(api_ok(c->house, "GET", "/v1/customers", NULL), "data"), 0);
	assert_string_equal(events_after(c->house, 0), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(create__shows_every_field_in_its_default),
		TEST(create__strips_names_and_completes_addresses),
		TEST(update__merges_addresses_leaf_by_leaf),
		TEST(update__that_changes_nothing_sends_no_event),
		TEST(update__merges_metadata_and_settings),
		TEST(create__attaches_and_chooses_a_payment_method),
		TEST(create__with_a_declined_card_leaves_nothing),
		TEST(source__becomes_the_default),
		TEST(update__takes_only_an_attached_default),
		TEST(balance__writes_its_transactions),
		TEST(balance_transaction__belongs_to_its_customer),
		TEST(invoice_settings__number_invoices),
		TEST(tax_id__is_settled_by_its_magic_number),
		TEST(tax_id__comes_with_the_customer),
		TEST(expand__makes_what_is_not_stored),
		TEST(delete__leaves_a_stub),
		TEST(delete__takes_its_cards_along),
		TEST(delete__cancels_its_subscriptions_first),
		TEST(list__filters),
		TEST(test_clock__gives_the_customer_its_time),
	};

	return run_with_refusals(
		"customer", tests, sizeof tests / sizeof *tests, refusals, sizeof refusals / sizeof *refusals, refusal);
}
