/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_HTTP_ROUTES_H
#define ACTIONS_HTTP_ROUTES_H

#include "actions/doors/crew.h"
#include "actions/doors/mcp_sessions.h"
#include "actions/doors/stream.h"
#include "actions/doors/talks.h"
#include "actions/widget/widget.h"

/* Requests of the operator's key: HTTP_METER_MOST in any HTTP_METER_SECONDS, as the contacts API allows. */
#define HTTP_METER_MOST 100
#define HTTP_METER_SECONDS 10
struct http_meter {
	pthread_mutex_t lock;
	int64_t at[HTTP_METER_MOST]; /* when the last ones came, a ring */
	size_t next;
};

/* What is served, and what is remembered between requests. Good for several threads at once. */
struct http_house {
	struct agent *agent;
	struct widget_place place;
	unsigned port; /* that is listened on */
	struct model model;
	const char *api_key; /* of the operator's own routes (contacts); NULL: they are closed */
	FILE *err;	     /* for the operator */
	struct talks talks;
	struct mcp_sessions sessions;
	struct http_meter meter;
	struct crew crew; /* what answers while others are asked */
};

/* What a request says, as far as it matters here; texts may be NULL where a header or a query is absent. */
struct http_request {
	const char *method, *path;
	const char *host, *origin, *content_type, *accept, *authorization, *identity;
	const char *mcp_version, *mcp_method, *mcp_name, *mcp_session;
	const char *(*query)(void *arg, const char *name); /* a query parameter, or NULL */
	bool (*gone)(void *arg);			   /* who asked has hung up; NULL: nobody knows */
	void *arg;
	const char *body; /* NULL: it was larger than what is taken */
	size_t length;
};

/* The answer; zero-initialise it, and clear it in any case. */
struct http_answer {
	int status;
	struct widget_page page; /* body, type and policies */
	struct text text;	 /* holds the body where it was made here */
	struct stream *stream;	 /* the body instead, as it is made: the reader's end, to be left; NULL: none */
	const char *cors;	 /* the site that may read it; NULL: the same origin only. Borrowed from the house */
	char session[MCP_SESSION_ROOM]; /* Mcp-Session-Id; "": none            */
	char retry_after[24];		/* in seconds, after 429; "": none     */
	char allow[64];			/* the methods there are, after 405; "": none */
};

/* agent, place, port, model, api_key and err are the caller's to set. */
void http_house_init(struct http_house *house);
/* Waits for work that goes on; closes the model. */
void http_house_clear(struct http_house *house);

void http_route(struct http_house *house, const struct http_request *request, struct http_answer *out);
void http_answer_clear(struct http_answer *answer);

#endif
