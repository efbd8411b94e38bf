/* SPDX-License-Identifier: MIT */
#include "api/conform.h"

#include <string.h>

#include "api/conform_value.h"
#include "base/json.h"
#include "base/mem.h"

/* ---- answers ---- */

static void check_search(struct check *c, const struct schema_node *element, const json_t *body)
{
	static const char *const words[] = { "search_result" };
	const struct schema_node fields[] = {
		{ .name = "object", .kind = SCHEMA_STRING, .literals = words, .n_literals = 1 },
		{ .name = "data", .kind = SCHEMA_ARRAY, .fields = element, .n_fields = 1 },
		{ .name = "has_more", .kind = SCHEMA_BOOLEAN },
		{ .name = "next_page", .kind = SCHEMA_STRING, .flags = SCHEMA_NULLABLE },
		{ .name = "total_count", .kind = SCHEMA_INTEGER, .flags = SCHEMA_INCLUDABLE },
		{ .name = "url", .kind = SCHEMA_STRING },
	};

	conform_fields(c, NULL, fields, COUNT_OF(fields), body, NULL);
	if (js_flag(body, "has_more", false) != (js_text(body, "next_page") != NULL))
		conform_complain(c, &(struct place) { .name = "next_page" }, "does not go with has_more", "");
}

static void check_pages(struct check *c, const struct schema_node *element, const json_t *body)
{
	const struct schema_node fields[] = {
		{ .name = "data", .kind = SCHEMA_ARRAY, .fields = element, .n_fields = 1 },
		{ .name = "next_page_url", .kind = SCHEMA_STRING, .flags = SCHEMA_NULLABLE },
		{ .name = "previous_page_url", .kind = SCHEMA_STRING, .flags = SCHEMA_NULLABLE },
	};

	conform_fields(c, NULL, fields, COUNT_OF(fields), body, NULL);
}

static void check_answer(struct check *c, const struct schema_route *route, const json_t *body)
{
	const struct schema_resource *const *types = route->n_resources ? route->resources : &route->resource;
	uint16_t n = route->n_resources ? route->n_resources : 1;
	const struct schema_node element = { .kind = SCHEMA_RESOURCE, .refs = types, .n_refs = n };
	bool no_json = route->answer == SCHEMA_ANSWER_BINARY || route->answer == SCHEMA_ANSWER_EMPTY;

	if (!body || no_json) {
		/* An empty object says as little as no body; Stripe's v2 sends one. */
		if (body ? route->answer == SCHEMA_ANSWER_BINARY || json_object_size(body) : !no_json)
			conform_complain(c, NULL, body ? "is JSON where none is declared" : "is no JSON", "");
		return;
	}
	switch ((enum schema_answer)route->answer) {
	case SCHEMA_ANSWER_RESOURCE:
		conform_one_of(c, types, n, CONFORM_FULL, body, NULL);
		return;
	case SCHEMA_ANSWER_DELETED:
		conform_one_of(c, types, n, CONFORM_DELETED, body, NULL);
		return;
	case SCHEMA_ANSWER_EITHER:
		conform_one_of(c, types, n, CONFORM_FULL | CONFORM_DELETED, body, NULL);
		return;
	case SCHEMA_ANSWER_LIST:
		conform_list(c, &element, false, body, NULL);
		return;
	case SCHEMA_ANSWER_SEARCH:
		check_search(c, &element, body);
		return;
	case SCHEMA_ANSWER_V2_LIST:
		check_pages(c, &element, body);
		return;
	case SCHEMA_ANSWER_NODE:
		conform_value(c, route->node, body, NULL);
		return;
	case SCHEMA_ANSWER_BINARY:
	case SCHEMA_ANSWER_EMPTY:
		return;
	}
}

/* ---- errors ---- */

static const struct {
	const char *key, *of; /* the resource of an object; NULL: text */
} error_keys[] = {
	{ "advice_code", NULL }, { "charge", NULL }, { "code", NULL }, { "decline_code", NULL }, { "doc_url", NULL },
	{ "message", NULL }, { "network_advice_code", NULL }, { "network_decline_code", NULL }, { "param", NULL },
	{ "payment_intent", "PaymentIntent" }, { "payment_method", "PaymentMethod" }, { "payment_method_type", NULL },
	{ "request_log_url", NULL }, { "setup_intent", "SetupIntent" }, { "source", "" }, /* of several kinds */
	{ "type", NULL }, { "user_message", NULL },					  /* v2 */
};

/* A status beside the types it comes with; the client libraries choose their exceptions by both. */
static bool type_fits(int status, const char *type)
{
	bool request = !strcmp(type, "invalid_request_error"), again = !strcmp(type, "idempotency_error");

	switch (status) {
	case 400:
	case 404:
	case 409:
		return request || again;
	case 401:
	case 403:
	case 429:
		return request;
	case 402: /* a payment that needs the customer is no card's fault */
		return request || !strcmp(type, "card_error");
	case 424:
		return request || !strcmp(type, "api_error");
	default:
		return status >= 500 && !strcmp(type, "api_error");
	}
}

static void check_source(struct check *c, const json_t *value, const struct place *at)
{
	const struct schema_resource *kinds[] = { schema_find_resource("BankAccount"), schema_find_resource("Card"),
		schema_find_resource("Source") };

	conform_one_of(c, kinds, COUNT_OF(kinds), CONFORM_FULL, value, at);
}

static void check_error_member(struct check *c, const char *key, const json_t *value, const struct place *at, bool v2)
{
	size_t i = 0;

	while (i < COUNT_OF(error_keys) && strcmp(error_keys[i].key, key))
		i++;
	if (i == COUNT_OF(error_keys) || (!v2 && !strcmp(key, "user_message")))
		conform_complain(c, at, "is no key of an error", "");
	else if (error_keys[i].of && !*error_keys[i].of)
		check_source(c, value, at);
	else if (error_keys[i].of)
		conform_resource(c, schema_find_resource(error_keys[i].of), false, value, at);
	else if (!json_is_string(value))
		conform_complain_kind(c, at, value, "a string");
	else if (!json_string_length(value))
		conform_complain(c, at, "is empty; what is not known is left out", "");
}

/* "https://stripe.com/docs/error-codes/" and the code with dashes */
static bool doc_url_fits(const char *url, const char *code)
{
	static const char base[] = "https://stripe.com/docs/error-codes/";

	if (!url || !code)
		return !url && !code;
	if (strncmp(url, base, sizeof base - 1))
		return false;
	for (url += sizeof base - 1; *url && *code; url++, code++)
		if (*url != (*code == '_' ? '-' : *code))
			return false;
	return !*url && !*code;
}

static void check_error(struct check *c, bool v2, int status, const json_t *body)
{
	const json_t *error = json_object_get(body, "error");
	const char *type = js_text(error, "type"), *key, *last = "";
	const struct place at = { .name = "error" };
	json_t *value;

	if (!json_is_object(error) || json_object_size(body) != 1) {
		conform_complain(c, NULL, "is not {\"error\": {...}} alone", "");
		return;
	}
	json_object_foreach(conform_loose(error), key, value)
	{
		struct place below = { .up = &at, .name = key };

		if (strcmp(last, key) > 0)
			conform_complain(c, &below, "is not in order of the alphabet: it comes after ", last);
		last = key;
		check_error_member(c, key, value, &below, v2);
	}
	if (!js_text(error, "message"))
		conform_complain(c, &(struct place) { .up = &at, .name = "message" }, "is missing", "");
	if (!type && !(v2 && js_text(error, "code")))
		conform_complain(c, &(struct place) { .up = &at, .name = "type" }, "is missing", "");
	if (v2)
		return;
	if (type && !type_fits(status, type))
		conform_complain(
			c, &(struct place) { .up = &at, .name = "type" }, "does not go with the status: ", type);
	if (!doc_url_fits(js_text(error, "doc_url"), js_text(error, "code")))
		conform_complain(c, &(struct place) { .up = &at, .name = "doc_url" }, "does not go with the code", "");
	if (js_text(error, "decline_code") && type && strcmp(type, "card_error"))
		conform_complain(
			c, &(struct place) { .up = &at, .name = "decline_code" }, "belongs to card errors only", "");
}

bool conform_check(const struct schema_route *route, int status, const json_t *body, struct text *problems)
{
	struct check c = { .problems = problems };

	if (status >= 400 && status < 600)
		check_error(&c, route && route->v2, status, body);
	else if (status < 200 || status > 299)
		conform_complain(&c, NULL, "comes with a status that Stripe does not answer", "");
	else if (!route)
		conform_complain(&c, NULL, "is a success of no route", "");
	else
		check_answer(&c, route, body);
	return !c.bad;
}

bool conform_check_object(const struct schema_resource *type, const json_t *body, struct text *problems)
{
	struct check c = { .problems = problems };

	conform_resource(&c, type, false, body, NULL);
	return !c.bad;
}
