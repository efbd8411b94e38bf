/* SPDX-License-Identifier: MIT */
#include "suites/resource/catalogue.h"

static void product(struct house *h)
{
	api_ok(h, "POST", "/v1/products", "name=Pro&id=pro");
}

static void create__one_time(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	product(h);
	a = api_ok(h, "POST", "/v1/prices", "product=pro&currency=EUR&unit_amount=1999");
	assert_true(!strncmp(field(a, "id"), "price_1", 7) && strlen(field(a, "id")) == 30);
	assert_flag(a, "active", true);
	assert_field(a, "billing_scheme", "per_unit");
	assert_field(a, "currency", "eur");
	assert_field(a, "custom_unit_amount", NULL);
	assert_field(a, "lookup_key", NULL);
	assert_field(a, "product", "pro");
	assert_field(a, "recurring", NULL);
	assert_field(a, "tax_behavior", "unspecified");
	assert_field(a, "tiers_mode", NULL);
	assert_field(a, "transform_quantity", NULL);
	assert_field(a, "type", "one_time");
	assert_money(a, "unit_amount", 1999);
	assert_field(a, "unit_amount_decimal", "1999");
	assert_absent(a, "tiers");
	assert_absent(a, "currency_options");
	assert_string_equal(events_after(h, 1), "price.created");
}

static void create__recurring_has_a_plan_twin(void **state)
{
	struct house *h = *state;
	const struct answer *price, *plan;

	product(h);
	price = api_ok(h, "POST", "/v1/prices",
		"product=pro&currency=usd&unit_amount=2000&recurring[interval]=month&nickname=Monthly&metadata[a]=b");
	assert_json(price, "recurring",
		"{\"interval\":\"month\",\"interval_count\":1,\"meter\":null,\"trial_period_days\":null,"
		"\"usage_type\":\"licensed\"}");
	assert_string_equal(events_after(h, 1), "plan.created price.created");
	plan = api_ok(h, "GET", text_of(h, "/v1/plans/%s", field(price, "id")), NULL);
	assert_field(plan, "object", "plan");
	assert_money(plan, "amount", 2000);
	assert_field(plan, "amount_decimal", "2000");
	assert_field(plan, "interval", "month");
	assert_field(plan, "nickname", "Monthly");
	assert_field(plan, "product", "pro");
	assert_field(plan, "usage_type", "licensed");
	assert_json(last_event(h, "plan.created"), "data.object", plan->text);
}

static void create__with_product_data(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/prices",
		"product_data[name]=New&product_data[metadata][a]=1&currency=usd&unit_amount=5&expand[]=product");

	assert_field(a, "product.name", "New");
	assert_json(a, "product.metadata", "{\"a\":\"1\"}");
	assert_string_equal(events_after(h, 0), "product.created price.created");
}

static void create__keeps_decimals_apart_from_whole_amounts(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	product(h);
	a = api_ok(h, "POST", "/v1/prices", "product=pro&currency=usd&unit_amount_decimal=0.5");
	assert_field(a, "unit_amount", NULL);
	assert_field(a, "unit_amount_decimal", "0.5");
	a = api_ok(h, "POST", "/v1/prices", "product=pro&currency=usd&unit_amount_decimal=1000.00");
	assert_money(a, "unit_amount", 1000);
	assert_field(a, "unit_amount_decimal", "1000");
}

static void create__hides_tiers_until_expanded(void **state)
{
	struct house *h = *state;
	const struct answer *a;
	const char *id;

	product(h);
	a = api_ok(h, "POST", "/v1/prices",
		"product=pro&currency=usd&recurring[interval]=month&billing_scheme=tiered&tiers_mode=graduated"
		"&tiers[0][up_to]=10&tiers[0][unit_amount]=500&tiers[1][up_to]=inf&tiers[1][unit_amount_decimal]=2.5"
		"&tiers[1][flat_amount]=100");
	id = field(a, "id");
	assert_absent(a, "tiers");
	assert_field(a, "unit_amount", NULL);
	assert_field(a, "unit_amount_decimal", NULL);
	assert_field(a, "tiers_mode", "graduated");
	a = api_ok(h, "GET", text_of(h, "/v1/prices/%s?expand[]=tiers", id), NULL);
	assert_json(a, "tiers",
		"[{\"flat_amount\":null,\"flat_amount_decimal\":null,\"unit_amount\":500,\"unit_amount_decimal\":"
		"\"500\","
		"\"up_to\":10},{\"flat_amount\":100,\"flat_amount_decimal\":\"100\",\"unit_amount\":null,"
		"\"unit_amount_decimal\":\"2.5\",\"up_to\":null}]");
	a = api_ok(h, "GET", text_of(h, "/v1/plans/%s?expand[]=tiers", id), NULL);
	assert_money(a, "tiers.0.unit_amount", 500);
	a = api_ok(h, "GET", "/v1/prices?expand[]=data.tiers", NULL);
	assert_money(a, "data.0.tiers.1.flat_amount", 100);
}

static void create__hides_currency_options_until_expanded(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	product(h);
	a = api_ok(h, "POST", "/v1/prices",
		"product=pro&currency=usd&unit_amount=1000&currency_options[eur][unit_amount]=900"
		"&currency_options[jpy][unit_amount]=150&currency_options[jpy][tax_behavior]=inclusive");
	assert_absent(a, "currency_options");
	a = api_ok(h, "GET", text_of(h, "/v1/prices/%s?expand[]=currency_options", field(a, "id")), NULL);
	assert_same_int((int64_t)field_count(a, "currency_options"), 3);
	assert_money(a, "currency_options.usd.unit_amount", 1000);
	assert_money(a, "currency_options.eur.unit_amount", 900);
	assert_field(a, "currency_options.eur.tax_behavior", "unspecified");
	assert_field(a, "currency_options.jpy.unit_amount_decimal", "150");
	assert_field(a, "currency_options.jpy.tax_behavior", "inclusive");
	a = api_ok(h, "POST", text_of(h, "/v1/prices/%s", field(a, "id")),
		"currency_options[eur][unit_amount]=950&expand[]=currency_options");
	assert_money(a, "currency_options.eur.unit_amount", 950);
	assert_money(a, "currency_options.jpy.unit_amount", 150);
}

static void create__takes_what_the_customer_wants_to_pay(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	product(h);
	a = api_ok(h, "POST", "/v1/prices",
		"product=pro&currency=usd&custom_unit_amount[enabled]=true&custom_unit_amount[minimum]=500"
		"&custom_unit_amount[preset]=1000");
	assert_json(a, "custom_unit_amount", "{\"maximum\":null,\"minimum\":500,\"preset\":1000}");
	assert_field(a, "unit_amount", NULL);
}

static void lookup_key__moves_only_when_told(void **state)
{
	struct house *h = *state;
	const struct answer *first, *second;
	size_t before;

	product(h);
	first = api_ok(h, "POST", "/v1/prices", "product=pro&currency=usd&unit_amount=1&lookup_key=gold");
	assert_error(api(h, "POST", "/v1/prices", "product=pro&currency=usd&unit_amount=2&lookup_key=gold"), 400, NULL,
		"lookup_key", text_of(h, "A price (`%s`) already uses that lookup key.", field(first, "id")));
	before = event_count(h);
	second = api_ok(h, "POST", "/v1/prices",
		"product=pro&currency=usd&unit_amount=2&lookup_key=gold&transfer_lookup_key=true");
	assert_field(second, "lookup_key", "gold");
	assert_string_equal(events_after(h, before), "price.updated price.created");
	assert_previous(h, "price.updated", "{\"lookup_key\":\"gold\"}");
	first = api_ok(h, "GET", text_of(h, "/v1/prices/%s", field(first, "id")), NULL);
	assert_field(first, "lookup_key", NULL);
	assert_flag(first, "active", true);
	assert_field(api_ok(h, "GET", "/v1/prices?lookup_keys[]=gold", NULL), "data.0.id", field(second, "id"));
}

static void lookup_key__of_an_inactive_price_is_free(void **state)
{
	struct house *h = *state;
	const struct answer *first;
	const char *path;

	product(h);
	first = api_ok(h, "POST", "/v1/prices", "product=pro&currency=usd&unit_amount=1&lookup_key=gold");
	path = text_of(h, "/v1/prices/%s", field(first, "id"));
	api_ok(h, "POST", path, "active=false");
	api_ok(h, "POST", "/v1/prices", "product=pro&currency=usd&unit_amount=2&lookup_key=gold");
	assert_error(api(h, "POST", path, "active=true"), 400, NULL, "lookup_key", "already uses that lookup key.");
}

static void update__announces_price_and_plan(void **state)
{
	struct house *h = *state;
	const struct answer *a;
	size_t before;

	product(h);
	a = api_ok(h, "POST", "/v1/prices", "product=pro&currency=usd&unit_amount=1&recurring[interval]=day");
	before = event_count(h);
	a = api_ok(h, "POST", text_of(h, "/v1/prices/%s", field(a, "id")), "nickname=Daily&active=false");
	assert_flag(a, "active", false);
	assert_string_equal(events_after(h, before), "plan.updated price.updated");
	assert_previous(h, "price.updated", "{\"active\":true,\"nickname\":null}");
	assert_previous(h, "plan.updated", "{\"active\":true,\"nickname\":null}");
	before = event_count(h);
	api_ok(h, "POST", text_of(h, "/v1/prices/%s", field(a, "id")), "lookup_key=daily");
	assert_string_equal(events_after(h, before), "price.updated");
}

static void update__sets_tax_behavior_once(void **state)
{
	struct house *h = *state;
	const char *path;

	product(h);
	path = text_of(h, "/v1/prices/%s",
		field(api_ok(h, "POST", "/v1/prices", "product=pro&currency=usd&unit_amount=1"), "id"));
	assert_field(api_ok(h, "POST", path, "tax_behavior=exclusive"), "tax_behavior", "exclusive");
	assert_error(api(h, "POST", path, "tax_behavior=inclusive"), 400, NULL, "tax_behavior",
		"The tax_behavior of a price cannot be changed once it is set; it is `exclusive`.");
}

static void list__filters(void **state)
{
	struct house *h = *state;
	static const struct {
		const char *query;
		int64_t count;
	} rows[] = { { "", 4 }, { "?type=recurring", 2 }, { "?type=one_time", 2 }, { "?currency=eur", 1 },
		{ "?product=pro", 3 }, { "?active=false", 1 }, { "?recurring[interval]=year", 1 },
		{ "?recurring[interval]=month&product=pro", 1 }, { "?lookup_keys[]=k&lookup_keys[]=none", 1 },
		{ "?product=basic&type=recurring", 0 } };

	product(h);
	api_ok(h, "POST", "/v1/products", "name=Basic&id=basic");
	api_ok(h, "POST", "/v1/prices", "product=pro&currency=usd&unit_amount=1&recurring[interval]=month");
	api_ok(h, "POST", "/v1/prices", "product=pro&currency=usd&unit_amount=1&recurring[interval]=year&lookup_key=k");
	api_ok(h, "POST", "/v1/prices", "product=pro&currency=eur&unit_amount=1");
	api_ok(h, "POST", "/v1/prices", "product=basic&currency=usd&unit_amount=1&active=false");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct answer *a = api_ok(h, "GET", text_of(h, "/v1/prices%s", rows[i].query), NULL);

		if ((int64_t)field_count(a, "data") != rows[i].count)
			print_error("filter %s\n", rows[i].query);
		assert_same_int((int64_t)field_count(a, "data"), rows[i].count);
	}
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/plans", NULL), "data"), 2);
}

static void plan__is_made_shown_and_deleted_as_a_price_too(void **state)
{
	struct house *h = *state;
	const struct answer *a;
	size_t before;

	product(h);
	a = api_ok(h, "POST", "/v1/plans",
		"id=gold&product=pro&currency=usd&interval=month&interval_count=3&amount=900&trial_period_days=7"
		"&transform_usage[divide_by]=10&transform_usage[round]=up");
	assert_field(a, "id", "gold");
	assert_money(a, "interval_count", 3);
	assert_money(a, "trial_period_days", 7);
	assert_json(a, "transform_usage", "{\"divide_by\":10,\"round\":\"up\"}");
	a = api_ok(h, "GET", "/v1/prices/gold", NULL);
	assert_money(a, "unit_amount", 900);
	assert_money(a, "recurring.interval_count", 3);
	assert_error(api(h, "POST", "/v1/plans", "id=gold&product=pro&currency=usd&interval=month&amount=1"), 400,
		"resource_already_exists", NULL, "Plan already exists.");
	assert_error(api(h, "POST", "/v1/plans", "product=pro&currency=usd&interval=month"), 400, "parameter_missing",
		"amount", "Plans require an `amount` or `amount_decimal` parameter to be set.");
	before = event_count(h);
	assert_json(api_ok(h, "DELETE", "/v1/plans/gold", NULL), "",
		"{\"id\":\"gold\",\"object\":\"plan\",\"deleted\":true}");
	assert_string_equal(events_after(h, before), "plan.deleted price.deleted");
	assert_error(api(h, "GET", "/v1/plans/gold", NULL), 404, "resource_missing", "id", "No such plan: 'gold'");
}

static void plan__that_is_deleted_is_no_default_any_more(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/products",
		"id=pro&name=Pro&default_price_data[currency]=usd&default_price_data[unit_amount]=1"
		"&default_price_data[recurring][interval]=day");
	size_t before = event_count(h);

	api_ok(h, "DELETE", text_of(h, "/v1/plans/%s", field(a, "default_price")), NULL);
	assert_string_equal(events_after(h, before), "product.updated plan.deleted price.deleted");
	assert_field(api_ok(h, "GET", "/v1/products/pro", NULL), "default_price", NULL);
	api_ok(h, "DELETE", "/v1/products/pro", NULL);
}

static void delete__has_no_endpoint(void **state)
{
	struct house *h = *state;
	const struct answer *a;

	product(h);
	a = api_ok(h, "POST", "/v1/prices", "product=pro&currency=usd&unit_amount=1");
	a = api(h, "DELETE", text_of(h, "/v1/prices/%s", field(a, "id")), NULL);
	assert_error(a, 404, NULL, NULL, "Unrecognized request URL (DELETE: /v1/prices/");
}

#define PRICE "product=pro&currency=usd"
#define TIERED PRICE "&billing_scheme=tiered&tiers_mode=volume"

static const struct refusal refusals[] = {
	{ "create__needs_a_currency", "POST", "/v1/prices", "product=pro&unit_amount=1", 400, "parameter_missing",
		"currency", "Missing required param: currency." },
	{ "create__needs_a_product", "POST", "/v1/prices", "currency=usd&unit_amount=1", 400, "parameter_missing",
		"product", "You must specify either `product` or `product_data` when creating a price." },
	{ "create__refuses_two_products", "POST", "/v1/prices", PRICE "&unit_amount=1&product_data[name]=A", 400, NULL,
		"product_data", "You may only specify one of these parameters: product, product_data." },
	{ "create__refuses_an_unknown_product", "POST", "/v1/prices", "product=none&currency=usd&unit_amount=1", 400,
		"resource_missing", "product", "No such product: 'none'" },
	{ "create__needs_an_amount", "POST", "/v1/prices", PRICE, 400, "parameter_missing", "unit_amount",
		"Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set." },
	{ "create__refuses_two_amounts", "POST", "/v1/prices", PRICE "&unit_amount=1&unit_amount_decimal=1", 400, NULL,
		"unit_amount_decimal",
		"You may only specify one of these parameters: unit_amount, unit_amount_decimal." },
	{ "create__refuses_a_negative_amount", "POST", "/v1/prices", PRICE "&unit_amount=-1", 400,
		"parameter_invalid_integer", "unit_amount", "Invalid non-negative integer" },
	{ "create__refuses_a_negative_decimal", "POST", "/v1/prices", PRICE "&unit_amount_decimal=-0.5", 400, NULL,
		"unit_amount_decimal", "This value must be greater than or equal to 0 (it currently is '-0.5')." },
	{ "create__refuses_37_months", "POST", "/v1/prices",
		PRICE "&unit_amount=1&recurring[interval]=month&recurring[interval_count]=37", 400, NULL,
		"recurring[interval_count]", "The interval_count for monthly prices can't be greater than 36" },
	{ "create__refuses_157_weeks", "POST", "/v1/prices",
		PRICE "&unit_amount=1&recurring[interval]=week&recurring[interval_count]=157", 400, NULL,
		"recurring[interval_count]", "The interval_count for weekly prices can't be greater than 156" },
	{ "create__refuses_an_unknown_interval", "POST", "/v1/prices", PRICE "&unit_amount=1&recurring[interval]=hour",
		400, NULL, "recurring[interval]",
		"Invalid recurring[interval]: must be one of month, year, week, or day" },
	{ "create__refuses_metered_without_meter", "POST", "/v1/prices",
		PRICE "&unit_amount=1&recurring[interval]=month&recurring[usage_type]=metered", 400, NULL, NULL,
		"Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters." },
	{ "create__refuses_an_unknown_meter", "POST", "/v1/prices",
		PRICE
		"&unit_amount=1&recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]=mtr_none",
		400, "resource_missing", "recurring[meter]", "No such meter: 'mtr_none'" },
	{ "create__refuses_tiers_without_scheme", "POST", "/v1/prices",
		PRICE "&unit_amount=1&tiers[0][up_to]=inf&tiers[0][unit_amount]=1", 400, NULL, "tiers",
		"You can only specify tiers and tiers_mode when `billing_scheme=tiered`." },
	{ "create__needs_tiers", "POST", "/v1/prices", TIERED, 400, "parameter_missing", "tiers",
		"You must specify tiers when `billing_scheme=tiered`." },
	{ "create__refuses_an_amount_beside_tiers", "POST", "/v1/prices",
		TIERED "&unit_amount=1&tiers[0][up_to]=inf&tiers[0][unit_amount]=1", 400, NULL, "unit_amount",
		"You cannot set unit_amount when `billing_scheme=tiered`: the amounts of a tiered price stand in its "
		"tiers." },
	{ "create__needs_an_endless_tier", "POST", "/v1/prices", TIERED "&tiers[0][up_to]=10&tiers[0][unit_amount]=1",
		400, NULL, "tiers[0][up_to]", "The last tier must have `up_to=inf`." },
	{ "create__refuses_falling_tiers", "POST", "/v1/prices",
		TIERED "&tiers[0][up_to]=10&tiers[0][unit_amount]=1&tiers[1][up_to]=10&tiers[1][unit_amount]=1"
		       "&tiers[2][up_to]=inf&tiers[2][unit_amount]=1",
		400, NULL, "tiers[1][up_to]",
		"The `up_to` of a tier must be greater than that of the tier before it." },
	{ "create__needs_an_amount_in_each_tier", "POST", "/v1/prices", TIERED "&tiers[0][up_to]=inf", 400,
		"parameter_missing", "tiers[0]",
		"Each tier requires a `unit_amount` or a `flat_amount` parameter to be set." },
	{ "create__refuses_a_custom_amount_that_recurs", "POST", "/v1/prices",
		PRICE "&custom_unit_amount[enabled]=true&recurring[interval]=month", 400, NULL, "custom_unit_amount",
		"You cannot set custom_unit_amount on a price with `type=recurring`." },
	{ "create__refuses_its_own_currency_as_option", "POST", "/v1/prices",
		PRICE "&unit_amount=1&currency_options[usd][unit_amount]=2", 400, NULL, "currency_options[usd]",
		"The currency option `usd` is the price's own currency; its amounts stand on the price." },
	{ "update__cannot_change_the_amount", "POST", "/v1/prices/price_none", "unit_amount=5", 400,
		"parameter_unknown", "unit_amount", "Received unknown parameter: unit_amount" },
	{ "update__answers_404_for_no_price", "POST", "/v1/prices/price_none", "nickname=a", 404, "resource_missing",
		"price", "No such price: 'price_none'" },
};

static void refusal(void **state)
{
	struct refusal_case *c = *state;

	product(c->house);
	refusal_check(c->house, c->row);
	assert_string_equal(events_after(c->house, 1), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(create__one_time),
		TEST(create__recurring_has_a_plan_twin),
		TEST(create__with_product_data),
		TEST(create__keeps_decimals_apart_from_whole_amounts),
		TEST(create__hides_tiers_until_expanded),
		TEST(create__hides_currency_options_until_expanded),
		TEST(create__takes_what_the_customer_wants_to_pay),
		TEST(lookup_key__moves_only_when_told),
		TEST(lookup_key__of_an_inactive_price_is_free),
		TEST(update__announces_price_and_plan),
		TEST(update__sets_tax_behavior_once),
		TEST(list__filters),
		TEST(plan__is_made_shown_and_deleted_as_a_price_too),
		TEST(plan__that_is_deleted_is_no_default_any_more),
		TEST(delete__has_no_endpoint),
	};

	return run_with_refusals(
		"price", tests, sizeof tests / sizeof *tests, refusals, sizeof refusals / sizeof *refusals, refusal);
}
