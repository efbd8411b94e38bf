/* SPDX-License-Identifier: MIT */
#ifndef API_PAGES_H
#define API_PAGES_H

#include "api/call.h"

/*
 * Lists of /v2: no cursors of the caller's, but the URLs of the pages beside this one, which carry a token in `page`
 * and the request's other parameters. A token names the row that it goes on from, so it stays good when rows come and
 * go. Source: Stripe docs "API v2 overview", "List pagination"; protocol reference section 15.
 */

/* The row that call->page goes on from: one of *after and *before, or neither when there is no token. 0 or -1. */
int pages_cursor(struct call *call, const struct schema_resource *type, struct record **after, struct record **before);

/* Sets the URLs of a collected page; the cursors are those that it was collected by. */
void pages_link(struct call *call, const struct record *after, const struct record *before, struct page *page);

#endif
