/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CONTACT_FIELDS_H
#define ACTIONS_CONTACT_FIELDS_H

#include "actions/people/contact_api.h"

/* Inside the room: what the files of the contacts API share. */

/* A new answer {message}; with data, with issues, and for a store that failed. */
struct contact_answer answer_make(int status, const char *message);
struct contact_answer answer_data(json_t *data); /* takes it */
struct contact_answer answer_issues(const char *message, json_t *issues);
struct contact_answer answer_broken(void);

/* Appends {field: prefix and field, message}. */
void issue_add(json_t *issues, const char *prefix, const char *field, const char *message);
void issue_expected(json_t *issues, const char *prefix, const char *field, const char *wanted, const json_t *value);

/* One reading of a contact's fields: what is wrong, and what was left out. */
struct reading {
	const struct contacts *contacts;
	json_t *issues, *dropped;
	const char *prefix; /* of the fields in issues */
	bool broken;	    /* the store failed       */
};

/* The fields that are kept, a new object. */
json_t *contact_fields(struct reading *r, json_t *given);

#endif
