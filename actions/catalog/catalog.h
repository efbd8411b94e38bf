/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CATALOG_H
#define ACTIONS_CATALOG_H

#include "actions/catalog/action.h"

/* One file each. */
extern const struct action_kind subscription_info_kind;
extern const struct action_kind invoices_kind;
extern const struct action_kind manage_subscriptions_kind;
extern const struct action_kind billing_info_kind;

#endif
