/* SPDX-License-Identifier: MIT */
#ifndef PAGES_PAGES_H
#define PAGES_PAGES_H

#include "engine/engine.h"

/*
 * The pages that Stripe hosts for a business's customers, served by the simulator itself: the customer portal,
 * Checkout, payment links, bills with their PDFs, receipts. HTML made here, without scripts and without anything from
 * elsewhere; forms post to the functions that the routes under /_mockstripe call. The secret in the path is the
 * authorisation: nobody is asked for a key. Sources: Stripe docs "Customer portal", "How Checkout works", "Hosted
 * invoice page", "Payment Links", "Receipts".
 */

/* Whether such a path is a page's. */
bool pages_have(const char *target);
/* Serves it. Thread-safe. The reply's body and headers must be dropped. */
void pages_serve(struct engine *e, const struct request *request, struct reply *out);
/* A page that only says so: what a browser gets that comes from another site. */
void pages_refuse(struct reply *out, int status, const char *title, const char *message);

#endif
