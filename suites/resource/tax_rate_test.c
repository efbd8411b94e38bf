/* SPDX-License-Identifier: MIT */
#include "suites/resource/catalogue.h"

static void create__shows_every_field(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/tax_rates",
		"display_name=VAT&percentage=8.8750&inclusive=false&country=de&jurisdiction=DE&tax_type=vat");

	assert_true(!strncmp(field(a, "id"), "txr_1", 5));
	assert_flag(a, "active", true);
	assert_field(a, "country", "DE");
	assert_field(a, "description", NULL);
	assert_field(a, "display_name", "VAT");
	assert_field(a, "effective_percentage", NULL);
	assert_field(a, "flat_amount", NULL);
	assert_flag(a, "inclusive", false);
	assert_field(a, "jurisdiction", "DE");
	assert_field(a, "jurisdiction_level", NULL);
	assert_json(a, "percentage", "8.875");
	assert_field(a, "rate_type", "percentage");
	assert_field(a, "state", NULL);
	assert_field(a, "tax_type", "vat");
	assert_string_equal(events_after(h, 0), "tax_rate.created");
}

static void update__archives(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/tax_rates", "display_name=GST&percentage=10&inclusive=true");
	const char *path = text_of(h, "/v1/tax_rates/%s", field(a, "id"));

	a = api_ok(h, "POST", path, "active=false&description=old");
	assert_flag(a, "active", false);
	assert_json(a, "percentage", "10");
	assert_previous(h, "tax_rate.updated", "{\"active\":true,\"description\":null}");
	assert_error(api(h, "POST", path, "percentage=11"), 400, "parameter_unknown", "percentage",
		"Received unknown parameter: percentage");
	assert_error(api(h, "DELETE", path, NULL), 404, NULL, NULL, "Unrecognized request URL (DELETE: /v1/tax_rates/");
}

static void list__filters(void **state)
{
	struct house *h = *state;

	api_ok(h, "POST", "/v1/tax_rates", "display_name=A&percentage=10&inclusive=true");
	api_ok(h, "POST", "/v1/tax_rates", "display_name=B&percentage=5&inclusive=false&active=false");
	assert_field(api_ok(h, "GET", "/v1/tax_rates?inclusive=true", NULL), "data.0.display_name", "A");
	assert_field(api_ok(h, "GET", "/v1/tax_rates?active=false", NULL), "data.0.display_name", "B");
	assert_same_int(
		(int64_t)field_count(api_ok(h, "GET", "/v1/tax_rates?active=true&inclusive=false", NULL), "data"), 0);
}

#define UNKNOWN_COUNTRY                                                                                                \
	"Country 'QQ' is unknown. Try using a 2-character alphanumeric country code instead, such as 'US', 'EG', or "  \
	"'GB'. A full list of country codes is available at "                                                          \
	"https://en.wikipedia.org/wiki/ISO_3166-1_alpha-2#Officially_assigned_code_elements"

static const struct refusal refusals[] = {
	{ "create__needs_a_percentage", "POST", "/v1/tax_rates", "display_name=A&inclusive=true", 400,
		"parameter_missing", "percentage", "Missing required param: percentage." },
	{ "create__needs_to_know_whether_it_is_inclusive", "POST", "/v1/tax_rates", "display_name=A&percentage=5", 400,
		"parameter_missing", "inclusive", "Missing required param: inclusive." },
	{ "create__refuses_five_decimals", "POST", "/v1/tax_rates", "display_name=A&percentage=5.12345&inclusive=true",
		400, NULL, "percentage", "Invalid decimal: 5.12345; must contain at most 4 decimal places." },
	{ "create__refuses_more_than_all", "POST", "/v1/tax_rates", "display_name=A&percentage=101&inclusive=true", 400,
		NULL, "percentage", "This value must be less than or equal to 100 (it currently is '101')." },
	{ "create__refuses_an_unknown_country", "POST", "/v1/tax_rates",
		"display_name=A&percentage=1&inclusive=true&country=QQ", 400, NULL, "country", UNKNOWN_COUNTRY },
	{ "update__answers_404", "POST", "/v1/tax_rates/txr_none", "active=false", 404, "resource_missing", "tax_rate",
		"No such tax rate: 'txr_none'" },
};

static void refusal(void **state)
{
	struct refusal_case *c = *state;

	refusal_check(c->house, c->row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(create__shows_every_field),
		TEST(update__archives),
		TEST(list__filters),
	};

	return run_with_refusals(
		"tax_rate", tests, sizeof tests / sizeof *tests, refusals, sizeof refusals / sizeof *refusals, refusal);
}
