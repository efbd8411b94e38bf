/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CHANGE_H
#define ACTIONS_CHANGE_H

#include "actions/catalog/holdings.h"

/* A change of plan or quantity being worked out: decided and priced in change_plan.c, put into words in change_tell.c.
 */
struct change {
	const struct holding *holding;
	json_t *item, *old_price, *new_price;
	const struct plan *plan;
	const struct change_rule *rule;
	int64_t old_quantity, new_quantity;
	bool upgrade, moves_anchor;

	/* From the preview. */
	int64_t moment, credit, charge, due_now, renews_at;
	const char *currency;
};

/* Whether it waits for the end of the period; then what is to be confirmed, and doing it (change_later.c). */
json_t *later_state(struct action_run *run, const struct change *c);
bool later_perform(struct action_run *run, const struct proposal *agreed);

/* What the change means, as data and as sentences in the run's answer. false with run->why raised. */
bool change_tell(struct action_run *run, const struct change *c);
/* The same when there is nothing to change. */
bool change_tell_nothing(struct action_run *run, const struct change *c);
/* What was charged, by the invoice that the change made; not seeing it spoils nothing, as the change is done. */
void change_tell_invoice(struct action_run *run, const json_t *subscription);

#endif
