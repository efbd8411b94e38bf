/* SPDX-License-Identifier: MIT */
#ifndef RESOURCES_BILLING_SUB_UPDATE_H
#define RESOURCES_BILLING_SUB_UPDATE_H

#include "resources/billing/sub.h"

/* What the files of an update share: the request, and what it means for the subscription's times. */
struct update {
	struct call *call;
	struct sub_change c;
	json_t *given;
	const char *prefix; /* of parameter names in messages: "" or "subscription_details" */
	bool resets_anchor, starts_trial, ends_trial, moves_end;
	bool phase;	 /* of a schedule */
	bool new_anchor; /* the renewal that follows counts from now */
	int64_t trial_end;
	struct span old_period;
};

const char *update_name(struct update *u, const char *name); /* of a parameter, as messages call it */
bool update_given(const struct update *u, const char *name);

/* ---- sub_update_times.c ---- */
/* Trial, anchor, proration date and end of the request, and the new side's running periods that follow. 0 or -1. */
int update_times(struct update *u);

#endif
