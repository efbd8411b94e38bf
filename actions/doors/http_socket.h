/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_HTTP_SOCKET_H
#define ACTIONS_HTTP_SOCKET_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"

/* Where the HTTP door listens. */
struct http_socket {
	int fd;
	unsigned port;
	const char *url; /* http://ADDRESS:PORT, in the arena */
};

/* address NULL: 127.0.0.1; port NULL: the usual one, "0": any free one. false with one line in `why`. */
bool http_socket_open(
	const char *address, const char *port, struct arena *arena, struct http_socket *out, struct text *why);

#endif
