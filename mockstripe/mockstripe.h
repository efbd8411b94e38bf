/* SPDX-License-Identifier: MIT */
#ifndef MOCKSTRIPE_H
#define MOCKSTRIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * mockstripe inside a program: a stateful simulator of Stripe's HTTP API, with or without a socket.
 *
 *	struct ms *ms = ms_start(&(struct ms_options){ .now = 1767225600 }, NULL);
 *	struct ms_response res;
 *	ms_call(ms, &(struct ms_request){ "POST", "/v1/customers", .key = "sk_test_x", .body = "email=a@b.co" }, &res);
 *	assert(res.status == 200);
 *	ms_response_clear(&res);
 *	ms_stop(ms);
 *
 * A process may run any number of simulators; they share nothing. All functions may be called from any thread, but not
 * from inside a callback of the same simulator. Times are Unix seconds, amounts are minor units. Text handed out is
 * borrowed from the simulator unless it says otherwise; `account` NULL is the default account.
 *
 * Everything here has a twin under /_mockstripe/ on the server's own address.
 */

#if defined(__GNUC__)
#define MS_API __attribute__((visibility("default")))
#else
#define MS_API
#endif

#define MS_VERSION "0.1.0"

struct ms;
struct ms_mark;

struct ms_exchange {		   /* one request and its answer, as logged */
	uint64_t number;	   /* 1 for the first */
	int64_t at;		   /* the account's time */
	const char *account;	   /* NULL when the key opened none */
	const char *method, *path; /* the path with its query */
	const char *key;	   /* masked */
	const char *request_body;
	size_t request_length;
	const char *route; /* "/v1/customers/{customer}", NULL: none matched */
	const char *stage; /* where the call ended: "answer", "who", "check", ... */
	const char *request_id, *idempotency_key;
	const char *version; /* the API version it was served in */
	int status;
	const char *response_body;
	size_t response_length;
	unsigned fault; /* the rule that struck it (ms_fault); 0: none */
	bool replayed;
};

struct ms_event {
	const char *account, *id, *type; /* "invoice.paid" */
	const char *json;		 /* as GET /v1/events/{id} shows it; terminated */
	size_t length;
};

struct ms_delivery {	 /* one attempt to deliver an event to a webhook endpoint */
	uint64_t number; /* 1 for the first */
	int64_t at;	 /* the account's time that it was due at */
	int64_t sent;	 /* the machine's time: the t of the signature */
	const char *account, *event, *type, *endpoint, *url;
	unsigned attempt;  /* 1 for the first; 0: sent by hand */
	int status;	   /* of the answer; 0: none came */
	const char *error; /* what went wrong below HTTP; NULL: nothing */
	bool delivered;	   /* answered by a 2xx */
	int64_t milliseconds;
	int64_t next_attempt;	    /* the account's time, 0: none follows */
	const char *const *headers; /* "Name: value", NULL-ended, as sent; without Host and Content-Length */
	const char *body;	    /* as sent, byte for byte */
	size_t length;
	const char *response_body; /* its beginning, 2 KiB at most */
	size_t response_length;
};

struct ms_options {
	/* Sockets. All off (no_socket) is the fastest for tests: only ms_call. */
	bool no_socket;
	int http_port;	       /* 0: any free port; negative: no HTTP */
	int https_port;	       /* 0: none here (a free port: -2); self-signed unless cert and key are given */
	const char *bind;      /* NULL: 127.0.0.1 */
	const char *unix_path; /* a Unix socket beside, NULL: none */
	const char *cert_file, *key_file; /* PEM */
	unsigned threads;		  /* 0 or 1: one event loop; more: a pool */

	uint64_t seed;		     /* the same seed and the same calls give the same bytes */
	int64_t now;		     /* 0: the machine's clock; otherwise time stands still here until ms_advance */
	const char *const *fixtures; /* files or folders loaded into their accounts before the first call; NULL-ended */
	const char *db_file;  /* keep all accounts in this SQLite file; fixtures are loaded only while it is empty */
	bool strict_keys;     /* refuse keys that no fixture declares, as Stripe does */
	bool account_per_key; /* an undeclared key opens an account of its own */
	bool lenient_ids;     /* accept a caller's own id on every create */
	size_t log_capacity;  /* exchanges kept; 0: 1000 */

	/* Called after each exchange, on the thread that served it, without any lock of the account. */
	void (*on_exchange)(void *arg, const struct ms_exchange *exchange);
	void *on_exchange_arg;

	/*
	 * Called with every event of every account, in order, after the call that made it: on the thread of that call,
	 * before it is answered, or of whoever moved the clock. No lock is held: unlike other callbacks this one may
	 * call the simulator, as a webhook handler would; the events of such a call follow when it has returned. Events
	 * of fixture scripts come with the next call. Independent of webhook endpoints, which get theirs also without a
	 * socket.
	 */
	void (*on_event)(void *arg, const struct ms_event *event);
	void *on_event_arg;
	bool no_deliveries; /* nothing is posted to webhook endpoints: events are kept, and handed to on_event */
};

struct ms_request {
	const char *method;	    /* "GET", "POST", "DELETE", "HEAD" */
	const char *path;	    /* with its query: "/v1/customers?limit=3" */
	const char *key;	    /* the API key; NULL: taken from an Authorization header, if any */
	const char *body;	    /* form or JSON text; NULL: none */
	size_t body_length;	    /* 0 with a body: strlen(body) */
	const char *const *headers; /* "Name: value", NULL-ended; may be NULL */
};

/* What a fault did to an answer on its way; only then there is anything but the first. */
enum ms_wire {
	MS_WIRE_WHOLE,
	MS_WIRE_CUT,   /* only a part of the body came */
	MS_WIRE_EMPTY, /* the connection ended without an answer: status 0 */
	MS_WIRE_RESET, /* it was reset: likewise */
	MS_WIRE_STALL, /* nothing came for as long as anybody would wait: likewise */
};

struct ms_response {
	int status;
	const char *body; /* terminated; good until ms_response_clear */
	size_t length;
	const char *const *headers; /* "Name: value", NULL-ended */
	enum ms_wire wire;
	unsigned delay; /* milliseconds that a fault held the answer back: told here, not waited for */
	void *hold;	/* private */
};

/* Starts a simulator. NULL on failure with a sentence in *why (may be NULL; free() it). Options may be NULL. */
MS_API struct ms *ms_start(const struct ms_options *options, char **why);
/* Stops the doors, lets running calls end, frees everything. NULL is fine. */
MS_API void ms_stop(struct ms *ms);

MS_API const char *ms_url(const struct ms *ms);	      /* "http://127.0.0.1:40123"; "" without a socket */
MS_API const char *ms_https_url(const struct ms *ms); /* "" without one */
/* An API key that opens the account; the account and the key are made when they are new. Until ms_stop. */
MS_API const char *ms_key(struct ms *ms, const char *account);

/* Serves one request without a socket: exactly what the HTTP door does. 0; the response must be cleared. */
MS_API int ms_call(struct ms *ms, const struct ms_request *request, struct ms_response *out);
MS_API void ms_response_clear(struct ms_response *response);

/* Loads a fixture file or folder. All of it or nothing: -1 with "file: path: reason" in *why (free() it). */
MS_API int ms_load(struct ms *ms, const char *account, const char *path, char **why);
/* The account's whole state in the fixtures' state form; free() it. NULL when there is no such account. */
MS_API char *ms_snapshot(struct ms *ms, const char *account);
/* Empties an account, or with NULL all of them; declared keys stay. */
MS_API int ms_reset(struct ms *ms, const char *account);

/* A cheap picture of an account (references only) and the way back to it. -1 when there is no such account. */
MS_API struct ms_mark *ms_mark(struct ms *ms, const char *account);
MS_API int ms_rewind(struct ms *ms, const struct ms_mark *mark);
MS_API void ms_mark_free(struct ms_mark *mark);

MS_API int64_t ms_now(struct ms *ms, const char *account);
/* Moves the account's own time forward and does all that falls due on the way, in order. -1 when seconds < 0. */
MS_API int ms_advance(struct ms *ms, const char *account, int64_t seconds);

/*
 * A fault: which calls it strikes, when, and with what. Members left out mean any call, all of them, and what the kind
 * usually does. Of several rules the first that strikes a call is the only one.
 */
struct ms_fault {
	const char *kind; /* "error"       an error, by status (500), code, message, retry_after, should_retry, or a
			     body "rate_limit"  429 rate_limit, with retry_after or without "lock"        429
			     lock_timeout, with Stripe-Should-Retry: true "delay"       the answer comes `delay`
			     milliseconds later "stall"       no answer comes until the client gives up (or `delay` is
			     over) "reset"       the connection is reset "empty"       the connection ends without an
			     answer "cut"         it ends after `cut` bytes of the body "garbage"     a web page, by
			     status (200) or body, in place of the answer "answer"      what ms_answer_next makes */
	const char *when; /* "before": the call is not done; "after" or "wire": done, and its answer lost or spoilt;
			     NULL: before for errors and answers, after for the others */

	const char *account, *method; /* NULL: any */
	const char
		*route; /* "/v1/customers/{customer}", "/v1/customers/cus_1", a star for a segment, two for the rest */
	const char *param; /* "items[0][price]=price_x", or "customer" with any value */
	unsigned nth;	   /* the first of the matching calls that is struck; 0 is 1 */
	unsigned times;	   /* how many from there on; 0: all */
	unsigned percent;  /* of these, at random but the same for the same seed; 0: all */

	unsigned delay; /* milliseconds, for every kind */
	unsigned cut;	/* bytes of the body that still come */
	int status;
	unsigned retry_after;	  /* seconds */
	const char *should_retry; /* "true", "false" */
	const char *code, *message, *body;
	bool kept; /* an error after: also kept under the idempotency key, as Stripe keeps its 500s */
};

/* Adds a rule; gives its number, from 1. 0 with a sentence in *why (may be NULL; free() it) when it makes no sense. */
MS_API unsigned ms_fault(struct ms *ms, const struct ms_fault *rule, char **why);
/* Removes all rules, canned answers too. */
MS_API void ms_faults_clear(struct ms *ms);
/* How many calls a rule has struck so far; -1 when there is no such rule. */
MS_API int ms_fault_count(struct ms *ms, unsigned number);

/* A canned answer: the next calls that match get it and are not done. */
struct ms_answer {
	const char *account, *method, *route, *param; /* as above */
	unsigned times;				      /* 0: the next one */
	int status;				      /* 0: 200 */
	const char *body;			      /* as it is, JSON by default; NULL: empty */
	const char *const
		*headers; /* "Name: value", NULL-ended: besides the usual ones, or in place of them; or NULL */
};
MS_API unsigned ms_answer_next(struct ms *ms, const struct ms_answer *answer, char **why); /* as ms_fault */

/*
 * Webhooks. Events are posted to the account's endpoints by a thread of the simulator, signed as Stripe signs them, and
 * are tried again on the account's own time. Waits until every attempt that is due has been made, of an account or with
 * NULL of all; those that failed wait for ms_advance. -1 when there is no such account.
 */
MS_API int ms_flush(struct ms *ms, const char *account);
/* The last attempts, oldest first, as ms_each_request does. */
MS_API void ms_each_delivery(
	struct ms *ms, const char *account, void (*each)(void *arg, const struct ms_delivery *d), void *arg);
/* Delivers an event again, to an endpoint or with NULL to all it was for. How many attempts that makes; -1: not found.
 */
MS_API int ms_redeliver(struct ms *ms, const char *account, const char *event, const char *endpoint);
/*
 * Makes an event that nothing has happened for and delivers it. object: an id, or a JSON object, completed with what
 * its kind always has, or NULL for the newest object that such an event may be about. True with the event in *out, or
 * false with a sentence there that says why not; to be cleared either way.
 */
MS_API bool ms_send_event(
	struct ms *ms, const char *account, const char *type, const char *object, struct ms_response *out);

/* Calls each() for the logged exchanges of an account (NULL: all), oldest first; what it gets is good for that call. */
MS_API void ms_each_request(
	struct ms *ms, const char *account, void (*each)(void *arg, const struct ms_exchange *e), void *arg);
/* The object as a GET without expansion would show it, not logged; false and 404 in out->status when there is none. */
MS_API bool ms_peek(struct ms *ms, const char *account, const char *id, struct ms_response *out);

#endif
