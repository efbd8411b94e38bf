/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_CUSTOMER_APPLY_H
#define RESOURCES_CUSTOMER_APPLY_H

#include "api/call.h"

/* The parameters that creating and updating a customer share; between the customer's own files. */

/* Everything that can be refused without looking at the customer: e-mail, locales, countries, URLs, prefixes. 0 or -1.
 */
int customer_check(struct call *call, const struct record *self);

/* Names that params_apply must leave alone, since customer_apply does them. NULL at the end. */
extern const char *const customer_by_hand[];

/* Takes the parameters of customer_by_hand over into a body or draft, all but money and payment methods. 0 or -1. */
int customer_apply(struct call *call, json_t *body);

/*
 * invoice_settings[default_payment_method], default_source: must be the customer's own. `attached` is the method that
 * this call attached under the id `payment_method` (NULL: none): a magic id stands for it. 0 or -1.
 */
int customer_apply_defaults(struct call *call, struct record *customer, struct record *attached);

/* balance: sets it and writes the transaction of that type for the difference. 0 or -1. */
int customer_apply_balance(struct call *call, struct record *customer, const char *type);

/* cash_balance[settings]: kept in the private state. */
void customer_apply_cash(struct call *call, struct record *customer);

/* tax_id_data[i] of a new customer; `where` names it. The record, or NULL with the failure. */
struct record *customer_tax_id_make(
	struct call *call, struct record *customer, const char *type, const char *value, const char *where);

/* The bodies of includable fields; new references. */
json_t *customer_sources(struct call *call, struct record *customer);
json_t *customer_subscriptions(struct call *call, struct record *customer);
json_t *customer_tax_ids(struct call *call, struct record *customer);
json_t *customer_tax(struct call *call, struct record *customer);
json_t *customer_cash_balance(struct call *call, struct record *customer);
json_t *customer_credit_balance(struct call *call, struct record *customer);

#endif
