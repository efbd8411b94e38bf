/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PAYMENTS_TEST_BANKS_H
#define RESOURCES_PAYMENTS_TEST_BANKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bank accounts that are debited: Stripe's test numbers (and IBANs) of each rail, with the names of the payment methods
 * that stand for them ("pm_usBankAccount_success"), and what a debit of each does. A number of no row just works.
 * Source: Stripe docs "Accept an ACH Direct Debit payment", "Accept a SEPA Direct Debit payment" and their like for
 * Bacs, BECS and pre-authorized debits in Canada, each under "Test your integration".
 */
struct debit_failure {
	const char *code, *message; /* the charge's failure_code and failure_message */
};

struct test_bank {
	const char *rail;		     /* the payment method's type: "sepa_debit" */
	const char *number;		     /* account number, or IBAN */
	const char *token;		     /* what follows "pm_"; NULL: it has none */
	const struct debit_failure *failure; /* NULL: the debit succeeds */
	bool slow;			     /* it takes three minutes, not seconds */
	bool stays;			     /* in processing for good */
	bool disputed;			     /* succeeds and is disputed */
	bool unreachable;		     /* microdeposits do not arrive there */
};

/* Seconds until the bank answers for an account. bank may be NULL. */
int64_t test_bank_takes(const struct test_bank *bank);
const struct test_bank *test_bank_numbered(const char *rail, const char *number); /* NULL: an account that just works */
const struct test_bank *test_bank_named(const char *token); /* "usBankAccount_success"; NULL: no such token */

/* Rails whose payments are answered days later. Source: Stripe docs "Delayed notification payment methods". */
bool rail_is_debit(const char *kind);
/* Rails whose account numbers are verified before the first debit. Source: Stripe docs "Blocked bank accounts",
   "ACH Direct Debit": bank account verification. */
bool rail_verifies(const char *kind);

#endif
