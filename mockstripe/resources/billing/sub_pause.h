/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_SUB_PAUSE_H
#define RESOURCES_BILLING_SUB_PAUSE_H

#include "resources/billing/sub.h"

/*
 * Pausing a subscription and starting it again. A paused one makes no invoices and does not go on to new periods. It is
 * active again once its resumption invoice is paid or written off; that invoice is voided after 23 hours. Private state
 * while that is open: "resuming" ("attempt" or "success": what the attempt to collect does) and "resume_expires".
 * Source: Stripe docs "Pause subscriptions"; API reference "Pause a subscription", "Resume a subscription".
 */

/* Whether it is in a state and of a kind that can be paused; 0 or -1. */
int sub_check_pausable(struct call *call, struct record *sub);
/*
 * settings: bill_for.unused_time_from.type (default now: a credit from now on), bill_for.outstanding_usage_through.type
 * (default now: the usage so far is billed) and invoicing_behavior, as the route takes them. *invoice: what was made,
 * or NULL. Emits customer.subscription.paused. 0 or -1.
 */
int sub_pause(struct call *call, struct record *sub, const json_t *settings, struct record **invoice);

/*
 * settings: billing_cycle_anchor.type (default now), payment_behavior, proration_behavior, proration_date. With the
 * anchor unchanged the time to the next boundary is billed pro rata, with proration_behavior none it is free. Emits
 * customer.subscription.resumed as soon as it is not paused any more. 0 or -1.
 */
int sub_resume(struct call *call, struct record *sub, const json_t *settings, struct record **invoice);

/* Whether an open resumption invoice is waited for, and whether a failed attempt to collect it is enough. */
bool sub_is_resuming(struct record *sub);
bool sub_resumes_on_attempt(struct record *sub);
/* The status is another one now: forgets the resumption and says what happened. */
void sub_resumed(struct call *call, struct record *sub);
/* When an open resumption invoice is voided; 0: there is none. */
int64_t sub_resume_expires(struct record *sub);
/* It is voided; the subscription stays paused. */
void sub_resume_expire(struct call *call, struct record *sub);

#endif
