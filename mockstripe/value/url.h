/* SPDX-License-Identifier: MIT */
#ifndef VALUE_URL_H
#define VALUE_URL_H

#include <stdbool.h>

/*
 * Whether it is an absolute http or https URL (RFC 3986 section 3, RFC 9110 section 4.2): a host - a name, an IPv4
 * address, or an IPv6 address in brackets -, perhaps a port of 1 to 65535, perhaps a user before it. What follows may
 * be any text without blanks and control characters, so that "{CHECKOUT_SESSION_ID}" can stand in a success_url. A
 * plain http://localhost:4242 is one: Stripe takes it in test mode. NULL is none.
 */
bool url_is_http(const char *text);

#endif
