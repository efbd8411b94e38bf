/* SPDX-License-Identifier: MIT */
#ifndef API_SEARCH_QUERY_H
#define API_SEARCH_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "schema/schema.h"

/*
 * Stripe's search query language (Stripe docs, "Search", sections "Search query language" and "Query fields"):
 *
 *	query    clause { ( AND | OR | blank ) clause }     a blank is AND; AND and OR do not mix; at most ten clauses
 *	clause   [ "-" ] field operator value                "-" negates
 *	field    name { "." name } | metadata[ "key" ]
 *	operator ":" equals, "~" contains, ">" "<" ">=" "<="
 *	value    "text" | 'text' | number | null             a backslash escapes a quote; null after ":" means absent
 *
 * What a field is decides what ":" means. A token equals the value as a whole. A string has the value's words in it, in
 * this order and side by side; words are letters and digits between anything else, so that an address is found by all
 *of it and by its domain. Both ignore the case of ASCII letters. Numbers alone have an order; strings alone have "~",
 *with three characters at least.
 */
#define SEARCH_CLAUSES 10

enum search_type { SEARCH_TOKEN, SEARCH_STRING, SEARCH_NUMBER };
enum search_operator { SEARCH_EQUALS, SEARCH_CONTAINS, SEARCH_ABOVE, SEARCH_BELOW, SEARCH_FROM, SEARCH_UPTO };

struct search_clause {
	const char *path; /* where the value stands in a body, "billing_details.address.postal_code" */
	const char *key;  /* of metadata; NULL: `path` counts */
	const char *text; /* the wanted value; NULL: null */
	int64_t number;	  /* the same, for a number field */
	enum search_type type;
	enum search_operator op;
	bool negated;
};

struct search_query {
	struct search_clause clauses[SEARCH_CLAUSES];
	size_t count;
	bool any; /* OR: one clause is enough */
};

/* Reads a query on that resource. Text in *out is the arena's. False with Stripe's sentence in *why (arena or static).
 */
bool search_parse(const struct schema_resource *type, const char *query, struct arena *arena, struct search_query *out,
	const char **why);

/* Whether a body is what the query looks for. */
bool search_matches(const struct search_query *query, const json_t *body);

#endif
