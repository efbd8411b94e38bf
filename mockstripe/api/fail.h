/* SPDX-License-Identifier: MIT */
#ifndef API_FAIL_H
#define API_FAIL_H

#include "api/call.h"

/*
 * Failures in Stripe's words. All give -1, so that a handler can `return fail_...`. The first failure of a call wins.
 * Source of statuses, types and texts: Stripe docs "Errors" and "Error codes"; wire forms in the protocol reference.
 */

/* 400 invalid_request_error. code and param may be NULL. */
int fail_invalid(struct call *call, const char *code, const char *param, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The same with another status. */
int fail_status(struct call *call, int status, const char *code, const char *param, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* The same with a type of its own, as API v2 has them ("temporary_session_expired"). */
int fail_typed(struct call *call, int status, const char *type, const char *code, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* An id in the path that names nothing: 404 resource_missing, `No such customer: 'cus_x'`. */
int fail_no_such(struct call *call, const struct schema_resource *type, const char *id);
/* An id in a parameter that names nothing: 400 resource_missing with that parameter ("items[0][price]"). */
int fail_no_such_param(struct call *call, const struct schema_resource *type, const char *id, const char *param);
int fail_missing_param(struct call *call, const char *param); /* `Missing required param: x.` */
int fail_empty_param(struct call *call, const char *param);
int fail_unrecognized_url(struct call *call);
int fail_api(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3))); /* 500 api_error */

/* How Stripe names a resource in messages ("payment_intent", "setupintent"). */
const char *resource_word(const struct schema_resource *type);

/* The error envelope, compact: {"error":{…}}, keys alphabetical, absent ones left out. */
void fail_write(const struct fail *f, const char *account_id, const char *request_id, struct text *out);
/*
 * The envelope of API v2: code, message, type. What is wrong with a field has the code invalid_fields and no type, what
 * is not there not_found. Source: protocol reference section 15.
 */
void fail_write_v2(const struct fail *f, struct text *out);

#endif
