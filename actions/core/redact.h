/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_REDACT_H
#define ACTIONS_REDACT_H

#include "base/arena.h"
#include "base/json.h"

/*
 * Masks what must not be written down, in the arena: card numbers (13 to 19 digits, blanks and hyphens between them
 * allowed, that pass the Luhn check; the last four stay), e-mail addresses (a***@e***.com), international phone numbers
 * (***67), keys (sk_, rk_, whsec_), client secrets, identity tokens and user hashes, sessions and confirmations, and
 * the paths of links (only https://invoice.stripe.com/ is left). Redact before cutting: half a card number does not
 * look like one.
 */
const char *redact_text(struct arena *arena, const char *text);
/* Only the card numbers, for free text that is to be kept otherwise. */
const char *redact_cards(struct arena *arena, const char *text);
/* A copy of a tree with every text in it redacted; a new reference. */
json_t *redact_tree(struct arena *arena, const json_t *tree);

#endif
