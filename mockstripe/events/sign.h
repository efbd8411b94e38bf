/* SPDX-License-Identifier: MIT */
#ifndef EVENTS_SIGN_H
#define EVENTS_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/*
 * Adds the value of a Stripe-Signature header for a body sent at `at` (Unix seconds): "t=AT,v1=HEX". HEX is HMAC-SHA256
 * in lower case, its key the whole secret ("whsec_" included), its message "AT.BODY". With `fake`, as in test mode, a
 * v0 follows that no receiver may take for a signature. Source: Stripe docs "Verify webhook signatures manually".
 */
void sign_header(struct text *out, int64_t at, const char *secret, const char *body, size_t length, bool fake);

#endif
