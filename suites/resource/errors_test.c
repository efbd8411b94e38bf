/* SPDX-License-Identifier: MIT */
/* The words of validation, of objects that are not there, and the order in which a request is looked at. */
#include "suites/resource/catalogue.h"

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X250 X50 X50 X50 X50 X50
#define EMPTY(p)                                                                                                       \
	"You passed an empty string for '" p                                                                           \
	"'. We assume empty values are an attempt to unset a parameter; however '" p                                   \
	"' cannot be unset. You should remove '" p "' from your request or supply a non-empty value."

static const struct refusal rows[] = {
	/* unknown */
	{ "one unknown parameter", "POST", "/v1/customers", "nmae=A", 400, "parameter_unknown", "nmae",
		"Received unknown parameter: nmae" },
	{ "several unknown parameters", "POST", "/v1/customers", "b=1&name=A&a=2", 400, "parameter_unknown", "b",
		"Received unknown parameters: b, a" },
	{ "an unknown parameter inside", "POST", "/v1/customers", "address[town]=A", 400, "parameter_unknown",
		"address[town]", "Received unknown parameter: address[town]" },
	{ "an unknown parameter in an element", "POST", "/v1/products",
		"name=A&marketing_features[0][name]=x&marketing_features[1][title]=y", 400, "parameter_unknown",
		"marketing_features[1][title]", "Received unknown parameter: marketing_features[1][title]" },
	{ "unknown at several depths", "POST", "/v1/customers", "address[town]=A&x=1", 400, "parameter_unknown",
		"address[town]", "Received unknown parameters: address[town], x" },
	{ "an unknown filter", "GET", "/v1/customers?name=A", NULL, 400, "parameter_unknown", "name",
		"Received unknown parameter: name" },
	{ "an unknown bound", "GET", "/v1/customers?created[after]=1", NULL, 400, "parameter_unknown", "created[after]",
		"Received unknown parameter: created[after]" },
	{ "a parameter where none is", "GET", "/v1/balance?limit=1", NULL, 400, "parameter_unknown", "limit",
		"Received unknown parameter: limit" },
	/* missing */
	{ "a missing parameter", "POST", "/v1/products", NULL, 400, "parameter_missing", "name",
		"Missing required param: name." },
	{ "the first missing one", "POST", "/v1/tax_rates", "percentage=5", 400, "parameter_missing", "display_name",
		"Missing required param: display_name." },
	{ "a missing one inside", "POST", "/v1/prices", "currency=usd&unit_amount=1&product_data[unit_label]=x", 400,
		"parameter_missing", "product_data[name]", "Missing required param: product_data[name]." },
	{ "a missing one in an element", "POST", "/v1/products", "name=A&marketing_features[0][name]=", 400,
		"parameter_invalid_empty", "marketing_features[0][name]", EMPTY("marketing_features[0][name]") },
	/* integers */
	{ "words for an integer", "POST", "/v1/customers", "balance=ten", 400, "parameter_invalid_integer", "balance",
		"Invalid integer: ten" },
	{ "decimals for an integer", "POST", "/v1/customers", "balance=1.5", 400, "parameter_invalid_integer",
		"balance", "Invalid integer: 1.5" },
	{ "an integer with blanks", "POST", "/v1/customers", "balance=+5", 400, "parameter_invalid_integer", "balance",
		"Invalid integer:  5" },
	{ "an integer with a plus", "POST", "/v1/customers", "balance=%2B5", 400, "parameter_invalid_integer",
		"balance", "Invalid integer: +5" },
	{ "an integer in hexadecimal", "POST", "/v1/customers", "balance=0x10", 400, "parameter_invalid_integer",
		"balance", "Invalid integer: 0x10" },
	{ "an integer past 64 bits", "POST", "/v1/customers", "balance=9223372036854775808", 400,
		"parameter_invalid_integer", "balance", "Invalid integer: 9223372036854775808" },
	{ "an integer below 64 bits", "POST", "/v1/customers", "balance=-9223372036854775809", 400,
		"parameter_invalid_integer", "balance", "Invalid integer: -9223372036854775809" },
	{ "an array for an integer", "POST", "/v1/customers", "balance[]=1", 400, "parameter_invalid_integer",
		"balance", "Invalid integer: {\"0\":\"1\"}" },
	{ "a limit of words", "GET", "/v1/customers?limit=ten", NULL, 400, "parameter_invalid_integer", "limit",
		"Invalid integer: ten" },
	{ "a bound of words", "GET", "/v1/customers?created[gte]=now", NULL, 400, "parameter_invalid_integer",
		"created[gte]", "Invalid integer: now" },
	{ "a negative amount", "POST", "/v1/prices", "currency=usd&unit_amount=-1&product_data[name]=A", 400,
		"parameter_invalid_integer", "unit_amount", "Invalid non-negative integer" },
	{ "below the least", "POST", "/v1/coupons", "amount_off=0&currency=usd", 400, "parameter_invalid_integer",
		"amount_off", "This value must be greater than or equal to 1." },
	/* decimals, booleans, objects, arrays, texts */
	{ "words for a decimal", "POST", "/v1/coupons", "percent_off=half", 400, NULL, "percent_off",
		"Invalid decimal: half" },
	{ "a decimal below the least", "POST", "/v1/coupons", "percent_off=0.0", 400, NULL, "percent_off",
		"This value must be greater than or equal to 0.01 (it currently is '0.0')." },
	{ "a decimal above the most", "POST", "/v1/coupons", "percent_off=100.5", 400, NULL, "percent_off",
		"This value must be less than or equal to 100 (it currently is '100.5')." },
	{ "words for a boolean", "POST", "/v1/products", "name=A&shippable=yes", 400, NULL, "shippable",
		"Invalid boolean: yes" },
	{ "1 for a boolean", "POST", "/v1/products", "name=A&shippable=1", 400, NULL, "shippable",
		"Invalid boolean: 1" },
	{ "capitals in a boolean", "POST", "/v1/products", "name=A&shippable=TRUE", 400, NULL, "shippable",
		"Invalid boolean: TRUE" },
	{ "an empty boolean", "POST", "/v1/products", "name=A&active=", 400, "parameter_invalid_empty", "active",
		EMPTY("active") },
	{ "text for an object", "POST", "/v1/customers", "shipping=x", 400, NULL, "shipping", "Invalid object" },
	{ "text for an array", "POST", "/v1/products", "name=A&images=x", 400, NULL, "images", "Invalid array" },
	{ "an object for a text", "POST", "/v1/products", "name[a]=x", 400, NULL, "name",
		"Invalid string: {\"a\":\"x\"}" },
	{ "text for metadata", "POST", "/v1/customers", "metadata=x", 400, NULL, "metadata", "Invalid object" },
	{ "an object in metadata", "POST", "/v1/customers", "metadata[a][b]=x", 400, NULL, "metadata[a]",
		"Invalid string: {\"b\":\"x\"}" },
	/* words out of a set */
	{ "a word of two", "POST", "/v1/prices",
		"currency=usd&unit_amount=1&product_data[name]=A&recurring[interval]=month&recurring[usage_type]=flat",
		400, NULL, "recurring[usage_type]",
		"Invalid recurring[usage_type]: must be one of metered or licensed" },
	{ "a word of three", "POST", "/v1/customers", "tax_exempt=yes", 400, NULL, "tax_exempt",
		"Invalid tax_exempt: must be one of none, reverse, or exempt" },
	{ "a word of four", "POST", "/v1/prices",
		"currency=usd&unit_amount=1&product_data[name]=A&recurring[interval]=fortnight", 400, NULL,
		"recurring[interval]", "Invalid recurring[interval]: must be one of month, year, week, or day" },
	{ "a word in a filter", "GET", "/v1/invoices?status=late", NULL, 400, NULL, "status",
		"Invalid status: must be one of draft, open, void, paid, or uncollectible" },
	{ "a status of subscriptions", "GET", "/v1/subscriptions?status=late", NULL, 400, NULL, "status",
		"Invalid status: must be one of active, past_due, unpaid, canceled, incomplete, incomplete_expired, "
		"trialing, paused, all, or ended" },
	{ "a reason of refunds", "POST", "/v1/refunds", "charge=ch_none&reason=late", 400, NULL, "reason",
		"Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer" },
	{ "a type of price", "GET", "/v1/prices?type=weekly", NULL, 400, NULL, "type",
		"Invalid type: must be one of one_time or recurring" },
	{ "a word in the wrong case", "POST", "/v1/customers", "tax_exempt=None", 400, NULL, "tax_exempt",
		"Invalid tax_exempt: must be one of none, reverse, or exempt" },
	/* empty, long, many */
	{ "an empty text that is needed", "POST", "/v1/products", "name=", 400, "parameter_invalid_empty", "name",
		EMPTY("name") },
	{ "an empty integer", "POST", "/v1/customers", "balance=", 400, "parameter_invalid_empty", "balance",
		EMPTY("balance") },
	{ "an empty text inside", "POST", "/v1/prices", "currency=usd&unit_amount=1&product_data[name]=", 400,
		"parameter_invalid_empty", "product_data[name]", EMPTY("product_data[name]") },
	{ "a text that is too long", "POST", "/v1/customers", "name=first" X250 "last", 400, NULL, "name",
		"Invalid string: firs...last; must be at most 256 characters" },
	{ "too many elements", "POST", "/v1/customers",
		"invoice_settings[custom_fields][0][name]=a&invoice_settings[custom_fields][0][value]=1"
		"&invoice_settings[custom_fields][1][name]=b&invoice_settings[custom_fields][1][value]=1"
		"&invoice_settings[custom_fields][2][name]=c&invoice_settings[custom_fields][2][value]=1"
		"&invoice_settings[custom_fields][3][name]=d&invoice_settings[custom_fields][3][value]=1"
		"&invoice_settings[custom_fields][4][name]=e&invoice_settings[custom_fields][4][value]=1",
		400, NULL, "invoice_settings[custom_fields]",
		"Array invoice_settings[custom_fields] exceeded maximum 4 allowed elements." },
	/* forms of texts */
	{ "an e-mail that is none", "POST", "/v1/customers", "email=nobody", 400, "email_invalid", "email",
		"Invalid email address: nobody" },
	{ "a URL that is none", "POST", "/v1/products", "name=A&url=nowhere", 400, "url_invalid", "url",
		"Not a valid URL" },
	/* one of, and only one of */
	{ "neither of two", "POST", "/v1/coupons", "duration=once", 400, "parameter_missing", NULL,
		"Must provide percent_off or amount_off." },
	/* what is not there: each object by its name, in the path */
	{ "no customer", "GET", "/v1/customers/x", NULL, 404, "resource_missing", "id", "No such customer: 'x'" },
	{ "no subscription", "GET", "/v1/subscriptions/x", NULL, 404, "resource_missing", "id",
		"No such subscription: 'x'" },
	{ "no charge", "GET", "/v1/charges/x", NULL, 404, "resource_missing", "id", "No such charge: 'x'" },
	{ "no invoice", "GET", "/v1/invoices/x", NULL, 404, "resource_missing", "invoice", "No such invoice: 'x'" },
	{ "no product", "GET", "/v1/products/x", NULL, 404, "resource_missing", "id", "No such product: 'x'" },
	{ "no price", "GET", "/v1/prices/x", NULL, 404, "resource_missing", "price", "No such price: 'x'" },
	{ "no coupon", "GET", "/v1/coupons/x", NULL, 404, "resource_missing", "coupon", "No such coupon: 'x'" },
	{ "no promotion code", "GET", "/v1/promotion_codes/x", NULL, 404, "resource_missing", "promotion_code",
		"No such promotion code: 'x'" },
	{ "no payment intent", "GET", "/v1/payment_intents/x", NULL, 404, "resource_missing", "intent",
		"No such payment_intent: 'x'" },
	{ "no setup intent", "GET", "/v1/setup_intents/x", NULL, 404, "resource_missing", "intent",
		"No such setupintent: 'x'" },
	{ "no refund", "GET", "/v1/refunds/x", NULL, 404, "resource_missing", "refund", "No such refund: 'x'" },
	{ "no dispute", "GET", "/v1/disputes/x", NULL, 404, "resource_missing", "dispute", "No such dispute: 'x'" },
	{ "no balance transaction", "GET", "/v1/balance_transactions/x", NULL, 404, "resource_missing", "id",
		"No such balance transaction: 'x'" },
	{ "no payout", "GET", "/v1/payouts/x", NULL, 404, "resource_missing", "payout", "No such payout: 'x'" },
	{ "no event", "GET", "/v1/events/x", NULL, 404, "resource_missing", "id", "No such event: 'x'" },
	{ "no webhook endpoint", "GET", "/v1/webhook_endpoints/x", NULL, 404, "resource_missing", "webhook_endpoint",
		"No such webhook endpoint: 'x'" },
	{ "no subscription schedule", "GET", "/v1/subscription_schedules/x", NULL, 404, "resource_missing", "schedule",
		"No such subscription_schedule: 'x'" },
	{ "no payment method", "GET", "/v1/payment_methods/x", NULL, 404, "resource_missing", "payment_method",
		"No such PaymentMethod: 'x'" },
	{ "no tax rate", "GET", "/v1/tax_rates/x", NULL, 404, "resource_missing", "tax_rate", "No such tax rate: 'x'" },
	{ "no invoice item", "GET", "/v1/invoiceitems/x", NULL, 404, "resource_missing", "id",
		"No such Invoice Item: 'x'(livemode=false)" },
	{ "no subscription item", "GET", "/v1/subscription_items/x", NULL, 404, NULL, NULL,
		"Invalid subscription_item id: x" },
	{ "no test clock", "GET", "/v1/test_helpers/test_clocks/x", NULL, 404, "resource_missing", "test_clock",
		"No such billingclock: 'x'" },
	/* and in a parameter */
	{ "no customer to pay", "POST", "/v1/subscriptions", "customer=x&items[0][price]=y", 400, "resource_missing",
		"customer", "No such customer: 'x'" },
	{ "no product for a price", "POST", "/v1/prices", "currency=usd&unit_amount=1&product=x", 400,
		"resource_missing", "product", "No such product: 'x'" },
	{ "no customer in a filter", "GET", "/v1/subscriptions?customer=x", NULL, 400, "resource_missing", "customer",
		"No such customer: 'x'" },
};

static void row__is_refused(void **state)
{
	struct refusal_case *c = *state;

	refusal_check(c->house, c->row);
	assert_same_int((int64_t)event_count(c->house), 0);
}

static void currency__names_all_that_there_are(void **state)
{
	struct house *h = *state;
	const struct answer *a = api(h, "POST", "/v1/prices", "currency=xyz&unit_amount=1&product_data[name]=A");
	const char *message;

	assert_error(
		a, 400, NULL, "currency", "Invalid currency: xyz. Stripe currently supports these currencies: usd, ");
	message = field(a, "error.message");
	assert_non_null(strstr(message, ", eur, "));
	assert_non_null(strstr(message, ", jpy, "));
	assert_true(message[strlen(message) - 1] != '.');
}

static void no_customer_after_deletion(void **state)
{
	struct house *h = *state;
	const char *id = field(api_ok(h, "POST", "/v1/customers", NULL), "id");

	api_ok(h, "DELETE", text_of(h, "/v1/customers/%s", id), NULL);
	assert_error(api(h, "POST", text_of(h, "/v1/customers/%s", id), "name=A"), 404, "resource_missing", "id",
		text_of(h, "No such customer: '%s'", id));
	assert_error(api(h, "POST", "/v1/invoiceitems", text_of(h, "customer=%s&amount=1&currency=usd", id)), 400,
		"resource_missing", "customer", text_of(h, "No such customer: '%s'", id));
	/* What is left of it may still be read. */
	assert_flag(api_ok(h, "GET", text_of(h, "/v1/customers/%s", id), NULL), "deleted", true);
}

/* ---- the order of the checks ---- */

static const struct refusal order_rows[] = {
	{ "the version before the path", "GET", "/v1/nothing", "2099", 400, NULL, NULL,
		"Invalid Stripe API version: 2099" },
	{ "the path before the parameters", "POST", "/v1/nothing?a=%ff", NULL, 404, NULL, NULL, NULL },
	{ "the form before its meaning", "POST", "/v1/products?surprise=1&name=%ff", NULL, 400, NULL, NULL,
		"Invalid request: a parameter is not valid percent-encoded UTF-8." },
	{ "unknown before missing", "POST", "/v1/products?surprise=1", NULL, 400, "parameter_unknown", "surprise",
		"Received unknown parameter: surprise" },
	{ "unknown before wrong", "POST", "/v1/customers?balance=ten&surprise=1", NULL, 400, "parameter_unknown",
		"surprise", "Received unknown parameter: surprise" },
	{ "unknown before a missing object", "POST", "/v1/customers/cus_none?surprise=1", NULL, 400,
		"parameter_unknown", "surprise", "Received unknown parameter: surprise" },
	{ "missing before wrong", "POST", "/v1/tax_rates?inclusive=maybe&display_name=A", NULL, 400,
		"parameter_missing", "percentage", "Missing required param: percentage." },
	{ "wrong before a missing object", "POST", "/v1/customers/cus_none?balance=ten", NULL, 400,
		"parameter_invalid_integer", "balance", "Invalid integer: ten" },
	{ "wrong before expansions", "POST", "/v1/customers?expand[]=nothing&balance=ten", NULL, 400,
		"parameter_invalid_integer", "balance", "Invalid integer: ten" },
	{ "expansions before a missing object", "GET", "/v1/customers/cus_none?expand[]=nothing", NULL, 400, NULL, NULL,
		"This property cannot be expanded (nothing)." },
	{ "the path's object before those of parameters", "POST",
		"/v1/subscriptions/sub_none?default_payment_method=pm_none", NULL, 404, "resource_missing", "id",
		"No such subscription: 'sub_none'" },
};

/* A row's body is the version it is called with. */
static void order_row__stops_there(void **state)
{
	struct refusal_case *c = *state;
	const char *headers[2] = { NULL, NULL };
	const struct answer *a;

	if (c->row->body)
		headers[0] = text_of(c->house, "Stripe-Version: %s", c->row->body);
	a = api_with(c->house, c->row->method, c->row->path, NULL, headers);
	assert_error(a, c->row->status, c->row->code, c->row->param, c->row->message);
}

int main(void)
{
	static const struct CMUnitTest plain[] = {
		TEST(currency__names_all_that_there_are),
		TEST(no_customer_after_deletion),
	};
	enum { PLAIN = sizeof plain / sizeof *plain, ORDER = sizeof order_rows / sizeof *order_rows };
	struct CMUnitTest all[PLAIN + ORDER];

	memcpy(all, plain, sizeof plain);
	for (size_t i = 0; i < ORDER; i++) {
		union {
			const struct refusal *row;
			void *state;
		} given = { .row = &order_rows[i] };

		all[PLAIN + i] = (struct CMUnitTest) { order_rows[i].name, order_row__stops_there, refusal_setup,
			refusal_teardown, given.state };
	}
	return run_with_refusals("errors", all, PLAIN + ORDER, rows, sizeof rows / sizeof *rows, row__is_refused);
}
