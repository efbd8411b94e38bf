/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_COUPON_H
#define RESOURCES_COUPON_H

#include "api/call.h"

/* Coupons and promotion codes, as discounts see them. Source: Stripe docs "Coupons and promotion codes". */

/* Whether it can still be redeemed: valid, not past redeem_by. */
bool coupon_is_open(struct call *call, struct record *coupon);
/* One redemption more; the last one allowed closes it and its codes. No event, as at Stripe. */
void coupon_count(struct call *call, struct record *coupon);
/* 400 coupon_expired for that parameter. */
int fail_coupon_expired(struct call *call, const struct record *coupon, const char *where);

/* Codes of a coupon that cannot be redeemed any more are inactive for good. */
void promotion_codes_close(struct call *call, const struct record *coupon);
/* One redemption more of a code; the last one allowed makes it inactive. */
void promotion_code_count(struct call *call, struct record *code);
/*
 * The active code that is spelled like this in any case, for that customer (NULL: a guest), before one for everybody;
 * NULL: none. What hosted pages find by what is typed there.
 */
struct record *promotion_code_typed(struct call *call, const char *text, const struct record *customer);
/* What those pages say then: 400 for the parameter promotion_code. -1. */
int fail_promotion_code_typed(struct call *call, const char *text);

#endif
