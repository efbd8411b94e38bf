/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_CUSTOMER_H
#define RESOURCES_CUSTOMER_H

#include "api/call.h"

/*
 * What other resources do to customers. None of these emits customer.updated: a call that changes a customer in several
 * ways announces it once, with emit_changed(call, "customer.updated", customer).
 */

/*
 * Settles the customer's currency: sets it when there is none yet; -1 when it is another one and the two may not be
 * combined (`name` is the parameter in the failure, may be NULL). Source: Stripe docs "Customers", currency.
 */
int customer_use_currency(struct call *call, struct record *customer, const char *currency, const char *name);

/*
 * Moves the customer's balance by `amount` (negative: credit) and writes the transaction of that type
 * ("applied_to_invoice", "credit_note", ...). invoice and credit_note may be NULL. Gives the transaction's record.
 * Source: Stripe docs "Customer credit balance".
 */
struct record *customer_balance_move(struct call *call, struct record *customer, int64_t amount, const char *currency,
	const char *type, const char *invoice, const char *credit_note, const char *description);

/* What a customer's cash balance holds in that currency, and whether only requests spend it. */
int64_t customer_cash(struct record *customer, const char *currency);
bool customer_cash_is_manual(struct record *customer);
/*
 * Moves the cash balance by `amount` and writes the transaction of that type ("funded", "applied_to_payment", ...),
 * with the member of the same name (taken; NULL: it has none). Emits customer_cash_balance_transaction.created. NULL
 * with the failure when the balance would become too large. Source: Stripe docs "The Cash Balance Transaction object".
 */
struct record *customer_cash_move(struct call *call, struct record *customer, int64_t amount, const char *currency,
	const char *type, json_t *details);

/* Whether Stripe would know where to calculate the customer's tax: by an address, or by the IP address. */
bool customer_is_located(struct record *customer);

/* Takes the next number of the customer's own invoice sequence, or of the account's where its setting invoice_numbering
 * says so: "ABCD1234-0001". Arena text. Source: Stripe docs "Customize invoices", invoice numbering. */
const char *customer_invoice_number(struct call *call, struct record *customer);

/* Checks and copies an address parameter onto field `key` of a draft (merged per leaf; countries upper-cased). 0 or -1.
 */
int address_apply(struct call *call, json_t *draft, const char *key, json_t *given, const char *where);

#endif
