/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CONTACTS_H
#define ACTIONS_CONTACTS_H

#include "actions/people/store.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

/*
 * The operator's customers:
 *
 *	{"id": "ct_...", "external_id": "user_42", "name": "Ada", "email": "ada@example.com", "phonenumber":
 *"+15551234567", "stripe_accounts": [{"label": "Main", "stripe_id": "cus_...", "stripe_email": "..."}],
 *"custom_attributes": {}, "created_at": 1767225600, "updated_at": 1767225600}
 *
 * external_id is unique within an agent and compared byte by byte. Whether stripe_accounts is usable is found out when
 * it is used: a contact with a wrong entry is a contact all the same. contact_api.h has the operations in the shape of
 * the contacts API.
 */
struct contacts {
	struct store *store; /* borrowed */
	const char *agent;   /* borrowed */
};

/*
 * Takes a list of contacts in, or an object that holds it under "contacts" (or "users" or "data", as the API's requests
 * and answers have it), and the definitions under "attributes" if there are any. A contact that is known already stays
 * as it is: what the API and tokens said since then is newer. false with every fault in `why`, one a line, each with
 * file, JSON path and reason; then nothing was taken in.
 */
bool contacts_import(
	const struct contacts *c, json_t *tree, const char *name, const char *root, int64_t now, struct text *why);
bool contacts_import_file(const struct contacts *c, const char *file, int64_t now, struct text *why);

/* A new reference; NULL when there is none, or the store failed (store_trouble tells). */
json_t *contacts_find(const struct contacts *c, const char *external_id);
json_t *contacts_find_id(const struct contacts *c, const char *id);
json_t *contacts_find_email(const struct contacts *c, const char *email);
/* An external_id that looks the same (likeness.h), for the operator's hint, in the arena; NULL. It reads every contact:
 * for those who are verified and have none. */
const char *contacts_near(const struct contacts *c, struct arena *arena, const char *external_id);

/* Inserts a contact, which gets an id, or replaces the one of its id. Gives it as stored, a new reference; NULL:
 * failed. */
json_t *contacts_save(const struct contacts *c, const json_t *contact, int64_t now);
bool contacts_remove(const struct contacts *c, const char *id);
int64_t contacts_count(const struct contacts *c); /* -1: the store failed */
/* Oldest first; a new array, NULL: the store failed. */
json_t *contacts_page(const struct contacts *c, int64_t skip, int64_t count);

/*
 * A contact as a verified token leaves it: what the token has is set, what it lacks is kept, null erases. contact may
 * be NULL: then the token makes one. custom_attributes are set name by name. The result is owned by the arena; NULL
 * when there is neither contact nor contact data.
 */
json_t *contact_with_claims(struct arena *arena, json_t *contact, json_t *claims, const char *user_id);

#endif
