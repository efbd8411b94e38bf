/* SPDX-License-Identifier: MIT */
#ifndef SUITES_SUPPORT_API_H
#define SUITES_SUPPORT_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "mockstripe/mockstripe.h"

/*
 * A simulator for one test, and short words for calling it and for looking at what it answers. Whatever the functions
 * hand out lives until the house is closed, so that a test frees nothing, also when an assertion jumps out of it:
 *
 *	static void customer_create__answers_the_email(void **state)
 *	{
 *		struct house *h = *state;
 *		const struct answer *a = api(h, "POST", "/v1/customers", "email=a@b.c");
 *
 *		assert_status(a, 200);
 *		assert_field(a, "email", "a@b.c");
 *	}
 *	... cmocka_unit_test_setup_teardown(customer_create__answers_the_email, house_setup, house_teardown)
 *
 * A suite of the inside cannot include this beside api/call.h, where an answer is another thing.
 *
 * Assertions fail the running test and name the place they were called from and what was answered.
 */
struct answer {
	int status;
	json_t *json;	  /* NULL when the body is no JSON */
	const char *text; /* the body, terminated */
	size_t length;
	const char *const *headers; /* "Name: value", NULL-ended */
	struct ms_response response;
	struct answer *earlier;
};

struct house {
	struct ms *ms;
	struct harvest *harvest; /* holds every answer against the description; house_close fails the test */
	const char *key;	 /* what api() calls with; "sk_test_suite" */
	struct answer *answers;
	char **texts;
	size_t n_texts;
};

#define HOUSE_NOW INT64_C(1767225600) /* 2026-01-01 00:00:00 UTC: where the clock of house_setup stands still */

struct house *house_open(const struct ms_options *options); /* fails the test when the simulator does not start */
void house_close(struct house *h);			    /* NULL-safe */
int house_setup(void **state);				    /* no socket, seed 1, frozen at HOUSE_NOW */
int house_teardown(void **state);

/* Body and headers may be NULL. A path or body is printf-formatted by text_of when it needs values. */
const struct answer *api(struct house *h, const char *method, const char *path, const char *body);
const struct answer *api_with(
	struct house *h, const char *method, const char *path, const char *body, const char *const *headers);
/* The call, which must be answered with 200: for a test's preparations. */
#define api_ok(h, method, path, body) api_ok_at(h, method, path, body, __FILE__, __LINE__)
/* A text that lives as long as the house: text_of(h, "/v1/customers/%s", id). */
const char *text_of(struct house *h, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The value of a header, whatever the case of its name; NULL: none. */
const char *header_of(const struct answer *a, const char *name);

/* The value at "data.0.id", which must be there and be of that kind. */
#define field(a, path) field_at(a, path, __FILE__, __LINE__)	       /* a text */
#define field_int(a, path) field_int_at(a, path, __FILE__, __LINE__)   /* a whole number */
#define field_flag(a, path) field_flag_at(a, path, __FILE__, __LINE__) /* true or false */
#define field_count(a, path)                                                                                           \
	field_count_at(a, path, __FILE__, __LINE__)	      /* how many elements an array or object has              \
							       */
json_t *field_json(const struct answer *a, const char *path); /* any, or NULL when absent; "" is the whole */

#define assert_status(a, wanted) assert_status_at(a, wanted, __FILE__, __LINE__)
#define assert_field(a, path, wanted) assert_field_at(a, path, wanted, __FILE__, __LINE__) /* wanted NULL: null */
#define assert_absent(a, path) assert_absent_at(a, path, __FILE__, __LINE__)
#define assert_flag(a, path, wanted) assert_flag_at(a, path, wanted, __FILE__, __LINE__)
/* Amounts and other whole numbers; unlike cmocka's own it prints them in decimal. */
#define assert_money(a, path, wanted) assert_money_at(a, path, wanted, __FILE__, __LINE__)
#define assert_same_int(got, wanted) assert_same_int_at(got, wanted, __FILE__, __LINE__)
/* An error envelope: status, code and param (NULL: absent); text, unless NULL, must stand in the message. */
#define assert_error(a, status, code, param, text) assert_error_at(a, status, code, param, text, __FILE__, __LINE__)

const struct answer *api_ok_at(
	struct house *h, const char *method, const char *path, const char *body, const char *file, int line);
const char *field_at(const struct answer *a, const char *path, const char *file, int line);
int64_t field_int_at(const struct answer *a, const char *path, const char *file, int line);
bool field_flag_at(const struct answer *a, const char *path, const char *file, int line);
size_t field_count_at(const struct answer *a, const char *path, const char *file, int line);
void assert_status_at(const struct answer *a, int wanted, const char *file, int line);
void assert_field_at(const struct answer *a, const char *path, const char *wanted, const char *file, int line);
void assert_absent_at(const struct answer *a, const char *path, const char *file, int line);
void assert_flag_at(const struct answer *a, const char *path, bool wanted, const char *file, int line);
void assert_money_at(const struct answer *a, const char *path, int64_t wanted, const char *file, int line);
void assert_same_int_at(int64_t got, int64_t wanted, const char *file, int line);
void assert_error_at(const struct answer *a, int status, const char *code, const char *param, const char *text,
	const char *file, int line);

#endif
