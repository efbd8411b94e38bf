/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_INSIDE_H
#define RESOURCES_BILLING_INSIDE_H

#include "resources/billing/facts.h"
#include "resources/billing/invoice.h"

/* What the files of this folder share and nobody else needs. */

const struct schema_resource *invoice_type(void);
const struct schema_resource *line_type(void);
struct record *invoice_customer(struct call *call, struct record *invoice);
bool invoice_payment_is_processing(struct call *call, struct record *invoice); /* a bank has still to answer */

/* The discounts among ids that count at that moment, as the arithmetic takes them; gives how many. */
size_t discounts_read(struct call *call, json_t *ids, int64_t at, size_t item, const char *currency,
	struct discount out[DISCOUNT_MOST], struct record *records[DISCOUNT_MOST]);

json_t *span_body(struct span period);		  /* {end, start}; new reference */
json_t *pricing_of(const struct bill_line *line); /* the `pricing` of a line or an invoice item; new reference */
/* What discounts have taken off a proration (bill_line.off), in the private member of its item and of its line. */
void put_off(json_t *private, const struct bill_line *line);
/* The tax rates that an invoice's line has: its own, else the invoice's. Borrowed. */
json_t *line_rates(struct record *line, struct record *invoice);
struct record *invoice_add_line(struct call *call, struct record *invoice, struct bill_line *line);
void invoice_snapshot_customer(struct call *call, struct record *invoice);
void invoice_set_advance(struct call *call, json_t *body, bool advance);
/* amount_due and what hangs on it, from total and the customer's balance as they are; drafts only. 0 or -1. */
int invoice_show_due(struct call *call, struct record *invoice);

/* Puts the customer's pending items in the invoice's currency on it, newest first, at most `room` of them; gives how
   many. With a subscription: its own and those of none. */
size_t invoice_items_sweep(
	struct call *call, struct record *invoice, struct record *customer, struct record *sub, size_t room);

const struct schema_resource *invoice_item_type(void);
struct decimal quantity_of(const json_t *tree);		  /* of an invoice item or a line; 1 where it says none */
void put_quantity(json_t *body, struct decimal quantity); /* quantity (1 for a part of one) and quantity_decimal */
/* net_amount of an item: after discounts; null while discounts may still come. API reference "The Invoice Item object".
 */
void put_net(json_t *body);
/* The item as a line of the invoice, which is not worked out again yet. */
void invoice_item_bill(struct call *call, struct record *invoice, struct record *item);
/* Puts one pending item on a draft, by its id; 0 or -1. */
int invoice_item_place(struct call *call, const char *id, struct record *invoice, const char *where);
/* Whether such a sweep would find anything. */
bool invoice_items_pending(struct call *call, struct record *customer, struct record *sub, const char *currency);

/* A coupon that lasts once is used up by the first invoice that is finalized with it; the invoice keeps showing it, the
   subscription, its items and the customer lose it. Emits customer.discount.deleted for each, then
   customer.subscription.updated and customer.updated, unless the call has changed these already and will announce that
   itself. Call it right after invoice.finalized, the event that spent them. */
void invoice_spend_discounts(struct call *call, struct record *invoice);

/* ---- an invoice's state (invoice_build.c) ---- */
bool invoice_is(struct record *invoice, const char *status);
bool invoice_is_charged(struct record *invoice); /* collection_method is charge_automatically */
void invoice_set_due(struct call *call, struct record *invoice, int64_t due); /* its next time; 0: none */

/* ---- how it is paid (invoice_settle.c) ---- */
/* Whether what pays becomes the default of its subscription (NULL: of none). */
bool invoice_saves_default(struct record *sub);
/* The intent that stands for an open invoice; made now for one that came from a fixture without it. NULL: nothing due.
 */
struct record *invoice_payment_intent(struct call *call, struct record *invoice);
void invoice_mark_paid(struct call *call, struct record *invoice, int64_t paid);
/* Emits invoice.paid and what follows it, and tells the subscription. payment: the InvoicePayment, NULL for none. */
void invoice_announce_paid(struct call *call, struct record *invoice, struct record *payment);
/* All of it was paid by that intent, or outside of Stripe (NULL): both of the above. */
void invoice_settle_payment(struct call *call, struct record *invoice, struct record *intent);

/* ---- what its time brings (invoice_due.c, invoice_wait.c) ---- */
void invoice_on_due(struct call *call, struct record *invoice);
/* A loaded invoice goes on where its fields say it stands. */
void invoice_adopt(struct call *call, struct record *invoice);
/* An open invoice that was sent falls due at its due_date: after that was set. Others stay as they are. */
void invoice_plan_overdue(struct call *call, struct record *invoice);
/* An open invoice advances by itself from now on, or no more: its next attempt to be charged follows. */
void invoice_set_collection(struct call *call, struct record *invoice, bool advances);
/* A draft could not be finalized: where that is for want of the customer's location it says so itself, and the call
 * keeps it. Emits invoice.finalization_failed then. */
void invoice_note_failure(struct call *call, struct record *invoice);
/* A draft whose hour is over: true when it has to wait on for its webhook (it falls due again then). */
bool invoice_waits(struct call *call, struct record *invoice);

/* ---- revisions (invoice_revision.c) ---- */
/* The finalized invoice that from_invoice names, NULL with the failure. */
struct record *invoice_to_revise(struct call *call);
/* Its lines, for a draft that is to replace it; gives how many. At most BILL_LINES. */
size_t invoice_lines_again(struct call *call, struct record *source, struct bill_line lines[BILL_LINES]);
/* Everything else that a revision takes over from it. */
void invoice_copy_terms(json_t *draft, struct record *source);
/* Before a draft is finalized: the invoice that it revises, if any, gives way to it. 0 or -1. */
int invoice_supersede(struct call *call, struct record *invoice);

/* Whether a draft can take another line; 0, or -1 with the failure. */
int invoice_check_room(struct call *call, struct record *invoice, const char *where);

/* ---- usage that comes late (usage_late.c) ---- */
struct sub_change;
/* Notes on a draft which usage its lines count. */
void invoice_remember_usage(struct sub_change *c, struct record *invoice);
/* Before a draft is finalized: what was reported since is counted too. 0 or -1. */
int invoice_count_usage(struct call *call, struct record *invoice);

/* A line becomes another one under its own id: what it says of the line's record is set. */
void invoice_replace_line(struct call *call, struct record *invoice, struct record *line, struct bill_line *with);

/* Whole tax rates for an array of ids: the call's, NULL for none or with the failure set. */
json_t *tax_rates_of(struct call *call, json_t *ids, const char *where);

#endif
