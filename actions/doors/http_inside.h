/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_HTTP_INSIDE_H
#define ACTIONS_HTTP_INSIDE_H

#include "actions/doors/http_routes.h"

/* What the files of the routes share. */

/* false with the refusal in `out`. Finds the site that may read the answer. */
bool http_guard(const struct http_house *house, const struct http_request *request, struct http_answer *out);

/* Takes the tree. */
void http_answer_json(struct http_answer *out, int status, json_t *tree);
void http_answer_fault(struct http_answer *out, int status, const char *code, const char *message);
void http_answer_nothing(struct http_answer *out, int status);
/* An answer of server-sent events: from the text (ended), or made while it is sent when a stream is given. */
void http_answer_events(struct http_answer *out, struct stream *stream);
struct evidence http_evidence(const json_t *body);
bool http_accepts_events(const struct http_request *r);
/* One event of a stream, "data: {...}" and its empty line. */
void http_event_write(struct text *out, const json_t *event);
void http_event_put(struct stream *stream, const json_t *event);

/* `rest`: what the path says where the route has a star; body: the JSON object of a request that has one. */
struct http_visit {
	struct http_house *house;
	const struct http_request *request;
	const char *rest;
	json_t *body;
};
typedef void http_handler(const struct http_visit *v, struct http_answer *out);

http_handler http_identify, http_reset, http_verify, http_call, http_confirm, http_tools, http_openapi;
http_handler http_talk_begin, http_talk_say, http_talk_confirm, http_talk_end, http_talk_tool_result, http_talk_history;
http_handler http_people; /* all of /api/v1/chatbots/... */
http_handler http_mcp, http_mcp_end;
http_handler http_test_card; /* the simulator alone has it */

#endif
