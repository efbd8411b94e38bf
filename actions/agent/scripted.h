/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_SCRIPTED_H
#define ACTIONS_SCRIPTED_H

#include <jansson.h>

#include "base/text.h"

/* What the files of the scripted driver share. */

/* Words in lower case, each with one blank before and after, nothing else; e-mail addresses are left out. */
void words_put(struct text *out, const char *text);
/* Whether words hold one of the phrases, which stand between bars: "cancel|stop my". */
bool words_hold(const char *words, const char *phrases);

/* How much of what is asked the text is about: 0 when nothing. *weight: how much the text is about at all. */
int topic_score(const char *asked_words, const char *text_words, int *weight);

/* Sets in `inputs` what a request says of the inputs that a schema declares. */
void inputs_find(json_t *inputs, const json_t *schema, const char *request, const char *words);

#endif
