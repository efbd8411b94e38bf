/* SPDX-License-Identifier: MIT */
#include "events/sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/mem.h"

static void put_mac(struct text *out, const char *secret, const struct text *message)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	if (!HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)message->data, message->length, mac,
		    &length))
		die("the cryptography library does not compute HMAC-SHA256");
	for (unsigned i = 0; i < length; i++)
		text_format(out, "%02x", mac[i]);
}

void sign_header(struct text *out, int64_t at, const char *secret, const char *body, size_t length, bool fake)
{
	struct text message;

	text_init(&message, TEXT_NO_CEILING);
	text_int(&message, at);
	text_char(&message, '.');
	text_add(&message, body, length);
	text_format(out, "t=%lld,v1=", (long long)at);
	put_mac(out, secret, &message);
	if (fake) {
		/* Nobody has this key, so that a verifier which accepts v0 is found out. */
		text_put(out, ",v0=");
		put_mac(out, "not the secret of this endpoint", &message);
	}
	text_clear(&message);
}
