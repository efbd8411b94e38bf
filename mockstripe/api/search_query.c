/* SPDX-License-Identifier: MIT */
#include "api/search_query.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/mem.h"

#define CONTAINS_LEAST 3 /* characters after "~" */

/*
 * Stripe docs, "Search", "Query fields": every field that can be searched for, beside metadata, which all of these
 * have. A * stands for one segment, the payment method's type. `path` is where newer versions keep it, NULL: under its
 * name.
 */
static const struct search_field {
	const char *resource, *name;
	enum search_type type;
	const char *path;
} fields[] = {
	{ "Charge", "amount", SEARCH_NUMBER, NULL },
	{ "Charge", "billing_details.address.postal_code", SEARCH_TOKEN, NULL },
	{ "Charge", "created", SEARCH_NUMBER, NULL },
	{ "Charge", "currency", SEARCH_TOKEN, NULL },
	{ "Charge", "customer", SEARCH_TOKEN, NULL },
	{ "Charge", "disputed", SEARCH_TOKEN, NULL },
	{ "Charge", "payment_method_details.*.brand", SEARCH_TOKEN, NULL },
	{ "Charge", "payment_method_details.*.exp_month", SEARCH_TOKEN, NULL },
	{ "Charge", "payment_method_details.*.exp_year", SEARCH_TOKEN, NULL },
	{ "Charge", "payment_method_details.*.fingerprint", SEARCH_TOKEN, NULL },
	{ "Charge", "payment_method_details.*.last4", SEARCH_TOKEN, NULL },
	{ "Charge", "refunded", SEARCH_TOKEN, NULL },
	{ "Charge", "status", SEARCH_TOKEN, NULL },
	{ "Customer", "created", SEARCH_NUMBER, NULL },
	{ "Customer", "email", SEARCH_STRING, NULL },
	{ "Customer", "name", SEARCH_STRING, NULL },
	{ "Customer", "phone", SEARCH_STRING, NULL },
	{ "Invoice", "created", SEARCH_NUMBER, NULL },
	{ "Invoice", "currency", SEARCH_TOKEN, NULL },
	{ "Invoice", "customer", SEARCH_TOKEN, NULL },
	{ "Invoice", "last_finalization_error_code", SEARCH_TOKEN, "last_finalization_error.code" },
	{ "Invoice", "last_finalization_error_type", SEARCH_TOKEN, "last_finalization_error.type" },
	{ "Invoice", "number", SEARCH_STRING, NULL },
	{ "Invoice", "receipt_number", SEARCH_STRING, NULL },
	{ "Invoice", "status", SEARCH_STRING, NULL },
	{ "Invoice", "subscription", SEARCH_STRING, "parent.subscription_details.subscription" },
	{ "Invoice", "total", SEARCH_NUMBER, NULL },
	{ "PaymentIntent", "amount", SEARCH_NUMBER, NULL },
	{ "PaymentIntent", "created", SEARCH_NUMBER, NULL },
	{ "PaymentIntent", "currency", SEARCH_TOKEN, NULL },
	{ "PaymentIntent", "customer", SEARCH_TOKEN, NULL },
	{ "PaymentIntent", "status", SEARCH_TOKEN, NULL },
	{ "Price", "active", SEARCH_TOKEN, NULL },
	{ "Price", "currency", SEARCH_TOKEN, NULL },
	{ "Price", "lookup_key", SEARCH_STRING, NULL },
	{ "Price", "product", SEARCH_STRING, NULL },
	{ "Price", "type", SEARCH_TOKEN, NULL },
	{ "Product", "active", SEARCH_TOKEN, NULL },
	{ "Product", "description", SEARCH_STRING, NULL },
	{ "Product", "name", SEARCH_STRING, NULL },
	{ "Product", "shippable", SEARCH_TOKEN, NULL },
	{ "Product", "url", SEARCH_STRING, NULL },
	{ "Subscription", "canceled_at", SEARCH_NUMBER, NULL },
	{ "Subscription", "created", SEARCH_NUMBER, NULL },
	{ "Subscription", "status", SEARCH_TOKEN, NULL },
};

/* ---- reading ---- */

struct reader {
	const struct schema_resource *type;
	const char *at;
	struct arena *arena;
	const char **why;
};

static bool refuse(struct reader *r, const char *why)
{
	*r->why = why;
	return false;
}

static bool unparsable(struct reader *r)
{
	return refuse(r,
		"We were unable to parse your search query. Try using the format `metadata[\"key\"]:\"value\"` to "
		"query for metadata or key:\"value\" to query for other fields.");
}

/* The name with * for one segment fits what was asked for. */
static bool name_fits(const char *name, const char *asked)
{
	for (; *name; name++) {
		if (*name != '*') {
			if (*asked++ != *name)
				return false;
			continue;
		}
		size_t segment = strcspn(asked, ".");

		if (!segment)
			return false;
		asked += segment;
	}
	return !*asked;
}

static bool set_field(struct reader *r, const char *name, struct search_clause *out)
{
	const char *plural, *dashed;
	char *c;

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		if (strcmp(fields[i].resource, r->type->name) || !name_fits(fields[i].name, name))
			continue;
		out->path = fields[i].path ? fields[i].path : name;
		out->type = fields[i].type;
		return true;
	}
	plural = arena_format(r->arena, "%ss", r->type->object);
	dashed = c = arena_text(r->arena, plural);
	while ((c = strchr(c, '_')))
		*c = '-';
	return refuse(r, arena_format(r->arena,
				 "Field `%s` is an unsupported search field for resource `%s`. See "
				 "http://stripe.com/docs/search#query-fields-for-%s for a list of supported fields.",
				 name, plural, dashed));
}

/* Text between quotes of either kind, a backslash before a quote or a backslash taken away; NULL when it does not end.
 */
static const char *read_quoted(struct reader *r)
{
	char quote = *r->at, *out = arena_alloc(r->arena, strlen(r->at)), *o = out;

	for (const char *c = r->at + 1; *c; c++) {
		if (*c == quote) {
			r->at = c + 1;
			return out;
		}
		if (*c == '\\' && c[1] && strchr("\"'\\", c[1]))
			c++;
		*o++ = *c;
	}
	return NULL;
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

static bool read_metadata(struct reader *r, struct search_clause *out)
{
	r->at++;
	out->key = is_quote(*r->at) ? read_quoted(r) : NULL;
	out->type = SEARCH_TOKEN;
	if (!out->key || *r->at != ']')
		return unparsable(r);
	r->at++;
	return true;
}

static bool read_field(struct reader *r, struct search_clause *out)
{
	const char *start = r->at;
	size_t length;

	while (isalnum((unsigned char)*r->at) || *r->at == '_' || *r->at == '.')
		r->at++;
	length = (size_t)(r->at - start);
	if (length == 8 && !strncmp(start, "metadata", 8) && *r->at == '[')
		return read_metadata(r, out);
	/* A bare word is no clause, whatever it is called; only then is the name looked up. */
	if (!length || !*r->at || !strchr(":~<>", *r->at))
		return unparsable(r);
	return set_field(r, arena_range(r->arena, start, length), out);
}

static bool read_operator(struct reader *r, struct search_clause *out)
{
	static const struct {
		const char *text;
		enum search_operator op;
	} operators[] = { { ">=", SEARCH_FROM }, { "<=", SEARCH_UPTO }, { ">", SEARCH_ABOVE }, { "<", SEARCH_BELOW },
		{ ":", SEARCH_EQUALS }, { "~", SEARCH_CONTAINS } };

	for (size_t i = 0; i < COUNT_OF(operators); i++) {
		size_t length = strlen(operators[i].text);

		if (strncmp(r->at, operators[i].text, length))
			continue;
		r->at += length;
		out->op = operators[i].op;
		if (out->op == SEARCH_EQUALS ||
			out->type == (out->op == SEARCH_CONTAINS ? SEARCH_STRING : SEARCH_NUMBER))
			return true;
		/* The wording is ours: Stripe's is not documented. */
		return refuse(r,
			arena_format(r->arena, "Operator `%s` is not supported for the field `%s`.", operators[i].text,
				out->key ? arena_format(r->arena, "metadata[\"%s\"]", out->key) : out->path));
	}
	return unparsable(r);
}

static bool ends_clause(const char *at)
{
	return !*at || isspace((unsigned char)*at);
}

/* Digits stand without quotes everywhere (last4:4242); "null" only as itself. */
static bool read_value(struct reader *r, struct search_clause *out)
{
	if (is_quote(*r->at)) {
		out->text = read_quoted(r);
		if (!out->text)
			return unparsable(r);
	} else if (!strncmp(r->at, "null", 4) && ends_clause(r->at + 4)) {
		r->at += 4;
		if (out->op != SEARCH_EQUALS)
			return unparsable(r);
	} else {
		size_t digits = strspn(r->at + (*r->at == '-'), "0123456789");
		size_t length = digits + (*r->at == '-');

		if (!digits)
			return unparsable(r);
		out->text = arena_range(r->arena, r->at, length);
		r->at += length;
	}
	return ends_clause(r->at) || unparsable(r);
}

static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xC0) != 0x80;
	return n;
}

static bool check_value(struct reader *r, struct search_clause *out)
{
	char *end;

	if (out->op == SEARCH_CONTAINS && characters(out->text) < CONTAINS_LEAST)
		/* The wording is ours: Stripe's is not documented. */
		return refuse(r, "Substring search queries must have at least 3 characters.");
	if (out->type != SEARCH_NUMBER || !out->text)
		return true;
	errno = 0;
	out->number = strtoll(out->text, &end, 10);
	if (!isdigit((unsigned char)out->text[*out->text == '-']) || *end || errno)
		return unparsable(r);
	return true;
}

static bool read_clause(struct reader *r, struct search_clause *out)
{
	*out = (struct search_clause) { .negated = *r->at == '-' };
	r->at += out->negated;
	return read_field(r, out) && read_operator(r, out) && read_value(r, out) && check_value(r, out);
}

static void skip_blanks(struct reader *r)
{
	while (isspace((unsigned char)*r->at))
		r->at++;
}

/* "AND" or "OR" as a word of its own; a blank alone is AND. */
static bool read_any(struct reader *r)
{
	bool any = !strncasecmp(r->at, "or", 2) && isspace((unsigned char)r->at[2]);

	if (any)
		r->at += 2;
	else if (!strncasecmp(r->at, "and", 3) && isspace((unsigned char)r->at[3]))
		r->at += 3;
	skip_blanks(r);
	return any;
}

bool search_parse(const struct schema_resource *type, const char *query, struct arena *arena, struct search_query *out,
	const char **why)
{
	struct reader r = { .type = type, .at = query, .arena = arena, .why = why };
	struct search_query q = { 0 };

	for (skip_blanks(&r); *r.at || !q.count; skip_blanks(&r)) {
		bool any = q.count ? read_any(&r) : false;

		if (q.count > 1 && any != q.any)
			return refuse(&r, "We were unable to parse your search query. AND and OR cannot be combined in "
					  "one query.");
		q.any = any;
		if (q.count == SEARCH_CLAUSES)
			return refuse(
				&r, "We were unable to parse your search query. A query can have at most 10 clauses.");
		if (!read_clause(&r, &q.clauses[q.count]))
			return false;
		q.count++;
	}
	*out = q;
	return true;
}

/* ---- matching ---- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static const char *next_word(const char *at, size_t *length)
{
	while (*at && !is_word(*at))
		at++;
	for (*length = 0; is_word(at[*length]);)
		++*length;
	return at;
}

/* The words of `wanted` side by side among those of `text`, beginning with its first. */
static bool begins_with_words(const char *text, const char *wanted)
{
	size_t a, b;

	for (;;) {
		wanted = next_word(wanted, &b);
		if (!b)
			return true;
		text = next_word(text, &a);
		if (a != b || strncasecmp(text, wanted, a))
			return false;
		text += a;
		wanted += b;
	}
}

static bool has_words(const char *text, const char *wanted)
{
	size_t length;

	next_word(wanted, &length);
	if (!length) /* nothing but punctuation: only itself */
		return !strcmp(text, wanted);
	for (text = next_word(text, &length); length; text = next_word(text + length, &length))
		if (begins_with_words(text, wanted))
			return true;
	return false;
}

static bool equals_token(const json_t *value, const char *wanted)
{
	char digits[24];

	if (json_is_boolean(value))
		return !strcasecmp(json_is_true(value) ? "true" : "false", wanted);
	if (json_is_integer(value)) {
		snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(value));
		return !strcmp(digits, wanted);
	}
	return json_is_string(value) && !strcasecmp(json_string_value(value), wanted);
}

static bool number_fits(const struct search_clause *clause, int64_t number)
{
	switch (clause->op) {
	case SEARCH_EQUALS:
		return number == clause->number;
	case SEARCH_ABOVE:
		return number > clause->number;
	case SEARCH_BELOW:
		return number < clause->number;
	case SEARCH_FROM:
		return number >= clause->number;
	case SEARCH_UPTO:
		return number <= clause->number;
	case SEARCH_CONTAINS:
		break;
	}
	return false;
}

static bool clause_fits(const struct search_clause *clause, const json_t *body)
{
	const json_t *value = clause->key ? js_get(js_get(body, "metadata"), clause->key) : js_at(body, clause->path);

	if (!clause->text)
		return !value || json_is_null(value);
	switch (clause->type) {
	case SEARCH_NUMBER:
		return json_is_integer(value) && number_fits(clause, json_integer_value(value));
	case SEARCH_STRING:
		if (!json_is_string(value))
			return false;
		return clause->op == SEARCH_CONTAINS ? strcasestr(json_string_value(value), clause->text) != NULL
						     : has_words(json_string_value(value), clause->text);
	case SEARCH_TOKEN:
		break;
	}
	return equals_token(value, clause->text);
}

bool search_matches(const struct search_query *query, const json_t *body)
{
	for (size_t i = 0; i < query->count; i++) {
		const struct search_clause *clause = &query->clauses[i];

		if ((clause_fits(clause, body) != clause->negated) == query->any)
			return query->any;
	}
	return !query->any;
}
