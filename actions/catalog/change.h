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
	bool ends_trial;   /* with the change, by the operator's trial_update_behavior */
	json_t *promotion; /* the promotion code that goes with it; NULL: none          */

	/* From the preview. */
	int64_t moment, credit, charge, due_now, renews_at;
	int64_t off; /* what discounts take off the credit and the charge together */
	const char *currency;
};

/* Whether it waits for the end of the period; then what is to be confirmed, and doing it (change_later.c). */
json_t *later_state(struct action_run *run, const struct change *c);
bool later_perform(struct action_run *run, const struct proposal *agreed);

/*
 * The promotion code that the input of that name says, with its coupon, when this customer may redeem it on the
 * subscription; *out NULL when none was given (promotion.c). false with run->why raised.
 */
bool promotion_find(struct action_run *run, const json_t *subscription, json_t **out);
/* The parameter `discounts`: those that are present (ids or objects), and the code's id. Owned by the run. */
json_t *promotion_discounts(struct action_run *run, const json_t *present, const char *code);
/* After a refusal of Stripe's: when it was the code that was refused, raises that instead. Gives false. */
bool promotion_refused(struct action_run *run);

/* What the change means, as data and as sentences in the run's answer. false with run->why raised. */
bool change_tell(struct action_run *run, const struct change *c);
/* The same when there is nothing to change. */
bool change_tell_nothing(struct action_run *run, const struct change *c);
/* What was charged, by the invoice that the change made; not seeing it spoils nothing, as the change is done. */
void change_tell_invoice(struct action_run *run, const json_t *subscription);

#endif
