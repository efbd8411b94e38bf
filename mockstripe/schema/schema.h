/* SPDX-License-Identifier: MIT */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The API description as static, read-only tables: every route, request parameter and resource field of one dated API
 * version. The tables are compiled by compile.c from stripe.txt, which generate.mjs writes from the declarations of the
 * npm package `stripe`, and overrides.txt, which holds what the declarations cannot say. Nothing is parsed at run time.
 */

enum schema_kind {
	SCHEMA_STRING,	  /* literals: the closed set, if any, in declared order; {""} alone: a parameter that can only
			     be unset. flag EXPANDABLE: an id of one of `refs` */
	SCHEMA_INTEGER,	  /* a whole number. literals: strings accepted beside it, such as "now" or "inf" */
	SCHEMA_NUMBER,	  /* a number with decimals (a percentage, a latitude) */
	SCHEMA_BOOLEAN,	  /* literals: strings accepted beside it ("one_off" of off_session) */
	SCHEMA_DECIMAL,	  /* a decimal number in a JSON string, such as unit_amount_decimal */
	SCHEMA_TIMESTAMP, /* Unix seconds. literals as for INTEGER */
	SCHEMA_OBJECT,	  /* an anonymous object: fields[0..n_fields); some are declared empty, such as alipay: {} */
	SCHEMA_ARRAY,	  /* fields[0] is the element (its name is NULL) */
	SCHEMA_MAP,	  /* keys are free: fields[0] is the value (metadata: SCHEMA_STRING values) */
	SCHEMA_LIST,	  /* {object:"list", data, has_more, url}: fields[0] is the element */
	SCHEMA_RESOURCE,  /* an embedded resource, in full: one of `refs` */
	SCHEMA_UNION,	  /* one of fields[0..n_fields), which are unnamed alternatives */
	SCHEMA_ANY,	  /* any JSON value (event.data.object) */
	SCHEMA_FILE,	  /* an uploaded file's bytes */
};

enum schema_flag {
	SCHEMA_REQUIRED = 1,	      /* a parameter that must be given */
	SCHEMA_OPTIONAL = 2,	      /* a field that may be absent from the body */
	SCHEMA_NULLABLE = 4,	      /* a field that may be null; a v2 parameter that may be null */
	SCHEMA_EMPTYABLE = 8,	      /* a parameter that "" unsets */
	SCHEMA_EXPANDABLE = 16,	      /* an id by default; the object of `refs` when expanded */
	SCHEMA_INCLUDABLE = 32,	      /* absent unless named in expand[] (overrides.txt) */
	SCHEMA_RANGE = 64,	      /* a list filter: a value, or an object of gt, gte, lt, lte */
	SCHEMA_METADATA = 128,	      /* a metadata parameter: merged, "" removes, limits apply */
	SCHEMA_ISO_TIME = 256,	      /* a v2 timestamp: an ISO 8601 string */
	SCHEMA_IN_QUERY = 512,	      /* a parameter that travels in the query string although the method is POST */
	SCHEMA_MAY_BE_DELETED = 1024, /* expands, or answers, to the deleted form of `refs` as well */
	SCHEMA_AS_TEXT = 2048,	      /* an INTEGER that stands in a JSON string (64-bit integers of v2) */
};

struct schema_resource;

/* A named parameter or field, or the unnamed element of an array, map or list. */
struct schema_node {
	const char *name;
	uint8_t kind;	/* enum schema_kind */
	uint16_t flags; /* enum schema_flag */
	uint16_t n_fields, n_literals, n_refs;
	const struct schema_node *fields;
	const char *const *literals;
	const struct schema_resource *const *refs;
	/*
	 * From overrides.txt; bounds are meaningless unless has_min / has_max. Those of a SCHEMA_NUMBER are in
	 * ten-thousandths (percent_off of at least 0.01: min 100). Text length in characters, 0: no rule.
	 */
	bool has_min, has_max;
	int64_t min, max;
	uint32_t max_length;   /* text */
	uint32_t max_elements; /* array */
};

struct schema_resource {
	const char *name;   /* as the declarations call it: "Customer", "TestHelpers.TestClock" */
	const char *object; /* the value of its "object" field: "customer"; NULL for a resource without one */
	const char *prefix; /* id prefix with its underscore, "cus_"; "" when the caller names it; from overrides.txt,
			       else made from the object's name */
	uint8_t id_length;  /* characters after the prefix: 14 or 24 */
	bool has_deleted;   /* {id, object, deleted:true} exists */
	uint16_t index;	    /* position in schema_resources */
	uint16_t n_fields, n_deleted;
	const struct schema_node *fields;  /* id, object, then alphabetical: Stripe's order */
	const struct schema_node *deleted; /* the fields of the deleted form, mostly those three; NULL if none */
};

enum schema_answer {
	SCHEMA_ANSWER_RESOURCE, /* `resource` in full */
	SCHEMA_ANSWER_DELETED,	/* {id, object, deleted:true} of `resource` */
	SCHEMA_ANSWER_EITHER,	/* a resource, or its deleted form */
	SCHEMA_ANSWER_LIST,	/* a list of `resource` */
	SCHEMA_ANSWER_SEARCH,	/* a search_result of `resource` */
	SCHEMA_ANSWER_V2_LIST,	/* {data, next_page_url, previous_page_url} of `resource` */
	SCHEMA_ANSWER_NODE,	/* something else: `node` says what */
	SCHEMA_ANSWER_BINARY,	/* bytes (a PDF) */
	SCHEMA_ANSWER_EMPTY,	/* no body */
};

/*
 * A route's parameters are those declared, in declared order (required ones first, then by name). `expand` is among
 * them wherever the declarations have it, which is on nearly every v1 route; `limit`, `starting_after` and
 * `ending_before` on every v1 list but three; `limit` and `page` on searches. What a {…} is called does not matter for
 * matching: a collection says {id} and the things below it {customerId}.
 */
struct schema_route {
	const char *method;  /* "GET", "POST", "DELETE" */
	const char *pattern; /* "/v1/customers/{customerId}/tax_ids/{id}" */
	const char *host;    /* NULL, or the subdomain that real Stripe serves it from: "files", "connect", … */
	uint16_t index;	     /* position in schema_routes */
	uint8_t n_path;	     /* how many {…} the pattern has */
	uint8_t answer;	     /* enum schema_answer */
	bool v2;	     /* JSON body, v2 errors and lists */
	bool multipart;	     /* file upload */
	uint16_t n_params;
	uint16_t n_resources;
	const struct schema_node *params;
	const struct schema_resource *resource;		/* the resource answered, or the list's element; NULL if none */
	const struct schema_resource *const *resources; /* n_resources of them: several for a union such as
							   BankAccount | Card, of which `resource` is the first */
	const struct schema_node *node;			/* for SCHEMA_ANSWER_NODE */
};

extern const char *const schema_api_version; /* "2026-10-28.endive" */
extern const struct schema_resource schema_resources[];
extern const size_t schema_resource_count;
extern const struct schema_route schema_routes[];
extern const size_t schema_route_count;
extern const char *const schema_event_types[];	    /* of v1: "invoice.paid"; sorted; NULL at the end */
extern const size_t schema_event_type_count;	    /* without that NULL */
extern const char *const schema_thin_event_types[]; /* of v2: "v1.invoice.paid", "v2.core.account.created"; same */
extern const size_t schema_thin_event_type_count;

/*
 * The route for a method and a raw path (no query). A literal segment wins over a {…} segment. On success *values and
 * *lengths (room for 4) hold the raw, still percent-encoded segments that stand at the {…} places. NULL when none fits;
 * an empty segment never fits a {…}.
 */
const struct schema_route *schema_match(
	const char *method, const char *path, size_t length, const char *values[4], size_t lengths[4]);
const struct schema_route *schema_find_route(const char *method, const char *pattern);	   /* exact pattern; NULL */
const struct schema_resource *schema_find_object(const char *object);			   /* by "object" value; NULL */
const struct schema_resource *schema_find_resource(const char *name);			   /* by declared name; NULL */
const struct schema_node *schema_field(const struct schema_resource *r, const char *name); /* NULL when it has none */
const struct schema_node *schema_child(const struct schema_node *n, const char *name);	/* field of an OBJECT; NULL */
const struct schema_node *schema_param(const struct schema_route *r, const char *name); /* a top-level one; NULL */
bool schema_is_event(const char *type);							/* of v1 or v2 */
bool schema_has_literal(const struct schema_node *n, const char *text);			/* false when n has no set */

#endif
