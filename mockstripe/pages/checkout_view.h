/* SPDX-License-Identifier: MIT */
#ifndef PAGES_CHECKOUT_VIEW_H
#define PAGES_CHECKOUT_VIEW_H

#include "pages/visit.h"
#include "resources/checkout/checkout.h"

/* The page of a Checkout session while it is written. All borrowed from the running call. */
struct checkout_view {
	struct visit *v;
	struct call *call;
	struct record *session;
};

void checkout_page(struct checkout_view *c);
void checkout_done(struct checkout_view *c);	/* it is complete */
void checkout_summary(struct checkout_view *c); /* the left column: what is bought, and what may be changed about it */

/* Where the session leads to when it is complete, with its id put in; NULL: to this page. Arena. */
const char *checkout_exit(struct visit *v, struct call *call, struct record *session);
/* The bank's question in between: everything that was given goes along, hidden, to be sent again with the answer. */
void checkout_ask_owner(struct checkout_view *c);

#endif
