/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_BILLING_FIELDS_H
#define ACTIONS_BILLING_FIELDS_H

#include <stdbool.h>

#include "actions/catalog/action.h"
#include "base/arena.h"
#include "base/json.h"

/* What a billing address and a phone number have to look like before Stripe is asked. */

/*
 * The tax number that the input tax_id asks for (tax_id.c): *out is {type, value} as it is to be added, NULL when none
 * was given or the customer has it already. false with run->why raised.
 */
bool tax_id_plan(struct action_run *run, json_t **out);
bool tax_id_perform(struct action_run *run, json_t *tax_id);
/* The number as Stripe keeps it, without blanks, dots and hyphens that its form does not have; NULL when it has not the
 * form of its type. In the arena. */
const char *tax_id_normal(struct arena *arena, const char *type, const char *value);

/* International form (E.164: + and 7 to 15 digits) without spaces, dots, hyphens and parentheses; NULL when it is none.
 */
const char *phone_normal(struct arena *arena, const char *phone);

/*
 * The whole address after a change: parts given replace, "" clears, the others stay as they are; the country in
 * capitals. A new reference. Stripe replaces the whole object, so that all parts have to be sent (API reference,
 * "Update a customer"). *fault names the part that is missing or wrong; NULL when the address can be used.
 */
json_t *address_merged(const json_t *old, const json_t *given, const char **fault);

/* "postal_code" or "state" when the country cannot have such a one; NULL when nothing speaks against it. */
const char *address_rule_fault(const char *country, const char *postal_code, const char *state);

/* On one line, "1 Main St, Springfield, IL 62701, US". In the arena. */
const char *address_text(struct arena *arena, const json_t *address);

/*
 * What the input shipping makes of the customer's (shipping.c): *out is {name, phone?, address} whole, as it is to be
 * sent; NULL when none was given or it says that already. false with run->why raised.
 */
bool shipping_plan(struct action_run *run, json_t **out);
bool shipping_same(const json_t *a, const json_t *b);
/* "Ada Lovelace, 1 Main St, Springfield, IL 62701, US". In the arena. */
const char *shipping_text(struct arena *arena, const json_t *shipping);

/* Equal part by part; null, "" and missing are the same. */
bool address_same(const json_t *a, const json_t *b);

#endif
