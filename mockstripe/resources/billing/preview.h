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

#endif
