/* SPDX-License-Identifier: MIT */
#include "actions/core/digest.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/mem.h"

void digest_make(const void *key, size_t key_length, const void *message, size_t length, unsigned char out[DIGEST_SIZE])
{
	unsigned int size = DIGEST_SIZE;

	if (key_length > INT_MAX || !HMAC(EVP_sha256(), key, (int)key_length, message, length, out, &size) ||
		size != DIGEST_SIZE)
		die("HMAC-SHA256 is not available");
}

void digest_hex(const unsigned char *digest, size_t length, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < length; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[2 * length] = '\0';
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool digest_unhex(const char *hex, unsigned char *out, size_t length)
{
	int high, low;

	if (strlen(hex) != 2 * length)
		return false;
	for (size_t i = 0; i < length; i++) {
		high = digit_value(hex[2 * i]);
		low = digit_value(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool digest_same(const unsigned char *a, const unsigned char *b, size_t length)
{
	return CRYPTO_memcmp(a, b, length) == 0;
}

void digest_derive(const char *secret, const char *label, unsigned char out[DIGEST_SIZE])
{
	digest_make(secret, strlen(secret), label, strlen(label), out);
}
