/* SPDX-License-Identifier: MIT */
/* What a customer may use: the features of the products that its subscriptions hold. */
#include "suites/resource/billing.h"

/* A feature of that lookup key, given by the product. */
static const char *feature_of(struct house *h, const char *product, const char *key)
{
	const char *feature = field(
		api_ok(h, "POST", "/v1/entitlements/features", text_of(h, "name=%s&lookup_key=%s", key, key)), "id");

	api_ok(h, "POST", text_of(h, "/v1/products/%s/features", product),
		text_of(h, "entitlement_feature=%s", feature));
	return feature;
}

static const char *price_of(struct house *h, const char *product)
{
	return field(api_ok(h, "POST", "/v1/prices",
			     text_of(h, "product=%s&currency=usd&unit_amount=1000&recurring[interval]=month", product)),
		"id");
}

static const struct answer *entitlements(struct house *h, const char *customer)
{
	return api_ok(h, "GET", text_of(h, "/v1/entitlements/active_entitlements?customer=%s", customer), NULL);
}

static void assert_held(struct house *h, const char *customer, const char *keys)
{
	const struct answer *a = entitlements(h, customer);
	const char *held = "";

	for (size_t i = 0; i < field_count(a, "data"); i++)
		held = text_of(h, "%s%s ", held, field(a, text_of(h, "data.%zu.lookup_key", i)));
	assert_string_equal(held, keys);
}

static void subscription__grants_its_products_features(void **state)
{
	struct house *h = *state;
	const char *product = product_new(h, "Solo"), *api = feature_of(h, product, "api"), *id;
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const struct answer *a;

	feature_of(h, product, "sso");
	assert_held(h, customer, "");
	subscribe(h, customer, price_of(h, product), "");
	a = entitlements(h, customer);
	assert_same_int((int64_t)field_count(a, "data"), 2);
	assert_field(a, "data.1.feature", api);
	assert_field(a, "data.1.object", "entitlements.active_entitlement");
	id = field(a, "data.1.id");
	assert_field(api_ok(h, "GET", text_of(h, "/v1/entitlements/active_entitlements/%s?expand[]=feature", id), NULL),
		"feature.name", "api");
	a = api_ok(h, "GET", "/v1/events?type=entitlements.active_entitlement_summary.updated", NULL);
	assert_same_int((int64_t)field_count(a, "data"), 1);
	assert_field(a, "data.0.data.object.customer", customer);
	assert_field(a, "data.0.data.object.entitlements.data.0.lookup_key", "sso");
	assert_same_int((int64_t)field_count(a, "data.0.data.object.entitlements.data"), 2);
	assert_same_int((int64_t)field_count(a, "data.0.data.previous_attributes.entitlements.data"), 0);
}

static void cancel__takes_them_back(void **state)
{
	struct house *h = *state;
	const char *product = product_new(h, "Solo"), *sub, *id, *mark;
	const char *customer = customer_new(h, "email=a@b.c", "visa");

	feature_of(h, product, "api");
	sub = field(subscribe(h, customer, price_of(h, product), ""), "id");
	id = field(entitlements(h, customer), "data.0.id");
	mark = events_mark(h);
	api_ok(h, "DELETE", text_of(h, "/v1/subscriptions/%s", sub), NULL);
	assert_held(h, customer, "");
	assert_status(api(h, "GET", text_of(h, "/v1/entitlements/active_entitlements/%s", id), NULL), 404);
	assert_events(h, mark, "customer.subscription.deleted\nentitlements.active_entitlement_summary.updated\n");
}

static void two_products__give_a_shared_feature_once(void **state)
{
	struct house *h = *state;
	const char *one = product_new(h, "Solo"), *two = product_new(h, "Fleet"), *first, *shared, *mark;
	const char *customer = customer_new(h, "email=a@b.c", "visa");

	shared = feature_of(h, one, "api");
	api_ok(h, "POST", text_of(h, "/v1/products/%s/features", two), text_of(h, "entitlement_feature=%s", shared));
	feature_of(h, two, "sso");
	first = field(subscribe(h, customer, price_of(h, one), ""), "id");
	subscribe(h, customer, price_of(h, two), "");
	assert_held(h, customer, "sso api ");
	/* The other product still gives what this one gave: nothing changes, nothing is said. */
	mark = events_mark(h);
	api_ok(h, "DELETE", text_of(h, "/v1/subscriptions/%s", first), NULL);
	assert_held(h, customer, "sso api ");
	assert_events(h, mark, "customer.subscription.deleted\n");
}

static void change_of_plan__changes_them(void **state)
{
	struct house *h = *state;
	const char *one = product_new(h, "Solo"), *two = product_new(h, "Fleet");
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const struct answer *sub;

	feature_of(h, one, "basic");
	feature_of(h, two, "fleet");
	sub = subscribe(h, customer, price_of(h, one), "");
	assert_held(h, customer, "basic ");
	post(h, "subscriptions", field(sub, "id"),
		text_of(h, "items[0][id]=%s&items[0][price]=%s", field(sub, "items.data.0.id"), price_of(h, two)));
	assert_held(h, customer, "fleet ");
}

static void incomplete_subscription__grants_nothing(void **state)
{
	struct house *h = *state;
	const char *product = product_new(h, "Solo");
	const char *customer = customer_new(h, "email=a@b.c", "chargeCustomerFail");
	const struct answer *sub;

	feature_of(h, product, "api");
	sub = subscribe(h, customer, price_of(h, product), "&payment_behavior=default_incomplete");
	assert_field(sub, "status", "incomplete");
	assert_held(h, customer, "");
}

/* Stripe docs "Entitlements": existing subscriptions follow a product's features with their next billing period. */
static void new_feature__comes_with_the_next_period(void **state)
{
	struct house *h = *state;
	const char *product = product_new(h, "Solo");
	const char *customer = customer_new(h, "email=a@b.c", "visa");
	const struct answer *sub;

	feature_of(h, product, "api");
	sub = subscribe(h, customer, price_of(h, product), "");
	feature_of(h, product, "late");
	post(h, "subscriptions", field(sub, "id"), "metadata[a]=b");
	assert_held(h, customer, "api ");
	go_to(h, HOUSE_NOW + 32 * 86400);
	assert_held(h, customer, "late api ");
}

static void lookup_key__is_unique_among_features_in_use(void **state)
{
	struct house *h = *state;
	const char *first = field(api_ok(h, "POST", "/v1/entitlements/features", "name=A&lookup_key=k"), "id");

	assert_error(api(h, "POST", "/v1/entitlements/features", "name=B&lookup_key=k"), 400, "resource_already_exists",
		"lookup_key", first);
	post(h, "entitlements/features", first, "active=false");
	api_ok(h, "POST", "/v1/entitlements/features", "name=B&lookup_key=k");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BILLING_TEST(subscription__grants_its_products_features),
		BILLING_TEST(cancel__takes_them_back),
		BILLING_TEST(two_products__give_a_shared_feature_once),
		BILLING_TEST(change_of_plan__changes_them),
		BILLING_TEST(incomplete_subscription__grants_nothing),
		BILLING_TEST(lookup_key__is_unique_among_features_in_use),
		BILLING_TEST(new_feature__comes_with_the_next_period),
	};

	return cmocka_run_group_tests_name("entitlements", tests, NULL, NULL);
}
