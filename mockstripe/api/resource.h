/* SPDX-License-Identifier: MIT */
#ifndef API_RESOURCE_H
#define API_RESOURCE_H

#include "api/call.h"

/*
 * What a resource adds to the description's generic behaviour. Every member may be left out. Tables end with a row of
 * zeros. A resource with behaviour is one file (or one folder) under resources/, and its name in resources.c.
 */
struct resource_route {
	const char *method, *pattern; /* as in the description; the start fails when it is not there */
	call_handler *handle;
};

/* A list parameter whose value does not stand in the field of its own name, or whose match is not equality. */
struct resource_filter {
	const char *param;
	const char *path; /* where the values stand ("items.data.[].price.id"); indexed. NULL: `match` decides */
	/* Whether a row belongs; `wanted` is the typed parameter, NULL when it was not given. */
	bool (*match)(struct call *call, struct record *r, json_t *wanted);
	bool unindexed; /* with a path: a plain test, no index (ranges of times) */
};

/* An includable field: absent from the body, made when expanded. Gives a new reference. */
struct resource_include {
	const char *field;
	json_t *(*make)(struct call *call, struct record *r);
};

struct resource {
	const char *name; /* as the description calls it: "Customer" */
	const struct resource_route *routes;
	const struct resource_filter *filters;
	const struct resource_include *includes;
	/* Sets the fields whose default is not the description's plain one (null, 0, false, first enum value). */
	void (*fill)(struct call *call, json_t *body);
	/*
	 * A fixture has brought this record, complete and stored; what it refers to is stored too. Sets the private
	 * state that the record needs to live on (a due time), through the journal; emits nothing. Called parents
	 * first: customer, subscription, its items, invoice, its lines. Not for snapshots, which bring their private
	 * state. A failure refuses the fixture with its message.
	 */
	void (*adopt)(struct call *call, struct record *r);
	/* Its due time has come: call->now is that time. Must move or clear the due time. Failures roll back and die.
	 */
	void (*on_due)(struct call *call, struct record *r);
	/*
	 * An event has announced the record; `before` is the body that the last event showed, NULL when it is new. For
	 * what follows a resource at a distance: a customer's entitlements its subscriptions. May emit, never fails.
	 */
	void (*on_event)(struct call *call, struct record *r, struct body *before);
	/* Before the generic delete, and whenever a parent takes it along; 0, or -1 to refuse. */
	int (*on_delete)(struct call *call, struct record *r);
};

#endif
