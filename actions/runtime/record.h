/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_RECORD_H
#define ACTIONS_RECORD_H

#include "actions/catalog/action.h"
#include "actions/runtime/run.h"

/*
 * What the audit record says of a run. Refusals are recorded like successes, and a write twice: before it is sent
 * (intent) and after (outcome). Free text, addresses and ids of people never get in: arguments are kept only where
 * their values come from a closed set or are numbers, and the contact is a keyed digest, good for finding the same
 * person again and nothing else.
 */

/* false with errno when a record is configured and could not be written. */
bool record_intent(
	struct agent *a, const struct run_call *call, const struct action_run *run, const struct proposal *proposal);
/* kind and user_id may be NULL when the run did not get that far. */
bool record_outcome(struct agent *a, const struct run_call *call, const struct action_run *run,
	const struct action_kind *kind, const struct run_result *result, const char *user_id);

#endif
