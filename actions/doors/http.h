/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_HTTP_H
#define ACTIONS_HTTP_H

#include <stdio.h>

#include "actions/agent/model.h"
#include "actions/runtime/agent.h"

/*
 * `stripe-actions serve`: the agent over HTTP on a loopback address. GET /openapi.json says what there is: identify,
 * single calls, tools, conversations with server-sent events, the contacts API, the Model Context Protocol at /mcp, and
 * the widget's pages.
 *
 * Only requests that name this machine as their host are answered, and those of a page only when it is the widget's own
 * or on the list of sites: a site that was rebound to this address reaches nothing.
 */
struct http_options {
	const char *port;	   /* decimal; NULL: 12113, "0": any free one        */
	const char *sites;	   /* exact origins that may show the widget, separated by commas; NULL: none */
	const char *api_key;	   /* opens the contacts API; NULL: closed */
	struct model_remote model; /* name NULL: the scripted model */
	bool demo;		   /* also the demo site, which may show the widget too */
};

/* Serves until SIGINT or SIGTERM. Prints "stripe-actions ready URL" to `out` once it accepts. Gives the exit status. */
int http_serve(struct agent *a, const struct http_options *options, FILE *out, FILE *err);

#endif
