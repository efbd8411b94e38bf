/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_CONVERSATION_H
#define ACTIONS_CONVERSATION_H

#include "actions/agent/model.h"
#include "actions/runtime/admit.h"
#include "actions/runtime/run.h"

/*
 * One person's conversation, for one thread at a time. The loop between a message and its answer: the model is asked,
 * the tools it calls are run, and it is asked again with what they gave, until it only speaks. A confirmation is never
 * the model's to give or to see: the proposal is shown to the person by whoever holds the conversation, and comes back
 * by conversation_confirm or by a call of their own.
 */
#define CONVERSATION_STEPS 10			 /* times that the model is asked for one message          */
#define CONVERSATION_MESSAGE_MOST ((size_t)8192) /* bytes of a message                                     */
#define CONVERSATION_CONTEXT_MOST ((size_t)1000) /* characters over all values of the page's context     */
#define CONVERSATION_MESSAGES_MOST 200		 /* kept; the oldest are forgotten                          */

struct conversation {
	struct agent *agent;
	const struct model *model;
	const char *environment; /* NULL: the configured one */
	char *id;
	json_t *messages; /* in the notation of chat completions        */
	json_t *proposal; /* {action, inputs, confirmation} that waits; NULL: none */
	json_t *awaited;  /* calls of the page's tools without an answer yet: [{id, call, name, inputs}] */
	char *context;	  /* what the page says of the visitor, as JSON; NULL: nothing */
	int64_t turns, calls;
	int steps;		   /* times that the model was asked for the present message */
	struct admission admitted; /* whose proof it goes on with, when a token is for one use */
	char *person;		   /* whose it is: a digest of the user id; NULL: nobody's yet */
};

/*
 * What happens, in order:
 *	{"type": "text-delta", "text"}: a piece of the next text while the model speaks; only from models that stream
 *	{"type": "text", "text"}: the whole of it
 *	{"type": "tool-call", "id", "name", "inputs", "client"?: true}: with client the page is to run it, and the
 *		conversation goes on with conversation_tool_result
 *	{"type": "tool-result", "id", "name", "inputs", "result": the envelope}
 *	{"type": "error", "text"}
 */
struct conversation_ear {
	void (*hear)(void *arg, const json_t *event);
	bool (*gone)(void *arg); /* nobody listens any longer: the model is not asked further. NULL: they always do */
	void *arg;
};

/* id is copied. */
struct conversation *conversation_new(
	struct agent *a, const struct model *model, const char *environment, const char *id);
void conversation_free(struct conversation *c); /* NULL-safe */

/*
 * The evidence is the host's, for this message. When it proves another person than before, what was said is forgotten
 * first. `trouble` (for the operator) gets a line when the model gave none.
 */
void conversation_say(struct conversation *c, const struct evidence *who, const char *message,
	const struct conversation_ear *ear, struct text *trouble);
/*
 * What was said so far, for the person to read again: a new array of {role: "user" or "assistant", content}. Links are
 * left out, which open billing pages without a login. Empty for another person than before, for whom it is forgotten.
 */
json_t *conversation_history(struct conversation *c, const struct evidence *who);
/* Whether a call of a tool of the page with this id has no answer yet. */
bool conversation_awaits(const struct conversation *c, const char *id);
/*
 * What a tool of the page gave for the call `id`; the conversation goes on when no other call is awaited. false when
 * that call is not awaited.
 */
bool conversation_tool_result(struct conversation *c, const struct evidence *who, const char *id, const json_t *output,
	const struct conversation_ear *ear, struct text *trouble);
/*
 * What the page says of the visitor, for the model to know: nothing proves it. It replaces what was said before; NULL:
 * nothing. Beyond CONVERSATION_CONTEXT_MOST characters it is cut off: then false (metadata_truncated).
 */
bool conversation_context(struct conversation *c, const json_t *context);
/* The person's own answer to the proposal that waits. false when none waits. */
bool conversation_confirm(
	struct conversation *c, const struct evidence *who, bool agreed, const struct conversation_ear *ear);

#endif
