/* SPDX-License-Identifier: MIT */
#ifndef VALUE_EMAIL_H
#define VALUE_EMAIL_H

#include <stdbool.h>

#define EMAIL_MOST 512 /* characters; Stripe API reference, "Create a customer" */

/*
 * Whether Stripe would take it as an address: something, one @, and a domain with a dot between its parts, which are
 * letters (of any language), digits and dashes. No blanks, no names around it, no quoted parts, at most EMAIL_MOST
 * characters of UTF-8. More lenient than RFC 5321 on the part before the @, less on the domain: neither
 * "root@localhost" nor "a@[127.0.0.1]" is one. NULL and "" are none; that "" unsets a field is its caller's business.
 */
bool email_is_valid(const char *text);

#endif
