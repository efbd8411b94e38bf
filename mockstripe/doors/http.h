/* SPDX-License-Identifier: MIT */
#ifndef DOORS_HTTP_H
#define DOORS_HTTP_H

#include "doors/front.h"
#include "doors/socket.h"
#include "doors/tls.h"

/* HTTP/1.1 on one listening socket, with or without TLS. Threads of its own serve it until it is stopped. */
struct http_door;

/*
 * Opens the door: the listener is taken and closed with it (also on failure), the pair (NULL: no TLS) is only read now.
 * threads 0 or 1: one event loop, more: a pool of them. NULL with a sentence in *why (free() it).
 */
struct http_door *http_door_open(
	struct front *front, struct listener *listener, const struct tls_pair *tls, unsigned threads, char **why);
const char *http_door_url(const struct http_door *door); /* NULL for a Unix socket */
/* Accepts no more, lets requests that have begun end (two seconds at most), and closes. NULL-safe. */
void http_door_close(struct http_door *door);

#endif
