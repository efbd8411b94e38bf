/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PAYMENTS_PAY_H
#define RESOURCES_PAYMENTS_PAY_H

#include "api/call.h"

/*
 * What invoices (and checkout, and the payment intents' own routes) ask of payments: a PaymentIntent, and an attempt to
 * pay it with a payment method. The outcome follows from Stripe's test values (test_cards.c); every attempt leaves its
 * charge, its balance transaction and its events, in Stripe's order.
 */
enum payment_outcome {
	PAYMENT_SUCCEEDED,
	PAYMENT_DECLINED,     /* the reason is in *refusal */
	PAYMENT_NEEDS_ACTION, /* 3-D Secure on session: next_action is set, nothing was charged */
	PAYMENT_PROCESSING,   /* bank debits */
};

struct payment_terms {
	struct record *customer; /* may be NULL */
	int64_t amount;		 /* minor units, > 0 */
	const char *currency;
	const char *description;	      /* NULL: none */
	struct record *invoice;		      /* the invoice it pays; NULL: none */
	const json_t *payment_method_types;   /* borrowed array; NULL: ["card"] */
	const json_t *payment_method_options; /* borrowed object, by type; laid over the defaults; NULL: none */
	bool setup_future_usage_off_session;
};

/* A new PaymentIntent in requires_payment_method; emits payment_intent.created. */
struct record *intent_new(struct call *call, const struct payment_terms *terms);

/*
 * One attempt with a payment method (a record; a magic pm_card_ id has been minted before, see method_resolve).
 * off_session: nobody is there to authenticate; a card that must ask is then declined with authentication_required.
 * On PAYMENT_DECLINED *refusal is filled as for a 402 card_error: message, code, decline_code, charge, payment_intent,
 * payment_method; the caller decides whether it becomes the call's failure (fail_card) or only a state of the invoice,
 * and releases it with refusal_clear. The intent is back in requires_payment_method then.
 */
enum payment_outcome intent_attempt(
	struct call *call, struct record *intent, struct record *method, bool off_session, struct fail *refusal);
void refusal_clear(struct fail *refusal);
/* Makes the refusal the call's failure, to be kept (the writes stay, as at Stripe). Takes the refusal. Gives -1. */
int fail_card(struct call *call, struct fail *refusal);

/*
 * A refund of a part of a charge for something else than a refund request (a credit note), by the same rules and with
 * the same events. NULL with the failure about the amount, which names `param`.
 */
struct record *charge_refund(struct call *call, struct record *charge, int64_t amount, const char *param);

/* Cancels an intent that is not final; emits payment_intent.canceled. reason: "void_invoice", "abandoned", … */
void intent_cancel(struct call *call, struct record *intent, const char *reason);

/*
 * The payment method that an id in a request means: a stored one, or a new one minted from a magic pm_card_ id. Checks
 * that it is the customer's own (or nobody's). NULL with the failure set (param names the parameter).
 */
struct record *method_resolve(struct call *call, const char *id, struct record *customer, const char *param);
/* Attaches a method to a customer with all of Stripe's rules; 0 or -1. Emits payment_method.attached. */
int method_attach(struct call *call, struct record *method, struct record *customer);
/* The method as a customer's default or a subscription's must be: attached to that customer. NULL with the failure. */
struct record *method_attached(struct call *call, const char *id, struct record *customer, const char *param);

/*
 * The 3-D Secure step (or the visit to a bank's page) of an intent in requires_action, be it a PaymentIntent or a
 * SetupIntent: its owner succeeds or fails to authenticate. A payment is then charged, or falls back to
 * requires_payment_method; everything is emitted. 0, or -1 when the intent waits for nothing.
 */
int intent_authenticate(struct call *call, struct record *intent, bool succeed);

/* Whether a method can pay without asking its owner: false for the cards that authenticate each time. */
bool method_pays_off_session(struct record *method);

/*
 * A card of old (or bank account, or source) for a customer, from "tok_visa", a stored token or a source's id: what
 * POST /v1/customers/{id}/sources does, and `source` on customers. The first one becomes the default_source. Emits
 * customer.source.created, not customer.updated. NULL with the failure.
 */
struct record *source_add(struct call *call, struct record *customer, const char *token, const char *param);

/* "us_bank_transfer" for "usd"; NULL: customers cannot send that currency. */
const char *bank_transfer_type(const char *currency);
/* Where such a transfer goes to: the country that was chosen, or the type's own. */
const char *bank_transfer_country(const char *type, const char *chosen);
/* The accounts that a customer sends it to, as financial_addresses shows them. chosen: NULL or a country. New
 * reference. */
json_t *bank_transfer_addresses(struct call *call, struct record *customer, const char *type, const char *chosen);
/* New money in a customer's cash balance pays what waits for it. reference: of the transfer, or NULL. */
void bank_transfer_reconcile(struct call *call, struct record *customer, const char *currency, const char *reference);

/* A SetupIntent for a customer's future payments, off session; emits setup_intent.created. */
struct record *setup_intent_new(struct call *call, struct record *customer);

#endif
