/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PAYMENTS_CONFIRM_H
#define RESOURCES_PAYMENTS_CONFIRM_H

#include "resources/payments/inside.h"

/* What confirming a payment intent and a setup intent have in common: their parameters and the checks before them. */

/*
 * The method that the request names: payment_method, payment_method_data or confirmation_token, at most one of them.
 * NULL without failure when it names none.
 */
struct record *request_method(struct call *call, struct record *customer);
/* The method's type is one that the intent's body accepts; 0 or -1. */
int check_method_type(struct call *call, json_t *body, struct record *method);
/* A method that may redirect needs a return_url, unless nobody is there or the client's library handles it; 0 or -1. */
int check_return_url(struct call *call, json_t *body);
/* automatic_payment_methods and payment_method_types of a new body, after the parameters have been applied. */
void settle_method_types(struct call *call, json_t *body);
bool request_off_session(const struct call *call); /* off_session: true, "one_off" or "recurring" */
/* Keeps the return_url that was given, in the private state. */
void keep_return_url(struct call *call, json_t *body);

#endif
