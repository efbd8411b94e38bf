/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_ADMIT_H
#define ACTIONS_ADMIT_H

#include "actions/people/identity.h"
#include "actions/people/step_up.h"
#include "actions/runtime/agent.h"

/*
 * Letting somebody in. With identity.single_use_tokens a token opens one session and is refused from then on, so that
 * one that leaked from a page or a log opens nothing. Used tokens are known by their jti, for as long as they would be
 * good, in the agent's store.
 */
#define ADMIT_TOKENS_MOST 100000 /* tokens remembered; more are refused until some have run out */

/* identity_verify, and a token is used up by it (not for a look). false with `why` raised. */
bool agent_identify(
	struct agent *a, const struct evidence *e, int64_t now, bool look, struct identity *out, struct problem *why);

/* The session that a proof opens: used up, when tokens are for one use. In the arena; NULL with `why` raised. */
const char *agent_admit(struct agent *a, const struct evidence *e, struct identity *out, struct problem *why);

/* Ends a session before its time. false: it is none, or that could not be kept. */
bool agent_dismiss(struct agent *a, const char *session);

/*
 * The code that a visitor entered, for a step-up (people/step_up.h): STEP_UP_OPEN when it was right. `e` says whose it
 * is; somebody unknown is STEP_UP_NEEDED. conversation NULL: calls without one.
 */
enum step_up_state agent_verify(struct agent *a, const struct evidence *e, const char *conversation, const char *code);

/* For whoever is shown the same proof again and again: remembers the session that it opened. Begin with zeros. */
struct admission {
	char proof[DIGEST_HEX]; /* digest of the token */
	char *session;
};

/* What to go on with in place of `e`, good until the admission is cleared or sees another proof. */
struct evidence admission_use(struct admission *m, struct agent *a, const struct evidence *e);
void admission_clear(struct admission *m);

#endif
