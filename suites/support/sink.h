/* SPDX-License-Identifier: MIT */
#ifndef SUITES_SUPPORT_SINK_H
#define SUITES_SUPPORT_SINK_H

#include <stddef.h>

/*
 * A webhook target on a thread of its own, on a free port of the loopback interface: keeps what it was sent and answers
 * as it is told. One request at a time. Nothing here asserts.
 */
struct sink;

struct sink_request {
	char *head; /* request line and headers, terminated */
	char *body; /* terminated */
	size_t length;
};

struct sink *sink_open(void);
void sink_close(struct sink *s);	    /* NULL-safe; frees the requests */
const char *sink_url(const struct sink *s); /* "http://127.0.0.1:40123/hook" */

/* From the next request on: the status, lines of headers ("Location: x\r\n") or NULL, and milliseconds to let pass. */
void sink_answer(struct sink *s, int status, const char *headers, int milliseconds);
/* Called on the sink's thread after a request was read, before it is answered; NULL: nothing. */
void sink_on_request(struct sink *s, void (*call)(void *arg), void *arg);

size_t sink_count(struct sink *s);
/* Waits until that many have come, ten seconds at most; gives how many have. */
size_t sink_wait(struct sink *s, size_t count);
const struct sink_request *sink_request(struct sink *s, size_t index); /* until sink_close; NULL: not so many */
/* The value of a header of it, to be freed; NULL: none. */
char *sink_header(const struct sink_request *r, const char *name);

#endif
