/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_WORDING_H
#define ACTIONS_WORDING_H

#include <stdint.h>

#include "base/arena.h"

/* Money, dates and periods as a person reads them, in English. All results live in the arena. */

/* "1,234.50 USD", "500 JPY", "-3.00 EUR": always number and code, as symbols are ambiguous. Without a currency, the
 * number. */
const char *wording_money(struct arena *arena, int64_t amount, const char *currency);
/* "23 December 2026" with the zone named: "(UTC)". A period end at midnight is the day before further west. */
const char *wording_date(struct arena *arena, int64_t at);
/* "2026-12-23T10:00:00Z", for data. */
const char *wording_iso(struct arena *arena, int64_t at);
/* "month", "3 months", "year". */
const char *wording_interval(struct arena *arena, const char *interval, int64_t count);
/* "a***@e***.com", enough to recognise one's own address; "***" when it is none. */
const char *wording_masked_email(struct arena *arena, const char *email);
/* "***67", the last two digits. */
const char *wording_masked_phone(struct arena *arena, const char *phone);

#endif
