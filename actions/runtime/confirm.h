/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CONFIRM_H
#define ACTIONS_CONFIRM_H

#include "actions/core/digest.h"
#include "actions/core/problem.h"
#include "actions/runtime/agent.h"

/*
 * A confirmation is a receipt that the proposal was shown: cnf_<issued>_<moment>_<binding>_<state>, in hexadecimal. It
 * needs no store, so that it survives a restart: `binding` seals who asked for what and when, `state` seals what would
 * happen. The same arguments are sent again with it; the plan is made again at the same moment, and only when both
 * seals fit is it carried out. It works once, and for ever gives the same
 * idempotency key.
 */
#define CONFIRM_SEAL 12 /* bytes of each seal */

/* Whom and what a confirmation is bound to. */
struct binding {
	const char *action, *user_id, *customer;
	json_t *inputs; /* canonical */
};

struct confirmation {
	int64_t issued, moment; /* Unix seconds */
	unsigned char binding[CONFIRM_SEAL], state[CONFIRM_SEAL];
};

/* A new one, in the arena. */
const char *confirm_make(const struct agent *a, struct arena *arena, const struct binding *b, int64_t now,
	int64_t moment, const json_t *state);

/* Reads one and checks binding, age and first use. false with `why` raised. */
bool confirm_read(const struct agent *a, const char *text, const struct binding *b, int64_t now,
	struct confirmation *out, struct problem *why);
/* Whether the plan, made again, is still the one that was shown; raises proposal_stale otherwise. */
bool confirm_state(const struct agent *a, const struct confirmation *c, const json_t *state, struct problem *why);
/* It was carried out, or will never be: no second use. false: that could not be kept (store_trouble tells why). */
bool confirm_consume(const struct agent *a, const char *text, int64_t now);
/* act_<40 digits>, the same for the same confirmation and for no other. In the arena. */
const char *confirm_idempotency(const struct agent *a, struct arena *arena, const char *text);

#endif
