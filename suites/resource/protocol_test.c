/* SPDX-License-Identifier: MIT */
/* What surrounds every request: ids, versions, methods, paths, bodies and the envelope of errors. */
#include <ctype.h>

#include "suites/resource/catalogue.h"

#define VERSION "2026-10-28.endive"
#define UNRECOGNIZED(method, path)                                                                                     \
	"Unrecognized request URL (" method ": " path "). If you are trying to list objects, remove the trailing "     \
	"slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your " \
	"code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/."

static const struct answer *with_header(
	struct house *h, const char *method, const char *path, const char *body, const char *header)
{
	const char *const headers[] = { header, NULL };

	return api_with(h, method, path, body, headers);
}

/* ---- Request-Id ---- */

static void request_id__is_req_and_fourteen_characters(void **state)
{
	struct house *h = *state;
	static const char *const paths[] = { "/v1/customers", "/v1/customers/cus_none", "/v1/nothing" };

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		const char *id = header_of(api(h, "GET", paths[i], NULL), "Request-Id");

		assert_non_null(id);
		assert_int_equal(strlen(id), 18);
		assert_memory_equal(id, "req_", 4);
		for (const char *c = id + 4; *c; c++)
			assert_true(isalnum((unsigned char)*c));
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void request_ids__never_repeat(void **state)
{
	struct house *h = *state;
	const char *ids[2000];

	for (size_t i = 0; i < 2000; i++)
		ids[i] = header_of(api(h, "GET", "/v1/customers", NULL), "Request-Id");
	qsort(ids, 2000, sizeof *ids, by_text);
	for (size_t i = 1; i < 2000; i++)
		assert_string_not_equal(ids[i - 1], ids[i]);
}

static void same_seed__same_calls__same_bytes(void **state)
{
	static const struct {
		const char *method, *path, *body;
	} calls[] = {
		{ "POST", "/v1/customers", "email=a@b.co&metadata[a]=1" },
		{ "POST", "/v1/products", "name=Pro" },
		{ "POST", "/v1/payment_methods", "type=card&card[token]=tok_visa" },
		{ "GET", "/v1/events", NULL },
		{ "GET", "/v1/customers/cus_none", NULL },
	};
	struct house *h = *state;
	struct house *other = house_open(&(struct ms_options) { .no_socket = true, .seed = 1, .now = HOUSE_NOW });
	struct house *third = house_open(&(struct ms_options) { .no_socket = true, .seed = 2, .now = HOUSE_NOW });

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		const struct answer *a = api(h, calls[i].method, calls[i].path, calls[i].body);
		const struct answer *b = api(other, calls[i].method, calls[i].path, calls[i].body);
		const struct answer *c = api(third, calls[i].method, calls[i].path, calls[i].body);

		assert_string_equal(a->text, b->text);
		assert_string_not_equal(a->text, c->text);
		for (size_t k = 0; a->headers[k]; k++)
			assert_string_equal(a->headers[k], b->headers[k]);
	}
	house_close(other);
	house_close(third);
}

/* ---- versions ---- */

static void version__is_echoed(void **state)
{
	struct house *h = *state;
	static const char *const known[] = { VERSION, "2026-09-30.endive", "2027-01-27.fjord", "2026-10-28.preview" };

	assert_string_equal(header_of(api(h, "GET", "/v1/customers", NULL), "Stripe-Version"), VERSION);
	assert_string_equal(header_of(api(h, "GET", "/v1/nothing", NULL), "Stripe-Version"), VERSION);
	assert_string_equal(
		header_of(with_header(h, "GET", "/v1/customers", NULL, "Stripe-Version: "), "Stripe-Version"), VERSION);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const struct answer *a =
			with_header(h, "GET", "/v1/customers", NULL, text_of(h, "Stripe-Version: %s", known[i]));

		assert_status(a, 200);
		assert_string_equal(header_of(a, "Stripe-Version"), known[i]);
	}
	/* Names of headers have no case. */
	assert_string_equal(header_of(with_header(h, "GET", "/v1/customers", NULL, "stripe-version: 2026-09-30.endive"),
				    "Stripe-Version"),
		"2026-09-30.endive");
}

static void unknown_version__is_refused(void **state)
{
	struct house *h = *state;
	static const char *const wrong[] = { "latest", "2026-13-28.endive", "2026-10-28.Endive", "2024-06-21",
		"2026-10-28", "2026-10-28.", "26-10-28.endive", "2026-10-28.endive;x",
		"2026-10-28.endiveendiveendiveendiveendiveendiveendive" };

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const struct answer *a =
			with_header(h, "POST", "/v1/customers", NULL, text_of(h, "Stripe-Version: %s", wrong[i]));

		assert_error(a, 400, NULL, NULL, NULL);
		assert_field(a, "error.message", text_of(h, "Invalid Stripe API version: %s", wrong[i]));
		assert_field(a, "error.type", "invalid_request_error");
		assert_string_equal(header_of(a, "Stripe-Version"), VERSION);
	}
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v1/customers", NULL), "data"), 0);
}

/* ---- bodies ---- */

static void answers__are_indented_json(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "GET", "/v1/customers", NULL);

	assert_string_equal(a->text,
		"{\n  \"object\": \"list\",\n  \"data\": [],\n  \"has_more\": false,\n  \"url\": \"/v1/customers\"\n}");
	assert_string_equal(header_of(a, "Content-Type"), "application/json");
	assert_string_equal(header_of(a, "Cache-Control"), "no-cache, no-store");
	assert_string_equal(header_of(a, "Access-Control-Allow-Origin"), "*");
	a = api_ok(h, "POST", "/v1/customers", "address[city]=Paris&address[line1]=1 Rue&name=%C3%89lise%20%22E%22");
	assert_non_null(strstr(a->text, "\n  \"address\": {\n    \"city\": \"Paris\",\n    \"country\": null,\n"));
	assert_non_null(strstr(a->text, "\n  \"name\": \"\xC3\x89lise \\\"E\\\"\",\n"));
}

static void error__names_its_log(void **state)
{
	struct house *h = *state;
	const struct answer *a = api(h, "GET", "/v1/customers/cus_none", NULL);

	assert_status(a, 404);
	assert_string_equal(a->text,
		text_of(h,
			"{\n  \"error\": {\n    \"code\": \"resource_missing\",\n    \"doc_url\": "
			"\"https://stripe.com/docs/error-codes/resource-missing\",\n    \"message\": \"No such "
			"customer: "
			"'cus_none'\",\n    \"param\": \"id\",\n    \"request_log_url\": "
			"\"https://dashboard.stripe.com/acct_1MockstripeTest1/test/workbench/logs?object=%s\",\n    "
			"\"type\": \"invalid_request_error\"\n  }\n}",
			header_of(a, "Request-Id")));
}

static void json__is_refused_on_v1(void **state)
{
	static const char *const types[] = { "application/json", "application/json; charset=utf-8",
		"Application/JSON" };
	struct house *h = *state;

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		const struct answer *a = with_header(h, "POST", "/v1/customers", "{\"email\": \"a@b.co\"}",
			text_of(h, "Content-Type: %s", types[i]));

		assert_error(a, 400, NULL, NULL, NULL);
		assert_field(a, "error.message",
			"Invalid request (check that your POST content type is application/x-www-form-urlencoded). If "
			"you "
			"have any questions, we can help at https://support.stripe.com/.");
	}
	/* Without a body there is nothing to refuse. */
	assert_status(with_header(h, "POST", "/v1/customers", NULL, "Content-Type: application/json"), 200);
	assert_status(with_header(h, "GET", "/v1/customers", "{}", "Content-Type: application/json"), 200);
}

static void json__is_what_v2_takes(void **state)
{
	struct house *h = *state;
	const struct answer *a = with_header(h, "POST", "/v2/core/accounts",
		"{\"contact_email\": \"a@b.co\", \"display_name\": \"A\"}", "Content-Type: application/json");
	static const struct {
		const char *body, *text;
	} wrong[] = {
		{ "{\"contact_email\": ", "is not a JSON object" },
		{ "[1]", "is not a JSON object" },
		{ "\"text\"", "is not a JSON object" },
		{ "{\"contact_email\": \"a\", \"contact_email\": \"b\"}", "is not a JSON object" },
		{ "contact_email=a", "is not a JSON object" },
	};

	assert_status(a, 200);
	assert_field(a, "contact_email", "a@b.co");
	assert_string_equal(api_ok(h, "GET", text_of(h, "/v2/core/accounts/%s", field(a, "id")), NULL)->text, a->text);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_error(
			with_header(h, "POST", "/v2/core/accounts", wrong[i].body, "Content-Type: application/json"),
			400, "invalid_json", NULL, wrong[i].text);
	assert_same_int((int64_t)field_count(api_ok(h, "GET", "/v2/core/accounts", NULL), "data"), 1);
}

static void parameters__come_from_query_and_body(void **state)
{
	struct house *h = *state;
	const struct answer *a = api_ok(h, "POST", "/v1/customers?name=Query&phone=1", "name=Body&email=a@b.co");

	assert_field(a, "name", "Body"); /* the body is read last */
	assert_field(a, "phone", "1");
	assert_field(a, "email", "a@b.co");
	a = api_ok(h, "POST", "/v1/coupons", "percent_off=10&id=C1");
	assert_status(api(h, "DELETE", "/v1/coupons/C1?expand[]=x", NULL), 400);
	assert_status(api(h, "DELETE", "/v1/coupons/C1", "surprise=1"), 400);
	assert_status(api(h, "DELETE", "/v1/coupons/C1?", ""), 200);
	/* A GET's body is not looked at. */
	assert_status(api(h, "GET", "/v1/customers", "surprise=1"), 200);
}

/* ---- methods and paths ---- */

static void head__is_a_get(void **state)
{
	struct house *h = *state;
	const char *id = field(api_ok(h, "POST", "/v1/customers", NULL), "id");
	const struct answer *a = api(h, "HEAD", text_of(h, "/v1/customers/%s", id), NULL);

	assert_status(a, 200);
	assert_string_equal(header_of(a, "Content-Type"), "application/json");
	assert_non_null(header_of(a, "Request-Id"));
	assert_status(api(h, "HEAD", "/v1/customers/cus_none", NULL), 404);
	assert_status(api(h, "HEAD", "/v1/nothing", NULL), 404);
}

static const struct refusal near_misses[] = {
	{ "a path that is none", "GET", "/v1/nothing", NULL, 404, NULL, NULL, UNRECOGNIZED("GET", "/v1/nothing") },
	{ "a singular", "GET", "/v1/customer/cus_1", NULL, 404, NULL, NULL, UNRECOGNIZED("GET", "/v1/customer/cus_1") },
	{ "a trailing slash", "GET", "/v1/customers/", NULL, 404, NULL, NULL, UNRECOGNIZED("GET", "/v1/customers/") },
	{ "a slash behind an id", "GET", "/v1/customers/cus_1/", NULL, 404, NULL, NULL,
		UNRECOGNIZED("GET", "/v1/customers/cus_1/") },
	{ "an empty id between slashes", "GET", "/v1/customers//tax_ids", NULL, 404, NULL, NULL,
		UNRECOGNIZED("GET", "/v1/customers//tax_ids") },
	{ "a double slash in front", "GET", "//v1/customers", NULL, 404, NULL, NULL,
		UNRECOGNIZED("GET", "//v1/customers") },
	{ "a verb too much", "POST", "/v1/customers/cus_1/pay", NULL, 404, NULL, NULL,
		UNRECOGNIZED("POST", "/v1/customers/cus_1/pay") },
	{ "another case", "GET", "/v1/Customers", NULL, 404, NULL, NULL, UNRECOGNIZED("GET", "/v1/Customers") },
	{ "no version", "GET", "/customers", NULL, 404, NULL, NULL, UNRECOGNIZED("GET", "/customers") },
	{ "another version", "GET", "/v3/customers", NULL, 404, NULL, NULL, UNRECOGNIZED("GET", "/v3/customers") },
	{ "v1 alone", "GET", "/v1", NULL, 404, NULL, NULL, UNRECOGNIZED("GET", "/v1") },
	{ "the root", "GET", "/", NULL, 404, NULL, NULL, UNRECOGNIZED("GET", "/") },
	{ "a v2 path that is none", "GET", "/v2/core/nothing", NULL, 404, NULL, NULL,
		UNRECOGNIZED("GET", "/v2/core/nothing") },
	{ "the query is not shown", "GET", "/v1/nothing?secret=1", NULL, 404, NULL, NULL,
		UNRECOGNIZED("GET", "/v1/nothing") },
	{ "PUT on a known path", "PUT", "/v1/customers/cus_1", NULL, 404, NULL, NULL,
		UNRECOGNIZED("PUT", "/v1/customers/cus_1") },
	{ "PATCH on a known path", "PATCH", "/v1/customers/cus_1", NULL, 404, NULL, NULL,
		UNRECOGNIZED("PATCH", "/v1/customers/cus_1") },
	{ "DELETE on a collection", "DELETE", "/v1/customers", NULL, 404, NULL, NULL,
		UNRECOGNIZED("DELETE", "/v1/customers") },
	{ "an escape that is none", "GET", "/v1/customers/%zz", NULL, 404, NULL, NULL,
		UNRECOGNIZED("GET", "/v1/customers/%zz") },
	{ "an id that is no UTF-8", "GET", "/v1/customers/%ff", NULL, 404, NULL, NULL,
		UNRECOGNIZED("GET", "/v1/customers/%ff") },
};

static void near_miss__is_not_recognized(void **state)
{
	struct refusal_case *c = *state;

	refusal_check(c->house, c->row);
}

static void ids__are_decoded_once(void **state)
{
	struct house *h = *state;

	api_ok(h, "POST", "/v1/coupons", "percent_off=10&id=10%25%20off%2Fsummer");
	assert_field(api_ok(h, "GET", "/v1/coupons/10%25%20off%2Fsummer", NULL), "id", "10% off/summer");
	assert_field(api(h, "GET", "/v1/coupons/a%2Bb+c", NULL), "error.message", "No such coupon: 'a+b+c'");
	/* A literal word that leads nowhere is an id. */
	assert_field(api(h, "POST", "/v1/customers/search", NULL), "error.message", "No such customer: 'search'");
	assert_field(api(h, "GET", "/v1/customers/CUS_NONE", NULL), "error.message", "No such customer: 'CUS_NONE'");
}

static void id_of_another_kind__is_no_such(void **state)
{
	struct house *h = *state;
	const char *id = field(api_ok(h, "POST", "/v1/products", "name=A"), "id");

	assert_field(api(h, "GET", text_of(h, "/v1/customers/%s", id), NULL), "error.message",
		text_of(h, "No such customer: '%s'", id));
}

int main(void)
{
	static const struct CMUnitTest plain[] = {
		TEST(request_id__is_req_and_fourteen_characters),
		TEST(request_ids__never_repeat),
		TEST(same_seed__same_calls__same_bytes),
		TEST(version__is_echoed),
		TEST(unknown_version__is_refused),
		TEST(answers__are_indented_json),
		TEST(error__names_its_log),
		TEST(json__is_refused_on_v1),
		TEST(json__is_what_v2_takes),
		TEST(parameters__come_from_query_and_body),
		TEST(head__is_a_get),
		TEST(ids__are_decoded_once),
		TEST(id_of_another_kind__is_no_such),
	};

	return run_with_refusals("protocol", plain, sizeof plain / sizeof *plain, near_misses,
		sizeof near_misses / sizeof *near_misses, near_miss__is_not_recognized);
}
