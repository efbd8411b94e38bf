/* SPDX-License-Identifier: MIT */
#ifndef API_LIST_H
#define API_LIST_H

#include "api/call.h"

/*
 * Lists: newest first, cursors, created ranges and every filter the description names. The rows come from the shortest
 * index that applies and the cursor is found by binary search, so a page costs the same among a hundred records and
 * among a hundred thousand. Source: Stripe docs "Pagination"; protocol reference section 9.
 */

/* A condition that the caller fixes beside the request's own filters: the parent in the path. */
struct list_want {
	const char *param; /* an index key of the resource */
	const char *value;
};

/* Answers call with a page of `type`. wants: n conditions; url: the list's own path. 0 or -1. */
int list_answer(struct call *call, const struct schema_resource *type, const struct list_want *wants, size_t n,
	const char *url);

/* The same, oldest first: subscription items, invoice lines. */
int list_answer_oldest_first(struct call *call, const struct schema_resource *type, const struct list_want *wants,
	size_t n, const char *url);

/* The same rows as a list object with all of them up to `limit`, for embedding (customer.subscriptions). New reference.
 */
json_t *list_embed(struct call *call, const struct schema_resource *type, const char *param, const char *value,
	size_t limit, const char *url);

/* The index keys of a resource: its own filters' paths, then every text filter of its list routes, then the parent. */
size_t list_keys(const void *api, const struct schema_resource *type, struct shelf_key *out);

/* All records of a type under one value of a key, oldest first; never NULL. Borrowed until the next write. */
const struct list *list_by(struct call *call, const struct schema_resource *type, const char *param, const char *value);

#define LIST_CLOCK "@clock"   /* subscriptions: by test clock, canceled ones too */
#define LIST_PARENT "@parent" /* the key of a generic child's parent: PRIVATE_KEY.parent */

#endif
