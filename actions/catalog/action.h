/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_ACTION_H
#define ACTIONS_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "actions/core/config.h"
#include "actions/core/envelope.h"
#include "actions/core/inputs.h"
#include "actions/core/locale.h"
#include "actions/core/problem.h"
#include "actions/people/account.h"
#include "actions/people/ledger.h"
#include "actions/stripe/call.h"
#include "base/json.h"

/*
 * What an action is: a table of inputs and two functions. `plan` only reads; it either answers at once or says what
 * would be done. `perform` does it, after the person agreed, and reads back before it reports. Neither of them ever
 * learns from the arguments whose account it is.
 */

/* One run, as an action sees it. Everything is borrowed and lives as long as the run. */
struct action_run {
	struct arena *arena;
	const struct config *config;
	const struct action_config *action;
	struct stripe_client *client;
	const struct ledger *ledger;
	struct problem *why;
	struct envelope *answer;
	const struct locale *locale;
	int64_t now;
	struct account account;	  /* the one Stripe customer this run may touch */
	json_t *contact;	  /* as the store had it when the run began     */
	json_t *customer;	  /* as Stripe has it now                       */
	json_t *inputs;		  /* checked, and in the order of the table     */
	json_t *shown_ids;	  /* of the rows in the answer, in their order; NULL: none */
	json_t *product_names;	  /* product id -> name, as read in this run     */
	json_t *write_ids;	  /* Stripe's request ids of what was sent to change something */
	const json_t *written;	  /* what was changed last, as it was read back; NULL: nothing was */
	const unsigned char *key; /* DIGEST_SIZE bytes for sealing what is handed out and must come back unchanged */
	const char *idempotency;  /* the key of the proposal being confirmed; NULL while nothing is */
};

/* The input that every action has: a contact may have several accounts. */
#define ACCOUNT_INPUT                                                                                                  \
	{                                                                                                              \
		.name = "account", .kind = INPUT_TEXT, .min = 1, .max = 100,                                           \
		.what = "Label of the billing account, only when the customer has several."                            \
	}

/* What a plan would do. */
struct proposal {
	bool writes;   /* false: the plan has answered already, nothing is to be confirmed       */
	json_t *state; /* everything the consent is about; equal bytes mean the same consent; owned by the arena */
	const json_t *before; /* the object that would be changed, as Stripe has it; for the audit record; borrowed */
	int64_t moment;	      /* in: the moment of the proposal being confirmed, or 0; out: the moment that amounts
				 were worked out for (proration_date), or 0 when there is none          */
};

enum action_effect {
	EFFECT_READS,
	EFFECT_CHANGES, /* may change or end what the customer pays for; a confirmation is required */
};

struct action_kind {
	const char *kind;     /* as in the configuration: "invoices"                     */
	const char *title;    /* for people                                               */
	const char *sentence; /* what it does, for the model                              */
	const char *contract; /* what the model must know to call it right; comes after the operator's words */
	const struct input *inputs;
	enum action_effect effect;
	enum problem_code unknown_input; /* what an input outside the table is called       */
	/* Both give false with run->why raised. plan fills run->answer with the answer or with the preview. */
	bool (*plan)(struct action_run *run, struct proposal *out);
	bool (*perform)(struct action_run *run, const struct proposal *agreed);
	const char *probe; /* inputs that only read, for finding out whether the action works; NULL: none */
	/* For a result that is too large: the data's list, and what makes the answer go on behind its first `left`
	 * rows. */
	const char *list;
	void (*resume)(struct action_run *run, size_t left);
};

/* The list of them, NULL at the end. */
extern const struct action_kind *const action_kinds[];
const struct action_kind *action_kind_find(const char *kind); /* NULL when there is none */

/* ---- what the actions share (ask.c) ---- */

/* A tree that the arena will drop: for everything built in a run. Gives it back. */
json_t *run_own(struct action_run *run, json_t *tree);
/*
 * Words for the customer in their language: `english` as it is, or its translation; formats stay formats. Money, dates
 * and periods likewise (locale.h).
 */
const char *say(const struct action_run *run, const char *english) __attribute__((format_arg(2)));
const char *run_money(const struct action_run *run, int64_t amount, const char *currency);
const char *run_date(const struct action_run *run, int64_t at);
/* A moment as data: ISO 8601, null for 0. */
void run_put_time(struct action_run *run, json_t *out, const char *key, int64_t at);
const char *run_interval(const struct action_run *run, const char *interval, int64_t count);

/* A read; params may be NULL. The body is borrowed; NULL with run->why raised. */
json_t *run_get(struct action_run *run, const char *path, json_t *params);
/* A POST that changes nothing (a preview). */
json_t *run_preview(struct action_run *run, const char *path, json_t *params);
/*
 * A POST that makes something of no consequence by itself, a link or a form to fill in: tried again it makes no second
 * one, and an answer that got lost is only that.
 */
json_t *run_make(struct action_run *run, const char *path, json_t *params);
/* Whether an object says it belongs to this run's customer; customer may be an id or expanded. */
bool run_owns(const struct action_run *run, const json_t *object);
/* Like run_owns, but raises resource_not_found: foreign and missing get the same answer. */
bool run_check_owner(struct action_run *run, const json_t *object);

/*
 * One write with everything that makes it safe: sent under the proposal's idempotency key, then the object is read
 * again and `applied` says whether it shows the change. A lost answer is looked up instead of believed: when the object
 * shows the change it counts as done. Gives the object as it is now, borrowed; NULL with run->why raised.
 */
struct run_write {
	const char *method, *path;
	json_t *params;
	const char *step;      /* names this write within the proposal */
	const char *read_path; /* the object                           */
	bool (*applied)(const json_t *object, const void *arg);
	const void *arg;
};
json_t *run_write(struct action_run *run, const struct run_write *write);

#endif
