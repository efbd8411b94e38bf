/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CLIENT_H
#define ACTIONS_CLIENT_H

#include "actions/stripe/transport.h"

/*
 * The transport over libcurl: connections are kept open, HTTP and HTTPS only, redirects refused, certificates checked,
 * an answer of at most 16 MB. base_url is scheme, host and port. Good for several threads at once.
 */
struct client;
struct client *client_new(const char *base_url, int64_t connect_timeout_ms, int64_t timeout_ms);
void client_free(struct client *c); /* NULL-safe */
struct transport client_transport(struct client *c);

#endif
