/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_ACCOUNT_SETTINGS_H
#define RESOURCES_ACCOUNT_SETTINGS_H

#include "api/call.h"

/*
 * What Stripe lets an account choose on the Dashboard only, so that no API call says it. Kept as private state of the
 * account's own object: a snapshot and a mark have it, a reset takes it away.
 *
 *	subscription_after_retries  what becomes of a subscription when the last retry has failed: cancel, unpaid, or it
 *	                            is left past_due (Stripe docs "Automatic collection")
 *	invoice_after_retries       and of the invoice: it stays open, or is uncollectible (the same page)
 *	tax_rounding                manual tax rates are rounded by line, or once by invoice (Stripe docs "Tax rates")
 *
 * Public material does not say what a new account has; these defaults are the first value of each.
 */
struct account_setting {
	const char *name;
	const char *values[4]; /* NULL-ended; the first is the default */
};
extern const struct account_setting account_settings[]; /* ended by a NULL name */

/* The row of that name, or NULL. */
const struct account_setting *account_setting_find(const char *name);
bool account_setting_takes(const struct account_setting *setting, const char *value);
/* The value in force of a setting that exists. Static. Makes no record. */
const char *account_setting(struct call *call, const char *name);
bool account_setting_is(struct call *call, const char *name, const char *value);
/* Sets it; name and value must be of the table. Makes the account's object when there is none yet. */
void account_setting_put(struct call *call, const char *name, const char *value);

#endif
