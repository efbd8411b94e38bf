/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_DISCOUNT_TERMS_H
#define RESOURCES_DISCOUNT_TERMS_H

#include "resources/discount.h"

/* Whether something may be redeemed, and what it is worth: the rules behind discount.c. */

/* What a discount keeps of its coupon, which may be deleted. New reference. */
json_t *discount_terms(struct record *coupon);
/* What discount_read and discount_covers say, for terms that are no discount yet. */
bool terms_read(const json_t *terms, const char *currency, struct discount *out);
bool terms_cover(const json_t *terms, const char *product);

/* The coupon is open and has an amount in the owner's currency; 0 or -1 (`where` names the parameter). */
int coupon_check(struct call *call, struct record *coupon, const struct discount_owner *owner, const char *where);
/* The code is active and its restrictions allow it to the owner; 0 or -1. */
int promotion_code_check(struct call *call, struct record *code, const struct discount_owner *owner, const char *where);

#endif
