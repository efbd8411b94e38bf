/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_INVOICE_H
#define RESOURCES_BILLING_INVOICE_H

#include "api/call.h"
#include "billing/cycle.h"
#include "resources/payments/pay.h"
#include "value/decimal.h"

/*
 * Invoices, for subscriptions, previews and payments. The life of one: invoice_begin, lines, invoice_total (again
 * whenever a line changes), invoice_finalize, invoice_collect. Lines are records of type InvoiceLineItem; the invoice's
 * body shows the first ten of them. Source: Stripe docs "How invoicing works", "Status transitions and finalization".
 */

/* One line about to be put on an invoice, or a pending invoice item about to be made. Pointers are borrowed. */
struct bill_line {
	int64_t amount; /* minor units, before discounts */
	struct span period;
	const char *description;
	struct record *price; /* NULL: a plain amount */
	struct decimal quantity;
	const char *unit_amount_decimal; /* NULL: shown as null (prorations) */
	struct record *sub, *item;	 /* the subscription and its item; NULL: none */
	struct record *invoice_item;	 /* the pending item it comes from; NULL: none */
	bool proration;
	bool discountable;
	json_t *credited;    /* proration_details.credited_items of a line; NULL: null */
	json_t *off;	     /* {amount, discount} of what discounts take off a proration; NULL: nothing */
	bool itemized;	     /* the amount is before them, and they are shown beside it; else after them */
	json_t *discounts;   /* ids of the line's own discounts; NULL: none */
	json_t *tax_rates;   /* whole tax rates of the line; NULL or empty: the invoice's */
	bool fixed_rates;    /* exactly these, also when there are none: a credit of what was taxed otherwise */
	json_t *metadata;    /* NULL: {} */
	bool quiet;	     /* an item whose invoiceitem.created the caller announces later */
	struct record *line; /* out: the line's record */
};

struct invoice_terms {
	struct record *customer;
	struct record *sub; /* NULL: a one-off invoice */
	const char *reason; /* billing_reason */
	const char *currency;
	struct span period; /* of the invoice: for cycles the previous period */
	bool sweep;	    /* takes the pending invoice items along, newest first */
	bool auto_advance;
	bool quiet;		/* the caller has more to write and emits invoice.created itself */
	int64_t proration_date; /* 0: none to show */
};

#define BILL_LINES 250 /* Stripe docs, "Invoice items": at most on one invoice */

/* Lines that are gathered for an invoice (bill_lines_add), in the call's arena. Zero-initialised is empty and usable.
 */
struct bill_lines {
	struct bill_line *at;
	size_t count, room;
};

/*
 * A new draft with these lines (after the swept ones), totals worked out; emits invoice.created. Sets call->now's
 * stamps; a draft that advances by itself falls due one hour later. NULL with the failure set (amounts that overflow,
 * too many lines).
 */
struct record *invoice_new(struct call *call, const struct invoice_terms *terms, struct bill_line *lines, size_t n);

/* Works out discounts, taxes and totals of a draft again from its lines. 0 or -1. */
int invoice_total(struct call *call, struct record *invoice);

/* draft -> open, or paid when nothing is due: number, balance, payment intent, events. 0 or -1. */
int invoice_finalize(struct call *call, struct record *invoice);

enum collection {
	COLLECTED,
	COLLECTION_NOTHING_DUE, /* paid already */
	COLLECTION_NO_METHOD,	/* there is nothing to charge */
	COLLECTION_DECLINED,	/* *refusal says why */
	COLLECTION_NEEDS_ACTION,
};
/*
 * One attempt to charge an open invoice with `method` (NULL: the default by Stripe's order of priority). Moves the
 * invoice, and the subscription behind it, and emits everything. automatic: done by Stripe itself (counts as an
 * attempt). Release the refusal with refusal_clear.
 */
enum collection invoice_collect(
	struct call *call, struct record *invoice, struct record *method, bool off_session, struct fail *refusal);
/* The method that would be charged; NULL when there is none. */
struct record *invoice_method(struct call *call, struct record *invoice);
/* The invoice was paid outside of Stripe (intent NULL), or by its intent. */
void invoice_paid_by_intent(struct call *call, struct record *invoice, struct record *intent);
/*
 * The intent that stands for the invoice has moved without invoice_collect: a client confirmed it, the bank answered a
 * debit, an authentication ended. The invoice and its subscription follow as they do after an attempt of their own: an
 * open invoice is paid, or the attempt counts and fails (invoice.payment_failed), or its owner is asked
 * (invoice.payment_action_required). code: why it was declined; NULL otherwise. Source: Stripe docs "Subscription
 * lifecycle", payment status; "Use webhooks with subscriptions".
 */
void invoice_intent_moved(struct call *call, struct record *invoice, struct record *intent,
	enum payment_outcome outcome, const char *code);

/* Whether its payment is in the bank's hands: a debit that is processing, or an account that is being verified with
   microdeposits. */
bool invoice_awaits_bank(struct call *call, struct record *invoice);

/* open -> void; 0 or -1 */
int invoice_void(struct call *call, struct record *invoice);
int invoice_mark_uncollectible(struct call *call, struct record *invoice, const char *reason);

/*
 * A credit note lowers what is to be paid by `before` and gives back `after` of what was paid (before < 0: it is
 * voided). An invoice with nothing left to pay is paid. Emits invoice.updated and what follows. 0 or -1. Source: Stripe
 * docs "Credit notes".
 */
int invoice_credit(struct call *call, struct record *invoice, int64_t before, int64_t after);

int64_t amounts_sum(const json_t *list); /* of a list of {amount, ...}: of discounts, of taxes; 0 for NULL */
struct record *invoice_subscription(struct call *call, struct record *invoice); /* NULL: none */
/* The subscription's open and draft invoices stop advancing by themselves. */
void invoices_stop(struct call *call, struct record *sub);

/* A pending invoice item (or one on a draft invoice); emits invoiceitem.created. */
struct record *invoice_item_new(
	struct call *call, struct record *customer, struct bill_line *line, const char *currency);
/* Pending prorations of the subscription are removed, as when it is canceled without them. */
void invoice_items_drop_prorations(struct call *call, struct record *sub);

extern const struct resource invoice_line_resource;

#endif
