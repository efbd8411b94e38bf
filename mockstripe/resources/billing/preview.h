/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_PREVIEW_H
#define RESOURCES_BILLING_PREVIEW_H

#include "api/call.h"

/*
 * POST /v1/invoices/create_preview. A preview is the change itself, carried out in a transaction that is then taken
 * back: what it shows is what the update would do, by construction.
 */
int preview_create(struct call *call);

/*
 * The invoice that the end of the subscription's period will bring, as it stands now: the data.object of
 * invoice.upcoming, an invoice without an id. New reference; NULL when nothing will be billed then. Changes nothing.
 */
json_t *preview_upcoming(struct call *call, struct record *sub);

/* ---- its parts; each works inside the transaction that is taken back ---- */

/* The customer with customer_details laid over; made up when there is none. NULL: neither was given. */
struct record *preview_customer(struct call *call, struct record *customer);
/* invoice_items as pending items of the customer. 0 or -1. */
int preview_items(struct call *call, struct record *customer, struct record *sub, const char *currency);
/* `discounts` in place of the subscription's; 0 or -1. */
int preview_discounts(struct call *call, struct record *sub);

/*
 * The next invoice of a subscription, or of a schedule: time goes on (call->now with it) through the phases that begin
 * before, to the one that makes an invoice, or to the end of the period. NULL with the failure (invoice_upcoming_none).
 */
struct record *preview_next(struct call *call, struct record *sub);
struct record *preview_next_of_schedule(struct call *call, struct record *schedule);
/* The invoice that schedule_details bring: of a schedule that is changed by them, or made of them (schedule NULL). */
struct record *preview_schedule(struct call *call, struct record *schedule, struct record *customer);
/* The invoice that subscription_details bring: at once, or the next one. */
struct record *preview_change(struct call *call, struct record *sub);
/* What a creation with subscription_details would bill first. */
struct record *preview_creation(struct call *call, struct record *customer);
int preview_none(struct call *call, const char *customer); /* fails with invoice_upcoming_none; -1 */

/* The answer; proration_date: what the prorations were worked out for, 0: not to be shown. New reference. */
json_t *preview_body(struct call *call, struct record *invoice, int64_t proration_date);

#endif
