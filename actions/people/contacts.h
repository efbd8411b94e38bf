/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CONTACTS_H
#define ACTIONS_CONTACTS_H

#include <jansson.h>

#include "base/arena.h"
#include "base/text.h"

/*
 * The operator's customers, as JSON: a list of contacts, or an object holding it under "contacts" (or "users" or
 *"data", as the contact API's requests and answers have it):
 *
 *	{"external_id": "user_42", "name": "Ada", "email": "ada@example.com", "phonenumber": "+15551234567",
 *	 "stripe_accounts": [{"label": "Main", "stripe_id": "cus_...", "stripe_email": "..."}], "custom_attributes": {}}
 *
 * external_id is required, and unique; it is compared byte by byte. Whether stripe_accounts is usable is found out when
 * it is used: a contact with a wrong entry is a contact all the same.
 */
struct contacts;

/* Both give NULL with every fault in `why`, one a line, each with file, JSON path and reason. */
struct contacts *contacts_load(const char *file, struct text *why);
struct contacts *contacts_read(json_t *tree, const char *name, const char *root, struct text *why);
void contacts_free(struct contacts *c); /* NULL-safe */

/* The contact, borrowed; NULL when there is none. */
json_t *contacts_find(const struct contacts *c, const char *external_id);
/* An external_id that differs only in case or in blanks around it, for the operator's hint; NULL when there is none. */
const char *contacts_near(const struct contacts *c, const char *external_id);

/*
 * A contact as a verified token leaves it: what the token has is set, what it lacks is kept, null erases. contact may
 * be NULL: then the token makes one. The result is owned by the arena; NULL when there is neither contact nor contact
 * data.
 */
json_t *contact_with_claims(struct arena *arena, json_t *contact, json_t *claims, const char *user_id);

#endif
