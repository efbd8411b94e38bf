/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_ACCOUNT_H
#define RESOURCES_ACCOUNT_H

#include "api/call.h"

/* The account that the call's key opens, as an object: its record, made when it is first asked for. */
struct record *account_self(struct call *call);
/* Its default_currency: "usd" unless a fixture says otherwise. Borrowed, or static. Makes no record. */
const char *account_currency(struct call *call);

#endif
