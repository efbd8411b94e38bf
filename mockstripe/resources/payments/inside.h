/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PAYMENTS_INSIDE_H
#define RESOURCES_PAYMENTS_INSIDE_H

#include "resources/payments/pay.h"
#include "resources/payments/test_banks.h"
#include "resources/payments/test_cards.h"

/*
 * What the files of this folder share and nobody else needs. Private state (PRIVATE_KEY) of the objects here:
 *
 *   payment_method  test (the row of test_cards.c, or a bank account's number; cards of old have it too), used,
 *                   detached (may not be used or attached again), set_up (for off-session use), verified,
 *                   mandate (that stands for all debits of it)
 *   payment_intent  invoice, return_url, authenticated (to be confirmed once more), tries (at microdeposits),
 *                   funded (minor units, from the cash balance), reference (of the transfer that pays it), due
 *   setup_intent    return_url, tries, due
 *   charge          test (the row of its card), due (its balance transaction lands)
 *   refund          next (what the due time is for), due
 *   dispute         next, again (there is another one to come), due
 *   all of them     clock (the test clock of their customer)
 */

/* What takes real time at Stripe though nothing is waited for - the balance transaction of an asynchronous capture, the
   news of a refund - takes this long here: seconds on the object's timeline. */
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
/* A body of that type with nothing told about the instrument yet; id NULL: a new one. New reference. */
json_t *method_blank(struct call *call, const char *type, const char *id);
/* The ids that are no objects, pm_card_visa and pm_usBankAccount_success: naming one makes a new method each time. */
bool method_is_magic(const char *id);
struct record *method_minted(struct call *call, const char *id); /* NULL: the id is not magic */
/* A new card method of that row; not attached. */
struct record *method_mint(struct call *call, const struct test_card *card);
/* A new method from a create-like parameter tree (type, billing_details, …); NULL with the failure. */
struct record *method_from_params(struct call *call, json_t *params, const char *where);
/* billing_details with all its keys. New reference. */
json_t *billing_details_blank(void);
/* Checks that it may be used for a payment by that customer (may be NULL). 0 or -1. */
int method_check_owner(struct call *call, struct record *method, struct record *customer, const char *param);

/* ---- bank.c: bank accounts as things to pay with ---- */

/* What a new body of that rail shows of the account in `given`, its numbers hidden. 0, or -1 with the failure. */
int bank_apply(struct call *call, json_t *body, const char *type, json_t *given, const char *where);
struct record *bank_mint(struct call *call, const struct test_bank *bank); /* a new method; not attached */
/* The row that says what a debit of it does; NULL: it just works. */
const struct test_bank *method_bank(struct record *method);
/* Whether its owner has still to show that the account is theirs. Accounts out of fixtures are taken as verified. */
bool bank_is_unverified(struct record *method);
void bank_set_verified(struct call *call, struct record *method); /* nothing for what is no bank account */

/* ---- mandate.c: the permission to debit ---- */

/* The id of the mandate of a method that is set up for later, made when there is none; NULL: its kind needs none. */
const char *mandate_for_setup(struct call *call, struct record *method);
/* The one that a debit refers to: the standing one, or one for this payment only. */
const char *mandate_for_payment(struct call *call, struct record *intent, struct record *method);
/* The bank has told that the customer takes it back; emits mandate.updated. Nothing for an unknown id. */
void mandate_end(struct call *call, const char *id);

/* ---- microdeposits.c: verifying an account number by what was sent there ---- */

enum deposits {
	DEPOSITS_MATCH,
	DEPOSITS_FAILED,  /* for good; *refusal says why */
	DEPOSITS_REFUSED, /* the call has failed, and may be tried again */
};
/* Whether an intent (of either kind) that is confirmed with the method has to send them first. */
bool microdeposits_wanted(struct record *intent, struct record *method);
/* Sends them: the intent's next_action (new reference), and a due time for when they are late or do not arrive. */
json_t *microdeposits_send(struct call *call, struct record *intent, struct record *method);
/* 0, or -1 when the intent is not waiting for them. */
int microdeposits_check(struct call *call, struct record *intent);
/* What the request says of them. Source: Stripe docs "ACH Direct Debit", test microdeposit amounts and codes. */
enum deposits microdeposits_read(struct call *call, struct record *intent, struct fail *refusal);
/* The answer once they have failed for good: the intent, or the failure when the caller was at fault. 0 or -1. */
int microdeposits_answer(struct call *call, struct record *intent, const struct fail *refusal);
/* The due time has come: why the intent fails now; false: it waits for something else. */
bool microdeposits_late(struct call *call, struct record *intent, struct fail *refusal);

/* ---- debit.c: payments that the bank answers later ---- */

/* Sends the debit, or the microdeposits that come first: processing, or requires_action. */
enum payment_outcome debit_begin(struct call *call, struct record *intent, struct record *method);
void debit_ends(struct call *call, struct record *intent); /* the bank has answered */

/* ---- bank_transfer.c: payments from a customer's cash balance ---- */

int bank_transfer_check(struct call *call, json_t *body); /* whether an intent's body can be paid so; 0 or -1 */
/* Takes what is there: paid, or requires_action with where to send the rest. */
enum payment_outcome bank_transfer_begin(struct call *call, struct record *intent);
/* POST …/apply_customer_balance: 0 or -1. */
int bank_transfer_apply(struct call *call, struct record *intent);
/* A canceled intent gives back what it has taken; nothing when it took nothing. */
void bank_transfer_release(struct call *call, struct record *intent);
/* The refund of a charge paid so goes back to the balance; nothing for any other charge. */
void bank_transfer_refund(struct call *call, struct record *charge, struct record *refund);
/* A new method of type customer_balance, which stands for whatever the customer has sent: it is never saved. */
struct record *balance_method(struct call *call);
bool is_balance(struct record *method);

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
/* What may be paid out in that currency; minor units. */
int64_t balance_available(struct call *call, const char *currency);
/* Stripe's fee in its US example: 2.9 % and 30 cents. Source: Stripe docs "Balance transaction types", pricing. */
int64_t balance_fee(int64_t amount, const char *currency);

/* ---- refund.c ---- */

/* A refund of `amount`, all rules checked before; emits refund.created and charge.refunded. */
struct record *refund_make(struct call *call, struct record *charge, int64_t amount, const char *reason);
/* ---- refund_cash.c: of a customer's cash balance ---- */

int refund_from_cash(struct call *call);  /* POST /v1/refunds with an origin: 0 or -1 */
bool refund_waits(struct record *refund); /* for the customer's bank details */
/* The money of a waiting refund goes back to the balance. status: "canceled", or "failed" when it has expired. */
void refund_return(struct call *call, struct record *refund, const char *status);

/* ---- dispute.c ---- */

/* What a dispute card does to a charge that has just succeeded; emits charge.dispute.created and .funds_withdrawn. */
void dispute_open(struct call *call, struct record *charge, enum card_dispute kind, const char *reason,
	const char *network_reason);
/* Whether an open or lost dispute stands in the way of a refund. */
bool dispute_bars_refund(struct call *call, struct record *charge);

/* ---- next_action.c: what the owner of a method has to do ---- */

/* The 3-D Secure step, or a bank's page, of an intent of either kind; return_url NULL: in a browser's library. New
   reference. */
json_t *redirect_action(struct call *call, struct record *intent, const char *return_url);
/* How a payment with a method of that kind goes on; one that has to be paid within a time falls due then. New
   reference. */
json_t *payment_action(struct call *call, struct record *intent, const char *kind);

/* ---- intent_state.c: the states of a payment intent ---- */

const struct schema_resource *intent_type(void);
const char *intent_status(struct record *intent); /* borrowed, static */
void intent_set_status(struct call *call, struct record *intent, const char *status);
/* 400 payment_intent_unexpected_state (or setup_…) with the whole intent in the error. */
int fail_intent_state(struct call *call, struct record *intent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool status_among(const char *status, const char *const *list); /* list ends with NULL */
/* Captures (amount of it) an intent in requires_capture; emits charge.captured and payment_intent.succeeded. */
void intent_capture(struct call *call, struct record *intent, int64_t amount);
/* The charge of an intent whose owner has authenticated before. */
enum payment_outcome intent_pay_authenticated(
	struct call *call, struct record *intent, struct record *method, struct fail *refusal);
/* Waits for its owner. next_action: taken. */
enum payment_outcome intent_ask(struct call *call, struct record *intent, json_t *next_action);
/* What its charges are made from. */
struct charge_terms intent_terms(struct call *call, struct record *intent, struct record *method);
/* The money is there: the intent is done, or waits for its capture. */
void intent_paid(struct call *call, struct record *intent, struct record *charge);
/* An attempt has failed after the call that began it: back to requires_payment_method with code and message of the
   refusal, whose other members are set here. charge NULL: there was none. Tells the invoice. */
void intent_fail(struct call *call, struct record *intent, struct fail *refusal, struct record *charge);
/* setup_future_usage: the method is saved to the customer, and set up for off-session use when that was asked. */
void intent_save_method(struct call *call, struct record *intent, struct record *method, struct record *customer);
struct record *intent_method(struct call *call, struct record *intent); /* NULL: none, or deleted */
/* How an attempt went that the invoice behind the intent did not make itself; nothing when there is no invoice. */
void intent_tell_invoice(
	struct call *call, struct record *intent, enum payment_outcome outcome, const struct fail *refusal);
void intent_falls_due(struct call *call, struct record *intent);
void intent_adopt(struct call *call, struct record *intent); /* a fixture's hold lapses a week after it was made */
/* A setup intent in requires_action: see intent_authenticate. */
int setup_authenticated(struct call *call, struct record *setup, struct record *method, bool succeed);
/* What a default intent accepts: card and link. New reference. */
json_t *default_method_types(void);

#endif
