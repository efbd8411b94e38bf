/* SPDX-License-Identifier: MIT */
#include "actions/people/identity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "actions/core/digest.h"
#include "base/json.h"
#include "base/mem.h"

/*
 * A token is untrusted until its signature is checked: the header is read only to refuse what is not plain HS256, and
 * the payload is not parsed before the MAC fits. Times are whole seconds; NumericDate allows fractions, which are cut.
 */

#define TIME_MOST ((int64_t)1 << 53)

struct part {
	const char *text;
	size_t length;
};

static bool malformed(struct problem *why, const char *what)
{
	return problem_raise(why, PROBLEM_IDENTITY_TOKEN_MALFORMED, "%s", what);
}

static bool split(const char *token, struct part parts[3], struct problem *why)
{
	size_t length = strnlen(token, IDENTITY_TOKEN_MOST + 1);
	const char *dot = token;

	if (length > IDENTITY_TOKEN_MOST)
		return malformed(why, "the token is longer than 8 KB");
	for (int i = 0; i < 3; i++) {
		const char *end = strchr(dot, '.');

		if ((end != NULL) != (i < 2))
			return malformed(why, "the token has not exactly three parts");
		parts[i] = (struct part) { dot, end ? (size_t)(end - dot) : strlen(dot) };
		dot = end ? end + 1 : dot;
	}
	if (!parts[0].length || !parts[1].length)
		return malformed(why, "the token has an empty part");
	return true;
}

static int base64url_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

/* RFC 4648 section 5 without padding, and canonical: unused bits are zero. NULL when it is not that. */
static unsigned char *base64url_read(struct arena *arena, struct part in, size_t *length)
{
	unsigned char *out = arena_alloc(arena, in.length + 1);
	unsigned bits = 0, kept = 0;
	size_t n = 0;

	if (in.length % 4 == 1)
		return NULL;
	for (size_t i = 0; i < in.length; i++) {
		int value = base64url_value(in.text[i]);

		if (value < 0)
			return NULL;
		kept = (kept << 6 | (unsigned)value) & 0xFFFFU;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (unsigned char)(kept >> bits);
		}
	}
	if (kept & ((1U << bits) - 1U))
		return NULL;
	*length = n;
	return out;
}

/* A part as a JSON object, owned by the arena; NULL with `why` raised. */
static json_t *part_object(struct part in, const char *name, struct problem *why)
{
	struct arena *arena = why->arena;
	size_t length;
	unsigned char *bytes = base64url_read(arena, in, &length);
	json_error_t error;
	json_t *object;

	if (!bytes) {
		malformed(why, arena_format(arena, "the %s is not base64url without padding", name));
		return NULL;
	}
	object = js_lent(arena, json_loadb((const char *)bytes, length, JSON_REJECT_DUPLICATES, &error));
	if (json_is_object(object))
		return object;
	malformed(why, arena_format(arena, "the %s is not a JSON object%s%s", name, object ? "" : ": ",
			       object ? "" : error.text));
	return NULL;
}

static bool header_check(const json_t *header, struct problem *why)
{
	static const char *const refused[] = { "crit", "b64", "jku", "jwk", "x5u", "x5c", "zip" };
	const char *alg = js_text(header, "alg"), *type = js_text(header, "typ");

	if (!alg || strcmp(alg, "HS256") != 0)
		return problem_raise(
			why, PROBLEM_IDENTITY_TOKEN_ALGORITHM, "alg is %s", alg ? alg : "missing or not a text");
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		if (js_get(header, refused[i]))
			return problem_raise(
				why, PROBLEM_IDENTITY_TOKEN_ALGORITHM, "the header carries %s", refused[i]);
	if (js_get(header, "typ") && (!type || strcasecmp(type, "JWT") != 0))
		return problem_raise(why, PROBLEM_IDENTITY_TOKEN_ALGORITHM, "typ is not JWT");
	if (js_get(header, "kid") && !js_text(header, "kid"))
		return malformed(why, "kid is not a text");
	return true;
}

/* The secret whose MAC fits; NULL with `why` raised. A kid only chooses among the agent's own secrets. */
static const struct secret *signature_check(const struct config *c, const char *token, const struct part parts[3],
	const char *kid, int64_t now, struct problem *why)
{
	size_t length, signed_length = parts[0].length + 1 + parts[1].length;
	unsigned char *given, made[DIGEST_SIZE];
	const struct secret *fits = NULL;

	if (!parts[2].length) {
		malformed(why, "the signature is empty");
		return NULL;
	}
	given = base64url_read(why->arena, parts[2], &length);
	if (!given || length != DIGEST_SIZE) {
		malformed(why, "the signature is not 32 bytes in base64url without padding");
		return NULL;
	}
	for (size_t i = 0; i < c->n_secrets; i++) {
		const struct secret *s = &c->secrets[i];

		digest_make(s->secret, strlen(s->secret), token, signed_length, made);
		if (digest_same(given, made, DIGEST_SIZE) && secret_is_good(s, now) && (!kid || !strcmp(kid, s->id)) &&
			!fits)
			fits = s;
	}
	if (!fits)
		problem_raise(why, PROBLEM_IDENTITY_TOKEN_SIGNATURE, "tried %zu secrets%s%s", c->n_secrets,
			kid ? " with kid " : "", kid ? kid : "");
	return fits;
}

/* A NumericDate claim. 1: read; 0: absent; -1: not a number of seconds that anybody means. */
static int time_read(const json_t *claims, const char *name, int64_t *out)
{
	const json_t *value = js_get(claims, name);
	double seconds;

	if (!value)
		return 0;
	if (json_is_integer(value)) {
		*out = json_integer_value(value);
		return *out >= 0 && *out <= TIME_MOST ? 1 : -1;
	}
	seconds = json_is_real(value) ? json_real_value(value) : -1;
	if (!isfinite(seconds) || seconds < 0 || seconds > (double)TIME_MOST)
		return -1;
	*out = (int64_t)seconds;
	return 1;
}

static bool times_check(
	const struct config *c, const json_t *claims, int64_t now, int64_t *expires, struct problem *why)
{
	int64_t exp = 0, nbf = 0, iat = 0;
	int has_exp = time_read(claims, "exp", &exp), has_nbf = time_read(claims, "nbf", &nbf);
	int has_iat = time_read(claims, "iat", &iat);

	if (has_exp < 0 || has_nbf < 0 || has_iat < 0)
		return malformed(why, has_exp < 0   ? "exp is not a time in seconds"
				      : has_nbf < 0 ? "nbf is not a time in seconds"
						    : "iat is not a time in seconds");
	if (!has_exp)
		return problem_raise(why, PROBLEM_IDENTITY_TOKEN_LIFETIME, "exp is missing");
	if (now - c->leeway >= exp)
		return problem_raise(
			why, PROBLEM_IDENTITY_TOKEN_EXPIRED, "exp was %lld seconds ago", (long long)(now - exp));
	if (has_nbf && nbf > now + c->leeway)
		return problem_raise(
			why, PROBLEM_IDENTITY_TOKEN_NOT_YET_VALID, "nbf is %lld seconds ahead", (long long)(nbf - now));
	if (has_iat && iat > now + c->leeway)
		return problem_raise(
			why, PROBLEM_IDENTITY_TOKEN_NOT_YET_VALID, "iat is %lld seconds ahead", (long long)(iat - now));
	/* Without iat the token cannot be older than now, so that its lifetime is at least what remains. */
	if (exp - (has_iat ? iat : now) > c->max_lifetime + (has_iat ? 0 : c->leeway))
		return problem_raise(why, PROBLEM_IDENTITY_TOKEN_LIFETIME,
			"the token lives %lld seconds, %lld are allowed", (long long)(exp - (has_iat ? iat : now)),
			(long long)c->max_lifetime);
	*expires = exp;
	return true;
}

static bool user_check(const json_t *claims, const char **user_id, struct problem *why)
{
	const json_t *own = js_get(claims, "user_id"), *alias = js_get(claims, "sub");
	const char *text;

	if ((own && !json_is_string(own)) || (alias && !json_is_string(alias)))
		return problem_raise(why, PROBLEM_IDENTITY_USER_ID_INVALID, "%s is not a text",
			own && !json_is_string(own) ? "user_id" : "sub");
	if (!own && !alias)
		return problem_raise(why, PROBLEM_IDENTITY_USER_ID_INVALID, "user_id is missing");
	text = json_string_value(own ? own : alias);
	if (own && alias && strcmp(text, json_string_value(alias)) != 0)
		return problem_raise(why, PROBLEM_IDENTITY_USER_ID_INVALID, "user_id and sub differ");
	if (!*text || strlen(text) > IDENTITY_USER_ID_MOST)
		return problem_raise(why, PROBLEM_IDENTITY_USER_ID_INVALID, "user_id has %zu bytes", strlen(text));
	*user_id = text;
	return true;
}

bool token_verify(const struct config *c, const char *token, int64_t now, struct identity *out, struct problem *why)
{
	struct part parts[3];
	const struct secret *secret;
	const char *user_id = NULL;
	int64_t expires = 0;
	json_t *header, *claims;

	if (!split(token, parts, why))
		return false;
	header = part_object(parts[0], "header", why);
	if (!header || !header_check(header, why))
		return false;
	secret = signature_check(c, token, parts, js_text(header, "kid"), now, why);
	if (!secret)
		return false;
	claims = part_object(parts[1], "payload", why);
	if (!claims || !times_check(c, claims, now, &expires, why) || !user_check(claims, &user_id, why))
		return false;
	*out = (struct identity) { .user_id = user_id, .claims = claims, .key_id = secret->id, .expires_at = expires };
	return true;
}
