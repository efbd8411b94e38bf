/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_MANAGE_H
#define ACTIONS_MANAGE_H

#include "actions/catalog/holdings.h"

/* The operations of Manage Subscriptions: one table in manage_subscriptions.c, one file per family of operations. */

bool plans_list(struct action_run *run, struct proposal *out);

/* preview_change shows what change_plan would do, and stops there. */
bool change_preview(struct action_run *run, struct proposal *out);
bool change_plan(struct action_run *run, struct proposal *out);
bool change_perform(struct action_run *run, const struct proposal *agreed);

bool cancel_plan(struct action_run *run, struct proposal *out);
bool cancel_perform(struct action_run *run, const struct proposal *agreed);
bool undo_plan(struct action_run *run, struct proposal *out);
bool undo_perform(struct action_run *run, const struct proposal *agreed);

/* A change that waits for the end of the period, taken back. */
bool undo_downgrade_plan(struct action_run *run, struct proposal *out);
bool undo_downgrade_perform(struct action_run *run, const struct proposal *agreed);

bool payment_method_plan(struct action_run *run, struct proposal *out);

/* What a subscription's status allows (Stripe docs, "How subscriptions work"). */
enum manage_verb {
	VERB_CHANGE = 1,       /* another plan or quantity                                */
	VERB_CANCEL = 2,       /* at once                                                 */
	VERB_CANCEL_LATER = 4, /* at the end of the period                                */
};
/* True, or false with policy_status_blocks_change raised and a sentence that says why. */
bool manage_allows(struct action_run *run, const json_t *subscription, enum manage_verb verb);

/* The price for a plan of the catalogue that fits an interval and a currency, read from Stripe and active. */
json_t *plan_price(struct action_run *run, const struct plan *plan, const char *interval, const char *currency);

#endif
