/* SPDX-License-Identifier: MIT */
#ifndef VALUE_ID_H
#define VALUE_ID_H

#include <stddef.h>
#include <stdint.h>

/*
 * Ids, secrets and codes in the shapes Stripe gives them. All are pure functions: the same arguments give the same
 * characters, so that a case can be reproduced. Two counters seldom give the same long id (62^14 and more), but short
 * codes may meet: the caller takes its next counter when what it got is in use. `out` is terminated; a room too small
 * for the result ends the process, since lengths and prefixes are the program's own.
 */

/* A seed of its own for each account under one seed for the whole simulator. */
uint64_t id_seed(uint64_t seed, const char *account);

/*
 * prefix + `length` characters: 14 for cus_, prod_, si_ and req_, 24 for most others, of which the first is a digit: 3
 * on the payments side (pi_, ch_, py_, re_, pyr_, txn_, du_), else 1. Every prefix has its own sequence, so that one
 * more event does not shift the next customer's id. The prefix may be empty.
 */
void id_make(char *out, size_t room, const char *prefix, size_t length, uint64_t seed, uint64_t counter);

/* "pi_..._secret_" + 25 characters, for a payment intent, a setup intent and their like: a function of its id. */
void id_client_secret(char *out, size_t room, const char *id, uint64_t seed);

#define ID_WEBHOOK_SECRET_ROOM 39
#define ID_CODE_ROOM 9
/* "whsec_" + 32 characters (Stripe docs, "Webhooks", signing secrets). */
void id_webhook_secret(char out[ID_WEBHOOK_SECRET_ROOM], uint64_t seed, uint64_t counter);
/* A coupon's id when the caller gives none: eight letters of either case and digits. */
void id_coupon(char out[ID_CODE_ROOM], uint64_t seed, uint64_t counter);
/* A promotion code's code when the caller gives none: eight of A-Z and 0-9. */
void id_promotion_code(char out[ID_CODE_ROOM], uint64_t seed, uint64_t counter);
/* A customer's invoice_prefix: eight of A-Z and 0-9. */
void id_invoice_prefix(char out[ID_CODE_ROOM], uint64_t seed, uint64_t counter);

#endif
