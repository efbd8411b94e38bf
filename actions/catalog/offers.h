/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_OFFERS_H
#define ACTIONS_OFFERS_H

#include "actions/catalog/holdings.h"

/*
 * Retention offers: what a customer who wants to cancel may be offered instead. Who may have one, and how often, is
 * decided here, by configuration and by what the ledger remembers, never by the model.
 */

/*
 * Adds the offer that this customer may have for this subscription to the answer, with its sentence: one an attempt to
 * cancel, since cancelling must not become a bargain. data.offers stays a list.
 */
bool offers_tell(struct action_run *run, const struct holding *holding, const char *reason);

bool offer_plan(struct action_run *run, struct proposal *out);
bool offer_perform(struct action_run *run, const struct proposal *agreed);

#endif
