/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PORTAL_H
#define RESOURCES_PORTAL_H

#include "api/call.h"

/*
 * The customer portal: configurations, sessions, and what a customer does on the page that a session opens. Source:
 * Stripe docs "Customer portal", "Configure the portal", "Customer portal flows", "The Portal Session object".
 *
 * Private state of a session (PRIVATE_KEY): token (the last part of its url), expires (Unix seconds), clock (the test
 * clock of its customer).
 */

/* The default configuration, as saving the settings page of the Dashboard makes it; NULL: none was saved. */
struct record *portal_default(struct call *call);
/* Saves it with the Dashboard's initial settings, or makes `configuration` (an id) the default. NULL with the failure.
 */
struct record *portal_save_default(struct call *call, const char *configuration);

/*
 * A visit to the page: the open session by its id or token, its customer's clock taken up, its time extended: it ends
 * five minutes after creation when nobody comes and an hour after the last visit. NULL with the failure.
 */
struct record *portal_visit(struct call *call, const char *id_or_token);
/* The settings that the session works by: `features` of its configuration as it is now. Borrowed. */
json_t *portal_features(struct call *call, struct record *session);

/*
 * What the customer may do there. All check that the feature is switched on and that the subscription is the customer's
 * and fit for it; events are those of the ordinary calls. 0, or -1 with the failure.
 */
/* At the period's end or at once, as configured. feedback (an option of the configuration) and comment may be NULL. */
int portal_cancel(
	struct call *call, struct record *session, const char *sub, const char *feedback, const char *comment);
/* A cancellation at the period's end is taken back. */
int portal_renew(struct call *call, struct record *session, const char *sub);
/* Another price, quantity (0: as it is) and promotion code (its id); NULL: as it is. Prorated as configured. */
int portal_switch(struct call *call, struct record *session, const char *sub, const char *price, int64_t quantity,
	const char *promotion_code);
/* given (borrowed): address, email, name, phone, shipping, as far as the configuration allows them. */
int portal_customer(struct call *call, struct record *session, json_t *given);
/* The method (an id, or a magic one) is attached and becomes the customer's default. */
int portal_method(struct call *call, struct record *session, const char *method);

/* Between the portal's own files. */

enum portal_use { PORTAL_CANCEL, PORTAL_PAUSE, PORTAL_UPDATE };
/* A subscription of that customer that the portal may do this to, by the features; NULL with the failure. */
struct record *portal_subscription(struct call *call, struct record *customer, json_t *features, const char *id,
	enum portal_use use, const char *where);
/* The price is one of those that the configuration lists. */
bool portal_offers(json_t *features, const char *price);

#endif
