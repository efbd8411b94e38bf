/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_DIGEST_H
#define ACTIONS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keyed digests (HMAC-SHA256, RFC 2104 and FIPS 180-4), and comparing them without telling how much of them was right.
 */

#define DIGEST_SIZE 32
#define DIGEST_HEX (2 * DIGEST_SIZE + 1) /* with the terminator */

void digest_make(
	const void *key, size_t key_length, const void *message, size_t length, unsigned char out[DIGEST_SIZE]);
void digest_hex(
	const unsigned char *digest, size_t length, char *out); /* lower case; out has room for 2 * length + 1 */
/* Reads exactly 2 * length lower-case digits and nothing more; false otherwise. */
bool digest_unhex(const char *hex, unsigned char *out, size_t length);
bool digest_same(const unsigned char *a, const unsigned char *b, size_t length); /* in constant time */

/*
 * A key for one purpose out of a secret that serves another: a secret that checks identities must never also sign
 * confirmations. `label` names the purpose.
 */
void digest_derive(const char *secret, const char *label, unsigned char out[DIGEST_SIZE]);

#endif
