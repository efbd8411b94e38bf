/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_ENTITLEMENT_H
#define RESOURCES_ENTITLEMENT_H

#include "api/call.h"

/*
 * A customer's active entitlements: the features of the products that its subscriptions hold, one each, however many
 * products give it. A subscription gives while it is trialing, active or past due.
 */

/* A subscription has changed (`before`: how it was, NULL: it is new): what came is granted, what went is taken back,
   and entitlements.active_entitlement_summary.updated says so. Changes to a product's features reach a subscription
   with its next billing period. Source: Stripe docs "Entitlements". */
void entitlements_follow(struct call *call, struct record *subscription, struct body *before);

#endif
