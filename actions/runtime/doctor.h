/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_DOCTOR_H
#define ACTIONS_DOCTOR_H

#include "actions/runtime/run.h"

/*
 * Why an action does not fire, gives nothing, or does not know the visitor: a call is walked through as far as it goes
 * without changing anything, the key's permissions are tried on objects that cannot exist, and what is found is sorted
 * into the three groups that operators ask by.
 */
enum doctor_group {
	DOCTOR_WELL,
	DOCTOR_TRIGGER,	 /* A: the action is not triggered         */
	DOCTOR_DATA,	 /* B: it is triggered and gets no data   */
	DOCTOR_IDENTITY, /* C: the visitor is not recognised        */
};

struct doctor_call {
	const char *action; /* NULL: every enabled action, and every other one when none is */
	struct evidence evidence;
	const char *environment;
};

/*
 * What was found, the cause first:
 *
 *	{"group": "C", "findings": [{"cause": "C3", "action": "get_invoices", "code": "contact_not_found", "stage":
 *	 "contact", "message": <what the customer reads>, "detail": ..., "hint": ..., ...}], "warnings": [...]}
 *
 * A new tree. *group says how to exit.
 */
json_t *doctor_look(struct agent *a, const struct doctor_call *call, enum doctor_group *group);

#endif
