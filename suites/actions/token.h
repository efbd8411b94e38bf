/* SPDX-License-Identifier: MIT */
#ifndef SUITES_ACTIONS_TOKEN_H
#define SUITES_ACTIONS_TOKEN_H

#include <string.h>

#include "actions/core/digest.h"
#include "base/text.h"

/* Tokens as a customer's server makes them (RFC 7515, section 3.1), and as it should not. */
#define GOOD_HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

static inline void base64url(struct text *out, const void *data, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const unsigned char *bytes = data;
	unsigned bits = 0, kept = 0;

	for (size_t i = 0; i < length; i++) {
		kept = kept << 8 | bytes[i];
		for (bits += 8; bits >= 6; bits -= 6)
			text_char(out, digits[kept >> (bits - 6) & 63]);
		kept &= 0xFF;
	}
	if (bits)
		text_char(out, digits[kept << (6 - bits) & 63]);
}

/* A token signed as it should be, whatever it says. */
static inline void token_make(struct text *out, const char *header, const char *payload, const char *secret)
{
	unsigned char mac[DIGEST_SIZE];

	text_init(out, TEXT_NO_CEILING);
	base64url(out, header, strlen(header));
	text_char(out, '.');
	base64url(out, payload, strlen(payload));
	digest_make(secret, strlen(secret), out->data, out->length, mac);
	text_char(out, '.');
	base64url(out, mac, sizeof(mac));
}

#endif
