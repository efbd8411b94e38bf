/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "api/conform.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

/* ---- bodies made from the description ---- */

struct making {
	bool whole;	/* with everything that may be absent or null, as far as `depth` */
	unsigned depth; /* what lies deeper is as short as it may be */
};

static json_t *make_fields(struct making m, const struct schema_node *fields, size_t n);

static json_t *make_text(const struct schema_node *node)
{
	if (node->n_literals)
		return json_string(node->literals[node->n_literals - 1]);
	if (node->flags & SCHEMA_ISO_TIME)
		return json_string("2026-03-17T22:14:07.000Z");
	return json_string(node->flags & SCHEMA_EXPANDABLE ? "some_id" : "");
}

static json_t *make_list(json_t *element)
{
	json_t *list = json_object(), *data = json_array();

	if (element)
		json_array_append_new(data, element);
	js_put_text(list, "object", "list");
	js_put_new(list, "data", data);
	js_put_flag(list, "has_more", false);
	js_put_text(list, "url", "/v1/things");
	return list;
}

static json_t *make(struct making m, const struct schema_node *node)
{
	bool deep = m.depth == 0;
	json_t *container;

	m.depth -= !deep;
	switch ((enum schema_kind)node->kind) {
	case SCHEMA_STRING:
	case SCHEMA_FILE:
		return make_text(node);
	case SCHEMA_INTEGER:
	case SCHEMA_TIMESTAMP:
		return node->flags & SCHEMA_AS_TEXT ? json_string("-12") : json_integer(1767225600);
	case SCHEMA_NUMBER:
		return json_real(12.5);
	case SCHEMA_BOOLEAN:
		return json_boolean(node->name && !strcmp(node->name, "deleted"));
	case SCHEMA_DECIMAL:
		return json_string("-0.125");
	case SCHEMA_OBJECT:
		return make_fields(m, node->fields, node->n_fields);
	case SCHEMA_ARRAY:
		container = json_array();
		if (!deep && m.whole)
			json_array_append_new(container, make(m, &node->fields[0]));
		return container;
	case SCHEMA_MAP:
		container = json_object();
		if (!deep && m.whole)
			js_put_new(container, "some_key", make(m, &node->fields[0]));
		return container;
	case SCHEMA_LIST:
		return make_list(!deep && m.whole ? make(m, &node->fields[0]) : NULL);
	case SCHEMA_RESOURCE:
		return make_fields(m, node->refs[0]->fields, node->refs[0]->n_fields);
	case SCHEMA_UNION:
		return make(m, &node->fields[node->n_fields - 1]);
	case SCHEMA_ANY:
		return json_integer(7);
	}
	fail_msg("kind %u", node->kind);
	return NULL;
}

static json_t *make_fields(struct making m, const struct schema_node *fields, size_t n)
{
	json_t *object = json_object();

	for (size_t i = 0; i < n; i++) {
		bool more = m.whole && m.depth > 0;

		if ((fields[i].flags & (SCHEMA_OPTIONAL | SCHEMA_INCLUDABLE)) && !more)
			continue;
		js_put_new(object, fields[i].name,
			(fields[i].flags & SCHEMA_NULLABLE) && !more ? json_null() : make(m, &fields[i]));
	}
	return object;
}

static json_t *make_resource(const struct schema_resource *type, bool whole)
{
	return make_fields((struct making) { .whole = whole, .depth = whole ? 5 : 0 }, type->fields, type->n_fields);
}

/* ---- every resource ---- */

static void expect_fine(const struct schema_resource *type, const json_t *body)
{
	struct text problems;

	text_init(&problems, TEXT_NO_CEILING);
	if (!conform_check_object(type, body, &problems))
		fail_msg("%s", problems.data);
	assert_string_equal(problems.data, "");
	text_clear(&problems);
}

/* Exactly one problem, at that place. */
static void expect_one(const struct schema_resource *type, const json_t *body, const char *place, const char *reason)
{
	struct text problems, start;

	text_init(&problems, TEXT_NO_CEILING);
	text_init(&start, 1024);
	text_format(&start, "%s: %s", place, reason);
	if (conform_check_object(type, body, &problems))
		fail_msg("not found: %s", start.data);
	if (strncmp(problems.data, start.data, start.length) ||
		strchr(problems.data, '\n') != problems.data + problems.length - 1)
		fail_msg("instead of \"%s\": %s", start.data, problems.data);
	assert_false(conform_check_object(type, body, NULL));
	text_clear(&problems);
	text_clear(&start);
}

/* A value that no field of this kind can have. */
static json_t *misfit(const struct schema_node *node)
{
	if (node->kind == SCHEMA_NUMBER || node->kind == SCHEMA_OBJECT || node->kind == SCHEMA_MAP)
		return json_true();
	return json_real(0.5);
}

static void damage_field(const struct schema_resource *type, json_t *body, const struct schema_node *field)
{
	json_t *kept = json_incref(json_object_get(body, field->name));

	assert_non_null(kept);
	js_put_null(body, field->name);
	if (field->flags & SCHEMA_NULLABLE || field->kind == SCHEMA_ANY)
		expect_fine(type, body);
	else
		expect_one(type, body, field->name, "is null");
	if (field->kind != SCHEMA_ANY) {
		js_put_new(body, field->name, misfit(field));
		expect_one(type, body, field->name, field->kind == SCHEMA_NUMBER ? "is a boolean" : "is a");
	}
	if (field->n_literals && field->kind == SCHEMA_STRING && strcmp(field->name, "object")) {
		js_put_text(body, field->name, "no_such_value");
		expect_one(type, body, field->name, "is none of the declared values: no_such_value");
	}
	json_object_del(body, field->name);
	if (field->flags & (SCHEMA_OPTIONAL | SCHEMA_INCLUDABLE))
		expect_fine(type, body);
	else
		expect_one(type, body, field->name, "is missing");
	js_put_new(body, field->name, kept);
}

static void resource_row(void **state)
{
	const struct schema_resource *type = *state;

	for (int whole = 0; whole < 2; whole++) {
		json_t *body = make_resource(type, whole);

		expect_fine(type, body);
		js_put_int(body, "no_such_field", 1);
		expect_one(type, body, "no_such_field", "is not declared");
		json_object_del(body, "no_such_field");
		for (size_t i = 0; i < type->n_fields && whole; i++)
			damage_field(type, body, &type->fields[i]);
		json_decref(body);
	}
}

/* ---- every route ---- */

static json_t *make_answer(const struct schema_route *route)
{
	json_t *one = route->resource ? make_resource(route->resource, false) : NULL, *body = json_object();

	switch ((enum schema_answer)route->answer) {
	case SCHEMA_ANSWER_RESOURCE:
	case SCHEMA_ANSWER_EITHER:
		json_decref(body);
		return one;
	case SCHEMA_ANSWER_DELETED:
		json_decref(body);
		json_decref(one);
		return make_fields((struct making) { 0 }, route->resource->deleted, route->resource->n_deleted);
	case SCHEMA_ANSWER_LIST:
		json_decref(body);
		return make_list(one);
	case SCHEMA_ANSWER_SEARCH:
		js_put_text(body, "object", "search_result");
		js_put_new(body, "data", json_array());
		js_put_flag(body, "has_more", true);
		js_put_text(body, "next_page", "token");
		js_put_text(body, "url", "/v1/things/search");
		json_array_append_new(json_object_get(body, "data"), one);
		return body;
	case SCHEMA_ANSWER_V2_LIST:
		js_put_new(body, "data", json_array());
		js_put_null(body, "next_page_url");
		js_put_null(body, "previous_page_url");
		json_array_append_new(json_object_get(body, "data"), one);
		return body;
	case SCHEMA_ANSWER_NODE:
		json_decref(body);
		json_decref(one);
		return make((struct making) { 0 }, route->node);
	case SCHEMA_ANSWER_BINARY:
	case SCHEMA_ANSWER_EMPTY:
		break;
	}
	json_decref(body);
	json_decref(one);
	return NULL;
}

static void every_route__takes_its_own_answer_and_no_other(void **state)
{
	(void)state;
	struct text problems;
	json_t *other = json_object();

	js_put_text(other, "object", "no_such_object");
	text_init(&problems, TEXT_NO_CEILING);
	for (size_t i = 0; i < schema_route_count; i++) {
		const struct schema_route *route = &schema_routes[i];
		json_t *body = make_answer(route);

		if (!conform_check(route, 200, body, &problems))
			fail_msg("%s %s: %s", route->method, route->pattern, problems.data);
		if (conform_check(route, 200, other, NULL) || conform_check(route, 400, body, NULL) ||
			conform_check(route, 302, body, NULL) || conform_check(NULL, 200, body, NULL))
			fail_msg("%s %s takes what it should not", route->method, route->pattern);
		assert_int_equal(conform_check(route, 200, NULL, NULL), body == NULL);
		json_decref(body);
	}
	json_decref(other);
	text_clear(&problems);
}

/* ---- bodies, one by one ---- */

#define LINK                                                                                                           \
	"\"id\":\"link_1\",\"object\":\"file_link\",\"created\":1767225600,\"expired\":false,\"expires_at\":null,"     \
	"\"livemode\":false,\"metadata\":{\"a\":\"b\"},\"url\":\"http://127.0.0.1/x\""
#define FILE_1                                                                                                         \
	"{\"id\":\"file_1\",\"object\":\"file\",\"created\":1767225600,\"expires_at\":null,\"filename\":\"a.png\","    \
	"\"purpose\":\"dispute_evidence\",\"size\":12,\"title\":null,\"type\":\"png\",\"url\":null"
#define LIST(more) "{\"object\":\"list\",\"data\":[],\"has_more\":false,\"url\":\"/v1/file_links\"" more "}"
#define FOUND(more) "{\"object\":\"search_result\",\"data\":[],\"url\":\"/v1/products/search\"," more "}"
#define DOC "https://stripe.com/docs/error-codes/"

static const struct exchange {
	const char *name, *method, *pattern;
	int status;
	const char *body, *problems;
} exchanges[] = {
	{ "an object", "GET", "/v1/file_links/{id}", 200, "{" LINK ",\"file\":\"file_1\"}", "" },
	{ "an expanded object", "GET", "/v1/file_links/{id}", 200, "{" LINK ",\"file\":" FILE_1 "}}", "" },
	{ "an expanded object of another kind", "GET", "/v1/file_links/{id}", 200, "{" LINK ",\"file\":{" LINK "}}",
		"file: is another object than File\n" },
	{ "an expanded object without its kind", "GET", "/v1/file_links/{id}", 200, "{" LINK ",\"file\":{}}",
		"file: has no \"object\", and should be File\n" },
	{ "an expanded object with a problem inside", "GET", "/v1/file_links/{id}", 200,
		"{" LINK ",\"file\":" FILE_1 ",\"secret\":1}}", "file.secret: is not declared\n" },
	{ "an empty id", "GET", "/v1/file_links/{id}", 200, "{" LINK ",\"file\":\"\"}", "file: is an empty id\n" },
	{ "several problems", "GET", "/v1/file_links/{id}", 200,
		"{\"id\":7,\"object\":\"file_link\",\"created\":1767225600000,\"expired\":\"no\",\"expires_at\":null,"
		"\"livemode\":false,\"metadata\":{\"a\":1},\"file\":\"file_1\",\"_mockstripe\":{}}",
		"id: is an integer, not a string\ncreated: is not in Unix seconds\nexpired: is a string, not a "
		"boolean\n"
		"metadata.a: is an integer, not a string\nurl: is missing\n_mockstripe: is not declared\n" },
	{ "no JSON", "GET", "/v1/file_links/{id}", 200, NULL, "(body): is no JSON\n" },
	{ "JSON that is no object", "GET", "/v1/file_links/{id}", 200, "[]", "(body): is an array, not FileLink\n" },
	{ "another resource", "GET", "/v1/files/{id}", 200, "{" LINK ",\"file\":\"file_1\"}",
		"(body): is another object than File\n" },
	{ "a list", "GET", "/v1/file_links", 200, LIST(""), "" },
	{ "a list that counts", "GET", "/v1/file_links", 200, LIST(",\"total_count\":0"),
		"total_count: is not declared\n" },
	{ "a list with a problem inside", "GET", "/v1/file_links", 200,
		"{\"object\":\"list\",\"data\":[{" LINK ",\"file\":\"f\"},{" LINK
		",\"file\":7}],\"url\":\"/v1/file_links\"}",
		"data.1.file: is an integer, not an id or the object\nhas_more: is missing\n" },
	{ "an embedded list that counts", "GET", "/v1/files/{id}", 200,
		FILE_1 ",\"links\":" LIST(",\"total_count\":0") "}", "" },
	{ "an embedded list without its envelope", "GET", "/v1/files/{id}", 200, FILE_1 ",\"links\":[]}",
		"links: is an array, not an object\n" },
	{ "a deleted object", "DELETE", "/v1/coupons/{id}", 200,
		"{\"id\":\"c\",\"object\":\"coupon\",\"deleted\":true}", "" },
	{ "a deleted object that is not", "DELETE", "/v1/coupons/{id}", 200,
		"{\"id\":\"c\",\"object\":\"coupon\",\"deleted\":false}", "deleted: is not true\n" },
	{ "a deleted object of another kind", "DELETE", "/v1/coupons/{id}", 200,
		"{\"id\":\"c\",\"object\":\"price\",\"deleted\":true}",
		"(body): is another object than deleted Coupon\n" },
	{ "a deleted customer may be read", "GET", "/v1/customers/{id}", 200,
		"{\"id\":\"cus_1\",\"object\":\"customer\",\"deleted\":true}", "" },
	{ "a deleted object with more", "DELETE", "/v1/coupons/{id}", 200,
		"{\"id\":\"c\",\"object\":\"coupon\",\"deleted\":true,\"name\":null}", "name: is not declared\n" },
	{ "a search", "GET", "/v1/products/search", 200, FOUND("\"has_more\":false,\"next_page\":null"), "" },
	{ "a search that counts", "GET", "/v1/products/search", 200,
		FOUND("\"has_more\":true,\"next_page\":\"x\",\"total_count\":12"), "" },
	{ "a search with more but no way there", "GET", "/v1/products/search", 200,
		FOUND("\"has_more\":true,\"next_page\":null"), "next_page: does not go with has_more\n" },
	{ "a PDF", "GET", "/v1/quotes/{id}/pdf", 200, NULL, "" },
	{ "JSON instead of a PDF", "GET", "/v1/quotes/{id}/pdf", 200, "{}",
		"(body): is JSON where none is declared\n" },
	{ "a redirect", "GET", "/v1/file_links", 302, LIST(""),
		"(body): comes with a status that Stripe does not answer\n" },

	{ "an error", "GET", "/v1/file_links/{id}", 404,
		"{\"error\":{\"code\":\"resource_missing\",\"doc_url\":\"" DOC
		"resource-missing\",\"message\":\"No such file "
		"link: 'x'\",\"param\":\"id\",\"type\":\"invalid_request_error\"}}",
		"" },
	{ "an error of no route", NULL, NULL, 404,
		"{\"error\":{\"message\":\"Unrecognized request URL\",\"type\":\"invalid_request_error\"}}", "" },
	{ "a success of no route", NULL, NULL, 200, "{}", "(body): is a success of no route\n" },
	{ "an error without its envelope", NULL, NULL, 400, "{\"message\":\"x\"}",
		"(body): is not {\"error\": {...}} alone\n" },
	{ "an error beside something", NULL, NULL, 400,
		"{\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\"},\"more\":1}",
		"(body): is not {\"error\": {...}} alone\n" },
	{ "an error that is not JSON", NULL, NULL, 500, NULL, "(body): is not {\"error\": {...}} alone\n" },
	{ "an empty error", NULL, NULL, 400, "{\"error\":{}}", "error.message: is missing\nerror.type: is missing\n" },
	{ "an error out of order", NULL, NULL, 400,
		"{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"m\"}}",
		"error.message: is not in order of the alphabet: it comes after type\n" },
	{ "an error with an unknown key", NULL, NULL, 400,
		"{\"error\":{\"message\":\"m\",\"reason\":\"r\",\"type\":\"invalid_request_error\"}}",
		"error.reason: is no key of an error\n" },
	{ "an error of v1 with a key of v2", NULL, NULL, 400,
		"{\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\",\"user_message\":\"u\"}}",
		"error.user_message: is no key of an error\n" },
	{ "an error with null", NULL, NULL, 400,
		"{\"error\":{\"message\":\"m\",\"param\":null,\"type\":\"invalid_request_error\"}}",
		"error.param: is null, not a string\n" },
	{ "an error with an empty member", NULL, NULL, 400,
		"{\"error\":{\"message\":\"m\",\"param\":\"\",\"type\":\"invalid_request_error\"}}",
		"error.param: is empty; what is not known is left out\n" },
	{ "a code without its page", NULL, NULL, 400,
		"{\"error\":{\"code\":\"rate_limit\",\"message\":\"m\",\"type\":\"invalid_request_error\"}}",
		"error.doc_url: does not go with the code\n" },
	{ "a page of another code", NULL, NULL, 400,
		"{\"error\":{\"code\":\"rate_limit\",\"doc_url\":\"" DOC "rate-limits\",\"message\":\"m\","
		"\"type\":\"invalid_request_error\"}}",
		"error.doc_url: does not go with the code\n" },
	{ "a decline", NULL, NULL, 402,
		"{\"error\":{\"charge\":\"ch_1\",\"decline_code\":\"generic_decline\",\"message\":\"m\","
		"\"type\":\"card_error\"}}",
		"" },
	{ "a decline that is no card error", NULL, NULL, 402,
		"{\"error\":{\"decline_code\":\"generic_decline\",\"message\":\"m\",\"type\":\"invalid_request_error\"}"
		"}",
		"error.decline_code: belongs to card errors only\n" },
	{ "an intent that is not whole", NULL, NULL, 402,
		"{\"error\":{\"message\":\"m\",\"setup_intent\":\"seti_1\",\"type\":\"card_error\"}}",
		"error.setup_intent: is a string, not SetupIntent\n" },
	{ "a type that does not exist", NULL, NULL, 401,
		"{\"error\":{\"message\":\"m\",\"type\":\"authentication_error\"}}",
		"error.type: does not go with the status: authentication_error\n" },
	{ "a card error with the wrong status", NULL, NULL, 400,
		"{\"error\":{\"message\":\"m\",\"type\":\"card_error\"}}",
		"error.type: does not go with the status: card_error\n" },
	{ "an idempotency error", NULL, NULL, 409, "{\"error\":{\"message\":\"m\",\"type\":\"idempotency_error\"}}",
		"" },
	{ "a fault", NULL, NULL, 503, "{\"error\":{\"message\":\"m\",\"type\":\"api_error\"}}", "" },
	{ "a fault with the wrong type", NULL, NULL, 500,
		"{\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\"}}",
		"error.type: does not go with the status: invalid_request_error\n" },
	{ "an error of v2", "GET", "/v2/core/event_destinations/{id}", 404,
		"{\"error\":{\"code\":\"not_found\",\"message\":\"m\",\"type\":\"not_found\",\"user_message\":\"u\"}}",
		"" },
};

static void exchange_row(void **state)
{
	const struct exchange *row = *state;
	const struct schema_route *route = row->method ? schema_find_route(row->method, row->pattern) : NULL;
	json_t *body = row->body ? json_loads(row->body, 0, NULL) : NULL;
	struct text problems;

	assert_true(!row->method || route);
	assert_true(!row->body || body);
	text_init(&problems, TEXT_NO_CEILING);
	bool fine = conform_check(route, row->status, body, &problems);

	assert_string_equal(problems.data, row->problems);
	assert_int_equal(fine, !*row->problems);
	assert_int_equal(conform_check(route, row->status, body, NULL), fine);
	text_clear(&problems);
	json_decref(body);
}

/* ---- what Stripe sends beside the declarations ---- */

static void a_subscription__may_show_its_plan_and_quantity(void **state)
{
	(void)state;
	const struct schema_resource *type = schema_find_resource("Subscription");
	json_t *body = make_resource(type, false);

	js_put_null(body, "plan");
	js_put_null(body, "quantity");
	expect_fine(type, body);
	js_put_new(body, "plan", make_resource(schema_find_resource("Plan"), true));
	js_put_int(body, "quantity", 3);
	expect_fine(type, body);
	js_put_text(body, "quantity", "3");
	expect_one(type, body, "quantity", "is a string");
	js_put_null(body, "quantity");
	json_object_del(json_object_get(body, "plan"), "active");
	expect_one(type, body, "plan.active", "is missing");
	json_decref(body);
	body = make_resource(schema_find_resource("Invoice"), false);
	js_put_int(body, "quantity", 3);
	expect_one(schema_find_resource("Invoice"), body, "quantity", "is not declared");
	json_decref(body);
}

static void an_event__holds_an_object_in_full(void **state)
{
	(void)state;
	const struct schema_resource *type = schema_find_resource("Event");
	json_t *body = make_resource(type, false), *object = make_resource(schema_find_resource("Customer"), false);

	js_put_new(json_object_get(body, "data"), "object", object);
	expect_fine(type, body);
	json_object_del(object, "email");
	expect_one(type, body, "data.object.email", "is missing");
	json_decref(body);
}

static void expanded_fields__may_be_deleted_where_the_declarations_say_so(void **state)
{
	(void)state;
	const struct schema_resource *type = schema_find_resource("Subscription");
	json_t *body = make_resource(type, false);
	json_t *gone = json_loads("{\"id\":\"x\",\"object\":\"customer\",\"deleted\":true}", 0, NULL);

	js_put(body, "customer", gone);
	expect_fine(type, body);
	js_put_text(body, "customer", "cus_1");
	js_put_text(gone, "object", "invoice");
	js_put(body, "latest_invoice", gone);
	assert_false(conform_check_object(type, body, NULL));
	json_decref(gone);
	json_decref(body);
}

static const struct CMUnitTest fixed[] = {
	cmocka_unit_test(every_route__takes_its_own_answer_and_no_other),
	cmocka_unit_test(a_subscription__may_show_its_plan_and_quantity),
	cmocka_unit_test(an_event__holds_an_object_in_full),
	cmocka_unit_test(expanded_fields__may_be_deleted_where_the_declarations_say_so),
};

int main(void)
{
	struct CMUnitTest *tests =
		mem_alloc((COUNT_OF(fixed) + COUNT_OF(exchanges) + schema_resource_count) * sizeof *tests);
	size_t n = COUNT_OF(fixed);

	memcpy(tests, fixed, sizeof fixed);
	for (size_t i = 0; i < COUNT_OF(exchanges); i++)
		tests[n++] = (struct CMUnitTest) { .name = exchanges[i].name,
			.test_func = exchange_row,
			.initial_state = (void *)(uintptr_t)&exchanges[i] };
	for (size_t i = 0; i < schema_resource_count; i++)
		tests[n++] = (struct CMUnitTest) { .name = schema_resources[i].name,
			.test_func = resource_row,
			.initial_state = (void *)(uintptr_t)&schema_resources[i] };
	int failed = _cmocka_run_group_tests("conform", tests, n, NULL, NULL);

	free(tests);
	return failed;
}
