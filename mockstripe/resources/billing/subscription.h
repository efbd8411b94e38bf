/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_SUBSCRIPTION_H
#define RESOURCES_BILLING_SUBSCRIPTION_H

#include "api/call.h"

/*
 * Subscriptions, for the resources around them. A subscription's body holds its items whole under items.data; each item
 * is also a record of type SubscriptionItem; sub_show_items keeps the two in step.
 *
 * Private state of a subscription (PRIVATE_KEY): due, and what belongs to it: "next" (what the due time is for). Of an
 * item: "originals", the debits that still cover its running period: what a flexible proration credits.
 */

/* The customer is being deleted: its live subscriptions are canceled at once, an event each. 0 or -1. */
int subscriptions_of_customer_end(struct call *call, struct record *customer);

enum subscription_end { SUBSCRIPTION_REQUESTED, SUBSCRIPTION_PAYMENT_FAILED };
/* status canceled, ended now; emits customer.subscription.deleted. No invoice, no proration. */
void subscription_end(struct call *call, struct record *sub, enum subscription_end why);

/* The months of a discount of the subscription (or of one of its items) are over: it ends, and a live subscription
   loses it (customer.discount.deleted, customer.subscription.updated). Source: Stripe docs "Coupons and promotion
   codes". */
void subscription_discount_over(struct call *call, const char *sub, struct record *discount);

/* What an invoice's fate does to its subscription; each checks that it is the latest invoice. */
void subscription_invoice_paid(struct call *call, struct record *sub, struct record *invoice);
void subscription_invoice_failed(struct call *call, struct record *sub, struct record *invoice, bool final);
/* A sent invoice stayed unpaid so long after its due date that the account's setting ends the subscription. */
void subscription_invoice_given_up(struct call *call, struct record *sub, struct record *invoice);
void subscription_invoice_voided(struct call *call, struct record *sub, struct record *invoice);

size_t subscriptions_live_count(struct call *call, struct record *customer);
bool subscription_is_live(struct record *sub); /* neither canceled nor incomplete_expired */
bool subscription_is_flexible(struct record *sub);
bool subscription_itemizes(struct record *sub); /* billing_mode.flexible.proration_discounts is itemized */
/* Whether what the call makes is to be in flexible mode: by its billing_mode.type, else by the default of the call's
   version. Source: Stripe changelog "Flexible billing mode is the default" (2025-09-30.clover). */
bool billing_mode_wanted(struct call *call);
/* A billing_mode; new reference. discounts: proration_discounts of a flexible one, NULL: the default. */
json_t *billing_mode_body(bool flexible, const char *discounts);
struct record *subscription_customer(struct call *call, struct record *sub);

#endif
