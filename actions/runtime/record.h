/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_RECORD_H
#define ACTIONS_RECORD_H

#include "actions/runtime/run_inside.h"

/*
 * What the audit record says of a run. Refusals are recorded like successes, and a write twice: before it is sent
 * (intent) and after (outcome), with what was changed as it was and as it was read back. Free text, addresses and ids
 * of people never get in: arguments are kept only where their values come from a closed set or are numbers, what is
 * personal in a change is masked, and contact and conversation are keyed digests, good for finding the same one again
 * and nothing else.
 */

/* Both give false with errno when a record is configured and could not be written. */
bool record_intent(const struct running *r);
bool record_outcome(const struct running *r);

/* ---- what a record may say of what is changed (record_fields.c) ---- */

/*
 * A copy with everything personal in it masked, by what it is called: names and comments are gone, of an address the
 * country and the beginning of the postal code stay, of a tax number its last two characters. A new reference.
 */
json_t *record_masked(struct arena *arena, const char *name, const json_t *value);
/*
 * Adds "before" and "after" to the record: the fields that differ between an object of Stripe's as it was and what was
 * read back after the write, masked. Without the latter, or when nothing differs, nothing is added.
 */
void record_change(struct arena *arena, json_t *record, const json_t *before, const json_t *after);

#endif
