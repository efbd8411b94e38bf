/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_CHECK_H
#define RESOURCES_CHECK_H

#include "api/call.h"

/* Small checks and words that several resources share. Texts of names are in the call's arena. */

/* The name of a parameter inside another, as messages write it: "name" at the top (where is NULL), "where[name]". */
const char *name_in(struct call *call, const char *where, const char *name);
const char *name_at(struct call *call, const char *where, size_t index); /* "where[0]" */

/* An absolute http or https URL; else url_invalid "Not a valid URL" for that parameter. NULL passes. 0 or -1. */
int check_url(struct call *call, const char *url, const char *where);

/* A country's two-letter code in any case (country_find gives the one to store); NULL passes. 0 or -1. */
int check_country(struct call *call, const char *country, const char *where);

/* A number given for that parameter has at most so many decimals; the shortest digits that read back as the number are
 * what was sent. Absent passes. 0 or -1. */
int check_decimals(struct call *call, const char *name, int places);

/* A moment after now and at most five years ahead, as coupons and promotion codes end at. 0 or -1. */
int check_deadline(struct call *call, int64_t at, const char *where);

/* `You may only specify one of these parameters: a, b.` */
int fail_exclusive(struct call *call, const char *where, const char *a, const char *b);

/* The parameters of a nested object ("product_data") taken over into a body as params_apply does. 0 or -1. */
int spec_apply(
	struct call *call, json_t *body, const struct schema_resource *type, json_t *spec, const char *const *except);

#endif
