/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_PORTAL_H
#define RESOURCES_PORTAL_H

#include "api/call.h"

/*
 * The customer portal: configurations, sessions, and what a customer does on the page that a session opens. Source:
 * Stripe docs "Customer portal", "Configure the portal", "Customer portal flows", "The Portal Session object".
 *
 * Private state of a session (PRIVATE_KEY): token (the last part of its url), expires (Unix seconds), clock (the test
 * clock of its customer), flow_done, due and resumes (a subscription that it has paused until then). Of a schedule:
 * portal, when the portal has made it.
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

struct record *portal_customer_of(struct call *call, struct record *session);

/* Looking at features (borrowed). */
bool portal_allows(json_t *features, const char *feature); /* switched on: "subscription_cancel" */
bool portal_lists(json_t *texts, const char *wanted);	   /* an array of texts has that one; NULL: it has none */
bool portal_offers(json_t *features, const char *price);   /* it is one of the prices of the products */

/* The one task that the link leads to ("subscription_cancel"); NULL: it leads to the portal's first page, or it is
 * done. */
const char *portal_flow(struct record *session);
void portal_flow_end(struct call *call, struct record *session); /* it is done; nothing when there is none */

/*
 * What the customer may do there. All check that the feature is switched on and that the subscription is the customer's
 * and fit for it; events are those of the ordinary calls. 0, or -1 with the failure.
 */
/*
 * At the period's end or at once, as configured. feedback (an option of the configuration) and comment may be NULL, and
 * must be when the configuration asks for no reason.
 */
int portal_cancel(
	struct call *call, struct record *session, const char *sub, const char *feedback, const char *comment);
/* Rather than cancel, the customer takes the coupon that the flow offers: it comes to the subscription's discounts. */
int portal_stay(struct call *call, struct record *session, const char *sub);
/* A cancellation, or a change that the portal has scheduled, is taken back. */
int portal_renew(struct call *call, struct record *session, const char *sub);

/* What a customer chooses instead; NULL and 0: as it is. */
struct portal_choice {
	const char *price;
	int64_t quantity;
	const char *promotion_code; /* its id, or the code as it is typed */
	const char *coupon;	    /* not the customer's choice: of a flow */
};
/* Prorated as configured; or at the period's end when one of the configured conditions says so. */
int portal_switch(struct call *call, struct record *session, const char *sub, const struct portal_choice *choice);
/* What flow.subscription_update_confirm asks the customer to confirm, which is then done as portal_switch does it. */
int portal_confirm(struct call *call, struct record *session);
struct portal_choice portal_confirm_choice(struct record *session); /* borrowed from the session */

/* What a change would cost, in minor units of `currency`. */
struct portal_forecast {
	const char *currency;
	int64_t due_now;
	int64_t next_total, next_at; /* of the next invoice and when it comes; next_at 0: none comes */
	int64_t starts;		     /* the change waits until then; 0: it is done at once */
};
/* Does portal_switch without a payment, and then the next renewal: for calls that are taken back. 0 or -1. */
int portal_foresee(struct call *call, struct record *session, const char *sub, const struct portal_choice *choice,
	struct portal_forecast *out);

/*
 * For as long as the customer wants, or for one of the configured spans of time ("month", 2), after which it resumes by
 * itself; interval NULL: without an end.
 */
int portal_pause(struct call *call, struct record *session, const char *sub, const char *interval, int64_t count);
int portal_resume(struct call *call, struct record *session, const char *sub);

/* given (borrowed): address, email, name, phone, shipping, tax_id, as far as the configuration allows them. */
int portal_customer(struct call *call, struct record *session, json_t *given);
/* The method (an id, or a magic one) is attached and becomes the customer's default. */
int portal_method(struct call *call, struct record *session, const char *method);

/* Between the portal's own files. */

enum portal_use { PORTAL_CANCEL, PORTAL_PAUSE, PORTAL_UPDATE };
/* A subscription of that customer that the portal may do this to, by the features; NULL with the failure. */
struct record *portal_subscription(struct call *call, struct record *customer, json_t *features, const char *id,
	enum portal_use use, const char *where);
/* The schedule that the portal itself has made for it, which it may undo; NULL: none. */
struct record *portal_schedule(struct call *call, struct record *sub);
/* It is released, since another decision takes its place; nothing when there is none. 0 or -1. */
int portal_unschedule(struct call *call, struct record *sub);
/* portal_subscription for the session's customer and configuration, the parameter being `subscription`. */
struct record *portal_own_subscription(struct call *call, struct record *session, const char *id, enum portal_use use);
/* The discounts that a subscription has, as an update repeats them (new reference), and one more: by "coupon" or
 * "promotion_code". */
json_t *portal_discounts(struct record *sub);
void portal_add_discount(json_t *list, const char *kind, const char *id);
/* Its span of time is over. */
void portal_wake(struct call *call, struct record *session);

#endif
