/* SPDX-License-Identifier: MIT */
#include "suites/resource/catalogue.h"

static void create__shows_every_field_in_its_default(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/products", "name=Support+Pro");

	assert_true(!strncmp(field(a, "id"), "prod_", 5) && strlen(field(a, "id")) == 19);
	assert_field(a, "object", "product");
	assert_flag(a, "active", true);
	assert_money(a, "created", HOUSE_NOW);
	assert_field(a, "default_price", NULL);
	assert_json(a, "images", "[]");
	assert_json(a, "marketing_features", "[]");
	assert_json(a, "metadata", "{}");
	assert_field(a, "name", "Support Pro");
	assert_field(a, "package_dimensions", NULL);
	assert_field(a, "shippable", NULL);
	assert_field(a, "statement_descriptor", NULL);
	assert_field(a, "tax_code", NULL);
	assert_field(a, "type", "service");
	assert_field(a, "unit_label", NULL);
	assert_money(a, "updated", HOUSE_NOW);
	assert_field(a, "url", NULL);
	assert_string_equal(events_after(h, 0), "product.created");
}

static void create__takes_an_id_of_the_callers(void **state)
{
	struct house *h = *state;

	assert_field(api_ok(h, "POST", "/v1/products", "name=A&id=basic"), "id", "basic");
	assert_error(api(h, "POST", "/v1/products", "name=B&id=basic"), 400, "resource_already_exists", NULL,
		"Product already exists.");
	api_ok(h, "DELETE", "/v1/products/basic", NULL);
	assert_field(api_ok(h, "POST", "/v1/products", "name=C&id=basic"), "name", "C");
	assert_field(api_ok(h, "GET", "/v1/products/basic", NULL), "name", "C");
}

static void create__makes_the_default_price_along(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/products",
		"name=Pro&default_price_data[currency]=usd&default_price_data[unit_amount]=2000"
		"&default_price_data[recurring][interval]=month&expand[]=default_price");

	assert_money(a, "default_price.unit_amount", 2000);
	assert_field(a, "default_price.recurring.interval", "month");
	assert_field(a, "default_price.product", field(a, "id"));
	assert_string_equal(events_after(h, 0), "product.created plan.created price.created product.updated");
	assert_previous(h, "product.updated", "{\"default_price\":null}");
	assert_field(last_event(h, "product.created"), "data.object.default_price", NULL);
}

static void update__moves_updated_and_tells_what_was(void **state)
{
	struct house *h = *state;

	api_ok(h, "POST", "/v1/products", "name=A&id=p&metadata[a]=1&description=old");
	const struct answer *a = api_ok(h, "POST", "/v1/products/p", "description=new&metadata[b]=2");

	assert_field(a, "description", "new");
	assert_json(a, "metadata", "{\"a\":\"1\",\"b\":\"2\"}");
	assert_previous(h, "product.updated", "{\"description\":\"old\",\"metadata\":{\"b\":null}}");
	a = api_ok(h, "POST", "/v1/products/p", "description=&images[]=https%3A%2F%2Fa.example%2Fi.png");
	assert_field(a, "description", NULL);
	assert_json(a, "images", "[\"https://a.example/i.png\"]");
	assert_json(api_ok(h, "POST", "/v1/products/p", "images="), "images", "[]");
}

static void update__takes_only_its_own_active_price_as_default(void **state)
{
	struct house *h = *state;
	const struct answer *price;

	api_ok(h, "POST", "/v1/products", "name=A&id=a");
	api_ok(h, "POST", "/v1/products", "name=B&id=b");
	price = api_ok(h, "POST", "/v1/prices", "product=b&currency=usd&unit_amount=100");
	assert_error(api(h, "POST", "/v1/products/a", text_of(h, "default_price=%s", field(price, "id"))), 400, NULL,
		"default_price", "does not belong to the product `a`");
	assert_field(api_ok(h, "POST", "/v1/products/b", text_of(h, "default_price=%s", field(price, "id"))),
		"default_price", field(price, "id"));
	assert_error(api(h, "POST", text_of(h, "/v1/prices/%s", field(price, "id")), "active=false"), 400, NULL, NULL,
		"This price cannot be archived because it is the default price of its product.");
	assert_field(api_ok(h, "POST", "/v1/products/b", "default_price="), "default_price", NULL);
	api_ok(h, "POST", text_of(h, "/v1/prices/%s", field(price, "id")), "active=false");
	assert_error(api(h, "POST", "/v1/products/b", text_of(h, "default_price=%s", field(price, "id"))), 400, NULL,
		"default_price", "The price specified is inactive.");
}

static void delete__is_refused_while_it_has_prices(void **state)
{
	struct house *h = *state;

	api_ok(h, "POST", "/v1/products", "name=A&id=a");
	api_ok(h, "POST", "/v1/products", "name=B&id=b");
	api_ok(h, "POST", "/v1/prices", "product=a&currency=usd&unit_amount=100");
	assert_error(api(h, "DELETE", "/v1/products/a", NULL), 400, NULL, NULL,
		"This product cannot be deleted because it has one or more user-created prices.");
	assert_json(api_ok(h, "DELETE", "/v1/products/b", NULL), "",
		"{\"id\":\"b\",\"object\":\"product\",\"deleted\":true}");
	assert_error(api(h, "GET", "/v1/products/b", NULL), 404, "resource_missing", "id", "No such product: 'b'");
	assert_field(last_event(h, "product.deleted"), "data.object.name", "B");
}

static void list__filters(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	api_ok(h, "POST", "/v1/products", "name=A&id=a&shippable=true");
	api_ok(h, "POST", "/v1/products", "name=B&id=b&active=false");
	api_ok(h, "POST", "/v1/products", "name=C&id=c&url=https%3A%2F%2Fc.example");
	a = api_ok(h, "GET", "/v1/products", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 3);
	assert_field(a, "data.0.id", "c");
	a = api_ok(h, "GET", "/v1/products?active=false", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.id", "b");
	a = api_ok(h, "GET", "/v1/products?ids[]=a&ids[]=c", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 2);
	assert_field(a, "data.1.id", "a");
	assert_field(api_ok(h, "GET", "/v1/products?shippable=true", NULL), "data.0.id", "a");
	assert_field(api_ok(h, "GET", "/v1/products?url=https%3A%2F%2Fc.example", NULL), "data.0.id", "c");
}

static void search__finds_by_name_and_metadata(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	api_ok(h, "POST", "/v1/products", "name=Gold+plan&id=gold&metadata[tier]=high");
	api_ok(h, "POST", "/v1/products", "name=Silver+plan&id=silver&active=false");
	a = api_ok(h, "GET", "/v1/products/search?query=name~%22plan%22+AND+active%3A%22true%22", NULL);
	assert_field(a, "object", "search_result");
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.id", "gold");
	a = api_ok(h, "GET", "/v1/products/search?query=metadata%5B%22tier%22%5D%3A%22high%22", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
}

static void features__are_attached_listed_and_removed(void **state)
{
	struct house *h = *state;
	const struct answer *feature = api_ok(h, "POST", "/v1/entitlements/features", "name=SSO&lookup_key=sso");
	const char *body = text_of(h, "entitlement_feature=%s", field(feature, "id"));
	const struct answer *a;

	api_ok(h, "POST", "/v1/products", "name=A&id=a");
	a = api_ok(h, "POST", "/v1/products/a/features", body);
	assert_field(a, "object", "product_feature");
	assert_field(a, "entitlement_feature.lookup_key", "sso");
	assert_error(api(h, "POST", "/v1/products/a/features", body), 400, NULL, "entitlement_feature",
		"is already attached");
	assert_error(api(h, "POST", "/v1/products/a/features", "entitlement_feature=feat_none"), 400,
		"resource_missing", "entitlement_feature", "No such feature: 'feat_none'");
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/products/a/features", NULL), "data"), 1);
	assert_flag(
		api_ok(h, "DELETE", text_of(h, "/v1/products/a/features/%s", field(a, "id")), NULL), "deleted", true);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/products/a/features", NULL), "data"), 0);
}

static const struct refusal refusals[] = {
	{ "create__needs_a_name", "POST", "/v1/products", "active=true", 400, "parameter_missing", "name",
		"Missing required param: name." },
	{ "create__refuses_an_image_that_is_no_url", "POST", "/v1/products",
		"name=A&images[]=https%3A%2F%2Fa.b&images[]=x", 400, "url_invalid", "images[1]", "Not a valid URL" },
	{ "create__refuses_nine_images", "POST", "/v1/products",
		"name=A&images[]=1&images[]=2&images[]=3&images[]=4&images[]=5&images[]=6&images[]=7&images[]=8&images["
		"]=9",
		400, NULL, "images", "Array images exceeded maximum 8 allowed elements." },
	{ "create__refuses_a_short_descriptor", "POST", "/v1/products", "name=A&statement_descriptor=ABCD", 400, NULL,
		"statement_descriptor", "The statement descriptor must be at least 5 characters." },
	{ "create__refuses_a_descriptor_of_digits", "POST", "/v1/products", "name=A&statement_descriptor=12345", 400,
		NULL, "statement_descriptor", "The statement descriptor must contain at least one letter." },
	{ "create__refuses_a_long_unit_label", "POST", "/v1/products", "name=A&unit_label=thirteenchars", 400, NULL,
		"unit_label", "Invalid string: thir...hars; must be at most 12 characters" },
	{ "create__refuses_what_it_does_not_know", "POST", "/v1/products", "name=A&colour=red", 400,
		"parameter_unknown", "colour", "Received unknown parameter: colour" },
	{ "create__checks_the_default_price", "POST", "/v1/products",
		"name=A&default_price_data[currency]=usd&default_price_data[recurring][interval]=year"
		"&default_price_data[recurring][interval_count]=4&default_price_data[unit_amount]=1",
		400, NULL, "default_price_data[recurring][interval_count]",
		"The interval_count for yearly prices can't be greater than 3" },
	{ "update__answers_404_for_no_product", "POST", "/v1/products/prod_none", "name=A", 404, "resource_missing",
		"id", "No such product: 'prod_none'" },
	{ "update__refuses_an_unknown_default_price", "POST", "/v1/products/basic", "default_price=price_none", 400,
		"resource_missing", "default_price", "No such price: 'price_none'" },
	{ "update__cannot_unset_the_name", "POST", "/v1/products/basic", "name=", 400, "parameter_invalid_empty",
		"name",
		"You passed an empty string for 'name'. We assume empty values are an attempt to unset a parameter; "
		"however "
		"'name' cannot be unset. You should remove 'name' from your request or supply a non-empty value." },
};

static void refusal(void **state)
{
	struct refusal_case *c = *state;

	api_ok(c->house, "POST", "/v1/products", "name=Basic&id=basic");
	refusal_check(c->house, c->row);
	assert_string_equal(events_after(c->house, 0), "product.created");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(create__shows_every_field_in_its_default),
		TEST(create__takes_an_id_of_the_callers),
		TEST(create__makes_the_default_price_along),
		TEST(update__moves_updated_and_tells_what_was),
		TEST(update__takes_only_its_own_active_price_as_default),
		TEST(delete__is_refused_while_it_has_prices),
		TEST(list__filters),
		TEST(search__finds_by_name_and_metadata),
		TEST(features__are_attached_listed_and_removed),
	};

	return run_with_refusals(
		"product", tests, sizeof tests / sizeof *tests, refusals, sizeof refusals / sizeof *refusals, refusal);
}
