/* SPDX-License-Identifier: MIT */
#ifndef API_SEARCH_H
#define API_SEARCH_H

#include "api/call.h"

/*
 * GET /v1/…/search: reads the parameters query, limit and page, and answers call with a page of `type`, newest first,
 * with total_count when it was expanded. 0, or -1 with the failure (400, param "query" or "page").
 *
 * Every record of the type is looked at: unlike a list, a query can ask for anything. Stripe's index follows its data
 * within a minute; here what was written is found at once, since a test that waits proves nothing. `url` is the
 * search's own path and must outlive the call's answer. Source: Stripe docs "Search", "Pagination".
 */
int search_answer(struct call *call, const struct schema_resource *type, const char *url);

#endif
