/* SPDX-License-Identifier: MIT */
#ifndef API_CALL_H
#define API_CALL_H

#include "base/arena.h"
#include "base/json.h"
#include "schema/schema.h"
#include "store/journal.h"

/*
 * One request being served, from the decoded request to the answer. A handler gets nothing else: it reads the checked
 * parameters, reads records, writes through the journal, sets an answer or a failure, and returns 0 or -1.
 *
 * Due work (a renewal, a trial's end) runs as a call too, with `automatic` set and no route.
 */
struct call;
struct expand;
struct resource;
struct text;
struct version_change;
struct version_route;

typedef int call_handler(struct call *call);

/* What the engine hands to all calls: the resources' tables, and the switches of this simulator. */
struct api {
	const struct resource **by_type; /* by schema_resource index; NULL: only the generic behaviour */
	call_handler **handlers;	 /* by schema_route index; NULL: the generic one */
	const bool *makeable;		 /* by schema_resource index: some route creates it, so its ids must be known */
	const char *version;		 /* the accounts' default version */
	const struct version_change *const *changes; /* newest first, NULL-ended: api/version_changes.h; NULL: none */
	bool lenient_ids;			     /* accept a caller's id on every create */
	void *engine;				     /* for the rooms above; nothing below reads it */
	const char *base_url; /* where this simulator is reached, "" without a socket: for URLs in bodies */
	/* Called at the end of a call that made events, with the lock held. */
	void (*on_events)(void *engine, struct account *account);
};

/* A failure as Stripe words it. Members are borrowed from the call's arena or static. NULL members are left out. */
struct fail {
	int status;
	const char *type, *code, *message, *param;
	const char *decline_code, *advice_code, *network_decline_code, *charge, *payment_method_type;
	json_t *payment_intent, *payment_method, *setup_intent; /* whole objects; owned by the fail */
	const char *should_retry; /* "true" or "false": the Stripe-Should-Retry header; NULL: none */
	bool keep;		  /* what was written stays: a declined payment leaves its failed charge */
};

enum answer_kind { ANSWER_NONE, ANSWER_RECORD, ANSWER_TREE, ANSWER_PAGE, ANSWER_BYTES };

struct page {
	struct record **rows; /* arena */
	size_t count;
	bool has_more, search;
	const char *url;
	const char *next_page;	   /* search: the token; /v2: the URL; NULL: none */
	const char *previous_page; /* /v2: the URL; NULL: none */
	int64_t total;		   /* search: counted when asked for; -1: not asked */
};

struct answer {
	enum answer_kind kind;
	struct record *record;
	json_t *tree; /* owned; a computed body of resource `type` (NULL: of no resource) */
	const struct schema_resource *type;
	struct page page;
	struct bytes *bytes; /* owned */
	const char *content_type;
};

/* How the token of a meter event session begins; then come the account without its acct_, "_" and a secret. */
#define SESSION_TOKEN "mesk_test_"

struct call {
	const struct api *api;
	struct account *account;
	struct arena arena;
	struct journal journal;

	const struct schema_route *route;
	const char *method, *path; /* the path as sent, without the query */
	const char *ids[4];	   /* the decoded segments at the route's {…} places */
	json_t *params;		   /* typed; null is "unset"; never NULL; borrowed nodes must not be changed */
	struct expand *expand;	   /* NULL: nothing to expand */
	const char *version;	   /* the API version of this call */
	unsigned changes;	   /* dated changes that this version does not know yet; 0: it is the newest form */
	const struct version_route *gone; /* the route of an older version that was asked for; NULL: none */
	json_t *aside; /* parameters that only the older version's own answer needs; owned, NULL: none */
	const char *request_id, *idempotency_key; /* NULL: none */
	const char *session_token; /* of a meter event session, that this call came with in place of a key; or NULL */
	const char *page;	   /* the token of a list of /v2, or NULL */
	const char *own_id;	   /* the id the caller wants (--lenient-ids), or NULL */
	const char *base_url;	   /* the api's */
	int64_t now;		   /* Unix seconds on the clock that this call works under */
	bool automatic;		   /* done by Stripe itself, not asked for: its events name no request */
	bool livemode;
	unsigned events; /* emitted so far */

	struct fail fail;
	struct answer answer;
	/* Runs after the commit, in a transaction of its own, before the lock is let go (a test clock's advance). */
	bool discard; /* the answer stands, everything written is taken back: a preview */
	int (*then)(struct call *call, const char *id);
	const char *then_id;
};

/* A call for work of its own: no route, no parameters. call_end frees what it holds (it must be committed or not). */
void call_init(struct call *call, const struct api *api, struct account *account, int64_t now);
void call_end(struct call *call);

/* The call goes on under the clock of this record: call->now is that clock's present. */
void call_use_clock(struct call *call, const struct record *r);

/* Parameters. All borrow; absent and null are told apart by param_given / param_is_unset. */
json_t *param(const struct call *call, const char *name);	   /* NULL when absent; null when unset */
bool param_given(const struct call *call, const char *name);	   /* present, null included */
bool param_is_unset(const struct call *call, const char *name);	   /* given as "" */
const char *param_text(const struct call *call, const char *name); /* NULL when absent or unset */
int64_t param_int(const struct call *call, const char *name, int64_t fallback);
bool param_flag(const struct call *call, const char *name, bool fallback);
const char *param_text_at(const struct call *call, const char *path); /* "recurring.interval" */

/* Answers. */
int answer_record(struct call *call, struct record *r);				      /* 0 */
int answer_tree(struct call *call, json_t *tree, const struct schema_resource *type); /* takes tree; 0 */
int answer_bytes(struct call *call, struct bytes *bytes, const char *content_type);   /* takes bytes; 0 */

/* The resource's table, NULL when it has none. */
const struct resource *call_resource(const struct call *call, const struct schema_resource *type);

#endif
