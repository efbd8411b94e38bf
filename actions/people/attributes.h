/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_ATTRIBUTES_H
#define ACTIONS_ATTRIBUTES_H

#include "actions/people/contacts.h"

/*
 * The operator's own fields of a contact: {name, type, label, description, archived}. name is a letter and then
 * letters, digits, _ and -; type is text, number, boolean or date. A definition is never deleted, only archived: then
 * it takes no new value, and old ones can still be read and set to null.
 *
 * What is wrong is appended to `issues` as {field, message}.
 */

/* Adds a definition or replaces the one of its name. false with issues, or with none when the store failed. */
bool attribute_define(const struct contacts *c, const json_t *definition, json_t *issues);
/* A new reference; NULL when there is none, or the store failed. */
json_t *attribute_find(const struct contacts *c, const char *name);
/* All of them by name, a new array; NULL when the store failed. */
json_t *attributes_all(const struct contacts *c);

/*
 * Values as they are stored, a new object: "true", "false", 0 and 1 become booleans, dates ISO 8601. Names without a
 * definition are left out and named in `dropped` (an array of texts). NULL when the store failed.
 */
json_t *attributes_check(const struct contacts *c, const json_t *values, json_t *issues, json_t *dropped);

#endif
