/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_LEDGER_H
#define ACTIONS_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "actions/people/store.h"

/*
 * Marks that outlive a run: which confirmations were used, what a turn of a conversation has written already, how often
 * somebody ran an action, and which offers a customer took. Times are Unix seconds and handed in.
 */
struct ledger {
	struct store *store;
	const char *agent; /* borrowed */
};

enum ledger_mark {
	MARK_CONFIRMATION, /* name: the confirmation                          */
	MARK_TURN,	   /* name: conversation and turn, value: what it wrote */
	MARK_READ,	   /* name: person and action                          */
	MARK_WRITE,	   /* name: person and action                          */
	MARK_OFFER,	   /* name: the Stripe customer, value: the offer and the consent to it */
	MARK_TOKEN,	   /* name: a digest of a token's jti                  */
	MARK_SESSION,	   /* name: the number of a session that was ended     */
	MARK_STEP_UP,	   /* name: a digest of contact and conversation: a code was entered */
	MARK_CODE_SENT,	   /* name: the same: a code was sent */
};

/* Adds one mark, and forgets what is older than `keep` seconds of its kind. false: it could not be written. */
bool ledger_add(
	const struct ledger *l, enum ledger_mark mark, const char *name, const char *value, int64_t now, int64_t keep);
/*
 * The same for what may be there once: 1 when it was added, 0 when it was there already, -1 when the store failed or
 * holds `most` of its kind. Good between processes, too.
 */
int ledger_once(
	const struct ledger *l, enum ledger_mark mark, const char *name, int64_t now, int64_t keep, int64_t most);
/* How many marks of that name there are since a time; -1 when the store fails. value NULL: whatever their value. */
int64_t ledger_count(const struct ledger *l, enum ledger_mark mark, const char *name, const char *value, int64_t since);
/*
 * Seconds until another one is within `most` in any `window` seconds; 0: now. -1 when the store fails. most 0: no
 * limit.
 */
int64_t ledger_wait(
	const struct ledger *l, enum ledger_mark mark, const char *name, int64_t now, int64_t window, int64_t most);

#endif
