/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_WIDGET_H
#define ACTIONS_WIDGET_H

#include "actions/runtime/agent.h"
#include "base/text.h"

/*
 * The chat widget's pages: a script that sites include, the frame it opens, and a demo site. Whoever serves them hands
 * over a path and gets a body and headers; the widget's calls go to the routes of that server like any other program's.
 *
 *	/widget/embed.js        what a site includes
 *	/widget/queue.js        and before it, if it likes, to call before the former has arrived
 *	/widget/frame.html      the chat; only the sites below may frame it
 *	/widget/settings.json   what the chat has to know of the configuration: names and choices, no secret
 *	/demo                   a demo site, and what its server would do (/demo/contacts; /demo/session, its
 *	                        customer's proof, and /demo/customer, what Stripe holds, both ?contact=ID)
 */
struct widget_place {
	const char *origin;	  /* of this server, as a browser writes it: http://127.0.0.1:8080          */
	const char *const *sites; /* exact origins of the sites that may show the chat; NULL at the end     */
	bool demo; /* serve the demo site too. It signs anybody in as anybody: for a loopback door alone     */
};

/* Zero-initialise, give to widget_page, widget_page_clear in any case. */
struct widget_page {
	int status;	     /* 200, or 404 for a contact the demo does not know                */
	const char *type;    /* media type with charset                                              */
	const char *body;    /* `length` bytes, until the page is cleared                            */
	const char *policy;  /* Content-Security-Policy; every page has one                          */
	const char *shared;  /* Cross-Origin-Resource-Policy                                          */
	const char *caching; /* Cache-Control                                                        */
	size_t length;
	struct arena arena;
};

/*
 * The page of a path. `contact` is the query parameter of that name (NULL: none), which the demo alone reads. false
 * when nothing of the widget is there: the demo's pages are not when `demo` is off.
 */
bool widget_page(struct agent *a, const struct widget_place *place, const char *path, const char *contact,
	struct widget_page *out);
void widget_page_clear(struct widget_page *page);

/* What the chat has to know, as JSON (the body of /widget/settings.json): a new tree. */
json_t *widget_settings(const struct agent *a, const struct widget_place *place);

#endif
