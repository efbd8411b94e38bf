/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_PAGES_H
#define ACTIONS_PAGES_H

#include "actions/stripe/call.h"

/*
 * Walks a list page by page (Stripe API reference, "Pagination"):
 *
 *	struct pages p = { .path = "/v1/invoices", .params = params, .most = 300 };
 *	while ((item = pages_next(&p, client, why)))
 *
 * params is a borrowed object that the walk writes its cursor into. Items are borrowed from the problem's arena. NULL
 *at the end or after a problem: ask `failed`. Stops after `most` items; `more` then says whether there are others.
 */
struct pages {
	const char *path;
	json_t *params;
	size_t most;

	json_t *data; /* the page at hand */
	size_t at, given;
	bool begun, more, failed;
};

json_t *pages_next(struct pages *p, struct stripe_client *c, struct problem *why);

#endif
