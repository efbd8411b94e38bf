/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_ENCODE_H
#define ACTIONS_ENCODE_H

#include "base/json.h"
#include "base/text.h"

/*
 * Parameters as Stripe takes them: application/x-www-form-urlencoded with brackets for nesting, items[0][price]=...
 * (Stripe API reference, "Introduction"). true and false are words, null is an empty value (it unsets), an empty array
 * or object writes nothing. The order is that of the object. params may be NULL.
 */
void encode_params(struct text *out, json_t *params);

/* Percent-encoding: everything but A-Z a-z 0-9 - _ . ~ (RFC 3986, unreserved). */
void encode_text(struct text *out, const char *s);

#endif
