/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PAYMENTS_TEST_CARDS_H
#define RESOURCES_PAYMENTS_TEST_CARDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Stripe's test values, in one table each: every card number with the names its token (tok_…) and its payment method
 * (pm_card_…) go by, and what it does. What a payment does follows from these rows and from nothing else; bank accounts
 * are in test_banks.h. Source: Stripe docs "Testing", "Decline codes".
 */

/* How a refusal looks on the wire and in the charge's outcome. NULL members are left out, or null. */
struct card_decline {
	const char *code, *decline_code, *message;
	const char *advice_code, *network_decline_code;
	const char *reason; /* outcome.reason */
	const char *param;  /* shown by setups only */
	bool blocked;	    /* by Radar: never sent to the network */
};

enum card_asks {
	ASKS_NEVER,
	ASKS_UNTIL_SET_UP, /* always on session; off session only before it was set up for that */
	ASKS_ALWAYS,
};

enum card_risk { RISK_NORMAL, RISK_ELEVATED, RISK_HIGHEST };
enum card_refund { REFUND_AT_ONCE, REFUND_PENDING_FIRST, REFUND_FAILS_LATER };
enum card_dispute { DISPUTE_NONE, DISPUTE_CHARGEBACK, DISPUTE_INQUIRY, DISPUTE_WARNING, DISPUTE_TWICE };

struct test_card {
	const char *name;    /* what follows "tok_" and "pm_card_"; NULL: known by its number only */
	const char *number;  /* its last four are last4 */
	const char *brand;   /* as in payment methods: "visa" */
	const char *funding; /* "credit", "debit", "prepaid" */
	const char *country;
	const struct card_decline *decline; /* what every charge meets (after authentication, if it asks) */
	bool attaches;			    /* although it declines, it can be saved to a customer */
	enum card_asks asks;
	bool set_up; /* counts as set up for off-session use from the start */
	bool no_three_d_secure;
	enum card_risk risk;
	const char *cvc_check, *line1_check, *postal_check; /* NULL: "pass" when there is something to check */
	enum card_refund refund;
	enum card_dispute dispute;
	const char *dispute_reason, *network_reason;
	bool available_at_once; /* its funds skip the pending balance */
};

const struct test_card *test_card_named(const char *name);	/* "visa_chargeDeclined"; NULL when there is none */
const struct test_card *test_card_numbered(const char *number); /* digits only; NULL */
/* For a card known only by what its body shows: the row with that brand, country and last4; "visa" when none fits. */
const struct test_card *test_card_like(const char *brand, const char *country, const char *last4);
/* What names the row in a payment method's private state: its name, else its number. */
const char *test_card_key(const struct test_card *card);
const struct test_card *test_card_of_key(const char *key); /* NULL when there is none */
size_t test_card_count(void);
const struct test_card *test_card_at(size_t index);

/* The refusal of a payment off session by a card that asks. Stripe docs "Decline codes", authentication_required. */
extern const struct card_decline decline_authentication_required;

/* "American Express" (cards of old), "american_express" (display_brand). Source: Stripe docs "The Card object". */
const char *brand_title(const char *brand);
const char *brand_display(const char *brand);

/* The check digit of ISO/IEC 7812; false for anything but 12 to 19 digits. */
bool card_number_is_whole(const char *number);

#endif
