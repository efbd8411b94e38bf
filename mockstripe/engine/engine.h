/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "api/call.h"
#include "engine/keys.h"
#include "engine/reqlog.h"

/*
 * The engine: accounts, keys, and the one straight line from a request to its answer (engine.c holds the list of
 * stages). Doors hand it a request as it arrived and get back a status, headers and shared bytes.
 */
struct announced;
struct deliverer;
struct engine;

struct engine_options {
	uint64_t seed;
	int64_t now; /* 0: the machine's clock */
	bool strict_keys, account_per_key, lenient_ids;
	size_t log_capacity; /* exchanges kept; 0: 1000 */
	void (*on_exchange)(void *arg, const struct logged *exchange);
	void *on_exchange_arg;
	bool no_deliveries; /* nothing is posted to webhook endpoints */
	void (*on_event)(void *arg, const struct announced *event);
	void *on_event_arg;
};

struct request {
	const char *method, *target; /* the target as sent: path and query */
	const char *body;
	size_t body_length;
	/* Header values, NULL when absent. */
	const char *authorization, *content_type, *stripe_version, *stripe_account, *idempotency_key;
	const char *key; /* instead of an Authorization header: a door without headers */
	/* Instead of any key: the account itself, whose lock the caller holds. Not logged (a fixture's script). */
	struct account *held;
};

/* What becomes of an answer on its way: a fault's work, which the doors carry out. */
enum wire {
	WIRE_WHOLE,
	WIRE_CUT,   /* the connection ends after `cut` bytes of the body */
	WIRE_EMPTY, /* it ends without an answer */
	WIRE_RESET, /* it is reset without an answer */
	WIRE_STALL, /* nothing comes, until the client gives up */
};

struct reply {
	int status;
	struct bytes *body;	  /* one reference, the receiver's */
	const char *content_type; /* static */
	char request_id[32];
	char version[40];	   /* the version served */
	char original_request[32]; /* "" unless an idempotency key was sent */
	char account[80];	   /* echo of Stripe-Account, or "" */
	const char *should_retry;  /* static, NULL: no header */
	bool replayed, unauthenticated;
	bool echo_idempotency_key;
	bool page;	       /* for a browser's window: other origins may not read it */
	struct bytes *headers; /* more of them, in place of those of the same name: "Name: value\n" each. One reference,
				  the receiver's; NULL: none */
	enum wire wire;
	size_t cut;
	unsigned delay; /* milliseconds before anything is answered */
};

struct engine *engine_new(const struct engine_options *options);
/* Ends what the engine does by itself: webhooks are posted no more, and whoever waits for them is let go. */
void engine_stop(struct engine *e);
void engine_free(struct engine *e); /* NULL-safe; no call may be running */

/*
 * Keeps all accounts in a database file from now on, and brings back what it holds; *fresh: it held nothing. Before the
 * first call and before fixtures. false with a sentence in *why (free() it).
 */
bool engine_open_db(struct engine *e, const char *path, bool *fresh, char **why);

/* Serves one /v1 or /v2 request. Thread-safe. The reply's body and headers must be dropped. */
void engine_serve(struct engine *e, const struct request *request, struct reply *out);

void engine_set_base_url(struct engine *e, const char *url); /* before the first call; "" until then */
const struct api *engine_api(const struct engine *e);
struct faults;
struct faults *engine_faults(struct engine *e);
struct keyring *engine_keys(struct engine *e);
struct deliverer *engine_deliverer(struct engine *e);
struct reqlog *engine_log(struct engine *e);
uint64_t engine_seed(const struct engine *e);

#define ENGINE_DEFAULT_ACCOUNT "acct_1MockstripeTest1"
/* The account of that id (NULL: the default); made when `make`, else NULL when there is none. Lives until engine_free.
 */
struct account *engine_account(struct engine *e, const char *id, bool make);
void engine_each_account(struct engine *e, void (*each)(void *arg, struct account *a), void *arg);

/* Everything below wants the account's lock held. */

/* Does all that is due on the account's own time up to its present, in time order. */
void engine_catch_up(struct engine *e, struct account *a);
/* Moves the account's own time to `to` (not below its present) through everything that is due on the way. */
void engine_move_time(struct engine *e, struct account *a, int64_t to);
void engine_reset(struct engine *e, struct account *a);

#endif
