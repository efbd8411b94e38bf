/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_STEP_UP_H
#define ACTIONS_STEP_UP_H

#include "actions/people/ledger.h"

/*
 * A second proof for what an open page alone should not be enough for: six digits that go to the e-mail address on the
 * billing account, and come back through the page. A code is good for ten minutes and three tries; whoever entered it
 * is trusted for half an hour, in the same conversation alone; and so many codes an hour are sent and no more.
 */
#define STEP_UP_CODE_ROOM 7
#define STEP_UP_CODE_SECONDS 600
#define STEP_UP_TRIES 3
#define STEP_UP_SECONDS 1800
#define STEP_UP_SENDS_PER_HOUR 5

/* Whose codes these are: contact and conversation, as one text that nobody can take for another's. */
struct step_up {
	const struct ledger *ledger;
	const unsigned char *key; /* of the agent, DIGEST_SIZE */
	const char *user_id;
	const char *conversation; /* NULL: calls without one */
};

enum step_up_state {
	STEP_UP_OPEN,	/* trusted                                               */
	STEP_UP_SENT,	/* a code is under way that may still be entered          */
	STEP_UP_NEEDED, /* no code is: one has to be sent                         */
	STEP_UP_SPENT,	/* none is, and no more are sent for now                  */
	STEP_UP_FAILED, /* the store failed (store_trouble)                       */
};

enum step_up_state step_up_look(const struct step_up *s, int64_t now);
/* A new code, which counts as sent and makes earlier ones worthless. false: the store failed. */
bool step_up_code(const struct step_up *s, int64_t now, char code[STEP_UP_CODE_ROOM]);
/* What was entered: STEP_UP_OPEN when it is right, else what is to be done now. */
enum step_up_state step_up_enter(const struct step_up *s, const char *code, int64_t now);
/* Nobody is trusted any longer (log-out). false: the store failed. */
bool step_up_end(const struct step_up *s);

#endif
