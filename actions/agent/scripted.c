/* SPDX-License-Identifier: MIT */
#include "actions/agent/scripted.h"

#include <stdlib.h>
#include <string.h>

#include "actions/agent/model.h"
#include "base/json.h"
#include "base/mem.h"

#define WHEN "\n\nWhen to use: "

/* One request being answered. */
struct asked {
	const json_t *messages, *tools;
	const char *request; /* the person's last message */
	struct text words;
	struct model_reply *out;
};

static const json_t *last_of_role(const json_t *messages, const char *role, size_t before, size_t *index)
{
	for (size_t i = before; i-- > 0;) {
		const json_t *one = json_array_get(messages, i);

		if (strcmp(js_text(one, "role"), role) != 0)
			continue;
		*index = i;
		return one;
	}
	return NULL;
}

static const json_t *tool_named(const json_t *tools, const char *name)
{
	json_t *tool;
	size_t i;

	json_array_foreach(tools, i, tool)
	{
		const json_t *function = js_get(tool, "function");

		if (!strcmp(js_text(function, "name"), name))
			return function;
	}
	return NULL;
}

/* The operator's own words, which stand between the tool's sentence and its contract. */
static char *when_of(const json_t *function)
{
	const char *text = js_text(function, "description"), *at = text ? strstr(text, WHEN) : NULL, *end = NULL;

	if (!at)
		return mem_copy_text("");
	at += strlen(WHEN);
	for (const char *next = at; (next = strstr(next, "\n\n")); next++)
		end = next;
	return mem_copy_range(at, end ? (size_t)(end - at) : strlen(at));
}

/* A tool that names what is asked in its inputs, a plan for instance, is nearer to it. */
static int score_of(const struct asked *q, const json_t *function, int *weight)
{
	char *when = when_of(function);
	struct text words;
	int score;

	text_init(&words, TEXT_NO_CEILING);
	words_put(&words, when);
	score = topic_score(q->words.data, words.data, weight);
	text_clear(&words);
	free(when);
	return score;
}

static const json_t *tool_pick(const struct asked *q)
{
	const json_t *best = NULL;
	int most = 0, least = 0, weight;
	json_t *tool;
	size_t i;

	json_array_foreach(q->tools, i, tool)
	{
		const json_t *function = js_get(tool, "function");
		int score = score_of(q, function, &weight);

		/* Of two that fit as well, the one that is about less besides. */
		if (score > most || (score && score == most && weight < least)) {
			best = function;
			most = score;
			least = weight;
		}
	}
	return best;
}

static void call_make(const struct asked *q, const char *name, const json_t *inputs)
{
	struct text t;
	char id[32];

	text_init(&t, TEXT_NO_CEILING);
	js_write(&t, inputs);
	snprintf(id, sizeof(id), "scripted_%zu", json_array_size(q->messages));
	model_reply_call(q->out, id, name, t.data);
	text_clear(&t);
}

/* The first required input that is missing; NULL when all are there. */
static const char *missing_of(const json_t *schema, const json_t *inputs)
{
	json_t *name;
	size_t i;

	json_array_foreach(js_get(schema, "required"), i, name)
	{
		if (!js_get(inputs, json_string_value(name)))
			return json_string_value(name);
	}
	return NULL;
}

static void ask_for(const struct asked *q, const json_t *schema, const char *name)
{
	const json_t *property = js_get(js_get(schema, "properties"), name);
	const json_t *choices = js_get(property, "enum");
	const char *what = js_text(property, "description");
	json_t *choice;
	size_t i;

	text_format(&q->out->text, "I need one more thing: %s", what ? what : name);
	json_array_foreach(choices, i, choice)
		text_format(&q->out->text, "%s%s", i ? ", " : " You can say: ", json_string_value(choice));
}

/* Asks instead of calling when the tool could do nothing with what there is. */
static void use(const struct asked *q, const json_t *function, json_t *inputs)
{
	const json_t *schema = js_get(function, "parameters");
	const char *missing;

	inputs_find(inputs, schema, q->request, q->words.data);
	missing = missing_of(schema, inputs);
	if (missing)
		ask_for(q, schema, missing);
	else
		call_make(q, js_text(function, "name"), inputs);
}

/* The label among an answer's choices that the message names; NULL. */
static json_t *choice_named(const json_t *choices, const struct asked *q)
{
	struct text words;
	json_t *choice, *found = NULL;
	size_t i;

	json_array_foreach(choices, i, choice)
	{
		json_t *label = json_is_string(choice) ? choice : js_get(choice, "subscription");

		if (!json_is_string(label))
			continue;
		text_init(&words, TEXT_NO_CEILING);
		words_put(&words, json_string_value(label));
		if (words.length > 2 && strstr(q->words.data, words.data))
			found = label;
		text_clear(&words);
	}
	return found;
}

/* A message that only answers the question of the turn before goes on with that call. */
static bool go_on(const struct asked *q, size_t user, bool picked)
{
	size_t at = 0, called, known;
	const json_t *result = last_of_role(q->messages, "tool", user, &at), *call;
	const json_t *assistant = result ? last_of_role(q->messages, "assistant", at, &called) : NULL;
	const json_t *function;
	js_auto envelope = NULL;
	js_auto inputs = NULL;
	json_t *label;

	call = js_get(json_array_get(js_get(assistant, "tool_calls"), 0), "function");
	if (!call || at + 2 != user)
		return false;
	envelope = json_loads(js_text(result, "content"), 0, NULL);
	inputs = json_loads(js_text(call, "arguments"), 0, NULL);
	function = tool_named(q->tools, js_text(call, "name"));
	if (!function || !json_is_object(inputs) || !strcmp(js_text(envelope, "status"), "ok"))
		return false;
	label = choice_named(js_at(envelope, "data.choices"), q);
	if (label)
		js_put(inputs, strncmp(json_string_value(label), "sub_", 4) ? "account" : "subscription", label);
	known = json_object_size(inputs);
	inputs_find(inputs, js_get(function, "parameters"), q->request, q->words.data);
	/* Neither a choice that was offered nor an input that was missing: it is about something else. */
	if (!label && (picked || json_object_size(inputs) == known))
		return false;
	call_make(q, js_text(call, "name"), inputs);
	return true;
}

/* What the tools said, in their own sentences, which are complete and safe for the customer. */
static void tell_results(const struct asked *q, size_t user)
{
	const json_t *message;

	for (size_t i = user + 1; i < json_array_size(q->messages); i++) {
		js_auto envelope = NULL;

		message = json_array_get(q->messages, i);
		if (strcmp(js_text(message, "role"), "tool") != 0)
			continue;
		envelope = json_loads(js_text(message, "content"), 0, NULL);
		if (q->out->text.length)
			text_put(&q->out->text, "\n\n");
		text_put(&q->out->text, js_text(envelope, "message"));
	}
}

static void tell_nothing(const struct asked *q)
{
	text_put(&q->out->text,
		json_array_size(q->tools)
			? "I can't help with that. Ask me about your plan, your invoices or your billing "
			  "details."
			: "I can't do that here.");
}

static bool scripted_answer(
	void *arg, const json_t *messages, const json_t *tools, struct model_reply *out, struct text *why)
{
	struct asked q = { .messages = messages, .tools = tools, .out = out };
	const json_t *message, *tool;
	js_auto inputs = json_object();
	size_t user;

	(void)arg;
	message = last_of_role(messages, "user", json_array_size(messages), &user);
	if (!message) {
		text_put(why, "the scripted model: nobody has said anything");
		return false;
	}
	q.request = js_text(message, "content");
	text_init(&q.words, TEXT_NO_CEILING);
	words_put(&q.words, q.request);
	if (user + 1 < json_array_size(messages)) {
		tell_results(&q, user);
	} else {
		tool = tool_pick(&q);
		if (!go_on(&q, user, tool != NULL)) {
			if (tool)
				use(&q, tool, inputs);
			else
				tell_nothing(&q);
		}
	}
	text_clear(&q.words);
	return true;
}

struct model model_scripted(void)
{
	return (struct model) { .answer = scripted_answer };
}
