/* SPDX-License-Identifier: MIT */
#include "actions/agent/scripted.h"

#include <stdlib.h>
#include <string.h>

#include "actions/agent/model.h"
#include "base/json.h"
#include "base/mem.h"

#define WHEN "\n\nWhen to use: "
#define PLAN_NAMED 5 /* how much nearer a plan that is named brings a tool: more than one topic does */

/* One request being answered. */
struct asked {
	const json_t *messages, *tools;
	const char *request; /* the person's last message */
	struct text words;   /* as they were said               */
	struct text meant;   /* with what they are taken to mean */
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

/* Whether the request names one of the plans that the tool takes. */
static bool names_plan_of(const struct asked *q, const json_t *function)
{
	json_t *plan;
	size_t i;

	json_array_foreach(js_at(function, "parameters.properties.plan.enum"), i, plan)
	{
		if (words_hold(q->words.data, json_string_value(plan)))
			return true;
	}
	return false;
}

/* A tool that takes what the request names, a plan, is nearer to it; but only the operator's words bring it in. */
static int score_of(const struct asked *q, const json_t *function, int *weight)
{
	char *when = when_of(function);
	struct text words;
	int score;

	text_init(&words, TEXT_NO_CEILING);
	words_put(&words, when);
	score = topic_score(q->meant.data, words.data, weight);
	if (score && names_plan_of(q, function))
		score += PLAN_NAMED;
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

	if (!choices) {
		text_format(&q->out->text, "I need one more thing: %s", what ? what : name);
		return;
	}
	text_put(&q->out->text, "What would you like me to do? I can ");
	json_array_foreach(choices, i, choice)
		text_format(&q->out->text, "%s%s", i ? (i + 1 < json_array_size(choices) ? ", " : " or ") : "",
			inputs_value_said(json_string_value(choice)));
	text_char(&q->out->text, '.');
}

/* Whether the inputs ask for another plan without saying which; then the plans are what helps. */
static bool lacks_plan(const json_t *schema, const json_t *inputs)
{
	const char *operation = js_text(inputs, "operation");

	return operation && (!strcmp(operation, "change_plan") || !strcmp(operation, "preview_change")) &&
	       js_at(schema, "properties.plan") && !js_get(inputs, "plan") && !js_get(inputs, "interval") &&
	       !js_get(inputs, "quantity");
}

/* Nothing but what is to be done: no value of anything. */
static bool is_bare(const json_t *inputs)
{
	return json_object_size(inputs) == (js_get(inputs, "operation") ? 1 : 0);
}

/* Asks instead of calling when the tool could do nothing with what there is. */
static void use(const struct asked *q, const json_t *function, json_t *inputs)
{
	const json_t *schema = js_get(function, "parameters");
	const struct talk_question *question;
	const char *missing, *operation;

	inputs_find(inputs, schema, q->request, q->words.data);
	question = is_bare(inputs) ? talk_question_for(schema, q->words.data) : NULL;
	operation = js_text(inputs, "operation");
	if (question && question->operation && (!operation || strcmp(operation, question->operation) != 0))
		question = NULL;
	if (question) {
		text_put(&q->out->text, question->text);
		return;
	}
	if (lacks_plan(schema, inputs)) {
		text_put(&q->out->text,
			q->out->text.length ? " Which plan would you like?" : "Which plan would you like?");
		js_put_text(inputs, "operation", "list_plans");
	}
	missing = missing_of(schema, inputs);
	if (missing)
		ask_for(q, schema, missing);
	else
		call_make(q, js_text(function, "name"), inputs);
}

/* ---- going on with what was asked before ---- */

static const json_t *tool_with_input(const json_t *tools, const char *name)
{
	json_t *tool;
	size_t i;

	json_array_foreach(tools, i, tool)
	{
		const json_t *function = js_get(tool, "function");

		if (js_get(js_at(function, "parameters.properties"), name))
			return function;
	}
	return NULL;
}

/* The answer to a question of the driver's own. */
static bool answer_take(const struct asked *q, size_t user)
{
	const json_t *before = user ? json_array_get(q->messages, user - 1) : NULL, *function, *schema;
	const struct talk_question *question = before && !strcmp(js_text(before, "role"), "assistant")
						       ? talk_question_asked(js_text(before, "content"))
						       : NULL;
	js_auto inputs = json_object();

	function = question ? tool_with_input(q->tools, question->input) : NULL;
	if (!function)
		return false;
	schema = js_get(function, "parameters");
	inputs_answer(inputs, schema, question->input, q->request, q->words.data);
	if (!json_object_size(inputs))
		return false;
	if (question->operation)
		js_put_text(inputs, "operation", question->operation);
	call_make(q, js_text(function, "name"), inputs);
	return true;
}

/* Whether the message says which one of several in words of its own: "the second one", "2". */
static bool names_place(const struct asked *q, size_t place)
{
	static const char *const words[] = { "first|1|1st", "second|2|2nd", "third|3|3rd", "fourth|4|4th" };

	return place < COUNT_OF(words) && words_hold(q->words.data, words[place]);
}

static bool names_label(const struct asked *q, const char *label)
{
	struct text words;
	bool named;

	text_init(&words, TEXT_NO_CEILING);
	words_put(&words, label ? label : "");
	named = words.length > 2 && strstr(q->words.data, words.data);
	text_clear(&words);
	return named;
}

/* The label among an answer's choices that the message names, by itself, by its plan or by its place; NULL. */
static json_t *choice_taken(const json_t *choices, const struct asked *q)
{
	json_t *choice, *placed = NULL;
	size_t i;

	json_array_foreach(choices, i, choice)
	{
		json_t *label = json_is_string(choice) ? choice : js_get(choice, "subscription");

		if (!json_is_string(label))
			continue;
		if (names_label(q, json_string_value(label)) || names_label(q, js_text(choice, "plan")))
			return label;
		if (!placed && names_place(q, i))
			placed = label;
	}
	return placed;
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
	label = choice_taken(js_at(envelope, "data.choices"), q);
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

/* An action has its sentence; a tool of the page may have one in its data, or gives no more than that it went well. */
static const char *told_of(const json_t *envelope)
{
	const char *message = js_text(envelope, "message"), *status = js_text(envelope, "status");

	if (!message)
		message = json_is_string(js_get(envelope, "data")) ? js_text(envelope, "data")
								   : js_text_at(envelope, "data.message");
	if (message)
		return message;
	return status && !strcmp(status, "success") ? "Done." : "That didn't work here.";
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
		text_put(&q->out->text, told_of(envelope));
	}
}

/* What the tool said that was asked right before this message, when it waits for something: a new tree; NULL. */
static json_t *waiting(const struct asked *q, size_t user, const char *status)
{
	size_t at = 0;
	const json_t *result = last_of_role(q->messages, "tool", user, &at);
	json_t *envelope = result && at + 2 == user ? json_loads(js_text(result, "content"), 0, NULL) : NULL;
	const char *is = js_text(envelope, "status");

	if (is && !strcmp(is, status))
		return envelope;
	json_decref(envelope);
	return NULL;
}

static bool consent_is_meant(const struct asked *q, size_t user)
{
	js_auto envelope = waiting(q, user, "needs_confirmation");

	if (envelope && talk_is_yes(q->words.data))
		text_put(&q->out->text, "Please press the button to confirm: a message is not enough for a change.");
	else if (envelope && talk_is_no(q->words.data))
		text_put(&q->out->text, "All right, nothing was changed.");
	else
		return false;
	return true;
}

static void tell_otherwise(const struct asked *q)
{
	text_put(&q->out->text, json_array_size(q->tools) ? talk_otherwise(q->words.data) : "I can't do that here.");
}

/* Somebody else's address, where no address is wanted: whose billing is shown has to be clear. */
static bool names_somebody(const struct asked *q, const json_t *function)
{
	return strchr(q->request, '@') && !js_at(function, "parameters.properties.email");
}

static void reply(const struct asked *q, size_t user)
{
	const struct talk_remark *remark = talk_remark(q->request, q->words.data);
	const json_t *tool = tool_pick(q);
	js_auto choice = waiting(q, user, "needs_choice");
	js_auto inputs = json_object();

	if (consent_is_meant(q, user) || answer_take(q, user) || go_on(q, user, tool != NULL))
		return;
	if (remark && (!remark->means || !tool)) {
		text_put(&q->out->text, remark->says);
		return;
	}
	if (!tool) {
		if (choice)
			text_put(&q->out->text, js_text(choice, "message"));
		else
			tell_otherwise(q);
		return;
	}
	if (remark)
		text_format(&q->out->text, "%s %s", remark->says, remark->looks);
	else if (names_somebody(q, tool))
		text_put(&q->out->text, "I can only look at your own billing.");
	use(q, tool, inputs);
}

static bool scripted_answer(void *arg, const json_t *messages, const json_t *tools, const struct model_ear *ear,
	struct model_reply *out, struct text *why)
{
	struct asked q = { .messages = messages, .tools = tools, .out = out };
	const struct talk_remark *remark;
	const json_t *message;
	json_t *tool;
	size_t user, i;

	(void)arg, (void)ear; /* it answers at once */
	message = last_of_role(messages, "user", json_array_size(messages), &user);
	if (!message) {
		text_put(why, "the scripted model: nobody has said anything");
		return false;
	}
	q.request = js_text(message, "content");
	text_init(&q.words, TEXT_NO_CEILING);
	text_init(&q.meant, TEXT_NO_CEILING);
	words_put(&q.words, q.request);
	words_mean(&q.meant, q.words.data);
	remark = talk_remark(q.request, q.words.data);
	if (remark && remark->means)
		text_format(&q.meant, "%s ", remark->means);
	json_array_foreach(tools, i, tool)
	{
		if (names_plan_of(&q, js_get(tool, "function")))
			text_put(&q.meant, "another plan ");
	}
	if (user + 1 < json_array_size(messages))
		tell_results(&q, user);
	else
		reply(&q, user);
	text_clear(&q.words);
	text_clear(&q.meant);
	return true;
}

struct model model_scripted(void)
{
	return (struct model) { .answer = scripted_answer };
}
