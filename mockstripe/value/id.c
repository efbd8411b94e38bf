/* SPDX-License-Identifier: MIT */
#include "value/id.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"

#define CLIENT_SECRET_LENGTH 25
#define WEBHOOK_SECRET_LENGTH 32
#define CODE_LENGTH (ID_CODE_ROOM - 1)

/* Each kind of name draws from a stream of its own. */
static uint64_t stream_of(const char *name)
{
	return random_hash(name, strlen(name), 0);
}

/* Copies `start` and gives the place behind it, having made sure that `length` more and the terminator fit. */
static char *begin(char *out, size_t room, const char *start, size_t length)
{
	size_t used = strlen(start);
	if (used >= room || length >= room - used)
		die("an id of %zu characters in a room of %zu", used + length, room);
	memcpy(out, start, used);
	return out + used;
}

static bool is_payment(const char *prefix)
{
	static const char *const prefixes[] = { "pi_", "ch_", "py_", "re_", "pyr_", "txn_", "du_" };
	for (size_t i = 0; i < COUNT_OF(prefixes); i++)
		if (strcmp(prefix, prefixes[i]) == 0)
			return true;
	return false;
}

uint64_t id_seed(uint64_t seed, const char *account)
{
	return random_hash(account, strlen(account), seed);
}

void id_make(char *out, size_t room, const char *prefix, size_t length, uint64_t seed, uint64_t counter)
{
	char *at = begin(out, room, prefix, length);
	random_base62(at, length, seed, stream_of(prefix), counter);
	if (length == 24)
		at[0] = is_payment(prefix) ? '3' : '1';
}

void id_client_secret(char *out, size_t room, const char *id, uint64_t seed)
{
	static const char middle[] = "_secret_";
	char *at = begin(out, room, id, sizeof(middle) - 1 + CLIENT_SECRET_LENGTH);
	memcpy(at, middle, sizeof(middle) - 1);
	random_base62(at + sizeof(middle) - 1, CLIENT_SECRET_LENGTH, seed, stream_of(middle), stream_of(id));
}

void id_webhook_secret(char out[ID_WEBHOOK_SECRET_ROOM], uint64_t seed, uint64_t counter)
{
	static const char prefix[] = "whsec_";
	char *at = begin(out, ID_WEBHOOK_SECRET_ROOM, prefix, WEBHOOK_SECRET_LENGTH);
	random_base62(at, WEBHOOK_SECRET_LENGTH, seed, stream_of(prefix), counter);
}

void id_coupon(char out[ID_CODE_ROOM], uint64_t seed, uint64_t counter)
{
	random_base62(out, CODE_LENGTH, seed, stream_of("coupon"), counter);
}

static void upper_code(char out[ID_CODE_ROOM], uint64_t word)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	for (size_t i = 0; i < CODE_LENGTH; i++) {
		out[i] = digits[word % 36];
		word /= 36;
	}
	out[CODE_LENGTH] = '\0';
}

void id_promotion_code(char out[ID_CODE_ROOM], uint64_t seed, uint64_t counter)
{
	upper_code(out, random_mix(seed, stream_of("promotion_code"), counter));
}

void id_invoice_prefix(char out[ID_CODE_ROOM], uint64_t seed, uint64_t counter)
{
	upper_code(out, random_mix(seed, stream_of("invoice_prefix"), counter));
}
