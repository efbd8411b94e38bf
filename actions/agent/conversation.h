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
#define CONVERSATION_MESSAGES_MOST 200		 /* kept; the oldest are forgotten                          */

struct conversation {
	struct agent *agent;
	const struct model *model;
	const char *environment; /* NULL: the configured one */
	char *id;
	json_t *messages; /* in the notation of chat completions        */
	json_t *proposal; /* {action, inputs, confirmation} that waits; NULL: none */
	int64_t turns, calls;
	struct admission admitted; /* whose proof it goes on with, when a token is for one use */
	char *person;		   /* whose it is: a digest of the user id; NULL: nobody's yet */
};

/*
 * What happens, in order:
 *	{"type": "text-delta", "text"}: a piece of the next text while the model speaks; only from models that stream
 *	{"type": "text", "text"}: the whole of it
 *	{"type": "tool-call", "id", "name", "inputs"}
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
/* The person's own answer to the proposal that waits. false when none waits. */
bool conversation_confirm(
	struct conversation *c, const struct evidence *who, bool agreed, const struct conversation_ear *ear);

#endif
