/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_HTTP_H
#define ACTIONS_HTTP_H

#include <stdio.h>

#include "actions/agent/model.h"
#include "actions/runtime/agent.h"

/*
 * `stripe-actions serve`: the agent over HTTP. GET /openapi.json says what there is: identify,
 * single calls, tools, conversations with server-sent events, the contacts API, the Model Context Protocol at /mcp, and
 * the widget's pages.
 *
 * Only requests that name this machine (or the public URL) as their host are answered, and those of a page only when it
 * is the widget's own or on the list of sites: a site that was rebound to this address reaches nothing.
 *
 * Every connection has a thread, so that a slow model or a slow Stripe delays nobody else.
 */
struct http_options {
	const char *port;	   /* decimal; NULL: 12113, "0": any free one        */
	const char *bind;	   /* a numeric address; NULL: 127.0.0.1. Other than loopback takes a public_url */
	const char *public_url;	   /* scheme, host and port that browsers see, through a proxy; NULL: this machine's */
	const char *sites;	   /* exact origins that may show the widget, separated by commas; NULL: none */
	const char *api_key;	   /* opens the contacts API; NULL: closed */
	struct model_remote model; /* name NULL: the scripted model */
	bool demo;		   /* also the demo site, which may show the widget too */
};

struct http;

/* Accepts from now on, with threads of its own. NULL with one line in `why`. The agent is borrowed until http_close. */
struct http *http_open(struct agent *a, const struct http_options *options, FILE *err, struct text *why);
const char *http_url(const struct http *h); /* http://ADDRESS:PORT of the socket itself; borrowed */
size_t http_busy(struct http *h);	    /* requests that are being answered */
void http_quiesce(struct http *h);	    /* no new connections; what is open goes on. Once */
void http_close(struct http *h);	    /* ends what goes on, as soon as it may be ended */

/*
 * Serves until SIGINT or SIGTERM, and then until all requests are answered, HTTP_GRACE seconds pass, or a second signal
 * comes. Prints "stripe-actions ready URL" to `out` once it accepts. Gives the exit status.
 */
#define HTTP_GRACE 10
int http_serve(struct agent *a, const struct http_options *options, FILE *out, FILE *err);

#endif
