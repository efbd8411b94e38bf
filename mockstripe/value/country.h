/* SPDX-License-Identifier: MIT */
#ifndef VALUE_COUNTRY_H
#define VALUE_COUNTRY_H

/*
 * The code in upper case, as responses show it, when it is a country's two-letter code in any case; NULL otherwise,
 * also for NULL. Static text. The codes are those of ISO 3166-1 alpha-2, and three that only its users assign and
 * Stripe's lists of countries have: XK (Kosovo), AC (Ascension Island) and TA (Tristan da Cunha).
 */
const char *country_find(const char *code);

#endif
