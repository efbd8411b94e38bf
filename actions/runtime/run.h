/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_RUN_H
#define ACTIONS_RUN_H

#include "actions/core/envelope.h"
#include "actions/people/identity.h"
#include "actions/runtime/agent.h"

/*
 * One run of one action, whatever the door: a straight line of named steps that ends at the first that says no. Who is
 * asking, whose account it is and what may be changed come from the host, the contacts and the configuration; nothing
 * in the arguments, which a model wrote, can widen any of it.
 */
#define RUN_INPUTS_MOST ((size_t)64 * 1024) /* bytes of arguments */
#define RUN_RESULT_MOST ((size_t)20 * 1024) /* bytes of the envelope as JSON */

struct run_call {
	const char *action; /* the configured name                                                    */
	const char *inputs; /* a JSON object as text; NULL or "": no inputs                           */
	size_t inputs_length;
	struct evidence evidence; /* what the page presented                                              */
	const char *environment;  /* NULL: the configured one                                             */
	const char *confirmation; /* consent to an earlier proposal; NULL: none                            */
	/*
	 * Which turn of which conversation the call belongs to, as the door knows it: of the calls of one turn, one may
	 * write. NULL: not known, then every call is a turn of its own.
	 */
	const char *conversation, *turn;
	const char *tool_call; /* the model's or the host's name for this call, for the audit record; NULL: none */
	/* Only to see where it would end: nothing is counted, recorded, kept or written. */
	bool probe;
};

/* Zero-initialise, give to run_action, run_clear in any case. */
struct run_result {
	struct arena arena;
	struct problem problem;
	struct envelope envelope;
	const char *stage; /* the step at which the run ended */
	int64_t took_ms;   /* from the first step to the last   */
};

void run_action(struct agent *a, const struct run_call *call, struct run_result *out);
void run_clear(struct run_result *r);

#endif
