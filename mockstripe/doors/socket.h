/* SPDX-License-Identifier: MIT */
#ifndef DOORS_SOCKET_H
#define DOORS_SOCKET_H

#include <stdbool.h>

/*
 * Listening sockets, made here rather than by the HTTP library so that a port that is taken is reported in words, and
 * so that TCP and Unix sockets are served alike.
 */
struct listener {
	int fd;
	bool loopback; /* only this machine reaches it */
	char *url;     /* "http://127.0.0.1:40123"; NULL for a Unix socket; free()d by listener_close */
	char *path;    /* of a Unix socket, NULL for TCP; likewise, and the file is removed */
};

/*
 * Listens on TCP: `host` is a name or address (NULL: 127.0.0.1), port 0 is any free port, `scheme` starts the URL. An
 * address that means "all of them" is shown as the loopback one in the URL. false with a sentence in *why (free() it).
 */
bool listener_open_tcp(struct listener *l, const char *scheme, const char *host, int port, char **why);
/* Listens on a Unix socket. A socket file that nobody answers on any more is replaced; any other file is not. */
bool listener_open_unix(struct listener *l, const char *path, char **why);
void listener_close(struct listener *l); /* for one that was opened, once nobody accepts on it */

/* Whether a Host header's value, or an Origin's host, names this machine: localhost, *.localhost, 127.x.x.x, [::1]. */
bool host_is_loopback(const char *host);

#endif
