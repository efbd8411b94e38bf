/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_ACCOUNT_SETTINGS_H
#define RESOURCES_ACCOUNT_SETTINGS_H

#include "api/call.h"

/*
 * What Stripe lets an account choose on the Dashboard only, so that no API call says it. Kept as private state of the
 * account's own object: a snapshot and a mark have it, a reset takes it away. What each one means stands in its row of
 * the table. Public material does not say what a new account has; a default without a source there is our choice.
 */
struct account_setting {
	const char *name;
	const char *values[4];	    /* NULL-ended; the first is the default. None: a whole number */
	int64_t usual, least, most; /* of a number: the default, and its bounds */
	const char *meaning;	    /* a phrase */
};
extern const struct account_setting account_settings[]; /* ended by a NULL name */

/* The row of that name, or NULL. */
const struct account_setting *account_setting_find(const char *name);
/* A number, or one of a closed set. */
bool account_setting_is_number(const struct account_setting *setting);
/* Whether it can be set to this text; a number is written in decimal. */
bool account_setting_takes(const struct account_setting *setting, const char *value);
/* "cancel, unpaid, past_due", or "a whole number from 0 to 365": what can be sent. Of the arena. */
const char *account_setting_choice(const struct account_setting *setting, struct arena *arena);

/* The value in force of a setting that exists and is none of the numbers. Static. Makes no record. */
const char *account_setting(struct call *call, const char *name);
bool account_setting_is(struct call *call, const char *name, const char *value);
/* The same of a number. */
int64_t account_setting_number(struct call *call, const char *name);
/* Sets it; name and value must be of the table. Makes the account's object when there is none yet. */
void account_setting_put(struct call *call, const char *name, const char *value);

#endif
