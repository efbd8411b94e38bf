/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PRICE_PARTS_H
#define RESOURCES_PRICE_PARTS_H

#include "api/call.h"

/* The parts that prices, their currency options and plans are made of. */

/* A decimal amount must not be negative; absent passes. `where` holds `given`. 0 or -1. */
int amount_check(struct call *call, const json_t *given, const char *decimal, const char *where);
/*
 * Puts the pair of a whole and a decimal amount, of which at most one was given: unit_amount is null when the decimal
 * is not whole; both are null when neither was given. Source: Stripe docs "The Price object".
 */
void amount_put(json_t *body, const json_t *given, const char *whole, const char *decimal);

/* Tiers rise, end with one up to "inf", and each has an amount. 0 or -1. Source: Stripe docs "Set up tiered pricing".
 */
int tiers_check(struct call *call, const json_t *given, const char *where);
json_t *tiers_body(const json_t *given); /* as the price shows them; the last up_to is null. New reference */

json_t *custom_amount_body(const json_t *given); /* {maximum, minimum, preset}; NULL for none. New reference */

#endif
