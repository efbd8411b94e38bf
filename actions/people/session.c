/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "actions/core/digest.h"
#include "actions/people/identity.h"
#include "base/mem.h"
#include "base/text.h"

/* ses_<expiry>_<number>_<user id>_<seal>, all in hexadecimal: nothing in it has to be escaped anywhere. */
#define NUMBER_BYTES 8
#define SESSION_MOST (2 * IDENTITY_USER_ID_MOST + 160)

static void seal_make(const struct secret *s, const char *text, size_t length, unsigned char out[DIGEST_SIZE])
{
	unsigned char key[DIGEST_SIZE];

	digest_derive(s->secret, "stripe-actions: sessions", key);
	digest_make(key, sizeof(key), text, length, out);
}

static const struct secret *secret_of(const struct config *c, const char *id)
{
	for (size_t i = 0; i < c->n_secrets; i++)
		if (!strcmp(c->secrets[i].id, id))
			return &c->secrets[i];
	die("an identity names the secret %s, which the configuration has not", id);
}

const char *identity_session(const struct config *c, const struct identity *who, int64_t now, struct arena *arena)
{
	unsigned char number[NUMBER_BYTES], seal[DIGEST_SIZE];
	char number_hex[2 * NUMBER_BYTES + 1], id_hex[2 * IDENTITY_USER_ID_MOST + 1], seal_hex[DIGEST_HEX];
	int64_t until = who->expires_at ? who->expires_at : now + c->max_lifetime;
	const char *body;

	if (getrandom(number, sizeof(number), 0) != (ssize_t)sizeof(number))
		die("the system gives no random numbers");
	digest_hex(number, NUMBER_BYTES, number_hex);
	digest_hex((const unsigned char *)who->user_id, strlen(who->user_id), id_hex);
	body = arena_format(arena, "ses_%" PRIx64 "_%s_%s", (uint64_t)until, number_hex, id_hex);
	seal_make(secret_of(c, who->key_id), body, strlen(body), seal);
	digest_hex(seal, DIGEST_SIZE, seal_hex);
	return arena_format(arena, "%s_%s", body, seal_hex);
}

/* The secret whose seal fits. Every one is tried, so that the time taken does not tell which. */
static const struct secret *seal_check(const struct config *c, const char *text, size_t length, int64_t now)
{
	const struct secret *fits = NULL;
	unsigned char given[DIGEST_SIZE], made[DIGEST_SIZE];

	if (!digest_unhex(text + length + 1, given, DIGEST_SIZE))
		return NULL;
	for (size_t i = 0; i < c->n_secrets; i++) {
		seal_make(&c->secrets[i], text, length, made);
		if (digest_same(given, made, DIGEST_SIZE) && secret_is_good(&c->secrets[i], now) && !fits)
			fits = &c->secrets[i];
	}
	return fits;
}

/* What the seal covers is ours, and has the form we gave it. */
static void session_read(const char *text, struct arena *arena, struct identity *out)
{
	const char *number = strchr(text + 4, '_') + 1, *id = strchr(number, '_') + 1;
	size_t length = strcspn(id, "_") / 2;
	char *user_id = arena_alloc(arena, length + 1);
	const char *hex = arena_range(arena, id, 2 * length);

	if (!digest_unhex(hex, (unsigned char *)user_id, length))
		die("a session that was sealed here is malformed");
	out->expires_at = (int64_t)strtoull(text + 4, NULL, 16);
	out->session = arena_range(arena, number, strcspn(number, "_"));
	out->user_id = user_id;
}

bool session_verify(const struct config *c, const char *session, int64_t now, struct identity *out, struct problem *why)
{
	const char *last = strnlen(session, SESSION_MOST + 1) > SESSION_MOST ? NULL : strrchr(session, '_');
	const struct secret *secret =
		last && !strncmp(session, "ses_", 4) ? seal_check(c, session, (size_t)(last - session), now) : NULL;
	struct identity found = { 0 };

	if (!secret)
		return problem_raise(why, PROBLEM_IDENTITY_REQUIRED, "the session is not one of this agent's");
	session_read(session, why->arena, &found);
	found.key_id = secret->id;
	if (now >= found.expires_at)
		return problem_raise(why, PROBLEM_IDENTITY_TOKEN_EXPIRED, "the session ended %lld seconds ago",
			(long long)(now - found.expires_at));
	*out = found;
	return true;
}
