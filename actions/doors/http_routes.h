/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_HTTP_ROUTES_H
#define ACTIONS_HTTP_ROUTES_H

#include "actions/agent/conversation.h"
#include "actions/widget/widget.h"
#include "base/list.h"

/* What is served, and what is remembered between requests. */
struct http_house {
	struct agent *agent;
	struct widget_place place;
	struct model model;
	const char *api_key;	   /* of the operator's own routes (contacts); NULL: they are closed */
	struct list conversations; /* struct conversation, oldest first */
	FILE *err;		   /* for the operator */
};

/* What a request says, as far as it matters here; texts may be NULL where a header or a query is absent. */
struct http_request {
	const char *method, *path;
	const char *host, *origin, *content_type, *accept, *authorization, *identity;
	const char *mcp_version, *mcp_method, *mcp_name;
	const char *(*query)(void *arg, const char *name); /* a query parameter, or NULL */
	void *query_arg;
	const char *body;
	size_t length;
};

/* The answer; zero-initialise it, and clear it in any case. */
struct http_answer {
	int status;
	struct widget_page page; /* body, type and policies */
	struct text text;	 /* holds the body where it was made here */
	const char *cors;	 /* the site that may read it; NULL: the same origin only. Borrowed from the house */
	const char *allow;	 /* methods, after 405 */
};

void http_route(struct http_house *house, const struct http_request *request, struct http_answer *out);
void http_answer_clear(struct http_answer *answer);
void http_house_clear(struct http_house *house);

/* ---- what the files of the routes share ---- */

/* Takes the tree. */
void http_answer_json(struct http_answer *out, int status, json_t *tree);
void http_answer_fault(struct http_answer *out, int status, const char *code, const char *message);
void http_answer_nothing(struct http_answer *out, int status);
struct evidence http_evidence(const json_t *body);

/* `rest`: what the path says where the route has a star; body: the JSON object of a request that has one. */
struct http_visit {
	struct http_house *house;
	const struct http_request *request;
	const char *rest;
	json_t *body;
};
typedef void http_handler(const struct http_visit *v, struct http_answer *out);

http_handler http_identify, http_call, http_confirm, http_tools, http_openapi;
http_handler http_talk_begin, http_talk_say, http_talk_confirm, http_talk_end;
http_handler http_people; /* all of /api/v1/chatbots/... */
http_handler http_mcp;

#endif
