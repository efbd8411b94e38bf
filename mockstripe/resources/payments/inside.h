/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PAYMENTS_INSIDE_H
#define RESOURCES_PAYMENTS_INSIDE_H

#include "resources/payments/pay.h"
#include "resources/payments/test_cards.h"

/*
 * What the files of this folder share and nobody else needs. Private state (PRIVATE_KEY) of the objects here:
 *
 *   payment_method  test (the row of test_cards.c, or a bank account's number; cards of old have it too), used,
 * detached (may not be used or attached again), set_up (for off-session use) payment_intent  invoice, return_url,
 * authenticated (to be confirmed once more), bank (how a debit ends), due charge          test (the row of its card),
 * due (its balance transaction lands) refund          next (what the due time is for), due dispute         next, again
 * (there is another one to come), due all of them     clock (the test clock of their customer)
 */

/* What takes real time at Stripe though nothing is waited for - the balance transaction of an asynchronous capture, the
   bank's answer to a debit, the news of a refund - takes this long here: seconds on the object's timeline. */
#define SETTLES_AFTER 5

/* ---- common.c: shapes ---- */

/* The same object (taken) with its members in the order of the description; unknown ones last. */
json_t *in_order(const struct schema_node *fields, size_t n, json_t *object);
json_t *body_in_order(const struct schema_resource *type, json_t *body);
/* The body as it is shown, for embedding: a shallow copy without the private member. New reference. */
json_t *record_shown(struct record *r);
/* An empty object of the field's shape ("payment_method_details.card" of a charge). New reference. */
json_t *field_shape(struct call *call, const struct schema_resource *type, const char *path);
/* Objects live on their customer's test clock; customer may be NULL. */
void body_use_clock(json_t *body, struct record *customer);
struct record *customer_of(struct call *call, struct record *r);	/* by its `customer`; NULL: none, or deleted */
void payment_set_due(struct call *call, struct record *r, int64_t due); /* 0: nothing is due any more */
/* A made-up word of [0-9A-Za-z] for URLs and reference numbers. Arena. */
const char *made_word(struct call *call, const char *stream, size_t length);
const char *fingerprint(struct call *call, const char *number); /* equal for equal numbers of one account. Arena. */

int payment_check_amount(struct call *call, int64_t amount, const char *currency); /* bounds of a charge; 0 or -1 */

/* ---- source.c: cards of old ---- */

/* A Card from a token: stored, and the customer's when there is one; no event. NULL with the failure. */
struct record *card_from_token(struct call *call, struct record *customer, const char *token, const char *where);

/* ---- method.c: payment methods as things to pay with ---- */

const struct schema_resource *method_type(void);
json_t *card_part(struct record *method); /* brand, last4, … of any kind of card. Borrowed */
bool is_card(struct record *method);	  /* a PaymentMethod of type card, or a Card of old */
/* The row of the table that says what a card does; NULL for what is no card. */
const struct test_card *method_card(struct record *method);
const char *method_kind(struct record *method); /* its `type`; "card" for a Card. Borrowed. */
/* Whether a payment with it has to ask its owner first. Source: Stripe docs "Testing", 3D Secure. */
bool method_must_ask(struct record *method, bool off_session, const char *request_three_d_secure);
void method_used(struct call *call, struct record *method);   /* a payment goes through: its checks are answered */
void method_spend(struct call *call, struct record *method);  /* it paid: unless it is saved, it may not pay again */
void method_set_up(struct call *call, struct record *method); /* for off-session use */
/* A new card method of that row; `key` names the row; not attached. */
struct record *method_mint(struct call *call, const struct test_card *card);
/* A new method from a create-like parameter tree (type, billing_details, …); NULL with the failure. */
struct record *method_from_params(struct call *call, json_t *params, const char *where);
/* billing_details with all its keys. New reference. */
json_t *billing_details_blank(void);
/* Checks that it may be used for a payment by that customer (may be NULL). 0 or -1. */
int method_check_owner(struct call *call, struct record *method, struct record *customer, const char *param);

/* ---- card_number.c: what a raw card number or a token means ---- */

struct raw_card {
	const struct test_card *test;
	const char *number; /* digits, arena */
	int64_t exp_month, exp_year;
	bool has_cvc;
};
/* Reads card[number], [exp_month], [exp_year], [cvc]; `where` names the object. 0, or -1 with the card_error. */
int raw_card_read(struct call *call, json_t *card, const char *where, struct raw_card *out);
/* The card that "tok_visa" or a stored token means (and uses it up); 0, or -1 with the failure. */
int token_read(struct call *call, const char *token, const char *where, struct raw_card *out);
int64_t default_exp_year(struct call *call, int64_t *month); /* token-made cards: this month, a year on */

/* ---- refusal.c: declines on the wire ---- */

/* The card error of a decline; `card_error` only, no objects yet. */
struct fail refusal_of(const struct card_decline *decline);
/* The same as it stands in last_payment_error and last_setup_error. method may be NULL. New reference. */
json_t *refusal_error(struct call *call, const struct fail *refusal, struct record *method);
int fail_card_error(
	struct call *call, const char *code, const char *param, const char *message); /* 402, nothing kept */

/* ---- charge_make.c: charges ---- */

struct charge_terms {
	struct record *customer; /* NULL: none */
	struct record *intent;	 /* NULL: a charge of old, made directly */
	struct record *method;	 /* a PaymentMethod or a Card */
	int64_t amount;
	const char *currency;
	bool capture;
	bool later;	    /* the balance transaction lands after SETTLES_AFTER (automatic_async) */
	bool authenticated; /* 3-D Secure was passed just now */
};

const struct schema_resource *charge_type(void);
/* A new body with what the terms, the intent and the method say; for charge_succeed and charge_fail. */
json_t *charge_body(struct call *call, const struct charge_terms *terms);
/* Completes a body that has amount, currency, description and such already. */
void charge_describe(struct call *call, json_t *body, const struct charge_terms *terms);
/* These store a body (taken), and emit: charge.succeeded (and a dispute card's dispute), charge.failed, charge.pending.
 */
struct record *charge_succeed(struct call *call, json_t *body, const struct charge_terms *terms);
struct record *charge_fail(
	struct call *call, json_t *body, const struct charge_terms *terms, const struct card_decline *decline);
struct record *charge_pend(struct call *call, json_t *body);
/* Ends a pending charge; emits charge.succeeded or charge.failed (failure_code not NULL). */
void charge_end_pending(struct call *call, struct record *charge, const char *failure_code, const char *message);
/* Captures `amount`, releases the rest; emits charge.captured. */
void charge_capture(struct call *call, struct record *charge, int64_t amount, bool later);
/* Lets an uncaptured charge go; emits charge.refunded, or charge.expired. */
void charge_release(struct call *call, struct record *charge, bool expired);
/* Makes the balance transaction now if it has not landed. Refunds and disputes need it. */
void charge_land(struct call *call, struct record *charge);

/* ---- balance.c: balance transactions ---- */

struct balance_entry {
	const char *type, *category; /* type and reporting_category */
	const char *description;     /* NULL: null */
	const char *source;	     /* id of what moved the money */
	int64_t amount, fee;	     /* minor units; net = amount - fee */
	const char *fee_description; /* of the single fee detail, when fee is not 0 */
	const char *currency;
	bool available;	   /* at once; else after two days */
	const char *clock; /* test clock id; NULL: the account's */
};
struct record *balance_enter(struct call *call, const struct balance_entry *entry);
/* Stripe's fee in its US example: 2.9 % and 30 cents. Source: Stripe docs "Balance transaction types", pricing. */
int64_t balance_fee(int64_t amount, const char *currency);

/* ---- refund.c, dispute.c ---- */

/* A refund of `amount`, all rules checked before; emits refund.created and charge.refunded. */
struct record *refund_make(struct call *call, struct record *charge, int64_t amount, const char *reason);
/* What a dispute card does to a charge that has just succeeded; emits charge.dispute.created and .funds_withdrawn. */
void dispute_open(struct call *call, struct record *charge, enum card_dispute kind, const char *reason,
	const char *network_reason);
/* Whether an open or lost dispute stands in the way of a refund. */
bool dispute_bars_refund(struct call *call, struct record *charge);

/* ---- intent_state.c: the states of a payment intent ---- */

const struct schema_resource *intent_type(void);
const char *intent_status(struct record *intent); /* borrowed, static */
void intent_set_status(struct call *call, struct record *intent, const char *status);
/* 400 payment_intent_unexpected_state (or setup_…) with the whole intent in the error. */
int fail_intent_state(struct call *call, struct record *intent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool status_among(const char *status, const char *const *list); /* list ends with NULL */
/* The 3-D Secure step of a confirmation: sets next_action. */
json_t *next_action_of(struct call *call, struct record *intent, const char *return_url);
/* Captures (amount of it) an intent in requires_capture; emits charge.captured and payment_intent.succeeded. */
void intent_capture(struct call *call, struct record *intent, int64_t amount);
/* The charge of an intent whose owner has authenticated before. */
enum payment_outcome intent_pay_authenticated(
	struct call *call, struct record *intent, struct record *method, struct fail *refusal);
void intent_tell_invoice(
	struct call *call, struct record *intent); /* that it was paid, when it stands for an invoice */
void intent_falls_due(struct call *call, struct record *intent);
void intent_adopt(struct call *call, struct record *intent); /* a fixture's hold lapses a week after it was made */
/* A setup intent in requires_action: see intent_authenticate. */
int setup_authenticated(struct call *call, struct record *setup, struct record *method, bool succeed);
/* What a default intent accepts: card and link. New reference. */
json_t *default_method_types(void);

#endif
