/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_WORDING_H
#define ACTIONS_WORDING_H

#include <stdint.h>

#include "base/arena.h"

/* What is written the same in every language; locale.h has the rest. All results live in the arena. */

/* "2026-12-23T10:00:00Z", for data. */
const char *wording_iso(struct arena *arena, int64_t at);
/* "a***@e***.com", enough to recognise one's own address; "***" when it is none. */
const char *wording_masked_email(struct arena *arena, const char *email);
/* "***67", the last two digits. */
const char *wording_masked_phone(struct arena *arena, const char *phone);

#endif
