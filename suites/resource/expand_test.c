/* SPDX-License-Identifier: MIT */
/* expand[]: ids become objects, down to four levels and through lists, and includable fields appear. */
#include "suites/resource/catalogue.h"

/* A customer who pays with a card, subscribed to a price of a product. */
struct cast {
	const char *customer, *product, *price, *method, *subscription, *invoice;
};

static struct cast cast_make(struct house *h)
{
	struct cast c;
	const struct answer *a;

	c.customer = field(api_ok(h, "POST", "/v1/customers", "email=a@b.co"), "id");
	c.product = field(api_ok(h, "POST", "/v1/products", "name=Pro"), "id");
	c.price = field(
		api_ok(h, "POST", "/v1/prices",
			text_of(h, "currency=usd&unit_amount=2000&recurring[interval]=month&product=%s", c.product)),
		"id");
	c.method = field(
		api_ok(h, "POST", "/v1/payment_methods/pm_card_visa/attach", text_of(h, "customer=%s", c.customer)),
		"id");
	a = api_ok(h, "POST", "/v1/subscriptions",
		text_of(h, "customer=%s&items[0][price]=%s&default_payment_method=%s", c.customer, c.price, c.method));
	c.subscription = field(a, "id");
	c.invoice = field(a, "latest_invoice");
	return c;
}

static void id__becomes_the_object(void **state)
{
	struct house *h = *state;
	struct cast c = cast_make(h);
	const struct answer *plain = api_ok(h, "GET", text_of(h, "/v1/prices/%s", c.price), NULL);
	const struct answer *a = api_ok(h, "GET", text_of(h, "/v1/prices/%s?expand[]=product", c.price), NULL);
	json_t *whole;

	assert_field(plain, "product", c.product);
	assert_field(a, "product.id", c.product);
	whole = field_json(api_ok(h, "GET", text_of(h, "/v1/products/%s", c.product), NULL), "");
	assert_true(json_equal(field_json(a, "product"), whole));
	/* Nothing else has changed, and nothing is kept. */
	assert_field(a, "id", c.price);
	assert_string_equal(api_ok(h, "GET", text_of(h, "/v1/prices/%s", c.price), NULL)->text, plain->text);
}

static void several__and_the_same_twice(void **state)
{
	struct house *h = *state;
	struct cast c = cast_make(h);
	const struct answer *a = api_ok(h, "GET",
		text_of(h,
			"/v1/subscriptions/%s?expand[]=customer&expand[]=latest_invoice&expand[]=customer&"
			"expand[]=latest_invoice.customer&expand[]=default_payment_method",
			c.subscription),
		NULL);

	assert_field(a, "customer.id", c.customer);
	assert_field(a, "latest_invoice.id", c.invoice);
	assert_field(a, "latest_invoice.customer.id", c.customer);
	assert_field(a, "default_payment_method.id", c.method);
}

static void four_levels__and_no_fifth(void **state)
{
	struct house *h = *state;
	struct cast c = cast_make(h);
	const struct answer *a = api_ok(h, "GET",
		text_of(h, "/v1/subscriptions/%s?expand[]=latest_invoice.payments.data.payment.payment_intent",
			c.subscription),
		NULL);

	assert_field(a, "latest_invoice.payments.data.0.payment.payment_intent.object", "payment_intent");
	assert_field(a, "latest_invoice.payments.data.0.payment.payment_intent.status", "succeeded");
	a = api(h, "GET",
		text_of(h, "/v1/subscriptions/%s?expand[]=latest_invoice.payments.data.payment.payment_intent.customer",
			c.subscription),
		NULL);
	assert_error(a, 400, "property_expansion_max_depth", NULL, NULL);
	assert_field(a, "error.message",
		"You cannot expand more than 4 levels of a property. Property: "
		"latest_invoice.payments.data.payment.payment_intent.customer");
}

static void list__goes_through_data(void **state)
{
	struct house *h = *state;
	struct cast c = cast_make(h);
	const struct answer *a = api_ok(h, "GET", "/v1/prices?expand[]=data.product&expand[]=data", NULL);

	assert_field(a, "data.0.product.name", "Pro");
	a = api_ok(h, "GET",
		"/v1/invoices?expand[]=data.customer&expand[]=data.parent.subscription_details.subscription", NULL);
	assert_field(a, "data.0.customer.id", c.customer);
	assert_field(a, "data.0.parent.subscription_details.subscription.id", c.subscription);
	a = api_ok(h, "GET", "/v1/customers/search?query=created%3E0&expand[]=data.subscriptions&expand[]=total_count",
		NULL);
	assert_field(a, "data.0.subscriptions.data.0.id", c.subscription);
	assert_money(a, "total_count", 1);
}

static void embedded_list__goes_through_data(void **state)
{
	struct house *h = *state;
	struct cast c = cast_make(h);
	const struct answer *a = api_ok(
		h, "GET", text_of(h, "/v1/subscriptions/%s?expand[]=items.data.price.product", c.subscription), NULL);

	assert_field(a, "items.data.0.price.id", c.price);
	assert_field(a, "items.data.0.price.product.name", "Pro");
}

static void post__expands_its_answer(void **state)
{
	struct house *h = *state;
	struct cast c = cast_make(h);
	const struct answer *a = api_ok(h, "POST", "/v1/prices",
		text_of(h, "currency=usd&unit_amount=5&product=%s&expand[]=product", c.product));

	assert_field(a, "product.id", c.product);
	a = api_ok(h, "POST", text_of(h, "/v1/subscriptions/%s", c.subscription),
		"metadata[a]=1&expand[0]=customer&expand[1]=latest_invoice");
	assert_field(a, "customer.email", "a@b.co");
	assert_field(a, "latest_invoice.id", c.invoice);
	a = api_ok(h, "DELETE", text_of(h, "/v1/subscriptions/%s?expand[]=customer", c.subscription), NULL);
	assert_field(a, "customer.id", c.customer);
	/* Events hold ids. */
	assert_field(last_event(h, "customer.subscription.deleted"), "data.object.customer", c.customer);
}

static void includable__appears_only_when_asked_for(void **state)
{
	static const char *const names[] = { "sources", "subscriptions", "tax_ids", "cash_balance" };
	struct house *h = *state;
	struct cast c = cast_make(h);
	const char *path = text_of(h, "/v1/customers/%s", c.customer);
	const struct answer *plain = api_ok(h, "GET", path, NULL);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct answer *a = api_ok(h, "GET", text_of(h, "%s?expand[]=%s", path, names[i]), NULL);

		assert_absent(plain, names[i]);
		assert_non_null(field_json(a, names[i]));
		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			if (k != i)
				assert_absent(a, names[k]);
	}
	assert_field(api_ok(h, "GET", text_of(h, "%s?expand[]=subscriptions.data.latest_invoice", path), NULL),
		"subscriptions.data.0.latest_invoice.id", c.invoice);
	assert_field(
		api_ok(h, "GET", text_of(h, "/v1/prices/%s?expand[]=product", c.price), NULL), "product.id", c.product);
}

static void null__stays_null(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers", "expand[]=default_source&expand[]=test_clock");

	assert_field(a, "default_source", NULL);
}

static void deleted__expands_to_what_is_left(void **state)
{
	struct house *h = *state;
	struct cast c = cast_make(h);
	const struct answer *a;

	api_ok(h, "DELETE", text_of(h, "/v1/customers/%s", c.customer), NULL);
	a = api_ok(h, "GET", text_of(h, "/v1/invoices/%s?expand[]=customer", c.invoice), NULL);
	assert_json(
		a, "customer", text_of(h, "{\"id\": \"%s\", \"object\": \"customer\", \"deleted\": true}", c.customer));
}

/* ---- refused ---- */

#define NOT(path) "This property cannot be expanded (" path ")."

static const struct refusal rows[] = {
	{ "a field that is none", "GET", "/v1/customers/x?expand[]=nothing", NULL, 400, NULL, NULL, NOT("nothing") },
	{ "a field that is no id", "GET", "/v1/customers/x?expand[]=email", NULL, 400, NULL, NULL, NOT("email") },
	{ "an object that is always there", "GET", "/v1/customers/x?expand[]=address", NULL, 400, NULL, NULL,
		NOT("address") },
	{ "a wrong step in the middle", "GET", "/v1/subscriptions/x?expand[]=customer.nothing.more", NULL, 400, NULL,
		NULL, NOT("customer.nothing") },
	{ "a wrong step at the end", "GET", "/v1/subscriptions/x?expand[]=latest_invoice.nothing", NULL, 400, NULL,
		NULL, NOT("latest_invoice.nothing") },
	{ "through a list without data", "GET", "/v1/subscriptions/x?expand[]=items.price", NULL, 400, NULL, NULL,
		NOT("items.price") },
	{ "a list without data in front", "GET", "/v1/prices?expand[]=product", NULL, 400, NULL, NULL,
		NOT("product") " You may want to try expanding 'data.product' instead." },
	{ "a list's wrong field", "GET", "/v1/prices?expand[]=data.nothing", NULL, 400, NULL, NULL,
		NOT("data.nothing") },
	{ "a search without data in front", "GET", "/v1/prices/search?query=active:'true'&expand[]=product", NULL, 400,
		NULL, NULL, NOT("product") " You may want to try expanding 'data.product' instead." },
	{ "the count of a list", "GET", "/v1/prices?expand[]=total_count", NULL, 400, NULL, NULL,
		"This property cannot be included (total_count)." },
	{ "five levels", "GET", "/v1/subscriptions/x?expand[]=a.b.c.d.e.f", NULL, 400, "property_expansion_max_depth",
		NULL, "You cannot expand more than 4 levels of a property. Property: a.b.c.d.e.f" },
	{ "an empty path", "GET", "/v1/customers/x?expand[]=", NULL, 400, "parameter_invalid_empty", "expand[0]",
		NULL },
	{ "a text for the array", "GET", "/v1/customers/x?expand=customer", NULL, 400, NULL, "expand",
		"Invalid array" },
	{ "an empty step", "GET", "/v1/subscriptions/x?expand[]=customer..x", NULL, 400, NULL, NULL, NOT("customer.") },
	{ "before anything is written", "POST", "/v1/customers?expand[]=nothing", "name=A", 400, NULL, NULL,
		NOT("nothing") },
	{ "the first good, the second not", "POST", "/v1/customers?expand[]=subscriptions&expand[]=nothing", "name=A",
		400, NULL, NULL, NOT("nothing") },
};

static void row__is_refused(void **state)
{
	struct refusal_case *c = *state;
	const struct answer *a = api(c->house, c->row->method, c->row->path, c->row->body);

	assert_error(a, c->row->status, c->row->code, c->row->param, c->row->message);
	if (c->row->message)
		assert_field(a, "error.message", c->row->message);
	assert_same_int((int64_t)field_count(api_ok(c->house, "GET", "/v1/customers", NULL), "data"), 0);
	assert_same_int((int64_t)event_count(c->house), 0);
}

int main(void)
{
	static const struct CMUnitTest plain[] = {
		TEST(id__becomes_the_object),
		TEST(several__and_the_same_twice),
		TEST(four_levels__and_no_fifth),
		TEST(list__goes_through_data),
		TEST(embedded_list__goes_through_data),
		TEST(post__expands_its_answer),
		TEST(includable__appears_only_when_asked_for),
		TEST(null__stays_null),
		TEST(deleted__expands_to_what_is_left),
	};

	return run_with_refusals(
		"expand", plain, sizeof plain / sizeof *plain, rows, sizeof rows / sizeof *rows, row__is_refused);
}
