/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_ENVELOPE_H
#define ACTIONS_ENVELOPE_H

#include "actions/core/locale.h"
#include "actions/core/problem.h"
#include "base/json.h"
#include "base/text.h"

/*
 * What a run gives, whatever the door: {status, message, data, error?, next?}. `message` is safe for the customer and
 * complete without the data; `data` is for a program or a model; the operator's side goes to the audit record only.
 */
enum envelope_status {
	ENVELOPE_OK,
	ENVELOPE_NEEDS_CHOICE,
	ENVELOPE_NEEDS_CONFIRMATION,
	ENVELOPE_NEEDS_VERIFICATION,
	ENVELOPE_REFUSED,
	ENVELOPE_ERROR,
};

struct envelope {
	enum envelope_status status;
	const struct locale *locale; /* of the texts for the customer; NULL: English */
	struct text message;
	json_t *data;	  /* an object, owned */
	json_t *next;	  /* an array of short hints what may be called next, owned; NULL when none */
	json_t *page;	  /* for the host's page alone, never for a model or a record; owned; NULL when none */
	json_t *warnings; /* an array of codes for the operator, owned; NULL when none */
};

void envelope_init(struct envelope *e);
void envelope_clear(struct envelope *e);
const char *envelope_status_name(enum envelope_status status);
void envelope_next(struct envelope *e, const char *hint);
void envelope_warn(struct envelope *e, const char *code);
/* A new object, as the caller of a run gets it. problem: PROBLEM_NONE when the run went well. */
json_t *envelope_json(const struct envelope *e, const struct problem *problem);
/* A new object for the operator: exact code, hint, who can mend it, Stripe's code and request id, warnings. */
json_t *envelope_diagnostic(const struct envelope *e, const struct problem *problem, const char *stage);
/* Back to an answer without text, data, hints and page; what the operator was warned of stays. */
void envelope_renew(struct envelope *e);
/* Turns e into the answer to a problem: status and message by the problem's row, its `extra` as data. */
void envelope_fail(struct envelope *e, const struct problem *problem);

#endif
