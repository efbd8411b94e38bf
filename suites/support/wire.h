/* SPDX-License-Identifier: MIT */
#ifndef SUITES_SUPPORT_WIRE_H
#define SUITES_SUPPORT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * HTTP/1.1 by hand, for what a client library would not send; curl for TLS; and the program itself as a child. Nothing
 * here asserts, so that it may be used from any thread: a connection that fails or ends early gives status 0.
 */
struct wire_answer {
	int status; /* 0: no whole answer came */
	char *head; /* status line and headers, terminated; "" when there is none */
	char *body; /* terminated */
	size_t length;
};

void wire_clear(struct wire_answer *a);
/* The value of a header, copied into `out`; false when there is none or it does not fit. */
bool wire_header(const struct wire_answer *a, const char *name, char *out, size_t room);

int wire_connect(const char *url);			     /* "http://127.0.0.1:40123"; -1 when refused */
int wire_connect_unix(const char *path);		     /* -1 when refused */
bool wire_send(int socket, const char *data, size_t length); /* all of it */
void wire_patience(int socket, int milliseconds);	     /* how long a read waits; 10 s when nothing is said */
/* Reads the next answer; to_head: it has no body, whatever its Content-Length. What follows stays in the socket. */
void wire_read(int socket, bool to_head, struct wire_answer *out);
bool wire_is_closed(int socket); /* the other side has closed: waits for it two seconds at most */

/* One request on a connection of its own: headers are whole lines with "\r\n", body may be NULL. */
void wire_call(const char *url, const char *method, const char *path, const char *headers, const char *body,
	struct wire_answer *out);
/* The same over TLS without checking the certificate; path and key as for the API. */
void wire_call_tls(const char *url, const char *path, const char *key, struct wire_answer *out);

/* The simulator's program, next to the running suite's folder, as a child whose output comes through pipes. */
struct child {
	pid_t id;
	int output, errors; /* to read from */
};
bool child_start(struct child *c, const char *const *flags); /* NULL-ended, without the program's name */
/* A line of its output without the newline; false when it ends before. */
bool child_line(int from, char *line, size_t room);
int child_end(struct child *c, int signal); /* sends it (0: nothing), waits; gives the exit status, -1: not by exit */

#endif
