/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_PERMISSIONS_H
#define ACTIONS_PERMISSIONS_H

#include "base/json.h"
#include <stdbool.h>

#include "actions/core/config.h"

/*
 * Every request that the actions make of Stripe, and the permission that a restricted key needs for it (Stripe docs,
 * "Restricted API keys": None, Read or Write for a family of objects, Write includes Read; the names are those that a
 * refusal mentions). Stripe's own answer names what is missing, whatever stands here.
 */
struct permission {
	const char *name;			/* "subscription_write"                                               */
	const char *family;			/* as the dashboard lists it: "Subscriptions"                         */
	const char *method, *route;		/* "/v1/subscriptions/{subscription}"                           */
	const char *use;			/* what the request is for                                            */
	unsigned kinds;				/* which actions make it, or-ed PERMISSION_*                          */
	bool (*needed)(const struct config *c); /* whether the configuration comes to it; NULL: always */
	/* As JSON: what makes the request one that can neither succeed nor change anything, for trying it. */
	const char *probe;
};

enum permission_kind {
	PERMISSION_INFO = 1,
	PERMISSION_INVOICES = 2,
	PERMISSION_MANAGE = 4,
	PERMISSION_BILLING = 8,
	PERMISSION_ALL = 15,
};

extern const struct permission permissions[]; /* by family, reading first; up to one without a name */

/* Whether an enabled action of the configuration makes the request. */
bool permission_needed(const struct config *c, const struct permission *p);
/*
 * What the configuration needs, as data; a new tree:
 *
 *	{"permissions": [{"family": "Customers", "level": "write", "name": "customer_write"}, ...],
 *	 "requests": [{"method": "GET", "route": ..., "permission": ..., "use": ..., "actions": [names]}, ...]}
 */
json_t *permissions_list(const struct config *c);

#endif
