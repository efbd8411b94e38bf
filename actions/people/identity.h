/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_IDENTITY_H
#define ACTIONS_IDENTITY_H

#include "actions/core/config.h"
#include "actions/core/problem.h"
#include "base/json.h"

/*
 * Who is asking. There are two proofs, both keyed with a secret that only the operator's server and this agent hold: a
 * token (a compact JWS, HS256; RFC 7515, RFC 7519, hardened as RFC 8725 advises) and the older user hash (HMAC-SHA256
 * of the user id). Whatever is wrong with a proof, the customer is told the same; the exact cause goes to the operator.
 */
#define IDENTITY_TOKEN_MOST 8192  /* bytes of a token   */
#define IDENTITY_USER_ID_MOST 256 /* bytes of a user id */

struct identity {
	const char *user_id; /* equals a contact's external_id                                            */
	json_t *claims;	     /* the token's payload, owned by the arena; NULL for a user hash               */
	const char *key_id;  /* which secret it was proved with; another than the first is being rotated out */
	int64_t expires_at;  /* Unix seconds; 0: without end (a user hash)                                */
	const char *session; /* the number of the session it came in; NULL: a proof of its own            */
};

/* What a page presented. A session counts before a token, and that before a hash; all NULL: nobody is signed in. */
struct evidence {
	const char *token;
	const char *user_id, *user_hash;
	const char *locale;  /* the page's language; proves nothing, and gives way to the contact's own */
	const char *session; /* what identity_session made of an earlier proof */
};

/* true with *out filled in, or false with `why` raised. Texts live in the problem's arena. */
bool identity_verify(
	const struct config *c, const struct evidence *e, int64_t now, struct identity *out, struct problem *why);

/* The hash that proves a user id, with the agent's current secret: 64 digits and the terminator. */
void identity_hash(const struct config *c, const char *user_id, char out[65]);

/*
 * A session stands for a proof that was looked at before, for as long as the proof was good (a hash: max_lifetime). It
 * is sealed with a key derived from the secret that the proof was made with, and ends with that. In the arena.
 */
const char *identity_session(const struct config *c, const struct identity *who, int64_t now, struct arena *arena);

/* Reads and checks a token: identity_verify's part for tokens. Also refuses a token when `now` is outside its time. */
bool token_verify(const struct config *c, const char *token, int64_t now, struct identity *out, struct problem *why);

/* Reads and checks a session: identity_verify's part for those. Whether it was ended is in the ledger. */
bool session_verify(
	const struct config *c, const char *session, int64_t now, struct identity *out, struct problem *why);

/* Whether a secret may be used now: the current one, or one whose time has not run out. */
bool secret_is_good(const struct secret *s, int64_t now);

#endif
