/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_SCHEDULE_H
#define RESOURCES_BILLING_SCHEDULE_H

#include "resources/billing/sub.h"

/*
 * Subscription schedules: phases that a subscription goes through. A phase begins as an update of the subscription (or
 * its creation) with what the phase says; at a period's end the phase comes first, so that the renewal bills it.
 * Private state: "phase" (the index of the running one), "told" (its end was announced), due.
 * Source: Stripe docs "Subscription schedules", "The Subscription Schedule object".
 */
#define SCHEDULE_PHASES 10 /* current and future ones */

const struct schema_resource *schedule_type(void);
const char *schedule_status(struct record *schedule);
bool schedule_status_is(struct record *schedule, const char *status);
json_t *schedule_phases(struct record *schedule); /* borrowed */
json_t *schedule_phase(struct record *schedule);  /* the running phase, borrowed; NULL before the start */
struct record *schedule_subscription(struct call *call, struct record *schedule); /* NULL: none (yet) */

/* ---- phases (schedule_phase.c) ---- */
/*
 * The `phases` of a request as bodies, the first of them beginning at `start`; new reference, NULL with the failure.
 * customer: for payment methods; name: how messages call the parameter. The entries' own start_date, where given, must
 * be where the phase before ends.
 */
json_t *phases_read(struct call *call, struct record *customer, json_t *given, const char *name, int64_t start);
/* A subscription's present state as a phase of its running period. New reference. */
json_t *phase_of_subscription(struct call *call, struct record *sub);
/* ---- from a phase to its subscription (schedule_params.c) ---- */
/*
 * The parameters that bring a subscription into a phase (sub NULL: that create it). before: the phase whose discounts
 * and end it has now, NULL for none. starts: the phase begins now, so its one-time items are billed. New reference.
 */
json_t *phase_params(
	struct call *call, struct record *schedule, json_t *phase, json_t *before, struct record *sub, bool starts);

/* ---- pauses (schedule_pause.c) ---- */
/* The `pause_schedules` of a request, laid over those that are there (by key; NULL: none). New reference, NULL with the
   failure. */
json_t *pauses_read(struct call *call, json_t *present, json_t *given, const char *name);
/* Whether a schedule of that body may have its pause_schedules. 0 or -1. */
int pauses_check(struct call *call, const json_t *schedule, const char *name);
int64_t schedule_pause_due(struct record *schedule);		     /* when the next one falls due; 0: none */
int schedule_pause_step(struct call *call, struct record *schedule); /* carries it out; 0 or -1 */

/* ---- by the call's parameters (schedule.c); prefix: what messages put before their names, NULL at the top ---- */
/* A new schedule of the customer, started when it is time. NULL with the failure. */
struct record *schedule_new(struct call *call, struct record *customer, const char *prefix);
/* An update of one that is not over. 0 or -1. */
int schedule_change(struct call *call, struct record *schedule, const char *prefix);

/* ---- its life (schedule_run.c) ---- */
int schedule_start(struct call *call, struct record *schedule); /* creates the subscription of phase 0; 0 or -1 */
/* Brings the subscription into the running phase; `before` as in phase_params. 0 or -1. */
int schedule_apply(struct call *call, struct record *schedule, json_t *before, bool starts, const char *prorations);
/* Sets current_phase, subscription and status from the private index; in the draft. */
void schedule_show(struct call *call, struct record *schedule);
void schedule_plan(struct call *call, struct record *schedule); /* what falls due next */
/* active or not_started -> released, the subscription goes on. 0 or -1. */
int schedule_release(struct call *call, struct record *schedule, bool keep_cancel_date);
void schedule_canceled(struct call *call, struct record *schedule, const char *event);
/* What falls due now: the start, the end of a phase, a pause, a notice. 0, or -1 when it cannot be carried out. */
int schedule_step(struct call *call, struct record *schedule);
void schedule_on_due(struct call *call, struct record *schedule);

#endif
