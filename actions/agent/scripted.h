/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_SCRIPTED_H
#define ACTIONS_SCRIPTED_H

#include "base/json.h"
#include "base/text.h"

/* What the files of the scripted driver share. */

/* Words in lower case, each with one blank before and after, nothing else; e-mail addresses are left out. */
void words_put(struct text *out, const char *text);
/* Whether words hold one of the phrases, which stand between bars: "cancel|stop my". NULL: none. */
bool words_hold(const char *words, const char *phrases);
/* The words as they are meant: turns of phrase are put into the words that descriptions of actions use. */
void words_mean(struct text *out, const char *words);

/* How much of what is asked the text is about: 0 when nothing. *weight: how much the text is about at all. */
int topic_score(const char *asked_words, const char *text_words, int *weight);

/* Sets in `inputs` what a request says of the inputs that a schema declares. */
void inputs_find(json_t *inputs, const json_t *schema, const char *request, const char *words);
/* Sets one input from a request that answers the question for it. Nothing is set when the request does not say it. */
void inputs_answer(json_t *inputs, const json_t *schema, const char *name, const char *request, const char *words);
/* How a customer would say a value of a closed set: "at the end of the paid period". The value itself at worst. */
const char *inputs_value_said(const char *value);

/* ---- talk: what is said without knowing any tool ---- */

/* What a request gets before any tool is thought of. */
struct talk_remark {
	const char *says; /* in any case */
	const char
		*looks; /* said as well when a tool is asked: what the customer is then shown; NULL: no tool is asked */
	const char *means; /* words that the request is taken to hold, too, for finding that tool */
};
/* NULL when there is nothing to remark. */
const struct talk_remark *talk_remark(const char *request, const char *words);
/* What is said when no tool fits. Never NULL. */
const char *talk_otherwise(const char *words);
/* Whether the whole of the words is a yes, or a no. */
bool talk_is_yes(const char *words);
bool talk_is_no(const char *words);

/* What is asked when a request names an input without its value. */
struct talk_question {
	const char *input, *phrases, *text;
	const char *operation; /* what is then to be done with it, where a tool does several things; NULL */
};
/* The question for what the words name and the schema has; NULL. */
const struct talk_question *talk_question_for(const json_t *schema, const char *words);
/* The question that a text of the driver asked; NULL when it asked none. */
const struct talk_question *talk_question_asked(const char *text);

#endif
