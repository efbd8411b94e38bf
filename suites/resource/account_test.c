/* SPDX-License-Identifier: MIT */
/* The account itself and its webhook endpoints. */
#include "suites/resource/catalogue.h"

static void account__is_there_from_the_start(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "GET", "/v1/account", NULL);
	const char *path = text_of(h, "/v1/accounts/%s", field(a, "id"));

	assert_true(!strncmp(field(a, "id"), "acct_", 5));
	assert_field(a, "country", "US");
	assert_field(a, "default_currency", "usd");
	assert_flag(a, "charges_enabled", true);
	assert_flag(a, "payouts_enabled", true);
	assert_flag(a, "details_submitted", true);
	assert_json(a, "capabilities", "{\"card_payments\":\"active\",\"transfers\":\"active\"}");
	assert_json(a, "settings.payouts.schedule", "{\"delay_days\":2,\"interval\":\"daily\"}");
	assert_field(a, "type", "standard");
	assert_string_equal(api_ok(h, "GET", path, NULL)->text, a->text);
	a = api_ok(h, "POST", path, "business_profile[name]=Acme&metadata[a]=b");
	assert_field(a, "business_profile.name", "Acme");
	assert_json(a, "metadata", "{\"a\":\"b\"}");
	assert_previous(h, "account.updated", "{\"business_profile\":{\"name\":null},\"metadata\":{\"a\":null}}");
}

static void account__can_be_updated_before_it_is_read(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers", "balance=-1");

	assert_field(a, "currency", "usd");
	a = api_ok(h, "POST", "/v1/accounts/acct_1MockstripeTest1", "email=owner%40acme.example");
	assert_field(a, "email", "owner@acme.example");
}

static void endpoint__shows_its_secret_once(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/webhook_endpoints",
		"url=http%3A%2F%2Flocalhost%3A4242%2Fhook&enabled_events[]=invoice.paid&enabled_events[]=customer."
		"created"
		"&api_version=2025-03-31.basil&description=Test");
	const char *path = text_of(h, "/v1/webhook_endpoints/%s", field(a, "id"));

	assert_true(!strncmp(field(a, "id"), "we_1", 4));
	assert_true(!strncmp(field(a, "secret"), "whsec_", 6) && strlen(field(a, "secret")) == 38);
	assert_field(a, "api_version", "2025-03-31.basil");
	assert_field(a, "application", NULL);
	assert_field(a, "status", "enabled");
	assert_json(a, "enabled_events", "[\"invoice.paid\",\"customer.created\"]");
	a = api_ok(h, "GET", path, NULL);
	assert_absent(a, "secret");
	a = api_ok(h, "POST", path, "disabled=true&enabled_events[]=*&url=https%3A%2F%2Fa.example");
	assert_field(a, "status", "disabled");
	assert_json(a, "enabled_events", "[\"*\"]");
	assert_field(a, "url", "https://a.example");
	assert_absent(a, "secret");
	assert_field(api_ok(h, "POST", path, "disabled=false"), "status", "enabled");
	assert_flag(api_ok(h, "DELETE", path, NULL), "deleted", true);
	assert_error(api(h, "GET", path, NULL), 404, "resource_missing", "webhook_endpoint",
		text_of(h, "No such webhook endpoint: '%s'", field(a, "id")));
	assert_string_equal(events_after(h, 0), "");
}

static void endpoint__is_one_of_sixteen(void **state)
{
	struct house *h = *state;
	const char *body = "url=https%3A%2F%2Fa.example&enabled_events[]=*";

	for (int i = 0; i < 16; i++)
		api_ok(h, "POST", "/v1/webhook_endpoints", body);
	assert_error(api(h, "POST", "/v1/webhook_endpoints", body), 400, NULL, NULL,
		"You have reached the maximum of 16 test webhook endpoints.");
}

static const struct refusal refusals[] = {
	{ "endpoint__needs_a_url", "POST", "/v1/webhook_endpoints", "enabled_events[]=*", 400, "parameter_missing",
		"url", "Missing required param: url." },
	{ "endpoint__refuses_what_is_no_url", "POST", "/v1/webhook_endpoints",
		"enabled_events[]=*&url=ftp%3A%2F%2Fa.example", 400, "url_invalid", "url", "Not a valid URL" },
	{ "endpoint__needs_events", "POST", "/v1/webhook_endpoints", "url=https%3A%2F%2Fa.example", 400,
		"parameter_missing", "enabled_events", "Missing required param: enabled_events." },
};

static void refusal(void **state)
{
	struct refusal_case *c = *state;

	refusal_check(c->house, c->row);
}

static void endpoint__refuses_unknown_events(void **state)
{
	struct house *h = *state;

	assert_error(
		api(h, "POST", "/v1/webhook_endpoints", "url=https%3A%2F%2Fa.example&enabled_events[]=invoice.eaten"),
		400, NULL, "enabled_events[0]", "Invalid enabled_events[0]: must be one of *, ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(account__is_there_from_the_start),
		TEST(account__can_be_updated_before_it_is_read),
		TEST(endpoint__shows_its_secret_once),
		TEST(endpoint__is_one_of_sixteen),
		TEST(endpoint__refuses_unknown_events),
	};

	return run_with_refusals(
		"account", tests, sizeof tests / sizeof *tests, refusals, sizeof refusals / sizeof *refusals, refusal);
}
