/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_RUN_INSIDE_H
#define ACTIONS_RUN_INSIDE_H

#include "actions/catalog/action.h"
#include "actions/runtime/confirm.h"
#include "actions/runtime/run.h"

/* What the files of a run share. */

/* Everything one run knows; filled in from left to right by the steps. */
struct running {
	struct agent *agent;
	const struct run_call *call;
	struct run_result *result;
	const struct action_kind *kind;
	struct identity identity;
	struct action_run run;
	struct proposal proposal;
	struct confirmation confirmation;
	enum environment environment;
	bool localised;	     /* the customer's locale is known */
	json_t *raw;	     /* the arguments as they came; NULL when they are no JSON object */
	const char *syntax;  /* why not */
	const char *held[2]; /* latches: the contact's, then the customer's */
	int64_t started;     /* clock_milliseconds */
};

/* Who does what how often goes by this name: the person and the action. In the arena. */
const char *run_meter(const struct running *r);

/*
 * Has the person enter a code from their e-mail where step_up.for asks for it, before anything is proposed: whoever
 * took over an open page gets no further than this (prove.c).
 */
bool run_prove(struct running *r);

/* ---- steps (consent.c); false with r->run.why raised ---- */

/* Reads the consent, when there is one: the plan is then made for the moment of the proposal that was shown. */
bool run_consent(struct running *r);
/* A plan that writes becomes a proposal (needs_confirmation), or has to be the one that was consented to. */
bool run_confirm(struct running *r);
/* Carries out what was consented to. */
bool run_perform(struct running *r);
/*
 * The answer to a consent that things have moved away from (r->run.why is proposal_stale): the same thing proposed as
 * it would be now. Without one (it has become impossible, or there is nothing left to do) the refusal stands alone.
 */
void run_renew(struct running *r);

#endif
