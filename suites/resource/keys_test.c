/* SPDX-License-Identifier: MIT */
/* Keys: who is let in, what is said to the others, and whose objects a key sees. */
#include "suites/resource/catalogue.h"

#define NO_KEY                                                                                                         \
	"You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "  \
	"auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for "     \
	"details, or we can help at https://support.stripe.com/."
#define PUBLISHABLE                                                                                                    \
	"This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list "   \
	"of "                                                                                                          \
	"your API keys at https://dashboard.stripe.com/account/apikeys."
#define LIVE(masked)                                                                                                   \
	"Invalid API Key provided: " masked ". This is mockstripe, a simulator: it never needs a live key. Use any "   \
	"sk_test_ key here, and roll this one if it is real and was pasted where it should not be."
#define ACCOUNT "acct_1MockstripeTest1" /* the default account */

/* Declares keys as a fixture does. */
static void declare(struct house *h, const char *keys)
{
	const char *const headers[] = { "Content-Type: application/json", NULL };

	assert_status(api_with(h, "POST", "/_mockstripe/fixtures", text_of(h, "{\"keys\": [%s]}", keys), headers), 200);
}

static const struct answer *call_as(
	struct house *h, const char *key, const char *method, const char *path, const char *body)
{
	const struct answer *a;
	const char *before = h->key;

	h->key = key;
	a = api(h, method, path, body);
	h->key = before;
	return a;
}

/* ---- the header ---- */

static const struct header_row {
	const char *name, *value; /* of Authorization; NULL: no such header */
	const char *code, *message;
} header_rows[] = {
	{ "no header", NULL, NULL, NO_KEY },
	{ "an empty header", "", NULL, NO_KEY },
	{ "bearer without a key", "Bearer ", NULL, NO_KEY },
	{ "bearer and nothing", "Bearer", NULL, NO_KEY },
	{ "another scheme", "Token sk_test_suite", NULL, NO_KEY },
	{ "a bare key", "sk_test_suite", NULL, NO_KEY },
	{ "basic without a user", "Basic Og==", NULL, NO_KEY },
	{ "basic that is no base64", "Basic !!!!", NULL, NO_KEY },
	{ "a word", "Bearer nonsense", NULL, "Invalid API Key provided: ****ense" },
	{ "a short word", "Bearer abc", NULL, "Invalid API Key provided: abc" },
	{ "only the prefix", "Bearer sk_test_", NULL, "Invalid API Key provided: sk_test_" },
	{ "another character", "Bearer sk_test_a-b", NULL, "Invalid API Key provided: sk_test_a-b" },
	{ "masked but for four", "Bearer xk_test_123456789", NULL, "Invalid API Key provided: xk_test_*****6789" },
	{ "basic with a word", "Basic bm9uc2Vuc2U6", NULL, "Invalid API Key provided: ****ense" },
	{ "a live key", "Bearer sk_live_51abcdefgh", NULL, LIVE("sk_live_******efgh") },
	{ "a live restricted key", "Bearer rk_live_51abcdefgh", NULL, LIVE("rk_live_******efgh") },
	{ "a publishable key", "Bearer pk_test_suite", "secret_key_required", PUBLISHABLE },
	{ "an expired key", "Bearer sk_test_rolled99", "api_key_expired",
		"Expired API Key provided: sk_test_****ed99" },
};

struct header_case {
	struct house *house;
	const struct header_row *row;
};

static int header_setup(void **state)
{
	struct header_case *c = calloc(1, sizeof *c);

	c->row = *state;
	*state = c;
	return house_setup((void **)&c->house);
}

static int header_teardown(void **state)
{
	struct header_case *c = *state;
	void *house = c->house;

	free(c);
	return house_teardown(&house);
}

static void header_row__is_401(void **state)
{
	struct header_case *c = *state;
	struct house *h = c->house;
	const char *headers[2] = { NULL, NULL };
	const struct answer *a;

	declare(h, "{\"key\": \"sk_test_rolled99\", \"expired\": true}");
	h->key = NULL;
	if (c->row->value)
		headers[0] = text_of(h, "Authorization: %s", c->row->value);
	a = api_with(h, "GET", "/v1/customers", NULL, headers);
	assert_error(a, 401, c->row->code, NULL, NULL);
	assert_field(a, "error.message", c->row->message);
	assert_field(a, "error.type", "invalid_request_error");
	assert_absent(a, "error.request_log_url");
	assert_string_equal(header_of(a, "WWW-Authenticate"), "Basic realm=\"Stripe\"");
	assert_non_null(header_of(a, "Request-Id"));
	assert_string_equal(header_of(a, "Content-Type"), "application/json");
	/* Nothing else is looked at before the key is known. */
	a = api_with(h, "POST", "/v1/nothing_here?x=1", "y=2", headers);
	assert_field(a, "error.message", c->row->message);
}

static void key__is_taken_as_bearer_and_as_basic(void **state)
{
	static const char *const values[] = { "Bearer sk_test_suite", "bearer sk_test_suite", "Bearer   sk_test_suite",
		"Basic c2tfdGVzdF9zdWl0ZTo=", "basic c2tfdGVzdF9zdWl0ZTo=", "Basic c2tfdGVzdF9zdWl0ZTpwYXNzd29yZA==",
		"Basic c2tfdGVzdF9zdWl0ZQ==", "Bearer rk_test_any" };
	struct house *h = *state;
	const char *id = field(api_ok(h, "POST", "/v1/customers", NULL), "id");

	h->key = NULL;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		const char *const headers[] = { text_of(h, "Authorization: %s", values[i]), NULL };
		const struct answer *a = api_with(h, "GET", "/v1/customers", NULL, headers);

		assert_status(a, 200);
		assert_field(a, "data.0.id", id);
	}
}

static void publishable_key__may_do_what_a_browser_needs(void **state)
{
	struct house *h = *state;

	assert_status(call_as(h, "pk_test_a", "POST", "/v1/payment_methods", "type=card&card[token]=tok_visa"), 200);
	assert_status(call_as(h, "pk_test_a", "POST", "/v1/tokens", "pii[id_number]=000000000"), 200);
	assert_error(
		call_as(h, "pk_test_a", "POST", "/v1/customers", NULL), 401, "secret_key_required", NULL, PUBLISHABLE);
	assert_error(call_as(h, "pk_test_a", "GET", "/v1/payment_methods", NULL), 401, "secret_key_required", NULL,
		PUBLISHABLE);
}

/* ---- whose account ---- */

static void undeclared_keys__share_the_default_account(void **state)
{
	struct house *h = *state;
	const char *path = text_of(h, "/v1/customers/%s", field(api_ok(h, "POST", "/v1/customers", NULL), "id"));

	assert_status(call_as(h, "sk_test_another", "GET", path, NULL), 200);
	assert_field(call_as(h, "sk_test_another", "GET", "/v1/account", NULL), "id", ACCOUNT);
}

static void declared_key__opens_its_account(void **state)
{
	struct house *h = *state;
	const char *path;

	declare(h, "{\"key\": \"sk_test_one\", \"account\": \"acct_one\"}, {\"key\": \"sk_test_two\", \"account\": "
		   "\"acct_two\"}");
	path = text_of(
		h, "/v1/customers/%s", field(call_as(h, "sk_test_one", "POST", "/v1/customers", "email=a@b.co"), "id"));
	assert_status(call_as(h, "sk_test_one", "GET", path, NULL), 200);
	assert_error(
		call_as(h, "sk_test_two", "GET", path, NULL), 404, "resource_missing", "id", "No such customer: 'cus_");
	assert_same_int((int64_t)field_count(call_as(h, "sk_test_two", "GET", "/v1/customers", NULL), "data"), 0);
	assert_same_int((int64_t)field_count(call_as(h, "sk_test_two", "GET", "/v1/events", NULL), "data"), 0);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 0);
	assert_field(call_as(h, "sk_test_two", "GET", "/v1/account", NULL), "id", "acct_two");
}

static void live_key__that_is_declared_makes_live_objects(void **state)
{
	struct house *h = *state;

	declare(h, "{\"key\": \"sk_live_declared\", \"account\": \"acct_live\"}");
	assert_flag(call_as(h, "sk_live_declared", "POST", "/v1/customers", NULL), "livemode", true);
	assert_flag(call_as(h, "sk_live_declared", "GET", "/v1/events", NULL), "data.0.livemode", true);
}

static void strict_keys__let_only_declared_ones_in(void **state)
{
	struct house *h = house_open(
		&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW, .strict_keys = true });
	const struct answer *a;

	(void)state;
	a = call_as(h, "sk_test_undeclared", "GET", "/v1/customers", NULL);
	assert_error(a, 401, NULL, NULL, "Invalid API Key provided: sk_test_******ared");
	declare(h, "{\"key\": \"sk_test_declared\"}");
	assert_status(call_as(h, "sk_test_declared", "GET", "/v1/customers", NULL), 200);
	assert_status(call_as(h, ms_key(h->ms, NULL), "GET", "/v1/customers", NULL), 200);
	house_close(h);
}

static void account_per_key__parts_keys(void **state)
{
	struct house *h = house_open(
		&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW, .account_per_key = true });
	const char *one, *two;

	(void)state;
	assert_status(call_as(h, "sk_test_one", "POST", "/v1/customers", "email=a@b.co"), 200);
	assert_same_int((int64_t)field_count(call_as(h, "sk_test_one", "GET", "/v1/customers", NULL), "data"), 1);
	assert_same_int((int64_t)field_count(call_as(h, "sk_test_two", "GET", "/v1/customers", NULL), "data"), 0);
	one = field(call_as(h, "sk_test_one", "GET", "/v1/account", NULL), "id");
	two = field(call_as(h, "sk_test_two", "GET", "/v1/account", NULL), "id");
	assert_string_not_equal(one, two);
	assert_string_equal(one, field(call_as(h, "sk_test_one", "GET", "/v1/account", NULL), "id"));
	assert_string_not_equal(one, ACCOUNT);
	house_close(h);
}

/* ---- Stripe-Account ---- */

static const struct answer *on_behalf(
	struct house *h, const char *account, const char *method, const char *path, const char *body)
{
	const char *const headers[] = { text_of(h, "Stripe-Account: %s", account), NULL };

	return api_with(h, method, path, body, headers);
}

static void connected_account__has_objects_of_its_own(void **state)
{
	struct house *h = *state;
	const char *account = field(api_ok(h, "POST", "/v1/accounts", "type=custom&country=US"), "id"), *path;
	const struct answer *a = on_behalf(h, account, "POST", "/v1/customers", "email=a@b.co");

	assert_status(a, 200);
	assert_string_equal(header_of(a, "Stripe-Account"), account);
	path = text_of(h, "/v1/customers/%s", field(a, "id"));
	assert_status(on_behalf(h, account, "GET", path, NULL), 200);
	assert_error(api(h, "GET", path, NULL), 404, "resource_missing", "id", NULL);
	assert_same_int((int64_t)field_count(on_behalf(h, account, "GET", "/v1/events", NULL), "data"), 1);
	/* The platform's own id is the platform. */
	assert_error(on_behalf(h, ACCOUNT, "GET", path, NULL), 404, "resource_missing", "id", NULL);
	assert_null(header_of(api(h, "GET", "/v1/customers", NULL), "Stripe-Account"));
}

static void unknown_account__is_403(void **state)
{
	struct house *h = *state;
	const struct answer *a = on_behalf(h, "acct_none", "GET", "/v1/customers", NULL);

	assert_error(a, 403, "account_invalid", NULL, NULL);
	assert_field(a, "error.message",
		"The provided key 'sk_test_*uite' does not have access to account 'acct_none' (or that account does "
		"not "
		"exist). Application access may have been revoked.");
	assert_field(a, "error.doc_url", "https://stripe.com/docs/error-codes/account-invalid");
	assert_string_equal(header_of(a, "Stripe-Account"), "acct_none");
}

static void deleted_account__is_403(void **state)
{
	struct house *h = *state;
	const char *account = field(api_ok(h, "POST", "/v1/accounts", "type=custom&country=US"), "id");

	api_ok(h, "DELETE", text_of(h, "/v1/accounts/%s", account), NULL);
	assert_error(on_behalf(h, account, "GET", "/v1/customers", NULL), 403, "account_invalid", NULL, NULL);
}

/* ---- restricted keys ---- */

/* What a key without any permission is told to ask for. */
static const struct permission_row {
	const char *method, *path, *permission;
} permission_rows[] = {
	{ "GET", "/v1/customers", "customer_read" },
	{ "POST", "/v1/customers", "customer_write" },
	{ "DELETE", "/v1/customers/cus_none", "customer_write" },
	{ "GET", "/v1/customers/search?query=x", "customer_read" },
	{ "POST", "/v1/customers/cus_none/tax_ids", "customer_write" },
	{ "GET", "/v1/tax_ids", "customer_read" },
	{ "GET", "/v1/products", "product_read" },
	{ "GET", "/v1/prices", "plan_read" },
	{ "POST", "/v1/prices", "plan_write" },
	{ "POST", "/v1/plans", "plan_write" },
	{ "GET", "/v1/subscriptions/sub_none", "subscription_read" },
	{ "DELETE", "/v1/subscriptions/sub_none", "subscription_write" },
	{ "POST", "/v1/subscription_items", "subscription_write" },
	{ "GET", "/v1/subscription_schedules", "subscription_read" },
	{ "GET", "/v1/invoices", "invoice_read" },
	{ "POST", "/v1/invoices/in_none/pay", "invoice_write" },
	{ "POST", "/v1/invoices/create_preview", "invoice_read" },
	{ "POST", "/v1/invoiceitems", "invoice_write" },
	{ "GET", "/v1/invoice_payments", "invoice_read" },
	{ "GET", "/v1/charges", "charge_read" },
	{ "POST", "/v1/refunds", "charge_write" },
	{ "POST", "/v1/payment_intents", "payment_intent_write" },
	{ "POST", "/v1/setup_intents", "setup_intent_write" },
	{ "GET", "/v1/payment_methods/pm_none", "payment_method_read" },
	{ "GET", "/v1/coupons", "coupon_read" },
	{ "GET", "/v1/promotion_codes", "promotion_code_read" },
	{ "POST", "/v1/credit_notes", "credit_note_write" },
	{ "GET", "/v1/events", "event_read" },
	{ "POST", "/v1/webhook_endpoints", "webhook_write" },
	{ "POST", "/v1/tax_rates", "tax_rate_write" },
	{ "POST", "/v1/test_helpers/test_clocks", "billing_clock_write" },
	{ "POST", "/v1/billing_portal/sessions", "customer_portal_write" },
	{ "POST", "/v1/checkout/sessions", "checkout_session_write" },
	{ "POST", "/v1/quotes", "quote_write" },
	{ "GET", "/v1/disputes", "dispute_read" },
};

static void restricted_key__is_told_what_it_lacks(void **state)
{
	struct house *h = *state;

	declare(h, "{\"key\": \"rk_test_nothing\"}");
	for (size_t i = 0; i < sizeof permission_rows / sizeof *permission_rows; i++) {
		const struct permission_row *row = &permission_rows[i];
		const struct answer *a = call_as(h, "rk_test_nothing", row->method, row->path, NULL);

		assert_error(a, 403, NULL, NULL, NULL);
		assert_field(a, "error.type", "invalid_request_error");
		assert_field(a, "error.message",
			text_of(h,
				"The provided key 'rk_test_***hing' does not have the required permissions for this "
				"endpoint on account '" ACCOUNT
				"'. Having the '%s' permission would allow this request "
				"to continue.",
				row->permission));
	}
}

static void permissions__write_includes_read(void **state)
{
	struct house *h = *state;
	const char *id = field(api_ok(h, "POST", "/v1/customers", NULL), "id");
	const char *path = text_of(h, "/v1/customers/%s", id);

	declare(h, "{\"key\": \"rk_test_reads\", \"permissions\": {\"customer\": \"read\", \"plan\": \"none\"}}, "
		   "{\"key\": \"rk_test_writes\", \"permissions\": {\"customer\": \"write\"}}");
	assert_status(call_as(h, "rk_test_reads", "GET", path, NULL), 200);
	assert_error(call_as(h, "rk_test_reads", "POST", path, "name=B"), 403, NULL, NULL, "'customer_write'");
	assert_error(call_as(h, "rk_test_reads", "DELETE", path, NULL), 403, NULL, NULL, "'customer_write'");
	assert_error(call_as(h, "rk_test_reads", "GET", "/v1/prices", NULL), 403, NULL, NULL, "'plan_read'");
	assert_status(call_as(h, "rk_test_writes", "GET", path, NULL), 200);
	assert_field(call_as(h, "rk_test_writes", "POST", path, "name=B"), "name", "B");
	assert_error(call_as(h, "rk_test_writes", "GET", "/v1/invoices", NULL), 403, NULL, NULL, "'invoice_read'");
	assert_field(api_ok(h, "GET", path, NULL), "name", "B");
}

static void permission__comes_before_parameters_and_objects(void **state)
{
	struct house *h = *state;

	declare(h, "{\"key\": \"rk_test_nothing\"}");
	assert_error(call_as(h, "rk_test_nothing", "POST", "/v1/customers", "surprise=1"), 403, NULL, NULL, NULL);
	assert_error(call_as(h, "rk_test_nothing", "GET", "/v1/customers/cus_none", NULL), 403, NULL, NULL, NULL);
	/* A path that is none has no permission. */
	assert_error(
		call_as(h, "rk_test_nothing", "GET", "/v1/nothing", NULL), 404, NULL, NULL, "Unrecognized request URL");
}

int main(void)
{
	static const struct CMUnitTest plain[] = {
		TEST(key__is_taken_as_bearer_and_as_basic),
		TEST(publishable_key__may_do_what_a_browser_needs),
		TEST(undeclared_keys__share_the_default_account),
		TEST(declared_key__opens_its_account),
		TEST(live_key__that_is_declared_makes_live_objects),
		cmocka_unit_test(strict_keys__let_only_declared_ones_in),
		cmocka_unit_test(account_per_key__parts_keys),
		TEST(connected_account__has_objects_of_its_own),
		TEST(unknown_account__is_403),
		TEST(deleted_account__is_403),
		TEST(restricted_key__is_told_what_it_lacks),
		TEST(permissions__write_includes_read),
		TEST(permission__comes_before_parameters_and_objects),
	};
	enum { PLAIN = sizeof plain / sizeof *plain, ROWS = sizeof header_rows / sizeof *header_rows };
	struct CMUnitTest all[PLAIN + ROWS];

	memcpy(all, plain, sizeof plain);
	for (size_t i = 0; i < ROWS; i++) {
		union {
			const struct header_row *row;
			void *state;
		} given = { .row = &header_rows[i] };

		all[PLAIN + i] = (struct CMUnitTest) { header_rows[i].name, header_row__is_401, header_setup,
			header_teardown, given.state };
	}
	return cmocka_run_group_tests_name("keys", all, NULL, NULL);
}
