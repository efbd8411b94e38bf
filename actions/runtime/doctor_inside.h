/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_DOCTOR_INSIDE_H
#define ACTIONS_DOCTOR_INSIDE_H

#include "actions/runtime/doctor.h"

/* What the doctor's files share: a look in progress, and what it goes through beside the call itself. */
struct looking {
	struct agent *agent;
	const struct doctor_call *call;
	json_t *findings;
	enum doctor_group group; /* of the first finding */
};

/* A new row among the findings, borrowed; action may be NULL: it is not about one. */
json_t *doctor_add(struct looking *l, enum doctor_group group, const char *cause, const char *action);
/* Whether the permission was found missing before. */
bool doctor_has_permission(const struct looking *l, const char *permission);

/* Every request that the configuration comes to, as one that can neither succeed nor change anything. */
void doctor_look_permissions(struct looking *l);
/* Whether Stripe still has what the configuration offers: prices of the plans, coupons of the offers, the portal. */
void doctor_look_catalogue(struct looking *l);

#endif
