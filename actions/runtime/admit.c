/* SPDX-License-Identifier: MIT */
#include "actions/runtime/admit.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define JTI_MOST 256 /* bytes */

static bool store_failed(struct agent *a, struct problem *why)
{
	const char *trouble = store_trouble(a->store);

	return problem_raise(
		why, PROBLEM_STORE_UNAVAILABLE, "%s", trouble ? trouble : "too many tokens are remembered");
}

/* By a digest: what operators put into a jti may tell something about a person. */
static const char *token_name(const struct agent *a, const struct identity *who, const char *jti, struct arena *arena)
{
	const char *text = arena_format(arena, "jti\n%s\n%s", who->key_id, jti);
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX];

	digest_make(a->key, sizeof(a->key), text, strlen(text), digest);
	digest_hex(digest, DIGEST_SIZE, hex);
	return arena_text(arena, hex);
}

static bool token_use(struct agent *a, const struct identity *who, int64_t now, bool look, struct problem *why)
{
	const struct config *c = a->config;
	const char *jti = js_text(who->claims, "jti"), *name;
	/* A token's lifetime and the leeway at either end of it. */
	int64_t keep = c->max_lifetime + 2 * c->leeway, used;

	if (!jti || !*jti || strlen(jti) > JTI_MOST)
		return problem_raise(why, PROBLEM_IDENTITY_TOKEN_MALFORMED,
			"identity.single_use_tokens asks for a jti, a text of 1 to %d bytes", JTI_MOST);
	name = token_name(a, who, jti, why->arena);
	if (look)
		used = ledger_count(&a->ledger, MARK_TOKEN, name, NULL, now - keep);
	else
		used = ledger_once(&a->ledger, MARK_TOKEN, name, now, keep, ADMIT_TOKENS_MOST);
	if (used < 0)
		return store_failed(a, why);
	/* A look counts marks, a use tells whether one was added. */
	return look == !used || problem_raise(why, PROBLEM_IDENTITY_TOKEN_REPLAYED, "the token was used before");
}

static bool session_is_open(struct agent *a, const struct identity *who, struct problem *why)
{
	int64_t ended = ledger_count(&a->ledger, MARK_SESSION, who->session, NULL, 0);

	if (ended < 0)
		return store_failed(a, why);
	return !ended || problem_raise(why, PROBLEM_IDENTITY_REQUIRED, "the session was ended by resetUser");
}

bool agent_identify(
	struct agent *a, const struct evidence *e, int64_t now, bool look, struct identity *out, struct problem *why)
{
	struct identity who = { 0 };

	if (!identity_verify(a->config, e, now, &who, why))
		return false;
	if (who.session && !session_is_open(a, &who, why))
		return false;
	if (a->config->single_use && who.claims && !token_use(a, &who, now, look, why))
		return false;
	*out = who;
	return true;
}

const char *agent_admit(struct agent *a, const struct evidence *e, struct identity *out, struct problem *why)
{
	int64_t now = clock_now(&a->clock);

	if (!agent_identify(a, e, now, false, out, why))
		return NULL;
	return identity_session(a->config, out, now, why->arena);
}

bool agent_dismiss(struct agent *a, const char *session)
{
	int64_t now = clock_now(&a->clock);
	struct arena arena = { 0 };
	struct identity who;
	struct problem why;
	bool done;

	problem_init(&why, &arena);
	done = session_verify(a->config, session, now, &who, &why) &&
	       ledger_add(
		       &a->ledger, MARK_SESSION, who.session, NULL, now, a->config->max_lifetime + a->config->leeway) &&
	       step_up_end(&(struct step_up) { .ledger = &a->ledger, .key = a->key, .user_id = who.user_id });
	problem_clear(&why);
	arena_free(&arena);
	return done;
}

enum step_up_state agent_verify(struct agent *a, const struct evidence *e, const char *conversation, const char *code)
{
	struct step_up s = { .ledger = &a->ledger, .key = a->key, .conversation = conversation };
	enum step_up_state state = STEP_UP_NEEDED;
	int64_t now = clock_now(&a->clock);
	struct arena arena = { 0 };
	struct identity who;
	struct problem why;

	problem_init(&why, &arena);
	/* A look: the code, not the token, is what is used up here. */
	if (agent_identify(a, e, now, true, &who, &why)) {
		s.user_id = who.user_id;
		state = step_up_enter(&s, code, now);
	}
	problem_clear(&why);
	arena_free(&arena);
	return state;
}

struct evidence admission_use(struct admission *m, struct agent *a, const struct evidence *e)
{
	unsigned char digest[DIGEST_SIZE];
	char proof[DIGEST_HEX];
	struct arena arena = { 0 };
	struct identity who;
	struct problem why;
	const char *session;

	if (!a->config->single_use || !e->token || e->session)
		return *e;
	digest_make(a->key, sizeof(a->key), e->token, strlen(e->token), digest);
	digest_hex(digest, DIGEST_SIZE, proof);
	if (!m->session || strcmp(m->proof, proof) != 0) {
		problem_init(&why, &arena);
		session = agent_admit(a, e, &who, &why);
		if (session) {
			free(m->session);
			m->session = mem_copy_text(session);
			memcpy(m->proof, proof, sizeof(proof));
		}
		problem_clear(&why);
		arena_free(&arena);
		/* Whoever is not let in stands before the run with the proof itself, and is told why. */
		if (!session)
			return *e;
	}
	return (struct evidence) { .session = m->session, .user_id = e->user_id, .locale = e->locale };
}

void admission_clear(struct admission *m)
{
	free(m->session);
	memset(m, 0, sizeof(*m));
}
