/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_FAULTS_H
#define ENGINE_FAULTS_H

#include "engine/engine.h"

/*
 * Faults: one layer between a call that is understood and the call that is done. A rule says which calls it strikes,
 * when, and with what; the first rule that strikes a call is the only one. Idempotency keys work as at Stripe: a call
 * that was struck before it was done leaves nothing under its key, one that was struck afterwards its true answer.
 *
 * Declined payments and disputes are no faults: they follow from the API's own test values.
 * Source: Stripe docs "Rate limits", "Low-level error handling", "Idempotent requests".
 */
struct fault {
	/* Which calls. NULL: any. */
	const char *account, *method;
	const char *route; /* "/v1/customers/{customer}", "/v1/customers/cus_1", "/v1/invoices/" and a star, two for all
			      below */
	const char *param; /* "items[0][price]=price_x": has that value; "customer": is given */
	unsigned nth;	   /* the first of the matching calls to be struck; 0 is 1 */
	unsigned times;	   /* how many from there on; 0: all */
	unsigned percent;  /* of these, by the seeded stream; 0: all */

	/*
	 * "before": the call is not done; "after": it is done, and the answer is lost or spoilt; "wire": the same, for
	 * the kinds that only the transport knows; NULL: as the kind has it.
	 */
	const char *when;
	const char *kind; /* one of fault_kind_names */

	/* With what. What a kind has no use for is refused. */
	unsigned delay;		  /* milliseconds before anything is answered; any kind */
	unsigned cut;		  /* kind "cut": bytes of the body that still come */
	int status;		  /* of error, garbage, answer; 0: 500, 200, 200 */
	unsigned retry_after;	  /* seconds, the Retry-After header of error and rate_limit; 0: no header */
	const char *should_retry; /* "true" or "false": the Stripe-Should-Retry header of error; NULL: none */
	const char *code;	  /* of error; NULL: none */
	const char *message;	  /* of error; NULL: one that says where it is from */
	const char *body;	  /* of error, garbage, answer: in place of the one that would be made */
	const char *headers;	  /* of answer: "Name: value" lines, joined by \n */
	bool kept;		  /* error after: kept under the idempotency key, as Stripe keeps its 500s */
};

/* The names of the kinds, NULL at the end. */
extern const char *const fault_kind_names[];

struct faults;

struct faults *faults_new(uint64_t seed);
void faults_free(struct faults *f); /* NULL-safe */

#define FAULTS_MOST 1000 /* rules; used-up ones make room */
#define FAULT_DELAY_MOST 600000U

/*
 * Adds a rule behind the others; everything is copied. Gives its number, from 1 and never used again; 0 with a sentence
 * in *why (free() it) when it makes no sense. Thread-safe, like all that follow.
 */
unsigned faults_add(struct faults *f, const struct fault *rule, char **why);
bool faults_remove(struct faults *f, unsigned number); /* false: no such rule */
/* Removes those that name the account; NULL: all rules. */
void faults_clear(struct faults *f, const char *account);
/* Rules in order, with the calls that each matched and struck so far; locked meanwhile. */
void faults_each(struct faults *f,
	void (*each)(void *arg, unsigned number, const struct fault *rule, unsigned matched, unsigned struck),
	void *arg);

/* ---- for the engine ---- */

/* What struck a call: a copy in the call's arena, so that the rule may go meanwhile. */
struct strike {
	struct fault fault;
	unsigned number;
	bool before; /* the call is not done */
};

/* The rule that strikes this call, counted; NULL: none. `given` are the decoded parameters. */
const struct strike *faults_strike(struct faults *f, struct call *call, const json_t *given);
/*
 * Puts the fault in place of the answer, whose body it drops. Before: there is no answer yet. The call's own failure is
 * left as it was.
 */
void fault_answer(const struct strike *s, struct call *call, struct reply *out);

#endif
