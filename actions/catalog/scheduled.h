/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_SCHEDULED_H
#define ACTIONS_SCHEDULED_H

#include "actions/catalog/holdings.h"

/*
 * What a subscription's schedule still has in store (Stripe docs, "Subscription schedules"). A schedule is of the
 * action's own making when its metadata says so. Anybody else's is somebody's agreement: it is told to the customer, a
 * single change that it makes may be dropped with the subscription's cancellation, and more than that is for people.
 */
#define SCHEDULED_MARK "made_by" /* in the schedule's metadata, with: */
#define SCHEDULED_BY "stripe-actions"

struct scheduled {
	const char *id; /* NULL: there is no schedule; then nothing else is set */
	bool ours;
	bool simple;	      /* at most one change is ahead, and the schedule lets go of the subscription in the end */
	json_t *running;      /* the phase that the subscription is in; borrowed, NULL when Stripe does not say */
	const json_t *change; /* the next phase; borrowed, NULL: none, the schedule does nothing but be there */
	int64_t at;	      /* when the change begins, Unix seconds */
	const char *plan;     /* what the change leads to, as the customer knows it; NULL: no change */
};

/* The schedule's id, whether it stands there whole or as its id; NULL when there is none. Borrowed. */
const char *scheduled_id(const json_t *subscription);
/* Reads the schedule, when there is one. false with run->why raised. */
bool scheduled_read(struct action_run *run, const json_t *subscription, struct scheduled *out);
/* Raises subscription_scheduled with the change that is ahead and, where it can be, how to take it back. Gives false.
 */
bool scheduled_refuse(struct action_run *run, const struct scheduled *s);
/*
 * Lets go of the subscription, which goes on as it is: one write of that name. Gives the subscription as it is then,
 * borrowed; NULL with run->why raised.
 */
json_t *scheduled_release(struct action_run *run, const char *schedule, const char *subscription, const char *step);

#endif
