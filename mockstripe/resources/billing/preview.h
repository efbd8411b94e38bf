/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_PREVIEW_H
#define RESOURCES_BILLING_PREVIEW_H

#include "api/call.h"

/*
 * POST /v1/invoices/create_preview. A preview is the change itself, carried out in a transaction that is then taken
 * back: what it shows is what the update would do, by construction.
 */
int preview_create(struct call *call);

#endif
