/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_TRANSPORT_H
#define ACTIONS_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * How a request reaches Stripe. The client does not know whether it speaks to Stripe, to a simulator over a socket, or
 * to a simulator in this process: it is handed a function.
 */
struct transport_header {
	const char *name, *value;
};

/* Who listens to an answer while it comes. Either may be NULL; both are called by the thread that sends. */
struct transport_ear {
	bool (*piece)(void *arg, const char *data, size_t length); /* of the body of a 200; false: no more is wanted */
	bool (*gone)(void *arg); /* nobody waits any longer: asked about once a second */
	void *arg;
};

struct transport_request {
	const char *method; /* "GET", "POST", "DELETE"                        */
	const char *path;   /* from the slash on, with its query, encoded       */
	const struct transport_header *headers;
	size_t n_headers;
	const char *body; /* NULL when there is none */
	size_t length;
	const struct transport_ear *ear; /* NULL: nobody; a transport may leave it out and only give the whole answer */
};

/* What became of it. Only the first three of these matter to a write: was it surely not sent, or may it have been? */
enum transport_fate {
	FATE_ANSWERED, /* status, headers and body are filled in                                */
	FATE_NOT_SENT, /* nothing reached the other side: name, connection or TLS failed        */
	FATE_TIMEOUT,  /* sent, no complete answer in time                                      */
	FATE_LOST,     /* sent, the connection broke or the answer was cut                      */
};

/* Texts live in the arena that the function was given. */
struct transport_response {
	int status;
	struct transport_header *headers;
	size_t n_headers;
	const char *body; /* terminated; never NULL after FATE_ANSWERED */
	size_t length;
	const char *trouble; /* why there is no answer, without secrets; NULL when answered */
};

typedef enum transport_fate transport_send(
	void *arg, struct arena *arena, const struct transport_request *request, struct transport_response *response);

struct transport {
	transport_send *send;
	void *arg;
};

/* The value of a header, name compared without regard to case; NULL when absent. */
const char *transport_header(const struct transport_response *r, const char *name);

#endif
