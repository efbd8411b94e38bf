/* SPDX-License-Identifier: MIT */
#include "actions/people/identity.h"

#include <string.h>

#include "actions/core/digest.h"

bool secret_is_good(const struct secret *s, int64_t now)
{
	return !s->accept_until || now < s->accept_until;
}

void identity_hash(const struct config *c, const char *user_id, char out[65])
{
	const char *secret = c->secrets[0].secret;
	unsigned char digest[DIGEST_SIZE];

	digest_make(secret, strlen(secret), user_id, strlen(user_id), digest);
	digest_hex(digest, DIGEST_SIZE, out);
}

static bool hash_verify(
	const struct config *c, const struct evidence *e, int64_t now, struct identity *out, struct problem *why)
{
	unsigned char given[DIGEST_SIZE], made[DIGEST_SIZE];
	const struct secret *fits = NULL;
	size_t length = e->user_id ? strlen(e->user_id) : 0;

	if (!length || length > IDENTITY_USER_ID_MOST)
		return problem_raise(why, PROBLEM_IDENTITY_USER_ID_INVALID, "user_id has %zu bytes", length);
	if (!digest_unhex(e->user_hash, given, DIGEST_SIZE))
		return problem_raise(why, PROBLEM_IDENTITY_HASH_MALFORMED,
			"user_hash has %zu characters and is not 64 lower-case hexadecimal digits",
			strlen(e->user_hash));
	/* Every secret is tried, so that the time taken does not tell which one fits. */
	for (size_t i = 0; i < c->n_secrets; i++) {
		const struct secret *s = &c->secrets[i];

		digest_make(s->secret, strlen(s->secret), e->user_id, length, made);
		if (digest_same(given, made, DIGEST_SIZE) && secret_is_good(s, now) && !fits)
			fits = s;
	}
	if (!fits)
		return problem_raise(
			why, PROBLEM_IDENTITY_HASH_MISMATCH, "user_hash fits none of the %zu secrets", c->n_secrets);
	out->user_id = arena_text(why->arena, e->user_id);
	out->claims = NULL;
	out->key_id = fits->id;
	out->expires_at = 0;
	return true;
}

bool identity_verify(
	const struct config *c, const struct evidence *e, int64_t now, struct identity *out, struct problem *why)
{
	struct identity found;

	if (e->session)
		return session_verify(c, e->session, now, out, why);
	if (e->token) {
		if (!c->takes_token)
			return problem_raise(why, PROBLEM_IDENTITY_METHOD_OFF, "identity.methods does not list token");
		if (!token_verify(c, e->token, now, &found, why))
			return false;
		/* A page that names another user beside the token is confused about who is signed in. */
		if (e->user_id && strcmp(e->user_id, found.user_id) != 0)
			return problem_raise(why, PROBLEM_IDENTITY_USER_ID_INVALID,
				"the user_id given beside the token is not the token's");
		*out = found;
		return true;
	}
	if (!e->user_hash)
		return problem_raise(why, PROBLEM_IDENTITY_REQUIRED, "%s",
			e->user_id ? "a user_id came without user_hash: it proves nothing"
				   : "no token and no user_hash");
	if (!c->takes_hash)
		return problem_raise(why, PROBLEM_IDENTITY_METHOD_OFF, "identity.methods does not list user_hash");
	return hash_verify(c, e, now, out, why);
}
