/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_MODEL_H
#define ACTIONS_MODEL_H

#include <stdbool.h>

#include "actions/core/clock.h"
#include "actions/stripe/transport.h"
#include "base/json.h"
#include "base/text.h"

/*
 * Who decides what to say and which tool to call: a driver. It gets the conversation and the tools in the notation of
 * chat completions (OpenAI API reference, "Create chat completion"), and answers with words, with tool calls, or with
 * both. What it answers is hostile input to everything after it.
 */
#define MODEL_CALLS_MOST 8 /* tool calls of one answer that are looked at */

/* Zero-initialise; model_reply_clear in any case. */
struct model_reply {
	struct text text; /* what it says; "" for nothing                                                */
	json_t *calls;	  /* [{id, name, arguments}], arguments as the text that the model wrote; owned */
};

/* Who listens while an answer is made. Either function may be NULL. */
struct model_ear {
	void (*text)(
		void *arg, const char *piece); /* of what it says, as it comes; together they are the reply's text */
	bool (*gone)(void *arg);	       /* nobody waits for the answer any longer: the work may end */
	void *arg;
};

struct model {
	/*
	 * false with one line in `why` (for the operator) when there is no answer. Several threads may ask at once. ear
	 * may be NULL.
	 */
	bool (*answer)(void *arg, const json_t *messages, const json_t *tools, const struct model_ear *ear,
		struct model_reply *out, struct text *why);
	void (*close)(void *arg); /* NULL: nothing to close */
	void *arg;
};

void model_reply_init(struct model_reply *reply);
void model_reply_clear(struct model_reply *reply);
void model_reply_call(struct model_reply *reply, const char *id, const char *name, const char *arguments);
/* One message in the notation, and a reply as one; new trees. content may be NULL. */
json_t *model_message(const char *role, const char *content);
json_t *model_reply_message(const struct model_reply *reply);
void model_close(struct model *model);

/*
 * The offline driver. It picks the tool whose "When to use" text has most in common with what was asked; a text that
 * says little is not picked, as with any model. Inputs are taken from the request by the tool's schema, what is missing
 * is asked for, and answers are the tools' own sentences. The same conversation always gives the same answer.
 */
struct model model_scripted(void);

/*
 * Chat completions over HTTP, at any endpoint that has them. base_url is up to and without "/chat/completions", as in
 * http://127.0.0.1:8080/v1; api_key may be NULL. transport.send NULL: libcurl to base_url.
 */
struct model_remote {
	const char *base_url, *api_key, *name;
	bool stream; /* ask for the answer in pieces (server-sent events) */
	struct transport transport;
};
struct model model_openai(const struct model_remote *remote);

/* Reads an answer of either form; exposed for its suite. false with `why` when it is none. */
bool openai_read(const char *body, bool stream, struct model_reply *out, struct text *why);

#endif
