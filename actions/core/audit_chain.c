/* SPDX-License-Identifier: MIT */
#include "actions/core/audit_chain.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

/* Everybody can follow the chain, so that its hash needs no secret: the label only keeps it apart from other hashes. */
static const char label[] = "stripe-actions: audit chain";

void chain_hash(const char *prev, const json_t *record, char out[DIGEST_HEX])
{
	unsigned char digest[DIGEST_SIZE];
	struct text t;

	text_init(&t, TEXT_NO_CEILING);
	text_put(&t, prev);
	text_char(&t, '\n');
	js_write(&t, record);
	digest_make(label, sizeof(label) - 1, t.data, t.length, digest);
	digest_hex(digest, DIGEST_SIZE, out);
	text_clear(&t);
}

void chain_seal(const struct secret *secret, const char *hash, char out[DIGEST_HEX])
{
	unsigned char key[DIGEST_SIZE], digest[DIGEST_SIZE];

	digest_derive(secret->secret, "stripe-actions: seals of the audit record", key);
	digest_make(key, sizeof(key), hash, strlen(hash), digest);
	digest_hex(digest, DIGEST_SIZE, out);
}
