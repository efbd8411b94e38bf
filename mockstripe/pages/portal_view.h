/* SPDX-License-Identifier: MIT */
#ifndef PAGES_PORTAL_VIEW_H
#define PAGES_PORTAL_VIEW_H

#include "pages/visit.h"
#include "resources/portal.h"

/* One page of the portal while it is written: what its views share. All borrowed from the running call. */
struct portal_view {
	struct visit *v;
	struct call *call;
	struct record *session, *customer;
	struct record *sub; /* the one that the path names, NULL: none */
	json_t *features;
	const char *base; /* "/p/session/test_…" */
	/* Of a preview: what was chosen, whether a flow proposes it, and what it costs (NULL: it cannot be told). */
	struct portal_choice choice;
	bool confirms;
	const struct portal_forecast *forecast;
};

typedef void portal_writer(struct portal_view *p);
portal_writer portal_home, portal_plans, portal_preview, portal_cancel_form, portal_pause_form, portal_method_form,
	portal_customer_form, portal_confirmed;

/* The customer's subscriptions that are not over, newest first. Gives how many, at most `room`. */
size_t portal_subscriptions(struct portal_view *p, struct record **out, size_t room);
/* "Pro", "Pro x 3", "Pro and 2 more". Arena. */
const char *portal_plan_name(struct portal_view *p, struct record *sub);
/* The frame of a view; the way back is to the first page, or, in a flow and on the first page, to the business. */
void portal_frame(struct portal_view *p, const char *title, bool home);

#endif
