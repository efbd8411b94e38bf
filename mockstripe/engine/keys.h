/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_KEYS_H
#define ENGINE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/json.h"
#include "schema/schema.h"

/*
 * API keys: what a request's Authorization opens. Declared keys come from fixtures (keys.json) and the embedding
 * program; the rules for the others are the options --strict-keys and --account-per-key.
 * Thread-safe. Source: Stripe docs "API keys", "Restricted API keys"; protocol reference section 1.
 */
struct keyring;

struct key {
	char *secret;
	char *account; /* acct_... */
	bool restricted, expired, livemode;
	json_t *permissions; /* restricted: {"customer": "write", "invoice": "read", ...}; owned */
};

struct keyring *keyring_new(void);
void keyring_free(struct keyring *ring);
/* Adds or replaces a key; everything is copied, permissions may be NULL (a restricted key without any). */
void keyring_add(
	struct keyring *ring, const char *secret, const char *account, bool expired, const json_t *permissions);
const struct key *keyring_find(struct keyring *ring, const char *secret); /* NULL; good until keyring_free */

/* The key in an Authorization header's value: Bearer, or Basic with the key as user. NULL: none. Arena text. */
const char *key_of_header(struct arena *arena, const char *value);
/* "sk_test_****abcd", as messages and logs show it. Arena text. */
const char *key_masked(struct arena *arena, const char *secret);

/*
 * The permission a route needs: its family ("customer") in *family and whether it writes; false when every key may.
 * Source of the names: protocol reference section 1, "Permission names".
 */
bool route_permission(const struct schema_route *route, const char **family, bool *writes);

#endif
