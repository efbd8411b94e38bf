/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CONTACT_API_H
#define ACTIONS_CONTACT_API_H

#include "actions/people/contacts.h"

/*
 * The contacts API as functions, for a door to put on HTTP. Each gives a status and a body: {message, data, ...} when
 * it went well, else {message, issues: [{field, message}]}. Contacts are reached by their own id (ct_...) or by their
 * external_id; attributes by name. Bodies are as in the requests: {"users": [...]}, {"data": {...}}, a definition.
 *
 * Where the original says nothing, this is what happens here: external ids are unique, as e-mail addresses are (409); a
 * contact without external_id goes by its own id; unknown fields are left out and named in `warnings`; a change
 * replaces stripe_accounts whole, and sets custom_attributes one by one (null erases one). Nothing of a request is kept
 * when one part of it is refused.
 */
#define CONTACTS_AT_ONCE 1000
#define CONTACTS_MOST 100000
#define CONTACTS_PER_PAGE 100

struct contact_answer {
	int status;
	json_t *body; /* owned: json_decref */
};

struct contact_answer contact_api_create(const struct contacts *c, json_t *body, int64_t now);
/* per_page (10 to 1000, 100) and page (from 1) as they stand in the query; NULL: not given. */
struct contact_answer contact_api_list(const struct contacts *c, const char *per_page, const char *page);
struct contact_answer contact_api_get(const struct contacts *c, const char *id);
struct contact_answer contact_api_update(const struct contacts *c, const char *id, json_t *body, int64_t now);
struct contact_answer contact_api_delete(const struct contacts *c, const char *id);

struct contact_answer attribute_api_create(const struct contacts *c, json_t *body);
struct contact_answer attribute_api_list(const struct contacts *c);
struct contact_answer attribute_api_update(const struct contacts *c, const char *name, json_t *body);

/*
 * What identifying does to a contact: the claims of a verified token are kept, as contact_with_claims says. Attributes
 * without a definition, archived ones, values of a wrong type and an e-mail address that another contact has are left
 * out and named in `dropped` (an array of texts), since the visitor cannot mend them. Gives the contact as it is then,
 * a new reference; NULL when there is none (store_trouble(c->store) NULL) or it could not be kept.
 */
json_t *contact_upsert(const struct contacts *c, const char *user_id, json_t *claims, int64_t now, json_t *dropped);

#endif
